//! Finding the call of `msiexec` in a PowerShell script: the call itself, `Start-Process` with its list of arguments, and a
//! command line in a text.
//!
//! Only what a reader sees at once is followed: variables that are set to texts and lists, texts with variables in them,
//! `-join` and `+`. What is computed in any other way is left as it is written, and a finding says so.

use std::collections::HashMap;
use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::import::batch::{Candidate, Found, perhaps, unknown, unset};
use crate::import::program;
use crate::import::text::Mapped;
use crate::source::{SourceId, Span};
use crate::subject::setup::checks::is_secret;

/// Whether a text is PowerShell rather than a batch file.
pub(super) fn is_like(name: &str, text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let assigns = |line: &str| {
        let name = line.trim_start().strip_prefix('$').and_then(|it| it.split_once('='));
        name.is_some_and(|(it, _)| it.trim().chars().all(|it| it.is_alphanumeric() || it == '_'))
    };
    let extension = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    extension == "ps1"
        || (!matches!(extension.as_str(), "bat" | "cmd")
            && (lower.contains("start-process") || text.lines().any(assigns)))
}

/// What a token is.
#[derive(Clone, Debug)]
enum Token {
    /// A word as it is.
    Word(Mapped),
    /// A text in quotes, its variables replaced.
    Text(Mapped),
    /// A variable, by its name, at its place.
    Variable(String, Range<usize>),
    /// A character with a meaning of its own.
    Sign(char),
}

/// A token, and whether it follows the one before it without a blank.
#[derive(Clone, Debug)]
struct Piece {
    token: Token,
    is_glued: bool,
}

/// What an expression comes to.
type Texts = Vec<Mapped>;

/// What a variable is set to, and what is to be said of the variables in it.
#[derive(Clone, Debug, Default)]
struct Value {
    texts: Texts,
    told: Vec<Diagnostic>,
    /// Whether its value is computed in a way that is not followed.
    is_computed: bool,
}

/// Whether these end with an equals sign.
fn is_assigned(pieces: &[Piece]) -> bool {
    pieces.last().is_some_and(|it| match &it.token {
        Token::Sign(sign) => *sign == '=',
        Token::Word(word) => word.text.ends_with('='),
        Token::Text(_) | Token::Variable(..) => false,
    })
}

/// Whether an expression is a command, a pipeline, or made with an operator that is not followed.
fn is_computed(pieces: &[Piece]) -> bool {
    let is_command = |text: &str| text.starts_with(|it: char| it.is_ascii_alphabetic());
    let first = pieces.first().map(|it| &it.token);
    matches!(first, Some(Token::Word(word)) if is_command(&word.text))
        || pieces.iter().any(|it| match &it.token {
            Token::Sign(sign) => *sign == '|',
            Token::Word(word) => {
                let word = word.text.to_ascii_lowercase();
                matches!(word.as_str(), "-f" | "-replace" | "-split") || word.contains("::")
            }
            Token::Text(_) | Token::Variable(..) => false,
        })
}

/// Finds the calls in a PowerShell script.
pub(super) fn find(text: &str, source: SourceId) -> Found {
    let mut reader = Reader {
        text,
        source,
        at: 0,
        variables: HashMap::new(),
        told: Vec::new(),
        found: Found::default(),
    };
    while reader.at < text.len() {
        let statement = reader.statement();
        reader.run(&statement);
        reader.told.clear();
    }
    reader.found
}

struct Reader<'a> {
    text: &'a str,
    source: SourceId,
    at: usize,
    variables: HashMap<String, Value>,
    told: Vec<Diagnostic>,
    found: Found,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span { source: self.source, start: range.start as u32, end: range.end as u32 }
    }

    /// Reads the tokens of one statement.
    fn statement(&mut self) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut depth = 0_u32;
        let mut is_glued = false;
        while let Some(character) = self.rest().chars().next() {
            let from = self.at;
            let length = character.len_utf8();
            let token = match character {
                '\n' | ';' | '{' | '}' => {
                    self.at += length;
                    is_glued = false;
                    let open = matches!(
                        pieces.last(),
                        Some(Piece { token: Token::Sign(',' | '+' | '='), .. })
                    );
                    if depth > 0 || (character == '\n' && open) {
                        continue;
                    }
                    return pieces;
                }
                '`' if self.rest()[1..].trim_start_matches('\r').starts_with('\n') => {
                    self.at += self.rest().find('\n').unwrap_or(0) + 1;
                    is_glued = false;
                    continue;
                }
                it if it.is_whitespace() => {
                    self.at += length;
                    is_glued = false;
                    continue;
                }
                '#' if !is_glued => {
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                    continue;
                }
                '<' if self.rest().starts_with("<#") => {
                    self.at += self.rest().find("#>").map_or(self.rest().len(), |it| it + 2);
                    continue;
                }
                '@' if self.rest().starts_with("@'") || self.rest().starts_with("@\"") => {
                    self.here_text()
                }
                '\'' => self.plain_text(),
                '"' => self.text(),
                '$' => self.variable(),
                '(' | ')' | ',' | '+' | '=' | '&' | '|' => {
                    match character {
                        '(' => depth += 1,
                        ')' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    self.at += 1;
                    Token::Sign(character)
                }
                '@' => {
                    self.at += 1;
                    continue;
                }
                _ => self.word(),
            };
            debug_assert!(self.at > from, "every token takes something");
            pieces.push(Piece { token, is_glued });
            is_glued = true;
        }
        pieces
    }

    fn word(&mut self) -> Token {
        let is_property = |text: &str| {
            let name = text.trim_end_matches('=');
            !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        };
        let from = self.at;
        let mut end = from;
        for (index, character) in self.rest().char_indices() {
            let ends = match character {
                // A property's sign belongs to its word; a blank before it makes an assignment.
                '=' => !is_property(&self.text[from..from + index]),
                ',' => false,
                it => it.is_whitespace() || "'\"$()`;{}|&".contains(it),
            };
            if ends && index > 0 {
                break;
            }
            end = from + index + character.len_utf8();
        }
        self.at = end;
        Token::Word(Mapped::of(self.text, from..end))
    }

    fn plain_text(&mut self) -> Token {
        let mut mapped = Mapped::default();
        self.at += 1;
        loop {
            let from = self.at;
            let Some(length) = self.rest().find('\'') else {
                mapped.copy(self.text, from..self.text.len());
                self.at = self.text.len();
                return Token::Text(mapped);
            };
            mapped.copy(self.text, from..from + length);
            self.at = from + length + 1;
            if !self.rest().starts_with('\'') {
                return Token::Text(mapped);
            }
            mapped.copy(self.text, self.at..self.at + 1);
            self.at += 1;
        }
    }

    fn here_text(&mut self) -> Token {
        let sign = if self.rest().starts_with("@'") { "'@" } else { "\"@" };
        let from = self.at + self.rest().find('\n').map_or(2, |it| it + 1);
        let from = from.min(self.text.len());
        let close = format!("\n{sign}");
        let length = self.text[from..].find(&close).unwrap_or(self.text.len() - from);
        self.at = (from + length + close.len()).min(self.text.len());
        let end = from + length;
        if sign == "'@" {
            return Token::Text(Mapped::of(self.text, from..end));
        }
        let after = self.at;
        self.at = from;
        let mapped = self.expanded(|reader| reader.at >= end);
        self.at = after;
        Token::Text(mapped)
    }

    fn text(&mut self) -> Token {
        self.at += 1;
        let mapped = self.expanded(|reader| {
            reader.rest().starts_with('"') && !reader.rest().starts_with("\"\"")
        });
        self.at = (self.at + 1).min(self.text.len());
        Token::Text(mapped)
    }

    /// A text with its escapes and variables replaced, up to its end.
    fn expanded(&mut self, is_end: impl Fn(&Self) -> bool) -> Mapped {
        let mut mapped = Mapped::default();
        while let Some(character) = self.rest().chars().next() {
            if is_end(self) {
                break;
            }
            let from = self.at;
            match character {
                '"' if self.rest().starts_with("\"\"") => {
                    mapped.copy(self.text, from..from + 1);
                    self.at += 2;
                }
                '`' => {
                    let next = self.rest()[1..].chars().next();
                    self.at += 1 + next.map_or(0, char::len_utf8);
                    let place = from..self.at;
                    match next {
                        Some('n' | 'r' | 't') => mapped.put(" ", place),
                        Some('0') | None => {}
                        Some(_) => mapped.copy(self.text, from + 1..self.at),
                    }
                }
                '$' => {
                    if let Token::Variable(name, place) = self.variable() {
                        let texts = self.value(&name, &place);
                        for (index, text) in texts.iter().enumerate() {
                            let blank = if index > 0 { " " } else { "" };
                            mapped.put(&format!("{blank}{}", text.text), place.clone());
                        }
                    } else {
                        mapped.copy(self.text, from..self.at);
                    }
                }
                _ => {
                    self.at += character.len_utf8();
                    mapped.copy(self.text, from..self.at);
                }
            }
        }
        mapped
    }

    /// `$name`, `${name}`, `$env:NAME`; `$(…)` is no variable but computed.
    fn variable(&mut self) -> Token {
        let from = self.at;
        let rest = &self.rest()[1..];
        let length = match rest.chars().next() {
            Some('{') => rest.find('}').map_or(1, |it| it + 1),
            Some('(') => {
                let mut depth = 0_i32;
                let close = rest.char_indices().find(|(_, it)| {
                    depth += i32::from(*it == '(') - i32::from(*it == ')');
                    depth == 0
                });
                close.map_or(rest.len(), |(at, _)| at + 1)
            }
            _ => {
                let name = |it: char| it.is_alphanumeric() || it == '_';
                let first = rest.find(|it| !name(it)).unwrap_or(rest.len());
                let scope = rest[..first].to_ascii_lowercase();
                if matches!(scope.as_str(), "env" | "script" | "global" | "local")
                    && rest[first..].starts_with(':')
                {
                    let after = &rest[first + 1..];
                    first + 1 + after.find(|it| !name(it)).unwrap_or(after.len())
                } else {
                    first
                }
            }
        };
        self.at = from + 1 + length;
        if length == 0 {
            return Token::Word(Mapped::of(self.text, from..self.at));
        }
        let name = self.text[from + 1..self.at].trim_matches(['{', '}']).to_ascii_lowercase();
        let name = name.trim_start_matches("script:").trim_start_matches("global:").to_owned();
        Token::Variable(name, from..self.at)
    }

    /// The value of a variable. What is not known stands as it is written.
    fn value(&mut self, name: &str, place: &Range<usize>) -> Texts {
        let known = self.variables.get(name);
        if let Some(value) = known.filter(|it| !it.is_computed) {
            self.told.extend(value.told.iter().cloned());
            return value.texts.clone();
        }
        let written = &self.text[place.clone()];
        let elsewhere = known.is_some()
            || name.contains([':', '('])
            || matches!(name, "psscriptroot" | "pwd" | "home" | "_" | "args");
        let span = self.span(place);
        if elsewhere {
            self.told.push(unknown(written, span));
            return vec![Mapped::of(self.text, place.clone())];
        }
        self.told.push(unset(written, span));
        vec![Mapped::default()]
    }

    /// Carries out what a statement says, as far as it is of use.
    fn run(&mut self, pieces: &[Piece]) {
        if let [
            Piece { token: Token::Variable(name, _), .. },
            Piece { token: Token::Sign('='), .. },
            value @ ..,
        ] = pieces
        {
            self.assign(name, value);
            return;
        }
        if let [Piece { token: Token::Word(word), .. }, parameters @ ..] = pieces
            && word.text.eq_ignore_ascii_case("param")
        {
            self.parameters(parameters);
            return;
        }
        if let [
            Piece { token: Token::Variable(name, _), .. },
            Piece { token: Token::Sign('+'), .. },
            Piece { token: Token::Sign('='), .. },
            value @ ..,
        ] = pieces
        {
            let more = self.evaluate(value);
            let Value { texts, told, .. } = self.variables.entry(name.clone()).or_default();
            told.append(&mut self.told);
            match (texts.as_mut_slice(), more.as_slice()) {
                ([one], [more]) => one.append(more, 0..more.text.len()),
                _ => texts.extend(more),
            }
            return;
        }
        let words: Vec<Option<String>> = pieces
            .iter()
            .map(|it| match &it.token {
                Token::Word(word) | Token::Text(word) => Some(word.text.to_ascii_lowercase()),
                Token::Variable(..) | Token::Sign(_) => None,
            })
            .collect();
        let is =
            |at: usize, names: &[&str]| words[at].as_deref().is_some_and(|it| names.contains(&it));
        let starts = (0..pieces.len()).find(|at| is(*at, &["start-process", "saps"]));
        if starts.is_some() {
            let named = words.iter().flatten().any(|it| it.contains("msiexec"));
            let list = (0..pieces.len()).find(|at| is(*at, &["-argumentlist", "-args"]));
            if let (true, Some(list)) = (named, list) {
                let end = (list + 1..pieces.len()).find(|at| {
                    !pieces[*at].is_glued
                        && is(
                            *at,
                            &[
                                "-wait",
                                "-passthru",
                                "-nonewwindow",
                                "-verb",
                                "-filepath",
                                "-windowstyle",
                                "-workingdirectory",
                                "-erroraction",
                            ],
                        )
                });
                let texts = self.evaluate(&pieces[list + 1..end.unwrap_or(pieces.len())]);
                self.call(&texts);
                return;
            }
        }
        let direct = (0..pieces.len()).find(|at| {
            let word = words[*at].as_deref().unwrap_or_default();
            let name = word.rsplit(['\\', '/']).next().unwrap_or_default();
            matches!(name, "msiexec" | "msiexec.exe")
        });
        if let Some(at) = direct {
            let texts = self.arguments(&pieces[at + 1..]);
            self.call(&texts);
            return;
        }
        let texts: Texts = pieces
            .iter()
            .filter_map(
                |it| if let Token::Text(text) = &it.token { Some(text.clone()) } else { None },
            )
            .collect();
        self.texts_with_calls(&texts);
    }

    fn assign(&mut self, name: &str, value: &[Piece]) {
        let texts = self.evaluate(value);
        for text in texts.iter().filter(|it| !it.text.is_empty()) {
            let place = text.span(self.source, 0..text.text.len()).range();
            self.found.definitions.push((text.text.clone(), place.clone()));
            if is_secret(name) {
                self.found.hidden.push(place);
            }
        }
        self.texts_with_calls(&texts);
        let told = std::mem::take(&mut self.told);
        let is_computed = is_computed(value);
        self.variables.insert(name.to_owned(), Value { texts, told, is_computed });
    }

    /// The parameters of a script or a function: each has its value from whoever calls it, or else its own.
    fn parameters(&mut self, pieces: &[Piece]) {
        let mut depth = 0_u32;
        let between = pieces.split(|it| {
            match it.token {
                Token::Sign('(') => depth += 1,
                Token::Sign(')') => depth = depth.saturating_sub(1),
                Token::Sign(_) | Token::Word(_) | Token::Text(_) | Token::Variable(..) => {}
            }
            depth == 0 || depth == 1 && matches!(it.token, Token::Sign(','))
        });
        for parameter in between {
            // An attribute before the name may have a variable: `Mandatory=$true`.
            let named = (0..parameter.len()).find_map(|at| match &parameter[at].token {
                Token::Variable(name, place) if !is_assigned(&parameter[..at]) => {
                    Some((name, place, &parameter[at + 1..]))
                }
                Token::Variable(..) | Token::Word(_) | Token::Text(_) | Token::Sign(_) => None,
            });
            let Some((name, place, rest)) = named else { continue };
            let value = rest.split_first().filter(|(it, _)| matches!(it.token, Token::Sign('=')));
            self.assign(name, value.map_or(&[], |it| it.1));
            let told = perhaps(&self.text[place.clone()], self.span(place));
            if let Some(variable) = self.variables.get_mut(name) {
                variable.is_computed |= value.is_none();
                variable.told.push(told);
            }
        }
    }

    /// Command lines that stand in texts: `cmd /c "msiexec …"`, `$command = "msiexec …"`.
    fn texts_with_calls(&mut self, texts: &[Mapped]) {
        for text in texts {
            if let Some(at) = program(&text.text)
                && text.text[at..].contains('/')
            {
                let line = text.part(at..text.text.len());
                let findings = self.told.clone();
                self.found.calls.push(Candidate { line, findings });
            }
        }
    }

    fn call(&mut self, texts: &[Mapped]) {
        let mut line = Mapped::default();
        line.put("msiexec", 0..0);
        for text in texts {
            line.put(" ", 0..0);
            line.append(text, 0..text.text.len());
        }
        let findings = std::mem::take(&mut self.told);
        self.found.calls.push(Candidate { line, findings });
    }

    /// What an expression comes to: texts with commas between them, joined where it says so.
    fn evaluate(&mut self, pieces: &[Piece]) -> Texts {
        let mut texts: Texts = Vec::new();
        let mut adds = false;
        let mut joins = false;
        let mut is_apart = true;
        for Piece { token, is_glued } in pieces {
            let follows = *is_glued && !is_apart;
            is_apart = matches!(token, Token::Sign(_));
            let new = match token {
                Token::Sign(sign) => {
                    adds = *sign == '+';
                    continue;
                }
                Token::Word(word) if word.text.eq_ignore_ascii_case("-join") => {
                    joins = true;
                    continue;
                }
                Token::Text(_) if joins => continue,
                Token::Word(word) | Token::Text(word) => vec![word.clone()],
                Token::Variable(name, place) => self.value(name, place),
            };
            match (texts.last_mut(), new.as_slice()) {
                (Some(last), [one])
                    if std::mem::take(&mut adds)
                        || follows && matches!(token, Token::Variable(..)) =>
                {
                    last.append(one, 0..one.text.len());
                }
                _ => texts.extend(new),
            }
        }
        if !joins {
            return texts;
        }
        let mut joined = Mapped::default();
        for (index, text) in texts.iter().enumerate() {
            if index > 0 {
                joined.put(" ", 0..0);
            }
            joined.append(text, 0..text.text.len());
        }
        vec![joined]
    }

    /// The arguments of a command: what stands without a blank between belongs together, and PowerShell puts quotes around
    /// one that has a blank in it and no quotes of its own.
    fn arguments(&mut self, pieces: &[Piece]) -> Texts {
        let mut texts: Texts = Vec::new();
        for Piece { token, is_glued } in pieces {
            let new = match token {
                Token::Sign('|' | '&') => break,
                Token::Sign(')') => continue,
                Token::Sign(sign) => {
                    let mut mapped = Mapped::default();
                    mapped.put(&sign.to_string(), 0..0);
                    vec![mapped]
                }
                Token::Word(word) | Token::Text(word) => vec![word.clone()],
                Token::Variable(name, place) => self.value(name, place),
            };
            for one in new {
                match texts.last_mut() {
                    Some(last) if *is_glued => last.append(&one, 0..one.text.len()),
                    Some(_) | None => texts.push(one),
                }
            }
        }
        for text in &mut texts {
            let has_blanks = text.text.contains([' ', '\t']) && !text.text.contains('"');
            if has_blanks || text.text.is_empty() {
                let place = text.span(self.source, 0..text.text.len()).range();
                let mut quoted = Mapped::default();
                quoted.put("\"", place.start..place.start);
                quoted.append(text, 0..text.text.len());
                quoted.put("\"", place.end..place.end);
                *text = quoted;
            }
        }
        texts
    }
}
