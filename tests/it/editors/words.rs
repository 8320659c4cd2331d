//! The word lists of the grammars, from the registry of host functions and the tables of the lexer.

use std::collections::{BTreeMap, BTreeSet};

use mimeo::compile::registry;
use mimeo::plan;
use mimeo::script::builtin;
use mimeo::syntax::lexer::word::{KEYWORDS, RESERVED, Reserved};
use serde_json::{Value as Json, json};

use super::{hold, text_of};

const GRAMMAR: &str = "editors/vscode/syntaxes/rhai.tmLanguage.json";

/// What a keyword is to somebody who reads colours.
fn colour(keyword: &str) -> &'static str {
    match keyword {
        "break" | "catch" | "continue" | "do" | "else" | "for" | "if" | "in" | "loop"
        | "return" | "switch" | "throw" | "try" | "until" | "while" => "keyword.control",
        "as" | "export" | "import" => "keyword.control.import",
        "let" | "const" => "storage.type",
        "fn" => "storage.type.function",
        "private" => "storage.modifier",
        "true" | "false" => "constant.language.boolean",
        "this" => "variable.language.this",
        other => panic!("nobody has said what colour the keyword `{other}` has"),
    }
}

/// The keywords by colour.
fn keywords() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut colours: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (keyword, _) in KEYWORDS {
        colours.entry(colour(keyword)).or_default().push(*keyword);
    }
    colours
}

/// The words that can never be used.
fn reserved() -> Vec<&'static str> {
    RESERVED.iter().filter(|it| it.1 == Reserved::Always).map(|it| it.0).collect()
}

/// The host functions by namespace; those without one under the empty name.
fn functions() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut functions: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for row in registry().rows().filter(|it| !it.is_method()) {
        functions.entry(row.namespace.unwrap_or_default()).or_default().insert(row.name);
    }
    functions
}

/// The methods of all builders.
fn methods() -> BTreeSet<&'static str> {
    registry().rows().filter(|it| it.is_method()).map(|it| it.name).collect()
}

/// The names of Rhai's own functions that the host has not taken for itself, and those that the engine knows.
fn builtins() -> Vec<&'static str> {
    let callable = RESERVED.iter().filter(|it| it.1 != Reserved::Always).map(|it| it.0);
    let constants = ["E", "PI"];
    let all: BTreeSet<_> = builtin::NAMES.iter().copied().chain(callable).collect();
    let own = &functions()[""];
    all.into_iter().filter(|it| !own.contains(it) && !constants.contains(it)).collect()
}

fn alternatives<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().collect::<Vec<_>>().join("|")
}

/// The entries of the `TextMate` grammar that come from tables.
fn repository() -> Vec<(&'static str, Json)> {
    let end = "(?![A-Za-z0-9_])";
    let words: Vec<_> = keywords()
        .iter()
        .map(|(colour, words)| {
            let words = alternatives(words.iter().copied());
            json!({ "name": format!("{colour}.rhai"), "match": format!("(?:{words}){end}") })
        })
        .collect();
    let mut by_namespace = functions();
    let globals = by_namespace.remove("").expect("the language has global functions");
    let namespaces = alternatives(by_namespace.keys().copied());
    let calls: Vec<_> = by_namespace
        .iter()
        .map(|(namespace, names)| {
            let names = alternatives(names.iter().copied());
            json!({
                "match": format!("({namespace})\\s*(::)\\s*({names}){end}"),
                "captures": {
                    "1": { "name": "entity.name.namespace.host.rhai" },
                    "2": { "name": "punctuation.accessor.double-colon.rhai" },
                    "3": { "name": "support.function.host.rhai" },
                },
            })
        })
        .collect();
    vec![
        ("generated-keywords", json!({ "patterns": words })),
        (
            "generated-reserved",
            json!({
                "name": "invalid.illegal.reserved.rhai",
                "match": format!("(?:{}){end}", alternatives(reserved())),
            }),
        ),
        ("generated-functions", json!({ "patterns": calls })),
        (
            "generated-globals",
            json!({
                "name": "support.function.host.rhai",
                "match": format!("(?<!\\.)(?:{})(?=\\s*\\()", alternatives(globals)),
            }),
        ),
        (
            "generated-methods",
            json!({
                "match": format!("(?<=\\.)\\s*({})(?=\\s*\\()", alternatives(methods())),
                "captures": { "1": { "name": "support.function.host.method.rhai" } },
            }),
        ),
        (
            "generated-namespaces",
            json!({
                "match": format!("({namespaces})(?=\\s*::)"),
                "captures": { "1": { "name": "entity.name.namespace.host.rhai" } },
            }),
        ),
        (
            "generated-builtin",
            json!({
                "match": format!("({})(?=\\s*\\()", alternatives(builtins())),
                "captures": { "1": { "name": "support.function.builtin.rhai" } },
            }),
        ),
    ]
}

#[test]
fn the_textmate_grammar_has_the_names_of_the_language() {
    let mut grammar: Json = serde_json::from_str(&text_of(GRAMMAR)).expect("it is JSON");
    let entries = grammar["repository"].as_object_mut().expect("it has a repository");
    let generated = repository();
    for (name, entry) in &generated {
        let slot = entries.get_mut(*name).unwrap_or_else(|| panic!("it has no `{name}`"));
        *slot = entry.clone();
    }
    let unknown: Vec<_> = entries
        .keys()
        .filter(|key| key.starts_with("generated-") && !generated.iter().any(|it| it.0 == *key))
        .collect();
    assert!(unknown.is_empty(), "nothing generates {unknown:?}");
    let text = serde_json::to_string_pretty(&grammar).expect("it becomes text");
    hold(GRAMMAR, &format!("{text}\n"));
}

/// A text with what stands between the lines that name its generated part, exchanged.
fn with_generated(text: &str, generated: &str) -> String {
    let begin = text.find("generated:begin").expect("it has a generated part");
    let begin = begin + text[begin..].find('\n').expect("more follows") + 1;
    let end = begin + text[begin..].find("generated:end").expect("the part has an end");
    let end = text[..end].rfind('\n').expect("it is not the first line") + 1;
    format!("{}{generated}{}", &text[..begin], &text[end..])
}

fn quoted<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    words.into_iter().map(|it| format!(" \"{it}\"")).collect()
}

/// The colours of the host's names, for tree-sitter.
fn highlights() -> String {
    let mut by_namespace = functions();
    let globals = by_namespace.remove("").expect("the language has global functions");
    let mut text = String::new();
    text.push_str(&format!(
        "((namespace_identifier) @module.builtin\n  (#any-of? @module.builtin{}))\n",
        quoted(by_namespace.keys().copied()),
    ));
    text.push_str(&format!(
        "((call_expression function: (identifier) @function.builtin)\n  (#any-of? @function.builtin{}))\n",
        quoted(globals),
    ));
    for (namespace, names) in by_namespace {
        text.push_str(&format!(
            "((call_expression function: (scoped_identifier path: (namespace_identifier) @_namespace name: \
             (identifier) @function.builtin))\n  (#eq? @_namespace \"{namespace}\")\n  (#any-of? @function.builtin{}))\n",
            quoted(names),
        ));
    }
    text.push_str(&format!(
        "((method_call name: (property_identifier) @function.builtin)\n  (#any-of? @function.builtin{}))\n",
        quoted(methods()),
    ));
    text
}

#[test]
fn the_tree_sitter_queries_have_the_names_of_the_language() {
    let path = "editors/tree-sitter-rhai/queries/highlights.scm";
    hold(path, &with_generated(&text_of(path), &highlights()));
}

/// The words of the language and the host's names, for Vim.
fn vim() -> String {
    let mut text = String::new();
    for (colour, words) in keywords() {
        let group = match colour {
            "keyword.control" => "rhaiControl",
            "keyword.control.import" => "rhaiImport",
            "constant.language.boolean" => "rhaiBoolean",
            "variable.language.this" => "rhaiThis",
            _ => "rhaiStorage",
        };
        text.push_str(&format!("syn keyword {group} {}\n", words.join(" ")));
    }
    text.push_str(&format!("syn keyword rhaiReserved {}\n", reserved().join(" ")));
    let either = |words: Vec<&str>| words.join("\\|");
    let mut by_namespace = functions();
    let globals = by_namespace.remove("").expect("the language has global functions");
    text.push_str(&format!(
        "syn match rhaiHost /\\.\\@1<!\\<\\%({}\\)\\ze\\s*(/\n",
        either(globals.into_iter().collect()),
    ));
    text.push_str(&format!(
        "syn match rhaiHost /\\.\\@1<=\\%({}\\)\\ze\\s*(/\n",
        either(methods().into_iter().collect()),
    ));
    text.push_str(&format!(
        "syn match rhaiHostNamespace /\\<\\%({}\\)\\ze\\s*::/\n",
        either(by_namespace.keys().copied().collect()),
    ));
    for (namespace, names) in by_namespace {
        let names = either(names.into_iter().collect());
        text.push_str(&format!(
            "syn match rhaiHost /\\%(\\<{namespace}\\s*::\\s*\\)\\@40<=\\%({names}\\)\\>/\n"
        ));
    }
    text
}

/// The words of the language and the host's names, for Emacs.
fn emacs() -> String {
    let mut by_namespace = functions();
    let globals = by_namespace.remove("").expect("the language has global functions");
    let values = ["true", "false", "this"];
    let keywords = KEYWORDS.iter().map(|it| it.0).filter(|it| !values.contains(it));
    let lists = [
        ("keywords", "The keywords.", keywords.collect::<Vec<_>>()),
        ("namespaces", "The namespaces of the host.", by_namespace.keys().copied().collect()),
        ("functions", "The host's functions without a namespace.", globals.into_iter().collect()),
        ("methods", "The parts of builders.", methods().into_iter().collect()),
    ];
    let list = |(name, doc, words): (&str, &str, Vec<&str>)| {
        let words = quoted(words);
        format!("(defconst rhai-mode-{name}\n  '({})\n  \"{doc}\")\n", words.trim_start())
    };
    lists.map(list).concat()
}

#[test]
fn the_syntax_of_vim_and_emacs_has_the_names_of_the_language() {
    let vim_path = "editors/vim/syntax/rhai.vim";
    hold(vim_path, &with_generated(&text_of(vim_path), &vim()));
    let emacs_path = "editors/emacs/rhai-mode.el";
    hold(emacs_path, &with_generated(&text_of(emacs_path), &emacs()));
}

/// The colours for tree-sitter in the words of another editor.
fn renamed(first: &str, names: &[(&str, &str)]) -> String {
    let mut text = text_of("editors/tree-sitter-rhai/queries/highlights.scm");
    for (ours, theirs) in names {
        let whole = |text: &str, end: &str| {
            text.replace(&format!("@{ours}{end}"), &format!("@{theirs}{end}"))
        };
        text = whole(&whole(&whole(&text, "\n"), ")"), " ");
    }
    let note = "generated by `MIMEO_WRITE=1 cargo test --test it editors` from ../tree-sitter-rhai";
    format!("; {first}; {note}\n{}", text.replace("; generated:begin by", "; as written by"))
        .replace("; generated:end\n", "")
}

#[test]
fn helix_and_zed_have_the_same_colours_in_their_words() {
    let helix = [
        ("module", "namespace"),
        ("module.builtin", "namespace"),
        ("property", "variable.other.member"),
        ("character.special", "variable.builtin"),
        ("function.call", "function"),
        ("function.method.call", "function.method"),
        ("character", "constant.character"),
        ("string.escape", "constant.character.escape"),
        ("number", "constant.numeric.integer"),
        ("number.float", "constant.numeric.float"),
        ("boolean", "constant.builtin.boolean"),
        ("comment.documentation", "comment.block.documentation"),
        ("keyword.modifier", "keyword.storage.modifier"),
        ("keyword.conditional", "keyword.control.conditional"),
        ("keyword.repeat", "keyword.control.repeat"),
        ("keyword.return", "keyword.control.return"),
        ("keyword.exception", "keyword.control.exception"),
        ("keyword.import", "keyword.control.import"),
    ];
    hold("editors/helix/queries/highlights.scm", &renamed("For Helix", &helix));
    let zed = [
        ("module", "type"),
        ("module.builtin", "type"),
        ("character.special", "variable.special"),
        ("variable.builtin", "variable.special"),
        ("function.call", "function"),
        ("function.method.call", "function.method"),
        ("character", "string"),
        ("number.float", "number"),
        ("comment.documentation", "comment.doc"),
    ];
    hold("editors/zed/languages/rhai/highlights.scm", &renamed("For Zed", &zed));
    for (from, to) in [("injections", "injections"), ("locals", "locals")] {
        let text = text_of(&format!("editors/tree-sitter-rhai/queries/{from}.scm"));
        hold(&format!("editors/helix/queries/{to}.scm"), &text);
    }
}

#[test]
fn the_extension_knows_the_form_of_a_plan() {
    hold("editors/vscode/schemas/plan.schema.json", &plan::schema::text());
}
