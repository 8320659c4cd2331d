//! The sign-in service: the endpoints of version 2.0 of Microsoft Entra ID.
//!
//! Sources, looked up 2026-11-23: Microsoft's pages on the device authorization grant, the authorization code flow, the
//! client credentials flow and the certificate credentials of an application. Whoever asks for the authorize page is taken
//! for the administrator, who signs in at once.

mod application;
mod assertion;
mod error;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;

use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::Tenant;
use crate::execute::simulate::tenant::service::{Answer, Request};
use crate::execute::simulate::tenant::sign_in::error::Error;
use crate::execute::simulate::tenant::token::{self, Claims};
use crate::execute::simulate::world::Shared;

/// How often a device code is polled before the person has signed in.
const POLLS: u32 = 2;

/// Permissions of Microsoft Graph that can be asked for.
const GRAPH_SCOPES: &[&str] = &[
    "Application.Read.All",
    "Application.ReadWrite.All",
    "AppRegistration.Create",
    "AppRoleAssignment.ReadWrite.All",
    "Directory.Read.All",
    "LicenseAssignment.Read.All",
    "Organization.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
    "User.Read",
];

/// Permissions of Exchange Online that can be asked for.
const EXCHANGE_SCOPES: &[&str] = &["EWS.AccessAsUser.All", "Exchange.Manage"];

/// Sign-ins that have begun, and what they gave.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIns {
    /// Authorization codes.
    codes: BTreeMap<String, Code>,
    /// Device codes.
    devices: BTreeMap<String, Device>,
    /// The clients of refresh tokens.
    refreshes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    client: String,
    redirect: String,
    scope: String,
    challenge: String,
    redeemed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Device {
    client: String,
    scope: String,
    polls: u32,
    redeemed: bool,
}

/// Answers a request below `/{tenant}/oauth2/v2.0/`.
pub(super) fn respond(request: &Request, shared: &Shared) -> Answer {
    let path = request.uri.path().trim_start_matches('/');
    let Some((tenant, endpoint)) = path.split_once("/oauth2/v2.0/") else {
        return Answer::empty(404);
    };
    let answered = match (request.method.as_str(), endpoint) {
        ("GET", "authorize") => authorize(request, shared, tenant),
        ("POST", "devicecode") => begin_device(request, shared, tenant),
        ("POST", "token") => token(request, shared, tenant),
        (_, "authorize" | "devicecode" | "token") => return Answer::empty(405),
        _ => return Answer::empty(404),
    };
    answered.unwrap_or_else(|error| error.answer(request, shared))
}

/// The fields of a form, each of which may be there once.
struct Form(BTreeMap<String, String>);

impl Form {
    fn read(request: &Request) -> Result<Self, Error> {
        if !request.header("content-type").starts_with("application/x-www-form-urlencoded") {
            return Err(Error::new(900_144, "The request body must be form-encoded."));
        }
        Form::of(url::form_urlencoded::parse(&request.body).into_owned())
    }

    fn of(fields: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let mut form = BTreeMap::new();
        for (name, value) in fields {
            if form.insert(name.clone(), value).is_some() {
                let text = format!("The parameter '{name}' is there twice.");
                return Err(Error::new(900_144, text));
            }
        }
        Ok(Form(form))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|it| !it.is_empty())
    }

    fn need(&self, name: &str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            Error::new(900_144, text)
        })
    }
}

/// Whether the tenant in the address is this one. `organizations` and `common` stand for the tenant of whoever signs in.
fn check_tenant(shared: &Shared, named: &str, application: bool) -> Result<(), Error> {
    if ["common", "organizations", "consumers"].contains(&named) {
        let refused = application || named == "consumers";
        let text = "The grant type isn't supported over the /common or /consumers endpoints.";
        return if refused { Err(Error::new(9_001_023, text)) } else { Ok(()) };
    }
    let tenant = &shared.look().tenant;
    let domain = tenant.domains.iter().any(|it| it.eq_ignore_ascii_case(named));
    if domain || tenant.id.eq_ignore_ascii_case(named) {
        return Ok(());
    }
    Err(Error::new(
        90_002,
        format!(
            "Tenant '{named}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
        ),
    ))
}

/// The client is one of the tool's own, or an application of the tenant.
fn check_client(shared: &Shared, client: &str) -> Result<(), Error> {
    let tenant = &shared.look().tenant;
    if tenant.clients.contains_key(client) || tenant.application(client).is_some() {
        return Ok(());
    }
    Err(not_found(client))
}

fn not_found(client: &str) -> Error {
    Error::new(
        700_016,
        format!("Application with identifier '{client}' was not found in the directory 'Contoso'."),
    )
}

/// The authorize page. An error in who asks is shown; every other one goes back to the client.
fn authorize(request: &Request, shared: &Shared, tenant: &str) -> Result<Answer, Error> {
    let form = Form::of(request.query())?;
    check_tenant(shared, tenant, false)?;
    let client = form.need("client_id")?;
    check_client(shared, client)?;
    let redirect = form.need("redirect_uri")?;
    let mut target = loopback(redirect)?;
    let outcome = grant_code(&form, shared, client, redirect);
    {
        let mut pairs = target.query_pairs_mut();
        match &outcome {
            Ok(code) => {
                pairs.append_pair("code", code);
            }
            Err(error) => {
                pairs.append_pair("error", error.name());
                pairs.append_pair("error_description", &error.text());
            }
        }
        if let Some(state) = form.get("state") {
            pairs.append_pair("state", state);
        }
    }
    Ok(Answer::empty(302).with("location", target.to_string()))
}

/// A public client is answered on the loopback, whatever the port.
fn loopback(redirect: &str) -> Result<Url, Error> {
    let url = Url::parse(redirect).ok();
    let url = url.filter(|it| {
        it.scheme() == "http" && matches!(it.host_str(), Some("localhost" | "127.0.0.1"))
    });
    url.ok_or_else(|| {
        let text = format!(
            "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application."
        );
        Error::new(50_011, text)
    })
}

fn grant_code(form: &Form, shared: &Shared, client: &str, redirect: &str) -> Result<String, Error> {
    if form.need("response_type")? != "code" {
        return Err(Error::new(70_007, "The response type is not supported."));
    }
    if form.get("response_mode").is_some_and(|it| it != "query") {
        return Err(Error::new(70_007, "The response mode is not supported."));
    }
    let challenge = form.need("code_challenge")?;
    if form.get("code_challenge_method") != Some("S256") || challenge.len() != 43 {
        return Err(Error::new(501_491, "The code challenge must be one of the method S256."));
    }
    let scope = form.need("scope")?;
    Wanted::read(scope, shared)?;
    let code = format!("1.{}", URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes()));
    let granted = Code {
        client: client.to_owned(),
        redirect: redirect.to_owned(),
        scope: scope.to_owned(),
        challenge: challenge.to_owned(),
        redeemed: false,
    };
    shared.note(|world| world.tenant.sign_ins.codes.insert(code.clone(), granted));
    Ok(code)
}

fn begin_device(request: &Request, shared: &Shared, tenant: &str) -> Result<Answer, Error> {
    let form = Form::read(request)?;
    check_tenant(shared, tenant, false)?;
    let client = form.need("client_id")?;
    check_client(shared, client)?;
    let scope = form.need("scope")?;
    Wanted::read(scope, shared)?;
    let code = format!("D{}", URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes()));
    let device =
        Device { client: client.to_owned(), scope: scope.to_owned(), polls: 0, redeemed: false };
    shared.note(|world| world.tenant.sign_ins.devices.insert(code.clone(), device));
    let shown = &Uuid::new_v4().simple().to_string().to_uppercase()[..9];
    let page = "https://microsoft.com/devicelogin";
    let body = json!({
        "user_code": shown,
        "device_code": code,
        "verification_uri": page,
        "expires_in": 900,
        "interval": 5,
        "message": format!(
            "To sign in, use a web browser to open the page {page} and enter the code {shown} to authenticate."
        ),
    });
    Ok(json_answer(200, &body))
}

fn token(request: &Request, shared: &Shared, tenant: &str) -> Result<Answer, Error> {
    let form = Form::read(request)?;
    let grant = form.need("grant_type")?;
    let application = grant == "client_credentials";
    check_tenant(shared, tenant, application)?;
    let client = form.need("client_id")?;
    fault(shared, grant)?;
    let body = match grant {
        "authorization_code" => redeem_code(&form, shared, client),
        "urn:ietf:params:oauth:grant-type:device_code" => poll_device(&form, shared, client),
        "refresh_token" => refresh(&form, shared, client),
        "client_credentials" => application::token(&form, request, shared, client),
        other => {
            let text = format!("The app requested an unsupported grant type '{other}'.");
            Err(Error::new(70_003, text))
        }
    }?;
    Ok(json_answer(200, &body))
}

/// An error that the rehearsal asks for. The errors of a client's own credentials concern applications only.
fn fault(shared: &Shared, grant: &str) -> Result<(), Error> {
    let codes: Vec<u32> = shared
        .look()
        .faults
        .iter()
        .filter_map(|it| if let Fault::SignIn(code) = it { Some(*code) } else { None })
        .collect();
    let application = grant == "client_credentials";
    let device = grant.ends_with("device_code");
    let struck = codes.into_iter().find(|code| match code {
        7_000_215 | 7_000_222 | 70_002 | 700_027 | 700_030 | 7_000_112 => application,
        70_016 | 70_018 | 70_019 => device,
        _ => true,
    });
    struck.map_or(Ok(()), |code| {
        let error = Error::of(code);
        // Somebody who declines on another device is told so by another name.
        Err(if device && code == 65_004 { error.named("authorization_declined") } else { error })
    })
}

fn redeem_code(form: &Form, shared: &Shared, client: &str) -> Result<serde_json::Value, Error> {
    let key = form.need("code")?;
    let redirect = form.need("redirect_uri")?;
    let code = shared.look().tenant.sign_ins.codes.get(key).cloned();
    let code = code.filter(|it| it.client == client).ok_or_else(|| {
        Error::new(9_002_313, "Invalid request. Request is malformed or invalid.")
            .named("invalid_grant")
    })?;
    if code.redeemed {
        return Err(Error::of(54_005));
    }
    if code.redirect != redirect {
        let text = "The reply address does not match the one of the authorization code.";
        return Err(Error::new(500_112, text));
    }
    let verifier = form.need("code_verifier")?;
    let matches = (43..=128).contains(&verifier.len())
        && URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) == code.challenge;
    if !matches {
        return Err(Error::of(501_481));
    }
    shared.note(|world| {
        if let Some(code) = world.tenant.sign_ins.codes.get_mut(key) {
            code.redeemed = true;
        }
    });
    person_token(shared, client, form.get("scope").unwrap_or(&code.scope))
}

fn poll_device(form: &Form, shared: &Shared, client: &str) -> Result<serde_json::Value, Error> {
    let key = form.need("device_code")?;
    let device = shared.look().tenant.sign_ins.devices.get(key).cloned();
    let device =
        device.filter(|it| it.client == client && !it.redeemed).ok_or_else(|| Error::of(70_018))?;
    let done = device.polls >= POLLS;
    shared.note(|world| {
        if let Some(device) = world.tenant.sign_ins.devices.get_mut(key) {
            device.polls += 1;
            device.redeemed = done;
        }
    });
    if done { person_token(shared, client, &device.scope) } else { Err(Error::of(70_016)) }
}

fn refresh(form: &Form, shared: &Shared, client: &str) -> Result<serde_json::Value, Error> {
    let key = form.need("refresh_token")?;
    let owner = shared.look().tenant.sign_ins.refreshes.get(key).cloned();
    if owner.as_deref() != Some(client) {
        return Err(Error::of(700_082));
    }
    person_token(shared, client, form.need("scope")?)
}

/// What is asked for: one resource, and permissions for it.
struct Wanted {
    resource: String,
    /// Nothing for `.default`.
    permissions: Option<Vec<String>>,
    /// Whether a refresh token is asked for.
    offline: bool,
}

impl Wanted {
    fn read(scope: &str, shared: &Shared) -> Result<Self, Error> {
        let (graph, exchange) = {
            let tenant = &shared.look().tenant;
            (tenant.graph_resource.clone(), tenant.exchange_resource.clone())
        };
        let refused = |one: &str| {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid: '{one}'."
            );
            Error::new(70_011, text)
        };
        let mut wanted = Wanted { resource: String::new(), permissions: None, offline: false };
        for one in scope.split_ascii_whitespace() {
            match one {
                "openid" | "profile" | "email" => continue,
                "offline_access" => {
                    wanted.offline = true;
                    continue;
                }
                _ => {}
            }
            // A permission without a resource is one of Microsoft Graph.
            let (resource, permission) = one.rsplit_once('/').unwrap_or((&graph, one));
            let resource = resource.trim_end_matches('/');
            let known = if resource == graph {
                GRAPH_SCOPES
            } else if resource == exchange {
                EXCHANGE_SCOPES
            } else if one.contains("://") {
                let text = format!(
                    "The resource principal named {resource} was not found in the tenant named Contoso."
                );
                return Err(Error::new(500_011, text));
            } else {
                return Err(refused(one));
            };
            let other = !wanted.resource.is_empty() && wanted.resource != resource;
            let default = permission == ".default";
            let alone = wanted.resource.is_empty() || (wanted.permissions.is_some() && !default);
            if other || !alone || !(default || known.contains(&permission)) {
                return Err(refused(one));
            }
            resource.clone_into(&mut wanted.resource);
            if !default {
                wanted.permissions.get_or_insert_default().push(permission.to_owned());
            }
        }
        if wanted.resource.is_empty() {
            wanted.resource = graph;
            wanted.permissions = Some(vec!["User.Read".to_owned()]);
        }
        Ok(wanted)
    }
}

/// A token for the administrator.
fn person_token(shared: &Shared, client: &str, scope: &str) -> Result<serde_json::Value, Error> {
    check_client(shared, client)?;
    let wanted = Wanted::read(scope, shared)?;
    let permissions = wanted.permissions.unwrap_or_else(|| {
        let all = if wanted.resource == shared.look().tenant.graph_resource {
            GRAPH_SCOPES
        } else {
            EXCHANGE_SCOPES
        };
        all.iter().map(|&it| it.to_owned()).collect()
    });
    let person = who(shared);
    let claims = Claims {
        appid: client.to_owned(),
        name: Some(person.name),
        oid: person.id,
        scp: Some(permissions.join(" ")),
        tid: directory(shared).id,
        upn: Some(person.upn.clone()),
        preferred_username: Some(person.upn),
        idtyp: "user".to_owned(),
        ..claims(&wanted.resource, shared)
    };
    let scopes: Vec<_> = permissions.iter().map(|it| format!("{}/{it}", wanted.resource)).collect();
    let mut body = token_body(&claims);
    body["scope"] = json!(scopes.join(" "));
    if wanted.offline {
        let refresh = format!("1.R{}", URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes()));
        let (key, client) = (refresh.clone(), client.to_owned());
        shared.note(|world| world.tenant.sign_ins.refreshes.insert(key, client));
        body["refresh_token"] = json!(refresh);
    }
    Ok(body)
}

/// The tenant that one is signed in to, and the domain that it goes by.
pub(super) struct Directory {
    /// Its ID.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// Its domains.
    pub(super) domains: Vec<String>,
}

/// The tenant that somebody signs in to; with [`Fault::TenantOther`] not the one of the deployment.
pub(super) fn directory(shared: &Shared) -> Directory {
    if shared.has(Fault::TenantOther) {
        return Directory {
            id: "bbbbcccc-1111-dddd-2222-eeee3333ffff".to_owned(),
            name: "Fabrikam".to_owned(),
            domains: vec!["fabrikam.onmicrosoft.com".to_owned()],
        };
    }
    let tenant = &shared.look().tenant;
    let Tenant { id, name, domains, .. } = tenant;
    Directory { id: id.clone(), name: name.clone(), domains: domains.clone() }
}

/// The person who signs in.
pub(super) fn who(shared: &Shared) -> super::Person {
    let mut person = shared.look().tenant.administrator.clone();
    if shared.has(Fault::TenantOther) {
        "admin@fabrikam.onmicrosoft.com".clone_into(&mut person.upn);
    }
    if shared.has(Fault::TenantGuest) {
        let domain = shared.look().tenant.domains.first().cloned().unwrap_or_default();
        person.upn = format!("guest_fabrikam.com#EXT#@{domain}");
    }
    person
}

/// What every token says.
fn claims(resource: &str, shared: &Shared) -> Claims {
    let now = Timestamp::now().as_second();
    Claims {
        aud: resource.to_owned(),
        iss: format!("https://sts.windows.net/{}/", directory(shared).id),
        iat: now,
        nbf: now,
        exp: now + token::LIFETIME,
        ver: "1.0".to_owned(),
        ..Claims::default()
    }
}

fn token_body(claims: &Claims) -> serde_json::Value {
    json!({
        "token_type": "Bearer",
        "expires_in": token::LIFETIME,
        "ext_expires_in": token::LIFETIME,
        "access_token": token::issue(claims),
    })
}

fn json_answer(status: u16, body: &serde_json::Value) -> Answer {
    Answer::new(status, "application/json; charset=utf-8", body.to_string())
        .with("cache-control", "no-store, no-cache")
        .with("pragma", "no-cache")
}
