//! What a script of tests declares: the template under test, and cases with what they give and what they expect.
//!
//! A script of tests is Rhai like a template, with these functions in the place of a template's. It declares as well:
//! nothing is tested while it runs.

use crate::model::format::{Format, Name, Text};
use crate::model::{Declared, Part};
use crate::plan::op::Literal;
use crate::script::args::Call;
use crate::script::registry::Kind;
use crate::source::Origin;
use crate::verbs;

/// Everything that one script of tests declares.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// The template under test, as a path relative to the script of tests; the last one said holds.
    pub template: Option<Declared<Text>>,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

/// One case: a compilation of the template, and what is expected of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is about; nothing if that could not be read, which is reported.
    pub title: Option<String>,
    /// The call that begins it.
    pub origin: Origin,
    /// Values files, as paths relative to the script of tests; a later one wins.
    pub values: Vec<Declared<Text>>,
    /// Single values, by name; they win over values files.
    pub settings: Vec<(Name, Declared<Literal>)>,
    /// The day on which dated rules are judged.
    pub as_of: Option<Declared<Text>>,
    /// What is expected, in order.
    pub expectations: Vec<Expectation>,
}

/// What a case expects.
#[derive(Clone, Debug)]
pub enum Expectation {
    /// A field of the plan has this value.
    Field(Declared<Text>, Declared<Literal>),
    /// The plan has no such field.
    NoField(Declared<Text>),
    /// The plan has this step.
    Step(Declared<Text>),
    /// The plan has no such step.
    NoStep(Declared<Text>),
    /// There is a finding of this code, at this place if one is said.
    Finding(Declared<Text>, Option<Declared<Text>>),
    /// The template throws a message with this part.
    Thrown(Declared<Text>),
    /// There is no warning beside those that are expected.
    NoWarnings(Origin),
    /// The plan is that of this file, a path relative to the script of tests.
    Plan(Declared<Text>),
}

static TEMPLATE: Kind = Kind { name: "test::template", refusals: &[] };
static CASE: Kind = Kind { name: "test::that", refusals: &[] };

verbs! { pub static FUNCTIONS;
    /// The template that the cases of this file are about. Without it, it is the file beside this one with the same name:
    /// `office365.rhai` for `office365.test.rhai`.
    ///
    /// - `path`: the template, relative to this file
    ///
    /// ```rhai
    /// test::template("../office365.rhai");
    /// ```
    fn test::template(path: Text) -> TEMPLATE, pages [] = |call| {
        if let Some(path) = text(call, 0) {
            call.recorder.suite.template = Some(path);
        }
        0
    };

    /// One test: the template is compiled with what the case gives, and must be what the case expects. An error that no case
    /// expects fails it.
    ///
    /// - `title`: what it is about, a text on one line
    ///
    /// ```rhai
    /// test::that("the first server makes the database")
    ///     .values("customers/contoso.toml")
    ///     .set("number", 1)
    ///     .expect("database.reuse", "Create a new database");
    /// ```
    fn test::that(title: Text) -> CASE, pages [] = |call| {
        let title = text(call, 0).map(|it| it.value.text());
        let origin = call.call_origin();
        call.recorder.suite.cases.push(Case {
            title,
            origin,
            values: Vec::new(),
            settings: Vec::new(),
            as_of: None,
            expectations: Vec::new(),
        });
        call.recorder.suite.cases.len() - 1
    };

    /// A values file; may be said again, the last one wins.
    ///
    /// - `path`: the file, relative to the file of the tests
    ///
    /// ```rhai
    /// test::that("Contoso has a plan").values("customers/contoso.toml");
    /// ```
    fn .values(path: Text) on [CASE], pages [] = |call| {
        if let Some(path) = text(call, 0) {
            case(call).values.push(path);
        }
    };

    /// A single value, which wins over values files.
    ///
    /// - `name`: the parameter of the template
    /// - `value`: a text, a number or a flag
    ///
    /// ```rhai
    /// test::that("the second server uses the database again")
    ///     .values("customers/contoso.toml")
    ///     .set("number", 2);
    /// ```
    fn .set(name: Name, value: Any) on [CASE], pages [] = |call| {
        match (call.read::<Name>(0), call.literal(1)) {
            (_, Part::Said(Declared { value: Literal::List(_), .. })) => call.refuse(1),
            (Part::Said(name), Part::Said(value)) => case(call).settings.push((name.value, value)),
            _ => {}
        }
    };

    /// The day on which dated rules are judged; without it, that of `mimeo test --as-of`, else today.
    ///
    /// - `day`: `YYYY-MM-DD`
    ///
    /// ```rhai
    /// test::that("basic authentication still works").as_of("2021-03-18");
    /// ```
    fn .as_of(day: Text) on [CASE], pages [] = |call| {
        if let Some(day) = text(call, 0) {
            case(call).as_of = Some(day);
        }
    };

    /// Expects a field of the plan to have a value. `mimeo plan --view json` shows the names.
    ///
    /// - `field`: the field, such as `mail.mailbox`; `option` is the option of the vendor's guide, `ends` the first day on which
    ///   something stops working
    /// - `value`: as the plan shows it: a text, a number, a flag or a list of texts; of a choice the wizard's words, of a secret
    ///   its name
    ///
    /// ```rhai
    /// test::that("approvals are read by one server").set("number", 2).expect("mail.poll", false);
    /// ```
    fn .expect(field: Text, value: Any) on [CASE], pages [] = |call| {
        if let (Some(field), Part::Said(value)) = (text(call, 0), call.literal(1)) {
            case(call).expectations.push(Expectation::Field(field, value));
        }
    };

    /// Expects the plan not to have a field.
    ///
    /// - `field`: the field, such as `registration.port`
    ///
    /// ```rhai
    /// test::that("no portal for passwords").expect_no("registration.port");
    /// ```
    fn .expect_no(field: Text) on [CASE], pages [] = |call| {
        if let Some(field) = text(call, 0) {
            case(call).expectations.push(Expectation::NoField(field));
        }
    };

    /// Expects the plan to have a step. `mimeo plan` shows their identities.
    ///
    /// - `step`: the identity, such as `install`
    ///
    /// ```rhai
    /// test::that("the application is registered").expect_step("register-application");
    /// ```
    fn .expect_step(step: Text) on [CASE], pages [] = |call| {
        if let Some(step) = text(call, 0) {
            case(call).expectations.push(Expectation::Step(step));
        }
    };

    /// Expects the plan not to have a step.
    ///
    /// - `step`: the identity, such as `register-application`
    ///
    /// ```rhai
    /// test::that("nothing is registered").expect_no_step("register-application");
    /// ```
    fn .expect_no_step(step: Text) on [CASE], pages [] = |call| {
        if let Some(step) = text(call, 0) {
            case(call).expectations.push(Expectation::NoStep(step));
        }
    };

    /// Expects a finding. An error that is expected does not fail the case.
    ///
    /// - `code`: the code, such as `mail-smtp-managed-account`
    /// - `place`: where it is, as findings show it: `contoso.toml`, `contoso.toml:2` or `contoso.toml:2:20`; a value of `.set`
    ///   is `--set number`
    ///
    /// ```rhai
    /// test::that("SMTP does not take a managed account")
    ///     .set("mail", "smtp")
    ///     .expect_finding("mail-smtp-managed-account");
    /// ```
    fn .expect_finding(code: Text, place: Text = ()) on [CASE], pages [] = |call| {
        if let Some(code) = text(call, 0) {
            let place = text(call, 1);
            case(call).expectations.push(Expectation::Finding(code, place));
        }
    };

    /// Expects the template to throw a message, which is how a house rule refuses something. It does not fail the case.
    ///
    /// - `message`: a part of the message
    ///
    /// ```rhai
    /// test::that("a prefix has two letters at least")
    ///     .values("customers/contoso.toml")
    ///     .set("prefix", "X")
    ///     .expect_thrown("two to four letters");
    /// ```
    fn .expect_thrown(message: Text) on [CASE], pages [] = |call| {
        if let Some(message) = text(call, 0) {
            case(call).expectations.push(Expectation::Thrown(message));
        }
    };

    /// Expects that there is no warning either, beside what the case expects. Hints do not count.
    ///
    /// ```rhai
    /// test::that("Contoso has nothing to mend").values("customers/contoso.toml").expect_no_warnings();
    /// ```
    fn .expect_no_warnings() on [CASE], pages [] = |call| {
        let origin = call.call_origin();
        case(call).expectations.push(Expectation::NoWarnings(origin));
    };

    /// Expects the plan to be the one of a file, but for the places and the texts that it was made from. `mimeo test
    /// --update` writes the file.
    ///
    /// - `path`: the file, relative to the file of the tests
    ///
    /// ```rhai
    /// test::that("Contoso's plan").values("customers/contoso.toml").expect_plan("plans/contoso.plan.json");
    /// ```
    fn .expect_plan(path: Text) on [CASE], pages [] = |call| {
        if let Some(path) = text(call, 0) {
            case(call).expectations.push(Expectation::Plan(path));
        }
    };
}

/// A text that can be used; what cannot is reported.
fn text(call: &mut Call<'_>, index: usize) -> Option<Declared<Text>> {
    match call.read(index) {
        Part::Said(text) => Some(text),
        Part::Unsaid | Part::Unusable(_) => None,
    }
}

/// The case behind the builder.
fn case<'c>(call: &'c mut Call<'_>) -> &'c mut Case {
    let index = call.index();
    &mut call.recorder.suite.cases[index]
}
