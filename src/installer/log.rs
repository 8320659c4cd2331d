//! Reading the log of an installation, however it is encoded and wherever it breaks off.
//!
//! Windows Installer writes UTF-16 with a byte order mark; wine, and some programs that write into the same file, use 8-bit
//! text. A log may hold secrets: [`scrub`](crate::installer::scrub::scrub) comes before anything here that is shown.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::installer::causes::{CAUSES, Cause};

/// How the bytes of a log stand for its text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Encoding {
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// UTF-8.
    Utf8,
    /// Windows-1252, the 8-bit code page of western Windows.
    Windows1252,
}

/// Where an installation failed, and what was said just before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The action that failed, as the package calls it: `ConfigureSharePoint`.
    pub action: Option<String>,
    /// The number of the line in the log that says so, from 1.
    pub line: usize,
    /// The lines before it that are not empty, at most [`LINES_BEFORE`], and the line itself.
    pub lines: Vec<String>,
    /// What these and the lines of errors say about the reason; may be empty.
    pub causes: Vec<&'static Cause>,
}

/// The lines that are shown before the one that tells of the failure.
pub const LINES_BEFORE: usize = 12;
/// The bytes of a log that are read. What comes after them is not looked at.
pub const LIMIT: usize = 64 << 20;
/// The error records before it that are looked at for causes.
const ERRORS: usize = 10_000;
/// The characters of a line that are kept; the rest is cut off.
const LINE_LIMIT: usize = 2_000;

/// The first failure that a log tells of: the first line with `Return value 3`, or else the first custom action that
/// returned an error. A log without either has none, and neither has something that is no log.
#[must_use]
pub fn failure(log: &[u8]) -> Option<Failure> {
    let text = decode(&log[..log.len().min(LIMIT)]);
    let mut before: VecDeque<&str> = VecDeque::with_capacity(LINES_BEFORE + 1);
    // What went wrong may have been said long before: an error record stands where it happened.
    let mut errors = Vec::new();
    let mut first = None;
    for (index, line) in text.lines().enumerate() {
        if !line.trim().is_empty() {
            before.push_back(line);
            if before.len() > LINES_BEFORE + 1 {
                before.pop_front();
            }
        }
        let told = returns_three(line);
        if told || (first.is_none() && custom_action(line).is_some()) {
            let found = describe(index + 1, &before, &errors);
            if told {
                return Some(found);
            }
            first = Some(found);
        }
        if is_error(line) && errors.len() < ERRORS {
            errors.push(line);
        }
    }
    first
}

/// The failure that the last of these lines tells of.
fn describe(line: usize, around: &VecDeque<&str>, errors: &[&str]) -> Failure {
    let deferred = around.iter().rev().find_map(|it| custom_action(it));
    let action = deferred.or_else(|| ended(around.back()?));
    let told = |cause: &&Cause| around.iter().chain(errors).any(|it| cause.is_told_by(it));
    Failure {
        action: action.map(ToOwned::to_owned),
        line,
        lines: around.iter().map(|it| shortened(it)).collect(),
        causes: CAUSES.iter().filter(told).collect(),
    }
}

/// The text of a log. What is no character of its encoding becomes U+FFFD; no text is refused. 8-bit text that happens to be
/// UTF-8 is read as such.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let (encoding, mark) = encoding(bytes);
    let bytes = &bytes[mark..];
    match encoding {
        Encoding::Utf16Le => Cow::Owned(utf16(bytes, u16::from_le_bytes)),
        Encoding::Utf16Be => Cow::Owned(utf16(bytes, u16::from_be_bytes)),
        Encoding::Utf8 => String::from_utf8_lossy(bytes),
        Encoding::Windows1252 => match std::str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(bytes.iter().map(|it| from_windows_1252(*it)).collect()),
        },
    }
}

/// The encoding of a log, and the length of its byte order mark. Without a mark it is UTF-16 if every second byte of its
/// beginning is nearly always zero and the others are not, and else 8-bit text.
#[must_use]
pub fn encoding(bytes: &[u8]) -> (Encoding, usize) {
    match bytes {
        [0xFF, 0xFE, ..] => return (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => return (Encoding::Utf16Be, 2),
        [0xEF, 0xBB, 0xBF, ..] => return (Encoding::Utf8, 3),
        _ => {}
    }
    let pairs = bytes[..bytes.len().min(4096)].chunks_exact(2);
    let count = pairs.len();
    let zero = |at: usize| pairs.clone().filter(|it| it[at] == 0).count();
    let (even, odd) = (zero(0), zero(1));
    let most = |zeros: usize| count > 1 && zeros * 10 > count * 7;
    if most(odd) && even * 10 < count {
        (Encoding::Utf16Le, 0)
    } else if most(even) && odd * 10 < count {
        (Encoding::Utf16Be, 0)
    } else {
        (Encoding::Windows1252, 0)
    }
}

/// The byte that stands for a character in Windows-1252, if there is one.
pub(crate) fn to_windows_1252(character: char) -> Option<u8> {
    (0..=u8::MAX).find(|it| from_windows_1252(*it) == character)
}

/// Bytes 80 to 9F of Windows-1252, where it differs from Latin-1. Source: Unicode's mapping table CP1252.TXT; the five bytes
/// without a character are mapped as Windows does.
const HIGH: [char; 32] = [
    '\u{20AC}', '\u{81}', '\u{201A}', '\u{192}', '\u{201E}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2C6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8D}', '\u{17D}', '\u{8F}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201C}', '\u{201D}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2DC}', '\u{2122}', '\u{161}', '\u{203A}', '\u{153}', '\u{9D}', '\u{17E}', '\u{178}',
];

fn from_windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|it| unit([it[0], it[1]]));
    char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Whether the line says that an action failed: `Action ended 9:41:07: ConfigureSharePoint. Return value 3.`
fn returns_three(line: &str) -> bool {
    let rest = line.split_once("Return value 3").map(|(_, rest)| rest);
    rest.is_some_and(|it| !it.starts_with(|it: char| it.is_ascii_digit()))
}

/// The action of `Action ended 9:41:07: ConfigureSharePoint. Return value 3.`
fn ended(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("Action ended ")?;
    let (_, rest) = rest.split_once(": ")?;
    let (action, _) = rest.split_once(". Return value")?;
    Some(action.trim()).filter(|it| !it.is_empty())
}

/// The action of `CustomAction ConfigureSharePoint returned actual error code 1603 (note this may not be …)`. Windows Installer
/// writes it for deferred actions, whose end is told only as the end of `InstallExecute` or `InstallFinalize`.
fn custom_action(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("CustomAction ")?;
    let (action, code) = rest.split_once(" returned actual error code ")?;
    let succeeded = code.split(|it: char| !it.is_ascii_digit()).next() == Some("0");
    Some(action.trim()).filter(|it| !it.is_empty() && !succeeded)
}

/// Whether the line is an error record (`Product: … -- Error 1920. Service …`) or the output of a program (`CAQuietExec:  …`).
fn is_error(line: &str) -> bool {
    line.contains("Error ") || line.contains("CAQuietExec")
}

/// Where an ASCII text in lower case stands in a line, however it is written there.
pub(crate) fn find_ignoring_case(line: &str, needle: &str) -> Option<usize> {
    let needle = needle.as_bytes();
    line.as_bytes().windows(needle.len()).position(|it| it.eq_ignore_ascii_case(needle))
}

fn shortened(line: &str) -> String {
    let line = line.trim_end();
    match line.char_indices().nth(LINE_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}
