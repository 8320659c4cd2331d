//! What the editor's settings say: which values belong to a script, the day, the package.
//!
//! They come with `initializationOptions` and, where the client has them, from its section `mimeo`:
//! `values` (a path, several, or an object from scripts to such), `asOf`, `packageProfile`, `root`.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::Value;

/// The settings.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Settings {
    /// Values files by script; an empty script stands for all others.
    values: Vec<(PathBuf, Vec<PathBuf>)>,
    /// The day on which dated rules are judged.
    pub(super) as_of: Option<Date>,
    /// What is taken in the place of the installer's package.
    pub(super) package_profile: Option<PathBuf>,
    /// The folder that imports may not leave.
    pub(super) root: Option<PathBuf>,
    /// Commands that the client runs itself.
    pub(super) commands: Vec<String>,
    /// What could not be understood.
    pub(super) problems: Vec<String>,
}

impl Settings {
    /// Reads settings; paths are relative to a folder.
    pub(super) fn read(value: &Value, folder: &Path) -> Settings {
        let mut settings = Settings::default();
        let value = value.get("mimeo").unwrap_or(value);
        let path = |it: &Value| it.as_str().filter(|it| !it.is_empty()).map(|it| folder.join(it));
        let paths = |it: &Value| match it.as_array() {
            Some(items) => items.iter().filter_map(path).collect(),
            None => path(it).into_iter().collect::<Vec<_>>(),
        };
        match value.get("values") {
            None | Some(Value::Null) => {}
            Some(Value::Object(scripts)) => {
                settings.values =
                    scripts.iter().map(|(name, it)| (folder.join(name), paths(it))).collect();
            }
            Some(other) => {
                let files = paths(other);
                if !files.is_empty() {
                    settings.values.push((PathBuf::new(), files));
                }
            }
        }
        if let Some(text) = value.get("asOf").and_then(Value::as_str).filter(|it| !it.is_empty()) {
            match text.parse() {
                Ok(day) => settings.as_of = Some(day),
                Err(_) => {
                    settings
                        .problems
                        .push(format!("`asOf` is `{text}`: write a day as YYYY-MM-DD"));
                }
            }
        }
        settings.package_profile = value.get("packageProfile").and_then(path);
        settings.root = value.get("root").and_then(path);
        if let Some(Value::Array(commands)) = value.get("commands") {
            settings.commands =
                commands.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
        }
        settings
    }

    /// Whether the client runs a command itself.
    pub(super) fn runs(&self, command: &str) -> bool {
        self.commands.iter().any(|it| it == command)
    }

    /// The values files that are said for a script.
    pub(super) fn values_of(&self, script: &Path) -> Option<&[PathBuf]> {
        let own = self.values.iter().find(|(it, _)| it == script);
        let own = own.or_else(|| self.values.iter().find(|(it, _)| it.as_os_str().is_empty()));
        own.map(|(_, files)| files.as_slice())
    }

    /// The script that a values file is said for.
    pub(super) fn script_of(&self, values: &Path) -> Option<&Path> {
        let named = self.values.iter().filter(|(it, _)| !it.as_os_str().is_empty());
        named
            .clone()
            .find(|(_, files)| files.iter().any(|it| it == values))
            .map(|(it, _)| it.as_path())
    }
}
