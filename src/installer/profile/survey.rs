//! A package read into its profile.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};
use std::path::Path;

use crate::installer::package::table::Kind;
use crate::installer::package::{Package, Unreadable, digest, open};
use crate::installer::profile::text::Texts;
use crate::installer::profile::{
    FORMAT, Feature, PackageFile, Product, Profile, clean, names, pages,
};

/// Reads the profile of a file.
pub fn survey(path: &Path) -> Result<Profile, Unreadable> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    survey_of(&name, open(path)?)
}

/// Reads the profile of what stands for a file of this name.
pub fn survey_of(name: &str, mut file: impl Read + Seek) -> Result<Profile, Unreadable> {
    let digest = digest(&mut file)?;
    let mut package = Package::read(file)?;
    let table = package.needed("Property", &[("Property", Kind::Text), ("Value", Kind::Text)])?;
    let defaults: BTreeMap<String, String> = table
        .rows()
        .map(|it| (it.text("Property").to_owned(), it.text("Value").to_owned()))
        .collect();
    let texts = Texts::new(defaults);
    let product = product(&texts)?;
    let features = features(&mut package, &texts)?;
    let pages = pages::read(&mut package, &texts)?;
    let (properties, unread) = names::read(&mut package, &texts, &pages)?;
    Ok(Profile {
        format: FORMAT,
        package: PackageFile { name: name.to_owned(), digest },
        product,
        features,
        properties,
        pages,
        unread,
    })
}

/// Every package has to say these: <https://learn.microsoft.com/windows/win32/msi/required-properties>.
fn product(texts: &Texts) -> Result<Product, Unreadable> {
    let required = |name: &str| {
        let value = texts.default(name).filter(|it| !it.is_empty());
        let none = || Unreadable::damaged(&format!("it does not say its `{name}`"));
        texts.keep(value.ok_or_else(none)?)
    };
    let optional = |name: &str| texts.some(texts.default(name).unwrap_or_default());
    Ok(Product {
        name: required("ProductName")?,
        version: required("ProductVersion")?,
        product_code: optional("ProductCode")?,
        upgrade_code: optional("UpgradeCode")?,
        manufacturer: optional("Manufacturer")?,
        language: optional("ProductLanguage")?,
    })
}

/// The features in the order of the tree.
///
/// <https://learn.microsoft.com/windows/win32/msi/feature-table>: siblings stand in the order of `Display`, and one whose
/// `Display` is 0 or empty is not shown; a feature without a parent, or that is its own, is a root.
fn features(
    package: &mut Package<impl Read + Seek>,
    texts: &Texts,
) -> Result<Vec<Feature>, Unreadable> {
    let columns = [
        ("Feature", Kind::Text),
        ("Feature_Parent", Kind::Text),
        ("Title", Kind::Text),
        ("Description", Kind::Text),
        ("Display", Kind::Short),
        ("Level", Kind::Short),
    ];
    let table = package.optional("Feature", &columns)?;
    let mut rows: Vec<_> = table.rows().collect();
    rows.sort_by_key(|it| match it.number("Display").unwrap_or(0) {
        0 => i32::MAX,
        shown => shown,
    });
    let known: BTreeSet<&str> = rows.iter().map(|it| it.text("Feature")).collect();
    let mut parts: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for row in &rows {
        let (name, parent) = (row.text("Feature"), row.text("Feature_Parent"));
        let parent = if parent == name { "" } else { parent };
        if !parent.is_empty() && !known.contains(parent) {
            let text = format!(
                "its feature `{}` is a part of `{}`, which is not there",
                clean(name),
                clean(parent)
            );
            return Err(Unreadable::damaged(&text));
        }
        parts.entry(parent).or_default().push(*row);
    }
    let mut features = Vec::new();
    let mut waiting: Vec<_> = parts.remove("").unwrap_or_default();
    waiting.reverse();
    while let Some(row) = waiting.pop() {
        let (name, parent) = (row.text("Feature"), row.text("Feature_Parent"));
        features.push(Feature {
            name: texts.keep(name)?,
            parent: texts.some(if parent == name { "" } else { parent })?,
            title: texts.some(row.text("Title"))?,
            description: texts.some(row.text("Description"))?,
            level: row.number("Level").unwrap_or(0),
            visible: row.number("Display").unwrap_or(0) != 0,
        });
        waiting.extend(parts.remove(name).unwrap_or_default().into_iter().rev());
    }
    // What is left is above itself.
    if let Some(row) = parts.values().flatten().next() {
        let text = format!("its feature `{}` is a part of itself", clean(row.text("Feature")));
        return Err(Unreadable::damaged(&text));
    }
    Ok(features)
}
