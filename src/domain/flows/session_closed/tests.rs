//! Sessions that end in every way, their reports, and the figures in them beside a plain model.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::features::engagement::figures::{self, Figures};
use crate::features::engagement::model::{AccountRef, Participant, SessionOver};
use crate::features::engagement::settings::METRICS_CHANNEL;
use crate::features::engagement::tables;
use crate::features::handles;
use crate::features::testing::GUILD;
use crate::flows::live_events::tests::evening::{Evening, gift, viewer};
use crate::flows::session_left_behind;
use crate::jobs;
use crate::kernel::amount::Amount;
use crate::kernel::ids::ChannelId;
use crate::live::Occurrence;
use crate::store::Direction;

const MINUTE: Duration = Duration::from_mins(1);
const SECOND: Duration = Duration::from_secs(1);

fn with_metrics_channel() -> Evening {
    let evening = Evening::begun();
    evening.store.write(|tx| METRICS_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(77)))).unwrap();
    evening
}

/// The reports that wait to be posted: of which session, and where.
fn staged(evening: &Evening) -> Vec<(u64, u64)> {
    let due = evening.store.read(|read| jobs::due_by(read, evening.store.now(), 1_000));
    let reports = due.into_iter().filter(|run| run.job.kind == "engagement.post_report");
    let told = reports.map(|run| serde_json::from_str::<SessionOver>(&run.job.payload).unwrap());
    told.map(|over| (over.session.get(), over.channel.get())).collect()
}

fn figures_of(evening: &Evening, session: SessionId) -> Figures {
    evening.store.read(|read| figures::of(read, GUILD, session)).unwrap()
}

#[test]
fn every_way_in_which_a_session_ends_stages_one_report() {
    let evening = with_metrics_channel();
    evening.on_live([Occurrence::Liked(viewer("ann"), 3)]);
    assert_eq!(staged(&evening), []);
    // The host ends it, and that is told twice.
    evening.on_live([Occurrence::Ended]);
    evening.on_live([Occurrence::Ended]);
    assert_eq!(staged(&evening), [(1, 77)]);
    // Nobody continues it.
    evening.on_live([Occurrence::Connected, Occurrence::Shared(viewer("ann")), Occurrence::Disconnected]);
    evening.store.advance(MINUTE * 16);
    for _ in 0..2 {
        evening.store.write(|tx| session_left_behind::run(tx, GUILD).map(drop)).unwrap();
    }
    assert_eq!(staged(&evening), [(1, 77), (2, 77)]);
    // Another live takes its place; then a third is ended in the batch that began it.
    evening.on_live([Occurrence::Connected, Occurrence::Shared(viewer("ann"))]);
    evening.on_live_of("another.host", [Occurrence::Connected, Occurrence::Shared(viewer("ann")), Occurrence::Ended]);
    assert_eq!(staged(&evening), [(1, 77), (2, 77), (3, 77), (4, 77)]);
    evening.check();
}

#[test]
fn there_is_no_report_without_a_channel_or_of_nothing() {
    let evening = Evening::begun();
    evening.on_live([Occurrence::Liked(viewer("ann"), 3)]);
    evening.store.advance(MINUTE);
    evening.on_live([Occurrence::Ended]);
    assert_eq!(staged(&evening), [], "no channel");
    let evening = with_metrics_channel();
    evening.on_live([Occurrence::Viewers(12)]);
    evening.store.advance(SECOND * 59);
    evening.on_live([Occurrence::Ended]);
    assert_eq!(staged(&evening), [], "nothing happened in under a minute");
    evening.on_live([Occurrence::Connected]);
    evening.store.advance(MINUTE);
    evening.on_live([Occurrence::Ended]);
    assert_eq!(staged(&evening), [(2, 77)], "a minute of nothing");
    evening.on_live([Occurrence::Connected, Occurrence::Joined(viewer("ann")), Occurrence::Ended]);
    assert_eq!(staged(&evening), [(2, 77), (3, 77)], "somebody came in");
}

#[test]
fn viewers_are_unknown_and_not_0_when_none_were_told() {
    let evening = Evening::begun();
    let session = evening.session().unwrap();
    evening.store.advance(MINUTE * 10);
    evening.on_live([Occurrence::Liked(viewer("ann"), 1), Occurrence::Ended]);
    let figures = figures_of(&evening, session);
    assert_eq!(figures.viewers, None);
    assert!(figures.viewer_curve.values.iter().all(Option::is_none));
    evening.on_live([Occurrence::Connected, Occurrence::Viewers(0)]);
    let session = evening.session().unwrap();
    evening.store.advance(MINUTE * 2);
    evening.on_live([Occurrence::Ended]);
    let figures = figures_of(&evening, session);
    assert_eq!(figures.viewers.map(|known| (known.least, known.mean, known.most)), Some((0, 0, 0)), "0 was told");
}

#[test]
fn a_time_without_connection_is_a_gap_in_the_curve() {
    let evening = Evening::begun();
    let session = evening.session().unwrap();
    evening.on_live([Occurrence::Viewers(100)]);
    evening.store.advance(MINUTE * 5);
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(MINUTE * 5);
    evening.on_live([Occurrence::Connected, Occurrence::Viewers(201)]);
    evening.store.advance(MINUTE * 5);
    evening.on_live([Occurrence::Ended]);
    let figures = figures_of(&evening, session);
    let curve: Vec<_> = figures.viewer_curve.values.iter().map(|value| value.unwrap_or(0)).collect();
    let known = |place: usize| figures.viewer_curve.values[place].is_some();
    assert_eq!((curve.len(), curve[0], curve[4], curve[10], curve[14]), (15, 100, 100, 201, 201));
    assert!((6..10).all(|minute| !known(minute)) && known(4) && known(10), "{curve:?}");
    let viewers = figures.viewers.unwrap();
    assert_eq!((viewers.least, viewers.mean, viewers.most), (100, 151, 201));
    assert_eq!(viewers.most_at.since(figures.session.started_at), MINUTE * 10);
}

#[test]
fn a_crowd_in_a_live_of_a_week_has_few_figures() {
    let evening = Evening::begun();
    let session = evening.session().unwrap();
    evening
        .store
        .write(move |tx| {
            for number in 0..5_000 {
                let person = Participant {
                    number,
                    coins: Amount::of(u32::try_from(number * 7 % 5_000).unwrap()),
                    points: Amount::of(2),
                    ..Participant::default()
                };
                tables::PARTICIPANTS.put(tx, &(GUILD, session, AccountRef::new(number + 1)), &person)?;
            }
            (0..7 * 1_440).try_for_each(|minute| tables::add_coins(tx, GUILD, session, minute, Amount::of(3)))
        })
        .unwrap();
    evening.store.advance(Duration::from_hours(24 * 7));
    evening.on_live([Occurrence::Ended]);
    let figures = figures_of(&evening, session);
    assert_eq!((figures.people, figures.points), (5_000, Amount::of(10_000)));
    assert_eq!(figures.coins.get(), 4_999 * 5_000 / 2);
    let first: Vec<_> = figures.first.iter().map(|first| first.participant.coins.get()).collect();
    assert_eq!(first, (4_960..5_000).rev().collect::<Vec<_>>(), "the best 40, in order");
    assert_eq!((figures.viewer_curve.values.len(), figures.coin_curve.values.len()), (240, 28));
    assert_eq!(figures.coin_curve.values.iter().flatten().sum::<u64>(), 7 * 1_440 * 3);
}

const HANDLES: [&str; 4] = ["ann", "bob", "cat", "host"];

#[derive(Clone, Debug)]
enum Step {
    Joins(usize),
    Likes(usize, u32),
    Comments(usize),
    Shares(usize),
    Follows(usize),
    Subscribes(usize),
    Gives(usize, u32, u32),
    Watch(u32),
    Drops,
    Connects,
    Counts,
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..HANDLES.len();
    prop_oneof![
        2 => who().prop_map(Step::Joins),
        3 => (who(), 1..500_u32).prop_map(|(who, taps)| Step::Likes(who, taps)),
        2 => who().prop_map(Step::Comments),
        2 => who().prop_map(Step::Shares),
        2 => who().prop_map(Step::Follows),
        2 => who().prop_map(Step::Subscribes),
        3 => (who(), prop_oneof![Just(1_u32), Just(999), Just(1_000)], 1..20_u32)
            .prop_map(|(who, unit, count)| Step::Gives(who, unit, count)),
        3 => (0..900_u32).prop_map(Step::Watch),
        1 => Just(Step::Drops),
        2 => Just(Step::Connects),
        1 => Just(Step::Counts),
    ]
}

/// What one handle did, in the plainest form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Plain {
    /// Joins, likes, comments, shares, follows, subscriptions, gifts.
    deeds: [u64; 7],
    coins: i64,
    points: i64,
    watched: u64,
}

/// The evening, second by second.
#[derive(Default)]
struct Model {
    people: BTreeMap<usize, Plain>,
    once: BTreeSet<(usize, usize)>,
    /// Up to which second a handle is taken to be there, while there is a connection.
    present: BTreeMap<usize, u64>,
    coins: BTreeMap<u64, i64>,
    second: u64,
    last_event: u64,
    is_connected: bool,
}

impl Model {
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            for (who, _) in self.present.iter().filter(|(_, until)| self.second < **until) {
                self.people.entry(*who).or_default().watched += 1;
            }
            self.second += 1;
        }
    }

    fn deed(&mut self, who: usize, kind: usize, count: u64, coins: i64, points: i64) {
        if !self.is_connected {
            return;
        }
        let pays = !matches!(kind, 4 | 5) || self.once.insert((who, kind));
        let person = self.people.entry(who).or_default();
        person.deeds[kind] += count;
        person.coins += coins;
        person.points += if pays { points } else { 0 };
        if coins > 0 {
            *self.coins.entry(self.second / 60).or_default() += coins;
        }
        if HANDLES[who] != "host" {
            self.present.insert(who, self.second + 900);
        }
        self.last_event = self.second;
    }
}

fn play(evening: &Evening, model: &mut Model, step: &Step) {
    if matches!(step, Step::Drops | Step::Connects) {
        // What is done in the very moment of a change belongs to either side.
        model.pass(1);
        evening.store.advance(SECOND);
    }
    let name = |who: usize| viewer(HANDLES[who]);
    let told = match *step {
        Step::Joins(who) => {
            model.deed(who, 0, 1, 0, 0);
            Occurrence::Joined(name(who))
        }
        Step::Likes(who, taps) => {
            model.deed(who, 1, taps.into(), 0, 1);
            Occurrence::Liked(name(who), taps)
        }
        Step::Comments(who) => {
            model.deed(who, 2, 1, 0, 2);
            Occurrence::Commented(name(who), "```".into())
        }
        Step::Shares(who) => {
            model.deed(who, 3, 1, 0, 5);
            Occurrence::Shared(name(who))
        }
        Step::Follows(who) => {
            model.deed(who, 4, 1, 0, 10);
            Occurrence::Followed(name(who))
        }
        Step::Subscribes(who) => {
            model.deed(who, 5, 1, 0, 25);
            Occurrence::Subscribed(name(who))
        }
        Step::Gives(who, unit, count) => {
            let coins = i64::from(unit * count);
            model.deed(who, 6, 1, coins, if unit < 1_000 { 2 * coins } else { coins });
            gift(HANDLES[who], unit, count)
        }
        Step::Watch(seconds) => {
            model.pass(seconds.into());
            return evening.store.advance(SECOND * seconds);
        }
        Step::Drops => {
            model.is_connected = false;
            model.present.clear();
            Occurrence::Disconnected
        }
        Step::Connects => {
            if model.second - model.last_event > 900 {
                return;
            }
            // A connection that comes upon another takes its place.
            model.is_connected = true;
            model.present.clear();
            model.last_event = model.second;
            Occurrence::Connected
        }
        Step::Counts => {
            evening.count_watch_time();
            return;
        }
    };
    evening.on_live([told]);
}

fn plain(first: &figures::First) -> Plain {
    let deeds = &first.participant.deeds;
    Plain {
        deeds: [
            deeds.joins.into(),
            deeds.likes,
            deeds.comments.into(),
            deeds.shares.into(),
            deeds.follows.into(),
            deeds.subscribes.into(),
            deeds.gifts.into(),
        ],
        coins: first.participant.coins.get(),
        points: first.participant.points.get(),
        watched: first.watched.as_secs(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_figures_are_those_of_a_plain_model(steps in proptest::collection::vec(step(), 1..60)) {
        let evening = Evening::begun();
        let session = evening.session().unwrap();
        let mut model = Model { is_connected: true, ..Model::default() };
        for step in &steps {
            play(&evening, &mut model, step);
        }
        evening.on_live([Occurrence::Ended]);
        // Nobody has counted watch time since; the interactions are not needed for the figures.
        let interactions = evening.interactions().len();
        evening.store.write(move |tx| {
            let rows = tables::INTERACTIONS.page(tx, GUILD, Direction::Forward, 1_000)?;
            rows.into_iter().try_for_each(|(key, _)| tables::INTERACTIONS.remove(tx, &key).map(drop))
        }).unwrap();
        let figures = figures_of(&evening, session);
        let people = &model.people;
        let sum = |of: &dyn Fn(&Plain) -> i64| people.values().map(of).sum::<i64>();
        prop_assert_eq!(figures.people, people.len() as u64);
        prop_assert_eq!((figures.coins.get(), figures.points.get()), (sum(&|one| one.coins), sum(&|one| one.points)));
        prop_assert!(interactions >= figures.first.len());
        for first in &figures.first {
            let id = handles::model::AccountId::new(first.account.get());
            let account = evening.store.read(|read| handles::queries::account_by_id(read, GUILD, id)).unwrap();
            let who = HANDLES.iter().position(|name| *name == account.handle.as_str()).unwrap();
            prop_assert_eq!(plain(first), people[&who].clone(), "{}", HANDLES[who]);
        }
        let ranks: Vec<_> = figures.first.iter().map(plain).map(|one| (one.coins, one.points)).collect();
        prop_assert!(ranks.is_sorted_by(|before, after| before >= after), "{:?}", ranks);
        let slot = figures.coin_curve.slot.as_secs() / 60;
        let mut coins = vec![0; figures.coin_curve.values.len()];
        for (minute, value) in &model.coins {
            let place = usize::try_from(minute / slot).unwrap().min(coins.len() - 1);
            coins[place] += u64::try_from(*value).unwrap();
        }
        prop_assert_eq!(figures.coin_curve.values.into_iter().flatten().collect::<Vec<_>>(), coins);
    }
}
