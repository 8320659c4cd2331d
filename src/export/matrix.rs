//! Many customers at one glance, on a terminal: how each came out, a row for each.

use crate::export::Style;
use crate::export::grid::{self, Cell, Column, Grid};

/// How a customer came out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// Without an error or a warning; there may be hints.
    Ok,
    /// With warnings.
    Warnings,
    /// With errors, so there is no plan.
    Errors,
    /// Something could not be read or written.
    Failed,
}

impl Verdict {
    /// The word for it: `ok`, `warnings`, `errors`, `failed`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warnings => "warnings",
            Verdict::Errors => "errors",
            Verdict::Failed => "failed",
        }
    }

    fn paint(self) -> &'static str {
        match self {
            Verdict::Ok => grid::GREEN,
            Verdict::Warnings => grid::YELLOW,
            Verdict::Errors | Verdict::Failed => grid::RED,
        }
    }
}

/// What is known of a customer.
#[derive(Clone, Debug)]
pub struct Row {
    /// The name.
    pub customer: String,
    /// How it came out.
    pub verdict: Verdict,
    /// How many errors, warnings and hints there are.
    pub counts: [usize; 3],
    /// The option of the vendor's guide, where there is no error.
    pub option: Option<String>,
    /// The steps of the plan, where one was made.
    pub steps: Option<usize>,
    /// The first day on which something stops working.
    pub ends: Option<String>,
    /// Why it failed.
    pub problem: Option<String>,
}

/// Whether the matrix has a column for the steps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Steps {
    /// Plans were made.
    Counted,
    /// They were not.
    NotMade,
}

/// More rows than this nobody reads: the gravest are shown, the others are counted. So no more of each verdict need be kept.
pub const READABLE: usize = 500;

/// The matrix with its heading, each line ended. `total` counts those too whose rows were not kept.
#[must_use]
pub fn matrix(rows: &[Row], total: usize, steps: Steps, style: &Style) -> String {
    let mut indices: Vec<usize> = (0..rows.len()).collect();
    indices.sort_by_key(|it| std::cmp::Reverse(rows[*it].verdict));
    indices.truncate(READABLE);
    indices.sort_unstable();
    let left_out = total - indices.len();
    let shown: Vec<&Row> = indices.into_iter().map(|it| &rows[it]).collect();
    let mut lines = Vec::new();
    if !shown.is_empty() {
        let mut columns = vec![Column::Flexible(8, 40), Column::Rigid];
        columns.extend([Column::Rigid; 4]);
        if steps == Steps::Counted {
            columns.push(Column::Rigid);
        }
        columns.push(Column::Rigid);
        let heading = head(steps);
        let mut cells = vec![grid::Row::Cells(heading)];
        for row in shown {
            cells.push(grid::Row::Cells(line(row, steps)));
            if let Some(problem) = &row.problem {
                let cell = Cell::new(problem, grid::DIM);
                cells.push(grid::Row::Text { indent: 4, hang: 0, cell });
            }
        }
        let grid = Grid { indent: 0, columns: &columns, firm: 0, together: 2, rows: cells };
        lines = grid.lines(style);
    }
    if left_out > 0 {
        let told = format!(
            "and {left_out} more, none worse than these; `--output-format json` tells of all"
        );
        lines.extend(grid::flow(&Cell::new(told, grid::DIM), 0, 0, style));
    }
    grid::text(&lines)
}

const NUMBERS: [&str; 3] = ["errors", "warnings", "hints"];

fn head(steps: Steps) -> Vec<Cell> {
    let mut words = vec!["customer", "result"];
    words.extend(NUMBERS);
    words.push("option");
    if steps == Steps::Counted {
        words.push("steps");
    }
    words.push("works until");
    words.into_iter().map(|it| Cell::new(it, grid::DIM)).collect()
}

fn line(row: &Row, steps: Steps) -> Vec<Cell> {
    let failed = row.verdict == Verdict::Failed;
    let verdict = Cell::new(row.verdict.word(), row.verdict.paint());
    let mut cells = vec![Cell::new(&row.customer, grid::BOLD), verdict];
    let paints = [grid::RED, grid::YELLOW, grid::PLAIN];
    for ((count, heading), paint) in row.counts.iter().zip(NUMBERS).zip(paints) {
        let text = match count {
            _ if failed => String::new(),
            0 => "-".to_owned(),
            more => more.to_string(),
        };
        let paint = if *count == 0 { grid::DIM } else { paint };
        cells.push(Cell::new(format!("{text:>0$}", heading.len()), paint));
    }
    let fact = |fact: Option<&str>| match fact {
        Some(text) => Cell::new(text, grid::PLAIN),
        None => Cell::new(if failed { "" } else { "-" }, grid::DIM),
    };
    cells.push(fact(row.option.as_deref()));
    if steps == Steps::Counted {
        let steps = row.steps.map(|it| format!("{it:>5}"));
        cells.push(fact(steps.as_deref()));
    }
    cells.push(fact(row.ends.as_deref()));
    cells
}

/// How many customers there are of each kind: "300 customers: 297 ok, 2 with errors, 1 failed".
#[must_use]
pub fn summary(verdicts: [usize; 4]) -> String {
    let total: usize = verdicts.iter().sum();
    let words = ["ok", "with warnings", "with errors", "failed"];
    let counts = verdicts.iter().zip(words).filter(|(count, _)| **count > 0);
    let counts: Vec<String> = counts.map(|(count, word)| format!("{count} {word}")).collect();
    let noun = if total == 1 { "customer" } else { "customers" };
    format!("{total} {noun}: {}", counts.join(", "))
}
