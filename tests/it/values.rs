//! Values files, the environment and settings: what is read, from where, what wins, and what is said of mistakes; and that
//! a secret's value that stands in a file is shown nowhere.

use std::path::{Path, PathBuf};

use mimeo::diagnostic::{Applicability, Diagnostic};
use mimeo::script::values::{
    CODES, Given, LIMIT, Raw, SecretSource, Unreadable, ValueInputs, Values, load, rewrite,
};
use mimeo::source::files::{Memory, ReadError};
use mimeo::source::{SourceKind, Sources, Span};

/// What came of one reading.
struct Read {
    sources: Sources,
    found: Vec<Diagnostic>,
    values: Values,
}

impl Read {
    fn given(&self, name: &str) -> &Given {
        self.values.parameters.get(name).unwrap_or_else(|| panic!("no `{name}`"))
    }

    fn text(&self, span: Span) -> &str {
        self.sources.text(span)
    }

    /// The findings as `code: message`.
    fn messages(&self) -> Vec<String> {
        self.found.iter().map(|it| format!("{}: {}", it.code.name, it.message)).collect()
    }

    /// Everything that anybody may ever see of it.
    fn everything_shown(&self) -> String {
        let mut shown = format!("{:#?}", self.values);
        for (_, source) in self.sources.iter() {
            shown.push_str(&source.shown());
        }
        for it in &self.found {
            shown.extend([&*it.message, &*it.label, &*it.help.concat()]);
            shown.extend([format!("{:?}", it.labels), format!("{:?}", it.fix)]);
        }
        shown
    }
}

fn read_all(
    files: &[(&str, &str)],
    environment: &[(&str, &str)],
    settings: &[(&str, &str)],
) -> Read {
    let pairs = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    let paths: Vec<PathBuf> = files.iter().map(|(path, _)| PathBuf::from(path)).collect();
    let memory = Memory::new(files.iter().copied());
    let (environment, settings) = (pairs(environment), pairs(settings));
    let inputs = ValueInputs {
        root: Path::new("/nowhere"),
        files: &paths,
        environment: &environment,
        settings: &settings,
    };
    let mut sources = Sources::default();
    let mut found = Vec::new();
    let values = load(&memory, &inputs, &mut sources, &mut found).expect("all files are there");
    for it in &found {
        assert_sound(&sources, it);
    }
    Read { sources, found, values }
}

fn read(text: &str) -> Read {
    read_all(&[("customers/contoso.toml", text)], &[], &[])
}

/// What holds for every finding: places within their texts, one line, something to do, edits that do not overlap.
fn assert_sound(sources: &Sources, finding: &Diagnostic) {
    let mut spans: Vec<Span> = finding.labels.iter().map(|label| label.span).collect();
    spans.push(finding.primary);
    let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
    spans.extend(edits.map(|edit| edit.span));
    for span in spans {
        let text = &sources.get(span.source).text;
        assert!(text.get(span.range()).is_some(), "{span:?} of {}", finding.message);
    }
    assert!(!finding.message.contains('\n'), "{}", finding.message);
    assert!(!finding.label.is_empty(), "{}", finding.message);
    assert!(finding.help.iter().all(|help| !help.contains('\n')), "{:?}", finding.help);
}

#[track_caller]
fn assert_clean(read: &Read) {
    assert!(read.found.is_empty(), "{:?}", read.messages());
}

#[test]
fn every_kind_of_value_is_read_with_its_place() {
    let read = read(concat!(
        "tenant  = \"contoso.onmicrosoft.com\"  # a comment\n",
        "netbios = 'contoso\\x'\n",
        "escaped = \"a\\tb\"\n",
        "lines   = \"\"\"\na\nb\"\"\"\n",
        "unicode = 'Größe'\n",
        "empty   = \"\"\n",
        "number  = 1_000\n",
        "hex     = 0xFF\n",
        "minus   = -3\n",
        "float   = 1.5\n",
        "flag    = true\n",
        "date    = 2026-11-23\n",
        "time    = 08:15:00\n",
        "list    = [1, 2]\n",
        "table   = { x = 1 }\n",
        "\"quoted\" = 'x'\n",
    ));
    assert_clean(&read);
    let text = |text: &str| Raw::Text(text.to_owned());
    // A text stands between its quotes, unless an escape or a second line makes the two differ.
    let cases: &[(&str, Raw, &str)] = &[
        ("tenant", text("contoso.onmicrosoft.com"), "contoso.onmicrosoft.com"),
        ("netbios", text(r"contoso\x"), r"contoso\x"),
        ("escaped", text("a\tb"), r#""a\tb""#),
        ("lines", text("a\nb"), "\"\"\"\na\nb\"\"\""),
        ("unicode", text("Größe"), "Größe"),
        ("empty", text(""), ""),
        ("number", Raw::Number(1000), "1_000"),
        ("hex", Raw::Number(255), "0xFF"),
        ("minus", Raw::Number(-3), "-3"),
        ("float", Raw::Float(1.5), "1.5"),
        ("flag", Raw::Flag(true), "true"),
        ("date", Raw::Other("a date"), "2026-11-23"),
        ("time", Raw::Other("a time"), "08:15:00"),
        ("list", Raw::Other("an array"), "[1, 2]"),
        ("table", Raw::Other("a table"), "{ x = 1 }"),
        ("quoted", text("x"), "x"),
    ];
    for (name, value, place) in cases {
        let given = read.given(name);
        assert_eq!((&given.value, read.text(given.span)), (value, *place), "{name}");
        let key = read.text(given.key.expect("it stands in a file"));
        assert_eq!(key.trim_matches('"'), *name);
    }
    assert_eq!(read.values.parameters.len(), cases.len());
}

#[test]
fn odd_but_right_files_are_read() {
    for text in ["", "\n", "# nothing\n", "\u{feff}", "[secrets]\n", "secrets = {}\n"] {
        let read = read(text);
        assert_clean(&read);
        assert!(read.values.parameters.is_empty() && read.values.secrets.is_empty(), "{text:?}");
    }
    for text in [
        "\u{feff}tenant = 'x'\r\nother = 'y'\r\n",
        "\ttenant\t=\t'x'\t# z\nother = 'y'",
        "tenant='x'\nother='y'",
    ] {
        let read = read(text);
        assert_clean(&read);
        for (name, value) in [("tenant", "x"), ("other", "y")] {
            assert_eq!(read.text(read.given(name).span), value, "{text:?}");
            assert_eq!(read.text(read.given(name).key.unwrap()), name, "{text:?}");
        }
    }
}

#[test]
fn later_files_then_the_environment_then_settings_win() {
    let read = read_all(
        &[("base.toml", "a = 1\nb = 2\nc = 3\n"), ("customer.toml", "b = 20\nc = 30\n")],
        &[("MIMEO_PARAM_C", "300"), ("MIMEO_PARAM_D_E", "400")],
        &[("c", "3000"), ("c", "30000")],
    );
    assert_clean(&read);
    let place = |span: &Span| format!("{} {}", read.sources.place(*span), read.text(*span));
    let overridden =
        |name: &str| -> Vec<String> { read.given(name).overridden.iter().map(place).collect() };
    assert_eq!(place(&read.given("a").span), "base.toml:1:5 1");
    assert!(overridden("a").is_empty());
    assert_eq!(place(&read.given("b").span), "customer.toml:1:5 20");
    assert_eq!(overridden("b"), ["base.toml:2:5 2"]);
    assert_eq!(place(&read.given("c").span), "--set c:1:1 30000");
    assert_eq!(
        overridden("c"),
        ["--set c:1:1 3000", "MIMEO_PARAM_C:1:1 300", "customer.toml:2:5 30", "base.toml:3:5 3"]
    );
    assert_eq!(read.given("c").value, Raw::Untyped("30000".to_owned()));
    assert_eq!(read.given("c").key, None);
    assert_eq!(read.given("d_e").value, Raw::Untyped("400".to_owned()));
}

#[test]
fn everything_given_is_a_source() {
    let read =
        read_all(&[("customers/contoso.toml", "a = 1\n")], &[("MIMEO_PARAM_B", "x")], &[("c", "")]);
    let sources: Vec<_> =
        read.sources.iter().map(|(_, it)| (it.kind, it.name.as_str(), &*it.text)).collect();
    assert_eq!(
        sources,
        [
            (SourceKind::Values, "customers/contoso.toml", "a = 1\n"),
            (SourceKind::Environment, "MIMEO_PARAM_B", "x"),
            (SourceKind::Setting, "--set c", ""),
        ]
    );
    assert_eq!(read.values.files, [read.given("a").span.source]);
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let files = Memory::new([
        ("big.toml", "#".repeat(usize::try_from(LIMIT).unwrap() + 1)),
        ("full.toml", "#".repeat(usize::try_from(LIMIT).unwrap())),
    ]);
    let load_one = |path: &str| -> Result<Values, Unreadable> {
        let paths = [PathBuf::from(path)];
        let inputs = ValueInputs {
            root: Path::new("/nowhere"),
            files: &paths,
            environment: &[],
            settings: &[],
        };
        load(&files, &inputs, &mut Sources::default(), &mut Vec::new())
    };
    let missing = load_one("customers/missing.toml").unwrap_err();
    assert_eq!(missing.path, Path::new("customers/missing.toml"));
    assert_eq!(
        missing.to_string(),
        "the values file `customers/missing.toml` cannot be read: there is no such file"
    );
    assert!(matches!(load_one("big.toml").unwrap_err().error, ReadError::TooLarge { .. }));
    assert!(load_one("full.toml").is_ok());
}

/// A line that cannot be read, the message, the guilty place, and the line after the fix if there is one.
type Broken<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

const BROKEN: &[Broken<'_>] = &[
    (
        r#"a = "contoso\svc""#,
        r"a backslash in double quotes begins an escape, and `\s` is none",
        r"\s",
        Some(r"a = 'contoso\svc'"),
    ),
    (
        r#"a = "D:\MIM\x.msi""#,
        r"a backslash in double quotes begins an escape, and `\M` is none",
        r"\M",
        Some(r"a = 'D:\MIM\x.msi'"),
    ),
    (
        r#"a = "D:\users""#,
        r"a backslash in double quotes begins an escape, and `\u` is none",
        r"\u",
        Some(r"a = 'D:\users'"),
    ),
    (
        r#"a = "D:\MIM\""#,
        r"a backslash in double quotes begins an escape, and `\M` is none",
        r"\M",
        Some(r"a = 'D:\MIM\'"),
    ),
    (
        r#"a = "D:\""#,
        r#"the text of `a` is not closed: `\"` is a quote within it"#,
        r#"\""#,
        Some(r"a = 'D:\'"),
    ),
    // What was doubled on purpose is not quoted anew.
    (
        r#"a = "D:\\MIM\x""#,
        r"a backslash in double quotes begins an escape, and `\x` is none",
        r"\x",
        None,
    ),
    (
        "a = contoso.com",
        "the text `contoso.com` has no quotes",
        "contoso.com",
        Some("a = 'contoso.com'"),
    ),
    (
        "a = Contoso MIM # x",
        "the text `Contoso MIM` has no quotes",
        "Contoso MIM",
        Some("a = 'Contoso MIM' # x"),
    ),
    ("a = Contoso's", "the text `Contoso's` has no quotes", "Contoso's", Some("a = \"Contoso's\"")),
    ("a = 4.6.673.0", "the text `4.6.673.0` has no quotes", "4.6.673.0", Some("a = '4.6.673.0'")),
    ("a = 10.0.0.5", "the text `10.0.0.5` has no quotes", "10.0.0.5", Some("a = '10.0.0.5'")),
    ("a = “x”", "the text `“x”` has typographic quotes", "“x”", Some("a = 'x'")),
    ("a = x'", "the text `x'` has only one quote", "x'", Some("a = 'x'")),
    ("a = True", "`True` is no flag", "True", Some("a = true")),
    ("a = yes", "`yes` is no flag", "yes", Some("a = true")),
    ("a = off", "`off` is no flag", "off", Some("a = false")),
    ("a = null", "`null` is no value", "null", None),
    ("a = 08", "the number of `a` begins with 0", "08", None),
    ("a =", "`a` has no value", "=", None),
    ("a = # x", "`a` has no value", "=", None),
    ("a = = 3", "`a` is followed by two `=`", "=", Some("a =  3")),
    ("a = 'x", "the text of `a` is not closed by `'`", "'x", Some("a = 'x'")),
    ("a = \"x", "the text of `a` is not closed by `\"`", "\"x", Some("a = \"x\"")),
    ("a = 'x';", "the value of `a` is followed by `;`", ";", Some("a = 'x'")),
    ("a = 3,", "the value of `a` is followed by `,`", ",", Some("a = 3")),
    ("a = 'x' 'y'", "something follows the value of `a`", "'y'", None),
    (
        "a = 'Contoso's MIM'",
        "something follows the value of `a`",
        "s MIM'",
        Some("a = \"Contoso's MIM\""),
    ),
    ("a = [1, 2", "the `[` of `a` is not closed", "[", Some("a = [1, 2 ]")),
    ("a = { x = 1", "the `{` of `a` is not closed", "{", Some("a = { x = 1 }")),
    ("a: 'x'", "`a` is followed by `:`, where `=` belongs", ":", Some("a = 'x'")),
    ("a 'x'", "`a` is not followed by `=`", "a", None),
    ("a", "`a` is not followed by `=`", "a", None),
    ("let a = 'x'", "`let` does not belong into a values file", "let", Some("a = 'x'")),
    ("// x", "`//` begins no comment in a values file", "//", Some("# x")),
    ("; x", "`;` begins no comment in a values file", ";", Some("# x")),
    ("{ \"a\": 1 }", "a line begins with something that is no key", "{", None),
    ("= 3", "a line begins with something that is no key", "=", None),
    ("a = 99999999999999999999", "the number of `a` is too large", "99999999999999999999", None),
];

#[test]
fn a_broken_line_is_explained_and_the_rest_is_read() {
    for (line, message, part, mended) in BROKEN {
        let text = format!("before = 'b'\n{line}\nafter = 'c' # d\n");
        let read = read(&text);
        assert_eq!(read.messages(), [format!("values-syntax: {message}")], "{line}");
        let finding = &read.found[0];
        assert_eq!(read.text(finding.primary), *part, "{line}");
        assert_eq!(read.sources.spot(finding.primary).line, 2, "{line}");
        let after = finding.fix.as_ref().map(|fix| {
            let mut text = text.clone();
            for edit in &fix.edits {
                text.replace_range(edit.span.range(), &edit.text);
            }
            text
        });
        let expected = mended.map(|line| format!("before = 'b'\n{line}\nafter = 'c' # d\n"));
        assert_eq!(after, expected, "{line}");
        assert!(after.is_some() || !finding.help.is_empty(), "{line}");
        for (name, value) in [("before", "b"), ("after", "c")] {
            assert_eq!(read.given(name).value, Raw::Text(value.to_owned()), "{line}");
            assert_eq!(read.text(read.given(name).span), value, "{line}");
        }
        // What the line was to give is not missing.
        if line.starts_with('a') {
            assert_eq!(read.given("a").value, Raw::Broken, "{line}");
        }
        assert_eq!(read.values.torn, line.starts_with(['l', '{', '=']), "{line}");
    }
}

#[test]
fn a_certain_fix_leaves_nothing_to_say() {
    for (line, ..) in BROKEN {
        let read = read(&format!("{line}\n"));
        let Some(fix) = &read.found[0].fix else { continue };
        if fix.applicability == Applicability::Review {
            continue;
        }
        let mut text = format!("{line}\n");
        for edit in &fix.edits {
            text.replace_range(edit.span.range(), &edit.text);
        }
        let again = self::read(&text);
        assert_clean(&again);
    }
}

#[test]
fn many_broken_lines_are_all_reported_in_order() {
    let lines: Vec<_> = BROKEN.iter().filter(|(line, ..)| line.starts_with("a = \"D")).collect();
    let text: Vec<_> = lines.iter().map(|(line, ..)| *line).collect();
    let text = text.join("\n");
    let text = text.replace("a =", "x =").replacen("x =", "a =", 1).replacen("x =", "b =", 1);
    let read = read(&text);
    let found: Vec<u32> = read.found.iter().map(|it| read.sources.spot(it.primary).line).collect();
    assert_eq!(found, (1..=u32::try_from(lines.len()).unwrap()).collect::<Vec<_>>());
}

#[test]
fn values_over_several_lines_survive_a_mistake_elsewhere() {
    let read = read(concat!(
        "wrong = x y\n",
        "list = [\n  1, # one\n  2,\n]\n",
        "lines = '''\n[secrets]\nkey = value\n'''\n",
        "table = {\n  x = 1\n}\n",
        "last = 'z'\n",
    ));
    assert_eq!(read.messages(), ["values-syntax: the text `x y` has no quotes"]);
    assert_eq!(read.given("list").value, Raw::Other("an array"));
    assert_eq!(read.given("lines").value, Raw::Text("[secrets]\nkey = value\n".to_owned()));
    assert_eq!(read.given("table").value, Raw::Other("a table"));
    assert_eq!(read.text(read.given("last").span), "z");
}

#[test]
fn a_key_given_twice_shows_both_places() {
    let read = read(concat!(
        "a = 1\n",
        "b = 2\n",
        "a = 3\n",
        "[secrets]\n",
        "x = { env = \"X\" }\n",
        "x = { env = \"Y\" }\n",
        "[secrets]\n",
        "y = { env = \"Y\" }\n",
    ));
    assert_eq!(
        read.messages(),
        [
            "values-syntax: `a` is given twice",
            "values-syntax: `secrets.x` is given twice",
            "values-syntax: the table `[secrets]` begins twice",
        ]
    );
    let places: Vec<_> = read
        .found
        .iter()
        .map(|it| (read.sources.place(it.primary), read.sources.place(it.labels[0].span)))
        .collect();
    let place = |line: u32, column: u32| format!("customers/contoso.toml:{line}:{column}");
    assert_eq!(
        places,
        [(place(3, 1), place(1, 1)), (place(6, 1), place(5, 1)), (place(7, 2), place(4, 2))]
    );
    assert_eq!(read.found[0].labels[0].text, "given here first");
    // The first one counts, and what stands under the second table counts as well.
    assert_eq!(read.given("a").value, Raw::Number(1));
    let source = |name: &str| read.values.secrets[name].source.clone();
    assert_eq!(source("x"), Some(SecretSource::Environment("X".to_owned())));
    assert_eq!(source("y"), Some(SecretSource::Environment("Y".to_owned())));
}

#[test]
fn a_file_that_is_no_values_file_is_not_gone_through_line_by_line() {
    let read = read(&"2026-11-23 08:15 msiexec: something happened\n".repeat(1000));
    assert_eq!(read.found.len(), 31);
    assert_eq!(read.found[30].message, "970 more lines cannot be read");
}

#[test]
fn keys_that_no_parameter_can_have() {
    let cases: &[(&str, &str, &str, Option<&str>)] = &[
        (
            "sqlServer = 1",
            "`sqlServer` has the capital letter `S`, so it is no name of a parameter",
            "sqlServer",
            Some("sql_server"),
        ),
        (
            "sql-server = 1",
            "`sql-server` has `-`, so it is no name of a parameter",
            "sql-server",
            Some("sql_server"),
        ),
        (
            "\"sql server\" = 1",
            "`sql server` has a blank, so it is no name of a parameter",
            "\"sql server\"",
            Some("sql_server"),
        ),
        ("größe = 1", "`größe` has `ö`, so it is no name of a parameter", "größe", None),
        ("1st = 1", "`1st` begins with `1`, so it is no name of a parameter", "1st", None),
        ("mail.host = 1", "`mail.host` is a key with a dot", "mail.host", Some("mail_host")),
        (
            "[mail]\nhost = 1",
            "`[mail]` is a table, and a values file has only the table `[secrets]`",
            "mail",
            None,
        ),
    ];
    for (text, message, part, meant) in cases {
        let read = read(text);
        assert_eq!(read.messages(), [format!("values-name: {message}")], "{text}");
        assert_eq!(read.text(read.found[0].primary), *part);
        let fix = read.found[0].fix.as_ref();
        assert_eq!(fix.map(|fix| fix.edits[0].text.as_str()), *meant, "{text}");
        // What was probably meant is not missing.
        let names: Vec<_> = read.values.parameters.keys().map(String::as_str).collect();
        assert_eq!(names, meant.iter().copied().collect::<Vec<_>>(), "{text}");
        assert!(meant.is_none_or(|name| read.given(name).value == Raw::Broken));
    }
}

#[test]
fn settings_and_variables_have_names_of_parameters_too() {
    let read =
        read_all(&[], &[("MIMEO_PARAM_SQL-SERVER", "x")], &[("sqlServer", "y"), ("secrets", "z")]);
    assert_eq!(
        read.messages(),
        [
            "values-name: `sql-server` has `-`, so it is no name of a parameter",
            "values-name: `sqlServer` has the capital letter `S`, so it is no name of a parameter",
            "values-name: `secrets` is the values file's table of secrets, not a parameter, so it is no name of a parameter",
        ]
    );
}

#[test]
fn secrets_name_their_source() {
    let read = read_all(
        &[
            (
                "base/all.toml",
                concat!(
                    "[secrets]\n",
                    "a = { env = \"MIM_A\" }\n",
                    "b = { file = 'secrets\\b.txt' } # relative\n",
                    "c.prompt = \"Password of c\"\n",
                    "[secrets.d]\n",
                    "credential = \"MIM\"\n",
                ),
            ),
            ("customers/one.toml", "secrets = { a = { file = \"a.txt\" } }\n"),
        ],
        &[],
        &[],
    );
    assert_clean(&read);
    let secrets: Vec<_> = read
        .values
        .secrets
        .iter()
        .map(|(name, it)| (name.as_str(), it.source.clone().unwrap(), it.base.to_str().unwrap()))
        .collect();
    assert_eq!(
        secrets,
        [
            ("a", SecretSource::File("a.txt".to_owned()), "customers"),
            ("b", SecretSource::File(r"secrets\b.txt".to_owned()), "base"),
            ("c", SecretSource::Prompt("Password of c".to_owned()), "base"),
            ("d", SecretSource::Credential("MIM".to_owned()), "base"),
        ]
    );
    let a = &read.values.secrets["a"];
    assert_eq!((read.text(a.key), read.text(a.span)), ("a", "{ file = \"a.txt\" }"));
    assert_eq!(read.text(a.overridden[0]), "{ env = \"MIM_A\" }");
    // Nothing that is right is hidden.
    for (_, source) in read.sources.iter() {
        assert_eq!(source.shown(), *source.text);
    }
}

#[test]
fn a_source_that_is_none_is_explained() {
    let cases: &[(&str, &str, &str, Option<&str>)] = &[
        ("{}", "the secret `x` names no source", "{}", None),
        ("{ evn = \"X\" }", "`evn` of the secret `x` is no source", "evn", Some("env")),
        (
            "{ environment = \"X\" }",
            "`environment` of the secret `x` is no source",
            "environment",
            Some("env"),
        ),
        ("{ vault = \"X\" }", "`vault` of the secret `x` is no source", "vault", None),
        (
            "{ env = \"X\", file = \"x.txt\" }",
            "the secret `x` has two sources, `env` and `file`",
            "file",
            None,
        ),
        ("{ env = 3 }", "`env` of the secret `x` is not a text", "3", None),
        ("{ file = [\"a\"] }", "`file` of the secret `x` is not a text", "[\"a\"]", None),
        ("{ prompt = \" \" }", "`prompt` of the secret `x` is empty", "\" \"", None),
        (
            "{ file = \"a\\new\" }",
            "`file` of the secret `x` has a control character",
            "\"a\\new\"",
            None,
        ),
        (
            "{ env = \"%MIM_X%\" }",
            "`env` of the secret `x` is not the name of a variable",
            "%MIM_X%",
            Some("MIM_X"),
        ),
        (
            "{ env = \"$env:mimX\" }",
            "`env` of the secret `x` is not the name of a variable",
            "$env:mimX",
            Some("mimX"),
        ),
    ];
    for (value, message, part, fix) in cases {
        let read = read(&format!("[secrets]\nx = {value}\ny = {{ env = \"Y\" }}\n"));
        assert_eq!(read.messages(), [format!("values-secret-source: {message}")], "{value}");
        assert_eq!(read.text(read.found[0].primary), *part, "{value}");
        let edit = read.found[0].fix.as_ref().map(|fix| fix.edits[0].text.as_str());
        assert_eq!(edit, *fix, "{value}");
        assert!(!read.found[0].help.is_empty(), "{value}");
        // It is known, so that it is not called missing; and the next one is read.
        assert_eq!(read.values.secrets["x"].source, None, "{value}");
        assert!(read.values.secrets["y"].source.is_some(), "{value}");
    }
}

#[test]
fn a_secrets_value_is_reported_with_the_line_to_write_instead() {
    let read = read("[secrets]\nmim_password = \"Passw0rd\"\n");
    assert_eq!(
        read.messages(),
        ["values-secret: the value of the secret `mim_password` stands in the values file"]
    );
    let finding = &read.found[0];
    assert_eq!(read.text(finding.primary), "\"Passw0rd\"");
    assert_eq!(read.sources.shown(finding.primary), "**********");
    assert_eq!(
        finding.help[0],
        "write where it comes from: `mim_password = { env = \"MIM_PASSWORD\" }`, or `file`, `prompt` or `credential`"
    );
    let fix = finding.fix.as_ref().unwrap();
    assert_eq!(fix.applicability, Applicability::Review);
    assert_eq!(fix.edits[0].text, "{ env = \"MIM_PASSWORD\" }");
    assert_eq!(fix.edits[0].span, finding.primary);
    // It may be a parameter that slipped below `[secrets]`: neither is missing.
    assert_eq!(read.given("mim_password").value, Raw::Broken);
    assert_eq!(read.values.secrets["mim_password"].source, None);
}

/// Whatever the form and however broken the line: the value is shown nowhere, and something is reported.
#[test]
fn a_secrets_value_is_shown_nowhere() {
    let texts = [
        "[secrets]\nx = \"Passw0rd\"\n",
        "[secrets]\nx = 'Passw0rd'\n",
        "[secrets]\nx = Passw0rd\n",
        "[secrets]\nx = Pass#Passw0rd\n",
        "[secrets]\nx = Pass # Passw0rd\n",
        "[secrets]\nx = \"\"\"Pass\nPassw0rd\"\"\"\n",
        "[secrets]\nx = \"\"\"Pass\nPassw0rd = 3\n[other]\nPassw0rd\n",
        "[secrets]\nx = '''\nPassw0rd\n",
        "[secrets]\nx = \"Passw0rd\n",
        "[secrets]\nx = \"Pass\\Passw0rd\"\n",
        "[secrets]\nx = Passw0rd\"\n",
        "[secrets]\nx = \"Passw0rd\" # x\n[secrets]\nx = \"Passw0rd\"\n",
        "[secrets]\nx = { env = \"X\" }\nx = \"Passw0rd\"\n",
        "[secrets]\nx \"Passw0rd\"\n",
        "[secrets]\nx: Passw0rd\n",
        "[secrets]\nPassw0rd\n",
        "[secrets]\nx == \"Passw0rd\"\n",
        "[secrets]\nx = [\"Passw0rd\"]\n",
        "[secrets]\nx = [\n\"Passw0rd\"\n]\n",
        "[secrets]\nx = { value = \"Passw0rd\" }\n",
        "[secrets]\nx = { password = 'Passw0rd' }\n",
        "[secrets]\nx = { whatever = \"Passw0rd\" }\n",
        "[secrets]\nx = { whatever = { a = \"Passw0rd\" } }\n",
        "[secrets]\nx = { value = Passw0rd }\n",
        "[secrets]\nx = { Passw0rd }\n",
        "[secrets]\nx = { \"Passw0rd\" }\n",
        "[secrets]\nx = { value = \"Passw0rd\"\n",
        "[secrets]\nx = { env = Passw0rd! }\n",
        "[secrets]\nx = { env = \"Passw0rd!\" }\n",
        "[secrets]\nx = { env = \"$Passw0rd\" }\n",
        "[secrets]\nx = { env = [\"Passw0rd\"] }\n",
        "[secrets]\nx.value = \"Passw0rd\"\n",
        "[secrets]\nx.y.z = \"Passw0rd\"\n",
        "[secrets.x]\nvalue = \"Passw0rd\"\n",
        "[secrets.x]\nenv = Passw0rd\n",
        "[secrets.x.y]\nz = \"Passw0rd\"\n",
        "secrets.x = \"Passw0rd\"\n",
        "secrets = \"Passw0rd\"\n",
        "secrets = { x = \"Passw0rd\" }\n",
        "secrets = { x = { value = \"Passw0rd\" } }\n",
        "secrets = [\"Passw0rd\"]\n",
        "[[secrets]]\nx = \"Passw0rd\"\n",
        "[\"secrets\"]\nx = \"Passw0rd\"\n",
        "[ secrets ]\nx = \"Passw0rd\"\n",
        "[Secrets]\nx = \"Passw0rd\"\n",
        "[secret]\nx = \"Passw0rd\"\n",
        "[passwords]\nx = \"Passw0rd\"\n",
        "[secrets\nx = \"Passw0rd\"\n",
        "secrets]\nx = \"Passw0rd\"\n",
        "secrets:\n  x: Passw0rd\n",
        "[secrets]x = \"Passw0rd\"\n",
        "\u{feff}[secrets]\r\nx = \"Passw0rd\"\r\n",
        "[secrets]\n\t\"My Password\"\t=\t\"Passw0rd\"\n",
        "[secrets]\n\"a\\\"b\" = \"Passw0rd\"\n",
        "[secrets]\nx = Passw\n# x = \"Passw0rd\"\n",
        "broken line\n[secrets]\nx = \"Passw0rd\"\n",
    ];
    for text in texts {
        let read = read(text);
        assert!(!read.found.is_empty(), "nothing was said of {text:?}");
        let shown = read.everything_shown();
        assert!(!shown.contains("Passw0rd"), "{text:?}\n{shown}");
    }
}

/// The same with one character missing or one too many anywhere in the file but in the value itself.
#[test]
fn a_damaged_file_shows_no_secret_either() {
    const FILE: &str = concat!(
        "tenant = 'contoso.com'\n",
        "[secrets]\n",
        "one = { env = \"ONE\" } # first\n",
        "x = \"Passw0rd\"\n",
        "two = { value = 'Passw0rd', file = \"a\" }\n",
        "three.value = 'Passw0rd'\n",
    );
    let table = FILE.find("[secrets]").unwrap();
    for (at, char) in FILE.char_indices() {
        let within = FILE[..at].rfind("Passw0rd").is_some_and(|start| at < start + 8);
        // Without the line end before it, there is no table, and what follows are parameters.
        if within || FILE[at..].starts_with("Passw0rd") || at + 1 == table {
            continue;
        }
        let (before, after) = (&FILE[..at], &FILE[at..]);
        let mut damaged = vec![format!("{before}{}", &after[char.len_utf8()..])];
        if at > table {
            damaged.extend(["'", "\"", "=", "{", "#"].map(|it| format!("{before}{it}{after}")));
        }
        for text in damaged {
            let shown = read(&text).everything_shown();
            assert!(!shown.contains("Passw0rd"), "{text}\n{shown}");
        }
    }
}

#[test]
fn a_table_that_was_meant_for_secrets_is_read_as_such() {
    for (text, message, fix) in [
        (
            "[Secrets]\nx = { env = \"X\" }\n",
            "values-name: `[Secrets]` is a table, and a values file has only the table `[secrets]`",
            "[secrets]\nx = { env = \"X\" }\n",
        ),
        (
            "[[secrets]]\nx = { env = \"X\" }\n",
            "values-syntax: `secrets` is a list, and the secrets are one table",
            "[secrets]\nx = { env = \"X\" }\n",
        ),
        (
            "[secrets\nx = { env = \"X\" }\n",
            "values-syntax: `[secrets` is not closed by `]`",
            "[secrets]\nx = { env = \"X\" }\n",
        ),
        (
            "secrets]\nx = { env = \"X\" }\n",
            "values-syntax: `secrets` begins no table: it has no brackets",
            "[secrets]\nx = { env = \"X\" }\n",
        ),
    ] {
        let read = read(text);
        assert_eq!(read.messages(), [message]);
        assert!(read.values.secrets.contains_key("x"), "{text}");
        let edit = &read.found[0].fix.as_ref().unwrap().edits[0];
        let mut mended = text.to_owned();
        mended.replace_range(edit.span.range(), &edit.text);
        assert_eq!(mended, fix);
    }
    // Not everything that looks a little like it.
    let read = read("[servers]\nx = 1\n");
    assert_eq!(read.sources.shown(read.found[0].primary), "servers");
    assert!(read.found[0].fix.is_none() && read.values.secrets.is_empty());
}

#[test]
fn a_value_is_rewritten_in_its_quotes() {
    let cases = [
        ("a = 'x'", "y", "a = 'y'"),
        ("a = \"x\"", "y", "a = \"y\""),
        ("a = \"x\"", r"contoso\svc", r"a = 'contoso\svc'"),
        ("a = \"C:\\new\"", r"C:\new", r"a = 'C:\new'"),
        ("a = 'x'", "it's", "a = \"it's\""),
        ("a = 'x'", "it's \"C:\\\"\n", "a = \"it's \\\"C:\\\\\\\"\\n\""),
        ("a = 3", "3", "a = '3'"),
    ];
    for (text, new, expected) in cases {
        let before = read(text);
        let edit = rewrite(&before.sources, before.given("a").span, new).unwrap();
        let mut after = text.to_owned();
        after.replace_range(edit.span.range(), &edit.text);
        assert_eq!(after, expected);
        assert_eq!(read(&after).given("a").value, Raw::Text(new.to_owned()));
    }
    let set = read_all(&[], &[], &[("a", "x")]);
    assert!(rewrite(&set.sources, set.given("a").span, "y").is_none());
}

/// The two blocks of each explanation: one reports its code, the other reports nothing.
#[test]
fn every_code_has_examples_that_hold() {
    let block = |doc: &str, fence: &str| -> String {
        let start = doc.find(fence).unwrap() + fence.len();
        let end = start + doc[start..].find("```").unwrap();
        let lines: Vec<_> = doc[start..end].lines().map(str::trim).collect();
        lines.join("\n")
    };
    for code in CODES {
        let reported = read(&block(code.doc, "```toml,reports\n"));
        let codes: Vec<_> = reported.found.iter().map(|it| it.code.name).collect();
        assert_eq!(codes, [code.name]);
        assert_clean(&read(&block(code.doc, "```toml\n")));
    }
}

/// Every prefix of a file, and the file without any one of its characters: an answer, and never a place outside.
#[test]
fn every_text_is_answered() {
    const FILE: &str = concat!(
        "\u{feff}tenant = \"contöso\\tcom\" # x\r\n",
        "path = 'C:\\x' ; \"y\"\n",
        "lines = \"\"\"\na\\\n b\"\"\"\n",
        "list = [1, {x = 2}, 'ä']\n",
        "a.\"b c\".d = 08:15\n",
        "[secrets]\n",
        "x = { env = \"X\", file = 'ö' }\n",
        "[[other]]\ny = 1e400\n",
    );
    for (at, char) in FILE.char_indices() {
        read(&FILE[..at]);
        read(&FILE[at..]);
        read(&format!("{}{}", &FILE[..at], &FILE[at + char.len_utf8()..]));
        for more in ["\"", "{", "\n", "\\", "é"] {
            read(&format!("{}{more}{}", &FILE[..at], &FILE[at..]));
        }
    }
}

#[test]
fn unclosed_brackets_do_not_take_for_ever() {
    read(&"a = {\n".repeat(5000));
    read(&"[".repeat(20_000));
    read(&"a = \"\"\"\n".repeat(5000));
}

#[test]
fn a_word_that_ends_in_a_blank_of_unicode_is_survived() {
    for blank in ["\u{2028}", "\u{a0}", "\u{3000}", "\u{85}"] {
        let text = format!("secrets{blank}\n)x{blank}\n");
        let compiled = crate::support::Project::new("").values(&text).compile();
        assert!(compiled.has_errors());
    }
}
