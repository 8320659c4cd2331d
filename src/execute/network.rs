//! Questions to the network: names of hosts, ports, mail servers.
//!
//! Nothing here waits longer than the limit that it is given, and nothing believes what a server says: it is read up to a
//! bound, and escaped before it is shown.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::execute::aside::{Lost, aside};
use crate::execute::machine::Answer;
use crate::plan::visible;

/// How long a question is waited for.
pub const LIMIT: Duration = Duration::from_secs(5);

/// The port on which the MIM Service hands over mail.
pub const MAIL_PORT: u16 = 25;

/// As many bytes of a mail server's answers are read.
const MAIL_BYTES: u64 = 16 * 1024;

/// As many addresses of a host are tried and shown.
const ADDRESSES: usize = 4;

/// Does the name of a host resolve? An address resolves to itself.
///
/// No is what a name server says; one that does not answer leaves it unknown.
pub async fn resolves(limit: Duration, host: &str) -> Answer {
    match addresses(limit, host).await {
        Ok(found) => {
            let shown: Vec<_> = found.iter().take(ADDRESSES).map(|it| format!("`{it}`")).collect();
            let more = found.len().saturating_sub(ADDRESSES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Answer::Yes(format!("{}{more}", shown.join(", ")))
        }
        Err(answer) => answer,
    }
}

/// Does a connection to a TCP port come about? All addresses of the host are tried at once.
pub async fn reachable(limit: Duration, host: &str, port: u16) -> Answer {
    match connect(limit, host, port).await {
        Ok((_, address)) => Answer::Yes(format!("connected to `{address}`")),
        Err(answer) => answer,
    }
}

/// Does a mail server greet on this port and answer `EHLO`? Nothing is sent by it. What is seen: the greeting, whether it
/// offers `STARTTLS`, and its ways to sign in.
pub async fn mail_server(limit: Duration, host: &str, port: u16) -> Answer {
    let (stream, address) = match connect(limit, host, port).await {
        Ok(connected) => connected,
        Err(answer) => return answer,
    };
    let mut mail = Mail::of(stream);
    let greeting = match timeout(limit, mail.reply()).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(fault)) => return Answer::No(format!("`{address}` {}", fault.words())),
        Err(_) => {
            let seconds = limit.as_secs_f32();
            let text = format!(
                "`{address}` takes the connection and says nothing within {seconds} seconds"
            );
            return Answer::No(text);
        }
    };
    if greeting.code != 220 {
        return Answer::No(format!("`{address}` turns this machine away: {}", greeting.shown()));
    }
    let hello = timeout(limit, mail.say(&format!("EHLO {}\r\n", own_name()))).await;
    let extensions = match hello {
        Ok(Ok(reply)) => reply,
        Ok(Err(fault)) => {
            let text = format!("`{address}` greets, but after `EHLO` it {}", fault.words());
            return Answer::No(text);
        }
        Err(_) => return Answer::No(format!("`{address}` greets, but does not answer `EHLO`")),
    };
    // Politeness only: what it says to it changes nothing.
    drop(timeout(limit, mail.say("QUIT\r\n")).await);
    if extensions.code != 250 {
        let text = format!("`{address}` greets, but refuses `EHLO`: {}", extensions.shown());
        return Answer::No(text);
    }
    Answer::Yes(format!("{}; {}", greeting.shown(), extensions.offers()))
}

/// The addresses of a host, without doubles; else the answer to whatever was asked of it.
async fn addresses(limit: Duration, host: &str) -> Result<Vec<IpAddr>, Answer> {
    let shown = clipped(host);
    let literal = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = literal.parse() {
        return Ok(vec![address]);
    }
    // The resolver would cut the name at a NUL, and search the local domain for an empty one.
    let wrong = |it: char| it.is_control() || it.is_whitespace() || "/\\:@?#[]".contains(it);
    if host.is_empty() || host.len() > 253 || host.contains(wrong) {
        return Err(Answer::No(format!("`{shown}` cannot be the name of a host")));
    }
    let name = host.to_owned();
    let looked_up = aside(limit, move || (name.as_str(), 0).to_socket_addrs()).await;
    let found = match looked_up {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(unresolved(&shown, &error)),
        Err(Lost::TimedOut) => {
            let seconds = limit.as_secs_f32();
            let text = format!("no name server answered for `{shown}` within {seconds} seconds");
            return Err(Answer::Unknown(text));
        }
        Err(Lost::Broke) => {
            return Err(Answer::Unknown(format!("`{shown}` could not be looked up")));
        }
    };
    let mut addresses = Vec::new();
    for address in found.map(|it| it.ip()) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    if addresses.is_empty() {
        return Err(Answer::No(format!("`{shown}` has no address")));
    }
    Ok(addresses)
}

/// What it means that a name was not found: that there is none, or that nobody could be asked.
///
/// Windows hands out its number (11001 no such host, 11004 no address; "Windows Sockets Error Codes"). Elsewhere the standard
/// library keeps only the words of `gai_strerror`: glibc's, musl's and those of BSD and macOS.
fn unresolved(shown: &str, error: &io::Error) -> Answer {
    const NONE: [&str; 5] = [
        "Name or service not known",
        "No address associated with hostname",
        "Name does not resolve",
        "Name has no usable address",
        "nodename nor servname provided",
    ];
    let words = error.to_string();
    if matches!(error.raw_os_error(), Some(11001 | 11004))
        || NONE.iter().any(|it| words.contains(it))
    {
        return Answer::No(format!("no name server knows `{shown}`"));
    }
    Answer::Unknown(format!("`{shown}` could not be looked up: {words}"))
}

/// The first connection that comes about; else the answer to whatever was asked of the host.
async fn connect(
    limit: Duration,
    host: &str,
    port: u16,
) -> Result<(TcpStream, SocketAddr), Answer> {
    let addresses = addresses(limit, host).await?;
    let mut attempts = JoinSet::new();
    for address in addresses.into_iter().take(ADDRESSES) {
        let address = SocketAddr::new(address, port);
        attempts.spawn(async move {
            let connected = match timeout(limit, TcpStream::connect(address)).await {
                Ok(connected) => connected,
                Err(_) => Err(io::ErrorKind::TimedOut.into()),
            };
            (address, connected)
        });
    }
    let mut refusals = Vec::new();
    let mut doubts = Vec::new();
    while let Some(attempt) = attempts.join_next().await {
        let Ok((address, connected)) = attempt else { continue };
        match connected {
            Ok(stream) => return Ok((stream, address)),
            Err(error) => match refusal(limit, &error) {
                Some(words) => refusals.push(format!("`{address}` {words}")),
                None => doubts.push(format!("`{address}` could not be tried: {error}")),
            },
        }
    }
    // Many machines have no way to IPv6, and the refusal of the other address is the answer.
    if refusals.is_empty() {
        Err(Answer::Unknown(doubts.join("; ")))
    } else {
        Err(Answer::No(refusals.into_iter().chain(doubts).collect::<Vec<_>>().join("; ")))
    }
}

/// What a failed connection says of the other side; nothing where it fails on this one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the system's errors are open")]
fn refusal(limit: Duration, error: &io::Error) -> Option<String> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Some("refuses the connection".to_owned()),
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
            Some("breaks the connection off".to_owned())
        }
        io::ErrorKind::TimedOut => {
            Some(format!("does not answer within {} seconds", limit.as_secs_f32()))
        }
        io::ErrorKind::HostUnreachable => Some("cannot be reached".to_owned()),
        _ => None,
    }
}

/// The name with which this machine introduces itself.
fn own_name() -> String {
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '.';
    if name.is_empty() || !name.chars().all(plain) { "[127.0.0.1]".to_owned() } else { name }
}

/// A text of somebody else's, short enough for a line and without what would move the cursor.
pub(crate) fn clipped(text: &str) -> String {
    const LONGEST: usize = 120;
    let mut clipped: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        clipped.push('…');
    }
    visible(&clipped).replace('`', "'")
}

/// A conversation with a mail server (RFC 5321, sections 4.1.1.1 and 4.2).
///
/// It is no use to have lettre hold it: lettre 0.11.23 panics at a blank line in the answer to `EHLO`
/// (`ServerInfo::from_response`), reads a line of any length before it looks at its bound, and knows only three of the ways
/// to sign in, while Exchange offers `NTLM` and `GSSAPI`.
struct Mail {
    stream: BufReader<tokio::io::Take<TcpStream>>,
}

/// An answer of a mail server.
struct Reply {
    code: u16,
    lines: Vec<String>,
}

/// Why there was no answer of a mail server.
enum Fault {
    /// The other side ended the connection.
    Closed,
    /// It says something else; the beginning of it.
    Foreign(String),
    /// The network failed.
    Network(io::Error),
}

impl Mail {
    fn of(stream: TcpStream) -> Self {
        Mail { stream: BufReader::new(stream.take(MAIL_BYTES)) }
    }

    /// Sends a command and reads the answer.
    async fn say(&mut self, command: &str) -> Result<Reply, Fault> {
        let stream = self.stream.get_mut().get_mut();
        stream.write_all(command.as_bytes()).await.map_err(Fault::of)?;
        self.reply().await
    }

    /// Reads an answer of one or more lines.
    async fn reply(&mut self) -> Result<Reply, Fault> {
        let mut reply: Option<Reply> = None;
        loop {
            let mut bytes = Vec::new();
            self.stream.read_until(b'\n', &mut bytes).await.map_err(Fault::of)?;
            if bytes.is_empty() {
                return Err(Fault::Closed);
            }
            let line = String::from_utf8_lossy(&bytes);
            let line = line.trim_end_matches(['\r', '\n']);
            let Some((code, last, text)) = parsed(line) else {
                return Err(Fault::Foreign(line.to_owned()));
            };
            let reply = reply.get_or_insert_with(|| Reply { code, lines: Vec::new() });
            if reply.code != code {
                return Err(Fault::Foreign(line.to_owned()));
            }
            reply.lines.push(text.to_owned());
            if last {
                return Ok(Reply { code, lines: std::mem::take(&mut reply.lines) });
            }
        }
    }
}

/// The code of a line, whether it is the last one, and its text.
fn parsed(line: &str) -> Option<(u16, bool, &str)> {
    let code = line.get(..3).filter(|it| it.bytes().all(|it| it.is_ascii_digit()))?;
    let code = code.parse().ok().filter(|it| (200..600).contains(it))?;
    match line.as_bytes().get(3) {
        None => Some((code, true, "")),
        Some(b' ') => Some((code, true, &line[4..])),
        Some(b'-') => Some((code, false, &line[4..])),
        Some(_) => None,
    }
}

impl Reply {
    /// The code and the first line, to be shown.
    fn shown(&self) -> String {
        let first = self.lines.first().map_or("", |it| it.as_str());
        format!("`{}`", clipped(format!("{} {first}", self.code).trim_end()))
    }

    /// What the answer to `EHLO` offers. Words after `AUTH=` are an old spelling of the same.
    fn offers(&self) -> String {
        let mut tls = false;
        let mut ways: Vec<String> = Vec::new();
        // The first line is its name.
        for line in self.lines.iter().skip(1) {
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_whitespace();
            match words.next() {
                Some("STARTTLS") => tls = true,
                Some("AUTH") => {
                    for way in words {
                        let way = clipped(way);
                        if !ways.contains(&way) && ways.len() < 8 {
                            ways.push(way);
                        }
                    }
                }
                _ => {}
            }
        }
        let sign_in = match (ways.is_empty(), tls) {
            (false, _) => format!("sign-in by {}", ways.join(", ")),
            (true, true) => "no sign-in offered before TLS".to_owned(),
            (true, false) => "no sign-in offered".to_owned(),
        };
        format!("{}; {sign_in}", if tls { "TLS offered" } else { "no TLS offered" })
    }
}

impl Fault {
    fn of(error: io::Error) -> Self {
        let ended = matches!(
            error.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        );
        if ended { Fault::Closed } else { Fault::Network(error) }
    }

    /// Completes a sentence about the server.
    fn words(&self) -> String {
        match self {
            Fault::Closed => "closes the connection".to_owned(),
            Fault::Foreign(line) => format!("does not speak SMTP: `{}`", clipped(line)),
            Fault::Network(error) => format!("fails: {error}"),
        }
    }
}
