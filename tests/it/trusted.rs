//! Plans that are made with the package at hand: its names count, its pages take what no name is known for, and the rest is
//! for a person.

use std::fmt::Write;

use mimeo::installer::Contents;
use mimeo::model::MailOption;
use mimeo::plan::op::{Literal, Msi, Op, Value};
use mimeo::plan::{Entry, Plan};

use crate::support::package::{Build, Cell, draft};
use crate::support::{Project, codes, contents, drawn, places, profile};

/// Everything that a wizard of one server asks for, with an option of the vendor's guide.
pub(crate) fn script(option: MailOption, license: &str) -> String {
    let service = match option {
        MailOption::A | MailOption::B | MailOption::C | MailOption::D | MailOption::E => {
            r#"account::regular(`contoso\svcMIMService`, secret("service_password"));"#
        }
        MailOption::F | MailOption::G | MailOption::H | MailOption::I => {
            r"account::gmsa(`contoso\MIMSrvGMSAsvc$`);"
        }
    };
    let mail = match option {
        MailOption::A => {
            r#"mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com")"#
        }
        MailOption::F => {
            r#"mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com").password(secret("mailbox_password"))"#
        }
        MailOption::B | MailOption::G => {
            r#"mail::office365().mailbox("MIMService@contoso.onmicrosoft.com").basic(secret("mailbox_password"))"#
        }
        MailOption::C | MailOption::H => {
            r#"mail::office365().mailbox("MIMService@contoso.onmicrosoft.com")
                .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
                .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f").client_secret(secret("client_secret"))"#
        }
        MailOption::D => r#"mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com")"#,
        MailOption::E | MailOption::I => "mail::none()",
    };
    format!(
        r#"
        {license}
        installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().log_to(`C:\mim\log.txt`);
        sql::database("contosoagl.contoso.com").reuse();
        {service}
        {mail};
        synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
        service::address("mim.contoso.com").open_firewall();
        portal::site("http://mim.contoso.com").registration_link("https://pwreg.contoso.com").grant_authenticated_users();
        portal::password_registration("pwreg.contoso.com").pool_account(`contoso\mimpool`, secret("pool_password")).open_firewall().extranet();
        portal::password_reset("pwreset.contoso.com").pool_account(`contoso\mimpool`, secret("pool_password")).intranet();
        "#
    )
}

pub(crate) const ENTRA: &str = "cloud::global(\"contoso.onmicrosoft.com\"); license::entra_id();";
pub(crate) const VOLUME: &str = "license::volume();";
pub(crate) const SECRETS: &str = "[secrets]\nservice_password = { env = \"A\" }\nmailbox_password = { env = \"B\" }\nclient_secret = { env = \"C\" }\npool_password = { env = \"D\" }\n";

fn project(option: MailOption, license: &str, package: &str) -> Project {
    // A day on which Exchange Online still took passwords.
    let day = jiff::civil::date(2022, 9, 1);
    let project = Project::new(&script(option, license)).values(SECRETS).on(day);
    if package.is_empty() { project } else { project.package(contents(package)) }
}

fn plan(project: &Project) -> Plan {
    let mut compiled = project.compile();
    compiled.plan.take().unwrap_or_else(|| panic!("{}", drawn(&compiled)))
}

fn install(plan: &Plan) -> &Msi {
    let mut ops = plan.steps.iter().flat_map(|it| &it.ops);
    ops.find_map(|it| if let Op::Msi(msi) = it { Some(msi) } else { None }).expect("it installs")
}

fn by_hand(plan: &Plan) -> Vec<&str> {
    let manual = |it: &&mimeo::plan::Setting| matches!(it.entry, Some(Entry::ByHand(_)));
    plan.settings.iter().filter(manual).map(|it| it.name.as_str()).collect()
}

fn said(msi: &Msi, name: &str) -> String {
    match msi.properties.get(name) {
        Some(Value::Value(Literal::Text(text))) => text.clone(),
        Some(Value::Secret(name)) => format!("secret {name}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn what_is_left_to_a_person_with_each_package() {
    let mut table = String::new();
    for (license, name) in [(VOLUME, "volume"), (ENTRA, "Entra")] {
        for option in MailOption::ALL {
            for package in ["", "4.6.34.0", "4.6.421.0", "4.6.673.0"] {
                let compiled = project(option, license, package).compile();
                let shown = if package.is_empty() { "-" } else { package };
                let rest = match &compiled.plan {
                    Some(plan) => format!("{:?} {}", install(plan).ui, by_hand(plan).join(" ")),
                    None => format!("errors {}", grave(&compiled).join(" ")),
                };
                writeln!(table, "{name:<6} {option} {shown:<9} {}", rest.trim_end())
                    .expect("a string takes everything");
            }
        }
    }
    insta::assert_snapshot!(table);
}

fn grave(compiled: &mimeo::compile::Compiled) -> Vec<&'static str> {
    let errors = compiled.diagnostics.iter();
    let errors = errors.filter(|it| it.severity() == mimeo::diagnostic::Severity::Error);
    errors.map(|it| it.code.name).collect()
}

#[test]
fn the_pages_of_the_package_take_what_no_name_is_known_for() {
    let plan = plan(&project(MailOption::C, ENTRA, "4.6.421.0"));
    let msi = install(&plan);
    let digest = msi.digest.as_deref().expect("the package was read");
    assert!(digest.starts_with("sha256:"), "{digest}");
    let given: Vec<String> =
        msi.properties.keys().map(|name| format!("{name} = {}", said(msi, name))).collect();
    insta::assert_snapshot!(given.join("\n"));
}

#[test]
fn other_names_of_the_same_fields_are_as_good() {
    let lists = |package: &str| {
        let plan = plan(&project(MailOption::H, ENTRA, package));
        let entry = |name: &str| match &plan.setting(name).expect("it is asked").entry {
            Some(Entry::Properties(names)) => names.clone(),
            other => panic!("{name}: {other:?}"),
        };
        let names = [
            "cloud.name",
            "mail.server",
            "mail.authentication",
            "mail.application_id",
            "mail.tenant_id",
            "mail.client_secret",
        ];
        names.map(entry)
    };
    let (one, other) = (lists("4.6.421.0"), lists("4.6.673.0"));
    assert!(one.iter().zip(&other).all(|(one, other)| one != other), "{one:?} {other:?}");
}

#[test]
fn a_name_that_the_package_lacks_is_for_a_person() {
    let mut package = draft(Build::Redesigned);
    for sheet in &mut package.sheets {
        for cell in sheet.rows.iter_mut().flatten() {
            if let crate::support::package::Cell::Text(text) = cell
                && text.contains("SQLSERVER_DATABASE")
            {
                *text = text.replace("SQLSERVER_DATABASE", "DatabaseName");
            }
        }
    }
    let contents = Contents::Read(std::sync::Arc::new(profile(&package)));
    let project = project(MailOption::C, ENTRA, "").package(contents);
    let plan = plan(&project);
    let setting = plan.setting("database.name").expect("it is asked");
    let reason = "the package has no property `SQLSERVER_DATABASE`".to_owned();
    assert_eq!(setting.entry, Some(Entry::ByHand(reason)));
    assert!(!install(&plan).properties.contains_key("SQLSERVER_DATABASE"));
}

#[test]
fn two_fields_of_one_label_are_no_answer() {
    let mut package = draft(Build::Redesigned);
    let controls = package.sheet("Control");
    let property = crate::support::package::Cell::from("EXCHANGE_APP_ID");
    let mut twice: Vec<_> = Vec::new();
    // The label stands before its field.
    let at = controls.rows.iter().position(|row| row.contains(&property)).expect("it is there") - 1;
    for (offset, row) in controls.rows[at..at + 2].iter().enumerate() {
        let mut row = row.clone();
        row[1] = format!("Twin{offset}").as_str().into();
        // Below everything else.
        if let Cell::Number(y) = &mut row[4] {
            *y += 120;
        }
        if offset == 1 {
            row[8] = "ANOTHER_ID".into();
        }
        twice.push(row);
    }
    controls.rows.extend(twice);
    package.set("ANOTHER_ID", "x");
    let contents = Contents::Read(std::sync::Arc::new(profile(&package)));
    let plan = plan(&project(MailOption::C, ENTRA, "").package(contents));
    let setting = plan.setting("mail.application_id").expect("it is asked");
    let reason = "no page of the package has exactly one such field `Application ID`".to_owned();
    assert_eq!(setting.entry, Some(Entry::ByHand(reason)));
}

#[test]
fn the_words_of_a_list_count_more_than_the_value_of_the_table() {
    let mut package = draft(Build::Redesigned);
    let buttons = &mut package.sheet("RadioButton").rows;
    let (value, text) = (2, 7);
    let of = |it: &[Cell], wanted: &str| {
        it[0] == Cell::from("EXISTINGDATABASE") && it[value] == Cell::from(wanted)
    };
    let create = buttons.iter().position(|it| of(it, "0")).expect("it is there");
    let reuse = buttons.iter().position(|it| of(it, "1")).expect("it is there");
    let words = buttons[create][text].clone();
    buttons[create][text] = std::mem::replace(&mut buttons[reuse][text], words);
    let contents = Contents::Read(std::sync::Arc::new(profile(&package)));
    let plan = plan(&project(MailOption::A, VOLUME, "").package(contents));
    assert_eq!(said(install(&plan), "EXISTINGDATABASE"), "0", "it is to be used again");
}

#[test]
fn rules_about_builds_go_by_the_package() {
    let compiled = project(MailOption::C, VOLUME, "4.6.34.0").compile();
    assert!(codes(&compiled).contains(&"mail-application-build"), "{}", drawn(&compiled));
    let place = places(&compiled).into_iter().find(|it| it.ends_with("mail-application-build"));
    assert_eq!(place.as_deref(), Some("main.rhai:3:24 mail-application-build"));
    // The package's build is part of the plan, with where it comes from.
    let plan = plan(&project(MailOption::A, VOLUME, "4.6.34.0"));
    let build = plan.setting("installer.build").expect("the package says it");
    assert_eq!(build.value, Value::text("4.6.34.0"));
    assert!(
        matches!(&build.from, mimeo::plan::From::Follows { because, .. } if because == "the package says so")
    );
    assert!(plan.inputs.iter().any(|it| it.kind == mimeo::plan::InputKind::Package));
}

#[test]
fn the_package_counts_more_than_the_table_for_a_property_of_ones_own() {
    let own = |name: &str, package: &str| {
        let script = format!(
            "installer::msi(`D:\\MIM\\Service and Portal.msi`).accept_license_terms().property(\"{name}\", \"1\");"
        );
        let project = Project::new(&script);
        let project = if package.is_empty() { project } else { project.package(contents(package)) };
        let compiled = project.compile();
        codes(&compiled)
            .into_iter()
            .filter(|it| it.starts_with("installer-property"))
            .collect::<Vec<_>>()
    };
    // Nearly a name of the table, and one of the package.
    assert_eq!(own("MAIL_SERVER_TYPE", "4.6.421.0"), [""; 0]);
    assert_eq!(own("NO_SUCH_THING", ""), [""; 0]);
    assert_eq!(own("NO_SUCH_THING", "4.6.421.0"), ["installer-property-foreign"]);
}

#[test]
fn a_package_whose_version_is_no_build_is_told() {
    let mut package = draft(Build::Redesigned);
    package.set("ProductVersion", "banana");
    let found = |script: &str| {
        let contents = Contents::Read(std::sync::Arc::new(profile(&package)));
        let compiled = Project::new(script).package(contents).compile();
        codes(&compiled).contains(&"installer-package-build")
    };
    assert!(found("installer::msi(`D:\\MIM\\a.msi`).accept_license_terms();"));
    assert!(!found(
        "installer::msi(`D:\\MIM\\a.msi`).build(\"4.6.421.0\").accept_license_terms();"
    ));
}
