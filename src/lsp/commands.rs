//! What can be clicked: the plan above a script, and the rule behind a finding.
//!
//! A client that has commands of its own says so in its options, and is left to run them. For others the server runs what it
//! can, and shows what came of it.

use std::io::Write;

use gen_lsp_types as types;
use lsp_server::ErrorCode;
use serde_json::{Value, json};

use crate::compile;
use crate::diagnostic::Code;
use crate::export::{self, Style, View};
use crate::ide::hints;
use crate::lsp::answer::Answer;
use crate::lsp::convert::{path_of, uri_of};
use crate::lsp::find;
use crate::lsp::settings::Settings;
use crate::lsp::state::{Project, Server};
use crate::trial;

/// Shows the plan of a script, given its address, as the pages of the installer's wizard.
pub(super) const PLAN: &str = "mimeo.planWizard";
/// Explains a finding, given its code.
pub(super) const EXPLAIN: &str = "mimeo.explain";
/// Rehearses the plan of a script, given its address. It takes a terminal, so only a client runs it.
const REHEARSE: &str = "mimeo.rehearse";

/// How views are drawn where nobody tells the width.
const STYLE: Style = Style { colour: false, unicode: true, width: 100 };

/// The codes of what is found in an editor.
fn codes() -> impl Iterator<Item = &'static Code> {
    compile::catalogue().into_iter().chain(trial::catalogue())
}

/// The commands that the server runs: those that the client does not run itself.
pub(super) fn offered(settings: &Settings) -> Vec<&'static str> {
    [PLAN, EXPLAIN].into_iter().filter(|it| !settings.runs(it)).collect()
}

impl<W: Write> Server<W> {
    /// What stands above a script.
    pub(super) fn lenses(&self, path: &std::path::Path) -> Vec<Value> {
        let Some(project) = self.projects.get(path) else { return Vec::new() };
        let Some((_, outcome)) = &project.checked else { return Vec::new() };
        if trial::is_tests(path) {
            return Vec::new();
        }
        let plan = project.plan();
        let lens = |title: &str, command: &str| {
            let command =
                json!({ "title": title, "command": command, "arguments": [self.uri(path)] });
            json!({ "range": types::Range::default(), "command": command })
        };
        let shown = if plan.is_some() { PLAN } else { "" };
        let mut lenses = vec![lens(&hints::lens(outcome, plan), shown)];
        if plan.is_some() && self.settings.runs(REHEARSE) {
            lenses.push(lens("rehearse", REHEARSE));
        }
        lenses
    }

    /// Runs a command.
    pub(super) fn execute(&mut self, params: &Value) -> Answer {
        let text = |pointer| params.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let (command, argument) = (text("/command"), text("/arguments/0"));
        let refused = |message| Err((ErrorCode::RequestFailed, message));
        match command {
            PLAN => {
                let path = path_of(&types::Uri::from(argument)).map(|it| find::real(&it));
                let project = path.as_ref().and_then(|it| self.project_of(it));
                let Some(plan) = project.and_then(Project::plan) else {
                    return refused(format!("`{argument}` has no plan"));
                };
                let name = path.as_deref().and_then(|it| it.file_stem()).unwrap_or_default();
                let name = format!("{} plan.txt", name.to_string_lossy());
                match export::view(plan, View::Wizard, &STYLE) {
                    Ok(text) => self.show(&name, &text),
                    Err(error) => refused(error.to_string()),
                }
            }
            EXPLAIN => match codes().find(|it| it.name == argument) {
                Some(code) => self.show(&format!("{argument}.md"), &code.explained()),
                None => refused(format!("there is no code `{argument}`")),
            },
            _ => {
                let message = format!("`{command}` is not a command of the server");
                Err((ErrorCode::InvalidParams, message))
            }
        }
    }

    /// Shows a text in the editor, or tells where it is.
    fn show(&mut self, name: &str, text: &str) -> Answer {
        let path = self.library.keep(name, text);
        let Some((path, uri)) = path.and_then(|it| Some((it.clone(), uri_of(&it)?))) else {
            let message = "there is no folder where the editor could open it".to_owned();
            return Err((ErrorCode::RequestFailed, message));
        };
        if self.client.shows_documents {
            let params = json!({ "uri": uri, "takeFocus": true });
            self.ask("mimeo:show", "window/showDocument", params);
        } else {
            let message = format!("it stands in {}", path.display());
            self.notify("window/showMessage", json!({ "type": 3, "message": message }));
        }
        Ok(Value::Null)
    }
}
