//! What is done after the installation, and polling where setup cannot switch it on.

mod steps;

use jiff::civil::Date;

use crate::diagnostic::{Applicability, Reporter, nearest};
use crate::model::format::{Format, Text, WindowsPath};
use crate::model::{Component, Declared, Deployment, MailServer, Part, Task};
use crate::script::args::Call;
use crate::script::registry::Kind as Builder;
use crate::source::Origin;
use crate::subject::task::steps::steps;
use crate::subject::{Check, Subject};
use crate::{code, verbs};

/// The subject.
pub static SUBJECT: Subject = Subject {
    name: "task",
    functions: FUNCTIONS,
    checks: &[
        Check { code: &TASK_WITHOUT_PORTAL, run: without_portal },
        Check { code: &TASK_WITHOUT_SERVICE, run: without_service },
        Check { code: &TASK_RULE_NAME, run: rule_name },
        Check { code: &TASK_PACKAGE, run: package },
        Check { code: &TASK_TWICE, run: twice },
        Check { code: &TASK_ADD_INS_APPROVALS, run: approvals },
    ],
    fields: &[],
    steps,
};

static TASK: Builder = Builder { name: "after::…", refusals: &[] };

verbs! { static FUNCTIONS;
    /// After the installation, opens the MIM Portal and waits until it answers. The first visit is slow.
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// after::portal_answers();
    /// ```
    fn after::portal_answers() -> TASK, pages [] = |call| task(call, Task::PortalAnswers);
    /// After the installation, puts the portal's site into the browser's Local intranet zone, for the user who carries out
    /// the plan. For all users, a group policy does it.
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// after::intranet_zone();
    /// ```
    fn after::intranet_zone() -> TASK, pages [] = |call| task(call, Task::IntranetZone);
    /// After the installation, switches off "Display Intranet Sites in Compatibility view" in the browser, for the user who
    /// carries out the plan. For all users, a group policy does it.
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// after::compatibility_view_off();
    /// ```
    fn after::compatibility_view_off() -> TASK, pages [] = |call| task(call, Task::CompatibilityViewOff);
    /// After the installation, enables a management policy rule of the MIM Service. Users who are not administrators need
    /// `User management: Users can read attributes of their own` to use the portal.
    ///
    /// `name`: the rule's display name, as the portal shows it.
    ///
    /// ```rhai
    /// components::service();
    /// after::enable_rule("User management: Users can read attributes of their own");
    /// ```
    fn after::enable_rule(name: Text) -> TASK, pages [] = |call| {
        let name = call.read(0);
        task(call, Task::EnableRule { name })
    };
    /// After the installation, installs the add-ins and extensions on this computer, with the addresses of this
    /// deployment.
    ///
    /// `path`: their package, `Add-ins and extensions.msi`.
    ///
    /// ```rhai
    /// after::add_ins(`D:\MIM\Add-ins and extensions\x64\Add-ins and extensions.msi`);
    /// ```
    fn after::add_ins(path: Path) -> TASK, pages [] = |call| {
        let package = call.read(0);
        task(call, Task::AddIns { package })
    };
    /// After the installation, installs language packs on this computer.
    ///
    /// `path`: their package, `Service and Portal Language Pack.msi` or that of the add-ins.
    ///
    /// ```rhai
    /// after::language_packs(`D:\MIM\Service and Portal Language Pack\Service and Portal Language Pack.msi`);
    /// ```
    fn after::language_packs(path: Path) -> TASK, pages [] = |call| {
        let package = call.read(0);
        task(call, Task::LanguagePacks { package })
    };
}

fn task(call: &mut Call<'_>, task: Task) -> usize {
    let origin = call.call_origin();
    let tasks = &mut call.deployment().tasks;
    tasks.push(Declared { value: task, origin });
    tasks.len() - 1
}

/// How a task is written.
fn function(task: &Task) -> &'static str {
    match task {
        Task::PortalAnswers => "after::portal_answers",
        Task::IntranetZone => "after::intranet_zone",
        Task::CompatibilityViewOff => "after::compatibility_view_off",
        Task::EnableRule { .. } => "after::enable_rule",
        Task::AddIns { .. } => "after::add_ins",
        Task::LanguagePacks { .. } => "after::language_packs",
    }
}

/// What a task does, to be compared with others; none of one that is not understood.
fn identity(task: &Task) -> Option<(&'static str, String)> {
    let about = match task {
        Task::PortalAnswers | Task::IntranetZone | Task::CompatibilityViewOff => {
            Some(String::new())
        }
        Task::EnableRule { name } => name.value().map(Format::text),
        Task::AddIns { package } | Task::LanguagePacks { package } => {
            package.value().map(Format::text)
        }
    };
    about.map(|about| (function(task), about.to_lowercase()))
}

/// The task before this one that does the same.
fn first(tasks: &[Declared<Task>], index: usize) -> Option<&Declared<Task>> {
    let wanted = identity(&tasks[index].value)?;
    tasks[..index].iter().find(|it| identity(&it.value).as_ref() == Some(&wanted))
}

/// Rules that every installation has and that are off until somebody enables them, or that are often looked up. From the
/// vendor's guides to FIM 2010 R2 and from the rules of installations of MIM 2016.
const RULES: &[&str] = &[
    "Administration: Administrators can read and update Users",
    "Anonymous users can reset their password",
    "Distribution list Management: Users can add or remove any members of groups subject to owner approval",
    "Distribution List management: Users can create Static Distribution Groups",
    "General workflow: Registration initiation for authentication activity",
    "General: Users can read non-administrative configuration resources",
    "General: Users can read schema related resources",
    "Password Reset Users can update the lockout attributes of themselves",
    "Password reset users can read password reset objects",
    "Security Group management: Users can create Static Security Groups",
    "Security group management: Owners can update and delete groups they own",
    "Security group management: Users can add or remove any member of groups subject to owner approval",
    "Security groups: Users can add and remove members to open groups",
    "Synchronization: Synchronization account can delete and update expected rule entry resources",
    "Synchronization: Synchronization account can read group resources it synchronizes",
    "Synchronization: Synchronization account can read schema related resources",
    "Synchronization: Synchronization account can read synchronization related resources",
    "Synchronization: Synchronization account can read users it synchronizes",
    "Synchronization: Synchronization account controls detected rule entry resources",
    "Synchronization: Synchronization account controls group resources it synchronizes",
    "Synchronization: Synchronization account controls synchronization configuration resources",
    "Synchronization: Synchronization account controls users it synchronizes",
    "User management: Users can read attributes of their own",
    "User management: Users can read selected attributes of other users",
    "Users can create registration objects for themselves",
    "Users can modify registration objects for themselves",
];

code! {
    /// The task is about the MIM Portal, which this script does not install: the site has no address, and there is nothing
    /// to open.
    ///
    /// ```rhai,reports
    /// components::service();
    /// after::portal_answers();
    /// ```
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// after::portal_answers();
    /// ```
    TASK_WITHOUT_PORTAL: Error = "task-without-portal", "task about a portal that is not installed";

    /// Management policy rules lie in the MIM Service. The plan enables them on the server where the MIM Service is
    /// installed, as its administrator.
    ///
    /// ```rhai,reports
    /// portal::site("http://mim.contoso.com");
    /// after::enable_rule("User management: Users can read attributes of their own");
    /// ```
    ///
    /// Say it in the script that installs the MIM Service:
    ///
    /// ```rhai
    /// components::service();
    /// after::enable_rule("User management: Users can read attributes of their own");
    /// ```
    TASK_WITHOUT_SERVICE: Error = "task-without-service", "rule without the MIM Service",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// A rule is found by its display name, letter for letter. This name is nearly that of a rule which every installation
    /// has; if there is none of this name, the step fails after the installation.
    ///
    /// ```rhai,reports
    /// components::service();
    /// after::enable_rule("User management: Users can read attributes of there own");
    /// ```
    ///
    /// ```rhai
    /// components::service();
    /// after::enable_rule("User management: Users can read attributes of their own");
    /// ```
    TASK_RULE_NAME: Warning = "task-rule-name", "rule that is nearly another",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23";

    /// Add-ins and language packs come as packages of Windows Installer. Anything else ends with "this installation package
    /// could not be opened".
    ///
    /// ```rhai,reports
    /// after::add_ins(`D:\MIM\Add-ins and extensions\x64`);
    /// ```
    ///
    /// ```rhai
    /// after::add_ins(`D:\MIM\Add-ins and extensions\x64\Add-ins and extensions.msi`);
    /// ```
    TASK_PACKAGE: Error = "task-package", "not a Windows Installer package";

    /// The same task is said twice. It is done once; more often one of the two was meant to be another.
    ///
    /// ```rhai,reports
    /// portal::site("http://mim.contoso.com");
    /// after::intranet_zone();
    /// after::intranet_zone();
    /// ```
    ///
    /// ```rhai
    /// portal::site("http://mim.contoso.com");
    /// after::intranet_zone();
    /// after::compatibility_view_off();
    /// ```
    TASK_TWICE: Warning = "task-twice", "task said twice";

    /// The add-in for Outlook lets users approve requests by mail. With SMTP, and without mail, it cannot; the extensions
    /// for password reset work all the same.
    ///
    /// ```rhai,reports
    /// mail::smtp("mail.contoso.com").sender("svcMIMService@contoso.com");
    /// after::add_ins(`D:\MIM\Add-ins and extensions\x64\Add-ins and extensions.msi`);
    /// ```
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com").mailbox("svcMIMService@contoso.com");
    /// after::add_ins(`D:\MIM\Add-ins and extensions\x64\Add-ins and extensions.msi`);
    /// ```
    TASK_ADD_INS_APPROVALS: Hint = "task-add-ins-approvals", "Outlook add-in without approvals",
        source "https://learn.microsoft.com/en-us/microsoft-identity-manager/install-mim-service-portal-azure-ad-premium" seen "2026-11-23"
}

fn without_portal(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.installs(Component::Portal) {
        return;
    }
    for task in &deployment.tasks {
        let about_portal = match task.value {
            Task::PortalAnswers | Task::IntranetZone | Task::CompatibilityViewOff => true,
            Task::EnableRule { .. } | Task::AddIns { .. } | Task::LanguagePacks { .. } => false,
        };
        if about_portal {
            let message =
                format!("`{}` needs the MIM Portal, which is not installed", function(&task.value));
            out.about(&task.origin, message)
                .label("no site is known")
                .help("leave the task out, or install the portal: `portal::site(\"http://mim.contoso.com\")`");
        }
    }
}

fn without_service(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    if !deployment.complete || deployment.installs(Component::Service) {
        return;
    }
    for (origin, _) in rules(deployment) {
        out.about(origin, "`after::enable_rule` needs the MIM Service, which is not installed")
            .label("rules lie in the MIM Service")
            .help("say it in the script that installs the MIM Service");
    }
}

fn rule_name(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for (_, name) in rules(deployment) {
        let Some(name) = name.said() else { continue };
        let text = name.value.text();
        let Some(known) = meant(&text) else { continue };
        let finding =
            out.about(&name.origin, format!("`{text}` is nearly the name of another rule"));
        finding.label("rules are found by their whole name");
        finding.help(format!("did you mean `{known}`?"));
        if let Some(place) = name.origin.literal() {
            finding.fix(
                format!("write `{known}`"),
                Applicability::Review,
                place,
                format!("\"{known}\""),
            );
        }
    }
}

/// The known rule that a name is nearly, or whose end it is.
fn meant(name: &str) -> Option<&'static str> {
    let wanted = name.to_lowercase();
    let lower = |rule: &str| rule.to_lowercase();
    if RULES.iter().any(|rule| lower(rule) == wanted) {
        return None;
    }
    let end = RULES.iter().find(|rule| lower(rule).ends_with(&format!(": {wanted}")));
    let known: Vec<String> = RULES.iter().map(|rule| lower(rule)).collect();
    let near = nearest(&wanted, known.iter().map(String::as_str));
    let near = near.and_then(|near| RULES.iter().find(|rule| lower(rule) == near));
    end.or(near).copied()
}

fn package(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for task in &deployment.tasks {
        let Some(package) = package_of(&task.value).and_then(Part::said) else { continue };
        let text = package.value.text();
        if !text.to_ascii_lowercase().ends_with(".msi") {
            out.about(&package.origin, format!("`{text}` is not a Windows Installer package"))
                .label("does not end in `.msi`")
                .help("name the file itself, not its folder");
        }
    }
}

fn twice(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    for (index, task) in deployment.tasks.iter().enumerate() {
        let Some(first) = first(&deployment.tasks, index) else { continue };
        out.about(&task.origin, format!("`{}` is said again", function(&task.value)))
            .label("done once")
            .relate(first.origin.call, "said here first")
            .help("remove one of the two");
    }
}

fn approvals(deployment: &Deployment, _: Date, out: &mut Reporter<'_>) {
    let Some(mail) = deployment.mail.get() else { return };
    let server = match mail.server {
        MailServer::Smtp => "SMTP",
        MailServer::None => "no mail server",
        MailServer::Exchange | MailServer::Office365 => return,
    };
    let add_ins = deployment.tasks.iter().find(|it| matches!(it.value, Task::AddIns { .. }));
    let Some(add_ins) = add_ins else { return };
    out.about(
        &add_ins.origin,
        format!("with {server}, the Outlook add-in cannot approve requests"),
    )
    .label("installs the add-in")
    .relate(mail.origin.call, "the mail server is said here")
    .help("approve in the MIM Portal, or use Exchange");
}

fn rules(deployment: &Deployment) -> impl Iterator<Item = (&Origin, &Part<Text>)> {
    deployment.tasks.iter().filter_map(|task| match &task.value {
        Task::EnableRule { name } => Some((&task.origin, name)),
        Task::PortalAnswers
        | Task::IntranetZone
        | Task::CompatibilityViewOff
        | Task::AddIns { .. }
        | Task::LanguagePacks { .. } => None,
    })
}

fn package_of(task: &Task) -> Option<&Part<WindowsPath>> {
    match task {
        Task::AddIns { package } | Task::LanguagePacks { package } => Some(package),
        Task::PortalAnswers
        | Task::IntranetZone
        | Task::CompatibilityViewOff
        | Task::EnableRule { .. } => None,
    }
}
