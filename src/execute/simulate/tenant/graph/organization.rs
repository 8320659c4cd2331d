//! The tenant itself: who it is, what it has licensed, and what it permits.

use serde_json::{Value, json};

use super::application::PERMITTED;
use super::odata::{self, Field, Type};
use super::{Call, Done, Refused};
use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::sign_in;

/// The ID of the policy, which is the same in every tenant.
pub(super) const POLICY: &str = "00000000-0000-0000-0000-000000000000";

/// Entra ID P1 and P2, and what other subscriptions of the tenant hold, as service plans.
const P1: (&str, &str) = ("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "AAD_PREMIUM");
const P2: (&str, &str) = ("eec0eb4f-6444-4f95-aba0-50c24d67f998", "AAD_PREMIUM_P2");
const EXCHANGE: (&str, &str) = ("efb87545-963c-4e0d-99df-69c6916d9eb0", "EXCHANGE_S_ENTERPRISE");
const TEAMS: (&str, &str) = ("57ff2da0-773e-42df-b2af-ffb7a2317929", "TEAMS1");
const FLOW: (&str, &str) = ("50e68c76-46c6-4674-81f9-75456511b170", "FLOW_P2_VIRAL");
const POWER_BI: (&str, &str) = ("2049e525-b859-401b-b2a0-e0a31c4b1fe4", "BI_AZURE_P0");

const ORGANIZATION: Type = Type {
    name: "microsoft.graph.organization",
    fields: &[
        ("id", Field::ReadOnly),
        ("deletedDateTime", Field::ReadOnly),
        ("assignedPlans", Field::ReadOnly),
        ("businessPhones", Field::ReadOnly),
        ("city", Field::ReadOnly),
        ("country", Field::ReadOnly),
        ("countryLetterCode", Field::ReadOnly),
        ("createdDateTime", Field::ReadOnly),
        ("defaultUsageLocation", Field::ReadOnly),
        ("displayName", Field::ReadOnly),
        ("marketingNotificationEmails", Field::ReadOnly),
        ("mobileDeviceManagementAuthority", Field::ReadOnly),
        ("onPremisesLastSyncDateTime", Field::ReadOnly),
        ("onPremisesSyncEnabled", Field::ReadOnly),
        ("partnerTenantType", Field::ReadOnly),
        ("postalCode", Field::ReadOnly),
        ("preferredLanguage", Field::ReadOnly),
        ("privacyProfile", Field::ReadOnly),
        ("provisionedPlans", Field::ReadOnly),
        ("securityComplianceNotificationMails", Field::ReadOnly),
        ("securityComplianceNotificationPhones", Field::ReadOnly),
        ("state", Field::ReadOnly),
        ("street", Field::ReadOnly),
        ("technicalNotificationMails", Field::ReadOnly),
        ("tenantType", Field::ReadOnly),
        ("verifiedDomains", Field::ReadOnly),
    ],
};

const USER: Type = Type {
    name: "microsoft.graph.user",
    fields: &[
        ("id", Field::ReadOnly),
        ("deletedDateTime", Field::ReadOnly),
        ("aboutMe", Field::ReadOnly),
        ("accountEnabled", Field::ReadOnly),
        ("ageGroup", Field::ReadOnly),
        ("assignedLicenses", Field::ReadOnly),
        ("assignedPlans", Field::ReadOnly),
        ("authorizationInfo", Field::ReadOnly),
        ("birthday", Field::ReadOnly),
        ("businessPhones", Field::ReadOnly),
        ("city", Field::ReadOnly),
        ("companyName", Field::ReadOnly),
        ("consentProvidedForMinor", Field::ReadOnly),
        ("country", Field::ReadOnly),
        ("createdDateTime", Field::ReadOnly),
        ("creationType", Field::ReadOnly),
        ("customSecurityAttributes", Field::ReadOnly),
        ("department", Field::ReadOnly),
        ("deviceEnrollmentLimit", Field::ReadOnly),
        ("displayName", Field::ReadOnly),
        ("employeeHireDate", Field::ReadOnly),
        ("employeeId", Field::ReadOnly),
        ("employeeLeaveDateTime", Field::ReadOnly),
        ("employeeOrgData", Field::ReadOnly),
        ("employeeType", Field::ReadOnly),
        ("externalUserState", Field::ReadOnly),
        ("externalUserStateChangeDateTime", Field::ReadOnly),
        ("faxNumber", Field::ReadOnly),
        ("givenName", Field::ReadOnly),
        ("hireDate", Field::ReadOnly),
        ("identities", Field::ReadOnly),
        ("identityParentId", Field::ReadOnly),
        ("imAddresses", Field::ReadOnly),
        ("interests", Field::ReadOnly),
        ("isManagementRestricted", Field::ReadOnly),
        ("isResourceAccount", Field::ReadOnly),
        ("jobTitle", Field::ReadOnly),
        ("lastPasswordChangeDateTime", Field::ReadOnly),
        ("legalAgeGroupClassification", Field::ReadOnly),
        ("licenseAssignmentStates", Field::ReadOnly),
        ("mail", Field::ReadOnly),
        ("mailboxSettings", Field::ReadOnly),
        ("mailNickname", Field::ReadOnly),
        ("mobilePhone", Field::ReadOnly),
        ("mySite", Field::ReadOnly),
        ("officeLocation", Field::ReadOnly),
        ("onPremisesDistinguishedName", Field::ReadOnly),
        ("onPremisesDomainName", Field::ReadOnly),
        ("onPremisesExtensionAttributes", Field::ReadOnly),
        ("onPremisesImmutableId", Field::ReadOnly),
        ("onPremisesLastSyncDateTime", Field::ReadOnly),
        ("onPremisesProvisioningErrors", Field::ReadOnly),
        ("onPremisesSamAccountName", Field::ReadOnly),
        ("onPremisesSecurityIdentifier", Field::ReadOnly),
        ("onPremisesSyncEnabled", Field::ReadOnly),
        ("onPremisesUserPrincipalName", Field::ReadOnly),
        ("otherMails", Field::ReadOnly),
        ("passwordPolicies", Field::ReadOnly),
        ("passwordProfile", Field::ReadOnly),
        ("pastProjects", Field::ReadOnly),
        ("postalCode", Field::ReadOnly),
        ("preferredDataLocation", Field::ReadOnly),
        ("preferredLanguage", Field::ReadOnly),
        ("preferredName", Field::ReadOnly),
        ("print", Field::ReadOnly),
        ("provisionedPlans", Field::ReadOnly),
        ("proxyAddresses", Field::ReadOnly),
        ("responsibilities", Field::ReadOnly),
        ("schools", Field::ReadOnly),
        ("securityIdentifier", Field::ReadOnly),
        ("serviceProvisioningErrors", Field::ReadOnly),
        ("showInAddressList", Field::ReadOnly),
        ("signInActivity", Field::ReadOnly),
        ("signInSessionsValidFromDateTime", Field::ReadOnly),
        ("skills", Field::ReadOnly),
        ("state", Field::ReadOnly),
        ("streetAddress", Field::ReadOnly),
        ("surname", Field::ReadOnly),
        ("usageLocation", Field::ReadOnly),
        ("userPrincipalName", Field::ReadOnly),
        ("userType", Field::ReadOnly),
    ],
};

const SKU: Type = Type {
    name: "microsoft.graph.subscribedSku",
    fields: &[
        ("id", Field::ReadOnly),
        ("accountId", Field::ReadOnly),
        ("accountName", Field::ReadOnly),
        ("appliesTo", Field::ReadOnly),
        ("capabilityStatus", Field::ReadOnly),
        ("consumedUnits", Field::ReadOnly),
        ("prepaidUnits", Field::ReadOnly),
        ("servicePlans", Field::ReadOnly),
        ("skuId", Field::ReadOnly),
        ("skuPartNumber", Field::ReadOnly),
        ("subscriptionIds", Field::ReadOnly),
    ],
};

const SUBSCRIPTION: Type = Type {
    name: "microsoft.graph.companySubscription",
    fields: &[
        ("id", Field::ReadOnly),
        ("commerceSubscriptionId", Field::ReadOnly),
        ("createdDateTime", Field::ReadOnly),
        ("isTrial", Field::ReadOnly),
        ("nextLifecycleDateTime", Field::ReadOnly),
        ("ownerId", Field::ReadOnly),
        ("ownerTenantId", Field::ReadOnly),
        ("ownerType", Field::ReadOnly),
        ("serviceStatus", Field::ReadOnly),
        ("skuId", Field::ReadOnly),
        ("skuPartNumber", Field::ReadOnly),
        ("status", Field::ReadOnly),
        ("totalLicenses", Field::ReadOnly),
    ],
};

const SECRET_POLICY: Type = Type {
    name: "microsoft.graph.tenantAppManagementPolicy",
    fields: &[
        ("id", Field::ReadOnly),
        ("deletedDateTime", Field::ReadOnly),
        ("description", Field::ReadOnly),
        ("displayName", Field::ReadOnly),
        ("applicationRestrictions", Field::ReadOnly),
        ("isEnabled", Field::ReadOnly),
        ("servicePrincipalRestrictions", Field::ReadOnly),
    ],
};

pub(super) fn list(call: &Call<'_>) -> Result<Done, Refused> {
    let directory = sign_in::directory(call.shared);
    let domains = directory.domains.iter().enumerate().map(|(at, name)| {
        json!({
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": at == 0,
            "isInitial": name.ends_with(".onmicrosoft.com"),
            "name": name,
            "type": "Managed",
        })
    });
    let organization = json!({
        "id": directory.id,
        "deletedDateTime": null,
        "businessPhones": [],
        "displayName": directory.name,
        "tenantType": "AAD",
        "verifiedDomains": domains.collect::<Vec<_>>(),
    });
    odata::page(call, &ORGANIZATION, "organization", vec![organization])
}

pub(super) fn me(call: &Call<'_>) -> Result<Done, Refused> {
    if call.claims.idtyp != "user" {
        return Err(Refused::new(
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        ));
    }
    let person = sign_in::who(call.shared);
    let kind = if call.shared.has(Fault::TenantGuest) { "Guest" } else { "Member" };
    let user = json!({
        "id": person.id,
        "businessPhones": [],
        "displayName": person.name,
        "mail": person.upn,
        "userPrincipalName": person.upn,
        "userType": kind,
    });
    odata::one(call, &USER, "users", user)
}

/// The state of the tenant's subscriptions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Enabled,
    Warning,
    Suspended,
}

/// The subscription that counts comes last, on the second page.
pub(super) fn skus(call: &Call<'_>) -> Result<Done, Refused> {
    let tenant = sign_in::directory(call.shared);
    let account = tenant.domains.first().and_then(|it| it.split('.').next()).unwrap_or_default();
    let sku = |id: &str, name: &str, state: State, plans: &[(&str, &str)]| {
        let suspended = state == State::Suspended;
        let units = |of: State| if state == of { 25 } else { 0 };
        let plans = plans.iter().map(|(id, name)| {
            json!({
                "servicePlanId": id,
                "servicePlanName": name,
                "provisioningStatus": if suspended { "Disabled" } else { "Success" },
                "appliesTo": "User",
            })
        });
        json!({
            "accountId": tenant.id,
            "accountName": account,
            "appliesTo": "User",
            "capabilityStatus": format!("{state:?}"),
            "consumedUnits": 14,
            "id": format!("{}_{id}", tenant.id),
            "prepaidUnits": {
                "enabled": units(State::Enabled),
                "lockedOut": 0,
                "suspended": units(State::Suspended),
                "warning": units(State::Warning),
            },
            "servicePlans": plans.collect::<Vec<_>>(),
            "skuId": id,
            "skuPartNumber": name,
            "subscriptionIds": [subscription_id(id)],
        })
    };
    let all = subscriptions_of(call)
        .into_iter()
        .map(|(id, name, state, plans)| sku(id, name, state, plans))
        .collect();
    odata::page(call, &SKU, "subscribedSkus", all)
}

type Subscription = (&'static str, &'static str, State, &'static [(&'static str, &'static str)]);

fn subscriptions_of(call: &Call<'_>) -> Vec<Subscription> {
    let has = |fault| call.shared.has(fault);
    let mut all: Vec<Subscription> = vec![
        ("f30db892-07e9-47e9-837c-80727f46fd3d", "FLOW_FREE", State::Enabled, &[FLOW]),
        ("a403ebcc-fae0-4ca2-8c8c-7a907fd6c235", "POWER_BI_STANDARD", State::Enabled, &[POWER_BI]),
    ];
    let e5: (&str, &str) = ("06ebc4ee-1bb5-47dd-8120-11324bc54e06", "SPE_E5");
    if has(Fault::LicenseNone) || has(Fault::LicenseTeamsRooms) {
        let e3 = ("6fd2c87f-b296-42f0-b197-1e91e994b900", "ENTERPRISEPACK");
        all.push((e3.0, e3.1, State::Enabled, &[EXCHANGE, TEAMS]));
    } else {
        let state = if has(Fault::LicenseSuspended) {
            State::Suspended
        } else if has(Fault::LicenseWarning) {
            State::Warning
        } else {
            State::Enabled
        };
        all.push((e5.0, e5.1, state, &[P1, P2, EXCHANGE, TEAMS]));
    }
    if has(Fault::LicenseTeamsRooms) {
        let rooms = ("4cde982a-ede4-4409-9ae6-b003453c8ea6", "Microsoft_Teams_Rooms_Pro");
        all.push((rooms.0, rooms.1, State::Enabled, &[TEAMS, P1]));
    }
    all
}

/// An ID that is the same for the same subscription.
fn subscription_id(sku: &str) -> String {
    format!("43d26afe{}", sku.get(8..).unwrap_or_default())
}

pub(super) fn subscriptions(call: &Call<'_>) -> Result<Done, Refused> {
    let tenant = sign_in::directory(call.shared);
    let all = subscriptions_of(call).into_iter().map(|(sku, name, state, _)| {
        json!({
            "id": subscription_id(sku),
            "commerceSubscriptionId": subscription_id(sku),
            "createdDateTime": "2025-12-01T00:00:00Z",
            "isTrial": false,
            "nextLifecycleDateTime": "2027-12-01T00:00:00Z",
            "ownerTenantId": tenant.id,
            "serviceStatus": [],
            "skuId": sku,
            "skuPartNumber": name,
            "status": format!("{state:?}"),
            "totalLicenses": 25,
        })
    });
    odata::page(call, &SUBSCRIPTION, "directory/subscriptions", all.collect())
}

/// What the tenant permits of client secrets.
pub(super) fn secret_policy(call: &Call<'_>) -> Result<Done, Refused> {
    let restriction = |kind: &str, lifetime: Value| {
        json!({
            "restrictionType": kind,
            "state": "enabled",
            "maxLifetime": lifetime,
            "restrictForAppsCreatedAfterDateTime": "2024-01-01T00:00:00Z",
        })
    };
    let mut restrictions = Vec::new();
    if call.shared.has(Fault::SecretForbidden) {
        restrictions.push(restriction("passwordAddition", Value::Null));
    }
    if call.shared.has(Fault::SecretLifetime) {
        restrictions.push(restriction("passwordLifetime", json!(format!("P{PERMITTED}D"))));
    }
    let policy = json!({
        "id": POLICY,
        "deletedDateTime": null,
        "displayName": "Default app management tenant policy",
        "description": "Default tenant policy that enforces app management restrictions on applications and service principals. To apply policy to targeted resources, create a new policy under appManagementPolicies collection.",
        "isEnabled": !restrictions.is_empty(),
        "applicationRestrictions": { "passwordCredentials": restrictions, "keyCredentials": [] },
        "servicePrincipalRestrictions": { "passwordCredentials": [], "keyCredentials": [] },
    });
    odata::one(call, &SECRET_POLICY, "policies/defaultAppManagementPolicy", policy)
}
