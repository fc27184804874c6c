//! Tasks that come again, and tasks that prove themselves.

use std::time::Duration;

use greenroom::features::tasks::model::ClaimState;

use super::{balance, claim, claims, hands_in, message_with, runs};
use crate::world::World;

#[tokio::test]
async fn messages_prove_a_task_and_its_next_round_can_be_claimed_again() {
    let world = World::new().await;
    let (host, ann) = (world.host().in_channel("staff"), world.member("ann").in_channel("general"));
    let general = world.channel("general").to_string();
    let call = host.call("task-admin create").with("name", "Chat").with("description", "Say something nice");
    let call = call.with("reward", 40).with("duration_hours", 12).with("channel", general.clone());
    let call = call.with("repeats", "daily").with("proof", "messages").with("proof_amount", 2);
    let refused = host.run_call(call.clone()).await.text();
    assert!(refused.contains("Say in which channel messages count."), "{refused}");
    let made = host.run_call(call.with("proof_channel", general)).await.text();
    let number = made.split("**").nth(1).and_then(|number| number.parse().ok());
    let id = greenroom::features::tasks::model::TaskId::new(number.expect("a number"));
    let posted = message_with(&world, "2 messages in").await;
    assert!(posted.text().contains("each day, again <t:"), "{}", posted.text());
    ann.post("hello before").await;
    claims(ann, id).await;
    let refused = hands_in(ann, id, "I did it").await;
    assert!(refused.contains("proves itself") && refused.contains("0 of 2 messages"), "{refused}");
    ann.post("hello").await;
    ann.post("hello once more").await;
    assert!(ann.run("tasks mine").await.text().contains("1 of 2 messages in <#"), "one a minute counts");
    assert_eq!(balance(&world, "ann"), 0);
    world.pass(Duration::from_mins(1)).await;
    ann.post("how are you?").await;
    assert_eq!(balance(&world, "ann"), 40);
    assert_eq!(claim(&world, "ann", id).map(|claim| claim.state), Some(ClaimState::Accepted));
    assert!(ann.dms().await.iter().any(|word| word.contains("Your proof for **Chat** was accepted.")), "she is told");
    let refused = runs(ann, "claim", id).await.text();
    assert!(refused.contains("already in this round"), "{refused}");
    world.pass(Duration::from_hours(24)).await;
    claims(ann, id).await;
    assert!(world.message(&posted).text().contains("1 taken"), "its places are free in each round");
    world.end().await;
}
