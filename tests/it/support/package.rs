//! Installer packages as tests want them: tables as data, written by the crate msi.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod wizard;

use std::io::Cursor;

use msi::{Column, Insert, Value};

/// The builds whose packages can be made. They hold the features and pages of the real wizard; the names of the dialogs,
/// and those of the properties that nobody outside knows, are made up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Build {
    /// 4.6.34.0: check boxes for mail, no cloud, no application.
    Old,
    /// 4.6.421.0: the cloud, lists for mail and authentication, the application.
    Redesigned,
    /// 4.6.673.0: the same with other names.
    Renamed,
}

impl Build {
    /// All of them.
    pub(crate) const ALL: [Build; 3] = [Build::Old, Build::Redesigned, Build::Renamed];

    /// Its version.
    pub(crate) fn version(self) -> &'static str {
        match self {
            Build::Old => "4.6.34.0",
            Build::Redesigned => "4.6.421.0",
            Build::Renamed => "4.6.673.0",
        }
    }
}

/// The package of a build.
pub(crate) fn package(build: Build) -> Vec<u8> {
    draft(build).bytes()
}

/// The package of a build, to be altered.
pub(crate) fn draft(build: Build) -> Draft {
    wizard::draft(build)
}

/// A value of a row.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A number.
    Number(i32),
    /// A text.
    Text(String),
}

impl Cell {
    /// The value, as the crate has it.
    pub(crate) fn value(&self) -> Value {
        match self {
            Cell::Null => Value::Null,
            Cell::Number(number) => Value::Int(*number),
            Cell::Text(text) => Value::Str(text.clone()),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        if text.is_empty() { Cell::Null } else { Cell::Text(text.to_owned()) }
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Cell::Number(number)
    }
}

/// The cells of a row: `cells!["Name", 1]`; an empty text is none.
macro_rules! cells {
    ($($cell:expr),* $(,)?) => { vec![$($crate::support::package::Cell::from($cell)),*] };
}
pub(crate) use cells;

/// A table to be written.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    /// Its name.
    pub(crate) name: String,
    /// Its columns, as `name kind`: kind `key` for a text of the key, `text`, `short` or `long`, `number` for a number of
    /// the key.
    pub(crate) columns: Vec<String>,
    /// Its rows.
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Sheet {
    /// Its columns, as the crate has them.
    pub(crate) fn columns(&self) -> Vec<Column> {
        let column = |it: &String| {
            let (name, kind) = it.split_once(' ').unwrap();
            let column = Column::build(name);
            match kind {
                "key" => column.primary_key().nullable().string(0),
                "number" => column.primary_key().nullable().int16(),
                "text" => column.nullable().localizable().string(0),
                "short" => column.nullable().int16(),
                "long" => column.nullable().int32(),
                _ => panic!("{it}"),
            }
        };
        self.columns.iter().map(column).collect()
    }
}

/// A package to be written.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Its tables.
    pub(crate) sheets: Vec<Sheet>,
}

/// What the tables of Windows Installer look like.
const SHEETS: [(&str, &str); 17] = [
    ("Property", "Property key, Value text"),
    (
        "Feature",
        "Feature key, Feature_Parent text, Title text, Description text, Display short, Level short, Directory_ text, Attributes short",
    ),
    ("Condition", "Feature_ key, Level number, Condition text"),
    (
        "Dialog",
        "Dialog key, HCentering short, VCentering short, Width short, Height short, Attributes long, Title text, Control_First text, Control_Default text, Control_Cancel text",
    ),
    (
        "Control",
        "Dialog_ key, Control key, Type text, X short, Y short, Width short, Height short, Attributes long, Property text, Text text, Control_Next text, Help text",
    ),
    (
        "ControlEvent",
        "Dialog_ key, Control_ key, Event key, Argument key, Condition key, Ordering short",
    ),
    ("ControlCondition", "Dialog_ key, Control_ key, Action key, Condition key"),
    ("CheckBox", "Property key, Value text"),
    (
        "RadioButton",
        "Property key, Order number, Value text, X short, Y short, Width short, Height short, Text text, Help text",
    ),
    ("ComboBox", "Property key, Order number, Value text, Text text"),
    ("ListBox", "Property key, Order number, Value text, Text text"),
    ("InstallUISequence", "Action key, Condition text, Sequence short"),
    ("InstallExecuteSequence", "Action key, Condition text, Sequence short"),
    ("CustomAction", "Action key, Type short, Source text, Target text"),
    ("LaunchCondition", "Condition key, Description text"),
    ("AppSearch", "Property key, Signature_ key"),
    ("Registry", "Registry key, Root short, Key text, Name text, Value text, Component_ text"),
];

impl Draft {
    /// A package with the tables of Windows Installer, all empty.
    pub(crate) fn new() -> Self {
        let sheet = |(name, columns): &(&str, &str)| Sheet {
            name: (*name).to_owned(),
            columns: columns.split(", ").map(str::to_owned).collect(),
            rows: Vec::new(),
        };
        Draft { sheets: SHEETS.iter().map(sheet).collect() }
    }

    /// A table.
    pub(crate) fn sheet(&mut self, name: &str) -> &mut Sheet {
        self.sheets.iter_mut().find(|it| it.name == name).expect("there is such a table")
    }

    /// Adds a row to a table.
    pub(crate) fn row(&mut self, table: &str, row: Vec<Cell>) {
        let sheet = self.sheet(table);
        assert_eq!(sheet.columns.len(), row.len(), "{table} {row:?}");
        sheet.rows.push(row);
    }

    /// Leaves a table out.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.sheets.retain(|it| it.name != name);
        self
    }

    /// Sets a value of the table `Property`.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        let sheet = self.sheet("Property");
        sheet.rows.retain(|it| it[0] != Cell::from(name));
        if !value.is_empty() {
            sheet.rows.push(cells![name, value]);
        }
    }

    /// The file.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut package =
            msi::Package::create(msi::PackageType::Installer, Cursor::new(Vec::new())).unwrap();
        for sheet in &self.sheets {
            package.create_table(sheet.name.as_str(), sheet.columns()).unwrap();
            let rows = sheet.rows.iter().map(|row| row.iter().map(Cell::value).collect());
            let insert = Insert::into(sheet.name.as_str()).rows(rows.collect());
            package.insert_rows(insert).unwrap();
        }
        package.into_inner().unwrap().into_inner()
    }
}
