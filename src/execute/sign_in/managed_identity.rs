//! A token of the identity that Azure gave to this virtual machine.
//!
//! The request is Microsoft's ("How to use managed identities on an Azure VM to acquire an access token", and the library
//! msal-node, looked up 2026-11-23). The identity is the machine's own; one that somebody assigned to it beside that is not
//! asked for. The service keeps tokens itself, so that a fresh one may be the last one.

use std::time::Duration;

use oauth2::http::{Request, StatusCode};
use serde::{Deserialize, Deserializer};
use url::Url;

use crate::execute::sign_in::Grant;
use crate::execute::sign_in::error::{Refusal, SignInError, Told, Way};
use crate::execute::sign_in::token::Token;
use crate::execute::sign_in::transport::{Transport, no_token};

/// Where the service is on every virtual machine of Azure.
pub(super) const SERVICE: &str = "http://169.254.169.254";

/// What it answers.
#[derive(Deserialize)]
struct Reply {
    access_token: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}

/// Asks the machine's service for a token.
pub(super) async fn ask(
    transport: &Transport,
    service: &str,
    resource: &str,
) -> Result<Grant, SignInError> {
    let authority = || SignInError::Authority(service.to_owned());
    let mut url = Url::parse(service).map_err(|_| authority())?;
    url.set_path("/metadata/identity/oauth2/token");
    url.query_pairs_mut()
        .append_pair("api-version", "2018-02-01")
        .append_pair("resource", resource);
    let host = url.host_str().ok_or_else(authority)?.to_owned();
    let request = Request::get(url.as_str()).header("Metadata", "true").body(Vec::new());
    let response = match transport.send(request.map_err(|_| authority())?).await {
        Err(SignInError::Unreachable { cause, .. }) => {
            return Err(SignInError::NoManagedIdentity(cause));
        }
        outcome => outcome?,
    };
    if response.status() != StatusCode::OK
        && let Some(told) = Told::read(response.body())
    {
        let refusal = Refusal::of(&told, Way::ManagedIdentity, &[]);
        return Err(SignInError::Refused(Box::new(refusal)));
    }
    let reply: Reply =
        serde_json::from_slice(response.body()).map_err(|it| no_token(&host, &it))?;
    let lasts = reply.expires_in.map(Duration::from_secs);
    let token = Token::new(reply.access_token).ok_or_else(|| SignInError::Answer {
        host,
        status: StatusCode::OK.as_u16(),
        what: "something that is no token".to_owned(),
    })?;
    Ok(Grant { token, lasts, refresh: None })
}

/// Reads a number that is written as a text, as this service does, or as a number.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Seconds {
        Number(u64),
        Text(String),
    }
    Ok(match Seconds::deserialize(deserializer)? {
        Seconds::Number(number) => Some(number),
        Seconds::Text(text) => text.parse().ok(),
    })
}
