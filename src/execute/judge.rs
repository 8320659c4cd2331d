//! What the tenant's answers mean: the tenant itself, the licence, the policy on secrets, the application and its rights.

use jiff::Timestamp;
use serde_json::Value as Json;

use crate::code;
use crate::execute::failure::{Class, Failure, words};

code! {
    /// Whoever signed in is in another tenant than the script names. Nothing was written. Sign in with an account of the
    /// tenant that the script names, or correct the domain in `cloud::…`.
    TENANT_OTHER: Error = "tenant-other", "signed in to another tenant";
    /// No subscription of the tenant holds Entra ID P1 or P2. The edition of the installer for Entra ID looks for one and
    /// stops without it. With a volume licence, use the other edition: `license::volume()`.
    ///
    /// Plans are matched by their ids, not by names: national editions rename them.
    LICENSE_NOT_FOUND: Error = "license-not-found", "the tenant has no Entra ID P1 or P2",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/entra/identity/users/licensing-service-plan-reference" seen "2026-11-23";
    /// The tenant has a subscription with Entra ID P1 or P2, and it cannot be used: it is suspended, locked out or deleted, or
    /// has no units left. Whoever looks after the customer's licences can reactivate it.
    LICENSE_NOT_USABLE: Error = "license-not-usable", "the licence for Entra ID P1 or P2 cannot be used",
        source "https://learn.microsoft.com/en-us/graph/api/resources/subscribedsku" seen "2026-11-23";
    /// The subscription has expired and is in its grace period. Everything works until it is suspended.
    LICENSE_IN_GRACE: Warning = "license-in-grace", "the licence has expired and is in its grace period",
        source "https://learn.microsoft.com/en-us/graph/api/resources/licenseunitsdetail" seen "2026-11-23";
    /// Entra ID P1 is in this tenant only as a part of Teams Rooms or Teams Shared Devices. These are licences for devices,
    /// and MIM is licensed for each user. Whether the installer takes them is not documented.
    LICENSE_OF_DEVICES: Warning = "license-of-devices", "Entra ID P1 is only within licences for devices",
        source "https://learn.microsoft.com/en-us/entra/identity/users/licensing-service-plan-reference" seen "2026-11-23";
    /// The tenant has no Exchange Online: its service principal is not there. Application Context Authentication reaches a
    /// mailbox in Exchange Online and nothing else.
    EXCHANGE_NOT_FOUND: Error = "exchange-not-found", "the tenant has no Exchange Online";
    /// Exchange Online does not offer the role `full_access_as_app` under the id that Microsoft documents. mimeo does not
    /// guess another.
    EXCHANGE_ROLE: Error = "exchange-role", "Exchange Online offers no `full_access_as_app`",
        source "https://learn.microsoft.com/en-us/exchange/client-developer/exchange-web-services/how-to-authenticate-an-ews-application-by-using-oauth" seen "2026-11-23";
    /// An application of this name is there already, and this plan did not make it. A second one beside it would be a
    /// duplicate that nobody can tell apart. Delete it, or say its ID with `.application(…)` instead of registering one.
    APPLICATION_EXISTS: Error = "application-exists", "an application of this name is there already";
    /// The tenant's policy for applications forbids client secrets, and the MIM Service knows no certificate in their place.
    /// Ask whoever looks after the tenant for an exemption for this application (Entra admin center > Enterprise applications >
    /// Application policies).
    SECRET_FORBIDDEN: Error = "secret-forbidden", "the tenant forbids client secrets",
        source "https://learn.microsoft.com/en-us/graph/api/resources/appmanagementpolicy" seen "2026-11-23";
    /// The tenant's policy for applications permits client secrets only for a shorter time than the script wants. Nothing was
    /// written.
    SECRET_LIFETIME: Error = "secret-lifetime", "the client secret would live longer than the tenant permits",
        source "https://learn.microsoft.com/en-us/graph/api/resources/appmanagementpolicy" seen "2026-11-23";
    /// The application is scoped to one mailbox in Exchange, and somebody has granted it `full_access_as_app` in Entra ID as
    /// well. The two add up, so every mailbox of the tenant is open to it. Take the grant away before going on.
    CONSENT_TOO_WIDE: Error = "consent-too-wide", "a consent opens every mailbox to the application",
        source "https://learn.microsoft.com/en-us/exchange/permissions-exo/application-rbac" seen "2026-11-23";
}

/// The codes of this file.
pub const CODES: &[&crate::diagnostic::Code] = &[
    &TENANT_OTHER,
    &LICENSE_NOT_FOUND,
    &LICENSE_NOT_USABLE,
    &LICENSE_IN_GRACE,
    &LICENSE_OF_DEVICES,
    &EXCHANGE_NOT_FOUND,
    &EXCHANGE_ROLE,
    &APPLICATION_EXISTS,
    &SECRET_FORBIDDEN,
    &SECRET_LIFETIME,
    &CONSENT_TOO_WIDE,
];

/// The service plans `AAD_PREMIUM` (Entra ID P1) and `AAD_PREMIUM_P2`.
/// Source: Microsoft's "Product names and service plan identifiers for licensing" (2026-07-29), looked up 2026-11-23.
const PREMIUM: &[(&str, &str)] = &[
    ("41781fb2-bc02-4b7c-bd55-b576c07bb09d", "Entra ID P1"),
    ("eec0eb4f-6444-4f95-aba0-50c24d67f998", "Entra ID P2"),
];

/// Subscriptions that license devices: Teams Rooms and Teams Shared Devices. Source: as above.
const DEVICES: &[&str] = &[
    "4cde982a-ede4-4409-9ae6-b003453c8ea6",
    "c25e2b36-e161-4946-bef2-69239729f690",
    "31ecb341-2a17-483e-9140-c473006d1e1a",
    "21943e3a-2429-4f83-84c1-02735cd49e78",
    "6070a4c8-34c6-4937-8dfb-39bbc6397a60",
    "9571e9ac-2741-4b63-95fd-a79696f0d0ac",
    "b4348f75-a776-4061-ac6c-36b9016b01d1",
    "295a8eb0-f78d-45c7-8b5b-1eed5ed02dff",
    "420c7602-7f70-4895-9394-d3d679ea36fb",
    "b1511558-69bd-4e1b-8270-59ca96dba0f3",
];

/// Exchange's role that opens every mailbox.
pub const FULL_ACCESS: &str = "dc890d15-9560-4a4c-9b7f-a736ec74ec40";

/// A judgement that stops nothing: what was seen, and a warning if there is one.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// What was seen, in words; may be empty.
    pub seen: String,
    /// Something that may hurt.
    pub warning: Option<Failure>,
}

impl Verdict {
    fn seen(text: impl Into<String>) -> Self {
        Verdict { seen: text.into(), warning: None }
    }
}

fn texts<'j>(json: &'j Json, list: &str) -> impl Iterator<Item = &'j Json> {
    json.get(list).and_then(Json::as_array).into_iter().flatten()
}

fn text<'j>(json: &'j Json, key: &str) -> &'j str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}

/// The tenant of an answer of `/organization`: its name and its ID.
#[must_use]
pub fn tenant_of(organization: &Json) -> Option<(String, String)> {
    let first = texts(organization, "value").next()?;
    Some((words(text(first, "displayName")), words(text(first, "id"))))
}

/// Whether the organization is the tenant with this domain or ID.
pub fn tenant(organization: &Json, wanted: &str) -> Result<Verdict, Failure> {
    let first = texts(organization, "value").next().unwrap_or(&Json::Null);
    let domains: Vec<&str> = texts(first, "verifiedDomains").map(|it| text(it, "name")).collect();
    let is_it = |it: &&str| it.eq_ignore_ascii_case(wanted);
    let id = text(first, "id");
    let name = words(text(first, "displayName"));
    if is_it(&id) || domains.iter().any(is_it) {
        return Ok(Verdict::seen(format!("{name} ({id})")));
    }
    let domain = domains.first().map_or_else(|| id.to_owned(), |it| words(it));
    let message = format!("signed in to `{domain}` ({name}), and the script names `{wanted}`");
    Err(Failure::new(&TENANT_OTHER, message)
        .help(format!("sign in with an account of `{wanted}`, then go on with `mimeo resume`"))
        .help("correct the domain in `cloud::…`, and make the plan again")
        .class(Class::SignIn))
}

/// Whether the subscriptions hold Entra ID P1 or P2 in a state that counts.
pub fn license(skus: &Json) -> Result<Verdict, Failure> {
    let mut good: Vec<String> = Vec::new();
    let mut devices: Vec<String> = Vec::new();
    let mut grace: Vec<String> = Vec::new();
    let mut bad: Vec<String> = Vec::new();
    for sku in texts(skus, "value") {
        let plans = texts(sku, "servicePlans");
        let plan = plans.filter_map(|plan| {
            let id = text(plan, "servicePlanId");
            let known = PREMIUM.iter().find(|(guid, _)| guid.eq_ignore_ascii_case(id))?;
            Some((known.1, text(plan, "provisioningStatus")))
        });
        let Some((plan, provisioning)) = plan.max() else { continue };
        let name = words(text(sku, "skuPartNumber"));
        let units = |kind: &str| {
            sku.pointer(&format!("/prepaidUnits/{kind}")).and_then(Json::as_i64).unwrap_or(0)
        };
        let status = text(sku, "capabilityStatus");
        let provisioned = provisioning == "Success" || provisioning.starts_with("Pending");
        let title = format!("{plan} in `{name}`");
        if matches!(status, "Suspended" | "LockedOut" | "Deleted") {
            bad.push(format!("{title} is {}", status_words(status)));
        } else if units("enabled") + units("warning") <= 0 {
            bad.push(format!("{title} has no units"));
        } else if !provisioned {
            bad.push(format!("{title} is not provisioned ({})", words(provisioning)));
        } else if status == "Warning" || units("enabled") <= 0 {
            grace.push(title);
        } else if DEVICES.iter().any(|it| it.eq_ignore_ascii_case(text(sku, "skuId"))) {
            devices.push(title);
        } else {
            good.push(format!("{title}, {} units", units("enabled")));
        }
    }
    if let Some(first) = good.first() {
        return Ok(Verdict::seen(first.as_str()));
    }
    if let Some(first) = grace.first() {
        let message = format!("{first} has expired and is in its grace period");
        let warning =
            Failure::new(&LICENSE_IN_GRACE, message).help("have it renewed before it is suspended");
        return Ok(Verdict { seen: first.clone(), warning: Some(warning) });
    }
    if let Some(first) = devices.first() {
        let message =
            format!("{first} licenses devices, and no other subscription has Entra ID P1 or P2");
        let warning = Failure::new(&LICENSE_OF_DEVICES, message)
            .help("ask whoever looks after the customer's licences: MIM is licensed for each user");
        return Ok(Verdict { seen: first.clone(), warning: Some(warning) });
    }
    if let Some(first) = bad.first() {
        return Err(Failure::new(&LICENSE_NOT_USABLE, first.as_str())
            .help("have the subscription reactivated, then go on with `mimeo resume`")
            .class(Class::SignIn));
    }
    Err(Failure::new(&LICENSE_NOT_FOUND, "no subscription of the tenant holds Entra ID P1 or P2")
        .help("have a subscription with Entra ID P1 or P2 added, then go on with `mimeo resume`")
        .help("with a volume licence, use the other edition: `license::volume()`")
        .class(Class::SignIn))
}

fn status_words(status: &str) -> &'static str {
    match status {
        "Suspended" => "suspended",
        "LockedOut" => "locked out: the customer cancelled it",
        _ => "deleted",
    }
}

/// Whether the tenant's policy permits a client secret that ends on this day.
pub fn secret_policy(policy: &Json, end: Option<Timestamp>) -> Result<Verdict, Failure> {
    if policy.get("isEnabled").and_then(Json::as_bool) == Some(false) {
        return Ok(Verdict::seen("no restriction"));
    }
    let restrictions = policy.pointer("/applicationRestrictions/passwordCredentials");
    let restrictions = restrictions.and_then(Json::as_array).into_iter().flatten();
    let enabled = restrictions.filter(|it| text(it, "state") != "disabled");
    for restriction in enabled {
        match text(restriction, "restrictionType") {
            "passwordAddition" => {
                return Err(Failure::new(&SECRET_FORBIDDEN, "the tenant's policy forbids client secrets")
                    .help("ask for an exemption for this application: the MIM Service takes no certificate instead")
                    .class(Class::Resumable));
            }
            "passwordLifetime" => {
                let longest = text(restriction, "maxLifetime");
                let (Some(end), Ok(span)) = (end, longest.parse::<jiff::Span>()) else { continue };
                let Some(days) = whole_days(span) else { continue };
                let left = end.duration_since(Timestamp::now()).as_hours();
                if left > days * 24 {
                    let message = format!(
                        "the client secret would live {} days, and the tenant permits {days}",
                        (left + 23) / 24
                    );
                    return Err(Failure::new(&SECRET_LIFETIME, message)
                        .help(format!(
                            "write `.secret_lifetime_days({days})`, and make the plan again"
                        ))
                        .class(Class::Final));
                }
            }
            _ => {}
        }
    }
    Ok(Verdict::seen("a client secret of this lifetime is permitted"))
}

/// The days of an ISO 8601 duration; years and months are counted as Entra ID counts them, 365 and 30 days.
fn whole_days(span: jiff::Span) -> Option<i64> {
    let years = i64::from(span.get_years()).checked_mul(365)?;
    let months = i64::from(span.get_months()).checked_mul(30)?;
    let weeks = i64::from(span.get_weeks()).checked_mul(7)?;
    let days = i64::from(span.get_days());
    let hours = i64::from(span.get_hours()) / 24;
    years.checked_add(months)?.checked_add(weeks)?.checked_add(days)?.checked_add(hours)
}

/// Whether Exchange Online offers the role under its documented id.
pub fn exchange_role(principal: &Json) -> Result<Verdict, Failure> {
    let roles = texts(principal, "appRoles");
    let mut named = roles.filter(|it| text(it, "value") == "full_access_as_app");
    if named.any(|it| text(it, "id").eq_ignore_ascii_case(FULL_ACCESS)) {
        return Ok(Verdict::default());
    }
    Err(Failure::new(
        &EXCHANGE_ROLE,
        format!("Exchange Online offers no role `full_access_as_app` with the id `{FULL_ACCESS}`"),
    )
    .help("look at the roles of `Office 365 Exchange Online` in the Entra admin center")
    .class(Class::Final))
}

/// Whether the only application of a name is the one with this unique name.
pub fn one_application(found: &Json, unique_name: &str) -> Result<Verdict, Failure> {
    let mut others = texts(found, "value").filter(|it| text(it, "uniqueName") != unique_name);
    let Some(other) = others.next() else { return Ok(Verdict::default()) };
    let id = words(text(other, "appId"));
    let more = others.count();
    let and = if more == 0 { String::new() } else { format!(", and {more} more") };
    let message = format!("an application of this name is there already: `{id}`{and}");
    Err(Failure::new(&APPLICATION_EXISTS, message)
        .help("delete it, or rename it, then go on with `mimeo resume`")
        .help(format!("use it: `.application(\"{id}\")` instead of `.register_application(…)`")))
}

/// Whether the role that opens every mailbox is granted.
#[must_use]
pub fn has_full_access(assignments: &Json) -> bool {
    texts(assignments, "value").any(|it| text(it, "appRoleId").eq_ignore_ascii_case(FULL_ACCESS))
}

/// Whether no consent opens every mailbox.
pub fn no_mailbox_role(assignments: &Json) -> Result<Verdict, Failure> {
    if !has_full_access(assignments) {
        return Ok(Verdict::default());
    }
    let message = "`full_access_as_app` is granted in Entra ID, which opens every mailbox whatever Exchange scopes";
    Err(Failure::new(&CONSENT_TOO_WIDE, message)
        .help(format!("remove the grant from the enterprise application: among its `appRoleAssignments`, the one with the `appRoleId` `{FULL_ACCESS}`"))
        .help("then go on with `mimeo resume`"))
}
