//! All that is stored of a server goes, at its owner's word or 30 days after the bot left it. What was posted on Discord is Discord's, and stays there.
//!
//! A live that is followed would be written down again while it goes, so it has to be let go first.

use crate::features::{coins, engagement, handles, queue, tiktok};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::live::Handle;
use crate::refusals;
use crate::store::{Read, Store};
use crate::{display, jobs, settings};

refusals! {
    /// Why nothing of a server is removed.
    pub enum RemovalRefusal {
        /// It follows a live.
        IsFollowed {
            /// Under which name.
            host: Handle,
        } => "removal.is_followed", "This server follows the live of **{host}**. Use `/tiktok disconnect` first; that ends \
            the session.";
    }
}

/// Removes all rows of a server. Answers how many. Twice is once.
///
/// Blocks; for a blocking thread.
pub fn remove(store: &Store, guild: GuildId) -> Result<u64> {
    store.read_blocking("removal_asked", |read| require_quiet(read, guild))?;
    let removed = store.remove_guild_blocking(guild)?;
    store.write_blocking("server_removed", move |tx| {
        let topics = [
            settings::CHANGED,
            queue::tables::CHANGED,
            coins::tables::CHANGED,
            handles::tables::CHANGED,
            engagement::tables::CHANGED,
            tiktok::tables::CHANGED,
            display::CHANGED,
            jobs::CHANGED,
        ];
        for topic in topics {
            tx.publish(topic, guild);
        }
        tx.after_commit(move || tracing::warn!(guild.id = %guild, rows = removed, "all data of a server were removed"));
        Ok(())
    })?;
    Ok(removed)
}

fn require_quiet(read: &dyn Read, guild: GuildId) -> Result<()> {
    let follow = tiktok::queries::follow(read, guild)?.map(|follow| follow.streamer);
    let session = engagement::queries::open_session(read, guild)?.map(|(_, session)| session.streamer);
    match follow.or(session) {
        Some(host) => Err(RemovalRefusal::IsFollowed { host }.into()),
        None => Ok(()),
    }
}
