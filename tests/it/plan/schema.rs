//! The schema of the plan's file.

use mimeo::plan::{Plan, schema};
use serde_json::{Value as Json, json};

use super::{pointers, renamed, sample_json, set, without};

#[test]
fn schema_takes_what_is_written_and_refuses_what_is_not() {
    let validator = jsonschema::draft202012::new(&schema::schema()).unwrap();
    let plan = sample_json();
    let errors: Vec<String> = validator.iter_errors(&plan).map(|it| it.to_string()).collect();
    assert_eq!(errors, [""; 0]);
    // Every key that our types name is looked at: misspelt, both the schema and the program refuse it.
    let mut refused = 0;
    for pointer in pointers(&plan) {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let free = ["/headers", "/take", "/properties", "/parameters"];
        if plan.pointer(parent).is_some_and(Json::is_array)
            || free.iter().any(|it| parent.ends_with(it))
            || parent.contains("/body/json")
        {
            continue;
        }
        let altered = renamed(&pointer, &format!("{key}x"));
        assert!(!validator.is_valid(&altered), "{pointer}");
        assert!(Plan::from_json(&altered.to_string()).is_err(), "{pointer}");
        refused += 1;
    }
    assert!(refused > 150, "{refused}");
}

#[test]
fn schema_refuses_what_the_program_refuses() {
    let validator = jsonschema::draft202012::new(&schema::schema()).unwrap();
    for altered in [
        set("/format", json!(2)),
        set("/seal", json!("sha256:")),
        without("/seal"),
        set("/settings/0/secret", json!("both")),
        set("/settings/1/secret", json!("Pa$$w0rd")),
        set("/steps/2/ops/0/properties/X", json!("bare")),
        set("/steps/2/ops/0/properties/X", json!({ "value": 1.5 })),
        set("/steps/2/ops/0/package", json!(null)),
    ] {
        assert!(!validator.is_valid(&altered), "{altered}");
        assert!(Plan::from_json(&altered.to_string()).is_err(), "{altered}");
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
