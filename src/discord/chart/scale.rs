//! Round steps for axes, and how their numbers are written.

use std::time::Duration;

/// Steps that people read at a glance, in tenths.
const ROUND: [u64; 15] = [10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 60, 70, 80, 90, 100];
/// Steps of the axis of time, in seconds: a minute to a day.
const TIMES: [u64; 11] = [60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200];
/// A day.
const DAY: u64 = 86_400;
/// Moments that have room on the axis of time.
const MOST_MOMENTS: u64 = 9;

/// An axis of values: from 0 in four equal steps of a round number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    step: u64,
}

impl Scale {
    /// Steps of every axis: two axes share one grid.
    pub(super) const STEPS: u32 = 4;

    /// The axis on which `highest` has its place.
    pub(super) fn up_to(highest: u64) -> Self {
        let least = highest.div_ceil(u64::from(Self::STEPS)).max(1);
        let mut unit = 1_u64;
        while unit.saturating_mul(10) <= least {
            unit = unit.saturating_mul(10);
        }
        let steps = ROUND.iter().map(|tenths| tenths.saturating_mul(unit) / 10);
        // A step below 10 is a whole number: 1.5 viewers are none.
        let step = if unit == 1 { Some(least) } else { steps.into_iter().find(|step| *step >= least) };
        Self { step: step.unwrap_or(least) }
    }

    /// The number at a step.
    pub(super) fn label(self, step: u32) -> String {
        number(self.step.saturating_mul(step.into()))
    }

    /// Which part of the axis a value is; 1 at the most.
    pub(super) fn part_of(self, value: u64) -> f32 {
        ratio(value, self.step.saturating_mul(Self::STEPS.into()))
    }
}

/// Which part `step` is of `steps`.
pub(super) fn part(step: u32, steps: u32) -> f32 {
    ratio(step.into(), steps.into())
}

/// Which part of a time a moment is; 1 at the most.
pub(super) fn part_of_time(moment: Duration, span: Duration) -> f32 {
    let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    ratio(micros(moment), micros(span))
}

/// The moments that are written on the axis of a time.
pub(super) fn moments(span: Duration) -> impl Iterator<Item = Duration> {
    let seconds = span.as_secs();
    let fits = |step: &u64| seconds / step < MOST_MOMENTS;
    let step = TIMES
        .into_iter()
        .find(fits)
        .unwrap_or_else(|| DAY.saturating_mul((seconds / DAY).div_ceil(MOST_MOMENTS - 1).max(1)));
    (0..MOST_MOMENTS)
        .map(move |tick| tick.saturating_mul(step))
        .take_while(move |at| *at <= seconds)
        .map(Duration::from_secs)
}

/// `1:05`: hours and minutes.
pub(super) fn clock(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// A number in few characters: `750`, `1.5k`, `2.25M`.
fn number(value: u64) -> String {
    let units =
        [(1_000_000_000_000_000, "P"), (1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    let Some((unit, letter)) = units.into_iter().find(|(unit, _)| value >= *unit) else { return value.to_string() };
    let hundredths = value / (unit / 100);
    let (whole, rest) = (hundredths / 100, hundredths % 100);
    match (rest, rest % 10) {
        (0, _) => format!("{whole}{letter}"),
        (_, 0) => format!("{whole}.{}{letter}", rest / 10),
        _ => format!("{whole}.{rest:02}{letter}"),
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "a place in a picture is that of a pixel"
)]
fn ratio(part: u64, whole: u64) -> f32 {
    (part.min(whole) as f64 / whole.max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(highest: u64) -> Vec<String> {
        (0..=Scale::STEPS).map(|step| Scale::up_to(highest).label(step)).collect()
    }

    #[test]
    fn an_axis_has_round_numbers_and_little_room_above_the_highest() {
        for (highest, expected) in [
            (0, "0 1 2 3 4"),
            (4, "0 1 2 3 4"),
            (5, "0 2 4 6 8"),
            (40, "0 10 20 30 40"),
            (58, "0 15 30 45 60"),
            (201, "0 60 120 180 240"),
            (1_234, "0 350 700 1.05k 1.4k"),
            (4_800, "0 1.2k 2.4k 3.6k 4.8k"),
            (45_120, "0 12k 24k 36k 48k"),
            (9_000_000, "0 2.5M 5M 7.5M 10M"),
        ] {
            let shown = labels(highest).join(" ");
            assert_eq!(shown, expected, "{highest}");
        }
    }

    #[test]
    fn moments_are_round_and_few() {
        for (minutes, expected) in [
            (0, "0:00"),
            (3, "0:00 0:01 0:02 0:03"),
            (30, "0:00 0:05 0:10 0:15 0:20 0:25 0:30"),
            (134, "0:00 0:15 0:30 0:45 1:00 1:15 1:30 1:45 2:00"),
            (60 * 8, "0:00 1:00 2:00 3:00 4:00 5:00 6:00 7:00 8:00"),
            (60 * 24 * 3, "0:00 12:00 24:00 36:00 48:00 60:00 72:00"),
        ] {
            let shown: Vec<_> = moments(Duration::from_mins(minutes)).map(clock).collect();
            assert_eq!(shown.join(" "), expected, "{minutes}");
        }
    }

    proptest! {
        #[test]
        fn every_value_has_its_place(highest in any::<u64>(), days in 0..200_000_u64) {
            let scale = Scale::up_to(highest);
            prop_assert!(scale.step.saturating_mul(4) >= highest || highest > u64::MAX / 8);
            prop_assert!((0.0..=1.0).contains(&scale.part_of(highest)));
            prop_assert!(labels(highest).iter().all(|label| label.len() <= 9));
            let moments: Vec<_> = moments(Duration::from_hours(days)).collect();
            prop_assert!((1..=9).contains(&moments.len()));
        }
    }
}
