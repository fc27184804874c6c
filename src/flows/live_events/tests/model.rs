//! Random evenings beside a plain model, and batches beside single events.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use proptest::prelude::*;

use super::evening::{streak, viewer};
use super::*;
use crate::features::queue::model::{Line, SongId};
use crate::features::queue::rules::tier_for;
use crate::features::tests::GUILD;
use crate::flows::handle_links;

const HANDLES: [&str; 4] = ["ann", "ann.two", "bob", "cat"];
const USERS: u64 = 3;

#[derive(Clone, Debug)]
enum Step {
    Link(usize, u64),
    Unlink(usize),
    Share(usize),
    Follow(usize),
    Gift { handle: usize, unit: u32, count: u32, group: u64, is_streaking: bool },
    Submit(u64, bool),
    Play,
    Drop,
    Connect,
    End,
}

/// What must hold, in the plainest form: maps and sums, every rule written out once more.
#[derive(Default)]
struct Model {
    is_open: bool,
    is_connected: bool,
    owner: BTreeMap<usize, u64>,
    points: BTreeMap<usize, i64>,
    luxury: BTreeMap<u64, i64>,
    followed: HashSet<usize>,
    /// Seen and paid counts by handle, price and group.
    streaks: BTreeMap<(usize, u32, u64), (u32, u32)>,
    credit: BTreeMap<u64, (i64, Option<SongId>)>,
    songs: Vec<(SongId, u64, Line)>,
}

impl Model {
    fn user_points(&self, user: u64) -> i64 {
        let held = self.owner.iter().filter(|(_, owner)| **owner == user);
        held.map(|(handle, _)| self.points.get(handle).copied().unwrap_or_default()).sum()
    }

    fn award(&mut self, handle: usize, points: i64) {
        *self.points.entry(handle).or_default() += points;
    }

    fn gift(&mut self, handle: usize, unit: u32, count: u32, group: u64, is_streaking: bool) {
        let (seen, paid) = self.streaks.remove(&(handle, unit, group)).unwrap_or_default();
        let seen = seen.max(count);
        if is_streaking {
            self.streaks.insert((handle, unit, group), (seen, paid));
            return;
        }
        if group != 0 {
            self.streaks.insert((handle, unit, group), (seen, seen));
        }
        self.pay(handle, unit, paid, seen);
    }

    fn pay(&mut self, handle: usize, unit: u32, paid: u32, seen: u32) {
        let (before, after) = (i64::from(unit) * i64::from(paid), i64::from(unit) * i64::from(seen));
        let coins = after - before;
        self.award(handle, if unit < 1000 { 2 * coins } else { coins });
        let Some(user) = self.owner.get(&handle).copied() else { return };
        *self.luxury.entry(user).or_default() += (after / 100 - before / 100) * 2;
        if coins > 0 {
            self.lift(user, coins);
        }
    }

    fn lift(&mut self, user: u64, coins: i64) {
        let (credit, song) = self.credit.entry(user).or_default();
        *credit += coins;
        let Some(tier) = tier_for(*credit) else { return };
        if let Some(song) = song {
            let line = self.songs.iter_mut().find(|(id, ..)| id == song).map(|(_, _, line)| line).unwrap();
            *line = tier.min(*line);
            return;
        }
        let latest = self
            .songs
            .iter_mut()
            .rev()
            .find(|(_, owner, line)| *owner == user && matches!(line, Line::Free | Line::PendingSkips));
        if let Some((id, _, line)) = latest {
            (*song, *line) = (Some(*id), tier);
        }
    }

    fn settle(&mut self) {
        for ((handle, unit, group), (seen, paid)) in self.streaks.clone() {
            if seen > paid {
                self.streaks.insert((handle, unit, group), (seen, seen));
                self.pay(handle, unit, paid, seen);
            }
        }
    }

    fn close(&mut self) {
        (self.is_open, self.is_connected) = (false, false);
        self.followed.clear();
        self.streaks.clear();
        self.credit.clear();
    }

    /// The song of a line that is played next, and whose it is: all scores are 0 until a sync, so the oldest.
    fn play(&mut self) -> Option<SongId> {
        let next = (0..self.songs.len())
            .filter(|at| self.songs[*at].2.is_served())
            .min_by_key(|at| (self.songs[*at].2, *at))?;
        let (song, user, line) = self.songs.remove(next);
        self.credit.retain(|_, (_, attached)| *attached != Some(song));
        if line == Line::Free {
            for (handle, owner) in &self.owner {
                if *owner == user {
                    self.points.insert(*handle, 0);
                }
            }
        }
        Some(song)
    }
}

fn step() -> impl Strategy<Value = Step> {
    let handle = || 0..HANDLES.len();
    let gift = (handle(), prop_oneof![Just(1_u32), Just(99), Just(350), Just(1000)], 0..7_u32, 0..3_u64, any::<bool>())
        .prop_map(|(handle, unit, count, group, is_streaking)| Step::Gift { handle, unit, count, group, is_streaking });
    prop_oneof![
        3 => (handle(), 0..USERS).prop_map(|(handle, user)| Step::Link(handle, user)),
        1 => handle().prop_map(Step::Unlink),
        2 => handle().prop_map(Step::Share),
        1 => handle().prop_map(Step::Follow),
        12 => gift,
        4 => (0..USERS, any::<bool>()).prop_map(|(user, is_skip)| Step::Submit(user, is_skip)),
        2 => Just(Step::Play),
        1 => Just(Step::Drop),
        2 => Just(Step::Connect),
        1 => Just(Step::End),
    ]
}

fn take(evening: &Evening, model: &mut Model, step: &Step) {
    match *step {
        Step::Link(handle, user) => {
            let admin = UserId::new(99);
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
            let line = if is_skip { Line::PendingSkips } else { Line::Free };
            model.songs.push((evening.submit(user + 1, line), user + 1, line));
        }
        Step::Play => {
            if let Some(song) = model.play() {
                assert_eq!(evening.play(), song);
            }
        }
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

fn compare(evening: &Evening, model: &Model) {
    for (handle, name) in HANDLES.into_iter().enumerate() {
        assert_eq!(evening.handle_points(name), model.points.get(&handle).copied().unwrap_or_default(), "{name}");
    }
    for user in 1..=USERS {
        assert_eq!(evening.points(user), model.user_points(user), "points of {user}");
        assert_eq!(evening.luxury(user), model.luxury.get(&user).copied().unwrap_or_default(), "coins of {user}");
        let credit = model.credit.get(&user).map(|(coins, song)| (*coins, song.is_some()));
        assert_eq!(evening.credit(user), credit, "credit of {user}");
    }
    for (song, _, line) in &model.songs {
        assert_eq!(evening.line(*song), *line, "song {song}");
    }
    evening.check();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_evening_follows_a_plain_model(steps in proptest::collection::vec(step(), 0..60)) {
        let evening = Evening::quiet();
        let mut model = Model::default();
        take(&evening, &mut model, &Step::Connect);
        for step in &steps {
            take(&evening, &mut model, step);
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
