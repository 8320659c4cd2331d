//! The state of a conversation: what is open, what was compiled from it, and who waits for what.

use std::collections::BTreeMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use gen_lsp_types as types;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::compile::Inputs;
use crate::ide::{Good, Outcome};
use crate::installer::Packages;
use crate::lsp::buffers::Buffers;
use crate::lsp::convert::{Text, path_of};
use crate::lsp::library::Library;
use crate::lsp::settings::Settings;
use crate::lsp::start::{self, Client};
use crate::lsp::wire::{self, Frame, Told};
use crate::lsp::worker::{self, Job, Loaded, Wish};
use crate::lsp::{Ended, Setup, find};
use crate::plan::Plan;
use crate::script::limits::Stop;
use crate::trial;

/// Something that happened.
#[derive(Debug)]
pub(super) enum Event {
    /// The client said something.
    Frame(Frame),
    /// The worker has a result.
    Compiled {
        /// The script.
        entry: PathBuf,
        /// The revision that it was asked for.
        revision: u64,
        /// The result.
        result: worker::Result,
    },
    /// The client is gone.
    Closed,
}

/// A text that is open.
#[derive(Debug)]
pub(super) struct Document {
    /// Its address, as the client writes it.
    pub(super) uri: types::Uri,
    /// The client's number for this text.
    pub(super) version: i32,
    /// The text.
    pub(super) text: Text,
}

/// A script with everything that belongs to it.
#[derive(Debug)]
pub(super) struct Project {
    /// What it is compiled from.
    pub(super) inputs: Inputs,
    /// The revision that was last asked for.
    pub(super) revision: u64,
    /// The newest that was read, with its revision.
    pub(super) loaded: Option<(u64, Arc<Loaded>)>,
    /// The newest that has run.
    pub(super) checked: Option<(u64, Arc<Outcome>)>,
    /// The newest of which a plan was made, or none could be.
    pub(super) planned: Option<u64>,
    /// The revision that could not be read.
    pub(super) failed: Option<u64>,
    /// The last plan.
    pub(super) good: Option<(u64, Arc<Good>)>,
    /// The findings as they were sent, by file.
    pub(super) found: BTreeMap<PathBuf, Vec<types::Diagnostic>>,
}

/// What a request waits for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Need {
    /// Nothing.
    Nothing,
    /// That the text has been read.
    Loaded,
    /// That the text has been read and, where its findings are told already, that its plan was made as well.
    Good,
    /// That it has run.
    Checked,
    /// That its plan was made, if it has one.
    Planned,
}

/// One conversation.
#[derive(Debug)]
pub(super) struct Server<W> {
    pub(super) output: W,
    jobs: Sender<Job>,
    pub(super) setup: Setup,
    pub(super) client: Client,
    pub(super) settings: Settings,
    pub(super) library: Library,
    pub(super) documents: BTreeMap<PathBuf, Document>,
    pub(super) projects: BTreeMap<PathBuf, Project>,
    profile: Option<(PathBuf, Arc<dyn Packages>)>,
    buffers: Buffers,
    options: Value,
    waiting: Vec<Request>,
    revision: u64,
    stage: Stage,
}

/// How far the conversation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// `initialize` has not come.
    Begun,
    /// Everything may be asked.
    Open,
    /// `shutdown` has come.
    Shut,
}

impl<W: Write> Server<W> {
    /// A conversation that begins.
    pub(super) fn new(output: W, jobs: Sender<Job>, setup: Setup) -> Self {
        Server {
            output,
            jobs,
            library: Library { folder: setup.library.clone(), ..Library::default() },
            setup,
            client: Client::default(),
            settings: Settings::default(),
            documents: BTreeMap::new(),
            projects: BTreeMap::new(),
            profile: None,
            buffers: Buffers::default(),
            options: Value::Null,
            waiting: Vec::new(),
            revision: 0,
            stage: Stage::Begun,
        }
    }

    /// Does what an event asks for; returns how the conversation ended, if it has.
    pub(super) fn handle(&mut self, event: Event) -> Option<Ended> {
        match event {
            Event::Frame(Frame::Message(Message::Request(request))) => self.request(request),
            Event::Frame(Frame::Message(Message::Notification(it))) if it.method == "exit" => {
                let shut = self.stage == Stage::Shut;
                return Some(if shut { Ended::Properly } else { Ended::Abruptly });
            }
            Event::Frame(Frame::Message(Message::Notification(it))) => {
                if self.stage == Stage::Open {
                    let method = it.method.clone();
                    let heard = catch_unwind(AssertUnwindSafe(|| self.notification(it)));
                    if heard.is_err() {
                        self.log(&format!("`{method}` brought a bug of mimeo to light"));
                    }
                }
            }
            Event::Frame(Frame::Message(Message::Response(it))) => self.response(it),
            Event::Frame(Frame::Malformed(answer)) => {
                if wire::write(&mut self.output, &answer).is_err() {
                    return Some(Ended::Abruptly);
                }
            }
            Event::Compiled { entry, revision, result } => {
                let taken =
                    catch_unwind(AssertUnwindSafe(|| self.compiled(&entry, revision, result)));
                if taken.is_err() {
                    self.log("a result brought a bug of mimeo to light");
                }
                self.answer_waiting();
            }
            Event::Closed => return Some(Ended::Abruptly),
        }
        None
    }

    /// Sends a message. Where the client is gone, the reader tells.
    fn send(&mut self, message: impl Into<Message>) {
        wire::write(&mut self.output, &message.into()).unwrap_or_default();
    }

    /// Sends a notification.
    pub(super) fn notify(&mut self, method: &str, params: impl serde::Serialize) {
        wire::write(&mut self.output, &Told { method, params }).unwrap_or_default();
    }

    /// Asks the client.
    pub(super) fn ask(&mut self, id: &str, method: &str, params: Value) {
        self.send(Request { id: id.to_owned().into(), method: method.to_owned(), params });
    }

    /// Writes into the client's log.
    pub(super) fn log(&mut self, message: &str) {
        self.notify("window/logMessage", json!({ "type": 2, "message": message }));
    }

    fn refuse(&mut self, id: RequestId, code: ErrorCode, message: &str) {
        self.send(Response::new_err(id, code as i32, message.to_owned()));
    }

    fn request(&mut self, request: Request) {
        match (self.stage, request.method.as_str()) {
            (Stage::Begun, "initialize") => self.initialize(request),
            (Stage::Begun, _) => {
                self.refuse(
                    request.id,
                    ErrorCode::ServerNotInitialized,
                    "`initialize` comes first",
                );
            }
            (Stage::Shut, _) => {
                self.refuse(request.id, ErrorCode::InvalidRequest, "the server is shut down");
            }
            (Stage::Open, "initialize") => {
                self.refuse(request.id, ErrorCode::InvalidRequest, "`initialize` comes once");
            }
            (Stage::Open, "shutdown") => {
                self.stage = Stage::Shut;
                for request in std::mem::take(&mut self.waiting) {
                    self.refuse(request.id, ErrorCode::RequestCanceled, "the server shuts down");
                }
                self.send(Response::new_ok(request.id, Value::Null));
            }
            (Stage::Open, _) if self.must_wait(&request) => self.waiting.push(request),
            (Stage::Open, _) => self.reply(request),
        }
    }

    fn initialize(&mut self, request: Request) {
        self.client = Client::read(&request.params);
        self.library.asks = self.client.asks_texts;
        self.options = request.params.get("initializationOptions").cloned().unwrap_or(Value::Null);
        self.settings = Settings::read(&self.options, &self.folder());
        self.send(Response::new_ok(request.id, start::offer(&self.client, &self.settings)));
        self.stage = Stage::Open;
    }

    fn folder(&self) -> PathBuf {
        self.client.folder.clone().unwrap_or_else(|| self.setup.folder.clone())
    }

    /// Whether a request is about a text that has not been read yet.
    fn must_wait(&self, request: &Request) -> bool {
        let need = Self::need(&request.method);
        let waits = |it: &Project| {
            let revision = Some(it.revision);
            if it.failed == revision {
                return false;
            }
            let loaded = it.loaded.as_ref().map(|it| it.0) == revision;
            let checked = it.checked.as_ref().map(|it| it.0) == revision;
            let planned = it.planned == revision;
            match need {
                Need::Nothing => false,
                Need::Loaded => !loaded,
                Need::Good => !loaded || checked && !planned,
                Need::Checked => !checked,
                Need::Planned => !planned,
            }
        };
        match Self::document_of(&request.params) {
            Some(path) => self.project_of(&path).is_some_and(waits),
            None => need != Need::Nothing && self.projects.values().any(waits),
        }
    }

    /// The document that parameters name.
    pub(super) fn document_of(params: &Value) -> Option<PathBuf> {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str)?;
        let path = path_of(&types::Uri::from(uri))?;
        Some(find::real(&path))
    }

    fn answer_waiting(&mut self) {
        let (waiting, ready): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.waiting).into_iter().partition(|it| self.must_wait(it));
        self.waiting = waiting;
        for request in ready {
            self.reply(request);
        }
    }

    fn reply(&mut self, request: Request) {
        let id = request.id.clone();
        let answer = catch_unwind(AssertUnwindSafe(|| self.answer(&request)));
        let answer = match answer {
            Ok(Ok(value)) => Response { id, response_result: Ok(value) },
            Ok(Err((code, message))) => Response::new_err(id, code as i32, message),
            Err(_) => {
                let message = format!("`{}` brought a bug of mimeo to light", request.method);
                Response::new_err(id, ErrorCode::InternalError as i32, message)
            }
        };
        self.send(answer);
    }

    fn notification(&mut self, notification: Notification) {
        let params = notification.params;
        match notification.method.as_str() {
            "initialized" => {
                for (id, method, params) in start::wishes(&self.client) {
                    self.ask(id, method, params);
                }
                self.tell_problems();
            }
            "textDocument/didOpen" => self.open(params),
            "textDocument/didChange" => self.change(params),
            "textDocument/didClose" => self.close(&params),
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => self.recompile_all(),
            "workspace/didChangeConfiguration" => {
                let settings = params.get("settings").filter(|it| it.get("mimeo").is_some());
                match settings {
                    Some(settings) => self.set(&settings.clone()),
                    None => {
                        let wishes = start::wishes(&self.client);
                        for (id, method, params) in wishes {
                            if method == "workspace/configuration" {
                                self.ask(id, method, params);
                            }
                        }
                    }
                }
            }
            "$/cancelRequest" => self.cancel(&params),
            _ => {}
        }
    }

    fn response(&mut self, response: Response) {
        if response.id == RequestId::from("mimeo:settings".to_owned())
            && let Ok(Value::Array(items)) = response.response_result
            && let Some(settings @ Value::Object(_)) = items.into_iter().next()
        {
            self.set(&settings);
        }
    }

    /// Takes settings over those of the beginning.
    fn set(&mut self, settings: &Value) {
        let mut merged = self.options.clone();
        let own = settings.get("mimeo").unwrap_or(settings);
        if let (Value::Object(merged), Value::Object(own)) = (&mut merged, own) {
            merged.extend(
                own.iter().filter(|it| !it.1.is_null()).map(|(k, v)| (k.clone(), v.clone())),
            );
        } else {
            merged = own.clone();
        }
        let settings = Settings::read(&merged, &self.folder());
        if settings != self.settings {
            self.settings = settings;
            self.profile = None;
            self.tell_problems();
            self.recompile_all();
        }
    }

    fn tell_problems(&mut self) {
        for problem in self.settings.problems.clone() {
            self.notify(
                "window/showMessage",
                json!({ "type": 2, "message": format!("mimeo: {problem}") }),
            );
        }
    }

    fn cancel(&mut self, params: &Value) {
        let Some(id) = params.get("id") else { return };
        let Ok(id) = serde_json::from_value::<RequestId>(id.clone()) else { return };
        let Some(at) = self.waiting.iter().position(|it| it.id == id) else { return };
        let request = self.waiting.remove(at);
        self.refuse(request.id, ErrorCode::RequestCanceled, "it was cancelled");
    }

    fn open(&mut self, params: Value) {
        let Ok(params) = serde_json::from_value::<types::DidOpenTextDocumentParams>(params) else {
            self.log("`textDocument/didOpen` has no document");
            return;
        };
        let item = params.text_document;
        let Some(path) = path_of(&item.uri) else { return };
        let path = find::real(&path);
        let document =
            Document { uri: item.uri, version: item.version, text: Text::new(item.text.into()) };
        self.documents.insert(path.clone(), document);
        self.rebuffer();
        if self.project_of(&path).is_some() || !self.adopt(&path) {
            self.recompile(&path);
        }
    }

    fn change(&mut self, params: Value) {
        // What has no good range must not be taken for the whole text.
        let changes = params.get("contentChanges").and_then(Value::as_array);
        let mut ranges = changes.into_iter().flatten().filter_map(|it| it.get("range"));
        if !ranges.all(|it| it.is_null() || types::Range::deserialize(it).is_ok()) {
            self.log("`textDocument/didChange` has a range that is none");
            return;
        }
        let Ok(params) = serde_json::from_value::<types::DidChangeTextDocumentParams>(params)
        else {
            self.log("`textDocument/didChange` has no changes");
            return;
        };
        let uri = &params.text_document.text_document_identifier.uri;
        let Some(path) = path_of(uri) else { return };
        let path = if self.documents.contains_key(&path) { path } else { find::real(&path) };
        let encoding = self.client.encoding;
        let Some(document) = self.documents.get_mut(&path) else {
            self.log("a text is changed that is not open");
            return;
        };
        for change in params.content_changes {
            use types::TextDocumentContentChangeEvent as Change;
            document.text = match change {
                Change::TextDocumentContentChangePartial(it) => {
                    let range = document.text.bytes(it.range, encoding);
                    document.text.replaced(range, &it.text)
                }
                Change::TextDocumentContentChangeWholeDocument(it) => Text::new(it.text.into()),
            };
        }
        document.version = params.text_document.version;
        self.rebuffer();
        self.recompile(&path);
    }

    fn close(&mut self, params: &Value) {
        let Some(path) = Self::document_of(params) else { return };
        self.documents.remove(&path);
        self.rebuffer();
        let idle: Vec<PathBuf> = self
            .projects
            .iter()
            .filter(|(entry, it)| !self.documents.keys().any(|path| it.has(entry, path)))
            .map(|(entry, _)| entry.clone())
            .collect();
        for entry in idle {
            self.drop_project(&entry);
        }
        self.recompile(&path);
    }

    fn rebuffer(&mut self) {
        let texts = self.documents.iter().map(|(path, it)| (path.clone(), it.text.text.clone()));
        self.buffers = Buffers(Arc::new(texts.collect()));
    }

    /// The project that answers for a file: its own, else one that reads it.
    pub(super) fn project_of(&self, path: &Path) -> Option<&Project> {
        if let Some(project) = self.projects.get(path) {
            return Some(project);
        }
        self.projects.iter().find(|(entry, it)| it.has(entry, path)).map(|(_, it)| it)
    }

    /// Finds the script that an opened file belongs to, and begins its project.
    fn adopt(&mut self, path: &Path) -> bool {
        let Some(entry) = find::entry(path, &self.buffers, &self.settings, &self.folder()) else {
            return false;
        };
        self.add_project(&entry);
        self.wish(&entry);
        true
    }

    fn add_project(&mut self, entry: &Path) {
        let project = Project {
            inputs: Inputs::new(entry, (self.setup.today)()),
            revision: 0,
            loaded: None,
            checked: None,
            planned: None,
            failed: None,
            good: None,
            found: BTreeMap::new(),
        };
        self.projects.entry(entry.to_path_buf()).or_insert(project);
    }

    fn drop_project(&mut self, entry: &Path) {
        if let Some(project) = self.projects.remove(entry) {
            project.inputs.stop.now();
            self.publish_anew(project.found.into_keys().collect());
        }
    }

    fn recompile_all(&mut self) {
        self.profile = None;
        let entries: Vec<PathBuf> = self.projects.keys().cloned().collect();
        for entry in entries {
            self.wish(&entry);
        }
    }

    /// Compiles what a file belongs to.
    fn recompile(&mut self, path: &Path) {
        let touched = |(entry, it): &(&PathBuf, &Project)| it.has(entry, path) || it.is_torn();
        let entries: Vec<PathBuf> =
            self.projects.iter().filter(touched).map(|(entry, _)| entry.clone()).collect();
        for entry in entries {
            self.wish(&entry);
        }
    }

    fn wish(&mut self, entry: &Path) {
        let packages = self.packages();
        // Tests name files of the whole project, as `mimeo test` lets them.
        let whole = || trial::is_tests(entry).then(|| find::real(&self.folder()));
        let root = self.settings.root.clone().or_else(whole);
        let inputs = Inputs {
            script: entry.to_path_buf(),
            root: root.filter(|it| entry.starts_with(it)),
            values: find::values(entry, &self.buffers, &self.settings),
            settings: Vec::new(),
            environment: self.setup.environment.clone(),
            packages: Some(packages),
            as_of: self.settings.as_of.unwrap_or_else(self.setup.today),
            stop: Stop::default(),
        };
        self.revision += 1;
        let revision = self.revision;
        let Some(project) = self.projects.get_mut(entry) else { return };
        project.revision = revision;
        project.inputs.stop.now();
        project.inputs = inputs.clone();
        let wish =
            Wish { entry: entry.to_path_buf(), revision, inputs, files: self.buffers.clone() };
        self.hand_over(Job::Compile(wish));
    }

    /// Has the worker do something. Its thread ends only with this sender.
    fn hand_over(&self, job: Job) {
        self.jobs.send(job).unwrap_or_default();
    }

    /// Who knows the installer's package: the profile that the settings name, read once.
    fn packages(&mut self) -> Arc<dyn Packages> {
        let Some(path) = self.settings.package_profile.clone() else {
            return self.setup.packages.clone();
        };
        if let Some((known, packages)) = &self.profile
            && *known == path
        {
            return packages.clone();
        }
        let packages = match find::profile(&path) {
            Ok(profile) => profile,
            Err(problem) => {
                let message = format!("mimeo: `{}`: {problem}", path.display());
                self.notify("window/showMessage", json!({ "type": 2, "message": message }));
                self.setup.packages.clone()
            }
        };
        self.profile = Some((path, packages.clone()));
        packages
    }

    fn compiled(&mut self, entry: &Path, revision: u64, result: worker::Result) {
        let Some(project) = self.projects.get_mut(entry) else { return };
        // The text has changed since.
        if project.revision != revision {
            return;
        }
        match result {
            worker::Result::Loaded(loaded) => {
                let old = project.loaded.replace((revision, loaded));
                self.hand_over(Job::Drop(Box::new(old)));
                self.settle(entry);
            }
            worker::Result::Checked(loaded, outcome) => {
                let old = project.checked.replace((revision, outcome.clone()));
                self.publish(entry, &loaded, &outcome);
                self.hand_over(Job::Drop(Box::new(old)));
            }
            worker::Result::Planned(good) => {
                project.planned = Some(revision);
                if let Some(good) = good {
                    let old = project.good.replace((revision, good));
                    self.hand_over(Job::Drop(Box::new(old)));
                }
                for what in self.client.refreshes.clone() {
                    if self.documents.len() > 1 {
                        let method = format!("workspace/{what}/refresh");
                        self.ask(&format!("mimeo:{what}:{revision}"), &method, Value::Null);
                    }
                }
            }
            worker::Result::Failed(reason) => {
                project.failed = Some(revision);
                self.publish_failure(entry, &reason);
            }
        }
    }

    /// A module that a script reads needs no project of its own, and one that nobody reads any more does.
    fn settle(&mut self, entry: &Path) {
        let modules: Vec<PathBuf> = self
            .projects
            .iter()
            .filter(|(other, it)| {
                let reads = self.projects[entry].has(entry, other);
                other.as_path() != entry && reads && !it.has(other, entry)
            })
            .map(|(other, _)| other.clone())
            .collect();
        for module in modules {
            self.drop_project(&module);
        }
        let orphans: Vec<PathBuf> =
            self.documents.keys().filter(|it| self.project_of(it).is_none()).cloned().collect();
        for orphan in orphans {
            if orphan.extension().is_some_and(|it| it == "rhai") {
                self.adopt(&orphan);
            }
        }
    }
}

impl Project {
    /// The plan of what has run last, if it has one.
    pub(super) fn plan(&self) -> Option<&Plan> {
        let (_, good) = self.good.as_ref().filter(|(it, _)| self.planned == Some(*it))?;
        Some(&good.plan)
    }

    /// Whether a file is part of it.
    pub(super) fn has(&self, entry: &Path, path: &Path) -> bool {
        let read =
            self.loaded.as_ref().is_some_and(|(_, it)| it.analysis.source_of(path).is_some());
        entry == path || read || self.inputs.values.iter().any(|it| it == path)
    }

    /// Whether something that it reads was not there, so that any file may change it.
    fn is_torn(&self) -> bool {
        let missing = |(_, it): &(u64, Arc<Loaded>)| {
            it.analysis.program.diagnostics.iter().any(|it| it.code.name.starts_with("import-"))
        };
        self.failed == Some(self.revision) || self.loaded.as_ref().is_some_and(missing)
    }
}
