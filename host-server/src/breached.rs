//! Asks a range service whether a password became known by a break-in elsewhere. It is told a part of a digest alone, and
//! where it does not answer as it should the password is taken: nobody is kept out because others are down.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use countersign_core::password::{BreachQuery, PreparedPassword};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use warp::http::{Request, StatusCode};

/// How long the service has to answer. A person at a form waits for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Bytes of an answer at most. One of the public service has about 40 kB.
const ANSWER_LEN_MAX: usize = 1 << 20;

/// A range service.
#[derive(Debug, Clone)]
pub struct BreachedPasswords {
    way: Way,
    /// Ends with a slash: the prefix comes after it.
    url: String,
}

/// How the service is reached.
#[derive(Debug, Clone)]
enum Way {
    Encrypted(Client<HttpsConnector<HttpConnector>, Empty<Bytes>>),
    /// On this machine, where nothing is encrypted and nobody's certificate is wanted.
    Plain(Client<HttpConnector, Empty<Bytes>>),
}

/// Why nothing is known of a password.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("it took longer than {} s", PATIENCE.as_secs())]
    Late(#[from] tokio::time::error::Elapsed),
    #[error("the request cannot be written")]
    Request(#[from] warp::http::Error),
    #[error("it cannot be reached")]
    Connection(#[from] hyper_util::client::legacy::Error),
    #[error("it answered {0}")]
    Status(StatusCode),
    #[error("its answer broke off or was too long")]
    Body,
    #[error("its answer is no range of digests")]
    NotARange,
}

impl BreachedPasswords {
    /// The service at this address, which ends with a slash. Nothing is asked of it yet.
    ///
    /// # Errors
    /// Where the system names no certificates to trust.
    pub fn at(url: String) -> io::Result<Self> {
        let client = Client::builder(TokioExecutor::new());
        let way = if url.starts_with("http://") {
            Way::Plain(client.build_http())
        } else {
            let connector = HttpsConnectorBuilder::new().with_native_roots()?.https_only().enable_http1();
            Way::Encrypted(client.build(connector.build()))
        };
        Ok(Self { way, url })
    }

    /// Whether the service lists the password; false where it does not answer, which the log then tells.
    pub async fn lists(&self, password: &PreparedPassword) -> bool {
        let query = BreachQuery::of(password);
        let asked = tokio::time::timeout(PATIENCE, self.ask(&query)).await;
        asked.map_err(Unanswered::from).flatten().unwrap_or_else(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(%error, cause, "BREACHED_PASSWORDS_URL: a password was taken without being looked up");
            false
        })
    }

    async fn ask(&self, query: &BreachQuery) -> Result<bool, Unanswered> {
        let request = Request::get(format!("{}{}", self.url, query.prefix()))
            .header("user-agent", concat!("countersign/", env!("CARGO_PKG_VERSION")))
            // Entries that count for nothing are mixed in, so that the length of the answer does not tell the prefix.
            .header("add-padding", "true")
            .body(Empty::new())?;
        let answer = match &self.way {
            Way::Encrypted(client) => client.request(request).await?,
            Way::Plain(client) => client.request(request).await?,
        };
        if answer.status() != StatusCode::OK {
            return Err(Unanswered::Status(answer.status()));
        }
        let body = Limited::new(answer.into_body(), ANSWER_LEN_MAX).collect().await;
        let body = body.map_err(|_| Unanswered::Body)?.to_bytes();
        let text = std::str::from_utf8(&body).map_err(|_| Unanswered::NotARange)?;
        query.is_listed(text).map_err(|_| Unanswered::NotARange)
    }
}
