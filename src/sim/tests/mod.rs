//! The simulator against a real poise bot over loopback sockets, and against bare HTTP where a library would be in the
//! way. The bot's libraries are allowed here only.

mod bot;
mod bounds;
mod cdn;
mod gateway;
mod http;
mod interactions;
mod limits;
mod listening;
mod live;
mod membership;
mod messages;
mod oauth2;
mod oembed;
mod people;
mod permissions;
mod rest;

use std::time::Duration;

use super::*;
use crate::kernel::time::Timestamp;

pub(super) use crate::kernel::patience::LONG as SOON;

/// A simulator on a clock that stands still, with its hand.
pub(super) async fn sim() -> (Sim, ClockHand) {
    let (clock, hand) = Clock::simulated(Timestamp::from_rfc3339("2026-11-21T20:00:00Z").unwrap());
    let sim = Sim::start(SimOptions::new(clock, Some(hand.clone()))).await.unwrap();
    (sim, hand)
}

/// The guild that most tests use.
pub(super) fn house() -> GuildSpec {
    GuildSpec {
        name: "House".to_owned(),
        channels: vec!["submit".into(), "queue".into()],
        members: vec!["ann".into(), "ben".into()],
        roles: vec![RoleSpec { name: "dj".to_owned(), position: Some(1), ..RoleSpec::default() }],
        ..GuildSpec::default()
    }
}

/// Lets the tests of this process work in the folder of the whole project, as the simulator does where it is served: shows lie
/// there, and cargo starts tests in the folder of their crate.
pub(crate) fn work_at_the_root() {
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).unwrap();
}
