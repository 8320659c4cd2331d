//! The lossless, resilient syntax tree of a Rhai script.
//!
//! Rhai reports one position per call and nothing else. That position is exact, so it leads through
//! [`Tree::call_at`] to both ends of every argument, key and value. The tree exists for every text,
//! however broken: [`parse`] never fails, it collects [`SyntaxError`]s, each mistake once and many
//! with the edit that mends it.
//!
//! - [`lexer`] cuts the text into tokens, so that every byte lies in exactly one of them.
//! - [`parser`] arranges the tokens, with the precedence and the quirks of Rhai 1.27, and goes on
//!   behind mistakes.
//! - [`tree`] walks: nodes, tokens, what lies at an offset.
//! - [`view`] reads nodes as what they are, [`text`] does so for literals of text.
//! - [`names`] pairs every use of a variable with its definition.
//!
//! Where the engine is silent, this module still speaks: of a block comment that is not closed, of
//! a closure or an arm without a statement, and of nesting deeper than [`parser::MAX_DEPTH`]. What
//! needs meaning rather than form is left to the engine: functions defined twice, constants that
//! are assigned to, conditions that are no truth values, cases that are no literals.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whoever reads a text names the kinds that fit; all others are unexpected"
)]

pub mod lexer;
pub mod names;
pub mod parser;
pub mod text;
pub mod tree;
pub mod view;

use std::ops::Range;
use std::sync::Arc;

/// Parses any text, in linear time and with a bounded stack.
#[must_use]
pub fn parse(text: Arc<str>) -> Tree {
    parser::parse(text)
}

/// The syntax tree of one text.
///
/// Nodes lie in preorder in one vector and refer to runs of tokens, so a tree is cheap to build, to
/// share between threads and to drop.
#[derive(Clone, Debug)]
pub struct Tree {
    text: Arc<str>,
    tokens: Vec<lexer::RawToken>,
    nodes: Vec<tree::RawNode>,
    errors: Vec<SyntaxError>,
}

/// A node of a [`Tree`].
#[derive(Clone, Copy)]
pub struct Node<'t> {
    tree: &'t Tree,
    index: u32,
}

/// A token of a [`Tree`].
#[derive(Clone, Copy)]
pub struct Token<'t> {
    tree: &'t Tree,
    index: u32,
}

/// A node or a token, for whoever needs both in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Element<'t> {
    /// A node.
    Node(Node<'t>),
    /// A token.
    Token(Token<'t>),
}

/// Something wrong with the form of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxError {
    /// The smallest guilty part; empty where something is missing.
    pub range: Range<u32>,
    /// The class of the mistake.
    pub kind: SyntaxErrorKind,
    /// What is: lower case, one line, no full stop.
    pub message: String,
    /// Why here, to stand beside the range.
    pub label: Option<String>,
    /// What to do, as an imperative.
    pub help: Option<String>,
    /// An insertion that mends it: where and what.
    pub insert: Option<(u32, String)>,
    /// A replacement that mends it: of what and by what.
    pub replace: Option<(Range<u32>, String)>,
}

/// The class of a [`SyntaxError`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SyntaxErrorKind {
    /// Something stands where it cannot stand.
    Unexpected,
    /// Something is not there.
    Missing,
    /// A text is not closed.
    UnclosedString,
    /// A block comment is not closed.
    UnclosedComment,
    /// A bracket is not closed.
    UnclosedBracket,
    /// A backslash in a text is followed by something that it cannot escape.
    BadEscape,
    /// A character literal does not hold exactly one character.
    BadCharacter,
    /// A number is malformed.
    BadNumber,
    /// A name consists of underscores and digits only.
    BadName,
    /// A word is used that Rhai keeps for itself.
    ReservedWord,
    /// A symbol is used that other languages have.
    ForeignSymbol,
    /// A character is used that may occur in texts and comments only.
    Character,
    /// The target of an assignment is not a variable, a property or an element.
    BadTarget,
    /// The nesting is too deep.
    TooDeep,
    /// The text is too long.
    TooLarge,
}

/// What a token or a node is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SyntaxKind {
    // Trivia: tokens that mean nothing to the engine.
    /// A run of blanks, tabs and line ends.
    Whitespace,
    /// `// …` to the end of the line.
    LineComment,
    /// `/* … */`, nested.
    BlockComment,
    /// `/// …`, documentation of the function below.
    DocLine,
    /// `/** … */`, documentation of the function below.
    DocBlock,
    /// `#!…` on the first line.
    Shebang,
    /// The byte order mark at the very start.
    ByteOrderMark,
    // Literals and names.
    /// `42`, `1_000`, `0xFF`, `0o17`, `0b1010`.
    Integer,
    /// `1.5`, `1e-3`.
    Float,
    /// `"…"`, quotes included.
    QuotedText,
    /// `#"…"#`, quotes included.
    RawText,
    /// `'x'`, quotes included.
    Character,
    /// The backtick that opens a text.
    TextStart,
    /// The backtick that closes a text.
    TextEnd,
    /// What stands between backticks, up to an interpolation.
    TextPart,
    /// `${`.
    InterpolationStart,
    /// The `}` that ends an interpolation.
    InterpolationEnd,
    /// A name.
    Identifier,
    /// A word that Rhai keeps for itself, such as `match` or `print`.
    ReservedWord,
    /// `_`.
    Underscore,
    // Keywords.
    /// `as`.
    AsKeyword,
    /// `break`.
    BreakKeyword,
    /// `catch`.
    CatchKeyword,
    /// `const`.
    ConstKeyword,
    /// `continue`.
    ContinueKeyword,
    /// `do`.
    DoKeyword,
    /// `else`.
    ElseKeyword,
    /// `export`.
    ExportKeyword,
    /// `false`.
    FalseKeyword,
    /// `fn`.
    FnKeyword,
    /// `for`.
    ForKeyword,
    /// `if`.
    IfKeyword,
    /// `import`.
    ImportKeyword,
    /// `in`.
    InKeyword,
    /// `let`.
    LetKeyword,
    /// `loop`.
    LoopKeyword,
    /// `private`.
    PrivateKeyword,
    /// `return`.
    ReturnKeyword,
    /// `switch`.
    SwitchKeyword,
    /// `this`.
    ThisKeyword,
    /// `throw`.
    ThrowKeyword,
    /// `true`.
    TrueKeyword,
    /// `try`.
    TryKeyword,
    /// `until`.
    UntilKeyword,
    /// `while`.
    WhileKeyword,
    // Brackets and separators.
    /// `(`.
    LeftParen,
    /// `)`.
    RightParen,
    /// `[`.
    LeftBracket,
    /// `]`.
    RightBracket,
    /// `?[`.
    QuestionBracket,
    /// `{`.
    LeftBrace,
    /// `}`.
    RightBrace,
    /// `#{`.
    MapStart,
    /// `,`.
    Comma,
    /// `;`.
    Semicolon,
    /// `:`.
    Colon,
    /// `::`.
    ColonColon,
    /// `.`.
    Dot,
    /// `?.`.
    QuestionDot,
    /// `=>`.
    FatArrow,
    /// `|`.
    Pipe,
    // Operators.
    /// `||`, also a closure without parameters.
    PipePipe,
    /// `!`.
    Bang,
    /// `!in`.
    NotIn,
    /// `..`.
    DotDot,
    /// `..=`.
    DotDotEqual,
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Star,
    /// `/`.
    Slash,
    /// `%`.
    Percent,
    /// `**`.
    StarStar,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
    /// `&`.
    Ampersand,
    /// `&&`.
    AmpersandAmpersand,
    /// `^`.
    Caret,
    /// `==`.
    EqualEqual,
    /// `!=`.
    BangEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
    /// `??`.
    QuestionQuestion,
    // Assignment operators.
    /// `=`.
    Equal,
    /// `+=`.
    PlusEqual,
    /// `-=`.
    MinusEqual,
    /// `*=`.
    StarEqual,
    /// `/=`.
    SlashEqual,
    /// `%=`.
    PercentEqual,
    /// `**=`.
    StarStarEqual,
    /// `<<=`.
    ShiftLeftEqual,
    /// `>>=`.
    ShiftRightEqual,
    /// `&=`.
    AmpersandEqual,
    /// `|=`.
    PipeEqual,
    /// `^=`.
    CaretEqual,
    // Other tokens.
    /// A character or symbol that no rule of the language allows.
    Unknown,
    /// The end of the text, an empty token.
    EndOfText,
    // Statements and their parts.
    /// The whole text.
    Root,
    /// `{ … }` with statements.
    Block,
    /// `let x = 1`, without its semicolon as all statements.
    Let,
    /// `const X = 1`.
    Const,
    /// `x = 1`, `x += 1`.
    Assignment,
    /// `fn f(a) { … }`.
    Function,
    /// The parameters with their parentheses or bars.
    ParameterList,
    /// One parameter.
    Parameter,
    /// The type before the name of a typed method, `i64` of `fn i64.f()`.
    ThisType,
    /// A name where it is defined.
    Name,
    /// `import "x" as y`.
    Import,
    /// `export x as y`, or around a `let`.
    Export,
    /// `return x`.
    Return,
    /// `throw x`.
    Throw,
    /// `break x`.
    Break,
    /// `continue`.
    Continue,
    /// `try { … } catch …`.
    Try,
    /// `catch (e) { … }`.
    Catch,
    // Expressions and their parts.
    /// `if a { … } else if b { … } else { … }`, its branches side by side.
    If,
    /// `else if b { … }`.
    ElseIf,
    /// `else { … }`.
    Else,
    /// `switch x { … }`.
    Switch,
    /// `1 | 2 if g => x`.
    SwitchArm,
    /// What an arm compares with.
    CaseList,
    /// `if g` of an arm.
    Guard,
    /// `while a { … }`.
    While,
    /// `loop { … }`.
    Loop,
    /// `do { … } while a`.
    DoLoop,
    /// `for x in y { … }`.
    For,
    /// A name where it is used; of a called function as well.
    Variable,
    /// `a::b`, of a value or a called function.
    Path,
    /// `this`.
    This,
    /// A number, with its sign, or `true` or `false`.
    Literal,
    /// `()`.
    Unit,
    /// A text in any quotes, or a character.
    Text,
    /// `${ … }`.
    Interpolation,
    /// `( … )` around an expression.
    Paren,
    /// `[ … ]`.
    Array,
    /// `#{ … }`.
    Map,
    /// `key: value`.
    MapEntry,
    /// The key of an entry.
    MapKey,
    /// `|x| …`.
    Closure,
    /// `f(…)`, `m::f(…)`.
    Call,
    /// `x.f(…)`.
    MethodCall,
    /// The arguments with their parentheses.
    ArgumentList,
    /// `x.y`.
    Field,
    /// `x[y]`.
    Index,
    /// `-x`, `!x`.
    Prefix,
    /// `x + y`.
    Binary,
    /// `x..y`, each end optional.
    Range,
    /// Tokens that fit nowhere.
    Error,
}

/// A call: `f(…)`, `m::f(…)` or `x.f(…)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Call<'t>(Node<'t>);

/// A function definition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function<'t>(Node<'t>);

/// An `import` statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Import<'t>(Node<'t>);

/// A `let` or `const` statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Let<'t>(Node<'t>);

/// A text in any quotes, or a character.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StringLiteral<'t>(Node<'t>);

/// A map literal, `#{ … }`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapLiteral<'t>(Node<'t>);

/// One entry of a [`MapLiteral`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MapEntry<'t>(Node<'t>);

/// An array literal, `[ … ]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ArrayLiteral<'t>(Node<'t>);

/// A closure, `|x| …`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Closure<'t>(Node<'t>);

/// A `for` loop.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct For<'t>(Node<'t>);

/// A `switch` expression.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Switch<'t>(Node<'t>);

/// One arm of a [`Switch`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SwitchArm<'t>(Node<'t>);

/// Statements in braces, or those of the whole text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block<'t>(Node<'t>);

/// A name that is used as a value, or called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Variable<'t>(Node<'t>);

/// `a::b`, used as a value or called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path<'t>(Node<'t>);

/// Access to a property, `x.y`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field<'t>(Node<'t>);
