//! The two REST connections.
//!
//! Answers to interactions go out without serenity's rate limiter: Discord does not count them towards the global limit,
//! and the limiter would remember one route for each of them for ever. Everything else keeps to the limiter.
//! Against a simulated Discord neither uses it, because serenity then ignores the address that it was given.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use serenity::http::{Http, HttpBuilder};

/// Where Discord is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// discord.com.
    Discord,
    /// A simulated Discord on this machine, by its base URL.
    Simulated(String),
}

/// The connections, which share one pool.
pub struct Connections {
    /// For answers to interactions.
    pub answers: Http,
    /// For everything else.
    pub rest: Arc<Http>,
    /// For the bytes of attachments.
    pub files: reqwest::Client,
}

/// Longest wait for one request.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Builds the connections. Fails only where TLS cannot be set up.
pub fn connect(token: &str, endpoint: &Endpoint) -> Result<Connections, reqwest::Error> {
    let files = reqwest::Client::builder().use_rustls_tls().timeout(TIMEOUT).build()?;
    let build = |is_limited: bool| {
        let builder = HttpBuilder::new(token).client(files.clone());
        match endpoint {
            Endpoint::Discord => builder.ratelimiter_disabled(!is_limited).build(),
            Endpoint::Simulated(url) => builder.proxy(url).ratelimiter_disabled(true).build(),
        }
    };
    Ok(Connections { answers: build(false), rest: Arc::new(build(true)), files })
}

/// Whether a URL points to this machine. A simulated run must never reach anything else.
pub fn is_loopback(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(url::Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in ["http://127.0.0.1:80", "ws://127.8.0.1:3000", "http://[::1]:1", "http://localhost:9/x"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://discord.com", "ws://127.0.0.1.evil.tld", "http://10.0.0.1", "nonsense", ""] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
