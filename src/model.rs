//! The nouns: what a script can declare, also what is wrong, and what it resolves to.
//!
//! A declared noun has a [`Part`] for everything that can be said of it, so that a check can tell what was not said from
//! what was said badly, and blame either. The recorder behind the host functions is the only maker of these values.
//! [`MailOption`] is the resolved form: it cannot be wrong.

pub mod format;
mod reading;

use std::fmt;
use std::ops::Deref;

use crate::installer::Contents;
use crate::model::format::{
    Build, DatabaseName, DomainAccount, DomainName, EmailAddress, Guid, HostName, Name, Port,
    PropertyName, SqlServer, Text, Thumbprint, Url, WindowsPath,
};
use crate::source::{Origin, Span};

/// A value with where it was said.
#[derive(Clone, Debug)]
pub struct Declared<T> {
    /// What was said.
    pub value: T,
    /// Where.
    pub origin: Origin,
}

impl<T> Deref for Declared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Something that can be said of a noun, at most once.
#[derive(Clone, Debug, Default)]
pub enum Part<T> {
    /// Nobody said it: the wizard's default holds, or it is missing.
    #[default]
    Unsaid,
    /// It was said with a value that is already reported; nothing may be concluded from it.
    Unusable(Origin),
    /// It was said.
    Said(Declared<T>),
}

impl<T> Part<T> {
    /// What was said, if it can be used.
    pub fn said(&self) -> Option<&Declared<T>> {
        match self {
            Part::Said(declared) => Some(declared),
            Part::Unsaid | Part::Unusable(_) => None,
        }
    }

    /// The value, if it was said and can be used.
    pub fn value(&self) -> Option<&T> {
        self.said().map(|declared| &declared.value)
    }

    /// Whether nobody said it.
    pub fn is_unsaid(&self) -> bool {
        matches!(self, Part::Unsaid)
    }

    /// Where it was said, usable or not.
    pub fn origin(&self) -> Option<&Origin> {
        match self {
            Part::Unsaid => None,
            Part::Unusable(origin) => Some(origin),
            Part::Said(declared) => Some(&declared.origin),
        }
    }
}

impl<T> From<Option<Origin>> for Part<T> {
    /// Something that cannot be used, if it was said at all.
    fn from(origin: Option<Origin>) -> Self {
        origin.map_or(Part::Unsaid, Part::Unusable)
    }
}

impl Part<bool> {
    /// Whether the flag is on; a flag that nobody said is off.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.value().copied().unwrap_or(false)
    }
}

/// A noun of which there is one; the second declaration is kept so that it can be blamed.
#[derive(Clone, Debug)]
pub struct Once<T> {
    /// All declarations, in order; the first one counts.
    pub all: Vec<Declared<T>>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Once { all: Vec::new() }
    }
}

impl<T> Once<T> {
    /// The declaration that counts.
    #[must_use]
    pub fn get(&self) -> Option<&Declared<T>> {
        self.all.first()
    }

    /// Whether it was declared.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        !self.all.is_empty()
    }
}

/// Everything that one script declares.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// `deployment(title)`.
    pub title: Once<Part<Text>>,
    /// `cloud::…`.
    pub cloud: Once<Cloud>,
    /// `license::…`.
    pub license: Once<License>,
    /// `installer::msi`.
    pub installer: Once<Installer>,
    /// What the installer's package says of itself.
    pub package: Contents,
    /// `components::…`, those that are named rather than described.
    pub components: Vec<Declared<Component>>,
    /// `sql::database`.
    pub database: Once<Database>,
    /// `account::…`.
    pub account: Once<ServiceAccount>,
    /// `mail::…`.
    pub mail: Once<Mail>,
    /// `certificate::…`.
    pub certificate: Once<Certificate>,
    /// `reporting::management_server`.
    pub reporting: Once<Reporting>,
    /// `synchronization::server`.
    pub synchronization: Once<Synchronization>,
    /// `service::address`.
    pub service: Once<Service>,
    /// `portal::site`.
    pub portal: Once<Portal>,
    /// `portal::password_registration`.
    pub registration: Once<PasswordPortal>,
    /// `portal::password_reset`.
    pub reset: Once<PasswordPortal>,
    /// `portal::remote_password_registration`.
    pub remote_registration: Once<RemotePasswordPortal>,
    /// `portal::remote_password_reset`.
    pub remote_reset: Once<RemotePasswordPortal>,
    /// `after::…`.
    pub tasks: Vec<Declared<Task>>,
    /// The secrets whose source can only be read: by name, with where the values file says it.
    pub read_only_secrets: Vec<(String, Span)>,
    /// The end of the entry script, where what is missing would be inserted.
    pub end: Span,
    /// Whether the script ran to its end and everything in it was understood. If not, absence proves nothing.
    pub complete: bool,
}

impl Deployment {
    /// A deployment of which nothing is said yet.
    #[must_use]
    pub fn empty(end: Span) -> Self {
        Deployment {
            title: Once::default(),
            cloud: Once::default(),
            license: Once::default(),
            installer: Once::default(),
            package: Contents::Unread,
            components: Vec::new(),
            database: Once::default(),
            account: Once::default(),
            mail: Once::default(),
            certificate: Once::default(),
            reporting: Once::default(),
            synchronization: Once::default(),
            service: Once::default(),
            portal: Once::default(),
            registration: Once::default(),
            reset: Once::default(),
            remote_registration: Once::default(),
            remote_reset: Once::default(),
            tasks: Vec::new(),
            read_only_secrets: Vec::new(),
            end,
            complete: true,
        }
    }
}

/// A reference to a secret: its name. The value exists only where a plan is carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Secret {
    /// The name under `[secrets]` in the values file.
    pub name: Name,
}

/// Which Microsoft cloud, and which tenant in it.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// The cloud.
    pub name: CloudName,
    /// The tenant's primary domain.
    pub tenant: Part<DomainName>,
}

/// The Microsoft clouds in which MIM's Entra edition can be installed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CloudName {
    /// The worldwide cloud, GCC included.
    Global,
    /// Operated by 21Vianet in China.
    China,
    /// Microsoft 365 Government GCC High (US Government L4).
    GccHigh,
    /// Microsoft 365 Government DoD (US Government L5).
    Dod,
}

impl CloudName {
    /// All of them.
    pub const ALL: [CloudName; 4] =
        [CloudName::Global, CloudName::China, CloudName::GccHigh, CloudName::Dod];

    /// What ends the domain that Microsoft gives to every tenant of this cloud. Both US Government clouds have the same.
    #[must_use]
    pub fn initial_domain(self) -> &'static str {
        match self {
            CloudName::Global => ".onmicrosoft.com",
            CloudName::China => ".partner.onmschina.cn",
            CloudName::GccHigh | CloudName::Dod => ".onmicrosoft.us",
        }
    }

    /// The clouds whose tenants have such a domain; none for a domain of the customer's own.
    pub fn of_domain(domain: &DomainName) -> impl Iterator<Item = CloudName> {
        let domain = domain.as_str().to_ascii_lowercase();
        CloudName::ALL.into_iter().filter(move |it| domain.ends_with(it.initial_domain()))
    }
}

/// Under which licence the product is installed.
#[derive(Clone, Debug)]
pub struct License {
    /// Which edition of the installer that is.
    pub edition: Edition,
    /// Who signs in on page 4.
    pub sign_in_as: Part<EmailAddress>,
}

/// The two editions of the installer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Edition {
    /// For tenants with Entra ID P1 or P2; asks for a cloud and a sign-in.
    EntraId,
    /// Volume licensing; needs no tenant.
    Volume,
}

/// The installer package and how it is run.
#[derive(Clone, Debug)]
pub struct Installer {
    /// `Service and Portal.msi`.
    pub package: Part<WindowsPath>,
    /// The package's build.
    pub build: Part<Build>,
    /// Page 2: the License Agreement is accepted.
    pub license_terms: Part<bool>,
    /// The verbose log.
    pub log: Part<WindowsPath>,
    /// The installation folder.
    pub folder: Part<WindowsPath>,
    /// Quiet or review, where the script insists.
    pub form: Part<Form>,
    /// Properties set by hand, past everything that mimeo knows.
    pub properties: Vec<Declared<Override>>,
}

/// How the installer runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// Without a window (`/quiet`).
    Quiet,
    /// The wizard opens with everything known filled in, and a person goes through it.
    Review,
}

/// One Windows Installer property set by hand.
#[derive(Clone, Debug)]
pub struct Override {
    /// The property.
    pub name: Part<PropertyName>,
    /// Its value.
    pub value: Part<OverrideValue>,
}

/// The value of an [`Override`].
#[derive(Clone, Debug)]
pub enum OverrideValue {
    /// A text; empty clears the property.
    Text(String),
    /// The value of a secret.
    Secret(Secret),
}

/// The components of the installer, in the order of its tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Component {
    /// `MIM Service`.
    Service,
    /// `MIM Reporting`, below the service.
    Reporting,
    /// `Privileged Access Management`, below the service.
    PrivilegedAccess,
    /// `MIM Portal`.
    Portal,
    /// `MIM Password Registration Portal`.
    PasswordRegistration,
    /// `MIM Password Reset Portal`.
    PasswordReset,
}

impl Component {
    /// All of them, in the order of the installer's tree.
    pub const ALL: [Component; 6] = [
        Component::Service,
        Component::Reporting,
        Component::PrivilegedAccess,
        Component::Portal,
        Component::PasswordRegistration,
        Component::PasswordReset,
    ];

    /// The title on page 5.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Component::Service => "MIM Service",
            Component::Reporting => "MIM Reporting",
            Component::PrivilegedAccess => "Privileged Access Management",
            Component::Portal => "MIM Portal",
            Component::PasswordRegistration => "MIM Password Registration Portal",
            Component::PasswordReset => "MIM Password Reset Portal",
        }
    }

    /// The feature's name in the package (`ADDLOCAL`; case-sensitive).
    #[must_use]
    pub fn feature(self) -> &'static str {
        match self {
            Component::Service => "CommonServices",
            Component::Reporting => "FIMReporting",
            Component::PrivilegedAccess => "PAMServices",
            Component::Portal => "WebPortals",
            Component::PasswordRegistration => "RegistrationPortal",
            Component::PasswordReset => "ResetPortal",
        }
    }
}

/// The MIM Service database.
#[derive(Clone, Debug)]
pub struct Database {
    /// The SQL Server.
    pub server: Part<SqlServer>,
    /// The database's name; `FIMService` if not said.
    pub name: Part<DatabaseName>,
    /// Whether an existing database is used again.
    pub reuse: Part<bool>,
}

/// The account under which the MIM Service runs.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// `domain\name`.
    pub account: Part<DomainAccount>,
    /// Regular or managed.
    pub kind: AccountKind,
}

/// Whether a person or the directory keeps the account's password.
#[derive(Clone, Debug)]
pub enum AccountKind {
    /// A user account with a password.
    Regular {
        /// Its password.
        password: Part<Secret>,
    },
    /// A group managed service account; its name ends in `$`.
    Managed,
}

/// The mail server connection.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The kind of server.
    pub server: MailServer,
    /// The host, for Exchange and SMTP.
    pub host: Part<HostName>,
    /// The service's mailbox, or the sender's address with SMTP.
    pub address: Part<EmailAddress>,
    /// The password of the mailbox (Exchange with a managed service account).
    pub password: Part<Secret>,
    /// How the service proves who it is, where that is said.
    pub authentication: Part<Authentication>,
    /// `.tenant_id`, with application context authentication.
    pub tenant_id: Part<Guid>,
    /// `.client_secret`, with an application that is registered already.
    pub client_secret: Part<Secret>,
    /// `.secret_lifetime_days`, with an application that is to be registered.
    pub secret_lifetime_days: Part<u16>,
    /// `.restrict_to_group` or `.scope_to_mailbox`, with an application that is to be registered.
    pub restriction: Part<Restriction>,
    /// Whether this server reads approvals from the mailbox.
    pub poll: Part<bool>,
}

/// The entries of the list `Mail Server` on page 8, with one `Office 365` for all clouds.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MailServer {
    /// `Exchange Server 2013 or later`.
    Exchange,
    /// `Office 365`, in the variant of the cloud.
    Office365,
    /// `SMTP`.
    Smtp,
    /// `None`.
    None,
}

/// How the MIM Service proves to the mail server who it is, as far as a script says it.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// `.integrated()`: Integrated Windows Authentication.
    Integrated,
    /// `.basic(secret)`: Basic Authentication with the mailbox's password.
    Basic {
        /// The mailbox's password.
        password: Part<Secret>,
    },
    /// `.application(id)`: Application Context Authentication with an existing registration.
    Application {
        /// The application (client) ID.
        id: Part<Guid>,
    },
    /// `.register_application(name, secret)`: the same, with a registration that the plan makes.
    Registration {
        /// The display name of the registration.
        name: Part<Text>,
        /// Where the new client secret is kept.
        secret: Part<Secret>,
    },
}

impl Authentication {
    /// The entry of the list `Authentication` on page 8.
    #[must_use]
    pub fn method(&self) -> MailAuthentication {
        match self {
            Authentication::Integrated => MailAuthentication::Integrated,
            Authentication::Basic { .. } => MailAuthentication::Basic,
            Authentication::Application { .. } | Authentication::Registration { .. } => {
                MailAuthentication::Application
            }
        }
    }
}

/// The entries of the list `Authentication` on page 8.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MailAuthentication {
    /// `Integrated Windows Authentication`.
    Integrated,
    /// `Basic Authentication`.
    Basic,
    /// `Application Context Authentication`.
    Application,
}

/// How a registered application is kept from every other mailbox.
#[derive(Clone, Debug)]
pub enum Restriction {
    /// An application access policy for the members of this mail-enabled security group.
    Group(Text),
    /// RBAC for Applications with the one mailbox as its scope.
    Mailbox,
}

/// The certificate of the MIM Service.
#[derive(Clone, Debug)]
pub enum Certificate {
    /// `Generate a new self-issued certificate`.
    SelfIssued {
        /// `Certificate Name`.
        name: Part<Text>,
    },
    /// `Select a certificate located in the local certificate store`.
    Existing {
        /// Its SHA-1 thumbprint.
        thumbprint: Part<Thumbprint>,
    },
}

/// MIM Reporting.
#[derive(Clone, Debug)]
pub struct Reporting {
    /// The System Center Service Manager management server.
    pub server: Part<HostName>,
}

/// The synchronization service of this deployment.
#[derive(Clone, Debug)]
pub struct Synchronization {
    /// Its host.
    pub server: Part<HostName>,
    /// The account of the MIM management agent.
    pub agent_account: Part<DomainAccount>,
}

/// How clients reach the MIM Service.
#[derive(Clone, Debug)]
pub struct Service {
    /// The name that clients use.
    pub address: Part<HostName>,
    /// Whether setup opens ports 5725 and 5726.
    pub open_firewall: Part<bool>,
}

/// The MIM Portal.
#[derive(Clone, Debug)]
pub struct Portal {
    /// The SharePoint site collection.
    pub site: Part<Url>,
    /// Where "Register for password reset" on the home page leads.
    pub registration_link: Part<Url>,
    /// Whether setup grants authenticated users access to the portal site.
    pub grant_authenticated_users: Part<bool>,
}

/// Which of the two password portals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PasswordPortalKind {
    /// `MIM Password Registration Portal`.
    Registration,
    /// `MIM Password Reset Portal`.
    Reset,
}

/// A password portal on this server.
#[derive(Clone, Debug)]
pub struct PasswordPortal {
    /// Which of the two.
    pub kind: PasswordPortalKind,
    /// The IIS host header.
    pub host: Part<HostName>,
    /// The account of the application pool.
    pub pool_account: Part<DomainAccount>,
    /// Its password; none for a managed account.
    pub pool_password: Part<Secret>,
    /// The TCP port; 80 if not said.
    pub port: Part<Port>,
    /// Whether setup opens the port in the firewall.
    pub open_firewall: Part<bool>,
    /// The MIM Service that the portal calls; that of `service::address` if not said.
    pub service_address: Part<HostName>,
    /// Whether extranet users reach the IIS site.
    pub extranet: Part<bool>,
}

/// A password portal on another host, declared to this service.
#[derive(Clone, Debug)]
pub struct RemotePasswordPortal {
    /// Which of the two.
    pub kind: PasswordPortalKind,
    /// The account of its application pool.
    pub account: Part<DomainAccount>,
}

/// What is done after the installation.
#[derive(Clone, Debug)]
pub enum Task {
    /// The portal is opened once and must answer.
    PortalAnswers,
    /// The site joins the browser's Local intranet zone.
    IntranetZone,
    /// "Display intranet sites in Compatibility View" is switched off.
    CompatibilityViewOff,
    /// A management policy rule is enabled.
    EnableRule {
        /// Its display name.
        name: Part<Text>,
    },
    /// The add-ins and extensions are installed.
    AddIns {
        /// Their package.
        package: Part<WindowsPath>,
    },
    /// A language pack is installed.
    LanguagePacks {
        /// Its package.
        package: Part<WindowsPath>,
    },
}

/// The nine ways to connect mail and account that the vendor's guide knows by a letter.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MailOption {
    /// Exchange Server, regular account.
    A,
    /// Office 365 with basic authentication, regular account.
    B,
    /// Office 365 with application context authentication, regular account.
    C,
    /// SMTP, regular account.
    D,
    /// No mail, regular account.
    E,
    /// Exchange Server, managed account.
    F,
    /// Office 365 with basic authentication, managed account.
    G,
    /// Office 365 with application context authentication, managed account.
    H,
    /// No mail, managed account.
    I,
}

/// Why a mail server, an authentication and an account make no option.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Misfit {
    /// The mail server does not know the authentication.
    Authentication,
    /// The mail server does not go with a managed account.
    Account,
}

impl MailOption {
    /// All of them, by letter.
    pub const ALL: [MailOption; 9] = [
        MailOption::A,
        MailOption::B,
        MailOption::C,
        MailOption::D,
        MailOption::E,
        MailOption::F,
        MailOption::G,
        MailOption::H,
        MailOption::I,
    ];

    /// The one table: server, authentication (none with [`MailServer::None`]) and whether the account is managed.
    #[must_use]
    pub fn row(self) -> (MailServer, Option<MailAuthentication>, bool) {
        use MailAuthentication::{Application, Basic, Integrated};
        match self {
            MailOption::A => (MailServer::Exchange, Some(Integrated), false),
            MailOption::B => (MailServer::Office365, Some(Basic), false),
            MailOption::C => (MailServer::Office365, Some(Application), false),
            MailOption::D => (MailServer::Smtp, Some(Integrated), false),
            MailOption::E => (MailServer::None, None, false),
            MailOption::F => (MailServer::Exchange, Some(Integrated), true),
            MailOption::G => (MailServer::Office365, Some(Basic), true),
            MailOption::H => (MailServer::Office365, Some(Application), true),
            MailOption::I => (MailServer::None, None, true),
        }
    }

    /// The option of a combination, or what does not fit.
    pub fn of(
        server: MailServer,
        authentication: Option<MailAuthentication>,
        managed: bool,
    ) -> Result<MailOption, Misfit> {
        let known = |it: &MailOption| it.row().0 == server && it.row().1 == authentication;
        if !MailOption::ALL.iter().any(known) {
            return Err(Misfit::Authentication);
        }
        let wanted = (server, authentication, managed);
        MailOption::ALL.into_iter().find(|it| it.row() == wanted).ok_or(Misfit::Account)
    }
}

impl fmt::Display for MailOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The certificate name that the wizard proposes.
pub const DEFAULT_CERTIFICATE: &str = "Microsoft Identity Manager";
