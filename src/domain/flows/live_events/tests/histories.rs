//! Random evenings beside a plain model: points, coins, credits, and who is played when, after each step. And batches beside
//! single events.

use std::time::Duration;

use proptest::prelude::*;

use super::evening::{streak, viewer};
use super::model::{Model, PRICE, USERS};
use super::*;
use crate::features::coins::settings::SKIP_PRICE;
use crate::features::queue::model::Line;
use crate::features::testing::GUILD;
use crate::flows::{handle_links, scores_synced, skip_bought, song_moved, song_played};

const HANDLES: [&str; 4] = ["ann", "ann.two", "bob", "cat"];

#[derive(Clone, Debug)]
enum Step {
    Link(usize, u64),
    Unlink(usize),
    Share(usize),
    Follow(usize),
    Gift { handle: usize, unit: u32, count: u32, group: u64, is_streaking: bool },
    Submit(u64, bool),
    Play,
    PlayThis(usize),
    Move(usize, Line),
    Remove(usize),
    ClearFree,
    DeadLink(usize),
    Buy(u64),
    Sync,
    Restart,
    Drop,
    Connect,
    End,
}

fn step() -> impl Strategy<Value = Step> {
    let handle = || 0..HANDLES.len();
    let gift = (handle(), prop_oneof![Just(1_u32), Just(99), Just(350), Just(1000)], 0..7_u32, 0..3_u64, any::<bool>())
        .prop_map(|(handle, unit, count, group, is_streaking)| Step::Gift { handle, unit, count, group, is_streaking });
    let song = || 0..12_usize;
    prop_oneof![
        3 => (handle(), 0..USERS).prop_map(|(handle, user)| Step::Link(handle, user)),
        1 => handle().prop_map(Step::Unlink),
        2 => handle().prop_map(Step::Share),
        1 => handle().prop_map(Step::Follow),
        12 => gift,
        4 => (0..USERS, any::<bool>()).prop_map(|(user, is_skip)| Step::Submit(user, is_skip)),
        2 => Just(Step::Play),
        1 => song().prop_map(Step::PlayThis),
        5 => (song(), proptest::sample::select(&Line::WAITING[..])).prop_map(|(song, line)| Step::Move(song, line)),
        1 => song().prop_map(Step::Remove),
        1 => Just(Step::ClearFree),
        2 => song().prop_map(Step::DeadLink),
        3 => (0..USERS).prop_map(Step::Buy),
        2 => Just(Step::Sync),
        1 => Just(Step::Restart),
        1 => Just(Step::Drop),
        2 => Just(Step::Connect),
        1 => Just(Step::End),
    ]
}

fn take(evening: &Evening, model: &mut Model, step: &Step) {
    match *step {
        Step::Link(handle, user) => {
            let admin = Actor::Member(UserId::new(99));
            let linked = evening.store.write(move |tx| {
                let name = Handle::parse(HANDLES[handle]).unwrap();
                handle_links::admin_link(tx, GUILD, admin, UserId::new(user + 1), &name).map(drop)
            });
            assert_eq!(linked.is_err(), model.owner.insert(handle, user + 1) == Some(user + 1));
        }
        Step::Unlink(handle) => {
            let Some(user) = model.owner.remove(&handle) else { return };
            let unlinked = evening.store.write(move |tx| {
                let name = Handle::parse(HANDLES[handle]).unwrap();
                handle_links::unlink(tx, GUILD, UserId::new(user), &name).map(drop)
            });
            unlinked.unwrap();
        }
        Step::Share(handle) => {
            evening.on_live([Occurrence::Shared(viewer(HANDLES[handle]))]);
            if model.is_connected {
                model.award(handle, 5);
            }
        }
        Step::Follow(handle) => {
            evening.on_live([Occurrence::Followed(viewer(HANDLES[handle]))]);
            if model.is_connected && model.followed.insert(handle) {
                model.award(handle, 10);
            }
        }
        Step::Gift { handle, unit, count, group, is_streaking } => {
            evening.on_live([streak(HANDLES[handle], unit, count, group, is_streaking)]);
            if model.is_connected {
                model.gift(handle, unit, count, group, is_streaking);
            }
        }
        Step::Submit(user, is_skip) => {
            model.submit(evening.sends(user + 1, is_skip), user + 1, is_skip);
        }
        Step::Play => {
            if let Some(at) = model.order().first() {
                assert_eq!(evening.play(), model.play(*at));
            }
        }
        Step::PlayThis(_)
        | Step::Move(..)
        | Step::Remove(_)
        | Step::ClearFree
        | Step::DeadLink(_)
        | Step::Buy(_)
        | Step::Sync
        | Step::Restart => rule(evening, model, step),
        Step::Drop => {
            evening.on_live([Occurrence::Disconnected]);
            if model.is_open {
                model.settle();
                model.is_connected = false;
            }
        }
        Step::Connect => {
            evening.on_live([Occurrence::Connected]);
            (model.is_open, model.is_connected) = (true, true);
        }
        Step::End => {
            evening.on_live([Occurrence::Ended]);
            if model.is_open {
                model.settle();
                model.close();
            }
        }
    }
}

/// What hosts and members do to songs that wait, and the work of every half minute.
fn rule(evening: &Evening, model: &mut Model, step: &Step) {
    let known = model.songs.len();
    match *step {
        Step::PlayThis(at) if at < known => {
            let number = evening.entry(model.songs[at].id).song.public_id;
            let played = evening.store.write(move |tx| song_played::this_one(tx, GUILD, number).map(drop));
            let waits = model.songs[at].line.is_waiting();
            assert_eq!(played.is_ok(), waits);
            if waits {
                model.play(at);
            }
        }
        Step::Move(at, line) if at < known => {
            let moved = evening.moves(model.songs[at].id, line);
            assert_eq!(moved.is_ok(), model.put(at, line));
        }
        Step::Remove(at) if at < known => {
            let number = evening.entry(model.songs[at].id).song.public_id;
            let removed = evening.store.write(move |tx| song_moved::out(tx, GUILD, number).map(drop));
            assert_eq!(removed.is_ok(), model.remove(at));
        }
        Step::ClearFree => {
            let free: Vec<_> = (0..known).filter(|at| model.songs[*at].line == Line::Free).collect();
            let cleared = evening.store.write(|tx| song_moved::free_cleared(tx, GUILD)).unwrap();
            assert_eq!(cleared, free.len() as u64);
            assert!(free.into_iter().all(|at| model.remove(at)));
        }
        Step::DeadLink(at) if at < known => {
            assert_eq!(evening.is_dead(model.songs[at].id).ok(), model.dead(at));
        }
        Step::Buy(user) => {
            let bought = evening.store.write(move |tx| skip_bought::run(tx, GUILD, UserId::new(user + 1)).map(drop));
            assert_eq!(bought.is_ok(), model.buy(user + 1));
        }
        Step::Sync => {
            evening.sync_scores();
            model.sync();
        }
        Step::Restart => {
            let mut stale = Vec::new();
            evening.store.read(|read| scores_synced::for_each_stale(read, GUILD, |found| stale.push(found.song)));
            assert_eq!(stale, [], "no song is left with an old score");
            evening.sync_scores();
            model.sync();
        }
        _ => {}
    }
}

/// Who is played when, and what everybody has.
fn compare_order(evening: &Evening, model: &Model) {
    let expected: Vec<_> = model.order().into_iter().map(|at| model.songs[at].id).collect();
    assert_eq!(evening.order(), expected, "the order in which songs are played");
    for user in 1..=USERS {
        assert_eq!(evening.points(user), model.user_points(user), "points of {user}");
        assert_eq!(evening.luxury(user), model.luxury.get(&user).copied().unwrap_or_default(), "coins of {user}");
        let credit = model.credit.get(&user).map(|credit| (credit.coins, credit.song.is_some()));
        assert_eq!(evening.credit(user), credit, "credit of {user}");
    }
}

fn compare(evening: &Evening, model: &Model) {
    compare_order(evening, model);
    for (handle, name) in HANDLES.into_iter().enumerate() {
        assert_eq!(evening.handle_points(name), model.points.get(&handle).copied().unwrap_or_default(), "{name}");
    }
    let mut played = Vec::new();
    for song in &model.songs {
        let place = evening.entry(song.id).place;
        assert_eq!(place.line, song.line, "song {}", song.id);
        if song.line == Line::Free {
            assert_eq!(place.score, song.score, "the score of song {}", song.id);
        }
        played.extend(place.played_at.filter(|_| song.line == Line::SongsPlayed).map(|at| (at, song.id)));
    }
    played.sort_unstable();
    assert!(played.windows(2).all(|pair| pair[0].0 < pair[1].0), "one after the other: {played:?}");
    assert_eq!(played.into_iter().map(|(_, song)| song).collect::<Vec<_>>(), model.played);
    evening.check();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_evening_follows_a_plain_model(steps in proptest::collection::vec(step(), 0..90)) {
        let evening = Evening::quiet();
        evening.store.write(|tx| SKIP_PRICE.set(tx, GUILD, &PRICE)).unwrap();
        let mut model = Model::default();
        take(&evening, &mut model, &Step::Connect);
        for step in &steps {
            take(&evening, &mut model, step);
            compare_order(&evening, &model);
        }
        compare(&evening, &model);
    }

    #[test]
    fn a_settled_gift_pays_nothing_when_it_comes_again(
        gifts in proptest::collection::vec((0..HANDLES.len(), 1..2000_u32, 1..9_u32, 1..5_u64), 1..12),
    ) {
        let evening = Evening::begun();
        evening.link(1, "ann");
        let ends = || gifts.iter().map(|(handle, unit, count, group)| streak(HANDLES[*handle], *unit, *count, *group, false));
        evening.on_live(ends());
        let before = (evening.points(1), evening.luxury(1), evening.credit(1), evening.written());
        evening.on_live(ends());
        evening.on_live([Occurrence::Disconnected, Occurrence::Connected]);
        evening.on_live(ends());
        prop_assert_eq!((evening.points(1), evening.luxury(1), evening.credit(1), evening.written()), before);
        evening.check();
    }

    #[test]
    fn a_batch_is_equal_to_its_events_one_by_one(
        steps in proptest::collection::vec(step(), 0..50),
        cuts in proptest::collection::vec(1..9_usize, 60),
    ) {
        let (whole, single) = (Evening::begun(), Evening::begun());
        for evening in [&whole, &single] {
            evening.link(1, "ann");
            evening.link(2, "bob");
            evening.submit(1, Line::Free);
            evening.submit(2, Line::PendingSkips);
            evening.store.advance(Duration::from_secs(1));
        }
        let mut rest: Vec<Occurrence> = steps.iter().filter_map(event_of).collect();
        for event in rest.clone() {
            single.on_live([event]);
        }
        for cut in cuts {
            let end = cut.min(rest.len());
            whole.on_live(rest.drain(..end));
        }
        let state = |evening: &Evening| {
            let points: Vec<_> = HANDLES.iter().map(|name| evening.handle_points(name)).collect();
            let members: Vec<_> = (1..3).map(|user| (evening.points(user), evening.luxury(user), evening.credit(user))).collect();
            (points, members, evening.interactions(), evening.session())
        };
        prop_assert_eq!(state(&whole), state(&single));
        whole.check();
        single.check();
    }
}

/// The steps that are events of the live.
fn event_of(step: &Step) -> Option<Occurrence> {
    Some(match *step {
        Step::Share(handle) => Occurrence::Shared(viewer(HANDLES[handle])),
        Step::Follow(handle) => Occurrence::Followed(viewer(HANDLES[handle])),
        Step::Gift { handle, unit, count, group, is_streaking } => {
            streak(HANDLES[handle], unit, count, group, is_streaking)
        }
        Step::Drop => Occurrence::Disconnected,
        Step::Connect => Occurrence::Connected,
        Step::End => Occurrence::Ended,
        _ => return None,
    })
}
