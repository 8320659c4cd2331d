//! Enterprise applications, and roles that were granted to them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::odata::{self, Field, Type};
use super::{Call, Done, Refused, application};
use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::{Grant, Kind, Principal, delay, written};

const PRINCIPAL: Type = Type {
    name: "microsoft.graph.servicePrincipal",
    fields: &[
        ("id", Field::ReadOnly),
        ("deletedDateTime", Field::ReadOnly),
        ("accountEnabled", Field::Flag),
        ("addIns", Field::Objects),
        ("alternativeNames", Field::Texts),
        ("appDescription", Field::Text),
        ("appDisplayName", Field::ReadOnly),
        ("appId", Field::Text),
        ("applicationTemplateId", Field::Text),
        ("appOwnerOrganizationId", Field::ReadOnly),
        ("appRoleAssignmentRequired", Field::Flag),
        ("appRoles", Field::Objects),
        ("createdByAppId", Field::ReadOnly),
        ("customSecurityAttributes", Field::Object),
        ("description", Field::Text),
        ("disabledByMicrosoftStatus", Field::Text),
        ("displayName", Field::Text),
        ("homepage", Field::Text),
        ("info", Field::Object),
        ("isDisabled", Field::Flag),
        ("keyCredentials", Field::Objects),
        ("loginUrl", Field::Text),
        ("logoutUrl", Field::Text),
        ("notes", Field::Text),
        ("notificationEmailAddresses", Field::Texts),
        ("oauth2PermissionScopes", Field::Objects),
        ("passwordCredentials", Field::Objects),
        ("preferredSingleSignOnMode", Field::Text),
        ("preferredTokenSigningKeyThumbprint", Field::Text),
        ("replyUrls", Field::Texts),
        ("resourceSpecificApplicationPermissions", Field::Objects),
        ("samlSingleSignOnSettings", Field::Object),
        ("servicePrincipalNames", Field::Texts),
        ("servicePrincipalType", Field::Text),
        ("signInAudience", Field::Text),
        ("tags", Field::Texts),
        ("tokenEncryptionKeyId", Field::Guid),
        ("verifiedPublisher", Field::Object),
    ],
};

const GRANT: Type = Type {
    name: "microsoft.graph.appRoleAssignment",
    fields: &[
        ("id", Field::ReadOnly),
        ("deletedDateTime", Field::ReadOnly),
        ("appRoleId", Field::Guid),
        ("createdDateTime", Field::ReadOnly),
        ("principalDisplayName", Field::ReadOnly),
        ("principalId", Field::Guid),
        ("principalType", Field::ReadOnly),
        ("resourceDisplayName", Field::ReadOnly),
        ("resourceId", Field::Guid),
    ],
};

/// Makes the enterprise application of an application that is there and seen.
pub(super) fn create(call: &Call<'_>) -> Result<Done, Refused> {
    odata::check(&call.body, &PRINCIPAL)?;
    let app_id = odata::need(&call.body, "appId")?.as_str().unwrap_or_default();
    if !odata::is_guid(app_id) {
        return Err(Refused::bad(
            "Invalid value specified for property 'appId' of resource 'ServicePrincipal'.",
        ));
    }
    if call.shared.look().tenant.principal(app_id).is_some() {
        return Err(Refused::new(
            409,
            "Request_MultipleObjectsWithSameKeyValue",
            format!(
                "The service principal cannot be created, updated, or restored because the service principal name {app_id} is already in use."
            ),
        ));
    }
    let of = call.shared.look().tenant.application(app_id).cloned();
    let of = of.filter(|it| application::seen(call, it)).ok_or_else(|| {
        let text = format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
        Refused::bad(text.clone()).detail("NoBackingApplicationObject", "appId", &text)
    })?;
    let unseen = delay(call.shared);
    let principal = call.shared.change("service principal created", |world| {
        let tenant = &mut world.tenant;
        let mut properties = call.body.clone();
        properties.remove("appId");
        let principal = Principal {
            id: tenant.next_id(Kind::Principal),
            app_id: of.app_id.clone(),
            name: of.text("displayName").to_owned(),
            properties,
            roles: Vec::new(),
            unseen,
        };
        tenant.principals.push(principal.clone());
        principal
    });
    let shown = shown(call, &principal);
    Ok(Done::Created(odata::with_context(call, "servicePrincipals/$entity", shown)))
}

pub(super) fn get_by_app_id(call: &Call<'_>) -> Result<Done, Refused> {
    let app_id = odata::id(call)?;
    let found = call.shared.look().tenant.principal(app_id).map(|it| it.id.clone());
    let principal = see(call, &found.ok_or_else(|| Refused::missing(app_id))?)?;
    odata::one(call, &PRINCIPAL, "servicePrincipals", shown(call, &principal))
}

pub(super) fn get(call: &Call<'_>) -> Result<Done, Refused> {
    let principal = see(call, odata::id(call)?)?;
    odata::one(call, &PRINCIPAL, "servicePrincipals", shown(call, &principal))
}

/// Deletes an enterprise application with what was granted to it and on it.
pub(super) fn delete(call: &Call<'_>) -> Result<Done, Refused> {
    let principal = see(call, odata::id(call)?)?;
    call.shared.change("service principal deleted", |world| {
        let tenant = &mut world.tenant;
        tenant.principals.retain(|it| it.id != principal.id);
        tenant.grants.retain(|it| it.principal != principal.id && it.resource != principal.id);
    });
    Ok(Done::Nothing)
}

/// What was granted to an enterprise application.
pub(super) fn grants_of(call: &Call<'_>) -> Result<Done, Refused> {
    grants(call, "appRoleAssignments", |it| &it.principal)
}

/// What was granted on an enterprise application.
pub(super) fn grants_on(call: &Call<'_>) -> Result<Done, Refused> {
    grants(call, "appRoleAssignedTo", |it| &it.resource)
}

fn grants(call: &Call<'_>, entity: &str, by: fn(&Grant) -> &String) -> Result<Done, Refused> {
    let principal = see(call, odata::id(call)?)?;
    let all = call.shared.look().tenant.grants.clone();
    let mine: Vec<_> = all.into_iter().filter(|it| *by(it) == principal.id).collect();
    if mine.iter().any(|it| it.unseen > 0) {
        call.shared.note(|world| {
            for it in &mut world.tenant.grants {
                if *by(it) == principal.id {
                    it.unseen = it.unseen.saturating_sub(1);
                }
            }
        });
    }
    let shown: Vec<_> =
        mine.iter().filter(|it| it.unseen == 0).map(|it| shown_grant(call, it)).collect();
    odata::page(call, &GRANT, entity, shown)
}

/// Grants a role, which is admin consent: it takes effect at once.
pub(super) fn grant(call: &Call<'_>) -> Result<Done, Refused> {
    let id = odata::id(call)?;
    odata::check(&call.body, &GRANT)?;
    let text = |name: &str| odata::need(&call.body, name).map(|it| it.as_str().unwrap_or_default());
    let (principal, resource, role) =
        (text("principalId")?, text("resourceId")?, text("appRoleId")?);
    if !resource.eq_ignore_ascii_case(id) {
        return Err(Refused::bad(
            "The resourceId of the assignment is not the object of the request.",
        ));
    }
    let resource = see(call, resource)?;
    let principal = see(call, principal)?;
    let offered = |it: &&Value| it["id"].as_str().is_some_and(|it| it.eq_ignore_ascii_case(role));
    if !resource.roles.iter().any(|it| offered(&it)) {
        return Err(Refused::bad("Permission being assigned was not found on application."));
    }
    let same = |it: &Grant| {
        it.principal == principal.id
            && it.resource == resource.id
            && it.role.eq_ignore_ascii_case(role)
    };
    if call.shared.look().tenant.grants.iter().any(same) {
        return Err(Refused::bad("Permission being assigned already exists on the object.")
            .detail(
                "InvalidUpdate",
                "appRoleAssignment",
                "Permission being assigned already exists on the object.",
            ));
    }
    let unseen = delay(call.shared);
    let missing = u32::from(call.shared.has(Fault::GraphReplication));
    let granted = call.shared.change("role granted", |world| {
        let id = world.tenant.next_id(Kind::Grant);
        let granted = Grant {
            id: URL_SAFE_NO_PAD.encode(Sha256::digest(id)),
            role: role.to_ascii_lowercase(),
            principal: principal.id.clone(),
            resource: resource.id.clone(),
            created: written(world.tenant.moment()),
            unseen,
            missing,
        };
        world.tenant.grants.push(granted.clone());
        granted
    });
    let shown = shown_grant(call, &granted);
    Ok(Done::Created(odata::with_context(call, "appRoleAssignments/$entity", shown)))
}

pub(super) fn revoke(call: &Call<'_>) -> Result<Done, Refused> {
    let resource = see(call, odata::id(call)?)?;
    let id = call.captured.get(1).cloned().unwrap_or_default();
    let same = |it: &Grant| it.id == id && it.resource == resource.id;
    if !call.shared.look().tenant.grants.iter().any(same) {
        return Err(Refused::missing(&id));
    }
    call.shared.change("role revoked", |world| world.tenant.grants.retain(|it| !same(it)));
    Ok(Done::Nothing)
}

/// The enterprise application with an object ID, if a request sees it already. One that does not is counted.
fn see(call: &Call<'_>, id: &str) -> Result<Principal, Refused> {
    let found = call
        .shared
        .look()
        .tenant
        .principals
        .iter()
        .find(|it| it.id.eq_ignore_ascii_case(id))
        .cloned();
    let found = found.ok_or_else(|| Refused::missing(id))?;
    if found.unseen == 0 {
        return Ok(found);
    }
    call.shared.note(|world| {
        for it in &mut world.tenant.principals {
            if it.id == found.id {
                it.unseen = it.unseen.saturating_sub(1);
            }
        }
    });
    Err(Refused::missing(id))
}

fn shown(call: &Call<'_>, principal: &Principal) -> Value {
    let mut shown = json!({
        "id": principal.id,
        "deletedDateTime": null,
        "accountEnabled": true,
        "alternativeNames": [],
        "appDisplayName": principal.name,
        "appId": principal.app_id,
        "appOwnerOrganizationId": call.shared.look().tenant.id,
        "appRoleAssignmentRequired": false,
        "appRoles": principal.roles,
        "displayName": principal.name,
        "servicePrincipalNames": [principal.app_id],
        "servicePrincipalType": "Application",
        "signInAudience": "AzureADMyOrg",
        "tags": [],
        "keyCredentials": [],
        "passwordCredentials": [],
    });
    for (name, value) in &principal.properties {
        shown[name] = value.clone();
    }
    shown
}

fn shown_grant(call: &Call<'_>, grant: &Grant) -> Value {
    let name = |id: &str| {
        let world = call.shared.look();
        world.tenant.principals.iter().find(|it| it.id == id).map(|it| it.name.clone())
    };
    json!({
        "id": grant.id,
        "deletedDateTime": null,
        "appRoleId": grant.role,
        "createdDateTime": grant.created,
        "principalDisplayName": name(&grant.principal),
        "principalId": grant.principal,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": name(&grant.resource),
        "resourceId": grant.resource,
    })
}
