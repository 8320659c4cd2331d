//! The command line of an installation, exactly as Windows Installer reads it.
//!
//! Windows Installer splits its line by rules of its own: a value is quoted whole, a quote in it is doubled, and a
//! backslash is no escape. Source: Microsoft's "Command-Line Options" and "Setting Public Property Values on the Command
//! Line". No library's quoting of arguments follows them, so a program has to hand over this line as it is. A secret
//! stands in it by its name (`{secret:name}`) and never by its value, and what becomes known later as `{slot:name}`.

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
pub fn parse_properties(line: &str) -> Result<Vec<(String, String)>, ParseError> {
    let mut rest = Rest { line, at: 0 };
    let mut properties = Vec::new();
    let mut switch_waits = false;
    let mut first = true;
    loop {
        rest.skip_blanks();
        let at = rest.at;
        let Some(start) = rest.peek() else {
            return Ok(properties);
        };
        let waited = std::mem::take(&mut switch_waits);
        let first = std::mem::take(&mut first);
        if start == '"' {
            let text = rest.quoted()?;
            let set = text.split_once('=').is_some_and(|(name, _)| is_name(name));
            if !waited && !first {
                return Err(if set { ParseError::QuotedWhole(at) } else { ParseError::Stray(at) });
            }
        } else if waited {
            rest.at = rest.word_end(' ');
        } else if start == '/' || start == '-' {
            rest.at = rest.word_end(' ');
            switch_waits = takes_argument(&line[at + 1..rest.at]);
        } else if first && rest.word_end('=') == rest.word_end(' ') {
            rest.at = rest.word_end(' ');
        } else {
            properties.push(rest.property()?);
        }
    }
}

/// Why a command line cannot be split. Each carries the offset of the guilty place in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParseError {
    /// A quote is not closed.
    #[error("the quote at offset {0} is not closed")]
    Unclosed(usize),
    /// A quoted value goes on after its quote.
    #[error("something follows the closing quote at offset {0}")]
    Glued(usize),
    /// A quote stands inside a value that does not begin with one.
    #[error("a quote stands in the middle of a value at offset {0}")]
    Quote(usize),
    /// Quotes stand around the name and the value.
    #[error(
        "quotes stand around name and value at offset {0}, which Windows Installer does not take"
    )]
    QuotedWhole(usize),
    /// A word that is neither a switch, nor its argument, nor a property.
    #[error("the word at offset {0} is neither a switch nor a property")]
    Stray(usize),
}

impl ParseError {
    /// What to do, an imperative sentence.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            ParseError::Unclosed(_) | ParseError::Glued(_) | ParseError::Quote(_) => {
                "quote the whole value, and double each quote in it: `NAME=\"a \"\"b\"\"\"`"
            }
            ParseError::QuotedWhole(_) => "quote the value alone: `NAME=\"value\"`",
            ParseError::Stray(_) => "remove it, or write it as `NAME=\"value\"`",
        }
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

/// Whether Windows Installer would take it for a name: letters, digits, `_` and `.`, and no digit first.
fn is_name(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_alphabetic() || it == '_')
        && text.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '.')
}

/// Whether an argument follows a switch (without its `/`); a property may stand anywhere but between the two.
fn takes_argument(switch: &str) -> bool {
    const WITH: &[&str] = &[
        "i",
        "package",
        "x",
        "uninstall",
        "a",
        "p",
        "update",
        "j",
        "jm",
        "ju",
        "t",
        "g",
        "n",
        "m",
        "y",
        "z",
    ];
    let switch = switch.to_ascii_lowercase();
    let repair = switch.starts_with('f') && switch != "forcerestart";
    WITH.contains(&&*switch) || switch.starts_with('l') || repair
}

/// What is left of a line, from an offset on.
struct Rest<'a> {
    line: &'a str,
    at: usize,
}

impl Rest<'_> {
    fn peek(&self) -> Option<char> {
        self.line[self.at..].chars().next()
    }

    fn skip_blanks(&mut self) {
        let rest = &self.line[self.at..];
        self.at += rest.len() - rest.trim_start_matches(is_blank).len();
    }

    /// The end of the word, or of its part before the character.
    fn word_end(&self, before: char) -> usize {
        let rest = &self.line[self.at..];
        self.at + rest.find(|it| is_blank(it) || it == before).unwrap_or(rest.len())
    }

    /// The text in the quotes that begin here.
    fn quoted(&mut self) -> Result<String, ParseError> {
        let open = self.at;
        let mut text = String::new();
        loop {
            let from = self.at + 1;
            let length = self.line[from..].find('"').ok_or(ParseError::Unclosed(open))?;
            text += &self.line[from..from + length];
            self.at = from + length + 1;
            match self.peek() {
                Some('"') => text.push('"'),
                Some(next) if !is_blank(next) => return Err(ParseError::Glued(self.at - 1)),
                Some(_) | None => return Ok(text),
            }
        }
    }

    fn property(&mut self) -> Result<(String, String), ParseError> {
        let end = self.word_end('=');
        let name = &self.line[self.at..end];
        if !is_name(name) || !self.line[end..].starts_with('=') {
            return Err(ParseError::Stray(self.at));
        }
        let name = name.to_ascii_uppercase();
        self.at = end + 1;
        if self.peek() == Some('"') {
            return Ok((name, self.quoted()?));
        }
        let end = self.word_end(' ');
        let value = &self.line[self.at..end];
        if let Some(quote) = value.find('"') {
            return Err(ParseError::Quote(self.at + quote));
        }
        self.at = end;
        Ok((name, value.to_owned()))
    }
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\n')
}
