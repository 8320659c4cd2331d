//! Columns on a terminal: padded by what characters really occupy, wrapped to the width, nothing lost in silence.
//!
//! Where the terminal is too narrow for columns, the cells of a row stand below each other.

use unicode_width::UnicodeWidthStr;

use crate::export::Style;
use crate::export::words;
use crate::plan::Plan;
use crate::plan::op::Value;

pub(super) const BOLD: &str = "1";
pub(super) const DIM: &str = "2";
pub(super) const RED: &str = "1;31";
pub(super) const GREEN: &str = "32";
pub(super) const YELLOW: &str = "33";
pub(super) const MAGENTA: &str = "35";
pub(super) const CYAN: &str = "36";
pub(super) const HEADING: &str = "1;36";
/// No colour.
pub(super) const PLAIN: &str = "";

/// Below this many columns, cells are stacked.
const NARROW: usize = 64;
/// The columns between two cells.
const GAP: usize = 2;
/// A column is not made narrower than this.
const LEAST: usize = 8;
/// A text of more characters than this is not shown whole.
const LONG: usize = 400;

/// A text with its colour.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    text: String,
    paint: &'static str,
}

impl Cell {
    /// A text that may hold anything.
    pub(super) fn new(text: impl AsRef<str>, paint: &'static str) -> Cell {
        Cell { text: words::tame(text.as_ref()), paint }
    }
}

/// Rows in columns, with lines between them that span all columns.
#[derive(Debug)]
pub(super) struct Grid {
    /// The columns before each row.
    pub(super) indent: usize,
    /// The width that each column asks for at most.
    pub(super) most: &'static [usize],
    /// How many cells stay beside each other where cells are stacked.
    pub(super) together: usize,
    /// The rows.
    pub(super) rows: Vec<Row>,
}

/// A row of a [`Grid`].
#[derive(Clone, Debug)]
pub(super) enum Row {
    /// Cells below those of other rows.
    Cells(Vec<Cell>),
    /// A line of its own, indented by so many columns.
    Line(usize, Cell),
    /// An empty line.
    Blank,
}

impl Grid {
    /// The grid drawn, without line ends.
    pub(super) fn lines(&self, style: &Style) -> Vec<String> {
        let widths = self.widths(style);
        let mut lines = Vec::new();
        for row in &self.rows {
            match row {
                Row::Blank => lines.push(String::new()),
                Row::Line(indent, cell) => lines.extend(flow(cell, *indent, style)),
                Row::Cells(cells) if width(style) < NARROW => self.stack(cells, style, &mut lines),
                Row::Cells(cells) => self.align(cells, &widths, style, &mut lines),
            }
        }
        lines
    }

    /// What each column gets: what it asks for, and where that is too much, the widest give way first.
    fn widths(&self, style: &Style) -> Vec<usize> {
        let mut widths = vec![0; self.most.len()];
        for row in &self.rows {
            let Row::Cells(cells) = row else { continue };
            for ((cell, width), most) in cells.iter().zip(&mut widths).zip(self.most) {
                *width = cell.text.width().clamp(*width, (*most).max(*width));
            }
        }
        let gaps = GAP * widths.len().saturating_sub(1);
        let room = width(style).saturating_sub(self.indent + gaps);
        while widths.iter().sum::<usize>() > room {
            match widths.iter_mut().max() {
                Some(widest) if *widest > LEAST => *widest -= 1,
                _ => break,
            }
        }
        widths
    }

    fn align(&self, cells: &[Cell], widths: &[usize], style: &Style, lines: &mut Vec<String>) {
        let wrapped = cells.iter().zip(widths).map(|(cell, width)| {
            wrap(&shorten(&cell.text, style), *width)
        });
        let wrapped: Vec<Vec<String>> = wrapped.collect();
        for index in 0..wrapped.iter().map(Vec::len).max().unwrap_or(0) {
            let mut line = " ".repeat(self.indent);
            let mut owed = 0;
            for ((texts, cell), width) in wrapped.iter().zip(cells).zip(widths) {
                let text = texts.get(index).map_or("", String::as_str);
                if !text.is_empty() {
                    line += &" ".repeat(owed);
                    line += &paint(text, cell.paint, style);
                    owed = 0;
                }
                owed += width.saturating_sub(text.width()) + GAP;
            }
            lines.push(line);
        }
    }

    fn stack(&self, cells: &[Cell], style: &Style, lines: &mut Vec<String>) {
        let (together, rest) = cells.split_at(self.together.min(cells.len()));
        let texts: Vec<&str> = together.iter().map(|it| it.text.trim()).collect();
        let paint = together.last().map_or(PLAIN, |it| it.paint);
        lines.extend(flow(&Cell { text: texts.join("  "), paint }, self.indent, style));
        for cell in rest.iter().filter(|it| !it.text.is_empty()) {
            lines.extend(flow(cell, self.indent + 4, style));
        }
    }
}

/// The columns that are used of a terminal: narrower cannot be read, wider tears a row apart.
pub(super) fn width(style: &Style) -> usize {
    style.width.clamp(40, 120)
}

/// A text over as many lines as it needs.
pub(super) fn flow(cell: &Cell, indent: usize, style: &Style) -> Vec<String> {
    let lines = wrap(&shorten(&cell.text, style), width(style).saturating_sub(indent).max(LEAST));
    let margin = " ".repeat(indent);
    lines.iter().map(|line| format!("{margin}{}", paint(line, cell.paint, style))).collect()
}

/// The sign that something was left out.
pub(super) fn dots(style: &Style) -> &'static str {
    if style.unicode { "…" } else { "..." }
}

/// What stands between two facts on a line.
pub(super) fn dot(style: &Style) -> &'static str {
    if style.unicode { " · " } else { " - " }
}

/// A line across the view.
pub(super) fn rule(style: &Style) -> String {
    let line = if style.unicode { "─" } else { "-" };
    paint(&line.repeat(width(style)), DIM, style)
}

/// The last line of a view: by what the plan is known again.
pub(super) fn closing(plan: &Plan, style: &Style) -> String {
    let seal = words::seal(plan, dots(style));
    let facts = [format!("seal {seal}"), format!("format {}", plan.format), plan.made_by.clone()];
    paint(&words::tame(&facts.join(dot(style))), DIM, style)
}

/// The colour of a value: what is not known here stands out.
pub(super) fn value_paint(value: &Value) -> &'static str {
    match value {
        Value::Value(_) => PLAIN,
        Value::Secret(_) => MAGENTA,
        Value::Slot(_) => CYAN,
    }
}

/// The text in a colour or weight, by its SGR parameters, where colours may be used.
pub(super) fn paint(text: &str, sgr: &str, style: &Style) -> String {
    if style.colour && !sgr.is_empty() {
        format!("\u{1b}[{sgr}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

fn shorten(text: &str, style: &Style) -> String {
    let count = text.chars().count();
    if count <= LONG {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONG - 100).collect();
    format!("{start}{} (cut here, {count} characters in all)", dots(style))
}

/// Breaks a text at its blanks; a word that is longer than a line also behind its signs, or anywhere.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if line.width() + word.trim_end().width() > width && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line += word;
        while line.trim_end().width() > width {
            let rest = line.split_off(cut(&line, width));
            lines.push(std::mem::replace(&mut line, rest));
        }
    }
    lines.push(line);
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// Where a word is cut that does not fit: behind its last sign that fits, if that leaves no short stump.
fn cut(word: &str, width: usize) -> usize {
    let ends = word.char_indices().map(|(at, character)| at + character.len_utf8());
    let fitting: Vec<usize> = ends.take_while(|end| word[..*end].width() <= width).collect();
    let Some(last) = fitting.last().copied() else {
        // A character that is wider than the line still has to go somewhere.
        return word.chars().next().map_or(0, char::len_utf8);
    };
    let sign = word[..last].rfind(['\\', '/', ',', ';', '.', '-', '@', '=', '&']);
    sign.map(|at| at + 1).filter(|at| *at > last / 2).unwrap_or(last)
}
