//! Statements and definitions.

use crate::syntax::parser::bracket::{Ending, Items};
use crate::syntax::parser::{Context, Level, Mark, Parser};
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind as K};

const PARAMETERS: Items = Items { close: K::RightParen, one: "a parameter", many: "parameters" };

impl Parser<'_> {
    /// A statement without its semicolon, if one begins here.
    pub(super) fn statement(&mut self, level: Level) -> Ending {
        match self.current {
            K::LetKeyword | K::ConstKeyword => self.let_(),
            K::FnKeyword | K::PrivateKeyword => {
                self.function(level);
                return Ending::Closed;
            }
            K::ImportKeyword => self.import(),
            K::ExportKeyword => self.export(level),
            K::ReturnKeyword => self.jump(K::Return),
            K::ThrowKeyword => self.jump(K::Throw),
            K::BreakKeyword => self.jump(K::Break),
            K::ContinueKeyword => self.jump(K::Continue),
            K::TryKeyword => {
                self.try_();
                return Ending::Closed;
            }
            K::DoKeyword => {
                self.do_loop();
            }
            K::IfKeyword | K::SwitchKeyword | K::WhileKeyword | K::LoopKeyword | K::ForKeyword => {
                self.control();
                return Ending::Closed;
            }
            K::LeftBrace => {
                self.block();
                return Ending::Closed;
            }
            K::ReservedWord => return self.reserved_statement(level),
            K::Identifier
                if self.kind_at(1) == K::Identifier && !self.begins_line_at(self.at + 1) =>
            {
                if self.foreign_keyword(&["function", "func", "def", "sub"], "fn") {
                    self.function(level);
                    return Ending::Closed;
                }
                self.expression_statement();
            }
            _ => self.expression_statement(),
        }
        Ending::Open
    }

    /// Whether a statement can begin with the current token.
    pub(super) fn begins_statement(&self) -> bool {
        self.begins_expression()
            || matches!(
                self.current,
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
                    | K::TryKeyword
            )
    }

    /// `if`, `switch` and the loops that end with a block.
    pub(super) fn control(&mut self) {
        match self.current {
            K::IfKeyword => self.if_(),
            K::SwitchKeyword => self.switch(),
            K::WhileKeyword => self.while_(),
            K::LoopKeyword => self.loop_(),
            _ => self.for_(),
        }
    }

    /// A statement that begins with a word that other languages have.
    fn reserved_statement(&mut self, level: Level) -> Ending {
        let next = self.kind_at(1);
        match self.word() {
            "var" if next == K::Identifier => {
                let error = self.reserved_word();
                self.report(error);
                self.let_();
                Ending::Open
            }
            "public" | "protected" | "static" | "async"
                if matches!(next, K::FnKeyword | K::LetKeyword | K::ConstKeyword) =>
            {
                let error = self.reserved_word();
                self.report(error);
                self.skip_tree();
                self.statement(level)
            }
            "match" if next != K::LeftParen && next != K::Equal => {
                self.switch();
                Ending::Closed
            }
            _ => {
                self.expression_statement();
                Ending::Open
            }
        }
    }

    fn expression_statement(&mut self) {
        let mark = self.mark();
        if !self.expression() {
            return;
        }
        if !(K::Equal..=K::CaretEqual).contains(&self.current) {
            return;
        }
        self.check_target(mark);
        let operator = self.shown();
        self.bump();
        if !self.expression() {
            self.missing(&format!("value behind `{operator}`"));
        }
        self.finish(mark, K::Assignment);
    }

    /// Reports an assignment to what is not a variable, a property or an element.
    fn check_target(&mut self, mark: Mark) {
        let Some(mut index) = self.finished.len().checked_sub(1) else {
            return;
        };
        loop {
            match self.finished[index].kind {
                K::Variable | K::Path | K::This | K::Error => return,
                K::Paren | K::Field if self.finished[index].size > 1 => index -= 1,
                K::Index => {
                    let mut child = index - 1;
                    while child + 1 - self.finished[child].size as usize
                        > index + 1 - self.finished[index].size as usize
                    {
                        child -= self.finished[child].size as usize;
                    }
                    index = child;
                }
                _ => break,
            }
        }
        let start = self.range_of(mark.at).start;
        let range = start..self.previous_end();
        let message = format!("the target of `{}` cannot be assigned to", self.shown());
        let error = SyntaxError::new(SyntaxErrorKind::BadTarget, range, message)
            .label("this is a value, not a variable, a property or an element");
        let error = if self.current == K::Equal {
            error.help("compare with `==`, or assign to a variable")
        } else {
            error
        };
        self.report(error);
    }

    fn let_(&mut self) {
        let mark = self.mark();
        let keyword = if self.current == K::ConstKeyword { K::Const } else { K::Let };
        let word = self.shown();
        self.bump();
        self.name(&format!("behind `{word}`"));
        self.type_annotation();
        match self.current {
            K::Equal => {
                self.bump();
                if !self.expression() {
                    self.missing("value behind `=`");
                }
            }
            K::PlusEqual | K::MinusEqual | K::EqualEqual | K::Colon => {
                let message = format!("`{}` stands where `=` is due", self.shown());
                let range = self.range();
                let error = SyntaxError::new(SyntaxErrorKind::Unexpected, range.clone(), message)
                    .replace(range, "=");
                self.report(error);
                self.bump();
                self.expression();
            }
            _ => (),
        }
        self.finish(mark, keyword);
    }

    /// A name that is defined here.
    pub(super) fn name(&mut self, place: &str) {
        let mark = self.mark();
        if self.current != K::Identifier && !self.wrong_name() {
            return self.missing(&format!("name {place}"));
        }
        self.bump();
        self.finish(mark, K::Name);
    }

    /// Reports a word that is used as a name but cannot be one; whether there is such a word.
    fn wrong_name(&mut self) -> bool {
        let word = self.word().to_owned();
        let error = match self.current {
            K::Underscore => {
                SyntaxError::new(SyntaxErrorKind::BadName, self.range(), "`_` is not a name")
                    .help("let a letter follow the underscore, as in `_unused`")
            }
            K::ReservedWord => {
                let message = format!("the word `{word}` is reserved");
                SyntaxError::new(SyntaxErrorKind::ReservedWord, self.range(), message)
                    .help(format!("choose another name, such as `{word}_`"))
            }
            _ if self.current.is_keyword() && !self.begins_line() => {
                let message = format!("the word `{word}` is a keyword");
                SyntaxError::new(SyntaxErrorKind::ReservedWord, self.range(), message)
                    .help(format!("choose another name, such as `{word}_`"))
            }
            _ => return false,
        };
        self.report(error);
        true
    }

    /// `: type`, which other languages have behind a name.
    fn type_annotation(&mut self) {
        if self.current != K::Colon || self.kind_at(1) != K::Identifier {
            return;
        }
        let mark = self.mark();
        let start = self.range().start;
        self.bump();
        let range = start..self.range().end;
        let error = SyntaxError::new(
            SyntaxErrorKind::Unexpected,
            range.clone(),
            "a type stands behind a name",
        )
        .help("leave the type out")
        .replace(range, "");
        self.report(error);
        self.bump();
        self.finish(mark, K::Error);
    }

    fn function(&mut self, level: Level) {
        let mark = self.mark();
        if self.eat(K::PrivateKeyword) && self.current != K::FnKeyword {
            self.missing("`fn` behind `private`");
            return self.finish(mark, K::Error);
        }
        if level == Level::Inner {
            let message = "a function is defined within a block";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                .help("define it at the top level, or write a closure: `let f = |x| …`");
            self.report(error);
        }
        self.bump();
        self.this_type();
        self.name("of the function");
        if self.current == K::LeftParen {
            let parameters = self.mark();
            self.list(&PARAMETERS, Self::parameter);
            self.finish(parameters, K::ParameterList);
        } else {
            self.missing_symbol("()", "for the parameters of the function");
        }
        if self.current == K::Unknown && !self.begins_line() {
            // `-> type`
            while !matches!(self.current, K::LeftBrace | K::Semicolon | K::EndOfText)
                && !self.begins_line()
            {
                self.skip_tree();
            }
        }
        let outer = std::mem::replace(&mut self.context, Context::FUNCTION);
        self.body("to begin the body of the function");
        self.context = outer;
        self.finish(mark, K::Function);
    }

    /// The type before the name of a typed method.
    fn this_type(&mut self) {
        let mark = self.mark();
        match self.current {
            K::Identifier if self.kind_at(1) == K::Dot => self.bump(),
            K::QuotedText | K::RawText | K::TextStart => {
                self.text();
            }
            _ => return,
        }
        self.finish(mark, K::ThisType);
        if !self.eat(K::Dot) {
            self.missing_symbol(".", "between the type and the name of the function");
        }
    }

    /// A parameter of a function or a closure, if one stands here.
    pub(super) fn parameter(&mut self) {
        let mark = self.mark();
        let ends = matches!(self.kind_at(1), K::Comma | K::RightParen | K::Pipe);
        let wrong = !self.current.is_keyword() || ends;
        if self.current != K::Identifier && !(wrong && self.wrong_name()) {
            return;
        }
        self.bump();
        self.type_annotation();
        if self.current == K::Equal {
            let message = "a parameter has a default value";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                .help("define a second function with fewer parameters");
            self.report(error);
            self.bump();
            self.expression();
        }
        self.finish(mark, K::Parameter);
    }

    fn import(&mut self) {
        let mark = self.mark();
        self.bump();
        if !self.expression() {
            self.missing("name of a script behind `import`");
        }
        if self.eat(K::AsKeyword) {
            self.name("behind `as`");
        }
        self.finish(mark, K::Import);
    }

    fn export(&mut self, level: Level) {
        let mark = self.mark();
        if level == Level::Inner {
            let message = "`export` stands within a block";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                .help("export at the top level");
            self.report(error);
        }
        self.bump();
        match self.current {
            K::LetKeyword | K::ConstKeyword => self.let_(),
            K::Identifier => {
                let variable = self.mark();
                self.bump();
                self.finish(variable, K::Variable);
                if self.eat(K::AsKeyword) {
                    self.name("behind `as`");
                }
            }
            K::FnKeyword => {
                let message = "`export` stands before a function";
                let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message)
                    .help("leave `export` out; functions are public unless they are `private`");
                self.report(error);
            }
            _ => self.name("behind `export`"),
        }
        self.finish(mark, K::Export);
    }

    /// `return`, `throw`, `break` and `continue`.
    pub(super) fn jump(&mut self, kind: K) {
        let mark = self.mark();
        if matches!(kind, K::Break | K::Continue) && !self.context.looping {
            let message = format!("`{}` stands outside of a loop", self.shown());
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message);
            self.report(error);
        }
        self.bump();
        if kind != K::Continue && self.begins_expression() {
            self.expression();
        }
        self.finish(mark, kind);
    }

    fn try_(&mut self) {
        let mark = self.mark();
        self.bump();
        self.branch_body("to begin the block of `try`");
        if self.current == K::CatchKeyword {
            let catch = self.mark();
            self.bump();
            if self.current == K::LeftParen {
                let opener = self.at;
                self.open_bracket(K::RightParen);
                self.name("of the error");
                self.expect_close(opener, K::RightParen);
                self.close_bracket(K::RightParen);
            } else if self.current == K::Identifier {
                self.missing_symbol("(", "before the name of the error");
                self.name("of the error");
            }
            self.body("to begin the block of `catch`");
            self.finish(catch, K::Catch);
        } else {
            self.missing("`catch` behind the block of `try`");
        }
        self.finish(mark, K::Try);
    }
}
