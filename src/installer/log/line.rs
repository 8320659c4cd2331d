//! What one line of a log says.
//!
//! The words of Windows Installer's own messages are in the language of Windows or of the package; what its engine writes
//! (`MSI (s) …`) is English everywhere. So an action's end is known by its form, not by its words.

use std::ops::Range;

/// The text behind `MSI (s) (A4:30) [09:44:10:115]: `, and whether there was such a beginning.
pub(super) fn body(line: &str) -> (&str, bool) {
    let engine = line.strip_prefix("MSI (").and_then(|it| it.split_once(": "));
    match engine {
        Some((head, body)) if head.len() < 60 => (body, true),
        Some(_) | None => (line, false),
    }
}

/// Whether the line begins a log: `=== Verbose logging started: …`. `Build type` is there in every language.
pub(super) fn is_header(line: &str) -> bool {
    line.starts_with("=== ")
        && (line.contains("ogging started") || line.contains("SHIP UNICODE 5."))
}

/// Whether the line ends a log: `=== Verbose logging stopped: …`.
pub(super) fn is_end(line: &str) -> bool {
    line.starts_with("=== ") && line.ends_with("===") && !is_header(line)
}

/// Whether the line says that an action failed: `Action ended 9:41:07: ConfigureSharePoint. Return value 3.`
pub(super) fn returns_three(line: &str) -> bool {
    let rest = line.split_once("Return value 3").map(|(_, rest)| rest);
    rest.is_some_and(|it| !it.starts_with(|it: char| it.is_ascii_digit()))
        || ended(line).is_some_and(|(_, value)| value == 3)
}

/// The action and the value of `Action ended 9:41:07: ConfigureSharePoint. Return value 3.`, in any language.
pub(super) fn ended(line: &str) -> Option<(&str, u8)> {
    let (head, rest) = timed(line)?;
    // `Action 9:41:07: CopyFiles. Copying 3.` begins an action.
    if head.split_whitespace().nth(1).is_none() && head.is_ascii() {
        return None;
    }
    let end = rest.trim_end().trim_end_matches(['.', '。']);
    let value = u8::try_from(end.chars().next_back()?.to_digit(10)?).ok()?;
    let before = &end[..end.len() - 1];
    // In English the name is known by the words behind it; elsewhere, by being one word.
    let english = before.trim_end().strip_suffix(". Return value").map(|it| (it, "Return value"));
    let (action, words) = english.or_else(|| named(before))?;
    let is_one_digit = !words.ends_with(|it: char| it.is_ascii_digit() || it == '-');
    (is_one_digit && !words.trim().is_empty()).then_some((action, value))
}

/// The action of `Action start 9:41:07: ConfigureSharePoint.`, in any language.
pub(super) fn started(line: &str) -> Option<&str> {
    let (head, rest) = timed(line)?;
    if head.split_whitespace().nth(1).is_none() && head.is_ascii() {
        return None;
    }
    let (action, words) = named(rest)?;
    words.trim().is_empty().then_some(action)
}

/// The action of `Executing op: ActionStart(Name=StartServices,Description=…,)`, or of `Doing action: StartServices`.
pub(super) fn doing(body: &str) -> Option<&str> {
    let name = body.strip_prefix("Executing op: ActionStart(Name=");
    if let Some(name) = name {
        return name.split([',', ')']).next().filter(|it| !it.is_empty());
    }
    body.strip_prefix("Doing action: ").map(str::trim).filter(|it| !it.is_empty())
}

/// What stands before a time of day at the beginning of a line, and behind the colon after it.
fn timed(line: &str) -> Option<(&str, &str)> {
    let begin = line.char_indices().take(60);
    let (digit, _) = begin.into_iter().find(|(at, it)| *at > 0 && it.is_ascii_digit())?;
    let head = line[..digit].trim();
    let time = &line[digit..];
    let end = time.find(|it: char| !(it.is_ascii_digit() || matches!(it, ':' | '.')))?;
    let (clock, rest) = match time[..end].strip_suffix(':') {
        Some(clock) => (clock, &time[end..]),
        None => (&time[..end], time[end..].trim_start().strip_prefix([':', '：'])?),
    };
    let parts = clock.split([':', '.']);
    let is_time = parts.clone().count() == 3 && parts.clone().all(|it| matches!(it.len(), 1 | 2));
    (is_time && !head.is_empty()).then(|| (head, rest.trim_start()))
}

/// The name of an action with its full stop, and what follows.
fn named(text: &str) -> Option<(&str, &str)> {
    let is_name =
        |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-' | '{' | '}');
    let end = text.find(|it| !is_name(it)).unwrap_or(text.len());
    let name = &text[..end];
    if let Some(name) = name.strip_suffix('.') {
        return Some((name, &text[end..])).filter(|_| !name.is_empty());
    }
    let rest = text[end..].strip_prefix('。')?;
    Some((name, rest)).filter(|_| !name.is_empty())
}

/// The action of `CustomAction ConfigureSharePoint returned actual error code 1603 (note this may not be …)`. Windows Installer
/// writes it for deferred actions, whose end is told only as the end of `InstallExecute` or `InstallFinalize`. An action
/// whose failure does not matter is none.
pub(super) fn custom_action(line: &str) -> Option<&str> {
    let (action, code) = custom_action_ended(line)?;
    let succeeded = code.split(|it: char| !it.is_ascii_digit()).next() == Some("0");
    Some(action).filter(|_| !succeeded && !is_forgiven(code))
}

/// The action of a line as [`custom_action`] reads it, whose failure does not matter.
pub(super) fn forgiven_action(line: &str) -> Option<&str> {
    let (action, code) = custom_action_ended(line)?;
    Some(action).filter(|_| is_forgiven(code))
}

fn custom_action_ended(line: &str) -> Option<(&str, &str)> {
    let (_, rest) = line.split_once("CustomAction ")?;
    let (action, code) = rest.split_once(" returned actual error code ")?;
    Some((action.trim(), code)).filter(|it| !it.0.is_empty())
}

fn is_forgiven(code: &str) -> bool {
    code.contains("will be translated to success")
}

/// What stands before the data that an action is handed.
const DATA: &str = "CustomActionData=";

/// The action and the place of its data in `Executing op: CustomActionSchedule(Action=…,…,CustomActionData=…)`.
pub(super) fn handed(line: &str) -> Option<(&str, Range<usize>)> {
    let start = line.find(DATA)? + DATA.len();
    let end = line.rfind(')').filter(|it| *it >= start).unwrap_or(line.len());
    let action = line.split_once("(Action=").and_then(|(_, it)| it.split(',').next());
    Some((action.unwrap_or_default(), start..end))
}

/// The code of `MainEngineThread is returning 1603`, or of `Back from server. Return value: 1603`.
pub(super) fn engine_ends(body: &str, is_whole: bool) -> Option<u32> {
    let rest = body
        .strip_prefix("MainEngineThread is returning ")
        .or_else(|| body.strip_prefix("Back from server. Return value: "))?;
    code(rest, is_whole)
}

/// The code of `… Installation success or error status: 1603.`
pub(super) fn status(body: &str, is_whole: bool) -> Option<u32> {
    let (_, rest) = body.split_once("success or error status: ")?;
    code(rest, is_whole)
}

/// A code at the beginning of a text. Where a line breaks off, a number may do so too: all codes but 0 have four digits.
fn code(text: &str, is_whole: bool) -> Option<u32> {
    let text = text.trim_end();
    let sign = usize::from(text.starts_with('-'));
    let end = text[sign..].find(|it: char| !it.is_ascii_digit()).map(|it| it + sign);
    let number = &text[..end.unwrap_or(text.len())];
    let is_complete = is_whole || end.is_some() || number == "0" || number.len() > 3;
    let number: i64 = number.parse().ok().filter(|_| is_complete)?;
    u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
}

/// The product and what is said of it: `Product: Contoso Portal -- Installation completed successfully.`
pub(super) fn product(body: &str) -> Option<(&str, &str)> {
    let (head, said) = body.split_once(" -- ")?;
    let (word, product) = head.split_once(": ")?;
    let is_word = !word.is_empty() && word.chars().all(char::is_alphabetic);
    (is_word && word.chars().count() < 16).then_some((product.trim(), said))
}

/// Whether it is said that all went well: `Installation completed successfully.`
pub(super) fn completed(said: &str) -> bool {
    said.contains("completed successfully")
}

/// Whether it is said that it failed: `Installation failed.`
pub(super) fn failed(said: &str) -> bool {
    let words = ["Installation", "Configuration", "Removal"];
    words.iter().any(|it| said.strip_prefix(it).is_some_and(|it| it.starts_with(" failed")))
}

/// The name and the version of `… Product Name: Contoso Portal. Product Version: 4.6.34.0. Product Language: …`
pub(super) fn product_version(body: &str) -> Option<(&str, &str)> {
    let (_, rest) = body.split_once("Product Name: ")?;
    let (name, rest) = rest.split_once(". Product Version: ")?;
    let (version, _) = rest.split_once(". ")?;
    Some((name, version))
}

/// The package of `Original package ==> C:\MIM\Service and Portal.msi`, or of `******* Product: …`.
pub(super) fn package(body: &str) -> Option<&str> {
    let path = body
        .strip_prefix("Original package ==> ")
        .or_else(|| body.trim_start().strip_prefix("******* Product: "))?;
    Some(path.trim()).filter(|it| !it.is_empty())
}

/// The properties of `Command Line: ADDLOCAL=Portal …` or `Switching to server: …`, and whether it is the first of these.
pub(super) fn command_line(body: &str) -> Option<(&str, bool)> {
    if let Some(given) = body.trim_start().strip_prefix("******* CommandLine: ") {
        return Some((given, true));
    }
    match body.strip_prefix("Command Line: ") {
        Some(given) => Some((given, true)),
        None => Some((body.strip_prefix("Switching to server: ")?, false)),
    }
}

/// The properties of a command line, each with its value: in quotes, where `""` is a quote, or up to a blank.
pub(super) fn assignments(line: &str) -> Vec<(&str, String)> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.rsplit(char::is_whitespace).next().unwrap_or(name);
        let mut value = String::new();
        let mut is_quoted = false;
        let mut end = after.len();
        let mut characters = after.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' if is_quoted && characters.next_if(|it| it.1 == '"').is_some() => {
                    value.push('"');
                }
                '"' => is_quoted = !is_quoted,
                it if it.is_whitespace() && !is_quoted => {
                    end = at;
                    break;
                }
                it => value.push(it),
            }
        }
        if is_property(name) {
            found.push((name, value));
        }
        rest = after[end..].trim_start();
    }
    found
}

/// Where a property is said.
pub(super) struct Said<'l> {
    /// Its name.
    pub(super) name: &'l str,
    /// Its value from here on; none if it has none any more.
    pub(super) value: Option<&'l str>,
    /// A value that it had before.
    pub(super) before: Option<&'l str>,
    /// Whether it stands in the list that ends an installation.
    pub(super) is_listed: bool,
    /// Whether the client says it, not the server.
    pub(super) is_client: bool,
}

/// The property of `Property(S): NAME = value`, or of `PROPERTY CHANGE: Adding NAME property. Its value is 'value'.`
pub(super) fn property<'l>(line: &'l str, body: &'l str) -> Option<Said<'l>> {
    for (head, is_client) in [("Property(S): ", false), ("Property(C): ", true)] {
        if let Some(rest) = body.strip_prefix(head) {
            let (name, value) = rest.split_once(" = ").or_else(|| rest.split_once(" ="))?;
            let value = Some(value);
            return Some(Said { name, value, before: None, is_listed: true, is_client });
        }
    }
    let change = body.strip_prefix("PROPERTY CHANGE: ")?;
    let is_client = line.starts_with("MSI (c)");
    let (_, rest) = change.split_once(' ')?;
    let (name, rest) = rest.split_once(" property. ")?;
    let said = |value, before| Said { name, value, before, is_listed: false, is_client };
    let unquoted = |it: &'l str| it.strip_suffix("'.").unwrap_or(it);
    if let Some(value) = rest.strip_prefix("Its value is '") {
        return Some(said(Some(unquoted(value)), None));
    }
    let before = rest.strip_prefix("Its current value is '")?;
    match before.rsplit_once("'. Its new value: '") {
        Some((before, value)) => Some(said(Some(unquoted(value)), Some(before))),
        // The line may break off in the middle.
        None => Some(said(None, before.split("'. Its new").next().map(unquoted))),
    }
}

fn is_property(name: &str) -> bool {
    let is_begin = |it: char| it.is_ascii_alphabetic() || it == '_';
    name.starts_with(is_begin)
        && name.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '_' | '.'))
}

/// The four parts of `Feature: Portal; Installed: Absent;   Request: Local;   Action: Local`.
pub(super) fn feature(body: &str) -> Option<[&str; 4]> {
    let rest = body.strip_prefix("Feature: ")?;
    let (name, rest) = rest.split_once("; Installed: ")?;
    let (installed, rest) = rest.split_once(';')?;
    let (request, action) = rest.trim().strip_prefix("Request: ")?.split_once(';')?;
    let action = action.trim().strip_prefix("Action: ")?.split(';').next()?;
    Some([name, installed.trim(), request.trim(), action.trim()])
}

/// Whether the line says that Windows has to be restarted.
pub(super) fn asks_for_restart(body: &str) -> bool {
    const WORDS: [&str; 6] = [
        "Must reboot to complete operation",
        "requires a system restart",
        "initiated a system restart",
        "You must restart your system for the configuration changes",
        "must be restarted before",
        "Doing action: ForceReboot",
    ];
    WORDS.iter().any(|it| body.contains(it))
        || ["Info 1902", "Info 1903"].iter().any(|it| body.starts_with(it))
        || body
            .strip_prefix("Property(S): ")
            .is_some_and(|it| it == "ReplacedInUseFiles = 1" || it == "MsiSystemRebootPending = 1")
}

/// Whether the line is an error record (`Product: … -- Error 1920. Service …`, `Error 1923. …`).
pub(super) fn is_error(body: &str) -> bool {
    let numbered = |it: &str| {
        let digits = it.chars().take_while(char::is_ascii_digit).count();
        (4..6).contains(&digits)
    };
    let said = product(body).map_or(body, |(_, said)| said);
    said.split_once(' ').is_some_and(|(word, rest)| {
        let is_word = matches!(word, "Error" | "Fehler" | "Erreur" | "Errore" | "Fout");
        is_word && numbered(rest.trim_start())
    })
}

/// Whether the line can tell a cause: an error, or the output of a program (`CAQuietExec:  …`).
pub(super) fn may_tell_cause(line: &str) -> bool {
    line.contains("Error ") || line.contains("QuietExec") || line.contains("xception")
}

/// Whether the line says nothing to a person who looks for a reason.
pub(super) fn is_noise(line: &str, body: &str, is_engine: bool) -> bool {
    is_engine && !is_error(body) && product(body).is_none()
        || line.trim().is_empty()
        || line.starts_with("=== ")
        || line.trim_start().starts_with("*******")
        || started(line).is_some()
        || ended(line).is_some()
        || custom_action(line).is_some()
        || property(line, body).is_some()
        || timed(line).is_some_and(|(head, _)| head.split_whitespace().nth(1).is_none())
}
