//! Where TikTok and the sign service are, and the one gate that decides whether we go to an address.
//!
//! Rules:
//! - Encrypted everywhere except on this machine.
//! - A connection for events leads to a host of TikTok's: `*.tiktok.com`, by name, over `wss`, on the usual port.
//! - Where TikTok is simulated on this machine, nothing else is reached: neither TikTok nor the sign service.
//!
//! What a server tells us to connect to is judged by what the `url` crate reads in it, and exactly that is dialled; so
//! no trick with user names, spaces or backslashes can make the two differ.

use std::fmt;

use url::{Host, Url};

use super::refusal::{Degradation, Refusal};
use crate::http::{Reach, is_loopback};

/// The server for events that needs no sign service, below the host.
const SOCKET_PATH: &str = "/webcast/im/ws_proxy/ws_reuse_supplement/";
/// Where the sign service points to when it has nothing to offer.
const STUB_HOST: &str = "ws-fallback.eulerstream.com";
/// The domain of TikTok's servers for events.
const EVENTS_DOMAIN: &str = ".tiktok.com";

/// An address that requests begin with: a scheme, a host, perhaps a port and a path.
#[derive(Clone, PartialEq, Eq)]
pub struct Base(Url);

/// The four places, each of which can be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// TikTok's pages: <https://www.tiktok.com>.
    pub web: Base,
    /// TikTok's interface for lives: <https://webcast.tiktok.com/webcast>.
    pub webcast: Base,
    /// Euler Stream's sign service: <https://api.eulerstream.com>.
    pub sign: Base,
    /// Euler Stream's managed connections: `wss://ws.eulerstream.com`.
    pub managed: Base,
}

impl Base {
    /// Reads the address of a web service: `https`, or `http` on this machine.
    pub fn web(text: &str) -> Option<Self> {
        Self::parse(text, "https", "http")
    }

    /// Reads the address of a service for sockets: `wss`, or `ws` on this machine.
    pub fn socket(text: &str) -> Option<Self> {
        Self::parse(text, "wss", "ws")
    }

    fn parse(text: &str, secure: &str, plain: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let is_fit = url.scheme() == secure || (url.scheme() == plain && is_loopback(&url));
        let is_bare = is_anonymous(&url) && url.query().is_none() && url.fragment().is_none();
        (is_fit && is_bare && url.has_host()).then_some(Self(url))
    }

    /// The address of `path`, whose parts are encoded, below this one. An empty last part makes a slash at the end.
    pub(crate) fn join(&self, path: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }

    fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl Default for Endpoints {
    /// The real ones.
    #[expect(clippy::expect_used, reason = "constants, which a test reads")]
    fn default() -> Self {
        let web = |text| Base::web(text).expect("a web address");
        Self {
            web: web("https://www.tiktok.com"),
            webcast: web("https://webcast.tiktok.com/webcast"),
            sign: web("https://api.eulerstream.com"),
            managed: Base::socket("wss://ws.eulerstream.com").expect("a socket's address"),
        }
    }
}

impl Endpoints {
    /// Whether TikTok is a simulation on this machine.
    pub fn is_simulated(&self) -> bool {
        self.web.is_loopback() || self.webcast.is_loopback()
    }

    /// How far requests go: an operator who names a place of their own may have it at home.
    pub(super) fn reach(&self) -> Reach {
        if self.is_simulated() {
            Reach::ThisMachine
        } else if *self == Self::default() {
            Reach::Public
        } else {
            Reach::Anywhere
        }
    }

    /// Refuses a base that leads out of a simulation.
    pub(super) fn admit<'b>(&self, base: &'b Base) -> Result<&'b Base, Refusal> {
        if self.is_simulated() && !base.is_loopback() { Err(Refusal::HostNotAllowed) } else { Ok(base) }
    }

    /// The server for events that the sign service names, if we may connect to it.
    ///
    /// Refused with [`Refusal::ServiceDegraded`] where it is the service's stand-in, which connects to nothing.
    pub(super) fn push_server(&self, text: &str) -> Result<Url, Refusal> {
        let url = Url::parse(text).map_err(|_| Refusal::HostNotAllowed)?;
        if url.host_str() == Some(STUB_HOST) {
            return Err(Refusal::ServiceDegraded(Degradation::Stub));
        }
        let is_allowed = match (self.is_simulated(), url.host()) {
            (true, Some(_)) => is_loopback(&url) && matches!(url.scheme(), "ws" | "wss"),
            (false, Some(Host::Domain(name))) => {
                name.ends_with(EVENTS_DOMAIN) && url.scheme() == "wss" && url.port().is_none()
            }
            _ => false,
        };
        let is_plain = is_anonymous(&url) && url.fragment().is_none();
        if is_allowed && is_plain { Ok(url) } else { Err(Refusal::HostNotAllowed) }
    }

    /// TikTok's server for events, for those who have no sign service to ask.
    pub(super) fn direct_server(&self) -> Result<Url, Refusal> {
        if !self.is_simulated() {
            return self.push_server(&format!("wss://webcast-ws.tiktok.com{SOCKET_PATH}"));
        }
        let mut url = self.admit(&self.webcast)?.0.clone();
        let scheme = if url.scheme() == "https" { "wss" } else { "ws" };
        url.set_scheme(scheme).map_err(|()| Refusal::HostNotAllowed)?;
        url.set_path(SOCKET_PATH);
        Ok(url)
    }
}

fn is_anonymous(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simulated() -> Endpoints {
        let web = |text| Base::web(text).unwrap();
        Endpoints {
            web: web("http://127.0.0.1:8080"),
            webcast: web("http://127.0.0.1:8080/webcast"),
            ..Endpoints::default()
        }
    }

    #[test]
    fn services_are_encrypted_unless_they_are_on_this_machine() {
        for text in ["https://www.tiktok.com", "https://sign.example/v1", "http://127.0.0.1:80", "http://[::1]:9/x"] {
            assert!(Base::web(text).is_some(), "{text}");
        }
        for text in ["wss://ws.example", "ws://localhost:80"] {
            assert!(Base::socket(text).is_some(), "{text}");
        }
        for text in [
            "http://www.tiktok.com",
            "http://127.0.0.1.evil.tld",
            "http://localhost@evil.tld",
            "https://user:word@www.tiktok.com",
            "https://www.tiktok.com/?a=b",
            "https://www.tiktok.com/#a",
            "wss://ws.eulerstream.com",
            "file:///etc/passwd",
            "www.tiktok.com",
            "",
        ] {
            assert!(Base::web(text).is_none(), "{text}");
        }
        assert!(Base::socket("ws://ws.eulerstream.com").is_none());
    }

    #[test]
    fn paths_are_put_together_with_one_slash_and_encoded() {
        let base = |text| Base::web(text).unwrap();
        for text in ["https://w.example/webcast", "https://w.example/webcast/"] {
            assert_eq!(base(text).join(&["room", "info", ""]).as_str(), "https://w.example/webcast/room/info/");
        }
        assert_eq!(base("https://w.example").join(&["a/../b", "?c"]).as_str(), "https://w.example/a%2F..%2Fb/%3Fc");
    }

    #[test]
    fn events_come_from_tiktok_only() {
        let endpoints = Endpoints::default();
        for text in [
            "wss://webcast-ws.tiktok.com/webcast/im/ws_proxy/ws_reuse_supplement/",
            "wss://webcast-ws.eu.tiktok.com/x?a=b",
            "WSS://WEBCAST-WS.TIKTOK.COM:443/",
        ] {
            assert!(endpoints.push_server(text).is_ok(), "{text}");
        }
        for text in [
            "ws://webcast-ws.tiktok.com/",
            "https://webcast-ws.tiktok.com/",
            "wss://webcast-ws.tiktok.com:8443/",
            "wss://tiktok.com.evil.tld/",
            "wss://eviltiktok.com/",
            "wss://tiktok.com/",
            "wss://webcast-ws.tiktok.com./",
            "wss://webcast-ws.tiktok.com@evil.tld/",
            "wss://evil.tld@webcast-ws.tiktok.com/",
            "wss://:word@webcast-ws.tiktok.com/",
            "wss://evil.tld\\@webcast-ws.tiktok.com/",
            "wss://evil.tld/.tiktok.com",
            "wss://evil.tld#.tiktok.com",
            "wss://webcast-ws.tiktok.com/#x",
            "wss://evil.tld?.tiktok.com",
            "wss://127.0.0.1/",
            "wss://[::1]/",
            "wss://2130706433/",
            "wss://xn--tiktok-.com/",
            "wss://.tiktok.com.",
            "webcast-ws.tiktok.com",
            "",
        ] {
            assert_eq!(endpoints.push_server(text), Err(Refusal::HostNotAllowed), "{text}");
        }
    }

    #[test]
    fn a_simulation_is_never_left() {
        let endpoints = simulated();
        assert!(endpoints.push_server("ws://127.0.0.1:9/events").is_ok());
        for text in
            ["wss://webcast-ws.tiktok.com/", "ws://127.0.0.1.evil.tld/", "http://127.0.0.1:9/", "ws://10.0.0.1/"]
        {
            assert_eq!(endpoints.push_server(text), Err(Refusal::HostNotAllowed), "{text}");
        }
        assert!(endpoints.admit(&endpoints.webcast).is_ok());
        assert_eq!(endpoints.admit(&endpoints.sign), Err(Refusal::HostNotAllowed));
        assert_eq!(endpoints.admit(&endpoints.managed), Err(Refusal::HostNotAllowed));
        let half = Endpoints { web: simulated().web, ..Endpoints::default() };
        assert_eq!(half.direct_server(), Err(Refusal::HostNotAllowed));
    }

    #[test]
    fn the_stand_in_of_the_sign_service_is_recognised() {
        for endpoints in [Endpoints::default(), simulated()] {
            let stub = endpoints.push_server("wss://ws-fallback.eulerstream.com/?token=x");
            assert_eq!(stub, Err(Refusal::ServiceDegraded(Degradation::Stub)));
        }
    }

    #[test]
    fn the_direct_way_leads_to_tiktok_or_to_its_simulation() {
        let direct = |endpoints: Endpoints| endpoints.direct_server().unwrap().to_string();
        assert_eq!(direct(Endpoints::default()), format!("wss://webcast-ws.tiktok.com{SOCKET_PATH}"));
        assert_eq!(direct(simulated()), format!("ws://127.0.0.1:8080{SOCKET_PATH}"));
    }
}
