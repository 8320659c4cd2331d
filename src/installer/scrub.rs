//! Taking secrets out of a log.
//!
//! A verbose log names every public property with its value. `MsiHiddenProperties` of the package masks some, and it cannot be
//! added to on a command line, since its name is not in capital letters. So the log is searched afterwards.

use crate::installer::log::{Encoding, encoding, to_windows_1252};

/// What stands in the place of a secret, whatever its length.
const STARS: &str = "********";
/// The encodings in which a secret is looked for, whatever the log's own: several programs write into it.
const ENCODINGS: [Encoding; 4] =
    [Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Utf8, Encoding::Windows1252];
/// A secret with fewer characters is looked for in the log's own encoding only: in another, it would be found in the middle of
/// other characters.
const SHORT: usize = 4;

/// The log with stars in the place of each secret, in the secret's own encoding; nothing if none is in it.
///
/// A secret is found as it is and with its quotes doubled, as a command line has it, in upper and lower case as given, and
/// in 8-bit text also with `?` for the characters that Windows-1252 lacks. An empty secret and one of stars are passed over.
#[must_use]
pub fn scrub(log: &[u8], secrets: &[&str]) -> Option<Vec<u8>> {
    let mut texts: Vec<String> = secrets
        .iter()
        .flat_map(|it| [(*it).to_owned(), it.replace('"', "\"\"")])
        .filter(|it| it.chars().any(|it| it != '*'))
        .collect();
    // The longest first: a secret may be the beginning of another.
    texts.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    texts.dedup();
    let (own, mark) = encoding(log);
    // A character of UTF-16 begins at every second byte after the mark, unless something else was written in between.
    let step = match own {
        Encoding::Utf16Le | Encoding::Utf16Be => 2,
        Encoding::Utf8 | Encoding::Windows1252 => 1,
    };
    let mut scrubbed = replaced(log, mark, step, &texts, own);
    texts.retain(|it| it.chars().count() >= SHORT);
    for encoding in ENCODINGS {
        let before = scrubbed.as_deref().unwrap_or(log);
        if let Some(after) = replaced(before, 0, 1, &texts, encoding) {
            scrubbed = Some(after);
        }
    }
    scrubbed
}

/// Puts stars in the place of each text, the first of them that fits; nothing if there is none. Texts begin at `from` and at
/// every `step` bytes after it.
fn replaced(
    bytes: &[u8],
    from: usize,
    step: usize,
    texts: &[String],
    encoding: Encoding,
) -> Option<Vec<u8>> {
    let needles: Vec<Vec<u8>> = texts.iter().map(|it| encode(it, encoding)).collect();
    let mut begins = [false; 256];
    for first in needles.iter().filter_map(|it| it.first()) {
        begins[usize::from(*first)] = true;
    }
    let stars = encode(STARS, encoding);
    let mut after = Vec::new();
    let mut copied = 0;
    let mut at = from;
    while let Some(first) = bytes.get(at) {
        let begins = begins[usize::from(*first)];
        let found = begins.then(|| needles.iter().find(|it| bytes[at..].starts_with(it))).flatten();
        let Some(needle) = found else {
            at += step;
            continue;
        };
        after.extend_from_slice(&bytes[copied..at]);
        after.extend_from_slice(&stars);
        at += needle.len();
        copied = at;
    }
    if copied == 0 {
        return None;
    }
    after.extend_from_slice(&bytes[copied..]);
    Some(after)
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
