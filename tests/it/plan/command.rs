//! The command line of the installer, and splitting one.

use std::collections::BTreeMap;

use mimeo::export::command::{CommandError, Shell, command_line, parse_properties, property};
use mimeo::installer::command::Problem;
use mimeo::plan::op::{Literal, Msi, Op, Ui, Value};

use super::{Random, sample};

#[test]
fn command_line_is_exact() {
    let line = |shell| command_line(&msi(), shell).unwrap();
    assert_eq!(
        line(Shell::None),
        "msiexec.exe /i \"D:\\MIM\\Service and Portal\\Service and Portal.msi\" /quiet \
         /lvxi* \"c:\\miminstall\\log.txt\" ADDLOCAL=CommonServices,WebPortals \
         ACCEPT_EULA=\"1\" CERTIFICATE_NAME=\"\" SERVICE_ACCOUNT_PASSWORD=\"{secret:mim_service_password}\" \
         SQLSERVER_SERVER=\"sql.contoso.com\" TENANT_ID=\"{slot:tenant.id}\" TITLE=\"a \"\"b\"\" c\\\""
    );
    assert_eq!(line(Shell::Cmd), line(Shell::None));
    assert_eq!(
        line(Shell::PowerShell),
        format!(
            "(Start-Process -FilePath 'msiexec.exe' -ArgumentList '{}' -Wait -PassThru).ExitCode",
            line(Shell::None).strip_prefix("msiexec.exe ").unwrap()
        )
    );
    let review = Msi {
        ui: Ui::Review,
        log: None,
        features: Vec::new(),
        properties: BTreeMap::new(),
        ..msi()
    };
    assert_eq!(
        command_line(&review, Shell::None).unwrap(),
        "msiexec.exe /i \"D:\\MIM\\Service and Portal\\Service and Portal.msi\""
    );
}

#[test]
fn every_value_comes_back() {
    for value in values() {
        let msi = with("VALUE", Value::text(value.clone()));
        let line = command_line(&msi, Shell::None).unwrap();
        let back: BTreeMap<String, String> = parse_properties(&line).unwrap().into_iter().collect();
        assert_eq!(back.get("VALUE"), Some(&value), "{line}");
        assert_eq!(back.get("ADDLOCAL").map(String::as_str), Some("CommonServices,WebPortals"));
        assert_eq!(back.len(), msi.properties.len() + 1, "{line}");
    }
}

#[test]
fn shells_hand_over_the_same_line() {
    for value in values() {
        let msi = with("VALUE", Value::text(value));
        let line = command_line(&msi, Shell::None).unwrap();
        assert_eq!(cmd_prompt(&command_line(&msi, Shell::Cmd).unwrap()), line);
        let pasted = command_line(&msi, Shell::PowerShell).unwrap();
        assert_eq!(format!("msiexec.exe {}", powershell_argument(&pasted)), line);
    }
}

#[test]
fn what_cannot_be_said_on_a_command_line_is_refused() {
    let of = |name: &str, value: Value| command_line(&with(name, value), Shell::None).unwrap_err();
    for character in ['\0', '\t', '\n', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
        let error = of("VALUE", Value::text(format!("Pa55{character}w0rd")));
        assert_eq!(error, CommandError::Control { property: "VALUE".to_owned(), character });
        assert!(!error.to_string().contains("Pa55"));
    }
    assert_eq!(
        of("VALUE", Value::text("a\nb")).to_string(),
        "the value of `VALUE` has the control character U+000A"
    );
    for name in ["", "Value", "VALUE NAME", "1VALUE", "VALUE=", "VALÜE", "A\"B"] {
        assert_eq!(of(name, Value::text("x")), CommandError::Property(name.to_owned()));
    }
    for value in ["{secret:x}", "a{slot:b"] {
        assert_eq!(of("VALUE", Value::text(value)), CommandError::Reference("VALUE".to_owned()));
    }
    assert_eq!(
        of("VALUE", Value::Value(Literal::List(vec![]))),
        CommandError::List("VALUE".to_owned())
    );
    assert_eq!(of("ADDLOCAL", Value::text("ALL")), CommandError::Features);
    let too_long = CommandError::TooLong { length: 32_767, limit: 32_766 };
    let rest = command_line(&with("VALUE", Value::text("")), Shell::None).unwrap().len();
    assert_eq!(of("VALUE", Value::text("x".repeat(32_767 - rest))), too_long);
    assert!(
        command_line(&with("VALUE", Value::text("x".repeat(32_766 - rest))), Shell::None).is_ok()
    );
    let in_cmd = command_line(&with("VALUE", Value::text("x".repeat(9_000))), Shell::Cmd);
    assert!(matches!(in_cmd, Err(CommandError::TooLong { limit: 8_191, .. })));
    let broken = |edit: &dyn Fn(&mut Msi)| {
        let mut msi = msi();
        edit(&mut msi);
        command_line(&msi, Shell::None).unwrap_err()
    };
    assert_eq!(broken(&|it| it.package = "a\"b.msi".to_owned()), CommandError::Path("package"));
    assert_eq!(broken(&|it| it.package.clear()), CommandError::Path("package"));
    assert_eq!(broken(&|it| it.log = Some("a\nb".to_owned())), CommandError::Path("log"));
    assert_eq!(
        broken(&|it| it.features[0] = "A B".to_owned()),
        CommandError::Feature("A B".to_owned())
    );
    assert_eq!(
        broken(&|it| it.features[0] = "A,B".to_owned()),
        CommandError::Feature("A,B".to_owned())
    );
}

#[test]
fn numbers_and_flags_are_digits() {
    let line = |value| command_line(&with("VALUE", value), Shell::None).unwrap();
    assert!(line(Value::flag(true)).contains(" VALUE=\"1\""));
    assert!(line(Value::flag(false)).contains(" VALUE=\"0\""));
    assert!(line(Value::number(5725)).contains(" VALUE=\"5725\""));
}

#[test]
fn lines_of_other_hands_are_split() {
    let split = |line: &str| {
        let properties = parse_properties(line)?;
        Ok::<_, Problem>(
            properties.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>(),
        )
    };
    // Examples of Microsoft's documentation and of scripts in the field.
    let documented = "msiexec /i A:\\Example.msi PROPERTY=VALUE";
    assert_eq!(split(documented).unwrap(), ["PROPERTY=VALUE"]);
    let documented = "/i packagename.msi COMPANYNAME=\"Acme \"\"Widgets\"\" and \"\"Gizmos.\"\"\"";
    assert_eq!(split(documented).unwrap(), ["COMPANYNAME=Acme \"Widgets\" and \"Gizmos.\""]);
    let documented = "msiexec /i testdb.msi PROPERTY=\"\"";
    assert_eq!(split(documented).unwrap(), ["PROPERTY="]);
    let mixed = "\"C:\\Windows\\System32\\msiexec.exe\" ALPHA=1 -I \"x=1 y.msi\" -l*v a=b.txt /qn beta= GAMMA=C:\\x\\ ALPHA=2";
    assert_eq!(split(mixed).unwrap(), ["ALPHA=1", "BETA=", "GAMMA=C:\\x\\", "ALPHA=2"]);
    assert_eq!(split("A=1\tB=\"2 \"\r\n C=%X%;'y'").unwrap(), ["A=1", "B=2 ", "C=%X%;'y'"]);
    assert_eq!(split("").unwrap(), [""; 0]);
    assert_eq!(split("msiexec").unwrap(), [""; 0]);
    assert_eq!(split("msiexec /i"), Ok(vec![]));
    for (line, error) in [
        ("A=\"x", Problem::Unclosed(2)),
        ("A=\"\"\"", Problem::Unclosed(2)),
        ("A=\"x\"y", Problem::Glued(4)),
        ("A=x\"y\"", Problem::Quote(3)),
        ("msiexec /qn \"A=x y\"", Problem::QuotedWhole(12)),
        ("msiexec /qn JUNK", Problem::Stray(12)),
        ("msiexec /qn A =x", Problem::Stray(12)),
        ("msiexec /qn \"JUNK\"", Problem::Stray(12)),
    ] {
        assert_eq!(split(line).unwrap_err(), error, "{line}");
        assert!(!error.to_string().is_empty() && !error.help().is_empty());
    }
}

#[test]
fn splitting_never_panics() {
    let bits = ["A=", "\"", "\"\"", " ", "/i", "/l*v", "x", "=", "-", "漢", "\\", "\u{B}", "/"];
    let mut random = Random(3);
    for _ in 0..10_000 {
        let line: String = (0..random.below(14)).map(|_| bits[random.below(bits.len())]).collect();
        let Ok(properties) = parse_properties(&line) else { continue };
        // What could be read can be written so that it is read alike.
        let words: Result<Vec<String>, CommandError> =
            properties.iter().map(|(name, value)| property(name, value)).collect();
        match words {
            Ok(words) => assert_eq!(parse_properties(&words.join(" ")), Ok(properties), "{line:?}"),
            Err(error) => {
                assert!(matches!(error, CommandError::Control { .. }), "{line:?}: {error}");
            }
        }
    }
}

/// The installation of the sample.
fn msi() -> Msi {
    let Op::Msi(msi) = sample().steps.remove(2).ops.remove(0) else {
        panic!("it is an installation")
    };
    msi
}

fn with(name: &str, value: Value) -> Msi {
    let mut msi = msi();
    msi.properties.insert(name.to_owned(), value);
    msi
}

/// Values as customers have them, and worse ones.
fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        " ",
        "  x  ",
        "a b",
        "\"",
        "\"\"",
        "\"a\"",
        "a \"b\" c",
        "a\"",
        "\"a",
        "C:\\x\\",
        "\\",
        "\\\"",
        "\\\\srv\\share\\",
        "%",
        "%%",
        "100%",
        "%PATH%",
        "a%PATH%b%USERNAME%",
        "%PATH:a=b%",
        "%PATH:~0,3%",
        "% \"%\" %",
        "%1",
        "%*",
        "^%PATH^%",
        "^",
        "a^b",
        "&",
        "a&b|c<d>e",
        "(a)",
        "!x!",
        "a & \"b & c\" %x%",
        "$x",
        "$(calc)",
        "`",
        "`n",
        "'",
        "''",
        "it's",
        "\u{2018}\u{2019}\u{201A}\u{201B}",
        "“x”",
        ";",
        "a;b;c",
        ",",
        "=",
        "a=b",
        "NAME=\"x\"",
        "/quiet",
        "-x",
        "--%",
        "@x",
        "#1",
        "[ProductName]",
        "{a}",
        "{8EB24D93-91BA-435D-BF88-9339C1C46362}",
        "Ünïcødé",
        "漢字",
        "🙂",
        "\u{A0}x\u{A0}",
    ]
    .map(str::to_owned)
    .to_vec();
    let bits = [
        "\"", "\"\"", "\\", " ", "%", "^", "&", "'", "’", "$", "`", "a", "PATH", ":", "=", ";",
        "!", "(", "漢",
    ];
    let mut random = Random(1);
    for _ in 0..300 {
        values.push((0..random.below(12)).map(|_| bits[random.below(bits.len())]).collect());
    }
    values
}

/// What `cmd.exe` at its prompt hands over: variables first, which undefined ones survive, then quotes and carets.
fn cmd_prompt(line: &str) -> String {
    let variables =
        BTreeMap::from([("PATH", "EXPANDED"), ("USERNAME", "EXPANDED"), ("x", "EXPANDED")]);
    let mut expanded = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('%') {
        expanded += &rest[..at];
        rest = &rest[at + 1..];
        let end = rest.find('%');
        let name = end.map(|end| rest[..end].split(':').next().unwrap_or_default());
        if let (Some(end), Some(value)) = (end, name.and_then(|it| variables.get(it))) {
            expanded += value;
            rest = &rest[end + 1..];
        } else {
            expanded.push('%');
        }
    }
    expanded += rest;
    let (mut handed, mut quoted, mut escaped) = (String::new(), false, false);
    for character in expanded.chars() {
        if escaped {
            escaped = false;
        } else if character == '^' && !quoted {
            escaped = true;
            continue;
        } else if character == '"' {
            quoted = !quoted;
        } else {
            assert!(quoted || !"&|<>".contains(character), "`{character}` acts in {line}");
        }
        handed.push(character);
    }
    handed
}

/// The text that PowerShell reads between the single quotes of `-ArgumentList`.
fn powershell_argument(line: &str) -> String {
    let start = "(Start-Process -FilePath 'msiexec.exe' -ArgumentList '";
    let end = "' -Wait -PassThru).ExitCode";
    let mut argument = String::new();
    let mut rest = line.strip_prefix(start).expect("it begins so");
    let is_quote = |it: char| matches!(it, '\'' | '\u{2018}'..='\u{201B}');
    loop {
        let at = rest.find(is_quote).expect("the quote is closed");
        argument += &rest[..at];
        let mut characters = rest[at..].chars();
        let quote = characters.next().expect("it was found");
        if !characters.clone().next().is_some_and(is_quote) {
            assert_eq!(&rest[at..], end);
            return argument;
        }
        characters.next();
        argument.push(quote);
        rest = characters.as_str();
    }
}
