//! Reading a values file that is not quite TOML: which statements are broken, and the rest of the file.
//!
//! A file without a mistake is read by the `toml` crate alone. Where it meets one, that crate goes on, but may give up
//! the rest of the file, and says things in the grammar's words. So the file is taken apart into its statements, each
//! is tried alone, and those that fail are blanked out: what remains is read with every offset as it was.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::Error;

use crate::diagnostic::Diagnostic;

use super::file::File;
use super::speaker::{Loss, Speaker, split_message};
use super::statement::{Kind, Statement};
use super::{VALUES_SYNTAX, secrets};

/// A line that could not be read, and what it was to give.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) path: Vec<String>,
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// A file whose broken statements are blanked out.
#[derive(Debug)]
pub(super) struct Mended<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) broken: Vec<Broken>,
    /// Whether the key of a broken statement is unknown.
    pub(super) torn: bool,
}

/// A file that is no values file at all is not gone through line by line.
const MOST: usize = 30;

/// Reports the broken statements of a file and blanks them out.
pub(super) fn mend<'t>(
    file: &File<'t>,
    statements: &[Statement],
    hidden: &[Range<usize>],
    out: &mut Vec<Diagnostic>,
) -> Mended<'t> {
    let text = file.text;
    let mut mended = Mended { text: Cow::Borrowed(text), broken: Vec::new(), torn: false };
    let mut blank = Vec::new();
    let mut seen: BTreeMap<(&[String], bool), &Statement> = BTreeMap::new();
    let mut lost_table = false;
    let mut found = Vec::new();
    for statement in statements {
        let is_header = statement.kind == Kind::Header;
        let speaker = Speaker { file, statement, hidden };
        let finding = speaker.broken();
        let is_broken = finding.is_some();
        found.extend(finding);
        if is_header {
            lost_table = is_broken;
        }
        if is_broken || lost_table {
            blank.push(statement.range.clone());
            if is_header {
                continue;
            }
            if !is_broken {
                found.extend(secrets::written_out(file, statement));
            }
            match speaker.loss() {
                Loss::Nothing => {}
                Loss::Unknown => mended.torn = true,
                Loss::Known(broken) => mended.broken.push(broken),
            }
            continue;
        }
        let is_list = text[statement.range.clone()].starts_with("[[");
        if let Some(first) = seen.get(&(statement.path.as_slice(), is_header)).filter(|_| !is_list)
        {
            found.push(speaker.twice(first));
            found.extend(secrets::written_out(file, statement));
            if !is_header {
                blank.push(statement.range.clone());
            }
        } else {
            seen.insert((&statement.path, is_header), statement);
        }
    }
    if found.len() > MOST {
        let first = found[MOST].primary;
        let message = format!("{} more lines cannot be read", found.len() - MOST);
        found.truncate(MOST);
        let mut finding = Diagnostic::new(&VALUES_SYNTAX, first, message);
        finding.label("from here on");
        finding.help("look whether this is a values file: TOML, one `name = value` per line");
        found.push(finding);
    }
    out.append(&mut found);
    let mut bytes = text.as_bytes().to_vec();
    for range in blank {
        for byte in &mut bytes[range] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    mended.text = Cow::Owned(String::from_utf8(bytes).expect("whole statements are blanked out"));
    mended
}

/// Reports what is wrong between statements that are right, each for itself: a key that is a value in one and a table
/// in another.
pub(super) fn report_rest(file: &File<'_>, errors: &[Error], out: &mut Vec<Diagnostic>) {
    for error in errors {
        let span = file.span(error.span().unwrap_or_default());
        if out.iter().any(|finding| finding.primary.contains(span)) {
            continue;
        }
        let (what, expected) = split_message(error.message());
        let message = match what {
            "duplicate key" => {
                let key = &file.text[span.range()];
                format!("`{key}` is given twice, once as a table")
            }
            _ => format!("the line cannot be read: {what}"),
        };
        let mut finding = Diagnostic::new(&VALUES_SYNTAX, span, message);
        finding.label(if expected.is_empty() { "given again here".to_owned() } else { expected });
        finding.help("leave one of the two out");
        out.push(finding);
    }
}
