//! The assertion with which an application proves that it has the key of its certificate.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::{Error, Form};
use crate::execute::simulate::tenant::service::Request;
use crate::execute::simulate::world::Shared;

/// The only type of assertion that there is.
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The longest time for which an assertion may be valid (seconds). Microsoft asks for "short-lived", 5 to 10 minutes.
const LONGEST: i64 = 600;

#[derive(Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    sub: String,
    exp: i64,
    nbf: i64,
    jti: String,
}

/// Whether the request bears an assertion.
pub(super) fn given(form: &Form) -> Result<bool, Error> {
    match (form.get("client_assertion_type"), form.get("client_assertion")) {
        (None, None) => Ok(false),
        (Some(KIND), Some(_)) if form.get("client_secret").is_none() => Ok(true),
        _ => Err(Error::new(900_144, "The client assertion must be of the type jwt-bearer.")),
    }
}

/// Checks the assertion of a client; its signature only if a key of the client is known.
pub(super) fn check(
    form: &Form,
    request: &Request,
    shared: &Shared,
    client: &str,
    key: Option<&str>,
) -> Result<(), Error> {
    let refused = |what: &str| {
        Error::new(
            700_027,
            format!(
                "The certificate with identifier used to sign the client assertion is not registered on application, or the assertion is wrong: {what}."
            ),
        )
    };
    let assertion = form.need("client_assertion")?;
    let header = jsonwebtoken::decode_header(assertion).map_err(|_| refused("it is no JWT"))?;
    if header.alg != Algorithm::RS256 {
        return Err(refused("its algorithm is not RS256"));
    }
    if header.x5t_s256.is_none() && header.x5t.is_none() {
        return Err(refused("no thumbprint names the certificate"));
    }
    let mut validation = Validation::new(Algorithm::RS256);
    // The dates are judged below, against the clock of the tokens; the audience names the tenant in several ways.
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = match key {
        Some(key) => {
            let key = DecodingKey::from_rsa_pem(key.as_bytes())
                .map_err(|_| refused("the registered key cannot be read"))?;
            let decoded = jsonwebtoken::decode::<Claims>(assertion, &key, &validation);
            decoded.map(|it| it.claims)
        }
        None => jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(assertion),
    };
    let claims = claims.map_err(|_| refused("its signature or its claims do not hold"))?;
    let tenant = &shared.look().tenant;
    let names = tenant.domains.iter().chain([&tenant.id]);
    let mut audiences = names.map(|it| format!("{}/{it}/oauth2/v2.0/token", request.origin()));
    if !audiences.any(|it| it.eq_ignore_ascii_case(&claims.aud)) {
        return Err(refused("its audience is not the token endpoint"));
    }
    if claims.iss != client || claims.sub != client || claims.jti.is_empty() {
        return Err(refused("issuer and subject must be the application ID"));
    }
    let now = jiff::Timestamp::now().as_second();
    let early = claims.nbf > now + 60;
    if claims.exp <= now || early || claims.exp - claims.nbf > LONGEST {
        return Err(Error::new(700_024, "Client assertion is not within its valid time range."));
    }
    Ok(())
}
