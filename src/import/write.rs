//! Writing the script and the values file of an installation.
//!
//! What differs from customer to customer becomes a parameter with its value in the values file; a secret becomes its name
//! and a question. What no function says is a comment, and is told in the findings as well.

use std::collections::BTreeSet;

use crate::author::pair::{self, Files, Parameter, SecretSource, declaration};
use crate::author::quote::literal;
use crate::import::call::{Call, Setting, Shown};
use crate::import::features::Features;
use crate::import::judge::shortened;
use crate::model::Component;
use crate::model::format::{Build, Format, HostName, PropertyName};
use crate::subject::setup::checks::is_secret;
use crate::subject::setup::properties::{PROPERTIES, REDESIGN};

/// A script with its values.
#[derive(Debug)]
pub(super) struct Written {
    /// Both files.
    pub(super) files: Files,
    /// The settings that the script does not say, with the reason.
    pub(super) left: Vec<(Setting, String)>,
}

/// Writes both files, which are called `name` with their endings.
pub(super) fn write(call: &Call, features: &Features, name: &str) -> Written {
    let mut writer = Writer {
        settings: &call.settings,
        used: BTreeSet::new(),
        parameters: Vec::new(),
        secrets: Vec::new(),
        netbios: netbios(&call.settings),
        left: Vec::new(),
    };
    let mut parts = Vec::new();
    if features.has(Component::Service) {
        parts.extend(writer.database());
        parts.extend(writer.account());
        parts.extend(writer.mail());
        parts.extend(writer.certificate());
        parts.extend(writer.synchronization());
    }
    if features.has(Component::Service) || features.has(Component::Portal) {
        parts.extend(writer.service());
    }
    if features.has(Component::Portal) {
        parts.extend(writer.portal());
    }
    if features.has(Component::Reporting) {
        parts.extend(writer.reporting());
    }
    if features.has(Component::PasswordRegistration) {
        parts.extend(writer.password_portal("REGISTRATION"));
    }
    if features.has(Component::PasswordReset) {
        parts.extend(writer.password_portal("RESET"));
    }
    if features.has(Component::Service) {
        parts.extend(writer.remote("REGISTRATION"));
        parts.extend(writer.remote("RESET"));
    }
    let components: Vec<String> = features
        .components
        .iter()
        .filter(|it| !is_described(**it, &parts))
        .map(|it| format!("{}();", function_of(*it)))
        .collect();
    // What is left over goes to the installer, which is written first.
    let installer = writer.installer(call);
    for setting in &features.unread {
        let reason = "no feature that is installed reads it";
        writer.left.push((setting.clone(), reason.to_owned()));
    }
    writer.whole(name, installer, &components, &parts)
}

fn function_of(component: Component) -> &'static str {
    match component {
        Component::Service => "components::service",
        Component::Reporting => "components::reporting",
        Component::PrivilegedAccess => "components::privileged_access",
        Component::Portal => "components::portal",
        Component::PasswordRegistration => "components::password_registration",
        Component::PasswordReset => "components::password_reset",
    }
}

/// Whether a declaration chooses the component already.
fn is_described(component: Component, parts: &[String]) -> bool {
    let by: &[&str] = match component {
        Component::Service => &["sql::", "account::", "mail::", "synchronization::"],
        Component::Reporting => &["reporting::"],
        Component::PrivilegedAccess => &[],
        Component::Portal => &["portal::site"],
        Component::PasswordRegistration => &["portal::password_registration"],
        Component::PasswordReset => &["portal::password_reset"],
    };
    parts.iter().any(|part| by.iter().any(|it| part.starts_with(it)))
}

/// The domain of most accounts.
fn netbios(settings: &[Setting]) -> Option<String> {
    let find = |name: &str| settings.iter().find(|it| it.name == name && !it.is_hidden);
    let own = find("SERVICE_ACCOUNT_DOMAIN").map(|it| it.value.clone());
    let whole = ["REGISTRATION_ACCOUNT", "RESET_ACCOUNT", "SYNCHRONIZATION_SERVER_ACCOUNT"];
    let of_whole = || {
        let domain = |name: &&str| Some(find(name)?.value.split_once('\\')?.0.to_owned());
        whole.iter().find_map(domain)
    };
    own.filter(|it| !it.is_empty()).or_else(of_whole).filter(|it| !it.is_empty())
}

struct Writer<'a> {
    settings: &'a [Setting],
    used: BTreeSet<String>,
    parameters: Vec<Parameter>,
    secrets: Vec<SecretSource>,
    netbios: Option<String>,
    left: Vec<(Setting, String)>,
}

impl Writer<'_> {
    /// The value of a property, which the script says from here on; none if it is empty or must not be shown.
    fn take(&mut self, name: &str) -> Option<String> {
        let setting = self.settings.iter().find(|it| it.name == name)?;
        if setting.is_hidden && !is_secret(name) {
            return None;
        }
        self.used.insert(name.to_owned());
        Some(setting.value.clone()).filter(|it| !it.is_empty() && !setting.is_hidden)
    }

    fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name).map(|it| it == "1")
    }

    /// Whether a secret property is set at all.
    fn has_secret(&mut self, name: &str) -> bool {
        let set = self.settings.iter().any(|it| it.name == name && !it.value.is_empty());
        self.used.insert(name.to_owned());
        set
    }

    fn secret(&mut self, name: &str, question: &str) -> String {
        if self.secrets.iter().all(|it| it.name != name) {
            let (name, text) = (name.to_owned(), question.to_owned());
            self.secrets.push(SecretSource { name, word: "prompt", text });
        }
        format!("secret(\"{name}\")")
    }

    /// The variable of a parameter. A host that another parameter has already is not asked twice.
    fn parameter(
        &mut self,
        kind: &'static str,
        name: &str,
        text: &str,
        value: Option<String>,
    ) -> String {
        let same = self
            .parameters
            .iter()
            .find(|it| kind == "host" && it.kind == kind && it.value == value && value.is_some());
        if let Some(same) = same {
            return same.name.clone();
        }
        if self.parameters.iter().all(|it| it.name != name) {
            let (name, text) = (name.to_owned(), text.to_owned());
            self.parameters.push(Parameter { name, kind, text, value });
        }
        name.to_owned()
    }

    /// An account, by its domain and its name.
    fn account_text(&mut self, name: &str, text: &str, domain: Option<&str>, bare: &str) -> String {
        let common = domain.is_some_and(|it| self.netbios.as_deref() == Some(it));
        if common {
            let netbios = self.netbios.clone();
            let what = "NetBIOS name of the Active Directory domain";
            let netbios = self.parameter("text", "netbios", what, netbios);
            let account = self.parameter("text", name, text, Some(bare.to_owned()));
            // In backticks, a backslash before `${` would make it plain text.
            return format!("`${{{netbios}}}\\` + {account}");
        }
        let whole = match domain {
            Some(domain) => format!("{domain}\\{bare}"),
            None => bare.to_owned(),
        };
        self.parameter("text", name, &format!("{text}, with its domain"), Some(whole))
    }

    fn whole_account(&mut self, name: &str, text: &str, value: &str) -> String {
        match value.split_once('\\') {
            Some((domain, bare)) => self.account_text(name, text, Some(domain), bare),
            None => self.account_text(name, text, None, value),
        }
    }

    fn database(&mut self) -> Option<String> {
        let server = self.take("SQLSERVER_SERVER");
        let database = self.take("SQLSERVER_DATABASE");
        let reuse = self.flag("EXISTINGDATABASE");
        if server.is_none() && database.is_none() && reuse != Some(true) {
            return None;
        }
        let is_host = server.as_ref().is_none_or(|it| HostName::parse(it).is_ok());
        let kind = if is_host { "host" } else { "text" };
        let what = "SQL Server, instance or availability group listener";
        let server = self.parameter(kind, "sql_server", what, server);
        let mut parts = Vec::new();
        parts.extend(database.map(|it| format!(".name({})", literal(&it))));
        parts.extend((reuse == Some(true)).then(|| ".reuse()".to_owned()));
        Some(declaration(&format!("sql::database({server})"), &parts))
    }

    fn account(&mut self) -> Option<String> {
        let name = self.take("SERVICE_ACCOUNT_NAME");
        let domain = self.take("SERVICE_ACCOUNT_DOMAIN");
        let has_password = self.has_secret("SERVICE_ACCOUNT_PASSWORD");
        let managed = self.flag("USE_MANAGED_ACCOUNT_FOR_SERVICE");
        let name = name?;
        let managed = managed.unwrap_or_else(|| name.ends_with('$'));
        let what = "Account of the MIM Service";
        let account = self.account_text("service_account", what, domain.as_deref(), &name);
        if managed {
            if has_password {
                self.leave("SERVICE_ACCOUNT_PASSWORD", "a managed account has no password");
            }
            return Some(format!("account::gmsa({account});"));
        }
        let secret = self.secret("service_password", "Password of the MIM Service's account");
        Some(format!("account::regular({account}, {secret});"))
    }

    fn leave(&mut self, name: &str, reason: &str) {
        if let Some(setting) = self.settings.iter().find(|it| it.name == name) {
            self.used.insert(name.to_owned());
            self.left.push((setting.clone(), reason.to_owned()));
        }
    }

    fn mail(&mut self) -> Option<String> {
        let host = self.take("MAIL_SERVER");
        let exchange = self.flag("MAIL_SERVER_IS_EXCHANGE");
        let online = self.flag("MAIL_SERVER_IS_EXCHANGE_ONLINE") == Some(true);
        let poll = self.flag("POLL_EXCHANGE_ENABLED");
        self.take("MAIL_SERVER_USE_SSL");
        let address = self.take("SERVICE_ACCOUNT_EMAIL");
        let has_password = self.has_secret("SERVICE_ACCOUNT_EMAIL_PASSWORD");
        let local = host.as_deref().is_none_or(|it| it.eq_ignore_ascii_case("localhost"));
        let said = host.is_some() || exchange.is_some() || online || address.is_some();
        if !said {
            return None;
        }
        let nothing =
            !online && local && (exchange == Some(false) || (exchange.is_none() && host.is_some()));
        if nothing {
            if address.is_some() {
                self.leave("SERVICE_ACCOUNT_EMAIL", "without a mail server there is no mailbox");
            }
            if has_password {
                let reason = "without a mail server there is no mailbox";
                self.leave("SERVICE_ACCOUNT_EMAIL_PASSWORD", reason);
            }
            return Some("mail::none();".to_owned());
        }
        let smtp = !online && exchange == Some(false);
        let mut parts = Vec::new();
        if let Some(address) = address {
            let method = if smtp { "sender" } else { "mailbox" };
            let what = if smtp {
                "Address from which the MIM Service writes"
            } else {
                "Mailbox of the MIM Service"
            };
            let address = self.parameter("email", "mailbox", what, Some(address));
            parts.push(format!(".{method}({address})"));
        }
        let call = if online {
            if has_password {
                let secret = self.secret("mailbox_password", "Password of the mailbox");
                parts.push(format!(".basic({secret})"));
            }
            parts.extend((poll == Some(true)).then(|| ".poll()".to_owned()));
            "mail::office365()".to_owned()
        } else {
            let what = if smtp { "SMTP server" } else { "Exchange Server" };
            let host = self.parameter("host", "mail_server", what, host);
            if smtp {
                if has_password {
                    self.leave("SERVICE_ACCOUNT_EMAIL_PASSWORD", "SMTP asks for no password");
                }
                format!("mail::smtp({host})")
            } else {
                if has_password {
                    let secret = self.secret("mailbox_password", "Password of the mailbox");
                    parts.push(format!(".password({secret})"));
                }
                parts.extend((poll == Some(false)).then(|| ".poll(false)".to_owned()));
                format!("mail::exchange({host})")
            }
        };
        Some(declaration(&call, &parts))
    }

    fn certificate(&mut self) -> Option<String> {
        if let Some(thumbprint) = self.take("CERTIFICATE_THUMBPRINT") {
            if self.settings.iter().any(|it| it.name == "CERTIFICATE_NAME") {
                self.leave("CERTIFICATE_NAME", "an existing certificate is used");
            }
            let what = "Thumbprint of the service's certificate";
            let thumbprint = self.parameter("text", "thumbprint", what, Some(thumbprint));
            return Some(format!("certificate::thumbprint({thumbprint});"));
        }
        let name = self.take("CERTIFICATE_NAME")?;
        Some(format!("certificate::self_issued().name({});", literal(&name)))
    }

    fn synchronization(&mut self) -> Option<String> {
        let server = self.take("SYNCHRONIZATION_SERVER");
        let account = self.take("SYNCHRONIZATION_SERVER_ACCOUNT");
        if server.is_none() && account.is_none() {
            return None;
        }
        let what = "Server of the Synchronization Service";
        let server = self.parameter("host", "synchronization_server", what, server);
        let mut parts = Vec::new();
        if let Some(account) = account {
            let what = "Account of the MIM management agent";
            let account = self.whole_account("agent_account", what, &account);
            parts.push(format!(".agent_account({account})"));
        }
        Some(declaration(&format!("synchronization::server({server})"), &parts))
    }

    fn service(&mut self) -> Option<String> {
        let address = self.take("SERVICEADDRESS");
        let firewall = self.flag("FIREWALL_CONF") == Some(true);
        if address.is_none() && !firewall {
            return None;
        }
        let what = "Name by which clients reach the MIM Service";
        let address = self.parameter("host", "service_address", what, address);
        let parts: Vec<_> = firewall.then(|| ".open_firewall()".to_owned()).into_iter().collect();
        Some(declaration(&format!("service::address({address})"), &parts))
    }

    fn portal(&mut self) -> Option<String> {
        let site = self.take("SHAREPOINT_URL");
        let link = self.take("REGISTRATION_PORTAL_URL");
        let grant = self.flag("SHAREPOINTUSERS_CONF") == Some(true);
        if site.is_none() && link.is_none() && !grant {
            return None;
        }
        let site = self.parameter("url", "portal_url", "Site collection of the MIM Portal", site);
        let mut parts = Vec::new();
        if let Some(link) = link {
            let what = "Address of the password registration portal";
            let link = self.parameter("url", "registration_link", what, Some(link));
            parts.push(format!(".registration_link({link})"));
        }
        parts.extend(grant.then(|| ".grant_authenticated_users()".to_owned()));
        Some(declaration(&format!("portal::site({site})"), &parts))
    }

    fn reporting(&mut self) -> Option<String> {
        let server = self.take("SERVICE_MANAGER_SERVER")?;
        let what = "System Center Service Manager management server";
        let server = self.parameter("host", "scsm_server", what, Some(server));
        Some(format!("reporting::management_server({server});"))
    }

    fn password_portal(&mut self, of: &str) -> Option<String> {
        let word = of.to_ascii_lowercase();
        let host = self.take(&format!("{of}_HOSTNAME"));
        let account = self.take(&format!("{of}_ACCOUNT"));
        let has_password = self.has_secret(&format!("{of}_ACCOUNT_PASSWORD"));
        let port = self.take(&format!("{of}_PORT"));
        let service = self.take(&format!("{of}_SERVERNAME"));
        let access = self.take(&format!("IS_{of}_EXTRANET"));
        let one = self.flag(&format!("{of}_FIREWALL_CONFIG"));
        let other = self.flag(&format!("{of}_FIREWALL_CONF"));
        let said = [&host, &account, &port, &service, &access].into_iter().any(Option::is_some);
        if !said {
            return None;
        }
        let what = format!("Host name of the password {word} portal");
        let host = self.parameter("host", &format!("{word}_host"), &what, host);
        let mut parts = Vec::new();
        if let Some(account) = account {
            let what = format!("Account of the password {word} portal's application pool");
            let text = self.whole_account(&format!("{word}_account"), &what, &account);
            if has_password {
                let question = format!("Password of the password {word} portal's account");
                let secret = self.secret(&format!("{word}_password"), &question);
                parts.push(format!(".pool_account({text}, {secret})"));
            } else {
                parts.push(format!(".pool_account({text})"));
            }
        }
        if let Some(port) = port {
            let is_number = port.parse::<u16>().is_ok_and(|it| it.to_string() == port);
            let port = if is_number { port } else { literal(&port) };
            parts.push(format!(".port({port})"));
        }
        parts.extend(
            (one == Some(true) || other == Some(true)).then(|| ".open_firewall()".to_owned()),
        );
        if let Some(service) = service {
            let what = "Name by which clients reach the MIM Service";
            let name = if self.parameters.iter().any(|it| it.name == "service_address") {
                format!("{word}_service_address")
            } else {
                "service_address".to_owned()
            };
            let service = self.parameter("host", &name, what, Some(service));
            parts.push(format!(".service_address({service})"));
        }
        match access.as_deref() {
            Some("Extranet") => parts.push(".extranet()".to_owned()),
            Some(_) => parts.push(".intranet()".to_owned()),
            None => {}
        }
        Some(declaration(&format!("portal::password_{word}({host})"), &parts))
    }

    fn remote(&mut self, of: &str) -> Option<String> {
        let word = of.to_ascii_lowercase();
        if self.flag(&format!("REQUIRE_{of}_INFO")) == Some(false) {
            return None;
        }
        let name = self.take(&format!("{of}_ACCOUNT_NAME"))?;
        let domain = self.take(&format!("{of}_ACCOUNT_DOMAIN"));
        let what = format!("Account of the password {word} portal on the other host");
        let parameter = format!("remote_{word}_account");
        let account = self.account_text(&parameter, &what, domain.as_deref(), &name);
        Some(format!("portal::remote_password_{word}({account});"))
    }

    fn installer(&mut self, call: &Call) -> String {
        let package = match &call.package {
            Some(package) => literal(package),
            None => {
                self.parameter("text", "package", "The package, `Service and Portal.msi`", None)
            }
        };
        let mut parts = Vec::new();
        parts.extend(call.build.as_ref().map(|it| format!(".build({})", literal(it))));
        if self.flag("ACCEPT_EULA") == Some(true) {
            parts.push(".accept_license_terms()".to_owned());
        }
        parts.extend(call.log.as_ref().map(|it| format!(".log_to({})", literal(it))));
        parts.extend(self.take("INSTALLDIR").map(|it| format!(".install_to({})", literal(&it))));
        let leave_if = |writer: &mut Self, name: &str, usual: &str, reason: &str| {
            if writer.take(name).is_some_and(|it| it != usual) {
                writer.leave(name, reason);
            }
        };
        leave_if(self, "REBOOT", "ReallySuppress", "the plan sets `ReallySuppress`");
        leave_if(self, "SQMOPTINSETTING", "0", "the plan stays out of the improvement programme");
        let settings = self.settings;
        for setting in
            settings.iter().filter(|it| !self.used.contains(&it.name)).collect::<Vec<_>>()
        {
            let name = &setting.name;
            let is_set_by_plan =
                PROPERTIES.iter().any(|it| it.name == name && !it.field.is_empty());
            if setting.is_hidden && !is_secret(name) {
                self.left.push((setting.clone(), "a password stands in it".to_owned()));
            } else if is_set_by_plan {
                // The comparison with the plan says what it comes to.
                let says = !matches!(setting.value.as_str(), "" | "0");
                if says && !setting.is_mended {
                    self.left.push((setting.clone(), "nothing else asks for it".to_owned()));
                }
            } else if PropertyName::parse(name).is_err() {
                self.left.push((setting.clone(), "no property has such a name".to_owned()));
            } else if is_secret(name) {
                let key = name.to_ascii_lowercase().replace('.', "_");
                let key = key.trim_start_matches('_').to_owned();
                let secret = self.secret(&key, &format!("Value of {name}"));
                parts.push(format!(".property(\"{name}\", {secret})"));
            } else {
                parts.push(format!(".property(\"{name}\", {})", literal(&setting.value)));
            }
        }
        let old = call.build.as_ref().and_then(|it| Build::parse(it).ok());
        let by_properties = old.is_some_and(|it| it < REDESIGN)
            && self.parameters.iter().all(|it| it.name != "thumbprint");
        if call.shown == Shown::Quiet && by_properties {
            parts.push(".quiet()".to_owned());
        }
        let lines: Vec<_> = parts.iter().map(|it| format!("\n    {it}")).collect();
        format!("installer::msi({package}){};", lines.concat())
    }

    fn whole(
        self,
        name: &str,
        installer: String,
        components: &[String],
        parts: &[String],
    ) -> Written {
        let mut script = format!(
            "// {name}.rhai: an unattended installation, written by `mimeo import command`. Look it through before it is used.\n//\n//     mimeo plan {name}.rhai --values {name}.toml\n\n"
        );
        script += &pair::parameters(&self.parameters);
        if !self.parameters.is_empty() {
            script.push('\n');
        }
        script += "deployment(\"MIM Service and Portal\");\n\n";
        script += "// The edition for Entra ID asks for a sign-in, so that an unattended installation has the other one.\nlicense::volume();\n\n";
        if !installer.contains("\n    .build(") {
            script += "// Say the package's build, as its properties in the Explorer show it: `.build(…)`. Rules are judged by it.\n";
        }
        script += &format!("{installer}\n");
        if !components.is_empty() {
            script += &format!("\n{}\n", components.join("\n"));
        }
        for part in parts {
            script += &format!("\n{part}\n");
        }
        if !self.left.is_empty() {
            script += "\n// What the command sets and this script does not say:\n";
            for (setting, reason) in &self.left {
                script += &format!("// {}: {reason}\n", left_text(setting));
            }
        }
        let values = format!(
            "# {name}.toml: the values of {name}.rhai\n\n{}",
            pair::values(&self.parameters, &self.secrets, "the command does not say it")
        );
        Written { files: Files { script, values }, left: self.left }
    }
}

/// A setting for a comment.
fn left_text(setting: &Setting) -> String {
    if setting.is_hidden || is_secret(&setting.name) {
        return format!("{} (not shown)", shortened(&setting.name));
    }
    let value: String =
        setting.value.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    format!("{} = {}", shortened(&setting.name), shortened(&value))
}
