//! Many customers at once: `batch` and `impact`, as their user meets them.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use mimeo::plan::Plan;
use mimeo::source::files::{Disk, Files, SteadyDisk};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Value, json};

use crate::support::package::{Build, package};

/// A folder with files, in which the program runs.
struct Folder(tempfile::TempDir);

struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = Folder(tempfile::tempdir().expect("a folder"));
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &[u8]) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("it is there")
    }

    fn run(&self, args: &str) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
        command.args(args.split(' ')).current_dir(self.path());
        command.env("COLUMNS", "100").env("LANG", "C.UTF-8");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("MIMEO_") || name == "NO_COLOR" || name == "CLICOLOR_FORCE" {
                command.env_remove(&*name);
            }
        }
        let Output { status, stdout, stderr } = command.output().expect("the program starts");
        let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
        let code = status.code().expect("it ends by itself");
        Run { code, out: text(stdout), err: text(stderr) }
    }

    fn json(&self, args: &str) -> (i32, Value) {
        let run = self.run(args);
        let json = serde_json::from_str(&run.out);
        (run.code, json.unwrap_or_else(|error| panic!("{error}: {}{}", run.out, run.err)))
    }
}

/// The reset portal alone, quietly: a plan without findings.
const TEMPLATE: &str = r#"
license::volume();
installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().log_to(`c:\miminstall\log.txt`);
portal::password_reset(param::host("host", "Host of the portal"))
    .pool_account(`contoso\mimpool$`)
    .service_address("mim.contoso.com")
    .port(param::port("port", "Port of the portal", 80))
    .intranet();
"#;

fn values(name: &str) -> String {
    format!("host = \"{name}.contoso.com\"\n")
}

/// Good customers, and one of each kind of bad ones among them.
fn mixed() -> Folder {
    let huge = format!("# {}\n", "x".repeat(1024 * 1024));
    let folder = Folder::new(&[
        ("main.rhai", TEMPLATE.as_bytes()),
        ("customers/alpine.toml", values("alpine").as_bytes()),
        ("customers/binary.toml", b"\x7fELF\x02\x01\xff\xfe"),
        ("customers/broken.toml", b"host = \"broken.contoso.com\nport = \n"),
        ("customers/contoso.toml", values("contoso").as_bytes()),
        ("customers/fabrikam.toml", b"host = \"fabri kam\"\n"),
        ("customers/huge.toml", huge.as_bytes()),
        ("customers/litware.toml", b"host = \"lit ware\"\nport = 70000\n"),
        ("customers/notes.txt", b"not a customer"),
        ("other/contoso.toml", values("other").as_bytes()),
    ]);
    std::fs::create_dir(folder.path().join("customers/folder.toml")).expect("a folder");
    folder
}

const ALL: &str = "batch main.rhai customers missing.toml other/contoso.toml --as-of 2026-11-23";

#[test]
fn a_matrix_and_grouped_findings() {
    let run = mixed().run(ALL);
    assert_eq!(run.code, 2, "a file that cannot be read is the worst: {}", run.err);
    insta::assert_snapshot!(run.out);
}

#[test]
fn plans_have_steps_and_a_day() {
    let folder = mixed();
    let run = folder.run("batch main.rhai customers/contoso.toml --plan --as-of 2026-11-23");
    assert_eq!(run.code, 0, "{}", run.out);
    insta::assert_snapshot!(run.out);
}

#[test]
fn the_order_does_not_depend_on_the_threads() {
    let folder = Folder::new(&[("main.rhai", TEMPLATE.as_bytes())]);
    for index in 0..300 {
        let text = match index % 10 {
            3 => "host = \"a b\"\n".to_owned(),
            7 => format!("port = {index}00\n"),
            _ => values(&format!("c{index}")),
        };
        folder.write(&format!("customers/c{index:03}.toml"), text.as_bytes());
    }
    for format in ["full", "concise", "json", "github", "sarif", "junit"] {
        let of = |jobs: u8| {
            let run = folder.run(&format!(
                "batch main.rhai customers --as-of 2026-11-23 --output-format {format} --jobs {jobs}"
            ));
            assert_eq!(run.code, 1, "{}", run.err);
            run.out
        };
        let alone = of(1);
        assert!(alone.contains("c299") || matches!(format, "concise" | "github" | "sarif"));
        for jobs in [2, 8] {
            assert!(of(jobs) == alone, "{format} differs with {jobs} threads");
        }
    }
    let impact = |jobs: u8| {
        folder.run(&format!(
            "impact main.rhai customers --from-as-of 2026-11-23 --to-as-of 2027-11-23 --jobs {jobs}"
        ))
    };
    assert_eq!(impact(1).out, impact(8).out);
}

#[test]
fn json_tells_every_customer() {
    let (code, json) = mixed().json(&format!("{ALL} --plan --output-format json"));
    assert_eq!(code, 2);
    let customers = json["customers"].as_array().expect("a list");
    let results: Vec<_> = customers
        .iter()
        .map(|it| (it["customer"].as_str().unwrap(), it["result"].as_str().unwrap()))
        .collect();
    assert_eq!(
        results,
        [
            ("alpine", "ok"),
            ("binary", "failed"),
            ("broken", "errors"),
            ("customers/contoso", "ok"),
            ("fabrikam", "errors"),
            ("folder", "failed"),
            ("huge", "failed"),
            ("litware", "errors"),
            ("missing", "failed"),
            ("other/contoso", "ok"),
        ]
    );
    let totals = json!({ "total": 10, "ok": 3, "warnings": 0, "errors": 3, "failed": 4 });
    assert_eq!(json["totals"], totals);
    let findings = |index: usize| customers[index]["findings"].as_array().expect("a list").len();
    let sum: usize = (0..customers.len()).map(findings).sum();
    let counted = ["errors", "warnings", "hints"].map(|it| json[it].as_u64().expect("a number"));
    assert_eq!(sum as u64, counted.iter().sum::<u64>());
    assert_eq!(customers[7]["errors"], 2, "both mistakes of one customer");
    let finding = &customers[4]["findings"][1];
    assert_eq!(finding["file"], "customers/fabrikam.toml");
    assert_eq!(finding["start"], json!({ "line": 1, "column": 14, "offset": 13 }));
    assert!(customers[0]["seal"].as_str().expect("a seal").starts_with("sha256:"));
    assert!(customers[0]["steps"].as_u64().expect("a number") > 0);
    assert!(customers[1]["problem"].as_str().expect("a reason").contains("UTF-8"));
}

#[test]
fn sarif_is_one_run_for_all() {
    let (_, log) = mixed().json(&format!("{ALL} --output-format sarif"));
    assert_eq!(log["version"], "2.1.0");
    let runs = log["runs"].as_array().expect("a list");
    assert_eq!(runs.len(), 1);
    let rules = runs[0]["tool"]["driver"]["rules"].as_array().expect("a list");
    let rules: Vec<&str> = rules.iter().map(|it| it["id"].as_str().expect("a name")).collect();
    assert_eq!(rules.len(), rules.iter().collect::<BTreeSet<_>>().len(), "each rule once");
    let results = runs[0]["results"].as_array().expect("a list");
    let customers: BTreeSet<&str> =
        results.iter().map(|it| it["properties"]["customer"].as_str().expect("whose")).collect();
    let all = ["alpine", "broken", "customers/contoso", "fabrikam", "litware", "other/contoso"];
    assert_eq!(customers, all.into());
    for result in results {
        assert!(rules.contains(&result["ruleId"].as_str().expect("a rule")), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].is_string(), "{result}");
        assert!(place["region"]["startLine"].is_u64(), "{result}");
    }
    let invocation = &runs[0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = invocation["toolExecutionNotifications"].as_array().expect("a list");
    assert_eq!(told.len(), 4);
    assert!(told.iter().all(|it| it["message"]["text"].is_string()));
}

/// The names of test cases with what stands in each, and the counts of the suite.
fn cases(xml: &str) -> (Vec<(String, String)>, Vec<String>) {
    let mut reader = Reader::from_str(xml);
    let (mut cases, mut counts) = (Vec::new(), Vec::new());
    loop {
        let event = reader.read_event().expect("it is XML");
        let (Event::Start(element) | Event::Empty(element)) = &event else {
            if matches!(event, Event::Eof) {
                return (cases, counts);
            }
            continue;
        };
        let attribute = |name: &str| {
            let found = element.attributes().flatten().find(|it| it.key.as_ref() == name);
            found.map(|it| it.value.to_string()).unwrap_or_default()
        };
        let name = element.name();
        match name.as_ref() {
            "testsuite" => counts = ["tests", "failures", "errors"].map(attribute).to_vec(),
            "testcase" => cases.push((attribute("name"), "passed".to_owned())),
            // What is worth knowing of a case that has passed.
            "testsuites" | "system-out" => {}
            other => {
                let other = other.to_owned();
                cases.last_mut().expect("a case is open").1 = other;
            }
        }
    }
}

#[test]
fn junit_has_a_test_case_for_each_customer() {
    let run = mixed().run(&format!("{ALL} --output-format junit"));
    let (cases, counts) = cases(&run.out);
    let cases: Vec<_> = cases.iter().map(|(name, what)| (name.as_str(), what.as_str())).collect();
    assert_eq!(
        cases,
        [
            ("alpine", "passed"),
            ("binary", "error"),
            ("broken", "failure"),
            ("customers/contoso", "passed"),
            ("fabrikam", "failure"),
            ("folder", "error"),
            ("huge", "error"),
            ("litware", "failure"),
            ("missing", "error"),
            ("other/contoso", "passed"),
        ]
    );
    assert_eq!(counts, ["10", "3", "4"]);
}

#[test]
fn lines_and_annotations_name_the_customer() {
    let folder = mixed();
    let concise = folder.run(&format!("{ALL} --output-format concise"));
    assert!(concise.out.contains("customers/fabrikam.toml:1:14: error[value-host]"));
    assert!(concise.out.contains("[litware]\n"));
    assert!(concise.out.contains("missing.toml: error: the values file"), "{}", concise.out);
    assert!(concise.err.contains("10 customers: 3 ok, 3 with errors, 4 failed"), "{}", concise.err);
    let github = folder.run(&format!("{ALL} --output-format github"));
    assert!(github.out.lines().all(|it| it.starts_with("::")), "{}", github.out);
    assert!(github.out.contains("file=customers/fabrikam.toml,line=1"), "{}", github.out);
    assert!(github.out.contains("::error file=missing.toml,title=unreadable::"), "{}", github.out);
}

#[test]
fn written_plans_are_those_of_plan() {
    let folder = mixed();
    let run = folder.run(&format!("{ALL} --out-dir plans"));
    assert_eq!(run.code, 2);
    assert!(run.out.contains("3 plans in plans"), "{}", run.out);
    for (values, plan) in [
        ("customers/alpine.toml", "plans/alpine.plan.json"),
        ("customers/contoso.toml", "plans/customers/contoso.plan.json"),
        ("other/contoso.toml", "plans/other/contoso.plan.json"),
    ] {
        let made = folder
            .run(&format!("plan main.rhai --values {values} --as-of 2026-11-23 --out one.json"));
        assert_eq!(made.code, 0, "{}", made.err);
        assert_eq!(folder.read("one.json"), folder.read(plan), "{values}");
        Plan::from_json(&folder.read(plan)).expect("it is a plan");
    }
    for name in ["broken", "fabrikam", "missing"] {
        assert!(!folder.path().join(format!("plans/{name}.plan.json")).exists());
    }
    let left = std::fs::read_dir(folder.path().join("plans")).expect("it is there").count();
    assert_eq!(left, 3, "no part is left over");
}

#[test]
fn only_a_plan_that_nobody_has_begun_is_written_over() {
    let folder = mixed();
    let write = "batch main.rhai customers/alpine.toml --out-dir plans --as-of";
    folder.write("plans/alpine.plan.json", b"{\"mine\": true}");
    let run = folder.run(&format!("{write} 2026-11-23"));
    assert_eq!(run.code, 2);
    assert!(run.out.contains("is no plan of mimeo"), "{}", run.out);
    assert_eq!(folder.read("plans/alpine.plan.json"), "{\"mine\": true}");
    std::fs::remove_file(folder.path().join("plans/alpine.plan.json")).expect("it is there");
    assert_eq!(folder.run(&format!("{write} 2026-11-23")).code, 0);
    assert_eq!(
        folder.run(&format!("{write} 2026-11-24")).code,
        0,
        "a plan gives way to a newer one"
    );
    let journal = mimeo::execute::journal::Journal::beside(Path::new("plans/alpine.plan.json"));
    folder.write(&journal.display().to_string(), b"");
    assert_eq!(folder.run(&format!("{write} 2026-11-24")).code, 0, "the same plan may stay");
    let run = folder.run(&format!("{write} 2026-11-25"));
    assert_eq!(run.code, 2);
    assert!(run.out.contains("begun"), "{}", run.out);
}

#[test]
fn exit_codes_are_those_of_the_worst() {
    let folder = mixed();
    folder.write("warns.rhai", TEMPLATE.replace(".intranet()", "").as_bytes());
    folder.write("empty/readme.md", b"");
    for (args, code) in [
        ("batch main.rhai customers/contoso.toml", 0),
        ("batch main.rhai customers/contoso.toml customers/fabrikam.toml", 1),
        ("batch main.rhai customers/c*.toml", 0),
        ("batch main.rhai customers/[af]*.toml", 2),
        ("batch main.rhai **/contoso.toml", 0),
        ("batch warns.rhai other", 0),
        ("batch warns.rhai other --deny warnings", 1),
        ("batch main.rhai missing.toml", 2),
        ("batch main.rhai empty", 2),
        ("batch main.rhai nothing/*.toml", 2),
        ("batch main.rhai", 2),
        ("batch", 2),
        ("batch nowhere.rhai other", 2),
        ("batch customers/contoso.toml other", 2),
        ("batch main.rhai other --jobs 0", 2),
        ("batch --manifest nowhere.toml", 2),
        ("impact main.rhai other", 2),
        ("impact main.rhai other --to-as-of 2030-01-01", 0),
        ("impact nowhere.rhai other --to-as-of 2030-01-01", 2),
        ("impact main.rhai other/contoso.toml missing.toml --to-as-of 2030-01-01", 2),
    ] {
        let run = folder.run(args);
        assert_eq!(run.code, code, "{args}\n{}\n{}", run.out, run.err);
    }
}

#[test]
fn a_list_names_customers_with_scripts_and_values() {
    let folder = mixed();
    folder.write(
        "lists/fabrikam.rhai",
        TEMPLATE.replace("param::port(\"port\", \"Port of the portal\", 80)", "443").as_bytes(),
    );
    folder.write("lists/house.toml", b"port = 8080\n");
    folder.write(
        "lists/all.toml",
        br#"
            script = "../main.rhai"
            [[customer]]
            values = ["house.toml", "../customers/contoso.toml"]
            [[customer]]
            name = "contoso-test"
            script = "fabrikam.rhai"
            values = "../customers/contoso.toml"
            [[customer]]
            name = "gone"
            script = "nowhere.rhai"
        "#,
    );
    let args = "batch --manifest lists/all.toml --plan --as-of 2026-11-23 --out-dir plans --output-format json";
    let (code, json) = folder.json(args);
    assert_eq!(code, 2, "{json}");
    let customers = json["customers"].as_array().expect("a list");
    let results: Vec<_> = customers.iter().map(|it| (&it["customer"], &it["result"])).collect();
    assert_eq!(
        json!(results),
        json!([["contoso", "ok"], ["contoso-test", "ok"], ["gone", "failed"]])
    );
    let port = |name: &str| {
        let plan = Plan::from_json(&folder.read(&format!("plans/{name}.plan.json"))).unwrap();
        plan.setting("reset.port").expect("it has one").value.to_string()
    };
    assert_eq!([port("contoso"), port("contoso-test")], ["8080", "443"]);
    for (text, place) in [
        ("[[customer]]\nvalues = \"a.toml\"\n", "list.toml:1:1: this customer has no script"),
        ("skript = 1\n", "list.toml:1:1: `skript` is unknown here"),
        ("[customer]\nname = \"a\"\n", "list.toml:1:2: `customer` is no list of tables"),
        (
            "script = \"main.rhai\"\n[[customer]]\nname = \"../x\"\n",
            "list.toml:3:8: `../x` cannot be",
        ),
        (
            "script = \"main.rhai\"\n[[customer]]\nname = \"nul\"\n",
            "list.toml:3:8: `nul` cannot be",
        ),
        ("script = ", "list.toml:1:"),
        (
            "script = \"main.rhai\"\n[[customer]]\nname = \"A\"\n[[customer]]\nname = \"a\"\n",
            "two customers are called `A`",
        ),
    ] {
        folder.write("list.toml", text.as_bytes());
        let run = folder.run("batch --manifest list.toml");
        assert_eq!(run.code, 2, "{text}");
        assert!(run.err.contains(place), "{text}: {}", run.err);
    }
}

#[test]
fn a_folder_that_is_named_in_two_ways_is_one() {
    let folder = mixed();
    folder.write("customers/.contoso.toml", b"what an editor left");
    let (_, once) = folder.json("batch main.rhai customers --output-format json");
    let (_, twice) =
        folder.json("batch main.rhai customers other/../customers --output-format json");
    assert_eq!(once["customers"], twice["customers"]);
    assert_eq!(once["totals"]["total"], 8, "{once}");
}

#[test]
fn names_differ_whatever_the_folders() {
    let folder = Folder::new(&[("main.rhai", TEMPLATE.as_bytes())]);
    for path in ["a/x/main.toml", "b/x/main.toml", "b/y/MAIN.toml", "main.toml", "b/solo.toml"] {
        folder.write(path, values("c").as_bytes());
    }
    let args = "batch main.rhai main.toml ./main.toml b/solo.toml **/*.toml b/y/MAIN.toml --output-format json";
    let (_, json) = folder.json(args);
    let names: Vec<&str> = json["customers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["customer"].as_str().unwrap())
        .collect();
    assert_eq!(names.len(), 5, "each file once: {names:?}");
    let unlike: BTreeSet<String> = names.iter().map(|it| it.to_lowercase()).collect();
    assert_eq!(unlike.len(), 5, "{names:?}");
    assert_eq!(names[1], "solo");
    assert!(names[2..].contains(&"a/x/main"), "{names:?}");
}

/// Two states of a template, and customers of both.
fn versions() -> Folder {
    let folder = mixed();
    folder.write("v1/main.rhai", TEMPLATE.as_bytes());
    let new = TEMPLATE.replace("\"mim.contoso.com\"", "\"mim2.contoso.com\"");
    folder.write("v2/main.rhai", new.as_bytes());
    folder
}

#[test]
fn a_changed_template_has_an_impact() {
    let folder = versions();
    let args = "impact --from v1 --to v2 main.rhai customers/alpine.toml other customers/fabrikam.toml --from-as-of 2026-11-23";
    let run = folder.run(args);
    assert_eq!(run.code, 0, "{}", run.err);
    insta::assert_snapshot!(run.out);
    assert_eq!(folder.run(&format!("{args} --exit-code")).code, 3);
    let (code, json) = folder.json(&format!("{args} --exit-code --json"));
    assert_eq!(code, 3);
    assert_eq!(json["inputs"], json!({ "main.rhai": "changed" }));
    let change = &json["customers"][0]["changes"][0];
    assert_eq!(change["name"], "reset.service_address");
    assert_eq!(change["because"], json!(["main.rhai"]));
    assert_eq!(json["customers"][2]["standing"], "planless");
    assert_eq!(json["totals"], json!({ "differs": 2, "planless": 1 }));
}

#[test]
fn a_customer_who_fails_then_is_told() {
    let folder = versions();
    let stricter = TEMPLATE
        .replace("param::host(\"host\"", "param::choice(\"host\"")
        .replace("\"Host of the portal\"", "\"Host of the portal\", [\"alpine.contoso.com\"]");
    folder.write("v3/main.rhai", stricter.as_bytes());
    let run = folder.run(
        "impact --from v1 --to v3 main.rhai customers/alpine.toml other --from-as-of 2026-11-23",
    );
    assert_eq!(run.code, 1, "{}{}", run.out, run.err);
    insta::assert_snapshot!(run.out);
    let back =
        folder.run("impact --from v3 --to v1 main.rhai customers/alpine.toml other --exit-code");
    assert_eq!(back.code, 3, "{}", back.out);
    assert!(back.out.contains("a plan at last"), "{}", back.out);
}

fn example(name: &str) -> Vec<u8> {
    std::fs::read(crate::support::root().join("examples").join(name)).expect("it is there")
}

/// Exchange Web Services end on a day.
fn dated() -> Folder {
    Folder::new(&[
        ("contoso.rhai", &example("contoso.rhai")),
        ("contoso.toml", &example("contoso.toml")),
    ])
}

#[test]
fn a_changed_day_has_an_impact() {
    let folder = dated();
    let run = folder
        .run("impact contoso.rhai contoso.toml --from-as-of 2026-11-23 --to-as-of 2027-04-02");
    assert_eq!(run.code, 1, "{}", run.err);
    insta::assert_snapshot!(run.out);
    let near = folder.run("impact contoso.rhai contoso.toml --from-as-of 2026-11-23 --to-as-of 2026-11-24 --exit-code");
    assert_eq!(near.code, 0, "a day less is no difference: {}", near.out);
}

#[test]
fn another_package_has_an_impact() {
    // Which build it is, the package says; and one customer has no mail, of which the packages differ most.
    let text = |name| String::from_utf8(example(name)).expect("it is text");
    let script = text("contoso.rhai")
        .replace("    .build(\"4.6.673.0\")\n", "")
        .replace(
            "mail::office365()",
            "if param::flag(\"online\", \"Mail online\") { mail::office365()",
        )
        .replace(
            "(secret(\"mailbox_app_secret\"));",
            "(secret(\"mailbox_app_secret\")); } else { mail::none(); }",
        );
    let values = |online: bool| format!("online = {online}\n{}", text("contoso.toml"));
    let folder = Folder::new(&[
        ("contoso.rhai", script.as_bytes()),
        ("customers/contoso.toml", values(true).as_bytes()),
        ("customers/fabrikam.toml", values(false).as_bytes()),
    ]);
    for (name, build) in [("was", Build::Redesigned), ("is", Build::Renamed)] {
        folder.write(&format!("{name}.msi"), &package(build));
        let run = folder.run(&format!("installer inspect {name}.msi --out {name}.json"));
        assert_eq!(run.code, 0, "{}", run.err);
    }
    let sides = "--from-package-profile was.json --to-package-profile is.json";
    let run = folder.run(&format!("impact contoso.rhai customers {sides} --from-as-of 2026-11-23"));
    // A package is another one every time that it is written.
    let told: Vec<&str> = run.out.lines().filter(|it| !it.contains("sha256:")).collect();
    insta::assert_snapshot!(told.join("\n"));
    let run =
        folder.run("batch contoso.rhai customers --package-profile was.json --as-of 2026-11-23");
    insta::assert_snapshot!(run.out);
}

#[test]
fn another_standard_library_is_found_below_its_root() {
    let folder = Folder::new(&[]);
    let script = "import \"std/naming\" as naming;\nimport \"std/extra\" as extra;\n";
    let text = format!("{script}{}", TEMPLATE.replace("\"mim.contoso.com\"", "extra::address()"));
    for (version, address) in [("v1", "mim.contoso.com"), ("v2", "mim2.contoso.com")] {
        folder.write(&format!("{version}/main.rhai"), text.as_bytes());
        let module = format!("fn address() {{ \"{address}\" }}\n");
        folder.write(&format!("{version}/std/extra.rhai"), module.as_bytes());
    }
    folder.write("contoso.toml", values("contoso").as_bytes());
    let args = "impact --from v1 --to v2 main.rhai contoso.toml --from-as-of 2026-11-23";
    let (code, json) = folder.json(&format!("{args} --json --exit-code"));
    assert_eq!(code, 3, "{json}");
    assert_eq!(json["inputs"], json!({ "std/extra": "changed" }));
    let changes = json["customers"][0]["changes"].as_array().expect("a list");
    assert!(changes.iter().all(|it| it["because"] == json!(["std/extra"])), "{json}");
    let check = folder.run("check v1/main.rhai --values contoso.toml");
    assert!(check.out.contains("import-unreadable"), "elsewhere the library is the program's own");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_between_customers() {
    let slow = format!("let x = 0; while x < 100000 {{ x += 1; }}\n{TEMPLATE}");
    let folder = Folder::new(&[("main.rhai", slow.as_bytes())]);
    for index in 0..200 {
        folder.write(&format!("customers/c{index:03}.toml"), values("c").as_bytes());
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.args(["batch", "main.rhai", "customers", "--out-dir", "plans", "--jobs", "1"]);
    command.current_dir(folder.path()).stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let child = command.spawn().expect("the program starts");
    // It listens before it begins.
    while !folder.path().join("plans/c000.plan.json").exists() {
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.expect("there is a `kill`").success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stderr).contains("of 200 customers were looked at"));
    let plans = std::fs::read_dir(folder.path().join("plans")).expect("it is there");
    for plan in plans {
        let text = std::fs::read_to_string(plan.expect("it can be read").path()).expect("text");
        Plan::from_json(&text).expect("no plan is half written");
    }
}

#[cfg(unix)]
#[test]
fn a_file_has_one_place_however_its_path_is_written() {
    let folder = Folder::new(&[("customers/deep/b.toml", b""), ("customers/contoso.toml", b"")]);
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink("contoso.toml", at("customers/link.toml")).expect("a link");
    std::os::unix::fs::symlink("customers", at("linked")).expect("a link");
    let files = SteadyDisk::default();
    for _ in 0..2 {
        for name in [
            "customers/contoso.toml",
            "customers/./contoso.toml",
            "customers/deep/../contoso.toml",
            "customers/link.toml",
            "linked/contoso.toml",
            "linked/link.toml",
            "linked",
            "customers/deep/..",
            "customers/gone.toml",
            "gone/contoso.toml",
        ] {
            let path = at(name);
            assert_eq!(files.canonical(&path).ok(), Disk.canonical(&path).ok(), "{name}");
        }
    }
}
