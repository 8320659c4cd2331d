//! The signed statement with which an application shows that it has the certificate's private key.
//!
//! Its form is Microsoft's, as its script `Test-EWSAppAccess.ps1` writes it: RS256, the certificate's SHA-256 as
//! `x5t#S256`, the token endpoint as audience, the application's ID as issuer and subject, ten minutes at most. The page
//! "Microsoft identity platform application authentication certificate credentials" recommends PS256 instead; Microsoft's
//! own libraries sign with RS256 too (both looked up 2026-11-23).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::execute::sign_in::error::SignInError;

/// How long a statement is valid, in seconds.
const VALID: u64 = 600;

/// The claims.
#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: String,
    nbf: u64,
    exp: u64,
}

/// Signs a statement for a token endpoint. `pem` holds the private key and the certificate, in any order, and may hold
/// the certificates of the issuers.
pub(super) fn sign(
    pem: &SecretString,
    client_id: &str,
    endpoint: &str,
) -> Result<SecretString, SignInError> {
    let wrong = SignInError::Certificate;
    let blocks = blocks(pem.expose_secret());
    if blocks.iter().any(|it| it.is("ENCRYPTED PRIVATE KEY") || it.text.contains("ENCRYPTED")) {
        return Err(wrong("its private key is encrypted"));
    }
    let key = blocks.iter().find(|it| it.is("PRIVATE KEY") || it.is("RSA PRIVATE KEY"));
    let key = key.ok_or(wrong("there is no private key with it"))?;
    let key = EncodingKey::from_rsa_pem(key.text.as_bytes())
        .map_err(|_| wrong("its private key is no RSA key"))?;
    let certificates: Vec<_> = blocks.iter().filter(|it| it.is("CERTIFICATE")).collect();
    if certificates.is_empty() {
        return Err(wrong("there is a private key but no certificate"));
    }
    let certificate = certificates
        .into_iter()
        .find(|it| belongs(&key, it.text))
        .ok_or(wrong("the private key belongs to another certificate"))?;
    let certificate = certificate.bytes().ok_or(wrong("it is not written in Base64"))?;
    let mut header = Header::new(Algorithm::RS256);
    header.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate)));
    let now = jsonwebtoken::get_current_timestamp();
    let claims = Claims {
        aud: endpoint,
        iss: client_id,
        sub: client_id,
        jti: Uuid::new_v4().to_string(),
        nbf: now,
        exp: now + VALID,
    };
    let signed = jsonwebtoken::encode(&header, &claims, &key);
    signed.map(Into::into).map_err(|_| wrong("its private key cannot sign"))
}

/// Whether a private key is the certificate's: what one signs, the other confirms.
fn belongs(key: &EncodingKey, certificate: &str) -> bool {
    const PROBE: &[u8] = b"mimeo";
    let Ok(public) = DecodingKey::from_rsa_pem(certificate.as_bytes()) else { return false };
    let signature = jsonwebtoken::crypto::sign(PROBE, key, Algorithm::RS256);
    signature.is_ok_and(|it| {
        jsonwebtoken::crypto::verify(&it, PROBE, &public, Algorithm::RS256).is_ok_and(|it| it)
    })
}

/// One block of a PEM text.
struct Block<'a> {
    label: &'a str,
    /// With its first and last line.
    text: &'a str,
    /// Between them.
    inner: &'a str,
}

impl Block<'_> {
    fn is(&self, label: &str) -> bool {
        self.label == label
    }

    /// What is written in Base64.
    fn bytes(&self) -> Option<Vec<u8>> {
        let text: String = self.inner.split_whitespace().collect();
        STANDARD.decode(text).ok()
    }
}

/// The blocks of a PEM text; what stands around them is passed over, as OpenSSL writes names there.
fn blocks(mut pem: &str) -> Vec<Block<'_>> {
    const BEGIN: &str = "-----BEGIN ";
    const DASHES: &str = "-----";
    let mut found = Vec::new();
    while let Some(start) = pem.find(BEGIN) {
        pem = &pem[start..];
        let Some(label) = pem[BEGIN.len()..].split(DASHES).next() else { break };
        let last = format!("-----END {label}-----");
        let Some(end) = pem.find(&last) else { break };
        let first = BEGIN.len() + label.len() + DASHES.len();
        if first > end {
            break;
        }
        let text = &pem[..end + last.len()];
        found.push(Block { label, text, inner: &pem[first..end] });
        pem = &pem[end + last.len()..];
    }
    found
}
