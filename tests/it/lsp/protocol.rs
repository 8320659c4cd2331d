//! The rules of the conversation: its order, its end, and what is malformed.

use serde_json::{Value, json};

use super::client::Client;

#[test]
fn nothing_is_answered_before_it_begins() {
    let mut client = Client::silent(&[]);
    let id = client.ask("textDocument/hover", json!({}));
    assert_eq!(client.answer(id)["error"]["code"], -32002);
    client.notify("textDocument/didOpen", json!({}));
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn it_ends_with_0_after_shutdown_and_refuses_what_comes_between() {
    let mut client = Client::new(&[]);
    assert!(client.request("shutdown", Value::Null).is_null());
    let id = client.ask("textDocument/hover", json!({}));
    assert_eq!(client.answer(id)["error"]["code"], -32600);
    client.notify("exit", Value::Null);
    assert_eq!(client.wait().code(), Some(0));
}

#[test]
fn a_client_that_is_gone_ends_it() {
    let mut client = Client::new(&[]);
    client.hang_up();
    assert_eq!(client.wait().code(), Some(1));
}

#[test]
fn malformed_messages_are_answered_and_survived() {
    let mut client = Client::new(&[]);
    let bad: &[(&str, i64)] = &[
        ("{", -32700),
        ("[]", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":9}", -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"textDocument/hover\"}", -32600),
        ("\u{fffd}", -32700),
    ];
    for (text, code) in bad {
        client.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
        let answer = client.next();
        assert_eq!(answer["error"]["code"], *code, "{text}: {answer}");
    }
    client.raw(b"Content-Length: many\r\n\r\n");
    assert_eq!(client.next()["error"]["code"], -32700);
    client.raw(b"nonsense without end\r\n\r\n");
    for params in [
        json!(null),
        json!([]),
        json!({ "textDocument": 3 }),
        json!({ "textDocument": { "uri": "%%" } }),
    ] {
        for method in [
            "textDocument/hover",
            "textDocument/completion",
            "textDocument/rename",
            "nothing/known",
        ] {
            let id = client.ask(method, params.clone());
            let answer = client.answer(id);
            assert!(answer.get("result").is_some() || answer["error"]["code"].is_number());
        }
        for method in [
            "textDocument/didOpen",
            "textDocument/didChange",
            "textDocument/didClose",
            "$/cancelRequest",
        ] {
            client.notify(method, params.clone());
        }
    }
    client.open("main.rhai", "mail::nne();");
    assert!(!client.findings("main.rhai").is_empty());
    // Nothing is changed at a place that is none, least of all everything.
    let start = json!({ "line": -1, "character": 0 });
    let range = json!({ "start": start, "end": { "line": 0, "character": 0 } });
    client.edit("main.rhai", json!([{ "range": range, "text": "mail::none();" }]));
    client.edit("main.rhai", json!([]));
    let findings = client.findings("main.rhai");
    assert!(findings.iter().any(|it| it["code"] == "script-unknown-function"), "{findings:?}");
    assert!(client.end().success());
}

#[test]
fn an_unknown_request_is_refused_and_an_unknown_notification_is_not_heard() {
    let mut client = Client::new(&[]);
    client.notify("nothing/known", json!({}));
    let id = client.ask("nothing/known", json!({}));
    assert_eq!(client.answer(id)["error"]["code"], -32601);
}

#[test]
fn a_request_that_waits_can_be_cancelled() {
    let mut client = Client::new(&[]);
    // The run takes as long as a run may.
    client.open("main.rhai", "let x = 0;\nwhile true { x += 1; }\n");
    let uri = client.uri("main.rhai");
    let id = client.ask("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    client.notify("$/cancelRequest", json!({ "id": id }));
    let answer = client.answer(id);
    assert!(answer["error"]["code"] == -32800 || answer.get("result").is_some(), "{answer}");
}
