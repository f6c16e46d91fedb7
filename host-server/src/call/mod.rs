//! One request, as the operations see it.

mod query;

use std::fmt;
use std::net::IpAddr;

use bytes::Bytes;
use countersign_core::audit::Origin;
use countersign_core::authenticate::Principal;
use countersign_core::cookies::Cookies;
use countersign_core::json::Document;
use countersign_core::network::Network;
use countersign_core::rejection::{Code, Fault, Rejection};
use countersign_core::secret::TokenDigest;
use countersign_core::session::Client;
use warp::http::HeaderMap;
use warp::http::header::USER_AGENT;

pub use query::Query;

use crate::cookies::Carrier;
use crate::problem::Problem;
use crate::request_id::RequestId;
use crate::routes::{Mount, PathParameters, Route};

/// Characters of a name that nobody knows which are repeated to whoever sent it.
pub(crate) const NAME_CHARACTERS_MAX: usize = 64;

/// Unknown names that are told at most, so that an answer is never larger than what was asked.
pub(crate) const FAULTS_MAX: usize = 32;

/// A request whose path, method, token, media type and size are settled.
pub struct Call {
    /// The row of the table that it came in by.
    pub route: &'static Route,
    /// Which of the two trees its path stands in.
    pub mount: Mount,
    /// What stands in the path's `{…}`.
    pub path: PathParameters,
    /// The query as it was sent, without the `?`; empty where there is none.
    pub query: String,
    /// Every header.
    pub headers: HeaderMap,
    /// Who asks.
    pub client: Client,
    /// Where its guesses are counted besides the account; `None` where addresses are not counted.
    pub network: Option<Network>,
    /// Names the request in its answer and in the log.
    pub request_id: RequestId,
    /// Whose token it carries; `None` where the route asks for none.
    pub principal: Option<Principal>,
    /// Which log-in it carries the `mfa_token` of, by the token's digest; `None` where it carries none. There is no
    /// principal then.
    pub mfa_login: Option<TokenDigest>,
    /// The tokens in its cookies, where it asks to be served by them; `None` where it does not.
    pub cookies: Option<Box<Cookies>>,
    /// The JSON text; `None` where none came.
    pub body: Option<Bytes>,
}

/// Shows which request it is, and nothing of its headers or body, which hold tokens and passwords.
impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("route", &self.route.path)
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

impl Call {
    /// The body as a JSON object. A body that did not come is an object without members, so that the
    /// operation names what is missing.
    ///
    /// # Errors
    /// `malformed_json`, or a fault of the whole body where it is another type of JSON.
    pub fn document(&self) -> Result<Document<'_>, Problem> {
        let document = Document::parse(self.body.as_deref().unwrap_or(b"{}"))?;
        if document.is_object() {
            return Ok(document);
        }
        let fault = Fault::new("body", Code::InvalidType, "The body must be a JSON object.");
        Err(Problem::from(Rejection::validation(vec![fault])))
    }

    /// The query, which may hold the parameters `known` and no others.
    ///
    /// # Errors
    /// `unknown_field` and `conflicting`.
    pub fn query(&self, known: &[&str]) -> Result<Query<'_>, Rejection> {
        Query::parse(&self.query, known)
    }

    /// What it shows to prove who sent it.
    pub fn credentials(&self) -> Credentials<'_> {
        Credentials { headers: &self.headers, cookies: self.cookies.as_deref() }
    }

    /// Where the call came from, for the audit.
    pub fn origin(&self) -> Origin {
        Origin { client: self.client.clone(), request_id: Some(self.request_id.to_string()) }
    }

    /// Whose token the call carries.
    ///
    /// # Errors
    /// `internal` on a route that asks for no token, which is a fault of the table.
    pub fn principal(&self) -> Result<&Principal, Problem> {
        self.principal.as_ref().ok_or_else(no_principal)
    }
}

/// What a request shows to prove who sent it.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// Every header.
    pub headers: &'a HeaderMap,
    /// The tokens in its cookies, none of which counts beside an `Authorization`; `None` where it does not ask to be served
    /// by them.
    pub cookies: Option<&'a Cookies>,
}

impl<'a> Credentials<'a> {
    /// The access token of the cookie; `None` where only that of the header can count.
    pub fn access_cookie(self) -> Option<&'a str> {
        self.cookies?.access_token.as_ref().map(|token| token.expose().as_str())
    }

    /// How the access token came.
    pub fn carrier(self) -> Carrier {
        if self.access_cookie().is_some() { Carrier::Cookie } else { Carrier::Request }
    }
}

fn no_principal() -> Problem {
    Problem::internal("the operation wants a principal and its route asks for no token")
}

/// Characters of a `User-Agent` that are kept; browsers send 100 to 250.
const USER_AGENT_CHARACTERS_MAX: usize = 512;

/// Who asks, for the list of sessions.
pub(crate) fn client_of(ip: Option<IpAddr>, headers: &HeaderMap) -> Client {
    let user_agent = headers.get(USER_AGENT).map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes());
        match text.char_indices().nth(USER_AGENT_CHARACTERS_MAX) {
            Some((end, _)) => text[..end].to_owned(),
            None => text.into_owned(),
        }
    });
    // An IPv4 client of a dual-stack socket is shown by the address it knows itself by.
    Client { ip: ip.map(|ip| ip.to_canonical().to_string()), user_agent }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_cut_between_characters() {
        let mut headers = HeaderMap::new();
        headers.insert(USER_AGENT, "é".repeat(600).parse().unwrap());
        let client = client_of(None, &headers);
        assert_eq!(client.user_agent.map(|text| text.chars().count()), Some(512));
    }

    #[test]
    fn a_mapped_address_is_shown_as_ipv4() {
        let mapped: IpAddr = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(client_of(Some(mapped), &HeaderMap::new()).ip.as_deref(), Some("192.0.2.1"));
    }
}
