//! The plan as a file: one canonical form, the seal over it, and reading it back from whatever somebody hands in.
//!
//! The seal tells an altered plan from the one that was shown; it is a digest, not a signature, so what is read is
//! checked as if there were none. Two files are the same plan if they hold the same data: spaces, line ends and the
//! order of keys do not matter.

use std::collections::HashMap;
use std::fmt::{self, Write};

use serde::de::{self, DeserializeOwned, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use serde_path_to_error::{Path, Segment};
use sha2::{Digest, Sha256};

use crate::model::format::echo;
use crate::plan::op::{Http, Msi, PowerShell, Registry};
use crate::plan::{FORMAT, Plan, Step, order, visible};

impl Plan {
    /// The canonical form: fields in their order, maps by their keys, two spaces, LF, and a line end at the end.
    #[must_use]
    pub fn to_json(&self) -> String {
        indented(&written(serde_json::to_string(self)))
    }

    /// Reads a plan and checks its seal and the order of its steps. The caller limits the size of the text.
    pub fn from_json(text: &str) -> Result<Plan, PlanError> {
        // Editors on Windows put a mark at the start of a text.
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        let Unambiguous(json) = serde_json::from_str(text).map_err(|it| syntax(&it))?;
        check_format(&json)?;
        if json.get("seal").is_none() {
            return Err(PlanError::Altered);
        }
        let mut plan: Plan =
            serde_path_to_error::deserialize(&json).map_err(|it| shape(&json, &it))?;
        let found = std::mem::take(&mut plan.seal);
        seal(&mut plan);
        if plan.seal != found {
            return Err(PlanError::Altered);
        }
        check_steps(&plan.steps)?;
        Ok(plan)
    }
}

/// Seals a plan: sets its digest over everything else.
///
/// The digest is that of the canonical form without its spaces and line ends, and with an empty seal, which is less than
/// half to write and to digest; `jq -cj '.seal = ""' plan.json | sha256sum` tells the same.
///
/// Returns the canonical form, so that whoever wants it need not have it written again.
pub fn seal(plan: &mut Plan) -> Canonical {
    plan.seal.clear();
    let mut compact = written(serde_json::to_string(plan));
    plan.seal = format!("sha256:{}", digest(&compact));
    let open = compact.strip_suffix("\"}").expect("the seal is the last field").len();
    compact.insert_str(open, &plan.seal);
    Canonical(compact)
}

/// The canonical form of a plan that has its seal.
#[derive(Debug)]
pub struct Canonical(String);

impl Canonical {
    /// The text of the plan's file.
    #[must_use]
    pub fn to_json(&self) -> String {
        indented(&self.0)
    }
}

/// JSON without spaces in the form with two spaces a level: much cheaper than to write the data in that form.
fn indented(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 2);
    let mut depth = 0;
    let mut rest = compact;
    let line = |out: &mut String, depth: usize| {
        const BLANKS: &str = "                                ";
        out.push('\n');
        (0..depth / 16).for_each(|_| out.push_str(BLANKS));
        out.push_str(&BLANKS[..depth % 16 * 2]);
    };
    while let Some(sign) = rest.bytes().next() {
        // Outside of texts everything is ASCII.
        let (piece, behind) = match sign {
            b'"' => rest.split_at(end_of_string(rest)),
            b'{' | b'[' if rest[1..].starts_with(['}', ']']) => rest.split_at(2),
            _ => rest.split_at(1),
        };
        rest = behind;
        match piece {
            "{" | "[" => {
                depth += 1;
                out.push_str(piece);
                line(&mut out, depth);
            }
            "}" | "]" => {
                depth -= 1;
                line(&mut out, depth);
                out.push_str(piece);
            }
            "," => {
                out.push_str(piece);
                line(&mut out, depth);
            }
            ":" => out.push_str(": "),
            other => out.push_str(other),
        }
    }
    out.push('\n');
    out
}

/// The length of the text in quotes that JSON begins with.
fn end_of_string(json: &str) -> usize {
    let bytes = json.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

/// SHA-256 of a text, in hexadecimal.
#[must_use]
pub fn digest(text: &str) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Why a text is not a plan that can be carried out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlanError {
    /// It is not JSON, or not the kind that every program reads alike.
    #[error("the plan {problem} (line {line}, column {column})")]
    Syntax {
        /// Completes "the plan …".
        problem: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in bytes.
        column: usize,
    },
    /// Another version of the format.
    #[error(
        "the plan has format {found}, written by {}; this is {PROGRAM}, which reads format {FORMAT}",
        brief(.made_by)
    )]
    Format {
        /// Its format.
        found: u64,
        /// The program that it says made it.
        made_by: String,
    },
    /// A field is missing, unknown or of another type.
    #[error("the plan is not well-formed{}: {}", at(.path), brief(.problem))]
    Shape {
        /// Where, as a path of keys and indices: `steps[2].ops[0].ui`; empty for the whole.
        path: String,
        /// What is wrong there.
        problem: String,
    },
    /// It has no seal, or not the seal of what it holds.
    #[error("the plan is not what was sealed: it was altered after mimeo wrote it")]
    Altered,
    /// Two steps have one identity.
    #[error("two steps of the plan are called {}", echo(.0))]
    Twice(String),
    /// A step comes after one that is not there.
    #[error("step {} comes after {}, which is no step of the plan", echo(.step), echo(.after))]
    Unknown {
        /// The step.
        step: String,
        /// The name that no step has.
        after: String,
    },
    /// Steps wait for each other.
    #[error("steps wait for each other in a ring: {}", ring(.0))]
    Cycle(Vec<String>),
    /// A step stands before one that must have ended before.
    #[error("step {} comes after {}, but stands before it", echo(.step), echo(.after))]
    Misplaced {
        /// The step.
        step: String,
        /// The step that must have ended before.
        after: String,
    },
}

impl PlanError {
    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            PlanError::Syntax { .. } | PlanError::Shape { .. } => {
                "give the file that `mimeo plan SCRIPT --out FILE` wrote, or write it again".to_owned()
            }
            PlanError::Format { found, made_by } if *found > u64::from(FORMAT) => {
                format!("carry it out with {}, or make the plan again with this version", brief(made_by))
            }
            PlanError::Format { .. } => {
                "make the plan again with this version: `mimeo plan SCRIPT --out FILE`".to_owned()
            }
            PlanError::Altered => {
                "change the script or its values, not the plan, and make the plan again: `mimeo plan SCRIPT --out FILE`"
                    .to_owned()
            }
            PlanError::Twice(_)
            | PlanError::Unknown { .. }
            | PlanError::Cycle(_)
            | PlanError::Misplaced { .. } => {
                "do not carry it out: its seal was made for these contents, but not by `mimeo plan`".to_owned()
            }
        }
    }
}

const PROGRAM: &str = concat!("mimeo ", env!("CARGO_PKG_VERSION"));

/// JSON for a file, with a line end at the end.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    written(serde_json::to_string_pretty(value)) + "\n"
}

fn written(json: serde_json::Result<String>) -> String {
    json.expect("all keys are texts")
}

fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!(" at `{}`", brief(path)) }
}

fn ring(ids: &[String]) -> String {
    const MOST: usize = 12;
    let told = ids.iter().take(MOST).map(|it| echo(it));
    let rest = (ids.len() > MOST).then(|| format!("{} more", ids.len() - MOST));
    let first = ids.first().map(|it| echo(it));
    told.chain(rest).chain(first).collect::<Vec<_>>().join(" after ")
}

/// A text of the file as part of a message: on one line, the middle of a long one left out.
fn brief(text: &str) -> String {
    const MOST: usize = 400;
    let length = text.chars().count();
    if length <= MOST {
        return visible(text).into_owned();
    }
    let head: String = text.chars().take(MOST / 2).collect();
    let tail: String = text.chars().skip(length - MOST / 2).collect();
    format!("{}…{}", visible(&head), visible(&tail))
}

/// JSON in which no object has a key twice: of two values, another reader may take the one that this one does not.
struct Unambiguous(Json);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Unambiguous;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_unit<E>(self) -> Result<Unambiguous, E> {
                Ok(Unambiguous(Json::Null))
            }

            fn visit_bool<E>(self, it: bool) -> Result<Unambiguous, E> {
                Ok(Unambiguous(it.into()))
            }

            fn visit_i64<E>(self, it: i64) -> Result<Unambiguous, E> {
                Ok(Unambiguous(it.into()))
            }

            fn visit_u64<E>(self, it: u64) -> Result<Unambiguous, E> {
                Ok(Unambiguous(it.into()))
            }

            fn visit_f64<E>(self, it: f64) -> Result<Unambiguous, E> {
                Ok(Unambiguous(it.into()))
            }

            fn visit_str<E>(self, it: &str) -> Result<Unambiguous, E> {
                Ok(Unambiguous(it.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unambiguous, A::Error> {
                let mut array = Vec::new();
                while let Some(Unambiguous(item)) = items.next_element()? {
                    array.push(item);
                }
                Ok(Unambiguous(array.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unambiguous, A::Error> {
                let mut object = serde_json::Map::new();
                while let Some((key, Unambiguous(value))) = entries.next_entry::<String, _>()? {
                    if object.contains_key(&key) {
                        let key = brief(&key);
                        return Err(de::Error::custom(format_args!("has the key `{key}` twice")));
                    }
                    object.insert(key, value);
                }
                Ok(Unambiguous(object.into()))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

fn syntax(error: &serde_json::Error) -> PlanError {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let problem = match error.classify() {
        serde_json::error::Category::Eof => "ends in the middle".to_owned(),
        serde_json::error::Category::Data => text.to_owned(),
        _ if text == "recursion limit exceeded" => "is nested too deeply".to_owned(),
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            format!("is not JSON: {text}")
        }
    };
    PlanError::Syntax { problem, line: error.line().max(1), column: error.column().max(1) }
}

/// The format is looked at before anything else, since everything else depends on it.
fn check_format(json: &Json) -> Result<(), PlanError> {
    let missing =
        |problem: &str| PlanError::Shape { path: String::new(), problem: problem.to_owned() };
    let Json::Object(fields) = json else {
        return Err(missing("it is not an object"));
    };
    let format = fields.get("format").ok_or_else(|| missing("missing field `format`"))?;
    match format.as_u64() {
        Some(found) if found != u64::from(FORMAT) => {
            let made_by = fields.get("made_by").and_then(Json::as_str);
            Err(PlanError::Format {
                found,
                made_by: made_by.unwrap_or("another program").to_owned(),
            })
        }
        _ => Ok(()),
    }
}

fn shape(json: &Json, error: &serde_path_to_error::Error<serde_json::Error>) -> PlanError {
    let mut path = match error.path().to_string() {
        whole if whole == "." => String::new(),
        path => path,
    };
    let mut problem = error.inner().to_string();
    if let Some((inner, inner_problem)) = inside(json, error.path()) {
        path += &inner;
        problem = inner_problem;
    }
    PlanError::Shape { path, problem: plain(&problem) }
}

/// The exact place of an error inside an operation. Serde reads one as a whole before it knows from the tag what it is,
/// and the path ends there; so it is read again as what its tag says.
fn inside(json: &Json, path: &Path) -> Option<(String, String)> {
    fn read<T: DeserializeOwned>(fields: &Json) -> Option<(String, String)> {
        let error = serde_path_to_error::deserialize::<_, T>(fields).err()?;
        let path = match error.path().to_string() {
            whole if whole == "." => String::new(),
            path => format!(".{path}"),
        };
        Some((path, error.inner().to_string()))
    }
    let mut node = json;
    for segment in path {
        node = match segment {
            Segment::Seq { index } => node.get(index)?,
            Segment::Map { key } | Segment::Enum { variant: key } => node.get(key)?,
            Segment::Unknown => return None,
        };
    }
    let mut fields = node.as_object()?.clone();
    let tag = fields.remove("op").or_else(|| fields.remove("question"))?;
    let fields = Json::Object(fields);
    match tag.as_str()? {
        "http" => read::<Http>(&fields),
        "msi" => read::<Msi>(&fields),
        "powershell" => read::<PowerShell>(&fields),
        "registry" => read::<Registry>(&fields),
        _ => None,
    }
}

/// Serde's words without the names of our types.
fn plain(problem: &str) -> String {
    if problem == "no variant of enum Value found in flattened data" {
        return "none of `value`, `secret` and `slot` is there".to_owned();
    }
    let Some((got, expected)) = problem.rsplit_once(", expected ") else {
        return problem.to_owned();
    };
    match expected.split(' ').next() {
        Some("struct" | "internally") => format!("{got}, expected an object"),
        Some("u8" | "u16" | "u32" | "i64") => format!("{got}, expected a whole number"),
        _ => problem.to_owned(),
    }
}

fn check_steps(steps: &[Step]) -> Result<(), PlanError> {
    let mut places = HashMap::new();
    for (place, step) in steps.iter().enumerate() {
        if places.insert(step.id.as_str(), place).is_some() {
            return Err(PlanError::Twice(step.id.clone()));
        }
    }
    let mut misplaced = None;
    for (place, step) in steps.iter().enumerate() {
        for after in &step.after {
            match places.get(after.as_str()) {
                Some(earlier) if *earlier < place => {}
                Some(_) => {
                    misplaced.get_or_insert((step, after));
                }
                None => {
                    return Err(PlanError::Unknown { step: step.id.clone(), after: after.clone() });
                }
            }
        }
    }
    let Some((step, after)) = misplaced else {
        return Ok(());
    };
    match order::order(steps.to_vec()) {
        Ok(_) => Err(PlanError::Misplaced { step: step.id.clone(), after: after.clone() }),
        Err(ring) => Err(PlanError::Cycle(ring)),
    }
}
