//! What is noted of the lives that a server follows. All of it is about a name on TikTok, but what was made up.

use serde::{Deserialize, Serialize};

use crate::activity::ActivityKind;
use crate::live::{Gift, Occurrence, Viewer};
use crate::store::form::Carried;

/// The live is connected.
pub static CONNECTED: ActivityKind<()> = ActivityKind::new("tiktok.connected");
/// The connection was lost, and is tried again.
pub static CONNECTION_LOST: ActivityKind<()> = ActivityKind::new("tiktok.connection_lost");
/// The live cannot be connected at the moment, because of this: a sentence for a message on Discord.
pub static REFUSED: ActivityKind<String> = ActivityKind::new("tiktok.refused");
/// The live is not followed any more.
pub static STOPPED: ActivityKind<Ending> = ActivityKind::new("tiktok.stopped");
/// A person let it be followed no more.
pub static LEFT: ActivityKind<()> = ActivityKind::new("tiktok.left");
/// The recording of the live stopped, because of this.
pub static RECORDING_STOPPED: ActivityKind<String> = ActivityKind::new("tiktok.recording_stopped");
/// An administrator made an event up.
pub static SIMULATED: ActivityKind<SimulatedEvent> = ActivityKind::new("tiktok.simulated");

/// All of them.
pub const KINDS: &[&dyn Carried] =
    &[&CONNECTED, &CONNECTION_LOST, &REFUSED, &STOPPED, &LEFT, &RECORDING_STOPPED, &SIMULATED];

/// Why a live is not followed any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The live is over.
    LiveEnded,
    /// There is no live, and nobody wanted to wait.
    NotLive,
    /// It was refused for good, because of this if it is known: a sentence for a message on Discord.
    Refused(Option<String>),
}

/// An event that was made up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedEvent {
    /// What happened.
    pub deed: Deed,
    /// By whom, as people know them, where it was somebody.
    pub by: Option<String>,
}

/// What happened on a live, in short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A connection.
    Connected,
    /// A connection that was lost.
    Disconnected,
    /// The end of the live.
    Ended,
    /// Somebody came in.
    Joined,
    /// Somebody tapped so many likes.
    Liked(u32),
    /// Somebody wrote something.
    Commented,
    /// Somebody shared the live.
    Shared,
    /// Somebody followed the host.
    Followed,
    /// Somebody subscribed to the host.
    Subscribed,
    /// Somebody sent gifts.
    Gifted {
        /// How many.
        count: u32,
        /// What one costs, in coins.
        unit_coins: u32,
    },
    /// So many watch.
    Viewers(u32),
    /// A poll.
    Poll,
    /// A battle.
    Battle,
}

impl From<&Occurrence> for SimulatedEvent {
    fn from(what: &Occurrence) -> Self {
        let deed = match what {
            Occurrence::Connected => Deed::Connected,
            Occurrence::Disconnected => Deed::Disconnected,
            Occurrence::Ended => Deed::Ended,
            Occurrence::Joined(_) => Deed::Joined,
            Occurrence::Liked(_, taps) => Deed::Liked(*taps),
            Occurrence::Commented(..) => Deed::Commented,
            Occurrence::Shared(_) => Deed::Shared,
            Occurrence::Followed(_) => Deed::Followed,
            Occurrence::Subscribed(_) => Deed::Subscribed,
            Occurrence::Gifted(_, Gift { count, unit_coins, .. }) => {
                Deed::Gifted { count: *count, unit_coins: *unit_coins }
            }
            Occurrence::Viewers(viewers) => Deed::Viewers(*viewers),
            Occurrence::Poll(_) => Deed::Poll,
            Occurrence::Battle(_) => Deed::Battle,
        };
        Self { deed, by: what.viewer().map(Viewer::shown) }
    }
}
