//! Edits by chance: whatever is typed, the server stays, and in the end it says what `check` says.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::date;
use mimeo::compile::{self, Inputs, check};
use mimeo::script::known::Known;
use mimeo::script::{Program, on_deep_stack};
use mimeo::source::files::Memory;
use serde_json::{Value, json};

use super::client::{Client, place};
use crate::support::Chance;

const SCRIPT: &str = include_str!("../../../examples/contoso.rhai");
const VALUES: &str = include_str!("../../../examples/contoso.toml");

/// How many edits of a script there are.
const ROUNDS: usize = 10_000;

/// What is typed: words of the language, halves of pairs, and what breaks naive counting.
const TYPED: &[&str] = &[
    "",
    "",
    "",
    "mail::",
    ".",
    "(",
    ")",
    "\"",
    "`",
    "${",
    "}",
    "{",
    ";",
    "\n",
    "\r\n",
    "🎈",
    "é",
    "\u{2028}",
    "\r",
    "//",
    "/*",
    "*/",
    "let x = ",
    "param::text(\"x\", \"y\")",
    "secret(\"",
    "import \"std/options\" as o;",
    "fn f(a) { a }",
    "0x",
    "[",
    "#{",
    "\\",
    " ",
    "\t",
    "if ",
    "switch ",
    "= ",
    "contoso",
    "[secrets]",
    "true",
    "\u{feff}",
    "\u{0}",
];

/// What `check` finds: the code with its line and column in UTF-16, from 0.
fn checked(script: &str, values: &str) -> Vec<(String, Value)> {
    let files = Memory::new([("main.rhai", script), ("main.toml", values)]);
    let mut inputs = Inputs::new("main.rhai", date(2026, 11, 23));
    inputs.values.push(PathBuf::from("main.toml"));
    let compiled = check(&files, &inputs).expect("both are there");
    let mut found: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|it| compiled.sources.get(it.primary.source).name == "main.rhai")
        .map(|it| {
            (it.code.name.to_owned(), lsp_place(&script[..it.primary.start as usize], script))
        })
        .collect();
    found.sort_by_key(|it| (it.0.clone(), it.1.to_string()));
    found
}

/// The place behind a text, where a lone `\r` ends a line as well.
fn lsp_place(before: &str, whole: &str) -> Value {
    // Between the two halves of a line's end one is still on that line.
    let split = before.ends_with('\r') && whole[before.len()..].starts_with('\n');
    let before = if split { &before[..before.len() - 1] } else { before };
    place(&before.replace("\r\n", "\n").replace('\r', "\n"))
}

#[test]
fn ten_thousand_edits_by_chance_end_as_check_says() {
    let mut client = Client::with(
        &[("main.rhai", SCRIPT), ("main.toml", VALUES)],
        json!({ "asOf": "2026-11-23" }),
        json!({}),
    );
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    let mut text = SCRIPT.to_owned();
    client.open("main.rhai", &text);
    let methods = [
        "completion",
        "hover",
        "signatureHelp",
        "definition",
        "documentHighlight",
        "prepareRename",
    ];
    let whole = ["documentSymbol", "foldingRange", "semanticTokens/full", "codeLens"];
    for round in 0..ROUNDS {
        if text.len() > 20_000 || round % 100 == 99 {
            text = SCRIPT.to_owned();
            client.change("main.rhai", &text);
        }
        let mut changes = Vec::new();
        for _ in 0..=chance.below(2) {
            let mut start = chance.below(text.len() + 1);
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            let mut end = (start + chance.below(12)).min(text.len());
            while !text.is_char_boundary(end) {
                end += 1;
            }
            // An editor has no place between the halves of a line's end.
            let halves = |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
            if halves(start) || halves(end) {
                continue;
            }
            let typed = TYPED[chance.below(TYPED.len())];
            let range = json!({ "start": lsp_place(&text[..start], &text), "end": lsp_place(&text[..end], &text) });
            changes.push(json!({ "range": range, "text": typed }));
            text.replace_range(start..end, typed);
        }
        client.edit("main.rhai", json!(changes));
        if round % 10 == 0 {
            let uri = client.uri("main.rhai");
            let position = json!({ "line": chance.below(60), "character": chance.below(80) });
            let method = methods[chance.below(methods.len())];
            client.request(
                &format!("textDocument/{method}"),
                json!({ "textDocument": { "uri": uri }, "position": position }),
            );
            let method = whole[chance.below(whole.len())];
            client.request(
                &format!("textDocument/{method}"),
                json!({ "textDocument": { "uri": uri } }),
            );
        }
        if round % 200 == 50 || round == ROUNDS - 1 {
            let mut found: Vec<_> = client
                .findings("main.rhai")
                .iter()
                .map(|it| (it["code"].as_str().unwrap().to_owned(), it["range"]["start"].clone()))
                .collect();
            found.sort_by_key(|it| (it.0.clone(), it.1.to_string()));
            assert_eq!(found, checked(&text, VALUES), "round {round}:\n{text:?}");
        }
    }
    assert!(client.end().success());
}

#[test]
fn edits_of_a_values_file_by_chance_are_survived() {
    let mut client = Client::new(&[("main.rhai", SCRIPT), ("main.toml", VALUES)]);
    let mut chance = Chance(0x2545_F491_4F6C_DD1D);
    let mut text = VALUES.to_owned();
    client.open("main.toml", &text);
    let before = client.findings("main.toml");
    let methods = ["completion", "hover", "definition", "documentHighlight", "prepareRename"];
    for round in 0..400 {
        if round % 40 == 39 {
            VALUES.clone_into(&mut text);
        }
        let mut start = chance.below(text.len() + 1);
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        text.insert_str(start, TYPED[chance.below(TYPED.len())]);
        client.change("main.toml", &text);
        let uri = client.uri("main.toml");
        let position = json!({ "line": chance.below(12), "character": chance.below(40) });
        let method = methods[chance.below(methods.len())];
        let document = json!({ "uri": uri });
        client.request(
            &format!("textDocument/{method}"),
            json!({ "textDocument": document, "position": position }),
        );
        client.request("textDocument/documentSymbol", json!({ "textDocument": document }));
    }
    client.change("main.toml", VALUES);
    assert_eq!(client.findings("main.toml"), before);
}

#[test]
fn what_was_read_before_makes_no_difference() {
    let everything = include_str!("../../../examples/everything.rhai");
    let more = include_str!("../../../examples/everything.toml");
    let functions = "import \"std/naming\" as naming;\nfn twice(it) { `${it}${it}` }\nlet host = naming::service_account(\"contoso\");\nlet all = [1, 2].map(|it| it + 1);\nif all.len() > 1 { print(twice(host)); }\nlet host = twice(\"mim\");\nmail::smtp(host + \".contoso.com\").mailbox(\"mim@contoso.com\");\nprint(all[1]);\n";
    let mut chance = Chance(0x51_7CC1_B727_2202);
    for (script, values) in [(SCRIPT, VALUES), (everything, more), (functions, "")] {
        let mut known = Known::default();
        let mut text = script.to_owned();
        for round in 0..300 {
            if round % 15 == 14 {
                script.clone_into(&mut text);
            }
            let mut start = chance.below(text.len());
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
            let end = if chance.below(2) == 0 { start } else { end };
            let typed = ["x", "7", "", "x", "\n", "host", "1 + ", "\"\"", "()"][chance.below(9)];
            text.replace_range(start..end, typed);
            let files = Memory::new([("main.rhai", text.as_str()), ("main.toml", values)]);
            let mut inputs = Inputs::new("main.rhai", date(2026, 11, 23));
            inputs.values.push(PathBuf::from("main.toml"));
            let brought = |program: Program| {
                let run = compile::run(&files, &Arc::new(program), &inputs);
                let mut compiled = run.expect("the values are there");
                compiled.assemble(inputs.as_of);
                let plan = compiled.plan.map(|it| it.to_json());
                (format!("{:#?}", compiled.diagnostics), plan)
            };
            let (again, anew) = on_deep_stack(|| {
                let path = Path::new("main.rhai");
                let again = compile::load_again(&files, path, None, &mut known);
                let anew = compile::load(&files, path, None);
                (brought(again.expect("it is there")), brought(anew.expect("it is there")))
            });
            assert_eq!(again, anew, "round {round}:\n{text}");
        }
    }
}
