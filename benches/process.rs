//! Whole processes, side by side: one that does nothing, a bare Rhai program that makes the same calls, and `mimeo`.
//!
//! `cargo bench` runs them in turn and prints medians and the median of pairwise ratios; a ratio holds where a busy machine
//! makes milliseconds meaningless. The outputs are looked at first, so that nothing is measured that went wrong.
//!
//! The bare program is what the engine itself costs: it reads the script and the values, registers every host function,
//! keeps the place and the arguments of each call, and prints how many there were. It has no tree of its own, no findings,
//! no origins and no plan.
#![expect(
    clippy::disallowed_methods,
    reason = "a benchmark starts processes and looks at the clock"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints")]

use std::any::TypeId;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage, BasicMathPackage,
    BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, FuncRegistration, Module, OptimizationLevel, Position, RhaiFunc};

/// Runs of each program.
const RUNS: usize = 41;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["noop"] => {}
        ["floor", script, values] => floor(Path::new(script), Path::new(values)),
        _ => compare(),
    }
}

/// What one call left behind.
type Calls = Arc<Mutex<Vec<(&'static str, Position, Vec<Dynamic>)>>>;

/// The bare program.
fn floor(script: &Path, values: &Path) {
    let text = std::fs::read_to_string(script).expect("the script is there");
    let values = std::fs::read_to_string(values).expect("the values are there");
    let table = toml::de::DeTable::parse(&values).expect("the values are TOML");
    let values: BTreeMap<String, Dynamic> = table
        .get_ref()
        .iter()
        .filter_map(|(key, value)| {
            Some((key.get_ref().to_string(), value.get_ref().as_str()?.to_owned().into()))
        })
        .collect();
    let values = Arc::new(values);
    let calls = Calls::default();
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
    packages.build_index();
    engine.register_global_module(packages.into());
    let mut global = Module::new();
    let mut namespaces: Vec<(&str, Module)> = Vec::new();
    for row in mimeo::compile::registry().rows() {
        let method = row.is_method();
        let module = match row.namespace {
            None => &mut global,
            Some(name) => {
                let at = namespaces.iter().position(|(it, _)| *it == name).unwrap_or_else(|| {
                    namespaces.push((name, Module::new()));
                    namespaces.len() - 1
                });
                &mut namespaces[at].1
            }
        };
        for count in usize::from(method)..=row.params.len() + usize::from(method) {
            let (calls, values, name) = (calls.clone(), values.clone(), row.name);
            let parameter = row.namespace == Some("param");
            let call = move |context: Option<rhai::NativeCallContext<'_>>,
                             args: &mut [&mut Dynamic]| {
                let place = context.map_or(Position::NONE, |it| it.call_position());
                let args: Vec<Dynamic> = args.iter().map(|it| (**it).clone()).collect();
                let key =
                    args.first().and_then(|it| it.clone().into_string().ok()).unwrap_or_default();
                let given = if parameter { values.get(&key) } else { None };
                let answer = given.cloned().unwrap_or(Dynamic::from(0_i64));
                calls.lock().expect("one thread").push((name, place, args));
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
    }
    engine.register_global_module(global.into());
    for (name, module) in namespaces {
        engine.register_static_module(name, module.into());
    }
    let ast = engine.compile(text).expect("the script is one");
    drop(engine.eval_ast::<Dynamic>(&ast).expect("the script runs"));
    println!("{} calls", calls.lock().expect("one thread").len());
}

/// Runs all of them in turn.
fn compare() {
    let own = std::env::current_exe().expect("this program has a path");
    let mimeo = PathBuf::from(env!("CARGO_BIN_EXE_mimeo"));
    let example = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name).display().to_string()
    };
    let (script, values) = (example("contoso.rhai"), example("contoso.toml"));
    let given = ["--values", &values, "--as-of", "2026-11-23"];
    let broken = std::env::temp_dir().join(format!("mimeo-bench-{}.rhai", std::process::id()));
    let text = std::fs::read_to_string(&script).expect("the example is there");
    let text = text
        .replace(".port(80)", ".port(70000)")
        .replace("FIMService", "FIM Service")
        .replace("cloud::global", "cloud::globl");
    std::fs::write(&broken, text).expect("the folder for temporary files can be written to");
    let broken_path = broken.display().to_string();
    let programs: Vec<(&str, &Path, Vec<&str>, i32)> = vec![
        ("noop", &own, vec!["noop"], 0),
        ("bare Rhai", &own, vec!["floor", &script, &values], 0),
        ("mimeo check", &mimeo, [&["check", &script], &given[..]].concat(), 0),
        ("mimeo plan", &mimeo, [&["plan", &script], &given[..]].concat(), 0),
        ("mimeo check, 3 errors", &mimeo, [&["check", &broken_path], &given[..]].concat(), 1),
    ];
    for (name, program, args, code) in &programs {
        let output = Command::new(program).args(args).output().expect("it starts");
        assert_eq!(
            output.status.code(),
            Some(*code),
            "{name}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..RUNS {
        for ((_, program, args, _), times) in programs.iter().zip(&mut times) {
            let started = Instant::now();
            let mut command = Command::new(program);
            command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().expect("it starts");
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    std::fs::remove_file(&broken).expect("it was written");
    println!("{:24} {:>8} {:>8} {:>8}", "", "ms", "x noop", "x bare");
    for ((name, ..), own) in programs.iter().zip(&times) {
        let ratio =
            |to: &[f64]| median(own.iter().zip(to).map(|(one, other)| one / other).collect());
        println!(
            "{name:24} {:8.2} {:8.2} {:8.2}",
            median(own.clone()),
            ratio(&times[0]),
            ratio(&times[1])
        );
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
