//! Whole servers as they are after a while: members with a linked handle, their coins, a queue. Written through the tables
//! and services of the features, several servers in a transaction.

use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::handles::model::Account;
use greenroom::features::queue::model::Place;
use greenroom::features::submissions::settings::SUBMISSION_CHANNEL;
use greenroom::features::{coins, handles, queue};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{ChannelId, GuildId, UserId};
use greenroom::store::{Store, Tx};

use super::fill::{account, place, song, submitter};
use super::progress;

/// Members of a server, each with a handle.
pub const MEMBERS: u64 = 2_000;
/// Entries in the ledger of a server.
pub const ENTRIES: u64 = 5 * MEMBERS;
/// Songs that wait in a server.
pub const SONGS: u64 = 100;
/// Servers in a transaction of a filling: some 50,000 rows and as many lines of indexes.
const AT_ONCE: usize = 4;

/// A server.
#[derive(Clone, Copy, Debug)]
pub struct Server {
    /// Which.
    pub guild: GuildId,
    /// Where songs are submitted.
    pub channel: ChannelId,
}

/// Fills a store with servers.
pub fn fill(store: &Store, servers: &[Server]) {
    for (number, part) in servers.chunks(AT_ONCE).enumerate() {
        if number.is_multiple_of(10) {
            progress(&format!("filling: {} of {} servers", number * AT_ONCE, servers.len()));
        }
        let part = part.to_vec();
        store.write_blocking("fill_servers", move |tx| part.iter().try_for_each(|server| settle(tx, *server))).unwrap();
    }
}

fn settle(tx: &Tx<'_>, Server { guild, channel }: Server) -> Result<()> {
    SUBMISSION_CHANNEL.set(tx, guild, &Some(channel))?;
    for n in 0..MEMBERS {
        handles::tables::add(tx, guild, Account { linked: Some(member(n)), ..account(n) })?;
    }
    for n in 0..ENTRIES {
        coins::service::apply(tx, guild, &posting(n))?;
    }
    for n in 0..SONGS {
        // The members have no points, so a start finds every song at its place.
        queue::tables::add(tx, guild, &song(n), &Place { score: 0, ..place(n) })?;
    }
    Ok(())
}

/// Member `n` of a server; behind the last they begin again.
pub fn member(n: u64) -> UserId {
    submitter(n % MEMBERS)
}

/// Some coins for member `n`.
pub fn posting(n: u64) -> Posting {
    let (currency, kind, reason) = (Currency::Luxury, EntryKind::Daily, "won the quiz of the evening".to_owned());
    Posting { currency, user: member(n), delta: 5, kind, reason, actor: Actor::System }
}
