//! Which addresses we answer under, and which pages may send us changes.
//!
//! **Host.** A page that is open elsewhere can point a name of its own at this machine; so a request is answered only under
//! names that are ours: that of `API_BASE_URL`, this machine's, loopback, an address written as numbers, or one of
//! `API_HOSTS`. Everything else is 421.
//!
//! **Cross-site changes.** A changing request must come from a page of ours. Browsers say so by `Sec-Fetch-Site` on https
//! and loopback, and by `Origin` everywhere; what says neither is no browser, and may only go on without a cookie. A page of
//! ours is one of the name under which we were asked, and one of the address that the operator says people open: a proxy may
//! ask under another name than the browser did.

use std::net::IpAddr;

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, Uri};
use url::Url;

/// The names under which we answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hosts {
    /// Names, in small letters, without a port.
    pub names: Vec<String>,
}

/// From where a changing request comes, as far as it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// A page of ours.
    Ours,
    /// Some other page.
    Foreign,
    /// It does not say: a program, or a very old browser.
    Silent,
}

impl Hosts {
    /// Whether a request is for us. Where its first line names a host, that counts as well.
    pub fn admit(&self, uri: &Uri, headers: &HeaderMap) -> bool {
        if uri.host().is_some_and(|host| !self.knows(host)) {
            return false;
        }
        let mut hosts = headers.get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
        host.to_str().is_ok_and(|host| self.knows(name_of(host)))
    }

    fn knows(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
        name.eq_ignore_ascii_case("localhost")
            || bare.parse::<IpAddr>().is_ok()
            || self.names.iter().any(|ours| ours.eq_ignore_ascii_case(name))
    }
}

/// A host without its port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !name.ends_with(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            // A newer address has colons of its own, and stands in brackets where a port follows.
            if name.contains(':') && !name.ends_with(']') { host } else { name }
        }
        _ => host,
    }
}

/// From where a changing request comes. `base` is the address that people open, where the operator said it.
pub fn sender(headers: &HeaderMap, base: Option<&Url>) -> Sender {
    if let Some(site) = headers.get("sec-fetch-site") {
        return match site.as_bytes() {
            b"same-origin" | b"none" => Sender::Ours,
            _ => Sender::Foreign,
        };
    }
    let Some(origin) = headers.get(ORIGIN) else { return Sender::Silent };
    let (origin, host) = (origin.to_str().unwrap_or_default(), headers.get(HOST).and_then(|host| host.to_str().ok()));
    if base.is_some_and(|base| base.origin().ascii_serialization() == origin) {
        return Sender::Ours;
    }
    match (origin.split_once("://"), host) {
        (Some(("http" | "https", from)), Some(host)) if from.eq_ignore_ascii_case(host) => Sender::Ours,
        _ => Sender::Foreign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn only_names_of_ours_are_answered() {
        let hosts = Hosts { names: vec!["greenroom.example".into(), "pi.local".into()] };
        for ours in [
            "greenroom.example",
            "GREENROOM.example:443",
            "greenroom.example.",
            "pi.local:3000",
            "localhost:3000",
            "127.0.0.1",
            "127.0.0.1:3000",
            "192.168.0.4:3000",
            "[::1]:3000",
            "[fe80::1]",
            "::1",
        ] {
            assert!(hosts.admit(&Uri::from_static("/"), &headers(&[("host", ours)])), "{ours}");
        }
        for other in [
            "evil.example",
            "greenroom.example.evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "a@localhost",
            "[::1].evil.example",
            "evil.example:3000",
            "notgreenroom.example",
            "0x7f.1",
        ] {
            assert!(!hosts.admit(&Uri::from_static("/"), &headers(&[("host", other)])), "{other}");
        }
        assert!(!hosts.admit(&Uri::from_static("http://evil.example/"), &headers(&[("host", "localhost")])));
        assert!(hosts.admit(&Uri::from_static("http://pi.local:3000/"), &headers(&[("host", "pi.local:3000")])));
        assert!(!hosts.admit(&Uri::from_static("/"), &headers(&[])));
        assert!(!hosts.admit(&Uri::from_static("/"), &headers(&[("host", "localhost"), ("host", "evil.example")])));
    }

    #[test]
    fn a_change_from_elsewhere_is_known_by_what_browsers_say() {
        let ours = ("host", "10.0.0.2:3000");
        for (said, expected) in [
            (vec![("sec-fetch-site", "same-origin")], Sender::Ours),
            (vec![("sec-fetch-site", "none")], Sender::Ours),
            (vec![("sec-fetch-site", "same-site")], Sender::Foreign),
            (vec![("sec-fetch-site", "cross-site"), ("origin", "http://10.0.0.2:3000")], Sender::Foreign),
            (vec![("origin", "http://10.0.0.2:3000")], Sender::Ours),
            (vec![("origin", "https://10.0.0.2:3000")], Sender::Ours),
            (vec![("origin", "http://10.0.0.2:3001")], Sender::Foreign),
            (vec![("origin", "null")], Sender::Foreign),
            (vec![("origin", "file://10.0.0.2:3000")], Sender::Foreign),
            (vec![], Sender::Silent),
        ] {
            let said: Vec<_> = [ours].into_iter().chain(said).collect();
            assert_eq!(sender(&headers(&said), None), expected, "{said:?}");
        }
    }

    #[test]
    fn a_proxy_that_asks_under_another_name_hides_none_of_our_pages() {
        let base = |url: &str| Some(url.parse::<Url>().unwrap());
        let from = |origin: &str, base: Option<Url>| {
            sender(&headers(&[("host", "127.0.0.1:3000"), ("origin", origin)]), base.as_ref())
        };
        let ours = "https://greenroom.example";
        assert_eq!(from(ours, base("https://greenroom.example")), Sender::Ours);
        assert_eq!(from(ours, base("https://greenroom.example:443/")), Sender::Ours);
        assert_eq!(from("https://greenroom.example:8443", base("https://greenroom.example:8443")), Sender::Ours);
        for (origin, base) in [
            (ours, None),
            (ours, base("http://greenroom.example")),
            (ours, base("https://greenroom.example:8443")),
            ("https://evil.greenroom.example", base("https://greenroom.example")),
            ("https://greenroom.example.evil.example", base("https://greenroom.example")),
            ("null", base("https://greenroom.example")),
            ("", base("https://greenroom.example")),
        ] {
            assert_eq!(from(origin, base.clone()), Sender::Foreign, "{origin:?} {base:?}");
        }
    }
}
