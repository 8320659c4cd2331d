//! The reference: the modules of the standard library and the host functions, by the words with which somebody looks for
//! them.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use crate::compile;
use crate::diagnostic::nearest;
use crate::manual::Manual;
use crate::plan::Place;
use crate::script::Script;
use crate::script::import::LIBRARY;
use crate::script::registry::{FnSpec, Param, Registry};
use crate::script::suite;
use crate::source::{SourceKind, Sources};
use crate::syntax::{self, Let};

/// Functions that belong together.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Chapter {
    /// The name by which it is found: `std/options`, `mail`, `.mailbox`.
    pub name: String,
    /// What it is.
    pub what: What,
    /// What is said of all of it, in Markdown.
    pub about: String,
    /// Its functions.
    pub functions: Vec<Function>,
}

/// What a [`Chapter`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A module of the standard library.
    Module,
    /// A namespace of host functions, with the parts of what they declare.
    Namespace,
    /// What was looked for by the name of a function.
    Functions,
}

/// A function that a script can call.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Function {
    /// Its name with what stands before it: `options::a`, `mail::exchange`, `.mailbox`.
    pub name: String,
    /// How it is called or written.
    pub signature: String,
    /// Its documentation, in Markdown.
    pub about: String,
    /// What a host function takes.
    pub takes: Vec<Takes>,
    /// The builders that have it, for a part.
    pub on: Vec<&'static str>,
    /// The pages of the installer's wizard that a host function fills.
    pub pages: Vec<u8>,
    /// Where a script's function is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
}

/// A parameter of a host function.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Takes {
    /// Its name.
    pub name: &'static str,
    /// What it takes, with its article.
    pub what: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

/// Everything that the reference has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Contents {
    /// The modules of the standard library.
    pub modules: Vec<Entry>,
    /// The namespaces of host functions.
    pub namespaces: Vec<Entry>,
    /// The host functions without a namespace.
    pub functions: Vec<Entry>,
}

/// An entry of the [`Contents`].
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Entry {
    /// The name by which it is found.
    pub name: String,
    /// What it is, in a sentence.
    pub about: String,
}

/// Every host function: those of templates, then those of their tests.
fn registry() -> Registry {
    static TABLES: LazyLock<Vec<&'static [FnSpec]>> = LazyLock::new(|| {
        compile::registry().tables.iter().copied().chain([suite::FUNCTIONS]).collect()
    });
    Registry { tables: &TABLES, ..compile::registry() }
}

/// What there is.
#[must_use]
pub fn contents() -> Contents {
    let modules = LIBRARY_CHAPTERS.iter();
    let modules =
        modules.map(|it| Entry { name: it.name.clone(), about: first_sentence(&it.about) });
    let namespaces = registry().namespaces().into_iter().map(|name| {
        let functions = registry().rows().filter(|it| it.namespace == Some(name));
        let functions: Vec<_> = functions.map(|it| format!("`{}`", it.name)).collect();
        Entry { name: name.to_owned(), about: functions.join(", ") }
    });
    let bare = registry().rows().filter(|it| it.namespace.is_none() && !it.is_method());
    Contents {
        modules: modules.collect(),
        namespaces: namespaces.collect(),
        functions: bare
            .map(|it| Entry { name: it.name.to_owned(), about: first_sentence(it.doc) })
            .collect(),
    }
}

/// The part of the reference that a name means; else the name that was probably meant.
pub fn find(name: &str) -> Result<Manual, Option<String>> {
    if matches!(name.trim_end_matches('/'), "std") {
        let contents = contents();
        let contents = Contents { namespaces: Vec::new(), functions: Vec::new(), ..contents };
        return Ok(Manual::Contents(contents));
    }
    let module = name.trim_end_matches(".rhai");
    if let Some(chapter) = LIBRARY_CHAPTERS.iter().find(|it| it.name == module) {
        return Ok(Manual::Chapter(chapter.clone()));
    }
    let named = |what, about: String, functions: Vec<Function>| {
        Manual::Chapter(Chapter { name: name.to_owned(), what, about, functions })
    };
    if let Some((chapter, function)) = in_library(name) {
        let about = format!("A function of the module `{}`.", chapter.name);
        return Ok(named(What::Functions, about, vec![function]));
    }
    if registry().namespaces().contains(&name) {
        let prefix = format!("{name}::");
        let is_part = |row: &FnSpec| row.on.iter().any(|it| it.name.starts_with(&prefix));
        let rows = registry().rows().filter(|it| it.namespace == Some(name) || is_part(it));
        let everywhere = compile::registry().namespaces().contains(&name);
        let whose = if everywhere { "every script" } else { "scripts of tests" };
        let about = format!("A namespace of host functions, which {whose} can call.");
        return Ok(named(What::Namespace, about, rows.map(host).collect()));
    }
    let path = name.trim_end_matches("()");
    let rows = registry().rows().filter(|it| it.path() == path || it.name == path);
    let functions: Vec<_> = rows.map(host).collect();
    if functions.is_empty() {
        return Err(meant(name));
    }
    Ok(named(What::Functions, String::new(), functions))
}

/// The function of the standard library that `std/options.c`, `std/options::c` or `options::c` names.
fn in_library(name: &str) -> Option<(&'static Chapter, Function)> {
    let (module, function) = name.rsplit_once("::").or_else(|| name.rsplit_once('.'))?;
    let chapter = LIBRARY_CHAPTERS
        .iter()
        .find(|it| it.name == module || it.name.strip_prefix("std/") == Some(module))?;
    let is_it = |it: &&Function| it.name.rsplit("::").next() == Some(function);
    Some((chapter, chapter.functions.iter().find(is_it)?.clone()))
}

/// The name nearest to one that means nothing.
fn meant(name: &str) -> Option<String> {
    let dotted = name.starts_with("std/") && !name.contains("::");
    let library = LIBRARY_CHAPTERS.iter().flat_map(|chapter| {
        let functions = chapter.functions.iter().map(move |it| {
            let function = it.name.rsplit("::").next().unwrap_or_default();
            format!("{}{}{function}", chapter.name, if dotted { "." } else { "::" })
        });
        std::iter::once(chapter.name.clone()).chain(functions)
    });
    let host = registry().rows().map(FnSpec::path);
    let bare = registry().rows().map(|it| it.name.to_owned());
    let namespaces = registry().namespaces().into_iter().map(ToOwned::to_owned);
    let known: Vec<String> = library.chain(namespaces).chain(host).chain(bare).collect();
    nearest(name, known.iter().map(String::as_str)).map(ToOwned::to_owned)
}

/// The chapters of the standard library.
static LIBRARY_CHAPTERS: LazyLock<Vec<Chapter>> = LazyLock::new(|| {
    let chapter = |(name, text): &(&str, &str)| {
        let mut sources = Sources::default();
        let id = sources.add(SourceKind::Library, *name, *text);
        let tree = syntax::parse(sources.get(id).text.clone());
        let script = Script::new(id, *name, tree);
        Chapter {
            name: script.name.clone(),
            what: What::Module,
            about: script.tree.doc(),
            functions: functions_of(&sources, &script),
        }
    };
    LIBRARY.iter().map(chapter).collect()
});

/// The functions and constants of a script that others can use, under the name by which it is mostly imported.
pub(super) fn functions_of(sources: &Sources, script: &Script) -> Vec<Function> {
    let alias = script.name.rsplit('/').next().unwrap_or_default();
    let alias = alias.trim_end_matches(".rhai");
    let function = |name: String, signature: String, about: Option<String>, range| Function {
        name,
        signature,
        about: about.unwrap_or_default(),
        takes: Vec::new(),
        on: Vec::new(),
        pages: Vec::new(),
        at: Some(Place::of(sources, script.span(range))),
    };
    let functions = script.tree.functions().filter(|it| !it.is_private() && !it.name().is_empty());
    let functions = functions.map(|it| {
        let params: Vec<_> = it.params().into_iter().map(|it| it.0).collect();
        let name = format!("{alias}::{}", it.name());
        let signature = format!("{name}({})", params.join(", "));
        function(name, signature, it.doc(), it.name_range())
    });
    let constants = script.tree.nodes().filter_map(Let::cast).filter(|it| it.is_export());
    let constants = constants.map(|it| {
        let name = format!("{alias}::{}", it.name());
        let value = it.init().map_or_else(String::new, |it| sources.shown(script.span(it.range())));
        let signature = format!("{name} = {value}");
        function(name, signature, it.doc(), it.name_range())
    });
    constants.chain(functions).collect()
}

fn host(row: &'static FnSpec) -> Function {
    let takes =
        |it: &'static Param| Takes { name: it.name, what: it.ty.what(), optional: it.optional };
    Function {
        name: row.path(),
        signature: row.signature(),
        about: documentation(row.doc),
        takes: row.params.iter().map(takes).collect(),
        on: row.on.iter().map(|it| it.name).collect(),
        pages: row.pages.to_vec(),
        at: None,
    }
}

/// Documentation as Markdown: without the blank that comments begin with, and without what only tests read.
#[must_use]
pub fn documentation(doc: &str) -> String {
    let lines = doc.lines().map(|line| {
        let line = line.strip_prefix(' ').unwrap_or(line);
        match line.strip_prefix("```") {
            Some(fence) => format!("```{}\n", fence.split(',').next().unwrap_or(fence)),
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}

/// The first sentence of a documentation, on one line.
#[must_use]
pub fn first_sentence(doc: &str) -> String {
    let first = doc.trim().split("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = first.split_whitespace().collect();
    let text = words.join(" ");
    match text.split_once(". ") {
        Some((sentence, _)) => format!("{sentence}."),
        None => text,
    }
}
