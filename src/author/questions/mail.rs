//! The questions about mail: pages 8 to 10, and those of page 12 about the mailbox.

use crate::author::answers::{Answers, yes};
use crate::author::question::{Entry, Preset, Question};
use crate::author::questions::common::{EITHER, SOURCES, entry, fits, sourced};
use crate::author::questions::{TENANT, one, text};
use crate::model::format::{EmailAddress, Format, Guid, HostName, Malformed, Text};

/// Why the entry of Office 365 in these clouds does not go with the cloud on page 3, which the script cannot say.
fn elsewhere(answers: &Answers, clouds: &[&str]) -> Option<&'static str> {
    if !answers.is("license.edition", "entra_id") {
        return None;
    }
    let cloud = answers.get("cloud.environment");
    if clouds.contains(&cloud.as_str()) {
        return None;
    }
    Some(match cloud.as_str() {
        "global" => {
            "the tenant is in the worldwide cloud (page 3), whose mailboxes are in `Office 365`"
        }
        "china" => {
            "the tenant is in China (page 3), whose mailboxes are in `Office 365 operated by 21Vianet`"
        }
        _ => {
            "the tenant is in a US Government cloud (page 3), whose mailboxes are in `Office 365 Government GCC High and DoD`"
        }
    })
}

/// What of the list `Mail Server` is typed: Exchange Server and SMTP have a host of the customer's.
fn has_host(answers: &Answers) -> bool {
    answers.installs("service")
        && (answers.is("mail.server", "exchange") || answers.is("mail.server", "smtp"))
}

fn has_mail(answers: &Answers) -> bool {
    answers.installs("service") && !answers.is("mail.server", "none")
}

/// Whether the mailbox is reached by an application.
fn by_application(answers: &Answers) -> bool {
    answers.is_office365() && answers.is("mail.authentication", "application")
}

fn is_registered(answers: &Answers) -> bool {
    by_application(answers) && answers.is("mail.application", "registered")
}

fn registers(answers: &Answers) -> bool {
    by_application(answers) && answers.is("mail.application", "register")
}

/// Page 8, and 9.
pub(super) static SERVER: &[Question] = &[
    Question {
        page: Some(8),
        label: "Mail Server",
        help: "Where the MIM Service sends mail and reads approvals. With SMTP there are no approvals by mail; without any, no mail at all.",
        asked: |it| it.installs("service"),
        ..one(
            "mail.server",
            &[
                entry("exchange", "Exchange Server 2013 or later"),
                Entry {
                    barred: |it| elsewhere(it, &["global"]),
                    ..entry("office365", "Office 365")
                },
                Entry {
                    barred: |it| elsewhere(it, &["china"]),
                    ..entry("office365_china", "Office 365 operated by 21Vianet")
                },
                Entry {
                    barred: |it| elsewhere(it, &["us_government_gcc_high", "us_government_dod"]),
                    ..entry("office365_government", "Office 365 Government GCC High and DoD")
                },
                entry("smtp", "SMTP"),
                entry("none", "None"),
            ],
            Preset::Offered(|_| "exchange".to_owned()),
        )
    },
    Question {
        page: Some(8),
        label: "Host name",
        help: "The mail server, as the MIM Service reaches it.",
        asked: has_host,
        ..text("mail.host", fits::<HostName>, Preset::Sample(|it| format!("mail.{}", it.domain())))
    },
    Question {
        page: Some(8),
        label: "US Government cloud",
        help: "The wizard has one entry for both; addresses and sign-in differ.",
        asked: |it| {
            it.is("license.edition", "volume")
                && it.installs("service")
                && it.is("mail.server", "office365_government")
        },
        ..one(
            "cloud.government",
            &[entry("us_government_gcc_high", "GCC High"), entry("us_government_dod", "DoD")],
            Preset::Offered(|_| "us_government_gcc_high".to_owned()),
        )
    },
    Question {
        page: Some(8),
        asked: |it| it.is("license.edition", "volume") && it.is_office365(),
        ..TENANT
    },
    Question {
        page: Some(8),
        label: "Authentication",
        help: "How the MIM Service signs in to the mail server.",
        asked: has_mail,
        ..one(
            "mail.authentication",
            &[
                entry("basic", "Basic Authentication"),
                entry("application", "Application Context Authentication"),
                entry("integrated", "Integrated Windows Authentication"),
            ],
            Preset::Offered(|it| {
                let online = it.is_office365();
                if online { "application" } else { "integrated" }.to_owned()
            }),
        )
    },
    Question {
        page: Some(8),
        label: "Use Group Managed Service Account",
        help: "The directory keeps the password of such an account, and changes it.",
        asked: |it| it.installs("service"),
        ..one("account.managed", EITHER, Preset::Offered(|_| yes(false).to_owned()))
    },
    Question {
        label: "Reads approvals from the mailbox",
        help: "Exactly one server of a database does. Setup switches it on with Exchange Server, and leaves it off with Office 365.",
        asked: |it| {
            let asks = it.is("mail.server", "exchange") && it.yes("database.reuse");
            it.installs("service") && (asks || it.is_office365())
        },
        ..one("mail.poll", EITHER, Preset::Offered(|_| yes(false).to_owned()))
    },
    Question {
        page: Some(9),
        label: "Management Server",
        help: "The System Center Service Manager management server, not that of its data warehouse.",
        asked: |it| it.has("installer.components", "reporting"),
        ..text(
            "reporting.server",
            fits::<HostName>,
            Preset::Sample(|it| format!("scsm.{}", it.domain())),
        )
    },
];

/// Page 10, and the registration before it.
pub(super) static APPLICATION: &[Question] = &[
    Question {
        page: Some(10),
        label: "Mailbox application",
        help: "The registration in the tenant with which the MIM Service opens its mailbox.",
        asked: by_application,
        ..one(
            "mail.application",
            &[
                entry("registered", "it is registered already"),
                entry("register", "the plan registers it"),
            ],
            Preset::Offered(|_| "registered".to_owned()),
        )
    },
    Question {
        page: Some(10),
        label: "Application ID",
        help: "The Application (client) ID of the registration in the admin center.",
        asked: is_registered,
        ..text("mail.application_id", fits::<Guid>, Preset::Sample(|_| Guid::EXAMPLE.to_owned()))
    },
    Question {
        page: Some(10),
        label: "Tenant ID",
        help: "The Directory (tenant) ID, beside the Application ID in the admin center.",
        asked: is_registered,
        ..text(
            "mail.tenant_id",
            fits::<Guid>,
            Preset::Sample(|_| "e4405d02-4a65-47fe-8c0a-45239eb45a9f".to_owned()),
        )
    },
    Question {
        label: "Display name of the registration",
        help: "As the admin center will list it.",
        asked: registers,
        ..text(
            "application.name",
            fits::<Text>,
            Preset::Offered(|_| "MIM Service mailbox client access".to_owned()),
        )
    },
    Question {
        label: "Days that the new client secret lives",
        help: "It has to be renewed before its end (`mimeo rotate`); 180 days are recommended.",
        asked: registers,
        ..text("application.secret_lifetime_days", days, Preset::Offered(|_| "180".to_owned()))
    },
    Question {
        label: "What keeps it from other mailboxes",
        help: "The permission alone opens every mailbox of the tenant.",
        asked: registers,
        ..one(
            "application.restriction",
            &[
                entry("mailbox", "RBAC for Applications, with the one mailbox"),
                entry("group", "an application access policy, for the members of a group"),
                entry("nothing", "nothing"),
            ],
            Preset::Offered(|_| "mailbox".to_owned()),
        )
    },
    Question {
        label: "Mail-enabled security group",
        help: "The plan makes it, with the mailbox as its member.",
        asked: |it| registers(it) && it.is("application.restriction", "group"),
        ..text(
            "application.group",
            fits::<Text>,
            Preset::Offered(|_| "MIMMailboxAccess".to_owned()),
        )
    },
    Question {
        page: Some(10),
        label: "Client Secret",
        help: "Where it comes from. One that the plan makes is written there, so that it must be a file or the credential store.",
        asked: by_application,
        ..one("mail.client_secret", SOURCES, sourced("file"))
    },
];

/// Page 12, after the account.
pub(super) const MAILBOX: Question = Question {
    page: Some(12),
    label: "Service Email Account",
    help: "The address of the mailbox of the MIM Service; with SMTP, from which it writes.",
    asked: has_mail,
    ..text(
        "mail.mailbox",
        fits::<EmailAddress>,
        Preset::Offered(|it| {
            if it.is_office365() {
                format!("MIMService@{}", it.get("cloud.tenant"))
            } else {
                format!("svcMIMService@{}", it.domain())
            }
        }),
    )
};

/// Whether page 12 asks for the password of the mailbox.
pub(super) const MAILBOX_PASSWORD: Question = Question {
    page: Some(12),
    label: "Service Email Account Password",
    help: "Where it comes from. It is that of the mailbox's own account.",
    asked: |it| {
        let exchange = it.is("mail.server", "exchange") && it.yes("account.managed");
        let basic = it.is_office365() && it.is("mail.authentication", "basic");
        it.installs("service") && (exchange || basic)
    },
    ..one("mail.password", SOURCES, sourced("env"))
};

/// Whether a text is a number of days.
fn days(text: &str) -> Result<(), Malformed> {
    match text.parse::<u16>() {
        Ok(_) => Ok(()),
        Err(_) => {
            Err(Malformed::new("is not a number of days", "write a whole number, such as `180`"))
        }
    }
}
