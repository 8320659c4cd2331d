//! The JSON Schema of the plan's file, made from the types themselves, so that it says what the program reads.

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema};

use serde_json::{Value as Json, json};

use crate::plan::{Plan, seal};

/// The schema (draft 2020-12) as data.
#[must_use]
pub fn schema() -> Json {
    of::<Plan>("The plan of mimeo")
}

/// The schema of a type as a file.
#[must_use]
pub fn file_of<T: JsonSchema>(title: &str) -> String {
    seal::pretty(&of::<T>(title))
}

fn of<T: JsonSchema>(title: &str) -> Json {
    let settings = SchemaSettings::draft2020_12().with_transform(Prose);
    let mut schema = SchemaGenerator::new(settings).into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    // Its serializer puts the keywords in the order in which people read them.
    json!(schema)
}

/// The schema as a file.
#[must_use]
pub fn text() -> String {
    seal::pretty(&schema())
}

/// Descriptions are our doc comments, whose links and line ends mean nothing to a reader of JSON.
#[derive(Clone, Debug)]
struct Prose;

impl Transform for Prose {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Json::String(text)) = schema.get_mut("description") {
            *text = text.replace("[`", "`").replace("`]", "`").replace('\n', " ");
        }
        transform_subschemas(self, schema);
    }
}
