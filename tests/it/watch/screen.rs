//! What is seen, and what the keys do: the board after runs over texts in memory, drawn as lines.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use mimeo::compile::Inputs;
use mimeo::export::Style;
use mimeo::source::files::Memory;
use mimeo::watch::board::{Board, Cause};
use mimeo::watch::editor::editor;
use mimeo::watch::event::Standing;
use mimeo::watch::keys::{Act, Key, Page, View};
use mimeo::watch::note::{Gravity, Note, compare};
use mimeo::watch::run::{Runner, Setup};
use mimeo::watch::screen::{frame, height};

use crate::support::TODAY;

const SCRIPT: &str = r#"license::volume();
installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
portal::password_reset(param::host("host", "The host"))
    .pool_account(`contoso\mimpool$`)
    .service_address("mim.contoso.com")
    .intranet();
"#;
const VALUES: &str = "host = \"pwreset.contoso.com\"\n";

/// Somebody who watches.
struct Watcher {
    runner: Runner,
    board: Board,
    view: View,
}

impl Watcher {
    fn new(customers: &[&str]) -> Self {
        let inputs = Inputs::new("main.rhai", TODAY);
        let customers = customers.iter().map(Into::into).collect();
        let runner = Runner::new(Setup { inputs, profile: None, customers });
        Watcher { runner, board: Board::default(), view: View::default() }
    }

    /// Saves these files and no others; returns the names of those who have a new plan.
    fn save(&mut self, texts: &[(&str, &str)]) -> Vec<String> {
        self.runner.forget();
        let files = Memory::new(texts.iter().copied());
        let outcome = self.runner.run(&files, BTreeSet::new(), TODAY, &|| false);
        let outcome = outcome.expect("nothing overtakes it");
        let changed = if self.board.run == 0 { vec![] } else { vec!["main.rhai".to_owned()] };
        let cause = Cause { changed, took: Duration::from_micros(2_500), polled: vec![] };
        let planned = self.board.take(&outcome, cause);
        self.view.keep(&self.board);
        planned.iter().map(|it| it.name.clone()).collect()
    }

    fn press(&mut self, key: Key) -> Act {
        self.view.press(key, &self.board, height(24))
    }

    fn seen(&mut self, width: usize) -> String {
        let style = Style { colour: false, unicode: true, width };
        let lines = frame(&self.board, &mut self.view, &style, 24);
        assert_eq!(lines.len(), 24);
        for line in &lines {
            assert!(line.chars().count() <= width, "wider than {width}: {line}");
        }
        lines.iter().map(|it| format!("{}\n", it.trim_end())).collect()
    }
}

fn broken() -> String {
    SCRIPT.replace(".pool_account", ".pool_acount").replace("volume();", "volume()")
}

#[test]
fn a_good_run() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)]);
    insta::assert_snapshot!(watcher.seen(80));
}

#[test]
fn a_save_that_breaks_it_keeps_the_plan() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)]);
    let seal = watcher.board.panels[0].plan().expect("there is one").seal.clone();
    let planned = watcher.save(&[("main.rhai", &broken()), ("contoso.toml", VALUES)]);
    assert!(planned.is_empty());
    let panel = &watcher.board.panels[0];
    assert_eq!(panel.standing(), Standing::Stale);
    assert_eq!(panel.plan().expect("it stays").seal, seal);
    watcher.press(Key::Char('n'));
    insta::assert_snapshot!("broken_80", watcher.seen(80));
    insta::assert_snapshot!("broken_120", watcher.seen(120));
    watcher.press(Key::Char('p'));
    insta::assert_snapshot!("broken_plan", watcher.seen(80));
}

#[test]
fn what_cannot_be_judged_is_neither_fixed_nor_new_again() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)]);
    let count = watcher.board.items.len();
    assert!(count > 0, "there are hints");
    for broken in [broken(), SCRIPT.replace("license", "let = license")] {
        watcher.save(&[("main.rhai", &broken), ("contoso.toml", VALUES)]);
        assert_eq!(watcher.board.unjudged.len(), count);
        assert!(watcher.board.items.iter().all(|it| it.new), "other errors are new");
    }
    assert_eq!(watcher.board.fixed.len(), 2, "the errors of the first break");
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)]);
    assert_eq!((watcher.board.count_new(), watcher.board.unjudged.len()), (0, 0));
    assert!(watcher.board.fixed.iter().all(|it| it.severity == Gravity::Error));
}

#[test]
fn a_save_that_changes_the_plan_shows_what_differs() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", "host = \"pw reset\"\n")]);
    assert_eq!(watcher.board.panels[0].standing(), Standing::None);
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)]);
    let planned = watcher.save(&[
        ("main.rhai", &SCRIPT.replace(".intranet()", ".port(8080).intranet()")),
        ("contoso.toml", VALUES),
    ]);
    assert_eq!(planned, ["contoso"]);
    insta::assert_snapshot!("differs_80", watcher.seen(80));
    watcher.press(Key::Char('d'));
    insta::assert_snapshot!("differs_120", watcher.seen(120));
    let text = watcher.board.to_lines();
    insta::assert_snapshot!("differs_lines", text);
}

#[test]
fn several_customers_are_told_together() {
    let mut watcher = Watcher::new(&["contoso.toml", "fabrikam.toml"]);
    let planned = watcher.save(&[
        ("main.rhai", SCRIPT),
        ("contoso.toml", VALUES),
        ("fabrikam.toml", "host = \"pw reset\"\n"),
    ]);
    assert_eq!(planned, ["contoso"]);
    let script = watcher.board.items.iter().find(|it| it.note.file == "main.rhai");
    let script = script.expect("something is found in the script");
    assert_eq!(script.note.customers, ["contoso", "fabrikam"]);
    watcher.press(Key::Right);
    insta::assert_snapshot!(watcher.seen(120));
    watcher.press(Key::Right);
    assert_eq!(watcher.view.customer, 0);
    watcher.press(Key::Left);
    assert_eq!(watcher.view.customer, 1);
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)]);
    let missing = watcher.board.items.iter().find(|it| it.note.code == "unreadable");
    assert_eq!(missing.expect("it is told").note.file, "fabrikam.toml");
    assert_eq!(watcher.board.missing, ["fabrikam.toml"]);
}

#[test]
fn the_chosen_finding_stays_chosen_wherever_it_moves() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    let script = SCRIPT.replace(".intranet()", "");
    watcher.save(&[("main.rhai", &script), ("contoso.toml", VALUES)]);
    watcher.press(Key::Char('N'));
    let chosen = watcher.view.index(&watcher.board).expect("one is chosen");
    let message = watcher.board.items[chosen].note.message.clone();
    assert_eq!(chosen + 1, watcher.board.items.len());
    let longer = format!("let unused = 1;\n\n{script}");
    watcher.save(&[("main.rhai", &longer), ("contoso.toml", VALUES)]);
    let moved = watcher.view.index(&watcher.board).expect("it is still there");
    assert_eq!(watcher.board.items[moved].note.message, message);
    assert!(!watcher.board.items[moved].new, "it is the same finding");
    assert!(watcher.board.fixed.is_empty());
    watcher.press(Key::Char('n'));
    assert_eq!(watcher.view.index(&watcher.board), Some(0), "after the last comes the first");
}

#[test]
fn a_page_scrolls_to_its_ends_and_stays_where_it_is_after_a_save() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    let texts = [("main.rhai", SCRIPT), ("contoso.toml", VALUES)];
    watcher.save(&texts);
    watcher.press(Key::Char('w'));
    assert_eq!(watcher.view.page, Page::Wizard);
    let start = watcher.seen(80);
    watcher.press(Key::Up);
    assert_eq!(watcher.seen(80), start);
    for _ in 0..3 {
        watcher.press(Key::Down);
    }
    let third = watcher.seen(80);
    assert_ne!(third, start);
    watcher.save(&texts);
    assert_eq!(watcher.seen(80).lines().nth(5), third.lines().nth(5));
    watcher.press(Key::End);
    let end = watcher.seen(80);
    assert!(end.contains("100%"), "{end}");
    watcher.press(Key::PageDown);
    assert_eq!(watcher.seen(80), end);
    watcher.press(Key::Home);
    assert_eq!(watcher.seen(80).lines().nth(5), start.lines().nth(5));
    watcher.press(Key::Char('w'));
    assert_eq!(watcher.view.page, Page::Findings, "the same key leads back");
}

#[test]
fn keys_ask_for_what_is_done() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    watcher.save(&[("main.rhai", &broken()), ("contoso.toml", VALUES)]);
    assert_eq!(watcher.press(Key::Char('q')), Act::Quit);
    assert_eq!(watcher.press(Key::Control('c')), Act::Quit);
    assert_eq!(watcher.press(Key::Char('r')), Act::Again);
    assert_eq!(watcher.press(Key::Char('x')), Act::Draw);
    let fixable = watcher.board.items.iter().position(|it| it.note.fixable);
    let fixable = fixable.expect("a semicolon is missing");
    while watcher.view.index(&watcher.board) != Some(fixable) {
        watcher.press(Key::Char('n'));
    }
    assert_eq!(watcher.press(Key::Char('e')), Act::Edit(fixable));
    assert_eq!(watcher.press(Key::Char('f')), Act::Draw, "it is shown first");
    let shown = watcher.seen(100);
    assert!(shown.contains("? f makes it, any other key leaves it"), "{shown}");
    assert_eq!(watcher.press(Key::Escape), Act::Draw);
    assert!(!watcher.view.asks);
    watcher.press(Key::Char('f'));
    assert_eq!(watcher.press(Key::Char('f')), Act::Fix(fixable));
    watcher.press(Key::Char('?'));
    insta::assert_snapshot!("keys_help", watcher.seen(80));
}

#[test]
fn a_fix_that_wants_a_look_is_not_made() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    watcher.save(&[("main.rhai", SCRIPT), ("contoso.toml", VALUES)]);
    for _ in 0..watcher.board.items.len() {
        watcher.press(Key::Char('n'));
        let index = watcher.view.index(&watcher.board).expect("one is chosen");
        if !watcher.board.items[index].note.fixable {
            assert_eq!(watcher.press(Key::Char('f')), Act::Draw);
            assert_eq!(watcher.press(Key::Char('f')), Act::Draw);
        }
    }
}

#[test]
fn small_and_plain_terminals_are_drawn_within_their_bounds() {
    let mut watcher = Watcher::new(&["contoso.toml"]);
    watcher.save(&[("main.rhai", &broken()), ("contoso.toml", VALUES)]);
    watcher.press(Key::Char('n'));
    for (width, lines) in [(20, 6), (40, 8), (80, 3), (200, 60)] {
        for page in [Key::Escape, Key::Char('p'), Key::Char('d'), Key::Char('?')] {
            watcher.press(page);
            let style = Style { colour: true, unicode: false, width };
            let drawn = frame(&watcher.board, &mut watcher.view, &style, lines);
            assert_eq!(drawn.len(), lines);
            for line in drawn {
                let mut escape = false;
                let mut columns = 0;
                for character in line.chars() {
                    if escape {
                        escape = !character.is_ascii_alphabetic();
                    } else if character == '\u{1b}' {
                        escape = true;
                    } else {
                        columns += 1;
                    }
                }
                assert!(columns <= width, "{columns} of {width}: {line:?}");
            }
        }
    }
}

fn note(line: u32, message: &str) -> Note {
    Note {
        severity: Gravity::Error,
        code: "value-host".to_owned(),
        message: message.to_owned(),
        file: "main.rhai".to_owned(),
        line,
        column: 1,
        fixable: false,
        customers: Vec::new(),
    }
}

#[test]
fn findings_are_new_fixed_or_the_same() {
    let was = [note(1, "a"), note(2, "b"), note(3, "b"), note(9, "c")];
    let is = [note(3, "b"), note(4, "a"), note(5, "d")];
    let difference = compare(&was, &is);
    assert_eq!(difference.new, [false, false, true]);
    assert_eq!(difference.gone, [1, 3]);
    assert_eq!(difference.same(), 2);
    let none = compare(&[], &[]);
    assert!(none.new.is_empty() && none.gone.is_empty());
    let more = compare(&[note(3, "b")], &[note(1, "b"), note(3, "b"), note(5, "b")]);
    assert_eq!(more.new, [true, false, true], "the one that stands where it stood is the same");
}

#[test]
fn editors_are_told_the_place_in_their_own_way() {
    let args = |line: &str| {
        let (program, args) = editor(line, Path::new("a.rhai"), (3, 7)).expect("it is named");
        format!("{program} {}", args.join(" "))
    };
    assert_eq!(args("vim"), "vim +3 a.rhai");
    assert_eq!(args("/usr/bin/nvim -R"), "/usr/bin/nvim -R +3 a.rhai");
    assert_eq!(args("nano"), "nano +3,7 a.rhai");
    assert_eq!(args("emacsclient -t"), "emacsclient -t +3:7 a.rhai");
    assert_eq!(args("code --wait"), "code --wait --goto a.rhai:3:7");
    assert_eq!(args("hx"), "hx a.rhai:3:7");
    assert_eq!(args("notepad.exe"), "notepad.exe a.rhai");
    assert_eq!(editor("", Path::new("a.rhai"), (3, 7)), None);
    let nowhere = editor("vim", Path::new("a.rhai"), (0, 0)).expect("it is named");
    assert_eq!(nowhere.1, ["a.rhai"]);
}
