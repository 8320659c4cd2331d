//! The command line of an installation, exactly as Windows Installer reads it.
//!
//! Windows Installer splits its line by rules of its own: a value is quoted whole, a quote in it is doubled, and a
//! backslash is no escape. Source: Microsoft's "Command-Line Options" and "Setting Public Property Values on the Command
//! Line". No library's quoting of arguments follows them, so a program has to hand over this line as it is. A secret
//! stands in it by its name (`{secret:name}`) and never by its value, and what becomes known later as `{slot:name}`.

use crate::installer::command::{Problem, is_name, parse};
use crate::model::format::{Format, PropertyName};
use crate::plan::op::{Literal, Msi, Ui, Value};
use crate::plan::visible;

/// Who reads the line before Windows Installer does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Shell {
    /// Nobody: the line as `CreateProcess` takes it.
    #[default]
    None,
    /// `cmd.exe`, at its prompt. A batch file is another thing: there, `%` is doubled.
    Cmd,
    /// PowerShell, where the line also waits for the end and shows the exit code.
    PowerShell,
}

/// The command line of an installation, for pasting into a shell.
///
/// A value that stands in place of a reference has to be quoted as [`property`] does, and for the shell.
pub fn command_line(msi: &Msi, shell: Shell) -> Result<String, CommandError> {
    let words = words(msi)?;
    let (line, limit) = match shell {
        Shell::None => (format!("{PROGRAM} {}", words.join(" ")), PROCESS_LIMIT),
        Shell::Cmd => {
            let words: Vec<String> = words.iter().map(|it| for_cmd(it)).collect();
            (format!("{PROGRAM} {}", words.join(" ")), CMD_LIMIT)
        }
        Shell::PowerShell => (for_powershell(&words.join(" ")), PROCESS_LIMIT),
    };
    let length = line.encode_utf16().count();
    if length > limit {
        return Err(CommandError::TooLong { length, limit });
    }
    Ok(line)
}

/// One property as Windows Installer reads it: `NAME="value"`. An empty value clears the property.
pub fn property(name: &str, value: &str) -> Result<String, CommandError> {
    if PropertyName::parse(name).is_err() {
        return Err(CommandError::Property(name.to_owned()));
    }
    if let Some(character) = value.chars().find(|it| it.is_control()) {
        return Err(CommandError::Control { property: name.to_owned(), character });
    }
    // A value may be a secret: it goes into one text, which is not moved while it grows.
    let mut quoted = String::with_capacity(name.len() + 2 * value.len() + 3);
    quoted.push_str(name);
    quoted.push_str("=\"");
    for character in value.chars() {
        if character == '"' {
            quoted.push('"');
        }
        quoted.push(character);
    }
    quoted.push('"');
    Ok(quoted)
}

/// Why there is no command line for an installation. No message repeats a value.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum CommandError {
    /// The path of the package or of the log cannot be quoted.
    #[error("the path of the {0} is empty, or has a quote or a control character")]
    Path(&'static str),
    /// A feature that no package can have.
    #[error("`{}` is no name of a feature", visible(.0))]
    Feature(String),
    /// A property that cannot be set on a command line.
    #[error("`{}` is no name of a public property", visible(.0))]
    Property(String),
    /// The features are given twice.
    #[error("`ADDLOCAL` is among the properties, beside the features")]
    Features,
    /// A value has a line break, a tab or another control character.
    #[error("the value of `{property}` has the control character U+{:04X}", u32::from(*.character))]
    Control {
        /// The property.
        property: String,
        /// The first such character.
        character: char,
    },
    /// A value is a list, for which Windows Installer has no form.
    #[error("the value of `{}` is a list", visible(.0))]
    List(String),
    /// A literal value that looks like a reference.
    #[error("the value of `{}` looks like a reference to a secret or a slot", visible(.0))]
    Reference(String),
    /// The shell or Windows takes no line of this length.
    #[error("the command line has {length} characters, and at most {limit} are taken")]
    TooLong {
        /// Its length in UTF-16 units.
        length: usize,
        /// The longest that is taken.
        limit: usize,
    },
}

impl CommandError {
    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            CommandError::Path(_) => "write the path as Windows shows it, without quotes",
            CommandError::Feature(_) => "write the name as the package's Feature table has it",
            CommandError::Property(_) => "write it in capital letters, digits, `_` and `.`",
            CommandError::Features => "choose components instead of setting the property",
            CommandError::Control { .. } => "write the value on one line, without tabs",
            CommandError::List(_) => "join its texts as the property's documentation says",
            CommandError::Reference(_) => {
                "name the secret with `secret(…)`, or write another value"
            }
            CommandError::TooLong { .. } => {
                "carry out the plan with `mimeo apply`, or set fewer properties"
            }
        }
    }
}

/// The properties that a command line of Windows Installer sets, names in upper case, in their order. A property that is
/// set twice stands here twice; the last one holds.
pub fn parse_properties(line: &str) -> Result<Vec<(String, String)>, Problem> {
    let line = parse(line);
    match line.problems.first() {
        Some(problem) => Err(*problem),
        None => Ok(line.properties().map(|it| (it.name.clone(), it.value.text.clone())).collect()),
    }
}

const PROGRAM: &str = "msiexec.exe";
/// `CreateProcess` takes 32,767 UTF-16 units with the NUL at the end.
const PROCESS_LIMIT: usize = 32_766;
/// `cmd.exe` takes 8,191 UTF-16 units.
const CMD_LIMIT: usize = 8_191;

fn words(msi: &Msi) -> Result<Vec<String>, CommandError> {
    let mut words = vec!["/i".to_owned(), path("package", &msi.package)?];
    match msi.ui {
        Ui::Quiet => words.push("/quiet".to_owned()),
        Ui::Review => {}
    }
    if let Some(log) = &msi.log {
        words.push("/lvxi*".to_owned());
        words.push(path("log", log)?);
    }
    if !msi.features.is_empty() {
        if msi.properties.contains_key("ADDLOCAL") {
            return Err(CommandError::Features);
        }
        if let Some(feature) = msi.features.iter().find(|it| !is_name(it)) {
            return Err(CommandError::Feature(feature.clone()));
        }
        words.push(format!("ADDLOCAL={}", msi.features.join(",")));
    }
    for (name, value) in &msi.properties {
        words.push(property(name, &text(name, value)?)?);
    }
    Ok(words)
}

fn path(what: &'static str, path: &str) -> Result<String, CommandError> {
    let wrong = path.is_empty() || path.contains(|it: char| it == '"' || it.is_control());
    if wrong { Err(CommandError::Path(what)) } else { Ok(format!("\"{path}\"")) }
}

fn text(name: &str, value: &Value) -> Result<String, CommandError> {
    match value {
        Value::Value(Literal::Flag(flag)) => Ok(u8::from(*flag).to_string()),
        Value::Value(Literal::Number(number)) => Ok(number.to_string()),
        Value::Value(Literal::Text(text))
            if text.contains("{secret:") || text.contains("{slot:") =>
        {
            Err(CommandError::Reference(name.to_owned()))
        }
        Value::Value(Literal::Text(text)) => Ok(text.clone()),
        Value::Value(Literal::List(_)) => Err(CommandError::List(name.to_owned())),
        Value::Secret(secret) => Ok(format!("{{secret:{secret}}}")),
        Value::Slot(slot) => Ok(format!("{{slot:{slot}}}")),
    }
}

/// A word at the prompt of `cmd.exe`. Quotes keep everything from it but `%`: it replaces variables first and knows no
/// escape for that. So a word with `%` stands outside the quotes of `cmd.exe`, with `^` before everything special and on
/// both sides of each `%`, which then encloses the name of no variable. At the prompt, such a name is left as it is.
fn for_cmd(word: &str) -> String {
    if !word.contains('%') {
        return word.to_owned();
    }
    let mut escaped = String::with_capacity(word.len() * 2);
    let mut last = ' ';
    for character in word.chars() {
        if last == '%' || "\"%^&|<>()!".contains(character) {
            escaped.push('^');
        }
        escaped.push(character);
        last = character;
    }
    escaped
}

/// PowerShell puts quotes around a whole argument with blanks, which Windows Installer does not take; `Start-Process`
/// hands over one text as it is. PowerShell takes typographic single quotes for plain ones.
fn for_powershell(arguments: &str) -> String {
    let mut quoted = String::with_capacity(arguments.len() + 8);
    for character in arguments.chars() {
        if matches!(character, '\'' | '\u{2018}'..='\u{201B}') {
            quoted.push(character);
        }
        quoted.push(character);
    }
    format!(
        "(Start-Process -FilePath '{PROGRAM}' -ArgumentList '{quoted}' -Wait -PassThru).ExitCode"
    )
}
