//! Why nobody could be signed in, and what to do about it.
//!
//! No text here holds a secret, a token, an assertion or a code: what the service says is covered where it repeats one.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::execute::sign_in::advice::{self, CONDITIONAL_ACCESS, REPLICATION, advice};

/// Why there is no token.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SignInError {
    /// The sign-in service, or the managed identity's, refused.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// No connection, or one that broke.
    #[error("the connection to `{host}` failed: {cause}")]
    Unreachable {
        /// The host.
        host: String,
        /// The innermost reason.
        cause: String,
    },
    /// An answer that no sign-in service gives.
    #[error("`{host}` answered {status} with {what}")]
    Answer {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// What the answer is, or lacks.
        what: String,
    },
    /// A redirect, which is never followed: the request holds a secret.
    #[error("`{host}` answered {status} and wants to send the sign-in to {to}")]
    Redirected {
        /// The host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// The host that it names, in backticks, or `elsewhere`.
        to: String,
    },
    /// The service asks for a longer pause than is waited for.
    #[error("`{host}` asks to wait {} s", .pause.as_secs())]
    Busy {
        /// The host.
        host: String,
        /// The pause that it asks for.
        pause: Duration,
    },
    /// Nobody finished signing in with the browser.
    #[error("nobody signed in with the browser within {} s", .0.as_secs())]
    Nobody(Duration),
    /// Nobody finished signing in with the device code.
    #[error("nobody signed in with the device code within {} s", .0.as_secs())]
    Expired(Duration),
    /// The browser's answer cannot be received.
    #[error("no port of this machine can be opened for the browser's answer: {0}")]
    Listen(String),
    /// The certificate or its key cannot be used.
    #[error("the certificate cannot be used: {0}")]
    Certificate(&'static str),
    /// The Azure CLI gave no token.
    #[error("{0}")]
    AzureCli(CliError),
    /// The service of managed identities is not there; the innermost reason.
    #[error("this machine has no service of managed identities: {0}")]
    NoManagedIdentity(String),
    /// The tenant's name is not one that can be put into an address.
    #[error("`{0}` is neither the ID nor a domain of a tenant")]
    Tenant(String),
    /// The address of the sign-in service is none.
    #[error("`{0}` is no address of a sign-in service")]
    Authority(String),
    /// No HTTP client could be made.
    #[error("no secure connections can be made: {0}")]
    Client(String),
}

/// Why the Azure CLI gave no token.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CliError {
    /// `az` cannot be started.
    #[error("the Azure CLI (`az`) is not installed or not on the path")]
    NotInstalled,
    /// Nobody is signed in to it.
    #[error("nobody is signed in to the Azure CLI")]
    NotSignedIn,
    /// It did not end in time and was ended.
    #[error("the Azure CLI did not answer within {} s", .0.as_secs())]
    Slow(Duration),
    /// It ended with an error; its words.
    #[error("the Azure CLI failed: {0}")]
    Failed(String),
    /// It wrote something that holds no token.
    #[error("the Azure CLI wrote no token")]
    Output,
}

/// What the sign-in service said when it refused.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the sign-in was refused with `{error}`{}{}", self.told(), self.support())]
pub struct Refusal {
    /// The `error` of RFC 6749, which decides what happens next: `invalid_client`.
    pub error: String,
    /// The first error code, without `AADSTS`; it only picks the advice.
    pub code: Option<u32>,
    /// Entra ID's own words: the first line, without the lines for support. May be empty.
    pub words: String,
    /// The ID of the request at Microsoft.
    pub trace_id: Option<String>,
    /// The ID that links this request with others.
    pub correlation_id: Option<String>,
    /// When, as the service wrote it: `2026-11-23 10:00:00Z`.
    pub timestamp: Option<String>,
    /// How it was tried.
    pub way: Way,
}

/// The ways of signing in, without what they hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// A person, in the browser of this machine.
    Browser,
    /// A person, with a code on another device.
    DeviceCode,
    /// The application, with a secret.
    ClientSecret,
    /// The application, with a certificate.
    Certificate,
    /// Whoever is signed in to the Azure CLI.
    AzureCli,
    /// The identity of the virtual machine.
    ManagedIdentity,
}

impl SignInError {
    /// What to do, line by line, each an imperative sentence; empty when nothing is known.
    #[must_use]
    pub fn help(&self) -> Vec<String> {
        let lines: &[&str] = match self {
            SignInError::Refused(refusal) => return refusal.help(),
            SignInError::Unreachable { .. } => &[
                "check the network, the proxy and the firewall, and that the cloud is the right one",
            ],
            SignInError::Answer { .. } => &[
                "check whether a proxy or a sign-in page of the network answers in the service's place",
            ],
            SignInError::Redirected { .. } => &[
                "check the address of the sign-in service; redirects are not followed, since a secret would go along",
            ],
            SignInError::Busy { .. } => &["try again after that time"],
            SignInError::Nobody(_) => &[
                "start again and finish signing in within that time",
                "use the device code when this machine has no browser",
            ],
            SignInError::Expired(_) => &["start again and finish signing in within that time"],
            SignInError::Listen(_) => &["sign in with the device code"],
            SignInError::Certificate(_) => {
                &["give a PEM text with an unencrypted RSA private key and its certificate"]
            }
            SignInError::AzureCli(CliError::NotInstalled) => {
                &["install the Azure CLI, or sign in with the browser"]
            }
            SignInError::AzureCli(CliError::NotSignedIn) => &[
                "run `az login` with the tenant, after `az cloud set` for another cloud than the worldwide one",
            ],
            SignInError::AzureCli(CliError::Slow(_) | CliError::Output) => {
                &["run `az account get-access-token` by hand and see what it says"]
            }
            SignInError::AzureCli(CliError::Failed(words)) => {
                return code_in(words)
                    .and_then(advice)
                    .into_iter()
                    .map(ToOwned::to_owned)
                    .collect();
            }
            SignInError::NoManagedIdentity(_) => {
                &["sign in another way: only virtual machines of Azure have a managed identity"]
            }
            SignInError::Tenant(_) => &["write the tenant's ID or a verified domain"],
            SignInError::Authority(_) => &["write an address that begins with https://"],
            SignInError::Client(_) => &["check the root certificates of this machine"],
        };
        lines.iter().map(|it| (*it).to_owned()).collect()
    }

    /// Whether it may pass by itself when the application or its secret was made a moment ago.
    ///
    /// Entra ID does not tell this from a wrong application ID or a wrong secret, so only a caller who made one may try
    /// again, and not for longer than two minutes.
    #[must_use]
    pub fn may_be_replication(&self) -> bool {
        let SignInError::Refused(refusal) = self else { return false };
        refusal.code.is_some_and(|it| REPLICATION.contains(&it))
    }
}

impl Refusal {
    /// Takes over what the service said. `secrets` are what the request held: an answer that repeats one is covered.
    pub(super) fn of(told: &Told, way: Way, secrets: &[&str]) -> Refusal {
        let shown = |text: &str| shown(text, secrets);
        let description = told.error_description.as_deref().unwrap_or_default();
        let end = description.find(['\r', '\n']).unwrap_or(description.len());
        let end = description.find("Trace ID:").map_or(end, |it| it.min(end));
        let words = shown(description[..end].trim());
        let code = told.error_codes.first().copied().or_else(|| code_in(description));
        Refusal {
            error: shown(&told.error),
            code,
            words,
            trace_id: told.trace_id.as_deref().map(shown),
            correlation_id: told.correlation_id.as_deref().map(shown),
            timestamp: told.timestamp.as_deref().map(shown),
            way,
        }
    }

    /// What to do, line by line.
    fn help(&self) -> Vec<String> {
        let general = self.code.and_then(advice).or_else(|| advice::advice_on_word(&self.error));
        let blocked = self.code.is_some_and(|it| CONDITIONAL_ACCESS.contains(&it));
        let other = match self.way {
            Way::DeviceCode if blocked => Some(
                "sign in with the browser instead: Conditional Access often forbids the device code",
            ),
            Way::Browser if blocked => Some(
                "sign in with the device code instead and finish on a managed device, if the policies permit device codes",
            ),
            Way::Browser
            | Way::DeviceCode
            | Way::ClientSecret
            | Way::Certificate
            | Way::AzureCli
            | Way::ManagedIdentity => None,
        };
        general.into_iter().chain(other).map(ToOwned::to_owned).collect()
    }

    /// The service's words, behind a colon.
    fn told(&self) -> String {
        match (self.words.as_str(), self.code) {
            ("", None) => String::new(),
            ("", Some(code)) => format!(": AADSTS{code}"),
            (words, Some(code)) if !words.contains(&format!("AADSTS{code}")) => {
                format!(": AADSTS{code}: {words}")
            }
            (words, _) => format!(": {words}"),
        }
    }

    /// What Microsoft's support asks for, in brackets.
    fn support(&self) -> String {
        let named = [
            ("trace ", &self.trace_id),
            ("correlation ", &self.correlation_id),
            ("", &self.timestamp),
        ];
        let parts: Vec<_> = named
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}{}", value.as_ref()?)))
            .collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
    }
}

/// The body of a refusal as it comes. It is not for showing: a [`Refusal`] is made of it.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) error: String,
    #[serde(default)]
    pub(super) error_description: Option<String>,
    #[serde(default)]
    pub(super) error_codes: Vec<u32>,
    #[serde(default)]
    pub(super) timestamp: Option<String>,
    #[serde(default)]
    pub(super) trace_id: Option<String>,
    #[serde(default)]
    pub(super) correlation_id: Option<String>,
}

impl Told {
    /// Reads the body of an answer; nothing if it is no refusal of a sign-in service.
    pub(super) fn read(body: &[u8]) -> Option<Told> {
        serde_json::from_slice(body).ok()
    }

    /// Whether the service says that it is to be asked again.
    pub(super) fn is_transient(&self) -> bool {
        matches!(self.error.as_str(), "temporarily_unavailable" | "server_error")
            || self.error_codes.iter().any(|it| advice::TRANSIENT.contains(it))
    }
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Told(...)")
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a refusal")
    }
}

impl oauth2::ErrorResponse for Told {}

/// The number behind the first `AADSTS` of a text.
fn code_in(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("AADSTS")?;
    let end = rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// A text of the outside made fit for a message: one line, no control characters, not endless, and without the secrets.
pub(super) fn shown(text: &str, secrets: &[&str]) -> String {
    const LONGEST: usize = 500;
    let mut text = text.to_owned();
    // Covering a very short secret would cover half of the text and tell it.
    for secret in secrets.iter().filter(|it| it.len() > 3) {
        text = text.replace(secret, "...");
        let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
        text = text.replace(&encoded, "...");
    }
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(LONGEST).collect()
}
