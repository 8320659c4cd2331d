//! The plan at one glance, on a terminal: what it is, what it does, what a person has to do, and every value.

use crate::export::Style;
use crate::export::grid::{self, Cell, Column, Grid, Row};
use crate::export::wizard::{self, Sheet};
use crate::export::words::{self, Phrase};
use crate::plan::op::{Op, Ui};
use crate::plan::{From, Kind, Plan, Setting, Step};

/// Where everything below a heading begins.
const INDENT: usize = 2;

/// The table, each line ended.
#[must_use]
pub fn render(plan: &Plan, style: &Style) -> String {
    let sheets = wizard::sheets(plan);
    let mut lines = grid::flow(&Cell::new(&plan.title, grid::BOLD), 0, 0, style);
    lines.push(grid::rule(style));
    lines.extend(head(plan, &sheets, style));
    lines.extend(steps(plan, style));
    lines.extend(by_hand(plan, &sheets, style));
    lines.extend(settings(plan, style));
    lines.push(grid::rule(style));
    lines.extend(grid::closing(plan, style));
    grid::text(&lines)
}

fn head(plan: &Plan, sheets: &[Sheet<'_>], style: &Style) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = |name: &str, text: &str, paint| rows.push(fact(name, text, paint));
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
        Some(ends) => {
            row("ends", &words::deadline(ends), grid::YELLOW);
            row("", &ends.source, grid::DIM);
        }
        None => row("ends", "no end date is known", grid::PLAIN),
    }
    let inputs: Vec<&str> = plan.inputs.iter().map(|it| it.name.as_str()).collect();
    row("made from", &inputs.join(", "), grid::PLAIN);
    let columns = &[Column::Fixed(9), Column::Flexible(16, usize::MAX)];
    Grid { indent: INDENT, columns, firm: 1, together: 1, rows }.lines(style)
}

fn fact(name: &str, text: &str, paint: &'static str) -> Row {
    Row::Cells(vec![Cell::new(name, grid::DIM), Cell::new(text, paint)])
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
    let title = Column::Flexible(24, 52);
    let columns = &[Column::Rigid, title, Column::Rigid, Column::Flexible(24, 48)];
    lines.extend(Grid { indent: INDENT, columns, firm: 1, together: 2, rows }.lines(style));
    lines
}

/// What a person enters in the wizard, the steps that ask a person, and why.
fn by_hand(plan: &Plan, sheets: &[Sheet<'_>], style: &Style) -> Vec<String> {
    let fields = wizard::by_hand_fields(sheets);
    let asks: Vec<Row> = plan
        .steps
        .iter()
        .zip(1..)
        .flat_map(|(step, number)| asked(step).map(move |what| (number, what)))
        .map(|(number, what)| {
            let what = Phrase::prose(what).plain();
            fact(&format!("step {number}"), &what, grid::PLAIN)
        })
        .collect();
    if fields.is_empty() && asks.is_empty() {
        return Vec::new();
    }
    let rows = fields.iter().map(|(page, field)| {
        let value = &field.setting.value;
        Row::Cells(vec![
            Cell::new(format!("page {}", page.number), grid::DIM),
            Cell::new(field.act.word(), grid::YELLOW),
            Cell::new(&field.setting.label, grid::PLAIN),
            Cell::new(words::value(plan, value), grid::value_paint(value)),
        ])
    });
    let rows = rows.collect();
    let (label, value) = (Column::Flexible(20, 44), Column::Flexible(16, 48));
    let columns = &[Column::Fixed(7), Column::Rigid, label, value];
    let mut lines = heading("By hand", style);
    lines.extend(Grid { indent: INDENT, columns, firm: 3, together: 3, rows }.lines(style));
    let reasons = wizard::reasons(fields.iter().map(|(page, field)| (page.number, *field)));
    let reasons = reasons.iter().zip(0..).map(|((reason, pages), index)| {
        let pages: Vec<usize> = pages.iter().map(|it| usize::from(*it)).collect();
        let noun = if pages.len() == 1 { "page" } else { "pages" };
        let reason = Phrase::prose(reason).plain();
        let text = format!("{noun} {}: {reason}", words::numbers(&pages));
        fact(if index == 0 { "why" } else { "" }, &text, grid::DIM)
    });
    let rows = asks.into_iter().chain(reasons).collect();
    let columns = &[Column::Fixed(7), Column::Flexible(16, usize::MAX)];
    lines.extend(Grid { indent: INDENT, columns, firm: 1, together: 1, rows }.lines(style));
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
        rows.push(Row::line(INDENT, Cell::new(subject, grid::BOLD)));
        rows.extend(settings.iter().map(|setting| value(plan, subject, setting)));
    }
    let mut lines = heading("Settings", style);
    let (key, value) = (Column::Flexible(16, 28), Column::Flexible(36, 38));
    let columns = &[key, value, Column::Flexible(20, 40)];
    lines.extend(Grid { indent: INDENT + 2, columns, firm: 1, together: 1, rows }.lines(style));
    lines
}

fn value(plan: &Plan, subject: &str, setting: &Setting) -> Row {
    let own = setting.name.strip_prefix(subject).and_then(|it| it.strip_prefix('.'));
    let is_default = matches!(setting.from, From::Default(_));
    let paint = if is_default { grid::DIM } else { grid::value_paint(&setting.value) };
    Row::Cells(vec![
        Cell::new(own.unwrap_or_default(), grid::PLAIN),
        Cell::new(words::value(plan, &setting.value), paint),
        Cell::new(words::origin(plan, &setting.from).bare(), grid::DIM),
    ])
}

fn heading(text: &str, style: &Style) -> Vec<String> {
    vec![String::new(), grid::paint(text, grid::HEADING, style)]
}
