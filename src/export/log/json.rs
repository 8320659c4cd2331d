//! What the log of an installation tells, as programs read it. It says the same as the text; `mimeo schema --log` describes it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::export::log::verdict;
use crate::installer::log::{self as model, Place, Verdict};
use crate::installer::{causes, exit};

/// What the log of an installation tells. No secret is in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Report {
    /// The version of this form.
    #[schemars(range(min = 1, max = 1))]
    pub format: u32,
    /// How the log is encoded: `UTF-16 LE`, `UTF-16 BE`, `UTF-8` or `8-bit`.
    pub encoding: String,
    /// Its lines.
    pub lines: usize,
    /// The installations that it begins; only the last is told.
    pub installations: usize,
    /// Whether its end is there.
    pub complete: bool,
    /// How the installation ended.
    pub result: Ending,
    /// The name of the product.
    pub product: Option<Told>,
    /// Its version.
    pub version: Option<Told>,
    /// The path of the package, as it was given.
    pub package: Option<Told>,
    /// The line with the properties that were given.
    pub command_line: Option<Told>,
    /// The properties; a name comes once for each place.
    pub properties: Vec<Property>,
    /// The features and what was to become of them.
    pub features: Vec<Feature>,
    /// The first action that failed, also if the installation went on.
    pub failure: Option<Failure>,
    /// The known causes that it tells, up to the failure; the more particular first.
    pub causes: Vec<Cause>,
    /// The error records.
    pub errors: Vec<Told>,
    /// The actions that were begun last.
    pub last_actions: Vec<Told>,
    /// Where a restart is asked for.
    pub restarts: Vec<Told>,
    /// The secrets that can be read in the log, without their values.
    pub secrets: Vec<Secret>,
}

/// How an installation ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Ending {
    /// How it ended.
    pub verdict: Word,
    /// The code with which Windows Installer ended.
    pub code: Option<u32>,
    /// The line that tells it.
    pub line: Option<usize>,
    /// It in words.
    pub says: String,
    /// What to do about the code.
    pub help: Option<String>,
}

/// How an installation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Word {
    /// It is done; Windows may have to be restarted.
    Succeeded,
    /// It failed.
    Failed,
    /// A person cancelled it.
    Cancelled,
    /// The log does not say.
    Unknown,
}

/// Something that a line tells.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Told {
    /// The number of the line, from 1.
    pub line: usize,
    /// What it tells.
    pub text: String,
}

/// A property.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Property {
    /// Its name.
    pub name: String,
    /// Its value, with stars for secrets, and for all that an action is handed by a property of its name.
    pub value: String,
    /// Whether it is a secret.
    pub secret: bool,
    /// The number of the line.
    pub line: usize,
    /// Where it is said: `command-line`, `handed` (from the wizard to the service), `change`, `client` or `server` (the lists
    /// at the end).
    pub place: String,
}

/// A feature.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// What it was before, in the words of the log.
    pub installed: String,
    /// What was asked for.
    pub request: String,
    /// What is done.
    pub action: String,
    /// The number of the line.
    pub line: usize,
}

/// The first action that failed.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Failure {
    /// Its name.
    pub action: Option<String>,
    /// The line that says so.
    pub line: usize,
    /// The errors and the output of actions just before.
    pub before: Vec<Told>,
}

/// A known cause.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Cause {
    /// The line that tells it.
    pub line: usize,
    /// What is the case.
    pub says: String,
    /// What to do.
    pub help: String,
    /// Where this comes from.
    pub source: String,
}

/// A secret that can be read in the log.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Secret {
    /// The names under which it stands there.
    pub names: Vec<String>,
    /// The first lines with it.
    pub lines: Vec<usize>,
    /// How many lines have it.
    pub count: usize,
}

impl From<&model::Report> for Report {
    fn from(report: &model::Report) -> Self {
        let told = |it: &model::Told<String>| Told { line: it.line, text: it.what.clone() };
        let all = |it: &[model::Told<String>]| it.iter().map(told).collect();
        let help = report.ending.code.map(|it| exit::explain(it).help);
        Report {
            format: 1,
            encoding: report.encoding.name().to_owned(),
            lines: report.lines,
            installations: report.sessions,
            complete: report.is_complete,
            result: Ending {
                verdict: match report.ending.verdict {
                    Verdict::Succeeded => Word::Succeeded,
                    Verdict::Failed => Word::Failed,
                    Verdict::Cancelled => Word::Cancelled,
                    Verdict::Unknown => Word::Unknown,
                },
                code: report.ending.code,
                line: report.ending.line,
                says: verdict(report),
                help: help.filter(|it| !it.is_empty()).map(ToOwned::to_owned),
            },
            product: report.product.as_ref().map(told),
            version: report.version.as_ref().map(told),
            package: report.package.as_ref().map(told),
            command_line: report.command_line.as_ref().map(told),
            properties: report.properties.iter().map(property).collect(),
            features: report.features.iter().map(feature).collect(),
            failure: report.failure.as_ref().map(failure),
            causes: report.causes.iter().map(cause).collect(),
            errors: all(&report.errors),
            last_actions: all(&report.last_actions),
            restarts: all(&report.restarts),
            secrets: report.secrets.iter().map(secret).collect(),
        }
    }
}

fn property(property: &model::Property) -> Property {
    let place = match property.place {
        Place::CommandLine => "command-line",
        Place::Handed => "handed",
        Place::Change => "change",
        Place::Client => "client",
        Place::Server => "server",
    };
    Property {
        name: property.name.clone(),
        value: property.shown.clone(),
        secret: property.is_secret,
        line: property.line,
        place: place.to_owned(),
    }
}

fn feature(feature: &model::Feature) -> Feature {
    Feature {
        name: feature.name.clone(),
        installed: feature.installed.clone(),
        request: feature.request.clone(),
        action: feature.action.clone(),
        line: feature.line,
    }
}

fn failure(failure: &model::Failure) -> Failure {
    let told = |it: &model::Told<String>| Told { line: it.line, text: it.what.clone() };
    Failure {
        action: failure.action.clone(),
        line: failure.line,
        before: failure.telling.iter().map(told).collect(),
    }
}

fn cause(cause: &model::Told<&causes::Cause>) -> Cause {
    Cause {
        line: cause.line,
        says: cause.what.says.to_owned(),
        help: cause.what.help.to_owned(),
        source: cause.what.source.to_owned(),
    }
}

fn secret(secret: &model::Readable) -> Secret {
    Secret { names: secret.names.clone(), lines: secret.lines.clone(), count: secret.count }
}
