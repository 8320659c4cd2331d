//! What a script says of mail: the four declarations and their parts.
//!
//! The authentication methods are parts of every declaration, although each mail server knows only some of them: so a
//! template can combine them freely, and a combination that the wizard refuses is answered with the ones that it takes.

use crate::model::format::{EmailAddress, Text};
use crate::model::{Authentication, Declared, Mail, MailServer, Part, Restriction};
use crate::script::args::Call;
use crate::script::registry::{Kind, Refusal};
use crate::verbs;

const NOT_AN_APPLICATION: &str = "it belongs to application context authentication, which only Office 365 knows: `mail::office365().application(app_id)`";
const NOT_A_REGISTRATION: &str = "it belongs to an application that the plan registers, which only Office 365 knows: `mail::office365().register_application(name, secret)`";
const NO_MAIL: &str = "without a mail server there is nothing to say; choose one instead: `mail::exchange(host)`, `mail::office365()` or `mail::smtp(host)`";

static EXCHANGE: Kind = Kind {
    name: "mail::exchange",
    refusals: &[
        Refusal {
            method: "sender",
            reason: "the service sends from its mailbox: `.mailbox(address)`",
        },
        Refusal { method: "host", reason: "the host is the argument: `mail::exchange(host)`" },
        Refusal { method: "tenant_id", reason: NOT_AN_APPLICATION },
        Refusal { method: "client_secret", reason: NOT_AN_APPLICATION },
        Refusal { method: "secret_lifetime_days", reason: NOT_A_REGISTRATION },
        Refusal { method: "restrict_to_group", reason: NOT_A_REGISTRATION },
        Refusal { method: "scope_to_mailbox", reason: NOT_A_REGISTRATION },
    ],
};

static OFFICE365: Kind = Kind {
    name: "mail::office365",
    refusals: &[
        Refusal {
            method: "sender",
            reason: "the service sends from its mailbox: `.mailbox(address)`",
        },
        Refusal {
            method: "password",
            reason: "the mailbox's password belongs to Basic Authentication: `.basic(secret)`",
        },
        Refusal {
            method: "host",
            reason: "the host is fixed: the wizard shows that of the cloud which `cloud::…` names",
        },
        Refusal {
            method: "certificate",
            reason: "page 10 takes a client secret and no certificate: `.client_secret(secret)`",
        },
    ],
};

static SMTP: Kind = Kind {
    name: "mail::smtp",
    refusals: &[
        Refusal {
            method: "mailbox",
            reason: "with SMTP the service has an address and no mailbox: `.sender(address)`",
        },
        Refusal {
            method: "password",
            reason: "SMTP knows only Integrated Windows Authentication: the service signs in with its own account, and page 12 asks for no e-mail password",
        },
        Refusal {
            method: "poll",
            reason: "there is no mailbox to read approvals from; they need `mail::exchange(host)` or `mail::office365()`",
        },
        Refusal { method: "host", reason: "the host is the argument: `mail::smtp(host)`" },
        Refusal { method: "tenant_id", reason: NOT_AN_APPLICATION },
        Refusal { method: "client_secret", reason: NOT_AN_APPLICATION },
        Refusal { method: "secret_lifetime_days", reason: NOT_A_REGISTRATION },
        Refusal { method: "restrict_to_group", reason: NOT_A_REGISTRATION },
        Refusal { method: "scope_to_mailbox", reason: NOT_A_REGISTRATION },
    ],
};

static NONE: Kind = Kind {
    name: "mail::none",
    refusals: &[
        Refusal { method: "mailbox", reason: NO_MAIL },
        Refusal { method: "sender", reason: NO_MAIL },
        Refusal { method: "password", reason: NO_MAIL },
        Refusal { method: "poll", reason: NO_MAIL },
        Refusal { method: "host", reason: NO_MAIL },
        Refusal { method: "tenant_id", reason: NO_MAIL },
        Refusal { method: "client_secret", reason: NO_MAIL },
        Refusal { method: "secret_lifetime_days", reason: NO_MAIL },
        Refusal { method: "restrict_to_group", reason: NO_MAIL },
        Refusal { method: "scope_to_mailbox", reason: NO_MAIL },
    ],
};

verbs! { pub(super) static FUNCTIONS;
    /// Mail by `Exchange Server 2013 or later` in the customer's own network: option A with a regular account, F with a
    /// managed one (page 8). Its only authentication is Integrated Windows Authentication, which need not be said.
    ///
    /// - `host`: the Exchange server, or the name under which clients reach Exchange.
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    fn mail::exchange(host: Host) -> EXCHANGE, pages [8, 12] = |call| {
        let host = call.read(0);
        declare(call, Mail { host, ..nothing(MailServer::Exchange) })
    };
    /// Mail by a mailbox in Exchange Online (pages 8, 10 and 12). The host is that of the cloud. An authentication must be
    /// said: `.application(app_id)` or `.register_application(name, secret)` for options C and H; Basic Authentication
    /// (options B and G) has been switched off.
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    fn mail::office365() -> OFFICE365, pages [8, 10, 12] = |call| {
        declare(call, nothing(MailServer::Office365))
    };
    /// Mail by an SMTP server: notifications only, no approvals by the Outlook add-in (option D, page 8). It goes only with a
    /// regular account and Integrated Windows Authentication, which need not be said.
    ///
    /// - `host`: the SMTP server.
    ///
    /// ```rhai
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    fn mail::smtp(host: Host) -> SMTP, pages [8, 12] = |call| {
        let host = call.read(0);
        declare(call, Mail { host, ..nothing(MailServer::Smtp) })
    };
    /// No mail server: the MIM Service sends no notifications and takes no approvals by mail (options E and I, page 8).
    ///
    /// ```rhai
    /// mail::none();
    /// ```
    fn mail::none() -> NONE, pages [8] = |call| declare(call, nothing(MailServer::None));
    /// The mailbox of the MIM Service, from which it sends and where it receives approvals (page 12).
    ///
    /// - `address`: its SMTP address; with Office 365, of a mailbox in the tenant.
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// ```
    fn .mailbox(address: Email) on [EXCHANGE, OFFICE365], pages [12] = say_address;
    /// The address from which the MIM Service sends by SMTP (page 12).
    ///
    /// - `address`: the SMTP address of the service.
    ///
    /// ```rhai
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// ```
    fn .sender(address: Email) on [SMTP], pages [12] = say_address;
    /// The password of the mailbox. Page 12 asks for it with Exchange Server and a managed service account (option F), which
    /// cannot open the mailbox itself.
    ///
    /// - `password`: the secret that holds it.
    ///
    /// ```rhai
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// mail::exchange("mail.contoso.com")
    ///     .mailbox("svcMIMService@contoso.com")
    ///     .password(secret("mailbox_password"));
    /// ```
    fn .password(password: Secret) on [EXCHANGE], pages [12] = |call| {
        let password = call.secret(0);
        call.say(|it, index| &mut it.mail.all[index].value.password, password);
    };
    /// Says explicitly what Exchange Server and SMTP have anyway: Integrated Windows Authentication (page 8).
    ///
    /// - `flag`: whether it is said; `true` if left out.
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com").integrated();
    /// ```
    fn .integrated(flag: Flag = ()) on [EXCHANGE, OFFICE365, SMTP, NONE], pages [8] = |call| {
        match call.flag(0) {
            Part::Said(it) if it.value => authenticate(call, Authentication::Integrated),
            Part::Said(_) | Part::Unsaid => {}
            Part::Unusable(origin) => {
                let unusable = Part::Unusable(origin);
                call.say(|it, index| &mut it.mail.all[index].value.authentication, unusable);
            }
        }
    };
    /// Basic Authentication with the mailbox's password (options B and G, pages 8 and 12). Exchange Online takes it no
    /// longer: it has been off since 2022-10-01.
    ///
    /// - `password`: the secret that holds the mailbox's password.
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .basic(secret("mailbox_password"));
    /// ```
    fn .basic(password: Secret) on [EXCHANGE, OFFICE365, SMTP, NONE], pages [8, 12] = |call| {
        let password = call.secret(0);
        if !password.is_unsaid() {
            authenticate(call, Authentication::Basic { password });
        }
    };
    /// Application Context Authentication with an application that is registered already (options C and H, pages 8 and 10).
    /// `.tenant_id(id)` and `.client_secret(secret)` belong to it.
    ///
    /// - `app_id`: the Application (client) ID.
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    fn .application(app_id: Guid) on [EXCHANGE, OFFICE365, SMTP, NONE], pages [8, 10] = |call| {
        let id = call.read(0);
        if !id.is_unsaid() {
            authenticate(call, Authentication::Application { id });
        }
    };
    /// Application Context Authentication with an application that the plan registers: registration, service principal,
    /// consent, client secret, and its restriction to the mailbox (options C and H, pages 8 and 10). Needs `cloud::…`.
    ///
    /// - `name`: the display name of the registration. The plan finds it again by this name.
    /// - `secret`: where the new client secret is kept. Its source in the values file must be one that can be written: a
    ///   `file`, or the Windows credential store.
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    fn .register_application(name: Text, secret: Secret) on [EXCHANGE, OFFICE365, SMTP, NONE], pages [8, 10] = |call| {
        let (name, secret) = (call.read(0), call.secret(1));
        if !name.is_unsaid() {
            authenticate(call, Authentication::Registration { name, secret });
        }
    };
    /// The Tenant ID of the application (page 10). With `.register_application` the plan finds it out.
    ///
    /// - `id`: the Directory (tenant) ID, as the overview of the registration shows it.
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    fn .tenant_id(id: Guid) on [OFFICE365], pages [10] = |call| {
        let id = call.read(0);
        call.say(|it, index| &mut it.mail.all[index].value.tenant_id, id);
    };
    /// The client secret of an application that is registered already (page 10).
    ///
    /// - `secret`: the secret that holds its *value*. The secret's ID, which the portal shows beside it, does not work.
    ///
    /// ```rhai
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .application("48b15b07-92a8-4c5f-ae4a-8850556d6b76")
    ///     .tenant_id("e4405d02-4a65-47fe-8c0a-45239eb45a9f")
    ///     .client_secret(secret("mailbox_app_secret"));
    /// ```
    fn .client_secret(secret: Secret) on [OFFICE365], pages [10] = |call| {
        let secret = call.secret(0);
        call.say(|it, index| &mut it.mail.all[index].value.client_secret, secret);
    };
    /// How long the new client secret lives; 180 days if it is not said. When it ends, the MIM Service must be given a new
    /// one.
    ///
    /// - `days`: from 1 to 730.
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .secret_lifetime_days(90)
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    fn .secret_lifetime_days(days: Days) on [OFFICE365], pages [] = |call| {
        let days = match call.number(0) {
            Part::Unsaid => Part::Unsaid,
            Part::Unusable(origin) => Part::Unusable(origin),
            Part::Said(it) => {
                // What cannot be counted is refused by a check, whatever it is exactly.
                let value = it.value.clamp(0, u16::MAX.into());
                let value = u16::try_from(value).expect("it was clamped");
                Part::Said(Declared { value, origin: it.origin })
            }
        };
        call.say(|it, index| &mut it.mail.all[index].value.secret_lifetime_days, days);
    };
    /// Restricts the new application to the mailboxes in a group by an application access policy, as the vendor's guide does.
    /// The plan makes the group, with the mailbox as its member, where there is none.
    ///
    /// - `name`: a mail-enabled security group. A distribution group, which the guide names too, is refused by Exchange.
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .restrict_to_group("MIMMailboxAccess");
    /// ```
    fn .restrict_to_group(name: Text) on [OFFICE365], pages [] = |call| {
        let restriction = match call.read::<Text>(0) {
            Part::Unsaid => Part::Unsaid,
            Part::Unusable(origin) => Part::Unusable(origin),
            Part::Said(it) => {
                Part::Said(Declared { value: Restriction::Group(it.value), origin: it.origin })
            }
        };
        call.say(|it, index| &mut it.mail.all[index].value.restriction, restriction);
    };
    /// Restricts the new application to the one mailbox by RBAC for Applications, which Microsoft puts in the place of
    /// application access policies. Then no consent is granted, and Autodiscover is out of reach.
    ///
    /// - `flag`: whether it is said; `true` if left out.
    ///
    /// ```rhai
    /// cloud::global("contoso.onmicrosoft.com");
    /// mail::office365()
    ///     .mailbox("MIMService@contoso.onmicrosoft.com")
    ///     .register_application("MIM Service mailbox client access", secret("mailbox_app_secret"))
    ///     .scope_to_mailbox();
    /// ```
    fn .scope_to_mailbox(flag: Flag = ()) on [OFFICE365], pages [] = |call| {
        let restriction = match call.flag(0) {
            Part::Unusable(origin) => Part::Unusable(origin),
            Part::Said(it) if it.value => {
                Part::Said(Declared { value: Restriction::Mailbox, origin: it.origin })
            }
            Part::Said(_) | Part::Unsaid => Part::Unsaid,
        };
        call.say(|it, index| &mut it.mail.all[index].value.restriction, restriction);
    };
    /// Whether this server reads approvals from the mailbox. Exactly one server of a database may. Not said, this server does
    /// with Exchange Server, and does not with Office 365.
    ///
    /// - `flag`: `true` if left out.
    ///
    /// ```rhai
    /// sql::database("contosoagl.contoso.com").reuse();
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com").poll(false);
    /// ```
    fn .poll(flag: Flag = ()) on [EXCHANGE, OFFICE365], pages [] = |call| {
        let poll = call.flag(0);
        call.say(|it, index| &mut it.mail.all[index].value.poll, poll);
    };
}

/// A connection of which only the server is known.
fn nothing(server: MailServer) -> Mail {
    Mail {
        server,
        host: Part::Unsaid,
        address: Part::Unsaid,
        password: Part::Unsaid,
        authentication: Part::Unsaid,
        tenant_id: Part::Unsaid,
        client_secret: Part::Unsaid,
        secret_lifetime_days: Part::Unsaid,
        restriction: Part::Unsaid,
        poll: Part::Unsaid,
    }
}

fn declare(call: &mut Call<'_>, mail: Mail) -> usize {
    call.declare(|it| &mut it.mail, mail)
}

fn say_address(call: &mut Call<'_>) {
    let address: Part<EmailAddress> = call.read(0);
    call.say(|it, index| &mut it.mail.all[index].value.address, address);
}

/// Says the authentication. What is blamed in it is the method, not its argument.
fn authenticate(call: &mut Call<'_>, authentication: Authentication) {
    let origin = call.call_origin();
    let said = Part::Said(Declared { value: authentication, origin });
    call.say(|it, index| &mut it.mail.all[index].value.authentication, said);
}
