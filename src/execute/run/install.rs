//! Installations: the wizard's sheet, the exit code, the log.

use std::time::Duration;

use crate::code;
use crate::execute::event::Event;
use crate::execute::failure::{Class, Failure, words};
use crate::execute::machine::{Answer, Installation, Known, Machine};
use crate::execute::person::{Decision, Person, SheetEntry};
use crate::execute::run::operations::{literal_text, refused};
use crate::execute::run::{Run, Went};
use crate::installer::exit::{self, Outcome};
use crate::installer::{log, scrub};
use crate::plan::op::{Literal, Msi, Op, Question, Ui, Value};
use crate::plan::{CHOICE, Entry, Step};

code! {
    /// Windows Installer ended with an exit code that means failure. The finding says what the code means, and what the log
    /// tells: the first action that returned 3, the lines before it, and known causes.
    INSTALL_FAILED: Error = "install-failed", "the installation failed",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/error-codes" seen "2026-11-23";
    /// Another installation is running, and Windows Installer does one at a time. It was waited for.
    INSTALL_BUSY: Error = "install-busy", "another installation is running",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/error-codes" seen "2026-11-23";
    /// The wizard was closed before the end, and Windows Installer took back what it had done.
    INSTALL_CANCELLED: Error = "install-cancelled", "the installation was cancelled",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/error-codes" seen "2026-11-23";
    /// The package is not the one that the plan was made for: another build, another edition, or a copy that was cut off. What
    /// the plan says of names and pages was read from the other file, and nothing was installed from this one.
    INSTALL_PACKAGE: Error = "install-package", "the package is not the one that the plan was made for";
    /// The log of an installation holds secrets in clear. Windows Installer writes every property into a verbose log that its
    /// package does not name in `MsiHiddenProperties`. They can be replaced by stars; nothing else of the log is changed.
    INSTALL_LOG: Warning = "install-log", "the log holds secrets in clear",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/preventing-confidential-information-from-being-written-into-the-log-file" seen "2026-11-23";
}

/// The codes of this file.
pub const CODES: &[&crate::diagnostic::Code] =
    &[&INSTALL_FAILED, &INSTALL_BUSY, &INSTALL_CANCELLED, &INSTALL_PACKAGE, &INSTALL_LOG];

/// How often a busy Windows Installer is asked again, and the pause between.
const BUSY_TRIES: u32 = 40;
const BUSY_PAUSE: Duration = Duration::from_secs(15);

impl<M: Machine, P: Person> Run<'_, M, P> {
    /// Refuses a package that is another than the one that was read when the plan was made.
    async fn is_same_package(&self, step: &Step, msi: &Msi) -> Result<(), Failure> {
        if msi.digest.is_none() {
            return Ok(());
        }
        let question = Question::Package {
            path: msi.package.clone(),
            build: None,
            digest: msi.digest.clone(),
        };
        match self.answer(&step.id, &question).await? {
            // What Windows Installer makes of a file that cannot be read here, it says itself.
            Answer::Yes(_) | Answer::Unknown(_) => Ok(()),
            Answer::No(seen) => {
                let message =
                    format!("the package is not the one that the plan was made for: {seen}");
                Err(Failure::new(&INSTALL_PACKAGE, words(&message))
                    .help("put the package there that the plan was made for, then go on with `mimeo resume`")
                    .help("or make the plan again with this one: `mimeo plan`"))
            }
        }
    }

    pub(super) async fn install(
        &self,
        step: &Step,
        msi: &Msi,
        went: &mut Went,
    ) -> Result<(), Failure> {
        let installation = self.installation(msi)?;
        self.is_same_package(step, msi).await?;
        if msi.ui == Ui::Review {
            let sheet = self.sheet();
            if !sheet.is_empty() {
                self.tools.person.sheet(&sheet).await;
            }
        }
        let code = self.run_installer(step, &installation).await?;
        let log = self.log(step, msi).await?;
        let explained = exit::explain(code);
        match explained.outcome {
            Outcome::Done => Ok(()),
            Outcome::RestartNeeded | Outcome::RestartBegun => {
                went.restart = true;
                Ok(())
            }
            Outcome::Busy => Err(busy()),
            Outcome::Cancelled => Err(Failure::new(
                &INSTALL_CANCELLED,
                format!("the installation was cancelled ({code})"),
            )
            .help("go on with `mimeo resume`, which opens it again")),
            Outcome::Failed => Err(failed(code, msi, log.as_deref())),
        }
    }

    /// Installs, after waiting for another installation that runs.
    async fn run_installer(
        &self,
        step: &Step,
        installation: &Installation,
    ) -> Result<u32, Failure> {
        for _ in 0..BUSY_TRIES {
            let question = Question::InstallerBusy;
            let busy_before = matches!(self.tools.machine.answer(&question).await, Answer::Yes(_));
            if !busy_before {
                let mut progress = |text: &str| {
                    let text = self.tools.secrets.cover(&words(text));
                    self.tell(Event::Progress { step: step.id.clone(), text });
                };
                let done = self.tools.machine.install(installation, &mut progress).await;
                let code = done.map_err(|error| refused(&error))?;
                if exit::explain(code).outcome != Outcome::Busy {
                    return Ok(code);
                }
            }
            if self.tools.pace.is_stopping() {
                break;
            }
            self.tell(Event::Waiting {
                step: step.id.clone(),
                question: None,
                why: "another installation is running".to_owned(),
                seconds: 15,
            });
            self.tools.pace.pause(BUSY_PAUSE).await;
        }
        Err(busy())
    }

    fn installation(&self, msi: &Msi) -> Result<Installation, Failure> {
        let mut properties = std::collections::BTreeMap::new();
        let mut hidden = Vec::new();
        for (name, value) in &msi.properties {
            let known = self.known(value)?;
            if matches!(known, Known::Secret(_)) {
                hidden.push(name.clone());
            }
            properties.insert(name.clone(), known);
        }
        Ok(Installation {
            package: msi.package.clone(),
            ui: msi.ui,
            log: msi.log.clone(),
            features: msi.features.clone(),
            properties,
            hidden,
        })
    }

    /// What a person enters in the wizard, page by page.
    fn sheet(&self) -> Vec<SheetEntry> {
        let by_hand =
            self.plan.settings.iter().filter(|it| matches!(it.entry, Some(Entry::ByHand(_))));
        let entry = by_hand.filter_map(|setting| {
            let value = match &setting.value {
                Value::Value(Literal::Flag(true)) => "ticked".to_owned(),
                Value::Value(Literal::Flag(false)) => "left clear".to_owned(),
                Value::Value(literal) => literal_text(literal),
                Value::Secret(name) => {
                    let place = self.tools.secrets.place(name)?;
                    format!("the secret `{name}`, from {place}")
                }
                Value::Slot(slot) => self.slot(slot).ok()?.expose().to_owned(),
            };
            Some(SheetEntry {
                page: setting.page?,
                label: setting.label.clone(),
                choice: setting.format == CHOICE,
                value,
            })
        });
        let mut sheet: Vec<SheetEntry> = entry.collect();
        sheet.sort_by_key(|it| it.page);
        sheet
    }

    /// What is left of an installation whose end nobody saw: its log may hold secrets in clear, and Windows may have to
    /// restart. Whether it has to.
    pub(super) async fn catch_up(&self, step: &Step) -> Result<bool, Failure> {
        let mut restart = false;
        for op in &step.ops {
            let Op::Msi(msi) = op else { continue };
            self.log(step, msi).await?;
            let pending = self.tools.machine.answer(&Question::PendingReboot).await;
            restart |= matches!(pending, Answer::Yes(_));
        }
        Ok(restart)
    }

    /// Reads the log, and has secrets in it replaced if the person agrees.
    async fn log(&self, step: &Step, msi: &Msi) -> Result<Option<Vec<u8>>, Failure> {
        let Some(path) = &msi.log else { return Ok(None) };
        let Ok(log) = self.tools.machine.read_log(path).await else { return Ok(None) };
        let clean = self.tools.secrets.with_seen(|secrets| scrub::scrub(&log, secrets));
        let Some(clean) = clean else { return Ok(Some(log)) };
        let what = format!(
            "Replace the secrets in the log `{path}` by stars? Windows Installer wrote them there in clear."
        );
        let done = self.tools.person.confirm(&what).await == Decision::Done;
        self.tell(Event::Asked { step: step.id.clone(), what, done });
        if done && self.tools.machine.write_log(path, &clean).await.is_ok() {
            return Ok(Some(clean));
        }
        let warning =
            Failure::new(&INSTALL_LOG, format!("the log `{path}` holds secrets in clear"))
                .help("delete it when it is not needed any more, and change the passwords in it");
        self.note(&step.id, warning);
        Ok(Some(clean))
    }
}

/// What a failed installation is, with what its log tells. The log that is read has no secret in it.
fn failed(code: u32, msi: &Msi, log: Option<&[u8]>) -> Failure {
    let explained = exit::explain(code);
    let told = log.and_then(log::failure);
    let cause = told.as_ref().and_then(|it| it.causes.first()).map(|it| it.what);
    let message = match cause {
        Some(cause) => format!("Windows Installer ended with {code}: {}", cause.says),
        None => format!("Windows Installer ended with {code}: {}", explained.says),
    };
    let mut failure = Failure::new(&INSTALL_FAILED, message).class(Class::Resumable);
    if let Some(told) = &told {
        let action =
            told.action.as_deref().map(|it| format!(" in `{}`", words(it))).unwrap_or_default();
        let path = msi.log.as_deref().unwrap_or_default();
        let last = told.lines.iter().rev().find(|it| !it.what.contains("Return value"));
        let last = last.map(|it| format!(": {}", words(&it.what))).unwrap_or_default();
        failure =
            failure.help(format!("the log says so first at {path}:{}{action}{last}", told.line));
        for cause in &told.causes {
            failure = failure.help(cause.what.help);
        }
    } else if let Some(path) = &msi.log {
        failure = failure.help(format!("read the log `{path}` for the first `Return value 3`"));
    }
    if cause.is_none() && !explained.help.is_empty() {
        failure = failure.help(explained.help);
    }
    failure.help("then go on with `mimeo resume`")
}

fn busy() -> Failure {
    Failure::new(&INSTALL_BUSY, "another installation is running, for longer than is waited")
        .help("wait until it has ended, or restart Windows, then go on with `mimeo resume`")
}
