//! Microsoft Graph: every call, answered and refused.

use super::{
    ADMINISTRATOR, ALL, Bench, DOMAIN, EXCHANGE, FULL_ACCESS, Fault, Got, Value, json, send, text,
};

const NAME: &str = "mim-service-mailbox-client-access";
const NOBODY: &str = "99999999-0000-4000-8000-000000000000";

async fn ready() -> (Bench, String) {
    let bench = Bench::new().await;
    let token = bench.administrator(ALL).await;
    (bench, token)
}

/// Every object of a list, page by page, with the number of pages.
async fn pages(bench: &Bench, token: &str, path: &str) -> (Vec<Value>, usize) {
    let mut all = Vec::new();
    let mut count = 0;
    let mut next = Some(format!("{}/v1.0{path}", bench.origin));
    while let Some(url) = next {
        assert!(url.starts_with(&bench.origin), "{url}");
        let got = send(bench.http.get(url).bearer_auth(token)).await;
        assert_eq!(got.status, 200, "{got:?}");
        let page = got.json();
        all.extend(page["value"].as_array().unwrap().iter().cloned());
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        count += 1;
    }
    (all, count)
}

fn is(got: &Got, status: u16, code: &str) {
    assert_eq!((got.status, got.code().as_str()), (status, code), "{got:?}");
}

#[tokio::test]
async fn the_organization_and_the_person_are_told() {
    let (bench, token) = ready().await;
    let got = bench.get(&token, "/organization?$select=id,displayName,verifiedDomains").await;
    let organization = &got.json()["value"][0];
    assert_eq!(organization["verifiedDomains"][0]["name"], DOMAIN);
    assert_eq!(organization.as_object().unwrap().len(), 3);
    let got = bench.get(&token, "/me?$select=userType,userPrincipalName").await;
    assert_eq!(got.json()["userPrincipalName"], ADMINISTRATOR);
    assert_eq!(got.json()["userType"], "Member");
    is(
        &bench.get(&token, "/organization?$filter=id%20eq%20'x'").await,
        400,
        "Request_UnsupportedQuery",
    );
    is(&bench.get(&token, "/me?$select=shoeSize").await, 400, "BadRequest");
}

#[tokio::test]
async fn the_licence_is_on_the_second_page() {
    let (bench, token) = ready().await;
    let (skus, count) = pages(
        &bench,
        &token,
        "/subscribedSkus?$select=skuPartNumber,capabilityStatus,prepaidUnits",
    )
    .await;
    assert_eq!((skus.len(), count), (3, 2));
    assert_eq!(skus[2]["skuPartNumber"], "SPE_E5");
    assert_eq!(skus[2]["prepaidUnits"]["enabled"], 25);
    assert_eq!(skus[2].as_object().unwrap().len(), 3);
    let (subscriptions, _) = pages(&bench, &token, "/directory/subscriptions?$top=1").await;
    assert_eq!(subscriptions.len(), 3);
    for wrong in ["$filter=skuId%20eq%20'x'", "$top=1", "$search=x"] {
        let got = bench.get(&token, &format!("/subscribedSkus?{wrong}")).await;
        is(&got, 400, "Request_UnsupportedQuery");
    }
    is(&bench.get(&token, "/subscribedSkus?$skiptoken=9").await, 400, "Request_BadRequest");
    is(&bench.get(&token, "/directory/subscriptions?$top=1000").await, 400, "Request_BadRequest");
}

#[tokio::test]
async fn the_policy_permits_secrets() {
    let (bench, token) = ready().await;
    let got = bench.get(&token, "/policies/defaultAppManagementPolicy").await;
    assert_eq!(got.json()["isEnabled"], false);
    is(
        &bench.get(&token, "/policies/defaultAppManagementPolicy?$top=1").await,
        400,
        "Request_UnsupportedQuery",
    );
}

#[tokio::test]
async fn a_token_must_be_one_for_graph_with_the_right_permission() {
    let bench = Bench::new().await;
    let got = send(bench.http.get(format!("{}/v1.0/me", bench.origin))).await;
    is(&got, 401, "InvalidAuthenticationToken");
    assert!(got.header("www-authenticate").starts_with("Bearer "));
    let exchange = bench.administrator("https://outlook.office365.com/Exchange.Manage").await;
    let small = bench.administrator("User.Read").await;
    for wrong in ["x", "x.y.z", &exchange, &format!("{small}x")] {
        is(&bench.get(wrong, "/me").await, 401, "InvalidAuthenticationToken");
    }
    assert_eq!(bench.get(&small, "/me").await.status, 200);
    for path in ["/subscribedSkus", "/applications", "/policies/defaultAppManagementPolicy"] {
        is(&bench.get(&small, path).await, 403, "Authorization_RequestDenied");
    }
    // Granting takes a second permission beside.
    let half = bench.administrator("AppRoleAssignment.ReadWrite.All").await;
    let got = bench
        .post(&half, &format!("/servicePrincipals/{NOBODY}/appRoleAssignedTo"), json!({}))
        .await;
    is(&got, 403, "Authorization_RequestDenied");
}

#[tokio::test]
async fn an_error_has_the_shape_of_graphs() {
    let (bench, token) = ready().await;
    let own = "aaaaaaaa-1111-2222-3333-444444444444";
    let request = bench.graph(&token, "GET", &format!("/applications/{NOBODY}"), None);
    let got = send(request.header("client-request-id", own)).await;
    is(&got, 404, "Request_ResourceNotFound");
    assert_eq!(got.header("client-request-id"), own);
    let inner = &got.json()["error"]["innerError"];
    assert_eq!(inner["client-request-id"], own);
    assert_eq!(inner["request-id"], got.header("request-id"));
    is(&bench.get(&token, "/users").await, 400, "BadRequest");
    is(&bench.get(&token, "/applications/x").await, 400, "Request_BadRequest");
    is(&bench.delete(&token, "/organization").await, 405, "Request_BadRequest");
}

#[tokio::test]
async fn an_upsert_makes_one_application_however_often_it_is_sent() {
    let (bench, token) = ready().await;
    let body = json!({
        "displayName": "MIM Service",
        "signInAudience": "AzureADMyOrg",
        "requiredResourceAccess": [{
            "resourceAppId": EXCHANGE,
            "resourceAccess": [{ "id": FULL_ACCESS, "type": "Role" }],
        }],
    });
    let path = format!("/applications(uniqueName='{NAME}')");
    let without_prefer = send(bench.graph(&token, "PATCH", &path, Some(&body))).await;
    is(&without_prefer, 404, "Request_ResourceNotFound");
    let created = bench.upsert(&token, NAME, &body).await;
    assert_eq!(created.status, 201);
    assert_eq!(created.json()["uniqueName"], NAME);
    assert_eq!(created.json()["requiredResourceAccess"], body["requiredResourceAccess"]);
    // At once again: the name is known although no read shows it yet.
    let again = bench.upsert(&token, NAME, &body).await;
    assert_eq!((again.status, again.text.as_str()), (204, ""));
    let (found, missed) = bench.until_found(&token, &format!("{path}?$select=id,appId")).await;
    assert_eq!(missed, 1);
    assert_eq!(found.json()["appId"], created.json()["appId"]);
    assert_eq!(found.json().as_object().unwrap().len(), 3, "the context beside what was asked for");
    assert_eq!(bench.effects(), ["application created"]);
    let changed = json!({ "displayName": "MIM Service 2" });
    assert_eq!(bench.upsert(&token, NAME, &changed).await.status, 204);
    assert_eq!(bench.effects(), ["application created", "application changed"]);
    assert_eq!(bench.get(&token, &path).await.json()["displayName"], "MIM Service 2");
}

#[tokio::test]
async fn a_unique_name_may_hold_a_quote_and_a_slash() {
    let (bench, token) = ready().await;
    let got = bench.upsert(&token, "bob%27%27s%2Fmim", &json!({ "displayName": "x" })).await;
    assert_eq!(got.json()["uniqueName"], "bob's/mim");
    let path = "/applications(uniqueName=%27bob''s%2Fmim%27)";
    assert_eq!(bench.until_found(&token, path).await.0.json()["uniqueName"], "bob's/mim");
}

#[tokio::test]
async fn the_body_of_an_application_is_judged() {
    let (bench, token) = ready().await;
    for wrong in [
        json!({ "signInAudience": "AzureADMyOrg" }),
        json!({ "displayName": null }),
        json!({ "displayName": 7 }),
        json!({ "displayName": "x", "signInAudience": "Everybody" }),
        json!({ "displayName": "x", "requiredResourcesAccess": [] }),
        json!({ "displayName": "x", "appId": NOBODY }),
        json!({ "displayName": "x", "tags": "x" }),
        json!({ "displayName": "x", "uniqueName": "another" }),
        json!({ "displayName": "x", "passwordCredentials": [] }),
        json!({ "displayName": "x", "requiredResourceAccess": [{ "resourceAppId": EXCHANGE }] }),
        json!({ "displayName": "x", "requiredResourceAccess": [{
            "resourceAppId": EXCHANGE,
            "resourceAccess": [{ "id": "full_access_as_app", "type": "Role" }],
        }] }),
        json!({ "displayName": "x", "requiredResourceAccess": [{
            "resourceAppId": EXCHANGE,
            "resourceAccess": [{ "id": FULL_ACCESS, "type": "AppRole" }],
        }] }),
    ] {
        is(&bench.upsert(&token, NAME, &wrong).await, 400, "Request_BadRequest");
    }
    let url = format!("{}/v1.0/applications", bench.origin);
    for (kind, body) in
        [("text/plain", "{}"), ("application/json", "{"), ("application/json", "[]")]
    {
        let request = bench.http.post(&url).bearer_auth(&token).header("content-type", kind);
        is(&send(request.body(body)).await, 400, "BadRequest");
    }
    assert!(bench.effects().is_empty());
}

#[tokio::test]
async fn applications_are_found_by_name_page_by_page() {
    let (bench, token) = ready().await;
    for _ in 0..3 {
        let body = json!({ "displayName": "Bob's MIM" });
        assert_eq!(bench.post(&token, "/applications", body).await.status, 201);
    }
    let path = "/applications?$filter=displayName%20eq%20%27bob%27%27s%20MIM%27&$select=id,appId,uniqueName";
    let (unseen, _) = pages(&bench, &token, path).await;
    assert!(unseen.is_empty(), "{unseen:?}");
    let (found, count) = pages(&bench, &token, path).await;
    assert_eq!((found.len(), count), (3, 2));
    assert_eq!(found[0].as_object().unwrap().len(), 3);
    let (none, _) = pages(&bench, &token, "/applications?$filter=displayName%20eq%20%27x%27").await;
    assert!(none.is_empty());
    for wrong in [
        "displayName%20ne%20%27x%27",
        "notes%20eq%20%27x%27",
        "displayName%20eq%20x",
        "displayName%20eq%20%27a%27b%27",
    ] {
        let got = bench.get(&token, &format!("/applications?$filter={wrong}")).await;
        is(&got, 400, "Request_UnsupportedQuery");
    }
    is(&bench.get(&token, "/applications?$select=id&$select=appId").await, 400, "BadRequest");
}

#[tokio::test]
async fn an_application_is_changed_deleted_restored_and_purged() {
    let (bench, token) = ready().await;
    let body = json!({ "displayName": "x", "uniqueName": NAME });
    let created = bench.post(&token, "/applications", body.clone()).await;
    assert_eq!(created.status, 201);
    is(&bench.post(&token, "/applications", body).await, 400, "Request_BadRequest");
    let id = text(&created, "id");
    let path = format!("/applications/{id}");
    assert_eq!(bench.until_found(&token, &path).await.1, 1);
    let change = async |body: Value| send(bench.graph(&token, "PATCH", &path, Some(&body))).await;
    assert_eq!(change(json!({ "notes": "y" })).await.status, 204);
    is(&change(json!({ "uniqueName": "z" })).await, 400, "Request_BadRequest");
    assert_eq!(bench.delete(&token, &path).await.status, 204);
    is(&bench.delete(&token, &path).await, 404, "Request_ResourceNotFound");
    let item = format!("/directory/deletedItems/{id}");
    let restore =
        async || send(bench.graph(&token, "POST", &format!("{item}/restore"), None)).await;
    assert_eq!(restore().await.status, 200);
    assert_eq!(bench.get(&token, &path).await.json()["notes"], "y");
    is(&restore().await, 404, "Request_ResourceNotFound");
    assert_eq!(bench.delete(&token, &path).await.status, 204);
    assert_eq!(bench.delete(&token, &item).await.status, 204);
    is(&bench.delete(&token, &item).await, 404, "Request_ResourceNotFound");
}

#[tokio::test]
async fn a_secret_is_told_once_and_removed() {
    let (bench, token) = ready().await;
    let registered = bench.application(&token).await;
    assert_eq!(registered.secret.len(), 40);
    let path = format!("/applications/{}", registered.id);
    let add = async |body: Value| bench.post(&token, &format!("{path}/addPassword"), body).await;
    let body = json!({ "passwordCredential": { "displayName": "MIM Service", "endDateTime": "2999-05-22T00:00:00Z" } });
    let second = add(body).await;
    assert_eq!(second.status, 200);
    assert_eq!(second.json()["endDateTime"], "2999-05-22T00:00:00Z");
    assert_eq!(second.json()["hint"], text(&second, "secretText")[..3]);
    let got = bench.get(&token, &format!("{path}?$select=passwordCredentials")).await;
    let credentials = got.json()["passwordCredentials"].clone();
    assert_eq!(credentials.as_array().unwrap().len(), 2);
    assert_eq!(credentials[1]["secretText"], Value::Null);
    assert!(!got.text.contains(&registered.secret));
    for wrong in [
        json!({ "displayName": "MIM Service" }),
        json!({ "passwordCredential": { "endDateTime": "never" } }),
        json!({ "passwordCredential": { "endDateTime": "2001-01-01T00:00:00Z" } }),
        json!({ "passwordCredential": { "secretText": "mine" } }),
        json!({ "passwordCredential": { "end": "2999-01-01T00:00:00Z" } }),
        json!({ "passwordCredential": [] }),
    ] {
        is(&add(wrong).await, 400, "Request_BadRequest");
    }
    let remove =
        async |body: Value| bench.post(&token, &format!("{path}/removePassword"), body).await;
    for wrong in [json!({}), json!({ "keyId": "x" }), json!({ "keyId": NOBODY })] {
        is(&remove(wrong).await, 400, "Request_BadRequest");
    }
    let got = remove(json!({ "keyId": registered.key_id })).await;
    assert_eq!((got.status, got.text.as_str()), (204, ""));
    is(&remove(json!({ "keyId": registered.key_id })).await, 400, "Request_BadRequest");
    assert_eq!(bench.effects().last().unwrap(), "client secret removed");
    let got = bench.post(&token, &format!("/applications/{NOBODY}/addPassword"), json!({})).await;
    is(&got, 404, "Request_ResourceNotFound");
}

#[tokio::test]
async fn a_service_principal_follows_its_application() {
    let (bench, token) = ready().await;
    let create = async |body: Value| bench.post(&token, "/servicePrincipals", body).await;
    for wrong in [json!({}), json!({ "appId": "x" }), json!({ "appID": NOBODY })] {
        is(&create(wrong).await, 400, "Request_BadRequest");
    }
    let created = bench.upsert(&token, NAME, &json!({ "displayName": "x" })).await;
    let app_id = text(&created, "appId");
    let fresh = create(json!({ "appId": app_id })).await;
    is(&fresh, 400, "Request_BadRequest");
    assert_eq!(fresh.json()["error"]["details"][0]["code"], "NoBackingApplicationObject");
    let got = create(json!({ "appId": app_id })).await;
    assert_eq!(got.status, 201);
    assert_eq!(got.json()["displayName"], "x");
    is(&create(json!({ "appId": app_id })).await, 409, "Request_MultipleObjectsWithSameKeyValue");
    let path = format!("/servicePrincipals(appId='{app_id}')?$select=id");
    let (found, missed) = bench.until_found(&token, &path).await;
    assert_eq!(missed, 1);
    let own = format!("/servicePrincipals/{}", text(&found, "id"));
    assert_eq!(bench.get(&token, &own).await.json()["appId"], app_id.as_str());
    is(
        &bench.get(&token, &format!("/servicePrincipals(appId='{NOBODY}')")).await,
        404,
        "Request_ResourceNotFound",
    );
    is(&bench.get(&token, &format!("{own}?$select=x")).await, 400, "BadRequest");
    assert_eq!(bench.delete(&token, &own).await.status, 204);
    is(&bench.delete(&token, &own).await, 404, "Request_ResourceNotFound");
}

#[tokio::test]
async fn the_exchange_role_has_microsofts_id() {
    let (bench, token) = ready().await;
    let got = bench
        .get(&token, &format!("/servicePrincipals(appId='{EXCHANGE}')?$select=id,appRoles"))
        .await;
    let roles = got.json()["appRoles"].clone();
    let role = roles.as_array().unwrap().iter().find(|it| it["value"] == "full_access_as_app");
    assert_eq!(role.unwrap()["id"], FULL_ACCESS);
}

#[tokio::test]
async fn a_role_is_granted_once_and_revoked() {
    let (bench, token) = ready().await;
    let registered = bench.application(&token).await;
    let exchange = bench.exchange(&token).await;
    let granted = bench.grant(&token, &registered).await;
    assert_eq!(granted.status, 201);
    assert_eq!(granted.json()["principalType"], "ServicePrincipal");
    assert_eq!(granted.json()["resourceDisplayName"], "Office 365 Exchange Online");
    is(&bench.grant(&token, &registered).await, 400, "Request_BadRequest");
    let list = format!(
        "/servicePrincipals/{}/appRoleAssignments?$select=id,appRoleId,resourceId",
        registered.principal
    );
    assert_eq!(pages(&bench, &token, &list).await.0.len(), 0, "not seen yet");
    let (grants, _) = pages(&bench, &token, &list).await;
    assert_eq!(grants.len(), 1);
    assert_eq!(grants[0].as_object().unwrap().len(), 3);
    is(&bench.get(&token, &format!("{list}&$expand=x")).await, 400, "Request_UnsupportedQuery");
    let base = format!("/servicePrincipals/{exchange}/appRoleAssignedTo");
    assert_eq!(pages(&bench, &token, &base).await.0.len(), 1);
    let right = json!({ "principalId": registered.principal, "resourceId": exchange, "appRoleId": FULL_ACCESS });
    for (name, value, status, code) in [
        ("principalId", json!(NOBODY), 404, "Request_ResourceNotFound"),
        ("resourceId", json!(NOBODY), 400, "Request_BadRequest"),
        ("resourceId", json!(null), 400, "Request_BadRequest"),
        ("appRoleId", json!(NOBODY), 400, "Request_BadRequest"),
        ("appRoleId", json!("full_access_as_app"), 400, "Request_BadRequest"),
        ("principalType", json!("User"), 400, "Request_BadRequest"),
    ] {
        let mut wrong = right.clone();
        wrong[name] = value;
        is(&bench.post(&token, &base, wrong).await, status, code);
    }
    let one = format!("{base}/{}", text(&granted, "id"));
    assert_eq!(bench.delete(&token, &one).await.status, 204);
    is(&bench.delete(&token, &one).await, 404, "Request_ResourceNotFound");
    assert_eq!(bench.effects().last().unwrap(), "role revoked");
}

#[tokio::test]
async fn a_deleted_application_takes_its_principal_and_grants_along() {
    let (bench, token) = ready().await;
    let registered = bench.application(&token).await;
    assert_eq!(bench.grant(&token, &registered).await.status, 201);
    assert_eq!(bench.delete(&token, &format!("/applications/{}", registered.id)).await.status, 204);
    let path = format!("/servicePrincipals/{}", registered.principal);
    is(&bench.get(&token, &path).await, 404, "Request_ResourceNotFound");
    assert!(bench.shared.look().tenant.grants.is_empty());
}

#[tokio::test]
async fn licences_may_be_missing_and_in_other_states() {
    for (fault, skus, status) in [
        (Fault::LicenseNone, vec!["FLOW_FREE", "POWER_BI_STANDARD", "ENTERPRISEPACK"], "Enabled"),
        (Fault::LicenseSuspended, vec!["FLOW_FREE", "POWER_BI_STANDARD", "SPE_E5"], "Suspended"),
        (Fault::LicenseWarning, vec!["FLOW_FREE", "POWER_BI_STANDARD", "SPE_E5"], "Warning"),
        (
            Fault::LicenseTeamsRooms,
            vec!["FLOW_FREE", "POWER_BI_STANDARD", "ENTERPRISEPACK", "Microsoft_Teams_Rooms_Pro"],
            "Enabled",
        ),
    ] {
        let bench = Bench::with(fault).await;
        let token = bench.administrator(ALL).await;
        let (all, _) = pages(&bench, &token, "/subscribedSkus").await;
        let names: Vec<_> = all.iter().map(|it| it["skuPartNumber"].as_str().unwrap()).collect();
        assert_eq!(names, skus, "{fault}");
        let last = all.last().unwrap();
        assert_eq!(last["capabilityStatus"], status, "{fault}");
        let units = if status == "Enabled" { "enabled" } else { &status.to_lowercase() };
        assert_eq!(last["prepaidUnits"][units], 25, "{fault}");
        let premium = all.iter().any(|it| it["servicePlans"].to_string().contains("41781fb2-bc02"));
        assert_eq!(premium, fault != Fault::LicenseNone, "{fault}");
    }
}

#[tokio::test]
async fn another_tenant_and_a_guest_are_told_apart() {
    let bench = Bench::with(Fault::TenantOther).await;
    let token = bench.administrator(ALL).await;
    let got = bench.get(&token, "/organization").await;
    assert_eq!(got.json()["value"][0]["verifiedDomains"][0]["name"], "fabrikam.onmicrosoft.com");
    let bench = Bench::with(Fault::TenantGuest).await;
    let token = bench.administrator(ALL).await;
    assert_eq!(bench.get(&token, "/me").await.json()["userType"], "Guest");
    is(&bench.get(&token, "/subscribedSkus").await, 403, "Authorization_RequestDenied");
}
