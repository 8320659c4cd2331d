//! What is looked at, in the order in which it is told.

use std::collections::BTreeMap;
use std::path::Path;

use url::Url;

use crate::cli::Failure;
use crate::cli::apply::world::endpoints_of;
use crate::cli::doctor::{Line, State};
use crate::cli::job::Job;
use crate::cli::ui::{Ui, can_be_written, program_of_path, variable};
use crate::execute::cloud::Endpoints;
use crate::execute::machine::{Answer, Machine, MachineError};
use crate::execute::preflight;
use crate::execute::secret::{Secrets, Source};
use crate::execute::system::{self, System};
use crate::export::statement;
use crate::plan::Plan;
use crate::plan::op::{Op, Question};

/// The modules and snap-ins that plans may need.
const MODULES: &[&str] = &["ExchangeOnlineManagement", "FIMAutomation", "ServerManager"];
/// The snap-in of the MIM Service, which is installed with it.
const SNAPIN: &str = "FIMAutomation";

/// Whether a plan could be made.
pub(super) fn plan(named: &Path, is_made: bool) -> Line {
    let what = format!("script and values: {}", named.display());
    let check = "mend what is told above: `mimeo check`";
    let line = if is_made {
        Line::new(what, State::Ok, "a plan can be made")
    } else {
        Line::new(what, State::Missing, "there are errors, so no plan can be made")
    };
    line.needed("everything else", check).required(true)
}

/// Everything else that there is to look at.
pub(super) async fn all(
    job: Option<&Job>,
    machine: &impl Machine,
    online: bool,
    ui: &Ui,
) -> Result<Vec<Line>, Failure> {
    let plan = job.map(|it| &it.plan);
    let mut lines = windows(plan, machine).await;
    lines.extend(sign_in(plan));
    if let Some(job) = job {
        lines.extend(package(&job.plan, machine).await);
        lines.extend(secrets(job, ui));
    }
    lines.extend(cloud(plan, machine, online).await?);
    lines.push(journal(job));
    lines.push(terminal(ui));
    Ok(lines)
}

/// Windows, the prompt, PowerShell and its modules.
async fn windows(plan: Option<&Plan>, machine: &impl Machine) -> Vec<Line> {
    let needed = needed_modules(plan);
    let is_needed = plan.is_some_and(needs_windows);
    let asked: Vec<String> = needed.keys().cloned().collect();
    let answer = system::ask(machine, &asked).await;
    let for_windows = "installing, and everything else that is done on the server";
    let elsewhere = "carry the plan out on the Windows server that it is for";
    let for_elevation = "Windows Installer, the registry and services";
    let elevate = "open the prompt with `Run as administrator`";
    let for_powershell = "Exchange Online, and questions to SQL Server and the MIM Service";
    let mut lines = Vec::new();
    match &answer {
        Ok(System { windows, is_elevated, powershell, .. }) => {
            lines.push(Line::new("Windows", State::Ok, windows));
            let (state, seen) = if *is_elevated {
                (State::Ok, "this prompt is elevated")
            } else {
                (State::Missing, "this prompt is not elevated")
            };
            lines.push(Line::new("elevation", state, seen).needed(for_elevation, elevate));
            lines.push(Line::new("Windows PowerShell", State::Ok, powershell));
        }
        Err(MachineError::NotWindows(_)) => {
            let seen = format!("this is {}", std::env::consts::OS);
            lines.push(Line::new("Windows", State::Missing, seen).needed(for_windows, elsewhere));
            let seen = "there is none without Windows";
            lines.push(
                Line::new("elevation", State::Unknown, seen).needed(for_elevation, elsewhere),
            );
            lines.push(
                Line::new("Windows PowerShell", State::Unknown, seen)
                    .needed(for_powershell, elsewhere),
            );
        }
        Err(
            error @ (MachineError::Module(_)
            | MachineError::Script(_)
            | MachineError::Refused { .. }),
        ) => {
            let seen = "it did not say of itself which it is";
            lines.push(Line::new("Windows", State::Ok, seen));
            let seen = "PowerShell could not be asked";
            lines.push(Line::new("elevation", State::Unknown, seen).needed(for_elevation, elevate));
            let to_do = "see why `powershell.exe` does not run for this user";
            lines.push(
                Line::new("Windows PowerShell", State::Missing, error.to_string())
                    .needed(for_powershell, to_do),
            );
        }
    }
    for line in &mut lines {
        line.required = is_needed;
    }
    let modules = answer.map(|it| it.modules).unwrap_or_default();
    lines.extend(needed.into_iter().map(|(name, is_needed)| {
        let line = match modules.get(&name) {
            Some(Some(version)) => Line::new(&name, State::Ok, version),
            Some(None) if name == SNAPIN => Line::new(&name, State::Unknown, "it is not there yet"),
            Some(None) => Line::new(&name, State::Missing, "it is not installed"),
            None => Line::new(&name, State::Unknown, "it can be asked on Windows only"),
        };
        module(line, &name).required(is_needed)
    }));
    lines
}

/// What a module is needed for.
fn module(mut line: Line, name: &str) -> Line {
    line.what = format!("PowerShell module `{name}`");
    match name {
        "ExchangeOnlineManagement" => line.needed(
            "restricting an application to one mailbox",
            "`Install-Module ExchangeOnlineManagement`; the script can also be run elsewhere",
        ),
        SNAPIN => line.needed(
            "rules of the MIM Service",
            "nothing before the installation: it comes with the MIM Service",
        ),
        "ServerManager" => line.needed(
            "asking for the features of Windows Server",
            "carry the plan out on Windows Server",
        ),
        _ => line.needed("a script of the plan", "install it"),
    }
}

/// The modules that are asked for, with whether a plan cannot do without.
fn needed_modules(plan: Option<&Plan>) -> BTreeMap<String, bool> {
    let Some(plan) = plan else {
        return MODULES.iter().map(|it| ((*it).to_owned(), false)).collect();
    };
    let scripts = ops(plan).filter_map(|it| {
        if let Op::PowerShell(script) = it { Some(script.needs.clone()) } else { None }
    });
    // What is a part of Windows is no module that can be missing, and a script can be run elsewhere.
    let own = |it: &String| !it.is_empty() && !it.starts_with("Microsoft.");
    scripts.filter(own).map(|it| (it, false)).collect()
}

fn ops(plan: &Plan) -> impl Iterator<Item = &Op> {
    plan.steps.iter().flat_map(|it| &it.ops)
}

/// Whether a plan does anything on the server.
fn needs_windows(plan: &Plan) -> bool {
    ops(plan).any(|it| matches!(it, Op::Msi(_) | Op::Registry(_) | Op::Folder { .. }))
}

/// The ways to sign in. One that needs nothing here is always left, so none is required.
fn sign_in(plan: Option<&Plan>) -> Vec<Line> {
    let is_used = plan.is_none_or(|plan| ops(plan).any(|it| matches!(it, Op::Http(_))));
    if !is_used {
        return Vec::new();
    }
    let has_screen = cfg!(any(windows, target_os = "macos"))
        || variable("DISPLAY").is_some()
        || variable("WAYLAND_DISPLAY").is_some();
    let browser = if has_screen {
        Line::new("sign-in with the browser", State::Ok, "")
    } else {
        Line::new("sign-in with the browser", State::Missing, "there is no screen to open one on")
    };
    let browser = browser.needed(
        "the tenant, signed in as a person",
        "use `--sign-in device-code`, and any browser",
    );
    let azure_cli = match program_of_path("az") {
        Some(path) => {
            Line::new("sign-in with the Azure CLI", State::Ok, path.display().to_string())
        }
        None => Line::new("sign-in with the Azure CLI", State::Missing, "`az` is not on the path"),
    };
    let azure_cli =
        azure_cli.needed("`--sign-in azure-cli` alone", "install it, or sign in another way");
    vec![browser, azure_cli]
}

/// The installer's package that a plan names.
async fn package(plan: &Plan, machine: &impl Machine) -> Vec<Line> {
    let mut lines = Vec::new();
    for asked in preflight::questions(plan) {
        if !matches!(asked.question, Question::Package { .. }) {
            continue;
        }
        let answer = machine.answer(&asked.question).await;
        let line = of_answer(statement(&asked.question), answer);
        lines.push(line.needed("installing", asked.help).required(true));
    }
    lines
}

/// The secrets that a plan needs. None is asked for at the keyboard.
fn secrets(job: &Job, ui: &Ui) -> Vec<Line> {
    let sources = job.sources_of_secrets(&[], ui);
    let prompts: Vec<String> = sources
        .iter()
        .filter(|(_, source)| matches!(source, Source::Prompt(..)))
        .map(|(name, _)| name.clone())
        .collect();
    let secrets = Secrets::new(sources);
    let found = preflight::secrets(&job.plan, &secrets).into_iter().map(|found| {
        let what = format!("the secret `{}`", found.name);
        let line = if prompts.contains(&found.name) && matches!(found.answer, Answer::No(_)) {
            if ui.can_be_asked() {
                Line::new(what, State::Ok, "it is asked for when it is needed")
            } else {
                Line::new(what, State::Unknown, "it is asked for, and nobody sits at the keyboard")
            }
        } else {
            of_answer(what, found.answer)
        };
        line.needed("carrying the plan out", found.help).required(true)
    });
    found.collect()
}

/// The network up to the cloud.
async fn cloud(
    plan: Option<&Plan>,
    machine: &impl Machine,
    online: bool,
) -> Result<Vec<Line>, Failure> {
    let is_used = plan.is_none_or(|plan| plan.setting("cloud.environment").is_some());
    if !is_used {
        return Ok(Vec::new());
    }
    let proxy = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
        .into_iter()
        .find_map(|name| Some((name, variable(name)?)));
    let mut lines = Vec::new();
    if let Some((name, address)) = &proxy {
        lines.push(Line::new("proxy", State::Ok, format!("`{name}` is {}", host_alone(address))));
    }
    let for_cloud = "signing in, and everything in the tenant";
    let endpoints = match plan {
        Some(plan) => endpoints_of(plan)?,
        None => Endpoints::of("global").expect("it is in the table"),
    };
    for (name, address) in [
        ("the sign-in service", &endpoints.login),
        ("Microsoft Graph", &endpoints.graph),
        ("Exchange Online", &endpoints.exchange),
    ] {
        let host = host_alone(address);
        let what = format!("{name}, `{host}`");
        if !online {
            let line = Line::new(what, State::Unknown, "it was not asked");
            lines.push(line.needed(for_cloud, "ask with `--online`"));
            continue;
        }
        let answer = machine.answer(&Question::Reachable { host, port: 443 }).await;
        let answer = match answer {
            // A proxy goes where this machine itself cannot.
            Answer::No(words) if proxy.is_some() => {
                Answer::Unknown(format!("{words}; a proxy may reach it"))
            }
            answer @ (Answer::Yes(_) | Answer::No(_) | Answer::Unknown(_)) => answer,
        };
        let to_do = "open port 443 to it, or set `HTTPS_PROXY`";
        let line = of_answer(what, answer).needed(for_cloud, to_do);
        lines.push(line.required(plan.is_some()));
    }
    Ok(lines)
}

/// The host of an address, without what else may stand in it, such as a password.
fn host_alone(address: &str) -> String {
    let url = Url::parse(address).ok();
    let host = url.as_ref().and_then(Url::host_str);
    host.map_or_else(|| "set to something that is no address".to_owned(), ToOwned::to_owned)
}

/// The folder that the plan and its journal are kept in.
fn journal(job: Option<&Job>) -> Line {
    let folder = job.and_then(|it| it.path.parent()).filter(|it| !it.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let what = format!("the journal's folder, `{}`", folder.display());
    let line = match can_be_written(folder) {
        Ok(()) => Line::new(what, State::Ok, "it can be written to, and has room"),
        Err(error) => Line::new(what, State::Missing, error.to_string()),
    };
    let to_do = "make room, or move the values file to a folder that may be written to";
    line.needed("the plan and its journal, which `resume` goes on from", to_do)
        .required(job.is_some())
}

fn terminal(ui: &Ui) -> Line {
    let colours = if ui.colours() { "colours" } else { "no colours" };
    let letters = if ui.is_unicode() { "Unicode" } else { "ASCII" };
    let keyboard =
        if ui.can_be_asked() { "" } else { ", and nobody at the keyboard who could be asked" };
    let seen = format!("{colours}, {letters}, {} columns{keyboard}", ui.width());
    Line::new("terminal", State::Ok, seen)
}

fn of_answer(what: impl Into<String>, answer: Answer) -> Line {
    match answer {
        Answer::Yes(seen) => Line::new(what, State::Ok, seen),
        Answer::No(seen) => Line::new(what, State::Missing, seen),
        Answer::Unknown(seen) => Line::new(what, State::Unknown, seen),
    }
}
