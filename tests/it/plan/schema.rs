//! The schema of the plan's file.

use mimeo::plan::{Plan, schema};
use serde_json::{Value as Json, json};

use super::{remove, rename, sample_json};

#[test]
fn schema_takes_what_is_written_and_refuses_what_is_not() {
    let validator = jsonschema::draft202012::new(&schema::schema()).unwrap();
    let plan = sample_json();
    let errors: Vec<String> = validator.iter_errors(&plan).map(|it| it.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    // Every key that our types name is looked at: misspelt, both the schema and the program refuse it.
    let mut keys = Vec::new();
    objects(&plan, &mut String::new(), &mut keys);
    let mut refused = 0;
    for (pointer, key) in keys {
        let free = ["/headers", "/take", "/properties", "/parameters"]
            .iter()
            .any(|it| pointer.ends_with(it));
        if free || pointer.contains("/body/json") {
            continue;
        }
        let mut altered = plan.clone();
        let node = altered.pointer_mut(&pointer).unwrap();
        rename(node, &key, &format!("{key}x"));
        assert!(!validator.is_valid(&altered), "{pointer}: {key}");
        assert!(Plan::from_json(&altered.to_string()).is_err(), "{pointer}: {key}");
        refused += 1;
    }
    assert!(refused > 150, "{refused}");
}

#[test]
fn schema_refuses_what_the_program_refuses() {
    let validator = jsonschema::draft202012::new(&schema::schema()).unwrap();
    let edits: [&dyn Fn(&mut Json); 8] = [
        &|it| it["format"] = json!(2),
        &|it| it["seal"] = json!("sha256:"),
        &|it| remove(it, "seal"),
        &|it| it["settings"][0]["secret"] = json!("both"),
        &|it| it["settings"][1]["secret"] = json!("Pa$$w0rd"),
        &|it| it["steps"][2]["ops"][0]["properties"]["X"] = json!("bare"),
        &|it| it["steps"][2]["ops"][0]["properties"]["X"] = json!({ "value": 1.5 }),
        &|it| it["steps"][2]["ops"][0]["package"] = json!(null),
    ];
    for (index, edit) in edits.iter().enumerate() {
        let mut json = sample_json();
        edit(&mut json);
        assert!(!validator.is_valid(&json), "{index}");
        assert!(Plan::from_json(&json.to_string()).is_err(), "{index}");
    }
}

#[test]
fn schema_is_for_readers() {
    let text = schema::text();
    assert!(
        text.starts_with("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n")
    );
    assert!(text.ends_with("}\n"));
    assert!(text.contains("\"description\": \"The version of this format.\""));
    assert!(!text.contains("[`") && !text.contains("\\n"), "descriptions are prose");
}

/// All keys of all objects, with the JSON pointer of the object.
fn objects(json: &Json, pointer: &mut String, out: &mut Vec<(String, String)>) {
    let length = pointer.len();
    match json {
        Json::Object(fields) => {
            for (key, value) in fields {
                out.push((pointer.clone(), key.clone()));
                *pointer += &format!("/{}", key.replace('~', "~0").replace('/', "~1"));
                objects(value, pointer, out);
                pointer.truncate(length);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                *pointer += &format!("/{index}");
                objects(value, pointer, out);
                pointer.truncate(length);
            }
        }
        _ => {}
    }
}
