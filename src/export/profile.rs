//! What an installer package says of itself, on a terminal, and what that says of the table of properties.

use crate::export::Style;
use crate::export::grid::{self, Cell, Column, Grid, Row};
use crate::installer::profile::{
    Effect, Evidence, Field, FieldKind, KnownBy, Page, PageKind, Profile, PublicProperty,
};
use crate::subject::setup::comparison::{Comparison, Verdict};
use crate::subject::setup::properties::Property;

/// Where everything below a heading begins.
const INDENT: usize = 2;

/// The profile and the comparison, each line ended.
#[must_use]
pub fn render(profile: &Profile, comparison: &Comparison<'_>, style: &Style) -> String {
    let mut lines = grid::flow(&Cell::new(&profile.product.name, grid::BOLD), 0, 0, style);
    lines.push(grid::rule(style));
    lines.extend(head(profile, style));
    lines.extend(features(profile, style));
    for (kind, title) in [
        (PageKind::Page, "Pages"),
        (PageKind::Popup, "Windows over them"),
        (PageKind::Ending, "Last pages"),
        (PageKind::Unreached, "Not reached from the first page"),
    ] {
        lines.extend(pages(profile, kind, title, style));
    }
    lines.extend(log(profile, style));
    lines.extend(against_table(profile, comparison, style));
    lines.extend(offered(profile, comparison, style));
    lines.extend(unread(profile, style));
    grid::text(&lines)
}

fn heading(text: &str, style: &Style) -> Vec<String> {
    vec![String::new(), grid::paint(text, grid::HEADING, style)]
}

fn fact(name: &str, text: &str, paint: &'static str) -> Row {
    Row::Cells(vec![Cell::new(name, grid::DIM), Cell::new(text, paint)])
}

fn head(profile: &Profile, style: &Style) -> Vec<String> {
    let product = &profile.product;
    let mut rows = vec![fact("build", &product.version, grid::BOLD)];
    for (name, value) in [
        ("by", &product.manufacturer),
        ("language", &product.language),
        ("product", &product.product_code),
        ("upgrade", &product.upgrade_code),
    ] {
        rows.extend(value.as_ref().map(|it| fact(name, it, grid::PLAIN)));
    }
    rows.push(fact("file", &profile.package.name, grid::PLAIN));
    rows.push(fact("", &profile.package.digest, grid::DIM));
    let columns = &[Column::Fixed(8), Column::Flexible(16, usize::MAX)];
    Grid { indent: INDENT, columns, firm: 1, together: 1, rows }.lines(style)
}

fn features(profile: &Profile, style: &Style) -> Vec<String> {
    if profile.features.is_empty() {
        return Vec::new();
    }
    let mut path: Vec<&str> = Vec::new();
    let mut rows = Vec::new();
    for feature in &profile.features {
        while path.last().copied() != feature.parent.as_deref() && path.pop().is_some() {}
        let level = match (feature.visible, feature.level) {
            (true, level) => format!("level {level}"),
            (false, level) => format!("level {level}, not shown"),
        };
        rows.push(Row::Cells(vec![
            Cell::new(format!("{}{}", "  ".repeat(path.len()), feature.name), grid::PLAIN),
            Cell::new(feature.title.as_deref().unwrap_or_default(), grid::PLAIN),
            Cell::new(level, grid::DIM),
        ]));
        path.push(&feature.name);
    }
    let mut lines = heading("Features", style);
    let columns = &[Column::Rigid, Column::Flexible(16, 60), Column::Rigid];
    lines.extend(Grid { indent: INDENT, columns, firm: 1, together: 1, rows }.lines(style));
    lines
}

fn pages(profile: &Profile, kind: PageKind, title: &str, style: &Style) -> Vec<String> {
    let mut rows = Vec::new();
    for (page, number) in profile.pages.iter().filter(|it| it.kind == kind).zip(1..) {
        if number > 1 && (kind == PageKind::Page || !page.fields.is_empty()) {
            rows.push(Row::Blank);
        }
        let mark = match kind {
            PageKind::Page => format!("{number:>2}  "),
            PageKind::Popup | PageKind::Ending | PageKind::Unreached => String::new(),
        };
        let name = if page.title.is_empty() { &page.dialog } else { &page.title };
        rows.push(Row::Text {
            indent: INDENT,
            hang: mark.len(),
            cell: Cell::new(format!("{mark}{name}"), grid::BOLD),
        });
        let below = INDENT + mark.len();
        let subtitle = page.subtitle.iter().map(|it| (it.clone(), grid::PLAIN));
        let only = only_if(page).map(|it| (format!("only if {it}"), grid::DIM));
        // What a window over a page says is all that it is there for.
        let says = page.texts.iter().filter(|_| kind == PageKind::Popup);
        let says = says.map(|it| (it.clone(), grid::PLAIN));
        for (text, paint) in subtitle.chain(only).chain(says) {
            rows.push(Row::Text { indent: below, hang: 2, cell: Cell::new(text, paint) });
        }
        for field in &page.fields {
            rows.extend(field_rows(field, profile));
        }
    }
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = heading(title, style);
    let columns = &[
        Column::Flexible(16, 36),
        Column::Rigid,
        Column::Flexible(16, 36),
        Column::Flexible(12, 40),
    ];
    lines.extend(Grid { indent: 6, columns, firm: 2, together: 1, rows }.lines(style));
    lines
}

/// The conditions under which a page is seen, if it is not seen always.
fn only_if(page: &Page) -> Option<String> {
    let mut conditions: Vec<&str> = Vec::new();
    for arrival in &page.reached {
        match arrival.condition.as_deref().map(str::trim) {
            None | Some("" | "1") => return None,
            Some(condition) if conditions.contains(&condition) => {}
            Some(condition) => conditions.push(condition),
        }
    }
    match conditions.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        several => {
            Some(several.iter().map(|it| format!("({it})")).collect::<Vec<_>>().join(" or "))
        }
    }
}

fn field_rows(field: &Field, profile: &Profile) -> Vec<Row> {
    let property = field.property.as_deref().unwrap_or("-");
    let shown = match (field.kind, profile.property(property)) {
        (FieldKind::Password, Some(it)) if !it.hidden => "shown in the log".to_owned(),
        (FieldKind::Password, _) => "hidden in the log".to_owned(),
        (FieldKind::CheckBox, _) => {
            field.choices.first().map(|it| format!("on: {}", it.value)).unwrap_or_default()
        }
        (
            FieldKind::Text
            | FieldKind::Masked
            | FieldKind::RadioGroup
            | FieldKind::ComboBox
            | FieldKind::ListBox
            | FieldKind::ListView
            | FieldKind::Path
            | FieldKind::Volume
            | FieldKind::SelectionTree,
            _,
        ) => field.default.as_ref().map(|it| format!("begins with {it}")).unwrap_or_default(),
    };
    let label = if field.label.is_empty() { "(no label)" } else { bare(&field.label) };
    let mut rows = vec![Row::Cells(vec![
        Cell::new(label, if field.label.is_empty() { grid::DIM } else { grid::PLAIN }),
        Cell::new(kind_word(field.kind), grid::DIM),
        Cell::new(property, grid::CYAN),
        Cell::new(shown, grid::DIM),
    ])];
    if field.kind != FieldKind::CheckBox {
        let widths = field.choices.iter().map(|it| it.value.chars().count());
        let width = widths.max().unwrap_or(0).min(20);
        rows.extend(field.choices.iter().map(|it| {
            let text = format!("{:<width$}  {}", it.value, it.text);
            Row::Text { indent: 10, hang: width + 2, cell: Cell::new(text, grid::PLAIN) }
        }));
    }
    if let Some(through) = &field.through {
        rows.push(remark(&format!("`{through}` holds the name of the property")));
    }
    rows.extend(field.conditions.iter().map(|it| {
        let word = match it.effect {
            Effect::Default => "the Enter key's",
            Effect::Disable => "greyed",
            Effect::Enable => "open",
            Effect::Hide => "not seen",
            Effect::Show => "seen",
        };
        remark(&format!("{word} if {}", it.condition))
    }));
    rows
}

/// A label without the colon that leads to its field.
fn bare(label: &str) -> &str {
    label.trim_end_matches([':', ' '])
}

fn remark(text: &str) -> Row {
    Row::Text { indent: 8, hang: 2, cell: Cell::new(text, grid::DIM) }
}

fn kind_word(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "text",
        FieldKind::Password => "password",
        FieldKind::Masked => "masked text",
        FieldKind::CheckBox => "check box",
        FieldKind::RadioGroup => "radio group",
        FieldKind::ComboBox => "combo box",
        FieldKind::ListBox | FieldKind::ListView => "list",
        FieldKind::Path => "folder",
        FieldKind::Volume => "drive",
        FieldKind::SelectionTree => "tree",
    }
}

/// What the log does not show, and which fields hide what is typed although the log shows it.
fn log(profile: &Profile, style: &Style) -> Vec<String> {
    let names = |hidden: bool| -> Vec<&str> {
        let properties = profile.properties.iter().filter(|it| it.hidden == hidden);
        let is_password = |it: &&PublicProperty| {
            profile.fields_of(&it.name).any(|(_, field)| field.kind == FieldKind::Password)
        };
        properties.filter(|it| hidden || is_password(it)).map(|it| it.name.as_str()).collect()
    };
    let (hidden, shown) = (names(true), names(false));
    let mut rows = Vec::new();
    if hidden.is_empty() {
        rows.push(fact("hidden", "nothing", grid::YELLOW));
    }
    // A grid shows no text of any length whole.
    for (names, at) in hidden.chunks(8).zip(0..) {
        let name = if at == 0 { "hidden" } else { "" };
        rows.push(fact(name, &names.join(", "), grid::PLAIN));
    }
    if !shown.is_empty() {
        let text = format!("{}, although its field is a password", shown.join(", "));
        rows.push(fact("shown", &text, grid::YELLOW));
    }
    let mut lines = heading("Log", style);
    let columns = &[Column::Fixed(8), Column::Flexible(16, usize::MAX)];
    lines.extend(Grid { indent: INDENT, columns, firm: 1, together: 1, rows }.lines(style));
    lines
}

/// What the package says of the names that plans use.
fn against_table(profile: &Profile, comparison: &Comparison<'_>, style: &Style) -> Vec<String> {
    let mut rows = Vec::new();
    for (row, verdict) in &comparison.rows {
        if let Verdict::Contradicted(reasons) = verdict {
            for reason in reasons {
                rows.push(judged("contradicted", grid::RED, row, reason));
            }
        }
    }
    for (row, verdict) in &comparison.rows {
        if let Verdict::Mentioned(_) = verdict {
            let property = profile.property(row.name);
            let evidence = property.and_then(|it| it.known_by.first());
            let text = evidence.map(place).unwrap_or_default();
            rows.push(judged("mentioned", grid::YELLOW, row, &text));
        }
    }
    for (title, paint, wanted) in [
        ("not known", grid::YELLOW, Verdict::Unknown),
        ("confirmed", grid::GREEN, Verdict::Confirmed),
        ("Windows Installer's", grid::DIM, Verdict::WindowsInstaller),
    ] {
        let names: Vec<&str> = comparison
            .rows
            .iter()
            .filter(|(_, it)| *it == wanted)
            .map(|(row, _)| row.name)
            .collect();
        if !names.is_empty() {
            let text = format!("{} of {}", names.len(), comparison.rows.len());
            rows.push(Row::Cells(vec![Cell::new(title, paint), Cell::new(text, grid::DIM)]));
            // A grid shows no text of any length whole.
            rows.extend(names.chunks(8).map(|names| Row::Text {
                indent: INDENT + 2,
                hang: 0,
                cell: Cell::new(names.join(", "), grid::PLAIN),
            }));
        }
    }
    let mut lines = heading("The properties that mimeo knows", style);
    let columns = &[Column::Rigid, Column::Flexible(16, 46), Column::Flexible(16, 60)];
    lines.extend(Grid { indent: INDENT, columns, firm: 1, together: 1, rows }.lines(style));
    lines
}

fn judged(word: &str, paint: &'static str, row: &Property, text: &str) -> Row {
    let cells = [(word, paint), (row.name, grid::CYAN), (text, grid::PLAIN)];
    Row::Cells(cells.map(|(text, paint)| Cell::new(text, paint)).into())
}

/// What the package has and the table has not.
fn offered(profile: &Profile, comparison: &Comparison<'_>, style: &Style) -> Vec<String> {
    if comparison.offered.is_empty() {
        return Vec::new();
    }
    let rows = comparison.offered.iter().map(|property| {
        let field = profile.fields_of(&property.name).find(|(_, it)| !it.label.is_empty());
        let text = match (field, property.known_by.first()) {
            (Some((page, field)), _) => format!("{} on {}", bare(&field.label), page_name(page)),
            (None, Some(evidence)) => place(evidence),
            (None, None) => String::new(),
        };
        Row::Cells(vec![
            Cell::new(&property.name, grid::CYAN),
            Cell::new(text, grid::PLAIN),
            Cell::new(property.default.as_deref().unwrap_or_default(), grid::DIM),
        ])
    });
    let rows = rows.collect();
    let mut lines = heading("Properties that mimeo does not know", style);
    let columns = &[Column::Flexible(16, 40), Column::Flexible(16, 60), Column::Flexible(8, 30)];
    lines.extend(Grid { indent: INDENT, columns, firm: 0, together: 1, rows }.lines(style));
    lines
}

fn page_name(page: &Page) -> &str {
    page.subtitle.as_deref().unwrap_or(&page.title)
}

/// Where a name stands, in words.
fn place(evidence: &Evidence) -> String {
    let word = match evidence.by {
        KnownBy::Table => "a value in the table",
        KnownBy::Field => "a field:",
        KnownBy::List => "listed in",
        KnownBy::Folder => "a folder:",
        KnownBy::Search => "a search:",
        KnownBy::Action => "a custom action:",
        KnownBy::Event => "a button:",
        KnownBy::Condition => "only a condition:",
        KnownBy::Text => "only a text:",
    };
    format!("{word} {}", evidence.place)
}

fn unread(profile: &Profile, style: &Style) -> Vec<String> {
    if profile.unread.is_empty() {
        return Vec::new();
    }
    let rows = profile.unread.iter().map(|it| fact(&it.table, &it.reason, grid::YELLOW)).collect();
    let mut lines = heading("Tables that could not be read", style);
    let columns = &[Column::Flexible(8, 32), Column::Flexible(16, usize::MAX)];
    lines.extend(Grid { indent: INDENT, columns, firm: 1, together: 1, rows }.lines(style));
    lines
}
