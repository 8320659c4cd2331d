//! The strings of a package, which its tables name by number.

use std::ops::Range;
use std::rc::Rc;

use crate::installer::package::Unreadable;

/// All strings.
#[derive(Debug)]
pub(super) struct Pool {
    codepage: msi::CodePage,
    /// Bytes of a reference in a table: 2 or 3.
    width: usize,
    /// Where the strings lie in the data, from number 1.
    places: Vec<Range<u32>>,
    data: Vec<u8>,
    /// Strings that were asked for.
    texts: Vec<Option<Rc<str>>>,
}

impl Pool {
    /// Reads the list of lengths, which say where each string lies in the data.
    pub(super) fn read(lengths: &[u8], data: Vec<u8>) -> Result<Self, Unreadable> {
        let mut words = lengths.chunks_exact(4).map(|it| [it[0], it[1], it[2], it[3]]);
        let head = words.next().map(u32::from_le_bytes);
        let head = head.ok_or_else(|| Unreadable::damaged("its list of strings is empty"))?;
        let number = i32::try_from(head & 0x7FFF_FFFF).unwrap_or_default();
        let codepage = msi::CodePage::from_id(number)
            .ok_or_else(|| Unreadable::damaged(&format!("its code page is {number}")))?;
        let mut places = Vec::new();
        let mut at = 0_u32;
        while let Some(word) = words.next() {
            let mut length = u32::from(u16::from_le_bytes([word[0], word[1]]));
            let count = u16::from_le_bytes([word[2], word[3]]);
            // A string of 64 KiB and more has its length in the next entry.
            if length == 0 && count > 0 {
                length = words.next().map(u32::from_le_bytes).unwrap_or_default();
            }
            let end = at.checked_add(length).filter(|it| *it as usize <= data.len());
            let end = end.ok_or_else(|| Unreadable::damaged("its strings end too early"))?;
            places.push(at..end);
            at = end;
        }
        let width = if head & 0x8000_0000 == 0 { 2 } else { 3 };
        let texts = vec![None; places.len()];
        Ok(Pool { codepage, width, places, data, texts })
    }

    /// The bytes of a reference in a table.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The string of a number.
    pub(super) fn text(&mut self, number: usize) -> Option<Rc<str>> {
        let bytes = bytes(&self.places, &self.data, number)?;
        let slot = self.texts.get_mut(number - 1)?;
        Some(Rc::clone(slot.get_or_insert_with(|| self.codepage.decode(bytes).into())))
    }

    /// A value of the table `Property`: first all names, then all values.
    pub(super) fn value(&self, rows: &[u8], name: &str) -> Option<String> {
        let (names, values) = rows.split_at(rows.len() / 2);
        let bytes = |it: &[u8]| bytes(&self.places, &self.data, number(it));
        names
            .chunks_exact(self.width)
            .zip(values.chunks_exact(self.width))
            .find(|(it, _)| bytes(it) == Some(name.as_bytes()))
            .and_then(|(_, value)| bytes(value))
            .map(|it| self.codepage.decode(it))
    }
}

/// A number as its bytes give it, the lowest first.
pub(super) fn number(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |sum, it| sum << 8 | usize::from(*it))
}

fn bytes<'a>(places: &[Range<u32>], data: &'a [u8], number: usize) -> Option<&'a [u8]> {
    let place = places.get(number.checked_sub(1)?)?;
    data.get(place.start as usize..place.end as usize)
}
