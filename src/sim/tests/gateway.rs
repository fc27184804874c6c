//! The gateway breaks, and the bot comes back.

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
