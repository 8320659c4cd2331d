//! Requests to Microsoft Graph and Exchange Web Services over real HTTP: tokens, throttling, replication, request ids.
//!
//! A read is repeated when its connection breaks. A write is not: whether it happened is then not known, and whoever sent
//! it asks before it is sent again. Rules and shapes: Microsoft's documentation of Graph's errors and throttling, looked up
//! 2026-11-23.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use crate::code;
use crate::execute::cloud::Endpoints;
use crate::execute::failure::{Class, Failure, words};
use crate::execute::pace::Pace;
use crate::execute::session::Sessions;
use crate::execute::sign_in::token::Token;
use crate::plan::op::{Method, Service};

code! {
    /// A service of the cloud could not be reached, or stopped answering. Several tries were made, with a growing wait
    /// between them. Look at the name resolution, the proxy and the firewall of this server: Microsoft Graph, the sign-in
    /// service and Exchange Online are all reached by HTTPS on port 443. A write is never sent again before a read has told
    /// that it did not happen, so `mimeo resume` is safe.
    GRAPH_UNREACHABLE: Error = "graph-unreachable", "a service of the cloud does not answer";
    /// The token is valid and lacks a right. The finding names the scopes or roles that the token bears; the plan
    /// (`mimeo plan … --view rights`) names those that each step needs. For everything that a plan does in Entra ID, the role
    /// Cloud Application Administrator is enough.
    GRAPH_FORBIDDEN: Error = "graph-forbidden", "a right is missing in the tenant",
        source "https://learn.microsoft.com/en-us/graph/errors" seen "2026-11-23";
    /// Microsoft Graph refused a request. Its own words are in the finding, with the ids that Microsoft's support asks for.
    GRAPH_REFUSED: Error = "graph-refused", "Microsoft Graph refused a request",
        source "https://learn.microsoft.com/en-us/graph/errors" seen "2026-11-23";
    /// A service kept answering that it has too much to do, longer than it is sensible to wait. Its `Retry-After` was heeded
    /// each time. Try again later with `mimeo resume`.
    GRAPH_BUSY: Error = "graph-busy", "a service of the cloud has too much to do",
        source "https://learn.microsoft.com/en-us/graph/throttling" seen "2026-11-23";
    /// What was written a moment ago does not show yet. Entra ID copies every change to several places, which takes seconds,
    /// and now and then minutes. mimeo waits two minutes. `mimeo resume` goes on where it stopped and makes nothing twice.
    GRAPH_REPLICATION: Error = "graph-replication", "what was written does not show yet";
    /// An answer of the cloud cannot be read: it is cut off, too large, or not what Microsoft's documentation says. A proxy
    /// that puts a page of its own in its place is the usual cause.
    GRAPH_UNREADABLE: Error = "graph-unreadable", "an answer of the cloud cannot be read";
}

/// The codes of this file.
pub const CODES: &[&crate::diagnostic::Code] = &[
    &GRAPH_UNREACHABLE,
    &GRAPH_FORBIDDEN,
    &GRAPH_REFUSED,
    &GRAPH_BUSY,
    &GRAPH_REPLICATION,
    &GRAPH_UNREADABLE,
];

/// How often a request is sent at most.
const TRIES: u32 = 5;
/// The longest that one request may take.
const LIMIT: Duration = Duration::from_secs(60);
/// The longest wait that a service may ask for.
const MOST_PATIENCE: Duration = Duration::from_secs(300);
/// The longest that something new may take to show.
const REPLICATION: Duration = Duration::from_secs(120);
/// The most bytes of an answer.
const MOST_BYTES: usize = 8 << 20;
/// The most pages of a list.
const MOST_PAGES: usize = 100;

/// A request with everything filled in.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which service.
    pub service: Service,
    /// The method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Headers beside those that every request bears.
    pub headers: Vec<(String, String)>,
    /// The body, as text of the content type.
    pub body: Option<(&'static str, SecretString)>,
    /// The status codes that mean success.
    pub expect: Vec<u16>,
    /// Whether it may be sent again when nobody knows whether it arrived.
    pub repeatable: bool,
    /// Whether it is about something that was made a moment ago, which may not show yet.
    pub recent: bool,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
    /// What a support case needs.
    pub support: String,
}

impl Reply {
    /// The body as JSON; null where it has none.
    #[must_use]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or(Json::Null)
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|it| it.to_str().ok())
    }
}

/// What became of a request.
#[derive(Debug)]
pub enum Sent {
    /// It was answered as expected, or with a status that the caller judges.
    Reply(Reply),
    /// It may have arrived; the failure that it is if nobody can tell.
    Uncertain(Failure),
}

/// The client for all services.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    endpoints: Endpoints,
    pace: Pace,
}

impl Client {
    /// A client for a cloud.
    #[must_use]
    pub fn new(http: reqwest::Client, endpoints: Endpoints, pace: Pace) -> Self {
        Client { http, endpoints, pace }
    }

    /// The addresses.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Sends a request until it is answered for good, with every page of a list in one answer. `waiting` is told what is
    /// waited for and for how many seconds.
    pub async fn send(
        &self,
        request: &Request,
        sessions: &Sessions,
        waiting: &mut dyn FnMut(&str, u32),
    ) -> Result<Sent, Failure> {
        let mut reply = match self.send_one(request, sessions, waiting).await? {
            Sent::Reply(reply) => reply,
            uncertain @ Sent::Uncertain(_) => return Ok(uncertain),
        };
        let is_graph = request.service == Service::Graph;
        if is_graph && matches!(reply.status, 200 | 201) && !reply.json().is_object() {
            let failure = unreadable(&reply, "it is no JSON object");
            return if request.repeatable { Err(failure) } else { Ok(Sent::Uncertain(failure)) };
        }
        if request.method != Method::Get || reply.status != 200 || !is_graph {
            return Ok(Sent::Reply(reply));
        }
        let mut json = reply.json();
        let mut pages = 1;
        while let Some(next) = json.get("@odata.nextLink").and_then(Json::as_str) {
            let path = next_page(next, &request.path)
                .ok_or_else(|| unreadable(&reply, "its next page is elsewhere"))?;
            pages += 1;
            if pages > MOST_PAGES {
                return Err(unreadable(&reply, "it has too many pages"));
            }
            let request = Request { path, ..request.clone() };
            let Sent::Reply(page) = self.send_one(&request, sessions, waiting).await? else {
                return Err(unreadable(&reply, "its next page is missing"));
            };
            let mut page = page.json();
            let link = page.get_mut("@odata.nextLink").map(Json::take);
            let more = page.get_mut("value").and_then(Json::as_array_mut);
            let (Some(all), Some(more)) =
                (json.get_mut("value").and_then(Json::as_array_mut), more)
            else {
                return Err(unreadable(&reply, "a page of it is no list"));
            };
            all.append(more);
            json["@odata.nextLink"] = link.unwrap_or(Json::Null);
        }
        if pages > 1 {
            reply.body = json.to_string().into_bytes();
        }
        Ok(Sent::Reply(reply))
    }

    async fn send_one(
        &self,
        request: &Request,
        sessions: &Sessions,
        waiting: &mut dyn FnMut(&str, u32),
    ) -> Result<Sent, Failure> {
        let mut tries = 0;
        let (mut fresh, mut refreshed) = (false, false);
        let mut replicating = Duration::ZERO;
        loop {
            if self.pace.is_stopping() {
                return Err(stopped());
            }
            tries += 1;
            let token = sessions.token(request.service, std::mem::take(&mut fresh)).await?;
            // A read is broken off at once; whether a write arrived must be known.
            let sent = if request.repeatable {
                tokio::select! {
                    sent = self.send_once(request, &token) => sent,
                    () = self.pace.stopped() => return Err(stopped()),
                }
            } else {
                self.send_once(request, &token).await
            };
            let reply = match sent {
                Ok(reply) => reply,
                Err(broken) if broken.arrived && !request.repeatable => {
                    return Ok(Sent::Uncertain(broken.failure(request)));
                }
                Err(broken) if tries >= TRIES || broken.lasting.is_some() => {
                    return Err(broken.failure(request));
                }
                Err(broken) => {
                    self.wait(backoff(tries), &broken.why, waiting).await;
                    continue;
                }
            };
            if request.expect.contains(&reply.status) {
                return Ok(Sent::Reply(reply));
            }
            match reply.status {
                401 if request.service == Service::Graph && !refreshed => {
                    (fresh, refreshed) = (true, true);
                }
                429 | 503 if reply.status == 429 || request.repeatable => {
                    let asked = retry_after(&reply);
                    if tries >= TRIES || asked.is_some_and(|it| it > MOST_PATIENCE) {
                        return Err(busy(request, &reply));
                    }
                    let service = service_name(request.service);
                    let why = format!("{service} has too much to do");
                    self.wait(asked.unwrap_or_else(|| backoff(tries)), &why, waiting).await;
                }
                500 | 502..=504 if request.service == Service::Graph => {
                    if !request.repeatable {
                        return Ok(Sent::Uncertain(refused(request, &reply)));
                    }
                    if tries >= TRIES {
                        return Err(refused(request, &reply));
                    }
                    let why = format!("the answer was {}", reply.status);
                    self.wait(backoff(tries), &why, waiting).await;
                }
                400 | 404 if request.recent && is_not_there_yet(&reply) => {
                    if replicating >= REPLICATION {
                        return Err(replication(request, &reply));
                    }
                    let pause = backoff(tries + 1);
                    replicating += pause;
                    self.wait(pause, "what was made a moment ago does not show yet", waiting).await;
                }
                _ => return Ok(Sent::Reply(reply)),
            }
        }
    }

    async fn wait(&self, pause: Duration, why: &str, waiting: &mut dyn FnMut(&str, u32)) {
        waiting(why, u32::try_from(pause.as_secs()).unwrap_or(u32::MAX));
        self.pace.pause(pause).await;
    }

    async fn send_once(&self, request: &Request, token: &Token) -> Result<Reply, Broken> {
        let origin = match request.service {
            Service::Graph => &self.endpoints.graph,
            Service::Ews => &self.endpoints.exchange,
            // The caller never sends it: the site is asked with the credentials of Windows.
            Service::Site => "",
        };
        let id = uuid::Uuid::new_v4().to_string();
        let method = method(request.method);
        let url = format!("{origin}{}", request.path);
        let mut headers = HeaderMap::new();
        for (name, value) in &request.headers {
            let header =
                HeaderName::try_from(name.as_str()).ok().zip(HeaderValue::try_from(value).ok());
            let Some((name, value)) = header else {
                return Err(Broken::new(false, "a header cannot be sent"));
            };
            headers.insert(name, value);
        }
        let mut built = self
            .http
            .request(method.clone(), url)
            .timeout(self.pace.lasting(LIMIT).max(Duration::from_secs(2)))
            .bearer_auth(token.expose())
            .header("client-request-id", &id)
            .header("return-client-request-id", "true")
            .headers(headers);
        if let Some((kind, body)) = &request.body {
            built = built.header("Content-Type", *kind).body(body.expose_secret().to_owned());
        }
        let mut response = built.send().await.map_err(|error| Broken::of(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let path = request.path.split('?').next().unwrap_or_default();
        let mut support = format!("{} {method} {path}, {status}, client-request-id {id}", now());
        for name in
            ["request-id", "x-feserver", "x-targetbeserver", "x-ms-diagnostics", "x-diaginfo"]
        {
            if let Some(value) = headers.get(name).and_then(|it| it.to_str().ok()) {
                support.push_str(&format!(", {name} {}", words(value)));
            }
        }
        let mut reply = Reply { status, headers, body: Vec::new(), support };
        while let Some(chunk) = response.chunk().await.map_err(|error| Broken::of(&error))? {
            reply.body.extend_from_slice(&chunk);
            if reply.body.len() > MOST_BYTES {
                let why = format!("it has more than {} MiB", MOST_BYTES >> 20);
                let lasting = Some(unreadable(&reply, &why));
                return Err(Broken { arrived: true, why, lasting });
            }
        }
        Ok(reply)
    }
}

/// The path and query of the next page of a list. The host that a link names plays no part: the request and its token go where
/// every other does.
fn next_page(link: &str, path: &str) -> Option<String> {
    let link = url::Url::parse(link).ok()?;
    let own = path.split('?').next()?;
    (link.path() == own).then(|| format!("{own}?{}", link.query().unwrap_or_default()))
}

/// The time in universal time, to the second (RFC 3339).
#[must_use]
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A request that was not answered.
struct Broken {
    /// Whether it may have arrived.
    arrived: bool,
    /// Why, in words.
    why: String,
    /// The failure that it is however often it is sent, if it is one.
    lasting: Option<Failure>,
}

impl Broken {
    fn new(arrived: bool, why: impl Into<String>) -> Self {
        Broken { arrived, why: why.into(), lasting: None }
    }

    fn of(error: &reqwest::Error) -> Self {
        let why = if error.is_timeout() {
            "the answer took too long".to_owned()
        } else if error.is_connect() {
            format!("no connection: {}", innermost(error))
        } else {
            format!("the connection broke: {}", innermost(error))
        };
        Broken::new(!(error.is_connect() || error.is_builder()), why)
    }

    fn failure(&self, request: &Request) -> Failure {
        if let Some(failure) = &self.lasting {
            return failure.clone();
        }
        let service = service_name(request.service);
        Failure::new(&GRAPH_UNREACHABLE, format!("{service} does not answer: {}", self.why)).help(
            "check the name resolution, the proxy and the firewall, then go on with `mimeo resume`",
        )
    }
}

/// The error at the bottom, which says more than what is wrapped around it, and has no address in it.
fn innermost(error: &reqwest::Error) -> String {
    let mut error: &dyn std::error::Error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    words(&error.to_string())
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    }
}

/// What a service is called.
#[must_use]
pub fn service_name(service: Service) -> &'static str {
    match service {
        Service::Graph => "Microsoft Graph",
        Service::Ews => "Exchange Online",
        Service::Site => "the site",
    }
}

/// 1, 2, 4, … at most 30 seconds.
fn backoff(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.saturating_sub(1).min(5)).min(Duration::from_secs(30))
}

/// How long an answer asks to wait: a number of seconds or a date (RFC 9110, section 10.2.3).
fn retry_after(reply: &Reply) -> Option<Duration> {
    let text = reply.header("retry-after")?.trim();
    if !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit()) {
        return Some(text.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    let left = date.timestamp().duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(left).unwrap_or_default())
}

/// What Graph says of an object that it does not show yet.
fn is_not_there_yet(reply: &Reply) -> bool {
    let text = String::from_utf8_lossy(&reply.body);
    reply.status == 404
        || text.contains("NoBackingApplicationObject")
        || text.contains("does not reference a valid application object")
}

/// Graph's error: its code and its words.
#[must_use]
pub fn error_of(reply: &Reply) -> (String, String) {
    let json = reply.json();
    let text = |pointer: &str| json.pointer(pointer).and_then(Json::as_str).map(words);
    let code = text("/error/code").unwrap_or_else(|| reply.status.to_string());
    let message = text("/error/message").filter(|it| !it.is_empty());
    (code, message.unwrap_or_else(|| format!("no words, status {}", reply.status)))
}

fn support(reply: &Reply) -> String {
    format!("for a support case: {}", reply.support)
}

/// The failure that an answer is which nobody expected.
#[must_use]
pub fn refused(request: &Request, reply: &Reply) -> Failure {
    if (300..400).contains(&reply.status) {
        let to = reply.header("location").and_then(|it| url::Url::parse(it).ok());
        let host = to.and_then(|it| it.host_str().map(words));
        let host = host.unwrap_or_else(|| "another place".to_owned());
        return unreadable(reply, &format!("it sends on to `{host}`"));
    }
    let (code, message) = error_of(reply);
    let service = service_name(request.service);
    Failure::new(&GRAPH_REFUSED, format!("{service} refused: {code}: {message}"))
        .help("mend what it names, then go on with `mimeo resume`")
        .help(support(reply))
}

/// The failure of a missing right.
#[must_use]
pub fn forbidden(reply: &Reply, needs: &str, has: &str) -> Failure {
    let (code, message) = error_of(reply);
    Failure::new(&GRAPH_FORBIDDEN, format!("a right is missing: {code}: {message}"))
        .help(format!("the step needs {needs}; the token bears {has}"))
        .help("sign in with an account that has the rights, then go on with `mimeo resume`")
        .help(support(reply))
        .class(Class::SignIn)
}

fn busy(request: &Request, reply: &Reply) -> Failure {
    let service = service_name(request.service);
    Failure::new(&GRAPH_BUSY, format!("{service} has too much to do, for longer than is waited"))
        .help("try again later with `mimeo resume`")
        .help(support(reply))
}

fn replication(request: &Request, reply: &Reply) -> Failure {
    let (code, _) = error_of(reply);
    let path = request.path.split('?').next().unwrap_or_default();
    let message = format!("what was made does not show after two minutes: {code} for `{path}`");
    Failure::new(&GRAPH_REPLICATION, message)
        .help("go on in a few minutes with `mimeo resume`; nothing is made twice")
        .help(support(reply))
}

/// The failure of an answer that makes no sense.
#[must_use]
pub fn unreadable(reply: &Reply, why: &str) -> Failure {
    Failure::new(&GRAPH_UNREADABLE, format!("an answer cannot be read: {why}"))
        .help("look whether a proxy puts a page of its own in the place of the answer")
        .help(support(reply))
}

/// The failure that a wish to stop is.
#[must_use]
pub fn stopped() -> Failure {
    Failure::new(&GRAPH_UNREACHABLE, "stopped").class(Class::Stopped)
}
