//! How large everything is, as the environment says.

use std::time::Duration;

/// See the module.
pub struct Size {
    /// Entries of the ledger.
    pub entries: u64,
    /// Members, each with a linked handle and a song.
    pub members: u64,
    /// Pages that are open at the same time, in one measurement and in another.
    pub streams: [usize; 2],
    /// Changes that come as fast as they can.
    pub events: usize,
    /// How long people ask in one round.
    pub lasts: Duration,
    /// Changing calls of one round.
    pub calls: usize,
    /// Pages that are drawn in one round.
    pub drawn: usize,
}

/// Each figure is the middle of so many rounds.
pub const ROUNDS: usize = 5;

impl Size {
    #[expect(clippy::disallowed_methods, reason = "a bench has no configuration of its own")]
    pub fn wanted() -> Self {
        let scale = std::env::var("SCALE").map_or(1.0, |scale| scale.parse().expect("SCALE is a number like 0.01"));
        let scaled = |whole: f64, least: u64| {
            format!("{:.0}", whole * scale).parse::<u64>().expect("SCALE is above 0").max(least)
        };
        let count = |whole: f64, least: u64| usize::try_from(scaled(whole, least)).unwrap();
        Self {
            entries: scaled(1e6, 10_000),
            members: scaled(1e5, 1_000),
            streams: [count(1e3, 12), count(5e3, 24)],
            events: count(1e4, 100),
            lasts: Duration::from_millis(scaled(2e3, 100)),
            calls: count(200.0, 10),
            drawn: count(500.0, 10),
        }
    }
}
