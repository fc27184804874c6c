//! The table of displays, and whatever is done to it beyond one row.

use super::model::{Display, DisplayId};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::store::{AnyTable, Read, Span, Table, Topic, Tx, UniqueIndex};

/// A display is to be looked at: it was set up, turned to another page, lost or moved.
pub const CHANGED: Topic = Topic::new("displays.changed");

/// The tables of displays.
pub const TABLES: &[&dyn AnyTable] = &[&DISPLAYS];

/// Displays by guild and row number.
pub static DISPLAYS: Table<(GuildId, DisplayId), Display> =
    Table::new("displays.displays", &[&BY_KIND]).without_members();
/// A guild has one display of a kind.
static BY_KIND: UniqueIndex<(GuildId, String), (GuildId, DisplayId), Display> =
    UniqueIndex::new("displays.displays_by_kind", |(guild, _), display| Some((*guild, display.kind.clone())));

/// The displays of a guild.
pub fn of_guild(read: &dyn Read, guild: GuildId) -> Result<Vec<(DisplayId, Display)>> {
    let mut displays = Vec::new();
    DISPLAYS.for_each(read, Span::of(guild), |(_, id), display| {
        displays.push((id, display));
        Ok(())
    })?;
    Ok(displays)
}

/// The guilds that have displays.
pub fn guilds(read: &dyn Read) -> Result<Vec<GuildId>> {
    let mut guilds = Vec::new();
    DISPLAYS.for_each(read, Span::all(), |(guild, _), _| {
        guilds.push(guild);
        Ok(())
    })?;
    guilds.dedup();
    Ok(guilds)
}

/// The guild's display of a kind.
pub fn by_kind(read: &dyn Read, guild: GuildId, kind: &str) -> Result<Option<(DisplayId, Display)>> {
    let Some((_, id)) = BY_KIND.get(read, &(guild, kind.to_owned()))? else { return Ok(None) };
    Ok(DISPLAYS.get(read, &(guild, id))?.map(|display| (id, display)))
}

/// What was at another place before a display came to its new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    /// The channel.
    pub channel: ChannelId,
    /// The message, if there was one.
    pub message: Option<MessageId>,
}

/// Puts the guild's display of a kind into a channel, to be posted there. One that is in the channel already is shown
/// anew; one in another channel moves, and the answer says from where.
pub fn put(tx: &Tx<'_>, guild: GuildId, kind: &str, channel: ChannelId) -> Result<Option<Former>> {
    let known = by_kind(tx, guild, kind)?;
    let mut former = None;
    let (id, display) = match known {
        Some((id, display)) if display.channel == channel => {
            (id, Display { content_hash: None, is_active: true, ..display })
        }
        Some((id, display)) => {
            former = Some(Former { channel: display.channel, message: display.message });
            (id, blank(tx, kind, channel, display.posts))
        }
        None => (DisplayId::new(tx.next_id(guild, "displays.displays")?), blank(tx, kind, channel, 0)),
    };
    DISPLAYS.put(tx, &(guild, id), &display)?;
    tx.publish(CHANGED, guild);
    Ok(former)
}

/// Takes the guild's display of a kind away; answers where it was.
pub fn remove(tx: &Tx<'_>, guild: GuildId, kind: &str) -> Result<Option<Former>> {
    let Some((id, display)) = by_kind(tx, guild, kind)? else { return Ok(None) };
    DISPLAYS.remove(tx, &(guild, id))?;
    tx.publish(CHANGED, guild);
    Ok(Some(Former { channel: display.channel, message: display.message }))
}

fn blank(tx: &Tx<'_>, kind: &str, channel: ChannelId, posts: u32) -> Display {
    Display {
        kind: kind.to_owned(),
        channel,
        message: None,
        posts,
        posted_at: None,
        page: 0,
        content_hash: None,
        updated_at: tx.now(),
        is_active: true,
    }
}

/// Changes a display that is there, and lets the painter look at it.
pub fn change(tx: &Tx<'_>, guild: GuildId, id: DisplayId, change: impl FnOnce(&mut Display)) -> Result<()> {
    note(tx, guild, id, change)?;
    tx.publish(CHANGED, guild);
    Ok(())
}

/// Changes what is known of a display, where there is nothing to paint by it.
pub fn note(tx: &Tx<'_>, guild: GuildId, id: DisplayId, change: impl FnOnce(&mut Display)) -> Result<()> {
    let display = DISPLAYS.get(tx, &(guild, id))?;
    let mut display = display.ok_or_else(|| Error::failed(format!("guild {guild} has no display {id}")))?;
    change(&mut display);
    DISPLAYS.put(tx, &(guild, id), &display)
}
