//! Tokens and what they say.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

/// What a token is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Audience {
    /// The resource: `https://graph.microsoft.com`, without `/` at its end.
    pub resource: String,
    /// The delegated rights, without the resource: `User.Read`. An application's rights are granted, not asked for, so
    /// that they play no part then.
    pub scopes: Vec<String>,
}

impl Audience {
    /// The rights as the sign-in service wants them from a person.
    pub(super) fn delegated(&self) -> Vec<String> {
        let qualify = |scope: &String| {
            if scope.contains("://") { scope.clone() } else { format!("{}/{scope}", self.resource) }
        };
        self.scopes.iter().map(qualify).collect()
    }

    /// The only scope that an application can ask for.
    pub(super) fn application(&self) -> String {
        format!("{}/.default", self.resource)
    }

    /// Whether a token for this serves for another, too.
    pub(super) fn covers(&self, other: &Audience) -> bool {
        self.resource == other.resource && other.scopes.iter().all(|it| self.scopes.contains(it))
    }
}

/// An access token. It is wiped when it is dropped, and shows itself only to whoever says so.
#[derive(Clone)]
pub struct Token {
    secret: SecretString,
    claims: Option<Claims>,
}

impl Token {
    /// Takes a token; nothing if it is not one that fits into a header.
    pub(super) fn new(text: String) -> Option<Token> {
        if text.is_empty() || !text.bytes().all(|it| it.is_ascii_graphic()) {
            return None;
        }
        let claims = Claims::read(&text);
        Some(Token { secret: text.into(), claims })
    }

    /// The token for the header `Authorization`, and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    /// What the token says of itself, unverified; nothing when it cannot be read, which Microsoft permits itself.
    #[must_use]
    pub fn claims(&self) -> Option<&Claims> {
        self.claims.as_ref()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(...)")
    }
}

/// What a token says of itself. Nothing of it is verified: it may be shown and compared, not trusted.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Claims {
    /// The tenant's ID.
    pub tid: Option<String>,
    /// The user's name for signing in.
    pub upn: Option<String>,
    /// The same in tokens of version 2.
    pub preferred_username: Option<String>,
    /// The user's name for people.
    pub name: Option<String>,
    /// The application that the token was given to.
    #[serde(alias = "azp")]
    pub appid: Option<String>,
    /// The delegated rights.
    #[serde(deserialize_with = "words")]
    pub scp: Vec<String>,
    /// The rights of an application.
    pub roles: Vec<String>,
    /// When it expires, in seconds since 1970.
    pub exp: Option<u64>,
    /// `user` or `app`.
    pub idtyp: Option<String>,
}

impl Claims {
    /// Reads the middle part of a JWT.
    fn read(token: &str) -> Option<Claims> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }

    /// The user's name for signing in, whichever version the token has.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.upn.as_deref().or(self.preferred_username.as_deref())
    }
}

/// Reads words with spaces between them.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok(text.split_whitespace().map(ToOwned::to_owned).collect())
}
