//! A server as it is after years: a ledger of a million entries over fifty days, and a hundred thousand members, each with a
//! linked handle and a song that waits.

use std::path::Path;
use std::time::Duration;

use greenroom::catalogue::CATALOGUE;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::handles::model::Account;
use greenroom::features::queue::model::Place;
use greenroom::features::{coins, handles, queue};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::Clock;
use greenroom::store::{self, Options, Store};

use super::size::Size;
use super::support::fill::{account, in_parts, place, scattered, song, submitter};
use super::support::{FILLING, progress};

const DAY: Duration = Duration::from_hours(24);
/// Over which the entries are spread.
const DAYS: u32 = 50;
/// What entries are for.
const KINDS: [EntryKind; 4] = [EntryKind::Gift, EntryKind::WatchTime, EntryKind::AdminAdd, EntryKind::Daily];

/// Writes a new store.
pub fn fill(file: &Path, guild: GuildId, size: &Size) {
    progress(&format!("filling {} members and {} entries", size.members, size.entries));
    let (clock, hand) = Clock::simulated(Clock::system().now().before(DAY * DAYS));
    let options = Options { cache_bytes: FILLING, ..Options::new(clock, Seed::fixed(7)) };
    let store = Store::open(&store::StoreLocation::File(file.to_owned()), options, (CATALOGUE.schema)()).unwrap();
    in_parts(size.members, |from, to| {
        let write = store.write_blocking("fill_members", move |tx| {
            (from..to).try_for_each(|n| {
                handles::tables::add(tx, guild, Account { linked: Some(submitter(n)), ..account(n) })?;
                // Nobody has points, so every song is at its place.
                queue::tables::add(tx, guild, &song(n), &Place { score: 0, ..place(n) }).map(drop)
            })
        });
        write.unwrap();
    });
    let (members, of_a_day) = (size.members, size.entries / u64::from(DAYS));
    for day in 0..u64::from(DAYS) {
        let write = store.write_blocking("fill_ledger", move |tx| {
            (day * of_a_day..(day + 1) * of_a_day)
                .try_for_each(|n| coins::service::apply(tx, guild, &posting(n, members)).map(drop))
        });
        write.unwrap();
        hand.advance(DAY);
    }
    store.close_blocking();
}

/// Entry `n`. The kinds come in no order.
fn posting(n: u64, members: u64) -> Posting {
    Posting {
        currency: Currency::Luxury,
        user: submitter(n % members),
        delta: 5,
        kind: KINDS[usize::try_from(scattered(n) % 4).unwrap()],
        reason: "won the quiz of the evening".to_owned(),
        actor: Actor::System,
    }
}
