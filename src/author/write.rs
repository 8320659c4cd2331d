//! Writing the script and the values file of answers.
//!
//! What differs from customer to customer is a parameter with its value in the values file, names of accounts follow the
//! domain's, and what has the wizard's default is left out, except where a reader looks for it.

use crate::author::answers::Answers;
use crate::author::pair::{self, Files, Parameter, SecretSource, declaration};
use crate::author::quote::literal;
use crate::manual::sample::variable;
use crate::model::MailOption;

/// Writes both files, which are called `name` with their endings.
#[must_use]
pub fn write(answers: &Answers, name: &str) -> Files {
    let mut writer = Writer { answers, parameters: Vec::new(), secrets: Vec::new() };
    let mut parts = vec![writer.deployment(), writer.license(), writer.installer()];
    parts.extend(writer.privileged_access());
    if answers.installs("service") {
        parts.push(writer.database());
        parts.push(writer.account());
        parts.push(writer.mail());
        parts.extend(writer.reporting());
        parts.push(writer.certificate());
        parts.push(writer.synchronization());
    }
    if answers.installs("service") || answers.installs("portal") {
        parts.push(writer.service());
    }
    parts.extend(writer.portal());
    parts.extend(PORTALS.iter().filter_map(|it| writer.password_portal(it)));
    let remote: Vec<_> = PORTALS.iter().filter_map(|it| writer.remote_portal(it)).collect();
    parts.push(remote.join("\n"));
    parts.push(after(answers));
    parts.retain(|it| !it.is_empty());
    writer.parameters.sort_by_key(|it| PARAMETERS.iter().position(|row| row.0 == it.name));
    let mut script = heading(answers, name);
    script += &pair::parameters(&writer.parameters);
    if !writer.parameters.is_empty() {
        script.push('\n');
    }
    script += &parts.join("\n\n");
    script.push('\n');
    Files { script, values: pair::values(&writer.parameters, &writer.secrets, "") }
}

/// The name of both files, without an ending.
#[must_use]
pub fn file_name(answers: &Answers) -> String {
    let name = answers.words().join("-");
    if name.is_empty() { "deployment".to_owned() } else { name }
}

/// Every parameter that can be asked for, in the order of the files: its name, its type and what it is.
const PARAMETERS: &[(&str, &str, &str)] = &[
    ("tenant", "domain", "Primary domain of the Entra tenant"),
    ("administrator", "email", "Who signs in to the tenant while the wizard runs"),
    ("netbios", "text", "NetBIOS name of the Active Directory domain"),
    ("server", "host", "Name by which clients reach this server"),
    ("synchronization_server", "host", "Server of the Synchronization Service"),
    ("service", "host", "Name by which clients reach the MIM Service"),
    ("sql_server", "host", "SQL Server, instance or availability group listener"),
    ("mail_server", "host", "Mail server"),
    ("mailbox", "email", "Mailbox of the MIM Service"),
    ("sender", "email", "Address from which the MIM Service writes"),
    ("application", "guid", "Application ID of the mailbox application"),
    ("tenant_id", "guid", "ID of the Entra tenant"),
    ("scsm_server", "host", "System Center Service Manager management server"),
    ("thumbprint", "text", "Thumbprint of the service's certificate"),
    ("portal_url", "url", "Site collection of the MIM Portal"),
    ("registration_link", "url", "Where users register for password reset"),
    ("registration_host", "host", "Host name of the password registration portal"),
    ("reset_host", "host", "Host name of the password reset portal"),
];

/// A password portal: its questions, its component, and its parameter.
struct Portal {
    noun: &'static str,
    component: &'static str,
    host: &'static str,
}

static PORTALS: [Portal; 2] = [
    Portal { noun: "registration", component: "password_registration", host: "registration_host" },
    Portal { noun: "reset", component: "password_reset", host: "reset_host" },
];

/// Whether both password portals run under one account.
pub(super) fn same_pool(answers: &Answers) -> bool {
    let [one, other] =
        ["registration.pool_account", "reset.pool_account"].map(|it| answers.get(it));
    PORTALS.iter().all(|it| answers.installs(it.component)) && one.eq_ignore_ascii_case(&other)
}

struct Writer<'a> {
    answers: &'a Answers,
    parameters: Vec<Parameter>,
    secrets: Vec<SecretSource>,
}

impl Writer<'_> {
    fn get(&self, id: &str) -> String {
        self.answers.get(id)
    }

    /// The variable of a parameter with the value of this deployment.
    fn parameter(&mut self, name: &str, value: impl Into<String>) -> String {
        if self.parameters.iter().all(|it| it.name != name) {
            let row = PARAMETERS.iter().find(|it| it.0 == name);
            let (name, kind, text) = row.expect("every parameter is in the table");
            self.parameters.push(Parameter {
                name: (*name).to_owned(),
                kind,
                text: (*text).to_owned(),
                value: Some(value.into()),
            });
        }
        name.to_owned()
    }

    /// The parameter with the answer to a question.
    fn asked(&mut self, name: &str, id: &str) -> String {
        let value = self.get(id);
        self.parameter(name, value)
    }

    /// The value of a parameter, if there is one.
    fn value_of(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|it| it.name == name)?.value.as_deref()
    }

    /// A secret whose source a question has asked for.
    fn secret(&mut self, name: &str, id: &str, what: &str, credential: &str) -> String {
        if self.secrets.iter().all(|it| it.name != name) {
            let (word, text) = match self.get(id).as_str() {
                "env" => ("env", variable(name)),
                "file" => ("file", format!("secrets/{name}.txt")),
                "credential" => ("credential", credential.to_owned()),
                _ => ("prompt", what.to_owned()),
            };
            self.secrets.push(SecretSource { name: name.to_owned(), word, text });
        }
        format!("secret(\"{name}\")")
    }

    /// An account, by the domain's parameter where it is of that domain.
    fn account_text(&mut self, account: &str) -> String {
        let Some((domain, name)) = account.split_once('\\') else { return literal(account) };
        let known = match self.value_of("netbios") {
            Some(netbios) => netbios == domain,
            None => true,
        };
        if !known || name.contains('`') || name.contains("${") {
            return literal(account);
        }
        self.parameter("netbios", domain);
        format!("`${{netbios}}\\{name}`")
    }

    fn deployment(&mut self) -> String {
        format!("deployment({});", literal(&title(self.answers)))
    }

    fn license(&mut self) -> String {
        let mut lines = Vec::new();
        if let Some(cloud) = self.answers.cloud() {
            lines.push(format!("cloud::{cloud}({});", self.asked("tenant", "cloud.tenant")));
        }
        if self.answers.is("license.edition", "volume") {
            lines.push("license::volume();".to_owned());
            return lines.join("\n");
        }
        let user = self.get("license.sign_in_as");
        let own = user.strip_suffix(&format!("@{}", self.get("cloud.tenant")));
        let user = match own.filter(|it| !it.contains('`') && !it.contains("${")) {
            Some(name) => format!("`{name}@${{tenant}}`"),
            None => self.parameter("administrator", user),
        };
        lines.push(format!("license::entra_id().sign_in_as({user});"));
        lines.join("\n")
    }

    fn installer(&mut self) -> String {
        let mut parts = vec![format!(".build({})", literal(&self.get("installer.build")))];
        if self.answers.yes("installer.license_terms") {
            parts.push(".accept_license_terms()".to_owned());
        }
        parts.push(format!(".log_to({})", literal(&self.get("installer.log"))));
        parts.push(format!(".{}()", self.get("installer.form")));
        let package = literal(&self.get("installer.package"));
        declaration(&format!("installer::msi({package})"), &parts)
    }

    fn privileged_access(&self) -> Option<String> {
        let chosen = self.answers.has("installer.components", "privileged_access");
        chosen.then(|| "components::privileged_access();".to_owned())
    }

    fn database(&mut self) -> String {
        let server = self.asked("sql_server", "database.server");
        let name = self.get("database.name");
        let mut parts = Vec::new();
        if name != "FIMService" {
            parts.push(format!(".name({})", literal(&name)));
        }
        if self.answers.yes("database.reuse") {
            parts.push(".reuse()".to_owned());
        }
        declaration(&format!("sql::database({server})"), &parts)
    }

    fn account(&mut self) -> String {
        let domain = self.get("account.domain");
        self.parameter("netbios", domain);
        let whole = self.answers.service_account();
        let account = self.account_text(&whole);
        if self.answers.yes("account.managed") {
            return format!("account::gmsa({account});");
        }
        let what = format!("Password of {whole}");
        let secret = self.secret("mim_service_password", "account.password", &what, "MIM Service");
        format!("account::regular({account}, {secret});")
    }

    fn mail(&mut self) -> String {
        let server = self.get("mail.server");
        let (call, address) = match server.as_str() {
            "none" => return "mail::none();".to_owned(),
            "exchange" => {
                (format!("mail::exchange({})", self.asked("mail_server", "mail.host")), "mailbox")
            }
            "smtp" => (format!("mail::smtp({})", self.asked("mail_server", "mail.host")), "sender"),
            _ => ("mail::office365()".to_owned(), "mailbox"),
        };
        let mut parts = vec![format!(".{address}({})", self.asked(address, "mail.mailbox"))];
        let what = format!("Password of {}", self.get("mail.mailbox"));
        let password = |writer: &mut Self| {
            writer.secret("mailbox_password", "mail.password", &what, "MIM mailbox")
        };
        let online = self.answers.is_office365();
        match self.get("mail.authentication").as_str() {
            "basic" => parts.push(format!(".basic({})", password(self))),
            "application" if self.answers.is("mail.application", "register") && online => {
                parts.extend(self.registration());
            }
            "application" => {
                let id = self.asked("application", "mail.application_id");
                parts.push(format!(".application({id})"));
                if online {
                    let tenant = self.asked("tenant_id", "mail.tenant_id");
                    parts.push(format!(".tenant_id({tenant})"));
                    parts.push(format!(".client_secret({})", self.client_secret()));
                }
            }
            // What the other servers know alone need not be said.
            _ if online => parts.push(".integrated()".to_owned()),
            _ => {}
        }
        let managed = self.answers.yes("account.managed");
        let integrated = self.answers.is("mail.authentication", "integrated");
        if server == "exchange" && managed && integrated {
            parts.push(format!(".password({})", password(self)));
        }
        let polls = self.answers.yes("mail.poll");
        if server == "exchange" && self.answers.yes("database.reuse") {
            parts.push(if polls { ".poll()" } else { ".poll(false)" }.to_owned());
        } else if online && polls {
            parts.push(".poll()".to_owned());
        }
        let declared = declaration(&call, &parts);
        let registers = parts.iter().any(|it| it.starts_with(".register_application"));
        if registers { format!("{REGISTRATION}{declared}") } else { declared }
    }

    fn client_secret(&mut self) -> String {
        let what = "Client secret of the mailbox application";
        let credential = "MIM mailbox application";
        self.secret("mailbox_app_secret", "mail.client_secret", what, credential)
    }

    fn registration(&mut self) -> Vec<String> {
        let name = literal(&self.get("application.name"));
        let secret = self.client_secret();
        let days = self.get("application.secret_lifetime_days");
        let mut parts = vec![
            format!(".register_application({name}, {secret})"),
            format!(".secret_lifetime_days({days})"),
        ];
        match self.get("application.restriction").as_str() {
            "mailbox" => parts.push(".scope_to_mailbox()".to_owned()),
            "group" => {
                let group = literal(&self.get("application.group"));
                parts.push(format!(".restrict_to_group({group})"));
            }
            _ => {}
        }
        parts
    }

    fn reporting(&mut self) -> Option<String> {
        let chosen = self.answers.has("installer.components", "reporting");
        chosen.then(|| {
            let server = self.asked("scsm_server", "reporting.server");
            format!("reporting::management_server({server});")
        })
    }

    fn certificate(&mut self) -> String {
        if self.answers.is("certificate.choice", "existing") {
            let thumbprint = self.asked("thumbprint", "certificate.thumbprint");
            return format!("certificate::thumbprint({thumbprint});");
        }
        "certificate::self_issued();".to_owned()
    }

    fn synchronization(&mut self) -> String {
        let own = self.get("synchronization.server") == self.get("service.address");
        let name = if own { "server" } else { "synchronization_server" };
        let server = self.asked(name, "synchronization.server");
        let account = self.get("synchronization.agent_account");
        let parts = [format!(".agent_account({})", self.account_text(&account))];
        declaration(&format!("synchronization::server({server})"), &parts)
    }

    fn service(&mut self) -> String {
        let own = self.answers.installs("service");
        let name = if own { "server" } else { "service" };
        let address = self.asked(name, "service.address");
        let open = own && self.answers.yes("service.open_firewall");
        let parts: Vec<_> = open.then(|| ".open_firewall()".to_owned()).into_iter().collect();
        declaration(&format!("service::address({address})"), &parts)
    }

    fn portal(&mut self) -> Option<String> {
        if !self.answers.installs("portal") {
            return None;
        }
        let site = self.get("portal.site");
        let address = self.get("service.address");
        let name = if self.answers.installs("service") { "server" } else { "service" };
        let site = match site.strip_suffix(&address) {
            Some(scheme @ ("http://" | "https://")) => format!("`{scheme}${{{name}}}`"),
            Some(_) | None => self.parameter("portal_url", site),
        };
        let mut parts = Vec::new();
        if !self.get("portal.registration_link").is_empty() {
            let link = self.asked("registration_link", "portal.registration_link");
            parts.push(format!(".registration_link({link})"));
        }
        if self.answers.yes("portal.grant_authenticated_users") {
            parts.push(".grant_authenticated_users()".to_owned());
        }
        Some(declaration(&format!("portal::site({site})"), &parts))
    }

    fn password_portal(&mut self, portal: &Portal) -> Option<String> {
        let Portal { noun, component, host } = portal;
        if !self.answers.installs(component) {
            return None;
        }
        let id = |part: &str| format!("{noun}.{part}");
        let host = self.asked(host, &id("host"));
        let whole = self.get(&id("pool_account"));
        let account = self.account_text(&whole);
        let mut parts = Vec::new();
        if whole.ends_with('$') {
            parts.push(format!(".pool_account({account})"));
        } else {
            let secret = self.pool_password(noun, &whole);
            parts.push(format!(".pool_account({account}, {secret})"));
        }
        if !self.answers.is(&id("port"), "80") {
            parts.push(format!(".port({})", self.get(&id("port"))));
        }
        if self.answers.yes(&id("open_firewall")) {
            parts.push(".open_firewall()".to_owned());
        }
        let address = self.get(&id("service_address"));
        let known = self.answers.installs("service") || self.answers.installs("portal");
        if !(known && address == self.get("service.address")) {
            let of_parameter = self.value_of("service").is_none_or(|it| it == address);
            let text = if of_parameter && !known {
                self.parameter("service", address)
            } else {
                literal(&address)
            };
            parts.push(format!(".service_address({text})"));
        }
        let extranet = self.answers.yes(&id("extranet"));
        parts.push(if extranet { ".extranet()" } else { ".intranet()" }.to_owned());
        Some(declaration(&format!("portal::{component}({host})"), &parts))
    }

    /// The password of a pool's account: one account has one password.
    fn pool_password(&mut self, noun: &str, account: &str) -> String {
        let both = PORTALS.iter().all(|it| self.answers.installs(it.component));
        let (name, asked) = if !both {
            ("pool_password".to_owned(), noun)
        } else if same_pool(self.answers) {
            ("pool_password".to_owned(), "registration")
        } else {
            (format!("{noun}_pool_password"), noun)
        };
        let what = format!("Password of {account}");
        self.secret(&name, &format!("{asked}.pool_password"), &what, "MIM password portals")
    }

    fn remote_portal(&mut self, portal: &Portal) -> Option<String> {
        let here = self.answers.installs(portal.component);
        let account = self.get(&format!("remote_{}.account", portal.noun));
        let said = self.answers.installs("service") && !here && !account.is_empty();
        said.then(|| {
            let account = self.account_text(&account);
            format!("portal::remote_{}({account});", portal.component)
        })
    }
}

const REGISTRATION: &str = "// The plan registers the application, and writes its client secret to the source that the values file names for it.\n";

/// What is deployed, in words.
fn title(answers: &Answers) -> String {
    let what = match (answers.installs("service"), answers.installs("portal")) {
        (true, true) => "MIM Service and Portal",
        (true, false) => "MIM Service",
        (false, true) => "MIM Portal",
        (false, false) => "MIM password portals",
    };
    format!("{} {what}", answers.get("customer"))
}

/// The comment at the head of the script: what it is, and how it is looked at.
fn heading(answers: &Answers, name: &str) -> String {
    let option = MailOption::ALL.into_iter().find(|it| {
        let known = Answers::of_option(*it);
        let same = |id: &str| answers.get(id) == known.get(id);
        let server = answers.get("mail.server");
        let server = server.split('_').next() == Some(&known.get("mail.server"));
        let authentication = answers.is("mail.server", "none") || same("mail.authentication");
        server && authentication && same("account.managed")
    });
    let option = match option.filter(|_| answers.installs("service")) {
        Some(option) => format!("// Option {option}: {}.\n", words(option)),
        None => String::new(),
    };
    let [script, values] = ["rhai", "toml"].map(|it| pair::argument(&format!("{name}.{it}")));
    format!(
        "// {}\n{option}//\n//     mimeo check {script} --values {values}\n//     mimeo plan {script} --values {values} --view wizard\n\n",
        title(answers)
    )
}

fn words(option: MailOption) -> String {
    use crate::model::MailAuthentication::{Application, Basic, Integrated};
    use crate::model::MailServer::{Exchange, None, Office365, Smtp};
    let (server, authentication, managed) = option.row();
    let server = match server {
        Exchange => "Exchange Server",
        Office365 => "Office 365",
        Smtp => "SMTP",
        None => "no mail server",
    };
    let authentication = match authentication {
        Some(Integrated) => " with Integrated Windows Authentication",
        Some(Basic) => " with Basic Authentication",
        Some(Application) => " with Application Context Authentication",
        Option::None => "",
    };
    let account =
        if managed { "a group managed service account" } else { "a regular service account" };
    format!("{server}{authentication}, {account}")
}

/// What is done after the installation.
fn after(answers: &Answers) -> String {
    if !answers.installs("portal") {
        return String::new();
    }
    let line = |key: &str| match key {
        "enable_rule" => {
            "after::enable_rule(\"User management: Users can read attributes of their own\");"
                .to_owned()
        }
        key => format!("after::{key}();"),
    };
    let chosen = answers.get("after");
    let lines: Vec<_> = chosen.split(',').filter(|it| !it.is_empty()).map(line).collect();
    lines.join("\n")
}
