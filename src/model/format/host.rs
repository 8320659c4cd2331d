//! Names of computers, domains and instances of SQL Server.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::code;
use crate::diagnostic::Code;

use super::identity::is_guid;
use super::tidy::{char_at, in_quotes, lost_backslash, shown, tidy};
use super::{DomainName, Format, HostName, Malformed, SqlServer};

code! {
    /// Setup writes the name as it stands into service principal names, into the addresses that clients use and into
    /// configuration files. The wizard itself asks not to use localhost and not to prefix `http://` or `https://`:
    /// so it is the name alone, without scheme, port or path. A DNS name has letters, digits, `-` and `.` only.
    ///
    /// ```rhai,reports
    /// synchronization::server("https://mim.contoso.com");
    /// ```
    ///
    /// Write the name alone:
    ///
    /// ```rhai
    /// synchronization::server("mim.contoso.com");
    /// ```
    HOST_NAME: Error = "value-host", "not a host name"
        , source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
        , source "https://learn.microsoft.com/en-us/troubleshoot/windows-server/active-directory/naming-conventions-for-computer-domain-site-ou" seen "2026-11-23"
}

impl Format for HostName {
    const WHAT: &'static str = "a host name";
    const EXAMPLE: &'static str = "mim.contoso.com";
    const CODE: &'static Code = &HOST_NAME;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        if is_address(text) {
            return Ok(HostName(text.to_owned()));
        }
        no_scheme::<Self>(text)?;
        if let Some(host) = text.strip_prefix(r"\\") {
            return Err(Malformed::plain::<Self>(r"begins with `\\`").at(0..2).instead(host));
        }
        if let Some(at) = text.find('\\') {
            let is = if text[..at].contains('.') || at > 15 {
                format!("has an instance (`{}`)", &text[at..])
            } else {
                r"has a backslash (`\`)".to_owned()
            };
            return Err(Malformed::new(is, "write the name of the host alone").at(at..text.len()));
        }
        no_port(text, "write the name of the host alone; the port has no place here")?;
        no_path::<Self>(text)?;
        dns_name::<Self>(text, "host", "")?;
        not_half_an_address(text)?;
        Ok(HostName(text.to_owned()))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

code! {
    /// A tenant, and the part of a mail address after its `@`, are named by a DNS domain. The short NetBIOS name of an
    /// Active Directory domain (`contoso`) is not one, nor is the address of a web site.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso");
    /// ```
    ///
    /// Write the domain in full:
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// ```
    DOMAIN_NAME: Error = "value-domain", "not a DNS domain"
        , source "https://learn.microsoft.com/en-us/troubleshoot/windows-server/active-directory/naming-conventions-for-computer-domain-site-ou" seen "2026-11-23"
}

impl Format for DomainName {
    const WHAT: &'static str = "a DNS domain";
    const EXAMPLE: &'static str = "contoso.onmicrosoft.com";
    const CODE: &'static Code = &DOMAIN_NAME;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        no_scheme::<Self>(text)?;
        if let Some((mailbox, domain)) = text.split_once('@') {
            let is = format!("has a user before the domain (`{mailbox}@`)");
            return Err(Malformed::plain::<Self>(is).at(0..mailbox.len() + 1).instead(domain));
        }
        if is_guid(text) {
            let help = "write the domain, such as `contoso.onmicrosoft.com`";
            return Err(Malformed::new("is an ID, not a domain", help));
        }
        no_port(text, "write the domain alone")?;
        no_path::<Self>(text)?;
        dns_name::<Self>(text, "domain", "")?;
        if !text.contains('.') {
            let help = "write the whole domain, such as `contoso.com` or `contoso.onmicrosoft.com`";
            return Err(Malformed::new("has no dot, so it is no DNS domain", help));
        }
        if is_address(text) {
            return Err(Malformed::new("is an IP address", "write the domain's DNS name"));
        }
        not_half_an_address(text)?;
        Ok(DomainName(text.to_owned()))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

code! {
    /// The wizard asks for "Server or Server\Instance": the name of a host, cluster or listener, and for a named
    /// instance a backslash and its name. It documents no port (`sql,1433`) and no protocol (`tcp:sql`). A port
    /// belongs into an alias of the SQL client on this server (`cliconfg.exe`), whose name is then given here.
    ///
    /// ```rhai,reports
    /// sql::database("sql.contoso.com,1433");
    /// ```
    ///
    /// Write the server, or an alias for server and port:
    ///
    /// ```rhai
    /// sql::database("sql.contoso.com");
    /// ```
    SQL_SERVER: Error = "value-sql-server", "not a server or instance of SQL Server"
        , source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
        , source "https://learn.microsoft.com/en-us/sql/sql-server/install/instance-configuration" seen "2026-11-23"
}

impl Format for SqlServer {
    const WHAT: &'static str = "an SQL Server";
    const EXAMPLE: &'static str = "sql.contoso.com";
    const CODE: &'static Code = &SQL_SERVER;

    fn judge(text: &str) -> Result<Self, Malformed> {
        if text.trim().contains(char::is_control) {
            lost_backslash::<Self>(text)?;
        }
        tidy::<Self>(text)?;
        for protocol in ["tcp:", "np:", "lpc:", "admin:"] {
            if text.get(..protocol.len()).is_some_and(|head| head.eq_ignore_ascii_case(protocol)) {
                return Err(Malformed::new(format!("names a protocol (`{protocol}`)"), ALIAS)
                    .at(0..protocol.len())
                    .instead_with(&text[protocol.len()..], ALIAS));
            }
        }
        no_scheme::<Self>(text)?;
        no_port(text, ALIAS)?;
        if let Some(server) = text.strip_prefix(r"\\") {
            return Err(Malformed::plain::<Self>(r"begins with `\\`").at(0..2).instead(server));
        }
        if let Some(at) = text.find('/') {
            let whole = text.replace('/', r"\");
            return Err(Malformed::plain::<Self>(r"has `/` where a `\` belongs")
                .at(at..at + 1)
                .instead_with(&*whole, in_quotes(&whole)));
        }
        let Some((host, instance)) = text.split_once('\\') else {
            sql_host(text)?;
            return Ok(SqlServer { host: text.to_owned(), instance: None });
        };
        let at = host.len();
        if host.eq_ignore_ascii_case("(localdb)") {
            let is = "is LocalDB, which no service can use";
            return Err(Malformed::plain::<Self>(is).at(0..at));
        }
        if let Some(single) = instance.strip_prefix('\\') {
            let whole = format!(r"{host}\{single}");
            return Err(Malformed::new("has two backslashes", "write one backslash")
                .at(at..at + 2)
                .instead_with(&*whole, in_quotes(&whole)));
        }
        if host.is_empty() {
            let help = r"write the server before the backslash, such as `sql.contoso.com\MIM`";
            return Err(Malformed::new("has nothing before its backslash", help).at(0..1));
        }
        if instance.is_empty() {
            return Err(Malformed::new(
                "has no instance after its backslash",
                format!("write the instance, or for the default instance `{host}`"),
            )
            .at(at..at + 1));
        }
        sql_host(host).map_err(|malformed| malformed.of("a server").within(text, 0..at))?;
        if ["MSSQLSERVER", "DEFAULT"].iter().any(|name| name.eq_ignore_ascii_case(instance)) {
            let is = format!("names the default instance (`{instance}`), which has no name");
            return Err(Malformed::plain::<Self>(is).at(at + 1..text.len()).instead(host));
        }
        sql_instance(instance).map_err(|malformed| malformed.within(text, at + 1..text.len()))?;
        Ok(SqlServer { host: host.to_owned(), instance: Some(instance.to_owned()) })
    }

    fn text(&self) -> String {
        match &self.instance {
            Some(instance) => format!(r"{}\{instance}", self.host),
            None => self.host.clone(),
        }
    }
}

const ALIAS: &str = "write the server alone; for a port or protocol of its own, make an SQL client alias on this \
                     server with `cliconfg.exe` and write the alias";

/// The part before the backslash: a host, `.`, `(local)`, or an alias, which may have `_`.
fn sql_host(host: &str) -> Result<(), Malformed> {
    if matches!(host, "." | "(local)") || is_address(host) {
        return Ok(());
    }
    dns_name::<SqlServer>(host, "server", "_")?;
    not_half_an_address(host)
}

/// The rules for a named instance; a digit may begin it, and is left to SQL Server.
fn sql_instance(instance: &str) -> Result<(), Malformed> {
    const MOST: usize = 16;
    let help = "write the instance as SQL Server Configuration Manager shows it";
    let fits = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$' | '#');
    if let Some(at) = instance.find(|char| !fits(char)) {
        let part = char_at(instance, at);
        let is = format!(
            "has {} in its instance, which no instance has",
            shown(&instance[part.clone()])
        );
        return Err(Malformed::new(is, help).at(part));
    }
    let length = instance.chars().count();
    if length > MOST {
        let is =
            format!("has an instance of {length} characters, and SQL Server takes at most {MOST}");
        return Err(Malformed::new(is, help));
    }
    Ok(())
}

/// Whether the name means the computer on which it is looked up.
pub(super) fn is_local(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.eq_ignore_ascii_case("localhost.localdomain")
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// Whether the name is an IPv4 address.
pub(super) fn is_address(host: &str) -> bool {
    host.parse::<Ipv4Addr>().is_ok()
}

/// Refuses a scheme, and the path behind it.
fn no_scheme<F: Format>(text: &str) -> Result<(), Malformed> {
    let Some(at) = text.find(':').and_then(|_| text.find("://")) else { return Ok(()) };
    let rest = &text[at + 3..];
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let help = format!("write {} without scheme and path, such as `{}`", F::WHAT, F::EXAMPLE);
    Err(Malformed::new(format!("has a scheme (`{}`)", &text[..at + 3]), help)
        .at(0..at + 3)
        .instead(host))
}

/// Refuses a path behind a name.
fn no_path<F: Format>(text: &str) -> Result<(), Malformed> {
    let Some(at) = text.find('/').filter(|at| *at > 0) else { return Ok(()) };
    Err(Malformed::plain::<F>(format!("has a path (`{}`)", &text[at..]))
        .at(at..text.len())
        .instead(&text[..at]))
}

/// Refuses a port behind a `:` or a `,`, and an IPv6 address.
fn no_port(text: &str, help: &str) -> Result<(), Malformed> {
    let Some(at) = text.find([':', ',']) else {
        return Ok(());
    };
    let bare = text.trim_start_matches('[').split(']').next().unwrap_or(text);
    if bare.parse::<Ipv6Addr>().is_ok() {
        return Err(Malformed::new("is an IPv6 address", "write the host's DNS name"));
    }
    let digits = text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
    let part = at..at + 1 + digits;
    let what = if digits > 0 { "a port" } else { "something like a port" };
    let is = format!("has {what} (`{}`)", &text[part.clone()]);
    Err(Malformed::new(is, help).at(part))
}

/// Refuses numbers where a name belongs: `10.0.0`, `10.0.0.256`, `5725`.
fn not_half_an_address(text: &str) -> Result<(), Malformed> {
    let last = text.rsplit('.').next().unwrap_or(text);
    if is_address(text) || !last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    if !text.contains('.') {
        return Err(Malformed::new("is a number, not a name", "write the DNS name"));
    }
    let help = "write four numbers up to 255 with dots between them, or better a DNS name";
    Err(Malformed::new("ends in a number, but is no IP address", help))
}

/// The rules of RFC 1123 for a name of labels: letters, digits and `-` (and `more`), 63 bytes each, 253 in all.
pub(super) fn dns_name<F: Format>(text: &str, what: &str, more: &str) -> Result<(), Malformed> {
    let fits = |char: char| {
        char.is_ascii_alphanumeric() || matches!(char, '-' | '.') || more.contains(char)
    };
    if let Some(at) = text.find(|char| !fits(char)) {
        let part = char_at(text, at);
        let char = &text[part.clone()];
        let (is, help) = match char {
            " " => ("has a blank".to_owned(), format!("write the {what}'s name without blanks")),
            "_" => (
                "has `_`, which no DNS name has".to_owned(),
                format!("write the {what}'s DNS name, with `-` if that is what it has"),
            ),
            "@" => (
                format!("has `@`, so it is not the name of a {what}"),
                format!("write the name of the {what} alone"),
            ),
            "*" => (
                "has `*`, which stands for many names".to_owned(),
                format!("write the name of one {what}"),
            ),
            _ if !char.is_ascii() => (
                format!("has `{char}`, which no DNS name has"),
                "write its ASCII form, which begins with `xn--`".to_owned(),
            ),
            _ => (
                format!("has `{char}`, which no DNS name has"),
                "use letters, digits, `-` and `.`".to_owned(),
            ),
        };
        return Err(Malformed::new(is, help).at(part));
    }
    if text.len() > 253 {
        let is = format!("has {} characters, and a DNS name at most 253", text.len());
        return Err(Malformed::new(is, format!("write the {what}'s DNS name")));
    }
    let mut start = 0;
    for label in text.split('.') {
        let part = start..start + label.len();
        start = part.end + 1;
        if label.is_empty() {
            return Err(empty_label::<F>(text, part.start, what));
        }
        if label.len() > 63 {
            let is = format!("has a part of {} characters, and DNS takes at most 63", label.len());
            return Err(Malformed::new(is, format!("write the {what}'s DNS name")).at(part));
        }
        if label.starts_with('-') || label.ends_with('-') {
            let is = "has a part that begins or ends with `-`";
            return Err(Malformed::new(is, "leave that `-` out").at(part));
        }
    }
    Ok(())
}

/// A value that was put together (`${host}.contoso.com`) lacks a part if what went into it was empty.
fn empty_label<F: Format>(text: &str, at: usize, what: &str) -> Malformed {
    if at == 0 {
        return Malformed::new(
            "begins with a dot",
            format!("write the name of the {what} before the dot; a value that should stand there may be empty"),
        )
        .at(0..1);
    }
    if at == text.len() {
        let bare = text.trim_end_matches('.');
        return Malformed::plain::<F>("ends with a dot").at(bare.len()..text.len()).instead(bare);
    }
    Malformed::new(
        "has nothing between two dots",
        "write the part that is missing; a value that should stand there may be empty",
    )
    .at(at - 1..at + 1)
}
