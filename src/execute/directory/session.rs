//! A connection to a domain controller, signed in.
//!
//! Every error here is a sentence that tells why the directory could not be asked. None holds the password.

use std::sync::Arc;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Scope, SearchEntry};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use url::Host;

use crate::execute::directory::{Directory, Protection, Server, SignIn};
use crate::execute::network::clipped;

/// A connection that is signed in.
pub struct Session {
    ldap: Ldap,
    root: Root,
    /// The domain controller's clock, in seconds since 1970, if it tells.
    pub now: Option<i64>,
}

/// What a domain controller tells of itself to everybody.
struct Root {
    /// The naming context of its own domain.
    domain: String,
    /// The naming context of the forest's configuration.
    configuration: String,
    /// Its own name.
    host: Option<String>,
    now: Option<i64>,
}

/// An object of the directory.
pub struct Entry(SearchEntry);

impl Session {
    /// Connects and signs in.
    pub async fn open(directory: &Directory) -> Result<Self, String> {
        let host = match &directory.server {
            Server::Host(host) => host_name(host)?,
            Server::Domain(domain) => controller(directory, &host_name(domain)?).await?,
        };
        let mut ldap = match &directory.sign_in {
            SignIn::CurrentUser => as_current_user(directory, &host).await?,
            SignIn::Password { user, password, protection } => {
                // A bind without a password succeeds as nobody (RFC 4513, 5.1.2).
                if user.is_empty() || password.expose_secret().is_empty() {
                    return Err(
                        "the sign-in to the directory has no user or no password".to_owned()
                    );
                }
                let mut ldap = connect(directory, &host, Some(*protection)).await?;
                let bound = ldap.simple_bind(user, password.expose_secret()).await;
                signed_in(bound, user)?;
                ldap
            }
        };
        let root = root(&mut ldap).await?;
        let now = root.now;
        Ok(Session { ldap, root, now })
    }

    /// Ends it. What goes wrong at it changes no answer.
    pub async fn close(mut self) {
        drop(self.ldap.unbind().await);
    }

    /// The naming context of a domain by its NetBIOS name, or by its DNS name.
    pub async fn naming_context(&mut self, domain: &str) -> Result<String, String> {
        let shown = clipped(domain);
        if domain.is_empty() || domain.contains(char::is_control) {
            return Err(format!("`{shown}` cannot be the name of a domain"));
        }
        let partitions = format!("CN=Partitions,{}", self.root.configuration);
        let escaped = ldap3::ldap_escape(domain);
        let filter =
            format!("(&(objectClass=crossRef)(|(nETBIOSName={escaped})(dnsRoot={escaped})))");
        let found = self.search(&partitions, &filter, &["nCName", "nETBIOSName"]).await?;
        // Partitions without a NetBIOS name are no domains, and one of them bears the DNS name of the domain's zone.
        let found = found.iter().find(|it| it.text("nETBIOSName").is_some());
        let Some(context) = found.and_then(|it| it.text("nCName")) else {
            let filter = "(&(objectClass=crossRef)(nETBIOSName=*))";
            let all = self.search(&partitions, filter, &["nETBIOSName"]).await?;
            let names: Vec<_> = all.iter().filter_map(|it| it.text("nETBIOSName")).collect();
            let names: Vec<_> = names.iter().map(|it| format!("`{}`", clipped(it))).collect();
            return Err(format!(
                "the forest that was asked has no domain `{shown}`, but {}",
                names.join(", ")
            ));
        };
        if !context.eq_ignore_ascii_case(&self.root.domain) {
            return Err(format!(
                "`{shown}` is another domain of the forest: the server that was asked holds `{}`",
                clipped(&self.root.domain)
            ));
        }
        Ok(context)
    }

    /// The objects below a base that a filter lets through. References to other servers are left out.
    pub async fn search(
        &mut self,
        base: &str,
        filter: &str,
        attributes: &[&str],
    ) -> Result<Vec<Entry>, String> {
        search(&mut self.ldap, base, Scope::Subtree, filter, attributes).await
    }
}

impl Entry {
    /// The values of an attribute.
    #[must_use]
    pub fn texts(&self, attribute: &str) -> &[String] {
        let mut all = self.0.attrs.iter();
        all.find(|(name, _)| name.eq_ignore_ascii_case(attribute)).map_or(&[], |(_, it)| it)
    }

    /// The first value of an attribute.
    #[must_use]
    pub fn text(&self, attribute: &str) -> Option<String> {
        self.texts(attribute).first().cloned()
    }

    /// The bits of an attribute. The directory writes them as a number with a sign.
    #[must_use]
    pub fn number(&self, attribute: &str) -> Option<u32> {
        self.text(attribute)?.parse::<i32>().ok().map(i32::cast_unsigned)
    }

    /// The first value of an attribute that is no text. ldap3 takes it for one where its bytes happen to be UTF-8.
    #[must_use]
    pub fn bytes(&self, attribute: &str) -> Option<Vec<u8>> {
        let mut all = self.0.bin_attrs.iter();
        let binary = all.find(|(name, _)| name.eq_ignore_ascii_case(attribute));
        let binary = binary.and_then(|(_, values)| values.first().cloned());
        binary.or_else(|| self.text(attribute).map(String::into_bytes))
    }
}

/// A host as it may stand in a URL.
fn host_name(host: &str) -> Result<String, String> {
    let wrong = || format!("`{}` is not the name of a host", clipped(host));
    if host.is_empty() {
        return Err(wrong());
    }
    Host::parse(host).map(|it| it.to_string()).map_err(|_| wrong())
}

/// The name of a domain controller: the one that answers under the domain's name says it. Nobody has signed in there, so it
/// is believed only for a name in the domain, whose certificate or Kerberos key is checked afterwards.
async fn controller(directory: &Directory, domain: &str) -> Result<String, String> {
    let mut ldap = connect(directory, domain, None).await?;
    let host = root(&mut ldap).await?.host.unwrap_or_default();
    drop(ldap.unbind().await);
    let inside = host.to_ascii_lowercase().ends_with(&format!(".{}", domain.to_ascii_lowercase()));
    if !inside {
        let host = clipped(&host);
        return Err(format!("a server of `{domain}` says that it is `{host}`, outside the domain"));
    }
    host_name(&host)
}

/// A connection, encrypted as asked for.
async fn connect(
    directory: &Directory,
    host: &str,
    protection: Option<Protection>,
) -> Result<Ldap, String> {
    let scheme = if protection == Some(Protection::Tls) { "ldaps" } else { "ldap" };
    let port = directory.port.map(|it| format!(":{it}")).unwrap_or_default();
    let mut settings = LdapConnSettings::new().set_conn_timeout(directory.limit);
    if protection.is_some()
        && let Some(authorities) = &directory.authorities
    {
        settings = settings.set_config(trusting(authorities)?);
    }
    settings = settings.set_starttls(protection == Some(Protection::StartTls));
    let url = format!("{scheme}://{host}{port}");
    let connected = LdapConnAsync::with_settings(settings, &url).await;
    let (connection, ldap) = connected.map_err(|error| unreachable(&url, &error))?;
    // Its errors come out at whoever waits for an answer.
    tokio::spawn(async move { drop(connection.drive().await) });
    Ok(ldap)
}

/// TLS that trusts these authorities and no others.
fn trusting(authorities: &str) -> Result<Arc<rustls::ClientConfig>, String> {
    let unusable =
        |why: String| format!("the certificates of the authorities cannot be used: {why}");
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities.as_bytes()) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable("there is none".to_owned()));
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Signs in by Kerberos on the plain port: what follows is encrypted by it, and no certificate is needed.
#[cfg(windows)]
async fn as_current_user(directory: &Directory, host: &str) -> Result<Ldap, String> {
    let mut ldap = connect(directory, host, None).await?;
    let bound = ldap.sasl_gssapi_bind(host).await;
    signed_in(bound, "the current user")?;
    Ok(ldap)
}

#[cfg(not(windows))]
#[expect(clippy::unused_async, reason = "the one for Windows waits")]
async fn as_current_user(_: &Directory, _: &str) -> Result<Ldap, String> {
    Err("it takes Windows to ask the directory as the current user".to_owned())
}

/// Whether a sign-in came about.
fn signed_in(bound: Result<LdapResult, LdapError>, user: &str) -> Result<(), String> {
    let user = clipped(user);
    match bound {
        Ok(result) if result.rc == 0 => Ok(()),
        Ok(result) => {
            Err(format!("the directory refuses the sign-in of `{user}`: {}", refusal(&result)))
        }
        Err(error) => {
            Err(format!("`{user}` could not sign in to the directory: {}", words(&error)))
        }
    }
}

/// Why a sign-in was refused. Active Directory puts the reason into its text: `AcceptSecurityContext error, data 52e`.
///
/// Source: Microsoft's list of system error codes, where these numbers (hexadecimal) are 1317, 1326, 1328 to 1331, 1793, 1907
/// and 1909.
fn refusal(result: &LdapResult) -> String {
    const REASONS: [(&str, &str); 9] = [
        ("525", "there is no such user"),
        ("52e", "the user or the password is wrong"),
        ("530", "not at this time of day"),
        ("531", "not from this computer"),
        ("532", "the password has expired"),
        ("533", "the account is disabled"),
        ("701", "the account has expired"),
        ("773", "the password must be changed first"),
        ("775", "the account is locked out"),
    ];
    let said = result.text.split_once("data ").map(|(_, rest)| rest);
    let reason = REASONS.iter().find(|(number, _)| {
        said.is_some_and(|it| it.split(|it: char| !it.is_alphanumeric()).next() == Some(number))
    });
    match reason {
        Some((_, words)) => (*words).to_owned(),
        None => told(result),
    }
}

/// What the server tells of itself.
async fn root(ldap: &mut Ldap) -> Result<Root, String> {
    let attributes =
        ["defaultNamingContext", "configurationNamingContext", "dnsHostName", "currentTime"];
    let found = search(ldap, "", Scope::Base, "(objectClass=*)", &attributes).await?;
    let text = |attribute| found.first().and_then(|it| it.text(attribute));
    match (text("defaultNamingContext"), text("configurationNamingContext")) {
        (Some(domain), Some(configuration)) => Ok(Root {
            domain,
            configuration,
            host: text("dnsHostName"),
            now: text("currentTime").and_then(|it| seconds(&it)),
        }),
        _ => Err("what answers is a directory, but no domain controller".to_owned()),
    }
}

/// The seconds since 1970 of a time such as `20261123090000.0Z`.
fn seconds(time: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%S", time.get(..14)?).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

async fn search(
    ldap: &mut Ldap,
    base: &str,
    scope: Scope,
    filter: &str,
    attributes: &[&str],
) -> Result<Vec<Entry>, String> {
    let found = ldap.search(base, scope, filter, attributes).await;
    let found =
        found.map_err(|error| format!("the directory does not answer: {}", words(&error)))?;
    let ldap3::SearchResult(entries, result) = found;
    if result.rc != 0 {
        return Err(format!("the directory refuses the search: {}", told(&result)));
    }
    let entries = entries.into_iter().filter(|it| !it.is_ref() && !it.is_intermediate());
    Ok(entries.map(|it| Entry(SearchEntry::construct(it))).collect())
}

/// Why there is no connection.
fn unreachable(url: &str, error: &LdapError) -> String {
    format!("no connection to `{}`: {}", clipped(url), words(error))
}

/// An error of the connection in words.
#[expect(clippy::wildcard_enum_match_arm, reason = "most of them cannot come up here")]
fn words(error: &LdapError) -> String {
    match error {
        LdapError::Io { source } => clipped(&source.to_string()),
        LdapError::LdapResult { result } => told(result),
        LdapError::Timeout { .. } => "no answer in time".to_owned(),
        LdapError::OpSend { .. } | LdapError::ResultRecv { .. } | LdapError::EndOfStream => {
            "the connection ended".to_owned()
        }
        _ => clipped(&error.to_string()),
    }
}

/// What a server said, with the number of its answer (RFC 4511, appendix A).
fn told(result: &LdapResult) -> String {
    let text = clipped(result.text.trim_end_matches('\0'));
    if text.is_empty() {
        format!("code {}", result.rc)
    } else {
        format!("code {}, {text}", result.rc)
    }
}
