//! How clients reach the MIM Service: its address, and the ports in the firewall. Pages 15 and 19.
//!
//! The wizard asks for the address with the MIM Service and with the MIM Portal. The password portals ask for it on pages
//! of their own, where this one is the default.

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter};
use crate::model::format::HostName;
use crate::model::{Component, Declared, Deployment, Part, Service};
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::source::Origin;
use crate::subject::{Check, Field, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "service",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &SERVICE_MISSING, run: missing },
        Check { code: &SERVICE_LOCAL, run: local },
        Check { code: &SERVICE_IP_ADDRESS, run: ip_address },
        Check { code: &SERVICE_SHORT_NAME, run: short_name },
        Check { code: &SERVICE_FIREWALL, run: firewall },
        Check { code: &SERVICE_FIREWALL_UNUSED, run: firewall_unused },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

static SERVICE: Builder = Builder {
    name: "service::address",
    refusals: &[
        Refusal {
            method: "port",
            reason: "clients use the ports 5725 and 5726; no page of the wizard sets others",
        },
        Refusal {
            method: "account",
            reason: "the account of the MIM Service is declared by itself: ``account::regular(`contoso\\svcMIMService`, secret(\"mim_service_password\"))``",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The name by which clients reach the MIM Service: the server's own name, or for a farm the name of the cluster. It is the
    /// name for which the service principal names are registered (`FIMService/mim.contoso.com`). The password portals
    /// take it too, unless they say another.
    ///
    /// - `host`: the name, without `http://`
    ///
    /// ```rhai
    /// service::address("mim.contoso.com");
    /// ```
    fn service::address(host: Host) -> SERVICE, pages [15, 22, 25] = |call| {
        let address = call.read(0);
        call.declare(|it| &mut it.service, Service { address, open_firewall: Part::Unsaid })
    };
    /// Setup opens the ports 5725 and 5726 in the firewall of this server; off if it is not said.
    ///
    /// - `flag`: `true` or `false`; on if it is left out
    ///
    /// ```rhai
    /// service::address("mim.contoso.com").open_firewall();
    /// ```
    fn .open_firewall(flag: Flag = ()) on [SERVICE], pages [19] = |call| {
        let flag = call.flag(0);
        call.say(|it, index| &mut it.service.all[index].value.open_firewall, flag);
    };
}

static FIELDS: &[Field] = &[
    Field {
        name: "service.address",
        label: "MIM Service Server address",
        page: Some(15),
        ty: Ty::Host,
        read: |it| match it.service.get() {
            Some(service) if is_asked(it) => Reading::said(&service.address),
            Some(_) | None => Reading::NotAsked,
        },
    },
    Field {
        name: "service.open_firewall",
        label: "Open ports 5725 and 5726 in firewall",
        page: Some(19),
        ty: Ty::Flag,
        read: |it| match it.service.get() {
            Some(service) if it.installs(Component::Service) => {
                Reading::flag(&service.open_firewall)
            }
            Some(_) | None => Reading::NotAsked,
        },
    },
];

/// Whether page 15 appears.
fn is_asked(deployment: &Deployment) -> bool {
    deployment.installs(Component::Service) || deployment.installs(Component::Portal)
}

code! {
    /// Page 15 asks for the name by which the portal and every other client reach the MIM Service. Setup writes it into the
    /// configuration of the portals, and Kerberos works only for the name with which the service principal names are
    /// registered, so there is no default. (A password portal on a host of its own asks on a page of its own.)
    ///
    /// ```rhai,reports
    /// components::service();
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// service::address("mim.contoso.com");
    /// ```
    SERVICE_MISSING: Error = "service-missing", "no address of the MIM Service",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The wizard says it on page 15: "Do not use localhost". The address goes to every client, and there `localhost` is the
    /// client itself; no service principal name can be registered for it either.
    ///
    /// ```rhai,reports
    /// service::address("localhost");
    /// ```
    ///
    /// Write the server's own name, or that of the cluster:
    ///
    /// ```rhai
    /// service::address("mim.contoso.com");
    /// ```
    SERVICE_LOCAL: Error = "service-local", "localhost as the address of the MIM Service",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Clients sign in to the MIM Service with Kerberos, for the service principal name `FIMService/` and the address. A client
    /// that is given an IP address asks for no Kerberos ticket, and the portal's delegation to the service fails.
    ///
    /// ```rhai,reports
    /// service::address("192.0.2.10");
    /// ```
    ///
    /// ```rhai
    /// service::address("mim.contoso.com");
    /// ```
    SERVICE_IP_ADDRESS: Warning = "service-ip-address", "IP address instead of a name",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/preparing-domain" seen "2026-11-23";

    /// Where a portal runs on another server than the MIM Service, or in another forest, the address is the full name
    /// with its domain. A short name is found only by clients that search the same domain, and the service principal name
    /// must be registered for just that name.
    ///
    /// ```rhai,reports
    /// components::portal();
    /// service::address("mim");
    /// ```
    ///
    /// ```rhai
    /// components::portal();
    /// service::address("mim.contoso.com");
    /// ```
    SERVICE_SHORT_NAME: Warning = "service-short-name", "address without its domain";

    /// A portal on another server calls the MIM Service on the ports 5725 and 5726. Setup opens them only where that is said;
    /// otherwise somebody else has to.
    ///
    /// ```rhai,reports
    /// components::service();
    /// service::address("mim.contoso.com");
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// service::address("mim.contoso.com").open_firewall();
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    ///
    /// Where the firewall is managed centrally, `.open_firewall(false)` says so.
    SERVICE_FIREWALL: Hint = "service-firewall", "ports closed to a portal elsewhere",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The ports 5725 and 5726 are those of the MIM Service. On a server without it nothing listens there, and setup does not
    /// open them.
    ///
    /// ```rhai,reports
    /// components::portal();
    /// service::address("mim.contoso.com").open_firewall();
    /// ```
    ///
    /// ```rhai
    /// components::portal();
    /// service::address("mim.contoso.com");
    /// ```
    SERVICE_FIREWALL_UNUSED: Hint = "service-firewall-unused", "firewall opened without the MIM Service",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.service.is_declared() {
        return;
    }
    let service = deployment.choice(Component::Service);
    let portal = deployment.choice(Component::Portal);
    let finding = if let Some(choice) = service {
        out.about(choice, "the MIM Service has no address").label("installs the MIM Service")
    } else if let Some(choice) = portal {
        let message = "the MIM Portal is not told the address of the MIM Service";
        out.about(choice, message).label("installs the MIM Portal")
    } else {
        // A password portal alone says itself which MIM Service it calls.
        return;
    };
    finding.help("write the name that clients use: `service::address(\"mim.contoso.com\")`").fix(
        "add the address",
        Applicability::Review,
        deployment.end,
        "\n\nservice::address(\"mim.contoso.com\");",
    );
}

fn address(deployment: &Deployment) -> Option<&Declared<HostName>> {
    deployment.service.get()?.address.said()
}

fn local(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(address) = address(deployment).filter(|it| it.value.is_local()) else { return };
    out.about(&address.origin, format!("the address of the MIM Service is `{}`", address.value))
        .label("means another computer on every client")
        .help("write the server's own name, or that of the cluster, such as `mim.contoso.com`");
}

fn ip_address(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(address) = address(deployment) else { return };
    if address.value.is_address() && !address.value.is_local() {
        out.about(
            &address.origin,
            format!("the address of the MIM Service is an IP address (`{}`)", address.value),
        )
        .label("no Kerberos without a name")
        .help("write the name for which `FIMService/` is registered, such as `mim.contoso.com`");
    }
}

/// Where it is said that a portal runs on another server than the MIM Service.
fn elsewhere(deployment: &Deployment) -> Option<(&Origin, &'static str)> {
    let remote = [&deployment.remote_registration, &deployment.remote_reset];
    if let Some(portal) = remote.into_iter().find_map(|it| it.get()) {
        return Some((&portal.origin, "this portal runs on another server"));
    }
    if deployment.complete && !deployment.installs(Component::Service) {
        let portals =
            [Component::Portal, Component::PasswordRegistration, Component::PasswordReset];
        let portal = portals.into_iter().find_map(|it| deployment.choice(it))?;
        return Some((portal, "this portal runs on another server than the MIM Service"));
    }
    None
}

fn short_name(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(address) = address(deployment) else { return };
    if address.value.is_full() || address.value.is_address() || address.value.is_local() {
        return;
    }
    let Some((origin, reason)) = elsewhere(deployment) else { return };
    out.about(&address.origin, format!("the address of the MIM Service has no domain (`{}`)", address.value))
        .label("used by a portal on another server")
        .against(origin, reason)
        .help(format!("write the full name, such as `{}.contoso.com`, and register the service principal names for it", address.value));
}

fn firewall(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(service) = deployment.service.get() else { return };
    if !deployment.complete
        || !deployment.installs(Component::Service)
        || !service.open_firewall.is_unsaid()
    {
        return;
    }
    let Some((origin, reason)) = elsewhere(deployment) else { return };
    out.about(&service.origin, "the ports 5725 and 5726 stay closed to a portal on another server")
        .label("setup does not open them")
        .against(origin, reason)
        .help("open them: `.open_firewall()`; or say that somebody else does: `.open_firewall(false)`")
        .fix(
            "open the ports",
            Applicability::Review,
            service.origin.call.after(),
            ".open_firewall()",
        );
}

fn firewall_unused(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(flag) = deployment.service.get().and_then(|it| it.open_firewall.said()) else {
        return;
    };
    let installed = Component::ALL.into_iter().any(|it| deployment.installs(it));
    if flag.value && deployment.complete && installed && !deployment.installs(Component::Service) {
        out.about(
            &flag.origin,
            "the ports of the MIM Service are to be opened where it is not installed",
        )
        .label("has no effect")
        .help("take it out here, and say it for the server of the MIM Service");
    }
}
