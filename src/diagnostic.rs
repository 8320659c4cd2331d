//! How findings speak: what they are made of, and the codes by which they are known.
//!
//! A finding is data. It is collected in a list and drawn later by `render`, so the text on the terminal, the JSON, the
//! SARIF and the editor all say the same. A [`Code`] is declared with [`code!`](crate::code) beside the check that reports
//! it, and its documentation is the explanation that `mimeo explain` prints.

use crate::source::{Caller, Origin, Span};

/// How grave a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// There is no plan until this is mended.
    Error,
    /// The plan can be carried out, but something in it is likely to hurt.
    Warning,
    /// Worth knowing; nothing has to be done.
    Hint,
}

impl Severity {
    /// The word for it: `error`, `warning` or `hint`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "hint",
        }
    }
}

/// A kind of finding, known by its name for ever.
#[derive(Debug)]
pub struct Code {
    /// `subject-problem` in kebab case.
    pub name: &'static str,
    /// How grave every finding of this code is.
    pub severity: Severity,
    /// A few words, for lists.
    pub summary: &'static str,
    /// The explanation in Markdown: why it matters, an example that reports it, the cure, an example that does not.
    pub doc: &'static str,
    /// Where the rule comes from, for rules that are not ours.
    pub authority: &'static [Authority],
    /// The file of the declaration, for developers.
    pub file: &'static str,
    /// The line of the declaration.
    pub line: u32,
}

impl Code {
    /// All that is known of it, in Markdown.
    #[must_use]
    pub fn explained(&self) -> String {
        let mut text = format!("{} ({}): {}\n\n", self.name, self.severity.word(), self.summary);
        for line in self.doc.lines() {
            // What follows the language in a fence is for the tests.
            let line = line.trim_start_matches(' ').strip_prefix("```").map_or_else(
                || line.strip_prefix(' ').unwrap_or(line).to_owned(),
                |fence| format!("```{}", fence.split(',').next().unwrap_or(fence)),
            );
            text.push_str(&line);
            text.push('\n');
        }
        for authority in self.authority {
            text.push_str(&format!(
                "\nSource: {} (looked up {})\n",
                authority.link, authority.seen
            ));
        }
        text
    }
}

/// A document that a rule comes from.
#[derive(Clone, Copy, Debug)]
pub struct Authority {
    /// The document's address.
    pub link: &'static str,
    /// The day on which it was looked up (ISO 8601).
    pub seen: &'static str,
}

/// Declares [`Code`]s: documentation, severity, name, summary, and where the rule comes from.
#[macro_export]
macro_rules! code {
    ($(
        $(#[doc = $doc:literal])*
        $ident:ident: $severity:ident = $name:literal, $summary:literal
        $(, source $link:literal seen $seen:literal)*
    );* $(;)?) => {$(
        $(#[doc = $doc])*
        pub static $ident: $crate::diagnostic::Code = $crate::diagnostic::Code {
            name: $name,
            severity: $crate::diagnostic::Severity::$severity,
            summary: $summary,
            doc: concat!($($doc, "\n"),*),
            authority: &[$($crate::diagnostic::Authority { link: $link, seen: $seen }),*],
            file: file!(),
            line: line!(),
        };
    )*};
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which kind of finding it is.
    pub code: &'static Code,
    /// What is: one line, lower case, no full stop, names in backticks.
    pub message: String,
    /// The smallest guilty place.
    pub primary: Span,
    /// Why that place, in a few words; may be empty.
    pub label: String,
    /// Other places that belong to it, in any source, the nearest relation first.
    pub labels: Vec<Label>,
    /// What to do, each an imperative sentence.
    pub help: Vec<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
}

/// A place that belongs to a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// Why it belongs here.
    pub text: String,
}

/// An edit that mends a finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, as a command: "insert `;`".
    pub title: String,
    /// Whether it may be made without a look.
    pub applicability: Applicability,
    /// The replacements; none overlaps another.
    pub edits: Vec<Edit>,
}

/// Whether a [`Fix`] may be made without a look.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applicability {
    /// It says what was meant: `check --fix` makes it.
    Always,
    /// It is likely, or has a part that must be filled in: the editor offers it.
    Review,
}

/// One replacement of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text.
    pub text: String,
}

impl Diagnostic {
    /// A finding with its place and nothing else yet.
    #[must_use]
    pub fn new(code: &'static Code, primary: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Diagnostic {
            code,
            message,
            primary,
            label: String::new(),
            labels: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// A finding about a declared fact: its value is blamed where it was written, with the script's place and the
    /// callers beside it.
    #[must_use]
    pub fn about(code: &'static Code, origin: &Origin, message: impl Into<String>) -> Self {
        let mut diagnostic = Diagnostic::new(code, origin.blame(), message);
        if origin.value.is_some() {
            diagnostic.relate(origin.at, "used here");
        }
        for part in &origin.parts {
            let name = part.parameter.as_deref().unwrap_or("a value");
            diagnostic.relate(part.span, format!("`{name}` went into it"));
        }
        for Caller { function, span } in &origin.via {
            diagnostic.relate(*span, format!("in `{function}`, called from here"));
        }
        diagnostic
    }

    /// Says why the primary place is guilty.
    pub fn label(&mut self, text: impl Into<String>) -> &mut Self {
        self.label = text.into();
        self
    }

    /// Adds a place that belongs to it, once.
    pub fn relate(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        if span != self.primary && self.labels.iter().all(|label| label.span != span) {
            self.labels.push(Label { span, text: text.into() });
        }
        self
    }

    /// Adds the other half of a conflict at its value's place, before what is only "used here".
    pub fn against(&mut self, origin: &Origin, text: impl Into<String>) -> &mut Self {
        let span = origin.blame();
        if span != self.primary {
            self.labels.retain(|label| label.span != span);
            self.labels.insert(0, Label { span, text: text.into() });
        }
        if origin.value.is_some() {
            self.relate(origin.at, "used here");
        }
        self
    }

    /// Adds a next action.
    pub fn help(&mut self, text: impl Into<String>) -> &mut Self {
        self.help.push(text.into());
        self
    }

    /// Adds an edit of one place that mends it.
    pub fn fix(
        &mut self,
        title: impl Into<String>,
        applicability: Applicability,
        span: Span,
        text: impl Into<String>,
    ) -> &mut Self {
        let edits = vec![Edit { span, text: text.into() }];
        self.fix = Some(Fix { title: title.into(), applicability, edits });
        self
    }

    /// The same finding about sources that [`Sources::append`](crate::source::Sources::append) put behind so many others.
    #[must_use]
    pub fn moved(mut self, sources: u32) -> Self {
        self.primary = self.primary.moved(sources);
        for label in &mut self.labels {
            label.span = label.span.moved(sources);
        }
        for edit in self.fix.iter_mut().flat_map(|it| &mut it.edits) {
            edit.span = edit.span.moved(sources);
        }
        self
    }

    /// Covers texts that may not be shown, wherever they were echoed.
    pub fn cover(&mut self, texts: &[&str]) {
        // Of two texts that begin alike the longer one first, so that nothing of it stays.
        let mut texts = texts.to_vec();
        texts.sort_by_key(|it| std::cmp::Reverse(it.len()));
        let cover = |words: &mut String| {
            for text in &texts {
                if words.contains(text) {
                    *words = words.replace(text, "***");
                }
            }
        };
        cover(&mut self.message);
        cover(&mut self.label);
        self.labels.iter_mut().for_each(|it| cover(&mut it.text));
        self.help.iter_mut().for_each(cover);
        if let Some(fix) = &mut self.fix {
            cover(&mut fix.title);
            fix.edits.iter_mut().for_each(|it| cover(&mut it.text));
        }
    }

    /// How grave it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity
    }
}

/// Collects the findings of one check, all under that check's code.
#[derive(Debug)]
pub struct Reporter<'a> {
    code: &'static Code,
    out: &'a mut Vec<Diagnostic>,
}

impl<'a> Reporter<'a> {
    /// Binds a list of findings to one code.
    pub fn new(code: &'static Code, out: &'a mut Vec<Diagnostic>) -> Self {
        Reporter { code, out }
    }

    /// Reports at a place.
    pub fn at(&mut self, span: Span, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::new(self.code, span, message))
    }

    /// Reports about a declared fact; see [`Diagnostic::about`].
    pub fn about(&mut self, origin: &Origin, message: impl Into<String>) -> &mut Diagnostic {
        self.push(Diagnostic::about(self.code, origin, message))
    }

    fn push(&mut self, diagnostic: Diagnostic) -> &mut Diagnostic {
        self.out.push(diagnostic);
        self.out.last_mut().expect("one was pushed")
    }
}

/// The name nearest to `wanted` among `known`, for "did you mean": near enough to be a slip of the finger, else none.
#[must_use]
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = match wanted.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let letters = wanted.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let length = name.chars().count();
        if name == wanted && length > 0 {
            return Some(name);
        }
        // The distance is dear, and never less than the difference of the lengths or of the letters.
        if length.abs_diff(letters) > limit || letters_apart(wanted, name) > limit {
            continue;
        }
        let distance = strsim::damerau_levenshtein(wanted, name);
        if distance <= limit && distance < length && best.is_none_or(|it| (distance, name) < it) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters one of two texts has that the other has not, wherever they stand; never more than there are.
fn letters_apart(one: &str, other: &str) -> usize {
    // Letters that share a count can only make it less.
    let mut counts = [0_i32; 64];
    one.chars().for_each(|it| counts[it as usize % 64] += 1);
    other.chars().for_each(|it| counts[it as usize % 64] -= 1);
    let sum = |counts: [i32; 64]| counts.into_iter().filter(|it| *it > 0).sum::<i32>();
    let more = sum(counts).max(sum(counts.map(|it| -it)));
    more.unsigned_abs() as usize
}
