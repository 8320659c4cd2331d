//! The plan at one glance, on a terminal: what it is, what it does, what a person has to do, and every value.

use crate::export::Style;
use crate::export::grid::{self, Cell, Grid, Row};
use crate::export::wizard::{self, Sheet};
use crate::export::words::{self, Phrase};
use crate::plan::op::{Op, Ui};
use crate::plan::{From, Kind, Plan, Setting, Step};

/// Where everything below a heading begins.
const INDENT: usize = 2;

/// The table.
pub(super) fn render(plan: &Plan, style: &Style) -> String {
    let sheets = wizard::sheets(plan);
    let mut lines = grid::flow(&Cell::new(&plan.title, grid::BOLD), 0, style);
    lines.push(grid::rule(style));
    lines.extend(head(plan, &sheets, style));
    lines.extend(steps(plan, style));
    lines.extend(by_hand(plan, &sheets, style));
    lines.extend(settings(plan, style));
    lines.push(grid::rule(style));
    lines.push(grid::closing(plan, style));
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn head(plan: &Plan, sheets: &[Sheet<'_>], style: &Style) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = |name: &str, text: &str, paint: &'static str| {
        rows.push(Row::Cells(vec![Cell::new(name, grid::DIM), Cell::new(text, paint)]));
    };
    if let Some(option) = &plan.option {
        row("option", &words::option(option), grid::BOLD);
    }
    for (name, value) in words::headlines(plan) {
        row(name, &value, grid::PLAIN);
    }
    if let Some(form) = words::form(plan) {
        let (word, meaning) = words::form_words(form);
        let text = match (form, wizard::by_hand_fields(sheets).len()) {
            (Ui::Quiet, _) | (Ui::Review, 0) => format!("{word}: {meaning}"),
            (Ui::Review, count) => {
                format!("{word}: {meaning}; {} by hand", words::count(count, "field"))
            }
        };
        row("form", &text, grid::PLAIN);
    }
    row("as of", &plan.as_of, grid::PLAIN);
    match &plan.ends {
        Some(ends) => row("ends", &words::deadline(ends), grid::YELLOW),
        None => row("ends", "no end date is known", grid::PLAIN),
    }
    let inputs: Vec<&str> = plan.inputs.iter().map(|it| it.name.as_str()).collect();
    row("made from", &inputs.join(", "), grid::PLAIN);
    Grid { indent: INDENT, most: &[9, usize::MAX], together: 1, rows }.lines(style)
}

fn steps(plan: &Plan, style: &Style) -> Vec<String> {
    let numbered = plan.steps.iter().zip(1..);
    let rows = numbered.map(|(step, number)| {
        let (title, kind) = match step.kind {
            Kind::Irreversible => (grid::BOLD, grid::RED),
            Kind::Read | Kind::Idempotent | Kind::Probeable => (grid::PLAIN, grid::DIM),
        };
        Row::Cells(vec![
            Cell::new(format!("{number:>2}"), grid::DIM),
            Cell::new(Phrase::prose(&step.title).plain(), title),
            Cell::new(words::kind(step.kind), kind),
            Cell::new(words::touches(step).join(", "), grid::PLAIN),
        ])
    });
    let rows = rows.collect();
    let mut lines = heading("Steps", style);
    lines.extend(Grid { indent: INDENT, most: &[3, 60, 12, 48], together: 2, rows }.lines(style));
    lines
}

/// What a person enters in the wizard, and the steps that ask a person.
fn by_hand(plan: &Plan, sheets: &[Sheet<'_>], style: &Style) -> Vec<String> {
    let fields = wizard::by_hand_fields(sheets);
    let mut rows: Vec<Row> = fields
        .iter()
        .map(|(page, field)| {
            Row::Cells(vec![
                Cell::new(format!("page {}", page.number), grid::DIM),
                Cell::new(field.act.word(), grid::YELLOW),
                Cell::new(&field.setting.label, grid::PLAIN),
                Cell::new(words::value(&field.setting.value), grid::value_paint(&field.setting.value)),
            ])
        })
        .collect();
    for (step, number) in plan.steps.iter().zip(1..) {
        rows.extend(asked(step).map(|what| {
            let text = format!("step {number}  {}", Phrase::prose(what).plain());
            Row::Line(INDENT, Cell::new(text, grid::PLAIN))
        }));
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let reasons = wizard::reasons(fields.iter().map(|(page, field)| (page.number, *field)));
    rows.extend(reasons.iter().map(|(reason, pages)| {
        let pages: Vec<usize> = pages.iter().map(|it| usize::from(*it)).collect();
        let noun = if pages.len() == 1 { "page" } else { "pages" };
        let reason = Phrase::prose(reason).plain();
        let text = format!("Why on {noun} {}: {reason}", words::numbers(&pages));
        Row::Line(INDENT, Cell::new(text, grid::DIM))
    }));
    let mut lines = heading("By hand", style);
    lines.extend(Grid { indent: INDENT, most: &[7, 11, 40, 64], together: 3, rows }.lines(style));
    lines
}

/// What a step asks a person to do.
fn asked(step: &Step) -> impl Iterator<Item = &str> {
    step.ops.iter().filter_map(|op| match op {
        Op::Ask { what } => Some(what.as_str()),
        Op::Http(_)
        | Op::Msi(_)
        | Op::PowerShell(_)
        | Op::Registry(_)
        | Op::Folder { .. }
        | Op::StoreSecret { .. }
        | Op::Wait { .. } => None,
    })
}

fn settings(plan: &Plan, style: &Style) -> Vec<String> {
    let mut rows = Vec::new();
    for (subject, settings) in words::subjects(plan) {
        rows.push(Row::Line(INDENT, Cell::new(subject, grid::BOLD)));
        rows.extend(settings.iter().map(|setting| self::setting(plan, subject, setting)));
    }
    let mut lines = heading("Settings", style);
    let most = &[28, usize::MAX, 40];
    lines.extend(Grid { indent: INDENT + 2, most, together: 1, rows }.lines(style));
    lines
}

fn setting(plan: &Plan, subject: &str, setting: &Setting) -> Row {
    let own = setting.name.strip_prefix(subject).and_then(|it| it.strip_prefix('.'));
    let is_default = matches!(setting.from, From::Default(_));
    let plain = grid::value_paint(&setting.value);
    let paint = if is_default && plain == grid::PLAIN { grid::DIM } else { plain };
    Row::Cells(vec![
        Cell::new(own.unwrap_or(&setting.name), grid::PLAIN),
        Cell::new(words::value(&setting.value), paint),
        Cell::new(words::origin(plan, &setting.from), grid::DIM),
    ])
}

fn heading(text: &str, style: &Style) -> Vec<String> {
    vec![String::new(), grid::paint(text, grid::HEADING, style)]
}
