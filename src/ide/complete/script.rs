//! In a script: namespaces, functions, parts of declarations, names in scope, and what stands in quotes.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "of the kinds of words only a few begin something"
)]

use std::ops::Range;

use crate::ide::complete::{Item, ItemKind};
use crate::ide::hover::{function, parameter, parameter_of};
use crate::ide::{Analysis, kind, toml};
use crate::manual::reference::documentation;
use crate::script::Script;
use crate::script::import::LIBRARY;
use crate::script::registry::{FnSpec, Ty};
use crate::subject::setup::properties::PROPERTIES;
use crate::syntax::names::{BindingKind, Names};
use crate::syntax::{
    ArrayLiteral, Call, Function, Import, Let, Node, StringLiteral, SyntaxKind, Token,
};

/// Words that begin something.
const KEYWORDS: &[(&str, &str)] = &[
    ("let", "let ${1:name} = $0;"),
    ("const", "const ${1:NAME} = $0;"),
    ("fn", "fn ${1:name}($2) {\n    $0\n}"),
    ("if", "if $1 {\n    $0\n}"),
    ("for", "for ${1:item} in $2 {\n    $0\n}"),
    ("switch", "switch $1 {\n    $0\n}"),
    ("import", "import \"$1\" as ${2:name};"),
    ("return", "return $0;"),
    ("true", "true"),
    ("false", "false"),
];

pub(super) fn complete(
    analysis: &Analysis,
    script: &Script,
    offset: u32,
    modules: &dyn Fn() -> Vec<String>,
) -> Vec<Item> {
    let names = script.tree.names();
    let place = Place { analysis, script, names, offset };
    let before = offset.checked_sub(1).and_then(|it| script.tree.token_at(it));
    let Some(token) = before else { return place.expression(offset..offset) };
    if token.kind().is_comment() && (token.range().end > offset || is_line(token)) {
        return Vec::new();
    }
    if let Some(literal) = place.literal_around(token) {
        return place.text(literal, modules);
    }
    let is_word = token.kind() == SyntaxKind::Identifier
        || token.kind() == SyntaxKind::ReservedWord
        || token.kind().is_keyword();
    let range = if is_word { token.range() } else { offset..offset };
    let last = if is_word { significant_before(token) } else { significant(token) };
    match last.map(|it| (it.kind(), it)) {
        Some((SyntaxKind::ColonColon, separator)) => place.members(separator, range),
        Some((SyntaxKind::Dot | SyntaxKind::QuestionDot, dot)) => place.parts(dot, range),
        Some((
            SyntaxKind::Integer
            | SyntaxKind::Float
            | SyntaxKind::FnKeyword
            | SyntaxKind::LetKeyword
            | SyntaxKind::ConstKeyword
            | SyntaxKind::AsKeyword,
            _,
        )) => Vec::new(),
        _ if matches!(token.kind(), SyntaxKind::Integer | SyntaxKind::Float) => Vec::new(),
        _ => place.expression(range),
    }
}

fn is_line(token: Token<'_>) -> bool {
    matches!(token.kind(), SyntaxKind::LineComment | SyntaxKind::DocLine)
}

fn significant(token: Token<'_>) -> Option<Token<'_>> {
    std::iter::successors(Some(token), |it| it.previous()).find(|it| !it.kind().is_trivia())
}

fn significant_before(token: Token<'_>) -> Option<Token<'_>> {
    significant(token.previous()?)
}

struct Place<'a> {
    analysis: &'a Analysis,
    script: &'a Script,
    names: Names<'a>,
    offset: u32,
}

impl<'a> Place<'a> {
    /// The text literal that the place is in.
    fn literal_around(&self, token: Token<'a>) -> Option<StringLiteral<'a>> {
        let texts = [
            SyntaxKind::QuotedText,
            SyntaxKind::RawText,
            SyntaxKind::TextStart,
            SyntaxKind::TextPart,
        ];
        if !texts.contains(&token.kind()) {
            return None;
        }
        let node = self.script.tree.node_at(token.range().start);
        let literal = StringLiteral::cast(node)?;
        let inside = literal.range().end > self.offset || !literal.is_closed();
        inside.then_some(literal)
    }

    /// What can stand in quotes.
    fn text(&self, literal: StringLiteral<'a>, modules: &dyn Fn() -> Vec<String>) -> Vec<Item> {
        let start = literal.range().start + 1;
        let end = literal.range().end - u32::from(literal.is_closed());
        // An unclosed text takes the rest of its line.
        let end = if literal.is_closed() { end } else { self.offset };
        let range = start.min(self.offset)..end.max(self.offset);
        let value = |label: &str, kind, detail: &str, doc: String| Item {
            label: label.to_owned(),
            kind,
            detail: detail.to_owned(),
            doc,
            snippet: None,
            range: range.clone(),
        };
        let Some(parent) = literal.node().parent() else { return Vec::new() };
        if Import::cast(parent).is_some() {
            let library = LIBRARY
                .iter()
                .map(|(name, _)| value(name, ItemKind::Module, "standard library", String::new()));
            let own = modules();
            let own = own.iter().map(|it| value(it, ItemKind::Module, "file", String::new()));
            return library.chain(own).collect();
        }
        if let Some(allowed) = self.choices(literal.node()) {
            let choices = allowed.iter();
            return choices.map(|it| value(it, ItemKind::Value, "choice", String::new())).collect();
        }
        let Some(call) = parent.parent().and_then(Call::cast) else { return Vec::new() };
        let Some(index) = call.args().iter().position(|it| *it == literal.node()) else {
            return Vec::new();
        };
        match (call.namespace().map(|it| it.0), call.name(), index) {
            (None, "secret", 0) => {
                let mut names: Vec<String> = self.keys(true);
                names.extend(
                    self.analysis.program.contract.secrets.iter().map(|it| it.name.clone()),
                );
                names.sort();
                names.dedup();
                let own = literal.value();
                names
                    .iter()
                    .filter(|it| own.as_ref() != Some(it) || self.keys(true).contains(it))
                    .map(|it| value(it, ItemKind::Secret, "secret", String::new()))
                    .collect()
            }
            (Some("param"), _, 0) => {
                let mut names = self.keys(false);
                let declared = &self.analysis.program.contract.parameters;
                names.extend(declared.iter().map(|it| it.name.clone()));
                names.sort();
                names.dedup();
                names
                    .iter()
                    .map(|it| {
                        value(it, ItemKind::Parameter, "parameter", parameter(self.analysis, it))
                    })
                    .collect()
            }
            _ => {
                let entity =
                    crate::ide::entity::callee(self.analysis, self.script, &self.names, call);
                let Some(crate::ide::entity::Entity::Host(row)) = entity else { return Vec::new() };
                match row.params.get(index).map(|it| it.ty) {
                    Some(Ty::Property) => PROPERTIES
                        .iter()
                        .map(|it| value(it.name, ItemKind::Value, it.field, it.source.to_owned()))
                        .collect(),
                    _ => Vec::new(),
                }
            }
        }
    }

    /// The keys of the values files.
    fn keys(&self, secret: bool) -> Vec<String> {
        let files = self.analysis.values_files();
        let keys = files.flat_map(|id| toml::keys(&self.analysis.sources.get(id).text));
        keys.filter(|it| it.secret == secret).map(|it| it.name).collect()
    }

    /// The texts that a literal can be, where it is compared with a choice or is its fallback.
    fn choices(&self, literal: Node<'a>) -> Option<Vec<String>> {
        let parent = literal.parent()?;
        if let Some(call) = parent.parent().and_then(Call::cast)
            && call.namespace().is_some_and(|it| it.0 == "param")
            && call.name() == "choice"
            && call.arg(3) == Some(literal)
        {
            let list = call.arg(2).and_then(ArrayLiteral::cast)?;
            return Some(
                list.elements().filter_map(|it| StringLiteral::cast(it)?.value()).collect(),
            );
        }
        let compared = match parent.kind() {
            SyntaxKind::Binary => parent.children().find(|it| *it != literal),
            SyntaxKind::CaseList => {
                let switch = parent.parent()?.parent()?;
                crate::syntax::Switch::cast(switch)?.subject()
            }
            _ => None,
        }?;
        let declaration = self.declaration(compared)?;
        (!declaration.is_empty()).then_some(declaration)
    }

    /// What the choice behind an expression allows.
    fn declaration(&self, node: Node<'a>) -> Option<Vec<String>> {
        let call = match Call::cast(node) {
            Some(call) => call,
            None => {
                let reference = self.names.references.iter().find(|it| it.node == node)?;
                Call::cast(Let::cast(self.names.bindings[reference.binding?].node)?.init()?)?
            }
        };
        let contract = &self.analysis.program.contract;
        Some(contract.parameter_named(&parameter_of(call)?)?.allowed.clone())
    }

    /// What stands behind `name::`.
    fn members(&self, separator: Token<'a>, range: Range<u32>) -> Vec<Item> {
        let Some(name) = significant_before(separator) else { return Vec::new() };
        let name = name.text();
        if let Some(module) = kind::module(self.analysis, self.script, name) {
            let functions = module.tree.functions().filter(|it| !it.is_private());
            let functions = functions.map(|it| self.own(it, range.clone()));
            let lets = module.tree.nodes().filter_map(Let::cast).filter(|it| it.is_export());
            let lets = lets.map(|it| Item {
                label: it.name().to_owned(),
                kind: ItemKind::Variable,
                detail: module.name.clone(),
                doc: it.doc().unwrap_or_default(),
                snippet: None,
                range: range.clone(),
            });
            return functions.chain(lets).collect();
        }
        let rows = self.analysis.registry.rows().filter(|it| it.namespace == Some(name));
        rows.map(|it| self.host(it, range.clone())).collect()
    }

    /// The parts that the builder before a dot has.
    fn parts(&self, dot: Token<'a>, range: Range<u32>) -> Vec<Item> {
        let node = self.script.tree.node_at(dot.range().start);
        let receiver = match node.kind() {
            SyntaxKind::Field | SyntaxKind::MethodCall => node.children().next(),
            // In a broken text the dot may belong to nothing.
            _ => significant_before(dot).map(|it| self.ending_at(it.range().end)),
        };
        let kind =
            receiver.and_then(|it| kind::kind_of(self.analysis, self.script, &self.names, it));
        let Some(kind) = kind else { return Vec::new() };
        let rows =
            self.analysis.registry.rows().filter(|it| it.is_method() && it.on.contains(&kind));
        rows.map(|it| self.host(it, range.clone())).collect()
    }

    /// The largest expression that ends at an offset.
    fn ending_at(&self, end: u32) -> Node<'a> {
        let mut node = self.script.tree.node_at(end.saturating_sub(1));
        while let Some(parent) = node.parent()
            && parent.range().end == end
            && (Call::cast(parent).is_some() || parent.kind() == SyntaxKind::Path)
        {
            node = parent;
        }
        node
    }

    /// Everything that an expression or a statement can begin with.
    fn expression(&self, range: Range<u32>) -> Vec<Item> {
        let mut items = Vec::new();
        let inside = std::iter::once(self.script.tree.node_at(range.start.saturating_sub(1)));
        let mut inside = inside.flat_map(|it| std::iter::once(it).chain(it.ancestors()));
        let around = inside.find_map(Function::cast);
        // What is written is not seen behind its own statement.
        let (at, end) = (range.start, self.script.tree.text().len() as u32);
        let seen = self.names.bindings.iter().filter(|it| {
            // At the end of the text there is no byte that could be seen from.
            let last = at == end && it.scope.end == end && it.scope.start <= at;
            it.is_seen(at, around) || (last && it.function == around)
        });
        for binding in seen {
            let item = self.variable(binding, range.clone());
            items.retain(|it: &Item| it.label != item.label);
            items.push(item);
        }
        items.extend(self.script.tree.functions().map(|it| self.own(it, range.clone())));
        let global =
            self.analysis.registry.rows().filter(|it| it.namespace.is_none() && !it.is_method());
        items.extend(global.map(|it| self.host(it, range.clone())));
        for name in self.analysis.registry.namespaces() {
            items.push(Item {
                label: name.to_owned(),
                kind: ItemKind::Namespace,
                detail: "namespace".to_owned(),
                doc: crate::ide::hover::namespace(self.analysis.registry, name),
                snippet: Some(format!("{name}::")).filter(|_| !self.followed_by("::", &range)),
                range: range.clone(),
            });
        }
        for (word, snippet) in KEYWORDS {
            items.push(Item {
                label: (*word).to_owned(),
                kind: ItemKind::Keyword,
                detail: String::new(),
                doc: String::new(),
                snippet: Some((*snippet).to_owned()),
                range: range.clone(),
            });
        }
        items
    }

    fn variable(&self, binding: &crate::syntax::names::Binding<'_>, range: Range<u32>) -> Item {
        let module = binding.kind == BindingKind::Import;
        let declared = Let::cast(binding.node).and_then(Let::init).and_then(Call::cast);
        let asked = declared.and_then(parameter_of);
        Item {
            label: binding.name.to_owned(),
            kind: if module { ItemKind::Module } else { ItemKind::Variable },
            detail: asked.as_ref().map_or_else(String::new, |it| format!("parameter `{it}`")),
            doc: asked.map_or_else(String::new, |it| parameter(self.analysis, &it)),
            snippet: (module && !self.followed_by("::", &range))
                .then(|| format!("{}::", binding.name)),
            range,
        }
    }

    fn host(&self, row: &FnSpec, range: Range<u32>) -> Item {
        let doc = if row.params.is_empty() { documentation(row.doc) } else { function(row) };
        let called = self.followed_by("(", &range);
        let params = row.params.iter().filter(|it| !it.optional).enumerate();
        let params: Vec<_> = params.map(|(at, it)| argument(at + 1, it.name, it.ty)).collect();
        let optional = row.params.iter().any(|it| it.optional);
        let inner = if params.is_empty() && optional { "$1".to_owned() } else { params.join(", ") };
        Item {
            label: row.name.to_owned(),
            kind: if row.is_method() { ItemKind::Method } else { ItemKind::Function },
            detail: row.signature(),
            doc,
            snippet: (!called).then(|| format!("{}({inner})", row.name)),
            range,
        }
    }

    fn own(&self, function: Function<'_>, range: Range<u32>) -> Item {
        let names = function.params();
        let params: Vec<_> =
            names.iter().enumerate().map(|(at, it)| format!("${{{}:{}}}", at + 1, it.0)).collect();
        let shown: Vec<_> = names.iter().map(|it| it.0).collect();
        Item {
            label: function.name().to_owned(),
            kind: ItemKind::Function,
            detail: format!("{}({})", function.name(), shown.join(", ")),
            doc: function.doc().unwrap_or_default(),
            snippet: (!self.followed_by("(", &range))
                .then(|| format!("{}({})", function.name(), params.join(", "))),
            range,
        }
    }

    fn followed_by(&self, what: &str, range: &Range<u32>) -> bool {
        self.script.tree.text()[range.end as usize..].starts_with(what)
    }
}

/// A place to fill in for an argument, with its quotes where it is a text.
fn argument(at: usize, name: &str, ty: Ty) -> String {
    match ty {
        Ty::Secret => format!("secret(\"${{{at}:{name}}}\")"),
        Ty::Account | Ty::Path => format!("`${{{at}:{name}}}`"),
        Ty::Port | Ty::Days | Ty::Flag | Ty::Any => format!("${{{at}:{name}}}"),
        Ty::Choices => format!("[\"${{{at}:{name}}}\"]"),
        Ty::Text
        | Ty::Host
        | Ty::SqlServer
        | Ty::Database
        | Ty::Email
        | Ty::Url
        | Ty::Guid
        | Ty::Build
        | Ty::Thumbprint
        | Ty::Domain
        | Ty::Property
        | Ty::Name
        | Ty::Choice => format!("\"${{{at}:{name}}}\""),
    }
}
