//! A values file to begin with.

use crate::manual::{Parameter, Secret};
use crate::plan::visible;

/// Every parameter and secret of a script, each below what it is for; what has a fallback is commented out.
pub(super) fn values_file(parameters: &[Parameter], secrets: &[Secret]) -> String {
    let mut text = String::new();
    for parameter in parameters {
        let takes = if parameter.allowed.is_empty() {
            parameter.takes.clone()
        } else {
            format!("one of {}", parameter.allowed.join(", "))
        };
        let fallback = match parameter.fallback.as_deref() {
            None => String::new(),
            Some("()") => "; may be left out".to_owned(),
            Some(fallback) => format!("; {} if left out", one_line(fallback)),
        };
        text.push_str(&format!("# {}: {}{fallback}\n", visible(&parameter.text), visible(&takes)));
        let out = if parameter.required { "" } else { "# " };
        text.push_str(&format!("{out}{} = {}\n\n", parameter.name, parameter.example));
    }
    if !secrets.is_empty() {
        text.push_str("# Where each secret comes from; never the secret itself\n[secrets]\n");
        for secret in secrets {
            text.push_str(&format!("{}\n", secret.example));
        }
    }
    format!("{}\n", text.trim_end())
}

/// The line of a secret below `[secrets]`.
pub(super) fn secret(name: &str, written: bool) -> String {
    if written {
        format!("{name} = {{ file = \"secrets/{name}.txt\" }}")
    } else {
        format!("{name} = {{ prompt = \"{name}\" }}")
    }
}

/// An expression on one line.
fn one_line(expression: &str) -> String {
    visible(&expression.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}
