//! The licence, and with it the edition of the installer and who signs in. Page 4.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter};
use crate::model::format::{Build, DomainName};
use crate::model::{CloudName, Component, Deployment, Edition, License, Part};
use crate::plan::Right;
use crate::plan::op::{Http, Judge, Method, Op, Service, Value};
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::{Check, Draft, Field, Planner, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "license",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &LICENSE_MISSING, run: missing },
        Check { code: &LICENSE_BUILD, run: build },
        Check { code: &LICENSE_GUEST, run: guest },
        Check { code: &LICENSE_OTHER_TENANT, run: other_tenant },
    ],
    fields: FIELDS,
    steps,
};

/// The build with which the edition for Entra ID began (2021-03-17).
const FIRST_ENTRA_BUILD: Build = Build::of([4, 6, 421, 0]);

/// Microsoft Graph takes only `$select` here, and every property is wanted that the judgement looks at.
const SUBSCRIPTIONS: &str = "/v1.0/subscribedSkus?$select=skuId,skuPartNumber,capabilityStatus,appliesTo,consumedUnits,prepaidUnits,servicePlans";
const ORGANIZATION: &str = "/v1.0/organization?$select=id,displayName,verifiedDomains";

static ENTRA_ID: Builder = Builder {
    name: "license::entra_id",
    refusals: &[
        Refusal {
            method: "tenant",
            reason: "the tenant belongs to the cloud: `cloud::global(\"contoso.onmicrosoft.com\")`",
        },
        Refusal {
            method: "password",
            reason: "whoever installs enters the password in the sign-in window, with a second factor if it is asked for; the plan holds none",
        },
        Refusal {
            method: "p1",
            reason: "P1 and P2 are not distinguished: either is enough, and the plan looks which of them the tenant has",
        },
        Refusal {
            method: "p2",
            reason: "P1 and P2 are not distinguished: either is enough, and the plan looks which of them the tenant has",
        },
    ],
};

static VOLUME: Builder = Builder {
    name: "license::volume",
    refusals: &[
        Refusal {
            method: "sign_in_as",
            reason: "the edition for a volume licence asks for no sign-in; with `license::entra_id()` there is one on page 4",
        },
        Refusal {
            method: "key",
            reason: "setup asks for no product key: the package of the volume licence is licensed as it is",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The customer has Entra ID P1 or P2, alone or within another subscription. The edition of the installer for it asks for
    /// a cloud and a sign-in; before anything is changed, the plan reads the tenant's subscriptions. Say the tenant with
    /// `cloud::…`. Needs build 4.6.421.0 or later.
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// license::entra_id().sign_in_as("admin@contoso.onmicrosoft.com");
    /// ```
    fn license::entra_id() -> ENTRA_ID, pages [4] = |call| {
        let license = License { edition: Edition::EntraId, sign_in_as: Part::Unsaid };
        call.declare(|it| &mut it.license, license)
    };
    /// The customer has a volume licence. The edition of the installer for it asks neither for a cloud nor for a sign-in.
    ///
    /// ```rhai
    /// license::volume();
    /// ```
    fn license::volume() -> VOLUME, pages [] = |call| {
        let license = License { edition: Edition::Volume, sign_in_as: Part::Unsaid };
        call.declare(|it| &mut it.license, license)
    };
    /// Who signs in on page 4; the password is entered there by hand.
    ///
    /// - `user`: the user name of a member of the tenant
    ///
    /// ```rhai
    /// license::entra_id().sign_in_as("admin@contoso.onmicrosoft.com");
    /// ```
    fn .sign_in_as(user: Email) on [ENTRA_ID], pages [4] = |call| {
        let user = call.read(0);
        call.say(|it, index| &mut it.license.all[index].value.sign_in_as, user);
    };
}

static FIELDS: &[Field] = &[
    Field {
        name: "license.edition",
        label: "Edition of the installer",
        page: None,
        ty: Ty::Text,
        read: |it| match it.license.get() {
            Some(license) => {
                let edition = match license.edition {
                    Edition::EntraId => "Entra ID P1 or P2",
                    Edition::Volume => "volume licence",
                };
                Reading::Said(Value::text(edition), license.origin.clone())
            }
            None => Reading::NotAsked,
        },
    },
    Field {
        name: "license.sign_in_as",
        label: "User name",
        page: Some(4),
        ty: Ty::Email,
        read: |it| match it.license.get() {
            Some(license) => Reading::said(&license.sign_in_as),
            None => Reading::NotAsked,
        },
    },
];

code! {
    /// There are two editions of the installer, and the customer's licence decides between them. The one for Entra ID P1 or P2
    /// asks for a cloud and a sign-in and refuses a tenant without such a subscription; the one for a volume licence asks for
    /// neither. What is to be prepared, and whether the installation can run without a person, follows from it.
    ///
    /// ```rhai,reports
    /// sql::database("sql.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// sql::database("sql.contoso.com");
    /// license::volume();
    /// ```
    LICENSE_MISSING: Error = "license-missing", "no licence",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-licensing" seen "2026-11-23";

    /// The edition for Entra ID P1 or P2 began with build 4.6.421.0 of 2021-03-17. An older package is of the edition for a
    /// volume licence, or not the one that is meant.
    ///
    /// ```rhai,reports
    /// license::entra_id();
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.34.0");
    /// ```
    ///
    /// ```rhai
    /// license::entra_id();
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0");
    /// ```
    LICENSE_BUILD: Error = "license-build", "build before the edition for Entra ID",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-licensing" seen "2026-11-23";

    /// A guest signs in to the tenant, but may not read its subscriptions, so the check for Entra ID P1 or P2 would answer
    /// that it is not permitted. In a user name, `#EXT#` marks a guest.
    ///
    /// ```rhai,reports
    /// license::entra_id().sign_in_as("admin_contoso.com#EXT#@contoso.onmicrosoft.com");
    /// ```
    ///
    /// Sign in with a member of the tenant:
    ///
    /// ```rhai
    /// license::entra_id().sign_in_as("admin@contoso.onmicrosoft.com");
    /// ```
    LICENSE_GUEST: Warning = "license-guest", "sign-in as a guest",
        source "https://learn.microsoft.com/en-us/graph/api/subscribedsku-list" seen "2026-11-23";

    /// The user who signs in is of another tenant than the one that is declared. Setup reads the subscriptions of the tenant
    /// that was signed in to: it would find no Entra ID P1 or P2, or find it with the wrong customer.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// license::entra_id().sign_in_as("admin@contosotest.onmicrosoft.com");
    /// ```
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// license::entra_id().sign_in_as("admin@contoso.onmicrosoft.com");
    /// ```
    ///
    /// A domain of the customer's own may belong to the tenant, and is not judged; the plan compares the tenant itself
    /// after the sign-in.
    LICENSE_OTHER_TENANT: Warning = "license-other-tenant", "sign-in to another tenant",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.license.is_declared() {
        return;
    }
    let choice = Component::ALL.into_iter().find_map(|it| deployment.choice(it));
    let Some(choice) = choice else { return };
    // Whoever names a cloud has a tenant, and most likely the edition that asks for it.
    let likely =
        if deployment.cloud.is_declared() { "license::entra_id()" } else { "license::volume()" };
    out.about(choice, "no licence is chosen")
        .label("something is to be installed")
        .help("write `license::entra_id()` for a customer with Entra ID P1 or P2, or `license::volume()` for one with a volume licence")
        .fix(
            format!("write `{likely}`"),
            Applicability::Review,
            deployment.end,
            format!("\n\n{likely};"),
        );
}

fn build(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let license = deployment.license.get().filter(|it| it.edition == Edition::EntraId);
    let build = deployment.installer.get().and_then(|it| it.build.said());
    let (Some(license), Some(build)) = (license, build) else { return };
    if build.value < FIRST_ENTRA_BUILD {
        let message = format!("build {} has no edition for Entra ID P1 or P2", build.value);
        out.about(&build.origin, message)
            .label(format!("it began with {FIRST_ENTRA_BUILD}"))
            .against(&license.origin, "chosen here")
            .help("use the newest package, 4.6.421.0 at least; or, with a volume licence, write `license::volume()`");
    }
}

fn guest(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(user) = deployment.license.get().and_then(|it| it.sign_in_as.said()) else { return };
    if user.value.mailbox().to_ascii_uppercase().contains("#EXT#") {
        out.about(&user.origin, format!("`{}` is a guest of the tenant", user.value))
            .label("a guest may not read the tenant's subscriptions")
            .help(format!("sign in with a member, such as `admin@{}`", user.value.domain()));
    }
}

fn other_tenant(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let user = deployment.license.get().and_then(|it| it.sign_in_as.said());
    let tenant = deployment.cloud.get().and_then(|it| it.tenant.said());
    let (Some(user), Some(tenant)) = (user, tenant) else { return };
    let initial = (initial_name(user.value.domain()), initial_name(&tenant.value));
    if let (Some(of_user), Some(of_tenant)) = initial
        && of_user != of_tenant
    {
        let message = format!("`{}` is not a user of the tenant `{}`", user.value, tenant.value);
        out.about(&user.origin, message)
            .label("a user of another tenant")
            .against(&tenant.origin, "the tenant")
            .help(format!(
                "sign in as a user of it, such as `{}@{}`",
                user.value.mailbox(),
                tenant.value
            ));
    }
}

/// The tenant's name in a domain that Microsoft gave to it: `contoso` and the cloud's ending, also for
/// `contoso.mail.onmicrosoft.com`. None for a domain of the customer's own.
fn initial_name(domain: &DomainName) -> Option<(String, &'static str)> {
    let ending = CloudName::of_domain(domain).next()?.initial_domain();
    let name = domain.as_str().split('.').next()?;
    Some((name.to_ascii_lowercase(), ending))
}

fn steps(deployment: &Deployment, planner: &mut Planner) {
    let Some(license) = deployment.license.get() else { return };
    match license.edition {
        Edition::EntraId => {}
        Edition::Volume => return,
    }
    planner.step(Draft {
        ops: vec![read(ORGANIZATION, Judge::Tenant), read(SUBSCRIPTIONS, Judge::EntraIdPremium)],
        rights: ["LicenseAssignment.Read.All", "User.Read"]
            .map(|right| Right { on: "Microsoft Graph".to_owned(), right: right.to_owned() })
            .to_vec(),
        ..Draft::new("validate-license", "Validate the tenant's Entra ID licence", &license.origin)
    });
}

fn read(path: &str, judge: Judge) -> Op {
    Op::Http(Http {
        service: Service::Graph,
        method: Method::Get,
        path: path.to_owned(),
        headers: BTreeMap::new(),
        body: None,
        expect: vec![200],
        judge: Some(judge),
        take: BTreeMap::new(),
    })
}
