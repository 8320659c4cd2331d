//! The calls through Prism, which holds them to Microsoft's metadata.
//!
//! Prism is a proxy here: it lets a call pass only if the request and the answer fit the contract in `tests/prism`. It answers
//! a wrong request itself, and tells in the header `sl-violations` what is wrong with an answer. A schema that it cannot read
//! it does not check, and says nothing of it; so every operation of the contract must also refuse an answer that is wrong.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::path::PathBuf;
use std::process::Stdio;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use super::{ALL, Bench, EXCHANGE, FULL_ACCESS, Got, Value, json, send, text};
use crate::support::root;

const CONTRACT: &str = "tests/prism/graph-subset.yaml";
const NAME: &str = "mim-service-mailbox-client-access";
const ID: &str = "99999999-0000-4000-8000-000000000000";

/// The program, if it is named. `.ci/prism` installs it and names it.
#[expect(clippy::print_stderr, reason = "a test that does not run says so")]
fn program() -> Option<PathBuf> {
    let program = std::env::var_os("MIMEO_PRISM").map(PathBuf::from).filter(|it| it.exists());
    if program.is_none() {
        eprintln!("prism: skipped, MIMEO_PRISM does not name the program; .ci/prism installs it");
    }
    program
}

/// Prism before an origin. It is killed when it is dropped.
struct Prism {
    origin: String,
    _child: Child,
}

impl Prism {
    async fn before(program: PathBuf, upstream: &str) -> Self {
        // The port is free when Prism asks for it, unless another program takes it in between.
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let mut child = Command::new(program)
            .args(["proxy", "--errors", "-h", "127.0.0.1", "-p", &port.to_string(), CONTRACT])
            .arg(upstream)
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().expect("Prism ended before it listened");
            if line.contains("Prism is listening") {
                break;
            }
        }
        // What it says is read on, so that its pipe does not fill.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Prism { origin: format!("http://127.0.0.1:{port}"), _child: child }
    }
}

fn violations(got: &Got) -> &str {
    got.header("sl-violations")
}

/// Whether Prism itself answered: a wrong request it does not let pass.
fn is_prisms(got: &Got) -> bool {
    got.header("content-type") == "application/problem+json"
}

fn passes(got: &Got, status: u16) {
    assert!(!is_prisms(got), "{got:?}");
    assert_eq!((got.status, violations(got)), (status, ""), "{got:?}");
}

/// Every page of a list. The links lead around the proxy, so their origin is replaced.
async fn pages(bench: &Bench, token: &str, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(path.to_owned());
    while let Some(path) = next {
        let got = bench.get(token, &path).await;
        passes(&got, 200);
        let page = got.json();
        all.extend(page["value"].as_array().unwrap().iter().cloned());
        let link = page["@odata.nextLink"].as_str();
        next = link.map(|it| it.split_once("/v1.0").unwrap().1.to_owned());
    }
    all
}

/// What answers a call that no read shows yet, then what does.
async fn shows(bench: &Bench, token: &str, path: &str) -> Got {
    passes(&bench.get(token, path).await, 404);
    let got = bench.get(token, path).await;
    passes(&got, 200);
    got
}

/// The program itself: `apply`, with Prism in the place of Graph. It comes as far as the server, which this is not.
#[tokio::test]
async fn what_apply_sends_passes() {
    const SCRIPT: &str = r#"
        cloud::global("contoso.onmicrosoft.com");
        license::entra_id();
        installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
        sql::database("sql.contoso.com");
        account::regular(`contoso\svcMIMService`, secret("service"));
        mail::office365()
            .mailbox("MIMService@contoso.onmicrosoft.com")
            .register_application("MIM Service mailbox client access", secret("application"));
        synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
        service::address("mim.contoso.com");
        portal::site("http://mim.contoso.com");
    "#;
    const VALUES: &str = "[secrets]\nservice = { env = \"SERVICE\" }\napplication = { file = \"application.txt\" }\n";
    let Some(program) = program() else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("contoso.rhai"), SCRIPT).unwrap();
    std::fs::write(folder.path().join("contoso.toml"), VALUES).unwrap();
    // Before the list of applications came, no script for Exchange is part of the plan.
    let given = ["contoso.rhai", "--values", "contoso.toml", "--as-of", "2026-05-01"];
    let tool = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    };
    let mut tenant = tool().arg("rehearse").args(given).arg("--serve").spawn().unwrap();
    let mut lines = BufReader::new(tenant.stdout.take().unwrap()).lines();
    let mut told = Vec::new();
    while !told.last().is_some_and(|it: &String| it.contains("--endpoint")) {
        told.push(lines.next_line().await.unwrap().expect("it says how it is reached"));
    }
    let value = |name: &str| told.iter().find_map(|it| it.strip_prefix(name)).unwrap().to_owned();
    let origin = told.last().unwrap().rsplit_once("exchange=").unwrap().1.trim().to_owned();
    let prism = Prism::before(program, &origin).await;
    let (login, exchange) = (format!("login={origin}"), format!("exchange={origin}"));
    let graph = format!("graph={}", prism.origin);
    let mut apply = tool();
    apply.arg("apply").args(given).args([
        "--yes",
        "--sign-in",
        "client-secret",
        "--output-format",
        "ndjson",
    ]);
    apply.args(["--endpoint", &login, "--endpoint", &graph, "--endpoint", &exchange]);
    apply
        .env("AZURE_CLIENT_ID", value("AZURE_CLIENT_ID="))
        .env("AZURE_CLIENT_SECRET", value("AZURE_CLIENT_SECRET="));
    apply.env("SERVICE", "not used here").env("TMPDIR", folder.path());
    let done = apply.output().await.unwrap();
    let events = String::from_utf8(done.stdout).unwrap();
    let ended: Vec<Value> = events
        .lines()
        .map(|it| serde_json::from_str::<Value>(it).unwrap())
        .filter(|it| matches!(it["event"].as_str(), Some("step_done" | "step_failed")))
        .map(|it| json!([it["step"], it["code"]]))
        .collect();
    let done = |step: &str| json!([step, null]);
    let steps = [
        "validate-license",
        "find-exchange",
        "read-secret-policy",
        "register-application",
        "create-service-principal",
        "grant-mailbox-access",
        "create-client-secret",
        "test-mailbox",
    ];
    let mut wanted: Vec<Value> = steps.map(done).to_vec();
    wanted.push(json!(["install", "server-other"]));
    assert_eq!(ended, wanted, "{events}");
}

#[tokio::test]
async fn a_whole_registration_passes_and_so_does_its_undoing() {
    let Some(program) = program() else { return };
    let mut bench = Bench::new().await;
    let token = bench.administrator(ALL).await;
    let prism = Prism::before(program, &bench.origin).await;
    bench.origin.clone_from(&prism.origin);

    let got = bench.get(&token, "/organization?$select=id,displayName,verifiedDomains").await;
    passes(&got, 200);
    passes(&bench.get(&token, "/me?$select=userType,userPrincipalName").await, 200);
    passes(&bench.get(&token, "/me").await, 200);
    passes(&bench.get(&token, "/organization").await, 200);
    assert_eq!(pages(&bench, &token, "/subscribedSkus").await.len(), 3);
    let select =
        "skuId,skuPartNumber,capabilityStatus,appliesTo,consumedUnits,prepaidUnits,servicePlans";
    assert_eq!(pages(&bench, &token, &format!("/subscribedSkus?$select={select}")).await.len(), 3);
    assert_eq!(pages(&bench, &token, "/directory/subscriptions").await.len(), 3);
    passes(&bench.get(&token, "/policies/defaultAppManagementPolicy").await, 200);
    let got = bench
        .get(&token, &format!("/servicePrincipals(appId='{EXCHANGE}')?$select=id,appRoles"))
        .await;
    passes(&got, 200);
    let exchange = text(&got, "id");
    let filter = "/applications?$filter=displayName%20eq%20%27MIM%20Service%20mailbox%20client%20access%27&$select=id,appId,uniqueName";
    assert_eq!(pages(&bench, &token, filter).await.len(), 0);

    let body = json!({
        "displayName": "MIM Service mailbox client access",
        "signInAudience": "AzureADMyOrg",
        "requiredResourceAccess": [{
            "resourceAppId": EXCHANGE,
            "resourceAccess": [{ "id": FULL_ACCESS, "type": "Role" }],
        }],
    });
    let got = bench.upsert(&token, NAME, &body).await;
    passes(&got, 201);
    let (id, app_id) = (text(&got, "id"), text(&got, "appId"));
    passes(&bench.upsert(&token, NAME, &body).await, 204);
    shows(&bench, &token, &format!("/applications(uniqueName='{NAME}')?$select=id,appId")).await;
    passes(&bench.get(&token, &format!("/applications/{id}")).await, 200);
    assert_eq!(pages(&bench, &token, filter).await.len(), 1);
    let change = json!({ "notes": "x" });
    let path = format!("/applications/{id}");
    passes(&send(bench.graph(&token, "PATCH", &path, Some(&change))).await, 204);

    let got = bench.post(&token, "/servicePrincipals", json!({ "appId": app_id })).await;
    passes(&got, 201);
    let principal = text(&got, "id");
    let again = bench.post(&token, "/servicePrincipals", json!({ "appId": app_id })).await;
    passes(&again, 409);
    shows(&bench, &token, &format!("/servicePrincipals(appId='{app_id}')?$select=id")).await;
    passes(&bench.get(&token, &format!("/servicePrincipals/{principal}")).await, 200);

    let base = format!("/servicePrincipals/{exchange}/appRoleAssignedTo");
    let grant =
        json!({ "principalId": principal, "resourceId": exchange, "appRoleId": FULL_ACCESS });
    let got = bench.post(&token, &base, grant.clone()).await;
    passes(&got, 201);
    passes(&bench.post(&token, &base, grant).await, 400);
    let list = format!(
        "/servicePrincipals/{principal}/appRoleAssignments?$select=id,appRoleId,resourceId"
    );
    assert_eq!(pages(&bench, &token, &list).await.len(), 0);
    assert_eq!(pages(&bench, &token, &list).await.len(), 1);
    assert_eq!(pages(&bench, &token, &base).await.len(), 1);
    let assignment = format!("{base}/{}", text(&got, "id"));

    let password = json!({ "passwordCredential": { "displayName": "MIM Service", "endDateTime": "2999-05-22T00:00:00Z" } });
    let got = bench.post(&token, &format!("{path}/addPassword"), password).await;
    passes(&got, 200);
    let key = json!({ "keyId": text(&got, "keyId") });
    passes(&bench.get(&token, &format!("{path}?$select=passwordCredentials")).await, 200);

    passes(&bench.post(&token, &format!("{path}/removePassword"), key).await, 204);
    passes(&bench.delete(&token, &assignment).await, 204);
    passes(&bench.delete(&token, &format!("/servicePrincipals/{principal}")).await, 204);
    passes(&bench.delete(&token, &path).await, 204);
    let item = format!("/directory/deletedItems/{id}");
    passes(&send(bench.graph(&token, "POST", &format!("{item}/restore"), None)).await, 200);
    passes(&bench.delete(&token, &path).await, 204);
    passes(&bench.delete(&token, &item).await, 204);
    passes(&bench.post(&token, "/applications", json!({ "displayName": "y" })).await, 201);

    // What is wrong in a body, Prism refuses before the tenant sees it.
    let sp = format!("/servicePrincipals/{ID}");
    for (method, path, wrong) in [
        ("POST", "/applications".to_owned(), json!({ "signInAudience": "AzureADMyOrg" })),
        ("PATCH", format!("/applications(uniqueName='{NAME}')"), json!({ "displayName": 7 })),
        ("PATCH", format!("/applications/{ID}"), json!({ "requiredResourcesAccess": [] })),
        ("POST", format!("/applications/{ID}/addPassword"), json!({ "displayName": "x" })),
        ("POST", format!("/applications/{ID}/removePassword"), json!({})),
        ("POST", "/servicePrincipals".to_owned(), json!({ "appID": ID })),
        ("POST", format!("{sp}/appRoleAssignedTo"), json!({ "principalId": ID, "appRoleId": ID })),
        ("POST", format!("{sp}/appRoleAssignments"), json!({ "principalId": "x" })),
    ] {
        let request = bench.graph(&token, method, &path, Some(&wrong));
        let got = send(request.header("Prefer", "create-if-missing")).await;
        assert!(is_prisms(&got) && got.status == 422, "{method} {path}: {got:?}");
    }
}

/// Every operation of the contract, by the method and the path of a right request, and its body.
fn operations() -> Vec<(&'static str, &'static str, String, Option<Value>)> {
    let app = format!("/applications/{ID}");
    let named = format!("/applications(uniqueName='{NAME}')");
    let sp = format!("/servicePrincipals/{ID}");
    let item = format!("/directory/deletedItems/{ID}");
    let grant = json!({ "principalId": ID, "resourceId": ID, "appRoleId": FULL_ACCESS });
    let name = json!({ "displayName": "x" });
    let plain = |path: &str| path.to_owned();
    vec![
        ("listSubscribedSkus", "GET", plain("/subscribedSkus"), None),
        ("listCompanySubscriptions", "GET", plain("/directory/subscriptions"), None),
        ("listOrganization", "GET", plain("/organization"), None),
        ("getMe", "GET", plain("/me"), None),
        ("listApplications", "GET", plain("/applications"), None),
        ("createApplication", "POST", plain("/applications"), Some(name.clone())),
        ("getApplicationByUniqueName", "GET", named.clone(), None),
        ("upsertApplication", "PATCH", named, Some(name.clone())),
        ("getApplication", "GET", app.clone(), None),
        ("updateApplication", "PATCH", app.clone(), Some(name)),
        ("deleteApplication", "DELETE", app.clone(), None),
        ("addPassword", "POST", format!("{app}/addPassword"), Some(json!({}))),
        ("removePassword", "POST", format!("{app}/removePassword"), Some(json!({ "keyId": ID }))),
        ("listServicePrincipals", "GET", plain("/servicePrincipals"), None),
        (
            "createServicePrincipal",
            "POST",
            plain("/servicePrincipals"),
            Some(json!({ "appId": ID })),
        ),
        ("getServicePrincipalByAppId", "GET", format!("/servicePrincipals(appId='{ID}')"), None),
        ("getServicePrincipal", "GET", sp.clone(), None),
        ("deleteServicePrincipal", "DELETE", sp.clone(), None),
        ("list_appRoleAssignments", "GET", format!("{sp}/appRoleAssignments"), None),
        (
            "grant_appRoleAssignments",
            "POST",
            format!("{sp}/appRoleAssignments"),
            Some(grant.clone()),
        ),
        ("revoke_appRoleAssignments", "DELETE", format!("{sp}/appRoleAssignments/x"), None),
        ("list_appRoleAssignedTo", "GET", format!("{sp}/appRoleAssignedTo"), None),
        ("grant_appRoleAssignedTo", "POST", format!("{sp}/appRoleAssignedTo"), Some(grant)),
        ("revoke_appRoleAssignedTo", "DELETE", format!("{sp}/appRoleAssignedTo/x"), None),
        (
            "getDefaultAppManagementPolicy",
            "GET",
            plain("/policies/defaultAppManagementPolicy"),
            None,
        ),
        ("purgeDeletedItem", "DELETE", item.clone(), None),
        ("restoreDeletedItem", "POST", format!("{item}/restore"), None),
        ("listGroups", "GET", plain("/groups"), None),
    ]
}

#[test]
fn every_operation_of_the_contract_is_tried() {
    let contract = std::fs::read_to_string(root().join(CONTRACT)).unwrap();
    let named = contract.lines().filter_map(|it| it.trim().strip_prefix("operationId: "));
    let tried: BTreeSet<_> = operations().iter().map(|it| it.0).collect();
    assert_eq!(named.collect::<BTreeSet<_>>(), tried);
}

/// Answers everything with an object that no type of Graph has.
async fn wrong_upstream() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = hyper::service::service_fn(|request: hyper::Request<_>| async move {
                let _: &hyper::Request<hyper::body::Incoming> = &request;
                // The status that a success of the method has, so that only the body is wrong.
                let status = match (request.method().as_str(), request.uri().path()) {
                    ("POST", path)
                        if path.ends_with("addPassword") || path.ends_with("restore") =>
                    {
                        200
                    }
                    ("POST" | "PATCH", _) => 201,
                    _ => 200,
                };
                let body = Full::new(Bytes::from(r#"{"value":[{"shoeSize":43}],"shoeSize":43}"#));
                let response = hyper::Response::builder()
                    .status(status)
                    .header("content-type", "application/json")
                    .body(body)
                    .unwrap();
                Ok::<_, Infallible>(response)
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    origin
}

#[tokio::test]
async fn prism_refuses_a_wrong_answer_of_every_operation() {
    let Some(program) = program() else { return };
    let mut bench = Bench::new().await;
    let prism = Prism::before(program, &wrong_upstream().await).await;
    bench.origin.clone_from(&prism.origin);
    let mut silent = Vec::new();
    for (operation, method, path, body) in operations() {
        let request = bench.graph("x.y.z", method, &path, body.as_ref());
        let got = send(request.header("Prefer", "create-if-missing")).await;
        if !violations(&got).contains(r#""response""#) {
            silent.push(format!("{operation}: {got:?}"));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}
