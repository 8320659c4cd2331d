//! The listener: one origin for the three services, and what goes wrong between it and its clients.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper::{HeaderMap, Method, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::execute::cloud::Endpoints;
use crate::execute::simulate::tenant::{ews, graph, sign_in};
use crate::execute::simulate::world::{Sent, Shared};

/// The largest body that is read (bytes).
const LARGEST: usize = 1 << 20;

/// The running tenant. Dropped, it stops, and so do requests that wait for an answer.
#[derive(Debug)]
pub struct Service {
    address: SocketAddr,
    listener: JoinHandle<()>,
}

impl Service {
    /// Starts the tenant on a free port of the loopback. It takes a running tokio runtime, on which its connections are
    /// spawned; a runtime of one thread is enough.
    pub async fn start(shared: Shared) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let listener = tokio::spawn(listen(listener, shared));
        Ok(Service { address, listener })
    }

    /// The origin of all three services: `http://127.0.0.1:49152`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Endpoints that lead to this tenant; the resources of tokens stay.
    #[must_use]
    pub fn endpoints(&self, cloud: Endpoints) -> Endpoints {
        Endpoints {
            login: self.origin(),
            graph: self.origin(),
            exchange: self.origin(),
            graph_resource: cloud.graph_resource,
            exchange_resource: cloud.exchange_resource,
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

/// A request, read as a whole.
pub(super) struct Request {
    /// The method.
    pub(super) method: Method,
    /// The path and the query.
    pub(super) uri: Uri,
    /// The headers.
    pub(super) headers: HeaderMap,
    /// The body.
    pub(super) body: Bytes,
}

impl Request {
    /// A header as text; empty if it is not there.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default()
    }

    /// The origin under which the client knows the tenant.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.header(HOST.as_str()))
    }

    /// The options of the query, decoded, in order.
    pub(super) fn query(&self) -> Vec<(String, String)> {
        let query = self.uri.query().unwrap_or_default();
        url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()
    }

    /// As it came, for whoever looks at it later.
    fn recorded(&self) -> Sent {
        let lossy = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = self.headers.iter();
        Sent {
            to: format!("{} {}", self.method, self.uri),
            headers: headers
                .map(|(name, value)| format!("{name}: {}\n", lossy(value.as_bytes())))
                .collect(),
            body: lossy(&self.body),
        }
    }

    /// The access token, if there is one.
    pub(super) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.header("authorization").split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token)
    }
}

/// An answer, or what comes instead.
pub(super) enum Reply {
    /// A whole answer.
    Whole(Answer),
    /// An answer whose body ends in the middle.
    Half(Answer),
    /// The connection is closed without an answer.
    Closed,
    /// Nothing comes until the client gives up.
    Silent,
}

/// Status, headers and body.
pub(super) struct Answer {
    /// The status.
    pub(super) status: u16,
    /// The headers.
    pub(super) headers: Vec<(&'static str, String)>,
    /// The body; may be empty.
    pub(super) body: String,
}

impl Answer {
    /// An answer with a body of a type.
    pub(super) fn new(status: u16, content_type: &str, body: String) -> Self {
        Answer { status, headers: vec![("content-type", content_type.to_owned())], body }
    }

    /// An answer without a body.
    pub(super) fn empty(status: u16) -> Self {
        Answer { status, headers: Vec::new(), body: String::new() }
    }

    /// With another header.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// Takes connections until it is dropped, and its connections with it.
async fn listen(listener: TcpListener, shared: Shared) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A client that goes away while it is accepted is no reason to stop.
                if let Ok((stream, _)) = accepted {
                    connections.spawn(serve(stream, shared.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve(stream: TcpStream, shared: Shared) {
    let service = hyper::service::service_fn(|request| respond(request, &shared));
    let served = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
    // A connection that broke, or was broken on purpose, concerns its client alone.
    drop(served);
}

async fn respond(
    request: hyper::Request<Incoming>,
    shared: &Shared,
) -> Result<Response<Payload>, io::Error> {
    let (head, body) = request.into_parts();
    let reply = match Limited::new(body, LARGEST).collect().await {
        Ok(body) => {
            let request = Request {
                method: head.method,
                uri: head.uri,
                headers: head.headers,
                body: body.to_bytes(),
            };
            shared.record(|| request.recorded());
            route(&request, shared)
        }
        Err(_) => Reply::Whole(Answer::empty(413)),
    };
    match reply {
        Reply::Whole(answer) => Ok(response(answer, Payload::whole)),
        Reply::Half(answer) => Ok(response(answer, Payload::half)),
        Reply::Closed => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        Reply::Silent => match std::future::pending::<Infallible>().await {},
    }
}

/// The paths of the three services do not overlap.
fn route(request: &Request, shared: &Shared) -> Reply {
    let path = request.uri.path();
    if path == "/v1.0" || path.starts_with("/v1.0/") {
        graph::respond(request, shared)
    } else if path.eq_ignore_ascii_case("/EWS/Exchange.asmx") {
        Reply::Whole(ews::respond(request, shared))
    } else {
        Reply::Whole(sign_in::respond(request, shared))
    }
}

fn response(answer: Answer, payload: fn(Bytes) -> Payload) -> Response<Payload> {
    let body = Bytes::from(answer.body);
    let length = body.len();
    let mut response = Response::new(payload(body));
    *response.status_mut() =
        StatusCode::from_u16(answer.status).expect("the tenant's statuses have three digits");
    for (name, value) in answer.headers {
        // What came from a request may not fit a header; then the answer goes without it.
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    if answer.status != 204 {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

/// A body that is sent as a whole, or ends in the middle.
struct Payload {
    rest: Option<Bytes>,
    end: End,
}

/// How a body ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Whole,
    /// The connection breaks, but only when what came before is on its way.
    Waits,
    Breaks,
}

impl Payload {
    fn whole(bytes: Bytes) -> Self {
        Payload { rest: Some(bytes).filter(|it| !it.is_empty()), end: End::Whole }
    }

    fn half(bytes: Bytes) -> Self {
        Payload { rest: Some(bytes.slice(..bytes.len() / 2)), end: End::Waits }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(bytes) = self.rest.take() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        match self.end {
            End::Whole => Poll::Ready(None),
            End::Waits => {
                self.end = End::Breaks;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            End::Breaks => Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionReset)))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && self.end == End::Whole
    }
}
