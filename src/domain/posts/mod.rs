//! Messages of the bot that follow a row: an item of the shop, a task, a proof (`T-SYN-01`..`T-SYN-28`).
//!
//! A post is a row: which kind and row of a feature it follows, the channel in which it is wanted, where its message is, and how
//! both compare ([`Sync`]). Whoever changes the feature's row says [`PostKind::wanted`] in the same transaction. That counts the
//! revision of the post up and stages one job in the lane of the channel, unless one is open: so many changes become one edit,
//! and one that comes while an edit is under way leads to another (`T-ADV-11`). `discord::posts` does the jobs: it draws the row as
//! it is at that moment, and posts, edits or deletes.
//!
//! **There is one message in the end**, wherever the program was killed. Before a post the row says that a message may be there
//! ([`Begun`]); the post carries a name under which Discord drops a second one; and where a row knows of no message although there
//! may be one, the channel is searched first. A post that is [withdrawn](PostKind::withdrawn) goes when its message is gone.
//!
//! **A message that somebody deleted** is posted anew or not, as its kind says ([`WhenGone`], `C-57`). What Discord refuses is
//! `failed`, with the reason in words, and the team is told; what it does not answer is `pending_sync`. What is pending and has no
//! open job is tried again every 10 minutes (`T-SYN-28`). What failed is tried again when its channel takes it again
//! ([`service::again_where`]), and by itself after 10 minutes, then after twice as long each time, up to a day.
//!
//! **A message that was deleted while nobody told the bot** is missed within 10 minutes, and after each start ([`looks`]).
//!
//! Invariants: a post is `synced` only after Discord showed its last revision; one job at a time works on a post.
//!
//! Tables: `posts.posts`, `posts.looks`. Topic: [`CHANGED`]. Jobs: `posts.send`, `posts.look`.

mod activity;
pub mod looks;
mod model;
pub mod service;
pub mod tables;

pub use activity::FAILED;
pub use model::{Begun, Outcome, Place, Post, PostId, PostState, Step, Sync, WhenGone};
pub use tables::{CHANGED, by_state};

use crate::jobs::{JobKind, Purposeful};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::store::{Read, Tx};

/// Brings the message of a post to what is wanted of it.
pub static SEND: JobKind<PostId> = JobKind::new("posts.send", "A message that is kept up to date");

/// Looks whether the messages of posts in a channel are still there.
pub static LOOK: JobKind<ChannelId> = JobKind::new("posts.look", "A look whether messages are still there");

/// The kinds of jobs of this module.
pub const JOBS: &[&dyn Purposeful] = &[&SEND, &LOOK];

/// Posts that are tried again, and channels that are looked at, in one step.
const MOST_AT_ONCE: usize = 100;

/// Draws all posts of a guild anew: something changed that many of them say, such as the name of its currency.
pub fn redraw_all(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    service::want_all(tx, guild)
}

/// A kind of posts: what of a feature they follow. The rows of one kind are told apart by a number.
#[derive(Debug)]
pub struct PostKind {
    name: &'static str,
    when_gone: WhenGone,
}

impl PostKind {
    /// Declares a kind: `feature.thing`. The name is stored, so it never changes. Who draws its posts is a line in the `Face`
    /// of its feature.
    pub const fn new(name: &'static str, when_gone: WhenGone) -> Self {
        Self { name, when_gone }
    }

    /// The stored name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// A row is to be shown in a channel as it is now: posts it, edits its message, or moves it there. Called after every
    /// change of the row. One that is orphaned stays so until [`again`](Self::again).
    pub fn wanted(&self, tx: &Tx<'_>, guild: GuildId, row: u64, channel: ChannelId) -> Result<()> {
        service::want(tx, guild, (self.name, row), self.when_gone, channel)
    }

    /// A row is not to be shown any more: its message is deleted, and then the post goes.
    pub fn withdrawn(&self, tx: &Tx<'_>, guild: GuildId, row: u64) -> Result<()> {
        service::withdraw(tx, guild, (self.name, row))
    }

    /// How the post of a row is; `None` where there is none, also after it was withdrawn and its message is gone.
    pub fn state(&self, read: &dyn Read, guild: GuildId, row: u64) -> Result<Option<PostState>> {
        Ok(tables::by_row(read, guild, (self.name, row))?.map(|(_, post)| post.state()))
    }

    /// Tries once more what failed, and posts anew what is orphaned. `false` where the row has no post.
    pub fn again(&self, tx: &Tx<'_>, guild: GuildId, row: u64) -> Result<bool> {
        service::again(tx, guild, (self.name, row))
    }
}

#[cfg(test)]
mod tests;
