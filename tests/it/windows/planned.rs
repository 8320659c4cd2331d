//! What is planned with a package at hand, installed for real, and what the installer received: on Windows itself, as
//! [`real`](super::real).

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use mimeo::execute::machine::{Installation, Known, Machine};
use mimeo::execute::windows::Windows;
use mimeo::installer::Contents;
use mimeo::installer::log::{Verdict, report};
use mimeo::installer::profile::survey::survey;
use mimeo::installer::scrub::{Short, copy};
use mimeo::model::MailOption;
use mimeo::plan::op::{Literal, Msi, Op, Ui, Value};
use mimeo::subject::setup::properties::PROPERTIES;
use msi::{Insert, Select, Update};

use super::real::Server;
use crate::support::Project;
use crate::support::package::{Build, Cell, Draft, draft};
use crate::trusted::{ENTRA, SECRETS, VOLUME, script};
use crate::windows::{secret, text};

/// The tables that say what the wizard asks; the others would change what the test package does.
const TABLES: [&str; 12] = [
    "Property",
    "Feature",
    "Dialog",
    "Control",
    "ControlEvent",
    "ControlCondition",
    "CheckBox",
    "RadioButton",
    "ComboBox",
    "ListBox",
    "InstallUISequence",
    "Condition",
];

/// The installable test package in a wizard's clothes.
fn dress(path: &Path, draft: &Draft) {
    let mut package = msi::open_rw(path).expect("it is a package");
    for sheet in draft.sheets.iter().filter(|it| TABLES.contains(&it.name.as_str())) {
        let name = sheet.name.as_str();
        let mut there: Vec<String> = Vec::new();
        if package.has_table(name) {
            let rows = package.select_rows(Select::table(name)).expect("it is there");
            there = rows.map(|it| it[0].to_string()).collect();
        } else {
            package.create_table(name, sheet.columns()).expect(name);
        }
        for row in &sheet.rows {
            let Cell::Text(key) = &row[0] else { panic!("{name} {row:?}") };
            let known = there.iter().any(|it| it.trim_matches('"') == key);
            match name {
                // What makes it the package that it is stays, with the features that have something to install.
                "Property" if key.ends_with("Code") || key == "ProductName" => {}
                "Property" if known => {
                    let update = Update::table(name)
                        .set("Value", row[1].value())
                        .with(msi::Expr::col("Property").eq(msi::Expr::string(key)));
                    package.update_rows(update).expect(key);
                }
                "Feature" | "InstallUISequence" if known => {}
                _ => {
                    let insert = Insert::into(name).row(row.iter().map(Cell::value).collect());
                    package.insert_rows(insert).expect(key);
                }
            }
        }
    }
    package.flush().expect("it can be written");
}

/// What secrets hold; none ends with a quote, nor has blanks in a row: wine's library gets those wrong by itself.
const VALUES: [(&str, &str); 4] = [
    ("service_password", r#"S3cret "Paß" of nobody"#),
    ("mailbox_password", r"50% of C:\trailing\"),
    ("client_secret", "a;b,c=d&e|f<g>h^i 日本 😀"),
    ("pool_password", "O'Brien [ProductName] /qn -x"),
];

#[test]
fn the_installer_receives_what_was_planned() {
    let Some(mut server) = Server::get() else { return };
    let options = [
        (Build::Old, VOLUME, MailOption::A),
        (Build::Old, VOLUME, MailOption::I),
        (Build::Redesigned, VOLUME, MailOption::C),
        (Build::Redesigned, VOLUME, MailOption::F),
        (Build::Redesigned, ENTRA, MailOption::H),
        (Build::Renamed, ENTRA, MailOption::C),
        (Build::Renamed, VOLUME, MailOption::D),
    ];
    for (build, license, option) in options {
        let name = format!("{build:?} {option}");
        let package = server.folder().join(format!("{name}.msi"));
        std::fs::copy(server.tools().join("portal.msi"), &package).expect("a copy");
        dress(&package, &draft(build));
        let profile = survey(&package).unwrap_or_else(|it| panic!("{name}: {}", it.about("it")));
        let project = Project::new(&script(option, license))
            .values(SECRETS)
            .package(Contents::Read(Arc::new(profile)));
        let plan = project.compile().plan.unwrap_or_else(|| panic!("{name}: there is an error"));
        let mut ops = plan.steps.iter().flat_map(|it| &it.ops);
        let planned = ops.find_map(|it| if let Op::Msi(msi) = it { Some(msi) } else { None });
        let planned = planned.expect("it installs");
        let properties = known(planned);
        let names: Vec<&str> = properties.keys().map(String::as_str).collect();
        let record = server.path("recorded.txt");
        let mut given = properties.clone();
        given.insert("RECORD".to_owned(), text(&names.join(";")));
        given.insert("RECORD_FILE".to_owned(), text(&record));
        let installation = Installation {
            package: package.to_str().expect("it is text").to_owned(),
            ui: Ui::Quiet,
            log: Some(server.path("my log.txt")),
            features: planned.features.clone(),
            properties: given,
            hidden: Vec::new(),
        };
        let code = server.run(Windows.install(&installation, &mut |_| ()));
        assert_eq!(code, Ok(0), "{name}");
        let received = std::fs::read_to_string(&record).expect("it was recorded");
        let expected: String =
            properties.iter().map(|(name, value)| format!("{name}={}\n", value.expose())).collect();
        assert_eq!(received, expected, "{name}");
        assert_eq!(server.features(), planned.features, "{name}");
        told(&name, &server.log(), planned, &properties);
        let removal = Installation {
            features: Vec::new(),
            properties: BTreeMap::from([("REMOVE".to_owned(), text("ALL"))]),
            ..installation
        };
        assert_eq!(server.run(Windows.install(&removal, &mut |_| ())), Ok(0), "{name}");
    }
}

/// What the log of the installation tells, with nothing known but the log.
fn told(name: &str, log: &[u8], planned: &Msi, properties: &BTreeMap<String, Known>) {
    let secrets: Vec<&str> = PROPERTIES.iter().filter(|it| it.secret).map(|it| it.name).collect();
    let report = report(&mut Cursor::new(log), &secrets).expect("it is in memory");
    assert_eq!(report.ending.verdict, Verdict::Succeeded, "{name}");
    let product = report.product.map(|it| it.what);
    assert!(product.is_some_and(|it| it.contains("Service and Portal")), "{name}");
    let database = report.properties.iter().find(|it| it.name == "SQLSERVER_SERVER");
    assert_eq!(database.map(|it| it.value.reveal()), Some("contosoagl.contoso.com"), "{name}");
    // Wine writes every value, whatever the package hides.
    let readable =
        |it: &str| report.secrets.iter().any(|found| found.names.iter().any(|name| name == it));
    for (property, value) in &planned.properties {
        if matches!(value, Value::Secret(_)) {
            assert!(readable(property), "{name}: {property} is not told");
        }
    }
    let values: Vec<&str> = report.secrets.iter().map(|it| it.value.reveal()).collect();
    let mut clean = Vec::new();
    copy(&mut &log[..], &values, Short::AsWord, &mut clean).expect("it is in memory");
    let clean = String::from_utf8_lossy(&clean).into_owned();
    // Of what its code page lacks, wine writes question marks: the beginning of each is enough.
    for (property, value) in properties.iter().filter(|(it, _)| readable(it)) {
        let begin: String = value.expose().chars().take(6).collect();
        assert!(!clean.contains(&begin), "{name}: {property}");
    }
}

/// The planned properties with what secrets hold.
fn known(msi: &Msi) -> BTreeMap<String, Known> {
    let value = |value: &Value| match value {
        Value::Value(Literal::Text(it)) => text(it),
        Value::Secret(name) => {
            let held = VALUES.iter().find(|it| it.0 == name).expect("it is one of them");
            secret(held.1)
        }
        other => panic!("{other:?}"),
    };
    msi.properties.iter().map(|(name, it)| (name.clone(), value(it))).collect()
}
