//! The closed set of operations that a step consists of, and the questions that may be asked before and after.
//!
//! A new step touches none of this; a new kind of operation is a variant here, and the compiler names every view and
//! performer that has to learn it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::model::format::{Format, Name};

/// One operation.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
pub enum Op {
    /// A request to one of the cloud's services, or to a site of this deployment.
    Http(Http),
    /// An installation by Windows Installer.
    Msi(Msi),
    /// A reviewed PowerShell script.
    #[serde(rename = "powershell")]
    PowerShell(PowerShell),
    /// A value in the registry.
    Registry(Registry),
    /// A folder that must be there.
    Folder {
        /// Its path.
        path: String,
    },
    /// A secret that became known while carrying out, kept where the values file says.
    StoreSecret {
        /// The secret's name.
        #[serde(deserialize_with = "secret_name")]
        #[schemars(extend("pattern" = SECRET_NAME))]
        secret: String,
        /// The slot that holds the value.
        slot: String,
    },
    /// Something that a person does or confirms.
    Ask {
        /// What, as an imperative sentence.
        what: String,
    },
    /// A pause until a question is answered with yes.
    Wait {
        /// The question.
        until: Question,
        /// At most this many seconds.
        seconds: u32,
    },
}

/// A value in a plan.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// A literal.
    Value(Literal),
    /// The name of a secret, whose value is read when it is needed.
    Secret(
        #[serde(deserialize_with = "secret_name")]
        #[schemars(extend("pattern" = SECRET_NAME))]
        String,
    ),
    /// The name of something that becomes known while carrying out.
    Slot(String),
}

/// A literal value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a flag, a whole number, a text or a list of texts")]
pub enum Literal {
    /// A flag.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// Several texts.
    List(Vec<String>),
}

impl Value {
    /// A literal text.
    pub fn text(text: impl Into<String>) -> Value {
        Value::Value(Literal::Text(text.into()))
    }

    /// A literal flag.
    #[must_use]
    pub fn flag(flag: bool) -> Value {
        Value::Value(Literal::Flag(flag))
    }

    /// A literal number.
    pub fn number(number: impl Into<i64>) -> Value {
        Value::Value(Literal::Number(number.into()))
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Value::Value(Literal::Flag(true)) => f.write_str("yes"),
            Value::Value(Literal::Flag(false)) => f.write_str("no"),
            Value::Value(Literal::Number(number)) => write!(f, "{number}"),
            Value::Value(Literal::Text(text)) => f.write_str(text),
            Value::Value(Literal::List(texts)) => f.write_str(&texts.join(", ")),
            Value::Secret(name) => write!(f, "secret `{name}`"),
            Value::Slot(name) => write!(f, "({name}, known while carrying out)"),
        }
    }
}

/// A request. `{slot:name}` and `{secret:name}` in the path, the headers and the body stand for what is known only when
/// the plan is carried out; a literal brace is doubled.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Http {
    /// Which service; its address comes from the cloud.
    pub service: Service,
    /// The method.
    pub method: Method,
    /// The path and query below the service's address, or the whole URL for [`Service::Site`].
    pub path: String,
    /// Headers beside those that every request to the service bears.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// The body, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
    /// The status codes that mean success.
    pub expect: Vec<u16>,
    /// What the answer is judged by, beyond its status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judge: Option<Judge>,
    /// What is taken from the answer: slot by JSON pointer (RFC 6901).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub take: BTreeMap<String, String>,
}

/// The services that a request can go to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// Microsoft Graph, signed in as the administrator.
    Graph,
    /// Exchange Web Services, signed in as the application.
    Ews,
    /// A site of this deployment, with the current Windows credentials.
    Site,
}

/// HTTP methods in use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are HTTP's")]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

/// The body of a request.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// JSON; its keys are written in alphabetical order.
    #[serde(serialize_with = "sorted")]
    Json(serde_json::Value),
    /// XML (EWS).
    Xml(String),
}

/// How an answer is judged beyond its status. Each is a rule of the executor.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Judge {
    /// The organization is the tenant that the deployment names.
    Tenant,
    /// The subscriptions hold Entra ID P1 or P2, in a state that counts.
    EntraIdPremium,
    /// The tenant's policy permits a client secret of the wanted lifetime.
    SecretPolicy,
    /// The service principal is Exchange Online and has the role `full_access_as_app`.
    ExchangeRole,
    /// No application has this name, or the only one that has it bears this plan's unique name. Another one is a person's,
    /// and to make a second one beside it would make a duplicate.
    OneApplication {
        /// `uniqueName`, by which the plan finds its application again.
        unique_name: String,
    },
    /// No assignment of the service principal is the role `full_access_as_app`, which would open every mailbox whatever
    /// Exchange scopes it to.
    NoMailboxRole,
    /// EWS answered with success, not with an error in a 200.
    EwsSuccess,
    /// EWS refused: the mailbox of somebody else must stay closed to the application.
    EwsRefused,
}

/// An installation by Windows Installer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Msi {
    /// The package's path.
    pub package: String,
    /// The digest of the package that the plan was made for, where it was read: `sha256:` and 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// With or without the wizard.
    pub ui: Ui,
    /// The verbose log's path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// The features to install (`ADDLOCAL`), in the order of the package's tree.
    pub features: Vec<String>,
    /// Public properties and their values.
    pub properties: BTreeMap<String, Value>,
}

/// How Windows Installer shows itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ui {
    /// `/quiet`.
    Quiet,
    /// The wizard opens with everything known filled in.
    Review,
}

/// A PowerShell script that runs in a session of its own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PowerShell {
    /// The module or snap-in that it needs: `ExchangeOnlineManagement`, `FIMAutomation`.
    pub needs: String,
    /// The text of the script. Values come in as parameters, never by pasting.
    pub script: String,
    /// Its parameters.
    pub parameters: BTreeMap<String, Value>,
}

/// A value in the registry.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// `HKEY_CURRENT_USER` or `HKEY_LOCAL_MACHINE`.
    pub hive: String,
    /// The key's path.
    pub key: String,
    /// The value's name.
    pub name: String,
    /// The value, a DWORD.
    pub dword: u32,
}

/// The closed list of what may be asked of a host, a directory, a tenant or a package. An answer is yes, no or unknown;
/// unknown is never taken for no.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "question", rename_all = "snake_case", deny_unknown_fields)]
pub enum Question {
    /// Is a product of this name installed, at this build or newer?
    Installed {
        /// `ProductName` of the package.
        product: String,
        /// The build, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        build: Option<String>,
    },
    /// Is the registry value there, with this DWORD?
    Registry(Registry),
    /// Is this folder there?
    Folder {
        /// Its path.
        path: String,
    },
    /// Does the site answer with this status?
    Answers {
        /// Its URL.
        url: String,
        /// The status.
        status: u16,
    },
    /// Is there an application with this unique name in the tenant?
    Application {
        /// `uniqueName`.
        unique_name: String,
    },
    /// Has the application a service principal?
    ServicePrincipal {
        /// The slot with the application's ID.
        application: String,
    },
    /// Has the service principal the role `full_access_as_app`?
    MailboxRole {
        /// The slot with the service principal's ID.
        service_principal: String,
    },
    /// Is the secret there to be read?
    Secret {
        /// Its name.
        #[serde(deserialize_with = "secret_name")]
        #[schemars(extend("pattern" = SECRET_NAME))]
        name: String,
    },
    /// Is the management policy rule enabled?
    RuleEnabled {
        /// Its display name.
        rule: String,
    },
    /// Does the name of a host resolve?
    Resolves {
        /// The host.
        host: String,
    },
    /// Does a connection to a TCP port come about?
    Reachable {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// Does a mail server greet on port 25?
    MailServer {
        /// The host.
        host: String,
    },
    /// Does SQL Server let the current user in?
    SqlServer {
        /// `server`, `server\instance` or an alias.
        server: String,
    },
    /// Is there a database of this name?
    Database {
        /// `server`, `server\instance` or an alias.
        server: String,
        /// The database.
        name: String,
    },
    /// Is the package there, with this build?
    Package {
        /// Its path.
        path: String,
        /// The build, if it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        build: Option<String>,
        /// The digest of its bytes, if the plan was made for exactly this file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        digest: Option<String>,
    },
    /// Is there a restart that Windows waits for?
    PendingReboot,
    /// Has Windows restarted since this moment?
    RestartedSince {
        /// In universal time (RFC 3339).
        at: String,
    },
    /// Does another installation run?
    InstallerBusy,
    /// Is there an enabled account of this name in the directory?
    Account {
        /// The NetBIOS name of the domain.
        domain: String,
        /// The account.
        name: String,
    },
    /// Is there a group managed service account of this name in the directory?
    ManagedAccount {
        /// The NetBIOS name of the domain.
        domain: String,
        /// The account, with `$`.
        name: String,
    },
    /// Is the service principal name registered for this account, and for no other?
    ServicePrincipalName {
        /// The name: `FIMService/mim.contoso.com`.
        name: String,
        /// The NetBIOS name of the account's domain.
        domain: String,
        /// The account.
        account: String,
    },
    /// Does a service run on this server?
    ServiceRuns {
        /// Its short name: `SPTimerV4`.
        name: String,
    },
    /// Is a feature of Windows Server installed?
    WindowsFeature {
        /// Its name: `Web-WebServer`.
        name: String,
    },
}

/// What the name of a secret looks like.
const SECRET_NAME: &str = "^[a-z][a-z0-9_]*$";

/// Reads the name of a secret. What cannot be one may be a value that somebody put in its place, so the message does not
/// repeat it.
fn secret_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    if Name::parse(&name).is_err() {
        let message = "not the name of a secret (lower-case letters, digits and `_`)";
        return Err(de::Error::custom(message));
    }
    Ok(name)
}

/// Writes JSON with sorted keys: whether `serde_json` keeps the order of insertion is up to every crate in the program.
fn sorted<S: Serializer>(json: &serde_json::Value, serializer: S) -> Result<S::Ok, S::Error> {
    struct Sorted<'a>(&'a serde_json::Value);

    impl Serialize for Sorted<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                serde_json::Value::Object(entries) => {
                    let entries: BTreeMap<_, _> =
                        entries.iter().map(|(key, value)| (key, Sorted(value))).collect();
                    entries.serialize(serializer)
                }
                serde_json::Value::Array(items) => serializer.collect_seq(items.iter().map(Sorted)),
                serde_json::Value::Null
                | serde_json::Value::Bool(_)
                | serde_json::Value::Number(_)
                | serde_json::Value::String(_) => self.0.serialize(serializer),
            }
        }
    }

    Sorted(json).serialize(serializer)
}
