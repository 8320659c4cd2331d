//! Paths of Windows.

use crate::code;
use crate::diagnostic::Code;

use super::tidy::{char_at, in_quotes, lost_backslash, tidy};
use super::{Format, Malformed, WindowsPath};

code! {
    /// Windows Installer runs in a folder of its own and is started without a shell, so a path has to be whole: a drive
    /// or a share, backslashes, no variables such as `%TEMP%`. It takes at most 256 characters. In double quotes a
    /// backslash begins an escape: `"D:\new"` is silently a line break.
    ///
    /// ```rhai,reports
    /// installer::msi("D:/MIM/Service and Portal.msi");
    /// ```
    ///
    /// Write it in backticks, with backslashes:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`);
    /// ```
    WINDOWS_PATH: Error = "value-path", "not an absolute path of Windows"
        , source "https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file" seen "2026-11-23"
}

impl Format for WindowsPath {
    const WHAT: &'static str = "a Windows path";
    const EXAMPLE: &'static str = r"c:\miminstall\log.txt";
    const CODE: &'static Code = &WINDOWS_PATH;

    fn judge(text: &str) -> Result<Self, Malformed> {
        const MOST: usize = 256;
        if text.trim().contains(char::is_control) {
            lost_backslash::<Self>(text)?;
        }
        tidy::<Self>(text)?;
        if let Some(bare) = text.strip_prefix(r"\\?\") {
            return Err(Malformed::new(r"begins with `\\?\`", example())
                .at(0..4)
                .instead_with(bare, in_quotes(bare)));
        }
        if let Some(at) = text.find("://") {
            return Err(Malformed::new("is a URL, not a path", example()).at(0..at + 3));
        }
        if text.starts_with('/') {
            let is = "begins with `/`, which no path of Windows does";
            return Err(Malformed::new(is, example()).at(0..1));
        }
        if let Some(at) = text.find('/') {
            let whole = text.replace('/', r"\");
            return Err(Malformed::new(r"has `/` where a `\` belongs", example())
                .at(at..at + 1)
                .instead_with(&*whole, in_quotes(&whole)));
        }
        let start = root(text)?;
        parts(text, start)?;
        let length = text.encode_utf16().count();
        if length > MOST {
            let is = format!("has {length} characters, and Windows Installer takes at most {MOST}");
            return Err(Malformed::new(is, "put the file into a folder nearer to the drive"));
        }
        Ok(WindowsPath(text.to_owned()))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

fn example() -> String {
    in_quotes(WindowsPath::EXAMPLE)
}

/// The drive or the share of an absolute path; the answer is where its first part begins.
fn root(text: &str) -> Result<usize, Malformed> {
    let bytes = text.as_bytes();
    if bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' {
        return match bytes.get(2) {
            Some(b'\\') => Ok(3),
            Some(_) => Err(Malformed::new(
                "has no backslash after its drive",
                in_quotes(&format!(r"{}\{}", &text[..2], &text[2..])),
            )
            .at(0..2)),
            None => Err(Malformed::new("is only a drive", example())),
        };
    }
    if text.starts_with(r"\\\\") {
        return Err(doubled(text, 0));
    }
    if let Some(rest) = text.strip_prefix(r"\\") {
        let mut names = rest.splitn(3, '\\');
        let server = names.next().unwrap_or_default();
        let share = names.next().unwrap_or_default();
        if server.is_empty() || share.is_empty() {
            let is = r"begins with `\\`, but names no server and share";
            let help = r"write `\\server\share\…`, or a path that begins with a drive";
            return Err(Malformed::new(is, help).at(0..2));
        }
        return Ok((2 + server.len() + 1 + share.len() + 1).min(text.len()));
    }
    if text.starts_with('\\') {
        return Err(Malformed::new(
            "has no drive before its backslash",
            format!(
                "write the drive, such as `c:{text}`; a value that should stand there may be empty"
            ),
        )
        .at(0..1));
    }
    if let Some(end) = text.strip_prefix('%').and_then(|rest| rest.find('%')) {
        return Err(Malformed::new(
            format!("has a variable (`{}`), which nothing replaces", &text[..end + 2]),
            "write the folder itself",
        )
        .at(0..end + 2));
    }
    Err(Malformed::new(
        "is not absolute",
        format!("begin it with a drive or a share, such as `{}`", WindowsPath::EXAMPLE),
    ))
}

/// The rules for the parts after the root.
fn parts(text: &str, start: usize) -> Result<(), Malformed> {
    const REFUSED: &[char] = &['<', '>', '"', '|', '?', '*', ':'];
    let last = text[start..].trim_end_matches('\\');
    if text[start..].starts_with('\\') || last.contains(r"\\") {
        return Err(two_backslashes(text, start));
    }
    let mut at = start;
    for part in last.split('\\') {
        let range = at..at + part.len();
        at = range.end + 1;
        if let Some(at) = part.find(REFUSED) {
            let guilty = char_at(text, range.start + at);
            let is = format!("has `{}`, which no path has", &text[guilty.clone()]);
            return Err(Malformed::new(is, "leave it out").at(guilty));
        }
        if matches!(part, "." | "..") {
            let is = format!("has `{part}` among its folders");
            return Err(Malformed::new(is, "write the path that it leads to").at(range));
        }
        if part.len() > 2 && part.starts_with('%') && part.ends_with('%') {
            let is = format!("has a variable (`{part}`), which nothing replaces");
            return Err(Malformed::new(is, "write the folder itself").at(range));
        }
        if part.ends_with([' ', '.']) {
            let is = "has a folder or file that ends with a blank or a dot, which Windows drops";
            return Err(Malformed::new(is, "leave it out").at(range.end - 1..range.end));
        }
        if is_device(part) {
            let is = format!("has `{part}`, which is a device of Windows");
            return Err(Malformed::new(is, "choose another name").at(range));
        }
    }
    Ok(())
}

/// Two backslashes are an escape that nothing undoes, if there are several and no others; else a part between them may
/// be missing.
fn two_backslashes(text: &str, start: usize) -> Malformed {
    let from = start.saturating_sub(1);
    let rest = &text[from..];
    let at = from + rest.find(r"\\").unwrap_or_default();
    let pairs = rest.matches(r"\\").count();
    if pairs > 1 && rest.matches('\\').count() == 2 * pairs {
        return doubled(text, at);
    }
    let help = "write one backslash, or the folder that is missing between the two; a value that \
                should stand there may be empty";
    Malformed::new("has nothing between two backslashes", help).at(at..at + 2)
}

fn doubled(text: &str, at: usize) -> Malformed {
    let whole = text.replace(r"\\", r"\");
    Malformed::new("has its backslashes doubled", example())
        .at(at..at + 2)
        .instead_with(&*whole, in_quotes(&whole))
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" => true,
        _ => {
            let digit = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
            digit
                .is_some_and(|digit| digit.len() == 1 && matches!(digit.as_bytes()[0], b'1'..=b'9'))
        }
    }
}

/// The folder and the last part of a path; none for a drive or a share.
pub(super) fn split(path: &str) -> Option<(&str, &str)> {
    let start = root(path).expect("a path was parsed");
    let rest = path[start..].trim_end_matches('\\');
    if rest.is_empty() {
        return None;
    }
    let name = rest.rsplit('\\').next().unwrap_or(rest);
    let folder = &path[..start + rest.len() - name.len()];
    let folder = if folder.len() > start { folder.trim_end_matches('\\') } else { folder };
    Some((folder, name))
}
