//! What a person or a program sees while a plan is carried out.

use std::cell::RefCell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::ui::Ui;
use crate::execute::event::Event;
use crate::export::{statement, wrapped};

/// How what happens is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub enum Output {
    /// A line for each step, and on a terminal what is going on.
    #[default]
    Full,
    /// One JSON object a line, as `mimeo schema --events` describes them.
    Ndjson,
}

/// The screen of one run.
pub(super) struct Screen<'u> {
    ui: &'u Ui,
    output: Output,
    bar: Option<ProgressBar>,
    step: RefCell<Current>,
}

/// The step that is shown as running.
#[derive(Default)]
struct Current {
    number: usize,
    steps: usize,
    title: String,
    /// The tenant that was shown.
    tenant: String,
}

impl<'u> Screen<'u> {
    /// A screen for a command. Bars are drawn only where somebody sees them.
    pub(super) fn new(ui: &'u Ui, output: Output) -> Self {
        let drawn = output == Output::Full && ui.is_watched();
        let bar = drawn.then(|| {
            let bar = ProgressBar::new(0);
            let (ticks, blocks) = if ui.is_unicode() {
                ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ", "━╸─")
            } else {
                ("-\\|/ ", "=>-")
            };
            let colour = if ui.colours() { ".cyan" } else { "" };
            let template =
                format!("  {{spinner:{colour}}} {{bar:12{colour}}} {{wide_msg}} {{elapsed}}");
            if let Ok(style) = ProgressStyle::with_template(&template) {
                bar.set_style(style.tick_chars(ticks).progress_chars(blocks));
            }
            bar
        });
        Screen { ui, output, bar, step: RefCell::default() }
    }

    /// Clears what is drawn, for somebody else to write.
    pub(super) fn aside<R>(&self, write: impl FnOnce() -> R) -> R {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Clears what is drawn until somebody has answered.
    pub(super) fn pause(&self) {
        if let Some(bar) = &self.bar {
            bar.disable_steady_tick();
            bar.set_draw_target(ProgressDrawTarget::hidden());
            self.ui.talk("\r\x1b[2K");
        }
    }

    /// Draws again.
    pub(super) fn go_on(&self) {
        if let Some(bar) = &self.bar {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    }

    /// Whether a person reads it.
    pub(super) fn is_for_people(&self) -> bool {
        self.output == Output::Full
    }

    /// Shows what happened.
    pub(super) fn show(&self, event: &Event) {
        match self.output {
            Output::Ndjson => {
                let line = serde_json::to_string(event).unwrap_or_default();
                self.ui.print(&(line + "\n"));
            }
            Output::Full => self.draw(event),
        }
    }

    fn draw(&self, event: &Event) {
        match event {
            Event::Started { title, steps, complete, .. } => {
                self.step.borrow_mut().steps = *steps;
                if let Some(bar) = &self.bar {
                    bar.set_length(*steps as u64);
                    bar.set_position(*complete as u64);
                }
                let done = if *complete == 0 {
                    String::new()
                } else {
                    format!(", {complete} of them done already")
                };
                self.line(&format!("{}: {}{done}", plain(title), count(*steps, "step")));
            }
            Event::SignedIn { user, tenant } => {
                self.detail(&format!("signed in as {} in {}", plain(user), plain(tenant)));
            }
            Event::Tenant { name, id } => {
                let tenant = format!("tenant {} ({})", plain(name), plain(id));
                if self.step.borrow().tenant != tenant {
                    self.detail(&tenant);
                    self.step.borrow_mut().tenant = tenant;
                }
            }
            Event::StepStarted { number, title, .. } => {
                let mut step = self.step.borrow_mut();
                step.number = *number;
                step.title.clone_from(title);
                let message = format!("{} {}", Self::numbered(&step), plain(title));
                if let Some(bar) = &self.bar {
                    bar.set_position(number.saturating_sub(1) as u64);
                    bar.reset_elapsed();
                    bar.set_message(message);
                    bar.enable_steady_tick(Duration::from_millis(100));
                }
            }
            Event::Waiting { question, why, seconds, .. } => {
                let what = question
                    .as_ref()
                    .map_or_else(|| why.clone(), |it| format!("until {}", statement(it)));
                self.going_on(&format!("waiting {what} (up to {seconds} s)"));
                if question.is_none() {
                    self.detail(&format!("waiting {seconds} s: {}", plain(why)));
                }
            }
            Event::Progress { text, .. } => self.going_on(text),
            Event::Asked { what, done, .. } => {
                let first = what.split(". ").next().unwrap_or(what);
                let answer = if *done { "done" } else { "not now" };
                self.detail(&format!("{answer}: {}", plain(first.trim_end_matches('.'))));
            }
            Event::Noted { code, message, help, .. } => {
                let code = if code.is_empty() { String::new() } else { format!("[{code}]") };
                self.marked(Mark::Note, &format!("note{code}: {}", plain(message)));
                for help in help {
                    self.detail(&format!("help: {}", plain(help)));
                }
            }
            Event::StepDone { .. }
            | Event::StepSkipped { .. }
            | Event::StepFailed { .. }
            | Event::StepUndone { .. } => self.draw_end(event),
            Event::Finished { .. } => {
                if let Some(bar) = &self.bar {
                    bar.disable_steady_tick();
                    bar.finish_and_clear();
                }
            }
        }
    }

    /// How a step ended.
    fn draw_end(&self, event: &Event) {
        let step = self.step.borrow();
        let title = format!("{} {}", Self::numbered(&step), plain(&step.title));
        if let Event::StepDone { milliseconds, .. } = event {
            // Where nobody watches, the same run gives the same lines.
            let took = if *milliseconds >= 1000 && self.bar.is_some() {
                format!("  {}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
            } else {
                String::new()
            };
            self.marked(Mark::Done, &format!("{title}{took}"));
        } else if let Event::StepSkipped { because, .. } = event {
            self.marked(Mark::Skipped, &format!("{title} (nothing to do: {})", plain(because)));
        } else if let Event::StepUndone { by_hand, .. } = event {
            self.marked(Mark::Done, &title);
            if !by_hand.is_empty() {
                self.detail(&format!("by hand: {}", plain(by_hand)));
            }
        } else if !step.title.is_empty() {
            self.marked(Mark::Failed, &title);
        }
    }

    fn numbered(step: &Current) -> String {
        let width = step.steps.to_string().len();
        format!("{:>width$}/{}", step.number, step.steps)
    }

    /// What goes on: on a terminal in the moving line, and nowhere else but in the rehearsal's person's words.
    fn going_on(&self, text: &str) {
        let step = self.step.borrow();
        if let Some(bar) = &self.bar {
            let message =
                format!("{} {} · {}", Self::numbered(&step), plain(&step.title), plain(text));
            bar.set_message(if self.ui.is_unicode() {
                message
            } else {
                message.replace('·', "-")
            });
        }
        if text.starts_with("page ") {
            self.detail(text);
        }
    }

    fn marked(&self, mark: Mark, text: &str) {
        let (unicode, ascii, colour) = match mark {
            Mark::Done => ("✓", "ok", "32"),
            Mark::Skipped => ("–", "--", "2"),
            Mark::Failed => ("✗", "FAILED", "31;1"),
            Mark::Note => ("!", "!", "33"),
        };
        let mark = if self.ui.is_unicode() { unicode } else { ascii };
        let lines = wrapped(text, self.ui.width().saturating_sub(9));
        let mark = if self.ui.colours() {
            format!("\x1b[{colour}m{mark}\x1b[0m")
        } else {
            mark.to_owned()
        };
        for (index, line) in lines.iter().enumerate() {
            let mark = if index == 0 { mark.as_str() } else { " " };
            self.line(&format!("  {mark} {line}"));
        }
    }

    fn detail(&self, text: &str) {
        for line in wrapped(text, self.ui.width().saturating_sub(8)) {
            let line = format!("      {line}");
            self.line(&if self.ui.colours() { format!("\x1b[2m{line}\x1b[0m") } else { line });
        }
    }

    fn line(&self, text: &str) {
        self.aside(|| self.ui.print(&format!("{text}\n")));
    }
}

enum Mark {
    Done,
    Skipped,
    Failed,
    Note,
}

/// A text of a plan or of somebody else, on one line.
fn plain(text: &str) -> String {
    crate::plan::visible(text).into_owned()
}

fn count(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
