//! The `config.json` of the MIM Unattended Install Generator, a public tool with a window.
//!
//! Its fields were read off the tool's source (github.com/kcrosby/MIMUnattendedInstallGenerator, looked up 2026-11-23): one
//! flat object; the file holds its passwords encrypted. What the tool writes into every command without asking, a
//! configuration does not hold, and is not added here.

use serde_json::{Map, Value};

use crate::import::call::{Call, Setting, Shown};
use crate::source::{SourceId, Span};
use crate::subject::setup::checks::is_secret;

/// The fields that become a property each.
const FIELDS: &[(&str, &str)] = &[
    ("MailServer", "MAIL_SERVER"),
    ("MailUseSSL", "MAIL_SERVER_USE_SSL"),
    ("MailIsExch", "MAIL_SERVER_IS_EXCHANGE"),
    ("MailPollExch", "POLL_EXCHANGE_ENABLED"),
    ("MailIsExchOnline", "MAIL_SERVER_IS_EXCHANGE_ONLINE"),
    ("SQLInstance", "SQLSERVER_SERVER"),
    ("SQLDBName", "SQLSERVER_DATABASE"),
    ("SQLUseExisting", "EXISTINGDATABASE"),
    ("MIMSvcAcctName", "SERVICE_ACCOUNT_NAME"),
    ("MIMSvcAcctPwd", "SERVICE_ACCOUNT_PASSWORD"),
    ("MIMSvcAcctDomain", "SERVICE_ACCOUNT_DOMAIN"),
    ("MIMSvcAcctEmail", "SERVICE_ACCOUNT_EMAIL"),
    ("MIMSvcAcctEmailPwd", "SERVICE_ACCOUNT_EMAIL_PASSWORD"),
    ("MIMSvcAcctIsGMSA", "USE_MANAGED_ACCOUNT_FOR_SERVICE"),
    ("SyncServer", "SYNCHRONIZATION_SERVER"),
    ("MIMSvcMaAcct", "SYNCHRONIZATION_SERVER_ACCOUNT"),
    ("MIMSvcAddr", "SERVICEADDRESS"),
    ("MIMSSPRRegURL", "REGISTRATION_PORTAL_URL"),
    ("MIMPortalURL", "SHAREPOINT_URL"),
    ("SPTimeOut", "SHAREPOINTTIMEOUT"),
    ("RegSvcAcctName", "REGISTRATION_ACCOUNT"),
    ("RegSvcAcctPwd", "REGISTRATION_ACCOUNT_PASSWORD"),
    ("RegSvcPort", "REGISTRATION_PORT"),
    ("RegSvcIsExtranet", "IS_REGISTRATION_EXTRANET"),
    ("RegMIMSvcName", "REGISTRATION_SERVERNAME"),
    // The tool's own command misses the host name: it takes this field for the address of a portal.
    ("RegSvcHostName", "REGISTRATION_HOSTNAME"),
    ("RegConfigFW", "REGISTRATION_FIREWALL_CONFIG"),
    ("ResSvcAcctName", "RESET_ACCOUNT"),
    ("ResSvcAcctPwd", "RESET_ACCOUNT_PASSWORD"),
    ("ResSvcPort", "RESET_PORT"),
    ("ResSvcIsExtranet", "IS_RESET_EXTRANET"),
    ("ResMIMSvcName", "RESET_SERVERNAME"),
    ("ResSvcHostName", "RESET_HOSTNAME"),
    ("ResConfigFW", "RESET_FIREWALL_CONFIG"),
    ("PAMMonSvcAcctName", "PAM_MONITORING_SERVICE_ACCOUNT_NAME"),
    ("PAMMonSvcAcctDomain", "PAM_MONITORING_SERVICE_ACCOUNT_DOMAIN"),
    ("PAMMonSvcAcctPwd", "PAM_MONITORING_SERVICE_ACCOUNT_PASSWORD"),
    ("PAMComSvcAcctName", "PAM_COMPONENT_SERVICE_ACCOUNT_NAME"),
    ("PAMComSvcAcctDomain", "PAM_COMPONENT_SERVICE_ACCOUNT_DOMAIN"),
    ("PAMComSvcAcctPwd", "PAM_COMPONENT_SERVICE_ACCOUNT_PASSWORD"),
    ("PAMAPISvcAcctName", "PAM_REST_API_APPPOOL_ACCOUNT_NAME"),
    ("PAMAPISvcAcctDomain", "PAM_REST_API_APPPOOL_ACCOUNT_DOMAIN"),
    ("PAMAPISvcAcctPwd", "PAM_REST_API_APPPOOL_ACCOUNT_PASSWORD"),
    ("PAMAPIPort", "MIMPAM_REST_API_PORT"),
    ("PAMAPIConfigFW", "CONFIG_FIREWALL"),
    ("SCSMServerName", "SERVICE_MANAGER_SERVER"),
];

/// Reads a configuration; none if it is not one.
pub(super) fn read(text: &str, source: SourceId) -> Option<Call> {
    let Ok(Value::Object(fields)) = serde_json::from_str::<Value>(text) else { return None };
    fields.get("ServicesToInstall").filter(|it| it.is_array())?;
    let mut call = Call::new(span(text, source, "ServicesToInstall").0);
    call.shown = Shown::Quiet;
    let features: Vec<_> =
        fields["ServicesToInstall"].as_array()?.iter().filter_map(Value::as_str).collect();
    let (name_span, value_span) = span(text, source, "ServicesToInstall");
    let list = Setting::new("ADDLOCAL".to_owned(), features.join(","), name_span, value_span);
    call.settings.push(list);
    for (field, property) in FIELDS {
        let Some(value) = value(&fields, field, property) else { continue };
        let (name_span, value_span) = span(text, source, field);
        call.settings.push(Setting::new((*property).to_owned(), value, name_span, value_span));
    }
    let folder =
        |field: &str| fields.get(field).and_then(Value::as_str).filter(|it| !it.is_empty());
    let below = |folder: &str, file: &str| format!("{}\\{file}", folder.trim_end_matches('\\'));
    call.package = folder("MSIPath").map(|it| below(it, "Service and Portal.msi"));
    call.log = folder("LogPath").map(|it| below(it, "mim.log"));
    if let Some(drive) = folder("InstallDrive") {
        let (name_span, value_span) = span(text, source, "InstallDrive");
        let folder = below(drive, "Program Files\\Microsoft Forefront Identity Manager\\2010\\");
        let folder = Setting::new("INSTALLDIR".to_owned(), folder, name_span, value_span);
        call.settings.push(folder);
    }
    Some(call)
}

/// The value of a field as its property has it.
fn value(fields: &Map<String, Value>, field: &str, property: &str) -> Option<String> {
    let is_extranet = property.ends_with("_EXTRANET");
    match fields.get(field)? {
        Value::Bool(on) if is_extranet => Some(if *on { "Extranet" } else { "None" }.to_owned()),
        Value::Bool(on) => Some(u8::from(*on).to_string()),
        Value::String(text) if text.is_empty() => None,
        // It is encrypted, and nothing can be done with it here.
        Value::String(_) if is_secret(property) => Some("********".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The places of a field and of its value.
fn span(text: &str, source: SourceId, field: &str) -> (Span, Span) {
    let quoted = format!("\"{field}\"");
    let at = |start: usize, end: usize| Span { source, start: start as u32, end: end as u32 };
    let key = text
        .match_indices(&quoted)
        .map(|(at, _)| at)
        .find(|it| text[it + quoted.len()..].trim_start().starts_with(':'));
    let Some(key) = key else { return (at(0, 0), at(0, 0)) };
    let end = key + quoted.len();
    let rest = &text[end..];
    let from = end + rest.find(':').map_or(0, |it| it + 1);
    let from = from + text[from..].len() - text[from..].trim_start().len();
    let value = &text[from..];
    let length = if value.starts_with('"') {
        let mut is_escaped = false;
        let close = value.char_indices().skip(1).find(|(_, it)| {
            let closes = *it == '"' && !is_escaped;
            is_escaped = *it == '\\' && !is_escaped;
            closes
        });
        close.map_or(value.len(), |(at, _)| at + 1)
    } else if value.starts_with('[') {
        value.find(']').map_or(value.len(), |it| it + 1)
    } else {
        value.find([',', '}', '\n', '\r']).unwrap_or(value.len())
    };
    (at(key, end), at(from, from + length))
}
