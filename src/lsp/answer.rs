//! What is answered to each request.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use gen_lsp_types as types;
use lsp_server::{ErrorCode, Request};
use serde_json::{Value, json};

use crate::diagnostic::Edit;
use crate::ide::complete::{Item, ItemKind, complete};
use crate::ide::entity::{definitions, entity_at, occurrences};
use crate::ide::outline::{self, FoldKind, Symbol, SymbolKind};
use crate::ide::rename::{can_rename, rename};
use crate::ide::signature::signature;
use crate::ide::{hints, hover, tokens};
use crate::layout::{self, Language};
use crate::lsp::convert::{Text, markup, path_of};
use crate::lsp::find;
use crate::lsp::state::{Need, Server};
use crate::lsp::worker::Loaded;
use crate::script::import::library;
use crate::source::{SourceId, SourceKind, Span};

/// An answer, or why there is none.
pub(super) type Answer = Result<Value, (ErrorCode, String)>;

/// The text that a request is about.
struct Subject {
    path: PathBuf,
    loaded: Arc<Loaded>,
    id: SourceId,
    text: Text,
}

impl<W: Write> Server<W> {
    /// What a request waits for.
    pub(super) fn need(method: &str) -> Need {
        match method {
            "textDocument/hover" => Need::Good,
            "textDocument/codeAction" => Need::Checked,
            "textDocument/inlayHint" | "textDocument/codeLens" | "workspace/executeCommand" => {
                Need::Planned
            }
            _ if method.starts_with("textDocument/") || method == "workspace/symbol" => {
                Need::Loaded
            }
            _ => Need::Nothing,
        }
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        let params = &request.params;
        match request.method.as_str() {
            "workspace/symbol" => return Ok(self.workspace_symbols(params)),
            "workspace/textDocumentContent" => return Self::content(params),
            "workspace/executeCommand" => return self.execute(params),
            _ => {}
        }
        let known = [
            "completion",
            "hover",
            "signatureHelp",
            "definition",
            "references",
            "documentHighlight",
            "documentSymbol",
            "codeAction",
            "codeLens",
            "prepareRename",
            "rename",
            "foldingRange",
            "formatting",
            "selectionRange",
            "semanticTokens/full",
            "semanticTokens/range",
            "inlayHint",
        ];
        let method = request.method.strip_prefix("textDocument/").unwrap_or_default();
        if !known.contains(&method) {
            let message = format!("`{}` is not known", request.method);
            return Err((ErrorCode::MethodNotFound, message));
        }
        if Self::document_of(params).is_none() {
            let message = "the parameters name no document".to_owned();
            return Err((ErrorCode::InvalidParams, message));
        }
        let Some(subject) = self.subject(params) else { return Ok(Value::Null) };
        match method {
            "documentSymbol" => return Ok(self.document_symbols(&subject)),
            "codeLens" => return Ok(json!(self.lenses(&subject.path))),
            "foldingRange" => return Ok(Self::folds(&subject)),
            "formatting" => return Ok(self.layout(&subject)),
            "selectionRange" => return self.selections(&subject, params),
            "semanticTokens/full" | "semanticTokens/range" => {
                return self.semantic_tokens(&subject, params);
            }
            "inlayHint" => return self.inlay_hints(&subject, params),
            "codeAction" => {
                let range = self.bytes(&subject, params.get("range"))?;
                let outcome = self.project_of(&subject.path).and_then(|it| it.checked.clone());
                let Some((_, outcome)) = outcome else { return Ok(json!([])) };
                let loaded = subject.loaded.clone();
                return Ok(json!(self.actions(&loaded, &outcome, subject.id, range, params)));
            }
            _ => {}
        }
        let offset = self.offset(&subject, params.get("position"))?;
        match method {
            "completion" => Ok(self.completion(&subject, offset)),
            "hover" => Ok(self.hover(&subject, offset)),
            "signatureHelp" => Ok(self.signature_help(&subject, offset)),
            "prepareRename" => Ok(self.prepare_rename(&subject, offset)),
            "rename" => self.rename(&subject, offset, params),
            _ => Ok(self.places(&subject, offset, method, params)),
        }
    }

    fn subject(&self, params: &Value) -> Option<Subject> {
        let path = Self::document_of(params)?;
        let find = |loaded: &Arc<Loaded>| {
            let analysis = &loaded.analysis;
            let id = analysis.source_of(&path).or_else(|| {
                let name = self.library.name(&path)?;
                analysis
                    .sources
                    .iter()
                    .find(|(_, it)| it.kind == SourceKind::Library && it.name == name)
                    .map(|(id, _)| id)
            })?;
            let text = loaded.text(id).clone();
            Some(Subject { path: path.clone(), loaded: loaded.clone(), id, text })
        };
        let own = self.project_of(&path).and_then(|it| it.loaded.as_ref());
        let all = self.projects.values().filter_map(|it| it.loaded.as_ref());
        own.into_iter().chain(all).find_map(|(_, it)| find(it))
    }

    fn offset(
        &self,
        subject: &Subject,
        position: Option<&Value>,
    ) -> Result<u32, (ErrorCode, String)> {
        let position = position.cloned().unwrap_or_default();
        let position: types::Position = serde_json::from_value(position)
            .map_err(|it| (ErrorCode::InvalidParams, it.to_string()))?;
        Ok(subject.text.offset(position, self.client.encoding))
    }

    fn bytes(
        &self,
        subject: &Subject,
        range: Option<&Value>,
    ) -> Result<std::ops::Range<u32>, (ErrorCode, String)> {
        let range: types::Range = serde_json::from_value(range.cloned().unwrap_or_default())
            .map_err(|it| (ErrorCode::InvalidParams, it.to_string()))?;
        Ok(subject.text.bytes(range, self.client.encoding))
    }

    fn markup(&self, what: &str, text: String) -> types::MarkupContent {
        markup(text, self.client.markdown.contains(&what))
    }

    fn content(params: &Value) -> Answer {
        let uri = params.get("uri").and_then(Value::as_str).unwrap_or_default();
        let path = path_of(&types::Uri::from(uri)).map(|it| it.to_string_lossy().into_owned());
        let name = path.as_deref().and_then(|it| it.strip_prefix("mimeo:/")?.strip_suffix(".rhai"));
        match name.and_then(library) {
            Some(text) => Ok(json!({ "text": text })),
            None => Err((ErrorCode::InvalidParams, format!("there is no `{uri}`"))),
        }
    }

    fn completion(&self, subject: &Subject, offset: u32) -> Value {
        let analysis = &subject.loaded.analysis;
        let root = analysis.inputs.root_folder();
        let modules = || find::modules(&subject.path, &root);
        let items = complete(analysis, subject.id, offset, &modules);
        let items: Vec<Value> = items.into_iter().map(|it| self.item(subject, it)).collect();
        json!({ "isIncomplete": false, "items": items })
    }

    fn item(&self, subject: &Subject, item: Item) -> Value {
        use types::CompletionItemKind as Kind;
        let kind = match item.kind {
            ItemKind::Value => Kind::EnumMember,
            ItemKind::Method => Kind::Method,
            ItemKind::Variable => Kind::Variable,
            ItemKind::Parameter => Kind::Field,
            ItemKind::Secret => Kind::Reference,
            ItemKind::Function => Kind::Function,
            ItemKind::Namespace | ItemKind::Module => Kind::Module,
            ItemKind::Keyword => Kind::Keyword,
        };
        let range = subject.text.range(item.range, self.client.encoding);
        let (text, format) = match item.snippet {
            Some(snippet) if self.client.snippets => (snippet, 2),
            // Without places to fill in, what needs them is left to the person.
            Some(snippet) if !snippet.contains('$') => (snippet, 1),
            Some(_) | None => (item.label.clone(), 1),
        };
        let mut value = json!({
            "label": item.label,
            "kind": kind,
            "sortText": format!("{}{}", item.kind as u8, item.label),
            "textEdit": { "range": range, "newText": text },
            "insertTextFormat": format,
        });
        if !item.detail.is_empty() {
            value["detail"] = json!(item.detail);
        }
        if !item.doc.is_empty() {
            value["documentation"] = json!(self.markup("completion", item.doc));
        }
        value
    }

    fn hover(&self, subject: &Subject, offset: u32) -> Value {
        let good = self.project_of(&subject.path).and_then(|it| it.good.as_ref());
        let good = good.map(|(_, it)| it.as_ref());
        let said = hover::hover(&subject.loaded.analysis, good, subject.id, offset);
        let Some((text, span)) = said else { return Value::Null };
        json!({ "contents": self.markup("hover", text), "range": self.range(&subject.loaded, span) })
    }

    fn signature_help(&self, subject: &Subject, offset: u32) -> Value {
        let Some(it) = signature(&subject.loaded.analysis, subject.id, offset) else {
            return Value::Null;
        };
        // Labels count in the same units as columns.
        let unit = |at: u32| self.client.encoding.length(&it.label[..at as usize]);
        let parameters = it.parameters.iter().zip(&it.notes).map(|(range, note)| {
            json!({ "label": [unit(range.start), unit(range.end)], "documentation": note })
        });
        let parameters: Vec<Value> = parameters.collect();
        let signature = json!({
            "label": it.label,
            "documentation": self.markup("signatureHelp", it.doc.clone()),
            "parameters": parameters,
        });
        json!({ "signatures": [signature], "activeSignature": 0, "activeParameter": it.active })
    }

    /// Definitions, references, and what is highlighted.
    fn places(&mut self, subject: &Subject, offset: u32, method: &str, params: &Value) -> Value {
        let analysis = &subject.loaded.analysis;
        let Some((entity, from)) = entity_at(analysis, subject.id, offset) else {
            return Value::Null;
        };
        let spans: Vec<Span> = match method {
            "definition" => definitions(analysis, &entity, from),
            "documentHighlight" => {
                let all = occurrences(analysis, &entity).into_iter().map(|it| it.span);
                let own = all.filter(|it| it.source == subject.id && it.start < it.end);
                let own =
                    own.map(|it| json!({ "range": self.range(&subject.loaded, it), "kind": 1 }));
                return own.collect();
            }
            _ => {
                let declared = params.pointer("/context/includeDeclaration");
                let declared = declared.and_then(Value::as_bool).unwrap_or(true);
                let all = occurrences(analysis, &entity).into_iter();
                all.filter(|it| declared || !it.defines).map(|it| it.span).collect()
            }
        };
        let loaded = subject.loaded.clone();
        spans.into_iter().filter_map(|it| self.location(&loaded, it)).map(|it| json!(it)).collect()
    }

    fn prepare_rename(&self, subject: &Subject, offset: u32) -> Value {
        let analysis = &subject.loaded.analysis;
        match entity_at(analysis, subject.id, offset) {
            Some((entity, span)) if can_rename(analysis, &entity).is_ok() => {
                let placeholder = analysis.sources.text(span);
                json!({ "range": self.range(&subject.loaded, span), "placeholder": placeholder })
            }
            Some(_) | None => Value::Null,
        }
    }

    fn rename(&mut self, subject: &Subject, offset: u32, params: &Value) -> Answer {
        let refused = |message: String| (ErrorCode::RequestFailed, message);
        let name = params.get("newName").and_then(Value::as_str).unwrap_or_default();
        let analysis = &subject.loaded.analysis;
        let found = entity_at(analysis, subject.id, offset);
        let (entity, _) = found.ok_or_else(|| refused("nothing here has a name".to_owned()))?;
        let spans = rename(analysis, &entity, name).map_err(refused)?;
        // In a values file a key may be quoted.
        let text = |span: Span| {
            let quoted = analysis.sources.text(span).starts_with(['"', '\'']);
            if quoted { format!("\"{name}\"") } else { name.to_owned() }
        };
        let edits: Vec<Edit> =
            spans.into_iter().map(|span| Edit { span, text: text(span) }).collect();
        let loaded = subject.loaded.clone();
        let edit = self.workspace_edit(&loaded, &edits.iter().collect::<Vec<_>>());
        edit.ok_or_else(|| refused("it is used where nothing can be edited".to_owned()))
    }

    fn document_symbols(&self, subject: &Subject) -> Value {
        let symbols = outline::symbols(&subject.loaded.analysis, subject.id);
        if self.client.nested_symbols {
            return symbols.iter().map(|it| self.symbol(subject, it)).collect();
        }
        let uri = self.uri(&subject.path);
        let mut flat = Vec::new();
        for symbol in &symbols {
            for it in std::iter::once(symbol).chain(&symbol.children) {
                let range = subject.text.range(it.range.clone(), self.client.encoding);
                let location = json!({ "uri": uri, "range": range });
                flat.push(json!({ "name": it.name, "kind": kind(it.kind), "location": location }));
            }
        }
        json!(flat)
    }

    fn symbol(&self, subject: &Subject, symbol: &Symbol) -> Value {
        let range =
            |it: &std::ops::Range<u32>| subject.text.range(it.clone(), self.client.encoding);
        let children: Vec<Value> =
            symbol.children.iter().map(|it| self.symbol(subject, it)).collect();
        json!({
            "name": symbol.name,
            "detail": symbol.detail,
            "kind": kind(symbol.kind),
            "range": range(&symbol.range),
            "selectionRange": range(&symbol.name_range),
            "children": children,
        })
    }

    fn workspace_symbols(&mut self, params: &Value) -> Value {
        let query = params.get("query").and_then(Value::as_str).unwrap_or_default().to_lowercase();
        let all: Vec<Arc<Loaded>> = self
            .projects
            .values()
            .filter_map(|it| it.loaded.as_ref().map(|it| it.1.clone()))
            .collect();
        let mut found: Vec<Value> = Vec::new();
        for loaded in all {
            for (id, source) in loaded.analysis.sources.iter() {
                for symbol in outline::symbols(&loaded.analysis, id) {
                    if !symbol.name.to_lowercase().contains(&query) {
                        continue;
                    }
                    let span = Span {
                        source: id,
                        start: symbol.name_range.start,
                        end: symbol.name_range.end,
                    };
                    let Some(location) = self.location(&loaded, span) else { continue };
                    let value = json!({
                        "name": symbol.name,
                        "kind": kind(symbol.kind),
                        "containerName": source.name,
                        "location": location,
                    });
                    if !found.contains(&value) {
                        found.push(value);
                    }
                }
            }
        }
        json!(found)
    }

    fn folds(subject: &Subject) -> Value {
        let text = &subject.text;
        let mut folds: Vec<(u32, u32, FoldKind)> =
            outline::folds(&subject.loaded.analysis, subject.id)
                .into_iter()
                .map(|it| {
                    (text.line_of(it.range.start), text.line_of(it.range.end.max(1) - 1), it.kind)
                })
                .filter(|(first, last, _)| first < last)
                .collect();
        folds.sort_by_key(|it| (it.0, std::cmp::Reverse(it.1)));
        folds.dedup_by_key(|it| it.0);
        let folds = folds.into_iter().map(|(first, last, kind)| match kind {
            FoldKind::Comment => json!({ "startLine": first, "endLine": last, "kind": "comment" }),
            FoldKind::Imports => json!({ "startLine": first, "endLine": last, "kind": "imports" }),
            FoldKind::Code => json!({ "startLine": first, "endLine": last }),
        });
        folds.collect()
    }

    /// The lines that laying the text out changes, as one edit; nothing for a text with errors of syntax.
    fn layout(&self, subject: &Subject) -> Value {
        let is_script = subject.loaded.analysis.script(subject.id).is_some();
        let language = if is_script { Language::Script } else { Language::Values };
        let old: &str = &subject.text.text;
        let Ok(new) = layout::format(language, old) else { return Value::Null };
        let lines = |text: &str| text.split_inclusive('\n').map(str::len).collect::<Vec<_>>();
        let same = |(one, other): &(&str, &str)| one == other;
        let (olds, news) = (old.split_inclusive('\n'), new.split_inclusive('\n'));
        let first: usize = olds.zip(news).take_while(same).map(|it| it.0.len()).sum();
        let (rest, changed) = (&old[first..], &new[first..]);
        if rest == changed {
            return json!([]);
        }
        let (olds, news) = (lines(rest), lines(changed));
        let (mut end, mut new_end) = (rest.len(), changed.len());
        for (one, other) in olds.iter().rev().zip(news.iter().rev()) {
            if rest[end - one..end] != changed[new_end - other..new_end] {
                break;
            }
            (end, new_end) = (end - one, new_end - other);
        }
        let range = first as u32..(first + end) as u32;
        let range = subject.text.range(range, self.client.encoding);
        json!([{ "range": range, "newText": &changed[..new_end] }])
    }

    fn selections(&self, subject: &Subject, params: &Value) -> Answer {
        let positions = params.get("positions").and_then(Value::as_array);
        let mut all = Vec::new();
        for position in positions.into_iter().flatten() {
            let offset = self.offset(subject, Some(position))?;
            let script = subject.loaded.analysis.script(subject.id);
            let ranges = match script {
                Some(script) => outline::selections(&script.tree, offset),
                None => std::iter::once(0..subject.text.text.len() as u32).collect(),
            };
            let mut selection = Value::Null;
            for range in ranges.into_iter().rev() {
                let range = subject.text.range(range, self.client.encoding);
                selection = if selection.is_null() {
                    json!({ "range": range })
                } else {
                    json!({ "range": range, "parent": selection })
                };
            }
            all.push(selection);
        }
        Ok(json!(all))
    }

    fn semantic_tokens(&self, subject: &Subject, params: &Value) -> Answer {
        let within = match params.get("range") {
            Some(range) => self.bytes(subject, Some(range))?,
            None => 0..subject.text.text.len() as u32,
        };
        let encoding = self.client.encoding;
        let mut data: Vec<u32> = Vec::new();
        let text = &subject.text;
        let length = |range: std::ops::Range<u32>| {
            encoding.length(&text.text[range.start as usize..range.end as usize])
        };
        // Where the last word begins: counted from there, a line may be as long as it likes.
        let mut last = 0;
        for word in tokens::words(&subject.loaded.analysis, subject.id) {
            if word.range.end <= within.start || within.end <= word.range.start {
                continue;
            }
            let index = |list: &[&str], it| list.iter().position(|known| *known == it);
            let ty = index(tokens::TYPES, word.ty).unwrap_or_default() as u32;
            let bits = word.modifiers.iter().filter_map(|it| index(tokens::MODIFIERS, it));
            let bits: u32 = bits.map(|it| 1 << it).sum();
            for part in subject.text.by_line(word.range) {
                let line = text.line_of(part.start) - text.line_of(last);
                let column = match line {
                    0 => length(last..part.start),
                    _ => text.position(part.start, encoding).character,
                };
                data.extend([line, column, length(part.clone()), ty, bits]);
                last = part.start;
            }
        }
        Ok(json!({ "data": data }))
    }

    fn inlay_hints(&self, subject: &Subject, params: &Value) -> Answer {
        let range = self.bytes(subject, params.get("range"))?;
        let analysis = &subject.loaded.analysis;
        let project = self.project_of(&subject.path).filter(|it| it.planned.is_some());
        let hints = match project {
            _ if analysis.script(subject.id).is_none() => {
                hints::of_values(analysis, subject.id, &range)
            }
            Some(project) => hints::hints(analysis, project.plan(), subject.id, &range),
            None => return Ok(json!([])),
        };
        let hints = hints.into_iter().map(|it| {
            json!({
                "position": subject.text.position(it.at, self.client.encoding),
                "label": it.text,
                "tooltip": it.note,
                "paddingLeft": true,
            })
        });
        Ok(hints.collect())
    }
}

fn kind(kind: SymbolKind) -> types::SymbolKind {
    match kind {
        SymbolKind::Module => types::SymbolKind::Module,
        SymbolKind::Function => types::SymbolKind::Function,
        SymbolKind::Variable => types::SymbolKind::Variable,
        SymbolKind::Constant => types::SymbolKind::Constant,
        SymbolKind::Parameter => types::SymbolKind::Field,
        SymbolKind::Declaration => types::SymbolKind::Object,
        SymbolKind::Part => types::SymbolKind::Property,
        SymbolKind::Table => types::SymbolKind::Struct,
        SymbolKind::Secret => types::SymbolKind::Key,
    }
}
