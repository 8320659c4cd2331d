//! The plan as a document: runbook before, handover after.
//!
//! GitHub's Markdown, which every common renderer reads. Whatever comes from a script or a values file appears letter by
//! letter: nothing in it is taken for markup, in a table cell or elsewhere.

use crate::export::graph;
use crate::export::wizard::{self, Sheet};
use crate::export::words::{self, Bit, Phrase};
use crate::plan::op::{Literal, Ui, Value};
use crate::plan::{Plan, Right, Setting, Step};

/// The document.
pub(super) fn render(plan: &Plan) -> String {
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
    table(&["", ""], &rows)
}

fn rights(plan: &Plan) -> String {
    let rights = words::rights(plan);
    if rights.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = rights
        .iter()
        .map(|(Right { on, right }, steps)| vec![text(on), code(right), words::numbers(steps)])
        .collect();
    format!("## Rights needed\n\n{}", table(&["Where", "Right", "For step"], &rows))
}

fn steps(plan: &Plan) -> String {
    let kinds = words::kinds(plan).into_iter().map(|kind| {
        format!("- **{}**: {}\n", words::kind(kind), words::kind_words(kind))
    });
    let steps = plan.steps.iter().zip(1..).map(|(it, number)| step(plan, it, number));
    let graph = graph::mermaid(plan);
    let fence = fence(&graph);
    let graph = format!("{fence}mermaid\n{}\n{fence}\n", graph.trim_end());
    let parts = [kinds.collect(), graph].into_iter().chain(steps);
    format!("## Steps\n\n{}", parts.collect::<Vec<_>>().join("\n"))
}

fn step(plan: &Plan, step: &Step, number: usize) -> String {
    let mut out = format!("### {number}. {}\n\n", phrase(&Phrase::prose(&step.title)));
    out += &format!("- [ ] {}", words::kind(step.kind));
    let after = words::predecessors(plan, step);
    if !after.is_empty() {
        let noun = if after.len() == 1 { "step" } else { "steps" };
        out += &format!(", after {noun} {}", words::numbers(&after));
    }
    out += &format!("; asked for at {}\n", code(&words::place(plan, &step.from.at)));
    let mut item = |name: &str, items: &[String]| match items {
        [] => {}
        [one] => out += &format!("- {name}: {one}\n"),
        several => {
            out += &format!("- {name}:\n");
            for (item, number) in several.iter().zip(1..) {
                out += &format!("  {number}. {item}\n");
            }
        }
    };
    item("Does", &step.ops.iter().map(|op| phrase(&words::op(op))).collect::<Vec<_>>());
    let gives: Vec<String> = step.gives.iter().map(|it| code(it)).collect();
    item("Makes known", &if gives.is_empty() { gives } else { vec![gives.join(", ")] });
    if let Some(probe) = &step.probe {
        item("Has happened when", &[phrase(&words::question(probe))]);
    }
    let rights: Vec<String> =
        step.rights.iter().map(|it| format!("{} on {}", code(&it.right), text(&it.on))).collect();
    item("Needs", &if rights.is_empty() { rights } else { vec![rights.join(", ")] });
    item("Undo", &words::undo(&step.undo).iter().map(phrase).collect::<Vec<_>>());
    for (caption, script) in words::scripts(step) {
        let fence = fence(&script);
        out += &format!("\n{caption}:\n\n{fence}powershell\n{script}{fence}\n");
    }
    out
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
        out += &format!("\n_{}_\n", text(&page.subtitle));
    }
    let row = |field: &wizard::Field<'_>| {
        let how = match field.act.is_by_hand() {
            true => format!("☐ {}", field.act.word()),
            false => field.act.word().to_owned(),
        };
        let properties: Vec<String> = field.properties().iter().map(|it| code(it)).collect();
        let how = if properties.is_empty() { how } else { format!("{how}: {}", properties.join(", ")) };
        let setting = field.setting;
        vec![text(&setting.label), boxed(&setting.value), how, origin(plan, setting)]
    };
    if !sheet.fields.is_empty() {
        let rows: Vec<Vec<String>> = sheet.fields.iter().map(row).collect();
        out += &format!("\n{}", table(&["Field", "Value", "How", "From"], &rows));
    }
    let own = sheet.fields.iter().map(|it| (it.setting.label.as_str(), *it));
    let reasons = wizard::reasons(own).into_iter().map(|(reason, labels)| {
        let labels: Vec<String> = labels.iter().map(|it| text(it)).collect();
        format!("- By hand ({}): {}\n", labels.join(", "), phrase(&Phrase::prose(reason)))
    });
    let notes = page.notes.iter().map(|it| format!("- {}\n", phrase(&Phrase::prose(it))));
    let bullets: String = reasons.chain(notes).collect();
    if bullets.is_empty() { out } else { format!("{out}\n{bullets}") }
}

fn settings(plan: &Plan) -> String {
    let rows: Vec<Vec<String>> = words::subjects(plan)
        .into_iter()
        .flat_map(|(_, settings)| settings)
        .map(|it| vec![code(&it.name), text(&it.label), value(&it.value), origin(plan, it)])
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
    let origin = text(&words::origin(plan, &setting.from));
    let remark = phrase(&words::remark(plan, &setting.from));
    if remark.is_empty() { origin } else { format!("{origin}: {remark}") }
}

/// A value in a cell.
fn value(value: &Value) -> String {
    match value {
        Value::Value(Literal::Text(text)) if !text.is_empty() => code(text),
        Value::Value(Literal::List(texts)) if !texts.is_empty() => {
            texts.iter().map(|it| code(it)).collect::<Vec<_>>().join(", ")
        }
        Value::Value(_) => text(&words::value(value)),
        Value::Secret(name) => format!("secret {}", code(name)),
        Value::Slot(name) => format!("{}, known while carrying out", code(name)),
    }
}

/// A value as the wizard shows it.
fn boxed(it: &Value) -> String {
    match it {
        Value::Value(Literal::Flag(true)) => "☑ ticked".to_owned(),
        Value::Value(Literal::Flag(false)) => "☐ clear".to_owned(),
        Value::Value(_) | Value::Secret(_) | Value::Slot(_) => value(it),
    }
}

fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let heads: Vec<String> = heads.iter().map(|it| (*it).to_owned()).collect();
    let rules: Vec<String> = heads.iter().map(|_| "---".to_owned()).collect();
    line(&heads) + &line(&rules) + &rows.iter().map(|it| line(it)).collect::<String>()
}

fn phrase(phrase: &Phrase) -> String {
    let bits = phrase.0.iter().map(|bit| match bit {
        Bit::Text(it) => text(it),
        Bit::Code(it) => code(it),
    });
    bits.collect()
}

/// Words in which nothing is markup.
fn text(text: &str) -> String {
    let tamed = words::tame(text);
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
fn code(text: &str) -> String {
    let text = words::tame(text);
    let fits = !text.is_empty() && !text.contains(['|', '`']) && text.trim() == text;
    if fits {
        return format!("`{text}`");
    }
    let mut out = String::from("<code>");
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, ' ' | '.' | ',' | '/') {
            out.push(character);
        } else {
            out += &format!("&#{};", u32::from(character));
        }
    }
    out + "</code>"
}

/// A fence that no line of the text can close.
fn fence(text: &str) -> String {
    let longest = text.split(|it| it != '`').map(str::len).max().unwrap_or(0);
    "`".repeat((longest + 1).max(3))
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|it| it.to_uppercase().to_string());
    first.unwrap_or_default() + characters.as_str()
}
