//! An installer package as a database: its tables, read without trust.
//!
//! The file comes from anywhere. Never more than [`READ`] bytes of its tables are read, whatever it says of its lengths,
//! and everything that is wrong with it becomes a sentence.
//!
//! The tables are read here and not by the crate msi, which takes every table of a package: at a foreign one it can panic,
//! and it sets aside up to 4 GiB for one string because its length says so (msi 0.11.1, `StringPoolBuilder` and
//! `Package::open`). The format: <https://github.com/wine-mirror/wine/blob/master/dlls/msi/string.c> and `table.c` beside it.

mod pool;
pub mod table;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::installer::package::pool::Pool;
use crate::installer::package::table::{Column, Kind, Row, Table};
use crate::installer::profile::clean;

/// The most bytes that a package may have. Microsoft's has about a tenth.
pub const LARGEST: u64 = 1 << 30;

/// The most bytes of a package that are read for its tables.
pub const READ: u64 = 64 << 20;

/// The most bytes of one of its streams that are read.
const STREAM: u64 = 16 << 20;

/// The most bytes of text that its tables may name, however often they name the same.
const TEXT: usize = 32 << 20;

/// The most tables.
const TABLES: usize = 2000;

/// Why a package does not say what it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// There is no such file.
    Missing,
    /// The system refused; completes a sentence about the file.
    Refused(String),
    /// It is no package or a damaged one; completes a sentence about the file.
    Foreign(String),
}

impl Unreadable {
    /// The whole sentence, without a full stop.
    #[must_use]
    pub fn about(&self, path: &str) -> String {
        match self {
            Unreadable::Missing => format!("there is no file `{path}`"),
            Unreadable::Refused(what) | Unreadable::Foreign(what) => format!("`{path}` {what}"),
        }
    }

    /// The crate that reads compound files reports what is wrong with one by these kinds.
    fn of(error: &io::Error) -> Self {
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
            return Unreadable::Refused(format!("cannot be read: {error}"));
        }
        let error = clean(&error.to_string()).replace('`', "'");
        Unreadable::Foreign(format!("is damaged or no package of Windows Installer: {error}"))
    }

    /// It is a package, but this is wrong with it.
    pub(super) fn damaged(what: &str) -> Self {
        Unreadable::Foreign(format!("is damaged: {what}"))
    }
}

/// Opens the file of a package, if it may be one by its kind and size.
#[expect(clippy::disallowed_methods, reason = "a package is no text, and it is read in pieces")]
pub fn open(path: &Path) -> Result<File, Unreadable> {
    let about = std::fs::metadata(path).map_err(|error| {
        let none = matches!(
            error.kind(),
            io::ErrorKind::NotFound
                | io::ErrorKind::NotADirectory
                | io::ErrorKind::InvalidInput
                | io::ErrorKind::InvalidFilename
        );
        if none {
            return Unreadable::Missing;
        }
        Unreadable::Refused(format!("cannot be looked at: {error}"))
    })?;
    if about.is_dir() {
        return Err(Unreadable::Foreign("is a folder".to_owned()));
    }
    // Opening a pipe would wait for a writer for ever.
    if !about.is_file() {
        return Err(Unreadable::Foreign("is a device or a pipe".to_owned()));
    }
    if about.len() > LARGEST {
        let text = format!("has {} bytes, more than any package", about.len());
        return Err(Unreadable::Foreign(text));
    }
    File::open(path).map_err(|error| Unreadable::Refused(format!("cannot be opened: {error}")))
}

/// The digest of all bytes, as `sha256:` and hexadecimal digits. Leaves the file at its start.
pub fn digest(file: &mut (impl Read + Seek)) -> Result<String, Unreadable> {
    let refused = |error: io::Error| Unreadable::Refused(format!("cannot be read: {error}"));
    let mut sum = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    let mut read = 0;
    file.rewind().map_err(refused)?;
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                sum.update(&piece[..count]);
                read += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(refused(error)),
        }
        // It may grow while it is read.
        if read > LARGEST {
            let text = format!("has more than {LARGEST} bytes, more than any package");
            return Err(Unreadable::Foreign(text));
        }
    }
    file.rewind().map_err(refused)?;
    let digits = sum.finalize().iter().map(|it| format!("{it:02x}")).collect::<String>();
    Ok(format!("sha256:{digits}"))
}

/// A package whose strings were read; its tables are read when they are asked for.
#[derive(Debug)]
pub struct Package<F> {
    compound: cfb::CompoundFile<Bounded<F>>,
    pool: Pool,
    /// The bytes of text that may still be named.
    text: usize,
    /// What each table looks like, by its name; none before it was asked for.
    schema: Option<BTreeMap<String, Vec<Column>>>,
}

impl<F: Read + Seek> Package<F> {
    /// Reads the strings of a package.
    pub fn read(file: F) -> Result<Self, Unreadable> {
        let file = Bounded { file, left: READ };
        let mut compound = cfb::CompoundFile::open(file).map_err(|it| Unreadable::of(&it))?;
        // The class of the root tells packages from patches and transforms.
        let foreign = |what: &str| Err(Unreadable::Foreign(what.to_owned()));
        match compound.root_entry().clsid().to_string().as_str() {
            "000c1084-0000-0000-c000-000000000046" => {}
            "000c1086-0000-0000-c000-000000000046" => {
                return foreign("is a patch (.msp), not a package");
            }
            "000c1082-0000-0000-c000-000000000046" => {
                return foreign("is a transform (.mst), not a package");
            }
            _ => return foreign("is a compound file, but no package of Windows Installer"),
        }
        let lengths = stream(&mut compound, "_StringPool")?;
        let pool = Pool::read(&lengths, stream(&mut compound, "_StringData")?)?;
        Ok(Package { compound, pool, text: TEXT, schema: None })
    }

    /// A value of the table `Property`. Its form is the same in every package, so that nothing else is looked at.
    pub fn property(&mut self, name: &str) -> Result<String, Unreadable> {
        let rows = stream(&mut self.compound, "Property")?;
        self.pool
            .value(&rows, name)
            .ok_or_else(|| Unreadable::damaged(&format!("it does not say its `{name}`")))
    }

    /// The names of its tables.
    pub fn tables(&mut self) -> Result<Vec<String>, Unreadable> {
        Ok(self.schema()?.keys().cloned().collect())
    }

    /// A table with all its rows; none if the package has no such table.
    pub fn table(&mut self, name: &str) -> Result<Option<Table>, Unreadable> {
        let Some(columns) = self.schema()?.get(name).cloned() else { return Ok(None) };
        // A table without rows has no stream.
        let bytes = if self.compound.is_stream(stream_name(name)) {
            stream(&mut self.compound, name)?
        } else {
            Vec::new()
        };
        Table::read(name, columns, &bytes, &mut self.pool, &mut self.text).map(Some)
    }

    /// A table that has to be there, with these columns at least.
    pub fn needed(&mut self, name: &str, columns: &[(&str, Kind)]) -> Result<Table, Unreadable> {
        let table = self.table(name)?;
        let table =
            table.ok_or_else(|| Unreadable::damaged(&format!("it has no table `{name}`")))?;
        table.check(columns)?;
        Ok(table)
    }

    /// A table that need not be there; if it is, it has these columns at least.
    pub fn optional(&mut self, name: &str, columns: &[(&str, Kind)]) -> Result<Table, Unreadable> {
        let table = self.table(name)?;
        if let Some(table) = &table {
            table.check(columns)?;
        }
        Ok(table.unwrap_or_default())
    }

    /// What each table looks like, as its own tables `_Tables` and `_Columns` say it.
    fn schema(&mut self) -> Result<&BTreeMap<String, Vec<Column>>, Unreadable> {
        if self.schema.is_none() {
            self.schema = Some(self.read_schema()?);
        }
        Ok(self.schema.as_ref().expect("it was read above"))
    }

    fn read_schema(&mut self) -> Result<BTreeMap<String, Vec<Column>>, Unreadable> {
        let bytes = stream(&mut self.compound, "_Tables")?;
        let columns = vec![Column::new("Name", Kind::Text)];
        let tables = Table::read("_Tables", columns, &bytes, &mut self.pool, &mut self.text)?;
        let mut schema: BTreeMap<String, Vec<Column>> =
            tables.rows().map(|it| (it.text("Name").to_owned(), Vec::new())).collect();
        if schema.len() > TABLES {
            return Err(Unreadable::damaged(&format!("it has {} tables", schema.len())));
        }
        let bytes = stream(&mut self.compound, "_Columns")?;
        let columns = vec![
            Column::new("Table", Kind::Text),
            Column::new("Number", Kind::Short),
            Column::new("Name", Kind::Text),
            Column::new("Type", Kind::Short),
        ];
        let columns = Table::read("_Columns", columns, &bytes, &mut self.pool, &mut self.text)?;
        let mut rows: Vec<Row> = columns.rows().collect();
        rows.sort_by_key(|it| it.number("Number"));
        for row in rows {
            let table = row.text("Table");
            // A column of no table says nothing.
            let Some(columns) = schema.get_mut(table) else { continue };
            let odd = |what: &str| {
                let name = clean(table).replace('`', "'");
                Unreadable::damaged(&format!("the columns of its table `{name}` {what}"))
            };
            let number = row.number("Number").and_then(|it| usize::try_from(it).ok());
            if number != Some(columns.len() + 1) {
                return Err(odd("are not numbered"));
            }
            let kind = row.number("Type").and_then(Kind::of).ok_or_else(|| odd("have no type"))?;
            columns.push(Column::new(row.text("Name"), kind));
        }
        Ok(schema)
    }
}

/// The bytes of a table.
fn stream<F: Read + Seek>(
    compound: &mut cfb::CompoundFile<Bounded<F>>,
    table: &str,
) -> Result<Vec<u8>, Unreadable> {
    let name = stream_name(table);
    let shown = clean(table).replace('`', "'");
    if !compound.is_stream(&name) {
        return Err(Unreadable::damaged(&format!("it has no table `{shown}`")));
    }
    let stream = compound.open_stream(&name).map_err(|it| Unreadable::of(&it))?;
    let length = stream.len();
    if length > STREAM {
        return Err(Unreadable::damaged(&format!("its table `{shown}` has {length} bytes")));
    }
    let mut bytes = Vec::new();
    stream.take(length).read_to_end(&mut bytes).map_err(|it| Unreadable::of(&it))?;
    if (bytes.len() as u64) < length {
        return Err(Unreadable::damaged(&format!("its table `{shown}` ends too early")));
    }
    Ok(bytes)
}

/// The name under which a table is kept: two characters in one, after a mark.
fn stream_name(table: &str) -> String {
    fn value(character: char) -> Option<u32> {
        let value = match character {
            '0'..='9' => character as u32 - '0' as u32,
            'A'..='Z' => character as u32 - 'A' as u32 + 10,
            'a'..='z' => character as u32 - 'a' as u32 + 36,
            '.' => 62,
            '_' => 63,
            _ => return None,
        };
        Some(value)
    }
    let mut name = String::from('\u{4840}');
    let mut rest = table.chars().peekable();
    while let Some(character) = rest.next() {
        let code = match (value(character), rest.peek().copied().and_then(value)) {
            (Some(one), Some(two)) => {
                rest.next();
                0x3800 + (two << 6) + one
            }
            (Some(one), None) => 0x4800 + one,
            (None, _) => character as u32,
        };
        name.extend(char::from_u32(code));
    }
    name
}

/// A file of which only so many bytes can be read, however often they are asked for.
#[derive(Debug)]
struct Bounded<F> {
    file: F,
    left: u64,
}

impl<F: Read> Read for Bounded<F> {
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

impl<F: Seek> Seek for Bounded<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
