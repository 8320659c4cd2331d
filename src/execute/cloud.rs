//! The addresses of Microsoft's clouds: one table, each entry of which can be overridden.
//!
//! Sources: Microsoft's "Microsoft Graph deployments", "Microsoft Entra authentication & national clouds" (January 2025) and
//! "Connect-ExchangeOnline", looked up 2026-11-23. For the clouds in China and of the DoD Microsoft's pages name two hosts
//! each; the table has the one of the page above.

use url::Url;

/// The addresses that a plan's requests go to. None ends with `/`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Endpoints {
    /// The authority of Microsoft Entra ID: `https://login.microsoftonline.com`.
    pub login: String,
    /// The origin of Microsoft Graph: `https://graph.microsoft.com`.
    pub graph: String,
    /// The origin that requests to Exchange Online go to: `https://outlook.office365.com`.
    pub exchange: String,
    /// The resource for which tokens of Graph are asked; stays when `graph` is overridden.
    pub graph_resource: String,
    /// The resource for which tokens of Exchange Online are asked; stays when `exchange` is overridden.
    pub exchange_resource: String,
}

/// A name of an endpoint that can be overridden.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Endpoint {
    /// [`Endpoints::login`].
    Login,
    /// [`Endpoints::graph`].
    Graph,
    /// [`Endpoints::exchange`].
    Exchange,
}

impl Endpoints {
    /// The endpoints of a cloud by the plan's value `cloud.environment`; nothing for a cloud that is not known.
    #[must_use]
    pub fn of(environment: &str) -> Option<Self> {
        let (login, graph, exchange) = match environment {
            "global" => {
                ("login.microsoftonline.com", "graph.microsoft.com", "outlook.office365.com")
            }
            "us_government_gcc_high" => {
                ("login.microsoftonline.us", "graph.microsoft.us", "outlook.office365.us")
            }
            "us_government_dod" => {
                ("login.microsoftonline.us", "dod-graph.microsoft.us", "outlook-dod.office365.us")
            }
            "china" => (
                "login.partner.microsoftonline.cn",
                "microsoftgraph.chinacloudapi.cn",
                "partner.outlook.cn",
            ),
            _ => return None,
        };
        let https = |host: &str| format!("https://{host}");
        Some(Endpoints {
            login: https(login),
            graph: https(graph),
            exchange: https(exchange),
            graph_resource: https(graph),
            exchange_resource: https(exchange),
        })
    }

    /// Sends what goes to one endpoint elsewhere. Tokens are still asked for Microsoft's resource.
    pub fn redirect(&mut self, endpoint: Endpoint, url: &Url) {
        let url = url.as_str().trim_end_matches('/').to_owned();
        match endpoint {
            Endpoint::Login => self.login = url,
            Endpoint::Graph => self.graph = url,
            Endpoint::Exchange => self.exchange = url,
        }
    }
}

/// Reads `NAME=URL`. A URL without TLS is taken only for this machine itself: a token goes there.
pub fn endpoint(text: &str) -> Result<(Endpoint, Url), String> {
    let (name, url) = text.split_once('=').ok_or("write it as NAME=URL")?;
    let endpoint = match name {
        "login" => Endpoint::Login,
        "graph" => Endpoint::Graph,
        "exchange" => Endpoint::Exchange,
        _ => return Err("the endpoints are `login`, `graph` and `exchange`".to_owned()),
    };
    let url = Url::parse(url).map_err(|it| format!("no URL: {it}"))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err("write a URL without `?` and `#`".to_owned());
    }
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok((endpoint, url)),
        "http" if here => Ok((endpoint, url)),
        _ => Err("write a URL that begins with https://".to_owned()),
    }
}
