//! A display of the queue came, moved or went: where each line is shown is noted (`C-42`).
//!
//! Nothing is remembered from before: the notes follow from where the displays are. A line that members and reviewers see
//! is noted where the members see it.

use crate::discord::display::tables::by_kind;
use crate::features::queue::model::Line;
use crate::features::{desk, displays};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::store::{Read, Tx};

/// Notes for each waiting line of a guild where it is shown.
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    let public = place(tx, guild, displays::model::LIVE_QUEUE)?;
    let served = if public.is_some() { public } else { place(tx, guild, desk::model::MAIN)? };
    let pending = place(tx, guild, desk::model::PENDING)?;
    Line::WAITING.into_iter().try_for_each(|line| {
        let at = if line.is_served() { served } else { pending };
        displays::tables::set_shown(tx, guild, line.name(), at)
    })
}

fn place(read: &dyn Read, guild: GuildId, kind: &str) -> Result<Option<(ChannelId, MessageId)>> {
    let display = by_kind(read, guild, kind)?.map(|(_, display)| display).filter(|display| display.is_active);
    Ok(display.and_then(|display| Some((display.channel, display.message?))))
}
