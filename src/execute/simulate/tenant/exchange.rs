//! Exchange Online: who may use Exchange Web Services, and which mailboxes an application may open.
//!
//! What its PowerShell module changes is here as functions, each of which is idempotent as the plan's scripts are. The
//! rules are those of "Control access to EWS in Exchange", `New-ApplicationAccessPolicy` and "Role Based Access Control for
//! Applications in Exchange Online", looked up 2026-11-23.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::{FULL_ACCESS, Tenant};
use crate::execute::simulate::world::Shared;

/// The settings of Exchange Online.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// `EwsEnabled`: on, off, or never written.
    pub ews_enabled: Option<bool>,
    /// `EwsAllowedAppIDs`, which counts while `EwsEnabled` is on.
    pub ews_allowed: Vec<String>,
    /// The mailboxes.
    pub mailboxes: Vec<Mailbox>,
    /// Application access policies that restrict to a group.
    pub policies: Vec<Policy>,
    /// Roles `Application EWS.AccessAsApp` that were given by RBAC for Applications.
    pub assignments: Vec<Assignment>,
}

/// A mailbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mailbox {
    /// Its primary SMTP address.
    pub address: String,
    /// `EwsEnabled` of the mailbox.
    pub ews_enabled: bool,
}

/// An application access policy with the access right `RestrictAccess`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// The application that it restricts.
    pub app_id: String,
    /// The mail-enabled security group.
    pub group: String,
    /// The group's members.
    pub members: Vec<String>,
}

/// A role for one mailbox.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// The application that has it.
    pub app_id: String,
    /// The mailbox that it is for.
    pub mailbox: String,
}

impl Organization {
    /// Exchange Web Services on, with an empty list of applications that may use them: none may.
    #[must_use]
    pub fn new<'a>(mailboxes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut organization = Organization { ews_enabled: Some(true), ..Organization::default() };
        for address in mailboxes {
            if organization.mailbox(address).is_none() {
                let address = address.to_owned();
                organization.mailboxes.push(Mailbox { address, ews_enabled: true });
            }
        }
        organization
    }

    /// The mailbox with an address, whatever its capitals.
    #[must_use]
    pub fn mailbox(&self, address: &str) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|it| it.address.eq_ignore_ascii_case(address))
    }
}

/// Switches Exchange Web Services on and lists an application for them, as `allow_ews.ps1` does.
pub fn allow_ews(shared: &Shared, app_id: &str, mailbox: &str) -> Result<(), String> {
    let exchange = shared.look().tenant.exchange.clone();
    let found = known(&exchange, mailbox)?;
    let listed = lists(&exchange.ews_allowed, app_id);
    if !listed || exchange.ews_enabled != Some(true) {
        shared.change("application allowed to use EWS", |world| {
            let exchange = &mut world.tenant.exchange;
            exchange.ews_enabled = Some(true);
            if !listed {
                exchange.ews_allowed.push(app_id.to_owned());
            }
        });
    }
    if !found.ews_enabled {
        shared.change("EWS switched on for the mailbox", |world| {
            for it in &mut world.tenant.exchange.mailboxes {
                it.ews_enabled |= it.address.eq_ignore_ascii_case(mailbox);
            }
        });
    }
    Ok(())
}

/// Restricts an application to the mailboxes of a group and makes the mailbox a member, as `restrict_to_group.ps1` does.
pub fn restrict_to_group(
    shared: &Shared,
    app_id: &str,
    group: &str,
    mailbox: &str,
) -> Result<(), String> {
    let exchange = shared.look().tenant.exchange.clone();
    known(&exchange, mailbox)?;
    let policy = exchange.policies.iter().find(|it| is_of(it, app_id, group));
    if policy.is_some_and(|it| lists(&it.members, mailbox)) {
        return Ok(());
    }
    shared.change("application restricted to a group", |world| {
        let policies = &mut world.tenant.exchange.policies;
        match policies.iter_mut().find(|it| is_of(it, app_id, group)) {
            Some(policy) => policy.members.push(mailbox.to_owned()),
            None => policies.push(Policy {
                app_id: app_id.to_owned(),
                group: group.to_owned(),
                members: vec![mailbox.to_owned()],
            }),
        }
    });
    Ok(())
}

/// Takes the access policy of an application and a group away, as `unrestrict_group.ps1` does.
pub fn unrestrict_group(shared: &Shared, app_id: &str, group: &str) {
    let there = shared.look().tenant.exchange.policies.iter().any(|it| is_of(it, app_id, group));
    if there {
        shared.change("restriction to a group removed", |world| {
            world.tenant.exchange.policies.retain(|it| !is_of(it, app_id, group));
        });
    }
}

/// Gives an application the role for one mailbox, as `scope_to_mailbox.ps1` does. The object ID is the one of the enterprise
/// application; Exchange does not know the one of the registration.
pub fn scope_to_mailbox(
    shared: &Shared,
    app_id: &str,
    object_id: &str,
    mailbox: &str,
) -> Result<(), String> {
    {
        let world = shared.look();
        known(&world.tenant.exchange, mailbox)?;
        let principal = world.tenant.principal(app_id);
        if principal.is_none_or(|it| !it.id.eq_ignore_ascii_case(object_id)) {
            return Err(format!(
                "the service principal `{object_id}` of the application `{app_id}` was not found"
            ));
        }
        let assignments = &world.tenant.exchange.assignments;
        if assignments.iter().any(|it| it.app_id.eq_ignore_ascii_case(app_id)) {
            return Ok(());
        }
    }
    shared.change("application given a role for one mailbox", |world| {
        let (app_id, mailbox) = (app_id.to_owned(), mailbox.to_owned());
        world.tenant.exchange.assignments.push(Assignment { app_id, mailbox });
    });
    Ok(())
}

/// Takes the role for one mailbox away, as `unscope_mailbox.ps1` does.
pub fn unscope_mailbox(shared: &Shared, app_id: &str) {
    let has = |it: &Assignment| it.app_id.eq_ignore_ascii_case(app_id);
    let there = shared.look().tenant.exchange.assignments.iter().any(has);
    if there {
        shared.change("role for one mailbox removed", |world| {
            world.tenant.exchange.assignments.retain(|it| !has(it));
        });
    }
}

/// The application roles that Exchange Online offers in Entra ID.
pub(super) fn roles() -> Vec<Value> {
    let role = |id: &str, value: &str, name: &str| {
        json!({
            "allowedMemberTypes": ["Application"],
            "description": name,
            "displayName": name,
            "id": id,
            "isEnabled": true,
            "origin": "Application",
            "value": value,
        })
    };
    vec![
        role(
            FULL_ACCESS,
            "full_access_as_app",
            "Use Exchange Web Services with full access to all mailboxes",
        ),
        role(
            "dc50a0fb-09a3-484d-be87-e023b12c6440",
            "Exchange.ManageAsApp",
            "Manage Exchange As Application",
        ),
    ]
}

/// Whether Exchange Web Services answer an application at all; if not, the words of the header `X-EWS-Policy-Reason`.
pub(super) fn admits(shared: &Shared, app_id: &str) -> Result<(), &'static str> {
    const DISABLED: &str = "EWS is disabled for this user or tenant";
    const BLOCKED: &str = "EWS is blocked by policy for this user or tenant";
    let exchange = shared.look().tenant.exchange.clone();
    if shared.has(Fault::EwsOff) || exchange.ews_enabled == Some(false) {
        return Err(DISABLED);
    }
    let listed = exchange.ews_enabled.is_none() || lists(&exchange.ews_allowed, app_id);
    if shared.has(Fault::EwsUnlisted) || !listed { Err(BLOCKED) } else { Ok(()) }
}

/// What Exchange says to an application that wants to open a mailbox.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Access {
    /// It may.
    Granted,
    /// Nothing lets it open any mailbox.
    NoPermission,
    /// What lets it open mailboxes excludes this one.
    Excluded,
}

/// A role in Entra ID opens every mailbox that no policy excludes; an assignment opens its own, whatever the policies say.
pub(super) fn access(tenant: &Tenant, app_id: &str, full_access: bool, mailbox: &str) -> Access {
    let exchange = &tenant.exchange;
    let own = |it: &&Assignment| it.app_id.eq_ignore_ascii_case(app_id);
    let mut assigned = exchange.assignments.iter().filter(own).peekable();
    let restricts = |it: &&Policy| it.app_id.eq_ignore_ascii_case(app_id);
    let mut policies = exchange.policies.iter().filter(restricts).peekable();
    if !full_access && assigned.peek().is_none() {
        return Access::NoPermission;
    }
    let open = full_access
        && (policies.peek().is_none() || policies.any(|it| lists(&it.members, mailbox)));
    if open || assigned.any(|it| it.mailbox.eq_ignore_ascii_case(mailbox)) {
        Access::Granted
    } else {
        Access::Excluded
    }
}

fn known(exchange: &Organization, mailbox: &str) -> Result<Mailbox, String> {
    let found = exchange.mailbox(mailbox).cloned();
    found.ok_or_else(|| format!("the mailbox `{mailbox}` was not found"))
}

fn is_of(policy: &Policy, app_id: &str, group: &str) -> bool {
    policy.app_id.eq_ignore_ascii_case(app_id) && policy.group.eq_ignore_ascii_case(group)
}

fn lists(list: &[String], wanted: &str) -> bool {
    list.iter().any(|it| it.eq_ignore_ascii_case(wanted))
}
