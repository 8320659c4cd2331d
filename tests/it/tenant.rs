//! The simulated tenant, asked over HTTP as Microsoft's services are.
#![expect(clippy::unwrap_used, reason = "what the tests share runs in tests only")]

use mimeo::execute::simulate::fault::Fault;
use mimeo::execute::simulate::tenant::service::Service;
use mimeo::execute::simulate::tenant::{EXCHANGE, FULL_ACCESS, GRAPH_COMMAND_LINE, Tenant};
use mimeo::execute::simulate::world::{Shared, World};
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde_json::{Value, json};

/// Exchange Web Services, and who may use them.
mod ews;
/// What goes wrong on request, and heals.
mod fault;
/// Microsoft Graph: every call, answered and refused.
mod graph;
/// The calls through Prism, which holds them to Microsoft's metadata.
mod prism;
/// The sign-in service: every grant, and its refusals.
mod sign_in;

const MAILBOX: &str = "MIMService@contoso.onmicrosoft.com";
const ADMINISTRATOR: &str = "admin@contoso.onmicrosoft.com";
const DOMAIN: &str = "contoso.onmicrosoft.com";

/// Everything that a registration asks for, and more.
const ALL: &str = "Application.ReadWrite.All AppRoleAssignment.ReadWrite.All Policy.Read.All LicenseAssignment.Read.All User.Read";

/// A tenant in which nothing is wrong.
fn contoso() -> World {
    let mailboxes = [MAILBOX.to_owned(), "other@contoso.onmicrosoft.com".to_owned()];
    World { tenant: Tenant::contoso(DOMAIN, ADMINISTRATOR, &mailboxes), ..World::default() }
}

/// A running tenant and a client.
struct Bench {
    shared: Shared,
    /// The origin that requests go to; a proxy may stand there.
    origin: String,
    http: reqwest::Client,
    _service: Service,
}

/// What came back.
#[derive(Debug)]
struct Got {
    status: u16,
    headers: reqwest::header::HeaderMap,
    text: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|it| it.to_str().unwrap()).unwrap_or_default()
    }

    /// The code of an error of Graph.
    fn code(&self) -> String {
        self.json()["error"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// `error` and the code of an error of the sign-in service.
    fn sign_in_error(&self) -> (String, u64) {
        let json = self.json();
        let name = json["error"].as_str().unwrap_or_default().to_owned();
        (name, json["error_codes"][0].as_u64().unwrap_or_default())
    }
}

async fn send(request: RequestBuilder) -> Got {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Got { status, headers, text: response.text().await.unwrap() }
}

impl Bench {
    async fn new() -> Self {
        Bench::of(Shared::new(contoso())).await
    }

    async fn with(fault: Fault) -> Self {
        let mut world = contoso();
        world.faults.insert(fault);
        Bench::of(Shared::new(world)).await
    }

    async fn of(shared: Shared) -> Self {
        let service = Service::start(shared.clone()).await.unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Bench { shared, origin: service.origin(), http, _service: service }
    }

    fn effects(&self) -> Vec<String> {
        self.shared.look().effects.clone()
    }

    /// A request to the token endpoint.
    async fn token(&self, form: &[(&str, &str)]) -> Got {
        let url = format!("{}/{DOMAIN}/oauth2/v2.0/token", self.origin);
        send(self.http.post(url).form(form)).await
    }

    /// The redirect of the authorize page.
    async fn authorize(&self, options: &[(&str, &str)]) -> Got {
        let mut url =
            Url::parse(&format!("{}/{DOMAIN}/oauth2/v2.0/authorize", self.origin)).unwrap();
        url.query_pairs_mut().extend_pairs(options);
        send(self.http.get(url)).await
    }

    /// A token for the administrator, as a browser gets it.
    async fn administrator(&self, scope: &str) -> String {
        let got = self.authorize(&sign_in::browser(scope)).await;
        let target = Url::parse(got.header("location")).unwrap();
        let code = target.query_pairs().find(|it| it.0 == "code").unwrap().1.into_owned();
        let got = self.token(&sign_in::redemption(&code)).await;
        got.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// A request to Graph.
    fn graph(&self, token: &str, method: &str, path: &str, body: Option<&Value>) -> RequestBuilder {
        let method: Method = method.parse().unwrap();
        let request = self.http.request(method, format!("{}/v1.0{path}", self.origin));
        let request = request.bearer_auth(token);
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    async fn get(&self, token: &str, path: &str) -> Got {
        send(self.graph(token, "GET", path, None)).await
    }

    async fn post(&self, token: &str, path: &str, body: Value) -> Got {
        send(self.graph(token, "POST", path, Some(&body))).await
    }

    async fn delete(&self, token: &str, path: &str) -> Got {
        send(self.graph(token, "DELETE", path, None)).await
    }

    async fn upsert(&self, token: &str, name: &str, body: &Value) -> Got {
        let path = format!("/applications(uniqueName='{name}')");
        let request = self.graph(token, "PATCH", &path, Some(body));
        send(request.header("Prefer", "create-if-missing")).await
    }

    /// Asks until what was written shows; it is counted how often it did not.
    async fn until_found(&self, token: &str, path: &str) -> (Got, u32) {
        for missed in 0..10 {
            let got = self.get(token, path).await;
            if got.status != 404 {
                return (got, missed);
            }
            assert_eq!(got.code(), "Request_ResourceNotFound");
        }
        panic!("{path} never showed");
    }

    /// An application with an enterprise application and a secret, all of them seen by every service.
    async fn application(&self, token: &str) -> Registered {
        let body = json!({ "displayName": "MIM Service mailbox client access" });
        let got = self.upsert(token, "mim-service-mailbox-client-access", &body).await;
        assert_eq!(got.status, 201, "{got:?}");
        let (id, app_id) = (text(&got, "id"), text(&got, "appId"));
        self.until_found(token, &format!("/applications/{id}")).await;
        let got = self.post(token, "/servicePrincipals", json!({ "appId": app_id })).await;
        assert_eq!(got.status, 201, "{got:?}");
        let principal = text(&got, "id");
        self.until_found(token, &format!("/servicePrincipals/{principal}")).await;
        let got = self.post(token, &format!("/applications/{id}/addPassword"), json!({})).await;
        assert_eq!(got.status, 200, "{got:?}");
        let (secret, key_id) = (text(&got, "secretText"), text(&got, "keyId"));
        Registered { id, app_id, principal, secret, key_id }
    }

    /// The enterprise application of Exchange Online.
    async fn exchange(&self, token: &str) -> String {
        let got =
            self.get(token, &format!("/servicePrincipals(appId='{EXCHANGE}')?$select=id")).await;
        text(&got, "id")
    }

    async fn grant(&self, token: &str, registered: &Registered) -> Got {
        let exchange = self.exchange(token).await;
        let path = format!("/servicePrincipals/{exchange}/appRoleAssignedTo");
        let body = json!({
            "principalId": registered.principal,
            "resourceId": exchange,
            "appRoleId": FULL_ACCESS,
        });
        self.post(token, &path, body).await
    }

    /// A token of an application for Exchange, asked for until the sign-in service knows it; with how often it did not.
    async fn mailbox_token(&self, registered: &Registered) -> (String, Vec<u64>) {
        let mut refused = Vec::new();
        for _ in 0..10 {
            let got = self.token(&sign_in::secret(&registered.app_id, &registered.secret)).await;
            if got.status == 200 {
                return (text(&got, "access_token"), refused);
            }
            refused.push(got.sign_in_error().1);
        }
        panic!("no token: {refused:?}");
    }
}

/// A registered application.
struct Registered {
    id: String,
    app_id: String,
    principal: String,
    secret: String,
    key_id: String,
}

fn text(got: &Got, property: &str) -> String {
    let json = got.json();
    json[property].as_str().unwrap_or_else(|| panic!("no `{property}` in {got:?}")).to_owned()
}

#[tokio::test]
async fn a_registration_leaves_its_effects_in_order_and_survives_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("world.json");
    let bench = Bench::of(Shared::kept(contoso(), &file)).await;
    let token = bench.administrator(ALL).await;
    let registered = bench.application(&token).await;
    assert_eq!(bench.grant(&token, &registered).await.status, 201);
    assert_eq!(
        bench.effects(),
        ["application created", "service principal created", "client secret added", "role granted"]
    );
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(!kept.contains(&registered.secret), "only a digest of a secret is kept");
    let world: World = serde_json::from_str(&kept).unwrap();
    assert_eq!(
        serde_json::to_value(&world).unwrap(),
        serde_json::to_value(&*bench.shared.look()).unwrap()
    );
    // Another process goes on where this one ended: the tokens, the secret and the application are still there.
    drop(bench);
    let bench = Bench::of(Shared::kept(world, &file)).await;
    let got = bench.get(&token, &format!("/applications/{}", registered.id)).await;
    assert_eq!(got.status, 200);
    bench.mailbox_token(&registered).await;
}

#[tokio::test]
async fn two_runs_make_the_same_identifiers() {
    let mut seen = Vec::new();
    for _ in 0..2 {
        let bench = Bench::new().await;
        let token = bench.administrator(ALL).await;
        let registered = bench.application(&token).await;
        seen.push([registered.id, registered.app_id, registered.principal, registered.key_id]);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_dropped_tenant_closes_its_port() {
    let bench = Bench::new().await;
    let (origin, http) = (bench.origin.clone(), bench.http.clone());
    assert_eq!(
        http.get(format!("{origin}/x")).send().await.unwrap().status(),
        StatusCode::NOT_FOUND
    );
    drop(bench);
    // The task that listens ends when the runtime turns to it.
    tokio::task::yield_now().await;
    assert!(http.get(format!("{origin}/x")).send().await.is_err());
}

#[tokio::test]
async fn a_huge_body_is_not_read() {
    let bench = Bench::new().await;
    let request = bench.http.post(format!("{}/EWS/Exchange.asmx", bench.origin));
    assert_eq!(send(request.body(vec![b' '; (1 << 20) + 1])).await.status, 413);
}
