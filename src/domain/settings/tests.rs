//! Settings are read once per operation, and what an operation sees is always what is stored.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::{LazyLock, Mutex, mpsc};
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;

use super::{BOT_CONFIG, Entry, Setting, SettingRefusal, TABLES};
use crate::kernel::dice::Seed;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::testing::Counting;
use crate::store::{Options, Read, Schema, Store, StoreError, StoreLocation, Table, Tx};

const GUILD: GuildId = GuildId::new(5);
const OTHER: GuildId = GuildId::new(6);
const INSTANCE: GuildId = GuildId::INSTANCE;

/// Forty settings, each with its place as the default.
static NUMBERS: LazyLock<Vec<Setting<u32>>> =
    LazyLock::new(|| (0..40).map(|n| Setting::new(format!("number_{n:02}").leak(), n)).collect());

/// The rows of the settings, written as something else.
static UNREADABLE: Table<(GuildId, String), u64> = Table::new("settings.bot_config", &[]);

fn store() -> Store {
    let (clock, _) = Clock::simulated(Timestamp::from_millis(1_000));
    let schema = Schema { tables: TABLES.to_vec(), ..Schema::default() };
    Store::open(&StoreLocation::Memory, Options::new(clock, Seed::fixed(1)), schema).unwrap()
}

fn number(n: usize) -> &'static Setting<u32> {
    &NUMBERS[n]
}

fn key(guild: GuildId, n: usize) -> (GuildId, String) {
    (guild, number(n).key().to_owned())
}

fn entry(text: &str) -> Entry {
    Entry { value: Some(text.to_owned()), ..Entry::default() }
}

/// All settings in a guild, and how many single rows and ranges that took.
fn all(read: &dyn Read, guild: GuildId) -> Result<(Vec<u32>, [usize; 2])> {
    let counting = Counting::new(read);
    let values = NUMBERS.iter().map(|number| number.get(&counting, guild)).collect::<Result<_>>()?;
    Ok((values, counting.counts()))
}

/// One setting in a guild and in another one.
fn both(read: &dyn Read, n: usize) -> Result<(u32, u32)> {
    Ok((number(n).get(read, GUILD)?, number(n).get(read, OTHER)?))
}

#[test]
fn forty_settings_cost_one_range_for_each_place_and_no_guild_has_those_of_another() {
    let store = store();
    let set = store.write_blocking("set", |tx| {
        (0..10).try_for_each(|n| number(n).set(tx, GUILD, &100))?;
        (5..20).try_for_each(|n| number(n).set(tx, INSTANCE, &200))?;
        number(0).set(tx, OTHER, &300)
    });
    set.unwrap();
    store.read_blocking("look", each_place_is_read_once).unwrap();
    store.write_blocking("look", |tx| each_place_is_read_once(tx)).unwrap();
}

fn each_place_is_read_once(read: &dyn Read) -> Result<()> {
    let in_guild = |n| match n {
        0..10 => 100,
        10..20 => 200,
        _ => n,
    };
    let in_other = |n| match n {
        0 => 300,
        5..20 => 200,
        _ => n,
    };
    assert_eq!(all(read, GUILD)?, ((0..40_u32).map(in_guild).collect::<Vec<_>>(), [0, 2]));
    assert_eq!(all(read, OTHER)?, ((0..40_u32).map(in_other).collect::<Vec<_>>(), [0, 1]));
    assert_eq!((all(read, GUILD)?.1, all(read, OTHER)?.1), ([0, 0], [0, 0]));
    let counting = Counting::new(read);
    assert_eq!((number(5).get_own(&counting, OTHER)?, number(5).get_own(&counting, INSTANCE)?), (None, Some(200)));
    assert_eq!(counting.counts(), [0, 0]);
    Ok(())
}

#[test]
fn what_is_written_is_seen_at_once_however_it_is_written() {
    let written = store().write_blocking("write", |tx| {
        let setting = number(3);
        assert_eq!(both(tx, 3)?, (3, 3));
        setting.set(tx, GUILD, &7)?;
        assert_eq!(both(tx, 3)?, (7, 3));
        setting.set(tx, INSTANCE, &8)?;
        assert_eq!(both(tx, 3)?, (7, 8));
        BOT_CONFIG.put(tx, &key(GUILD, 3), &entry("9"))?;
        assert_eq!(both(tx, 3)?, (9, 8));
        BOT_CONFIG.remove(tx, &key(GUILD, 3))?;
        assert_eq!(both(tx, 3)?, (8, 8));
        BOT_CONFIG.insert(tx, &key(OTHER, 3), &entry("perhaps"))?;
        assert_eq!(both(tx, 3)?, (8, 8), "what cannot be read counts as absent");
        BOT_CONFIG.update(tx, &key(OTHER, 3), |stored| *stored = entry("10"))?;
        assert_eq!(both(tx, 3)?, (8, 10));
        setting.clear(tx, INSTANCE)?;
        assert_eq!(both(tx, 3)?, (3, 10));
        setting.clear(tx, OTHER)?;
        assert_eq!((both(tx, 3)?, setting.get_own(tx, OTHER)?), ((3, 3), None));
        Ok(())
    });
    written.unwrap();
}

#[test]
fn settings_are_read_again_only_after_one_was_written() {
    let written = store().write_blocking("write", |tx| {
        assert_eq!(all(tx, GUILD)?.1, [0, 2]);
        tx.next_id(GUILD, "songs")?;
        assert_eq!(all(tx, GUILD)?.1, [0, 0]);
        let refused = tx.step(|tx| {
            all(tx, OTHER)?;
            Err::<(), _>(SettingRefusal::Unknown { typed: String::from("songs"), meant: None }.into())
        })?;
        assert!(refused.is_err());
        assert_eq!((all(tx, GUILD)?.1, all(tx, OTHER)?.1), ([0, 0], [0, 0]));
        number(0).set(tx, OTHER, &1)?;
        assert_eq!((all(tx, GUILD)?.1, all(tx, OTHER)?.1), ([0, 2], [0, 1]));
        Ok(())
    });
    written.unwrap();
}

#[test]
fn a_snapshot_keeps_its_own() {
    let store = store();
    store.write_blocking("set", |tx| number(0).set(tx, GUILD, &1)).unwrap();
    let read = store.read_blocking("old", |read| {
        assert_eq!(number(0).get(read, GUILD)?, 1);
        store.write_blocking("set", |tx| {
            number(0).set(tx, GUILD, &2)?;
            number(0).set(tx, OTHER, &3)
        })?;
        assert_eq!(both(read, 0)?, (1, 0));
        assert_eq!(store.read_blocking("new", |read| both(read, 0))?, (2, 3));
        Ok(())
    });
    read.unwrap();
}

fn set_and_read(tx: &Tx<'_>, value: u32) -> Result<u32> {
    number(0).set(tx, GUILD, &value)?;
    number(0).get(tx, GUILD)
}

fn poll<T>(work: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
    Pin::new(work).poll(&mut Context::from_waker(Waker::noop()))
}

fn is_waiting(work: &mut (impl Future + Unpin)) -> bool {
    poll(work).is_pending()
}

/// What comes of work that the thread of the store's writer does.
fn outcome<T>(mut work: impl Future<Output = T> + Unpin) -> T {
    loop {
        if let Poll::Ready(outcome) = poll(&mut work) {
            return outcome;
        }
        std::thread::yield_now();
    }
}

#[test]
fn what_an_operation_wrote_before_it_failed_is_seen_by_none_that_shared_its_transaction() {
    let store = store();
    let (release, held) = mpsc::channel::<()>();
    let held = Mutex::new(held);
    // While this one runs, the others join its transaction.
    let mut hold = Box::pin(store.write("hold", move |_| {
        let _ = held.lock().unwrap().recv();
        Ok(())
    }));
    let mut kept = Box::pin(store.write("kept", |tx| set_and_read(tx, 1)));
    let mut fails = Box::pin(store.write("fails", |tx| {
        let found = set_and_read(tx, 2)?;
        Err::<(), _>(Error::failed(format!("found {found}")))
    }));
    let mut looks = Box::pin(store.write("looks", |tx| number(0).get(tx, GUILD)));
    assert!(is_waiting(&mut hold) && is_waiting(&mut kept) && is_waiting(&mut fails) && is_waiting(&mut looks));
    drop(release);
    outcome(hold).unwrap();
    assert_eq!(outcome(kept).unwrap(), 1);
    assert_eq!(outcome(fails).unwrap_err().to_string(), "found 2");
    assert_eq!(outcome(looks).unwrap(), 1);
}

#[test]
fn a_damaged_row_is_the_trouble_of_its_own_setting() {
    let store = store();
    let damage = store.write_blocking("damage", |tx| {
        number(4).set(tx, GUILD, &7)?;
        UNREADABLE.put(tx, &key(GUILD, 3), &5)
    });
    damage.unwrap();
    let found = store.read_blocking("look", |read| {
        Ok((number(3).get(read, GUILD), number(4).get(read, GUILD)?, number(5).get(read, GUILD)?))
    });
    let (damaged, set, unset) = found.unwrap();
    assert!(matches!(StoreError::of(&damaged.unwrap_err()), Some(StoreError::Corrupt { .. })));
    assert_eq!((set, unset), (7, 5));
}

#[test]
fn a_guild_with_rows_beyond_measure_is_read_setting_by_setting() {
    let store = store();
    let fill = store.write_blocking("fill", |tx| {
        number(39).set(tx, GUILD, &7)?;
        (0..1_000).try_for_each(|n| BOT_CONFIG.put(tx, &(GUILD, format!("unknown_{n}")), &entry("1")))
    });
    fill.unwrap();
    let (values, counts) = store.read_blocking("look", |read| all(read, GUILD)).unwrap();
    assert_eq!(values, (0..39).chain([7]).collect::<Vec<_>>());
    assert_eq!(counts, [40, 2]);
}

/// What is stored, as text.
type Model = BTreeMap<(GuildId, usize), String>;

#[derive(Clone, Debug)]
enum Action {
    Set(GuildId, usize, u32),
    Clear(GuildId, usize),
    Put(GuildId, usize, &'static str),
    Remove(GuildId, usize),
    Read(GuildId, usize),
    /// Reads in a step that refuses.
    Refuse(GuildId, usize),
    /// Writes another table.
    Elsewhere(GuildId),
}

const GUILDS: [GuildId; 4] = [INSTANCE, GUILD, OTHER, GuildId::new(u64::MAX)];
const FEW: usize = 4;

fn actions() -> impl Strategy<Value = Action> {
    let which = || (proptest::sample::select(GUILDS.to_vec()), 0..FEW);
    let text = proptest::sample::select(vec!["1", "02", "perhaps", "-1", ""]);
    prop_oneof![
        3 => (which(), 0..9_u32).prop_map(|((guild, n), value)| Action::Set(guild, n, value)),
        2 => which().prop_map(|(guild, n)| Action::Clear(guild, n)),
        2 => (which(), text).prop_map(|((guild, n), text)| Action::Put(guild, n, text)),
        1 => which().prop_map(|(guild, n)| Action::Remove(guild, n)),
        8 => which().prop_map(|(guild, n)| Action::Read(guild, n)),
        1 => which().prop_map(|(guild, n)| Action::Refuse(guild, n)),
        1 => which().prop_map(|(guild, _)| Action::Elsewhere(guild)),
    ]
}

/// Does the same to the store and to the model; fails where they differ.
fn act(tx: &Tx<'_>, model: &mut Model, action: &Action) -> Result<()> {
    match *action {
        Action::Set(guild, n, value) => {
            model.insert((guild, n), value.to_string());
            number(n).set(tx, guild, &value)
        }
        Action::Clear(guild, n) => {
            model.remove(&(guild, n));
            number(n).clear(tx, guild)
        }
        Action::Put(guild, n, text) => {
            model.insert((guild, n), text.to_owned());
            BOT_CONFIG.put(tx, &key(guild, n), &entry(text))
        }
        Action::Remove(guild, n) => {
            model.remove(&(guild, n));
            BOT_CONFIG.remove(tx, &key(guild, n)).map(drop)
        }
        Action::Read(guild, n) => agree(tx, model, guild, n),
        Action::Refuse(guild, n) => {
            let refused = tx.step(|tx| {
                agree(tx, model, guild, n)?;
                Err::<(), _>(SettingRefusal::Unknown { typed: String::new(), meant: None }.into())
            });
            refused.map(drop)
        }
        Action::Elsewhere(guild) => tx.next_id(guild, "songs").map(drop),
    }
}

/// Fails where a setting is not what the model says.
fn agree(read: &dyn Read, model: &Model, guild: GuildId, n: usize) -> Result<()> {
    let own = |place: GuildId| model.get(&(place, n)).and_then(|text| text.parse::<u32>().ok());
    let own_of_guild = own(guild);
    let expected = own_of_guild.or_else(|| own(INSTANCE)).unwrap_or(u32::try_from(n).unwrap());
    let found = (number(n).get_own(read, guild)?, number(n).get(read, guild)?);
    if found == (own_of_guild, expected) {
        return Ok(());
    }
    Err(Error::failed(format!("setting {n} of guild {guild}: {found:?} instead of {:?}", (own_of_guild, expected))))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn settings_and_a_plain_map_always_agree(
        transactions in proptest::collection::vec(
            (proptest::collection::vec(actions(), 1..20), proptest::bool::weighted(0.2)),
            1..8,
        ),
    ) {
        let store = store();
        let mut model = Model::new();
        for (actions, fails) in transactions {
            let before = model.clone();
            let written = store.write_blocking("random", move |tx| {
                let mut after = before.clone();
                actions.iter().try_for_each(|action| act(tx, &mut after, action))?;
                if fails { Err(Error::failed("on purpose")) } else { Ok(after) }
            });
            match written {
                Ok(after) => model = after,
                Err(error) => prop_assert!(fails && error.to_string() == "on purpose", "{error}"),
            }
            let whole = store.read_blocking("whole", |read| {
                GUILDS.iter().try_for_each(|guild| (0..FEW).try_for_each(|n| agree(read, &model, *guild, n)))
            });
            prop_assert!(whole.is_ok(), "{whole:?}");
        }
    }
}
