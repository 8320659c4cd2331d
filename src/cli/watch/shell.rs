//! The thin shell of watching: threads that look at files, read keys and start commands, and one that shows.

use std::sync::mpsc::{Receiver, Sender, channel};

use crate::cli::check::make_edits;
use crate::cli::screen::Output;
use crate::cli::ui::{Ui, variable};
use crate::cli::watch::command::{Ended, Line, edit};
use crate::cli::watch::scout::{self, Report, Word};
use crate::cli::watch::terminal::{Input, Screen};
use crate::cli::watch::{Args, habits, tell, tell_end};
use crate::cli::{ExitStatus, Failure};
use crate::export;
use crate::watch::board::{Board, Cause};
use crate::watch::editor::editor;
use crate::watch::keys::{Act, Key, View};
use crate::watch::run::{Outcome, Setup};
use crate::watch::screen::{frame, height};

/// What the threads tell the one that shows.
#[derive(Debug)]
enum Message {
    /// Of the files.
    Report(Report),
    /// From the terminal.
    Terminal(Input),
    /// A command has ended.
    Ended(Ended),
    /// The system asks to end.
    #[cfg(unix)]
    Interrupted,
}

/// The state of what is shown.
pub(super) struct Shell<'a> {
    args: &'a Args,
    ui: Ui,
    messages: Receiver<Message>,
    scout: Sender<Word>,
    board: Board,
    view: View,
    screen: Option<Screen>,
    line: Option<Line>,
}

impl<'a> Shell<'a> {
    /// Starts the threads, and the first run.
    pub(super) fn new(args: &'a Args, setup: Setup, ui: Ui) -> Result<Self, Failure> {
        let (send, messages) = channel();
        let line = match &args.exec {
            Some(line) => {
                let send = send.clone();
                // Whoever has ended hears nothing.
                let report = move |it| send.send(Message::Ended(it)).unwrap_or_default();
                Some(Line::new(line.clone(), report)?)
            }
            None => None,
        };
        let report = send.clone();
        let report = move |it| report.send(Message::Report(it)).is_ok();
        let scout = scout::send(setup, habits(args), report);
        heed_signals(send.clone());
        let seen = args.output_format == Output::Full && ui.is_watched() && ui.can_be_asked();
        let screen = if seen {
            let tell = move |it| send.send(Message::Terminal(it)).unwrap_or_default();
            Screen::new(tell).ok()
        } else {
            None
        };
        let (board, view) = (Board::default(), View::default());
        Ok(Shell { args, ui, messages, scout, board, view, screen, line })
    }

    /// Watches, until somebody ends it.
    pub(super) fn watch(&mut self) -> ExitStatus {
        while let Ok(message) = self.messages.recv() {
            if let Some(status) = self.heed(message) {
                return status;
            }
        }
        ExitStatus::Bug
    }

    /// Gives the terminal back, and ends the command that runs.
    pub(super) fn end(&mut self) {
        self.screen = None;
        self.line = None;
    }

    fn heed(&mut self, message: Message) -> Option<ExitStatus> {
        match message {
            Message::Report(Report::Run(outcome, cause)) => {
                if !self.show(&outcome, cause) {
                    return Some(ExitStatus::Clean);
                }
            }
            Message::Report(Report::Dead) => return Some(ExitStatus::Bug),
            Message::Terminal(Input::Resized) => self.draw(),
            Message::Terminal(Input::Pressed(key)) => return self.press(key),
            Message::Ended(ended) => {
                if self.screen.is_some() {
                    self.board.aside = Some(ended.words());
                    self.draw();
                } else {
                    self.ui.talk(&ended.text);
                    if !tell_end(&ended, self.args.output_format, &self.ui) {
                        return Some(ExitStatus::Clean);
                    }
                }
            }
            #[cfg(unix)]
            Message::Interrupted => return Some(ExitStatus::Interrupted),
        }
        None
    }

    /// Shows a result; whether anybody sees it.
    fn show(&mut self, outcome: &Outcome, cause: Cause) -> bool {
        let planned = self.board.take(outcome, cause);
        self.view.keep(&self.board);
        let seen = if self.screen.is_some() {
            self.draw();
            true
        } else {
            tell(&self.board, self.args.output_format, &self.ui)
        };
        if let Some(line) = &self.line {
            for checked in planned {
                line.order(checked);
            }
        }
        seen
    }

    fn draw(&mut self) {
        if self.screen.is_none() {
            return;
        }
        let (width, lines) = Screen::size();
        let style =
            export::Style { colour: self.ui.colours(), unicode: self.ui.is_unicode(), width };
        Screen::draw(&frame(&self.board, &mut self.view, &style, lines));
    }

    fn press(&mut self, key: Key) -> Option<ExitStatus> {
        let (_, lines) = Screen::size();
        match self.view.press(key, &self.board, height(lines)) {
            Act::Quit if matches!(key, Key::Control(_)) => {
                return Some(ExitStatus::Interrupted);
            }
            Act::Quit => return Some(ExitStatus::Clean),
            // A scout that is dead has said so.
            Act::Again => self.scout.send(Word::Again).unwrap_or_default(),
            Act::Edit(index) => self.edit(index),
            Act::Fix(index) => self.fix(index),
            Act::Draw => {}
        }
        self.draw();
        None
    }

    fn edit(&mut self, index: usize) {
        let Some(item) = self.board.items.get(index) else { return };
        let Some(path) = self.board.path(item) else {
            self.board.aside = Some("this finding is in no file".to_owned());
            return;
        };
        let named = variable("VISUAL").or_else(|| variable("EDITOR"));
        let spot = (item.note.line, item.note.column);
        let Some((program, args)) = named.and_then(|it| editor(&it, &path, spot)) else {
            self.board.aside = Some("name an editor in the variable VISUAL or EDITOR".to_owned());
            return;
        };
        if let Some(screen) = &self.screen {
            let done = screen.lend(|| edit(&program, &args));
            self.board.aside = done.err().map(|it| format!("{program}: {it}"));
        }
    }

    fn fix(&mut self, index: usize) {
        let Some(item) = self.board.items.get(index) else { return };
        let (Some((checked, compiled, _)), Some(fix)) =
            (self.board.finding(item), self.board.fix(item))
        else {
            return;
        };
        let edits: Vec<_> = fix.edits.iter().collect();
        let made = make_edits(compiled, &checked.inputs, &edits);
        self.board.aside = Some(match made {
            Ok(_) => format!("made: {}", fix.title),
            Err(failure) => failure.message,
        });
    }
}

/// Has the signals that ask to end come as messages, so that the terminal is given back.
#[cfg(unix)]
fn heed_signals(tell: Sender<Message>) {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    // Without them the process ends as any other does.
    let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    std::thread::spawn(move || {
        for _ in &mut signals {
            tell.send(Message::Interrupted).unwrap_or_default();
        }
    });
}

#[cfg(not(unix))]
fn heed_signals(tell: Sender<Message>) {
    // A console whose window is closed takes its screen with it.
    drop(tell);
}
