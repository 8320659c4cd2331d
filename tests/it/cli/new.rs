//! `mimeo new`, where nobody sits at the terminal; with somebody there, `.ci/new` drives it.

use super::Folder;

fn names(folder: &Folder) -> Vec<String> {
    let all = std::fs::read_dir(folder.0.path()).expect("it is there");
    let mut names: Vec<_> =
        all.map(|it| it.expect("it is there").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn questions_need_somebody_to_answer_them() {
    let folder = Folder::new(&[]);
    let run = folder.run(&["new"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("nobody is at the terminal") && run.err.contains("--option H"));
    assert!(names(&folder).is_empty());
}

#[test]
fn an_option_is_written_and_checks_without_error() {
    let folder = Folder::new(&[]);
    let run = folder.run(&["new", "--option", "h", "--as-of", "2026-11-23"]);
    assert_eq!((run.code, &*run.out), (0, ""), "{}", run.err);
    insta::assert_snapshot!("new__option-h", run.err);
    assert_eq!(names(&folder), ["contoso.rhai", "contoso.toml"]);
    let check = ["check", "contoso.rhai", "--values", "contoso.toml", "--as-of", "2026-11-23"];
    assert_eq!(folder.run(&check).code, 0);
    assert_eq!(folder.run(&["fmt", "--check", "."]).code, 0);
    // Nothing is written over, also if it is only one of the two.
    let script = folder.read("contoso.rhai");
    std::fs::remove_file(folder.0.path().join("contoso.rhai")).unwrap();
    let again = ["new", "--option", "A", "--as-of", "2026-11-23"];
    let run = folder.run(&again);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("contoso.toml is there already"), "{}", run.err);
    assert_eq!(names(&folder), ["contoso.toml"]);
    assert_eq!(folder.run(&[&again[..], &["--force"]].concat()).code, 0);
    assert_ne!(folder.read("contoso.rhai"), script);
    // Elsewhere, by the name of either file or without an ending.
    for out in ["a/one.rhai", "a/two.toml", "a/three", "a/four.v2"] {
        let run = folder.run(&[&again[..], &["--out", out]].concat());
        assert_eq!(run.code, 0, "{}", run.err);
    }
    for name in ["one", "two", "three", "four.v2"] {
        assert!(folder.read(&format!("a/{name}.rhai")).contains("Option A"), "{name}");
        assert!(folder.read(&format!("a/{name}.toml")).contains("mail_server"), "{name}");
    }
    assert_eq!(folder.run(&[&again[..], &["--out", "a"]].concat()).code, 2, "it is a folder");
    assert_eq!(folder.run(&["new", "--option", "Z"]).code, 2);
}

#[test]
fn both_files_are_written_or_none() {
    let folder = Folder::new(&[("contoso.rhai", b"old")]);
    // A folder in the place of the values file cannot be written over.
    std::fs::create_dir(folder.0.path().join("contoso.toml")).unwrap();
    let run = folder.run(&["new", "--option", "A", "--force"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert_eq!(folder.read("contoso.rhai"), "old");
    assert_eq!(names(&folder), ["contoso.rhai", "contoso.toml"]);
}

#[test]
fn a_dead_option_is_refused_with_its_date() {
    let folder = Folder::new(&[]);
    let mut told = String::new();
    for (option, as_of) in [("B", "2026-11-23"), ("G", "2026-11-23"), ("H", "2027-04-01")] {
        let run = folder.run(&["new", "--option", option, "--as-of", as_of]);
        assert_eq!(run.code, 1, "{}", run.err);
        told += &run.err;
    }
    insta::assert_snapshot!("new__dead-options", told);
    assert!(names(&folder).is_empty());
    // On a day when it worked it is written.
    assert_eq!(folder.run(&["new", "--option", "B", "--as-of", "2022-06-01"]).code, 0);
}

#[test]
fn a_template_gets_its_values_file() {
    let template = b"service::address(param::host(\"server\", \"The server\"));\n";
    let folder = Folder::new(&[("template.rhai", template), ("broken.rhai", b"let = ;")]);
    let run = folder.run(&["new", "--from", "template.rhai", "--out", "customers/fabrikam.toml"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let text = folder.read("customers/fabrikam.toml");
    assert!(text.contains("# server = \"\""), "{text}");
    assert_eq!(folder.run(&["new", "--from", "template.rhai"]).code, 0, "beside the template");
    let again = folder.run(&["new", "--from", "template.rhai"]);
    assert!(again.code == 2 && again.err.contains("template.toml is there already"));
    // The command to check it is told as it has to be typed.
    let rooted = ["new", "--from", "template.rhai", "--root", ".", "--out", "my values.toml"];
    let run = folder.run(&rooted);
    let check = "mimeo check template.rhai --values \"my values.toml\" --root .";
    assert!(run.err.contains(check) && folder.read("my values.toml").contains(check));
    // What is wrong with a template is told, and nothing is written.
    let broken = folder.run(&["new", "--from", "broken.rhai"]);
    assert!(broken.code == 1 && broken.err.contains("broken.rhai"), "{}", broken.err);
    for (args, says) in [
        (vec!["--from", "missing.rhai"], "missing.rhai"),
        (vec!["--from", "template.toml"], "is a values file"),
        (vec!["--from", "template.rhai", "--out", "a.rhai"], "not the name of a values file"),
        (vec!["--from", "template.rhai", "--option", "A"], "cannot be used with"),
        (vec!["--root", "."], "--from"),
    ] {
        let run = folder.run(&[vec!["new"], args].concat());
        assert!(run.code == 2 && run.err.contains(says), "{says}: {}", run.err);
    }
    assert_eq!(
        names(&folder),
        ["broken.rhai", "customers", "my values.toml", "template.rhai", "template.toml"]
    );
}
