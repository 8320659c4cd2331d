//! The simulated tenant: sign-in service, Microsoft Graph and Exchange Web Services over HTTP on the loopback.
//!
//! It judges requests as strictly as Microsoft's reference pages describe them, answers in Microsoft's shapes, and knows
//! nothing of who asks. Identifiers are counted, so that two runs make the same ones; secrets and codes are random. What a
//! service sees of a fresh write is delayed by the number of requests, never by time.

pub mod exchange;
mod ews;
mod graph;
pub mod service;
mod sign_in;
mod token;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::world::Shared;

/// Office 365 Exchange Online, as an application.
pub const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// The role `full_access_as_app` of Exchange Online.
pub const FULL_ACCESS: &str = "dc890d15-9560-4a4c-9b7f-a736ec74ec40";
/// Microsoft Graph Command Line Tools, a public client that every tenant has.
pub const GRAPH_COMMAND_LINE: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
/// The ID of the tenant that [`Tenant::contoso`] makes.
pub const CONTOSO: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";

/// The state of the tenant.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tenant {
    /// The tenant's ID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its domain ending in `.onmicrosoft.com`, or whichever the deployment names. The first is the default one.
    pub domains: Vec<String>,
    /// The person who signs in.
    pub administrator: Person,
    /// The resource of Microsoft Graph, for which its tokens are made: `https://graph.microsoft.com`.
    pub graph_resource: String,
    /// The resource of Exchange Online, for which its tokens are made: `https://outlook.office365.com`.
    pub exchange_resource: String,
    /// The moment from which the age of client secrets is judged (RFC 3339); the clock's if it is not said. A plan of another
    /// day is rehearsed as of that day.
    pub as_of: Option<String>,
    /// Clients that are there beforehand, by application ID: those that the tool itself signs in with.
    pub clients: BTreeMap<String, Client>,
    /// The registered applications.
    pub applications: Vec<Application>,
    /// Applications that were deleted and can be restored.
    pub deleted: Vec<Application>,
    /// The enterprise applications.
    pub principals: Vec<Principal>,
    /// Roles of one enterprise application that were granted to another.
    pub grants: Vec<Grant>,
    /// Exchange Online.
    pub exchange: exchange::Organization,
    /// Sign-ins that have begun, and what they gave.
    pub sign_ins: sign_in::SignIns,
    /// How many identifiers were made.
    pub counted: u64,
    /// How often a passing fault struck, by fault and kind of request.
    pub struck: BTreeMap<String, u32>,
    /// Whether what is written shows at once, for a program that waits in earnest for what does not.
    #[serde(default)]
    pub shows_at_once: bool,
}

/// A person in the directory.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// The object's ID.
    pub id: String,
    /// The name that is shown.
    pub name: String,
    /// The user principal name.
    pub upn: String,
}

/// A client of the sign-in service that is no object of the rehearsal.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// Digests of its client secrets ([`digest`]). A client without any and without a key is a public one.
    pub secrets: Vec<String>,
    /// Its certificate or public key (PEM), against which assertions are checked.
    pub key: Option<String>,
    /// The application permissions of Microsoft Graph that it has: `Application.ReadWrite.All`.
    pub roles: Vec<String>,
}

/// A registered application.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The object's ID.
    pub id: String,
    /// The application ID, also called client ID.
    pub app_id: String,
    /// When it was made (RFC 3339).
    pub created: String,
    /// What was written, by property; credentials are not among it.
    pub properties: Map<String, Value>,
    /// Its client secrets.
    pub secrets: Vec<Credential>,
    /// Its certificate or public key (PEM), against which assertions are checked. Graph does not set it here.
    pub key: Option<String>,
    /// How many more requests of Graph do not see it.
    pub unseen: u32,
    /// How many more sign-ins do not see it.
    pub unknown: u32,
}

/// A client secret without its value.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// Its ID.
    pub key_id: String,
    /// Its name, if it was given one.
    pub name: Option<String>,
    /// From when it is valid (RFC 3339).
    pub start: String,
    /// Until when (RFC 3339).
    pub end: String,
    /// The first three characters of the value, which Graph shows.
    pub hint: String,
    /// The value's digest ([`digest`]).
    pub digest: String,
    /// How many more sign-ins do not see it.
    pub unknown: u32,
}

/// An enterprise application, which Graph calls a service principal.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Principal {
    /// The object's ID.
    pub id: String,
    /// The ID of its application.
    pub app_id: String,
    /// The name that is shown.
    pub name: String,
    /// What was written, by property.
    pub properties: Map<String, Value>,
    /// The application roles that it offers, as Graph shows them.
    pub roles: Vec<Value>,
    /// How many more requests do not see it.
    pub unseen: u32,
}

/// A role of one enterprise application, granted to another.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The assignment's ID.
    pub id: String,
    /// The role's ID.
    pub role: String,
    /// The object ID of the enterprise application that has it.
    pub principal: String,
    /// The object ID of the one whose role it is.
    pub resource: String,
    /// When it was granted (RFC 3339).
    pub created: String,
    /// How many more requests of Graph do not see it.
    pub unseen: u32,
    /// How many more tokens are made without it.
    pub missing: u32,
}

impl Tenant {
    /// A tenant in which nothing is wrong: licensed with Microsoft 365 E5, Exchange Online there, and the list of
    /// applications that may use Exchange Web Services in force and empty. Mailboxes are those given and the
    /// administrator's.
    #[must_use]
    pub fn contoso(domain: &str, administrator: &str, mailboxes: &[String]) -> Self {
        let mut domains = vec![domain.to_owned()];
        if let Some((_, other)) = administrator.split_once('@')
            && !other.eq_ignore_ascii_case(domain)
        {
            domains.push(other.to_owned());
        }
        let mut tenant = Tenant {
            id: CONTOSO.to_owned(),
            name: "Contoso".to_owned(),
            domains,
            graph_resource: "https://graph.microsoft.com".to_owned(),
            exchange_resource: "https://outlook.office365.com".to_owned(),
            exchange: exchange::Organization::new(
                mailboxes.iter().map(String::as_str).chain([administrator]),
            ),
            ..Tenant::default()
        };
        tenant.clients.insert(GRAPH_COMMAND_LINE.to_owned(), Client::default());
        tenant.administrator = Person {
            id: tenant.next_id(Kind::Person),
            name: "Administrator".to_owned(),
            upn: administrator.to_owned(),
        };
        let exchange = Principal {
            id: tenant.next_id(Kind::Principal),
            app_id: EXCHANGE.to_owned(),
            name: "Office 365 Exchange Online".to_owned(),
            roles: exchange::roles(),
            ..Principal::default()
        };
        tenant.principals.push(exchange);
        tenant
    }

    /// The application with an application ID.
    #[must_use]
    pub fn application(&self, app_id: &str) -> Option<&Application> {
        self.applications.iter().find(|it| it.app_id.eq_ignore_ascii_case(app_id))
    }

    /// The enterprise application with an application ID.
    #[must_use]
    pub fn principal(&self, app_id: &str) -> Option<&Principal> {
        self.principals.iter().find(|it| it.app_id.eq_ignore_ascii_case(app_id))
    }

    /// Makes the next identifier of a kind.
    fn next_id(&mut self, kind: Kind) -> String {
        self.counted += 1;
        format!("{:08x}-0000-4000-8000-{:012x}", kind as u32, self.counted)
    }

    /// The moment from which the age of client secrets is judged.
    fn moment(&self) -> Timestamp {
        self.as_of.as_deref().and_then(|it| it.parse().ok()).unwrap_or_else(Timestamp::now)
    }
}

impl Application {
    /// The text of a property; empty if it is none or not there.
    fn text(&self, property: &str) -> &str {
        self.properties.get(property).and_then(Value::as_str).unwrap_or_default()
    }
}

/// What an identifier belongs to; its first digits, so that a reader of a log can tell.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// A person.
    Person = 1,
    /// An application object.
    Application = 2,
    /// An application ID.
    Client = 3,
    /// An enterprise application.
    Principal = 4,
    /// A granted role.
    Grant = 5,
    /// A client secret.
    Secret = 6,
}

/// The digest under which the tenant keeps a client secret: SHA-256 in base64url.
#[must_use]
pub fn digest(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

/// How many requests do not see what was written a moment ago.
fn delay(shared: &Shared) -> u32 {
    if shared.has(Fault::GraphReplication) { 4 } else { usual_delay(shared) }
}

/// How many sign-ins do not see what was written a moment ago.
fn sign_in_delay(shared: &Shared) -> u32 {
    if shared.has(Fault::GraphReplication) { 2 } else { usual_delay(shared) }
}

fn usual_delay(shared: &Shared) -> u32 {
    u32::from(!shared.look().tenant.shows_at_once)
}

/// Whether a passing fault strikes now. It strikes `times` times for each kind of request, and has then healed.
fn strikes(shared: &Shared, fault: Fault, kind: &str, times: u32) -> bool {
    if !shared.has(fault) {
        return false;
    }
    let key = format!("{fault} {kind}");
    if shared.look().tenant.struck.get(&key).is_some_and(|it| *it >= times) {
        return false;
    }
    shared.note(|world| *world.tenant.struck.entry(key).or_default() += 1);
    true
}

/// 40 characters that nobody guesses, in the alphabet of Entra's client secrets.
fn random_secret() -> String {
    let mut text = URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes());
    text.push('~');
    text.push_str(&URL_SAFE_NO_PAD.encode(Uuid::new_v4().as_bytes()));
    text.truncate(40);
    text
}

/// A moment as Microsoft Graph writes it.
fn written(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
