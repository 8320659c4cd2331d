//! The questions, in the order of the wizard's pages and in its words.

mod common;
mod mail;
mod password_portals;

use std::sync::LazyLock;

use crate::author::answers::{Answers, yes};
use crate::author::question::{Entry, Judge, Kind, Preset, Question};
use crate::author::questions::common::{
    EITHER, SOURCES, account_name, entry, fits, netbios_name, sourced,
};
use crate::model::format::{
    Build, DatabaseName, DomainAccount, DomainName, EmailAddress, HostName, SqlServer, Text,
    Thumbprint, Url, WindowsPath,
};

/// The questions.
pub static QUESTIONS: LazyLock<Vec<&'static Question>> = LazyLock::new(|| {
    let tables = [BEFORE, COMMON, mail::SERVER, mail::APPLICATION, SERVICE, PORTAL];
    let last = [password_portals::QUESTIONS, AFTER];
    tables.into_iter().chain(last).flatten().collect()
});

const fn text(id: &'static str, judge: Judge, default: Preset) -> Question {
    let asked: fn(&Answers) -> bool = |_| true;
    Question { id, page: None, label: "", help: "", kind: Kind::Text(judge), default, asked }
}

const fn one(id: &'static str, entries: &'static [Entry], default: Preset) -> Question {
    let kind = Kind::One(entries);
    let asked: fn(&Answers) -> bool = |_| true;
    Question { id, page: None, label: "", help: "", kind, default, asked }
}

static BEFORE: &[Question] = &[
    Question {
        label: "Customer",
        help: "Names the deployment and the files, and the names that are offered further on.",
        ..text("customer", fits::<Text>, Preset::Offered(|_| "Contoso".to_owned()))
    },
    Question {
        label: "Edition of the installer",
        help: "A subscription with Entra ID P1 or P2 has an edition of its own, which signs in to the tenant. The other one needs no tenant.",
        ..one(
            "license.edition",
            &[entry("entra_id", "Entra ID P1 or P2"), entry("volume", "volume licence")],
            Preset::Offered(|_| "entra_id".to_owned()),
        )
    },
    Question {
        page: Some(1),
        label: "Package",
        help: "`Service and Portal.msi`, where it will lie on the server, with the whole folder around it.",
        ..text(
            "installer.package",
            fits::<WindowsPath>,
            Preset::Offered(|_| r"D:\MIM\Service and Portal\Service and Portal.msi".to_owned()),
        )
    },
    Question {
        page: Some(1),
        label: "Build",
        help: "As the package's properties in the Explorer show it. Rules about builds are judged by it.",
        ..text("installer.build", fits::<Build>, Preset::Offered(|_| "4.6.673.0".to_owned()))
    },
    Question {
        page: Some(1),
        label: "Log",
        help: "The verbose log of the installation. The plan makes its folder first; setup fails without it.",
        ..text(
            "installer.log",
            fits::<WindowsPath>,
            Preset::Offered(|_| r"c:\miminstall\log.txt".to_owned()),
        )
    },
    Question {
        page: Some(2),
        label: "I accept the terms in the License Agreement",
        help: "Setup requires it; the terms are in the folder of the package.",
        ..one("installer.license_terms", EITHER, Preset::Sample(|_| yes(true).to_owned()))
    },
    Question {
        page: Some(3),
        label: "Azure Cloud",
        help: "The cloud of the customer's tenant. GCC is in the worldwide cloud, `Azure AD`.",
        asked: |it| it.is("license.edition", "entra_id"),
        ..one(
            "cloud.environment",
            &[
                entry("global", "Azure AD"),
                entry("china", "Azure AD China operated by 21Vianet"),
                entry("us_government_gcc_high", "Microsoft 365 Government - GCC High"),
                entry("us_government_dod", "Microsoft 365 Government - DoD"),
            ],
            Preset::Offered(|_| "global".to_owned()),
        )
    },
    Question { asked: |it| it.is("license.edition", "entra_id"), ..TENANT },
    Question {
        page: Some(4),
        label: "User name",
        help: "Who signs in to the tenant while the wizard runs: a member who may read the subscriptions. The password is never asked here.",
        asked: |it| it.is("license.edition", "entra_id"),
        ..text(
            "license.sign_in_as",
            fits::<EmailAddress>,
            Preset::Offered(|it| format!("admin@{}", it.get("cloud.tenant"))),
        )
    },
    Question {
        page: Some(5),
        label: "Features",
        help: "What this server gets. MIM Reporting and Privileged Access Management bring the MIM Service with them.",
        kind: Kind::Several(&[
            entry("service", "MIM Service"),
            entry("reporting", "MIM Reporting"),
            entry("privileged_access", "Privileged Access Management"),
            entry("portal", "MIM Portal"),
            entry("password_registration", "MIM Password Registration Portal"),
            entry("password_reset", "MIM Password Reset Portal"),
        ]),
        ..one("installer.components", &[], Preset::Offered(|_| "service,portal".to_owned()))
    },
];

/// The tenant's domain: of the cloud on page 3, or where the mail server on page 8 is in one.
const TENANT: Question = Question {
    page: Some(3),
    label: "Primary domain of the tenant",
    help: "The domain that Microsoft gave to the tenant tells its cloud; one of the customer's own will do as well.",
    ..text(
        "cloud.tenant",
        fits::<DomainName>,
        Preset::Offered(|it| {
            let ending = match it.cloud().as_deref() {
                Some("china") => "partner.onmschina.cn",
                Some("us_government_gcc_high" | "us_government_dod") => "onmicrosoft.us",
                Some(_) | None => "onmicrosoft.com",
            };
            format!("{}.{ending}", it.slug())
        }),
    )
};

static COMMON: &[Question] = &[
    Question {
        page: Some(6),
        label: "Database Server",
        help: r"Server or Server\Instance; a failover cluster or an availability group by its cluster or listener name.",
        asked: |it| it.installs("service"),
        ..text(
            "database.server",
            fits::<SqlServer>,
            Preset::Sample(|it| format!("{0}agl.{0}.com", it.slug())),
        )
    },
    Question {
        page: Some(6),
        label: "Database Name",
        help: "The wizard proposes FIMService, and some tools expect it.",
        asked: |it| it.installs("service"),
        ..text("database.name", fits::<DatabaseName>, Preset::Offered(|_| "FIMService".to_owned()))
    },
    Question {
        page: Some(6),
        label: "If the database you named above already exists, how do you want to proceed?",
        help: "Re-use it for a second server, and when upgrading. Page 7 then warns that it should be backed up.",
        asked: |it| it.installs("service"),
        ..one(
            "database.reuse",
            &[entry("no", "Create a new database"), entry("yes", "Re-use the existing database")],
            Preset::Offered(|_| yes(false).to_owned()),
        )
    },
];

static SERVICE: &[Question] = &[
    Question {
        page: Some(11),
        label: "Service certificate",
        help: "With MIM Reporting where only TLS 1.2 is on, take one that the management server trusts.",
        asked: |it| it.installs("service"),
        ..one(
            "certificate.choice",
            &[
                entry("self_issued", "Generate a new self-issued certificate"),
                entry("existing", "Select a certificate located in the local certificate store"),
            ],
            Preset::Offered(|_| "self_issued".to_owned()),
        )
    },
    Question {
        page: Some(11),
        label: "Select Cert",
        help: "The SHA-1 thumbprint of the certificate, as its details show it.",
        asked: |it| it.installs("service") && it.is("certificate.choice", "existing"),
        ..text(
            "certificate.thumbprint",
            fits::<Thumbprint>,
            Preset::Sample(|_| <Thumbprint as crate::model::format::Format>::EXAMPLE.to_owned()),
        )
    },
    Question {
        page: Some(12),
        label: "Service Account Name",
        help: "Without its domain. The name of a group managed service account ends in `$`.",
        asked: |it| it.installs("service"),
        ..text(
            "account.name",
            account_name,
            Preset::Offered(|it| {
                let managed = it.yes("account.managed");
                if managed { "MIMSrvGMSAsvc$" } else { "svcMIMService" }.to_owned()
            }),
        )
    },
    Question {
        page: Some(12),
        label: "Service Account Password",
        help: "Where it comes from; the password itself is asked for nowhere, and stands in no file of the two.",
        asked: |it| it.installs("service") && !it.yes("account.managed"),
        ..one("account.password", SOURCES, sourced("env"))
    },
    Question {
        page: Some(12),
        label: "Service Account Domain",
        help: "The NetBIOS name of the domain, not its DNS name.",
        asked: |it| it.installs("service"),
        ..text(
            "account.domain",
            netbios_name,
            Preset::Offered(|it| it.slug().chars().take(15).collect()),
        )
    },
    mail::MAILBOX,
    mail::MAILBOX_PASSWORD,
    Question {
        page: Some(14),
        label: "Synchronization Server",
        help: "The server of the MIM Synchronization Service, by the name under which it is reached.",
        asked: |it| it.installs("service"),
        ..text(
            "synchronization.server",
            fits::<HostName>,
            Preset::Offered(|it| format!("mim.{}", it.domain())),
        )
    },
    Question {
        page: Some(14),
        label: "MIM Management Agent Account",
        help: r"Domain\Account. Where the synchronization service has a managed account, that one, with its `$`.",
        asked: |it| it.installs("service"),
        ..text(
            "synchronization.agent_account",
            fits::<DomainAccount>,
            Preset::Offered(|it| {
                let managed = it.yes("account.managed");
                let name = if managed { "MIMSyncGMSAsvc$" } else { "svcMIMMA" };
                format!("{}\\{name}", it.get("account.domain"))
            }),
        )
    },
];

fn has_address(answers: &Answers) -> bool {
    answers.installs("service") || answers.installs("portal")
}

static PORTAL: &[Question] = &[
    Question {
        page: Some(15),
        label: "MIM Service Server address",
        help: "The name that clients use: the server's own, or that of the cluster. No localhost, no http://.",
        asked: has_address,
        ..text(
            "service.address",
            fits::<HostName>,
            Preset::Offered(|it| it.get("synchronization.server")),
        )
    },
    Question {
        page: Some(16),
        label: "Sharepoint site collection URL",
        help: "The site collection that hosts the portal, without /identitymanagement.",
        asked: |it| it.installs("portal"),
        ..text(
            "portal.site",
            fits::<Url>,
            Preset::Offered(|it| format!("http://{}", it.get("service.address"))),
        )
    },
    Question {
        page: Some(18),
        label: "Registration Portal URL",
        help: "Where `Register for password reset` on the portal's home page leads. May be left empty.",
        kind: Kind::Optional(fits::<Url>),
        asked: |it| it.installs("portal"),
        ..text("portal.registration_link", fits::<Url>, Preset::Offered(|_| String::new()))
    },
    Question {
        page: Some(19),
        label: "Open ports 5725 and 5726 in firewall",
        help: "Portals and clients on other servers reach the MIM Service through them.",
        asked: |it| it.installs("service"),
        ..one("service.open_firewall", EITHER, Preset::Offered(|_| yes(false).to_owned()))
    },
    Question {
        page: Some(19),
        label: "Grant authenticated users access to the MIM Portal site",
        help: "Without it, users are given access to the site by hand.",
        asked: |it| it.installs("portal"),
        ..one(
            "portal.grant_authenticated_users",
            EITHER,
            Preset::Offered(|_| yes(false).to_owned()),
        )
    },
];

static AFTER: &[Question] = &[
    Question {
        page: Some(26),
        label: "How the installer runs",
        help: "The wizard opens with everything known filled in; without a window only where everything reaches a property.",
        ..one(
            "installer.form",
            &[entry("review", "review"), entry("quiet", "quiet")],
            Preset::Offered(|_| "review".to_owned()),
        )
    },
    Question {
        label: "After the installation",
        help: "The guide's last tasks: open the portal once, put the site into the browser's zone, switch its Compatibility View off, and enable the rule.",
        kind: Kind::Several(&[
            entry("portal_answers", "the portal answers"),
            entry("intranet_zone", "Local intranet zone"),
            entry("compatibility_view_off", "Compatibility View off"),
            entry("enable_rule", "User management: Users can read attributes of their own"),
        ]),
        asked: |it| it.installs("portal"),
        ..one(
            "after",
            &[],
            Preset::Offered(|it| {
                let rule = if it.installs("service") { ",enable_rule" } else { "" };
                format!("portal_answers,intranet_zone,compatibility_view_off{rule}")
            }),
        )
    },
];
