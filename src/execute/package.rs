//! The question to the installer package: is it there, is it the right product, and which build.
//!
//! The file comes from anywhere. Only a few of its tables are read, never more than [`READ`] bytes of it, and whatever is
//! wrong with it becomes the reason for a no.
//!
//! The tables are read here and not by the crate msi, which takes every table of a package: at a foreign one it can panic,
//! and it sets aside up to 4 GiB for one string because its length says so (msi 0.11.1, `StringPoolBuilder` and
//! `Package::open`). The format: <https://github.com/wine-mirror/wine/blob/master/dlls/msi/string.c> and `table.c` beside it.

use std::cmp::Ordering;
use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use crate::execute::aside::{Lost, aside};
use crate::execute::machine::Answer;
use crate::execute::network::clipped;

/// The most bytes that a package may have. Microsoft's has about a tenth.
pub const LARGEST: u64 = 1 << 30;

/// The most bytes of a package that are read.
pub const READ: u64 = 64 << 20;

/// The most bytes of one of its streams that are read.
const STREAM: u64 = 16 << 20;

/// Is the package there, is it the Service and Portal of an Identity Manager, and has it exactly this build, if one is given?
///
/// A Windows path on another system is unknown unless a file of this very name is there: it is a path of the server.
pub async fn package(limit: Duration, path: &str, build: Option<&str>) -> Answer {
    let (its_path, its_build) = (path.to_owned(), build.map(ToOwned::to_owned));
    match aside(limit, move || look(&its_path, its_build.as_deref())).await {
        Ok(answer) => answer,
        Err(Lost::TimedOut) => Answer::Unknown(format!(
            "`{}` could not be read within {} seconds",
            clipped(path),
            limit.as_secs_f32()
        )),
        Err(Lost::Broke) => Answer::Unknown(format!("`{}` could not be read", clipped(path))),
    }
}

/// Answers, and blocks.
fn look(path: &str, build: Option<&str>) -> Answer {
    let shown = clipped(path);
    let about = match metadata(path) {
        Ok(about) => about,
        Err(error) => {
            let none = matches!(
                error.kind(),
                io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::InvalidFilename
            );
            return match none {
                true if cfg!(not(windows)) && is_windows_path(path) => {
                    Answer::Unknown(format!("`{shown}` is a path of another machine"))
                }
                true => Answer::No(format!("there is no file `{shown}`")),
                false => Answer::Unknown(format!("`{shown}` cannot be looked at: {error}")),
            };
        }
    };
    if about.is_dir() {
        return Answer::No(format!("`{shown}` is a folder"));
    }
    // Opening a pipe would wait for a writer for ever.
    if !about.is_file() {
        return Answer::No(format!("`{shown}` is a device or a pipe"));
    }
    if about.len() > LARGEST {
        let text = format!("`{shown}` has {} bytes, more than any package", about.len());
        return Answer::No(text);
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => return Answer::Unknown(format!("`{shown}` cannot be opened: {error}")),
    };
    match read(Bounded { file, left: READ }) {
        Ok(product) => judge(&product, build),
        Err(Unreadable::Refused(error)) => {
            Answer::Unknown(format!("`{shown}` cannot be read: {error}"))
        }
        Err(Unreadable::Foreign(reason)) => Answer::No(format!("`{shown}` {reason}")),
    }
}

#[expect(clippy::disallowed_methods, reason = "a package is no text, and it is read in pieces")]
fn metadata(path: &str) -> io::Result<Metadata> {
    std::fs::metadata(path)
}

/// Whether it begins with a drive or as `\\server`.
fn is_windows_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = bytes.len() >= 3
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    drive || path.starts_with("\\\\")
}

/// What a package says it is.
struct Product {
    name: String,
    version: String,
}

/// The answer for what was found.
fn judge(product: &Product, build: Option<&str>) -> Answer {
    let (name, version) = (clipped(&product.name), clipped(&product.version));
    let found = format!("`{name}`, build {version}");
    let portal = name.contains("Identity Manager") && name.contains("Service and Portal");
    if !portal || name.contains("Language Pack") {
        return Answer::No(format!("it is another product: {found}"));
    }
    let Some(build) = build else { return Answer::Yes(found) };
    let (Some(has), Some(wanted)) = (numbers(&version), numbers(build)) else {
        let text = format!("{found}, which cannot be compared with `{}`", clipped(build));
        return Answer::Unknown(text);
    };
    match has.cmp(&wanted) {
        Ordering::Equal => Answer::Yes(found),
        Ordering::Less => Answer::No(format!("{found}: older than {}", clipped(build))),
        Ordering::Greater => Answer::No(format!("{found}: newer than {}", clipped(build))),
    }
}

/// One to four numbers; those that are missing are 0.
fn numbers(version: &str) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    for (index, part) in version.split('.').enumerate() {
        *numbers.get_mut(index)? = part.parse().ok()?;
    }
    Some(numbers)
}

/// Why a file does not say what it is.
enum Unreadable {
    /// The system refused.
    Refused(io::Error),
    /// It is no package or a damaged one; completes a sentence about it.
    Foreign(String),
}

impl Unreadable {
    /// The crate that reads compound files reports what is wrong with one by these kinds.
    fn of(error: io::Error) -> Self {
        let foreign = matches!(
            error.kind(),
            io::ErrorKind::InvalidData
                | io::ErrorKind::UnexpectedEof
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::NotFound
                | io::ErrorKind::AlreadyExists
                | io::ErrorKind::Other
        );
        if !foreign {
            return Unreadable::Refused(error);
        }
        let error = clipped(&error.to_string());
        Unreadable::Foreign(format!("is damaged or no package of Windows Installer: {error}"))
    }

    fn damaged(what: &str) -> Self {
        Unreadable::Foreign(format!("is damaged: {what}"))
    }
}

/// Reads name and version out of the table `Property`.
fn read(file: Bounded) -> Result<Product, Unreadable> {
    let mut compound = cfb::CompoundFile::open(file).map_err(Unreadable::of)?;
    // The class of the root tells packages from patches and transforms.
    match compound.root_entry().clsid().to_string().as_str() {
        "000c1084-0000-0000-c000-000000000046" => {}
        "000c1086-0000-0000-c000-000000000046" => {
            return Err(Unreadable::Foreign("is a patch (.msp), not a package".to_owned()));
        }
        "000c1082-0000-0000-c000-000000000046" => {
            return Err(Unreadable::Foreign("is a transform (.mst), not a package".to_owned()));
        }
        _ => {
            let text = "is a compound file, but no package of Windows Installer";
            return Err(Unreadable::Foreign(text.to_owned()));
        }
    }
    let lengths = stream(&mut compound, "_StringPool")?;
    let pool = Pool::read(&lengths, stream(&mut compound, "_StringData")?)?;
    let rows = stream(&mut compound, "Property")?;
    Ok(Product {
        name: pool.property(&rows, "ProductName")?,
        version: pool.property(&rows, "ProductVersion")?,
    })
}

/// The bytes of a table.
fn stream(compound: &mut cfb::CompoundFile<Bounded>, table: &str) -> Result<Vec<u8>, Unreadable> {
    let name = stream_name(table);
    if !compound.is_stream(&name) {
        return Err(Unreadable::damaged(&format!("it has no table `{table}`")));
    }
    let stream = compound.open_stream(&name).map_err(Unreadable::of)?;
    let length = stream.len();
    if length > STREAM {
        return Err(Unreadable::damaged(&format!("its table `{table}` has {length} bytes")));
    }
    let mut bytes = Vec::new();
    stream.take(length).read_to_end(&mut bytes).map_err(Unreadable::of)?;
    if (bytes.len() as u64) < length {
        return Err(Unreadable::damaged(&format!("its table `{table}` ends too early")));
    }
    Ok(bytes)
}

/// The name under which a table is kept: two characters in one, after a mark.
fn stream_name(table: &str) -> String {
    fn value(byte: u8) -> u32 {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            b'.' => 62,
            _ => 63,
        };
        u32::from(value)
    }
    let pairs = table.as_bytes().chunks(2).map(|pair| match pair {
        [one, two] => 0x3800 + (value(*two) << 6) + value(*one),
        _ => 0x4800 + value(pair[0]),
    });
    std::iter::once(0x4840).chain(pairs).filter_map(char::from_u32).collect()
}

/// The strings of a package, which its tables name by number.
struct Pool {
    codepage: msi::CodePage,
    /// Bytes of a reference in a table: 2 or 3.
    width: usize,
    /// Where the strings lie in the data, from number 1.
    places: Vec<std::ops::Range<usize>>,
    data: Vec<u8>,
}

impl Pool {
    /// Reads the list of lengths, which say where each string lies in the data.
    fn read(lengths: &[u8], data: Vec<u8>) -> Result<Self, Unreadable> {
        let mut words = lengths.chunks_exact(4).map(|it| [it[0], it[1], it[2], it[3]]);
        let head = words.next().map(u32::from_le_bytes);
        let head = head.ok_or_else(|| Unreadable::damaged("its list of strings is empty"))?;
        let number = i32::try_from(head & 0x7FFF_FFFF).unwrap_or_default();
        let codepage = msi::CodePage::from_id(number)
            .ok_or_else(|| Unreadable::damaged(&format!("its code page is {number}")))?;
        let mut places = Vec::new();
        let mut at = 0_usize;
        while let Some(word) = words.next() {
            let mut length = usize::from(u16::from_le_bytes([word[0], word[1]]));
            let count = u16::from_le_bytes([word[2], word[3]]);
            // A string of 64 KiB and more has its length in the next entry.
            if length == 0 && count > 0 {
                let long = words.next().map(u32::from_le_bytes).unwrap_or_default();
                length = usize::try_from(long).unwrap_or(usize::MAX);
            }
            let end = at.checked_add(length).filter(|it| *it <= data.len());
            let end = end.ok_or_else(|| Unreadable::damaged("its strings end too early"))?;
            places.push(at..end);
            at = end;
        }
        let width = if head & 0x8000_0000 == 0 { 2 } else { 3 };
        Ok(Pool { codepage, width, places, data })
    }

    /// The string of a number.
    fn bytes(&self, number: usize) -> Option<&[u8]> {
        self.data.get(self.places.get(number.checked_sub(1)?)?.clone())
    }

    /// A value of the table `Property`: first all names, then all values.
    fn property(&self, rows: &[u8], name: &str) -> Result<String, Unreadable> {
        let number =
            |it: &[u8]| it.iter().rev().fold(0_usize, |sum, it| sum << 8 | usize::from(*it));
        let (names, values) = rows.split_at(rows.len() / 2);
        names
            .chunks_exact(self.width)
            .zip(values.chunks_exact(self.width))
            .find(|(it, _)| self.bytes(number(it)) == Some(name.as_bytes()))
            .and_then(|(_, value)| self.bytes(number(value)))
            .map(|it| self.codepage.decode(it))
            .ok_or_else(|| Unreadable::damaged(&format!("it does not say its `{name}`")))
    }
}

/// A file of which only so many bytes can be read, however often they are asked for.
struct Bounded {
    file: File,
    left: u64,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let text = format!("more than {READ} bytes would have to be read");
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read(&mut buffer[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

impl Seek for Bounded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
