//! What was answered, with what follows where nothing was.

use std::collections::BTreeMap;

use crate::author::question::Preset;
use crate::author::questions::QUESTIONS;
use crate::model::{MailAuthentication, MailOption, MailServer};

/// The answers, by question.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answers {
    given: BTreeMap<&'static str, String>,
}

impl Answers {
    /// The answers of the vendor's guide for an option, which is that of Contoso.
    #[must_use]
    pub fn of_option(option: MailOption) -> Self {
        let (server, authentication, managed) = option.row();
        let mut answers = Answers::default();
        answers.give("mail.server", server_key(server));
        if let Some(authentication) = authentication {
            answers.give("mail.authentication", authentication_key(authentication));
        }
        answers.give("account.managed", yes(managed));
        answers.give("service.open_firewall", yes(true));
        answers.give("portal.grant_authenticated_users", yes(true));
        answers
    }

    /// Answers a question.
    pub fn give(&mut self, id: &'static str, answer: impl Into<String>) {
        self.given.insert(id, answer.into());
    }

    /// Takes an answer back.
    pub fn take(&mut self, id: &str) -> Option<String> {
        self.given.remove(id)
    }

    /// The answer to a question, else its default.
    #[must_use]
    pub fn get(&self, id: &str) -> String {
        if let Some(given) = self.given.get(id) {
            return given.clone();
        }
        let question = QUESTIONS.iter().find(|it| it.id == id);
        let (Preset::Offered(make) | Preset::Sample(make)) =
            question.expect("every name of a question is in the table").default;
        make(self)
    }

    /// Whether the answer is this.
    #[must_use]
    pub fn is(&self, id: &str, key: &str) -> bool {
        self.get(id) == key
    }

    /// Whether a question is answered with yes.
    #[must_use]
    pub fn yes(&self, id: &str) -> bool {
        self.is(id, yes(true))
    }

    /// Whether an entry is among those that were chosen.
    #[must_use]
    pub fn has(&self, id: &str, key: &str) -> bool {
        self.get(id).split(',').any(|it| it == key)
    }

    /// Whether a component is installed, by itself or with one below it.
    #[must_use]
    pub fn installs(&self, component: &str) -> bool {
        let below: &[&str] =
            if component == "service" { &["reporting", "privileged_access"] } else { &[] };
        let mut all = below.iter().chain([&component]);
        all.any(|it| self.has("installer.components", it))
    }

    /// Whether the mail server is Office 365, in whichever cloud.
    #[must_use]
    pub fn is_office365(&self) -> bool {
        self.installs("service") && self.get("mail.server").starts_with("office365")
    }

    /// The function that declares the cloud, where there is one.
    #[must_use]
    pub fn cloud(&self) -> Option<String> {
        if self.is("license.edition", "entra_id") {
            return Some(self.get("cloud.environment"));
        }
        if !self.installs("service") {
            return None;
        }
        Some(match self.get("mail.server").as_str() {
            "office365" => "global".to_owned(),
            "office365_china" => "china".to_owned(),
            "office365_government" => self.get("cloud.government"),
            _ => return None,
        })
    }

    /// The account under which the MIM Service runs.
    #[must_use]
    pub fn service_account(&self) -> String {
        format!("{}\\{}", self.get("account.domain"), self.get("account.name"))
    }

    /// The words of the customer's name, in lower-case ASCII: of Müller & Söhne, `mueller` and `soehne`.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let spelled =
            |name: String, (letter, letters): &(char, &str)| name.replace(*letter, letters);
        let name = SPELLED.iter().fold(self.get("customer").to_lowercase(), spelled);
        let words = name.split(|it: char| !it.is_ascii_alphanumeric());
        words.filter(|it| !it.is_empty()).map(str::to_owned).collect()
    }

    /// The customer's name as a part of others.
    #[must_use]
    pub fn slug(&self) -> String {
        let letters = self.words().concat();
        let begins = letters.starts_with(|it: char| it.is_ascii_lowercase());
        if begins { letters } else { format!("customer{letters}") }
    }

    /// The DNS domain of the customer's servers, as far as the answers tell it.
    #[must_use]
    pub fn domain(&self) -> String {
        let server = self.given.get("database.server");
        let host = server.and_then(|it| it.split('\\').next()).unwrap_or_default();
        let is_address = host.ends_with(|it: char| it.is_ascii_digit());
        match host.split_once('.') {
            Some((_, domain)) if domain.contains('.') && !is_address => domain.to_owned(),
            Some(_) | None => format!("{}.com", self.slug()),
        }
    }
}

/// Letters that are customarily spelled with others where only ASCII can stand.
const SPELLED: &[(char, &str)] =
    &[('ä', "ae"), ('ö', "oe"), ('ü', "ue"), ('ß', "ss"), ('æ', "ae"), ('ø', "oe"), ('å', "aa")];

/// The answer to a question for yes or no.
#[must_use]
pub fn yes(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}

fn server_key(server: MailServer) -> &'static str {
    match server {
        MailServer::Exchange => "exchange",
        MailServer::Office365 => "office365",
        MailServer::Smtp => "smtp",
        MailServer::None => "none",
    }
}

fn authentication_key(authentication: MailAuthentication) -> &'static str {
    match authentication {
        MailAuthentication::Integrated => "integrated",
        MailAuthentication::Basic => "basic",
        MailAuthentication::Application => "application",
    }
}
