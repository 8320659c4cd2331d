//! Which script a file belongs to, and which values belong to a script.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::installer::Packages;
use crate::installer::profile::Profile;
use crate::lsp::buffers::Buffers;
use crate::lsp::settings::Settings;
use crate::script::MOST_BYTES;
use crate::source::files::{Disk, Files};
use crate::syntax;

/// The most scripts of a folder that are looked at for one that imports a module.
const MOST_SCRIPTS: usize = 200;
/// The most bytes of a profile.
const PROFILE_LIMIT: u64 = 16 << 20;

/// The path with symbolic links resolved; of what is not there, that of its folder.
pub(super) fn real(path: &Path) -> PathBuf {
    if let Ok(real) = Disk.canonical(path) {
        return real;
    }
    let folder = path.parent().and_then(|it| Disk.canonical(it).ok());
    match (folder, path.file_name()) {
        (Some(folder), Some(name)) if path.is_absolute() => folder.join(name),
        _ => path.to_path_buf(),
    }
}

/// The script that a file belongs to: for values, that of the settings or of the same name; for a module, one near it that
/// imports it; else the file itself.
pub(super) fn entry(
    path: &Path,
    files: &Buffers,
    settings: &Settings,
    folder: &Path,
) -> Option<PathBuf> {
    let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
    if ending == "toml" {
        let named = settings.script_of(path).map(real);
        let beside = path.with_extension("rhai");
        return named.or_else(|| files.canonical(&beside).is_ok().then_some(beside));
    }
    if ending == "json" {
        return None;
    }
    importer(path, files, folder).or_else(|| Some(path.to_path_buf()))
}

/// A script in the file's folder or one above it, up to the workspace's, that imports the file.
fn importer(path: &Path, files: &Buffers, top: &Path) -> Option<PathBuf> {
    let top = real(top);
    for folder in path.ancestors().skip(1).take(4) {
        if !folder.is_absolute() {
            return None;
        }
        let own = folder == path.parent().unwrap_or(folder);
        if !own && !folder.starts_with(&top) {
            return None;
        }
        for script in scripts(folder) {
            if script != path && imports(&script, path, files) {
                return Some(script);
            }
        }
    }
    None
}

/// The scripts of a folder, in order.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.flatten().map(|it| it.path());
    let is_script = |it: &PathBuf| it.extension().is_some_and(|it| it == "rhai");
    let mut scripts: Vec<_> = paths.filter(is_script).take(MOST_SCRIPTS).collect();
    scripts.sort();
    scripts
}

fn imports(script: &Path, module: &Path, files: &Buffers) -> bool {
    let Ok(text) = files.read(script, MOST_BYTES) else { return false };
    if !text.contains("import") {
        return false;
    }
    let tree = syntax::parse(text.into());
    let folder = script.parent().unwrap_or(Path::new(""));
    tree.imports().filter_map(syntax::Import::path).any(|it| {
        let mut target = folder.join(it);
        if target.extension().is_none() {
            target.set_extension("rhai");
        }
        files.canonical(&target).is_ok_and(|it| it == module)
    })
}

/// The values files of a script: those of the settings, else the one of the same name beside it.
pub(super) fn values(script: &Path, files: &Buffers, settings: &Settings) -> Vec<PathBuf> {
    if let Some(said) = settings.values_of(script) {
        return said.iter().map(|it| real(it)).filter(|it| files.canonical(it).is_ok()).collect();
    }
    let beside = script.with_extension("toml");
    if files.canonical(&beside).is_ok() { vec![beside] } else { Vec::new() }
}

/// What a profile of the installer's package says.
pub(super) fn profile(path: &Path) -> Result<Arc<dyn Packages>, String> {
    let text = Disk.read(path, PROFILE_LIMIT).map_err(|it| it.to_string())?;
    let profile = Profile::from_json(&text).map_err(|it| it.to_string())?;
    Ok(Arc::new(profile))
}

/// The modules that an import in a file can name, as it would name them.
pub(super) fn modules(file: &Path, root: &Path) -> Vec<String> {
    let folder = file.parent().unwrap_or(root);
    let mut found = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), 0)];
    while let Some((at, depth)) = folders.pop() {
        for script in scripts(&at) {
            if let Ok(below) = script.with_extension("").strip_prefix(folder)
                && script != file
            {
                found.push(below.to_string_lossy().replace('\\', "/"));
            }
        }
        let Ok(entries) = std::fs::read_dir(&at) else { continue };
        let inner = entries.flatten().filter(|it| it.file_type().is_ok_and(|it| it.is_dir()));
        if depth < 3 {
            folders.extend(inner.map(|it| (it.path(), depth + 1)));
        }
        if found.len() > MOST_SCRIPTS {
            break;
        }
    }
    found.sort();
    found
}
