//! Tests of templates: what their codes explain, what is counted, and the command as its user meets it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use mimeo::compile;
use mimeo::diagnostic::Severity;
use mimeo::plan::Plan;
use mimeo::script::import::Library;
use mimeo::script::on_deep_stack;
use mimeo::source::files::{Disk, Memory};
use mimeo::trial::coverage::{self, Coverage};
use mimeo::trial::judge::judge;
use mimeo::trial::{self, Given, catalogue};
use serde_json::Value;

use crate::support::{TODAY, files_below};

/// What the examples of the explanations test.
const TEMPLATE: &str = r#"
license::volume();
installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.673.0").accept_license_terms();
sql::database("sql.contoso.com");
account::regular(param::text("account", "The service account"), secret("service"));
mail::none();
synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
service::address("mim.contoso.com");
"#;
const VALUES: &str =
    "account = 'contoso\\svcMIMService'\n[secrets]\nservice = { env = \"SERVICE\" }\n";

/// The codes that a script of tests over the template has.
fn codes(tests: &str) -> Vec<&'static str> {
    let files = Memory::new([
        ("template.test.rhai", tests),
        ("template.rhai", TEMPLATE),
        ("contoso.toml", VALUES),
    ]);
    let given = Given { root: PathBuf::from("."), imports: None };
    let trial = trial::read(&files, Path::new("template.test.rhai"), &given).expect("it is there");
    let mut codes: Vec<_> = trial.diagnostics.iter().map(|it| it.code.name).collect();
    let Some(program) = &trial.program else { return codes };
    for case in &trial.suite.cases {
        let verdict = on_deep_stack(|| judge(&files, &trial, program, case, &given, TODAY));
        codes.extend(verdict.findings.iter().map(|it| it.code.name));
    }
    codes
}

/// The fenced examples of an explanation: whether one reports, and its text.
fn examples(doc: &str) -> Vec<(bool, String)> {
    let mut examples = Vec::new();
    let mut open = None;
    for line in doc.lines().map(|it| it.strip_prefix(' ').unwrap_or(it)) {
        match (line.strip_prefix("```"), &mut open) {
            (Some(fence), None) => {
                assert!(fence.starts_with("test"), "a test is explained by a test: {fence}");
                open = Some((fence.contains("reports"), String::new()));
            }
            (Some(_), Some(_)) => examples.extend(open.take()),
            (None, Some((_, text))) => *text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    examples
}

#[test]
fn every_explanation_does_what_it_says() {
    for code in catalogue() {
        let examples = examples(code.doc);
        assert!(examples.iter().any(|(reports, _)| *reports), "{} has no example", code.name);
        assert!(examples.iter().any(|(reports, _)| !*reports), "{} has no cure", code.name);
        for (reports, text) in examples {
            let found = codes(&text);
            assert_eq!(found.contains(&code.name), reports, "{}: {found:?}\n{text}", code.name);
            assert!(reports || found.is_empty(), "{}: {found:?}\n{text}", code.name);
        }
    }
}

/// Every function of tests has an example that the language takes.
#[test]
fn every_function_of_tests_is_documented() {
    for row in trial::registry().rows().filter(|it| it.namespace == Some("test") || it.is_method())
    {
        let doc = row.doc.replace("```rhai", "```test");
        let examples = examples(&doc);
        assert!(!examples.is_empty(), "{} has no example", row.path());
        for (_, text) in examples {
            let found = codes(&text);
            let language = found.iter().filter(|it| it.starts_with("script-"));
            assert_eq!(language.count(), 0, "{}: {found:?}", row.path());
        }
    }
}

/// A text with probes is a script wherever the text is one, and what it declares makes the same plan.
#[test]
fn a_text_with_probes_means_the_same() {
    let given = |path: &Path| Given {
        root: path.parent().expect("it lies in a folder").to_path_buf(),
        imports: None,
    };
    let mut scripts = 0;
    for path in ["examples", "stdlib", "editors/corpus", "tests/cases"]
        .iter()
        .flat_map(|it| files_below(it))
    {
        if path.extension().is_none_or(|it| it != "rhai") || trial::is_tests(&path) {
            continue;
        }
        let load = || {
            let counting = coverage::load(&Disk, &path, &given(&path)).expect("it can be read");
            let plain = compile::load_with(&Disk, &path, None, Library::Embedded);
            (counting, plain.expect("it can be read"))
        };
        let (counting, plain) = on_deep_stack(load);
        assert_eq!(counting.program().runnable, plain.runnable, "{}", path.display());
        scripts += usize::from(plain.runnable);
        let values = path.with_extension("toml");
        if values.is_file() {
            let mut inputs = compile::Inputs::new(&path, TODAY);
            inputs.values.push(values);
            let plans = on_deep_stack(|| {
                [counting.program(), &std::sync::Arc::new(plain)].map(|program| {
                    let registry = coverage::registry();
                    let run =
                        compile::declare(&Disk, program, registry, &inputs).expect("it is there");
                    let grave =
                        |it: &&mimeo::diagnostic::Diagnostic| it.severity() == Severity::Error;
                    let errors = run.diagnostics.iter().filter(grave).count();
                    (
                        errors,
                        run.deployment
                            .title
                            .get()
                            .and_then(|it| it.value.value().cloned())
                            .map(|it| mimeo::model::format::Format::text(&it)),
                        run.deployment.tasks.len(),
                        run.deployment.option().map(|it| it.to_string()),
                    )
                })
            });
            assert_eq!(plans[0], plans[1], "{}", path.display());
        }
    }
    assert!(scripts > 100, "{scripts}");
}

/// A template with every kind of decision, and which of them the cases come by.
#[test]
fn what_is_counted() {
    let template = r#"
        let site = param::text("site", "The site");
        let many = param::number("many", "How many", 0);
        fn called(x) { if x > 1 { 2 } else if x == 1 { 1 } else { 0 } }
        fn never() { 1 }
        let a = if site == "Munich" { 1 };
        let b = site == "Vienna" && many > 0 || many > 10;
        switch site { "Munich" => called(0), "Vienna" if many > 0 => { called(1) } _ => called(2) }
        for i in 0..many { called(i) }
        let n = many;
        while n > 0 { n -= 1; }
        try { if many > 1 { throw "many"; } } catch { b = true; }
        let text = `${if many == 0 { "none" } else { "some" }}`;
        let later = |x| x + 1;
        let nothing = () ?? "something";
        deployment(text);
        if b {} else {}
    "#;
    let tests = r#"
        test::that("Munich").set("site", "Munich").expect_finding("deployment-empty");
        test::that("Vienna").set("site", "Vienna").set("many", 2).expect_finding("deployment-empty");
    "#;
    let files = Memory::new([("t.test.rhai", tests), ("t.rhai", template)]);
    let given = Given { root: PathBuf::from("."), imports: None };
    let mut told = Coverage::default();
    on_deep_stack(|| {
        let trial = trial::read(&files, Path::new("t.test.rhai"), &given).expect("it is there");
        assert!(trial.diagnostics.is_empty(), "{:?}", trial.diagnostics);
        let counting = coverage::load(&files, &trial.template, &given).expect("it is there");
        for case in &trial.suite.cases {
            told.add(&counting, &counting.count(&files, &trial, case, &given, TODAY));
        }
    });
    insta::assert_snapshot!(mimeo::export::coverage::lcov(&told));
    let style = mimeo::export::Style { colour: false, unicode: true, width: 100 };
    insta::assert_snapshot!("what_no_case_comes_by", mimeo::export::coverage::text(&told, &style));
}

/// A folder with files, in which the program runs.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).expect("it is there")
    }

    /// How the command ends, and what it says: results, then talk.
    fn test(&self, args: &str) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command.arg("test").args(args.split_whitespace()).current_dir(self.0.path());
        command.env("COLUMNS", "100").env("LANG", "C.UTF-8").env("NO_COLOR", "1");
        command.args(["--as-of", "2026-11-23"]);
        let Output { status, stdout, stderr } = command.output().expect("the program starts");
        let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
        (status.code().expect("it ends by itself"), text(stdout) + text(stderr).as_str())
    }
}

fn project(tests: &str) -> Folder {
    Folder::new(&[
        ("template.rhai", TEMPLATE),
        ("customers/contoso.toml", VALUES),
        ("template.test.rhai", tests),
    ])
}

#[test]
fn what_is_not_as_expected_is_shown_where_it_stands() {
    let project = project(
        r#"
test::that("the database is FIMService")
    .values("customers/contoso.toml")
    .expect("database.name", "FIMService")
    .expect("option", "E")
    .expect_no("registration.port")
    .expect_step("install")
    .expect_no_warnings();

test::that("an account needs its domain")
    .values("customers/contoso.toml").set("account", "svcMIMService")
    .expect_finding("value-account", "--set account");

test::that("everything is wrong")
    .values("customers/contoso.toml")
    .expect("database.name", "MIMService")
    .expect("service.adress", "mim.contoso.com")
    .expect("registration.port", 80)
    .expect_no("database.server")
    .expect_step("instal")
    .expect_no_step("install")
    .expect_no_step("enable-rules-1")
    .expect_finding("mail-smtp-managed-acount")
    .expect_finding("mail-smtp-managed-account");
"#,
    );
    let (code, told) = project.test("");
    assert_eq!(code, 1);
    insta::assert_snapshot!(told);
}

/// A house rule in a module, tests by a function of their own, and what is counted of both files.
#[test]
fn house_rules_are_expected_by_their_words() {
    let project = project(
        r#"
fn contoso(title, account) {
    test::that(title).values("customers/contoso.toml").set("account", account)
}
contoso("the name is told", `contoso\MIM`).expect_thrown("does not begin with `svc`");
contoso("it is another rule", `contoso\MIM`).expect_thrown("two to four letters");
contoso("nothing is wrong", `contoso\svcMIM`).expect_thrown("does not begin with");
"#,
    );
    let house = r#"
import "std/checks" as checks;
fn service_account(account) { checks::require_prefix(account, "svc"); }
"#;
    project.write("lib/house.rhai", house);
    let rule = r#"
import "lib/house" as house;
house::service_account(param::text("account", "The service account"));
"#;
    project.write("template.rhai", &format!("{rule}{TEMPLATE}"));
    let (code, told) = project.test("--coverage");
    assert_eq!(code, 1);
    insta::assert_snapshot!(told);
    let lcov = "--coverage-lcov c.info";
    for (args, file) in [(lcov, "lib/house.rhai"), (&format!("{lcov} --root ."), "lib/house.rhai")]
    {
        project.test(args);
        assert!(project.read("c.info").contains(&format!("SF:{file}\n")), "{args}");
    }
}

#[test]
fn a_plan_is_kept_and_compared() {
    let tests = r#"test::that("the plan").values("customers/contoso.toml").expect_plan("plans/contoso.plan.json");"#;
    let project = project(tests);
    let (code, told) = project.test("");
    assert_eq!(code, 1);
    assert!(told.contains("there is no `plans/contoso.plan.json` yet"), "{told}");
    let (code, told) = project.test("--update");
    assert_eq!((code, told.contains("wrote plans/contoso.plan.json")), (0, true), "{told}");
    let kept = project.read("plans/contoso.plan.json");
    Plan::from_json(&kept).expect("it is a plan");
    assert_eq!(project.test("").0, 0);
    // Another place, another line, another day: the same plan.
    project.write("template.rhai", &format!("// A line more.\n{TEMPLATE}"));
    assert_eq!(project.test("--update").0, 0);
    assert_eq!(project.read("plans/contoso.plan.json"), kept);
    project.write("template.rhai", &TEMPLATE.replace("sql.contoso.com", "sql2.contoso.com"));
    let (code, told) = project.test("");
    assert_eq!(code, 1);
    insta::assert_snapshot!(told);
    // Tests in a folder of their own keep plans beside it.
    project.write("tests/t.test.rhai", r#"
        test::template("../template.rhai");
        test::that("the plan").values("../customers/contoso.toml").expect_plan("../kept/contoso.plan.json");
    "#);
    let (code, told) = project.test("tests --update");
    assert_eq!((code, told.contains("wrote tests/../kept/contoso.plan.json")), (0, true), "{told}");
    // One that was changed by hand is no plan, and `--update` makes it one.
    project.write("plans/contoso.plan.json", &kept.replace("FIMService", "MIMService"));
    let (code, told) = project.test("");
    assert_eq!((code, told.contains("test-unreadable")), (1, true), "{told}");
}

#[test]
fn an_update_keeps_no_plan_of_a_case_that_fails() {
    let tests = r#"test::that("the plan").values("customers/contoso.toml").expect("database.name", "x").expect_plan("p.json");"#;
    let project = project(tests);
    let (code, told) = project.test("--update");
    assert_eq!(code, 1, "{told}");
    assert!(!project.0.path().join("p.json").exists());
}

#[test]
fn programs_read_the_answer() {
    let tests = r#"
        test::that("passes").values("customers/contoso.toml");
        test::that("fails").values("customers/contoso.toml").expect("database.name", "x");
    "#;
    let project = project(tests);
    let (code, told) = project.test("--output-format json --coverage");
    let answer: Value = serde_json::from_str(told.lines().next().expect("a line")).expect("JSON");
    assert_eq!(code, 1);
    assert_eq!(answer["totals"], serde_json::json!({ "passed": 1, "failed": 1, "errors": 0 }));
    assert_eq!(answer["files"][0]["cases"][1]["findings"][0]["code"], "test-field");
    assert_eq!(answer["coverage"][0]["lines"], serde_json::json!({ "hit": 7, "all": 7 }));
    let (code, told) = project.test("--output-format junit");
    assert_eq!(code, 1);
    for part in [
        r#"<testsuite name="mimeo test" tests="2" failures="1" errors="0">"#,
        r#"<testcase name="passes" classname="template.test.rhai" file="template.test.rhai"/>"#,
        r#"type="test-field""#,
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let (code, told) = project.test("--filter passes");
    assert_eq!((code, told.contains("1 passed, 0 failed")), (0, true), "{told}");
    assert_eq!(project.test("--filter nothing").0, 2);
}

#[test]
fn too_little_coverage_fails() {
    let template = format!(
        "{TEMPLATE}\nif param::flag(\"more\", \"More\", false) {{ after::portal_answers(); }}"
    );
    let project = project(r#"test::that("passes").values("customers/contoso.toml");"#);
    project.write("template.rhai", &template);
    assert_eq!(project.test("--fail-under 50").0, 0);
    let (code, told) =
        project.test("--fail-under 51 --coverage-html c.html --coverage-lcov c.info");
    assert_eq!((code, told.contains("50 % of the branches are taken")), (1, true), "{told}");
    assert!(project.read("c.html").contains("<tr class=\"partly\">"));
    assert!(project.read("c.info").contains("BRF:2\nBRH:1"));
}

#[test]
fn bad_input_is_a_finding() {
    let told = |tests: &str, part: &str| {
        let project = project(tests);
        let (code, told) = project.test("template.test.rhai");
        assert_eq!((code, told.contains(part)), (1, true), "{part}\n{told}");
    };
    told(r#"test::that("x").values("../contoso.toml");"#, "test-outside");
    told(r#"test::template("../../template.rhai"); test::that("x");"#, "test-outside");
    told(r#"test::template("missing.rhai"); test::that("x");"#, "the template cannot be read");
    told(r#"test::that("x").values("customers/fabrikam.toml");"#, "the values file cannot be read");
    told(r#"test::that("x").set("acount", 1);"#, "values-unknown");
    told(r#"test::that("x").expect_plan("../plan.json");"#, "secret-missing");
    told(
        r#"test::that("x").values("customers/contoso.toml").expect_plan("../plan.json");"#,
        "test-outside",
    );
    told(r#"test::that("x").exepct("database.name", "x");"#, "did you mean `.expect`?");
    told(r#"mail::smtp("x");"#, "script-unknown");
    told("let x = ", "script-syntax");
    told("", "test-none");
    let project = project(r#"import "ring" as ring;"#);
    project.write("ring.rhai", r#"import "ring" as ring;"#);
    assert!(project.test("").1.contains("import-cycle"));
    project.write("template.rhai", "let x = ;");
    project.write("template.test.rhai", r#"test::that("x");"#);
    let (code, told) = project.test("");
    assert_eq!(
        (code, told.contains("0 passed, 1 failed, 1 file with an error")),
        (1, true),
        "{told}"
    );
    assert!(told.contains("FAILED x (not run: the template has an error)"), "{told}");
    std::fs::write(project.0.path().join("latin.test.rhai"), b"// \xfc").expect("a file");
    let (code, told) = project.test("");
    assert_eq!((code, told.contains("it is not UTF-8")), (1, true), "{told}");
    assert!(told.contains("0 passed, 1 failed, 2 files with errors"), "{told}");
    assert_eq!(project.test("latin.test.rhai").0, 2);
    assert_eq!(project.test("nowhere").0, 2);
    assert_eq!(project.test("customers").0, 2);
    assert_eq!(project.test("template.rhai").0, 2);
    let mut check = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    let output = check.args(["check", "x.test.rhai"]).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("mimeo test x.test.rhai"));
}

/// What somebody writes where a secret's name belongs is in no answer, whatever its form, nor in the coverage.
#[test]
fn a_secret_in_tests_is_not_shown() {
    let tests = r#"
fn contoso(title, password) {
    test::that(title).values("customers/contoso.toml").expect("account.password", password)
}
contoso("one", "Gehe1mnis!");
contoso("one and more", "Gehe1mnis!tail");
test::that("two").values("customers/contoso.toml").expect("account.password", "Gehe1mnis!2");
test::that("three").values("customers/contoso.toml").set("PASSWORD", "Gehe1mnis!3");
test::that("four").set("PASSWORD", "Gehe1mnis!4").expect("database.name", "x");
"#;
    let name = TEMPLATE.split_once("secret(\"").expect("it has one").1;
    let name = name.split_once('"').expect("it ends").0;
    let tests = tests.replace("PASSWORD", name);
    let project = project(&tests);
    for form in ["full", "concise", "json", "junit", "github", "plain"] {
        let (code, told) = project.test(&format!("--output-format {form}"));
        assert!(code == 1 && !told.contains("Gehe1mnis") && !told.contains("tail"), "{told}");
    }
    let (_, named) = project.test("");
    assert!(named.contains(&format!("is the secret `{name}`, not ")), "{named}");
    let written = "account::regular(`contoso\\svc`, \"Gehe1mnis!5\");";
    project.write("template.rhai", &format!("{TEMPLATE}\n{written}"));
    project.test("--coverage-html c.html");
    let page = project.read("c.html");
    assert!(page.contains("account::regular") && !page.contains("Gehe1mnis"), "{page}");
}

#[test]
fn cases_are_filtered_by_title_and_files_in_any_case() {
    let project = project(
        r#"
test::that("The first").values("customers/contoso.toml");
test::that("the second").values("customers/Fabrikam.toml");
"#,
    );
    project.write("customers/Fabrikam.toml", VALUES);
    for (filter, count) in [("FIRST", 1), ("fabrikam", 1), ("customers", 2), ("Template.test", 2)] {
        let (code, told) = project.test(&format!("--filter {filter}"));
        assert!(code == 0 && told.contains(&format!("{count} passed")), "{filter}\n{told}");
    }
    assert_eq!(project.test("--filter third").0, 2);
}

#[test]
fn hundreds_of_cases_are_run() {
    let project = project(
        r#"
for number in 0..500 {
    test::that(`case ${number}`)
        .values("customers/contoso.toml")
        .expect("database.name", "FIMService")
        .expect_step("install")
        .expect_no("registration.port");
}
"#,
    );
    let (code, told) = project.test("");
    assert!(code == 0 && told.contains("500 passed"), "{told}");
}

/// Nothing that was read is written over.
#[test]
fn inputs_of_tests_are_kept() {
    let tests = r#"test::that("x").values("customers/contoso.toml").expect_plan("customers/contoso.toml");"#;
    let project = project(tests);
    for args in [
        "--coverage-html template.rhai",
        "--coverage-lcov customers/contoso.toml",
        "--coverage-lcov template.test.rhai",
    ] {
        let (code, told) = project.test(args);
        assert!(code == 2 && told.contains("is an input of the tests"), "{args}\n{told}");
    }
    let (code, told) = project.test("--update");
    assert!(code == 1 && told.contains("name the file of a plan"), "{told}");
    assert_eq!(project.read("customers/contoso.toml"), VALUES);
    assert_eq!(project.read("template.rhai"), TEMPLATE);
    // What follows from another mistake is not told, and what was not counted has no table.
    project.write("other.test.rhai", "test::that(\"x\"");
    let (code, told) = project.test("--coverage other.test.rhai");
    assert!(code == 1 && !told.contains("cannot be read") && !told.contains("branches"), "{told}");
}
