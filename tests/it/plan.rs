//! What a plan can do as data: canonical JSON, seal, hostile files, order, differences, schema, command line, graph, rights.

/// The exact command line of the installer.
mod command;
/// What differs between two plans.
mod diff;
/// The steps as a graph, and the rights that they need.
mod graph;
/// What comes after what.
mod order;
/// The published schema.
mod schema;
/// Canonical form, seal, and files that anybody may have touched.
mod seal;

use std::sync::LazyLock;

use mimeo::plan::seal::seal;
use mimeo::plan::{Kind, Plan, Step, Undo};
use serde_json::{Value as Json, json};

/// A plan with everything that a plan can have, sealed.
fn sample() -> Plan {
    let mut plan: Plan =
        serde_json::from_str(include_str!("plan/sample.json")).expect("it is a plan");
    seal(&mut plan);
    plan
}

/// The same in the form of its file.
fn sample_json() -> Json {
    static SAMPLE: LazyLock<Json> =
        LazyLock::new(|| serde_json::from_str(&sample().to_json()).expect("it is JSON"));
    SAMPLE.clone()
}

/// A step that does nothing.
fn step(id: &str, after: &[&str]) -> Step {
    let at =
        json!({ "file": "contoso.rhai", "line": 1, "column": 1, "end_line": 1, "end_column": 2 });
    Step {
        id: id.to_owned(),
        title: format!("Do {id}"),
        kind: Kind::Read,
        after: after.iter().map(|it| (*it).to_owned()).collect(),
        probe: None,
        ops: Vec::new(),
        gives: Vec::new(),
        rights: Vec::new(),
        undo: Undo::Nothing,
        from: serde_json::from_value(json!({ "at": at })).expect("it is a trace"),
    }
}

/// The sample with another value at a JSON pointer, or a new one.
fn set(pointer: &str, value: Json) -> Json {
    edit(pointer, |parent, key| match key.parse::<usize>() {
        Ok(index) if parent.is_array() => parent[index] = value,
        Ok(_) | Err(_) => parent[key] = value,
    })
}

/// The sample without the field at a JSON pointer.
fn without(pointer: &str) -> Json {
    edit(pointer, |parent, key| {
        parent.as_object_mut().and_then(|it| it.shift_remove(key)).expect("it is there");
    })
}

/// The sample with another name for the field at a JSON pointer.
fn renamed(pointer: &str, other: &str) -> Json {
    edit(pointer, |parent, key| {
        let fields = parent.as_object_mut().expect("it is an object");
        let value = fields.shift_remove(key).expect("it is there");
        fields.insert(other.to_owned(), value);
    })
}

fn edit(pointer: &str, edit: impl FnOnce(&mut Json, &str)) -> Json {
    let mut json = sample_json();
    let (parent, key) = pointer.rsplit_once('/').expect("it is below the whole");
    edit(json.pointer_mut(parent).expect("it is there"), key);
    json
}

/// The JSON pointers of everything below a value.
fn pointers(json: &Json) -> Vec<String> {
    let below: Vec<(String, &Json)> = if let Some(fields) = json.as_object() {
        fields
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect()
    } else if let Some(items) = json.as_array() {
        items.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
    } else {
        Vec::new()
    };
    let mut found = Vec::new();
    for (key, value) in below {
        found.push(format!("/{key}"));
        found.extend(pointers(value).into_iter().map(|it| format!("/{key}{it}")));
    }
    found
}

/// A small deterministic generator (splitmix64), so that a failure can be run again.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^ (it >> 31)
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}

#[test]
fn a_plan_is_written_as_any_program_would_indent_it() {
    let script = r#"
        deployment("A \"title\" with {braces}, [brackets]: and \\ 𝄞");
        license::volume();
        installer::msi(`D:\MIM\Service and Portal.msi`).accept_license_terms();
        portal::password_reset("pwreset.contoso.com")
            .pool_account(`contoso\mimpool$`)
            .service_address("mim.contoso.com");
    "#;
    let plan = crate::support::compiled(script).plan.expect("nothing in it is an error");
    let indented = serde_json::to_string_pretty(&plan).expect("it is JSON") + "\n";
    assert_eq!(plan.to_json(), indented);
}
