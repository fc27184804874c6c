//! Addresses of people, of which only the network is kept.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The network of an address, as text: the first three of four numbers, or the first three groups of eight.
pub fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{}/24", Ipv4Addr::new(a, b, c, 0))
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{}/48", Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_network_alone() {
        for (address, shown) in [
            ("203.0.113.77", "203.0.113.0/24"),
            ("127.0.0.1", "127.0.0.0/24"),
            ("::ffff:203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:12:3456:789a::1", "2001:db8:12::/48"),
            ("::1", "::/48"),
        ] {
            assert_eq!(network(address.parse().unwrap()), shown, "{address}");
        }
    }
}
