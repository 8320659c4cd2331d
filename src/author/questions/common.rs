//! What questions share: formats, and lists with the same entries.

use crate::author::answers::Answers;
use crate::author::question::{Entry, Preset};
use crate::model::format::{DomainAccount, Format, Malformed, Text};

/// An entry that only checks rule out.
pub(super) const fn entry(key: &'static str, label: &'static str) -> Entry {
    let barred: fn(&Answers) -> Option<&'static str> = |_| None;
    Entry { key, label, barred }
}

/// A check box.
pub(super) static EITHER: &[Entry] = &[entry("no", "no"), entry("yes", "yes")];

/// Where a secret comes from.
pub(super) static SOURCES: &[Entry] = &[
    entry("env", "an environment variable of whoever carries the plan out"),
    entry("file", "a file below `secrets`, beside the values file"),
    entry("prompt", "a question when it is needed"),
    entry("credential", "the Windows credential store"),
];

/// A source that is offered.
pub(super) const fn sourced(word: &'static str) -> Preset {
    match word.as_bytes() {
        b"env" => Preset::Offered(|_| "env".to_owned()),
        b"file" => Preset::Offered(|_| "file".to_owned()),
        _ => Preset::Offered(|_| "prompt".to_owned()),
    }
}

/// Whether a text fits a format.
pub(super) fn fits<F: Format>(text: &str) -> Result<(), Malformed> {
    F::parse(text).map(drop)
}

/// Whether a text is the name of an account, without its domain.
pub(super) fn account_name(text: &str) -> Result<(), Malformed> {
    if let Some((_, name)) = text.rsplit_once('\\') {
        let mut malformed = Malformed::new("has a domain", "write the name alone");
        malformed.instead = account_name(name).is_ok().then(|| name.to_owned());
        return Err(malformed);
    }
    part(text, "contoso\\", "")
}

/// Whether a text is the NetBIOS name of a domain.
pub(super) fn netbios_name(text: &str) -> Result<(), Malformed> {
    part(text, "", "\\svcMIMService")
}

/// Whether a text is what lacks between these two to be an account of a domain.
fn part(text: &str, before: &str, after: &str) -> Result<(), Malformed> {
    // An empty part would be told as one of an account that nobody wrote.
    fits::<Text>(text)?;
    let Err(mut malformed) = fits::<DomainAccount>(&format!("{before}{text}{after}")) else {
        return Ok(());
    };
    let own = malformed.instead.take();
    let own = own.and_then(|it| Some(it.strip_prefix(before)?.strip_suffix(after)?.to_owned()));
    for around in [before, after].into_iter().filter(|it| !it.is_empty()) {
        malformed.help = malformed.help.replace(around, "");
    }
    malformed.instead = own;
    malformed.part = None;
    Err(malformed)
}
