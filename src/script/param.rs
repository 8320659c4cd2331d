//! Parameters and secrets: what a script asks of a customer's values, as a contract that can be read off its text.
//!
//! Every `param::…` and `secret` call is found in the tree, in taken branches or not, so that one look at a script and its
//! modules tells everything that a values file must hold.

pub mod contract;
mod unmatched;

pub(crate) use unmatched::sounds_secret;

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::Dynamic;

use crate::diagnostic::{Applicability, Code, Diagnostic, Edit, nearest};
use crate::model::Secret;
use crate::model::format::{Format, Malformed, Name};
use crate::script::Program;
use crate::script::args::{Call, describe};
use crate::script::param::contract::{Declaration, ParamType};
use crate::script::provenance::{Provenance, as_text};
use crate::script::recorder::{Poison, is_poisoned};
use crate::script::values::{Given, Raw, Values, rewrite};
use crate::source::{Sources, Span, ValueOrigin};
use crate::{code, verbs};

code! {
    /// The name, the text and the list of a parameter are read off the script before it runs, so that a template can tell
    /// what it asks for. They have to stand there literally.
    ///
    /// ```rhai,reports
    /// let name = "tenant";
    /// let tenant = param::domain(name, "Primary domain of the tenant");
    /// ```
    ///
    /// ```rhai
    /// let tenant = param::domain("tenant", "Primary domain of the tenant");
    /// ```
    PARAM_LITERAL: Error = "param-literal", "parameter that cannot be read off the script";

    /// Two calls name the same parameter and do not agree on what it is.
    ///
    /// ```rhai,reports
    /// let server = param::host("server", "The SQL Server");
    /// let again = param::text("server", "The SQL Server");
    /// ```
    ///
    /// Ask once, and hand the value on:
    ///
    /// ```rhai
    /// let server = param::host("server", "The SQL Server");
    /// let again = server;
    /// ```
    PARAM_CONFLICT: Error = "param-conflict", "parameter declared in two ways";

    /// The script asks for values that nothing gives.
    ///
    /// ```rhai,reports
    /// cloud::global(param::domain("tenant", "Primary domain of the tenant"));
    /// ```
    ///
    /// Give them in a values file (`tenant = "contoso.onmicrosoft.com"`), with `--set`, in the environment, or as a
    /// fallback:
    ///
    /// ```rhai
    /// cloud::global(param::domain("tenant", "Primary domain of the tenant", "contoso.onmicrosoft.com"));
    /// ```
    VALUES_MISSING: Error = "values-missing", "value that nothing gives";

    /// A value is given that no script asks for. It would have no effect, and a slip in its name would leave the parameter
    /// that was meant at its fallback.
    ///
    /// ```toml,reports
    /// tennant = "contoso.onmicrosoft.com"
    /// ```
    ///
    /// Correct the name, or take the line out:
    ///
    /// ```toml
    /// ```
    VALUES_UNKNOWN: Error = "values-unknown", "value that nothing asks for";

    /// A value has another type than its parameter.
    ///
    /// ```rhai,reports
    /// let port = param::port("port", "Port of the portal", "eighty");
    /// ```
    ///
    /// ```rhai
    /// let port = param::port("port", "Port of the portal", 80);
    /// ```
    VALUES_TYPE: Error = "values-type", "value of another type";

    /// A value is none of those that its parameter allows.
    ///
    /// ```rhai,reports
    /// let mail = param::choice("mail", "Where mail goes", ["exchange", "office365"], "offce365");
    /// ```
    ///
    /// ```rhai
    /// let mail = param::choice("mail", "Where mail goes", ["exchange", "office365"], "office365");
    /// ```
    VALUES_CHOICE: Error = "values-choice", "value that is not allowed";

    /// A script names a secret, and no values file says where it comes from. The secret itself never stands in a values
    /// file: only its source does, one of `env`, `file`, `prompt` and `credential`.
    ///
    /// ```rhai,reports
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    ///
    /// Say it under `[secrets]`, for example
    /// `mim_service_password = { prompt = "Password of the service account" }`. A script that names no secret needs none:
    ///
    /// ```rhai
    /// account::gmsa(`contoso\MIMSrvGMSAsvc$`);
    /// ```
    SECRET_MISSING: Error = "secret-missing", "secret without a source";

    /// A values file says where a secret comes from that no script uses.
    ///
    /// ```toml,reports
    /// [secrets]
    /// pool_password = { prompt = "Password of the pool account" }
    /// ```
    ///
    /// Take the line out, or correct its name:
    ///
    /// ```toml
    /// [secrets]
    /// ```
    SECRET_UNUSED: Warning = "secret-unused", "secret that nothing uses"
}

/// The codes of this file.
pub static CODES: &[&Code] = &[
    &PARAM_LITERAL,
    &PARAM_CONFLICT,
    &VALUES_MISSING,
    &VALUES_UNKNOWN,
    &VALUES_TYPE,
    &VALUES_CHOICE,
    &SECRET_MISSING,
    &SECRET_UNUSED,
];

/// The values of the parameters of one run.
#[derive(Debug, Default)]
pub struct Parameters {
    values: BTreeMap<String, (Dynamic, Arc<ValueOrigin>)>,
    fallbacks: BTreeMap<String, Arc<ValueOrigin>>,
}

impl Parameters {
    /// Judges the values against the contract, and remembers where each comes from. What is missing, unknown or of another
    /// type is reported.
    pub fn resolve(
        program: &Program,
        values: &Values,
        provenance: &mut Provenance,
        sources: &mut Sources,
        out: &mut Vec<Diagnostic>,
    ) -> Parameters {
        let mut parameters = Parameters::default();
        let contract = &program.contract;
        for declaration in &contract.parameters {
            let Some(given) = values.parameters.get(&declaration.name) else { continue };
            let origin = ValueOrigin {
                parameter: Some(declaration.name.clone()),
                span: given.span,
                overridden: given.overridden.clone(),
            };
            let origin = Arc::new(origin);
            let value = match typed(declaration, given, sources, out) {
                Some(value) => provenance.pin(value, origin.clone()),
                None => Dynamic::from(Poison),
            };
            parameters.values.insert(declaration.name.clone(), (value, origin));
        }
        unmatched::report_unknown(contract, values, sources, out);
        unmatched::report_missing(contract, values, sources, out);
        unmatched::report_secrets(contract, values, sources, out);
        parameters
    }

    /// Where a parameter's value comes from, if it has one.
    #[must_use]
    pub fn origin(&self, name: &str) -> Option<Arc<ValueOrigin>> {
        let given = self.values.get(name).map(|(_, origin)| origin);
        given.or_else(|| self.fallbacks.get(name)).cloned()
    }
}

/// A given value as its parameter's type, or nothing with a finding.
fn typed(
    declaration: &Declaration,
    given: &Given,
    sources: &Sources,
    out: &mut Vec<Diagnostic>,
) -> Option<Dynamic> {
    let ty = declaration.ty;
    let found = match (&given.value, ty) {
        (Raw::Flag(flag), ParamType::Flag) => return Some(Dynamic::from(*flag)),
        (Raw::Untyped(text), ParamType::Flag) if text == "true" => return Some(Dynamic::TRUE),
        (Raw::Untyped(text), ParamType::Flag) if text == "false" => return Some(Dynamic::FALSE),
        (Raw::Number(number), ParamType::Number) => return Some(Dynamic::from(*number)),
        (Raw::Number(number), ParamType::Port) => {
            let text = number.to_string();
            return match ty.malformed(&text) {
                None => Some(Dynamic::from(*number)),
                Some((code, malformed)) => {
                    malformed_value(declaration, given, sources, &text, code, malformed, out);
                    None
                }
            };
        }
        (Raw::Untyped(text), ParamType::Number | ParamType::Port) => {
            match (text.trim().parse::<i64>(), ty) {
                (Ok(number), ParamType::Number) => return Some(Dynamic::from(number)),
                (Ok(number), _) if ty.malformed(text).is_none() => {
                    return Some(Dynamic::from(number));
                }
                _ => given.value.what(),
            }
        }
        (Raw::Text(text) | Raw::Untyped(text), ParamType::Choice) => {
            if declaration.allowed.contains(text) {
                return Some(Dynamic::from(text.clone()));
            }
            let mut diagnostic = choice_finding(given.span, declaration, text, |name| {
                rewrite(sources, given.span, name)
            });
            diagnostic.relate(declaration.span, "the choice is declared here");
            out.push(diagnostic);
            return None;
        }
        (Raw::Text(text) | Raw::Untyped(text), _)
            if !matches!(ty, ParamType::Flag | ParamType::Number | ParamType::Port) =>
        {
            return match ty.malformed(text) {
                None => Some(Dynamic::from(text.clone())),
                Some((code, malformed)) => {
                    malformed_value(declaration, given, sources, text, code, malformed, out);
                    None
                }
            };
        }
        (Raw::Broken, _) => return None,
        (other, _) => other.what(),
    };
    let message = format!("`{}` is {}, not {found}", declaration.name, ty.what());
    let mut diagnostic = Diagnostic::new(&VALUES_TYPE, given.span, message);
    diagnostic.label(format!("this is {found}"));
    diagnostic.relate(declaration.span, format!("declared here: {}", declaration.text));
    diagnostic.help(format!("write `{} = {}`", declaration.name, ty.example()));
    let bare = sources.text(given.span);
    let unquoted = bare.trim_matches(['"', '\'']);
    let number =
        matches!(ty, ParamType::Number | ParamType::Port) && unquoted.parse::<i64>().is_ok();
    let flag = ty == ParamType::Flag && matches!(unquoted, "true" | "false");
    if (number || flag)
        && let Some(whole) = quoted(given.span, sources)
    {
        diagnostic.fix("take the quotes away", Applicability::Always, whole, unquoted.to_owned());
    }
    out.push(diagnostic);
    None
}

/// The span with the quotes around it, if there are any.
fn quoted(span: Span, sources: &Sources) -> Option<Span> {
    let text = &sources.get(span.source).text;
    let inside = sources.text(span);
    if inside.len() > 1 && inside.starts_with(['"', '\'']) {
        return Some(span);
    }
    let before = text[..span.start as usize].chars().next_back()?;
    let after = text[span.end as usize..].chars().next()?;
    let quotes = before == after && matches!(before, '"' | '\'');
    quotes.then(|| Span { start: span.start - 1, end: span.end + 1, ..span })
}

fn malformed_value(
    declaration: &Declaration,
    given: &Given,
    sources: &Sources,
    text: &str,
    code: &'static Code,
    malformed: Malformed,
    out: &mut Vec<Diagnostic>,
) {
    let mut diagnostic = Diagnostic::new(code, given.span, malformed.headline(text));
    let exact = sources.text(given.span) == text;
    if let (Some(part), true) = (&malformed.part, exact) {
        diagnostic.primary = Span {
            start: given.span.start + part.start as u32,
            end: given.span.start + part.end as u32,
            ..given.span
        };
    }
    diagnostic.label(format!("not {}", declaration.ty.what()));
    let role = format!("`{}` is declared here: {}", declaration.name, declaration.text);
    diagnostic.relate(declaration.span, role);
    diagnostic.help(malformed.help);
    if let Some(instead) = malformed.instead
        && let Some(edit) = rewrite(sources, given.span, &instead)
    {
        let title = format!("write `{instead}`");
        diagnostic.fix(title, Applicability::Review, edit.span, edit.text);
    }
    out.push(diagnostic);
}

fn choice_finding(
    span: Span,
    declaration: &Declaration,
    text: &str,
    edit: impl Fn(&str) -> Option<Edit>,
) -> Diagnostic {
    let message = format!("`{text}` is not a value of `{}`", declaration.name);
    let mut diagnostic = Diagnostic::new(&VALUES_CHOICE, span, message);
    diagnostic.label("not one of the allowed texts");
    let allowed: Vec<_> = declaration.allowed.iter().map(|it| format!("`{it}`")).collect();
    match nearest(text, declaration.allowed.iter().map(String::as_str)) {
        Some(name) => {
            let others = allowed.join(", ");
            diagnostic.help(format!("did you mean `{name}`? Allowed are {others}"));
            if let Some(edit) = edit(name) {
                let title = format!("write `{name}`");
                diagnostic.fix(title, Applicability::Always, edit.span, edit.text);
            }
        }
        None => {
            diagnostic.help(format!("write one of {}", allowed.join(", ")));
        }
    }
    diagnostic
}

/// A parameter's value, or its fallback.
fn parameter(call: &mut Call<'_>) -> Dynamic {
    let name = call.arguments.first().and_then(|it| as_text(&it.value)).unwrap_or_default();
    if let Some((value, _)) = call.recorder.parameters.values.get(name.as_str()) {
        return value.clone();
    }
    let program = call.recorder.program.clone();
    let Some(declaration) = program.contract.parameter_named(&name) else {
        return Dynamic::from(Poison);
    };
    let at = 2 + usize::from(declaration.ty == ParamType::Choice);
    let Some(fallback) = call.arguments.get(at) else { return Dynamic::from(Poison) };
    let (value, span) = (fallback.value.clone(), fallback.span);
    if value.is_unit() || value.is::<Poison>() {
        return value;
    }
    if let Some(diagnostic) = bad_fallback(declaration, &value, span, call) {
        call.recorder.report(diagnostic);
        return Dynamic::from(Poison);
    }
    let origin = ValueOrigin { parameter: Some(name.to_string()), span, overridden: Vec::new() };
    let origin = Arc::new(origin);
    call.recorder.parameters.fallbacks.insert(name.to_string(), origin.clone());
    // A fallback that is itself a parameter keeps that one's origin.
    if call.recorder.provenance.origin(&value).is_some() {
        return value;
    }
    let value = as_text(&value).map_or(value, |it| Dynamic::from(it.to_string()));
    call.recorder.provenance.pin(value, origin)
}

fn bad_fallback(
    declaration: &Declaration,
    value: &Dynamic,
    span: Span,
    call: &Call<'_>,
) -> Option<Diagnostic> {
    let ty = declaration.ty;
    let text = as_text(value);
    let written = call.recorder.sources.text(span);
    match (ty, text) {
        (_, Some(text)) if is_poisoned(&text) => None,
        (ParamType::Flag, None) if value.is_bool() => None,
        (ParamType::Number, None) if value.is_int() => None,
        (ParamType::Port, None) if value.is_int() => {
            let text = value.to_string();
            let (code, malformed) = ty.malformed(&text)?;
            let mut diagnostic = Diagnostic::new(code, span, malformed.headline(&text));
            diagnostic.label(format!("not {}", ty.what())).help(malformed.help);
            Some(diagnostic)
        }
        (ParamType::Choice, Some(text)) => {
            let known = declaration.allowed.iter().any(|it| *it == *text);
            let edit = |name: &str| Some(Edit { span, text: written.replace(&*text, name) });
            (!known).then(|| choice_finding(span, declaration, &text, edit))
        }
        (ParamType::Flag | ParamType::Number | ParamType::Port, _) | (_, None) => {
            let found = describe(value);
            let message =
                format!("the fallback of `{}` is {found}, not {}", declaration.name, ty.what());
            let mut diagnostic = Diagnostic::new(&VALUES_TYPE, span, message);
            diagnostic.label(format!("this is {found}"));
            diagnostic.help(format!("write {}, or `()` to make it optional", ty.example()));
            Some(diagnostic)
        }
        (_, Some(text)) => {
            let (code, malformed) = ty.malformed(&text)?;
            let mut diagnostic = Diagnostic::new(code, span, malformed.headline(&text));
            diagnostic.label(format!("not {}", ty.what())).help(malformed.help);
            Some(diagnostic)
        }
    }
}

/// A reference to a secret.
fn secret(call: &mut Call<'_>) -> Dynamic {
    let Some(argument) = call.arguments.first() else { return Dynamic::from(Poison) };
    let span = argument.span;
    match as_text(&argument.value).map(|it| Name::parse(&it)) {
        // Only names that stand in the text were held against the values.
        Some(Ok(name)) if !call.recorder.program.contract.names(name.as_str()) => {
            call.recorder
                .at(
                    &PARAM_LITERAL,
                    span,
                    format!("the secret `{}` is not named literally", name.as_str()),
                )
                .label("known only when the script runs")
                .help("call `secret` with the name in quotes");
            Dynamic::from(Poison)
        }
        Some(Ok(name)) => Dynamic::from(Secret { name }),
        Some(Err(_)) => {
            // What is no name may well be the secret itself.
            call.recorder.sources.veil(span);
            call.recorder
                .at(Name::CODE, span, "this is not the name of a secret")
                .label("lower-case letters, digits and `_` make a name")
                .help("name the secret, such as `secret(\"mim_service_password\")`; its value never stands in a script");
            Dynamic::from(Poison)
        }
        None => {
            let value = argument.value.clone();
            if !value.is::<Poison>() {
                let found = describe(&value);
                call.recorder
                    .at(
                        &crate::script::args::SCRIPT_TYPE,
                        span,
                        format!("the name of a secret is a text, not {found}"),
                    )
                    .label(format!("this is {found}"))
                    .help("write its name in quotes: `secret(\"mim_service_password\")`");
            }
            Dynamic::from(Poison)
        }
    }
}

verbs! { pub static FUNCTIONS;
    /// A text of one line that differs from customer to customer.
    ///
    /// The name stands in the values file, the text tells whoever fills it in what is meant. With a fallback it need not be
    /// given; the fallback `()` makes it optional.
    ///
    /// ```rhai
    /// deployment(param::text("title", "Name of the deployment", "Contoso MIM"));
    /// ```
    fn param::text(name: Name, text: Text, fallback: Text = ()) yields = parameter;
    /// A host name, or an SQL Server with its instance, that differs from customer to customer.
    ///
    /// ```rhai
    /// service::address(param::host("mim_server", "Name that clients use for the MIM Service", "mim.contoso.com"));
    /// ```
    fn param::host(name: Name, text: Text, fallback: Host = ()) yields = parameter;
    /// A domain name that differs from customer to customer.
    ///
    /// ```rhai
    /// cloud::global(param::domain("tenant", "Primary domain of the Entra tenant", "contoso.onmicrosoft.com"));
    /// ```
    fn param::domain(name: Name, text: Text, fallback: Domain = ()) yields = parameter;
    /// An e-mail address that differs from customer to customer.
    ///
    /// ```rhai
    /// mail::exchange("mail.contoso.com")
    ///     .mailbox(param::email("mailbox", "Mailbox of the MIM Service", "svcMIMService@contoso.com"));
    /// ```
    fn param::email(name: Name, text: Text, fallback: Email = ()) yields = parameter;
    /// A URL that differs from customer to customer.
    ///
    /// ```rhai
    /// portal::site(param::url("portal", "SharePoint site collection of the portal", "http://mim.contoso.com"));
    /// ```
    fn param::url(name: Name, text: Text, fallback: Url = ()) yields = parameter;
    /// A GUID that differs from customer to customer.
    ///
    /// ```rhai
    /// mail::office365().tenant_id(param::guid("tenant_id", "Tenant ID", "e4405d02-4a65-47fe-8c0a-45239eb45a9f"));
    /// ```
    fn param::guid(name: Name, text: Text, fallback: Guid = ()) yields = parameter;
    /// A TCP port that differs from customer to customer.
    ///
    /// ```rhai
    /// portal::password_reset("pwreset.contoso.com").port(param::port("reset_port", "Port of the portal", 80));
    /// ```
    fn param::port(name: Name, text: Text, fallback: Port = ()) yields = parameter;
    /// A whole number that differs from customer to customer.
    ///
    /// ```rhai
    /// let days = param::number("secret_days", "Lifetime of the client secret in days", 180);
    /// ```
    fn param::number(name: Name, text: Text, fallback: Days = ()) yields = parameter;
    /// A yes or no that differs from customer to customer.
    ///
    /// ```rhai
    /// sql::database("sql.contoso.com").reuse(param::flag("second_node", "Another node uses the database", false));
    /// ```
    fn param::flag(name: Name, text: Text, fallback: Flag = ()) yields = parameter;
    /// One of several texts, which differs from customer to customer.
    ///
    /// ```rhai
    /// let mail = param::choice("mail", "Where the MIM Service sends mail", ["exchange", "none"], "none");
    /// if mail == "none" { mail::none(); }
    /// ```
    fn param::choice(name: Name, text: Text, allowed: Choices, fallback: Text = ()) yields = parameter;
    /// A reference to a secret. Its value is nowhere in script, plan, log or message: it is read from the source that the
    /// values file names under `[secrets]`, when and where it is used.
    ///
    /// ```rhai
    /// account::regular(`contoso\svcMIMService`, secret("mim_service_password"));
    /// ```
    fn secret(name: Name) yields = secret;
}
