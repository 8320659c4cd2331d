//! Taking secrets out of a log.
//!
//! A verbose log names every public property with its value. `MsiHiddenProperties` of the package masks some, and it cannot be
//! added to on a command line, since its name is not in capital letters. So the log is searched afterwards.

use std::io::{self, Read, Write};

use crate::installer::log::secret::{SHORT, STARS};
use crate::installer::log::text::{Encoding, encoding, to_windows_1252};

/// The encodings in which a secret is looked for, whatever the log's own: several programs write into it.
const ENCODINGS: [Encoding; 4] =
    [Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf8, Encoding::Windows1252];
/// The bytes that are read at once; the encoding is known by the first of them.
const CHUNK: usize = 64 << 10;

/// What becomes of secrets with fewer than [`SHORT`] characters. They are looked for in the log's own encoding only: in
/// another, they would be found in the middle of other characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Short {
    /// They are covered wherever they stand.
    Everywhere,
    /// They are covered where they stand as a word.
    AsWord,
}

/// The log with stars in the place of each secret, in the secret's own encoding; nothing if none is in it.
///
/// A secret is found as it is and with its quotes doubled, as a command line has it, in upper and lower case as given, and
/// in 8-bit text also with `?` for the characters that Windows-1252 lacks. An empty secret and one of stars are passed over.
#[must_use]
pub fn scrub(log: &[u8], secrets: &[&str]) -> Option<Vec<u8>> {
    let mut after = Vec::new();
    let count = copy(&mut { log }, secrets, Short::Everywhere, &mut after);
    (count.expect("memory can be read and written") > 0).then_some(after)
}

/// Writes the log with stars in the place of each secret, as [`scrub`] does, in memory that does not grow with the log. Says
/// how often.
pub fn copy(
    log: &mut dyn Read,
    secrets: &[&str],
    short: Short,
    out: &mut dyn Write,
) -> io::Result<usize> {
    let mut chunk = Vec::with_capacity(CHUNK);
    log.take(CHUNK as u64).read_to_end(&mut chunk)?;
    let mut stages = stages(encoding(&chunk), secrets, short);
    while !chunk.is_empty() {
        let mut part = std::mem::take(&mut chunk);
        for stage in &mut stages {
            part = stage.push(&part);
        }
        out.write_all(&part)?;
        log.take(CHUNK as u64).read_to_end(&mut chunk)?;
    }
    let mut rest = Vec::new();
    for stage in &mut stages {
        rest = stage.push(&rest);
        rest.extend(stage.finish());
    }
    out.write_all(&rest)?;
    Ok(stages.iter().map(|it| it.count).sum())
}

/// First the log's own encoding, where characters begin; then every encoding, anywhere.
fn stages((own, mark): (Encoding, usize), secrets: &[&str], short: Short) -> Vec<Stage> {
    let mut texts: Vec<String> = secrets
        .iter()
        .flat_map(|it| [(*it).to_owned(), it.replace('"', "\"\"")])
        .filter(|it| it.chars().any(|it| it != '*'))
        .collect();
    // The longest first: a secret may be the beginning of another.
    texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    texts.dedup();
    let mut stages = vec![Stage::new(&texts, own, mark, own.unit(), short)];
    texts.retain(|it| it.chars().count() >= SHORT);
    stages.extend(ENCODINGS.map(|it| Stage::new(&texts, it, 0, 1, short)));
    stages
}

/// Puts stars in the place of each text in one encoding, the first of them that fits.
struct Stage {
    encoding: Encoding,
    needles: Vec<Needle>,
    /// Whether a needle begins with a byte.
    begins: [bool; 256],
    stars: Vec<u8>,
    /// Texts begin after these bytes, and at every `step` bytes after them.
    skip: usize,
    step: usize,
    /// The bytes after a place that are needed to judge it.
    ahead: usize,
    /// What was not judged yet.
    pending: Vec<u8>,
    /// The unit before it.
    before: Vec<u8>,
    count: usize,
}

struct Needle {
    bytes: Vec<u8>,
    is_word: bool,
}

impl Stage {
    fn new(texts: &[String], encoding: Encoding, mark: usize, step: usize, short: Short) -> Self {
        let needles: Vec<Needle> = texts
            .iter()
            .map(|it| Needle {
                bytes: encode(it, encoding),
                is_word: short == Short::AsWord && it.chars().count() < SHORT,
            })
            .filter(|it| !it.bytes.is_empty())
            .collect();
        let mut begins = [false; 256];
        for needle in &needles {
            begins[usize::from(needle.bytes[0])] = true;
        }
        let longest = needles.iter().map(|it| it.bytes.len()).max().unwrap_or(0);
        Stage {
            encoding,
            needles,
            begins,
            stars: encode(STARS, encoding),
            skip: mark,
            step,
            ahead: longest + encoding.unit(),
            pending: Vec::new(),
            before: Vec::new(),
            count: 0,
        }
    }

    /// Takes more of the log, and gives what is judged.
    fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.pending.extend_from_slice(bytes);
        self.judge(self.ahead)
    }

    /// Gives the rest.
    fn finish(&mut self) -> Vec<u8> {
        let mut rest = self.judge(0);
        rest.append(&mut self.pending);
        rest
    }

    /// Judges the places that have more than this many bytes after them.
    fn judge(&mut self, ahead: usize) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.pending);
        let mut after = Vec::with_capacity(bytes.len());
        let mut at = 0;
        let mut copied = 0;
        while at + ahead < bytes.len() {
            if self.skip > 0 {
                at += 1;
                self.skip -= 1;
                continue;
            }
            let begins = self.begins[usize::from(bytes[at])];
            let found = begins.then(|| self.find(&bytes, at)).flatten();
            let Some(length) = found else {
                at += self.step;
                continue;
            };
            after.extend_from_slice(&bytes[copied..at]);
            after.extend_from_slice(&self.stars);
            at += length;
            copied = at;
            self.count += 1;
        }
        let at = at.min(bytes.len());
        after.extend_from_slice(&bytes[copied..at]);
        let unit = self.encoding.unit();
        if at >= unit {
            self.before = bytes[at - unit..at].to_vec();
        }
        self.pending = bytes[at..].to_vec();
        after
    }

    /// The length of the first needle that is at this place.
    fn find(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let unit = self.encoding.unit();
        let before = if at >= unit { &bytes[at - unit..at] } else { &self.before[..] };
        let found = self.needles.iter().find(|it| {
            let is_here = bytes[at..].starts_with(&it.bytes);
            let end = at + it.bytes.len();
            is_here
                && (!it.is_word
                    || !(self.is_letter(before)
                        || self.is_letter(bytes.get(end..end + unit).unwrap_or(&[]))))
        });
        found.map(|it| it.bytes.len())
    }

    /// Whether a unit is a letter or a digit, or a part of one.
    fn is_letter(&self, unit: &[u8]) -> bool {
        let unit = match (self.encoding, unit) {
            (Encoding::Utf16Le, [low, high]) => u16::from_le_bytes([*low, *high]),
            (Encoding::Utf16Be, [high, low]) => u16::from_be_bytes([*high, *low]),
            (Encoding::Utf8 | Encoding::Windows1252, [byte]) if *byte >= 0x80 => return true,
            (Encoding::Utf8 | Encoding::Windows1252, [byte]) => u16::from(*byte),
            (Encoding::Utf16Le | Encoding::Utf16Be | Encoding::Utf8 | Encoding::Windows1252, _) => {
                return false;
            }
        };
        // Half a character is a part of one.
        char::from_u32(u32::from(unit)).is_none_or(char::is_alphanumeric)
    }
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf16Le => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Encoding::Utf16Be => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Encoding::Utf8 => text.as_bytes().to_vec(),
        // Windows puts one `?` for each unit of UTF-16 that the code page lacks.
        Encoding::Windows1252 => text
            .chars()
            .flat_map(|it| match to_windows_1252(it) {
                Some(byte) => vec![byte],
                None => vec![b'?'; it.len_utf16()],
            })
            .collect(),
    }
}
