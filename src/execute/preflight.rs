//! Everything that can be asked before anything is changed: of the server, the network, the directory and the tenant.

use crate::code;
use crate::diagnostic::Code;
use crate::execute::machine::{Answer, Machine};
use crate::execute::run::needed_secrets;
use crate::execute::secret::{SecretError, Secrets};
use crate::plan::op::{Literal, Msi, Op, Question, Value};
use crate::plan::{From, Plan, Setting, Trace};

code! {
    /// A name in the plan does not resolve on this server. The installer takes names as they are and fails, or the MIM Service
    /// does, when one does not resolve.
    NAME_UNRESOLVED: Error = "name-unresolved", "a name does not resolve",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/prepare-server-ws2016" seen "2026-11-23";
    /// The mail server does not greet on port 25. A firewall between the servers, or a connector that does not take mail from
    /// this address, is the usual reason.
    MAIL_SERVER_SILENT: Error = "mail-server-silent", "the mail server does not answer";
    /// SQL Server does not let the current user in. Setup uses the account of whoever installs; it needs `sysadmin`. For a
    /// named instance, the SQL Server Browser has to run and UDP port 1434 has to be open, or write an alias.
    SQL_SERVER_REFUSED: Error = "sql-server-refused", "SQL Server does not answer as it should",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";
    /// The database is there already, and the plan would create it. Setup would stop. Say `.reuse()` to use it, or take
    /// another name.
    DATABASE_EXISTS: Error = "database-exists", "the database is there already";
    /// The plan uses a database again that is not there. Setup would stop. Leave `.reuse()` out to have it created.
    DATABASE_MISSING: Error = "database-missing", "the database is not there";
    /// The package is not at this path, is no Windows Installer package, or is not the build that the script says. Copy the
    /// whole folder of the package, not only the file.
    PACKAGE_UNUSABLE: Error = "package-unusable", "the package is not there, or not the one that the script says",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";
    /// Windows waits for a restart. An installation on top of one that is not complete fails in ways that nobody can read.
    REBOOT_PENDING: Error = "reboot-pending", "Windows waits for a restart";
    /// Another installation is running. Windows Installer does one at a time, and mimeo waits for a while.
    INSTALLER_BUSY: Warning = "installer-busy", "another installation is running";
    /// The account is not in the directory, or it cannot be used: it is disabled, locked or expired, or of the other kind than
    /// the script says.
    ACCOUNT_UNUSABLE: Error = "account-unusable", "an account cannot be used",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/prepare-server-ws2016" seen "2026-11-23";
    /// The service principal name is not registered for the account, or for another one too. Clients then fall back to NTLM,
    /// or are asked for a password again and again.
    NAME_NOT_REGISTERED: Warning = "name-not-registered", "a service principal name is not registered as it should be",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/prepare-server-ws2016" seen "2026-11-23";
    /// A service that the portal needs does not run on this server. Setup deploys the portal as a SharePoint solution, which
    /// waits for the timer service for ever.
    SERVICE_STOPPED: Error = "service-stopped", "a service does not run";
    /// A feature of Windows Server that a component needs is not installed on this server.
    FEATURE_MISSING: Error = "feature-missing", "a feature of Windows Server is missing",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/prepare-server-ws2016" seen "2026-11-23";
}

/// The codes of this file.
pub const CODES: &[&Code] = &[
    &NAME_UNRESOLVED,
    &MAIL_SERVER_SILENT,
    &SQL_SERVER_REFUSED,
    &DATABASE_EXISTS,
    &DATABASE_MISSING,
    &PACKAGE_UNUSABLE,
    &REBOOT_PENDING,
    &INSTALLER_BUSY,
    &ACCOUNT_UNUSABLE,
    &NAME_NOT_REGISTERED,
    &SERVICE_STOPPED,
    &FEATURE_MISSING,
];

/// One thing that is asked before.
#[derive(Clone, Debug)]
pub struct Asked<'p> {
    /// The question.
    pub question: Question,
    /// The answer that is wanted.
    pub wants: bool,
    /// The kind of finding if the answer is another.
    pub code: &'static Code,
    /// What to do then.
    pub help: &'static str,
    /// The value of the plan that it is about.
    pub setting: Option<&'p Setting>,
}

impl Asked<'_> {
    /// Where the value was written, if it was.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        self.setting.map(|it| &it.from).and_then(From::trace)
    }

    /// Whether an answer is the wanted one; nothing if it is not known.
    #[must_use]
    pub fn is_met(&self, answer: &Answer) -> Option<bool> {
        match answer {
            Answer::Yes(_) => Some(self.wants),
            Answer::No(_) => Some(!self.wants),
            Answer::Unknown(_) => None,
        }
    }
}

/// Asks everything that is not of the cloud, in order.
pub async fn ask<'p>(plan: &'p Plan, machine: &impl Machine) -> Vec<(Asked<'p>, Answer)> {
    let mut answered = Vec::new();
    let mut unresolved: Vec<String> = Vec::new();
    for asked in questions(plan) {
        let answer = match host(&asked.question) {
            // What only follows from a name is no finding of its own.
            Some(host) if unresolved.iter().any(|it| it == host) => {
                Answer::Unknown(format!("`{host}` does not resolve"))
            }
            _ => machine.answer(&asked.question).await,
        };
        if let (Question::Resolves { host }, Answer::No(_)) = (&asked.question, &answer) {
            unresolved.push(host.clone());
        }
        answered.push((asked, answer));
    }
    answered
}

/// A secret that the plan needs, as it was found.
#[derive(Debug)]
pub struct SecretFound<'p> {
    /// The secret.
    pub name: String,
    /// Whether it can be read, or kept where the plan makes it.
    pub answer: Answer,
    /// What to do if it cannot.
    pub help: String,
    /// The value of the plan that it is.
    pub setting: Option<&'p Setting>,
}

/// Looks at every secret as a run does before it begins: those that steps need are read, and those that steps make have a
/// place to be kept in.
#[must_use]
pub fn secrets<'p>(plan: &'p Plan, secrets: &Secrets) -> Vec<SecretFound<'p>> {
    let made: Vec<&str> = plan
        .steps
        .iter()
        .flat_map(|it| &it.ops)
        .filter_map(|op| {
            if let Op::StoreSecret { secret, .. } = op { Some(secret.as_str()) } else { None }
        })
        .collect();
    let found = |name: String| {
        let looked = if made.contains(&name.as_str()) {
            secrets.can_keep(&name)
        } else {
            secrets.read(&name).map(drop)
        };
        let (answer, help) = match looked {
            Ok(()) => (Answer::Yes(secrets.place(&name).unwrap_or_default()), String::new()),
            Err(error @ SecretError::Elsewhere { .. }) => {
                (Answer::Unknown(error.to_string()), error.help())
            }
            Err(
                error @ (SecretError::NoSource(_)
                | SecretError::Missing { .. }
                | SecretError::Unusable { .. }
                | SecretError::ReadOnly { .. }
                | SecretError::Refused { .. }),
            ) => (Answer::No(error.to_string()), error.help()),
        };
        let setting = plan.settings.iter().find(|it| it.value == Value::Secret(name.clone()));
        SecretFound { name, answer, help, setting }
    };
    needed_secrets(plan, &[]).into_iter().map(found).collect()
}

/// The host that has to resolve before a question makes sense.
fn host(question: &Question) -> Option<&str> {
    if let Question::Reachable { host, .. } | Question::MailServer { host } = question {
        Some(host)
    } else {
        None
    }
}

/// What has to be asked for a plan, in the order of the wizard.
#[must_use]
pub fn questions(plan: &Plan) -> Vec<Asked<'_>> {
    let mut all = Questions { plan, asked: Vec::new() };
    all.package();
    all.database();
    all.mail();
    all.accounts();
    all.names();
    all.server();
    all.asked
}

struct Questions<'p> {
    plan: &'p Plan,
    asked: Vec<Asked<'p>>,
}

impl<'p> Questions<'p> {
    fn text(&self, name: &str) -> Option<(&'p Setting, &'p str)> {
        Some((self.plan.setting(name)?, self.plan.text(name)?))
    }

    fn ask(
        &mut self,
        setting: Option<&'p Setting>,
        question: Question,
        code: &'static Code,
        help: &'static str,
    ) {
        let same = |it: &Asked<'_>| it.question == question;
        if !self.asked.iter().any(same) {
            self.asked.push(Asked { question, wants: true, code, help, setting });
        }
    }

    fn package(&mut self) {
        let installs = self.plan.steps.iter().flat_map(|it| &it.ops);
        let packages: Vec<&'p Msi> = installs
            .filter_map(|it| if let Op::Msi(msi) = it { Some(msi) } else { None })
            .collect();
        let main = self.text("installer.package");
        let build = self.text("installer.build").map(|it| it.1.to_owned());
        for msi in packages {
            let of_main = main.filter(|(_, path)| *path == msi.package);
            let build = of_main.and(build.clone());
            let question =
                Question::Package { path: msi.package.clone(), build, digest: msi.digest.clone() };
            let help = "copy the whole folder of the package there, or correct the path or the build in the script";
            self.ask(of_main.map(|it| it.0), question, &PACKAGE_UNUSABLE, help);
        }
    }

    fn database(&mut self) {
        let Some((setting, server)) = self.text("database.server") else { return };
        let host = server.split(['\\', ',']).next().unwrap_or(server);
        let help = "check the name, and that this server uses the customer's name servers; an alias of SQL Server need not resolve";
        if server.contains('.') {
            self.ask(
                Some(setting),
                Question::Resolves { host: host.to_owned() },
                &NAME_UNRESOLVED,
                help,
            );
        }
        let question = Question::SqlServer { server: server.to_owned() };
        let help = "check the instance, the firewall and the rights of the current user";
        self.ask(Some(setting), question, &SQL_SERVER_REFUSED, help);
        if let Some((setting, name)) = self.text("database.name") {
            let reuse = self.plan.setting("database.reuse").map(|it| &it.value);
            let reuses = matches!(reuse, Some(Value::Value(Literal::Flag(true))))
                || matches!(reuse, Some(Value::Value(Literal::Text(text))) if text.starts_with("Re"));
            let question = Question::Database { server: server.to_owned(), name: name.to_owned() };
            let (code, help) = if reuses {
                (&DATABASE_MISSING, "leave `.reuse()` out, or correct the name")
            } else {
                (&DATABASE_EXISTS, "say `.reuse()` to use it again, or take another name")
            };
            self.asked.push(Asked { question, wants: reuses, code, help, setting: Some(setting) });
        }
    }

    fn mail(&mut self) {
        let Some((setting, host)) = self.text("mail.host") else { return };
        let help = "check the name, and that this server uses the customer's name servers";
        self.ask(
            Some(setting),
            Question::Resolves { host: host.to_owned() },
            &NAME_UNRESOLVED,
            help,
        );
        let server = self.text("mail.server").map(|it| it.1.to_owned()).unwrap_or_default();
        if server.starts_with("SMTP") {
            let question = Question::MailServer { host: host.to_owned() };
            let help = "check the firewall, and that the server takes mail from this address";
            self.ask(Some(setting), question, &MAIL_SERVER_SILENT, help);
        } else {
            let question = Question::Reachable { host: host.to_owned(), port: 443 };
            let help = "check the proxy and the firewall of this server: HTTPS, port 443";
            self.ask(Some(setting), question, &MAIL_SERVER_SILENT, help);
        }
    }

    fn accounts(&mut self) {
        let help = "create or mend the account, or correct its name in the script";
        let domain = self.text("account.domain").map(|it| it.1.to_owned());
        if let (Some((setting, name)), Some(domain)) = (self.text("account.name"), domain) {
            let managed = self.plan.setting("account.managed").map(|it| &it.value);
            let managed = matches!(managed, Some(Value::Value(Literal::Flag(true))));
            let name = name.to_owned();
            let question = if managed {
                Question::ManagedAccount { domain: domain.clone(), name: name.clone() }
            } else {
                Question::Account { domain: domain.clone(), name: name.clone() }
            };
            self.ask(Some(setting), question, &ACCOUNT_UNUSABLE, help);
            if let Some((_, address)) = self.text("service.address") {
                let spn = format!("FIMService/{address}");
                let question = Question::ServicePrincipalName { name: spn, domain, account: name };
                let help = "register it: `setspn -S FIMService/ADDRESS DOMAIN\\ACCOUNT`, which refuses a duplicate";
                self.ask(Some(setting), question, &NAME_NOT_REGISTERED, help);
            }
        }
        for name in
            ["synchronization.agent_account", "registration.pool_account", "reset.pool_account"]
        {
            let Some((setting, account)) = self.text(name) else { continue };
            let Some((domain, name)) = account.split_once('\\') else { continue };
            let (domain, name) = (domain.to_owned(), name.to_owned());
            let question = if name.ends_with('$') {
                Question::ManagedAccount { domain, name }
            } else {
                Question::Account { domain, name }
            };
            self.ask(Some(setting), question, &ACCOUNT_UNUSABLE, help);
        }
    }

    fn names(&mut self) {
        let help = "add the name to the customer's name servers, or correct it in the script";
        for name in [
            "synchronization.server",
            "service.address",
            "registration.host",
            "reset.host",
            "reporting.server",
        ] {
            if let Some((setting, host)) = self.text(name) {
                self.ask(
                    Some(setting),
                    Question::Resolves { host: host.to_owned() },
                    &NAME_UNRESOLVED,
                    help,
                );
            }
        }
        if let Some((setting, site)) = self.text("portal.site")
            && let Some(host) =
                url::Url::parse(site).ok().and_then(|it| it.host_str().map(str::to_owned))
        {
            self.ask(Some(setting), Question::Resolves { host }, &NAME_UNRESOLVED, help);
        }
    }

    fn server(&mut self) {
        let installer = self.plan.setting("installer.package");
        if installer.is_none() {
            return;
        }
        let restart = Question::PendingReboot;
        let help = "restart Windows";
        self.asked.push(Asked {
            question: restart,
            wants: false,
            code: &REBOOT_PENDING,
            help,
            setting: installer,
        });
        let busy = Question::InstallerBusy;
        let help = "wait until it has ended";
        self.asked.push(Asked {
            question: busy,
            wants: false,
            code: &INSTALLER_BUSY,
            help,
            setting: installer,
        });
        let features: Vec<&str> = self
            .plan
            .steps
            .iter()
            .flat_map(|it| &it.ops)
            .flat_map(|it| if let Op::Msi(msi) = it { msi.features.as_slice() } else { &[] })
            .map(String::as_str)
            .collect();
        let portal = self.plan.setting("portal.site");
        if features.contains(&"WebPortals") {
            let help = "start it: `Start-Service`; SharePoint deploys the portal with it";
            for name in ["SPTimerV4", "SPAdminV4"] {
                self.ask(
                    portal,
                    Question::ServiceRuns { name: name.to_owned() },
                    &SERVICE_STOPPED,
                    help,
                );
            }
        }
        if features
            .iter()
            .any(|it| matches!(*it, "WebPortals" | "RegistrationPortal" | "ResetPortal"))
        {
            let help = "install it: `Install-WindowsFeature Web-WebServer`";
            let question = Question::WindowsFeature { name: "Web-WebServer".to_owned() };
            self.ask(portal.or(installer), question, &FEATURE_MISSING, help);
        }
    }
}
