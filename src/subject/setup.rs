//! The installer: its package, how it is run, the components, and the step that installs. Pages 1, 2 and 5.

pub mod checks;
pub mod comparison;
pub mod package;
pub mod pages;
pub mod properties;

use std::collections::BTreeMap;

use crate::model::format::Format;
use crate::model::{
    Component, Declared, Deployment, Edition, Form, Installer, MailServer, Override, OverrideValue,
    Part,
};
use crate::plan::op::{Literal, Msi, Op, Question, Ui, Value};
use crate::plan::{Entry, Kind, Right, Undo};
use crate::script::args::Call;
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::setup::properties::{Grade, PROPERTIES, Property, REDESIGN};
use crate::subject::{Draft, Field, Planner, Reading, SUBJECTS, Subject};
use crate::verbs;

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "installer",
    functions: FUNCTIONS,
    checks: checks::CHECKS,
    fields: FIELDS,
    steps,
};

static INSTALLER: Builder = Builder {
    name: "installer::msi",
    refusals: &[Refusal {
        method: "features",
        reason: "name or describe the components: `components::…`, `portal::…`; the plan writes the feature list",
    }],
};

static COMPONENT: Builder = Builder { name: "components::…", refusals: &[] };

verbs! { static FUNCTIONS;
    /// The installer's package, `Service and Portal.msi`. Keep it in its folder: it reads files beside itself.
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal\Service and Portal.msi`)
    ///     .build("4.6.673.0")
    ///     .accept_license_terms();
    /// ```
    fn installer::msi(package: Path) -> INSTALLER, pages [1] = |call| {
        let package = call.read(0);
        let installer = Installer {
            package,
            build: Part::Unsaid,
            license_terms: Part::Unsaid,
            log: Part::Unsaid,
            folder: Part::Unsaid,
            form: Part::Unsaid,
            properties: Vec::new(),
        };
        call.declare(|it| &mut it.installer, installer)
    };
    /// The package's build, as its properties in the Explorer show it. Rules about builds are judged by it; without it, by
    /// the newest.
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0").accept_license_terms();
    /// ```
    fn .build(build: Build) on [INSTALLER], pages [] = |call| {
        let build = call.read(0);
        call.say(|it, index| &mut it.installer.all[index].value.build, build);
    };
    /// Accepts the terms in the License Agreement, which setup requires.
    fn .accept_license_terms(flag: Flag = ()) on [INSTALLER], pages [2] = |call| {
        let terms = call.flag(0);
        call.say(|it, index| &mut it.installer.all[index].value.license_terms, terms);
    };
    /// Where the verbose log is written. The plan makes the folder first; setup fails without it.
    fn .log_to(path: Path) on [INSTALLER], pages [1] = |call| {
        let log = call.read(0);
        call.say(|it, index| &mut it.installer.all[index].value.log, log);
    };
    /// The installation folder, if it is not the installer's own choice.
    fn .install_to(path: Path) on [INSTALLER], pages [5] = |call| {
        let folder = call.read(0);
        call.say(|it, index| &mut it.installer.all[index].value.folder, folder);
    };
    /// Installs without a window. An error where something can only be entered on a page.
    fn .quiet(flag: Flag = ()) on [INSTALLER], pages [] = |call| form(call, Form::Quiet);
    /// Opens the wizard with everything known filled in, for a person to go through.
    fn .review(flag: Flag = ()) on [INSTALLER], pages [] = |call| form(call, Form::Review);
    /// Sets a Windows Installer property by hand, past everything that mimeo knows. The value is a text or a secret.
    fn .property(name: Property, value: Any) on [INSTALLER], pages [] = set_property;
    /// Installs the MIM Service, also where nothing describes it.
    fn components::service() -> COMPONENT, pages [5] = |call| component(call, Component::Service);
    /// Installs the MIM Portal.
    fn components::portal() -> COMPONENT, pages [5] = |call| component(call, Component::Portal);
    /// Installs the MIM Password Registration Portal.
    fn components::password_registration() -> COMPONENT, pages [5] = |call| {
        component(call, Component::PasswordRegistration)
    };
    /// Installs the MIM Password Reset Portal.
    fn components::password_reset() -> COMPONENT, pages [5] = |call| {
        component(call, Component::PasswordReset)
    };
    /// Installs MIM Reporting, and with it the MIM Service.
    fn components::reporting() -> COMPONENT, pages [5] = |call| component(call, Component::Reporting);
    /// Installs Privileged Access Management, and with it the MIM Service. Its accounts are asked on no page of this wizard.
    fn components::privileged_access() -> COMPONENT, pages [5] = |call| {
        component(call, Component::PrivilegedAccess)
    };
}

/// Sets a property by hand. One that holds a secret takes only a secret.
fn set_property(call: &mut Call<'_>) {
    let name: Part<crate::model::format::PropertyName> = call.read(0);
    let secret = name.value().is_some_and(|it| checks::is_secret(&it.text()));
    let value = if secret {
        match call.secret(1) {
            Part::Unsaid => Part::Unsaid,
            Part::Unusable(origin) => Part::Unusable(origin),
            Part::Said(it) => {
                let value = OverrideValue::Secret(it.value);
                Part::Said(Declared { value, origin: it.origin })
            }
        }
    } else {
        match call.text_or_secret(1) {
            Part::Unsaid => Part::Unsaid,
            Part::Unusable(origin) => Part::Unusable(origin),
            Part::Said(it) => {
                let value = it.value.map_or_else(OverrideValue::Secret, OverrideValue::Text);
                Part::Said(Declared { value, origin: it.origin })
            }
        }
    };
    let (index, origin) = (call.index(), call.call_origin());
    let set = Declared { value: Override { name, value }, origin };
    call.deployment().installer.all[index].value.properties.push(set);
}

/// Says a form; with `false` it is not said.
fn form(call: &mut Call<'_>, form: Form) {
    let part = match call.flag(0) {
        Part::Said(flag) if flag.value => Part::Said(Declared { value: form, origin: flag.origin }),
        Part::Said(_) | Part::Unsaid => Part::Unsaid,
        Part::Unusable(origin) => Part::Unusable(origin),
    };
    call.say(|it, index| &mut it.installer.all[index].value.form, part);
}

fn component(call: &mut Call<'_>, component: Component) -> usize {
    let origin = call.call_origin();
    let components = &mut call.deployment().components;
    components.push(Declared { value: component, origin });
    components.len() - 1
}

static FIELDS: &[Field] = &[
    Field {
        name: "installer.package",
        label: "Package",
        page: None,
        ty: Ty::Path,
        read: |it| installer(it, |installer| Reading::said(&installer.package)),
    },
    Field {
        name: "installer.build",
        label: "Build",
        page: None,
        ty: Ty::Build,
        read: |it| match it.installer.get().and_then(|it| it.build.said()) {
            // Its origin is then that of the path.
            Some(build) if package::is_of_package(it) => {
                let value = Value::text(build.value.text());
                Reading::Follows(value, "the package says so", build.origin.clone())
            }
            _ => installer(it, |installer| Reading::said(&installer.build)),
        },
    },
    Field {
        name: "installer.log",
        label: "Log",
        page: None,
        ty: Ty::Path,
        read: |it| installer(it, |installer| Reading::said(&installer.log)),
    },
    Field {
        name: "installer.license_terms",
        label: "I accept the terms in the License Agreement",
        page: Some(2),
        ty: Ty::Flag,
        read: |it| installer(it, |installer| Reading::flag(&installer.license_terms)),
    },
    Field {
        name: "installer.folder",
        label: "Location",
        page: Some(5),
        ty: Ty::Path,
        read: |it| installer(it, |installer| Reading::said(&installer.folder)),
    },
    Field {
        name: "installer.components",
        label: "Features",
        page: Some(5),
        ty: Ty::Choices,
        read: |it| {
            let titles: Vec<_> = components(it).map(|it| it.title().to_owned()).collect();
            let first = Component::ALL.into_iter().find_map(|component| it.choice(component));
            match first {
                None => Reading::NotAsked,
                Some(origin) => Reading::Follows(
                    Value::Value(Literal::List(titles)),
                    "from what the script names and describes",
                    origin.clone(),
                ),
            }
        },
    },
    Field {
        name: "installer.form",
        label: "How the installer runs",
        page: None,
        ty: Ty::Text,
        read: |it| {
            let said = it.installer.get().and_then(|it| it.form.said());
            let (word, reason) = match ui(it) {
                Ui::Quiet => ("quiet", "everything that the wizard asks reaches a property"),
                Ui::Review if can_be_quiet(it) => {
                    ("review", "a person looks at the fields that are known by their labels alone")
                }
                Ui::Review => ("review", "a person enters what no property is known for"),
            };
            match said {
                Some(said) => Reading::Said(Value::text(word), said.origin.clone()),
                None => Reading::Default(Value::text(word), reason),
            }
        },
    },
];

fn installer(deployment: &Deployment, read: fn(&Installer) -> Reading) -> Reading {
    deployment.installer.get().map_or(Reading::NotAsked, |it| read(it))
}

/// The components that are installed, in the order of the installer's tree.
fn components(deployment: &Deployment) -> impl Iterator<Item = Component> {
    Component::ALL.into_iter().filter(|it| deployment.installs(*it))
}

/// Whether the package has the pages of build 4.6.421 and later. A package whose build is not said is taken for a new one.
fn is_redesigned(deployment: &Deployment) -> bool {
    let build = deployment.installer.get().and_then(|it| it.build.value());
    deployment_is_entra(deployment) || build.is_none_or(|build| *build >= REDESIGN)
}

fn deployment_is_entra(deployment: &Deployment) -> bool {
    deployment.license.get().is_some_and(|it| it.edition == Edition::EntraId)
}

/// How a field of a page gets into the installer: by properties, or by a person.
#[must_use]
pub fn entry(deployment: &Deployment, field: &Field) -> Option<Entry> {
    let page = field.page?;
    let by_hand = |reason: &str| Some(Entry::ByHand(reason.to_owned()));
    let names: Vec<String> =
        reaching(deployment, field.name).map(|it| it.name.to_owned()).collect();
    if let Some(profile) = package::profile(deployment) {
        return package::entry(deployment, profile, field, page, names);
    }
    let redesigned = is_redesigned(deployment);
    let office365 = deployment.mail.get().is_some_and(|it| it.server == MailServer::Office365);
    match (page, field.name) {
        (5, "installer.components") => Some(Entry::Properties(vec!["ADDLOCAL".to_owned()])),
        (3, _) => by_hand("no property is known for the cloud"),
        (4, _) => by_hand("a person signs in"),
        // The wizard shows it greyed.
        (8, "mail.host") if office365 => None,
        (8, _) if redesigned => by_hand(
            "no property is known for the lists of this page from build 4.6.421 on; the older ones fill in what they can",
        ),
        // The older page has check boxes in the place of the two lists.
        (8, "mail.authentication") => {
            let names = reaching(deployment, "mail.server").map(|it| it.name.to_owned());
            Some(Entry::Properties(names.collect()))
        }
        (10, _) => by_hand("no property is known for this page"),
        (11, "certificate.thumbprint") => {
            by_hand("no property is known for an existing certificate")
        }
        (11, "certificate.choice") => {
            let names: Vec<_> =
                reaching(deployment, "certificate.name").map(|it| it.name.to_owned()).collect();
            if names.is_empty() {
                by_hand("no property is known for an existing certificate")
            } else {
                Some(Entry::Properties(names))
            }
        }
        _ if names.is_empty() => by_hand("no property is known for this field"),
        _ => Some(Entry::Properties(names)),
    }
}

/// The properties that carry a field in this deployment and whose names are known well enough.
fn reaching(deployment: &Deployment, field: &str) -> impl Iterator<Item = &'static Property> {
    PROPERTIES.iter().filter(move |it| it.field == field && is_usable(deployment, it))
}

/// The properties that this deployment sets.
fn usable(deployment: &Deployment) -> impl Iterator<Item = &'static Property> {
    PROPERTIES.iter().filter(|it| is_usable(deployment, it))
}

fn is_usable(deployment: &Deployment, property: &Property) -> bool {
    property.component.is_none_or(|component| deployment.installs(component))
        && match ((property.value)(deployment), package::profile(deployment)) {
            (None, _) => false,
            (Some(_), None) => property.grade <= Grade::B,
            (Some(value), Some(profile)) => {
                package::confirms(deployment, profile, property, &value)
            }
        }
}

/// What only a person can enter: the fields with the reason.
fn by_hand(deployment: &Deployment) -> Vec<(&'static Field, String)> {
    // A value without a page is asked nowhere; one of them is this function's own answer.
    let fields = SUBJECTS.iter().flat_map(|it| it.fields).filter(|it| it.page.is_some());
    let asked = fields.filter(|it| !matches!((it.read)(deployment), Reading::NotAsked));
    let manual = asked.filter_map(|field| match entry(deployment, field) {
        Some(Entry::ByHand(reason)) => Some((field, reason)),
        Some(Entry::Properties(_)) | None => None,
    });
    manual.collect()
}

/// Whether the installer can run without a window.
fn can_be_quiet(deployment: &Deployment) -> bool {
    let privileged = deployment.installs(Component::PrivilegedAccess);
    !deployment_is_entra(deployment) && !privileged && by_hand(deployment).is_empty()
}

/// How the installer runs: as the script insists, else quietly if it can.
fn ui(deployment: &Deployment) -> Ui {
    let said = deployment.installer.get().and_then(|it| it.form.value());
    let can = || can_be_quiet(deployment) && package::by_label(deployment).is_empty();
    let quiet = said.map_or_else(can, |it| *it == Form::Quiet);
    if quiet { Ui::Quiet } else { Ui::Review }
}

/// The properties that the installation of this deployment sets, those set by hand included.
#[must_use]
pub fn properties_set(deployment: &Deployment) -> BTreeMap<String, Value> {
    let table = usable(deployment)
        .filter_map(|it| Some((it.name.to_owned(), (it.value)(deployment)?)))
        .collect();
    let mut properties = package::properties(deployment, table);
    let by_hand = deployment.installer.get().map_or(&[][..], |it| &it.properties);
    for set in by_hand {
        let (Some(name), Some(value)) = (set.name.value(), set.value.value.value()) else {
            continue;
        };
        let value = match value {
            OverrideValue::Text(text) => Value::text(text.clone()),
            OverrideValue::Secret(secret) => Value::Secret(secret.name.text()),
        };
        properties.insert(name.text(), value);
    }
    properties
}

fn steps(deployment: &Deployment, planner: &mut Planner) {
    let Some(installer) = deployment.installer.get() else { return };
    let Some(package) = installer.package.value().map(Format::text) else { return };
    let log = installer.log.said();
    if let Some(log) = log
        && let Some(folder) = log.value.folder().map(ToOwned::to_owned)
    {
        planner.step(Draft {
            kind: Kind::Idempotent,
            probe: Some(Question::Folder { path: folder.clone() }),
            ops: vec![Op::Folder { path: folder }],
            rights: vec![administrator()],
            undo: Undo::ByHand("Delete the folder when the log is not needed any more.".to_owned()),
            ..Draft::new("make-log-folder", "Make the folder of the log", &log.origin)
        });
    }
    let msi = Msi {
        package,
        digest: package::profile(deployment).map(|it| it.package.digest.clone()),
        ui: ui(deployment),
        log: log.map(|it| it.value.text()),
        features: components(deployment).map(|it| it.feature().to_owned()).collect(),
        properties: properties_set(deployment),
    };
    let mut rights = vec![administrator()];
    if deployment.installs(Component::Service) {
        rights.push(Right { on: "SQL Server".to_owned(), right: "sysadmin".to_owned() });
    }
    if deployment.installs(Component::Portal) {
        let right = "farm administrator and site collection administrator";
        rights.push(Right { on: "SharePoint".to_owned(), right: right.to_owned() });
    }
    let office365 = deployment.mail.get().is_some_and(|it| it.server == MailServer::Office365);
    let title = match (msi.ui, office365) {
        (Ui::Quiet, _) => "Install MIM Service and Portal quietly",
        (Ui::Review, _) => "Install MIM Service and Portal with the wizard, filled in",
    };
    planner.step(Draft {
        kind: Kind::Probeable,
        after: vec![
            "validate-license",
            "make-log-folder",
            "backup-database",
            "create-client-secret",
            "restrict-application",
            "allow-ews",
            "test-mailbox",
        ],
        probe: Some(Question::Installed {
            product: "Microsoft Identity Manager Service and Portal".to_owned(),
            build: installer.build.value().map(Format::text),
        }),
        ops: vec![Op::Msi(msi)],
        rights,
        undo: Undo::ByHand(
            "Uninstall it in `Programs and Features`. The database stays; restore its backup if it was there before."
                .to_owned(),
        ),
        ..Draft::new("install", title, &installer.origin)
    });
}

fn administrator() -> Right {
    Right { on: "this server".to_owned(), right: "local administrator, elevated".to_owned() }
}
