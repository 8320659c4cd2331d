//! The installer: its package, how it is run, the components, and the step that installs. Pages 1, 2 and 5.

mod pages_table;
pub mod properties;

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter};
use crate::model::format::{Build, Format, WindowsPath};
use crate::model::{
    Component, Declared, Deployment, Edition, Form, Installer, MailAuthentication, MailOption,
    Override, OverrideValue, Part,
};
use crate::plan::op::{Literal, Msi, Op, Question, Ui, Value};
use crate::plan::{Deadline, Entry, Kind, Right, Undo};
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::setup::properties::{Grade, PROPERTIES, Property, WRONG, redesign};
use crate::subject::{Check, Draft, Field, Planner, Reading, Subject, WIZARD};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "setup",
    functions: FUNCTIONS,
    checks: &[],
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
    fn .quiet() on [INSTALLER], pages [] = |call| {
        let form = Part::Said(Declared { value: Form::Quiet, origin: call.call_origin() });
        call.say(|it, index| &mut it.installer.all[index].value.form, form);
    };
    /// Opens the wizard with everything known filled in, for a person to go through.
    fn .review() on [INSTALLER], pages [] = |call| {
        let form = Part::Said(Declared { value: Form::Review, origin: call.call_origin() });
        call.say(|it, index| &mut it.installer.all[index].value.form, form);
    };
    /// Sets a Windows Installer property by hand, past everything that mimeo knows. The value is a text or a secret.
    fn .property(name: Property, value: Any) on [INSTALLER], pages [] = |call| {
        let name = call.read(0);
        let value = match call.text_or_secret(1) {
            Part::Unsaid => Part::Unsaid,
            Part::Unusable(origin) => Part::Unusable(origin),
            Part::Said(it) => {
                let value = it.value.map_or_else(OverrideValue::Secret, OverrideValue::Text);
                Part::Said(Declared { value, origin: it.origin })
            }
        };
        let (index, origin) = (call.index(), call.call_origin());
        let set = Declared { value: Override { name, value }, origin };
        call.deployment().installer.all[index].value.properties.push(set);
    };
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

fn component(call: &mut crate::script::args::Call<'_>, component: Component) -> usize {
    let origin = call.call_origin();
    let components = &mut call.deployment().components;
    components.push(Declared { value: component, origin });
    components.len() - 1
}

static FIELDS: &[Field] = &[];

fn steps(_: &Deployment, _: &mut Planner) {}
/// x
pub fn entry(_: &Deployment, _: &Field) -> Option<Entry> { None }
/// x
pub fn deadline(_: &Deployment) -> Option<Deadline> { None }
/// x
pub fn option(deployment: &Deployment) -> Option<MailOption> { deployment.option() }
/// x
pub fn pages(_: &Deployment) -> Vec<crate::plan::Page> { Vec::new() }
