//! Signing in with a code that a person types on another device.

use std::time::Duration;

use oauth2::http::{Request, StatusCode, header};
use oauth2::{DeviceAuthorizationResponse, ExtraDeviceAuthorizationFields, Scope};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use crate::execute::sign_in::error::{Refusal, SignInError, Told, Way, shown};
use crate::execute::sign_in::transport::{no_token, understood};
use crate::execute::sign_in::{Grant, Reply, Shown, SignIn};

/// The pause between two questions never gets shorter than this, whatever the service says.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
/// A code is not waited for beyond this, whatever the service says. Entra ID's are valid for 15 minutes.
const LONGEST_WAIT: Duration = Duration::from_secs(30 * 60);
/// How much longer the pause gets when the service asks for it (RFC 8628, section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// What Entra ID says beyond RFC 8628: a sentence for the person.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    #[serde(default)]
    message: Option<String>,
}

impl ExtraDeviceAuthorizationFields for Message {}

/// Shows a code and waits until somebody has signed in with it.
pub(super) async fn ask(sign_in: &SignIn, scopes: Vec<Scope>) -> Result<Grant, SignInError> {
    let http = |request| sign_in.service.send(request);
    let start = sign_in.client.exchange_device_code().add_scopes(scopes);
    let start = start.request_async(&http).await;
    let start: DeviceAuthorizationResponse<Message> =
        understood(start, &sign_in.host, Way::DeviceCode, &[])?;
    let (url, code) = (start.verification_uri().as_str(), start.user_code().secret());
    let valid = start.expires_in().min(LONGEST_WAIT);
    let own = || format!("To sign in, open {url} in a browser and enter the code {code}.");
    let message = start.extra_fields().message.clone().unwrap_or_else(own);
    let message = shown(&message, &[start.device_code().secret()]);
    (sign_in.outside.prompt)(&Shown::DeviceCode { message: &message, url, code, valid });
    wait(sign_in, start.device_code().secret(), start.interval(), valid).await
}

/// Asks for the token again and again.
///
/// The loop of the crate oauth2 is not used: it drops the codes and IDs of a refusal, and looks at a clock.
async fn wait(
    sign_in: &SignIn,
    code: &str,
    interval: Duration,
    valid: Duration,
) -> Result<Grant, SignInError> {
    let body = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
        .append_pair("client_id", &sign_in.application.client_id)
        .append_pair("device_code", code)
        .finish();
    let request = Request::post(sign_in.client.token_uri().as_str())
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body.into_bytes())
        .map_err(|_| SignInError::Authority(sign_in.host.clone()))?;
    let mut interval = interval.max(SHORTEST_PAUSE);
    let begin = sign_in.service.paused();
    loop {
        if sign_in.service.paused().saturating_sub(begin) >= valid {
            return Err(SignInError::Expired(valid));
        }
        sign_in.service.pause(interval.min(valid)).await;
        let response = sign_in.service.send(request.clone()).await?;
        let told = Told::read(response.body()).filter(|_| response.status() != StatusCode::OK);
        let Some(told) = told else {
            let reply: Reply = serde_json::from_slice(response.body())
                .map_err(|it| no_token(&sign_in.host, &it))?;
            return sign_in.grant(&reply);
        };
        match told.error.as_str() {
            "authorization_pending" => {}
            "slow_down" => interval += SLOWER,
            "expired_token" | "code_expired" => return Err(SignInError::Expired(valid)),
            _ => {
                let refusal = Refusal::of(&told, Way::DeviceCode, &[code]);
                return Err(SignInError::Refused(Box::new(refusal)));
            }
        }
    }
}
