//! The edits that mend findings, and those that rename.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use gen_lsp_types as types;
use serde_json::{Value, json};

use crate::diagnostic::{Applicability, Edit};
use crate::ide::Outcome;
use crate::lsp::commands::EXPLAIN;
use crate::lsp::state::Server;
use crate::lsp::worker::Loaded;
use crate::source::{SourceId, Span};

impl<W: Write> Server<W> {
    /// The edits that mend what is found within a range, and the one that makes all that need no look.
    pub(super) fn actions(
        &mut self,
        loaded: &Loaded,
        outcome: &Arc<Outcome>,
        id: SourceId,
        range: std::ops::Range<u32>,
        params: &Value,
    ) -> Vec<Value> {
        let only = params.pointer("/context/only").and_then(Value::as_array);
        let wants = |kind: &str| {
            only.is_none_or(|it| {
                it.iter()
                    .filter_map(Value::as_str)
                    .any(|it| kind == it || kind.starts_with(&format!("{it}.")))
            })
        };
        let given = params.pointer("/context/diagnostics").and_then(Value::as_array);
        let mut actions = Vec::new();
        let mut sure: Vec<&Edit> = Vec::new();
        let mut explained: Vec<Value> = Vec::new();
        for finding in &outcome.compiled.diagnostics {
            let touches =
                |it: Span| it.source == id && it.start <= range.end && range.start <= it.end;
            let at = json!(self.range(loaded, finding.primary));
            let own = |it: &&Value| it["range"] == at && it["code"] == finding.code.name;
            let own: Vec<_> = given.into_iter().flatten().filter(own).collect();
            if touches(finding.primary) && wants("quickfix") {
                let title = format!("explain `{}`", finding.code.name);
                let command =
                    json!({ "title": title, "command": EXPLAIN, "arguments": [finding.code.name] });
                explained.push(json!({
                    "title": title,
                    "kind": "quickfix",
                    "diagnostics": own,
                    "command": command,
                }));
            }
            let Some(fix) = &finding.fix else { continue };
            if fix.applicability == Applicability::Always {
                sure.extend(&fix.edits);
            }
            let places = fix.edits.iter().map(|it| it.span).chain([finding.primary]);
            if !places.into_iter().any(touches) || !wants("quickfix") {
                continue;
            }
            let Some(edit) = self.workspace_edit(loaded, &fix.edits.iter().collect::<Vec<_>>())
            else {
                continue;
            };
            let title = fix.title.clone();
            actions.push(json!({
                "title": title,
                "kind": "quickfix",
                "diagnostics": own,
                "isPreferred": fix.applicability == Applicability::Always,
                "edit": edit,
            }));
        }
        sure.sort_by_key(|it| (it.span.source, it.span.start, it.span.end));
        sure.dedup();
        let mut end = None;
        sure.retain(|it| {
            let apart = end
                .is_none_or(|end: Span| end.source != it.span.source || end.end <= it.span.start);
            if apart {
                end = Some(it.span);
            }
            apart
        });
        if sure.iter().any(|it| it.span.source == id)
            && wants("source.fixAll")
            && let Some(edit) = self.workspace_edit(loaded, &sure)
        {
            let title = "make all edits that need no look";
            actions.push(json!({ "title": title, "kind": "source.fixAll", "edit": edit }));
        }
        // What is asked of a place twice is answered once.
        explained.dedup_by(|one, other| one["title"] == other["title"]);
        actions.extend(explained);
        actions
    }

    /// Edits by file; none if one of the texts is no file.
    pub(super) fn workspace_edit(&mut self, loaded: &Loaded, edits: &[&Edit]) -> Option<Value> {
        let mut changes: BTreeMap<String, Vec<types::TextEdit>> = BTreeMap::new();
        for edit in edits {
            let path = loaded.analysis.path_of(edit.span.source)?;
            let uri = self.uri(path)?;
            let range = self.range(loaded, edit.span);
            let edit = types::TextEdit { range, new_text: edit.text.clone() };
            changes.entry(uri.as_ref().to_owned()).or_default().push(edit);
        }
        Some(json!({ "changes": changes }))
    }
}
