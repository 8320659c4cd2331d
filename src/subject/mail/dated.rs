//! Rules about mail that hold from or until a day or a build: what Exchange Online has switched off, what it is switching
//! off, and what older builds cannot do. And which server polls.

use jiff::Unit;
use jiff::civil::{Date, date};

use crate::code;
use crate::diagnostic::{Applicability, Diagnostic, Reporter};
use crate::model::format::{Build, Format};
use crate::model::{
    Authentication, CloudName, Declared, Deployment, Mail, MailAuthentication, MailOption,
    MailServer,
};
use crate::plan::Deadline;
use crate::subject::mail::combination::{is_managed, server_entry};

/// The first day without Basic Authentication in Exchange Online.
const BASIC_END: Date = date(2022, 10, 1);
/// The day on which Exchange Online began to switch EWS off.
const EWS_BEGIN: Date = date(2026, 10, 1);
/// The first day without EWS in Exchange Online.
const EWS_END: Date = date(2027, 4, 1);
/// The last day of support for Exchange Server 2019.
const EXCHANGE_2019_END: Date = date(2025, 10, 14);
/// Where Microsoft says when EWS ends.
const EWS_SOURCE: &str = "https://techcommunity.microsoft.com/blog/exchange/exchange-online-ews-your-time-is-almost-up/4492361";

/// What to do about a build that is too old: 4.6.673.0 is a hotfix, which installs nothing by itself.
const NEWER: &str =
    "use the full package 4.6.421.0, and apply the newest hotfix (4.6.673.0) after it";

/// The first build that can use an application.
const APPLICATION_BUILD: Build = Build::of([4, 6, 421, 0]);
/// The first build that can use Exchange Online at all.
const ONLINE_BUILD: Build = Build::of([4, 4, 1302, 0]);
/// The first build that takes approvals through Exchange Online.
const APPROVAL_BUILD: Build = Build::of([4, 4, 1749, 0]);

code! {
    /// Exchange Online has taken no Basic Authentication for Exchange Web Services since 2022-10-01; the last exceptions ended
    /// in January 2023, and nobody can switch it on again. A service that is installed with options B or G gets an HTTP 401
    /// for every message.
    ///
    /// ```rhai,reports
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .basic(secret("mailbox_password"));
    /// ```
    ///
    /// Use an application (options C and H):
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_BASIC_AUTHENTICATION: Error = "mail-basic-authentication", "Basic Authentication to Office 365, which is switched off",
        source "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online" seen "2026-11-23";

    /// Exchange Online takes no Basic Authentication for Exchange Web Services from 2022-10-01 on.
    ///
    /// ```rhai,reports,2022-06-01
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .basic(secret("mailbox_password"));
    /// ```
    ///
    /// Use an application (options C and H):
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_BASIC_ENDING: Warning = "mail-basic-ending", "Basic Authentication to Office 365, which ends",
        source "https://learn.microsoft.com/en-us/exchange/clients-and-mobile-in-exchange-online/deprecation-of-basic-authentication-exchange-online" seen "2026-11-23";

    /// Application Context Authentication reaches the mailbox through Exchange Web Services, which Exchange Online begins to
    /// switch off on 2026-10-01 and ends on 2027-04-01, without exceptions. No build of MIM is known that sends in another
    /// way.
    ///
    /// ```rhai,reports,2026-09-01
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    ///
    /// Exchange Web Services of an own Exchange Server stay:
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    MAIL_EWS_ENDING: Hint = "mail-ews-ending", "Exchange Web Services in Exchange Online, which end",
        source "https://techcommunity.microsoft.com/blog/exchange/exchange-online-ews-your-time-is-almost-up/4492361" seen "2026-11-23";

    /// Exchange Online is switching Exchange Web Services off, through which options C and H reach the mailbox. Since October
    /// 2026 a tenant in the worldwide cloud must have `EwsEnabled` set to true **and** the application's ID in
    /// `EwsAllowedAppIDs`; a perfectly registered application gets an HTTP 403 otherwise. Other clouds get their own dates in
    /// the Message Center. On 2027-04-01 it ends for good, so the mail of this deployment needs another way before.
    ///
    /// The plan has a step for the list. By hand, in Exchange Online PowerShell, it is a read, a merge and a write of the whole
    /// list (an empty list blocks every application), and takes up to 24 hours. It also ends Microsoft's automatic filling of the
    /// list. The older lists by user agent (`EwsApplicationAccessPolicy`, `EwsAllowList`, `EwsBlockList`) must let the MIM Service
    /// pass too:
    ///
    /// ```text
    /// (Get-OrganizationConfig -RetrieveEwsOperationAccessPolicy).EwsAllowedAppIDs
    /// Set-OrganizationConfig -EwsEnabled $true -EwsAllowedAppIDs "<existing IDs>,<application ID>"
    /// ```
    ///
    /// ```rhai,reports
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    ///
    /// Exchange Server, an SMTP server or no mail do not end:
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    MAIL_EWS_ALLOW_LIST: Warning = "mail-ews-allow-list", "Exchange Web Services only for listed applications",
        source "https://learn.microsoft.com/en-us/exchange/client-developer/exchange-web-services/how-to-control-access-to-ews-in-exchange" seen "2026-11-23",
        source "https://techcommunity.microsoft.com/blog/exchange/ews-deprecation-is-here/4561431" seen "2026-11-23";

    /// Exchange Online has no Exchange Web Services since 2027-04-01, without exceptions. Options C and H send nothing any more.
    ///
    /// ```rhai,reports,2027-04-01
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    ///
    /// Use an Exchange Server, an SMTP server (with a regular account), or no mail:
    ///
    /// ```rhai
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    MAIL_EWS_RETIRED: Error = "mail-ews-retired", "Exchange Web Services in Exchange Online, which have ended",
        source "https://techcommunity.microsoft.com/blog/exchange/exchange-online-ews-your-time-is-almost-up/4492361" seen "2026-11-23";

    /// The wizard of builds before 4.6.421.0 has no Application Context Authentication.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.359.0").accept_license_terms();
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.421.0").accept_license_terms();
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_APPLICATION_BUILD: Error = "mail-application-build", "build without Application Context Authentication",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23";

    /// Exchange Online is supported from build 4.4.1302.0 (Service Pack 1) on.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.3.1935.0").accept_license_terms();
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .basic(secret("mailbox_password"));
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.3.1935.0").accept_license_terms();
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    MAIL_OFFICE365_BUILD: Error = "mail-office365-build", "build without Exchange Online",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23";

    /// Before build 4.4.1749.0 Exchange Online carries notifications only: approvals by the Outlook add-in do not arrive.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.4.1642.0").accept_license_terms();
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .basic(secret("mailbox_password"))
    ///     .poll();
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.421.0").accept_license_terms();
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .basic(secret("mailbox_password"))
    ///     .poll();
    /// ```
    MAIL_APPROVAL_BUILD: Warning = "mail-approval-build", "build without approvals through Exchange Online",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-supported-platforms" seen "2026-11-23";

    /// With SMTP the MIM Service sends notifications, and nobody can answer them: approvals by the Outlook add-in need a
    /// mailbox. They are given in the portal instead.
    ///
    /// ```rhai,reports
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    MAIL_SMTP_APPROVALS: Hint = "mail-smtp-approvals", "no approvals by mail with SMTP",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Support for Exchange Server 2019 ended on 2025-10-14, and it is the newest Exchange Server that the documentation of MIM
    /// 2016 with Service Pack 2 names. A server in the customer's network goes on working, without security updates.
    ///
    /// ```rhai,reports
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    ///
    /// An SMTP server is enough where approvals are given in the portal:
    ///
    /// ```rhai
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    MAIL_EXCHANGE_SUPPORT: Hint = "mail-exchange-support", "Exchange Server that may be out of support",
        source "https://learn.microsoft.com/en-us/lifecycle/products/exchange-server-2019" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-supported-platforms" seen "2026-11-23";

    /// Exactly one server of a database may read approvals from the mailbox. Where an existing database is used again, another
    /// server may do it already, and setup switches it on for this one as well.
    ///
    /// ```rhai,reports
    /// sql::database("contosoagl.contoso.com").reuse();
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    ///
    /// Say which it is: `.poll(false)` on every server but one, `.poll()` on that one, and when upgrading the only server:
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com").reuse();
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com").poll(false);
    /// ```
    MAIL_POLL_TWICE: Warning = "mail-poll-twice", "perhaps a second server that polls the mailbox",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal" seen "2026-11-23";

    /// With Exchange Online, and with a managed account, polling is switched on after the installation: the value
    /// `PollExchangeEnabled` of the service's key is set to 1, and the service is restarted.
    ///
    /// ```rhai,reports
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"))
    ///     .poll();
    /// ```
    ///
    /// Without approvals by mail nothing has to be done:
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    MAIL_POLL_AFTER: Hint = "mail-poll-after", "polling that is switched on after the installation",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-gmsa" seen "2026-11-23"
}

/// Whether an option can work on a day in the deployment's cloud.
pub(super) fn works(deployment: &Deployment, option: MailOption, as_of: Date) -> bool {
    match option.row() {
        (_, Some(MailAuthentication::Basic), _) => as_of < BASIC_END,
        (_, Some(MailAuthentication::Application), _) => {
            as_of < EWS_END || !is_worldwide(deployment)
        }
        (_, Some(MailAuthentication::Integrated) | None, _) => true,
    }
}

/// The day on which Exchange Online ends EWS, for a deployment that depends on it. National clouds get days of their own,
/// which are not known.
#[must_use]
pub(super) fn deadline(deployment: &Deployment) -> Option<Deadline> {
    application(deployment)?;
    is_worldwide(deployment).then(|| Deadline {
        date: EWS_END.to_string(),
        what: "Exchange Web Services in Exchange Online, through which Application Context Authentication reaches the mailbox"
            .to_owned(),
        source: EWS_SOURCE.to_owned(),
    })
}

pub(super) fn basic_authentication(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(said) = basic(deployment).filter(|_| as_of >= BASIC_END) else { return };
    let message =
        format!("Basic Authentication to Office 365 has been switched off since {BASIC_END}");
    let finding = out.about(&said.origin, message);
    finding.label("answered with HTTP 401");
    if as_of < EWS_END || !is_worldwide(deployment) {
        finding.help("use `.application(app_id)`, or `.register_application(name, secret)`, which registers it");
    } else {
        finding.help(OTHERWISE);
    }
}

pub(super) fn basic_ending(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(said) = basic(deployment).filter(|_| as_of < BASIC_END) else { return };
    let message = format!("Basic Authentication to Office 365 is switched off on {BASIC_END}");
    out.about(&said.origin, message).label("works for a short time only").help(
        "use `.application(app_id)`, or `.register_application(name, secret)`, which registers it",
    );
}

/// The other ways to send mail.
const OTHERWISE: &str = "take an Exchange Server (`mail::exchange(host)`), an SMTP server (`mail::smtp(host)`, with a regular account), or no mail (`mail::none()`)";

pub(super) fn ews_ending(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(said) = application(deployment).filter(|_| as_of < EWS_BEGIN) else { return };
    let finding = out.about(&said.origin, ends(as_of));
    finding.label("reaches the mailbox through them");
    own_dates(deployment, finding);
    finding.help("plan for another way: an Exchange Server, an SMTP server, or no mail");
}

pub(super) fn ews_allow_list(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let ended = |deployment| as_of >= EWS_END && is_worldwide(deployment);
    let Some(said) = application(deployment) else { return };
    if as_of < EWS_BEGIN || ended(deployment) {
        return;
    }
    let message = if is_worldwide(deployment) {
        ends(as_of)
    } else {
        format!(
            "Exchange Online ends Exchange Web Services, first in the worldwide cloud ({EWS_BEGIN})"
        )
    };
    let finding = out.about(&said.origin, message);
    own_dates(deployment, finding);
    if !is_worldwide(deployment) {
        finding.label("reaches the mailbox through them");
        finding.help("look in the Message Center of this cloud whether the list is needed (step `allow-ews`)");
        finding.help("plan for another way: an Exchange Server, an SMTP server, or no mail");
        return;
    }
    finding.label("reaches the mailbox through them, and must be listed until then");
    let id = match &said.value {
        Authentication::Application { id } => id.value().map(Format::text),
        Authentication::Registration { .. }
        | Authentication::Integrated
        | Authentication::Basic { .. } => None,
    };
    let id = id.unwrap_or_else(|| "<application ID>".to_owned());
    finding.help(format!("have the application allowed, which takes up to 24 hours (step `allow-ews`): `Set-OrganizationConfig -EwsEnabled $true -EwsAllowedAppIDs \"<existing IDs>,{id}\"`"));
    finding.help("plan for another way: an Exchange Server, an SMTP server, or no mail");
}

pub(super) fn ews_retired(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(said) = application(deployment).filter(|_| as_of >= EWS_END) else { return };
    if is_worldwide(deployment) {
        out.about(
            &said.origin,
            format!("Exchange Online has no Exchange Web Services since {EWS_END}"),
        )
        .label("reaches the mailbox through them")
        .help(OTHERWISE);
    }
}

/// Says that a national cloud has dates of its own.
fn own_dates(deployment: &Deployment, finding: &mut Diagnostic) {
    if let Some(cloud) = deployment.cloud.get()
        && !is_worldwide(deployment)
    {
        let entry = server_entry(deployment, MailServer::Office365);
        finding.relate(
            cloud.origin.call,
            format!("`{entry}` gets its own dates in the Message Center"),
        );
    }
}

/// When it ends, and how far away that is.
fn ends(as_of: Date) -> String {
    let days = as_of.until((Unit::Day, EWS_END)).map_or(0, |it| it.get_days());
    let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
    format!("Exchange Online ends Exchange Web Services on {EWS_END}, in {days}")
}

/// Whether the worldwide cloud's dates hold; without a cloud they are taken to.
fn is_worldwide(deployment: &Deployment) -> bool {
    match deployment.cloud.get().map(|it| it.name) {
        None | Some(CloudName::Global) => true,
        Some(CloudName::China | CloudName::GccHigh | CloudName::Dod) => false,
    }
}

/// The authentication, if it is said for Office 365.
fn office365(deployment: &Deployment) -> Option<&Declared<Authentication>> {
    let mail = deployment.mail.get().filter(|it| it.server == MailServer::Office365)?;
    mail.authentication.said()
}

fn application(deployment: &Deployment) -> Option<&Declared<Authentication>> {
    office365(deployment).filter(|it| it.value.method() == MailAuthentication::Application)
}

fn basic(deployment: &Deployment) -> Option<&Declared<Authentication>> {
    office365(deployment).filter(|it| it.value.method() == MailAuthentication::Basic)
}

fn build(deployment: &Deployment) -> Option<&Declared<Build>> {
    deployment.installer.get()?.build.said()
}

pub(super) fn application_build(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(said) = application(deployment) else { return };
    let Some(build) = build(deployment).filter(|it| it.value < APPLICATION_BUILD) else { return };
    let message = format!("build {} has no Application Context Authentication", build.value);
    out.about(&build.origin, message)
        .label(format!("needs {APPLICATION_BUILD} or later"))
        .against(&said.origin, "Application Context Authentication")
        .help(NEWER);
}

pub(super) fn office365_build(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(build) = build(deployment).filter(|it| it.value < ONLINE_BUILD) else { return };
    if mail.server == MailServer::Office365 && application(deployment).is_none() {
        out.about(&build.origin, format!("build {} knows no Exchange Online", build.value))
            .label(format!("needs {ONLINE_BUILD} or later"))
            .against(&mail.origin, "Office 365")
            .help(NEWER);
    }
}

pub(super) fn approval_build(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let Some(build) = build(deployment) else { return };
    let Some(poll) = mail.poll.said().filter(|it| it.value) else { return };
    let has_only_notifications = (ONLINE_BUILD..APPROVAL_BUILD).contains(&build.value);
    // A build without applications cannot be used with one, whatever it does with approvals.
    if mail.server == MailServer::Office365
        && has_only_notifications
        && application(deployment).is_none()
    {
        let message = format!("build {} takes no approvals through Exchange Online", build.value);
        out.about(&build.origin, message)
            .label(format!("needs {APPROVAL_BUILD} or later"))
            .against(&poll.origin, "reads approvals from the mailbox")
            .help(format!("{NEWER}; or say `.poll(false)`"));
    }
}

pub(super) fn exchange_support(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get().filter(|it| it.server == MailServer::Exchange) else {
        return;
    };
    let Some(host) = mail.host.said().filter(|_| as_of > EXCHANGE_2019_END) else { return };
    out.about(
        &host.origin,
        format!("support for Exchange Server 2019 and older ended on {EXCHANGE_2019_END}"),
    )
    .label("an Exchange Server in the customer's network")
    .help("ask which version it is; for a newer one, look whether Microsoft supports it with this build of MIM");
}

pub(super) fn smtp_approvals(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    // With a managed account there will be no SMTP.
    if mail.server == MailServer::Smtp && !is_managed(deployment) {
        out.about(&mail.origin, "there are no approvals by mail")
            .label("SMTP carries notifications only")
            .help("have approvals given in the portal, or use a mailbox: `mail::exchange(host)`");
    }
}

pub(super) fn poll_twice(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = polls(deployment).filter(|it| it.poll.is_unsaid()) else { return };
    let Some(reuse) = deployment.database.get().and_then(|it| it.reuse.said()) else { return };
    if deployment.complete && reuse.value {
        out.about(
            &mail.origin,
            "this server polls the mailbox, and perhaps a second one does",
        )
        .label("polling is on unless it is said otherwise")
        .against(&reuse.origin, "the database may have another server")
        .help(
            "say `.poll(false)` on every server of the database but one, and `.poll()` on that one",
        )
        .fix(
            "do not poll on this server",
            Applicability::Review,
            mail.origin.call.after(),
            ".poll(false)",
        );
    }
}

pub(super) fn poll_after(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = polls(deployment) else { return };
    if mail.server == MailServer::Office365 || is_managed(deployment) {
        let origin = mail.poll.origin().unwrap_or(&mail.origin);
        out.about(origin, "polling is switched on after the installation")
            .label("reads approvals from the mailbox")
            .help("the plan does it (step `poll-mailbox`): `PollExchangeEnabled` of the service `FIMService` is set, and the service restarted");
    }
}

/// The connection, if this server reads approvals from its mailbox.
fn polls(deployment: &Deployment) -> Option<&Declared<Mail>> {
    let mail = deployment.mail.get()?;
    match mail.server {
        MailServer::Exchange | MailServer::Office365 => {
            deployment.polls_mailbox(mail).then_some(mail)
        }
        MailServer::Smtp | MailServer::None => None,
    }
}
