//! How a script goes to Windows PowerShell and its answer comes back.
//!
//! The program gets a fixed command, [`BOOTSTRAP`], and reads the script with its values as one JSON document from its
//! standard input. So no value is seen in a list of processes. The document is pure ASCII and the answer is Base64, since the
//! code page between the two is the server's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use secrecy::zeroize::Zeroizing;

use crate::execute::machine::{Known, MachineError, Script};

/// What PowerShell is told to run; it is the same for every script.
pub const BOOTSTRAP: &str = include_str!("bootstrap.ps1");

/// The arguments of `powershell.exe`. A policy of the server on execution stays above `RemoteSigned`.
#[must_use]
pub fn arguments() -> Vec<String> {
    let bytes: Vec<u8> = BOOTSTRAP.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let switches = "-NoLogo -NoProfile -NonInteractive -ExecutionPolicy RemoteSigned -InputFormat Text -OutputFormat Text";
    let mut arguments: Vec<String> = switches.split(' ').map(ToOwned::to_owned).collect();
    arguments.push("-EncodedCommand".to_owned());
    arguments.push(STANDARD.encode(bytes));
    arguments
}

/// The document for a script: JSON on one line, with no character but printable ASCII. A secret is handed to the script as a
/// `SecureString`.
///
/// `marker` begins the line of the answer; it is a text that the script cannot write by chance.
#[must_use]
pub fn document(script: &Script, marker: &str) -> Zeroizing<String> {
    let values = script.parameters.iter().map(|(name, value)| name.len() + value.expose().len());
    let size: usize = values.sum::<usize>() + marker.len() + script.needs.len() + script.text.len();
    // A byte becomes at most six. Nothing is moved while it grows, so no copy of a secret is left behind.
    let mut document =
        Zeroizing::new(String::with_capacity(6 * size + 8 * script.parameters.len() + 128));
    let mut separator = '{';
    for (name, text) in [("marker", marker), ("needs", &script.needs), ("text", &script.text)] {
        document.push(separator);
        push_pair(&mut document, name, text);
        separator = ',';
    }
    let (secrets, texts): (Vec<_>, Vec<_>) =
        script.parameters.iter().partition(|(_, value)| matches!(value, Known::Secret(_)));
    for (name, values) in [("parameters", texts), ("secrets", secrets)] {
        document.push(',');
        push_text(&mut document, name);
        document.push_str(":{");
        for (index, (name, value)) in values.into_iter().enumerate() {
            if index > 0 {
                document.push(',');
            }
            push_pair(&mut document, name, value.expose());
        }
        document.push('}');
    }
    document.push('}');
    document
}

/// What the script wrote, from everything that PowerShell wrote; `exit` is the code that it ended with.
///
/// No text of the result holds a secret of the script.
pub fn answer(
    script: &Script,
    marker: &str,
    stdout: &[u8],
    stderr: &[u8],
    exit: Option<i32>,
) -> Result<String, MachineError> {
    let stdout = String::from_utf8_lossy(stdout);
    let reply =
        stdout.rfind(&format!("{marker}:")).and_then(|at| fields(&stdout[at + marker.len() + 1..]));
    let Some([outcome, output, message, identity, line]) = reply else {
        let ended = match exit {
            Some(code) => format!("ended with exit code {code} and no answer"),
            None => "ended without an answer".to_owned(),
        };
        let said = String::from_utf8_lossy(stderr);
        let said = said.lines().map(str::trim).find(|it| !it.is_empty());
        let error = said.map_or(ended.clone(), |it| format!("{ended}: {it}"));
        return Err(MachineError::Refused {
            what: "Windows PowerShell".to_owned(),
            error: covered(script, &error),
        });
    };
    match outcome.as_str() {
        "done" => Ok(covered(script, &output)),
        "missing" => Err(MachineError::Module(script.needs.clone())),
        _ => {
            let words: Vec<&str> = message.split_whitespace().collect();
            let mut error = words.join(" ");
            let about = [("line", &line), ("error", &identity)];
            let about: Vec<String> = about
                .iter()
                .filter(|(_, text)| !text.is_empty() && **text != message)
                .map(|(what, text)| format!("{what} {text}"))
                .collect();
            if !about.is_empty() {
                error = format!("{error} ({})", about.join(", "));
            }
            Err(MachineError::Script(covered(script, &error)))
        }
    }
}

/// The five fields of the answer's line.
fn fields(line: &str) -> Option<[String; 5]> {
    let line = line.lines().next()?.trim_end();
    let decoded = line.split(',').map(|it| String::from_utf8(STANDARD.decode(it).ok()?).ok());
    decoded.collect::<Option<Vec<String>>>()?.try_into().ok()
}

/// The text with stars in the place of each secret of the script.
fn covered(script: &Script, text: &str) -> String {
    let mut covered = text.to_owned();
    for value in script.parameters.values() {
        match value {
            Known::Secret(secret) if !secret.expose_secret().is_empty() => {
                covered = covered.replace(secret.expose_secret(), "********");
            }
            Known::Secret(_) | Known::Text(_) => {}
        }
    }
    covered
}

fn push_pair(document: &mut String, name: &str, text: &str) {
    push_text(document, name);
    document.push(':');
    push_text(document, text);
}

/// A string of JSON in ASCII. A secret passes through here, so nothing is put together on the way.
fn push_text(document: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    document.push('"');
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ (b' '..=b'!' | b'#'..=b'[' | b']'..=b'~')) => document.push(char::from(byte)),
            Ok(_) | Err(_) => {
                document.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    document.push(char::from(DIGITS[usize::from(unit >> shift & 0xF)]));
                }
            }
        }
    }
    document.push('"');
}
