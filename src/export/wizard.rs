//! The installer's wizard, page by page: what each field is to hold, and who fills it in.
//!
//! For a reviewer who knows the wizard, and as the sheet beside a wizard that opened filled in. Only the pages that the
//! installer will show appear, in its order.

use crate::export::Style;
use crate::export::grid::{self, Cell, Column, Grid, Row};
use crate::export::words::{self, Phrase};
use crate::plan::op::{Literal, Ui, Value};
use crate::plan::{CHOICE, Entry, Page, Plan, Setting};

/// Where the fields of a page begin.
const INDENT: usize = 4;

/// The sheet on a terminal, each line ended.
#[must_use]
pub fn render(plan: &Plan, style: &Style) -> String {
    let sheets = sheets(plan);
    let mut lines = grid::flow(&Cell::new(&plan.title, grid::BOLD), 0, 0, style);
    lines.extend(grid::flow(&Cell::new(purpose(plan, &sheets), grid::PLAIN), 0, 0, style));
    lines.push(grid::rule(style));
    let mut rows = Vec::new();
    for sheet in &sheets {
        rows.extend(page(plan, sheet, style));
        rows.push(Row::Blank);
    }
    rows.pop();
    let (label, value) = (Column::Flexible(20, 38), Column::Flexible(25, 37));
    let columns = &[Column::Rigid, label, value, Column::Flexible(24, 36)];
    let grid = Grid { indent: INDENT, columns, firm: 2, together: 2, rows };
    lines.extend(grid.lines(style));
    lines.push(grid::rule(style));
    lines.extend(grid::closing(plan, style));
    grid::text(&lines)
}

fn page(plan: &Plan, sheet: &Sheet<'_>, style: &Style) -> Vec<Row> {
    let Page { number, title, subtitle, notes } = sheet.page;
    let cell = Cell::new(format!("{number:>2}  {title}"), grid::HEADING);
    let mut rows = vec![Row::Text { indent: 0, hang: INDENT, cell }];
    if !subtitle.is_empty() {
        rows.push(Row::line(INDENT, Cell::new(subtitle, grid::DIM)));
    }
    rows.extend(sheet.fields.iter().map(|field| {
        let act = if field.act == Act::FilledIn { grid::GREEN } else { grid::YELLOW };
        Row::Cells(vec![
            Cell::new(field.act.word(), act),
            Cell::new(&field.setting.label, grid::PLAIN),
            Cell::new(shown(plan, field.setting, style), grid::value_paint(&field.setting.value)),
            Cell::new(words::origin(plan, &field.setting.from).bare(), grid::DIM),
        ])
    }));
    rows.extend(why(sheet).iter().map(|(reason, labels)| {
        let reason = Phrase::prose(reason).plain();
        let of = labels.as_ref().map(|it| format!(" ({it})")).unwrap_or_default();
        let cell = Cell::new(format!("By hand{of}: {reason}"), grid::YELLOW);
        Row::Text { indent: INDENT, hang: 2, cell }
    }));
    let bullet = if style.unicode { "–" } else { "-" };
    rows.extend(notes.iter().map(|note| {
        let note = Phrase::prose(note).plain();
        let cell = Cell::new(format!("{bullet} {note}"), grid::PLAIN);
        Row::Text { indent: INDENT, hang: 2, cell }
    }));
    rows
}

/// A value as the wizard shows it: a flag is a box.
fn shown(plan: &Plan, setting: &Setting, style: &Style) -> String {
    let (ticked, clear) = if style.unicode { ("☑", "☐") } else { ("[x]", "[ ]") };
    match &setting.value {
        Value::Value(Literal::Flag(true)) => format!("{ticked} ticked"),
        Value::Value(Literal::Flag(false)) => format!("{clear} clear"),
        Value::Value(_) | Value::Secret(_) | Value::Slot(_) => words::value(plan, &setting.value),
    }
}

/// One page of the wizard with its fields.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    /// The page.
    pub(super) page: &'a Page,
    /// Its fields, in order.
    pub(super) fields: Vec<Field<'a>>,
}

/// One field of a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field<'a> {
    /// The value.
    pub(super) setting: &'a Setting,
    /// What is done with it.
    pub(super) act: Act,
}

/// What is done with a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Act {
    /// A property fills it in.
    FilledIn,
    /// A person types the value.
    Enter,
    /// A person chooses the value.
    Choose,
    /// A person ticks the box.
    Tick,
    /// A person makes sure that the box is clear.
    Clear,
    /// Nothing is known to fill it in, and nobody has to: a person looks.
    Check,
}

impl Act {
    /// The word for it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Act::FilledIn => "filled in",
            Act::Enter => "enter",
            Act::Choose => "choose",
            Act::Tick => "tick",
            Act::Clear => "leave clear",
            Act::Check => "check",
        }
    }

    /// Whether a person fills in the field.
    pub(super) fn is_by_hand(self) -> bool {
        match self {
            Act::Enter | Act::Choose | Act::Tick | Act::Clear => true,
            Act::FilledIn | Act::Check => false,
        }
    }
}

impl<'a> Field<'a> {
    fn of(setting: &'a Setting) -> Field<'a> {
        let act = match &setting.entry {
            Some(Entry::Properties(_)) => Act::FilledIn,
            Some(Entry::ByHand(_)) => by_hand(setting),
            None => Act::Check,
        };
        Field { setting, act }
    }

    /// Why a person fills it in, if one does.
    pub(super) fn reason(&self) -> Option<&'a str> {
        match &self.setting.entry {
            Some(Entry::ByHand(reason)) => Some(reason),
            Some(Entry::Properties(_)) | None => None,
        }
    }

    /// The properties that fill it in.
    pub(super) fn properties(&self) -> &'a [String] {
        match &self.setting.entry {
            Some(Entry::Properties(properties)) => properties,
            Some(Entry::ByHand(_)) | None => &[],
        }
    }
}

fn by_hand(setting: &Setting) -> Act {
    // `Select Cert` is a button that opens a list.
    let listed = setting.format == CHOICE || setting.label == "Select Cert";
    match &setting.value {
        Value::Value(Literal::Flag(true)) => Act::Tick,
        Value::Value(Literal::Flag(false)) => Act::Clear,
        Value::Value(Literal::List(_)) => Act::Choose,
        Value::Value(Literal::Text(_)) if listed => Act::Choose,
        Value::Value(Literal::Text(_) | Literal::Number(_)) | Value::Secret(_) | Value::Slot(_) => {
            Act::Enter
        }
    }
}

/// The pages that the installer will show, with their fields.
pub(super) fn sheets(plan: &Plan) -> Vec<Sheet<'_>> {
    let fields = |page: &Page| {
        let asked = plan.settings.iter().filter(|it| it.page == Some(page.number));
        asked.map(Field::of).collect()
    };
    plan.pages.iter().map(|page| Sheet { page, fields: fields(page) }).collect()
}

/// The fields that a person fills in.
pub(super) fn by_hand_fields<'a>(sheets: &[Sheet<'a>]) -> Vec<(&'a Page, Field<'a>)> {
    let fields = sheets.iter().flat_map(|sheet| sheet.fields.iter().map(|it| (sheet.page, *it)));
    fields.filter(|(_, field)| field.act.is_by_hand()).collect()
}

/// Why fields are filled in by hand: each reason once, with what it is the reason of.
pub(super) fn reasons<'a, T: PartialEq>(
    fields: impl IntoIterator<Item = (T, Field<'a>)>,
) -> Vec<(&'a str, Vec<T>)> {
    let mut reasons: Vec<(&str, Vec<T>)> = Vec::new();
    for (of, field) in fields {
        let Some(reason) = field.reason() else { continue };
        match reasons.iter_mut().find(|(it, _)| *it == reason) {
            Some((_, all)) if all.contains(&of) => {}
            Some((_, all)) => all.push(of),
            None => reasons.push((reason, vec![of])),
        }
    }
    reasons
}

/// Why fields of a page are filled in by hand, with the labels where the reason is not that of all of them.
pub(super) fn why<'a>(sheet: &Sheet<'a>) -> Vec<(&'a str, Option<String>)> {
    let labelled = sheet.fields.iter().map(|it| (it.setting.label.as_str(), *it));
    let reasons = reasons(labelled);
    let shared = reasons.len() == 1;
    let labels = |labels: Vec<&str>| (!shared).then(|| labels.join(", "));
    reasons.into_iter().map(|(reason, all)| (reason, labels(all))).collect()
}

/// What the sheet is for, in a sentence.
pub(super) fn purpose(plan: &Plan, sheets: &[Sheet<'_>]) -> String {
    let fields: usize = sheets.iter().map(|it| it.fields.len()).sum();
    let by_hand = by_hand_fields(sheets).len();
    let size = format!("{}, {}", words::count(sheets.len(), "page"), words::count(fields, "field"));
    let hands = match by_hand {
        0 => "none by hand".to_owned(),
        _ => format!("{by_hand} by hand"),
    };
    match words::form(plan) {
        Some(Ui::Quiet) => format!("{size}: what the installer is given instead of its wizard."),
        Some(Ui::Review) => format!("{size}, {hands}: the wizard opens with the rest filled in."),
        None => format!("{size}, {hands}."),
    }
}
