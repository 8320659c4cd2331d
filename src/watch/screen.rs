//! The screen as lines: a pure picture of the board, of exactly the size that it is given.

use unicode_width::UnicodeWidthChar;

use crate::export::{self, View as PlanView, view};
use crate::plan::diff::{self, Colour};
use crate::render::{self, Format};
use crate::watch::board::{Board, Item, Panel, milliseconds, of_customers};
use crate::watch::event::Standing;
use crate::watch::keys::{KEYS, Page, View};
use crate::watch::note::{self, Gravity};

/// The lines that are not the page's own: three above, two below.
const FRAME: usize = 5;

/// How many lines of a page are seen.
#[must_use]
pub fn height(lines: usize) -> usize {
    lines.saturating_sub(FRAME).max(1)
}

/// The screen, one text for each line, none wider than the style says. Brings the view within what there is.
pub fn frame(board: &Board, seen: &mut View, style: &export::Style, lines: usize) -> Vec<String> {
    let height = height(lines);
    let (body, chosen) = body(board, seen, style);
    let last = body.len().saturating_sub(height);
    if seen.follows
        && seen.page == Page::Findings
        && let Some((from, to)) = chosen
    {
        let top = *seen.top();
        // Its first line is seen in any case, the others if there is room.
        let top = if to > top + height { to - height } else { top };
        *seen.top() = top.min(from);
    }
    let top = (*seen.top()).min(last);
    *seen.top() = top;
    let mut screen = head(board, seen, style);
    screen.extend(body.into_iter().skip(top).take(height));
    screen.resize(3 + height, String::new());
    screen.extend(foot(board, seen, top, last, style));
    let mut screen: Vec<String> = screen.iter().map(|it| clip(it, style)).collect();
    screen.truncate(lines);
    screen
}

fn head(board: &Board, seen: &View, style: &export::Style) -> Vec<String> {
    let dot = if style.unicode { " · " } else { " - " };
    let page = match seen.page {
        Page::Findings => "findings",
        Page::Plan => "plan",
        Page::Wizard => "wizard",
        Page::Difference => "difference",
        Page::Help => "help",
    };
    let panel = board.panels.get(seen.customer);
    let mut title = vec![paint("mimeo watch", "1", style), page.to_owned()];
    if let Some(panel) = panel {
        let of = match board.panels.len() {
            0 | 1 => String::new(),
            many => format!(" ({} of {many})", seen.customer + 1),
        };
        title.push(format!("{}{of}", panel.name()));
    }
    title.push(format!("run {}", board.run));
    title.push(format!("{:.1} ms", milliseconds(board.took)));
    if board.run > 1 && board.changed.is_empty() {
        title.push("asked for".to_owned());
    } else if !board.changed.is_empty() {
        title.push(format!("{} saved", board.changed.join(", ")));
    }
    let good = board.panels.iter().all(|it| it.standing() == Standing::Good);
    let sign = match (good, style.unicode) {
        (true, true) => paint("✓", "32", style),
        (true, false) => paint("ok", "32", style),
        (false, true) => paint("✗", "31;1", style),
        (false, false) => paint("!!", "31;1", style),
    };
    let mut facts = vec![note::summary(&board.notes())];
    facts.push(board.plans());
    if board.run > 1 {
        facts.push(board.became());
    }
    let rule = if style.unicode { "─" } else { "-" };
    vec![
        title.join(dot),
        format!("{sign} {}", facts.join(dot)),
        paint(&rule.repeat(style.width), "2", style),
    ]
}

fn foot(board: &Board, seen: &View, top: usize, last: usize, style: &export::Style) -> Vec<String> {
    let mut files = match board.watched.len() {
        1 => "watching 1 file: ".to_owned(),
        many => format!("watching {many} files: "),
    };
    files.push_str(&board.watched.join(", "));
    if !board.missing.is_empty() {
        files = format!("missing: {}; {files}", board.missing.join(", "));
    }
    if !board.polled.is_empty() {
        files = format!(
            "no events from {}, so looked at now and then; {files}",
            board.polled.join(", ")
        );
    }
    if let Some(aside) = &board.aside {
        files = format!("{aside}; {files}");
    }
    let fix = seen.index(board).filter(|_| seen.asks).and_then(|it| board.fix(&board.items[it]));
    let keys = match fix {
        Some(fix) => {
            paint(&format!("{}? f makes it, any other key leaves it", fix.title), "1;33", style)
        }
        None => {
            let far = (top * 100).checked_div(last).map(|it| format!("{it}%  "));
            let keys = "q quit  r again  n next  e edit  f fix  p plan  w wizard  d diff  ? help";
            far.unwrap_or_default() + keys
        }
    };
    vec![paint(&files, "2", style), keys]
}

/// The lines of a page, and which of them are the chosen finding's.
fn body(
    board: &Board,
    seen: &View,
    style: &export::Style,
) -> (Vec<String>, Option<(usize, usize)>) {
    let panel = board.panels.get(seen.customer);
    let lines = match seen.page {
        Page::Findings => return findings(board, seen, style),
        Page::Plan => planned(panel, PlanView::Table, style),
        Page::Wizard => planned(panel, PlanView::Wizard, style),
        Page::Difference => panel.map(|it| difference(it, style)).unwrap_or_default(),
        Page::Help => help(board),
    };
    (lines, None)
}

fn findings(
    board: &Board,
    seen: &View,
    style: &export::Style,
) -> (Vec<String>, Option<(usize, usize)>) {
    let index = seen.index(board);
    let mut lines = Vec::new();
    let mut chosen = None;
    for (at, item) in board.items.iter().enumerate() {
        let from = lines.len();
        lines.extend(finding(item, index == Some(at), style));
        if index == Some(at) {
            lines.extend(whole(board, item, style));
            chosen = Some((from, lines.len()));
        }
    }
    for note in &board.fixed {
        let sign = if style.unicode { "✓" } else { "-" };
        lines.extend(wrapped(&format!("{sign} fixed  {}", note.to_line()), "2;32", style));
    }
    if board.items.is_empty() && board.fixed.is_empty() {
        lines.push("  nothing was found".to_owned());
    }
    for panel in board.panels.iter().filter(|it| !it.changes.is_empty()) {
        lines.push(String::new());
        let of =
            if board.panels.len() > 1 { format!(" of {}", panel.name()) } else { String::new() };
        lines.push(paint(&format!("what differs in the plan{of}"), "1", style));
        lines.extend(difference(panel, style));
        // With many customers the first shows what the others are like.
        if board.panels.len() > 1 {
            break;
        }
    }
    (lines, chosen)
}

/// A finding in a line or two.
fn finding(item: &Item, is_chosen: bool, style: &export::Style) -> Vec<String> {
    let note = &item.note;
    let sgr = match note.severity {
        Gravity::Error => "31",
        Gravity::Warning => "33",
        Gravity::Hint => "36",
    };
    let sign = match (is_chosen, style.unicode) {
        (true, true) => "▶",
        (true, false) => ">",
        (false, _) => " ",
    };
    let state = if item.new { "new  " } else { "     " };
    let fixable = if note.fixable { " (f mends it)" } else { "" };
    let text = format!("{sign} {state} {}{}{fixable}", note.to_line(), of_customers(note));
    let weight = if item.new { format!("1;{sgr}") } else { sgr.to_owned() };
    wrapped(&text, &weight, style)
}

/// The chosen finding with its lines of source.
fn whole(board: &Board, item: &Item, style: &export::Style) -> Vec<String> {
    let Some((_, compiled, diagnostic)) = board.finding(item) else { return Vec::new() };
    let drawn = render::Style {
        format: Format::Full,
        colour: style.colour,
        unicode: style.unicode,
        width: style.width.saturating_sub(4).max(40),
        links: false,
    };
    let text = render::render(&compiled.sources, std::slice::from_ref(diagnostic), &drawn);
    // Its first line is what is said above, and behind it all are counted.
    let report = text.split("\n\n").next().unwrap_or_default();
    report.trim_end().lines().skip(1).map(|it| format!("    {it}")).collect()
}

fn planned(panel: Option<&Panel>, shape: PlanView, style: &export::Style) -> Vec<String> {
    let Some(panel) = panel else { return Vec::new() };
    let Some(plan) = panel.plan() else {
        return vec!["  no run was without errors yet, so there is no plan".to_owned()];
    };
    let mut lines = Vec::new();
    if let (Standing::Stale, Some((_, run))) = (panel.standing(), &panel.good) {
        let text = format!("The plan of run {run}: what is on the disk now has errors.");
        lines.push(paint(&text, "1;33", style));
        lines.push(String::new());
    }
    match view(plan, shape, style) {
        Ok(text) => lines.extend(text.lines().map(ToOwned::to_owned)),
        Err(error) => lines.push(error.to_string()),
    }
    lines
}

fn difference(panel: &Panel, style: &export::Style) -> Vec<String> {
    if panel.changes.is_empty() {
        return vec!["  the last run changed nothing in the plan".to_owned()];
    }
    let colour = if style.colour { Colour::Ansi } else { Colour::None };
    diff::to_text(&panel.changes, colour).lines().map(ToOwned::to_owned).collect()
}

fn help(board: &Board) -> Vec<String> {
    let width = KEYS.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
    let mut lines: Vec<String> =
        KEYS.iter().map(|(key, what)| format!("  {key:width$}  {what}")).collect();
    lines.push(String::new());
    lines.push("  Watched:".to_owned());
    for name in &board.watched {
        let gone = if board.missing.contains(name) { "  (not there)" } else { "" };
        lines.push(format!("    {name}{gone}"));
    }
    lines
}

fn wrapped(text: &str, sgr: &str, style: &export::Style) -> Vec<String> {
    let lines = export::wrapped(text, style.width.saturating_sub(8).max(20));
    let indented = lines.iter().enumerate().map(|(index, line)| {
        let margin = if index == 0 { "" } else { "        " };
        format!("{margin}{}", paint(line, sgr, style))
    });
    indented.collect()
}

fn paint(text: &str, sgr: &str, style: &export::Style) -> String {
    if style.colour { format!("\u{1b}[{sgr}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A line cut at the width; what sets colours takes no room and stays.
fn clip(line: &str, style: &export::Style) -> String {
    let mut out = String::with_capacity(line.len());
    let mut used = 0;
    let mut escape = false;
    for character in line.chars() {
        if escape {
            out.push(character);
            escape = !character.is_ascii_alphabetic();
        } else if character == '\u{1b}' {
            out.push(character);
            escape = true;
        } else {
            let width = character.width().unwrap_or(0);
            used += width;
            if used <= style.width {
                out.push(character);
            }
        }
    }
    if used > style.width {
        let dots = if style.unicode { "…" } else { "~" };
        // The last column makes room for the sign that there is more.
        let keep = style.width.saturating_sub(1);
        return cut(&out, keep) + dots + if style.colour { "\u{1b}[0m" } else { "" };
    }
    out
}

fn cut(line: &str, keep: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    let mut escape = false;
    for character in line.chars() {
        let width =
            if escape || character == '\u{1b}' { 0 } else { character.width().unwrap_or(0) };
        if character == '\u{1b}' {
            escape = true;
        } else if escape {
            escape = !character.is_ascii_alphabetic();
        }
        if used + width > keep {
            break;
        }
        used += width;
        out.push(character);
    }
    out
}
