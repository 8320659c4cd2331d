//! The tree-sitter grammar: every script parses, and its colours are those of the lexer.

use mimeo::syntax;
use tree_sitter::{Node, Parser, Query, QueryCursor, StreamingIterator, Tree};

use super::tokens::{class, corpus};
use super::{hold, text_of};

fn parse(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_rhai::LANGUAGE.into()).expect("the grammar fits");
    parser.parse(text, None).expect("nothing stops it")
}

/// The places at which the parser gave up.
fn mistakes(tree: &Tree) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![tree.root_node()];
    while let Some(node) = rest.pop() {
        if node.is_error() || node.is_missing() {
            found.push(format!("line {}: {}", node.start_position().row + 1, node.to_sexp()));
        } else if node.has_error() {
            rest.extend(children(node));
        }
    }
    found
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    (0..node.child_count()).filter_map(|it| node.child(it as u32)).collect()
}

/// What is wrong with the meaning of a script, or with its words, and not with its form.
const ACCEPTED: &[&str] = &[
    "assign-method-property",
    "assign-to-call",
    "assign-to-sum",
    "break-in-closure",
    "break-outside",
    "character-empty",
    "character-too-long",
    "closure-call",
    "default-guard",
    "default-not-last",
    "export-in-block",
    "function-in-block",
    "key-interpolated",
    "keyword-name",
    "name-digits",
    "name-underscore",
    "number-digits",
    "print-as-value",
    "reserved-key",
    "reserved-name",
    "reserved-namespace",
    "reserved-property",
    "reserved-value",
    "this-outside",
    "unit-blank",
];

#[test]
fn every_script_parses_and_no_broken_one() {
    for (file, text) in corpus() {
        let found = mistakes(&parse(&text));
        let bad = file.split_once("/bad-").map(|it| it.1.trim_end_matches(".rhai"));
        match bad {
            Some(name) if ACCEPTED.contains(&name) => {}
            Some(_) => assert!(!found.is_empty(), "{file} is accepted"),
            None => assert!(found.is_empty(), "{file}: {found:#?}"),
        }
    }
}

/// The class of a capture, in the words of the tokens.
fn class_of(capture: &str) -> &'static str {
    let classes = [
        ("comment.documentation", "documentation"),
        ("comment", "comment"),
        ("keyword.directive", "comment"),
        ("string", "text"),
        ("character.special", "name"),
        ("character", "text"),
        ("number", "number"),
        ("boolean", "constant"),
        ("variable.builtin", "this"),
        ("operator", "operator"),
        ("keyword", "keyword"),
        ("punctuation.special", "interpolation"),
        ("punctuation", "punctuation"),
        ("module.builtin", "host-namespace"),
        ("module", "namespace"),
        ("function.builtin", "host"),
        ("function.call", "call"),
        ("function.method.call", "call"),
        ("function", "definition"),
        ("variable", "name"),
        ("constant", "name"),
        ("property", "name"),
        ("type", "name"),
    ];
    let of = |it: &&(&str, &str)| {
        capture
            .strip_prefix(it.0)
            .is_some_and(|it| matches!(it.as_bytes().first(), None | Some(b'.')))
    };
    classes.iter().find(of).unwrap_or_else(|| panic!("what is `{capture}`?")).1
}

fn fits(expected: &str, found: &str) -> bool {
    let names = ["name", "call", "definition", "namespace", "host", "host-namespace"];
    expected == found
        || expected == "bar" && found == "punctuation"
        || expected == "name" && names.contains(&found)
        // The words that only call are names to tree-sitter.
        || expected == "reserved" && names.contains(&found)
}

#[test]
fn the_colours_are_those_of_the_lexer() {
    let language = tree_sitter_rhai::LANGUAGE.into();
    let query = Query::new(&language, tree_sitter_rhai::HIGHLIGHTS).expect("it is a query");
    let mut count = 0;
    let mut wrong = Vec::new();
    for (file, text) in corpus().into_iter().filter(|it| !it.0.contains("/bad-")) {
        let tree = parse(&text);
        let mut classes = vec![(0, "nothing"); text.len()];
        let mut cursor = QueryCursor::new();
        let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
        let mut captured = Vec::new();
        while let Some(one) = matches.next() {
            for capture in one.captures {
                let name = query.capture_names()[capture.index as usize];
                if !name.starts_with('_') {
                    captured.push((capture.node.byte_range(), one.pattern_index, class_of(name)));
                }
            }
        }
        // The inner node counts, and of several patterns the last.
        captured.sort_by_key(|it| (std::cmp::Reverse(it.0.len()), it.1));
        for (range, pattern, name) in captured {
            classes[range].fill((pattern, name));
        }
        let ours = syntax::parse(text.as_str().into());
        for token in ours.tokens() {
            let Some(expected) = class(&ours, token) else { continue };
            count += 1;
            let range = token.range();
            let found = &classes[range.start as usize..range.end as usize];
            let inside = token.text().bytes().zip(found);
            let other = inside
                .clone()
                .find(|(byte, it)| !byte.is_ascii_whitespace() && !fits(expected, it.1));
            if let Some((_, other)) = other {
                let line = text[..range.start as usize].lines().count();
                let token = token.text();
                wrong.push(format!("{file}:{line}: `{token}` is {expected}, and {}", other.1));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 5000, "only {count} tokens");
}

#[test]
fn the_other_queries_fit_the_grammar() {
    let language = tree_sitter_rhai::LANGUAGE.into();
    for name in ["locals", "injections", "folds", "indents"] {
        let text = text_of(&format!("editors/tree-sitter-rhai/queries/{name}.scm"));
        let query = Query::new(&language, &text);
        assert!(query.is_ok(), "{name}: {:?}", query.err());
    }
}

/// A tree as the corpus has it: a line for each node, with the field that it fills.
fn drawn(node: Node<'_>, field: Option<&str>, depth: usize) -> String {
    let field = field.map_or_else(String::new, |it| format!("{it}: "));
    let mut text = format!("\n{}{field}({}", "  ".repeat(depth), node.kind());
    for index in 0..node.child_count() as u32 {
        if let Some(child) = node.child(index).filter(Node::is_named) {
            text.push_str(&drawn(child, node.field_name_for_child(index), depth + 1));
        }
    }
    text + ")"
}

/// The corpus holds a few forms with their trees, which are written by `MIMEO_WRITE` and read by people.
#[test]
fn the_corpus_has_its_trees() {
    let path = "editors/tree-sitter-rhai/test/corpus/rhai.txt";
    let rule = "=".repeat(18);
    let text = text_of(path);
    let parts: Vec<_> = text.split(&rule).collect();
    assert!(parts.len() > 20, "{} parts", parts.len());
    let mut expected = String::new();
    for pair in parts[1..].chunks(2) {
        let [name, rest] = pair else { panic!("a case without a text") };
        let (script, _) = rest.split_once("\n---\n").expect("a rule above the tree");
        let tree = parse(script.trim_matches('\n'));
        assert_eq!(mistakes(&tree), Vec::<String>::new(), "{name}");
        let drawn = drawn(tree.root_node(), None, 0);
        expected.push_str(&format!("{rule}{name}{rule}{script}\n---\n{drawn}\n\n"));
    }
    hold(path, &expected);
}
