//! Questions to Active Directory: accounts, group managed service accounts, service principal names.
//!
//! A question opens a connection of its own, signs in, reads, and ends. A directory that cannot be reached, that refuses the
//! sign-in or that does not let the question through leaves it unknown. A password goes only over TLS with a certificate that
//! is trusted.

pub mod descriptor;
pub mod session;

use std::time::Duration;

use secrecy::SecretString;
use tokio::time::timeout;

use crate::execute::aside::{Lost, aside};
use crate::execute::directory::session::{Entry, Session};
use crate::execute::machine::Answer;
use crate::execute::network::clipped;

/// A directory that can be asked.
#[derive(Clone, Debug)]
pub struct Directory {
    /// Who is asked.
    pub server: Server,
    /// The port, where it is not the usual one of the way to sign in.
    pub port: Option<u16>,
    /// Who asks.
    pub sign_in: SignIn,
    /// The certificates of the authorities that are trusted, as PEM; without them those that the system trusts.
    pub authorities: Option<String>,
    /// How long a question is waited for.
    pub limit: Duration,
}

/// Which domain controller is asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Server {
    /// This one: `dc01.contoso.com`.
    Host(String),
    /// Any of a domain: `contoso.com`. Its name leads to the addresses of its domain controllers, and the one that answers
    /// tells its own name, which must lie in the domain.
    Domain(String),
}

/// How the program signs in.
#[derive(Clone, Debug)]
pub enum SignIn {
    /// As the current user, by Kerberos, which also encrypts what is said. It takes Windows.
    CurrentUser,
    /// With a password.
    Password {
        /// `CONTOSO\user` or `user@contoso.com`.
        user: String,
        /// The password.
        password: SecretString,
        /// How the connection is encrypted before the password is sent.
        protection: Protection,
    },
}

/// How a connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protection {
    /// TLS from the first byte, port 636.
    Tls,
    /// TLS on request, port 389.
    StartTls,
}

/// A question, owned by the thread that asks it.
enum Asked {
    Account { domain: String, name: String },
    ManagedAccount { domain: String, name: String },
    ServicePrincipalName { name: String, domain: String, account: String },
}

impl Directory {
    /// Is there a regular account of this name that can sign in?
    ///
    /// One that is disabled, locked out or expired, or whose password has expired, is a no that says so; so is one that is
    /// managed by the directory. The domain is its NetBIOS name.
    pub async fn account(&self, domain: &str, name: &str) -> Answer {
        self.ask(Asked::Account { domain: domain.to_owned(), name: name.to_owned() }).await
    }

    /// Is there an enabled group managed service account of this name? What is seen: who may retrieve its password, where that
    /// can be read. The name may be written with or without `$`; the domain is its NetBIOS name.
    pub async fn managed_account(&self, domain: &str, name: &str) -> Answer {
        self.ask(Asked::ManagedAccount { domain: domain.to_owned(), name: name.to_owned() }).await
    }

    /// Is the service principal name registered for this account, and in its domain for no other?
    pub async fn service_principal_name(&self, name: &str, domain: &str, account: &str) -> Answer {
        self.ask(Asked::ServicePrincipalName {
            name: name.to_owned(),
            domain: domain.to_owned(),
            account: account.to_owned(),
        })
        .await
    }

    /// Asks on a thread with a runtime of its own: Kerberos blocks, and ldap3 0.12.1 panics where an answer is no LDAP.
    async fn ask(&self, asked: Asked) -> Answer {
        let directory = self.clone();
        let limit = self.limit;
        let answered = aside(limit, move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|error| error.to_string())?;
            let answer = runtime.block_on(async { timeout(limit, directory.answer(&asked)).await });
            runtime.shutdown_background();
            answer.unwrap_or_else(|_| Err(late(limit)))
        })
        .await;
        match answered {
            Ok(Ok(answer)) => answer,
            Ok(Err(reason)) => Answer::Unknown(reason),
            Err(Lost::TimedOut) => Answer::Unknown(late(limit)),
            Err(Lost::Broke) => {
                Answer::Unknown("the directory's answer could not be understood".to_owned())
            }
        }
    }

    /// The answer, or the reason why there is none.
    async fn answer(&self, asked: &Asked) -> Result<Answer, String> {
        let mut session = Session::open(self).await?;
        let answer = match asked {
            Asked::Account { domain, name } => account(&mut session, domain, name).await,
            Asked::ManagedAccount { domain, name } => managed(&mut session, domain, name).await,
            Asked::ServicePrincipalName { name, domain, account } => {
                principal_name(&mut session, name, domain, account).await
            }
        };
        session.close().await;
        answer
    }
}

fn late(limit: Duration) -> String {
    format!("the directory does not answer within {} seconds", limit.as_secs_f32())
}

/// `userAccountControl`: the account is disabled (`ADS_UF_ACCOUNTDISABLE`, MS-ADTS 2.2.16).
const DISABLED: u32 = 0x2;
/// `msDS-User-Account-Control-Computed`: it is locked out.
const LOCKED: u32 = 0x10;
/// `msDS-User-Account-Control-Computed`: its password has expired.
const PASSWORD_EXPIRED: u32 = 0x80_0000;

/// What an account is, by its object classes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Regular,
    GroupManaged,
    StandaloneManaged,
    Computer,
    Group,
    Other,
}

impl Sort {
    /// The most special class counts: a group managed service account is a computer, and a computer is a user.
    fn of(entry: &Entry) -> Self {
        const CLASSES: [(&str, Sort); 5] = [
            ("msDS-GroupManagedServiceAccount", Sort::GroupManaged),
            ("msDS-ManagedServiceAccount", Sort::StandaloneManaged),
            ("computer", Sort::Computer),
            ("user", Sort::Regular),
            ("group", Sort::Group),
        ];
        let has = |class: &str| {
            entry.texts("objectClass").iter().any(|it| it.eq_ignore_ascii_case(class))
        };
        CLASSES.iter().find(|(class, _)| has(class)).map_or(Sort::Other, |(_, sort)| *sort)
    }

    fn words(self) -> &'static str {
        match self {
            Sort::Regular => "a regular account",
            Sort::GroupManaged => "a group managed service account",
            Sort::StandaloneManaged => "a managed service account of one computer",
            Sort::Computer => "the account of a computer",
            Sort::Group => "a group",
            Sort::Other => "no account",
        }
    }
}

/// The attributes from which an account is judged.
const ACCOUNT: [&str; 6] = [
    "objectClass",
    "sAMAccountName",
    "userAccountControl",
    "msDS-User-Account-Control-Computed",
    "accountExpires",
    "msDS-GroupMSAMembership",
];

async fn account(session: &mut Session, domain: &str, name: &str) -> Result<Answer, String> {
    if let Some(answer) = no_name(name) {
        return Ok(answer);
    }
    let context = session.naming_context(domain).await?;
    let Some(entry) = find(session, &context, name).await? else {
        return Ok(Answer::No(format!("{} has no `{}`", clipped(domain), clipped(name))));
    };
    let found = shown(domain, &entry);
    let sort = Sort::of(&entry);
    if sort != Sort::Regular {
        return Ok(Answer::No(format!("{found} is {}, not a regular one", sort.words())));
    }
    let flaws = flaws(session, &entry);
    Ok(match (flaws.is_empty(), entry.number("userAccountControl")) {
        (false, _) => Answer::No(format!("{found} {}", flaws.join(", "))),
        (true, Some(_)) => Answer::Yes(format!("{found} is enabled")),
        (true, None) => Answer::Unknown(format!(
            "{found} is there, but this sign-in may not read whether it is enabled"
        )),
    })
}

async fn managed(session: &mut Session, domain: &str, name: &str) -> Result<Answer, String> {
    let name = name.strip_suffix('$').unwrap_or(name);
    if let Some(answer) = no_name(name) {
        return Ok(answer);
    }
    let context = session.naming_context(domain).await?;
    // The managed one is asked for first: a regular one of the same name without `$` may stand beside it.
    let Some(entry) = find(session, &context, &format!("{name}$")).await? else {
        return Ok(Answer::No(format!("{} has no `{}$`", clipped(domain), clipped(name))));
    };
    let found = shown(domain, &entry);
    let sort = Sort::of(&entry);
    if sort != Sort::GroupManaged {
        let text = format!("{found} is {}, not a group managed service account", sort.words());
        return Ok(Answer::No(text));
    }
    if entry.number("userAccountControl").is_some_and(|it| it & DISABLED != 0) {
        return Ok(Answer::No(format!("{found} is disabled")));
    }
    let descriptor = entry.bytes("msDS-GroupMSAMembership");
    let sids = descriptor.as_deref().and_then(descriptor::allowed);
    let who = match sids {
        None => "who may retrieve its password cannot be read".to_owned(),
        Some(sids) if sids.is_empty() => "nobody may retrieve its password".to_owned(),
        Some(sids) => {
            let mut names = Vec::new();
            for sid in sids.iter().take(8) {
                names.push(format!("`{}`", named(session, &context, sid).await?));
            }
            format!("its password may be retrieved by {}", names.join(", "))
        }
    };
    Ok(Answer::Yes(format!("{found}; {who}")))
}

async fn principal_name(
    session: &mut Session,
    name: &str,
    domain: &str,
    account: &str,
) -> Result<Answer, String> {
    let shown = clipped(name);
    if let Some(answer) = no_name(name) {
        return Ok(answer);
    }
    let context = session.naming_context(domain).await?;
    let filter = format!("(servicePrincipalName={})", ldap3::ldap_escape(name));
    let entries = session.search(&context, &filter, &["sAMAccountName"]).await?;
    let holders: Vec<_> = entries.iter().filter_map(|it| it.text("sAMAccountName")).collect();
    let (own, others): (Vec<&String>, Vec<&String>) =
        holders.iter().partition(|it| it.eq_ignore_ascii_case(account));
    let others: Vec<_> = others.iter().map(|it| format!("`{}`", clipped(it))).collect();
    let others = others.join(", ");
    let account = clipped(account);
    Ok(match (own.is_empty(), others.is_empty()) {
        (false, true) => Answer::Yes(format!("`{shown}` is registered for `{account}`")),
        (false, false) => {
            let text = format!("`{shown}` is registered for `{account}` and also for {others}");
            Answer::No(text)
        }
        (true, false) => {
            Answer::No(format!("`{shown}` is registered for {others}, not for `{account}`"))
        }
        (true, true) => Answer::No(format!("`{shown}` is registered for no account")),
    })
}

/// The answer for what no directory holds. A NUL would cut the name: Samba 4.17 finds `x` for `x\0`.
fn no_name(name: &str) -> Option<Answer> {
    let wrong = name.is_empty() || name.contains(char::is_control);
    wrong.then(|| Answer::No(format!("`{}` cannot be a name in a directory", clipped(name))))
}

/// The entry with this account name; without one the entry with the other spelling, with or without `$`.
async fn find(session: &mut Session, context: &str, name: &str) -> Result<Option<Entry>, String> {
    let other = name.strip_suffix('$').map_or_else(|| format!("{name}$"), ToOwned::to_owned);
    for name in [name, &other].into_iter().filter(|it| !it.is_empty()) {
        let filter = format!("(sAMAccountName={})", ldap3::ldap_escape(name));
        if let Some(entry) = session.search(context, &filter, &ACCOUNT).await?.into_iter().next() {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// The account as a person writes it.
fn shown(domain: &str, entry: &Entry) -> String {
    let name = entry.text("sAMAccountName").unwrap_or_default();
    format!("`{}\\{}`", clipped(domain), clipped(&name))
}

/// What keeps the account from signing in.
fn flaws(session: &Session, entry: &Entry) -> Vec<String> {
    /// Between the beginning of the directory's calendar, 1601, and that of 1970.
    const SECONDS_TO_1970: i64 = 11_644_473_600;
    let control = entry.number("userAccountControl").unwrap_or_default();
    let computed = entry.number("msDS-User-Account-Control-Computed").unwrap_or_default();
    let mut flaws = Vec::new();
    if control & DISABLED != 0 {
        flaws.push("is disabled".to_owned());
    }
    if computed & LOCKED != 0 {
        flaws.push("is locked out".to_owned());
    }
    if computed & PASSWORD_EXPIRED != 0 {
        flaws.push("has a password that has expired".to_owned());
    }
    // In tenths of a microsecond; 0 and the largest number mean never (MS-ADA1, accountExpires).
    let expires = entry.text("accountExpires").and_then(|it| it.parse::<i64>().ok());
    let expires = expires.filter(|it| *it > 0 && *it != i64::MAX);
    let expires = expires.map(|it| it / 10_000_000 - SECONDS_TO_1970);
    if let (Some(expires), Some(now)) = (expires, session.now)
        && expires <= now
    {
        let day = jiff::Timestamp::from_second(expires).ok();
        let day = day.map(|it| it.to_zoned(jiff::tz::TimeZone::UTC).date().to_string());
        flaws.push(format!("expired on {}", day.unwrap_or_default()));
    }
    flaws
}

/// The name of the account or group of a SID, else the SID itself.
async fn named(session: &mut Session, context: &str, sid: &[u8]) -> Result<String, String> {
    let escaped: String = sid.iter().map(|it| format!("\\{it:02x}")).collect();
    let filter = format!("(objectSid={escaped})");
    let entries = session.search(context, &filter, &["sAMAccountName"]).await?;
    let name = entries.first().and_then(|it| it.text("sAMAccountName"));
    Ok(name.map_or_else(|| descriptor::sid_text(sid), |it| clipped(&it)))
}
