//! Requests to the sign-in service: limits, no redirects, and further tries after a pause.
//!
//! A request is tried five times when the connection fails, when the service is busy (429 and 5xx, with the pause that
//! `Retry-After` asks for) or says that its problem passes. Each try has a time limit and each answer a size limit.

use std::cell::Cell;
use std::error::Error;
use std::time::Duration;

use oauth2::http::{Response, StatusCode, header};
use oauth2::{HttpRequest, HttpResponse, RequestTokenError};
use uuid::Uuid;

use crate::execute::sign_in::Pause;
use crate::execute::sign_in::error::{Refusal, SignInError, Told, Way, shown};

/// How often a request is sent at most.
const TRIES: u32 = 5;
/// The pause after the first failure; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A longer pause than this is not waited for when the service asks for it.
const LONGEST_PAUSE: Duration = Duration::from_secs(120);
/// An answer is not read beyond this.
const LARGEST_ANSWER: usize = 1 << 20;
/// A connection has to come about within this. The managed identity's service is on the same machine or nowhere.
const CONNECT: Duration = Duration::from_secs(10);
/// The same for the managed identity's service.
const CONNECT_HERE: Duration = Duration::from_secs(3);

/// Where requests go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// The sign-in service, through the system's proxy.
    Service,
    /// This machine: no proxy, and no second try for a connection that does not come about.
    Here,
}

/// The way to a service.
pub(super) struct Transport {
    client: reqwest::Client,
    destination: Destination,
    limit: Duration,
    pause: Pause,
    paused: Cell<Duration>,
}

impl Transport {
    /// Makes the client. `direct` leaves the system's proxy out; each try may take `limit`.
    pub(super) fn new(
        destination: Destination,
        direct: bool,
        limit: Duration,
        pause: Pause,
    ) -> Result<Self, SignInError> {
        let connect = if destination == Destination::Here { CONNECT_HERE } else { CONNECT };
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("mimeo/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(connect)
            .timeout(limit);
        if direct {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|it| SignInError::Client(cause(&it)))?;
        Ok(Transport { client, destination, limit, pause, paused: Cell::default() })
    }

    /// Waits, and counts how long.
    pub(super) async fn pause(&self, pause: Duration) {
        self.paused.set(self.paused.get().saturating_add(pause));
        (self.pause)(pause).await;
    }

    /// How long it has been waited between requests in all.
    pub(super) fn paused(&self) -> Duration {
        self.paused.get()
    }

    /// Sends a request until there is an answer that counts: a success, or a refusal that can be read.
    pub(super) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, SignInError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let mut pause = FIRST_PAUSE;
        for _ in 1..TRIES {
            let outcome = self.once(&host, &request).await;
            let Some(asked) = self.pause_after(&outcome, pause) else {
                return judge(&host, outcome?);
            };
            if asked > LONGEST_PAUSE {
                return Err(SignInError::Busy { host, pause: asked });
            }
            self.pause(asked).await;
            pause *= 2;
        }
        judge(&host, self.once(&host, &request).await?)
    }

    /// Sends a request once and reads the answer.
    async fn once(&self, host: &str, request: &HttpRequest) -> Result<HttpResponse, SignInError> {
        let failed = |error: reqwest::Error| SignInError::Unreachable {
            host: host.to_owned(),
            cause: if error.is_timeout() {
                format!("no answer within {} s", self.limit.as_secs_f32())
            } else {
                cause(&error)
            },
        };
        let answer = |status: StatusCode, what: &str| SignInError::Answer {
            host: host.to_owned(),
            status: status.as_u16(),
            what: what.to_owned(),
        };
        let mut request = reqwest::Request::try_from(request.clone()).map_err(failed)?;
        let id = Uuid::new_v4().to_string();
        let id = id.parse().expect("an ID fits into a header");
        request.headers_mut().insert("client-request-id", id);
        let mut response = self.client.execute(request).await.map_err(failed)?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(header::LOCATION).and_then(|it| it.to_str().ok());
            let to = to.and_then(|it| url::Url::parse(it).ok());
            let to = to.and_then(|it| Some(format!("`{}`", it.host_str()?)));
            let (host, status) = (host.to_owned(), status.as_u16());
            let to = to.unwrap_or_else(|| "elsewhere".to_owned());
            return Err(SignInError::Redirected { host, status, to });
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(answer(status, "more than a sign-in service has to say"));
            }
            body.extend_from_slice(&chunk);
        }
        let mut read = Response::new(body);
        *read.status_mut() = status;
        *read.headers_mut() = response.headers().clone();
        Ok(read)
    }

    /// Whether a status means that the service cannot answer at the moment.
    fn is_busy(&self, status: StatusCode) -> bool {
        match status.as_u16() {
            429 | 500 | 502 | 503 | 504 => true,
            // The service of managed identities is being updated (retry guidance of Microsoft's "How to use managed
            // identities on an Azure VM to acquire an access token", looked up 2026-11-23).
            404 | 410 => self.destination == Destination::Here,
            _ => false,
        }
    }

    /// The pause before the next try; nothing if there is no need for one.
    fn pause_after(
        &self,
        outcome: &Result<HttpResponse, SignInError>,
        usual: Duration,
    ) -> Option<Duration> {
        let usual = usual + jitter();
        match outcome {
            Ok(response) if self.is_busy(response.status()) => {
                Some(retry_after(response).unwrap_or(usual))
            }
            Ok(response) if response.status() != StatusCode::OK => {
                Told::read(response.body()).filter(Told::is_transient).map(|_| usual)
            }
            Err(SignInError::Unreachable { .. }) if self.destination == Destination::Service => {
                Some(usual)
            }
            Ok(_) | Err(_) => None,
        }
    }
}

/// What the service said, as a token or whatever else was asked for. `secrets` are what the request held.
pub(super) fn understood<T>(
    result: Result<T, RequestTokenError<SignInError, Told>>,
    host: &str,
    way: Way,
    secrets: &[&str],
) -> Result<T, SignInError> {
    // The other messages hold parts of the answer, and with them a token.
    result.map_err(|error| match error {
        RequestTokenError::ServerResponse(told) => {
            SignInError::Refused(Box::new(Refusal::of(&told, way, secrets)))
        }
        RequestTokenError::Request(error) => error,
        RequestTokenError::Parse(error, _) => no_token(host, &error.into_inner()),
        RequestTokenError::Other(_) => SignInError::Answer {
            host: host.to_owned(),
            status: StatusCode::OK.as_u16(),
            what: "something that is not JSON".to_owned(),
        },
    })
}

/// The error for an answer of success that is none.
pub(super) fn no_token(host: &str, error: &serde_json::Error) -> SignInError {
    // Only the name of a missing field is taken over: other messages of serde quote what they found.
    let message = error.to_string();
    let missing = message.strip_prefix("missing field `").and_then(|it| it.split_once('`'));
    let what = match (missing, error.classify()) {
        (Some((name, _)), _) => format!("no `{name}`"),
        (None, serde_json::error::Category::Data) => "something that is no token".to_owned(),
        (None, _) => "something that is not JSON".to_owned(),
    };
    SignInError::Answer { host: host.to_owned(), status: StatusCode::OK.as_u16(), what }
}

/// Lets successes and readable refusals pass.
fn judge(host: &str, response: HttpResponse) -> Result<HttpResponse, SignInError> {
    let status = response.status();
    if status == StatusCode::OK || Told::read(response.body()).is_some() {
        return Ok(response);
    }
    let html = response.body().trim_ascii_start().starts_with(b"<");
    let what = if html { "an HTML page" } else { "something that is no refusal of a sign-in" };
    let (host, what) = (host.to_owned(), what.to_owned());
    Err(SignInError::Answer { host, status: status.as_u16(), what })
}

/// The pause that an answer asks for. Entra ID writes seconds; a date is not looked at.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// A random part of a pause, so that not everyone comes back at the same moment: below half a second.
fn jitter() -> Duration {
    Duration::from_millis(u64::from(Uuid::new_v4().as_bytes()[0]) * 2)
}

/// The innermost reason of an error, without the address that it was about.
fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn Error = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    match innermost.downcast_ref::<reqwest::Error>() {
        Some(_) => "the request could not be sent or its answer not be read".to_owned(),
        None => shown(&innermost.to_string(), &[]),
    }
}
