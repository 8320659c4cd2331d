//! The questions about the two password portals: pages 20 to 25, and their accounts where they are on another host.

use crate::author::answers::{Answers, yes};
use crate::author::question::{Kind, Preset, Question};
use crate::author::questions::common::{EITHER, SOURCES, entry, fits, sourced};
use crate::author::questions::{has_address, one, text};
use crate::author::write::same_pool;
use crate::model::format::{DomainAccount, HostName, Port};

fn pool(answers: &Answers) -> String {
    format!("{}\\mimpool", answers.get("account.domain"))
}

macro_rules! questions {
    ($($noun:literal, $component:literal, $title:literal, $host:literal, $iis:literal, $service:literal);*) => { &[
        $(
        Question {
            page: Some($iis),
            label: concat!($title, ": Account Name"),
            help: r"Domain\Account of the portal's application pool, not that of the MIM Service.",
            asked: |it| it.installs($component),
            ..text(
                concat!($noun, ".pool_account"),
                fits::<DomainAccount>,
                Preset::Offered(pool),
            )
        },
        Question {
            page: Some($iis),
            label: concat!($title, ": Password"),
            help: "Where it comes from. The wizard's field stays empty for a managed account.",
            asked: |it| {
                let account = it.get(concat!($noun, ".pool_account"));
                // One account has one password.
                let known = $noun == "reset" && same_pool(it);
                it.installs($component) && !account.ends_with('$') && !known
            },
            ..one(concat!($noun, ".pool_password"), SOURCES, sourced("prompt"))
        },
        Question {
            page: Some($iis),
            label: concat!($title, ": Host Name"),
            help: "The name that users type, which is the host header of the site.",
            asked: |it| it.installs($component),
            ..text(
                concat!($noun, ".host"),
                fits::<HostName>,
                Preset::Offered(|it| format!(concat!($host, ".{}"), it.domain())),
            )
        },
        Question {
            page: Some($iis),
            label: concat!($title, ": Port"),
            help: "The TCP port of the site.",
            asked: |it| it.installs($component),
            ..text(concat!($noun, ".port"), fits::<Port>, Preset::Offered(|_| "80".to_owned()))
        },
        Question {
            page: Some($iis),
            label: concat!($title, ": Open port in firewall"),
            help: "Users on other computers reach the portal through it.",
            asked: |it| it.installs($component),
            ..one(
                concat!($noun, ".open_firewall"),
                EITHER,
                Preset::Offered(|_| yes(false).to_owned()),
            )
        },
        Question {
            page: Some($service),
            label: concat!($title, ": MIM Service Server address"),
            help: "The MIM Service that the portal calls.",
            asked: |it| it.installs($component),
            ..text(
                concat!($noun, ".service_address"),
                fits::<HostName>,
                Preset::Offered(|it| {
                    if $noun == "reset" && !has_address(it) && it.installs("password_registration") {
                        it.get("registration.service_address")
                    } else {
                        it.get("service.address")
                    }
                }),
            )
        },
        Question {
            page: Some($service),
            label: concat!($title, ": hosted on an IIS site which can be accessed"),
            help: "What comes from the extranet goes through the gates for it.",
            asked: |it| it.installs($component),
            ..one(
                concat!($noun, ".extranet"),
                &[entry("yes", "by extranet users"), entry("no", "only by intranet users")],
                Preset::Offered(|_| yes(true).to_owned()),
            )
        }
        ),*,
        $(
        Question {
            label: concat!($title, " on another host: its account"),
            help: r"Domain\Account of its application pool. Leave it empty if there is no such host.",
            kind: Kind::Optional(fits::<DomainAccount>),
            asked: |it| it.installs("service") && !it.installs($component),
            ..text(
                concat!("remote_", $noun, ".account"),
                fits::<DomainAccount>,
                Preset::Offered(|_| String::new()),
            )
        }
        ),*
    ] };
}

/// The questions.
pub(super) static QUESTIONS: &[Question] = questions!(
    "registration", "password_registration", "Password Registration Portal", "pwreg", 20, 22;
    "reset", "password_reset", "Password Reset Portal", "pwreset", 23, 25
);
