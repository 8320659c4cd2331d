//! What is checked of the password portals: accounts, addresses, who reaches them, and those on other hosts.

use jiff::civil::Date;

use crate::code;
use crate::diagnostic::{Applicability, Reporter, nearest};
use crate::model::format::{DomainAccount, HostName};
use crate::model::{
    Component, Declared, Deployment, Edition, PasswordPortal, PasswordPortalKind,
    RemotePasswordPortal,
};
use crate::source::{Origin, Span};
use crate::subject::Check;

pub(super) static CHECKS: &[Check] = &[
    Check { code: &PASSWORD_PORTAL_MISSING, run: missing },
    Check { code: &PASSWORD_PORTAL_POOL_ACCOUNT, run: pool_account },
    Check { code: &PASSWORD_PORTAL_NO_PASSWORD, run: no_password },
    Check { code: &PASSWORD_PORTAL_MANAGED_PASSWORD, run: managed_password },
    Check { code: &PASSWORD_PORTAL_GROUP_ACCOUNT, run: group_account },
    Check { code: &PASSWORD_PORTAL_LOCALHOST, run: localhost },
    Check { code: &PASSWORD_PORTAL_SAME_ADDRESS, run: same_address },
    Check { code: &PASSWORD_PORTAL_ACCESS, run: access },
    Check { code: &PASSWORD_PORTAL_SERVICE_ADDRESS, run: service_address },
    Check { code: &PASSWORD_PORTAL_EXTRANET_SERVICE, run: extranet_service },
    Check { code: &PASSWORD_PORTAL_PORT, run: port_of_https },
    Check { code: &PASSWORD_PORTAL_PLAIN, run: plain },
    Check { code: &PASSWORD_PORTAL_REMOTE_TWICE, run: remote_twice },
    Check { code: &PASSWORD_PORTAL_REMOTE_SERVICE, run: remote_service },
    Check { code: &PASSWORD_PORTAL_REMOTE_PAGE, run: remote_page },
    Check { code: &PASSWORD_PORTAL_ENTRA, run: entra },
];

code! {
    /// A password portal is chosen, but nothing is said of it: page 20 (23 for password reset) asks for its host name and
    /// the account of its application pool.
    ///
    /// ```rhai,reports
    /// components::password_reset();
    /// ```
    ///
    /// Describe it; naming the component is not needed then:
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"))
    ///     .intranet();
    /// ```
    PASSWORD_PORTAL_MISSING: Error = "password-portal-missing", "password portal that is not described",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// A password portal runs in an application pool of IIS under an account of the domain. Setup asks for it on page 20, and
    /// on page 23 for password reset.
    ///
    /// ```rhai,reports
    /// portal::password_reset("pwreset.contoso.com").intranet();
    /// ```
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"))
    ///     .intranet();
    /// ```
    PASSWORD_PORTAL_POOL_ACCOUNT: Error = "password-portal-pool-account", "password portal without a pool account",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// IIS starts the application pool of a password portal with the password of its account. Only a group managed service
    /// account, whose name ends in `$`, has none that a person knows.
    ///
    /// ```rhai,reports
    /// portal::password_reset("pwreset.contoso.com").pool_account(`contoso\mimpool`);
    /// ```
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"));
    /// ```
    PASSWORD_PORTAL_NO_PASSWORD: Error = "password-portal-no-password", "pool account without a password",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The directory keeps the password of a group managed service account, and changes it by itself. The wizard says to
    /// leave the field empty for one.
    ///
    /// ```rhai,reports
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\MIMPoolGMSA$`, secret("pool_password"));
    /// ```
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").pool_account(`contoso\MIMPoolGMSA$`);
    /// ```
    PASSWORD_PORTAL_MANAGED_PASSWORD: Error = "password-portal-managed-password", "managed pool account with a password",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-gmsa" seen "2026-11-23";

    /// The name is that of a group. An application pool runs under one account; published command lines name the group
    /// of the synchronization service here, and the portal does not start.
    ///
    /// ```rhai,reports
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\MIMSyncPasswordSet`, secret("pool_password"));
    /// ```
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"));
    /// ```
    PASSWORD_PORTAL_GROUP_ACCOUNT: Warning = "password-portal-group-account", "group in the place of a pool account",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/preparing-domain" seen "2026-11-23";

    /// IIS answers only to the host name of the site, and no user's computer knows this server as `localhost`. The
    /// address of the MIM Service has to be the name for which its service principal name is registered; the wizard asks
    /// not to use `localhost`.
    ///
    /// ```rhai,reports
    /// portal::password_reset("localhost");
    /// ```
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com");
    /// ```
    PASSWORD_PORTAL_LOCALHOST: Error = "password-portal-localhost", "password portal on localhost",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// IIS runs one site for a host name and a port: of two with the same, the second does not start. Password portals may
    /// share a port with each other and with the MIM Portal only if each has a host name of its own.
    ///
    /// ```rhai,reports
    /// portal::password_registration("password.contoso.com");
    /// portal::password_reset("password.contoso.com");
    /// ```
    ///
    /// Give each its own name, or its own port:
    ///
    /// ```rhai
    /// portal::password_registration("pwreg.contoso.com");
    /// portal::password_reset("pwreset.contoso.com");
    /// ```
    PASSWORD_PORTAL_SAME_ADDRESS: Error = "password-portal-same-address", "two sites on one host and port";

    /// The wizard has "can be accessed by extranet users" preselected. It decides more than it says: what comes from an
    /// extranet portal is marked, and the gates of the password reset workflow that are meant for the extranet run for
    /// those users only. So it is better said than left to chance. (The vendor's guide to self-service password reset with
    /// Forefront Identity Manager 2010 R2 says so, in its part on unattended installation; the link leads to a public copy.)
    ///
    /// ```rhai,reports
    /// portal::password_reset("pwreset.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").intranet();
    /// ```
    PASSWORD_PORTAL_ACCESS: Warning = "password-portal-access", "extranet or intranet is not said",
        source "https://github.com/inobitsca/Miscelaneous-Scripts" seen "2026-11-23";

    /// The password portal calls another address than that of this deployment's MIM Service, and the two look like the
    /// same name. Setup does not compare them.
    ///
    /// ```rhai,reports
    /// components::service();
    /// service::address("mim.contoso.com");
    /// portal::password_reset("pwreset.contoso.com").service_address("min.contoso.com");
    /// ```
    ///
    /// Leave it out where it is the same:
    ///
    /// ```rhai
    /// components::service();
    /// service::address("mim.contoso.com");
    /// portal::password_reset("pwreset.contoso.com");
    /// ```
    PASSWORD_PORTAL_SERVICE_ADDRESS: Warning = "password-portal-service-address", "service address that is nearly another";

    /// A portal for the extranet shares its server with the MIM Service: whoever takes the portal over from the internet is on
    /// the server that knows everybody's identity. Password portals can have a host of their own.
    ///
    /// ```rhai,reports
    /// components::service();
    /// portal::password_reset("pwreset.contoso.com").extranet();
    /// ```
    ///
    /// Install the portals with a script of their own, and declare their account here:
    ///
    /// ```rhai
    /// components::service();
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    PASSWORD_PORTAL_EXTRANET_SERVICE: Hint = "password-portal-extranet-service", "extranet portal beside the MIM Service";

    /// Setup makes the site of a password portal with http only. On port 443, browsers expect https and show an error.
    ///
    /// ```rhai,reports
    /// portal::password_reset("pwreset.contoso.com").port(443);
    /// ```
    ///
    /// Leave the port at 80, and bind a certificate on 443 in IIS after the installation:
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").port(80);
    /// ```
    PASSWORD_PORTAL_PORT: Hint = "password-portal-port", "http on the port of https",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Setup makes the site of a password portal with http only, and warns on pages 21 and 24: "Your deployment is not
    /// secure in its current configuration." After the installation, bind a certificate to the site in IIS, and require
    /// SSL for the virtual directory.
    ///
    /// ```rhai,reports
    /// portal::password_registration("pwreg.contoso.com");
    /// ```
    ///
    /// A registration link with `https` tells that this is planned:
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com").registration_link("https://pwreg.contoso.com");
    /// portal::password_registration("pwreg.contoso.com");
    /// ```
    PASSWORD_PORTAL_PLAIN: Hint = "password-portal-plain", "password portal without https",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// A password portal is declared on this server and on another one. The account of a portal on another host is declared
    /// to the MIM Service; for a portal on this server setup does that by itself, and the two would overwrite each other.
    ///
    /// ```rhai,reports
    /// portal::password_reset("pwreset.contoso.com");
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    ///
    /// ```rhai
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    PASSWORD_PORTAL_REMOTE_TWICE: Warning = "password-portal-remote-twice", "password portal here and on another host";

    /// The account of a password portal on another host is declared to the MIM Service, which gives it its rights. Where
    /// the MIM Service is not installed, there is nothing to declare it to.
    ///
    /// ```rhai,reports
    /// portal::site("http://mim.contoso.com");
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    ///
    /// Say it in the script that installs the MIM Service:
    ///
    /// ```rhai
    /// components::service();
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    PASSWORD_PORTAL_REMOTE_SERVICE: Error = "password-portal-remote-service", "remote password portal without the MIM Service";

    /// The guide to the edition for Entra ID P1 or P2 shows no page that asks for the accounts of password portals on other
    /// hosts, and the wizard of the volume licence does. The properties are set all the same; whether they take effect
    /// shows after the installation.
    ///
    /// ```rhai,reports
    /// license::entra_id();
    /// components::service();
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    ///
    /// ```rhai
    /// license::volume();
    /// components::service();
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    PASSWORD_PORTAL_REMOTE_PAGE: Hint = "password-portal-remote-page", "remote password portal without a page",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal" seen "2026-11-23";

    /// A customer with Entra ID P1 or P2 has password reset in Entra ID too, and the vendor's guide says to leave the password
    /// portals out where it is used. Users who find both register in one and reset in the other.
    ///
    /// ```rhai,reports
    /// license::entra_id();
    /// portal::password_reset("pwreset.contoso.com");
    /// ```
    ///
    /// Leave the portals out, unless MIM is to do it:
    ///
    /// ```rhai
    /// license::entra_id();
    /// portal::site("http://mim.contoso.com");
    /// ```
    PASSWORD_PORTAL_ENTRA: Hint = "password-portal-entra", "password portal beside password reset of Entra ID",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete {
        return;
    }
    let described = [
        (PasswordPortalKind::Registration, deployment.registration.is_declared()),
        (PasswordPortalKind::Reset, deployment.reset.is_declared()),
    ];
    for (kind, _) in described.into_iter().filter(|(_, described)| !described) {
        let Some(choice) = deployment.choice(component(kind)) else { continue };
        let (function, host) = match kind {
            PasswordPortalKind::Registration => ("password_registration", "pwreg.contoso.com"),
            PasswordPortalKind::Reset => ("password_reset", "pwreset.contoso.com"),
        };
        out.about(choice, format!("the {} is not described", title(kind)))
            .label("installs that portal")
            .help(format!("describe it: `portal::{function}(\"{host}\")`"))
            .fix(
                "describe the portal",
                Applicability::Review,
                deployment.end,
                format!(
                    "\n\nportal::{function}(\"{host}\")\n    .pool_account(`contoso\\mimpool`, secret(\"pool_password\"))\n    .intranet();"
                ),
            );
    }
}

fn pool_account(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for portal in
        portals(deployment).filter(|it| deployment.complete && it.pool_account.is_unsaid())
    {
        const CALL: &str = ".pool_account(`contoso\\mimpool`, secret(\"pool_password\"))";
        out.about(&portal.origin, format!("the {} has no pool account", title(portal.kind)))
            .label("IIS runs it under an account")
            .help(format!("name the account: ``{CALL}``"))
            .fix("add the account", Applicability::Review, portal.origin.call.after(), CALL);
    }
}

fn no_password(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete {
        return;
    }
    for portal in portals(deployment) {
        let Some(account) = portal.pool_account.said().filter(|it| !it.is_managed()) else {
            continue;
        };
        if !portal.pool_password.is_unsaid() {
            continue;
        }
        let message = format!("the pool account `{}` has no password", account.value);
        // The name is not at fault, wherever it was written.
        let argument = Origin { value: None, parts: Vec::new(), ..account.origin.clone() };
        let finding = out.about(&argument, message);
        finding.label("does not end in `$`, so it is a regular account");
        finding.help("name its password: `secret(\"pool_password\")` as the second argument");
        finding.help("for a group managed service account, end the name in `$`");
        // A second argument may stand there that is `()` in this run.
        if account.origin.call.end == account.origin.at.end + 1 {
            finding.fix(
                "name the secret",
                Applicability::Review,
                account.origin.at.after(),
                ", secret(\"pool_password\")",
            );
        }
    }
}

fn managed_password(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for portal in portals(deployment) {
        let Some(account) = portal.pool_account.said().filter(|it| it.is_managed()) else {
            continue;
        };
        let Some(password) = portal.pool_password.said() else { continue };
        let message = format!("the managed pool account `{}` is given a password", account.value);
        let finding = out.about(&password.origin, message);
        finding.label("the directory keeps it");
        finding.against(&account.origin, "ends in `$`, so it is a managed account");
        finding.help("leave the password out");
        if account.origin.call == password.origin.call {
            let argument = Span { end: password.origin.at.end, ..account.origin.at.after() };
            finding.fix("leave the password out", Applicability::Review, argument, "");
        }
    }
}

fn group_account(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let here = portals(deployment).filter_map(|it| it.pool_account.said());
    let remote = [&deployment.remote_registration, &deployment.remote_reset];
    let elsewhere = remote.into_iter().filter_map(|it| it.get()?.account.said());
    for account in here.chain(elsewhere).filter(|it| is_group(it)) {
        out.about(&account.origin, format!("`{}` is a group, not an account", account.value))
            .label("an application pool runs under one account")
            .help(format!("name an account of its own, such as `{}\\mimpool`", account.domain()));
    }
}

/// Whether the name is that of a group which every MIM installation or domain has.
fn is_group(account: &DomainAccount) -> bool {
    const GROUPS: [&str; 6] = [
        "SyncAdmins",
        "SyncOperators",
        "SyncJoiners",
        "SyncBrowse",
        "SyncPasswordSet",
        "SyncPasswordReset",
    ];
    const OF_THE_DOMAIN: [&str; 3] = ["Domain Admins", "Domain Users", "Domain Computers"];
    let name = account.name();
    let rest = name.get(3..).filter(|_| {
        let product = name.get(..3).unwrap_or_default();
        product.eq_ignore_ascii_case("MIM") || product.eq_ignore_ascii_case("FIM")
    });
    rest.is_some_and(|rest| GROUPS.iter().any(|it| it.eq_ignore_ascii_case(rest)))
        || OF_THE_DOMAIN.iter().any(|it| it.eq_ignore_ascii_case(name))
}

fn localhost(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for portal in portals(deployment) {
        if let Some(host) = portal.host.said().filter(|it| it.is_local()) {
            let example = match portal.kind {
                PasswordPortalKind::Registration => "pwreg.contoso.com",
                PasswordPortalKind::Reset => "pwreset.contoso.com",
            };
            out.about(&host.origin, format!("the {} is on `{}`", title(portal.kind), host.value))
                .label("leads every user to their own computer")
                .help(format!("write the name that users type, such as `{example}`"));
        }
        if let Some(address) = portal.service_address.said().filter(|it| it.is_local()) {
            let message =
                format!("the {} calls the MIM Service at `{}`", title(portal.kind), address.value);
            out.about(&address.origin, message)
                .label("not the name of its service principal")
                .help("write the name that clients use, such as `mim.contoso.com`, or leave it out where `service::address` says it");
        }
    }
}

fn same_address(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let mut taken: Vec<(&HostName, u16, &Origin, &str)> = Vec::new();
    if let Some(site) = deployment.portal.get().and_then(|it| it.site.said()) {
        taken.push((site.host(), site.port(), &site.origin, "MIM Portal"));
    }
    for portal in portals(deployment) {
        let (Some(host), Some(port)) = (portal.host.said(), portal.port_number()) else { continue };
        let name = title(portal.kind);
        let first = taken.iter().find(|(other, at, ..)| **other == host.value && *at == port);
        let Some((_, _, origin, other)) = first else {
            taken.push((&host.value, port, &host.origin, name));
            continue;
        };
        let message =
            format!("the {name} has the address of the {other}: `{}`, port {port}", host.value);
        let finding = out.about(&host.origin, message);
        finding.label("IIS runs one site for a host name and a port");
        finding.against(origin, format!("the {other} is here"));
        if let Some(said) = portal.port.said() {
            finding.relate(said.origin.at, "its port");
            finding.help("give it a host name of its own, or another port");
        } else {
            finding.help("give it a host name of its own, or another port: `.port(81)`");
            finding.fix(
                "move it to port 81",
                Applicability::Review,
                portal.origin.call.after(),
                ".port(81)",
            );
        }
    }
}

fn access(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for portal in portals(deployment).filter(|it| deployment.complete && it.extranet.is_unsaid()) {
        let message = format!("nothing says who reaches the {}", title(portal.kind));
        out.about(&portal.origin, message)
            .label("the wizard has extranet users preselected")
            .help("say `.intranet()` or `.extranet()`")
            .fix(
                "keep it to intranet users",
                Applicability::Review,
                portal.origin.call.after(),
                ".intranet()",
            );
    }
}

fn service_address(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(service) = deployment.service.get().and_then(|it| it.address.said()) else { return };
    let known = service.as_str().to_ascii_lowercase();
    for own in portals(deployment).filter_map(|it| it.service_address.said()) {
        let wanted = own.as_str().to_ascii_lowercase();
        if wanted == known || nearest(&wanted, [known.as_str()]).is_none() {
            continue;
        }
        let message =
            format!("`{}` is nearly the MIM Service's address `{}`", own.value, service.value);
        let finding = out.about(&own.origin, message);
        finding.label("another name");
        finding.against(&service.origin, "clients of this MIM Service use this name");
        finding.help(format!("did you mean `{}`?", service.value));
        if let Some(place) = own.origin.literal() {
            let title = format!("write `{}`", service.value);
            finding.fix(title, Applicability::Review, place, format!("\"{}\"", service.value));
        }
    }
}

fn extranet_service(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.installs(Component::Service) {
        return;
    }
    let open = portals(deployment)
        .find_map(|it| Some((it.kind, it.extranet.said().filter(|it| it.value)?)));
    let Some((kind, extranet)) = open else { return };
    let finding = out.about(&extranet.origin, "extranet users reach the server of the MIM Service");
    finding.label("the password portal is on the same server");
    if let Some(choice) = deployment.choice(Component::Service) {
        finding.relate(choice.call, "installs the MIM Service");
    }
    let function = match kind {
        PasswordPortalKind::Registration => "remote_password_registration",
        PasswordPortalKind::Reset => "remote_password_reset",
    };
    finding.help(format!("put the password portals on a host of their own, and declare their accounts here: `portal::{function}(account)`"));
}

fn port_of_https(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for portal in portals(deployment) {
        let Some(port) = portal.port.said().filter(|it| it.number() == 443) else { continue };
        out.about(&port.origin, format!("the {} gets http on port 443", title(portal.kind)))
            .label("setup binds no certificate")
            .help(
                "leave the port at 80, and bind a certificate on 443 in IIS after the installation",
            );
    }
}

fn plain(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let link = deployment.portal.get().and_then(|it| it.registration_link.value());
    let planned = link.is_some_and(|it| it.scheme() == "https")
        || portals(deployment).any(|it| it.port_number() == Some(443));
    let Some(portal) = portals(deployment).next().filter(|_| !planned) else { return };
    out.about(&portal.origin, "setup makes the site of a password portal with http only")
        .label("passwords cross the network in clear")
        .help("after the installation, bind a certificate to it in IIS, and require SSL for the virtual directory");
}

fn remote_twice(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let pairs = [
        (&deployment.registration, &deployment.remote_registration),
        (&deployment.reset, &deployment.remote_reset),
    ];
    for (here, remote) in pairs {
        let (Some(here), Some(remote)) = (here.get(), remote.get()) else { continue };
        out.about(&remote.origin, format!("the {} is on this server as well", title(here.kind)))
            .label("declared for another host")
            .relate(here.origin.call, "installed on this server")
            .help("keep one of the two; for a portal on this server setup declares the account itself");
    }
}

fn remote_service(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.installs(Component::Service) {
        return;
    }
    for remote in remotes(deployment) {
        let message =
            format!("the account of the {} is declared to no MIM Service", title(remote.kind));
        out.about(&remote.origin, message)
            .label("only the MIM Service takes it")
            .help("say it in the script that installs the MIM Service, or install the service here: `components::service()`");
    }
}

fn remote_page(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(license) = deployment.license.get().filter(|it| it.edition == Edition::EntraId) else {
        return;
    };
    let Some(remote) = remotes(deployment).next() else { return };
    out.about(
        &remote.origin,
        "no page of this edition's wizard is known to ask for password portals on other hosts",
    )
    .label("set by a property only")
    .relate(license.origin.call, "the edition for Entra ID P1 or P2")
    .help("look after the installation whether users can register and reset");
}

fn entra(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(license) = deployment.license.get().filter(|it| it.edition == Edition::EntraId) else {
        return;
    };
    let Some(portal) = portals(deployment).next() else { return };
    out.about(
        &portal.origin,
        "password portals are not needed where Entra ID does password reset",
    )
    .label(format!("installs the {}", title(portal.kind)))
    .relate(license.origin.call, "Entra ID P1 or P2, which has password reset")
    .help("ask which of the two the customer's users shall have, and leave the portals out if it is Entra ID");
}

/// The password portals on this server.
fn portals(deployment: &Deployment) -> impl Iterator<Item = &Declared<PasswordPortal>> {
    deployment.registration.get().into_iter().chain(deployment.reset.get())
}

/// The password portals on other hosts.
fn remotes(deployment: &Deployment) -> impl Iterator<Item = &Declared<RemotePasswordPortal>> {
    deployment.remote_registration.get().into_iter().chain(deployment.remote_reset.get())
}

fn component(kind: PasswordPortalKind) -> Component {
    match kind {
        PasswordPortalKind::Registration => Component::PasswordRegistration,
        PasswordPortalKind::Reset => Component::PasswordReset,
    }
}

fn title(kind: PasswordPortalKind) -> &'static str {
    component(kind).title()
}
