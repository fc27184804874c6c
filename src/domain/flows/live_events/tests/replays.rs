//! The same evening told twice, after reconnects, and out of order within a second: it brings the same.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::evening::{streak, viewer};
use super::*;
use crate::features::queue::model::{Line, SongId};

const HANDLES: [&str; 3] = ["ann", "ann.two", "bob"];

/// What comes in one second.
#[derive(Clone, Debug)]
struct Second {
    messages: Vec<(u64, Occurrence)>,
    /// Whether the connection is lost and found again after it.
    is_last_before_a_drop: bool,
    /// Seconds until the next.
    gap: u64,
}

/// A streak as it is sent: the seconds of its steps, and whether its end is told.
fn taps() -> impl Strategy<Value = (usize, u32, BTreeSet<usize>, bool)> {
    let price = prop_oneof![Just(1_u32), Just(99), Just(350), Just(1000)];
    (0..HANDLES.len(), price, proptest::collection::btree_set(0..12_usize, 1..5), any::<bool>())
}

fn happening() -> impl Strategy<Value = Occurrence> {
    let handle = || (0..HANDLES.len()).prop_map(|at| viewer(HANDLES[at]));
    prop_oneof![
        handle().prop_map(Occurrence::Joined),
        handle().prop_map(|viewer| Occurrence::Liked(viewer, 15)),
        handle().prop_map(|viewer| Occurrence::Commented(viewer, "hi".into())),
        handle().prop_map(Occurrence::Followed),
        (0..HANDLES.len(), 1..700_u32).prop_map(|(at, price)| gift(HANDLES[at], price, 1)),
        Just(Occurrence::Poll("{}".into())),
    ]
}

/// Twelve seconds of an evening with the gaps between them. Every message has its own number.
fn evening() -> impl Strategy<Value = Vec<Second>> {
    let seconds = proptest::collection::vec(
        (proptest::collection::vec(happening(), 0..5), proptest::bool::weighted(0.2), 1..40_u64),
        12,
    );
    (seconds, proptest::collection::vec(taps(), 0..6)).prop_map(|(seconds, streaks)| {
        let mut ids = 1..;
        let mut number = |what: Occurrence| (ids.next().unwrap(), what);
        let mut evening: Vec<Second> = Vec::new();
        for (happenings, is_last_before_a_drop, gap) in seconds {
            let messages = happenings.into_iter().map(&mut number).collect();
            evening.push(Second { messages, is_last_before_a_drop, gap });
        }
        for (group, (handle, price, at, ends)) in (1..).zip(streaks) {
            let last = at.len();
            for (count, second) in (1..).zip(at) {
                let step = |goes_on| streak(HANDLES[handle], price, count, group, goes_on);
                evening[second].messages.push(number(step(true)));
                if ends && usize::try_from(count) == Ok(last) {
                    evening[second].messages.push(number(step(false)));
                }
            }
        }
        evening
    })
}

fn stage() -> Evening {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.link(1, "ann.two");
    evening.link(2, "bob");
    evening.submit(1, Line::Free);
    evening.submit(2, Line::PendingSkips);
    evening.store.advance(Duration::from_secs(1));
    evening
}

/// Plays an evening. `deliver` says in which batches the messages of a second come, given all messages before it.
fn play(seconds: &[Second], mut deliver: impl FnMut(&[LiveEvent], Vec<LiveEvent>) -> Vec<Vec<LiveEvent>>) -> Evening {
    let evening = stage();
    let mut before: Vec<LiveEvent> = Vec::new();
    for second in seconds {
        let messages: Vec<_> = second.messages.iter().map(|(id, what)| evening.message(*id, what.clone())).collect();
        for batch in deliver(&before, messages.clone()) {
            evening.told(batch);
        }
        before.extend(messages);
        if second.is_last_before_a_drop {
            evening.on_live([Occurrence::Disconnected]);
            evening.store.advance(Duration::from_secs(2));
            evening.on_live([Occurrence::Connected]);
        }
        evening.store.advance(Duration::from_secs(second.gap));
    }
    evening.count_watch_time();
    evening.check();
    evening
}

/// What the evening brought, whatever the order within a second.
fn brought(evening: &Evening) -> impl PartialEq + std::fmt::Debug + use<> {
    let handles = HANDLES.map(|name| evening.handle_points(name));
    let members = [1, 2].map(|user| (evening.points(user), evening.luxury(user), evening.credit(user)));
    let songs = [1, 2].map(|song| evening.line(SongId::new(song)));
    let mut rows: BTreeMap<_, (usize, i64)> = BTreeMap::new();
    for row in evening.interactions() {
        let (count, coins) = rows.entry((row.account, row.kind.name(), row.value)).or_default();
        *count += usize::from(row.coin_value.is_none());
        *coins += row.coin_value.map_or(0, Amount::get);
    }
    let session = evening.session().unwrap();
    let watched = HANDLES.map(|name| evening.watched(session, name));
    (handles, members, songs, rows, watched)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn an_evening_told_twice_or_shuffled_within_a_second_brings_the_same(
        seconds in evening(),
        seed in any::<u64>(),
    ) {
        let plain = play(&seconds, |_, messages| vec![messages]);
        // All that was told so far is told again before each second, as history or not, and a part of it as well.
        let replayed = play(&seconds, |before, messages| {
            let history = before.iter().map(|event| LiveEvent { is_backlog: true, ..event.clone() });
            vec![history.collect(), before.to_vec(), messages.clone(), messages]
        });
        let shuffled = play(&seconds, |_, mut messages| {
            messages.sort_by_key(|event| event.id.map(|id| id.get().wrapping_mul(seed | 1)));
            let rest = messages.split_off(messages.len() / 2);
            vec![messages, rest]
        });
        prop_assert_eq!(brought(&replayed), brought(&plain));
        prop_assert_eq!(replayed.interactions(), plain.interactions());
        prop_assert_eq!(brought(&shuffled), brought(&plain));
    }
}
