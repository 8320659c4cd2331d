//! What Windows says of itself: its version, whether the prompt is elevated, and which PowerShell modules are there.

use std::collections::BTreeMap;

use crate::execute::machine::{Known, Machine, MachineError, Script};

/// The question, as a script.
pub const SCRIPT: &str = include_str!("windows/system.ps1");

/// What Windows said.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct System {
    /// The product and its build.
    pub windows: String,
    /// Whether the prompt is elevated.
    pub is_elevated: bool,
    /// The version of Windows PowerShell.
    pub powershell: String,
    /// The modules and snap-ins that were asked for, with the version of those that are there.
    pub modules: BTreeMap<String, Option<String>>,
}

/// Asks Windows about itself and about some modules.
pub async fn ask(machine: &impl Machine, modules: &[String]) -> Result<System, MachineError> {
    let given = Known::Text(modules.join(","));
    let parameters = BTreeMap::from([("Modules".to_owned(), given)]);
    let script = Script { needs: String::new(), text: SCRIPT.to_owned(), parameters };
    Ok(read(&machine.run(&script).await?))
}

/// Reads what the script wrote. A line that is not known is left out.
#[must_use]
pub fn read(output: &str) -> System {
    let mut system = System::default();
    for line in output.lines() {
        let (word, rest) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match word {
            "windows" => rest.clone_into(&mut system.windows),
            "elevated" => system.is_elevated = rest == "True",
            "powershell" => rest.clone_into(&mut system.powershell),
            "module" => {
                let (name, version) = rest.split_once(' ').unwrap_or((rest, ""));
                let version = (!version.is_empty()).then(|| version.to_owned());
                system.modules.insert(name.to_owned(), version);
            }
            _ => {}
        }
    }
    system
}
