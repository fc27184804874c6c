//! The one way to Discord's REST interface, the same to Discord and to a simulated one.
//!
//! [`Rest`] asks, [`limits`] says when. A request waits until its limit lets it out, and a limit that Discord names in
//! an answer is waited for here as well while it is short, whoever asks; a longer one is a [`RestError::Limited`] that
//! says until when. While Discord refuses everything (the limit of the bot as a whole, or the ban of its address at the
//! network's edge), nothing is asked at all.
//!
//! Answers to interactions do not wait for the limits of others: Discord does not count them towards the limit of the
//! bot, and each has a route of its own, which would be remembered for nothing. A limit on themselves they wait for as
//! long as a first answer may take.
//!
//! serenity has the gateway, and the lists that poise offers while somebody types; both go without its limiter, which
//! would ignore the address of a simulated Discord, sleep for the hours of a ban, and ask again at once where a header
//! makes no sense.

mod limits;
mod refusal;
mod requests;

use std::time::Duration;

use serenity::http::{Http, HttpBuilder};

use crate::http::{self, Client, Reach, RequestError};

pub use refusal::RestError;
pub use requests::Rest;

/// Where Discord is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// discord.com.
    Discord,
    /// A simulated Discord on this machine, by its base URL.
    Simulated(String),
}

impl Endpoint {
    /// What comes before the paths.
    pub fn base(&self) -> &str {
        match self {
            Self::Discord => "https://discord.com",
            Self::Simulated(url) => url.trim_end_matches('/'),
        }
    }

    /// Where its file servers have the pictures of accounts and guilds.
    fn pictures(&self) -> &str {
        match self {
            Self::Discord => "https://cdn.discordapp.com",
            Self::Simulated(_) => self.base(),
        }
    }

    /// How far whoever asks there may go, also for the bytes of attachments.
    const fn reach(&self) -> Reach {
        match self {
            Self::Discord => Reach::Public,
            Self::Simulated(_) => Reach::ThisMachine,
        }
    }
}

/// The connections, which share one pool.
pub struct Connections {
    /// For serenity's gateway.
    pub gateway: Http,
    /// For everything else, and for the bytes of attachments.
    pub files: Client,
}

/// Longest wait for one request.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Builds the connections. Fails only where TLS cannot be set up.
pub fn connect(token: &str, endpoint: &Endpoint) -> Result<Connections, RequestError> {
    let files = Client::new(endpoint.reach(), TIMEOUT)?;
    let gateway = HttpBuilder::new(token).client(files.for_serenity());
    let gateway = gateway.proxy(endpoint.base()).ratelimiter_disabled(true);
    Ok(Connections { gateway: gateway.build(), files })
}

/// Whether a URL points to this machine. A simulated run must never reach anything else.
pub fn is_loopback(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| http::is_loopback(&url))
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
