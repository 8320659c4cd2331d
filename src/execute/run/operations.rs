//! The operations of a step, each done once.

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value as Json;

use crate::code;
use crate::execute::event::Event;
use crate::execute::ews::{self, Opened};
use crate::execute::failure::{Class, Failure, words};
use crate::execute::graph::{self, Reply, Request, Sent};
use crate::execute::judge::{self, Verdict};
use crate::execute::machine::{Answer, Known, Machine, MachineError, Script};
use crate::execute::person::{Decision, Person, ScriptDecision};
use crate::execute::run::{Run, Went, moment};
use crate::execute::session::Application;
use crate::execute::template::{self, Piece};
use crate::plan::op::{
    Body, Http, Judge, Literal, Method, Op, PowerShell, Question, Registry, Service, Value,
};
use crate::plan::{Plan, Step};

code! {
    /// A step needs something that an earlier step makes known, such as the ID of an application, and it is not known: the
    /// earlier step was confirmed by a person, or its record is missing. Undo or repeat the earlier step, or do this one by
    /// hand and say so: `mimeo resume PLAN --done STEP`.
    SLOT_UNKNOWN: Error = "slot-unknown", "something that an earlier step makes known is not known";
    /// The plan asked for something that a person does or agrees to, and the answer was: not now. `mimeo resume` asks again.
    NOT_NOW: Error = "not-now", "a person has to do something first";
    /// What was waited for did not come about in the time that the plan allows. `mimeo resume` waits again.
    WAIT_OVER: Error = "wait-over", "what was waited for did not come about";
    /// The operation takes Windows, and mimeo runs on another system here. Carry the plan out on the server that it is for;
    /// `mimeo rehearse` shows it on any system.
    SERVER_OTHER: Error = "server-other", "this takes the Windows server that the plan is for";
    /// Windows refused an operation. Its words are in the finding. Most often the session is not elevated: begin with `Run as
    /// administrator`.
    SERVER_REFUSED: Error = "server-refused", "the server refused an operation";
    /// PowerShell lacks a module or a snap-in that a script of the plan needs. Install it on this server, or run the script
    /// where it is installed: the plan asks before it runs one for Exchange Online.
    SCRIPT_MODULE: Error = "script-module", "PowerShell lacks a module",
        source "https://learn.microsoft.com/en-us/powershell/exchange/exchange-online-powershell-v2" seen "2026-11-23";
    /// A script of the plan ended with an error. Its words are in the finding. Every script of a plan can be run again.
    SCRIPT_FAILED: Error = "script-failed", "a script ended with an error";
    /// The site does not answer with the status that the plan expects. The first answer of a new portal can take minutes;
    /// after that, look at the application pool, the bindings, and whether the current user may open the site.
    SITE_ANSWER: Error = "site-answer", "the site does not answer as it should",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";
    /// A secret was made in the tenant and could not be kept where the values file says. It was taken away again, so that none
    /// is left whose value nobody knows.
    SECRET_NOT_KEPT: Error = "secret-not-kept", "a secret could not be kept";
}

/// The codes of this file.
pub const CODES: &[&crate::diagnostic::Code] = &[
    &SLOT_UNKNOWN,
    &NOT_NOW,
    &WAIT_OVER,
    &SERVER_OTHER,
    &SERVER_REFUSED,
    &SCRIPT_MODULE,
    &SCRIPT_FAILED,
    &SITE_ANSWER,
    &SECRET_NOT_KEPT,
];

/// The pauses, in seconds, after which something is looked for that may have been written.
const LOOKS: &[u64] = &[0, 2, 4, 8, 16];
/// How often a busy mailbox is asked again.
const MAILBOX_TRIES: u32 = 6;

impl<M: Machine, P: Person> Run<'_, M, P> {
    pub(super) async fn perform(
        &self,
        step: &Step,
        op: &Op,
        went: &mut Went,
    ) -> Result<(), Failure> {
        match op {
            Op::Http(http) => match http.service {
                Service::Graph => self.graph(step, http, went).await,
                Service::Ews => self.ews(step, http).await,
                Service::Site => self.site(http).await,
            },
            Op::Msi(msi) => self.install(step, msi, went).await,
            Op::PowerShell(script) => self.script(step, script).await,
            Op::Registry(registry) => self.registry(registry).await,
            Op::Folder { path } => {
                self.tools.machine.make_folder(path).await.map_err(|error| refused(&error))
            }
            Op::StoreSecret { secret, slot } => self.keep(step, secret, slot).await,
            Op::Ask { what } => {
                let decision = if self.insists.get() {
                    self.tools.person.insist(what).await
                } else {
                    self.tools.person.confirm(what).await
                };
                let done = decision == Decision::Done;
                let (step, what) = (step.id.clone(), what.clone());
                self.tell(Event::Asked { step, what: what.clone(), done });
                if done { Ok(()) } else { Err(not_now(&what)) }
            }
            Op::Wait { until, seconds } => self.wait(step, until, *seconds).await,
        }
    }

    async fn wait(&self, step: &Step, until: &Question, seconds: u32) -> Result<(), Failure> {
        self.tell(Event::Waiting {
            step: step.id.clone(),
            question: Some(until.clone()),
            why: String::new(),
            seconds,
        });
        let mut waited = 0;
        let mut pause = 1;
        loop {
            let seen = match self.answer(&step.id, until).await? {
                Answer::Yes(_) => return Ok(()),
                Answer::No(seen) | Answer::Unknown(seen) => seen,
            };
            if self.tools.pace.is_stopping() {
                return Err(graph::stopped());
            }
            if waited >= seconds {
                let seen =
                    if seen.is_empty() { String::new() } else { format!(": {}", words(&seen)) };
                let message = format!("after {seconds} seconds it is still not so{seen}");
                return Err(Failure::new(&WAIT_OVER, message)
                    .help("look at what is waited for, then go on with `mimeo resume`"));
            }
            self.tools.pace.pause(Duration::from_secs(u64::from(pause))).await;
            waited += pause;
            pause = (pause * 2).min(30);
        }
    }

    /// Sends a request to Graph and takes from its answer what the plan wants.
    pub(super) async fn graph(
        &self,
        step: &Step,
        http: &Http,
        went: &mut Went,
    ) -> Result<(), Failure> {
        let request = self.request(http)?;
        let mut sent_again = 0;
        let reply = loop {
            let sent = self.send(&step.id, &request).await;
            if http.method != Method::Get {
                self.written.set(Some(moment()));
            }
            match sent? {
                Sent::Reply(reply) if http.expect.contains(&reply.status) => break reply,
                Sent::Reply(reply) => {
                    // What is refused because it is there already is there already.
                    let may_be_there =
                        matches!(reply.status, 400 | 409) && http.method == Method::Post;
                    let looks = if sent_again > 0 { LOOKS } else { &LOOKS[..1] };
                    if may_be_there && self.shows(step, looks).await? {
                        return Ok(());
                    }
                    if reply.status == 404 && http.method == Method::Delete {
                        return Ok(());
                    }
                    if matches!(reply.status, 400 | 404) && self.is_removed(step, http).await? {
                        return Ok(());
                    }
                    return Err(self.unexpected(step, http, &request, &reply).await);
                }
                Sent::Uncertain(failure) => {
                    // Nobody knows whether it arrived: never again without a look, and what is new may show late.
                    if self.shows(step, LOOKS).await? {
                        return Ok(());
                    }
                    self.clear(step).await?;
                    sent_again += 1;
                    if sent_again > 2 {
                        return Err(failure);
                    }
                    self.tell(Event::Waiting {
                        step: step.id.clone(),
                        question: None,
                        why: "the connection broke; a read told that nothing had happened"
                            .to_owned(),
                        seconds: 2,
                    });
                    self.tools.pace.pause(Duration::from_secs(2)).await;
                }
            }
        };
        let adds_password = http.path.ends_with("/addPassword");
        went.made |= http.method != Method::Get && (reply.status == 201 || adds_password);
        let json = reply.json();
        if let Some(judge) = &http.judge {
            let lists = matches!(
                judge,
                Judge::Tenant
                    | Judge::EntraIdPremium
                    | Judge::OneApplication { .. }
                    | Judge::NoMailboxRole
            );
            if lists && !json.get("value").is_some_and(Json::is_array) {
                return Err(graph::unreadable(&reply, "it has no list `value`"));
            }
            self.judge(step, judge, &json)?;
        }
        for (slot, pointer) in &http.take {
            let value = json.pointer(pointer).and_then(Json::as_str).filter(|it| !it.is_empty());
            let value = value
                .ok_or_else(|| graph::unreadable(&reply, &format!("it has no `{pointer}`")))?;
            self.learn(slot, value, went);
        }
        Ok(())
    }

    /// Remembers what became known. What is kept as a secret is one, and never gets into the journal.
    fn learn(&self, slot: &str, value: &str, went: &mut Went) {
        let is_secret = kept_slots(self.plan).any(|it| it == slot);
        let known = if is_secret {
            let secret = SecretString::from(value.to_owned());
            self.tools.secrets.see(&secret);
            Known::Secret(secret)
        } else {
            went.gave.insert(slot.to_owned(), value.to_owned());
            Known::Text(value.to_owned())
        };
        self.slots.borrow_mut().insert(slot.to_owned(), known);
    }

    fn judge(&self, step: &Step, judge: &Judge, json: &Json) -> Result<(), Failure> {
        let verdict = match judge {
            Judge::Tenant => {
                if let Some((name, id)) = judge::tenant_of(json) {
                    self.tell(Event::Tenant { name, id });
                }
                let wanted = self.setting("cloud.tenant").unwrap_or_default();
                judge::tenant(json, &wanted)?
            }
            Judge::EntraIdPremium => judge::license(json)?,
            Judge::SecretPolicy => judge::secret_policy(json, secret_end(self.plan))?,
            Judge::ExchangeRole => judge::exchange_role(json)?,
            Judge::OneApplication { unique_name } => judge::one_application(json, unique_name)?,
            Judge::NoMailboxRole => judge::no_mailbox_role(json)?,
            // Answers of Exchange are no JSON.
            Judge::EwsSuccess | Judge::EwsRefused => Verdict::default(),
        };
        if !verdict.seen.is_empty() {
            self.tell(Event::Progress { step: step.id.clone(), text: verdict.seen });
        }
        if let Some(warning) = verdict.warning {
            self.note(&step.id, warning);
        }
        Ok(())
    }

    /// Whether the step turns out to have happened, looked at after each of these pauses in seconds. What its own question
    /// cannot tell is not waited for, and neither is a client secret that shows without its value.
    async fn shows(&self, step: &Step, looks: &[u64]) -> Result<bool, Failure> {
        for pause in looks {
            self.tools.pace.pause(Duration::from_secs(*pause)).await;
            if self.has_happened(step).await? {
                return Ok(true);
            }
            let is_told = match &step.probe {
                None => true,
                Some(Question::Secret { .. }) => self.has_credential(step).await?,
                Some(_) => false,
            };
            if is_told {
                break;
            }
        }
        Ok(false)
    }

    /// Whether the step's own question says that it has happened.
    async fn has_happened(&self, step: &Step) -> Result<bool, Failure> {
        match &step.probe {
            // A secret is in no answer but one.
            None | Some(Question::Secret { .. }) => Ok(false),
            Some(probe) => Ok(matches!(self.answer(&step.id, probe).await?, Answer::Yes(_))),
        }
    }

    /// The failure that an unexpected answer of Graph is.
    async fn unexpected(
        &self,
        step: &Step,
        http: &Http,
        request: &Request,
        reply: &Reply,
    ) -> Failure {
        let (code, _) = graph::error_of(reply);
        let support = format!("for a support case: {}", reply.support);
        match (reply.status, code.as_str()) {
            (403, _) => {
                let needs: Vec<&str> = step.rights.iter().map(|it| it.right.as_str()).collect();
                let has = self.tools.sessions.rights().await;
                graph::forbidden(reply, &needs.join(", "), &has)
            }
            (404, _) if http.take.contains_key("exchange.principal") => {
                Failure::new(&judge::EXCHANGE_NOT_FOUND, "the tenant has no Exchange Online")
                    .help("check the tenant, and that it has a licence with Exchange Online")
                    .help(support)
                    .class(Class::Final)
            }
            (_, "CredentialInvalidLifetimeAsPerAppPolicy") => {
                let message = "the tenant's policy permits no client secret that lives so long";
                Failure::new(&judge::SECRET_LIFETIME, message)
                    .help("write a shorter `.secret_lifetime_days(…)`, and make the plan again")
                    .help(support)
                    .class(Class::Final)
            }
            (_, "CredentialTypeNotAllowedAsPerAppPolicy") => {
                Failure::new(&judge::SECRET_FORBIDDEN, "the tenant's policy forbids client secrets")
                    .help("ask for an exemption for this application: the MIM Service takes no certificate instead")
                    .help(support)
            }
            _ => graph::refused(request, reply),
        }
    }

    /// Asks Exchange for a mailbox, as the application.
    async fn ews(&self, step: &Step, http: &Http) -> Result<(), Failure> {
        let must_stay_closed = http.judge == Some(Judge::EwsRefused);
        if must_stay_closed && self.other_mailbox().is_none() {
            let message = "that other mailboxes stay closed to the application was not tested";
            let untested = Failure::new(&ews::EWS_UNTESTED, message)
                .help("name a mailbox with `--other-mailbox` to have it tested");
            self.note(&step.id, untested);
            return Ok(());
        }
        let application = self.application()?;
        let id = application.id.clone();
        self.tools.sessions.be(application, self.is_recent());
        let request = self.request(http)?;
        let anchor = request.headers.iter().find(|(name, _)| name == "X-AnchorMailbox");
        let mailbox = anchor.map(|(_, value)| value.clone()).unwrap_or_default();
        let mut refused = None;
        for tries in 0..MAILBOX_TRIES {
            let reply = match self.send(&step.id, &request).await? {
                Sent::Reply(reply) => reply,
                Sent::Uncertain(failure) => return Err(failure),
            };
            match ews::judge(&reply, &mailbox, &id) {
                Opened::Yes if must_stay_closed => {
                    let message = format!("the application opens `{mailbox}` too");
                    let warning = Failure::new(&ews::EWS_TOO_WIDE, message)
                        .help("restrict it with `.scope_to_mailbox()` or `.restrict_to_group(…)`")
                        .help("a restriction that was made a moment ago takes up to two hours to hold");
                    self.note(&step.id, warning);
                    return Ok(());
                }
                Opened::Yes => return Ok(()),
                Opened::No(_) | Opened::NotYet(_) if must_stay_closed => return Ok(()),
                Opened::NotYet(failure) if self.is_recent() => {
                    refused = Some(failure);
                    let seconds = 5 << tries;
                    self.tell(Event::Waiting {
                        step: step.id.clone(),
                        question: None,
                        why: "what was granted a moment ago is not in the token yet".to_owned(),
                        seconds,
                    });
                    self.tools.pace.pause(Duration::from_secs(u64::from(seconds))).await;
                    self.tools.sessions.token(Service::Ews, true).await?;
                }
                Opened::No(failure) | Opened::NotYet(failure) => return Err(failure),
                Opened::Later(seconds) => {
                    self.tell(Event::Waiting {
                        step: step.id.clone(),
                        question: None,
                        why: "Exchange Online has too much to do".to_owned(),
                        seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
                    });
                    self.tools.pace.pause(Duration::from_secs(seconds)).await;
                }
            }
        }
        let busy = || {
            Failure::new(&graph::GRAPH_BUSY, "Exchange Online has too much to do")
                .help("try again later with `mimeo resume`")
        };
        Err(refused.unwrap_or_else(busy))
    }

    /// Who opens the mailbox: the application that the MIM Service will use.
    pub(super) fn application(&self) -> Result<Application, Failure> {
        let value = |name: &str, slot: &str| {
            let said = self.plan.setting(name).map(|it| &it.value);
            match said {
                Some(Value::Value(literal)) => Ok(literal_text(literal)),
                Some(Value::Slot(slot)) => self.slot(slot).map(|it| it.expose().to_owned()),
                Some(Value::Secret(_)) | None => self.slot(slot).map(|it| it.expose().to_owned()),
            }
        };
        let secret = match self.plan.setting("mail.client_secret").map(|it| &it.value) {
            Some(Value::Secret(name)) => self.secret(name)?,
            _ => return Err(slot_unknown("mail.client_secret")),
        };
        Ok(Application {
            id: value("mail.application_id", "application.id")?,
            tenant: value("mail.tenant_id", "application.tenant_id")?,
            secret,
        })
    }

    pub(super) fn other_mailbox(&self) -> Option<String> {
        let named = self.tools.other_mailbox.clone();
        let other = named.or_else(|| self.tools.sessions.user())?;
        let own = self.setting("mail.mailbox").unwrap_or_default();
        (other.contains('@') && !other.eq_ignore_ascii_case(&own)).then_some(other)
    }

    async fn site(&self, http: &Http) -> Result<(), Failure> {
        let url = self.fill(&http.path, str::to_owned)?;
        match self.tools.machine.site(&url).await {
            Ok(status) if http.expect.contains(&status) => Ok(()),
            Ok(status) => Err(Failure::new(&SITE_ANSWER, format!("`{url}` answers with {status}"))
                .help("open it in a browser as the current user, then go on with `mimeo resume`")),
            Err(error @ MachineError::NotWindows(_)) => Err(refused(&error)),
            Err(error) => Err(Failure::new(
                &SITE_ANSWER,
                format!("`{url}` does not answer: {}", words(&error.to_string())),
            )
            .help("look at the application pool and the bindings, then go on with `mimeo resume`")),
        }
    }

    async fn script(&self, step: &Step, script: &PowerShell) -> Result<(), Failure> {
        let mut parameters = std::collections::BTreeMap::new();
        for (name, value) in &script.parameters {
            parameters.insert(name.clone(), self.known(value)?);
        }
        let needs = script.needs.as_str();
        if needs == "ExchangeOnlineManagement" {
            let text = runnable(&script.script, &parameters);
            match self.tools.person.script(&step.title, needs, &text).await {
                ScriptDecision::Run => {}
                ScriptDecision::DoneElsewhere => {
                    let what = "run the script elsewhere".to_owned();
                    self.tell(Event::Asked { step: step.id.clone(), what, done: true });
                    return Ok(());
                }
                ScriptDecision::NotNow => {
                    return Err(not_now("run the script for Exchange Online"));
                }
            }
        }
        let script = Script { needs: needs.to_owned(), text: script.script.clone(), parameters };
        let output = self.tools.machine.run(&script).await.map_err(|error| refused(&error))?;
        for line in output.lines().filter(|it| !it.trim().is_empty()).take(20) {
            let text = self.tools.secrets.cover(&words(line));
            self.tell(Event::Progress { step: step.id.clone(), text });
        }
        Ok(())
    }

    async fn registry(&self, registry: &Registry) -> Result<(), Failure> {
        self.tools.machine.set(registry).await.map_err(|error| refused(&error))?;
        match self.tools.machine.answer(&Question::Registry(registry.clone())).await {
            Answer::Yes(_) | Answer::Unknown(_) => Ok(()),
            Answer::No(seen) => {
                let message = format!(
                    "the value `{}` does not stay as it was set: {}",
                    registry.name,
                    words(&seen)
                );
                Err(Failure::new(&SERVER_REFUSED, message)
                    .help("look whether a group policy sets it, then go on with `mimeo resume`"))
            }
        }
    }

    /// Keeps a new secret. If that fails, the secret is taken away again: nobody knows its value any more.
    async fn keep(&self, step: &Step, secret: &str, slot: &str) -> Result<(), Failure> {
        let Known::Secret(value) = self.slot(slot)? else { return Err(slot_unknown(slot)) };
        let Err(error) = self.tools.secrets.keep(secret, &value) else { return Ok(()) };
        self.clear(step).await?;
        Err(Failure::new(&SECRET_NOT_KEPT, error.to_string())
            .help(error.help())
            .help("then go on with `mimeo resume`, which makes another"))
    }
}

/// A literal as Windows Installer and PowerShell take it.
pub(super) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Flag(flag) => u8::from(*flag).to_string(),
        Literal::Number(number) => number.to_string(),
        Literal::Text(text) => text.clone(),
        Literal::List(texts) => texts.join(","),
    }
}

/// The slots whose values are kept as secrets.
fn kept_slots(plan: &Plan) -> impl Iterator<Item = &str> {
    let ops = plan.steps.iter().flat_map(|it| &it.ops);
    ops.filter_map(
        |op| if let Op::StoreSecret { slot, .. } = op { Some(slot.as_str()) } else { None },
    )
}

/// When the client secret that the plan makes ends.
#[must_use]
pub fn secret_end(plan: &Plan) -> Option<Timestamp> {
    let ops = plan.steps.iter().flat_map(|it| &it.ops);
    ops.filter_map(password).find_map(|it| it.get("endDateTime")?.as_str()?.parse().ok())
}

/// The credential that an operation adds to an application.
pub(super) fn password(op: &Op) -> Option<&Json> {
    let Op::Http(Http { body: Some(Body::Json(body)), .. }) = op else { return None };
    body.get("passwordCredential")
}

/// The names of the secrets that an operation needs.
pub(super) fn secrets_of(op: &Op) -> Vec<String> {
    let of_value =
        |value: &Value| if let Value::Secret(name) = value { Some(name.clone()) } else { None };
    let of_text = |text: &str| -> Vec<String> {
        let pieces = template::pieces(text).into_iter();
        pieces
            .filter_map(
                |it| if let Piece::Secret(name) = it { Some(name.to_owned()) } else { None },
            )
            .collect()
    };
    match op {
        Op::Msi(msi) => msi.properties.values().filter_map(of_value).collect(),
        Op::PowerShell(script) => script.parameters.values().filter_map(of_value).collect(),
        Op::Http(http) => {
            let mut names = of_text(&http.path);
            names.extend(http.headers.values().flat_map(|it| of_text(it)));
            match &http.body {
                Some(Body::Json(json)) => names.extend(of_text(&json.to_string())),
                Some(Body::Xml(xml)) => names.extend(of_text(xml)),
                None => {}
            }
            names
        }
        Op::Registry(_)
        | Op::Folder { .. }
        | Op::StoreSecret { .. }
        | Op::Ask { .. }
        | Op::Wait { .. } => Vec::new(),
    }
}

/// The script with its parameters before it, for somebody who runs it elsewhere. No script for Exchange has a secret.
fn runnable(script: &str, parameters: &std::collections::BTreeMap<String, Known>) -> String {
    let quoted = |it: &Known| match it {
        Known::Text(text) => format!(
            "'{}'",
            text.replace(['\'', '\u{2018}', '\u{2019}', '\u{201A}', '\u{201B}'], "''")
        ),
        Known::Secret(_) => "(Read-Host -AsSecureString)".to_owned(),
    };
    let given: String = parameters
        .iter()
        .map(|(name, value)| format!("    {name} = {}\n", quoted(value)))
        .collect();
    format!("$given = @{{\n{given}}}\n& {{\n{script}}} @given\n")
}

pub(super) fn slot_unknown(slot: &str) -> Failure {
    Failure::new(&SLOT_UNKNOWN, format!("`{}` is not known", crate::plan::visible(slot)))
        .help("have the step done that makes it known: `mimeo status PLAN` shows how each ended")
}

fn not_now(what: &str) -> Failure {
    let first = what.split(". ").next().unwrap_or(what).trim_end_matches('.');
    Failure::new(&NOT_NOW, format!("a person has to do something first: {}", words(first)))
        .help("when it is done, go on with `mimeo resume`")
}

/// What the server's refusal is.
pub(super) fn refused(error: &MachineError) -> Failure {
    let message = words(&error.to_string());
    match error {
        MachineError::NotWindows(_) => Failure::new(&SERVER_OTHER, message)
            .help("carry the plan out on the Windows server that it is for: `mimeo resume` there")
            .help("see it here: `mimeo rehearse`"),
        MachineError::Module(module) => {
            let failure = Failure::new(&SCRIPT_MODULE, message);
            let failure = match module.as_str() {
                // From 3.10 on it takes PowerShell 7.6.
                "ExchangeOnlineManagement" => failure.help(
                    "install it: `Install-Module ExchangeOnlineManagement -RequiredVersion 3.9.2 -Scope CurrentUser`",
                ),
                "FIMAutomation" => failure.help("it comes with the MIM Service: run this on the server that has it"),
                other => failure.help(format!("install `{other}` on this server")),
            };
            failure.help("then go on with `mimeo resume`")
        }
        MachineError::Script(_) => {
            Failure::new(&SCRIPT_FAILED, format!("the script ended with an error: {message}"))
                .help("mend what it names, then go on with `mimeo resume`")
        }
        MachineError::Refused { .. } => Failure::new(&SERVER_REFUSED, message)
            .help("begin with `Run as administrator`, then go on with `mimeo resume`"),
    }
}
