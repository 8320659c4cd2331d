//! Words and names without much form: texts, databases, properties, and the names that scripts give.

use crate::code;
use crate::diagnostic::Code;

use super::tidy::{char_at, empty, name_of, shown, tidy};
use super::{DatabaseName, Format, Malformed, Name, PropertyName, Text};

code! {
    /// A title or a display name stands on one line of a plan, of a runbook and of a window, so it has to say
    /// something, and cannot have a line break or another control character.
    ///
    /// ```rhai,reports
    /// deployment("");
    /// ```
    ///
    /// Write it on one line:
    ///
    /// ```rhai
    /// deployment("Contoso MIM Service and Portal");
    /// ```
    TEXT: Error = "value-text", "a text that is empty or not on one line"
}

impl Format for Text {
    const WHAT: &'static str = "a text on one line";
    const EXAMPLE: &'static str = "Contoso MIM Service and Portal";
    const CODE: &'static Code = &TEXT;

    fn judge(text: &str) -> Result<Self, Malformed> {
        if text.trim().is_empty() {
            return Err(empty::<Self>(text));
        }
        if let Some((at, char)) = text.char_indices().find(|(_, char)| char.is_control()) {
            let words: Vec<&str> =
                text.split(char::is_control).flat_map(str::split_whitespace).collect();
            return Err(Malformed::new(format!("has {}", name_of(char)), "write it on one line")
                .at(char_at(text, at))
                .instead(words.join(" ")));
        }
        Ok(Text(text.to_owned()))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

code! {
    /// The name goes into `CREATE DATABASE` and into the names of the database's files and jobs, so setup fails in
    /// the middle if SQL Server or the file system refuses it: 123 characters at most, none of `\ / : * ? " < > |`,
    /// no brackets, quotes or semicolons, and not the name of one of SQL Server's own databases.
    ///
    /// ```rhai,reports
    /// sql::database("sql.contoso.com").name("[FIMService]");
    /// ```
    ///
    /// Write the bare name:
    ///
    /// ```rhai
    /// sql::database("sql.contoso.com").name("FIMService");
    /// ```
    DATABASE_NAME: Error = "value-database", "not a name for a database"
        , source "https://learn.microsoft.com/en-us/sql/t-sql/statements/create-database-transact-sql" seen "2026-11-23"
}

impl Format for DatabaseName {
    const WHAT: &'static str = "a database name";
    const EXAMPLE: &'static str = "FIMService";
    const CODE: &'static Code = &DATABASE_NAME;

    fn judge(text: &str) -> Result<Self, Malformed> {
        const MOST: usize = 123;
        const REFUSED: &[char] =
            &['\\', '/', ':', '*', '?', '"', '<', '>', '|', '[', ']', '\'', ';'];
        const OWN: &[&str] = &["master", "model", "msdb", "tempdb"];
        tidy::<Self>(text)?;
        if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Err(Malformed::plain::<Self>("has brackets around it").instead(inner));
        }
        if let Some(at) = text.find(REFUSED) {
            let part = char_at(text, at);
            let is = format!("has `{}`, which no database name can have", &text[part.clone()]);
            return Err(Malformed::new(is, "write the bare name, such as `FIMService`").at(part));
        }
        if OWN.iter().any(|own| own.eq_ignore_ascii_case(text)) {
            return Err(Malformed::new(
                "is one of SQL Server's own databases",
                "write a name of its own, such as `FIMService`",
            ));
        }
        let length = text.chars().count();
        if length > MOST {
            let is = format!("has {length} characters, and SQL Server takes at most {MOST}");
            return Err(Malformed::new(is, "write a shorter name, such as `FIMService`"));
        }
        Ok(DatabaseName(text.to_owned()))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

code! {
    /// Windows Installer takes from a command line only public properties, and a property is public if its name has
    /// no lower-case letter. It distinguishes upper and lower case, and silently ignores what it does not know: a
    /// value given to `SharePointTimeout` reaches nothing.
    ///
    /// ```rhai,reports
    /// installer::msi(`D:\MIM\Service and Portal.msi`).property("SharePointTimeout", "600");
    /// ```
    ///
    /// Write the name as the installer's own table has it, in capitals:
    ///
    /// ```rhai
    /// installer::msi(`D:\MIM\Service and Portal.msi`).property("SHAREPOINTTIMEOUT", "600");
    /// ```
    PROPERTY_NAME: Error = "value-property", "not the name of a public property"
        , source "https://learn.microsoft.com/en-us/windows/win32/msi/public-properties" seen "2026-11-23"
}

impl Format for PropertyName {
    const WHAT: &'static str = "a public property's name";
    const EXAMPLE: &'static str = "SHAREPOINTTIMEOUT";
    const CODE: &'static Code = &PROPERTY_NAME;

    fn judge(text: &str) -> Result<Self, Malformed> {
        const MOST: usize = 72;
        tidy::<Self>(text)?;
        if let Some(at) = text.find('=') {
            let name = &text[..at];
            let help =
                format!("write the name alone, `{name}`, and the value as the second argument");
            return Err(Malformed::new("has a value behind its name", &*help)
                .at(at..text.len())
                .instead_with(name, help));
        }
        if let Some(inner) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return Err(Malformed::plain::<Self>("has brackets around it").instead(inner));
        }
        let fits = |char: char| char.is_ascii_alphanumeric() || char == '_' || char == '.';
        if let Some(at) = text.find(|char| !fits(char)) {
            let part = char_at(text, at);
            let is = format!("has {}, which no property's name has", shown(&text[part.clone()]));
            let help = "write capital letters, digits, `_` and `.`, such as `SHAREPOINTTIMEOUT`";
            return Err(Malformed::new(is, help).at(part));
        }
        if let Some(at) = text.find(|char: char| char.is_ascii_lowercase()) {
            let upper = text.to_ascii_uppercase();
            return Err(Malformed::plain::<Self>(
                "has a lower-case letter, so Windows Installer takes it for a private property",
            )
            .at(char_at(text, at))
            .instead(upper));
        }
        if !text.starts_with(|char: char| char.is_ascii_uppercase() || char == '_') {
            let is = "begins with a digit or a dot";
            return Err(Malformed::new(is, "begin it with a letter or `_`").at(char_at(text, 0)));
        }
        if text.len() > MOST {
            let is = format!("has {} characters, and a property's name at most {MOST}", text.len());
            return Err(Malformed::new(is, "write the name from the installer's own table"));
        }
        Ok(PropertyName(text.to_owned()))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

code! {
    /// A parameter is written in three places that have to agree: in the script, as a key of the values file, and in
    /// capitals as the environment variable `MIMEO_PARAM_…`. So its name has only lower-case letters, digits and
    /// `_`, begins with a letter, and is not `secrets`, which is the values file's table of secrets.
    ///
    /// ```rhai,reports
    /// let server = param::host("sqlServer", "SQL Server");
    /// ```
    ///
    /// Write the words in lower case, with `_` between them:
    ///
    /// ```rhai
    /// let server = param::host("sql_server", "SQL Server");
    /// ```
    NAME: Error = "value-name", "not a name for a parameter or a secret"
}

impl Format for Name {
    const WHAT: &'static str = "a parameter's name";
    const EXAMPLE: &'static str = "sql_server";
    const CODE: &'static Code = &NAME;

    fn judge(text: &str) -> Result<Self, Malformed> {
        tidy::<Self>(text)?;
        if text == "secrets" {
            return Err(Malformed::new(
                "is the values file's table of secrets, not a parameter",
                "choose another name",
            ));
        }
        let fits = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
        let wrong = text.find(|char| !fits(char));
        let first = text.starts_with(|char: char| char.is_ascii_lowercase());
        let Some(at) = wrong.or((!first).then_some(0)) else {
            return Ok(Name(text.to_owned()));
        };
        let part = char_at(text, at);
        let char = &text[part.clone()];
        let is = if wrong.is_none() {
            format!("begins with `{char}`")
        } else if char.chars().all(char::is_uppercase) {
            format!("has the capital letter `{char}`")
        } else if char.chars().all(char::is_whitespace) {
            "has a blank".to_owned()
        } else {
            format!("has `{char}`")
        };
        let malformed =
            Malformed::new(is, "use lower-case letters, digits and `_`, and begin with a letter")
                .at(part);
        Err(malformed.instead(to_snake(text)))
    }

    fn text(&self) -> String {
        self.0.clone()
    }
}

/// The words of `sqlServer`, `SQLServer`, `SQL-Server` or `SQL_SERVER` in lower case with `_` between them.
fn to_snake(text: &str) -> String {
    let mut snake = String::new();
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        let is_small = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
        let ends_capitals =
            before.is_ascii_uppercase() && rest.peek().is_some_and(char::is_ascii_lowercase);
        if char.is_ascii_uppercase() && (is_small(before) || ends_capitals) {
            snake.push('_');
        }
        snake.push(match char {
            '-' | '.' | ' ' => '_',
            _ => char.to_ascii_lowercase(),
        });
        before = char;
    }
    snake
}
