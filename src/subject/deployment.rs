//! The whole: its title, and that there is something to install.

use jiff::civil::{Date, date};

use crate::diagnostic::Reporter;
use crate::model::format::{Build, Format};
use crate::model::{Component, Deployment};
use crate::plan::op::Value;
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::{Check, Field, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "deployment",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &DEPLOYMENT_EMPTY, run: empty },
        Check { code: &DEPLOYMENT_PLATFORMS, run: platforms },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

/// The title of a deployment that has none.
const UNTITLED: &str = "MIM Service and Portal";

/// The first build that supports what came after SQL Server 2019.
const SERVICE_PACK_3: Build = Build::of([4, 7, 3, 0]);

static DEPLOYMENT: Builder = Builder {
    name: "deployment",
    refusals: &[
        Refusal {
            method: "title",
            reason: "the title is the argument: `deployment(\"Contoso MIM Service and Portal\")`",
        },
        Refusal {
            method: "name",
            reason: "the title is the argument: `deployment(\"Contoso MIM Service and Portal\")`",
        },
        Refusal {
            method: "build",
            reason: "the build belongs to the package: `installer::msi(…).build(\"4.6.673.0\")`",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The name of the whole, for the head of the plan and of every sheet; `MIM Service and Portal` if it is not said.
    ///
    /// - `title`: a text on one line, best with the customer's name
    ///
    /// ```rhai
    /// deployment("Contoso MIM Service and Portal");
    /// ```
    fn deployment(title: Text) -> DEPLOYMENT, pages [] = |call| {
        let title = call.read(0);
        call.declare(|it| &mut it.title, title)
    };
}

static FIELDS: &[Field] = &[Field {
    name: "deployment.title",
    label: "Title",
    page: None,
    ty: Ty::Text,
    read: |it| match it.title.get().and_then(|it| it.said()) {
        Some(title) => Reading::Said(Value::text(title.value.text()), title.origin.clone()),
        None => Reading::Default(Value::text(UNTITLED), "the title of a deployment without one"),
    },
}];

code! {
    /// The script declares nothing that would be installed, so there would be a plan without an installation. A component is
    /// chosen by describing it or by naming it. The cloud, the licence, the package, the certificate and the service's
    /// address describe no component: each of them may belong to several, or to none.
    ///
    /// ```rhai,reports
    /// deployment("Contoso MIM Service and Portal");
    /// license::volume();
    /// ```
    ///
    /// Describe what is to be installed, such as the database of the MIM Service, or name it with `components::service()`:
    ///
    /// ```rhai
    /// deployment("Contoso MIM Service and Portal");
    /// license::volume();
    /// sql::database("sql.contoso.com");
    /// ```
    DEPLOYMENT_EMPTY: Error = "deployment-empty", "nothing to install",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// A build before Service Pack 3 (4.7.3.0) supports SQL Server up to 2019. Of these, SQL Server 2016 is out of support
    /// since 2026-07-14. A newer SQL Server may work and may not; Microsoft supports SQL Server 2022 from Service Pack 3 on.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0");
    /// sql::database("sql.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.7.3.0");
    /// sql::database("sql.contoso.com");
    /// ```
    DEPLOYMENT_PLATFORMS: Hint = "deployment-platforms", "platforms that this build supports",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-supported-platforms" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/lifecycle/products/sql-server-2016" seen "2026-11-23"
}

fn empty(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || Component::ALL.into_iter().any(|it| deployment.installs(it)) {
        return;
    }
    let message = "nothing is to be installed";
    let finding = match first(deployment) {
        Some(origin) => out.about(origin, message),
        None => out.at(deployment.end, message),
    };
    finding
        .label("no component is described or named")
        .help("describe one: `sql::database(…)` chooses the MIM Service, `portal::site(…)` the MIM Portal, `portal::password_registration(…)` and `portal::password_reset(…)` the password portals")
        .help("or name one: `components::service()`, `portal()`, `password_registration()`, `password_reset()`, `reporting()`");
    if let Some(service) = deployment.service.get() {
        finding.relate(service.origin.call, "may belong to several components, and chooses none");
    }
    for remote in [&deployment.remote_registration, &deployment.remote_reset] {
        if let Some(remote) = remote.get() {
            finding.relate(remote.origin.call, "runs on another host, and chooses none here");
        }
    }
}

/// What stands for the whole: its title, else the first that is there of what every deployment has.
fn first(deployment: &Deployment) -> Option<&crate::source::Origin> {
    let title = deployment.title.get().map(|it| &it.origin);
    let installer = deployment.installer.get().map(|it| &it.origin);
    let license = deployment.license.get().map(|it| &it.origin);
    let cloud = deployment.cloud.get().map(|it| &it.origin);
    let service = deployment.service.get().map(|it| &it.origin);
    let certificate = deployment.certificate.get().map(|it| &it.origin);
    title.or(installer).or(license).or(cloud).or(service).or(certificate)
}

fn platforms(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let end = date(2026, 7, 14);
    let build = deployment.installer.get().and_then(|it| it.build.said());
    let server = deployment.database.get().and_then(|it| it.server.said());
    let (Some(build), Some(server)) = (build, server) else { return };
    if build.value < SERVICE_PACK_3 && as_of > end {
        let build_number = build.value;
        out.about(
            &server.origin,
            format!("build {build_number} supports SQL Server up to 2019, and of these 2016 is out of support since {end}"),
        )
        .label("this server's version decides")
        .against(&build.origin, "the build")
        .help("have SQL Server 2017 or 2019 here, or install Service Pack 3 (4.7.3.0), which supports SQL Server 2022");
    }
}
