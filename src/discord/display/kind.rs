//! What a feature declares to have a display.

use crate::discord::draft::Draft;
use crate::display::{DisplayId, Installation};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::store::{Read, Topic, Tx};

/// A kind of display.
pub struct DisplayKind {
    /// Its stored name, which never changes.
    pub name: &'static str,
    /// What people call it: `live queue`.
    pub title: &'static str,
    /// With what it comes into a channel.
    pub installed_with: &'static Installation,
    /// Whom it is for.
    pub audience: Audience,
    /// What wakes it.
    pub topics: &'static [Topic],
    /// What makes a message that is older than an hour be replaced, because Discord takes few edits of an old one.
    pub renewed_by: Option<Topic>,
    /// What it shows: a pure function of the snapshot.
    pub render: fn(&dyn Read, Shown) -> Result<Draft>,
    /// Notes in which message it is now; `None` when it is in none.
    pub placed: Placed,
}

/// Whom a display is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Everyone,
    /// Those whom the administrators let into its channel. It is never put into a channel that the bot makes, because
    /// everybody would see that one.
    Team,
}

/// Notes where a display is.
pub type Placed = fn(&Tx<'_>, GuildId, Option<(ChannelId, MessageId)>) -> Result<()>;

/// Which display is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Whose.
    pub guild: GuildId,
    /// Which.
    pub display: DisplayId,
    /// The page that is wished for, from 1. What is beyond the last page shows the last.
    pub page: u64,
}
