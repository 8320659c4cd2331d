//! Reading a `GetFolder` request, by the schema.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use quick_xml::{NsReader, XmlVersion};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const TYPES: &str = "http://schemas.microsoft.com/exchange/services/2006/types";
const MESSAGES: &str = "http://schemas.microsoft.com/exchange/services/2006/messages";

/// How deep a request may be nested; the deepest right one has eight levels.
const DEEPEST: usize = 16;

/// Versions of the schema that a client may name, from Exchange 2013 on.
const VERSIONS: &[&str] = &[
    "Exchange2013",
    "Exchange2013_SP1",
    "Exchange2015",
    "Exchange2016",
    "V2015_10_05",
    "V2016_01_06",
    "V2016_04_13",
    "V2016_07_13",
    "V2016_10_10",
    "V2017_01_07",
    "V2017_04_14",
    "V2017_07_11",
    "V2017_10_09",
    "V2018_01_08",
];

/// A request for the inbox.
#[derive(Debug)]
pub(super) struct GetFolder {
    /// The address of whoever is impersonated.
    pub(super) mailbox: Option<String>,
    /// The address of the mailbox whose inbox it is, if the request names it; else it is the one above.
    pub(super) owner: Option<String>,
    /// Whether more than the folder's ID is wanted.
    pub(super) more: bool,
}

/// What is wrong with a request.
#[derive(Debug)]
pub(super) enum Wrong {
    /// It does not fit the schema.
    Schema(String),
    /// The version of the schema is none.
    Version(String),
}

impl GetFolder {
    /// Reads the bytes of a request.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Wrong> {
        let text = std::str::from_utf8(bytes).map_err(|_| schema("it is not UTF-8"))?;
        let envelope = parse(text.trim_start_matches('\u{feff}'))?;
        let mut parts = envelope.as_root(SOAP, "Envelope")?;
        let header = parts.take(SOAP, "Header")?;
        let body = parts.take(SOAP, "Body")?;
        parts.end()?;
        let mailbox = impersonated(header)?;
        let mut body = body.children();
        let mut folder = body.take(MESSAGES, "GetFolder")?.children();
        body.end()?;
        let more = shape(folder.take(MESSAGES, "FolderShape")?)?;
        let ids = folder.take(MESSAGES, "FolderIds")?;
        folder.end()?;
        let owner = inbox(ids)?;
        Ok(GetFolder { mailbox, owner, more })
    }
}

/// The parts of the header may come in any order, as SOAP has it.
fn impersonated(header: &Element) -> Result<Option<String>, Wrong> {
    let mut mailbox = None;
    let mut version = None;
    for part in &header.children {
        if part.namespace != TYPES {
            return Err(schema(&format!("the header `{}` is not understood", part.name)));
        }
        match part.name.as_str() {
            "RequestServerVersion" if version.is_none() => {
                version = Some(part.attribute("Version")?.to_owned());
            }
            "ExchangeImpersonation" if mailbox.is_none() => {
                let mut parts = part.children();
                let mut person = parts.take(TYPES, "ConnectingSID")?.children();
                parts.end()?;
                let address = person.take_one_of(TYPES, &["SmtpAddress", "PrimarySmtpAddress"])?;
                person.end()?;
                mailbox = Some(address.leaf()?.to_owned());
            }
            "TimeZoneContext" | "MailboxCulture" => {}
            other => return Err(schema(&format!("the header `{other}` is not understood"))),
        }
    }
    match version {
        Some(version) if VERSIONS.contains(&version.as_str()) => Ok(mailbox),
        Some(version) => Err(Wrong::Version(version)),
        None => Err(Wrong::Version("none is given".to_owned())),
    }
}

/// Whether the shape asks for more than the ID.
fn shape(shape: &Element) -> Result<bool, Wrong> {
    let mut parts = shape.children();
    let base = parts.take(TYPES, "BaseShape")?.leaf()?;
    if !["IdOnly", "Default", "AllProperties"].contains(&base) {
        return Err(schema(&format!("the base shape `{base}` does not exist")));
    }
    let mut more = base != "IdOnly";
    if let Some(properties) = parts.take_if(TYPES, "AdditionalProperties") {
        let fields = ["FieldURI", "IndexedFieldURI", "ExtendedFieldURI"];
        let right = |it: &Element| it.namespace == TYPES && fields.contains(&it.name.as_str());
        if properties.children.is_empty() || !properties.children.iter().all(right) {
            return Err(schema("the additional properties are not those of a folder"));
        }
        more = true;
    }
    parts.end()?;
    Ok(more)
}

/// The one folder must be the inbox; gives its owner, if it is named.
fn inbox(ids: &Element) -> Result<Option<String>, Wrong> {
    let mut parts = ids.children();
    let id = parts.take(TYPES, "DistinguishedFolderId")?;
    parts.end()?;
    let mut parts = id.children();
    let owner = match parts.take_if(TYPES, "Mailbox") {
        Some(mailbox) => {
            let mut parts = mailbox.children();
            let address = parts.take(TYPES, "EmailAddress")?.leaf()?.to_owned();
            parts.take_if(TYPES, "RoutingType");
            parts.take_if(TYPES, "MailboxType");
            parts.end()?;
            Some(address)
        }
        None => None,
    };
    parts.end()?;
    match id.attribute("Id")? {
        "inbox" => Ok(owner),
        other => Err(schema(&format!("the folder `{other}` does not exist"))),
    }
}

fn schema(text: &str) -> Wrong {
    Wrong::Schema(text.to_owned())
}

/// An element with what is in it.
#[derive(Debug, Default)]
struct Element {
    namespace: String,
    name: String,
    /// By local name; declarations of namespaces are not among them.
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

impl Element {
    fn is(&self, namespace: &str, name: &str) -> bool {
        self.namespace == namespace && self.name == name
    }

    fn as_root(&self, namespace: &str, name: &str) -> Result<Children<'_>, Wrong> {
        if self.is(namespace, name) {
            Ok(self.children())
        } else {
            Err(schema(&format!("the root is `{}`", self.name)))
        }
    }

    fn children(&self) -> Children<'_> {
        Children { of: self, rest: &self.children }
    }

    fn attribute(&self, name: &str) -> Result<&str, Wrong> {
        let found = self.attributes.iter().find(|it| it.0 == name).map(|it| it.1.as_str());
        found.ok_or_else(|| schema(&format!("`{}` lacks the attribute `{name}`", self.name)))
    }

    /// The text of an element that has nothing else.
    fn leaf(&self) -> Result<&str, Wrong> {
        if self.children.is_empty() && !self.text.is_empty() {
            Ok(&self.text)
        } else {
            Err(schema(&format!("`{}` takes a text", self.name)))
        }
    }
}

/// The children of an element, taken in their order.
struct Children<'a> {
    of: &'a Element,
    rest: &'a [Element],
}

impl<'a> Children<'a> {
    fn take_if(&mut self, namespace: &str, name: &str) -> Option<&'a Element> {
        let (first, rest) = self.rest.split_first()?;
        first.is(namespace, name).then(|| {
            self.rest = rest;
            first
        })
    }

    fn take(&mut self, namespace: &str, name: &str) -> Result<&'a Element, Wrong> {
        self.take_one_of(namespace, &[name])
    }

    fn take_one_of(&mut self, namespace: &str, names: &[&str]) -> Result<&'a Element, Wrong> {
        let found = names.iter().find_map(|it| self.take_if(namespace, it));
        found.ok_or_else(|| {
            let there = self.rest.first().map_or("nothing", |it| it.name.as_str());
            schema(&format!("`{}` takes `{}` here, not `{there}`", self.of.name, names[0]))
        })
    }

    /// Nothing may be left, and no text may stand between.
    fn end(&self) -> Result<(), Wrong> {
        if !self.of.text.is_empty() {
            return Err(schema(&format!("`{}` takes no text", self.of.name)));
        }
        match self.rest.first() {
            None => Ok(()),
            Some(more) => Err(schema(&format!("`{}` does not take `{}`", self.of.name, more.name))),
        }
    }
}

/// Reads one document into a tree. Declarations of entities are refused.
fn parse(text: &str) -> Result<Element, Wrong> {
    let broken = |_| schema("it is no XML");
    let mut reader = NsReader::from_str(text);
    let mut open: Vec<Element> = vec![Element::default()];
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(broken)?;
        match event {
            Event::Start(start) => open.push(element(&namespace, &start)?),
            Event::Empty(start) => {
                let element = element(&namespace, &start)?;
                parent(&mut open)?.children.push(element);
            }
            Event::End(_) => {
                let closed = open.pop().ok_or_else(|| schema("it is no XML"))?;
                let text = closed.text.trim().to_owned();
                parent(&mut open)?.children.push(Element { text, ..closed });
            }
            Event::Text(text) => parent(&mut open)?.text.push_str(&text.xml10_content()),
            Event::CData(text) => parent(&mut open)?.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let named = resolve_predefined_entity(&reference).map(str::to_owned);
                let number = || reference.resolve_char_ref().ok().flatten().map(String::from);
                let text = named.or_else(number).ok_or_else(|| schema("an entity is unknown"))?;
                parent(&mut open)?.text.push_str(&text);
            }
            Event::DocType(_) => return Err(schema("a document type is not allowed")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
        if open.len() > DEEPEST {
            return Err(schema("it is nested too deeply"));
        }
    }
    let mut document = open.pop().filter(|_| open.is_empty()).unwrap_or_default();
    match document.children.len() {
        1 if document.text.trim().is_empty() => Ok(document.children.remove(0)),
        _ => Err(schema("it is no XML document")),
    }
}

fn parent(open: &mut [Element]) -> Result<&mut Element, Wrong> {
    open.last_mut().ok_or_else(|| schema("it is no XML"))
}

fn element(namespace: &ResolveResult<'_>, start: &BytesStart<'_>) -> Result<Element, Wrong> {
    let namespace = match namespace {
        ResolveResult::Bound(namespace) => namespace.into_inner().to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(_) => return Err(schema("a prefix is not declared")),
    };
    let mut element = Element {
        namespace,
        name: start.local_name().into_inner().to_owned(),
        ..Element::default()
    };
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| schema("an attribute is wrong"))?;
        if attribute.key.as_namespace_binding().is_none() {
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|_| schema("an attribute is wrong"))?;
            let name = attribute.key.local_name().into_inner().to_owned();
            element.attributes.push((name, value.into_owned()));
        }
    }
    Ok(element)
}
