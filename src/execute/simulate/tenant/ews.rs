//! Exchange Web Services: `GetFolder` on the inbox of a mailbox, as an application that impersonates its owner.
//!
//! Requests are judged by Microsoft's schema; answers have the forms of its pages "`GetFolder` operation", "`ResponseCode`" and
//! "Control access to EWS in Exchange", looked up 2026-11-23.

mod request;

use uuid::Uuid;

use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::ews::request::{GetFolder, Wrong};
use crate::execute::simulate::tenant::exchange::{self, Access};
use crate::execute::simulate::tenant::service::{Answer, Request};
use crate::execute::simulate::tenant::token::{self, Claims, Refusal};
use crate::execute::simulate::world::Shared;

/// Answers a request to `/EWS/Exchange.asmx`.
pub(super) fn respond(request: &Request, shared: &Shared) -> Answer {
    let answer = answer(request, shared).unwrap_or_else(|refused| refused);
    let id = Uuid::new_v4().to_string();
    let wanted = request.header("return-client-request-id").eq_ignore_ascii_case("true");
    let answer = answer
        .with("request-id", id)
        .with("x-feserver", "REHEARSAL-FE")
        .with("x-targetbeserver", "REHEARSAL-BE")
        .with("x-diaginfo", "REHEARSAL-BE");
    match request.header("client-request-id") {
        own if wanted && !own.is_empty() => answer.with("client-request-id", own),
        _ => answer,
    }
}

fn answer(request: &Request, shared: &Shared) -> Result<Answer, Answer> {
    let claims = authenticate(request, shared)?;
    exchange::admits(shared, &claims.appid)
        .map_err(|reason| Answer::empty(403).with("x-ews-policy-reason", reason))?;
    if request.method != "POST" {
        return Err(Answer::empty(405));
    }
    if !request.header("content-type").to_ascii_lowercase().starts_with("text/xml") {
        return Err(Answer::empty(415));
    }
    let wanted = GetFolder::read(&request.body).map_err(|wrong| match wrong {
        Wrong::Version(version) => {
            let text = format!("The specified server version is invalid: {version}.");
            fault("ErrorInvalidServerVersion", &text, "")
        }
        Wrong::Schema(text) => {
            let text = format!("The request failed schema validation: {text}");
            fault("ErrorSchemaValidation", &text, "")
        }
    })?;
    open(request, shared, &claims, &wanted)
}

fn open(
    request: &Request,
    shared: &Shared,
    claims: &Claims,
    wanted: &GetFolder,
) -> Result<Answer, Answer> {
    let Some(address) = wanted.mailbox.as_deref() else {
        // A token of an application alone has no mailbox.
        let text = "The user must be impersonated: an application has no mailbox of its own.";
        return Err(fault("ErrorImpersonateUserDenied", text, ""));
    };
    // Microsoft asks for the header; without it, requests land on the wrong server now and then. Here they always do.
    if !request.header("x-anchormailbox").eq_ignore_ascii_case(address) {
        return Err(Answer::empty(503));
    }
    let address = wanted.owner.as_deref().unwrap_or(address);
    let (found, access) = {
        let tenant = &shared.look().tenant;
        let found = tenant.exchange.mailbox(address).cloned();
        let full = claims.has("full_access_as_app");
        (found, exchange::access(tenant, &claims.appid, full, address))
    };
    if access == Access::NoPermission {
        return Err(unauthorized(
            "2000008",
            "The token contains no permissions, or permissions can not be understood.",
            "invalid_grant",
        ));
    }
    let Some(mailbox) = found.filter(|_| !shared.has(Fault::EwsMailbox)) else {
        let text = "The SMTP address has no mailbox associated with it.";
        let value = format!(
            r#"<t:MessageXml xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><t:Value Name="SmtpAddress">{}</t:Value></t:MessageXml>"#,
            quick_xml::escape::escape(address)
        );
        return Err(fault("ErrorNonExistentMailbox", text, &value));
    };
    if !mailbox.ews_enabled {
        let reason = "EWS is disabled for this user or tenant";
        return Err(Answer::empty(403).with("x-ews-policy-reason", reason));
    }
    if shared.has(Fault::EwsDenied) {
        let text = "Access is denied. Check credentials and try again.";
        let denied = format!(
            r#"<m:GetFolderResponseMessage ResponseClass="Error"><m:MessageText>{text}</m:MessageText><m:ResponseCode>ErrorAccessDenied</m:ResponseCode><m:DescriptiveLinkKey>0</m:DescriptiveLinkKey><m:Folders/></m:GetFolderResponseMessage>"#
        );
        return Ok(envelope(200, &response(&denied)));
    }
    if access == Access::Excluded && !shared.has(Fault::EwsOther) {
        return Err(Answer::empty(403));
    }
    let more = if wanted.more {
        "<t:FolderClass>IPF.Note</t:FolderClass><t:DisplayName>Inbox</t:DisplayName><t:TotalCount>2</t:TotalCount><t:ChildFolderCount>0</t:ChildFolderCount><t:UnreadCount>1</t:UnreadCount>"
    } else {
        ""
    };
    let folder = format!(
        r#"<m:GetFolderResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Folders><t:Folder><t:FolderId Id="AAMk=" ChangeKey="AQAA"/>{more}</t:Folder></m:Folders></m:GetFolderResponseMessage>"#
    );
    Ok(envelope(200, &response(&folder)))
}

/// The token must be one for Exchange Online.
fn authenticate(request: &Request, shared: &Shared) -> Result<Claims, Answer> {
    let challenge = || {
        unauthorized(
            "2000010",
            "ErrorCode: 'PermissionNotProvided'. No token is in the request.",
            "invalid_request",
        )
    };
    let token = request.bearer().ok_or_else(challenge)?;
    let resource = shared.look().tenant.exchange_resource.clone();
    token::read(token, &resource).map_err(|refusal| match refusal {
        Refusal::Malformed => {
            unauthorized("2000001", "The token could not be read.", "invalid_token")
        }
        Refusal::Signature => {
            unauthorized("2000000", "The token has an invalid signature.", "invalid_signature")
        }
        Refusal::Expired => unauthorized("2000002", "The token has expired.", "token_expired"),
        Refusal::Audience => unauthorized(
            "2000003",
            "The audience claim value is invalid for the current resource.",
            "invalid_resource",
        ),
    })
}

fn unauthorized(number: &str, reason: &str, category: &str) -> Answer {
    let diagnostics = format!(r#"{number};reason="{reason}";error_category="{category}""#);
    let challenge = r#"Bearer client_id="00000002-0000-0ff1-ce00-000000000000", trusted_issuers="00000001-0000-0000-c000-000000000000@*", token_types="app_asserted_user_v1 service_asserted_app_v1", error="invalid_token""#;
    Answer::empty(401).with("x-ms-diagnostics", diagnostics).with("www-authenticate", challenge)
}

fn response(message: &str) -> String {
    format!(
        r#"<m:GetFolderResponse xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages" xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>{message}</m:ResponseMessages></m:GetFolderResponse>"#
    )
}

/// A SOAP fault; `more` is what its detail says beside the code.
fn fault(code: &str, text: &str, more: &str) -> Answer {
    let text = quick_xml::escape::escape(text);
    let errors = "http://schemas.microsoft.com/exchange/services/2006/errors";
    let types = "http://schemas.microsoft.com/exchange/services/2006/types";
    envelope(
        500,
        &format!(
            r#"<s:Fault><faultcode xmlns:a="{types}">a:{code}</faultcode><faultstring xml:lang="en-US">{text}</faultstring><detail><e:ResponseCode xmlns:e="{errors}">{code}</e:ResponseCode><e:Message xmlns:e="{errors}">{text}</e:Message>{more}</detail></s:Fault>"#
        ),
    )
}

fn envelope(status: u16, body: &str) -> Answer {
    let version = r#"<h:ServerVersionInfo MajorVersion="15" MinorVersion="20" MajorBuildNumber="9999" MinorBuildNumber="10" Version="V2018_01_08" xmlns:h="http://schemas.microsoft.com/exchange/services/2006/types"/>"#;
    let text = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header>{version}</s:Header><s:Body>{body}</s:Body></s:Envelope>"#
    );
    Answer::new(status, "text/xml; charset=utf-8", text)
}
