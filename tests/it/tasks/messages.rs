//! The messages of tasks and proofs: deleted, posted again, taken away, and once after a kill.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::tasks::model::{TASK_POST, TaskId};
use greenroom::kernel::ids::MessageId;
use greenroom::posts::{PostState, Sync};
use greenroom::sim::{Fault, FileSpec, SeenMessage};
use greenroom::store::Read;

use super::{claims, hands_in, hands_in_file, makes, message_with, runs, task};
use crate::patience::{LONG, until_stored};
use crate::site::Site;
use crate::world::{World, assert_sound};

fn post(world: &World, id: TaskId) -> Option<PostState> {
    let guild = world.guild;
    world.app.bot.store.read_blocking("post", |read| TASK_POST.state(read, guild, id.get())).unwrap()
}

#[tokio::test]
async fn a_message_that_somebody_deleted_is_orphaned_and_posted_again_at_somebodys_word() {
    covers!("T-SYN-01", "T-SYN-02", "T-SYN-03", "T-SYN-04", "T-SYN-07", "T-SYN-08");
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, -1).await;
    let posted = message_with(&world, "Greet").await;
    assert_eq!(post(&world, id).unwrap().message.map(MessageId::get), Some(posted.id().get()));
    let host = world.host().in_channel("staff");
    let edit =
        |name: &str| host.call("task-admin edit").with("task_id", id.get()).with("field", "name").with("value", name);
    host.run_call(edit("Welcome")).await;
    assert!(world.message(&posted).text().contains("Welcome"), "an edit reaches the message");
    world.sim.delete_message(posted.channel(), posted.id()).await.unwrap();
    let guild = world.guild;
    let is_orphaned = |read: &dyn Read| {
        let state = TASK_POST.state(read, guild, id.get())?;
        Ok(state.is_some_and(|post| (post.sync, post.message) == (Sync::Orphaned, None)))
    };
    until_stored(&world.app.bot.store, "the deletion is taken in", is_orphaned).await;
    host.run_call(edit("Hello")).await;
    assert!(world.said_in("general").await.is_empty(), "nobody asked for it");
    assert!(runs(host, "task-admin repost", id).await.text().contains("is posted again"));
    assert!(message_with(&world, "Hello").await.text().contains("[Claim Task]"));
    assert_eq!(post(&world, id).unwrap().sync, Sync::Synced);
    world.end().await;
}

#[tokio::test]
async fn a_message_that_discord_does_not_take_now_is_pending_and_comes_later() {
    covers!("T-SYN-05");
    let world = World::new().await;
    let path = format!("/channels/{}/messages", world.channel("general"));
    let fault = Fault { method: Some("POST".into()), path: Some(path), status: Some(503), ..Fault::default() };
    world.sim.faults(fault).await;
    let host = world.host().in_channel("staff");
    let create = host
        .call("task-admin create")
        .with("name", "Greet")
        .with("description", "Say hello")
        .with("reward", 100)
        .with("duration_hours", 24)
        .with("channel", world.channel("general").to_string());
    assert!(host.run_call(create).await.text().contains("is made"), "the task is there all the same");
    assert_eq!(post(&world, TaskId::new(1)).unwrap().sync, Sync::PendingSync);
    world.pass(Duration::from_mins(1)).await;
    let posted = post(&world, TaskId::new(1)).unwrap();
    assert!(posted.sync == Sync::Synced && posted.message.is_some(), "{posted:?}");
    assert_eq!(world.said_in("general").await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_proof_whose_message_was_deleted_is_posted_anew() {
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, -1).await;
    claims(world.member("ann"), id).await;
    hands_in(world.member("ann"), id, "done").await;
    let proof = message_with(&world, "Proof: Greet").await;
    world.sim.delete_message(proof.channel(), proof.id()).await.unwrap();
    let others = |message: &SeenMessage| message.id() != proof.id() && message.text().contains("Proof: Greet");
    let is_back = |discord: &greenroom::sim::World| discord.messages(proof.channel()).iter().any(others).then_some(());
    world.sim.wait_until(is_back, LONG).await.unwrap();
    let again = message_with(&world, "Proof: Greet").await;
    assert_ne!(again.id(), proof.id());
    assert!(world.host().press(&again, "Accept").await.text().contains("gets **100** coins"));
    world.end().await;
}

#[tokio::test]
async fn a_deleted_task_leaves_no_message_and_no_row() {
    covers!("T-SYN-10", "T-SYN-11", "T-SYN-12", "T-SYN-13", "T-SYN-14", "T-HLP-16");
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, -1).await;
    let picture = FileSpec::bytes("proof.png", "image/png", b"\x89PNG\r\n\x1a\n and so on");
    for name in ["ann", "ben"] {
        claims(world.member(name), id).await;
        hands_in_file(world.member(name), id, "done", picture.clone()).await;
    }
    world.host().press(&message_with(&world, "Proof: Greet").await, "Accept").await;
    assert_eq!(world.said_in("general").await.len(), 5);
    let answer = runs(world.host().in_channel("staff"), "task-admin delete", id).await.text();
    assert!(answer.contains("is deleted"), "{answer}");
    let left: Vec<_> = world.said_in("general").await.iter().map(SeenMessage::text).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!((task(&world, id), post(&world, id)), (None, None));
    assert!(runs(world.member("ann"), "tasks info", id).await.text().contains("There is no such task."));
    world.end().await;
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_one_message_of_each() {
    covers!("T-SYN-03", "T-TSK-13");
    let site = Site::new().await;
    let app = site.start().await;
    let channel = site.channel("general");
    let create = site
        .call("host", "task-admin create")
        .with("name", "Greet")
        .with("description", "Say hello")
        .with("reward", 100)
        .with("duration_hours", 24)
        .with("channel", channel.to_string());
    assert!(site.run(create).await.text().contains("is made"));
    // Whether its message is there already is a matter of luck; it is there once either way.
    drop(app);
    let app = site.start().await;
    assert!(site.run(site.call("ann", "claim").with("task_id", 1)).await.text().contains("is yours"));
    let handed_in = site.run(site.call("ann", "task_submit").with("task_id", 1).with("proof", "done")).await;
    assert!(handed_in.text().contains("is handed in"), "{}", handed_in.text());
    drop(app);
    let app = site.start().await;
    app.settled().await.unwrap();
    let said = site.sim.messages(channel).await;
    let texts: Vec<_> = said.iter().map(SeenMessage::text).collect();
    assert_eq!(texts.iter().filter(|text| text.contains("[Claim Task]")).count(), 1, "{texts:?}");
    assert_eq!(texts.iter().filter(|text| text.contains("[Accept]")).count(), 1, "{texts:?}");
    assert_sound(&app).await;
    app.stop().await;
}
