//! Who is signed in: the administrator for Microsoft Graph, and the application for its mailbox.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::code;
use crate::execute::cloud::Endpoints;
use crate::execute::failure::{Class, Failure, words};
use crate::execute::pace::Pace;
use crate::execute::sign_in::error::SignInError;
use crate::execute::sign_in::token::{Audience, Token};
use crate::execute::sign_in::{self, Method, Outside, SignIn};
use crate::plan::op::{Op, Service};
use crate::plan::{Plan, Step};

code! {
    /// The sign-in service, or whoever was to sign in, said no. The finding has the service's own words, what they mean, and
    /// the ids that Microsoft's support asks for. Ways to sign in are chosen with `--sign-in`: `browser` where there is one,
    /// `device-code` where there is none, `client-secret` or `certificate` for a program, `azure-cli`, `managed-identity`.
    SIGN_IN_FAILED: Error = "sign-in-failed", "nobody is signed in as needed",
        source "https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes" seen "2026-11-23";
    /// The client secret of the mailbox's application is not accepted. Most often its ID was kept in the place of its value, or
    /// it has expired.
    APPLICATION_SIGN_IN: Error = "application-sign-in", "the mailbox's application cannot sign in",
        source "https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes" seen "2026-11-23";
    /// Whoever signed in is a guest in the tenant. Guests read neither its subscriptions nor its applications. Sign in with a
    /// member account.
    SIGN_IN_GUEST: Error = "sign-in-guest", "a guest is signed in";
}

/// The codes of this file.
pub const CODES: &[&crate::diagnostic::Code] =
    &[&SIGN_IN_FAILED, &APPLICATION_SIGN_IN, &SIGN_IN_GUEST];

/// How long a new application may be unknown to the sign-in service.
const PATIENCE: Duration = Duration::from_secs(120);

/// The application that opens a mailbox.
#[derive(Clone, Debug)]
pub struct Application {
    /// Its ID.
    pub id: String,
    /// The tenant's ID.
    pub tenant: String,
    /// Its client secret.
    pub secret: SecretString,
}

/// Everybody who is signed in.
pub struct Sessions {
    endpoints: Endpoints,
    outside: Outside,
    pace: Pace,
    administrator: SignIn,
    graph: Audience,
    application: RefCell<Option<(Application, std::rc::Rc<SignIn>)>>,
    recent: Cell<bool>,
    user: RefCell<Option<Token>>,
    /// The last token of the application.
    application_token: RefCell<Option<Token>>,
}

impl Sessions {
    /// Nobody is signed in yet; tokens of Graph will be asked for with the rights that the plan's steps need.
    pub fn new(
        plan: &Plan,
        endpoints: &Endpoints,
        who: sign_in::Application,
        method: Method,
        outside: Outside,
        pace: &Pace,
    ) -> Result<Self, Failure> {
        let administrator = SignIn::new(who, endpoints, method, outside.clone())
            .map_err(|error| failed(&SIGN_IN_FAILED, &error))?;
        Ok(Sessions {
            graph: Audience {
                resource: endpoints.graph_resource.clone(),
                scopes: scopes(&plan.steps),
            },
            endpoints: endpoints.clone(),
            outside,
            pace: pace.clone(),
            administrator,
            application: RefCell::default(),
            recent: Cell::new(false),
            user: RefCell::default(),
            application_token: RefCell::default(),
        })
    }

    /// A token for a service, from memory unless a fresh one is wanted.
    pub async fn token(&self, service: Service, fresh: bool) -> Result<Token, Failure> {
        match service {
            Service::Ews => self.token_of_application(fresh).await,
            Service::Graph | Service::Site => {
                let asked = async {
                    if fresh {
                        self.administrator.fresh_token(&self.graph).await
                    } else {
                        self.administrator.token(&self.graph).await
                    }
                };
                // Nobody may ever come to the browser.
                let token = tokio::select! {
                    token = asked => token,
                    () = self.pace.stopped() => return Err(crate::execute::graph::stopped()),
                };
                let token = token.map_err(|error| failed(&SIGN_IN_FAILED, &error))?;
                self.user.replace(Some(token.clone()));
                Ok(token)
            }
        }
    }

    /// Opens mailboxes as this application from now on. A recent one may not be known to the sign-in service yet.
    pub fn be(&self, application: Application, recent: bool) {
        self.recent.set(recent);
        let mut current = self.application.borrow_mut();
        let same = current.as_ref().is_some_and(|(it, _)| {
            it.id == application.id
                && it.tenant == application.tenant
                && it.secret.expose_secret() == application.secret.expose_secret()
        });
        if !same {
            let who = sign_in::Application {
                client_id: application.id.clone(),
                tenant: application.tenant.clone(),
            };
            let method = Method::ClientSecret(application.secret.clone());
            let sign_in = SignIn::new(who, &self.endpoints, method, self.outside.clone());
            *current = sign_in.ok().map(|it| (application, std::rc::Rc::new(it)));
        }
    }

    async fn token_of_application(&self, fresh: bool) -> Result<Token, Failure> {
        let sign_in = self.application.borrow().as_ref().map(|(_, it)| std::rc::Rc::clone(it));
        let Some(sign_in) = sign_in else {
            let error = SignInError::Tenant("the application's tenant".to_owned());
            return Err(failed(&APPLICATION_SIGN_IN, &error));
        };
        let resource = self.endpoints.exchange_resource.clone();
        let audience = Audience { resource, scopes: Vec::new() };
        let mut waited = Duration::ZERO;
        let mut pause = Duration::from_secs(2);
        loop {
            let token = if fresh || !waited.is_zero() {
                sign_in.fresh_token(&audience).await
            } else {
                sign_in.token(&audience).await
            };
            match token {
                Err(error)
                    if self.recent.get()
                        && error.may_be_replication()
                        && waited < PATIENCE
                        && !self.pace.is_stopping() =>
                {
                    self.pace.pause(pause).await;
                    waited += pause;
                    pause = (pause * 2).min(Duration::from_secs(30));
                }
                Ok(token) => {
                    self.application_token.replace(Some(token.clone()));
                    return Ok(token);
                }
                Err(error) => {
                    return Err(failed(&APPLICATION_SIGN_IN, &error).class(Class::Resumable));
                }
            }
        }
    }

    /// Every token that may have been sent, for whoever covers them in somebody else's words.
    pub(crate) fn sent(&self) -> Vec<SecretString> {
        let user = self.user.borrow();
        let application = self.application_token.borrow();
        user.iter().chain(application.iter()).map(|it| it.expose().to_owned().into()).collect()
    }

    /// The name of the user who is signed in; nothing for an application.
    #[must_use]
    pub fn user(&self) -> Option<String> {
        let token = self.user.borrow();
        let claims = token.as_ref()?.claims()?;
        claims.upn.clone().or_else(|| claims.preferred_username.clone())
    }

    /// Who is signed in, and in which tenant, as the token says.
    #[must_use]
    pub fn who(&self) -> Option<(String, String)> {
        let token = self.user.borrow();
        let claims = token.as_ref()?.claims()?;
        let user = claims.user().or(claims.appid.as_deref()).unwrap_or("somebody");
        Some((words(user), words(claims.tid.as_deref().unwrap_or_default())))
    }

    /// The rights that the administrator's token bears, in words.
    pub async fn rights(&self) -> String {
        let Ok(token) = self.token(Service::Graph, false).await else { return "none".to_owned() };
        let Some(claims) = token.claims() else { return "rights that it does not show".to_owned() };
        let all: Vec<&str> = claims.scp.iter().chain(&claims.roles).map(String::as_str).collect();
        if all.is_empty() { "none".to_owned() } else { words(&all.join(", ")) }
    }
}

/// The delegated rights that the steps need of Graph.
fn scopes(steps: &[Step]) -> Vec<String> {
    let graph = steps.iter().filter(|step| {
        step.ops.iter().any(|it| matches!(it, Op::Http(http) if http.service == Service::Graph))
    });
    let rights = graph.flat_map(|it| &it.rights).filter(|it| it.on == "Microsoft Graph");
    let mut scopes: Vec<String> = rights.map(|it| it.right.clone()).collect();
    scopes.push("User.Read".to_owned());
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

fn failed(code: &'static crate::diagnostic::Code, error: &SignInError) -> Failure {
    let mut failure = Failure::new(code, words(&error.to_string())).class(Class::SignIn);
    failure.help = error.help();
    failure
}
