//! Where an editor finds texts of the program: modules of the standard library, for which it asks where it can, and what
//! was asked to be shown. Else they are files in a folder of the program's own.

use std::path::{Path, PathBuf};

use crate::lsp::convert::LIBRARY_SCHEME;
use crate::script::import::{LIBRARY, library};

/// The addresses of the modules.
#[derive(Debug, Default)]
pub(super) struct Library {
    /// Whether the client asks for texts (LSP 3.18).
    pub(super) asks: bool,
    /// A folder for those that do not.
    pub(super) folder: Option<PathBuf>,
    pub(super) written: bool,
}

impl Library {
    /// The path of a module by its name, such as `std/options`.
    pub(super) fn path(&mut self, name: &str) -> Option<PathBuf> {
        if self.asks {
            return Some(PathBuf::from(format!("{LIBRARY_SCHEME}:/{name}.rhai")));
        }
        let folder = self.folder.clone()?;
        if !self.written {
            self.written = true;
            write(&folder)?;
        }
        Some(folder.join(format!("{name}.rhai")))
    }

    /// Keeps a text as a file for the editor to open.
    pub(super) fn keep(&self, name: &str, text: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?.join("shown");
        let path = folder.join(name);
        put(&path, text)?;
        Some(path)
    }

    /// The module at a path.
    pub(super) fn name(&self, path: &Path) -> Option<&'static str> {
        let text = path.to_string_lossy();
        let below = match &self.folder {
            Some(folder) if path.starts_with(folder) => {
                path.strip_prefix(folder).ok()?.to_string_lossy().replace('\\', "/")
            }
            _ => text.strip_prefix("mimeo:/")?.to_owned(),
        };
        let name = below.strip_suffix(".rhai")?;
        LIBRARY.iter().map(|(it, _)| *it).find(|it| *it == name)
    }
}

/// Puts the modules where they can be opened. They are only looked at: imports read those within the program.
fn write(folder: &Path) -> Option<()> {
    for (name, _) in LIBRARY {
        put(&folder.join(format!("{name}.rhai")), library(name).unwrap_or_default())?;
    }
    Some(())
}

/// Writes a file, where it is not there as it should be.
#[expect(
    clippy::disallowed_methods,
    reason = "texts of the program itself, for the editor to show"
)]
fn put(path: &Path, text: &str) -> Option<()> {
    std::fs::create_dir_all(path.parent()?).ok()?;
    if std::fs::read_to_string(path).ok().as_deref() != Some(text) {
        std::fs::write(path, text).ok()?;
    }
    Some(())
}
