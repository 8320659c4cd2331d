//! The command line, as its user meets it: what is printed where, and the exit codes.

mod docs;
mod doctor;
mod layout;
mod new;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::root;

/// A folder with files, in which the program runs.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file");
        }
        Folder(folder)
    }

    fn run(&self, args: &[&str]) -> Run {
        run(self.0.path(), args)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).expect("it is there")
    }
}

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.args(args).current_dir(folder).env("COLUMNS", "100").env("LANG", "C.UTF-8");
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("MIMEO_") || name == "NO_COLOR" || name == "CLICOLOR_FORCE" {
            command.env_remove(&*name);
        }
    }
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
    Run { code: status.code().expect("it ends by itself"), out: text(stdout), err: text(stderr) }
}

/// A deployment that needs nothing else: the reset portal alone, quietly.
const GOOD: &str = r#"
license::volume();
installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms().log_to(`c:\miminstall\log.txt`);
portal::password_reset(param::host("host", "Host of the portal"))
    .pool_account(`contoso\mimpool$`)
    .service_address("mim.contoso.com")
    .intranet();
"#;
const VALUES: &[u8] = b"host = \"pwreset.contoso.com\"\n";

fn good() -> Folder {
    Folder::new(&[("main.rhai", GOOD.as_bytes()), ("contoso.toml", VALUES)])
}

#[test]
fn exit_codes_tell_what_happened() {
    let folder = Folder::new(&[
        ("main.rhai", GOOD.as_bytes()),
        ("contoso.toml", VALUES),
        ("latin.toml", b"host = \"\xE9\""),
        ("broken.rhai", b"let x = ;"),
        ("warns.rhai", GOOD.replace(".intranet()", "").as_bytes()),
        ("plan.json", b"{"),
    ]);
    let given = ["--values", "contoso.toml"];
    let codes: Vec<(Vec<&str>, i32)> = vec![
        (vec!["check", "main.rhai", given[0], given[1]], 0),
        (vec!["check", "main.rhai"], 1),
        (vec!["check", "broken.rhai"], 1),
        (vec!["check", "warns.rhai", given[0], given[1]], 0),
        (vec!["check", "warns.rhai", given[0], given[1], "--deny", "warnings"], 1),
        (vec!["check", "nowhere.rhai"], 2),
        (vec!["check", "."], 2),
        (vec!["check", "main.rhai", "--values", "nowhere.toml"], 2),
        (vec!["check", "main.rhai", "--values", "latin.toml"], 2),
        (vec!["check", "main.rhai", "--set", "host"], 2),
        (vec!["check", "main.rhai", "--as-of", "tomorrow"], 2),
        (vec!["check"], 2),
        (vec!["frobnicate"], 2),
        (vec!["--help"], 0),
        (vec!["--version"], 0),
        (vec!["explain", "nothing-known"], 2),
        (vec!["plan", "plan.json"], 2),
        (vec!["plan", "nowhere.json"], 2),
        (vec!["why", "main.rhai", "reset.hots", given[0], given[1]], 2),
    ];
    for (args, code) in codes {
        let run = folder.run(&args);
        assert_eq!(run.code, code, "{args:?}\n{}\n{}", run.out, run.err);
        if args.len() > 1 {
            let help = folder.run(&[args[0], "--help"]).out;
            let row = format!("\n{code:>5}  ");
            assert!(help.contains(&row), "{args:?} ends with {code}, which its help does not say");
        }
        if code == 2 {
            assert!(run.out.is_empty() && run.err.contains("error"), "{args:?}: {}", run.err);
        }
    }
}

#[test]
fn check_prints_findings_to_standard_output() {
    let run = good().run(&["check", "main.rhai", "--set", "host=pw reset"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error[value-host]") && run.out.contains("--set host"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'), "no colours where there is no terminal");
    let run = good().run(&["check", "main.rhai", "--set", "host=pw reset", "--color", "always"]);
    assert!(run.out.contains('\u{1b}'));
}

#[test]
fn every_output_format_tells_the_same_finding() {
    let folder = good();
    for format in ["full", "concise", "json", "sarif", "github", "plain"] {
        let run = folder.run(&["check", "main.rhai", "--output-format", format]);
        assert_eq!(run.code, 1, "{format}");
        assert!(
            run.out.contains("values-missing") && run.out.contains("main.rhai"),
            "{format}: {}",
            run.out
        );
        if matches!(format, "json" | "sarif") {
            serde_json::from_str::<serde_json::Value>(&run.out).expect("it is JSON");
        }
    }
}

#[test]
fn a_plan_is_saved_shown_asked_and_compared() {
    let folder = good();
    let made = folder.run(&[
        "plan",
        "main.rhai",
        "--values",
        "contoso.toml",
        "--as-of",
        "2026-11-23",
        "--out",
        "a.json",
    ]);
    assert_eq!(made.code, 0, "{}", made.err);
    let again = folder.run(&[
        "plan",
        "main.rhai",
        "--values",
        "contoso.toml",
        "--as-of",
        "2026-11-23",
        "--out",
        "b.json",
    ]);
    assert_eq!(again.code, 0);
    assert_eq!(folder.read("a.json"), folder.read("b.json"), "the same inputs give the same bytes");
    for view in
        ["table", "json", "wizard", "command", "markdown", "html", "rights", "mermaid", "dot"]
    {
        let shown = folder.run(&["plan", "a.json", "--view", view]);
        assert_eq!(shown.code, 0, "{view}: {}", shown.err);
        assert!(!shown.out.trim().is_empty(), "{view}");
        let direct = folder.run(&[
            "plan",
            "main.rhai",
            "--values",
            "contoso.toml",
            "--as-of",
            "2026-11-23",
            "--view",
            view,
        ]);
        assert_eq!(shown.out, direct.out, "{view}");
    }
    let why = folder.run(&["why", "a.json", "reset.host"]);
    assert!(
        why.out.contains("contoso.toml:1:9") && why.out.contains("RESET_HOSTNAME"),
        "{}",
        why.out
    );
    let why = folder.run(&["why", "main.rhai", "RESET_PORT", "--values", "contoso.toml"]);
    assert!(why.out.contains("nobody said it"), "{}", why.out);
    let same = folder.run(&["diff", "a.json", "b.json", "--exit-code"]);
    assert_eq!(same.code, 0, "{}", same.out);
    let other = folder.run(&[
        "plan",
        "main.rhai",
        "--set",
        "host=reset.contoso.com",
        "--as-of",
        "2026-11-23",
        "--out",
        "c.json",
    ]);
    assert_eq!(other.code, 0);
    let differs = folder.run(&["diff", "a.json", "c.json", "--exit-code"]);
    assert_eq!(differs.code, 3);
    assert!(
        differs.out.contains("reset.host") && differs.out.contains("reset.contoso.com"),
        "{}",
        differs.out
    );
}

#[test]
fn an_altered_plan_is_refused() {
    let folder = good();
    folder.run(&["plan", "main.rhai", "--values", "contoso.toml", "--out", "a.json"]);
    let text = folder.read("a.json").replace("pwreset.contoso.com", "evil.contoso.com");
    std::fs::write(folder.0.path().join("a.json"), text).expect("a file");
    let run = folder.run(&["plan", "a.json"]);
    assert_eq!(run.code, 6, "{}", run.err);
    assert!(run.err.contains("altered"), "{}", run.err);
}

#[test]
fn a_plan_with_errors_is_not_made() {
    let folder = good();
    let run = folder.run(&["plan", "main.rhai", "--out", "a.json"]);
    assert_eq!(run.code, 1);
    assert!(run.out.is_empty() && run.err.contains("values-missing"), "{}", run.err);
    assert!(!folder.0.path().join("a.json").exists());
}

#[test]
fn fix_makes_the_sure_edits() {
    let script =
        GOOD.replace(".pool_account", ".pool_acount").replace("license::volume", "license::volum");
    let folder = Folder::new(&[
        ("main.rhai", script.as_bytes()),
        ("contoso.toml", b"hots = \"pwreset.contoso.com\"\n"),
    ]);
    let run = folder.run(&["check", "main.rhai", "--values", "contoso.toml", "--fix"]);
    assert_eq!(run.code, 0, "{}\n{}", run.out, run.err);
    assert_eq!(folder.read("main.rhai"), GOOD);
    assert_eq!(folder.read("contoso.toml"), "host = \"pwreset.contoso.com\"\n");
}

#[test]
fn nothing_that_was_read_is_written_over() {
    let folder = good();
    for (out, text) in [("main.rhai", GOOD), ("contoso.toml", "host = \"pwreset.contoso.com\"\n")] {
        let run = folder.run(&["plan", "main.rhai", "--values", "contoso.toml", "--out", out]);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains("is an input of this plan"), "{}", run.err);
        assert_eq!(folder.read(out), text);
    }
    let run = folder.run(&["check", "contoso.toml", "--fix"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("is a values file, not a script"), "{}", run.err);
    assert_eq!(folder.read("contoso.toml"), "host = \"pwreset.contoso.com\"\n");
}

#[cfg(unix)]
#[test]
fn a_file_that_is_mended_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new(&[
        ("main.rhai", GOOD.as_bytes()),
        ("contoso.toml", b"hots = \"pwreset.contoso.com\"\n"),
    ]);
    let path = folder.0.path().join("contoso.toml");
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(&path, mode(0o600)).expect("it is ours");
    let run = folder.run(&["check", "main.rhai", "--values", "contoso.toml", "--fix"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert_eq!(folder.read("contoso.toml"), "host = \"pwreset.contoso.com\"\n");
    let about = std::fs::metadata(&path).expect("it is there");
    assert_eq!(about.permissions().mode() & 0o777, 0o600);
    let link = folder.0.path().join("link.json");
    std::os::unix::fs::symlink(folder.0.path().join("plan.json"), &link).expect("a link");
    std::fs::write(folder.0.path().join("plan.json"), "").expect("a file");
    folder.run(&["plan", "main.rhai", "--values", "contoso.toml", "--out", "link.json"]);
    assert!(link.is_symlink() && folder.read("plan.json").starts_with('{'));
}

#[test]
fn the_environment_gives_parameters() {
    let folder = good();
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.args(["check", "main.rhai"]).current_dir(folder.0.path());
    let output =
        command.env("MIMEO_PARAM_HOST", "pwreset.contoso.com").output().expect("it starts");
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn every_code_is_explained() {
    let folder = Folder::new(&[]);
    let list = folder.run(&["explain", "--json"]);
    let list: serde_json::Value = serde_json::from_str(&list.out).expect("it is JSON");
    let codes: Vec<&str> =
        list.as_array().expect("a list").iter().filter_map(|it| it["code"].as_str()).collect();
    assert!(codes.len() > 60, "{} codes", codes.len());
    let text = folder.run(&["explain", "mail-smtp-managed-account"]);
    assert!(text.out.starts_with("mail-smtp-managed-account (error): "), "{}", text.out);
    assert!(!text.out.contains(",reports"), "what is for the tests is not shown: {}", text.out);
    let near = folder.run(&["explain", "mail-smtp-managed-acount"]);
    assert!(near.err.contains("did you mean `mail-smtp-managed-account`?"), "{}", near.err);
}

/// The help of every command, as a snapshot: the reference of the command line.
#[test]
fn help_is_the_reference() {
    let folder = Folder::new(&[]);
    let mut text = folder.run(&["--help"]).out;
    for command in [
        "check",
        "plan",
        "watch",
        "why",
        "diff",
        "doctor",
        "preflight",
        "rehearse",
        "apply",
        "resume",
        "status",
        "undo",
        "rotate",
        "installer",
        "installer log",
        "explain",
        "docs",
        "schema",
        "fmt",
        "completions",
        "man",
    ] {
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        text.push_str(&format!("\n==== mimeo {command} --help\n\n{}", folder.run(&words).out));
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("cli-help", text));
}

/// The README has every exit code and every command, and no other.
#[test]
fn the_readme_lists_what_there_is() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("it is there");
    let from = readme.find("- Exit codes: ").expect("they are listed") + "- Exit codes: ".len();
    let list = readme[from..].split("\n- ").next().expect("it ends").replace('\n', " ");
    let numbers: Vec<u8> = list
        .split(" · ")
        .map(|it| {
            it.split_whitespace().next().and_then(|it| it.parse::<u8>().ok()).expect("a number")
        })
        .collect();
    let all: Vec<u8> = mimeo::cli::ExitStatus::ALL.iter().map(|it| *it as u8).collect();
    assert_eq!(numbers, all, "{list}");
    let help = run(root(), &["--help"]).out;
    let commands = help.split("Commands:").nth(1).and_then(|it| it.split("Options:").next());
    for line in commands.expect("there are commands").lines() {
        // A command stands two columns in; the rest of its line may be broken.
        let Some(name) = line.strip_prefix("  ").filter(|it| !it.starts_with(' ')) else {
            continue;
        };
        let name = name.split_whitespace().next().expect("a name");
        let known =
            readme.contains(&format!("mimeo {name}")) || readme.contains(&format!("`{name}`"));
        assert!(known || name == "help", "the README does not know `{name}`");
    }
}

/// What a command can end with stands in its long help, from the one table.
#[test]
fn every_exit_code_is_in_the_help_of_a_command() {
    let mut seen = std::collections::BTreeSet::new();
    for (command, codes) in [
        ("check", &[0, 1, 2, 70][..]),
        ("watch", &[0, 1, 2, 70, 130]),
        ("diff", &[0, 2, 3, 6, 70]),
        ("preflight", &[0, 1, 2, 4, 6, 12, 70]),
        ("resume", &[0, 1, 2, 6, 7, 8, 9, 10, 11, 12, 70, 130]),
        ("undo", &[0, 1, 2, 6, 7, 8, 9, 11, 12, 70, 130]),
    ] {
        let help = run(root(), &[command, "--help"]).out;
        let table = help.split("Exit codes:\n").nth(1).expect("there is a table");
        let listed: Vec<u8> = table
            .lines()
            .map(|it| {
                it.split_whitespace().next().and_then(|it| it.parse::<u8>().ok()).expect("a code")
            })
            .collect();
        assert_eq!(listed, codes, "{command}");
        seen.extend(listed);
        let brief = run(root(), &[command, "-h"]).out;
        assert!(!brief.contains("Exit codes"), "{command}");
    }
    let all = mimeo::cli::ExitStatus::ALL.iter().map(|it| *it as u8).collect();
    assert_eq!(seen, all);
}

/// The README's commands work as they stand there, and the picture of a finding is a real one.
#[test]
fn the_readme_shows_what_happens() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("it is there");
    assert!(readme.contains(
        "cargo run --release -- rehearse examples/register-application.rhai --values examples/register-application.toml"
    ));
    assert!(readme.contains("cargo test"));
    let picture =
        std::fs::read_to_string(root().join("tests/it/snapshots/scenario__08-two-files.snap"));
    let picture = picture.expect("it is there");
    let picture = picture.splitn(3, "---\n").nth(2).expect("it has a head").trim_start();
    let report = picture.split("\n\n").next().expect("it has a report");
    assert!(readme.contains(report), "the README's picture is not what is drawn");
    let run = run(
        root(),
        &[
            "plan",
            "examples/contoso.rhai",
            "--values",
            "examples/contoso.toml",
            "--as-of",
            "2026-11-23",
        ],
    );
    assert_eq!(run.code, 0, "{}", run.err);
    for path in readme
        .split(['(', ')', ' ', '`', '\n', ']', '['])
        .filter(|it| it.starts_with("examples/") || it.starts_with("src/"))
    {
        let path: PathBuf = root().join(path.trim_end_matches(['.', ',']));
        assert!(path.exists(), "README names {}", path.display());
    }
}

#[test]
fn an_installation_is_imported_to_be_looked_at_or_into_files() {
    let folder = Folder::new(&[("install.cmd", b"msiexec /x product.msi /qn\r\nmsiexec /i \"D:\\MIM\\Service and Portal.msi\" /qn /l*v \"c:\\miminstall\\log.txt\" ACCEPT_EULA=1 ADDLOCAL=ResetPortal RESET_ACCOUNT=contoso\\mimpool RESET_ACCOUNT_PASSWORD=Gehe1mnis RESET_HOSTNAME=pwreset.contoso.com RESET_SERVERNAME=mim.contoso.com IS_RESET_EXTRANET=None\r\n")]);
    let shown = folder.run(&["import", "command", "--file", "install.cmd"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(
        shown.out.contains("portal::password_reset(")
            && shown.out.contains("# ---- imported.toml ----")
    );
    assert!(
        shown.err.contains("warning[import-password]")
            && !shown.out.contains("Gehe1m")
            && !shown.err.contains("Gehe1m")
    );
    let args = [
        "import",
        "command",
        "--file",
        "install.cmd",
        "--out",
        "made",
        "--name",
        "contoso",
        "--build",
        "4.6.34.0",
    ];
    let made = folder.run(&args);
    assert_eq!((made.code, made.out.as_str()), (0, ""), "{}", made.err);
    assert!(made.err.contains("wrote"), "{}", made.err);
    let again = folder.run(&args);
    assert!(again.code == 2 && again.err.contains("is there already"), "{}", again.err);
    let forced: Vec<&str> = args.into_iter().chain(["--force"]).collect();
    assert_eq!(folder.run(&forced).code, 0);
    let plan = folder.run(&[
        "plan",
        "made/contoso.rhai",
        "--values",
        "made/contoso.toml",
        "--view",
        "command",
    ]);
    assert!(
        plan.code == 0
            && plan.out.contains("/quiet")
            && plan.out.contains("{secret:reset_password}"),
        "{}{}",
        plan.out,
        plan.err
    );
    let codes: Vec<(Vec<&str>, i32)> = vec![
        (vec!["import", "command", "msiexec /i D:\\x.msi ADDLOCAL=ResetPortal"], 1),
        (vec!["import", "command", "/i D:\\x.msi"], 2),
        (vec!["import", "command", ""], 2),
        (vec!["import", "command"], 2),
        (vec!["import"], 2),
        (vec!["import", "command", "--file", "nowhere.cmd"], 2),
        (vec!["import", "command", "--file", "."], 2),
        (vec!["import", "command", "--file", "install.cmd", "--from", "config"], 2),
        (vec!["import", "command", "--file", "install.cmd", "--name", "../x"], 2),
        (vec!["import", "command", "--file", "install.cmd", "--build", "new"], 2),
        (vec!["import", "command", "--file", "install.cmd", "--deny", "warnings"], 1),
        (vec!["explain", "import-swallowed"], 0),
    ];
    for (args, code) in codes {
        let run = folder.run(&args);
        assert_eq!(run.code, code, "{args:?}\n{}\n{}", run.out, run.err);
    }
}
