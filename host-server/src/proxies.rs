//! From which address a call comes, where a proxy stands before the server.

use std::net::{IpAddr, SocketAddr};

use countersign_core::network::Network;
use warp::http::{HeaderMap, HeaderValue};

/// Proxies whose `X-Forwarded-For` is believed. Each of them adds the address that it was called from at the end of the
/// list, so what stands left of the last address that is no proxy of ours was written by a stranger. `Forwarded`
/// (RFC 7239) is not read: of two headers that say the same, a proxy keeps one and lets the other through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl TrustedProxies {
    /// Reads `TRUSTED_PROXIES`: addresses and networks with commas between them.
    ///
    /// # Errors
    /// A sentence about the first that is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let network = |part: &str| {
            let wrong = || format!("{part:?} is neither an IP address nor a network like 10.0.0.0/8.");
            Network::parse(part).ok_or_else(wrong)
        };
        parts.map(network).collect::<Result<_, _>>().map(Self)
    }

    /// The rightmost address that is no proxy of ours. Where the list says something else than an address, the nearest
    /// known one: that of the proxy which passed it on.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer.to_canonical();
        // Several header lines are one list (RFC 9110 section 5.3).
        let lines = headers.get_all("x-forwarded-for").iter().collect::<Vec<_>>();
        for hop in lines.into_iter().rev().flat_map(hops) {
            if !self.trusts(nearest) {
                break;
            }
            match hop.and_then(address) {
                Some(address) => nearest = address,
                None => break,
            }
        }
        nearest
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }
}

/// The hops of one header line from the right; `None` for what is no text.
fn hops(line: &HeaderValue) -> impl Iterator<Item = Option<&str>> {
    line.as_bytes().rsplit(|byte| *byte == b',').map(|hop| std::str::from_utf8(hop).ok())
}

/// The address of a hop, which some proxies write with a port or in brackets.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim_matches([' ', '\t']);
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<std::net::Ipv6Addr>().ok();
    let bare = hop.parse::<IpAddr>().ok();
    let with_port = || hop.parse::<SocketAddr>().ok().map(|address| address.ip());
    bare.or_else(with_port).or_else(|| bracketed().map(IpAddr::V6)).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(proxies: &str, peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).unwrap());
        }
        headers.insert("forwarded", HeaderValue::from_static("for=203.0.113.99"));
        TrustedProxies::parse(proxies).unwrap().client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn nobody_is_believed_who_is_not_named() {
        assert_eq!(client("", "192.0.2.1", &["203.0.113.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "192.0.2.1", &["203.0.113.7"]), "192.0.2.1");
        assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_rightmost_address_that_is_no_proxy_is_the_clients() {
        for (lines, expected) in [
            (&["203.0.113.7"][..], "203.0.113.7"),
            (&["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
            (&["198.51.100.1,203.0.113.7,10.0.0.2,\t10.9.9.9 "], "203.0.113.7"),
            (&["198.51.100.1", "203.0.113.7, 10.0.0.2"], "203.0.113.7"),
            (&["203.0.113.7", "10.0.0.2"], "203.0.113.7"),
            (&["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            (&["203.0.113.7:4711"], "203.0.113.7"),
            (&["2001:db8::7"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["::ffff:203.0.113.7"], "203.0.113.7"),
        ] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", lines), expected, "{lines:?}");
            assert_eq!(client("10.0.0.0/8", "::ffff:10.0.0.1", lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_is_no_address_ends_the_list_at_the_proxy_that_passed_it_on() {
        for hop in [
            "",
            "unknown",
            "_hidden",
            "203.0.113.7 203.0.113.8",
            "203.0.113.7:",
            "[203.0.113.7]",
            "[::1",
            "é",
            "\"::1\"",
        ] {
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[hop]), "10.0.0.1", "{hop}");
            let list = format!("198.51.100.1, {hop}, 10.0.0.2");
            assert_eq!(client("10.0.0.0/8", "10.0.0.1", &[&list]), "10.0.0.2", "{hop}");
        }
    }

    #[test]
    fn a_setting_that_is_no_list_of_networks_is_refused() {
        assert_eq!(TrustedProxies::parse(" ").unwrap(), TrustedProxies::default());
        for text in ["proxy.example", "10.0.0.0/33", "127.0.0.1 10.0.0.1", "*"] {
            assert!(TrustedProxies::parse(text).unwrap_err().contains("10.0.0.0/8"), "{text}");
        }
    }
}
