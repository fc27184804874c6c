//! What one server does in the large store, beside the same server alone in a store of its own, by turns so that both meet
//! the same disk. Both have the cache of a bot.

use std::path::Path;
use std::time::Duration;

use greenroom::features::{coins, handles, queue};
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::Stopwatch;
use greenroom::store::{Options, Store, written};

use crate::support::fill::handle_text;
use crate::support::report::Report;
use crate::support::servers::{self, MEMBERS, SONGS, Server, member, posting};
use crate::support::times::{Times, shown};
use crate::support::{self, FILLING, folder, progress};

/// Runs of each operation, on each side.
const RUNS: u64 = 1_000;
/// Runs before that, while caches are cold.
const FIRST_RUNS: u64 = 200;
/// Coin operations whose writes are counted.
const COUNTED: u64 = 200;

/// Something that is done in a server for the nth time.
type Operation = fn(&Store, GuildId, u64);

/// All of them, and what a coin operation writes.
pub fn measure(large: &Path, servers: &[Server], report: &mut Report) {
    progress("operations in one server, beside the same server alone");
    let server = servers[servers.len() / 2];
    let folder = folder();
    let small = folder.path().join("small.redb");
    let filling = support::store(&small, FILLING);
    servers::fill(&filling, &[server]);
    filling.close_blocking();
    let both = [large, small.as_path()].map(|file| support::store(file, Options::CACHE_BYTES));
    let operations: [(&str, Operation); 3] =
        [("a coin operation", give_coins), ("a search for handles", search), ("a page of the queue", show_page)];
    for (name, operation) in operations {
        let [large, small] = by_turns(&both, server.guild, operation).map(|times| times.median());
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        let measured = format!("{ratio:.2} × ({} against {})", shown(large), shown(small));
        report.target(&format!("{name} in one server, against it alone"), "under 1.5 ×", measured, ratio < 1.5);
    }
    let [large, small] = both.each_ref().map(|store| written_by_coins(store, server.guild));
    report.figure("what a coin operation writes", format!("{large}, alone {small}"));
    report.figure("a coin operation, each in another server", shown(across(&both[0], servers).median()));
    both.iter().for_each(Store::close_blocking);
}

/// The times of an operation in both stores, in which it is done by turns.
fn by_turns(both: &[Store; 2], guild: GuildId, operation: Operation) -> [Times; 2] {
    let mut times = [Vec::new(), Vec::new()];
    for n in 0..FIRST_RUNS + RUNS {
        for (store, times) in both.iter().zip(&mut times) {
            let watch = Stopwatch::start();
            operation(store, guild, n);
            let time = watch.elapsed();
            if n >= FIRST_RUNS {
                times.push(time);
            }
        }
    }
    times.map(Times::new)
}

/// The times of coin operations of which each is in another server than the one before.
fn across(store: &Store, servers: &[Server]) -> Times {
    let time_of = |server: &Server| -> Duration {
        let watch = Stopwatch::start();
        give_coins(store, server.guild, 0);
        watch.elapsed()
    };
    Times::new(servers.iter().cycle().take(usize::try_from(RUNS).unwrap()).map(time_of).collect())
}

fn written_by_coins(store: &Store, guild: GuildId) -> String {
    let ((), written) = written::during(|| (0..COUNTED).for_each(|n| give_coins(store, guild, n)));
    let hundredths = written.pages * 100 / COUNTED;
    format!("{}.{:02} pages in {} runs", hundredths / 100, hundredths % 100, written.runs / COUNTED)
}

fn give_coins(store: &Store, guild: GuildId, n: u64) {
    store.write_blocking("coins", move |tx| coins::service::apply(tx, guild, &posting(n)).map(drop)).unwrap();
}

fn search(store: &Store, guild: GuildId, n: u64) {
    let typed: String = handle_text(n % MEMBERS).chars().take(2).collect();
    let found = store.read_blocking("search", |read| handles::queries::matching(read, guild, &typed)).unwrap();
    assert!(!found.is_empty(), "nothing begins with {typed}");
}

fn show_page(store: &Store, guild: GuildId, n: u64) {
    let page = n % (SONGS / u64::from(queue::queries::PAGE)) + 1;
    let found = store.read_blocking("page", |read| queue::queries::page(read, guild, Some(member(n)), page)).unwrap();
    assert_eq!(found.rows.len(), usize::from(queue::queries::PAGE));
}
