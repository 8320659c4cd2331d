//! The values file for a template.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use mimeo::author::template;
use mimeo::compile::{Compiled, Inputs, check};
use mimeo::diagnostic::Severity;
use mimeo::layout::{Language, format};
use mimeo::manual::{self, Template};
use mimeo::source::files::{Disk, Files, Memory};

use crate::support::TODAY;

const CHECK: &str = "mimeo check template.rhai --values filled.toml";

fn examples() -> Vec<PathBuf> {
    let all = std::fs::read_dir("examples").expect("they are there");
    let all = all.map(|it| it.expect("it is there").path());
    let mut scripts: Vec<_> =
        all.filter(|it| it.extension().is_some_and(|it| it == "rhai")).collect();
    scripts.sort();
    scripts
}

fn read(files: &(dyn Files + Sync), path: &Path) -> Template {
    let inputs = manual::Inputs { script: path.into(), root: None, values: Vec::new() };
    manual::template(files, &inputs).expect("it can be read").template
}

fn values(template: &Template) -> String {
    template::values(template, "template.rhai", CHECK)
}

/// A script of the disk with a values file of ours.
fn checked(path: &Path, values: &str) -> Compiled {
    let script = Disk.read(path, u64::MAX).expect("it can be read");
    let files = Memory::new([("template.rhai", &*script), ("filled.toml", values)]);
    let inputs =
        Inputs { values: vec!["filled.toml".into()], ..Inputs::new("template.rhai", TODAY) };
    check(&files, &inputs).expect("both are in memory")
}

#[test]
fn a_template_of_the_examples_lacks_only_its_values() {
    for path in examples() {
        let template = read(&Disk, &path);
        let text = values(&template);
        assert_eq!(format(Language::Values, &text).as_deref(), Ok(&*text), "{}", path.display());
        let compiled = checked(&path, &text);
        let errors = compiled.diagnostics.iter().filter(|it| it.severity() == Severity::Error);
        let codes: Vec<_> = errors.map(|it| it.code.name).collect();
        let needs = template.parameters.iter().any(|it| it.required);
        let lacks = ["values-missing"];
        // Option B and G work no longer, which is told as ever.
        let told: Vec<_> = codes.iter().filter(|it| **it != "mail-basic-authentication").collect();
        assert!(told.iter().all(|it| lacks.contains(*it)), "{}: {codes:?}", path.display());
        assert_eq!(!told.is_empty(), needs, "{}: {codes:?}", path.display());
    }
}

#[test]
fn a_values_file_that_is_filled_in_is_that_of_the_example() {
    for path in examples() {
        let text = values(&read(&Disk, &path));
        let own = Disk.read(&path.with_extension("toml"), u64::MAX).unwrap();
        let lines = own.lines().take_while(|it| !it.starts_with('['));
        let known: HashMap<&str, &str> = lines
            .filter_map(|it| it.split_once('='))
            .map(|(name, value)| (name.trim(), value))
            .collect();
        let fill = |line: &str| {
            let named = line.strip_prefix("# ").and_then(|it| it.split_once(" ="));
            match named.and_then(|(name, _)| Some((name, known.get(name)?))) {
                Some((name, value)) => format!("{name} ={value}\n"),
                None => format!("{line}\n"),
            }
        };
        let filled: String = text.lines().map(fill).collect();
        let codes = |text: &str| -> Vec<_> {
            checked(&path, text).diagnostics.iter().map(|it| it.code.name).collect()
        };
        let (mut one, mut other) = (codes(&filled), codes(&own));
        one.sort_unstable();
        other.sort_unstable();
        assert_eq!(one, other, "{}", path.display());
    }
}

#[test]
fn every_type_and_every_fallback_is_told() {
    let script = r#"
        let text    = param::text("text", "A text\nof two lines \u0007 with a bell", "it's \"so\"");
        let host    = param::host("host", "A host");
        let domain  = param::domain("domain", "A domain", ());
        let email   = param::email("email", "An address", "mim@" + "contoso.com");
        let url     = param::url("url", "A URL", "http://mim.contoso.com");
        let guid    = param::guid("guid", "A GUID");
        let port    = param::port("port", "A port", 8080);
        let number  = param::number("number", "A number");
        let flag    = param::flag("flag", "A flag", true);
        let choice  = param::choice("choice", "One of two", ["exchange", "none"], "none");
        let again   = param::host("host", "A host");
        account::regular(`contoso\svcMIMService`, secret("service"));
        mail::office365()
            .mailbox("MIMService@contoso.onmicrosoft.com")
            .register_application("MIM Service", secret("application"));
        let same = secret("service");
    "#;
    let files = Memory::new([("template.rhai", script)]);
    let text = values(&read(&files, Path::new("template.rhai")));
    assert_eq!(format(Language::Values, &text).as_deref(), Ok(&*text));
    insta::assert_snapshot!("new__template", text);
    let none = read(&Memory::new([("a.rhai", "print(1);")]), Path::new("a.rhai"));
    insta::assert_snapshot!("new__template-empty", values(&none));
}

/// What the plan makes is kept in a file, however its secret is handed on; a secret that stands in the script is covered.
#[test]
fn a_secret_comes_from_where_the_plan_can_keep_it() {
    let script = r#"
        let pool = param::text("pool_password", "Password of the pool", "Gehe1mnis!");
        account::regular(`contoso\svcMIMService`, pool);
        let client_secret = secret("application");
        mail::office365()
            .mailbox("MIMService@contoso.onmicrosoft.com")
            .register_application("MIM Service", client_secret);
    "#;
    let files = Memory::new([("template.rhai", script)]);
    let text = values(&read(&files, Path::new("template.rhai")));
    assert!(text.contains("application = { file = \"secrets/application.txt\" }"), "{text}");
    assert!(!text.contains("Gehe1mnis") && text.contains("# pool_password ="), "{text}");
}
