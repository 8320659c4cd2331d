//! What `apply`, `rehearse` and `preflight` start from: a sealed plan whose inputs are still those that it was made from, the
//! texts that its findings point into, and where its secrets come from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::check::FindingArgs;
use crate::cli::plan::{is_plan, read, tell};
use crate::cli::ui::{Ui, variable};
use crate::cli::{ExitStatus, Failure, GivenArgs};
use crate::compile::{Inputs, compile};
use crate::diagnostic::Diagnostic;
use crate::execute::failure::Failure as StepFailure;
use crate::execute::secret::{SecretError, Source};
use crate::installer::Contents;
use crate::plan::op::Op;
use crate::plan::seal::digest;
use crate::plan::{Input, InputKind, Place, Plan, Trace};
use crate::render::{Format, render};
use crate::script::import::library;
use crate::script::values::{self, GivenSecret, SecretSource, ValueInputs};
use crate::source::files::{Disk, Files};
use crate::source::{SourceKind, Sources, Span, Spot};

/// The plan that is to be carried out, with what belongs to it.
pub(super) struct Job {
    /// The plan.
    pub(super) plan: Plan,
    /// Where it is kept, with its journal beside it.
    pub(super) path: PathBuf,
    /// The texts that it was made from, as far as they are at hand.
    pub(super) sources: Sources,
    /// Whether the plan's place is forgotten at the end, so that no command can name it.
    pub(super) is_passing: bool,
    /// Where its secrets come from, as the values files say.
    secrets: BTreeMap<String, GivenSecret>,
    /// The values files that it was made from and that are not at hand.
    absent_values: Vec<String>,
}

impl Job {
    /// The job of a script with values, or of a plan that was saved; how the command ends if there is none.
    pub(super) fn of(
        named: &Path,
        given: &GivenArgs,
        findings: FindingArgs,
        ui: &Ui,
    ) -> Result<Result<Job, ExitStatus>, Failure> {
        if is_plan(named) {
            Job::of_plan(named, given, ui)
        } else {
            Job::of_script(named, given, &findings, ui)
        }
    }

    fn of_script(
        script: &Path,
        given: &GivenArgs,
        findings: &FindingArgs,
        ui: &Ui,
    ) -> Result<Result<Job, ExitStatus>, Failure> {
        let inputs = given.inputs(script)?;
        let compiled = compile(&Disk, &inputs)?;
        tell(&compiled, findings.output_format, ui);
        let status = findings.status(&compiled);
        let sources = compiled.sources;
        let Some(plan) = compiled.plan.filter(|_| status == ExitStatus::Clean) else {
            return Ok(Err(status));
        };
        let secrets = secrets(&inputs)?;
        // Twenty customers share a script, and each has a values file of their own.
        let named = inputs.values.last().unwrap_or(&inputs.script);
        let path = named.with_extension("plan.json");
        let absent_values = Vec::new();
        Ok(Ok(Job { plan, path, sources, is_passing: false, secrets, absent_values }))
    }

    fn of_plan(
        path: &Path,
        given: &GivenArgs,
        ui: &Ui,
    ) -> Result<Result<Job, ExitStatus>, Failure> {
        let plan = read(path)?;
        let mut inputs = given.inputs_of_plan(path, &plan)?;
        let (sources, absent) = compare(&plan, &inputs)?;
        if !given.names_values() {
            inputs.values.retain(|it| it.is_file());
        }
        let secrets = secrets(&inputs)?;
        let of_values = |it: &&Input| it.kind == InputKind::Values && absent.contains(&quoted(it));
        let absent_values: Vec<String> = plan.inputs.iter().filter(of_values).map(quoted).collect();
        let retold = plan
            .inputs
            .iter()
            .any(|it| matches!(it.kind, InputKind::Setting | InputKind::Environment));
        if absent.is_empty() && !retold {
            // A rule with a date may have begun to hold since the plan was made.
            let compiled = compile(&Disk, &inputs)?;
            if compiled.has_errors() {
                ui.talk(&render(
                    &compiled.sources,
                    &compiled.diagnostics,
                    &ui.findings(Format::Full, true),
                ));
                return Ok(Err(ExitStatus::Findings));
            }
        } else {
            let missing = if absent.is_empty() {
                "the settings that it was made with".to_owned()
            } else {
                absent.join(", ")
            };
            ui.talk(&format!(
                "note: not at hand, so not compared and not judged again as of today: {missing}\n"
            ));
        }
        let path = path.to_path_buf();
        Ok(Ok(Job { plan, path, sources, is_passing: false, secrets, absent_values }))
    }

    /// Refuses to begin where nobody says where the secrets come from that are needed.
    pub(super) fn knows_sources_of(&self, needed: &[String]) -> Result<(), Failure> {
        let has = |name: &String| self.secrets.get(name).is_some_and(|it| it.source.is_some());
        let lacking: Vec<&String> = needed.iter().filter(|it| !has(it)).collect();
        let Some(first) = lacking.first() else { return Ok(()) };
        if self.absent_values.is_empty() {
            let error = SecretError::NoSource((*first).clone());
            return Err(Failure::usage(error.to_string(), error.help()));
        }
        let names: Vec<String> =
            lacking.iter().map(|it| format!("`{}`", crate::plan::visible(it))).collect();
        let files = self.absent_values.join(", ");
        let says = if self.absent_values.len() == 1 {
            "is not at hand, and it says"
        } else {
            "are not at hand, and they say"
        };
        let come = if names.len() == 1 { "the secret" } else { "the secrets" };
        let whence = if names.len() == 1 { "comes from" } else { "come from" };
        Err(Failure {
            status: ExitStatus::Usage,
            message: format!("{files} {says} where {come} {} {whence}", names.join(", ")),
            hints: vec![
                "name each values file: `--values FILE.toml`".to_owned(),
                "or name the folder with everything that the plan was made from: `--root DIR`"
                    .to_owned(),
            ],
        })
    }

    /// Where each secret comes from. What only the process or the person knows is read here.
    pub(super) fn sources_of_secrets(
        &self,
        needed: &[String],
        ui: &Ui,
    ) -> BTreeMap<String, Source> {
        let source = |name: &String, given: &GivenSecret| {
            Some(match given.source.clone()? {
                SecretSource::Environment(variable_name) => {
                    let value = variable(&variable_name).map(Into::into);
                    Source::Environment(variable_name, value)
                }
                SecretSource::File(path) => Source::File(given.base.join(path)),
                SecretSource::Prompt(text) => {
                    let value = needed.contains(name).then(|| ui.ask_secret(&text)).flatten();
                    Source::Prompt(text, value)
                }
                SecretSource::Credential(name) => Source::Credential(name),
            })
        };
        let all = self.secrets.iter();
        all.filter_map(|(name, given)| Some((name.clone(), source(name, given)?))).collect()
    }

    /// The finding that a failed step is, at the line that asks for it.
    pub(super) fn finding(&mut self, trace: &Trace, failure: &StepFailure) -> Diagnostic {
        let used = self.span(&trace.at);
        let value = trace.value.as_ref().map(|it| self.span(&it.at));
        let primary = value.unwrap_or(used);
        let mut finding = Diagnostic::new(failure.code, primary, failure.message.clone());
        finding.label(if value.is_some() { "" } else { "asks for it" });
        finding.relate(used, "used here");
        finding.help.clone_from(&failure.help);
        finding
    }

    /// A place of the plan in the texts, also in one that is not at hand.
    pub(super) fn span(&mut self, place: &Place) -> Span {
        let known = self.sources.named(&place.file);
        let id = known.unwrap_or_else(|| {
            let input = self.plan.inputs.iter().find(|it| it.name == place.file);
            let kind = input.map_or(SourceKind::Script, |it| source_kind(it.kind));
            let mut spots = Vec::new();
            for it in places(&self.plan).filter(|it| it.file == place.file).chain([place]) {
                spots.push(Spot { line: it.line, column: it.column });
                spots.push(Spot { line: it.end_line, column: it.end_column });
            }
            self.sources.add_absent(kind, place.file.as_str(), spots)
        });
        let source = self.sources.get(id);
        let offset = |line, column| source.offset(Spot { line, column });
        let (start, end) =
            (offset(place.line, place.column), offset(place.end_line, place.end_column));
        Span { source: id, start, end: end.max(start) }
    }
}

/// The places that a plan names as those of its values and steps.
fn places(plan: &Plan) -> impl Iterator<Item = &Place> {
    let settings = plan.settings.iter().filter_map(|it| it.from.trace());
    let traces = settings.chain(plan.steps.iter().map(|it| &it.from));
    traces.flat_map(|it| std::iter::once(&it.at).chain(it.value.as_ref().map(|it| &it.at)))
}

/// The name of an input as a part of a message.
fn quoted(input: &Input) -> String {
    format!("`{}`", crate::plan::visible(&input.name))
}

fn source_kind(kind: InputKind) -> SourceKind {
    match kind {
        InputKind::Script => SourceKind::Script,
        InputKind::Library => SourceKind::Library,
        InputKind::Values => SourceKind::Values,
        InputKind::Environment => SourceKind::Environment,
        // A package has no text: nothing is ever added for one.
        InputKind::Setting | InputKind::Package => SourceKind::Setting,
    }
}

fn secrets(inputs: &Inputs) -> Result<BTreeMap<String, GivenSecret>, Failure> {
    let root = inputs.root_folder();
    let value_inputs = ValueInputs {
        root: &root,
        files: &inputs.values,
        environment: &inputs.environment,
        settings: &inputs.settings,
    };
    let values = values::load(&Disk, &value_inputs, &mut Sources::default(), &mut Vec::new())?;
    Ok(values.secrets)
}

/// SHA-256 of the package that the plan installs, or of the one whose profile was named; nothing where it is not at hand.
fn digest_of_package(plan: &Plan, inputs: &Inputs) -> Option<String> {
    let ops = plan.steps.iter().flat_map(|it| &it.ops);
    let mut packages = ops.filter_map(|it| {
        if let Op::Msi(msi) = it { msi.digest.as_ref().map(|_| msi.package.as_str()) } else { None }
    });
    match inputs.packages.as_ref()?.look(packages.next()?) {
        Contents::Unread => None,
        Contents::Read(profile) => {
            Some(profile.package.digest.trim_start_matches("sha256:").to_owned())
        }
        // It is another file now.
        Contents::Unreadable(_) => Some(String::new()),
    }
}

/// Compares what a plan was made from with what is there now. What is not at hand is named; what has changed is refused.
fn compare(plan: &Plan, inputs: &Inputs) -> Result<(Sources, Vec<String>), Failure> {
    let mut sources = Sources::default();
    let (mut changed, mut absent) = (Vec::new(), Vec::new());
    let root = inputs.root_folder();
    let mut values = inputs.values.iter();
    for input in &plan.inputs {
        let path = match input.kind {
            InputKind::Script => Some(root.join(&input.name)),
            InputKind::Values => values.next().cloned(),
            InputKind::Library
            | InputKind::Environment
            | InputKind::Setting
            | InputKind::Package => None,
        };
        let text = match input.kind {
            InputKind::Script | InputKind::Values => {
                path.and_then(|it| Disk.read(&it, 16 << 20).ok())
            }
            InputKind::Library => Some(library(&input.name).unwrap_or_default().to_owned()),
            InputKind::Environment | InputKind::Setting => continue,
            InputKind::Package => {
                match digest_of_package(plan, inputs) {
                    None => absent.push(quoted(input)),
                    Some(has) if has == input.sha256 => {}
                    Some(_) => changed.push(quoted(input)),
                }
                continue;
            }
        };
        match text {
            Some(text) => {
                if digest(&text) != input.sha256 {
                    changed.push(quoted(input));
                }
                sources.add(source_kind(input.kind), input.name.as_str(), text);
            }
            None => absent.push(quoted(input)),
        }
    }
    if changed.is_empty() {
        return Ok((sources, absent));
    }
    let verb = if changed.len() == 1 { "has" } else { "have" };
    Err(Failure {
        status: ExitStatus::Integrity,
        message: format!("{} {verb} changed since the plan was made", changed.join(", ")),
        hints: vec![
            "make the plan again, and see what is different: `mimeo diff OLD NEW`".to_owned(),
            "or name the folder with the inputs that it was made from: `--root`, `--values`"
                .to_owned(),
        ],
    })
}
