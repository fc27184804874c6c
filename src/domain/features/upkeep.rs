//! Work that nobody asks for: what comes again every half minute, and what a start has to put right.

use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Tx};
use crate::{activity, posts, signin};

/// A piece of such work. It is safe to run at any time and to be cut off anywhere: where nothing is due it writes nothing,
/// and what was left undone is due the next time.
pub struct Upkeep {
    /// As its operations are called in the log.
    pub name: &'static str,
    /// Where there may be something to do at a moment. It reads no rows, as far as it can: one that is damaged would hide all
    /// other guilds.
    pub due: fn(&dyn Read, Timestamp) -> Result<Vec<Due>>,
    /// Whether there is, read from the same snapshot. Fails for its guild alone.
    pub is_due: fn(&dyn Read, &Due) -> Result<bool>,
    /// Does a part of it in one transaction, so small that nobody waits for it. Answers where to go on, as a number of its
    /// own that the next step is given; `None` when it is through.
    pub step: fn(&Tx<'_>, &Due, Option<u64>) -> Result<Option<u64>>,
}

/// What happened too long ago is forgotten.
pub(super) static OLD_ACTIVITIES: Upkeep = Upkeep {
    name: "old_activities",
    due: |read, at| Ok(Due::in_guilds(activity::guilds(read)?, at)),
    is_due: |read, due| activity::has_old(read, due.guild, due.at),
    step: |tx, due, _| Ok(activity::forget_old(tx, due.guild, due.at)?.then_some(0)),
};

/// Messages that do not show yet what is wanted are tried again (`T-SYN-28`).
pub(super) static POSTS_TRIED_AGAIN: Upkeep = Upkeep {
    name: "posts_tried_again",
    due: |read, at| Ok(Due::in_guilds(posts::service::guilds_to_try(read, at)?, at)),
    is_due: |_, _| Ok(true),
    step: |tx, due, _| Ok(posts::service::try_again(tx, due.guild, due.at)?.then_some(0)),
};

/// Whether the messages of posts are still there is looked at, some channels at a time (`T-SYN-28`).
pub(super) static POSTS_LOOKED_AT: Upkeep = Upkeep {
    name: "posts_looked_at",
    due: |read, at| Ok(Due::in_guilds(posts::looks::guilds(read, at)?, at)),
    is_due: |_, _| Ok(true),
    step: |tx, due, _| posts::looks::stage(tx, due.guild, due.at).map(|()| None),
};

/// Sessions, links, tokens and the like that have ended are forgotten, and wrong passwords are told.
pub(super) static SIGNINS_FORGOTTEN: Upkeep = Upkeep {
    name: "signins_forgotten",
    due: |_, at| Ok(Due::in_guilds([GuildId::INSTANCE], at)),
    is_due: |read, due| signin::over::is_any(read, due.at),
    step: |tx, due, _| Ok(signin::over::forget(tx, due.at)?.then_some(0)),
};

/// Something that is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// In which guild.
    pub guild: GuildId,
    /// On what, as a number of the work's own; 0 where the guild says it all.
    pub subject: u64,
    /// The moment of which `due` was asked.
    pub at: Timestamp,
}

impl Due {
    /// Guilds that say it all.
    pub fn in_guilds(guilds: impl IntoIterator<Item = GuildId>, at: Timestamp) -> Vec<Self> {
        guilds.into_iter().map(|guild| Self { guild, subject: 0, at }).collect()
    }
}
