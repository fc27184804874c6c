//! Wrong passwords, summed: whoever guesses a thousand times leaves one activity for each minute and network.
//!
//! What was typed is not kept, neither as a name nor as a password: people mistake one for the other.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::activity::{Guessed, WRONG_PASSWORDS};
use super::address::network;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Direction, Index, Read, Record, Span, Table, Tx};

/// So much is told at once.
const SUMMED: Duration = Duration::from_mins(1);

type ByBegin = (GuildId, Timestamp, String);

/// By the network from which they came. Whose it is nobody knows.
pub(super) static GUESSES: Table<(GuildId, String), Guesses> =
    Table::new("signin.guesses", &[&BY_BEGIN]).without_members();
static BY_BEGIN: Index<ByBegin, (GuildId, String), Guesses> =
    Index::new("signin.guesses_by_begin", |(guild, network), guesses| Some((*guild, guesses.since, network.clone())));

/// Wrong passwords that were not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guesses {
    since: Timestamp,
    tries: u32,
}

impl Record for Guesses {}

/// Notes a wrong password, or a wrong name.
pub fn wrong_password(tx: &Tx<'_>, from: IpAddr) -> Result<()> {
    let now = tx.now();
    let key = (GuildId::INSTANCE, network(from));
    let before = GUESSES.get(tx, &key)?;
    let is_over = |guesses: &Guesses| guesses.since.after(SUMMED) <= now;
    let (since, tries) = match before {
        Some(over) if is_over(&over) => {
            tell(tx, &key.1, over)?;
            (now, 0)
        }
        Some(before) => (before.since, before.tries),
        None => (now, 0),
    };
    GUESSES.put(tx, &key, &Guesses { since, tries: tries.saturating_add(1) })
}

/// Whether there are some that are to be told.
pub(super) fn is_any_over(read: &dyn Read, at: Timestamp) -> Result<bool> {
    Ok(BY_BEGIN.first(read, over_by(at), Direction::Forward)?.is_some())
}

/// Tells up to `limit` sums whose minute is over. Answers whether there may be more.
pub(super) fn tell_over(tx: &Tx<'_>, at: Timestamp, limit: usize) -> Result<bool> {
    let over = BY_BEGIN.page(tx, over_by(at), Direction::Forward, limit)?;
    let told = over.len();
    for (guild, _, network) in over {
        if let Some(guesses) = GUESSES.remove(tx, &(guild, network.clone()))? {
            tell(tx, &network, guesses)?;
        }
    }
    Ok(told == limit)
}

fn tell(tx: &Tx<'_>, network: &str, guesses: Guesses) -> Result<()> {
    let guessed = Guessed { network: network.to_owned(), tries: guesses.tries };
    WRONG_PASSWORDS.with(guessed).note(tx, GuildId::INSTANCE)
}

fn over_by(at: Timestamp) -> Span<ByBegin> {
    Span::<ByBegin>::of(GuildId::INSTANCE).through((GuildId::INSTANCE, at.before(SUMMED)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::{Filter, newest};
    use crate::features::testing::TestStore;

    fn guess(store: &TestStore, from: &'static str, times: u32) {
        store.write(move |tx| (0..times).try_for_each(|_| wrong_password(tx, from.parse().unwrap()))).unwrap();
    }

    /// What was told, the first first.
    fn told(store: &TestStore) -> Vec<String> {
        let told = store.read(|read| newest(read, GuildId::INSTANCE, &Filter::default(), None, 100));
        let told = told.rows.iter().rev().filter_map(|(_, activity)| WRONG_PASSWORDS.details(activity));
        told.map(|Guessed { network, tries }| format!("{tries} from {network}")).collect()
    }

    fn sweep(store: &TestStore) {
        let at = store.now();
        if store.read(|read| is_any_over(read, at)) {
            assert!(!store.write(move |tx| tell_over(tx, at, 100)).unwrap());
        }
    }

    #[test]
    fn a_thousand_guesses_within_a_minute_are_one_activity() {
        let store = TestStore::new();
        guess(&store, "203.0.113.7", 600);
        store.advance(Duration::from_secs(59));
        guess(&store, "203.0.113.99", 400);
        guess(&store, "198.51.100.1", 1);
        sweep(&store);
        assert_eq!(told(&store), Vec::<String>::new(), "the minute is not over");
        store.advance(Duration::from_secs(1));
        sweep(&store);
        sweep(&store);
        assert_eq!(told(&store), ["1000 from 203.0.113.0/24"]);
        store.advance(Duration::from_secs(59));
        sweep(&store);
        assert_eq!(told(&store), ["1000 from 203.0.113.0/24", "1 from 198.51.100.0/24"]);
        store.check();
    }

    #[test]
    fn a_minute_that_is_over_is_told_when_the_next_guess_comes_before_the_upkeep() {
        let store = TestStore::new();
        guess(&store, "203.0.113.7", 3);
        store.advance(Duration::from_mins(1));
        guess(&store, "203.0.113.7", 2);
        assert_eq!(told(&store), ["3 from 203.0.113.0/24"]);
        store.advance(Duration::from_mins(1));
        sweep(&store);
        assert_eq!(told(&store), ["3 from 203.0.113.0/24", "2 from 203.0.113.0/24"]);
        store.check();
    }

    #[test]
    fn sums_of_many_networks_are_told_in_parts() {
        let store = TestStore::new();
        for from in ["192.0.2.1", "198.51.100.1", "203.0.113.1"] {
            guess(&store, from, 1);
        }
        store.advance(Duration::from_mins(1));
        let at = store.now();
        assert!(store.write(move |tx| tell_over(tx, at, 2)).unwrap());
        assert!(!store.write(move |tx| tell_over(tx, at, 2)).unwrap());
        assert_eq!(told(&store).len(), 3);
    }
}
