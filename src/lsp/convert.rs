//! Places, paths and findings in the words of the protocol.
//!
//! The protocol counts lines from 0, ends them at `\n`, `\r\n` and a lone `\r`, and counts columns in UTF-16 units unless
//! both sides agree on UTF-8.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gen_lsp_types as types;
use types::{Position, Range, Uri};

use crate::diagnostic::Severity;

/// How columns are counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of UTF-16.
    #[default]
    Utf16,
}

impl Encoding {
    /// The length of a text.
    pub(super) fn length(self, text: &str) -> u32 {
        match self {
            Encoding::Utf8 => text.len() as u32,
            Encoding::Utf16 if text.is_ascii() => text.len() as u32,
            Encoding::Utf16 => text.chars().map(|it| it.len_utf16() as u32).sum(),
        }
    }
}

/// A text with its lines as the protocol counts them.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// The text.
    pub(super) text: Arc<str>,
    starts: Vec<u32>,
}

impl Text {
    /// Finds the lines of a text.
    pub(super) fn new(text: Arc<str>) -> Self {
        let behind = |(at, _): (usize, &str)| at as u32 + 1;
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(behind));
        let alone = text.match_indices('\r').map(behind);
        let alone = alone.filter(|at| text.as_bytes().get(*at as usize) != Some(&b'\n'));
        starts.extend(alone);
        // Few texts have such, and then this is in order already.
        starts.sort_unstable();
        Text { text, starts }
    }

    /// The bytes of a line without its end.
    fn line(&self, line: usize) -> std::ops::Range<usize> {
        let start = self.starts[line] as usize;
        let end = self.starts.get(line + 1).map_or(self.text.len(), |it| *it as usize);
        let whole = &self.text[start..end];
        start..start + whole.trim_end_matches(['\n', '\r']).len()
    }

    /// The place of an offset.
    pub(super) fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|it| *it as usize <= offset) - 1;
        let within = self.line(line);
        let before = &self.text[within.start..offset.min(within.end)];
        Position { line: line as u32, character: encoding.length(before) }
    }

    /// The offset of a place; one behind the end of its line is that line's end.
    pub(super) fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        let line = position.line as usize;
        if line >= self.starts.len() {
            return self.text.len() as u32;
        }
        let within = self.line(line);
        let text = &self.text[within.clone()];
        let mut units = 0;
        for (at, character) in text.char_indices() {
            let width = match encoding {
                Encoding::Utf8 => character.len_utf8(),
                Encoding::Utf16 => character.len_utf16(),
            };
            units += width as u32;
            if units > position.character {
                return (within.start + at) as u32;
            }
        }
        within.end as u32
    }

    /// The places of a range of bytes.
    pub(super) fn range(&self, range: std::ops::Range<u32>, encoding: Encoding) -> Range {
        let (start, end) = (range.start, range.end.max(range.start));
        Range { start: self.position(start, encoding), end: self.position(end, encoding) }
    }

    /// The bytes of a range of places.
    pub(super) fn bytes(&self, range: Range, encoding: Encoding) -> std::ops::Range<u32> {
        let start = self.offset(range.start, encoding);
        start..self.offset(range.end, encoding).max(start)
    }

    /// Whether both ends of a range of bytes lie on one line.
    pub(super) fn line_of(&self, offset: u32) -> u32 {
        self.starts.partition_point(|it| *it <= offset) as u32 - 1
    }

    /// A range of bytes, cut where lines end.
    pub(super) fn by_line(&self, range: std::ops::Range<u32>) -> Vec<std::ops::Range<u32>> {
        let (first, last) = (self.line_of(range.start), self.line_of(range.end.max(1) - 1));
        let mut parts = Vec::new();
        for line in first..=last.max(first) {
            let within = self.line(line as usize);
            let start = range.start.max(within.start as u32);
            let end = range.end.min(within.end as u32);
            if start < end {
                parts.push(start..end);
            }
        }
        parts
    }

    /// The text with a part of it replaced.
    pub(super) fn replaced(&self, range: std::ops::Range<u32>, by: &str) -> Text {
        let (start, end) = (range.start as usize, range.end as usize);
        let text = [&self.text[..start], by, &self.text[end..]].concat();
        Text::new(text.into())
    }
}

/// The scheme of the standard library's modules, for clients that ask the server for their text.
pub(super) const LIBRARY_SCHEME: &str = "mimeo";

/// The path that a document is known by; none for a scheme that is not ours.
pub(super) fn path_of(uri: &Uri) -> Option<PathBuf> {
    let url = url::Url::parse(uri.as_ref()).ok()?;
    match url.scheme() {
        "file" => url.to_file_path().ok(),
        // A text that was never saved is alone in a folder of its own.
        "untitled" => Some(Path::new("untitled:").join(url.path().replace(['/', '\\'], "_"))),
        LIBRARY_SCHEME => Some(PathBuf::from(uri.as_ref())),
        _ => None,
    }
}

/// The address of a path.
pub(super) fn uri_of(path: &Path) -> Option<Uri> {
    let text = path.to_string_lossy();
    if text.starts_with("untitled:") || text.starts_with("mimeo:") {
        return Some(Uri::from(text.as_ref()));
    }
    url::Url::from_file_path(path).ok().map(|it| Uri::from(String::from(it)))
}

/// How grave it is.
pub(super) fn severity(severity: Severity) -> types::DiagnosticSeverity {
    match severity {
        Severity::Error => types::DiagnosticSeverity::Error,
        Severity::Warning => types::DiagnosticSeverity::Warning,
        Severity::Hint => types::DiagnosticSeverity::Hint,
    }
}

/// Markdown, or its plain text for a client that does not show it.
pub(super) fn markup(text: String, markdown: bool) -> types::MarkupContent {
    if markdown {
        return types::MarkupContent { kind: types::MarkupKind::Markdown, value: text };
    }
    let lines = text.lines().filter(|it| !it.trim_start().starts_with("```"));
    let value = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    types::MarkupContent { kind: types::MarkupKind::PlainText, value }
}
