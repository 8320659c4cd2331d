//! Brackets: lists, blocks, and recovery from what does not fit between them.

use crate::syntax::parser::{Bracket, Level, Parser};
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind as K};

/// What stands in a list, for messages.
pub(super) struct Items {
    /// The bracket that closes the list.
    pub(super) close: K,
    /// What an item is called, with its article.
    pub(super) one: &'static str,
    /// What several items are called.
    pub(super) many: &'static str,
}

impl Parser<'_> {
    /// A list with commas, from the opening bracket to the closing one. `item` parses one item, or
    /// nothing if none begins here.
    pub(super) fn list(&mut self, items: &Items, item: fn(&mut Self)) {
        let opener = self.at;
        self.open_bracket(items.close);
        loop {
            if self.eat(items.close) {
                break;
            }
            if self.ends_list() && !self.semicolon_for_comma(items) {
                self.unclosed(opener, symbol(items.close));
                break;
            }
            let before = self.at;
            item(self);
            if self.at == before {
                self.unexpected_item(items);
                self.skip_tree();
                continue;
            }
            if self.current == items.close || self.eat(K::Comma) || self.ends_list() {
                continue;
            }
            if self.begins_block()
                || self.begins_line() && self.indentation(self.at) <= self.indentation(opener)
            {
                self.unclosed(opener, symbol(items.close));
                break;
            }
            self.separator(items);
        }
        self.close_bracket(items.close);
    }

    /// Reports that two items are not separated.
    fn separator(&mut self, items: &Items) {
        if let Some(error) = self.foreign_operator() {
            self.report(error);
        } else if self.begins_expression() {
            self.missing_symbol(",", &format!("between two {}", items.many));
        } else {
            self.unexpected_item(items);
            self.skip_tree();
        }
    }

    fn unexpected_item(&mut self, items: &Items) {
        self.unexpected(&format!("where {} is due", items.one));
    }

    /// A semicolon between entries of a map, where a comma is meant.
    fn semicolon_for_comma(&mut self, items: &Items) -> bool {
        let key = matches!(self.kind_at(1), K::Identifier | K::QuotedText);
        if self.current != K::Semicolon || items.close != K::RightBrace || !key {
            return false;
        }
        if self.kind_at(2) != K::Colon {
            return false;
        }
        let range = self.range();
        let error = SyntaxError::new(
            SyntaxErrorKind::Unexpected,
            range.clone(),
            "`;` stands between two entries",
        );
        self.report(error.help("separate entries with `,`").replace(range, ","));
        self.bump();
        true
    }

    /// Steps over the bracket that opens a list, or any other.
    pub(super) fn open_bracket(&mut self, close: K) {
        if let Some(bracket) = bracket(close) {
            self.open[bracket as usize] += 1;
        }
        self.bump();
    }

    pub(super) fn close_bracket(&mut self, close: K) {
        if let Some(bracket) = bracket(close) {
            self.open[bracket as usize] -= 1;
        }
    }

    /// The closing bracket of an expression, after what does not belong there.
    pub(super) fn expect_close(&mut self, opener: usize, close: K) {
        if self.eat(close) {
            return;
        }
        if !self.ends_list() && !self.begins_block() {
            self.unexpected(&format!("where `{}` is due", symbol(close)));
            while self.current != close && !self.ends_list() {
                self.skip_tree();
            }
        }
        if !self.eat(close) {
            self.unclosed(opener, symbol(close));
        }
    }

    /// Whether the current token cannot be part of a list, so that the list must have ended.
    fn ends_list(&self) -> bool {
        match self.current {
            K::EndOfText | K::Semicolon | K::TextEnd | K::TextPart => true,
            K::LetKeyword
            | K::ConstKeyword
            | K::FnKeyword
            | K::PrivateKeyword
            | K::ImportKeyword
            | K::ExportKeyword
            | K::ReturnKeyword
            | K::ThrowKeyword
            | K::BreakKeyword
            | K::ContinueKeyword
            | K::TryKeyword => self.begins_line(),
            _ => self.closes_outer(),
        }
    }

    /// Whether a brace behind an expression begins the block that the expression is a condition of.
    fn begins_block(&self) -> bool {
        self.context.header && self.current == K::LeftBrace
    }

    /// Whether the current token closes a bracket that is open.
    pub(super) fn closes_outer(&self) -> bool {
        bracket(self.current).is_some_and(|it| self.open[it as usize] > 0)
    }

    /// A block, if one begins here.
    pub(super) fn block(&mut self) -> bool {
        if self.current != K::LeftBrace {
            return false;
        }
        let mark = self.mark();
        if !self.enter() {
            self.skip_tree();
            return true;
        }
        let opener = self.at;
        let header = std::mem::take(&mut self.context.header);
        self.open_bracket(K::RightBrace);
        self.statements(Level::Inner);
        if !self.eat(K::RightBrace) {
            self.unclosed(opener, "}");
        }
        self.close_bracket(K::RightBrace);
        self.context.header = header;
        self.leave();
        self.finish(mark, K::Block);
        true
    }

    /// The block that must follow; without its braces, a single statement on the same line will do.
    pub(super) fn body(&mut self, behind: &str) {
        if self.block() {
            return;
        }
        if !self.begins_line() && self.current == K::FatArrow {
            self.unexpected("where a block is due");
            self.bump();
            self.block();
            return;
        }
        self.missing_symbol("{", behind);
        if !self.begins_line() && !self.closes_outer() && self.enter() {
            self.statement(Level::Inner);
            self.leave();
        }
    }

    /// Statements up to a closing bracket or the end.
    pub(super) fn statements(&mut self, level: Level) {
        loop {
            match self.current {
                K::EndOfText | K::TextEnd | K::TextPart => return,
                K::Semicolon => {
                    self.bump();
                    self.end_silence();
                    continue;
                }
                K::RightParen | K::RightBracket | K::RightBrace | K::InterpolationEnd => {
                    if self.closes_outer() {
                        return;
                    }
                    self.closes_nothing();
                    continue;
                }
                K::ElseKeyword | K::CatchKeyword if self.context.branch => return,
                // A function at the margin shows that a brace before it is missing.
                K::FnKeyword | K::PrivateKeyword if level == Level::Inner && self.at_margin() => {
                    return;
                }
                _ => (),
            }
            let before = self.at;
            let ending = self.statement(level);
            if self.at == before {
                self.unexpected("where a statement is due");
                self.skip_tree();
            } else if ending == Ending::Open {
                self.end_of_statement();
            }
        }
    }

    fn at_margin(&self) -> bool {
        let start = self.range().start;
        start == 0 || self.text[..start].ends_with('\n')
    }

    fn closes_nothing(&mut self) {
        let message = format!("`{}` closes nothing", self.shown());
        let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
            .help("delete it, or open a bracket before it")
            .replace(self.range(), "");
        self.report(error);
        let mark = self.mark();
        self.bump();
        self.finish(mark, K::Error);
    }

    fn end_of_statement(&mut self) {
        while bracket(self.current).is_some() && !self.closes_outer() {
            self.closes_nothing();
        }
        match self.current {
            K::Semicolon => {
                self.bump();
                self.end_silence();
            }
            K::EndOfText | K::TextEnd | K::TextPart => (),
            K::ElseKeyword | K::CatchKeyword if self.context.branch => (),
            _ if self.closes_outer() => (),
            _ => self.unfinished_statement(),
        }
    }

    /// Something other than a semicolon follows a statement.
    fn unfinished_statement(&mut self) {
        if let Some(error) = self.foreign_operator() {
            return self.report(error);
        }
        if self.begins_line() || self.begins_statement() {
            return self.missing_symbol(";", "after this statement");
        }
        if self.current == K::FatArrow {
            let message = "`=>` stands behind a complete statement";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                .help("closures are written `|x| …`, arms stand within a `switch`");
            self.report(error);
        } else {
            self.unexpected("behind a complete statement");
        }
        self.skip_tree();
    }

    /// Steps over one token, or over a whole bracket with what is in it, as an error.
    pub(super) fn skip_tree(&mut self) {
        let mark = self.mark();
        let mut depth = 0_u32;
        loop {
            match self.current {
                K::EndOfText => break,
                K::LeftParen
                | K::LeftBracket
                | K::QuestionBracket
                | K::LeftBrace
                | K::MapStart
                | K::TextStart
                | K::InterpolationStart => depth += 1,
                K::RightParen
                | K::RightBracket
                | K::RightBrace
                | K::TextEnd
                | K::InterpolationEnd => depth = depth.saturating_sub(1),
                _ => (),
            }
            self.bump();
            if depth == 0 {
                break;
            }
        }
        self.finish(mark, K::Error);
    }

    /// Steps over the rest of an expression, as an error.
    pub(super) fn skip_expression(&mut self) {
        let mark = self.mark();
        let finished = self.finished.len();
        loop {
            match self.current {
                K::EndOfText
                | K::Semicolon
                | K::Comma
                | K::RightParen
                | K::RightBracket
                | K::RightBrace
                | K::InterpolationEnd
                | K::TextEnd
                | K::TextPart => break,
                _ => self.skip_tree(),
            }
        }
        self.finished.truncate(finished);
        self.finish(mark, K::Error);
    }
}

/// Whether a statement needs a semicolon behind it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// It does.
    Open,
    /// It ends with its block.
    Closed,
}

fn bracket(close: K) -> Option<Bracket> {
    match close {
        K::RightParen => Some(Bracket::Paren),
        K::RightBracket => Some(Bracket::Square),
        K::RightBrace => Some(Bracket::Brace),
        K::InterpolationEnd => Some(Bracket::Interpolation),
        _ => None,
    }
}

fn symbol(close: K) -> &'static str {
    match close {
        K::RightParen => ")",
        K::RightBracket => "]",
        K::RightBrace | K::InterpolationEnd => "}",
        _ => "|",
    }
}
