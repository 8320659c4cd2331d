//! What is wrong, said once.
//!
//! One mistake often upsets what follows on its line, so a line is silent after its first problem,
//! up to the next semicolon. What the lexer found explains what the parser stumbles over.

use std::ops::Range;

use crate::syntax::lexer::{MAX_ERRORS, word};
use crate::syntax::parser::Parser;
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

/// The problems that the parser has reported.
#[derive(Default)]
pub(super) struct Problems {
    reported: Vec<Problem>,
    /// What lies before is silent.
    silent_until: usize,
    /// Whether a semicolon does not end the silence.
    stubborn: bool,
    lines: Lines,
}

struct Problem {
    error: SyntaxError,
    /// The offset that it was noticed at.
    anchor: usize,
    /// The significant token that was the current one.
    noticed: usize,
    /// Whether it was noticed at the end of the text.
    at_end: bool,
}

/// Finds the ends of lines, in linear time if asked in ascending order.
#[derive(Default)]
struct Lines {
    from: usize,
    end: usize,
}

impl Lines {
    fn end_of(&mut self, text: &str, offset: usize) -> usize {
        if !(self.from..self.end).contains(&offset) {
            let rest = &text.as_bytes()[offset..];
            self.from = offset;
            self.end = offset + rest.iter().position(|&it| it == b'\n').unwrap_or(rest.len());
        }
        self.end
    }
}

impl Problems {
    /// Joins the problems with the errors of the lexer, without those that the latter explain.
    pub(super) fn merge(self, text: &str, mut errors: Vec<SyntaxError>) -> Vec<SyntaxError> {
        if errors.is_empty() && self.reported.is_empty() {
            return errors;
        }
        let swallowed_end = errors.iter().any(|it| match it.kind {
            SyntaxErrorKind::UnclosedComment => true,
            SyntaxErrorKind::UnclosedString | SyntaxErrorKind::UnclosedBracket => {
                it.insert.as_ref().is_none_or(|it| it.0 as usize == text.len())
            }
            _ => false,
        });
        let mut lines = Lines::default();
        let explained: Vec<Range<usize>> = errors
            .iter()
            .filter(|it| {
                matches!(
                    it.kind,
                    SyntaxErrorKind::UnclosedString
                        | SyntaxErrorKind::UnclosedBracket
                        | SyntaxErrorKind::ForeignSymbol
                        | SyntaxErrorKind::Character
                )
            })
            .map(|it| it.range.start as usize..lines.end_of(text, it.range.start as usize))
            .collect();
        errors.extend(self.reported.into_iter().filter_map(|it| {
            let before = explained.partition_point(|line| line.start <= it.anchor);
            let silent =
                before > 0 && it.anchor <= explained[before - 1].end || it.at_end && swallowed_end;
            (!silent).then_some(it.error)
        }));
        errors.sort_by_key(|it| it.range.start);
        errors.truncate(MAX_ERRORS);
        errors
    }
}

impl Parser<'_> {
    /// Reports a problem, unless one before explains it.
    pub(super) fn report(&mut self, error: SyntaxError) {
        let anchor = match &error.insert {
            Some((at, _)) => *at as usize,
            None => error.range.start as usize,
        };
        if anchor >= self.problems.silent_until {
            self.report_at(anchor, error);
        }
    }

    fn report_at(&mut self, anchor: usize, error: SyntaxError) {
        if self.problems.reported.len() == MAX_ERRORS {
            return;
        }
        self.problems.stubborn = error.kind == SyntaxErrorKind::UnclosedBracket;
        self.problems.silent_until = self.problems.lines.end_of(self.text, anchor) + 1;
        let at_end = self.current == SyntaxKind::EndOfText;
        self.problems.reported.push(Problem { error, anchor, noticed: self.at, at_end });
    }

    /// A semicolon is behind: what follows is another statement.
    pub(super) fn end_silence(&mut self) {
        if !self.problems.stubborn {
            self.problems.silent_until = self.problems.silent_until.min(self.previous_end());
        }
    }

    /// Reports a bracket that is not closed before the current token.
    pub(super) fn unclosed(&mut self, opener: usize, close: &str) {
        let anchor = self.previous_end();
        if let Some(last) = self.problems.reported.last_mut()
            && last.noticed == self.at
            && last.error.kind == SyntaxErrorKind::UnclosedBracket
            && let Some((_, insert)) = &mut last.error.insert
        {
            // The brackets around it end here too: one edit closes them all.
            insert.push_str(close);
            return;
        }
        if anchor < self.problems.silent_until {
            return;
        }
        let (opener, at) = self.likely_culprit(opener);
        let range = self.range_of(opener);
        let message = format!("`{}` is not closed", &self.text[range.clone()]);
        let error = SyntaxError::new(SyntaxErrorKind::UnclosedBracket, range, message)
            .label("opened here")
            .help(format!("close it with `{close}`"))
            .insert(at, close);
        self.report_at(anchor, error);
    }

    /// Which bracket lacks its partner, and where that should stand, going by the indentation of
    /// the lines since a bracket that is open.
    fn likely_culprit(&self, opener: usize) -> (usize, usize) {
        let end = (opener, self.previous_end());
        let margin = self.indentation(opener);
        let braces = self.kind_of(opener) == SyntaxKind::LeftBrace;
        let mut open = Vec::new();
        for at in opener + 1..self.at {
            let kind = self.kind_of(at);
            let begins_line = self.begins_line_at(at);
            match kind {
                // The arguments end where the lines return to where their call begins.
                _ if !braces && begins_line && self.indentation(at) <= margin => {
                    return (opener, self.range_of(at - 1).end);
                }
                SyntaxKind::LeftBrace | SyntaxKind::MapStart => open.push(at),
                SyntaxKind::RightBrace => {
                    // A brace left of the line that opens its block closes one further out.
                    if let Some(inner) = open.pop()
                        && begins_line
                        && self.indentation(at) < self.indentation(inner)
                    {
                        return (inner, self.range_of(at - 1).end);
                    }
                }
                _ => (),
            }
        }
        end
    }

    /// How many bytes of white space begin the line of a significant token.
    pub(super) fn indentation(&self, at: usize) -> usize {
        let start = self.range_of(at).start;
        let line = self.text[..start].rfind('\n').map_or(0, |it| it + 1);
        self.text[line..].bytes().take_while(|it| matches!(it, b' ' | b'\t')).count()
    }

    /// Reports that something is missing behind the previous token.
    pub(super) fn missing(&mut self, what: &str) {
        let at = self.previous_end();
        let error = SyntaxError::new(SyntaxErrorKind::Missing, at..at, format!("missing {what}"));
        self.report(error);
    }

    /// Reports that a symbol is missing behind the previous token.
    pub(super) fn missing_symbol(&mut self, symbol: &str, why: &str) {
        let at = self.previous_end();
        let error =
            SyntaxError::new(SyntaxErrorKind::Missing, at..at, format!("missing `{symbol}` {why}"))
                .insert(at, symbol);
        self.report(error);
    }

    /// Reports that the current token stands where it cannot.
    pub(super) fn unexpected(&mut self, place: &str) {
        if let Some(error) = self.foreign_operator() {
            return self.report(error);
        }
        let range = self.range();
        let error = match self.current {
            SyntaxKind::Unknown => return,
            SyntaxKind::ReservedWord => self.reserved_word(),
            SyntaxKind::EndOfText => SyntaxError::new(
                SyntaxErrorKind::Unexpected,
                range,
                format!("the text ends {place}"),
            ),
            _ => {
                let message = format!("`{}` stands {place}", self.shown());
                SyntaxError::new(SyntaxErrorKind::Unexpected, range, message)
            }
        };
        self.report(error);
    }

    /// The current token for a message.
    pub(super) fn shown(&self) -> String {
        let line = self.word().lines().next().unwrap_or_default();
        match line.char_indices().nth(40) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line.to_owned(),
        }
    }

    /// What is wrong with the current word as a name or a value.
    pub(super) fn reserved_word(&self) -> SyntaxError {
        let word = self.word();
        let range = self.range();
        let message = format!("the word `{word}` is reserved");
        let error = SyntaxError::new(SyntaxErrorKind::ReservedWord, range.clone(), message);
        match word {
            "null" | "nil" | "void" => error.help("nothing is `()`").replace(range, "()"),
            "var" => error.help("variables begin with `let`").replace(range, "let"),
            "match" => error.help("choose with `switch`").replace(range, "switch"),
            "case" => error.help("an arm of a `switch` is `value => …`").replace(range, ""),
            "default" => error.help("the last arm of a `switch` is `_ => …`"),
            "new" => error.help("values are made by calling a function, without `new`"),
            "use" => error.help("other scripts come in with `import \"name\" as name`"),
            "static" | "public" | "protected" => {
                error.help("leave it out; functions are public unless they are `private`")
            }
            _ => match word::reserved(word) {
                Some(word::Reserved::Callable | word::Reserved::Method) => {
                    error.label("this is a function").help(format!("call it: `{word}(…)`"))
                }
                _ => error.help(format!("choose another name, such as `{word}_`")),
            },
        }
    }

    /// Reports a keyword of another language; whether the current token is one.
    pub(super) fn foreign_keyword(&mut self, words: &[&str], meant: &str) -> bool {
        if self.current != SyntaxKind::Identifier || !words.contains(&self.word()) {
            return false;
        }
        let range = self.range();
        let message = format!("`{}` is not a keyword", self.word());
        let error = SyntaxError::new(SyntaxErrorKind::ForeignSymbol, range.clone(), message)
            .help(format!("write `{meant}`"))
            .replace(range, meant);
        self.report(error);
        true
    }

    /// What is wrong if the operator at hand is one of another language, written as a word.
    pub(super) fn foreign_operator(&self) -> Option<SyntaxError> {
        let (from, operator) = match self.current {
            SyntaxKind::Identifier if !self.begins_line() => match self.word() {
                "and" => (self.at, "&&"),
                "or" => (self.at, "||"),
                _ => self.power_shell_operator()?,
            },
            _ => self.power_shell_operator()?,
        };
        let end = if from == self.at { self.range().end } else { self.previous_end() };
        let range = self.range_of(from).start..end;
        let message = format!("`{}` is not an operator", &self.text[range.clone()]);
        Some(
            SyntaxError::new(SyntaxErrorKind::ForeignSymbol, range.clone(), message)
                .help(format!("write `{operator}`"))
                .replace(range, operator),
        )
    }

    /// `-eq` and its like directly before the current token: where it begins, and what is meant.
    fn power_shell_operator(&self) -> Option<(usize, &'static str)> {
        let minus = self.at.checked_sub(2)?;
        let (sign, name) = (self.range_of(minus), self.range_of(minus + 1));
        if sign.end != name.start || &self.text[sign] != "-" {
            return None;
        }
        let operator = match &self.text[name] {
            "eq" | "ceq" | "ieq" => "==",
            "ne" | "cne" | "ine" => "!=",
            "lt" => "<",
            "le" => "<=",
            "gt" => ">",
            "ge" => ">=",
            "and" => "&&",
            "or" => "||",
            "in" => "in",
            _ => return None,
        };
        Some((minus, operator))
    }
}
