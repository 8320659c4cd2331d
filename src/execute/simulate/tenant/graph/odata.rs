//! What all calls share: query options, pages, and the judgement of bodies.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Call, Done, Refused};
use crate::execute::simulate::tenant::service::Request;

/// How many objects a page has, unless the client asks for fewer. It is small, so that the second page is asked for.
const PAGE: usize = 2;

/// A kind of property, for bodies. All but the credentials may be null unless a call says otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Field {
    Text,
    Flag,
    Guid,
    Moment,
    Texts,
    Object,
    Objects,
    /// It is shown, and cannot be written.
    ReadOnly,
}

/// A type: its name in the metadata, and its properties.
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) fields: &'static [(&'static str, Field)],
}

/// Checks that the query has only options that the call supports, each once and well-formed.
pub(super) fn options(
    query: Vec<(String, String)>,
    supported: &[&str],
) -> Result<Vec<(String, String)>, Refused> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for (name, value) in query {
        if !supported.contains(&name.as_str()) {
            let text =
                format!("The query specified in the URI is not valid: '{name}' is not supported.");
            return Err(Refused::new(400, "Request_UnsupportedQuery", text));
        }
        if seen.iter().any(|it| it.0 == name) {
            let text = format!(
                "Query option '{name}' was specified more than once, but it must be specified at most once."
            );
            return Err(Refused::new(400, "BadRequest", text));
        }
        let count = value.parse::<usize>();
        if name == "$top" && !count.is_ok_and(|it| (1..=999).contains(&it)) {
            let text = format!(
                "Invalid page size specified: '{value}'. Must be between 1 and 999 inclusive."
            );
            return Err(Refused::new(400, "Request_BadRequest", text));
        }
        seen.push((name, value));
    }
    Ok(seen)
}

/// Reads the body as an object.
pub(super) fn body(request: &Request) -> Result<Map<String, Value>, Refused> {
    if !request.header("content-type").to_ascii_lowercase().starts_with("application/json") {
        let text = "Write requests (excluding DELETE) must contain the Content-Type header declaration 'application/json'.";
        return Err(Refused::new(400, "BadRequest", text));
    }
    serde_json::from_slice(&request.body).map_err(|_| {
        Refused::new(400, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
    })
}

/// Checks that every property of a body exists, can be written and is of its kind.
pub(super) fn check(body: &Map<String, Value>, of: &Type) -> Result<(), Refused> {
    for (name, value) in body {
        let Some((_, field)) = of.fields.iter().find(|it| it.0 == name) else {
            return Err(Refused::bad(format!("Invalid property '{name}'.")));
        };
        let fits = match field {
            Field::ReadOnly => {
                let text = format!("Property '{name}' is read-only and cannot be set.");
                return Err(Refused::bad(text));
            }
            _ if value.is_null() => true,
            Field::Text => value.is_string(),
            Field::Flag => value.is_boolean(),
            Field::Guid => value.as_str().is_some_and(is_guid),
            Field::Moment => moment(value).is_some(),
            Field::Texts => all(value, Value::is_string),
            Field::Object => value.is_object(),
            Field::Objects => all(value, Value::is_object),
        };
        if !fits {
            let text = format!(
                "Invalid value specified for property '{name}' of resource '{}'.",
                of.name.rsplit('.').next().unwrap_or(of.name)
            );
            return Err(Refused::bad(text));
        }
    }
    Ok(())
}

/// Checks that a property is in the body and not null.
pub(super) fn need<'a>(body: &'a Map<String, Value>, name: &str) -> Result<&'a Value, Refused> {
    let value = body.get(name).filter(|it| !it.is_null());
    value.ok_or_else(|| {
        Refused::bad(format!("A value is required for property '{name}' of the resource."))
    })
}

/// Whether a text is a GUID as Graph writes it.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

/// The moment that a value names.
pub(super) fn moment(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

fn all(value: &Value, fits: fn(&Value) -> bool) -> bool {
    value.as_array().is_some_and(|it| it.iter().all(fits))
}

/// The object's ID in the path.
pub(super) fn id<'a>(call: &'a Call<'_>) -> Result<&'a str, Refused> {
    let id = call.captured.first().map(String::as_str).unwrap_or_default();
    if is_guid(id) {
        Ok(id)
    } else {
        Err(Refused::bad(format!("Invalid object identifier '{id}'.")))
    }
}

/// One object, with the properties that were asked for.
pub(super) fn one(
    call: &Call<'_>,
    of: &Type,
    entity: &str,
    object: Value,
) -> Result<Done, Refused> {
    let object = select(call, of, object)?;
    Ok(Done::Found(with_context(call, &format!("{entity}/$entity"), object)))
}

/// With the context of the metadata in the first place.
pub(super) fn with_context(call: &Call<'_>, entity: &str, object: Value) -> Value {
    let resource = call.shared.look().tenant.graph_resource.clone();
    let mut whole = Map::new();
    whole.insert("@odata.context".to_owned(), json!(format!("{resource}/v1.0/$metadata#{entity}")));
    if let Value::Object(object) = object {
        whole.extend(object);
    }
    Value::Object(whole)
}

/// A page of objects, with a link to the next one.
pub(super) fn page(
    call: &Call<'_>,
    of: &Type,
    entity: &str,
    objects: Vec<Value>,
) -> Result<Done, Refused> {
    let top = call.option("$top").and_then(|it| it.parse().ok()).unwrap_or(PAGE).min(PAGE);
    let skipped: usize = match call.option("$skiptoken").map(str::parse) {
        None => 0,
        Some(Ok(skipped)) if skipped < objects.len() => skipped,
        Some(_) => return Err(Refused::bad("Page token is invalid or expired.")),
    };
    let more = objects.len() > skipped + top;
    let shown = objects.into_iter().skip(skipped).take(top);
    let shown: Vec<_> = shown.map(|it| select(call, of, it)).collect::<Result<_, _>>()?;
    let mut page = Map::new();
    if more {
        let mut link = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in call.options.iter().filter(|it| it.0 != "$skiptoken") {
            link.append_pair(name, value);
        }
        link.append_pair("$skiptoken", &(skipped + top).to_string());
        let origin = call.request.origin();
        let path = call.request.uri.path();
        let link = format!("{origin}{path}?{}", link.finish());
        page.insert("@odata.nextLink".to_owned(), json!(link));
    }
    page.insert("value".to_owned(), json!(shown));
    Ok(Done::Found(with_context(call, entity, Value::Object(page))))
}

/// The properties that `$select` names; all of them without it.
fn select(call: &Call<'_>, of: &Type, object: Value) -> Result<Value, Refused> {
    let (Some(wanted), Value::Object(mut object)) = (call.option("$select"), object.clone()) else {
        return Ok(object);
    };
    let mut selected = Map::new();
    for name in wanted.split(',').map(str::trim) {
        if !of.fields.iter().any(|it| it.0 == name) {
            let text = format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{}'.",
                of.name
            );
            return Err(Refused::new(400, "BadRequest", text));
        }
        selected.insert(name.to_owned(), object.remove(name).unwrap_or(Value::Null));
    }
    Ok(Value::Object(selected))
}

/// The property and the text of a filter `displayName eq 'text'`, in which a quote is doubled. Only these properties can be
/// filtered by.
pub(super) fn filter(filter: &str, by: &[&str]) -> Result<(String, String), Refused> {
    let unsupported = || {
        let text = "Unsupported or invalid query filter clause specified.";
        Refused::new(400, "Request_UnsupportedQuery", text)
    };
    let (property, text) = filter.trim().split_once(" eq ").ok_or_else(unsupported)?;
    let text = text.trim().strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
    let text = text.ok_or_else(unsupported)?;
    let single = text.replace("''", "").contains('\'');
    let property = property.trim();
    if single || !by.contains(&property) {
        return Err(unsupported());
    }
    Ok((property.to_owned(), text.replace("''", "'")))
}
