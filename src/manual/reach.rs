//! What becomes of a parameter: which values of the plan hold it, are made from it, or are asked for because of it.
//!
//! A script cannot be asked that; it can only be run. So it is run over values that are made up, and over those that are
//! given, and every parameter is changed by itself: what the plan's value says of its origin is exact, and what differs
//! between two runs follows from the one parameter in which they differ. A run that comes where none was before is changed
//! in the same way. What no run reaches is read off the text: the host functions that a parameter is handed to.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::compile::{self, registry};
use crate::diagnostic::{Diagnostic, Severity};
use crate::manual::{Field, Inputs, Installs, Written};
use crate::model::format::{
    Build, DatabaseName, DomainAccount, DomainName, EmailAddress, Format, Guid, HostName, Port,
    SqlServer, Thumbprint, Url, WindowsPath,
};
use crate::model::{Authentication, Component, Deployment};
use crate::plan::Place;
use crate::plan::op::Value;
use crate::script::faults::SCRIPT_LIMIT;
use crate::script::limits::Stop;
use crate::script::param::contract::{Declaration, ParamType};
use crate::script::registry::{FnSpec, Handler};
use crate::script::values::{self, Given, Raw, Unreadable, ValueInputs, Values};
use crate::script::{self, Program};
use crate::source::files::Files;
use crate::source::{Origin, SourceKind, Sources, Span};
use crate::subject::{self, Reading, SUBJECTS};

/// The most runs of one script: more than a template with many choices needs, and still no wait.
const MOST_RUNS: usize = 1000;
/// The most steps of all runs together, whatever the number of runs.
const MOST_STEPS: u64 = 20_000_000;
/// How many values of a text are tried once something is known of its parameter: those that most formats take.
const ORDINARY_TEXTS: usize = 2;

/// What becomes of a parameter.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Reaches {
    /// The values of the plan that are it.
    pub fills: Vec<Field>,
    /// The values of the plan that are made from it.
    pub shapes: Vec<Field>,
    /// The values of the plan that are asked for, or said elsewhere, because of it.
    pub decides: Vec<Field>,
    /// The host functions that it is handed to where no value of the plan could be followed.
    pub calls: Vec<HostCall>,
}

/// A call of a host function.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct HostCall {
    /// What is called.
    pub function: String,
    /// The pages of the wizard that it fills.
    pub pages: Vec<u8>,
    /// Where.
    pub at: Place,
}

impl Reaches {
    /// The pages of the wizard where it shows, in order.
    #[must_use]
    pub fn pages(&self) -> BTreeSet<u8> {
        let fields = self.fills.iter().chain(&self.shapes).chain(&self.decides);
        let calls = self.calls.iter().flat_map(|it| it.pages.iter().copied());
        fields.filter_map(|it| it.page).chain(calls).collect()
    }

    /// Whether nothing could be followed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let fields = [&self.fills, &self.shapes, &self.decides];
        fields.iter().all(|it| it.is_empty()) && self.calls.is_empty()
    }
}

/// How a value of the plan hangs on a parameter, the closest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Way {
    Fills,
    Shapes,
    Decides,
}

/// What the runs of a script told.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// What it installs.
    pub(super) installs: Installs,
    /// The secrets that the plan makes with some values.
    written: BTreeSet<String>,
    /// The secrets that it reads with some values.
    read: BTreeSet<String>,
    /// What stands in the scripts where only a secret's name belongs.
    pub(super) covered: BTreeSet<String>,
    /// The steps of all runs.
    steps: u64,
    /// Whether there was more to try.
    pub(super) cut: bool,
    fields: BTreeMap<String, BTreeMap<usize, Way>>,
    secrets: BTreeMap<String, BTreeSet<usize>>,
    calls: BTreeMap<String, Vec<HostCall>>,
}

/// All values that a plan can have, in the order of the wizard.
fn all_fields() -> impl Iterator<Item = &'static subject::Field> {
    SUBJECTS.iter().flat_map(|subject| subject.fields)
}

impl Trials {
    /// Tries a program; what is wrong with the values that are given is added to the findings.
    pub(super) fn run(
        files: &dyn Files,
        program: &Arc<Program>,
        inputs: &Inputs,
        findings: &mut Vec<(Sources, Vec<Diagnostic>)>,
    ) -> Result<Trials, Unreadable> {
        let mut bases = vec![Base::made_up(program)];
        for path in &inputs.values {
            bases.push(Base::given(files, program, inputs, path, findings)?);
        }
        let mut trials = Trials::default();
        let mut reached: BTreeMap<String, HashSet<Span>> = BTreeMap::new();
        if program.runnable {
            Search { program, trials: &mut trials, reached: &mut reached, known: HashSet::new() }
                .all(bases);
        }
        trials.read_calls(program, &reached);
        Ok(trials)
    }

    /// What becomes of a parameter.
    pub(super) fn reaches(&self, parameter: &str) -> Reaches {
        let of = |way: Way| {
            let ways = self.fields.get(parameter);
            let fields = all_fields().enumerate();
            let fields = fields.filter(|(at, _)| ways.and_then(|it| it.get(at)) == Some(&way));
            fields.map(|(_, it)| described(it)).collect()
        };
        Reaches {
            fills: of(Way::Fills),
            shapes: of(Way::Shapes),
            decides: of(Way::Decides),
            calls: self.calls.get(parameter).cloned().unwrap_or_default(),
        }
    }

    /// The values of the plan that are a secret.
    pub(super) fn fields_of_secret(&self, secret: &str) -> Vec<Field> {
        let known = |at: usize| self.secrets.get(secret).is_some_and(|it| it.contains(&at));
        let fields = all_fields().enumerate().filter(|(at, _)| known(*at));
        fields.map(|(_, it)| described(it)).collect()
    }

    /// Whether the plan makes a secret.
    pub(super) fn written(&self, secret: &str) -> Written {
        match (self.written.contains(secret), self.read.contains(secret) || self.cut) {
            (false, _) => Written::Never,
            (true, true) => Written::Sometimes,
            (true, false) => Written::Always,
        }
    }

    fn note(&mut self, parameter: &str, field: usize, way: Way) {
        let fields = self.fields.entry(parameter.to_owned()).or_default();
        let known = fields.entry(field).or_insert(way);
        *known = way.min(*known);
    }

    /// The host functions that parameters are handed to by the text alone.
    fn read_calls(&mut self, program: &Program, reached: &BTreeMap<String, HashSet<Span>>) {
        for script in &program.scripts {
            if program.sources.get(script.id).kind == SourceKind::Library {
                continue;
            }
            for call in script.tree.calls() {
                let namespace = call.namespace().map(|(it, _)| it);
                let rows: Vec<&FnSpec> = match call.receiver() {
                    Some(_) => registry().methods(call.name()).collect(),
                    None => registry().function(namespace, call.name()).into_iter().collect(),
                };
                let Some(row) = rows.first() else { continue };
                if matches!(row.handler, Handler::Yields(_)) {
                    continue;
                }
                let span = script.span(call.own_range());
                let mut names = BTreeSet::new();
                for argument in call.args() {
                    let parts = program.ingredients(script.span(argument.range()));
                    names.extend(parts.iter().cloned());
                }
                let pages: BTreeSet<u8> = rows.iter().flat_map(|it| it.pages).copied().collect();
                for name in names {
                    if reached.get(&name).is_some_and(|it| it.contains(&span)) {
                        continue;
                    }
                    let function = row.path();
                    let calls = self.calls.entry(name).or_default();
                    if calls.iter().all(|it| it.function != function) {
                        let pages = pages.iter().copied().collect();
                        let at = Place::of(&program.sources, span);
                        calls.push(HostCall { function, pages, at });
                    }
                }
            }
        }
    }
}

fn described(field: &subject::Field) -> Field {
    Field { name: field.name, label: field.label, page: field.page }
}

/// Values from which a parameter at a time is changed.
#[derive(Clone)]
struct Base {
    values: Values,
    sources: Sources,
    findings: Vec<Diagnostic>,
}

impl Base {
    /// Every parameter without a fallback has the first value of its type.
    fn made_up(program: &Program) -> Base {
        let mut base = Base {
            values: Values::default(),
            sources: program.sources.clone(),
            findings: Vec::new(),
        };
        for parameter in program.contract.parameters.iter().filter(|it| it.fallback.is_none()) {
            if let Some(first) = candidates(parameter).first() {
                base.say(&parameter.name, first);
            }
        }
        base
    }

    /// The values of a file.
    fn given(
        files: &dyn Files,
        program: &Arc<Program>,
        inputs: &Inputs,
        path: &std::path::Path,
        findings: &mut Vec<(Sources, Vec<Diagnostic>)>,
    ) -> Result<Base, Unreadable> {
        let root = inputs.root.clone().unwrap_or_else(|| script::folder(&inputs.script));
        let files_of = [path.to_path_buf()];
        let value_inputs =
            ValueInputs { root: &root, files: &files_of, environment: &[], settings: &[] };
        let mut sources = program.sources.clone();
        let mut found = Vec::new();
        let values = values::load(files, &value_inputs, &mut sources, &mut found)?;
        let base = Base { values, sources, findings: found };
        let run = base.run(program);
        let in_values = |it: &Diagnostic| {
            it.severity() == Severity::Error
                && run.sources.get(it.primary.source).kind == SourceKind::Values
        };
        let mut wrong: Vec<_> =
            run.diagnostics.iter().filter(|it| in_values(it)).cloned().collect();
        compile::sort(&mut wrong);
        let veiled = run.sources.veiled();
        for it in &mut wrong {
            it.cover(&veiled);
        }
        findings.push((run.sources.clone(), wrong));
        Ok(base)
    }

    fn says(&self, name: &str, text: &str) -> bool {
        let given = self.values.parameters.get(name);
        given.is_some_and(|it| it.value == Raw::Untyped(text.to_owned()))
    }

    fn say(&mut self, name: &str, text: &str) {
        let id = self.sources.add(SourceKind::Setting, name, text);
        let span = Span { source: id, start: 0, end: text.len() as u32 };
        let value = Raw::Untyped(text.to_owned());
        let given = Given { key: None, span, value, overridden: Vec::new() };
        self.values.parameters.insert(name.to_owned(), given);
    }

    fn run(&self, program: &Arc<Program>) -> script::Run {
        let (sources, findings) = (self.sources.clone(), self.findings.clone());
        script::run(program, registry(), &self.values, sources, findings, &Stop::default())
    }
}

/// What one run declared.
struct Seen {
    /// The values of the plan that are asked for, by their index.
    fields: BTreeMap<usize, (Value, Option<Origin>)>,
    errors: BTreeSet<(&'static str, Span)>,
}

/// The runs.
struct Search<'s> {
    program: &'s Arc<Program>,
    trials: &'s mut Trials,
    /// The calls at which a value of the plan is known to come from a parameter.
    reached: &'s mut BTreeMap<String, HashSet<Span>>,
    /// Every value of the plan with the call that said it, in any run.
    known: HashSet<(usize, Span)>,
}

impl Search<'_> {
    fn all(mut self, bases: Vec<Base>) {
        let mut runs = 0;
        let mut bases = std::collections::VecDeque::from(bases);
        let mut first = true;
        while let Some(base) = bases.pop_front() {
            let (was, _) = self.look(&base, first);
            first = false;
            for parameter in &self.program.clone().contract.parameters {
                let known = self.trials.fields.contains_key(&parameter.name);
                let is_text = parameter.ty == ParamType::Text;
                let most = if is_text && known { ORDINARY_TEXTS } else { usize::MAX };
                for text in candidates(parameter).into_iter().take(most) {
                    if base.says(&parameter.name, &text) {
                        continue;
                    }
                    self.trials.cut |= runs == MOST_RUNS;
                    if self.trials.cut {
                        return;
                    }
                    runs += 1;
                    let mut changed = base.clone();
                    changed.say(&parameter.name, &text);
                    let (is, news) = self.look(&changed, false);
                    if is.errors.is_subset(&was.errors) {
                        self.compare(&parameter.name, &was, &is);
                    }
                    if news {
                        bases.push_back(changed);
                    }
                }
            }
        }
    }

    /// Runs the program; whether something was said where nothing was said before.
    fn look(&mut self, base: &Base, first: bool) -> (Seen, bool) {
        let run = base.run(self.program);
        let written = run.sources.veiled_in(SourceKind::Script);
        self.trials.covered.extend(written.into_iter().map(str::to_owned));
        self.trials.steps += run.steps;
        // A script that does not end is not run a thousand times.
        self.trials.cut |= self.trials.steps > MOST_STEPS;
        self.trials.cut |= run.diagnostics.iter().any(|it| it.code.name == SCRIPT_LIMIT.name);
        let errors = run.diagnostics.iter().filter(|it| it.severity() == Severity::Error);
        let errors = errors.map(|it| (it.code.name, it.primary)).collect();
        let written = new_secret(&run.deployment);
        self.trials.written.extend(written.clone());
        let mut fields = BTreeMap::new();
        let mut news = false;
        for (index, field) in all_fields().enumerate() {
            let (value, origin) = match (field.read)(&run.deployment) {
                Reading::NotAsked => continue,
                Reading::Default(value, _) => (value, None),
                Reading::Said(value, origin) | Reading::Follows(value, _, origin) => {
                    (value, Some(origin))
                }
            };
            if let Value::Secret(name) = &value {
                self.trials.secrets.entry(name.clone()).or_default().insert(index);
                if written.as_ref() != Some(name) {
                    self.trials.read.insert(name.clone());
                }
            }
            if let Some(origin) = &origin {
                news |= self.known.insert((index, origin.call));
                self.trace(index, origin);
            }
            fields.insert(index, (value, origin));
        }
        self.install(&run.deployment, first);
        (Seen { fields, errors }, news)
    }

    /// Notes the parameters that an origin names.
    fn trace(&mut self, field: usize, origin: &Origin) {
        let whole = origin.value.iter().map(|it| (it, Way::Fills));
        let parts = origin.parts.iter().map(|it| (it, Way::Shapes));
        for (value, way) in whole.chain(parts) {
            let Some(parameter) = &value.parameter else { continue };
            self.trials.note(parameter, field, way);
            self.reached.entry(parameter.clone()).or_default().insert(origin.call);
        }
    }

    /// Notes what differs between two runs that differ in one parameter.
    fn compare(&mut self, parameter: &str, was: &Seen, is: &Seen) {
        let call = |it: &Option<Origin>| it.as_ref().map(|it| it.call);
        let fields: BTreeSet<_> = was.fields.keys().chain(is.fields.keys()).copied().collect();
        for field in fields {
            let way = match (was.fields.get(&field), is.fields.get(&field)) {
                (Some((one, at)), Some((other, there))) if call(at) == call(there) => {
                    if one == other {
                        continue;
                    }
                    Way::Shapes
                }
                _ => Way::Decides,
            };
            if way == Way::Shapes
                && let Some((_, Some(origin))) = is.fields.get(&field)
            {
                self.reached.entry(parameter.to_owned()).or_default().insert(origin.call);
            }
            self.trials.note(parameter, field, way);
        }
    }

    fn install(&mut self, deployment: &Deployment, first: bool) {
        let Installs { always, sometimes, options } = &mut self.trials.installs;
        for component in Component::ALL {
            let name = component.title().to_owned();
            let known = always.contains(&name) || sometimes.contains(&name);
            match (deployment.installs(component), known) {
                (true, false) if first => always.push(name),
                (true, false) => sometimes.push(name),
                (false, true) => {
                    always.retain(|it| *it != name);
                    if !sometimes.contains(&name) {
                        sometimes.push(name);
                    }
                }
                (true, true) | (false, false) => {}
            }
        }
        if let Some(option) = deployment.option().map(|it| it.to_string())
            && !options.contains(&option)
        {
            options.push(option);
            options.sort();
        }
    }
}

/// The secret that the plan makes, if it makes one.
fn new_secret(deployment: &Deployment) -> Option<String> {
    match deployment.mail.get()?.authentication.value()? {
        Authentication::Registration { secret, .. } => Some(secret.said()?.value.name.text()),
        Authentication::Integrated
        | Authentication::Basic { .. }
        | Authentication::Application { .. } => None,
    }
}

/// Values that a parameter takes, the most ordinary first, so that each can be told from the next.
fn candidates(parameter: &Declaration) -> Vec<String> {
    let texts: &[&str] = match parameter.ty {
        // Nobody knows what a text is for, and most formats refuse what another one takes.
        ParamType::Text => &[
            "contoso",
            "CTS",
            DomainAccount::EXAMPLE,
            r"contoso\MIMSrvGMSAsvc$",
            HostName::EXAMPLE,
            EmailAddress::EXAMPLE,
            Url::EXAMPLE,
            DatabaseName::EXAMPLE,
            Thumbprint::EXAMPLE,
            WindowsPath::EXAMPLE,
            Build::EXAMPLE,
        ],
        ParamType::Host => &[HostName::EXAMPLE, SqlServer::EXAMPLE],
        ParamType::Domain => &[DomainName::EXAMPLE, "contoso.com"],
        ParamType::Email => &[EmailAddress::EXAMPLE, "MIMService@contoso.onmicrosoft.com"],
        ParamType::Url => &[Url::EXAMPLE, "https://pwreg.contoso.com"],
        ParamType::Guid => &[Guid::EXAMPLE, "e4405d02-4a65-47fe-8c0a-45239eb45a9f"],
        ParamType::Port => &[Port::EXAMPLE, "8080"],
        ParamType::Number => &["180", "1", "2"],
        ParamType::Flag => &["true", "false"],
        ParamType::Choice => return parameter.allowed.clone(),
    };
    texts.iter().map(|it| (*it).to_owned()).collect()
}
