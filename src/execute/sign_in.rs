//! Signing in to Microsoft Entra ID: from a way of signing in to tokens for Microsoft Graph and Exchange Online.
//!
//! What it promises:
//!
//! - Secrets, tokens, assertions and codes are kept in memory only, stand in no message, and the tokens kept for later are
//!   wiped when they are dropped.
//! - A redirect is never followed, since a secret would go along.
//! - Nothing waits for ever: the browser has five minutes, a device code as long as it is valid, every request thirty
//!   seconds and five tries.
//! - The service's `error` decides what happens; its code only picks the advice.
//!
//! Source of the requests: Microsoft's pages on the OAuth 2.0 flows of the Microsoft identity platform, looked up
//! 2026-11-23.

pub mod advice;
mod assertion;
mod azure_cli;
mod browser;
mod device;
pub mod error;
mod managed_identity;
pub mod token;
mod transport;

use std::borrow::Cow;
use std::ffi::OsString;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use oauth2::basic::{
    BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    DeviceAuthorizationUrl, EmptyExtraTokenFields, EndpointNotSet, EndpointSet, PkceCodeChallenge,
    RedirectUrl, RefreshToken, Scope, StandardRevocableToken, StandardTokenResponse, TokenResponse,
    TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::Url;

use crate::execute::cloud::Endpoints;
use crate::execute::sign_in::error::{SignInError, Told, Way};
use crate::execute::sign_in::token::{Audience, Token};
use crate::execute::sign_in::transport::{Destination, Transport, understood};

/// A way of signing in, with what it takes.
#[derive(Clone, Debug)]
pub enum Method {
    /// A person, in the browser of this machine (authorization code with PKCE).
    Browser,
    /// A person, with a code on another device. Conditional Access often forbids it.
    DeviceCode,
    /// The application, with a client secret.
    ClientSecret(SecretString),
    /// The application, with a certificate: a PEM text with the private key (RSA, not encrypted) and the certificate.
    Certificate(SecretString),
    /// Whoever is signed in to the Azure CLI. The rights of its tokens are the CLI's.
    AzureCli,
    /// The identity of this virtual machine of Azure.
    ManagedIdentity,
}

impl Method {
    /// The way without what it holds.
    #[must_use]
    pub fn way(&self) -> Way {
        match self {
            Method::Browser => Way::Browser,
            Method::DeviceCode => Way::DeviceCode,
            Method::ClientSecret(_) => Way::ClientSecret,
            Method::Certificate(_) => Way::Certificate,
            Method::AzureCli => Way::AzureCli,
            Method::ManagedIdentity => Way::ManagedIdentity,
        }
    }

    /// Whether a person's rights are asked for, one by one.
    fn is_delegated(&self) -> bool {
        matches!(self, Method::Browser | Method::DeviceCode)
    }
}

/// The application that signs in, or that a person signs in with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Application {
    /// Its ID (`appId`). The Azure CLI and managed identities have their own.
    pub client_id: String,
    /// The tenant's ID or a verified domain.
    pub tenant: String,
}

/// What a person has to see to sign in.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// A page that has to be opened in a browser of this machine.
    Browser {
        /// Its address.
        url: &'a Url,
    },
    /// A code that has to be typed on another device.
    DeviceCode {
        /// Microsoft's sentence, which names both.
        message: &'a str,
        /// The page on which it is typed.
        url: &'a str,
        /// The code.
        code: &'a str,
        /// How long it is valid.
        valid: Duration,
    },
}

/// Shows a person what has to be done, and opens the browser where it can. It does not wait.
pub type Prompt = Rc<dyn Fn(&Shown<'_>)>;

/// Lets time pass.
pub type Pause = Rc<dyn Fn(Duration) -> Pin<Box<dyn Future<Output = ()>>>>;

/// What signing in meets outside of the sign-in service, and for how long it waits.
#[derive(Clone)]
pub struct Outside {
    /// Shows a person what has to be done.
    pub prompt: Prompt,
    /// Waits between two tries.
    pub pause: Pause,
    /// How long the browser's answer is waited for.
    pub browser: Duration,
    /// How long one request may take.
    pub request: Duration,
    /// How long the Azure CLI may take.
    pub azure_cli: Duration,
    /// The program of the Azure CLI, found by the path.
    pub azure_cli_program: OsString,
    /// The origin of the service of managed identities.
    pub managed_identity: String,
}

impl Outside {
    /// The real one.
    #[must_use]
    pub fn new(prompt: Prompt) -> Self {
        Outside {
            prompt,
            pause: Rc::new(|pause| Box::pin(tokio::time::sleep(pause))),
            browser: Duration::from_secs(5 * 60),
            request: Duration::from_secs(30),
            azure_cli: Duration::from_secs(60),
            azure_cli_program: azure_cli::PROGRAM.into(),
            managed_identity: managed_identity::SERVICE.to_owned(),
        }
    }
}

/// The client of the crate oauth2, with the endpoints that are set.
type Client = oauth2::Client<
    Told,
    Reply,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// An answer with a token.
type Reply = StandardTokenResponse<EmptyExtraTokenFields, BasicTokenType>;

/// Signs in and hands out tokens.
///
/// Tokens are kept until shortly before they expire. A person signs in once: for a second resource the refresh token is
/// used, and only when it is not accepted is the person asked again.
pub struct SignIn {
    application: Application,
    method: Method,
    outside: Outside,
    client: Client,
    host: String,
    service: Transport,
    here: Transport,
    session: Mutex<Session>,
}

/// What is kept between two tokens.
#[derive(Default)]
struct Session {
    kept: Vec<Kept>,
    refresh: Option<SecretString>,
}

/// A token that is good until a moment.
struct Kept {
    audience: Audience,
    token: Token,
    until: Instant,
}

/// What signing in brought.
struct Grant {
    token: Token,
    lasts: Option<Duration>,
    refresh: Option<SecretString>,
}

impl SignIn {
    /// Prepares signing in; nothing is sent yet.
    pub fn new(
        application: Application,
        endpoints: &Endpoints,
        method: Method,
        outside: Outside,
    ) -> Result<Self, SignInError> {
        let tenant = &application.tenant;
        // The name goes into an address and onto a command line, where it must not mean anything else.
        let plain = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.');
        if !tenant.chars().all(plain) || !tenant.starts_with(|it: char| it.is_ascii_alphanumeric())
        {
            return Err(SignInError::Tenant(tenant.clone()));
        }
        let authority = || SignInError::Authority(endpoints.login.clone());
        let login = Url::parse(&endpoints.login).map_err(|_| authority())?;
        let host = login.host_str().ok_or_else(authority)?.to_owned();
        let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]");
        if login.scheme() != "https" && !local {
            return Err(authority());
        }
        let url = |name: &str| format!("{}/{tenant}/oauth2/v2.0/{name}", endpoints.login);
        let client = oauth2::Client::new(ClientId::new(application.client_id.clone()))
            .set_auth_type(AuthType::RequestBody)
            .set_auth_uri(AuthUrl::new(url("authorize")).map_err(|_| authority())?)
            .set_device_authorization_url(
                DeviceAuthorizationUrl::new(url("devicecode")).map_err(|_| authority())?,
            )
            .set_token_uri(TokenUrl::new(url("token")).map_err(|_| authority())?);
        let transport = |destination, direct| {
            Transport::new(destination, direct, outside.request, Rc::clone(&outside.pause))
        };
        let service = transport(Destination::Service, local)?;
        let here = transport(Destination::Here, true)?;
        let session = Mutex::default();
        Ok(SignIn { application, method, outside, client, host, service, here, session })
    }

    /// A token, perhaps one that was handed out before.
    pub async fn token(&self, audience: &Audience) -> Result<Token, SignInError> {
        let mut session = self.session.lock().await;
        let now = Instant::now();
        let kept = session.kept.iter().find(|it| it.until > now && self.serves(it, audience));
        match kept {
            Some(kept) => Ok(kept.token.clone()),
            None => self.obtain(&mut session, audience).await,
        }
    }

    /// A token that was not handed out before: for rights that were granted a moment ago, or after a 401.
    ///
    /// The Azure CLI and the service of managed identities keep tokens themselves, so that theirs may be the last one.
    pub async fn fresh_token(&self, audience: &Audience) -> Result<Token, SignInError> {
        let mut session = self.session.lock().await;
        self.obtain(&mut session, audience).await
    }

    /// Whether a kept token can be used. Only a person's rights are asked for one by one.
    fn serves(&self, kept: &Kept, audience: &Audience) -> bool {
        if self.method.is_delegated() {
            kept.audience.covers(audience)
        } else {
            kept.audience.resource == audience.resource
        }
    }

    /// Gets a token and keeps it.
    async fn obtain(
        &self,
        session: &mut Session,
        audience: &Audience,
    ) -> Result<Token, SignInError> {
        let grant = match &self.method {
            Method::Browser | Method::DeviceCode => self.person(session, audience).await?,
            Method::ClientSecret(secret) => self.with_secret(secret, audience).await?,
            Method::Certificate(pem) => self.with_certificate(pem, audience).await?,
            Method::AzureCli => {
                let program = &self.outside.azure_cli_program;
                let (tenant, limit) = (&self.application.tenant, self.outside.azure_cli);
                azure_cli::ask(program, &audience.resource, tenant, limit).await?
            }
            Method::ManagedIdentity => {
                let service = &self.outside.managed_identity;
                managed_identity::ask(&self.here, service, &audience.resource).await?
            }
        };
        session.kept.retain(|it| !self.serves(it, audience) && !audience.covers(&it.audience));
        if let Some(lasts) = grant.lasts {
            let until = Instant::now() + usable(lasts);
            session.kept.push(Kept {
                audience: audience.clone(),
                token: grant.token.clone(),
                until,
            });
        }
        if grant.refresh.is_some() {
            session.refresh = grant.refresh;
        }
        Ok(grant.token)
    }

    /// A person's token: by the refresh token if there is one, else by asking the person.
    async fn person(
        &self,
        session: &mut Session,
        audience: &Audience,
    ) -> Result<Grant, SignInError> {
        let mut scopes: Vec<_> = audience.delegated().into_iter().map(Scope::new).collect();
        // Without it there is no refresh token.
        scopes.push(Scope::new("offline_access".to_owned()));
        if let Some(refresh) = &session.refresh {
            match self.refresh(refresh, scopes.clone()).await {
                Err(SignInError::Refused(refusal)) if takes_a_person(&refusal.error) => {
                    session.refresh = None;
                }
                outcome => return outcome,
            }
        }
        if matches!(self.method, Method::DeviceCode) {
            device::ask(self, scopes).await
        } else {
            self.with_browser(scopes).await
        }
    }

    /// Redeems the refresh token.
    async fn refresh(
        &self,
        refresh: &SecretString,
        scopes: Vec<Scope>,
    ) -> Result<Grant, SignInError> {
        let http = |request| self.service.send(request);
        let token = RefreshToken::new(refresh.expose_secret().to_owned());
        let request = self.client.exchange_refresh_token(&token).add_scopes(scopes);
        let reply = request.request_async(&http).await;
        self.understood(reply, &[refresh.expose_secret()])
    }

    /// Sends the person to the sign-in page and redeems the code that the browser brings back.
    async fn with_browser(&self, scopes: Vec<Scope>) -> Result<Grant, SignInError> {
        let listener = browser::Listener::open().await?;
        let redirect = RedirectUrl::new(listener.redirect()).expect("a port makes a URL");
        let redirect: Cow<'_, RedirectUrl> = Cow::Owned(redirect);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = self
            .client
            .authorize_url(CsrfToken::new_random)
            .set_redirect_uri(redirect.clone())
            .add_scopes(scopes)
            .set_pkce_challenge(challenge)
            .add_extra_param("response_mode", "query")
            .add_extra_param("prompt", "select_account")
            .url();
        (self.outside.prompt)(&Shown::Browser { url: &url });
        let code = listener.code(state.secret(), self.outside.browser).await?;
        let http = |request| self.service.send(request);
        let secrets = [code.expose_secret().to_owned(), verifier.secret().to_owned()];
        let reply = self
            .client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_redirect_uri(redirect)
            .set_pkce_verifier(verifier)
            .request_async(&http)
            .await;
        self.understood(reply, &secrets.each_ref().map(String::as_str))
    }

    /// The application's token, by its secret.
    async fn with_secret(
        &self,
        secret: &SecretString,
        audience: &Audience,
    ) -> Result<Grant, SignInError> {
        let http = |request| self.service.send(request);
        let secret = secret.expose_secret();
        let client = self.client.clone().set_client_secret(ClientSecret::new(secret.to_owned()));
        let request =
            client.exchange_client_credentials().add_scope(Scope::new(audience.application()));
        self.understood(request.request_async(&http).await, &[secret])
    }

    /// The application's token, by its certificate.
    async fn with_certificate(
        &self,
        pem: &SecretString,
        audience: &Audience,
    ) -> Result<Grant, SignInError> {
        let http = |request| self.service.send(request);
        let endpoint = self.client.token_uri().as_str();
        let assertion = assertion::sign(pem, &self.application.client_id, endpoint)?;
        let assertion = assertion.expose_secret();
        let request = self
            .client
            .exchange_client_credentials()
            .add_scope(Scope::new(audience.application()))
            .add_extra_param(
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )
            .add_extra_param("client_assertion", assertion);
        self.understood(request.request_async(&http).await, &[assertion])
    }

    /// What the service answered. `secrets` are what the request held.
    fn understood(
        &self,
        reply: Result<Reply, oauth2::RequestTokenError<SignInError, Told>>,
        secrets: &[&str],
    ) -> Result<Grant, SignInError> {
        let reply = understood(reply, &self.host, self.method.way(), secrets)?;
        self.grant(&reply)
    }

    /// Takes the tokens out of an answer.
    fn grant(&self, reply: &Reply) -> Result<Grant, SignInError> {
        let token = Token::new(reply.access_token().secret().clone());
        let token = token.ok_or_else(|| SignInError::Answer {
            host: self.host.clone(),
            status: 200,
            what: "something that is no token".to_owned(),
        })?;
        let refresh = reply.refresh_token().map(|it| it.secret().clone().into());
        Ok(Grant { token, lasts: reply.expires_in(), refresh })
    }
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn")
            .field("application", &self.application)
            .field("way", &self.method.way())
            .finish_non_exhaustive()
    }
}

/// Whether a refusal means that a person has to sign in, or to consent, once more.
fn takes_a_person(error: &str) -> bool {
    matches!(
        error,
        "invalid_grant" | "interaction_required" | "consent_required" | "login_required"
    )
}

/// How long a token is handed out: not in the last five minutes, of a short-lived one not in the second half.
fn usable(lasts: Duration) -> Duration {
    // Nobody's token lasts longer than a day; a longer time would not fit into every clock.
    let lasts = lasts.min(Duration::from_secs(24 * 60 * 60));
    lasts
        .saturating_sub(Duration::from_secs(5 * 60))
        .max((lasts / 2).min(Duration::from_secs(5 * 60)))
}
