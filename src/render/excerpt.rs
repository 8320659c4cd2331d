//! Lines of source made fit to be drawn: every character takes the columns that it seems to take.
//!
//! A tab is spaces, a control character is visible, and a line too long is cut to a window with an ellipsis at each cut,
//! while every offset of the source can still be found.

use std::ops::Range;

use crate::render::tamed;
use crate::source::Span;

const TAB: usize = 4;

/// One line of source, character by character.
pub(super) struct Row {
    /// Each character with the offset in the source that it stands for.
    glyphs: Vec<(u32, char)>,
    ellipsis: &'static str,
}

/// What a window shows of a [`Row`].
pub(super) struct Cut {
    /// The text to draw.
    pub text: String,
    /// Where in that text the characters are, by their offsets in the source.
    at: Vec<(u32, usize)>,
    /// Where in that text the last of them ends.
    end: usize,
}

impl Row {
    /// The line of `text` that starts at this offset.
    pub(super) fn new(text: &str, start: u32, unicode: bool) -> Row {
        let mut glyphs = Vec::new();
        let mut column = 0;
        let line = text[start as usize..].split('\n').next().unwrap_or_default();
        for (at, character) in line.trim_end_matches('\r').char_indices() {
            let offset = start + at as u32;
            let (character, times) = match character {
                '\t' => (' ', TAB - column % TAB),
                other => (tamed(other, unicode), 1),
            };
            glyphs.extend(std::iter::repeat_n((offset, character), times));
            column += times * width(character);
        }
        Row { glyphs, ellipsis: if unicode { "…" } else { "..." } }
    }

    /// The columns before an offset.
    fn column(&self, offset: u32) -> usize {
        let before = self.glyphs.iter().take_while(|(at, _)| *at < offset);
        before.map(|(_, character)| width(*character)).sum()
    }

    /// The columns of a span of this line; an empty one takes one.
    pub(super) fn extent(&self, span: Span) -> Range<usize> {
        let start = self.column(span.start);
        start..self.column(span.end).max(start + 1)
    }

    /// What is seen in a window of columns.
    pub(super) fn cut(&self, window: Range<usize>) -> Cut {
        let dots = self.ellipsis.chars().count();
        let from = if window.start > 0 { window.start + dots } else { 0 };
        let cut_off = self.column(u32::MAX) > window.end;
        let to = if cut_off { window.end.saturating_sub(dots) } else { window.end };

        let mut cut = Cut { text: String::new(), at: Vec::new(), end: 0 };
        if from > 0 {
            cut.text += self.ellipsis;
        }
        let mut column = 0;
        for (offset, character) in &self.glyphs {
            let next = column + width(*character);
            if column < from && next > from {
                // Half of a wide character is cut away.
                cut.text.push(' ');
            } else if column >= from && next <= to {
                cut.at.push((*offset, cut.text.len()));
                cut.text.push(*character);
            }
            column = next;
        }
        cut.end = cut.text.len();
        if cut_off {
            cut.text += self.ellipsis;
        }
        cut
    }
}

impl Cut {
    /// The position in the text of an offset of the source, or the nearest that is seen.
    pub(super) fn position(&self, offset: u32) -> usize {
        let index = self.at.partition_point(|(at, _)| *at < offset);
        self.at.get(index).map_or(self.end, |(_, position)| *position)
    }
}

/// The columns of a text.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// The columns of a character, near enough to break and to cut lines by: wide for East Asian scripts and pictographs,
/// none for marks that combine. (miette measures again where it aligns.)
fn width(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{20D0}'..='\u{20FF}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FE20}'..='\u{FE2F}'
        | '\u{FEFF}' => 0,
        '\u{1100}'..='\u{115F}'
        | '\u{2E80}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{FE30}'..='\u{FE6F}'
        | '\u{FF00}'..='\u{FF60}'
        | '\u{FFE0}'..='\u{FFE6}'
        | '\u{1F300}'..='\u{1FAFF}'
        | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

/// Breaks a text at spaces, so that its lines fit a width with their indents. What stands in backticks stays in one piece
/// if it can, since it is there to be copied; a longer word is left as it is.
pub(super) fn wrapped(text: &str, first: usize, rest: usize, width: usize) -> Vec<String> {
    let words = text.trim_start_matches(' ');
    let mut line = text[..text.len() - words.len()].to_owned();
    let mut lines = Vec::new();
    let mut begun = false;
    for piece in pieces(words, width.saturating_sub(rest)) {
        let indent = if lines.is_empty() { first } else { rest };
        if begun && indent + columns(&line) + 1 + columns(piece) > width {
            lines.push(std::mem::take(&mut line));
        } else if begun {
            line.push(' ');
        }
        line += piece;
        begun = true;
    }
    lines.push(line);
    lines
}

fn pieces(text: &str, room: usize) -> Vec<&str> {
    let paired = text.matches('`').count().is_multiple_of(2);
    let mut quoted = false;
    let quoting = text.split(|character| {
        quoted ^= character == '`' && paired;
        character == ' ' && !quoted
    });
    let mut pieces = Vec::new();
    for piece in quoting {
        if columns(piece) <= room {
            pieces.push(piece);
        } else {
            pieces.extend(piece.split(' '));
        }
    }
    pieces
}
