//! Tokens for applications, by a client secret or an assertion.

use jiff::Timestamp;
use serde_json::Value;

use super::{Error, Form, Wanted, assertion, claims, not_found, token_body};
use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::service::Request;
use crate::execute::simulate::tenant::token::Claims;
use crate::execute::simulate::tenant::{Application, Client, Tenant, digest};
use crate::execute::simulate::world::Shared;

/// A token for an application, which Entra ID makes whether the application has any permission or none.
pub(super) fn token(
    form: &Form,
    request: &Request,
    shared: &Shared,
    client: &str,
) -> Result<Value, Error> {
    let scope = form.need("scope")?;
    let wanted = Wanted::read(scope, shared)?;
    if wanted.permissions.is_some() || wanted.offline {
        let text = format!(
            "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier."
        );
        return Err(Error::new(1_002_012, text).named("invalid_scope"));
    }
    let own = shared.look().tenant.clients.get(client).cloned();
    let (object, roles) = match own {
        Some(own) => {
            authenticate_own(form, request, shared, client, &own)?;
            (client.to_owned(), own.roles)
        }
        None => authenticate(form, request, shared, client, &wanted.resource)?,
    };
    let tid = shared.look().tenant.id.clone();
    let claims = Claims {
        appid: client.to_owned(),
        oid: object,
        roles,
        tid,
        idtyp: "app".to_owned(),
        ..claims(&wanted.resource, shared)
    };
    Ok(token_body(&claims))
}

fn authenticate_own(
    form: &Form,
    request: &Request,
    shared: &Shared,
    client: &str,
    own: &Client,
) -> Result<(), Error> {
    if assertion::given(form)? {
        return assertion::check(form, request, shared, client, own.key.as_deref());
    }
    let secret = form.get("client_secret").ok_or_else(|| Error::of(7_000_218))?;
    let matches = own.secrets.iter().any(|it| *it == digest(secret));
    if matches { Ok(()) } else { Err(invalid_secret(client)) }
}

/// Checks the credentials of an application of the tenant; gives its enterprise application and its roles on the resource.
fn authenticate(
    form: &Form,
    request: &Request,
    shared: &Shared,
    client: &str,
    resource: &str,
) -> Result<(String, Vec<String>), Error> {
    let application = shared.look().tenant.application(client).cloned();
    let application = application.ok_or_else(|| not_found(client))?;
    if application.unknown > 0 {
        shared.note(|world| {
            for it in &mut world.tenant.applications {
                if it.id == application.id {
                    it.unknown = it.unknown.saturating_sub(1);
                }
            }
        });
        return Err(not_found(client));
    }
    if assertion::given(form)? {
        assertion::check(form, request, shared, client, application.key.as_deref())?;
    } else {
        let secret = form.get("client_secret").ok_or_else(|| Error::of(7_000_218))?;
        check_secret(shared, &application, secret)?;
    }
    let principal = shared.look().tenant.principal(client).map(|it| it.id.clone());
    let principal = principal.ok_or_else(|| {
        let text =
            format!("The client application {client} is missing service principal in the tenant.");
        Error::new(7_000_229, text)
    })?;
    let roles = shared.note(|world| granted_roles(&mut world.tenant, &principal, resource));
    Ok((principal, roles))
}

fn check_secret(shared: &Shared, application: &Application, secret: &str) -> Result<(), Error> {
    let wanted = digest(secret);
    let credential = application.secrets.iter().find(|it| it.digest == wanted);
    let credential = credential.ok_or_else(|| invalid_secret(&application.app_id))?;
    if credential.unknown > 0 {
        shared.note(|world| {
            let secrets = world.tenant.applications.iter_mut().flat_map(|it| &mut it.secrets);
            for it in secrets.filter(|it| it.key_id == credential.key_id) {
                it.unknown = it.unknown.saturating_sub(1);
            }
        });
        return Err(invalid_secret(&application.app_id));
    }
    let end: Option<Timestamp> = credential.end.parse().ok();
    let expired = end.is_none_or(|it| it <= shared.look().tenant.moment());
    if expired || shared.has(Fault::SecretExpired) {
        return Err(Error::of(7_000_222));
    }
    Ok(())
}

fn invalid_secret(client: &str) -> Error {
    Error::new(
        7_000_215,
        format!(
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'."
        ),
    )
}

/// The values of the roles that an enterprise application has on a resource. A role granted a moment ago may be missing.
fn granted_roles(tenant: &mut Tenant, principal: &str, resource: &str) -> Vec<String> {
    if resource != tenant.exchange_resource {
        return Vec::new();
    }
    let mut roles = Vec::new();
    for grant in tenant.grants.iter_mut().filter(|it| it.principal == principal) {
        if grant.missing > 0 {
            grant.missing = grant.missing.saturating_sub(1);
            continue;
        }
        let of = tenant.principals.iter().find(|it| it.id == grant.resource);
        let role = of.and_then(|it| it.roles.iter().find(|it| it["id"] == grant.role.as_str()));
        roles.extend(role.and_then(|it| it["value"].as_str()).map(ToOwned::to_owned));
    }
    roles
}
