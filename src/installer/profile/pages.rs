//! The dialogs of a package in the order in which an installation shows them.
//!
//! A dialog is left by a button whose event names the next. Which of a dialog's buttons leads on and which leads back is
//! not said; the one that the Enter key takes leads on. Where pages branch, one that both ways reach comes after both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use crate::installer::package::table::{Kind, Row, Table};
use crate::installer::package::{Package, Unreadable};
use crate::installer::profile::fields::Wizard;
use crate::installer::profile::text::Texts;
use crate::installer::profile::{Arrival, Page, PageKind};

/// A way from one dialog to another.
#[derive(Clone, Copy, Debug)]
struct Way<'a> {
    from: usize,
    to: usize,
    control: &'a str,
    condition: &'a str,
    /// Whether the other comes up over the first, which stays.
    over: bool,
}

/// The most dialogs, and the most ways between them. A large package has some hundred.
const DIALOGS: usize = 2000;
const WAYS: usize = 20_000;

/// What the walk knows.
struct Walk<'a> {
    /// The ways that leave each dialog, in the order of the events.
    ways: Vec<Vec<Way<'a>>>,
    /// The dialogs that each leads on to.
    onward: Vec<Vec<usize>>,
}

/// Reads all pages.
pub(super) fn read(
    package: &mut Package<impl Read + Seek>,
    texts: &Texts,
) -> Result<Vec<Page>, Unreadable> {
    let dialogs = package.optional(
        "Dialog",
        &[
            ("Dialog", Kind::Text),
            ("Width", Kind::Short),
            ("Height", Kind::Short),
            ("Control_Default", Kind::Text),
        ],
    )?;
    let events = package.optional(
        "ControlEvent",
        &[
            ("Dialog_", Kind::Text),
            ("Control_", Kind::Text),
            ("Event", Kind::Text),
            ("Argument", Kind::Text),
            ("Condition", Kind::Text),
            ("Ordering", Kind::Short),
        ],
    )?;
    let sequence = package.optional(
        "InstallUISequence",
        &[("Action", Kind::Text), ("Condition", Kind::Text), ("Sequence", Kind::Short)],
    )?;
    let wizard = Wizard::read(package)?;
    let rows: Vec<Row> = dialogs.rows().collect();
    if rows.len() > DIALOGS {
        return Err(Unreadable::damaged(&format!("it has {} dialogs", rows.len())));
    }
    let index: BTreeMap<&str, usize> =
        rows.iter().enumerate().map(|(at, it)| (it.text("Dialog"), at)).collect();
    let ways = ways(&events, &index, texts)?;
    let enter: Vec<&str> = rows.iter().map(|it| it.text("Control_Default")).collect();
    let walk = Walk { onward: onward(&ways, &enter), ways };
    let opens = sequenced(&sequence, &index);
    let mut pages = Vec::new();
    for (at, kind) in walk.order(&opens) {
        let row = rows[at];
        let sheet = wizard.sheet(row, texts)?;
        pages.push(Page {
            dialog: texts.keep(row.text("Dialog"))?,
            kind,
            title: sheet.title,
            subtitle: sheet.subtitle,
            reached: Vec::new(),
            fields: sheet.fields,
            texts: sheet.texts,
        });
    }
    arrivals(&mut pages, &walk, &opens, &rows, texts)?;
    Ok(pages)
}

/// A dialog that the sequence of an installation opens.
#[derive(Clone, Copy, Debug)]
struct Opened<'a> {
    at: usize,
    number: i32,
    condition: &'a str,
}

/// The dialogs that the sequence opens, in its order.
fn sequenced<'a>(sequence: &'a Table, index: &BTreeMap<&str, usize>) -> Vec<Opened<'a>> {
    let mut opens: Vec<Opened> = sequence
        .rows()
        .filter_map(|row| {
            let at = *index.get(row.text("Action"))?;
            // Without a number it is not carried out.
            let number = row.number("Sequence").filter(|it| *it != 0)?;
            Some(Opened { at, number, condition: row.text("Condition") })
        })
        .collect();
    // Those of the end have numbers below 0: -1 after success, -2 after a cancellation, -3 after a failure.
    // <https://learn.microsoft.com/windows/win32/msi/installuisequence-table>
    opens.sort_by_key(|it| (it.number < 0, it.number.abs()));
    opens
}

/// The ways that leave each dialog.
///
/// <https://learn.microsoft.com/windows/win32/msi/newdialog-controlevent>, `spawndialog-controlevent` and
/// `spawnwaitdialog-controlevent`
fn ways<'a>(
    events: &'a Table,
    index: &BTreeMap<&str, usize>,
    texts: &Texts,
) -> Result<Vec<Vec<Way<'a>>>, Unreadable> {
    let mut ordered: Vec<Row> = events.rows().collect();
    ordered.sort_by_key(|it| it.number("Ordering").unwrap_or(0));
    let mut ways = vec![Vec::new(); index.len()];
    let mut count = 0;
    for row in ordered {
        let over = match row.text("Event") {
            "NewDialog" => false,
            "SpawnDialog" | "SpawnWaitDialog" => true,
            _ => continue,
        };
        let target = texts.follow(row.text("Argument"));
        let ends = (index.get(row.text("Dialog_")), index.get(target.as_str()));
        if let (Some(&from), Some(&to)) = ends {
            let (control, condition) = (row.text("Control_"), row.text("Condition"));
            ways[from].push(Way { from, to, control, condition, over });
            count += 1;
        }
        if count > WAYS {
            return Err(Unreadable::damaged("its dialogs lead to each other in too many ways"));
        }
    }
    Ok(ways)
}

/// The dialogs that each leads on to: by the control that the Enter key takes, else by any that does not lead back.
fn onward(ways: &[Vec<Way<'_>>], enter: &[&str]) -> Vec<Vec<usize>> {
    let by_enter = |from: usize| {
        let ways = ways[from].iter().filter(move |it| !it.over && it.control == enter[from]);
        ways.map(|it| it.to).collect::<Vec<usize>>()
    };
    let by_enter: Vec<Vec<usize>> = (0..ways.len()).map(by_enter).collect();
    // Who leads to a dialog by the Enter key is led back to.
    let mut before = vec![BTreeSet::new(); ways.len()];
    for (from, all) in by_enter.iter().enumerate() {
        for to in all {
            before[*to].insert(from);
        }
    }
    let onward = |(from, all): (usize, Vec<usize>)| {
        let mut once = BTreeSet::new();
        let others = || {
            let others = ways[from].iter().filter(|it| !it.over).map(|it| it.to);
            others.filter(|to| !before[from].contains(to)).collect()
        };
        let mut all: Vec<usize> = if all.is_empty() { others() } else { all };
        all.retain(|it| once.insert(*it));
        all
    };
    by_enter.into_iter().enumerate().map(onward).collect()
}

impl Walk<'_> {
    /// All dialogs in their order.
    fn order(&self, opens: &[Opened<'_>]) -> Vec<(usize, PageKind)> {
        let mut placed = vec![false; self.ways.len()];
        let mut order = Vec::new();
        // The sequence also opens the dialogs of maintenance and of a resumed installation, each under its condition.
        // The wizard is the one that leads furthest.
        let (first, last): (Vec<&Opened>, Vec<&Opened>) =
            opens.iter().partition(|it| it.number > 0);
        let mut starts: Vec<usize> = first.iter().map(|it| it.at).collect();
        let reach = |start: &usize| self.from(*start, &mut vec![false; self.ways.len()]).len();
        let mut once = BTreeSet::new();
        starts.retain(|it| once.insert(*it));
        starts.sort_by_cached_key(|it| std::cmp::Reverse(reach(it)));
        self.place(&starts, PageKind::Page, &mut placed, &mut order);
        let over = |order: &[(usize, PageKind)]| -> Vec<usize> {
            let ways = order.iter().flat_map(|(it, _)| &self.ways[*it]);
            ways.filter(|it| it.over).map(|it| it.to).collect()
        };
        let popups = over(&order);
        self.place(&popups, PageKind::Popup, &mut placed, &mut order);
        let more = over(&order);
        self.place(&more, PageKind::Popup, &mut placed, &mut order);
        let endings: Vec<usize> = last.iter().map(|it| it.at).collect();
        self.place(&endings, PageKind::Ending, &mut placed, &mut order);
        let rest: Vec<usize> = (0..self.ways.len()).collect();
        self.place(&rest, PageKind::Unreached, &mut placed, &mut order);
        order
    }

    /// Places what is reached from these dialogs: what leads on first, then what any other button leads to.
    fn place(
        &self,
        starts: &[usize],
        kind: PageKind,
        placed: &mut [bool],
        order: &mut Vec<(usize, PageKind)>,
    ) {
        let begin = order.len();
        for start in starts {
            order.extend(self.from(*start, placed).into_iter().map(|it| (it, kind)));
        }
        let mut at = begin;
        while let Some((dialog, _)) = order.get(at).copied() {
            for way in self.ways[dialog].iter().filter(|it| !it.over) {
                order.extend(self.from(way.to, placed).into_iter().map(|it| (it, kind)));
            }
            at += 1;
        }
    }

    /// The dialogs that lead on from one, each before those that it leads to unless they lead in a circle.
    ///
    /// The order in which a search in depth leaves the dialogs, turned round; the last branch is searched first, so that
    /// the first one comes first.
    fn from(&self, start: usize, placed: &mut [bool]) -> Vec<usize> {
        let mut left = Vec::new();
        if placed[start] {
            return left;
        }
        placed[start] = true;
        let mut path = vec![(start, self.onward[start].clone())];
        while let Some((dialog, next)) = path.last_mut() {
            match next.pop() {
                Some(to) if placed[to] => {}
                Some(to) => {
                    placed[to] = true;
                    path.push((to, self.onward[to].clone()));
                }
                None => {
                    left.push(*dialog);
                    path.pop();
                }
            }
        }
        left.reverse();
        left
    }
}

/// Says of each page how it is reached, in the order of the pages.
fn arrivals(
    pages: &mut [Page],
    walk: &Walk<'_>,
    opens: &[Opened<'_>],
    rows: &[Row<'_>],
    texts: &Texts,
) -> Result<(), Unreadable> {
    let place: BTreeMap<String, usize> =
        pages.iter().enumerate().map(|(at, it)| (it.dialog.clone(), at)).collect();
    let page = |dialog: usize| place.get(rows[dialog].text("Dialog")).copied();
    for opened in opens {
        if let Some(page) = page(opened.at) {
            let condition = texts.some(opened.condition)?;
            pages[page].reached.push(Arrival { from: None, control: None, condition });
        }
    }
    let mut ways: Vec<&Way> = walk.ways.iter().flatten().collect();
    ways.sort_by_key(|it| page(it.from));
    for way in ways {
        if let Some(page) = page(way.to) {
            pages[page].reached.push(Arrival {
                from: texts.some(rows[way.from].text("Dialog"))?,
                control: texts.some(way.control)?,
                condition: texts.some(way.condition)?,
            });
        }
    }
    Ok(())
}
