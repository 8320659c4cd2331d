//! Where names are defined and used, and giving them other names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::client::{Client, place};

const MAIN: &str = "import \"lib/mail\" as lib;\nimport \"std/options\" as options;\nlet server = param::host(\"server\", \"The server\");\nlib::relay(server, secret(\"relay\"));\nservice::address(server);\noptions::e(`contoso\\svc`, secret(\"service\"));\nprint(lib::PORT);\n";
const MODULE: &str = "export const PORT = 25;\nfn relay(host, password) {\n    mail::smtp(host);\n    twice(host);\n}\nfn twice(host) { host + host }\n";
const VALUES: &str = "server = \"mim.contoso.com\"\n\n[secrets]\nrelay = { env = \"RELAY\" }\nservice = { env = \"SERVICE\" }\n";

fn client() -> Client {
    let files = [("main.rhai", MAIN), ("main.toml", VALUES), ("lib/mail.rhai", MODULE)];
    let mut client = Client::new(&files);
    client.open("main.rhai", MAIN);
    client
}

/// The places that an answer names, as `file:line:column`, both from 0.
fn places(client: &Client, answer: &Value) -> Vec<String> {
    let name = |uri: &str| {
        let root = client.uri("");
        uri.strip_prefix(root.trim_end_matches('/'))
            .unwrap_or(uri)
            .trim_start_matches('/')
            .to_owned()
    };
    let place = |it: &Value| {
        let start = &it["range"]["start"];
        format!(
            "{}:{}:{}",
            name(it["uri"].as_str().expect("it has a file")),
            start["line"],
            start["character"]
        )
    };
    answer.as_array().expect("it is a list").iter().map(place).collect()
}

fn behind(text: &str, word: &str) -> Value {
    place(&text[..=text.find(word).expect("the word is there")])
}

#[test]
fn definitions_lead_through_script_modules_library_and_values() {
    let mut client = client();
    let mut defined = |word: &str| {
        let answer = client.at("textDocument/definition", "main.rhai", &behind(MAIN, word));
        places(&client, &answer)
    };
    assert_eq!(defined("server, secret"), ["main.rhai:2:4"]);
    assert_eq!(defined("relay(server"), ["lib/mail.rhai:1:3"]);
    assert_eq!(defined("lib/mail"), ["lib/mail.rhai:0:0"]);
    assert_eq!(defined("server\", \"The"), ["main.toml:0:0"]);
    assert_eq!(defined("relay\"));"), ["main.toml:3:0"]);
    assert_eq!(defined("PORT);"), ["lib/mail.rhai:0:13"]);
    let library = defined("e(`contoso");
    assert!(library[0].contains("std/options.rhai:"), "{library:?}");
    // The file of the library is there to be opened.
    let path = client.path("").join(library[0].split(".rhai").next().unwrap().to_owned() + ".rhai");
    assert!(path.exists(), "{}", path.display());
    client.open("main.toml", VALUES);
    let position = json!({ "line": 0, "character": 2 });
    let answer = client.at("textDocument/definition", "main.toml", &position);
    assert_eq!(places(&client, &answer), ["main.rhai:2:26"]);
}

#[test]
fn references_are_found_in_every_file() {
    let mut client = client();
    let uri = client.uri("main.rhai");
    let mut used = |word: &str| {
        let params = json!({
            "textDocument": { "uri": uri },
            "position": behind(MAIN, word),
            "context": { "includeDeclaration": true },
        });
        let answer = client.request("textDocument/references", params);
        places(&client, &answer)
    };
    assert_eq!(used("server, secret"), ["main.rhai:2:4", "main.rhai:3:11", "main.rhai:4:17"]);
    assert_eq!(used("relay(server"), ["lib/mail.rhai:1:3", "main.rhai:3:5"]);
    assert_eq!(used("server\", \"The"), ["main.rhai:2:26", "main.toml:0:0"]);
    let highlights =
        client.at("textDocument/documentHighlight", "main.rhai", &behind(MAIN, "server, secret"));
    assert_eq!(highlights.as_array().unwrap().len(), 3);
}

/// The files after a rename.
fn renamed(
    client: &mut Client,
    word: &str,
    name: &str,
) -> Result<BTreeMap<String, String>, String> {
    let params = json!({
        "textDocument": { "uri": client.uri("main.rhai") },
        "position": behind(MAIN, word),
        "newName": name,
    });
    let id = client.ask("textDocument/rename", params);
    let answer = client.answer(id);
    if let Some(error) = answer.get("error") {
        return Err(error["message"].as_str().expect("it says why").to_owned());
    }
    let mut files = BTreeMap::new();
    for (file, text) in [("main.rhai", MAIN), ("main.toml", VALUES), ("lib/mail.rhai", MODULE)] {
        let edits = answer["result"]["changes"].get(client.uri(file)).cloned().unwrap_or(json!([]));
        files.insert(file.to_owned(), applied(text, &edits));
    }
    Ok(files)
}

/// A text with edits made.
pub(super) fn applied(text: &str, edits: &Value) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let offset = |it: &Value| {
        let line = it["line"].as_u64().expect("it is a line") as usize;
        let before: usize = lines[..line].iter().map(|it| it.len()).sum();
        before + it["character"].as_u64().expect("it is a column") as usize
    };
    let mut edits: Vec<_> = edits.as_array().expect("it is a list").iter().collect();
    edits.sort_by_key(|it| std::cmp::Reverse(offset(&it["range"]["start"])));
    let mut text = text.to_owned();
    for edit in edits {
        let range = offset(&edit["range"]["start"])..offset(&edit["range"]["end"]);
        text.replace_range(range, edit["newText"].as_str().expect("it is a text"));
    }
    text
}

#[test]
fn a_name_is_changed_everywhere_or_nowhere() {
    let mut client = client();
    let variable = renamed(&mut client, "server, secret", "host").unwrap();
    assert_eq!(variable["main.rhai"].matches("host").count(), 4, "{}", variable["main.rhai"]);
    assert!(variable["main.rhai"].contains("param::host(\"server\""));
    let function = renamed(&mut client, "relay(server", "forward").unwrap();
    assert!(function["main.rhai"].contains("lib::forward(server, secret(\"relay\"))"));
    assert!(function["lib/mail.rhai"].contains("fn forward(host"));
    let parameter = renamed(&mut client, "server\", \"The", "mim_server").unwrap();
    assert!(parameter["main.rhai"].contains("let server = param::host(\"mim_server\""));
    assert!(parameter["main.toml"].starts_with("mim_server = "));
    let secret = renamed(&mut client, "relay\"));", "relay_password").unwrap();
    assert!(secret["main.rhai"].contains("secret(\"relay_password\")"));
    assert!(secret["main.toml"].contains("relay_password = { env"));
    let constant = renamed(&mut client, "PORT);", "RELAY_PORT").unwrap();
    assert!(
        constant["lib/mail.rhai"].contains("const RELAY_PORT")
            && constant["main.rhai"].contains("lib::RELAY_PORT")
    );
    for (word, name) in [
        ("server, secret", "lib"),
        ("server, secret", "mail"),
        ("server, secret", "two words"),
        ("server, secret", "switch"),
        ("relay(server", "twice"),
        ("server\", \"The", "Server"),
        ("server\", \"The", "secrets"),
        ("relay\"));", "service"),
        ("address(server", "adress"),
        ("e(`contoso", "f"),
    ] {
        let refused = renamed(&mut client, word, name);
        assert!(refused.is_err(), "{word} -> {name}: {refused:?}");
    }
    let prepared =
        client.at("textDocument/prepareRename", "main.rhai", &behind(MAIN, "address(server"));
    assert!(prepared.is_null());
    let prepared =
        client.at("textDocument/prepareRename", "main.rhai", &behind(MAIN, "relay\"));"));
    assert_eq!(prepared["placeholder"], "relay");
}

#[test]
fn a_client_that_asks_for_texts_gets_the_library_from_the_server() {
    let capabilities = json!({ "workspace": { "textDocumentContent": {} } });
    let mut client = Client::with(&[], json!({}), capabilities);
    let text = "import \"std/options\" as o;\no::e(`a\\b`, secret(\"s\"));\n";
    client.open("main.rhai", text);
    let answer = client.at("textDocument/definition", "main.rhai", &behind(text, "e(`a"));
    let uri = answer[0]["uri"].as_str().unwrap();
    assert_eq!(uri, "mimeo:/std/options.rhai");
    let content = client.request("workspace/textDocumentContent", json!({ "uri": uri }));
    assert!(content["text"].as_str().unwrap().contains("fn e("));
}
