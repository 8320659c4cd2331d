//! What is wrong with the properties of a command: names, values, features, and what belongs together.
//!
//! What was meant is clear for most of it: then the setting is mended, and the finding says so.

use crate::code;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::import::call::{Call, Setting, is_property};
use crate::subject::setup::checks::is_secret;
use crate::subject::setup::properties::{PROPERTIES, WRONG};

code! {
    /// The installer has no such property: it is a misspelling or a variable of a batch file that spread with published
    /// command lines. Windows Installer takes it without a word, and it has no effect. Where it is clear what was meant, the
    /// script says that.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SQMOPTINTSETTING=0
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SQMOPTINSETTING=0
    /// ```
    IMPORT_NAME_WRONG: Error = "import-name-wrong", "property that does not exist";

    /// Nothing is known of the property. It is handed on with `.property(name, value)`; if the package does not know it
    /// either, it has no effect.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices CONTOSO_SITE=Berlin
    /// ```
    IMPORT_NAME_UNKNOWN: Warning = "import-name-unknown", "property that nobody knows";

    /// Names of public properties are written in capital letters. On the command line Windows Installer reads a name in
    /// lower case as if it were in capitals; in a transform or a table it is another property.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" Accept_Eula=1 ADDLOCAL=CommonServices
    /// ```
    IMPORT_NAME_CASE: Hint = "import-name-case", "name of a property in lower case",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/setting-public-property-values-on-the-command-line" seen "2026-11-23";

    /// A property is set twice. The last one holds, which need not be the one that was changed last.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices ACCEPT_EULA=1
    /// ```
    IMPORT_TWICE: Warning = "import-twice", "property set twice on one line";

    /// The installer does not understand the value, and says nothing: the two properties for extranet access take `Extranet`
    /// and `None`, `REBOOT` takes `ReallySuppress`, and check boxes take 1 and 0.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=ResetPortal IS_RESET_EXTRANET=1
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=ResetPortal IS_RESET_EXTRANET=Extranet
    /// ```
    IMPORT_VALUE: Error = "import-value", "value that setup does not understand";

    /// A password stands in the command. Whoever may read the file, the history of the shell or the list of processes has
    /// it. The script names the secret, and the values file says where it comes from; the password itself is written
    /// nowhere.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SERVICE_ACCOUNT_PASSWORD=Pa55w.rd
    /// ```
    IMPORT_PASSWORD: Warning = "import-password", "password in a command";

    /// The value of a property that is no secret is a password: it equals the one of another property, or looks like one. The
    /// installer does not hide it, and uses it for something else.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices REQUIRE_RESET_INFO=1 RESET_ACCOUNT_NAME=Pa55w.rd! RESET_ACCOUNT_DOMAIN=contoso
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices REQUIRE_RESET_INFO=1 RESET_ACCOUNT_NAME=mimpool RESET_ACCOUNT_DOMAIN=contoso
    /// ```
    IMPORT_PASSWORD_MISPLACED: Error = "import-password-misplaced", "password in the place of something else";

    /// The License Agreement is not accepted: published examples leave `ACCEPT_EULA=1` out, and setup without a window stops
    /// there. The script does not accept it either; a person who may do so adds it.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qn ADDLOCAL=CommonServices
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qn ACCEPT_EULA=1 ADDLOCAL=CommonServices
    /// ```
    IMPORT_LICENSE_TERMS: Error = "import-license-terms", "command that does not accept the License Agreement";

    /// An account has no backslash between domain and name, most often since a shell or an editor took it.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SERVICE_ACCOUNT_DOMAIN=contoso SYNCHRONIZATION_SERVER_ACCOUNT=contososvcMIMMA
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SERVICE_ACCOUNT_DOMAIN=contoso SYNCHRONIZATION_SERVER_ACCOUNT=contoso\svcMIMMA
    /// ```
    IMPORT_BACKSLASH: Error = "import-backslash", "account without its backslash";

    /// The property takes a bare name, and its domain goes into a property of its own. Setup puts the two together, and gets
    /// an account with two domains.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SERVICE_ACCOUNT_NAME=contoso\svcMIMService SERVICE_ACCOUNT_DOMAIN=contoso
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices SERVICE_ACCOUNT_NAME=svcMIMService SERVICE_ACCOUNT_DOMAIN=contoso
    /// ```
    IMPORT_BARE_NAME: Error = "import-bare-name", "domain in a bare name";

    /// The command says that a password portal is on another host, and does not name its account. The MIM Service would
    /// trust nobody, and the portal is refused.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices REQUIRE_RESET_INFO=1
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices REQUIRE_RESET_INFO=1 RESET_ACCOUNT_NAME=mimpool RESET_ACCOUNT_DOMAIN=contoso
    /// ```
    IMPORT_REMOTE_ACCOUNT: Error = "import-remote-account", "password portal on another host without an account";

    /// `localhost` stands for "no mail server", and yet the mail server is said to be Exchange. The MIM Service would look for
    /// Exchange on its own server. The script says that there is none.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices MAIL_SERVER=localhost MAIL_SERVER_IS_EXCHANGE=1
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=CommonServices MAIL_SERVER=localhost MAIL_SERVER_IS_EXCHANGE=0
    /// ```
    IMPORT_MAIL_LOCALHOST: Error = "import-mail-localhost", "Exchange on localhost"
}

/// The codes of this file.
pub(super) static CODES: &[&Code] = &[
    &IMPORT_NAME_WRONG,
    &IMPORT_NAME_UNKNOWN,
    &IMPORT_NAME_CASE,
    &IMPORT_TWICE,
    &IMPORT_VALUE,
    &IMPORT_PASSWORD,
    &IMPORT_PASSWORD_MISPLACED,
    &IMPORT_LICENSE_TERMS,
    &IMPORT_BACKSLASH,
    &IMPORT_BARE_NAME,
    &IMPORT_REMOTE_ACCOUNT,
    &IMPORT_MAIL_LOCALHOST,
];

/// Judges what is set and mends what is clear. What is left is set once each.
pub(super) fn judge(call: &mut Call, written: &str, out: &mut Vec<Diagnostic>) {
    names(call, written, out);
    twice(call, out);
    passwords(call, out);
    values(call, out);
    accounts(call, out);
    remote_portals(call, out);
    mail(call, out);
    let accepted = call.settings.iter().any(|it| it.name == "ACCEPT_EULA" && it.value == "1");
    if !accepted {
        let message = "the command does not accept the License Agreement";
        let mut finding = Diagnostic::new(&IMPORT_LICENSE_TERMS, call.at, message);
        finding.label("no `ACCEPT_EULA=1`");
        finding.help("read the terms, and add `.accept_license_terms()` to the script");
        out.push(finding);
    }
}

/// Whether the property takes `1` and `0`.
fn is_flag(name: &str) -> bool {
    matches!(
        name,
        "ACCEPT_EULA"
            | "SQMOPTINSETTING"
            | "EXISTINGDATABASE"
            | "MAIL_SERVER_USE_SSL"
            | "MAIL_SERVER_IS_EXCHANGE"
            | "MAIL_SERVER_IS_EXCHANGE_ONLINE"
            | "POLL_EXCHANGE_ENABLED"
            | "USE_MANAGED_ACCOUNT_FOR_SERVICE"
            | "FIREWALL_CONF"
            | "SHAREPOINTUSERS_CONF"
            | "REQUIRE_REGISTRATION_INFO"
            | "REQUIRE_RESET_INFO"
            | "REGISTRATION_FIREWALL_CONFIG"
            | "REGISTRATION_FIREWALL_CONF"
            | "RESET_FIREWALL_CONFIG"
            | "RESET_FIREWALL_CONF"
    )
}

fn names(call: &mut Call, written: &str, out: &mut Vec<Diagnostic>) {
    let known: Vec<&str> =
        PROPERTIES.iter().map(|it| it.name).chain(["ADDLOCAL", "REMOVE"]).collect();
    let given: Vec<String> = call.settings.iter().map(|it| it.name.clone()).collect();
    let mut kept = Vec::new();
    for mut setting in std::mem::take(&mut call.settings) {
        let name = setting.name.clone();
        let as_written = written.get(setting.name_span.range()).unwrap_or_default();
        if as_written.eq_ignore_ascii_case(&name) && as_written != name {
            let message = format!("the property `{name}` is not written in capital letters");
            let mut finding = Diagnostic::new(&IMPORT_NAME_CASE, setting.name_span, message);
            finding.help(format!("write `{name}`"));
            out.push(finding);
        }
        if is_property(&name) && WRONG.iter().all(|(it, _)| *it != name) {
            kept.push(setting);
            continue;
        }
        let wrong = WRONG.iter().find(|(it, _)| *it == name);
        let meant = match wrong {
            Some(_) => match name.as_str() {
                "SQMOPTINTSETTING" => Some("SQMOPTINSETTING"),
                "TRANSFORM" => Some("TRANSFORMS"),
                "FEATURES_TO_INSTALL" => Some("ADDLOCAL"),
                _ => None,
            },
            None => nearest(&name, known.iter().copied()),
        };
        if wrong.is_none() && meant.is_none() {
            let message = format!("nothing is known of the property `{}`", shortened(&name));
            let mut finding = Diagnostic::new(&IMPORT_NAME_UNKNOWN, setting.name_span, message);
            finding.label("handed on as it is");
            finding.help("take it out of the script if the package does not know it either");
            out.push(finding);
            kept.push(setting);
            continue;
        }
        let message = format!("the installer has no property `{}`", shortened(&name));
        let mut finding = Diagnostic::new(&IMPORT_NAME_WRONG, setting.name_span, message);
        finding.label("it has no effect");
        match (wrong, meant) {
            (Some((_, text)), _) => finding.help(format!("what is meant is {text}")),
            (None, Some(meant)) => finding.help(format!("did you mean `{meant}`?")),
            (None, None) => &mut finding,
        };
        if let Some(meant) = meant.filter(|it| given.iter().all(|given| given != it)) {
            finding.help(format!("the script is written as if it were `{meant}`"));
            meant.clone_into(&mut setting.name);
            setting.is_mended = true;
            kept.push(setting);
        }
        out.push(finding);
    }
    call.settings = kept;
}

/// A text of the command that may be of any length.
pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(72) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn twice(call: &mut Call, out: &mut Vec<Diagnostic>) {
    let mut once: Vec<Setting> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for mut setting in std::mem::take(&mut call.settings) {
        let Some(at) = places.get(&setting.name).copied() else {
            places.insert(setting.name.clone(), once.len());
            once.push(setting);
            continue;
        };
        let earlier: &Setting = &once[at];
        let message = format!("the property `{}` is set twice", shortened(&setting.name));
        let mut finding = Diagnostic::new(&IMPORT_TWICE, setting.name_span, message);
        finding.label("this one holds");
        finding.relate(earlier.name_span, "without effect");
        finding.help("keep one of the two");
        out.push(finding);
        setting.is_hidden |= earlier.is_hidden;
        once[at] = setting;
    }
    call.settings = once;
}

fn passwords(call: &mut Call, out: &mut Vec<Diagnostic>) {
    let told = |it: &&Setting| is_secret(&it.name) && !it.value.is_empty() && !is_masked(&it.value);
    let secrets: Vec<Setting> = call.settings.iter().filter(told).cloned().collect();
    for setting in &mut call.settings {
        if is_secret(&setting.name) {
            setting.is_hidden = true;
            continue;
        }
        let twin = secrets.iter().find(|it| it.value == setting.value && it.value.len() >= 4);
        if twin.is_none() && !(is_about_accounts(&setting.name) && looks_secret(&setting.value)) {
            continue;
        }
        setting.is_hidden = true;
        let message = format!("a password stands in `{}`", setting.name);
        let mut finding = Diagnostic::new(&IMPORT_PASSWORD_MISPLACED, setting.value_span, message);
        match twin {
            Some(twin) => {
                finding.label("the same text");
                finding.relate(twin.name_span, "as here");
            }
            None => {
                finding.label("looks like a password");
            }
        }
        finding.help(
            "write the account there, and change the password: setup does not hide this property",
        );
        out.push(finding);
    }
    let Some(first) = secrets.first() else { return };
    let secrets = &secrets[..secrets.len().min(8)];
    let names: Vec<_> = secrets.iter().map(|it| format!("`{}`", shortened(&it.name))).collect();
    let (noun, verb) =
        if secrets.len() == 1 { ("a password", "stands") } else { ("passwords", "stand") };
    let message = format!("{noun} {verb} in the command: {}", names.join(", "));
    let mut finding = Diagnostic::new(&IMPORT_PASSWORD, first.value_span, message);
    finding.label("not copied");
    for other in &secrets[1..] {
        finding.relate(other.value_span, "not copied either");
    }
    finding.help(
        "change it in the directory, and delete the file and the shell's history that hold it",
    );
    out.push(finding);
}

/// What a log shows in the place of a secret.
pub(super) fn is_masked(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|it| it == '*')
}

fn is_about_accounts(name: &str) -> bool {
    ["_ACCOUNT", "_NAME", "_DOMAIN", "_EMAIL"].iter().any(|it| name.ends_with(it))
        && !matches!(name, "CERTIFICATE_NAME" | "REGISTRATION_HOSTNAME" | "RESET_HOSTNAME")
}

/// Whether a text is more like a password than like an account: all kinds of characters, and none of the forms of names.
fn looks_secret(value: &str) -> bool {
    let has = |kind: fn(&char) -> bool| value.chars().any(|it| kind(&it));
    let account = value.trim_end_matches('$');
    let special = account.chars().any(|it| "!@#$%^&*?+=,;:".contains(it));
    let mail = value.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && domain.contains('.') && !domain.contains('@')
    });
    value.len() >= 6
        && !value.contains('\\')
        && !mail
        && special
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit)
}

fn values(call: &mut Call, out: &mut Vec<Diagnostic>) {
    for setting in &mut call.settings {
        if setting.value.is_empty() || setting.is_hidden {
            continue;
        }
        let value = setting.value.clone();
        let lower = value.to_ascii_lowercase();
        let on = matches!(lower.as_str(), "1" | "true" | "yes" | "on");
        let off = matches!(lower.as_str(), "0" | "false" | "no" | "off");
        let (expected, meant) = match setting.name.as_str() {
            "IS_REGISTRATION_EXTRANET" | "IS_RESET_EXTRANET" => {
                let meant = if on || lower == "extranet" {
                    Some("Extranet")
                } else if off || lower == "none" || lower == "intranet" {
                    Some("None")
                } else {
                    None
                };
                ("`Extranet` or `None`", meant)
            }
            "REBOOT" if matches!(value.as_str(), "Force" | "F" | "Suppress" | "S" | "R") => {
                continue;
            }
            "REBOOT" => {
                let near = nearest(&lower, ["reallysuppress", "suppress", "force"]);
                let meant = near.map(|it| match it {
                    "reallysuppress" => "ReallySuppress",
                    "suppress" => "Suppress",
                    _ => "Force",
                });
                ("`ReallySuppress`", meant)
            }
            name if is_flag(name) => {
                let meant = if on { Some("1") } else { off.then_some("0") };
                ("`1` or `0`", meant)
            }
            _ => continue,
        };
        if meant == Some(value.as_str()) {
            continue;
        }
        let shown: String = value.chars().take(40).collect();
        let message = format!("`{}` takes {expected}, not `{shown}`", setting.name);
        let mut finding = Diagnostic::new(&IMPORT_VALUE, setting.value_span, message);
        finding.label("not understood");
        setting.is_mended = true;
        match meant {
            Some(meant) => {
                finding.help(format!("write `{}={meant}`; the script says that", setting.name));
                meant.clone_into(&mut setting.value);
            }
            None => {
                finding.help("say in the script what was meant");
                setting.value.clear();
            }
        }
        out.push(finding);
    }
}

/// The properties with an account and its domain in one.
const WHOLE_ACCOUNTS: &[&str] =
    &["SYNCHRONIZATION_SERVER_ACCOUNT", "REGISTRATION_ACCOUNT", "RESET_ACCOUNT"];
/// The properties with a bare name, and those with its domain.
const BARE_NAMES: &[(&str, &str)] = &[
    ("SERVICE_ACCOUNT_NAME", "SERVICE_ACCOUNT_DOMAIN"),
    ("REGISTRATION_ACCOUNT_NAME", "REGISTRATION_ACCOUNT_DOMAIN"),
    ("RESET_ACCOUNT_NAME", "RESET_ACCOUNT_DOMAIN"),
];

fn accounts(call: &mut Call, out: &mut Vec<Diagnostic>) {
    let mut added = Vec::new();
    let mut domains: Vec<String> = Vec::new();
    for setting in call.settings.iter().filter(|it| !it.value.is_empty() && !it.is_hidden) {
        if BARE_NAMES.iter().any(|(_, domain)| *domain == setting.name) {
            domains.push(setting.value.clone());
        } else if let Some((domain, _)) = setting.value.split_once('\\')
            && WHOLE_ACCOUNTS.contains(&setting.name.as_str())
        {
            domains.push(domain.to_owned());
        }
    }
    let given: Vec<Setting> = call.settings.clone();
    for setting in call.settings.iter_mut().filter(|it| !it.value.is_empty() && !it.is_hidden) {
        let value = setting.value.clone();
        if WHOLE_ACCOUNTS.contains(&setting.name.as_str()) {
            if value.contains(['\\', '@', '/']) {
                continue;
            }
            let message = format!("the account in `{}` has no backslash", setting.name);
            let mut finding = Diagnostic::new(&IMPORT_BACKSLASH, setting.value_span, message);
            finding.label("expected `DOMAIN\\account`");
            let lost = domains.iter().find(|it| {
                let head = value.get(..it.len());
                value.len() > it.len() && head.is_some_and(|head| head.eq_ignore_ascii_case(it))
            });
            if let Some(domain) = lost {
                let whole = format!("{}\\{}", &value[..domain.len()], &value[domain.len()..]);
                finding.help(format!("write `{whole}`; the script says that"));
                setting.value = whole;
                setting.is_mended = true;
            } else {
                finding.help("write the domain's NetBIOS name and a backslash before it");
            }
            out.push(finding);
        } else if let Some((_, domain_name)) =
            BARE_NAMES.iter().find(|(name, _)| *name == setting.name)
            && let Some((domain, bare)) = value.split_once('\\')
        {
            let message =
                format!("`{}` takes a bare name, not `{}`", setting.name, shortened(&value));
            let mut finding = Diagnostic::new(&IMPORT_BARE_NAME, setting.value_span, message);
            finding.label("the domain has a property of its own");
            finding.help(format!("write `{bare}`; the script says that"));
            bare.clone_into(&mut setting.value);
            setting.is_mended = true;
            let said = given.iter().find(|it| it.name == *domain_name);
            if let Some(said) = said.filter(|it| !it.value.eq_ignore_ascii_case(domain)) {
                finding.relate(said.value_span, "another domain");
                finding.help(format!("see that `{}` is where the account is", said.name));
            }
            if said.is_none() {
                let domain_of = Setting {
                    name: (*domain_name).to_owned(),
                    value: domain.to_owned(),
                    ..setting.clone()
                };
                added.push(domain_of);
            }
            out.push(finding);
        }
    }
    call.settings.extend(added);
}

fn remote_portals(call: &mut Call, out: &mut Vec<Diagnostic>) {
    for portal in ["REGISTRATION", "RESET"] {
        let flag = format!("REQUIRE_{portal}_INFO");
        let account = format!("{portal}_ACCOUNT_NAME");
        let has =
            |name: &str| call.settings.iter().any(|it| it.name == name && !it.value.is_empty());
        let has_account = has(&account);
        let Some(setting) = call.settings.iter_mut().find(|it| it.name == flag && it.value == "1")
        else {
            continue;
        };
        if has_account {
            continue;
        }
        let message = format!("`{flag}=1` names no account of the portal on the other host");
        let mut finding = Diagnostic::new(&IMPORT_REMOTE_ACCOUNT, setting.span(), message);
        finding.label(format!("`{account}` is missing"));
        finding.help(format!(
            "add `{account}` and `{portal}_ACCOUNT_DOMAIN`, or leave `{flag}` out if the portal is on this server"
        ));
        setting.is_mended = true;
        setting.value.clear();
        out.push(finding);
    }
}

fn mail(call: &mut Call, out: &mut Vec<Diagnostic>) {
    let find = |name: &str| call.settings.iter().position(|it| it.name == name);
    let Some(host) = find("MAIL_SERVER") else { return };
    let Some(exchange) = find("MAIL_SERVER_IS_EXCHANGE") else { return };
    let local = call.settings[host].value.eq_ignore_ascii_case("localhost");
    if !local || call.settings[exchange].value != "1" {
        return;
    }
    let message = "Exchange is said to be on `localhost`";
    let mut finding =
        Diagnostic::new(&IMPORT_MAIL_LOCALHOST, call.settings[exchange].span(), message);
    finding.label("an Exchange server");
    finding.relate(call.settings[host].span(), "stands for no mail server");
    finding
        .help("write `MAIL_SERVER_IS_EXCHANGE=0` for no mail server, or name the Exchange server");
    out.push(finding);
    for name in ["MAIL_SERVER_IS_EXCHANGE", "MAIL_SERVER_USE_SSL", "POLL_EXCHANGE_ENABLED"] {
        if let Some(at) = call.settings.iter().position(|it| it.name == name) {
            "0".clone_into(&mut call.settings[at].value);
            call.settings[at].is_mended = true;
        }
    }
}
