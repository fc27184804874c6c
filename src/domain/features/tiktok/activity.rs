//! What is noted of the lives that a server follows. All of it is about a name on TikTok, but what was made up.

use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, Noted, Readable};
use crate::kernel::sentence::{Sentence, Slot};
use crate::live::{Gift, Occurrence, Viewer};
use crate::sentence;

/// The live is connected.
pub static CONNECTED: ActivityKind<()> =
    ActivityKind::new("tiktok.connected", connected).called("A live was connected");
/// The connection was lost, and is tried again.
pub static CONNECTION_LOST: ActivityKind<()> =
    ActivityKind::new("tiktok.connection_lost", connection_lost).called("The connection to a live was lost");
/// The live cannot be connected at the moment, because of this: a sentence for a message on Discord.
pub static REFUSED: ActivityKind<String> =
    ActivityKind::new("tiktok.refused", refused).called("A live could not be connected");
/// The live is not followed any more.
pub static STOPPED: ActivityKind<Ending> =
    ActivityKind::new("tiktok.stopped", stopped).called("A live is not followed any more");
/// A person let it be followed no more.
pub static LEFT: ActivityKind<()> = ActivityKind::new("tiktok.left", left).called("Somebody stopped following a live");
/// The recording of the live stopped, because of this.
pub static RECORDING_STOPPED: ActivityKind<String> =
    ActivityKind::new("tiktok.recording_stopped", recording_stopped).called("The recording of a live stopped");
/// An administrator made an event up.
pub static SIMULATED: ActivityKind<SimulatedEvent> =
    ActivityKind::new("tiktok.simulated", simulated).called("An event of a live was made up");

/// All of them.
pub const KINDS: &[&dyn Readable] =
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

/// "a gift of 3 × 500 coins by **@ann.live**".
impl Slot for SimulatedEvent {
    fn to_sentence(&self) -> Sentence {
        let deed = match self.deed {
            Deed::Connected => sentence!("a connection"),
            Deed::Disconnected => sentence!("a lost connection"),
            Deed::Ended => sentence!("the end of the live"),
            Deed::Joined => sentence!("a join"),
            Deed::Liked(taps) => sentence!("{taps} likes", taps),
            Deed::Commented => sentence!("a comment"),
            Deed::Shared => sentence!("a share"),
            Deed::Followed => sentence!("a follow"),
            Deed::Subscribed => sentence!("a subscription"),
            Deed::Gifted { count, unit_coins } => {
                sentence!("a gift of {count} × {unit_coins} coins", count, unit_coins)
            }
            Deed::Viewers(viewers) => sentence!("{viewers} viewers", viewers),
            Deed::Poll => sentence!("a poll"),
            Deed::Battle => sentence!("a battle"),
        };
        let by = self.by.as_ref().map(|name| sentence!(" by **{name}**", name));
        sentence!("{deed}{by}", deed, by)
    }
}

fn connected(told: &Noted<'_, ()>) -> Option<Sentence> {
    Some(sentence!("Connected to the live of **{name}**.", name = told.handle()?).signed("🟢"))
}

fn connection_lost(told: &Noted<'_, ()>) -> Option<Sentence> {
    let name = told.handle()?;
    Some(sentence!("The connection to the live of **{name}** was lost. Connecting again.", name).signed("🟠"))
}

fn refused(told: &Noted<'_, String>) -> Option<Sentence> {
    let (name, because) = (told.handle()?, Sentence::kept(told.details.as_str()));
    Some(sentence!("**{name}**: {because}", name, because).signed("🟡"))
}

fn stopped(told: &Noted<'_, Ending>) -> Option<Sentence> {
    let name = told.handle()?;
    Some(match &told.details {
        Ending::LiveEnded => {
            sentence!("The live of **{name}** is over. `/tiktok connect` follows the next one.", name).signed("🏁")
        }
        Ending::NotLive => sentence!("**{name}** is not live, and nobody wanted to wait.", name).signed("⚪"),
        Ending::Refused(because) => {
            let because = Sentence::kept(because.as_deref().unwrap_or("it was refused."));
            sentence!("**{name}** is not followed any more: {because}", name, because).signed("🔴")
        }
    })
}

fn left(told: &Noted<'_, ()>) -> Option<Sentence> {
    let (by, name) = (told.by_person()?, told.handle()?);
    Some(sentence!("{by} disconnected from **{name}**.", by, name).signed("⏹️"))
}

fn recording_stopped(told: &Noted<'_, String>) -> Option<Sentence> {
    let (name, because) = (told.handle()?, &told.details);
    let sentence = sentence!(
        "The recording of the live of **{name}** stopped: {because}. The live itself goes on.",
        name,
        because
    );
    Some(sentence.signed("📼"))
}

fn simulated(told: &Noted<'_, SimulatedEvent>) -> Option<Sentence> {
    Some(sentence!("{by} simulated {event}", by = told.by_person()?, event = told.details).signed("🧪"))
}
