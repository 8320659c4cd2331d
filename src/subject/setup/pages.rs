//! The pages of the installer's wizard, in order, counted as in the vendor's guide (read 2026-11-23).

use crate::model::format::DomainAccount;
use crate::model::{
    AccountKind, Component, Deployment, Edition, MailAuthentication, PasswordPortal,
};
use crate::plan::Page;

/// One page of the wizard.
struct Row {
    number: u8,
    title: &'static str,
    subtitle: &'static str,
    /// Whether it appears in this deployment.
    shown: fn(&Deployment) -> bool,
    /// What a person does or minds there, beside the fields.
    notes: fn(&Deployment) -> Vec<&'static str>,
}

const COMMON: &str = "Configure Common Services";
const SERVICE_AND_PORTAL: &str = "Configure MIM Service and Portal";
const REGISTRATION: &str = "Configure MIM Password Registration Portal";
const RESET: &str = "Configure MIM Password Reset Portal";
const IIS: &str = "Enter configuration information used by IIS";

const ROWS: &[Row] = &[
    Row {
        number: 1,
        title: "Welcome to the Microsoft Identity Manager Service and Portal Setup Wizard",
        subtitle: "",
        shown: |_| true,
        notes: |_| {
            vec!["Started from an elevated prompt; the log's folder exists before. Click Next."]
        },
    },
    Row {
        number: 2,
        title: "End-User License Agreement",
        subtitle: "",
        shown: |_| true,
        notes: |_| Vec::new(),
    },
    Row { number: 3, title: "Azure Cloud", subtitle: "", shown: is_entra, notes: |_| Vec::new() },
    Row {
        number: 4,
        title: "Sign in to your account",
        subtitle: "",
        shown: is_entra,
        notes: |_| {
            vec![
                "Sign in with a member account of the tenant; multi-factor authentication may follow. An error here means that the tenant has no Entra ID P1 or P2, or that the account is of another tenant.",
            ]
        },
    },
    Row {
        number: 5,
        title: "Custom Setup",
        subtitle: "Select the way you want features to be installed.",
        shown: |_| true,
        notes: |it| {
            if it.installs(Component::PrivilegedAccess) {
                vec![
                    "Privileged Access Management asks for its accounts on pages of its own, which this plan does not hold.",
                ]
            } else {
                Vec::new()
            }
        },
    },
    Row {
        number: 6,
        title: COMMON,
        subtitle: "Configure the MIM database connection",
        shown: installs_service,
        notes: |_| vec!["Setup signs in to SQL Server with the current Windows credentials."],
    },
    Row {
        number: 7,
        title: "Database Backup Warning",
        subtitle: "",
        shown: |it| installs_service(it) && it.database.get().is_some_and(|it| it.reuse.is_on()),
        notes: |_| {
            vec![
                "A failed installation may result in a corrupt MIM Service database. Click Next only with a backup at hand.",
            ]
        },
    },
    Row {
        number: 8,
        title: COMMON,
        subtitle: "Configure mail server connection",
        shown: installs_service,
        notes: |_| Vec::new(),
    },
    Row {
        number: 9,
        title: COMMON,
        subtitle: "Configure MIM Reporting Service Manager management server connection",
        shown: |it| it.installs(Component::Reporting),
        notes: |_| Vec::new(),
    },
    Row {
        number: 10,
        title: COMMON,
        subtitle: "Configure Office 365 mailbox",
        shown: |it| {
            let method = it.mail.get().and_then(|it| it.method());
            method == Some(MailAuthentication::Application)
        },
        notes: |_| {
            vec![
                "`Failed to access Office 365 mailbox` with AADSTS90002 means a wrong Tenant ID, with AADSTS7000215 a wrong secret: its ID instead of its value, most often.",
            ]
        },
    },
    Row {
        number: 11,
        title: COMMON,
        subtitle: "Configure service certificate",
        shown: installs_service,
        notes: |_| Vec::new(),
    },
    Row {
        number: 12,
        title: COMMON,
        subtitle: "Configure the MIM service account",
        shown: installs_service,
        notes: |it| {
            if is_managed(it) {
                vec!["The password of a managed account stays empty."]
            } else {
                Vec::new()
            }
        },
    },
    Row {
        number: 13,
        title: "Account Security Warning",
        subtitle: "",
        shown: installs_service,
        notes: |it| {
            if is_managed(it) {
                vec![
                    "Always appears for a managed account, since setup cannot test it. Click Next.",
                ]
            } else {
                vec![
                    "Appears only if the account is not denied local logon. Deny it first, or click Next and do it after.",
                ]
            }
        },
    },
    Row {
        number: 14,
        title: COMMON,
        subtitle: "Configure the … synchronization server",
        shown: installs_service,
        notes: |_| Vec::new(),
    },
    Row {
        number: 15,
        title: SERVICE_AND_PORTAL,
        subtitle: "Configure connection to the MIM Service",
        shown: |it| installs_service(it) || installs_portal(it),
        notes: |_| Vec::new(),
    },
    Row {
        number: 16,
        title: SERVICE_AND_PORTAL,
        subtitle: "Configure connection to the MIM Service",
        shown: installs_portal,
        notes: |_| Vec::new(),
    },
    Row {
        number: 17,
        title: "SharePoint 2016 services restart warning",
        subtitle: "",
        shown: installs_portal,
        notes: |_| {
            vec![
                "The \"Sharepoint Timer\" services will be restarted during installation process: other sites of the farm notice. Click Next.",
            ]
        },
    },
    Row {
        number: 18,
        title: SERVICE_AND_PORTAL,
        subtitle: "Configure optional portal homepage configuration",
        shown: installs_portal,
        notes: |it| {
            let said = it.portal.get().is_some_and(|it| !it.registration_link.is_unsaid());
            if said { Vec::new() } else { vec!["Leave the Registration Portal URL empty."] }
        },
    },
    Row {
        number: 19,
        title: SERVICE_AND_PORTAL,
        subtitle: "Configure security changes configured by setup",
        shown: |it| installs_service(it) || installs_portal(it),
        notes: |_| Vec::new(),
    },
    Row {
        number: 20,
        title: REGISTRATION,
        subtitle: IIS,
        shown: |it| it.installs(Component::PasswordRegistration),
        notes: |it| pool_note(it.registration.get().map(|it| &it.value)),
    },
    Row {
        number: 21,
        title: "Password Registration Portal Warning",
        subtitle: "",
        shown: |it| it.installs(Component::PasswordRegistration),
        notes: |_| vec![REQUIRE_SSL],
    },
    Row {
        number: 22,
        title: REGISTRATION,
        subtitle: "",
        shown: |it| it.installs(Component::PasswordRegistration),
        notes: |_| Vec::new(),
    },
    Row {
        number: 23,
        title: RESET,
        subtitle: IIS,
        shown: |it| it.installs(Component::PasswordReset),
        notes: |it| pool_note(it.reset.get().map(|it| &it.value)),
    },
    Row {
        number: 24,
        title: "Password Reset Portal Warning",
        subtitle: "",
        shown: |it| it.installs(Component::PasswordReset),
        notes: |_| vec![REQUIRE_SSL],
    },
    Row {
        number: 25,
        title: RESET,
        subtitle: "",
        shown: |it| it.installs(Component::PasswordReset),
        notes: |_| Vec::new(),
    },
    Row {
        number: 26,
        title: "Install Microsoft Identity Manager Service and Portal",
        subtitle: "",
        shown: |_| true,
        notes: |_| vec!["Click Install."],
    },
];

const REQUIRE_SSL: &str = "Setup does not make the virtual directory require SSL. Click Next, and require it after the installation.";

/// Title and subtitle of a page, as the wizard shows them.
#[must_use]
pub fn heading(number: u8) -> Option<(&'static str, &'static str)> {
    ROWS.iter().find(|it| it.number == number).map(|it| (it.title, it.subtitle))
}

/// The pages that the wizard shows in a deployment.
#[must_use]
pub fn pages(deployment: &Deployment) -> Vec<Page> {
    let page = |row: &Row| Page {
        number: row.number,
        title: row.title.to_owned(),
        subtitle: row.subtitle.to_owned(),
        notes: (row.notes)(deployment).into_iter().map(ToOwned::to_owned).collect(),
    };
    ROWS.iter().filter(|row| (row.shown)(deployment)).map(page).collect()
}

fn is_entra(deployment: &Deployment) -> bool {
    deployment.license.get().is_some_and(|it| it.edition == Edition::EntraId)
}

fn installs_service(deployment: &Deployment) -> bool {
    deployment.installs(Component::Service)
}

fn installs_portal(deployment: &Deployment) -> bool {
    deployment.installs(Component::Portal)
}

fn is_managed(deployment: &Deployment) -> bool {
    deployment.account.get().is_some_and(|it| matches!(it.kind, AccountKind::Managed))
}

fn pool_note(portal: Option<&PasswordPortal>) -> Vec<&'static str> {
    let managed =
        portal.and_then(|it| it.pool_account.value()).is_some_and(DomainAccount::is_managed);
    if managed { vec!["The password of a managed account stays empty."] } else { Vec::new() }
}
