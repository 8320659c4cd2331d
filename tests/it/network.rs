//! Names, ports and mail servers, on the loopback.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use mimeo::execute::machine::Answer;
use mimeo::execute::network::{mail_server, reachable, resolves};

use crate::support::root;

/// For what answers: nobody waits for its end.
const LONG: Duration = Duration::from_secs(60);
/// For what never answers.
const SHORT: Duration = Duration::from_millis(300);

/// A port of this machine at which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}

/// A server for one connection.
fn server(talk: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || talk(listener.accept().unwrap().0));
    port
}

/// A server that says the first text, and each other one after a line of the client's; then it ends the connection.
fn says(texts: &'static [&'static str]) -> u16 {
    server(move |mut stream| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        for (index, text) in texts.iter().enumerate() {
            if index > 0 && lines.next().is_none() {
                return;
            }
            if stream.write_all(text.as_bytes()).is_err() {
                return;
            }
        }
    })
}

async fn mail(texts: &'static [&'static str]) -> Answer {
    mail_server(LONG, "127.0.0.1", says(texts)).await
}

/// What was seen, which has to be a no.
#[track_caller]
fn no(answer: Answer) -> String {
    match answer {
        Answer::No(seen) => seen,
        Answer::Yes(_) | Answer::Unknown(_) => panic!("{answer:?}"),
    }
}

/// What was seen, which has to be a yes.
#[track_caller]
fn yes(answer: Answer) -> String {
    match answer {
        Answer::Yes(seen) => seen,
        Answer::No(_) | Answer::Unknown(_) => panic!("{answer:?}"),
    }
}

#[tokio::test]
async fn a_name_that_this_machine_knows_resolves() {
    let seen = yes(resolves(LONG, "localhost").await);
    assert!(seen.contains("`127.0.0.1`") || seen.contains("`::1`"), "{seen}");
}

#[tokio::test]
async fn an_address_resolves_to_itself() {
    assert_eq!(yes(resolves(LONG, "192.0.2.7").await), "`192.0.2.7`");
    assert_eq!(yes(resolves(LONG, "[2001:db8::1]").await), "`2001:db8::1`");
}

#[tokio::test]
async fn a_name_that_cannot_exist_does_not_resolve() {
    // Without a name server it is unknown; what it never may be is a yes.
    let answer = resolves(LONG, "no-such-host.invalid").await;
    assert!(!matches!(answer, Answer::Yes(_)), "{answer:?}");
}

#[tokio::test]
async fn a_name_server_that_does_not_answer_leaves_it_unknown() {
    if std::env::var_os("MIMEO_DEAD_NAME_SERVER").is_none() {
        eprintln!("skipped: no MIMEO_DEAD_NAME_SERVER; run .ci/directory");
        return;
    }
    for answer in [
        resolves(LONG, "mim.contoso.com").await,
        reachable(LONG, "mim.contoso.com", 80).await,
        mail_server(LONG, "mim.contoso.com", 25).await,
    ] {
        assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_name_is_not_looked_up() {
    let long = "a".repeat(300);
    for name in [
        "",
        " ",
        "a b",
        "mim\0.contoso.com",
        "https://mim.contoso.com",
        "mim:80",
        "\u{1b}[2J",
        &long,
    ] {
        let seen = no(resolves(LONG, name).await);
        assert!(seen.ends_with("cannot be the name of a host"), "{seen}");
        assert!(!seen.contains(['\0', '\u{1b}']), "{seen:?}");
        no(reachable(LONG, name, 80).await);
        no(mail_server(LONG, name, 25).await);
    }
}

#[tokio::test]
async fn a_port_at_which_somebody_listens_is_reachable() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = yes(reachable(LONG, "127.0.0.1", port).await);
    assert_eq!(seen, format!("connected to `127.0.0.1:{port}`"));
}

#[tokio::test]
async fn one_address_of_several_is_enough() {
    // `localhost` is often `::1` too, at which nobody listens here.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    yes(reachable(LONG, "localhost", port).await);
}

#[tokio::test]
async fn a_refused_connection_is_a_no() {
    let port = closed_port();
    let seen = no(reachable(LONG, "127.0.0.1", port).await);
    assert_eq!(seen, format!("`127.0.0.1:{port}` refuses the connection"));
}

/// Linux drops what comes to a full queue; other systems refuse it.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_that_is_not_answered_is_a_no_that_says_so() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    // Nobody takes them, so the queue fills; how many fit is the system's secret.
    let mut queue = Vec::new();
    while let Ok(stream) =
        tokio::time::timeout(SHORT, tokio::net::TcpStream::connect(address)).await
    {
        queue.push(stream.unwrap());
        assert!(queue.len() < 100, "the queue takes everybody");
    }
    let seen = no(reachable(SHORT, "127.0.0.1", address.port()).await);
    assert_eq!(seen, format!("`{address}` does not answer within 0.3 seconds"));
}

#[tokio::test]
async fn a_mail_server_greets_and_says_what_it_offers() {
    let seen = yes(
        mail(&[
            "220 mail.contoso.com ESMTP\r\n",
            "250-mail.contoso.com\r\n250-SIZE 37748736\r\n250-starttls\r\n250-AUTH NTLM GSSAPI\r\n250 AUTH=LOGIN NTLM\r\n",
            "221 bye\r\n",
        ])
        .await,
    );
    assert_eq!(seen, "`220 mail.contoso.com ESMTP`; TLS offered; sign-in by NTLM, GSSAPI, LOGIN");
}

#[tokio::test]
async fn a_mail_server_may_offer_nothing_and_need_not_say_goodbye() {
    let seen = yes(mail(&["220 x\r\n", "250 x\r\n"]).await);
    assert_eq!(seen, "`220 x`; no TLS offered; no sign-in offered");
    let seen = yes(mail(&["220-x\r\n220 y\n", "250-x\r\n250 STARTTLS\r\n"]).await);
    assert_eq!(seen, "`220 x`; TLS offered; no sign-in offered before TLS");
}

#[tokio::test]
async fn a_blank_line_in_what_is_offered_is_passed_over() {
    let seen = yes(mail(&["220 x\r\n", "250-x\r\n250-   \r\n250-\r\n250 AUTH LOGIN\r\n"]).await);
    assert_eq!(seen, "`220 x`; no TLS offered; sign-in by LOGIN");
}

#[tokio::test]
async fn a_mail_server_that_turns_away_is_a_no_with_its_words() {
    let seen = no(mail(&["554 no service for you\r\n"]).await);
    assert!(seen.ends_with("turns this machine away: `554 no service for you`"), "{seen}");
    let seen = no(mail(&["220 x\r\n", "550-not you\r\n550 really\r\n"]).await);
    assert!(seen.ends_with("greets, but refuses `EHLO`: `550 not you`"), "{seen}");
}

#[tokio::test]
async fn what_is_no_mail_server_is_a_no() {
    let seen = no(mail(&["SSH-2.0-OpenSSH_9.2\r\n"]).await);
    assert!(seen.ends_with("does not speak SMTP: `SSH-2.0-OpenSSH_9.2`"), "{seen}");
    for greeting in
        ["\r\n", "220", "22", "2200 x\r\n", "099 x\r\n", "220-a\r\n250 b\r\n", "é\r\n", "2é0 x\r\n"]
    {
        let greeting: &'static [&'static str] = Vec::leak(vec![greeting]);
        no(mail(greeting).await);
    }
}

#[tokio::test]
async fn a_mail_server_cannot_draw_on_the_terminal() {
    let seen =
        yes(mail(&["220 \u{1b}[2J`x`\u{202e}\r\n", "250-x\r\n250 AUTH \u{1b}[2J\r\n"]).await);
    assert!(!seen.contains(['\u{1b}', '\u{202e}']), "{seen:?}");
    assert!(seen.starts_with("`220 \\u{1b}[2J'x'"), "{seen}");
}

#[tokio::test]
async fn a_line_without_end_is_not_read_for_ever() {
    let port = server(|mut stream| while stream.write_all(&[b'2'; 4096]).is_ok() {});
    let seen = no(mail_server(LONG, "127.0.0.1", port).await);
    assert!(seen.contains("does not speak SMTP"), "{seen}");
    let port = server(|mut stream| while stream.write_all(b"220-and more\r\n").is_ok() {});
    let seen = no(mail_server(LONG, "127.0.0.1", port).await);
    assert!(seen.len() < 300, "{seen}");
}

#[tokio::test]
async fn a_mail_server_that_hangs_up_is_a_no() {
    let seen = no(mail_server(LONG, "127.0.0.1", server(drop)).await);
    assert!(seen.ends_with("closes the connection"), "{seen}");
    let seen = no(mail(&["220 x\r\n"]).await);
    assert!(seen.ends_with("greets, but after `EHLO` it closes the connection"), "{seen}");
    let port = closed_port();
    let seen = no(mail_server(LONG, "127.0.0.1", port).await);
    assert!(seen.ends_with("refuses the connection"), "{seen}");
}

#[tokio::test]
async fn a_mail_server_that_is_silent_is_a_no_that_says_so() {
    // The system takes the connection, and nobody ever speaks.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = no(mail_server(SHORT, "127.0.0.1", port).await);
    assert!(seen.ends_with("takes the connection and says nothing within 0.3 seconds"), "{seen}");
    let port = server(|mut stream| {
        stream.write_all(b"220 x\r\n").unwrap();
        // It ends with the client.
        drop(stream.read_to_end(&mut Vec::new()));
    });
    let seen = no(mail_server(Duration::from_secs(2), "127.0.0.1", port).await);
    assert!(seen.ends_with("greets, but does not answer `EHLO`"), "{seen}");
}

/// A real mail server, stopped at the end.
struct Real(Child, u16);

impl Drop for Real {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts `tests/mail/server.py` with the Python that `.ci/mail` names.
fn real(mode: &str) -> Option<Real> {
    let Some(python) = std::env::var_os("MIMEO_MAIL_PYTHON") else {
        eprintln!("skipped: no MIMEO_MAIL_PYTHON; run .ci/mail");
        return None;
    };
    let mut command = Command::new(python);
    command.arg(root().join("tests/mail/server.py")).arg(mode).stdout(Stdio::piped());
    let mut child = command.spawn().expect("Python starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    Some(Real(child, line.trim().parse().expect("it prints its port")))
}

#[tokio::test]
async fn a_real_mail_server_without_tls() {
    let Some(server) = real("plain") else { return };
    let seen = yes(mail_server(LONG, "127.0.0.1", server.1).await);
    assert!(seen.starts_with("`220 mail.contoso.com "), "{seen}");
    assert!(seen.ends_with("; no TLS offered; no sign-in offered"), "{seen}");
}

#[tokio::test]
async fn a_real_mail_server_that_wants_tls_before_the_sign_in() {
    let Some(server) = real("starttls") else { return };
    let seen = yes(mail_server(LONG, "127.0.0.1", server.1).await);
    assert!(seen.ends_with("; TLS offered; no sign-in offered before TLS"), "{seen}");
}

#[tokio::test]
async fn a_real_mail_server_with_sign_in() {
    let Some(server) = real("auth") else { return };
    let seen = yes(mail_server(LONG, "127.0.0.1", server.1).await);
    assert!(seen.contains("; no TLS offered; sign-in by "), "{seen}");
    assert!(seen.contains("LOGIN") && seen.contains("PLAIN"), "{seen}");
}
