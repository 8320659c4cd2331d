//! The manual: what there is to know of a template before it is used, and of modules and host functions.
//!
//! A [`Template`] is its contract with a customer's values: what it asks for, and what becomes of it. It is read off the
//! script's text and, where the script can be run, off trial runs over values that are made up ([`reach`]). Nothing of it
//! depends on the day or the machine.

pub mod reach;
pub mod reference;
pub(crate) mod sample;
pub mod schema;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::compile;
use crate::diagnostic::{Diagnostic, Severity};
use crate::manual::reach::{Reaches, Trials};
use crate::manual::reference::{Chapter, Contents, Function, functions_of};
use crate::model::format::{Format, HostName};
use crate::plan::Place;
use crate::script::param::contract::{Declaration, ParamType};
use crate::script::values::{SOURCES, Unreadable, WRITABLE};
use crate::script::{self, Program, Script};
use crate::source::files::Files;
use crate::source::{SourceKind, Sources};
use crate::subject::setup::pages;
use crate::syntax::{Call, StringLiteral, SyntaxKind};

/// A part of the manual.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Manual {
    /// Of a script.
    Template(Box<Template>),
    /// Of a module of the standard library, a namespace, or one function.
    Chapter(Chapter),
    /// What there is.
    Contents(Contents),
}

/// A script with what it asks for.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Template {
    /// The script's name.
    pub file: String,
    /// What it is called: the title of its deployment where that stands in its text, else its name.
    pub title: String,
    /// The comment that it begins with, in Markdown.
    pub about: String,
    /// What it installs, as far as that can be told.
    pub installs: Installs,
    /// What it asks for, in the order of the text.
    pub parameters: Vec<Parameter>,
    /// The secrets that it names, in the order of the text.
    pub secrets: Vec<Secret>,
    /// The pages of the wizard that parameters and secrets reach, in order.
    pub pages: Vec<WizardPage>,
    /// The functions that others can call, which a module has.
    pub functions: Vec<Function>,
    /// The modules that it imports, in the order in which they are met.
    pub modules: Vec<Module>,
    /// A values file to begin with (TOML).
    pub values: String,
    /// Whether the script has more ways than were tried, so that a parameter may reach more than is told.
    pub cut: bool,
}

/// What a script installs.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Installs {
    /// The components that it installs with all values.
    pub always: Vec<String>,
    /// The components that it installs with some values.
    pub sometimes: Vec<String>,
    /// The options of the vendor's guide, `A` to `I`, that it can come to.
    pub options: Vec<String>,
}

/// A parameter.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Parameter {
    /// Its name in a values file.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: ParamType,
    /// What its type takes, with its article: "a host name".
    pub takes: String,
    /// What it is for, in the words of the script.
    pub text: String,
    /// What a choice allows.
    pub allowed: Vec<String>,
    /// Its fallback as it stands in the script.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// Whether something has to give it a value.
    pub required: bool,
    /// A value as it is written in a values file.
    pub example: String,
    /// What becomes of it.
    pub reaches: Reaches,
    /// Where it is declared.
    pub at: Place,
}

/// A secret that a script names.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Secret {
    /// Its name.
    pub name: String,
    /// The values of the plan that are it.
    pub fields: Vec<Field>,
    /// Whether the plan makes it, so that its source must be one that can be written.
    pub written: Written,
    /// What a values file can take it from.
    pub sources: Vec<&'static str>,
    /// Its line below `[secrets]`.
    pub example: String,
    /// Where the script names it.
    pub at: Vec<Place>,
}

/// Whether the plan makes a secret, and keeps it where its source says.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Written {
    /// It only reads it.
    Never,
    /// With some values it makes it, with others it reads it.
    Sometimes,
    /// With all values it makes it.
    Always,
}

/// A value of the plan.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Field {
    /// Its name in the plan.
    pub name: &'static str,
    /// What the wizard calls it.
    pub label: &'static str,
    /// The page of the wizard that asks for it, counted as in the vendor's guide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<u8>,
}

/// A page of the installer's wizard, with what of a values file it shows.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WizardPage {
    /// Its number, counted as in the vendor's guide.
    pub number: u8,
    /// Its title, with its subtitle.
    pub title: String,
    /// The parameters that reach it.
    pub parameters: Vec<String>,
    /// The secrets that reach it.
    pub secrets: Vec<String>,
}

/// A module that a script imports.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Module {
    /// Its name: its path below the root, or `std/…`.
    pub name: String,
    /// The comment that it begins with, in Markdown.
    pub about: String,
    /// Its functions; those of the standard library are in the reference.
    pub functions: Vec<Function>,
}

/// What a [`Template`] is made from.
#[derive(Clone, Debug)]
pub struct Inputs {
    /// The script.
    pub script: PathBuf,
    /// The folder that imports may not leave; the script's own if none is given.
    pub root: Option<PathBuf>,
    /// Values files with which it is tried as well, each by itself.
    pub values: Vec<PathBuf>,
}

/// A [`Template`], and what was found on the way.
#[derive(Debug)]
pub struct Read {
    /// The template; as much as can be told, where there are errors.
    pub template: Template,
    /// What is wrong with the script and with the values files, each with its texts.
    pub findings: Vec<(Sources, Vec<Diagnostic>)>,
}

/// Reads a script and tries it.
pub fn template(files: &(dyn Files + Sync), inputs: &Inputs) -> Result<Read, Unreadable> {
    script::on_deep_stack(|| {
        let program = compile::load(files, &inputs.script, inputs.root.as_deref())?;
        let program = Arc::new(program);
        let mut findings = vec![(program.sources.clone(), errors(&program))];
        let trials = Trials::run(files, &program, inputs, &mut findings)?;
        findings.retain(|(_, diagnostics)| !diagnostics.is_empty());
        Ok(Read { template: written(&program, &inputs.script, &trials), findings })
    })
}

/// What is wrong with the texts, as it may be shown.
fn errors(program: &Program) -> Vec<Diagnostic> {
    let errors = program.diagnostics.iter().filter(|it| it.severity() == Severity::Error);
    let mut errors: Vec<_> = errors.cloned().collect();
    compile::sort(&mut errors);
    let veiled = program.sources.veiled();
    for it in &mut errors {
        it.cover(&veiled);
    }
    errors
}

fn written(program: &Program, path: &Path, trials: &Trials) -> Template {
    let sources = &program.sources;
    let entry = &program.scripts[0];
    let parameters = program.contract.parameters.iter();
    let parameters: Vec<_> = parameters.map(|it| parameter(sources, it, trials)).collect();
    let secrets = secrets(program, trials);
    let modules = program.scripts.iter().skip(1).map(|it| Module {
        name: it.name.clone(),
        about: it.tree.doc(),
        functions: if sources.get(it.id).kind == SourceKind::Library {
            Vec::new()
        } else {
            functions_of(sources, it)
        },
    });
    Template {
        file: entry.name.clone(),
        title: title(entry).unwrap_or_else(|| {
            path.file_name().map_or_else(String::new, |it| it.to_string_lossy().into_owned())
        }),
        about: entry.tree.doc(),
        installs: trials.installs.clone(),
        pages: pages_of(&parameters, &secrets),
        functions: if is_module(entry) { functions_of(sources, entry) } else { Vec::new() },
        modules: modules.collect(),
        values: sample::values_file(&parameters, &secrets),
        cut: trials.cut,
        parameters,
        secrets,
    }
}

/// Whether a script only defines what others use.
fn is_module(script: &Script) -> bool {
    let mut statements = script.tree.root().children();
    statements.all(|it| {
        matches!(it.kind(), SyntaxKind::Function | SyntaxKind::Import | SyntaxKind::Export)
            || matches!(it.kind(), SyntaxKind::Const | SyntaxKind::Let)
    })
}

/// The title of the deployment, if it is a literal text.
fn title(script: &Script) -> Option<String> {
    let named = |it: &Call<'_>| it.namespace().is_none() && it.name() == "deployment";
    let call = script.tree.calls().find(named)?;
    StringLiteral::cast(call.arg(0)?)?.value()
}

fn parameter(sources: &Sources, declared: &Declaration, trials: &Trials) -> Parameter {
    // A fallback stands here as it is written, and a secret that stands there by mistake does not.
    let mut fallback = declared.fallback.clone();
    for covered in sources.veiled().into_iter().chain(trials.covered.iter().map(String::as_str)) {
        fallback = fallback.map(|it| it.replace(covered, "***"));
    }
    let takes = if declared.ty == ParamType::Host {
        format!("{}, or an instance of SQL Server", HostName::WHAT)
    } else {
        declared.ty.what().to_owned()
    };
    Parameter {
        name: declared.name.clone(),
        ty: declared.ty,
        takes,
        text: declared.text.clone(),
        allowed: declared.allowed.clone(),
        required: declared.fallback.is_none(),
        fallback,
        example: declared.example(),
        reaches: trials.reaches(&declared.name),
        at: Place::of(sources, declared.span),
    }
}

fn secrets(program: &Program, trials: &Trials) -> Vec<Secret> {
    let mut secrets: Vec<Secret> = Vec::new();
    for named in &program.contract.secrets {
        let at = Place::of(&program.sources, named.span);
        if let Some(known) = secrets.iter_mut().find(|it| it.name == named.name) {
            known.at.push(at);
            continue;
        }
        let written = trials.written(&named.name);
        let sources: &[_] = if written == Written::Always { &WRITABLE } else { &SOURCES };
        secrets.push(Secret {
            name: named.name.clone(),
            fields: trials.fields_of_secret(&named.name),
            written,
            sources: sources.to_vec(),
            example: format!("{} = {}", named.name, sample::source(&named.name, written)),
            at: vec![at],
        });
    }
    secrets
}

fn pages_of(parameters: &[Parameter], secrets: &[Secret]) -> Vec<WizardPage> {
    let names = |number: u8| {
        let parameters = parameters.iter().filter(|it| it.reaches.pages().contains(&number));
        let parameters: Vec<_> = parameters.map(|it| it.name.clone()).collect();
        let is_on = |it: &&Secret| it.fields.iter().any(|it| it.page == Some(number));
        let secrets: Vec<_> = secrets.iter().filter(is_on).map(|it| it.name.clone()).collect();
        (parameters, secrets)
    };
    let page = |number: u8| {
        let (parameters, secrets) = names(number);
        let (title, subtitle) = pages::heading(number)?;
        let between = if subtitle.is_empty() { "" } else { ": " };
        let title = format!("{title}{between}{subtitle}");
        let is_reached = !parameters.is_empty() || !secrets.is_empty();
        is_reached.then_some(WizardPage { number, title, parameters, secrets })
    };
    (1..=u8::MAX).filter_map(page).collect()
}
