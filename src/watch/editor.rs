//! How editors are told to open a file at a place.

use std::path::Path;

/// Where an editor is told to open a file, for those whose convention is known.
#[must_use]
pub fn editor(line: &str, path: &Path, spot: (u32, u32)) -> Option<(String, Vec<String>)> {
    let mut words = line.split_whitespace().map(ToOwned::to_owned);
    let program = words.next()?;
    let mut args: Vec<String> = words.collect();
    let name = Path::new(&program).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let file = path.display().to_string();
    let (row, column) = spot;
    if row == 0 {
        args.push(file);
        return Some((program, args));
    }
    match name.as_str() {
        "vi" | "vim" | "nvim" | "gvim" | "view" | "joe" | "mg" | "ne" => {
            args.extend([format!("+{row}"), file]);
        }
        "nano" | "pico" => args.extend([format!("+{row},{column}"), file]),
        "emacs" | "emacsclient" | "kak" | "micro" | "gedit" | "kakoune" => {
            args.extend([format!("+{row}:{column}"), file]);
        }
        "code" | "code-insiders" | "codium" | "cursor" | "windsurf" => {
            args.extend(["--goto".to_owned(), format!("{file}:{row}:{column}")]);
        }
        "hx" | "helix" | "subl" | "zed" => args.push(format!("{file}:{row}:{column}")),
        "notepad++" => args.extend([format!("-n{row}"), format!("-c{column}"), file]),
        "kate" => args.extend([
            "-l".to_owned(),
            row.to_string(),
            "-c".to_owned(),
            column.to_string(),
            file,
        ]),
        _ => args.push(file),
    }
    Some((program, args))
}
