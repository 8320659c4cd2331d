//! The rights that a plan needs: what each step needs, and what has to be granted where.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::plan::{Plan, Right, visible};

/// The rights step by step, then place by place, each line ended.
#[must_use]
pub fn rights(plan: &Plan) -> String {
    format!("{}\n{}", by_step(plan), by_place(plan))
}

/// Step by step: a table with the step, the place and the right, each line ended.
#[must_use]
pub fn by_step(plan: &Plan) -> String {
    let mut rows = vec![["step".to_owned(), "on".to_owned(), "right".to_owned()]];
    for step in &plan.steps {
        let id = visible(&step.id);
        if step.rights.is_empty() {
            rows.push([id.to_string(), "-".to_owned(), "none".to_owned()]);
        }
        for (index, Right { on, right }) in step.rights.iter().enumerate() {
            // A step is named once.
            let id = if index == 0 { id.to_string() } else { String::new() };
            rows.push([id, visible(on).into_owned(), visible(right).into_owned()]);
        }
    }
    let width = |column: usize| rows.iter().map(|it| it[column].chars().count()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut out = String::new();
    for [step, on, right] in &rows {
        let _ = writeln!(out, "{step:<first$}  {on:<second$}  {right}");
    }
    out
}

/// Place by place: each right once, with the steps that need it, each line ended.
#[must_use]
pub fn by_place(plan: &Plan) -> String {
    let places = places(plan);
    let rights = places.values().flat_map(BTreeMap::keys);
    let width = rights.map(|it| visible(it).chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for (on, rights) in &places {
        let _ = writeln!(out, "{}", visible(on));
        for (right, steps) in rights {
            let steps: Vec<_> = steps.iter().map(|it| visible(it)).collect();
            let _ = writeln!(out, "  {:<width$}  {}", visible(right), steps.join(", "));
        }
    }
    if out.is_empty() { "none\n".to_owned() } else { out }
}

/// The identities of the steps that need a right, by place and right, in alphabetical order.
#[must_use]
pub fn places(plan: &Plan) -> BTreeMap<&str, BTreeMap<&str, Vec<&str>>> {
    let mut places: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for step in &plan.steps {
        for Right { on, right } in &step.rights {
            let steps = places.entry(on).or_default().entry(right).or_default();
            if steps.last() != Some(&step.id.as_str()) {
                steps.push(&step.id);
            }
        }
    }
    places
}
