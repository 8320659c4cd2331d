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
    serde_json::from_str(&sample().to_json()).expect("it is JSON")
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

fn remove(json: &mut Json, key: &str) {
    json.as_object_mut().and_then(|it| it.shift_remove(key)).expect("it is there");
}

fn rename(json: &mut Json, key: &str, other: &str) {
    let fields = json.as_object_mut().expect("it is an object");
    let value = fields.shift_remove(key).expect("it is there");
    fields.insert(other.to_owned(), value);
}

/// A small deterministic generator (splitmix64), so that a failure can be run again.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut it = self.0;
        it = (it ^ (it >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        it = (it ^ (it >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        it ^ (it >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
