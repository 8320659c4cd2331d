//! Who the customers are: values files, folders and patterns of the command line, and the list of a manifest.
//!
//! Their order is that of the command line, within a folder or a pattern that of the names. Each has a name of its own, by
//! which a file can be called: that of its last values file, with as much of the folder as tells it from its like.

use std::collections::{BTreeMap, HashSet};
use std::num::NonZeroUsize;
use std::path::{Component, Path, PathBuf};

use crate::cli::Failure;
use crate::cli::batch::manifest;
use crate::cli::ui::entries;
use crate::compile::many;
use crate::source::files::{Disk, settled};
use crate::watch::look::is_values_file;

/// Whose values are looked at.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CustomerArgs {
    /// Values files of customers; a folder stands for the `.toml` files in it, a pattern (`*`, `?`, `**`) for what it matches
    #[arg(value_name = "CUSTOMER.toml|DIR")]
    customers: Vec<PathBuf>,
    /// A list of customers, each with values and, if need be, a script of its own
    #[arg(long, value_name = "FILE.toml")]
    manifest: Option<PathBuf>,
    /// How many customers are worked on at a time [default: one for each processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// The customers with their scripts.
#[derive(Debug, Default)]
pub(in crate::cli) struct Customers {
    /// The scripts, each once.
    pub(in crate::cli) scripts: Vec<PathBuf>,
    /// The customers, in their order.
    pub(in crate::cli) list: Vec<Customer>,
}

/// One customer.
#[derive(Debug)]
pub(in crate::cli) struct Customer {
    /// The name, unique among the customers whatever the case of its letters; with `/` where folders tell it apart.
    pub(in crate::cli) name: String,
    /// The script, as an index into the scripts.
    pub(in crate::cli) script: usize,
    /// The values files, the last one winning.
    pub(in crate::cli) values: Vec<PathBuf>,
    /// Whether somebody gave the name.
    pub(super) is_named: bool,
}

impl CustomerArgs {
    /// How many threads work.
    pub(in crate::cli) fn jobs(&self) -> usize {
        self.jobs.map_or_else(many::processors, NonZeroUsize::get)
    }

    /// Finds the customers. Only what names nothing at all is refused: a file that cannot be read is found out later.
    pub(in crate::cli) fn find(&self, script: Option<&Path>) -> Result<Customers, Failure> {
        let mut customers = Customers::default();
        if let Some(path) = &self.manifest {
            manifest::read(path, script, &mut customers)?;
        }
        if let Some(script) = script {
            let index = customers.script(script.to_path_buf());
            for path in &self.customers {
                for values in expand(path)? {
                    customers.add(index, values);
                }
            }
        }
        if customers.list.is_empty() {
            let message = "no customer is named";
            return Err(Failure::usage(
                message,
                "name values files or folders behind the script, or a list with `--manifest`",
            ));
        }
        customers.tell_apart()?;
        Ok(customers)
    }
}

impl Customers {
    /// The index of a script.
    pub(super) fn script(&mut self, path: PathBuf) -> usize {
        let known = self.scripts.iter().position(|it| *it == path);
        known.unwrap_or_else(|| {
            self.scripts.push(path);
            self.scripts.len() - 1
        })
    }

    fn add(&mut self, script: usize, values: PathBuf) {
        // `./a.toml` is `a.toml`; the rest of such ways a path's own comparison knows.
        let values = values.strip_prefix(".").map(Path::to_path_buf).unwrap_or(values);
        let name = stem(&values);
        self.list.push(Customer { name, script, values: vec![values], is_named: false });
    }

    /// Leaves out who is named twice, and gives each a name of its own.
    fn tell_apart(&mut self) -> Result<(), Failure> {
        let mut seen: HashSet<(usize, &[PathBuf])> = HashSet::new();
        let keep: Vec<bool> = self
            .list
            .iter()
            .map(|it| it.is_named || seen.insert((it.script, &it.values)))
            .collect();
        drop(seen);
        let mut keep = keep.into_iter();
        self.list.retain(|_| keep.next().expect("there is one for each"));
        // Of ten thousand names none is copied for this.
        let lower = |index: usize| self.list[index].name.chars().flat_map(char::to_lowercase);
        let mut order: Vec<usize> = (0..self.list.len()).collect();
        order.sort_by(|one, other| lower(*one).cmp(lower(*other)).then(one.cmp(other)));
        let alike = order.chunk_by(|one, other| lower(*one).eq(lower(*other)));
        let alike: Vec<Vec<usize>> = alike.filter(|it| it.len() > 1).map(<[_]>::to_vec).collect();
        let mut again = HashSet::new();
        for mut indices in alike {
            // One folder may have been named in two ways.
            let mut seen = HashSet::new();
            indices.retain(|it| {
                let customer = &self.list[*it];
                let others = customer.values.split_last().map_or(&[][..], |(_, others)| others);
                let last = customer.values.last().map(|it| settled(&Disk, it));
                let key = (customer.script, others, last);
                let is_new = customer.is_named || seen.insert(key);
                if !is_new {
                    again.insert(*it);
                }
                is_new
            });
            if indices.len() < 2 {
                continue;
            }
            let named = indices.iter().filter(|it| self.list[**it].is_named).count();
            if named > 1 {
                let message = format!("two customers are called `{}`", self.list[indices[0]].name);
                return Err(Failure::usage(message, "give each a `name` of its own"));
            }
            self.lengthen(&indices);
        }
        let mut index = 0..;
        self.list.retain(|_| !index.next().is_some_and(|it| again.contains(&it)));
        Ok(())
    }

    /// Puts as much of the folders before names as tells them apart.
    fn lengthen(&mut self, indices: &[usize]) {
        let folders = |it: &Customer| {
            let path = it.values.last().map(|it| settled(&Disk, it)).unwrap_or_default();
            let words = path.parent().into_iter().flat_map(Path::components);
            let words = words.filter_map(|it| match it {
                Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
                Component::Prefix(_)
                | Component::RootDir
                | Component::CurDir
                | Component::ParentDir => None,
            });
            words.collect::<Vec<_>>()
        };
        let unnamed: Vec<usize> =
            indices.iter().copied().filter(|it| !self.list[*it].is_named).collect();
        let folders: Vec<Vec<String>> = unnamed.iter().map(|it| folders(&self.list[*it])).collect();
        let deepest = folders.iter().map(Vec::len).max().unwrap_or(0);
        let tail =
            |words: &[String], depth: usize| words[words.len().saturating_sub(depth)..].join("/");
        let differs = |depth: &usize| {
            let mut seen = HashSet::new();
            folders.iter().all(|it| seen.insert(tail(it, *depth).to_lowercase()))
        };
        let depth = (1..=deepest).find(differs).unwrap_or(deepest);
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (index, folders) in unnamed.into_iter().zip(&folders) {
            let customer = &mut self.list[index];
            customer.name = format!("{}/{}", tail(folders, depth), customer.name);
            // The same file after others, or for two scripts.
            let count = seen.entry(customer.name.to_lowercase()).or_default();
            *count += 1;
            if *count > 1 {
                customer.name = format!("{}-{count}", customer.name);
            }
        }
    }
}

/// The name that a values file gives.
pub(super) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The values files that an argument stands for.
fn expand(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = format!("{} cannot be read: {error}", path.display());
        Failure::usage(message, "name a folder that may be read")
    };
    let is_values =
        |it: &Path| it.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml"));
    if path.is_dir() {
        let mut found = entries(path).map_err(|error| unreadable(&error))?;
        // As `mimeo watch` takes it.
        found.retain(|it| is_values_file(it));
        found.sort();
        return if found.is_empty() { Err(nothing(path)) } else { Ok(found) };
    }
    let pattern = path.to_str().filter(|it| it.contains(['*', '?', '[']));
    // A shell that expands patterns has done so, and what has such a name is it.
    let Some(pattern) = pattern.filter(|_| !path.exists()) else {
        return Ok(vec![path.to_path_buf()]);
    };
    let options = glob::MatchOptions {
        case_sensitive: !cfg!(windows),
        require_literal_separator: true,
        require_literal_leading_dot: true,
    };
    let matches = glob::glob_with(pattern, options).map_err(|error| {
        let message = format!("`{pattern}` is no pattern: {}", error.msg);
        Failure::usage(message, "write `*` for any text, `?` for a character, `**` for folders")
    })?;
    let mut found = Vec::new();
    for path in matches {
        let path = path.map_err(|error| unreadable(&error))?;
        if is_values(&path) || path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() { Err(nothing(path)) } else { Ok(found) }
}

fn nothing(path: &Path) -> Failure {
    let message = format!("`{}` holds no values file", path.display());
    Failure::usage(message, "values files end in `.toml`")
}
