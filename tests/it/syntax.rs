//! The syntax tree.
//!
//! `tests/cases/syntax` holds scripts over the whole language. Rhai rejects those whose name begins
//! with `bad-` and accepts all others, and so must the tree. Here: what holds for any text at all.

mod engine;
mod mistakes;
mod reading;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use mimeo::syntax::parser::{MAX_DEPTH, MAX_HEIGHT};
use mimeo::syntax::{self, Element, Tree};

#[test]
fn every_byte_lies_in_one_token() {
    for (name, text) in cases() {
        let tree = syntax::parse(text);
        check_shape(&tree);
        for node in tree.nodes().skip(1) {
            let elements: String = node
                .elements()
                .map(|it| match it {
                    Element::Node(node) => node.text(),
                    Element::Token(token) => token.text(),
                })
                .collect();
            assert_eq!(elements, node.text(), "{node:?} in {name}");
        }
    }
}

#[test]
fn survives_a_text_cut_off_anywhere() {
    for (_, text) in cases() {
        for (end, _) in text.char_indices() {
            check_shape(&parse(&text[..end]));
        }
    }
}

#[test]
fn survives_the_loss_of_any_character() {
    for (_, text) in cases() {
        for (at, character) in text.char_indices() {
            let rest = &text[at + character.len_utf8()..];
            check_shape(&parse(&format!("{}{rest}", &text[..at])));
        }
    }
}

#[test]
fn survives_any_token_anywhere() {
    let tokens = [
        "(", ")", "[", "]", "{", "}", "#{", "${", "`", "\"", "'", ",", ";", ":", "::", ".", "=>",
        "=", "|", "||", "-", "!", "..", "?", "@", "\n", " if ", " else ", " let ", " fn ", " in ",
        " switch ", " catch ", " match ", " new ", " _ ", " 1 ", "/*", "é",
    ];
    let mut next = tokens.iter().cycle();
    for (_, text) in cases() {
        let tree = syntax::parse(text.clone());
        for token in tree.tokens() {
            let Range { start, end } = as_usize(&token.range());
            let (before, behind) = (&text[..start], &text[end..]);
            let wrong = next.next().expect("a cycle has no end");
            check_shape(&parse(&format!("{before}{wrong}{behind}")));
            check_shape(&parse(&format!("{before}{wrong}{}{behind}", token.text())));
        }
    }
}

#[test]
fn bounds_nesting_and_stack() {
    let shapes = [
        ("(", "1", ")"),
        ("[", "", "]"),
        ("#{ a: ", "1", "}"),
        ("{", "", "}"),
        ("f(", "1", ")"),
        ("x.f(", "1", ")"),
        ("a[", "1", "]"),
        ("!", "x", ""),
        ("- ", "x", ""),
        ("`${", "1", "}`"),
        ("|x| ", "x", ""),
        ("f(|x| { g(", "1", ") })"),
        ("if a { ", "", "}"),
        ("while a { ", "", "}"),
        ("loop { ", "", "}"),
        ("for x in y { ", "", "}"),
        ("do { ", "", "} while a"),
        ("switch a { _ => ", "1", "}"),
        ("try { ", "", "} catch {}"),
        ("fn f() { ", "", "}"),
        ("1 ** ", "1", ""),
        ("1 || 2 && 3 == 4 in 5 < 6 ?? 7..8 + 9 * 10 ** 11 << (", "1", ")"),
        ("1 + ", "1", ""),
        ("x", ".y", ""),
        ("a ? ", "b", " : c"),
        ("@", "x", ""),
        ("new ", "x", ""),
        ("match ", "x", ""),
    ];
    let check = move || {
        for (open, middle, close) in shapes {
            for count in [300, 4_000] {
                for closed in [true, false] {
                    let close = if closed { close.repeat(count) } else { String::new() };
                    let tree = parse(&format!("{}{middle}{close}", open.repeat(count)));
                    check_lossless(&tree);
                    let bound = MAX_HEIGHT + 5 * MAX_DEPTH;
                    assert!(depth(&tree) < bound, "{open} is {} deep", depth(&tree));
                }
            }
        }
    };
    // Half a MiB, of which a thread of the test harness has four times as much.
    let thread = std::thread::Builder::new().stack_size(512 << 10).spawn(check);
    thread.expect("threads can be started").join().expect("no shape overflows the stack");
}

/// The cases: name and text.
fn cases() -> Vec<(String, Arc<str>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/syntax");
    let mut cases: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of cases exists")
        .map(|entry| entry.expect("the folder can be listed").path())
        .map(|path| {
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).expect("a case is text").into())
        })
        .collect();
    cases.sort();
    assert!(cases.len() > 100, "only {} cases", cases.len());
    cases
}

fn parse(text: &str) -> Tree {
    syntax::parse(text.into())
}

/// Checks what holds for the tree of any text.
fn check_shape(tree: &Tree) {
    let text = tree.text();
    let mut joined = String::with_capacity(text.len());
    tree.tokens().for_each(|it| joined.push_str(it.text()));
    assert_eq!(joined, **text, "the tokens are the text");
    for node in tree.nodes().skip(1) {
        let (inner, outer) = (node.range(), node.parent().expect("only the root has none").range());
        assert!(inner.start < inner.end, "{node:?} is empty in {text:?}");
        assert!(outer.start <= inner.start && inner.end <= outer.end, "{node:?} in {text:?}");
    }
    for error in tree.errors() {
        assert!(text.get(as_usize(&error.range)).is_some(), "{error:?} in {text:?}");
        if let Some((at, _)) = &error.insert {
            assert!(text.is_char_boundary(*at as usize), "{error:?} in {text:?}");
        }
        if let Some((range, _)) = &error.replace {
            assert!(text.get(as_usize(range)).is_some(), "{error:?} in {text:?}");
        }
    }
    for call in tree.calls().filter(|it| !it.name().is_empty()) {
        assert_eq!(tree.call_at(call.name_range().start), Some(call), "in {text:?}");
    }
}

fn check_lossless(tree: &Tree) {
    let joined: String = tree.tokens().map(mimeo::syntax::Token::text).collect();
    assert_eq!(joined, **tree.text());
}

/// How deep nodes lie within each other.
fn depth(tree: &Tree) -> u32 {
    let mut depths: Vec<u32> = Vec::new();
    for node in tree.nodes() {
        depths.push(node.parent().map_or(0, |it| depths[it.index() as usize] + 1));
    }
    depths.into_iter().max().unwrap_or_default()
}

fn as_usize(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
