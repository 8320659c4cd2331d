//! What is offered while a script and its values are written.

use serde_json::{Value, json};

use super::client::{Client, marked, place};

fn labels(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().expect("there are items");
    items.iter().map(|it| it["label"].as_str().expect("it has a label").to_owned()).collect()
}

/// What is offered at the mark of a script.
fn offered(text: &str) -> Vec<String> {
    let (text, position) = marked(text);
    let mut client = Client::new(&[("lib/house.rhai", "fn rules(x) { x }\n")]);
    client.open("main.rhai", &text);
    labels(&client.at("textDocument/completion", "main.rhai", &position))
}

#[test]
fn a_statement_can_begin_with_namespaces_functions_and_names_in_scope() {
    let all = offered("let server = 1;\nfn own(inner) { inner }\n|");
    for name in ["mail", "param", "deployment", "secret", "server", "own", "let"] {
        assert!(all.iter().any(|it| it == name), "{name}: {all:?}");
    }
    assert!(!all.iter().any(|it| it == "inner"), "{all:?}");
    let within = offered("let server = 1;\nfn own(inner) { in|; }\n");
    assert!(within.iter().any(|it| it == "inner") && !within.iter().any(|it| it == "server"));
}

#[test]
fn a_namespace_offers_its_functions_also_while_the_rest_is_broken() {
    assert_eq!(offered("mail::|"), ["exchange", "office365", "smtp", "none"]);
    assert_eq!(offered("mail::sm|\nsql::database("), ["exchange", "office365", "smtp", "none"]);
    assert!(offered("let x = param::|;").contains(&"choice".to_owned()));
    assert_eq!(offered("import \"lib/house\" as house;\nhouse::|"), ["rules"]);
}

#[test]
fn a_builder_offers_only_its_own_parts() {
    let smtp = offered("mail::smtp(\"a.contoso.com\").|");
    assert!(
        smtp.contains(&"sender".to_owned()) && !smtp.contains(&"mailbox".to_owned()),
        "{smtp:?}"
    );
    let office = offered("let m = mail::office365();\nm.mailbox(\"a@b.c\")\n    .app|\n");
    assert!(office.contains(&"application".to_owned()) && !office.contains(&"sender".to_owned()));
    let option =
        offered("import \"std/options\" as o;\no::d(`a\\b`, secret(\"s\"), \"h\", \"a@b.c\").|");
    assert!(option.contains(&"sender".to_owned()), "{option:?}");
    assert_eq!(offered("let x = 1; x.|"), Vec::<String>::new());
}

#[test]
fn quotes_offer_choices_secrets_and_modules() {
    let choice = "let m = param::choice(\"m\", \"Mail\", [\"exchange\", \"none\"]);\n";
    assert_eq!(offered(&format!("{choice}if m == \"|\" {{ }}")), ["exchange", "none"]);
    assert_eq!(offered(&format!("{choice}switch m {{ \"|\" => 1 }}")), ["exchange", "none"]);
    let modules = offered("import \"|\" as x;");
    assert!(modules.contains(&"std/options".to_owned()), "{modules:?}");
    assert!(modules.contains(&"lib/house".to_owned()), "{modules:?}");
    assert_eq!(offered("let a = secret(\"pool\");\nlet b = secret(\"|\");"), ["pool"]);
    assert_eq!(offered("// mail::|"), Vec::<String>::new());
    assert_eq!(offered("deployment(\"mail::|\");"), Vec::<String>::new());
}

#[test]
fn a_client_with_snippets_gets_places_to_fill_in() {
    let capabilities = json!({ "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } });
    let mut client = Client::with(&[], json!({}), capabilities);
    client.open("main.rhai", "account::re");
    let answer = client.at("textDocument/completion", "main.rhai", &place("account::re"));
    let items = answer["items"].as_array().unwrap();
    let item = items.iter().find(|it| it["label"] == "regular").unwrap();
    let text = item["textEdit"]["newText"].as_str().unwrap();
    assert!(text.starts_with("regular(`${1:") && text.contains("secret(\"${2:"), "{text}");
    assert_eq!(item["textEdit"]["range"]["start"]["character"], 9);
    assert!(item["documentation"]["value"].as_str().unwrap().contains("of the wizard"));
}

const SCRIPT: &str = "let server = param::host(\"server\", \"The server\");\nlet mail = param::choice(\"mail\", \"Where mail goes\", [\"exchange\", \"none\"]);\naccount::regular(`contoso\\svc`, secret(\"service_password\"));\n";

#[test]
fn a_values_file_offers_what_is_missing() {
    let mut client = Client::new(&[("main.rhai", SCRIPT)]);
    for (text, wanted) in [
        ("server = \"a.contoso.com\"\n|\n", vec!["mail"]),
        ("mail = \"|\"\n", vec!["exchange", "none"]),
        ("mail = |\n", vec!["exchange", "none"]),
        ("[secrets]\n|\n", vec!["service_password"]),
        ("[secrets]\nservice_password = { | }\n", vec!["env", "file", "prompt", "credential"]),
    ] {
        let (plain, position) = marked(text);
        client.open("main.toml", &plain);
        let answer = client.at("textDocument/completion", "main.toml", &position);
        assert_eq!(labels(&answer), wanted, "{text}");
    }
}

#[test]
fn a_call_shows_which_argument_is_written() {
    for (text, label, active) in [
        ("account::regular(`a\\b`, |)", "account::regular(name: account, password: secret)", 1),
        ("account::regular(|", "account::regular(name: account, password: secret)", 0),
        ("fn own(a, b) { }\nown(1, secret(\"x\"), |", "own(a, b)", 2),
        ("mail::exchange(\"h\").mailbox(|)", ".mailbox(address: e-mail)", 0),
    ] {
        let (plain, position) = marked(text);
        let mut client = Client::new(&[]);
        client.open("main.rhai", &plain);
        let help = client.at("textDocument/signatureHelp", "main.rhai", &position);
        assert_eq!(help["signatures"][0]["label"], label, "{text}");
        assert_eq!(help["activeParameter"], active, "{text}");
    }
}

#[test]
fn a_word_is_explained_with_page_property_and_value() {
    let script = include_str!("../../../examples/option-c.rhai");
    let values = include_str!("../../../examples/option-c.toml");
    let mut client = Client::new(&[("main.rhai", script), ("main.toml", values)]);
    client.open("main.rhai", script);
    client.findings("main.rhai");
    let mut said = |word: &str| {
        let at = script.find(word).expect("the word is there");
        let answer = client.at("textDocument/hover", "main.rhai", &place(&script[..=at]));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    let database = said("database(sql_server)");
    assert!(database.contains("sql::database(server)"), "{database}");
    assert!(
        database.contains("of the wizard") && database.contains("contosoagl.contoso.com"),
        "{database}"
    );
    assert!(database.contains("SQMSERVER") || database.contains('→'), "{database}");
    let variable = said("netbios     =");
    assert!(
        variable.contains("value: `contoso`") && variable.contains("main.toml:2:"),
        "{variable}"
    );
    let secret = said("mim_service_password");
    assert!(secret.contains("environment variable `MIM_SERVICE_PASSWORD`"), "{secret}");
    assert!(said("mail::office").contains("namespace `mail`"));
    // A parameter is explained in the values file too, and the last plan is remembered while the script is broken.
    client.open("main.toml", values);
    let key = client.at("textDocument/hover", "main.toml", &json!({ "line": 0, "character": 1 }));
    assert!(
        key["contents"]["value"].as_str().unwrap().contains("Primary domain of the Entra tenant")
    );
    client.change("main.rhai", &format!("{script}\nmail::"));
    let at = script.find("database(sql_server)").unwrap();
    let broken = client.at("textDocument/hover", "main.rhai", &place(&script[..=at]));
    assert!(broken["contents"]["value"].as_str().unwrap().contains("contosoagl.contoso.com"));
}

#[test]
fn a_client_without_markdown_gets_plain_text() {
    let plain = json!(["plaintext"]);
    let capabilities = json!({ "textDocument": { "hover": { "contentFormat": plain } } });
    let mut client = Client::with(&[], json!({}), capabilities);
    client.open("main.rhai", "mail::none();");
    let answer = client.at("textDocument/hover", "main.rhai", &place("mail::n"));
    assert_eq!(answer["contents"]["kind"], "plaintext");
    assert!(!answer["contents"]["value"].as_str().unwrap().contains("```"), "{answer}");
}
