//! The shape of a text, what is shown between its words, and the edits that mend it.

use serde_json::{Value, json};

use super::client::Client;
use super::names::applied;

const SCRIPT: &str = include_str!("../../../examples/option-c.rhai");
const VALUES: &str = include_str!("../../../examples/option-c.toml");

fn client(capabilities: Value) -> Client {
    let files = [("main.rhai", SCRIPT), ("main.toml", VALUES)];
    let mut client = Client::with(&files, json!({ "asOf": "2026-11-23" }), capabilities);
    client.open("main.rhai", SCRIPT);
    client
}

fn document(client: &Client, name: &str) -> Value {
    json!({ "textDocument": { "uri": client.uri(name) } })
}

#[test]
fn declarations_are_symbols_with_their_parts() {
    let mut client = client(
        json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } }),
    );
    let params = document(&client, "main.rhai");
    let symbols = client.request("textDocument/documentSymbol", params);
    let mail =
        symbols.as_array().unwrap().iter().find(|it| it["name"] == "mail::office365").unwrap();
    let parts: Vec<_> = mail["children"].as_array().unwrap().iter().map(|it| &it["name"]).collect();
    assert_eq!(parts, ["mailbox", "application", "tenant_id", "client_secret"]);
    client.open("main.toml", VALUES);
    let params = document(&client, "main.toml");
    let symbols = client.request("textDocument/documentSymbol", params);
    let last = symbols.as_array().unwrap().last().unwrap();
    assert_eq!((&last["name"], last["children"].as_array().unwrap().len()), (&json!("secrets"), 2));
    let found = client.request("workspace/symbol", json!({ "query": "OFFICE" }));
    assert_eq!(found[0]["name"], "mail::office365");
    assert_eq!(found[0]["location"]["uri"], client.uri("main.rhai"));
}

#[test]
fn a_values_file_has_colours_folds_and_what_overrides_it() {
    let script = "service::address(param::host(\"server\", \"The server\"));\naccount::regular(`contoso\\svc`, secret(\"password\"));\n";
    let common = "server = \"old.contoso.com\"\nother = [\n    1,\n]\n\n[secrets]\npassword = { env = \"PASSWORD\" }\nnobodys = { env = \"NOBODYS\" }\n";
    let own = "server = \"mim.contoso.com\"\n";
    let files = [("main.rhai", script), ("common.toml", common), ("own.toml", own)];
    let options = json!({ "values": ["common.toml", "own.toml"] });
    let mut client = Client::with(&files, options, json!({}));
    client.open("main.rhai", script);
    client.open("common.toml", common);
    let mut params = document(&client, "common.toml");
    // The name of the parameter, and that of the secret; not what nobody asks for.
    let tokens = client.request("textDocument/semanticTokens/full", params.clone());
    assert_eq!(tokens["data"], json!([0, 0, 6, 4, 0, 6, 0, 8, 3, 2]));
    let folds = client.request("textDocument/foldingRange", params.clone());
    assert_eq!(folds, json!([{ "startLine": 1, "endLine": 3 }, { "startLine": 5, "endLine": 7 }]));
    let end = json!({ "line": 1000, "character": 0 });
    params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": end });
    let hints = client.request("textDocument/inlayHint", params);
    assert_eq!(hints.as_array().unwrap().len(), 1, "{hints}");
    assert_eq!(
        (&hints[0]["label"], &hints[0]["tooltip"]),
        (&json!("overridden"), &json!("own.toml:1:11"))
    );
    assert_eq!(hints[0]["position"], json!({ "line": 0, "character": 26 }));
}

#[test]
fn a_client_without_a_tree_gets_a_list() {
    let mut client = client(json!({}));
    let params = document(&client, "main.rhai");
    let symbols = client.request("textDocument/documentSymbol", params);
    assert!(symbols.as_array().unwrap().iter().all(|it| it["location"]["range"].is_object()));
}

#[test]
fn values_and_the_option_stand_between_the_words() {
    let mut client = client(json!({}));
    let mut params = document(&client, "main.rhai");
    let end = json!({ "line": 1000, "character": 0 });
    params["range"] = json!({ "start": { "line": 0, "character": 0 }, "end": end });
    let hints = client.request("textDocument/inlayHint", params);
    let labels: Vec<_> =
        hints.as_array().unwrap().iter().map(|it| it["label"].as_str().unwrap()).collect();
    assert!(labels.contains(&"= contoso"), "{labels:?}");
    assert!(labels.contains(&"option C"), "{labels:?}");
    assert!(labels.contains(&"= http://mim.contoso.com"), "{labels:?}");
    assert!(labels.contains(&r"= contoso\svcMIMMA"), "{labels:?}");
}

#[test]
fn the_size_of_the_plan_stands_above_the_script() {
    let mut client = client(json!({}));
    let params = document(&client, "main.rhai");
    let lens = client.request("textDocument/codeLens", params.clone());
    let title = lens[0]["command"]["title"].as_str().unwrap();
    assert!(title.starts_with("plan: ") && title.contains("option C"), "{title}");
    client.change("main.rhai", &SCRIPT.replace("office365", "offce365"));
    let lens = client.request("textDocument/codeLens", params);
    let title = lens[0]["command"]["title"].as_str().unwrap();
    assert!(title.starts_with("no plan: "), "{title}");
}

#[test]
fn a_line_may_have_as_many_words_as_it_likes() {
    let mut client = Client::new(&[]);
    client.open("main.rhai", &"let x = `é${".repeat(20_000));
    let params = document(&client, "main.rhai");
    let data = client.request("textDocument/semanticTokens/full", params);
    assert!(data["data"].as_array().unwrap().len() > 5 * 20_000);
}

#[test]
fn words_have_colours_that_agree_with_the_text() {
    let text = "/* one\n🎈 two */ import \"std/options\" as o;\nlet x = `a${1}`; mail::none(); o::e(x, x);\nfn f(a) { a.len() }\n";
    let mut client = Client::new(&[]);
    client.open("main.rhai", text);
    let params = document(&client, "main.rhai");
    let data = client.request("textDocument/semanticTokens/full", params);
    let data: Vec<u64> =
        data["data"].as_array().unwrap().iter().map(|it| it.as_u64().unwrap()).collect();
    let types =
        client.offer["capabilities"]["semanticTokensProvider"]["legend"]["tokenTypes"].clone();
    let lines: Vec<Vec<u16>> = text.lines().map(|it| it.encode_utf16().collect()).collect();
    let (mut line, mut column) = (0, 0);
    let mut words = Vec::new();
    for token in data.chunks(5) {
        column = if token[0] == 0 { column + token[1] } else { token[1] };
        line += token[0];
        let units = &lines[line as usize][column as usize..(column + token[2]) as usize];
        words.push((
            String::from_utf16(units).unwrap(),
            types[token[3] as usize].as_str().unwrap().to_owned(),
        ));
    }
    let expected = [
        ("/* one", "comment"),
        ("🎈 two */", "comment"),
        ("import", "keyword"),
        ("\"std/options\"", "string"),
        ("as", "keyword"),
        ("o", "namespace"),
        ("let", "keyword"),
        ("x", "variable"),
        ("=", "operator"),
        ("`", "string"),
        ("a", "string"),
        ("${", "operator"),
        ("1", "number"),
        ("}", "operator"),
        ("`", "string"),
        ("mail", "namespace"),
        ("none", "function"),
        ("o", "namespace"),
        ("e", "function"),
        ("x", "variable"),
        ("x", "variable"),
        ("fn", "keyword"),
        ("f", "function"),
        ("a", "parameter"),
        ("a", "parameter"),
        ("len", "method"),
    ];
    let expected: Vec<_> = expected.iter().map(|it| (it.0.to_owned(), it.1.to_owned())).collect();
    assert_eq!(words, expected);
}

#[test]
fn blocks_chains_comments_and_imports_fold() {
    let text = "// one\n// two\nimport \"std/options\" as a;\nimport \"std/naming\" as b;\n\nfn f() {\n    1\n}\nmail::smtp(\"h\")\n    .sender(\"a@b.c\");\n";
    let mut client = Client::new(&[]);
    client.open("main.rhai", text);
    let params = document(&client, "main.rhai");
    let folds = client.request("textDocument/foldingRange", params);
    let lines: Vec<_> = folds
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["startLine"].as_u64().unwrap(), it["endLine"].as_u64().unwrap()))
        .collect();
    assert_eq!(lines, [(0, 1), (2, 3), (5, 7), (8, 9)]);
}

#[test]
fn a_document_is_laid_out_as_the_command_does_it() {
    let mut client = Client::new(&[]);
    let texts = [
        (
            "main.rhai",
            "// kept\nlet a=1;\nlet b = [1,2];\n// kept too\n",
            "let a = 1;\nlet b = [1, 2];\n",
        ),
        ("main.toml", "# kept\na=1\n\n\n\nb = 2\n", "a = 1\n"),
    ];
    for (name, text, changed) in texts {
        client.open(name, text);
        let edits = client.request("textDocument/formatting", document(&client, name));
        let edit = &edits[0];
        assert_eq!(edit["newText"], changed, "{edits}");
        assert_eq!(edit["range"]["start"], json!({ "line": 1, "character": 0 }), "{edits}");
    }
    client.open("laid.rhai", "let a = 1;\n");
    let params = document(&client, "laid.rhai");
    assert_eq!(client.request("textDocument/formatting", params), json!([]));
    client.open("broken.rhai", "let a = ;\n");
    let params = document(&client, "broken.rhai");
    assert_eq!(client.request("textDocument/formatting", params), json!(null));
}

#[test]
fn a_selection_grows_from_the_word_to_the_text() {
    let text = "mail::smtp(\"h\").sender(\"a@b.c\");\n";
    let mut client = Client::new(&[]);
    client.open("main.rhai", text);
    let mut params = document(&client, "main.rhai");
    params["positions"] = json!([{ "line": 0, "character": 7 }]);
    let answer = client.request("textDocument/selectionRange", params);
    let mut selection = answer[0].clone();
    let mut widths = Vec::new();
    while selection.is_object() {
        let range = &selection["range"];
        widths.push((range["start"]["character"].as_u64().unwrap(), range["end"].clone()));
        selection = selection["parent"].clone();
    }
    assert_eq!(widths.first().unwrap().0, 6);
    assert_eq!(widths.last().unwrap().1, json!({ "line": 1, "character": 0 }));
    assert!(widths.len() >= 4, "{widths:?}");
}

/// The actions for a whole text.
fn actions(client: &mut Client, name: &str) -> Vec<Value> {
    let mut params = document(client, name);
    params["range"] =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 999, "character": 0 } });
    params["context"] = json!({ "diagnostics": [] });
    let answer = client.request("textDocument/codeAction", params);
    answer.as_array().expect("it is a list").clone()
}

#[test]
fn a_finding_with_an_edit_has_a_quick_fix() {
    let text = "mail::nne();\nlet x = 1\nmail::smpt(\"h\");\n";
    let mut client = Client::new(&[]);
    client.open("main.rhai", text);
    let actions = actions(&mut client, "main.rhai");
    let fix = actions.iter().find(|it| it["title"] == "write `none`").unwrap();
    assert_eq!((&fix["kind"], &fix["isPreferred"]), (&json!("quickfix"), &json!(true)));
    let uri = client.uri("main.rhai");
    let mended = applied(text, &fix["edit"]["changes"][&uri]);
    assert!(mended.starts_with("mail::none();"));
    let all = actions.iter().find(|it| it["kind"] == "source.fixAll").unwrap();
    let mended = applied(text, &all["edit"]["changes"][&uri]);
    assert_eq!(mended, "mail::none();\nlet x = 1;\nmail::smtp(\"h\");\n");
    client.change("main.rhai", &mended);
    let left = client.findings("main.rhai");
    assert!(
        !left
            .iter()
            .any(|it| it["code"] == "script-syntax" || it["code"] == "script-unknown-function")
    );
}

#[test]
fn what_is_missing_in_the_values_file_is_put_there() {
    let script = "service::address(param::host(\"server\", \"The server\"));\n";
    let mut client = Client::new(&[("main.rhai", script), ("main.toml", "# none yet\n")]);
    client.open("main.rhai", script);
    let findings = client.findings("main.rhai");
    let missing = findings.iter().any(|it| it["code"] == "values-missing");
    let in_values =
        missing || client.findings("main.toml").iter().any(|it| it["code"] == "values-missing");
    assert!(in_values);
    let uri = client.uri("main.toml");
    let actions = actions(&mut client, "main.rhai");
    let edit =
        actions.iter().find_map(|it| it["edit"]["changes"].get(&uri)).expect("there is a fix");
    assert!(applied("# none yet\n", edit).contains("server = "));
}

#[test]
fn the_outline_shows_no_secret() {
    let text = "account::regular(`contoso\\svc`, secret(\"Pass@word1\"));\nmail::office365().basic(\"Pass@word2\");\n";
    let tree = json!({ "textDocument": { "documentSymbol": { "hierarchicalDocumentSymbolSupport": true } } });
    let mut client = Client::with(&[], json!({}), tree);
    client.open("main.rhai", text);
    let params = document(&client, "main.rhai");
    let symbols = client.request("textDocument/documentSymbol", params).to_string();
    let found = client.request("workspace/symbol", json!({ "query": "" })).to_string();
    assert!(!symbols.contains("Pass@word") && !found.contains("Pass@word"), "{symbols}");
}
