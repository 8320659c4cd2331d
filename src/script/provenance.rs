//! Where a value came from: a text is known by its identity, a number or flag by its tag.
//!
//! With its interner off, Rhai never copies a string: variables, maps, functions and imports hand the same allocation on,
//! and whoever changes it gets a new one. So the address of a string that is kept alive tells exactly where it was
//! written. Numbers and flags have no identity; they carry a tag, which Rhai hands on as well, but keeps when the number
//! is changed in place, so the value is compared too.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Dynamic, ImmutableString};

use crate::source::ValueOrigin;

/// The origins of the values of one run.
#[derive(Debug, Default)]
pub struct Provenance {
    /// By address; the string is kept so that the address stays its own and a change makes a copy.
    texts: BTreeMap<usize, (ImmutableString, Arc<ValueOrigin>)>,
    /// By tag, which is the index and one.
    tagged: Vec<(Dynamic, Arc<ValueOrigin>)>,
}

impl Provenance {
    /// Remembers where a value comes from; the value that is returned must be the one that is handed on.
    pub fn pin(&mut self, value: Dynamic, origin: Arc<ValueOrigin>) -> Dynamic {
        if let Some(text) = as_text(&value) {
            self.texts.insert(identity(&text), (text, origin));
            return value;
        }
        let mut value = value;
        self.tagged.push((value.clone(), origin));
        value.set_tag(i32::try_from(self.tagged.len()).unwrap_or(0));
        value
    }

    /// Where a value comes from, if it is exactly one that was pinned.
    #[must_use]
    pub fn origin(&self, value: &Dynamic) -> Option<&Arc<ValueOrigin>> {
        if let Some(text) = value.read_lock::<ImmutableString>() {
            return self.texts.get(&identity(&text)).map(|(_, origin)| origin);
        }
        let index = usize::try_from(value.tag()).ok()?.checked_sub(1)?;
        let (pinned, origin) = self.tagged.get(index)?;
        let same = match (pinned.as_int(), value.as_int(), pinned.as_bool(), value.as_bool()) {
            (Ok(one), Ok(other), _, _) => one == other,
            (_, _, Ok(one), Ok(other)) => one == other,
            _ => false,
        };
        same.then_some(origin)
    }
}

/// The text of a value that is one, sharing its allocation.
#[must_use]
pub fn as_text(value: &Dynamic) -> Option<ImmutableString> {
    value.read_lock::<ImmutableString>().map(|text| text.clone())
}

/// The identity of a string.
#[must_use]
pub fn identity(text: &ImmutableString) -> usize {
    text.as_str().as_ptr() as usize
}
