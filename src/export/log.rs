//! What the log of an installation tells, as people read it: the result, the reason, and then what it was made from.
//!
//! Every fact stands behind the number of its line. No secret is in a report but in the values of properties, of which only
//! the covered form is used.

pub mod json;

use crate::export::Style;
use crate::export::grid::{
    BOLD, CYAN, Cell, Column, DIM, GREEN, Grid, HEADING, PLAIN, RED, Row, YELLOW, dot, dots, flow,
    paint, text,
};
use crate::installer::causes::Cause;
use crate::installer::exit;
use crate::installer::log::{Failure, Place, Property, Readable, Report, Told, Verdict};
use crate::plan::visible;

/// The properties that Windows Installer itself hands on.
const ITS_OWN: [&str; 8] = [
    "CURRENTDIRECTORY",
    "CLIENTUILEVEL",
    "CLIENTPROCESSID",
    "EXECUTEACTION",
    "ROOTDRIVE",
    "SECONDSEQUENCE",
    "ACTION",
    "MSICLIENTUSESEXTERNALUI",
];

/// The report on a terminal. `name` is the log's, as it was typed; `known` are the properties that are shown where the log
/// has no command line.
#[must_use]
pub fn render(report: &Report, name: &str, known: &[&str], style: &Style) -> String {
    let drawn = Drawn { report, style };
    let given = drawn.properties(is_given);
    let at_the_end = if given.is_empty() {
        drawn.properties(|it| is_last(report, it) && known.contains(&it.name.as_str()))
    } else {
        Vec::new()
    };
    let mut lines = drawn.headline();
    for (title, rows) in [
        ("", drawn.facts()),
        (drawn.title_of_reason(), drawn.reason()),
        ("Secrets that can be read in this log", drawn.secrets(name)),
        ("Restart", drawn.told(&report.restarts)),
        ("Properties that were given", given),
        ("Properties at the end", at_the_end),
        ("Features", drawn.features()),
    ] {
        if rows.is_empty() {
            continue;
        }
        lines.push(String::new());
        if !title.is_empty() {
            lines.push(paint(title, HEADING, style));
        }
        let wide = rows.iter().filter_map(cells).map(<[Cell]>::len).max().unwrap_or(2);
        let columns = match wide {
            0..=2 => vec![Column::Rigid, Column::Flexible(20, 200)],
            3 => vec![Column::Rigid, Column::Flexible(8, 44), Column::Flexible(20, 200)],
            _ => vec![
                Column::Rigid,
                Column::Flexible(8, 44),
                Column::Flexible(6, 12),
                Column::Flexible(20, 80),
            ],
        };
        let grid =
            Grid { indent: 2, firm: columns.len() - 1, columns: &columns, together: 2, rows };
        lines.extend(grid.lines(style));
    }
    text(&lines)
}

fn cells(row: &Row) -> Option<&[Cell]> {
    match row {
        Row::Cells(cells) => Some(cells),
        Row::Text { .. } | Row::Blank => None,
    }
}

/// A property that somebody gave, rather than Windows Installer.
pub(super) fn is_given(property: &Property) -> bool {
    property.place == Place::CommandLine && !ITS_OWN.contains(&property.name.as_str())
}

/// A property as it was when the installation ended.
fn is_last(report: &Report, property: &Property) -> bool {
    report.property(&property.name) == Some(property)
}

/// How the installation ended, in a sentence without a full stop.
#[must_use]
pub fn verdict(report: &Report) -> String {
    let ending = report.ending;
    let word = match ending.verdict {
        Verdict::Succeeded => "succeeded",
        Verdict::Failed => "failed",
        Verdict::Cancelled => "cancelled",
        Verdict::Unknown if report.is_complete => {
            return "the log does not say how it ended".to_owned();
        }
        Verdict::Unknown => {
            return "not known: the log was cut off, or the installation still runs".to_owned();
        }
    };
    match ending.code {
        None | Some(0) => word.to_owned(),
        Some(code) => format!("{word} with {code}: {}", exit::explain(code).says),
    }
}

fn no_number() -> Cell {
    Cell::new("", PLAIN)
}

struct Drawn<'r> {
    report: &'r Report,
    style: &'r Style,
}

impl Drawn<'_> {
    fn headline(&self) -> Vec<String> {
        let colour = match self.report.ending.verdict {
            Verdict::Succeeded => "1;32",
            Verdict::Failed => RED,
            Verdict::Cancelled | Verdict::Unknown => "1;33",
        };
        let sentence = verdict(self.report);
        let mut characters = sentence.chars();
        let first = characters.next().map(|it| it.to_ascii_uppercase());
        let sentence: String = first.into_iter().chain(characters).collect();
        flow(&Cell::new(sentence, colour), 0, 2, self.style)
    }

    /// The number of a line, as wide as the last.
    fn number(&self, line: usize) -> Cell {
        let width = self.report.lines.to_string().len().max(4);
        // A cell begins with what it shows; blanks before it are kept.
        Cell::new(format!("{line:>width$}"), DIM)
    }

    fn row(&self, line: Option<usize>, label: &str, value: &str, colour: &'static str) -> Row {
        let number = line.map_or_else(no_number, |it| self.number(it));
        Row::Cells(vec![number, Cell::new(label, BOLD), Cell::new(value, colour)])
    }

    fn told(&self, told: &[Told<String>]) -> Vec<Row> {
        let row =
            |it: &Told<String>| Row::Cells(vec![self.number(it.line), Cell::new(&it.what, PLAIN)]);
        told.iter().map(row).collect()
    }

    fn facts(&self) -> Vec<Row> {
        let report = self.report;
        let mut rows = vec![Row::Cells(vec![
            Cell::new(format!("{:>1$}", "line", report.lines.to_string().len().max(4)), DIM),
            Cell::new("", PLAIN),
            Cell::new("", PLAIN),
        ])];
        if let Some(line) = report.ending.line {
            let code = report.ending.code.map_or_else(String::new, |it| it.to_string());
            let code = if code.is_empty() { "said in words".to_owned() } else { code };
            rows.push(self.row(Some(line), "result", &code, PLAIN));
        }
        let product = match (&report.product, &report.version) {
            (Some(product), Some(version)) => {
                Some((product.line, format!("{} {}", product.what, version.what)))
            }
            (Some(it), None) => Some((it.line, it.what.clone())),
            (None, it) => it.as_ref().map(|it| (it.line, format!("version {}", it.what))),
        };
        if let Some((line, product)) = product {
            rows.push(self.row(Some(line), "product", &product, PLAIN));
        }
        if let Some(package) = &report.package {
            rows.push(self.row(Some(package.line), "package", &package.what, PLAIN));
        }
        let mut facts = vec![report.encoding.name().to_owned(), format!("{} lines", report.lines)];
        if report.sessions > 0 && !report.is_complete {
            facts.push("its end is not there".to_owned());
        }
        if report.sessions > 1 {
            facts.push(format!("{} installations, of which this is the last", report.sessions));
        }
        rows.push(self.row(None, "log", &facts.join(dot(self.style)), PLAIN));
        rows
    }

    fn title_of_reason(&self) -> &'static str {
        match self.report.ending.verdict {
            Verdict::Succeeded => "What failed on the way",
            Verdict::Failed => "Why it failed",
            Verdict::Cancelled | Verdict::Unknown => "What was done last",
        }
    }

    fn reason(&self) -> Vec<Row> {
        let report = self.report;
        let Some(failure) = &report.failure else {
            return match report.ending.verdict {
                Verdict::Succeeded => Vec::new(),
                Verdict::Failed | Verdict::Cancelled | Verdict::Unknown => self.no_reason(),
            };
        };
        if report.ending.verdict == Verdict::Succeeded {
            let said = format!(
                "{} failed, and the installation went on",
                failure.action.as_deref().unwrap_or("an action")
            );
            return vec![Row::Cells(vec![self.number(failure.line), Cell::new(said, YELLOW)])];
        }
        let mut rows = Vec::new();
        let said = match &failure.action {
            Some(action) => format!("the action {action} failed"),
            None => "an action failed".to_owned(),
        };
        rows.push(Row::Cells(vec![self.number(failure.line), Cell::new(said, BOLD)]));
        rows.extend(self.causes(&failure.causes));
        let shown = self.telling(failure);
        if !shown.is_empty() {
            rows.push(Row::Blank);
            rows.push(Row::line(2, Cell::new("what the log says before", BOLD)));
            rows.extend(shown);
        }
        rows
    }

    fn causes(&self, causes: &[Told<&Cause>]) -> Vec<Row> {
        let mut rows = Vec::new();
        for cause in causes {
            rows.push(Row::Cells(vec![self.number(cause.line), Cell::new(cause.what.says, RED)]));
            let help = format!("help: {}", cause.what.help);
            rows.push(Row::Cells(vec![no_number(), Cell::new(help, CYAN)]));
            let source = format!("source: {}", cause.what.source);
            rows.push(Row::Cells(vec![no_number(), Cell::new(source, DIM)]));
        }
        rows
    }

    /// The lines that matter: errors and what actions said; where there are none, all lines before.
    fn telling(&self, failure: &Failure) -> Vec<Row> {
        let errors = self.report.errors.iter().filter(|it| it.line <= failure.line);
        let mut told: Vec<Told<String>> = errors.take(6).cloned().collect();
        told.extend(failure.telling.iter().cloned());
        told.sort_by_key(|it| it.line);
        told.dedup_by(|a, b| a.line == b.line || a.what == b.what);
        if !told.is_empty() {
            return self.told(&told);
        }
        self.told(&failure.lines)
    }

    /// Where no action is known to have failed.
    fn no_reason(&self) -> Vec<Row> {
        let report = self.report;
        let mut rows = self.causes(&report.causes);
        rows.extend(self.told(&report.errors));
        if let Some(code) = report.ending.code.map(exit::explain)
            && !code.help.is_empty()
            && rows.is_empty()
        {
            let help = format!("help: {}", code.help);
            rows.push(Row::Cells(vec![no_number(), Cell::new(help, CYAN)]));
        }
        if !report.last_actions.is_empty() {
            if !rows.is_empty() {
                rows.push(Row::Blank);
            }
            rows.push(Row::line(2, Cell::new("the actions that were begun last", BOLD)));
            rows.extend(self.told(&report.last_actions));
        }
        rows
    }

    fn secrets(&self, name: &str) -> Vec<Row> {
        let secrets = &self.report.secrets;
        if secrets.is_empty() {
            return Vec::new();
        }
        let mut rows: Vec<Row> = secrets.iter().map(|it| self.secret(it)).collect();
        let name = visible(name);
        let name = if name.contains(' ') { format!("\"{name}\"") } else { name.into_owned() };
        for help in [
            format!("write a copy without them: mimeo installer log {name} --scrub OUT"),
            format!("or take them out of the log itself: mimeo installer log {name} --in-place"),
            "change these passwords if others could read the log".to_owned(),
        ] {
            rows.push(Row::line(2, Cell::new(format!("help: {help}"), CYAN)));
        }
        rows
    }

    fn secret(&self, secret: &Readable) -> Row {
        let mut lines: Vec<String> = secret.lines.iter().map(ToString::to_string).collect();
        if secret.count > secret.lines.len() {
            lines.push(format!("{} ({} in all)", dots(self.style), secret.count));
        }
        let noun = if secret.count == 1 { "line" } else { "lines" };
        let said = format!("{}, {noun} {}", secret.names.join(", "), lines.join(", "));
        let first = secret.lines.first().map_or_else(no_number, |it| self.number(*it));
        Row::Cells(vec![first, Cell::new(said, YELLOW)])
    }

    fn properties(&self, is_shown: impl Fn(&Property) -> bool) -> Vec<Row> {
        let given = self.report.properties.iter().filter(|it| is_shown(it));
        let rows = given.map(|it| {
            let colour = if it.is_secret { YELLOW } else { PLAIN };
            self.row(Some(it.line), &it.name, &it.shown, colour)
        });
        rows.collect()
    }

    fn features(&self) -> Vec<Row> {
        let row = |it: &crate::installer::log::Feature| {
            let becomes = match it.action.as_str() {
                "Local" => "install",
                "Absent" => "remove",
                "Null" => "no change",
                "Reinstall" | "FileAbsent" | "Source" | "Advertise" => "change",
                other => other,
            };
            let colour = match becomes {
                "install" => GREEN,
                "no change" => DIM,
                _ => YELLOW,
            };
            let parts = format!("was {}, asked for {}", it.installed, it.request);
            Row::Cells(vec![
                self.number(it.line),
                Cell::new(&it.name, BOLD),
                Cell::new(becomes, colour),
                Cell::new(parts, DIM),
            ])
        };
        self.report.features.iter().map(row).collect()
    }
}
