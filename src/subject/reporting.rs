//! MIM Reporting: the management server of System Center Service Manager. Page 9.

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter};
use crate::model::format::{Build, HostName};
use crate::model::{Component, Deployment, Reporting};
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::{Check, Field, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "reporting",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &REPORTING_MISSING, run: missing },
        Check { code: &REPORTING_SERVER, run: this_server },
        Check { code: &REPORTING_WAREHOUSE, run: warehouse },
        Check { code: &REPORTING_CONSOLE, run: console },
        Check { code: &REPORTING_BUILD, run: build },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

/// The first build that works with Service Manager 2016.
const SERVICE_MANAGER_2016: Build = Build::of([4, 4, 1459, 0]);
/// The first build that works with Service Manager 2019 (Service Pack 2).
const SERVICE_MANAGER_2019: Build = Build::of([4, 6, 34, 0]);

static REPORTING: Builder = Builder {
    name: "reporting::management_server",
    refusals: &[
        Refusal {
            method: "data_warehouse",
            reason: "setup asks for the management server only, and finds the data warehouse that is registered with it",
        },
        Refusal {
            method: "database",
            reason: "setup asks for the management server only, and finds the data warehouse that is registered with it",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The management server of System Center Service Manager, for MIM Reporting. A script that says it installs MIM
    /// Reporting, and with it the MIM Service.
    ///
    /// - `host`: the management server, not the server of the data warehouse
    ///
    /// ```rhai
    /// reporting::management_server("scsm.contoso.com");
    /// ```
    fn reporting::management_server(host: Host) -> REPORTING, pages [5, 9] = |call| {
        let server = call.read(0);
        call.declare(|it| &mut it.reporting, Reporting { server })
    };
}

static FIELDS: &[Field] = &[Field {
    name: "reporting.server",
    label: "Management Server",
    page: Some(9),
    ty: Ty::Host,
    read: |it| it.reporting.get().map_or(Reading::NotAsked, |it| Reading::said(&it.server)),
}];

code! {
    /// MIM Reporting writes into the data warehouse of System Center Service Manager. Page 9 asks for its management server,
    /// and setup goes no further without one.
    ///
    /// ```rhai,reports
    /// components::reporting();
    /// ```
    ///
    /// ```rhai
    /// components::reporting();
    /// reporting::management_server("scsm.contoso.com");
    /// ```
    REPORTING_MISSING: Error = "reporting-missing", "MIM Reporting without a management server",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The management server is this server itself. Published scripts pass the local host where MIM Reporting is not
    /// installed at all, and the value spreads from there; with MIM Reporting, setup would look for System Center Service
    /// Manager on the server of MIM.
    ///
    /// ```rhai,reports
    /// reporting::management_server("localhost");
    /// ```
    ///
    /// ```rhai
    /// reporting::management_server("scsm.contoso.com");
    /// ```
    REPORTING_SERVER: Warning = "reporting-server", "management server that is this server",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// System Center Service Manager has two servers that are easily mixed up. Page 9 asks for the management server; the
    /// data warehouse has a management server of its own, which is not meant.
    ///
    /// ```rhai,reports
    /// reporting::management_server("scsmdw.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// reporting::management_server("scsm.contoso.com");
    /// ```
    REPORTING_WAREHOUSE: Hint = "reporting-warehouse", "server of the data warehouse",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Setup installs MIM Reporting only on a server that has the console of System Center Service Manager and the Report
    /// Viewer. The data warehouse must be registered with the management server, and whoever installs must be an
    /// administrator of Service Manager and a local administrator of the data warehouse's server.
    ///
    /// ```rhai,reports
    /// reporting::management_server("scsm.contoso.com");
    /// ```
    ///
    /// Without MIM Reporting none of this is needed:
    ///
    /// ```rhai
    /// sql::database("sql.contoso.com");
    /// ```
    REPORTING_CONSOLE: Hint = "reporting-console", "what MIM Reporting needs on this server",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-supported-platforms" seen "2026-11-23";

    /// MIM Reporting works with the data warehouse of Service Manager 2016 from build 4.4.1459.0 on, and with that of Service
    /// Manager 2019 from build 4.6.34.0 (Service Pack 2) on. An older build works with neither.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.4.1302.0").accept_license_terms();
    /// reporting::management_server("scsm.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.421.0").accept_license_terms();
    /// reporting::management_server("scsm.contoso.com");
    /// ```
    REPORTING_BUILD: Warning = "reporting-build", "build too old for Service Manager 2016 and 2019",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-supported-platforms" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.reporting.is_declared() {
        return;
    }
    let Some(choice) = deployment.choice(Component::Reporting) else { return };
    out.about(choice, "MIM Reporting has no management server")
        .label("installs MIM Reporting")
        .help("name the management server of System Center Service Manager: `reporting::management_server(\"scsm.contoso.com\")`")
        .fix(
            "add the management server",
            Applicability::Review,
            deployment.end,
            "\n\nreporting::management_server(\"scsm.contoso.com\");",
        );
}

fn this_server(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(server) = deployment.reporting.get().and_then(|it| it.server.said()) else { return };
    let help = "name the management server of System Center Service Manager; without MIM Reporting, take the line out";
    if server.value.is_local() {
        out.about(
            &server.origin,
            format!("the management server `{}` is this server itself", server.value),
        )
        .label("Service Manager would be looked for here")
        .help(help);
        return;
    }
    let address = deployment.service.get().and_then(|it| it.address.said());
    if let Some(address) = address.filter(|it| is_same(&it.value, &server.value)) {
        out.about(
            &server.origin,
            format!("the management server `{}` is the server of the MIM Service", server.value),
        )
        .label("Service Manager would be looked for there")
        .against(&address.origin, "the address of the MIM Service")
        .help(help);
    }
}

/// Whether two names are of one host: equal, or one of them is the other without its domain.
fn is_same(one: &HostName, other: &HostName) -> bool {
    let alike = one.short().eq_ignore_ascii_case(other.short());
    one == other || alike && !(one.is_full() && other.is_full())
}

fn warehouse(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(server) = deployment.reporting.get().and_then(|it| it.server.said()) else { return };
    let short = server.value.short().to_ascii_lowercase();
    let word = short.trim_end_matches(|it: char| it.is_ascii_digit() || it == '-');
    if word.ends_with("dw") || word.ends_with("dwh") || word.contains("warehouse") {
        out.about(
            &server.origin,
            format!("`{}` looks like the server of the data warehouse", server.value),
        )
        .label("page 9 asks for the management server")
        .help(
            "make sure that it is the management server to which the data warehouse is registered",
        );
    }
}

fn console(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(choice) = deployment.choice(Component::Reporting) else { return };
    out.about(choice, "MIM Reporting needs the console of System Center Service Manager on this server")
        .label("installs MIM Reporting")
        .help("install the console and the Report Viewer first, and register the data warehouse with the management server")
        .help("install as an administrator of Service Manager who is also local administrator of the data warehouse's server");
}

fn build(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(choice) = deployment.choice(Component::Reporting) else { return };
    let build = deployment.installer.get().and_then(|it| it.build.said());
    let Some(build) = build.filter(|it| it.value < SERVICE_MANAGER_2016) else { return };
    out.about(
        &build.origin,
        format!("build {} works with neither Service Manager 2016 nor 2019", build.value),
    )
    .label(format!("needs {SERVICE_MANAGER_2016} for 2016, {SERVICE_MANAGER_2019} for 2019"))
    .against(choice, "installs MIM Reporting")
    .help("use the full package 4.6.421.0, and apply the newest hotfix (4.6.673.0) after it");
}
