//! The manual on a terminal.

use unicode_width::UnicodeWidthStr;

use crate::export::Style;
use crate::export::grid::{self, Cell, Column, Grid, Row};
use crate::export::manual::document::{Document, Entry, Fact, Mark, Section, Table};
use crate::export::prose::Block;
use crate::plan::visible;

/// Where what is below a heading begins.
const INDENT: usize = 2;
/// Where what is said of an entry begins.
const DEEP: usize = 4;

/// The text, each line ended.
pub(super) fn render(document: &Document, style: &Style) -> String {
    let title = format!("{}{}{}", document.title, grid::dot(style), document.kind.to_lowercase());
    let mut lines = grid::flow(&Cell::new(title, grid::BOLD), 0, 0, style);
    lines.push(grid::rule(style));
    lines.extend(blocks(&document.about, 0, style));
    if !document.facts.is_empty() {
        lines.push(String::new());
        lines.extend(facts(&document.facts, 0, style));
    }
    for it in &document.sections {
        lines.extend(section(it, style));
    }
    grid::text(&lines)
}

fn section(section: &Section, style: &Style) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(grid::flow(&Cell::new(&section.title, grid::HEADING), 0, 0, style));
    lines.extend(blocks(&section.about, INDENT, style));
    if section.entries.is_empty() {
        lines.extend(section.table.iter().flat_map(|it| table(it, style)));
    }
    for it in &section.entries {
        lines.push(String::new());
        lines.extend(entry(it, style));
    }
    lines
}

fn table(table: &Table, style: &Style) -> Vec<String> {
    let cells = |row: &Vec<_>| {
        let cells =
            row.iter().enumerate().map(|(index, it): (_, &crate::export::words::Phrase)| {
                let paint = if index == 0 { grid::BOLD } else { grid::PLAIN };
                Cell::new(it.bare(), paint)
            });
        Row::Cells(cells.collect())
    };
    let rows = table.rows.iter().map(cells).collect();
    let two = &[Column::Rigid, Column::Flexible(20, usize::MAX)][..];
    let three = &[Column::Rigid, Column::Flexible(24, 60), Column::Flexible(20, 60)][..];
    let columns = if table.heads.len() == 2 { two } else { three };
    let firm = columns.len() - 1;
    Grid { indent: INDENT, columns, firm, together: 2, rows }.lines(style)
}

fn entry(entry: &Entry, style: &Style) -> Vec<String> {
    let mut lines = prose(&entry.name, grid::BOLD, INDENT, DEEP, style);
    if let (Some(mark), Some(last)) = (entry.mark, lines.last_mut()) {
        let paint = match mark {
            Mark::Required => grid::YELLOW,
            Mark::Optional => grid::DIM,
            Mark::Written => grid::MAGENTA,
        };
        if INDENT + entry.name.width() + 2 + mark.word().len() > grid::width(style) {
            lines.push(format!("{}{}", " ".repeat(DEEP), grid::paint(mark.word(), paint, style)));
        } else {
            *last += "  ";
            *last += &grid::paint(mark.word(), paint, style);
        }
    }
    lines.extend(blocks(&entry.about, DEEP, style));
    let apart = matches!(entry.about.last(), Some(Block::Item { .. } | Block::Code { .. }));
    if apart && !entry.facts.is_empty() {
        lines.push(String::new());
    }
    lines.extend(facts(&entry.facts, DEEP, style));
    lines
}

fn facts(facts: &[Fact], indent: usize, style: &Style) -> Vec<String> {
    let rows = facts.iter().flat_map(|fact| {
        fact.lines.iter().enumerate().map(|(index, it)| {
            let name = if index == 0 { fact.name } else { "" };
            Row::Cells(vec![Cell::new(name, grid::DIM), Cell::new(it.bare(), grid::PLAIN)])
        })
    });
    let columns = &[Column::Fixed(13), Column::Flexible(16, usize::MAX)];
    Grid { indent, columns, firm: 1, together: 2, rows: rows.collect() }.lines(style)
}

fn blocks(blocks: &[Block], indent: usize, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let item = matches!(block, Block::Item { .. });
        let listed = index > 0 && matches!(blocks[index - 1], Block::Item { .. });
        if index > 0 && !(item && listed) {
            lines.push(String::new());
        }
        match block {
            Block::Text(it) => lines.extend(prose(&it.plain(), grid::PLAIN, indent, 0, style)),
            Block::Heading(it) => lines.extend(prose(&it.plain(), grid::BOLD, indent, 0, style)),
            Block::Item { number, depth, text } => {
                let mark = number.map_or_else(|| "-".to_owned(), |it| format!("{it}."));
                let margin = indent + 2 * (depth - 1);
                let text = format!("{mark} {}", text.plain());
                lines.extend(prose(&text, grid::PLAIN, margin, mark.len() + 1, style));
            }
            // Code is there to be copied, so its lines stay whole.
            Block::Code { text, .. } => lines.extend(text.lines().map(|it| {
                let line = format!("{}{}", " ".repeat(indent + 2), visible(it));
                grid::paint(line.trim_end(), grid::CYAN, style)
            })),
        }
    }
    lines
}

/// A text over as many lines as it needs, however long it is; the further lines are indented more.
fn prose(
    text: &str,
    paint: &'static str,
    indent: usize,
    hang: usize,
    style: &Style,
) -> Vec<String> {
    let room = grid::width(style).saturating_sub(indent + hang).max(20);
    let margins = std::iter::once(indent).chain(std::iter::repeat(indent + hang));
    let lines = margins.zip(grid::wrap(visible(text).trim_end(), room));
    let line = |(margin, it): (usize, String)| {
        format!("{}{}", " ".repeat(margin), grid::paint(&it, paint, style))
    };
    lines.map(line).collect()
}
