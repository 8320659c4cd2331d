//! The manual: what parameters reach, how that is shown, and what an editor of TOML is told of a values file.

mod schema;

use std::path::{Path, PathBuf};

use mimeo::export::Style;
use mimeo::export::manual::{Form, render};
use mimeo::manual::reference::{contents, find};
use mimeo::manual::{self, Inputs, Manual, Parameter, Read, Template, Written};
use mimeo::source::files::{Disk, Memory};
use unicode_width::UnicodeWidthStr;

use crate::export::read_html;
use crate::support::{files_below, root};

const WIDE: Style = Style { colour: false, unicode: true, width: 100 };

/// The manual of a script in memory, with other files.
fn read(script: &str, files: &[(&str, &str)], values: &[&str]) -> Read {
    let main = [("main.rhai", script)];
    let files = Memory::new(main.into_iter().chain(files.iter().copied()));
    let values = values.iter().map(PathBuf::from).collect();
    let inputs = Inputs { script: PathBuf::from("main.rhai"), root: None, values };
    manual::template(&files, &inputs).expect("every file is there")
}

fn template(script: &str) -> Template {
    let read = read(script, &[], &[]);
    let wrong: Vec<_> = read.findings.iter().flat_map(|it| &it.1).map(|it| &it.message).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    read.template
}

fn example(name: &str) -> Template {
    let script = root().join("examples").join(name).with_extension("rhai");
    let inputs = Inputs { script, root: None, values: Vec::new() };
    let read = manual::template(&Disk, &inputs).expect("the example can be read");
    assert!(read.findings.is_empty(), "{name}: {:?}", read.findings);
    read.template
}

fn examples() -> Vec<String> {
    let scripts = files_below("examples").into_iter();
    let scripts = scripts.filter(|it| it.extension().is_some_and(|it| it == "rhai"));
    let name = |it: PathBuf| Some(it.file_stem()?.to_string_lossy().into_owned());
    // Modules in folders belong to their templates.
    let own = scripts.filter(|it| it.parent() == Some(&root().join("examples")));
    own.filter_map(name).collect()
}

fn shown(template: Template) -> Manual {
    Manual::Template(Box::new(template))
}

/// What a parameter reaches, a line for each way.
fn reaches(template: &Template, name: &str) -> Vec<String> {
    let is_it = |it: &&Parameter| it.name == name;
    let parameter = template.parameters.iter().find(is_it).expect("it is declared");
    let it = &parameter.reaches;
    let ways = [("fills", &it.fills), ("shapes", &it.shapes), ("decides", &it.decides)];
    let fields = ways
        .into_iter()
        .flat_map(|(way, fields)| fields.iter().map(move |it| format!("{way} {}", it.name)));
    let calls = it.calls.iter().map(|it| format!("handed to {} {:?}", it.function, it.pages));
    fields.chain(calls).collect()
}

#[test]
fn a_value_is_followed_exactly() {
    let template = template(
        r#"
        let tenant = param::domain("tenant", "The tenant");
        let netbios = param::text("netbios", "The domain");
        let account = `${netbios}\svcMIMService`;
        cloud::global(tenant);
        account::regular(account, secret("service"));
        "#,
    );
    assert_eq!(reaches(&template, "tenant"), ["fills cloud.tenant"]);
    let netbios = ["shapes account.name", "shapes account.domain"];
    assert_eq!(reaches(&template, "netbios"), netbios);
    let secret = &template.secrets[0];
    let fields: Vec<_> = secret.fields.iter().map(|it| (it.name, it.page)).collect();
    assert_eq!(fields, [("account.password", Some(12))]);
    assert_eq!(secret.written, Written::Never);
}

/// Origins end where a function of a module puts a text together; two runs still tell.
#[test]
fn what_goes_through_functions_is_followed_by_its_effect() {
    let template = template(
        r#"
        import "std/naming" as naming;
        import "std/options" as options;
        let prefix = param::text("prefix", "The prefix");
        let number = param::number("number", "Which server", 1);
        options::a(naming::service_account("contoso", prefix), secret("s"), "mail.contoso.com", "mim@contoso.com");
        sql::database("sql.contoso.com").reuse(number > 1);
        "#,
    );
    assert_eq!(reaches(&template, "prefix"), ["shapes account.name"]);
    assert_eq!(reaches(&template, "number"), ["shapes database.reuse"]);
}

/// Of a choice within a choice, each way is gone.
#[test]
fn every_way_through_the_script_is_tried() {
    let template = template(
        r#"
        let how = param::choice("how", "How", ["none", "exchange", "cloud"], "none");
        let fresh = param::flag("new", "Whether the application is new", false);
        let keep = param::choice("keep", "What it may open", ["group", "mailbox"], "group");
        let server = param::host("server", "The mail server");
        let thumb = param::text("thumbprint", "A certificate", ());
        switch how {
            "none" => { mail::none(); }
            "exchange" => { mail::exchange(server).mailbox("mim@contoso.com"); }
            _ => {
                let mail = mail::office365().mailbox("mim@contoso.com");
                if fresh {
                    mail.register_application("MIM", secret("app"));
                    if keep == "group" { mail.restrict_to_group("G"); } else { mail.scope_to_mailbox(); }
                } else {
                    mail.application("48b15b07-92a8-4c5f-ae4a-8850556d6b76").client_secret(secret("app"));
                }
            }
        }
        if thumb != () { certificate::thumbprint(thumb); }
        account::regular(`contoso\svcMIMService`, secret("service"));
        "#,
    );
    assert!(reaches(&template, "how").contains(&"decides mail.host".to_owned()));
    assert_eq!(reaches(&template, "server"), ["fills mail.host"]);
    assert_eq!(reaches(&template, "keep"), ["decides application.restriction"]);
    assert!(reaches(&template, "new").contains(&"decides application.name".to_owned()));
    let thumbprint = reaches(&template, "thumbprint");
    assert_eq!(thumbprint[0], "fills certificate.thumbprint", "{thumbprint:?}");
    let app = template.secrets.iter().find(|it| it.name == "app").expect("it is named");
    assert_eq!(app.written, Written::Sometimes);
    assert_eq!(app.at.len(), 2);
    assert_eq!(template.installs.options, ["A", "C", "E"]);
    assert!(!template.cut);
}

/// What no made-up value opens is read off the text, and what nothing is known of says so.
#[test]
fn what_is_not_reached_is_told_as_that() {
    let read = |values: &[&str]| {
        let script = r#"
            let key = param::text("key", "The key of the way");
            let server = param::host("server", "A server");
            let rule = param::text("rule", "A rule");
            let nothing = param::text("nothing", "Used by nothing");
            if key == "opens" { mail::exchange(server).mailbox("mim@contoso.com"); }
            after::enable_rule(rule);
            account::gmsa(`contoso\MIMSrvGMSAsvc$`);
        "#;
        let text =
            "key = \"opens\"\nserver = \"mail.contoso.com\"\nrule = \"R\"\nnothing = \"x\"\n";
        read(script, &[("contoso.toml", text)], values)
    };
    let alone = read(&[]).template;
    assert_eq!(reaches(&alone, "server"), ["handed to mail::exchange [8, 12]"]);
    assert_eq!(reaches(&alone, "rule"), ["handed to after::enable_rule []"]);
    assert_eq!(reaches(&alone, "nothing"), Vec::<String>::new());
    let text = render(&shown(alone), Form::Text, &WIDE);
    assert!(text.contains("no value of the plan that could be followed"), "{text}");
    // With values that open the way, it is followed.
    let tried = read(&["contoso.toml"]);
    assert!(tried.findings.is_empty(), "{:?}", tried.findings);
    assert_eq!(reaches(&tried.template, "server"), ["fills mail.host"]);
    assert!(reaches(&tried.template, "key").contains(&"decides mail.host".to_owned()));
}

/// A values file that does not fit is told, and the manual is written nevertheless.
#[test]
fn wrong_values_and_wrong_scripts_are_told() {
    let script = "cloud::global(param::domain(\"tenant\", \"The tenant\"));";
    let it = read(script, &[("x.toml", "tennant = 5\n")], &["x.toml"]);
    let codes: Vec<_> = it.findings.iter().flat_map(|it| &it.1).map(|it| it.code.name).collect();
    assert_eq!(codes, ["values-unknown"]);
    assert_eq!(reaches(&it.template, "tenant"), ["fills cloud.tenant"]);
    let broken =
        read("let t = param::domain(\"tenant\", \"The tenant\");\nsql::database(t).;", &[], &[]);
    let codes: Vec<_> =
        broken.findings.iter().flat_map(|it| &it.1).map(|it| it.code.name).collect();
    assert_eq!(codes, ["script-syntax"]);
    assert_eq!(reaches(&broken.template, "tenant"), ["handed to sql::database [6]"]);
    let ring = read("import \"a\" as a;", &[("a.rhai", "import \"main\" as m;")], &[]);
    let codes: Vec<_> = ring.findings.iter().flat_map(|it| &it.1).map(|it| it.code.name).collect();
    assert_eq!(codes, ["import-cycle"]);
}

/// A script that does not end is given up, and the manual says so.
#[test]
fn a_script_without_an_end_is_given_up() {
    let template = template(
        "let n = param::number(\"n\", \"N\");\nsql::database(\"sql.contoso.com\").reuse(n > 1);\nlet i = 0;\nwhile true { i += 1; }\n",
    );
    assert!(template.cut);
    let text = render(&shown(template), Form::Text, &WIDE);
    assert!(text.contains("more ways than were tried"), "{text}");
}

/// A script that takes long with all values is tried with some of them.
#[test]
fn a_script_that_takes_long_is_not_tried_a_thousand_times() {
    let choices: Vec<_> = (0..40).map(|it| format!("\"{it}\"")).collect();
    let template = template(&format!(
        "let n = param::choice(\"n\", \"N\", [{}]);\nfor i in 0..900000 {{ }}\nsql::database(`sql${{n}}.contoso.com`);\n",
        choices.join(", "),
    ));
    assert!(template.cut);
    assert_eq!(reaches(&template, "n"), ["shapes database.server"]);
}

/// A secret that is written out stands in no manual.
#[test]
fn nothing_that_is_covered_is_shown() {
    let it = read(
        "let p = param::text(\"word\", \"x\", secret(\"Gehe1mnis!\"));\naccount::regular(`c\\s`, \"Gehe1mnis!\");",
        &[],
        &[],
    );
    let fallback = read(
        "let p = param::text(\"word\", \"x\", \"Gehe1mnis!\");\naccount::regular(`c\\s`, p);",
        &[],
        &[],
    );
    for (manual, form) in [it, fallback].map(|it| shown(it.template)).iter().flat_map(|manual| {
        [Form::Text, Form::Markdown, Form::Html, Form::Json].map(|form| (manual, form))
    }) {
        let text = render(manual, form, &WIDE);
        assert!(!text.contains("Gehe1mnis"), "{text}");
    }
}

#[test]
fn a_module_is_its_functions() {
    let house = "//! House rules.\n//!\n//! Second paragraph.\n\n/// The site.\nexport const SITE = \"Munich\";\n\n/// Says `hello`.\n///\n/// ```rhai,ignored\n/// house::hello(1);\n/// ```\nfn hello(to) { print(to); }\nprivate fn own() {}\nfn bare() {}\n";
    let files = [("lib/house.rhai", house)];
    let it = read("import \"lib/house\" as house;\nhouse::hello(1);\n", &files, &[]).template;
    let names: Vec<_> = it.modules[0].functions.iter().map(|it| it.signature.as_str()).collect();
    assert_eq!(names, ["house::SITE = \"Munich\"", "house::hello(to)", "house::bare()"]);
    assert_eq!(it.modules[0].about, "House rules.\n\nSecond paragraph.");
    let module = read(house, &[], &[]).template;
    assert_eq!(module.functions.len(), 3);
    insta::assert_snapshot!(render(&shown(module), Form::Text, &WIDE));
}

#[test]
fn the_manual_of_the_first_example_on_a_terminal() {
    insta::assert_snapshot!(render(&shown(example("contoso")), Form::Text, &WIDE));
}

#[test]
fn the_manual_of_a_template_in_markdown() {
    let template = shown(example("house-template"));
    insta::assert_snapshot!(render(&template, Form::Markdown, &WIDE));
}

#[test]
fn what_there_is() {
    insta::assert_snapshot!(render(&Manual::Contents(contents()), Form::Text, &WIDE));
}

#[test]
fn the_reference_of_a_function() {
    let text = |name: &str| render(&find(name).expect("it is known"), Form::Text, &WIDE);
    insta::assert_snapshot!(format!(
        "{}\n{}",
        text("std/checks.require_one_of"),
        text("mail::smtp")
    ));
}

/// Everything that is listed is found under its name, and so is every function.
#[test]
fn everything_is_found_by_its_name() {
    let contents = contents();
    let lists = [&contents.modules, &contents.namespaces, &contents.functions];
    let mut names: Vec<String> = lists.into_iter().flatten().map(|it| it.name.clone()).collect();
    assert!(names.len() > 15, "{names:?}");
    names.extend(mimeo::compile::registry().rows().map(mimeo::script::registry::FnSpec::path));
    names.extend(
        ["std", "std/", "std/options.rhai", "options::c", "std/options::c"].map(str::to_owned),
    );
    for name in names {
        let manual = find(&name).unwrap_or_else(|meant| panic!("{name}: {meant:?}"));
        assert!(!render(&manual, Form::Text, &WIDE).contains("Not documented"), "{name}");
    }
    for (slip, meant) in [
        ("std/optoins", "std/options"),
        ("std/options.cc", "std/options.a"),
        ("mial", "mail"),
        ("mail::smpt", "mail::smtp"),
        (".mailbx", ".mailbox"),
    ] {
        let answer = find(slip).expect_err("it is a slip").expect("something is near");
        assert!(answer == meant || slip == "std/options.cc", "{slip}: {answer}");
    }
    assert!(find("nothing like that at all").expect_err("it is not there").is_none());
}

/// The manuals of everything: the same each time, true to the schema, readable in every form.
#[test]
fn every_manual_keeps_its_promises() {
    let schema = mimeo::plan::schema::file_of::<Manual>("A part of the manual");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("it is JSON");
    let schema = jsonschema::validator_for(&schema).expect("it is a schema");
    let mut manuals: Vec<Manual> = examples()
        .into_iter()
        // Of many choices, one is enough for a test.
        .filter(|it| it != "everything")
        .map(|it| shown(example(&it)))
        .collect();
    manuals.push(Manual::Contents(contents()));
    for name in ["std/checks", "std/naming", "std/options", "std/topology", "mail", ".mailbox"] {
        manuals.push(find(name).expect("it is known"));
    }
    manuals.push(shown(hostile()));
    for manual in &manuals {
        let json = serde_json::to_value(manual).expect("it is JSON");
        let errors: Vec<_> = schema.iter_errors(&json).map(|it| it.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        let page = render(manual, Form::Html, &WIDE);
        read_html(&page);
        assert!(page.contains("default-src 'none'") && !page.contains("<script"));
        for form in [Form::Text, Form::Markdown, Form::Html, Form::Json] {
            let text = render(manual, form, &WIDE);
            assert_eq!(text, render(manual, form, &WIDE));
            let hidden = |it: &char| *it != '\n' && (it.is_control() || *it == '\u{202E}');
            if form != Form::Json {
                assert_eq!(text.chars().find(hidden), None, "{form:?}");
            }
        }
        for width in [40, 77, 120] {
            let style = Style { width, ..WIDE };
            for line in render(manual, Form::Text, &style).lines() {
                // Code is there to be copied, so its lines stay whole.
                let code = line.starts_with("  ") && line.width() > width;
                assert!(code || line.width() <= width, "{width} columns: {line:?}");
            }
        }
    }
}

#[test]
fn a_manual_is_the_same_each_time() {
    let once = || render(&shown(example("option-c")), Form::Json, &WIDE);
    assert_eq!(once(), once());
}

/// A template whose every text is out to break the views.
fn hostile() -> Template {
    let script = r#"
        //! Hi <script>alert(1)</script> **bold** [here](javascript:alert(1)) | `code` &lt; # head
        //!
        //! <img src=x onerror=alert(1)>
        //!
        //! - one
        //!   - two
        //!
        //! 1. first
        //!
        //! ~~~ "><script>
        //! ``` </pre><script>
        let a = param::text("a", "<script>alert('x')</script> | **x** \u001b[31m\u202E `t`", "\"><b>");
        let b = param::choice("b", "</style></title>\n# head", ["<i>", "a|b", "it's \"quoted\"", "C:\\"]);
        deployment("<script>alert('title')</script> | x");
        account::regular(`contoso\svcMIMService`, secret("s"));
        print(a); print(b);
    "#;
    let script: String = script.lines().map(|it| format!("{}\n", it.trim_start())).collect();
    let it = read(script.trim_start(), &[], &[]);
    assert!(it.findings.is_empty(), "{:?}", it.findings);
    it.template
}

#[test]
fn hostile_texts_appear_letter_by_letter() {
    let manual = shown(hostile());
    let page = render(&manual, Form::Html, &WIDE);
    let text = read_html(&page);
    for words in [
        "<script>alert('title')</script> | x",
        "<script>alert(1)</script> bold here (javascript:alert(1))",
        "<script>alert('x')</script> | **x** \\u{1b}[31m\\u{202e} t",
        "<img src=x onerror=alert(1)>",
        "</pre><script>",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    insta::assert_snapshot!(render(&manual, Form::Markdown, &WIDE));
}

/// The values file of a manual is one that mimeo takes, but for the values that only the customer can know.
#[test]
fn the_values_file_to_begin_with_is_taken() {
    use mimeo::compile::compile;
    for name in examples().into_iter().filter(|it| it != "everything") {
        let values = example(&name).values;
        let script =
            std::fs::read_to_string(root().join("examples").join(&name).with_extension("rhai"));
        let files = Memory::new([
            (Path::new("main.rhai"), script.expect("it is there")),
            (Path::new("values.toml"), values.clone()),
        ]);
        let mut inputs = mimeo::compile::Inputs::new("main.rhai", crate::support::TODAY);
        inputs.values.push(PathBuf::from("values.toml"));
        let compiled = compile(&files, &inputs).expect("every file is there");
        let others = compiled.diagnostics.iter().filter(|it| it.code.name != "values-missing");
        let wrong = others.filter(|it| {
            ["values-", "secret-", "application-secret-source"]
                .iter()
                .any(|prefix| it.code.name.starts_with(prefix))
        });
        let wrong: Vec<_> = wrong.map(|it| &it.message).collect();
        assert!(wrong.is_empty(), "{name}: {wrong:?}\n{values}");
    }
}
