//! `mimeo docs` and `mimeo schema` of a script.

use super::{Folder, GOOD, VALUES, good};

const LIBRARY: &str = "//! House rules.\n\n/// Says it.\nfn say(it) { print(it); }\n";

#[test]
fn the_manual_comes_in_the_form_that_is_asked_for() {
    let folder = good();
    let text = folder.run(&["docs", "main.rhai"]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(
        text.out.contains("Host Name (reset.host), page 23") && text.err.is_empty(),
        "{}",
        text.out
    );
    let json = folder.run(&["docs", "main.rhai", "--format", "json"]).out;
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["parameters"][0]["name"], "host");
    for (out, start) in [
        ("main.html", "<!doctype html>"),
        ("main.md", "# main.rhai"),
        ("manual", "# main.rhai"),
        ("main.json", "{\n  \"kind\": \"template\""),
        ("main.txt", "main.rhai"),
    ] {
        let run = folder.run(&["docs", "main.rhai", "--out", out]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        assert!(folder.read(out).starts_with(start), "{out}");
    }
    let coloured = folder.run(&["docs", "std/options.c", "--color", "always"]).out;
    assert!(coloured.contains("\u{1b}[1;36m"), "{coloured}");
}

#[test]
fn what_cannot_be_shown_is_told() {
    let folder = Folder::new(&[
        ("main.rhai", GOOD.as_bytes()),
        ("contoso.toml", VALUES),
        ("latin.rhai", b"// \xE9"),
        ("empty.rhai", b""),
        ("broken.rhai", b"let a = param::host(\"a\", \"A\");\nlet x = ;"),
        ("ring.rhai", b"import \"ring\" as ring;"),
        ("lost.rhai", b"import \"nowhere\" as nowhere;\nsql::database(param::host(\"a\", \"A\"));"),
        ("wrong.toml", b"hots = \"x\"\n"),
        ("torn.toml", b"host = \n"),
        ("house.rhai", LIBRARY.as_bytes()),
        ("other", b"sql::database(param::host(\"a\", \"A\"));"),
        ("plan.json", b"{}"),
    ]);
    let codes: Vec<(Vec<&str>, i32, &str)> = vec![
        (vec!["docs"], 0, ""),
        (vec!["docs", "house.rhai"], 0, ""),
        (vec!["docs", "empty.rhai"], 0, ""),
        (vec!["docs", "other"], 0, ""),
        (vec!["docs", "main.rhai", "--values", "contoso.toml", "--values", "contoso.toml"], 0, ""),
        (vec!["docs", "broken.rhai"], 1, "error[script-syntax]"),
        (vec!["docs", "ring.rhai"], 1, "error[import-cycle]"),
        (vec!["docs", "lost.rhai"], 1, "error[import-unreadable]"),
        (vec!["docs", "main.rhai", "--values", "wrong.toml"], 1, "error[values-unknown]"),
        (vec!["docs", "main.rhai", "--values", "torn.toml"], 1, "error[values-syntax]"),
        (vec!["docs", "main.rhai", "--values", "nowhere.toml"], 2, "cannot be read"),
        (vec!["docs", "nowhere.rhai"], 2, "there is no such file"),
        (vec!["docs", "lib/nowhere"], 2, "there is no such file"),
        (vec!["docs", "latin.rhai"], 2, "not UTF-8"),
        (vec!["docs", "contoso.toml"], 2, "is a values file, not a script"),
        (vec!["docs", "plan.json"], 2, "is a plan, not a script"),
        (vec!["docs", "."], 2, "a folder"),
        (vec!["docs", "std/optoins"], 2, "did you mean `std/options`?"),
        (vec!["docs", "optons"], 2, "`mimeo docs` lists what there is"),
        (vec!["docs", "mail", "--values", "contoso.toml"], 2, "belong to a script"),
        (vec!["docs", "main.rhai", "--out", "main.rhai"], 2, "is an input"),
        (vec!["docs", "main.rhai", "--out", "house.rhai"], 2, "is an input"),
        (vec!["docs", "main.rhai", "--out", "contoso.toml"], 2, "is an input"),
        (vec!["docs", "main.rhai", "--format", "pdf"], 2, "invalid value"),
        (vec!["docs", "main.rhai", "--root", "nowhere"], 2, "the root"),
        (vec!["schema", "main.rhai"], 0, ""),
        (vec!["schema", "main.rhai", "--whole"], 0, ""),
        (vec!["schema", "broken.rhai"], 1, "error[script-syntax]"),
        (vec!["schema", "contoso.toml"], 2, "is a values file, not a script"),
        (vec!["schema", "nowhere.rhai"], 2, "there is no such file"),
        (vec!["schema", "main.rhai", "--plan"], 2, "cannot be used with"),
        (vec!["schema", "--plan", "--whole"], 2, "belong to a script"),
        (vec!["schema", "--docs"], 0, ""),
        (vec!["schema"], 2, "required"),
    ];
    for (args, code, words) in codes {
        let run = folder.run(&args);
        assert_eq!(run.code, code, "{args:?}\n{}\n{}", run.out, run.err);
        assert!(
            run.err.contains(words) && (code == 2) == run.out.is_empty(),
            "{args:?}\n{}",
            run.err
        );
        // Where there are findings, what can be told is told beside them.
        assert_eq!(code == 1, run.err.contains("error["), "{args:?}\n{}", run.err);
    }
    let broken = folder.run(&["docs", "broken.rhai"]);
    assert!(broken.out.contains("  a  required"), "{}", broken.out);
    assert_eq!(folder.read("main.rhai"), GOOD);
    let none = folder.run(&["docs", "empty.rhai"]).out;
    assert!(none.contains("There are none"), "{none}");
    let house = folder.run(&["docs", "house.rhai"]).out;
    assert!(house.contains("house::say(it)") && !house.contains("There are none"), "{house}");
}
