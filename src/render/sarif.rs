//! SARIF 2.1.0 for code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! Columns count Unicode scalar values, and the run says so. A module of the standard library lies below a base of its
//! own. An argument or an environment variable has no file, so it is a logical location with its columns as properties;
//! since GitHub refuses a whole log for one location without a file
//! (<https://github.com/forcedotcom/code-analyzer/issues/1970>), it hangs on the nearest file there is.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use crate::diagnostic::{Code, Diagnostic, Fix, Severity};
use crate::render::{Place, actions, applicability, doc, explain, place};
use crate::source::{SourceId, SourceKind, Sources, Span};

/// The base of the modules that are embedded in the program.
const LIBRARY: &str = "STDLIB";

pub(super) fn render(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut codes: Vec<&Code> = Vec::new();
    let mut results = Vec::new();
    for diagnostic in diagnostics {
        let known = codes.iter().position(|code| code.name == diagnostic.code.name);
        let rule = known.unwrap_or(codes.len());
        if known.is_none() {
            codes.push(diagnostic.code);
        }
        results.push(result(sources, diagnostic, Some(rule)));
    }
    let log = Log {
        schema: SCHEMA,
        version: VERSION,
        runs: vec![Run {
            tool: tool(&codes),
            column_kind: COLUMNS,
            original_uri_base_ids: bases(),
            results,
        }],
    };
    json(&log) + "\n"
}

/// The start of a log, up to its first result: the rules are only known at the end.
pub(super) fn opening() -> String {
    let (schema, version, columns) = (json(&SCHEMA), json(&VERSION), json(&COLUMNS));
    format!(
        r#"{{"$schema":{schema},"version":{version},"runs":[{{"columnKind":{columns},"originalUriBaseIds":{},"results":["#,
        json(&bases())
    )
}

/// One result of a log that [`opening`] begins.
pub(super) fn one(sources: &Sources, diagnostic: &Diagnostic, customer: &str) -> String {
    let properties = Some(Owner { customer: customer.to_owned() });
    json(&Outcome { properties, ..result(sources, diagnostic, None) })
}

/// The end of a log that [`opening`] begins: the rules, and the files that could not be read, each with the reason.
pub(super) fn closing(codes: &[&Code], unread: &[(String, String)]) -> String {
    let notification = |(path, reason): &(String, String)| Notification {
        level: "error",
        message: text(reason),
        locations: vec![NotificationSite {
            physical_location: NotificationPlace {
                artifact_location: ArtifactLocation { uri: uri(path), uri_base_id: None },
            },
        }],
    };
    let invocation = Invocation {
        execution_successful: unread.is_empty(),
        tool_execution_notifications: unread.iter().map(notification).collect(),
    };
    format!("],\"invocations\":[{}],\"tool\":{}}}]}}\n", json(&invocation), json(&tool(codes)))
}

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const VERSION: &str = "2.1.0";
const COLUMNS: &str = "unicodeCodePoints";

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and numbers have a JSON form")
}

fn tool<'a>(codes: &[&'a Code]) -> Tool<'a> {
    let driver = Driver {
        name: "mimeo",
        semantic_version: env!("CARGO_PKG_VERSION"),
        rules: codes.iter().copied().map(rule).collect(),
    };
    Tool { driver }
}

fn bases() -> BTreeMap<&'static str, Base> {
    let base = Base { description: text("the standard library, embedded in mimeo") };
    BTreeMap::from([(LIBRARY, base)])
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'a str,
    version: &'a str,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'a str,
    original_uri_base_ids: BTreeMap<&'a str, Base>,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Base {
    description: Text,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    semantic_version: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text,
    full_description: Text,
    help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    help_uri: Option<&'a str>,
    default_configuration: Configuration<'a>,
    properties: RuleProperties<'a>,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Configuration<'a> {
    level: &'a str,
}

#[derive(Serialize)]
struct RuleProperties<'a> {
    authority: Vec<Authority<'a>>,
}

#[derive(Serialize)]
struct Authority<'a> {
    link: &'a str,
    seen: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'a str,
    message: Text,
    locations: Vec<Site<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Site<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<WireFix<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Owner>,
}

/// Whose finding it is, where there are many customers.
#[derive(Serialize)]
struct Owner {
    customer: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification<'a>>,
}

#[derive(Serialize)]
struct Notification<'a> {
    level: &'a str,
    message: Text,
    locations: Vec<NotificationSite<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationSite<'a> {
    physical_location: NotificationPlace<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationPlace<'a> {
    artifact_location: ArtifactLocation<'a>,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Site<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logical_locations: Option<[LogicalLocation<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Region>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a> {
    artifact_location: ArtifactLocation<'a>,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: &'a str,
    kind: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation<'a> {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireFix<'a> {
    description: Text,
    artifact_changes: Vec<ArtifactChange<'a>>,
    properties: FixProperties<'a>,
}

#[derive(Serialize)]
struct FixProperties<'a> {
    applicability: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange<'a> {
    artifact_location: ArtifactLocation<'a>,
    replacements: Vec<Replacement>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

fn rule(code: &Code) -> Rule<'_> {
    let doc = doc(code);
    let opening = doc.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let authority = code.authority.iter();
    Rule {
        id: code.name,
        short_description: text(code.summary),
        full_description: text(if opening.is_empty() { code.summary } else { &opening }),
        help: Help {
            text: explain(code),
            markdown: if doc.is_empty() { explain(code) } else { doc },
        },
        help_uri: code.authority.first().map(|it| it.link),
        default_configuration: Configuration { level: level(code.severity) },
        properties: RuleProperties {
            authority: authority.map(|it| Authority { link: it.link, seen: it.seen }).collect(),
        },
    }
}

fn result<'a>(
    sources: &'a Sources,
    diagnostic: &'a Diagnostic,
    rule: Option<usize>,
) -> Outcome<'a> {
    let mut message = diagnostic.message.clone();
    for action in actions(diagnostic) {
        let _ = write!(message, "\n{action}");
    }
    let location = |span, label: &str| location(sources, diagnostic, span, label);
    let related = diagnostic.labels.iter().enumerate();
    Outcome {
        rule_id: diagnostic.code.name,
        rule_index: rule,
        level: level(diagnostic.severity()),
        message: Text { text: message },
        locations: vec![location(diagnostic.primary, &diagnostic.label)],
        related_locations: related
            .map(|(at, it)| Site { id: Some(at + 1), ..location(it.span, &it.text) })
            .collect(),
        fixes: diagnostic.fix.iter().filter_map(|it| fix(sources, it)).collect(),
        properties: None,
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn text(text: &str) -> Text {
    Text { text: text.to_owned() }
}

fn location<'a>(
    sources: &'a Sources,
    diagnostic: &Diagnostic,
    span: Span,
    label: &str,
) -> Site<'a> {
    let place = place(sources, span);
    let message = (!label.is_empty()).then(|| text(label));
    if place.is_in_file() {
        return Site { physical_location: physical(&place), message, ..Site::default() };
    }
    let kind = if place.kind == SourceKind::Environment { "variable" } else { "parameter" };
    Site {
        physical_location: anchor(sources, diagnostic),
        logical_locations: Some([LogicalLocation { fully_qualified_name: place.name, kind }]),
        message,
        properties: Some(region(&place)),
        ..Site::default()
    }
}

/// The finding's first place in a file, else the first file.
fn anchor(sources: &Sources, diagnostic: &Diagnostic) -> Option<PhysicalLocation<'static>> {
    let spans =
        std::iter::once(diagnostic.primary).chain(diagnostic.labels.iter().map(|it| it.span));
    let starts = sources.iter().map(|(source, _)| Span { source, start: 0, end: 0 });
    spans.chain(starts).find_map(|span| physical(&place(sources, span)))
}

fn physical(place: &Place<'_>) -> Option<PhysicalLocation<'static>> {
    Some(PhysicalLocation { artifact_location: artifact(place)?, region: region(place) })
}

fn region(place: &Place<'_>) -> Region {
    Region {
        start_line: place.start.line,
        start_column: place.start.column,
        end_line: place.end.line,
        end_column: place.end.column,
    }
}

fn artifact(place: &Place<'_>) -> Option<ArtifactLocation<'static>> {
    let uri_base_id = match place.kind {
        SourceKind::Script | SourceKind::Values => None,
        SourceKind::Library => Some(LIBRARY),
        SourceKind::Environment | SourceKind::Setting => return None,
    };
    Some(ArtifactLocation { uri: uri(place.name), uri_base_id })
}

/// The address of a path: relative as it is, absolute with `file:`, a drive or a share of Windows too.
fn uri(name: &str) -> String {
    let drive =
        matches!(name.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    if drive {
        let (letter, path) = name.split_at(1);
        return format!("file:///{letter}:{}", encoded(&path[1..].replace('\\', "/")));
    }
    if let Some(share) = name.strip_prefix(r"\\") {
        return format!("file://{}", encoded(&share.replace('\\', "/")));
    }
    if name.starts_with('/') { format!("file://{}", encoded(name)) } else { encoded(name) }
}

fn encoded(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        if plain {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The fix as changes of files; none if it edits what is no file of the project.
fn fix<'a>(sources: &'a Sources, fix: &'a Fix) -> Option<WireFix<'a>> {
    let mut changes: Vec<(SourceId, ArtifactChange<'a>)> = Vec::new();
    for edit in &fix.edits {
        let place = place(sources, edit.span);
        let replacement =
            Replacement { deleted_region: region(&place), inserted_content: text(&edit.text) };
        if let Some((_, change)) = changes.iter_mut().find(|(id, _)| *id == edit.span.source) {
            change.replacements.push(replacement);
        } else {
            let artifact_location = artifact(&place)?;
            let change = ArtifactChange { artifact_location, replacements: vec![replacement] };
            changes.push((edit.span.source, change));
        }
    }
    let artifact_changes: Vec<_> = changes.into_iter().map(|(_, change)| change).collect();
    (!artifact_changes.is_empty()).then(|| WireFix {
        description: text(&fix.title),
        artifact_changes,
        properties: FixProperties { applicability: applicability(fix) },
    })
}
