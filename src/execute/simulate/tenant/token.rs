//! Access tokens: made by the sign-in service, read by Graph and Exchange.
//!
//! They have the form and the claims of Microsoft's. The signature is a digest that only tells whether the token was made
//! here and is unchanged; it protects nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

/// How long a token is valid (seconds).
pub(super) const LIFETIME: i64 = 3599;

/// What a token says. Dates are seconds since 1970.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Claims {
    /// The resource that it is for.
    pub(super) aud: String,
    /// Who made it.
    pub(super) iss: String,
    pub(super) iat: i64,
    pub(super) nbf: i64,
    pub(super) exp: i64,
    /// The client.
    pub(super) appid: String,
    /// The name of the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
    /// The object of the person or of the enterprise application.
    pub(super) oid: String,
    /// The application permissions; no claim at all if there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) roles: Vec<String>,
    /// The delegated permissions, separated by blanks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scp: Option<String>,
    /// The tenant.
    pub(super) tid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) upn: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) preferred_username: Option<String>,
    /// `app` or `user`.
    pub(super) idtyp: String,
    pub(super) ver: String,
}

impl Claims {
    /// Whether a permission is among the delegated or the application permissions.
    pub(super) fn has(&self, permission: &str) -> bool {
        let delegated = self.scp.iter().flat_map(|it| it.split(' ')).any(|it| it == permission);
        delegated || self.roles.iter().any(|it| it == permission)
    }
}

/// Why a token is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Refusal {
    /// It is no token at all.
    Malformed,
    /// It was not made here, or was changed.
    Signature,
    /// It has expired.
    Expired,
    /// It is for another resource.
    Audience,
}

/// Writes a token.
pub(super) fn issue(claims: &Claims) -> String {
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": "rehearsal" });
    let header = URL_SAFE_NO_PAD.encode(header.to_string());
    let claims = serde_json::to_vec(claims).expect("claims are plain data");
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims));
    let signature = signature(&signed);
    format!("{signed}.{signature}")
}

/// Reads a token that is for a resource.
pub(super) fn read(token: &str, resource: &str) -> Result<Claims, Refusal> {
    let (signed, given) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
    let (_, claims) = signed.split_once('.').ok_or(Refusal::Malformed)?;
    let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| Refusal::Malformed)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| Refusal::Malformed)?;
    if signature(signed) != given {
        return Err(Refusal::Signature);
    }
    if claims.exp <= Timestamp::now().as_second() {
        return Err(Refusal::Expired);
    }
    if claims.aud != resource {
        return Err(Refusal::Audience);
    }
    Ok(claims)
}

fn signature(signed: &str) -> String {
    let mut digest = Sha256::new();
    digest.update("a rehearsal's tokens open nothing outside it\n");
    digest.update(signed);
    URL_SAFE_NO_PAD.encode(digest.finalize())
}
