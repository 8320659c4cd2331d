//! What can go wrong in a rehearsal.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Something that goes wrong in a rehearsal. It is written `install:1603`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Fault {
    /// The sign-in service answers with this error, `AADSTS` left out.
    SignIn(u32),
    /// The tenant has no Entra ID P1 or P2.
    LicenseNone,
    /// Its subscription is suspended.
    LicenseSuspended,
    /// Its subscription has expired and is in the grace period.
    LicenseWarning,
    /// Entra ID P1 is only within Teams Rooms.
    LicenseTeamsRooms,
    /// Somebody signs in to another tenant than the script names.
    TenantOther,
    /// A guest signs in.
    TenantGuest,
    /// Graph answers the first requests with 429 and `Retry-After`.
    GraphThrottled,
    /// What was written shows only after a while.
    GraphReplication,
    /// A connection is reset before the answer to a write.
    GraphReset,
    /// A read answers too late.
    GraphTimeout,
    /// An answer ends in the middle of its body.
    GraphHalf,
    /// A right is missing.
    GraphForbidden,
    /// The tenant forbids client secrets.
    SecretForbidden,
    /// The tenant permits client secrets only for a shorter time.
    SecretLifetime,
    /// The client secret has expired.
    SecretExpired,
    /// Exchange Web Services are switched off.
    EwsOff,
    /// The application is not on the list of those that may use Exchange Web Services, whatever is written.
    EwsUnlisted,
    /// Exchange does not let the application open the mailbox.
    EwsDenied,
    /// The mailbox does not exist.
    EwsMailbox,
    /// The application opens other mailboxes too.
    EwsOther,
    /// The installation ends with this exit code of Windows Installer.
    Install(u32),
    /// PowerShell lacks a module.
    PowerShellModule,
    /// The portal does not answer.
    PortalSilent,
    /// The power goes at this point: each record of the journal and each effect counts, from 1.
    PowerCut(u32),
}

/// The faults without a number, by name, with what happens.
pub const NAMED: &[(&str, Fault, &str)] = &[
    ("license:none", Fault::LicenseNone, "the tenant has no Entra ID P1 or P2"),
    ("license:suspended", Fault::LicenseSuspended, "its subscription is suspended"),
    ("license:warning", Fault::LicenseWarning, "its subscription has expired, in the grace period"),
    ("license:teams-rooms", Fault::LicenseTeamsRooms, "Entra ID P1 is only within Teams Rooms"),
    ("tenant:other", Fault::TenantOther, "somebody signs in to another tenant"),
    ("tenant:guest", Fault::TenantGuest, "a guest signs in"),
    ("graph:throttled", Fault::GraphThrottled, "Graph answers 429 with `Retry-After`"),
    ("graph:replication", Fault::GraphReplication, "what was written shows only after a while"),
    ("graph:reset", Fault::GraphReset, "connections are reset before the answer to a write"),
    ("graph:timeout", Fault::GraphTimeout, "an answer comes too late"),
    ("graph:half", Fault::GraphHalf, "an answer ends in the middle"),
    ("graph:forbidden", Fault::GraphForbidden, "a right is missing"),
    ("secret:forbidden", Fault::SecretForbidden, "the tenant forbids client secrets"),
    (
        "secret:lifetime",
        Fault::SecretLifetime,
        "the tenant permits only short-lived client secrets",
    ),
    ("secret:expired", Fault::SecretExpired, "the client secret has expired"),
    ("ews:off", Fault::EwsOff, "Exchange Web Services are switched off"),
    ("ews:unlisted", Fault::EwsUnlisted, "the application is not listed for them"),
    ("ews:denied", Fault::EwsDenied, "Exchange denies the application the mailbox"),
    ("ews:mailbox", Fault::EwsMailbox, "the mailbox does not exist"),
    ("ews:other", Fault::EwsOther, "the application opens other mailboxes too"),
    ("powershell:module", Fault::PowerShellModule, "PowerShell lacks a module"),
    ("portal:silent", Fault::PortalSilent, "the portal does not answer"),
];

impl fmt::Display for Fault {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is named in a table")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::SignIn(code) => write!(f, "sign-in:{code}"),
            Fault::Install(code) => write!(f, "install:{code}"),
            Fault::PowerCut(point) => write!(f, "power-cut:{point}"),
            // Every fault without a number has a name.
            _ => {
                f.write_str(NAMED.iter().find(|(_, fault, _)| fault == self).map_or("", |it| it.0))
            }
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some((_, fault, _)) = NAMED.iter().find(|(name, _, _)| *name == text) {
            return Ok(*fault);
        }
        let number = |number: &str| number.parse().map_err(|_| format!("`{number}` is no number"));
        match text.split_once(':') {
            Some(("sign-in", code)) => {
                Ok(Fault::SignIn(number(code.trim_start_matches("AADSTS"))?))
            }
            Some(("install", code)) => Ok(Fault::Install(number(code)?)),
            Some(("power-cut", point)) => Ok(Fault::PowerCut(number(point)?)),
            _ => {
                let known = NAMED.iter().map(|it| it.0);
                let numbered = ["sign-in:CODE", "install:CODE", "power-cut:POINT"];
                let all: Vec<_> = known.chain(numbered).collect();
                Err(format!("the faults are {}", all.join(", ")))
            }
        }
    }
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.to_string()
    }
}

impl TryFrom<String> for Fault {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
