//! The steps of the tasks after the installation, and of polling where setup cannot switch it on.

use std::collections::BTreeMap;

use crate::model::format::{Format, HostName, Text, Url, WindowsPath};
use crate::model::{AccountKind, Deployment, MailServer, Task};
use crate::plan::op::{Http, Method, Msi, Op, PowerShell, Question, Registry, Service, Ui, Value};
use crate::plan::{Kind, Right, Undo};
use crate::source::Origin;
use crate::subject::task::first;
use crate::subject::{Draft, Planner};

/// The steps, in the order of the tasks.
pub(super) fn steps(deployment: &Deployment, planner: &mut Planner) {
    poll_mailbox(deployment, planner);
    let site = deployment.portal.get().and_then(|it| it.site.value());
    let (mut rules, mut add_ins, mut languages) = (0, 0, 0);
    for (index, task) in deployment.tasks.iter().enumerate() {
        if first(&deployment.tasks, index).is_some() {
            continue;
        }
        let origin = &task.origin;
        match &task.value {
            Task::PortalAnswers => {
                planner.steps.extend(site.map(|site| portal_answers(site, origin)));
            }
            Task::IntranetZone => {
                planner.steps.extend(site.map(|site| intranet_zone(site, origin)));
            }
            Task::CompatibilityViewOff => planner.step(compatibility_view_off(origin)),
            Task::EnableRule { name } => {
                rules += 1;
                planner.steps.extend(name.value().map(|name| enable_rule(rules, name, origin)));
            }
            Task::AddIns { package } => {
                add_ins += 1;
                let id =
                    if add_ins == 1 { "add-ins".to_owned() } else { format!("add-ins-{add_ins}") };
                let properties = add_in_properties(deployment);
                let step = |package: &WindowsPath| Draft {
                    after: vec!["install"],
                    ..install(
                        &id,
                        "Install the add-ins and extensions",
                        package,
                        properties,
                        origin,
                    )
                };
                planner.steps.extend(package.value().map(step));
            }
            Task::LanguagePacks { package } => {
                languages += 1;
                let id = format!("language-packs-{languages}");
                let step = |package: &WindowsPath| {
                    Draft {
                    after: vec!["install", "add-ins"],
                    undo: Undo::ByHand(
                        "Uninstall it in `Programs and Features`, before the product that it translates.".to_owned(),
                    ),
                    ..install(&id, "Install language packs", package, BTreeMap::new(), origin)
                }
                };
                planner.steps.extend(package.value().map(step));
            }
        }
    }
}

fn portal_answers(site: &Url, origin: &Origin) -> Draft {
    let url = portal_url(site);
    let until = Question::Answers { url: url.clone(), status: 200 };
    let get = Http {
        service: Service::Site,
        method: Method::Get,
        path: url,
        headers: BTreeMap::new(),
        body: None,
        expect: vec![200],
        judge: None,
        take: BTreeMap::new(),
    };
    Draft {
        after: vec!["install"],
        ops: vec![Op::Wait { until, seconds: 600 }, Op::Http(get)],
        rights: vec![Right {
            on: "SharePoint".to_owned(),
            right: "access to the MIM Portal site".to_owned(),
        }],
        ..Draft::new("portal-answers", "Wait until the MIM Portal answers", origin)
    }
}

/// The address at which users open the portal.
fn portal_url(site: &Url) -> String {
    let port = site.written_port().map_or_else(String::new, |port| format!(":{port}"));
    let path = site.path().trim_end_matches('/');
    format!("{}://{}{port}{path}/identitymanagement", site.scheme(), site.host())
}

fn intranet_zone(site: &Url, origin: &Origin) -> Draft {
    let title = "Put the portal into the Local intranet zone of the browser";
    let step = Draft { after: vec!["install"], ..Draft::new("intranet-zone", title, origin) };
    let Some(key) = zone_key(site.host()) else {
        // Addresses are kept as ranges, each under a key with a number that is free.
        return Draft {
            kind: Kind::Idempotent,
            ops: vec![Op::Ask {
                what: format!(
                    "Add {}://{} to the Local intranet zone in the Internet Options",
                    site.scheme(),
                    site.host()
                ),
            }],
            undo: Undo::ByHand("Remove the address from the zone again.".to_owned()),
            ..step
        };
    };
    let registry = Registry {
        hive: "HKEY_CURRENT_USER".to_owned(),
        key,
        name: site.scheme().to_owned(),
        dword: 1,
    };
    Draft {
        kind: Kind::Idempotent,
        probe: Some(Question::Registry(registry.clone())),
        ops: vec![Op::Registry(registry)],
        undo: Undo::ByHand("Remove the site from the zone in the Internet Options.".to_owned()),
        ..step
    }
}

/// The key of a host in the map of zones: the domain, and below it what stands before. None for an address.
fn zone_key(host: &HostName) -> Option<String> {
    const MAP: &str =
        r"Software\Microsoft\Windows\CurrentVersion\Internet Settings\ZoneMap\Domains";
    if host.is_address() {
        return None;
    }
    let labels: Vec<&str> = host.as_str().split('.').collect();
    let (before, domain) = labels.split_at(labels.len().saturating_sub(domain_labels(&labels)));
    let domain = domain.join(".");
    Some(match before {
        [] => format!(r"{MAP}\{domain}"),
        before => format!(r"{MAP}\{domain}\{}", before.join(".")),
    })
}

/// How many labels at the end are the domain: two, or three below a country that registers under `co.`, `com.` and such.
fn domain_labels(labels: &[&str]) -> usize {
    const UNDER_COUNTRIES: [&str; 7] = ["com", "edu", "gov", "int", "mil", "net", "org"];
    let [.., second, country] = labels else { return labels.len() };
    let registers =
        second.len() <= 2 || UNDER_COUNTRIES.iter().any(|it| it.eq_ignore_ascii_case(second));
    if country.len() == 2 && registers { 3 } else { 2 }
}

fn compatibility_view_off(origin: &Origin) -> Draft {
    let registry = Registry {
        hive: "HKEY_CURRENT_USER".to_owned(),
        key: r"Software\Microsoft\Internet Explorer\BrowserEmulation".to_owned(),
        name: "IntranetCompatibilityMode".to_owned(),
        dword: 0,
    };
    let title = "Switch off the Compatibility View of intranet sites in the browser";
    Draft {
        kind: Kind::Idempotent,
        after: vec!["install"],
        probe: Some(Question::Registry(registry.clone())),
        ops: vec![Op::Registry(registry)],
        undo: Undo::ByHand(
            "Tick `Display Intranet Sites in Compatibility view` in the browser's Compatibility View Settings.".to_owned(),
        ),
        ..Draft::new("compatibility-view-off", title, origin)
    }
}

/// Enables one rule. The names of a query's strings are quoted as its language does, which knows no escape.
const ENABLE_RULE: &str = r#"param(
    [Parameter(Mandatory)] [string] $Rule,
    [Parameter(Mandatory)] [string] $Uri
)
$ErrorActionPreference = 'Stop'
if (-not (Get-PSSnapin -Name FIMAutomation -ErrorAction SilentlyContinue)) {
    Add-PSSnapin -Name FIMAutomation
}
if (-not $Rule.Contains("'")) { $literal = "'$Rule'" }
elseif (-not $Rule.Contains('"')) { $literal = '"' + $Rule + '"' }
else { throw "No query can hold both kinds of quotes: $Rule" }
$found = @(Export-FIMConfig -Uri $Uri -OnlyBaseResources -CustomConfig "/ManagementPolicyRule[DisplayName=$literal]")
if ($found.Count -ne 1) { throw "Found $($found.Count) management policy rules called $Rule" }
$object = $found[0].ResourceManagementObject
$disabled = $object.ResourceManagementAttributes | Where-Object { $_.AttributeName -eq 'Disabled' }
if ($disabled -and $disabled.Value -eq 'False') { return 'enabled already' }
$change = New-Object Microsoft.ResourceManagement.Automation.ObjectModel.ImportChange
$change.Operation = [Microsoft.ResourceManagement.Automation.ObjectModel.ImportOperation]::Replace
$change.AttributeName = 'Disabled'
$change.AttributeValue = 'False'
$change.FullyResolved = $true
$change.Locale = 'Invariant'
$import = New-Object Microsoft.ResourceManagement.Automation.ObjectModel.ImportObject
$import.ObjectType = $object.ObjectType
$import.SourceObjectIdentifier = $object.ObjectIdentifier
$import.TargetObjectIdentifier = $object.ObjectIdentifier
$import.State = [Microsoft.ResourceManagement.Automation.ObjectModel.ImportState]::Put
$import.Changes = @($change)
$import | Import-FIMConfig -Uri $Uri
'enabled'
"#;

fn enable_rule(number: u32, name: &Text, origin: &Origin) -> Draft {
    let rule = name.text();
    let uri = "http://localhost:5725/resourcemanagementservice";
    let parameters = [("Rule", rule.as_str()), ("Uri", uri)];
    let parameters = parameters.map(|(name, value)| (name.to_owned(), Value::text(value)));
    Draft {
        kind: Kind::Idempotent,
        after: vec!["install"],
        probe: Some(Question::RuleEnabled { rule: rule.clone() }),
        ops: vec![Op::PowerShell(PowerShell {
            needs: "FIMAutomation".to_owned(),
            script: ENABLE_RULE.to_owned(),
            parameters: BTreeMap::from(parameters),
        })],
        rights: vec![Right {
            on: "MIM Service".to_owned(),
            right: "member of the set Administrators, as the account that installed it is".to_owned(),
        }],
        undo: Undo::ByHand(
            "Disable the rule under `Management Policy Rules` in the portal, unless it was enabled before.".to_owned(),
        ),
        ..Draft::new(&format!("enable-rule-{number}"), &format!("Enable the rule `{rule}`"), origin)
    }
}

/// A quiet installation of another package. Windows Installer changes nothing where the product is installed already.
fn install(
    id: &str,
    title: &str,
    package: &WindowsPath,
    mut properties: BTreeMap<String, Value>,
    origin: &Origin,
) -> Draft {
    properties.insert("REBOOT".to_owned(), Value::text("ReallySuppress"));
    Draft {
        kind: Kind::Idempotent,
        ops: vec![Op::Msi(Msi {
            digest: None,
            package: package.text(),
            ui: Ui::Quiet,
            log: None,
            features: Vec::new(),
            properties,
        })],
        rights: vec![Right {
            on: "this server".to_owned(),
            right: "local administrator, elevated".to_owned(),
        }],
        undo: Undo::ByHand("Uninstall it in `Programs and Features`.".to_owned()),
        ..Draft::new(id, title, origin)
    }
}

/// What the add-ins are told of this deployment. The names are those of table 7 of Microsoft's FIM 2010 R2 Deployment
/// Guide (2012); a package that does not know one ignores it.
fn add_in_properties(deployment: &Deployment) -> BTreeMap<String, Value> {
    let portal = deployment.portal.get();
    let site = portal.and_then(|it| it.site.value());
    let link = portal.and_then(|it| it.registration_link.value());
    let service = deployment.service.get().and_then(|it| it.address.value());
    let mailbox = deployment.mail.get().and_then(|it| it.address.value());
    let known = [
        ("PORTAL_LOCATION", site.map(|it| it.host().text())),
        ("PORTAL_PREFIX", site.map(|it| it.scheme().to_owned())),
        ("RMS_LOCATION", service.map(Format::text)),
        ("MONITORED_EMAIL", mailbox.map(Format::text)),
        ("REGISTRATION_PORTAL_URL", link.map(Format::text)),
    ];
    let known =
        known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::text(value?))));
    known.collect()
}

/// Restarts a service and waits until it runs again.
const RESTART_SERVICE: &str = "param([Parameter(Mandatory)] [string] $Name)
$ErrorActionPreference = 'Stop'
Restart-Service -Name $Name
(Get-Service -Name $Name).WaitForStatus('Running', [TimeSpan]::FromMinutes(5))
";

/// With Exchange Online, and with a managed account, polling is switched on in the registry when the service is there. The
/// value alone would not tell whether the service was restarted, so the step has no probe.
fn poll_mailbox(deployment: &Deployment, planner: &mut Planner) {
    let Some(mail) = deployment.mail.get() else { return };
    let account = deployment.account.get().map(|it| &it.kind);
    let after = match mail.server {
        MailServer::Office365 => true,
        MailServer::Exchange => matches!(account, Some(AccountKind::Managed)),
        MailServer::Smtp | MailServer::None => false,
    };
    if !after || !deployment.polls_mailbox(mail) {
        return;
    }
    let origin = mail.poll.origin().unwrap_or(&mail.origin);
    let registry = Registry {
        hive: "HKEY_LOCAL_MACHINE".to_owned(),
        key: r"SYSTEM\CurrentControlSet\Services\FIMService".to_owned(),
        name: "PollExchangeEnabled".to_owned(),
        dword: 1,
    };
    let restart = PowerShell {
        needs: "Microsoft.PowerShell.Management".to_owned(),
        script: RESTART_SERVICE.to_owned(),
        parameters: BTreeMap::from([("Name".to_owned(), Value::text("FIMService"))]),
    };
    let undo = Registry { dword: 0, ..registry.clone() };
    planner.step(Draft {
        kind: Kind::Idempotent,
        after: vec!["install"],
        ops: vec![Op::Registry(registry), Op::PowerShell(restart.clone())],
        rights: vec![Right {
            on: "this server".to_owned(),
            right: "local administrator, elevated".to_owned(),
        }],
        undo: Undo::Ops(vec![Op::Registry(undo), Op::PowerShell(restart)]),
        ..Draft::new("poll-mailbox", "Let the MIM Service read approvals from its mailbox", origin)
    });
}
