//! The house's own rules: layers, module lines, file sizes, reserved words.

use std::collections::BTreeMap;

use mimeo::compile::registry;

use crate::support::{files_below, root};

/// The modules of `lib.rs` in reading order, which is the layer order.
fn layers() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("src/lib.rs")).expect("it is there");
    let names = text.lines().filter_map(|it| it.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(ToOwned::to_owned).collect()
}

/// The Rust files of the program.
fn sources() -> Vec<std::path::PathBuf> {
    files_below("src")
        .into_iter()
        .filter(|it| it.extension().is_some_and(|it| it == "rs"))
        .collect()
}

/// Every `crate::…` path of a source file, with its line: the first word, and the second below `subject`.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("//") {
            continue;
        }
        for rest in line.split("crate::").skip(1) {
            let path: String = rest
                .chars()
                .take_while(|it| it.is_alphanumeric() || *it == '_' || *it == ':')
                .collect();
            found.push((index + 1, path));
        }
    }
    found
}

#[test]
fn modules_import_downwards_only() {
    let layers = layers();
    let rank: BTreeMap<_, _> =
        layers.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
    assert!(rank.len() > 8, "lib.rs names {layers:?}");
    // Views and deeds are siblings: neither imports another.
    let siblings = ["render", "export"];
    let mut wrong = Vec::new();
    for path in sources() {
        let below = path.strip_prefix(root().join("src")).expect("it lies below");
        let own = below.iter().next().expect("it has a name").to_string_lossy();
        let own = own.trim_end_matches(".rs").to_owned();
        let Some(rank_of_own) = rank.get(own.as_str()) else { continue };
        let rib = (own == "subject").then(|| below.iter().nth(1)).flatten();
        let rib = rib.map(|it| it.to_string_lossy().trim_end_matches(".rs").to_owned());
        let text = std::fs::read_to_string(&path).expect("it is text");
        for (line, import) in imports(&text) {
            let mut words = import.split("::");
            let module = words.next().unwrap_or_default();
            let second = words.next().unwrap_or_default();
            let place = format!("{}:{line} imports {import}", below.display());
            match rank.get(module) {
                Some(other) if other > rank_of_own => wrong.push(place),
                Some(_)
                    if siblings.contains(&own.as_str())
                        && siblings.contains(&module)
                        && module != own =>
                {
                    wrong.push(place);
                }
                Some(_) => {
                    let is_rib = second.chars().next().is_some_and(char::is_lowercase)
                        && root().join(format!("src/subject/{second}.rs")).exists();
                    if let (Some(rib), "subject", true) = (&rib, module, is_rib)
                        && rib != second
                    {
                        wrong.push(place);
                    }
                }
                None => {}
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_file_has_a_module_line_and_says_what_it_is() {
    let mut wrong = Vec::new();
    for path in sources() {
        let name = path.strip_prefix(root()).expect("it lies below").display().to_string();
        let text = std::fs::read_to_string(&path).expect("it is text");
        if !text.starts_with("//! ") {
            wrong.push(format!("{name} does not begin with `//!`"));
        }
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert_ne!(stem, "mod", "{name}: folders have a file of their name beside them");
        if stem == "main" || stem == "lib" {
            continue;
        }
        let folder = path.parent().expect("it lies in a folder");
        let parent = if folder == root().join("src") {
            folder.join("lib.rs")
        } else {
            folder.with_extension("rs")
        };
        let parent = std::fs::read_to_string(parent).unwrap_or_default();
        if !parent.lines().any(|it| it.trim_end().ends_with(&format!("mod {stem};"))) {
            wrong.push(format!("{name} has no `mod` line"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_source_file_is_too_long_to_be_read_at_once() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|it| (std::fs::read_to_string(&it).expect("it is text").lines().count(), it))
        .filter(|(lines, _)| *lines > 700)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

/// Words that Rhai keeps for itself: none of them can be a namespace, a function or a method.
const RESERVED: &[&str] = &[
    "true",
    "false",
    "let",
    "const",
    "if",
    "else",
    "switch",
    "do",
    "while",
    "until",
    "loop",
    "for",
    "in",
    "continue",
    "break",
    "return",
    "throw",
    "try",
    "catch",
    "fn",
    "private",
    "import",
    "export",
    "as",
    "this",
    "is_shared",
    "var",
    "static",
    "shared",
    "goto",
    "exit",
    "match",
    "case",
    "public",
    "protected",
    "new",
    "use",
    "with",
    "is",
    "module",
    "package",
    "super",
    "thread",
    "spawn",
    "go",
    "await",
    "async",
    "sync",
    "yield",
    "default",
    "void",
    "null",
    "nil",
    "eval",
    "Fn",
    "call",
    "curry",
    "type_of",
];

#[test]
fn no_host_name_is_a_word_that_rhai_reserves_or_has() {
    let own: std::collections::BTreeSet<_> = ["print", "debug"].into();
    for row in registry().rows() {
        for name in row.namespace.into_iter().chain([row.name]) {
            assert!(!RESERVED.contains(&name), "{} uses a reserved word", row.path());
        }
        let builtin = mimeo::script::builtin::is_function(row.name);
        let clash = builtin && row.namespace.is_none() && !own.contains(row.name);
        assert!(!clash, "{} hides a function of Rhai's", row.path());
    }
}

#[test]
fn the_table_of_rhais_functions_is_complete() {
    use rhai::packages::{
        ArithmeticPackage, BasicArrayPackage, BasicIteratorPackage, BasicMapPackage,
        BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
    };
    let mut module = rhai::Module::new();
    ArithmeticPackage::init(&mut module);
    BasicStringPackage::init(&mut module);
    BasicIteratorPackage::init(&mut module);
    LogicPackage::init(&mut module);
    BasicMathPackage::init(&mut module);
    BasicArrayPackage::init(&mut module);
    BasicMapPackage::init(&mut module);
    MoreStringPackage::init(&mut module);
    module.build_index();
    let mut engine = rhai::Engine::new_raw();
    engine.register_global_module(module.into());
    let names: std::collections::BTreeSet<String> = engine
        .collect_fn_metadata(None, |it| Some(it.metadata.name.to_string()), true)
        .into_iter()
        .collect();
    let words: Vec<_> =
        names.iter().filter(|it| it.chars().all(|it| it.is_alphanumeric() || it == '_')).collect();
    assert!(words.len() > 90, "{words:?}");
    assert_eq!(words, mimeo::script::builtin::NAMES.iter().collect::<Vec<_>>());
}
