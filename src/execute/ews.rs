//! What Exchange Web Services answer, and what that means for the mailbox of the MIM Service.
//!
//! Success is a 200 whose message has the class `Success` and the code `NoError`: an error can come in a 200. Codes and
//! headers: Microsoft's `ResponseCode` and "How to control access to EWS in Exchange", looked up 2026-11-23.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::code;
use crate::execute::failure::{Class, Failure, words};
use crate::execute::graph::Reply;

code! {
    /// Exchange Web Services are switched off, for the whole tenant or for this mailbox. A list of applications does not help
    /// while they are. In the worldwide cloud Microsoft has been switching them off since 2026-10-01, and ends them on
    /// 2027-04-01.
    EWS_OFF: Error = "ews-off", "Exchange Web Services are switched off",
        source "https://learn.microsoft.com/en-us/exchange/client-developer/exchange-web-services/how-to-control-access-to-ews-in-exchange" seen "2026-11-23";
    /// A policy blocks the application. Since 2026-10-10 the worldwide cloud lets only applications in that stand in
    /// `EwsAllowedAppIDs`; a change of the list takes up to 24 hours. The older lists by user agent
    /// (`EwsApplicationAccessPolicy`) answer in the same way, and Exchange does not tell which it was.
    EWS_NOT_LISTED: Error = "ews-not-listed", "a policy blocks the application from Exchange Web Services",
        source "https://learn.microsoft.com/en-us/exchange/client-developer/exchange-web-services/how-to-control-access-to-ews-in-exchange" seen "2026-11-23";
    /// Exchange does not let the application open this mailbox: an application access policy or the scope of its role leaves
    /// the mailbox out, or the permission has not reached Exchange yet, which keeps what it knows of an application for 30
    /// minutes to 2 hours.
    EWS_DENIED: Error = "ews-denied", "the application may not open the mailbox",
        source "https://learn.microsoft.com/en-us/exchange/permissions-exo/application-rbac" seen "2026-11-23";
    /// No mailbox has this address: it is misspelt, has no licence, or lies in Exchange on the customer's premises.
    EWS_NO_MAILBOX: Error = "ews-no-mailbox", "the mailbox does not exist",
        source "https://learn.microsoft.com/en-us/exchange/client-developer/web-service-reference/responsecode" seen "2026-11-23";
    /// Exchange Online does not accept the application's token. The code in the finding tells why: another tenant or cloud,
    /// a resource that does not fit, or a permission that was not consented to.
    EWS_TOKEN: Error = "ews-token", "Exchange Online does not accept the token",
        source "https://learn.microsoft.com/en-us/exchange/client-developer/exchange-web-services/instrumenting-client-requests-for-ews-and-rest-in-exchange" seen "2026-11-23";
    /// Exchange Web Services answered with an error that has no rule here. Its code and its words are in the finding.
    EWS_FAILED: Error = "ews-failed", "Exchange Web Services answered with an error";
    /// The application opens the mailbox of somebody else too. It should reach the mailbox of the MIM Service and no other:
    /// restrict it with `.scope_to_mailbox()` or `.restrict_to_group(…)`. A restriction made a moment ago may take up to two
    /// hours to hold.
    EWS_TOO_WIDE: Warning = "ews-too-wide", "the application opens other mailboxes too",
        source "https://learn.microsoft.com/en-us/exchange/permissions-exo/application-rbac" seen "2026-11-23";
    /// That the application opens no other mailbox could not be tested: there was no other mailbox to try. Name one with
    /// `--other-mailbox`.
    EWS_UNTESTED: Hint = "ews-untested", "it was not tested that other mailboxes stay closed";
}

/// The codes of this file.
pub const CODES: &[&crate::diagnostic::Code] = &[
    &EWS_OFF,
    &EWS_NOT_LISTED,
    &EWS_DENIED,
    &EWS_NO_MAILBOX,
    &EWS_TOKEN,
    &EWS_FAILED,
    &EWS_TOO_WIDE,
    &EWS_UNTESTED,
];

/// What an answer says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Said {
    /// The mailbox was opened.
    Success,
    /// An error with its code and its words.
    Error {
        /// `ErrorAccessDenied`.
        code: String,
        /// In Exchange's words.
        message: String,
    },
    /// It is no answer of Exchange Web Services.
    Nothing,
}

/// Reads an answer: the class and the code of the message, or a SOAP fault.
#[must_use]
pub fn read(body: &[u8]) -> Said {
    let text = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(&text);
    let mut stack: Vec<String> = Vec::new();
    let (mut class, mut code, mut message) = (None, None, None);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let name = start.local_name().as_ref().to_owned();
                if name == "GetFolderResponseMessage" {
                    let attribute = start.try_get_attribute("ResponseClass").ok().flatten();
                    class = attribute.map(|it| it.value.into_owned());
                }
                stack.push(name);
                if stack.len() > 64 {
                    return Said::Nothing;
                }
            }
            Ok(Event::End(_)) => drop(stack.pop()),
            Ok(Event::Text(text)) => match stack.last().map(String::as_str) {
                Some("ResponseCode") => code = Some(text.trim().to_owned()),
                Some("MessageText" | "faultstring") => message = Some(words(&text)),
                _ => {}
            },
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => return Said::Nothing,
        }
    }
    match (class.as_deref(), code) {
        (Some("Success"), Some(code)) if code == "NoError" => Said::Success,
        (_, Some(code)) => Said::Error { code: words(&code), message: message.unwrap_or_default() },
        (_, None) => Said::Nothing,
    }
}

/// How an answer is to be taken.
#[derive(Debug)]
pub enum Opened {
    /// The mailbox is open to the application.
    Yes,
    /// It is not.
    No(Failure),
    /// It is not; a token that is made later may say more, if the permission was given a moment ago.
    NotYet(Failure),
    /// Exchange has too much to do; ask again after so many seconds.
    Later(u64),
}

/// Judges an answer about a mailbox.
#[must_use]
pub fn judge(reply: &Reply, mailbox: &str, application: &str) -> Opened {
    let support = format!("for a support case: {}", reply.support);
    let no = |failure: Failure| Opened::No(failure.help(support.as_str()));
    if reply.status == 403 {
        return no(forbidden(reply.header("x-ews-policy-reason"), mailbox, application));
    }
    if reply.status == 401 {
        let diagnostics = reply.header("x-ms-diagnostics").unwrap_or_default();
        let failure = unauthorized(diagnostics).help(support.as_str());
        let is_young = ["2000006", "2000008"].iter().any(|it| diagnostics.starts_with(it));
        return if is_young { Opened::NotYet(failure) } else { Opened::No(failure) };
    }
    let said = read(&reply.body);
    let (code, message) = match said {
        Said::Success if reply.status == 200 => return Opened::Yes,
        Said::Error { code, message } => (code, message),
        Said::Success | Said::Nothing => {
            let message = format!(
                "Exchange Web Services answered with status {} and no message",
                reply.status
            );
            return no(Failure::new(&EWS_FAILED, message)
                .help("try again with `mimeo resume`; look whether a proxy answers in its place"));
        }
    };
    match code.as_str() {
        "ErrorServerBusy" => Opened::Later(back_off(&reply.body)),
        "ErrorMailboxStoreUnavailable"
        | "ErrorMailboxMoveInProgress"
        | "ErrorInternalServerTransientError" => Opened::Later(30),
        "ErrorNonExistentMailbox" => {
            let message = format!("`{mailbox}` has no mailbox");
            no(Failure::new(&EWS_NO_MAILBOX, message)
                .help("check the address and its licence for Exchange Online; a mailbox on the customer's own Exchange is no mailbox here")
                .help("when the mailbox is there, go on with `mimeo resume`"))
        }
        "ErrorAccessDenied" | "ErrorImpersonateUserDenied" => no(denied(
            format!("Exchange denies the application `{mailbox}`: {code}"),
            mailbox,
            application,
        )),
        _ => no(Failure::new(
            &EWS_FAILED,
            format!("Exchange Web Services answered {code}: {message}"),
        )
        .help("mend what it names, then go on with `mimeo resume`")),
    }
}

fn forbidden(reason: Option<&str>, mailbox: &str, application: &str) -> Failure {
    match reason {
        Some(reason) if reason.contains("disabled") => {
            Failure::new(&EWS_OFF, format!("Exchange Web Services are switched off for `{mailbox}` or its tenant"))
                .help("have an Exchange administrator look: `Get-OrganizationConfig | Format-List EwsEnabled` and `Get-CASMailbox` for the mailbox; a change takes about an hour")
                .help("then go on with `mimeo resume`; after 2027-04-01 there is no way to switch them on")
        }
        Some(_) => Failure::new(&EWS_NOT_LISTED, format!("a policy of Exchange blocks the application `{application}`"))
            .help("see whether the application stands in the list: `(Get-OrganizationConfig -RetrieveEwsOperationAccessPolicy).EwsAllowedAppIDs`; a change takes up to 24 hours")
            .help("see whether the older lists by user agent let it pass: `EwsApplicationAccessPolicy`")
            .help("then go on with `mimeo resume`"),
        None => denied(format!("Exchange does not let the application open `{mailbox}`"), mailbox, application),
    }
}

fn denied(message: String, mailbox: &str, application: &str) -> Failure {
    Failure::new(&EWS_DENIED, message)
        .help(format!("test it: `Test-ServicePrincipalAuthorization -Identity {application} -Resource {mailbox}`, or `Test-ApplicationAccessPolicy -Identity {mailbox} -AppId {application}`"))
        .help("a permission takes 30 minutes to 2 hours to reach Exchange; then go on with `mimeo resume`")
}

/// The codes of `x-ms-diagnostics`.
fn unauthorized(diagnostics: &str) -> Failure {
    let code = diagnostics.split(';').next().unwrap_or_default().trim();
    let (why, help) = match code {
        "2000002" => ("the token has expired", "check the clock of this server"),
        "2000003" => {
            ("the token is for another resource", "check the cloud in the script: `cloud::…`")
        }
        "2000004" => ("the token is of another tenant", "check the tenant ID of the application"),
        "2000006" => (
            "the application is not known",
            "check the application ID, and wait a minute if it is new",
        ),
        "2000008" => (
            "the application has no permission",
            "grant it `full_access_as_app`, or a role in Exchange; a new permission takes up to 2 hours",
        ),
        _ => ("the token is not valid", "sign in again with `mimeo resume`"),
    };
    let code = if code.is_empty() { String::new() } else { format!(" ({})", words(code)) };
    Failure::new(&EWS_TOKEN, format!("Exchange Online does not accept the token{code}: {why}"))
        .help(help)
        .class(Class::Resumable)
}

/// How long a busy server asks to be left alone, in seconds.
fn back_off(body: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(body);
    let after = text.split("BackOffMilliseconds").nth(1).unwrap_or_default();
    let digits: String = after
        .chars()
        .skip_while(|it| !it.is_ascii_digit())
        .take_while(char::is_ascii_digit)
        .collect();
    digits.parse::<u64>().map_or(10, |it| it.div_ceil(1000)).min(300)
}
