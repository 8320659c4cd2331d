//! The texts of a compilation, places in them, and where a value came from.
//!
//! A [`Span`] is a half-open range of bytes in one source. Whatever a value was written in is a source: a script, a
//! module of the standard library, a values file, and also a `--set` argument or an environment variable, so that
//! every finding can point at it in the same way.

pub mod files;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// Identifies one text among the [`Sources`] of a compilation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct SourceId(u32);

/// What kind of text a source is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SourceKind {
    /// The entry script, or a module below the root.
    Script,
    /// A module of the standard library, embedded in the program.
    Library,
    /// A values file (TOML).
    Values,
    /// The value of an environment variable `MIMEO_PARAM_…`.
    Environment,
    /// A `--set name=value` argument.
    Setting,
}

/// A half-open range of bytes in one source.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Span {
    /// The text it lies in.
    pub source: SourceId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The range as byte offsets.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether `other` lies within this span.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// The same span of a source that [`Sources::append`] put behind so many others.
    #[must_use]
    pub fn moved(self, sources: u32) -> Span {
        Span { source: SourceId(self.source.0 + sources), ..self }
    }

    /// The empty span at this span's end, where something can be inserted.
    #[must_use]
    pub fn after(self) -> Span {
        Span { start: self.end, ..self }
    }
}

/// A place as people and editors count it: line and column start at 1, columns count Unicode scalar values.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Spot {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in Unicode scalar values (a tab counts 1).
    pub column: u32,
}

/// One text with its name.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name for people: a path relative to the root with `/`, `std/options`, `--set tenant`, `MIMEO_PARAM_TENANT`.
    pub name: String,
    /// What kind of text it is.
    pub kind: SourceKind,
    /// The text itself.
    pub text: Arc<str>,
    /// Where the lines begin, once somebody asks: of most customers' values nobody does.
    lines: OnceLock<Vec<u32>>,
    veiled: Vec<Range<u32>>,
    absent: bool,
}

impl Source {
    /// Whether the text is not at hand: its places are known, and there is nothing to show of it.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.absent
    }

    fn lines(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let breaks = self.text.match_indices('\n').map(|(at, _)| at as u32 + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }

    /// The place of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn spot(&self, offset: u32) -> Spot {
        let offset = offset.min(self.text.len() as u32);
        let lines = self.lines();
        let line = lines.partition_point(|start| *start <= offset) - 1;
        let start = lines[line] as usize;
        let end = floor_boundary(&self.text, offset as usize);
        let column = self.text[start..end].chars().count() as u32;
        Spot { line: line as u32 + 1, column: column + 1 }
    }

    /// The byte offset of a place; a place past the end of its line is that line's end.
    #[must_use]
    pub fn offset(&self, spot: Spot) -> u32 {
        let (lines, line) = (self.lines(), spot.line.max(1) as usize - 1);
        let Some(start) = lines.get(line).map(|start| *start as usize) else {
            return self.text.len() as u32;
        };
        let end = lines.get(line + 1).map_or(self.text.len(), |next| *next as usize);
        let text = &self.text[start..end];
        let skip = spot.column.max(1) as usize - 1;
        // Most lines are ASCII, where a column is a byte.
        let within = if text.len() > skip && text.as_bytes()[..skip].is_ascii() {
            skip
        } else {
            text.char_indices().nth(skip).map_or(text.len(), |(at, _)| at)
        };
        (start + within) as u32
    }

    /// The text of one line (from 1) without its line end.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let (lines, index) = (self.lines(), line.max(1) as usize - 1);
        let Some(start) = lines.get(index).map(|start| *start as usize) else {
            return "";
        };
        let end = lines.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The text as it may be shown: what [`Sources::veil`] covered is stars, byte for byte, so that every offset holds.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        if self.veiled.is_empty() {
            return Cow::Borrowed(&self.text);
        }
        let mut bytes = self.text.as_bytes().to_vec();
        for range in &self.veiled {
            for byte in &mut bytes[range.start as usize..range.end as usize] {
                if *byte != b'\n' && *byte != b'\r' {
                    *byte = b'*';
                }
            }
        }
        Cow::Owned(String::from_utf8(bytes).expect("whole characters are replaced by ASCII"))
    }
}

fn floor_boundary(text: &str, mut offset: usize) -> usize {
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// All texts of one compilation, in the order in which they were read. A copy shares them.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Arc<Source>>);

impl Sources {
    /// Adds a text and returns its identity.
    pub fn add(
        &mut self,
        kind: SourceKind,
        name: impl Into<String>,
        text: impl Into<Arc<str>>,
    ) -> SourceId {
        self.0.push(Arc::new(Source {
            name: name.into(),
            kind,
            text: text.into(),
            lines: OnceLock::new(),
            veiled: Vec::new(),
            absent: false,
        }));
        SourceId(self.0.len() as u32 - 1)
    }

    /// Adds a text that is not at hand, in which these spots can be pointed at, and returns its identity.
    pub fn add_absent(
        &mut self,
        kind: SourceKind,
        name: impl Into<String>,
        spots: impl IntoIterator<Item = Spot>,
    ) -> SourceId {
        // Who wrote the spots is not known, and blanks take memory.
        const LINES: u32 = 100_000;
        const COLUMNS: u32 = 1_000;
        let mut lengths: Vec<u32> = Vec::new();
        for Spot { line, column } in spots {
            let index = line.clamp(1, LINES) as usize - 1;
            if lengths.len() <= index {
                lengths.resize(index + 1, 0);
            }
            lengths[index] = lengths[index].max(column.clamp(1, COLUMNS) - 1);
        }
        let lines: Vec<String> = lengths.into_iter().map(|it| " ".repeat(it as usize)).collect();
        let id = self.add(kind, name, lines.join("\n"));
        self.get_mut(id).absent = true;
        id
    }

    /// Adds all sources of another collection behind its own; [`Span::moved`] by this many is where a span of it is then.
    pub fn append(&mut self, other: Sources) -> u32 {
        let before = self.0.len() as u32;
        self.0.extend(other.0);
        before
    }

    /// The source of an identity that this collection gave.
    #[must_use]
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0 as usize]
    }

    /// Other copies keep theirs as it is.
    fn get_mut(&mut self, id: SourceId) -> &mut Source {
        Arc::make_mut(&mut self.0[id.0 as usize])
    }

    /// All sources with their identities, in the order in which they were read.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.0.iter().enumerate().map(|(index, source)| (SourceId(index as u32), source.as_ref()))
    }

    /// The source of this name, if it has been read.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<SourceId> {
        self.iter().find(|(_, source)| source.name == name).map(|(id, _)| id)
    }

    /// The text of a span.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        &self.get(span.source).text[span.range()]
    }

    /// The place where a span starts.
    #[must_use]
    pub fn spot(&self, span: Span) -> Spot {
        self.get(span.source).spot(span.start)
    }

    /// The place right after a span.
    #[must_use]
    pub fn end_spot(&self, span: Span) -> Spot {
        self.get(span.source).spot(span.end)
    }

    /// `name:line:column` of the span's start.
    #[must_use]
    pub fn place(&self, span: Span) -> String {
        let Spot { line, column } = self.spot(span);
        format!("{}:{line}:{column}", self.get(span.source).name)
    }

    /// Covers a span that holds a secret's value, so that no view of the source shows it.
    pub fn veil(&mut self, span: Span) {
        self.get_mut(span.source).veiled.push(span.start..span.end);
    }

    /// What is covered, without its quotes, where it is long enough to be told from other words.
    #[must_use]
    pub fn veiled(&self) -> Vec<&str> {
        Sources::bare(self.0.iter())
    }

    /// What is covered in the sources of one kind.
    #[must_use]
    pub fn veiled_in(&self, kind: SourceKind) -> Vec<&str> {
        Sources::bare(self.0.iter().filter(|it| it.kind == kind))
    }

    fn bare<'s>(sources: impl Iterator<Item = &'s Arc<Source>>) -> Vec<&'s str> {
        let texts = sources.flat_map(|source| {
            source.veiled.iter().map(|it| &source.text[it.start as usize..it.end as usize])
        });
        let bare = texts.map(|it| it.trim_matches(['"', '\'', '`', '#']));
        bare.filter(|it| it.chars().count() >= 4).collect()
    }

    /// The text of a span as it may be shown.
    #[must_use]
    pub fn shown(&self, span: Span) -> String {
        self.get(span.source).shown()[span.range()].to_owned()
    }
}

/// Where a value was written that reached an argument by way of variables, functions or parameters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ValueOrigin {
    /// The parameter (`param::…`) that brought it in, if one did.
    pub parameter: Option<String>,
    /// The place of the value: a line of a values file, a setting, a fallback, or a literal elsewhere in a script.
    pub span: Span,
    /// Places that said the same parameter and were overridden, the last overridden first.
    pub overridden: Vec<Span>,
}

/// A call that led to the one in question, for "called from here".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// The script function that was called.
    pub function: String,
    /// The call, from its name to its closing parenthesis.
    pub span: Span,
}

/// Where a declared fact comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Origin {
    /// The call that says it, from its namespace or name to its closing parenthesis.
    pub call: Span,
    /// The argument, or the call itself where the fact has no argument.
    pub at: Span,
    /// Where the value was written, if that is elsewhere and could be followed exactly.
    pub value: Option<Arc<ValueOrigin>>,
    /// The parameters that went into a value which was put together in the script.
    pub parts: Vec<Arc<ValueOrigin>>,
    /// The calls of script functions that led here, innermost first.
    pub via: Vec<Caller>,
}

impl Origin {
    /// Follows the value to where it was written: a place within the argument's expression is the argument.
    pub(crate) fn follow(&mut self, span: Span, value: impl FnOnce() -> Arc<ValueOrigin>) {
        if self.at.contains(span) {
            self.at = span;
        } else {
            self.value = Some(value());
        }
    }

    /// The place to blame for the value: where it was written if that is known exactly, else the argument.
    #[must_use]
    pub fn blame(&self) -> Span {
        self.value.as_ref().map_or(self.at, |value| value.span)
    }

    /// The expression in a script that another literal can replace; none where the value is a parameter's or was put
    /// together from some.
    #[must_use]
    pub fn literal(&self) -> Option<Span> {
        match &self.value {
            None => self.parts.is_empty().then_some(self.at),
            Some(value) => value.parameter.is_none().then_some(value.span),
        }
    }
}
