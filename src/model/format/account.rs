//! Accounts of a domain.

use crate::code;
use crate::diagnostic::Code;

use super::tidy::{char_at, in_quotes, lost_backslash, shown, tidy};
use super::{DomainAccount, Format, Malformed};

code! {
    /// The wizard asks for accounts as `Domain\Account`, the domain by its NetBIOS name. Setup splits the text at the
    /// backslash, so a user principal name (`svcMIMService@contoso.com`) or the domain's DNS name gives a service that
    /// cannot log on. In double quotes a backslash begins an escape: `"contoso\new"` is silently a line break.
    ///
    /// ```rhai,reports
    /// account::regular("svcMIMService@contoso.com", secret("mim_service_password"));
    /// ```
    ///
    /// Write the domain's NetBIOS name, a backslash and the account, in backticks:
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    DOMAIN_ACCOUNT: Error = "value-account", "not an account of a domain"
        , source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
        , source "https://learn.microsoft.com/en-us/windows/win32/adschema/a-samaccountname" seen "2026-11-23"
}

impl Format for DomainAccount {
    const WHAT: &'static str = "a domain account";
    const EXAMPLE: &'static str = r"contoso\svcMIMService";
    const CODE: &'static Code = &DOMAIN_ACCOUNT;

    fn judge(text: &str) -> Result<Self, Malformed> {
        if text.trim().contains(char::is_control) || !text.contains('\\') {
            lost_backslash::<Self>(text)?;
        }
        tidy::<Self>(text)?;
        let Some((domain, name)) = text.split_once('\\') else {
            return Err(without_backslash(text));
        };
        let at = domain.len();
        if let Some(rest) = name.strip_prefix('\\') {
            let whole = format!(r"{domain}\{rest}");
            let help =
                "write one backslash: in backticks and in single quotes it stands for itself";
            return Err(Malformed::new("has two backslashes", help)
                .at(at..at + 2)
                .instead_with(&*whole, in_quotes(&whole)));
        }
        if domain.is_empty() {
            let name = if name.is_empty() { "svcMIMService" } else { name };
            return Err(Malformed::new(
                "has no domain before its backslash",
                format!(
                    r"write the domain's NetBIOS name, such as `contoso\{name}`; a value that should stand there may be empty"
                ),
            )
            .at(0..1));
        }
        if name.is_empty() {
            return Err(Malformed::new(
                "has no account after its backslash",
                format!(
                    r"write the account, such as `{domain}\svcMIMService`; a value that should stand there may be empty"
                ),
            )
            .at(at..at + 1));
        }
        if let Some(more) = name.find('\\') {
            let is = "has more than one backslash";
            let help =
                format!("write the domain and the account only, such as `{}`", Self::EXAMPLE);
            return Err(Malformed::new(is, help).at(at + 1 + more..at + 2 + more));
        }
        netbios_domain(domain, name)?;
        account_name(name).map_err(|malformed| malformed.within(text, at + 1..text.len()))?;
        Ok(DomainAccount { domain: domain.to_owned(), name: name.to_owned() })
    }

    fn text(&self) -> String {
        format!(r"{}\{}", self.domain, self.name)
    }
}

fn without_backslash(text: &str) -> Malformed {
    if let Some((name, domain)) = text.split_once('@') {
        let first = domain.split('.').next().unwrap_or(domain);
        let example = if name.is_empty() || first.is_empty() {
            DomainAccount::EXAMPLE.to_owned()
        } else {
            format!(r"{first}\{name}")
        };
        return Malformed::new(
            format!(
                "is a user principal name (`@{domain}`), and the wizard asks for `Domain\\Account`"
            ),
            format!(
                "write the domain's NetBIOS name, a backslash and the account, such as `{example}`"
            ),
        )
        .at(name.len()..text.len());
    }
    if let Some(at) = text.find('/') {
        let whole = text.replacen('/', r"\", 1);
        return Malformed::new(r"has `/` where a `\` belongs", in_quotes(DomainAccount::EXAMPLE))
            .at(at..at + 1)
            .instead_with(&*whole, in_quotes(&whole));
    }
    Malformed::new(
        "has no domain",
        format!(
            r"write the domain's NetBIOS name and a backslash before it, such as `contoso\{text}`; a backslash may have been lost in quotes"
        ),
    )
}

/// The rules for the NetBIOS name of a domain.
fn netbios_domain(domain: &str, name: &str) -> Result<(), Malformed> {
    const MOST: usize = 15;
    const OF_THE_COMPUTER: &[&str] =
        &[".", "localhost", "NT AUTHORITY", "NT SERVICE", "BUILTIN", "IIS APPPOOL"];
    let whole = 0..domain.len();
    if OF_THE_COMPUTER.iter().any(|local| local.eq_ignore_ascii_case(domain)) {
        // Only the names of `.` and `localhost` are ones that a domain may have too.
        let is_built_in = domain.contains(' ') || domain.eq_ignore_ascii_case("BUILTIN");
        let name = if is_built_in { "svcMIMService" } else { name };
        return Err(Malformed::new(
            format!("is an account of the computer (`{domain}`), not of a domain"),
            format!(r"write an account of the domain, such as `contoso\{name}`"),
        )
        .at(whole));
    }
    if domain.contains('.') {
        let first = domain.split('.').find(|label| !label.is_empty()).unwrap_or("contoso");
        return Err(Malformed::new(
            format!("names the domain by its DNS name (`{domain}`)"),
            format!(r"write the domain's NetBIOS name, often `{first}\{name}`; `$env:USERDOMAIN` shows it"),
        )
        .at(whole));
    }
    let length = domain.chars().count();
    if length > MOST {
        return Err(Malformed::new(
            format!("has a domain of {length} characters, and a NetBIOS name has at most {MOST}"),
            "write the domain's NetBIOS name; `$env:USERDOMAIN` shows it",
        )
        .at(whole));
    }
    let fits = |char: char| char.is_alphanumeric() || "!#$%^&')(-_{}~".contains(char);
    if let Some(at) = domain.find(|char| !fits(char)) {
        let part = char_at(domain, at);
        let is = format!(
            "has {} in its domain, which no NetBIOS name has",
            shown(&domain[part.clone()])
        );
        let help = "write the domain's NetBIOS name; `$env:USERDOMAIN` shows it";
        return Err(Malformed::new(is, help).at(part));
    }
    Ok(())
}

/// The rules for `sAMAccountName`.
fn account_name(name: &str) -> Result<(), Malformed> {
    const MOST: usize = 20;
    const REFUSED: &[char] =
        &['"', '/', '[', ']', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@'];
    let help = "write the account's name before Windows 2000 (`sAMAccountName`)";
    if name == "$" {
        return Err(Malformed::new("has no account before its `$`", help).at(0..1));
    }
    if let Some(at) = name.find(REFUSED) {
        let part = char_at(name, at);
        let is = format!("has `{}` in its account, which no account has", &name[part.clone()]);
        return Err(Malformed::new(is, help).at(part));
    }
    if name.starts_with(' ') {
        return Err(
            Malformed::new("has a blank after its backslash", "leave the blank out").at(0..1)
        );
    }
    if name.ends_with('.') {
        let is = "ends with a dot, which no account does";
        return Err(Malformed::new(is, help).at(name.len() - 1..name.len()));
    }
    let length = name.chars().count();
    if length > MOST {
        let is = format!("has an account of {length} characters, and Windows takes at most {MOST}");
        return Err(Malformed::new(is, help).at(0..name.len()));
    }
    Ok(())
}
