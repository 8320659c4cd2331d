//! The syntax of every PowerShell script that the program has: those of the plans, and its own.

use std::collections::BTreeMap;

use jiff::civil::date;
use mimeo::compile::{Inputs, compile};
use mimeo::plan::Undo;
use mimeo::plan::op::Op;
use mimeo::source::files::Disk;

use crate::support::{examples, files_below, root};

/// The places at which a script is no PowerShell.
fn mistakes(text: &str) -> Vec<String> {
    let mut parser = tree_sitter::Parser::new();
    parser.set_language(&tree_sitter_pwsh::LANGUAGE.into()).expect("the grammar fits");
    let tree = parser.parse(text, None).expect("it is parsed");
    let mut found = Vec::new();
    let mut rest = vec![tree.root_node()];
    while let Some(node) = rest.pop() {
        if node.is_error() || node.is_missing() {
            let line = node.start_position().row;
            found.push(format!(
                "line {}: {}",
                line + 1,
                text.lines().nth(line).unwrap_or_default()
            ));
        } else if node.has_error() {
            rest.extend((0..node.child_count()).filter_map(|it| node.child(it as u32)));
        }
    }
    found
}

#[test]
fn every_script_of_a_plan_is_powershell() {
    let mut scripts = BTreeMap::new();
    for example in examples() {
        let mut inputs = Inputs::new(&example.script, date(2026, 11, 23));
        inputs.values.push(example.values);
        let Some(plan) = compile(&Disk, &inputs).expect("the example can be read").plan else {
            continue;
        };
        for step in &plan.steps {
            let undo = match &step.undo {
                Undo::Ops(ops) | Undo::IfMade { ops, .. } => ops.as_slice(),
                Undo::Nothing | Undo::ByHand(_) => &[],
            };
            for op in step.ops.iter().chain(undo) {
                if let Op::PowerShell(it) = op {
                    scripts.insert(it.script.clone(), step.id.clone());
                }
            }
        }
    }
    assert!(scripts.len() >= 5, "{:?}", scripts.values());
    for (text, step) in scripts {
        assert_eq!(mistakes(&text), Vec::<String>::new(), "step {step}\n{text}");
    }
}

#[test]
fn every_script_in_the_source_is_powershell() {
    let all =
        files_below("src").into_iter().filter(|it| it.extension().is_some_and(|it| it == "ps1"));
    let all: Vec<_> = all.collect();
    assert!(all.len() >= 8, "{all:?}");
    for path in all {
        let text = std::fs::read_to_string(root().join(&path)).expect("it is there");
        assert_eq!(mistakes(&text), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn a_mistake_is_found() {
    for text in ["if ($a) {", "'it''s' + 'O'Brien'", "foreach $x in $y { }", "Get-Item |"] {
        assert!(!mistakes(text).is_empty(), "{text}");
    }
}
