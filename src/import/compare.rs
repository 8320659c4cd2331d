//! What the plan of the script that was written sets otherwise than the command.

use std::collections::BTreeMap;

use crate::code;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::call::{Call, Setting};
use crate::import::judge::{is_masked, shortened};
use crate::import::write::Written;
use crate::plan::op::{Literal, Value};

code! {
    /// The command sets something that no function of the language says, or that a plan sets otherwise. Everything else comes
    /// back: the plan of the script sets the same properties.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SQMOPTINSETTING=1
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SQMOPTINSETTING=0
    /// ```
    IMPORT_DIFFERENT: Warning = "import-different", "property that the script does not say like the command"
}

/// The codes of this file.
pub(super) static CODES: &[&Code] = &[&IMPORT_DIFFERENT];

/// Compares what the command sets with what a plan of the script sets.
pub(super) fn compare(
    call: &Call,
    written: &Written,
    set: &BTreeMap<String, Value>,
    is_sound: bool,
    out: &mut Vec<Diagnostic>,
) {
    for (setting, reason) in &written.left {
        let is_told = setting.is_mended
            || (setting.is_hidden && reason.contains("password stands"))
            || reason.contains("no feature");
        if !is_told {
            let message =
                format!("the script does not say `{}`: {reason}", shortened(&setting.name));
            report(setting, message, out);
        }
    }
    for setting in &call.settings {
        let is_left = written.left.iter().any(|(it, _)| it.name == setting.name);
        if setting.is_mended || is_left {
            continue;
        }
        match set.get(&setting.name) {
            Some(value) if is_same(setting, value) => {}
            Some(_) if setting.is_hidden => {}
            // An empty check box is one that is not ticked.
            Some(value) if setting.value.is_empty() && shown(value) == "0" => {}
            Some(value) => {
                let planned = shown(value);
                let message = format!(
                    "the plan of the script sets `{}` to `{planned}`, not to `{}`",
                    setting.name,
                    shortened(&setting.value)
                );
                report(setting, message, out);
            }
            // What a plan does not set has the installer's own value: nothing, or a box that is not ticked.
            None if matches!(setting.value.as_str(), "" | "0") || !is_sound => {}
            None => {
                let message =
                    format!("the plan of the script does not set `{}`", shortened(&setting.name));
                report(setting, message, out);
            }
        }
    }
}

fn report(setting: &Setting, message: String, out: &mut Vec<Diagnostic>) {
    let mut finding = Diagnostic::new(&IMPORT_DIFFERENT, setting.span(), message);
    finding.label("not said alike");
    finding.help("check whether it is wanted");
    out.push(finding);
}

fn is_same(setting: &Setting, value: &Value) -> bool {
    match value {
        Value::Secret(_) => true,
        Value::Value(Literal::Text(text)) => {
            *text == setting.value || (setting.is_hidden && is_masked(&setting.value))
        }
        Value::Value(Literal::Flag(_) | Literal::Number(_) | Literal::List(_)) | Value::Slot(_) => {
            shown(value) == setting.value
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Value(Literal::Text(text)) => shortened(text),
        Value::Value(Literal::Flag(flag)) => u8::from(*flag).to_string(),
        Value::Value(Literal::Number(number)) => number.to_string(),
        Value::Value(Literal::List(_)) => "a list".to_owned(),
        Value::Secret(name) => format!("the secret `{name}`"),
        Value::Slot(name) => format!("the outcome `{name}`"),
    }
}
