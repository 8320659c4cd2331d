//! The beginning of a conversation: what the client can, and what is offered to it.

use std::path::PathBuf;

use gen_lsp_types as types;
use serde_json::{Value, json};

use crate::ide::tokens;
use crate::lsp::commands;
use crate::lsp::convert::Encoding;
use crate::lsp::settings::Settings;

/// What the client said of itself.
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that a client can or cannot")]
#[derive(Clone, Debug, Default)]
pub(super) struct Client {
    /// How columns are counted.
    pub(super) encoding: Encoding,
    /// Whether a completion may have places to fill in.
    pub(super) snippets: bool,
    /// Where it shows Markdown: `completion`, `hover`, `signatureHelp`.
    pub(super) markdown: Vec<&'static str>,
    /// Whether its settings can be asked for.
    pub(super) configuration: bool,
    /// Whether it can be asked to watch files.
    pub(super) watches: bool,
    /// Whether it asks for the text of what only the server has.
    pub(super) asks_texts: bool,
    /// What it can be asked to ask for again.
    pub(super) refreshes: Vec<&'static str>,
    /// Whether it can be asked to open a file.
    pub(super) shows_documents: bool,
    /// Whether symbols of a document may have children.
    pub(super) nested_symbols: bool,
    /// The first folder that is open.
    pub(super) folder: Option<PathBuf>,
}

impl Client {
    /// Reads the parameters of `initialize`. What is missing is taken as not there.
    pub(super) fn read(params: &Value) -> Client {
        let says = |pointer: &str| {
            params.pointer(&format!("/capabilities/{pointer}")).and_then(Value::as_bool)
                == Some(true)
        };
        let encodings = params.pointer("/capabilities/general/positionEncodings");
        let mut encodings = encodings.and_then(Value::as_array).into_iter().flatten();
        // The first that is known is the one the client likes best; without a list it is UTF-16.
        let encoding = encodings.find_map(|it| match it.as_str() {
            Some("utf-8") => Some(Encoding::Utf8),
            Some("utf-16") => Some(Encoding::Utf16),
            Some(_) | None => None,
        });
        let folders = params.get("workspaceFolders").and_then(Value::as_array);
        let folder = folders.and_then(|it| it.first()?.get("uri")?.as_str());
        let folder = folder.or_else(|| params.get("rootUri")?.as_str());
        let folder = folder.and_then(|it| super::convert::path_of(&types::Uri::from(it)));
        let folder = folder.or_else(|| Some(PathBuf::from(params.get("rootPath")?.as_str()?)));
        let refreshes = ["inlayHint", "codeLens", "semanticTokens"];
        let refreshes = refreshes.into_iter();
        let refreshes = refreshes.filter(|it| says(&format!("workspace/{it}/refreshSupport")));
        let formats = [
            ("completion", "completionItem/documentationFormat"),
            ("hover", "contentFormat"),
            ("signatureHelp", "signatureInformation/documentationFormat"),
        ];
        let shows = |(what, pointer): &(&str, &str)| {
            let formats = params.pointer(&format!("/capabilities/textDocument/{what}/{pointer}"));
            let formats = formats.and_then(Value::as_array);
            // Who says nothing of formats shows what most show.
            formats.is_none_or(|it| it.iter().any(|it| it == "markdown"))
        };
        Client {
            markdown: formats.into_iter().filter(shows).map(|it| it.0).collect(),
            encoding: encoding.unwrap_or_default(),
            snippets: says("textDocument/completion/completionItem/snippetSupport"),
            configuration: says("workspace/configuration"),
            watches: says("workspace/didChangeWatchedFiles/dynamicRegistration"),
            asks_texts: params.pointer("/capabilities/workspace/textDocumentContent").is_some(),
            refreshes: refreshes.collect(),
            shows_documents: says("window/showDocument/support"),
            nested_symbols: says("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            folder,
        }
    }
}

/// The answer to `initialize`.
pub(super) fn offer(client: &Client, settings: &Settings) -> Value {
    let encoding = match client.encoding {
        Encoding::Utf8 => types::PositionEncodingKind::UTF8,
        Encoding::Utf16 => types::PositionEncodingKind::UTF16,
    };
    let mut offer = json!({
        "capabilities": {
            "positionEncoding": encoding,
            "textDocumentSync": { "openClose": true, "change": 2, "save": { "includeText": false } },
            "completionProvider": { "triggerCharacters": [":", ".", "\"", "`", "/", "("] },
            "hoverProvider": true,
            "signatureHelpProvider": { "triggerCharacters": ["(", ","] },
            "definitionProvider": true,
            "referencesProvider": true,
            "documentHighlightProvider": true,
            "documentSymbolProvider": true,
            "workspaceSymbolProvider": true,
            "codeActionProvider": { "codeActionKinds": ["quickfix", "source.fixAll"] },
            "codeLensProvider": {},
            "executeCommandProvider": { "commands": commands::offered(settings) },
            "renameProvider": { "prepareProvider": true },
            "documentFormattingProvider": true,
            "foldingRangeProvider": true,
            "selectionRangeProvider": true,
            "semanticTokensProvider": {
                "legend": { "tokenTypes": tokens::TYPES, "tokenModifiers": tokens::MODIFIERS },
                "full": true,
                "range": true,
            },
            "inlayHintProvider": true,
            "workspace": { "workspaceFolders": { "supported": true } },
        },
        "serverInfo": { "name": "mimeo", "version": env!("CARGO_PKG_VERSION") },
    });
    if client.asks_texts {
        offer["capabilities"]["workspace"]["textDocumentContent"] = json!({ "schemes": ["mimeo"] });
    }
    offer
}

/// What is asked of the client once it is ready: its settings, and to tell when files change.
pub(super) fn wishes(client: &Client) -> Vec<(&'static str, &'static str, Value)> {
    let mut wishes = Vec::new();
    if client.configuration {
        let items = json!({ "items": [{ "section": "mimeo" }] });
        wishes.push(("mimeo:settings", "workspace/configuration", items));
    }
    if client.watches {
        let watchers = json!([{ "globPattern": "**/*.rhai" }, { "globPattern": "**/*.toml" }]);
        let registration = json!({
            "id": "mimeo:files",
            "method": "workspace/didChangeWatchedFiles",
            "registerOptions": { "watchers": watchers },
        });
        let params = json!({ "registrations": [registration] });
        wishes.push(("mimeo:watch", "client/registerCapability", params));
    }
    wishes
}
