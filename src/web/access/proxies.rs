//! Where a request comes from: the peer of the connection, or what proxies say whom the operator declared.
//!
//! `X-Forwarded-For` and `X-Forwarded-Proto` count from declared proxies alone; of several hops the last one that is no
//! declared proxy counts, because everything left of it anybody can write.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;

/// More hops than this are not looked at.
const MOST_HOPS: usize = 16;

/// The networks of the proxies that the operator declared. None by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(pub Vec<Network>);

/// A network: an address and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

/// How a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// From which machine, as far as that can be believed.
    pub address: IpAddr,
    /// Whether the way to whoever asks is encrypted.
    pub is_encrypted: bool,
}

impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let address = plain(address.parse().map_err(|_| ())?);
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        if bits <= all { Ok(Self { address, bits }) } else { Err(()) }
    }
}

impl Network {
    /// Whether an address lies in it.
    pub fn holds(self, address: IpAddr) -> bool {
        match (self.address, plain(address)) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let shift = 32 - u32::from(self.bits);
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let shift = 128 - u32::from(self.bits);
                network.to_bits().checked_shr(shift) == address.to_bits().checked_shr(shift)
            }
            _ => false,
        }
    }
}

impl Proxies {
    /// How a request came whose connection is with `peer`.
    pub fn origin(&self, peer: SocketAddr, headers: &HeaderMap) -> Origin {
        let peer = plain(peer.ip());
        if !self.declare(peer) {
            return Origin { address: peer, is_encrypted: false };
        }
        let is_encrypted = last(headers, "x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https"));
        let hops = headers.get_all("x-forwarded-for");
        let hops: Vec<&str> =
            hops.iter().filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(',')).collect();
        let mut address = peer;
        for hop in hops.iter().rev().take(MOST_HOPS) {
            // What cannot be read was not written by a proxy of ours.
            let Some(hop) = hop_address(hop.trim()) else { break };
            address = hop;
            if !self.declare(hop) {
                break;
            }
        }
        Origin { address, is_encrypted }
    }

    fn declare(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }
}

/// The address of a hop, which may have a port behind it, and brackets around a newer one.
fn hop_address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let found = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    found.map(plain)
}

/// An older address that is written as a newer one is the older one.
const fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(newer) => match newer.to_ipv4_mapped() {
            Some(older) => IpAddr::V4(older),
            None => address,
        },
        IpAddr::V4(_) => address,
    }
}

fn last<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get_all(name).iter().next_back()?.to_str().ok()?.rsplit(',').next().map(str::trim)
}

/// What is counted as one place: an older address, or the network of a newer one, of which a household has all.
pub fn place(address: IpAddr) -> IpAddr {
    match plain(address) {
        IpAddr::V6(newer) => IpAddr::V6(Ipv6Addr::from_bits(newer.to_bits() & !u128::from(u64::MAX))),
        older @ IpAddr::V4(_) => older,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies = Proxies(proxies.iter().map(|network| network.parse().unwrap()).collect());
        let mut headers = HeaderMap::new();
        for hops in forwarded {
            headers.append("x-forwarded-for", hops.parse().unwrap());
        }
        proxies.origin(SocketAddr::new(peer.parse().unwrap(), 1), &headers).address.to_string()
    }

    #[test]
    fn what_forwards_counts_from_declared_proxies_alone() {
        assert_eq!(came(&[], "10.0.0.1", &["1.2.3.4"]), "10.0.0.1");
        assert_eq!(came(&["10.0.0.0/8"], "11.0.0.1", &["1.2.3.4"]), "11.0.0.1");
        assert_eq!(came(&["10.0.0.0/8"], "10.0.0.1", &["1.2.3.4"]), "1.2.3.4");
        assert_eq!(came(&["::1"], "::1", &["[2001:db8::1]:44"]), "2001:db8::1");
        assert_eq!(came(&["127.0.0.1"], "::ffff:127.0.0.1", &["1.2.3.4:80"]), "1.2.3.4");
    }

    #[test]
    fn of_several_hops_the_last_that_is_no_proxy_of_ours_counts() {
        let ours = ["10.0.0.0/8", "192.168.1.1"];
        assert_eq!(came(&ours, "10.0.0.1", &["6.6.6.6, 1.2.3.4, 192.168.1.1, 10.9.9.9"]), "1.2.3.4");
        assert_eq!(came(&ours, "10.0.0.1", &["6.6.6.6", "1.2.3.4", "10.9.9.9"]), "1.2.3.4");
        assert_eq!(came(&ours, "10.0.0.1", &["1.2.3.4, nonsense, 10.9.9.9"]), "10.9.9.9");
        assert_eq!(came(&ours, "10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(came(&ours, "10.0.0.1", &[&vec!["10.1.1.1"; 5_000].join(",")]), "10.1.1.1");
    }

    #[test]
    fn networks_hold_what_begins_like_them() {
        let network = |text: &str| text.parse::<Network>().ok();
        let holds = |text: &str, address: &str| network(text).unwrap().holds(address.parse().unwrap());
        assert!(holds("0.0.0.0/0", "8.8.8.8") && holds("::/0", "::1") && !holds("::/0", "8.8.8.8"));
        assert!(holds("172.16.0.0/12", "172.31.255.255") && !holds("172.16.0.0/12", "172.32.0.0"));
        assert!(holds("2001:db8::/32", "2001:db8:1::1") && !holds("2001:db8::/32", "2001:db9::1"));
        for wrong in ["", "10.0.0.0/33", "10.0.0", "::1/129", "a/8", "10.0.0.0/-1"] {
            assert_eq!(network(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_household_is_one_place() {
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(place(at("2001:db8:1:2:3:4:5:6")), at("2001:db8:1:2::"));
        assert_eq!(place(at("::ffff:1.2.3.4")), at("1.2.3.4"));
    }
}
