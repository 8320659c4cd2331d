//! What the engine says of a script that went wrong while it ran, in the house's words.

#![expect(clippy::wildcard_enum_match_arm, reason = "the engine's list of errors is open")]

use rhai::{EvalAltResult, Position};

use crate::code;
use crate::diagnostic::{Code, Diagnostic};
use crate::script::limits;
use crate::script::recorder::{HANDLE_NAME, POISON_NAME, Recorder, SECRET_NAME, is_poisoned};
use crate::source::Caller;

code! {
    /// The script did something that the language does not allow, and the statement had no effect. What follows was still
    /// read.
    ///
    /// ```rhai,reports
    /// let ports = [80, 443];
    /// print(ports[2]);
    /// ```
    ///
    /// ```rhai
    /// let ports = [80, 443];
    /// print(ports[1]);
    /// ```
    SCRIPT_FAULT: Error = "script-fault", "statement that failed";

    /// The script threw this message itself. House rules do so to say what a template requires.
    ///
    /// ```rhai,reports
    /// throw "every customer has an SQL Server of its own";
    /// ```
    ///
    /// ```rhai
    /// if 1 == 2 { throw "every customer has an SQL Server of its own"; }
    /// ```
    SCRIPT_THROWN: Error = "script-thrown", "message thrown by the script";

    /// A script only declares, so it needs little. What it uses is limited, so that a slip never hangs the program: steps,
    /// calls within calls, the size of texts, lists and maps, and time. The rest of the script was not run, and there is
    /// no plan.
    ///
    /// ```rhai,reports
    /// loop { }
    /// ```
    ///
    /// ```rhai
    /// for port in 80..90 { print(port); }
    /// ```
    SCRIPT_LIMIT: Error = "script-limit", "limit reached"
}

/// The codes of this file.
pub static CODES: &[&Code] = &[&SCRIPT_FAULT, &SCRIPT_THROWN, &SCRIPT_LIMIT];

/// Records an error of the engine at the innermost place that it names, with the callers.
pub(super) fn record(
    recorder: &mut Recorder,
    source: Option<&str>,
    error: &EvalAltResult,
    statement: Position,
) {
    recorder.deployment.complete = false;
    let program = recorder.program.clone();
    let mut script = program.script(source);
    let mut via = Vec::new();
    // The innermost call out of the user's own scripts, at what is judged there.
    let mut asked = None;
    let mut error = error;
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(function, inside, inner, position) => {
                let call = recorder.call(script, *position);
                if let (Some(call), false) = (call, function.starts_with("anon$")) {
                    let span = script.span(call.own_range());
                    if !recorder.is_library(script.id) {
                        let first = call.args().first().map(|it| script.span(it.range()));
                        asked = Some((first.unwrap_or(span), format!("refused by `{function}`")));
                    }
                    via.push(Caller { function: function.clone(), span });
                }
                if !inside.is_empty() {
                    script = program.script(Some(inside));
                }
                error = inner;
            }
            EvalAltResult::ErrorInModule(path, inner, _) => {
                if let Some(index) = program.import(script.id, path) {
                    script = &program.scripts[index];
                }
                error = inner;
            }
            _ => break,
        }
    }
    let position = error.position();
    // A namespaced native function loses its position; the call that led there is the nearest place.
    let span = match (position.is_none(), via.last()) {
        (true, Some(caller)) => caller.span,
        _ => script.whole(recorder.offset(script.id, or_else(position, statement))),
    };
    if recorder.silenced(span) {
        return;
    }
    let Some(told) = tell(error) else { return };
    // What the standard library throws is about what it was given.
    let thrown = matches!(error, EvalAltResult::ErrorRuntime(..)) && recorder.is_library(script.id);
    let (span, label) = asked.filter(|_| thrown).unwrap_or_else(|| (span, told.label.to_owned()));
    let mut diagnostic = Diagnostic::new(told.code, span, told.message);
    diagnostic.label(label);
    let outer = |it: &&Caller| {
        it.span != span
            && !(thrown && (recorder.is_library(it.span.source) || it.span.contains(span)))
    };
    for caller in via.iter().rev().filter(outer) {
        diagnostic.relate(caller.span, format!("in `{}`, called from here", caller.function));
    }
    for help in told.help {
        diagnostic.help(help);
    }
    recorder.report(diagnostic);
}

/// Records that a script calls the host more often than any template needs to, once.
pub(super) fn too_many_calls(recorder: &mut Recorder, span: crate::source::Span) {
    recorder.deployment.complete = false;
    let most = recorder.registry.most_calls;
    if recorder.calls == most + 1 {
        let message = format!("the script calls host functions more than {most} times");
        let mut diagnostic = Diagnostic::new(&SCRIPT_LIMIT, span, message);
        diagnostic.label("nothing from here on is declared").help("look for a loop that declares");
        recorder.report(diagnostic);
    }
}

/// The first of two positions that is one, else the beginning of the text.
fn or_else(position: Position, other: Position) -> Position {
    let known = [position, other].into_iter().find(|it| !it.is_none());
    known.unwrap_or_else(|| Position::new(1, 1))
}

struct Told {
    code: &'static Code,
    message: String,
    label: &'static str,
    help: Vec<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "it is an arm of `tell`")]
fn fault(message: impl Into<String>, label: &'static str, help: &[&str]) -> Option<Told> {
    let help = help.iter().map(|it| (*it).to_owned()).collect();
    Some(Told { code: &SCRIPT_FAULT, message: message.into(), label, help })
}

#[expect(clippy::unnecessary_wraps, reason = "it is an arm of `tell`")]
fn limit(message: impl Into<String>, label: &'static str) -> Option<Told> {
    let help =
        vec!["look for a loop or a call that does not end, or for data that grows".to_owned()];
    Some(Told { code: &SCRIPT_LIMIT, message: message.into(), label, help })
}

/// The engine's error in the house's words; none if it only follows from what is already reported.
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn tell(error: &EvalAltResult) -> Option<Told> {
    match error {
        EvalAltResult::ErrorVariableNotFound(name, _) => fault(
            format!("there is no variable `{name}` here"),
            "not known here",
            &["a function sees only its parameters: hand the value in as one"],
        ),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => function_not_found(signature),
        EvalAltResult::ErrorModuleNotFound(name, _) => {
            fault(format!("there is no namespace `{name}`"), "not known", &[])
        }
        EvalAltResult::ErrorMismatchDataType(expected, found, _)
        | EvalAltResult::ErrorMismatchOutputType(expected, found, _) => {
            if is_poison(expected) || is_poison(found) {
                return None;
            }
            let (expected, found) = (type_name(expected), type_name(found));
            fault(
                format!("{expected} is needed here, not {found}"),
                "of another type",
                &["write a comparison where a condition is needed"],
            )
        }
        EvalAltResult::ErrorPropertyNotFound(name, _) => fault(
            format!("the map has no entry `{name}`"),
            "no such entry",
            &["correct the name, or ask with `.get(\"name\") ?? fallback` where it may be missing"],
        ),
        EvalAltResult::ErrorIndexNotFound(..) | EvalAltResult::ErrorIndexingType(..) => {
            fault("this value has no such index", "cannot be looked up", &[])
        }
        EvalAltResult::ErrorArrayBounds(length, index, _) => fault(
            format!("index {index} is outside a list of {length}"),
            "outside the list",
            &["count from 0"],
        ),
        EvalAltResult::ErrorStringBounds(length, index, _) => fault(
            format!("index {index} is outside a text of {length} characters"),
            "outside the text",
            &["count from 0"],
        ),
        EvalAltResult::ErrorFor(_) => fault(
            "a loop needs a list, a range or a text",
            "cannot be gone through",
            &["write a range such as `0..3`, or a list"],
        ),
        EvalAltResult::ErrorAssignmentToConstant(name, _) => fault(
            format!("`{name}` is a constant"),
            "cannot be changed",
            &["declare it with `let` instead of `const`"],
        ),
        EvalAltResult::ErrorNonPureMethodCallOnConstant(name, _) => fault(
            format!("`{name}` would change a constant"),
            "cannot be changed",
            &["declare it with `let` instead of `const`"],
        ),
        EvalAltResult::ErrorDataRace(..) => fault(
            "the list is changed while it is gone through",
            "changed here",
            &["gather the changes in another list"],
        ),
        EvalAltResult::ErrorArithmetic(message, _) => {
            fault(format!("the calculation fails: {}", lower(message)), "fails", &[])
        }
        EvalAltResult::ErrorRuntime(value, _) => {
            let text = value.to_string();
            if is_poisoned(&text) || value.is::<crate::script::recorder::Poison>() {
                return None;
            }
            let message = if text.is_empty() {
                "the script threw an error".to_owned()
            } else {
                one_line(&text)
            };
            let help = Vec::new();
            Some(Told { code: &SCRIPT_THROWN, message, label: "thrown here", help })
        }
        EvalAltResult::ErrorTooManyOperations(_) => limit(
            format!("the script takes more than {} steps", limits::OPERATIONS),
            "stopped here",
        ),
        EvalAltResult::ErrorTooManyVariables(_) => limit(
            format!("the script has more than {} variables at one time", limits::VARIABLES),
            "stopped here",
        ),
        EvalAltResult::ErrorTooManyModules(_) => limit(
            format!("the script imports more than {} modules", limits::MODULES),
            "stopped here",
        ),
        EvalAltResult::ErrorStackOverflow(_) => {
            limit(format!("calls go deeper than {} levels", limits::CALL_DEPTH), "stopped here")
        }
        EvalAltResult::ErrorDataTooLarge(what, _) => {
            let message = if what.contains("string") {
                format!("a text grows beyond {} bytes", limits::TEXT)
            } else if what.contains("array") {
                format!("a list grows beyond {} elements", limits::LIST)
            } else {
                format!("a map grows beyond {} entries", limits::MAP)
            };
            limit(message, "stopped here")
        }
        EvalAltResult::ErrorTerminated(..) => limit(
            format!("the script runs for more than {} seconds", limits::TIME.as_secs()),
            "stopped here",
        ),
        other => {
            let text = one_line(&other.to_string());
            if is_poison(&text) {
                return None;
            }
            fault(lower(&text), "fails", &[])
        }
    }
}

/// `f (i64, &str | ImmutableString | String)` as the engine writes what it did not find.
fn function_not_found(signature: &str) -> Option<Told> {
    if is_poison(signature) {
        return None;
    }
    let (name, types) = signature.split_once(" (").unwrap_or((signature, ")"));
    let types: Vec<String> = types
        .trim_end_matches(')')
        .split(", ")
        .filter(|it| !it.is_empty())
        .map(type_name)
        .collect();
    let operator = !name.starts_with(|it: char| it.is_alphanumeric() || it == '_');
    if operator {
        let (one, other) = (types.first()?, types.last()?);
        return fault(
            format!("`{name}` does not go with {one} and {other}"),
            "cannot be calculated",
            &["put values into a text with backticks: `` `${value}` ``"],
        );
    }
    let with = if types.is_empty() { "nothing".to_owned() } else { types.join(", ") };
    fault(
        format!("there is no function `{name}` that takes {with}"),
        "not known with these arguments",
        &[],
    )
}

/// The engine writes the name of a type in some places and its path in others.
fn is_poison(text: &str) -> bool {
    text.contains(POISON_NAME) || text.contains("recorder::Poison")
}

/// The engine's name of a type, for a reader who knows no type names.
fn type_name(name: &str) -> String {
    let name = name.split(" | ").next().unwrap_or(name).trim();
    match name {
        "&str" | "ImmutableString" | "String" | "string" => "a text",
        "i64" | "int" => "a whole number",
        "f64" | "float" => "a number with a fraction",
        "bool" => "a flag",
        "()" => "nothing (`()`)",
        "array" | "Array" => "a list",
        "map" | "Map" => "a map",
        "Fn" | "FnPtr" => "a function",
        "char" => "a character",
        _ if name == HANDLE_NAME || name.ends_with("recorder::Handle") => "a declaration",
        _ if name == SECRET_NAME || name.ends_with("model::Secret") => "a secret",
        _ => "another value",
    }
    .to_owned()
}

fn one_line(text: &str) -> String {
    let text = text.lines().next().unwrap_or_default();
    // The engine adds its own place, which the finding has already.
    let text = text.split(" (line ").next().unwrap_or(text);
    text.trim().trim_end_matches('.').to_owned()
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
