//! The MIM Portal: its SharePoint site, the link to password registration, and who may open it. Pages 16, 18 and 19.

use jiff::civil::{Date, date};

use crate::diagnostic::{Applicability, Diagnostic, Reporter, nearest};
use crate::model::format::{Build, HostName, Url};
use crate::model::{Component, Declared, Deployment, Part, Portal};
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::{Check, Field, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "portal",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &PORTAL_MISSING, run: missing },
        Check { code: &PORTAL_LOCALHOST, run: localhost },
        Check { code: &PORTAL_SITE_PATH, run: site_path },
        Check { code: &PORTAL_SITE_ADDRESS, run: site_address },
        Check { code: &PORTAL_REGISTRATION_LINK, run: registration_link },
        Check { code: &PORTAL_REGISTRATION_LINK_PLAIN, run: plain_link },
        Check { code: &PORTAL_REGISTRATION_LINK_NOWHERE, run: link_nowhere },
        Check { code: &PORTAL_SHAREPOINT_UPDATES, run: sharepoint_updates },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

/// The month of the updates of SharePoint that the portal of older builds does not bear.
const UPDATES: Date = date(2023, 9, 1);
/// The first build whose portal bears them.
const UPDATES_BUILD: Build = Build::of([4, 6, 673, 0]);
/// Where setup puts the portal below its site.
const PORTAL_PATH: &str = "/identitymanagement";

static PORTAL: Builder = Builder {
    name: "portal::site",
    refusals: &[
        Refusal {
            method: "port",
            reason: "write the port in the site's URL: `portal::site(\"http://mim.contoso.com:8080\")`",
        },
        Refusal {
            method: "open_firewall",
            reason: "setup opens no port for SharePoint; `service::address(host).open_firewall()` opens 5725 and 5726",
        },
        Refusal {
            method: "pool_account",
            reason: "SharePoint's application pool gets its account when the web application is made, before setup; it cannot be a managed account",
        },
        Refusal {
            method: "service_address",
            reason: "`service::address(host)` says it, for the service and for its portal",
        },
        Refusal {
            method: "extranet",
            reason: "only the password portals ask for it: `portal::password_reset(host).extranet()`",
        },
        Refusal {
            method: "intranet",
            reason: "only the password portals ask for it: `portal::password_reset(host).intranet()`",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The SharePoint site collection that holds the MIM Portal. It exists before setup runs, and users open the portal
    /// at `/identitymanagement` below it. A script that says it installs the MIM Portal.
    ///
    /// `url`: the address that users type; not the `http://localhost` that the wizard proposes.
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// ```
    fn portal::site(url: Url) -> PORTAL, pages [16] = |call| {
        let site = call.read(0);
        let portal = Portal {
            site,
            registration_link: Part::Unsaid,
            grant_authenticated_users: Part::Unsaid,
        };
        call.declare(|it| &mut it.portal, portal)
    };
    /// Where "Register for password reset" on the portal's home page leads. Not needed where Entra ID does password reset.
    ///
    /// `url`: the address of the password registration portal.
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com").registration_link("https://pwreg.contoso.com");
    /// ```
    fn .registration_link(url: Url) on [PORTAL], pages [18] = |call| {
        let link = call.read(0);
        call.say(|it, index| &mut it.portal.all[index].value.registration_link, link);
    };
    /// Grants authenticated users access to the MIM Portal site. Off if it is not said.
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com").grant_authenticated_users();
    /// ```
    fn .grant_authenticated_users(flag: Flag = ()) on [PORTAL], pages [19] = |call| {
        let grant = call.flag(0);
        call.say(|it, index| &mut it.portal.all[index].value.grant_authenticated_users, grant);
    };
}

static FIELDS: &[Field] = &[
    Field {
        name: "portal.site",
        label: "Sharepoint site collection URL",
        page: Some(16),
        ty: Ty::Url,
        read: |it| declared(it, |portal| Reading::said(&portal.site)),
    },
    Field {
        name: "portal.registration_link",
        label: "Registration Portal URL",
        page: Some(18),
        ty: Ty::Url,
        read: |it| declared(it, |portal| Reading::said(&portal.registration_link)),
    },
    Field {
        name: "portal.grant_authenticated_users",
        label: "Grant authenticated users access to the MIM Portal site",
        page: Some(19),
        ty: Ty::Flag,
        read: |it| declared(it, |portal| Reading::flag(&portal.grant_authenticated_users)),
    },
];

fn declared(deployment: &Deployment, read: fn(&Portal) -> Reading) -> Reading {
    deployment.portal.get().map_or(Reading::NotAsked, |it| read(it))
}

code! {
    /// Setup installs the MIM Portal into a SharePoint site collection that exists already. It cannot go past page 16
    /// without its address.
    ///
    /// ```rhai,reports
    /// components::portal();
    /// ```
    ///
    /// ```rhai
    /// components::portal();
    /// portal::site("http://mim.contoso.com");
    /// ```
    PORTAL_MISSING: Error = "portal-missing", "MIM Portal without a site",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The wizard proposes `http://localhost`, and the vendor's guide says to replace it: on a user's computer, `localhost`
    /// is that computer. The same holds for the link to the password registration portal.
    ///
    /// ```rhai,reports
    /// portal::site("http://localhost");
    /// ```
    ///
    /// Write the address that users type:
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// ```
    PORTAL_LOCALHOST: Error = "portal-localhost", "portal or link on localhost",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Page 16 asks for the site collection, not for the portal. Setup puts the portal at `/identitymanagement` below it,
    /// and looks in SharePoint for a site collection at the address that it is given.
    ///
    /// ```rhai,reports
    /// portal::site("http://mim.contoso.com/identitymanagement");
    /// ```
    ///
    /// Write the site collection:
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// ```
    PORTAL_SITE_PATH: Warning = "portal-site-path", "portal's page instead of its site collection",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The portal signs its users in with Kerberos, and Kerberos knows names, not IP addresses: browsers ask for a password
    /// instead, and the portal cannot act for the user at the MIM Service.
    ///
    /// ```rhai,reports
    /// portal::site("http://10.0.0.12");
    /// ```
    ///
    /// Write the name for which the service principal name is registered:
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// ```
    PORTAL_SITE_ADDRESS: Warning = "portal-site-address", "portal by its IP address",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/prepare-server-sharepoint" seen "2026-11-23";

    /// "Register for password reset" on the portal's home page leads somewhere else than to the password registration
    /// portal of this deployment. Setup does not compare the two, so a letter too many is found by the first user. IIS
    /// answers only to the host name that the password registration portal was given.
    ///
    /// ```rhai,reports
    /// portal::site("http://mim.contoso.com").registration_link("https://pwregg.contoso.com");
    /// portal::password_registration("pwreg.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com").registration_link("https://pwreg.contoso.com");
    /// portal::password_registration("pwreg.contoso.com");
    /// ```
    PORTAL_REGISTRATION_LINK: Warning = "portal-registration-link", "registration link that leads elsewhere";

    /// Users type their answers, and after them new passwords, where this link leads. With `http` they cross the network
    /// in clear. Setup makes the password portals with http only and says itself that this is not secure: a certificate is
    /// bound in IIS afterwards, and SSL required.
    ///
    /// ```rhai,reports
    /// portal::site("http://mim.contoso.com").registration_link("http://pwreg.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com").registration_link("https://pwreg.contoso.com");
    /// ```
    PORTAL_REGISTRATION_LINK_PLAIN: Warning = "portal-registration-link-plain", "registration link without https",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The home page has a link to password registration, but the script knows no password registration portal, neither
    /// here nor on another host. Where Entra ID does password reset, neither is needed.
    ///
    /// ```rhai,reports
    /// portal::site("http://mim.contoso.com").registration_link("https://pwreg.contoso.com");
    /// ```
    ///
    /// Declare the portal's account if it runs on another host, or leave the link out:
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com").registration_link("https://pwreg.contoso.com");
    /// portal::remote_password_registration(`contoso\mimpool`);
    /// ```
    PORTAL_REGISTRATION_LINK_NOWHERE: Hint = "portal-registration-link-nowhere", "registration link without a portal",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The updates of SharePoint from September 2023 on break the portal of builds before 4.6.673.0. Either that hotfix is
    /// applied, or the site's `web.config` gets two entries below `WebPartSupportedBoundPropertyNames`: `data-title-text` and
    /// `data-link-to-tab-text`; and IIS is restarted.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.421.0").accept_license_terms();
    /// portal::site("http://mim.contoso.com");
    /// ```
    ///
    /// Without the portal there is nothing that SharePoint could break:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.421.0").accept_license_terms();
    /// components::service();
    /// ```
    PORTAL_SHAREPOINT_UPDATES: Hint = "portal-sharepoint-updates", "portal that updates of SharePoint break",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/prepare-server-sharepoint" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.portal.is_declared() {
        return;
    }
    let Some(choice) = deployment.choice(Component::Portal) else { return };
    out.about(choice, "the MIM Portal has no site")
        .label("installs the MIM Portal")
        .help("name the SharePoint site collection: `portal::site(\"http://mim.contoso.com\")`")
        .fix(
            "add the site",
            Applicability::Review,
            deployment.end,
            "\n\nportal::site(\"http://mim.contoso.com\");",
        );
}

fn localhost(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let service = deployment.service.get().and_then(|it| it.address.value());
    if let Some(site) = site(deployment).filter(|it| it.is_local()) {
        let message =
            format!("`{}` is what the wizard proposes, not the portal's address", site.value);
        let finding = out.about(&site.origin, message);
        finding.label("leads every user to their own computer");
        local(finding, site, service, "http://mim.contoso.com");
    }
    if let Some(link) = link(deployment).filter(|it| it.is_local()) {
        let finding = out.about(
            &link.origin,
            format!("the registration link `{}` leads to localhost", link.value),
        );
        finding.label("leads every user to their own computer");
        let registration = deployment.registration.get().and_then(|it| it.host.value());
        local(finding, link, registration, "https://pwreg.contoso.com");
    }
}

/// Says what to write instead of a local address: the host that is known, else an example.
fn local(finding: &mut Diagnostic, url: &Declared<Url>, host: Option<&HostName>, example: &str) {
    match host.filter(|it| !it.is_local()) {
        Some(host) => {
            let instead = with_host(url, host);
            finding.help(format!("write `{instead}`"));
            replace(finding, url, &instead);
        }
        None => {
            finding.help(format!("write the address that users type, such as `{example}`"));
        }
    }
}

fn sharepoint_updates(deployment: &Deployment, as_of: Date, out: &mut Reporter<'_>) {
    let Some(portal) = deployment.choice(Component::Portal).filter(|_| as_of >= UPDATES) else {
        return;
    };
    let build = deployment.installer.get().and_then(|it| it.build.said());
    let Some(build) = build.filter(|it| it.value < UPDATES_BUILD) else { return };
    out.about(
        &build.origin,
        format!("updates of SharePoint since September 2023 break the portal of build {}", build.value),
    )
    .label(format!("needs {UPDATES_BUILD}, or entries in `web.config`"))
    .against(portal, "installs the MIM Portal")
    .help("apply the hotfix 4.6.673.0 after the installation, or add `data-title-text` and `data-link-to-tab-text` below `WebPartSupportedBoundPropertyNames` in the site's `web.config`, and restart IIS");
}

fn site_path(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(site) = site(deployment) else { return };
    let path = site.path().trim_end_matches('/');
    let Some(at) =
        path.len().checked_sub(PORTAL_PATH.len()).filter(|at| path.is_char_boundary(*at))
    else {
        return;
    };
    if path[at..].eq_ignore_ascii_case(PORTAL_PATH) {
        let instead = format!("{}://{}{}{}", site.scheme(), site.host(), port(site), &path[..at]);
        let finding = out.about(
            &site.origin,
            format!("`{}` is the portal, not its site collection", site.value),
        );
        finding.label(format!("setup adds `{PORTAL_PATH}` itself"));
        finding.help(format!("write `{instead}`"));
        replace(finding, site, &instead);
    }
}

fn site_address(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(site) = site(deployment).filter(|it| it.host().is_address() && !it.is_local()) else {
        return;
    };
    out.about(&site.origin, format!("the site `{}` is named by its IP address", site.value))
        .label("Kerberos knows names only")
        .help("write the name that users type, such as `http://mim.contoso.com`");
}

fn registration_link(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(link) = link(deployment).filter(|it| !it.is_local()) else { return };
    let Some(registration) = deployment.registration.get() else { return };
    let Some(host) = registration.host.said() else { return };
    let other = *link.host() != host.value;
    // A site with https is bound by hand afterwards, on whichever port.
    let is_port = |port| port == link.port();
    let wrong_port = link.scheme() == "http" && !registration.port_number().is_none_or(is_port);
    if !other && !wrong_port {
        return;
    }
    let instead = with_host(link, &host.value);
    let reset = deployment.reset.get().and_then(|it| it.host.said());
    if let Some(reset) = reset.filter(|it| other && it.value == *link.host()) {
        let finding =
            out.about(&link.origin, "the registration link leads to the MIM Password Reset Portal");
        finding.label("not the MIM Password Registration Portal");
        finding.against(&host.origin, "the MIM Password Registration Portal is here");
        finding.relate(reset.origin.at, "the MIM Password Reset Portal is here");
        finding.help(format!("write `{instead}`"));
        replace(finding, link, &instead);
    } else if other {
        let message =
            format!("the registration link leads to `{}`, not to `{}`", link.host(), host.value);
        let finding = out.about(&link.origin, message);
        finding.label("no password registration portal of this deployment");
        finding.against(&host.origin, "the MIM Password Registration Portal is here");
        let wanted = link.host().as_str().to_ascii_lowercase();
        let known = host.value.as_str().to_ascii_lowercase();
        if nearest(&wanted, [known.as_str()]).is_some() {
            finding.help(format!("did you mean `{instead}`?"));
            replace(finding, link, &instead);
        } else {
            finding.help(format!(
                "write `{instead}`, or make sure that `{}` is published to that portal",
                link.host()
            ));
        }
    } else {
        let message = format!("the registration link leads to port {}", link.port());
        let finding = out.about(&link.origin, message);
        finding.label("the MIM Password Registration Portal is on another port");
        let port = registration.port.origin().unwrap_or(&registration.origin);
        finding.against(port, "its port is decided here");
        finding.help("write the same port in both places");
    }
}

fn plain_link(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(link) = link(deployment).filter(|it| it.scheme() == "http" && !it.is_local()) else {
        return;
    };
    let finding =
        out.about(&link.origin, format!("the registration link `{}` is not encrypted", link.value));
    finding.label("passwords and answers cross the network in clear");
    finding.help(
        "bind a certificate to the portal in IIS after the installation, and write `https://`",
    );
    // With a port in it, the encrypted address is another one that nobody has told.
    if link.written_port().is_none() {
        let instead = format!("https://{}{}{}", link.host(), link.path(), link.query());
        replace(finding, link, &instead);
    }
}

fn link_nowhere(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let declared = deployment.choice(Component::PasswordRegistration).is_some()
        || deployment.remote_registration.is_declared();
    if !deployment.complete || declared {
        return;
    }
    let Some(link) = link(deployment).filter(|it| !it.is_local()) else { return };
    out.about(&link.origin, "the registration link leads to a portal that the script does not know")
        .label("no password registration portal is declared")
        .help("declare it: `portal::password_registration(host)`, or `portal::remote_password_registration(account)` if it runs on another host")
        .help("leave the link out where Entra ID does password reset");
}

fn site(deployment: &Deployment) -> Option<&Declared<Url>> {
    deployment.portal.get()?.site.said()
}

fn link(deployment: &Deployment) -> Option<&Declared<Url>> {
    deployment.portal.get()?.registration_link.said()
}

/// The same address on another host.
fn with_host(url: &Url, host: &HostName) -> String {
    format!("{}://{host}{}{}{}", url.scheme(), port(url), url.path(), url.query())
}

fn port(url: &Url) -> String {
    url.written_port().map_or_else(String::new, |port| format!(":{port}"))
}

fn replace(finding: &mut Diagnostic, url: &Declared<Url>, instead: &str) {
    if let Some(place) = url.origin.literal() {
        finding.fix(
            format!("write `{instead}`"),
            Applicability::Review,
            place,
            format!("\"{instead}\""),
        );
    }
}
