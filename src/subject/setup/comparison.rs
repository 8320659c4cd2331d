//! The table of properties against a package: what it confirms, what it contradicts, what it does not know.
//!
//! A package that does not know a name does not prove it wrong: a custom action may ask for it in its own code.

use crate::installer::profile::own::is_windows_installers;
use crate::installer::profile::{Field, FieldKind, KnownBy, Profile, PublicProperty};
use crate::subject::setup::properties::{PROPERTIES, Property};

/// What a package says of the table.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// The rows of the table with what the package says, in its order.
    pub rows: Vec<(&'static Property, Verdict)>,
    /// What the package knows and the table does not, without what is Windows Installer's own; first what a field of the
    /// wizard sets.
    pub offered: Vec<&'a PublicProperty>,
}

/// What a package says of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It knows the name, and nothing speaks against the row.
    Confirmed,
    /// It knows the name only out of a condition or a text, which takes a value but need not be all that does.
    Mentioned(KnownBy),
    /// It knows the name, but otherwise than the row says; each completes "the package says that …".
    Contradicted(Vec<String>),
    /// It does not know the name.
    Unknown,
    /// Windows Installer knows the name in every package.
    WindowsInstaller,
}

/// The values that plans give to properties which take only certain ones.
const VALUES: &[(&str, &[&str])] = &[
    ("ACCEPT_EULA", &["1"]),
    ("EXISTINGDATABASE", &["0", "1"]),
    ("FIREWALL_CONF", &["1"]),
    ("IS_REGISTRATION_EXTRANET", &["Extranet", "None"]),
    ("IS_RESET_EXTRANET", &["Extranet", "None"]),
    ("MAIL_SERVER_IS_EXCHANGE", &["1"]),
    ("MAIL_SERVER_IS_EXCHANGE_ONLINE", &["1"]),
    ("MAIL_SERVER_USE_SSL", &["1"]),
    ("POLL_EXCHANGE_ENABLED", &["1"]),
    ("REGISTRATION_FIREWALL_CONF", &["1"]),
    ("REGISTRATION_FIREWALL_CONFIG", &["1"]),
    ("RESET_FIREWALL_CONF", &["1"]),
    ("RESET_FIREWALL_CONFIG", &["1"]),
    ("SHAREPOINTUSERS_CONF", &["1"]),
    ("USE_MANAGED_ACCOUNT_FOR_SERVICE", &["1"]),
];

/// Compares the table with a package.
#[must_use]
pub fn compare(profile: &Profile) -> Comparison<'_> {
    let rows = PROPERTIES.iter().map(|it| (it, verdict(it, profile))).collect();
    let new = |it: &&PublicProperty| {
        !is_windows_installers(&it.name) && !PROPERTIES.iter().any(|row| row.name == it.name)
    };
    let mut offered: Vec<&PublicProperty> = profile.properties.iter().filter(new).collect();
    // In the order of the wizard, then the others by how well they are known.
    let position = |it: &PublicProperty| {
        let mut fields = profile.fields();
        fields.position(|(_, field)| field.property.as_deref() == Some(it.name.as_str()))
    };
    offered.sort_by_cached_key(|it| {
        let place = position(it).unwrap_or(usize::MAX);
        (place, it.known_by.first().map(|it| it.by), it.name.clone())
    });
    Comparison { rows, offered }
}

fn verdict(row: &Property, profile: &Profile) -> Verdict {
    if is_windows_installers(row.name) {
        return Verdict::WindowsInstaller;
    }
    let Some(property) = profile.property(row.name) else { return Verdict::Unknown };
    let mut against = Vec::new();
    if row.secret && !property.hidden {
        against.push("its value is shown in the log, and it is a secret".to_owned());
    }
    for (_, field) in profile.fields_of(row.name) {
        against.extend(against_field(row, field));
    }
    against.dedup();
    if !against.is_empty() {
        return Verdict::Contradicted(against);
    }
    match property.known_by.first().map(|it| it.by) {
        Some(by @ (KnownBy::Condition | KnownBy::Text)) => Verdict::Mentioned(by),
        Some(
            KnownBy::Table
            | KnownBy::Field
            | KnownBy::List
            | KnownBy::Folder
            | KnownBy::Search
            | KnownBy::Action
            | KnownBy::Event,
        )
        | None => Verdict::Confirmed,
    }
}

/// What a field of the wizard says against a row.
fn against_field(row: &Property, field: &Field) -> Option<String> {
    let is_password = field.kind == FieldKind::Password;
    if row.secret && !is_password {
        return Some("its field shows what is typed, and it is a secret".to_owned());
    }
    if !row.secret && is_password {
        return Some(
            "its field hides what is typed, and the table takes it for no secret".to_owned(),
        );
    }
    let (_, values) = VALUES.iter().find(|(name, _)| *name == row.name)?;
    let offers = |value: &&&str| field.choices.iter().any(|it| it.value == ***value);
    let missing: Vec<String> =
        values.iter().filter(|it| !offers(it)).map(|it| format!("`{it}`")).collect();
    if field.choices.is_empty() || missing.is_empty() {
        return None;
    }
    Some(format!("its field does not offer {}, which plans write", missing.join(" and ")))
}
