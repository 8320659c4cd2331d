//! What differs between two lists of named things, and between two values in the form of a file.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::plan::diff::What;

/// An item of the first list and its counterpart in the second; at least one of them is there.
pub(super) struct Pair<'a, T> {
    pub(super) was: Option<&'a T>,
    pub(super) is: Option<&'a T>,
    /// Whether it stands elsewhere among those that both lists have.
    pub(super) moved: Option<What>,
}

/// The items of both lists by name (the first of two with one name meets the first), in the order of the second list;
/// those that are gone where they stood. As few as possible have moved.
pub(super) fn pairs<'a, T>(
    was: &'a [T],
    is: &'a [T],
    name: impl Fn(&T) -> String,
) -> Vec<Pair<'a, T>> {
    let mut places: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, item) in was.iter().enumerate().rev() {
        places.entry(name(item)).or_default().push(place);
    }
    let met: Vec<Option<usize>> =
        is.iter().map(|item| places.get_mut(&name(item)).and_then(Vec::pop)).collect();
    let common: Vec<usize> = met.iter().flatten().copied().collect();
    let mut in_order = rising(&common).into_iter();
    let mut stays = vec![false; was.len()];
    for place in common {
        stays[place] = true;
    }
    let gone = |from: usize, to: usize| {
        let places = (from..to).filter(|place| !stays[*place]);
        places.map(|place| Pair { was: Some(&was[place]), is: None, moved: None })
    };
    let before = |items: &[T], place: usize| place.checked_sub(1).map(|it| name(&items[it]));
    let mut pairs = Vec::new();
    let mut told = 0;
    for (to, item) in is.iter().enumerate() {
        let Some(from) = met[to] else {
            pairs.push(Pair { was: None, is: Some(item), moved: None });
            continue;
        };
        if from >= told {
            pairs.extend(gone(told, from));
            told = from + 1;
        }
        let moved = match in_order.next() {
            Some(false) => Some(What::Moved { was: before(was, from), is: before(is, to) }),
            Some(true) | None => None,
        };
        pairs.push(Pair { was: Some(&was[from]), is: Some(item), moved });
    }
    pairs.extend(gone(told, was.len()));
    pairs
}

/// Which numbers belong to the longest rising run (patience sorting).
fn rising(numbers: &[usize]) -> Vec<bool> {
    // The last index of the best run of each length, and for every index the one before it in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (index, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|it| ends[it]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut belongs = vec![false; numbers.len()];
    let mut next = ends.last().copied();
    while let Some(index) = next {
        belongs[index] = true;
        next = before[index];
    }
    belongs
}

/// Where two things differ, by path; either may be nothing.
pub(super) fn fields(was: &Json, is: &Json) -> Vec<(String, What)> {
    let mut found = Vec::new();
    walk("", Some(was).filter(|it| !it.is_null()), Some(is).filter(|it| !it.is_null()), &mut found);
    found
}

fn walk(path: &str, was: Option<&Json>, is: Option<&Json>, found: &mut Vec<(String, What)>) {
    let what = match (was, is) {
        (None, None) => return,
        (Some(was), Some(is)) if was == is => return,
        (Some(Json::Object(was)), Some(Json::Object(is)))
            if was.get("op") == is.get("op") && !is_leaf(was) && !is_leaf(is) =>
        {
            let new = is.keys().filter(|key| !was.contains_key(*key));
            for key in was.keys().chain(new) {
                walk(&below(path, key), was.get(key), is.get(key), found);
            }
            return;
        }
        (Some(Json::Array(was)), Some(Json::Array(is)))
            if was.iter().chain(is).any(Json::is_object) =>
        {
            let (start, end) = same_ends(was, is);
            let (old, new) = (&was[start..was.len() - end], &is[start..is.len() - end]);
            for index in 0..old.len().max(new.len()) {
                let path = format!("{path}[{}]", start + index);
                walk(&path, old.get(index), new.get(index), found);
            }
            return;
        }
        (None, Some(is)) => What::Added { is: is.clone() },
        (Some(was), None) => What::Removed { was: was.clone() },
        (Some(was), Some(is)) => What::Changed { was: was.clone(), is: is.clone() },
    };
    found.push((path.to_owned(), what));
}

fn below(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    match (path, plain) {
        ("", true) => key.to_owned(),
        (_, true) => format!("{path}.{key}"),
        (_, false) => format!("{path}[{}]", Json::from(key)),
    }
}

/// Whether it is a [`Value`](crate::plan::op::Value) in the form of the file.
pub(super) fn is_value(json: &Json) -> bool {
    json.as_object().is_some_and(is_leaf)
}

fn is_leaf(fields: &Map<String, Json>) -> bool {
    fields.len() == 1 && ["value", "secret", "slot"].iter().any(|it| fields.contains_key(*it))
}

/// How many items are the same at the start, and how many at the end.
pub(super) fn same_ends<T: PartialEq>(was: &[T], is: &[T]) -> (usize, usize) {
    let start = was.iter().zip(is).take_while(|(was, is)| was == is).count();
    let (was, is) = (&was[start..], &is[start..]);
    (start, was.iter().rev().zip(is.iter().rev()).take_while(|(was, is)| was == is).count())
}
