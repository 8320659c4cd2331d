//! What is said of a word: its documentation, the wizard's page, the installer's property, and the value that it has.

use crate::ide::entity::{Entity, entity_at};
use crate::ide::{Analysis, Good};
use crate::manual::reference::documentation;
use crate::plan::{Entry, Setting, visible};
use crate::script::registry::{FnSpec, Registry};
use crate::script::values::SecretSource;
use crate::source::{SourceId, Span};
use crate::syntax::{Call, Let};

/// Markdown about the word at an offset, with its place.
#[must_use]
pub fn hover(
    analysis: &Analysis,
    good: Option<&Good>,
    id: SourceId,
    offset: u32,
) -> Option<(String, Span)> {
    let (entity, span) = entity_at(analysis, id, offset)?;
    let text = match &entity {
        Entity::Host(row) => {
            let mut text = function(row);
            text.push_str(&values_said(analysis, good, span));
            text
        }
        Entity::Namespace(name) => namespace(analysis.registry, name),
        Entity::Variable(defined) => variable(analysis, *defined)?,
        Entity::Function(source, name) => {
            let script = analysis.script(*source)?;
            let function = script.tree.functions().find(|it| it.name() == name)?;
            let params: Vec<_> = function.params().into_iter().map(|it| it.0).collect();
            let doc = function.doc().unwrap_or_default();
            format!("```rhai\nfn {name}({})\n```\n\n{doc}", params.join(", "))
        }
        Entity::Module(index) => {
            let script = analysis.program.scripts.get(*index)?;
            format!("module `{}`\n\n{}", script.name, script.tree.doc())
        }
        Entity::Parameter(name) => parameter(analysis, name),
        Entity::Secret(name) => secret(analysis, name),
    };
    Some((text.trim_end().to_owned(), span))
}

/// What a host function is and does.
#[must_use]
pub fn function(row: &FnSpec) -> String {
    let mut text = format!("```rhai\n{}\n```\n\n{}", row.signature(), documentation(row.doc));
    if !row.params.is_empty() {
        text.push('\n');
    }
    for param in row.params {
        let optional = if param.optional { ", optional" } else { "" };
        text.push_str(&format!("- `{}`: {}{optional}\n", param.name, param.ty.what()));
    }
    match row.pages {
        [] => {}
        [page] => text.push_str(&format!("\nPage {page} of the wizard.\n")),
        pages => {
            let pages: Vec<_> = pages.iter().map(ToString::to_string).collect();
            text.push_str(&format!("\nPages {} of the wizard.\n", pages.join(", ")));
        }
    }
    text
}

/// What a namespace holds.
#[must_use]
pub fn namespace(registry: Registry, name: &str) -> String {
    let rows = registry.rows().filter(|it| it.namespace == Some(name));
    let lines = rows.map(|it| {
        let first = it.doc.trim().split(['\n', '.']).next().unwrap_or_default();
        format!("- `{}`: {}\n", it.signature(), first.trim())
    });
    format!("namespace `{name}`\n\n{}", lines.collect::<String>())
}

/// The values of the last plan that a call says.
fn values_said(analysis: &Analysis, good: Option<&Good>, name: Span) -> String {
    let (Some(good), Some(script)) = (good, analysis.script(name.source)) else {
        return String::new();
    };
    let Some(call) = script.tree.call_at(name.start).map(Call::own_range) else {
        return String::new();
    };
    let settings = good.settings_in(&script.name, &script.tree.text().clone(), &call);
    if settings.is_empty() {
        return String::new();
    }
    let lines = settings.into_iter().map(|(it, _)| setting(it));
    format!("\nIn the plan:\n\n{}", lines.collect::<String>())
}

fn setting(setting: &Setting) -> String {
    let value = visible(&setting.value.to_string()).replace('`', "'");
    let way = match &setting.entry {
        Some(Entry::Properties(names)) => format!(" → `{}`", names.join("`, `")),
        Some(Entry::ByHand(_)) => " (entered by hand)".to_owned(),
        None => String::new(),
    };
    format!("- {}: `{value}`{way}\n", setting.label)
}

fn variable(analysis: &Analysis, defined: Span) -> Option<String> {
    let script = analysis.script(defined.source)?;
    let name = analysis.sources.text(defined);
    let node = script.tree.node_at(defined.start);
    let mut around = std::iter::once(node).chain(node.ancestors());
    let Some(it) = around.find_map(Let::cast).filter(|it| it.name_range().start == defined.start)
    else {
        return Some(format!("`{name}`: a parameter or a variable of a loop"));
    };
    let keyword = if it.is_const() { "const" } else { "let" };
    let mut text = format!("```rhai\n{keyword} {name}");
    if let Some(init) = it.init() {
        let shown = analysis.sources.shown(script.span(init.range()));
        let first = shown.lines().next().unwrap_or_default();
        text.push_str(&format!(" = {first}{}", if shown.lines().count() > 1 { " …" } else { "" }));
    }
    text.push_str("\n```\n");
    if let Some(doc) = it.doc() {
        text.push_str(&format!("\n{doc}\n"));
    }
    if let Some(parameter_name) = it.init().and_then(Call::cast).and_then(parameter_of) {
        text.push_str(&format!("\n{}", parameter(analysis, &parameter_name)));
    }
    Some(text)
}

/// The parameter that a call declares.
#[must_use]
pub fn parameter_of(call: Call<'_>) -> Option<String> {
    let is_param = call.namespace().is_some_and(|(it, _)| it == "param");
    let name = crate::syntax::StringLiteral::cast(call.arg(0)?)?.value()?;
    is_param.then_some(name)
}

/// What a parameter is, and which value it has.
#[must_use]
pub fn parameter(analysis: &Analysis, name: &str) -> String {
    let Some(declared) = analysis.program.contract.parameter_named(name) else {
        return format!("`{name}`: no script asks for this value");
    };
    let mut text = format!("parameter `{name}`: {}\n\n{}\n", declared.ty.what(), declared.text);
    if !declared.allowed.is_empty() {
        let allowed: Vec<_> = declared.allowed.iter().map(|it| format!("`{it}`")).collect();
        text.push_str(&format!("\nOne of {}.\n", allowed.join(", ")));
    }
    match (value_of(analysis, name), &declared.fallback) {
        (Some((value, place)), _) => {
            text.push_str(&format!("\nvalue: `{}` ({place})\n", value.replace('`', "'")));
        }
        (None, Some(fallback)) => text.push_str(&format!("\nfallback: `{fallback}`\n")),
        (None, None) => text.push_str("\nNothing gives it a value.\n"),
    }
    text
}

/// The value that is given for a parameter, as it may be shown, with its place.
#[must_use]
pub fn value_of(analysis: &Analysis, name: &str) -> Option<(String, String)> {
    let given = analysis.values.parameters.get(name)?;
    let value = analysis.sources.shown(given.span);
    Some((visible(&value).into_owned(), analysis.sources.place(given.span)))
}

fn secret(analysis: &Analysis, name: &str) -> String {
    let source = analysis.values.secrets.get(name).map(|it| &it.source);
    let from = match source {
        Some(Some(SecretSource::Environment(variable))) => {
            format!("from the environment variable `{variable}`")
        }
        Some(Some(SecretSource::File(path))) => format!("from the file `{path}`"),
        Some(Some(SecretSource::Prompt(text))) => format!("asked for: {text}"),
        Some(Some(SecretSource::Credential(entry))) => {
            format!("from the entry `{entry}` of the Windows credential store")
        }
        Some(None) => "its source cannot be read".to_owned(),
        None => "no values file says where it comes from".to_owned(),
    };
    format!("secret `{name}`: {from}")
}
