//! The gateway breaks, and the bot comes back.

use poise::serenity_prelude as serenity;
use serenity::{GatewayError, GatewayIntents};

use super::*;

async fn connected() -> (Sim, GuildIds) {
    let (sim, _) = sim().await;
    let house = sim.create_guild(house()).await.unwrap();
    bot::connect(&sim).await;
    (sim, house)
}

fn ping(house: &GuildIds) -> CommandCall {
    CommandCall::new(house.guild, house.channel("submit"), house.member("ann"), "ping")
}

#[tokio::test]
async fn a_resumed_session_gets_what_it_missed() {
    let (sim, house) = connected().await;
    for fault in [
        GatewayFault::Kill,
        GatewayFault::Close { code: 4_000 },
        GatewayFault::Reconnect,
        GatewayFault::Invalid { resumable: true },
    ] {
        assert_eq!(sim.gateway_fault(fault).await, 1, "{fault:?}");
        // Sent into the gap: it must arrive by the replay.
        let seen = sim.run_command(ping(&house)).await.unwrap();
        assert_eq!(seen.text(), "pong", "{fault:?}");
    }
}

#[tokio::test]
async fn an_event_in_the_gap_of_a_killed_connection_is_replayed() {
    let (sim, house) = connected().await;
    sim.gateway_fault(GatewayFault::Kill).await;
    sim.wait_until(|world| (world.connections() == 0).then_some(()), SOON).await.unwrap();
    let id = sim.start_command(ping(&house)).await.unwrap();
    assert_eq!(sim.outcome(id, SOON).await.unwrap().text(), "pong");
}

/// How a client ends that must not get in, or is thrown out.
async fn end_of(sim: &Sim) -> GatewayError {
    let mut client = bot::client(sim, GatewayIntents::all()).await;
    match tokio::time::timeout(SOON, client.start()).await.unwrap() {
        Err(serenity::Error::Gateway(error)) => error,
        other => panic!("it ended with {other:?}"),
    }
}

#[tokio::test]
async fn a_privileged_intent_that_is_off_in_the_portal_is_refused() {
    let (sim, _) = sim().await;
    sim.set(|settings| settings.privileged.message_content = false);
    assert!(matches!(end_of(&sim).await, GatewayError::DisallowedGatewayIntents));
}

#[tokio::test]
async fn a_bot_that_is_closed_with_4004_ends() {
    let (sim, _) = sim().await;
    let breaker = tokio::spawn({
        let sim = sim.clone();
        async move {
            sim.connected(SOON).await.unwrap();
            sim.gateway_fault(GatewayFault::Close { code: 4_004 }).await
        }
    });
    assert!(matches!(end_of(&sim).await, GatewayError::InvalidAuthentication));
    assert_eq!(breaker.await.unwrap(), 1);
}

#[tokio::test]
async fn a_session_that_is_no_more_is_identified_anew() {
    let (sim, house) = connected().await;
    sim.gateway_fault(GatewayFault::Invalid { resumable: false }).await;
    sim.wait_until(|world| (world.connections() == 0).then_some(()), SOON).await.unwrap();
    sim.connected(SOON).await.unwrap();
    assert_eq!(sim.run_command(ping(&house)).await.unwrap().text(), "pong");
}

#[tokio::test]
async fn a_code_4009_ends_the_session_but_not_the_bot() {
    let (sim, house) = connected().await;
    sim.gateway_fault(GatewayFault::Close { code: 4_009 }).await;
    sim.wait_until(|world| (world.connections() == 0).then_some(()), SOON).await.unwrap();
    sim.connected(SOON).await.unwrap();
    assert_eq!(sim.run_command(ping(&house)).await.unwrap().text(), "pong");
}
