//! Origins whose pages may use cookies.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The server's own origin, and those of other pages that the operator trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    own: String,
    others: Vec<String>,
}

impl Origins {
    /// The origin of `public_url`, where the world reaches the server, and `others`, each as a browser sends it. `None`
    /// where a browser would keep no `Secure` cookie for that URL: it is neither https nor http on the browser's own
    /// machine (the Secure Contexts standard, section 3.1).
    ///
    /// ```
    /// use countersign_core::cookies::Origins;
    ///
    /// let origins = Origins::new("HTTPS://Auth.Example.com:443/login/", Vec::new()).unwrap();
    /// assert!(origins.contains(b"https://auth.example.com"));
    /// assert!(!origins.contains(b"https://auth.example.com:444"));
    ///
    /// assert!(Origins::new("http://localhost:8000", Vec::new()).is_some());
    /// assert!(Origins::new("http://auth.example.com", Vec::new()).is_none());
    /// ```
    pub fn new(public_url: &str, others: Vec<String>) -> Option<Self> {
        let url = Url::parse(public_url)?;
        (url.is_encrypted() || url.is_of_this_machine()).then(|| Self { own: url.origin(), others })
    }

    /// Whether this value of the header `Origin` is one of them, byte for byte: a browser writes an origin in one way.
    pub fn contains(&self, origin: &[u8]) -> bool {
        self.own.as_bytes() == origin || self.others.iter().any(|other| other.as_bytes() == origin)
    }
}

/// The part of a URL that makes its origin.
struct Url {
    scheme: &'static str,
    host: String,
    /// `None` where it is the scheme's own.
    port: Option<u16>,
}

impl Url {
    fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (scheme, own_port) = match scheme {
            scheme if scheme.eq_ignore_ascii_case("https") => ("https", 443),
            scheme if scheme.eq_ignore_ascii_case("http") => ("http", 80),
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next()?;
        let (host, port) = match authority.rsplit_once(':') {
            // Else the colon is one within an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port = match port {
            None | Some("") => None,
            Some(port) => Some(port.parse::<u16>().ok()?),
        };
        Some(Self { scheme, host: host_of(host)?, port: port.filter(|port| *port != own_port) })
    }

    fn is_encrypted(&self) -> bool {
        self.scheme == "https"
    }

    fn is_of_this_machine(&self) -> bool {
        let address = self.host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        address || self.host == "[::1]" || self.host == "localhost" || self.host.ends_with(".localhost")
    }

    /// As a browser writes it (the HTML standard, "serialization of an origin").
    fn origin(&self) -> String {
        let Self { scheme, host, port } = self;
        port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}"))
    }
}

/// A host as a browser writes it: in lower case, an IPv6 address shortened. `None` for what is none.
fn host_of(text: &str) -> Option<String> {
    if let Some(address) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return address.parse::<Ipv6Addr>().ok().map(|address| format!("[{address}]"));
    }
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    (!text.is_empty() && text.bytes().all(belongs)).then(|| text.to_ascii_lowercase())
}
