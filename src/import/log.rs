//! The properties that a verbose log of Windows Installer tells of.
//!
//! At its end the log has a line `Property(S): NAME = value` for each property, those of the package among them. Only what
//! is set for this product is taken, and what the dump lacks, from the command line that stands near its beginning.

use crate::import::call::{Call, Setting, Shown};
use crate::source::{SourceId, Span};
use crate::subject::setup::properties::{PROPERTIES, WRONG};

/// Reads a log; none if no property is told.
pub(super) fn read(text: &str, source: SourceId) -> Option<Call> {
    let mut call = Call::new(Span { source, start: 0, end: 0 });
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let from = at;
        at += line.len();
        let line = line.trim_end_matches(['\r', '\n']);
        let server = line.strip_prefix("Property(S): ");
        let Some(rest) = server.or_else(|| line.strip_prefix("Property(C): ")) else {
            if call.at.end == 0 && line.contains("Command Line:") {
                let start = from + line.find("Command Line:").unwrap_or(0);
                let end = start + "Command Line:".len();
                call.at = Span { source, start: start as u32, end: end as u32 };
            }
            continue;
        };
        let Some((name, value)) = rest.split_once(" = ") else { continue };
        let start = from + "Property(S): ".len();
        let span = |start: usize, end: usize| Span { source, start: start as u32, end: end as u32 };
        let name_span = span(start, start + name.len());
        let value_span = span(start + name.len() + 3, from + line.len());
        match name {
            "OriginalDatabase" => call.package = Some(value.to_owned()),
            "ProductVersion" => call.build = four_parts(value),
            "MsiLogFileLocation" => call.log = Some(value.to_owned()),
            "UILevel" if value == "2" => call.shown = Shown::Quiet,
            _ => {}
        }
        if is_asked(name) {
            let setting = Setting::new(name.to_owned(), value.to_owned(), name_span, value_span);
            // What the server side says holds; the client side comes first in some logs and last in others.
            match call.settings.iter_mut().find(|it| it.name == name) {
                Some(known) if server.is_some() => *known = setting,
                Some(_) => {}
                None => call.settings.push(setting),
            }
        }
    }
    (!call.settings.is_empty()).then_some(call)
}

/// Whether somebody sets the property, rather than the package for itself.
fn is_asked(name: &str) -> bool {
    let internal = [
        "ALLUSERS",
        "SYNCHRONIZATION_SERVER_ACCOUNT_NAME",
        "SYNCHRONIZATION_SERVER_ACCOUNT_DOMAIN",
        "FIREWALLMODE",
        "REGISTRATION_FIREWALLMODE",
        "RESET_FIREWALLMODE",
        "SHAREPOINTVERSION",
        "IS_SYNC_SERVICE_EXISTS",
        "IS_SYNC_SERVICE_RUNNING",
    ];
    let known = PROPERTIES.iter().any(|it| it.name == name) && !internal.contains(&name);
    known || matches!(name, "ADDLOCAL" | "REMOVE") || WRONG.iter().any(|(it, _)| *it == name)
}

/// A build with its four numbers; the package leaves the last out where it is zero.
fn four_parts(version: &str) -> Option<String> {
    let parts: Vec<&str> = version.trim().split('.').collect();
    let numbers = parts.iter().all(|it| it.parse::<u16>().is_ok());
    match parts.len() {
        3 if numbers => Some(format!("{}.0", version.trim())),
        4 if numbers => Some(version.trim().to_owned()),
        _ => None,
    }
}
