//! Questions, asked of whoever knows: the tenant, the server, or the keeper of secrets; and what a crash left in the tenant.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::execute::event::Event;
use crate::execute::failure::{Class, Failure, words};
use crate::execute::graph::{self, Reply, Request, Sent};
use crate::execute::judge;
use crate::execute::machine::{Answer, Machine};
use crate::execute::person::Person;
use crate::execute::run::filling::encoded;
use crate::execute::run::operations::password;
use crate::execute::run::{Run, SECRET_STALE, Went};
use crate::execute::session::SIGN_IN_GUEST;
use crate::plan::Step;
use crate::plan::op::{Body, Http, Method, Op, Question, Service};

/// How often the removal of a client secret is tried when its connection breaks.
const CLEAR_TRIES: u32 = 3;

impl<M: Machine, P: Person> Run<'_, M, P> {
    /// Answers a question. Unknown is an answer; a failure is a cloud that cannot be asked at all.
    pub(super) async fn answer(&self, step: &str, question: &Question) -> Result<Answer, Failure> {
        let id = |slot: &str| self.slot(slot).map(|it| encoded(it.expose()));
        match question {
            Question::Application { unique_name } => {
                let name = encoded(&unique_name.replace('\'', "''"));
                let path = format!("/v1.0/applications(uniqueName='{name}')?$select=id,appId");
                self.is_there(step, path).await
            }
            Question::ServicePrincipal { application } => {
                let path =
                    format!("/v1.0/servicePrincipals(appId='{}')?$select=id", id(application)?);
                self.is_there(step, path).await
            }
            Question::MailboxRole { service_principal } => {
                let id = id(service_principal)?;
                let path = format!(
                    "/v1.0/servicePrincipals/{id}/appRoleAssignments?$select=id,appRoleId,resourceId"
                );
                let reply = self.read(step, path).await?;
                let has = reply.status == 200 && judge::has_full_access(&reply.json());
                Ok(if has {
                    Answer::Yes("it is granted already".to_owned())
                } else {
                    Answer::No(String::new())
                })
            }
            Question::Secret { name } => Ok(match self.tools.secrets.is_there(name) {
                Answer::Yes(place) => Answer::Yes(format!("the secret is in {place} already")),
                other @ (Answer::No(_) | Answer::Unknown(_)) => other,
            }),
            Question::Installed { .. }
            | Question::Registry(_)
            | Question::Folder { .. }
            | Question::Answers { .. }
            | Question::RuleEnabled { .. }
            | Question::Resolves { .. }
            | Question::Reachable { .. }
            | Question::MailServer { .. }
            | Question::SqlServer { .. }
            | Question::Database { .. }
            | Question::Package { .. }
            | Question::PendingReboot
            | Question::RestartedSince { .. }
            | Question::InstallerBusy
            | Question::Account { .. }
            | Question::ManagedAccount { .. }
            | Question::ServicePrincipalName { .. }
            | Question::ServiceRuns { .. }
            | Question::WindowsFeature { .. } => Ok(self.tools.machine.answer(question).await),
        }
    }

    /// Signs in once in a run, and looks who it is. A guest sees neither subscriptions nor applications.
    pub(super) async fn sign_in(&self, step: &str) -> Result<(), Failure> {
        if self.signed_in.replace(true) {
            return Ok(());
        }
        let signed = self.tools.sessions.token(Service::Graph, false).await;
        if let Err(failure) = signed {
            self.signed_in.set(false);
            return Err(failure);
        }
        if let Some((user, tenant)) = self.tools.sessions.who() {
            self.tell(Event::SignedIn { user, tenant });
        }
        let Some(user) = self.tools.sessions.user() else { return Ok(()) };
        let reply =
            self.read(step, "/v1.0/me?$select=userType,userPrincipalName".to_owned()).await?;
        if reply.json().get("userType").and_then(Json::as_str) != Some("Guest") {
            return Ok(());
        }
        self.signed_in.set(false);
        Err(Failure::new(&SIGN_IN_GUEST, format!("`{}` is a guest in the tenant", words(&user)))
            .help("sign in with a member account of the tenant, then go on with `mimeo resume`")
            .class(Class::SignIn))
    }

    async fn is_there(&self, step: &str, path: String) -> Result<Answer, Failure> {
        let reply = self.read(step, path).await?;
        Ok(match reply.status {
            200 => Answer::Yes(String::new()),
            404 => Answer::No(String::new()),
            status => Answer::Unknown(format!("Microsoft Graph answers with {status}")),
        })
    }

    /// Reads from Graph, whatever the answer; that something is not there is one.
    async fn read(&self, step: &str, path: String) -> Result<Reply, Failure> {
        let request = Request {
            service: Service::Graph,
            method: Method::Get,
            path,
            headers: Vec::new(),
            body: None,
            expect: vec![200, 404],
            repeatable: true,
            recent: false,
        };
        match self.send(step, &request).await? {
            Sent::Reply(reply) => Ok(reply),
            Sent::Uncertain(failure) => Err(failure),
        }
    }

    /// What a step makes known that was done before its end was written: the key of the client secret that is kept.
    pub(super) async fn recover(
        &self,
        step: &Step,
        tried: bool,
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut gave = BTreeMap::new();
        if tried
            && let Some((http, credentials)) = self.credentials(step).await?
            && let [only] = credentials.as_slice()
        {
            for slot in http.take.iter().filter(|(_, pointer)| *pointer == "/keyId").map(|it| it.0)
            {
                gave.insert(slot.clone(), only.clone());
            }
        }
        Ok(gave)
    }

    /// What the reads of a step make known, as far as they can: for a step that a person says has happened.
    pub(super) async fn seen_of(&self, step: &Step) -> BTreeMap<String, String> {
        let mut went = Went::default();
        for op in &step.ops {
            if let Op::Http(http) = op
                && http.method == Method::Get
                && http.judge.is_none()
            {
                // What cannot be read stays unknown, and is told where it is needed.
                self.graph(step, http, &mut went).await.unwrap_or_default();
            }
        }
        went.gave
    }

    /// Refuses a client secret that is kept already while the application has none: it is of another application, and would
    /// be refused by Exchange much later.
    pub(super) async fn is_ours(&self, step: &Step) -> Result<(), Failure> {
        let Some((http, _)) = self.credentials(step).await? else { return Ok(()) };
        let path =
            self.request(http)?.path.replace("/addPassword", "?$select=id,passwordCredentials");
        let json = self.read(&step.id, path).await?.json();
        let all = json.get("passwordCredentials").and_then(Json::as_array);
        if all.is_none_or(|it| !it.is_empty()) {
            return Ok(());
        }
        let message =
            "a client secret is kept already, and the application has none: it is of another";
        Err(Failure::new(&SECRET_STALE, message)
            .help("move it away from where the values file says, then go on with `mimeo resume`"))
    }

    /// Takes client secrets away that an earlier try of this step made and whose values nobody has: they are in no other
    /// answer than the one that was lost.
    pub(super) async fn clear(&self, step: &Step) -> Result<(), Failure> {
        let mut broken = None;
        for _ in 0..CLEAR_TRIES {
            let Some((http, credentials)) = self.credentials(step).await? else { return Ok(()) };
            if credentials.is_empty() {
                return Ok(());
            }
            for key in credentials {
                let remove = Http {
                    path: http.path.replace("/addPassword", "/removePassword"),
                    body: Some(Body::Json(serde_json::json!({ "keyId": key }))),
                    expect: vec![204],
                    ..http.clone()
                };
                let request = self.request(&remove)?;
                match self.send(&step.id, &request).await? {
                    Sent::Reply(reply) if reply.status == 204 || reply.status == 404 => {}
                    Sent::Reply(_) if self.is_removed(step, &remove).await? => {}
                    Sent::Reply(reply) => return Err(graph::refused(&request, &reply)),
                    // Whether it is gone is looked up before it is sent again.
                    Sent::Uncertain(failure) => broken = Some(failure),
                }
            }
            if broken.is_none() {
                return Ok(());
            }
        }
        broken.map_or(Ok(()), Err)
    }

    /// Whether a client secret that was to be removed is not there any more. Graph refuses to remove it twice, with an error
    /// that it has for other things too.
    pub(super) async fn is_removed(&self, step: &Step, http: &Http) -> Result<bool, Failure> {
        let request = self.request(http)?;
        let Some(path) = request.path.strip_suffix("/removePassword") else { return Ok(false) };
        let Some(Body::Json(body)) = &http.body else { return Ok(false) };
        let wanted = self.filled(body)?;
        let reply = self.read(&step.id, format!("{path}?$select=id,passwordCredentials")).await?;
        let json = reply.json();
        let Some(all) = json.get("passwordCredentials").and_then(Json::as_array) else {
            return Ok(reply.status == 404);
        };
        Ok(!all.iter().any(|it| it.get("keyId") == wanted.get("keyId")))
    }

    /// Whether a step adds a client secret to an application that is known.
    pub(super) fn request_of_secret(&self, step: &Step) -> bool {
        let adds = |op: &Op| matches!(op, Op::Http(http) if password(op).is_some() && self.request(http).is_ok());
        step.ops.iter().any(adds)
    }

    /// Whether the tenant has a client secret that an earlier try of this step added.
    pub(super) async fn has_credential(&self, step: &Step) -> Result<bool, Failure> {
        Ok(self.credentials(step).await?.is_some_and(|(_, keys)| !keys.is_empty()))
    }

    /// The request of a step that adds a client secret, and the keys of those that it has added.
    async fn credentials<'s>(
        &self,
        step: &'s Step,
    ) -> Result<Option<(&'s Http, Vec<String>)>, Failure> {
        let adds = |op: &'s Op| match (op, password(op)) {
            (Op::Http(http), Some(wanted)) => Some((http, wanted)),
            _ => None,
        };
        let Some((http, wanted)) = step.ops.iter().find_map(adds) else { return Ok(None) };
        let path =
            self.request(http)?.path.replace("/addPassword", "?$select=id,passwordCredentials");
        let reply = self.read(&step.id, path).await?;
        let json = reply.json();
        let all = json.get("passwordCredentials").and_then(Json::as_array).into_iter().flatten();
        let same = all.filter(|it| {
            it.get("displayName") == wanted.get("displayName")
                && same_moment(it.get("endDateTime"), wanted.get("endDateTime"))
        });
        let keys = same.filter_map(|it| Some(it.get("keyId")?.as_str()?.to_owned()));
        Ok(Some((http, keys.collect())))
    }
}

/// Whether two times are the same, however they are written.
fn same_moment(one: Option<&Json>, other: Option<&Json>) -> bool {
    let moment = |it: Option<&Json>| it?.as_str()?.parse::<jiff::Timestamp>().ok();
    matches!((moment(one), moment(other)), (Some(one), Some(other)) if one == other)
}
