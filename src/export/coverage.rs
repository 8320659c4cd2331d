//! The coverage of tests, for the terminal, as a page, and in the format that other programs read.

use std::fmt::Write;
use std::path::Path;

use crate::export::Style;
use crate::export::grid::{self, Cell, Column, Grid, Row};
use crate::export::page::{self, Html};
use crate::plan::visible;
use crate::trial::coverage::{Branch, Coverage, File, Share};

const STYLE: &str = include_str!("coverage.css");

/// Nobody reads more gaps than this on a terminal; the page and the other format have them all.
const MOST_GAPS: usize = 40;

/// A row for each file, and what no case came by, each line ended.
#[must_use]
pub fn text(coverage: &Coverage, style: &Style) -> String {
    let head = |it: &str| Cell::new(it, grid::HEADING);
    let mut rows = vec![Row::Cells(vec![
        head("coverage"),
        head("branches"),
        head("lines"),
        head("functions"),
    ])];
    let mut gaps = Vec::new();
    for (path, file) in coverage.files() {
        let name = shown(path);
        rows.push(Row::Cells(vec![
            Cell::new(&name, grid::PLAIN),
            share(file.branch_share()),
            share(file.line_share()),
            share(file.function_share()),
        ]));
        for branch in file.branches.iter().filter(|it| it.hits == 0) {
            let at = branch.at;
            gaps.push(format!("{name}:{}:{}  {}", at.line, at.column, branch.what));
        }
        for function in file.functions.iter().filter(|it| it.hits == 0) {
            let at = function.at;
            gaps.push(format!("{name}:{}:{}  `{}`", at.line, at.column, function.name));
        }
    }
    if coverage.files().count() > 1 {
        rows.push(Row::Cells(vec![
            Cell::new("all", grid::BOLD),
            share(coverage.branches()),
            share(coverage.lines()),
            share(coverage.functions()),
        ]));
    }
    if !gaps.is_empty() {
        rows.push(Row::Blank);
        let cell = Cell::new("no case comes by:", grid::HEADING);
        rows.push(Row::Text { indent: 0, hang: 0, cell });
    }
    let more = gaps.len().saturating_sub(MOST_GAPS);
    for gap in gaps.iter().take(MOST_GAPS) {
        rows.push(Row::Text { indent: 2, hang: 2, cell: Cell::new(gap, grid::PLAIN) });
    }
    if more > 0 {
        let cell = Cell::new(format!("… and {more} more"), grid::DIM);
        rows.push(Row::Text { indent: 2, hang: 2, cell });
    }
    let columns = [Column::Rigid; 4];
    let grid = Grid { indent: 0, columns: &columns, firm: 0, together: 1, rows };
    grid.lines(style).join("\n") + "\n"
}

fn share(share: Share) -> Cell {
    let paint = match share.percent() {
        100.0.. => grid::GREEN,
        80.0.. => grid::YELLOW,
        _ => grid::RED,
    };
    let words = words(share);
    if share.all == 0 { Cell::new("-", grid::DIM) } else { Cell::new(words, paint) }
}

fn words(share: Share) -> String {
    format!("{} of {} ({} %)", share.hit, share.all, share.percent())
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string().replace(std::path::MAIN_SEPARATOR, "/")).into_owned()
}

/// A tracefile of lcov, as `geninfo` describes it, which build servers and editors read.
#[must_use]
pub fn lcov(coverage: &Coverage) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    for (path, file) in coverage.files() {
        let _ = writeln!(out, "TN:\nSF:{}", path.display());
        for function in &file.functions {
            let _ = writeln!(out, "FN:{},{}", function.at.line, function.name);
        }
        for function in &file.functions {
            let _ = writeln!(out, "FNDA:{},{}", function.hits, function.name);
        }
        let Share { hit, all } = file.function_share();
        let _ = writeln!(out, "FNF:{all}\nFNH:{hit}");
        for (decision, branches) in
            file.branches.chunk_by(|a, b| a.decision == b.decision).enumerate()
        {
            // A decision that nobody came to is told from one of which a way was not taken.
            let reached = branches.iter().any(|it| it.hits > 0);
            for (index, branch) in branches.iter().enumerate() {
                let taken = if reached { branch.hits.to_string() } else { "-".to_owned() };
                let line = branch.decision.line;
                let _ = writeln!(out, "BRDA:{line},{decision},{index},{taken}");
            }
        }
        let Share { hit, all } = file.branch_share();
        let _ = writeln!(out, "BRF:{all}\nBRH:{hit}");
        for (line, hits) in &file.lines {
            let _ = writeln!(out, "DA:{line},{hits}");
        }
        let Share { hit, all } = file.line_share();
        let _ = writeln!(out, "LF:{all}\nLH:{hit}\nend_of_record");
    }
    out
}

/// One self-contained page: the shares, and every file with what was come by and what was not.
#[must_use]
pub fn page(coverage: &Coverage) -> String {
    page::page("Coverage of tests", STYLE, |page| {
        page.raw("<h1>Coverage of tests</h1>\n");
        page.within("table", "class=\"shares\"", |page| shares(coverage, page));
        for (index, (path, file)) in coverage.files().enumerate() {
            page.raw("<h2 id=\"file-").number(index).raw("\">").text(&shown(path)).raw("</h2>\n");
            page.within("table", "class=\"source\"", |page| source(file, page));
        }
    })
}

fn shares(coverage: &Coverage, page: &mut Html) {
    page.raw("<tr><th>File</th><th>Branches</th><th>Lines</th><th>Functions</th></tr>\n");
    let cell = |share: Share, page: &mut Html| {
        page.raw(if share.hit == share.all { "<td class=\"whole\">" } else { "<td>" });
        page.text(&if share.all == 0 { "–".to_owned() } else { words(share) }).raw("</td>");
    };
    for (index, (path, file)) in coverage.files().enumerate() {
        page.raw("<tr><td><a href=\"#file-").number(index).raw("\">").text(&shown(path));
        page.raw("</a></td>");
        cell(file.branch_share(), page);
        cell(file.line_share(), page);
        cell(file.function_share(), page);
        page.raw("</tr>\n");
    }
}

fn source(file: &File, page: &mut Html) {
    for (number, line) in (1..).zip(file.text.lines()) {
        let gaps: Vec<&Branch> =
            file.branches.iter().filter(|it| it.at.line == number && it.hits == 0).collect();
        let hits = file.lines.get(&number);
        page.raw(match hits {
            Some(0) => "<tr class=\"missed\">",
            Some(_) if gaps.is_empty() => "<tr class=\"hit\">",
            _ if !gaps.is_empty() => "<tr class=\"partly\">",
            _ => "<tr>",
        });
        page.raw("<td>").number(number as usize).raw("</td><td>");
        if let Some(hits) = hits {
            page.text(&hits.to_string());
        }
        page.raw("</td><td><code>").text(line).raw("</code>");
        for gap in gaps {
            page.raw(" <small>not taken: ").text(gap.what).raw("</small>");
        }
        page.raw("</td></tr>\n");
    }
}
