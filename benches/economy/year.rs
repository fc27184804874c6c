//! The statistics of a year, in a ledger of a million entries that were written on each of its days.

use std::time::Duration;

use greenroom::catalogue::CATALOGUE;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::queries::statistics::{Asked, last_days, statistics};
use greenroom::features::coins::service;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::time::{Clock, Timestamp};
use greenroom::store::{Options, Store, StoreLocation};

use crate::GUILD;
use crate::coins::{MEMBERS, user};
use crate::report::Report;
use crate::support::runs::timed;
use crate::support::times::shown;
use crate::support::{FILLING, folder, progress, store};

const DAYS: u64 = 365;
const A_DAY: u64 = 2_740;
const RUNS: u64 = 200;
const DAY: Duration = Duration::from_hours(24);
/// What everybody does in turn; the last one spends.
const KINDS: [EntryKind; 5] =
    [EntryKind::Daily, EntryKind::TaskReward, EntryKind::AdminAdd, EntryKind::TransferReceive, EntryKind::ShopPurchase];

/// What came and went of every kind, by day and week.
pub fn of_a_million_entries(report: &mut Report) {
    progress("a year of a million entries");
    let folder = folder();
    let file = folder.path().join("greenroom.redb");
    let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let options = Options { cache_bytes: FILLING, ..Options::new(clock, Seed::fixed(7)) };
    let filling = Store::open(&StoreLocation::File(file.clone()), options, (CATALOGUE.schema)()).unwrap();
    for day in 0..DAYS {
        let write = filling.write_blocking("fill_ledger", move |tx| {
            let entries = day * A_DAY..(day + 1) * A_DAY;
            entries.into_iter().try_for_each(|n| service::apply(tx, GUILD, &posting(n)).map(drop))
        });
        write.unwrap();
        hand.advance(DAY);
    }
    filling.close_blocking();
    let store = store(&file, Options::CACHE_BYTES);
    let asked = Asked { user: None, currency: None, days: last_days(hand.now(), 366) };
    let times = timed(RUNS, |_| {
        let found = store.read_blocking("statistics", |read| statistics(read, GUILD, &asked)).unwrap();
        assert!(found.of.contains_key(&Currency::Server));
    });
    let (limit, slow) = (Duration::from_millis(50), times.percentile(99));
    let told = format!("{} p50, {} p99", shown(times.median()), shown(slow));
    report.target("the statistics of a year in 1M entries", "under 50 ms", told, slow < limit);
    store.close_blocking();
}

fn posting(n: u64) -> Posting {
    let kind = KINDS[usize::try_from(n / MEMBERS).unwrap() % KINDS.len()];
    let delta = if kind == EntryKind::ShopPurchase { -3 } else { 5 };
    let (currency, reason, actor) = (Currency::Server, "of the year".to_owned(), Actor::System);
    Posting { currency, user: user(n), delta, kind, reason, actor }
}
