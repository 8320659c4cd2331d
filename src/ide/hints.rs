//! What is shown between the words: resolved values, the option of the guide, how large the plan is.

use std::ops::Range;

use crate::ide::hover::{parameter_of, value_of};
use crate::ide::{Analysis, Outcome, toml};
use crate::plan::op::{Literal, Value};
use crate::plan::{Entry, Plan, visible};
use crate::source::SourceId;
use crate::syntax::text::TextPart;
use crate::syntax::{Call, Let, StringLiteral};

/// A few words behind a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hint {
    /// The place.
    pub at: u32,
    /// The words.
    pub text: String,
    /// More of them.
    pub note: String,
}

/// The most letters of a hint.
const LONGEST: usize = 50;

/// What overrides the values and secrets of a values file.
#[must_use]
pub fn of_values(analysis: &Analysis, id: SourceId, range: &Range<u32>) -> Vec<Hint> {
    let given = &analysis.values;
    let hints = toml::keys(&analysis.sources.get(id).text).into_iter().filter_map(|key| {
        let (by, overridden) = if key.secret {
            given.secrets.get(&key.name).map(|it| (it.span, &it.overridden))?
        } else {
            given.parameters.get(&key.name).map(|it| (it.span, &it.overridden))?
        };
        let at = key.value.end;
        let here = overridden.iter().any(|it| it.source == id);
        (here && range.start <= at && at <= range.end).then(|| Hint {
            at,
            text: "overridden".to_owned(),
            note: analysis.sources.place(by),
        })
    });
    hints.collect()
}

/// The hints within a range of a script.
#[must_use]
pub fn hints(
    analysis: &Analysis,
    plan: Option<&Plan>,
    id: SourceId,
    range: &Range<u32>,
) -> Vec<Hint> {
    let Some(script) = analysis.script(id) else { return Vec::new() };
    let mut hints = Vec::new();
    for it in script.tree.nodes().filter_map(Let::cast) {
        let Some(init) = it.init() else { continue };
        let Some(name) = Call::cast(init).and_then(parameter_of) else { continue };
        let contract = &analysis.program.contract;
        let fallback = || contract.parameter_named(&name)?.fallback.clone();
        let (value, note) = match value_of(analysis, &name) {
            Some((value, place)) => (value, place),
            None => match fallback() {
                Some(fallback) => (fallback, "the fallback".to_owned()),
                None => continue,
            },
        };
        hints.push(Hint { at: init.range().end, text: format!("= {}", short(&value)), note });
    }
    if let Some(plan) = plan {
        of_plan(analysis, plan, id, &mut hints);
    }
    hints.retain(|it| range.start <= it.at && it.at <= range.end);
    hints.sort_by_key(|it| it.at);
    hints.dedup_by_key(|it| it.at);
    hints
}

fn of_plan(analysis: &Analysis, plan: &Plan, id: SourceId, hints: &mut Vec<Hint>) {
    let Some(script) = analysis.script(id) else { return };
    if let Some(option) = &plan.option {
        let mail = script.tree.calls().find(|it| it.namespace().is_some_and(|it| it.0 == "mail"));
        if let Some(call) = mail {
            hints.push(Hint {
                at: call.range().end,
                text: format!("option {option}"),
                note: "the option of the vendor's guide".to_owned(),
            });
        }
    }
    let source = analysis.sources.get(id);
    for setting in &plan.settings {
        let Some(trace) = setting.from.trace().filter(|it| it.at.file == source.name) else {
            continue;
        };
        let Value::Value(Literal::Text(value)) = &setting.value else { continue };
        let spot = |line, column| crate::source::Spot { line, column };
        let start = source.offset(spot(trace.at.line, trace.at.column));
        let end = source.offset(spot(trace.at.end_line, trace.at.end_column));
        // Only what the script puts together cannot be read where it stands; a function's text differs from call to call.
        let text = script.tree.string_at(start).filter(|it| it.range().end == end);
        let put_together = text.is_some_and(|it| reads(it, value));
        if put_together && trace.via.is_empty() {
            hints.push(Hint {
                at: end,
                text: format!("= {}", short(value)),
                note: setting.label.clone(),
            });
        }
    }
}

/// Whether a text with interpolations can read like a value. Of some, such as an account, the plan has only parts.
fn reads(literal: StringLiteral<'_>, value: &str) -> bool {
    let parts = literal.parts();
    let plain = |it: Option<&TextPart<'_>>| match it {
        Some(TextPart::Plain(_, text)) => text.clone(),
        Some(TextPart::Interpolation(_)) | None => String::new(),
    };
    let (first, last) = (plain(parts.first()), plain(parts.last()));
    !literal.interpolations().is_empty() && value.starts_with(&first) && value.ends_with(&last)
}

fn short(value: &str) -> String {
    let value = visible(value);
    let mut letters = value.chars();
    let start: String = letters.by_ref().take(LONGEST).collect();
    if letters.next().is_some() { format!("{start}…") } else { start }
}

/// What stands above a script: how large its plan is, or how much speaks against one.
#[must_use]
pub fn lens(outcome: &Outcome, plan: Option<&Plan>) -> String {
    let Some(plan) = plan else {
        let errors = outcome.compiled.diagnostics.iter();
        let errors =
            errors.filter(|it| it.severity() == crate::diagnostic::Severity::Error).count();
        return format!("no plan: {errors} {}", if errors == 1 { "error" } else { "errors" });
    };
    let steps = plan.steps.len();
    let mut text = format!("plan: {steps} {}", if steps == 1 { "step" } else { "steps" });
    if let Some(option) = &plan.option {
        text.push_str(&format!(", option {option}"));
    }
    let by_hand =
        plan.settings.iter().filter(|it| matches!(it.entry, Some(Entry::ByHand(_)))).count();
    if by_hand > 0 {
        text.push_str(&format!(", {by_hand} entered by hand"));
    }
    text
}
