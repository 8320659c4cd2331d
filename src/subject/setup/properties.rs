//! The installer's public properties: the one table, graded by evidence.
//!
//! Nothing official lists the properties of MIM 2016 SP2. The names come from Microsoft's guides for FIM 2010 R2, which
//! shares the code line, and from public scripts that use them on MIM 2016 (looked up 2026-11-23). A row says how well
//! its name is known; a value without a row that is known well enough is entered by a person.

use crate::model::format::{Build, Format};
use crate::model::{
    AccountKind, Certificate, Component, Deployment, Edition, MailServer, PasswordPortal,
    RemotePasswordPortal,
};
use crate::plan::op::Value;

/// How well a name is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Grade {
    /// Microsoft's own table or example, and at least two independent families of scripts.
    A,
    /// Microsoft's text alone, or at least two independent families of scripts.
    B,
    /// One family of scripts. Not used.
    C,
    /// A comment only. Not used.
    D,
}

/// One public property.
#[derive(Debug)]
pub struct Property {
    /// Its name, case-sensitive.
    pub name: &'static str,
    /// The field of the wizard that it fills; empty for one that has no field.
    pub field: &'static str,
    /// The component that reads it; none for the installation as a whole.
    pub component: Option<Component>,
    /// Whether its value is a secret.
    pub secret: bool,
    /// How well the name is known.
    pub grade: Grade,
    /// Whether the page that it fills was redesigned in build 4.6.421, so that it is not known to be enough there.
    pub redesigned: bool,
    /// Where the name comes from.
    pub source: &'static str,
    /// Its value in a deployment that asks for it.
    pub value: fn(&Deployment) -> Option<Value>,
}

/// The build in which the mail pages were redesigned and the Entra edition began (2021-03-17).
pub const REDESIGN: Build = Build::of([4, 6, 421, 0]);

const FIM: &str =
    "FIM 2010 R2 Deployment Guide (Microsoft, 2012), tables of unattended installation";
const SSPR: &str =
    "FIM 2010 R2 Self-Service Password Reset Deployment Guide (Microsoft, 2012), table 2";
const SCRIPTS: &str = "independent public scripts for MIM 2016";

macro_rules! property {
    ($name:literal, $field:literal, $component:expr, $grade:ident, $source:expr, $value:expr) => {
        Property {
            name: $name,
            field: $field,
            component: $component,
            secret: false,
            grade: Grade::$grade,
            redesigned: false,
            source: $source,
            value: $value,
        }
    };
    (secret $name:literal, $field:literal, $component:expr, $grade:ident, $source:expr, $value:expr) => {
        Property { secret: true, ..property!($name, $field, $component, $grade, $source, $value) }
    };
    (redesigned $name:literal, $field:literal, $component:expr, $grade:ident, $source:expr, $value:expr) => {
        Property {
            redesigned: true,
            ..property!($name, $field, $component, $grade, $source, $value)
        }
    };
}

/// A property that no plan sets.
macro_rules! known {
    ($name:literal, $component:expr, $grade:ident, $source:expr) => {
        property!($name, "", $component, $grade, $source, |_| None)
    };
    (secret $name:literal, $component:expr, $grade:ident, $source:expr) => {
        property!(secret $name, "", $component, $grade, $source, |_| None)
    };
}

const PRIVILEGED: Option<Component> = Some(Component::PrivilegedAccess);
const SERVICE: Option<Component> = Some(Component::Service);
const PORTAL: Option<Component> = Some(Component::Portal);
const REPORTING: Option<Component> = Some(Component::Reporting);
const REGISTRATION: Option<Component> = Some(Component::PasswordRegistration);
const RESET: Option<Component> = Some(Component::PasswordReset);

/// Every property that is known: those that a plan can set in the order of the wizard, then the others.
pub static PROPERTIES: &[Property] = &[
    property!("ACCEPT_EULA", "installer.license_terms", None, B, SCRIPTS, |it| {
        it.installer.get()?.license_terms.said().map(|terms| bit(terms.value))
    }),
    property!("REBOOT", "", None, B, SCRIPTS, |_| Some(Value::text("ReallySuppress"))),
    property!("SQMOPTINSETTING", "", None, A, FIM, |it| {
        // The page about the experience improvement programme belongs to the volume licence's edition.
        (it.license.get()?.edition == Edition::Volume).then(|| bit(false))
    }),
    property!("INSTALLDIR", "installer.folder", None, B, SCRIPTS, |it| {
        text(it.installer.get()?.folder.value())
    }),
    property!("SQLSERVER_SERVER", "database.server", SERVICE, A, FIM, |it| {
        text(it.database.get()?.server.value())
    }),
    property!("SQLSERVER_DATABASE", "database.name", SERVICE, A, FIM, |it| {
        let name = it.database.get()?.name.value().map(Format::text);
        Some(Value::text(name.unwrap_or_else(|| "FIMService".to_owned())))
    }),
    property!("EXISTINGDATABASE", "database.reuse", SERVICE, A, FIM, |it| {
        Some(bit(it.database.get()?.reuse.is_on()))
    }),
    property!(redesigned "MAIL_SERVER", "mail.host", SERVICE, A, FIM, |it| {
        let mail = it.mail.get()?;
        Some(match mail.server {
            MailServer::Exchange | MailServer::Smtp => text(mail.host.value())?,
            MailServer::Office365 => Value::text(it.office365_host()),
            // "If you do not want to use a mail server, enter localhost" (volume licence guide).
            MailServer::None => Value::text("localhost"),
        })
    }),
    property!(redesigned "MAIL_SERVER_USE_SSL", "mail.server", SERVICE, A, FIM, |it| {
        let server = it.mail.get()?.server;
        Some(bit(matches!(server, MailServer::Exchange | MailServer::Office365)))
    }),
    property!(redesigned "MAIL_SERVER_IS_EXCHANGE", "mail.server", SERVICE, A, FIM, |it| {
        let server = it.mail.get()?.server;
        Some(bit(matches!(server, MailServer::Exchange | MailServer::Office365)))
    }),
    property!(redesigned "MAIL_SERVER_IS_EXCHANGE_ONLINE", "mail.server", SERVICE, B, SCRIPTS, |it| {
        Some(bit(it.mail.get()?.server == MailServer::Office365))
    }),
    property!("POLL_EXCHANGE_ENABLED", "mail.poll", SERVICE, A, FIM, |it| {
        let mail = it.mail.get()?;
        // With Exchange Online, polling is switched on after the installation.
        Some(bit(mail.server == MailServer::Exchange && it.polls_mailbox(mail)))
    }),
    property!(redesigned "USE_MANAGED_ACCOUNT_FOR_SERVICE", "account.managed", SERVICE, B, SCRIPTS, |it| {
        Some(bit(matches!(it.account.get()?.kind, AccountKind::Managed)))
    }),
    property!("SERVICE_MANAGER_SERVER", "reporting.server", REPORTING, A, FIM, |it| {
        text(it.reporting.get()?.server.value())
    }),
    property!("CERTIFICATE_NAME", "certificate.name", SERVICE, A, FIM, |it| {
        it.certificate_name().map(Value::text)
    }),
    property!(
        "CERTIFICATE_THUMBPRINT",
        "certificate.thumbprint",
        SERVICE,
        D,
        "a comment in one public tool",
        |it| {
            text(match &it.certificate.get()?.value {
                Certificate::Existing { thumbprint } => thumbprint.value(),
                Certificate::SelfIssued { .. } => None,
            })
        }
    ),
    property!("SERVICE_ACCOUNT_NAME", "account.name", SERVICE, A, FIM, |it| {
        Some(Value::text(it.account.get()?.account.value()?.name()))
    }),
    property!(secret "SERVICE_ACCOUNT_PASSWORD", "account.password", SERVICE, A, FIM, |it| {
        match &it.account.get()?.kind {
            AccountKind::Regular { password } => secret(password.value()),
            AccountKind::Managed => None,
        }
    }),
    property!("SERVICE_ACCOUNT_DOMAIN", "account.domain", SERVICE, A, FIM, |it| {
        Some(Value::text(it.account.get()?.account.value()?.domain()))
    }),
    property!("SERVICE_ACCOUNT_EMAIL", "mail.mailbox", SERVICE, A, FIM, |it| {
        text(it.mail.get()?.address.value())
    }),
    property!(secret "SERVICE_ACCOUNT_EMAIL_PASSWORD", "mail.password", SERVICE, B, SCRIPTS, |it| {
        let managed = matches!(it.account.get()?.kind, AccountKind::Managed);
        secret(it.mail.get()?.page_12_password(managed)?.value())
    }),
    property!("SYNCHRONIZATION_SERVER", "synchronization.server", SERVICE, A, FIM, |it| {
        text(it.synchronization.get()?.server.value())
    }),
    property!(
        "SYNCHRONIZATION_SERVER_ACCOUNT",
        "synchronization.agent_account",
        SERVICE,
        A,
        FIM,
        |it| { text(it.synchronization.get()?.agent_account.value()) }
    ),
    // The service and the portal both read it.
    property!("SERVICEADDRESS", "service.address", None, A, FIM, |it| {
        let asked = it.installs(Component::Service) || it.installs(Component::Portal);
        text(it.service.get()?.address.value().filter(|_| asked))
    }),
    property!("SHAREPOINT_URL", "portal.site", PORTAL, A, FIM, |it| {
        text(it.portal.get()?.site.value())
    }),
    property!("REGISTRATION_PORTAL_URL", "portal.registration_link", PORTAL, A, FIM, |it| {
        text(it.portal.get()?.registration_link.value())
    }),
    property!("FIREWALL_CONF", "service.open_firewall", SERVICE, A, FIM, |it| {
        Some(bit(it.service.get()?.open_firewall.is_on()))
    }),
    property!("SHAREPOINTUSERS_CONF", "portal.grant_authenticated_users", PORTAL, A, FIM, |it| {
        Some(bit(it.portal.get()?.grant_authenticated_users.is_on()))
    }),
    property!("REQUIRE_REGISTRATION_INFO", "remote_registration.account", SERVICE, A, FIM, |it| {
        it.remote_registration.get().map(|_| bit(true))
    }),
    property!("REGISTRATION_ACCOUNT_NAME", "remote_registration.account", SERVICE, A, FIM, |it| {
        remote_name(it.remote_registration.get()?)
    }),
    property!(
        "REGISTRATION_ACCOUNT_DOMAIN",
        "remote_registration.account",
        SERVICE,
        A,
        FIM,
        |it| { remote_domain(it.remote_registration.get()?) }
    ),
    property!("REQUIRE_RESET_INFO", "remote_reset.account", SERVICE, A, FIM, |it| {
        it.remote_reset.get().map(|_| bit(true))
    }),
    property!("RESET_ACCOUNT_NAME", "remote_reset.account", SERVICE, A, FIM, |it| {
        remote_name(it.remote_reset.get()?)
    }),
    property!("RESET_ACCOUNT_DOMAIN", "remote_reset.account", SERVICE, A, FIM, |it| {
        remote_domain(it.remote_reset.get()?)
    }),
    property!("REGISTRATION_ACCOUNT", "registration.pool_account", REGISTRATION, A, SSPR, |it| {
        text(it.registration.get()?.pool_account.value())
    }),
    property!(secret "REGISTRATION_ACCOUNT_PASSWORD", "registration.pool_password", REGISTRATION, A, SSPR, |it| {
        secret(it.registration.get()?.pool_password.value())
    }),
    property!("REGISTRATION_HOSTNAME", "registration.host", REGISTRATION, A, SSPR, |it| {
        text(it.registration.get()?.host.value())
    }),
    property!("REGISTRATION_PORT", "registration.port", REGISTRATION, A, SSPR, |it| {
        Some(port(it.registration.get()?))
    }),
    // Microsoft's table and its example line disagree on the name; a public property that the package does not know is
    // ignored, so both are set.
    property!(
        "REGISTRATION_FIREWALL_CONFIG",
        "registration.open_firewall",
        REGISTRATION,
        A,
        SSPR,
        |it| { Some(bit(it.registration.get()?.open_firewall.is_on())) }
    ),
    property!(
        "REGISTRATION_FIREWALL_CONF",
        "registration.open_firewall",
        REGISTRATION,
        B,
        SCRIPTS,
        |it| { Some(bit(it.registration.get()?.open_firewall.is_on())) }
    ),
    property!(
        "REGISTRATION_SERVERNAME",
        "registration.service_address",
        REGISTRATION,
        A,
        SSPR,
        |it| { service_address(it, it.registration.get()?) }
    ),
    property!("IS_REGISTRATION_EXTRANET", "registration.extranet", REGISTRATION, A, SSPR, |it| {
        Some(extranet(it.registration.get()?))
    }),
    property!("RESET_ACCOUNT", "reset.pool_account", RESET, A, SSPR, |it| {
        text(it.reset.get()?.pool_account.value())
    }),
    property!(secret "RESET_ACCOUNT_PASSWORD", "reset.pool_password", RESET, A, SSPR, |it| {
        secret(it.reset.get()?.pool_password.value())
    }),
    property!("RESET_HOSTNAME", "reset.host", RESET, A, SSPR, |it| {
        text(it.reset.get()?.host.value())
    }),
    property!("RESET_PORT", "reset.port", RESET, A, SSPR, |it| Some(port(it.reset.get()?))),
    property!("RESET_FIREWALL_CONFIG", "reset.open_firewall", RESET, A, SSPR, |it| {
        Some(bit(it.reset.get()?.open_firewall.is_on()))
    }),
    property!("RESET_FIREWALL_CONF", "reset.open_firewall", RESET, A, FIM, |it| {
        Some(bit(it.reset.get()?.open_firewall.is_on()))
    }),
    property!("RESET_SERVERNAME", "reset.service_address", RESET, A, SSPR, |it| {
        service_address(it, it.reset.get()?)
    }),
    property!("IS_RESET_EXTRANET", "reset.extranet", RESET, A, SSPR, |it| {
        Some(extranet(it.reset.get()?))
    }),
    // Known, and never set by a plan: what no page asks for, or what is known too little. `.property` may name them.
    known!("ALLUSERS", None, C, "one family of public scripts"),
    known!("CONFIG_FIREWALL", PRIVILEGED, C, "one public tool"),
    known!("ENABLE_REPORTING", None, C, "one family of public scripts"),
    known!("FIREWALLMODE", None, C, "one family of public scripts"),
    known!("IS_REMOTE_SQL_SERVER", SERVICE, D, "a comment in one public script"),
    known!("IS_SYNC_SERVICE_EXISTS", SERVICE, C, "one family of public scripts"),
    known!("IS_SYNC_SERVICE_RUNNING", SERVICE, C, "one family of public scripts"),
    known!("MIMPAM_ACCOUNT_DOMAIN", PRIVILEGED, C, "one family of public scripts"),
    known!("MIMPAM_REST_API_PORT", PRIVILEGED, B, SCRIPTS),
    known!("PAM_COMPONENT_SERVICE_ACCOUNT_DOMAIN", PRIVILEGED, B, SCRIPTS),
    known!("PAM_COMPONENT_SERVICE_ACCOUNT_NAME", PRIVILEGED, B, SCRIPTS),
    known!(secret "PAM_COMPONENT_SERVICE_ACCOUNT_PASSWORD", PRIVILEGED, B, SCRIPTS),
    known!("PAM_MONITORING_SERVICE_ACCOUNT_DOMAIN", PRIVILEGED, B, SCRIPTS),
    known!("PAM_MONITORING_SERVICE_ACCOUNT_NAME", PRIVILEGED, B, SCRIPTS),
    known!(secret "PAM_MONITORING_SERVICE_ACCOUNT_PASSWORD", PRIVILEGED, B, SCRIPTS),
    known!("PAM_REST_API_APPPOOL_ACCOUNT_DOMAIN", PRIVILEGED, B, SCRIPTS),
    known!("PAM_REST_API_APPPOOL_ACCOUNT_NAME", PRIVILEGED, B, SCRIPTS),
    known!(secret "PAM_REST_API_APPPOOL_ACCOUNT_PASSWORD", PRIVILEGED, B, SCRIPTS),
    known!("PASSWORDUSERS_CONF", None, A, FIM),
    known!("REGISTRATION_FIREWALLMODE", REGISTRATION, C, "one family of public scripts"),
    known!("REQUIRE_REGISTRATIONPORTAL_INFO", SERVICE, B, FIM),
    known!("REQUIRE_RESETPORTAL_INFO", SERVICE, D, "a comment in one public script"),
    known!("RESET_FIREWALLMODE", RESET, C, "one family of public scripts"),
    known!("RMS_PORT", SERVICE, B, SCRIPTS),
    known!("RUNNING_USER_EMAIL", SERVICE, C, "one family of public scripts"),
    known!("SHAREPOINTTIMEOUT", PORTAL, A, FIM),
    known!("SHAREPOINTVERSION", PORTAL, C, "one family of public scripts"),
    known!("STS_PORT", SERVICE, B, SCRIPTS),
    known!("SYNCHRONIZATION_SERVER_ACCOUNT_DOMAIN", SERVICE, C, "one family of public scripts"),
    known!("SYNCHRONIZATION_SERVER_ACCOUNT_NAME", SERVICE, C, "one family of public scripts"),
    known!("TRANSFORMS", None, B, "Windows Installer"),
];

/// Names that public scripts pass and that the installer does not know, with what was meant.
pub static WRONG: &[(&str, &str)] = &[
    ("FEATURES_TO_INSTALL", "`ADDLOCAL`, which the plan writes from the components"),
    ("FEATURES_TO_EXCLUDE", "leaving the component out"),
    ("RESET_PORTAL_URL", "`portal::password_reset(host)`"),
    ("SQMOPTINTSETTING", "`SQMOPTINSETTING`"),
    ("TRANSFORM", "`TRANSFORMS`"),
];

fn bit(on: bool) -> Value {
    Value::text(if on { "1" } else { "0" })
}

fn text<T: Format>(value: Option<&T>) -> Option<Value> {
    value.map(|it| Value::text(it.text()))
}

fn secret(value: Option<&crate::model::Secret>) -> Option<Value> {
    value.map(|it| Value::Secret(it.name.text()))
}

fn port(portal: &PasswordPortal) -> Value {
    Value::text(portal.port.value().map_or_else(|| "80".to_owned(), Format::text))
}

/// The property takes these words, not 0 and 1.
fn extranet(portal: &PasswordPortal) -> Value {
    Value::text(if portal.is_extranet() { "Extranet" } else { "None" })
}

fn service_address(deployment: &Deployment, portal: &PasswordPortal) -> Option<Value> {
    let own = portal.service_address.value();
    text(own.or_else(|| deployment.service.get()?.address.value()))
}

fn remote_name(portal: &RemotePasswordPortal) -> Option<Value> {
    Some(Value::text(portal.account.value()?.name()))
}

fn remote_domain(portal: &RemotePasswordPortal) -> Option<Value> {
    Some(Value::text(portal.account.value()?.domain()))
}
