//! The explanation of every code, run: what it says reports is reported, what it says is the cure is not.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mimeo::compile::catalogue;
use mimeo::diagnostic::{Code, Severity};
use mimeo::subject::SUBJECTS;

use crate::support::{Project, TODAY, contents, drawn};

/// A fenced block of an explanation.
struct Block {
    language: String,
    reports: bool,
    as_of: Date,
    text: String,
}

fn blocks(doc: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for line in doc.lines() {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if let Some(fence) = line.strip_prefix("```") {
            open = !open;
            if open {
                let mut words = fence.split(',');
                let language = words.next().unwrap_or_default().to_owned();
                let words: Vec<_> = words.collect();
                let day = words.iter().find_map(|it| it.parse().ok());
                let as_of: Date = day.unwrap_or(TODAY);
                let reports = words.contains(&"reports");
                blocks.push(Block { language, reports, as_of, text: String::new() });
            }
        } else if open && let Some(block) = blocks.last_mut() {
            block.text.push_str(line);
            block.text.push('\n');
        }
    }
    blocks
}

fn project(block: &Block) -> Project {
    let values: Vec<_> =
        block.text.lines().filter_map(|it| it.strip_prefix("// values: ")).collect();
    let project = match block.language.as_str() {
        "toml" => Project::new("").values(&block.text),
        _ if !values.is_empty() => Project::new(&block.text).values(&values.join("\n")),
        _ => Project::new(&block.text),
    };
    let package = block.text.lines().find_map(|it| it.strip_prefix("// package: "));
    let project = match package {
        Some(words) => project.package(contents(words)),
        None => project,
    };
    project.on(block.as_of)
}

/// Codes that no script can provoke by itself: they need files or sizes.
const WITHOUT_EXAMPLE: &[&str] = &["import-cycle", "script-size"];

#[test]
fn every_example_does_what_it_says() {
    let mut wrong = Vec::new();
    for code in catalogue() {
        for block in
            blocks(code.doc).iter().filter(|it| matches!(it.language.as_str(), "rhai" | "toml"))
        {
            let compiled = project(block).compile();
            let found = compiled.diagnostics.iter().any(|it| it.code.name == code.name);
            if found != block.reports {
                let what =
                    if block.reports { "is not reported by" } else { "is reported by the cure" };
                wrong.push(format!("{} {what}:\n{}{}", code.name, block.text, drawn(&compiled)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n----\n"));
}

#[test]
fn every_code_has_an_example_and_a_cure() {
    let lacking: Vec<_> = catalogue()
        .into_iter()
        .filter(|it| !WITHOUT_EXAMPLE.contains(&it.name))
        .filter(|it| {
            let blocks = blocks(it.doc);
            let cured = blocks.iter().any(|block| !block.reports);
            !blocks.iter().any(|block| block.reports) || it.severity == Severity::Error && !cured
        })
        .map(|it| it.name)
        .collect();
    assert!(lacking.is_empty(), "no example: {lacking:?}");
}

#[test]
fn names_are_unique_and_say_whose_they_are() {
    let mut seen = BTreeSet::new();
    for code in catalogue() {
        assert!(seen.insert(code.name), "two codes are called {}", code.name);
        let kebab =
            code.name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-');
        assert!(kebab && code.name.contains('-'), "{} is not kebab case", code.name);
        let first = code.doc.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
        assert!(first.len() > 20, "{} has no explanation", code.name);
    }
    for subject in SUBJECTS {
        for check in subject.checks {
            let prefix = format!("{}-", subject.name);
            assert!(
                check.code.name.starts_with(&prefix),
                "{} is not a code of {}",
                check.code.name,
                subject.name
            );
        }
    }
}

/// The face of every finding, one file for each code, to be read as prose.
#[test]
fn the_gallery() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for code in catalogue() {
            let faces: Vec<_> =
                blocks(code.doc).iter().filter(|it| it.reports).map(|it| face(code, it)).collect();
            if !faces.is_empty() {
                insta::assert_snapshot!(format!("explain__{}", code.name), faces.join("\n"));
            }
        }
    });
}

fn face(code: &Code, block: &Block) -> String {
    let mut compiled = project(block).compile();
    compiled.diagnostics.retain(|it| it.code.name == code.name);
    drawn(&compiled)
}

/// Every host function's documentation shows a call, and its examples have no error of the language.
#[test]
fn every_host_function_is_documented_with_an_example_that_runs() {
    let mut wrong = Vec::new();
    for row in mimeo::compile::registry().rows() {
        if row.doc.trim().len() < 20 {
            wrong.push(format!("{} has no documentation", row.path()));
        }
        for block in blocks(row.doc) {
            let compiled = project(&block).compile();
            let language = compiled.diagnostics.iter().filter(|it| {
                let name = it.code.name;
                it.severity() == Severity::Error
                    && (name.starts_with("script-") || name.starts_with("value-"))
            });
            for it in language {
                wrong.push(format!("{}: {}: {}", row.path(), it.code.name, it.message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
