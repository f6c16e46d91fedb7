//! Networks: which addresses are one client, and which are a proxy of ours.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bits of an IPv4 address.
const IPV4_BITS: u8 = 32;

/// Bits of an IPv6 address.
const IPV6_BITS: u8 = 128;

/// Bits of an IPv6 address that name a network. Whoever has one has all 2^64 addresses in it (RFC 4291 section 2.5.1),
/// so those count as one client.
const IPV6_CLIENT_BITS: u8 = 64;

/// Bits before the IPv4 address in an IPv6 address that stands for one (RFC 4291 section 2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// A network: an address of which the first bits count. An IPv4 address that is written as IPv6 is the IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// What a client cannot leave by choosing another of its own addresses: an IPv4 address, or the /64 of an IPv6 one.
    ///
    /// ```
    /// use countersign_core::network::Network;
    ///
    /// let of = |text: &str| Network::of_client(text.parse().unwrap()).to_string();
    /// assert_eq!(of("192.0.2.7"), "192.0.2.7/32");
    /// assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    /// assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7/32");
    /// ```
    pub fn of_client(address: IpAddr) -> Self {
        match address.to_canonical() {
            address @ IpAddr::V4(_) => Self::masked(address, IPV4_BITS),
            address @ IpAddr::V6(_) => Self::masked(address, IPV6_CLIENT_BITS),
        }
    }

    /// Reads an address, or a network in CIDR notation (RFC 4632 section 3.1); `None` for anything else. Bits beyond the
    /// prefix do not count.
    ///
    /// ```
    /// use countersign_core::network::Network;
    ///
    /// let network = Network::parse("10.0.0.0/8").unwrap();
    /// assert!(network.contains("10.1.2.3".parse().unwrap()));
    /// assert!(!network.contains("11.0.0.1".parse().unwrap()));
    /// assert_eq!(Network::parse("10.0.0.0/33"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let most = if address.is_ipv4() { IPV4_BITS } else { IPV6_BITS };
        let bits = match bits {
            None => most,
            Some(bits) if bits.bytes().all(|byte| byte.is_ascii_digit()) => {
                bits.parse().ok().filter(|bits| *bits <= most)?
            }
            Some(_) => return None,
        };
        let is_mapped = address.is_ipv6() && address.to_canonical().is_ipv4() && bits >= MAPPED_BITS;
        Some(if is_mapped {
            Self::masked(address.to_canonical(), bits - MAPPED_BITS)
        } else {
            Self::masked(address, bits)
        })
    }

    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && Self::masked(address, self.bits) == *self
    }

    fn masked(address: IpAddr, bits: u8) -> Self {
        let address = match address {
            IpAddr::V4(address) => {
                let dropped = u32::from(IPV4_BITS.saturating_sub(bits));
                let mask = u32::MAX.checked_shl(dropped).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask))
            }
            IpAddr::V6(address) => {
                let dropped = u32::from(IPV6_BITS.saturating_sub(bits));
                let mask = u128::MAX.checked_shl(dropped).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask))
            }
        };
        Self { address, bits }
    }
}

/// In CIDR notation.
impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(text: &str) -> Network {
        Network::of_client(text.parse().unwrap())
    }

    #[test]
    fn addresses_of_one_64_are_one_client_and_others_are_not() {
        assert_eq!(client("2001:db8::1"), client("2001:db8::ffff:ffff:ffff:ffff"));
        assert_ne!(client("2001:db8::1"), client("2001:db8:0:1::1"));
        assert_ne!(client("192.0.2.1"), client("192.0.2.2"));
        assert_eq!(client("::ffff:192.0.2.1"), client("192.0.2.1"));
    }

    #[test]
    fn what_is_in_a_network_is_told_to_the_bit() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("10.9.9.9/8", "10.0.0.0", "9.255.255.255"),
            ("192.0.2.128/25", "192.0.2.128", "192.0.2.127"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.0"),
            ("0.0.0.0/0", "255.255.255.255", "::"),
            ("::/0", "ffff::", "192.0.2.1"),
            ("2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"),
            ("::1", "::1", "::2"),
            ("::ffff:10.0.0.0/104", "10.1.1.1", "11.1.1.1"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::ffff:11.0.0.1"),
        ] {
            let parsed = Network::parse(network).unwrap();
            assert!(parsed.contains(inside.parse().unwrap()), "{network} {inside}");
            assert!(!parsed.contains(outside.parse().unwrap()), "{network} {outside}");
        }
    }

    #[test]
    fn what_is_no_network_is_refused() {
        for text in [
            "",
            "/8",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.0/-1",
            "10.0.0/8",
            "::/129",
            "proxy",
            "10.0.0.1:80",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
