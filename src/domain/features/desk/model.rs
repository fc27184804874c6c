//! The stored names of the displays, and what a submitter is told of a dead link.

use serde::{Deserialize, Serialize};

use crate::jobs::JobKind;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, UserId};

/// The reviewer queue.
pub const MAIN: &str = "reviewer_main";
/// The pending skips.
pub const PENDING: &str = "reviewer_pending";

/// What the job carries that tells a submitter of a song that could not be heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLink {
    /// Who sent the song.
    pub user: UserId,
    /// Its number, as people read it.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Gifted coins that count for another song now.
    pub gifted: Option<Amount>,
    /// Luxury Coins that came back.
    pub luxury: Option<Amount>,
    /// Where submitters who take no direct messages are told.
    pub channel: Option<ChannelId>,
    /// Whether it was taken back: the song waits again, and what came back is taken once more.
    #[serde(default)]
    pub is_taken_back: bool,
}

/// The job that tells a submitter that a song could not be heard, and what came back.
pub static TELL_DEAD_LINK: JobKind<DeadLink> =
    JobKind::new("desk.tell_dead_link", "Telling a member that the link of their song is dead");
