//! What the tree lets its readers see: calls, definitions, literals, names.

use std::ops::Range;

use mimeo::syntax::names::{BindingKind, ReferenceKind};
use mimeo::syntax::text::{Quote, TextPart};
use mimeo::syntax::{
    ArrayLiteral, Closure, For, Import, Let, MapLiteral, StringLiteral, Switch, SyntaxKind,
};

use crate::syntax::{as_usize, parse};

#[test]
fn shows_the_parts_of_a_call() {
    let text = "mail :: exchange(\"a\", [1])\n  .poll( true , ) ?.g();";
    let tree = parse(text);
    let slice = |range: Range<u32>| &text[as_usize(&range)];
    let calls: Vec<_> = tree.calls().collect();
    let [last, poll, exchange] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!(last.name(), "g");
    assert_eq!(last.receiver(), Some(poll.node()));
    assert_eq!(poll.receiver(), Some(exchange.node()));
    assert_eq!(exchange.receiver(), None);
    assert_eq!(exchange.namespace(), Some(("mail", 0..4)));
    assert_eq!(poll.namespace(), None);
    assert_eq!(slice(exchange.name_range()), "exchange");
    assert_eq!(slice(exchange.own_range()), "mail :: exchange(\"a\", [1])");
    assert_eq!(slice(poll.own_range()), "poll( true , )");
    assert_eq!(slice(poll.args_range()), " true , ");
    assert_eq!(slice(poll.range()), "mail :: exchange(\"a\", [1])\n  .poll( true , )");
    assert_eq!(exchange.arg(1).map(mimeo::syntax::Node::text), Some("[1]"));
    assert_eq!(exchange.arg(2), None);
    assert_eq!(poll.args().len(), 1);
    assert_eq!(tree.call_at(0), None, "a namespace is not the name");
    assert_eq!(tree.call_at(exchange.name_range().start), Some(*exchange));
    assert_eq!(tree.call_at(exchange.name_range().start + 1), None);
}

#[test]
fn shows_the_parts_of_definitions() {
    let text = "/// Adds.\n///  More.\nfn add(a, /* b */ b) { a + b }\n/** Hidden\n * deep\n */\n\
        private fn hidden() {}\nimport \"std/accounts\" as accounts;\n\
        export const LIMIT = 3;\nlet x;";
    let tree = parse(text);
    let functions: Vec<_> = tree.functions().collect();
    let [add, hidden] = functions.as_slice() else { panic!("{functions:?}") };
    assert_eq!((add.name(), add.is_private()), ("add", false));
    assert_eq!((hidden.name(), hidden.is_private()), ("hidden", true));
    assert_eq!(add.doc().as_deref(), Some("Adds.\n More."));
    assert_eq!(hidden.doc().as_deref(), Some("Hidden\ndeep"));
    let params: Vec<_> = add.params().into_iter().map(|it| it.0).collect();
    assert_eq!(params, ["a", "b"]);
    assert_eq!(add.body().map(mimeo::syntax::Node::text), Some("{ a + b }"));
    let imports: Vec<Import<'_>> = tree.imports().collect();
    assert_eq!(imports[0].path().as_deref(), Some("std/accounts"));
    assert_eq!(imports[0].alias().map(|it| it.0), Some("accounts"));
    let lets: Vec<Let<'_>> = tree.nodes().filter_map(Let::cast).collect();
    assert_eq!((lets[0].name(), lets[0].is_const(), lets[0].is_export()), ("LIMIT", true, true));
    assert_eq!(lets[0].init().map(mimeo::syntax::Node::text), Some("3"));
    assert_eq!((lets[1].name(), lets[1].init()), ("x", None));
}

#[test]
fn shows_the_parts_of_literals_and_branches() {
    let text = "#{ a: 1, \"b c\": [x, 2] };\nswitch y { 1 | 2 if z => f(), _ => () }\n\
        for (host, index) in hosts {}\n|p, q| p;";
    let tree = parse(text);
    let map = tree.nodes().find_map(MapLiteral::cast).expect("there is a map");
    let keys: Vec<_> = map.entries().map(mimeo::syntax::MapEntry::key).collect();
    assert_eq!(keys, ["a", "b c"]);
    let entry = map.entry("b c").expect("there is such an entry");
    assert_eq!(&text[as_usize(&entry.key_range())], "\"b c\"");
    let array = entry.value().and_then(ArrayLiteral::cast).expect("the value is an array");
    assert_eq!(array.elements().count(), 2);
    let switch = tree.nodes().find_map(Switch::cast).expect("there is a switch");
    assert_eq!(switch.subject().map(mimeo::syntax::Node::text), Some("y"));
    let arms: Vec<_> = switch.arms().collect();
    assert_eq!(arms[0].cases().len(), 2);
    assert_eq!(arms[0].guard().map(mimeo::syntax::Node::text), Some("z"));
    assert_eq!(arms[0].body().map(mimeo::syntax::Node::text), Some("f()"));
    assert!(arms[1].is_default() && !arms[0].is_default());
    let each = tree.nodes().find_map(For::cast).expect("there is a loop");
    assert_eq!(each.variable().map(|it| it.0), Some("host"));
    assert_eq!(each.counter().map(|it| it.0), Some("index"));
    assert_eq!(each.iterable().map(mimeo::syntax::Node::text), Some("hosts"));
    let closure = tree.nodes().find_map(Closure::cast).expect("there is a closure");
    assert_eq!(closure.params().len(), 2);
    assert_eq!(closure.body().map(mimeo::syntax::Node::text), Some("p"));
}

#[test]
fn shows_the_parts_of_texts() {
    let text = "f(`\na ${x}-${ y; z } \\${w}`, \"q\"\"\\x41\", #\"raw\"#, 'c');";
    let tree = parse(text);
    let texts: Vec<_> = tree.nodes().filter_map(StringLiteral::cast).collect();
    let quotes: Vec<_> = texts.iter().map(|it| it.quote()).collect();
    assert_eq!(quotes, [Quote::Backtick, Quote::Double, Quote::Raw, Quote::Char]);
    let values: Vec<_> = texts.iter().filter_map(|it| it.value()).collect();
    assert_eq!(values, ["q\"A", "raw", "c"]);
    let inner: Vec<_> =
        texts[0].interpolations().into_iter().map(mimeo::syntax::Node::text).collect();
    assert_eq!(inner, ["x", "z"]);
    let plain: Vec<_> = texts[0]
        .parts()
        .into_iter()
        .filter_map(|it| match it {
            TextPart::Plain(_, text) => Some(text),
            TextPart::Interpolation(_) => None,
        })
        .collect();
    assert_eq!(plain, ["a ", "-", " ${w}"]);
    assert_eq!(tree.string_at(2), Some(texts[0]));
    assert_eq!(tree.string_at(3), None);
    assert_eq!(parse("\"a\\qb\";").string_at(0).expect("it is a text").value(), None);
}

#[test]
fn finds_the_innermost_node() {
    let text = "f(a.b, 1);";
    let tree = parse(text);
    let found: Vec<_> = (0..8).map(|it| tree.node_at(it).text()).collect();
    let list = "(a.b, 1)";
    assert_eq!(found, ["f", list, "a", "a.b", "a.b", list, list, "1"]);
    assert_eq!(tree.node_at(99), tree.root());
    assert_eq!(parse("").node_at(0).kind(), SyntaxKind::Root);
}

/// Every use in a text, with the line of its definition; lines are counted from 1.
fn resolved(text: &str) -> Vec<String> {
    let tree = parse(text);
    assert_eq!(tree.errors(), []);
    let names = tree.names();
    let line = |at: u32| text[..at as usize].matches('\n').count() + 1;
    let uses = names.references.iter().filter(|it| it.kind != ReferenceKind::Callee);
    uses.map(|it| match it.binding {
        Some(binding) => format!("{} {}", it.name, line(names.bindings[binding].range.start)),
        None => format!("{} ?", it.name),
    })
    .collect()
}

#[test]
fn resolves_variables_as_rhai_does() {
    assert_eq!(resolved("let x = 1;\nlet x = x;\nx;"), ["x 1", "x 2"]);
    assert_eq!(resolved("let x = 1;\n{ let x = 2;\n x; }\nx;"), ["x 2", "x 1"]);
    assert_eq!(resolved("let f = |a| let x = a;\nx;"), ["a 1", "x ?"]);
    assert_eq!(resolved("switch 1 { 1 => let x = 1 }\nx;"), ["x ?"]);
    assert_eq!(resolved("x;\nlet x = 1;"), ["x ?"]);
    assert_eq!(resolved("let x = 1;\nfn f(a) { x; a }"), ["x ?", "a 2"]);
    assert_eq!(resolved("let x = 1;\nlet f = |a| x + a;"), ["x 1", "a 2"]);
    assert_eq!(resolved("for (h, i)\nin h { h; i; }\ni;"), ["h ?", "h 1", "i 1", "i ?"]);
    assert_eq!(resolved("try { e; }\ncatch (e) { e; }"), ["e ?", "e 2"]);
    assert_eq!(resolved("const A = 1;\nfn f() { global::A; A }"), ["A 1", "A ?"]);
    assert_eq!(resolved("import \"a\" as a;\nfn f() { a::g(); a; }\na::X;"), ["a 1", "a ?", "a 1"]);
    assert_eq!(resolved("let m = 1;\nm.f(m).g;\nm.g = m;\n`${m}`;"), ["m 1"; 5]);
    assert_eq!(resolved("let x = 1;\n{ let y = 1; }\ny; x = 2;"), ["y ?", "x 1"]);
}

#[test]
fn tells_how_names_are_used_and_defined() {
    let tree = parse("let a = 1;\na.b[0] = f(a);\na = m::X;\nconst C = |p| p;\nexport a as z;\n");
    let names = tree.names();
    let uses: Vec<_> = names.references.iter().map(|it| (it.name, it.kind)).collect();
    let wanted = [
        ("a", ReferenceKind::Target),
        ("f", ReferenceKind::Callee),
        ("a", ReferenceKind::Value),
        ("a", ReferenceKind::Target),
        ("m", ReferenceKind::Namespace),
        ("p", ReferenceKind::Value),
        ("a", ReferenceKind::Value),
    ];
    assert_eq!(uses, wanted);
    let kinds: Vec<_> = names.bindings.iter().map(|it| (it.name, it.kind)).collect();
    let wanted =
        [("a", BindingKind::Let), ("C", BindingKind::Const), ("p", BindingKind::ClosureParameter)];
    assert_eq!(kinds, wanted);
    assert_eq!(names.uses(0).count(), 4);
    let visible: Vec<_> =
        names.visible(tree.text().len() as u32 - 1, None).map(|it| it.name).collect();
    assert_eq!(visible, ["a", "C"]);
}

#[test]
fn tolerates_what_only_operating_systems_read() {
    let tree = parse("\u{FEFF}#!/usr/bin/env mimeo\nlet x = 1;\n");
    assert_eq!(tree.errors(), []);
    let kinds: Vec<_> = tree.tokens().take(2).map(mimeo::syntax::Token::kind).collect();
    assert_eq!(kinds, [SyntaxKind::ByteOrderMark, SyntaxKind::Shebang]);
}
