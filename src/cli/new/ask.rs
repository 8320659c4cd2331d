//! The questions as they stand on the terminal. This is the one place that knows the library for prompts.

use std::fmt;

use inquire::autocompletion::Replacement;
use inquire::list_option::ListOption;
use inquire::ui::{Attributes, Color, ErrorMessageRenderConfig, RenderConfig, StyleSheet, Styled};
use inquire::validator::Validation;
use inquire::{Autocomplete, CustomUserError, InquireError, MultiSelect, Select, Text};

use crate::author::interview::{Choice, Interview, Objection, Standing};
use crate::author::question::{Entry, Kind, Preset, Question};
use crate::cli::Failure;
use crate::cli::ui::Ui;
use crate::export::wrapped;
use crate::subject::setup::pages;

/// What came of a question.
pub(super) enum Answer {
    /// It was answered.
    Given(String),
    /// The question before is to be asked again.
    Back,
    /// Nothing more is to be asked.
    Stop,
}

/// Asks at the terminal.
pub(super) struct Asker<'u> {
    ui: &'u Ui,
    look: RenderConfig<'static>,
    /// What begins a line about what is wrong.
    mark: &'static str,
    /// The page whose heading was shown last.
    page: Option<u8>,
}

/// The keys, after the help on a text.
const KEYS: &str = "Esc: back, Ctrl-C: end";

impl<'u> Asker<'u> {
    pub(super) fn new(ui: &'u Ui) -> Self {
        let mark = if ui.is_unicode() { "✗" } else { "x" };
        Asker { ui, look: look(ui.colours_talk(), mark), mark, page: None }
    }

    /// Says what is about to happen.
    pub(super) fn greet(&self) {
        let text = "The questions of the installer's wizard, page by page. Enter takes what is offered in parentheses, Esc goes back, Ctrl-C ends and writes nothing.";
        self.ui.talk(&format!("{}\n\n", wrapped(text, self.ui.width()).join("\n")));
    }

    /// Asks a question.
    pub(super) fn ask(
        &mut self,
        interview: &Interview,
        question: &'static Question,
    ) -> Result<Answer, Failure> {
        self.heading(question);
        match question.kind {
            Kind::Text(_) => self.text(interview, question, false),
            Kind::Optional(_) => self.text(interview, question, true),
            Kind::One(_) => self.one(interview, question),
            Kind::Several(_) => self.several(interview, question),
        }
    }

    /// Asks what both files are to be called.
    pub(super) fn file_name(
        &mut self,
        offered: &str,
        judge: impl Fn(&str) -> Result<(), Failure> + Clone,
    ) -> Result<Answer, Failure> {
        let judge = |it: &str| match judge(it) {
            Ok(()) => Ok(Validation::Valid),
            Err(failure) => Ok(Validation::Invalid(failure.message.into())),
        };
        let text = "Without an ending: `.rhai` is the script, `.toml` its values.";
        let help = self.help(text, KEYS);
        let prompt = Text::new("Write both files as")
            .with_default(offered)
            .with_help_message(&help)
            .with_validator(judge)
            .with_render_config(self.look);
        of_prompt(prompt.prompt())
    }

    /// Tells what is to be known after an answer.
    pub(super) fn note(&self, notes: &[String]) {
        for note in notes {
            self.ui.talk(&format!("{}\n", self.beneath("!", note)));
        }
    }

    /// Tells why an answer was not taken.
    pub(super) fn refuse(&self, objection: &Objection) {
        self.ui.talk(&format!("{}\n", self.beneath(self.mark, &objection.what)));
    }

    pub(super) fn went_back(&mut self) {
        self.page = None;
    }

    /// Tells that nothing stands before the first question.
    pub(super) fn at_first(&self) {
        self.ui.talk("  this is the first question; Ctrl-C ends\n");
    }

    /// Lines that belong to what stands above them.
    fn beneath(&self, mark: &str, text: &str) -> String {
        let lines = wrapped(text, self.ui.width().saturating_sub(8));
        format!("    {mark} {}", lines.join("\n      "))
    }

    /// What a question is about, and the keys.
    fn help(&self, text: &str, keys: &str) -> String {
        let text = format!("{text} {keys}");
        // Brackets stand around it.
        wrapped(&text, self.ui.width().saturating_sub(4)).join("\n ")
    }

    /// The heading of the wizard's page, once.
    fn heading(&mut self, question: &Question) {
        let Some(page) = question.page.filter(|it| self.page != Some(*it)) else { return };
        self.page = Some(page);
        let (title, subtitle) = pages::heading(page).unwrap_or_default();
        let rest = if subtitle.is_empty() { String::new() } else { format!(" / {subtitle}") };
        let (bold, plain) = if self.ui.colours_talk() { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        self.ui.talk(&format!("\n{bold}Page {page}  {title}{plain}{rest}\n"));
    }

    fn text(
        &self,
        interview: &Interview,
        question: &'static Question,
        optional: bool,
    ) -> Result<Answer, Failure> {
        let help = self.help(question.help, KEYS);
        let live = Live { interview, question, mark: self.mark };
        let offered = interview.offered(question);
        let sample = match question.default {
            Preset::Sample(make) => make(interview.answers()),
            Preset::Offered(_) => String::new(),
        };
        let judge = {
            let live = live.clone();
            move |answer: &str| Ok(live.validation(answer))
        };
        let mut prompt = Text::new(question.label)
            .with_help_message(&help)
            .with_autocomplete(live)
            .with_validator(judge)
            .with_render_config(self.look);
        match &offered {
            // What can be left empty is taken back by deleting it.
            Some(offered) if optional => prompt = prompt.with_initial_value(offered),
            Some(offered) => prompt = prompt.with_default(offered),
            None => prompt = prompt.with_placeholder(&sample),
        }
        of_prompt(prompt.prompt())
    }

    fn one(&self, interview: &Interview, question: &'static Question) -> Result<Answer, Failure> {
        let rows = self.rows(interview, question);
        let offered = interview.offered(question);
        let at = rows.iter().position(|it| Some(it.entry.key) == offered.as_deref());
        let help = self.help(question.help, KEYS);
        let prompt = Select::new(question.label, rows)
            .with_starting_cursor(at.unwrap_or(0))
            .with_help_message(&help)
            .with_formatter(&|it| it.value.entry.label.to_owned())
            .with_render_config(self.look);
        of_prompt(prompt.prompt().map(|it| it.entry.key.to_owned()))
    }

    fn several(
        &self,
        interview: &Interview,
        question: &'static Question,
    ) -> Result<Answer, Failure> {
        let rows = self.rows(interview, question);
        let offered = interview.offered(question).unwrap_or_default();
        let is_offered = |row: &Row| offered.split(',').any(|it| it == row.entry.key);
        let chosen: Vec<_> = (0..rows.len()).filter(|it| is_offered(&rows[*it])).collect();
        let help = self.help(question.help, "Space: choose, Esc: back, Ctrl-C: end");
        let judge = {
            let interview = interview.clone();
            move |rows: &[ListOption<&Row>]| {
                let answer = joined(rows.iter().map(|it| it.value));
                Ok(match interview.objection(question, &answer) {
                    Some(objection) => Validation::Invalid(objection.what.into()),
                    None => Validation::Valid,
                })
            }
        };
        let prompt = MultiSelect::new(question.label, rows)
            .with_default(&chosen)
            .with_help_message(&help)
            .with_formatter(&|rows| {
                let labels: Vec<_> = rows.iter().map(|it| it.value.entry.label).collect();
                labels.join(", ")
            })
            .with_validator(judge)
            .with_render_config(self.look);
        of_prompt(prompt.prompt().map(|rows| joined(rows.iter())))
    }

    fn rows(&self, interview: &Interview, question: &Question) -> Vec<Row> {
        let choices = interview.choices(question);
        let row = |choice: Choice| {
            let note = match &choice.standing {
                Standing::Open => String::new(),
                Standing::Noted(note) => format!("\n{}", self.beneath("!", note)),
                Standing::Refused(it) => format!("\n{}", self.beneath(self.mark, &it.what)),
            };
            Row { entry: choice.entry, note }
        };
        choices.into_iter().map(row).collect()
    }
}

/// The answer that chosen entries make.
fn joined<'r>(rows: impl Iterator<Item = &'r Row>) -> String {
    rows.map(|it| it.entry.key).collect::<Vec<_>>().join(",")
}

/// An entry of a list, with what is to be known of it.
#[derive(Clone)]
struct Row {
    entry: &'static Entry,
    note: String,
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.entry.label, self.note)
    }
}

/// What is said of a text while it is typed: why it does not fit, and on Tab the text that was probably meant.
#[derive(Clone)]
struct Live<'i> {
    interview: &'i Interview,
    question: &'static Question,
    mark: &'static str,
}

impl Live<'_> {
    fn validation(&self, answer: &str) -> Validation {
        if answer.starts_with(self.mark) || answer.starts_with("  ") {
            return Validation::Invalid("type the answer".into());
        }
        match self.interview.objection(self.question, answer) {
            Some(objection) => Validation::Invalid(whole(&objection).into()),
            None => Validation::Valid,
        }
    }
}

impl Autocomplete for Live<'_> {
    fn get_suggestions(&mut self, typed: &str) -> Result<Vec<String>, CustomUserError> {
        if typed.is_empty() {
            return Ok(Vec::new());
        }
        let Some(objection) = self.interview.objection(self.question, typed) else {
            return Ok(Vec::new());
        };
        let mut lines = vec![format!("{} {}", self.mark, objection.what)];
        let tab = if objection.instead.is_some() { " (Tab)" } else { "" };
        lines.extend(objection.help.first().map(|help| format!("  {help}{tab}")));
        Ok(lines)
    }

    fn get_completion(
        &mut self,
        typed: &str,
        _: Option<String>,
    ) -> Result<Replacement, CustomUserError> {
        Ok(self.interview.objection(self.question, typed).and_then(|it| it.instead))
    }
}

/// An objection in a line, with what to do.
fn whole(objection: &Objection) -> String {
    match objection.help.first() {
        Some(help) => format!("{}; {help}", objection.what),
        None => objection.what.clone(),
    }
}

fn of_prompt(asked: Result<String, InquireError>) -> Result<Answer, Failure> {
    match asked {
        Ok(answer) => Ok(Answer::Given(answer)),
        Err(InquireError::OperationCanceled) => Ok(Answer::Back),
        Err(InquireError::OperationInterrupted) => Ok(Answer::Stop),
        Err(error) => Err(Failure::usage(
            format!("the question cannot be asked: {error}"),
            "use a terminal, or `--option` or `--from`",
        )),
    }
}

/// How prompts are drawn.
fn look(colour: bool, mark: &'static str) -> RenderConfig<'static> {
    let mut look = RenderConfig::empty()
        .with_canceled_prompt_indicator(Styled::new("<back>"))
        .with_error_message(ErrorMessageRenderConfig::empty().with_prefix(Styled::new(mark)));
    if colour {
        let cyan = StyleSheet::new().with_fg(Color::LightCyan);
        let dim = StyleSheet::new().with_fg(Color::DarkGrey);
        let red = StyleSheet::new().with_fg(Color::LightRed);
        let error = ErrorMessageRenderConfig::empty()
            .with_prefix(Styled::new(mark).with_style_sheet(red))
            .with_message(red);
        look = look
            .with_prompt_prefix(Styled::new("?").with_fg(Color::LightGreen))
            .with_answer(cyan)
            .with_help_message(dim)
            .with_selected_option(Some(cyan.with_attr(Attributes::BOLD)))
            .with_error_message(error);
        look.placeholder = dim;
    }
    look
}
