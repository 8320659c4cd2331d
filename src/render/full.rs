//! Findings with their lines of source, drawn by miette: the only file that knows it.
//!
//! miette draws the lines of one region and the marks below them. Header, frame and what to do are drawn here, because
//! miette counts columns in bytes, gives every source a report of its own and lets a long line run on. It is handed only
//! what it draws well: the marked lines as excerpts, with marks that lie inside and do not overlap.

use std::collections::BTreeSet;
use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::render::excerpt::{Row, columns, wrapped};
use crate::render::region::{Mark, Page, Region};
use crate::render::{Style, explain, fix_word, mended, paint, place, sgr, summary, tame};
use crate::source::Sources;

/// A report has no more lines than this if its words allow it: a related place that does not fit is named, not drawn.
const LINES: usize = 12;
/// What stands in the place of lines that nobody can show.
const ABSENT: &str = "its text is not at hand";
/// The lines of a fix that are shown.
const NEW_LINES: usize = 4;

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const CYAN: &str = "36";

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic], style: &Style) -> String {
    let canvas = Canvas::new(sources, style);
    let mut lines = Vec::new();
    for diagnostic in diagnostics {
        lines.extend(canvas.report(diagnostic));
        lines.push(String::new());
    }
    lines.extend(canvas.closing(diagnostics));
    ended(&lines)
}

/// One finding, without what ends an answer.
pub(super) fn excerpt(sources: &Sources, diagnostic: &Diagnostic, style: &Style) -> String {
    ended(&Canvas::new(sources, style).report(diagnostic))
}

fn ended(lines: &[String]) -> String {
    lines.iter().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// What all drawing needs.
struct Canvas<'a> {
    sources: &'a Sources,
    page: Page<'a>,
    characters: ThemeCharacters,
    style: Style,
}

/// How much of a region is drawn.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// Its lines, with the reasons below their marks.
    Full,
    /// Its lines, with the reason beside the place. (With several marks as [`Depth::Full`].)
    Brief,
    /// The places and the reasons only.
    Named,
}

impl<'a> Canvas<'a> {
    fn new(sources: &'a Sources, style: &Style) -> Self {
        // Narrower than this nothing can be read; wider than that, a long line of source floods the screen.
        let style = Style { width: style.width.clamp(40, 160), ..*style };
        let characters =
            if style.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() };
        Canvas { sources, page: Page::new(sources, &style), characters, style }
    }
}

impl Canvas<'_> {
    fn report(&self, diagnostic: &Diagnostic) -> Vec<String> {
        let severity = diagnostic.severity();
        let regions = self.page.regions(diagnostic);
        let gutter = regions.iter().map(|it| digits(it.last())).max().unwrap_or(1);
        let body = |index: usize, depth| self.body(&regions[index], depth, severity, gutter);

        let header = self.header(diagnostic);
        let mut bodies: Vec<Vec<String>> = vec![body(0, Depth::Full)];
        bodies.extend((1..regions.len()).map(|index| body(index, Depth::Brief)));
        let footer = self.footer(diagnostic, gutter);
        // What is least missed gives way first: the far relations, the label below the mark, the nearest relation.
        let mut cuts =
            (1..regions.len()).rev().map(|index| (index, Depth::Named)).collect::<Vec<_>>();
        cuts.insert(cuts.len().saturating_sub(1), (0, Depth::Brief));
        for (index, depth) in cuts {
            let lines = header.len() + bodies.iter().map(Vec::len).sum::<usize>() + footer.len();
            if lines > LINES {
                bodies[index] = body(index, depth);
            }
        }
        [header, bodies.concat(), footer].concat()
    }

    /// `error[code]: message`.
    fn header(&self, diagnostic: &Diagnostic) -> Vec<String> {
        let code = diagnostic.code;
        let word = format!("{}[{}]", code.severity.word(), code.name);
        let mut painted = paint(&word, sgr(code.severity), &self.style);
        if let (true, Some(authority)) = (self.style.links, code.authority.first()) {
            painted = format!("\u{1b}]8;;{}\u{1b}\\{painted}\u{1b}]8;;\u{1b}\\", authority.link);
        }
        let message = self.tame(&diagnostic.message);
        let lines = wrapped(&message, word.len() + 2, 2, self.style.width);
        let lines = lines.iter().map(|line| paint(line, BOLD, &self.style)).collect();
        led(format!("{painted}: "), "  ", lines)
    }

    /// A region with the upper side of its frame.
    fn body(
        &self,
        region: &Region,
        depth: Depth,
        severity: Severity,
        gutter: usize,
    ) -> Vec<String> {
        let is_absent = self.sources.get(region.marks[0].span.source).is_absent();
        let depth = if is_absent { Depth::Named } else { depth };
        let beside = match depth {
            Depth::Full => false,
            Depth::Brief => region.marks.len() == 1,
            Depth::Named => true,
        };
        let mut body = Vec::new();
        for mark in &region.marks {
            let text = match mark.text.as_str() {
                "" if is_absent => ABSENT.to_owned(),
                text if is_absent => format!("{text} ({ABSENT})"),
                text if beside => text.to_owned(),
                _ => String::new(),
            };
            body.extend(self.frame(mark, &text, gutter));
            if !beside {
                break;
            }
        }
        if depth != Depth::Named {
            let depth = if beside { Depth::Brief } else { Depth::Full };
            body.extend(self.drawing(region, depth, severity, gutter));
        }
        body
    }

    /// `├─[contoso.rhai:12:5] used here`.
    fn frame(&self, mark: &Mark, text: &str, gutter: usize) -> Vec<String> {
        let ThemeCharacters { ltop, lcross, hbar, vbar_break, .. } = self.characters;
        let corner = if mark.primary { ltop } else { lcross };
        let place = self.tame(&place(self.sources, mark.place).to_string());
        let lead = format!("{:gutter$}  {corner}{hbar}[{place}] ", "");
        let next = format!("{:gutter$}  {vbar_break} ", "");
        let lines = wrapped(text, columns(&lead), columns(&next), self.style.width);
        led(lead, &next, lines)
    }

    /// The end of the frame, with the document that the rule comes from, and what to do: each help, then the fix with
    /// the lines that it makes.
    fn footer(&self, diagnostic: &Diagnostic, gutter: usize) -> Vec<String> {
        let ThemeCharacters { lbot, hbar, .. } = self.characters;
        let rule = match diagnostic.code.authority.first() {
            Some(it) => format!(" rule: {} (seen {})", it.link, it.seen),
            None => hbar.to_string().repeat(3),
        };
        let mut footer = vec![format!("{:gutter$}  {lbot}{hbar}{rule}", "")];
        for help in &diagnostic.help {
            footer.extend(self.advise("help", help));
        }
        if let Some(fix) = &diagnostic.fix {
            let title = match fix.edits.as_slice() {
                [edit] if edit.span.source != diagnostic.primary.source => {
                    format!("{} (in {})", fix.title, self.sources.get(edit.span.source).name)
                }
                [] | [_] => fix.title.clone(),
                edits => format!("{} ({} places)", fix.title, edits.len()),
            };
            footer.extend(self.advise(fix_word(fix), &title));
            let plus = paint("+", GREEN, &self.style);
            let lines = mended(self.sources, fix);
            let more = lines.len().saturating_sub(NEW_LINES);
            for (number, line) in lines.into_iter().take(NEW_LINES) {
                let row = Row::new(&line, 0, self.style.unicode);
                let line = row.cut(0..self.style.width - 9).text;
                footer.push(format!("  {number:>4} {plus} {line}"));
            }
            if more > 0 {
                footer.push(format!("       {plus} and {more} more"));
            }
        }
        footer
    }

    fn advise(&self, word: &str, text: &str) -> Vec<String> {
        let indent = word.len() + 4;
        let lines = text.lines().flat_map(|line| {
            let line = self.tame(line);
            wrapped(&line, indent, indent, self.style.width)
        });
        let lead = format!("  {}: ", paint(word, CYAN, &self.style));
        led(lead, &" ".repeat(indent), lines.collect())
    }

    /// What ends the answer: how many there are, and where the rules are explained.
    fn closing(&self, diagnostics: &[Diagnostic]) -> Vec<String> {
        let fixes = diagnostics.iter().filter_map(|it| it.fix.as_ref());
        let sure = fixes.filter(|it| it.applicability == Applicability::Always).count();
        let mut total = summary(diagnostics);
        if sure > 0 {
            total = format!("{total}; `mimeo check --fix` mends {sure}");
        }
        let codes: BTreeSet<&str> = diagnostics.iter().map(|it| it.code.name).collect();
        let explain = match diagnostics.first() {
            Some(only) if codes.len() == 1 => explain(only.code),
            Some(_) => "mimeo explain CODE".to_owned(),
            None => return vec![paint(&total, BOLD, &self.style)],
        };
        let rules = format!("for the rule behind a finding: {explain}");
        // A command is there to be copied, so it is not broken.
        let rules = if columns(&rules) <= self.style.width {
            vec![rules]
        } else {
            vec!["for the rule behind a finding:".to_owned(), explain]
        };
        let total = wrapped(&total, 0, 0, self.style.width);
        let total = total.iter().map(|line| paint(line, BOLD, &self.style));
        total.chain(rules.iter().map(|line| paint(line, DIM, &self.style))).collect()
    }

    fn tame(&self, text: &str) -> String {
        tame(text, self.style.unicode)
    }

    /// The lines of a region with its marks, as miette draws them between the two ends of its frame.
    fn drawing(
        &self,
        region: &Region,
        depth: Depth,
        severity: Severity,
        gutter: usize,
    ) -> Vec<String> {
        let first = region.last() + 1 - region.rows.len() as u32;
        let mut excerpt = Excerpt { text: String::new(), first, labels: Vec::new() };
        let mut ends = vec![0..0; region.marks.len()];
        for (row, line) in region.rows.iter().zip(first..) {
            let cut = row.cut(region.window.clone());
            for (mark, ends) in region.marks.iter().zip(&mut ends) {
                if *mark.lines.start() == line {
                    ends.start = excerpt.text.len() + cut.position(mark.span.start);
                }
                if *mark.lines.end() == line {
                    ends.end = excerpt.text.len() + cut.position(mark.span.end);
                }
            }
            excerpt.text += &cut.text;
            excerpt.text.push('\n');
        }
        for (mark, ends) in region.marks.iter().zip(ends) {
            let below = depth == Depth::Full && !mark.text.is_empty();
            let text = below.then(|| wrapped(&mark.text, 0, 0, region.room(mark)).join("\n"));
            excerpt.labels.push(LabeledSpan::new(text, ends.start, ends.len()));
        }
        let styles = self.styles(region, severity);
        let theme = GraphicalTheme { characters: self.characters.clone(), styles };
        let artist = GraphicalReportHandler::new_themed(theme).without_syntax_highlighting();
        let mut drawn = String::new();
        artist.render_report(&mut drawn, &excerpt).expect("every span lies in the excerpt");
        let lines: Vec<&str> = drawn.lines().collect();
        // The first two are an empty message and the upper end of the frame.
        let inside = lines.get(2..lines.len().saturating_sub(1)).unwrap_or_default();
        let indent = " ".repeat(gutter - digits(region.last()));
        inside.iter().map(|line| format!("{indent}{line}")).collect()
    }

    fn styles(&self, region: &Region, severity: Severity) -> ThemeStyles {
        let mut styles = if self.style.colour { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let primary = match severity {
            Severity::Error => styles.error,
            Severity::Warning => styles.warning,
            Severity::Hint => styles.advice,
        };
        // miette gives them out from left to right.
        let mut marks: Vec<&Mark> = region.marks.iter().collect();
        marks.sort_by_key(|mark| mark.span.start);
        let style_of = |mark: &Mark| if mark.primary { primary } else { styles.help };
        styles.highlights = marks.into_iter().map(style_of).collect();
        styles
    }
}

/// The lines of a region as miette wants a report: whatever it asks for, it is given these lines.
#[derive(Debug)]
struct Excerpt {
    text: String,
    /// The number of the first line.
    first: u32,
    labels: Vec<LabeledSpan>,
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _: &SourceSpan,
        _: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let bytes = self.text.as_bytes();
        let line = self.first as usize - 1;
        let lines = self.text.lines().count();
        Ok(Box::new(MietteSpanContents::new(bytes, (0, bytes.len()).into(), line, 0, lines)))
    }
}

impl miette::Diagnostic for Excerpt {
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }
}

impl std::error::Error for Excerpt {}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// The lines after what leads the first and what leads each other.
fn led(lead: String, next: &str, lines: Vec<String>) -> Vec<String> {
    let leads = std::iter::once(lead).chain(std::iter::repeat(next.to_owned()));
    leads.zip(lines).map(|(lead, line)| lead + line.as_str()).collect()
}

fn digits(line: u32) -> usize {
    line.to_string().len()
}
