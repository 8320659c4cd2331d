//! What the package itself says: which names of the table it knows, and which fields of its own pages take the values that
//! no name is known for.
//!
//! A name is trusted when the package's tables bear it out, and refused when they do not, whatever its grade. A value for
//! which the table has no name goes into a field of the package's pages, if exactly one has the same page, the same label
//! and the same kind; else a person enters it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::code;
use crate::diagnostic::{Reporter, nearest};
use crate::installer::profile::own::is_windows_installers;
use crate::installer::profile::{self, FieldKind, PageKind, Profile, plain};
use crate::installer::{Contents, Packages};
use crate::model::format::{Build, Format};
use crate::model::{Component, Declared, Deployment, Form, MailServer, Part};
use crate::plan::Entry;
use crate::plan::op::{Literal, Value};
use crate::subject::setup::pages;
use crate::subject::setup::properties::{PROPERTIES, Property, REDESIGN};
use crate::subject::setup::reaching;
use crate::subject::{Field, Reading, SUBJECTS};

code! {
    /// The file is there, and it is not a package that can be read: damaged, cut off while it was copied, or something else
    /// with that name. Windows Installer would refuse it with 1620.
    ///
    /// ```rhai,reports
    /// // package: damaged
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// ```
    ///
    /// Copy the whole folder `Service and Portal` again:
    ///
    /// ```rhai
    /// // package: 4.6.421.0
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// ```
    INSTALLER_PACKAGE_DAMAGED: Error = "installer-package-damaged", "package that cannot be read";

    /// The package was read, and it installs something else: the Synchronization Service, a language pack, the add-ins.
    ///
    /// ```rhai,reports
    /// // package: other
    /// installer::msi(`D:\MIM\Synchronization Service.msi`).accept_license_terms();
    /// ```
    ///
    /// ```rhai
    /// // package: 4.6.421.0
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// ```
    INSTALLER_PACKAGE_OTHER: Error = "installer-package-other", "package of another product";

    /// The script names a build, and the package that it names is of another. What holds for builds would be judged by the
    /// wrong one.
    ///
    /// ```rhai,reports
    /// // package: 4.6.421.0
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0").accept_license_terms();
    /// ```
    ///
    /// Where the package can be read, its build need not be said:
    ///
    /// ```rhai
    /// // package: 4.6.421.0
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// ```
    INSTALLER_PACKAGE_BUILD: Error = "installer-package-build", "package of another build";

    /// The package was read, and neither a table nor a field, a condition or a text of it has this property: Windows
    /// Installer would take the name and nothing would come of it.
    ///
    /// ```rhai,reports
    /// // package: 4.6.421.0
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("SHAREPOINTTIMEUOT", "1440");
    /// ```
    ///
    /// ```rhai
    /// // package: 4.6.421.0
    /// installer::msi(`D:\MIM\Service and Portal.msi`)
    ///     .accept_license_terms()
    ///     .property("SHAREPOINTTIMEOUT", "1440");
    /// ```
    INSTALLER_PROPERTY_FOREIGN: Error = "installer-property-foreign", "property that the package does not have",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/public-properties" seen "2026-11-23";

    /// The values of some fields go into properties that are known by nothing but the labels of the package's own pages. Without
    /// the wizard the actions of its buttons do not run, and no table tells whether the rest of the installer heeds the
    /// properties by themselves. Open the wizard filled in once; where that was right, say `.quiet()` and compare the result.
    ///
    /// ```rhai,reports
    /// // package: 4.6.421.0
    /// license::volume();
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().quiet();
    /// mail::none();
    /// ```
    ///
    /// ```rhai
    /// // package: 4.6.421.0
    /// license::volume();
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().review();
    /// mail::none();
    /// ```
    INSTALLER_QUIET_LABELS: Warning = "installer-quiet-labels", "quiet installation with fields known by their labels",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/user-interface-levels" seen "2026-11-23";

    /// The package was read, and it has no such feature. Windows Installer refuses a feature list with an unknown name
    /// (error 2711).
    ///
    /// ```rhai,reports
    /// // package: 4.6.34.0 without PAMServices
    /// components::privileged_access();
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// ```
    ///
    /// ```rhai
    /// // package: 4.6.34.0
    /// components::privileged_access();
    /// installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
    /// ```
    INSTALLER_FEATURE_FOREIGN: Error = "installer-feature-foreign", "component that the package does not have",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/windows-installer-error-messages" seen "2026-11-23";
}

/// Looks into the package that a deployment names. Its build is taken for the deployment's, where none is said.
pub(crate) fn read(deployment: &mut Deployment, packages: &dyn Packages) {
    let Some(installer) = deployment.installer.all.first_mut() else { return };
    let installer = &mut installer.value;
    let Some(path) = installer.package.said() else { return };
    deployment.package = packages.look(&path.value.text());
    if let Contents::Read(profile) = &deployment.package
        && installer.build.is_unsaid()
        && let Some(value) = build(profile)
    {
        let origin = path.origin.clone();
        installer.build = Part::Said(Declared { value, origin });
    }
}

/// What the package says, where it was read.
pub(super) fn profile(deployment: &Deployment) -> Option<&Profile> {
    match &deployment.package {
        Contents::Read(profile) => Some(profile),
        Contents::Unread | Contents::Unreadable(_) => None,
    }
}

/// Whether the build is the package's own word, and nobody's in the script.
pub(super) fn is_of_package(deployment: &Deployment) -> bool {
    let installer = deployment.installer.get();
    let (package, build) = (installer.map(|it| &it.package), installer.map(|it| &it.build));
    let at = |origin: &crate::source::Origin| origin.at;
    match (package.and_then(|it| it.said()), build.and_then(|it| it.said())) {
        (Some(package), Some(build)) => at(&package.origin) == at(&build.origin),
        _ => false,
    }
}

fn build(profile: &Profile) -> Option<Build> {
    let mut numbers: Vec<&str> = profile.product.version.split('.').collect();
    // Windows Installer compares three numbers, and some packages say no fourth.
    while numbers.len() < 4 {
        numbers.push("0");
    }
    Build::parse(&numbers.join(".")).ok()
}

/// Whether the package bears out a name of the table with this value. Of the names of the older mail page only those count
/// that a field of the redesigned pages sets: the others may be left over from it.
pub(super) fn confirms(
    deployment: &Deployment,
    profile: &Profile,
    property: &Property,
    value: &Value,
) -> bool {
    if is_windows_installers(property.name) {
        return true;
    }
    let redesigned = property.redesigned && build(profile).is_none_or(|it| it >= REDESIGN);
    let on_a_page = profile.fields_of(property.name).next().is_some();
    (on_a_page || !redesigned && profile.knows(property.name))
        && given(profile, property.name, value).is_some()
        && !has_other_words(deployment, profile, property, value)
}

/// Whether a list of the package has the words of what was said beside another value than the table does.
fn has_other_words(
    deployment: &Deployment,
    profile: &Profile,
    property: &Property,
    value: &Value,
) -> bool {
    let field = SUBJECTS.iter().flat_map(|it| it.fields).find(|it| it.name == property.field);
    let words = match field.map(|it| (it.read)(deployment)) {
        Some(Reading::Said(it, _) | Reading::Default(it, _) | Reading::Follows(it, ..)) => it,
        Some(Reading::NotAsked) | None => return false,
    };
    let is_list = |it: &profile::Field| has_values(it.kind) && it.kind != FieldKind::CheckBox;
    let mut lists = profile.fields_of(property.name).map(|it| it.1).filter(|it| is_list(it));
    lists.any(|it| matches!(takes(it, &words), Some(Given::Set(other)) if other != *value))
}

/// What becomes of a property.
#[derive(Clone, PartialEq, Debug)]
enum Given {
    /// It gets this value.
    Set(Value),
    /// It stays as it begins.
    Left,
}

/// What a property of the table is set to in this package, whose page may have a check box or a list for it; nothing for a
/// value that the list does not have.
///
/// A check box is ticked by any value, also by 0. Microsoft's page about this control says: cleared, it sets the property to
/// null.
fn given(profile: &Profile, name: &str, value: &Value) -> Option<Given> {
    let as_it_is = Some(Given::Set(value.clone()));
    let Value::Value(Literal::Text(text)) = value else { return as_it_is };
    let mut fields = profile.fields_of(name).map(|it| it.1);
    let Some(field) = fields.find(|it| has_values(it.kind)) else { return as_it_is };
    match (field.kind, text.as_str()) {
        (FieldKind::CheckBox, "0" | "1") => takes(field, &Value::flag(text == "1")),
        (FieldKind::ComboBox, _) if field.choices.is_empty() => as_it_is,
        _ => as_it_is.filter(|_| field.choices.iter().any(|it| it.value == *text)),
    }
}

/// Whether only some values fit.
fn has_values(kind: FieldKind) -> bool {
    match kind {
        FieldKind::CheckBox
        | FieldKind::RadioGroup
        | FieldKind::ComboBox
        | FieldKind::ListBox
        | FieldKind::ListView => true,
        FieldKind::Text
        | FieldKind::Password
        | FieldKind::Masked
        | FieldKind::Path
        | FieldKind::Volume
        | FieldKind::SelectionTree => false,
    }
}

/// The properties of the table as this package takes them.
pub(super) fn properties(
    deployment: &Deployment,
    table: BTreeMap<String, Value>,
) -> BTreeMap<String, Value> {
    let Some(profile) = profile(deployment) else { return table };
    let given = |(name, value): (String, Value)| {
        set(given(profile, &name, &value)?).map(|value| (name, value))
    };
    table.into_iter().filter_map(given).chain(filled(deployment, profile)).collect()
}

/// How a field gets into this package: `names` are the properties of the table that it bears out.
pub(super) fn entry(
    deployment: &Deployment,
    profile: &Profile,
    field: &Field,
    page: u8,
    names: Vec<String>,
) -> Option<Entry> {
    let office365 = deployment.mail.get().is_some_and(|it| it.server == MailServer::Office365);
    match (page, field.name) {
        (5, "installer.components") => return Some(Entry::Properties(vec!["ADDLOCAL".to_owned()])),
        (4, _) => return Some(Entry::ByHand("a person signs in".to_owned())),
        // The wizard shows it greyed.
        (8, "mail.host") if office365 => return None,
        _ => {}
    }
    if !names.is_empty() {
        return Some(Entry::Properties(names));
    }
    if let Some((property, _)) = own(deployment, profile, field) {
        return Some(Entry::Properties(vec![property]));
    }
    let beside = match field.name {
        // The older page has check boxes in the place of the two lists.
        "mail.authentication" => Some("mail.server"),
        "certificate.choice" => Some("certificate.name"),
        _ => None,
    };
    let beside = beside.into_iter().flat_map(|it| reaching(deployment, it));
    let beside: Vec<String> = beside.map(|it| it.name.to_owned()).collect();
    if !beside.is_empty() {
        return Some(Entry::Properties(beside));
    }
    let table = PROPERTIES.iter().find(|it| it.field == field.name);
    Some(Entry::ByHand(match table {
        Some(property) if profile.fields_of(property.name).next().is_some() => {
            format!("the package offers other values for `{}`", property.name)
        }
        Some(property) if profile.knows(property.name) => {
            format!(
                "no page of the package sets `{}`, as those of older packages do",
                property.name
            )
        }
        Some(property) => format!("the package has no property `{}`", property.name),
        None => format!("no page of the package has exactly one such field `{}`", field.label),
    }))
}

/// The values that go into fields of the package's own pages.
fn filled(deployment: &Deployment, profile: &Profile) -> Vec<(String, Value)> {
    found(deployment, profile).map(|(_, name, value)| (name, value)).collect()
}

/// The fields of the plan that were found among those of the package's pages, with their properties and values.
fn found(
    deployment: &Deployment,
    profile: &Profile,
) -> impl Iterator<Item = (&'static Field, String, Value)> {
    let fields = SUBJECTS.iter().flat_map(|it| it.fields).filter(|it| it.page.is_some());
    fields.filter_map(|field| {
        if reaching(deployment, field.name).next().is_some() {
            return None;
        }
        let (name, given) = own(deployment, profile, field)?;
        Some((field, name, set(given)?))
    })
}

/// The labels of the fields that are known by nothing but their labels, and that are not left as they begin. Whether the
/// installer heeds their properties without its wizard, no table tells: the actions of its buttons do not run then.
pub(super) fn by_label(deployment: &Deployment) -> Vec<&'static str> {
    let Some(profile) = profile(deployment) else { return Vec::new() };
    let begins = |name: &str| profile.property(name).and_then(|it| it.default.clone());
    let found = found(deployment, profile);
    let changed =
        found.filter(|(_, name, value)| begins(name).map(Value::text).as_ref() != Some(value));
    changed.map(|(field, ..)| field.label).collect()
}

/// The value that is set, if one is.
fn set(given: Given) -> Option<Value> {
    match given {
        Given::Set(value) => Some(value),
        Given::Left => None,
    }
}

/// The property behind the one field of the package's pages that is this field, and what becomes of it.
fn own(deployment: &Deployment, profile: &Profile, field: &Field) -> Option<(String, Given)> {
    let value = match (field.read)(deployment) {
        Reading::NotAsked => return None,
        Reading::Said(value, _) | Reading::Default(value, _) | Reading::Follows(value, ..) => value,
    };
    let (title, subtitle) = pages::heading(field.page?)?;
    let here = |page: &profile::Page| {
        page.kind == PageKind::Page && same(&page.title, title) && {
            let other = page.subtitle.as_deref().unwrap_or_default();
            subtitle.is_empty() || same(other, subtitle)
        }
    };
    let labelled: Vec<_> = profile.fields_labelled(field.label).collect();
    let mut candidates: Vec<&profile::Field> =
        labelled.iter().filter(|(page, _)| here(page)).map(|it| it.1).collect();
    if candidates.is_empty() {
        // A group of radio buttons may have no label of its own: the words beside the buttons are as good.
        let of_page = profile.fields().filter(|(page, _)| here(page)).map(|it| it.1);
        candidates.extend(of_page.filter(|it| it.kind == FieldKind::RadioGroup));
    }
    if candidates.is_empty() {
        // A page may be called otherwise, where nothing else bears the label here or there.
        let mut own = SUBJECTS.iter().flat_map(|it| it.fields).filter(|it| it.page.is_some());
        let alone = own.by_ref().filter(|it| same(it.label, field.label)).count() == 1;
        let reachable = labelled.iter().filter(|(page, _)| page.kind == PageKind::Page);
        candidates.extend(reachable.filter(|_| alone).map(|it| it.1));
    }
    let mut taken = candidates.into_iter().filter_map(|it| {
        let property = it.property.as_deref().filter(|name| profile.knows(name))?;
        Some((property.to_owned(), takes(it, &value)?))
    });
    let first = taken.next()?;
    // Two fields of one property are one.
    taken.all(|it| it == first).then_some(first)
}

/// What the property of a field is set to for a value of the plan; nothing if the field is of another kind. A check box that
/// is to be off, and begins so, is left.
fn takes(field: &profile::Field, value: &Value) -> Option<Given> {
    let chosen = |text: &str| {
        let mut fitting = field.choices.iter().filter(|it| same(&it.text, text));
        let first = fitting.next()?;
        fitting.all(|it| it.value == first.value).then(|| Given::Set(Value::text(&first.value)))
    };
    match (field.kind, value) {
        (FieldKind::CheckBox, Value::Value(Literal::Flag(true))) => {
            let on = field.choices.first().map_or("1", |it| it.value.as_str());
            Some(Given::Set(Value::text(on)))
        }
        (FieldKind::CheckBox, Value::Value(Literal::Flag(false))) => {
            let begins_on = field.default.as_deref().is_some_and(|it| !it.is_empty());
            Some(if begins_on { Given::Set(Value::text("")) } else { Given::Left })
        }
        (FieldKind::Text | FieldKind::Path, Value::Value(Literal::Text(_)) | Value::Slot(_))
        | (FieldKind::Password, Value::Secret(_)) => Some(Given::Set(value.clone())),
        (FieldKind::Text, Value::Value(Literal::Number(number))) => {
            Some(Given::Set(Value::text(number.to_string())))
        }
        (kind, Value::Value(Literal::Text(text)))
            if has_values(kind) && kind != FieldKind::CheckBox =>
        {
            chosen(text)
        }
        _ => None,
    }
}

/// Whether two texts of the wizard are the same to a reader. `…` in the second stands for any words.
fn same(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (plain(text), plain(wanted));
    match wanted.split_once('…') {
        Some((before, after)) => {
            text.len() >= before.len() + after.len()
                && text.starts_with(before)
                && text.ends_with(after)
        }
        None => text == wanted,
    }
}

pub(super) fn damaged(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Contents::Unreadable(reason) = &deployment.package else { return };
    let Some(package) = deployment.installer.get().and_then(|it| it.package.said()) else { return };
    out.about(&package.origin, format!("`{}` {reason}", package.value.text()))
        .label("there, and no package")
        .help("copy the whole folder of the package again, and compare the sizes");
}

pub(super) fn other(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let (Some(profile), Some(package)) =
        (profile(deployment), deployment.installer.get().and_then(|it| it.package.said()))
    else {
        return;
    };
    if profile::is_service_and_portal(&profile.product.name) {
        return;
    }
    out.about(&package.origin, format!("the package installs `{}`", profile.product.name))
        .label("another product")
        .help("name the package of the MIM Service and Portal: `Service and Portal.msi`");
}

pub(super) fn other_build(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let (Some(profile), Some(installer)) = (profile(deployment), deployment.installer.get()) else {
        return;
    };
    let version = &profile.product.version;
    if let (None, Part::Unsaid, Some(package)) =
        (build(profile), &installer.build, installer.package.said())
    {
        out.about(&package.origin, format!("the package's version `{version}` is no build"))
            .label("nothing can be judged by it")
            .help("say the build, as the package's vendor names it: `.build(…)`");
    }
    let Some(said) = installer.build.said() else { return };
    if build(profile).is_none_or(|it| it == said.value) {
        return;
    }
    out.about(&said.origin, format!("the package is of build {version}, not {}", said.value))
        .label(format!("the package says {version}"))
        .help("take the build away, since the package says it, or name the package that is meant");
}

pub(super) fn foreign_property(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let (Some(profile), Some(installer)) = (profile(deployment), deployment.installer.get()) else {
        return;
    };
    for name in installer.properties.iter().filter_map(|it| it.name.said()) {
        let text = name.value.text();
        if profile.knows(&text) || is_windows_installers(&text) {
            continue;
        }
        let finding = out.about(&name.origin, format!("the package has no property `{text}`"));
        finding.label("nothing in the package reads it");
        match nearest(&text, profile.properties.iter().map(|it| it.name.as_str())) {
            Some(meant) => finding.help(format!("did you mean `{meant}`?")),
            None => finding.help("see what it has: `mimeo installer inspect`"),
        };
    }
}

pub(super) fn quiet_labels(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(form) = deployment.installer.get().and_then(|it| it.form.said()) else { return };
    let labels = by_label(deployment);
    if form.value != Form::Quiet || labels.is_empty() {
        return;
    }
    let message =
        format!("without the wizard, nobody sees whether the installer takes {}", listed(&labels));
    out.about(&form.origin, message)
        .label("known by the labels of the package's pages alone")
        .help("write `.review()` for the first installation with this package, and look at these fields");
}

/// Labels as a part of a message, not too many.
pub(super) fn listed(labels: &[&str]) -> String {
    let shown: Vec<String> = labels.iter().take(3).map(|it| format!("`{it}`")).collect();
    let more = if labels.len() > shown.len() { " and more" } else { "" };
    format!("{}{more}", shown.join(", "))
}

pub(super) fn foreign_feature(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(profile) = profile(deployment) else { return };
    for component in Component::ALL {
        let (Some(choice), feature) = (deployment.choice(component), component.feature()) else {
            continue;
        };
        if profile.feature(feature).is_none() {
            let title = component.title();
            out.about(choice, format!("the package has no feature `{feature}` for `{title}`"))
                .label("asked for here")
                .help("take the component out, or name a package that has it");
        }
    }
}
