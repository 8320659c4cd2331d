//! The examples, planned at a fixed day, their property sets compared as data; and the standard library's own examples.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use mimeo::compile::{Compiled, Inputs, compile, registry};
use mimeo::diagnostic::Severity;
use mimeo::plan::Plan;
use mimeo::plan::op::{Msi, Op, Ui};
use mimeo::source::files::Disk;
use mimeo::syntax;

use crate::support::{Project, TODAY, drawn, examples, files_below, has_ending};

/// Basic authentication to Office 365 still worked.
const BEFORE_THE_END: Date = date(2021, 3, 18);

fn example(name: &str, day: Date) -> Compiled {
    let named = examples().into_iter().find(|it| it.name == name).expect("there is one");
    let mut inputs = Inputs::new(named.script, day);
    inputs.values.push(named.values);
    compile(&Disk, &inputs).expect("the example can be read")
}

fn names() -> Vec<String> {
    examples().into_iter().map(|it| it.name).collect()
}

/// Options B and G ended with basic authentication.
fn day_of(name: &str) -> Date {
    if matches!(name, "option-b" | "option-g") { BEFORE_THE_END } else { TODAY }
}

fn plan(name: &str) -> Plan {
    let compiled = example(name, day_of(name));
    let text = drawn(&compiled);
    compiled.plan.unwrap_or_else(|| panic!("{name} has no plan:\n{text}"))
}

fn install(plan: &Plan) -> &Msi {
    let step = plan.steps.iter().find(|it| it.id == "install").expect("there is an installation");
    let msi = step.ops.iter().find_map(|op| match op {
        Op::Msi(msi) => Some(msi),
        Op::Http(_)
        | Op::PowerShell(_)
        | Op::Registry(_)
        | Op::Folder { .. }
        | Op::StoreSecret { .. }
        | Op::Ask { .. }
        | Op::Wait { .. } => None,
    });
    msi.expect("it is by Windows Installer")
}

#[test]
fn every_example_has_a_plan_without_an_error() {
    let names = names();
    for option in 'a'..='i' {
        assert!(names.contains(&format!("option-{option}")), "no example for option {option}");
    }
    for customer in ["lab", "office365-contoso", "office365-tailspin-toys"] {
        assert!(names.contains(&customer.to_owned()), "no example {customer}");
    }
    for name in names {
        plan(&name);
    }
}

/// What the installer is given, one line for each property: to be compared with the guide, and read in review.
#[test]
fn the_properties_of_every_example() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for name in names() {
            let plan = plan(&name);
            let msi = install(&plan);
            let option = plan.option.as_deref().unwrap_or("-");
            let mut text =
                format!("option {option}, {:?}, features {}\n", msi.ui, msi.features.join(","));
            for (property, value) in &msi.properties {
                text.push_str(&format!(
                    "{property} = {}\n",
                    serde_json::to_string(value).expect("it is JSON")
                ));
            }
            for setting in &plan.settings {
                if let Some(mimeo::plan::Entry::ByHand(_)) = &setting.entry {
                    let page = setting.page.unwrap_or(0);
                    text.push_str(&format!(
                        "by hand, page {page}: {} = {}\n",
                        setting.label, setting.value
                    ));
                }
            }
            for step in &plan.steps {
                text.push_str(&format!("step {}: {}\n", step.id, step.title));
            }
            insta::assert_snapshot!(format!("example__{name}"), text);
        }
    });
}

#[test]
fn each_option_is_the_option_of_its_letter() {
    for option in 'a'..='i' {
        let plan = plan(&format!("option-{option}"));
        assert_eq!(plan.option, Some(option.to_ascii_uppercase().to_string()));
        let properties = &install(&plan).properties;
        let value = |name: &str| properties.get(name).map(ToString::to_string);
        let managed = matches!(option, 'f'..='i');
        assert_eq!(
            value("USE_MANAGED_ACCOUNT_FOR_SERVICE").as_deref(),
            Some(if managed { "1" } else { "0" })
        );
        assert_eq!(value("SERVICE_ACCOUNT_DOMAIN").as_deref(), Some("contoso"));
        let name = if managed { "MIMSrvGMSAsvc$" } else { "svcMIMService" };
        assert_eq!(value("SERVICE_ACCOUNT_NAME").as_deref(), Some(name));
        assert_eq!(value("SERVICE_ACCOUNT_PASSWORD").is_some(), !managed, "{option}");
        assert_eq!(
            value("SERVICE_ACCOUNT_EMAIL").is_some(),
            !matches!(option, 'e' | 'i'),
            "{option}"
        );
        let mailbox_password = matches!(option, 'b' | 'f' | 'g');
        assert_eq!(value("SERVICE_ACCOUNT_EMAIL_PASSWORD").is_some(), mailbox_password, "{option}");
        let page_10 = plan.settings.iter().filter(|it| it.page == Some(10)).count();
        assert_eq!(page_10, if matches!(option, 'c' | 'h') { 3 } else { 0 }, "{option}");
    }
}

/// No example writes a secret out, so nothing in one is covered.
#[test]
fn nothing_of_an_example_is_covered() {
    for name in names() {
        let compiled = example(&name, day_of(&name));
        assert!(compiled.sources.veiled().is_empty(), "{name}: {:?}", compiled.sources.veiled());
    }
}

#[test]
fn dead_options_say_why_today() {
    for name in ["option-b", "option-g"] {
        let compiled = example(name, TODAY);
        assert!(compiled.plan.is_none());
        let errors: Vec<_> =
            compiled.diagnostics.iter().filter(|it| it.severity() == Severity::Error).collect();
        assert_eq!(errors.len(), 1, "{}", drawn(&compiled));
        assert!(errors[0].message.contains("2022-10-01"), "{}", errors[0].message);
    }
}

#[test]
fn the_quiet_example_is_quiet() {
    for name in ["volume-quiet", "password-portals-only"] {
        assert_eq!(install(&plan(name)).ui, Ui::Quiet, "{name}");
    }
    assert_eq!(install(&plan("contoso")).ui, Ui::Review);
}

/// Every plan keeps what it promises: canonical, sealed, readable, no secret's value, an origin for every value.
#[test]
fn every_plan_keeps_its_promises() {
    for name in names() {
        let plan = plan(&name);
        let text = plan.to_json();
        let again = Plan::from_json(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(again, plan, "{name}");
        assert_eq!(
            example(&name, day_of(&name)).plan.expect("there is one").to_json(),
            text,
            "{name}"
        );
        for setting in &plan.settings {
            let from = serde_json::to_string(&setting.from).expect("it is JSON");
            assert!(from.len() > 10, "{name}: {} comes from nowhere", setting.name);
            if let Some(page) = setting.page {
                assert!(
                    plan.pages.iter().any(|it| it.number == page),
                    "{name}: page {page} of {}",
                    setting.name
                );
                // The host of Office 365 is greyed.
                let greyed = setting.name == "mail.host";
                assert!(
                    setting.entry.is_some() || greyed,
                    "{name}: {} is entered by nobody",
                    setting.name
                );
            }
        }
    }
}

/// The example that uses everything does: every function and part of the registry is called in an example.
#[test]
fn the_examples_use_every_host_function() {
    let mut used = BTreeSet::new();
    for path in files_below("examples").into_iter().chain(files_below("stdlib")) {
        if !has_ending(&path, "rhai") || mimeo::trial::is_tests(&path) {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("it is text");
        for call in syntax::parse(text.into()).calls() {
            let namespace = call.namespace().map(|(name, _)| name.to_owned());
            used.insert((namespace, call.name().to_owned()));
        }
    }
    let unused: Vec<_> = registry()
        .rows()
        .filter(|row| !used.contains(&(row.namespace.map(ToOwned::to_owned), row.name.to_owned())))
        // Printing is for authors at work.
        .filter(|row| !matches!(row.name, "print" | "debug"))
        .map(mimeo::script::registry::FnSpec::path)
        .collect();
    assert!(unused.is_empty(), "{unused:?}");
}

/// What an example of the standard library has against it: the errors of the language, for an example is a piece of a
/// script, and what it leaves out is no mistake.
fn faults(example: &Project) -> Vec<String> {
    let compiled = example.compile();
    let language = ["script-", "import-", "value-", "param-"];
    let is_fault = |it: &&mimeo::diagnostic::Diagnostic| {
        let of_language = language.iter().any(|prefix| it.code.name.starts_with(prefix));
        it.severity() == Severity::Error && of_language
    };
    let faults = compiled.diagnostics.iter().filter(is_fault);
    faults.map(|it| format!("{}: {}", it.code.name, it.message)).collect()
}

/// Every module and function of the standard library and of the examples' modules is documented, every parameter is named, and every example calls what
/// it is the example of and runs without an error of the language.
#[test]
fn modules_are_documented_and_their_examples_run() {
    let (mut examples, mut wrong) = (0, Vec::new());
    let own = files_below("examples/office365/lib");
    assert!(!own.is_empty(), "a family of customers shares a module");
    for path in files_below("stdlib").into_iter().chain(own) {
        let module = path.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("it is text");
        assert!(text.chars().all(|it| !it.is_control() || it == '\n'), "{module}");
        let tree = syntax::parse(text.as_str().into());
        let mut texts = vec![(module.clone(), tree.doc(), format!("{module}::"))];
        for function in tree.functions().filter(|it| !it.is_private()) {
            let name = format!("{module}::{}", function.name());
            let doc = function.doc().unwrap_or_default();
            for (param, _) in function.params() {
                if !doc.contains(&format!("\n- `{param}`: ")) {
                    wrong.push(format!("{name} does not say what `{param}` is"));
                }
            }
            texts.push((name, doc, format!("{module}::{}(", function.name())));
        }
        for (name, doc, call) in texts {
            if !doc.trim_end().ends_with("```") || doc.split('.').next().is_none_or(str::is_empty) {
                wrong.push(format!("{name} has no sentence with an example"));
            }
            for example in blocks(&doc) {
                examples += 1;
                if !example.contains(&call) {
                    wrong.push(format!("the example of {name} does not call it"));
                }
                let project = Project::new(&example).file(&format!("lib/{module}.rhai"), &text);
                wrong.extend(faults(&project).into_iter().map(|it| format!("{name}: {it}")));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(examples >= 30, "{examples} examples");
}

/// The test above finds an example that is broken.
#[test]
fn a_broken_example_of_the_standard_library_is_found() {
    let import = "import \"std/options\" as options;\n";
    for broken in [
        "options::a(`contoso\\svcMIMService`, secret(\"service\"), \"mail.contoso.com\");",
        "options::z(`contoso\\svcMIMService`);",
        "options::i(\"no account\");",
        "options::i(`contoso\\MIMSrvGMSAsvc$`)\nlet",
        "options::i(`contoso\\MIMSrvGMSAsvc$`).mailbox(\"svcMIMService@contoso.com\");",
        "import \"std/checks\" as checks; checks::deny(true, \"no\");",
    ] {
        assert!(!faults(&Project::new(&format!("{import}{broken}"))).is_empty(), "{broken}");
    }
    let whole = format!("{import}options::i(`contoso\\MIMSrvGMSAsvc$`);");
    assert!(faults(&Project::new(&whole)).is_empty());
}

fn blocks(doc: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut open = false;
    for line in doc.lines() {
        if line.trim_start().starts_with("```") {
            open = !open;
            if open {
                blocks.push(String::new());
            }
        } else if open && let Some(block) = blocks.last_mut() {
            block.push_str(line);
            block.push('\n');
        }
    }
    blocks
}

/// The count of the wizard's fields: which can be said, and where each goes.
#[test]
fn every_field_of_the_wizard_reaches_a_property_or_a_person() {
    let mut pages = BTreeSet::new();
    for field in mimeo::subject::SUBJECTS.iter().flat_map(|it| it.fields) {
        pages.extend(field.page);
    }
    // The other pages have nothing to fill in: welcome, warnings, and the button that installs.
    let without = [1, 7, 13, 17, 21, 24, 26];
    let expected: BTreeSet<u8> = (1..=26).filter(|it| !without.contains(it)).collect();
    assert_eq!(pages, expected);
    for property in mimeo::subject::setup::properties::PROPERTIES {
        let known = mimeo::subject::SUBJECTS
            .iter()
            .flat_map(|it| it.fields)
            .any(|field| property.field.is_empty() || field.name == property.field);
        assert!(known, "{} fills the unknown field {}", property.name, property.field);
    }
}

#[test]
fn properties_are_told_once_and_secrets_are_marked() {
    let mut seen = BTreeSet::new();
    for property in mimeo::subject::setup::properties::PROPERTIES {
        assert!(seen.insert(property.name), "{} stands twice", property.name);
        let named = property.name.ends_with("_PASSWORD");
        assert_eq!(property.secret, named, "{}", property.name);
        assert_eq!(property.name, property.name.to_ascii_uppercase());
        assert!(!property.source.is_empty());
    }
}
