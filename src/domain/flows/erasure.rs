//! A member is erased: what is only about them goes, and what others or the books need goes on under a pseudonym.
//!
//! What becomes of each row says its table. Here is what is more than one row: songs that wait are taken out as a reviewer
//! takes them out, and handles are looked for where rows know them by their name alone. The member's points stay with the
//! handles that hold them, whose names go; so every balance stays what the ledger and the handles say.
//!
//! Limits of theirs that still run go on without their name ([`limits_remembered`]), so that nobody gets anything twice by it.
//!
//! What is left names nobody: a pseudonym is a small number, and Discord's ids begin with their time. What others wrote
//! themselves stays, also where they wrote of the member: titles, notes, comments. What was posted on Discord is Discord's.

use super::{limits_remembered, song_moved};
use crate::activity::{self, ActivityId};
use crate::features::coins::model::EntryId;
use crate::features::handles::model::AccountId;
use crate::features::queue::model::SongId;
use crate::features::{coins, engagement, handles, queue, shop, tasks, tiktok};
use crate::jobs;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::secret::random;
use crate::kernel::text::names_member;
use crate::live::Handle;
use crate::references::told;
use crate::refusals;
use crate::store::{Erasure, PSEUDONYMS, Read, Store, Tx};
pub use crate::store::{is_pseudonym as is_erased, last_pseudonym};

refusals! {
    /// Why nobody is erased.
    pub enum ErasureRefusal {
        /// The server follows their own live.
        IsFollowed {
            /// Under which name.
            host: Handle,
        } => "erasure.is_followed", "This server follows the live of **{host}**, who is to be erased. Use `/tiktok \
            disconnect` first; that ends the session.";
    }
}

/// Erases a member of a guild. Answers how many rows told of them. Twice is once.
///
/// With [`GuildId::INSTANCE`] as the guild goes what belongs to no server: who is signed in, and what was chosen and set in
/// direct messages.
///
/// Blocks; for a blocking thread.
pub fn erase(store: &Store, guild: GuildId, member: UserId) -> Result<u64> {
    // These tables are large, so they are looked through before anybody has to wait.
    let elsewhere = store.read_blocking("find_names", |read| Elsewhere::find(read, guild, member))?;
    let fresh = random();
    let erasure = store.write_blocking("erasure_begun", move |tx| {
        let erasure = begin(tx, guild, member)?;
        limits_remembered::keep(tx, guild, member, &fresh)?;
        elsewhere.take_out(tx, guild)?;
        Ok(erasure)
    })?;
    let erased = store.erase_member_blocking(&erasure)?;
    store.write_blocking("member_erased", move |tx| {
        show_anew(tx, guild);
        Ok(())
    })?;
    Ok(erased)
}

/// A number that is nobody's: what came from elsewhere may hold small ones.
fn free_pseudonym(tx: &Tx<'_>, guild: GuildId) -> Result<UserId> {
    loop {
        let pseudonym = UserId::new(tx.next_id(guild, PSEUDONYMS)?);
        if !coins::queries::has_entries(tx, guild, pseudonym)? {
            return Ok(pseudonym);
        }
    }
}

/// Does what has to be done before the rows of a member are erased, and says who they become. Refuses whose live the server
/// follows.
pub fn begin(tx: &Tx<'_>, guild: GuildId, member: UserId) -> Result<Erasure> {
    let names = Names::of(tx, guild, member)?;
    if let Some(host) = names.followed(tx, guild)? {
        return Err(ErasureRefusal::IsFollowed { host }.into());
    }
    for id in queue::tables::all_waiting_of(tx, guild, member)? {
        if let Some(entry) = queue::queries::entry(tx, guild, id)? {
            song_moved::out(tx, guild, entry.song.public_id)?;
        }
    }
    tasks::claims::leave(tx, guild, member)?;
    let tells = |text: &str| names.are_in(text);
    jobs::forget(tx, guild, member, &tells)?;
    told::forget_notices(tx, guild, &tells)?;
    for (id, called) in &names.accounts {
        for handle in called {
            handles::tables::close_codes_of(tx, guild, handle)?;
        }
        engagement::tables::rename_streamer(tx, guild, called, &Handle::of_nobody(id.get()))?;
    }
    show_anew(tx, guild);
    let pseudonym = free_pseudonym(tx, guild)?;
    let accounts = names.accounts.iter().map(|(id, _)| id.get()).collect();
    Ok(Erasure { guild, member, pseudonym, accounts })
}

/// Whatever shows members is drawn anew.
fn show_anew(tx: &Tx<'_>, guild: GuildId) {
    let topics = [
        queue::tables::CHANGED,
        coins::tables::CHANGED,
        handles::tables::CHANGED,
        engagement::tables::CHANGED,
        shop::tables::CHANGED,
        tasks::tables::CHANGED,
    ];
    for topic in topics {
        tx.publish(topic, guild);
    }
}

/// What a member is called in texts.
struct Names {
    member: UserId,
    accounts: Vec<(AccountId, Vec<Handle>)>,
}

impl Names {
    fn of(read: &dyn Read, guild: GuildId, member: UserId) -> Result<Self> {
        Ok(Self { member, accounts: handles::queries::names_of(read, guild, member)? })
    }

    fn handles(&self) -> impl Iterator<Item = &Handle> {
        self.accounts.iter().flat_map(|(_, called)| called)
    }

    fn are_in(&self, text: &str) -> bool {
        names_member(text, self.member) || self.handles().any(|handle| handle.is_named_in(text))
    }

    /// The name under which their live is followed, or its session is open.
    fn followed(&self, read: &dyn Read, guild: GuildId) -> Result<Option<Handle>> {
        let follow = tiktok::queries::follow(read, guild)?.map(|follow| follow.streamer);
        let session = engagement::queries::open_session(read, guild)?.map(|(_, session)| session.streamer);
        let is_theirs = |host: &Handle| self.handles().any(|handle| handle == host);
        Ok(follow.into_iter().chain(session).find(is_theirs))
    }
}

/// Rows of others that name a handle of the member.
struct Elsewhere {
    entries: Vec<EntryId>,
    songs: Vec<SongId>,
    activities: Vec<ActivityId>,
}

impl Elsewhere {
    fn find(read: &dyn Read, guild: GuildId, member: UserId) -> Result<Self> {
        let names = Names::of(read, guild, member)?;
        let mut found = Self { entries: Vec::new(), songs: Vec::new(), activities: Vec::new() };
        if names.handles().next().is_none() {
            return Ok(found);
        }
        coins::tables::for_each_entry(read, guild, |id, entry| {
            if entry.user != member && names.handles().any(|handle| handle.is_named_in(&entry.reason)) {
                found.entries.push(id);
            }
            Ok(())
        })?;
        queue::tables::SONGS.for_each(read, guild, |(_, id), song| {
            let shown = song.tiktok_username.filter(|_| song.user != member);
            if shown.is_some_and(|shown| names.handles().any(|handle| handle.as_str() == shown)) {
                found.songs.push(id);
            }
            Ok(())
        })?;
        found.activities =
            activity::naming(read, guild, |activity| names.handles().any(|handle| activity.names(handle)))?;
        Ok(found)
    }

    fn take_out(&self, tx: &Tx<'_>, guild: GuildId) -> Result<()> {
        coins::tables::erase_reasons(tx, guild, &self.entries)?;
        queue::tables::forget_handles(tx, guild, &self.songs)?;
        activity::forget(tx, guild, &self.activities)
    }
}

#[cfg(test)]
mod tests;
