//! What is noted of what reviewers do.

use serde::{Deserialize, Serialize};

use crate::activity::Kind;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;

/// A reviewer removed a song that cannot be heard. About the song; before and after are the lines.
pub static DEAD_LINK_REMOVED: Kind<Refund> = Kind::new("desk.dead_link_removed");

/// What a submitter got back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The submitter.
    pub user: UserId,
    /// The number of the song, as people read it.
    pub number: String,
    /// Gifted coins that count for another song now.
    pub gifted: Option<Amount>,
    /// Luxury Coins.
    pub luxury: Option<Amount>,
}
