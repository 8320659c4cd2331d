//! Tests of templates: what a script of tests expects, held against what its template becomes.
//!
//! [`read`] runs a script of tests, which only declares cases. [`judge::judge`] compiles the template for one case and tells
//! what is not as expected; nothing is known of it but the files that the case names, so that it gives the same result on
//! every machine. [`coverage`] tells which parts of a template the cases came by.

pub mod coverage;
pub mod judge;
mod probe;

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

use crate::code;
use crate::compile;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::Declared;
use crate::model::format::{Format, Text};
use crate::plan::op::Literal;
use crate::script::import::Library;
use crate::script::known::Known;
use crate::script::limits::{self, Stop};
use crate::script::param::sounds_secret;
use crate::script::registry::{FnSpec, Registry};
use crate::script::suite::{self, Case, Expectation, Suite};
use crate::script::values::{Unreadable, Values};
use crate::script::{self, Program, folder, print};
use crate::source::files::Files;
use crate::source::{SourceKind, Sources, Span};

code! {
    /// A field of the plan has another value than the case expects, or is not in the plan at all. The finding shows where the
    /// value comes from.
    ///
    /// ```test,reports
    /// test::that("the database").values("contoso.toml").expect("database.name", "MIMService");
    /// ```
    ///
    /// Correct the template, or, if the plan is right, the case:
    ///
    /// ```test
    /// test::that("the database").values("contoso.toml").expect("database.name", "FIMService");
    /// ```
    TEST_FIELD: Error = "test-field", "field of the plan that is not as expected";

    /// The plan has a step that the case does not want, or lacks one that it wants.
    ///
    /// ```test,reports
    /// test::that("nothing is installed").values("contoso.toml").expect_no_step("install");
    /// ```
    ///
    /// ```test
    /// test::that("the package is installed").values("contoso.toml").expect_step("install");
    /// ```
    TEST_STEP: Error = "test-step", "step of the plan that is not as expected";

    /// The case expects a finding that is not there, or is at another place.
    ///
    /// ```test,reports
    /// test::that("nothing is wrong").values("contoso.toml").expect_finding("mail-smtp-managed-account");
    /// ```
    ///
    /// ```test
    /// test::that("an account needs its domain")
    ///     .values("contoso.toml")
    ///     .set("account", "svcMIMService")
    ///     .expect_finding("value-account", "--set account");
    /// ```
    TEST_FINDING: Error = "test-finding", "expected finding that is not there";

    /// There is an error that the case does not expect, so there is no plan; or a warning, and the case expects none.
    ///
    /// ```test,reports
    /// test::that("a plan").values("contoso.toml").set("account", "svcMIMService");
    /// ```
    ///
    /// Where the error is what the template owes to such values, expect it:
    ///
    /// ```test
    /// test::that("an account needs its domain")
    ///     .values("contoso.toml")
    ///     .set("account", "svcMIMService")
    ///     .expect_finding("value-account");
    /// ```
    TEST_UNEXPECTED: Error = "test-unexpected", "finding that the case does not expect";

    /// The plan is not the one of the file. Where a value comes from, and what the files look like that it was made from, plays
    /// no part. Look at each difference; if all are meant, `mimeo test --update` writes the file.
    ///
    /// ```test,reports
    /// test::that("the plan").values("contoso.toml").expect_plan("plans/contoso.plan.json");
    /// ```
    ///
    /// ```test
    /// test::that("the plan").values("contoso.toml").expect("database.name", "FIMService");
    /// ```
    TEST_PLAN: Error = "test-plan", "plan that is not the one of the file";

    /// A test names a code, a field or a step that does not exist anywhere. A case that expects something not to be there would
    /// pass for ever.
    ///
    /// ```test,reports
    /// test::that("no portal").values("contoso.toml").expect_no("registraton.port");
    /// ```
    ///
    /// ```test
    /// test::that("no portal").values("contoso.toml").expect_no("registration.port");
    /// ```
    TEST_NAME: Error = "test-name", "name that nothing has";

    /// A file that a test names cannot be read.
    ///
    /// ```test,reports
    /// test::that("Fabrikam").values("fabrikam.toml");
    /// ```
    ///
    /// ```test
    /// test::that("Contoso").values("contoso.toml");
    /// ```
    TEST_UNREADABLE: Error = "test-unreadable", "file of a test that cannot be read";

    /// A test names a file outside the root: tests are handed on together with their templates, read nothing else of the
    /// machine, and write nowhere else.
    ///
    /// ```test,reports
    /// test::that("Contoso").values("/customers/contoso.toml");
    /// ```
    ///
    /// Put it below the root, or name a root that holds both with `--root`:
    ///
    /// ```test
    /// test::that("Contoso").values("contoso.toml");
    /// ```
    TEST_OUTSIDE: Error = "test-outside", "file of a test outside the root";

    /// A day is not one of the calendar.
    ///
    /// ```test,reports
    /// test::that("in spring").values("contoso.toml").as_of("31.3.2027");
    /// ```
    ///
    /// ```test
    /// test::that("in spring").values("contoso.toml").as_of("2027-03-31");
    /// ```
    TEST_DAY: Error = "test-day", "day that is none";

    /// A script of tests without a case tests nothing.
    ///
    /// ```test,reports
    /// test::template("template.rhai");
    /// ```
    ///
    /// ```test
    /// test::that("Contoso has a plan").values("contoso.toml");
    /// ```
    TEST_NONE: Error = "test-none", "tests without a case";

    /// Two cases have the same title, so that a report cannot tell them apart.
    ///
    /// ```test,reports
    /// test::that("Contoso").values("contoso.toml");
    /// test::that("Contoso").values("contoso.toml").expect_step("install");
    /// ```
    ///
    /// ```test
    /// test::that("Contoso has a plan").values("contoso.toml");
    /// test::that("Contoso is installed").values("contoso.toml").expect_step("install");
    /// ```
    TEST_TITLE: Warning = "test-title", "two cases with one title"
}

/// The codes of tests.
pub fn catalogue() -> impl Iterator<Item = &'static Code> {
    CODES.iter().copied()
}

static CODES: &[&Code] = &[
    &TEST_FIELD,
    &TEST_STEP,
    &TEST_FINDING,
    &TEST_UNEXPECTED,
    &TEST_PLAN,
    &TEST_NAME,
    &TEST_UNREADABLE,
    &TEST_OUTSIDE,
    &TEST_DAY,
    &TEST_NONE,
    &TEST_TITLE,
];

/// How the name of a script of tests ends.
pub const ENDING: &str = ".test.rhai";

/// Whether a file is a script of tests, by its name.
#[must_use]
pub fn is_tests(path: &Path) -> bool {
    path.file_name().is_some_and(|it| it.to_string_lossy().ends_with(ENDING))
}

/// The functions of a script of tests.
#[must_use]
pub fn registry() -> Registry {
    static TABLES: LazyLock<Vec<&'static [FnSpec]>> =
        LazyLock::new(|| vec![suite::FUNCTIONS, print::FUNCTIONS]);
    Registry { tables: &TABLES, most_calls: limits::TEST_CALLS }
}

/// A script of tests that was read, with its template.
#[derive(Debug)]
pub struct Trial {
    /// The script of tests.
    pub path: PathBuf,
    /// The template, as far as it can be told.
    pub template: PathBuf,
    /// Its texts and those of the template.
    pub sources: Sources,
    /// What it declares.
    pub suite: Suite,
    /// What is wrong with it, and with the template whatever the values.
    pub diagnostics: Vec<Diagnostic>,
    /// The template; nothing if it cannot be run, which is among the findings.
    pub program: Option<Arc<Program>>,
}

/// What all cases are given.
#[derive(Clone, Debug)]
pub struct Given {
    /// The folder that tests may not leave.
    pub root: PathBuf,
    /// The folder that imports of templates may not leave; each template's own if none is given.
    pub imports: Option<PathBuf>,
}

/// Runs a script of tests and reads its template.
pub fn read(files: &(dyn Files + Sync), path: &Path, given: &Given) -> Result<Trial, Unreadable> {
    script::on_deep_stack(|| {
        let registry = registry();
        let (root, library) = (Some(given.root.as_path()), Library::Embedded);
        let known = &mut Known::default();
        let program = script::load(files, path, root, library, registry, known)?;
        let program = Arc::new(program);
        let sources = program.sources.clone();
        let run = script::run(
            &program,
            registry,
            &Values::default(),
            sources,
            Vec::new(),
            &Stop::default(),
        );
        let mut trial = Trial {
            path: path.to_path_buf(),
            template: beside(path),
            sources: run.sources,
            suite: run.suite,
            diagnostics: run.diagnostics,
            program: None,
        };
        let start =
            trial.sources.iter().next().map(|(id, _)| Span { source: id, start: 0, end: 0 });
        let start = start.expect("the script of tests was read");
        trial.look_at_titles(start);
        trial.load(files, given, start);
        trial.cover_secrets(&program);
        compile::sort(&mut trial.diagnostics);
        Ok(trial)
    })
}

/// The template that a script of tests is about if it names none.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(ENDING).unwrap_or(&name);
    path.with_file_name(format!("{stem}.rhai"))
}

impl Trial {
    /// A script of tests that cannot be read, with the finding that says so.
    #[must_use]
    pub fn unreadable(path: &Path, error: &Unreadable) -> Self {
        let mut sources = Sources::default();
        let name = path.display().to_string();
        let source = sources.add_absent(SourceKind::Script, name, []);
        let start = Span { source, start: 0, end: 0 };
        let mut diagnostic = Diagnostic::new(&TEST_UNREADABLE, start, error.to_string());
        diagnostic.help("name a text file that is saved as UTF-8");
        Trial {
            path: path.to_path_buf(),
            template: beside(path),
            sources,
            suite: Suite::default(),
            diagnostics: vec![diagnostic],
            program: None,
        }
    }

    /// Whether there is an error in it or in its template, so that its cases say nothing.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        self.has_errors() || self.program.is_none()
    }

    fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|it| it.severity() == Severity::Error)
    }

    /// Covers what stands where only a secret's name belongs, so that no finding shows it, whatever case it is about.
    fn cover_secrets(&mut self, tests: &Program) {
        let contract = self.program.as_ref().map(|it| &it.contract);
        let is_name = |it: &str| contract.is_some_and(|contract| contract.names(it));
        let is_parameter =
            |it: &str| contract.is_some_and(|all| all.parameters.iter().any(|one| one.name == it));
        let mut written = Vec::new();
        for case in &self.suite.cases {
            let settings = case.settings.iter().filter(|(name, _)| {
                let name = name.text();
                is_name(&name) || (sounds_secret(&name) && !is_parameter(&name))
            });
            written.extend(settings.map(|(_, value)| &value.origin));
            for expectation in &case.expectations {
                if let Expectation::Field(name, Declared { value: Literal::Text(text), origin }) =
                    expectation
                    && sounds_secret(&name.value.text())
                    && !is_name(text)
                {
                    written.push(origin);
                }
            }
        }
        for origin in written {
            for span in tests.literals_within(origin.at).into_iter().chain([origin.blame()]) {
                self.sources.veil(span);
            }
        }
    }

    fn look_at_titles(&mut self, start: Span) {
        let clean = self.diagnostics.is_empty();
        let cases = &self.suite.cases;
        if cases.is_empty() && clean {
            let mut diagnostic = Diagnostic::new(&TEST_NONE, start, "the file has no case");
            diagnostic
                .help("write one: `test::that(\"Contoso has a plan\").values(\"contoso.toml\");`");
            self.diagnostics.push(diagnostic);
        }
        for (index, case) in cases.iter().enumerate() {
            let Some(title) = &case.title else { continue };
            let like = |it: &&Case| it.title.as_ref() == Some(title);
            if let Some(first) = cases[..index].iter().find(like) {
                let message = format!("a second case is called `{title}`");
                let mut diagnostic = Diagnostic::about(&TEST_TITLE, &case.origin, message);
                diagnostic.relate(first.origin.call, "the first one");
                diagnostic.help("say what tells it from the other");
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn load(&mut self, files: &dyn Files, given: &Given, start: Span) {
        let said = self.suite.template.clone();
        if let Some(path) = &said {
            match inside(files, &self.path, path, given) {
                Ok(found) => self.template = found,
                Err(diagnostic) => {
                    self.diagnostics.push(*diagnostic);
                    return;
                }
            }
        }
        match compile::load(files, &self.template, given.imports.as_deref()) {
            Ok(program) if program.runnable => self.program = Some(Arc::new(program)),
            Ok(program) => {
                let by = self.sources.append(program.sources);
                let found = program.diagnostics.into_iter().map(|it| it.moved(by));
                self.diagnostics.extend(found);
            }
            // What could not be read of the tests may well have named another.
            Err(_) if said.is_none() && self.has_errors() => {}
            Err(error) => {
                let at = said.map_or(start, |it| it.origin.blame());
                let message = format!("the template cannot be read: {}", error.error);
                let mut diagnostic = Diagnostic::new(&TEST_UNREADABLE, at, message);
                diagnostic.label(format!(
                    "`{}`",
                    crate::plan::visible(&error.path.display().to_string())
                ));
                diagnostic.help("name it, relative to this file: `test::template(\"…\")`");
                self.diagnostics.push(diagnostic);
            }
        }
    }
}

/// The file that a test names, if it lies below the root.
fn inside(
    files: &dyn Files,
    tests: &Path,
    said: &Declared<Text>,
    given: &Given,
) -> Result<PathBuf, Box<Diagnostic>> {
    let path = folder(tests).join(said.value.text());
    // A plan that is not written yet lies in what is there of its folders.
    let there = path.ancestors().find_map(|it| Some((files.canonical(it).ok()?, it)));
    let root = files.canonical(&given.root).unwrap_or_else(|_| given.root.clone());
    let is_inside = there.is_some_and(|(real, known)| {
        let mut rest = path.strip_prefix(known).into_iter().flat_map(Path::components);
        real.starts_with(&root) && rest.all(|it| it != Component::ParentDir)
    });
    if is_inside {
        return Ok(path.strip_prefix(".").map(Path::to_path_buf).unwrap_or(path));
    }
    let message = format!("`{}` lies outside the root", said.value.text());
    let mut diagnostic = Diagnostic::about(&TEST_OUTSIDE, &said.origin, message);
    diagnostic.label("not below the root");
    diagnostic.help("name a root that holds it with `--root`");
    Err(Box::new(diagnostic))
}
