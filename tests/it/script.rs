//! Provenance, spans, imports and limits of scripts.

use std::path::Path;

use mimeo::compile::{Compiled, Inputs, compile};
use mimeo::diagnostic::{Diagnostic, Severity};
use mimeo::source::files::{Disk, Memory};

use crate::support::{Project, TODAY, codes, compiled, places};

/// The finding of a code; there must be one.
fn finding<'c>(compiled: &'c Compiled, code: &str) -> &'c Diagnostic {
    let mut found = compiled.diagnostics.iter().filter(|it| it.code.name == code);
    let first = found.next().unwrap_or_else(|| panic!("no {code} in {:?}", places(compiled)));
    assert!(found.next().is_none(), "several {code} in {:?}", places(compiled));
    first
}

/// The text that a finding of a bad host blames, and the places beside it as `source: text`.
fn blamed(project: &Project) -> (String, Vec<String>) {
    let compiled = project.compile();
    let finding = finding(&compiled, "value-host");
    let text = |span| {
        let source = compiled.sources.get(finding_source(span));
        format!("{}: {}", source.name, compiled.sources.text(span))
    };
    (text(finding.primary), finding.labels.iter().map(|it| text(it.span)).collect())
}

fn finding_source(span: mimeo::source::Span) -> mimeo::source::SourceId {
    span.source
}

/// A bad host in the values file, handed on in every way that keeps a value's identity: the values file is blamed.
#[test]
fn a_value_is_followed_to_its_line() {
    let flows = [
        "service::address(host);",
        "let x = host; service::address(x);",
        "let x = host; let y = x; service::address(y);",
        "const X = host; service::address(X);",
        "let x = \"\"; x = host; service::address(x);",
        "let m = #{ host: host }; service::address(m.host);",
        "let m = #{ host: host }; service::address(m[\"host\"]);",
        "let m = #{}; m.host = host; service::address(m.host);",
        "let m = #{ inner: #{ host: host } }; service::address(m.inner.host);",
        "let a = [host]; service::address(a[0]);",
        "let a = []; a.push(host); service::address(a[0]);",
        "let a = [host] + [\"b\"]; service::address(a[0]);",
        "for x in [host] { service::address(x); }",
        "fn f(x) { x } service::address(f(host));",
        "fn f(x) { service::address(x); } f(host);",
        "fn f(x) { g(x) } fn g(x) { service::address(x); } f(host);",
        "let f = |x| x; service::address(f.call(host));",
        "let f = || host; service::address(f.call());",
        "let f = |x| service::address(x); f.call(host);",
        "let x = if true { host } else { \"\" }; service::address(x);",
        "let x = switch 1 { 1 => host, _ => \"\" }; service::address(x);",
        "let x = () ?? host; service::address(x);",
        "let x = { let y = host; y }; service::address(x);",
        "let a = [host].map(|x| x); service::address(a[0]);",
        "let a = [host, host].filter(|x| true); service::address(a[1]);",
        "try { throw host; } catch (e) { service::address(e); }",
    ];
    for flow in flows {
        let script = format!("let host = param::text(\"host\", \"A host\");\n{flow}");
        let project = Project::new(&script).values("host = \"mim contoso\"\n");
        let (primary, labels) = blamed(&project);
        assert!(primary.starts_with("values.toml: "), "{flow}: {primary}, {labels:?}");
        assert!(labels.iter().any(|it| it.starts_with("main.rhai: ")), "{flow}: {labels:?}");
    }
}

/// A literal elsewhere in the script is blamed where it stands, also if the same text appears twice.
#[test]
fn a_literal_is_followed_to_where_it_stands() {
    let compiled =
        compiled("let a = \"b c\"; let b = \"b c\";\nfn f(x) { service::address(x); }\nf(b);");
    let finding = finding(&compiled, "value-host");
    assert_eq!(compiled.sources.place(finding.primary), "main.rhai:1:26");
    let places: Vec<_> = finding.labels.iter().map(|it| compiled.sources.place(it.span)).collect();
    assert_eq!(places, ["main.rhai:2:28", "main.rhai:3:1"]);
}

/// A text that the script puts together is blamed at the argument, and names the parameters that went into it.
#[test]
fn what_is_put_together_names_its_parts() {
    let script = "let netbios = param::text(\"netbios\", \"Domain\");\nlet account = `${netbios}\\svc/MIM`;\naccount::gmsa(account);";
    let compiled = Project::new(script).values("netbios = \"contoso\"\n").compile();
    let finding = finding(&compiled, "value-account");
    assert_eq!(compiled.sources.text(finding.primary), "account");
    let texts: Vec<_> = finding.labels.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["`netbios` went into it"]);
}

/// A value that is changed loses its origin: the argument is blamed.
#[test]
fn a_changed_value_is_not_blamed_on_its_line() {
    for change in ["x += \" y\";", "x.make_upper(); x += \" \";", "x = x + \" \";"] {
        let script =
            format!("let x = param::text(\"host\", \"A host\"); {change} service::address(x);");
        let (primary, _) = blamed(&Project::new(&script).values("host = \"mim\"\n"));
        assert_eq!(primary, "main.rhai: x", "{change}");
    }
    let script = "let n = param::number(\"n\", \"A number\"); n += 1; mail::office365().register_application(\"a\", secret(\"s\")).secret_lifetime_days(n);";
    let compiled =
        Project::new(script).values("n = 9000\n[secrets]\ns = { file = \"x\" }\n").compile();
    let place =
        compiled.diagnostics.iter().find(|it| it.code.name.starts_with("application-secret"));
    let place = place.map(|it| compiled.sources.text(it.primary));
    assert_eq!(place, Some("n"));
}

/// Numbers and flags are followed as well.
#[test]
fn a_number_is_followed_to_its_line() {
    let script = "let m = #{ port: param::number(\"port\", \"A port\") };\nfn f(x) { portal::password_reset(\"pwreset.contoso.com\").port(x); }\nf(m.port);";
    let compiled = Project::new(script).values("port = 70000\n").compile();
    let finding = finding(&compiled, "value-port");
    assert_eq!(compiled.sources.place(finding.primary), "values.toml:1:8");
}

/// The end of what is blamed is exact, in method chains, nested calls, Unicode, tabs and CRLF.
#[test]
fn spans_are_exact() {
    let scripts = [
        ("service::address( \"a b\" );", "\"a b\""),
        ("service::address((\"a\" + \" b\"));", "(\"a\" + \" b\")"),
        ("\t\tservice::address(\"a b\") . open_firewall();", "\"a b\""),
        ("let e = \"ü😀é\"; /* ẅ */ service::address(\"a b\");", "\"a b\""),
        ("\r\n// ä\r\n\tservice::address(\r\n\t\t\"a b\"\r\n\t);\r\n", "\"a b\""),
        ("service /* x */ :: address (`a b`);", "`a b`"),
        (
            "mail::exchange(\"mail.contoso.com\").mailbox(\"a@contoso.com\"); service::address(#{a: [\"a b\"]}.a[0]);",
            "\"a b\"",
        ),
        ("\u{FEFF}service::address(\"a b\");", "\"a b\""),
        ("#! x\nservice::address(\"a b\");", "\"a b\""),
    ];
    for (script, expected) in scripts {
        let compiled = compiled(script);
        let finding = finding(&compiled, "value-host");
        let at = compiled.sources.text(finding.primary);
        assert!(expected.contains(at) && !at.is_empty(), "{script:?} blames {at:?}");
        let line = compiled.sources.spot(finding.primary).line;
        let text = compiled.sources.get(finding.primary.source).line(line);
        assert!(text.contains(at), "{script:?}: line {line} is {text:?}");
    }
}

/// A call within a function shows where the function was called from, also through modules.
#[test]
fn callers_are_shown() {
    let compiled = Project::new(
        "import \"lib/mail\" as m;\nfn outer() { m::address(\"a b\") }\nouter();",
    )
    .file(
        "lib/mail.rhai",
        "fn address(host) {\n    inner(host)\n}\nfn inner(host) { service::address(host) }\n",
    )
    .compile();
    let finding = finding(&compiled, "value-host");
    assert_eq!(compiled.sources.place(finding.primary), "main.rhai:2:27");
    let labels: Vec<_> = finding
        .labels
        .iter()
        .map(|it| format!("{} {}", compiled.sources.place(it.span), it.text))
        .collect();
    assert_eq!(
        labels,
        [
            "lib/mail.rhai:4:35 used here",
            "lib/mail.rhai:2:5 in `inner`, called from here",
            "main.rhai:2:14 in `address`, called from here",
            "main.rhai:3:1 in `outer`, called from here",
        ]
    );
}

/// One run tells everything; what only follows from something else is silent.
#[test]
fn several_mistakes_are_told_at_once() {
    let script = "\
service::adress(\"mim.contoso.com\");
sql::database(\"sql,1433\").nam(\"x\").reuse(1);
let x = unknown_thing;
service::address(x).open_firewall();
let y = [1][7];
mail::exchange(y).mailbox(5);
";
    let compiled = compiled(script);
    let places: Vec<_> = places(&compiled)
        .into_iter()
        .filter(|it| it.contains("script-") || it.contains("value-"))
        .collect();
    assert_eq!(
        places,
        [
            "main.rhai:1:10 script-unknown-function",
            "main.rhai:2:19 value-sql-server",
            "main.rhai:2:27 script-unknown-method",
            "main.rhai:2:42 script-type",
            "main.rhai:3:9 script-unknown-variable",
            "main.rhai:5:13 script-fault",
            "main.rhai:6:27 script-type",
        ]
    );
    assert!(
        compiled.diagnostics.iter().all(|it| !it.code.name.ends_with("-missing")),
        "{:?}",
        codes(&compiled)
    );
}

/// Imports: below the root only, whatever is tried.
#[test]
fn an_import_stays_below_the_root() {
    for path in [
        "../outside",
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\\\Windows\\\\x",
        "lib/../../outside",
        "..",
        "std/../x",
        "",
        "./../outside",
        "\\\\\\\\server\\\\share\\\\x",
        "file:///etc/passwd",
    ] {
        let compiled = compiled(&format!("import \"{path}\" as x;"));
        let found = codes(&compiled);
        assert!(
            found.contains(&"import-outside") || found.contains(&"import-unreadable"),
            "{path}: {found:?}"
        );
        assert!(compiled.plan.is_none());
    }
}

#[test]
fn an_import_through_a_link_out_of_the_root_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let project = folder.path().join("project");
    std::fs::create_dir(&project).expect("a folder");
    std::fs::write(folder.path().join("outside.rhai"), "fn f() { }").expect("a file");
    std::fs::write(project.join("main.rhai"), "import \"link\" as x;").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("outside.rhai"), project.join("link.rhai"))
        .expect("a link");
    let compiled =
        compile(&Disk, &Inputs::new(project.join("main.rhai"), TODAY)).expect("it can be read");
    #[cfg(unix)]
    assert!(codes(&compiled).contains(&"import-outside"), "{:?}", codes(&compiled));
    assert!(compiled.has_errors());
}

#[test]
fn a_ring_of_imports_is_told_whole() {
    let compiled = Project::new("import \"a\" as a;")
        .file("a.rhai", "import \"b\" as b;")
        .file("b.rhai", "import \"a\" as a;")
        .compile();
    let finding = finding(&compiled, "import-cycle");
    assert_eq!(finding.message, "modules import each other: `a.rhai` → `b.rhai` → `a.rhai`");
    assert_eq!(compiled.sources.place(finding.primary), "b.rhai:1:8");
    let own = self::compiled("import \"main\" as m;");
    assert_eq!(self::finding(&own, "import-cycle").message, "`main.rhai` imports itself");
}

#[test]
fn a_module_runs_once_and_is_relative_to_its_importer() {
    let compiled = Project::new("import \"lib/a\" as a; import \"lib/b\" as b; a::f(); b::f();")
        .file("lib/a.rhai", "import \"b\" as b; fn f() { }")
        .file("lib/b.rhai", "service::address(\"mim.contoso.com\"); fn f() { }")
        .compile();
    assert!(!codes(&compiled).contains(&"script-twice"), "{:?}", places(&compiled));
    assert_eq!(compiled.deployment.service.all.len(), 1);
}

/// A hostile script gets a finding, never a hang or an abort.
#[test]
fn a_hostile_script_ends_with_a_finding() {
    let deep = |open: &str, close: &str| {
        format!("let x = {}1{};", open.repeat(5_000), close.repeat(5_000))
    };
    let scripts: Vec<(String, &str)> = vec![
        ("loop { }".into(), "script-limit"),
        ("while true { }".into(), "script-limit"),
        ("do { } while true".into(), "script-limit"),
        ("for i in 0..9223372036854775807 { }".into(), "script-limit"),
        ("fn f() { f() } f();".into(), "script-limit"),
        ("fn f(n) { g(n) } fn g(n) { f(n) } f(1);".into(), "script-limit"),
        ("let f = |g| g.call(g); f.call(f);".into(), "script-limit"),
        ("let s = \"x\"; loop { s += s; }".into(), "script-limit"),
        ("let a = [1]; loop { a += a; }".into(), "script-limit"),
        ("let a = []; loop { a.push(a); }".into(), "script-limit"),
        ("let m = #{}; let i = 0; loop { m[`k${i}`] = i; i += 1; }".into(), "script-limit"),
        ("let s = \"x\"; s.pad(1000000000, \"y\");".into(), "script-limit"),
        ("let a = []; a.pad(1000000000, 1);".into(), "script-limit"),
        ("try { loop { } } catch { }".into(), "script-limit"),
        ("eval(\"mail::none();\");".into(), "script-forbidden"),
        ("let s = \"eval(s)\"; eval(s);".into(), "script-forbidden"),
        (deep("(", ")"), "script-syntax"),
        (deep("[", "]"), "script-syntax"),
        (deep("#{a:", "}"), "script-syntax"),
        (deep("!", ""), "script-syntax"),
        (deep("-", ""), "script-syntax"),
        (deep("{", "}"), "script-syntax"),
        (deep("if true {", "}"), "script-syntax"),
        (deep("f(", ")"), "script-syntax"),
        (deep("`${", "}`"), "script-syntax"),
        (deep("|x| ", ""), "script-syntax"),
        (format!("let x = 1{};", "+1".repeat(4_000)), "script-syntax"),
        (format!("let x = a{};", ".b".repeat(4_000)), "script-syntax"),
        (format!("let x = 1{};", " ** 1".repeat(1_000)), "script-syntax"),
        ("let a = 1;\n".repeat(2_500), "script-size"),
        (
            format!(
                "let m = #{{ {} }};",
                (0..600).map(|i| format!("k{i}: 1,")).collect::<String>()
            ),
            "script-size",
        ),
        (
            format!("fn f({}) {{ }}", (0..20).map(|i| format!("a{i},")).collect::<String>()),
            "script-size",
        ),
        (format!("let x = \"{}\";", "y".repeat(20_000)), "script-size"),
        ("sleep(100);".into(), "script-unknown-function"),
        ("exit(5);".into(), "script-"),
        ("parse_json(\"{}\");".into(), "script-unknown-function"),
        ("timestamp();".into(), "script-unknown-function"),
        ("blob(1000000000);".into(), "script-unknown-function"),
    ];
    for (script, code) in scripts {
        let shown: String = script.chars().take(60).collect();
        let compiled = compiled(&script);
        let found = codes(&compiled);
        assert!(found.iter().any(|it| it.starts_with(code)), "{shown}: {found:?}");
        assert!(compiled.plan.is_none(), "{shown} has a plan");
    }
}

/// What would never end in the engine's own functions ends here.
#[test]
fn padding_with_nothing_ends() {
    let compiled = compiled(
        "let s = \"x\"; s.pad(100, \"\"); print(s); let t = \"x\"; t.pad(4, \"ab\"); print(t);",
    );
    let messages: Vec<_> = compiled.diagnostics.iter().map(|it| it.message.as_str()).collect();
    assert!(messages.contains(&"the script prints: x"), "{messages:?}");
    assert!(messages.contains(&"the script prints: xaba"), "{messages:?}");
}

/// A secret's value never becomes part of anything.
#[test]
fn a_written_out_secret_is_veiled_everywhere() {
    let literal = "Pa55w0rd!";
    let scripts = [
        format!("account::regular(`contoso\\svcMIM`, \"{literal}\");"),
        format!("let p = \"{literal}\"; account::regular(`contoso\\svcMIM`, p);"),
        format!("secret(\"{literal}\");"),
        format!(
            "installer::msi(`D:\\x.msi`).property(\"SERVICE_ACCOUNT_PASSWORD\", \"{literal}\");"
        ),
        "let p = param::text(\"p\", \"x\"); account::regular(`contoso\\svcMIM`, p);".to_owned(),
    ];
    for script in scripts {
        let mut project = Project::new(&script);
        if script.contains("param::") {
            project = project.values(&format!("p = \"{literal}\"\n"));
        }
        let compiled = project.compile();
        assert!(compiled.has_errors(), "{script}");
        for format in [
            mimeo::render::Format::Full,
            mimeo::render::Format::Concise,
            mimeo::render::Format::Json,
            mimeo::render::Format::Sarif,
            mimeo::render::Format::Github,
            mimeo::render::Format::Plain,
        ] {
            let style = mimeo::render::Style {
                format,
                colour: false,
                unicode: true,
                width: 100,
                links: false,
            };
            let text = mimeo::render::render(&compiled.sources, &compiled.diagnostics, &style);
            assert!(!text.contains(literal), "{script} as {format:?} shows it:\n{text}");
        }
    }
}

/// What stands where a secret belongs is covered, also in a call that is misspelt, not closed or never reached, and
/// whatever else of it is printed.
#[test]
fn a_secret_in_the_wrong_place_is_covered() {
    let literal = "Pa55w0rd!";
    let scripts = [
        format!("account::regulr(`contoso\\svc`, \"{literal}\");"),
        format!("acount::regular(`contoso\\svc`, \"{literal}\");"),
        format!("let p = \"{literal}\"; account::regular(`contoso\\svc`, p); print(p);"),
        format!("let p = \"{literal}\"; account::regular(`contoso\\svc`, `${{p}}x`);"),
        format!("mail::smtp(\"smtp.contoso.com\").password(\"{literal}\");"),
        format!("if false {{ account::regular(`contoso\\svc`, \"{literal}\"); }} foo();"),
        format!("secret(\"{literal}\";"),
        format!("account::regular(`contoso\\svc` \"{literal}\");"),
        format!("installer::msi(`D:\\x.msi`).property(\"MY_PWD\", \"{literal}\");"),
    ];
    for script in scripts {
        let compiled = compiled(&script);
        assert!(compiled.has_errors(), "{script}");
        assert!(!crate::support::drawn(&compiled).contains(literal), "{script}");
    }
    let values = [
        Project::new("secret(\"svc\");")
            .values("[secrets]\nsvc = { env = \"SVC\" }")
            .set("svc", literal),
        Project::new("").values("[secrets]\nsvc = { env = \"SVC\" }").set("svc", literal),
        Project::new("").values(&format!("svc_password = \"{literal}\"\n")),
    ];
    for project in values {
        let drawn = crate::support::drawn(&project.compile());
        assert!(!drawn.contains(literal), "{drawn}");
    }
}

/// A secret that is named by a computed name was not held against the values.
#[test]
fn a_computed_secret_is_refused() {
    let compiled = compiled("account::regular(`contoso\\svc`, Fn(\"secret\").call(\"nosource\"));");
    assert!(codes(&compiled).contains(&"param-literal"), "{:?}", codes(&compiled));
}

/// A loop that declares is stopped, and many findings are cut off where nobody reads on.
#[test]
fn a_flood_is_stopped() {
    let flood = compiled("for i in 0..9000 { after::enable_rule(`r${i}`); }");
    assert!(codes(&flood).contains(&"script-limit"), "{:?}", codes(&flood));
    let findings = compiled(&"foo();\n".repeat(1_000));
    assert_eq!(findings.diagnostics.len(), 200);
}

/// What stands behind a `return` is told to be never run, and is not missed as well; a `return` in a block may be meant.
#[test]
fn what_a_return_cuts_off_is_told() {
    let cut = compiled("let x = 1;\nreturn;\nmail::none();\n");
    assert_eq!(places(&cut), ["main.rhai:2:1 script-unreachable"]);
    let meant =
        compiled("if 1 == 2 { return; }\nservice::address(\"mim.contoso.com\");\nreturn;\n");
    assert!(!codes(&meant).contains(&"script-unreachable"), "{:?}", codes(&meant));
}

/// A slip in a secret's name is one finding, an error, with the edit.
#[test]
fn a_misspelt_secret_is_one_finding() {
    let compiled = Project::new("let s = secret(\"pool_password\");")
        .values("[secrets]\npool_pasword = { env = \"POOL\" }\n")
        .compile();
    let found: Vec<_> = places(&compiled).into_iter().filter(|it| it.contains("secret-")).collect();
    assert_eq!(found, ["values.toml:2:1 secret-missing"]);
    assert!(finding(&compiled, "secret-missing").fix.is_some());
}

/// Parameters: precedence, overrides, optional ones, contracts that conflict.
#[test]
fn parameters_follow_their_contract() {
    let script = "let s = param::host(\"server\", \"A server\", \"fallback.contoso.com\"); service::address(s);";
    let address = |project: Project| {
        let compiled = project.compile();
        let service = compiled.deployment.service.get().expect("it is declared");
        let address = service.address.said().expect("it is said");
        let origin = address.origin.value.clone();
        let place = origin.as_ref().map(|it| compiled.sources.place(it.span));
        (address.value.to_string(), place, origin.map_or(0, |it| it.overridden.len()))
    };
    let fallback = address(Project::new(script));
    assert_eq!(fallback, ("fallback.contoso.com".into(), Some("main.rhai:1:43".into()), 0));
    let values = Project::new(script).values("server = \"values.contoso.com\"");
    assert_eq!(address(values).0, "values.contoso.com");
    let mut all = Project::new(script)
        .values("server = \"values.contoso.com\"")
        .set("server", "set.contoso.com");
    all.inputs.environment.push(("MIMEO_PARAM_SERVER".into(), "env.contoso.com".into()));
    let (value, _, overridden) = address(all);
    assert_eq!((value.as_str(), overridden), ("set.contoso.com", 2));
    let optional =
        compiled("sql::database(\"sql.contoso.com\").name(param::text(\"name\", \"x\", ()));");
    assert!(optional.deployment.database.get().is_some_and(|it| it.name.is_unsaid()));
    let conflict = compiled(
        "let a = param::host(\"x\", \"y\", \"a\"); let b = param::text(\"x\", \"y\", \"a\");",
    );
    assert!(codes(&conflict).contains(&"param-conflict"));
    let same = compiled(
        "let a = param::host(\"x\", \"y\", \"a\"); let b = param::host(\"x\", \"y\", \"a\");",
    );
    assert!(!codes(&same).contains(&"param-conflict"));
}

/// The same inputs give the same plan and the same findings.
#[test]
fn compilation_is_deterministic() {
    let script = "let f = |x| x; service::address(f.call(\"mim contoso\")); print(#{ b: 1, a: 2 }); foo(); bar();";
    let first = format!("{:?}", compiled(script).diagnostics);
    for _ in 0..5 {
        assert_eq!(first, format!("{:?}", compiled(script).diagnostics));
    }
}

/// Inputs that are missing, folders, too large or no text are an error of the shell, with the path.
#[test]
fn an_unreadable_input_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("latin.rhai"), b"// \xE9").expect("a file");
    std::fs::write(path("huge.rhai"), "// x\n".repeat(100_000)).expect("a file");
    std::fs::write(path("utf16.rhai"), [0xFF, 0xFE, b'a', 0]).expect("a file");
    for (name, part) in [
        ("missing.rhai", "no such file"),
        ("", "folder"),
        ("latin.rhai", "UTF-8"),
        ("huge.rhai", "at most"),
        ("utf16.rhai", "UTF-16"),
    ] {
        let error = compile(&Disk, &Inputs::new(path(name), TODAY)).expect_err("it cannot be read");
        assert!(error.to_string().contains(part), "{name}: {error}");
    }
    std::fs::write(path("empty.rhai"), "").expect("a file");
    let empty = compile(&Disk, &Inputs::new(path("empty.rhai"), TODAY)).expect("it can be read");
    assert!(empty.plan.is_none() && empty.has_errors());
    let nothing = Memory::new(Vec::<(&Path, &str)>::new());
    assert!(compile(&nothing, &Inputs::new("x.rhai", TODAY)).is_err());
}

/// A hint is no error.
#[test]
fn severities_are_ordered() {
    assert!(Severity::Error < Severity::Warning && Severity::Warning < Severity::Hint);
}

/// Rhai keeps what it found for a call by its name, also across modules.
#[test]
fn a_function_is_not_taken_for_that_of_a_module() {
    let module = "fn prefix(x) { \"DB\" + x } fn database() { prefix(\"Other\") }";
    let script = "import \"m\" as m; fn prefix(x) { \"FIM\" + x } print(prefix(\"1\")); print(m::database()); print(prefix(\"2\"));";
    let compiled = Project::new(script).file("m.rhai", module).compile();
    let taken = finding(&compiled, "script-name-taken");
    assert_eq!(compiled.sources.text(taken.primary), "prefix");
    // What only one of them calls is its own.
    let script = "import \"m\" as m; fn prefix(x) { \"FIM\" + x } print(m::database());";
    assert!(
        !codes(&Project::new(script).file("m.rhai", module).compile())
            .contains(&"script-name-taken")
    );
}

/// Also for the next customer, who has the engine of the one before.
#[test]
fn every_customer_has_the_same_functions() {
    let module = "fn prefix(x) { \"DB\" + x } fn database() { prefix(\"Other\") }";
    let script = "import \"m\" as m; fn prefix(x) { \"FIM\" + x } print(prefix(\"1\")); print(m::database());";
    let files = Memory::new([("main.rhai", script), ("m.rhai", module)]);
    let inputs = Inputs::new("main.rhai", TODAY);
    let messages = mimeo::script::on_deep_stack(|| {
        let program = mimeo::compile::load(&files, Path::new("main.rhai"), None);
        let program = std::sync::Arc::new(program.expect("it is there"));
        let run = |_| mimeo::compile::run(&files, &program, &inputs).expect("it is there");
        let said = |it: Compiled| it.diagnostics.iter().map(|it| it.message.clone()).collect();
        (0..3).map(run).map(said).collect::<Vec<Vec<String>>>()
    });
    assert!(messages[0].iter().any(|it| it.contains("FIM1")), "{messages:?}");
    assert!(messages.iter().all(|it| *it == messages[0]), "{messages:?}");
}

/// A literal that is a parameter's fallback is still itself where it stands.
#[test]
fn a_fallback_is_not_where_another_use_of_it_comes_from() {
    let script = "let d = \"mim contoso.com\";\nservice::address(d);\nlet p = param::text(\"p\", \"Something else\", d);\n";
    let found = places(&compiled(script));
    assert!(found.contains(&"main.rhai:1:13 value-host".to_owned()), "{found:?}");
}
