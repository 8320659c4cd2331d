//! References in a plan, filled in with what is known: each for the place in which it stands.

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value as Json;

use crate::execute::event::Event;
use crate::execute::failure::Failure;
use crate::execute::graph::{Request, Sent};
use crate::execute::machine::{Known, Machine};
use crate::execute::person::Person;
use crate::execute::run::operations::{literal_text, slot_unknown};
use crate::execute::run::{Run, SECRET_UNREADABLE};
use crate::execute::template::{self, Piece};
use crate::plan::op::{Body, Http, Judge, Method, Op, Service, Value};

/// How long something that was written may not show.
const RECENT: Duration = Duration::from_secs(300);
/// The slot of a mailbox that must stay closed to the application.
const OTHER_MAILBOX: &str = "person.mailbox";

impl<M: Machine, P: Person> Run<'_, M, P> {
    /// Whether everything is known that a request needs.
    pub(super) fn is_ready(&self, op: &Op) -> bool {
        let Op::Http(http) = op else { return true };
        let other = http.judge == Some(Judge::EwsRefused) && self.other_mailbox().is_none();
        let application = http.service != Service::Ews || self.application().is_ok();
        other || (application && self.request(http).is_ok())
    }

    pub(super) async fn send(&self, step: &str, request: &Request) -> Result<Sent, Failure> {
        if request.service == Service::Graph {
            Box::pin(self.sign_in(step)).await?;
        }
        let mut waiting = |why: &str, seconds: u32| {
            let (step, why) = (step.to_owned(), why.to_owned());
            self.tell(Event::Waiting { step, question: None, why, seconds });
        };
        self.tools.client.send(request, self.tools.sessions, &mut waiting).await
    }

    /// A request with its references filled in: each for the place in which it stands.
    pub(super) fn request(&self, http: &Http) -> Result<Request, Failure> {
        let path = self.fill(&http.path, encoded)?;
        let mut headers = Vec::new();
        for (name, value) in &http.headers {
            if name != "Content-Type" {
                headers.push((name.clone(), self.fill(value, str::to_owned)?));
            }
        }
        let body = match &http.body {
            Some(Body::Json(json)) => {
                let filled = self.filled(json)?.to_string();
                Some(("application/json", SecretString::from(filled)))
            }
            Some(Body::Xml(xml)) => {
                let filled = self.fill(xml, |it| quick_xml::escape::escape(it).into_owned())?;
                Some(("text/xml; charset=utf-8", SecretString::from(filled)))
            }
            None => None,
        };
        Ok(Request {
            service: http.service,
            method: http.method,
            path,
            headers,
            body,
            expect: http.expect.clone(),
            // An upsert and a request for a folder change nothing the second time.
            repeatable: http.method != Method::Post || http.service == Service::Ews,
            // What is taken away is not waited for.
            recent: self.is_recent()
                && http.method != Method::Delete
                && !http.path.ends_with("/removePassword"),
        })
    }

    /// Whether something was written so lately that it may not show yet.
    pub(super) fn is_recent(&self) -> bool {
        self.written.get().is_some_and(|it| it.elapsed() < RECENT)
    }

    pub(super) fn filled(&self, json: &Json) -> Result<Json, Failure> {
        Ok(match json {
            Json::String(text) => Json::String(self.fill(text, str::to_owned)?),
            Json::Array(items) => {
                Json::Array(items.iter().map(|it| self.filled(it)).collect::<Result<_, _>>()?)
            }
            Json::Object(entries) => Json::Object(
                entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.filled(value)?)))
                    .collect::<Result<_, Failure>>()?,
            ),
            Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
        })
    }

    pub(super) fn fill(
        &self,
        text: &str,
        escape: impl Fn(&str) -> String,
    ) -> Result<String, Failure> {
        template::fill(text, |piece| match piece {
            Piece::Text(text) => Ok((*text).to_owned()),
            Piece::Slot(slot) => Ok(escape(self.slot(slot)?.expose())),
            Piece::Secret(name) => Ok(escape(self.secret(name)?.expose_secret())),
        })
    }

    pub(super) fn slot(&self, slot: &str) -> Result<Known, Failure> {
        if slot == OTHER_MAILBOX {
            return self.other_mailbox().map(Known::Text).ok_or_else(|| slot_unknown(slot));
        }
        self.slots.borrow().get(slot).cloned().ok_or_else(|| slot_unknown(slot))
    }

    pub(super) fn secret(&self, name: &str) -> Result<SecretString, Failure> {
        self.tools
            .secrets
            .read(name)
            .map_err(|error| Failure::new(&SECRET_UNREADABLE, error.to_string()).help(error.help()))
    }

    /// A value with nothing left to be looked up.
    pub(super) fn known(&self, value: &Value) -> Result<Known, Failure> {
        match value {
            Value::Value(literal) => Ok(Known::Text(literal_text(literal))),
            Value::Secret(name) => self.secret(name).map(Known::Secret),
            Value::Slot(slot) => self.slot(slot),
        }
    }

    /// A value of the plan, where it is one that can be shown.
    pub(super) fn setting(&self, name: &str) -> Option<String> {
        match &self.plan.setting(name)?.value {
            Value::Value(literal) => Some(literal_text(literal)),
            Value::Secret(_) | Value::Slot(_) => None,
        }
    }
}

/// A text within a path (RFC 3986).
pub(super) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
