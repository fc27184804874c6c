//! A live that is followed over the simulated TikTok's own wire: what tests of it do and look at.

use std::time::Duration;

use greenroom::features::engagement::model::InteractionKind;
use greenroom::features::engagement::queries;
use greenroom::kernel::ids::GuildId;
use greenroom::live::Handle;
use greenroom::live::following::State;
use serde_json::{Value, json};

use crate::reading::SOON;
use crate::world::{Setup, World};

pub const HOST: &str = "night.owl";

pub fn host() -> Handle {
    Handle::parse(HOST).unwrap()
}

pub async fn tiktok(world: &World, part: &str) -> String {
    let answer = world.host().run(&format!("tiktok {part}")).await;
    assert!(answer.is_ephemeral());
    answer.text()
}

pub async fn connect(world: &World, name: &str) -> String {
    let answer = world.host().run_with("tiktok connect", [("unique_id", name.to_owned())]).await;
    assert!(answer.is_ephemeral());
    answer.text()
}

/// A world whose host is live and followed.
pub async fn followed() -> World {
    followed_with(Setup::default()).await
}

/// The same in a world that differs.
pub async fn followed_with(setup: Setup) -> World {
    let world = World::with(setup).await;
    world.chooses("setdebugchannel", "staff").await;
    world.sim.goes_live(HOST).await.unwrap();
    let answer = connect(&world, HOST).await;
    assert!(answer.contains("Connected to the live of **@night.owl**"), "{answer}");
    world
}

/// Sends events, and waits until the bot has written them.
pub async fn tell(world: &World, events: &[Value]) {
    let before = heard(world);
    world.sim.live_events(HOST, events).await.unwrap();
    until(world, |status| status.is_some_and(|status| status.counts.events >= before + events.len() as u64)).await;
}

pub fn heard(world: &World) -> u64 {
    world.app.bot.lives.status(&host()).map_or(0, |status| status.counts.events)
}

pub async fn until(world: &World, fits: impl FnMut(Option<&greenroom::tiktok::status::Status>) -> bool) {
    let waited = tokio::time::timeout(SOON, world.app.bot.lives.until(&host(), fits)).await;
    assert!(waited.is_ok(), "it stays at {:?}", world.app.bot.lives.status(&host()));
}

pub async fn until_live(world: &World) {
    until(world, |status| status.is_some_and(|status| status.state == State::Live)).await;
}

/// The sessions of the guild: whether they are open, and how many interactions each has.
pub fn sessions(world: &World) -> Vec<(bool, usize)> {
    sessions_of(world, world.guild)
}

pub fn sessions_of(world: &World, guild: GuildId) -> Vec<(bool, usize)> {
    let read = |read: &dyn greenroom::store::Read| {
        let mut found = Vec::new();
        for number in 1.. {
            let id = greenroom::features::engagement::model::SessionId::new(number);
            let Some(session) = queries::session(read, guild, id)? else { break };
            let mut interactions = 0;
            greenroom::features::engagement::tables::INTERACTIONS.for_each(read, (guild, id), |_, _| {
                interactions += 1;
                Ok(())
            })?;
            found.push((session.ended_at.is_none(), interactions));
        }
        Ok(found)
    };
    world.app.bot.store.read_blocking("sessions", read).unwrap()
}

pub fn gifts(world: &World) -> Vec<i64> {
    let guild = world.guild;
    let read = |read: &dyn greenroom::store::Read| {
        let mut coins = Vec::new();
        greenroom::features::engagement::tables::INTERACTIONS.for_each(
            read,
            greenroom::store::Span::of(guild),
            |_, interaction| {
                if interaction.kind == InteractionKind::Gift {
                    coins.extend(interaction.coin_value.map(greenroom::kernel::amount::Amount::get));
                }
                Ok(())
            },
        )?;
        Ok(coins)
    };
    world.app.bot.store.read_blocking("gifts", read).unwrap()
}

pub fn rose(user: &str, count: u32, end: bool) -> Value {
    json!({"type": "gift", "user": user, "id": 5655, "name": "Rose", "diamonds": 1, "count": count, "end": end, "group": 7})
}

pub async fn staff_lines(world: &World) -> String {
    world.settle().await;
    world.seen_in("staff").await.join("\n")
}

/// Waits until the bot has written everything that the live told up to now.
pub async fn caught_up(world: &World) {
    let before = world.app.bot.lives.status(&host()).and_then(|status| status.viewers).unwrap_or_default();
    let mark = 1_000_000 + before % 1_000_000 + 1;
    world.sim.live_events(HOST, &[json!({"type": "viewers", "count": mark})]).await.unwrap();
    until(world, |status| status.is_some_and(|status| status.viewers == Some(mark))).await;
    world.settle().await;
}

/// Waits until the connection is lost, and found again as soon as the client may look for it.
pub async fn found_again(world: &World) {
    until(world, |status| status.is_some_and(|status| status.state != State::Live)).await;
    for _ in 0..100 {
        if world.app.bot.lives.status(&host()).is_some_and(|status| status.state == State::Live) {
            return;
        }
        world.hand.advance(Duration::from_secs(6));
        let now = world.hand.now();
        until(world, |status| {
            status.is_some_and(|s| match s.state {
                State::Live => true,
                State::Reconnecting(due) => due.is_some_and(|due| due > now),
                _ => false,
            })
        })
        .await;
    }
    panic!("it stays at {:?}", world.app.bot.lives.status(&host()));
}
