//! Wrong passwords, and refused tries at what is the operator's alone, summed: whoever guesses a thousand times leaves one
//! activity of a kind for each hour and network, which is kept for 30 days.
//!
//! What was typed is not kept, neither as a name nor as a password: people mistake one for the other.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::activity::{Guessed, REFUSED, WRONG_PASSWORDS};
use super::address::network;
use crate::activity::{self, ActivityId};
use crate::fields;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Direction, Index, Read, Span, Table, Tx};

/// So much is told at once.
const SUMMED: Duration = Duration::from_hours(1);

/// For so long it is kept from which networks they came.
const KEPT: Duration = Duration::from_hours(24 * 30);
/// Activities that are looked through at a time for what is forgotten.
const LOOKED_AT: usize = 1_000;

type ByBegin = (GuildId, Timestamp, String);

/// By the network from which they came. Whose it is nobody knows.
pub(super) static GUESSES: Table<(GuildId, String), Guesses> =
    Table::new("signin.guesses", &[&BY_BEGIN]).without_members();
static BY_BEGIN: Index<ByBegin, (GuildId, String), Guesses> =
    Index::new("signin.guesses_by_begin", |(guild, network), guesses| Some((*guild, guesses.since, network.clone())));

/// Up to which activity they were looked through for what is forgotten: by its moment. So each is looked at once, however many
/// others lie between them.
pub(super) static LOOKED_THROUGH: Table<GuildId, Timestamp> =
    Table::new("signin.looked_through", &[]).without_members();

/// What was not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guesses {
    since: Timestamp,
    /// Wrong passwords.
    tries: u32,
    /// Refused tries at what is the operator's alone.
    refused: u32,
}

fields!(Guesses: refused since 2 = 0);

/// Notes a wrong password, or a wrong name.
pub fn wrong_password(tx: &Tx<'_>, from: IpAddr) -> Result<()> {
    note(tx, &network(from), (1, 0))
}

/// Notes refused tries at what is the operator's alone, from a network.
pub fn refused(tx: &Tx<'_>, from: &str, tries: u32) -> Result<()> {
    note(tx, from, (0, tries))
}

/// Adds wrong passwords and refused tries to what was not told yet.
fn note(tx: &Tx<'_>, network: &str, (wrong, refused): (u32, u32)) -> Result<()> {
    let now = tx.now();
    let key = (GuildId::INSTANCE, network.to_owned());
    let before = GUESSES.get(tx, &key)?;
    let is_over = |guesses: &Guesses| guesses.since.after(SUMMED) <= now;
    let known = match before {
        Some(over) if is_over(&over) => {
            tell(tx, &key.1, over)?;
            None
        }
        before => before,
    };
    let known = known.unwrap_or(Guesses { since: now, tries: 0, refused: 0 });
    let (tries, refused) = (known.tries.saturating_add(wrong), known.refused.saturating_add(refused));
    GUESSES.put(tx, &key, &Guesses { tries, refused, ..known })
}

/// Whether there are some that are to be told, or were told so long ago that they are forgotten.
pub(super) fn is_any_over(read: &dyn Read, at: Timestamp) -> Result<bool> {
    Ok(BY_BEGIN.first(read, over_by(at), Direction::Forward)?.is_some() || old(read, at)?.is_any())
}

/// Some of what happened so long ago that it is not kept any more from where somebody came.
struct Old {
    /// What says from where.
    ids: Vec<ActivityId>,
    /// Up to which activity that is known, where there may be more behind it.
    through: Option<ActivityId>,
}

impl Old {
    fn is_any(&self) -> bool {
        !self.ids.is_empty() || self.through.is_some()
    }
}

fn old(read: &dyn Read, at: Timestamp) -> Result<Old> {
    let looked_through = LOOKED_THROUGH.get(read, &GuildId::INSTANCE)?;
    let first = looked_through.map_or(ActivityId::new(0), |moment| ActivityId::at(moment).following());
    let found = activity::following(read, GuildId::INSTANCE, first, at.before(KEPT), LOOKED_AT)?;
    let through = found.last().filter(|_| found.len() == LOOKED_AT).map(|(id, _)| *id);
    let says_from_where = |kind: &str| kind == WRONG_PASSWORDS.name() || kind == REFUSED.name();
    let ids = found.iter().filter(|(_, activity)| says_from_where(&activity.kind)).map(|(id, _)| *id).collect();
    Ok(Old { ids, through })
}

/// Tells up to `limit` sums whose hour is over, and forgets those that were told long ago. Answers whether there may be more.
pub(super) fn tell_over(tx: &Tx<'_>, at: Timestamp, limit: usize) -> Result<bool> {
    let Old { ids, through } = old(tx, at)?;
    activity::forget(tx, GuildId::INSTANCE, &ids)?;
    if let Some(through) = through {
        LOOKED_THROUGH.put(tx, &GuildId::INSTANCE, &through.moment())?;
    }
    let over = BY_BEGIN.page(tx, over_by(at), Direction::Forward, limit)?;
    let told = over.len();
    for (guild, _, network) in over {
        if let Some(guesses) = GUESSES.remove(tx, &(guild, network.clone()))? {
            tell(tx, &network, guesses)?;
        }
    }
    Ok(told == limit || through.is_some())
}

fn tell(tx: &Tx<'_>, network: &str, guesses: Guesses) -> Result<()> {
    for (kind, tries) in [(&WRONG_PASSWORDS, guesses.tries), (&REFUSED, guesses.refused)] {
        if tries > 0 {
            kind.with(Guessed { network: network.to_owned(), tries }).note(tx, GuildId::INSTANCE)?;
        }
    }
    Ok(())
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
    fn a_thousand_guesses_within_an_hour_are_one_activity() {
        let store = TestStore::new();
        guess(&store, "203.0.113.7", 600);
        store.advance(Duration::from_mins(59));
        guess(&store, "203.0.113.99", 400);
        guess(&store, "198.51.100.1", 1);
        sweep(&store);
        assert_eq!(told(&store), Vec::<String>::new(), "the hour is not over");
        store.advance(Duration::from_mins(1));
        sweep(&store);
        sweep(&store);
        assert_eq!(told(&store), ["1000 from 203.0.113.0/24"]);
        store.advance(Duration::from_mins(59));
        sweep(&store);
        assert_eq!(told(&store), ["1000 from 203.0.113.0/24", "1 from 198.51.100.0/24"]);
        store.check();
    }

    #[test]
    fn an_hour_that_is_over_is_told_when_the_next_guess_comes_before_the_upkeep() {
        let store = TestStore::new();
        guess(&store, "203.0.113.7", 3);
        store.advance(Duration::from_hours(1));
        guess(&store, "203.0.113.7", 2);
        assert_eq!(told(&store), ["3 from 203.0.113.0/24"]);
        store.advance(Duration::from_hours(1));
        sweep(&store);
        assert_eq!(told(&store), ["3 from 203.0.113.0/24", "2 from 203.0.113.0/24"]);
        store.check();
    }

    #[test]
    fn refused_tries_of_the_same_network_are_summed_beside_wrong_passwords() {
        let store = TestStore::new();
        guess(&store, "203.0.113.7", 3);
        store.write(|tx| refused(tx, "203.0.113.0/24", 40)).unwrap();
        store.write(|tx| refused(tx, "203.0.113.0/24", 2)).unwrap();
        store.advance(Duration::from_hours(1));
        sweep(&store);
        assert_eq!(told(&store), ["3 from 203.0.113.0/24"]);
        let all = store.read(|read| newest(read, GuildId::INSTANCE, &Filter::default(), None, 100)).rows;
        let tried: Vec<u32> =
            all.iter().filter_map(|(_, activity)| REFUSED.details(activity)).map(|told| told.tries).collect();
        assert_eq!(tried, [42]);
        store.check();
    }

    #[test]
    fn from_where_somebody_came_is_forgotten_after_thirty_days() {
        let store = TestStore::new();
        guess(&store, "203.0.113.7", 3);
        store.advance(Duration::from_hours(1));
        sweep(&store);
        store.advance(Duration::from_hours(24 * 30 - 1));
        sweep(&store);
        assert_eq!(told(&store), ["3 from 203.0.113.0/24"]);
        store.advance(Duration::from_hours(2));
        sweep(&store);
        assert_eq!(told(&store), Vec::<String>::new());
        assert!(!store.read(|read| is_any_over(read, store.now())));
        store.check();
    }

    #[test]
    fn they_are_forgotten_wherever_they_lie_among_whatever_else_happened() {
        let store = TestStore::new();
        let others = || {
            let told = |tx: &Tx<'_>| {
                let of_team = |_| crate::activity::TEAM_TOLD.with("a door".to_owned()).note(tx, GuildId::INSTANCE);
                (0..LOOKED_AT).try_for_each(of_team)
            };
            store.write(told).unwrap();
        };
        for _ in 0..2 {
            others();
            guess(&store, "203.0.113.7", 3);
            store.advance(SUMMED);
            sweep(&store);
        }
        others();
        let left = || {
            let is_guess = |activity: &crate::activity::Activity| activity.kind == WRONG_PASSWORDS.name();
            store.read(|read| activity::naming(read, GuildId::INSTANCE, is_guess)).len()
        };
        assert_eq!(left(), 2);
        store.advance(KEPT + SUMMED);
        let mut sweeps = 0;
        while store.read(|read| is_any_over(read, store.now())) {
            let at = store.now();
            store.write(move |tx| tell_over(tx, at, 100).map(drop)).unwrap();
            sweeps += 1;
            assert!(sweeps < 10, "each activity is looked at once");
        }
        assert_eq!(left(), 0);
        store.check();
    }

    #[test]
    fn sums_of_many_networks_are_told_in_parts() {
        let store = TestStore::new();
        for from in ["192.0.2.1", "198.51.100.1", "203.0.113.1"] {
            guess(&store, from, 1);
        }
        store.advance(Duration::from_hours(1));
        let at = store.now();
        assert!(store.write(move |tx| tell_over(tx, at, 2)).unwrap());
        assert!(!store.write(move |tx| tell_over(tx, at, 2)).unwrap());
        assert_eq!(told(&store).len(), 3);
    }
}
