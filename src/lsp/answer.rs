//! What is answered to each request.

use std::io::Write;

use lsp_server::{ErrorCode, Request};
use serde_json::Value;

use crate::lsp::state::{Need, Server};

/// An answer, or why there is none.
pub(super) type Answer = Result<Value, (ErrorCode, String)>;

impl<W: Write> Server<W> {
    /// What a request waits for.
    pub(super) fn need(method: &str) -> Need {
        match method {
            "textDocument/inlayHint" | "textDocument/codeLens" | "textDocument/codeAction" => {
                Need::Checked
            }
            _ if method.starts_with("textDocument/") || method == "workspace/symbol" => Need::Loaded,
            _ => Need::Nothing,
        }
    }

    /// Answers a request.
    pub(super) fn answer(&mut self, request: &Request) -> Answer {
        Err((ErrorCode::MethodNotFound, format!("`{}` is not known", request.method)))
    }
}
