//! Chance that can be repeated: one seed for the process, a generator of its own for each purpose and subject.
//!
//! Two draws for the same purpose and subject give the same numbers, so a replayed transaction decides the same way.

use std::hash::{DefaultHasher, Hash, Hasher};

use rand::SeedableRng;
use rand::rngs::StdRng;

/// The seed of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(u64);

impl Seed {
    /// A fixed seed, for tests and the demo.
    pub const fn fixed(seed: u64) -> Self {
        Self(seed)
    }

    /// A seed from the operating system.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the operating system for chance")]
    pub fn from_entropy() -> Self {
        Self(rand::random())
    }

    /// The generator for one `purpose` and one `subject` (an id, a moment, or both).
    pub fn dice(self, purpose: &'static str, subject: impl Hash) -> StdRng {
        let mut hasher = DefaultHasher::new();
        (self.0, purpose, subject).hash(&mut hasher);
        StdRng::seed_from_u64(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;

    #[test]
    fn the_same_purpose_and_subject_roll_the_same_numbers() {
        let seed = Seed::fixed(7);
        let roll = |purpose, subject: u64| seed.dice(purpose, subject).random::<u64>();
        assert_eq!(roll("id", 1), roll("id", 1));
        assert_ne!(roll("id", 1), roll("id", 2));
        assert_ne!(roll("id", 1), roll("draw", 1));
    }
}
