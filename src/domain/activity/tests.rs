//! Activities on a store in memory: their order and pages, their age, whose they are, and what the debug channel waits for.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::debug_channel::{self, DEBUG_CHANNEL, DELIVER, LEAVE, Leaving};
use super::migration::{LINES, Line, tell_lines_from_the_log};
use super::settings::ACTIVITY_DAYS;
use super::*;
use crate::features::testing::{GUILD, TestStore};
use crate::jobs;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::{Erasure, Record, Table};

const OTHER: GuildId = GuildId::new(6);
const ANN: UserId = UserId::new(701_234_567_890_123_451);
const BEN: UserId = UserId::new(712_345_678_901_234_562);
const DAY: Duration = Duration::from_hours(24);

static NUMBERED: ActivityKind<u32> = ActivityKind::new("test.numbered", |_| None);
static NAMED: ActivityKind<String> = ActivityKind::new("test.named", |_| None);

fn note(store: &TestStore, guild: GuildId, numbers: std::ops::Range<u32>) {
    store.write(move |tx| numbers.clone().try_for_each(|number| NUMBERED.with(number).note(tx, guild))).unwrap();
}

fn numbers(activities: &[(ActivityId, Activity)]) -> Vec<u32> {
    activities.iter().filter_map(|(_, activity)| NUMBERED.details(activity)).collect()
}

/// All pages of a guild, three activities on each.
fn all(store: &TestStore, guild: GuildId, filter: &Filter) -> Vec<(ActivityId, Activity)> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.read(|read| newest(read, guild, filter, after.clone(), 3));
        assert!(page.rows.len() <= 3);
        found.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return found,
        }
    }
}

fn untold(store: &TestStore) -> Vec<u32> {
    numbers(&store.read(|read| debug_channel::untold(read, GUILD)))
}

fn deliveries(store: &TestStore) -> usize {
    let due = store.read(|read| jobs::due_by(read, store.now(), 100));
    due.iter().filter(|run| run.job.kind == DELIVER.name()).count()
}

#[test]
fn activities_are_in_the_order_in_which_they_were_noted_whatever_the_clock_says() {
    let store = TestStore::new();
    note(&store, GUILD, 0..4);
    note(&store, GUILD, 4..5);
    store.advance(Duration::from_secs(1));
    note(&store, GUILD, 5..7);
    note(&store, OTHER, 7..8);
    let noted = all(&store, GUILD, &Filter::default());
    assert_eq!(numbers(&noted), [6, 5, 4, 3, 2, 1, 0]);
    assert_eq!(noted[1].0.moment(), store.now(), "the first of a moment has its place");
    let moments: Vec<Timestamp> = noted.iter().map(|(id, _)| id.moment()).collect();
    assert!(moments.windows(2).all(|pair| pair[0] > pair[1]), "{moments:?}");
    store.check();
}

#[test]
fn what_is_not_committed_did_not_happen() {
    let store = TestStore::new();
    let failed = store.write(|tx| {
        NUMBERED.with(1).note(tx, GUILD)?;
        Err::<(), _>(crate::kernel::error::Error::failed("on purpose"))
    });
    assert!(failed.is_err());
    assert!(all(&store, GUILD, &Filter::default()).is_empty());
}

#[test]
fn pages_are_filtered_by_kind_actor_and_subject() {
    let store = TestStore::new();
    note(&store, GUILD, 0..5);
    store
        .write(|tx| {
            for number in 5..10 {
                let by = if number % 2 == 0 { Actor::Member(ANN) } else { Actor::Live };
                NUMBERED.with(number).by(by).of(Subject::Song(u64::from(number / 5))).note(tx, GUILD)?;
            }
            NAMED.with("ten".to_owned()).by(Actor::Member(ANN)).changing("a".to_owned(), None::<String>).note(tx, GUILD)
        })
        .unwrap();
    let found = |filter: Filter| all(&store, GUILD, &filter);
    let kind = Some(NAMED.name());
    let of_kind = found(Filter { kind, ..Filter::default() });
    let [(_, named)] = &of_kind[..] else { panic!("{of_kind:?}") };
    assert_eq!((NAMED.details(named).as_deref(), NUMBERED.details(named)), (Some("ten"), None));
    assert_eq!((named.before.as_deref(), named.after.as_deref()), (Some("a"), None));
    let by_ann = Filter { actor: Some(Actor::Member(ANN)), ..Filter::default() };
    assert_eq!((numbers(&found(by_ann.clone())), found(by_ann).len()), (vec![8, 6], 3));
    let of_song = Filter { subject: Some(Subject::Song(1)), actor: Some(Actor::Live), ..Filter::default() };
    assert_eq!(numbers(&found(of_song)), [9, 7, 5]);
}

#[test]
fn a_detail_that_cannot_be_read_is_none() {
    #[derive(Deserialize)]
    struct Pair {
        one: u32,
        #[serde(default)]
        other: u32,
    }
    static PAIR: ActivityKind<Pair> = ActivityKind::new("test.numbered", |_| None);
    let store = TestStore::new();
    note(&store, GUILD, 3..4);
    store
        .write(|tx| {
            ActivityKind::<serde_json::Value>::new("test.numbered", |_| None)
                .with(serde_json::json!({"one": 1}))
                .note(tx, GUILD)
        })
        .unwrap();
    let noted = all(&store, GUILD, &Filter::default());
    let pairs: Vec<_> =
        noted.iter().map(|(_, activity)| PAIR.details(activity).map(|pair| (pair.one, pair.other))).collect();
    assert_eq!(pairs, [Some((1, 0)), None], "a field that came later has its default");
}

#[test]
fn what_is_older_than_a_guild_keeps_it_goes_in_parts_and_nothing_else() {
    let store = TestStore::new();
    store.write(|tx| ACTIVITY_DAYS.set(tx, OTHER, &7)).unwrap();
    note(&store, GUILD, 0..2);
    note(&store, OTHER, 0..1_100);
    store.advance(8 * DAY);
    note(&store, OTHER, 2_000..2_001);
    let old = |store: &TestStore| {
        let has_old = |guild: &GuildId| store.read(|read| has_old(read, *guild, store.now()));
        store.read(guilds).into_iter().filter(has_old).collect::<Vec<_>>()
    };
    assert_eq!(old(&store), [OTHER]);
    let step = |guild: GuildId| {
        let now = store.now();
        store.write(move |tx| forget_old(tx, guild, now)).unwrap()
    };
    assert_eq!([step(OTHER), step(OTHER), step(OTHER)], [true, true, false]);
    assert_eq!(numbers(&all(&store, OTHER, &Filter::default())), [2_000]);
    assert_eq!((old(&store), numbers(&all(&store, GUILD, &Filter::default()))), (Vec::new(), vec![1, 0]));
    store.advance(82 * DAY);
    assert_eq!(old(&store), [OTHER], "90 days are not over");
    store.advance(Duration::from_secs(1));
    assert_eq!(old(&store), [GUILD, OTHER]);
    assert!(!step(GUILD));
    assert!(all(&store, GUILD, &Filter::default()).is_empty());
    store.check();
}

#[test]
fn what_tells_of_a_member_goes_and_what_the_member_did_stays_under_the_pseudonym() {
    let store = TestStore::new();
    let handle = Handle::parse("ann.live").unwrap();
    store
        .write(move |tx| {
            NUMBERED.with(0).of(Subject::Member(ANN)).note(tx, GUILD)?;
            NUMBERED.with(1).by(Actor::Member(ANN)).of(Subject::Member(BEN)).note(tx, GUILD)?;
            NUMBERED.with(2).by(Actor::Member(BEN)).note(tx, GUILD)?;
            NUMBERED.with(3).changing(format!("<@{ANN}>"), None::<String>).note(tx, GUILD)?;
            NUMBERED.with(4).of(Subject::Handle(handle.clone())).note(tx, GUILD)?;
            NAMED.with(format!("of {ANN}")).note(tx, GUILD)?;
            NAMED.with("**@ann.live** came".to_owned()).note(tx, GUILD)
        })
        .unwrap();
    let by_name = Handle::parse("ann.live").unwrap();
    let named = store.read(|read| naming(read, GUILD, |activity| activity.names(&by_name)));
    assert_eq!(named.len(), 2);
    store.write(move |tx| forget(tx, GUILD, &named)).unwrap();
    let pseudonym = UserId::new(1);
    let erasure = Erasure { guild: GUILD, member: ANN, pseudonym, accounts: Vec::new() };
    store.erase(&erasure);
    let left = all(&store, GUILD, &Filter::default());
    assert_eq!(numbers(&left), [2, 1]);
    let actors: Vec<Actor> = left.iter().map(|(_, activity)| activity.actor).collect();
    assert_eq!(actors, [Actor::Member(BEN), Actor::Member(pseudonym)]);
}

#[test]
fn the_debug_channel_waits_for_what_happens_while_there_is_one() {
    let store = TestStore::new();
    note(&store, GUILD, 0..2);
    assert_eq!((untold(&store), deliveries(&store)), (vec![], 0), "there is no debug channel yet");
    store.write(|tx| DEBUG_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(9)))).unwrap();
    note(&store, GUILD, 2..5);
    note(&store, GUILD, 5..6);
    assert_eq!((untold(&store), deliveries(&store)), (vec![2, 3, 4, 5], 1), "one job tells them all");

    let ids: Vec<ActivityId> =
        store.read(|read| debug_channel::untold(read, GUILD)).iter().map(|(id, _)| *id).collect();
    let through = ids[1];
    store.write(move |tx| debug_channel::telling(tx, GUILD, through)).unwrap();
    assert_eq!(store.read(|read| debug_channel::being_told(read, GUILD)), Some(through));
    assert_eq!(untold(&store), [2, 3, 4, 5], "it is not told before it is posted");
    store.write(move |tx| debug_channel::told(tx, GUILD, through)).unwrap();
    assert_eq!((untold(&store), store.read(|read| debug_channel::being_told(read, GUILD))), (vec![4, 5], None));
    store.write(|tx| debug_channel::end(tx, GUILD)).unwrap();
    assert!(untold(&store).is_empty());
    note(&store, GUILD, 6..7);
    assert_eq!(untold(&store), [6], "what was told is not told again");
}

#[test]
fn what_waited_for_a_channel_that_was_switched_off_is_not_told_to_the_next() {
    let store = TestStore::new();
    let chosen = |channel: Option<u64>| {
        let channel = channel.map(ChannelId::new);
        store.write(move |tx| DEBUG_CHANNEL.change(tx, GUILD, Actor::Member(ANN), &channel).map(drop)).unwrap();
    };
    chosen(Some(7));
    note(&store, GUILD, 0..2);
    assert_eq!(untold(&store), [0, 1]);
    chosen(None);
    note(&store, GUILD, 2..3);
    chosen(Some(8));
    note(&store, GUILD, 3..4);
    assert_eq!(untold(&store), [3]);
}

#[test]
fn a_channel_that_is_left_is_told_where_the_lines_go_and_who_says_so() {
    let store = TestStore::new();
    for channel in [None, Some(7), Some(7), Some(8), None].map(|channel| channel.map(ChannelId::new)) {
        store.write(move |tx| DEBUG_CHANNEL.change(tx, GUILD, Actor::Member(ANN), &channel).map(drop)).unwrap();
    }
    store.write(|tx| ACTIVITY_DAYS.change(tx, GUILD, Actor::Member(ANN), &7).map(drop)).unwrap();
    let due = store.read(|read| jobs::due_by(read, store.now(), 100));
    let leaving = due.iter().filter(|run| run.job.kind == LEAVE.name());
    let told: Vec<_> = leaving.map(|run| (run.job.lane, LEAVE.payload(run).unwrap())).collect();
    let (old, new, by) = (ChannelId::new(7), ChannelId::new(8), Actor::Member(ANN));
    let expected = [(old, Some(new)), (new, None)]
        .map(|(channel, now)| (jobs::Lane::Channel(channel), Leaving { channel, now, by }));
    assert_eq!(told, expected);
}

#[test]
fn of_what_waits_for_long_the_newest_thousand_stay() {
    let store = TestStore::new();
    store.write(|tx| DEBUG_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(9)))).unwrap();
    note(&store, GUILD, 0..1_005);
    let waiting = untold(&store);
    assert_eq!((waiting.len(), waiting[0], waiting[999]), (1_000, 5, 1_004));
}

#[test]
fn what_concerns_the_program_is_noted_where_there_is_a_debug_channel() {
    let store = TestStore::new();
    store
        .write(|tx| {
            DEBUG_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(9)))?;
            DEBUG_CHANNEL.set(tx, GuildId::INSTANCE, &Some(ChannelId::new(8)))?;
            NUMBERED.with(1).note_everywhere(tx)
        })
        .unwrap();
    let noted = [GUILD, OTHER, GuildId::INSTANCE].map(|guild| all(&store, guild, &Filter::default()).len());
    assert_eq!(noted, [1, 0, 0]);
}

#[test]
fn lines_that_waited_before_there_were_activities_are_told_from_the_log() {
    /// What the program of before kept of a delivery.
    #[derive(Serialize, Deserialize)]
    struct Before(u64, Option<u64>);
    impl Record for Before {}
    static BEFORE: Table<GuildId, Before> = Table::new("debug_channel.deliveries", &[]);
    let store = TestStore::new();
    store
        .write(|tx| {
            for (number, text) in [(7, "one"), (8, "two"), (9, "three")] {
                LINES.put(tx, &(GUILD, number), &Line { text: text.to_owned() })?;
            }
            BEFORE.put(tx, &GUILD, &Before(3, Some(8)))?;
            BEFORE.put(tx, &OTHER, &Before(4, None))?;
            tell_lines_from_the_log(tx)
        })
        .unwrap();
    let waiting = store.read(|read| debug_channel::untold(read, GUILD));
    let lines: Vec<_> = waiting.iter().filter_map(|(_, activity)| TEAM_TOLD.details(activity)).collect();
    assert_eq!(lines, ["one", "two", "three"]);
    let through = store.read(|read| debug_channel::being_told(read, GUILD));
    assert_eq!(through, Some(waiting[1].0), "what was being posted goes on to be posted");
    assert!(store.read(|read| LINES.is_empty(read)));
    assert!(store.read(|read| debug_channel::untold(read, OTHER)).is_empty(), "nothing waited there");
    store.check();
}

#[test]
fn what_happens_to_the_instance_is_kept_and_told_in_no_server() {
    let store = TestStore::new();
    store
        .write(|tx| {
            // A default for all servers is no debug channel of the instance.
            DEBUG_CHANNEL.set(tx, GuildId::INSTANCE, &Some(ChannelId::new(7)))?;
            NUMBERED.with(1).note(tx, GuildId::INSTANCE)
        })
        .unwrap();
    assert_eq!(numbers(&all(&store, GuildId::INSTANCE, &Filter::default())), [1]);
    assert!(store.read(|read| debug_channel::untold(read, GuildId::INSTANCE)).is_empty());
    assert_eq!(deliveries(&store), 0);
    note(&store, GUILD, 2..3);
    assert_eq!(deliveries(&store), 1, "the default counts for servers");
    store.check();
}
