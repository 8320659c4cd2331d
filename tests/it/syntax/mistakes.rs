//! What the tree says about broken texts: once, at the guilty place, with the edit that mends.

use std::ops::Range;

use mimeo::syntax::parser::{MAX_DEPTH, MAX_LENGTH};
use mimeo::syntax::{self, Call, SyntaxErrorKind};

use crate::syntax::engine::engine;
use crate::syntax::{cases, check_shape, parse};

#[test]
fn reports_one_mistake_once() {
    for (name, text) in cases() {
        let tree = syntax::parse(text);
        assert!(tree.errors().len() <= 1, "{name}: {:#?}", tree.errors());
    }
}

#[test]
fn words_its_errors_alike() {
    for (name, text) in cases() {
        let tree = syntax::parse(text);
        for error in tree.errors() {
            let parts = [Some(&error.message), error.label.as_ref(), error.help.as_ref()];
            for part in parts.into_iter().flatten() {
                assert!(!part.ends_with('.'), "{name}: {part}");
                assert!(!part.contains('\n'), "{name}: {part}");
                assert!(!part.starts_with(|it: char| it.is_ascii_uppercase()), "{name}: {part}");
            }
        }
    }
}

#[test]
fn reports_a_missing_semicolon_behind_its_statement() {
    let missing = "missing `;` after this statement";
    check_errors("let a = 1‹›   // why\n\nlet b = 2‹›\nf(a)‹›\ng();\n", &[missing; 3]);
    check_errors("foo‹› bar baz;\nlet a = 1‹› let b = 2;", &[missing; 2]);
    check_errors("f(|x| { x‹›\n  x });\nfn f() { a()‹›\n b() }", &[missing; 2]);
}

#[test]
fn reports_several_mistakes_in_one_text() {
    check_errors(
        "let a =‹› ;\nlet ‹default› = 2;\nf‹(›1, 2;\nif x ‹=› 3 {\n  g(4‹› 5) }\nh(‹@›);\n",
        &[
            "missing value behind `=`",
            "the word `default` is reserved",
            "`(` is not closed",
            "`=` stands in a condition",
            "missing `,` between two arguments",
            "`@` is not an operator",
        ],
    );
}

#[test]
fn blames_the_bracket_that_lacks_its_partner() {
    let round = "`(` is not closed";
    let brace = "`{` is not closed";
    check_errors("bar‹(›1, 2\nbaz(3);\n", &[round]);
    check_errors("mail::exchange(\"x\")\n    .host‹(›\ndeployment(\"y\");\n", &[round]);
    check_errors("fn a() {\n    if x ‹{›\n        b();\n}\nfn c() {}\nlet d = 1;\n", &[brace]);
    check_errors("if a ‹{› b() else { c() }\n", &[brace]);
    check_errors("fn a() ‹{›\n    b();\n\nfn c() {}\n", &[brace]);
    check_errors("f({ let a = [‹(›1]; });\n", &[round]);
    check_errors("f(a,\n  b\n);\n‹)›\n", &["`)` closes nothing"]);
    check_errors("if ‹(›a > 1 {\n    b();\n}\nc();\n", &[round]);
    check_errors(
        "fn f(a, b‹›\n  ‹if› ) {}\n",
        &["missing `,` between two parameters", "`if` stands where a parameter is due"],
    );
    check_errors("f(\n  1,\n  2‹›\n  3\n);\n", &["missing `,` between two arguments"]);
    let insert = |text| parse(text).errors()[0].insert.clone();
    assert_eq!(insert("bar(1, 2\nbaz(3);\n"), Some((8, ")".to_owned())));
    assert_eq!(insert("f(g([1;"), Some((6, "]))".to_owned())));
}

#[test]
fn keeps_an_unclosed_text_to_its_line() {
    check_errors(
        "f(‹\"›abc);\ng(1‹› 2);\n",
        &["a text is not closed", "missing `,` between two arguments"],
    );
    check_errors("let a = ‹`›abc;\nlet b = `x${a}y`;\nf(`z`);\n", &["a text is not closed"]);
    check_errors("f(`\n  a\n`);\nlet b = ‹`›abc;\nf(b);\n", &["a text is not closed"]);
    check_errors("let a = `x ‹${› b`;\nf(`y`);\n", &["an interpolation is not closed"]);
    check_errors("‹/*› open\nf(", &["a comment is not closed"]);
    for text in ["f(\"abc);\ng(1);\n", "f(`\n`);\nlet b = `abc;\ng(1);\n", "f(#\"abc);\ng(1);\n"] {
        let tree = parse(text);
        assert_eq!(tree.calls().map(Call::name).collect::<Vec<_>>(), ["f", "g"], "in {text}");
        assert!(tree.calls().all(Call::has_close), "in {text}");
    }
}

#[test]
fn goes_on_behind_a_broken_call() {
    let tree = parse("mail::exchange(\nlet x = 1;\nf(x.);\ng(m::);\nh(#{ a: });\nlast();\n");
    let names: Vec<_> = tree.calls().map(Call::name).collect();
    assert_eq!(names, ["exchange", "f", "g", "h", "last"]);
    assert_eq!(tree.errors().len(), 4, "{:#?}", tree.errors());
    let exchange = tree.call_at(6).expect("the name is there");
    assert!(!exchange.has_close() && exchange.args().is_empty());
}

#[test]
fn offers_the_edit_that_mends() {
    let edits = [
        ("let a = 1\nlet b = 2;", "let a = 1;\nlet b = 2;"),
        (r#"f("contoso\svc");"#, r"f(`contoso\svc`);"),
        (r#"f("C:\temp\new\users");"#, r"f(`C:\temp\new\users`);"),
        (r#"f("C:\\temp\users");"#, r"f(`C:\temp\users`);"),
        (r#"f("C:\temp\");"#, r"f(`C:\temp\`);"),
        ("f('contoso');", "f(\"contoso\");"),
        ("f('a\\c');", "f(`a\\c`);"),
        ("f(“contoso”);", "f(\"contoso\");"),
        ("f(\"contoso);", "f(\"contoso\");"),
        ("f(1, [2;", "f(1, [2]);"),
        ("f(1 2);", "f(1, 2);"),
        ("f(port: 80);", "f( 80);"),
        ("if a === b {}", "if a == b {}"),
        ("if a = b {}", "if a == b {}"),
        ("if a -eq b {}", "if a == b {}"),
        ("if a and b {}", "if a && b {}"),
        ("if a {} elseif b {}", "if a {} else if b {}"),
        ("var a = 1;", "let a = 1;"),
        ("function f() {}", "fn f() {}"),
        ("let a = null;", "let a = ();"),
        ("match a { 1 => 2 }", "switch a { 1 => 2 }"),
        ("let m = { a: 1 };", "let m = #{ a: 1 };"),
        ("let m = # { a: 1 };", "let m = #{ a: 1 };"),
        ("let m = #{ a = 1 };", "let m = #{ a : 1 };"),
        ("let m = #{ a: 1; b: 2 };", "let m = #{ a: 1, b: 2 };"),
        ("let m = #{ default: 1 };", "let m = #{ \"default\": 1 };"),
        ("m.default = 1;", "m[\"default\"] = 1;"),
        ("# comment", "// comment"),
        ("fn f(a: int) { a }", "fn f(a) { a }"),
        ("x.0;", "x[0];"),
        ("let a = -0xFF;", "let a = - 0xFF;"),
        ("let a\u{a0}= 1;", "let a = 1;"),
        ("f();\n}", "f();\n"),
        ("switch a { 1: 2 }", "switch a { 1=> 2 }"),
        ("let a = `x ${b`;", "let a = `x ${b}`;"),
    ];
    let engine = engine();
    for (broken, mended) in edits {
        assert_eq!(mend(broken), mended);
        let tree = parse(mended);
        assert_eq!(tree.errors(), [], "of {mended}");
        assert!(engine.compile(mended).is_ok(), "Rhai accepts {mended}");
        assert!(engine.compile(broken).is_err(), "Rhai rejects {broken}");
    }
}

#[test]
fn caps_nesting_with_one_error() {
    let nested =
        |count: usize| format!("let x = {}1{};\nf(;", "(".repeat(count), ")".repeat(count));
    let kinds =
        |count| -> Vec<_> { parse(&nested(count)).errors().iter().map(|it| it.kind).collect() };
    let depth = MAX_DEPTH as usize;
    assert_eq!(kinds(depth - 1), [SyntaxErrorKind::UnclosedBracket]);
    assert_eq!(kinds(depth), [SyntaxErrorKind::TooDeep, SyntaxErrorKind::UnclosedBracket]);
    assert_eq!(kinds(depth * 9), [SyntaxErrorKind::TooDeep, SyntaxErrorKind::UnclosedBracket]);
}

#[test]
fn refuses_a_text_that_is_too_long() {
    let tree = parse(&" ".repeat(MAX_LENGTH + 1));
    check_shape(&tree);
    let kinds: Vec<_> = tree.errors().iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [SyntaxErrorKind::TooLarge]);
}

/// Checks that exactly the marked places are reported, with these messages.
fn check_errors(marked: &str, messages: &[&str]) {
    let (text, ranges) = unmark(marked);
    let tree = parse(&text);
    let ours: Vec<_> =
        tree.errors().iter().map(|it| (it.range.clone(), it.message.as_str())).collect();
    let wanted: Vec<_> = ranges.into_iter().zip(messages.iter().copied()).collect();
    assert_eq!(ours, wanted, "in {text:?}");
    assert_eq!(wanted.len(), messages.len(), "each message has its mark");
}

/// Takes the marks `‹…›` out of a text; gives their ranges.
fn unmark(marked: &str) -> (String, Vec<Range<u32>>) {
    let (mut text, mut ranges) = (String::new(), Vec::new());
    let mut start = 0;
    for character in marked.chars() {
        match character {
            '‹' => start = text.len() as u32,
            '›' => ranges.push(start..text.len() as u32),
            _ => text.push(character),
        }
    }
    (text, ranges)
}

/// Applies the insertion or the replacement of the first error.
fn mend(text: &str) -> String {
    let tree = parse(text);
    let error = tree.errors().first().expect("the text is broken");
    let (range, new) = match (&error.insert, &error.replace) {
        (Some((at, new)), None) => (*at..*at, new),
        (None, Some((range, new))) => (range.clone(), new),
        other => panic!("there is no single edit for {text:?} but {other:?}"),
    };
    format!("{}{new}{}", &text[..range.start as usize], &text[range.end as usize..])
}
