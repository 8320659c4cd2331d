//! Secrets that stand written out in a script: found by their place alone, so that nothing that is shown holds one.

use crate::model::format::{Format, Name};
use crate::script::Script;
use crate::source::Span;
use crate::syntax::{Call, StringLiteral};

/// The literal texts that stand where a secret belongs, also in calls that are misspelt, not closed or never reached: they
/// are covered before anything is shown.
pub(super) fn written_out(script: &Script) -> Vec<Span> {
    let near = |name: &str, known: &[&str]| {
        known.iter().any(|it| {
            // Most names are far away, and the distance is dear.
            let far = name.len().abs_diff(it.len()) > 2
                || name.as_bytes().first() != it.as_bytes().first();
            !far && strsim::damerau_levenshtein(name, it) <= usize::from(it.len() > 7) + 1
        })
    };
    let is_name = |literal: StringLiteral<'_>| {
        // The name of a secret or of a parameter is none.
        let calls = literal.node().ancestors().filter_map(Call::cast);
        let named = literal.value().is_some_and(|it| Name::parse(&it).is_ok());
        named
            && calls.take(2).any(|call| {
                call.name() == "secret" || call.namespace().is_some_and(|(name, _)| name == "param")
            })
    };
    let mut spans = Vec::new();
    for call in script.tree.calls() {
        let name = call.name();
        let is_any =
            name.starts_with("pass") || near(name, &["password", "basic", "client_secret"]);
        // From which argument on it takes a secret.
        let first = if near(name, &["secret"]) && call.namespace().is_none()
            || is_any && call.receiver().is_some()
        {
            0
        } else if near(name, &["pool_account", "register_application", "regular"])
            || call.namespace().is_some_and(|(it, _)| near(it, &["account"]))
        {
            1
        } else {
            continue;
        };
        for argument in call.args().into_iter().skip(first) {
            let nodes = std::iter::once(argument).chain(argument.descendants());
            let literals = nodes.filter_map(StringLiteral::cast).filter(|it| !is_name(*it));
            spans.extend(literals.map(|it| script.span(it.range())));
        }
    }
    spans
}
