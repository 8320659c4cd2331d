//! One row per host function. The rows are all there is: calling, checking, documentation, completion, hover and the
//! grammars' word lists come from them.

use rhai::Dynamic;

use crate::plan::CHOICE;
use crate::script::args::Call;

/// A host function, or a method of a builder.
#[derive(Debug)]
pub struct FnSpec {
    /// The namespace, for `mail::exchange`; none for a method and for a global function.
    pub namespace: Option<&'static str>,
    /// The name.
    pub name: &'static str,
    /// Markdown: what it declares, the parameters, an example.
    pub doc: &'static str,
    /// The parameters, in order; optional ones last.
    pub params: &'static [Param],
    /// For a method, the builders that offer it.
    pub on: &'static [&'static Kind],
    /// The pages of the installer's wizard that it fills.
    pub pages: &'static [u8],
    /// What happens when it is called.
    pub handler: Handler,
}

/// A parameter of a host function.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub ty: Ty,
    /// Whether it may be left out.
    pub optional: bool,
}

/// What an argument must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "`Ty::what` says it")]
pub enum Ty {
    Text,
    Host,
    SqlServer,
    Database,
    Account,
    Email,
    Url,
    Guid,
    Port,
    Days,
    Flag,
    Build,
    Path,
    Thumbprint,
    Domain,
    Secret,
    Property,
    Name,
    Choices,
    Choice,
    Any,
}

impl Ty {
    /// What it is, with its article: "a host name".
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Ty::Text => "a text",
            Ty::Host => "a host name",
            Ty::SqlServer => "a SQL Server name",
            Ty::Database => "a database name",
            Ty::Account => "an account (`domain\\name`)",
            Ty::Email => "an e-mail address",
            Ty::Url => "a URL",
            Ty::Guid => "a GUID",
            Ty::Port => "a port",
            Ty::Days => "a number of days",
            Ty::Flag => "`true` or `false`",
            Ty::Build => "a build number",
            Ty::Path => "a Windows path",
            Ty::Thumbprint => "a certificate thumbprint",
            Ty::Domain => "a domain name",
            Ty::Secret => "a secret (`secret(\"name\")`)",
            Ty::Property => "a property name",
            Ty::Name => "a name",
            Ty::Choices => "a list of texts",
            Ty::Choice => CHOICE,
            Ty::Any => "a value",
        }
    }

    /// The word for it in a signature: `host`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Ty::Text => "text",
            Ty::Host => "host",
            Ty::SqlServer => "SQL Server",
            Ty::Database => "database",
            Ty::Account => "account",
            Ty::Email => "e-mail",
            Ty::Url => "URL",
            Ty::Guid => "GUID",
            Ty::Port => "port",
            Ty::Days => "days",
            Ty::Flag => "flag",
            Ty::Build => "build",
            Ty::Path => "path",
            Ty::Thumbprint => "thumbprint",
            Ty::Domain => "domain",
            Ty::Secret => "secret",
            Ty::Property => "property",
            Ty::Name => "name",
            Ty::Choices => "list",
            Ty::Choice => "choice",
            Ty::Any => "value",
        }
    }
}

/// What happens when a host function is called.
#[derive(Clone, Copy, Debug)]
pub enum Handler {
    /// Declares a noun; the index of the declaration goes into the builder that the call returns.
    Declares(&'static Kind, fn(&mut Call<'_>) -> usize),
    /// Says a part of the noun behind a builder, which it returns again.
    Says(fn(&mut Call<'_>)),
    /// Returns a value.
    Yields(fn(&mut Call<'_>) -> Dynamic),
}

/// A kind of builder: what a declaration returns.
#[derive(Debug)]
pub struct Kind {
    /// The call that begins it: `mail::office365`.
    pub name: &'static str,
    /// Methods of other builders that somebody may look for here, with the reason why there is none.
    pub refusals: &'static [Refusal],
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        std::ptr::eq(self, other)
    }
}

/// Why a builder lacks a method.
#[derive(Debug)]
pub struct Refusal {
    /// The method.
    pub method: &'static str,
    /// The reason, as a sentence, with what to write instead.
    pub reason: &'static str,
}

/// All rows, and how they are found.
#[derive(Clone, Copy, Debug)]
pub struct Registry {
    /// The tables of rows: the language's own, then those of the subjects.
    pub tables: &'static [&'static [FnSpec]],
    /// How many calls of them one run may make.
    pub most_calls: usize,
}

impl Registry {
    /// All rows, in order.
    pub fn rows(self) -> impl Iterator<Item = &'static FnSpec> {
        self.tables.iter().flat_map(|table| table.iter())
    }

    /// All namespaces, in order, each once.
    #[must_use]
    pub fn namespaces(self) -> Vec<&'static str> {
        let mut namespaces = Vec::new();
        for namespace in self.rows().filter_map(|row| row.namespace) {
            if !namespaces.contains(&namespace) {
                namespaces.push(namespace);
            }
        }
        namespaces
    }

    /// The row of a function.
    #[must_use]
    pub fn function(self, namespace: Option<&str>, name: &str) -> Option<&'static FnSpec> {
        self.rows().find(|row| !row.is_method() && row.namespace == namespace && row.name == name)
    }

    /// The rows of a method, for every builder that offers it.
    pub fn methods(self, name: &str) -> impl Iterator<Item = &'static FnSpec> {
        self.rows().filter(move |row| row.is_method() && row.name == name)
    }
}

impl FnSpec {
    /// Whether it is a builder's method.
    #[must_use]
    pub fn is_method(&self) -> bool {
        matches!(self.handler, Handler::Says(_))
    }

    /// How it is written, with its namespace or dot: `mail::exchange`, `.mailbox`.
    #[must_use]
    pub fn path(&self) -> String {
        match self.namespace {
            Some(namespace) => format!("{namespace}::{}", self.name),
            None if self.is_method() => format!(".{}", self.name),
            None => self.name.to_owned(),
        }
    }

    /// How it is called: `mail::exchange(host)`.
    #[must_use]
    pub fn signature(&self) -> String {
        let params: Vec<_> = self
            .params
            .iter()
            .map(|it| if it.optional { format!("[{}]", it.name) } else { it.name.to_owned() })
            .collect();
        format!("{}({})", self.path(), params.join(", "))
    }

    /// The number of arguments that must be given.
    #[must_use]
    pub fn required(&self) -> usize {
        self.params.iter().filter(|it| !it.optional).count()
    }

    /// The numbers of arguments that it takes. Few, since Rhai tries every combination of types for a call with a
    /// namespace.
    #[must_use]
    pub fn counts(&self) -> std::ops::RangeInclusive<usize> {
        self.required()..=self.params.len()
    }
}

/// Writes rows of host functions.
///
/// `fn namespace::name(parameter: Ty, …) -> KIND, pages [6] = handler;` declares, `fn .name(…) on [KIND, …], pages [6] =
/// handler;` says a part. A parameter that may be left out ends in `= ()`.
#[macro_export]
macro_rules! verbs {
    (@params $($param:ident: $ty:ident $(= $default:tt)?),*) => {
        &[$($crate::script::registry::Param {
            name: stringify!($param),
            ty: $crate::script::registry::Ty::$ty,
            optional: {
                const DEFAULT: &[&str] = &[$(stringify!($default))?];
                !DEFAULT.is_empty()
            },
        }),*]
    };
    (@rows [$($rows:tt)*]) => { &[$($rows)*] };
    (@rows [$($rows:tt)*]
        $(#[doc = $doc:literal])*
        fn $namespace:ident::$name:ident($($params:tt)*) -> $kind:path, pages [$($page:literal),*] = $handler:expr;
        $($rest:tt)*
    ) => {
        $crate::verbs!(@rows [$($rows)* $crate::script::registry::FnSpec {
            namespace: Some(stringify!($namespace)),
            name: stringify!($name),
            doc: concat!($($doc, "\n"),*),
            params: $crate::verbs!(@params $($params)*),
            on: &[],
            pages: &[$($page),*],
            handler: $crate::script::registry::Handler::Declares(&$kind, $handler),
        },] $($rest)*)
    };
    (@rows [$($rows:tt)*]
        $(#[doc = $doc:literal])*
        fn $name:ident($($params:tt)*) -> $kind:path, pages [$($page:literal),*] = $handler:expr;
        $($rest:tt)*
    ) => {
        $crate::verbs!(@rows [$($rows)* $crate::script::registry::FnSpec {
            namespace: None,
            name: stringify!($name),
            doc: concat!($($doc, "\n"),*),
            params: $crate::verbs!(@params $($params)*),
            on: &[],
            pages: &[$($page),*],
            handler: $crate::script::registry::Handler::Declares(&$kind, $handler),
        },] $($rest)*)
    };
    (@rows [$($rows:tt)*]
        $(#[doc = $doc:literal])*
        fn .$name:ident($($params:tt)*) on [$($on:path),*], pages [$($page:literal),*] = $handler:expr;
        $($rest:tt)*
    ) => {
        $crate::verbs!(@rows [$($rows)* $crate::script::registry::FnSpec {
            namespace: None,
            name: stringify!($name),
            doc: concat!($($doc, "\n"),*),
            params: $crate::verbs!(@params $($params)*),
            on: &[$(&$on),*],
            pages: &[$($page),*],
            handler: $crate::script::registry::Handler::Says($handler),
        },] $($rest)*)
    };
    (@rows [$($rows:tt)*]
        $(#[doc = $doc:literal])*
        fn $namespace:ident::$name:ident($($params:tt)*) yields = $handler:expr;
        $($rest:tt)*
    ) => {
        $crate::verbs!(@rows [$($rows)* $crate::script::registry::FnSpec {
            namespace: Some(stringify!($namespace)),
            name: stringify!($name),
            doc: concat!($($doc, "\n"),*),
            params: $crate::verbs!(@params $($params)*),
            on: &[],
            pages: &[],
            handler: $crate::script::registry::Handler::Yields($handler),
        },] $($rest)*)
    };
    (@rows [$($rows:tt)*]
        $(#[doc = $doc:literal])*
        fn $name:ident($($params:tt)*) yields = $handler:expr;
        $($rest:tt)*
    ) => {
        $crate::verbs!(@rows [$($rows)* $crate::script::registry::FnSpec {
            namespace: None,
            name: stringify!($name),
            doc: concat!($($doc, "\n"),*),
            params: $crate::verbs!(@params $($params)*),
            on: &[],
            pages: &[],
            handler: $crate::script::registry::Handler::Yields($handler),
        },] $($rest)*)
    };
    ($vis:vis static $table:ident; $($rows:tt)*) => {
        /// The rows of this file.
        $vis static $table: &[$crate::script::registry::FnSpec] = $crate::verbs!(@rows [] $($rows)*);
    };
}
