//! One run over a plan: the order, the journal, and what happens when something goes wrong.

mod filling;
pub mod install;
pub mod operations;
mod questions;
mod rotate;
mod undo;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Instant;

use crate::code;
use crate::execute::event::Event;
use crate::execute::failure::{Class, Failure};
use crate::execute::graph::{Client, now};
use crate::execute::journal::{Begun, Ended, FORMAT, How, Journal, JournalError, Record, State};
use crate::execute::machine::{Answer, Known, Machine};
use crate::execute::pace::Pace;
use crate::execute::person::Person;
use crate::execute::secret::Secrets;
use crate::execute::session::Sessions;
use crate::plan::op::{Method, Op, Question, Service, Value};
use crate::plan::{Kind, Plan, Step, Undo};

pub use install::CODES as INSTALL_CODES;
pub use operations::CODES as OPERATION_CODES;
pub use operations::secret_end;
pub use rotate::{RotateError, new_end};
pub use undo::{Fate, fate};

code! {
    /// The program was stopped in the middle of this step, and whether it happened cannot be told from here: it must not be
    /// repeated blindly, and there is nothing that can be asked. Look at the server and the tenant, then say what is:
    ///
    /// - `mimeo resume PLAN --done STEP`: it has happened;
    /// - `mimeo resume PLAN --again STEP`: it has not, and it is done now.
    OUTCOME_UNKNOWN: Error = "outcome-unknown", "whether a step happened is not known";
    /// A secret that a step needs is not to be had where the values file says it is. Nothing was begun.
    SECRET_UNREADABLE: Error = "secret-unreadable", "the value of a secret is not to be had";
    /// The values file names a place for the application's new client secret, and a secret is there already; but the
    /// application has no client secret, so it is that of another application, or of one that was deleted. mimeo does not
    /// write over it.
    SECRET_STALE: Error = "secret-stale", "the client secret that is kept is of another application";
    /// Somebody asked to stop. The operation that ran was finished first, and `mimeo resume` goes on.
    STOPPED: Hint = "stopped", "somebody asked to stop";
}

/// The codes of this file.
pub const CODES: &[&crate::diagnostic::Code] =
    &[&OUTCOME_UNKNOWN, &SECRET_UNREADABLE, &SECRET_STALE, &STOPPED];

/// Everything that a run works with.
pub struct Tools<'a, M, P> {
    /// The server.
    pub machine: &'a M,
    /// Whoever carries it out.
    pub person: &'a P,
    /// The client for the cloud.
    pub client: &'a Client,
    /// Who is signed in.
    pub sessions: &'a Sessions,
    /// The secrets.
    pub secrets: &'a Secrets,
    /// How waits pass.
    pub pace: &'a Pace,
    /// Told everything that happens.
    pub watch: &'a dyn Fn(&Event),
    /// Called before and after each record of the journal; the power may go there in a rehearsal.
    pub point: &'a dyn Fn(),
    /// A mailbox that must stay closed to the application, if somebody named one.
    pub other_mailbox: Option<String>,
}

/// One run over a plan.
pub struct Run<'a, M, P> {
    plan: &'a Plan,
    tools: Tools<'a, M, P>,
    /// Nothing where only reading is done.
    journal: RefCell<Option<Journal>>,
    state: RefCell<State>,
    /// What became known, secrets included.
    slots: RefCell<BTreeMap<String, Known>>,
    /// When something was last written to the tenant, or may have been.
    written: Cell<Option<Instant>>,
    /// What was found and stopped nothing, where only reading is done.
    warnings: RefCell<Vec<Failure>>,
    /// Whether what is asked of a person may not be agreed to beforehand.
    insists: Cell<bool>,
    /// Whether somebody has signed in to Graph in this run.
    signed_in: Cell<bool>,
    /// Who runs it, for the first record.
    opening: RefCell<Option<crate::execute::journal::Run>>,
    /// The end of the last step, which the next record takes along.
    closing: RefCell<Option<Ended>>,
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing is left to do.
    Complete,
    /// Somebody asked to stop.
    Stopped,
    /// Windows has to restart before the next step.
    Restart,
    /// A step failed: its place in the plan, and why.
    Failed(usize, Failure),
}

/// What a person decided about a step whose outcome is not known.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// The steps that have happened.
    pub done: Vec<String>,
    /// The steps that have not, and are done now.
    pub again: Vec<String>,
}

/// What is known of a step before it begins.
#[derive(Clone, Copy, Debug)]
struct Before {
    /// It began before.
    tried: bool,
    /// It began and did not end, and nobody has said what became of it.
    open: bool,
}

/// How a step went.
#[derive(Debug, Default)]
struct Went {
    gave: BTreeMap<String, String>,
    made: bool,
    restart: bool,
    /// Why nothing had to be done, if so.
    skipped: Option<String>,
}

impl<'a, M: Machine, P: Person> Run<'a, M, P> {
    /// A run that begins with an empty journal, or goes on where the records end.
    #[must_use]
    pub fn new(
        plan: &'a Plan,
        tools: Tools<'a, M, P>,
        journal: Journal,
        records: &[Record],
        machine: String,
    ) -> Self {
        Run::with(plan, tools, Some(journal), records, machine)
    }

    /// A run that only reads, and keeps no journal.
    #[must_use]
    pub fn reading(plan: &'a Plan, tools: Tools<'a, M, P>) -> Self {
        Run::with(plan, tools, None, &[], String::new())
    }

    fn with(
        plan: &'a Plan,
        tools: Tools<'a, M, P>,
        journal: Option<Journal>,
        records: &[Record],
        machine: String,
    ) -> Self {
        let state = State::of(records);
        let known =
            state.known.iter().map(|(name, text)| (name.clone(), Known::Text(text.clone())));
        let opening = crate::execute::journal::Run {
            format: FORMAT,
            plan: plan.seal.clone(),
            made_by: concat!("mimeo ", env!("CARGO_PKG_VERSION")).to_owned(),
            machine,
        };
        Run {
            plan,
            tools,
            journal: RefCell::new(journal),
            slots: RefCell::new(known.collect()),
            // What an earlier run wrote may not show yet.
            written: Cell::new((!records.is_empty()).then(moment)),
            state: RefCell::new(state),
            insists: Cell::new(false),
            signed_in: Cell::new(false),
            warnings: RefCell::default(),
            opening: RefCell::new(Some(opening)),
            closing: RefCell::new(None),
        }
    }

    /// Carries out the steps that only read and need nothing that is not there yet: their places, with the warnings or the
    /// failure of each.
    pub async fn read_only(&self) -> Vec<(usize, Result<Vec<Failure>, Failure>)> {
        let mut all = Vec::new();
        for (place, step) in self.plan.steps.iter().enumerate() {
            let requests: Vec<_> = step
                .ops
                .iter()
                .filter(|it| matches!(it, Op::Http(http) if http.service != Service::Site))
                .collect();
            let reads = |it: &&Op| matches!(it, Op::Http(http) if http.method == Method::Get || http.service == Service::Ews);
            let other = step.ops.iter().any(|it| !matches!(it, Op::Http(_) | Op::Ask { .. }));
            if step.kind != Kind::Read
                || other
                || requests.is_empty()
                || !requests.iter().all(reads)
            {
                continue;
            }
            if !requests.iter().all(|it| self.is_ready(it)) {
                continue;
            }
            let mut went = Went::default();
            let mut read = Ok(());
            for op in requests {
                read = self.perform(step, op, &mut went).await;
                if read.is_err() {
                    break;
                }
            }
            let warnings = self.warnings.take();
            let stops = read.as_ref().is_err_and(|it| it.class == Class::SignIn);
            all.push((place, read.map(|()| warnings)));
            if stops {
                break;
            }
        }
        all
    }

    /// Carries out what is left of the plan.
    pub async fn carry_out(&self, decided: &Decided) -> Result<Outcome, JournalError> {
        let work = async {
            match self.secrets_are_there() {
                Ok(()) => self.steps(decided).await,
                Err((place, failure)) => {
                    self.tell_failed(&self.plan.steps[place], &failure);
                    Ok(Outcome::Failed(place, failure))
                }
            }
        };
        self.framed(self.plan.steps.len(), || self.complete(), work).await
    }

    /// Tells that a run begins, and, however it goes, that it is over.
    async fn framed<E>(
        &self,
        steps: usize,
        complete: impl Fn() -> usize,
        work: impl Future<Output = Result<Outcome, E>>,
    ) -> Result<Outcome, E> {
        let (plan, title) = (self.plan.seal.clone(), self.plan.title.clone());
        self.tell(Event::Started { plan, title, steps, complete: complete() });
        let outcome = work.await;
        let how = match &outcome {
            Ok(Outcome::Complete) => "complete",
            Ok(Outcome::Stopped) => "stopped",
            Ok(Outcome::Restart) => "restart",
            Ok(Outcome::Failed(_, failure)) if failure.class == Class::Unknown => "unknown",
            Ok(Outcome::Failed(..)) | Err(_) => "failed",
        };
        self.tell(Event::Finished {
            outcome: how.to_owned(),
            complete: complete(),
            records: self.records(),
        });
        outcome
    }

    /// How many records were written.
    fn records(&self) -> u32 {
        self.journal.borrow().as_ref().map_or(0, Journal::syncs)
    }

    fn complete(&self) -> usize {
        let state = self.state.borrow();
        self.plan.steps.iter().filter(|it| state.is_complete(&it.id)).count()
    }

    /// Every secret that a step needs and no step makes is read before anything is done: what is missing is told now, and
    /// not in the middle.
    fn secrets_are_there(&self) -> Result<(), (usize, Failure)> {
        let made: Vec<&str> =
            self.plan.steps.iter().flat_map(|it| &it.ops).filter_map(kept).collect();
        for (place, step) in self.plan.steps.iter().enumerate() {
            if self.state.borrow().is_complete(&step.id) {
                continue;
            }
            let failure = |name: &str, error: &crate::execute::secret::SecretError| {
                let failure =
                    Failure::new(&SECRET_UNREADABLE, error.to_string()).help(error.help());
                let setting =
                    self.plan.settings.iter().find(|it| it.value == Value::Secret(name.to_owned()));
                (place, Failure { setting: setting.map(|it| it.name.clone()), ..failure })
            };
            for name in step.ops.iter().flat_map(operations::secrets_of) {
                if !made.contains(&name.as_str()) {
                    self.tools.secrets.read(&name).map_err(|it| failure(&name, &it))?;
                }
            }
            for name in step.ops.iter().filter_map(kept) {
                self.tools.secrets.can_keep(name).map_err(|it| failure(name, &it))?;
            }
        }
        Ok(())
    }

    /// Whether Windows has to restart before anything goes on.
    async fn waits_for_restart(&self) -> bool {
        let Some(at) = self.state.borrow().restart.clone() else { return false };
        let question = Question::RestartedSince { at };
        matches!(self.tools.machine.answer(&question).await, Answer::No(_))
    }

    async fn steps(&self, decided: &Decided) -> Result<Outcome, JournalError> {
        if self.complete() < self.plan.steps.len() && self.waits_for_restart().await {
            return Ok(Outcome::Restart);
        }
        for (place, step) in self.plan.steps.iter().enumerate() {
            if self.state.borrow().is_complete(&step.id) {
                continue;
            }
            let was_open = self.state.borrow().open.as_ref() == Some(&Begun::Step(step.id.clone()));
            if decided.done.contains(&step.id) {
                let how = How::Confirmed;
                let because = "a person says that it has happened".to_owned();
                self.finish()?;
                self.tell(Event::StepSkipped { step: step.id.clone(), because: because.clone() });
                let went = Went { gave: self.seen_of(step).await, ..Went::default() };
                self.close(ended(&step.id, how, went, because));
                self.finish()?;
                continue;
            }
            if self.tools.pace.is_stopping() {
                self.finish()?;
                return Ok(Outcome::Stopped);
            }
            let tried = was_open || self.state.borrow().ended.contains_key(&step.id);
            let before = Before { tried, open: was_open && !decided.again.contains(&step.id) };
            if let Some(outcome) = self.one(place, step, before, BTreeMap::new()).await? {
                return Ok(outcome);
            }
        }
        self.finish()?;
        Ok(Outcome::Complete)
    }

    /// Carries out one step; an outcome if that is the end of the run.
    async fn one(
        &self,
        place: usize,
        step: &Step,
        before: Before,
        mut knows: BTreeMap<String, String>,
    ) -> Result<Option<Outcome>, JournalError> {
        self.tell(Event::StepStarted {
            number: place + 1,
            step: step.id.clone(),
            title: step.title.clone(),
        });
        let since = moment();
        let absent = self.is_absent(step, before).await;
        if absent.as_ref().is_ok_and(|it| *it) {
            knows.insert(absent_before(step), "true".to_owned());
        }
        self.append(Some(Begun::Step(step.id.clone())), knows)?;
        let mut went = Went::default();
        let done = match absent {
            Ok(_) => self.step(step, before, &mut went).await,
            Err(failure) => Err(failure),
        };
        went.made |= went.skipped.is_none() && self.was_absent(step);
        let milliseconds = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
        match done {
            Ok(()) => {
                let restart = went.restart && place + 1 < self.plan.steps.len();
                let how = match (&went.skipped, went.restart) {
                    (Some(_), _) => How::Skipped,
                    (None, true) => How::DoneRestart,
                    (None, false) => How::Done,
                };
                let because = went.skipped.clone().unwrap_or_default();
                match &went.skipped {
                    Some(because) => self.tell(Event::StepSkipped {
                        step: step.id.clone(),
                        because: because.clone(),
                    }),
                    None => self.tell(Event::StepDone { step: step.id.clone(), milliseconds }),
                }
                self.close(ended(&step.id, how, went, because));
                if restart {
                    self.finish()?;
                    return Ok(Some(Outcome::Restart));
                }
                Ok(None)
            }
            Err(failure) if failure.class == Class::Stopped => {
                self.close(ended(&step.id, How::Stopped, went, String::new()));
                self.finish()?;
                Ok(Some(Outcome::Stopped))
            }
            Err(failure) => {
                self.see_tokens();
                let failure = failure.covered(self.tools.secrets);
                self.tell_failed(step, &failure);
                // What nobody knows stays open, and is asked about again.
                if failure.class != Class::Unknown {
                    let because = format!("{}: {}", failure.code.name, failure.message);
                    self.close(ended(&step.id, How::Failed, went, because));
                    self.finish()?;
                }
                Ok(Some(Outcome::Failed(place, failure)))
            }
        }
    }

    /// Whether what a step makes, and may take back, is not there before its first try. Only then is it for undoing to take
    /// away, also after a crash that lost the step's end.
    async fn is_absent(&self, step: &Step, before: Before) -> Result<bool, Failure> {
        match (&step.undo, &step.probe) {
            (Undo::IfMade { .. }, Some(probe)) if !before.tried => {
                Ok(matches!(self.answer(&step.id, probe).await?, Answer::No(_)))
            }
            _ => Ok(false),
        }
    }

    /// Whether the journal says that it was not there before.
    fn was_absent(&self, step: &Step) -> bool {
        self.state.borrow().known.contains_key(&absent_before(step))
    }

    /// Does what a step asks for, unless it has happened already.
    async fn step(&self, step: &Step, before: Before, went: &mut Went) -> Result<(), Failure> {
        let Before { tried, open } = before;
        match (step.kind, &step.probe) {
            (Kind::Probeable, Some(probe)) => match self.answer(&step.id, probe).await? {
                Answer::Yes(seen) => {
                    self.is_ours(step).await?;
                    went.gave = self.recover(step, tried).await?;
                    if tried {
                        went.made |= !matches!(step.undo, Undo::IfMade { .. });
                        went.restart = self.catch_up(step).await?;
                    } else {
                        let seen = Some(seen).filter(|it| !it.is_empty());
                        went.skipped = Some(seen.unwrap_or_else(|| "it is so already".to_owned()));
                    }
                    return Ok(());
                }
                Answer::No(_) if tried => self.clear(step).await?,
                Answer::Unknown(why) if matches!(probe, Question::Secret { .. }) => {
                    let help =
                        "look what is there; it is not written over. Move it away, or mend it";
                    return Err(Failure::new(&SECRET_UNREADABLE, why).help(help));
                }
                Answer::Unknown(why) if open => return Err(unknown(step, &why)),
                Answer::No(_) | Answer::Unknown(_) => {}
            },
            (Kind::Irreversible | Kind::Probeable, _) if open => {
                return Err(unknown(step, "there is nothing that can be asked"));
            }
            (Kind::Read | Kind::Idempotent | Kind::Probeable | Kind::Irreversible, _) => {}
        }
        for op in &step.ops {
            if self.tools.pace.is_stopping() {
                return Err(Failure::new(&STOPPED, "stopped").class(Class::Stopped));
            }
            self.perform(step, op, went).await?;
        }
        self.verify(step).await
    }

    /// Asks after a step whether it has happened, and tells if not.
    async fn verify(&self, step: &Step) -> Result<(), Failure> {
        let Some(probe) = &step.probe else { return Ok(()) };
        let on_server = step.ops.iter().all(|it| !matches!(it, Op::Http(_)));
        if !on_server {
            return Ok(());
        }
        if let Answer::No(seen) = self.answer(&step.id, probe).await? {
            let seen = if seen.is_empty() { String::new() } else { format!(": {seen}") };
            self.tell(Event::Noted {
                step: step.id.clone(),
                code: String::new(),
                message: format!("the step ended well, and afterwards it does not look so{seen}"),
                help: vec!["look at it before going on".to_owned()],
            });
        }
        Ok(())
    }

    /// Writes what is left to be closed, and nothing if nothing is.
    fn finish(&self) -> Result<(), JournalError> {
        if self.closing.borrow().is_none() { Ok(()) } else { self.append(None, BTreeMap::new()) }
    }

    /// Remembers how a step ended; the next record takes it along.
    fn close(&self, ended: Ended) {
        let mut slots = self.slots.borrow_mut();
        slots.extend(
            ended.gave.iter().map(|(name, text)| (name.clone(), Known::Text(text.clone()))),
        );
        self.closing.replace(Some(ended));
    }

    fn append(
        &self,
        begun: Option<Begun>,
        knows: BTreeMap<String, String>,
    ) -> Result<(), JournalError> {
        let record = Record {
            at: now(),
            run: self.opening.borrow_mut().take(),
            ended: self.closing.borrow_mut().take(),
            knows,
            begun,
        };
        if let Some(journal) = self.journal.borrow_mut().as_mut() {
            (self.tools.point)();
            journal.append(&record)?;
            (self.tools.point)();
        }
        self.state.borrow_mut().take(&record);
        Ok(())
    }

    fn tell(&self, event: Event) {
        (self.tools.watch)(&event);
    }

    /// Remembers what must be covered in somebody else's words: the tokens that were sent.
    fn see_tokens(&self) {
        for token in self.tools.sessions.sent() {
            self.tools.secrets.see(&token);
        }
    }

    fn tell_failed(&self, step: &Step, failure: &Failure) {
        self.tell(Event::StepFailed {
            step: step.id.clone(),
            code: failure.code.name.to_owned(),
            message: failure.message.clone(),
            help: failure.help.clone(),
            place: step.from.at.to_string(),
        });
    }

    /// Tells of something that stops nothing.
    fn note(&self, step: &str, failure: Failure) {
        self.see_tokens();
        let failure = failure.covered(self.tools.secrets);
        self.warnings.borrow_mut().push(failure.clone());
        self.tell(Event::Noted {
            step: step.to_owned(),
            code: failure.code.name.to_owned(),
            message: failure.message,
            help: failure.help,
        });
    }
}

/// The names of the secrets that the steps need which are not complete, those that they make included.
#[must_use]
pub fn needed_secrets(plan: &Plan, records: &[Record]) -> Vec<String> {
    let state = State::of(records);
    let steps = plan.steps.iter().filter(|it| !state.is_complete(&it.id));
    let ops: Vec<&Op> = steps.flat_map(|it| &it.ops).collect();
    let mut names: Vec<String> = ops.iter().flat_map(|it| operations::secrets_of(it)).collect();
    names.extend(ops.iter().filter_map(|it| kept(it)).map(str::to_owned));
    // The application signs in to its mailbox, and the wizard's sheet says where to find what is entered by hand.
    let settings = plan.settings.iter();
    names.extend(settings.filter_map(|it| {
        if let Value::Secret(name) = &it.value { Some(name.clone()) } else { None }
    }));
    names.sort_unstable();
    names.dedup();
    names
}

/// The name under which the journal keeps that what a step makes was not there before.
fn absent_before(step: &Step) -> String {
    format!("{}.absent", step.id)
}

/// The name of the secret that an operation keeps.
fn kept(op: &Op) -> Option<&str> {
    if let Op::StoreSecret { secret, .. } = op { Some(secret) } else { None }
}

fn ended(step: &str, how: How, went: Went, because: String) -> Ended {
    Ended { step: step.to_owned(), how, gave: went.gave, made: went.made, because }
}

fn unknown(step: &Step, why: &str) -> Failure {
    let id = &step.id;
    Failure::new(&OUTCOME_UNKNOWN, format!("whether the step `{id}` happened is not known: {why}"))
        .help("look at the server and the tenant")
        .help(format!("if it has happened: `mimeo resume PLAN --done {id}`"))
        .help(format!("if it has not: `mimeo resume PLAN --again {id}`"))
        .class(Class::Unknown)
}

/// A moment, to measure from.
#[expect(
    clippy::disallowed_methods,
    reason = "how long a step takes is shown, and nothing is decided by it"
)]
fn moment() -> Instant {
    Instant::now()
}
