//! What an installer package says of itself: product, features, public properties, and the pages of its wizard.
//!
//! A profile is read from a package, or from the JSON that an earlier reading has left. It says only what stands in the
//! package's tables: what the code of a custom action asks for by itself is in none of them, so that a name that no
//! profile knows is not proven wrong.

mod fields;
mod names;
pub mod own;
mod pages;
pub mod survey;
mod text;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

/// The version of the profile's file format.
pub const FORMAT: u32 = 1;

/// What an installer package says of itself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The version of this format.
    #[schemars(extend("const" = FORMAT))]
    pub format: u32,
    /// The file that was read.
    pub package: PackageFile,
    /// What it installs.
    pub product: Product,
    /// Its features in the order in which the wizard's tree shows them, each after its parent.
    pub features: Vec<Feature>,
    /// Its public properties, by name.
    pub properties: Vec<PublicProperty>,
    /// The pages of its wizard: first those of an installation in their order, then windows that come up over them, the
    /// last pages, and what is not reached from the first page.
    pub pages: Vec<Page>,
    /// The tables that could not be read and are not needed for the pages and features.
    pub unread: Vec<UnreadTable>,
}

/// The file that a profile was read from.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackageFile {
    /// Its name, without a folder.
    pub name: String,
    /// The digest of its bytes: `sha256:` and 64 hexadecimal digits.
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{64}$"))]
    pub digest: String,
}

/// What a package installs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// `ProductName`.
    pub name: String,
    /// `ProductVersion`: the build.
    pub version: String,
    /// `ProductCode`.
    pub product_code: Option<String>,
    /// `UpgradeCode`.
    pub upgrade_code: Option<String>,
    /// `Manufacturer`.
    pub manufacturer: Option<String>,
    /// `ProductLanguage`: the number of a language, such as 1033 for English of the United States.
    pub language: Option<String>,
}

/// Whether a product of this name is the Service and Portal of an Identity Manager, and no language pack of it.
#[must_use]
pub fn is_service_and_portal(product: &str) -> bool {
    product.contains("Identity Manager")
        && product.contains("Service and Portal")
        && !product.contains("Language Pack")
}

/// A feature, which can be installed or left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Its name in `ADDLOCAL`; case-sensitive.
    pub name: String,
    /// The feature that it is a part of.
    pub parent: Option<String>,
    /// Its name in the tree.
    pub title: Option<String>,
    /// The text beside the tree.
    pub description: Option<String>,
    /// It is installed unless its level is 0 or above `INSTALLLEVEL`, which is 1 unless the package says otherwise.
    pub level: i32,
    /// Whether the tree shows it.
    pub visible: bool,
}

/// A property whose name has no small letters, so that the command line can set it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PublicProperty {
    /// Its name.
    #[serde(deserialize_with = "public_name")]
    pub name: String,
    /// Its value in the table `Property`.
    pub default: Option<String>,
    /// Whether `MsiHiddenProperties` names it, so that the log does not show its value.
    pub hidden: bool,
    /// Whether `SecureCustomProperties` names it, so that the command line also reaches the part of the installation that
    /// runs elevated.
    pub secure: bool,
    /// By what the package knows it, each at most once, in the order of [`KnownBy`].
    pub known_by: Vec<Evidence>,
}

/// A command line is made of it, and a profile may be written by hand.
fn public_name<'de, D: Deserializer<'de>>(text: D) -> Result<String, D::Error> {
    let name = String::deserialize(text)?;
    if text::is_public(&name) {
        return Ok(name);
    }
    let problem = format!("`{}` is no name of a public property", clean(&name));
    Err(serde::de::Error::custom(problem))
}

/// Where a name stands in a package.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What kind of place it is.
    pub by: KnownBy,
    /// The first such place: a table with a column, a row, or a property, such as `CustomAction.Target of SetPort`.
    pub place: String,
}

/// What kind of place knows a name, the strongest first.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum KnownBy {
    /// It has a value in the table `Property`.
    Table,
    /// A field of the wizard sets it.
    Field,
    /// `SecureCustomProperties`, `MsiHiddenProperties` or `AdminProperties` lists it.
    List,
    /// It is a folder in the table `Directory`.
    Folder,
    /// A search of the system or for another product sets it.
    Search,
    /// A custom action sets it or takes it.
    Action,
    /// A button of the wizard sets it.
    Event,
    /// A condition asks for it.
    Condition,
    /// A text of a table contains it in square brackets.
    Text,
}

/// A page of the wizard, or another of its windows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// The name of the dialog in the package.
    pub dialog: String,
    /// When it is seen.
    pub kind: PageKind,
    /// Its visible title, else that of its window.
    pub title: String,
    /// The text below the title.
    pub subtitle: Option<String>,
    /// How it is reached, in the order of the pages.
    pub reached: Vec<Arrival>,
    /// What it asks for, from top to bottom.
    pub fields: Vec<Field>,
    /// Its other texts, from top to bottom.
    pub texts: Vec<String>,
}

/// When a page is seen.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    /// In its turn.
    Page,
    /// Over another page.
    Popup,
    /// At the end: after success, a failure or a cancellation.
    Ending,
    /// Nothing leads to it from the first page of an installation; it may belong to maintenance, or to an action.
    Unreached,
}

/// A way to a page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Arrival {
    /// The dialog that it comes from; none for a page that the sequence of the installation opens.
    pub from: Option<String>,
    /// The button or other control that leads on.
    pub control: Option<String>,
    /// The condition, as it stands in the package.
    pub condition: Option<String>,
}

/// What a page asks for in one place.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name of the control in the package.
    pub control: String,
    /// What kind of field it is.
    pub kind: FieldKind,
    /// The text that a person reads beside it; empty if there is none.
    pub label: String,
    /// The property that it sets, if that can be told.
    pub property: Option<String>,
    /// The property whose value is the name of the property that it sets.
    pub through: Option<String>,
    /// The values that it offers. A check box has one, and clears the property when it is off.
    pub choices: Vec<Choice>,
    /// The value that it begins with, if the table `Property` says it.
    pub default: Option<String>,
    /// Whether it is seen before a condition decides.
    pub visible: bool,
    /// Whether it is open before a condition decides.
    pub enabled: bool,
    /// What shows, hides, opens and closes it.
    pub conditions: Vec<FieldCondition>,
}

/// The kinds of fields.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// Any text.
    Text,
    /// A text that is not shown.
    Password,
    /// A text of a given form, such as a product key.
    Masked,
    /// On or off.
    CheckBox,
    /// One of several, all to be seen.
    RadioGroup,
    /// One of a list that opens, or a text of one's own.
    ComboBox,
    /// One of a list.
    ListBox,
    /// One of a list with pictures.
    ListView,
    /// A folder.
    Path,
    /// A drive.
    Volume,
    /// The tree of features.
    SelectionTree,
}

/// A value that a field offers.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What the property is set to.
    pub value: String,
    /// What a person reads.
    pub text: String,
}

/// What changes a field while its page is seen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldCondition {
    /// What happens.
    pub effect: Effect,
    /// When, as it stands in the package.
    pub condition: String,
}

/// What a condition does to a field.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It is the one that the Enter key takes.
    Default,
    /// It is greyed.
    Disable,
    /// It is open.
    Enable,
    /// It is not seen.
    Hide,
    /// It is seen.
    Show,
}

/// A table that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnreadTable {
    /// Its name.
    pub table: String,
    /// Why; completes a sentence about the package.
    pub reason: String,
}

impl Profile {
    /// What the package says of a public property; none if it does not know the name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&PublicProperty> {
        self.properties.iter().find(|it| it.name == name)
    }

    /// Whether the package knows a public property.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.property(name).is_some()
    }

    /// What the package says of a feature.
    #[must_use]
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|it| it.name == name)
    }

    /// The fields that a person reads as this label, with their pages. Neither large and small letters count, nor a colon at
    /// the end, nor how many blanks there are.
    pub fn fields_labelled<'a>(
        &'a self,
        label: &str,
    ) -> impl Iterator<Item = (&'a Page, &'a Field)> {
        let label = plain(label);
        self.fields().filter(move |(_, field)| plain(&field.label) == label)
    }

    /// The fields that set a property, with their pages.
    pub fn fields_of<'a>(&'a self, property: &str) -> impl Iterator<Item = (&'a Page, &'a Field)> {
        self.fields().filter(move |(_, field)| field.property.as_deref() == Some(property))
    }

    /// All fields of all pages, in their order.
    pub fn fields(&self) -> impl Iterator<Item = (&Page, &Field)> {
        self.pages.iter().flat_map(|page| page.fields.iter().map(move |field| (page, field)))
    }

    /// The form in which it is written: fields in their order, two spaces, a line end at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("all keys are texts") + "\n"
    }

    /// Reads a profile. The caller limits the size of the text.
    pub fn from_json(text: &str) -> Result<Profile, ProfileError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        // Editors on Windows put a mark at the start of a text.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        // The version first: a later one may say things that this one would take for mistakes.
        if let Ok(Head { format }) = serde_json::from_str(text)
            && format != FORMAT
        {
            return Err(ProfileError::Format(format));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let profile = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            ProfileError::at(&path, error.inner())
        })?;
        json.end().map_err(|error| ProfileError::at(".", &error))?;
        Ok(profile)
    }
}

/// Why a text is no profile.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProfileError {
    /// It is of another version of this program.
    #[error("the profile has format {0}; this version of mimeo reads format {FORMAT}")]
    Format(u32),
    /// It is not JSON, or does not say what a profile says.
    #[error("the profile is not what `mimeo installer inspect` writes{}: {problem} (line {line}, column {column})", shown(.path))]
    Shape {
        /// The path to the place, empty for the whole.
        path: String,
        /// What is wrong there.
        problem: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
}

impl ProfileError {
    fn at(path: &str, error: &serde_json::Error) -> Self {
        let problem = error.to_string();
        // The place stands beside it.
        let end = problem.rfind(" at line ").unwrap_or(problem.len());
        ProfileError::Shape {
            path: if path == "." { String::new() } else { clean(path) },
            problem: clean(&problem[..end]),
            line: error.line(),
            column: error.column(),
        }
    }
}

fn shown(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{path}`") }
}

/// The text on one line, and not too long: it comes out of a file.
pub(super) fn clean(text: &str) -> String {
    let mut clean: String = text.chars().take(200).flat_map(visible).collect();
    if text.chars().nth(200).is_some() {
        clean.push('…');
    }
    clean
}

/// A character as it may be shown.
fn visible(character: char) -> impl Iterator<Item = char> {
    let odd = character.is_control()
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    let (plain, escaped) =
        if odd { (None, Some(character.escape_default())) } else { (Some(character), None) };
    plain.into_iter().chain(escaped.into_iter().flatten())
}

/// A text of the wizard without what does not count in it: large and small letters, blanks, a colon or a full stop at the end.
#[must_use]
pub fn plain(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_end_matches([':', '.', ' ']).to_lowercase()
}
