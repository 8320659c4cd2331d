//! The sign-in service: every grant, and its refusals.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mimeo::execute::simulate::tenant::{CONTOSO, Client, digest};
use rcgen::{KeyPair, PKCS_RSA_SHA256};
use reqwest::Url;
use serde_json::{Value, json};

use super::{
    ADMINISTRATOR, ALL, Bench, DOMAIN, Fault, GRAPH_COMMAND_LINE, Shared, contoso, send, text,
};

/// From RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://localhost:53111";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const MAIL: &str = "https://outlook.office365.com/.default";
const OWN: &str = "11112222-3333-4444-5555-666677778888";

/// The options of the authorize page.
pub(super) fn browser(scope: &str) -> Vec<(&str, &str)> {
    vec![
        ("client_id", GRAPH_COMMAND_LINE),
        ("response_type", "code"),
        ("redirect_uri", REDIRECT),
        ("response_mode", "query"),
        ("scope", scope),
        ("state", "a state & more"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
    ]
}

/// The form that redeems a code.
pub(super) fn redemption(code: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "authorization_code"),
        ("client_id", GRAPH_COMMAND_LINE),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]
}

/// The form of an application with a secret.
pub(super) fn secret<'a>(client: &'a str, secret: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_secret", secret),
        ("scope", MAIL),
    ]
}

fn replaced<'a>(
    form: &[(&'a str, &'a str)],
    name: &str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
    form.iter().map(|it| if it.0 == name { (it.0, value) } else { *it }).collect()
}

fn without<'a>(form: &[(&'a str, &'a str)], name: &str) -> Vec<(&'a str, &'a str)> {
    form.iter().filter(|it| it.0 != name).copied().collect()
}

fn claims(token: &str) -> Value {
    let parts: Vec<_> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[0]).unwrap()).unwrap();
    assert_eq!(header["typ"], "JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

async fn code(bench: &Bench, scope: &str) -> String {
    let got = bench.authorize(&browser(scope)).await;
    assert_eq!(got.status, 302);
    let target = Url::parse(got.header("location")).unwrap();
    assert_eq!(target.origin().ascii_serialization(), REDIRECT);
    let pairs: Vec<_> = target.query_pairs().into_owned().collect();
    assert_eq!(pairs[1], ("state".to_owned(), "a state & more".to_owned()));
    pairs[0].1.clone()
}

fn refused(name: &str, code: u64) -> (String, u64) {
    (name.to_owned(), code)
}

#[tokio::test]
async fn a_browser_signs_the_administrator_in() {
    let bench = Bench::new().await;
    let code = code(&bench, "LicenseAssignment.Read.All User.Read offline_access").await;
    let got = bench.token(&redemption(&code)).await;
    assert_eq!(got.status, 200, "{got:?}");
    assert_eq!(got.header("cache-control"), "no-store, no-cache");
    let body = got.json();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3599);
    let claims = claims(&text(&got, "access_token"));
    assert_eq!(claims["aud"], "https://graph.microsoft.com");
    assert_eq!(claims["tid"], CONTOSO);
    assert_eq!(claims["upn"], ADMINISTRATOR);
    assert_eq!(claims["appid"], GRAPH_COMMAND_LINE);
    assert_eq!(claims["scp"], "LicenseAssignment.Read.All User.Read");
    assert_eq!(claims["idtyp"], "user");
    // The refresh token serves for the other resource, and only for its client.
    let refresh = text(&got, "refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", GRAPH_COMMAND_LINE),
        ("refresh_token", &refresh),
        ("scope", "https://outlook.office365.com/Exchange.Manage"),
    ];
    let got = bench.token(&form).await;
    let claims = self::claims(&text(&got, "access_token"));
    assert_eq!(claims["aud"], "https://outlook.office365.com");
    assert_eq!(claims["scp"], "Exchange.Manage");
    let got = bench.token(&replaced(&form, "refresh_token", "1.Runknown")).await;
    assert_eq!(got.sign_in_error(), refused("invalid_grant", 700_082));
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_its_verifier_and_one_use() {
    let bench = Bench::new().await;
    let code = code(&bench, "User.Read").await;
    let form = redemption(&code);
    let got = bench.token(&replaced(&form, "redirect_uri", "http://localhost:53112")).await;
    assert_eq!(got.sign_in_error(), refused("invalid_grant", 500_112));
    let wrong = VERIFIER.replace('d', "e");
    let got = bench.token(&replaced(&form, "code_verifier", &wrong)).await;
    assert_eq!(got.sign_in_error(), refused("invalid_grant", 501_481));
    let got = bench.token(&without(&form, "code_verifier")).await;
    assert_eq!(got.sign_in_error(), refused("invalid_request", 900_144));
    let got = bench.token(&form).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.json().get("refresh_token"), None, "nobody asked for offline access");
    let got = bench.token(&form).await;
    assert_eq!(got.sign_in_error(), refused("invalid_grant", 54_005));
    let got = bench.token(&redemption("1.unknown")).await;
    assert_eq!(got.sign_in_error(), refused("invalid_grant", 9_002_313));
}

#[tokio::test]
async fn the_authorize_page_refuses_what_it_cannot_send_back_and_sends_the_rest_back() {
    let bench = Bench::new().await;
    let options = browser("User.Read");
    for (name, value, code) in
        [("redirect_uri", "https://contoso.com/", 50_011), ("client_id", OWN, 700_016)]
    {
        let got = bench.authorize(&replaced(&options, name, value)).await;
        assert_eq!((got.status, got.sign_in_error().1), (400, code), "{name}");
    }
    for (options, error) in [
        (without(&options, "code_challenge"), "invalid_request"),
        (replaced(&options, "code_challenge_method", "plain"), "invalid_request"),
        (replaced(&options, "response_type", "token"), "unsupported_response_type"),
        (replaced(&options, "scope", "Read.Everything"), "invalid_scope"),
    ] {
        let got = bench.authorize(&options).await;
        let target = Url::parse(got.header("location")).unwrap();
        let pairs: Vec<_> = target.query_pairs().into_owned().collect();
        assert_eq!(pairs[0], ("error".to_owned(), error.to_owned()));
        assert_eq!(pairs[2].0, "state");
    }
}

#[tokio::test]
async fn a_device_code_is_polled_until_somebody_has_signed_in() {
    let bench = Bench::new().await;
    let url = format!("{}/{DOMAIN}/oauth2/v2.0/devicecode", bench.origin);
    let form = [("client_id", GRAPH_COMMAND_LINE), ("scope", "User.Read offline_access")];
    let got = send(bench.http.post(url).form(&form)).await;
    assert_eq!(got.status, 200);
    let started = got.json();
    assert_eq!((&started["expires_in"], &started["interval"]), (&json!(900), &json!(5)));
    assert!(text(&got, "message").contains(&text(&got, "user_code")));
    assert_eq!(started.get("verification_uri_complete"), None);
    let device = text(&got, "device_code");
    let form =
        [("grant_type", DEVICE), ("client_id", GRAPH_COMMAND_LINE), ("device_code", &device)];
    for _ in 0..2 {
        let got = bench.token(&form).await;
        assert_eq!(got.sign_in_error(), refused("authorization_pending", 70_016));
    }
    let got = bench.token(&form).await;
    assert_eq!(got.status, 200);
    assert_eq!(claims(&text(&got, "access_token"))["preferred_username"], ADMINISTRATOR);
    let got = bench.token(&form).await;
    assert_eq!(got.sign_in_error(), refused("bad_verification_code", 70_018));
}

#[tokio::test]
async fn a_device_code_may_be_declined_and_may_expire() {
    for (code, error) in [(65_004, "authorization_declined"), (70_019, "expired_token")] {
        let bench = Bench::with(Fault::SignIn(code)).await;
        let form =
            [("grant_type", DEVICE), ("client_id", GRAPH_COMMAND_LINE), ("device_code", "D")];
        assert_eq!(bench.token(&form).await.sign_in_error(), refused(error, u64::from(code)));
    }
}

#[tokio::test]
async fn an_error_has_the_shape_of_entras() {
    let bench = Bench::with(Fault::SignIn(53_003)).await;
    let code = code(&bench, "User.Read").await;
    let url = format!("{}/{DOMAIN}/oauth2/v2.0/token", bench.origin);
    let own = "aaaaaaaa-1111-2222-3333-444444444444";
    let request = bench.http.post(url).form(&redemption(&code)).header("client-request-id", own);
    let got = send(request).await;
    assert_eq!(got.status, 400);
    let body = got.json();
    let keys: Vec<_> = body.as_object().unwrap().keys().cloned().collect();
    assert_eq!(
        keys,
        [
            "error",
            "error_description",
            "error_codes",
            "timestamp",
            "trace_id",
            "correlation_id",
            "error_uri"
        ]
    );
    assert_eq!(body["correlation_id"], own);
    assert_eq!(body["error_uri"], "https://login.microsoftonline.com/error?code=53003");
    let description = text(&got, "error_description");
    let mut lines = description.split("\r\n");
    assert!(lines.next().unwrap().starts_with("AADSTS53003: "));
    assert_eq!(lines.next().unwrap(), format!("Trace ID: {}", text(&got, "trace_id")));
    assert_eq!(lines.next().unwrap(), format!("Correlation ID: {own}"));
    assert_eq!(lines.next().unwrap(), format!("Timestamp: {}", text(&got, "timestamp")));
}

#[tokio::test]
async fn the_tenant_of_the_address_must_be_this_one() {
    let bench = Bench::new().await;
    for (tenant, form, code) in [
        ("fabrikam.com", redemption("x"), 90_002),
        ("common", secret(OWN, "x"), 9_001_023),
        (CONTOSO, secret(OWN, "x"), 700_016),
    ] {
        let url = format!("{}/{tenant}/oauth2/v2.0/token", bench.origin);
        let got = send(bench.http.post(url).form(&form)).await;
        assert_eq!(got.sign_in_error().1, code, "{tenant}");
    }
    let got = bench.token(&[("grant_type", "password"), ("client_id", GRAPH_COMMAND_LINE)]).await;
    assert_eq!(got.sign_in_error(), refused("unsupported_grant_type", 70_003));
    let url = format!("{}/{DOMAIN}/oauth2/v2.0/token", bench.origin);
    assert_eq!(send(bench.http.get(&url)).await.status, 405);
    let got = send(bench.http.post(&url).body("{}")).await;
    assert_eq!(got.sign_in_error(), refused("invalid_request", 900_144));
}

#[tokio::test]
async fn an_application_signs_in_with_its_secret_once_it_is_known() {
    let bench = Bench::new().await;
    let token = bench.administrator(ALL).await;
    let registered = bench.application(&token).await;
    let (mailbox, refused_with) = bench.mailbox_token(&registered).await;
    assert_eq!(refused_with, [700_016, 7_000_215]);
    let claims = claims(&mailbox);
    assert_eq!(claims["appid"], registered.app_id.as_str());
    assert_eq!(claims["oid"], registered.principal.as_str());
    assert_eq!(claims["idtyp"], "app");
    assert_eq!(claims.get("roles"), None, "a token proves no consent");
    assert_eq!(claims.get("scp"), None);
    for (wrong, code) in [(registered.key_id.as_str(), 7_000_215), ("", 7_000_218)] {
        let got = bench.token(&secret(&registered.app_id, wrong)).await;
        assert_eq!(got.status, 401);
        assert_eq!(got.sign_in_error(), refused("invalid_client", code));
    }
    let form = secret(&registered.app_id, &registered.secret);
    for (scope, code) in [
        ("https://outlook.office365.com/EWS.AccessAsUser.All", 1_002_012),
        ("https://outlook.office365.us/.default", 500_011),
        ("https://outlook.office365.com/.default https://graph.microsoft.com/.default", 70_011),
    ] {
        let got = bench.token(&replaced(&form, "scope", scope)).await;
        assert_eq!(got.sign_in_error().1, code, "{scope}");
    }
    assert_eq!(bench.grant(&token, &registered).await.status, 201);
    let (mailbox, _) = bench.mailbox_token(&registered).await;
    assert_eq!(self::claims(&mailbox)["roles"], json!(["full_access_as_app"]));
}

#[tokio::test]
async fn an_expired_secret_is_refused() {
    let bench = Bench::new().await;
    let token = bench.administrator(ALL).await;
    let registered = bench.application(&token).await;
    bench.mailbox_token(&registered).await;
    bench.shared.note(|world| world.faults.insert(Fault::SecretExpired));
    let got = bench.token(&secret(&registered.app_id, &registered.secret)).await;
    assert_eq!(got.sign_in_error(), refused("invalid_client", 7_000_222));
    bench.shared.note(|world| {
        world.faults.clear();
        world.tenant.as_of = Some("2100-01-01T00:00:00Z".to_owned());
    });
    let got = bench.token(&secret(&registered.app_id, &registered.secret)).await;
    assert_eq!(got.sign_in_error(), refused("invalid_client", 7_000_222));
}

#[tokio::test]
async fn the_tools_own_application_signs_in_with_a_secret() {
    let mut world = contoso();
    let client = Client {
        secrets: vec![digest("a secret of its own")],
        roles: vec!["LicenseAssignment.Read.All".to_owned()],
        ..Client::default()
    };
    world.tenant.clients.insert(OWN.to_owned(), client);
    let bench = Bench::of(Shared::new(world)).await;
    let form = secret(OWN, "a secret of its own");
    let form = replaced(&form, "scope", "https://graph.microsoft.com/.default");
    let token = text(&bench.token(&form).await, "access_token");
    assert_eq!(bench.get(&token, "/subscribedSkus").await.status, 200);
    assert_eq!(bench.get(&token, "/policies/defaultAppManagementPolicy").await.status, 403);
    assert_eq!(bench.get(&token, "/me").await.status, 403);
    let got = bench.token(&replaced(&form, "client_secret", "another")).await;
    assert_eq!(got.sign_in_error(), refused("invalid_client", 7_000_215));
}

/// An assertion with some claims replaced, signed by a key.
fn assertion(bench: &Bench, key: &KeyPair, changed: &[(&str, Value)]) -> String {
    let now = jiff::Timestamp::now().as_second();
    let mut claims = json!({
        "aud": format!("{}/{CONTOSO}/oauth2/v2.0/token", bench.origin),
        "iss": OWN,
        "sub": OWN,
        "jti": "1",
        "nbf": now,
        "exp": now + 600,
    });
    for (name, value) in changed {
        claims[name] = value.clone();
    }
    let header =
        Header { x5t_s256: Some("thumbprint".to_owned()), ..Header::new(Algorithm::RS256) };
    let key = EncodingKey::from_rsa_pem(key.serialize_pem().as_bytes()).unwrap();
    jsonwebtoken::encode(&header, &claims, &key).unwrap()
}

#[tokio::test]
async fn an_application_signs_in_with_the_key_of_its_certificate() {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let other = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec![]).unwrap().self_signed(&key).unwrap().pem();
    for registered in [certificate, key.public_key_pem()] {
        let mut world = contoso();
        let client = Client { key: Some(registered), ..Client::default() };
        world.tenant.clients.insert(OWN.to_owned(), client);
        let bench = Bench::of(Shared::new(world)).await;
        let ask = async |assertion: &str| {
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", OWN),
                ("client_assertion_type", ASSERTION),
                ("client_assertion", assertion),
                ("scope", MAIL),
            ];
            bench.token(&form).await
        };
        let got = ask(&assertion(&bench, &key, &[])).await;
        assert_eq!(got.status, 200, "{got:?}");
        let now = jiff::Timestamp::now().as_second();
        for (what, wrong, code) in [
            ("another key", assertion(&bench, &other, &[]), 700_027),
            ("audience", assertion(&bench, &key, &[("aud", json!("https://x"))]), 700_027),
            ("issuer", assertion(&bench, &key, &[("iss", json!("x"))]), 700_027),
            ("expired", assertion(&bench, &key, &[("exp", json!(now - 1))]), 700_024),
            ("too long", assertion(&bench, &key, &[("exp", json!(now + 86_400))]), 700_024),
            ("no JWT", "x.y".to_owned(), 700_027),
        ] {
            assert_eq!(
                ask(&wrong).await.sign_in_error(),
                refused("invalid_client", code),
                "{what}"
            );
        }
    }
}
