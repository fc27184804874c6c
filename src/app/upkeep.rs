//! Runs the upkeep of all features ([`Upkeep`]): at the start, once after it, and every half minute.
//!
//! What fails in one server leaves the others alone, and a piece that fails as a whole leaves the other pieces alone; it is due
//! again the next time. A failure is logged under a number when it comes, and not again as long as it lasts.

use std::collections::HashSet;
use std::time::Duration;

use tokio::sync::watch;

use crate::discord::{Bot, problem};
use crate::features::{self, Domain, Due, Upkeep};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Store, StoreError, contained};

/// The pause between two rounds.
pub(super) const INTERVAL: Duration = Duration::from_secs(30);

/// Where work fails: the name of the piece with the guild and the subject; `None` where all of it fails.
type Places = HashSet<(&'static str, Option<(GuildId, u64)>)>;

/// What failed when all was gone through once.
#[derive(Default)]
struct Failing {
    places: Places,
    /// The first error, or what ends the store.
    worst: Option<Error>,
}

impl Failing {
    fn note(&mut self, known: &Places, upkeep: &Upkeep, due: Option<Due>, error: Error) {
        let place = (upkeep.name, due.map(|due| (due.guild, due.subject)));
        if !known.contains(&place) {
            let guild = due.map_or_else(String::new, |due| format!(" in guild {}", due.guild));
            problem::log_error(&error, &format!("{}{guild}", upkeep.name));
        }
        self.places.insert(place);
        if self.worst.is_none() || ends_the_store(&error) {
            self.worst = Some(error);
        }
    }
}

/// Goes round for ever, and says up to when. A clock that jumped is met by one round, not by all that it passed over.
pub(super) async fn run(bot: Bot, done: watch::Sender<Timestamp>) {
    let mut known = Places::new();
    loop {
        let last = *done.borrow();
        bot.clock.sleep_until(last.after(INTERVAL)).await;
        let now = bot.clock.now();
        known = go_through(&bot.store, now, &pieces(|feature| feature.recurring), &known).await.places;
        done.send_replace(now);
    }
}

/// Does once what comes again, as at a moment. Answers what was worst of what failed, after the rest was done.
pub(super) async fn round(store: &Store, at: Timestamp) -> Result<()> {
    let failing = go_through(store, at, &pieces(|feature| feature.recurring), &Places::new()).await;
    failing.worst.map_or(Ok(()), Err)
}

/// Does what every start has to do before anybody sees the store. A server in which that fails is no reason not to start.
pub(super) async fn at_start(store: &Store, at: Timestamp) -> Result<()> {
    let failing = go_through(store, at, &pieces(|feature| feature.at_start), &Places::new()).await;
    failing.worst.filter(ends_the_store).map_or(Ok(()), Err)
}

/// Looks once at what a program of before may have left.
pub(super) async fn after_start(bot: Bot) {
    go_through(&bot.store, bot.clock.now(), &pieces(|feature| feature.after_start), &Places::new()).await;
}

fn pieces(listed: fn(&Domain) -> &'static [&'static Upkeep]) -> Vec<&'static Upkeep> {
    features::ALL.iter().flat_map(|feature| listed(feature)).copied().collect()
}

/// Does each piece of work once. What failed in places that are known was logged before.
async fn go_through(store: &Store, at: Timestamp, pieces: &[&'static Upkeep], known: &Places) -> Failing {
    let mut failing = Failing::default();
    for &upkeep in pieces {
        one(store, at, upkeep, known, &mut failing).await;
    }
    failing
}

/// Does a piece of work wherever it is due.
async fn one(store: &Store, at: Timestamp, upkeep: &'static Upkeep, known: &Places, failing: &mut Failing) {
    let looked = match store.read(upkeep.name, move |read| look(read, at, upkeep)).await {
        Ok(looked) => looked,
        Err(error) => return failing.note(known, upkeep, None, error),
    };
    for (due, is_due) in looked {
        let done = match is_due {
            Ok(()) => step_by_step(store, upkeep, due).await,
            Err(error) => Err(error),
        };
        let Err(error) = done else { continue };
        let is_end = ends_the_store(&error);
        failing.note(known, upkeep, Some(due), error);
        if is_end {
            return;
        }
    }
}

/// Where the work is due, and where it could not be found out.
fn look(read: &dyn Read, at: Timestamp, upkeep: &Upkeep) -> Result<Vec<(Due, Result<()>)>> {
    let mut looked = Vec::new();
    for due in (upkeep.due)(read, at)? {
        match contained(upkeep.name, || (upkeep.is_due)(read, &due)) {
            Ok(false) => {}
            Ok(true) => looked.push((due, Ok(()))),
            Err(error) if ends_the_store(&error) => return Err(error),
            Err(error) => looked.push((due, Err(error))),
        }
    }
    Ok(looked)
}

async fn step_by_step(store: &Store, upkeep: &'static Upkeep, due: Due) -> Result<()> {
    let mut behind = None;
    loop {
        behind = store.write(upkeep.name, move |tx| (upkeep.step)(tx, &due, behind)).await?;
        if behind.is_none() {
            return Ok(());
        }
    }
}

/// Whether nothing more can be done, wherever.
fn ends_the_store(error: &Error) -> bool {
    StoreError::of(error).is_some_and(|error| error.is_fatal() || *error == StoreError::Closed)
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::activity::settings::ACTIVITY_DAYS;
    use crate::activity::{ActivityId, Filter, TEAM_TOLD, newest};
    use crate::catalogue::CATALOGUE;
    use crate::kernel::captured::Captured;
    use crate::kernel::dice::Seed;
    use crate::kernel::time::{Clock, ClockHand};
    use crate::settings::Setting;
    use crate::store::{Options, Record, StoreLocation, Table};

    const GUILDS: [GuildId; 3] = [GuildId::new(5), GuildId::new(6), GuildId::new(7)];
    const DAY: Duration = Duration::from_hours(24);

    /// A row that nobody can read.
    #[derive(Serialize, Deserialize)]
    struct Unreadable;

    impl Record for Unreadable {
        const VERSION: u8 = 200;
    }

    static DAMAGED: Table<(GuildId, ActivityId), Unreadable> = Table::new("activity.log", &[]);
    static DONE: Setting<bool> = Setting::new("tests.done", false);

    static FAILS: Upkeep = Upkeep {
        name: "fails",
        due: |_, _| Err(Error::failed("on purpose")),
        is_due: |_, _| Ok(true),
        step: |_, _, _| Ok(None),
    };
    static WORKS: Upkeep = Upkeep {
        name: "works",
        due: |_, at| Ok(Due::in_guilds(GUILDS, at)),
        is_due: |_, due| if due.guild == GUILDS[0] { panic!("a page is torn") } else { Ok(true) },
        step: |tx, due, _| match due.guild {
            guild if guild == GUILDS[1] => Err(Error::failed("on purpose")),
            guild => DONE.set(tx, guild, &true).map(|()| None),
        },
    };

    fn store() -> (Store, ClockHand) {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        let options = Options::new(clock, Seed::fixed(7));
        (Store::open(&StoreLocation::Memory, options, (CATALOGUE.schema)()).unwrap(), hand)
    }

    /// The log of this thread, as long as what comes with it is kept.
    fn log_of_this_thread() -> (Captured, impl Sized) {
        let log = Captured::default();
        let writer = log.clone();
        let to_log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
        // With one subscriber alone, a line that another test's thread reaches first would be switched off for all threads.
        let second = tracing::Dispatch::new(tracing_subscriber::registry());
        (log, (second, tracing::subscriber::set_default(to_log)))
    }

    #[tokio::test]
    async fn a_round_goes_on_after_a_piece_of_it_and_after_a_server_failed_and_logs_each_failure_once() {
        let (log, _kept) = log_of_this_thread();
        let (store, hand) = store();
        let mut known = Places::new();
        for _ in 0..3 {
            let failing = go_through(&store, hand.now(), &[&FAILS, &WORKS], &known).await;
            assert!(failing.worst.is_some_and(|error| error.to_string() == "on purpose"));
            known = failing.places;
        }
        let failed = ["fails", "works in guild 5", "works in guild 6"];
        let logged: Vec<String> = log.lines().into_iter().filter(|line| line.contains("ERROR")).collect();
        assert_eq!(logged.len(), failed.len(), "{logged:?}");
        for what in failed {
            let line = logged.iter().find(|line| line.contains(&format!("doing=\"{what}\"")));
            assert!(line.is_some_and(|line| line.contains("report=")), "{what}: {logged:?}");
        }
        let is_done = |guild: GuildId| store.read_blocking("done", |read| DONE.get(read, guild)).unwrap();
        assert_eq!(GUILDS.map(is_done), [false, false, true]);
        // What worked in between is told when it fails again.
        go_through(&store, hand.now(), &[&FAILS], &Places::new()).await;
        assert_eq!(log.lines().iter().filter(|line| line.contains("doing=\"fails\"")).count(), 2);
        store.close().await;
    }

    #[tokio::test]
    async fn a_row_that_cannot_be_read_holds_up_its_server_alone() {
        let (store, hand) = store();
        let prepare = |tx: &crate::store::Tx<'_>| {
            for guild in GUILDS {
                ACTIVITY_DAYS.set(tx, guild, &7)?;
                TEAM_TOLD.with("old".to_owned()).note(tx, guild)?;
            }
            // Met when it is looked for what is due, and when that is done.
            DAMAGED.put(tx, &(GUILDS[0], ActivityId::new(0)), &Unreadable)?;
            DAMAGED.put(tx, &(GUILDS[1], ActivityId::at(tx.now().after(DAY))), &Unreadable)
        };
        store.write_blocking("prepare", prepare).unwrap();
        hand.advance(9 * DAY);
        let failed = round(&store, hand.now()).await.unwrap_err();
        assert!(failed.to_string().contains("activity.log holds something unreadable at guild 5"), "{failed}");
        let left = store.read_blocking("left", |read| newest(read, GUILDS[2], &Filter::default(), None, 9)).unwrap();
        assert!(left.rows.is_empty(), "{left:?}");
        at_start(&store, hand.now()).await.unwrap();
        store.close().await;
        assert!(at_start(&store, hand.now()).await.is_err(), "without a store nothing starts");
    }
}
