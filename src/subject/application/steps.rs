//! The steps that register the application and let it into the mailbox, and into no other.
//!
//! It is restricted before it gets its permission, so that there is no moment in which it opens every mailbox.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use serde_json::json;

use crate::model::format::{Format, Text};
use crate::model::{Authentication, CloudName, Deployment, MailServer, Restriction};
use crate::plan::op::{Body, Http, Judge, Method, Op, PowerShell, Question, Service, Value};
use crate::plan::{Kind, Right, Undo};
use crate::source::Origin;
use crate::subject::application::{LIFETIME, Registration, registration};
use crate::subject::{Draft, Planner};

/// Office 365 Exchange Online, the same in every tenant.
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
/// Its role `full_access_as_app`.
const FULL_ACCESS: &str = "dc890d15-9560-4a4c-9b7f-a736ec74ec40";

/// The first month in which Exchange Online knows a list of applications.
const EWS_LIST: Date = date(2026, 6, 1);

const RESTRICT_TO_GROUP: &str = include_str!("restrict_to_group.ps1");
const UNRESTRICT_GROUP: &str = include_str!("unrestrict_group.ps1");
const SCOPE_TO_MAILBOX: &str = include_str!("scope_to_mailbox.ps1");
const UNSCOPE_MAILBOX: &str = include_str!("unscope_mailbox.ps1");
const ALLOW_EWS: &str = include_str!("allow_ews.ps1");

pub(super) fn steps(deployment: &Deployment, planner: &mut Planner) {
    if let Some(registration) = registration(deployment)
        && let Some(name) = registration.name.value()
    {
        register(deployment, &registration, name, planner);
    }
    allow_ews(deployment, planner);
}

/// What the steps have in common.
struct Plan<'d> {
    name: &'d Text,
    origin: &'d Origin,
    /// Whether the role of the one mailbox takes the place of consent.
    scoped: bool,
}

fn register(
    deployment: &Deployment,
    registration: &Registration<'_>,
    name: &Text,
    planner: &mut Planner,
) {
    let restriction = registration.mail.restriction.value();
    let scoped = match restriction {
        Some(Restriction::Mailbox) => true,
        Some(Restriction::Group(_)) | None => false,
    };
    let plan = Plan { name, origin: registration.origin, scoped };
    planner.step(find_exchange(&plan));
    planner.step(read_secret_policy(&plan));
    planner.step(register_application(&plan));
    planner.step(create_service_principal(&plan));
    if scoped {
        planner.step(check_consent(&plan));
    }
    if let Some(restriction) = restriction {
        planner.step(restrict_application(deployment, registration, restriction, &plan));
    }
    if !scoped {
        planner.step(grant_mailbox_access(&plan));
    }
    if let Some(secret) = registration.secret.value() {
        let days = registration.mail.secret_lifetime_days.value().copied().unwrap_or(LIFETIME);
        let end = planner.as_of.saturating_add(i64::from(days).days());
        planner.step(create_client_secret(&plan, &secret.name.text(), &format!("{end}T00:00:00Z")));
    }
}

fn find_exchange(plan: &Plan<'_>) -> Draft {
    let tenant = Http {
        judge: Some(Judge::Tenant),
        take: take(&[("application.tenant_id", "/value/0/id")]),
        ..get("/v1.0/organization?$select=id,displayName,verifiedDomains")
    };
    let exchange = Http {
        // Scoped to the mailbox, the application does not get the role.
        judge: (!plan.scoped).then_some(Judge::ExchangeRole),
        take: take(&[("exchange.principal", "/id")]),
        ..get(&format!("/v1.0/servicePrincipals(appId='{EXCHANGE}')?$select=id,appRoles"))
    };
    Draft {
        after: vec!["validate-license"],
        ops: vec![Op::Http(tenant), Op::Http(exchange)],
        gives: vec!["application.tenant_id", "exchange.principal"],
        rights: vec![graph("User.Read"), graph("Application.Read.All")],
        ..Draft::new("find-exchange", "Find Exchange Online in the tenant", plan.origin)
    }
}

fn read_secret_policy(plan: &Plan<'_>) -> Draft {
    let policy = Http {
        judge: Some(Judge::SecretPolicy),
        ..get("/v1.0/policies/defaultAppManagementPolicy")
    };
    Draft {
        after: vec!["validate-license"],
        ops: vec![Op::Http(policy)],
        rights: vec![graph("Policy.Read.All")],
        ..Draft::new(
            "read-secret-policy",
            "Read what the tenant permits of client secrets",
            plan.origin,
        )
    }
}

fn register_application(plan: &Plan<'_>) -> Draft {
    let name = plan.name.text();
    let unique_name = unique_name(&name);
    let filter = encoded(&name.replace('\'', "''"));
    let existing = Http {
        judge: Some(Judge::OneApplication { unique_name: unique_name.clone() }),
        ..get(&format!(
            "/v1.0/applications?$filter=displayName%20eq%20%27{filter}%27&$select=id,appId,uniqueName"
        ))
    };
    let mut body = json!({ "displayName": braced(&name), "signInAudience": "AzureADMyOrg" });
    // A permission that is asked for and not granted invites somebody to grant it later.
    if !plan.scoped {
        body["requiredResourceAccess"] = json!([{
            "resourceAppId": EXCHANGE,
            "resourceAccess": [{ "id": FULL_ACCESS, "type": "Role" }],
        }]);
    }
    let path = format!("/v1.0/applications(uniqueName='{unique_name}')");
    let upsert = Http {
        method: Method::Patch,
        headers: BTreeMap::from([("Prefer".to_owned(), "create-if-missing".to_owned())]),
        body: Some(Body::Json(body)),
        expect: vec![201, 204],
        ..get(&path)
    };
    // The answer has a body only if the application is new.
    let found = Http {
        take: take(&[("application.id", "/appId"), ("application.object_id", "/id")]),
        ..get(&format!("{path}?$select=id,appId"))
    };
    Draft {
        kind: Kind::Idempotent,
        after: vec!["find-exchange", "read-secret-policy"],
        probe: Some(Question::Application { unique_name }),
        ops: vec![Op::Http(existing), Op::Http(upsert), Op::Http(found)],
        gives: vec!["application.id", "application.object_id"],
        rights: vec![graph("Application.ReadWrite.All"), administrator()],
        // An application of an earlier run is taken as it is, so it is not for a program to delete.
        undo: Undo::IfMade {
            ops: vec![delete("/v1.0/applications/{slot:application.object_id}")],
            otherwise: format!("Delete the application `{name}`, if it did not exist before."),
        },
        ..Draft::new(
            "register-application",
            &format!("Register the application `{name}`"),
            plan.origin,
        )
    }
}

fn create_service_principal(plan: &Plan<'_>) -> Draft {
    let create = Http {
        method: Method::Post,
        body: Some(Body::Json(json!({ "appId": "{slot:application.id}" }))),
        expect: vec![201, 409],
        ..get("/v1.0/servicePrincipals")
    };
    let wait = Op::Wait {
        until: Question::ServicePrincipal { application: "application.id".to_owned() },
        seconds: 120,
    };
    let found = Http {
        take: take(&[("application.principal", "/id")]),
        ..get("/v1.0/servicePrincipals(appId='{slot:application.id}')?$select=id")
    };
    Draft {
        kind: Kind::Idempotent,
        after: vec!["register-application"],
        probe: Some(Question::ServicePrincipal { application: "application.id".to_owned() }),
        ops: vec![Op::Http(create), wait, Op::Http(found)],
        gives: vec!["application.principal"],
        rights: vec![graph("Application.ReadWrite.All"), administrator()],
        undo: Undo::IfMade {
            ops: vec![delete("/v1.0/servicePrincipals/{slot:application.principal}")],
            otherwise: format!(
                "Delete the enterprise application `{}`, if it did not exist before; it goes by itself when the application is deleted.",
                plan.name
            ),
        },
        ..Draft::new(
            "create-service-principal",
            "Create the application's service principal",
            plan.origin,
        )
    }
}

/// What was granted earlier adds up with the role for one mailbox.
fn check_consent(plan: &Plan<'_>) -> Draft {
    let assignments = Http {
        judge: Some(Judge::NoMailboxRole),
        ..get(
            "/v1.0/servicePrincipals/{slot:application.principal}/appRoleAssignments?$select=id,appRoleId,resourceId",
        )
    };
    Draft {
        after: vec!["create-service-principal"],
        ops: vec![Op::Http(assignments)],
        rights: vec![graph("Application.Read.All")],
        ..Draft::new(
            "check-consent",
            "Make sure that no consent opens every mailbox to the application",
            plan.origin,
        )
    }
}

fn restrict_application(
    deployment: &Deployment,
    registration: &Registration<'_>,
    restriction: &Restriction,
    plan: &Plan<'_>,
) -> Draft {
    let environment = || ("Environment", Value::text(environment(deployment)));
    let application = || ("AppId", Value::Slot("application.id".to_owned()));
    let named_group = |group: &Text| ("Group", Value::text(group.text()));
    let mailbox = registration.mail.address.value().map(Format::text).unwrap_or_default();
    let mailbox = ("Mailbox", Value::text(mailbox));
    let (title, script, undo, right) = match restriction {
        Restriction::Group(group) => (
            format!("Restrict the application to the mailboxes in `{group}`"),
            exchange(
                RESTRICT_TO_GROUP,
                [environment(), application(), named_group(group), mailbox],
            ),
            exchange(UNRESTRICT_GROUP, [environment(), application(), named_group(group)]),
            "Exchange Administrator",
        ),
        Restriction::Mailbox => {
            let principal = Value::Slot("application.principal".to_owned());
            let name = Value::text(plan.name.text());
            let named = [("ObjectId", principal), ("DisplayName", name)];
            (
                "Give the application a role for the one mailbox".to_owned(),
                exchange(
                    SCOPE_TO_MAILBOX,
                    [environment(), application(), mailbox].into_iter().chain(named),
                ),
                exchange(UNSCOPE_MAILBOX, [environment(), application()]),
                "Organization Management",
            )
        }
    };
    let origin = registration.mail.restriction.origin().unwrap_or(plan.origin);
    Draft {
        kind: Kind::Idempotent,
        after: vec!["create-service-principal", "check-consent"],
        ops: vec![script],
        rights: vec![Right { on: "Exchange Online".to_owned(), right: right.to_owned() }],
        undo: Undo::Ops(vec![undo]),
        ..Draft::new("restrict-application", &title, origin)
    }
}

fn grant_mailbox_access(plan: &Plan<'_>) -> Draft {
    let grant = Http {
        method: Method::Post,
        body: Some(Body::Json(json!({
            "principalId": "{slot:application.principal}",
            "resourceId": "{slot:exchange.principal}",
            "appRoleId": FULL_ACCESS,
        }))),
        expect: vec![201],
        take: take(&[("application.grant", "/id")]),
        ..get("/v1.0/servicePrincipals/{slot:exchange.principal}/appRoleAssignedTo")
    };
    let question = Question::MailboxRole { service_principal: "application.principal".to_owned() };
    let wait = Op::Wait { until: question.clone(), seconds: 120 };
    Draft {
        kind: Kind::Probeable,
        after: vec!["find-exchange", "create-service-principal", "restrict-application"],
        probe: Some(question),
        ops: vec![Op::Http(grant), wait],
        rights: vec![
            graph("AppRoleAssignment.ReadWrite.All"),
            graph("Application.Read.All"),
            administrator(),
        ],
        gives: vec!["application.grant"],
        // The application may have this role from before.
        undo: Undo::IfMade {
            ops: vec![delete(
                "/v1.0/servicePrincipals/{slot:exchange.principal}/appRoleAssignedTo/{slot:application.grant}",
            )],
            otherwise: format!(
                "Take the admin consent to `full_access_as_app` from the enterprise application `{}`, if it was not granted before: among its `appRoleAssignments`, the one with the `appRoleId` `{FULL_ACCESS}`.",
                plan.name
            ),
        },
        ..Draft::new(
            "grant-mailbox-access",
            "Grant admin consent to `full_access_as_app`",
            plan.origin,
        )
    }
}

fn create_client_secret(plan: &Plan<'_>, secret: &str, end: &str) -> Draft {
    let add = Http {
        method: Method::Post,
        body: Some(Body::Json(json!({
            "passwordCredential": { "displayName": "MIM Service", "endDateTime": end },
        }))),
        // The value of the secret is in no other answer.
        take: take(&[("application.secret", "/secretText"), ("application.secret_key", "/keyId")]),
        ..get("/v1.0/applications/{slot:application.object_id}/addPassword")
    };
    let remove = Http {
        method: Method::Post,
        body: Some(Body::Json(json!({ "keyId": "{slot:application.secret_key}" }))),
        expect: vec![204],
        ..get("/v1.0/applications/{slot:application.object_id}/removePassword")
    };
    let store =
        Op::StoreSecret { secret: secret.to_owned(), slot: "application.secret".to_owned() };
    Draft {
        kind: Kind::Probeable,
        after: vec![
            "read-secret-policy",
            "register-application",
            "grant-mailbox-access",
            "restrict-application",
        ],
        probe: Some(Question::Secret { name: secret.to_owned() }),
        ops: vec![Op::Http(add), store],
        gives: vec!["application.secret_key"],
        rights: vec![graph("Application.ReadWrite.All"), administrator()],
        undo: Undo::Ops(vec![Op::Http(remove)]),
        ..Draft::new(
            "create-client-secret",
            &format!("Create a client secret and keep it as `{secret}`"),
            plan.origin,
        )
    }
}

/// The list of applications that may use EWS, for a new and for an existing application.
fn allow_ews(deployment: &Deployment, planner: &mut Planner) {
    const WARNING: &str = "Have an Exchange administrator agree: Exchange Web Services are switched on for the tenant, and from then on only the applications in `EwsAllowedAppIDs` may use them. See under Reports > Usage > Exchange > EWS usage in the Microsoft 365 admin center which others do, and have them listed first. It takes up to 24 hours. Writing the list by hand ends Microsoft's automatic filling of it. And it is not alone: the older lists by user agent (`EwsApplicationAccessPolicy`, `EwsAllowList`, `EwsBlockList`) must let the MIM Service pass too.";
    if planner.as_of < EWS_LIST {
        return;
    }
    let Some(mail) = deployment.mail.get().filter(|it| it.server == MailServer::Office365) else {
        return;
    };
    let Some(said) = mail.authentication.said() else { return };
    let id = match &said.value {
        Authentication::Application { id } => id.value().map(|it| Value::text(it.text())),
        Authentication::Registration { .. } => Some(Value::Slot("application.id".to_owned())),
        Authentication::Integrated | Authentication::Basic { .. } => None,
    };
    let (Some(id), Some(mailbox)) = (id, mail.address.value()) else { return };
    let is_worldwide = match deployment.cloud.get().map(|it| it.name) {
        None | Some(CloudName::Global) => true,
        Some(CloudName::China | CloudName::GccHigh | CloudName::Dod) => false,
    };
    let ops = if is_worldwide {
        let parameters = [
            ("Environment", Value::text(environment(deployment))),
            ("AppId", id),
            ("Mailbox", Value::text(mailbox.text())),
        ];
        vec![Op::Ask { what: WARNING.to_owned() }, exchange(ALLOW_EWS, parameters)]
    } else {
        let what = "Look in the Message Center of this cloud whether Exchange Web Services are still on without a list of applications. If not, have an Exchange administrator add this application to `EwsAllowedAppIDs`.";
        vec![Op::Ask { what: what.to_owned() }]
    };
    planner.step(Draft {
        kind: Kind::Idempotent,
        after: vec!["register-application", "restrict-application", "grant-mailbox-access"],
        ops,
        rights: vec![Right {
            on: "Exchange Online".to_owned(),
            right: "Exchange Administrator".to_owned(),
        }],
        undo: Undo::ByHand(
            "Take only this application's ID out of the list: `Set-OrganizationConfig -EwsAllowedAppIDs` writes all of it, and an empty list blocks every application."
                .to_owned(),
        ),
        ..Draft::new("allow-ews", "Allow the application to use Exchange Web Services", &said.origin)
    });
    if let Some(test) = planner.steps.iter_mut().find(|it| it.id == "test-mailbox") {
        let what = "Go on when 24 hours have passed since the list was written, or try now.";
        test.ops.insert(0, Op::Ask { what: what.to_owned() });
    }
}

/// A request that reads, to be completed by its caller.
fn get(path: &str) -> Http {
    Http {
        service: Service::Graph,
        method: Method::Get,
        path: path.to_owned(),
        headers: BTreeMap::new(),
        body: None,
        expect: vec![200],
        judge: None,
        take: BTreeMap::new(),
    }
}

fn delete(path: &str) -> Op {
    Op::Http(Http { method: Method::Delete, expect: vec![204], ..get(path) })
}

fn take(slots: &[(&str, &str)]) -> BTreeMap<String, String> {
    slots.iter().map(|(slot, pointer)| ((*slot).to_owned(), (*pointer).to_owned())).collect()
}

/// A script for Exchange Online.
fn exchange(script: &str, parameters: impl IntoIterator<Item = (&'static str, Value)>) -> Op {
    let parameters = parameters.into_iter().map(|(name, value)| (name.to_owned(), value));
    Op::PowerShell(PowerShell {
        needs: "ExchangeOnlineManagement".to_owned(),
        // The plan has the same bytes wherever it was built.
        script: script.replace("\r\n", "\n"),
        parameters: parameters.collect(),
    })
}

/// What `Connect-ExchangeOnline` calls the cloud.
fn environment(deployment: &Deployment) -> &'static str {
    match deployment.cloud.get().map(|it| it.name) {
        None | Some(CloudName::Global) => "O365Default",
        Some(CloudName::China) => "O365China",
        Some(CloudName::GccHigh) => "O365USGovGCCHigh",
        Some(CloudName::Dod) => "O365USGovDoD",
    }
}

fn graph(right: &str) -> Right {
    Right { on: "Microsoft Graph".to_owned(), right: right.to_owned() }
}

/// Enough for all of it: `full_access_as_app` is no role of Graph, which alone would take more.
fn administrator() -> Right {
    Right {
        on: "Microsoft Entra ID".to_owned(),
        right: "Cloud Application Administrator".to_owned(),
    }
}

/// The name under which the application is found again: what is left of the display name in lower case.
fn unique_name(name: &str) -> String {
    let words = name.split(|char: char| !char.is_ascii_alphanumeric()).filter(|it| !it.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "mim-service-mailbox-client".to_owned() } else { slug }
}

/// A text within a query (RFC 3986).
fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// A text for a place in which a brace begins a reference.
fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
