//! Answers that no Microsoft service gives by itself, but a proxy in between or a bad day: the client for Graph against a
//! server that says them.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::rc::Rc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper_util::rt::TokioIo;
use mimeo::execute::cloud::Endpoints;
use mimeo::execute::graph::{Client, Request, Sent};
use mimeo::execute::pace::Pace;
use mimeo::execute::simulate::tenant::service::Service;
use mimeo::execute::simulate::world::Shared;
use mimeo::plan::op;

use super::undo::{local, plan, sessions, world};

/// What the server says, one after the other; the last again and again.
struct Said {
    status: u16,
    header: (&'static str, String),
    bytes: usize,
}

/// Reads from a server that says this: what the client makes of it, the waits in seconds, and the requests that arrived.
fn read(said: Vec<Said>) -> (Result<u16, (String, String)>, Vec<u32>, usize) {
    let plan = plan();
    local(async {
        let service = Service::start(Shared::new(world(&plan))).await.expect("a port");
        let mut endpoints = service.endpoints(Endpoints::of("global").expect("it is known"));
        let count = Rc::new(Cell::new(0));
        endpoints.graph = serve(said, count.clone()).await;
        let pace = Pace::scaled(0.0);
        let sessions = sessions(&plan, &endpoints, &pace);
        let never = reqwest::redirect::Policy::none();
        let http = reqwest::Client::builder().redirect(never).build().expect("it is made");
        let client = Client::new(http, endpoints, pace);
        let request = Request {
            service: op::Service::Graph,
            method: op::Method::Get,
            path: "/v1.0/organization".to_owned(),
            headers: Vec::new(),
            body: None,
            expect: vec![200],
            repeatable: true,
            recent: false,
        };
        let waits = RefCell::new(Vec::new());
        let mut waiting = |_: &str, seconds: u32| waits.borrow_mut().push(seconds);
        let sent = client.send(&request, &sessions, &mut waiting).await;
        let outcome = match sent {
            Ok(Sent::Reply(reply)) if reply.status == 200 => Ok(200),
            Ok(Sent::Reply(reply)) => {
                let failure = mimeo::execute::graph::refused(&request, &reply);
                Err((failure.code.name.to_owned(), failure.message))
            }
            Ok(Sent::Uncertain(failure)) | Err(failure) => {
                Err((failure.code.name.to_owned(), failure.message))
            }
        };
        (outcome, waits.into_inner(), count.get())
    })
}

async fn serve(said: Vec<Said>, count: Rc<Cell<usize>>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let origin = format!("http://{}", listener.local_addr().expect("it is bound"));
    let said = Rc::new(said);
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (said, count) = (said.clone(), count.clone());
            let answer = hyper::service::service_fn(move |_: hyper::Request<Incoming>| {
                let said = &said[count.get().min(said.len() - 1)];
                count.set(count.get() + 1);
                let mut body = br#"{"value":[]}"#.to_vec();
                body.resize(said.bytes.max(body.len()), b' ');
                let response = hyper::Response::builder()
                    .status(said.status)
                    .header(said.header.0, &said.header.1)
                    .body(Full::new(Bytes::from(body)))
                    .expect("it is whole");
                async move { Ok::<_, Infallible>(response) }
            });
            let served = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), answer);
            tokio::task::spawn_local(async move { served.await.unwrap_or_default() });
        }
    });
    origin
}

fn said(status: u16, name: &'static str, value: impl Into<String>) -> Said {
    Said { status, header: (name, value.into()), bytes: 0 }
}

#[test]
fn a_wait_may_be_asked_for_as_a_date() {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(100);
    let date = at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let (outcome, waits, requests) =
        read(vec![said(429, "Retry-After", date), said(200, "X-Test", "1")]);
    assert_eq!((outcome, requests), (Ok(200), 2));
    assert!(matches!(waits[..], [90..=100]), "{waits:?}");
}

#[test]
fn a_date_that_has_passed_is_no_wait() {
    let past = "Wed, 21 Oct 2015 07:28:00 GMT";
    let (outcome, waits, _) = read(vec![said(503, "Retry-After", past), said(200, "X-Test", "1")]);
    assert_eq!((outcome, waits), (Ok(200), vec![0]));
}

#[test]
fn a_wait_that_nobody_would_wait_is_told_at_once() {
    for asked in ["3600", "18446744073709551616", "99999999999999999999999999"] {
        let (outcome, waits, requests) = read(vec![said(429, "Retry-After", asked)]);
        let (code, _) = outcome.expect_err("it is too long");
        assert_eq!((code.as_str(), waits.len(), requests), ("graph-busy", 0, 1), "{asked}");
    }
}

#[test]
fn an_answer_that_is_too_large_is_read_once() {
    let (outcome, waits, requests) =
        read(vec![Said { bytes: 9 << 20, ..said(200, "X-Test", "1") }]);
    let (code, message) = outcome.expect_err("it is too large");
    assert_eq!((code.as_str(), waits.len(), requests), ("graph-unreadable", 0, 1));
    assert_eq!(message, "an answer cannot be read: it has more than 8 MiB");
}

#[test]
fn where_a_proxy_sends_on_to_is_told() {
    let login = "https://login.proxy.contoso.com/sign-in?back=1";
    let (outcome, _, requests) = read(vec![said(302, "Location", login)]);
    let (code, message) = outcome.expect_err("Graph sends nobody on");
    assert_eq!((code.as_str(), requests), ("graph-unreadable", 1));
    assert_eq!(message, "an answer cannot be read: it sends on to `login.proxy.contoso.com`");
}
