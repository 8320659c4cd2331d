//! What `mimeo new` writes: from the answers to the wizard's questions, and for a template.

mod interview;
mod template;

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex};

use jiff::civil::{Date, date};
use mimeo::author::answers::Answers;
use mimeo::author::pair::Files;
use mimeo::author::question::{Kind, Question};
use mimeo::author::questions::QUESTIONS;
use mimeo::author::write::write;
use mimeo::compile::{Compiled, Inputs, compile};
use mimeo::diagnostic::Severity;
use mimeo::layout::{Language, format};
use mimeo::model::MailOption;
use mimeo::plan::op::{Literal, Value};
use mimeo::source::files::Memory;
use mimeo::subject::SUBJECTS;

use crate::support::{Chance, TODAY};

/// When Exchange Online still took Basic Authentication.
const EARLY: Date = date(2022, 6, 1);

fn compiled(files: &Files, as_of: Date) -> Compiled {
    let memory = Memory::new([("new.rhai", &*files.script), ("new.toml", &*files.values)]);
    let inputs = Inputs { values: vec!["new.toml".into()], ..Inputs::new("new.rhai", as_of) };
    compile(&memory, &inputs).expect("both files are in memory")
}

fn errors(compiled: &Compiled) -> Vec<String> {
    let errors = compiled.diagnostics.iter().filter(|it| it.severity() == Severity::Error);
    errors.map(|it| format!("{}: {}", it.code.name, it.message)).collect()
}

#[test]
fn an_option_of_the_guide_is_written_as_its_example() {
    for option in MailOption::ALL {
        let files = write(&Answers::of_option(option), "contoso");
        let letter = option.to_string().to_lowercase();
        let read =
            |ending| std::fs::read_to_string(format!("examples/option-{letter}.{ending}")).unwrap();
        let body = |text: &str| {
            let from = text.find("\nlet ").expect("there are parameters");
            // Basic Authentication is of the time of that build.
            let text = text[from..].replace("4.6.421.0", "4.6.673.0");
            text.replace(&format!(", option {option}"), "")
        };
        assert_eq!(body(&files.script), body(&read("rhai")), "option {option}");
        let told = files.values.replace("mailbox_app_secret.txt", "mailbox.txt");
        assert_eq!(told, read("toml"), "option {option}");
    }
}

/// The questions that were asked on the way to these answers.
fn asked(answers: &Answers) -> impl Iterator<Item = &'static Question> {
    QUESTIONS.iter().copied().filter(|it| (it.asked)(answers))
}

/// What is wrong with the files of answers: they check without error, are laid out, and plan what was answered.
fn wrong(answers: &Answers, as_of: Date) -> Vec<String> {
    wrong_in(answers, &compiled(&write(answers, "new"), as_of))
}

/// The same, of files that are compiled.
fn wrong_in(answers: &Answers, compiled: &Compiled) -> Vec<String> {
    let files = write(answers, "new");
    let mut wrong = errors(compiled);
    if format(Language::Script, &files.script).as_deref() != Ok(&*files.script) {
        wrong.push("the script is not laid out".to_owned());
    }
    if format(Language::Values, &files.values).as_deref() != Ok(&*files.values) {
        wrong.push("the values file is not laid out".to_owned());
    }
    let Some(plan) = &compiled.plan else { return wrong };
    for question in asked(answers) {
        let answer = answers.get(question.id);
        let Some(setting) = plan.setting(question.id) else {
            if !answer.is_empty() && FIELDS.contains(&question.id) {
                wrong.push(format!("nothing is planned for {}", question.id));
            }
            continue;
        };
        let label = |key: &str| {
            let entry = question.kind.entries().iter().find(|it| it.key == key);
            entry.map(|it| it.label.to_owned())
        };
        let is_same = match &setting.value {
            Value::Secret(_) => ["env", "file", "prompt", "credential"].contains(&&*answer),
            // The plan registers the application, and takes its secret from there.
            Value::Slot(_) => false,
            Value::Value(Literal::Flag(flag)) => answer == if *flag { "yes" } else { "no" },
            Value::Value(Literal::Number(number)) => answer == number.to_string(),
            Value::Value(Literal::Text(text)) => {
                *text == answer || label(&answer).as_ref() == Some(text) || is_told(question, text)
            }
            Value::Value(Literal::List(titles)) => {
                // A component below the service brings it along.
                answer.split(',').filter_map(label).all(|it| titles.contains(&it))
            }
        };
        if !is_same {
            wrong.push(format!("{} = {answer}, planned {:?}", question.id, setting.value));
        }
    }
    wrong
}

/// Fields that the plan tells in words of its own.
fn is_told(question: &Question, text: &str) -> bool {
    match question.id {
        "application.restriction" => text.contains("mailbox") || text.contains("members"),
        _ => false,
    }
}

/// The names of the plan's fields.
static FIELDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| SUBJECTS.iter().flat_map(|it| it.fields).map(|it| it.name).collect());

/// Judges many answers, on as many threads as there are processors.
fn each(all: &[Answers], judge: impl Fn(&Answers) -> Vec<String> + Sync) {
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let found: Vec<String> = std::thread::scope(|scope| {
        let judge = &judge;
        let part = |part: &'_ [Answers]| -> Vec<String> {
            let told = |it: &Answers| {
                judge(it)
                    .into_iter()
                    .map(|wrong| format!("{wrong}\n    {it:?}"))
                    .collect::<Vec<_>>()
            };
            part.iter().flat_map(told).collect()
        };
        let parts = all.chunks(all.len().div_ceil(threads).max(1));
        let running: Vec<_> = parts.map(|it| scope.spawn(move || part(it))).collect();
        running.into_iter().flat_map(|it| it.join().expect("it judges")).collect()
    });
    assert!(found.is_empty(), "{} of {}:\n{}", found.len(), all.len(), found.join("\n"));
}

/// The keys of a list, with their subsets if several can be chosen.
fn keys(question: &Question) -> Vec<String> {
    let entries = question.kind.entries();
    match question.kind {
        Kind::Text(_) | Kind::Optional(_) => Vec::new(),
        Kind::One(_) => entries.iter().map(|it| it.key.to_owned()).collect(),
        Kind::Several(_) => (1_usize..1 << entries.len())
            .map(|set| {
                let chosen = entries.iter().enumerate().filter(|(at, _)| set & (1 << at) != 0);
                chosen.map(|(_, it)| it.key).collect::<Vec<_>>().join(",")
            })
            .collect(),
    }
}

fn question(id: &str) -> &'static Question {
    QUESTIONS.iter().find(|it| it.id == id).expect("there is such a question")
}

/// The answers for these lists in every combination, with defaults for all else. What is not asked for after the answers
/// before is not answered, and what those bar is left out.
fn combinations(ids: &[&'static str]) -> Vec<Answers> {
    let mut all = vec![Vec::<(&str, String)>::new()];
    for id in ids {
        let keys = keys(question(id));
        all = all
            .iter()
            .flat_map(|before| {
                let with = |key: &String| {
                    let mut given = before.clone();
                    given.push((id, key.clone()));
                    given
                };
                keys.iter().map(with).collect::<Vec<_>>()
            })
            .collect();
    }
    let taken = |given: &Vec<(&'static str, String)>| {
        let mut answers = Answers::default();
        for (id, key) in given {
            if !(question(id).asked)(&answers) {
                continue;
            }
            let entry = question(id).kind.entries().iter().find(|it| it.key == key);
            if entry.is_some_and(|it| (it.barred)(&answers).is_some()) {
                return None;
            }
            answers.give(id, key.clone());
        }
        Some(answers)
    };
    let mut distinct: Vec<Answers> = Vec::new();
    for answers in all.iter().filter_map(taken) {
        if !distinct.contains(&answers) {
            distinct.push(answers);
        }
    }
    distinct
}

/// Whether mail and account go together on a day, by the table of options.
fn fits(answers: &Answers, as_of: Date) -> bool {
    let basic = answers.is("mail.authentication", "basic");
    let known = |it: &MailOption| {
        let option = Answers::of_option(*it);
        let server = answers.get("mail.server");
        let none = server == "none";
        server.split('_').next() == Some(&option.get("mail.server"))
            && (none || answers.get("mail.authentication") == option.get("mail.authentication"))
            && answers.get("account.managed") == option.get("account.managed")
    };
    MailOption::ALL.iter().any(known) && !(basic && as_of == TODAY)
}

#[test]
fn every_option_in_every_cloud_and_edition_is_what_was_answered_or_refused() {
    let mail = ["mail.server", "mail.authentication", "account.managed"];
    let all = ["license.edition", "cloud.environment", "mail.server", "cloud.government"];
    for (lists, as_of, alive) in [
        (&mail[..], EARLY, "A B C D E F G H I"),
        (&[&all[..], &mail[1..]].concat(), TODAY, "A C D E F H I"),
    ] {
        let options = Mutex::new(BTreeSet::new());
        each(&combinations(lists), |answers| {
            let compiled = compiled(&write(answers, "new"), as_of);
            if !fits(answers, as_of) {
                let dead = compiled.has_errors();
                return if dead { Vec::new() } else { vec!["it is not refused".to_owned()] };
            }
            options.lock().unwrap().extend(compiled.deployment.option().map(|it| it.to_string()));
            wrong_in(answers, &compiled)
        });
        let options: Vec<_> = options.into_inner().unwrap().into_iter().collect();
        assert_eq!(options.join(" "), alive);
    }
}

#[test]
fn every_set_of_components_is_what_was_answered() {
    let all = combinations(&["license.edition", "installer.components"]);
    // Every set in both editions: none of them excludes another.
    assert_eq!(all.len(), 2 * 63);
    each(&all, |it| wrong(it, TODAY));
}

#[test]
fn every_way_of_the_mailbox_application_is_what_was_answered_or_refused() {
    let lists = [
        "cloud.environment",
        "mail.server",
        "mail.application",
        "application.restriction",
        "mail.client_secret",
    ];
    let mut all = combinations(&lists);
    all.retain(Answers::is_office365);
    assert_eq!(all.len(), 4 * (4 + 3 * 4));
    each(&all, |answers| {
        let compiled = compiled(&write(answers, "new"), TODAY);
        // A new client secret has to be kept where it can be written.
        let source = answers.get("mail.client_secret");
        let read_only = matches!(&*source, "env" | "prompt");
        if read_only && answers.is("mail.application", "register") {
            let codes = compiled.diagnostics.iter().map(|it| it.code.name);
            let told = codes.filter(|it| *it == "application-secret-source").count() == 1;
            return if told { Vec::new() } else { vec!["it is not refused".to_owned()] };
        }
        wrong_in(answers, &compiled)
    });
}

#[test]
fn lists_answered_by_chance_are_what_was_answered() {
    // What goes together of these is tested in every combination.
    let usual =
        ["mail.authentication", "mail.client_secret", "installer.form", "installer.license_terms"];
    let mut chance = Chance(20_261_123);
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for _ in 0..150 {
        let mut answers = Answers::default();
        for question in QUESTIONS.iter().filter(|it| !usual.contains(&it.id)) {
            let keys = keys(question);
            if keys.is_empty() || !(question.asked)(&answers) {
                continue;
            }
            let key = &keys[chance.below(keys.len())];
            let entries = question.kind.entries().iter();
            let mut chosen = entries.filter(|it| key.split(',').any(|key| key == it.key));
            // SMTP takes no managed account, and a rule is of the MIM Service.
            let refused = match question.id {
                "account.managed" => key == "yes" && answers.is("mail.server", "smtp"),
                "after" => key.contains("enable_rule") && !answers.installs("service"),
                _ => false,
            };
            if !refused && chosen.all(|it| (it.barred)(&answers).is_none()) {
                answers.give(question.id, key.clone());
                seen.extend(key.split(',').map(|it| (question.id, it.to_owned())));
            }
        }
        all.push(answers);
    }
    each(&all, |it| wrong(it, TODAY));
    for question in QUESTIONS.iter().filter(|it| !usual.contains(&it.id)) {
        for entry in question.kind.entries() {
            let entry = (question.id, entry.key.to_owned());
            assert!(seen.contains(&entry), "{entry:?}");
        }
    }
}

#[test]
fn a_question_is_that_of_the_plans_field() {
    let mut ids = BTreeSet::new();
    for question in QUESTIONS.iter() {
        // The tenant is asked for where the cloud is chosen, on page 3 or 8.
        assert!(ids.insert(question.id) || question.id == "cloud.tenant", "{}", question.id);
        assert!(!question.label.is_empty() && question.help.ends_with('.'), "{}", question.id);
        let mut fields = SUBJECTS.iter().flat_map(|it| it.fields);
        let Some(field) = fields.find(|it| it.name == question.id) else { continue };
        if let Some(page) = field.page {
            assert_eq!(question.page, Some(page), "{}", question.id);
            let label = field.label.to_lowercase();
            let own = question.label.to_lowercase();
            let end = label.trim_start_matches("portal is ");
            assert!(own.ends_with(end), "{}: {own} and {label}", question.id);
        }
    }
    let pages: Vec<u8> = QUESTIONS.iter().filter_map(|it| it.page).collect();
    let mut sorted = pages.clone();
    sorted.sort_unstable();
    assert_eq!(pages, sorted, "the questions stand in the order of the pages");
}
