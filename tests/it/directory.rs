//! Accounts and service principal names: loopback servers that are no directory, and a real one where there is one.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests")]

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;
use std::time::Duration;

use mimeo::execute::directory::descriptor::{allowed, sid_text};
use mimeo::execute::directory::{Directory, Protection, Server, SignIn};
use mimeo::execute::machine::Answer;
use mimeo::execute::network;
use secrecy::SecretString;

const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(500);
const PASSWORD: &str = "Pa55-that-nobody-sees";

fn password(user: &str, password: &str, protection: Protection) -> SignIn {
    SignIn::Password { user: user.to_owned(), password: password.into(), protection }
}

/// A directory on this machine.
fn at(port: u16, protection: Protection, limit: Duration) -> Directory {
    Directory {
        server: Server::Host("localhost".to_owned()),
        port: Some(port),
        sign_in: password(r"CONTOSO\asker", PASSWORD, protection),
        authorities: None,
        limit,
    }
}

/// A server that answers every connection with these bytes as soon as something was said to it.
fn says(bytes: &'static [u8]) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            if stream.read(&mut [0; 1024]).is_ok() {
                drop(stream.write_all(bytes));
            }
        }
    });
    port
}

/// The reason, and that it holds no secret.
#[track_caller]
fn unknown(answer: Answer) -> String {
    let Answer::Unknown(reason) = answer else { panic!("{answer:?}") };
    assert!(!reason.contains(PASSWORD), "{reason}");
    reason
}

#[track_caller]
fn no(answer: Answer) -> String {
    let Answer::No(seen) = answer else { panic!("{answer:?}") };
    seen
}

#[track_caller]
fn yes(answer: Answer) -> String {
    let Answer::Yes(seen) = answer else { panic!("{answer:?}") };
    seen
}

#[tokio::test]
async fn a_directory_that_refuses_connections_leaves_it_unknown() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for protection in [Protection::Tls, Protection::StartTls] {
        let reason = unknown(at(port, protection, LONG).account("CONTOSO", "svcMIMService").await);
        assert!(reason.starts_with("no connection to `ldap"), "{reason}");
    }
}

#[tokio::test]
async fn a_silent_directory_leaves_it_unknown() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    for protection in [Protection::Tls, Protection::StartTls] {
        let directory = at(port, protection, SHORT);
        let reason = unknown(directory.managed_account("CONTOSO", "svcMIMPool$").await);
        let late = reason == "the directory does not answer within 0.5 seconds";
        assert!(late || reason.ends_with(": no answer in time"), "{reason}");
    }
}

#[tokio::test]
async fn what_is_no_directory_leaves_it_unknown() {
    for bytes in [
        &b""[..],
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x30\x03\x02\x01\x01",
        b"\x30\x84\xFF\xFF\xFF\xFF\x02\x01\x01",
        b"\x30\x0C\x02\x01\x01\x78\x07\x0A\x01\x02\x04\x00\x04\x00",
        b"\x30\x05\x02\x01\x01\x65\x00",
        b"\x15\x03\x01\x00\x02\x02\x28",
    ] {
        let port = says(bytes);
        for protection in [Protection::Tls, Protection::StartTls] {
            let directory = at(port, protection, Duration::from_secs(3));
            unknown(directory.service_principal_name("http/x", "CONTOSO", "svcMIMService").await);
        }
    }
}

#[tokio::test]
async fn a_server_without_tls_never_hears_the_password() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = vec![0; 1024];
        let count = stream.read(&mut heard).unwrap();
        heard.truncate(count);
        // It does not support the extended operation: protocolError.
        stream.write_all(b"\x30\x0C\x02\x01\x01\x78\x07\x0A\x01\x02\x04\x00\x04\x00").unwrap();
        stream.read_to_end(&mut heard).unwrap();
        heard
    });
    let reason = unknown(at(port, Protection::StartTls, LONG).account("CONTOSO", "x").await);
    assert!(reason.contains("code 2"), "{reason}");
    let heard = heard.join().unwrap();
    // The request to begin with TLS, and nothing after it.
    assert!(heard.windows(22).any(|it| it == b"1.3.6.1.4.1.1466.20037"), "{heard:?}");
    assert!(!heard.windows(PASSWORD.len()).any(|it| it == PASSWORD.as_bytes()), "{heard:?}");
}

#[tokio::test]
async fn a_sign_in_without_a_password_is_not_tried() {
    let mut directory = at(1, Protection::Tls, LONG);
    directory.sign_in = password("asker", "", Protection::Tls);
    let reason = unknown(directory.account("CONTOSO", "svcMIMService").await);
    assert_eq!(reason, "the sign-in to the directory has no user or no password");
}

#[tokio::test]
async fn what_cannot_be_a_host_is_not_asked() {
    for host in ["", "a b", "dc01.contoso.com/x", "user@dc01", "dc01\0", "[::1"] {
        let mut directory = at(1, Protection::Tls, LONG);
        directory.server = Server::Host(host.to_owned());
        let reason = unknown(directory.account("CONTOSO", "svcMIMService").await);
        assert!(reason.ends_with("is not the name of a host"), "{reason}");
    }
}

#[tokio::test]
async fn authorities_that_are_none_are_told() {
    let mut directory = at(1, Protection::Tls, LONG);
    for text in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        directory.authorities = Some(text.to_owned());
        let reason = unknown(directory.account("CONTOSO", "svcMIMService").await);
        assert!(
            reason.starts_with("the certificates of the authorities cannot be used"),
            "{reason}"
        );
    }
}

#[cfg(not(windows))]
#[tokio::test]
async fn the_current_user_takes_windows() {
    let mut directory = at(1, Protection::Tls, LONG);
    directory.sign_in = SignIn::CurrentUser;
    let reason = unknown(directory.account("CONTOSO", "svcMIMService").await);
    assert_eq!(reason, "it takes Windows to ask the directory as the current user");
}

#[test]
fn a_directory_shows_no_password() {
    let directory = at(1, Protection::Tls, LONG);
    assert!(!format!("{directory:?}").contains(PASSWORD));
}

#[test]
fn a_descriptor_says_who_is_allowed() {
    // O:SY D:(A;;;;;BA)(D;;;;;WD)(A;;;;;BA)
    let administrators = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
    let everybody = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];
    let mut bytes = vec![1, 0, 4, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0];
    bytes.extend([2, 0, 76, 0, 3, 0, 0, 0]);
    bytes.extend([0, 0, 24, 0, 0, 0, 0, 0].iter().chain(&administrators));
    bytes.extend([1, 0, 20, 0, 0, 0, 0, 0].iter().chain(&everybody));
    bytes.extend([0, 0, 24, 0, 0, 0, 0, 0].iter().chain(&administrators));
    let sids = allowed(&bytes).unwrap();
    assert_eq!(sids.iter().map(|it| sid_text(it)).collect::<Vec<_>>(), ["S-1-5-32-544"]);
    // Cut anywhere, or with any byte wrong, it is refused or read, and nothing else.
    for length in 0..bytes.len() {
        assert_eq!(allowed(&bytes[..length]), None);
    }
    for at in 0..bytes.len() {
        for byte in 0..=255 {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            for sid in allowed(&bytes).unwrap_or_default() {
                assert!(sid_text(&sid).starts_with("S-"));
            }
        }
    }
    assert_eq!(sid_text(&[1, 2, 3]), "a damaged SID");
}

/// The real directory that `.ci/directory` has started.
fn real() -> Option<Directory> {
    let Some(authorities) = std::env::var_os("MIMEO_DIRECTORY") else {
        eprintln!("skipped: no MIMEO_DIRECTORY; run .ci/directory");
        return None;
    };
    let password = std::env::var("MIMEO_DIRECTORY_PASSWORD").expect("it is set with the other");
    Some(Directory {
        server: Server::Host("dc01.contoso.com".to_owned()),
        port: None,
        sign_in: SignIn::Password {
            user: r"CONTOSO\asker".to_owned(),
            password: SecretString::from(password),
            protection: Protection::Tls,
        },
        authorities: Some(std::fs::read_to_string(authorities).unwrap()),
        limit: LONG,
    })
}

#[tokio::test]
async fn an_account_that_can_sign_in_is_a_yes() {
    let Some(directory) = real() else { return };
    let seen = yes(directory.account("CONTOSO", "svcMIMService").await);
    assert_eq!(seen, r"`CONTOSO\svcMIMService` is enabled");
    // The directory does not mind the case, and knows the domain by its other name too.
    yes(directory.account("contoso", "SVCMIMSERVICE").await);
    yes(directory.account("contoso.com", "svcMIMService").await);
}

#[tokio::test]
async fn an_account_that_cannot_sign_in_is_a_no_that_says_why() {
    let Some(directory) = real() else { return };
    for (name, flaw) in [
        ("svcDisabled", "is disabled"),
        ("svcExpired", "expired on 2020-01-31"),
        ("svcLocked", "is locked out"),
        ("svcOldPassword", "has a password that has expired"),
    ] {
        let seen = no(directory.account("CONTOSO", name).await);
        assert_eq!(seen, format!("`CONTOSO\\{name}` {flaw}"));
    }
}

#[tokio::test]
async fn what_is_no_regular_account_is_a_no_that_says_what_it_is() {
    let Some(directory) = real() else { return };
    for (name, what) in [
        (
            "svcMIMPool$",
            r"`CONTOSO\svcMIMPool$` is a group managed service account, not a regular one",
        ),
        (
            "svcMIMPool",
            r"`CONTOSO\svcMIMPool$` is a group managed service account, not a regular one",
        ),
        ("MIM01$", r"`CONTOSO\MIM01$` is the account of a computer, not a regular one"),
        ("MIMHosts", r"`CONTOSO\MIMHosts` is a group, not a regular one"),
        ("svcNobody", "CONTOSO has no `svcNobody`"),
        ("", "`` cannot be a name in a directory"),
    ] {
        assert_eq!(no(directory.account("CONTOSO", name).await), what);
    }
}

#[tokio::test]
async fn a_name_is_not_a_filter() {
    let Some(directory) = real() else { return };
    for name in
        ["svcMIM*", "*", "x)(sAMAccountName=svcMIMService", "\\2a", "svcMIMService\0", "\u{1b}[2J"]
    {
        no(directory.account("CONTOSO", name).await);
        no(directory.managed_account("CONTOSO", name).await);
        no(directory.service_principal_name(name, "CONTOSO", "svcMIMService").await);
    }
    yes(directory.account("CONTOSO", "svc(x)").await);
    for domain in ["", "CONT*", "*", "CONTOSO)(cn=*", "CONTOSO\0"] {
        unknown(directory.account(domain, "svcMIMService").await);
    }
}

#[tokio::test]
async fn a_managed_account_tells_who_may_retrieve_its_password() {
    let Some(directory) = real() else { return };
    for name in ["svcMIMPool$", "svcMIMPool"] {
        let seen = yes(directory.managed_account("CONTOSO", name).await);
        assert_eq!(
            seen,
            r"`CONTOSO\svcMIMPool$`; its password may be retrieved by `MIMHosts`, `S-1-5-21-1-2-3-4444`"
        );
    }
}

#[tokio::test]
async fn what_is_no_managed_account_is_a_no_that_says_what_it_is() {
    let Some(directory) = real() else { return };
    for (name, what) in [
        (
            "svcMIMService$",
            r"`CONTOSO\svcMIMService` is a regular account, not a group managed service account",
        ),
        (
            "MIM01$",
            r"`CONTOSO\MIM01$` is the account of a computer, not a group managed service account",
        ),
        ("svcMIMOff$", r"`CONTOSO\svcMIMOff$` is disabled"),
        ("svcNobody$", "CONTOSO has no `svcNobody$`"),
        ("$", "`` cannot be a name in a directory"),
    ] {
        assert_eq!(no(directory.managed_account("CONTOSO", name).await), what);
    }
}

#[tokio::test]
async fn a_service_principal_name_is_found_wherever_it_is() {
    let Some(directory) = real() else { return };
    let ask = async |name: &str, account: &str| {
        directory.service_principal_name(name, "CONTOSO", account).await
    };
    let seen = yes(ask("FIMService/mim.contoso.com", "svcMIMService").await);
    assert_eq!(seen, "`FIMService/mim.contoso.com` is registered for `svcMIMService`");
    yes(ask("fimservice/MIM", "SVCMIMSERVICE").await);
    yes(ask("http/pool.contoso.com", "svcMIMPool$").await);
    let seen = no(ask("http/portal.contoso.com", "svcMIMService").await);
    assert_eq!(
        seen,
        "`http/portal.contoso.com` is registered for `svcOther`, not for `svcMIMService`"
    );
    let seen = no(ask("FIMService/double.contoso.com", "svcMIMService").await);
    assert_eq!(
        seen,
        "`FIMService/double.contoso.com` is registered for `svcMIMService` and also for `svcOther`"
    );
    let seen = no(ask("http/nowhere.contoso.com", "svcMIMService").await);
    assert_eq!(seen, "`http/nowhere.contoso.com` is registered for no account");
}

#[tokio::test]
async fn another_domain_is_unknown() {
    let Some(directory) = real() else { return };
    let reason = unknown(directory.account("FABRIKAM", "svcMIMService").await);
    assert_eq!(reason, "the forest that was asked has no domain `FABRIKAM`, but `CONTOSO`");
}

#[tokio::test]
async fn tls_on_request_and_the_domains_name_lead_there_too() {
    let Some(mut directory) = real() else { return };
    let SignIn::Password { user, password, .. } = directory.sign_in.clone() else { unreachable!() };
    let protection = Protection::StartTls;
    directory.sign_in = SignIn::Password {
        user: "asker@contoso.com".to_owned(),
        password: password.clone(),
        protection,
    };
    yes(directory.account("CONTOSO", "svcMIMService").await);
    directory.server = Server::Domain("contoso.com".to_owned());
    yes(directory.account("CONTOSO", "svcMIMService").await);
    directory.sign_in = SignIn::Password { user, password, protection: Protection::Tls };
    yes(directory.account("CONTOSO", "svcMIMService").await);
}

#[tokio::test]
async fn a_refused_sign_in_leaves_it_unknown_and_says_why() {
    let Some(mut directory) = real() else { return };
    directory.sign_in = password(r"CONTOSO\asker", PASSWORD, Protection::Tls);
    let reason = unknown(directory.account("CONTOSO", "svcMIMService").await);
    assert_eq!(
        reason,
        r"the directory refuses the sign-in of `CONTOSO\asker`: the user or the password is wrong"
    );
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_leaves_it_unknown() {
    let Some(mut directory) = real() else { return };
    directory.authorities = None;
    let reason = unknown(directory.account("CONTOSO", "svcMIMService").await);
    assert!(reason.contains("certificate"), "{reason}");
    // Trusted, but made for another name.
    let mut directory = real().unwrap();
    directory.server = Server::Host("localhost".to_owned());
    let reason = unknown(directory.account("CONTOSO", "svcMIMService").await);
    assert!(reason.starts_with("no connection to `ldaps://localhost`"), "{reason}");
}

#[tokio::test]
async fn a_name_server_that_does_not_know_a_name_says_no() {
    if real().is_none() {
        return;
    }
    let seen = yes(network::resolves(LONG, "dc01.contoso.com").await);
    assert_eq!(seen, "`127.0.0.10`");
    let seen = no(network::resolves(LONG, "mim.contoso.com").await);
    assert_eq!(seen, "no name server knows `mim.contoso.com`");
}
