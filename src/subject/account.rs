//! The account under which the MIM Service runs: regular, or a group managed service account. Pages 8, 12 and 13.

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter};
use crate::model::format::{Build, DomainAccount};
use crate::model::{
    AccountKind, Component, Declared, Deployment, Part, PasswordPortalKind, ServiceAccount,
};
use crate::plan::op::Value;
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::source::{Origin, Span};
use crate::subject::{Check, Field, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "account",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &ACCOUNT_MISSING, run: missing },
        Check { code: &ACCOUNT_MANAGED_NAME, run: managed_name },
        Check { code: &ACCOUNT_REGULAR_NAME, run: regular_name },
        Check { code: &ACCOUNT_MANAGED_BUILD, run: managed_build },
        Check { code: &ACCOUNT_LOCAL, run: local },
        Check { code: &ACCOUNT_ADMINISTRATOR, run: administrator },
        Check { code: &ACCOUNT_AGENT, run: agent },
        Check { code: &ACCOUNT_POOL, run: pool },
        Check { code: &ACCOUNT_MANAGED_HOST, run: managed_host },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

/// The first build whose installer takes a managed account.
const MANAGED_BUILD: Build = Build::of([4, 6, 34, 0]);

static REGULAR: Builder = Builder {
    name: "account::regular",
    refusals: &[
        Refusal {
            method: "password",
            reason: "the password is the second argument: `account::regular(name, secret)`",
        },
        Refusal {
            method: "mailbox",
            reason: "the mailbox is said with the mail server: `mail::…`",
        },
    ],
};

static MANAGED: Builder = Builder {
    name: "account::gmsa",
    refusals: &[
        Refusal {
            method: "password",
            reason: "the directory keeps the password of a managed account; page 12 leaves the field empty",
        },
        Refusal {
            method: "mailbox",
            reason: "the mailbox is said with the mail server: `mail::…`",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// A regular service account: a domain user with a password (options A to E, pages 8 and 12). Lock it down as the
    /// vendor's guide asks: deny it to log on locally, as a batch job, and over the network.
    ///
    /// - `name`: `domain\name`, the domain by its NetBIOS name.
    /// - `password`: the secret that holds its password.
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    fn account::regular(name: Account, password: Secret) -> REGULAR, pages [8, 12] = |call| {
        let (account, password) = (call.read(0), call.secret(1));
        let account = ServiceAccount { account, kind: AccountKind::Regular { password } };
        call.declare(|it| &mut it.account, account)
    };
    /// A group managed service account (options F to I, pages 8 and 12). It has no password that anybody could enter, so there
    /// is none to say.
    ///
    /// - `name`: `domain\name$`, with the `$` at its end.
    ///
    /// ```rhai
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    fn account::gmsa(name: Account) -> MANAGED, pages [8, 12] = |call| {
        let account = ServiceAccount { account: call.read(0), kind: AccountKind::Managed };
        call.declare(|it| &mut it.account, account)
    };
}

static FIELDS: &[Field] = &[
    Field {
        name: "account.managed",
        label: "Use Group Managed Service Account",
        page: Some(8),
        ty: Ty::Flag,
        read: |it| {
            let Some(account) = it.account.get() else { return Reading::NotAsked };
            let managed = Value::flag(is_managed(account));
            Reading::Said(managed, account.origin.clone())
        },
    },
    Field {
        name: "account.name",
        label: "Service Account Name",
        page: Some(12),
        ty: Ty::Text,
        read: |it| half(it, DomainAccount::name),
    },
    Field {
        name: "account.password",
        label: "Service Account Password",
        page: Some(12),
        ty: Ty::Secret,
        read: |it| match it.account.get().map(|it| &it.kind) {
            Some(AccountKind::Regular { password }) => Reading::secret(password),
            Some(AccountKind::Managed) | None => Reading::NotAsked,
        },
    },
    Field {
        name: "account.domain",
        label: "Service Account Domain",
        page: Some(12),
        ty: Ty::Text,
        read: |it| half(it, DomainAccount::domain),
    },
    // The mail server's rib knows them, but the wizard asks for them with the account.
    Field {
        name: "mail.mailbox",
        label: "Service Email Account",
        page: Some(12),
        ty: Ty::Email,
        read: |it| it.mail.get().map_or(Reading::NotAsked, |it| Reading::said(&it.address)),
    },
    Field {
        name: "mail.password",
        label: "Service Email Account Password",
        page: Some(12),
        ty: Ty::Secret,
        read: |it| {
            let Some(mail) = it.mail.get() else { return Reading::NotAsked };
            let managed = it.account.get().is_some_and(|it| is_managed(it));
            mail.page_12_password(managed).map_or(Reading::NotAsked, Reading::secret)
        },
    },
];

/// One of the two halves of the account, which page 12 asks for separately.
fn half(deployment: &Deployment, half: fn(&DomainAccount) -> &str) -> Reading {
    let said = deployment.account.get().and_then(|it| it.account.said());
    said.map_or(Reading::NotAsked, |it| {
        Reading::Said(Value::text(half(&it.value)), it.origin.clone())
    })
}

fn is_managed(account: &ServiceAccount) -> bool {
    matches!(account.kind, AccountKind::Managed)
}

code! {
    /// The MIM Service runs under an account, and setup cannot go past page 12 without one.
    ///
    /// ```rhai,reports
    /// components::service();
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    ACCOUNT_MISSING: Error = "account-missing", "MIM Service without a service account",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The name of a group managed service account ends in `$`, in Active Directory and in the wizard alike. Without it setup
    /// looks for a user of that name.
    ///
    /// ```rhai,reports
    /// account::gmsa(`contoso\MIMSrvGMSAsvc`);
    /// ```
    ///
    /// ```rhai
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    ACCOUNT_MANAGED_NAME: Error = "account-managed-name", "managed account without `$`",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-gmsa" seen "2026-11-23";

    /// A name that ends in `$` is that of a group managed service account, or of a computer. Neither has a password that
    /// could be entered on page 12.
    ///
    /// ```rhai,reports
    /// account::regular(`contoso\MIMSrvGMSAsvc$`, secret("mim_service_password"));
    /// ```
    ///
    /// ```rhai
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    ACCOUNT_REGULAR_NAME: Error = "account-regular-name", "regular account with `$`",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-gmsa" seen "2026-11-23";

    /// The installer takes a group managed service account from build 4.6.34.0 (Service Pack 2) on. Builds from 4.5.26.0 on
    /// can be changed to one after they were installed with a regular account.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.5.412.0").accept_license_terms();
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).build("4.6.421.0").accept_license_terms();
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    ACCOUNT_MANAGED_BUILD: Error = "account-managed-build", "build that takes no managed account",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/reference/version-history" seen "2026-11-23";

    /// The domain of the service account is the name of one of this deployment's own hosts, so it seems to be an account of
    /// that computer. The MIM Service needs an account of the domain: for Kerberos, for SQL Server and for the
    /// synchronization service.
    ///
    /// ```rhai,reports
    /// service::address("mim.contoso.com");
    /// account::regular(`MIM\svcMIMService`, secret("mim_service_password"));
    /// ```
    ///
    /// ```rhai
    /// service::address("mim.contoso.com");
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    ACCOUNT_LOCAL: Warning = "account-local", "account of a computer, not of the domain",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/preparing-domain" seen "2026-11-23";

    /// The MIM Service should not run as an administrator of its server. Whoever gets hold of the service would have the
    /// server, and with a domain administrator the domain.
    ///
    /// ```rhai,reports
    /// account::regular(`contoso\Administrator`, secret("administrator_password"));
    /// ```
    ///
    /// Use an account of its own:
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    ACCOUNT_ADMINISTRATOR: Warning = "account-administrator", "service account that is an administrator",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/mim-best-practices" seen "2026-11-23";

    /// The service account is denied to log on locally and over the network, and the MIM management agent's account needs
    /// both. One account cannot be locked down for the one and opened for the other.
    ///
    /// ```rhai,reports
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMService`);
    /// ```
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    ACCOUNT_AGENT: Warning = "account-agent", "one account for the service and its management agent",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/mim-best-practices" seen "2026-11-23";

    /// The service account is denied to log on as a batch job, as the application pool of a password portal does. And the pool
    /// serves users, perhaps from the internet, with the rights of the MIM Service.
    ///
    /// ```rhai,reports
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// portal::password_registration("pwreg.contoso.com")
    ///     .pool_account(`contoso\svcMIMService`, secret("mim_service_password"))
    ///     .intranet();
    /// ```
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// portal::password_registration("pwreg.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"))
    ///     .intranet();
    /// ```
    ACCOUNT_POOL: Warning = "account-pool", "one account for the service and a portal's application pool",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/mim-best-practices" seen "2026-11-23";

    /// Before setup can use a managed account, this server must be a member of the group that may retrieve its password, and
    /// must have been restarted since. A service `MIMKeyProtectService` that an earlier attempt left behind stops the
    /// installer. And the warning on page 13 always appears, since setup cannot log on as the account to test it.
    ///
    /// ```rhai,reports
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    ///
    /// A regular account needs none of this:
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    ACCOUNT_MANAGED_HOST: Hint = "account-managed-host", "server that is to use a managed account",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-gmsa" seen "2026-11-23",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-gmsascript" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.account.is_declared() {
        return;
    }
    let Some(choice) = deployment.choice(Component::Service) else { return };
    out.at(choice.call, "the MIM Service has no service account")
        .label("installs the MIM Service")
        .help("name it: ``account::regular(`contoso\\svcMIMService`, secret(\"mim_service_password\"))``, or ``account::gmsa(`contoso\\MIMSrvGMSAsvc$`)``")
        .fix(
            "add the account",
            Applicability::Review,
            deployment.end,
            "\n\naccount::regular(`contoso\\svcMIMService`, secret(\"mim_service_password\"));",
        );
}

/// The account's name, with whether the account is managed.
fn named(deployment: &Deployment) -> Option<(&Declared<DomainAccount>, bool)> {
    let account = deployment.account.get()?;
    Some((account.account.said()?, is_managed(account)))
}

fn managed_name(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some((account, managed)) = named(deployment) else { return };
    if !managed || account.value.is_managed() {
        return;
    }
    let message = format!("managed account `{}` does not end in `$`", account.value.name());
    let finding = out.about(&account.origin, message);
    finding.label("the name of a user").help(format!("write `{}$`", account.value));
    if let Some(end) = end(&account.value, &account.origin) {
        finding.fix("add `$`", Applicability::Always, end, "$");
    }
}

fn regular_name(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some((account, managed)) = named(deployment) else { return };
    if managed || !account.value.is_managed() {
        return;
    }
    let message = format!("regular account `{}` ends in `$`", account.value.name());
    let finding = out.about(&account.origin, message);
    finding.label("the name of a managed account");
    finding.help(format!(
        "declare it with ``account::gmsa(`{}`)``, or write the name of a user",
        account.value
    ));
    if account.origin.literal() == Some(account.origin.at) {
        let text = format!("account::gmsa(`{}`)", account.value);
        finding.fix("declare a managed account", Applicability::Review, account.origin.call, text);
    }
}

/// The end of the account's text, if the blamed place is that text, in quotes or without.
fn end(account: &DomainAccount, origin: &Origin) -> Option<Span> {
    let span = origin.blame();
    let length = account.to_string().len();
    let quotes = ((span.end - span.start) as usize).checked_sub(length)?;
    let end = match quotes {
        0 => span.end,
        2 => span.end - 1,
        _ => return None,
    };
    Some(Span { start: end, end, ..span })
}

fn managed_build(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(account) = deployment.account.get().filter(|it| is_managed(it)) else { return };
    let build = deployment.installer.get().and_then(|it| it.build.said());
    let Some(build) = build.filter(|it| it.value < MANAGED_BUILD) else { return };
    out.about(
        &build.origin,
        format!("build {} cannot be installed with a managed account", build.value),
    )
    .label(format!("needs {MANAGED_BUILD} or later"))
    .against(&account.origin, "a managed account")
    .help("use the full package 4.6.421.0, and apply the newest hotfix (4.6.673.0) after it; or use `account::regular(name, secret)`");
}

fn local(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some((account, _)) = named(deployment) else { return };
    let service = deployment.service.get().and_then(|it| it.address.said());
    let synchronization = deployment.synchronization.get().and_then(|it| it.server.said());
    let same = |short: &str| short.eq_ignore_ascii_case(account.value.domain());
    let hosts = [service, synchronization].into_iter().flatten();
    let Some(host) = hosts.into_iter().find(|it| same(it.value.short())) else { return };
    let message =
        format!("`{}` seems to be an account of the computer `{}`", account.value, host.value);
    out.about(&account.origin, message)
        .label(format!("`{}` is a host", account.value.domain()))
        .against(&host.origin, "this host")
        .help("write an account of the domain, with the domain's NetBIOS name");
}

fn administrator(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some((account, _)) = named(deployment) else { return };
    if account.value.name().eq_ignore_ascii_case("Administrator") {
        out.about(&account.origin, format!("the MIM Service runs as `{}`", account.value))
            .label("an administrator")
            .help("make an account for the service alone, with no other rights");
    }
}

fn agent(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some((account, _)) = named(deployment) else { return };
    let agent = deployment.synchronization.get().and_then(|it| it.agent_account.said());
    let Some(agent) = agent.filter(|it| it.value == account.value) else { return };
    out.about(
        &agent.origin,
        format!("the management agent's account is the service account (`{}`)", agent.value),
    )
    .label("needs the logons that the service account is denied")
    .against(&account.origin, "the service account")
    .help("make an account for the management agent alone, such as `svcMIMMA`");
}

fn pool(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some((account, _)) = named(deployment) else { return };
    for (pool, kind) in pools(deployment) {
        let Some(pool) = pool.said().filter(|it| it.value == account.value) else { continue };
        let portal = match kind {
            PasswordPortalKind::Registration => "Password Registration Portal",
            PasswordPortalKind::Reset => "Password Reset Portal",
        };
        out.about(
            &pool.origin,
            format!("the {portal} runs under the service account (`{}`)", pool.value),
        )
        .label("an application pool logs on as a batch job")
        .against(&account.origin, "the service account, which is denied that")
        .help("make an account for the application pool, such as `mimpool`");
    }
}

/// The accounts of the password portals' application pools, here and on other hosts.
fn pools(deployment: &Deployment) -> Vec<(&Part<DomainAccount>, PasswordPortalKind)> {
    let own = [&deployment.registration, &deployment.reset];
    let own = own.into_iter().filter_map(|it| it.get()).map(|it| (&it.pool_account, it.kind));
    let remote = [&deployment.remote_registration, &deployment.remote_reset];
    let remote = remote.into_iter().filter_map(|it| it.get()).map(|it| (&it.account, it.kind));
    own.chain(remote).collect()
}

fn managed_host(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some((account, true)) = named(deployment) else { return };
    if !account.value.is_managed() {
        return;
    }
    out.about(&account.origin, format!("this server must be allowed to use `{}`", account.value))
        .label("a managed account")
        .help("put the server into the group that may retrieve the password, and restart it")
        .help("remove the service `MIMKeyProtectService`, if an earlier attempt left one")
        .help("go past the warning on page 13: it always appears");
}
