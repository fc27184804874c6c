//! What happened in each guild: one row for everything that a team, an audit or somebody who listens may want to know.
//!
//! An activity is staged in the transaction that brings it about, so there is one exactly when the thing happened. It says
//! who ([`Actor`](crate::kernel::actor::Actor)) did what ([`ActivityKind`]) to whom or what ([`Subject`]), what was before and what
//! is after, by which [`Door`] they came, and whatever else its kind tells. It holds values and no prose: its kind makes the one
//! [sentence](Readable) of them, which each surface draws in its own way. The debug channel is the first of them
//! ([`debug_channel`]); the process's own log is told after the commit ([`log_in_words`]).
//!
//! A kind is declared with its sentence in the file `activity.rs` of its feature, and staged by whoever does the thing:
//!
//! ```ignore
//! GIFTS_LIFTED.with(Lifted { user, coins, number, gift }).by(Actor::Live).of(Subject::Song(song)).note(tx, guild)?;
//! ```
//!
//! What happens to the instance, such as a sign-in, is of guild 0: it is kept, and no debug channel is told.
//!
//! Not everything is an activity: what happens on a live is an interaction already, and a song is in its line.
//!
//! **Reads.** [`newest`] gives a page, the newest first, filtered by kind, actor and subject; [`since`] what came behind one
//! that somebody has seen.
//!
//! **Bounds.** One row in one table, without an index, for each activity; it goes when it is older than the setting
//! `activity_days`.
//!
//! Tables: `activity.log`, `debug_channel.deliveries`; `debug_channel.lines` is empty since version 6. Topic: [`CHANGED`].
//! Jobs: `debug_channel.deliver`, `debug_channel.leave`.

pub mod debug_channel;
mod door;
mod kind;
pub mod migration;
mod model;
pub mod program;
mod sentence;
pub mod settings;
mod tables;
mod words;

pub use door::{Door, DoorKind};
pub use kind::{ActivityKind, Happened};
pub use model::{Activity, ActivityId, Subject};
pub use sentence::{ChangeType, Context, Noted, Reach, Readable, Thing, called};
pub use tables::{
    CHANGED, Filter, between, following, forget, forget_old, get, guilds, has_old, naming, newest, newest_where, since,
};
pub use words::log_in_words;

use crate::jobs::Purposeful;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::store::{AnyTable, Tx};

/// The tables of this module.
pub const TABLES: &[&dyn AnyTable] = &[&tables::LOG, &debug_channel::DELIVERIES, &migration::LINES];

/// Something that the team has to know, in a sentence of whoever found it. Text of people in it is escaped already.
pub static TEAM_TOLD: ActivityKind<String> =
    ActivityKind::<String>::new("team.told", |told| Some(Sentence::kept(told.details.as_str())))
        .called("Something the team has to know");

/// The kinds of activities of no feature in particular.
pub const KINDS: &[&dyn Readable] = &[
    &TEAM_TOLD,
    &program::SNAPSHOT_DAMAGED,
    &program::BACKUP_LEFT_OUT,
    &program::COPIES_FAIL,
    &program::COPIES_WORK,
    &program::DISK_FILLS,
    &program::LOG_EMPTIED,
    &program::RECONNECTED,
    &program::BACKUP_RESTORED,
    &program::SERVER_LEFT,
    &program::EXPORTED,
    &crate::jobs::unsent::LOST,
    &crate::jobs::unsent::TRIED_AGAIN,
    &crate::jobs::unsent::DISMISSED,
];

/// The kinds of jobs of this module.
pub const JOBS: &[&dyn Purposeful] = &[&debug_channel::DELIVER, &debug_channel::LEAVE];

/// Stages an activity and what follows from it.
fn stage(tx: &Tx<'_>, guild: GuildId, activity: Activity) -> Result<()> {
    let activity = Activity { door: tx.door().map(|door| door.to_string()), ..activity };
    let id = tables::add(tx, guild, &activity)?;
    debug_channel::stage(tx, guild, id)?;
    debug_channel::take_leave(tx, guild, &activity)?;
    words::log_after_commit(tx, guild, activity);
    Ok(())
}

#[cfg(test)]
mod tests;
