//! Findings in the editor are those of `check`, at the right places, for the text as it is.

use serde_json::{Value, json};

use super::client::Client;

fn codes(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|it| it["code"].as_str().unwrap_or_default()).collect()
}

#[test]
fn a_finding_has_its_place_code_link_and_severity() {
    let mut client = Client::new(&[]);
    client.open("main.rhai", "mail::offce365();\n");
    let findings = client.findings("main.rhai");
    assert_eq!(codes(&findings)[0], "script-unknown-function");
    let range = &findings[0]["range"];
    assert_eq!(range["start"], json!({ "line": 0, "character": 6 }));
    assert_eq!(range["end"], json!({ "line": 0, "character": 14 }));
    assert_eq!(findings[0]["severity"], 1);
    assert_eq!(findings[0]["source"], "mimeo");
    let message = findings[0]["message"].as_str().unwrap();
    assert!(message.contains("did you mean `office365`?"), "{message}");
    assert!(client.end().success());
}

#[test]
fn what_is_not_saved_counts() {
    let mut client = Client::new(&[("main.rhai", "mail::none();")]);
    client.open("main.rhai", "mail::nnone();");
    assert!(codes(&client.findings("main.rhai")).contains(&"script-unknown-function"));
    client.change("main.rhai", "mail::none();");
    assert!(!codes(&client.findings("main.rhai")).contains(&"script-unknown-function"));
}

#[test]
fn columns_count_utf_16_and_crlf_ends_lines() {
    let mut client = Client::new(&[]);
    client.open("main.rhai", "// 🎈\r\nlet x = \"🎈\"; mail::offce365();\r\n");
    let findings = client.findings("main.rhai");
    let range =
        &findings.iter().find(|it| it["code"] == "script-unknown-function").unwrap()["range"];
    assert_eq!(range["start"], json!({ "line": 1, "character": 20 }));
    // An edit behind the balloon.
    let at = json!({ "start": range["start"], "end": range["end"] });
    client.edit("main.rhai", json!([{ "range": at, "text": "none" }]));
    assert!(!codes(&client.findings("main.rhai")).contains(&"script-unknown-function"));
}

#[test]
fn columns_count_bytes_where_both_agree() {
    let encodings = json!({ "general": { "positionEncodings": ["utf-8", "utf-16"] } });
    let mut client = Client::with(&[], json!({}), encodings);
    assert_eq!(client.offer["capabilities"]["positionEncoding"], "utf-8");
    client.open("main.rhai", "let x = \"🎈\"; mail::offce365();\n");
    let findings = client.findings("main.rhai");
    let found = findings.iter().find(|it| it["code"] == "script-unknown-function").unwrap();
    assert_eq!(found["range"]["start"], json!({ "line": 0, "character": 22 }));
}

#[test]
fn the_values_file_of_the_same_name_is_read_and_has_its_findings() {
    let script =
        "let server = param::host(\"server\", \"The server\");\nservice::address(server);\n";
    let mut client = Client::new(&[("main.rhai", script), ("main.toml", "server = \"a b\"\n")]);
    client.open("main.rhai", script);
    let findings = client.findings("main.toml");
    assert_eq!(findings[0]["range"]["start"]["character"], 11, "{findings:?}");
    let related = &findings[0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], client.uri("main.rhai"));
    // In the editor the values are mended, and on the disk they are not.
    client.open("main.toml", "server = \"mim.contoso.com\"\n");
    assert_eq!(client.findings("main.toml"), Vec::<Value>::new());
}

#[test]
fn the_settings_say_which_values_belong_to_a_script() {
    let script =
        "let server = param::host(\"server\", \"The server\");\nservice::address(server);\n";
    let files = [("main.rhai", script), ("customers/a.toml", "sever = \"mim.contoso.com\"\n")];
    let options = json!({ "values": { "main.rhai": ["customers/a.toml"] }, "asOf": "2020-01-01" });
    let mut client = Client::with(&files, options, json!({}));
    client.open("customers/a.toml", files[1].1);
    let findings = client.findings("customers/a.toml");
    assert_eq!(codes(&findings), ["values-unknown"]);
}

#[test]
fn a_module_is_seen_with_the_script_that_imports_it() {
    let main = "import \"lib/mail\" as lib;\nlib::relay(\"smtp.contoso.com\");\n";
    let module = "fn relay(host) { mail::smtp(host).mailbox(\"mim@contoso.com\") }\n";
    let mut client = Client::new(&[("main.rhai", main), ("lib/mail.rhai", module)]);
    client.open("lib/mail.rhai", module);
    let findings = client.findings("lib/mail.rhai");
    assert!(codes(&findings).contains(&"script-unknown-method"), "{findings:?}");
    client.change("lib/mail.rhai", &module.replace("mailbox", "sender"));
    assert!(!codes(&client.findings("lib/mail.rhai")).contains(&"script-unknown-method"));
}

#[test]
fn closing_takes_the_findings_away() {
    let mut client = Client::new(&[]);
    client.open("main.rhai", "mail::offce365();\n");
    assert!(!client.findings("main.rhai").is_empty());
    let uri = client.uri("main.rhai");
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert!(client.findings("main.rhai").is_empty());
}

#[test]
fn only_the_newest_of_many_edits_counts() {
    let mut client = Client::new(&[]);
    client.open("main.rhai", "");
    for _ in 0..50 {
        client.change("main.rhai", "mail::offce365();");
        client.change("main.rhai", "loop { }");
        client.change("main.rhai", "mail::none(");
    }
    client.change("main.rhai", "mail::nne();\n");
    assert!(codes(&client.findings("main.rhai")).contains(&"script-unknown-function"));
}

#[test]
fn an_edit_ends_the_run_of_the_text_before() {
    let mut client = Client::new(&[]);
    client.open("main.rhai", "");
    // Each takes as long as a script may, whatever the machine; all of them, longer than anybody waits.
    for round in 0..12 {
        let endless = format!("let x = [{round}]; x.pad(10_000, 1); loop {{ x.sort(); }}\n");
        client.change("main.rhai", &endless);
        let uri = client.uri("main.rhai");
        let at = json!({ "line": 0, "character": 0 });
        client.request(
            "textDocument/hover",
            json!({ "textDocument": { "uri": uri }, "position": at }),
        );
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    client.change("main.rhai", "mail::nne();\n");
    assert!(codes(&client.findings("main.rhai")).contains(&"script-unknown-function"));
}

#[test]
fn a_file_outside_of_the_folder_and_one_never_saved_are_served() {
    let mut client = Client::new(&[]);
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("far away.rhai");
    for uri in [super::client::uri(&path), "untitled:Untitled-1".to_owned()] {
        let item =
            json!({ "uri": uri, "languageId": "rhai", "version": 1, "text": "mail::nne();" });
        client.notify("textDocument/didOpen", json!({ "textDocument": item }));
        let message = loop {
            let message = client.next();
            if message["params"]["uri"] == uri {
                break message;
            }
        };
        let findings = message["params"]["diagnostics"].as_array().unwrap();
        assert!(codes(findings).contains(&"script-unknown-function"), "{findings:?}");
    }
}

#[test]
fn a_script_of_tests_has_the_functions_of_tests() {
    let template = "service::address(param::host(\"server\", \"The server\"));\n";
    let tests = "test::that(\"a plan\").values(\"customers/main.toml\").expect(\"database.nmae\", \"x\");\nmail::none();\n";
    let mut client = Client::new(&[("main.rhai", template), ("customers/main.toml", "")]);
    client.open("main.test.rhai", tests);
    let findings = client.findings("main.test.rhai");
    let found: Vec<_> =
        findings.iter().map(|it| (&it["range"]["start"]["line"], &it["code"])).collect();
    assert!(found.contains(&(&json!(1), &json!("script-unknown-namespace"))), "{found:?}");
    assert!(found.iter().all(|it| it.1 != "script-unknown-function"), "{found:?}");
    let at = json!({ "line": 0, "character": 23 });
    let items = client.at("textDocument/completion", "main.test.rhai", &at);
    let labels: Vec<_> = items["items"].as_array().unwrap().iter().map(|it| &it["label"]).collect();
    assert!(labels.contains(&&json!("expect_finding")), "{labels:?}");
    let uri = client.uri("main.test.rhai");
    let lens = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    assert_eq!(lens, json!([]));
}
