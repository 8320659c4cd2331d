//! The rehearsal: a tenant over real HTTP on the loopback, and stand-ins for the server and the person.

pub mod fault;
pub mod person;
pub mod server;
pub mod tenant;
pub mod world;

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::execute::cloud::Endpoints;
use crate::execute::judge::FULL_ACCESS;
use crate::execute::simulate::fault::Fault;
use crate::execute::simulate::tenant::exchange::Policy;
use crate::execute::simulate::tenant::{
    Application, Credential, EXCHANGE, Grant, Principal, Tenant,
};
use crate::execute::simulate::world::World;
use crate::plan::op::Value;
use crate::plan::{Plan, Setting};

/// The world in which a plan is rehearsed: the tenant that it names, with the mailbox, and with the application where the
/// plan does not register it.
#[must_use]
pub fn world(plan: &Plan, endpoints: &Endpoints, faults: BTreeSet<Fault>) -> World {
    let domain = plan.text("cloud.tenant").unwrap_or("contoso.onmicrosoft.com");
    let administrator = plan.text("license.sign_in_as");
    let administrator = administrator.map_or_else(|| format!("admin@{domain}"), str::to_owned);
    let mailboxes: Vec<String> = plan.text("mail.mailbox").map(str::to_owned).into_iter().collect();
    let mut world = World { faults, ..World::default() };
    world.tenant = Tenant::contoso(domain, &administrator, &mailboxes);
    world.tenant.graph_resource.clone_from(&endpoints.graph_resource);
    world.tenant.exchange_resource.clone_from(&endpoints.exchange_resource);
    world.tenant.as_of = Some(format!("{}T12:00:00Z", plan.as_of));
    if let Some(id) = plan.text("mail.tenant_id") {
        id.clone_into(&mut world.tenant.id);
    }
    // The list of applications is in force in the worldwide cloud only, and came in June 2026. Source: Microsoft's "How to
    // control access to EWS in Exchange", looked up 2026-11-23.
    let elsewhere = plan.text("cloud.environment").is_some_and(|it| it != "global");
    if elsewhere || plan.as_of.as_str() < "2026-06-01" {
        world.tenant.exchange.ews_enabled = None;
    }
    if let Some(id) = plan.text("mail.application_id") {
        register(&mut world, plan, id);
    }
    world
}

/// The application that the plan says is there, with the permission and the secret that it says it has.
fn register(world: &mut World, plan: &Plan, id: &str) {
    const OBJECT: &str = "0000000a-0000-4000-8000-000000000001";
    const PRINCIPAL: &str = "0000000b-0000-4000-8000-000000000001";
    let secret = format!("rehearsed-{}", Uuid::new_v4().simple());
    let day = |suffix: &str| format!("{}T{suffix}", plan.as_of);
    if let Some(Setting { value: Value::Secret(name), .. }) = plan.setting("mail.client_secret") {
        world.server.secrets.insert(name.clone(), secret.clone());
    }
    world.tenant.applications.push(Application {
        id: OBJECT.to_owned(),
        app_id: id.to_owned(),
        created: day("00:00:00Z"),
        secrets: vec![Credential {
            key_id: "0000000c-0000-4000-8000-000000000001".to_owned(),
            start: day("00:00:00Z"),
            end: "9000-01-01T00:00:00Z".to_owned(),
            digest: tenant::digest(&secret),
            ..Credential::default()
        }],
        ..Application::default()
    });
    world.tenant.principals.push(Principal {
        id: PRINCIPAL.to_owned(),
        app_id: id.to_owned(),
        ..Principal::default()
    });
    // As the vendor's guide has it: restricted to a group with the one mailbox.
    world.tenant.exchange.policies.push(Policy {
        app_id: id.to_owned(),
        group: "MIMMailboxAccess".to_owned(),
        members: plan.text("mail.mailbox").map(str::to_owned).into_iter().collect(),
    });
    let exchange = world.tenant.principal(EXCHANGE).map(|it| it.id.clone()).unwrap_or_default();
    world.tenant.grants.push(Grant {
        id: "0000000d-0000-4000-8000-000000000001".to_owned(),
        role: FULL_ACCESS.to_owned(),
        principal: PRINCIPAL.to_owned(),
        resource: exchange,
        ..Grant::default()
    });
}
