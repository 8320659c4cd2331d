//! Findings, as the editor shows them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use gen_lsp_types as types;
use serde::Serialize;
use types::Uri;

use crate::diagnostic::Diagnostic;
use crate::ide::Outcome;
use crate::lsp::convert::{severity, uri_of};
use crate::lsp::state::Server;
use crate::lsp::wire::{self, Told};
use crate::lsp::worker::Loaded;
use crate::source::{SourceId, SourceKind, Span};

/// What all projects say of a file: `PublishDiagnosticsParams`, without a copy of each finding.
#[derive(Serialize)]
struct Findings<'f> {
    uri: Uri,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<i32>,
    diagnostics: Vec<&'f types::Diagnostic>,
}

impl<W: Write> Server<W> {
    /// Sends the findings of a project.
    pub(super) fn publish(&mut self, entry: &Path, loaded: &Loaded, outcome: &Outcome) {
        let mut found: BTreeMap<PathBuf, Vec<types::Diagnostic>> = BTreeMap::new();
        let quiet = self.library.name(entry).is_some();
        for it in outcome.compiled.diagnostics.iter().filter(|_| !quiet) {
            let (path, diagnostic) = self.diagnostic(entry, loaded, outcome, it);
            found.entry(path).or_default().push(diagnostic);
        }
        self.replace(
            entry,
            found,
            loaded.analysis.paths.iter().map(|(_, it)| it.clone()).collect(),
        );
    }

    /// Sends why a project cannot be read.
    pub(super) fn publish_failure(&mut self, entry: &Path, reason: &str) {
        let diagnostic = types::Diagnostic {
            severity: Some(types::DiagnosticSeverity::Error),
            source: Some("mimeo".to_owned()),
            message: types::Message::String(reason.to_owned()),
            ..types::Diagnostic::default()
        };
        let found = BTreeMap::from([(entry.to_path_buf(), vec![diagnostic])]);
        self.replace(entry, found, Vec::new());
    }

    fn replace(
        &mut self,
        entry: &Path,
        found: BTreeMap<PathBuf, Vec<types::Diagnostic>>,
        read: Vec<PathBuf>,
    ) {
        let Some(project) = self.projects.get_mut(entry) else { return };
        let old = std::mem::replace(&mut project.found, found);
        let open = read.into_iter().filter(|it| self.documents.contains_key(it));
        let mut paths: BTreeSet<PathBuf> = open.collect();
        paths.insert(entry.to_path_buf());
        let new = &self.projects[entry].found;
        for path in old.keys().chain(new.keys()) {
            if old.get(path) != new.get(path) {
                paths.insert(path.clone());
            }
        }
        self.publish_anew(paths);
    }

    /// Sends what all projects say of some files.
    pub(super) fn publish_anew(&mut self, paths: BTreeSet<PathBuf>) {
        for path in paths {
            let Some(uri) = self.uri(&path) else { continue };
            let version = self.documents.get(&path).map(|it| it.version);
            let mut diagnostics: Vec<&types::Diagnostic> = Vec::new();
            for project in self.projects.values() {
                for it in project.found.get(&path).into_iter().flatten() {
                    if !diagnostics.contains(&it) {
                        diagnostics.push(it);
                    }
                }
            }
            let params = Findings { uri, version, diagnostics };
            let told = Told { method: "textDocument/publishDiagnostics", params };
            wire::write(&mut self.output, &told).unwrap_or_default();
        }
    }

    /// The address of a file, as the client writes it if it is open.
    pub(super) fn uri(&self, path: &Path) -> Option<Uri> {
        self.documents.get(path).map(|it| it.uri.clone()).or_else(|| uri_of(path))
    }

    /// The file of a source, also of the standard library.
    pub(super) fn file_of(&mut self, loaded: &Loaded, id: SourceId) -> Option<PathBuf> {
        let source = loaded.analysis.sources.get(id);
        if source.kind == SourceKind::Library {
            return self.library.path(&source.name);
        }
        loaded.analysis.path_of(id).map(Path::to_path_buf)
    }

    /// The place of a span.
    pub(super) fn location(&mut self, loaded: &Loaded, span: Span) -> Option<types::Location> {
        let path = self.file_of(loaded, span.source)?;
        let uri = self.uri(&path)?;
        Some(types::Location { uri, range: self.range(loaded, span) })
    }

    /// The range of a span in its text.
    pub(super) fn range(&self, loaded: &Loaded, span: Span) -> types::Range {
        loaded.text(span.source).range(span.start..span.end, self.client.encoding)
    }

    /// A finding with the file that shows it. One that lies where no editor is, such as in the environment, is shown at the
    /// next place that belongs to it, else at the start of the script.
    fn diagnostic(
        &mut self,
        entry: &Path,
        loaded: &Loaded,
        outcome: &Outcome,
        it: &Diagnostic,
    ) -> (PathBuf, types::Diagnostic) {
        let sources = &outcome.compiled.sources;
        let shown = |span: &Span| loaded.analysis.path_of(span.source).is_some();
        let mut message = it.message.clone();
        let mut spans = std::iter::once(it.primary).chain(it.labels.iter().map(|it| it.span));
        let at = spans.find(shown);
        if at != Some(it.primary) {
            message = format!("{}: {message}", sources.place(it.primary));
        }
        if !it.label.is_empty() {
            message.push_str(&format!("\n{}", it.label));
        }
        for help in &it.help {
            message.push_str(&format!("\nhelp: {help}"));
        }
        let mut related = Vec::new();
        for label in &it.labels {
            match self.location(loaded, label.span) {
                Some(location) => related.push(types::DiagnosticRelatedInformation {
                    location,
                    message: label.text.clone(),
                }),
                None => {
                    message.push_str(&format!("\n{}: {}", sources.place(label.span), label.text));
                }
            }
        }
        let path = at.and_then(|at| loaded.analysis.path_of(at.source)).unwrap_or(entry);
        let link =
            it.code.authority.first().map(|it| types::CodeDescription { href: Uri::from(it.link) });
        let diagnostic = types::Diagnostic {
            range: at.map(|at| self.range(loaded, at)).unwrap_or_default(),
            severity: Some(severity(it.severity())),
            code: Some(types::Code::String(it.code.name.to_owned())),
            code_description: link,
            source: Some("mimeo".to_owned()),
            message: types::Message::String(message),
            related_information: Some(related).filter(|it| !it.is_empty()),
            ..types::Diagnostic::default()
        };
        (path.to_path_buf(), diagnostic)
    }
}
