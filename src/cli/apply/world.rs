//! The tenant, the directory, and the ways into them, as the command line names them.

use std::path::Path;

use url::Url;

use crate::cli::ui::{Ui, directory_domain, variable};
use crate::cli::{ExitStatus, Failure};
use crate::execute::cloud::{Endpoint, Endpoints, endpoint};
use crate::execute::directory::{Directory, Protection, Server, SignIn as DirectorySignIn};
use crate::execute::graph::Client;
use crate::execute::pace::Pace;
use crate::execute::session::Sessions;
use crate::execute::sign_in::{self, Method, Outside, Shown};
use crate::plan::Plan;

/// How the tenant and the directory are reached.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct WorldArgs {
    /// How the administrator signs in
    #[arg(long, value_enum, default_value_t, value_name = "WAY")]
    sign_in: Way,
    /// The application to sign in with [default: Microsoft Graph Command Line Tools; `AZURE_CLIENT_ID`]
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Another address for a service of the cloud: login, graph or exchange; may be repeated
    #[arg(long, value_name = "NAME=URL", value_parser = endpoint)]
    endpoint: Vec<(Endpoint, Url)>,
    /// A mailbox that must stay closed to the application [default: that of whoever signs in]
    #[arg(long, value_name = "ADDRESS")]
    pub(in crate::cli) other_mailbox: Option<String>,
    /// The domain controller, or the DNS name of the domain, that is asked about accounts [default: this server's domain]
    #[arg(long, value_name = "HOST|DOMAIN")]
    directory: Option<String>,
    /// Who asks it, where the current user cannot; the password is `MIMEO_DIRECTORY_PASSWORD`
    #[arg(long, value_name = "USER", requires = "directory")]
    directory_user: Option<String>,
}

/// The ways to sign in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
enum Way {
    /// With the browser of this machine.
    #[default]
    Browser,
    /// With a code on another device.
    DeviceCode,
    /// As an application, with `AZURE_CLIENT_SECRET`.
    ClientSecret,
    /// As an application, with the PEM file `AZURE_CLIENT_CERTIFICATE_PATH`.
    Certificate,
    /// As whoever is signed in to the Azure CLI.
    AzureCli,
    /// As the identity of this virtual machine.
    ManagedIdentity,
}

/// Microsoft Graph Command Line Tools, which every tenant has.
const COMMAND_LINE_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// The tenant and the ways into it.
pub(in crate::cli) struct Cloud {
    pub(in crate::cli) client: Client,
    pub(in crate::cli) sessions: Sessions,
}

impl Cloud {
    pub(in crate::cli) fn of(
        plan: &Plan,
        args: &WorldArgs,
        pace: &Pace,
        ui: &Ui,
    ) -> Result<Cloud, Failure> {
        let mut endpoints = endpoints_of(plan)?;
        for (endpoint, url) in &args.endpoint {
            endpoints.redirect(*endpoint, url);
        }
        let application = sign_in::Application {
            client_id: args
                .client_id
                .clone()
                .or_else(|| variable("AZURE_CLIENT_ID"))
                .unwrap_or_else(|| COMMAND_LINE_TOOLS.to_owned()),
            tenant: tenant_of(plan),
        };
        let method = args.method()?;
        let talk = ui.clone();
        let outside = Outside::new(std::rc::Rc::new(move |shown| show_sign_in(&talk, shown)));
        let sessions = Sessions::new(plan, &endpoints, application, method, outside, pace)
            .map_err(|it| sign_in_failure(&it))?;
        Ok(Cloud { client: Client::new(http(false)?, endpoints, pace.clone()), sessions })
    }
}

/// The failure that signing in cannot even begin.
pub(in crate::cli) fn sign_in_failure(failure: &crate::execute::failure::Failure) -> Failure {
    Failure {
        status: ExitStatus::SignIn,
        message: failure.message.clone(),
        hints: failure.help.clone(),
    }
}

/// The addresses of the cloud that a plan names.
pub(in crate::cli) fn endpoints_of(plan: &Plan) -> Result<Endpoints, Failure> {
    let environment = plan.text("cloud.environment").unwrap_or("global");
    Endpoints::of(environment).ok_or_else(|| {
        let message = format!(
            "the plan names a cloud that is not known: `{}`",
            crate::plan::visible(environment)
        );
        Failure::usage(message, "make the plan again with this version")
    })
}

/// The tenant that a plan names.
pub(in crate::cli) fn tenant_of(plan: &Plan) -> String {
    plan.text("cloud.tenant").unwrap_or("organizations").to_owned()
}

/// The client for everything that is spoken over HTTP. It follows no redirect: a token must not go elsewhere. A
/// direct one takes no proxy.
pub(in crate::cli) fn http(direct: bool) -> Result<reqwest::Client, Failure> {
    let builder = reqwest::Client::builder();
    let builder = if direct { builder.no_proxy() } else { builder };
    let client = builder
        .user_agent(concat!("mimeo/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(std::time::Duration::from_secs(10))
        .build();
    client.map_err(|error| {
        Failure::usage(
            format!("no secure connections can be made: {error}"),
            "check the certificates of this machine",
        )
    })
}

fn show_sign_in(ui: &Ui, shown: &Shown<'_>) {
    match shown {
        Shown::Browser { url } => {
            ui.talk(
                "sign in with the browser; if none opens, open this address on this machine:\n",
            );
            ui.talk(&format!("{url}\n"));
            // Where no browser opens, the address is there to be copied.
            open::that_detached(url.as_str()).unwrap_or_default();
        }
        Shown::DeviceCode { message, .. } => {
            ui.talk(&format!("{}\n", crate::plan::visible(message)));
        }
    }
}

impl WorldArgs {
    fn method(&self) -> Result<Method, Failure> {
        let given = |name: &str| {
            variable(name).ok_or_else(|| {
                Failure::usage(
                    format!("`{name}` is not set"),
                    "set it, or sign in another way with `--sign-in`",
                )
            })
        };
        Ok(match self.sign_in {
            Way::Browser => Method::Browser,
            Way::DeviceCode => Method::DeviceCode,
            Way::ClientSecret => Method::ClientSecret(given("AZURE_CLIENT_SECRET")?.into()),
            Way::Certificate => {
                let path = given("AZURE_CLIENT_CERTIFICATE_PATH")?;
                let pem = crate::source::files::Files::read(
                    &crate::source::files::Disk,
                    Path::new(&path),
                    1 << 20,
                );
                let pem = pem.map_err(|error| {
                    Failure::usage(
                        format!("{path} cannot be read: {error}"),
                        "name a PEM file with the certificate and its private key",
                    )
                })?;
                Method::Certificate(pem.into())
            }
            Way::AzureCli => Method::AzureCli,
            Way::ManagedIdentity => Method::ManagedIdentity,
        })
    }

    /// The directory that accounts are looked up in; none where none is named and this server is in no domain.
    pub(in crate::cli) fn directory(&self) -> Option<Directory> {
        let named = self.directory.clone().or_else(directory_domain)?;
        let sign_in = match &self.directory_user {
            Some(user) => DirectorySignIn::Password {
                user: user.clone(),
                password: variable("MIMEO_DIRECTORY_PASSWORD").unwrap_or_default().into(),
                protection: Protection::Tls,
            },
            None => DirectorySignIn::CurrentUser,
        };
        // A name with a first part like `dc01` and a domain is a host; the domain itself is found by its own name.
        let is_domain = directory_domain().is_some_and(|it| it.eq_ignore_ascii_case(&named));
        let server = if is_domain { Server::Domain(named) } else { Server::Host(named) };
        Some(Directory {
            server,
            port: None,
            sign_in,
            authorities: None,
            limit: std::time::Duration::from_secs(5),
        })
    }
}
