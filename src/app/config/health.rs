//! Who may ask how the bot is, and the service manager that wants to know.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::Reader;
use super::table::{HEALTH_LISTEN, METRICS_EVERYWHERE, PORT};

/// The settings that concern health.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Where health and figures are served.
    pub listen: Option<SocketAddr>,
    /// A port that the host gave, to be served on all addresses.
    pub port: Option<u16>,
    /// Whether figures are served to other machines, too.
    pub metrics_everywhere: bool,
    /// The socket on which systemd wants to be told.
    pub notify_socket: Option<String>,
    /// How long systemd waits for a sign of life.
    pub watchdog: Option<Duration>,
}

/// Reads this area. What systemd sets for its services is in no table, because nobody sets it by hand.
pub(super) fn read(reader: &mut Reader<'_>) -> Health {
    let listen = |text: &str| {
        if text.eq_ignore_ascii_case("off") { Some(None) } else { text.parse().ok().map(Some) }
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
