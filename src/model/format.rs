//! The formats of values: what a host name, an account or a path must look like, and what to say of one that does not.
//!
//! Every format is a type that can only be made by [`Format::parse`], so whoever holds one need not doubt it. A text
//! that does not fit is answered with a [`Malformed`]: what it is, which part is guilty, what to write, and, where
//! there is no doubt, the corrected text. It knows no place; whoever read the text adds the span.
//!
//! The types stand here, their rules and codes in the modules below. A rule refuses what cannot work; what is only
//! unwise (`localhost` as the service's address) is parsed, can be told ([`HostName::is_local`]), and is judged by
//! the checks of its subject.

pub mod account;
pub mod address;
pub mod host;
pub mod identity;
pub mod path;
pub mod text;
mod tidy;

use std::fmt;
use std::ops::Range;

use crate::diagnostic::Code;
use crate::model::format::tidy::is_invisible;

/// A kind of value with a fixed form.
pub trait Format: Clone + Send + Sync + 'static {
    /// What it is, with its article: `a host name`.
    const WHAT: &'static str;
    /// One that is right.
    const EXAMPLE: &'static str;
    /// The code under which a text that does not fit is reported.
    const CODE: &'static Code;

    /// Reads the text, or says why it does not fit.
    fn parse(text: &str) -> Result<Self, Malformed> {
        Self::judge(text).map_err(Malformed::tried::<Self>)
    }

    /// Reads the text by the rules alone: a correction in the answer has not been tried.
    fn judge(text: &str) -> Result<Self, Malformed>;

    /// The text of the value, as written where the format does not normalise it.
    fn text(&self) -> String;
}

/// Why a text does not fit a [`Format`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Malformed {
    /// Completes "`x` …": `has a port`. See [`Malformed::headline`].
    pub is: String,
    /// The guilty bytes of the text, if it is not all of them.
    pub part: Option<Range<usize>>,
    /// What to do, an imperative sentence.
    pub help: String,
    /// The whole corrected text, if there is no doubt; it parses.
    pub instead: Option<String>,
    correction: Option<Box<Correction>>,
}

/// A corrected text that has not been tried, and what to do if it fits.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Correction {
    text: String,
    help: String,
}

impl Malformed {
    /// The whole headline for a text: "`mim.contoso.com:80` has a port (`:80`)".
    #[must_use]
    pub fn headline(&self, text: &str) -> String {
        format!("{} {}", echo(text), self.is)
    }

    pub(crate) fn new(is: impl Into<String>, help: impl Into<String>) -> Self {
        let (is, help) = (is.into(), help.into());
        Malformed { is, part: None, help, instead: None, correction: None }
    }

    /// With the help to write an example of the format.
    fn plain<F: Format>(is: impl Into<String>) -> Self {
        Malformed::new(is, format!("write {}, such as `{}`", F::WHAT, F::EXAMPLE))
    }

    fn at(mut self, part: Range<usize>) -> Self {
        self.part = Some(part);
        self
    }

    /// Suggests a correction; if it fits, the help is to write it.
    fn instead(self, text: impl Into<String>) -> Self {
        let text = text.into();
        let help = format!("write {}", echo(&text));
        self.instead_with(text, help)
    }

    /// Suggests a correction with the help that holds if it fits.
    fn instead_with(mut self, text: impl Into<String>, help: impl Into<String>) -> Self {
        self.correction = Some(Box::new(Correction { text: text.into(), help: help.into() }));
        self
    }

    /// Keeps the correction if it fits.
    fn tried<F: Format>(mut self) -> Self {
        if let Some(correction) = self.correction.take()
            && F::judge(&correction.text).is_ok()
        {
            self.instead = Some(correction.text);
            self.help = correction.help;
        }
        self
    }

    /// The same about a thing that has the guilty one as a part: "has a host that …".
    fn of(self, whole: &str) -> Self {
        Malformed { is: format!("has {whole} that {}", self.is), ..self }
    }

    /// The same about the whole text of which the guilty one is a part.
    fn within(mut self, text: &str, part: Range<usize>) -> Self {
        self.part = Some(match &self.part {
            Some(inner) => part.start + inner.start..part.start + inner.end,
            None => part.clone(),
        });
        let correction = self.correction.take().map(|correction| correction.text);
        match self.instead.take().or(correction) {
            Some(instead) => {
                self.instead(format!("{}{instead}{}", &text[..part.start], &text[part.end..]))
            }
            None => self,
        }
    }
}

/// A text in backticks for a message: on one line, control characters escaped, the middle of a long one left out.
#[must_use]
pub fn echo(text: &str) -> String {
    const HALF: usize = 40;
    if text.is_empty() {
        return "an empty text".to_owned();
    }
    let head = text.char_indices().nth(HALF);
    let tail = text.char_indices().nth_back(HALF - 1);
    let visible = |text: &str| text.chars().map(visible).collect::<String>();
    match (head, tail) {
        (Some((head, _)), Some((tail, _))) if head < tail => {
            format!("`{}…{}`", visible(&text[..head]), visible(&text[tail..]))
        }
        _ => format!("`{}`", visible(text)),
    }
}

fn visible(char: char) -> String {
    if char.is_control() || is_invisible(char) {
        char.escape_default().to_string()
    } else {
        char.to_string()
    }
}

/// A text on one line, with something in it: a title, a display name.
#[derive(Clone)]
pub struct Text(String);

/// A host: its DNS name, its NetBIOS name, or its IPv4 address.
///
/// Source: the wizard's page 15 ("Do not use localhost or prefix http:// or https://"), and Microsoft's naming
/// conventions for computers.
#[derive(Clone)]
pub struct HostName(String);

impl HostName {
    /// Whether it means the very computer on which it is looked up.
    #[must_use]
    pub fn is_local(&self) -> bool {
        host::is_local(&self.0)
    }

    /// Whether it is an IPv4 address, for which there is no Kerberos.
    #[must_use]
    pub fn is_address(&self) -> bool {
        host::is_address(&self.0)
    }

    /// The name up to its first dot; an address as a whole.
    #[must_use]
    pub fn short(&self) -> &str {
        if self.is_address() { &self.0 } else { self.0.split('.').next().unwrap_or(&self.0) }
    }

    /// Whether it is a name with its domain (`mim.contoso.com`).
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.contains('.') && !self.is_address()
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A DNS domain: `contoso.onmicrosoft.com`.
///
/// Source: Microsoft's naming conventions for domains.
#[derive(Clone)]
pub struct DomainName(String);

impl DomainName {
    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An instance of SQL Server: `host`, `host\instance`, a client alias, or the name of a cluster or listener.
///
/// Source: the wizard's page 6 ("Server or Server\Instance").
#[derive(Clone)]
pub struct SqlServer {
    host: String,
    instance: Option<String>,
}

impl SqlServer {
    /// The part before the backslash: a host, an alias, `.` or `(local)`.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The named instance; none is the default instance.
    #[must_use]
    pub fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    /// Whether it is the very computer on which the installer runs.
    #[must_use]
    pub fn is_local(&self) -> bool {
        matches!(self.host.as_str(), "." | "(local)") || host::is_local(&self.host)
    }
}

/// The name of a database.
///
/// Source: SQL Server's rules for `CREATE DATABASE`.
#[derive(Clone)]
pub struct DatabaseName(String);

/// An account of an Active Directory domain: `contoso\svcMIMService`.
///
/// Source: the wizard's pages 12, 14 and 20 ("Domain\Account", the domain by its NetBIOS name).
#[derive(Clone)]
pub struct DomainAccount {
    domain: String,
    name: String,
}

impl DomainAccount {
    /// The NetBIOS name of the domain.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The account's name (`sAMAccountName`), with the `$` of a managed account.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name is that of a group managed service account: it ends in `$`.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        self.name.ends_with('$')
    }
}

/// An SMTP address: `MIMService@contoso.onmicrosoft.com`.
///
/// Source: the wizard's page 12, and RFC 5321 for its parts.
#[derive(Clone)]
pub struct EmailAddress {
    mailbox: String,
    domain: DomainName,
}

impl EmailAddress {
    /// The part before the `@`.
    #[must_use]
    pub fn mailbox(&self) -> &str {
        &self.mailbox
    }

    /// The part after the `@`.
    #[must_use]
    pub fn domain(&self) -> &DomainName {
        &self.domain
    }
}

/// An address of the web: `https://pwreg.contoso.com`.
///
/// Source: the wizard's pages 16 and 18; RFC 3986 for its parts.
#[derive(Clone)]
pub struct Url {
    text: String,
    scheme: &'static str,
    host: HostName,
    port: Option<u16>,
    path: Range<usize>,
}

impl Url {
    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &HostName {
        &self.host
    }

    /// The port, which the scheme gives if the text does not.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(if self.scheme == "https" { 443 } else { 80 })
    }

    /// The port, if the text gives one.
    #[must_use]
    pub fn written_port(&self) -> Option<u16> {
        self.port
    }

    /// The path as written, without a query: empty, or from its first `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.text[self.path.clone()]
    }

    /// What follows the path: empty, or from `?` or `#` on.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.text[self.path.end..]
    }

    /// Whether it leads to the very computer on which it is opened.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.host.is_local()
    }
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        self.scheme == other.scheme
            && self.host == other.host
            && self.port() == other.port()
            && self.path().trim_end_matches('/') == other.path().trim_end_matches('/')
            && self.query() == other.query()
    }
}

/// A GUID in lower case: `48b15b07-92a8-4c5f-ae4a-8850556d6b76`.
///
/// Source: the wizard's page 10 (Application ID, Tenant ID).
#[derive(Clone)]
pub struct Guid(String);

/// A TCP port.
#[derive(Clone, Copy)]
pub struct Port(u16);

impl Port {
    /// The port of this number.
    pub fn of(number: i64) -> Result<Self, Malformed> {
        identity::port_of(number)
    }

    /// Its number, which is not zero.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }
}

/// The SHA-1 thumbprint of a certificate, in upper case.
///
/// Source: the certificate stores of Windows, which find a certificate by it.
#[derive(Clone)]
pub struct Thumbprint(String);

/// The build of an installer: `4.6.673.0`.
///
/// Source: Microsoft's version history of MIM 2016, which names every build by four numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Build([u16; 4]);

impl Build {
    /// The build of these four numbers.
    #[must_use]
    pub const fn of(numbers: [u16; 4]) -> Self {
        Build(numbers)
    }

    /// The four numbers.
    #[must_use]
    pub const fn numbers(self) -> [u16; 4] {
        self.0
    }
}

/// An absolute path of Windows: `c:\miminstall\log.txt`, `\\server\share\folder`.
///
/// Source: Windows' rules for file names, and the 256 characters of Windows Installer.
#[derive(Clone)]
pub struct WindowsPath(String);

impl WindowsPath {
    /// The path as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it lies on another computer (`\\server\share`).
    #[must_use]
    pub fn is_remote(&self) -> bool {
        self.0.starts_with(r"\\")
    }

    /// The last part of the path; none for a drive or a share.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        path::split(&self.0).map(|(_, name)| name)
    }

    /// The folder in which it lies; none for a drive or a share.
    #[must_use]
    pub fn folder(&self) -> Option<&str> {
        path::split(&self.0).map(|(folder, _)| folder)
    }
}

/// The name of a public property of Windows Installer: `SQLSERVER_SERVER`.
///
/// Source: Windows Installer, which takes only properties without lower-case letters from a command line.
#[derive(Clone)]
pub struct PropertyName(String);

/// The name of a parameter or a secret: `sql_server`.
#[derive(Clone)]
pub struct Name(String);

impl Name {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Every code of this module and those below.
pub static CODES: &[&Code] = &[
    &text::TEXT,
    &host::HOST_NAME,
    &host::SQL_SERVER,
    &text::DATABASE_NAME,
    &account::DOMAIN_ACCOUNT,
    &address::EMAIL_ADDRESS,
    &address::URL,
    &identity::GUID,
    &identity::PORT,
    &identity::THUMBPRINT,
    &identity::BUILD,
    &host::DOMAIN_NAME,
    &path::WINDOWS_PATH,
    &text::PROPERTY_NAME,
    &text::NAME,
];

macro_rules! show_as_text {
    ($($format:ident),*) => {$(
        impl fmt::Display for $format {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.text())
            }
        }

        impl fmt::Debug for $format {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}({:?})", stringify!($format), self.text())
            }
        }
    )*};
}

macro_rules! compare_as_text {
    ($same:path: $($format:ident),*) => {$(
        impl PartialEq for $format {
            fn eq(&self, other: &Self) -> bool {
                $same(&self.text(), &other.text())
            }
        }

        impl Eq for $format {}
    )*};
}

impl Eq for Url {}

show_as_text!(
    Text,
    HostName,
    DomainName,
    SqlServer,
    DatabaseName,
    DomainAccount,
    EmailAddress,
    Url
);
show_as_text!(Guid, Port, Thumbprint, Build, WindowsPath, PropertyName, Name);
compare_as_text!(str::eq: Text, Guid, Port, Thumbprint, PropertyName, Name);
compare_as_text!(str::eq_ignore_ascii_case: HostName, DomainName, SqlServer, DatabaseName);
compare_as_text!(str::eq_ignore_ascii_case: DomainAccount, EmailAddress, WindowsPath);
