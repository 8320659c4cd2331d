//! What the engine itself costs: a program that makes the same calls as `mimeo`, and keeps the place and the arguments of
//! each. It has no tree of its own, no findings, no origins and no plan.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};

use mimeo::script::registry::FnSpec;
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{
    AST, Dynamic, Engine, FuncRegistration, Module, NativeCallContext, OptimizationLevel, Position,
    RhaiFunc,
};

/// A script with an engine for it.
pub(crate) struct Bare {
    engine: Engine,
    ast: AST,
    state: Arc<Mutex<State>>,
}

/// What the functions share.
#[derive(Default)]
pub(crate) struct State {
    values: BTreeMap<String, Dynamic>,
    /// What was called, where and with what.
    pub(crate) calls: Vec<(&'static FnSpec, Position, Vec<Dynamic>)>,
}

impl Bare {
    /// Reads the script and registers every host function.
    pub(crate) fn new(script: &Path) -> Self {
        let mut engine = Engine::new_raw();
        engine.set_optimization_level(OptimizationLevel::None);
        engine.set_max_expr_depths(96, 96);
        let mut packages = Module::new();
        ArithmeticPackage::init(&mut packages);
        BasicStringPackage::init(&mut packages);
        BasicIteratorPackage::init(&mut packages);
        LogicPackage::init(&mut packages);
        BasicMathPackage::init(&mut packages);
        BasicArrayPackage::init(&mut packages);
        BasicMapPackage::init(&mut packages);
        MoreStringPackage::init(&mut packages);
        // As it came, a package is gone through from end to end for every name that is not in it.
        let mut table = Module::new();
        table.merge(&packages);
        table.build_index();
        engine.register_global_module(table.into());
        let state = Arc::new(Mutex::new(State::default()));
        let mut global = Module::new();
        let mut namespaces: Vec<(&str, Module)> = Vec::new();
        for row in mimeo::compile::registry().rows() {
            let module = match row.namespace {
                None => &mut global,
                Some(name) => {
                    let known = namespaces.iter().position(|(it, _)| *it == name);
                    let at = known.unwrap_or_else(|| {
                        namespaces.push((name, Module::new()));
                        namespaces.len() - 1
                    });
                    &mut namespaces[at].1
                }
            };
            let itself = usize::from(row.is_method());
            for count in itself..=row.params.len() + itself {
                register(row, count, &state, module);
            }
        }
        engine.register_global_module(global.into());
        for (name, module) in namespaces {
            engine.register_static_module(name, module.into());
        }
        let text = std::fs::read_to_string(script).expect("the script is there");
        let ast = engine.compile(text).expect("the script is one");
        Bare { engine, ast, state }
    }

    /// Runs the script with the values of a file.
    pub(crate) fn run(&self, values: &Path) -> MutexGuard<'_, State> {
        let text = std::fs::read_to_string(values).expect("the values are there");
        let table = toml::de::DeTable::parse(&text).expect("the values are TOML");
        let given = table.get_ref().iter().filter_map(|(key, value)| {
            let value = value.get_ref().as_str()?.to_owned();
            Some((key.get_ref().to_string(), value.into()))
        });
        let mut state = self.state.lock().expect("one thread");
        state.values = given.collect();
        state.calls.clear();
        drop(state);
        drop(self.engine.eval_ast::<Dynamic>(&self.ast).expect("the script runs"));
        self.state.lock().expect("one thread")
    }
}

/// Registers a function for a number of arguments: a parameter gives its value, all others a number.
fn register(row: &'static FnSpec, count: usize, state: &Arc<Mutex<State>>, module: &mut Module) {
    let state = state.clone();
    let is_parameter = row.namespace == Some("param");
    let call = move |context: Option<NativeCallContext<'_>>, args: &mut [&mut Dynamic]| {
        let place = context.map_or(Position::NONE, |it| it.call_position());
        let args: Vec<Dynamic> = args.iter().map(|it| (**it).clone()).collect();
        let key = args.first().and_then(|it| it.clone().into_string().ok()).unwrap_or_default();
        let mut state = state.lock().expect("one thread");
        let given = if is_parameter { state.values.get(&key) } else { None };
        let answer = given.cloned().unwrap_or(Dynamic::from(0_i64));
        state.calls.push((row, place, args));
        Ok(answer)
    };
    let function = RhaiFunc::Pure {
        func: Arc::new(call),
        has_context: true,
        is_pure: true,
        is_volatile: true,
    };
    let types = vec![TypeId::of::<Dynamic>(); count];
    FuncRegistration::new(row.name).set_into_module_raw(module, types, function);
}
