//! The JSON Schema of values files: never stricter than mimeo, and strict where it can be.

use jsonschema::Validator;
use mimeo::compile::{Inputs, compile};
use mimeo::diagnostic::Severity;
use mimeo::manual::{Template, schema};
use mimeo::model::format::{
    DomainName, EmailAddress, Format, Guid, HostName, SqlServer, Text, Url,
};
use mimeo::script::param::contract::ParamType;
use mimeo::source::files::Memory;
use serde_json::{Value as Json, json};

use super::{example, examples, template};
use crate::support::{TODAY, root};

fn validator(template: &Template, whole: bool) -> Validator {
    let schema = schema::of(template, whole);
    assert_eq!(schema["$schema"], json!("http://json-schema.org/draft-07/schema#"));
    jsonschema::validator_for(&schema).expect("it is a schema")
}

/// Whether the schema takes a values file.
fn takes(validator: &Validator, text: &str) -> bool {
    let values: Json = toml::from_str(text).expect("it is TOML");
    validator.is_valid(&values)
}

#[test]
fn the_values_of_every_example_pass() {
    for name in examples() {
        let template = example(&name);
        let text =
            std::fs::read_to_string(root().join("examples").join(&name).with_extension("toml"));
        let text = text.expect("it is there");
        for whole in [false, true] {
            let validator = validator(&template, whole);
            let values: Json = toml::from_str(&text).expect("it is TOML");
            let errors: Vec<_> = validator.iter_errors(&values).map(|it| it.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
            // A value that only the customer can know is a comment in what there is to begin with.
            let lacks = whole && template.parameters.iter().any(|it| it.required);
            let text = &template.values;
            assert_eq!(takes(&validator, text), !lacks, "{name}\n{text}");
        }
    }
}

const SCRIPT: &str = r#"
    let tenant = param::domain("tenant", "The tenant");
    let sql = param::host("sql_server", "The SQL Server", "sql.contoso.com");
    let who = param::email("who", "Who", ());
    let link = param::url("link", "Link", ());
    let app = param::guid("app", "App", ());
    let port = param::port("port", "Port", 80);
    let count = param::number("count", "Count", -5);
    let flag = param::flag("flag", "Flag", false);
    let mail = param::choice("mail", "Mail", ["exchange", "office365"], "office365");
    let title = param::text("title", "Title", `made ${count}`);
    cloud::global(tenant);
    account::regular(`contoso\svcMIMService`, secret("service"));
    mail::office365().mailbox("mim@contoso.com").register_application("MIM", secret("app_secret")).scope_to_mailbox();
"#;

/// Each with whether mimeo refuses it, too: the schema refuses nothing that mimeo takes.
#[test]
fn what_is_wrong_is_refused_and_mimeo_refuses_it_too() {
    let template = template(SCRIPT);
    let validator = validator(&template, false);
    let secrets = "[secrets]\nservice = { env = \"S\" }\napp_secret = { file = \"a.txt\" }\n";
    let good = format!("tenant = \"contoso.com\"\n{secrets}");
    assert!(takes(&validator, &good));
    assert!(is_taken(&good));
    let line = |line: &str| format!("tenant = \"contoso.com\"\n{line}\n{secrets}");
    let wrong = [
        line("tennant = \"contoso.com\""),
        line("who = 5"),
        line("who = \"nobody\""),
        line("who = \"a b@contoso.com\""),
        line("sql_server = \"https://sql.contoso.com\""),
        line("sql_server = \"sql.contoso.com:1433\""),
        line("link = \"mim.contoso.com\""),
        line("app = \"48b15b07\""),
        line("port = 0"),
        line("port = 65536"),
        line("port = \"80\""),
        line("count = 1.5"),
        line("count = \"5\""),
        line("flag = \"true\""),
        line("flag = 1"),
        line("mail = \"smtp\""),
        line("title = \" \""),
        line("title = [\"x\"]"),
        line("title = 2026-11-23"),
        good.replace("contoso.com", "contoso"),
        good.replace("{ env = \"S\" }", "\"Pass@word1\""),
        good.replace("{ env = \"S\" }", "{ environment = \"S\" }"),
        good.replace("{ env = \"S\" }", "{ env = \"S\", file = \"s\" }"),
        good.replace("{ env = \"S\" }", "{ env = \"%S%\" }"),
        good.replace("{ env = \"S\" }", "{ prompt = \"\" }"),
        good.replace("{ env = \"S\" }", "{ }"),
        good.replace("{ file = \"a.txt\" }", "{ env = \"S\" }"),
        good.replace("{ file = \"a.txt\" }", "{ prompt = \"S\" }"),
    ];
    for text in wrong {
        assert!(!takes(&validator, &text), "the schema takes\n{text}");
        assert!(!is_taken(&text), "mimeo takes\n{text}");
    }
}

/// What is no error of mimeo's is none of the schema's.
#[test]
fn what_mimeo_takes_passes() {
    let template = template(SCRIPT);
    let whole = validator(&template, true);
    let lenient = validator(&template, false);
    let secrets = "[secrets]\nservice = { env = \"S\" }\napp_secret = { credential = \"a\" }\n";
    for line in [
        "",
        r"sql_server = 'sql.contoso.com\MIM$1'",
        r"sql_server = '.\MIM'",
        r#"sql_server = "(local)""#,
        r#"sql_server = "10.0.0.1""#,
        r#"who = "o'brien+mim@contoso.co.uk""#,
        r#"link = "HTTPS://mim.contoso.com:8443/a/b?c=d#e""#,
        r#"app = "48B15B07-92A8-4C5F-AE4A-8850556D6B76""#,
        "count = -7\nport = 65535\nflag = true\nmail = 'exchange'\ntitle = ' x '",
    ] {
        let text =
            format!("tenant = \"contoso.com\"\n{line}\n{secrets}other = {{ prompt = \"x\" }}\n");
        assert!(is_taken(&text), "mimeo refuses\n{text}");
        assert!(takes(&lenient, &text) && takes(&whole, &text), "the schema refuses\n{text}");
    }
    // What another file, the environment or `--set` may give.
    assert!(takes(&lenient, "port = 443\n"));
    assert!(!takes(&whole, "port = 443\n"));
    assert!(!takes(&whole, "tenant = \"contoso.com\"\n[secrets]\nservice = { env = \"S\" }\n"));
}

/// Whether a values file has no error against it.
fn is_taken(values: &str) -> bool {
    let files = Memory::new([("main.rhai", SCRIPT), ("values.toml", values)]);
    let mut inputs = Inputs::new("main.rhai", TODAY);
    inputs.values.push("values.toml".into());
    let compiled = compile(&files, &inputs).expect("both are there");
    let of_values = ["values-", "value-", "secret-", "application-secret-source"];
    let is_of_values = |name: &str| of_values.iter().any(|prefix| name.starts_with(prefix));
    let mut errors = compiled.diagnostics.iter().filter(|it| it.severity() == Severity::Error);
    !errors.any(|it| is_of_values(it.code.name))
}

/// A secret that the plan makes only with some values may come from anywhere, for its source fits the others.
#[test]
fn a_secret_that_may_be_made_may_come_from_anywhere() {
    let template = template(
        r#"
        let mail = mail::office365().mailbox("mim@contoso.com");
        if param::flag("fresh", "Whether the application is new", false) {
            mail.register_application("MIM", secret("app")).scope_to_mailbox();
        } else {
            mail.application("48b15b07-92a8-4c5f-ae4a-8850556d6b76").client_secret(secret("app"));
        }
        "#,
    );
    let validator = validator(&template, false);
    for source in ["env", "file", "prompt", "credential"] {
        assert!(takes(&validator, &format!("[secrets]\napp = {{ {source} = \"X\" }}\n")));
    }
}

#[test]
fn defaults_are_those_of_literals() {
    let schema = schema::of(&template(SCRIPT), false);
    let default = |name: &str| schema["properties"][name]["default"].clone();
    assert_eq!(default("port"), json!(80));
    assert_eq!(default("count"), json!(-5));
    assert_eq!(default("flag"), json!(false));
    assert_eq!(default("mail"), json!("office365"));
    assert_eq!(default("title"), Json::Null);
    assert_eq!(default("who"), Json::Null);
}

/// Whether a format takes a text.
type Rule = fn(&str) -> bool;

/// Every short text over an alphabet of troublemakers: what a format takes, its pattern takes.
#[test]
fn no_pattern_is_stricter_than_its_format() {
    const LETTERS: [char; 15] =
        ['a', 'Z', '1', '.', '-', '\\', ' ', '/', ':', '@', '_', '(', '$', 'ü', ','];
    let host = |it: &str| HostName::parse(it).is_ok() || SqlServer::parse(it).is_ok();
    let rules: [(ParamType, Rule); 6] = [
        (ParamType::Host, host),
        (ParamType::Domain, |it| DomainName::parse(it).is_ok()),
        (ParamType::Email, |it| EmailAddress::parse(it).is_ok()),
        (ParamType::Url, |it| Url::parse(it).is_ok()),
        (ParamType::Guid, |it| Guid::parse(it).is_ok()),
        (ParamType::Text, |it| Text::parse(it).is_ok()),
    ];
    let mut texts: Vec<String> = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..3 {
        last = last.iter().flat_map(|it| LETTERS.map(|letter| format!("{it}{letter}"))).collect();
        texts.extend(last.iter().cloned());
    }
    let wrapped = texts.iter().flat_map(|it| {
        [
            format!("a{it}b.com"),
            format!("a@b{it}.com"),
            format!("http://{it}"),
            format!("a{it}@b.c"),
        ]
    });
    let all: Vec<String> = texts.iter().cloned().chain(wrapped).collect();
    for (ty, is_taken) in rules {
        let pattern = schema::pattern(ty).expect("it has one");
        let schema = json!({ "type": "string", "pattern": pattern });
        let validator = jsonschema::validator_for(&schema).expect("it is a schema");
        let taken: Vec<_> = all.iter().filter(|it| is_taken(it)).collect();
        let examples = [
            HostName::EXAMPLE,
            DomainName::EXAMPLE,
            EmailAddress::EXAMPLE,
            Url::EXAMPLE,
            Guid::EXAMPLE,
        ];
        assert!(!taken.is_empty() || examples.iter().any(|it| is_taken(it)), "{ty:?}");
        for text in taken {
            assert!(validator.is_valid(&json!(text)), "{ty:?}: {text:?}");
        }
    }
}
