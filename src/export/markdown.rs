//! The plan as a document: runbook before, handover after.
//!
//! GitHub's Markdown, which every common renderer reads. Whatever comes from a script or a values file appears letter by
//! letter: nothing in it is taken for markup, in a table cell or elsewhere.

use std::fmt::Write;

use crate::export::graph;
use crate::export::wizard::{self, Sheet};
use crate::export::words::{self, Bit, Phrase};
use crate::plan::op::{Literal, Ui, Value};
use crate::plan::{Plan, Setting, Step, visible};

/// The document.
#[must_use]
pub fn render(plan: &Plan) -> String {
    let sheets = wizard::sheets(plan);
    let parts = [
        format!("# {}\n", text(&plan.title)),
        summary(plan, &sheets),
        rights(plan),
        steps(plan),
        wizard(plan, &sheets),
        settings(plan),
        inputs(plan),
    ];
    let parts: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    parts.join("\n")
}

fn summary(plan: &Plan, sheets: &[Sheet<'_>]) -> String {
    let mut rows = Vec::new();
    let mut row = |name: &str, value: String| rows.push(vec![name.to_owned(), value]);
    if let Some(option) = &plan.option {
        row("Option", text(&words::option(option)));
    }
    for (name, value) in words::headlines(plan) {
        row(&capital(name), code(&value));
    }
    if let Some(form) = words::form(plan) {
        let (word, meaning) = words::form_words(form);
        let hands = match (form, wizard::by_hand_fields(sheets).len()) {
            (Ui::Quiet, _) | (Ui::Review, 0) => String::new(),
            (Ui::Review, count) => format!("; {} by hand", words::count(count, "field")),
        };
        row("Form", text(&format!("{word}: {meaning}{hands}")));
    }
    row("Judged as of", text(&plan.as_of));
    match &plan.ends {
        Some(ends) => {
            let source = format!("{} (source: {})", words::deadline(ends), ends.source);
            row("Ends", text(&source));
        }
        None => row("Ends", "no end date is known".to_owned()),
    }
    row("Made by", text(&plan.made_by));
    row("Seal", code(&plan.seal));
    table(&["Deployment plan", ""], &rows)
}

fn rights(plan: &Plan) -> String {
    let rights = words::rights(plan);
    if rights.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = rights
        .iter()
        .map(|(on, right, steps)| vec![text(on), code(right), words::numbers(steps)])
        .collect();
    format!("## Rights needed\n\n{}", table(&["Where", "Right", "For step"], &rows))
}

fn steps(plan: &Plan) -> String {
    let kinds = words::kinds(plan)
        .into_iter()
        .map(|kind| format!("- **{}**: {}\n", words::kind(kind), words::kind_words(kind)));
    let steps = plan.steps.iter().zip(1..).map(|(it, number)| step(plan, it, number));
    let graph = graph::mermaid(plan);
    let fence = fence(&graph);
    let graph = format!("{fence}mermaid\n{}\n{fence}\n", graph.trim_end());
    let parts = [kinds.collect(), graph].into_iter().chain(steps);
    format!("## Steps\n\n{}", parts.collect::<Vec<_>>().join("\n"))
}

fn step(plan: &Plan, step: &Step, number: usize) -> String {
    let title = phrase(&Phrase::prose(&step.title));
    let kind = words::kind(step.kind);
    let after = words::predecessors(plan, step);
    let after = match after.len() {
        0 => String::new(),
        1 => format!(", after step {}", words::numbers(&after)),
        _ => format!(", after steps {}", words::numbers(&after)),
    };
    let at = code(&words::place(plan, &step.from.at));
    let mut out = format!("### {number}. {title}\n\n- [ ] {kind}{after}; asked for at {at}\n");
    out += &item("Does", &step.ops.iter().map(|op| phrase(&words::op(op))).collect::<Vec<_>>());
    out += &item("Makes known", &step.gives.iter().map(|it| code(it)).collect::<Vec<_>>());
    let probe = step.probe.iter().map(|it| phrase(&words::question(it)));
    out += &item("Done when", &probe.collect::<Vec<_>>());
    let rights = step.rights.iter().map(|it| format!("{} on {}", code(&it.right), text(&it.on)));
    out += &item("Needs", &rights.collect::<Vec<_>>());
    out += &item("Undo", &words::undo(&step.undo).iter().map(phrase).collect::<Vec<_>>());
    for (caption, script) in words::scripts(step) {
        let fence = fence(&script);
        let _ = write!(out, "\n{caption}:\n\n{fence}powershell\n{script}{fence}\n");
    }
    out
}

/// An item of a list; several things below it, one beside it, nothing for none.
fn item(name: &str, things: &[String]) -> String {
    match things {
        [] => String::new(),
        [one] => format!("- {name}: {one}\n"),
        several => {
            let numbered =
                several.iter().zip(1..).map(|(it, number)| format!("  {number}. {it}\n"));
            format!("- {name}:\n{}", numbered.collect::<String>())
        }
    }
}

fn wizard(plan: &Plan, sheets: &[Sheet<'_>]) -> String {
    if sheets.is_empty() {
        return String::new();
    }
    let pages = sheets.iter().map(|sheet| page(plan, sheet));
    let purpose = wizard::purpose(plan, sheets);
    let parts = std::iter::once(format!("## Wizard sheet\n\n{purpose}\n")).chain(pages);
    parts.collect::<Vec<_>>().join("\n")
}

fn page(plan: &Plan, sheet: &Sheet<'_>) -> String {
    let page = sheet.page;
    let mut out = format!("### Page {}: {}\n", page.number, text(&page.title));
    if !page.subtitle.is_empty() {
        let _ = write!(out, "\n_{}_\n", text(&page.subtitle));
    }
    let row = |field: &wizard::Field<'_>| {
        let tick = if field.act.is_by_hand() { "☐ " } else { "" };
        let properties: Vec<String> = field.properties().iter().map(|it| code(it)).collect();
        let by = if properties.is_empty() { "" } else { ": " };
        let how = format!("{tick}{}{by}{}", field.act.word(), properties.join(", "));
        let setting = field.setting;
        vec![text(&setting.label), boxed(plan, &setting.value), how, origin(plan, setting)]
    };
    if !sheet.fields.is_empty() {
        let rows: Vec<Vec<String>> = sheet.fields.iter().map(row).collect();
        let _ = write!(out, "\n{}", table(&["Field", "Value", "How", "From"], &rows));
    }
    let reasons = wizard::why(sheet).into_iter().map(|(reason, labels)| {
        let of = labels.map(|it| format!(" ({})", text(&it))).unwrap_or_default();
        format!("- By hand{of}: {}\n", phrase(&Phrase::prose(reason)))
    });
    let notes = page.notes.iter().map(|it| format!("- {}\n", phrase(&Phrase::prose(it))));
    let bullets: String = reasons.chain(notes).collect();
    if bullets.is_empty() { out } else { format!("{out}\n{bullets}") }
}

fn settings(plan: &Plan) -> String {
    let rows: Vec<Vec<String>> = words::subjects(plan)
        .into_iter()
        .flat_map(|(_, settings)| settings)
        .map(|it| vec![code(&it.name), text(&it.label), value(plan, &it.value), origin(plan, it)])
        .collect();
    format!("## Settings\n\n{}", table(&["Name", "Label", "Value", "From"], &rows))
}

fn inputs(plan: &Plan) -> String {
    let row = |input: &crate::plan::Input| {
        let kind = words::input_kind(input.kind).to_owned();
        vec![kind, code(&input.name), code(&input.sha256)]
    };
    let rows: Vec<Vec<String>> = plan.inputs.iter().map(row).collect();
    format!("## Made from\n\n{}", table(&["Kind", "Name", "SHA-256"], &rows))
}

fn origin(plan: &Plan, setting: &Setting) -> String {
    phrase(&words::provenance(plan, &setting.from))
}

/// A value in a cell.
fn value(plan: &Plan, value: &Value) -> String {
    match value {
        Value::Value(Literal::Text(text)) if !text.is_empty() => code(text),
        Value::Value(Literal::List(texts)) if !texts.is_empty() => {
            texts.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ")
        }
        Value::Value(literal) => text(&words::literal(literal)),
        Value::Secret(name) => format!("secret {}", code(name)),
        Value::Slot(_) => text(&words::value(plan, value)),
    }
}

/// A value as the wizard shows it.
fn boxed(plan: &Plan, it: &Value) -> String {
    match it {
        Value::Value(Literal::Flag(true)) => "☑ ticked".to_owned(),
        Value::Value(Literal::Flag(false)) => "☐ clear".to_owned(),
        Value::Value(_) | Value::Secret(_) | Value::Slot(_) => value(plan, it),
    }
}

pub(super) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let heads: Vec<String> = heads.iter().map(|it| (*it).to_owned()).collect();
    let rules: Vec<String> = heads.iter().map(|_| "---".to_owned()).collect();
    [line(&heads), line(&rules)].into_iter().chain(rows.iter().map(|it| line(it))).collect()
}

pub(super) fn phrase(phrase: &Phrase) -> String {
    let bits = phrase.0.iter().map(|bit| match bit {
        Bit::Text(it) => text(it),
        Bit::Code(it) => code(it),
    });
    bits.collect()
}

/// Words in which nothing is markup.
pub(super) fn text(text: &str) -> String {
    let tamed = visible(text);
    let start = tamed.trim_start();
    let digits = start.len() - start.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    let is_number = digits > 0 && start[digits..].starts_with(['.', ')']);
    // A sign that begins a list or a heading where it begins a line.
    let sign = tamed.len() - start.len() + digits;
    let signs = is_number || start.starts_with(['#', '+', '-', '=']);
    let mut out = String::with_capacity(tamed.len());
    for (at, character) in tamed.char_indices() {
        let markup = matches!(
            character,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$'
        );
        if markup || signs && at == sign {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Code: in backticks, or where those do not hold everything (a bar in a table cell, backticks, outer blanks), as HTML.
pub(super) fn code(text: &str) -> String {
    let text = visible(text);
    let fits = !text.is_empty() && !text.contains(['|', '`']) && text.trim() == text;
    if fits {
        return format!("`{text}`");
    }
    let mut out = String::from("<code>");
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, ' ' | '.' | ',' | '/') {
            out.push(character);
        } else {
            let _ = write!(out, "&#{};", u32::from(character));
        }
    }
    out + "</code>"
}

/// A fence that no line of the text can close.
pub(super) fn fence(text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
