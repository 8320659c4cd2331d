//! Finding the call of `msiexec` in a batch file, with the variables that are set there.
//!
//! `cmd.exe` replaces `%NAME%` first, then `^` takes the meaning of what follows it, outside quotes; a line that ends with
//! `^` goes on. A variable that nothing sets is replaced by nothing, without a word.

use std::collections::HashMap;
use std::ops::Range;

use crate::code;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::call::IMPORT_QUOTE;
use crate::import::judge::shortened;
use crate::import::program;
use crate::import::text::Mapped;
use crate::source::{SourceId, Span};
use crate::subject::setup::checks::is_secret;

code! {
    /// A variable is used that the file sets nowhere. The shell puts nothing in its place, without a word, and the property
    /// is empty or lacks a part.
    ///
    /// ```batch,reports
    /// set SQLSERVER=sql.contoso.com
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qn ACCEPT_EULA=1 ADDLOCAL=CommonServices SQLSERVER_SERVER=%SQL_SERVER%
    /// ```
    ///
    /// ```batch
    /// set SQL_SERVER=sql.contoso.com
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qn ACCEPT_EULA=1 ADDLOCAL=CommonServices SQLSERVER_SERVER=%SQL_SERVER%
    /// ```
    IMPORT_VARIABLE_UNSET: Error = "import-variable-unset", "variable that nothing sets";

    /// The value of a variable is known only where the file runs: it is of the environment, an argument of the file, or
    /// computed there. It is left as it is written. One that is set under a condition, and a parameter with a value of its
    /// own, is taken as it stands in the file.
    ///
    /// ```batch,reports
    /// msiexec /i "%~dp0Service and Portal.msi" /qn ACCEPT_EULA=1 ADDLOCAL=CommonServices
    /// ```
    IMPORT_VARIABLE_UNKNOWN: Warning = "import-variable-unknown", "variable whose value is not known here";

    /// The file has more than one call of `msiexec`. The one that sets the most properties is imported.
    ///
    /// ```batch,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qn ACCEPT_EULA=1 ADDLOCAL=CommonServices
    /// msiexec /p "D:\MIM\MIMService_x64_KB5018333.msp" /qn
    /// ```
    IMPORT_OTHER_CALL: Hint = "import-other-call", "another call of msiexec in the file"
}

/// The codes of this file.
pub(super) static CODES: &[&Code] =
    &[&IMPORT_VARIABLE_UNSET, &IMPORT_VARIABLE_UNKNOWN, &IMPORT_OTHER_CALL];

/// The calls in a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The command lines, each from its program on.
    pub(super) calls: Vec<Candidate>,
    /// What must not be shown: values of variables that sound like secrets.
    pub(super) hidden: Vec<Range<usize>>,
    /// What variables are set to, and where.
    pub(super) definitions: Vec<(String, Range<usize>)>,
}

/// A call, and what is to be said of the variables in it.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The command line.
    pub(super) line: Mapped,
    /// The findings about its variables.
    pub(super) findings: Vec<Diagnostic>,
}

/// A variable's value.
#[derive(Clone, Debug)]
pub(super) enum Variable {
    /// It is set in the file, with what is to be said of the variables in its value.
    Known(String, Vec<Diagnostic>),
    /// It is set where the file runs.
    Computed,
}

/// The finding about a variable that nothing sets.
pub(super) fn unset(name: &str, at: Span) -> Diagnostic {
    let message = format!("the variable `{}` is set nowhere in this file", shortened(name));
    let mut finding = Diagnostic::new(&IMPORT_VARIABLE_UNSET, at, message);
    finding.label("nothing is put in its place");
    finding.help("correct its name, or write the value into the values file");
    finding
}

/// The finding about a variable whose value is not known here.
pub(super) fn unknown(name: &str, at: Span) -> Diagnostic {
    let message = format!("the value of `{}` is known only where the file runs", shortened(name));
    let mut finding = Diagnostic::new(&IMPORT_VARIABLE_UNKNOWN, at, message);
    finding.label("left as it is");
    finding.help("write the value itself into the script or the values file");
    finding
}

/// The finding about a variable that has this value only under a condition, or unless it is given another.
pub(super) fn perhaps(name: &str, at: Span) -> Diagnostic {
    let message =
        format!("whether `{}` has this value is known only where the file runs", shortened(name));
    let mut finding = Diagnostic::new(&IMPORT_VARIABLE_UNKNOWN, at, message);
    finding.label("taken as it stands here");
    finding.help("check the value in the script or the values file");
    finding
}

/// The finding about a variable whose value has a character that separates commands.
fn ends(at: Span) -> Diagnostic {
    let message = "the value of a variable ends the command";
    let mut finding = Diagnostic::new(&IMPORT_QUOTE, at, message);
    finding.label("a `&` or `|` stands in it");
    finding.help("put the value in quotes: `NAME=\"%VARIABLE%\"`");
    finding
}

/// Variables that every Windows has.
const ENVIRONMENT: &[&str] = &[
    "allusersprofile",
    "appdata",
    "cd",
    "commonprogramfiles",
    "computername",
    "date",
    "errorlevel",
    "homedrive",
    "homepath",
    "localappdata",
    "logonserver",
    "path",
    "programdata",
    "programfiles",
    "programfiles(x86)",
    "programw6432",
    "public",
    "random",
    "systemdrive",
    "systemroot",
    "temp",
    "time",
    "tmp",
    "userdnsdomain",
    "userdomain",
    "username",
    "userprofile",
    "windir",
];

/// Finds the calls in a batch file.
pub(super) fn find(text: &str, source: SourceId) -> Found {
    let (variables, found) = (HashMap::new(), Found::default());
    let mut reader = Reader { text, source, variables, blocks: 0, found };
    let mut at = 0;
    while at < text.len() {
        at = reader.command(at);
    }
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    source: SourceId,
    variables: HashMap<String, Variable>,
    /// The blocks in parentheses that are open.
    blocks: u32,
    found: Found,
}

/// A use of a variable: where it begins in the expanded line, and what is to be said of it.
type Use = (usize, Diagnostic);

impl Reader<'_> {
    /// Reads one logical line; the answer is where the next one begins.
    fn command(&mut self, from: usize) -> usize {
        let mut segment = Mapped::default();
        let mut uses: Vec<Diagnostic> = Vec::new();
        let mut at = from;
        let mut is_quoted = false;
        loop {
            let end = at + self.text[at..].find('\n').unwrap_or(self.text.len() - at);
            let next = (end + 1).min(self.text.len());
            let line = at..at + self.text[at..end].trim_end_matches('\r').len();
            let (expanded, mut told) = self.expand(line);
            told.reverse();
            let mut goes_on = false;
            let mut is_escaped = false;
            let mut is_dropped = false;
            for (index, character) in expanded.text.char_indices() {
                while told.last().is_some_and(|(at, _)| *at <= index) {
                    uses.extend(told.pop().map(|(_, finding)| finding));
                }
                let range = index..index + character.len_utf8();
                if std::mem::take(&mut is_escaped) {
                    segment.append(&expanded, range);
                    goes_on = false;
                    continue;
                }
                match character {
                    '"' => is_quoted = !is_quoted,
                    '^' if !is_quoted => {
                        is_escaped = true;
                        goes_on = true;
                        continue;
                    }
                    '&' | '|' if !is_quoted => {
                        let place = expanded.span(self.source, range);
                        if place.range().len() > 1 {
                            uses.push(ends(place));
                        }
                        self.segment(&segment, std::mem::take(&mut uses));
                        segment = Mapped::default();
                        is_dropped = false;
                        continue;
                    }
                    '<' | '>' if !is_quoted => is_dropped = true,
                    _ => {}
                }
                if !is_dropped {
                    segment.append(&expanded, range);
                }
            }
            uses.extend(told.into_iter().rev().map(|(_, finding)| finding));
            at = next;
            if !goes_on || at >= self.text.len() {
                self.segment(&segment, uses);
                return at;
            }
            // A line break that `^` escapes separates words where a blank stands before or behind it.
        }
    }

    /// Replaces the variables of a line.
    fn expand(&self, line: Range<usize>) -> (Mapped, Vec<Use>) {
        let mut expanded = Mapped::default();
        let mut uses = Vec::new();
        let mut at = line.start;
        while at < line.end {
            let rest = &self.text[at..line.end];
            let Some(next) = rest.find(['%', '!']) else {
                expanded.copy(self.text, at..line.end);
                break;
            };
            expanded.copy(self.text, at..at + next);
            at += next;
            let rest = &self.text[at..line.end];
            if rest.starts_with("%%") {
                expanded.copy(self.text, at..at + 1);
                at += 2;
                continue;
            }
            let argument = rest.strip_prefix('%').filter(|it| {
                it.starts_with(|it: char| it.is_ascii_digit() || it == '*' || it == '~')
            });
            let length = match argument {
                // `%~dp0`, `%1`
                Some(it) => it.find(|it: char| it.is_ascii_digit() || it == '*').map(|it| it + 2),
                None => {
                    let sign = &rest[..1];
                    rest[1..].find(sign).filter(|it| *it > 0 && *it < 100).map(|it| it + 2)
                }
            };
            let Some(length) = length else {
                expanded.copy(self.text, at..at + 1);
                at += 1;
                continue;
            };
            let place = at..at + length;
            let span = Span { source: self.source, start: at as u32, end: (at + length) as u32 };
            let written = &rest[..length];
            let name = written.trim_matches(['%', '!']);
            let key = name.to_ascii_lowercase();
            let position = expanded.text.len();
            let is_delayed = rest.starts_with('!');
            match self.variables.get(&key) {
                Some(Variable::Known(value, told)) => {
                    uses.extend(told.iter().map(|it| (position, it.clone())));
                    expanded.put(value, place.clone());
                }
                Some(Variable::Computed) => {
                    uses.push((position, unknown(written, span)));
                    expanded.copy(self.text, place.clone());
                }
                // An exclamation mark is a variable's only where that is switched on.
                None if is_delayed => {
                    expanded.copy(self.text, at..at + 1);
                    at += 1;
                    continue;
                }
                None if argument.is_some()
                    || name.contains(':')
                    || ENVIRONMENT.contains(&key.as_str()) =>
                {
                    uses.push((position, unknown(written, span)));
                    expanded.copy(self.text, place.clone());
                }
                None => uses.push((position, unset(name, span))),
            }
            at = place.end;
        }
        (expanded, uses)
    }

    /// Reads one command of a line.
    fn segment(&mut self, segment: &Mapped, uses: Vec<Diagnostic>) {
        let lower = segment.text.to_ascii_lowercase();
        let bare = lower.trim_start_matches([' ', '\t', '@', '(']);
        let first = bare.split([' ', '\t']).next().unwrap_or_default();
        if first == "rem" || first.starts_with("::") || first.starts_with("echo") {
            return;
        }
        let start = lower.len() - bare.len();
        let closed = bare.trim_start_matches([' ', '\t']).starts_with(')');
        self.blocks = self.blocks.saturating_sub(u32::from(closed));
        let is_conditional = self.blocks > 0 || lower[..start].contains('(');
        self.blocks += u32::from(bare.trim_end().ends_with('('));
        let sets = [" set ", "(set "].iter().find_map(|it| bare.find(it)).map(|it| it + 1);
        if first == "set" {
            self.set(segment, start + 3, &uses, is_conditional);
        } else if let Some(at) = sets.filter(|_| matches!(first, "if" | "else" | ")")) {
            let from = segment.span(self.source, start + at..start + at + 3).start;
            let uses: Vec<_> = uses.into_iter().filter(|it| it.primary.start >= from).collect();
            self.set(segment, start + at + 3, &uses, true);
        } else if let Some(at) = program(&segment.text) {
            let mut end = segment.text.len();
            let before = &lower[..at];
            // `cmd /c "…"` takes the first and the last quote away.
            if before.contains("/c") && before.trim_end().ends_with('"') {
                end = segment.text.rfind('"').filter(|it| *it > at).unwrap_or(end);
            }
            // The block that a parenthesis opened ends on the same line.
            let rest = segment.text[at..end].trim_end();
            if start > 0 && lower[..start].contains('(') && rest.ends_with(')') {
                end = at + rest.len() - 1;
            }
            let line = segment.part(at..end);
            self.found.calls.push(Candidate { line, findings: uses });
        } else if first == "for"
            && let Some(at) = lower.find("set ")
        {
            let name = lower[at + 4..].trim_start_matches(['"', ' ']).split('=').next();
            if let Some(name) = name {
                self.variables.insert(name.trim().to_owned(), Variable::Computed);
            }
        }
    }

    /// `set NAME=value` and `set "NAME=value"`.
    fn set(&mut self, segment: &Mapped, from: usize, uses: &[Diagnostic], is_conditional: bool) {
        let rest = &segment.text[from..];
        let from = from + rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let lower = rest.to_ascii_lowercase();
        let is_computed = lower.starts_with("/a") || lower.starts_with("/p");
        let skip = if is_computed { 2 } else { 0 };
        let from = from + skip;
        let rest = &rest[skip..];
        let quoted = rest.strip_prefix('"');
        let (body, start) = match quoted {
            Some(body) => (&body[..body.rfind('"').unwrap_or(body.len())], from + 1),
            None => (rest, from),
        };
        let Some((name, value)) = body.split_once('=') else { return };
        let at = start + name.len() + 1;
        let is_closed = is_conditional && quoted.is_none() && value.ends_with(')');
        let value = if is_closed { &value[..value.len() - 1] } else { value };
        let key = name.trim().to_ascii_lowercase();
        let computed = is_computed
            || uses.iter().any(|it| std::ptr::eq(it.code, &raw const IMPORT_VARIABLE_UNKNOWN));
        if !value.is_empty() {
            let place = segment.span(self.source, at..at + value.len()).range();
            self.found.definitions.push((value.to_owned(), place.clone()));
            if is_secret(&key) {
                self.found.hidden.push(place);
            }
        }
        let variable = if computed {
            Variable::Computed
        } else {
            let mut told = uses.to_vec();
            if is_conditional {
                let name_span = segment.span(self.source, start..start + name.len());
                told.push(perhaps(name.trim(), name_span));
            }
            Variable::Known(value.to_owned(), told)
        };
        self.variables.insert(key, variable);
    }
}
