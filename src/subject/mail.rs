//! The mail server connection: which server, how the MIM Service signs in to it, and with which address. Pages 8, 10 and 12.
//!
//! What goes together is one table, [`MailOption`](crate::model::MailOption), and what Exchange Online still takes is judged
//! by the day.

pub mod combination;
pub mod dated;
pub mod parts;
mod verbs;

use std::collections::BTreeMap;

use crate::model::format::Format;
use crate::model::{Authentication, Declared, Deployment, MailAuthentication, MailServer};
use crate::plan::Deadline;
use crate::plan::op::{Body, Http, Judge, Method, Op, Service, Value};
use crate::script::registry::Ty;
use crate::subject::mail::combination::{method_entry, server_entry};
use crate::subject::{Check, Draft, Field, Planner, Reading, Subject};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "mail",
    functions: verbs::FUNCTIONS,
    checks: &[
        Check { code: &parts::MAIL_MISSING, run: parts::missing },
        Check { code: &combination::MAIL_AUTHENTICATION, run: combination::authentication },
        Check { code: &combination::MAIL_SMTP_MANAGED_ACCOUNT, run: combination::managed_account },
        Check { code: &parts::MAIL_INCOMPLETE, run: parts::incomplete },
        Check { code: &parts::MAIL_NOT_ASKED, run: parts::not_asked },
        Check { code: &parts::MAIL_SAME_ID, run: parts::same_id },
        Check { code: &parts::MAIL_HOST_SELF, run: parts::host_self },
        Check { code: &parts::MAIL_HOST_ONLINE, run: parts::host_online },
        Check { code: &parts::MAIL_MAILBOX_TENANT, run: parts::mailbox_tenant },
        Check { code: &parts::MAIL_MAILBOX_ONLINE, run: parts::mailbox_online },
        Check { code: &dated::MAIL_BASIC_AUTHENTICATION, run: dated::basic_authentication },
        Check { code: &dated::MAIL_BASIC_ENDING, run: dated::basic_ending },
        Check { code: &dated::MAIL_EWS_ENDING, run: dated::ews_ending },
        Check { code: &dated::MAIL_EWS_ALLOW_LIST, run: dated::ews_allow_list },
        Check { code: &dated::MAIL_EWS_RETIRED, run: dated::ews_retired },
        Check { code: &dated::MAIL_APPLICATION_BUILD, run: dated::application_build },
        Check { code: &dated::MAIL_OFFICE365_BUILD, run: dated::office365_build },
        Check { code: &dated::MAIL_APPROVAL_BUILD, run: dated::approval_build },
        Check { code: &dated::MAIL_EXCHANGE_SUPPORT, run: dated::exchange_support },
        Check { code: &dated::MAIL_SMTP_APPROVALS, run: dated::smtp_approvals },
        Check { code: &dated::MAIL_POLL_TWICE, run: dated::poll_twice },
        Check { code: &dated::MAIL_POLL_AFTER, run: dated::poll_after },
        Check { code: &parts::MAIL_EWS_CERTIFICATE, run: parts::ews_certificate },
        Check { code: &parts::MAIL_MAILBOX_LIMITS, run: parts::mailbox_limits },
    ],
    fields: FIELDS,
    steps,
};

static FIELDS: &[Field] = &[
    Field {
        name: "mail.server",
        label: "Mail Server",
        page: Some(8),
        ty: Ty::Choice,
        read: |it| {
            let Some(mail) = it.mail.get() else { return Reading::NotAsked };
            Reading::Said(Value::text(server_entry(it, mail.server)), mail.origin.clone())
        },
    },
    Field {
        name: "mail.host",
        label: "Host name",
        page: Some(8),
        ty: Ty::Host,
        read: |it| {
            let Some(mail) = it.mail.get() else { return Reading::NotAsked };
            match mail.server {
                MailServer::Exchange | MailServer::Smtp => Reading::said(&mail.host),
                MailServer::Office365 => {
                    let origin = it.cloud.get().map_or(&mail.origin, |it| &it.origin);
                    let host = Value::text(it.office365_host());
                    Reading::Follows(host, "Office 365 has one host in each cloud", origin.clone())
                }
                MailServer::None => Reading::NotAsked,
            }
        },
    },
    Field {
        name: "mail.authentication",
        label: "Authentication",
        page: Some(8),
        ty: Ty::Choice,
        read: |it| {
            let Some(mail) = it.mail.get() else { return Reading::NotAsked };
            let Some(method) = mail.method() else { return Reading::NotAsked };
            let entry = Value::text(method_entry(method));
            match mail.authentication.said() {
                Some(said) => Reading::Said(entry, said.origin.clone()),
                None => {
                    Reading::Follows(entry, "the mail server knows no other", mail.origin.clone())
                }
            }
        },
    },
    Field {
        name: "mail.application_id",
        label: "Application ID",
        page: Some(10),
        ty: Ty::Guid,
        read: |it| {
            let Some(said) = application(it) else { return Reading::NotAsked };
            match &said.value {
                Authentication::Application { id } => Reading::said(id),
                Authentication::Registration { .. } => registered("application.id", said),
                Authentication::Integrated | Authentication::Basic { .. } => Reading::NotAsked,
            }
        },
    },
    Field {
        name: "mail.tenant_id",
        label: "Tenant ID",
        page: Some(10),
        ty: Ty::Guid,
        read: |it| {
            let (Some(mail), Some(said)) = (it.mail.get(), application(it)) else {
                return Reading::NotAsked;
            };
            match &said.value {
                Authentication::Registration { .. } if mail.tenant_id.is_unsaid() => {
                    registered("application.tenant_id", said)
                }
                Authentication::Application { .. } | Authentication::Registration { .. } => {
                    Reading::said(&mail.tenant_id)
                }
                Authentication::Integrated | Authentication::Basic { .. } => Reading::NotAsked,
            }
        },
    },
    Field {
        name: "mail.client_secret",
        label: "Client Secret",
        page: Some(10),
        ty: Ty::Secret,
        read: |it| {
            let (Some(mail), Some(said)) = (it.mail.get(), application(it)) else {
                return Reading::NotAsked;
            };
            match &said.value {
                Authentication::Application { .. } => Reading::secret(&mail.client_secret),
                Authentication::Registration { secret, .. } => Reading::secret(secret),
                Authentication::Integrated | Authentication::Basic { .. } => Reading::NotAsked,
            }
        },
    },
    Field {
        name: "mail.poll",
        label: "Reads approvals from the mailbox",
        page: None,
        ty: Ty::Flag,
        read: |it| {
            let Some(mail) = it.mail.get() else { return Reading::NotAsked };
            let reason = match mail.server {
                MailServer::Exchange => "setup switches it on with Exchange Server",
                MailServer::Office365 => "setup leaves it off with Office 365",
                MailServer::Smtp | MailServer::None => return Reading::NotAsked,
            };
            let polls = Value::flag(it.polls_mailbox(mail));
            match mail.poll.said() {
                Some(said) => Reading::Said(polls, said.origin.clone()),
                None => Reading::Default(polls, reason),
            }
        },
    },
];

/// Something that becomes known when the application is registered.
fn registered(slot: &str, said: &Declared<Authentication>) -> Reading {
    let reason = "the plan registers the application";
    Reading::Follows(Value::Slot(slot.to_owned()), reason, said.origin.clone())
}

/// The authentication of Office 365, if it is by an application.
fn application(deployment: &Deployment) -> Option<&Declared<Authentication>> {
    let mail = deployment.mail.get().filter(|it| it.server == MailServer::Office365)?;
    let said = mail.authentication.said()?;
    (said.value.method() == MailAuthentication::Application).then_some(said)
}

/// The day on which Exchange Online ends EWS, for a deployment that depends on it (options C and H).
#[must_use]
pub fn deadline(deployment: &Deployment) -> Option<Deadline> {
    dated::deadline(deployment)
}

fn steps(deployment: &Deployment, planner: &mut Planner) {
    let Some(mail) = deployment.mail.get() else { return };
    let (Some(said), Some(address)) = (application(deployment), mail.address.value()) else {
        return;
    };
    let address = address.text();
    let open = |mailbox: &str, judge| {
        Op::Http(Http {
            service: Service::Ews,
            method: Method::Post,
            path: "/EWS/Exchange.asmx".to_owned(),
            headers: BTreeMap::from([
                ("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned()),
                // Without it, or with another address, Exchange Online answers with 500 or 503 now and then.
                ("X-AnchorMailbox".to_owned(), mailbox.to_owned()),
            ]),
            body: Some(Body::Xml(GET_FOLDER.replace("ADDRESS", &escaped(mailbox)))),
            expect: vec![200],
            judge: Some(judge),
            take: BTreeMap::new(),
        })
    };
    planner.step(Draft {
        after: vec![
            "restrict-application",
            "grant-mailbox-access",
            "create-client-secret",
            "allow-ews",
        ],
        ops: vec![
            open(&braced(&address), Judge::EwsSuccess),
            // Whoever carries it out says whose it is, and their own will do.
            open("{slot:person.mailbox}", Judge::EwsRefused),
        ],
        ..Draft::new(
            "test-mailbox",
            &format!("Open the mailbox `{address}` as the application, and no other"),
            &said.origin,
        )
    });
}

/// An address for XML.
fn escaped(address: &str) -> String {
    address.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A text for a place in which a brace begins a reference.
fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The request for the inbox of a mailbox. The order of its elements is fixed, and `inbox` is case-sensitive.
const GET_FOLDER: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types" xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">
 <soap:Header>
  <t:RequestServerVersion Version="Exchange2013_SP1"/>
  <t:ExchangeImpersonation><t:ConnectingSID><t:SmtpAddress>ADDRESS</t:SmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>
 </soap:Header>
 <soap:Body><m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>
  <m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder></soap:Body>
</soap:Envelope>
"#;
