//! The values file for a template, as somebody begins with it.

use crate::manual::Template;
use crate::plan::visible;

/// Writes the values file for a template, which is called `script`, and with it checked by the command.
#[must_use]
pub fn values(template: &Template, script: &str, check: &str) -> String {
    let (script, check) = (visible(script), visible(check));
    let between = if template.parameters.is_empty() { "\n" } else { "#\n" };
    let rest = if template.values.is_empty() {
        String::new()
    } else {
        format!("{between}{}", template.values)
    };
    format!("# The values of one customer for {script}\n#\n#     {check}\n{rest}")
}
