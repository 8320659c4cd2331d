//! What a dialog shows: its title, its fields with the texts beside them, and its other texts.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use crate::installer::package::table::{Kind, Row, Table};
use crate::installer::package::{Package, Unreadable};
use crate::installer::profile::text::{Ampersand, Texts};
use crate::installer::profile::{Choice, Effect, Field, FieldCondition, FieldKind};

// Bits of `Control.Attributes`: <https://learn.microsoft.com/windows/win32/msi/control-attributes>.
const VISIBLE: i32 = 0x1;
const ENABLED: i32 = 0x2;
const INDIRECT: i32 = 0x8;
/// On a text: an ampersand is one.
const NO_PREFIX: i32 = 0x2_0000;
/// On an edit.
const PASSWORD: i32 = 0x20_0000;

/// The most controls of a dialog, and of all. What is beside what takes time with the third power of the first.
const CONTROLS: usize = 300;
const ALL_CONTROLS: usize = 20_000;

/// How far a text may stand above its field, in installer units; a line of text takes about 12.
const ABOVE: i32 = 24;
/// By how much texts and fields may overlap without being taken for something else.
const SLACK: i32 = 3;

/// The tables of the wizard.
pub(super) struct Wizard {
    controls: Grouped,
    conditions: Grouped,
    lists: Vec<(FieldKind, Grouped)>,
    check_boxes: Grouped,
}

/// A table whose rows are found by their first column.
struct Grouped {
    table: Table,
    rows: BTreeMap<String, Vec<usize>>,
}

impl Grouped {
    fn new(table: Table, column: &str) -> Self {
        let mut rows: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, row) in table.rows().enumerate() {
            let key = row.text(column);
            if let Some(rows) = rows.get_mut(key) {
                rows.push(at);
            } else {
                rows.insert(key.to_owned(), vec![at]);
            }
        }
        Grouped { table, rows }
    }

    fn of(&self, key: &str) -> impl Iterator<Item = Row<'_>> {
        let rows = self.rows.get(key).into_iter().flatten();
        rows.filter_map(|it| self.table.row(*it))
    }
}

/// What a dialog shows.
pub(super) struct Sheet {
    pub(super) title: String,
    pub(super) subtitle: Option<String>,
    pub(super) fields: Vec<Field>,
    pub(super) texts: Vec<String>,
}

/// A control in its place.
#[derive(Clone, Copy, Debug)]
struct Control<'a> {
    row: Row<'a>,
    name: &'a str,
    left: i32,
    top: i32,
    right: i32,
    bottom: i32,
    attributes: i32,
}

impl<'a> Control<'a> {
    fn new(row: Row<'a>) -> Self {
        let number = |column: &str| row.number(column).unwrap_or(0);
        let (left, top) = (number("X"), number("Y"));
        Control {
            row,
            name: row.text("Control"),
            left,
            top,
            right: left.saturating_add(number("Width")),
            bottom: top.saturating_add(number("Height")),
            attributes: number("Attributes"),
        }
    }

    fn is(&self, kind: &str) -> bool {
        self.row.text("Type") == kind
    }

    fn has(&self, bit: i32) -> bool {
        self.attributes & bit != 0
    }

    /// <https://learn.microsoft.com/windows/win32/msi/controls>
    fn field(&self) -> Option<FieldKind> {
        Some(match self.row.text("Type") {
            "Edit" if self.has(PASSWORD) => FieldKind::Password,
            "Edit" => FieldKind::Text,
            "MaskedEdit" => FieldKind::Masked,
            "CheckBox" => FieldKind::CheckBox,
            "RadioButtonGroup" => FieldKind::RadioGroup,
            "ComboBox" => FieldKind::ComboBox,
            "ListBox" => FieldKind::ListBox,
            "ListView" => FieldKind::ListView,
            "PathEdit" | "DirectoryCombo" | "DirectoryList" => FieldKind::Path,
            "VolumeSelectCombo" => FieldKind::Volume,
            "SelectionTree" => FieldKind::SelectionTree,
            _ => return None,
        })
    }

    /// Whether some column of points is in both.
    fn shares_columns(&self, other: &Control) -> bool {
        self.left < other.right && other.left < self.right
    }
}

impl Wizard {
    /// Reads the tables.
    pub(super) fn read(package: &mut Package<impl Read + Seek>) -> Result<Self, Unreadable> {
        let controls = package.optional(
            "Control",
            &[
                ("Dialog_", Kind::Text),
                ("Control", Kind::Text),
                ("Type", Kind::Text),
                ("X", Kind::Short),
                ("Y", Kind::Short),
                ("Width", Kind::Short),
                ("Height", Kind::Short),
                ("Attributes", Kind::Long),
                ("Property", Kind::Text),
                ("Text", Kind::Text),
                ("Control_Next", Kind::Text),
            ],
        )?;
        let conditions = package.optional(
            "ControlCondition",
            &[
                ("Dialog_", Kind::Text),
                ("Control_", Kind::Text),
                ("Action", Kind::Text),
                ("Condition", Kind::Text),
            ],
        )?;
        let entries = [
            ("Property", Kind::Text),
            ("Order", Kind::Short),
            ("Value", Kind::Text),
            ("Text", Kind::Text),
        ];
        let check_boxes =
            package.optional("CheckBox", &[("Property", Kind::Text), ("Value", Kind::Text)])?;
        let mut lists = Vec::new();
        for (kind, name) in [
            (FieldKind::RadioGroup, "RadioButton"),
            (FieldKind::ComboBox, "ComboBox"),
            (FieldKind::ListBox, "ListBox"),
            (FieldKind::ListView, "ListView"),
        ] {
            lists.push((kind, Grouped::new(package.optional(name, &entries)?, "Property")));
        }
        let count = controls.rows().count();
        if count > ALL_CONTROLS {
            return Err(Unreadable::damaged(&format!("its dialogs have {count} controls")));
        }
        Ok(Wizard {
            controls: Grouped::new(controls, "Dialog_"),
            conditions: Grouped::new(conditions, "Dialog_"),
            lists,
            check_boxes: Grouped::new(check_boxes, "Property"),
        })
    }

    /// What a dialog shows.
    pub(super) fn sheet(&self, dialog: Row<'_>, texts: &Texts) -> Result<Sheet, Unreadable> {
        let name = dialog.text("Dialog");
        let mut controls: Vec<Control> = self.controls.of(name).map(Control::new).collect();
        if controls.len() > CONTROLS {
            let text = format!("one of its dialogs has {} controls", controls.len());
            return Err(Unreadable::damaged(&text));
        }
        controls.sort_by_key(|it| (it.top, it.left));
        let height = dialog.number("Height").unwrap_or(0);
        let width = dialog.number("Width").unwrap_or(0);
        let (banner, body) = banner(&controls, width, height);
        let mut head = Vec::new();
        for control in &banner {
            let text = seen(control, texts)?;
            if !text.is_empty() {
                head.push(text);
            }
        }
        let mut used = Vec::new();
        let mut fields = Vec::new();
        for control in &controls {
            let Some(kind) = control.field() else { continue };
            let label = label(control, kind, &controls, &body);
            used.extend(label.map(|it| it.name));
            let label = label.map_or(Ok(String::new()), |it| seen(it, texts))?;
            fields.push(self.field(name, control, kind, label, texts)?);
        }
        let mut others = Vec::new();
        for text in body.iter().filter(|it| !used.contains(&it.name)) {
            let text = seen(text, texts)?;
            if !text.is_empty() {
                others.push(text);
            }
        }
        let mut head = head.into_iter();
        let title = match head.next() {
            Some(title) => title,
            None => texts.show(dialog.text("Title"), Ampersand::Itself)?,
        };
        let subtitle = head.next();
        others.splice(..0, head);
        Ok(Sheet { title, subtitle, fields, texts: others })
    }

    fn field(
        &self,
        dialog: &str,
        control: &Control<'_>,
        kind: FieldKind,
        label: String,
        texts: &Texts,
    ) -> Result<Field, Unreadable> {
        let own = control.row.text("Property");
        // <https://learn.microsoft.com/windows/win32/msi/indirect-control-attribute>
        let (property, through) = if control.has(INDIRECT) {
            (texts.default(own).unwrap_or_default(), own)
        } else {
            (own, "")
        };
        let conditions =
            self.conditions.of(dialog).filter(|it| it.text("Control_") == control.name);
        let conditions = conditions.filter_map(|row| {
            let effect = match row.text("Action") {
                "Default" => Effect::Default,
                "Disable" => Effect::Disable,
                "Enable" => Effect::Enable,
                "Hide" => Effect::Hide,
                "Show" => Effect::Show,
                _ => return None,
            };
            Some((effect, row.text("Condition")))
        });
        let conditions = conditions
            .map(|(effect, condition)| {
                Ok(FieldCondition { effect, condition: texts.keep(condition)? })
            })
            .collect::<Result<_, Unreadable>>()?;
        Ok(Field {
            control: texts.keep(control.name)?,
            kind,
            choices: self.choices(kind, own, property, &label, texts)?,
            label,
            property: texts.some(property)?,
            through: texts.some(through)?,
            default: texts.default(property).map(|it| texts.keep(it)).transpose()?,
            visible: control.has(VISIBLE),
            enabled: control.has(ENABLED),
            conditions,
        })
    }

    /// The values that a field offers.
    fn choices(
        &self,
        kind: FieldKind,
        own: &str,
        property: &str,
        label: &str,
        texts: &Texts,
    ) -> Result<Vec<Choice>, Unreadable> {
        if kind == FieldKind::CheckBox {
            // The table `CheckBox`, else the first value of the property, else 1:
            // <https://learn.microsoft.com/windows/win32/msi/checkbox-table>.
            let value = self
                .check_boxes
                .of(property)
                .next()
                .map(|it| texts.follow(it.text("Value")))
                .filter(|it| !it.is_empty());
            let first = || texts.default(property).filter(|it| !it.is_empty()).map(str::to_owned);
            let value = value.or_else(first).unwrap_or_else(|| "1".to_owned());
            return Ok(vec![Choice { value: texts.keep(&value)?, text: texts.keep(label)? }]);
        }
        let Some((_, list)) = self.lists.iter().find(|(it, _)| *it == kind) else {
            return Ok(Vec::new());
        };
        let ampersand = match kind {
            FieldKind::RadioGroup => Ampersand::Key,
            FieldKind::Text
            | FieldKind::Password
            | FieldKind::Masked
            | FieldKind::CheckBox
            | FieldKind::ComboBox
            | FieldKind::ListBox
            | FieldKind::ListView
            | FieldKind::Path
            | FieldKind::Volume
            | FieldKind::SelectionTree => Ampersand::Itself,
        };
        let mut rows: Vec<Row> = list.of(own).collect();
        if property != own {
            rows.extend(list.of(property));
        }
        rows.sort_by_key(|it| it.number("Order").unwrap_or(0));
        let choice = |row: Row<'_>| {
            let value = texts.keep(&texts.follow(row.text("Value")))?;
            // Without a text the value is shown.
            let text = match row.text("Text") {
                "" => texts.keep(&value)?,
                text => texts.show(text, ampersand)?,
            };
            Ok(Choice { value, text })
        };
        rows.into_iter().map(choice).collect()
    }
}

/// The texts of the banner, which are title and subtitle, and the other texts.
///
/// Windows Installer knows no banner. By custom it is the strip above a line across the dialog, else about a sixth of it.
fn banner<'a>(
    controls: &[Control<'a>],
    width: i32,
    height: i32,
) -> (Vec<Control<'a>>, Vec<Control<'a>>) {
    let across = |it: &&Control| it.is("Line") && it.right - it.left >= width / 2;
    let lines = controls.iter().filter(across).map(|it| it.top);
    let line = lines.filter(|it| (1..=height / 3).contains(it)).min();
    let end = line.unwrap_or(height / 6);
    let texts = controls.iter().copied().filter(|it| it.is("Text"));
    // A field in the strip means that it is no banner.
    if controls.iter().any(|it| it.field().is_some() && it.top < end) {
        return (Vec::new(), texts.collect());
    }
    texts.partition(|it| it.top < end)
}

/// The control whose text a person takes for the label of a field.
fn label<'c, 'a>(
    field: &'c Control<'a>,
    kind: FieldKind,
    controls: &'c [Control<'a>],
    body: &'c [Control<'a>],
) -> Option<&'c Control<'a>> {
    let own = Some(field).filter(|it| !it.row.text("Text").trim().is_empty());
    // The text of these is seen on them, or around them.
    if matches!(kind, FieldKind::CheckBox | FieldKind::RadioGroup) && own.is_some() {
        return own;
    }
    // "screen readers take accName … from a Text Control that must precede the control in the Control_Next sequence":
    // <https://learn.microsoft.com/windows/win32/msi/accessibility>.
    let mut before = controls.iter().filter(|it| it.is("Text"));
    let named =
        before.find(|it| !field.name.is_empty() && it.row.text("Control_Next") == field.name);
    let beside = || {
        let texts = body.iter().filter(|it| is_left_of(it, field, controls));
        texts.max_by_key(|it| it.left)
    };
    let above = || {
        let texts = body.iter().filter(|it| is_above(it, field, controls));
        texts.max_by_key(|it| it.bottom)
    };
    let group = || {
        let mut groups = controls.iter().filter(|it| it.is("GroupBox"));
        groups.find(|it| {
            it.left <= field.left
                && field.right <= it.right
                && it.top <= field.top
                && field.bottom <= it.bottom
        })
    };
    // The text of these is never seen, and describes them to those who hear it (`control-table`, on `Text`).
    let unseen = matches!(kind, FieldKind::SelectionTree | FieldKind::ListView | FieldKind::Path);
    named
        .or_else(beside)
        .or_else(above)
        .or_else(|| group().filter(|_| kind == FieldKind::RadioGroup))
        .or_else(|| own.filter(|_| unseen))
}

/// Whether the control reaches into the first line of a field.
fn is_on_line(control: &Control, field: &Control) -> bool {
    let end = field.bottom.min(field.top.saturating_add(20));
    control.top < end.saturating_sub(SLACK) && control.bottom > field.top.saturating_add(SLACK)
}

/// Whether the text stands left of the field, on its first line, and no other field between.
fn is_left_of(text: &Control, field: &Control, controls: &[Control]) -> bool {
    let between = |it: &Control| {
        it.field().is_some() && it.left > text.left && it.left < field.left && is_on_line(it, field)
    };
    text.left < field.left
        && text.right <= field.left.saturating_add(2 * SLACK)
        && is_on_line(text, field)
        && !controls.iter().any(between)
}

/// Whether the text stands directly above the field, with no other field between or beside it.
fn is_above(text: &Control, field: &Control, controls: &[Control]) -> bool {
    let between = |it: &Control| {
        it.field().is_some()
            && it.name != field.name
            && ((it.top >= text.top
                && it.bottom <= field.top.saturating_add(SLACK)
                && it.shares_columns(field))
                // The label of the field on its right.
                || (it.left > text.left && is_on_line(text, it)))
    };
    text.bottom <= field.top.saturating_add(SLACK)
        && field.top.saturating_sub(text.bottom) <= ABOVE
        && text.shares_columns(field)
        && !controls.iter().any(between)
}

/// The text of a control as it is seen.
fn seen(control: &Control, texts: &Texts) -> Result<String, Unreadable> {
    let itself = control.is("Text") && control.has(NO_PREFIX);
    let ampersand = if itself { Ampersand::Itself } else { Ampersand::Key };
    texts.show(control.row.text("Text"), ampersand)
}
