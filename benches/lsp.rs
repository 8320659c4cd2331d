//! The language server as an editor feels it: from `initialize` to its answer, from a change to the findings, and memory.
//!
//! `cargo bench --bench lsp` starts the built program, opens a script of 200 lines with its values, and types into it.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark starts processes and looks at the clock"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How often the server is started.
const STARTS: usize = 31;
/// How often something is typed.
const EDITS: i64 = 1000;

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

fn main() {
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        let started = Instant::now();
        let server = Server::start();
        starts.push(started.elapsed());
        server.end();
    }
    report("start to the answer to initialize", starts);

    let (script, values) = project();
    let folder = tempfile::tempdir().expect("there is a folder");
    let path = folder.path().join("main.rhai");
    std::fs::write(folder.path().join("main.toml"), values).expect("it can be written");
    let uri = format!("file://{}", path.display());
    let mut server = Server::start();
    server.notify("initialized", &json!({}));
    let item = json!({ "uri": uri, "languageId": "rhai", "version": 0, "text": script });
    let started = Instant::now();
    server.notify("textDocument/didOpen", &json!({ "textDocument": item }));
    let findings = server.findings(0);
    println!("{:<36} {:>8.2?}", "open to findings", started.elapsed());
    assert!(!findings.to_string().contains("\"severity\":1"), "the script is right: {findings}");

    let mut lines = script.lines().enumerate();
    let place = lines.find_map(|(line, text)| Some((line, text.find("installer::msi")? + 11)));
    let (line, column) = place.expect("it names the installer");
    let mut took = Vec::new();
    for version in 1..=EDITS {
        // A letter is typed, then taken away again, as findings come and go.
        let end = column + usize::from(version % 2 == 0);
        let text = if version % 2 == 1 { "x" } else { "" };
        let range = json!({
            "start": { "line": line, "character": column },
            "end": { "line": line, "character": end },
        });
        let document = json!({ "uri": uri, "version": version });
        let changes = json!([{ "range": range, "text": text }]);
        let params = json!({ "textDocument": document, "contentChanges": changes });
        let started = Instant::now();
        server.notify("textDocument/didChange", &params);
        let findings = server.findings(version);
        took.push(started.elapsed());
        let wrong = findings.to_string().contains("script-unknown-function");
        assert_eq!(wrong, version % 2 == 1, "the findings are those of this text");
    }
    report("change to findings, 200 lines", took);
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id()));
    for line in status.unwrap_or_default().lines().filter(|it| it.starts_with("VmHWM")) {
        println!("{line}");
    }
    server.end();
}

/// An example, made 200 lines long by what people write between declarations.
fn project() -> (String, &'static str) {
    let example = include_str!("../examples/everything.rhai");
    let mut script = example.to_owned();
    let mut at = 0;
    while script.lines().count() < 200 {
        script.push_str(&format!(
            "fn named_{at}(prefix, name) {{\n    `${{prefix}}-${{name}}`\n}}\n"
        ));
        at += 1;
    }
    (script, include_str!("../examples/everything.toml"))
}

fn report(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    println!(
        "{what:<36} min {:>8.2?}  median {:>8.2?}  p99 {:>8.2?}  max {:>8.2?}  n {}",
        at(0),
        at(50),
        at(99),
        at(100),
        took.len()
    );
}

impl Server {
    /// Starts the server and waits for its first answer.
    fn start() -> Server {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mimeo"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Server { child, input, output };
        let options = json!({ "asOf": "2026-11-23" });
        let params =
            json!({ "processId": null, "capabilities": {}, "initializationOptions": options });
        server
            .send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }));
        assert_eq!(server.read()["id"], 1);
        server
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        self.input.write_all(framed.as_bytes()).expect("the server reads");
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn findings(&mut self, version: i64) -> Value {
        loop {
            let message = self.read();
            if message["params"]["version"] == version {
                return message["params"]["diagnostics"].clone();
            }
        }
    }

    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.output.read_line(&mut line).expect("the server speaks");
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(value) => length = value.parse().expect("it is a number"),
                None if line.trim_end().is_empty() => break,
                None => {}
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).expect("the server speaks");
        serde_json::from_slice(&bytes).expect("it is JSON")
    }

    fn end(mut self) {
        self.send(&json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" }));
        self.notify("exit", &Value::Null);
        drop(self.input);
        self.child.wait().expect("it ends");
    }
}
