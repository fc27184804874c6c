//! Who may ask how the bot is, and the service manager that wants to know.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::reader::Reader;
use super::table::{HEALTH_LISTEN, METRICS_EVERYWHERE, PORT};

/// The settings that concern health.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Where health and figures are served.
    pub listen: Option<Listen>,
    /// A port that the host gave, to be served on all addresses.
    pub port: Option<u16>,
    /// Whether figures are served to other machines, too.
    pub metrics_everywhere: bool,
    /// The socket on which systemd wants to be told.
    pub notify_socket: Option<String>,
    /// How long systemd waits for a sign of life.
    pub watchdog: Option<Duration>,
}

/// Where to listen, as somebody wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    /// An address of this machine.
    Address(SocketAddr),
    /// A name of it, such as `localhost`. Which address that is the machine knows when the bot starts.
    Name {
        /// The name.
        host: String,
        /// The port.
        port: u16,
    },
}

impl Listen {
    /// Reads an address, or a name, with a port.
    fn parse(text: &str) -> Option<Self> {
        if let Ok(address) = text.parse() {
            return Some(Self::Address(address));
        }
        let (host, port) = text.rsplit_once(':')?;
        is_name(host).then_some(())?;
        Some(Self::Name { host: host.to_owned(), port: port.parse().ok()? })
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Name { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

/// Whether a text may be the name of a machine. One of digits and points alone is an address with a slip in it.
fn is_name(text: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain = part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
        is_plain && (1..=63).contains(&part.len()) && !part.starts_with('-')
    };
    text.len() <= 253 && text.split('.').all(is_part) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Reads this area. What systemd sets for its services is in no table, because nobody sets it by hand.
pub(super) fn read(reader: &mut Reader<'_>) -> Health {
    let listen = |text: &str| {
        if text.eq_ignore_ascii_case("off") { Some(None) } else { Listen::parse(text).map(Some) }
    };
    let micros = reader.environment("WATCHDOG_USEC").and_then(|micros| micros.parse().ok());
    Health {
        listen: reader.parse(&HEALTH_LISTEN, listen).flatten(),
        port: reader.parse(&PORT, |port| port.parse().ok().filter(|port| *port > 0)),
        metrics_everywhere: reader.switch(&METRICS_EVERYWHERE),
        notify_socket: reader.environment("NOTIFY_SOCKET").map(str::to_owned),
        watchdog: micros.map(Duration::from_micros),
    }
}
