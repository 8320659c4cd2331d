//! The door to a Windows Server: what goes through it, on any system, and on Windows the real thing.

#[cfg(windows)]
mod planned;
#[cfg(windows)]
mod real;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mimeo::execute::machine::{Installation, Known, MachineError, Script};
use mimeo::execute::windows::powershell::{BOOTSTRAP, answer, arguments, document};
use mimeo::execute::windows::progress::{Message, Progress};
use mimeo::execute::windows::{is_at_least, property_line};
use mimeo::export::command::{CommandError, parse_properties};
use mimeo::plan::op::Ui;
use secrecy::SecretString;

/// Values that get lost where somebody quotes carelessly.
const NASTY: &[&str] = &[
    "plain",
    "two words",
    "",
    r#"a "b" c"#,
    r#"""#,
    r"C:\trailing\",
    r"\\server\share\",
    "%PATH%",
    "$env:PATH;`n",
    "a;b,c=d&e|f<g>h^i",
    "O'Brien",
    "[ProductName] {a}",
    "/quiet",
    "Zürich 日本 😀",
];

fn installation(properties: &[(&str, &str)]) -> Installation {
    let known = |(name, value): &(&str, &str)| {
        ((*name).to_owned(), Known::Secret(SecretString::from(*value)))
    };
    Installation {
        package: r"C:\portal.msi".to_owned(),
        ui: Ui::Quiet,
        log: None,
        features: vec!["CommonServices".to_owned(), "WebPortals".to_owned()],
        properties: properties.iter().map(known).collect(),
        hidden: Vec::new(),
    }
}

fn line(installation: &Installation) -> Result<String, CommandError> {
    let line = property_line(installation)?;
    Ok(String::from_utf16(&line).expect("it was made of text"))
}

fn script(text: &str, parameters: &[(&str, Known)]) -> Script {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Script {
        needs: "FIMAutomation".to_owned(),
        text: text.to_owned(),
        parameters: parameters.collect(),
    }
}

fn text(value: &str) -> Known {
    Known::Text(value.to_owned())
}

fn secret(value: &str) -> Known {
    Known::Secret(SecretString::from(value))
}

/// The line with which PowerShell answers.
pub(super) fn reply(fields: [&str; 5]) -> String {
    format!("m4rk:{}\r\n", fields.map(|it| STANDARD.encode(it)).join(","))
}

#[test]
fn every_value_comes_back_from_the_property_line() {
    let named: Vec<(String, &str)> =
        NASTY.iter().enumerate().map(|(index, value)| (format!("P{index:02}"), *value)).collect();
    let properties: Vec<(&str, &str)> =
        named.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let line = line(&installation(&properties)).expect("it can be quoted");
    // The parser takes a whole command line.
    let read = parse_properties(&format!("msiexec.exe {line}")).expect("it can be read");
    let expected: Vec<(String, String)> = [("ADDLOCAL", "CommonServices,WebPortals")]
        .iter()
        .chain(&properties)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    assert_eq!(read, expected);
}

#[test]
fn what_cannot_be_quoted_is_refused_without_its_value() {
    let error = line(&installation(&[("P", "hunter2\n")])).unwrap_err();
    assert!(
        matches!(error, CommandError::Control { .. }) && !error.to_string().contains("hunter2")
    );
    let error = line(&installation(&[("lower", "x")])).unwrap_err();
    assert!(matches!(error, CommandError::Property(_)));
    let error = line(&installation(&[("ADDLOCAL", "ALL")])).unwrap_err();
    assert_eq!(error, CommandError::Features);
    let none = Installation { features: Vec::new(), ..installation(&[]) };
    assert_eq!(line(&none).expect("there is nothing to quote"), "");
}

#[test]
fn versions_are_compared_as_numbers() {
    for (version, build, expected) in [
        ("4.6.673.0", "4.6.673.0", Some(true)),
        ("4.6.673", "4.6.673.0", Some(true)),
        ("4.10.0.0", "4.6.673.0", Some(true)),
        ("4.6.67.0", "4.6.673.0", Some(false)),
        ("4.6.673.0", "4.6.673.1", Some(false)),
        ("", "4.6.673.0", None),
        ("4.6.x.0", "4.6.673.0", None),
        ("1.2.3.4.5", "1.2.3.4", None),
    ] {
        assert_eq!(is_at_least(version, build), expected, "{version} and {build}");
    }
}

#[test]
fn the_command_line_of_powershell_is_always_the_same() {
    let arguments = arguments();
    assert_eq!(arguments[arguments.len() - 2], "-EncodedCommand");
    let bytes = STANDARD.decode(&arguments[arguments.len() - 1]).expect("it is Base64");
    let units: Vec<u16> =
        bytes.chunks_exact(2).map(|it| u16::from_le_bytes([it[0], it[1]])).collect();
    assert_eq!(String::from_utf16(&units).expect("it is UTF-16"), BOOTSTRAP);
    let length: usize = arguments.iter().map(|it| it.len() + 1).sum();
    assert!(length < 30_000, "CreateProcess takes 32,767 characters, and not {length}");
}

#[test]
fn the_document_is_ascii_on_one_line_and_says_everything() {
    let text_of_script = "param($Name)\r\n\"$Name – ok\"";
    let parameters: Vec<(String, Known)> = NASTY
        .iter()
        .enumerate()
        .map(|(index, it)| {
            (format!("P{index:02}"), if index % 2 == 0 { text(it) } else { secret(it) })
        })
        .collect();
    let parameters: Vec<(&str, Known)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    let script = script(text_of_script, &parameters);
    let document = document(&script, "m4rk");
    assert!(document.bytes().all(|it| (b' '..=b'~').contains(&it)), "{}", *document);
    let json: serde_json::Value = serde_json::from_str(&document).expect("it is JSON");
    assert_eq!(json["marker"], "m4rk");
    assert_eq!(json["needs"], "FIMAutomation");
    assert_eq!(json["text"], text_of_script);
    let mut values = BTreeMap::new();
    for kind in ["parameters", "secrets"] {
        for (name, value) in json[kind].as_object().expect("it is an object") {
            let is_secret = matches!(script.parameters[name], Known::Secret(_));
            assert_eq!(is_secret, kind == "secrets", "{name}");
            values.insert(name.clone(), value.as_str().expect("it is a text").to_owned());
        }
    }
    let expected: BTreeMap<String, String> =
        script.parameters.iter().map(|(name, it)| (name.clone(), it.expose().to_owned())).collect();
    assert_eq!(values, expected);
}

#[test]
fn the_answer_is_found_among_what_the_console_shows() {
    let script = script("", &[]);
    let stdout = format!("noise\r\nm4rk\r\n{}", reply(["done", "grün\nzwei", "", "", ""]));
    let output = answer(&script, "m4rk", stdout.as_bytes(), b"", Some(0));
    assert_eq!(output, Ok("grün\nzwei".to_owned()));
}

#[test]
fn a_missing_module_is_told_from_a_script_that_fails() {
    let script = script("", &[]);
    let missing = reply(["missing", "", "", "", ""]);
    let error = answer(&script, "m4rk", missing.as_bytes(), b"", Some(0)).unwrap_err();
    assert_eq!(error, MachineError::Module("FIMAutomation".to_owned()));
    let failed = reply(["failed", "", "Found 0 rules\r\ncalled X", "RuntimeException", "11"]);
    let error = answer(&script, "m4rk", failed.as_bytes(), b"", Some(0)).unwrap_err();
    let words = "Found 0 rules called X (line 11, error RuntimeException)";
    assert_eq!(error, MachineError::Script(words.to_owned()));
}

#[test]
fn an_end_without_an_answer_is_no_answer() {
    let script = script("", &[]);
    let half = reply(["done", "much", "", "", ""]);
    let unanswered: [&[u8]; 5] =
        [b"", b"m4rk:", b"other:ZG9uZQ==,,,,", b"m4rk:?,,,,", &half.as_bytes()[..12]];
    for stdout in unanswered {
        let error = answer(&script, "m4rk", stdout, b"\r\nfirst\r\nsecond", Some(3)).unwrap_err();
        let words = "Windows PowerShell: ended with exit code 3 and no answer: first";
        assert_eq!(error.to_string(), words);
    }
}

#[test]
fn no_answer_repeats_a_secret() {
    let script = script("", &[("Password", secret("hunter2"))]);
    for fields in
        [["done", "it is hunter2", "", "", ""], ["failed", "", "it is hunter2", "hunter2", "1"]]
    {
        let said = answer(&script, "m4rk", reply(fields).as_bytes(), b"", Some(0));
        let said = said.unwrap_or_else(|it| it.to_string());
        assert!(said.contains("it is ********") && !said.contains("hunter2"), "{said}");
    }
    let said = answer(&script, "m4rk", b"", b"cannot bind hunter2", None).unwrap_err().to_string();
    assert!(said.ends_with("cannot bind ********"), "{said}");
}

#[test]
fn the_bar_of_the_installer_is_told_in_tens() {
    let mut progress = Progress::default();
    let mut hear = |message: &str| {
        let message = match message.split_once(' ') {
            Some(("data", _)) => Message::Data,
            Some(("bar", text)) => Message::Progress(text.to_owned()),
            _ => Message::Action(message.to_owned()),
        };
        progress.hear(&message)
    };
    assert_eq!(hear("bar 1: 0 2: 200 3: 0 4: 0 "), None);
    assert_eq!(
        hear("Action 9:41:07: InstallFiles. Copying new files").as_deref(),
        Some("Copying new files, 0 %")
    );
    assert_eq!(hear("bar 1: 2 2: 10 3: 0 4: 0 "), None);
    assert_eq!(hear("bar 1: 2 2: 30 3: 0 4: 0 ").as_deref(), Some("Copying new files, 20 %"));
    assert_eq!(hear("bar 1: 1 2: 20 3: 1 4: 0 "), None);
    assert_eq!(hear("data x").as_deref(), Some("Copying new files, 30 %"));
    assert_eq!(hear("bar 1: 3 2: 100 3: 0 4: 0 ").as_deref(), Some("Copying new files, 20 %"));
    // A template is left out where there is none.
    assert_eq!(hear("Action 9:41:08: Record. ").as_deref(), Some("Record, 20 %"));
    assert_eq!(hear("bar 1: 2 2: 9000 3: 0 4: 0 ").as_deref(), Some("Record, 100 %"));
    assert_eq!(hear("bar 1: 0 2: 50 3: 1 4: 0 ").as_deref(), None);
    assert_eq!(hear("bar 1: 2 2: 25 3: 0 4: 0 ").as_deref(), Some("taking back: Record, 50 %"));
    for odd in [
        "bar ",
        "bar 1: x",
        "bar 9: 9 0: 1 -1: 2",
        "bar 1: 2",
        "bar 1: 2 2: -9223372036854775808",
        "",
    ] {
        drop(hear(odd));
    }
}

#[cfg(not(windows))]
#[test]
fn elsewhere_nothing_is_done_and_everything_is_unknown() {
    use mimeo::execute::machine::{Answer, Machine};
    use mimeo::execute::windows::{Windows, read_credential, write_credential};
    use mimeo::plan::op::{Question, Registry};

    let registry = Registry {
        hive: "HKEY_LOCAL_MACHINE".to_owned(),
        key: "SOFTWARE".to_owned(),
        name: "x".to_owned(),
        dword: 1,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("it can be built");
    runtime.block_on(async {
        for question in [Question::PendingReboot, Question::Registry(registry.clone())] {
            assert!(matches!(Windows.answer(&question).await, Answer::Unknown(_)));
        }
        let refused = [
            Windows.install(&installation(&[]), &mut |_| ()).await.map(drop).unwrap_err(),
            Windows.run(&script("", &[])).await.map(drop).unwrap_err(),
            Windows.set(&registry).await.unwrap_err(),
            Windows.make_folder("x").await.unwrap_err(),
            Windows.site("http://x").await.map(drop).unwrap_err(),
            Windows.read_log("x").await.map(drop).unwrap_err(),
            Windows.write_log("x", b"").await.unwrap_err(),
            read_credential("x").map(drop).unwrap_err(),
            write_credential("x", &SecretString::from("x")).unwrap_err(),
        ];
        for error in refused {
            assert!(matches!(error, MachineError::NotWindows(_)), "{error}");
        }
    });
}
