//! Applications and their client secrets.

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::odata::{self, Field, Type};
use super::{Call, Done, Refused};
use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::{
    Application, Credential, Kind, delay, digest, random_secret, sign_in_delay, written,
};

/// The lifetime of a client secret without an end of its own, and how long the tenant permits with
/// [`Fault::SecretLifetime`] (days).
const LIFETIME: i64 = 730;
pub(super) const PERMITTED: i64 = 90;

const APPLICATION: Type = Type {
    name: "microsoft.graph.application",
    fields: &[
        ("id", Field::ReadOnly),
        ("deletedDateTime", Field::ReadOnly),
        ("addIns", Field::Objects),
        ("api", Field::Object),
        ("appId", Field::ReadOnly),
        ("applicationTemplateId", Field::ReadOnly),
        ("appRoles", Field::Objects),
        ("authenticationBehaviors", Field::Object),
        ("certification", Field::ReadOnly),
        ("createdByAppId", Field::ReadOnly),
        ("createdDateTime", Field::ReadOnly),
        ("defaultRedirectUri", Field::Text),
        ("description", Field::Text),
        ("disabledByMicrosoftStatus", Field::ReadOnly),
        ("displayName", Field::Text),
        ("groupMembershipClaims", Field::Text),
        ("identifierUris", Field::Texts),
        ("info", Field::Object),
        ("isDeviceOnlyAuthSupported", Field::Flag),
        ("isDisabled", Field::Flag),
        ("isFallbackPublicClient", Field::Flag),
        ("keyCredentials", Field::Objects),
        ("logo", Field::Text),
        ("managerApplications", Field::Texts),
        ("nativeAuthenticationApisEnabled", Field::Text),
        ("notes", Field::Text),
        ("oauth2RequirePostResponse", Field::Flag),
        ("optionalClaims", Field::Object),
        ("parentalControlSettings", Field::Object),
        ("passwordCredentials", Field::Objects),
        ("publicClient", Field::Object),
        ("publisherDomain", Field::ReadOnly),
        ("requestSignatureVerification", Field::Object),
        ("requiredResourceAccess", Field::Objects),
        ("samlMetadataUrl", Field::Text),
        ("serviceManagementReference", Field::Text),
        ("servicePrincipalLockConfiguration", Field::Object),
        ("signInAudience", Field::Text),
        ("spa", Field::Object),
        ("tags", Field::Texts),
        ("tokenEncryptionKeyId", Field::Guid),
        ("uniqueName", Field::Text),
        ("verifiedPublisher", Field::Object),
        ("web", Field::Object),
    ],
};

const PASSWORD: Type = Type {
    name: "microsoft.graph.passwordCredential",
    fields: &[
        ("customKeyIdentifier", Field::Text),
        ("displayName", Field::Text),
        ("endDateTime", Field::Moment),
        ("hint", Field::ReadOnly),
        ("keyId", Field::ReadOnly),
        ("secretText", Field::ReadOnly),
        ("startDateTime", Field::Moment),
    ],
};

const REQUIRED: Type = Type {
    name: "microsoft.graph.requiredResourceAccess",
    fields: &[("resourceAppId", Field::Guid), ("resourceAccess", Field::Objects)],
};

const ACCESS: Type = Type {
    name: "microsoft.graph.resourceAccess",
    fields: &[("id", Field::Guid), ("type", Field::Text)],
};

const AUDIENCES: &[&str] = &[
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];

pub(super) fn list(call: &Call<'_>) -> Result<Done, Refused> {
    let filter =
        call.option("$filter").map(|it| odata::filter(it, &["displayName", "appId", "uniqueName"]));
    let filter = filter.transpose()?;
    let wanted = |it: &Application| match &filter {
        None => true,
        Some((by, text)) if by == "appId" => it.app_id.eq_ignore_ascii_case(text),
        Some((by, text)) => it.text(by).to_lowercase() == text.to_lowercase(),
    };
    let fresh = call.shared.look().tenant.applications.iter().any(|it| wanted(it) && it.unseen > 0);
    let applications = call.shared.look().tenant.applications.clone();
    if fresh {
        call.shared.note(|world| {
            let applications = world.tenant.applications.iter_mut();
            for it in applications.filter(|it| wanted(it) && it.unseen > 0) {
                it.unseen = it.unseen.saturating_sub(1);
            }
        });
    }
    let shown = applications.iter().filter(|it| wanted(it) && it.unseen == 0);
    let shown = shown.map(shown_application).collect();
    odata::page(call, &APPLICATION, "applications", shown)
}

pub(super) fn create(call: &Call<'_>) -> Result<Done, Refused> {
    check(&call.body)?;
    odata::need(&call.body, "displayName")?;
    if let Some(name) = call.body.get("uniqueName").and_then(Value::as_str)
        && by_unique_name(call, name).is_some()
    {
        let text = "Another object with the same value for property uniqueName already exists.";
        return Err(Refused::new(400, "Request_BadRequest", text).detail(
            "ObjectConflict",
            "uniqueName",
            text,
        ));
    }
    Ok(add(call, call.body.clone()))
}

/// Creates an application or changes the one that bears the unique name; creates one only with `Prefer: create-if-missing`.
pub(super) fn upsert(call: &Call<'_>) -> Result<Done, Refused> {
    let name = unique_name(call);
    check(&call.body)?;
    if call.body.get("uniqueName").is_some_and(|it| it != name.as_str()) {
        return Err(Refused::bad("Property 'uniqueName' is read-only and cannot be set."));
    }
    let create =
        call.request.header("prefer").split(',').any(|it| it.trim() == "create-if-missing");
    match by_unique_name(call, &name) {
        Some(application) => Ok(change(call, &application)),
        None if create => {
            odata::need(&call.body, "displayName")?;
            let mut properties = call.body.clone();
            properties.insert("uniqueName".to_owned(), json!(name));
            Ok(add(call, properties))
        }
        None => Err(Refused::missing(&name)),
    }
}

pub(super) fn get_by_unique_name(call: &Call<'_>) -> Result<Done, Refused> {
    let name = unique_name(call);
    let application = by_unique_name(call, &name).ok_or_else(|| Refused::missing(&name))?;
    let application = see(call, &application.id)?;
    odata::one(call, &APPLICATION, "applications", shown_application(&application))
}

pub(super) fn get(call: &Call<'_>) -> Result<Done, Refused> {
    let application = see(call, odata::id(call)?)?;
    odata::one(call, &APPLICATION, "applications", shown_application(&application))
}

pub(super) fn update(call: &Call<'_>) -> Result<Done, Refused> {
    let application = see(call, odata::id(call)?)?;
    check(&call.body)?;
    if call.body.contains_key("uniqueName") {
        return Err(Refused::bad("Property 'uniqueName' is read-only and cannot be set."));
    }
    Ok(change(call, &application))
}

/// Deletes an application and its enterprise application with what was granted to it. It can be restored, without them.
pub(super) fn delete(call: &Call<'_>) -> Result<Done, Refused> {
    let application = see(call, odata::id(call)?)?;
    call.shared.change("application deleted", |world| {
        let tenant = &mut world.tenant;
        tenant.applications.retain(|it| it.id != application.id);
        let principal = tenant.principal(&application.app_id).map(|it| it.id.clone());
        tenant.principals.retain(|it| it.app_id != application.app_id);
        tenant.grants.retain(|it| Some(&it.principal) != principal.as_ref());
        tenant.deleted.push(application);
    });
    Ok(Done::Nothing)
}

/// Deletes for good what was deleted.
pub(super) fn purge(call: &Call<'_>) -> Result<Done, Refused> {
    let id = deleted(call)?;
    call.shared.change("deleted application purged", |world| {
        world.tenant.deleted.retain(|it| it.id != id);
    });
    Ok(Done::Nothing)
}

/// Brings back what was deleted.
pub(super) fn restore(call: &Call<'_>) -> Result<Done, Refused> {
    let id = deleted(call)?;
    call.shared.change("application restored", |world| {
        let tenant = &mut world.tenant;
        let back = tenant.deleted.extract_if(.., |it| it.id == id);
        tenant.applications.extend(back);
    });
    let object =
        json!({ "@odata.type": "#microsoft.graph.application", "id": id, "deletedDateTime": null });
    Ok(Done::Found(odata::with_context(call, "directoryObjects/$entity", object)))
}

/// Makes a client secret. Its value is in this answer and in no other.
pub(super) fn add_password(call: &Call<'_>) -> Result<Done, Refused> {
    let id = odata::id(call)?;
    let given = match call.body.get("passwordCredential") {
        _ if call.body.keys().any(|it| it != "passwordCredential") => {
            return Err(Refused::bad("The parameters of the action are not valid."));
        }
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(given)) => given.clone(),
        Some(_) => return Err(Refused::bad("Invalid value specified for 'passwordCredential'.")),
    };
    odata::check(&given, &PASSWORD)?;
    let application = see(call, id)?;
    let now = call.shared.look().tenant.moment();
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let start = given.get("startDateTime").and_then(odata::moment).unwrap_or(now);
    let end = given.get("endDateTime").and_then(odata::moment).unwrap_or(start + days(LIFETIME));
    if end <= start || end <= now {
        return Err(Refused::bad("Key credential end date is invalid.").detail(
            "InvalidKeyEndDate",
            "EndDate",
            "The end date must lie in the future.",
        ));
    }
    if call.shared.has(Fault::SecretForbidden) {
        return Err(Refused::new(
            400,
            "CredentialTypeNotAllowedAsPerAppPolicy",
            format!(
                "Credential type is not allowed as per assigned policy '{}'.",
                super::organization::POLICY
            ),
        ));
    }
    if call.shared.has(Fault::SecretLifetime) && start.duration_until(end) > days(PERMITTED) {
        let text = format!(
            "Credential lifetime exceeds the max value allowed as per assigned policy '{}'.",
            super::organization::POLICY
        );
        return Err(Refused::new(400, "CredentialInvalidLifetimeAsPerAppPolicy", text.clone())
            .detail("InvalidKeyEndDate", "EndDate", &text));
    }
    let value = random_secret();
    let name = given.get("displayName").and_then(Value::as_str).map(ToOwned::to_owned);
    let unknown = sign_in_delay(call.shared);
    let credential = call.shared.change("client secret added", |world| {
        let credential = Credential {
            key_id: world.tenant.next_id(Kind::Secret),
            name,
            start: written(start),
            end: written(end),
            hint: value.chars().take(3).collect(),
            digest: digest(&value),
            unknown,
        };
        for it in &mut world.tenant.applications {
            if it.id == application.id {
                it.secrets.push(credential.clone());
            }
        }
        credential
    });
    let mut shown = shown_credential(&credential);
    shown["secretText"] = json!(value);
    Ok(Done::Found(shown))
}

pub(super) fn remove_password(call: &Call<'_>) -> Result<Done, Refused> {
    let id = odata::id(call)?;
    let key = call.body.get("keyId").and_then(Value::as_str).filter(|it| odata::is_guid(it));
    let key = key.filter(|_| call.body.len() == 1);
    let key = key.ok_or_else(|| Refused::bad("The parameters of the action are not valid."))?;
    let application = see(call, id)?;
    if !application.secrets.iter().any(|it| it.key_id.eq_ignore_ascii_case(key)) {
        return Err(Refused::bad(format!("No password credential found with keyId '{key}'.")));
    }
    call.shared.change("client secret removed", |world| {
        for it in &mut world.tenant.applications {
            if it.id == application.id {
                it.secrets.retain(|it| !it.key_id.eq_ignore_ascii_case(key));
            }
        }
    });
    Ok(Done::Nothing)
}

/// The application with an object ID, if a request sees it already. One that does not is counted.
fn see(call: &Call<'_>, id: &str) -> Result<Application, Refused> {
    let found = {
        let world = call.shared.look();
        world.tenant.applications.iter().find(|it| it.id.eq_ignore_ascii_case(id)).cloned()
    };
    found.filter(|it| seen(call, it)).ok_or_else(|| Refused::missing(id))
}

/// Whether a request sees an application; one that does not is counted.
pub(super) fn seen(call: &Call<'_>, application: &Application) -> bool {
    if application.unseen == 0 {
        return true;
    }
    call.shared.note(|world| {
        let applications = world.tenant.applications.iter_mut();
        for it in applications.filter(|it| it.id == application.id) {
            it.unseen = it.unseen.saturating_sub(1);
        }
    });
    false
}

/// The unique name in the path, in which a quote is doubled.
fn unique_name(call: &Call<'_>) -> String {
    call.captured.first().map(|it| it.replace("''", "'")).unwrap_or_default()
}

/// Names are looked up where they are written, without delay.
fn by_unique_name(call: &Call<'_>, name: &str) -> Option<Application> {
    let world = call.shared.look();
    world.tenant.applications.iter().find(|it| it.text("uniqueName") == name).cloned()
}

fn deleted(call: &Call<'_>) -> Result<String, Refused> {
    let id = odata::id(call)?;
    let world = call.shared.look();
    let found = world.tenant.deleted.iter().find(|it| it.id.eq_ignore_ascii_case(id));
    found.map(|it| it.id.clone()).ok_or_else(|| Refused::missing(id))
}

fn check(body: &Map<String, Value>) -> Result<(), Refused> {
    odata::check(body, &APPLICATION)?;
    let wrong = |name: &str| {
        Err(Refused::bad(format!(
            "Invalid value specified for property '{name}' of resource 'Application'."
        )))
    };
    if body.contains_key("passwordCredentials") {
        return Err(Refused::bad(
            "New password credentials must be generated with service actions.",
        ));
    }
    let name = body.get("displayName").map(|it| it.as_str().unwrap_or_default());
    if name.is_some_and(|it| it.is_empty() || it.chars().count() > 256) {
        return wrong("displayName");
    }
    let audience = body.get("signInAudience").map(|it| it.as_str().unwrap_or_default());
    if audience.is_some_and(|it| !AUDIENCES.contains(&it)) {
        return wrong("signInAudience");
    }
    for required in objects(body, "requiredResourceAccess") {
        odata::check(required, &REQUIRED)?;
        odata::need(required, "resourceAppId")?;
        odata::need(required, "resourceAccess")?;
        for access in objects(required, "resourceAccess") {
            odata::check(access, &ACCESS)?;
            odata::need(access, "id")?;
            let kind = odata::need(access, "type")?;
            if kind != "Role" && kind != "Scope" {
                return wrong("requiredResourceAccess");
            }
        }
    }
    Ok(())
}

fn objects<'a>(
    of: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    of.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

fn add(call: &Call<'_>, properties: Map<String, Value>) -> Done {
    let (unseen, unknown) = (delay(call.shared), sign_in_delay(call.shared));
    let application = call.shared.change("application created", |world| {
        let tenant = &mut world.tenant;
        let application = Application {
            id: tenant.next_id(Kind::Application),
            app_id: tenant.next_id(Kind::Client),
            created: written(tenant.moment()),
            properties,
            unseen,
            unknown,
            ..Application::default()
        };
        tenant.applications.push(application.clone());
        application
    });
    let shown = shown_application(&application);
    Done::Created(odata::with_context(call, "applications/$entity", shown))
}

/// Changes what differs; nothing happens if nothing does.
fn change(call: &Call<'_>, application: &Application) -> Done {
    let differs = call
        .body
        .iter()
        .any(|(name, value)| application.properties.get(name).unwrap_or(&Value::Null) != value);
    if differs {
        call.shared.change("application changed", |world| {
            let applications = world.tenant.applications.iter_mut();
            for it in applications.filter(|it| it.id == application.id) {
                it.properties.extend(call.body.clone());
            }
        });
    }
    Done::Nothing
}

fn shown_application(application: &Application) -> Value {
    let mut shown = json!({
        "id": application.id,
        "deletedDateTime": null,
        "appId": application.app_id,
        "createdDateTime": application.created,
        "displayName": null,
        "description": null,
        "uniqueName": null,
        "signInAudience": "AzureADMyOrg",
        "identifierUris": [],
        "tags": [],
        "addIns": [],
        "appRoles": [],
        "requiredResourceAccess": [],
        "keyCredentials": [],
    });
    for (name, value) in &application.properties {
        shown[name] = value.clone();
    }
    shown["passwordCredentials"] = application.secrets.iter().map(shown_credential).collect();
    shown
}

fn shown_credential(credential: &Credential) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": credential.name,
        "endDateTime": credential.end,
        "hint": credential.hint,
        "keyId": credential.key_id,
        "secretText": null,
        "startDateTime": credential.start,
    })
}
