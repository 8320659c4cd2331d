//! What the nouns of a plan are called, for every view alike: operations, questions, origins, and what a person does.
//!
//! A sentence is a [`Phrase`]: plain words, and code that each view sets off in its own way. Nothing here draws.

use crate::export::rights;
use crate::plan::op::{
    Http, Judge, Literal, Method, Msi, Op, Question, Registry, Service, Ui, Value,
};
use crate::plan::{self, Deadline, InputKind, Kind, Place, Plan, Step, Trace, Undo, visible};

/// The settings whose value belongs into the head of every view, and what they are called there.
const HEADLINES: [(&str, &str); 3] =
    [("license.edition", "edition"), ("cloud.name", "cloud"), ("cloud.tenant", "tenant")];

/// A sentence, or a part of one.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub(super) struct Phrase(pub(super) Vec<Bit>);

/// A piece of a [`Phrase`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Bit {
    /// Words.
    Text(String),
    /// Something to be read letter by letter: a path, a name, a value.
    Code(String),
}

impl Phrase {
    /// Words of which parts stand in backticks. Where the backticks do not pair, they are characters like any other.
    pub(super) fn prose(text: &str) -> Phrase {
        let pieces: Vec<&str> = text.split('`').collect();
        if pieces.len().is_multiple_of(2) {
            return Phrase::default().text(text);
        }
        let bits = pieces.iter().enumerate().filter(|(_, piece)| !piece.is_empty());
        let bit = |(index, piece): (usize, &&str)| match index % 2 {
            0 => Bit::Text((*piece).to_owned()),
            _ => Bit::Code((*piece).to_owned()),
        };
        Phrase(bits.map(bit).collect())
    }

    /// Adds words.
    pub(super) fn text(mut self, text: impl Into<String>) -> Phrase {
        self.0.push(Bit::Text(text.into()));
        self
    }

    /// Adds code.
    pub(super) fn code(mut self, code: impl Into<String>) -> Phrase {
        self.0.push(Bit::Code(code.into()));
        self
    }

    /// Adds another phrase.
    pub(super) fn then(mut self, other: Phrase) -> Phrase {
        self.0.extend(other.0);
        self
    }

    /// Adds several phrases with something between them.
    fn join(self, phrases: impl IntoIterator<Item = Phrase>, between: &str) -> Phrase {
        let mut joined = self;
        for (index, phrase) in phrases.into_iter().enumerate() {
            joined = if index == 0 { joined } else { joined.text(between) }.then(phrase);
        }
        joined
    }

    /// The phrase with nothing set off.
    pub(super) fn bare(&self) -> String {
        self.0.iter().map(|(Bit::Text(text) | Bit::Code(text))| text.as_str()).collect()
    }

    /// The phrase on a terminal: code in backticks.
    pub(super) fn plain(&self) -> String {
        let bits = self.0.iter().map(|bit| match bit {
            Bit::Text(text) => text.clone(),
            Bit::Code(code) => format!("`{code}`"),
        });
        bits.collect()
    }
}

/// A value on one line; a secret by its name, and what is not known yet by the step that makes it known.
pub(super) fn value(plan: &Plan, value: &Value) -> String {
    match value {
        Value::Value(literal) => self::literal(literal),
        Value::Secret(name) => format!("secret {name}"),
        Value::Slot(name) => match giver(plan, name) {
            Some(number) => format!("{name}, from step {number}"),
            None => format!("{name}, known while carrying out"),
        },
    }
}

/// A literal on one line.
pub(super) fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Flag(true) => "yes".to_owned(),
        Literal::Flag(false) => "no".to_owned(),
        Literal::Number(number) => number.to_string(),
        Literal::Text(text) if text.is_empty() => "(empty)".to_owned(),
        Literal::Text(text) if text.trim() != text => format!("\"{text}\""),
        Literal::Text(text) => text.clone(),
        Literal::List(texts) if texts.is_empty() => "(none)".to_owned(),
        Literal::List(texts) => texts.join(", "),
    }
}

/// The number of the step that makes a slot known.
pub(super) fn giver(plan: &Plan, slot: &str) -> Option<usize> {
    let index = plan.steps.iter().position(|step| step.gives.iter().any(|it| it == slot));
    index.map(|it| it + 1)
}

/// A value in a phrase.
fn quoted(it: &Value) -> Phrase {
    match it {
        Value::Value(literal) => Phrase::default().code(self::literal(literal)),
        Value::Secret(name) => Phrase::default().text("the secret ").code(name),
        Value::Slot(name) => Phrase::default().code(name),
    }
}

/// The values of the plan that every view shows first, with what they are called.
pub(super) fn headlines(plan: &Plan) -> Vec<(&'static str, String)> {
    let named = HEADLINES.iter().filter_map(|(name, word)| Some((*word, plan.setting(name)?)));
    named.map(|(word, setting)| (word, value(plan, &setting.value))).collect()
}

/// An option of the vendor's guide with what it stands for.
pub(super) fn option(letter: &str) -> String {
    let meaning = match letter {
        "A" => "Exchange Server, regular account",
        "B" => "Office 365 with basic authentication, regular account",
        "C" => "Office 365 with application context authentication, regular account",
        "D" => "SMTP, regular account",
        "E" => "no mail, regular account",
        "F" => "Exchange Server, managed account",
        "G" => "Office 365 with basic authentication, managed account",
        "H" => "Office 365 with application context authentication, managed account",
        "I" => "no mail, managed account",
        _ => return letter.to_owned(),
    };
    format!("{letter}: {meaning}")
}

/// How the installer of the product runs, if the plan has one: that of the step `install`, else the first.
pub(super) fn form(plan: &Plan) -> Option<Ui> {
    let install = plan.steps.iter().filter(|it| it.id == "install");
    install.chain(&plan.steps).flat_map(|step| &step.ops).find_map(installation).map(|it| it.ui)
}

/// The installation, if the operation is one.
pub(super) fn installation(op: &Op) -> Option<&Msi> {
    match op {
        Op::Msi(msi) => Some(msi),
        Op::Http(_)
        | Op::PowerShell(_)
        | Op::Registry(_)
        | Op::Folder { .. }
        | Op::StoreSecret { .. }
        | Op::Ask { .. }
        | Op::Wait { .. } => None,
    }
}

/// What a form of the installer means.
pub(super) fn form_words(form: Ui) -> (&'static str, &'static str) {
    match form {
        Ui::Quiet => ("quiet", "the installer runs without a window"),
        Ui::Review => ("review", "the wizard opens with everything known filled in"),
    }
}

/// A kind of step in a word.
pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Read => "read",
        Kind::Idempotent => "idempotent",
        Kind::Probeable => "probeable",
        Kind::Irreversible => "irreversible",
    }
}

/// What a kind of step means.
pub(super) fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Read => "changes nothing",
        Kind::Idempotent => "doing it again changes nothing",
        Kind::Probeable => "a question tells whether it has happened",
        Kind::Irreversible => "is never repeated by itself; a person decides",
    }
}

/// The kinds that the steps of a plan have, in the order of their severity.
pub(super) fn kinds(plan: &Plan) -> Vec<Kind> {
    let all = [Kind::Read, Kind::Idempotent, Kind::Probeable, Kind::Irreversible];
    all.into_iter().filter(|kind| plan.steps.iter().any(|step| step.kind == *kind)).collect()
}

/// What an input is.
pub(super) fn input_kind(kind: InputKind) -> &'static str {
    match kind {
        InputKind::Script => "script",
        InputKind::Library => "standard library",
        InputKind::Values => "values file",
        InputKind::Environment => "environment variable",
        InputKind::Setting => "setting",
        InputKind::Package => "installer package",
    }
}

/// The seal, shortened to what two people compare by eye.
pub(super) fn seal(plan: &Plan, dots: &str) -> String {
    let digest = plan.seal.strip_prefix("sha256:").unwrap_or(&plan.seal);
    let short: String = digest.chars().take(12).collect();
    if short.len() < digest.len() { short + dots } else { short }
}

/// When something stops working, and what.
pub(super) fn deadline(deadline: &Deadline) -> String {
    format!("{}: {}", deadline.date, deadline.what)
}

/// A place as people say it.
pub(super) fn place(plan: &Plan, place: &Place) -> String {
    if is_lineless(plan, place) {
        place.file.clone()
    } else {
        format!("{}:{}", place.file, place.line)
    }
}

/// Whether a place is a `--set` argument or an environment variable: a line in it says nothing, its name everything.
fn is_lineless(plan: &Plan, place: &Place) -> bool {
    plan.inputs.iter().filter(|it| it.name == place.file).any(|it| match it.kind {
        InputKind::Environment | InputKind::Setting => true,
        InputKind::Script | InputKind::Library | InputKind::Values | InputKind::Package => false,
    })
}

/// Where a value comes from, as short as it can be said.
pub(super) fn origin(plan: &Plan, from: &plan::From) -> Phrase {
    match from {
        plan::From::Said(trace) => written(plan, trace),
        plan::From::Default(_) => Phrase::default().text("default"),
        plan::From::Follows { trace, .. } => {
            Phrase::default().text("follows ").then(written(plan, trace))
        }
    }
}

fn written(plan: &Plan, trace: &Trace) -> Phrase {
    let phrase = Phrase::default();
    if let Some(value) = &trace.value {
        let phrase = phrase.code(place(plan, &value.at));
        return match &value.parameter {
            Some(parameter) if !is_lineless(plan, &value.at) => phrase.text(" ").text(parameter),
            Some(_) | None => phrase,
        };
    }
    let phrase = phrase.code(place(plan, &trace.at));
    let parts: Vec<&str> = trace.parts.iter().filter_map(|it| it.parameter.as_deref()).collect();
    if parts.is_empty() { phrase } else { phrase.text(" with ").text(parts.join(", ")) }
}

/// Where a value comes from, in full: also why, what it was instead of, and through which functions it came.
pub(super) fn provenance(plan: &Plan, from: &plan::From) -> Phrase {
    let mut parts = match from {
        plan::From::Said(_) => vec![origin(plan, from)],
        plan::From::Default(reason) => vec![Phrase::prose(reason)],
        plan::From::Follows { because, .. } => vec![origin(plan, from), Phrase::prose(because)],
    };
    if let Some(trace) = from.trace() {
        let overridden = trace.value.iter().flat_map(|it| &it.overridden);
        let overridden: Vec<Phrase> =
            overridden.map(|at| Phrase::default().code(place(plan, at))).collect();
        if !overridden.is_empty() {
            parts.push(Phrase::default().text("instead of ").join(overridden, ", "));
        }
        parts.extend(trace.via.iter().map(|caller| {
            let function = Phrase::default().text("by ").code(&caller.function);
            function.text(" called at ").code(place(plan, &caller.at))
        }));
    }
    Phrase::default().join(parts, "; ")
}

/// The settings by subject, which is the name before the dot, in the order in which the subjects first appear.
pub(super) fn subjects(plan: &Plan) -> Vec<(&str, Vec<&plan::Setting>)> {
    let mut groups: Vec<(&str, Vec<&plan::Setting>)> = Vec::new();
    for setting in &plan.settings {
        let subject = setting.name.split('.').next().unwrap_or_default();
        match groups.iter_mut().find(|(name, _)| *name == subject) {
            Some((_, group)) => group.push(setting),
            None => groups.push((subject, vec![setting])),
        }
    }
    groups
}

/// What the operations of a step touch, each once.
pub(super) fn touches(step: &Step) -> Vec<String> {
    let mut touched = Vec::new();
    for thing in step.ops.iter().filter_map(touched_by) {
        if !touched.contains(&thing) {
            touched.push(thing);
        }
    }
    touched
}

fn touched_by(op: &Op) -> Option<String> {
    match op {
        Op::Http(http) => Some(service(http)),
        Op::Msi(_) => Some("this server".to_owned()),
        Op::PowerShell(script) => Some(script.needs.clone()),
        Op::Registry(registry) => Some(format!("registry {}", hive(registry))),
        Op::Folder { path } => Some(path.clone()),
        Op::StoreSecret { secret, .. } => Some(format!("secret {secret}")),
        Op::Ask { .. } => Some("by hand".to_owned()),
        Op::Wait { .. } => None,
    }
}

fn service(http: &Http) -> String {
    match http.service {
        Service::Graph => "Microsoft Graph".to_owned(),
        Service::Ews => "Exchange Web Services".to_owned(),
        Service::Site => {
            let host = http.path.split_once("://").map_or(http.path.as_str(), |(_, rest)| rest);
            host.split('/').next().unwrap_or(host).to_owned()
        }
    }
}

fn hive(registry: &Registry) -> &str {
    match registry.hive.as_str() {
        "HKEY_CURRENT_USER" => "HKCU",
        "HKEY_LOCAL_MACHINE" => "HKLM",
        other => other,
    }
}

/// What an operation does, in the third person and without a full stop.
pub(super) fn op(op: &Op) -> Phrase {
    let phrase = Phrase::default();
    match op {
        Op::Http(it) => http(it),
        Op::Msi(it) => msi(it),
        Op::PowerShell(it) => {
            let start = phrase.text("runs the script below with ").code(&it.needs);
            let parameters = it.parameters.iter().map(|(name, value)| {
                Phrase::default().code(format!("-{name}")).text(" ").then(quoted(value))
            });
            if it.parameters.is_empty() { start } else { start.text(": ").join(parameters, ", ") }
        }
        Op::Registry(it) => phrase.text("sets ").code(path(it)).text(format!(" to {}", it.dword)),
        Op::Folder { path } => {
            phrase.text("makes the folder ").code(path).text(" if it is missing")
        }
        Op::StoreSecret { secret, slot } => {
            phrase.text("keeps ").code(slot).text(" as the secret ").code(secret)
        }
        Op::Ask { what } => phrase.text("by hand: ").then(Phrase::prose(what)),
        Op::Wait { until, seconds } => {
            let phrase = phrase.text("waits until ").then(question(until));
            phrase.text(format!(", at most {}", duration(*seconds)))
        }
    }
}

fn http(http: &Http) -> Phrase {
    let method = match http.method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    };
    let phrase = Phrase::default().code(format!("{method} {}", http.path));
    let phrase = match http.service {
        Service::Graph => phrase.text(" of Microsoft Graph"),
        Service::Ews => phrase.text(" of Exchange Web Services"),
        Service::Site => phrase.text(" with the current Windows credentials"),
    };
    let phrase = match &http.judge {
        Some(judge) => phrase.text("; ").then(judged(judge)),
        None => phrase,
    };
    let slots = http.take.keys().map(|slot| Phrase::default().code(slot));
    if http.take.is_empty() { phrase } else { phrase.text("; takes ").join(slots, ", ") }
}

fn judged(judge: &Judge) -> Phrase {
    let phrase = Phrase::default();
    match judge {
        Judge::Tenant => phrase.text("the organization must be the tenant named here"),
        Judge::EntraIdPremium => phrase.text("the subscriptions must hold Entra ID P1 or P2"),
        Judge::SecretPolicy => {
            phrase.text("the tenant must permit a client secret of the wanted lifetime")
        }
        Judge::ExchangeRole => phrase.text("Exchange Online must have the role full_access_as_app"),
        Judge::OneApplication { unique_name } => phrase
            .text("no application may have this name but the one with the unique name ")
            .code(unique_name),
        Judge::NoMailboxRole => phrase.text("full_access_as_app must not be granted"),
        Judge::EwsSuccess => phrase.text("the mailbox must answer with success"),
        Judge::EwsRefused => phrase.text("the mailbox must stay closed"),
    }
}

fn msi(msi: &Msi) -> Phrase {
    let verb = match msi.ui {
        Ui::Quiet => "installs ",
        Ui::Review => "opens the wizard of ",
    };
    let phrase = Phrase::default().text(verb).code(&msi.package);
    let phrase = match msi.ui {
        Ui::Quiet => phrase.text(" without a window"),
        Ui::Review => phrase.text(" with everything known filled in"),
    };
    let features = msi.features.iter().map(|it| Phrase::default().code(it));
    let phrase = match msi.features.len() {
        0 => phrase,
        1 => phrase.text(", with the feature ").join(features, ", "),
        _ => phrase.text(", with the features ").join(features, ", "),
    };
    let phrase = match msi.properties.len() {
        0 => phrase,
        1 => phrase.text(", one property"),
        count => phrase.text(format!(", {count} properties")),
    };
    match &msi.log {
        Some(log) => phrase.text(", logging to ").code(log),
        None => phrase,
    }
}

/// A question as the statement that is true when the answer is yes.
pub(super) fn question(question: &Question) -> Phrase {
    let phrase = Phrase::default();
    match question {
        Question::Installed { product, build } => {
            let phrase = phrase.code(product).text(" is installed");
            match build {
                Some(build) => phrase.text(", build ").code(build).text(" or newer"),
                None => phrase,
            }
        }
        Question::Registry(it) => phrase.code(path(it)).text(format!(" is {}", it.dword)),
        Question::Folder { path } => phrase.text("the folder ").code(path).text(" is there"),
        Question::Answers { url, status } => {
            phrase.code(url).text(format!(" answers with {status}"))
        }
        Question::Application { unique_name } => {
            phrase.text("the tenant has the application ").code(unique_name)
        }
        Question::ServicePrincipal { application } => {
            phrase.text("the application ").code(application).text(" has a service principal")
        }
        Question::MailboxRole { service_principal } => {
            let phrase = phrase.text("the service principal ").code(service_principal);
            phrase.text(" has the role ").code("full_access_as_app")
        }
        Question::Secret { name } => phrase.text("the secret ").code(name).text(" can be read"),
        Question::RuleEnabled { rule } => phrase.text("the rule ").code(rule).text(" is enabled"),
        Question::Resolves { host } => phrase.text("the name ").code(host).text(" resolves"),
        Question::Reachable { host, port } => {
            phrase.code(host).text(format!(" can be reached on TCP port {port}"))
        }
        Question::MailServer { host } => phrase.text("the mail server ").code(host).text(" greets"),
        Question::SqlServer { server } => {
            phrase.text("SQL Server ").code(server).text(" lets the current user in")
        }
        Question::Database { server, name } => {
            phrase.text("the database ").code(name).text(" is there on ").code(server)
        }
        Question::Package { path, build, digest } => {
            let phrase = phrase.text("the package ").code(path).text(" is there");
            let phrase = match build {
                Some(build) => phrase.text(" and has build ").code(build),
                None => phrase,
            };
            match digest {
                Some(_) => phrase.text(" and is the one that the plan was made for"),
                None => phrase,
            }
        }
        Question::PendingReboot => phrase.text("Windows waits for a restart"),
        Question::RestartedSince { at } => phrase.text("Windows has restarted since ").code(at),
        Question::InstallerBusy => phrase.text("another installation is running"),
        Question::Account { domain, name } => phrase
            .text("the account ")
            .code(format!(r"{domain}\{name}"))
            .text(" is there and enabled"),
        Question::ManagedAccount { domain, name } => phrase
            .text("the group managed service account ")
            .code(format!(r"{domain}\{name}"))
            .text(" is there"),
        Question::ServicePrincipalName { name, domain, account } => phrase
            .text("the service principal name ")
            .code(name)
            .text(" belongs to ")
            .code(format!(r"{domain}\{account}"))
            .text(" alone"),
        Question::ServiceRuns { name } => phrase.text("the service ").code(name).text(" runs"),
        Question::WindowsFeature { name } => {
            phrase.text("the Windows feature ").code(name).text(" is installed")
        }
    }
}

fn path(registry: &Registry) -> String {
    format!("{}\\{}\\{}", hive(registry), registry.key, registry.name)
}

fn duration(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds, "second"),
        _ if seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// How a step is undone, as phrases of which each is one thing to do.
pub(super) fn undo(undo: &Undo) -> Vec<Phrase> {
    match undo {
        Undo::Nothing => vec![Phrase::default().text("nothing to undo")],
        Undo::Ops(ops) => ops.iter().map(op).collect(),
        Undo::IfMade { ops, otherwise } => {
            let made = ops.iter().map(|it| op(it).text(", if carrying out made it"));
            made.chain([Phrase::prose(otherwise)]).collect()
        }
        Undo::ByHand(what) => vec![Phrase::prose(what)],
    }
}

/// The scripts of a step with what they are: what it runs, then what undoes it.
pub(super) fn scripts(step: &Step) -> Vec<(&'static str, String)> {
    let undo = match &step.undo {
        Undo::Ops(ops) | Undo::IfMade { ops, .. } => ops.as_slice(),
        Undo::Nothing | Undo::ByHand(_) => &[],
    };
    let does = step.ops.iter().filter_map(script).map(|it| ("Script", it));
    does.chain(undo.iter().filter_map(script).map(|it| ("Script of the undo", it))).collect()
}

/// The text of a script, each line ended.
fn script(op: &Op) -> Option<String> {
    match op {
        Op::PowerShell(it) => Some(it.script.lines().map(|line| spaced(line) + "\n").collect()),
        Op::Http(_)
        | Op::Msi(_)
        | Op::Registry(_)
        | Op::Folder { .. }
        | Op::StoreSecret { .. }
        | Op::Ask { .. }
        | Op::Wait { .. } => None,
    }
}

/// A line of a script; tabs indent it.
fn spaced(line: &str) -> String {
    line.split('\t').map(visible).collect::<Vec<_>>().join("    ")
}

/// The numbers of the steps that must have ended before a step.
pub(super) fn predecessors(plan: &Plan, step: &Step) -> Vec<usize> {
    let numbered = plan.steps.iter().zip(1..);
    numbered.filter(|(it, _)| step.after.contains(&it.id)).map(|(_, number)| number).collect()
}

/// All rights that the plan needs: where, which, and the numbers of the steps.
pub(super) fn rights(plan: &Plan) -> Vec<(&str, &str, Vec<usize>)> {
    let numbers = |ids: &[&str]| {
        let numbered = plan.steps.iter().zip(1..);
        numbered.filter(|(it, _)| ids.contains(&it.id.as_str())).map(|(_, number)| number).collect()
    };
    let places = rights::places(plan)
        .into_iter()
        .flat_map(|(on, rights)| rights.into_iter().map(move |(right, steps)| (on, right, steps)));
    places.map(|(on, right, steps)| (on, right, numbers(&steps))).collect()
}

/// Numbers in words: `1, 3 and 4`.
pub(super) fn numbers(numbers: &[usize]) -> String {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// A count with its noun: `1 field`, `2 fields`.
pub(super) fn count(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
