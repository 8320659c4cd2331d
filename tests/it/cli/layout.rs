//! `mimeo fmt`, and what shells and manuals are told of the command line.

use std::io::Write;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::{Folder, Run};

const UNTIDY: &str = "license::volume( );\n\n\nlet x=1;  // one\n";
const TIDY: &str = "license::volume();\n\nlet x = 1; // one\n";

fn folder() -> Folder {
    let folder = Folder::new(&[
        ("untidy.rhai", UNTIDY.as_bytes()),
        ("tidy.rhai", TIDY.as_bytes()),
        ("untidy.toml", b"host=\"a.contoso.com\"  \n"),
        ("broken.rhai", b"let x = ;\n"),
        ("broken.toml", b"host = \"a\n"),
        ("other.txt", b"x=1"),
    ]);
    std::fs::create_dir(folder.0.path().join("lib")).expect("a folder");
    std::fs::write(folder.0.path().join("lib/untidy.rhai"), "f( 1 )").expect("a file");
    std::fs::write(folder.0.path().join("lib/broken.rhai"), "f( 1 ").expect("a file");
    folder
}

/// Runs the program with something on its standard input.
fn run_with(args: &[&str], input: &str) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mimeo"));
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = |it: Vec<u8>| String::from_utf8(it).expect("the program writes UTF-8");
    let code = output.status.code().expect("it ends by itself");
    Run { code, out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn files_are_laid_out_where_they_are() {
    let folder = folder();
    let run = folder.run(&["fmt", "untidy.rhai", "tidy.rhai", "untidy.toml"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""));
    assert_snapshot!(run.err, @r#"
2 files laid out, 1 file in order
"#);
    assert_eq!(folder.read("untidy.rhai"), TIDY);
    assert_eq!(folder.read("untidy.toml"), "host = \"a.contoso.com\"\n");
    let again = folder.run(&["fmt", "--check", "untidy.rhai", "tidy.rhai", "untidy.toml"]);
    assert_eq!(again.code, 0, "{}", again.err);
}

#[test]
fn a_folder_is_checked_with_all_that_is_in_it() {
    let folder = folder();
    let run = folder.run(&["fmt", "--check", "."]);
    assert_eq!(run.code, 1);
    assert_snapshot!(run.out, @r#"
lib/untidy.rhai
untidy.rhai
untidy.toml
"#);
    assert_snapshot!(run.err, @r#"
error[script-syntax]: missing value behind `=`
   ╭─[broken.rhai:1:8]
 1 │ let x = ;
   ·        ▲
   ╰────

1 error
for the rule behind a finding: mimeo explain script-syntax
error[values-syntax]: the text of `host` is not closed by `"`
   ╭─[broken.toml:1:8]
 1 │ host = "a
   ·        ─┬
   ·         ╰── expected `"` at its end
   ╰─ rule: https://toml.io/en/v1.1.0 (seen 2026-11-23)
  help: write `"` after its last letter
  fix to review: close it with `"`

1 error
for the rule behind a finding: mimeo explain values-syntax
error[script-syntax]: `(` is not closed
   ╭─[lib/broken.rhai:1:2]
 1 │ f( 1
   ·  ┬
   ·  ╰── opened here
   ╰────
  help: close it with `)`
  fix: insert `)`

1 error; `mimeo check --fix` mends 1
for the rule behind a finding: mimeo explain script-syntax
3 files would change, 1 file in order, 3 files with errors left alone
"#);
    assert_eq!(folder.read("untidy.rhai"), UNTIDY, "nothing is written");
}

#[test]
fn a_difference_is_shown_and_not_made() {
    let folder = folder();
    let run = folder.run(&["fmt", "--diff", "untidy.rhai", "tidy.rhai"]);
    assert_eq!(run.code, 0);
    assert_snapshot!(run.out, @r#"
--- untidy.rhai
+++ untidy.rhai
@@ -1,4 +1,3 @@
-license::volume( );
-
+license::volume();
 
-let x=1;  // one
+let x = 1; // one
"#);
    let run = folder.run(&["fmt", "--diff", "--check", "untidy.rhai"]);
    assert_eq!(run.code, 1);
    assert_eq!(folder.read("untidy.rhai"), UNTIDY, "nothing is written");
}

#[test]
fn a_difference_shows_no_secret() {
    let text = b"[secrets]\nservice=\"Passw0rd-123\"\n";
    let folder = Folder::new(&[("values.toml", text)]);
    let run = folder.run(&["fmt", "--diff", "values.toml"]);
    assert!(run.out.contains("+service = ") && !run.out.contains("Passw0rd"), "{}", run.out);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let run = run_with(&["fmt", "-"], UNTIDY);
    assert_eq!((run.code, run.out.as_str()), (0, TIDY));
    let run = run_with(&["fmt", "-", "--language", "toml"], "a=1");
    assert_eq!((run.code, run.out.as_str()), (0, "a = 1\n"));
    let run = run_with(&["fmt", "-", "--check"], UNTIDY);
    assert_eq!((run.code, run.out.as_str()), (1, "standard-input.rhai\n"));
    let run = run_with(&["fmt", "-"], "let x = ;");
    assert_eq!((run.code, run.out.as_str()), (1, ""));
    assert!(run.err.contains("error[script-syntax]"), "{}", run.err);
}

#[test]
fn what_is_no_script_is_refused_before_anything_is_written() {
    let folder = folder();
    for wrong in ["other.txt", "nowhere.rhai", "."] {
        let args = ["fmt", "untidy.rhai", wrong];
        let run = if wrong == "." {
            let empty = Folder::new(&[("other.txt", b"")]);
            empty.run(&["fmt", "."])
        } else {
            folder.run(&args)
        };
        assert_eq!(run.code, 2, "{}", run.err);
        assert_eq!(folder.read("untidy.rhai"), UNTIDY);
    }
}

#[test]
fn every_shell_is_told_every_command() {
    let folder = Folder::new(&[]);
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let run = folder.run(&["completions", shell]);
        assert_eq!(run.code, 0, "{}", run.err);
        for word in ["preflight", "--output-format", "inspect", "--values"] {
            assert!(run.out.contains(word.trim_start_matches('-')), "{shell}: {word}");
        }
    }
    let zsh = folder.run(&["completions", "zsh"]).out;
    assert!(zsh.contains(r#":FILE.toml:_files -g "*.toml"'"#), "values files are offered");
    assert_eq!(folder.run(&["completions", "cmd"]).code, 2);
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = Folder::new(&[]);
    let run = folder.run(&["man", "--out", "pages/man1"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let main = folder.read("pages/man1/mimeo.1");
    assert!(main.contains("mimeo\\-check(1)") && main.contains(".TH mimeo 1"), "{main}");
    for page in ["mimeo-check.1", "mimeo-installer-log.1", "mimeo-rotate.1"] {
        assert!(folder.read(&format!("pages/man1/{page}")).contains("Exit codes"), "{page}");
    }
}
