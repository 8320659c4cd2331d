//! Microsoft Graph v1.0: the calls that a plan or its undoing makes, and those beside them in the same pages.
//!
//! Shapes and rules are those of Microsoft's reference pages and of its metadata, permissions those of its permission data,
//! looked up 2026-11-23. What is not in [`OPERATIONS`] is no path of this tenant.

mod application;
mod odata;
mod organization;
mod principal;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::service::{Answer, Reply, Request};
use crate::execute::simulate::tenant::strikes;
use crate::execute::simulate::tenant::token::{self, Claims, Refusal};
use crate::execute::simulate::world::Shared;

/// A call.
struct Operation {
    method: &'static str,
    /// The path below `/v1.0`; `{}` stands for a text without a slash.
    path: &'static str,
    /// The query options that it supports.
    options: &'static [&'static str],
    /// Permissions, one of which is needed.
    rights: &'static [&'static str],
    /// Permissions, one of which is needed beside; empty if none is.
    also: &'static [&'static str],
    perform: fn(&Call<'_>) -> Result<Done, Refused>,
}

const READ_APPLICATIONS: &[&str] =
    &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"];
const WRITE_APPLICATIONS: &[&str] = &["Application.ReadWrite.All"];
const GRANT: &[&str] = &["AppRoleAssignment.ReadWrite.All"];

/// Every call that the tenant answers.
const OPERATIONS: &[Operation] = &[
    Operation {
        method: "GET",
        path: "/organization",
        options: &["$select"],
        rights: &["User.Read", "Organization.Read.All", "Directory.Read.All"],
        also: &[],
        perform: organization::list,
    },
    Operation {
        method: "GET",
        path: "/me",
        options: &["$select"],
        rights: &["User.Read"],
        also: &[],
        perform: organization::me,
    },
    Operation {
        method: "GET",
        path: "/subscribedSkus",
        options: &["$select", "$skiptoken"],
        rights: &["LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"],
        also: &[],
        perform: organization::skus,
    },
    Operation {
        method: "GET",
        path: "/directory/subscriptions",
        options: &["$select", "$top", "$skiptoken"],
        rights: &["LicenseAssignment.Read.All", "Organization.Read.All", "Directory.Read.All"],
        also: &[],
        perform: organization::subscriptions,
    },
    Operation {
        method: "GET",
        path: "/policies/defaultAppManagementPolicy",
        options: &["$select"],
        rights: &["Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"],
        also: &[],
        perform: organization::secret_policy,
    },
    Operation {
        method: "GET",
        path: "/applications",
        options: &["$select", "$filter", "$top", "$skiptoken"],
        rights: READ_APPLICATIONS,
        also: &[],
        perform: application::list,
    },
    Operation {
        method: "POST",
        path: "/applications",
        options: &[],
        rights: &["AppRegistration.Create", "Application.ReadWrite.All"],
        also: &[],
        perform: application::create,
    },
    Operation {
        method: "PATCH",
        path: "/applications(uniqueName='{}')",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: application::upsert,
    },
    Operation {
        method: "GET",
        path: "/applications(uniqueName='{}')",
        options: &["$select"],
        rights: READ_APPLICATIONS,
        also: &[],
        perform: application::get_by_unique_name,
    },
    Operation {
        method: "GET",
        path: "/applications/{}",
        options: &["$select"],
        rights: READ_APPLICATIONS,
        also: &[],
        perform: application::get,
    },
    Operation {
        method: "PATCH",
        path: "/applications/{}",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: application::update,
    },
    Operation {
        method: "DELETE",
        path: "/applications/{}",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: application::delete,
    },
    Operation {
        method: "POST",
        path: "/applications/{}/addPassword",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: application::add_password,
    },
    Operation {
        method: "POST",
        path: "/applications/{}/removePassword",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: application::remove_password,
    },
    Operation {
        method: "DELETE",
        path: "/directory/deletedItems/{}",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: application::purge,
    },
    Operation {
        method: "POST",
        path: "/directory/deletedItems/{}/restore",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: application::restore,
    },
    Operation {
        method: "POST",
        path: "/servicePrincipals",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: principal::create,
    },
    Operation {
        method: "GET",
        path: "/servicePrincipals(appId='{}')",
        options: &["$select"],
        rights: READ_APPLICATIONS,
        also: &[],
        perform: principal::get_by_app_id,
    },
    Operation {
        method: "GET",
        path: "/servicePrincipals/{}",
        options: &["$select"],
        rights: READ_APPLICATIONS,
        also: &[],
        perform: principal::get,
    },
    Operation {
        method: "DELETE",
        path: "/servicePrincipals/{}",
        options: &[],
        rights: WRITE_APPLICATIONS,
        also: &[],
        perform: principal::delete,
    },
    Operation {
        method: "GET",
        path: "/servicePrincipals/{}/appRoleAssignments",
        options: &["$select", "$top", "$skiptoken"],
        rights: READ_APPLICATIONS,
        also: &[],
        perform: principal::grants_of,
    },
    Operation {
        method: "GET",
        path: "/servicePrincipals/{}/appRoleAssignedTo",
        options: &["$select", "$top", "$skiptoken"],
        rights: READ_APPLICATIONS,
        also: &[],
        perform: principal::grants_on,
    },
    Operation {
        method: "POST",
        path: "/servicePrincipals/{}/appRoleAssignedTo",
        options: &[],
        rights: GRANT,
        also: READ_APPLICATIONS,
        perform: principal::grant,
    },
    Operation {
        method: "DELETE",
        path: "/servicePrincipals/{}/appRoleAssignedTo/{}",
        options: &[],
        rights: GRANT,
        also: &[],
        perform: principal::revoke,
    },
];

/// A call with everything that was judged beforehand.
struct Call<'a> {
    shared: &'a Shared,
    request: &'a Request,
    /// What stands in the place of each `{}` of the path, decoded.
    captured: Vec<String>,
    /// The options of the query, each once.
    options: Vec<(String, String)>,
    /// The body; empty for calls without one.
    body: Map<String, Value>,
    /// Who asks.
    claims: Claims,
}

impl Call<'_> {
    fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|it| it.0 == name).map(|it| it.1.as_str())
    }
}

/// A success.
enum Done {
    /// 200 with an object.
    Found(Value),
    /// 201 with an object.
    Created(Value),
    /// 204.
    Nothing,
}

/// A refusal.
struct Refused {
    status: u16,
    code: &'static str,
    message: String,
    details: Vec<Value>,
}

impl Refused {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Refused { status, code, message: message.into(), details: Vec::new() }
    }

    /// 400 with the code that Graph has for most of them.
    fn bad(message: impl Into<String>) -> Self {
        Refused::new(400, "Request_BadRequest", message)
    }

    /// 404 for an object that is not there, or not yet seen.
    fn missing(id: &str) -> Self {
        Refused::new(
            404,
            "Request_ResourceNotFound",
            format!(
                "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }

    fn detail(mut self, code: &str, target: &str, message: &str) -> Self {
        self.details.push(json!({ "code": code, "target": target, "message": message }));
        self
    }
}

/// Answers a request below `/v1.0`.
pub(super) fn respond(request: &Request, shared: &Shared) -> Reply {
    let id = Uuid::new_v4().to_string();
    if strikes(shared, Fault::GraphThrottled, "", 2) {
        let refused = Refused::new(429, "TooManyRequests", "Too many requests.");
        return Reply::Whole(
            identified(refusal(&refused, request, &id), request, &id).with("retry-after", "2"),
        );
    }
    let found = find(request);
    let kind = found.as_ref().map_or("", |it| it.0.path);
    let reads = request.method == "GET";
    if reads && strikes(shared, Fault::GraphTimeout, kind, 1) {
        return Reply::Silent;
    }
    let done =
        found.and_then(|(operation, captured)| perform(operation, captured, request, shared));
    let (succeeded, answer) = match done {
        Ok(done) => (true, success(done)),
        Err(refused) => (false, refusal(&refused, request, &id)),
    };
    let write = format!("{} {kind}", request.method);
    if succeeded && !reads && strikes(shared, Fault::GraphReset, &write, 1) {
        return Reply::Closed;
    }
    let answer = identified(answer, request, &id);
    if succeeded && reads && strikes(shared, Fault::GraphHalf, "", 1) {
        return Reply::Half(answer);
    }
    Reply::Whole(answer)
}

/// The operation of a request, and what stands in the places of its path.
fn find(request: &Request) -> Result<(&'static Operation, Vec<String>), Refused> {
    let path = request.uri.path().strip_prefix("/v1.0").unwrap_or_default();
    let mut other_method = false;
    for operation in OPERATIONS {
        let Some(captured) = capture(operation.path, path) else { continue };
        if operation.method == request.method.as_str() {
            return Ok((operation, captured));
        }
        other_method = true;
    }
    if other_method {
        let text = "Specified HTTP method is not allowed for the request target.";
        return Err(Refused::new(405, "Request_BadRequest", text));
    }
    let segment = path.trim_start_matches('/').split(['/', '(']).next().unwrap_or_default();
    Err(Refused::new(400, "BadRequest", format!("Resource not found for the segment '{segment}'.")))
}

/// Compares part by part, since a part may hold a slash that is written `%2F`, and quotes may be written `%27`.
fn capture(template: &str, path: &str) -> Option<Vec<String>> {
    let mut captured = Vec::new();
    let mut parts = path.split('/');
    for template in template.split('/') {
        let part = decoded(parts.next()?)?;
        match template.split_once("{}") {
            None if part == template => {}
            None => return None,
            Some((before, after)) => {
                let text = part.strip_prefix(before)?.strip_suffix(after)?;
                captured.push(Some(text).filter(|it| !it.is_empty())?.to_owned());
            }
        }
    }
    parts.next().is_none().then_some(captured)
}

/// A part of a path without its percent signs.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

fn perform(
    operation: &Operation,
    captured: Vec<String>,
    request: &Request,
    shared: &Shared,
) -> Result<Done, Refused> {
    let claims = authorize(operation, request, shared)?;
    let options = odata::options(request.query(), operation.options)?;
    let body = match operation.method {
        // `restore` has none.
        "POST" | "PATCH" if !operation.path.ends_with("/restore") => odata::body(request)?,
        _ => Map::new(),
    };
    (operation.perform)(&Call { shared, request, captured, options, body, claims })
}

fn authorize(operation: &Operation, request: &Request, shared: &Shared) -> Result<Claims, Refused> {
    let unauthenticated =
        |text: &str| Refused::new(401, "InvalidAuthenticationToken", text.to_owned());
    let token = request.bearer().ok_or_else(|| unauthenticated("Access token is empty."))?;
    let resource = shared.look().tenant.graph_resource.clone();
    let claims = token::read(token, &resource).map_err(|refusal| {
        unauthenticated(match refusal {
            Refusal::Malformed => "IDX14100: JWT is not well formed.",
            Refusal::Signature => "Invalid access token: its signature is wrong.",
            Refusal::Expired => "Lifetime validation failed, the token is expired.",
            Refusal::Audience => "Access token validation failure. Invalid audience.",
        })
    })?;
    let has_one = |rights: &[&str]| rights.is_empty() || rights.iter().any(|it| claims.has(it));
    let guest = shared.has(Fault::TenantGuest) && operation.path != "/me";
    let forbidden = shared.has(Fault::GraphForbidden) && operation.method != "GET";
    if guest || forbidden || !has_one(operation.rights) || !has_one(operation.also) {
        let text = "Insufficient privileges to complete the operation.";
        return Err(Refused::new(403, "Authorization_RequestDenied", text));
    }
    Ok(claims)
}

fn success(done: Done) -> Answer {
    match done {
        Done::Found(value) => odata_json(200, &value),
        Done::Created(value) => odata_json(201, &value),
        Done::Nothing => Answer::empty(204),
    }
}

fn refusal(refused: &Refused, request: &Request, id: &str) -> Answer {
    let mut error = json!({
        "code": refused.code,
        "message": refused.message,
        "innerError": {
            "date": Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S").to_string(),
            "request-id": id,
            "client-request-id": client_id(request, id),
        },
    });
    if !refused.details.is_empty() {
        error["details"] = json!(refused.details);
    }
    let answer = odata_json(refused.status, &json!({ "error": error }));
    if refused.status == 401 {
        let challenge = "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"";
        return answer.with("www-authenticate", challenge);
    }
    answer
}

fn odata_json(status: u16, value: &Value) -> Answer {
    let content_type = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
    Answer::new(status, content_type, value.to_string()).with("odata-version", "4.0")
}

/// With the headers by which Microsoft finds a request again.
fn identified(answer: Answer, request: &Request, id: &str) -> Answer {
    answer
        .with("request-id", id)
        .with("client-request-id", client_id(request, id))
        .with("cache-control", "no-cache")
}

fn client_id<'a>(request: &'a Request, id: &'a str) -> &'a str {
    let own = request.header("client-request-id");
    if own.is_empty() { id } else { own }
}
