//! The text of a log, whole or line by line, in whatever encoding it is written.
//!
//! Windows Installer writes UTF-16 with a byte order mark; wine, and some programs that write into the same file, use 8-bit
//! text. [`Lines`] needs as much memory for a log of several gigabytes as for a small one.

use std::borrow::Cow;
use std::io::{self, Read};

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

impl Encoding {
    /// The bytes of its smallest unit.
    #[must_use]
    pub fn unit(self) -> usize {
        match self {
            Encoding::Utf16Le | Encoding::Utf16Be => 2,
            Encoding::Utf8 | Encoding::Windows1252 => 1,
        }
    }

    /// Its name, as people know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf16Le => "UTF-16 LE",
            Encoding::Utf16Be => "UTF-16 BE",
            Encoding::Utf8 => "UTF-8",
            Encoding::Windows1252 => "8-bit",
        }
    }
}

/// A line of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text, without its end; what is longer than [`LINE_BYTES`] is cut off.
    pub text: String,
    /// Whether its end is there. The last line of a log that breaks off has none.
    pub is_whole: bool,
}

/// The bytes of a line that are read.
pub const LINE_BYTES: usize = 256 << 10;
/// The bytes that are read at once.
const CHUNK: usize = 64 << 10;
/// The bytes by which an encoding without a mark is known.
const SAMPLE: usize = 4096;

/// Reads a log line by line.
pub struct Lines<'l> {
    log: &'l mut dyn Read,
    /// How it is encoded. 8-bit text is told from UTF-8 at every line.
    pub encoding: Encoding,
    buffer: Vec<u8>,
    at: usize,
    end: usize,
    number: usize,
}

impl<'l> Lines<'l> {
    /// Begins to read at the beginning of a log.
    pub fn new(log: &'l mut dyn Read) -> io::Result<Self> {
        let buffer = vec![0; CHUNK];
        let mut lines =
            Lines { log, encoding: Encoding::Windows1252, buffer, at: 0, end: 0, number: 0 };
        while lines.end < SAMPLE && lines.fill()? {}
        let (encoding, mark) = encoding(&lines.buffer[..lines.end]);
        lines.encoding = encoding;
        lines.at = mark;
        Ok(lines)
    }

    /// The next line, if there is one.
    pub fn read(&mut self) -> io::Result<Option<Line>> {
        let unit = self.encoding.unit();
        let mut bytes = Vec::new();
        let mut is_begun = false;
        loop {
            let there = (self.end - self.at) / unit * unit;
            if there == 0 {
                if self.fill()? {
                    continue;
                }
                return Ok(is_begun.then(|| self.line(&bytes, false)));
            }
            is_begun = true;
            let window = &self.buffer[self.at..self.at + there];
            let end = line_end(window, self.encoding);
            let part = &window[..end.unwrap_or(there)];
            let room = LINE_BYTES.saturating_sub(bytes.len());
            bytes.extend_from_slice(&part[..part.len().min(room)]);
            self.at += part.len();
            if end.is_some() {
                self.at += unit;
                return Ok(Some(self.line(&bytes, true)));
            }
        }
    }

    /// Reads more behind what was not used up; whether there was more.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.copy_within(self.at..self.end, 0);
        self.end -= self.at;
        self.at = 0;
        loop {
            match self.log.read(&mut self.buffer[self.end..]) {
                Ok(count) => {
                    self.end += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn line(&mut self, bytes: &[u8], is_whole: bool) -> Line {
        self.number += 1;
        let mut text = decode_as(bytes, self.encoding).into_owned();
        if is_whole && text.ends_with('\r') {
            text.pop();
        }
        Line { number: self.number, text, is_whole }
    }
}

/// Where the first line of these bytes ends.
fn line_end(bytes: &[u8], encoding: Encoding) -> Option<usize> {
    let unit = match encoding {
        Encoding::Utf16Le => [b'\n', 0],
        Encoding::Utf16Be => [0, b'\n'],
        Encoding::Utf8 | Encoding::Windows1252 => return bytes.iter().position(|it| *it == b'\n'),
    };
    bytes.chunks_exact(2).position(|it| it == unit).map(|it| it * 2)
}

/// The text of a log. What is no character of its encoding becomes U+FFFD; no text is refused. 8-bit text that happens to be
/// UTF-8 is read as such.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let (encoding, mark) = encoding(bytes);
    decode_as(&bytes[mark..], encoding)
}

fn decode_as(bytes: &[u8], encoding: Encoding) -> Cow<'_, str> {
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
    let pairs = bytes[..bytes.len().min(SAMPLE)].chunks_exact(2);
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
