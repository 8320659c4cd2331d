//! What editors know of the language: word lists that come from the program's own tables, snippets that compile, and the
//! colours of a script against its tokens.
//!
//! Some parts of the files below `editors/` are written by these tests: `MIMEO_WRITE=1 cargo test --test it editors`.

mod snippets;
mod tokens;
mod trees;
mod words;

use std::path::Path;

use crate::support::root;

/// Holds a file to what it should be, or writes it where that was asked for.
fn hold(path: &str, expected: &str) {
    let full = root().join(path);
    let found = std::fs::read_to_string(&full).unwrap_or_default();
    if found == expected {
        return;
    }
    if std::env::var_os("MIMEO_WRITE").is_some() {
        std::fs::create_dir_all(full.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(&full, expected).expect("the file can be written");
        return;
    }
    let differs = expected
        .lines()
        .zip(found.lines().chain(std::iter::repeat("")))
        .enumerate()
        .find(|(_, (expected, found))| expected != found)
        .map(|(at, (expected, found))| format!("line {}\n- {found}\n+ {expected}", at + 1));
    panic!(
        "{path} is not what the program's tables say: {}\n\
         `MIMEO_WRITE=1 cargo test --test it editors` writes it anew",
        differs.unwrap_or_else(|| "it is too long or too short".to_owned()),
    );
}

/// A text of the project.
fn text_of(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
