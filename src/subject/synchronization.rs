//! The synchronization service with which the MIM Service works, and the account of its management agent. Page 14.

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter};
use crate::model::{Component, Deployment, Part, Synchronization};
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::{Check, Field, Reading, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "synchronization",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &SYNCHRONIZATION_MISSING, run: missing },
        Check { code: &SYNCHRONIZATION_AGENT_ACCOUNT, run: without_account },
        Check { code: &SYNCHRONIZATION_AGENT_MANAGED, run: managed_account },
        Check { code: &SYNCHRONIZATION_AGENT_NAME, run: agent_name },
        Check { code: &SYNCHRONIZATION_LOCAL, run: local },
    ],
    fields: FIELDS,
    steps: |_, _| {},
};

static SYNCHRONIZATION: Builder = Builder {
    name: "synchronization::server",
    refusals: &[
        Refusal {
            method: "password",
            reason: "the wizard asks for the account's name only; its password is entered in the management agent itself",
        },
        Refusal {
            method: "service_account",
            reason: "page 14 asks for the account of the MIM management agent, not for that of the synchronization service: `.agent_account(…)`",
        },
        Refusal {
            method: "database",
            reason: "the synchronization service has an installation and a database of its own; `sql::database` is that of the MIM Service",
        },
    ],
};

verbs! { static FUNCTIONS;
    /// The host of the synchronization service. It is installed before the MIM Service. A script that says it installs the MIM
    /// Service.
    ///
    /// - `host`: the host's name
    ///
    /// ```rhai
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    fn synchronization::server(host: Host) -> SYNCHRONIZATION, pages [14] = |call| {
        let server = call.read(0);
        let synchronization = Synchronization { server, agent_account: Part::Unsaid };
        call.declare(|it| &mut it.synchronization, synchronization)
    };
    /// The account under which the MIM management agent reaches the MIM Service. Only this account may synchronize; it is a
    /// user without further rights.
    ///
    /// - `account`: domain and name, in backticks
    ///
    /// ```rhai
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    fn .agent_account(account: Account) on [SYNCHRONIZATION], pages [14] = |call| {
        let account = call.read(0);
        call.say(|it, index| &mut it.synchronization.all[index].value.agent_account, account);
    };
}

static FIELDS: &[Field] = &[
    Field {
        name: "synchronization.server",
        label: "Synchronization Server",
        page: Some(14),
        ty: Ty::Host,
        read: |it| match it.synchronization.get() {
            Some(synchronization) => Reading::said(&synchronization.server),
            None => Reading::NotAsked,
        },
    },
    Field {
        name: "synchronization.agent_account",
        label: "MIM Management Agent Account",
        page: Some(14),
        ty: Ty::Account,
        read: |it| match it.synchronization.get() {
            Some(synchronization) => Reading::said(&synchronization.agent_account),
            None => Reading::NotAsked,
        },
    },
];

code! {
    /// Page 14 asks for the host of the synchronization service and for the account of the MIM management agent: the MIM
    /// Service lets that account synchronize, and no other. The synchronization service is installed first, by an installer
    /// of its own.
    ///
    /// ```rhai,reports
    /// components::service();
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    SYNCHRONIZATION_MISSING: Error = "synchronization-missing", "MIM Service without a synchronization service",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Page 14 asks for the account of the MIM management agent beside the host. The MIM Service lets only this account
    /// synchronize, so there is no default.
    ///
    /// ```rhai,reports
    /// synchronization::server("mim.contoso.com");
    /// ```
    ///
    /// ```rhai
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    SYNCHRONIZATION_AGENT_ACCOUNT: Error = "synchronization-agent-account", "no account of the management agent",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// A managed account as that of the management agent works only where the synchronization service itself runs under a
    /// managed account: the agent then uses that one. Whether it does cannot be seen from here. Such an account must not
    /// be denied network access.
    ///
    /// ```rhai,reports
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\MIMSyncGMSAsvc$`);
    /// ```
    ///
    /// Otherwise the account is a user's:
    ///
    /// ```rhai
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    SYNCHRONIZATION_AGENT_MANAGED: Hint = "synchronization-agent-managed", "managed account of the management agent",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/microsoft-identity-manager-2016-gmsa" seen "2026-11-23";

    /// By its name, this is the account of the synchronization service itself. Page 14 asks for another one: that of the MIM
    /// management agent, which logs on to the MIM Service. Published command lines mix the two up. The synchronization service's
    /// account is denied the logons that the agent's needs.
    ///
    /// ```rhai,reports
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMSync`);
    /// ```
    ///
    /// ```rhai
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    SYNCHRONIZATION_AGENT_NAME: Hint = "synchronization-agent-name", "synchronization service's account in the place of the agent's",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// The MIM Service keeps the name of the synchronization server and calls it by that name, for password reset among other
    /// things. `localhost` is right only as long as both are on one server, and says nothing to whoever reads the plan.
    ///
    /// ```rhai,reports
    /// synchronization::server("localhost").agent_account(`contoso\svcMIMMA`);
    /// ```
    ///
    /// ```rhai
    /// synchronization::server("mim.contoso.com").agent_account(`contoso\svcMIMMA`);
    /// ```
    SYNCHRONIZATION_LOCAL: Hint = "synchronization-local", "synchronization server without a name",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

fn missing(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.synchronization.is_declared() {
        return;
    }
    let Some(choice) = deployment.choice(Component::Service) else { return };
    out.about(choice, "the MIM Service has no synchronization server and no management agent account")
        .label("installs the MIM Service")
        .help("name both: ``synchronization::server(\"mim.contoso.com\").agent_account(`contoso\\svcMIMMA`)``")
        .fix(
            "add the synchronization server",
            Applicability::Review,
            deployment.end,
            "\n\nsynchronization::server(\"mim.contoso.com\").agent_account(`contoso\\svcMIMMA`);",
        );
}

fn without_account(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(synchronization) = deployment.synchronization.get() else { return };
    if !deployment.complete || !synchronization.agent_account.is_unsaid() {
        return;
    }
    let account = deployment.account.get().and_then(|it| it.account.value());
    let domain = account.map_or("contoso", |it| it.domain());
    let part = format!(".agent_account(`{domain}\\svcMIMMA`)");
    out.about(&synchronization.origin, "the MIM management agent has no account")
        .label("only that account may synchronize")
        .help(format!("name it: ``{part}``"))
        .fix("add the account", Applicability::Review, synchronization.origin.call.after(), part);
}

fn managed_account(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let account = deployment.synchronization.get().and_then(|it| it.agent_account.said());
    let Some(account) = account.filter(|it| it.value.is_managed()) else { return };
    out.about(
        &account.origin,
        format!("the management agent's account `{}` is a managed account", account.value),
    )
    .label("works only as the synchronization service's own account")
    .help("make sure that the synchronization service runs under it, or name a user's account");
}

fn agent_name(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let account = deployment.synchronization.get().and_then(|it| it.agent_account.said());
    // A managed account of the agent is that of the synchronization service.
    let Some(account) = account.filter(|it| !it.value.is_managed()) else { return };
    let name = account.value.name().to_ascii_lowercase();
    let is_agent = name.ends_with("ma") || name.contains("agent");
    if name.contains("sync") && !is_agent {
        out.about(
            &account.origin,
            format!(
                "the management agent's account `{}` seems to be that of the synchronization service",
                account.value
            ),
        )
        .label("page 14 asks for the account of the MIM management agent")
        .help("name an account for the management agent alone, such as `svcMIMMA`");
    }
}

fn local(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let server = deployment.synchronization.get().and_then(|it| it.server.said());
    let Some(server) = server.filter(|it| it.value.is_local()) else { return };
    out.about(
        &server.origin,
        format!("the synchronization server `{}` is this server itself", server.value),
    )
    .label("has no name by which another server would find it")
    .help("write the server's own name, such as `mim.contoso.com`");
}
