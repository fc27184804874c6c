//! Every decision about sessions, points and gifts; about watch time in [`watch`], about the report in [`report`].

pub mod report;
pub mod watch;

use std::time::Duration;

use super::model::{InteractionKind, Interruption, Interruptions, KnownGift, KnownGifts, Payout, Session, Streak};
use crate::kernel::amount::Amount;
use crate::kernel::time::Timestamp;
use crate::live::{Gift, Handle};

/// A session survives a silence of this length (`D-26`).
const LONGEST_SILENCE: Duration = Duration::from_mins(15);
/// One viewer count in this time is written down (`M-TIK-25`, `D-29`).
const SNAPSHOT_EVERY: Duration = Duration::from_secs(30);
/// So many viewer counts are written down at once when it is long since the last.
const MOST_REPEATED: u32 = 20;
/// A streak in which nobody tapped for this long is over, whatever its end says later (`M-TIK-24`).
const STREAK_TIMEOUT: Duration = Duration::from_mins(1);
/// Gifts that cost less than this pay two points for a coin, others one (`M-TIK-21`).
const BIG_GIFT: u32 = 1000;
/// Coins that pay one lot of Luxury Coins (`M-ECO-04`).
const LUXURY_LOT: i64 = 100;
/// So many interruptions of a session are remembered.
const MOST_INTERRUPTIONS: usize = 32;
/// So many chunks of messages from before an interruption have to be remembered as well while it is looked at: TikTok's
/// clock may be ahead of ours, so what it made in the interruption may have been told before.
const CHUNKS_BEFORE: u64 = 8;
/// What one gift can cost at the most, in coins, to be believed. The dearest ones are some 45,000; what says more is garbled,
/// and would lift songs and pay more than all lives together.
const MOST_UNIT_COINS: u32 = 1_000_000;
/// So many gifts are remembered of a session; an evening has some dozens.
const MOST_TOLD_GIFTS: usize = 512;

/// Points for one event of each kind that pays a fixed number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventPoints {
    /// For a like event, however many taps it carries.
    pub like: u32,
    /// For a comment.
    pub comment: u32,
    /// For a share.
    pub share: u32,
    /// For a follow.
    pub follow: u32,
    /// For a subscription.
    pub subscribe: u32,
}

impl EventPoints {
    /// The points for one event of a kind. Gifts pay by their price instead; the rest pays nothing (`D-01`).
    pub const fn of(&self, kind: InteractionKind) -> Amount {
        Amount::of(match kind {
            InteractionKind::Like => self.like,
            InteractionKind::Comment => self.comment,
            InteractionKind::Share => self.share,
            InteractionKind::Follow => self.follow,
            InteractionKind::Subscribe => self.subscribe,
            InteractionKind::Join | InteractionKind::Gift | InteractionKind::Poll | InteractionKind::Battle => 0,
        })
    }
}

/// Whether an event of this kind pays only the first time in a session and for a handle: whoever follows, stops and
/// follows again has followed once (`D-01`).
pub const fn pays_once(kind: InteractionKind) -> bool {
    matches!(kind, InteractionKind::Follow | InteractionKind::Subscribe)
}

/// Whether a connection to `streamer` at a moment continues an open session (`D-26`).
pub fn continues(session: &Session, streamer: &Handle, at: Timestamp) -> bool {
    session.streamer == *streamer && !is_silent(session, at)
}

/// Whether an open session has lost its connection for too long to be continued.
pub fn is_over(session: &Session, now: Timestamp) -> bool {
    !session.is_connected && is_silent(session, now)
}

fn is_silent(session: &Session, now: Timestamp) -> bool {
    now.since(session.last_event_at) > LONGEST_SILENCE
}

/// The moments up to and with `until` at which a viewer count is to be written down: every 30 seconds after the last one.
///
/// After a long gap, in which the machine slept, the same count is not repeated for all of it: then it is `until` alone.
pub fn snapshots_due(last: Timestamp, until: Timestamp) -> Vec<Timestamp> {
    if until.since(last) > SNAPSHOT_EVERY * MOST_REPEATED {
        return vec![until];
    }
    let moments = std::iter::successors(Some(last), |moment| Some(moment.after(SNAPSHOT_EVERY)));
    moments.skip(1).take_while(|moment| *moment <= until).collect()
}

/// Whether the first viewer count of a connection is to be written down at once: not within 30 seconds of another.
pub fn first_snapshot_is_due(last: Option<Timestamp>, at: Timestamp) -> bool {
    last.is_none_or(|last| at.since(last) >= SNAPSHOT_EVERY)
}

/// Whether a viewer count is to be written down without a new one having come (`M-TIK-25`).
pub fn snapshot_is_due(session: &Session, now: Timestamp) -> bool {
    session.is_connected
        && session.viewers.is_some()
        && session.last_snapshot_at.is_some_and(|last| now.since(last) >= SNAPSHOT_EVERY)
}

/// The minute of a session in which a moment lies; the first is 0.
pub fn minute_of(session: &Session, at: Timestamp) -> u32 {
    u32::try_from(at.since(session.started_at).as_secs() / 60).unwrap_or(u32::MAX)
}

/// What gifts of this price are worth together (`C-30`); stops at the largest amount.
fn coin_value(unit_coins: u32, count: u32) -> Amount {
    let coins = u64::from(unit_coins) * u64::from(count);
    i64::try_from(coins).ok().and_then(|coins| Amount::try_from(coins).ok()).unwrap_or(Amount::MAX)
}

/// The points for gifts of this price (`M-TIK-21`).
fn gift_points(unit_coins: u32, count: u32) -> Amount {
    let coins = coin_value(unit_coins, count);
    if unit_coins < BIG_GIFT { coins.clamped_change(coins.get()) } else { coins }
}

/// The Luxury Coins for gifts of this value: `rate` for each whole 100 (`M-ECO-04`, `C-31`).
fn luxury_for(coins: Amount, rate: u32) -> Amount {
    Amount::ZERO.clamped_change((coins.get() / LUXURY_LOT).saturating_mul(rate.into()))
}

/// What is left to pay of a streak when `paid` of it were paid before and it has `count` now. `rate` are the Luxury Coins
/// for each whole 100 coins.
///
/// Together all parts pay exactly what the whole streak pays at once.
pub fn payout(unit_coins: u32, paid: u32, count: u32, rate: u32) -> Payout {
    let rest = |of: &dyn Fn(u32, u32) -> Amount| of(unit_coins, count).clamped_change(-of(unit_coins, paid).get());
    Payout {
        coins: rest(&coin_value),
        points: rest(&gift_points),
        luxury: rest(&|unit_coins, count| luxury_for(coin_value(unit_coins, count), rate)),
    }
}

/// A streak after one more event of it. The count never falls: an event that comes late tells nothing new.
pub fn streak_after(streak: Option<Streak>, gift: &Gift, level: Option<u32>, at: Timestamp) -> Streak {
    match streak {
        None => Streak {
            gift: gift.name.clone(),
            unit_coins: gift.unit_coins,
            seen: gift.count,
            paid: 0,
            level,
            last_step_at: at,
        },
        Some(streak) => Streak {
            // A price that was missing at first may come later; one that was told stays.
            unit_coins: if streak.unit_coins == 0 { gift.unit_coins } else { streak.unit_coins },
            gift: if streak.gift.is_empty() { gift.name.clone() } else { streak.gift },
            seen: streak.seen.max(gift.count),
            level: level.or(streak.level),
            last_step_at: streak.last_step_at.max(at),
            ..streak
        },
    }
}

/// Notes that the live tells nothing any more, since the last sign of life.
pub fn interrupt(all: &mut Interruptions, since: Timestamp, chunk: u64) {
    all.spans.push(Interruption { since, until: None, chunk });
    let surplus = all.spans.len().saturating_sub(MOST_INTERRUPTIONS);
    all.spans.drain(..surplus);
}

/// Whether something that happened at a moment of TikTok's was hidden from us by an interruption (`C-29`). Looked at only
/// while all messages since the interruption are remembered, from `oldest_chunk` on, so that what was told cannot pass for
/// hidden. TikTok's moments are whole milliseconds.
pub fn was_hidden(all: &Interruptions, made_at: Timestamp, oldest_chunk: u64) -> bool {
    let millis = |moment: Timestamp| moment.micros().div_euclid(1000);
    all.spans.iter().any(|span| {
        let is_remembered = oldest_chunk == 0 || span.chunk >= oldest_chunk.saturating_add(CHUNKS_BEFORE);
        let Some(until) = span.until else { return false };
        is_remembered && (millis(span.since)..=millis(until)).contains(&millis(made_at))
    })
}

/// A gift with what its message left out and an earlier one told. No price is guessed.
///
/// One that can streak and came without a number of its streak may go on, where its message did not describe it.
pub fn completed(gift: &Gift, told: Option<&KnownGift>) -> Gift {
    let Some(told) = told else { return gift.clone() };
    let is_whole = !gift.name.is_empty() && gift.unit_coins > 0;
    Gift {
        name: if gift.name.is_empty() { told.name.clone() } else { gift.name.clone() },
        unit_coins: if gift.unit_coins == 0 { told.unit_coins } else { gift.unit_coins },
        is_streaking: gift.is_streaking || (told.can_streak && !is_whole && gift.group == 0),
        ..gift.clone()
    }
}

/// A gift without a price that cannot be one: as if none was told.
pub fn believed(gift: Gift) -> Gift {
    if gift.unit_coins > MOST_UNIT_COINS { Gift { unit_coins: 0, ..gift } } else { gift }
}

/// Remembers that the team is told of a gift which nobody can price; answers whether that is to be done, which is once.
pub fn remember_unpriced(told: &mut KnownGifts, gift: u64) -> bool {
    let mark = KnownGifts::told_of(gift);
    if told.gifts.contains_key(&mark) || told.gifts.len() >= MOST_TOLD_GIFTS {
        return false;
    }
    told.gifts.insert(mark, KnownGift::default());
    true
}

/// Remembers what a message told of a gift; answers whether that is news.
pub fn remember(told: &mut KnownGifts, gift: &Gift) -> bool {
    let before = told.gifts.get(&gift.id);
    if gift.id == 0 || (gift.name.is_empty() && gift.unit_coins == 0) {
        return false;
    }
    if before.is_none() && told.gifts.len() >= MOST_TOLD_GIFTS {
        return false;
    }
    let mut now = before.cloned().unwrap_or_default();
    if !gift.name.is_empty() {
        now.name.clone_from(&gift.name);
    }
    if gift.unit_coins > 0 {
        now.unit_coins = gift.unit_coins;
        now.can_streak |= gift.is_streaking;
    }
    let is_news = before != Some(&now);
    if is_news {
        told.gifts.insert(gift.id, now);
    }
    is_news
}

/// Whether a streak whose last step came at a moment is over by now, although no end was told.
pub fn is_timed_out(last_step_at: Timestamp, now: Timestamp) -> bool {
    now.since(last_step_at) >= STREAK_TIMEOUT
}

/// The last moment at which a streak can have had its last step when it is over by now.
pub fn timed_out_by(now: Timestamp) -> Timestamp {
    now.before(STREAK_TIMEOUT)
}

/// Whether an event of a gift begins a new streak, although one of the same gift and group is known.
///
/// Only where TikTok gave the streak no number: then a settled one that was over long ago has nothing to do with it.
pub fn begins_anew(known: &Streak, group: u64, at: Timestamp) -> bool {
    !is_remembered(group) && known.paid >= known.seen && is_timed_out(known.last_step_at, at)
}

/// Whether a settled streak has to be remembered, so that a repeated end of it pays nothing (`M-TIK-24`).
///
/// A gift that cannot streak has group 0, and the next one of it is a new gift.
pub const fn is_remembered(group: u64) -> bool {
    group != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::model::ViewerSnapshot;
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn session(is_connected: bool) -> Session {
        Session {
            streamer: Handle::parse("host").unwrap(),
            started_at: at(0),
            ended_at: None,
            last_event_at: at(0),
            is_connected,
            last_snapshot_at: None,
            viewers: None,
            connections: Vec::new(),
            counted_at: at(0),
        }
    }

    #[test]
    fn a_gift_pays_by_its_price() {
        crate::covers!("M-TIK-14", "M-TIK-21", "M-ECO-03", "M-ECO-04");
        // The price of one, how many; coins, points, Luxury Coins.
        let cases = [
            (1, 1, (1, 2, 0)),
            (1, 99, (99, 198, 0)),
            (1, 100, (100, 200, 2)),
            (99, 1, (99, 198, 0)),
            (100, 1, (100, 200, 2)),
            (199, 1, (199, 398, 2)),
            (150, 2, (300, 600, 6)),
            (999, 1, (999, 1998, 18)),
            (1000, 1, (1000, 1000, 20)),
            (1001, 1, (1001, 1001, 20)),
            (999, 2, (1998, 3996, 38)),
            (29_999, 1, (29_999, 29_999, 598)),
            (0, 5, (0, 0, 0)),
            (5, 0, (0, 0, 0)),
        ];
        for (unit, count, expected) in cases {
            let Payout { coins, points, luxury } = payout(unit, 0, count, 2);
            assert_eq!((coins.get(), points.get(), luxury.get()), expected, "{count} of {unit} coins");
        }
        assert_eq!(payout(u32::MAX, 0, u32::MAX, u32::MAX).points, Amount::MAX, "an absurd gift stops at the cap");
    }

    #[test]
    fn the_fixed_points_are_those_of_the_settings() {
        crate::covers!("M-TIK-09", "M-TIK-10", "M-TIK-11", "M-TIK-12", "M-TIK-13", "M-TIK-16", "M-TIK-17");
        let points = EventPoints { like: 1, comment: 2, share: 5, follow: 10, subscribe: 25 };
        let cases = [
            (InteractionKind::Join, 0, false),
            (InteractionKind::Like, 1, false),
            (InteractionKind::Comment, 2, false),
            (InteractionKind::Share, 5, false),
            (InteractionKind::Follow, 10, true),
            (InteractionKind::Subscribe, 25, true),
            (InteractionKind::Gift, 0, false),
            (InteractionKind::Poll, 0, false),
            (InteractionKind::Battle, 0, false),
        ];
        for (kind, expected, once) in cases {
            assert_eq!((points.of(kind).get(), pays_once(kind)), (expected, once), "{kind:?}");
        }
    }

    #[test]
    fn a_session_survives_15_minutes_of_silence() {
        crate::covers!("M-TIK-18");
        let host = Handle::parse("host").unwrap();
        let other = Handle::parse("other").unwrap();
        assert!(continues(&session(false), &host, at(900)));
        assert!(!continues(&session(false), &host, at(901)));
        assert!(!continues(&session(true), &host, at(901)), "a crash leaves a session that looks connected");
        assert!(!continues(&session(false), &other, at(1)));
        assert!(!is_over(&session(false), at(900)));
        assert!(is_over(&session(false), at(901)));
        assert!(!is_over(&session(true), at(9_000)), "a quiet live is not over");
    }

    #[test]
    fn viewers_are_written_down_every_30_seconds() {
        crate::covers!("M-TIK-25");
        assert!(first_snapshot_is_due(None, at(0)));
        assert!(!first_snapshot_is_due(Some(at(0)), at(29)));
        assert!(first_snapshot_is_due(Some(at(0)), at(30)));
        assert_eq!(snapshots_due(at(0), at(29)), []);
        assert_eq!(snapshots_due(at(0), at(90)), [at(30), at(60), at(90)]);
        assert_eq!(snapshots_due(at(30), at(0)), [], "an event that comes late is no new minute");
        assert_eq!(snapshots_due(at(0), at(600)).len(), 20, "a silence of 10 minutes is filled");
        assert_eq!(snapshots_due(at(0), at(601)), [at(601)], "a longer one is not");
        assert_eq!(snapshots_due(at(0), at(100_000)), [at(100_000)]);
    }

    #[test]
    fn a_viewer_count_is_repeated_while_connected_30_seconds_after_the_last() {
        let count = ViewerSnapshot { at: at(0), viewers: 5 };
        let known =
            |is_connected| Session { viewers: Some(count), last_snapshot_at: Some(at(60)), ..session(is_connected) };
        assert!(snapshot_is_due(&known(true), at(90)));
        assert!(!snapshot_is_due(&known(true), at(89)));
        assert!(!snapshot_is_due(&known(false), at(90)), "nobody sees the viewers");
        assert!(!snapshot_is_due(&Session { viewers: None, ..known(true) }, at(90)), "no count is known");
        assert!(
            !snapshot_is_due(&Session { last_snapshot_at: None, ..known(true) }, at(90)),
            "the first is an event's"
        );
    }

    #[test]
    fn the_minutes_of_a_session_begin_at_its_start() {
        let session = Session { started_at: at(100), ..session(true) };
        for (second, minute) in [(100, 0), (159, 0), (160, 1), (219, 1), (220, 2), (7_300, 120), (40, 0)] {
            assert_eq!(minute_of(&session, at(second)), minute, "{second}");
        }
    }

    fn streak() -> Streak {
        Streak { gift: "Rose".to_owned(), unit_coins: 5, seen: 4, paid: 2, level: Some(7), last_step_at: at(10) }
    }

    fn gift(unit_coins: u32, count: u32) -> Gift {
        Gift { id: 1, name: "Another name".to_owned(), unit_coins, count, is_streaking: true, group: 1 }
    }

    #[test]
    fn a_step_of_a_streak_brings_what_is_new_and_takes_nothing_back() {
        let first = streak_after(None, &gift(5, 3), Some(7), at(10));
        let begun = Streak { gift: "Another name".to_owned(), seen: 3, paid: 0, ..streak() };
        assert_eq!(first, begun);
        let further = streak_after(Some(streak()), &gift(5, 6), Some(8), at(12));
        assert_eq!(further, Streak { seen: 6, level: Some(8), last_step_at: at(12), ..streak() });
        assert_eq!(streak_after(Some(streak()), &gift(9, 3), None, at(9)), streak(), "a late step tells nothing new");
        let unpriced = Streak { unit_coins: 0, ..streak() };
        assert_eq!(streak_after(Some(unpriced), &gift(5, 4), None, at(10)), streak(), "a missing price comes later");
    }

    #[test]
    fn a_streak_is_over_a_minute_after_its_last_step() {
        assert!(!is_timed_out(at(100), at(159)));
        assert!(is_timed_out(at(100), at(160)));
        assert_eq!(timed_out_by(at(160)), at(100));
    }

    #[test]
    fn only_a_settled_streak_without_a_number_that_is_over_gives_way_to_a_new_one() {
        let settled = Streak { paid: 4, ..streak() };
        assert!(begins_anew(&settled, 0, at(70)));
        assert!(!begins_anew(&settled, 0, at(69)), "it may go on");
        assert!(!begins_anew(&settled, 9, at(70)), "a numbered one is the same for ever");
        assert!(!begins_anew(&streak(), 0, at(70)), "something of it is not paid");
        assert!(is_remembered(9) && !is_remembered(0));
    }

    proptest! {
        #[test]
        fn a_streak_paid_in_parts_pays_what_it_pays_at_once(
            unit in 0..40_000_u32,
            rate in 0..1_001_u32,
            counts in proptest::collection::vec(0..3_000_u32, 1..6),
        ) {
            let mut paid = 0;
            let mut sum = Payout::default();
            for count in counts {
                let gift = Gift { id: 1, name: String::new(), unit_coins: unit, count, is_streaking: false, group: 1 };
                let before = Streak {
                    gift: String::new(),
                    unit_coins: unit,
                    seen: paid,
                    paid,
                    level: None,
                    last_step_at: at(0),
                };
                let streak = streak_after(Some(before), &gift, None, at(1));
                let part = payout(streak.unit_coins, streak.paid, streak.seen, rate);
                sum.coins = sum.coins.clamped_change(part.coins.get());
                sum.points = sum.points.clamped_change(part.points.get());
                sum.luxury = sum.luxury.clamped_change(part.luxury.get());
                paid = streak.seen;
            }
            prop_assert_eq!(sum, payout(unit, 0, paid, rate));
        }
    }
}
