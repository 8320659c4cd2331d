//! Signing in, over real HTTP against a stand-in for the sign-in service on the loopback.
#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use mimeo::execute::cloud::{Endpoint, Endpoints};
use mimeo::execute::sign_in::advice::{ADVICE, CONDITIONAL_ACCESS, REPLICATION, TRANSIENT, advice};
use mimeo::execute::sign_in::error::{Refusal, SignInError, Way};
use mimeo::execute::sign_in::token::{Audience, Token};
use mimeo::execute::sign_in::{Application, Method, Outside, Shown, SignIn};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use url::{Url, form_urlencoded};

/// Whatever must never be shown has this in it.
const CANARY: &str = "canary";
const SECRET: &str = "canary-secret~with/odd+signs&=";
const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
const TENANT: &str = "contoso.com";

/// A request that the stand-in got.
#[derive(Clone, Debug)]
struct Asked {
    /// Method and target.
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Asked {
    fn form(&self) -> BTreeMap<String, String> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    fn field(&self, name: &str) -> String {
        self.form().remove(name).unwrap_or_default()
    }
}

/// What the stand-in does about it.
enum Reply {
    Json(u16, Value),
    Text(u16, &'static str, String),
    /// JSON with one more header.
    With(u16, &'static str, String, Value),
    /// The head promises more than the body holds.
    Half,
    Reset,
    Silence,
}

/// A sign-in service that answers as it is told.
struct StandIn {
    origin: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl StandIn {
    async fn new(mut answer: impl FnMut(&Asked) -> Reply + Send + 'static) -> StandIn {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&asked);
        tokio::spawn(async move {
            let mut silent = Vec::new();
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(request) = read_request(&mut stream).await else { continue };
                list.lock().unwrap().push(request.clone());
                let (status, kind, extra, body) = match answer(&request) {
                    Reply::Json(status, json) => {
                        (status, "application/json", String::new(), json.to_string())
                    }
                    Reply::Text(status, kind, text) => (status, kind, String::new(), text),
                    Reply::With(status, name, value, json) => {
                        let header = format!("{name}: {value}\r\n");
                        (status, "application/json; charset=utf-8", header, json.to_string())
                    }
                    Reply::Half => {
                        let half = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"access_";
                        stream.write_all(half.as_bytes()).await.unwrap();
                        continue;
                    }
                    Reply::Reset => {
                        stream.set_zero_linger().unwrap();
                        continue;
                    }
                    Reply::Silence => {
                        silent.push(stream);
                        continue;
                    }
                };
                let head = format!(
                    "HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
                     {extra}Connection: close\r\n\r\n",
                    body.len()
                );
                // Whoever has read enough may leave.
                drop(stream.write_all(head.as_bytes()).await);
                drop(stream.write_all(body.as_bytes()).await);
                drop(stream.shutdown().await);
            }
        });
        StandIn { origin, asked }
    }

    /// One that gives a prepared answer to each request, and the last one for ever.
    async fn scripted(replies: impl IntoIterator<Item = Reply>) -> StandIn {
        let mut replies: Vec<_> = replies.into_iter().collect();
        replies.reverse();
        StandIn::new(move |_| replies.pop().unwrap_or_else(|| token("unscripted"))).await
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    fn endpoints(&self) -> Endpoints {
        let mut endpoints = Endpoints::of("global").unwrap();
        endpoints.redirect(Endpoint::Login, &Url::parse(&self.origin).unwrap());
        endpoints
    }
}

/// A port that is taken, so that nobody else gets it, but on which nobody listens.
fn deaf() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    (socket, origin)
}

async fn read_request(stream: &mut TcpStream) -> Option<Asked> {
    let mut bytes = Vec::new();
    loop {
        let mut buffer = [0; 4096];
        let count = stream.read(&mut buffer).await.ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let mut lines = head.lines();
        let line = lines.next()?.trim_end_matches(" HTTP/1.1").to_owned();
        let headers: BTreeMap<_, _> = lines
            .filter_map(|it| it.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.get("content-length").map_or(0, |it| it.parse().unwrap());
        if body.len() >= length {
            return Some(Asked { line, headers, body: body.to_owned() });
        }
    }
}

/// A token whose signature is the canary.
fn jwt(name: &str) -> String {
    let part = |it: Value| URL_SAFE_NO_PAD.encode(it.to_string());
    let claims = json!({
        "tid": "tenant-id", "upn": "ann@contoso.com", "name": name, "appid": CLIENT,
        "scp": "User.Read Application.ReadWrite.All", "roles": ["full_access_as_app"],
        "exp": 1_795_000_000, "idtyp": "user", "something": {"else": 1},
    });
    format!("{}.{}.{CANARY}", part(json!({"alg": "RS256"})), part(claims))
}

fn token(name: &str) -> Reply {
    let body = json!({
        "token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "scope": "x",
        "access_token": jwt(name), "refresh_token": format!("canary-refresh-{name}"),
    });
    Reply::Json(200, body)
}

/// A refusal as Entra ID writes it.
fn refusal(error: &str, code: u32, words: &str) -> Value {
    json!({
        "error": error,
        "error_description": format!(
            "AADSTS{code}: {words}\r\nTrace ID: 0000-trace\r\nCorrelation ID: 0000-corr\r\nTimestamp: then"
        ),
        "error_codes": [code],
        "timestamp": "2026-11-23 10:00:00Z",
        "trace_id": "0000-trace",
        "correlation_id": "0000-corr",
        "error_uri": format!("https://login.microsoftonline.com/error?code={code}"),
    })
}

fn refuse(error: &str, code: u32) -> Reply {
    Reply::Json(400, refusal(error, code, "No."))
}

/// What the person saw, and what was waited for.
struct World {
    outside: Outside,
    pauses: Rc<RefCell<Vec<Duration>>>,
    messages: Rc<RefCell<Vec<String>>>,
    urls: mpsc::UnboundedReceiver<Url>,
}

fn world() -> World {
    let (sender, urls) = mpsc::unbounded_channel();
    let messages = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&messages);
    let mut outside = Outside::new(Rc::new(move |shown: &Shown<'_>| match shown {
        Shown::Browser { url } => sender.send((*url).clone()).unwrap(),
        Shown::DeviceCode { message, url, code, valid } => {
            seen.borrow_mut().push(format!("{message} [{url} {code} {}]", valid.as_secs()));
        }
    }));
    outside.browser = Duration::from_secs(60);
    let pauses = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&pauses);
    outside.pause = Rc::new(move |pause| {
        list.borrow_mut().push(pause);
        Box::pin(std::future::ready(()))
    });
    World { outside, pauses, messages, urls }
}

impl World {
    fn sign_in(&self, service: &StandIn, method: Method) -> SignIn {
        let application = Application { client_id: CLIENT.into(), tenant: TENANT.into() };
        let sign_in =
            SignIn::new(application, &service.endpoints(), method, self.outside.clone()).unwrap();
        assert!(!format!("{sign_in:?}").contains(CANARY), "{sign_in:?}");
        sign_in
    }

    fn seconds(&self) -> Vec<u64> {
        self.pauses.borrow().iter().map(Duration::as_secs).collect()
    }
}

fn graph(scopes: &[&str]) -> Audience {
    Audience {
        resource: "https://graph.microsoft.com".into(),
        scopes: scopes.iter().map(|it| (*it).to_owned()).collect(),
    }
}

fn exchange() -> Audience {
    Audience {
        resource: "https://outlook.office365.com".into(),
        scopes: vec!["Exchange.Manage".into()],
    }
}

fn with_secret() -> Method {
    Method::ClientSecret(SECRET.to_owned().into())
}

/// The error, which tells no secret.
fn failed(outcome: Result<Token, SignInError>) -> SignInError {
    let error = outcome.unwrap_err();
    let all = format!("{error}\n{error:?}\n{error:#?}\n{:?}", error.help());
    assert!(!all.contains(CANARY), "{all}");
    assert!(!error.to_string().contains(['\n', '\r', '\u{1b}']), "{error}");
    error
}

fn refused(outcome: Result<Token, SignInError>) -> (SignInError, Refusal) {
    let error = failed(outcome);
    let SignInError::Refused(refusal) = error.clone() else { panic!("{error:?}") };
    (error, *refusal)
}

/// The outcome of one attempt with a secret, against prepared answers; and how many requests it took.
async fn attempt(replies: impl IntoIterator<Item = Reply>) -> (Result<Token, SignInError>, usize) {
    let service = StandIn::scripted(replies).await;
    let outcome = world().sign_in(&service, with_secret()).token(&graph(&[])).await;
    let count = service.asked().len();
    (outcome, count)
}

#[tokio::test]
async fn a_secret_brings_a_token_that_is_kept_until_a_fresh_one_is_asked_for() {
    let service = StandIn::scripted([token("one"), token("two"), token("three")]).await;
    assert!(!format!("{:?}", with_secret()).contains(CANARY));
    let sign_in = world().sign_in(&service, with_secret());
    let first = sign_in.token(&graph(&[])).await.unwrap();
    let second = sign_in.token(&graph(&["Some.Right"])).await.unwrap();
    assert_eq!(first.expose(), jwt("one"));
    assert_eq!(second.expose(), jwt("one"));
    let asked = service.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].line, "POST /contoso.com/oauth2/v2.0/token");
    assert_eq!(asked[0].headers["content-type"], "application/x-www-form-urlencoded");
    assert!(asked[0].headers["client-request-id"].len() == 36);
    let wanted: BTreeMap<_, _> = [
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .collect();
    assert_eq!(asked[0].form(), wanted);

    let fresh = sign_in.fresh_token(&graph(&[])).await.unwrap();
    assert_eq!(fresh.expose(), jwt("two"));
    assert_eq!(sign_in.token(&graph(&[])).await.unwrap().expose(), jwt("two"));
    assert_eq!(sign_in.token(&exchange()).await.unwrap().expose(), jwt("three"));
    assert_eq!(service.asked().len(), 3);
    assert_eq!(service.asked()[2].field("scope"), "https://outlook.office365.com/.default");
}

#[tokio::test]
async fn a_token_says_what_it_is_and_does_not_show_itself() {
    let (token, _) = attempt([token("Ann")]).await;
    let token = token.unwrap();
    assert_eq!(format!("{token:?}"), "Token(...)");
    let claims = token.claims().unwrap();
    assert_eq!(claims.tid.as_deref(), Some("tenant-id"));
    assert_eq!(claims.user(), Some("ann@contoso.com"));
    assert_eq!(claims.name.as_deref(), Some("Ann"));
    assert_eq!(claims.appid.as_deref(), Some(CLIENT));
    assert_eq!(claims.scp, ["User.Read", "Application.ReadWrite.All"]);
    assert_eq!(claims.roles, ["full_access_as_app"]);
    assert_eq!(claims.exp, Some(1_795_000_000));
    assert_eq!(claims.idtyp.as_deref(), Some("user"));

    let opaque = json!({"token_type": "Bearer", "access_token": "opaque-canary"});
    let (token, _) = attempt([Reply::Json(200, opaque)]).await;
    let token = token.unwrap();
    assert_eq!((token.claims(), token.expose()), (None, "opaque-canary"));
}

#[tokio::test]
async fn a_short_lived_token_is_not_kept_for_longer_than_it_lasts() {
    let short = |name: &str| {
        Reply::Json(
            200,
            json!({"token_type": "Bearer", "expires_in": 0, "access_token": jwt(name)}),
        )
    };
    let service = StandIn::scripted([short("one"), short("two")]).await;
    let sign_in = world().sign_in(&service, with_secret());
    assert_eq!(sign_in.token(&graph(&[])).await.unwrap().expose(), jwt("one"));
    assert_eq!(sign_in.token(&graph(&[])).await.unwrap().expose(), jwt("two"));
}

#[tokio::test]
async fn a_wrong_secret_is_told_in_entras_words_with_the_ids_for_support() {
    let words = "Invalid client secret provided.";
    let body = refusal("invalid_client", 7_000_215, words);
    let (outcome, count) = attempt([Reply::Json(401, body)]).await;
    let (error, refusal) = refused(outcome);
    assert_eq!(count, 1);
    insta::assert_snapshot!(error, @"the sign-in was refused with `invalid_client`: AADSTS7000215: Invalid client secret provided. (trace 0000-trace, correlation 0000-corr, 2026-11-23 10:00:00Z)");
    assert_eq!(error.help(), [advice(7_000_215).unwrap()]);
    assert!(error.may_be_replication());
    assert_eq!((refusal.code, refusal.way), (Some(7_000_215), Way::ClientSecret));
    assert_eq!(refusal.words, "AADSTS7000215: Invalid client secret provided.");
    assert_eq!(refusal.correlation_id.as_deref(), Some("0000-corr"));
}

#[tokio::test]
async fn an_expired_secret_does_not_pass_and_an_unknown_application_may() {
    let (error, _) = refused(attempt([refuse("invalid_client", 7_000_222)]).await.0);
    assert!(!error.may_be_replication());
    assert_eq!(error.help(), [advice(7_000_222).unwrap()]);
    let (error, _) = refused(attempt([refuse("unauthorized_client", 700_016)]).await.0);
    assert!(error.may_be_replication());
}

#[tokio::test]
async fn a_refusal_without_codes_is_read_from_its_words() {
    let one_line = json!({"error": "invalid_grant", "error_description":
        "AADSTS50057: The account is disabled. Trace ID: 0000-trace Correlation ID: 0000-corr"});
    let (error, refusal) = refused(attempt([Reply::Json(400, one_line)]).await.0);
    assert_eq!(refusal.code, Some(50057));
    assert_eq!(refusal.words, "AADSTS50057: The account is disabled.");
    assert_eq!(error.help(), [advice(50057).unwrap()]);
    let bare = Reply::Json(400, json!({"error": "invalid_client"}));
    let (error, refusal) = refused(attempt([bare]).await.0);
    assert_eq!((refusal.code, refusal.words.as_str()), (None, ""));
    assert_eq!(error.to_string(), "the sign-in was refused with `invalid_client`");
    assert_eq!(error.help().len(), 1);
}

#[tokio::test]
async fn a_service_that_repeats_the_secret_is_covered() {
    let service = StandIn::new(|asked: &Asked| {
        let words = format!("\u{1b}[31m {} and {}", asked.field("client_secret"), asked.body);
        let mut body = refusal("invalid_client", 7_000_215, &words);
        body["error"] = format!("bad {SECRET}").into();
        body["trace_id"] = SECRET.into();
        Reply::Json(401, body)
    })
    .await;
    let (error, _) = refused(world().sign_in(&service, with_secret()).token(&graph(&[])).await);
    assert!(error.to_string().contains("grant_type=client_credentials"), "{error}");
    assert!(error.to_string().contains("client_secret=..."), "{error}");
}

#[tokio::test]
async fn a_busy_service_is_given_the_time_that_it_asks_for() {
    let busy = || Reply::With(429, "Retry-After", "7".into(), json!({"error": "slow"}));
    let service = StandIn::scripted([busy(), busy(), token("late")]).await;
    let world = world();
    let token = world.sign_in(&service, with_secret()).token(&graph(&[])).await.unwrap();
    assert_eq!(token.expose(), jwt("late"));
    assert_eq!(*world.pauses.borrow(), [Duration::from_secs(7); 2]);
}

#[tokio::test]
async fn a_service_that_stays_busy_is_given_up_after_five_tries() {
    let service = StandIn::new(|_| Reply::Text(503, "text/html", "<html>no</html>".into())).await;
    let world = world();
    let error = failed(world.sign_in(&service, with_secret()).token(&graph(&[])).await);
    assert_eq!(error.to_string(), "`127.0.0.1` answered 503 with an HTML page");
    assert_eq!(world.seconds(), [1, 2, 4, 8]);
    assert_eq!(service.asked().len(), 5);
}

#[tokio::test]
async fn a_pause_of_an_hour_is_not_waited_for() {
    let later = Reply::With(429, "Retry-After", "3600".into(), json!({"error": "slow"}));
    let (outcome, count) = attempt([later]).await;
    assert_eq!(failed(outcome).to_string(), "`127.0.0.1` asks to wait 3600 s");
    assert_eq!(count, 1);
}

#[tokio::test]
async fn every_code_that_passes_is_tried_again_and_no_other() {
    for code in TRANSIENT {
        let (outcome, count) = attempt([refuse("invalid_request", *code), token("then")]).await;
        assert_eq!((outcome.unwrap().expose(), count), (jwt("then").as_str(), 2), "{code}");
    }
    let (outcome, count) = attempt([refuse("temporarily_unavailable", 1), token("then")]).await;
    assert!(outcome.is_ok() && count == 2);
    for code in REPLICATION.iter().chain(CONDITIONAL_ACCESS) {
        let (outcome, count) = attempt([refuse("invalid_grant", *code), token("then")]).await;
        assert!(outcome.is_err() && count == 1, "{code}");
    }
}

#[tokio::test]
async fn a_broken_connection_is_tried_again() {
    for broken in [|| Reply::Reset, || Reply::Half] {
        let (outcome, count) = attempt([broken(), token("then")]).await;
        assert_eq!((outcome.unwrap().expose(), count), (jwt("then").as_str(), 2));
        let service = StandIn::new(move |_| broken()).await;
        let world = world();
        let error = failed(world.sign_in(&service, with_secret()).token(&graph(&[])).await);
        assert!(matches!(error, SignInError::Unreachable { .. }), "{error}");
        assert_eq!(service.asked().len(), 5);
        assert_eq!(world.seconds(), [1, 2, 4, 8]);
    }
}

#[tokio::test]
async fn silence_is_not_waited_for_without_end() {
    let service = StandIn::new(|_| Reply::Silence).await;
    let mut world = world();
    world.outside.request = Duration::from_millis(20);
    let error = failed(world.sign_in(&service, with_secret()).token(&graph(&[])).await);
    assert_eq!(error.to_string(), "the connection to `127.0.0.1` failed: no answer within 0.02 s");
}

#[tokio::test]
async fn nobody_listening_is_told_with_the_reason() {
    let (_held, origin) = deaf();
    let service = StandIn { origin, asked: Arc::default() };
    let error = failed(world().sign_in(&service, with_secret()).token(&graph(&[])).await);
    let SignInError::Unreachable { host, cause } = &error else { panic!("{error}") };
    assert_eq!(host, "127.0.0.1");
    assert!(cause.contains("os error"), "{cause}");
}

#[tokio::test]
async fn an_answer_that_no_sign_in_service_gives_is_not_taken() {
    let huge = "x".repeat((1 << 20) + 1);
    let kind = "application/json";
    let cases = [
        (Reply::Text(200, kind, huge), "200 with more than a sign-in service has to say"),
        (Reply::Text(200, kind, "canary, no JSON".into()), "200 with something that is not JSON"),
        (Reply::Text(200, kind, String::new()), "200 with something that is not JSON"),
        (
            Reply::Text(200, "text/html", "<html>canary</html>".into()),
            "200 with something that is not JSON",
        ),
        (Reply::Text(403, "text/html", " <html>canary</html>".into()), "403 with an HTML page"),
        (Reply::Text(404, kind, "{}".into()), "404 with something that is no refusal of a sign-in"),
        (Reply::Json(200, json!({"token_type": "Bearer"})), "200 with no `access_token`"),
        (
            Reply::Json(200, json!({"token_type": "Bearer", "access_token": ["canary"]})),
            "200 with something that is no token",
        ),
        (
            Reply::Json(200, json!({"token_type": "Bearer", "access_token": "canary\r\nX: y"})),
            "200 with something that is no token",
        ),
        (
            Reply::Json(200, json!({"token_type": "Bearer", "access_token": ""})),
            "200 with something that is no token",
        ),
    ];
    for (reply, wanted) in cases {
        let (outcome, count) = attempt([reply]).await;
        let error = failed(outcome);
        assert_eq!(error.to_string(), format!("`127.0.0.1` answered {wanted}"));
        assert_eq!((error.help().len(), count), (1, 1));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_since_the_secret_would_go_along() {
    let elsewhere = StandIn::scripted([token("stolen")]).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("{}/token", elsewhere.origin);
        let (outcome, _) = attempt([Reply::With(status, "Location", to, json!({}))]).await;
        let error = failed(outcome);
        assert_eq!(
            error.to_string(),
            format!("`127.0.0.1` answered {status} and wants to send the sign-in to `127.0.0.1`")
        );
    }
    assert!(elsewhere.asked().is_empty());
}

/// An RSA key and a certificate for it.
fn certificate() -> (rcgen::KeyPair, rcgen::Certificate) {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let parameters = rcgen::CertificateParams::new(vec!["mimeo.test".into()]).unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    (key, certificate)
}

#[tokio::test]
async fn a_certificate_signs_a_statement_that_its_public_key_confirms() {
    let (key, own) = certificate();
    let (other_key, other) = certificate();
    let orders = [
        format!("{}{}", key.serialize_pem(), own.pem()),
        format!("{}{}", own.pem(), key.serialize_pem()),
        format!("subject=CN=x\n{}\n{}{}", other.pem(), own.pem(), key.serialize_pem()),
    ];
    let mut seen = BTreeSet::new();
    for pem in orders {
        let service = StandIn::scripted([token("app")]).await;
        let method = Method::Certificate(pem.into());
        assert!(!format!("{method:?}").contains("PRIVATE KEY"));
        world().sign_in(&service, method).token(&exchange()).await.unwrap();
        let asked = &service.asked()[0];
        assert_eq!(asked.field("grant_type"), "client_credentials");
        assert_eq!(
            asked.field("client_assertion_type"),
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        assert!(!asked.form().contains_key("client_secret"));
        let assertion = asked.field("client_assertion");
        let endpoint = format!("{}/{TENANT}/oauth2/v2.0/token", service.origin);
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&[&endpoint]);
        validation.set_issuer(&[CLIENT]);
        validation.set_required_spec_claims(&["aud", "iss", "sub", "exp", "nbf"]);
        validation.validate_nbf = true;
        let public = DecodingKey::from_rsa_pem(key.public_key_pem().as_bytes()).unwrap();
        let decoded = jsonwebtoken::decode::<Value>(&assertion, &public, &validation).unwrap();
        let wrong = DecodingKey::from_rsa_pem(other_key.public_key_pem().as_bytes()).unwrap();
        assert!(jsonwebtoken::decode::<Value>(&assertion, &wrong, &validation).is_err());
        let thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(own.der()));
        assert_eq!(decoded.header.x5t_s256, Some(thumbprint));
        let claims = decoded.claims;
        assert_eq!(claims["sub"], CLIENT);
        let (from, to) = (claims["nbf"].as_u64().unwrap(), claims["exp"].as_u64().unwrap());
        assert_eq!(to - from, 600);
        assert!(seen.insert(claims["jti"].as_str().unwrap().to_owned()));
    }
}

#[tokio::test]
async fn a_refused_statement_is_not_shown() {
    let service = StandIn::new(|asked: &Asked| {
        let words = format!("Bad assertion {}.", asked.field("client_assertion"));
        Reply::Json(401, refusal("invalid_client", 700_027, &words))
    })
    .await;
    let (key, own) = certificate();
    let method = Method::Certificate(format!("{}{}", key.serialize_pem(), own.pem()).into());
    let (error, refusal) = refused(world().sign_in(&service, method).token(&exchange()).await);
    assert_eq!(refusal.words, "AADSTS700027: Bad assertion ....");
    assert_eq!(error.help(), [advice(700_027).unwrap()]);
    assert!(!format!("{error:?}").contains(&service.asked()[0].field("client_assertion")));
}

#[tokio::test]
async fn a_certificate_that_cannot_sign_is_refused_before_anything_is_sent() {
    let (key, own) = certificate();
    let (_, other) = certificate();
    let elliptic = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
    let (key, own, other) = (key.serialize_pem(), own.pem(), other.pem());
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    let cases = [
        (format!("{key}{other}"), "the private key belongs to another certificate"),
        (own.clone(), "there is no private key with it"),
        (key.clone(), "there is a private key but no certificate"),
        (format!("{encrypted}{own}"), "its private key is encrypted"),
        (format!("{}{own}", elliptic.serialize_pem()), "its private key is no RSA key"),
        (String::new(), "there is no private key with it"),
        ("-----BEGIN -----END -----BEGIN X-----".into(), "there is no private key with it"),
        (key[..200].to_owned(), "there is no private key with it"),
    ];
    for (pem, why) in cases {
        let service = StandIn::scripted([]).await;
        let sign_in = world().sign_in(&service, Method::Certificate(pem.into()));
        let error = failed(sign_in.token(&exchange()).await);
        assert_eq!(error, SignInError::Certificate(why));
        assert!(service.asked().is_empty());
    }
}

/// Sends bytes to the listener as a browser, or whoever, would; the answer's first line and all of it.
async fn knock(url: &Url, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).await.unwrap();
    // A listener that closes early may reset the connection behind its answer.
    drop(stream.write_all(request.as_bytes()).await);
    let mut bytes = Vec::new();
    drop(stream.read_to_end(&mut bytes).await);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (text.lines().next().unwrap_or_default().to_owned(), text)
}

/// The page that a person is shown. Whoever breaks this shall see a failure, not a test that hangs.
async fn asked_for(urls: &mut mpsc::UnboundedReceiver<Url>) -> Url {
    let shown = tokio::time::timeout(Duration::from_secs(60), urls.recv()).await;
    shown.expect("somebody is asked to sign in").unwrap()
}

/// The values of a sign-in page's address, and where it sends the browser.
fn page(url: &Url) -> (BTreeMap<String, String>, Url) {
    let values: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
    let redirect = Url::parse(&values["redirect_uri"]).unwrap();
    (values, redirect)
}

/// A person who signs in as soon as the page is shown.
async fn sign_in_at(urls: &mut mpsc::UnboundedReceiver<Url>, challenge: &Mutex<String>) {
    let url = asked_for(urls).await;
    let (values, redirect) = page(&url);
    challenge.lock().unwrap().clone_from(&values["code_challenge"]);
    let request = format!("GET /?code=canary-code&state={} HTTP/1.1\r\n\r\n", values["state"]);
    assert_eq!(knock(&redirect, &request).await.0, "HTTP/1.1 200 OK");
}

/// A service that redeems a code only for the verifier of the challenge.
async fn service_with_pkce(challenge: &Arc<Mutex<String>>) -> StandIn {
    let challenge = Arc::clone(challenge);
    StandIn::new(move |asked: &Asked| match asked.field("grant_type").as_str() {
        "authorization_code" => {
            let digest = Sha256::digest(asked.field("code_verifier"));
            if URL_SAFE_NO_PAD.encode(digest) == *challenge.lock().unwrap() {
                token("person")
            } else {
                let words = format!("{} {}", asked.field("code"), asked.body);
                Reply::Json(400, refusal("invalid_grant", 501_481, &words))
            }
        }
        "refresh_token" => token("refreshed"),
        _ => refuse("unsupported_grant_type", 70003),
    })
    .await
}

#[tokio::test]
async fn the_browser_brings_a_code_whatever_else_knocks() {
    let challenge = Arc::new(Mutex::new(String::new()));
    let service = service_with_pkce(&challenge).await;
    let mut world = world();
    let sign_in = world.sign_in(&service, Method::Browser);
    let audience = graph(&["User.Read", "Application.ReadWrite.All"]);
    let person = async {
        let url = asked_for(&mut world.urls).await;
        assert!(
            url.as_str()
                .starts_with(&format!("{}/{TENANT}/oauth2/v2.0/authorize?", service.origin))
        );
        let (values, redirect) = page(&url);
        assert_eq!(values["response_type"], "code");
        assert_eq!(values["response_mode"], "query");
        assert_eq!(values["code_challenge_method"], "S256");
        assert_eq!(values["prompt"], "select_account");
        assert_eq!(values["client_id"], CLIENT);
        assert_eq!(
            values["scope"],
            "https://graph.microsoft.com/User.Read \
             https://graph.microsoft.com/Application.ReadWrite.All offline_access"
        );
        assert_eq!(redirect.host_str(), Some("localhost"));
        challenge.lock().unwrap().clone_from(&values["code_challenge"]);
        let state = &values["state"];

        let address = ("127.0.0.1", redirect.port().unwrap());
        let idle = TcpStream::connect(address).await.unwrap();
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(format!("GET /?code=canary&state={state} HTT").as_bytes()).await.unwrap();
        half.shutdown().await.unwrap();
        let huge = format!("GET /?x={} HTTP/1.1\r\n", "y".repeat(20_000));
        let foreign = [
            ("GET /favicon.ico HTTP/1.1\r\n\r\n".to_owned(), "404"),
            (format!("GET /other?code=c&state={state} HTTP/1.1\r\n\r\n"), "404"),
            (format!("GET //evil/?code=c&state={state} HTTP/1.1\r\n\r\n"), "404"),
            ("GET /?code=c&state=wrong HTTP/1.1\r\n\r\n".to_owned(), "400"),
            ("GET /?error=access_denied&state=wrong HTTP/1.1\r\n\r\n".to_owned(), "400"),
            ("GET /?error=access_denied HTTP/1.1\r\n\r\n".to_owned(), "400"),
            ("GET /?code=c HTTP/1.1\r\n\r\n".to_owned(), "400"),
            (format!("GET /?state={state} HTTP/1.1\r\n\r\n"), "400"),
            (format!("GET /?code=&state={state} HTTP/1.1\r\n\r\n"), "400"),
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), "400"),
            (format!("POST /?code=c&state={state} HTTP/1.1\r\n\r\n"), "405"),
            ("\u{0}\u{1}\u{2}\r\n\r\n".to_owned(), "400"),
        ];
        for (request, status) in foreign {
            let (line, _) = knock(&redirect, &request).await;
            assert!(line.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {line}");
        }
        knock(&redirect, &huge).await;

        let right = format!(
            "GET /?code=canary-code&state={state}&session_state=s HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        let (line, text) = knock(&redirect, &right).await;
        assert_eq!(line, "HTTP/1.1 200 OK");
        assert!(text.contains("You are signed in. Close this window."), "{text}");
        assert!(text.contains("Cache-Control: no-store"), "{text}");
        assert!(!text.contains(CANARY), "{text}");
        drop(idle);
        values["redirect_uri"].clone()
    };
    let (outcome, redirect) = tokio::join!(sign_in.token(&audience), person);
    assert_eq!(outcome.unwrap().expose(), jwt("person"));
    let asked = service.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].field("redirect_uri"), redirect);
    assert_eq!(asked[0].field("code"), "canary-code");
    assert!(asked[0].field("code_verifier").len() >= 43);
}

#[tokio::test]
async fn a_second_resource_takes_the_refresh_token_and_not_the_person() {
    let challenge = Arc::new(Mutex::new(String::new()));
    let service = service_with_pkce(&challenge).await;
    let mut world = world();
    let sign_in = world.sign_in(&service, Method::Browser);
    let audience = graph(&["User.Read", "Application.ReadWrite.All"]);
    let (first, ()) =
        tokio::join!(sign_in.token(&audience), sign_in_at(&mut world.urls, &challenge));
    first.unwrap();
    // Fewer rights of the same resource are in the token that is there.
    sign_in.token(&graph(&["User.Read"])).await.unwrap();
    assert_eq!(service.asked().len(), 1);
    let second = sign_in.token(&exchange()).await.unwrap();
    assert_eq!(second.expose(), jwt("refreshed"));
    let asked = service.asked();
    assert_eq!(asked[1].field("grant_type"), "refresh_token");
    assert_eq!(asked[1].field("refresh_token"), "canary-refresh-person");
    assert_eq!(
        asked[1].field("scope"),
        "https://outlook.office365.com/Exchange.Manage offline_access"
    );
    sign_in.fresh_token(&audience).await.unwrap();
    assert_eq!(service.asked()[2].field("refresh_token"), "canary-refresh-refreshed");
    // A right of the same name at another resource is another right.
    let other = Audience { resource: exchange().resource, scopes: vec!["User.Read".into()] };
    sign_in.token(&other).await.unwrap();
    assert_eq!(service.asked().len(), 4);
    assert!(world.urls.try_recv().is_err(), "nobody was asked again");
}

#[tokio::test]
async fn a_refresh_token_that_is_not_accepted_brings_the_person_back() {
    let service = StandIn::new(|asked: &Asked| match asked.field("grant_type").as_str() {
        "refresh_token" => refuse("invalid_grant", 700_082),
        _ => token("person"),
    })
    .await;
    let challenge = Mutex::new(String::new());
    let mut world = world();
    let sign_in = world.sign_in(&service, Method::Browser);
    for audience in [graph(&["User.Read"]), exchange()] {
        let person = sign_in_at(&mut world.urls, &challenge);
        let (outcome, ()) = tokio::join!(sign_in.token(&audience), person);
        outcome.unwrap();
    }
    let grants: Vec<_> = service.asked().iter().map(|it| it.field("grant_type")).collect();
    assert_eq!(grants, ["authorization_code", "refresh_token", "authorization_code"]);

    let broken = StandIn::new(|asked: &Asked| match asked.field("grant_type").as_str() {
        "refresh_token" => {
            let words = format!("no {}", asked.field("refresh_token"));
            Reply::Json(400, refusal("unauthorized_client", 65002, &words))
        }
        _ => token("person"),
    })
    .await;
    let sign_in = world.sign_in(&broken, Method::Browser);
    let person = sign_in_at(&mut world.urls, &challenge);
    let all = graph(&[]);
    let (outcome, ()) = tokio::join!(sign_in.token(&all), person);
    outcome.unwrap();
    let (_, refusal) = refused(sign_in.token(&exchange()).await);
    assert_eq!(refusal.words, "AADSTS65002: no ...");
}

#[tokio::test]
async fn a_code_for_another_verifier_is_refused() {
    let challenge = Arc::new(Mutex::new(String::new()));
    let service = service_with_pkce(&challenge).await;
    let mut world = world();
    let sign_in = world.sign_in(&service, Method::Browser);
    let person = async {
        let url = asked_for(&mut world.urls).await;
        let (values, redirect) = page(&url);
        "of another sign-in".clone_into(&mut challenge.lock().unwrap());
        let request = format!("GET /?code=canary-code&state={} HTTP/1.1\r\n\r\n", values["state"]);
        knock(&redirect, &request).await
    };
    let all = graph(&[]);
    let (outcome, _) = tokio::join!(sign_in.token(&all), person);
    let (error, refusal) = refused(outcome);
    assert_eq!(refusal.code, Some(501_481));
    let verifier = service.asked()[0].field("code_verifier");
    assert!(!format!("{error:?}").contains(&verifier));
}

#[tokio::test]
async fn a_refusal_in_the_browser_is_shown_without_being_run() {
    let service = StandIn::scripted([]).await;
    let mut world = world();
    let sign_in = world.sign_in(&service, Method::Browser);
    let person = async {
        let url = asked_for(&mut world.urls).await;
        let (values, redirect) = page(&url);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("error", "access_denied")
            .append_pair(
                "error_description",
                "AADSTS53003: <script>alert('x')</script>\r\nTrace ID: 1",
            )
            .append_pair("state", &values["state"])
            .finish();
        knock(&redirect, &format!("GET /?{query} HTTP/1.1\r\n\r\n")).await.1
    };
    let all = graph(&[]);
    let (outcome, text) = tokio::join!(sign_in.token(&all), person);
    assert!(!text.contains("<script"), "{text}");
    assert!(text.contains("&lt;script&gt;alert(&#39;x&#39;)"), "{text}");
    let (error, refusal) = refused(outcome);
    assert_eq!((refusal.error.as_str(), refusal.code), ("access_denied", Some(53003)));
    assert_eq!(error.help().len(), 2);
    assert!(error.help()[1].starts_with("sign in with the device code"), "{:?}", error.help());
    assert!(service.asked().is_empty());
}

#[tokio::test]
async fn nobody_at_the_browser_ends_the_waiting() {
    let service = StandIn::scripted([]).await;
    let mut world = world();
    world.outside.browser = Duration::from_millis(10);
    let error = failed(world.sign_in(&service, Method::Browser).token(&graph(&[])).await);
    assert_eq!(error, SignInError::Nobody(Duration::from_millis(10)));
    assert!(world.urls.try_recv().is_ok(), "somebody could have signed in");
}

/// The start of a device code.
fn device_code(interval: u64, valid: u64) -> Reply {
    Reply::Json(
        200,
        json!({
            "device_code": "canary-device", "user_code": "ABCD1234",
            "verification_uri": "https://microsoft.com/devicelogin",
            "expires_in": valid, "interval": interval,
            "message": "To sign in, use a web browser and enter ABCD1234.",
        }),
    )
}

#[tokio::test]
async fn a_device_code_is_waited_for_at_the_pace_that_the_service_asks_for() {
    let pending = || refuse("authorization_pending", 70016);
    let service = StandIn::scripted([
        device_code(5, 900),
        pending(),
        refuse("slow_down", 1),
        pending(),
        token("person"),
    ])
    .await;
    let world = world();
    let sign_in = world.sign_in(&service, Method::DeviceCode);
    let token = sign_in.token(&graph(&["User.Read"])).await.unwrap();
    assert_eq!(token.expose(), jwt("person"));
    assert_eq!(world.seconds(), [5, 5, 10, 10]);
    assert_eq!(
        *world.messages.borrow(),
        ["To sign in, use a web browser and enter ABCD1234. \
          [https://microsoft.com/devicelogin ABCD1234 900]"]
    );
    let asked = service.asked();
    assert_eq!(asked[0].line, "POST /contoso.com/oauth2/v2.0/devicecode");
    assert_eq!(asked[0].field("client_id"), CLIENT);
    assert_eq!(asked[0].field("scope"), "https://graph.microsoft.com/User.Read offline_access");
    assert_eq!(asked[1].line, "POST /contoso.com/oauth2/v2.0/token");
    assert_eq!(asked[1].field("grant_type"), "urn:ietf:params:oauth:grant-type:device_code");
    assert_eq!(asked[1].field("device_code"), "canary-device");
    assert_eq!(asked[1].field("client_id"), CLIENT);
    // The refresh token serves here, too.
    sign_in.token(&exchange()).await.unwrap();
    assert_eq!(service.asked()[5].field("refresh_token"), "canary-refresh-person");
}

#[tokio::test]
async fn a_device_code_that_is_not_accepted_ends_the_waiting() {
    for error in ["authorization_declined", "access_denied", "bad_verification_code"] {
        let service = StandIn::scripted([
            device_code(1, 900),
            Reply::Json(400, json!({"error": error, "error_description": "no canary-device"})),
        ])
        .await;
        let sign_in = world().sign_in(&service, Method::DeviceCode);
        let (told, refusal) = refused(sign_in.token(&graph(&[])).await);
        assert_eq!((refusal.error.as_str(), refusal.words.as_str()), (error, "no ..."));
        assert_eq!(told.help().len(), 1);
    }
    let blocked = [device_code(1, 900), refuse("invalid_grant", 53003)];
    let service = StandIn::scripted(blocked).await;
    let (told, _) = refused(world().sign_in(&service, Method::DeviceCode).token(&graph(&[])).await);
    assert!(told.help()[1].starts_with("sign in with the browser instead"), "{:?}", told.help());

    let service = StandIn::scripted([refuse("unauthorized_client", 700_016)]).await;
    let (told, _) = refused(world().sign_in(&service, Method::DeviceCode).token(&graph(&[])).await);
    assert!(told.may_be_replication());
}

#[tokio::test]
async fn a_device_code_is_not_waited_for_longer_than_it_is_valid() {
    let pending = |asked: &Asked| {
        if asked.line.ends_with("devicecode") {
            device_code(0, 7)
        } else {
            refuse("authorization_pending", 70016)
        }
    };
    let service = StandIn::new(pending).await;
    let world = world();
    let error = failed(world.sign_in(&service, Method::DeviceCode).token(&graph(&[])).await);
    assert_eq!(error, SignInError::Expired(Duration::from_secs(7)));
    // The service asked for no pause at all; there is one all the same.
    assert_eq!(world.seconds(), [1; 7]);

    let expired = [device_code(5, 900), refuse("expired_token", 70019)];
    let service = StandIn::scripted(expired).await;
    let error = failed(world.sign_in(&service, Method::DeviceCode).token(&graph(&[])).await);
    assert_eq!(error, SignInError::Expired(Duration::from_secs(900)));
}

#[tokio::test]
async fn the_start_of_a_device_code_may_be_anything_but_is_not_shown() {
    for (body, what) in [
        (json!({"device_code": "canary"}), "no `user_code`"),
        (json!({"device_code": ["canary"]}), "something that is no token"),
    ] {
        let service = StandIn::scripted([Reply::Json(200, body)]).await;
        let error = failed(world().sign_in(&service, Method::DeviceCode).token(&graph(&[])).await);
        assert_eq!(error.to_string(), format!("`127.0.0.1` answered 200 with {what}"));
    }
}

#[tokio::test]
async fn a_managed_identity_is_asked_on_this_machine() {
    let service = StandIn::new(|_| {
        let body = json!({
            "access_token": jwt("machine"), "expires_in": "3599", "expires_on": "1795000000",
            "resource": "https://graph.microsoft.com", "token_type": "Bearer",
        });
        Reply::Json(200, body)
    })
    .await;
    let mut world = world();
    world.outside.managed_identity.clone_from(&service.origin);
    let sign_in = world.sign_in(&service, Method::ManagedIdentity);
    sign_in.token(&graph(&[])).await.unwrap();
    assert_eq!(sign_in.token(&graph(&[])).await.unwrap().expose(), jwt("machine"));
    let asked = service.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        asked[0].line,
        "GET /metadata/identity/oauth2/token?api-version=2018-02-01&\
         resource=https%3A%2F%2Fgraph.microsoft.com"
    );
    assert_eq!(asked[0].headers["metadata"], "true");
}

#[tokio::test]
async fn a_machine_without_an_identity_is_told_so() {
    let body = json!({"error": "invalid_request", "error_description": "Identity not found"});
    let updating = Reply::Json(410, json!({"error": "gone"}));
    let service = StandIn::scripted([updating, Reply::Json(400, body)]).await;
    let mut world = world();
    world.outside.managed_identity.clone_from(&service.origin);
    let sign_in = world.sign_in(&service, Method::ManagedIdentity);
    let (_, refusal) = refused(sign_in.token(&graph(&[])).await);
    assert_eq!((refusal.words.as_str(), refusal.way), ("Identity not found", Way::ManagedIdentity));

    let (_held, origin) = deaf();
    world.outside.managed_identity = origin;
    let error = failed(world.sign_in(&service, Method::ManagedIdentity).token(&graph(&[])).await);
    assert!(matches!(error, SignInError::NoManagedIdentity(_)), "{error}");
    assert_eq!(world.seconds(), [1], "a machine that is elsewhere is not waited for");
}

/// A program in the place of the Azure CLI.
///
/// Another process writes it: a file that this one has open for writing cannot be started while a child that another
/// test is about to start still has it open, too.
#[cfg(unix)]
fn azure_cli(folder: &tempfile::TempDir, script: &str) -> std::ffi::OsString {
    use std::io::Write;
    use std::process::{Command, Stdio};

    let path = folder.path().join("az");
    let mut writer = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod +x \"$0\""])
        .arg(&path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = writer.stdin.take().unwrap();
    input.write_all(format!("#!/bin/sh\n{script}\n").as_bytes()).unwrap();
    drop(input);
    assert!(writer.wait().unwrap().success());
    path.into()
}

#[cfg(unix)]
#[tokio::test]
async fn the_azure_cli_is_asked_for_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let service = StandIn::scripted([]).await;
    let mut world = world();
    let arguments = folder.path().join("arguments");
    let output = json!({
        "accessToken": jwt("cli"), "expiresOn": "2026-11-23 12:00:00.000000",
        "expires_on": 4_000_000_000_u64, "tenant": TENANT, "tokenType": "Bearer",
    });
    // It would wait for ever if its input were open.
    let script =
        format!("cat\nprintf '%s\\n' \"$@\" >> '{}'\necho '{output}'", arguments.display());
    world.outside.azure_cli_program = azure_cli(&folder, &script);
    let sign_in = world.sign_in(&service, Method::AzureCli);
    assert_eq!(sign_in.token(&graph(&[])).await.unwrap().expose(), jwt("cli"));
    sign_in.token(&graph(&[])).await.unwrap();
    let written = std::fs::read_to_string(arguments).unwrap();
    assert_eq!(
        written.lines().collect::<Vec<_>>(),
        [
            "account",
            "get-access-token",
            "--output",
            "json",
            "--resource",
            "https://graph.microsoft.com",
            "--tenant",
            TENANT
        ]
    );
}

#[cfg(unix)]
#[tokio::test]
async fn an_azure_cli_without_a_token_is_told_in_words() {
    use mimeo::execute::sign_in::error::CliError;

    let folder = tempfile::tempdir().unwrap();
    let service = StandIn::scripted([]).await;
    let mut world = world();
    let cases = [
        (
            "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1",
            CliError::NotSignedIn,
        ),
        (
            "echo 'ERROR: AADSTS50076: MFA. Trace ID: x' >&2; echo 'To sign in, run az login' >&2; exit 1",
            CliError::Failed("AADSTS50076: MFA.".into()),
        ),
        ("exit 3", CliError::Failed("it gave no reason".into())),
        ("echo '{\"canary\": 1}'", CliError::Output),
        ("echo '{\"accessToken\": \"canary\\nX\"}'", CliError::Output),
    ];
    for (script, wanted) in cases {
        world.outside.azure_cli_program = azure_cli(&folder, script);
        let error = failed(world.sign_in(&service, Method::AzureCli).token(&graph(&[])).await);
        assert_eq!(error, SignInError::AzureCli(wanted));
        let known =
            !matches!(&error, SignInError::AzureCli(CliError::Failed(it)) if it.starts_with("it"));
        assert_eq!(error.help().len(), usize::from(known), "{error}");
    }
    world.outside.azure_cli_program = azure_cli(&folder, "exec sleep 600");
    world.outside.azure_cli = Duration::from_millis(10);
    let error = failed(world.sign_in(&service, Method::AzureCli).token(&graph(&[])).await);
    assert_eq!(error, SignInError::AzureCli(CliError::Slow(Duration::from_millis(10))));
    world.outside.azure_cli_program = folder.path().join("none").into();
    let error = failed(world.sign_in(&service, Method::AzureCli).token(&graph(&[])).await);
    assert_eq!(error, SignInError::AzureCli(CliError::NotInstalled));
}

#[test]
fn a_tenant_or_an_authority_that_means_something_else_is_refused() {
    let prepare = |tenant: &str, login: &str| {
        let application = Application { client_id: CLIENT.into(), tenant: tenant.into() };
        let mut endpoints = Endpoints::of("global").unwrap();
        login.clone_into(&mut endpoints.login);
        SignIn::new(application, &endpoints, Method::Browser, world().outside).map(drop)
    };
    let login = "https://login.microsoftonline.com";
    assert_eq!(prepare("contoso.onmicrosoft.com", login), Ok(()));
    assert_eq!(prepare("0a1b2c3d-0000-0000-0000-000000000000", login), Ok(()));
    for tenant in ["", "-x", "--help", "../common", "a b", "a/b", "a?b", "a%2fb", "..", "a&calc"] {
        assert_eq!(prepare(tenant, login), Err(SignInError::Tenant(tenant.into())));
    }
    for login in ["http://login.example.com", "no address", "ftp://localhost.example.com"] {
        assert_eq!(prepare("contoso.com", login), Err(SignInError::Authority(login.into())));
    }
}

#[test]
fn every_code_has_one_piece_of_advice_that_reads_as_one() {
    let mut seen = BTreeSet::new();
    for (codes, advice) in ADVICE {
        assert!(!codes.is_empty());
        assert!(advice.starts_with(|it: char| it.is_ascii_lowercase()), "{advice}");
        assert!(!advice.ends_with('.') && !advice.contains(['\n', '\t']), "{advice}");
        assert!(!advice.contains("  "), "{advice}");
        for code in *codes {
            assert!(seen.insert(*code), "{code} stands there twice");
        }
    }
    for code in REPLICATION.iter().chain(CONDITIONAL_ACCESS).chain(TRANSIENT) {
        assert!(seen.contains(code), "{code}");
    }
    assert_eq!(advice(1), None);
    assert!(seen.len() >= 65, "{}", seen.len());
}
