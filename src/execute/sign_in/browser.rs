//! The browser's answer: a listener on this machine that waits for one request and sends all others away.
//!
//! Browsers open connections without using them and ask for icons, and any program of this machine may knock. So each
//! connection is served beside the others with a limit of time and size, and only a request that bears the state of this
//! sign-in ends the waiting.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use url::form_urlencoded;

use crate::execute::sign_in::error::{Refusal, SignInError, Told, Way, shown};

/// A connection is closed after this.
const CONNECTION: Duration = Duration::from_secs(5);
/// The head of a request is not read beyond this.
const LARGEST_HEAD: usize = 8 << 10;
/// More connections than this are not served at the same time.
const MOST_CONNECTIONS: usize = 64;

/// The listener, before the browser is sent to the sign-in page.
pub(super) struct Listener {
    listener: TcpListener,
    port: u16,
}

impl Listener {
    /// Opens a free port that only this machine reaches.
    pub(super) async fn open() -> Result<Self, SignInError> {
        let refused = |it: std::io::Error| SignInError::Listen(shown(&it.to_string(), &[]));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(refused)?;
        let port = listener.local_addr().map_err(refused)?.port();
        Ok(Listener { listener, port })
    }

    /// Where the sign-in page sends the browser. Entra ID ignores the port of `http://localhost`, which is therefore what
    /// an application registers.
    pub(super) fn redirect(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the code that bears this state.
    pub(super) async fn code(
        self,
        state: &str,
        limit: Duration,
    ) -> Result<SecretString, SignInError> {
        match timeout(limit, self.wait(state)).await {
            Ok(Found::Code(code)) => Ok(code),
            Ok(Found::Refused(told)) => {
                Err(SignInError::Refused(Box::new(Refusal::of(&told, Way::Browser, &[]))))
            }
            Err(_) => Err(SignInError::Nobody(limit)),
        }
    }

    /// Serves connections until one has brought the answer. The others end with it.
    async fn wait(self, state: &str) -> Found {
        let state: Arc<str> = state.into();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                    match accepted {
                        Ok((stream, _)) => {
                            connections.spawn(serve(stream, Arc::clone(&state)));
                        }
                        // A connection that broke before it was accepted is none of ours, and for want of handles
                        // there is nothing to do but to wait.
                        Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                    }
                }
                Some(served) = connections.join_next() => {
                    if let Ok(Some(found)) = served {
                        return found;
                    }
                }
            }
        }
    }
}

/// What the browser brought.
enum Found {
    Code(SecretString),
    Refused(Told),
}

/// Reads one request, answers it, and says what it brought for this sign-in.
async fn serve(mut stream: TcpStream, state: Arc<str>) -> Option<Found> {
    let head = timeout(CONNECTION, read_head(&mut stream)).await.ok()?;
    let (status, page, found) = match &head {
        Head::Whole(head) => judge(head, &state),
        Head::TooLarge => ("431 Request Header Fields Too Large", FOREIGN.to_owned(), None),
        Head::Half => return None,
    };
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    );
    // Whoever brought the code and does not wait for the page is signed in all the same.
    let sent = timeout(CONNECTION, async {
        stream.write_all(reply.as_bytes()).await?;
        stream.shutdown().await
    });
    drop(sent.await);
    found
}

/// The head of a request.
enum Head {
    Whole(String),
    Half,
    TooLarge,
}

/// Reads until the empty line. A body is not looked at.
async fn read_head(stream: &mut TcpStream) -> Head {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    loop {
        let count = match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return Head::Half,
            Ok(count) => count,
        };
        head.extend_from_slice(&buffer[..count]);
        if head.windows(4).any(|it| it == b"\r\n\r\n") {
            return Head::Whole(String::from_utf8_lossy(&head).into_owned());
        }
        if head.len() > LARGEST_HEAD {
            return Head::TooLarge;
        }
    }
}

/// What is said to a request that is not the answer that is waited for.
const FOREIGN: &str =
    "<!DOCTYPE html><title>mimeo</title><p>This is not the answer that is waited for.</p>";
/// What the browser shows when the code has come.
const DONE: &str =
    "<!DOCTYPE html><title>mimeo</title><p>You are signed in. Close this window.</p>";

/// The status, the page, and what was found.
fn judge(head: &str, state: &str) -> (&'static str, String, Option<Found>) {
    let foreign = |status| (status, FOREIGN.to_owned(), None);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next())
    else {
        return foreign("400 Bad Request");
    };
    if !version.starts_with("HTTP/1.") {
        return foreign("400 Bad Request");
    }
    if method != "GET" {
        return foreign("405 Method Not Allowed");
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != "/" {
        return foreign("404 Not Found");
    }
    let value = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    if value("state").as_deref() != Some(state) {
        return foreign("400 Bad Request");
    }
    if let Some(error) = value("error") {
        let told = Told {
            error,
            error_description: value("error_description"),
            error_codes: Vec::new(),
            timestamp: None,
            trace_id: None,
            correlation_id: None,
        };
        let refusal = Refusal::of(&told, Way::Browser, &[]);
        let page = format!(
            "<!DOCTYPE html><title>mimeo</title><p>You are not signed in: {}</p>",
            escape(&refusal.to_string())
        );
        return ("200 OK", page, Some(Found::Refused(told)));
    }
    match value("code") {
        Some(code) if !code.is_empty() => {
            ("200 OK", DONE.to_owned(), Some(Found::Code(code.into())))
        }
        Some(_) | None => foreign("400 Bad Request"),
    }
}

/// Text as HTML shows it.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for it in text.chars() {
        match it {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(it),
        }
    }
    html
}
