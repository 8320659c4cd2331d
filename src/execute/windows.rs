//! The door to a real Windows Server.
//!
//! Windows Installer is called through its own library, so that no value of a property is on a command line; PowerShell reads
//! its values from its standard input. What can be asked of the network, the directory and a package's file needs no Windows
//! and is answered elsewhere. On another system, every question is unknown and every deed refused.

pub mod powershell;
pub mod progress;

#[cfg(windows)]
mod here;
#[cfg(windows)]
use here as door;
#[cfg(windows)]
mod native;

#[cfg(not(windows))]
mod elsewhere;
#[cfg(not(windows))]
use elsewhere as door;

use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::execute::machine::{Installation, MachineError};
use crate::export::command::{CommandError, property};

/// The server that the program runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Windows;

/// The secret of a generic credential in the Credential Manager of the current user; none if there is none of this name.
pub fn read_credential(name: &str) -> Result<Option<SecretString>, MachineError> {
    door::read_credential(name)
}

/// Keeps a secret in the Credential Manager of the current user, in the place of one of this name. Windows takes at most
/// 2,560 bytes of UTF-16.
pub fn write_credential(name: &str, secret: &SecretString) -> Result<(), MachineError> {
    door::write_credential(name, secret)
}

/// The properties of an installation as Windows Installer's library takes them: `ADDLOCAL="…" NAME="value"`, in UTF-16 and
/// without a NUL. It holds secrets, and is wiped.
pub fn property_line(installation: &Installation) -> Result<Zeroizing<Vec<u16>>, CommandError> {
    let features = installation.features.join(",");
    if !features.is_empty() && installation.properties.contains_key("ADDLOCAL") {
        return Err(CommandError::Features);
    }
    let size = |name: &str, value: &str| name.len() + 2 * value.len() + 4;
    let values = installation.properties.iter().map(|(name, value)| size(name, value.expose()));
    // Nothing is moved while it grows, so no copy of a secret is left behind.
    let mut line =
        Zeroizing::new(Vec::with_capacity(values.sum::<usize>() + size("ADDLOCAL", &features) + 1));
    if !features.is_empty() {
        line.extend(property("ADDLOCAL", &features)?.encode_utf16());
    }
    for (name, value) in &installation.properties {
        if !line.is_empty() {
            line.push(u16::from(b' '));
        }
        line.extend(Zeroizing::new(property(name, value.expose())?).encode_utf16());
    }
    Ok(line)
}

/// Whether a version of a product is this build or newer; none if one of them is no version. Windows Installer writes
/// `4.6.673.0`; a number that is missing counts as zero.
#[must_use]
pub fn is_at_least(version: &str, build: &str) -> Option<bool> {
    Some(numbers(version)? >= numbers(build)?)
}

fn numbers(version: &str) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    for (index, part) in version.trim().split('.').enumerate() {
        *numbers.get_mut(index)? = part.parse().ok()?;
    }
    Some(numbers)
}
