//! Every public property that a package names anywhere, and where.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use crate::installer::package::table::{Row, Table};
use crate::installer::package::{Package, Unreadable};
use crate::installer::profile::text::{Texts, is_public, names, references};
use crate::installer::profile::{Evidence, KnownBy, Page, PublicProperty, UnreadTable, clean};

/// Lists of names, separated by semicolons.
///
/// <https://learn.microsoft.com/windows/win32/msi/securecustomproperties>,
/// <https://learn.microsoft.com/windows/win32/msi/msihiddenproperties>,
/// <https://learn.microsoft.com/windows/win32/msi/adminproperties>
const LISTS: [&str; 3] = ["SecureCustomProperties", "MsiHiddenProperties", "AdminProperties"];

/// Columns that hold the name of a property, or of a folder, which is one.
///
/// <https://learn.microsoft.com/windows/win32/msi/appsearch-table>, `ccpsearch-table`, `upgrade-table`, `directory-table`,
/// and the tables of the wizard's lists.
const NAMES: [(&str, &str, KnownBy); 8] = [
    ("AppSearch", "Property", KnownBy::Search),
    ("Upgrade", "ActionProperty", KnownBy::Search),
    ("Directory", "Directory", KnownBy::Folder),
    ("RadioButton", "Property", KnownBy::Field),
    ("ComboBox", "Property", KnownBy::Field),
    ("ListBox", "Property", KnownBy::Field),
    ("ListView", "Property", KnownBy::Field),
    ("CheckBox", "Property", KnownBy::Field),
];

/// Names with the first place of each kind.
#[derive(Debug, Default)]
struct Found(BTreeMap<String, BTreeMap<KnownBy, String>>);

impl Found {
    fn add(&mut self, name: &str, by: KnownBy, place: impl FnOnce() -> String) {
        if !is_public(name) {
            return;
        }
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), BTreeMap::new());
        }
        if let Some(places) = self.0.get_mut(name) {
            places.entry(by).or_insert_with(place);
        }
    }
}

/// Reads the public properties, and says which tables could not be looked through.
pub(super) fn read(
    package: &mut Package<impl Read + Seek>,
    texts: &Texts,
    pages: &[Page],
) -> Result<(Vec<PublicProperty>, Vec<UnreadTable>), Unreadable> {
    let mut found = Found::default();
    for name in texts.defaults().keys() {
        found.add(name, KnownBy::Table, || "Property".to_owned());
    }
    for page in pages {
        for field in &page.fields {
            for name in field.property.iter().chain(&field.through) {
                let place = || clean(&format!("{} of {}", field.control, page.dialog));
                found.add(name, KnownBy::Field, place);
            }
        }
    }
    for list in LISTS {
        for name in listed(texts, list) {
            found.add(name, KnownBy::List, || list.to_owned());
        }
    }
    let mut unread = Vec::new();
    for name in package.tables()? {
        // Its own descriptions say nothing of the product.
        if name.starts_with('_') {
            continue;
        }
        match package.table(&name) {
            Ok(table) => table.iter().for_each(|it| look_through(&name, it, &mut found)),
            Err(Unreadable::Foreign(reason)) => {
                unread.push(UnreadTable { table: texts.keep(&clean(&name))?, reason });
            }
            Err(reason @ (Unreadable::Missing | Unreadable::Refused(_))) => return Err(reason),
        }
    }
    let hidden: BTreeSet<&str> = listed(texts, "MsiHiddenProperties").collect();
    let secure: BTreeSet<&str> = listed(texts, "SecureCustomProperties").collect();
    let mut properties = Vec::new();
    for (name, places) in found.0 {
        let places = places.into_iter().map(|(by, place)| {
            texts.keep(&place)?;
            Ok(Evidence { by, place })
        });
        properties.push(PublicProperty {
            default: texts.default(&name).map(|it| texts.keep(it)).transpose()?,
            hidden: hidden.contains(name.as_str()),
            secure: secure.contains(name.as_str()),
            known_by: places.collect::<Result<_, Unreadable>>()?,
            name: texts.keep(&name)?,
        });
    }
    Ok((properties, unread))
}

fn listed<'a>(texts: &'a Texts, list: &str) -> impl Iterator<Item = &'a str> {
    let names = texts.default(list).unwrap_or_default().split(';');
    names.map(str::trim).filter(|it| !it.is_empty())
}

/// Finds the names in the rows of a table.
fn look_through(name: &str, table: &Table, found: &mut Found) {
    let columns: Vec<&str> = table.texts().collect();
    let Some(key) = columns.first() else { return };
    for row in table.rows() {
        let place = |column: &str| clean(&format!("{name}.{column} of {}", row.text(key)));
        for (table, column, by) in NAMES {
            if table == name {
                found.add(row.text(column), by, || place(column));
            }
        }
        if name == "CustomAction" && takes_property(row) {
            found.add(row.text("Source"), KnownBy::Action, || place("Source"));
        }
        for column in &columns {
            let text = row.text(column);
            // Conditions stand in columns of this name, whatever the table.
            if *column == "Condition" {
                for it in names(text) {
                    found.add(it, KnownBy::Condition, || place(column));
                }
            }
            let by = match (name, *column) {
                ("CustomAction", _) => KnownBy::Action,
                // `[NAME]` as an event sets the property.
                ("ControlEvent", "Event") => KnownBy::Event,
                _ => KnownBy::Text,
            };
            for it in references(text) {
                found.add(it, by, || place(column));
            }
        }
    }
}

/// Whether the source of a custom action is a property: a program or a script that one holds (50, 53, 54), a folder (35)
/// or a property (51) that it sets. <https://learn.microsoft.com/windows/win32/msi/summary-list-of-all-custom-action-types>
fn takes_property(row: Row<'_>) -> bool {
    matches!(row.number("Type").unwrap_or(0) & 0x3F, 35 | 50 | 51 | 53 | 54)
}
