//! Every decision about lines, order and waiting times.

use std::time::Duration;

use super::model::{Line, Pace, Place};
use crate::kernel::time::Timestamp;

/// How many review lengths are remembered for the estimate.
pub const PACE_SAMPLES: usize = 20;
/// A gap longer than this between two songs is a break, not a review.
const LONGEST_REVIEW: Duration = Duration::from_mins(15);
/// Fewer measured reviews than this give no estimate.
const FEWEST_SAMPLES: usize = 2;

/// The line that a credit of gifted coins leads into (`M-TIK-22`).
pub fn tier_for(coins: i64) -> Option<Line> {
    let skips = [Line::Skip25Plus, Line::Skip20, Line::Skip15, Line::Skip10, Line::Skip5];
    skips.into_iter().find(|line| coins >= gifts_for(*line))
}

/// The gifted coins that lead into a line (`M-TIK-22`); 0 for one that no gift leads into.
pub const fn gifts_for(line: Line) -> i64 {
    match line {
        Line::Skip25Plus => 6_000,
        Line::Skip20 => 5_000,
        Line::Skip15 => 4_000,
        Line::Skip10 => 2_000,
        Line::Skip5 => 1_000,
        Line::Free | Line::PendingSkips | Line::SongsPlayed | Line::Removed => 0,
    }
}

/// Whether a gift may move a song from where it stands (`M-TIK-23`, `C-29`): one not attached to the credit only from
/// Free or Pending Skips, an attached one only upward.
pub const fn gift_may_move(from: Line, to: Line, is_attached: bool) -> bool {
    match from {
        Line::Free | Line::PendingSkips => true,
        _ => is_attached && from.is_waiting() && to.rank() < from.rank(),
    }
}

/// Whether a credit may lift a song again that a reviewer put below the tier of that time: only into a better tier than that
/// one (`C-29`).
pub const fn is_above(tier: Line, then: Line) -> bool {
    tier.rank() < then.rank()
}

/// When a song counts as played: now, but always later than the one before it, whatever the clock says (`M-QUE-11`).
pub fn played_at(before: Option<Timestamp>, now: Timestamp) -> Timestamp {
    before.map_or(now, |before| now.max(before.after(Duration::from_micros(1))))
}

/// Whether the points of the submitter are used up when a song is played from this line (`M-QUE-13`, `C-33`).
pub const fn playing_uses_points(from: Line) -> bool {
    matches!(from, Line::Free)
}

/// A place's score as the order sees it: only the Free line is ordered by points, all others by time alone (`M-QUE-12`).
pub const fn ordering_score(place: &Place) -> i64 {
    match place.line {
        Line::Free => place.score,
        _ => 0,
    }
}

/// The pace after a song is played at `now`.
pub fn pace_after_play(mut pace: Pace, now: Timestamp) -> Pace {
    if let Some(length) = pace.last_played.map(|last| now.since(last)).filter(is_review) {
        pace.lengths.push(u32::try_from(length.as_secs()).unwrap_or(u32::MAX));
        let surplus = pace.lengths.len().saturating_sub(PACE_SAMPLES);
        pace.lengths.drain(..surplus);
    }
    pace.last_played = Some(now);
    pace
}

/// The pace as it was before the last play, which came after one at `before`. A length that was dropped for it stays gone.
pub fn pace_before_play(mut pace: Pace, before: Option<Timestamp>) -> Pace {
    let measured = pace.last_played.zip(before).map(|(last, before)| last.since(before));
    if measured.as_ref().is_some_and(is_review) {
        pace.lengths.pop();
    }
    pace.last_played = before;
    pace
}

fn is_review(length: &Duration) -> bool {
    !length.is_zero() && *length <= LONGEST_REVIEW
}

/// How long a song waits with `ahead` songs before it; `None` until two reviews were measured.
///
/// The middle review counts, so that one long talk does not stretch every estimate.
pub fn estimated_wait(pace: &Pace, ahead: u64) -> Option<Duration> {
    if pace.lengths.len() < FEWEST_SAMPLES {
        return None;
    }
    let mut lengths = pace.lengths.clone();
    lengths.sort_unstable();
    let middle = lengths.get(lengths.len() / 2).copied()?;
    Some(Duration::from_secs(u64::from(middle).saturating_mul(ahead.saturating_add(1))))
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::kernel::ids::UserId;

    #[test]
    fn the_tiers_begin_exactly_at_their_coins() {
        crate::covers!("M-QUE-02", "M-QUE-03", "M-QUE-04", "M-QUE-05", "M-QUE-06", "M-TIK-22");
        let cases = [
            (0, None),
            (999, None),
            (1000, Some(Line::Skip5)),
            (1999, Some(Line::Skip5)),
            (2000, Some(Line::Skip10)),
            (3999, Some(Line::Skip10)),
            (4000, Some(Line::Skip15)),
            (4999, Some(Line::Skip15)),
            (5000, Some(Line::Skip20)),
            (5999, Some(Line::Skip20)),
            (6000, Some(Line::Skip25Plus)),
            (i64::MAX, Some(Line::Skip25Plus)),
            (-1, None),
        ];
        for (coins, line) in cases {
            assert_eq!(tier_for(coins), line, "{coins} coins");
        }
    }

    #[test]
    fn a_gift_never_moves_a_song_down_or_one_that_it_did_not_lift() {
        for &from in Line::VARIANTS {
            for to in Line::VARIANTS.iter().copied().filter(|line| line.is_skip_tier()) {
                let attached = gift_may_move(from, to, true);
                let free = matches!(from, Line::Free | Line::PendingSkips);
                assert_eq!(attached, free || (from.is_skip_tier() && to.rank() < from.rank()), "{from} to {to}");
                assert_eq!(gift_may_move(from, to, false), free, "{from} to {to}, not attached");
            }
        }
    }

    #[test]
    fn a_song_is_played_later_than_the_one_before_it_whatever_the_clock_says() {
        let at = Timestamp::from_micros;
        for (before, now, expected) in [(None, 5, 5), (Some(4), 5, 5), (Some(5), 5, 6), (Some(9), 5, 10)] {
            assert_eq!(played_at(before.map(at), at(now)), at(expected), "{before:?}, {now}");
        }
    }

    #[test]
    fn only_in_free_points_order_the_line_and_are_used_up() {
        for &line in Line::VARIANTS {
            let now = Timestamp::from_micros(0);
            let place = Place { user: UserId::new(1), line, score: 70, submitted_at: now, played_at: None };
            assert_eq!(ordering_score(&place), if line == Line::Free { 70 } else { 0 }, "{line}");
            assert_eq!(playing_uses_points(line), line == Line::Free, "{line}");
        }
    }

    #[test]
    fn two_reviews_are_enough_for_an_estimate_and_one_is_not() {
        let of = |lengths: &[u32]| estimated_wait(&Pace { last_played: None, lengths: lengths.to_vec() }, 0);
        assert_eq!(of(&[60]), None);
        assert_eq!(of(&[180, 60]), Some(Duration::from_mins(3)));
    }

    #[test]
    fn the_wait_is_estimated_from_the_middle_review() {
        let minute = |n: i64| Timestamp::from_micros(n * 60_000_000);
        let mut pace = Pace::default();
        for moment in [0, 3, 6, 16, 19, 90] {
            pace = pace_after_play(pace, minute(moment));
        }
        assert_eq!(pace.lengths, [180, 180, 600, 180], "the break of 71 minutes is no review");
        assert_eq!(estimated_wait(&pace, 0), Some(Duration::from_mins(3)));
        assert_eq!(estimated_wait(&pace, 9), Some(Duration::from_mins(30)));
        assert_eq!(estimated_wait(&Pace::default(), 9), None);
    }

    #[test]
    fn a_play_that_is_taken_back_was_no_review() {
        let minute = |n: i64| Timestamp::from_micros(n * 60_000_000);
        let mut pace = Pace::default();
        let mut before = Vec::new();
        for moment in [0, 3, 6, 90, 95] {
            before.push(pace.clone());
            pace = pace_after_play(pace, minute(moment));
        }
        while let Some(earlier) = before.pop() {
            pace = pace_before_play(pace, earlier.last_played);
            assert_eq!(pace, earlier);
        }
    }

    #[test]
    fn only_the_last_reviews_count() {
        let mut pace = Pace::default();
        for second in 0..200 {
            pace = pace_after_play(pace, Timestamp::from_micros(second * second * 1_000_000));
        }
        assert_eq!(pace.lengths.len(), PACE_SAMPLES);
        assert_eq!(pace.lengths.last(), Some(&397));
    }
}
