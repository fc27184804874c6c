//! Gifts that an interruption hid and that are told afterwards: paid once, whatever comes in between.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::evening::streak;
use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// A live on which ann is linked, and one thing was told.
fn begun() -> Evening {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.store.advance(SECOND);
    evening.told([evening.message(1, gift("ann", 100, 1))]);
    evening.store.advance(SECOND);
    evening
}

#[test]
fn a_gift_of_the_gap_is_paid_at_its_own_moment_and_once() {
    let evening = begun();
    let sent = evening.store.now();
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Connected]);
    for _ in 0..3 {
        evening.told([evening.made(sent, 2, gift("ann", 1_000, 1))]);
    }
    evening.told([evening.message(2, gift("ann", 1_000, 1))]);
    assert_eq!((evening.points(1), evening.luxury(1)), (200 + 1_000, 2 + 20));
    let last = evening.interactions().pop().unwrap();
    assert_eq!((last.at, last.coin_value), (sent, Some(Amount::of(1_000))));
    evening.check();
}

#[test]
fn the_gap_begins_at_the_last_sign_and_ends_with_the_reconnect() {
    let evening = begun();
    let sign = evening.store.now().before(SECOND);
    evening.store.advance(SECOND * 10);
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(SECOND * 5);
    let back = evening.store.now();
    evening.on_live([Occurrence::Connected]);
    evening.store.advance(SECOND);
    let just = Duration::from_millis(1);
    for (id, made_at, is_paid) in [
        (2, sign.before(just), false),
        (3, sign, true),
        (4, sign.after(SECOND * 7), true),
        (5, back, true),
        (6, back.after(just), false),
    ] {
        let before = evening.luxury(1);
        let effects = evening.told([evening.made(made_at, id, gift("ann", 100, 1))]);
        assert_eq!((evening.luxury(1) - before, effects.hidden), if is_paid { (2, 1) } else { (0, 0) }, "{id}");
    }
    // Without a moment of its own nothing says that it was hidden.
    assert_eq!(evening.told([evening.history(7, gift("ann", 100, 1))]).history, 1);
    evening.check();
}

#[test]
fn of_history_only_gifts_are_paid_and_only_in_the_session_that_was_interrupted() {
    let evening = begun();
    let sent = evening.store.now();
    let others = |from: u64| {
        let ann = || super::evening::viewer("ann");
        let what = [
            Occurrence::Liked(ann(), 15),
            Occurrence::Commented(ann(), "hi".into()),
            Occurrence::Shared(ann()),
            Occurrence::Followed(ann()),
            Occurrence::Subscribed(ann()),
        ];
        (from..).zip(what).map(|(id, what)| evening.made(sent, id, what)).collect::<Vec<_>>()
    };
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Connected]);
    let (points, written) = (evening.points(1), evening.written().len());
    assert_eq!(evening.told(others(10)).history, 5);
    assert_eq!((evening.points(1), evening.written().len()), (points, written));
    // A session that is over leaves nothing to the next.
    evening.on_live([Occurrence::Ended]);
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Connected]);
    assert_eq!(evening.told([evening.made(sent, 20, gift("ann", 1_000, 1))]).history, 1);
    assert_eq!(evening.points(1), points);
    evening.check();
}

#[test]
fn a_gift_of_the_time_before_the_first_connection_is_never_paid() {
    let evening = Evening::quiet();
    evening.link(1, "ann");
    let sent = evening.store.now();
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Connected]);
    assert_eq!(evening.told([evening.made(sent, 1, gift("ann", 1_000, 1))]).history, 1);
    evening.on_live([Occurrence::Disconnected, Occurrence::Connected]);
    assert_eq!(evening.told([evening.made(sent, 2, gift("ann", 1_000, 1))]).history, 1);
    assert_eq!(evening.luxury(1), 0);
}

#[test]
fn after_a_restart_what_the_restart_hid_is_paid() {
    let evening = begun();
    let sent = evening.store.now();
    evening.restarts();
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Connected]);
    evening.told([evening.made(sent, 2, gift("ann", 1_000, 1)), evening.made(sent, 1, gift("ann", 100, 1))]);
    assert_eq!(evening.luxury(1), 2 + 20);
    evening.check();
}

#[test]
fn a_streak_over_both_sides_of_the_gap_is_paid_once_in_all() {
    let evening = begun();
    evening.told([evening.message(2, streak("ann", 100, 3, 7, true))]);
    evening.store.advance(SECOND);
    let sent = evening.store.now();
    evening.on_live([Occurrence::Disconnected]);
    assert_eq!(evening.luxury(1), 2 + 6, "what was seen is paid");
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Connected]);
    let hidden = [4, 5].map(|count| evening.made(sent, u64::from(count), streak("ann", 100, count, 7, true)));
    evening.told(hidden);
    evening.told([evening.made(sent, 6, streak("ann", 100, 5, 7, false))]);
    assert_eq!(evening.luxury(1), 2 + 10);
    evening.told([
        evening.message(7, streak("ann", 100, 8, 7, true)),
        evening.message(8, streak("ann", 100, 8, 7, false)),
    ]);
    assert_eq!(evening.luxury(1), 2 + 16);
    evening.check();
}

#[test]
fn nothing_is_paid_any_more_when_the_messages_of_the_gap_may_be_forgotten() {
    let evening = begun();
    let sent = evening.store.now();
    evening.on_live([Occurrence::Disconnected]);
    evening.store.advance(SECOND);
    evening.on_live([Occurrence::Connected]);
    evening.told([evening.made(sent, 2, gift("ann", 1_000, 1))]);
    let paid = evening.luxury(1);
    for from in (1_000..12_000_u64).step_by(1_000) {
        let share = |id| evening.message(id, Occurrence::Shared(super::evening::viewer("bob")));
        evening.told((from..from + 1_000).map(share));
    }
    evening.told([evening.made(sent, 2, gift("ann", 1_000, 1)), evening.made(sent, 3, gift("ann", 1_000, 1))]);
    assert_eq!(evening.luxury(1), paid);
}

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// A gift at once: whose, and its price.
    Gift(usize, u32),
    /// One more of the streak of a handle; the flag ends it.
    Tap(usize, bool),
    /// The connection dies, so that nothing reaches us; it is noticed only later.
    Dies,
    /// It is noticed.
    Drop,
    /// The program is killed and starts again.
    Restart,
    /// We are connected again, and are told a part of all that ever happened, in this order, as history.
    Connect(Vec<proptest::sample::Index>),
    /// Something that was told is told again, as history or as if it were new.
    Again(proptest::sample::Index, bool),
}

const HANDLES: [&str; 2] = ["ann", "bob"];
/// The price of a tap. Whole hundreds of a streak are not those of its parts.
const TAP: u32 = 60;

fn step() -> impl Strategy<Value = Step> {
    let handle = || 0..HANDLES.len();
    let connect = proptest::collection::vec(any::<proptest::sample::Index>(), 0..12).prop_map(Step::Connect);
    prop_oneof![
        6 => (handle(), prop_oneof![Just(99_u32), Just(100), Just(1_000)]).prop_map(|(who, price)| Step::Gift(who, price)),
        6 => (handle(), proptest::bool::weighted(0.2)).prop_map(|(who, ends)| Step::Tap(who, ends)),
        2 => Just(Step::Dies),
        2 => Just(Step::Drop),
        1 => Just(Step::Restart),
        4 => connect,
        3 => (any::<proptest::sample::Index>(), any::<bool>()).prop_map(|(at, is_history)| Step::Again(at, is_history)),
    ]
}

/// A message of the live, and what became of it.
struct Sent {
    id: u64,
    at: Timestamp,
    who: usize,
    what: Occurrence,
    /// The streak and its count; `None` for a gift at once.
    tap: Option<(u64, u32)>,
    price: u32,
}

/// Everything in its plainest form: what reached us, and the gaps.
#[derive(Default)]
struct Model {
    sent: Vec<Sent>,
    /// What counts.
    reached: BTreeSet<u64>,
    /// What was told, whether it counts or not.
    known: BTreeSet<u64>,
    gaps: Vec<(Timestamp, Timestamp)>,
    last_sign: Timestamp,
}

impl Model {
    /// A message is told. It counts when it comes for the first time, and is new or of a gap.
    fn told(&mut self, at: usize, is_history: bool, now: Timestamp) {
        let sent = &self.sent[at];
        let was_hidden = self.gaps.iter().any(|(from, to)| (*from..=*to).contains(&sent.at));
        if self.known.insert(sent.id) && (!is_history || was_hidden) {
            self.reached.insert(sent.id);
            if !is_history {
                self.last_sign = now;
            }
        }
    }

    /// What each handle is paid.
    fn paid(&self) -> [Paid; 2] {
        let mut paid = [Paid::default(); 2];
        let mut streaks: BTreeMap<(usize, u64), (u32, u32)> = BTreeMap::new();
        for sent in self.sent.iter().filter(|sent| self.reached.contains(&sent.id)) {
            match sent.tap {
                None => paid[sent.who].add(sent.price, 1),
                Some((group, count)) => {
                    let (_, most) = streaks.entry((sent.who, group)).or_insert((sent.price, 0));
                    *most = count.max(*most);
                }
            }
        }
        for ((who, _), (price, count)) in streaks {
            paid[who].add(price, count);
        }
        paid
    }
}

/// What the gifts of a handle are worth, and what its member has for them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Paid {
    coins: i64,
    points: i64,
    luxury: i64,
}

impl Paid {
    /// A gift or a whole streak: points count twice below 1,000 coins apiece, and each whole 100 coins are 2 Luxury Coins.
    fn add(&mut self, price: u32, count: u32) {
        let coins = i64::from(price) * i64::from(count);
        self.coins += coins;
        self.points += if price < 1_000 { coins * 2 } else { coins };
        self.luxury += coins / 100 * 2;
    }
}

/// The evening that is played, beside its model.
struct Played {
    evening: Evening,
    model: Model,
    is_connected: bool,
    hears: bool,
    streaks: [(u64, u32); 2],
}

impl Played {
    fn begin() -> Self {
        let evening = Evening::begun();
        evening.link(1, "ann");
        evening.link(2, "bob");
        let model = Model { last_sign: evening.store.now(), ..Model::default() };
        Self { evening, model, is_connected: true, hears: true, streaks: [(1, 0), (2, 0)] }
    }

    fn event(&self, at: usize, is_history: bool) -> LiveEvent {
        let Sent { id, at, what, .. } = &self.model.sent[at];
        LiveEvent { is_backlog: is_history, ..self.evening.made(*at, *id, what.clone()) }
    }

    /// Something happens on the live, and reaches us or not.
    fn sent(&mut self, who: usize, what: Occurrence, tap: Option<(u64, u32)>, price: u32) {
        let at = self.model.sent.len();
        let id = u64::try_from(at).unwrap() + 1;
        self.model.sent.push(Sent { id, at: self.evening.store.now(), who, what, tap, price });
        if self.is_connected && self.hears {
            self.tells(&[at], false);
        }
    }

    fn tells(&mut self, which: &[usize], is_history: bool) {
        self.evening.told(which.iter().map(|at| self.event(*at, is_history)).collect::<Vec<_>>());
        let now = self.evening.store.now();
        for at in which {
            self.model.told(*at, is_history, now);
        }
    }

    fn take(&mut self, step: &Step) {
        self.evening.store.advance(SECOND);
        match step {
            Step::Gift(who, price) => self.sent(*who, gift(HANDLES[*who], *price, 1), None, *price),
            Step::Tap(who, ends) => {
                let (group, count) = self.streaks[*who];
                let count = count + 1;
                self.sent(*who, streak(HANDLES[*who], TAP, count, group, true), Some((group, count)), TAP);
                self.streaks[*who].1 = count;
                if *ends {
                    self.sent(*who, streak(HANDLES[*who], TAP, count, group, false), Some((group, count)), TAP);
                    self.streaks[*who] = (group + 2, 0);
                }
            }
            Step::Dies => self.hears = false,
            Step::Drop | Step::Restart => {
                match step {
                    Step::Drop => drop(self.evening.on_live([Occurrence::Disconnected])),
                    _ => self.evening.restarts(),
                }
                (self.is_connected, self.hears) = (false, false);
            }
            Step::Connect(history) => {
                let now = self.evening.store.now();
                self.evening.on_live([Occurrence::Connected]);
                (self.is_connected, self.hears) = (true, true);
                self.model.gaps.push((self.model.last_sign, now));
                self.model.last_sign = now;
                if !self.model.sent.is_empty() {
                    let told: Vec<_> = history.iter().map(|at| at.index(self.model.sent.len())).collect();
                    self.tells(&told, true);
                }
            }
            Step::Again(at, is_history) if self.is_connected && self.hears && !self.model.sent.is_empty() => {
                self.tells(&[at.index(self.model.sent.len())], *is_history);
            }
            Step::Again(..) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_mixture_of_drops_history_repeats_and_restarts_pays_each_gift_once(
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut played = Played::begin();
        for step in &steps {
            played.take(step);
        }
        let Played { evening, model, .. } = played;
        evening.on_live([Occurrence::Ended]);
        let mut paid = [1, 2].map(|user| Paid { coins: 0, points: evening.points(user), luxury: evening.luxury(user) });
        for gift in evening.interactions() {
            let who = usize::try_from(gift.account.unwrap().get()).unwrap() - 1;
            paid[who].coins += gift.coin_value.map_or(0, Amount::get);
        }
        prop_assert_eq!(paid, model.paid());
        for (user, name) in [(1, "ann"), (2, "bob")] {
            prop_assert_eq!(evening.points(user), evening.handle_points(name));
        }
        evening.check();
    }
}
