//! The language server as an editor feels it: from `initialize` to its answer, from a change to the findings, from a change to
//! what can be completed, and memory.
//!
//! `cargo bench --bench lsp` starts the built program, opens scripts with their values, and types into them. Where `ruff` is on
//! the path, its server is measured in the same run with as many lines of Python.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark starts processes and looks at the clock"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How often a server is started.
const STARTS: usize = 31;
/// How often something is typed.
const EDITS: i64 = 1000;
/// How many changes come before memory is looked at for the first time.
const WARM: i64 = 200;

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// A text in which something is typed and taken away again, as findings come and go.
struct Typed<'a> {
    name: &'a str,
    text: &'a str,
    /// Behind which words it is typed.
    behind: &'a str,
    /// What is found while it stands there.
    finds: &'a str,
}

fn main() {
    let lsp = || command(env!("CARGO_BIN_EXE_mimeo"), "lsp");
    report(
        "start to the answer to initialize",
        (0..STARTS).map(|_| Server::timed(lsp())).collect(),
    );

    let values = include_str!("../examples/everything.toml");
    for (what, script) in [("200 lines", lines(200)), ("300 more declarations", declarations(300))]
    {
        let behind = "installer::msi";
        let finds = "script-unknown-function";
        let typed = Typed { name: "main.rhai", text: &script, behind, finds };
        let folder = tempfile::tempdir().expect("there is a folder");
        std::fs::write(folder.path().join("main.toml"), values).expect("it can be written");
        let mut server = Server::start(lsp());
        let uri = server.open(folder.path(), &typed);
        let took = server.type_into(&uri, &typed, 0);
        report(&format!("change to findings, {what}"), took);
        report(&format!("change to completion, {what}"), server.complete(&uri, &typed));
        server.end();
    }

    let ruff = || command("ruff", "server");
    if ruff().arg("--help").stdout(Stdio::null()).status().is_ok_and(|it| it.success()) {
        report("ruff: start to initialize", (0..STARTS).map(|_| Server::timed(ruff())).collect());
        let script = python(200);
        let typed =
            Typed { name: "main.py", text: &script, behind: "return prefix", finds: "F821" };
        let folder = tempfile::tempdir().expect("there is a folder");
        let mut server = Server::start(ruff());
        let uri = server.open(folder.path(), &typed);
        report("ruff: change to findings, 200 lines", server.type_into(&uri, &typed, 0));
        server.end();
    } else {
        println!("ruff is not on the path: nothing to compare with");
    }
}

/// An example, made long by what people write between declarations.
fn lines(count: usize) -> String {
    let mut script = include_str!("../examples/everything.rhai").to_owned();
    for at in 0.. {
        if script.lines().count() >= count {
            break;
        }
        script.push_str(&format!(
            "fn named_{at}(prefix, name) {{\n    `${{prefix}}-${{name}}`\n}}\n"
        ));
    }
    script
}

/// An example with more declarations.
fn declarations(count: usize) -> String {
    let mut script = include_str!("../examples/everything.rhai").to_owned();
    for at in 0..count {
        script.push_str(&format!(
            "let more_{at} = param::text(\"more_{at}\", \"One more\", \"contoso\");\n"
        ));
    }
    script
}

/// As many lines of Python.
fn python(count: usize) -> String {
    let mut script = "import os\n\nprint(os.name)\n".to_owned();
    for at in 0.. {
        if script.lines().count() >= count {
            break;
        }
        script.push_str(&format!(
            "def named_{at}(prefix, name):\n    if name is None:\n        return prefix\n    return f\"{{prefix}}-{{name}}\"\n\n"
        ));
    }
    script
}

fn command(program: &str, argument: &str) -> Command {
    let mut command = Command::new(program);
    command.arg(argument);
    command
}

fn report(what: &str, mut took: Vec<Duration>) {
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    println!(
        "{what:<44} median {:>8.2?}  p95 {:>8.2?}  p99 {:>8.2?}  max {:>8.2?}  n {}",
        at(50),
        at(95),
        at(99),
        at(100),
        took.len()
    );
}

impl Server {
    /// How long a server takes to its first answer.
    fn timed(command: Command) -> Duration {
        let started = Instant::now();
        let server = Server::start(command);
        let took = started.elapsed();
        server.end();
        took
    }

    /// Starts a server and waits for its first answer.
    fn start(mut command: Command) -> Server {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let input = child.stdin.take().expect("it is piped");
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut server = Server { child, input, output };
        let options = json!({ "asOf": "2026-11-23" });
        let params =
            json!({ "processId": null, "capabilities": {}, "initializationOptions": options });
        server.ask(1, "initialize", &params);
        server.answer(1);
        server.notify("initialized", &json!({}));
        server
    }

    /// Opens a text, and waits for its findings.
    fn open(&mut self, folder: &Path, typed: &Typed<'_>) -> String {
        let uri = format!("file://{}", folder.join(typed.name).display());
        let language = if typed.name == "main.py" { "python" } else { "rhai" };
        let item = json!({ "uri": uri, "languageId": language, "version": 0, "text": typed.text });
        self.notify("textDocument/didOpen", &json!({ "textDocument": item }));
        let findings = self.findings(0);
        assert!(!findings.to_string().contains("\"severity\":1"), "the text is right: {findings}");
        uri
    }

    /// Types a letter or takes it away: with an odd number it is there.
    fn change(&mut self, uri: &str, typed: &Typed<'_>, version: i64) {
        let mut lines = typed.text.lines().enumerate();
        let place = lines.find_map(|(at, it)| Some((at, it.find(typed.behind)?)));
        let (line, column) = place.expect("it is there");
        let column = column + typed.behind.len();
        let there = version % 2 == 1;
        let range = json!({
            "start": { "line": line, "character": column },
            "end": { "line": line, "character": column + usize::from(!there) },
        });
        let changes = json!([{ "range": range, "text": if there { "x" } else { "" } }]);
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", &params);
    }

    /// From each change to its findings.
    fn type_into(&mut self, uri: &str, typed: &Typed<'_>, first: i64) -> Vec<Duration> {
        let mut took = Vec::new();
        let mut before = None;
        let worked = self.worked();
        for version in first + 1..=first + EDITS {
            let started = Instant::now();
            self.change(uri, typed, version);
            let findings = self.findings(version);
            took.push(started.elapsed());
            let wrong = findings.to_string().contains(typed.finds);
            assert_eq!(wrong, version % 2 == 1, "the findings are those of this text: {findings}");
            if version == first + WARM {
                before = self.memory();
            }
        }
        if let (Some(worked), Some(now)) = (worked, self.worked()) {
            let each = Duration::from_millis((now - worked) * 10) / took.len() as u32;
            println!("processor: {each:.2?} for each change");
        }
        if let (Some(before), Some(after)) = (before, self.memory()) {
            println!("memory: {before} KiB after {WARM} changes, {after} KiB after {EDITS}");
        }
        took
    }

    /// From each change to what can be completed behind it.
    fn complete(&mut self, uri: &str, typed: &Typed<'_>) -> Vec<Duration> {
        let mut lines = typed.text.lines().enumerate();
        let place = lines.find_map(|(at, it)| Some((at, it.find(typed.behind)?)));
        let (line, column) = place.expect("it is there");
        let position = json!({ "line": line, "character": column + typed.behind.len() });
        let params = json!({ "textDocument": { "uri": uri }, "position": position });
        let mut took = Vec::new();
        for version in EDITS + 1..=2 * EDITS {
            let started = Instant::now();
            self.change(uri, typed, version);
            self.ask(version, "textDocument/completion", &params);
            let answer = self.answer(version);
            took.push(started.elapsed());
            assert!(answer.to_string().contains("msi"), "it completes: {answer}");
        }
        took
    }

    /// Hundredths of a second on a processor, where the system tells. Other than the time on the wall, they do not depend on
    /// what else the machine does.
    fn worked(&self) -> Option<u64> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).ok()?;
        let behind = stat.rsplit(')').next()?;
        let mut fields = behind.split_whitespace().skip(11).map_while(|it| it.parse().ok());
        Some(fields.next()? + fields.next().unwrap_or(0u64))
    }

    /// Resident memory in KiB, where the system tells.
    fn memory(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:"))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let framed = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        self.input.write_all(framed.as_bytes()).expect("the server reads");
    }

    fn ask(&mut self, id: i64, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.read();
            if message["id"] == id && message.get("method").is_none() {
                return message["result"].clone();
            }
        }
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
        self.ask(0, "shutdown", &Value::Null);
        self.notify("exit", &Value::Null);
        drop(self.input);
        self.child.wait().expect("it ends");
    }
}
