//! The two password portals, on this server or on another one. Pages 20 to 25.
//!
//! They are asked the same questions, so they share their methods, checks and fields.

pub mod checks;

use crate::model::format::{Format, HostName};
use crate::model::{
    Declared, Deployment, Once, Part, PasswordPortal, PasswordPortalKind, RemotePasswordPortal,
};
use crate::plan::op::Value;
use crate::script::args::Call;
use crate::script::registry::{Kind as Builder, Refusal, Ty};
use crate::subject::password_portal::checks::CHECKS;
use crate::subject::{Field, Reading, Subject, WIZARD};
use crate::verbs;

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "password-portal",
    functions: FUNCTIONS,
    checks: CHECKS,
    fields: FIELDS,
    steps: |_, _| {},
};

const ON_THIS_SERVER: &[Refusal] = &[
    Refusal {
        method: "password",
        reason: "write the secret behind the account: ``.pool_account(`contoso\\mimpool`, secret(\"pool_password\"))``",
    },
    Refusal {
        method: "registration_link",
        reason: "it belongs to the MIM Portal: `portal::site(url).registration_link(url)`",
    },
    Refusal {
        method: "grant_authenticated_users",
        reason: "it belongs to the MIM Portal: `portal::site(url).grant_authenticated_users()`",
    },
    Refusal {
        method: "thumbprint",
        reason: "setup makes the site with http only: bind a certificate in IIS afterwards, and require SSL",
    },
];

static REGISTRATION: Builder =
    Builder { name: "portal::password_registration", refusals: ON_THIS_SERVER };

static RESET: Builder = Builder { name: "portal::password_reset", refusals: ON_THIS_SERVER };

const ELSEWHERE: &[Refusal] = &[
    Refusal { method: "pool_account", reason: OTHER_SCRIPT },
    Refusal { method: "port", reason: OTHER_SCRIPT },
    Refusal { method: "open_firewall", reason: OTHER_SCRIPT },
    Refusal { method: "service_address", reason: OTHER_SCRIPT },
    Refusal { method: "extranet", reason: OTHER_SCRIPT },
    Refusal { method: "intranet", reason: OTHER_SCRIPT },
];

const OTHER_SCRIPT: &str = "the script of the other host says everything but the account: `portal::password_registration(host)` or `portal::password_reset(host)`";

static REMOTE_REGISTRATION: Builder =
    Builder { name: "portal::remote_password_registration", refusals: ELSEWHERE };

static REMOTE_RESET: Builder =
    Builder { name: "portal::remote_password_reset", refusals: ELSEWHERE };

verbs! { static FUNCTIONS;
    /// The MIM Password Registration Portal on this server, where users register for password reset. A script that says
    /// it installs that portal; a host with nothing else needs no database and no mail.
    ///
    /// `host`: the host name of its IIS site, as users type it.
    ///
    /// ```rhai
    /// portal::password_registration("pwreg.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"))
    ///     .intranet();
    /// ```
    fn portal::password_registration(host: Host) -> REGISTRATION, pages [20] = |call| {
        let host = call.read(0);
        call.declare(|it| &mut it.registration, portal(PasswordPortalKind::Registration, host))
    };
    /// The MIM Password Reset Portal on this server, where users who forgot their password get a new one. A script that
    /// says it installs that portal; a host with nothing else needs no database and no mail.
    ///
    /// `host`: the host name of its IIS site, as users type it.
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"))
    ///     .extranet();
    /// ```
    fn portal::password_reset(host: Host) -> RESET, pages [23] = |call| {
        let host = call.read(0);
        call.declare(|it| &mut it.reset, portal(PasswordPortalKind::Reset, host))
    };
    /// The account of the portal's application pool in IIS.
    ///
    /// `name`: `domain\account`; a group managed service account ends in `$`.
    /// `password`: its password; none for a managed account.
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com")
    ///     .pool_account(`contoso\mimpool`, secret("pool_password"))
    ///     .intranet();
    /// ```
    fn .pool_account(name: Account, password: Secret = ()) on [REGISTRATION, RESET], pages [20, 23] = |call| {
        let account = call.read(0);
        let password = call.secret(1);
        say(call, |it| &mut it.pool_account, account);
        say(call, |it| &mut it.pool_password, password);
    };
    /// The TCP port of the portal's IIS site; 80 if it is not said.
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").port(8080);
    /// ```
    fn .port(number: Port) on [REGISTRATION, RESET], pages [20, 23] = |call| {
        let port = call.read(0);
        say(call, |it| &mut it.port, port);
    };
    /// Opens the port of the portal's IIS site in the firewall of this server. Off if it is not said.
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").port(80).open_firewall();
    /// ```
    fn .open_firewall(flag: Flag = ()) on [REGISTRATION, RESET], pages [20, 23] = |call| {
        let open = call.flag(0);
        say(call, |it| &mut it.open_firewall, open);
    };
    /// The MIM Service that the portal calls; that of `service::address` if it is not said.
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").service_address("mim.contoso.com");
    /// ```
    fn .service_address(host: Host) on [REGISTRATION, RESET], pages [22, 25] = |call| {
        let address = call.read(0);
        say(call, |it| &mut it.service_address, address);
    };
    /// Extranet users can reach the portal's IIS site. The MIM Service marks what comes from there, and runs the gates
    /// that are meant for the extranet only. The wizard has this preselected.
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").extranet();
    /// ```
    fn .extranet(flag: Flag = ()) on [REGISTRATION, RESET], pages [22, 25] = |call| {
        let extranet = call.flag(0);
        say(call, |it| &mut it.extranet, extranet);
    };
    /// Only intranet users can reach the portal's IIS site; the same as `.extranet(false)`.
    ///
    /// ```rhai
    /// portal::password_registration("pwreg.contoso.com").intranet();
    /// ```
    fn .intranet() on [REGISTRATION, RESET], pages [22, 25] = |call| {
        let origin = call.call_origin();
        say(call, |it| &mut it.extranet, Part::Said(Declared { value: false, origin }));
    };
    /// The MIM Password Registration Portal runs on another host; its account is declared to the MIM Service here. Not to
    /// be said where the portal is on this server.
    ///
    /// `account`: the account of its application pool.
    ///
    /// ```rhai
    /// portal::remote_password_registration(`contoso\mimpool`);
    /// ```
    fn portal::remote_password_registration(account: Account) -> REMOTE_REGISTRATION, pages [] = |call| {
        let account = call.read(0);
        let kind = PasswordPortalKind::Registration;
        call.declare(|it| &mut it.remote_registration, RemotePasswordPortal { kind, account })
    };
    /// The MIM Password Reset Portal runs on another host; its account is declared to the MIM Service here. Not to be said
    /// where the portal is on this server.
    ///
    /// `account`: the account of its application pool.
    ///
    /// ```rhai
    /// portal::remote_password_reset(`contoso\mimpool`);
    /// ```
    fn portal::remote_password_reset(account: Account) -> REMOTE_RESET, pages [] = |call| {
        let account = call.read(0);
        let kind = PasswordPortalKind::Reset;
        call.declare(|it| &mut it.remote_reset, RemotePasswordPortal { kind, account })
    };
}

fn portal(kind: PasswordPortalKind, host: Part<HostName>) -> PasswordPortal {
    PasswordPortal {
        kind,
        host,
        pool_account: Part::Unsaid,
        pool_password: Part::Unsaid,
        port: Part::Unsaid,
        open_firewall: Part::Unsaid,
        service_address: Part::Unsaid,
        extranet: Part::Unsaid,
    }
}

/// Says a part of the portal that the builder means.
fn say<T>(call: &mut Call<'_>, part: fn(&mut PasswordPortal) -> &mut Part<T>, said: Part<T>) {
    let reset = call.noun.is_some_and(|it| it.kind == &RESET);
    call.say(
        |deployment, index| {
            let portals = if reset { &mut deployment.reset } else { &mut deployment.registration };
            part(&mut portals.all[index].value)
        },
        said,
    );
}

/// The fields of both portals, from one list.
macro_rules! fields {
    ($($noun:ident on $iis:literal and $service:literal),*; $($remote:ident),*) => { &[
        $(
            Field {
                name: concat!(stringify!($noun), ".pool_account"),
                label: "Account Name",
                page: Some($iis),
                ty: Ty::Account,
                read: |it| read(&it.$noun, |portal| Reading::said(&portal.pool_account)),
            },
            Field {
                name: concat!(stringify!($noun), ".pool_password"),
                label: "Password",
                page: Some($iis),
                ty: Ty::Secret,
                read: |it| read(&it.$noun, |portal| Reading::secret(&portal.pool_password)),
            },
            Field {
                name: concat!(stringify!($noun), ".host"),
                label: "Host Name",
                page: Some($iis),
                ty: Ty::Host,
                read: |it| read(&it.$noun, |portal| Reading::said(&portal.host)),
            },
            Field {
                name: concat!(stringify!($noun), ".port"),
                label: "Port",
                page: Some($iis),
                ty: Ty::Port,
                read: |it| read(&it.$noun, port),
            },
            Field {
                name: concat!(stringify!($noun), ".open_firewall"),
                label: "Open port in firewall",
                page: Some($iis),
                ty: Ty::Flag,
                read: |it| read(&it.$noun, |portal| Reading::flag(&portal.open_firewall)),
            },
            Field {
                name: concat!(stringify!($noun), ".service_address"),
                label: "MIM Service Server address",
                page: Some($service),
                ty: Ty::Host,
                read: |it| it.$noun.get().map_or(Reading::NotAsked, |portal| address(it, portal)),
            },
            Field {
                name: concat!(stringify!($noun), ".extranet"),
                label: "Portal is hosted on an IIS site which can be accessed",
                page: Some($service),
                ty: Ty::Choice,
                read: |it| read(&it.$noun, extranet),
            },
        )*
        $(
            Field {
                name: concat!(stringify!($remote), ".account"),
                label: "Account of the portal on another host",
                page: None,
                ty: Ty::Account,
                read: |it| it.$remote.get().map_or(Reading::NotAsked, |it| Reading::said(&it.account)),
            },
        )*
    ] };
}

static FIELDS: &[Field] =
    fields!(registration on 20 and 22, reset on 23 and 25; remote_registration, remote_reset);

fn read(portal: &Once<PasswordPortal>, read: fn(&PasswordPortal) -> Reading) -> Reading {
    portal.get().map_or(Reading::NotAsked, |it| read(it))
}

fn port(portal: &PasswordPortal) -> Reading {
    match portal.port.said() {
        Some(port) => Reading::Said(Value::number(port.number()), port.origin.clone()),
        None => Reading::Default(Value::number(80), WIZARD),
    }
}

fn address(deployment: &Deployment, portal: &PasswordPortal) -> Reading {
    let service = deployment.service.get().and_then(|it| it.address.said());
    match (portal.service_address.said(), service) {
        (Some(own), _) => Reading::Said(Value::text(own.text()), own.origin.clone()),
        (None, Some(service)) => {
            let because = "the MIM Service of this deployment";
            Reading::Follows(Value::text(service.text()), because, service.origin.clone())
        }
        (None, None) => Reading::NotAsked,
    }
}

fn extranet(portal: &PasswordPortal) -> Reading {
    let entry = |extranet: bool| {
        Value::text(if extranet { "by extranet users" } else { "only by intranet users" })
    };
    match portal.extranet.said() {
        Some(extranet) => Reading::Said(entry(extranet.value), extranet.origin.clone()),
        None => Reading::Default(entry(true), WIZARD),
    }
}
