//! From the lines of a log to what it tells, in memory that does not grow with the log.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, Read};
use std::ops::RangeInclusive;

use crate::installer::causes::{CAUSES, Cause};
use crate::installer::exit::{self, Outcome};
use crate::installer::log::secret::{
    Cover, STARS, Value, can_be_secret, looks_secret, written_out,
};
use crate::installer::log::text::{Encoding, Line, Lines};
use crate::installer::log::{
    ACTIONS, ERRORS, Ending, Failure, Feature, LINE_LIMIT, LINES_BEFORE, PLACES, Place, Property,
    RESTARTS, Readable, Report, Told, Verdict, line,
};

/// The properties, features and secrets that are kept; more are in no package.
const MOST: usize = 5_000;

/// Reads a log once. Says also how many lines there were, for a log that grows.
pub(super) fn read(log: &mut dyn Read, secrets: &[&str]) -> io::Result<(Report, usize)> {
    let mut lines = Lines::new(log)?;
    let mut reading = Reading { names: secrets, ..Reading::default() };
    let mut count = 0;
    while let Some(line) = lines.read()? {
        count = line.number;
        reading.take(&line);
    }
    Ok((reading.report(lines.encoding, count), count))
}

/// Says for each secret which of the first `last` lines have it.
pub(super) fn find_secrets(
    log: &mut dyn Read,
    last: usize,
    secrets: &mut [Readable],
) -> io::Result<()> {
    let mut lines = Lines::new(log)?;
    let covers: Vec<Cover> =
        secrets.iter().map(|it| Cover::new(std::iter::once(it.value.reveal()))).collect();
    while let Some(line) = lines.read()? {
        if line.number > last {
            break;
        }
        for (secret, cover) in secrets.iter_mut().zip(&covers) {
            if cover.is_in(&line.text) {
                secret.count += 1;
                if secret.lines.len() < PLACES {
                    secret.lines.push(line.number);
                }
            }
        }
    }
    Ok(())
}

/// What was read so far.
#[derive(Default)]
struct Reading<'n> {
    names: &'n [&'n str],
    /// The secrets with their names, in the order in which they appear.
    secrets: Vec<(String, Vec<String>)>,
    is_log: bool,
    sessions: usize,
    session: Session,
}

/// What was read of one installation.
#[derive(Default)]
struct Session {
    is_complete: bool,
    /// The code of the engine, and of the message for the event log.
    engine: Option<Told<u32>>,
    status: Option<Told<u32>>,
    /// What is said of the product at the end.
    said: Option<Told<Verdict>>,
    /// How the action around all others ended.
    top: Option<Told<u8>>,
    product: Option<Told<String>>,
    /// The product's name where nothing better is said.
    subject: Option<Told<String>>,
    version: Option<Told<String>>,
    package: Option<Told<String>>,
    command_line: Option<Told<String>>,
    properties: Vec<Property>,
    index: HashMap<(String, Place), usize>,
    features: Vec<Feature>,
    /// The first action that returned 3, or else the first custom action that failed.
    failure: Option<Failure>,
    /// Whether an action returned 3.
    is_certain: bool,
    errors: Vec<Told<String>>,
    restarts: Vec<Told<String>>,
    actions: VecDeque<Told<String>>,
    /// The actions that take what a property of their name holds.
    handed: HashSet<String>,
    /// The lines before, without empty ones.
    before: VecDeque<Told<String>>,
    telling: VecDeque<Told<String>>,
    causes: Vec<Told<&'static Cause>>,
    /// The lines of actions whose failure did not matter.
    forgiven: VecDeque<RangeInclusive<usize>>,
    /// The action of a standard operation that is carried out.
    operation: Option<String>,
    /// The last custom action that failed.
    custom: Option<String>,
    /// The last action that ended, if it did not return 1.
    ended: Option<Told<String>>,
}

impl Reading<'_> {
    fn take(&mut self, line: &Line) {
        let text = line.text.as_str();
        if line::is_header(text) {
            self.is_log = true;
            // Lines without a beginning before it are of the same installation, unless it ended there.
            if self.sessions > 0 || self.session.ends().verdict != Verdict::Unknown {
                self.session = Session::default();
            }
            self.sessions += 1;
        }
        let (body, is_engine) = line::body(text);
        self.is_log |= is_engine;
        self.take_properties(line, body);
        let session = &mut self.session;
        session.take_end(line, body);
        session.take_facts(line, body);
        if line::ended(text).is_some() || line::started(text).is_some() {
            self.is_log = true;
        }
        session.take_action(line, body, is_engine);
    }

    fn take_properties(&mut self, line: &Line, body: &str) {
        if let Some(said) = line::property(&line.text, body) {
            self.is_log = true;
            for value in said.before.iter().chain(said.value.iter()) {
                self.look_into(said.name, value);
            }
            let place = match (said.is_listed, said.is_client) {
                (false, _) => Place::Change,
                (true, true) => Place::Client,
                (true, false) => Place::Server,
            };
            if let Some(value) = said.value {
                self.keep(line.number, said.name, value, place);
            }
        } else if let Some((given, is_first)) = line::command_line(body) {
            self.is_log = true;
            let place = if is_first { Place::CommandLine } else { Place::Handed };
            let session = &mut self.session;
            let is_starred = given.trim().chars().all(|it| it == '*');
            if is_first && !is_starred && session.command_line.is_none() {
                session.command_line = Some(told(line, given.trim()));
            }
            for (name, value) in line::assignments(given) {
                self.look_into(name, &value);
                self.keep(line.number, name, &value, place);
            }
        } else {
            for (name, value) in written_out(&line.text) {
                self.keep_secret(name, &value);
            }
        }
    }

    fn is_secret(&self, name: &str) -> bool {
        self.names.contains(&name) || looks_secret(name)
    }

    /// Looks for secrets in the value of a property.
    fn look_into(&mut self, name: &str, value: &str) {
        if self.is_secret(name) {
            self.keep_secret(name, value);
        } else {
            for (name, value) in written_out(value) {
                self.keep_secret(name, &value);
            }
        }
    }

    fn keep_secret(&mut self, name: &str, value: &str) {
        let value = value.trim();
        if !can_be_secret(value) {
            return;
        }
        let known = self.secrets.iter_mut().find(|(it, _)| it == value);
        if let Some((_, names)) = known {
            if !names.iter().any(|it| it == name) {
                names.push(name.to_owned());
            }
        } else if self.secrets.len() < MOST {
            self.secrets.push((value.to_owned(), vec![name.to_owned()]));
        }
    }

    fn keep(&mut self, line: usize, name: &str, value: &str, place: Place) {
        let is_secret = self.is_secret(name);
        let session = &mut self.session;
        let value = Value(value.to_owned());
        let key = (name.to_owned(), place);
        if let Some(at) = session.index.get(&key) {
            let property = &mut session.properties[*at];
            property.value = value;
            property.line = line;
        } else if session.properties.len() < MOST {
            session.index.insert(key, session.properties.len());
            let (name, shown) = (name.to_owned(), String::new());
            session.properties.push(Property { name, value, shown, is_secret, line, place });
        }
    }

    /// What was read, covered.
    fn report(self, encoding: Encoding, lines: usize) -> Report {
        let cover = Cover::new(self.secrets.iter().map(|(value, _)| value.as_str()));
        let secrets = self.secrets.into_iter().map(|(value, names)| Readable {
            names: names.iter().map(|it| cover.cover(it).into_owned()).collect(),
            value: Value(value),
            lines: Vec::new(),
            count: 0,
        });
        let secrets = secrets.collect();
        let mut session = self.session;
        let handed = std::mem::take(&mut session.handed);
        let ending = session.ends();
        let shown = |it: &str| shortened(&cover.cover(&without_data(it, &handed)));
        let covered = |it: Told<String>| Told { line: it.line, what: shown(&it.what) };
        let all = |it: Vec<Told<String>>| it.into_iter().map(covered).collect::<Vec<_>>();
        let last = |name: &str| {
            let named = session.properties.iter().filter(|it| it.name == name);
            let found = named.max_by_key(|it| it.place)?;
            Some(Told { line: found.line, what: found.value.reveal().to_owned() })
        };
        let mut causes = session.causes;
        if let Some(failure) = &session.failure {
            causes.clone_from(&failure.causes);
        }
        causes.sort_by_key(rank);
        let failure = session.failure.map(|it| Failure {
            action: it.action.as_deref().map(shown),
            line: it.line,
            lines: all(it.lines),
            telling: all(it.telling),
            causes: it.causes,
        });
        let product = session.product.or_else(|| last("ProductName")).or(session.subject);
        let version = session.version.or_else(|| last("ProductVersion"));
        let package = session.package.or_else(|| last("OriginalDatabase"));
        let properties = session.properties.into_iter().map(|it| Property {
            shown: if it.is_secret && can_be_secret(it.value.reveal())
                || handed.contains(&it.name) && !it.value.reveal().is_empty()
            {
                STARS.to_owned()
            } else {
                cover.cover(it.value.reveal()).into_owned()
            },
            ..it
        });
        let features = session.features.into_iter().map(|it| Feature {
            name: shown(&it.name),
            installed: shown(&it.installed),
            request: shown(&it.request),
            action: shown(&it.action),
            line: it.line,
        });
        Report {
            encoding,
            lines,
            is_log: self.is_log,
            sessions: self.sessions,
            is_complete: session.is_complete,
            ending,
            product: product.map(covered),
            version: version.map(covered),
            package: package.map(covered),
            command_line: session
                .command_line
                .map(|it| Told { line: it.line, what: cover.cover(&it.what).into_owned() }),
            properties: properties.collect(),
            features: features.collect(),
            failure,
            causes,
            errors: all(session.errors),
            last_actions: all(session.actions.into()),
            restarts: all(session.restarts),
            secrets,
        }
    }
}

impl Session {
    /// How it ended, by the most telling line.
    fn ends(&self) -> Ending {
        if let Some(code) = self.engine.or(self.status) {
            let verdict = match exit::explain(code.what).outcome {
                Outcome::Done | Outcome::RestartNeeded | Outcome::RestartBegun => {
                    Verdict::Succeeded
                }
                Outcome::Cancelled => Verdict::Cancelled,
                Outcome::Busy | Outcome::Failed => Verdict::Failed,
            };
            return Ending { verdict, code: Some(code.what), line: Some(code.line) };
        }
        let of_top = self.top.map(|it| {
            let verdict = match it.what {
                1 => Verdict::Succeeded,
                2 => Verdict::Cancelled,
                // Wine writes 0 for what failed, Windows for what was not called; this action is always called.
                0 | 3.. => Verdict::Failed,
            };
            Told { line: it.line, what: verdict }
        });
        // A cancelled installation is called a failed one in words.
        let of_top_first = of_top.filter(|it| it.what != Verdict::Succeeded);
        if let Some(told) = of_top_first.or(self.said).or(of_top) {
            return Ending { verdict: told.what, code: None, line: Some(told.line) };
        }
        if self.is_certain
            && let Some(failure) = &self.failure
        {
            return Ending { verdict: Verdict::Failed, code: None, line: Some(failure.line) };
        }
        Ending { verdict: Verdict::Unknown, code: None, line: None }
    }

    fn take_end(&mut self, line: &Line, body: &str) {
        self.is_complete |= line::is_end(&line.text);
        if let Some(code) = line::engine_ends(body, line.is_whole) {
            self.engine = Some(Told { line: line.number, what: code });
        }
        if let Some(code) = line::status(body, line.is_whole) {
            self.status = Some(Told { line: line.number, what: code });
        }
        if let Some((product, said)) = line::product(body) {
            self.subject.get_or_insert_with(|| told(line, product));
            let verdict = if line::completed(said) {
                Some(Verdict::Succeeded)
            } else {
                line::failed(said).then_some(Verdict::Failed)
            };
            if let Some(verdict) = verdict {
                self.said = Some(Told { line: line.number, what: verdict });
            }
        }
        if line::asks_for_restart(body) && self.restarts.len() < RESTARTS {
            self.restarts.push(told(line, body));
        }
    }

    fn take_facts(&mut self, line: &Line, body: &str) {
        if let Some((name, version)) = line::product_version(body) {
            self.product = Some(told(line, name));
            self.version = Some(told(line, version));
        }
        if self.package.is_none()
            && let Some(path) = line::package(body)
        {
            self.package = Some(told(line, path));
        }
        if let Some([name, installed, request, action]) = line::feature(body) {
            let feature = Feature {
                name: name.to_owned(),
                installed: installed.to_owned(),
                request: request.to_owned(),
                action: action.to_owned(),
                line: line.number,
            };
            if let Some(known) = self.features.iter_mut().find(|it| it.name == name) {
                *known = feature;
            } else if self.features.len() < MOST {
                self.features.push(feature);
            }
        }
    }

    /// What is done, and whether it fails.
    fn take_action(&mut self, line: &Line, body: &str, is_engine: bool) {
        let text = line.text.as_str();
        let started = line::started(text).or_else(|| line::doing(body));
        if let Some(action) = started {
            // One in capital letters may be called like a property that it sets.
            if action.contains(|it: char| it.is_ascii_lowercase()) && self.handed.len() < MOST {
                self.handed.insert(action.to_owned());
            }
            let is_operation = body.starts_with("Executing op");
            self.operation = is_operation.then(|| action.to_owned());
            if self.actions.back().is_none_or(|it| it.what != action) {
                push(&mut self.actions, ACTIONS, told(line, action));
            }
        }
        if !text.trim().is_empty() {
            push(&mut self.before, LINES_BEFORE + 1, told(line, text));
        }
        let is_error = line::is_error(body);
        if (is_error || !line::is_noise(text, body, is_engine))
            && self.telling.back().is_none_or(|it| it.what != body)
        {
            push(&mut self.telling, LINES_BEFORE, told(line, body));
        }
        if is_error && self.errors.len() < ERRORS && !self.errors.iter().any(|it| it.what == body) {
            self.errors.push(told(line, body));
        }
        if line::may_tell_cause(text) {
            note_causes(line.number, text, &mut self.causes);
        }
        if let Some((action, _)) = line::handed(body).filter(|_| self.handed.len() < MOST) {
            self.handed.insert(action.to_owned());
        }
        if let Some(action) = line::custom_action(text) {
            self.custom = Some(action.to_owned());
        }
        if let Some(action) = line::forgiven_action(text) {
            self.forgive(action, line.number);
        }
        let told_three = line::returns_three(text);
        let is_first = self.failure.is_none();
        if !self.is_certain && (told_three || (is_first && line::custom_action(text).is_some())) {
            self.failure = Some(self.describe(line.number));
            self.is_certain = told_three;
        }
        if let Some((action, value)) = line::ended(text) {
            if action == "INSTALL" || action == "ADMIN" || action == "ADVERTISE" {
                self.top = Some(Told { line: line.number, what: value });
                // As wine tells it: the failed action ends just before, and has no word of its own.
                if value == 0 && self.failure.is_none() {
                    let action = self.ended.take().filter(|it| it.what != "ExecuteAction");
                    let mut failure =
                        self.describe(action.as_ref().map_or(line.number, |it| it.line));
                    failure.action = action.map(|it| it.what);
                    self.failure = Some(failure);
                }
            } else {
                self.ended = (value != 1).then(|| told(line, action));
            }
        }
    }

    /// What an action said whose failure does not matter is no reason.
    fn forgive(&mut self, action: &str, end: usize) {
        let begun = self.actions.back().filter(|it| it.what == action);
        let lines = begun.map_or(end, |it| it.line)..=end;
        self.causes.retain(|it| !lines.contains(&it.line));
        push(&mut self.forgiven, LINES_BEFORE, lines);
    }

    /// The failure that the last of the lines before tells of.
    fn describe(&self, line: usize) -> Failure {
        let deferred = self.before.iter().rev().find_map(|it| line::custom_action(&it.what));
        let ended = self.before.back().and_then(|it| line::ended(&it.what)).map(|it| it.0);
        let around = matches!(ended, Some("InstallExecute" | "InstallFinalize"));
        let deferred = deferred.or(self.custom.as_deref().filter(|_| around));
        let operation = self.operation.as_deref().filter(|_| around);
        let action = deferred.or(operation).or(ended);
        let mut causes = self.causes.clone();
        let counts = |line: usize| self.forgiven.iter().all(|it| !it.contains(&line));
        for it in self.before.iter().filter(|it| counts(it.line)) {
            note_causes(it.line, &it.what, &mut causes);
        }
        causes.sort_by_key(rank);
        Failure {
            action: action.map(ToOwned::to_owned),
            line,
            lines: self.before.iter().cloned().collect(),
            telling: self.telling.iter().cloned().collect(),
            causes,
        }
    }
}

/// The more particular causes come first in the table.
fn rank(cause: &Told<&'static Cause>) -> Option<usize> {
    CAUSES.iter().position(|it| it == cause.what)
}

/// Notes the causes that a line tells, each with its first line.
fn note_causes(line: usize, text: &str, causes: &mut Vec<Told<&'static Cause>>) {
    for cause in CAUSES.iter().filter(|it| it.is_told_by(text)) {
        if !causes.iter().any(|it| it.what == cause) {
            causes.push(Told { line, what: cause });
        }
    }
}

/// A line without what an action is handed: it may be anything, a password too, and no name says so.
fn without_data<'t>(text: &'t str, handed: &HashSet<String>) -> Cow<'t, str> {
    if let Some((_, data)) = line::handed(text).filter(|it| !it.1.is_empty()) {
        return Cow::Owned(format!("{}{STARS}{}", &text[..data.start], &text[data.end..]));
    }
    let said = line::property(text, line::body(text).0);
    let Some(said) = said.filter(|it| handed.contains(it.name)) else { return Cow::Borrowed(text) };
    let values = said.before.into_iter().chain(said.value).filter(|it| !it.is_empty());
    values.fold(Cow::Borrowed(text), |text, it| Cow::Owned(text.replace(it, STARS)))
}

fn told(line: &Line, text: &str) -> Told<String> {
    Told { line: line.number, what: text.to_owned() }
}

fn push<T>(ring: &mut VecDeque<T>, most: usize, item: T) {
    if ring.len() == most {
        ring.pop_front();
    }
    ring.push_back(item);
}

fn shortened(line: &str) -> String {
    let line = line.trim_end();
    match line.char_indices().nth(LINE_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
