//! Names, keywords and the words that Rhai keeps for itself.

use crate::syntax::lexer::Lexer;
use crate::syntax::{SyntaxError, SyntaxErrorKind, SyntaxKind};

/// How a reserved word may be used after all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reserved {
    /// Not at all.
    Always,
    /// Called as a function, `print(x)`.
    Callable,
    /// Called as a function or a method, `f.call(x)`.
    Method,
}

/// Every reserved word of Rhai 1.27 that is not a keyword, with its exceptions.
pub const RESERVED: &[(&str, Reserved)] = &[
    ("Fn", Reserved::Callable),
    ("async", Reserved::Always),
    ("await", Reserved::Always),
    ("call", Reserved::Method),
    ("case", Reserved::Always),
    ("curry", Reserved::Method),
    ("debug", Reserved::Callable),
    ("default", Reserved::Always),
    ("eval", Reserved::Callable),
    ("go", Reserved::Always),
    ("goto", Reserved::Always),
    ("is", Reserved::Always),
    ("is_def_fn", Reserved::Callable),
    ("is_def_var", Reserved::Callable),
    ("is_shared", Reserved::Method),
    ("match", Reserved::Always),
    ("module", Reserved::Always),
    ("new", Reserved::Always),
    ("nil", Reserved::Always),
    ("null", Reserved::Always),
    ("package", Reserved::Always),
    ("print", Reserved::Callable),
    ("protected", Reserved::Always),
    ("public", Reserved::Always),
    ("shared", Reserved::Always),
    ("spawn", Reserved::Always),
    ("static", Reserved::Always),
    ("super", Reserved::Always),
    ("sync", Reserved::Always),
    ("thread", Reserved::Always),
    ("type_of", Reserved::Method),
    ("use", Reserved::Always),
    ("var", Reserved::Always),
    ("void", Reserved::Always),
    ("with", Reserved::Always),
    ("yield", Reserved::Always),
];

/// Every keyword with its token.
pub const KEYWORDS: &[(&str, SyntaxKind)] = &[
    ("as", SyntaxKind::AsKeyword),
    ("break", SyntaxKind::BreakKeyword),
    ("catch", SyntaxKind::CatchKeyword),
    ("const", SyntaxKind::ConstKeyword),
    ("continue", SyntaxKind::ContinueKeyword),
    ("do", SyntaxKind::DoKeyword),
    ("else", SyntaxKind::ElseKeyword),
    ("export", SyntaxKind::ExportKeyword),
    ("false", SyntaxKind::FalseKeyword),
    ("fn", SyntaxKind::FnKeyword),
    ("for", SyntaxKind::ForKeyword),
    ("if", SyntaxKind::IfKeyword),
    ("import", SyntaxKind::ImportKeyword),
    ("in", SyntaxKind::InKeyword),
    ("let", SyntaxKind::LetKeyword),
    ("loop", SyntaxKind::LoopKeyword),
    ("private", SyntaxKind::PrivateKeyword),
    ("return", SyntaxKind::ReturnKeyword),
    ("switch", SyntaxKind::SwitchKeyword),
    ("this", SyntaxKind::ThisKeyword),
    ("throw", SyntaxKind::ThrowKeyword),
    ("true", SyntaxKind::TrueKeyword),
    ("try", SyntaxKind::TryKeyword),
    ("until", SyntaxKind::UntilKeyword),
    ("while", SyntaxKind::WhileKeyword),
];

/// How a word is reserved, if it is.
#[must_use]
pub fn reserved(word: &str) -> Option<Reserved> {
    RESERVED.binary_search_by_key(&word, |it| it.0).ok().map(|it| RESERVED[it].1)
}

/// Where the words with a given first letter lie in a table: start and end.
type Letters = [(u8, u8); 128];

const KEYWORD_LETTERS: Letters = {
    let mut letters = [(0, 0); 128];
    let mut index = 0;
    while index < KEYWORDS.len() {
        let letter = KEYWORDS[index].0.as_bytes()[0] as usize;
        if letters[letter].1 == 0 {
            letters[letter].0 = index as u8;
        }
        index += 1;
        letters[letter].1 = index as u8;
    }
    letters
};

const RESERVED_LETTERS: Letters = {
    let mut letters = [(0, 0); 128];
    let mut index = 0;
    while index < RESERVED.len() {
        let letter = RESERVED[index].0.as_bytes()[0] as usize;
        if letters[letter].1 == 0 {
            letters[letter].0 = index as u8;
        }
        index += 1;
        letters[letter].1 = index as u8;
    }
    letters
};

/// The kind of token that an ASCII word is.
pub(crate) fn classify(word: &str) -> SyntaxKind {
    let letter = usize::from(word.as_bytes()[0] & 0x7F);
    let (start, end) = KEYWORD_LETTERS[letter];
    for &(keyword, kind) in &KEYWORDS[usize::from(start)..usize::from(end)] {
        if keyword == word {
            return kind;
        }
    }
    let (start, end) = RESERVED_LETTERS[letter];
    for &(reserved, _) in &RESERVED[usize::from(start)..usize::from(end)] {
        if reserved == word {
            return SyntaxKind::ReservedWord;
        }
    }
    SyntaxKind::Identifier
}

impl Lexer<'_> {
    pub(super) fn word(&mut self) {
        let start = self.at;
        self.at += 1;
        self.skip_while(|it| it.is_ascii_alphanumeric() || it == b'_');
        if self.peek(0) >= 0x80 && self.text[self.at..].starts_with(char::is_alphanumeric) {
            return self.foreign_word(start);
        }
        let word = &self.text[start..self.at];
        if word == "_" {
            return self.push(SyntaxKind::Underscore, start);
        }
        self.push(classify(word), start);
        if word.starts_with('_')
            && !word.trim_start_matches('_').starts_with(|it: char| it.is_ascii_alphabetic())
        {
            self.report(
                SyntaxError::new(
                    SyntaxErrorKind::BadName,
                    start..self.at,
                    format!("the name `{word}` has no letter after its underscores"),
                )
                .help("let a letter follow the underscores"),
            );
        }
    }

    /// A word with letters that Rhai does not allow; a name all the same.
    pub(super) fn foreign_word(&mut self, start: usize) {
        let rest = &self.text[start..];
        let length = rest.find(|it: char| it != '_' && !it.is_alphanumeric()).unwrap_or(rest.len());
        self.at = start + length;
        self.push(SyntaxKind::Identifier, start);
        let word = &self.text[start..self.at];
        let letter = word.chars().find(|it| !it.is_ascii()).unwrap_or_default();
        self.report(
            SyntaxError::new(
                SyntaxErrorKind::Character,
                start..self.at,
                format!("the name `{word}` contains `{letter}`"),
            )
            .help("use the letters a to z, digits and `_` in names; texts may contain anything"),
        );
    }
}
