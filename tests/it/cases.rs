//! Every script below `tests/cases`, with marks where findings are expected.
//!
//! `//~ code` at the end of a line expects a finding whose place begins on it. The first lines may say
//! `// values: key = "x"` (a line of the values file, which may bear a mark too), `// as-of: 2026-11-23`, and
//! `// allow: code code` for findings that are beside the point. Hints count only where they are marked.

use std::collections::BTreeSet;
use std::path::Path;

use mimeo::compile::catalogue;

use crate::support::{Project, files_below, is_grave, root};

/// What a file expects: values, day, and marks by source and line.
struct Case {
    project: Project,
    marks: BTreeSet<(String, u32, String)>,
    allowed: Vec<String>,
}

fn read(path: &Path) -> Case {
    let text = std::fs::read_to_string(path).expect("it is text");
    let mut values = String::new();
    let mut project_day = None;
    let mut marks = BTreeSet::new();
    let mut allowed = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let (code, wanted) =
            line.split_once("//~").map_or((line, ""), |(code, marks)| (code, marks));
        let (source, at) = if let Some(value) = code.strip_prefix("// values:") {
            values.push_str(value.trim());
            values.push('\n');
            ("values.toml", values.lines().count() as u32)
        } else {
            if let Some(day) = code.strip_prefix("// as-of:") {
                project_day = Some(day.trim().parse().expect("a day"));
            }
            if let Some(names) = code.strip_prefix("// allow:") {
                allowed.extend(names.split_whitespace().map(ToOwned::to_owned));
            }
            ("main.rhai", index as u32 + 1)
        };
        for name in wanted.split_whitespace() {
            marks.insert((source.to_owned(), at, name.to_owned()));
        }
    }
    let mut project = Project::new(&text);
    if !values.is_empty() {
        project = project.values(&values);
    }
    if let Some(day) = project_day {
        project = project.on(day);
    }
    Case { project, marks, allowed }
}

#[test]
fn findings_are_where_the_marks_are() {
    let known: BTreeSet<_> = catalogue().iter().map(|it| it.name).collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for path in files_below("tests/cases") {
        let subject = path.parent().and_then(Path::file_name).unwrap_or_default();
        if subject == "syntax" || path.extension().is_none_or(|it| it != "rhai") {
            continue;
        }
        count += 1;
        let case = read(&path);
        let name = path.strip_prefix(root()).expect("it lies below").display().to_string();
        for code in case.marks.iter().map(|it| &it.2).chain(&case.allowed) {
            assert!(known.contains(code.as_str()), "{name} names an unknown code `{code}`");
        }
        let compiled = case.project.compile();
        let marked = |code: &str| case.marks.iter().any(|it| it.2 == code);
        let found: BTreeSet<_> = compiled
            .diagnostics
            .iter()
            .filter(|it| is_grave(it.severity()) || marked(it.code.name))
            .filter(|it| !case.allowed.iter().any(|name| name == it.code.name))
            .map(|it| {
                let source = compiled.sources.get(it.primary.source);
                let line = source.spot(it.primary.start).line;
                (source.name.clone(), line, it.code.name.to_owned())
            })
            .collect();
        for (file, line, code) in found.difference(&case.marks) {
            wrong.push(format!("{name}: {file}:{line} reports {code}, which is not marked"));
        }
        for (file, line, code) in case.marks.difference(&found) {
            wrong.push(format!("{name}: {file}:{line} does not report {code}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(count > 50, "only {count} cases were found");
}
