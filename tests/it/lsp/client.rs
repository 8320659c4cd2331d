//! A client that speaks to the built program as an editor does: real messages over its standard input and output.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long anything may take. A test that waits this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// The folder of the project.
    pub(super) folder: tempfile::TempDir,
    next: i64,
    version: i64,
    /// What came while something else was waited for.
    pub(super) early: Vec<Value>,
    /// The answer to `initialize`.
    pub(super) offer: Value,
}

impl Client {
    /// A client with a folder of files.
    pub(super) fn new(files: &[(&str, &str)]) -> Client {
        Client::with(files, json!({}), json!({}))
    }

    /// A client with options and capabilities.
    pub(super) fn with(files: &[(&str, &str)], options: Value, capabilities: Value) -> Client {
        let mut client = Client::silent(files);
        let root = client.uri("");
        let params = json!({
            "processId": null,
            "rootUri": root,
            "workspaceFolders": [{ "uri": root, "name": "test" }],
            "capabilities": capabilities,
            "initializationOptions": options,
        });
        client.offer = client.request("initialize", params);
        client.notify("initialized", json!({}));
        client
    }

    /// A client that has said nothing yet.
    pub(super) fn silent(files: &[(&str, &str)]) -> Client {
        let folder = tempfile::tempdir().expect("there is a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("it can");
            std::fs::write(path, text).expect("it can be written");
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_mimeo"))
            .args(["lsp", "--stdio"])
            .current_dir(folder.path())
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the program starts");
        let output = child.stdout.take().expect("it is piped");
        let (send, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if send.send(message).is_err() {
                    return;
                }
            }
        });
        let input = child.stdin.take();
        Client {
            child,
            input,
            messages,
            folder,
            next: 0,
            version: 0,
            early: Vec::new(),
            offer: Value::Null,
        }
    }

    /// The real path of a file.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        std::fs::canonicalize(self.folder.path()).expect("it is there").join(name)
    }

    /// The address of a file.
    pub(super) fn uri(&self, name: &str) -> String {
        uri(&self.path(name))
    }

    /// Sends bytes as they are.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("it is open");
        input.write_all(bytes).expect("the server reads");
        input.flush().expect("the server reads");
    }

    pub(super) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(super) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and returns its number.
    pub(super) fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        id
    }

    /// The next message.
    pub(super) fn next(&mut self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("the server says something")
    }

    /// The whole answer to a request.
    pub(super) fn answer(&mut self, id: i64) -> Value {
        loop {
            let message = self.next();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
            self.early.push(message);
        }
    }

    /// Asks and waits for the result.
    pub(super) fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params);
        let answer = self.answer(id);
        assert!(answer.get("error").is_none(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// Asks about a place: `|` in the text.
    pub(super) fn at(&mut self, method: &str, name: &str, position: &Value) -> Value {
        let uri = self.uri(name);
        self.request(method, json!({ "textDocument": { "uri": uri }, "position": position }))
    }

    pub(super) fn open(&mut self, name: &str, text: &str) {
        self.version += 1;
        let (uri, version) = (self.uri(name), self.version);
        let language = if Path::new(name).extension().is_some_and(|it| it == "toml") {
            "toml"
        } else {
            "rhai"
        };
        let item = json!({ "uri": uri, "languageId": language, "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": item }));
    }

    /// Replaces the whole text.
    pub(super) fn change(&mut self, name: &str, text: &str) -> i64 {
        self.edit(name, json!([{ "text": text }]))
    }

    pub(super) fn edit(&mut self, name: &str, changes: Value) -> i64 {
        self.version += 1;
        let (uri, version) = (self.uri(name), self.version);
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
        version
    }

    /// The findings of a file as they are published next, for the newest text.
    pub(super) fn findings(&mut self, name: &str) -> Vec<Value> {
        let (uri, version) = (self.uri(name), self.version);
        loop {
            let at = self.early.iter().position(|it| published(it, &uri));
            let message = match at {
                Some(at) => self.early.remove(at),
                None => self.next(),
            };
            if !published(&message, &uri) {
                self.early.push(message);
                continue;
            }
            let params = &message["params"];
            if params["version"].is_null() || params["version"] == version {
                return params["diagnostics"].as_array().expect("it is a list").clone();
            }
        }
    }

    /// Says good-bye and returns how the program ended.
    pub(super) fn end(mut self) -> ExitStatus {
        assert!(self.request("shutdown", Value::Null).is_null());
        self.notify("exit", Value::Null);
        self.wait()
    }

    pub(super) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }

    /// Closes the server's input.
    pub(super) fn hang_up(&mut self) {
        self.input = None;
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed leaves the server running.
        self.child.kill().unwrap_or_default();
        self.child.wait().map(drop).unwrap_or_default();
    }
}

fn published(message: &Value, uri: &str) -> bool {
    message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri
}

pub(super) fn uri(path: &Path) -> String {
    url::Url::from_file_path(path).expect("it is absolute").into()
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut bytes = vec![0; length];
    output.read_exact(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A text without its mark `|`, and the place of the mark in UTF-16.
pub(super) fn marked(text: &str) -> (String, Value) {
    let at = text.find('|').expect("the text has a mark");
    let plain = format!("{}{}", &text[..at], &text[at + 1..]);
    (plain, place(&text[..at]))
}

/// The place behind a text in UTF-16.
pub(super) fn place(before: &str) -> Value {
    let line = before.matches('\n').count();
    let last = before.rsplit('\n').next().unwrap_or_default();
    json!({ "line": line, "character": last.encode_utf16().count() })
}
