//! Packages that lie, are cut off or turn in circles: always an answer or a sentence, never a panic or a wait.

use std::io::{Cursor, Read, Write};

use mimeo::installer::package::Unreadable;

use super::read;
use crate::support::package::{Build, Draft, cells, draft, package};

/// Why it is not read.
#[track_caller]
fn no(bytes: &[u8]) -> String {
    match read(bytes) {
        Err(Unreadable::Foreign(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

/// Numbers that are the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(number).unwrap() % below
    }
}

#[test]
fn what_is_no_package_is_refused() {
    let mut dice = Dice(0xC0FF_EE00);
    let encrypted: Vec<u8> = (0..200_000).map(|_| u8::try_from(dice.roll(256)).unwrap()).collect();
    for bytes in [&b""[..], b"MZ", b"PK\x03\x04", &[0; 4096], &[0xFF; 4096], &encrypted] {
        let seen = no(bytes);
        assert!(seen.starts_with("is damaged or no package of Windows Installer: "), "{seen}");
    }
    let compound = |class: &str| {
        let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        compound.set_storage_clsid("/", class.parse().unwrap()).unwrap();
        compound.into_inner().into_inner()
    };
    for (class, says) in [
        ("000c1086-0000-0000-c000-000000000046", "is a patch (.msp), not a package"),
        ("000c1082-0000-0000-c000-000000000046", "is a transform (.mst), not a package"),
        (
            "00020906-0000-0000-c000-000000000046",
            "is a compound file, but no package of Windows Installer",
        ),
        ("000c1084-0000-0000-c000-000000000046", "is damaged: it has no table `_StringPool`"),
    ] {
        assert_eq!(no(&compound(class)), says);
    }
}

#[test]
fn a_package_that_is_cut_off_is_refused() {
    let whole = package(Build::Redesigned);
    // Of the last sectors only a part may be in use.
    for length in (0..whole.len() - 4096).step_by(2039) {
        let seen = no(&whole[..length]);
        assert!(seen.contains("is damaged"), "{length}: {seen}");
    }
}

#[test]
fn flipped_bits_never_break_the_program() {
    let whole = package(Build::Redesigned);
    let mut dice = Dice(0x5EED_1234_5678_9ABC);
    let (mut read_all, mut refused) = (0, 0);
    for _ in 0..1500 {
        let mut bytes = whole.clone();
        for _ in 0..=dice.roll(8) {
            let at = dice.roll(bytes.len());
            bytes[at] ^= 1 << dice.roll(8);
        }
        match read(&bytes) {
            Ok(_) => read_all += 1,
            Err(Unreadable::Foreign(_)) => refused += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(read_all > 0 && refused > 0, "{read_all} {refused}");
}

#[test]
fn heads_with_odd_bytes_never_break_the_program() {
    let whole = package(Build::Old);
    let mut dice = Dice(77);
    // The head, the table of sectors and the directory say where everything lies.
    for _ in 0..1000 {
        let mut bytes = whole.clone();
        let part = if dice.roll(2) == 0 { 512 } else { 4096 };
        for _ in 0..=dice.roll(3) {
            let at = dice.roll(part);
            bytes[at] = u8::try_from(dice.roll(256)).unwrap();
        }
        if let Err(reason) = read(&bytes) {
            assert!(matches!(reason, Unreadable::Foreign(_)), "{reason:?}");
        }
    }
}

#[test]
fn every_table_may_lie() {
    let whole = package(Build::Redesigned);
    let compound = cfb::CompoundFile::open(Cursor::new(whole.clone())).unwrap();
    let streams: Vec<_> =
        compound.walk().filter(cfb::Entry::is_stream).map(|it| it.path().to_path_buf()).collect();
    assert!(streams.len() > 15, "{streams:?}");
    let lies: [fn(&mut Vec<u8>); 7] = [
        Vec::clear,
        |it| it.truncate(it.len().saturating_sub(1)),
        |it| it.truncate(it.len() / 2),
        |it| it.extend_from_within(..),
        |it| it.fill(0),
        |it| it.fill(0xFF),
        |it| it.reverse(),
    ];
    for path in &streams {
        for lie in lies {
            let mut compound = cfb::CompoundFile::open(Cursor::new(whole.clone())).unwrap();
            let mut bytes = Vec::new();
            compound.open_stream(path).unwrap().read_to_end(&mut bytes).unwrap();
            lie(&mut bytes);
            compound.create_stream(path).unwrap().write_all(&bytes).unwrap();
            match read(&compound.into_inner().into_inner()) {
                Ok(_) | Err(Unreadable::Foreign(_)) => {}
                Err(other) => panic!("{}: {other:?}", path.display()),
            }
        }
    }
}

#[test]
fn circles_of_features_are_refused_and_circles_of_dialogs_walked_once() {
    let mut circle = draft(Build::Old);
    for (name, parent) in [("One", "Two"), ("Two", "One")] {
        circle.row("Feature", cells![name, parent, "", "", 1, 1, "", 0]);
    }
    assert_eq!(no(&circle.bytes()), "is damaged: its feature `Two` is a part of itself");
    let mut orphan = draft(Build::Old);
    orphan.row("Feature", cells!["One", "Nowhere", "", "", 1, 1, "", 0]);
    assert_eq!(
        no(&orphan.bytes()),
        "is damaged: its feature `One` is a part of `Nowhere`, which is not there"
    );
    // A root may be its own parent.
    let mut own = draft(Build::Old);
    own.row("Feature", cells!["Own", "Own", "", "", 1, 1, "", 0]);
    assert_eq!(read(&own.bytes()).unwrap().feature("Own").unwrap().parent, None);

    let mut dialogs = Draft::new();
    dialogs.set("ProductName", "Circle");
    dialogs.set("ProductVersion", "1.0");
    for at in 0..300 {
        let name = format!("D{at}");
        let row = cells![name.as_str(), 0, 0, 10, 10, 3, "", "Go", "Go", "Go"];
        dialogs.row("Dialog", row);
        for (event, to) in [("NewDialog", at + 1), ("NewDialog", at / 2), ("SpawnDialog", at)] {
            let target = format!("D{}", to % 300);
            let condition = format!("C{to}");
            let row = cells![name.as_str(), "Go", event, target.as_str(), condition.as_str(), 1];
            dialogs.row("ControlEvent", row);
        }
    }
    dialogs.row("InstallUISequence", cells!["D7", "", 1]);
    let profile = read(&dialogs.bytes()).unwrap();
    assert_eq!(profile.pages.len(), 300);
    assert_eq!(profile.pages[0].dialog, "D7");
}

#[test]
fn tables_may_be_missing_unless_they_say_what_it_is() {
    for name in ["Feature", "Dialog", "Control", "ControlEvent", "ComboBox", "InstallUISequence"] {
        let profile = read(&draft(Build::Redesigned).without(name).bytes()).unwrap();
        assert_eq!(profile.product.version, "4.6.421.0", "{name}");
    }
    let seen = no(&draft(Build::Old).without("Property").bytes());
    assert_eq!(seen, "is damaged: it has no table `Property`");
    let mut unnamed = draft(Build::Old);
    unnamed.set("ProductVersion", "");
    assert_eq!(no(&unnamed.bytes()), "is damaged: it does not say its `ProductVersion`");
}

#[test]
fn columns_of_another_kind_are_refused_where_they_are_needed() {
    let alter = |table: &str, from: &str, to: &str| {
        let mut draft = draft(Build::Old);
        let sheet = draft.sheet(table);
        sheet.rows.clear();
        let column = sheet.columns.iter_mut().find(|it| *it == from).unwrap();
        to.clone_into(column);
        no(&draft.bytes())
    };
    assert_eq!(
        alter("Control", "X short", "X text"),
        "is damaged: the column `X` of its table `Control` holds texts, not numbers"
    );
    assert_eq!(
        alter("Feature", "Title text", "Titel text"),
        "is damaged: its table `Feature` has no column `Title`"
    );
}

#[test]
fn absurd_counts_are_refused() {
    let mut many = Draft::new();
    many.set("ProductName", "Many");
    many.set("ProductVersion", "1.0");
    for at in 0..2001 {
        let name = format!("D{at}");
        many.row("Dialog", cells![name.as_str(), 0, 0, 10, 10, 3, "", "", "", ""]);
    }
    assert_eq!(no(&many.bytes()), "is damaged: it has 2001 dialogs");
    let mut crowded = draft(Build::Old);
    crowded.row("Dialog", cells!["Crowd", 0, 0, 10, 10, 3, "", "", "", ""]);
    for at in 0..301 {
        let name = format!("C{at}");
        crowded
            .row("Control", cells!["Crowd", name.as_str(), "Edit", 0, 0, 1, 1, 3, "A", "", "", ""]);
    }
    assert_eq!(no(&crowded.bytes()), "is damaged: one of its dialogs has 301 controls");
    // The same long list for many fields, of which each would keep a copy.
    let mut lists = Draft::new();
    lists.set("ProductName", "Lists");
    lists.set("ProductVersion", "1.0");
    for at in 0..2000 {
        lists.row("ComboBox", cells!["A", at, "value", "text"]);
    }
    for at in 0..300 {
        let name = format!("D{at}");
        lists.row("Dialog", cells![name.as_str(), 0, 0, 10, 10, 3, "", "", "", ""]);
        lists
            .row("Control", cells![name.as_str(), "C", "ComboBox", 0, 0, 1, 1, 3, "A", "", "", ""]);
    }
    assert_eq!(no(&lists.bytes()), "is damaged: its wizard says more than any package's");
    // A text that is named more often than a package can mean it.
    let mut heavy = draft(Build::Old);
    let text = "x".repeat(60_000);
    for at in 0..600 {
        let key = format!("R{at}");
        heavy.row("Registry", cells![key.as_str(), 2, "", "", text.as_str(), ""]);
    }
    let profile = read(&heavy.bytes()).unwrap();
    let [unread] = profile.unread.as_slice() else { panic!("{:?}", profile.unread) };
    assert_eq!(unread.table, "Registry");
    assert_eq!(
        unread.reason,
        "is damaged: its table `Registry` holds more text than any package's"
    );
}

#[test]
fn texts_of_a_package_cannot_move_the_cursor() {
    let mut draft = draft(Build::Old);
    draft.set("ProductName", "Evil \u{1b}[2J\u{202E}name");
    draft.row("Feature", cells!["\u{1b}[31mOne", "`Nowhere`", "", "", 1, 1, "", 0]);
    let seen = no(&draft.bytes());
    assert!(!seen.contains('\u{1b}'), "{seen}");
}
