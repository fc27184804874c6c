//! The table of posts, and what is read of it.

use strum::VariantArray;

use super::looks::Look;
use super::model::{Post, PostId, Sync};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Direction, Index, Read, Span, Table, Topic, UniqueIndex};

/// How a post is has changed.
pub const CHANGED: Topic = Topic::new("posts.changed");

/// The tables of posts.
pub const TABLES: &[&dyn AnyTable] = &[&POSTS, &LOOKS];

/// Posts of one state that are counted at most, so that a look at them stays short.
const MOST_COUNTED: usize = 10_000;

type PostKey = (GuildId, PostId);

/// Posts by guild and number.
pub static POSTS: Table<PostKey, Post> =
    Table::new("posts.posts", &[&BY_ROW, &BY_MESSAGE, &BY_TRY, &BY_SYNC]).without_members();
/// A row has one post of a kind.
static BY_ROW: UniqueIndex<(GuildId, u64, String), PostKey, Post> =
    UniqueIndex::new("posts.posts_by_row", |(guild, _), post| Some((*guild, post.row, post.kind.clone())));
/// Posts whose messages are known, by these.
static BY_MESSAGE: Index<(GuildId, ChannelId, MessageId, PostId), PostKey, Post> =
    Index::new("posts.posts_by_message", |(guild, id), post| {
        post.place.map(|place| (*guild, place.channel, place.message, *id))
    });
/// Posts that are looked at again by themselves, by when, across all guilds.
static BY_TRY: Index<(Timestamp, GuildId, PostId), PostKey, Post> =
    Index::new("posts.posts_by_try", |(guild, id), post| post.next_try.map(|at| (at, *guild, *id)));
/// Posts that are not as they should be.
static BY_SYNC: Index<(Sync, GuildId, PostId), PostKey, Post> =
    Index::new("posts.posts_by_sync", |(guild, id), post| {
        (post.sync != Sync::Synced).then_some((post.sync, *guild, *id))
    });

/// When the channels of posts are looked at, by guild and channel.
pub(super) static LOOKS: Table<(GuildId, ChannelId), Look> =
    Table::new("posts.looks", &[&LOOKS_BY_DUE]).without_members();
/// The same by when, across all guilds.
static LOOKS_BY_DUE: Index<(Timestamp, GuildId, ChannelId), (GuildId, ChannelId), Look> =
    Index::new("posts.looks_by_due", |(guild, channel), look| Some((look.due, *guild, *channel)));

/// A post.
pub fn get(read: &dyn Read, guild: GuildId, id: PostId) -> Result<Option<Post>> {
    POSTS.get(read, &(guild, id))
}

/// The post of a row, by the name of its kind and the row's number.
pub fn by_row(read: &dyn Read, guild: GuildId, (kind, row): (&str, u64)) -> Result<Option<(PostId, Post)>> {
    let Some((_, id)) = BY_ROW.get(read, &(guild, row, kind.to_owned()))? else { return Ok(None) };
    Ok(get(read, guild, id)?.map(|post| (id, post)))
}

/// Whether a message is that of a post.
pub fn is_known(read: &dyn Read, guild: GuildId, channel: ChannelId, message: MessageId) -> Result<bool> {
    Ok(BY_MESSAGE.first(read, (guild, channel, message), Direction::Forward)?.is_some())
}

/// The posts whose messages are in a channel: these ones, or all with `None`.
pub fn in_channel(
    read: &dyn Read,
    guild: GuildId,
    channel: ChannelId,
    messages: Option<&[MessageId]>,
) -> Result<Vec<PostId>> {
    let mut found = Vec::new();
    match messages {
        None => found.extend(BY_MESSAGE.page(read, (guild, channel), Direction::Forward, usize::MAX)?),
        Some(messages) => {
            for message in messages {
                found.extend(BY_MESSAGE.first(read, (guild, channel, *message), Direction::Forward)?);
            }
        }
    }
    Ok(found.into_iter().map(|(.., id)| id).collect())
}

/// Whether a guild has posts whose messages are known.
pub fn has_messages(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(BY_MESSAGE.first(read, guild, Direction::Forward)?.is_some())
}

/// The channels of a guild in which messages of posts are.
pub fn channels(read: &dyn Read, guild: GuildId) -> Result<Vec<ChannelId>> {
    let (mut found, mut rest) = (Vec::new(), Span::of(guild));
    while let Some((_, channel, ..)) = BY_MESSAGE.page(read, rest, Direction::Forward, 1)?.pop() {
        found.push(channel);
        rest = Span::of(guild).after((guild, channel));
    }
    Ok(found)
}

/// The messages of posts in a channel from one on, in their order.
pub fn messages_in(read: &dyn Read, guild: GuildId, channel: ChannelId, from: MessageId) -> Result<Vec<MessageId>> {
    let span = Span::of((guild, channel)).starting_at((guild, channel, from));
    let found = BY_MESSAGE.page(read, span, Direction::Forward, usize::MAX)?;
    Ok(found.into_iter().map(|(_, _, message, _)| message).collect())
}

/// The channels that are to be looked at at a moment, those that have waited longest first.
pub fn to_look_at(read: &dyn Read, at: Timestamp, limit: usize) -> Result<Vec<(GuildId, ChannelId)>> {
    let found = LOOKS_BY_DUE.page(read, Span::all().through(at), Direction::Forward, limit)?;
    Ok(found.into_iter().map(|(_, guild, channel)| (guild, channel)).collect())
}

/// The posts that are to be looked at by themselves at a moment, at most `limit`.
pub fn to_try(read: &dyn Read, at: Timestamp, limit: usize) -> Result<Vec<(GuildId, PostId)>> {
    let found = BY_TRY.page(read, Span::all().through(at), Direction::Forward, limit)?;
    Ok(found.into_iter().map(|(_, guild, id)| (guild, id)).collect())
}

/// The posts of a guild that are in a state other than synced, at most `limit`.
pub fn of_state(read: &dyn Read, guild: GuildId, sync: Sync, limit: usize) -> Result<Vec<(PostId, Post)>> {
    let mut found = Vec::new();
    for (.., id) in BY_SYNC.page(read, (sync, guild), Direction::Forward, limit)? {
        found.extend(get(read, guild, id)?.map(|post| (id, post)));
    }
    Ok(found)
}

/// How many posts are in which state other than synced; no more than 10,000 are counted of each.
pub fn by_state(read: &dyn Read) -> Result<Vec<(&'static str, u64)>> {
    let states = Sync::VARIANTS.iter().filter(|sync| **sync != Sync::Synced);
    states
        .map(|sync| Ok((sync.name(), BY_SYNC.page(read, *sync, Direction::Forward, MOST_COUNTED)?.len() as u64)))
        .collect()
}
