//! Whom a server follows.

use serde::{Deserialize, Serialize};

use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::live::handle::NamesNobody;
use crate::refusals;
use crate::store::Record;

/// A name that a server follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// Which follow of the server it is: another one after each disconnect.
    pub number: u64,
    /// Whose lives.
    pub streamer: Handle,
    /// Whether to wait for a name that is not live, and to try again (`M-TIK-01`).
    pub is_persistent: bool,
    /// Who wanted it.
    pub by: UserId,
    /// When.
    pub since: Timestamp,
}

impl Record for Follow {}

refusals! {
    /// What a person did wrong.
    pub enum TiktokRefusal {
        /// No TikTok name.
        NoName(reason: NamesNobody) => "tiktok.no_name" as NotValid, "That is no TikTok name. {reason}";
        /// The server follows somebody else.
        FollowsAnother(streamer: Handle) => "tiktok.follows_another",
            "This server follows **{streamer}**. Use `/tiktok disconnect` first; that ends the session.";
        /// Nobody is followed.
        FollowsNobody => "tiktok.follows_nobody", "This server follows no live. `/tiktok connect` begins it.";
    }
}
