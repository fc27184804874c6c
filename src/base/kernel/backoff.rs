//! How long to wait before the next try: longer after each failure, up to a longest wait.
//!
//! Whoever waits together with others spreads the wait by dice, so that they do not all come back at the same moment.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::Rng;

/// Waits between tries: the first, by how much each is longer than the one before, and the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    factor: u32,
    most: Duration,
}

impl Backoff {
    /// Each wait is `factor` times the one before, and none is longer than `most`.
    pub const fn new(first: Duration, factor: u32, most: Duration) -> Self {
        Self { first, factor, most }
    }

    /// The wait after a failure with `earlier` failures in a row before it: the first wait for 0.
    pub fn wait(self, earlier: u32) -> Duration {
        self.first.saturating_mul(self.factor.saturating_pow(earlier)).min(self.most)
    }

    /// The same, multiplied by a number that the dice choose between two bounds.
    pub fn jittered(self, earlier: u32, bounds: RangeInclusive<f64>, dice: &mut impl Rng) -> Duration {
        self.wait(earlier).mul_f64(dice.random_range(bounds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dice::Seed;

    const BACKOFF: Backoff = Backoff::new(Duration::from_secs(2), 3, Duration::from_mins(1));

    #[test]
    fn waits_grow_up_to_the_longest() {
        let waits = [0, 1, 2, 3, 4, u32::MAX].map(|earlier| BACKOFF.wait(earlier).as_secs());
        assert_eq!(waits, [2, 6, 18, 54, 60, 60]);
    }

    #[test]
    fn dice_make_waits_differ_within_their_bounds() {
        let mut dice = Seed::fixed(7).dice("backoff", 0);
        let waits = [(); 50].map(|()| BACKOFF.jittered(9, 0.75..=1.0, &mut dice).as_millis());
        assert!(waits.iter().all(|wait| (45_000..=60_000).contains(wait)), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait < 50_000) && waits.iter().any(|wait| *wait > 55_000), "{waits:?}");
    }
}
