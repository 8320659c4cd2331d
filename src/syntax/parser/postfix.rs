//! What follows an operand, and the expressions that have blocks.

use crate::syntax::lexer::word::{self, Reserved};
use crate::syntax::parser::bracket::{Ending, Items};
use crate::syntax::parser::{Level, Mark, Parser};
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind as K};

const ARGUMENTS: Items = Items { close: K::RightParen, one: "an argument", many: "arguments" };

impl Parser<'_> {
    /// Calls, properties and elements of the operand since a mark.
    pub(super) fn postfix(&mut self, mark: Mark) {
        loop {
            match self.current {
                K::Dot | K::QuestionDot => {
                    if self.too_high(mark) {
                        return;
                    }
                    self.member(mark);
                }
                K::LeftBracket | K::QuestionBracket => {
                    if self.too_high(mark) {
                        return;
                    }
                    self.index(mark);
                }
                K::LeftParen if self.is_callable(mark) => {
                    self.arguments();
                    self.finish(mark, K::Call);
                }
                K::Bang
                    if self.kind_at(1) == K::LeftParen
                        && self.last_since(mark) == Some(K::Variable) =>
                {
                    self.bump();
                    self.arguments();
                    self.finish(mark, K::Call);
                }
                K::LeftParen if !self.begins_line() && !self.context.case => {
                    self.call_of_value(mark);
                }
                _ => return,
            }
        }
    }

    /// Whether the operand since a mark is a name, perhaps in parentheses.
    fn is_callable(&self, mark: Mark) -> bool {
        let names = |kind| matches!(kind, K::Variable | K::Path);
        match &self.finished[mark.finished..] {
            [.., it] if names(it.kind) => true,
            [.., inner, it] => it.kind == K::Paren && it.size == 2 && names(inner.kind),
            _ => false,
        }
    }

    /// `(…)` behind what is not the name of a function.
    fn call_of_value(&mut self, mark: Mark) {
        let at = self.previous_end();
        let error =
            SyntaxError::new(SyntaxErrorKind::Missing, at..at, "missing `;` after this statement")
                .help("call a function that is a value with `.call(…)`")
                .insert(at, ".call");
        self.report(error);
        self.arguments();
        self.finish(mark, K::Error);
    }

    fn arguments(&mut self) {
        let mark = self.mark();
        let case = std::mem::take(&mut self.context.case);
        self.list(&ARGUMENTS, Self::argument);
        self.context.case = case;
        self.finish(mark, K::ArgumentList);
    }

    fn argument(&mut self) {
        let mark = self.mark();
        if !self.expression() {
            return;
        }
        if matches!(self.current, K::Equal | K::Colon | K::FatArrow) {
            let message = format!("`{}` stands behind an argument", self.shown());
            let range = self.range_of(mark.at).start..self.range().end;
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                .help("arguments have no names, only their order counts")
                .replace(range, "");
            self.report(error);
            self.bump();
            self.expression();
            self.finish(mark, K::Error);
        }
    }

    /// `.name` or `.name(…)`.
    fn member(&mut self, mark: Mark) {
        self.bump();
        let calls = self.kind_at(1) == K::LeftParen;
        match self.current {
            K::Identifier => self.bump(),
            K::ReservedWord if calls && word::reserved(self.word()) == Some(Reserved::Method) => {
                self.bump();
            }
            K::Integer if !self.begins_line() => {
                let index = self.shown();
                let message = format!("`{index}` is not the name of a property");
                let range = self.range();
                let error = SyntaxError::new(SyntaxErrorKind::Unexpected, range.clone(), message)
                    .help(format!("elements have brackets: `[{index}]`"))
                    .replace(range.start - 1..range.end, format!("[{index}]"));
                self.report(error);
                self.bump();
            }
            K::ReservedWord => self.reserved_member(),
            _ if self.current.is_keyword() && !self.begins_line() => self.reserved_member(),
            _ => {
                self.missing("name behind `.`");
                return self.finish(mark, K::Field);
            }
        }
        if self.current == K::Bang && self.kind_at(1) == K::LeftParen {
            let message = "`!` stands between a method and its arguments";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                .replace(self.range(), "");
            self.report(error);
            self.bump();
        }
        if self.current == K::LeftParen {
            self.arguments();
            self.finish(mark, K::MethodCall);
        } else {
            self.finish(mark, K::Field);
        }
    }

    /// A reserved word as the name of a property or a method.
    fn reserved_member(&mut self) {
        let word = self.word().to_owned();
        let range = self.range();
        let message = format!("the word `{word}` is reserved");
        let error = SyntaxError::new(SyntaxErrorKind::ReservedWord, range.clone(), message);
        let error = if self.kind_at(1) == K::LeftParen {
            error.help(format!("call the function: `{word}(…)`"))
        } else {
            let dot = self.range_of(self.at - 1).start;
            error
                .help(format!("write `[\"{word}\"]`"))
                .replace(dot..range.end, format!("[\"{word}\"]"))
        };
        self.report(error);
        self.bump();
    }

    fn index(&mut self, mark: Mark) {
        let opener = self.at;
        self.open_bracket(K::RightBracket);
        if !self.expression() {
            self.missing("index between the brackets");
        }
        self.expect_close(opener, K::RightBracket);
        self.close_bracket(K::RightBracket);
        self.finish(mark, K::Index);
    }

    /// The expression before a block, if there is one.
    fn header(&mut self) -> bool {
        if self.current == K::LeftBrace {
            return false;
        }
        let outer = std::mem::replace(&mut self.context.header, true);
        let found = self.expression();
        self.context.header = outer;
        found
    }

    /// The condition of a branch or a loop.
    fn condition(&mut self, keyword: &str) {
        if !self.header() {
            return self.missing(&format!("condition behind `{keyword}`"));
        }
        if self.current == K::Equal {
            let range = self.range();
            let error = SyntaxError::new(
                SyntaxErrorKind::Unexpected,
                range.clone(),
                "`=` stands in a condition",
            )
            .help("compare with `==`")
            .replace(range, "==");
            self.report(error);
            self.bump();
            self.expression();
        } else if self.current != K::LeftBrace
            && let Some(error) = self.foreign_operator()
        {
            self.report(error);
            if self.current == K::Identifier {
                self.bump();
            }
            self.expression();
        }
    }

    pub(super) fn if_(&mut self) {
        let mark = self.mark();
        self.bump();
        self.condition("if");
        self.branch_body("to begin the block of `if`");
        loop {
            let branch = self.mark();
            let foreign = self.foreign_keyword(&["elseif", "elsif", "elif"], "else if");
            if !foreign && self.current != K::ElseKeyword {
                break;
            }
            self.bump();
            if !foreign && !self.eat(K::IfKeyword) {
                self.body("to begin the block of `else`");
                self.finish(branch, K::Else);
                break;
            }
            self.condition("if");
            self.branch_body("to begin the block of `if`");
            self.finish(branch, K::ElseIf);
        }
        self.finish(mark, K::If);
    }

    pub(super) fn while_(&mut self) {
        let mark = self.mark();
        self.bump();
        self.condition("while");
        self.loop_body("to begin the block of `while`");
        self.finish(mark, K::While);
    }

    pub(super) fn loop_(&mut self) {
        let mark = self.mark();
        self.bump();
        self.loop_body("to begin the block of `loop`");
        self.finish(mark, K::Loop);
    }

    pub(super) fn do_loop(&mut self) {
        let mark = self.mark();
        self.bump();
        self.loop_body("to begin the block of `do`");
        if self.eat(K::WhileKeyword) {
            self.condition("while");
        } else if self.eat(K::UntilKeyword) {
            self.condition("until");
        } else {
            self.missing("`while` or `until` behind the block of `do`");
        }
        self.finish(mark, K::DoLoop);
    }

    pub(super) fn for_(&mut self) {
        let mark = self.mark();
        self.bump();
        if self.current == K::LeftParen {
            let opener = self.at;
            self.open_bracket(K::RightParen);
            self.name("of the element");
            if self.eat(K::Comma) {
                self.name("of the counter");
            } else {
                let at = self.previous_end();
                let message = "missing `,` and the name of a counter";
                let error = SyntaxError::new(SyntaxErrorKind::Missing, at..at, message)
                    .help("leave the parentheses out if there is no counter");
                self.report(error);
            }
            self.expect_close(opener, K::RightParen);
            self.close_bracket(K::RightParen);
        } else {
            self.name("behind `for`");
        }
        if self.eat(K::InKeyword) {
            if !self.header() {
                self.missing("expression behind `in`");
            }
        } else {
            self.missing_symbol("in", "behind the variable of the loop");
            if self.current != K::LeftBrace {
                self.expression();
            }
        }
        self.loop_body("to begin the block of `for`");
        self.finish(mark, K::For);
    }

    /// A block that `else` or `catch` may follow.
    pub(super) fn branch_body(&mut self, behind: &str) {
        let outer = std::mem::replace(&mut self.context.branch, true);
        self.body(behind);
        self.context.branch = outer;
    }

    fn loop_body(&mut self, behind: &str) {
        let outer = std::mem::replace(&mut self.context.looping, true);
        self.body(behind);
        self.context.looping = outer;
    }

    /// `switch`, or `match` as other languages have it.
    pub(super) fn switch(&mut self) {
        let mark = self.mark();
        if self.current == K::ReservedWord {
            let error = self.reserved_word();
            self.report(error);
        }
        if !self.enter() {
            return self.skip_expression();
        }
        self.bump();
        let case = std::mem::take(&mut self.context.case);
        if !self.header() {
            self.missing("expression behind `switch`");
        }
        let opener = self.at;
        if self.current == K::LeftBrace {
            self.open_bracket(K::RightBrace);
            self.arms();
            if !self.eat(K::RightBrace) {
                self.unclosed(opener, "}");
            }
            self.close_bracket(K::RightBrace);
        } else {
            self.missing_symbol("{", "to begin the arms of `switch`");
        }
        self.context.case = case;
        self.leave();
        self.finish(mark, K::Switch);
    }

    fn arms(&mut self) {
        let mut default = None;
        loop {
            match self.current {
                K::EndOfText | K::TextEnd | K::TextPart => return,
                _ if self.closes_outer() => return,
                _ => (),
            }
            let before = self.at;
            if let Some(at) = default {
                let error = SyntaxError::new(
                    SyntaxErrorKind::Unexpected,
                    self.range_of(at),
                    "the arm `_` is not the last one",
                )
                .help("move it to the end");
                self.report(error);
            }
            if self.current == K::Underscore {
                default = Some(self.at);
            }
            let ending = self.arm();
            if self.at == before {
                self.unexpected("where an arm of `switch` is due");
                self.skip_tree();
                continue;
            }
            match self.current {
                K::Comma => self.bump(),
                K::Semicolon => {
                    let range = self.range();
                    let message = "`;` stands between two arms";
                    let error =
                        SyntaxError::new(SyntaxErrorKind::Unexpected, range.clone(), message)
                            .help("separate arms with `,`")
                            .replace(range, ",");
                    self.report(error);
                    self.bump();
                }
                K::EndOfText => (),
                _ if ending == Ending::Closed || self.closes_outer() => (),
                _ => self.missing_symbol(",", "between two arms"),
            }
        }
    }

    /// `1 | 2 if condition => statement`, if one begins here.
    fn arm(&mut self) -> Ending {
        let mark = self.mark();
        if self.current == K::ReservedWord && matches!(self.word(), "case" | "default") {
            let default = self.word() == "default";
            let error = self.reserved_word();
            self.report(error);
            self.bump();
            if default {
                self.finish(mark, K::CaseList);
            }
        }
        let cases = self.mark();
        if self.eat(K::Underscore) {
            self.finish(cases, K::CaseList);
        } else {
            self.context.case = true;
            while self.expression() && self.eat(K::Pipe) {}
            self.context.case = false;
            self.finish(cases, K::CaseList);
        }
        if mark.at == self.at {
            return Ending::Open;
        }
        if self.current == K::IfKeyword {
            self.guard(cases);
        }
        match self.current {
            K::FatArrow => self.bump(),
            K::Colon | K::Equal => {
                let range = self.range();
                let message = format!("`{}` stands where `=>` is due", self.shown());
                let error = SyntaxError::new(SyntaxErrorKind::Unexpected, range.clone(), message)
                    .replace(range, "=>");
                self.report(error);
                self.bump();
            }
            _ => self.missing_symbol("=>", "behind the value of the arm"),
        }
        let before = self.at;
        let ending = self.statement(Level::Inner);
        if self.at == before {
            self.missing("what the arm does behind `=>`");
        }
        self.finish(mark, K::SwitchArm);
        ending
    }

    fn guard(&mut self, cases: Mark) {
        let mark = self.mark();
        if self.text[self.range_of(cases.at)] == *"_" {
            let message = "the arm `_` has a condition";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                .help("`_` is what remains; write the condition within the arm");
            self.report(error);
        }
        self.bump();
        self.condition("if");
        self.finish(mark, K::Guard);
    }
}
