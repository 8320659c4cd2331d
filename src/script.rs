//! The language: from the text of a script to what it declares, with everything found on the way.
//!
//! [`load`] reads a script and its modules once, tells what can be told from their text, and compiles them; the resulting
//! [`Program`] is shared by every customer's run. [`run`] executes it over one customer's values.

pub mod args;
pub mod builtin;
pub mod engine;
pub mod exposed;
pub mod faults;
pub mod import;
pub mod kind;
pub mod known;
pub mod limits;
mod machine;
pub mod param;
mod patch;
pub mod pending;
pub mod print;
pub mod provenance;
pub mod recorder;
pub mod registry;
mod site;
pub mod statics;
pub mod suite;
pub mod values;

use std::any::Any;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rhai::{AST, ASTNode, Expr, ImmutableString};

use crate::code;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::model::Deployment;
use crate::script::engine::Clock;
use crate::script::import::{Imports, Library};
use crate::script::known::Known;
use crate::script::limits::Stop;
use crate::script::machine::Machines;
use crate::script::param::Parameters;
use crate::script::param::contract::Contract;
use crate::script::pending::Pending;
use crate::script::provenance::{Provenance, identity};
use crate::script::recorder::Recorder;
use crate::script::registry::Registry;
use crate::script::site::{Sites, spot};
use crate::script::statics::Unknown;
use crate::script::suite::Suite;
use crate::script::values::{Unreadable, Values};
use crate::source::files::Files;
use crate::source::{SourceId, Sources, Span};
use crate::syntax::names::Reference;
use crate::syntax::{Call, Function, Let, MapLiteral, Node, StringLiteral, Tree, Variable};

code! {
    /// The text is not a script: something is missing, too much, or not closed. Everything that can be told of the rest is
    /// told as well, but the script is not run.
    ///
    /// ```rhai,reports
    /// let host = "mail.contoso.com"
    /// mail::exchange(host);
    /// ```
    ///
    /// ```rhai
    /// let host = "mail.contoso.com";
    /// mail::exchange(host);
    /// ```
    SCRIPT_SYNTAX: Error = "script-syntax", "syntax error";

    /// A script is larger than any template needs to be. Large texts take disproportionately long to compile, so they are
    /// not compiled at all.
    SCRIPT_SIZE: Error = "script-size", "script beyond all measure"
}

/// The codes of the language, by file.
pub static CODES: &[&[&Code]] = &[
    &[&SCRIPT_SYNTAX, &SCRIPT_SIZE],
    args::CODES,
    faults::CODES,
    import::CODES,
    param::CODES,
    print::CODES,
    statics::CODES,
    values::CODES,
];

/// The most bytes of one script.
pub const MOST_BYTES: u64 = 256 * 1024;
/// The most lines of one script: the engine's places have 16 bits.
const MOST_LINES: usize = 60_000;
/// The most characters of one line, for the same reason.
const MOST_COLUMNS: usize = 10_000;
/// The most parameters of one function.
const MOST_PARAMETERS: usize = 16;
/// The most entries of one map literal.
const MOST_ENTRIES: usize = 500;

/// One script, or a module.
#[derive(Debug)]
pub struct Script {
    /// Its text among the sources.
    pub id: SourceId,
    /// Its name: the path relative to the root with `/`, or `std/…`.
    pub name: String,
    /// Its tree.
    pub tree: Arc<Tree>,
    /// What the engine made of it; nothing if it is no script.
    pub ast: Option<Arc<AST>>,
    /// Where its calls stand. Made when it is first asked for.
    sites: OnceLock<Sites>,
}

impl Script {
    /// A script that was read and is not compiled yet.
    #[must_use]
    pub fn new(id: SourceId, name: impl Into<String>, tree: impl Into<Arc<Tree>>) -> Self {
        let (name, tree) = (name.into(), tree.into());
        Script { id, name, tree, ast: None, sites: OnceLock::new() }
    }

    /// A span in this script.
    #[must_use]
    pub fn span(&self, range: Range<u32>) -> Span {
        Span { source: self.id, start: range.start, end: range.end }
    }

    /// The call whose name stands at an offset, else the smallest thing there.
    #[must_use]
    pub fn whole(&self, offset: u32) -> Span {
        let call = self.tree.call_at(offset).map(Call::own_range);
        self.span(call.unwrap_or_else(|| self.tree.node_at(offset).range()))
    }

    /// The name of the call at an offset, else the smallest thing there.
    #[must_use]
    pub fn name_at(&self, offset: u32) -> Span {
        let name = self.tree.call_at(offset).map(Call::name_range);
        name.map_or_else(|| self.whole(offset), |range| self.span(range))
    }
}

/// A script with its modules, read and compiled once.
#[derive(Debug)]
pub struct Program {
    /// The folder that imports may not leave, with links resolved.
    pub root: PathBuf,
    /// The texts.
    pub sources: Sources,
    /// The scripts: the entry first, then the modules in the order in which they were met.
    pub scripts: Vec<Script>,
    /// What they ask of the values.
    pub contract: Contract,
    /// What was found in their texts.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether they can be run.
    pub runnable: bool,
    imports: Imports,
    unknown: Unknown,
    /// By identity; made when one is first asked for.
    literals: OnceLock<BTreeMap<usize, Literal>>,
    ingredients: Mutex<HashMap<Span, Arc<[String]>>>,
    /// For the use of a variable, the value that it is declared with: both as nodes of a script.
    initials: HashMap<(SourceId, u32), u32>,
    machines: Machines,
}

/// A text that stands in a script.
#[derive(Debug)]
pub struct Literal {
    /// Where.
    pub span: Span,
    /// What it means to the format that it was first read as.
    pub parsed: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl Program {
    /// The script of an engine's source name; the entry script for none.
    #[must_use]
    pub fn script(&self, source: Option<&str>) -> &Script {
        &self.scripts[self.script_index(source)]
    }

    /// The index of that script.
    fn script_index(&self, source: Option<&str>) -> usize {
        if self.scripts.len() == 1 {
            return 0;
        }
        let named = source.and_then(|name| self.scripts.iter().position(|it| it.name == name));
        named.unwrap_or(0)
    }

    /// The module that an import of a script brings, as an index into the scripts.
    #[must_use]
    pub fn import(&self, from: SourceId, path: &str) -> Option<usize> {
        self.imports.get(from, path)
    }

    /// The literal of the scripts that a text is.
    #[must_use]
    pub fn literal(&self, text: &ImmutableString) -> Option<&Literal> {
        let literals = self.literals.get_or_init(|| {
            let mut literals = BTreeMap::new();
            for script in &self.scripts {
                let Some(ast) = &script.ast else { continue };
                ast.walk(&mut |path: &[ASTNode<'_>]| {
                    if let Some(ASTNode::Expr(Expr::StringConstant(text, position))) = path.last() {
                        let offset = self.sources.get(script.id).offset(spot(*position));
                        if let Some(literal) = script.tree.string_at(offset) {
                            let span = script.span(literal.range());
                            literals
                                .insert(identity(text), Literal { span, parsed: OnceLock::new() });
                        }
                    }
                    true
                });
            }
            literals
        });
        literals.get(&identity(text))
    }

    /// The literal texts within an expression, and within those that its variables are declared with.
    #[must_use]
    pub fn literals_within(&self, span: Span) -> Vec<Span> {
        let Some(script) = self.scripts.iter().find(|it| it.id == span.source) else {
            return Vec::new();
        };
        let mut spans = Vec::new();
        let mut nodes = vec![(covering(script.tree.node_at(span.start), span), 0)];
        while let Some((node, depth)) = nodes.pop() {
            for node in std::iter::once(node).chain(node.descendants()) {
                if StringLiteral::cast(node).is_some() {
                    spans.push(script.span(node.range()));
                } else if depth < 6
                    && let Some(init) = self.initial(script, node)
                {
                    nodes.push((init, depth + 1));
                }
            }
        }
        spans
    }

    /// The names of the parameters that the variables in an expression were made from, as far as the text tells.
    #[must_use]
    pub fn ingredients(&self, span: Span) -> Arc<[String]> {
        let known = || self.ingredients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = known().get(&span) {
            return names.clone();
        }
        // Twenty customers ask the same of the same text.
        let names: Arc<[String]> = self.gather_ingredients(span).into();
        known().insert(span, names.clone());
        names
    }

    fn gather_ingredients(&self, span: Span) -> Vec<String> {
        let Some(script) = self.scripts.iter().find(|it| it.id == span.source) else {
            return Vec::new();
        };
        let mut names = Vec::new();
        let node = covering(script.tree.node_at(span.start), span);
        self.gather(script, node, 0, &mut names);
        names
    }

    fn gather(&self, script: &Script, node: Node<'_>, depth: u8, names: &mut Vec<String>) {
        for node in std::iter::once(node).chain(node.descendants()) {
            if let Some(call) = Call::cast(node)
                && call.namespace().is_some_and(|(namespace, _)| namespace == "param")
                && let Some(name) =
                    call.args().first().and_then(|it| StringLiteral::cast(*it)?.value())
                && !names.contains(&name)
            {
                names.push(name);
            }
            if depth < 6
                && Variable::cast(node).is_some()
                && let Some(init) = self.initial(script, node)
            {
                self.gather(script, init, depth + 1, names);
            }
        }
    }

    /// The value that a variable is declared with, for one that is declared by a statement.
    fn initial<'s>(&self, script: &'s Script, node: Node<'_>) -> Option<Node<'s>> {
        Some(script.tree.node(*self.initials.get(&(script.id, node.index()))?))
    }

    /// Whether an expression calls a module that could not be read, whose faults only follow from that.
    fn calls_broken_module(&self, script: &Script, span: Span) -> bool {
        let calls = script.tree.calls().filter(|it| span.contains(script.span(it.own_range())));
        calls.filter_map(Call::namespace).any(|(namespace, _)| {
            let import = script
                .tree
                .imports()
                .find(|it| it.alias().is_some_and(|(alias, _)| alias == namespace));
            import.is_some_and(|it| {
                it.path().is_none_or(|path| self.import(script.id, &path).is_none())
            })
        })
    }
}

/// The smallest node that holds a whole span.
fn covering(node: Node<'_>, span: Span) -> Node<'_> {
    let mut node = node;
    while node.range().end < span.end {
        match node.parent() {
            Some(parent) => node = parent,
            None => break,
        }
    }
    node
}

/// Reads a script and the modules that it imports.
///
/// `root` is the folder that imports may not leave; the folder of the entry script if none is given.
pub fn load(
    files: &dyn Files,
    entry: &Path,
    root: Option<&Path>,
    library: Library,
    registry: Registry,
    known: &mut Known,
) -> Result<Program, Unreadable> {
    let mut sources = Sources::default();
    let mut diagnostics = Vec::new();
    let (scripts, imports, root) =
        import::read_all(files, entry, root, library, known, &mut sources, &mut diagnostics)?;
    let mut program = Program {
        root,
        sources,
        scripts,
        contract: Contract::default(),
        runnable: diagnostics.is_empty(),
        diagnostics,
        imports,
        unknown: Unknown::default(),
        literals: OnceLock::new(),
        ingredients: Mutex::default(),
        initials: HashMap::new(),
        machines: Machines::default(),
    };
    let sound: Vec<bool> = program
        .scripts
        .iter()
        .map(|script| {
            let before = program.diagnostics.len();
            report_syntax(script, &mut program.diagnostics);
            report_size(script, &program.sources, &mut program.diagnostics);
            // `eval` is reported with what to do instead.
            let evaluates = script.tree.calls().any(|it| it.name() == "eval");
            program.diagnostics.len() == before && !evaluates
        })
        .collect();
    // None of these needs another.
    let program = Arc::new(program);
    let (first, second) = (program.clone(), program.clone());
    let ((compiled, asked), named) = known.both(
        move || named(&first, registry),
        |known| {
            known.both(
                move || asked(&second),
                |known| {
                    let scripts = program.scripts.iter().zip(&sound);
                    let compile = |(script, sound): (&Script, &bool)| {
                        let known = || known.ast(script, program.sources.get(script.id));
                        sound.then(|| known().map_or_else(|| compile(script), Ok))
                    };
                    scripts.map(compile).collect::<Vec<_>>()
                },
            )
        },
    );
    let mut program = Arc::into_inner(program).expect("what shared it is done");
    for (script, compiled) in program.scripts.iter_mut().zip(compiled) {
        match compiled {
            Some(Ok(ast)) => script.ast = Some(ast),
            Some(Err(error)) => {
                report_parse(script, &program.sources, &error, &mut program.diagnostics);
            }
            None => {}
        }
        program.runnable &= script.ast.is_some();
    }
    known.keep(&program.scripts);
    for span in asked.exposed {
        program.sources.veil(span);
    }
    program.runnable &= named
        .diagnostics
        .iter()
        .all(|it| !std::ptr::eq(it.code, &raw const statics::SCRIPT_FORBIDDEN));
    program.diagnostics.extend(asked.diagnostics);
    program.diagnostics.extend(named.diagnostics);
    program.contract = asked.contract;
    program.unknown = named.unknown;
    program.initials = named.initials;
    Ok(program)
}

fn compile(script: &Script) -> Result<Arc<AST>, Box<rhai::ParseError>> {
    engine::compile(&script.name, &engine_text(script.tree.text())).map(Arc::new)
}

/// What the calls of a program tell: what is written out, and what is asked of the values.
#[derive(Default)]
struct Asked {
    exposed: Vec<Span>,
    contract: Contract,
    diagnostics: Vec<Diagnostic>,
}

fn asked(program: &Program) -> Asked {
    let mut asked = Asked::default();
    for script in &program.scripts {
        asked.exposed.extend(exposed::written_out(script));
        asked.contract.read(script, &mut asked.diagnostics);
        // The first call of a run would wait for them.
        script.find_sites(&program.sources);
    }
    asked
}

/// What the names of a program tell.
#[derive(Default)]
struct Named {
    unknown: Unknown,
    diagnostics: Vec<Diagnostic>,
    initials: HashMap<(SourceId, u32), u32>,
}

fn named(program: &Program, registry: Registry) -> Named {
    let mut told = Named::default();
    for script in &program.scripts {
        let (unknown, found) = (&mut told.unknown, &mut told.diagnostics);
        let names = statics::check(program, script, registry, unknown, found);
        let initial = |it: &Reference<'_>| {
            let init = Let::cast(names.bindings[it.binding?].node)?.init()?;
            Some(((script.id, it.node.index()), init.index()))
        };
        told.initials.extend(names.references.iter().filter_map(initial));
    }
    told
}

/// What one run brought forth.
#[derive(Debug)]
pub struct Run {
    /// The texts of the scripts and of the values.
    pub sources: Sources,
    /// What was declared.
    pub deployment: Deployment,
    /// What was found, in the texts and while running.
    pub diagnostics: Vec<Diagnostic>,
    /// The tests that were declared.
    pub suite: Suite,
    /// How often the run came by each probe; see [`recorder::PROBES`].
    pub hits: BTreeMap<u32, u64>,
    /// How many steps it took, to about a hundred.
    pub steps: u64,
}

/// Runs a program over one customer's values.
///
/// `sources` are the program's with those of the values added; `diagnostics` are the findings in the values.
#[must_use]
pub fn run(
    program: &Arc<Program>,
    registry: Registry,
    values: &Values,
    mut sources: Sources,
    diagnostics: Vec<Diagnostic>,
    stop: &Stop,
) -> Run {
    let entry = &program.scripts[0];
    let text = &program.sources.get(entry.id).text;
    let end = text.trim_end().len() as u32;
    let mut deployment = Deployment::empty(entry.span(end..end));
    let cut = |it: &Diagnostic| std::ptr::eq(it.code, &raw const statics::SCRIPT_UNREACHABLE);
    deployment.complete = program.unknown.is_empty() && !program.diagnostics.iter().any(cut);
    deployment.read_only_secrets = values.read_only_secrets();
    let mut all = program.diagnostics.clone();
    all.extend(diagnostics);
    if !program.runnable {
        deployment.complete = false;
        let (suite, hits) = (Suite::default(), BTreeMap::new());
        return Run { sources, deployment, diagnostics: all, suite, hits, steps: 0 };
    }
    let mut provenance = Provenance::default();
    let parameters = Parameters::resolve(program, values, &mut provenance, &mut sources, &mut all);
    let recorder = Recorder {
        registry,
        program: program.clone(),
        sources,
        deployment,
        diagnostics: all,
        suite: Suite::default(),
        hits: BTreeMap::new(),
        pending: Pending::default(),
        provenance,
        clock: Clock::start(stop.clone()),
        parameters,
        modules: BTreeMap::new(),
        calls: 0,
        seen: HashSet::new(),
        repeated: None,
    };
    let ran = match &entry.ast {
        Some(ast) => program.execute(ast, recorder),
        None => recorder,
    };
    Run {
        sources: ran.sources,
        deployment: ran.deployment,
        diagnostics: ran.diagnostics,
        suite: ran.suite,
        hits: ran.hits,
        steps: ran.clock.steps,
    }
}

/// Runs something on a stack that the language's limits cannot exhaust.
pub fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let builder = std::thread::Builder::new().stack_size(limits::STACK);
        let thread = builder.spawn_scoped(scope, work).expect("the system has room for a thread");
        match thread.join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// The text as the engine reads it: a byte order mark and a `#!` line are blanked, place for place.
fn engine_text(text: &str) -> String {
    let (mark, rest) = match text.strip_prefix('\u{FEFF}') {
        Some(rest) => (" ", rest),
        None => ("", text),
    };
    match rest.strip_prefix("#!") {
        Some(rest) => format!("{mark}//{rest}"),
        None => format!("{mark}{rest}"),
    }
}

fn report_syntax(script: &Script, out: &mut Vec<Diagnostic>) {
    for error in script.tree.errors() {
        let span = script.span(error.range.clone());
        let mut diagnostic = Diagnostic::new(&SCRIPT_SYNTAX, span, error.message.clone());
        diagnostic.label(error.label.clone().unwrap_or_default());
        if let Some(help) = &error.help {
            diagnostic.help(help.clone());
        }
        if let Some((at, text)) = &error.insert {
            let place = script.span(*at..*at);
            diagnostic.fix(format!("insert `{text}`"), Applicability::Always, place, text.clone());
        }
        if let Some((range, text)) = &error.replace {
            let place = script.span(range.clone());
            let title =
                if text.is_empty() { "take it out".to_owned() } else { format!("write `{text}`") };
            diagnostic.fix(title, Applicability::Review, place, text.clone());
        }
        out.push(diagnostic);
    }
}

fn report_size(script: &Script, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let text = &sources.get(script.id).text;
    let mut report = |range: Range<u32>, message: String| {
        let mut diagnostic = Diagnostic::new(&SCRIPT_SIZE, script.span(range), message);
        diagnostic.label("more than a template needs").help("split it into modules, or shorten it");
        out.push(diagnostic);
    };
    // Most scripts are shorter than one line may be.
    if text.len() > MOST_COLUMNS {
        if text.lines().count() > MOST_LINES {
            report(0..0, format!("the script has more than {MOST_LINES} lines"));
        }
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if line.len() > MOST_COLUMNS && line.chars().count() > MOST_COLUMNS {
                report(at..at, format!("the line has more than {MOST_COLUMNS} characters"));
            }
            at += line.len() as u32;
        }
    }
    let mut variables = 0;
    for node in script.tree.root().descendants() {
        if Let::cast(node).is_some() {
            variables += 1;
            if variables == limits::VARIABLES + 1 {
                let most = limits::VARIABLES;
                report(node.range(), format!("the script declares more than {most} variables"));
            }
        } else if let Some(function) = Function::cast(node) {
            if function.params().len() > MOST_PARAMETERS {
                let message = format!("the function has more than {MOST_PARAMETERS} parameters");
                report(function.name_range(), message);
            }
        } else if let Some(map) = MapLiteral::cast(node)
            && map.entries().count() > MOST_ENTRIES
        {
            report(node.range(), format!("the map has more than {MOST_ENTRIES} entries"));
        }
    }
}

/// What the engine says of a text that our own tree has nothing against.
#[expect(clippy::wildcard_enum_match_arm, reason = "the engine's list of errors is open")]
fn report_parse(
    script: &Script,
    sources: &Sources,
    error: &rhai::ParseError,
    out: &mut Vec<Diagnostic>,
) {
    use rhai::ParseErrorType as Type;
    let position = error.position();
    let offset = sources.get(script.id).offset(spot(position));
    let span = script.span(script.tree.node_at(offset).range());
    let span = if span.end - span.start > 200 { script.span(offset..offset) } else { span };
    let deep = matches!(error.err_type(), Type::ExprTooDeep);
    let text = error.err_type().to_string();
    let message = match error.err_type() {
        Type::ExprTooDeep => {
            format!("expressions are nested deeper than {} levels", limits::EXPRESSION_DEPTH)
        }
        Type::FnDuplicatedDefinition(name, _) => format!("the function `{name}` is defined twice"),
        Type::FnDuplicatedParam(function, name) => {
            format!("the function `{function}` has two parameters `{name}`")
        }
        Type::TooManyFunctions => {
            format!("the script has more than {} functions", limits::FUNCTIONS)
        }
        Type::AssignmentToConstant(name) => format!("`{name}` is a constant and cannot be changed"),
        Type::LoopBreak => "`break` or `continue` stands outside of a loop".to_owned(),
        Type::DuplicatedProperty(name) => format!("the map has two entries `{name}`"),
        Type::DuplicatedVariable(name) | Type::VariableExists(name) => {
            format!("there is a variable `{name}` already")
        }
        Type::WrongExport => "`export` stands only at the top of a module".to_owned(),
        _ => lower_first(&text),
    };
    let code = if deep { &faults::SCRIPT_LIMIT } else { &SCRIPT_SYNTAX };
    let mut diagnostic = Diagnostic::new(code, span, message);
    diagnostic.label(if deep { "stopped here" } else { "here" });
    out.push(diagnostic);
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

impl Recorder {
    /// Whether a fault at a place only follows from what is reported there already.
    fn silenced(&self, span: Span) -> bool {
        let unknown = |it: &Diagnostic| {
            statics::CODES.iter().any(|code| std::ptr::eq(*code, it.code))
                && span.contains(it.primary)
        };
        if self.diagnostics.iter().any(unknown) {
            return true;
        }
        let script = self.program.scripts.iter().find(|it| it.id == span.source);
        script.is_some_and(|script| self.program.calls_broken_module(script, span))
    }
}

/// A path as names are written: with `/`.
fn with_slashes(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|it| it.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The folder of a file.
pub(crate) fn folder(path: &Path) -> PathBuf {
    path.parent()
        .map(Path::to_path_buf)
        .filter(|it| !it.as_os_str().is_empty())
        .unwrap_or_else(|| PathBuf::from("."))
}
