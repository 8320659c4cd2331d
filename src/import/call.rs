//! What a command line asks for: its properties, its switches, and what is wrong with how they are written.

use std::ops::Range;

use crate::code;
use crate::diagnostic::{Code, Diagnostic};
use crate::import::text::Mapped;
use crate::installer::command::{ItemKind, Problem, Word, is_name, parse};
use crate::source::{SourceId, Span};
use crate::subject::setup::checks::is_secret;
use crate::subject::setup::properties::{PROPERTIES, WRONG};

code! {
    /// Windows Installer reads quotes by rules of its own: a value is quoted whole, a quote in it is doubled, and a backslash
    /// is no escape. A quote that is not closed swallows the rest of the line; one in the middle of a value shifts the
    /// words behind it.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 SERVICEADDRESS="mim.contoso.com ADDLOCAL=WebPortals
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 SERVICEADDRESS="mim.contoso.com" ADDLOCAL=WebPortals
    /// ```
    IMPORT_QUOTE: Error = "import-quote", "quotes that Windows Installer reads otherwise",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/command-line-options" seen "2026-11-23";

    /// Quotes stand around a property's name and value. PowerShell and most libraries quote so; Windows Installer shows its
    /// help instead of installing.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 "CERTIFICATE_NAME=Contoso MIM" ADDLOCAL=CommonServices
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 CERTIFICATE_NAME="Contoso MIM" ADDLOCAL=CommonServices
    /// ```
    IMPORT_QUOTED_WHOLE: Error = "import-quoted-whole", "quotes around a name and its value",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/setting-public-property-values-on-the-command-line" seen "2026-11-23";

    /// A word is neither a switch nor a property. Most often it is the second half of a value with a blank that is not in
    /// quotes, and the property has the first half.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 CERTIFICATE_NAME=Contoso MIM ADDLOCAL=CommonServices
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 CERTIFICATE_NAME="Contoso MIM" ADDLOCAL=CommonServices
    /// ```
    IMPORT_STRAY: Error = "import-stray", "word that is no switch and no property",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/command-line-options" seen "2026-11-23";

    /// A property stands inside the quotes of the one before it. Windows Installer takes it for a part of that value, and it
    /// is never set. The script is written as if the quotes stood where they belong.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=WebPortals SHAREPOINT_URL="http://mim.contoso.com SERVICEADDRESS=mim.contoso.com"
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" ACCEPT_EULA=1 ADDLOCAL=WebPortals SHAREPOINT_URL="http://mim.contoso.com" SERVICEADDRESS=mim.contoso.com
    /// ```
    IMPORT_SWALLOWED: Error = "import-swallowed", "property inside the value of another";

    /// Setup of the MIM Service and Portal supports `/i`, `/x`, `/quiet` (`/q`, `/qn`) and the whole wizard (`/qf`). An
    /// installation with `/qb`, `/qr` or `/passive`, advertised (`/j`) or administrative (`/a`) is not supported.
    ///
    /// ```command,reports
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qb ACCEPT_EULA=1 ADDLOCAL=CommonServices
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qn ACCEPT_EULA=1 ADDLOCAL=CommonServices
    /// ```
    IMPORT_SWITCH: Warning = "import-switch", "switch that setup does not support",
        source "https://learn.microsoft.com/en-us/windows/win32/msi/command-line-options" seen "2026-11-23";

    /// The command installs nothing: it uninstalls, repairs or patches, or names no package.
    ///
    /// ```command,reports
    /// msiexec /x "D:\MIM\Service and Portal.msi" /qn
    /// ```
    ///
    /// ```command
    /// msiexec /i "D:\MIM\Service and Portal.msi" /qn
    /// ```
    IMPORT_NO_INSTALLATION: Error = "import-no-installation", "command that installs nothing"
}

/// The codes of this file.
pub(super) static CODES: &[&Code] = &[
    &IMPORT_QUOTE,
    &IMPORT_QUOTED_WHOLE,
    &IMPORT_STRAY,
    &IMPORT_SWALLOWED,
    &IMPORT_SWITCH,
    &IMPORT_NO_INSTALLATION,
];

/// A property that is set.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// Its name in upper case.
    pub(super) name: String,
    /// Its value without quotes.
    pub(super) value: String,
    /// The place of the name.
    pub(super) name_span: Span,
    /// The place of the value with its quotes.
    pub(super) value_span: Span,
    /// Whether the script says it otherwise than it stood there, which a finding tells.
    pub(super) is_mended: bool,
    /// Whether its value must not be shown.
    pub(super) is_hidden: bool,
}

impl Setting {
    /// A setting as it stands there.
    pub(super) fn new(name: String, value: String, name_span: Span, value_span: Span) -> Self {
        Setting { name, value, name_span, value_span, is_mended: false, is_hidden: false }
    }

    /// Both, the name and the value.
    pub(super) fn span(&self) -> Span {
        Span { end: self.value_span.end.max(self.name_span.end), ..self.name_span }
    }
}

/// How the installer shows itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shown {
    /// The whole wizard.
    Wizard,
    /// Nothing.
    Quiet,
}

/// An installation as a command line asks for it.
#[derive(Clone, Debug)]
pub(super) struct Call {
    /// What is set, in its order.
    pub(super) settings: Vec<Setting>,
    /// The package.
    pub(super) package: Option<String>,
    /// The package's build, where it is known.
    pub(super) build: Option<String>,
    /// The log.
    pub(super) log: Option<String>,
    /// How the installer shows itself.
    pub(super) shown: Shown,
    /// Whether it installs something at all.
    pub(super) is_installation: bool,
    /// Where what is missing is told.
    pub(super) at: Span,
    /// Places that hold a password beside the settings.
    pub(super) elsewhere: Vec<Span>,
    /// What variables are set to, and where.
    pub(super) definitions: Vec<(String, Range<usize>)>,
}

impl Call {
    /// An installation of which nothing is said yet.
    pub(super) fn new(at: Span) -> Self {
        Call {
            settings: Vec::new(),
            package: None,
            build: None,
            log: None,
            shown: Shown::Wizard,
            is_installation: true,
            at,
            elsewhere: Vec::new(),
            definitions: Vec::new(),
        }
    }
}

/// Reads a command line.
pub(super) fn read(line: &Mapped, source: SourceId, out: &mut Vec<Diagnostic>) -> Call {
    let parsed = parse(&line.text);
    let span = |range: Range<usize>| line.span(source, range);
    let head = parsed.items.first().map_or(0..0, |it| it.range.clone());
    let mut call = Call::new(span(head));
    let mut other_deed = None;
    // A password with a blank and without quotes goes on in the words behind it.
    let mut is_secret_open = false;
    // A password may stand behind a blank, and hold an equals sign.
    let mut is_secret_awaited = false;
    for item in &parsed.items {
        let was_open = std::mem::take(&mut is_secret_open);
        let was_awaited = std::mem::take(&mut is_secret_awaited);
        match &item.kind {
            ItemKind::Program => {}
            ItemKind::Stray => {
                let text = &line.text[item.range.clone()];
                let name = text.split(['=', ':']).next().unwrap_or_default();
                is_secret_open = was_open || is_secret(name);
                is_secret_awaited = is_secret_open && (text == "=" || is_name(text));
                if was_open || (is_secret_open && text.contains(['=', ':'])) {
                    call.elsewhere.push(span(item.range.clone()));
                }
            }
            ItemKind::Property(property)
                if was_awaited && !is_property(&property.name) && !is_secret(&property.name) =>
            {
                is_secret_open = true;
                let at = span(item.range.clone());
                call.elsewhere.push(at);
                out.push(taken_for_password(at));
            }
            ItemKind::Property(property) => {
                let value = property.value.range.clone();
                is_secret_open = is_secret(&property.name);
                is_secret_awaited = is_secret_open && value.is_empty();
                let setting = Setting::new(
                    property.name.clone(),
                    property.value.text.clone(),
                    span(property.written.clone()),
                    span(value.clone()),
                );
                divide(setting, line, value, source, &mut call.settings, out);
            }
            ItemKind::Switch { name, argument } => {
                is_secret_awaited = is_secret(name) && name.ends_with('=');
                let taken = argument.as_ref().and_then(|it| property_in(it, line, source));
                let at = span(item.range.clone());
                if let Some(setting) = taken {
                    let message = format!(
                        "the switch `/{name}` takes the property behind it as its argument"
                    );
                    let mut finding = Diagnostic::new(&IMPORT_STRAY, setting.name_span, message);
                    finding.label("never set");
                    finding.help("write the argument of the switch before it");
                    out.push(finding);
                    is_secret_open = is_secret(&setting.name);
                    call.settings.push(Setting { is_mended: true, ..setting });
                    continue;
                }
                let text = argument.as_ref().map(|it| it.text.clone());
                match name.as_str() {
                    "i" | "package" => {
                        call.package = text.or(call.package);
                        call.at = at;
                    }
                    "x" | "uninstall" | "p" | "update" => other_deed = Some(at),
                    "a" | "j" | "jm" | "ju" => {
                        unsupported(&line.text[item.range.clone()], at, out);
                        call.package = call.package.or(text);
                    }
                    "qn" | "q" | "quiet" | "qn+" => call.shown = Shown::Quiet,
                    "qf" | "norestart" | "promptrestart" => {}
                    it if it.starts_with('l') => call.log = text.or(call.log),
                    it if it.starts_with('f') && it != "forcerestart" => other_deed = Some(at),
                    it => {
                        if it.starts_with('q') || it == "passive" {
                            call.shown = Shown::Quiet;
                        }
                        unsupported(&line.text[item.range.clone()], at, out);
                    }
                }
            }
        }
    }
    for problem in &parsed.problems {
        tell(*problem, line, source, out);
    }
    call.is_installation =
        call.package.is_some() || (other_deed.is_none() && !call.settings.is_empty());
    if call.package.is_none() {
        let message = if other_deed.is_some() {
            "the command uninstalls, repairs or patches, and installs nothing"
        } else {
            "the command names no package"
        };
        let mut finding =
            Diagnostic::new(&IMPORT_NO_INSTALLATION, other_deed.unwrap_or(call.at), message);
        finding.help("give the command with `/i \"…\\Service and Portal.msi\"`");
        out.push(finding);
    }
    call
}

fn taken_for_password(at: Span) -> Diagnostic {
    let message = "what stands behind the name of a password is taken for it";
    let mut finding = Diagnostic::new(&IMPORT_STRAY, at, message);
    finding.label("not copied");
    finding.help("write no blank beside the equals sign, and the value in quotes");
    finding
}

/// The property that a switch took for its argument.
fn property_in(word: &Word, line: &Mapped, source: SourceId) -> Option<Setting> {
    let (name, value) = word.text.split_once('=')?;
    let name = name.to_ascii_uppercase();
    if !is_name(&name) || !(is_property(&name) || is_secret(&name)) {
        return None;
    }
    let span = line.span(source, word.range.clone());
    let from = word.range.start + line.text[word.range.clone()].find('=')? + 1;
    let value_span = line.span(source, from..word.range.end);
    Some(Setting::new(name, value.to_owned(), span, value_span))
}

fn unsupported(written: &str, at: Span, out: &mut Vec<Diagnostic>) {
    // A property may have been written as a switch, with its value.
    let shown: String =
        written.chars().take_while(|it| !matches!(it, '=' | ' ' | '"')).take(20).collect();
    let message = format!("setup does not support the switch `{shown}`");
    let mut finding = Diagnostic::new(&IMPORT_SWITCH, at, message);
    finding.label("left out");
    finding.help("write `/qn` for an installation without a window, or none for the whole wizard");
    out.push(finding);
}

fn tell(problem: Problem, line: &Mapped, source: SourceId, out: &mut Vec<Diagnostic>) {
    let at = problem.offset();
    let text = &line.text;
    let end_of_word = at + text[at..].find([' ', '\t', '\r', '\n']).unwrap_or(text.len() - at);
    let one = |at: usize| line.span(source, at..(at + 1).min(text.len()));
    let escaped = text[..at].ends_with('\\');
    let mut finding = match problem {
        Problem::Unclosed(_) => {
            let mut finding = Diagnostic::new(&IMPORT_QUOTE, one(at), "a quote is not closed");
            finding.label("everything after it belongs to this value");
            finding
        }
        Problem::Glued(_) | Problem::Quote(_) if escaped => {
            let message =
                "a backslash stands before a quote, and Windows Installer knows no such escape";
            let mut finding = Diagnostic::new(&IMPORT_QUOTE, one(at), message);
            finding.label("read as a quote that opens or closes");
            finding
        }
        Problem::Glued(_) => {
            let mut finding =
                Diagnostic::new(&IMPORT_QUOTE, one(at), "a value goes on after its closing quote");
            finding.label("closes the value");
            finding
        }
        Problem::Quote(_) => {
            let mut finding =
                Diagnostic::new(&IMPORT_QUOTE, one(at), "a quote stands in the middle of a value");
            finding.label("the value began without one");
            finding
        }
        Problem::QuotedWhole(_) => {
            let message = "quotes stand around a name and its value";
            let mut finding = Diagnostic::new(&IMPORT_QUOTED_WHOLE, one(at), message);
            finding.label("Windows Installer does not take it");
            finding
        }
        Problem::Stray(_) => {
            let place = line.span(source, at..end_of_word);
            let message = "a word is neither a switch nor a property";
            let mut finding = Diagnostic::new(&IMPORT_STRAY, place, message);
            finding.label("perhaps a part of the value before it");
            finding
        }
    };
    finding.help(problem.help());
    out.push(finding);
}

/// Whether a name is one that stands on command lines of this product.
pub(super) fn is_property(name: &str) -> bool {
    matches!(name, "ADDLOCAL" | "REMOVE")
        || PROPERTIES.iter().any(|it| it.name == name)
        || WRONG.iter().any(|(it, _)| *it == name)
}

/// Takes properties out of a value that swallowed them.
fn divide(
    setting: Setting,
    line: &Mapped,
    range: Range<usize>,
    source: SourceId,
    settings: &mut Vec<Setting>,
    out: &mut Vec<Diagnostic>,
) {
    let written = &line.text[range.clone()];
    let mut starts: Vec<(usize, usize)> = Vec::new();
    for (equals, _) in written.match_indices('=') {
        let at = written[..equals].rfind(|it: char| !it.is_ascii_alphanumeric() && it != '_');
        // No name is longer, and a hostile line must not be read again and again.
        let Some(at) = at.filter(|at| equals - at < 80) else { continue };
        let Some(name) = written[at..equals].strip_prefix(' ') else { continue };
        if is_name(name) && (is_property(&name.to_ascii_uppercase()) || is_secret(name)) {
            starts.push((at + 1, equals));
        }
    }
    if starts.is_empty() {
        settings.push(setting);
        return;
    }
    let bare = |text: &str| {
        let text = text.trim();
        text.trim_matches('"').replace("\"\"", "\"")
    };
    let ends = starts.iter().skip(1).map(|it| it.0).chain([written.len()]);
    let whole = setting.value_span;
    let first = starts[0].0;
    let own = line.span(source, range.start..range.start + written[..first].trim_end().len());
    let name = setting.name.clone();
    settings.push(Setting {
        value: bare(&written[..first]),
        value_span: own,
        is_mended: true,
        ..setting
    });
    let mut swallowed = Vec::new();
    for ((at, equals), end) in starts.iter().copied().zip(ends) {
        let name = written[at..equals].to_ascii_uppercase();
        let name_span = line.span(source, range.start + at..range.start + equals);
        let value = &written[equals + 1..end];
        let value_end = equals + 1 + value.trim_end().len();
        let value_span = line.span(source, range.start + equals + 1..range.start + value_end);
        let setting = Setting::new(name.clone(), bare(value), name_span, value_span);
        settings.push(Setting { is_mended: true, ..setting });
        swallowed.push((name, name_span));
    }
    let (inner, at) = &swallowed[0];
    let message = format!("the value of `{name}` swallows the property `{inner}`");
    let mut finding = Diagnostic::new(&IMPORT_SWALLOWED, *at, message);
    finding.label("never set");
    finding.relate(Span { end: whole.start + 1, ..whole }, "the value begins here");
    for (name, at) in &swallowed[1..] {
        finding.relate(*at, format!("`{name}` too"));
    }
    finding.help("close the quote before it, and quote its own value");
    out.push(finding);
}
