//! The only file that knows Rhai's volatile parts: packages, limits, guards, call stack, clock.
//!
//! The engine is raw, with chosen packages: none that reads a clock, sleeps, exits or evaluates text. Two functions of
//! the packages would hang or abort the process and are replaced. Limits are the same in every build profile, and a
//! script runs on a thread of its own with a stack that the limits cannot exhaust.

#![expect(clippy::wildcard_enum_match_arm, reason = "the engine's enums are open")]

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Instant;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{
    AST, Caches, CustomExpr, Dynamic, DynamicReadLock, Engine, EvalAltResult, Expr, FlowControl,
    FnPtr, FuncRegistration, ImmutableString, Module, ModuleResolver, NativeCallContext,
    OptimizationLevel, Position, RhaiFunc, Scope, Stmt, StmtBlock,
};

use crate::model::Secret;
use crate::script::args::{Argument, Call, SECRET_EXPOSED};
use crate::script::pending::{Act, Noted};
use crate::script::recorder::{
    HANDLE_NAME, Handle, POISON, POISON_NAME, Poison, SECRET_NAME, Shared,
};
use crate::script::registry::{FnSpec, Handler, Param, Registry, Ty};
use crate::script::statics::{self, Unknown};
use crate::script::{Program, builtin, faults, limits};

/// After how many steps a run is looked at.
const CHECKED: u64 = 64;

/// The key of the guard nodes; no script can write it.
const GUARD: &str = "guard\u{0}";

/// An engine for the runs of a program, each over the recorder that is shared at that time.
pub(super) fn engine(registry: Registry, recorder: &Shared, program: &Program) -> Engine {
    let unknown = &program.unknown;
    let mut engine = bare();
    engine.register_global_module(PACKAGES.clone());
    let host = host(registry);
    engine.register_global_module(host.global.clone());
    for (name, module) in &host.namespaces {
        engine.register_static_module(name, module.clone());
    }
    if !unknown.is_empty() {
        stand_in(&mut engine, registry, host, unknown);
        let variables = unknown.variables.clone();
        #[expect(deprecated, reason = "it is only marked as volatile; the version is pinned")]
        engine.on_var(move |name, _, context| {
            let known = context.scope().contains(name) || !variables.contains(name);
            Ok(if known { None } else { Some(Dynamic::from(Poison)) })
        });
    }
    engine.set_default_tag(Dynamic::from(recorder.clone()));
    engine.set_module_resolver(Modules(recorder.clone()));
    let clock = recorder.clone();
    engine.on_progress(move |operations| {
        let late = operations % CHECKED == 0 && clock.lock().clock.is_over(operations);
        late.then(|| Dynamic::from("time"))
    });
    // The call stack is kept only while a debugger is there, and holds calls of the scripts' own functions.
    if program.scripts.iter().filter_map(|it| it.ast.as_ref()).any(|it| it.has_functions()) {
        #[expect(deprecated, reason = "it is only marked as volatile; the version is pinned")]
        engine.register_debugger(
            |_, debugger| debugger,
            |_, _, _, _, _| Ok(rhai::debugger::DebuggerCommand::Continue),
        );
    }
    let shared = recorder.clone();
    engine.register_custom_syntax_with_state_raw(
        GUARD,
        |_, _, _| Ok(None),
        true,
        move |context, inputs, _| {
            let result = context.eval_expression_tree(&inputs[0]);
            match result {
                Err(error) if is_fault(&error) => {
                    let source = context.source().map(ToOwned::to_owned);
                    let statement = inputs[0].position();
                    faults::record(&mut shared.lock(), source.as_deref(), &error, statement);
                    Ok(Dynamic::from(Poison))
                }
                other => other,
            }
        },
    );
    engine
}

/// Compiles a text and puts the guards in. The engine's own message is the answer if it does not parse.
pub(super) fn compile(name: &str, text: &str) -> Result<AST, Box<rhai::ParseError>> {
    let mut ast = bare().compile(text).map_err(Box::new)?;
    let statements: Vec<Stmt> = ast.statements().iter().cloned().map(guard_statement).collect();
    ast = AST::new(statements, ast.shared_lib().clone());
    ast.set_source(name);
    Ok(ast)
}

/// A script that was compiled, with another statement at an index: the only one of a text. Nothing if it is not one, or
/// defines a function.
pub(super) fn replace(ast: &AST, index: usize, text: &str) -> Option<AST> {
    let alone = bare().compile(text).ok().filter(|it| !it.has_functions())?;
    let [statement] = alone.statements() else { return None };
    let mut statements = ast.statements().to_vec();
    *statements.get_mut(index)? = guard_statement(statement.clone());
    let mut replaced = AST::new(statements, ast.shared_lib().clone());
    replaced.set_source(ast.source().unwrap_or_default());
    Some(replaced)
}

/// Runs a script to its end, and carries out what it says. What stops it is recorded.
///
/// The caches hold where functions were found: they may be handed on to the next run of the same program by the same
/// engine.
pub(super) fn run(engine: &Engine, caches: &mut Caches, ast: &AST, recorder: &Shared) {
    let mut scope = Scope::new();
    let mut global = engine.new_global_runtime_state();
    global.source = ast.source().map(Into::into);
    global.lib.push(ast.shared_lib().clone());
    #[expect(deprecated, reason = "nothing else takes caches; the version is pinned")]
    let result = engine.eval_statements_raw(&mut global, caches, &mut scope, ast.statements());
    if let Err(error) = result {
        faults::record(&mut recorder.lock(), ast.source(), &error, Position::NONE);
    }
    recorder.lock().settle();
}

/// Ends a run that takes too long.
#[derive(Debug)]
pub struct Clock {
    started: Instant,
    stop: limits::Stop,
    /// How many steps were taken when it was last looked at.
    pub steps: u64,
}

impl Clock {
    /// A clock that starts now.
    #[expect(clippy::disallowed_methods, reason = "the guard against a script that does not end")]
    pub(super) fn start(stop: limits::Stop) -> Self {
        Clock { started: Instant::now(), stop, steps: 0 }
    }

    /// Whether the run is to end after so many steps.
    fn is_over(&mut self, steps: u64) -> bool {
        self.steps = steps;
        self.stop.is_wanted()
            || (steps.is_multiple_of(16 * CHECKED) && self.started.elapsed() > limits::TIME)
    }
}

/// An engine with the language's settings and nothing to call.
fn bare() -> Engine {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    // The interner would give equal texts one identity.
    engine.set_max_strings_interned(0);
    engine.set_fail_on_invalid_map_property(true);
    engine.set_max_operations(limits::OPERATIONS);
    engine.set_max_call_levels(limits::CALL_DEPTH);
    engine.set_max_expr_depths(limits::EXPRESSION_DEPTH, limits::EXPRESSION_DEPTH);
    engine.set_max_string_size(limits::TEXT);
    engine.set_max_array_size(limits::LIST);
    engine.set_max_map_size(limits::MAP);
    engine.set_max_variables(limits::VARIABLES);
    engine.set_max_functions(limits::FUNCTIONS);
    engine.set_max_modules(limits::MODULES);
    engine.disable_symbol("eval");
    engine.register_type_with_name::<Poison>(POISON_NAME);
    engine.register_type_with_name::<Handle>(HANDLE_NAME);
    engine.register_type_with_name::<Secret>(SECRET_NAME);
    engine
}

/// The packages that a script may use, and what replaces their traps.
static PACKAGES: LazyLock<Arc<Module>> = LazyLock::new(|| {
    let mut module = Module::new();
    ArithmeticPackage::init(&mut module);
    BasicStringPackage::init(&mut module);
    BasicIteratorPackage::init(&mut module);
    LogicPackage::init(&mut module);
    BasicMathPackage::init(&mut module);
    BasicArrayPackage::init(&mut module);
    BasicMapPackage::init(&mut module);
    MoreStringPackage::init(&mut module);
    // A package keeps a list that is gone through from end to end for every name that is not in it, and each method of a
    // builder is first looked for among the script's own functions. Merged, it is a table.
    let mut table = Module::new();
    table.merge(&module);
    replace_traps(&mut table);
    table.build_index();
    Arc::new(table)
});

fn replace_traps(module: &mut Module) {
    // `pad` with an empty text never ends (present in 1.27.0), out of reach of limits and clock.
    for filler in [TypeId::of::<ImmutableString>(), TypeId::of::<char>()] {
        let types = [TypeId::of::<ImmutableString>(), TypeId::of::<rhai::INT>(), filler];
        raw(module, "pad", &types, true, |_, args| {
            let length = args[1].as_int().unwrap_or(0);
            let filler = args[2].to_string();
            let mut text = args[0].to_string();
            let length = usize::try_from(length).unwrap_or(0);
            if length > limits::TEXT {
                let place = Position::NONE;
                return Err(
                    EvalAltResult::ErrorDataTooLarge("Length of string".into(), place).into()
                );
            }
            let mut count = text.chars().count();
            while count < length && !filler.is_empty() {
                for letter in filler.chars().take(length - count) {
                    text.push(letter);
                }
                count = text.chars().count();
            }
            *args[0] = text.into();
            Ok(Dynamic::UNIT)
        });
    }
    // A comparison with what is reported already is neither true nor false: what hangs on it is not run, is not reported,
    // and may not be missed.
    let (poison, any) = (TypeId::of::<Poison>(), TypeId::of::<Dynamic>());
    for name in ["==", "!=", "<", "<=", ">", ">="] {
        for types in [[poison, any], [any, poison], [poison, poison]] {
            raw(module, name, &types, false, |context, _| {
                if let Some(shared) = shared(&context) {
                    shared.lock().deployment.complete = false;
                }
                Ok(Dynamic::from(Poison))
            });
        }
    }
    for name in ["to_string", "to_debug"] {
        raw(module, name, &[TypeId::of::<Poison>()], false, |_, _| Ok(POISON.to_string().into()));
        raw(module, name, &[TypeId::of::<Secret>()], false, |context, _| {
            expose(&context);
            Ok(POISON.to_string().into())
        });
        raw(module, name, &[TypeId::of::<Handle>()], false, |context, _| {
            let message = "a declaration cannot become part of a text";
            Err(EvalAltResult::ErrorRuntime(message.into(), context.call_position()).into())
        });
        // The name of a closure differs from run to run.
        raw(module, name, &[TypeId::of::<FnPtr>()], false, |context, _| {
            let message = "a function cannot become part of a text";
            Err(EvalAltResult::ErrorRuntime(message.into(), context.call_position()).into())
        });
    }
}

/// Reports a secret that would have become part of a text.
fn expose(context: &NativeCallContext<'_>) {
    let Some(shared) = shared(context) else { return };
    let mut recorder = shared.lock();
    let script = recorder.script(context.call_source());
    let offset = recorder.offset(script.id, context.call_position());
    let span = script.whole(offset);
    recorder
        .at(&SECRET_EXPOSED, span, "a secret cannot become part of a text")
        .label("its value would be seen here")
        .help("hand the secret itself to the function that takes one");
}

/// The types of arguments under which a row is registered: any at all, so that what does not fit is answered by us, and
/// those that fit, which Rhai tries first. If it found none, it would ask its packages, and these are slow to wake.
fn shapes(row: &FnSpec) -> Vec<Vec<TypeId>> {
    let exact = |param: &Param| match param.ty {
        Ty::Flag => TypeId::of::<bool>(),
        Ty::Port | Ty::Days => TypeId::of::<rhai::INT>(),
        Ty::Secret => TypeId::of::<Secret>(),
        Ty::Choices => TypeId::of::<rhai::Array>(),
        Ty::Text
        | Ty::Host
        | Ty::SqlServer
        | Ty::Database
        | Ty::Account
        | Ty::Email
        | Ty::Url
        | Ty::Guid
        | Ty::Build
        | Ty::Path
        | Ty::Thumbprint
        | Ty::Domain
        | Ty::Property
        | Ty::Name
        | Ty::Choice
        | Ty::Any => TypeId::of::<ImmutableString>(),
    };
    let receiver = usize::from(row.is_method());
    let any = |count| vec![TypeId::of::<Dynamic>(); receiver + count];
    let fitting = |count: usize| {
        let builder = std::iter::repeat_n(TypeId::of::<Handle>(), receiver);
        builder.chain(row.params[..count].iter().map(exact)).collect()
    };
    row.counts().flat_map(|count| [any(count), fitting(count)]).collect()
}

/// The types that Rhai's packages print.
static EXACT_TYPES: &[fn() -> TypeId] = &[
    TypeId::of::<ImmutableString>,
    TypeId::of::<rhai::INT>,
    TypeId::of::<rhai::FLOAT>,
    TypeId::of::<bool>,
    TypeId::of::<char>,
    TypeId::of::<()>,
    TypeId::of::<rhai::Array>,
    TypeId::of::<rhai::Map>,
    TypeId::of::<Poison>,
    TypeId::of::<Secret>,
    TypeId::of::<Handle>,
    TypeId::of::<FnPtr>,
];

/// The host functions as modules, made once per process for each registry.
struct Host {
    global: Arc<Module>,
    namespaces: Vec<(&'static str, Arc<Module>)>,
}

fn host(registry: Registry) -> &'static Host {
    static HOSTS: Mutex<Vec<(usize, &'static Host)>> = Mutex::new(Vec::new());
    let mut hosts = HOSTS.lock().unwrap_or_else(PoisonError::into_inner);
    let tables = registry.tables.as_ptr().addr();
    if let Some((_, host)) = hosts.iter().find(|(it, _)| *it == tables) {
        return host;
    }
    // There are as many registries as the program has tables, and each lasts as long as the process.
    let host: &'static Host = Box::leak(Box::new(Host::of(registry)));
    hosts.push((tables, host));
    host
}

impl Host {
    fn of(registry: Registry) -> Host {
        let mut global = Module::new();
        let mut methods: BTreeMap<&'static str, Vec<&'static FnSpec>> = BTreeMap::new();
        let mut namespaces: Vec<(&'static str, Module)> = Vec::new();
        for row in registry.rows() {
            if row.is_method() {
                methods.entry(row.name).or_default().push(row);
                continue;
            }
            let module = match row.namespace {
                None => &mut global,
                Some(name) => {
                    let at = namespaces.iter().position(|(it, _)| *it == name);
                    let at = at.unwrap_or_else(|| {
                        namespaces.push((name, Module::new()));
                        namespaces.len() - 1
                    });
                    &mut namespaces[at].1
                }
            };
            let mut shapes = shapes(row);
            // Rhai's own function for an exact type would be preferred.
            if builtin::is_function(row.name) {
                shapes.extend(EXACT_TYPES.iter().map(|it| vec![it()]));
            }
            for types in shapes {
                raw(module, row.name, &types, false, |context, args| {
                    Ok(invoke(&context, row, None, args))
                });
            }
        }
        for (name, rows) in methods {
            let types: BTreeSet<Vec<TypeId>> = rows.iter().flat_map(|row| shapes(row)).collect();
            for types in types {
                let rows = rows.clone();
                raw(&mut global, name, &types, true, move |context, args| {
                    Ok(method(&context, registry, &rows, args))
                });
            }
        }
        global.build_index();
        let finish = |(name, mut module): (_, Module)| {
            module.build_index();
            // One without an identity is copied by every engine that it is registered with.
            module.set_id(name);
            (name, Arc::new(module))
        };
        let namespaces = namespaces.into_iter().map(finish).collect();
        Host { global: Arc::new(global), namespaces }
    }
}

/// Gives a call that the static pass has reported something to call, so that the rest of its statement still counts: a
/// known function takes the wrong number of arguments, an unknown one returns what is silent.
fn stand_in(engine: &mut Engine, registry: Registry, host: &Host, unknown: &Unknown) {
    let mut namespaces: BTreeMap<&str, Module> = BTreeMap::new();
    for (namespace, name, count) in &unknown.functions {
        let module = namespaces.entry(namespace).or_insert_with(|| {
            let known = host.namespaces.iter().find(|(it, _)| it == namespace);
            known.map_or_else(Module::new, |(_, module)| (**module).clone())
        });
        let types = vec![TypeId::of::<Dynamic>(); *count];
        let namespace = Some(namespace.as_str()).filter(|it| !it.is_empty());
        match registry.function(namespace, name) {
            Some(row) => raw(module, name, &types, false, move |context, args| {
                Ok(invoke(&context, row, None, args))
            }),
            None => raw(module, name, &types, false, |_, _| Ok(Dynamic::from(Poison))),
        }
    }
    let mut global = namespaces.remove("").unwrap_or_default();
    for (name, mut module) in namespaces {
        module.build_index();
        engine.register_static_module(name, Arc::new(module));
    }
    for (name, count) in &unknown.methods {
        let types = vec![TypeId::of::<Dynamic>(); count + 1];
        let rows: Vec<&FnSpec> = registry.methods(name).collect();
        if rows.is_empty() {
            raw(&mut global, name, &types, true, |_, args| Ok(args[0].clone()));
        } else {
            raw(&mut global, name, &types, true, move |context, args| {
                Ok(method(&context, registry, &rows, args))
            });
        }
    }
    global.build_index();
    engine.register_global_module(Arc::new(global));
}

fn raw(
    module: &mut Module,
    name: &str,
    types: &[TypeId],
    is_method: bool,
    function: impl Fn(NativeCallContext<'_>, &mut [&mut Dynamic]) -> Result<Dynamic, Box<EvalAltResult>>
    + Send
    + Sync
    + 'static,
) {
    let call = move |context: Option<NativeCallContext<'_>>, args: &mut [&mut Dynamic]| {
        function(context.expect("the function asks for its context"), args)
    };
    let func = Arc::new(call);
    let function = if is_method {
        RhaiFunc::Method { func, has_context: true, is_pure: true, is_volatile: true }
    } else {
        RhaiFunc::Pure { func, has_context: true, is_pure: true, is_volatile: true }
    };
    FuncRegistration::new(name).set_into_module_raw(module, types, function);
}

fn shared<'c>(context: &'c NativeCallContext<'_>) -> Option<DynamicReadLock<'c, Shared>> {
    context.tag()?.read_lock::<Shared>()
}

/// Calls a method of a builder: of the rows of its name, the one that this kind of builder offers.
fn method(
    context: &NativeCallContext<'_>,
    registry: Registry,
    rows: &[&'static FnSpec],
    args: &mut [&mut Dynamic],
) -> Dynamic {
    let name = rows[0].name;
    let receiver = &*args[0];
    let Some(handle) = receiver.read_lock::<Handle>().map(|it| *it) else {
        if !receiver.is::<Poison>() {
            refuse_receiver(context, registry, name, receiver);
        }
        return Dynamic::from(Poison);
    };
    match rows.iter().find(|row| row.on.contains(&handle.kind)) {
        Some(row) => {
            drop(invoke(context, row, Some(handle), &mut args[1..]));
        }
        None => refuse_method(context, registry, name, handle),
    }
    Dynamic::from(handle)
}

/// Calls a row with its arguments, or notes the call.
fn invoke(
    context: &NativeCallContext<'_>,
    spec: &'static FnSpec,
    builder: Option<Handle>,
    args: &mut [&mut Dynamic],
) -> Dynamic {
    let Some(shared) = shared(context) else { return Dynamic::from(Poison) };
    let recorder = &mut *shared.lock();
    let position = context.call_position();
    let script = recorder.program.script_index(context.call_source());
    recorder.calls += 1;
    if recorder.calls > recorder.registry.most_calls {
        let program = recorder.program.clone();
        let site = program.scripts[script].site(position, &program.sources);
        faults::too_many_calls(recorder, site.span);
        return Dynamic::from(Poison);
    }
    let frames = context.debugger().map_or(&[][..], rhai::debugger::Debugger::call_stack);
    let via = recorder.callers(frames, position);
    let count = args.len();
    let values = args.iter().map(|it| it.flatten_clone());
    let (act, answer) = match spec.handler {
        Handler::Declares(kind, declare) => {
            let declaration = recorder.pending.declaration();
            (Act::Declare(declare), Dynamic::from(Handle { kind, declaration }))
        }
        Handler::Says(say) => {
            let Some(builder) = builder else { return Dynamic::from(Poison) };
            (Act::Say(say, builder), Dynamic::UNIT)
        }
        Handler::Yields(yields) => {
            let program = recorder.program.clone();
            let site = program.scripts[script].site(position, &program.sources);
            let span = |at| site.argument(at, count);
            let given = values.enumerate().map(|(at, value)| Argument { value, span: span(at) });
            let arguments = &given.collect::<Vec<_>>();
            let span = site.span;
            return yields(&mut Call { recorder, spec, noun: None, span, arguments, via });
        }
    };
    recorder.pending.note(Noted { spec, act, script, position, count, via }, values);
    answer
}

fn refuse_method(context: &NativeCallContext<'_>, registry: Registry, name: &str, handle: Handle) {
    let Some(shared) = shared(context) else { return };
    let mut recorder = shared.lock();
    let script = recorder.script(context.call_source());
    let span = script.name_at(recorder.offset(script.id, context.call_position()));
    let diagnostic = statics::refused(registry, handle.kind, name, span);
    recorder.report(diagnostic);
}

fn refuse_receiver(
    context: &NativeCallContext<'_>,
    registry: Registry,
    name: &str,
    receiver: &Dynamic,
) {
    let Some(shared) = shared(context) else { return };
    let mut recorder = shared.lock();
    let script = recorder.script(context.call_source());
    let span = script.name_at(recorder.offset(script.id, context.call_position()));
    let diagnostic = statics::not_a_builder(registry, name, receiver, span);
    recorder.report(diagnostic);
}

/// Whether an error is the script's own, which the guard records, and not a limit or the flow of control.
fn is_fault(error: &EvalAltResult) -> bool {
    match error {
        EvalAltResult::LoopBreak(..) | EvalAltResult::Return(..) | EvalAltResult::Exit(..) => false,
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _)
        | EvalAltResult::ErrorInModule(_, inner, _) => is_fault(inner),
        _ => !error.is_system_exception(),
    }
}

/// Wraps the expressions of a statement, and those of the statements within, in guards.
fn guard_statement(statement: Stmt) -> Stmt {
    match statement {
        Stmt::Var(mut variable, flags, position) => {
            variable.1 = guard(std::mem::take(&mut variable.1));
            Stmt::Var(variable, flags, position)
        }
        Stmt::Assignment(mut assignment) => {
            assignment.1.rhs = guard(std::mem::take(&mut assignment.1.rhs));
            Stmt::Assignment(assignment)
        }
        Stmt::FnCall(call, position) => Stmt::Expr(Box::new(guard(Expr::FnCall(call, position)))),
        Stmt::Expr(expression) => Stmt::Expr(Box::new(guard(guard_within(*expression)))),
        Stmt::If(flow, position) => within(Stmt::If(guard_flow(flow), position), position),
        Stmt::While(flow, position) => within(Stmt::While(guard_flow(flow), position), position),
        Stmt::Do(flow, flags, position) => {
            within(Stmt::Do(guard_flow(flow), flags, position), position)
        }
        Stmt::For(mut parts, position) => {
            guard_block(&mut parts.2.body);
            within(Stmt::For(parts, position), position)
        }
        Stmt::Switch(mut parts, position) => {
            for case in &mut parts.1.expressions {
                case.rhs = guard_within(std::mem::take(&mut case.rhs));
            }
            within(Stmt::Switch(parts, position), position)
        }
        Stmt::Block(mut block) => {
            guard_block(&mut block);
            Stmt::Block(block)
        }
        other => other,
    }
}

/// Guards the statements of an expression that is a block.
fn guard_within(expression: Expr) -> Expr {
    match expression {
        Expr::Stmt(mut block) => {
            guard_block(&mut block);
            Expr::Stmt(block)
        }
        other => other,
    }
}

fn guard_flow(mut flow: Box<FlowControl>) -> Box<FlowControl> {
    guard_block(&mut flow.body);
    guard_block(&mut flow.branch);
    flow
}

fn guard_block(block: &mut StmtBlock) {
    for statement in block.statements_mut() {
        *statement = guard_statement(std::mem::take(statement));
    }
}

/// A guarded statement of control flow, as an expression statement.
fn within(statement: Stmt, position: Position) -> Stmt {
    let block = StmtBlock::new([statement], position, Position::NONE);
    Stmt::Expr(Box::new(guard(Expr::Stmt(Box::new(block)))))
}

fn guard(expression: Expr) -> Expr {
    // A constant or a variable of this block cannot fail in a way that the static pass does not see.
    if expression.is_constant() {
        return expression;
    }
    let position = expression.position();
    let guard = CustomExpr {
        inputs: [expression].into_iter().collect(),
        tokens: [ImmutableString::from(GUARD)].into_iter().collect(),
        state: Dynamic::UNIT,
        scope_may_be_changed: true,
        self_terminated: false,
    };
    Expr::Custom(Box::new(guard), position)
}

/// Finds the modules that were read before the run.
struct Modules(Shared);

impl ModuleResolver for Modules {
    fn resolve(
        &self,
        _: &Engine,
        _: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Arc<Module>, Box<EvalAltResult>> {
        Err(EvalAltResult::ErrorModuleNotFound(path.into(), position).into())
    }

    fn resolve_raw(
        &self,
        engine: &Engine,
        global: &mut rhai::GlobalRuntimeState,
        _: &mut Scope<'_>,
        path: &str,
        position: Position,
    ) -> Result<Arc<Module>, Box<EvalAltResult>> {
        let (program, found) = {
            let recorder = self.0.lock();
            let program = recorder.program.clone();
            let from = recorder.script(global.source()).id;
            (program.clone(), program.import(from, path))
        };
        // An import that could not be read is reported already; what is called in it is not found, and that is silent.
        let Some(index) = found else { return Ok(Arc::default()) };
        if let Some(module) = self.0.lock().modules.get(&index) {
            return Ok(module.clone());
        }
        let Some(ast) = &program.scripts[index].ast else { return Ok(Arc::default()) };
        let module = Module::eval_ast_as_new_raw(engine, &mut Scope::new(), global, ast)
            .map_err(|error| EvalAltResult::ErrorInModule(path.to_owned(), error, position))?;
        let mut module = module;
        module.build_index();
        let module = Arc::new(module);
        self.0.lock().modules.insert(index, module.clone());
        Ok(module)
    }
}
