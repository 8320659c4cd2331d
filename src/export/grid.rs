//! Columns on a terminal: padded by what characters really occupy, wrapped to the width, nothing lost in silence.
//!
//! Where the terminal is too narrow for columns, the cells of a row stand below each other.

use unicode_width::UnicodeWidthStr;

use crate::export::Style;
use crate::export::words;
use crate::plan::op::Value;
use crate::plan::{Plan, visible};

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

/// The columns between two cells.
const GAP: usize = 2;
/// A text gets at least these columns.
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
        Cell { text: visible(text.as_ref()).trim_end().to_owned(), paint }
    }
}

/// Rows in columns, with lines between them that span all columns.
#[derive(Debug)]
pub(super) struct Grid<'a> {
    /// The columns before each row.
    pub(super) indent: usize,
    /// What each column asks for.
    pub(super) columns: &'a [Column],
    /// The column that gives way last: values are there to be copied.
    pub(super) firm: usize,
    /// How many cells, at least one, stay beside each other where cells are stacked.
    pub(super) together: usize,
    /// The rows.
    pub(super) rows: Vec<Row>,
}

/// The width of a column.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    /// Exactly this.
    Fixed(usize),
    /// As wide as its widest cell.
    Rigid,
    /// As wide as its widest cell, but within these limits.
    Flexible(usize, usize),
}

/// A row of a [`Grid`].
#[derive(Clone, Debug)]
pub(super) enum Row {
    /// Cells below those of other rows.
    Cells(Vec<Cell>),
    /// A text of its own, indented; its further lines are indented more.
    Text {
        /// The columns before the first line.
        indent: usize,
        /// The columns more before the further lines.
        hang: usize,
        /// The text.
        cell: Cell,
    },
    /// An empty line.
    Blank,
}

impl Grid<'_> {
    /// The grid drawn, without line ends.
    pub(super) fn lines(&self, style: &Style) -> Vec<String> {
        let mut widths = self.wishes();
        let fits = self.fit(&mut widths, style);
        let mut lines = Vec::new();
        for row in &self.rows {
            match row {
                Row::Blank => lines.push(String::new()),
                Row::Text { indent, hang, cell } => {
                    lines.extend(flow(cell, *indent, *hang, style));
                }
                Row::Cells(cells) if fits => self.align(cells, &widths, style, &mut lines),
                Row::Cells(cells) => self.stack(cells, &widths, style, &mut lines),
            }
        }
        lines
    }

    fn cells(&self) -> impl Iterator<Item = &[Cell]> {
        self.rows.iter().filter_map(|row| match row {
            Row::Cells(cells) => Some(cells.as_slice()),
            Row::Text { .. } | Row::Blank => None,
        })
    }

    /// What each column would have.
    fn wishes(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self.columns.iter().map(|_| 0).collect();
        for cells in self.cells() {
            for ((cell, width), column) in cells.iter().zip(&mut widths).zip(self.columns) {
                *width = match column {
                    Column::Fixed(fixed) => *fixed,
                    Column::Rigid => cell.text.width().max(*width),
                    Column::Flexible(_, most) => cell.text.width().min(*most).max(*width),
                };
            }
        }
        widths
    }

    /// Fits what the columns would have into the terminal, if it can be: where it is too much, the widest gives way
    /// first; what is left over is the firm column's.
    fn fit(&self, widths: &mut [usize], style: &Style) -> bool {
        let gaps = GAP * widths.len().saturating_sub(1);
        let room = width(style).saturating_sub(self.indent + gaps);
        let mut fitted = widths.to_vec();
        while fitted.iter().sum::<usize>() > room {
            let spare = |index: &usize| match self.columns[*index] {
                Column::Fixed(_) | Column::Rigid => false,
                Column::Flexible(least, _) => fitted[*index] > least,
            };
            let soft = (0..fitted.len()).filter(|it| *it != self.firm).filter(spare);
            let widest = soft.max_by_key(|it| fitted[*it]);
            let Some(gives) = widest.or(Some(self.firm).filter(spare)) else { return false };
            fitted[gives] -= 1;
        }
        let rest = room - fitted.iter().sum::<usize>();
        let firm = self.cells().filter_map(|cells| cells.get(self.firm));
        let wish = firm.map(|it| it.text.width()).max().unwrap_or(0);
        fitted[self.firm] = wish.clamp(fitted[self.firm], fitted[self.firm] + rest);
        widths.copy_from_slice(&fitted);
        true
    }

    fn align(&self, cells: &[Cell], widths: &[usize], style: &Style, lines: &mut Vec<String>) {
        let wrapped =
            cells.iter().zip(widths).map(|(cell, width)| wrap(&shorten(&cell.text, style), *width));
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

    /// The first cells beside each other, the others below the last of them, as many on a line as it holds.
    fn stack(&self, cells: &[Cell], widths: &[usize], style: &Style, lines: &mut Vec<String>) {
        let (first, rest) = cells.split_at(self.together.min(cells.len()));
        let Some((last, labels)) = first.split_last() else { return };
        let margin = self.indent + widths.iter().zip(labels).map(|(it, _)| it + GAP).sum::<usize>();
        let below = if labels.is_empty() { margin + 4 } else { margin };
        let mut head = " ".repeat(self.indent);
        for (label, width) in labels.iter().zip(widths) {
            head += &paint(&label.text, label.paint, style);
            head += &" ".repeat(width.saturating_sub(label.text.width()) + GAP);
        }
        if !first.iter().all(|it| it.text.is_empty()) {
            let mut start = flow(last, margin, 2, style);
            start[0].replace_range(..margin, &head);
            lines.extend(start);
        }
        let mut free = 0;
        for cell in rest.iter().filter(|it| !it.text.is_empty()) {
            let needs = dot(style).width() + cell.text.width();
            if let Some(line) = lines.last_mut().filter(|_| needs <= free) {
                *line += dot(style);
                *line += &paint(&cell.text, cell.paint, style);
                free -= needs;
            } else {
                lines.extend(flow(cell, below, 0, style));
                free = (width(style) + dot(style).width()).saturating_sub(below + needs);
            }
        }
    }
}

impl Row {
    /// A line, or more where it is long, that begins at a column.
    pub(super) fn line(indent: usize, cell: Cell) -> Row {
        Row::Text { indent, hang: 0, cell }
    }
}

/// The columns that are used of a terminal: narrower cannot be read, wider tears a row apart.
pub(super) fn width(style: &Style) -> usize {
    style.width.clamp(40, 120)
}

/// A text over as many lines as it needs, the further ones indented more.
pub(super) fn flow(cell: &Cell, indent: usize, hang: usize, style: &Style) -> Vec<String> {
    let room = width(style).saturating_sub(indent + hang).max(LEAST);
    let lines = wrap(&shorten(&cell.text, style), room);
    let margins = std::iter::once(indent).chain(std::iter::repeat(indent + hang));
    let lines = margins.zip(&lines);
    lines.map(|(margin, it)| " ".repeat(margin) + paint(it, cell.paint, style).as_str()).collect()
}

/// The whole view, each line ended.
pub(super) fn text(lines: &[String]) -> String {
    lines.join("\n") + "\n"
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

/// The end of a view: by what the plan is known again.
pub(super) fn closing(plan: &Plan, style: &Style) -> Vec<String> {
    let seal = words::seal(plan, dots(style));
    let facts = [format!("seal {seal}"), format!("format {}", plan.format), plan.made_by.clone()];
    flow(&Cell::new(facts.join(dot(style)), DIM), 0, 0, style)
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
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
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
    let sign = word[..last].rfind(['\\', '/', ',', ';', '.', '-', '_', '@', '=', '&']);
    sign.map(|at| at + 1).filter(|at| *at > last / 3).unwrap_or(last)
}
