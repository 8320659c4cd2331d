//! A table: columns with their kinds, and rows of texts and numbers.

use std::rc::Rc;

use crate::installer::package::Unreadable;
use crate::installer::package::pool::{Pool, number};
use crate::installer::profile::clean;

/// The most columns of a table; Windows Installer takes 31.
const COLUMNS: usize = 32;

/// The most values of a table.
const VALUES: usize = 1 << 20;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Texts.
    Text,
    /// Numbers of 16 bits.
    Short,
    /// Numbers of 32 bits.
    Long,
    /// Bytes that are kept elsewhere.
    Binary,
}

impl Kind {
    /// The kind that the table `_Columns` says.
    ///
    /// Bits: <https://github.com/wine-mirror/wine/blob/master/dlls/msi/msipriv.h>, `MSITYPE_*`; a binary column is a text
    /// without a length (`MSITYPE_IS_BINARY` in `table.c`).
    pub(super) fn of(bits: i32) -> Option<Kind> {
        const VALID: i32 = 0x100;
        const STRING: i32 = 0x800;
        const NULLABLE: i32 = 0x1000;
        if bits & !NULLABLE == STRING | VALID {
            return Some(Kind::Binary);
        }
        match (bits & STRING != 0, bits & 0xFF) {
            (true, _) => Some(Kind::Text),
            (false, 0..=2) => Some(Kind::Short),
            (false, 4) => Some(Kind::Long),
            (false, _) => None,
        }
    }

    fn width(self, pool: &Pool) -> usize {
        match self {
            Kind::Text => pool.width(),
            Kind::Short | Kind::Binary => 2,
            Kind::Long => 4,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Kind::Text => "texts",
            Kind::Short | Kind::Long => "numbers",
            Kind::Binary => "bytes",
        }
    }
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Column {
    name: String,
    kind: Kind,
}

impl Column {
    pub(super) fn new(name: &str, kind: Kind) -> Self {
        Column { name: name.to_owned(), kind }
    }
}

/// A value of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Value {
    Null,
    Number(i32),
    Text(Rc<str>),
}

/// The rows of a table.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Table {
    name: String,
    columns: Vec<Column>,
    values: Vec<Value>,
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    columns: &'a [Column],
    values: &'a [Value],
}

impl Table {
    /// The rows out of their bytes, which hold one column after the other.
    pub(super) fn read(
        name: &str,
        columns: Vec<Column>,
        bytes: &[u8],
        pool: &mut Pool,
        left: &mut usize,
    ) -> Result<Table, Unreadable> {
        let odd = |what: String| {
            let name = clean(name).replace('`', "'");
            Unreadable::damaged(&format!("its table `{name}` {what}"))
        };
        let widths: Vec<usize> = columns.iter().map(|it| it.kind.width(pool)).collect();
        let width: usize = widths.iter().sum();
        if columns.is_empty() && bytes.is_empty() {
            return Ok(Table { name: name.to_owned(), columns, values: Vec::new() });
        }
        if columns.is_empty() || columns.len() > COLUMNS {
            return Err(odd(format!("has {} columns", columns.len())));
        }
        if !bytes.len().is_multiple_of(width) {
            return Err(odd("ends within a row".to_owned()));
        }
        let rows = bytes.len() / width;
        if rows * columns.len() > VALUES {
            return Err(odd(format!("has {rows} rows")));
        }
        let mut values = vec![Value::Null; rows * columns.len()];
        let mut rest = bytes;
        for (index, (column, width)) in columns.iter().zip(widths).enumerate() {
            let (own, others) = rest.split_at(rows * width);
            rest = others;
            for (row, bytes) in own.chunks_exact(width).enumerate() {
                let number = number(bytes);
                if number == 0 {
                    continue;
                }
                values[row * columns.len() + index] = match column.kind {
                    // A number is kept above the lowest, since 0 stands for none.
                    Kind::Short => Value::Number((number as u32).cast_signed() - 0x8000),
                    Kind::Long => Value::Number((number as u32 ^ 0x8000_0000).cast_signed()),
                    Kind::Binary => Value::Null,
                    Kind::Text => {
                        let text = pool.text(number);
                        let text =
                            text.ok_or_else(|| odd("names a text that is not there".to_owned()))?;
                        *left = left
                            .checked_sub(text.len())
                            .ok_or_else(|| odd("holds more text than any package's".to_owned()))?;
                        Value::Text(text)
                    }
                };
            }
        }
        Ok(Table { name: name.to_owned(), columns, values })
    }

    /// Whether it has these columns, each with values of its kind.
    pub(super) fn check(&self, columns: &[(&str, Kind)]) -> Result<(), Unreadable> {
        for (name, kind) in columns {
            let Some(column) = self.columns.iter().find(|it| it.name == *name) else {
                let text = format!("its table `{}` has no column `{name}`", self.name);
                return Err(Unreadable::damaged(&text));
            };
            let (has, wants) = (column.kind.words(), kind.words());
            if has != wants {
                let text = format!(
                    "the column `{name}` of its table `{}` holds {has}, not {wants}",
                    self.name
                );
                return Err(Unreadable::damaged(&text));
            }
        }
        Ok(())
    }

    /// Its rows.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let columns = self.columns.as_slice();
        self.values.chunks_exact(columns.len().max(1)).map(move |values| Row { columns, values })
    }

    /// A row by its number, from 0.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<Row<'_>> {
        let width = self.columns.len();
        let values = self.values.get(at.checked_mul(width)?..)?.get(..width)?;
        Some(Row { columns: &self.columns, values })
    }

    /// The names of the columns that hold texts.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|it| it.kind == Kind::Text).map(|it| it.name.as_str())
    }
}

impl<'a> Row<'a> {
    /// The text of a column; empty if there is none, or no such column.
    #[must_use]
    pub fn text(self, column: &str) -> &'a str {
        match self.value(column) {
            Some(Value::Text(text)) => text,
            Some(Value::Null | Value::Number(_)) | None => "",
        }
    }

    /// The number of a column, if there is one.
    #[must_use]
    pub fn number(self, column: &str) -> Option<i32> {
        match self.value(column) {
            Some(Value::Number(number)) => Some(*number),
            Some(Value::Null | Value::Text(_)) | None => None,
        }
    }

    fn value(self, column: &str) -> Option<&'a Value> {
        let index = self.columns.iter().position(|it| it.name == column)?;
        self.values.get(index)
    }
}
