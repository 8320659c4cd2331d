//! Values that are nothing but digits: GUIDs, ports, thumbprints and builds.

use crate::code;
use crate::diagnostic::Code;

use super::tidy::{char_at, empty, is_invisible, shown, tidy};
use super::{Build, DomainName, Format, Guid, Malformed, Port, Thumbprint};

code! {
    /// The wizard asks for the Application ID and the Tenant ID of the mailbox application and answers a wrong one with
    /// "Failed to access Office 365 mailbox" only after it has asked the sign-in service. Both are GUIDs: 32
    /// hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    ///
    /// ```rhai,reports
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b7")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    ///
    /// Copy the whole ID from the application's overview in the admin center:
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    GUID: Error = "value-guid", "not a GUID"
        , source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

impl Format for Guid {
    const WHAT: &'static str = "a GUID";
    const EXAMPLE: &'static str = "48b15b07-92a8-4c5f-ae4a-8850556d6b76";
    const CODE: &'static Code = &GUID;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        if is_guid(text) {
            if text.bytes().all(|byte| matches!(byte, b'0' | b'-')) {
                return Err(Malformed::new("is all zeros, which is no ID", COPY));
            }
            return Ok(Guid(text.to_ascii_lowercase()));
        }
        for (open, close) in [('{', '}'), ('(', ')')] {
            if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
                return Err(Malformed::plain::<Self>(format!(
                    "has `{open}` and `{close}` around it"
                ))
                .instead(inner));
            }
        }
        for prefix in ["api://", "urn:uuid:"] {
            if let Some(bare) = text.strip_prefix(prefix) {
                return Err(Malformed::plain::<Self>(format!("begins with `{prefix}`"))
                    .at(0..prefix.len())
                    .instead(bare));
            }
        }
        if DomainName::judge(text).is_ok() {
            return Err(Malformed::new("is a domain, not an ID", COPY));
        }
        let fits = |char: char| char.is_ascii_hexdigit() || char == '-';
        if let Some(at) = text.find(|char| !fits(char)) {
            let part = char_at(text, at);
            let is = format!("has {}, which is no hexadecimal digit", shown(&text[part.clone()]));
            return Err(Malformed::new(is, COPY).at(part));
        }
        let digits = text.bytes().filter(u8::is_ascii_hexdigit).count();
        if digits != 32 {
            let is = format!("has {digits} hexadecimal digits, and a GUID has 32");
            return Err(Malformed::new(is, COPY));
        }
        let bare: String = text.chars().filter(|char| *char != '-').collect();
        let whole = grouped(&bare);
        Err(Malformed::plain::<Self>("is not grouped 8-4-4-4-12").instead(whole))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

/// Whether a text has the form of a GUID.
pub(super) fn is_guid(text: &str) -> bool {
    text.split('-').map(str::len).eq(GROUPS)
        && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];
const COPY: &str = "copy the whole ID, such as `48b15b07-92a8-4c5f-ae4a-8850556d6b76`";

fn grouped(digits: &str) -> String {
    let mut rest = digits;
    let groups = GROUPS.map(|length| {
        let (group, after) = rest.split_at(length);
        rest = after;
        group
    });
    groups.join("-")
}

code! {
    /// A TCP port is a whole number from 1 to 65535. The wizard has `80` filled in.
    ///
    /// ```rhai,reports
    /// portal::password_registration("pwreg.contoso.com").port(0);
    /// ```
    ///
    /// Write the port of the site in IIS:
    ///
    /// ```rhai
    /// portal::password_registration("pwreg.contoso.com").port(80);
    /// ```
    PORT: Error = "value-port", "not a TCP port"
        , source "https://www.rfc-editor.org/rfc/rfc9293#section-3.1" seen "2026-11-23"
}

impl Format for Port {
    const WHAT: &'static str = "a port";
    const EXAMPLE: &'static str = "80";
    const CODE: &'static Code = &PORT;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        if let Some(port) = text.strip_prefix(':') {
            return Err(Malformed::plain::<Self>("begins with `:`").at(0..1).instead(port));
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Malformed::new("is not a whole number", RANGE));
        }
        port_of(text.parse().unwrap_or(i64::MAX))
    }

    fn text(&self) -> String {
        self.0.to_string()
    }
}

const RANGE: &str = "write a number from 1 to 65535, such as `80`";

/// The port of this number.
pub(super) fn port_of(number: i64) -> Result<Port, Malformed> {
    match u16::try_from(number) {
        Ok(0) => Err(Malformed::new("is no port: ports begin at 1", RANGE)),
        Ok(number) => Ok(Port(number)),
        Err(_) if number < 0 => Err(Malformed::new("is negative", RANGE)),
        Err(_) => Err(Malformed::new("is more than 65535, the last port", RANGE)),
    }
}

code! {
    /// Windows finds a certificate by its thumbprint: the SHA-1 of it, 40 hexadecimal digits. Copied out of the
    /// certificate's window it has blanks and often an invisible character before its first digit, with which
    /// nothing is found.
    ///
    /// ```rhai,reports
    /// certificate::thumbprint("a9 09 50 2d d8 2a e4 14 33 e6 f8 38 86 b0 0d 42 77 a3 2a 7b");
    /// ```
    ///
    /// Write the digits alone:
    ///
    /// ```rhai
    /// certificate::thumbprint("A909502DD82AE41433E6F83886B00D4277A32A7B");
    /// ```
    THUMBPRINT: Error = "value-thumbprint", "not the thumbprint of a certificate"
        , source "https://learn.microsoft.com/en-us/dotnet/framework/wcf/feature-details/how-to-retrieve-the-thumbprint-of-a-certificate" seen "2026-11-23"
}

impl Format for Thumbprint {
    const WHAT: &'static str = "a thumbprint";
    const EXAMPLE: &'static str = "A909502DD82AE41433E6F83886B00D4277A32A7B";
    const CODE: &'static Code = &THUMBPRINT;

    fn judge(text: &str) -> Result<Self, Malformed> {
        if text.trim().is_empty() {
            return Err(empty::<Self>(text));
        }
        let stray =
            |char: char| char.is_whitespace() || is_invisible(char) || matches!(char, ':' | '-');
        let bare: String =
            text.chars().filter(|char| !stray(*char)).collect::<String>().to_ascii_uppercase();
        if let Some((at, char)) =
            text.char_indices().find(|(_, char)| !stray(*char) && !char.is_ascii_hexdigit())
        {
            let is = format!("has `{char}`, which is no hexadecimal digit");
            return Err(Malformed::new(is, DIGITS).at(char_at(text, at)));
        }
        if bare.len() == 64 {
            return Err(Malformed::new(
                "has 64 digits: it is the SHA-256 fingerprint, not the thumbprint",
                "copy the thumbprint (SHA-1, 40 digits); `Get-ChildItem Cert:\\LocalMachine\\My` shows it",
            ));
        }
        if bare.len() != 40 {
            let is = format!("has {} hexadecimal digits, and a thumbprint has 40", bare.len());
            return Err(Malformed::new(is, DIGITS));
        }
        if let Some((at, char)) = text.char_indices().find(|(_, char)| stray(*char)) {
            let is = if is_invisible(char) {
                format!("has an invisible character (U+{:04X})", u32::from(char))
            } else if char.is_whitespace() {
                "has blanks".to_owned()
            } else {
                format!("has `{char}` between its digits")
            };
            return Err(Malformed::plain::<Self>(is).at(char_at(text, at)).instead(bare));
        }
        Ok(Thumbprint(bare))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

const DIGITS: &str =
    "copy the whole thumbprint, 40 digits; `Get-ChildItem Cert:\\LocalMachine\\My` shows it";

code! {
    /// What an installer can do depends on its build: a managed account needs 4.6.34.0, application context
    /// authentication 4.6.421.0. Microsoft's version history names every build by four numbers, and so does the
    /// installer itself.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673");
    /// ```
    ///
    /// Write all four:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0");
    /// ```
    BUILD: Error = "value-build", "not a build number"
        , source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23"
}

impl Format for Build {
    const WHAT: &'static str = "a build";
    const EXAMPLE: &'static str = "4.6.673.0";
    const CODE: &'static Code = &BUILD;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        if let Some(bare) = text.strip_prefix(['v', 'V']) {
            return Err(Malformed::plain::<Self>("begins with `v`").at(0..1).instead(bare));
        }
        if let Some(at) = text.find(|char: char| !char.is_ascii_digit() && char != '.') {
            let part = char_at(text, at);
            let is = format!("has {}, which no build has", shown(&text[part.clone()]));
            return Err(Malformed::new(is, FOUR).at(part));
        }
        let mut numbers = Vec::new();
        let mut start = 0;
        for digits in text.split('.') {
            let part = start..start + digits.len();
            start = part.end + 1;
            if digits.is_empty() {
                let is = "has a dot with no number before or after it";
                return Err(Malformed::new(is, FOUR));
            }
            let Ok(number) = digits.parse::<u16>() else {
                let is = format!("has the number {digits}, and none in a build is above 65535");
                return Err(Malformed::new(is, FOUR).at(part));
            };
            numbers.push(number);
        }
        let plain = numbers.iter().map(u16::to_string).collect::<Vec<_>>().join(".");
        let Ok(four) = <[u16; 4]>::try_from(&*numbers) else {
            let is = match numbers.len() {
                1 => "has one number, and a build has four".to_owned(),
                count => format!("has {count} numbers, and a build has four"),
            };
            let malformed = Malformed::new(is, FOUR);
            if numbers.len() != 3 {
                return Err(malformed);
            }
            return Err(malformed.instead(format!("{plain}.0")));
        };
        if plain != text {
            return Err(Malformed::plain::<Self>("has a number with a leading zero").instead(plain));
        }
        Ok(Build(four))
    }

    fn text(&self) -> String {
        let [major, minor, build, revision] = self.0;
        format!("{major}.{minor}.{build}.{revision}")
    }
}

const FOUR: &str = "write four numbers with dots between them, such as `4.6.673.0`";
