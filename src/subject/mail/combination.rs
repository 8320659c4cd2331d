//! Which mail server goes with which authentication and which account, and what is nearest to what does not go together.

use jiff::civil::Date;

use crate::code;
use crate::diagnostic::{Diagnostic, Reporter};
use crate::model::{
    AccountKind, Authentication, Deployment, Mail, MailAuthentication, MailOption, MailServer,
};
use crate::source::{Caller, Origin};
use crate::subject::mail::dated;

code! {
    /// Each entry of the list `Mail Server` on page 8 goes with certain entries of the list `Authentication`: Exchange
    /// Server and SMTP with `Integrated Windows Authentication`, Office 365 with `Basic Authentication` or `Application
    /// Context Authentication`, and `None` with nothing: there the list is greyed. For every other pair the wizard answers
    /// **Invalid Mail Authentication**: "Authentication method selected is not supported by this Mail Server".
    ///
    /// ```rhai,reports
    /// mail::smtp("mail.contoso.com")
    ///     .sender("svcMIMService@contoso.com")
    ///     .basic(secret("mailbox_password"));
    /// ```
    ///
    /// Leave the authentication out where the server knows only one:
    ///
    /// ```rhai
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    MAIL_AUTHENTICATION: Error = "mail-authentication", "authentication that the mail server does not support",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// SMTP works only with a regular service account and Integrated Windows Authentication: the vendor's guide has no option
    /// for SMTP with a group managed service account, and the wizard refuses it.
    ///
    /// ```rhai,reports
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    ///
    /// Take a regular account (option D), another mail server (option F), or none (option I):
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    MAIL_SMTP_MANAGED_ACCOUNT: Error = "mail-smtp-managed-account", "SMTP with a managed service account",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

/// The server against the authentication.
pub(super) fn authentication(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(said) = mail.authentication.said() else { return };
    if !is_refused(mail) {
        return;
    }
    let method = said.value.method();
    let server = server_entry(deployment, mail.server);
    let message = match mail.server {
        MailServer::None => format!("`{}` is said without a mail server", method_entry(method)),
        MailServer::Exchange | MailServer::Office365 | MailServer::Smtp => {
            format!("`{}` is not supported by `{server}`", method_entry(method))
        }
    };
    let finding = out.about(&said.origin, message);
    match mail.server {
        MailServer::None => {
            finding.label("the list `Authentication` is greyed (page 8)");
        }
        MailServer::Exchange | MailServer::Office365 | MailServer::Smtp => {
            finding.label("Invalid Mail Authentication (page 8)");
            finding.help("the wizard answers: \"Authentication method selected is not supported by this Mail Server\"");
        }
    }
    beside(finding, &mail.origin, knows(mail.server));
    help_nearest(finding, deployment, as_of);
}

/// The server against a managed account.
pub(super) fn managed_account(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(account) = deployment.account.get() else { return };
    let rows = MailOption::ALL.iter().map(|it| it.row());
    let mut managed = rows.filter(|(server, _, _)| *server == mail.server).map(|row| row.2);
    if !is_managed(deployment) || managed.any(|it| it) {
        return;
    }
    let origin = account.account.origin().unwrap_or(&account.origin);
    let server = server_entry(deployment, mail.server);
    let message = format!("`{server}` does not work with a group managed service account");
    let finding = out.about(origin, message);
    finding.label("a managed account");
    let text = format!("{server} works only with regular service accounts");
    beside(finding, &mail.origin, &text);
    // Said once, where the authentication does not fit either.
    if !is_refused(mail) {
        help_nearest(finding, deployment, as_of);
    }
}

/// Whether an authentication is said that the mail server does not know.
pub(super) fn is_refused(mail: &Mail) -> bool {
    let Some(method) = mail.authentication.value().map(Authentication::method) else {
        return false;
    };
    let mut rows = MailOption::ALL.iter().map(|it| it.row());
    !rows.any(|(server, known, _)| server == mail.server && known == Some(method))
}

/// Whether the service account is a managed one.
pub(super) fn is_managed(deployment: &Deployment) -> bool {
    deployment.account.get().is_some_and(|it| matches!(it.kind, AccountKind::Managed))
}

/// The entry of the list `Mail Server` on page 8; Office 365 has one for each cloud.
pub(super) fn server_entry(deployment: &Deployment, server: MailServer) -> &'static str {
    use crate::model::CloudName::{China, Dod, GccHigh, Global};
    match server {
        MailServer::Exchange => "Exchange Server 2013 or later",
        MailServer::Office365 => match deployment.cloud.get().map(|it| it.name) {
            None | Some(Global) => "Office 365",
            Some(China) => "Office 365 operated by 21Vianet",
            Some(GccHigh | Dod) => "Office 365 Government GCC High and DoD",
        },
        MailServer::Smtp => "SMTP",
        MailServer::None => "None",
    }
}

/// The entry of the list `Authentication` on page 8.
pub(super) fn method_entry(method: MailAuthentication) -> &'static str {
    match method {
        MailAuthentication::Integrated => "Integrated Windows Authentication",
        MailAuthentication::Basic => "Basic Authentication",
        MailAuthentication::Application => "Application Context Authentication",
    }
}

/// What a mail server knows of the list `Authentication`.
fn knows(server: MailServer) -> &'static str {
    match server {
        MailServer::Exchange => "Exchange Server knows only Integrated Windows Authentication",
        MailServer::Office365 => {
            "Office 365 knows only Basic and Application Context Authentication"
        }
        MailServer::Smtp => "SMTP knows only Integrated Windows Authentication",
        MailServer::None => "without a mail server there is no authentication",
    }
}

/// Labels the other half of a conflict with the calls that led to it, which may stand in another file.
fn beside(finding: &mut Diagnostic, origin: &Origin, text: &str) {
    finding.against(origin, text);
    for Caller { function, span } in &origin.via {
        finding.relate(*span, format!("in `{function}`, called from here"));
    }
}

/// Adds what to type for the nearest combinations that are allowed and work on the day.
fn help_nearest(finding: &mut Diagnostic, deployment: &Deployment, as_of: Date) {
    let nearest = nearest(deployment, as_of);
    if !nearest.is_empty() {
        finding.help(format!("nearest allowed: {}", nearest.join("; ")));
    }
}

/// The combinations with the fewest changes, each as what to type, with its option.
fn nearest(deployment: &Deployment, as_of: Date) -> Vec<String> {
    let Some(mail) = deployment.mail.get() else { return Vec::new() };
    let works = |it: &MailOption| dated::works(deployment, *it, as_of);
    let options = MailOption::ALL.into_iter().filter(works);
    let changes: Vec<_> = options.map(|it| (it, changes(deployment, mail, it))).collect();
    let fewest = changes.iter().map(|(_, changes)| changes.len()).min();
    let near = changes.iter().filter(|(_, changes)| Some(changes.len()) == fewest);
    near.map(|(option, changes)| format!("{} ({option})", changes.join(" and "))).collect()
}

/// What has to be typed otherwise for an option.
fn changes(deployment: &Deployment, mail: &Mail, option: MailOption) -> Vec<String> {
    let (server, method, managed) = option.row();
    let mut changes = Vec::new();
    if server != mail.server {
        changes.push(format!("`{}`", typed_server(server)));
    }
    let said = mail.authentication.value();
    let implied = match server {
        MailServer::Exchange | MailServer::Smtp | MailServer::None => true,
        MailServer::Office365 => false,
    };
    match said {
        Some(said) if Some(said.method()) == method => {}
        Some(said) if implied => changes.push(format!("no `.{}`", method_name(said))),
        Some(said) => {
            let typed = method.map_or("", typed_method);
            changes.push(format!("`{typed}` instead of `.{}`", method_name(said)));
        }
        None if implied => {}
        None => changes.push(format!("`{}`", method.map_or("", typed_method))),
    }
    // Where no account is declared, none has to be changed, but the options for regular ones say it all.
    if managed != is_managed(deployment) {
        let to = if managed { "account::gmsa(name)" } else { "account::regular(name, secret)" };
        changes.push(format!("`{to}`"));
    }
    changes
}

fn typed_server(server: MailServer) -> &'static str {
    match server {
        MailServer::Exchange => "mail::exchange(host)",
        MailServer::Office365 => "mail::office365()",
        MailServer::Smtp => "mail::smtp(host)",
        MailServer::None => "mail::none()",
    }
}

/// The call that declares a mail server, without its argument.
pub(super) fn begun(server: MailServer) -> &'static str {
    match server {
        MailServer::Exchange => "mail::exchange",
        MailServer::Office365 => "mail::office365",
        MailServer::Smtp => "mail::smtp",
        MailServer::None => "mail::none",
    }
}

fn typed_method(method: MailAuthentication) -> &'static str {
    match method {
        MailAuthentication::Integrated => ".integrated()",
        MailAuthentication::Basic => ".basic(secret)",
        MailAuthentication::Application => ".application(app_id)",
    }
}

/// The part that says an authentication.
pub(super) fn method_name(authentication: &Authentication) -> &'static str {
    match authentication {
        Authentication::Integrated => "integrated",
        Authentication::Basic { .. } => "basic",
        Authentication::Application { .. } => "application",
        Authentication::Registration { .. } => "register_application",
    }
}
