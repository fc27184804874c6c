//! Which servers a client goes to, judged by the address that is dialled: a name that leads elsewhere on a second look
//! leads nowhere.

use std::error::Error;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Which servers a client goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those on the public internet, encrypted: for addresses that are the program's or that anybody may name.
    Public,
    /// All, because the operator named the address; it may be the disk station at home.
    Anywhere,
    /// This machine alone, and past every proxy: for what is simulated.
    ThisMachine,
}

/// An address that a client does not go to. [`crate::kernel::cause`] knows it by these words.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the address is out of reach")]
pub(super) struct OutOfReach;

impl Reach {
    /// For an address that the operator named.
    pub fn of_operator(url: &Url) -> Self {
        if is_loopback(url) { Self::ThisMachine } else { Self::Anywhere }
    }

    /// Refuses an address that is written as numbers; a name is judged when it is looked up.
    pub(super) fn check(self, url: &Url) -> Result<(), OutOfReach> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        if self.admits(address) { Ok(()) } else { Err(OutOfReach) }
    }

    fn admits(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Anywhere => true,
            Self::ThisMachine => address.to_canonical().is_loopback(),
        }
    }
}

/// Whether an address points to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether an address is one of the internet, and no network's own.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The networks 198.18 and 198.19 count as public: programs that lead all names through a tunnel give them such addresses,
/// and nobody else has them.
fn is_public_v4(address: Ipv4Addr) -> bool {
    // "This network"; what providers have behind their address translation, and private tunnels as well; protocols; groups
    // and what is kept for later.
    let own = matches!(address.octets(), [0 | 224..=255, ..] | [100, 64..=127, ..] | [192, 0, 0, _]);
    !(own || address.is_loopback() || address.is_private() || address.is_link_local() || address.is_documentation())
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        // Addresses that hold another one: those of NAT64, by which a network without IPv4 sees the rest, and of 6to4.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => is_public_v4(v4(high, low)),
        // For documents.
        [0x2001, 0xdb8, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// Looks names up, and gives only the addresses within reach.
pub(super) struct Resolver {
    reach: Reach,
    /// The names of the operator's proxies, which are at home anywhere. Whoever goes through one leaves it to the proxy to
    /// look names up.
    proxies: Vec<String>,
}

impl Resolver {
    pub(super) fn new(reach: Reach) -> Self {
        let named = Matcher::from_system();
        let proxies = ["http://greenroom.invalid", "https://greenroom.invalid"]
            .into_iter()
            .filter_map(|anybody| Some(named.intercept(&Uri::from_static(anybody))?.uri().host()?.to_owned()));
        Self { reach, proxies: proxies.collect() }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let is_proxy = self.proxies.iter().any(|proxy| proxy.eq_ignore_ascii_case(name.as_str()));
        let reach = if is_proxy { Reach::Anywhere } else { self.reach };
        Box::pin(addresses(name, reach))
    }
}

async fn addresses(name: Name, reach: Reach) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
    let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
    let within: Vec<SocketAddr> = found.filter(|address| reach.admits(address.ip())).collect();
    if within.is_empty() { Err(OutOfReach.into()) } else { Ok(Box::new(within.into_iter())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_a_network_at_home_are_not_public() {
        for address in ["1.1.1.1", "162.159.128.233", "198.18.0.7", "2606:4700::1111", "64:ff9b::162.159.128.233"] {
            assert!(Reach::Public.admits(address.parse().unwrap()), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.100.1.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.8",
            "192.168.1.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:192.168.1.1",
            "::192.168.1.1",
            "64:ff9b::10.0.0.1",
            "2001:db8::1",
            "2002:c0a8:101::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
        ] {
            assert!(!Reach::Public.admits(address.parse().unwrap()), "{address}");
            assert!(Reach::Anywhere.admits(address.parse().unwrap()), "{address}");
        }
        for (address, is_here) in [("127.8.0.1", true), ("::ffff:127.0.0.1", true), ("::1", true), ("10.0.0.1", false)]
        {
            assert_eq!(Reach::ThisMachine.admits(address.parse().unwrap()), is_here, "{address}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let is_loopback = |url: &str| is_loopback(&Url::parse(url).unwrap());
        for url in ["http://127.0.0.1:80", "ws://127.8.0.1:3000", "http://[::1]:1", "http://localhost:9/x"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://discord.com", "ws://127.0.0.1.evil.tld", "http://10.0.0.1", "file:///etc"] {
            assert!(!is_loopback(url), "{url}");
        }
    }

    #[test]
    fn an_address_in_numbers_is_judged_however_it_is_written() {
        for url in ["https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://[::ffff:a00:1]/"] {
            assert!(Reach::Public.check(&Url::parse(url).unwrap()).is_err(), "{url}");
        }
        assert!(Reach::Public.check(&Url::parse("https://1.1.1.1/").unwrap()).is_ok());
    }

    #[tokio::test]
    async fn a_name_that_leads_home_leads_nowhere_unless_it_is_the_operators_proxy() {
        let resolver =
            |reach, proxies: &[&str]| Resolver { reach, proxies: proxies.iter().map(|&name| name.into()).collect() };
        let found =
            async |resolver: Resolver| resolver.resolve("localhost".parse().unwrap()).await.map(Iterator::count);
        let refused = found(resolver(Reach::Public, &["proxy"])).await.unwrap_err();
        assert!(refused.is::<OutOfReach>(), "{refused}");
        for resolver in
            [resolver(Reach::Public, &["LocalHost"]), resolver(Reach::Anywhere, &[]), resolver(Reach::ThisMachine, &[])]
        {
            assert!(found(resolver).await.unwrap() > 0);
        }
    }
}
