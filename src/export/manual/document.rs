//! What the manual says, in words, before any form is given to it.

use crate::export::prose::{Block, blocks};
use crate::export::words::{self, Phrase};
use crate::manual::reach::Reaches;
use crate::manual::reference::{
    Chapter, Contents, Entry as Listed, Function, What, first_sentence,
};
use crate::manual::{Field, Installs, Manual, Parameter, Secret, Template, Written};
use crate::plan::Place;
use crate::script::param::contract::ParamType;
use crate::script::values::WRITABLE;

/// A part of the manual.
pub(super) struct Document {
    /// What it is a manual of, in a word or two.
    pub(super) kind: &'static str,
    /// Its title.
    pub(super) title: String,
    /// What is said of all of it.
    pub(super) about: Vec<Block>,
    /// What can be said in a line each.
    pub(super) facts: Vec<Fact>,
    /// The rest, in order.
    pub(super) sections: Vec<Section>,
}

/// Something with a name, in a line or several.
pub(super) struct Fact {
    /// What it is called.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) lines: Vec<Phrase>,
}

/// A section.
pub(super) struct Section {
    /// Its name in links, without blanks.
    pub(super) id: String,
    /// Its title.
    pub(super) title: String,
    /// What is said of all of it.
    pub(super) about: Vec<Block>,
    /// An overview; where there are entries, a row for each.
    pub(super) table: Option<Table>,
    /// The entries.
    pub(super) entries: Vec<Entry>,
}

/// An overview.
pub(super) struct Table {
    /// The titles of the columns.
    pub(super) heads: &'static [&'static str],
    /// The rows.
    pub(super) rows: Vec<Vec<Phrase>>,
}

/// A parameter, a secret or a function.
pub(super) struct Entry {
    /// Its name in links, without blanks.
    pub(super) id: String,
    /// How it is written.
    pub(super) name: String,
    /// A word about it.
    pub(super) mark: Option<Mark>,
    /// What is said of it.
    pub(super) about: Vec<Block>,
    /// What can be said in a line each.
    pub(super) facts: Vec<Fact>,
}

/// A word about an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Something has to give it.
    Required,
    /// It may be left out.
    Optional,
    /// The plan makes it.
    Written,
}

impl Mark {
    pub(super) fn word(self) -> &'static str {
        match self {
            Mark::Required => "required",
            Mark::Optional => "optional",
            Mark::Written => "written by the plan",
        }
    }
}

impl Document {
    pub(super) fn of(manual: &Manual) -> Document {
        match manual {
            Manual::Template(template) => of_template(template),
            Manual::Chapter(chapter) => of_chapter(chapter),
            Manual::Contents(contents) => of_contents(contents),
        }
    }
}

fn text(text: impl Into<String>) -> Phrase {
    Phrase::default().text(text)
}

fn code(text: impl Into<String>) -> Phrase {
    Phrase::default().code(text)
}

/// Phrases one behind the other.
fn joined(phrases: impl IntoIterator<Item = Phrase>, between: &str, last: &str) -> Phrase {
    let phrases: Vec<Phrase> = phrases.into_iter().collect();
    let count = phrases.len();
    let mut all = Phrase::default();
    for (index, phrase) in phrases.into_iter().enumerate() {
        all = match index {
            0 => all,
            _ if index + 1 == count => all.text(last),
            _ => all.text(between),
        }
        .then(phrase);
    }
    all
}

/// A name in links: what is no letter, digit or `_` becomes `-`.
fn id(section: &str, name: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() || it == '_' { it } else { '-' };
    format!("{section}-{}", name.chars().map(plain).collect::<String>())
}

fn of_template(template: &Template) -> Document {
    let is_module = !template.functions.is_empty();
    let mut facts = vec![Fact { name: "Script", lines: vec![code(&template.file)] }];
    facts.extend(installs(&template.installs));
    let required = template.parameters.iter().filter(|it| it.required).count();
    if !template.parameters.is_empty() {
        let count = words::count(template.parameters.len(), "parameter");
        let line = text(format!("{count}, {required} required"));
        facts.push(Fact { name: "Asks for", lines: vec![line] });
    }
    if !template.secrets.is_empty() {
        let line = text(words::count(template.secrets.len(), "secret"));
        facts.push(Fact { name: "Needs", lines: vec![line] });
    }
    let mut sections = Vec::new();
    sections.extend(parameters(template, is_module));
    sections.extend(secrets(&template.secrets));
    sections.extend(pages(template));
    if is_module {
        sections.push(functions("functions", "Functions".to_owned(), &[], &template.functions));
    }
    sections.extend(modules(template));
    if !template.parameters.is_empty() || !template.secrets.is_empty() {
        sections.push(Section {
            id: "values".to_owned(),
            title: "A values file to begin with".to_owned(),
            about: vec![Block::Code { language: "toml".to_owned(), text: template.values.clone() }],
            table: None,
            entries: Vec::new(),
        });
    }
    Document {
        kind: if is_module { "Module" } else { "Template" },
        title: template.title.clone(),
        about: blocks(&template.about),
        facts,
        sections,
    }
}

/// What it installs, in words.
fn installs(installs: &Installs) -> Vec<Fact> {
    let list = |names: &[String]| joined(names.iter().map(text), ", ", " and ");
    let mut line = match (installs.always.as_slice(), installs.sometimes.as_slice()) {
        ([], []) => return Vec::new(),
        (always, []) => list(always),
        ([], sometimes) => text("depending on the values, ").then(list(sometimes)),
        (always, sometimes) => {
            list(always).text("; depending on the values also ").then(list(sometimes))
        }
    };
    line = line.text(".");
    let mut facts = vec![Fact { name: "Installs", lines: vec![line] }];
    let options: Vec<_> = installs.options.iter().map(|it| text(words::option(it))).collect();
    if !options.is_empty() {
        facts.push(Fact {
            name: if options.len() == 1 { "Option" } else { "Options" },
            lines: options,
        });
    }
    facts
}

fn parameters(template: &Template, is_module: bool) -> Option<Section> {
    let about = match template.parameters.is_empty() {
        true if is_module => return None,
        true => vec![Block::Text(text(
            "There are none: the script is complete, and takes no values file but for secrets.",
        ))],
        false if template.cut => vec![Block::Text(Phrase::prose(
            "The script has more ways than were tried, so a parameter may reach more than is told here. With `--values`, the ways of a customer are tried as well.",
        ))],
        false => Vec::new(),
    };
    let row = |it: &Parameter| {
        vec![code(&it.name), takes(it), left_out(it), text(on_pages(it.reaches.pages()))]
    };
    let rows: Vec<_> = template.parameters.iter().map(row).collect();
    let heads = &["Name", "Takes", "If left out", "In the wizard"];
    Some(Section {
        id: "parameters".to_owned(),
        title: "Parameters".to_owned(),
        about,
        table: (!rows.is_empty()).then_some(Table { heads, rows }),
        entries: template.parameters.iter().map(|it| parameter(template, it)).collect(),
    })
}

fn takes(it: &Parameter) -> Phrase {
    match it.allowed.as_slice() {
        [] => Phrase::prose(&it.takes),
        allowed => text("one of ").then(joined(allowed.iter().map(code), ", ", ", ")),
    }
}

fn left_out(it: &Parameter) -> Phrase {
    match it.fallback.as_deref() {
        None => text("required"),
        Some("()") => text("nothing"),
        Some(fallback) => code(fallback),
    }
}

fn parameter(template: &Template, it: &Parameter) -> Entry {
    let mut facts = vec![Fact { name: "Takes", lines: vec![takes(it)] }];
    // Nobody knows what a text is for.
    if it.ty != ParamType::Text {
        let line = code(format!("{} = {}", it.name, it.example));
        facts.push(Fact { name: "Example", lines: vec![line] });
    }
    if it.fallback.is_some() {
        facts.push(Fact { name: "If left out", lines: vec![left_out(it)] });
    }
    facts.extend(reaches(template, &it.reaches));
    facts.push(Fact { name: "Declared at", lines: vec![place(&it.at)] });
    Entry {
        id: id("parameter", &it.name),
        name: it.name.clone(),
        mark: Some(if it.required { Mark::Required } else { Mark::Optional }),
        about: vec![Block::Text(Phrase::prose(&it.text))],
        facts,
    }
}

fn reaches(template: &Template, reaches: &Reaches) -> Vec<Fact> {
    let fields = |fields: &[Field]| fields.iter().map(field).collect::<Vec<_>>();
    let calls = reaches.calls.iter().map(|it| {
        let on = on_pages(it.pages.iter().copied());
        let on = if on.is_empty() { on } else { format!(", {on}") };
        let file =
            if it.at.file == template.file { String::new() } else { format!("{} ", it.at.file) };
        code(&it.function).text(format!("{on} ({file}line {})", it.at.line))
    });
    let facts = [
        Fact { name: "Fills in", lines: fields(&reaches.fills) },
        Fact { name: "Goes into", lines: fields(&reaches.shapes) },
        Fact { name: "Decides", lines: fields(&reaches.decides) },
        Fact { name: "Handed to", lines: calls.collect() },
    ];
    if reaches.is_empty() {
        let line = text("no value of the plan that could be followed");
        return vec![Fact { name: "Reaches", lines: vec![line] }];
    }
    facts.into_iter().filter(|it| !it.lines.is_empty()).collect()
}

fn field(field: &Field) -> Phrase {
    let page = field.page.map_or_else(String::new, |it| format!(", page {it}"));
    text(format!("{} (", field.label)).code(field.name).text(format!("){page}"))
}

/// Pages of the wizard in words; nothing for none.
fn on_pages(pages: impl IntoIterator<Item = u8>) -> String {
    let pages: Vec<_> = pages.into_iter().map(|it| it.to_string()).collect();
    match pages.as_slice() {
        [] => String::new(),
        [page] => format!("page {page}"),
        pages => format!("pages {}", pages.join(", ")),
    }
}

fn place(place: &Place) -> Phrase {
    code(format!("{}:{}", place.file, place.line))
}

fn secrets(secrets: &[Secret]) -> Option<Section> {
    let entry = |it: &Secret| {
        let sources = joined(it.sources.iter().map(|it| code(*it)), ", ", " or ");
        let sources = match it.written {
            Written::Never => sources,
            Written::Always => {
                sources.text(", which can be written: the plan makes it and keeps it there")
            }
            Written::Sometimes => {
                let writable = joined(WRITABLE.iter().map(|it| code(*it)), ", ", " or ");
                sources.text("; where the plan makes it, ").then(writable)
            }
        };
        let fields: Vec<_> = it.fields.iter().map(field).collect();
        let mut facts = vec![
            Fact { name: "From", lines: vec![sources] },
            Fact { name: "Example", lines: vec![code(&it.example)] },
        ];
        if !fields.is_empty() {
            facts.push(Fact { name: "Fills in", lines: fields });
        }
        facts.push(Fact { name: "Named at", lines: it.at.iter().map(place).collect() });
        Entry {
            id: id("secret", &it.name),
            name: it.name.clone(),
            mark: (it.written == Written::Always).then_some(Mark::Written),
            about: Vec::new(),
            facts,
        }
    };
    let about = Phrase::prose(
        "A values file says below `[secrets]` where each comes from, and never what it is.",
    );
    (!secrets.is_empty()).then(|| Section {
        id: "secrets".to_owned(),
        title: "Secrets".to_owned(),
        about: vec![Block::Text(about)],
        table: None,
        entries: secrets.iter().map(entry).collect(),
    })
}

fn pages(template: &Template) -> Option<Section> {
    let rows = template.pages.iter().map(|it| {
        let names = it.parameters.iter().chain(&it.secrets).map(code);
        vec![text(it.number.to_string()), text(&it.title), joined(names, ", ", ", ")]
    });
    let rows: Vec<_> = rows.collect();
    let heads = &["Page", "Title", "What reaches it"];
    (!rows.is_empty()).then(|| Section {
        id: "pages".to_owned(),
        title: "Pages of the wizard".to_owned(),
        about: Vec::new(),
        table: Some(Table { heads, rows }),
        entries: Vec::new(),
    })
}

fn modules(template: &Template) -> Vec<Section> {
    if template.modules.is_empty() {
        return Vec::new();
    }
    let row = |it: &crate::manual::Module| vec![code(&it.name), summary(&it.about)];
    let rows = template.modules.iter().map(row).collect();
    let imported = Section {
        id: "modules".to_owned(),
        title: "Modules".to_owned(),
        about: Vec::new(),
        table: Some(Table { heads: &["Name", "What it is"], rows }),
        entries: Vec::new(),
    };
    let own = template.modules.iter().filter(|it| !it.functions.is_empty());
    let own = own.map(|it| {
        functions(&id("module", &it.name), it.name.clone(), &blocks(&it.about), &it.functions)
    });
    std::iter::once(imported).chain(own).collect()
}

/// The first sentence of a documentation.
fn summary(about: &str) -> Phrase {
    Phrase::prose(&first_sentence(about))
}

fn functions(section: &str, title: String, about: &[Block], functions: &[Function]) -> Section {
    Section {
        id: section.to_owned(),
        title,
        about: about.to_vec(),
        table: None,
        entries: functions.iter().map(|it| function(section, it)).collect(),
    }
}

fn function(section: &str, it: &Function) -> Entry {
    let mut facts = Vec::new();
    let takes = it.takes.iter().map(|it| {
        let optional = if it.optional { ", or nothing" } else { "" };
        code(it.name).text(": ").then(Phrase::prose(it.what)).text(optional)
    });
    let takes: Vec<_> = takes.collect();
    if !takes.is_empty() {
        facts.push(Fact { name: "Takes", lines: takes });
    }
    if !it.on.is_empty() {
        let on = joined(it.on.iter().map(|it| code(*it)), ", ", ", ");
        facts.push(Fact { name: "Part of", lines: vec![on] });
    }
    if !it.pages.is_empty() {
        let pages = text(on_pages(it.pages.iter().copied()));
        facts.push(Fact { name: "In the wizard", lines: vec![pages] });
    }
    let about = match it.about.as_str() {
        "" => vec![Block::Text(text("Not documented."))],
        about => blocks(about),
    };
    Entry { id: id(section, &it.name), name: it.signature.clone(), mark: None, about, facts }
}

fn of_chapter(chapter: &Chapter) -> Document {
    let (kind, hint) = match chapter.what {
        What::Module => ("Standard library", true),
        What::Namespace | What::Functions => ("Reference", false),
    };
    let mut about = blocks(&chapter.about);
    if hint {
        let alias = chapter.name.rsplit('/').next().unwrap_or_default();
        let import = format!("import \"{}\" as {alias};\n", chapter.name);
        about.push(Block::Code { language: "rhai".to_owned(), text: import });
    }
    let functions = functions("functions", "Functions".to_owned(), &[], &chapter.functions);
    Document {
        kind,
        title: chapter.name.clone(),
        about,
        facts: Vec::new(),
        sections: vec![functions],
    }
}

fn of_contents(contents: &Contents) -> Document {
    let section = |id: &str, title: &str, heads, entries: &[Listed]| {
        let rows = entries.iter().map(|it| vec![code(&it.name), Phrase::prose(&it.about)]);
        let rows: Vec<_> = rows.collect();
        (!rows.is_empty()).then(|| Section {
            id: id.to_owned(),
            title: title.to_owned(),
            about: Vec::new(),
            table: Some(Table { heads, rows }),
            entries: Vec::new(),
        })
    };
    let sections = [
        section("modules", "Standard library", &["Module", "What it is"], &contents.modules),
        section("namespaces", "Host functions", &["Namespace", "Functions"], &contents.namespaces),
        section(
            "functions",
            "Without a namespace",
            &["Function", "What it does"],
            &contents.functions,
        ),
    ];
    let about = "`mimeo docs NAME` shows one of these: a module (`std/options`), one of its functions (`std/options.c`), a namespace (`mail`), a function (`mail::smtp`) or a part (`.mailbox`). `mimeo docs template.rhai` shows what a template asks for. The rules behind findings are in `mimeo explain`.";
    Document {
        kind: "Reference",
        title: "What there is".to_owned(),
        about: blocks(about),
        facts: Vec::new(),
        sections: sections.into_iter().flatten().collect(),
    }
}
