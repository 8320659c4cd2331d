//! What can be clicked: the plan above a script, and the rule behind a finding.

use serde_json::{Value, json};

use super::client::Client;

const SCRIPT: &str = include_str!("../../../examples/option-c.rhai");
const VALUES: &str = include_str!("../../../examples/option-c.toml");

fn client(options: Value, shows: bool) -> Client {
    let files = [("main.rhai", SCRIPT), ("main.toml", VALUES)];
    let capabilities = json!({ "window": { "showDocument": { "support": shows } } });
    let mut client = Client::with(&files, options, capabilities);
    client.open("main.rhai", SCRIPT);
    client
}

fn lenses(client: &mut Client) -> Vec<Value> {
    let uri = client.uri("main.rhai");
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri } }));
    let list = lenses.as_array().expect("it is a list");
    list.iter().map(|it| it["command"].clone()).collect()
}

fn offered(client: &Client) -> Value {
    client.offer["capabilities"]["executeCommandProvider"]["commands"].clone()
}

/// What the server sent of a kind.
fn sent(client: &mut Client, method: &str) -> Value {
    loop {
        if let Some(at) = client.early.iter().position(|it| it["method"] == method) {
            return client.early.remove(at)["params"].clone();
        }
        let message = client.next();
        client.early.push(message);
    }
}

#[test]
fn the_lens_above_a_script_shows_its_plan() {
    let mut client = client(json!({}), true);
    assert_eq!(offered(&client), json!(["mimeo.planWizard", "mimeo.explain"]));
    let lenses = lenses(&mut client);
    assert_eq!(lenses.len(), 1, "only the client can rehearse: {lenses:?}");
    let params = json!({ "command": lenses[0]["command"], "arguments": lenses[0]["arguments"] });
    assert!(client.request("workspace/executeCommand", params).is_null());
    let shown = sent(&mut client, "window/showDocument");
    let path = url::Url::parse(shown["uri"].as_str().unwrap()).unwrap().to_file_path().unwrap();
    assert!(path.ends_with("shown/main plan.txt"), "{path:?}");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("FIMService") && text.contains("mim.contoso.com"), "{text}");
}

#[test]
fn a_client_that_opens_nothing_is_told_where_it_is() {
    let mut client = client(json!({}), false);
    let params = json!({ "command": "mimeo.explain", "arguments": ["mail-smtp-managed-account"] });
    client.request("workspace/executeCommand", params);
    let told = sent(&mut client, "window/showMessage");
    let path = told["message"].as_str().unwrap().strip_prefix("it stands in ").unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.starts_with("mail-smtp-managed-account (error): "), "{text}");
}

#[test]
fn what_the_client_runs_itself_is_left_to_it() {
    let commands = json!(["mimeo.planWizard", "mimeo.rehearse"]);
    let mut client = client(json!({ "commands": commands }), true);
    assert_eq!(offered(&client), json!(["mimeo.explain"]));
    let lenses = lenses(&mut client);
    let named: Vec<_> = lenses.iter().map(|it| it["command"].clone()).collect();
    assert_eq!(json!(named), commands);
    assert_eq!(lenses[1]["arguments"], json!([client.uri("main.rhai")]));
}

#[test]
fn a_command_without_a_plan_a_code_or_a_name_is_refused() {
    let mut client = client(json!({}), true);
    client.change("main.rhai", "mail::nne();");
    assert_eq!(lenses(&mut client)[0]["command"], "");
    let uri = client.uri("main.rhai");
    for (command, argument) in
        [("mimeo.planWizard", uri.as_str()), ("mimeo.explain", "../x"), ("rm", ""), ("", "")]
    {
        let params = json!({ "command": command, "arguments": [argument] });
        let id = client.ask("workspace/executeCommand", params);
        assert!(client.answer(id)["error"]["code"].is_number(), "{command}");
    }
}

#[test]
fn a_finding_can_be_explained_where_it_stands() {
    let mut client = client(json!({}), true);
    client.change("main.rhai", "mail::nne();\nmail::nne();\n");
    let range =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 9 } });
    let diagnostics = client.findings("main.rhai");
    let params = json!({
        "textDocument": { "uri": client.uri("main.rhai") },
        "range": range,
        "context": { "diagnostics": diagnostics },
    });
    let actions = client.request("textDocument/codeAction", params);
    let all = actions.as_array().unwrap();
    let explain: Vec<_> =
        all.iter().filter(|it| it["title"] == "explain `script-unknown-function`").collect();
    assert_eq!(explain.len(), 1, "{actions}");
    assert_eq!(explain[0]["command"]["arguments"], json!(["script-unknown-function"]));
    assert_eq!(explain[0]["diagnostics"][0]["code"], "script-unknown-function");
}
