//! The manual in Markdown. What comes from a script appears letter by letter.

use std::fmt::Write;

use crate::export::manual::document::{Document, Entry, Fact, Section};
use crate::export::markdown::{code, fence, phrase, table, text};
use crate::export::prose::Block;
use crate::plan::visible;

/// The document.
pub(super) fn render(document: &Document) -> String {
    let mut out = format!("# {}\n", text(&document.title));
    out += &blocks(&document.about);
    out += &facts(&document.facts);
    for it in &document.sections {
        out += &section(it);
    }
    out
}

fn section(section: &Section) -> String {
    let mut out = format!("\n## {}\n", text(&section.title));
    out += &blocks(&section.about);
    if let Some(it) = &section.table {
        let rows: Vec<Vec<String>> =
            it.rows.iter().map(|row| row.iter().map(phrase).collect()).collect();
        let _ = write!(out, "\n{}", table(it.heads, &rows));
    }
    for it in &section.entries {
        out += &entry(it);
    }
    out
}

fn entry(entry: &Entry) -> String {
    let mark = entry.mark.map_or_else(String::new, |it| format!(" ({})", it.word()));
    format!("\n### {}{mark}\n{}{}", code(&entry.name), blocks(&entry.about), facts(&entry.facts))
}

fn facts(facts: &[Fact]) -> String {
    let fact = |fact: &Fact| match fact.lines.as_slice() {
        [line] => format!("- {}: {}\n", fact.name, phrase(line)),
        lines => {
            let lines = lines.iter().map(|it| format!("  - {}\n", phrase(it)));
            format!("- {}:\n{}", fact.name, lines.collect::<String>())
        }
    };
    if facts.is_empty() {
        return String::new();
    }
    format!("\n{}", facts.iter().map(fact).collect::<String>())
}

fn blocks(blocks: &[Block]) -> String {
    let mut out = String::new();
    let mut listed = false;
    for block in blocks {
        let item = matches!(block, Block::Item { .. });
        if !(item && listed) {
            out.push('\n');
        }
        listed = item;
        out += &match block {
            Block::Text(it) => format!("{}\n", phrase(it)),
            Block::Heading(it) => format!("**{}**\n", phrase(it)),
            Block::Item { number, depth, text } => {
                let mark = number.map_or_else(|| "-".to_owned(), |it| format!("{it}."));
                format!("{}{mark} {}\n", "   ".repeat(depth - 1), phrase(text))
            }
            Block::Code { language, text } => {
                let fence = fence(text);
                let lines: String = text.lines().map(|it| format!("{}\n", visible(it))).collect();
                let language: String =
                    language.chars().filter(char::is_ascii_alphanumeric).collect();
                format!("{fence}{language}\n{lines}{fence}\n")
            }
        };
    }
    out
}
