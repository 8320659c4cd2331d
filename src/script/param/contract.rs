//! What scripts ask of the values, read off their text: the parameters that they declare and the secrets that they name.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::format::{
    DomainName, EmailAddress, Format, Guid, HostName, Malformed, Name, Port, SqlServer, Text, Url,
};
use crate::script::Script;
use crate::script::param::{PARAM_CONFLICT, PARAM_LITERAL};
use crate::script::values;
use crate::source::Span;
use crate::syntax::{ArrayLiteral, Call, Node, StringLiteral};

/// What a parameter takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParamType {
    /// A text of one line.
    Text,
    /// A host name.
    Host,
    /// A domain name.
    Domain,
    /// An e-mail address.
    Email,
    /// A URL.
    Url,
    /// A GUID.
    Guid,
    /// A TCP port.
    Port,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// One of the allowed texts.
    Choice,
}

impl ParamType {
    /// The type that a function of the namespace `param` declares.
    fn of(name: &str) -> Option<ParamType> {
        Some(match name {
            "text" => ParamType::Text,
            "host" => ParamType::Host,
            "domain" => ParamType::Domain,
            "email" => ParamType::Email,
            "url" => ParamType::Url,
            "guid" => ParamType::Guid,
            "port" => ParamType::Port,
            "number" => ParamType::Number,
            "flag" => ParamType::Flag,
            "choice" => ParamType::Choice,
            _ => return None,
        })
    }

    /// What it is, with its article.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            ParamType::Text => Text::WHAT,
            ParamType::Host => HostName::WHAT,
            ParamType::Domain => DomainName::WHAT,
            ParamType::Email => EmailAddress::WHAT,
            ParamType::Url => Url::WHAT,
            ParamType::Guid => Guid::WHAT,
            ParamType::Port => Port::WHAT,
            ParamType::Number => "a whole number",
            ParamType::Flag => "`true` or `false`",
            ParamType::Choice => "one of the allowed texts",
        }
    }

    /// A value as it would stand in a values file.
    #[must_use]
    pub fn example(self) -> String {
        let text = match self {
            ParamType::Text | ParamType::Choice => Text::EXAMPLE,
            ParamType::Host => HostName::EXAMPLE,
            ParamType::Domain => DomainName::EXAMPLE,
            ParamType::Email => EmailAddress::EXAMPLE,
            ParamType::Url => Url::EXAMPLE,
            ParamType::Guid => Guid::EXAMPLE,
            ParamType::Port => return Port::EXAMPLE.to_owned(),
            ParamType::Number => return "180".to_owned(),
            ParamType::Flag => return "true".to_owned(),
        };
        format!("\"{text}\"")
    }

    pub(super) fn malformed(self, text: &str) -> Option<(&'static Code, Malformed)> {
        fn judge<T: Format>(text: &str) -> Option<(&'static Code, Malformed)> {
            T::parse(text).err().map(|malformed| (T::CODE, malformed))
        }
        match self {
            ParamType::Text => judge::<Text>(text),
            // An SQL Server is a host with or without an instance; where a plain host is needed, the use refuses it.
            ParamType::Host if SqlServer::parse(text).is_ok() => None,
            ParamType::Host => judge::<HostName>(text),
            ParamType::Domain => judge::<DomainName>(text),
            ParamType::Email => judge::<EmailAddress>(text),
            ParamType::Url => judge::<Url>(text),
            ParamType::Guid => judge::<Guid>(text),
            ParamType::Port => judge::<Port>(text),
            ParamType::Number | ParamType::Flag | ParamType::Choice => None,
        }
    }
}

/// A parameter that a script declares.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// Its name in the values file.
    pub name: String,
    /// What it takes.
    pub ty: ParamType,
    /// What it is for, in the words of the script.
    pub text: String,
    /// What a choice allows.
    pub allowed: Vec<String>,
    /// The text of the fallback's expression, if it has one.
    pub fallback: Option<String>,
    /// The literal that names it.
    pub span: Span,
}

impl Declaration {
    /// A value as it would stand in a values file.
    #[must_use]
    pub fn example(&self) -> String {
        match (self.ty, self.allowed.first()) {
            (ParamType::Choice, Some(first)) => values::literal(first),
            (ParamType::Text, _) => "\"…\"".to_owned(),
            _ => self.ty.example(),
        }
    }
}

/// A secret that a script names.
#[derive(Clone, Debug)]
pub struct SecretUse {
    /// Its name.
    pub name: String,
    /// The literal that names it.
    pub span: Span,
}

/// What the scripts of a program ask of the values.
#[derive(Clone, Debug, Default)]
pub struct Contract {
    /// The parameters, in the order of the text, each name once.
    pub parameters: Vec<Declaration>,
    /// The secrets, in the order of the text, with every place that names them.
    pub secrets: Vec<SecretUse>,
    by_name: HashMap<String, usize>,
}

impl Contract {
    /// Reads a script's part of the contract off its tree.
    pub fn read(&mut self, script: &Script, out: &mut Vec<Diagnostic>) {
        for call in script.tree.calls() {
            match (call.namespace().map(|(name, _)| name), call.name()) {
                (Some("param"), name) => {
                    if let Some(ty) = ParamType::of(name) {
                        self.parameter(script, &call, ty, out);
                    }
                }
                (None, "secret") if call.receiver().is_none() => self.secret(script, &call, out),
                _ => {}
            }
        }
    }

    /// Whether a script names this secret.
    #[must_use]
    pub fn names(&self, secret: &str) -> bool {
        self.secrets.iter().any(|it| it.name == secret)
    }

    /// The declaration of this name.
    #[must_use]
    pub fn parameter_named(&self, name: &str) -> Option<&Declaration> {
        self.by_name.get(name).map(|index| &self.parameters[*index])
    }

    fn parameter(
        &mut self,
        script: &Script,
        call: &Call<'_>,
        ty: ParamType,
        out: &mut Vec<Diagnostic>,
    ) {
        let args = call.args();
        let choice = ty == ParamType::Choice;
        if args.len() < 2 + usize::from(choice) {
            return;
        }
        let name = literal(args[0], script, "name", out);
        let text = literal(args[1], script, "text", out);
        let allowed = if choice { texts(args[2], script, out) } else { Some(Vec::new()) };
        let (Some(name), Some(text), Some(allowed)) = (name, text, allowed) else { return };
        let span = script.span(args[0].range());
        if let Err(malformed) = Name::parse(&name) {
            let headline = malformed.headline(&name);
            let mut diagnostic = Diagnostic::new(Name::CODE, span, headline);
            diagnostic.label("not a parameter's name").help(malformed.help);
            out.push(diagnostic);
            return;
        }
        let fallback = args.get(2 + usize::from(choice)).map(|it| it.text().to_owned());
        let declaration = Declaration { name, ty, text, allowed, fallback, span };
        let Some(first) = self.parameter_named(&declaration.name) else {
            self.by_name.insert(declaration.name.clone(), self.parameters.len());
            self.parameters.push(declaration);
            return;
        };
        let same = first.ty == ty
            && first.fallback == declaration.fallback
            && first.allowed == declaration.allowed;
        if !same {
            let message = format!("the parameter `{}` is declared in two ways", first.name);
            let mut diagnostic = Diagnostic::new(&PARAM_CONFLICT, span, message);
            diagnostic.label("another type, list or fallback");
            diagnostic.relate(first.span, "declared here first");
            diagnostic.help("declare it once, and hand the value on in a variable");
            out.push(diagnostic);
        }
    }

    fn secret(&mut self, script: &Script, call: &Call<'_>, out: &mut Vec<Diagnostic>) {
        let args = call.args();
        let Some(first) = args.first() else { return };
        let Some(name) = literal(*first, script, "name", out) else { return };
        let span = script.span(first.range());
        // A name that is none is reported when the call runs, and may be a password.
        if Name::parse(&name).is_ok() {
            self.secrets.push(SecretUse { name, span });
        }
    }
}

fn literal(
    node: Node<'_>,
    script: &Script,
    what: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<String> {
    if let Some(text) = StringLiteral::cast(node).and_then(StringLiteral::value) {
        return Some(text);
    }
    let span = script.span(node.range());
    let mut diagnostic =
        Diagnostic::new(&PARAM_LITERAL, span, format!("the {what} is not a literal text"));
    diagnostic.label("known only when the script runs");
    diagnostic.help(format!("write the {what} here, in quotes"));
    out.push(diagnostic);
    None
}

fn texts(node: Node<'_>, script: &Script, out: &mut Vec<Diagnostic>) -> Option<Vec<String>> {
    let Some(list) = ArrayLiteral::cast(node) else {
        let span = script.span(node.range());
        let message = "the list of a choice is not a literal list";
        let mut diagnostic = Diagnostic::new(&PARAM_LITERAL, span, message);
        diagnostic.label("known only when the script runs");
        diagnostic.help("write the allowed texts here: `[\"exchange\", \"office365\"]`");
        out.push(diagnostic);
        return None;
    };
    list.elements().map(|item| literal(item, script, "allowed text", out)).collect()
}
