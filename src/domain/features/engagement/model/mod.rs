//! Sessions, interactions, streaks of gifts, credits, the people of a session with their watch time, and the job of its
//! report.

mod participant;
mod report;

use std::collections::BTreeMap;

pub use participant::{Deeds, Participant, Watch};
pub use report::{POST_REPORT, SessionOver};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use super::old;
use crate::jobs::JobKind;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::{Handle, MessageId, Occurrence};
use crate::store::{Record, decode_body};
use crate::{fields, id_type};

id_type!(
    /// The number of a session within its guild (`M-DB-02`: `id`).
    SessionId
);
id_type!(
    /// The number of an interaction within its guild (`M-DB-04`: `id`).
    InteractionNumber
);
id_type!(
    /// The number of a viewer count within its guild (`M-DB-05`: `id`).
    SnapshotNumber
);
id_type!(
    /// A known handle, by the number that the feature `handles` gives it.
    AccountRef
);
id_type!(
    /// A song, by the row number that the feature `queue` gives it.
    SongRef
);

/// A live, from the connection to its end (`M-DB-02`). A short drop does not end it (`D-26`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Whose live.
    pub streamer: Handle,
    /// When we connected first.
    pub started_at: Timestamp,
    /// When it ended; `None` while it is open.
    pub ended_at: Option<Timestamp>,
    /// The last event of it, a lost connection not counted.
    pub last_event_at: Timestamp,
    /// Whether we are connected now. Events of an open session count only while we are.
    pub is_connected: bool,
    /// When a viewer count was last written down.
    pub last_snapshot_at: Option<Timestamp>,
    /// The latest viewer count of this connection; `None` before the first, because unknown is not 0.
    pub viewers: Option<ViewerSnapshot>,
    /// The times of our connections, the last one last. One that every handle's watch time has been counted for is gone.
    pub connections: Vec<Connection>,
    /// When the watch time of everybody was last counted.
    pub counted_at: Timestamp,
}

impl Record for Session {
    const VERSION: u8 = 2;

    fn decode_old(version: u8, body: &[u8]) -> Option<Self> {
        match version {
            1 => decode_body::<old::Session>(body).map(Self::from),
            _ => None,
        }
    }
}

/// A time in which we were connected to a live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// When we were connected.
    pub from: Timestamp,
    /// When the connection was lost or the live ended; `None` while it lasts.
    pub until: Option<Timestamp>,
}

/// The kinds of interactions (`M-TIK-08` to `M-TIK-17`). Their order is stored: new ones come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum InteractionKind {
    /// Someone came in.
    Join,
    /// Someone tapped likes.
    Like,
    /// Someone wrote in the chat.
    Comment,
    /// Someone shared the live.
    Share,
    /// Someone followed the host.
    Follow,
    /// Someone subscribed to the host.
    Subscribe,
    /// Someone sent a gift, or a whole streak of one.
    Gift,
    /// A poll started, moved or ended.
    Poll,
    /// A battle between hosts started, moved or ended.
    #[strum(serialize = "mic_battle")]
    Battle,
}

impl InteractionKind {
    /// The kind of what happened; `None` for what is no interaction.
    pub const fn of(what: &Occurrence) -> Option<Self> {
        Some(match what {
            Occurrence::Joined(_) => Self::Join,
            Occurrence::Liked(..) => Self::Like,
            Occurrence::Commented(..) => Self::Comment,
            Occurrence::Shared(_) => Self::Share,
            Occurrence::Followed(_) => Self::Follow,
            Occurrence::Subscribed(_) => Self::Subscribe,
            Occurrence::Gifted(..) => Self::Gift,
            Occurrence::Poll(_) => Self::Poll,
            Occurrence::Battle(_) => Self::Battle,
            Occurrence::Connected | Occurrence::Disconnected | Occurrence::Ended | Occurrence::Viewers(_) => {
                return None;
            }
        })
    }

    /// The exported `interaction_type`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What someone did on a live (`M-DB-04`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interaction {
    /// Who, where it was a person.
    pub account: Option<AccountRef>,
    /// What.
    pub kind: InteractionKind,
    /// The likes, the text, the name of the gift, or the details as JSON.
    pub value: Option<String>,
    /// What a gift was worth, in TikTok's coins.
    pub coin_value: Option<Amount>,
    /// The level beside the name.
    pub level: Option<u32>,
    /// When.
    pub at: Timestamp,
}

impl Record for Interaction {}

impl Interaction {
    /// The same without what a person wrote and without their level. What counts stays.
    #[must_use]
    pub fn without_words(&self) -> Self {
        let value = self.value.clone().filter(|_| self.kind != InteractionKind::Comment);
        Self { value, level: None, ..self.clone() }
    }
}

/// How many watched at a moment (`M-DB-05`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewerSnapshot {
    /// How many.
    pub viewers: u32,
    /// When.
    pub at: Timestamp,
}

impl Record for ViewerSnapshot {}

/// One row of taps on the same gift (`M-TIK-24`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streak {
    /// The name of the gift.
    pub gift: String,
    /// The price of one, in coins.
    pub unit_coins: u32,
    /// The highest count that was seen.
    pub seen: u32,
    /// The count that is paid.
    pub paid: u32,
    /// The level beside the name.
    pub level: Option<u32>,
    /// When its last step came.
    pub last_step_at: Timestamp,
}

// The last step of one of before is taken to be long ago: it is settled at the next look.
fields!(Streak: last_step_at since 2 = Timestamp::from_micros(0));

/// Which streak: whose, of which gift, and TikTok's number of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreakKey {
    /// Whose.
    pub account: AccountRef,
    /// TikTok's number of the gift.
    pub gift: u64,
    /// TikTok's number of the streak.
    pub group: u64,
}

/// A gift, or what is left to pay of one, that counts now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledGift {
    /// Who sent it.
    pub account: AccountRef,
    /// TikTok's number of the gift.
    pub id: u64,
    /// The name of the gift.
    pub gift: String,
    /// How many.
    pub count: u32,
    /// What it pays.
    pub payout: Payout,
    /// The level beside the name.
    pub level: Option<u32>,
    /// When it was sent: the last step of its streak.
    pub at: Timestamp,
}

/// What a gift pays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payout {
    /// What it was worth, in TikTok's coins: the credit (`C-29`, `C-30`).
    pub coins: Amount,
    /// Engagement points (`M-TIK-21`).
    pub points: Amount,
    /// Luxury Coins (`M-ECO-04`).
    pub luxury: Amount,
}

/// What a member's gifts of one session are worth, as far as they are not used up (`C-29`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// In TikTok's coins.
    pub coins: Amount,
    /// The song that it lifted. It belongs to that song until the song is played or removed.
    pub song: Option<SongRef>,
}

impl Record for Credit {}

/// The last numbers given in a guild. Kept here, because a batch of live events takes many at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbers {
    /// The last interaction.
    pub interaction: u64,
    /// The last viewer count.
    pub snapshot: u64,
    /// The last participant.
    pub participant: u64,
}

fields!(Numbers: participant since 2 = 0);

/// Some of the messages that an open session took, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageChunk {
    /// Which.
    pub ids: Vec<MessageId>,
}

impl MessageChunk {
    /// Messages in a chunk. A batch rewrites the newest one, so it is small; a look-up reads all, so it is not tiny.
    pub const MOST: usize = 256;
}

impl Record for MessageChunk {}

/// The times of an open session in which the live told us nothing, the last one last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruptions {
    /// Which.
    pub spans: Vec<Interruption>,
}

impl Record for Interruptions {}

/// A time in which the live told us nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interruption {
    /// The last sign of life before it.
    pub since: Timestamp,
    /// When we were connected again; `None` while we are not.
    pub until: Option<Timestamp>,
    /// The number of the newest chunk of messages when it began.
    pub chunk: u64,
}

/// What an open session was told of gifts, by TikTok's number of the gift: what one message leaves out, an earlier one said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownGifts {
    /// Which.
    pub gifts: BTreeMap<u64, KnownGift>,
}

impl KnownGifts {
    /// Under what it is kept that the team was told of a gift which nobody can price: a number that no gift has.
    pub const fn told_of(gift: u64) -> u64 {
        !gift
    }
}

impl Record for KnownGifts {}

/// What was told of a gift.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownGift {
    /// Its name.
    pub name: String,
    /// The price of one, in coins; 0 while it is not known.
    pub unit_coins: u32,
    /// Whether it was seen to streak.
    pub can_streak: bool,
}

/// A song that gifts lifted: what its submitter is told (`D-10`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SongLifted {
    /// Who submitted it.
    pub user: UserId,
    /// The number that people use: `#012345`.
    pub number: String,
    /// The title, not escaped.
    pub title: String,
    /// The name of the line that it is in now.
    pub line: String,
}

/// The job that tells a submitter that gifts lifted the song.
pub static TELL_LIFTED: JobKind<SongLifted> =
    JobKind::new("engagement.tell_lifted", "Telling a member that gifts lifted their song");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{Gift, Viewer};

    #[test]
    fn what_is_stored_has_the_words_of_the_live() {
        crate::covers!("M-TIK-07");
        let ann = || Viewer::named(Handle::parse("ann").unwrap());
        let gift = Gift { id: 1, name: "Rose".into(), unit_coins: 1, count: 1, is_streaking: false, group: 0 };
        let all = [
            Occurrence::Connected,
            Occurrence::Disconnected,
            Occurrence::Ended,
            Occurrence::Joined(ann()),
            Occurrence::Liked(ann(), 3),
            Occurrence::Commented(ann(), "hi".into()),
            Occurrence::Shared(ann()),
            Occurrence::Followed(ann()),
            Occurrence::Subscribed(ann()),
            Occurrence::Gifted(ann(), gift),
            Occurrence::Viewers(3),
            Occurrence::Poll("{}".into()),
            Occurrence::Battle("{}".into()),
        ];
        for what in &all {
            assert_eq!(InteractionKind::of(what).map(InteractionKind::name), what.interaction_type(), "{what:?}");
        }
    }
}
