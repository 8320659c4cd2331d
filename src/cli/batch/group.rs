//! Findings of many customers, put together where the same rule was met at the same place of the scripts.
//!
//! Only the first customers of a group are told by name and place, and only the first one's finding is drawn; which those
//! are does not depend on who was looked at first. So a group takes the same room for ten customers and for ten thousand.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::render::{Style, many};
use crate::source::{Sources, Span};

/// As many customers of a group are named.
const NAMED: usize = 12;

/// By what findings belong together: the script, the place in it, the rule.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Key {
    script: usize,
    place: Option<Span>,
    code: &'static str,
    /// Whose it is, where each customer's values have a finding of their own.
    customer: Option<usize>,
}

/// Whether findings in the values files of several customers are one group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Across {
    /// They are.
    Customers,
    /// Each is told at its own place.
    Nothing,
}

/// A finding of a customer, as its group wants it.
pub(super) struct Hit {
    key: Key,
    code: &'static Code,
    /// The drawing, for the first of its group.
    drawn: Option<String>,
    /// The message and, where it is not that of the first, the place; for those who are named.
    words: Option<(String, String)>,
}

/// Who the first customers of each group are, as far as is known: shared by the threads.
#[derive(Default)]
pub(super) struct Firsts(Mutex<BTreeMap<Key, BTreeSet<usize>>>);

impl Firsts {
    /// Takes a customer's findings apart.
    pub(super) fn hits(
        &self,
        (index, name): (usize, &str),
        script: usize,
        (sources, diagnostics): (&Sources, &[Diagnostic]),
        across: Across,
        style: &Style,
    ) -> Vec<Hit> {
        let keys: Vec<Key> = diagnostics
            .iter()
            .map(|it| {
                let place = many::shared_place(sources, it);
                let own = across == Across::Nothing && place != Some(it.primary);
                Key { script, place, code: it.code.name, customer: own.then_some(index) }
            })
            .collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ranks: Vec<(bool, bool)> = keys
            .iter()
            .map(|key| {
                let first = known.entry(*key).or_default();
                let is_first = first.first().is_none_or(|it| index < *it);
                first.insert(index);
                if first.len() > NAMED {
                    first.pop_last();
                }
                (is_first, first.contains(&index))
            })
            .collect();
        // Nobody else can come to those.
        for key in keys.iter().filter(|it| it.customer.is_some()) {
            known.remove(key);
        }
        drop(known);
        let hits = diagnostics.iter().zip(keys).zip(ranks);
        let hits = hits.map(|((it, key), (is_first, is_named))| Hit {
            key,
            code: it.code,
            drawn: is_first.then(|| many::piece(sources, it, name, style)),
            words: is_named.then(|| (it.message.clone(), many::place_words(sources, it.primary))),
        });
        hits.collect()
    }
}

/// A group, complete when all customers were taken.
struct Group {
    code: &'static Code,
    drawn: String,
    message: String,
    place: String,
    first: usize,
    count: usize,
    last: usize,
    /// Name, place and message of the others that are named.
    others: Vec<(String, String, String)>,
}

/// The groups.
#[derive(Default)]
pub(super) struct Groups {
    groups: BTreeMap<Key, Group>,
}

impl Groups {
    /// Takes the findings of the next customer. The annotations of those that no other customer can have are returned, so
    /// that ten thousand of them need no room.
    pub(super) fn take(&mut self, index: usize, name: &str, hits: Vec<Hit>) -> String {
        let keys = hits.iter().map(|it| it.key);
        let own: Vec<Key> = keys.filter(|it| it.customer.is_some()).collect();
        for hit in hits {
            match self.groups.entry(hit.key) {
                Entry::Vacant(vacant) => {
                    let (message, place) = hit.words.unwrap_or_default();
                    let drawn = hit.drawn.unwrap_or_default();
                    vacant.insert(Group {
                        code: hit.code,
                        drawn,
                        message,
                        place,
                        first: index,
                        count: 1,
                        last: index,
                        others: Vec::new(),
                    });
                }
                Entry::Occupied(mut occupied) => {
                    let group = occupied.get_mut();
                    if group.last != index {
                        group.count += 1;
                        group.last = index;
                    }
                    if let Some((message, place)) = hit.words
                        && group.count <= NAMED
                    {
                        group.others.push((name.to_owned(), place, message));
                    }
                }
            }
        }
        own.iter().filter_map(|it| self.groups.remove(it)).map(|it| it.annotation()).collect()
    }

    /// The groups drawn, the gravest and most frequent first, each with who else is hit; every line ended.
    pub(super) fn draw(&self, unless: Option<Severity>, bare: impl Fn(&str) -> String) -> String {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.retain(|it| Some(it.code.severity) != unless);
        groups.sort_by_key(|it| (it.code.severity, std::cmp::Reverse(it.count), it.first));
        let mut out = String::new();
        for group in groups {
            out += &group.drawn;
            for line in group.others() {
                out += &bare(&line);
                out.push('\n');
            }
            out.push('\n');
        }
        out
    }

    /// The groups as annotations: one line each, with who else is hit.
    pub(super) fn annotations(&self) -> String {
        let mut groups: Vec<&Group> = self.groups.values().collect();
        groups.sort_by_key(|it| (it.code.severity, it.first, std::cmp::Reverse(it.count)));
        groups.into_iter().map(Group::annotation).collect()
    }
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25")
}

impl Group {
    /// One line.
    fn annotation(&self) -> String {
        let others = self.others();
        let others: String = others.iter().flat_map(|it| ["%0A".to_owned(), escaped(it)]).collect();
        format!("{}{others}\n", self.drawn.trim_end_matches('\n'))
    }

    /// Who else is hit, a line each where the places or the words differ.
    fn others(&self) -> Vec<String> {
        let more = self.count.saturating_sub(1);
        if more == 0 && self.others.is_empty() {
            return Vec::new();
        }
        let whom = match more {
            0 => "here".to_owned(),
            1 => "1 more customer".to_owned(),
            more => format!("{more} more customers"),
        };
        let unnamed = |named: usize| match more.saturating_sub(named) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        let alike = self
            .others
            .iter()
            .all(|(_, place, message)| *place == self.place && *message == self.message);
        if alike {
            let names: Vec<&str> = self.others.iter().map(|(name, ..)| name.as_str()).collect();
            let rest = unnamed(names.len());
            return vec![format!("  also {whom}: {}{rest}", names.join(", "))];
        }
        let mut lines = vec![format!("  also {whom}:")];
        for (name, place, message) in &self.others {
            let message =
                if *message == self.message { String::new() } else { format!(": {message}") };
            lines.push(format!("    {name}  {place}{message}"));
        }
        let rest = unnamed(self.others.len());
        if !rest.is_empty() {
            lines.push(format!("   {rest}; `--output-format concise` names all"));
        }
        lines
    }
}
