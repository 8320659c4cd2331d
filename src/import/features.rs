//! The features that a command chooses, and the properties that belong to them.

use crate::code;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::import::call::{Call, Setting};
use crate::import::judge::shortened;
use crate::model::Component;
use crate::source::Span;
use crate::subject::setup::properties::PROPERTIES;

code! {
    /// The package has no such feature, or none that is chosen by a command: names are case-sensitive and stand without
    /// blanks, `PwdPortals` is the password portal of Forefront Identity Manager 2010, and what is hidden in the tree is
    /// not asked for. With a name that it does not know, Windows Installer fails (error 2711).
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=PwdPortals,WebPortals
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=RegistrationPortal,ResetPortal,WebPortals
    /// ```
    IMPORT_FEATURE: Error = "import-feature", "feature that the package does not have",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/addlocal" seen "2026-11-23";

    /// `ADDLOCAL=ALL` installs every feature of the package, MIM Reporting and Privileged Access Management too, each of which
    /// needs a system of its own. The script names the components one by one.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=ALL
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices,WebPortals
    /// ```
    IMPORT_FEATURES_ALL: Warning = "import-features-all", "every feature of the package";

    /// Without `ADDLOCAL` the package installs what it has preselected, which differs between editions and from what is
    /// documented. The script has the components whose properties the command sets.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 SHAREPOINT_URL=http://mim.contoso.com
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 SHAREPOINT_URL=http://mim.contoso.com ADDLOCAL=WebPortals
    /// ```
    IMPORT_FEATURES_MISSING: Warning = "import-features-missing", "command without a list of features";

    /// Properties are set that only a feature reads which is not installed. They have no effect: the feature is missing, or
    /// the properties were copied along.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices RESET_PORT=80
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices,ResetPortal RESET_PORT=80
    /// ```
    IMPORT_WITHOUT_FEATURE: Warning = "import-without-feature", "properties without their feature";

    /// A feature is installed, and properties that its pages require are not set. Without a window nobody is asked: setup
    /// fails, or goes on with what it proposes.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=WebPortals
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=WebPortals SHAREPOINT_URL=http://mim.contoso.com SERVICEADDRESS=mim.contoso.com
    /// ```
    IMPORT_FEATURE_BARE: Error = "import-feature-bare", "feature without its properties"
}

/// The codes of this file.
pub(super) static CODES: &[&Code] = &[
    &IMPORT_FEATURE,
    &IMPORT_FEATURES_ALL,
    &IMPORT_FEATURES_MISSING,
    &IMPORT_WITHOUT_FEATURE,
    &IMPORT_FEATURE_BARE,
];

/// What a command installs.
#[derive(Debug)]
pub(super) struct Features {
    /// The components, in the order of the installer's tree.
    pub(super) components: Vec<Component>,
    /// What is set for others.
    pub(super) unread: Vec<Setting>,
}

impl Features {
    /// Whether a component is installed.
    pub(super) fn has(&self, component: Component) -> bool {
        self.components.contains(&component)
    }
}

/// Features that are in published lists and that a script does not name.
const NOT_CHOSEN: &[(&str, &str)] = &[
    ("PwdPortals", "write `RegistrationPortal,ResetPortal` for the password portals"),
    ("ConfigurationBackup", "leave it out: it is hidden in the tree, and comes by itself"),
    (
        "SQMFeatureOptinRegistrySetting",
        "leave it out: it is hidden in the tree, and comes by itself",
    ),
    ("ServerComponents", "leave it out: it is hidden in the tree, and comes by itself"),
];

/// The properties that a feature cannot do without.
fn required(component: Component) -> &'static [&'static str] {
    match component {
        Component::Service => &[
            "SQLSERVER_SERVER",
            "SERVICE_ACCOUNT_NAME",
            "SERVICE_ACCOUNT_DOMAIN",
            "MAIL_SERVER",
            "SYNCHRONIZATION_SERVER",
            "SYNCHRONIZATION_SERVER_ACCOUNT",
            "SERVICEADDRESS",
        ],
        Component::Reporting => &["SERVICE_MANAGER_SERVER"],
        Component::PrivilegedAccess => &[
            "PAM_REST_API_APPPOOL_ACCOUNT_NAME",
            "PAM_COMPONENT_SERVICE_ACCOUNT_NAME",
            "PAM_MONITORING_SERVICE_ACCOUNT_NAME",
        ],
        Component::Portal => &["SHAREPOINT_URL", "SERVICEADDRESS"],
        Component::PasswordRegistration => {
            &["REGISTRATION_ACCOUNT", "REGISTRATION_HOSTNAME", "REGISTRATION_SERVERNAME"]
        }
        Component::PasswordReset => &["RESET_ACCOUNT", "RESET_HOSTNAME", "RESET_SERVERNAME"],
    }
}

/// Takes the features out of the call, and what is set for others.
pub(super) fn choose(call: &mut Call, out: &mut Vec<Diagnostic>) -> Features {
    let take = |name: &str, call: &mut Call| {
        let at = call.settings.iter().position(|it| it.name == name)?;
        Some(call.settings.remove(at)).filter(|it| !it.value.is_empty())
    };
    let add = take("ADDLOCAL", call);
    let remove = take("REMOVE", call);
    let mut components = match &add {
        Some(list) => listed(list, out),
        None => described(call, out),
    };
    if let Some(remove) = &remove {
        let removed = listed(remove, out);
        components.retain(|it| !removed.contains(it));
    }
    let with_parent =
        |it: &Component| matches!(it, Component::Reporting | Component::PrivilegedAccess);
    let named = components.clone();
    if components.iter().any(with_parent) && !components.contains(&Component::Service) {
        components.insert(0, Component::Service);
    }
    let unread = without_feature(call, &components, out);
    let at = add.as_ref().map_or(call.at, |it| it.value_span);
    for component in &named {
        bare(*component, call, at, out);
    }
    Features { components, unread }
}

fn listed(list: &Setting, out: &mut Vec<Diagnostic>) -> Vec<Component> {
    let mut chosen = Vec::new();
    if list.value.trim().eq_ignore_ascii_case("ALL") {
        if list.name == "ADDLOCAL" {
            let message = "`ADDLOCAL=ALL` installs every feature, MIM Reporting and Privileged Access Management too";
            let mut finding = Diagnostic::new(&IMPORT_FEATURES_ALL, list.value_span, message);
            finding.help("name the features, and take those that are not wanted out of the script");
            out.push(finding);
        }
        return Component::ALL.to_vec();
    }
    let mut offset = 0;
    for written in list.value.split(',').take(100) {
        let at = inside(list, offset, written);
        offset += written.len() + 1;
        let name = written.trim();
        let exact = Component::ALL.into_iter().find(|it| it.feature() == written);
        if let Some(component) = exact {
            chosen.push(component);
            continue;
        }
        let folded = name.to_ascii_lowercase();
        let features = Component::ALL.map(Component::feature);
        let same = features.into_iter().find(|it| it.eq_ignore_ascii_case(name));
        let other = NOT_CHOSEN.iter().find(|(it, _)| it.eq_ignore_ascii_case(name));
        let near = same.or_else(|| {
            let lower = features.map(str::to_ascii_lowercase);
            let near = nearest(&folded, lower.iter().map(String::as_str))?;
            features.into_iter().find(|it| it.eq_ignore_ascii_case(near))
        });
        let message = if name.is_empty() {
            "the list of features has an empty place".to_owned()
        } else {
            format!("the package has no feature `{}` to choose", shortened(written))
        };
        let mut finding = Diagnostic::new(&IMPORT_FEATURE, at, message);
        finding.label("names are case-sensitive and stand without blanks");
        match (other, near) {
            (Some((_, help)), _) => {
                finding.help(*help);
                if name.eq_ignore_ascii_case("PwdPortals") {
                    finding.help("the script leaves it out");
                }
            }
            (None, Some(meant)) => {
                finding.help(format!("did you mean `{meant}`? The script says that"));
                chosen.extend(Component::ALL.into_iter().find(|it| it.feature() == meant));
            }
            (None, None) => {
                finding.help(format!(
                    "choose from {}",
                    features.map(|it| format!("`{it}`")).join(", ")
                ));
            }
        }
        out.push(finding);
    }
    Component::ALL.into_iter().filter(|it| chosen.contains(it)).collect()
}

/// The place of a part of a value, where the value stands as it is or in quotes.
fn inside(setting: &Setting, offset: usize, part: &str) -> Span {
    let span = setting.value_span;
    let length = span.range().len();
    let open = match length.checked_sub(setting.value.len()) {
        Some(0) => 0,
        Some(2) => 1,
        Some(_) | None => return span,
    };
    let start = span.start + (open + offset) as u32;
    if part.is_empty() { span } else { Span { start, end: start + part.len() as u32, ..span } }
}

/// The components whose properties are set.
fn described(call: &Call, out: &mut Vec<Diagnostic>) -> Vec<Component> {
    let read = |setting: &Setting| {
        let property = PROPERTIES.iter().find(|it| it.name == setting.name)?;
        property.component.filter(|_| says_something(setting))
    };
    let found: Vec<_> = call.settings.iter().filter_map(read).collect();
    let components: Vec<_> = Component::ALL.into_iter().filter(|it| found.contains(it)).collect();
    let mut finding =
        Diagnostic::new(&IMPORT_FEATURES_MISSING, call.at, "the command names no features");
    finding.label("no `ADDLOCAL`");
    finding.help("check the components of the script: they are those whose properties are set");
    out.push(finding);
    components
}

/// Whether it says more than what holds anyway.
fn says_something(setting: &Setting) -> bool {
    !matches!(setting.value.as_str(), "" | "0" | "None")
}

fn without_feature(
    call: &mut Call,
    components: &[Component],
    out: &mut Vec<Diagnostic>,
) -> Vec<Setting> {
    let reader = |setting: &Setting| match setting.name.as_str() {
        "SERVICEADDRESS" if components.contains(&Component::Portal) => None,
        "SERVICEADDRESS" => Some(Component::Service),
        name => PROPERTIES.iter().find(|it| it.name == name)?.component,
    };
    let is_unread = |it: &Setting| reader(it).is_some_and(|it| !components.contains(&it));
    let (unread, kept) = std::mem::take(&mut call.settings).into_iter().partition(is_unread);
    call.settings = kept;
    let unread: Vec<Setting> = unread;
    for component in Component::ALL {
        let mut of = unread.iter().filter(|it| reader(it) == Some(component) && says_something(it));
        let Some(first) = of.next() else { continue };
        let rest: Vec<_> = of.collect();
        let mut names: Vec<_> = vec![format!("`{}`", first.name)];
        names.extend(rest.iter().take(3).map(|it| format!("`{}`", it.name)));
        let more = if rest.len() > 3 { " and more" } else { "" };
        let message = format!("nothing that is installed reads {}{more}", names.join(", "));
        let mut finding = Diagnostic::new(&IMPORT_WITHOUT_FEATURE, first.name_span, message);
        finding.label(format!("belongs to `{}`", component.feature()));
        for other in rest.iter().take(3) {
            finding.relate(other.name_span, "this too");
        }
        let feature = component.feature();
        finding.help(format!("add `{feature}` to `ADDLOCAL`, or take the properties out"));
        out.push(finding);
    }
    unread
}

fn bare(component: Component, call: &Call, at: Span, out: &mut Vec<Diagnostic>) {
    let set = |name: &str| {
        call.settings.iter().any(|it| it.name == name && (!it.value.is_empty() || it.is_hidden))
    };
    let missing: Vec<_> = required(component)
        .iter()
        .filter(|it| !set(it))
        // Exchange Online has a fixed host.
        .filter(|it| {
            let online = call
                .settings
                .iter()
                .any(|it| it.name == "MAIL_SERVER_IS_EXCHANGE_ONLINE" && it.value == "1");
            !(**it == "MAIL_SERVER" && online)
        })
        .map(|it| format!("`{it}`"))
        .collect();
    if missing.is_empty() {
        return;
    }
    let message = format!("`{}` is installed without {}", component.feature(), missing.join(", "));
    let mut finding = Diagnostic::new(&IMPORT_FEATURE_BARE, at, message);
    finding.label(format!("installs `{}`", component.title()));
    finding.help("complete the script: `mimeo check` says with which function");
    out.push(finding);
}
