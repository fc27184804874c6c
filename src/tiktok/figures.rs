//! What is counted of the lives that are followed: what their messages were.

use std::sync::LazyLock;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;

use super::wire::Observed;
use crate::live::Occurrence;

/// Messages by kind.
pub(crate) static MESSAGES: LazyLock<Family<[(&'static str, &'static str); 1], Counter>> =
    LazyLock::new(Family::default);

/// Counts a message.
pub(crate) fn count(what: &Observed) {
    let kind = match what {
        Observed::Event(event) => match event {
            Occurrence::Connected | Occurrence::Disconnected => "connection",
            Occurrence::Ended => "end",
            Occurrence::Viewers(_) => "viewers",
            other => other.interaction_type().unwrap_or("other"),
        },
        Observed::Anonymous { .. } => "anonymous",
        Observed::Unknown { .. } => "unknown",
        Observed::Undecodable { .. } => "undecodable",
        Observed::Control(_) | Observed::Ignored { .. } => "ignored",
    };
    MESSAGES.get_or_create(&[("kind", kind)]).inc();
}
