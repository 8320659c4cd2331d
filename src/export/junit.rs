//! Test reports in JUnit's XML, which build servers show. The form is the one that they agree on:
//! <https://github.com/testmoapp/junitxml>.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// A test case.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is a case of.
    pub class: &'a str,
    /// The file that stands for it.
    pub file: Option<&'a str>,
    /// How it came out.
    pub outcome: Outcome<'a>,
}

/// How a case came out.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// As it should, without a word.
    Passed,
    /// As it should, with these words.
    Told(&'a str),
    /// Not as it should.
    Failed {
        /// In a few words.
        message: &'a str,
        /// The kind of failure.
        kind: &'a str,
        /// At length.
        told: &'a str,
    },
    /// It could not be judged; why.
    Broken(&'a str),
}

impl Case<'_> {
    /// The case as an element, with its line end.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut case = BytesStart::new("testcase");
        case.push_attribute(("name", lawful(self.name).as_str()));
        case.push_attribute(("classname", lawful(self.class).as_str()));
        if let Some(file) = self.file {
            case.push_attribute(("file", lawful(file).as_str()));
        }
        let (name, facts, text): (_, &[(&str, &str)], _) = match self.outcome {
            Outcome::Passed => return written(&[Event::Empty(case)]) + "\n",
            Outcome::Told(told) => ("system-out", &[], told),
            Outcome::Failed { message, kind, told } => {
                ("failure", &[("message", message), ("type", kind)], told)
            }
            Outcome::Broken(why) => ("error", &[("message", why), ("type", "failed")], why),
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
}

/// The whole report around the cases: how many there are, how many failed, and how many could not be judged.
#[must_use]
pub fn report(suite: &str, cases: &str, [tests, failures, errors]: [usize; 3]) -> String {
    let mut element = BytesStart::new("testsuite");
    element.push_attribute(("name", suite));
    let counts = [("tests", tests), ("failures", failures), ("errors", errors)];
    for (name, count) in counts {
        element.push_attribute((name, count.to_string().as_str()));
    }
    let open = written(&[
        Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)),
        Event::Start(BytesStart::new("testsuites")),
        Event::Start(element),
    ]);
    let close =
        written(&[Event::End(BytesEnd::new("testsuite")), Event::End(BytesEnd::new("testsuites"))]);
    format!("{open}\n{cases}{close}\n")
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
