//! Expressions: operators with their precedence, and what they work on.

use crate::syntax::lexer::word::{self, Reserved};
use crate::syntax::parser::bracket::Items;
use crate::syntax::parser::{Context, Level, MAX_HEIGHT, Mark, Parser};
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind as K};

const ELEMENTS: Items = Items { close: K::RightBracket, one: "an element", many: "elements" };
const ENTRIES: Items = Items { close: K::RightBrace, one: "an entry", many: "entries" };
const BARS: Items = Items { close: K::Pipe, one: "a parameter", many: "parameters" };

/// How tightly an operator binds.
#[derive(Clone, Copy)]
struct Binding {
    precedence: u8,
    /// What binds its right side: one more, unless it groups from the right.
    right: u8,
}

impl Parser<'_> {
    /// An expression, if one begins here.
    pub(super) fn expression(&mut self) -> bool {
        if !self.begins_expression() {
            return false;
        }
        if !self.enter() {
            self.skip_expression();
            return true;
        }
        let found = self.binary(1);
        self.leave();
        found
    }

    /// Whether an expression can begin with the current token.
    pub(super) fn begins_expression(&self) -> bool {
        match self.current {
            K::Integer
            | K::Float
            | K::QuotedText
            | K::RawText
            | K::Character
            | K::TextStart
            | K::Identifier
            | K::ReservedWord
            | K::Underscore
            | K::Unknown
            | K::ThisKeyword
            | K::TrueKeyword
            | K::FalseKeyword
            | K::IfKeyword
            | K::SwitchKeyword
            | K::WhileKeyword
            | K::LoopKeyword
            | K::DoKeyword
            | K::ForKeyword
            | K::LeftParen
            | K::LeftBracket
            | K::LeftBrace
            | K::MapStart
            | K::PipePipe
            | K::Minus
            | K::Plus
            | K::Bang
            | K::DotDot
            | K::DotDotEqual => true,
            K::Pipe => !self.context.case,
            _ => false,
        }
    }

    /// Operands and the operators between them that bind at least as tightly as `least`.
    fn binary(&mut self, least: u8) -> bool {
        let mark = self.mark();
        // A range may lack its start.
        let open = matches!(self.current, K::DotDot | K::DotDotEqual);
        if !open && !self.unary() {
            return false;
        }
        loop {
            let operator = self.current;
            if operator == K::Unknown && !self.begins_line() {
                self.unknown_operator(mark);
                continue;
            }
            let Some(binding) = self.binding() else { break };
            if binding.precedence < least || self.too_high(mark) {
                break;
            }
            let sign = self.at;
            self.bump();
            self.right_side(operator, binding.right, sign);
            let range = matches!(operator, K::DotDot | K::DotDotEqual);
            self.finish(mark, if range { K::Range } else { K::Binary });
        }
        mark.at < self.at
    }

    /// What stands to the right of an operator.
    fn right_side(&mut self, operator: K, least: u8, sign: usize) {
        let jump = match self.current {
            K::ReturnKeyword => Some(K::Return),
            K::ThrowKeyword => Some(K::Throw),
            K::BreakKeyword => Some(K::Break),
            K::ContinueKeyword => Some(K::Continue),
            _ => None,
        };
        match operator {
            K::QuestionQuestion if jump.is_some() => {
                if let Some(kind) = jump {
                    self.jump(kind);
                }
                return;
            }
            // A range may lack its end.
            K::DotDot | K::DotDotEqual
                if matches!(
                    self.current,
                    K::RightBracket
                        | K::RightParen
                        | K::RightBrace
                        | K::InterpolationEnd
                        | K::Comma
                        | K::Semicolon
                        | K::FatArrow
                ) =>
            {
                return;
            }
            _ => (),
        }
        if !self.begins_expression() {
            let operator = self.text[self.range_of(sign)].to_owned();
            return self.missing(&format!("operand behind `{operator}`"));
        }
        if !self.enter() {
            return self.skip_expression();
        }
        self.binary(least);
        self.leave();
    }

    /// Whether the chain since a mark would make the tree too high.
    pub(super) fn too_high(&mut self, mark: Mark) -> bool {
        let height = self.finished[mark.finished..].last().map_or(0, |it| it.height);
        if height < MAX_HEIGHT {
            return false;
        }
        let message = format!("the expression is longer than {MAX_HEIGHT} links");
        let error = SyntaxError::new(SyntaxErrorKind::TooDeep, self.range(), message)
            .help("split it with `let`");
        self.report(error);
        self.skip_expression();
        true
    }

    /// `a ? b : c`, `i++` and their like; the lexer has reported the symbol.
    fn unknown_operator(&mut self, mark: Mark) {
        let ternary = self.word() == "?";
        self.bump();
        for _ in 0..2 {
            if self.begins_expression() && !self.begins_line() {
                if self.enter() {
                    self.binary(2);
                    self.leave();
                } else {
                    self.skip_expression();
                }
            }
            if !ternary || !self.eat(K::Colon) {
                break;
            }
        }
        self.finish(mark, K::Binary);
    }

    fn binding(&self) -> Option<Binding> {
        let precedence = match self.current {
            K::Pipe if self.context.case => return None,
            K::PipePipe | K::Caret | K::Pipe => 30,
            K::AmpersandAmpersand | K::Ampersand => 60,
            K::EqualEqual | K::BangEqual => 90,
            K::InKeyword | K::NotIn => 110,
            K::Less | K::LessEqual | K::Greater | K::GreaterEqual => 130,
            K::QuestionQuestion => 135,
            K::DotDot | K::DotDotEqual => 140,
            K::Plus | K::Minus => 150,
            K::Star | K::Slash | K::Percent => 180,
            K::StarStar => 190,
            K::ShiftLeft | K::ShiftRight => 210,
            _ => return None,
        };
        let right = if self.current == K::StarStar { precedence } else { precedence + 1 };
        Some(Binding { precedence, right })
    }

    fn unary(&mut self) -> bool {
        let mark = self.mark();
        match self.current {
            K::Minus if matches!(self.kind_at(1), K::Integer | K::Float) && self.touches_next() => {
                self.signed_base();
                self.bump();
                self.bump();
                self.finish(mark, K::Literal);
                self.postfix(mark);
            }
            K::Minus | K::Plus | K::Bang => {
                let operator = self.shown();
                self.bump();
                if !self.begins_expression() {
                    self.missing(&format!("operand behind `{operator}`"));
                } else if self.enter() {
                    self.unary();
                    self.leave();
                } else {
                    self.skip_expression();
                }
                self.finish(mark, K::Prefix);
            }
            _ => return self.operand(),
        }
        true
    }

    /// Reports a sign directly before `0x…` and its like, which Rhai takes for a part of the number
    /// and then cannot read, except behind what it does not expect a sign.
    fn signed_base(&mut self) {
        let number = self.range_of(self.at + 1);
        let has_base = self.text.as_bytes().get(number.start + 1).is_some_and(|it| {
            number.len() > 1 && matches!(it, b'x' | b'X' | b'o' | b'O' | b'b' | b'B')
        });
        let before = self.at.checked_sub(1).map(|it| self.kind_of(it));
        let separate = matches!(
            before,
            Some(
                K::FatArrow | K::BreakKeyword | K::SwitchKeyword | K::ImportKeyword | K::RightBrace
            )
        );
        if has_base && !separate {
            let digits = &self.text[number.clone()];
            let range = self.range().start..number.end;
            let message = format!("the number `-{digits}` has both a sign and a base");
            let error = SyntaxError::new(SyntaxErrorKind::BadNumber, range.clone(), message)
                .help("put a blank behind the sign")
                .replace(range, format!("- {digits}"));
            self.report(error);
        }
    }

    fn operand(&mut self) -> bool {
        let mark = self.mark();
        match self.current {
            K::Integer | K::Float | K::TrueKeyword | K::FalseKeyword => {
                self.bump();
                self.finish(mark, K::Literal);
            }
            K::QuotedText | K::RawText | K::Character | K::TextStart => {
                self.text();
            }
            K::Identifier => self.variable(),
            K::ThisKeyword => self.this(),
            K::ReservedWord => {
                if !self.reserved_operand() {
                    return true;
                }
            }
            K::LeftParen => self.paren(),
            K::LeftBracket => {
                self.list(&ELEMENTS, Self::element);
                self.finish(mark, K::Array);
            }
            K::MapStart => {
                self.list(&ENTRIES, Self::entry);
                self.finish(mark, K::Map);
            }
            K::LeftBrace if self.looks_like_map() => self.map_without_sign(),
            K::LeftBrace => {
                self.block();
            }
            K::IfKeyword | K::SwitchKeyword | K::WhileKeyword | K::LoopKeyword | K::ForKeyword => {
                self.control();
            }
            K::DoKeyword => self.do_loop(),
            K::Pipe | K::PipePipe if !self.context.case || self.current == K::PipePipe => {
                self.closure();
            }
            K::Underscore => {
                self.unexpected("where a value is due");
                self.bump();
                self.finish(mark, K::Error);
            }
            K::Unknown => {
                self.bump();
                if self.begins_expression() && !self.begins_line() && self.enter() {
                    self.unary();
                    self.leave();
                }
                self.finish(mark, K::Error);
                return true;
            }
            _ => return false,
        }
        self.postfix(mark);
        true
    }

    /// A name, or a path of names.
    fn variable(&mut self) {
        let mark = self.mark();
        self.bump();
        if self.current != K::ColonColon {
            return self.finish(mark, K::Variable);
        }
        while self.eat(K::ColonColon) {
            match self.current {
                K::Identifier => self.bump(),
                K::ReservedWord => {
                    let error = self.reserved_word();
                    self.report(error);
                    self.bump();
                }
                _ => {
                    self.missing("name behind `::`");
                    break;
                }
            }
        }
        self.finish(mark, K::Path);
    }

    fn this(&mut self) {
        let mark = self.mark();
        if !self.context.function {
            let message = "`this` stands outside of a function";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, self.range(), message);
            self.report(error);
        }
        self.bump();
        self.finish(mark, K::This);
    }

    /// A reserved word as a value; whether it can be followed by a call.
    fn reserved_operand(&mut self) -> bool {
        let mark = self.mark();
        let next = self.kind_at(1);
        let calls = next == K::LeftParen || next == K::Bang && self.kind_at(2) == K::LeftParen;
        let callable = word::reserved(self.word()).is_some_and(|it| it != Reserved::Always);
        if calls && callable {
            self.bump();
            self.finish(mark, K::Variable);
            return true;
        }
        if self.word() == "match" && !calls {
            self.switch();
            return true;
        }
        let error = self.reserved_word();
        self.report(error);
        self.bump();
        if calls {
            self.finish(mark, K::Variable);
            return true;
        }
        // `new thing(…)`
        if self.current == K::Identifier && !self.begins_line() && self.enter() {
            self.operand();
            self.leave();
        }
        self.finish(mark, K::Error);
        false
    }

    fn paren(&mut self) {
        let mark = self.mark();
        if self.kind_at(1) == K::RightParen && self.touches_next() {
            self.bump();
            self.bump();
            return self.finish(mark, K::Unit);
        }
        let opener = self.at;
        let case = std::mem::take(&mut self.context.case);
        self.open_bracket(K::RightParen);
        if !self.expression() {
            self.missing("expression behind `(`");
        }
        self.expect_close(opener, K::RightParen);
        self.close_bracket(K::RightParen);
        self.context.case = case;
        self.finish(mark, K::Paren);
    }

    fn element(&mut self) {
        self.expression();
    }

    /// `key: value`.
    fn entry(&mut self) {
        let mark = self.mark();
        let shown = self.shown();
        let mut interpolated = false;
        match self.current {
            K::Identifier => self.bump(),
            K::QuotedText | K::RawText | K::TextStart => interpolated = self.text(),
            K::ReservedWord => self.reserved_key(),
            _ if self.current.is_keyword() => self.reserved_key(),
            K::Integer | K::Character if self.kind_at(1) == K::Colon => {
                self.unexpected("where the name of an entry is due");
                self.bump();
            }
            _ => return,
        }
        if interpolated {
            let range = self.range_of(mark.at).start..self.previous_end();
            let message = "the key of an entry has an interpolation";
            let error = SyntaxError::new(SyntaxErrorKind::Unexpected, range, message)
                .help("set the entry afterwards: `map[key] = value`");
            self.report(error);
        }
        self.finish(mark, K::MapKey);
        match self.current {
            K::Colon => self.bump(),
            K::Equal | K::FatArrow | K::ColonColon => {
                let message = format!("`{}` stands where `:` is due", self.shown());
                let range = self.range();
                let error = SyntaxError::new(SyntaxErrorKind::Unexpected, range.clone(), message)
                    .replace(range, ":");
                self.report(error);
                self.bump();
            }
            K::Comma | K::RightBrace => {
                let message = format!("missing value of the entry `{shown}`");
                let at = self.previous_end();
                let error = SyntaxError::new(SyntaxErrorKind::Missing, at..at, message)
                    .help(format!("write `{shown}: …`"));
                self.report(error);
                return self.finish(mark, K::MapEntry);
            }
            _ => self.missing_symbol(":", &format!("behind the key `{shown}`")),
        }
        if !self.expression() {
            self.missing(&format!("value of the entry `{shown}`"));
        }
        self.finish(mark, K::MapEntry);
    }

    fn reserved_key(&mut self) {
        let word = self.word().to_owned();
        let range = self.range();
        let message = format!("the word `{word}` is reserved");
        let error = SyntaxError::new(SyntaxErrorKind::ReservedWord, range.clone(), message)
            .help("put the key into quotes")
            .replace(range, format!("\"{word}\""));
        self.report(error);
        self.bump();
    }

    /// Whether a brace begins what would be a map, had it its `#`.
    fn looks_like_map(&self) -> bool {
        self.kind_at(2) == K::Colon && matches!(self.kind_at(1), K::Identifier | K::QuotedText)
    }

    fn map_without_sign(&mut self) {
        let mark = self.mark();
        let range = self.range();
        let error = SyntaxError::new(
            SyntaxErrorKind::Missing,
            range.clone(),
            "`{` begins a block, not a map",
        )
        .help("begin the map with `#{`")
        .insert(range.start, "#");
        self.report(error);
        self.list(&ENTRIES, Self::entry);
        self.finish(mark, K::Map);
    }

    fn closure(&mut self) {
        let mark = self.mark();
        if !self.eat(K::PipePipe) {
            self.list(&BARS, Self::parameter);
        }
        self.finish(mark, K::ParameterList);
        let outer = std::mem::replace(&mut self.context, Context::FUNCTION);
        let before = self.at;
        self.statement(Level::Inner);
        self.context = outer;
        if self.at == before {
            self.missing("body of the closure");
        }
        self.finish(mark, K::Closure);
    }

    /// A text; whether it has interpolations.
    pub(super) fn text(&mut self) -> bool {
        let mark = self.mark();
        let mut interpolated = false;
        if self.current == K::TextStart {
            self.bump();
            loop {
                match self.current {
                    K::TextPart => self.bump(),
                    K::InterpolationStart => {
                        interpolated = true;
                        self.interpolation();
                    }
                    K::TextEnd => {
                        self.bump();
                        break;
                    }
                    _ => break,
                }
            }
        } else {
            self.bump();
        }
        self.finish(mark, K::Text);
        interpolated
    }

    fn interpolation(&mut self) {
        let mark = self.mark();
        if !self.enter() {
            return self.skip_tree();
        }
        let context = self.context;
        self.context.case = false;
        self.context.header = false;
        self.open_bracket(K::InterpolationEnd);
        self.statements(Level::Inner);
        // The lexer has reported it if it is not closed.
        self.eat(K::InterpolationEnd);
        self.close_bracket(K::InterpolationEnd);
        self.context = context;
        self.leave();
        self.finish(mark, K::Interpolation);
    }
}
