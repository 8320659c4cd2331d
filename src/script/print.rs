//! `print` and `debug`: what a script wants to tell its author.

use rhai::Dynamic;

use crate::diagnostic::Code;
use crate::model::Secret;
use crate::script::args::{Call, describe};
use crate::script::recorder::{Handle, Poison, is_poisoned};
use crate::{code, verbs};

code! {
    /// The script printed a value. It is shown as a hint at its place and has no part in the plan.
    ///
    /// ```rhai,reports
    /// print(1 + 1);
    /// ```
    ///
    /// ```rhai
    /// let two = 1 + 1;
    /// ```
    SCRIPT_PRINT: Hint = "script-print", "value printed by the script"
}

/// The codes of this file.
pub static CODES: &[&Code] = &[&SCRIPT_PRINT];

verbs! { pub static FUNCTIONS;
    /// Shows a value as a hint at this place.
    ///
    /// ```rhai
    /// print(`the portal is on ${"mim.contoso.com"}`);
    /// ```
    fn print(value: Any) yields = show;
    /// Shows a value as a hint at this place, like `print`.
    ///
    /// ```rhai
    /// debug([80, 443]);
    /// ```
    fn debug(value: Any) yields = show;
}

fn show(call: &mut Call<'_>) -> Dynamic {
    let Some(argument) = call.arguments.first() else { return Dynamic::from(Poison) };
    let (value, span) = (argument.value.clone(), argument.span);
    let text = if value.is::<Secret>() || value.is::<Handle>() || value.is_fnptr() {
        describe(&value)
    } else {
        value.to_string()
    };
    if !value.is::<Poison>() && !is_poisoned(&text) {
        let text: String = without_closures(&text).chars().take(200).collect();
        call.recorder.at(
            &SCRIPT_PRINT,
            span,
            format!("the script prints: {}", text.replace('\n', " ")),
        );
    }
    Dynamic::UNIT
}

/// The name of a closure differs from run to run.
fn without_closures(text: &str) -> String {
    let mut parts = text.split("anon$");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push('…');
        plain.push_str(part.trim_start_matches(|it: char| it.is_ascii_hexdigit()));
    }
    plain
}
