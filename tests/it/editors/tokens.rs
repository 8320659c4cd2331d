//! What each token of the corpus is, for those who compare it with what a grammar makes of it.
//!
//! `MIMEO_TOKENS=FILE cargo test --test it editors::tokens` writes the classes; `editors/vscode/test/colours.mjs` compares
//! them with the `TextMate` grammar, character by character.

use mimeo::compile::registry;
use mimeo::syntax::{self, SyntaxKind, Token, Tree};
use serde_json::json;

use super::text_of;
use crate::support::{files_below, root};

/// The scripts that grammars are tried on: the examples, the standard library, and one or more for each form of the syntax.
pub(super) fn corpus() -> Vec<(String, String)> {
    let folders = ["examples", "stdlib", "tests/cases/syntax", "editors/corpus"];
    let files = folders.into_iter().flat_map(files_below);
    let scripts = files.filter(|it| it.extension().is_some_and(|it| it == "rhai"));
    let mut corpus: Vec<_> = scripts
        .map(|path| {
            let name = path.strip_prefix(root()).expect("it lies below").to_string_lossy();
            let name = name.replace('\\', "/");
            let text = text_of(&name);
            (name, text)
        })
        .collect();
    corpus.sort();
    corpus
}

/// The class of a token; none for what has no colour.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other tokens are operators")]
pub(super) fn class(tree: &Tree, token: Token<'_>) -> Option<&'static str> {
    use SyntaxKind as K;
    Some(match token.kind() {
        K::Whitespace | K::ByteOrderMark | K::EndOfText => return None,
        K::LineComment | K::BlockComment | K::Shebang => "comment",
        K::DocLine | K::DocBlock => "documentation",
        K::Integer | K::Float => "number",
        K::QuotedText | K::RawText | K::Character | K::TextStart | K::TextEnd | K::TextPart => {
            "text"
        }
        K::InterpolationStart | K::InterpolationEnd => "interpolation",
        K::Identifier => name(tree, token),
        K::ReservedWord => match name(tree, token) {
            "name" => "reserved",
            other => other,
        },
        K::Underscore => "name",
        K::TrueKeyword | K::FalseKeyword => "constant",
        K::ThisKeyword => "this",
        K::AsKeyword
        | K::BreakKeyword
        | K::CatchKeyword
        | K::ConstKeyword
        | K::ContinueKeyword
        | K::DoKeyword
        | K::ElseKeyword
        | K::ExportKeyword
        | K::FnKeyword
        | K::ForKeyword
        | K::IfKeyword
        | K::ImportKeyword
        | K::InKeyword
        | K::LetKeyword
        | K::LoopKeyword
        | K::PrivateKeyword
        | K::ReturnKeyword
        | K::SwitchKeyword
        | K::ThrowKeyword
        | K::TryKeyword
        | K::UntilKeyword
        | K::WhileKeyword => "keyword",
        K::LeftParen
        | K::RightParen
        | K::LeftBracket
        | K::RightBracket
        | K::QuestionBracket
        | K::LeftBrace
        | K::RightBrace
        | K::MapStart
        | K::Comma
        | K::Semicolon
        | K::Colon
        | K::ColonColon
        | K::Dot
        | K::QuestionDot => "punctuation",
        K::Pipe | K::PipePipe => {
            let around = tree.node_at(token.range().start).kind();
            if around == K::ParameterList { "bar" } else { "operator" }
        }
        K::Unknown => "unknown",
        _ => "operator",
    })
}

/// What a name is, where the next token tells.
fn name(tree: &Tree, token: Token<'_>) -> &'static str {
    let text = tree.text();
    let start = token.range().start as usize;
    let end = token.range().end as usize;
    let registry = registry();
    if text[end..].starts_with("::") {
        let known = registry.namespaces().contains(&token.text());
        return if known { "host-namespace" } else { "namespace" };
    }
    if !text[end..].starts_with('(') {
        return "name";
    }
    if text[..start].trim_end().ends_with("fn") {
        return "definition";
    }
    let Some(call) = tree.call_at(token.range().start) else { return "name" };
    let host = match (call.receiver(), call.namespace()) {
        // Behind a comment, a grammar that goes by lines has forgotten the dot.
        (Some(_), _) if !text[..start].trim_end().ends_with('.') => return "name",
        (Some(_), _) => registry.methods(call.name()).next().is_some(),
        (None, namespace) => registry.function(namespace.map(|it| it.0), call.name()).is_some(),
    };
    if host { "host" } else { "call" }
}

#[test]
fn the_corpus_has_a_class_for_every_token() {
    let mut files = Vec::new();
    let mut count = 0;
    for (file, text) in corpus() {
        let tree = syntax::parse(text.as_str().into());
        // What is wrong has no right colour.
        if !tree.errors().is_empty() {
            assert!(file.contains("/bad-"), "{file} is wrong: {:?}", tree.errors());
            continue;
        }
        let mut tokens = Vec::new();
        let mut at = 0;
        for token in tree.tokens() {
            let length = token.text().encode_utf16().count();
            if let Some(class) = class(&tree, token) {
                assert_ne!(class, "unknown", "{} in {file}", token.text());
                tokens.push(json!([class, at, at + length]));
            }
            at += length;
        }
        count += tokens.len();
        files.push(json!({ "file": file, "text": text, "tokens": tokens }));
    }
    assert!(count > 5000, "only {count} tokens");
    if let Some(path) = std::env::var_os("MIMEO_TOKENS") {
        let text = serde_json::to_string(&files).expect("it becomes text");
        std::fs::write(path, text).expect("the file can be written");
    }
}
