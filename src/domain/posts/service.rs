//! What is done to posts: wishes, what came of them, and what is tried again by itself.

use super::activity;
use super::looks;
use super::model::{Begun, Outcome, Post, PostId, Step, Sync, Then, WhenGone};
use super::tables::{self, CHANGED, POSTS};
use super::{MOST_AT_ONCE, SEND};
use crate::jobs::{self, JobId, Lane};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Tx};

/// A row is to be shown in a channel as it is now.
pub fn want(tx: &Tx<'_>, guild: GuildId, row: (&str, u64), when_gone: WhenGone, channel: ChannelId) -> Result<()> {
    let (id, mut post) = match tables::by_row(tx, guild, row)? {
        Some(known) => known,
        None => (PostId::new(tx.next_id(guild, "posts.posts")?), Post::new(row, when_gone, channel)),
    };
    let is_orphaned = post.sync == Sync::Orphaned && !post.is_withdrawn;
    (post.when_gone, post.channel, post.is_withdrawn) = (when_gone, channel, false);
    post.revision = post.revision.saturating_add(1);
    post.refusals = 0;
    if is_orphaned {
        return put(tx, guild, id, &post);
    }
    pend(tx, guild, id, post)
}

/// All rows are to be shown once more, where they are.
pub fn want_all(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    POSTS.for_each(tx, guild, |_, post| {
        if post.is_withdrawn {
            return Ok(());
        }
        want(tx, guild, (post.kind.as_str(), post.row), post.when_gone, post.channel)
    })
}

/// A row is not to be shown any more.
pub fn withdraw(tx: &Tx<'_>, guild: GuildId, row: (&str, u64)) -> Result<()> {
    match tables::by_row(tx, guild, row)? {
        Some((id, post)) => withdraw_post(tx, guild, id, post),
        None => Ok(()),
    }
}

/// The row of a post is gone, and nobody withdrew it.
pub fn withdraw_without_row(tx: &Tx<'_>, guild: GuildId, id: PostId) -> Result<()> {
    match tables::get(tx, guild, id)? {
        Some(post) if !post.is_withdrawn => withdraw_post(tx, guild, id, post),
        _ => Ok(()),
    }
}

fn withdraw_post(tx: &Tx<'_>, guild: GuildId, id: PostId, mut post: Post) -> Result<()> {
    if post.is_nowhere() {
        return remove(tx, guild, id);
    }
    post.is_withdrawn = true;
    post.revision = post.revision.saturating_add(1);
    pend(tx, guild, id, post)
}

/// Tries once more what failed, and posts anew what is orphaned. `false` where the row has no post.
pub fn again(tx: &Tx<'_>, guild: GuildId, row: (&str, u64)) -> Result<bool> {
    let Some((id, mut post)) = tables::by_row(tx, guild, row)? else { return Ok(false) };
    post.refusals = 0;
    try_once_more(tx, guild, id, post)?;
    Ok(true)
}

/// Tries once more what the channels of a guild refused, where they take it now, as `works` tells.
pub fn again_where(tx: &Tx<'_>, guild: GuildId, works: &dyn Fn(ChannelId) -> bool) -> Result<()> {
    for (id, post) in tables::of_state(tx, guild, Sync::Failed, usize::MAX)? {
        let is_at = post.place.map_or(post.channel, |place| place.channel);
        if post.is_barred && works(is_at) && works(post.channel) {
            try_once_more(tx, guild, id, post)?;
        }
    }
    Ok(())
}

/// Whether a channel of a guild refuses a post: this one, or any with `None`.
pub fn is_any_barred(read: &dyn Read, guild: GuildId, channel: Option<ChannelId>) -> Result<bool> {
    let failed = tables::of_state(read, guild, Sync::Failed, MOST_AT_ONCE)?;
    let there = |post: &Post| {
        channel
            .is_none_or(|channel| post.channel == channel || post.place.is_some_and(|place| place.channel == channel))
    };
    Ok(failed.iter().any(|(_, post)| post.is_barred && there(post)))
}

fn try_once_more(tx: &Tx<'_>, guild: GuildId, id: PostId, mut post: Post) -> Result<()> {
    (post.shown, post.revision) = (None, post.revision.saturating_add(1));
    pend(tx, guild, id, post)
}

/// A post as a job finds it; `None` where the job is not the one that it waits for.
pub fn waiting(read: &dyn Read, guild: GuildId, id: PostId, job: JobId) -> Result<Option<Post>> {
    Ok(tables::get(read, guild, id)?.filter(|post| post.job == job))
}

/// Whether nothing is to be done for a post any more; a job that hears so is not its open job from here on.
pub fn is_idle(tx: &Tx<'_>, guild: GuildId, id: PostId, job: JobId) -> Result<bool> {
    let Some(mut post) = waiting(tx, guild, id, job)? else { return Ok(true) };
    if post.step() != Step::Nothing {
        return Ok(false);
    }
    post.job = JobId::default();
    put(tx, guild, id, &post)?;
    Ok(true)
}

/// A job is about to post, and from here on there may be a message. Gives the name under which Discord drops a second one;
/// `None` where something else is wanted by now. `mark` is by what the message is recognised.
pub fn begin(
    tx: &Tx<'_>,
    guild: GuildId,
    id: PostId,
    job: JobId,
    channel: ChannelId,
    mark: &str,
) -> Result<Option<String>> {
    let Some(mut post) = waiting(tx, guild, id, job)? else { return Ok(None) };
    let Step::Post(begun) = post.step() else { return Ok(None) };
    if post.channel != channel {
        return Ok(None);
    }
    let mark = mark.to_owned();
    let begun = if let Some(begun) = begun {
        Begun { mark, ..begun }
    } else {
        let number = tx.next_id(GuildId::INSTANCE, "posts.begun")?;
        Begun { channel, number, mark }
    };
    let name = format!("post-{}", begun.number);
    post.begun = Some(begun);
    put(tx, guild, id, &post)?;
    Ok(Some(name))
}

/// Takes in how a step of a job went; `true` where the job has another step.
pub fn took(tx: &Tx<'_>, guild: GuildId, id: PostId, outcome: Outcome) -> Result<bool> {
    let Some(mut post) = tables::get(tx, guild, id)? else { return Ok(false) };
    let then = post.take(outcome, tx.now());
    if let Some(place) = post.place {
        looks::begin(tx, guild, place.channel)?;
    }
    match then {
        Then::GoOn | Then::Wait => put(tx, guild, id, &post)?,
        Then::Remove => remove(tx, guild, id)?,
        Then::End => {
            post.job = JobId::default();
            put(tx, guild, id, &post)?;
        }
        Then::Again => {
            post.job = schedule(tx, guild, id, &post)?;
            put(tx, guild, id, &post)?;
        }
    }
    if post.sync == Sync::Failed && post.refusals == 1 {
        activity::tell(tx, guild, &post)?;
    }
    Ok(then == Then::GoOn)
}

/// Takes in that messages of a channel were deleted by somebody else: these, or all with `None`, when the channel is gone.
pub fn lost(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, messages: Option<&[MessageId]>) -> Result<()> {
    for id in tables::in_channel(tx, guild, channel, messages)? {
        let Some(mut post) = tables::get(tx, guild, id)? else { continue };
        match post.lose(tx.now()) {
            Then::Remove => remove(tx, guild, id)?,
            Then::End => put(tx, guild, id, &post)?,
            Then::GoOn | Then::Wait | Then::Again => pend(tx, guild, id, post)?,
        }
    }
    Ok(())
}

/// The guilds that have posts that are to be looked at by themselves at a moment.
pub fn guilds_to_try(read: &dyn Read, at: Timestamp) -> Result<Vec<GuildId>> {
    let mut guilds: Vec<GuildId> =
        tables::to_try(read, at, MOST_AT_ONCE)?.into_iter().map(|(guild, _)| guild).collect();
    guilds.sort_unstable();
    guilds.dedup();
    Ok(guilds)
}

/// Looks at the posts of a guild whose time has come: those without an open job get one (`T-SYN-28`). `true` where there may
/// be more.
pub fn try_again(tx: &Tx<'_>, guild: GuildId, at: Timestamp) -> Result<bool> {
    let found = tables::to_try(tx, at, MOST_AT_ONCE)?;
    let is_full = found.len() == MOST_AT_ONCE;
    let mut is_any = false;
    for (_, id) in found.into_iter().filter(|(of, _)| *of == guild) {
        let Some(post) = tables::get(tx, guild, id)? else { continue };
        pend(tx, guild, id, post)?;
        is_any = true;
    }
    // Those of other guilds that fill a page go by their own steps.
    Ok(is_full && is_any)
}

/// Something is to be done for a post: it has an open job from here on.
fn pend(tx: &Tx<'_>, guild: GuildId, id: PostId, mut post: Post) -> Result<()> {
    if post.sync == Sync::Failed {
        post.reason = None;
    }
    post.pend(tx.now());
    if !jobs::is_waiting(tx, guild, post.job)? {
        post.job = schedule(tx, guild, id, &post)?;
    }
    put(tx, guild, id, &post)
}

fn schedule(tx: &Tx<'_>, guild: GuildId, id: PostId, post: &Post) -> Result<JobId> {
    let channel = post.place.map_or(post.channel, |place| place.channel);
    SEND.schedule_now(tx, guild, Lane::Channel(channel), &id)
}

fn put(tx: &Tx<'_>, guild: GuildId, id: PostId, post: &Post) -> Result<()> {
    tx.publish(CHANGED, guild);
    POSTS.put(tx, &(guild, id), post)
}

fn remove(tx: &Tx<'_>, guild: GuildId, id: PostId) -> Result<()> {
    tx.publish(CHANGED, guild);
    POSTS.remove(tx, &(guild, id)).map(drop)
}
