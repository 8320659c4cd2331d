//! The application as which the MIM Service opens its mailbox in Office 365: its registration in the tenant, the consent, the
//! client secret, and that it reaches no other mailbox.
//!
//! It is said with the mail server (`.register_application(name, secret)`), so its host functions stand in that rib.

mod steps;

use jiff::civil::Date;

use crate::code;
use crate::diagnostic::{Applicability, Reporter};
use crate::model::format::{Format, Text};
use crate::model::{
    AccountKind, Authentication, Declared, Deployment, Mail, MailServer, OverrideValue, Part,
    Restriction, Secret,
};
use crate::plan::op::Value;
use crate::script::registry::Ty;
use crate::source::Origin;
use crate::subject::{Check, Field, Reading, Subject};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "application",
    functions: &[],
    checks: &[
        Check { code: &APPLICATION_UNRESTRICTED, run: unrestricted },
        Check { code: &APPLICATION_GROUP, run: group },
        Check { code: &APPLICATION_SCOPE, run: scope },
        Check { code: &APPLICATION_SECRET_LIFETIME, run: secret_lifetime },
        Check { code: &APPLICATION_SECRET_LONG, run: secret_long },
        Check { code: &APPLICATION_SECRET_YEARS, run: secret_years },
        Check { code: &APPLICATION_SECRET_SHARED, run: secret_shared },
        Check { code: &APPLICATION_SECRET_SOURCE, run: secret_source },
    ],
    fields: FIELDS,
    steps: steps::steps,
};

/// How long a new client secret lives if nobody says it, in days.
const LIFETIME: u16 = 180;
/// The longest life that the portal gives a client secret: 24 months.
const LONGEST: u16 = 730;
/// What a life comes out as that is longer than can be counted.
const FOR_EVER: u16 = u16::MAX;

static FIELDS: &[Field] = &[
    Field {
        name: "application.name",
        label: "Display name of the registration",
        page: None,
        ty: Ty::Text,
        read: |it| registration(it).map_or(Reading::NotAsked, |it| Reading::said(it.name)),
    },
    Field {
        name: "application.secret",
        label: "Where the new client secret is kept",
        page: None,
        ty: Ty::Secret,
        read: |it| registration(it).map_or(Reading::NotAsked, |it| Reading::secret(it.secret)),
    },
    Field {
        name: "application.secret_lifetime_days",
        label: "Days that the new client secret lives",
        page: None,
        ty: Ty::Days,
        read: |it| {
            let Some(registration) = registration(it) else { return Reading::NotAsked };
            match registration.mail.secret_lifetime_days.said() {
                Some(days) => Reading::Said(Value::number(days.value), days.origin.clone()),
                None => Reading::Default(Value::number(LIFETIME), "the recommended lifetime"),
            }
        },
    },
    Field {
        name: "application.restriction",
        label: "What keeps it from other mailboxes",
        page: None,
        ty: Ty::Text,
        read: |it| {
            let Some(registration) = registration(it) else { return Reading::NotAsked };
            match registration.mail.restriction.said() {
                Some(said) => {
                    Reading::Said(Value::text(described(&said.value)), said.origin.clone())
                }
                None => Reading::Default(Value::text("nothing"), "no restriction is said"),
            }
        },
    },
];

fn described(restriction: &Restriction) -> String {
    match restriction {
        Restriction::Group(group) => {
            format!("application access policy for the members of `{group}`")
        }
        Restriction::Mailbox => "RBAC for Applications, scoped to the mailbox".to_owned(),
    }
}

/// What is said of an application that the plan registers.
struct Registration<'d> {
    mail: &'d Mail,
    origin: &'d Origin,
    name: &'d Part<Text>,
    secret: &'d Part<Secret>,
}

fn registration(deployment: &Deployment) -> Option<Registration<'_>> {
    let mail = deployment.mail.get().filter(|it| it.server == MailServer::Office365)?;
    let said: &Declared<Authentication> = mail.authentication.said()?;
    match &said.value {
        Authentication::Registration { name, secret } => {
            Some(Registration { mail, origin: &said.origin, name, secret })
        }
        Authentication::Integrated
        | Authentication::Basic { .. }
        | Authentication::Application { .. } => None,
    }
}

code! {
    /// The permission `full_access_as_app` opens every mailbox of the tenant. Whoever gets hold of the client secret, which
    /// lies on the MIM server, reads all mail of the customer.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"));
    /// ```
    ///
    /// Restrict it to the one mailbox, by a group as the vendor's guide does, or by a role:
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    APPLICATION_UNRESTRICTED: Warning = "application-unrestricted", "application that opens every mailbox",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The vendor's guide says "distribution or mail-enabled security group"; Exchange takes only the second one for an
    /// application access policy. And Microsoft asks to make no new policies of this kind: RBAC for Applications takes their
    /// place. The policy is the safe choice as long as nobody has tried the role with MIM.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    ///
    /// The role needs no group:
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .scope_to_mailbox();
    /// ```
    APPLICATION_GROUP: Hint = "application-group", "group of an application access policy",
        source "https://learn.microsoft.com/en-us/powershell/module/exchangepowershell/new-applicationaccesspolicy" seen "2026-11-23";

    /// With RBAC for Applications the role `Application EWS.AccessAsApp` opens the one mailbox, and no consent is granted: a
    /// consent to `full_access_as_app` would add up with the role and open all of them again, so the plan looks for one that was
    /// granted before, and stops there. The role does not reach
    /// Autodiscover, and whether the MIM Service uses it is not documented. The plan opens the mailbox before it installs, which
    /// shows that the role works, and not that the service does.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .scope_to_mailbox();
    /// ```
    ///
    /// An application access policy has no such limit:
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    APPLICATION_SCOPE: Hint = "application-scope", "limits of RBAC for Applications",
        source "https://learn.microsoft.com/en-us/exchange/permissions-exo/application-rbac" seen "2026-11-23";

    /// A client secret lives at least one day, and not for centuries. "Never", which the vendor's guide still shows, is gone.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .secret_lifetime_days(0)
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .secret_lifetime_days(180)
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    APPLICATION_SECRET_LIFETIME: Error = "application-secret-lifetime", "client secret that lives not at all or for ever",
        source "https://learn.microsoft.com/en-us/graph/api/application-addpassword" seen "2026-11-23";

    /// 180 days are recommended for a client secret. Many tenants have a policy that refuses more, and then registering stops
    /// in the middle; the plan reads that policy first.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .secret_lifetime_days(365)
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .secret_lifetime_days(180)
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    APPLICATION_SECRET_LONG: Hint = "application-secret-long", "client secret that lives longer than recommended",
        source "https://learn.microsoft.com/en-us/entra/identity/enterprise-apps/tutorial-enforce-secret-standards" seen "2026-11-23";

    /// The portal gives a client secret at most 730 days (24 months). The plan makes it with Microsoft Graph, which gives more
    /// unless a policy of the tenant forbids it; the plan reads that policy first. A secret that outlives the project is a secret
    /// that nobody renews, and nobody misses when it is stolen.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .secret_lifetime_days(3650)
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .secret_lifetime_days(180)
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    APPLICATION_SECRET_YEARS: Warning = "application-secret-years", "client secret that lives longer than the portal gives",
        source "https://learn.microsoft.com/en-us/graph/api/application-addpassword" seen "2026-11-23";

    /// The plan writes the new client secret to the source that the values file names for it. A secret that something else
    /// uses as well would be overwritten there, and the other one would no longer work.
    ///
    /// ```rhai,reports
    /// cloud::global("contoso.onmicrosoft.com");
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mim_service_password"))
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    ///
    /// Give it a name of its own:
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    APPLICATION_SECRET_SHARED: Error = "application-secret-shared", "new client secret under the name of another secret";

    /// The plan makes the client secret, and the sign-in service shows its value once. It is written where the values file
    /// says, which must be a place that can be written: a file, or the Windows credential store.
    ///
    /// ```rhai,reports
    /// // values: [secrets]
    /// // values: mailbox_app_secret = { env = "MAILBOX_APP_SECRET" }
    /// mail::office365().register_application("MIM Service mailbox client access", secret("mailbox_app_secret"));
    /// ```
    ///
    /// ```rhai
    /// // values: [secrets]
    /// // values: mailbox_app_secret = { file = "secrets/mailbox.txt" }
    /// mail::office365().register_application("MIM Service mailbox client access", secret("mailbox_app_secret"));
    /// ```
    APPLICATION_SECRET_SOURCE: Error = "application-secret-source", "new client secret that nothing can keep"
}

fn secret_source(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(registration) = registration(deployment) else { return };
    let Some(secret) = registration.secret.said() else { return };
    let name = secret.value.name.text();
    let source = deployment.read_only_secrets.iter().find(|(it, _)| *it == name);
    if let Some((_, source)) = source {
        out.at(*source, format!("the source of `{name}` cannot be written"))
            .label("can only be read")
            .relate(secret.origin.at, "the new client secret is kept here")
            .help(format!("keep it in a file, such as `{name} = {{ file = \"secrets/{name}.txt\" }}`, or use `credential`"));
    }
}

fn unrestricted(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(registration) = registration(deployment) else { return };
    if deployment.complete && registration.mail.restriction.is_unsaid() {
        out.about(registration.origin, "the application opens every mailbox of the tenant")
            .label("gets `full_access_as_app`")
            .help(
                "restrict it: `.restrict_to_group(\"MIMMailboxAccess\")`, or `.scope_to_mailbox()`",
            )
            .fix(
                "restrict it to a group",
                Applicability::Review,
                registration.origin.call.after(),
                ".restrict_to_group(\"MIMMailboxAccess\")",
            );
    }
}

fn group(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(registration) = registration(deployment) else { return };
    let Some(said) = registration.mail.restriction.said() else { return };
    match &said.value {
        Restriction::Group(group) => {
            out.about(&said.origin, format!("`{group}` must be a mail-enabled security group"))
                .label("of an application access policy")
                .help("have Exchange name its type: `MailUniversalSecurityGroup`; the plan makes the group where there is none")
                .help("know that Microsoft replaces these policies by RBAC for Applications: `.scope_to_mailbox()`");
        }
        Restriction::Mailbox => {}
    }
}

fn scope(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(registration) = registration(deployment) else { return };
    let Some(said) = registration.mail.restriction.said() else { return };
    match said.value {
        Restriction::Group(_) => {}
        Restriction::Mailbox => {
            out.about(&said.origin, "the application gets no consent and cannot reach Autodiscover")
                .label("a role for the one mailbox instead")
                .help("try a notification after the installation; if it fails, use `.restrict_to_group(name)`")
                .help("grant no admin consent by hand: it would open every mailbox again");
        }
    }
}

fn secret_lifetime(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(days) = lifetime(deployment) else { return };
    let (message, label) = match days.value {
        0 => ("the client secret is to live less than a day", "at least one day"),
        FOR_EVER => ("the client secret is to live for centuries", "more than can be counted"),
        _ => return,
    };
    out.about(&days.origin, message)
        .label(label)
        .help(format!("write {LIFETIME}, which is recommended, or at most {LONGEST}"));
}

fn secret_years(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let beyond = LONGEST + 1..FOR_EVER;
    if let Some(days) = lifetime(deployment).filter(|it| beyond.contains(&it.value)) {
        out.about(&days.origin, format!("the client secret lives {} days", days.value))
            .label(format!("longer than the {LONGEST} days that the portal gives"))
            .help(format!("write {LIFETIME}, which is recommended, or at most {LONGEST}; a policy of the tenant may refuse more"));
    }
}

fn secret_long(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let advice = LIFETIME + 1..=LONGEST;
    if let Some(days) = lifetime(deployment).filter(|it| advice.contains(&it.value)) {
        out.about(&days.origin, format!("the client secret lives {} days", days.value))
            .label(format!("longer than the recommended {LIFETIME} days"))
            .help(format!("write {LIFETIME}, or have the customer's policy allow it"));
    }
}

fn lifetime(deployment: &Deployment) -> Option<&Declared<u16>> {
    registration(deployment)?.mail.secret_lifetime_days.said()
}

fn secret_shared(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(registration) = registration(deployment) else { return };
    let Some(secret) = registration.secret.said() else { return };
    let name = secret.value.name.text();
    let used = others(deployment).into_iter().find(|(it, _)| **it == secret.value);
    let Some((_, origin)) = used else { return };
    out.about(&secret.origin, format!("the new client secret would overwrite the secret `{name}`"))
        .label("written when the application is registered")
        .against(origin, "used here as well")
        .help("give it a name of its own: `secret(\"mailbox_app_secret\")`");
}

/// The other secrets of the deployment, with where they are used.
fn others(deployment: &Deployment) -> Vec<(&Secret, &Origin)> {
    let mut secrets = Vec::new();
    if let Some(AccountKind::Regular { password }) = deployment.account.get().map(|it| &it.kind) {
        secrets.extend(password.said().map(|it| (&it.value, &it.origin)));
    }
    for portal in [&deployment.registration, &deployment.reset] {
        let password = portal.get().and_then(|it| it.pool_password.said());
        secrets.extend(password.map(|it| (&it.value, &it.origin)));
    }
    let overrides = deployment.installer.get().map_or(&[][..], |it| &it.properties);
    for value in overrides.iter().filter_map(|it| it.value.value.said()) {
        match &value.value {
            OverrideValue::Secret(secret) => secrets.push((secret, &value.origin)),
            OverrideValue::Text(_) => {}
        }
    }
    secrets
}
