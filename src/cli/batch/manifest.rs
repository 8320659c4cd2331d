//! A list of customers in a file: for each its values, and a script and a name if need be.
//!
//! ```toml
//! script = "contoso.rhai"                        # for those that name none
//!
//! [[customer]]
//! values = ["house.toml", "customers/contoso.toml"]
//!
//! [[customer]]
//! name = "fabrikam-test"
//! script = "fabrikam.rhai"
//! values = "customers/fabrikam.toml"
//! ```
//!
//! Paths count from the list's own folder.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::Failure;
use crate::cli::batch::customers::{Customer, Customers, stem};
use crate::diagnostic::nearest;
use crate::script::folder;
use crate::source::files::{Disk, Files};
use crate::source::{SourceKind, Sources, Span};

/// The most bytes of a list: ten thousand customers take a tenth of it.
const MOST_BYTES: u64 = 16 << 20;

/// Reads a list; the customers are added in its order. `script` is for those that name none, where the list has none either.
pub(super) fn read(
    path: &Path,
    script: Option<&Path>,
    customers: &mut Customers,
) -> Result<(), Failure> {
    let text = Disk.read(path, MOST_BYTES).map_err(|error| {
        let message = format!("the list `{}` cannot be read: {error}", path.display());
        Failure::usage(message, "name a TOML file with a `[[customer]]` for each")
    })?;
    let mut sources = Sources::default();
    let id = sources.add(SourceKind::Values, path.display().to_string(), text);
    let list = List { sources: &sources, id, folder: folder(path) };
    let text = &sources.get(id).text;
    let table = DeTable::parse(text).map_err(|error| {
        let range = error.span().unwrap_or(0..0);
        list.wrong(range, error.message(), "mend the line")
    })?;
    let mut common = script.map(Path::to_path_buf);
    let mut entries: &[Spanned<DeValue<'_>>] = &[];
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("script", _) => common = Some(list.path(value)?),
            ("customer", DeValue::Array(array)) => entries = array,
            ("customer", _) => {
                let message = "`customer` is no list of tables";
                return Err(list.wrong(key.span(), message, "write `[[customer]]` for each"));
            }
            (other, _) => return Err(list.unknown(other, key.span(), &["script", "customer"])),
        }
    }
    for entry in entries {
        let customer = list.customer(entry, common.as_deref(), customers)?;
        customers.list.push(customer);
    }
    Ok(())
}

struct List<'a> {
    sources: &'a Sources,
    id: crate::source::SourceId,
    folder: PathBuf,
}

impl List<'_> {
    fn customer(
        &self,
        entry: &Spanned<DeValue<'_>>,
        common: Option<&Path>,
        customers: &mut Customers,
    ) -> Result<Customer, Failure> {
        let DeValue::Table(table) = entry.get_ref() else {
            return Err(self.wrong(entry.span(), "a customer is a table", "write `[[customer]]`"));
        };
        let (mut name, mut script, mut values) = (None, common.map(Path::to_path_buf), Vec::new());
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "name" => name = Some(self.name(value)?),
                "script" => script = Some(self.path(value)?),
                "values" => {
                    values = match value.get_ref() {
                        DeValue::Array(array) => {
                            array.iter().map(|it| self.path(it)).collect::<Result<_, _>>()?
                        }
                        DeValue::String(_)
                        | DeValue::Integer(_)
                        | DeValue::Float(_)
                        | DeValue::Boolean(_)
                        | DeValue::Datetime(_)
                        | DeValue::Table(_) => vec![self.path(value)?],
                    }
                }
                other => {
                    return Err(self.unknown(other, key.span(), &["name", "script", "values"]));
                }
            }
        }
        let Some(script) = script else {
            let help = "write `script = \"…\"` here, or at the top of the list for all";
            return Err(self.wrong(entry.span(), "this customer has no script", help));
        };
        let is_named = name.is_some();
        let name = name.unwrap_or_else(|| stem(values.last().unwrap_or(&script)));
        Ok(Customer { name, script: customers.script(script), values, is_named })
    }

    fn text<'t>(&self, value: &'t Spanned<DeValue<'_>>) -> Result<&'t str, Failure> {
        let text = value.get_ref().as_str();
        text.ok_or_else(|| self.wrong(value.span(), "this is no text", "write it in quotes"))
    }

    fn path(&self, value: &Spanned<DeValue<'_>>) -> Result<PathBuf, Failure> {
        let text = self.text(value)?;
        let is_bare = self.folder == Path::new(".");
        Ok(if is_bare { PathBuf::from(text) } else { self.folder.join(text) })
    }

    /// A name by which a file can be called, also on Windows.
    fn name(&self, value: &Spanned<DeValue<'_>>) -> Result<String, Failure> {
        const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "com", "lpt"];
        let text = self.text(value)?;
        let wrong = |it: char| it.is_control() || r#"/\:*?"<>|"#.contains(it);
        let before = text.split('.').next().unwrap_or_default().to_lowercase();
        let device = DEVICES.contains(&before.trim_end_matches(|it: char| it.is_ascii_digit()));
        let ends = text.starts_with('.') || text.ends_with(['.', ' ']) || text.trim().is_empty();
        if device || ends || text.contains(wrong) || text.len() > 120 {
            let message = format!("`{}` cannot be the name of a file", crate::plan::visible(text));
            return Err(self.wrong(value.span(), &message, "the customer's plan is called by it"));
        }
        Ok(text.to_owned())
    }

    fn unknown(&self, key: &str, range: std::ops::Range<usize>, known: &[&str]) -> Failure {
        let help = match nearest(key, known.iter().copied()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        self.wrong(range, &format!("`{}` is unknown here", crate::plan::visible(key)), &help)
    }

    fn wrong(&self, range: std::ops::Range<usize>, message: &str, help: &str) -> Failure {
        let (start, end) = (range.start as u32, range.end as u32);
        let place = self.sources.place(Span { source: self.id, start, end });
        Failure::usage(format!("{place}: {message}"), help)
    }
}
