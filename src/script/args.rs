//! Reading the arguments of a call: typed, with a finding at the exact argument where one does not fit.
//!
//! A handler never sees a bad value. It asks for a part of its noun and gets what was said, that nothing was said, or that
//! what was said is already reported.

use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};

use crate::code;
use crate::diagnostic::{Applicability, Code, Diagnostic, Edit};
use crate::model::format::{Format, Malformed, Name, Text};
use crate::model::{Declared, Deployment, Once, Part, Secret};
use crate::plan::op::Literal;
use crate::script::provenance::as_text;
use crate::script::recorder::{Handle, Poison, Recorder, is_poisoned};
use crate::script::registry::{FnSpec, Handler, Kind, Ty};
use crate::script::{Script, values};
use crate::source::{Caller, Origin, SourceKind, Span, ValueOrigin};
use crate::syntax::StringLiteral;

code! {
    /// A host function takes a fixed number of arguments. With another number it is not clear what was meant, so nothing is
    /// taken from the call.
    ///
    /// ```rhai,reports
    /// sql::database("sql.contoso.com", "FIMService");
    /// ```
    ///
    /// What is optional is said by a method of what the call returns:
    ///
    /// ```rhai
    /// sql::database("sql.contoso.com").name("FIMService");
    /// ```
    SCRIPT_ARGUMENTS: Error = "script-arguments", "wrong number of arguments";

    /// An argument has another type than the function takes. Nothing is converted silently: a number where a text belongs
    /// is more often a slip than a wish.
    ///
    /// ```rhai,reports
    /// service::address(5725);
    /// ```
    ///
    /// ```rhai
    /// service::address("mim.contoso.com");
    /// ```
    SCRIPT_TYPE: Error = "script-type", "argument of another type";

    /// Something that a deployment has once was said twice. The installer's wizard asks for it once, so one of the two would
    /// be lost.
    ///
    /// ```rhai,reports
    /// sql::database("sql1.contoso.com");
    /// sql::database("sql2.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// sql::database("sql1.contoso.com");
    /// ```
    SCRIPT_TWICE: Error = "script-twice", "said twice";

    /// A text stands where a secret belongs. A script, a values file and a plan are copied, mailed and kept; a password in
    /// one of them is known to everybody. The text is starred in every output.
    ///
    /// ```rhai,reports
    /// account::regular(`contoso\svcMIMService`, "Pa55w0rd");
    /// ```
    ///
    /// Name the secret, and say in the values file where it comes from:
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    SECRET_LITERAL: Error = "secret-literal", "secret written out";

    /// A secret stands where its value would become part of the plan, the command line or a message.
    ///
    /// ```rhai,reports
    /// service::address(secret("mim_service_password"));
    /// ```
    ///
    /// Secrets go only where a function takes one:
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    SECRET_EXPOSED: Error = "secret-exposed", "secret outside its place"
}

/// The codes of this file.
pub static CODES: &[&Code] =
    &[&SCRIPT_ARGUMENTS, &SCRIPT_TYPE, &SCRIPT_TWICE, &SECRET_LITERAL, &SECRET_EXPOSED];

/// One call of a host function.
#[derive(Debug)]
pub struct Call<'r> {
    /// The state of the run.
    pub recorder: &'r mut Recorder,
    /// The row that is called.
    pub spec: &'static FnSpec,
    /// For a method, the noun that it completes.
    pub noun: Option<Noun>,
    /// The call, from its namespace or name to its closing parenthesis.
    pub span: Span,
    /// The arguments, as far as they were given.
    pub arguments: &'r [Argument],
    /// The calls of script functions that led here, innermost first.
    pub via: Vec<Caller>,
}

/// The noun behind a builder.
#[derive(Clone, Copy, Debug)]
pub struct Noun {
    /// What began it.
    pub kind: &'static Kind,
    /// Which of the declarations of its name.
    pub index: usize,
}

/// One argument.
#[derive(Debug)]
pub struct Argument {
    /// Its value.
    pub value: Dynamic,
    /// Its expression.
    pub span: Span,
}

impl<'r> Call<'r> {
    /// Reads an argument of a [`Format`].
    pub fn read<T: Format>(&mut self, index: usize) -> Part<T> {
        let (text, origin) = match self.text_at(index) {
            Ok(known) => known,
            Err(unusable) => return unusable.into(),
        };
        let program = self.recorder.program.clone();
        let literal = program.literal(&text);
        // What stands in a script is the same for every customer.
        if let Some(value) = literal.and_then(|it| it.parsed.get()?.downcast_ref::<T>()) {
            return Part::Said(Declared { value: value.clone(), origin });
        }
        match T::parse(&text) {
            Ok(value) => {
                if let Some(literal) = literal {
                    literal.parsed.get_or_init(|| Box::new(value.clone()));
                }
                Part::Said(Declared { value, origin })
            }
            Err(malformed) => {
                Part::Unusable(self.malformed(T::CODE, T::WHAT, &text, origin, malformed))
            }
        }
    }

    /// Reports a text that does not fit its format.
    fn malformed(
        &mut self,
        code: &'static Code,
        what: &str,
        text: &str,
        origin: Origin,
        malformed: Malformed,
    ) -> Origin {
        let mut diagnostic = Diagnostic::about(code, &origin, malformed.headline(text));
        let written = self.recorder.inner(origin.blame(), text);
        if let (Some(part), Some(inner)) = (&malformed.part, written) {
            diagnostic.primary = Span {
                start: inner.start + part.start as u32,
                end: inner.start + part.end as u32,
                ..inner
            };
        }
        diagnostic.label(format!("not {what}"));
        diagnostic.help(malformed.help);
        if let Some(instead) = malformed.instead
            && let Some(edit) = self.recorder.rewrite(origin.blame(), text, &instead)
        {
            let title = format!("write `{instead}`");
            diagnostic.fix(title, Applicability::Review, edit.span, edit.text);
        }
        self.recorder.report(diagnostic);
        origin
    }

    /// Reads a flag. A flag that is called without an argument is on.
    pub fn flag(&mut self, index: usize) -> Part<bool> {
        let Some(value) = self.value(index) else {
            let missing = self.arguments.len() <= index && self.spec.params[index].optional;
            return if missing {
                Part::Said(Declared { value: true, origin: self.call_origin() })
            } else {
                self.absent(index).into()
            };
        };
        match value.as_bool() {
            Ok(flag) => Part::Said(Declared { value: flag, origin: self.origin(index) }),
            Err(_) => Part::Unusable(self.wrong_type(index, value)),
        }
    }

    /// Reads a whole number within bounds that its format gives.
    pub fn number(&mut self, index: usize) -> Part<i64> {
        let Some(value) = self.value(index) else {
            return self.absent(index).into();
        };
        match value.as_int() {
            Ok(number) => Part::Said(Declared { value: number, origin: self.origin(index) }),
            Err(_) => Part::Unusable(self.wrong_type(index, value)),
        }
    }

    /// Reads a reference to a secret.
    pub fn secret(&mut self, index: usize) -> Part<Secret> {
        let Some(value) = self.value(index) else {
            return self.absent(index).into();
        };
        if let Some(secret) = value.read_lock::<Secret>().map(|it| it.clone()) {
            return Part::Said(Declared { value: secret, origin: self.origin(index) });
        }
        if value.is_string() {
            return Part::Unusable(self.written_out(index));
        }
        Part::Unusable(self.wrong_type(index, value))
    }

    /// Reads a text, a whole number, a flag or a list of texts, as a plan has them.
    pub fn literal(&mut self, index: usize) -> Part<Literal> {
        let Some(value) = self.value(index) else {
            return self.absent(index).into();
        };
        let literal = if let Some(text) = as_text(value) {
            if is_poisoned(&text) {
                self.report_poison(index);
                return Part::Unusable(self.origin(index));
            }
            Some(Literal::Text(text.to_string()))
        } else if let Ok(number) = value.as_int() {
            Some(Literal::Number(number))
        } else if let Ok(flag) = value.as_bool() {
            Some(Literal::Flag(flag))
        } else {
            let list = value.read_lock::<rhai::Array>();
            let texts = list.map(|it| it.iter().map(|it| Some(as_text(it)?.to_string())).collect());
            texts.flatten().map(Literal::List)
        };
        match literal {
            Some(value) => Part::Said(Declared { value, origin: self.origin(index) }),
            None => Part::Unusable(self.wrong_type(index, value)),
        }
    }

    /// Reports that an argument has a type which is not taken here.
    pub fn refuse(&mut self, index: usize) {
        let arguments = self.arguments;
        drop(self.wrong_type(index, &arguments[index].value));
    }

    /// Reads a text or a secret, for the one place that takes both. The text may be empty.
    pub fn text_or_secret(&mut self, index: usize) -> Part<Result<String, Secret>> {
        let Some(value) = self.value(index) else {
            return self.absent(index).into();
        };
        let origin = self.origin(index);
        if let Some(secret) = value.read_lock::<Secret>().map(|it| it.clone()) {
            return Part::Said(Declared { value: Err(secret), origin });
        }
        match as_text(value) {
            Some(text) if is_poisoned(&text) => {
                self.report_poison(index);
                Part::Unusable(origin)
            }
            Some(text) => Part::Said(Declared { value: Ok(text.to_string()), origin }),
            None => Part::Unusable(self.wrong_type(index, value)),
        }
    }

    /// Declares a noun of which there is one, and returns its index.
    pub fn declare<T>(&mut self, noun: fn(&mut Deployment) -> &mut Once<T>, value: T) -> usize {
        let origin = self.call_origin();
        let all = &mut noun(&mut self.recorder.deployment).all;
        all.push(Declared { value, origin });
        let index = all.len() - 1;
        if index > 0 {
            let first = all[0].origin.call;
            self.declared_twice(first);
        }
        index
    }

    fn declared_twice(&mut self, first: Span) {
        let origin = self.call_origin();
        let name = self.spec.path();
        let what = self.spec.namespace.unwrap_or(self.spec.name);
        let message = format!("`{name}` is a second declaration of `{what}`");
        let mut diagnostic = Diagnostic::about(&SCRIPT_TWICE, &origin, message);
        diagnostic.label("a deployment has this once");
        diagnostic.relate(first, "declared here first");
        diagnostic.help("keep one of the two");
        self.recorder.report(diagnostic);
    }

    /// Says a part of the noun behind the builder. Said twice, the first one counts and both are shown.
    pub fn say<T>(
        &mut self,
        place: impl FnOnce(&mut Deployment, usize) -> &mut Part<T>,
        part: Part<T>,
    ) {
        let Some(said) = part.origin() else { return };
        let index = self.index();
        let slot = place(&mut self.recorder.deployment, index);
        match slot.origin() {
            None => *slot = part,
            Some(first) => {
                let first = first.call;
                self.said_twice(first, said);
            }
        }
    }

    fn said_twice(&mut self, first: Span, said: &Origin) {
        let message = format!("`{}` says again what was said already", self.spec.path());
        let mut diagnostic = Diagnostic::new(&SCRIPT_TWICE, said.call, message);
        diagnostic.label("one of the two would be lost");
        diagnostic.relate(first, "said here first");
        for caller in &said.via {
            diagnostic.relate(caller.span, format!("in `{}`, called from here", caller.function));
        }
        diagnostic.help("keep one of the two");
        self.recorder.report(diagnostic);
    }

    /// The index of the declaration behind the builder.
    #[must_use]
    pub fn index(&self) -> usize {
        self.noun.map_or(0, |it| it.index)
    }

    /// What has been declared so far.
    pub fn deployment(&mut self) -> &mut Deployment {
        &mut self.recorder.deployment
    }

    /// The origin of the call itself, for a fact without an argument.
    #[must_use]
    pub fn call_origin(&self) -> Origin {
        let via = self.via.clone();
        Origin { call: self.span, at: self.span, value: None, parts: Vec::new(), via }
    }

    /// The origin of an argument.
    #[must_use]
    pub fn origin(&self, index: usize) -> Origin {
        let Some(argument) = self.arguments.get(index) else {
            return self.call_origin();
        };
        let mut origin = Origin { at: argument.span, ..self.call_origin() };
        let Recorder { provenance, program, .. } = &*self.recorder;
        if let Some(value) = provenance.origin(&argument.value) {
            origin.follow(value.span, || value.clone());
        } else if let Some(text) = argument.value.read_lock::<ImmutableString>()
            && let Some(literal) = program.literal(&text)
        {
            let span = literal.span;
            let literal = || ValueOrigin { parameter: None, span, overridden: Vec::new() };
            origin.follow(span, || Arc::new(literal()));
        } else {
            origin.parts = self.parts(argument.span);
        }
        origin
    }

    /// The parameters that the variables in an expression were read from.
    fn parts(&self, span: Span) -> Vec<Arc<ValueOrigin>> {
        let names = self.recorder.program.ingredients(span);
        names.iter().filter_map(|name| self.recorder.parameters.origin(name)).collect()
    }

    /// The value of an argument that was given and is not `()`.
    fn value(&self, index: usize) -> Option<&'r Dynamic> {
        self.arguments.get(index).map(|it| &it.value).filter(|it| !it.is_unit())
    }

    /// Where an argument is missing that was left out or is `()`; nothing if it may be.
    fn absent(&mut self, index: usize) -> Option<Origin> {
        let may = matches!(self.spec.handler, Handler::Says(_)) || self.spec.params[index].optional;
        let given = self.arguments.len() > index;
        match (given, may) {
            (_, true) => None,
            (true, false) => Some(self.wrong_type(index, &Dynamic::UNIT)),
            // The wrong number of arguments is reported when the call is made.
            (false, false) => Some(self.call_origin()),
        }
    }

    /// The text of an argument and where it comes from; else where there is one that cannot be used.
    fn text_at(&mut self, index: usize) -> Result<(ImmutableString, Origin), Option<Origin>> {
        let Some(value) = self.value(index) else {
            return Err(self.absent(index));
        };
        let text = if let Some(text) = as_text(value) {
            text
        } else if self.spec.params[index].ty == Ty::Port
            && let Ok(number) = value.as_int()
        {
            number.to_string().into()
        } else {
            return Err(Some(self.wrong_type(index, value)));
        };
        if is_poisoned(&text) {
            self.report_poison(index);
            return Err(Some(self.origin(index)));
        }
        Ok((text, self.origin(index)))
    }

    /// The character that stands for what is reported already, where nothing is: somebody wrote it.
    fn report_poison(&mut self, index: usize) {
        let error = |it: &Diagnostic| it.severity() == crate::diagnostic::Severity::Error;
        if !self.recorder.diagnostics.iter().any(error) {
            let span = self.arguments[index].span;
            self.recorder
                .at(Text::CODE, span, "the text has the character U+10FFFE, which is none")
                .label("not a text")
                .help("take the character out");
        }
    }

    /// Reports an argument of another type, and tells where it comes from.
    fn wrong_type(&mut self, index: usize, value: &Dynamic) -> Origin {
        if value.is::<Poison>() {
            return self.origin(index);
        }
        let origin = self.origin(index);
        let param = &self.spec.params[index];
        if value.is::<Secret>() {
            let message = format!("`{}` of `{}` is not a secret", param.name, self.spec.path());
            let mut diagnostic = Diagnostic::about(&SECRET_EXPOSED, &origin, message);
            diagnostic.label("the secret's value would be seen here");
            diagnostic.help(format!("write {}", param.ty.what()));
            self.recorder.report(diagnostic);
            return origin;
        }
        let what = param.ty.what();
        let found = describe(value);
        let message =
            format!("`{}` of `{}` takes {what}, not {found}", param.name, self.spec.path());
        let mut diagnostic = Diagnostic::about(&SCRIPT_TYPE, &origin, message);
        diagnostic.label(format!("this is {found}"));
        diagnostic.help(match (param.ty, value.is_unit()) {
            (Ty::Secret, _) => "name a secret: `secret(\"name\")`".to_owned(),
            (_, true) => format!("write {what}, or give the parameter a value"),
            (Ty::Flag, _) => "write `true` or `false`, without quotes".to_owned(),
            (Ty::Days, _) => "write a number, without quotes".to_owned(),
            _ => format!("write {what} in quotes or backticks"),
        });
        self.recorder.report(diagnostic);
        origin
    }

    /// A text where a secret belongs: it is covered in every source that has it.
    fn written_out(&mut self, index: usize) -> Origin {
        let origin = self.origin(index);
        let param = &self.spec.params[index];
        let text = as_text(&self.arguments[index].value).unwrap_or_default();
        if is_poisoned(&text) {
            return origin;
        }
        // Whatever went into the text is part of it.
        let parts = origin.parts.iter().map(|it| it.span);
        let literals = self.recorder.program.literals_within(self.arguments[index].span);
        for span in parts.chain(literals).chain([origin.at, origin.blame()]) {
            self.recorder.sources.veil(span);
        }
        let message = format!("`{}` of `{}` is written out", param.name, self.spec.path());
        let mut diagnostic = Diagnostic::about(&SECRET_LITERAL, &origin, message);
        diagnostic.label("everybody who sees this file knows it");
        let name = if Name::parse(param.name).is_ok() { param.name } else { "password" };
        diagnostic.help(format!(
            "name it with `secret(\"{name}\")`, and say under `[secrets]` in the values file where it comes from"
        ));
        diagnostic.fix(
            "name a secret instead",
            Applicability::Review,
            origin.at,
            format!("secret(\"{name}\")"),
        );
        self.recorder.report(diagnostic);
        origin
    }
}

impl Recorder {
    /// The span of a text without its quotes, if the source has it letter for letter.
    #[must_use]
    pub fn inner(&self, span: Span, text: &str) -> Option<Span> {
        let written = self.sources.text(span);
        let at = written.find(text)? as u32;
        let quotes = written.len() - text.len();
        (quotes <= 8).then(|| Span {
            start: span.start + at,
            end: span.start + at + text.len() as u32,
            ..span
        })
    }
}

impl Recorder {
    /// An edit that makes a literal, or a value of a values file, say another text.
    fn rewrite(&self, span: Span, text: &str, instead: &str) -> Option<Edit> {
        if self.sources.get(span.source).kind == SourceKind::Values {
            return values::rewrite(&self.sources, span, instead);
        }
        StringLiteral::cast(self.script_at(span)?.tree.node_at(span.start))?;
        // In double quotes a backslash would begin an escape.
        if instead.contains('\\') || self.inner(span, text).is_none() {
            let plain = !instead.contains(['`', '$']);
            return plain.then(|| Edit { span, text: format!("`{instead}`") });
        }
        let span = self.inner(span, text)?;
        Some(Edit { span, text: instead.to_owned() })
    }

    fn script_at(&self, span: Span) -> Option<&Script> {
        self.program.scripts.iter().find(|it| it.id == span.source)
    }
}

/// What a value is, for a reader who knows no type names.
#[must_use]
pub fn describe(value: &Dynamic) -> String {
    if let Some(handle) = value.read_lock::<Handle>() {
        return format!("what `{}` returns", handle.kind.name);
    }
    if value.is::<Secret>() {
        return "a secret".to_owned();
    }
    if value.is_unit() {
        return "nothing (`()`)".to_owned();
    }
    if let Ok(number) = value.as_int() {
        return format!("the number {number}");
    }
    if let Ok(flag) = value.as_bool() {
        return format!("the flag `{flag}`");
    }
    if value.is_string() {
        return "a text".to_owned();
    }
    match value.type_name() {
        "array" => "a list",
        "map" => "a map",
        "Fn" => "a function",
        "char" => "a single character",
        "f64" | "float" => "a number with a fraction",
        "range" | "range=" => "a range",
        _ => "a value of another kind",
    }
    .to_owned()
}
