//! The parts of a mail server connection: what is missing, what is not asked for, and what cannot be meant.

use jiff::civil::Date;

use crate::code;
use crate::diagnostic::{Applicability, Diagnostic, Reporter};
use crate::model::format::DomainName;
use crate::model::{
    Authentication, CloudName, Component, Deployment, Mail, MailServer, Part, Restriction,
};
use crate::source::{Origin, Span};
use crate::subject::mail::combination::{begun, is_managed, is_refused, method_name};

code! {
    /// Page 8 asks how the MIM Service sends mail, and setup needs an answer even if it is `None`.
    ///
    /// ```rhai,reports
    /// components::service();
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// mail::none();
    /// ```
    MAIL_MISSING: Error = "mail-missing", "MIM Service without a mail server connection",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Pages 8, 10 and 12 ask for more than the mail server: the address of the service's mailbox, with Office 365 an
    /// authentication, with an application its Tenant ID and Client Secret, and with Exchange Server and a managed account
    /// the mailbox's password.
    ///
    /// ```rhai,reports
    /// mail::office365().application("48b15b07-92a8-4c5f-ae4a-8850556d6b76");
    /// ```
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_INCOMPLETE: Error = "mail-incomplete", "mail server connection with parts missing",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Something is said that the wizard does not ask for with this authentication or this account: the field is greyed or
    /// its page does not appear. It would reach nothing, so it is a misunderstanding.
    ///
    /// ```rhai,reports
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// mail::exchange("mail.contoso.com")
    ///     .mailbox("svcMIMService@contoso.com")
    ///     .password(secret("mailbox_password"));
    /// ```
    ///
    /// A regular account opens its mailbox with its own password; only a managed one needs that of the mailbox:
    ///
    /// ```rhai
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// mail::exchange("mail.contoso.com")
    ///     .mailbox("svcMIMService@contoso.com")
    ///     .password(secret("mailbox_password"));
    /// ```
    MAIL_NOT_ASKED: Error = "mail-not-asked", "part of mail that the wizard does not ask for",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The Application ID and the Tenant ID are two different IDs. With one in the place of the other, page 10 answers **Failed
    /// to access Office 365 mailbox**.
    ///
    /// ```rhai,reports
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    ///
    /// The overview of the registration shows both:
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_SAME_ID: Error = "mail-same-id", "one ID for application and tenant",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The mail server is the server on which the MIM Service is installed. Published command lines set it so by habit, and
    /// the guide to the older edition even says to enter `localhost` for no mail server. Mail is then sent to nobody.
    ///
    /// ```rhai,reports
    /// mail::smtp("localhost").sender("svcMIMService@contoso.com");
    /// ```
    ///
    /// Name the mail server, or say that there is none:
    ///
    /// ```rhai
    /// mail::none();
    /// ```
    MAIL_HOST_SELF: Warning = "mail-host-self", "mail server on this very server",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal" seen "2026-11-23";

    /// This host is Exchange Online. It does not take Integrated Windows Authentication, which is all that the wizard offers with
    /// `Exchange Server 2013 or later` and with `SMTP`.
    ///
    /// ```rhai,reports
    /// mail::exchange("outlook.office365.com").mailbox("MIMService@contoso.onmicrosoft.com");
    /// ```
    ///
    /// Exchange Online has its own entry in the list:
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_HOST_ONLINE: Error = "mail-host-online", "Exchange Online as an own mail server",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The mailbox's domain is the initial domain of a tenant, and not of the tenant that this deployment names. The
    /// application is registered in one tenant and opens no mailbox in another.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contosotest.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_MAILBOX_TENANT: Warning = "mail-mailbox-tenant", "mailbox in another tenant";

    /// The mailbox's domain is one that only Exchange Online has, and the mail server is one in the customer's network. A
    /// mailbox that was moved to the cloud cannot be opened through it.
    ///
    /// ```rhai,reports
    /// mail::exchange("mail.contoso.com").mailbox("MIMService@contoso.onmicrosoft.com");
    /// ```
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    MAIL_MAILBOX_ONLINE: Warning = "mail-mailbox-online", "mailbox in the cloud behind an own Exchange Server";

    /// The MIM Service reaches its mailbox through Exchange Web Services. `https://<host>/EWS/Exchange.asmx` must answer on
    /// the MIM server with a certificate that it trusts. Setup does not ask for it, so it is found out when the first
    /// notification fails.
    ///
    /// ```rhai,reports
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    ///
    /// Without Exchange there is nothing to look at:
    ///
    /// ```rhai
    /// mail::none();
    /// ```
    MAIL_EWS_CERTIFICATE: Hint = "mail-ews-certificate", "certificate of Exchange Web Services";

    /// Microsoft's best practices for the mailbox of the MIM Service: it is used by nothing else, takes mail from internal
    /// senders only, at most 1 MB each, and has a quota of 5 GB.
    ///
    /// ```rhai,reports
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    ///
    /// Without a mailbox there is nothing to set:
    ///
    /// ```rhai
    /// mail::none();
    /// ```
    MAIL_MAILBOX_LIMITS: Hint = "mail-mailbox-limits", "limits of the service's mailbox",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/mim-best-practices" seen "2026-11-23"
}

pub(super) fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.mail.is_declared() {
        return;
    }
    let Some(choice) = deployment.choice(Component::Service) else { return };
    out.at(choice.call, "the MIM Service has no mail server connection")
        .label("installs the MIM Service")
        .help("say how it sends mail: `mail::exchange(host)`, `mail::office365()`, `mail::smtp(host)`, or `mail::none()`")
        .fix("do without mail", Applicability::Review, deployment.end, "\n\nmail::none();");
}

/// Something that a connection lacks.
struct Lack {
    /// What it is called.
    what: &'static str,
    /// What to write for it.
    typed: &'static str,
    /// What a fix inserts; empty if there is no place for it.
    insert: String,
}

impl Lack {
    fn new(what: &'static str, typed: &'static str, insert: impl Into<String>) -> Lack {
        Lack { what, typed, insert: insert.into() }
    }
}

pub(super) fn incomplete(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let lacks = lacks(deployment, mail);
    if !deployment.complete || lacks.is_empty() {
        return;
    }
    let what: Vec<_> = lacks.iter().map(|it| it.what).collect();
    let typed: Vec<_> = lacks.iter().map(|it| format!("`{}`", it.typed)).collect();
    let message = format!("`{}` has no {}", begun(mail.server), alternatives(&what));
    let finding = out.about(&mail.origin, message);
    finding.label("setup asks for it on pages 8 to 12").help(format!("add {}", typed.join(", ")));
    let inserts: Vec<_> =
        lacks.iter().map(|it| it.insert.as_str()).filter(|it| !it.is_empty()).collect();
    if inserts.is_empty() {
        return;
    }
    // Behind the authentication, if only its own parts are missing.
    let own = |it: &Lack| matches!(it.typed, ".tenant_id(id)" | ".client_secret(secret)");
    let place = match mail.authentication.said() {
        Some(said) if lacks.iter().all(own) => said.origin.call.after(),
        Some(_) | None => mail.origin.call.after(),
    };
    let between = if inserts.len() == 1 { "" } else { "\n    " };
    let text = format!("{between}{}", inserts.join(between));
    finding.fix("add what is missing", Applicability::Review, place, text);
}

fn lacks(deployment: &Deployment, mail: &Mail) -> Vec<Lack> {
    let mut lacks = Vec::new();
    let mailbox = |address: &str| {
        Lack::new("mailbox", ".mailbox(address)", format!(".mailbox(\"{address}\")"))
    };
    let unsaid = mail.address.is_unsaid();
    match mail.server {
        MailServer::Exchange => {
            if unsaid {
                lacks.push(mailbox("svcMIMService@contoso.com"));
            }
            // With an authentication that Exchange Server does not know, another mail server may be meant.
            if is_managed(deployment) && mail.password.is_unsaid() && !is_refused(mail) {
                let insert = ".password(secret(\"mailbox_password\"))";
                lacks.push(Lack::new("mailbox password", ".password(secret)", insert));
            }
        }
        MailServer::Office365 => {
            if unsaid {
                let tenant = deployment.cloud.get().and_then(|it| it.tenant.value());
                let domain = tenant.map_or("contoso.onmicrosoft.com", |it| it.as_str());
                lacks.push(mailbox(&format!("MIMService@{domain}")));
            }
            office365_lacks(mail, &mut lacks);
        }
        MailServer::Smtp if unsaid => {
            let insert = ".sender(\"svcMIMService@contoso.com\")";
            lacks.push(Lack::new("sender", ".sender(address)", insert));
        }
        MailServer::Smtp | MailServer::None => {}
    }
    lacks
}

fn office365_lacks(mail: &Mail, lacks: &mut Vec<Lack>) {
    let application = match mail.authentication.value() {
        None if mail.authentication.is_unsaid() => {
            let insert = ".application(\"00000000-0000-0000-0000-000000000000\")";
            lacks.push(Lack::new("authentication", ".application(id)", insert));
            true
        }
        Some(Authentication::Application { .. }) => true,
        Some(Authentication::Registration { secret, .. }) => {
            if secret.is_unsaid() {
                let typed = ".register_application(name, secret)";
                lacks.push(Lack::new("secret for the new application", typed, ""));
            }
            false
        }
        None | Some(Authentication::Integrated | Authentication::Basic { .. }) => false,
    };
    if application && mail.tenant_id.is_unsaid() {
        let insert = ".tenant_id(\"00000000-0000-0000-0000-000000000000\")";
        lacks.push(Lack::new("tenant ID", ".tenant_id(id)", insert));
    }
    if application && mail.client_secret.is_unsaid() {
        let insert = ".client_secret(secret(\"mailbox_app_secret\"))";
        lacks.push(Lack::new("client secret", ".client_secret(secret)", insert));
    }
}

/// Several things, any of them, as a list in words.
fn alternatives(things: &[&str]) -> String {
    match things {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

pub(super) fn not_asked(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    if let Some(account) = deployment.account.get()
        && let Some(password) = mail.password.origin()
        && !is_managed(deployment)
    {
        let reason = "page 12 asks for it only with a managed account";
        let finding = surplus(
            out,
            password,
            "password",
            reason,
            "a regular account opens the mailbox with its own password",
        );
        finding.against(&account.origin, "a regular account");
    }
    let Some(authentication) = mail.authentication.said() else { return };
    if mail.server != MailServer::Office365 {
        return;
    }
    let (application, registration) = match &authentication.value {
        // Not supported at all, which is reported.
        Authentication::Integrated => return,
        Authentication::Basic { .. } => (false, false),
        Authentication::Application { .. } => (true, false),
        Authentication::Registration { .. } => (true, true),
    };
    let said = format!("said with `.{}`", method_name(&authentication.value));
    let mut check = |origin: Option<&Origin>, name: &str, asked: bool, reason: &str, help: &str| {
        if let Some(origin) = origin
            && !asked
        {
            surplus(out, origin, name, reason, help).against(&authentication.origin, said.clone());
        }
    };
    let page10 = "page 10 asks for it only with an application";
    let remove = "take it out, or say `.application(app_id)`";
    check(mail.tenant_id.origin(), "tenant_id", application, page10, remove);
    if registration {
        let reason = "the plan makes the secret of the application that it registers";
        let help = "take it out: the second argument of `.register_application` names the secret";
        check(mail.client_secret.origin(), "client_secret", false, reason, help);
    } else {
        check(mail.client_secret.origin(), "client_secret", application, page10, remove);
    }
    let own = "it belongs to an application that the plan registers";
    let remove = "take it out, or say `.register_application(name, secret)`";
    check(mail.secret_lifetime_days.origin(), "secret_lifetime_days", registration, own, remove);
    if let Some(restriction) = mail.restriction.said() {
        let name = match restriction.value {
            Restriction::Group(_) => "restrict_to_group",
            Restriction::Mailbox => "scope_to_mailbox",
        };
        check(Some(&restriction.origin), name, registration, own, remove);
    }
}

/// Reports a part that reaches nothing.
fn surplus<'a>(
    out: &'a mut Reporter<'_>,
    origin: &Origin,
    name: &str,
    reason: &str,
    help: &str,
) -> &'a mut Diagnostic {
    // The dot before the name belongs to it.
    let part = Span { start: origin.call.start.saturating_sub(1), ..origin.call };
    out.at(origin.call, format!("`.{name}` reaches nothing")).label(reason).help(help).fix(
        format!("take `.{name}` out"),
        Applicability::Review,
        part,
        "",
    )
}

pub(super) fn same_id(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(tenant) = mail.tenant_id.said() else { return };
    let Some(Authentication::Application { id: Part::Said(application) }) =
        mail.authentication.value()
    else {
        return;
    };
    if tenant.value == application.value {
        let message = format!("the tenant ID is the application's ID (`{}`)", tenant.value);
        out.about(&tenant.origin, message)
            .label("the same as the application ID")
            .against(&application.origin, "the application ID")
            .help("copy `Directory (tenant) ID` and `Application (client) ID` from the registration's overview");
    }
}

pub(super) fn host_self(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(host) = mail.host.said() else { return };
    let help = match mail.server {
        MailServer::Exchange => "name the Exchange server, or say `mail::none()`",
        MailServer::Smtp | MailServer::Office365 | MailServer::None => {
            "name the SMTP server, or say `mail::none()`"
        }
    };
    if host.value.is_local() {
        out.about(&host.origin, format!("the mail server is this very server (`{}`)", host.value))
            .label("earlier installers take it for no mail server")
            .help(help);
        return;
    }
    let service = deployment.service.get().and_then(|it| it.address.said());
    let Some(service) = service.filter(|it| it.value == host.value) else { return };
    out.about(
        &host.origin,
        format!("the mail server is the MIM Service's own host (`{}`)", host.value),
    )
    .label("rarely a mail server too")
    .against(&service.origin, "the address of the MIM Service")
    .help(help);
}

/// The hosts of Exchange Online in all clouds.
const ONLINE: [&str; 6] = [
    "outlook.office365.com",
    "smtp.office365.com",
    "partner.outlook.cn",
    "outlook.office365.us",
    "outlook-dod.office365.us",
    "webmail.apps.mil",
];

pub(super) fn host_online(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(host) = mail.host.said() else { return };
    let is = |known: &&str| known.eq_ignore_ascii_case(host.value.as_str());
    if ONLINE.iter().any(is) {
        let help = match mail.server {
            MailServer::Exchange => "write `mail::office365()`, which knows the host itself",
            MailServer::Smtp | MailServer::Office365 | MailServer::None => {
                "name an SMTP server of the customer's network, or write `mail::office365()`"
            }
        };
        out.about(&host.origin, format!("`{}` is Exchange Online", host.value))
            .label("takes no Integrated Windows Authentication")
            .relate(mail.origin.call, format!("`{}` knows no other", begun(mail.server)))
            .help(help);
    }
}

/// The tenant in a domain that Microsoft gave it: `contoso` of `contoso.onmicrosoft.com`, and also of the
/// `contoso.mail.onmicrosoft.com` that hybrid mail has.
fn initial(domain: &DomainName) -> Option<String> {
    CloudName::of_domain(domain).next()?;
    domain.as_str().split('.').next().map(str::to_ascii_lowercase)
}

pub(super) fn mailbox_tenant(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(mailbox) = mail.address.said() else { return };
    let Some(tenant) = deployment.cloud.get().and_then(|it| it.tenant.said()) else { return };
    let own = initial(&tenant.value);
    let other = initial(mailbox.value.domain());
    if mail.server == MailServer::Office365 && own.is_some() && other.is_some() && own != other {
        let message =
            format!("the mailbox `{}` is not in the tenant `{}`", mailbox.value, tenant.value);
        out.about(&mailbox.origin, message)
            .label("the domain of another tenant")
            .against(&tenant.origin, "the tenant of this deployment")
            .help("write the address of a mailbox in this tenant, or name the other tenant");
    }
}

pub(super) fn mailbox_online(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(mailbox) = mail.address.said() else { return };
    if mail.server == MailServer::Exchange && initial(mailbox.value.domain()).is_some() {
        out.about(
            &mailbox.origin,
            format!("the mailbox `{}` is in Exchange Online", mailbox.value),
        )
        .label("a domain that only Exchange Online has")
        .relate(mail.origin.call, "a server in the customer's network")
        .help("write the address of a mailbox on this server, or `mail::office365()`");
    }
}

pub(super) fn ews_certificate(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let host = exchange(deployment).and_then(|it| it.host.said());
    let Some(host) = host.filter(|it| !it.value.is_local()) else { return };
    out.about(&host.origin, format!("the MIM Service opens `https://{}/EWS/Exchange.asmx`", host.value))
        .label("its certificate must be trusted on the MIM server")
        .help("open the address in a browser on the MIM server: it must ask for credentials, without a certificate warning");
}

pub(super) fn mailbox_limits(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let mailbox = match mail.server {
        MailServer::Exchange | MailServer::Office365 => mail.address.said(),
        MailServer::Smtp | MailServer::None => None,
    };
    let Some(mailbox) = mailbox else { return };
    out.about(
        &mailbox.origin,
        format!("the mailbox `{}` is for the MIM Service alone", mailbox.value),
    )
    .label("used by nothing else")
    .help("let it take mail from internal senders only, at most 1 MB each, with a quota of 5 GB");
}

fn exchange(deployment: &Deployment) -> Option<&Mail> {
    let mail = deployment.mail.get()?;
    (mail.server == MailServer::Exchange).then_some(&mail.value)
}
