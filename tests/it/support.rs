//! What the other files share.

/// Installer packages.
pub(crate) mod package;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::{Date, date};
use mimeo::compile::{Compiled, Inputs, compile};
use mimeo::diagnostic::Severity;
use mimeo::installer::profile::Profile;
use mimeo::installer::profile::survey::survey_of;
use mimeo::installer::{Contents, Packages};
use mimeo::render::{self, Format, Style};
use mimeo::source::files::Memory;

/// The day on which tests are judged.
pub(crate) const TODAY: Date = date(2026, 11, 23);

/// A project in memory: texts by path, compiled from `main.rhai`, with `values.toml` if it is there.
pub(crate) struct Project {
    texts: Vec<(String, String)>,
    /// What is compiled.
    pub(crate) inputs: Inputs,
}

impl Project {
    /// A project of one script.
    pub(crate) fn new(script: &str) -> Self {
        let texts = vec![("main.rhai".to_owned(), script.to_owned())];
        Project { texts, inputs: Inputs::new("main.rhai", TODAY) }
    }

    /// With a values file.
    pub(crate) fn values(self, text: &str) -> Self {
        let mut project = self.file("values.toml", text);
        project.inputs.values.push(PathBuf::from("values.toml"));
        project
    }

    /// With another file.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.texts.push((path.to_owned(), text.to_owned()));
        self
    }

    /// With a `--set`.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.inputs.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With an installer package that can be read, or that is there and cannot.
    pub(crate) fn package(mut self, contents: Contents) -> Self {
        self.inputs.packages = Some(Arc::new(Said(contents)));
        self
    }

    /// Judged on another day.
    pub(crate) fn on(mut self, day: Date) -> Self {
        self.inputs.as_of = day;
        self
    }

    /// Compiles it.
    pub(crate) fn compile(&self) -> Compiled {
        compile(&Memory::new(self.texts.clone()), &self.inputs).expect("every file is there")
    }
}

/// What every package is said to hold.
#[derive(Debug)]
struct Said(Contents);

impl Packages for Said {
    fn look(&self, _: &str) -> Contents {
        self.0.clone()
    }
}

/// The profile of a package that was drawn up.
pub(crate) fn profile(draft: &package::Draft) -> Profile {
    let bytes = std::io::Cursor::new(draft.bytes());
    survey_of("Service and Portal.msi", bytes).expect("it is a package")
}

/// What a package holds by the words of an example: a build, `other` for another product, `damaged`; ` without …` leaves a
/// feature out.
pub(crate) fn contents(words: &str) -> Contents {
    let (what, without) = words.split_once(" without ").unwrap_or((words, ""));
    if what == "damaged" {
        return Contents::Unreadable("is damaged: it has no table `Property`".to_owned());
    }
    let build = package::Build::ALL.into_iter().find(|it| it.version() == what);
    let mut draft = package::draft(build.unwrap_or(package::Build::Redesigned));
    if what == "other" {
        draft.set("ProductName", "Microsoft Identity Manager Synchronization Service");
    }
    draft.sheet("Feature").rows.retain(|it| it[0] != package::Cell::from(without));
    Contents::Read(Arc::new(profile(&draft)))
}

/// Numbers that look like chance and are the same in every run.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// The next one, below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("it is below a size")
    }
}

/// Compiles one script.
pub(crate) fn compiled(script: &str) -> Compiled {
    Project::new(script).compile()
}

/// The findings as `file:line:column code`, in order.
pub(crate) fn places(compiled: &Compiled) -> Vec<String> {
    let place = |it: &mimeo::diagnostic::Diagnostic| {
        format!("{} {}", compiled.sources.place(it.primary), it.code.name)
    };
    compiled.diagnostics.iter().map(place).collect()
}

/// The findings as text without colours.
pub(crate) fn drawn(compiled: &Compiled) -> String {
    let style =
        Style { format: Format::Full, colour: false, unicode: true, width: 100, links: false };
    render::render(&compiled.sources, &compiled.diagnostics, &style)
}

/// The names of the codes found, sorted, each once.
pub(crate) fn codes(compiled: &Compiled) -> Vec<&'static str> {
    let mut codes: Vec<_> = compiled.diagnostics.iter().map(|it| it.code.name).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Whether a finding blocks or warns.
pub(crate) fn is_grave(severity: Severity) -> bool {
    severity != Severity::Hint
}

/// The project's own folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A script of `examples/` with the values of one customer.
pub(crate) struct Example {
    /// What tells it from the others: `option-a`, `office365-contoso`.
    pub(crate) name: String,
    /// The script.
    pub(crate) script: PathBuf,
    /// The values.
    pub(crate) values: PathBuf,
}

/// Every script of `examples/` that is neither a module nor a test, with the values file of its name, or with each customer
/// beside it.
pub(crate) fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for script in files_below("examples") {
        let is_module = script.parent().is_some_and(|it| it.ends_with("lib"));
        if !has_ending(&script, "rhai") || is_module || mimeo::trial::is_tests(&script) {
            continue;
        }
        let stem =
            |it: &Path| it.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let values = script.with_extension("toml");
        if values.is_file() {
            examples.push(Example { name: stem(&script), script, values });
            continue;
        }
        let customers = files_below(script.with_file_name("customers").to_str().expect("UTF-8"));
        let customers = customers.into_iter().filter(|it| has_ending(it, "toml"));
        let with = |values: PathBuf| Example {
            name: format!("{}-{}", stem(&script), stem(&values)),
            script: script.clone(),
            values,
        };
        let before = examples.len();
        examples.extend(customers.map(with));
        assert!(examples.len() > before, "{} has no values", script.display());
    }
    examples
}

/// Whether a file has an ending: `rhai`.
pub(crate) fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|it| it == ending)
}

/// All files below a folder of the project, sorted.
pub(crate) fn files_below(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}
