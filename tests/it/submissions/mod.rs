//! How songs come in, as members meet it: the three ways, everything that is refused, and what follows.

mod away;
mod channels;
mod confirmations;
mod edits;
mod files;
mod messages;
mod refusals;
mod titles;
mod trouble;
mod ways;

use crate::world::World;

/// Three songs of different platforms.
pub const LINKS: [&str; 3] = [
    "https://youtu.be/dQw4w9WgXcQ",
    "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
    "https://soundcloud.com/somebody/some-song",
];

/// Fails where anything was stored.
pub fn assert_nothing_stored(world: &World) {
    assert!(world.songs().is_empty(), "a song was stored: {:?}", world.lines());
}
