//! The question to the installer package: is it there, is it the right product, and which build.
//!
//! The file comes from anywhere; [`crate::installer::package`] reads it, and whatever is wrong with it becomes the reason
//! for a no.

use std::cmp::Ordering;
use std::fs::File;
use std::path::Path;
use std::time::Duration;

use crate::execute::aside::{Lost, aside};
use crate::execute::machine::Answer;
use crate::execute::network::clipped;
use crate::installer::package::{Package, Unreadable, digest, open};
use crate::installer::profile::is_service_and_portal;

/// Is the package there, is it the Service and Portal of an Identity Manager, and has it exactly this build and this digest,
/// where they are given?
///
/// A Windows path on another system is unknown unless a file of this very name is there: it is a path of the server.
pub async fn package(
    limit: Duration,
    path: &str,
    build: Option<&str>,
    digest: Option<&str>,
) -> Answer {
    let its_path = path.to_owned();
    let (its_build, its_digest) = (build.map(ToOwned::to_owned), digest.map(ToOwned::to_owned));
    match aside(limit, move || look(&its_path, its_build.as_deref(), its_digest.as_deref())).await {
        Ok(answer) => answer,
        Err(Lost::TimedOut) => Answer::Unknown(format!(
            "`{}` could not be read within {} seconds",
            clipped(path),
            limit.as_secs_f32()
        )),
        Err(Lost::Broke) => Answer::Unknown(format!("`{}` could not be read", clipped(path))),
    }
}

/// Answers, and blocks.
fn look(path: &str, build: Option<&str>, digest: Option<&str>) -> Answer {
    let shown = clipped(path);
    match open(Path::new(path)).and_then(|file| read(Package::read(file)?)) {
        Ok(product) => match (judge(&product, build), digest) {
            (Answer::Yes(found), Some(digest)) => same(path, found, digest),
            (answer @ (Answer::Yes(_) | Answer::No(_) | Answer::Unknown(_)), _) => answer,
        },
        Err(Unreadable::Missing) if cfg!(not(windows)) && is_windows_path(path) => {
            Answer::Unknown(format!("`{shown}` is a path of another machine"))
        }
        Err(reason @ Unreadable::Refused(_)) => Answer::Unknown(reason.about(&shown)),
        Err(reason @ (Unreadable::Missing | Unreadable::Foreign(_))) => {
            Answer::No(reason.about(&shown))
        }
    }
}

/// Whether it is the very file that a plan was made for.
fn same(path: &str, found: String, wanted: &str) -> Answer {
    match open(Path::new(path)).and_then(|mut file| digest(&mut file)) {
        Ok(has) if has == wanted => Answer::Yes(found),
        Ok(_) => Answer::No(format!("{found}, but not the file that the plan was made for")),
        Err(reason) => Answer::Unknown(reason.about(&clipped(path))),
    }
}

/// Whether it begins with a drive or as `\\server`.
fn is_windows_path(path: &str) -> bool {
    let bytes = path.as_bytes();
    let drive = bytes.len() >= 3
        && bytes[0].is_ascii_alphabetic()
        && bytes[1] == b':'
        && matches!(bytes[2], b'\\' | b'/');
    drive || path.starts_with("\\\\")
}

/// What a package says it is.
struct Product {
    name: String,
    version: String,
}

/// The answer for what was found.
fn judge(product: &Product, build: Option<&str>) -> Answer {
    let (name, version) = (clipped(&product.name), clipped(&product.version));
    let found = format!("`{name}`, build {version}");
    if !is_service_and_portal(&product.name) {
        return Answer::No(format!("it is another product: {found}"));
    }
    let Some(build) = build else { return Answer::Yes(found) };
    let (Some(has), Some(wanted)) = (numbers(&version), numbers(build)) else {
        let text = format!("{found}, which cannot be compared with `{}`", clipped(build));
        return Answer::Unknown(text);
    };
    match has.cmp(&wanted) {
        Ordering::Equal => Answer::Yes(found),
        Ordering::Less => Answer::No(format!("{found}: older than {}", clipped(build))),
        Ordering::Greater => Answer::No(format!("{found}: newer than {}", clipped(build))),
    }
}

/// One to four numbers; those that are missing are 0.
fn numbers(version: &str) -> Option<[u32; 4]> {
    let mut numbers = [0; 4];
    for (index, part) in version.split('.').enumerate() {
        *numbers.get_mut(index)? = part.parse().ok()?;
    }
    Some(numbers)
}

/// Reads name and version out of the table `Property`.
fn read(mut package: Package<File>) -> Result<Product, Unreadable> {
    Ok(Product {
        name: package.property("ProductName")?,
        version: package.property("ProductVersion")?,
    })
}
