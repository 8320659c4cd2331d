//! The errors of the sign-in service, in Entra's shape.
//!
//! The codes and their meaning are those of Microsoft's "Microsoft Entra authentication and authorization error codes",
//! looked up 2026-11-23.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::json_answer;
use crate::execute::simulate::tenant::service::{Answer, Request};
use crate::execute::simulate::world::Shared;

/// An error.
pub(super) struct Error {
    code: u32,
    name: &'static str,
    text: String,
}

impl Error {
    /// An error with its own words.
    pub(super) fn new(code: u32, text: impl Into<String>) -> Self {
        Error { code, name: name(code), text: text.into() }
    }

    /// An error with the words that its code has.
    pub(super) fn of(code: u32) -> Self {
        Error::new(code, words(code))
    }

    /// The error by another name than its code usually has.
    pub(super) fn named(self, name: &'static str) -> Self {
        Error { name, ..self }
    }

    /// The name, by which a client decides what to do: `invalid_grant`.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The first line of the description.
    pub(super) fn text(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    /// The answer to the request.
    pub(super) fn answer(&self, request: &Request, shared: &Shared) -> Answer {
        let trace = Uuid::new_v4();
        let own = request.header("client-request-id");
        let correlation = if own.is_empty() { Uuid::new_v4().to_string() } else { own.to_owned() };
        let moment = Timestamp::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = json!({
            "error": self.name,
            "error_description": format!(
                "{}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {moment}",
                self.text()
            ),
            "error_codes": [self.code],
            "timestamp": moment,
            "trace_id": trace.to_string(),
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={}", authority(shared), self.code),
        });
        let status = match self.name {
            "invalid_client" => 401,
            "temporarily_unavailable" => 503,
            _ => 400,
        };
        json_answer(status, &body).with("x-ms-request-id", trace.to_string())
    }
}

/// The sign-in service that belongs to the tenant's cloud.
fn authority(shared: &Shared) -> &'static str {
    let graph = &shared.look().tenant.graph_resource;
    match graph.rsplit('.').next() {
        Some("us") => "https://login.microsoftonline.us",
        Some("cn") => "https://login.partner.microsoftonline.cn",
        _ => "https://login.microsoftonline.com",
    }
}

fn name(code: u32) -> &'static str {
    match code {
        7_000_215 | 7_000_222 | 7_000_218 | 70_002 | 700_024 | 700_025 | 700_027 | 700_030 => {
            "invalid_client"
        }
        700_016 | 700_011 | 7_000_112 | 7_000_229 | 70_001 => "unauthorized_client",
        500_011 | 650_052 => "invalid_resource",
        70_011 | 70_022 | 70_023 => "invalid_scope",
        90_002 | 90_019 | 90_038 | 900_144 | 900_382 | 900_432 | 9_001_023 | 9_002_313 | 50_011
        | 50_059 | 50_128 | 501_491 => "invalid_request",
        70_003 => "unsupported_grant_type",
        70_007 => "unsupported_response_type",
        65_004 => "access_denied",
        70_016 => "authorization_pending",
        70_018 => "bad_verification_code",
        70_019 => "expired_token",
        50_033 | 50_087 | 90_006 | 90_012 | 90_024 | 90_033 | 90_055 | 90_090 => {
            "temporarily_unavailable"
        }
        _ => "invalid_grant",
    }
}

fn words(code: u32) -> &'static str {
    match code {
        50_020 => {
            "User account from identity provider does not exist in tenant 'Contoso' and cannot access the application in that tenant."
        }
        50_034 => "The user account does not exist in the directory.",
        50_053 => {
            "The account is locked, you've tried to sign in too many times with an incorrect user ID or password."
        }
        50_055 => "The password is expired.",
        50_057 => "The user account is disabled.",
        50_076 => {
            "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource."
        }
        50_097 => "Device authentication is required.",
        50_105 => {
            "Your administrator has configured the application to block users unless they are specifically granted access."
        }
        50_126 => "Error validating credentials due to invalid username or password.",
        53_003 => {
            "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
        }
        54_005 => {
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
        }
        65_001 => {
            "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource."
        }
        65_004 => "User declined to consent to access the app.",
        70_016 => "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        70_018 => "Bad verification code. User typed in wrong user code for device code flow.",
        70_019 => "Verification code expired. Have the user retry the sign-in.",
        90_002 => {
            "Tenant not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        }
        90_094 => "An administrator must consent to the permissions that the application asks for.",
        501_481 => {
            "The Code_Verifier does not match the code_challenge supplied in the authorization request."
        }
        700_016 => "The application was not found in the directory.",
        700_082 => "The refresh token has expired due to inactivity, or is not one of this client.",
        7_000_215 => {
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID."
        }
        7_000_218 => {
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        }
        7_000_222 => "The provided client secret keys are expired. Create new keys for your app.",
        _ => "The sign-in service refuses the request.",
    }
}
