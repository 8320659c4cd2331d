//! A text that was taken out of another one, each byte with its place there.

use std::ops::Range;

use crate::source::{SourceId, Span};

/// A text whose every byte knows the place that it comes from.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapped {
    /// The text.
    pub(super) text: String,
    places: Vec<Range<u32>>,
}

impl Mapped {
    /// A part of a source, as it stands there.
    pub(super) fn of(source: &str, range: Range<usize>) -> Self {
        let mut mapped = Mapped::default();
        mapped.copy(source, range);
        mapped
    }

    /// Adds a part of a source, as it stands there.
    pub(super) fn copy(&mut self, source: &str, range: Range<usize>) {
        self.text.push_str(&source[range.clone()]);
        self.places.extend(range.map(|at| at as u32..at as u32 + 1));
    }

    /// Adds a text that comes from one place as a whole.
    pub(super) fn put(&mut self, text: &str, place: Range<usize>) {
        self.text.push_str(text);
        let place = place.start as u32..place.end as u32;
        self.places.extend(text.bytes().map(|_| place.clone()));
    }

    /// Adds a part of another text with its places.
    pub(super) fn append(&mut self, other: &Mapped, range: Range<usize>) {
        self.text.push_str(&other.text[range.clone()]);
        self.places.extend_from_slice(&other.places[range]);
    }

    /// A part of it.
    pub(super) fn part(&self, range: Range<usize>) -> Mapped {
        let mut part = Mapped::default();
        part.append(self, range);
        part
    }

    /// The place of a range in the source. An empty range stands where its next byte is.
    pub(super) fn span(&self, source: SourceId, range: Range<usize>) -> Span {
        let end_of_all = self.places.last().map_or(0, |it| it.end);
        if range.is_empty() {
            let at = self.places.get(range.start).map_or(end_of_all, |it| it.start);
            return Span { source, start: at, end: at };
        }
        let start = self.places.get(range.start).map_or(end_of_all, |it| it.start);
        let end = self.places.get(range.end - 1).map_or(end_of_all, |it| it.end);
        Span { source, start, end: end.max(start) }
    }
}
