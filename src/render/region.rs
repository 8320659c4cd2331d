//! Which places of a finding are drawn together, and which columns are seen of their lines.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::{Range, RangeInclusive};

use crate::diagnostic::Diagnostic;
use crate::render::excerpt::{Row, columns};
use crate::render::{Style, tame, within};
use crate::source::{SourceId, Sources, Span, Spot};

/// A span of more lines than this is drawn as its first line.
const TALL: u32 = 3;
/// The columns before the source: a line number of four digits, and a bar.
const GUTTER: usize = 8;
/// The columns that are put there beside for a span of several lines.
const TALL_GUTTER: usize = 4;
/// The columns from the middle of a mark to its label: `╰── `.
const STEM: usize = 4;
/// The columns that a label asks for before it is wrapped.
const LABEL: usize = 30;
/// The columns of an ellipsis, at most.
const ELLIPSIS: usize = 3;
/// The marks whose labels are still readable below one another.
const CROWD: usize = 4;

/// The sources as they may be shown, and the room to show them in.
pub(super) struct Page<'a> {
    sources: &'a Sources,
    texts: HashMap<SourceId, Cow<'a, str>>,
    unicode: bool,
    /// The columns that a line of source may take.
    inner: usize,
}

/// Places on one line in the order of the finding, none on the characters of another; or one place of a few lines.
pub(super) struct Region {
    pub marks: Vec<Mark>,
    /// The lines from the first to the last that is marked.
    pub rows: Vec<Row>,
    /// The columns that are seen of them.
    pub window: Range<usize>,
    inner: usize,
}

/// A place with its reason.
pub(super) struct Mark {
    /// As the finding has it.
    pub place: Span,
    /// As it is drawn.
    pub span: Span,
    /// The lines on which it is drawn.
    pub lines: RangeInclusive<u32>,
    /// The reason, maybe empty.
    pub text: String,
    /// Whether it is the finding's own place.
    pub primary: bool,
}

impl<'a> Page<'a> {
    pub(super) fn new(sources: &'a Sources, style: &Style) -> Page<'a> {
        Page {
            sources,
            texts: sources.iter().map(|(id, source)| (id, source.shown())).collect(),
            unicode: style.unicode,
            inner: style.width - GUTTER,
        }
    }

    /// The regions of a finding's places, the one with its own place first.
    pub(super) fn regions(&self, diagnostic: &Diagnostic) -> Vec<Region> {
        let primary = self.mark(diagnostic.primary, &diagnostic.label, true);
        let mut regions = vec![self.region(primary)];
        for label in &diagnostic.labels {
            let mark = self.mark(label.span, &label.text, false);
            let joined = regions.iter_mut().find_map(|it| Some((it.window_with(&mark)?, it)));
            match joined {
                Some((window, region)) => {
                    region.window = window;
                    region.marks.push(mark);
                }
                None => regions.push(self.region(mark)),
            }
        }
        regions
    }

    fn mark(&self, place: Span, text: &str, primary: bool) -> Mark {
        let source = self.sources.get(place.source);
        let bytes = self.texts[&place.source].as_bytes();
        let mut span = within(self.sources, place);
        // What ends with a line's end ends on that line.
        while span.start < span.end && bytes[span.end as usize - 1] == b'\n' {
            span.end -= 1;
            if span.start < span.end && bytes[span.end as usize - 1] == b'\r' {
                span.end -= 1;
            }
        }
        let first = source.spot(span.start).line;
        let mut last = source.spot(span.end).line;
        let mut text = tame(text, self.unicode);
        if last - first >= TALL {
            let to = format!("to line {last}");
            text = if text.is_empty() { to } else { format!("{text} ({to})") };
            span.end = source.offset(Spot { line: first + 1, column: 1 }) - 1;
            last = first;
        }
        Mark { place, span, lines: first..=last, text, primary }
    }

    fn region(&self, mark: Mark) -> Region {
        let source = self.sources.get(mark.span.source);
        let text = &self.texts[&mark.span.source];
        let starts = mark.lines.clone().map(|line| source.offset(Spot { line, column: 1 }));
        let rows = starts.map(|start| Row::new(text, start, self.unicode)).collect();
        let mut region =
            Region { marks: vec![mark], rows, window: 0..self.inner, inner: self.inner };
        let mark = &region.marks[0];
        region.window = if mark.is_tall() {
            0..self.inner - TALL_GUTTER
        } else {
            region.window_of(&[mark]).unwrap_or_else(|from| from..from + self.inner)
        };
        region
    }
}

impl Region {
    /// The number of the last line.
    pub(super) fn last(&self) -> u32 {
        self.marks.iter().map(|it| *it.lines.end()).max().unwrap_or(1)
    }

    /// The columns that a label may take below its mark.
    pub(super) fn room(&self, mark: &Mark) -> usize {
        if mark.is_tall() {
            return self.window.end - STEM;
        }
        let Range { start, end } = self.rows[0].extent(mark.span);
        let stem = usize::midpoint(start, end.min(self.window.end)) + STEM;
        self.window.end.saturating_sub(stem).max(LABEL / 2)
    }

    /// The columns seen if the mark is drawn here too; none if it cannot be.
    fn window_with(&self, mark: &Mark) -> Option<Range<usize>> {
        let near = |it: &Mark| it.span.source == mark.span.source && it.lines == mark.lines;
        let free = |it: &Mark| near(it) && !it.overlaps(mark);
        if self.marks.len() >= CROWD || !self.marks.iter().all(free) {
            return None;
        }
        let marks: Vec<&Mark> = self.marks.iter().chain([mark]).collect();
        self.window_of(&marks).ok()
    }

    /// The columns that show all these marks of the first line with their labels: from the start of the line if that can
    /// be, else as far to the right as they ask for, with a little of the line on either side. Fails with the best start
    /// if not all of them can be seen.
    fn window_of(&self, marks: &[&Mark]) -> Result<Range<usize>, usize> {
        let margin = self.inner / 8;
        let extents = marks.iter().map(|mark| self.rows[0].extent(mark.span));
        let left = extents.clone().map(|it| it.start).min().unwrap_or(0);
        let ends = extents.zip(marks).map(|(extent, mark)| {
            let stem = usize::midpoint(extent.start, extent.end) + STEM;
            (extent.end + ELLIPSIS).max(stem + columns(&mark.text).min(LABEL))
        });
        let right = ends.max().unwrap_or(0);
        if right <= self.inner {
            return Ok(0..self.inner);
        }
        let from = (right + margin - self.inner).min(left.saturating_sub(margin));
        if right <= from + self.inner { Ok(from..from + self.inner) } else { Err(from) }
    }
}

impl Mark {
    fn is_tall(&self) -> bool {
        self.lines.start() < self.lines.end()
    }

    /// Whether both would be drawn on the same characters; an empty span is drawn below the character after it.
    fn overlaps(&self, other: &Mark) -> bool {
        let drawn = |mark: &Mark| mark.span.start..mark.span.end.max(mark.span.start + 1);
        let (this, other) = (drawn(self), drawn(other));
        this.start < other.end && other.start < this.end
    }
}
