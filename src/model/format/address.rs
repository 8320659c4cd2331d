//! Addresses of mail and of the web.

use crate::code;
use crate::diagnostic::{Code, nearest};

use super::host::dns_name;
use super::tidy::{char_at, shown, tidy};
use super::{DomainName, EmailAddress, Format, HostName, Malformed, Port, Url};

code! {
    /// The wizard asks for the mailbox of the service by its SMTP address, `mailbox@domain`. The name of the account
    /// (`contoso\svcMIMService`) is asked for elsewhere, and an address without a domain receives no mail.
    ///
    /// ```rhai,reports
    /// mail::smtp("mail.contoso.com").sender(`contoso\svcMIMService`);
    /// ```
    ///
    /// Write the address:
    ///
    /// ```rhai
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    EMAIL_ADDRESS: Error = "value-email", "not an SMTP address"
        , source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
        , source "https://www.rfc-editor.org/rfc/rfc5321#section-4.1.2" seen "2026-11-23"
}

impl Format for EmailAddress {
    const WHAT: &'static str = "an e-mail address";
    const EXAMPLE: &'static str = "svcMIMService@contoso.com";
    const CODE: &'static Code = &EMAIL_ADDRESS;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        if let Some(address) = text.get(..7).filter(|head| head.eq_ignore_ascii_case("mailto:")) {
            let bare = &text[address.len()..];
            return Err(Malformed::plain::<Self>("has a scheme (`mailto:`)")
                .at(0..address.len())
                .instead(bare));
        }
        if let Some((start, end)) =
            text.find('<').zip(text.rfind('>')).filter(|(start, end)| start < end)
        {
            let bare = text[start + 1..end].trim();
            return Err(Malformed::plain::<Self>("has a display name")
                .at(0..start.max(1))
                .instead(bare));
        }
        if let Some(at) = text.find('\\') {
            let help = format!("write its SMTP address, such as `{}`", Self::EXAMPLE);
            return Err(Malformed::new("is an account, not an address", help).at(at..at + 1));
        }
        let Some((mailbox, domain)) = text.split_once('@') else {
            return Err(Malformed::new(
                "has no `@`",
                format!("write mailbox and domain, such as `{}`", Self::EXAMPLE),
            ));
        };
        let at = mailbox.len();
        if domain.contains('@') {
            let several = text.contains([';', ',', ' ']);
            let is = if several { "is more than one address" } else { "has more than one `@`" };
            let second = at + 1 + domain.find('@').unwrap_or_default();
            return Err(Malformed::new(is, "write one address").at(second..second + 1));
        }
        if mailbox.is_empty() {
            return Err(Malformed::new(
                "has no mailbox before its `@`",
                format!("write the mailbox, such as `MIMService@{domain}`; a value that should stand there may be empty"),
            )
            .at(0..1));
        }
        if domain.is_empty() {
            return Err(Malformed::new(
                "has no domain after its `@`",
                format!("write the domain, such as `{mailbox}@contoso.com`; a value that should stand there may be empty"),
            )
            .at(at..at + 1));
        }
        local_part(mailbox)?;
        if !domain.contains('.') && dns_name::<DomainName>(domain, "domain", "").is_ok() {
            return Err(Malformed::new(
                format!("has a domain without a dot (`{domain}`)"),
                format!("write the mail domain in full, such as `{mailbox}@{domain}.com`"),
            )
            .at(at + 1..text.len()));
        }
        let domain = DomainName::parse(domain)
            .map_err(|malformed| malformed.of("a domain").within(text, at + 1..text.len()))?;
        Ok(EmailAddress { mailbox: mailbox.to_owned(), domain })
    }

    fn text(&self) -> String {
        format!("{}@{}", self.mailbox, self.domain)
    }
}

/// The rules for what stands before the `@`, without the quoted form that Exchange does not give.
fn local_part(mailbox: &str) -> Result<(), Malformed> {
    const MOST: usize = 64;
    let fits = |char: char| char.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(char);
    if let Some(at) = mailbox.find(|char| !fits(char)) {
        let part = char_at(mailbox, at);
        let char = &mailbox[part.clone()];
        let is = format!("has {}, which no address has before its `@`", shown(char));
        return Err(Malformed::new(is, "write the SMTP address as Exchange shows it").at(part));
    }
    let dot = mailbox.find("..").map(|at| at..at + 2);
    let dot = dot.or(mailbox.starts_with('.').then_some(0..1));
    let dot = dot.or(mailbox.ends_with('.').then(|| mailbox.len() - 1..mailbox.len()));
    if let Some(part) = dot {
        let is = "has a dot with nothing before or after it";
        let help = "leave the dot out; a value that should stand beside it may be empty";
        return Err(Malformed::new(is, help).at(part));
    }
    if mailbox.len() > MOST {
        let is = format!(
            "has {} characters before its `@`, and SMTP takes at most {MOST}",
            mailbox.len()
        );
        let help = "write the SMTP address as Exchange shows it";
        return Err(Malformed::new(is, help).at(0..mailbox.len()));
    }
    Ok(())
}

code! {
    /// The portal's site and the registration link are addresses that a browser opens: a scheme (`http://` or
    /// `https://`), a host, and perhaps a port and a path. Setup looks the site up in SharePoint by this text; what
    /// it does not find there fails the installation in the middle.
    ///
    /// ```rhai,reports
    /// portal::site("mim.contoso.com");
    /// ```
    ///
    /// Write the whole address:
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// ```
    URL: Error = "value-url", "not an address of the web"
        , source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

impl Format for Url {
    const WHAT: &'static str = "a URL";
    const EXAMPLE: &'static str = "https://mim.contoso.com";
    const CODE: &'static Code = &URL;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        if let Some(at) = text.find('\\') {
            return Err(Malformed::new(r"has a backslash (`\`)", "write `/`")
                .at(at..at + 1)
                .instead(text.replace('\\', "/")));
        }
        let (scheme, start) = scheme(text)?;
        if let Some(second) = text[start..].find("://") {
            let inner = &text[start..];
            return Err(Malformed::plain::<Self>("has two schemes")
                .at(start..start + second + 3)
                .instead(inner));
        }
        let end = text[start..].find(['/', '?', '#']).map_or(text.len(), |at| start + at);
        if let Some(at) = text[start..end].rfind('@') {
            let part = start..start + at + 1;
            let is = "has a user before its host";
            return Err(Malformed::new(is, "write the host without a user or password").at(part));
        }
        let (host, port) = host_and_port(text, start, end)?;
        let fits = |char: char| char.is_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(char);
        if let Some(at) = text[end..].find(|char| !fits(char)) {
            let guilty = char_at(text, end + at);
            let is = format!("has {}, which no URL has", shown(&text[guilty.clone()]));
            let code: Vec<_> =
                text[guilty.clone()].bytes().map(|byte| format!("%{byte:02X}")).collect();
            let code = code.concat();
            return Err(Malformed::new(is, format!("write `{code}` for it")).at(guilty));
        }
        let path = text[end..].find(['?', '#']).map_or(text.len(), |at| end + at);
        Ok(Url { text: text.to_owned(), scheme, host, port, path: end..path })
    }

    fn text(&self) -> String {
        self.text.clone()
    }
}

/// The scheme, and where the host begins.
fn scheme(text: &str) -> Result<(&'static str, usize), Malformed> {
    const KNOWN: [&str; 2] = ["https", "http"];
    const OTHERS: [&str; 4] = ["ftp", "ftps", "file", "tcp"];
    let Some(at) = text.find("://") else {
        let lower = text.to_ascii_lowercase();
        for known in KNOWN {
            let Some(rest) = lower.strip_prefix(known) else {
                continue;
            };
            let bare = rest.trim_start_matches([':', '/']);
            if bare.len() < rest.len() {
                let whole = format!("{known}://{}", &text[text.len() - bare.len()..]);
                return Err(Malformed::plain::<Url>(format!(
                    "has `{}` where `{known}://` belongs",
                    &text[..text.len() - bare.len()]
                ))
                .at(0..text.len() - bare.len())
                .instead(whole));
            }
        }
        let bare = text.trim_start_matches('/');
        return Err(Malformed::new(
            "has no scheme",
            format!("write `https://{bare}`, or `http://{bare}` if the site has no certificate"),
        ));
    };
    let written = &text[..at];
    if let Some(known) = KNOWN.into_iter().find(|known| known.eq_ignore_ascii_case(written)) {
        return Ok((known, at + 3));
    }
    let malformed = Malformed::new(
        format!("has the scheme `{written}`, and only `http` and `https` are opened"),
        "begin it with `https://` or `http://`",
    )
    .at(0..at);
    let lower = written.to_ascii_lowercase();
    let meant = if OTHERS.contains(&lower.as_str()) { None } else { nearest(&lower, KNOWN) };
    Err(match meant {
        Some(known) => {
            let whole = format!("{known}{}", &text[at..]);
            Malformed { help: format!("did you mean `{whole}`?"), ..malformed }
        }
        None => malformed,
    })
}

fn host_and_port(
    text: &str,
    start: usize,
    end: usize,
) -> Result<(HostName, Option<u16>), Malformed> {
    let authority = &text[start..end];
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !authority.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    if host.is_empty() {
        return Err(Malformed::new(
            "has no host",
            format!("write the host after the scheme, such as `{}`; a value that should stand there may be empty", Url::EXAMPLE),
        )
        .at(start.saturating_sub(3)..start));
    }
    let parsed = HostName::parse(host)
        .map_err(|malformed| malformed.of("a host").within(text, start..start + host.len()))?;
    let Some(port) = port else {
        return Ok((parsed, None));
    };
    let at = start + host.len();
    if port.is_empty() {
        let bare = format!("{}{}", &text[..at], &text[end..]);
        return Err(Malformed::new(
            "has no port after its `:`",
            format!("write the port, or `{bare}`"),
        )
        .at(at..at + 1));
    }
    let number = Port::parse(port).map_err(|Malformed { help, .. }| {
        Malformed::new(format!("has the port `{port}`, which is no port"), help).at(at + 1..end)
    })?;
    Ok((parsed, Some(number.number())))
}
