//! The manual as one page: for a customer's file, for an intranet, and for paper.

use crate::export::manual::document::{Document, Entry, Fact, Mark, Section, Table};
use crate::export::page::{self, Html};
use crate::export::prose::Block;

const STYLE: &str = include_str!("manual.css");

/// The page.
pub(super) fn render(document: &Document) -> String {
    page::page(&document.title, STYLE, |page| {
        page.within("header", "class=\"cover\"", |page| cover(document, page));
        page.within("main", "", |page| {
            for it in &document.sections {
                section(it, page);
            }
        });
        page.within("footer", "", |page| {
            page.raw("Made by mimeo ").raw(env!("CARGO_PKG_VERSION")).raw(".");
        });
    })
}

fn cover(document: &Document, page: &mut Html) {
    page.within("p", "class=\"eyebrow\"", |page| {
        page.raw(document.kind);
    });
    page.within("h1", "", |page| {
        page.text(&document.title);
    });
    blocks(&document.about, page);
    if !document.facts.is_empty() {
        page.within("dl", "class=\"facts\"", |page| {
            for it in &document.facts {
                page.within("div", "", |page| fact(it, page));
            }
        });
    }
    if document.sections.len() > 1 {
        page.within("nav", "", |page| {
            for it in &document.sections {
                page.raw("<a href=\"#").text(&it.id).raw("\">").text(&it.title).raw("</a> ");
            }
        });
    }
}

fn section(section: &Section, page: &mut Html) {
    page.raw("<section id=\"").text(&section.id).raw("\">\n<h2>").text(&section.title);
    page.raw("</h2>\n");
    blocks(&section.about, page);
    if let Some(it) = &section.table {
        table(it, &section.entries, page);
    }
    for it in &section.entries {
        entry(it, page);
    }
    page.raw("</section>\n");
}

fn table(table: &Table, entries: &[Entry], page: &mut Html) {
    page.within("table", "", |page| {
        page.columns(table.heads);
        page.within("tbody", "", |page| {
            for (index, row) in table.rows.iter().enumerate() {
                page.raw("<tr>");
                for (column, cell) in row.iter().enumerate() {
                    page.raw(if column == 0 { "<th scope=\"row\">" } else { "<td>" });
                    match entries.get(index).filter(|_| column == 0) {
                        Some(entry) => {
                            page.raw("<a href=\"#").text(&entry.id).raw("\">");
                            page.phrase(cell).raw("</a>")
                        }
                        None => page.phrase(cell),
                    };
                    page.raw(if column == 0 { "</th>" } else { "</td>" });
                }
                page.raw("</tr>\n");
            }
        });
    });
}

fn entry(entry: &Entry, page: &mut Html) {
    page.raw("<article class=\"step\" id=\"").text(&entry.id).raw("\">\n");
    page.within("h3", "", |page| {
        page.code(&entry.name);
        if let Some(mark) = entry.mark {
            page.raw(match mark {
                Mark::Required => "<span class=\"chip required\">",
                Mark::Optional => "<span class=\"chip optional\">",
                Mark::Written => "<span class=\"chip written\">",
            });
            page.raw(mark.word()).raw("</span>");
        }
    });
    blocks(&entry.about, page);
    if !entry.facts.is_empty() {
        page.within("dl", "class=\"details\"", |page| {
            for it in &entry.facts {
                fact(it, page);
            }
        });
    }
    page.raw("</article>\n");
}

fn fact(fact: &Fact, page: &mut Html) {
    page.raw("<dt>").raw(fact.name).raw("</dt><dd>");
    for (index, line) in fact.lines.iter().enumerate() {
        if index > 0 {
            page.raw("<br>");
        }
        page.phrase(line);
    }
    page.raw("</dd>\n");
}

fn blocks(blocks: &[Block], page: &mut Html) {
    let mut open: Vec<&'static str> = Vec::new();
    for block in blocks {
        let (depth, number) = match block {
            Block::Item { depth, number, .. } => (*depth, *number),
            Block::Text(_) | Block::Heading(_) | Block::Code { .. } => (0, None),
        };
        while open.len() > depth {
            close(&mut open, page);
        }
        while open.len() < depth {
            page.raw(if number.is_some() { "<ol>\n" } else { "<ul>\n" });
            open.push(if number.is_some() { "</ol>\n" } else { "</ul>\n" });
        }
        match block {
            Block::Text(it) => {
                page.raw("<p>").phrase(it).raw("</p>\n");
            }
            Block::Heading(it) => {
                page.raw("<p class=\"heading\">").phrase(it).raw("</p>\n");
            }
            Block::Item { text, .. } => {
                page.raw("<li>").phrase(text).raw("</li>\n");
            }
            Block::Code { text, .. } => {
                page.raw("<pre>");
                for line in text.lines() {
                    page.text(line).raw("\n");
                }
                page.raw("</pre>\n");
            }
        }
    }
    while !open.is_empty() {
        close(&mut open, page);
    }
}

fn close(open: &mut Vec<&'static str>, page: &mut Html) {
    page.raw(open.pop().unwrap_or_default());
}
