//! The answer as a test report: JUnit's XML, which build servers show, a test case for each customer.
//!
//! Errors, and warnings that are denied, are failures; what could not be read or written is an error. All findings stand in
//! the text of the case, a line each. The form is the one that build servers agree on:
//! <https://github.com/testmoapp/junitxml>.

use std::path::Path;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::cli::ExitStatus;
use crate::cli::batch::customers::Customer;
use crate::cli::check::FindingArgs;
use crate::compile::Compiled;
use crate::render::{Style, many, summary};

/// The case of a customer who was looked at.
pub(super) fn case(
    customer: &Customer,
    script: &Path,
    compiled: &Compiled,
    findings: &FindingArgs,
    style: &Style,
) -> String {
    let piece = |it| many::piece(&compiled.sources, it, &customer.name, style);
    let told: String = compiled.diagnostics.iter().map(piece).collect();
    let failed = findings.status(compiled) != ExitStatus::Clean;
    let inside = match compiled.diagnostics.iter().min_by_key(|it| it.severity()) {
        None => Vec::new(),
        Some(gravest) if failed => {
            let summary = summary(&compiled.diagnostics);
            vec![("failure", vec![("message", summary), ("type", gravest.code.name.to_owned())])]
        }
        Some(_) => vec![("system-out", Vec::new())],
    };
    element(customer, script, inside.first().map(|(name, facts)| (*name, facts.as_slice())), &told)
}

/// The case of a customer for whom something could not be read or written.
pub(super) fn broken(customer: &Customer, script: &Path, problem: &str) -> String {
    let facts = [("message", problem.to_owned()), ("type", "failed".to_owned())];
    element(customer, script, Some(("error", &facts)), problem)
}

/// The whole report around the cases: how many there are, how many failed, and how many could not be judged.
pub(super) fn report(cases: &str, [tests, failures, errors]: [usize; 3]) -> String {
    let mut suite = BytesStart::new("testsuite");
    suite.push_attribute(("name", "mimeo batch"));
    let counts = [("tests", tests), ("failures", failures), ("errors", errors)];
    for (name, count) in counts {
        suite.push_attribute((name, count.to_string().as_str()));
    }
    let open = written(&[
        Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)),
        Event::Start(BytesStart::new("testsuites")),
        Event::Start(suite),
    ]);
    let close =
        written(&[Event::End(BytesEnd::new("testsuite")), Event::End(BytesEnd::new("testsuites"))]);
    format!("{open}\n{cases}{close}\n")
}

fn element(
    customer: &Customer,
    script: &Path,
    inside: Option<(&str, &[(&str, String)])>,
    text: &str,
) -> String {
    let mut case = BytesStart::new("testcase");
    case.push_attribute(("name", lawful(&customer.name).as_str()));
    case.push_attribute(("classname", lawful(&script.display().to_string()).as_str()));
    if let Some(values) = customer.values.last() {
        case.push_attribute(("file", lawful(&values.display().to_string()).as_str()));
    }
    let Some((name, facts)) = inside else {
        return written(&[Event::Empty(case)]) + "\n";
    };
    let mut start = BytesStart::new(name);
    for (fact, value) in facts {
        start.push_attribute((*fact, lawful(value).as_str()));
    }
    let text = lawful(text);
    written(&[
        Event::Start(case),
        Event::Start(start),
        Event::Text(BytesText::new(&text)),
        Event::End(BytesEnd::new(name)),
        Event::End(BytesEnd::new("testcase")),
    ]) + "\n"
}

fn written(events: &[Event<'_>]) -> String {
    let mut writer = Writer::new(Vec::new());
    for event in events {
        writer.write_event(event.borrow()).expect("memory can be written to");
    }
    String::from_utf8(writer.into_inner()).expect("texts stay texts")
}

/// The text without the characters that XML 1.0 has no form for.
fn lawful(text: &str) -> String {
    let is_lawful = |it: char| {
        matches!(it, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
            || it > '\u{FFFF}'
    };
    text.chars().map(|it| if is_lawful(it) { it } else { '\u{FFFD}' }).collect()
}
