//! What goes wrong on request, and heals.

use std::time::Duration;

use super::{ALL, Bench, Fault, json, send};

const NAME: &str = "mim-service-mailbox-client-access";

#[tokio::test]
async fn the_first_two_requests_are_throttled() {
    let bench = Bench::with(Fault::GraphThrottled).await;
    let token = bench.administrator(ALL).await;
    for _ in 0..2 {
        let got = bench.get(&token, "/me").await;
        assert_eq!((got.status, got.code().as_str()), (429, "TooManyRequests"));
        assert_eq!(got.header("retry-after"), "2");
    }
    assert_eq!(bench.get(&token, "/me").await.status, 200);
}

#[tokio::test]
async fn what_was_written_shows_after_four_requests() {
    let bench = Bench::with(Fault::GraphReplication).await;
    let token = bench.administrator(ALL).await;
    let body = json!({ "displayName": "x" });
    let created = bench.upsert(&token, NAME, &body).await;
    assert_eq!(created.status, 201);
    let path = format!("/applications(uniqueName='{NAME}')");
    let (found, missed) = bench.until_found(&token, &path).await;
    assert_eq!(missed, 4);
    let app_id = found.json()["appId"].as_str().unwrap().to_owned();
    let got = bench.post(&token, "/servicePrincipals", json!({ "appId": app_id })).await;
    assert_eq!(got.status, 201);
    let path = format!("/servicePrincipals(appId='{app_id}')");
    assert_eq!(bench.until_found(&token, &path).await.1, 4);
}

#[tokio::test]
async fn the_sign_in_service_lags_behind_too() {
    let bench = Bench::with(Fault::GraphReplication).await;
    let token = bench.administrator(ALL).await;
    let registered = bench.application(&token).await;
    assert_eq!(bench.grant(&token, &registered).await.status, 201);
    let (first, refused) = bench.mailbox_token(&registered).await;
    assert_eq!(refused, [700_016, 700_016, 7_000_215, 7_000_215]);
    let (second, _) = bench.mailbox_token(&registered).await;
    // A longer token is one with a role in it.
    assert!(second.len() > first.len());
}

#[tokio::test]
async fn a_write_takes_effect_although_its_connection_is_reset() {
    let bench = Bench::with(Fault::GraphReset).await;
    let token = bench.administrator(ALL).await;
    let body = json!({ "displayName": "x" });
    let path = format!("/applications(uniqueName='{NAME}')");
    let request = bench.graph(&token, "PATCH", &path, Some(&body));
    let lost = request.header("Prefer", "create-if-missing").send().await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(bench.effects(), ["application created"]);
    // Again, and it is the same application.
    assert_eq!(bench.upsert(&token, NAME, &body).await.status, 204);
    assert_eq!(bench.effects(), ["application created"]);
    // Another kind of write is reset on its own; a refused one is answered.
    let lost = bench.graph(&token, "POST", "/applications", Some(&body)).send().await;
    assert!(lost.is_err(), "{lost:?}");
    assert_eq!(bench.post(&token, "/applications", body).await.status, 201);
}

#[tokio::test]
async fn the_first_read_of_a_kind_is_never_answered() {
    let bench = Bench::with(Fault::GraphTimeout).await;
    let token = bench.administrator(ALL).await;
    for path in ["/me", "/organization"] {
        let request = bench.graph(&token, "GET", path, None).timeout(Duration::from_millis(50));
        assert!(request.send().await.unwrap_err().is_timeout());
        assert_eq!(bench.get(&token, path).await.status, 200);
    }
}

#[tokio::test]
async fn the_first_answer_ends_in_the_middle() {
    let bench = Bench::with(Fault::GraphHalf).await;
    let token = bench.administrator(ALL).await;
    let half = bench.graph(&token, "GET", "/me", None).send().await.unwrap();
    assert_eq!(half.status().as_u16(), 200);
    let length = half.content_length().unwrap();
    assert!(half.bytes().await.is_err());
    let whole = bench.get(&token, "/me").await;
    assert_eq!(whole.text.len() as u64, length);
}

#[tokio::test]
async fn a_missing_right_refuses_every_write() {
    let bench = Bench::with(Fault::GraphForbidden).await;
    let token = bench.administrator(ALL).await;
    assert_eq!(bench.get(&token, "/applications").await.status, 200);
    let got = bench.upsert(&token, NAME, &json!({ "displayName": "x" })).await;
    assert_eq!((got.status, got.code().as_str()), (403, "Authorization_RequestDenied"));
    bench.shared.note(|world| world.faults.clear());
    assert_eq!(bench.upsert(&token, NAME, &json!({ "displayName": "x" })).await.status, 201);
}

#[tokio::test]
async fn a_policy_forbids_secrets_or_long_ones() {
    for (fault, restriction, code) in [
        (Fault::SecretForbidden, "passwordAddition", "CredentialTypeNotAllowedAsPerAppPolicy"),
        (Fault::SecretLifetime, "passwordLifetime", "CredentialInvalidLifetimeAsPerAppPolicy"),
    ] {
        let bench = Bench::new().await;
        let token = bench.administrator(ALL).await;
        let registered = bench.application(&token).await;
        bench.shared.note(|world| world.faults.insert(fault));
        let policy = bench.get(&token, "/policies/defaultAppManagementPolicy").await.json();
        assert_eq!(policy["isEnabled"], true);
        let restrictions = &policy["applicationRestrictions"]["passwordCredentials"];
        assert_eq!(restrictions[0]["restrictionType"], restriction);
        let path = format!("/applications/{}/addPassword", registered.id);
        let got = bench.post(&token, &path, json!({})).await;
        assert_eq!((got.status, got.code().as_str()), (400, code));
        bench.shared.note(|world| world.tenant.as_of = Some("2026-11-23T00:00:00Z".to_owned()));
        let short = json!({ "passwordCredential": { "endDateTime": "2027-02-20T00:00:00Z" } });
        let permitted = bench.post(&token, &path, short).await.status == 200;
        assert_eq!(permitted, fault == Fault::SecretLifetime);
    }
}

#[tokio::test]
async fn a_transient_error_of_the_sign_in_service_lasts_until_it_is_mended() {
    let bench = Bench::with(Fault::SignIn(90_033)).await;
    let form = [("grant_type", "refresh_token"), ("client_id", super::GRAPH_COMMAND_LINE)];
    let url = format!("{}/{}/oauth2/v2.0/token", bench.origin, super::DOMAIN);
    let got = send(bench.http.post(url).form(&form)).await;
    assert_eq!((got.status, got.sign_in_error().0.as_str()), (503, "temporarily_unavailable"));
    bench.shared.note(|world| world.faults.clear());
    bench.administrator(ALL).await;
}
