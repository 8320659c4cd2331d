//! What can be told of a script before it runs, from its tree and the registry: unknown names, wrong numbers of arguments,
//! names that would hide the host's, and what is closed off.
//!
//! What is reported here is answered by a stand-in when the script runs, so one slip does not hide what follows it.

use std::collections::BTreeSet;

use rhai::Dynamic;

use crate::code;
use crate::diagnostic::{Applicability, Code, Diagnostic, nearest};
use crate::script::args::{SCRIPT_ARGUMENTS, describe};
use crate::script::builtin;
use crate::script::kind::kind_of;
use crate::script::registry::{FnSpec, Kind, Registry};
use crate::script::{Program, Script};
use crate::source::{SourceKind, Span};
use crate::syntax::names::{BindingKind, Names, Reference, ReferenceKind};
use crate::syntax::text::{Quote, TextPart};
use crate::syntax::{Block, Call, Function, Import, Let, Path, StringLiteral, SyntaxKind};

code! {
    /// A function is called that does not exist.
    ///
    /// ```rhai,reports
    /// mail::offce365();
    /// ```
    ///
    /// ```rhai
    /// mail::office365();
    /// ```
    SCRIPT_UNKNOWN_FUNCTION: Error = "script-unknown-function", "unknown function";

    /// A declaration has no part of this name. Some parts belong to another kind of declaration; the reason is said where
    /// there is one.
    ///
    /// ```rhai,reports
    /// mail::smtp("smtp.contoso.com").mailbox("mim@contoso.com");
    /// ```
    ///
    /// ```rhai
    /// mail::smtp("smtp.contoso.com").sender("mim@contoso.com");
    /// ```
    SCRIPT_UNKNOWN_METHOD: Error = "script-unknown-method", "unknown part of a declaration";

    /// A namespace is used that neither the host nor an `import` makes known.
    ///
    /// ```rhai,reports
    /// mial::none();
    /// ```
    ///
    /// ```rhai
    /// mail::none();
    /// ```
    SCRIPT_UNKNOWN_NAMESPACE: Error = "script-unknown-namespace", "unknown namespace";

    /// A variable is used that is not declared before this place. A function sees only its parameters.
    ///
    /// ```rhai,reports
    /// let server = "sql.contoso.com";
    /// sql::database(sever);
    /// ```
    ///
    /// ```rhai
    /// let server = "sql.contoso.com";
    /// sql::database(server);
    /// ```
    SCRIPT_UNKNOWN_VARIABLE: Error = "script-unknown-variable", "unknown variable";

    /// A function or the name of an import bears a name of the host. It would win over the host's without a word, so that a
    /// declaration would silently have no effect.
    ///
    /// Nor may a script and a module each define and call a function of the same name and number of parameters: the engine
    /// remembers by these which function a call means, also across modules, and would take one for the other.
    ///
    /// ```rhai,reports
    /// fn secret(name) { name }
    /// ```
    ///
    /// ```rhai
    /// fn contoso_secret(name) { secret(name) }
    /// ```
    SCRIPT_NAME_TAKEN: Error = "script-name-taken", "name that is taken";

    /// The script evaluates a text as a script. What it does could not be known before it runs, and no finding could point
    /// at it. The script is not run.
    ///
    /// ```rhai,reports
    /// eval("mail::none();");
    /// ```
    ///
    /// ```rhai
    /// mail::none();
    /// ```
    SCRIPT_FORBIDDEN: Error = "script-forbidden", "part of Rhai that is closed off";

    /// In backticks a backslash is a backslash, but for one place: before `${` it makes the interpolation plain text. A
    /// domain and an account that both come from variables run together this way, without a word.
    ///
    /// ```rhai,reports
    /// let netbios = "contoso";
    /// let account = "svcMIMService";
    /// print(`${netbios}\${account}`);
    /// ```
    ///
    /// Put the backslash into the text before the other variable:
    ///
    /// ```rhai
    /// let netbios = "contoso";
    /// let account = "svcMIMService";
    /// print(`${netbios}\` + account);
    /// ```
    SCRIPT_PLAIN_INTERPOLATION: Error = "script-plain-interpolation", "backslash that switches an interpolation off";

    /// The script ends at a `return`, and what stands behind it is never declared.
    ///
    /// ```rhai,reports
    /// return;
    /// mail::none();
    /// ```
    ///
    /// ```rhai
    /// mail::none();
    /// ```
    SCRIPT_UNREACHABLE: Error = "script-unreachable", "statements that are never run"
}

/// The codes of this file.
pub static CODES: &[&Code] = &[
    &SCRIPT_UNKNOWN_FUNCTION,
    &SCRIPT_UNKNOWN_METHOD,
    &SCRIPT_UNKNOWN_NAMESPACE,
    &SCRIPT_UNKNOWN_VARIABLE,
    &SCRIPT_NAME_TAKEN,
    &SCRIPT_FORBIDDEN,
    &SCRIPT_PLAIN_INTERPOLATION,
    &SCRIPT_UNREACHABLE,
];

/// Calls and names that are reported already. The engine answers them with stand-ins.
#[derive(Clone, Debug, Default)]
pub struct Unknown {
    /// Functions by namespace, an empty one for those without, with the number of arguments.
    pub functions: BTreeSet<(String, String, usize)>,
    /// Methods, with the number of arguments.
    pub methods: BTreeSet<(String, usize)>,
    /// Variables.
    pub variables: BTreeSet<String>,
}

impl Unknown {
    /// Whether everything is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.methods.is_empty() && self.variables.is_empty()
    }
}

/// Reports what can be told of one script of a program; returns its names, which are dear to pair.
pub(super) fn check<'p>(
    program: &'p Program,
    script: &'p Script,
    registry: Registry,
    unknown: &mut Unknown,
    out: &mut Vec<Diagnostic>,
) -> Names<'p> {
    let mut checker = Checker {
        program,
        script,
        registry,
        functions: script.tree.functions().map(Function::name).collect(),
        imports: script.tree.imports().collect(),
        names: script.tree.names(),
        whole: script.tree.errors().is_empty(),
        unknown,
        out,
    };
    checker.names_taken();
    checker.names_shared();
    checker.variables();
    checker.unreachable();
    for path in script.tree.nodes().filter_map(Path::cast).filter(|it| !it.is_callee()) {
        checker.path(path);
    }
    for call in script.tree.calls() {
        checker.call(&call);
    }
    for literal in script.tree.nodes().filter_map(StringLiteral::cast) {
        checker.backslashes(literal);
    }
    checker.names
}

struct Checker<'p, 'o> {
    program: &'p Program,
    script: &'p Script,
    registry: Registry,
    functions: Vec<&'p str>,
    imports: Vec<Import<'p>>,
    names: Names<'p>,
    /// Whether the text has no syntax error; if it has one, what is unknown may only be cut off.
    whole: bool,
    unknown: &'o mut Unknown,
    out: &'o mut Vec<Diagnostic>,
}

/// What a namespace of the script itself is.
enum Alias<'p> {
    /// No import bears the name.
    Unknown,
    /// The import could not be read, which is reported.
    Unreadable,
    /// This module.
    Module(&'p Script),
}

impl<'p> Checker<'p, '_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.out.push(diagnostic);
    }

    fn span(&self, range: std::ops::Range<u32>) -> Span {
        self.script.span(range)
    }

    fn names_taken(&mut self) {
        let script = self.script;
        for function in script.tree.functions() {
            let name = function.name();
            let row = self.registry.rows().find(|row| row.name == name && row.namespace.is_none());
            // A word that Rhai reserves is reported as that.
            let reserved = script.tree.errors().iter().any(|it| it.range == function.name_range());
            let Some(row) = row.filter(|_| !reserved) else { continue };
            let message =
                format!("the function `{name}` bears the name of the host's `{}`", row.path());
            let mut diagnostic =
                Diagnostic::new(&SCRIPT_NAME_TAKEN, self.span(function.name_range()), message);
            diagnostic.label("it would win over the host's without a word");
            diagnostic.help(format!("choose another name, such as `contoso_{name}`"));
            self.report(diagnostic);
        }
        let namespaces = self.registry.namespaces();
        for import in script.tree.imports() {
            let Some((alias, range)) = import.alias() else { continue };
            if !namespaces.contains(&alias) {
                continue;
            }
            let message = format!("the import is called `{alias}` like a namespace of the host");
            let mut diagnostic = Diagnostic::new(&SCRIPT_NAME_TAKEN, self.span(range), message);
            diagnostic.label("it would win over the host's without a word");
            diagnostic.help(format!("choose another name, such as `contoso_{alias}`"));
            self.report(diagnostic);
        }
    }

    /// Functions that Rhai 1.27 would take for those of another script: it keeps what it found for a call by name and number of
    /// arguments, and does not begin anew in a module.
    fn names_shared(&mut self) {
        let script = self.script;
        let library = |it: &Script| self.program.sources.get(it.id).kind == SourceKind::Library;
        if self.program.scripts.len() == 1 || library(script) {
            return;
        }
        for function in script.tree.functions() {
            let (name, count) = (function.name(), function.params().len());
            let has = |it: &Script| {
                let call = |it: Call<'_>| {
                    it.namespace().is_none()
                        && it.receiver().is_none()
                        && it.name() == name
                        && it.args().len() == count
                };
                let mut functions = it.tree.functions();
                let function = functions.find(|it| it.name() == name && it.params().len() == count);
                function.filter(|_| it.tree.calls().any(call)).map(Function::name_range)
            };
            let others = self.program.scripts.iter().filter(|it| script.id < it.id || library(it));
            let mut others = others.filter_map(|it| Some(it.span(has(it)?)));
            let Some(other) = others.next().filter(|_| has(script).is_some()) else { continue };
            let place = self.span(function.name_range());
            let message = format!("another script has a function `{name}` as well, and calls it");
            let mut diagnostic = Diagnostic::new(&SCRIPT_NAME_TAKEN, place, message);
            diagnostic.label("the engine would take one for the other");
            diagnostic.relate(other, "the other one");
            diagnostic.help(format!("choose another name, such as `contoso_{name}`"));
            self.out.push(diagnostic);
        }
    }

    fn variables(&mut self) {
        if !self.whole {
            return;
        }
        let names = std::mem::take(&mut self.names);
        for reference in &names.references {
            let value = matches!(reference.kind, ReferenceKind::Value | ReferenceKind::Target);
            if value && reference.binding.is_none() {
                self.unknown_variable(reference, &names);
            }
        }
        self.names = names;
    }

    fn unknown_variable(&mut self, reference: &Reference<'p>, names: &Names<'p>) {
        let name = reference.name;
        let span = self.span(reference.range.clone());
        let namespace = self.registry.namespaces().contains(&name);
        let message = if namespace {
            format!("`{name}` is a namespace, not a variable")
        } else {
            format!("there is no variable `{name}` here")
        };
        let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_VARIABLE, span, message);
        diagnostic.label("not declared before this place");
        let outside = names
            .bindings
            .iter()
            .find(|it| it.name == name && reference.function.is_some() && it.function.is_none());
        let seen = names.visible(reference.range.start, reference.function).map(|it| it.name);
        if namespace {
            diagnostic.label("a namespace has no value");
            diagnostic.help(format!("call its functions with `::`, such as `{name}::…`"));
        } else if let Some(binding) = outside {
            diagnostic.relate(self.span(binding.range.clone()), "declared here");
            diagnostic.help(if binding.kind == BindingKind::Const {
                format!(
                    "a function sees only its parameters; write `global::{name}` for the constant"
                )
            } else {
                format!("a function sees only its parameters; hand `{name}` in as one")
            });
        } else if let Some(meant) = nearest(name, seen) {
            diagnostic.help(format!("did you mean `{meant}`?"));
            diagnostic.fix(format!("write `{meant}`"), Applicability::Always, span, meant);
        } else {
            diagnostic.help("declare it with `let`, or put a text in quotes");
        }
        self.unknown.variables.insert(name.to_owned());
        self.report(diagnostic);
    }

    /// Statements behind a `return` that is not in a block.
    fn unreachable(&mut self) {
        let Some(all) = Block::cast(self.script.tree.root()) else { return };
        let mut after = all.statements().skip_while(|it| it.kind() != SyntaxKind::Return);
        let Some(end) = after.next() else { return };
        if let Some(next) = after.find(|it| it.kind() != SyntaxKind::Function) {
            let message = "nothing behind this `return` is run";
            let span = self.span(end.range());
            let mut diagnostic = Diagnostic::new(&SCRIPT_UNREACHABLE, span, message);
            diagnostic.label("the script ends here");
            diagnostic.relate(self.span(next.range()), "never run");
            diagnostic.help("take the `return` out, or what stands behind it");
            self.report(diagnostic);
        }
    }

    /// A backslash before `${` in backticks.
    fn backslashes(&mut self, literal: StringLiteral<'p>) {
        if literal.quote() != Quote::Backtick {
            return;
        }
        let text = self.script.tree.text().clone();
        for part in literal.parts() {
            let TextPart::Plain(range, _) = part else { continue };
            let plain = &text[range.start as usize..range.end as usize];
            for (at, _) in plain.match_indices("\\${") {
                let start = range.start + at as u32;
                let span = self.span(start..start + 1);
                let message = "the backslash makes `${` plain text";
                let mut diagnostic = Diagnostic::new(&SCRIPT_PLAIN_INTERPOLATION, span, message);
                diagnostic.label("the variable behind it is not put in");
                diagnostic.help(
                    r"end the text after the backslash and add the variable: `` `${netbios}\` + account ``",
                );
                diagnostic.fix(
                    "write the backslash as a value",
                    Applicability::Review,
                    span,
                    r#"${"\\"}"#,
                );
                self.report(diagnostic);
            }
        }
    }

    /// A constant of a module, or of the script itself.
    fn path(&mut self, path: Path<'p>) {
        let Some((namespace, _)) = path.namespace() else { return };
        let (name, _) = path.name();
        if !self.whole || namespace == "global" || !matches!(self.alias(namespace), Alias::Unknown)
        {
            return;
        }
        let span = self.span(path.range());
        let function = self.registry.function(Some(namespace), name);
        let mut diagnostic = match function {
            Some(row) => {
                let message = format!("`{}` is a function and is not called", row.path());
                let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_VARIABLE, span, message);
                diagnostic.label("a function has no value of its own");
                diagnostic.help(format!("call it: `{}`", row.signature()));
                diagnostic
            }
            None => {
                let message = format!("there is no value `{namespace}::{name}`");
                let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_VARIABLE, span, message);
                diagnostic.label("not known");
                diagnostic
            }
        };
        if diagnostic.help.is_empty() {
            diagnostic.help("the host's namespaces hold functions only");
        }
        self.report(diagnostic);
    }

    /// What the name of an import stands for.
    fn alias(&self, name: &str) -> Alias<'p> {
        let script = self.script;
        let import =
            self.imports.iter().find(|it| it.alias().is_some_and(|(alias, _)| alias == name));
        let Some(import) = import else { return Alias::Unknown };
        let program = self.program;
        let index = import.path().and_then(|path| program.import(script.id, &path));
        index.map_or(Alias::Unreadable, |index| Alias::Module(&program.scripts[index]))
    }

    fn call(&mut self, call: &Call<'p>) {
        let name = call.name();
        let span = self.span(call.name_range());
        if call.receiver().is_some() {
            self.method(call, name, span);
        } else if let Some((namespace, range)) = call.namespace() {
            let range = self.span(range);
            self.namespaced(call, namespace, range, name, span);
        } else {
            self.plain(call, name, span);
        }
    }

    fn count(&mut self, spec: &'static FnSpec, call: &Call<'p>) {
        let count = call.args().len();
        if spec.counts().contains(&count) || !call.has_close() {
            return;
        }
        let name = spec.name.to_owned();
        if spec.is_method() {
            self.unknown.methods.insert((name, count));
        } else {
            let namespace = spec.namespace.unwrap_or_default().to_owned();
            self.unknown.functions.insert((namespace, name, count));
        }
        let span = self.span(call.own_range());
        self.report(count_finding(spec, span, count));
    }

    fn namespaced(
        &mut self,
        call: &Call<'p>,
        namespace: &'p str,
        range: Span,
        name: &'p str,
        span: Span,
    ) {
        let alias = self.alias(namespace);
        if matches!(alias, Alias::Unreadable) {
            return;
        }
        if let Alias::Module(module) = alias {
            let functions: Vec<&str> = module.tree.functions().map(Function::name).collect();
            let known = !module.tree.errors().is_empty() || functions.contains(&name);
            // A module may export a closure in a variable as well.
            let exported = module.tree.root().descendants().filter_map(Let::cast);
            if known || exported.map(Let::name).any(|it| it == name) {
                return;
            }
            let message = format!("`{}` has no function `{name}`", module.name);
            let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_FUNCTION, span, message);
            diagnostic.label("not in that module");
            suggest(&mut diagnostic, name, functions.iter().copied(), span);
            self.report(diagnostic);
            return;
        }
        if namespace == "global" {
            return;
        }
        if let Some(spec) = self.registry.function(Some(namespace), name) {
            self.count(spec, call);
            return;
        }
        self.unknown.functions.insert((namespace.to_owned(), name.to_owned(), call.args().len()));
        let namespaces = self.registry.namespaces();
        if namespaces.contains(&namespace) {
            let rows = self.registry.rows().filter(|row| row.namespace == Some(namespace));
            let names: Vec<&str> = rows.map(|row| row.name).collect();
            let message = format!("`{namespace}` has no function `{name}`");
            let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_FUNCTION, span, message);
            diagnostic.label("unknown function");
            suggest(&mut diagnostic, name, names.iter().copied(), span);
            self.report(diagnostic);
            return;
        }
        let message = format!("there is no namespace `{namespace}`");
        let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_NAMESPACE, range, message);
        diagnostic.label("neither of the host nor imported");
        suggest(&mut diagnostic, namespace, namespaces.iter().copied(), range);
        self.report(diagnostic);
    }

    fn plain(&mut self, call: &Call<'p>, name: &'p str, span: Span) {
        if name == "eval" {
            let message = "`eval` is closed off";
            let mut diagnostic = Diagnostic::new(&SCRIPT_FORBIDDEN, span, message);
            diagnostic.label("the script is not run");
            diagnostic.help("write the statements themselves, or a function that holds them");
            self.report(diagnostic);
            return;
        }
        if let Some(spec) = self.registry.function(None, name) {
            self.count(spec, call);
            return;
        }
        if !self.whole || self.functions.contains(&name) || builtin::is_function(name) {
            return;
        }
        self.unknown.functions.insert((String::new(), name.to_owned(), call.args().len()));
        let message = format!("there is no function `{name}`");
        let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_FUNCTION, span, message);
        diagnostic.label("unknown function");
        let bound = self.names.visible(span.start, None).any(|it| it.name == name);
        if bound {
            diagnostic.help(format!(
                "`{name}` is a variable; call the function in it with `{name}.call(…)`"
            ));
        } else if let Some(row) = self.registry.rows().find(|row| row.name == name) {
            diagnostic.help(format!("write `{}`", row.path()));
        } else {
            let own = self.functions.iter().copied();
            let host =
                self.registry.rows().filter(|row| row.namespace.is_none() && !row.is_method());
            let names: Vec<&str> = own.chain(host.map(|row| row.name)).collect();
            match nearest(name, names.iter().copied()) {
                Some(_) => suggest(&mut diagnostic, name, names.iter().copied(), span),
                None => {
                    diagnostic.help(
                        "the host's functions stand in namespaces, such as `mail::…`; a script has no clock, files or network",
                    );
                }
            }
        }
        self.report(diagnostic);
    }

    fn method(&mut self, call: &Call<'p>, name: &'p str, span: Span) {
        let kind = call.receiver().and_then(|it| kind_of(self.registry, &self.names, it, |_| None));
        if let Some(kind) = kind {
            match self.registry.methods(name).find(|row| row.on.contains(&kind)) {
                Some(row) => self.count(row, call),
                None => {
                    if self.registry.methods(name).next().is_none() {
                        self.unknown.methods.insert((name.to_owned(), call.args().len()));
                    }
                    let diagnostic = refused(self.registry, kind, name, span);
                    self.report(diagnostic);
                }
            }
            return;
        }
        let known = self.registry.methods(name).next().is_some()
            || self.functions.contains(&name)
            || builtin::is_function(name);
        if known || !self.whole {
            return;
        }
        // A stand-in would also answer the host's function of that name.
        if self.registry.function(None, name).is_none() {
            self.unknown.methods.insert((name.to_owned(), call.args().len()));
        }
        let message = format!("there is no method `.{name}`");
        let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_METHOD, span, message);
        diagnostic.label("unknown method");
        let methods: Vec<&str> =
            self.registry.rows().filter(|it| it.is_method()).map(|it| it.name).collect();
        suggest(&mut diagnostic, name, methods.iter().copied(), span);
        self.report(diagnostic);
    }
}

/// Adds "did you mean", or the whole list if it is short.
fn suggest<'a>(
    diagnostic: &mut Diagnostic,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    span: Span,
) {
    if let Some(meant) = nearest(name, known.clone()) {
        diagnostic.help(format!("did you mean `{meant}`?"));
        diagnostic.fix(format!("write `{meant}`"), Applicability::Always, span, meant);
        return;
    }
    let names: Vec<_> = known.map(|it| format!("`{it}`")).collect();
    if !names.is_empty() && names.len() <= 24 {
        diagnostic.help(format!("known are {}", names.join(", ")));
    }
}

/// The finding about a call with a wrong number of arguments.
fn count_finding(spec: &FnSpec, span: Span, count: usize) -> Diagnostic {
    let wants = match (spec.required(), spec.params.len()) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "one argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (0, 1) => "at most one argument".to_owned(),
        (least, most) => format!("{least} to {most} arguments"),
    };
    let message = format!("`{}` takes {wants}, not {count}", spec.path());
    let mut diagnostic = Diagnostic::new(&SCRIPT_ARGUMENTS, span, message);
    diagnostic.label(if count < spec.required() {
        "something is missing"
    } else {
        "something is too much"
    });
    let params: Vec<_> = spec
        .params
        .iter()
        .map(|it| {
            format!("{}: {}{}", it.name, it.ty.what(), if it.optional { ", optional" } else { "" })
        })
        .collect();
    let params =
        if params.is_empty() { String::new() } else { format!(" ({})", params.join("; ")) };
    diagnostic.help(format!("write `{}`{params}", spec.signature()));
    diagnostic
}

/// The finding about a method that a kind of builder does not offer.
#[must_use]
pub fn refused(registry: Registry, kind: &'static Kind, name: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` has no part `.{name}`", kind.name);
    let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_METHOD, span, message);
    diagnostic.label("not one of its parts");
    if let Some(refusal) = kind.refusals.iter().find(|it| it.method == name) {
        diagnostic.help(refusal.reason);
        return diagnostic;
    }
    let offered: Vec<&str> = registry
        .rows()
        .filter(|row| row.is_method() && row.on.contains(&kind))
        .map(|row| row.name)
        .collect();
    if offered.is_empty() {
        diagnostic.help(format!("`{}` has no further parts", kind.name));
        return diagnostic;
    }
    if let Some(meant) = nearest(name, offered.iter().copied()) {
        diagnostic.help(format!("did you mean `.{meant}`?"));
        diagnostic.fix(format!("write `.{meant}`"), Applicability::Always, span, meant);
        return diagnostic;
    }
    let names: Vec<_> = offered.iter().map(|it| format!("`.{it}`")).collect();
    diagnostic.help(format!("its parts are {}", names.join(", ")));
    diagnostic
}

/// The finding about a builder's method on a value that is no builder.
#[must_use]
pub fn not_a_builder(registry: Registry, name: &str, receiver: &Dynamic, span: Span) -> Diagnostic {
    let found = describe(receiver);
    let message = format!("`.{name}` is a part of a declaration, and this is {found}");
    let mut diagnostic = Diagnostic::new(&SCRIPT_UNKNOWN_METHOD, span, message);
    diagnostic.label("not said of a declaration");
    let kinds: Vec<_> = registry
        .methods(name)
        .flat_map(|row| row.on.iter().map(|kind| format!("`{}`", kind.name)))
        .take(4)
        .collect();
    diagnostic.help(format!("it belongs to {}", kinds.join(", ")));
    diagnostic
}
