//! A plan by hand: option C for Contoso, with the sample values of the vendor's guide.

use std::collections::BTreeMap;

use mimeo::plan::op::{
    Http, Judge, Literal, Method, Msi, Op, PowerShell, Question, Registry, Service, Ui, Value,
};
use mimeo::plan::{
    Deadline, Entry, From, Input, InputKind, Kind, Page, Place, Plan, Right, Setting, Step, Trace,
    TraceCaller, TraceValue, Undo, seal,
};

/// Name, page, label, value, origin (see [`from`]) and properties, or after `!` the reason of a person.
const SETTINGS: &str = r"
installer.license_terms | 2 | I accept the terms in the License Agreement | yes | 11 | ACCEPT_EULA
cloud.name | 3 | Azure Cloud | Azure AD | 7 | !unpublished
cloud.tenant | - | Primary domain of the Entra tenant | contoso.onmicrosoft.com | 7 tenant | -
license.edition | - | Edition of the installer | Entra ID P1 or P2 | 8 | -
license.sign_in_as | 4 | User name | admin@contoso.onmicrosoft.com | 8 | !the sign-in is interactive
installer.package | - | Package | D:\MIM\Service and Portal\Service and Portal.msi | 9 | -
installer.build | - | Build | 4.6.673.0 | 10 | -
installer.log | - | Verbose log | c:\miminstall\log.txt | 12 | -
components | 5 | Features | [MIM Service;MIM Portal;MIM Password Registration Portal] | 30 because every component that is described is installed | ADDLOCAL
sql.server | 6 | Database Server | contosoagl.contoso.com | 14 sql_server | SQLSERVER_SERVER
sql.name | 6 | Database Name | FIMService | default | SQLSERVER_DATABASE
sql.reuse | 6 | Re-use the existing database | no | default | EXISTINGDATABASE
mail.server | 8 | Mail Server | Office 365 | 18 options::c | !unpublished
mail.host | 8 | Host name | outlook.office365.com | 18 because Office 365 has one host in each cloud | -
mail.authentication | 8 | Authentication | Application Context Authentication | 18 options::c | !unpublished
account.managed | 8 | Use Group Managed Service Account | no | 16 because the account is a regular one | USE_MANAGED_ACCOUNT_FOR_SERVICE
mail.application | 10 | Application ID | slot:application.id | 20 because the application is registered by this plan | !unpublished
mail.tenant_id | 10 | Tenant ID | e4405d02-4a65-47fe-8c0a-45239eb45a9f | 21 | !unpublished
mail.client_secret | 10 | Client Secret | secret:mailbox_app_secret | 22 | !unpublished
certificate.name | 11 | Certificate Name | Microsoft Identity Manager | default | CERTIFICATE_NAME
account.name | 12 | Service Account Name | svcMIMService | 16 with netbios | SERVICE_ACCOUNT_NAME
account.password | 12 | Service Account Password | secret:mim_service_password | 16 | SERVICE_ACCOUNT_PASSWORD
account.domain | 12 | Service Account Domain | contoso | 16 with netbios | SERVICE_ACCOUNT_DOMAIN
mail.mailbox | 12 | Service Email Account | MIMService@contoso.onmicrosoft.com | 19 | SERVICE_ACCOUNT_EMAIL
synchronization.server | 14 | Synchronization Server | mim.contoso.com | 24 | SYNCHRONIZATION_SERVER
synchronization.agent_account | 14 | MIM Management Agent Account | contoso\svcMIMMA | 16 with netbios | SYNCHRONIZATION_SERVER_ACCOUNT
service.address | 15 | MIM Service Server address | mim.contoso.com | 26 | SERVICEADDRESS
portal.site | 16 | Sharepoint site collection URL | http://mim.contoso.com | 28 | SHAREPOINT_URL
portal.registration_link | 18 | Registration Portal URL | https://pwreg.contoso.com | 29 | REGISTRATION_PORTAL_URL
service.open_firewall | 19 | Open ports 5725 and 5726 in firewall | yes | 26 | FIREWALL_CONF
portal.grant_authenticated_users | 19 | Grant authenticated users access to the MIM Portal site | yes | 30 | SHAREPOINTUSERS_CONF
registration.pool_account | 20 | Account Name | contoso\mimpool | 16 with netbios | REGISTRATION_ACCOUNT
registration.pool_password | 20 | Password | secret:pool_password | 33 | REGISTRATION_ACCOUNT_PASSWORD
registration.host | 20 | Host Name | pwreg.contoso.com | 32 | REGISTRATION_HOSTNAME
registration.port | 20 | Port | 80 | default | REGISTRATION_PORT
registration.open_firewall | 20 | Open port in firewall | yes | 34 | !the sources name the property differently (`REGISTRATION_FIREWALL_CONF`, `REGISTRATION_FIREWALL_CONFIG`)
registration.service_address | 22 | MIM Service Server address | mim.contoso.com | 26 because both are installed on one server | REGISTRATION_SERVERNAME
registration.extranet | 22 | Portal is hosted on an IIS site which can be accessed by extranet users | yes | 34 | IS_REGISTRATION_EXTRANET
";

/// Number, title, subtitle and note.
const PAGES: &str = r"
1 | Welcome to the Microsoft Identity Manager Service and Portal Setup Wizard | | The folder `c:\miminstall` is made before; the log goes there.
2 | End-User License Agreement | |
3 | Azure Cloud | |
4 | Sign in to your account | | A browser window opens; enter the password there, and the second factor if it is asked for.
5 | Custom Setup | Select the way you want features to be installed |
6 | Configure Common Services | Configure the MIM database connection |
8 | Configure Common Services | Configure mail server connection |
10 | Configure Common Services | Configure Office 365 mailbox | `Failed to access Office 365 mailbox` after Next: the tenant ID or the secret is wrong; the popup quotes the sign-in service.
11 | Configure Common Services | Configure service certificate |
12 | Configure Common Services | Configure the MIM service account |
13 | Account Security Warning | | Appears unless the account is denied local logon. Read it, then continue.
14 | Configure Common Services | Configure the MIM synchronization server |
15 | Configure MIM Service and Portal | Configure connection to the MIM Service |
16 | Configure MIM Service and Portal | Configure connection to the MIM Service |
17 | SharePoint 2016 services restart warning | | The SharePoint Timer service is restarted during installation.
18 | Configure MIM Service and Portal | Configure optional portal homepage configuration |
19 | Configure MIM Service and Portal | Configure security changes configured by setup |
20 | Configure MIM Password Registration Portal | Enter configuration information used by IIS |
21 | Password Registration Portal Warning | | Setup does not require SSL for the site; require it after the installation.
22 | Configure MIM Password Registration Portal | |
26 | Install Microsoft Identity Manager Service and Portal | | Choose `Install`.
";

const UNPUBLISHED: &str =
    "no property for it is published; `mimeo installer inspect` reads its name off the package";

/// Option C, reviewed by hand in the wizard.
pub(super) fn plan() -> Plan {
    let mut plan = Plan {
        format: 1,
        made_by: "mimeo 0.1.0".to_owned(),
        title: "Contoso MIM Service and Portal".to_owned(),
        as_of: "2026-11-23".to_owned(),
        ends: Some(Deadline {
            date: "2027-04-01".to_owned(),
            what: "Exchange Online no longer answers Exchange Web Services".to_owned(),
            source: "https://learn.microsoft.com/exchange/ews-deprecation".to_owned(),
        }),
        option: Some("C".to_owned()),
        inputs: inputs(),
        settings: rows(SETTINGS).map(|it| setting(&it)).collect(),
        pages: rows(PAGES).map(|it| page(&it)).collect(),
        steps: [application_steps(), mailbox_steps(), server_steps()].concat(),
        seal: String::new(),
    };
    seal::seal(&mut plan);
    plan
}

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.trim().lines().map(|row| row.split('|').map(str::trim).collect())
}

fn inputs() -> Vec<Input> {
    let all = [
        (InputKind::Script, "contoso.rhai"),
        (InputKind::Library, "std/options"),
        (InputKind::Values, "base.toml"),
        (InputKind::Values, "contoso.toml"),
        (InputKind::Setting, "--set sql_server"),
        (InputKind::Environment, "MIMEO_PARAM_NETBIOS"),
    ];
    let input = |(kind, name): (InputKind, &str)| Input {
        kind,
        name: name.to_owned(),
        sha256: seal::digest(name),
    };
    all.into_iter().map(input).collect()
}

fn page(row: &[&str]) -> Page {
    let notes = Some(row[3].to_owned()).filter(|it| !it.is_empty());
    Page {
        number: row[0].parse().expect("a number"),
        title: row[1].to_owned(),
        subtitle: row[2].to_owned(),
        notes: notes.into_iter().collect(),
    }
}

/// A setting from the six columns of [`SETTINGS`].
pub(super) fn setting(row: &[&str]) -> Setting {
    let entry = match row[5].strip_prefix('!') {
        Some("unpublished") => Some(Entry::ByHand(UNPUBLISHED.to_owned())),
        Some(reason) => Some(Entry::ByHand(reason.to_owned())),
        None if row[5] == "-" => None,
        None => Some(Entry::Properties(row[5].split(' ').map(str::to_owned).collect())),
    };
    Setting {
        name: row[0].to_owned(),
        label: row[2].to_owned(),
        page: row[1].parse().ok(),
        format: "a text".to_owned(),
        value: value(row[3]),
        from: from(row[4]),
        entry,
    }
}

fn value(text: &str) -> Value {
    match text.split_once(':') {
        Some(("secret", name)) => return Value::Secret(name.to_owned()),
        Some(("slot", name)) => return Value::Slot(name.to_owned()),
        _ => {}
    }
    if let Some(list) = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        return Value::Value(Literal::List(list.split(';').map(str::to_owned).collect()));
    }
    match text {
        "yes" => Value::flag(true),
        "no" => Value::flag(false),
        _ => text.parse::<i64>().map_or_else(|_| Value::text(text), Value::number),
    }
}

/// `default`; else a line of the script, alone or with what is said of it: `because …`, `with parameter`, a parameter, or
/// a function of the library.
fn from(text: &str) -> From {
    if text == "default" {
        return From::Default("the wizard's default".to_owned());
    }
    let (line, rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut trace = Box::new(trace(line.parse().expect("a line")));
    let said = |parameter: &str, at, overridden| TraceValue {
        parameter: Some(parameter.to_owned()),
        at,
        overridden,
    };
    match rest {
        "" => {}
        "tenant" => trace.value = Some(said(rest, place("contoso.toml", 1), Vec::new())),
        "sql_server" => {
            let overridden = vec![place("contoso.toml", 3), place("base.toml", 2)];
            trace.value = Some(said(rest, place("--set sql_server", 1), overridden));
        }
        "with netbios" => {
            trace.parts = vec![said("netbios", place("MIMEO_PARAM_NETBIOS", 1), Vec::new())];
        }
        "options::c" => {
            let at = std::mem::replace(&mut trace.at, place("std/options", 41));
            trace.via = vec![TraceCaller { function: rest.to_owned(), at }];
        }
        _ => {
            let because = rest.strip_prefix("because ").expect("a known form").to_owned();
            return From::Follows { because, trace };
        }
    }
    From::Said(trace)
}

fn place(file: &str, line: u32) -> Place {
    Place { file: file.to_owned(), line, column: 5, end_line: line, end_column: 20 }
}

fn trace(line: u32) -> Trace {
    let at = place("contoso.rhai", line);
    Trace { at, value: None, parts: Vec::new(), via: Vec::new() }
}

fn step(id: &str, title: &str, kind: Kind, after: &[&str], ops: Vec<Op>) -> Step {
    Step {
        id: id.to_owned(),
        title: title.to_owned(),
        kind,
        after: after.iter().map(|it| (*it).to_owned()).collect(),
        probe: None,
        ops,
        gives: Vec::new(),
        rights: Vec::new(),
        undo: Undo::Nothing,
        from: trace(8),
    }
}

fn http(service: Service, method: Method, path: &str, judge: Option<Judge>) -> Http {
    Http {
        service,
        method,
        path: path.to_owned(),
        headers: BTreeMap::new(),
        body: None,
        expect: vec![200],
        judge,
        take: BTreeMap::new(),
    }
}

fn right(on: &str, right: &str) -> Right {
    Right { on: on.to_owned(), right: right.to_owned() }
}

fn power_shell(needs: &str, script: &str, parameters: &[(&str, Value)]) -> Op {
    let parameters = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Op::PowerShell(PowerShell {
        needs: needs.to_owned(),
        script: script.to_owned(),
        parameters: parameters.collect(),
    })
}

fn application_steps() -> Vec<Step> {
    let admin = || right("Microsoft Graph", "Application.ReadWrite.All");
    let tenant = http(Service::Graph, Method::Get, "/v1.0/organization", Some(Judge::Tenant));
    let plans =
        http(Service::Graph, Method::Get, "/v1.0/subscribedSkus", Some(Judge::EntraIdPremium));
    let mut register = http(Service::Graph, Method::Post, "/v1.0/applications", None);
    register.take = BTreeMap::from([("application.id".to_owned(), "/appId".to_owned())]);
    let remove = http(
        Service::Graph,
        Method::Delete,
        "/v1.0/applications(appId='{slot:application.id}')",
        None,
    );
    let secret = http(
        Service::Graph,
        Method::Post,
        "/v1.0/applications(appId='{slot:application.id}')/addPassword",
        None,
    );
    vec![
        Step {
            rights: vec![right("Microsoft Graph", "Organization.Read.All")],
            ..step(
                "license",
                "Validate the Entra ID licence",
                Kind::Read,
                &[],
                vec![Op::Http(tenant), Op::Http(plans)],
            )
        },
        Step {
            probe: Some(Question::Application { unique_name: "mimeo-mim-mailbox".to_owned() }),
            gives: vec!["application.id".to_owned()],
            rights: vec![admin()],
            undo: Undo::Ops(vec![Op::Http(remove)]),
            ..step(
                "register",
                "Register the application `MIM Service mailbox`",
                Kind::Probeable,
                &["license"],
                vec![Op::Http(register)],
            )
        },
        Step {
            gives: vec!["application.secret".to_owned()],
            rights: vec![admin()],
            undo: Undo::ByHand(
                "Remove the secret from the registration in the admin center.".to_owned(),
            ),
            ..step(
                "secret",
                "Make the client secret",
                Kind::Irreversible,
                &["register"],
                vec![
                    Op::Http(secret),
                    Op::StoreSecret {
                        secret: "mailbox_app_secret".to_owned(),
                        slot: "application.secret".to_owned(),
                    },
                ],
            )
        },
    ]
}

fn mailbox_steps() -> Vec<Step> {
    let mailbox = Value::text("MIMService@contoso.onmicrosoft.com");
    let probe = http(Service::Ews, Method::Post, "/EWS/Exchange.asmx", Some(Judge::EwsSuccess));
    vec![
        Step {
            rights: vec![right("Exchange Online", "Organization Management")],
            undo: Undo::Ops(vec![power_shell(
                "ExchangeOnlineManagement",
                "param($AppId)\nGet-ApplicationAccessPolicy | Where-Object AppId -eq $AppId | Remove-ApplicationAccessPolicy",
                &[("AppId", Value::Slot("application.id".to_owned()))],
            )]),
            ..step(
                "restrict",
                "Restrict the application to the mailbox",
                Kind::Idempotent,
                &["register"],
                vec![power_shell(
                    "ExchangeOnlineManagement",
                    "param($AppId, $Mailbox)\nConnect-ExchangeOnline -ShowBanner:$false\nNew-ApplicationAccessPolicy `\n\t-AccessRight RestrictAccess `\n\t-AppId $AppId `\n\t-PolicyScopeGroupId $Mailbox",
                    &[("AppId", Value::Slot("application.id".to_owned())), ("Mailbox", mailbox)],
                )],
            )
        },
        Step {
            rights: vec![right("Microsoft Graph", "AppRoleAssignment.ReadWrite.All")],
            undo: Undo::ByHand("Withdraw the consent in the admin center.".to_owned()),
            ..step(
                "consent",
                "Grant admin consent",
                Kind::Probeable,
                &["register"],
                vec![Op::Ask {
                    what: "Grant admin consent to `MIM Service mailbox` in the admin center."
                        .to_owned(),
                }],
            )
        },
        step(
            "mailbox",
            "Open the mailbox",
            Kind::Read,
            &["secret", "restrict", "consent"],
            vec![
                Op::Wait {
                    until: Question::MailboxRole {
                        service_principal: "application.principal".to_owned(),
                    },
                    seconds: 300,
                },
                Op::Http(probe),
            ],
        ),
    ]
}

fn server_steps() -> Vec<Step> {
    let administrator = || right("this server", "local administrator");
    let portal = "http://mim.contoso.com/identitymanagement";
    let zone = Registry {
        hive: "HKEY_CURRENT_USER".to_owned(),
        key: r"Software\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\Domains\contoso.com\mim".to_owned(),
        name: "http".to_owned(),
        dword: 1,
    };
    vec![
        Step {
            rights: vec![administrator()],
            undo: Undo::ByHand("Remove the folder when the log is no longer needed.".to_owned()),
            ..step(
                "log_folder",
                "Make the folder of the log",
                Kind::Idempotent,
                &[],
                vec![Op::Folder { path: r"c:\miminstall".to_owned() }],
            )
        },
        Step {
            probe: Some(Question::Installed {
                product: "Microsoft Identity Manager Service and Portal".to_owned(),
                build: Some("4.6.673.0".to_owned()),
            }),
            rights: vec![
                administrator(),
                right("SQL Server", "sysadmin"),
                right("SharePoint", "farm administrator"),
            ],
            undo: Undo::ByHand(
                "Uninstall in Programs and Features; the database `FIMService` stays.".to_owned(),
            ),
            ..step(
                "install",
                "Install MIM Service and Portal",
                Kind::Probeable,
                &["mailbox", "log_folder"],
                vec![Op::Msi(installation())],
            )
        },
        Step {
            rights: vec![right("MIM Service", "administrator")],
            ..step(
                "portal",
                "Wait until the portal answers",
                Kind::Read,
                &["install"],
                vec![
                    Op::Wait {
                        until: Question::Answers { url: portal.to_owned(), status: 200 },
                        seconds: 600,
                    },
                    Op::Http(http(Service::Site, Method::Get, portal, None)),
                ],
            )
        },
        Step {
            probe: Some(Question::Registry(zone.clone())),
            undo: Undo::Ops(vec![Op::Registry(Registry { dword: 0, ..zone.clone() })]),
            ..step(
                "zone",
                "Put the site into the zone Local intranet",
                Kind::Idempotent,
                &["install"],
                vec![Op::Registry(zone)],
            )
        },
        Step {
            probe: Some(Question::RuleEnabled {
                rule: "User management: Users can read attributes of their own".to_owned(),
            }),
            rights: vec![right("MIM Service", "administrator")],
            undo: Undo::ByHand("Disable the rule in the portal.".to_owned()),
            ..step(
                "rule",
                "Enable the rule `User management: Users can read attributes of their own`",
                Kind::Probeable,
                &["portal"],
                vec![power_shell(
                    "FIMAutomation",
                    "param($Rule)\nEnable-Rule $Rule",
                    &[(
                        "Rule",
                        Value::text("User management: Users can read attributes of their own"),
                    )],
                )],
            )
        },
    ]
}

fn installation() -> Msi {
    let secret = |name: &str| Value::Secret(name.to_owned());
    let properties = [
        ("ACCEPT_EULA", Value::number(1)),
        ("SQLSERVER_SERVER", Value::text("contosoagl.contoso.com")),
        ("SQLSERVER_DATABASE", Value::text("FIMService")),
        ("SERVICE_ACCOUNT_NAME", Value::text("svcMIMService")),
        ("SERVICE_ACCOUNT_PASSWORD", secret("mim_service_password")),
    ];
    Msi {
        digest: None,
        package: r"D:\MIM\Service and Portal\Service and Portal.msi".to_owned(),
        ui: Ui::Review,
        log: Some(r"c:\miminstall\log.txt".to_owned()),
        features: ["CommonServices", "WebPortals", "RegistrationPortal"]
            .map(str::to_owned)
            .to_vec(),
        properties: properties.map(|(name, value)| (name.to_owned(), value)).into(),
    }
}
