//! Whom a server follows.

use serde::{Deserialize, Serialize};

use crate::kernel::error::Refuse;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::live::handle::NamesNobody;
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

/// What a person did wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TiktokRefusal {
    /// No TikTok name.
    #[error("That is no TikTok name. {0}")]
    NoName(NamesNobody),
    /// The server follows somebody else.
    #[error("This server follows **{0}**. Use `/tiktok disconnect` first; that ends the session.")]
    FollowsAnother(String),
    /// Nobody is followed.
    #[error("This server follows no live. `/tiktok connect` begins it.")]
    FollowsNobody,
}

impl Refuse for TiktokRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::NoName(_) => "tiktok.no_name",
            Self::FollowsAnother(_) => "tiktok.follows_another",
            Self::FollowsNobody => "tiktok.follows_nobody",
        }
    }
}
