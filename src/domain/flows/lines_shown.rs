//! A display of the queue came, moved or went: where each line is shown is noted (`C-42`).
//!
//! Nothing is remembered from before: the notes follow from where the displays are. A line that members and reviewers see
//! is noted where the members see it.

use crate::display::tables::by_kind;
use crate::features::queue::model::Line;
use crate::features::{desk, displays};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::store::{Read, Tx};

/// The channel and the message of a display; `None` where there is none.
type Shown = Option<(ChannelId, MessageId)>;

/// Notes for each waiting line of a guild where it is shown.
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    let shown = shown(tx, guild)?;
    shown.into_iter().try_for_each(|(line, at)| displays::tables::set_shown(tx, guild, line.name(), at))
}

/// Where each waiting line of a guild is shown.
pub fn shown(read: &dyn Read, guild: GuildId) -> Result<Vec<(Line, Shown)>> {
    let public = place(read, guild, displays::model::LIVE_QUEUE)?;
    let served = if public.is_some() { public } else { place(read, guild, desk::model::MAIN)? };
    let pending = place(read, guild, desk::model::PENDING)?;
    let lines = Line::WAITING.into_iter();
    Ok(lines.map(|line| (line, if line.is_served() { served } else { pending })).collect())
}

fn place(read: &dyn Read, guild: GuildId, kind: &str) -> Result<Shown> {
    let display = by_kind(read, guild, kind)?.map(|(_, display)| display).filter(|display| display.is_active);
    Ok(display.and_then(|display| Some((display.channel, display.message?))))
}
