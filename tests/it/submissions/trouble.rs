//! Discord answers with errors at the worst moment, and nothing is lost.

use std::time::Duration;

use greenroom::features::queue::model::Source;
use greenroom::sim::Fault;

use super::{LINKS, assert_nothing_stored};
use crate::world::{World, mp3, number_in};

/// The next post into the submissions channel fails.
/// Longer than anybody waits for a limit to be over.
const LIMIT: Duration = Duration::from_mins(2);

async fn posts_fail(world: &World, status: u16, times: u64) {
    let fault = Fault {
        method: Some("POST".into()),
        path: Some(format!("/channels/{}/messages", world.channel("submissions"))),
        status: Some(status),
        retry_after: (status == 429).then_some(LIMIT.as_secs_f64()),
        times,
        ..Fault::default()
    };
    world.sim.faults(fault).await;
}

#[tokio::test]
async fn a_file_that_cannot_be_kept_now_is_no_song_and_its_original_stays() {
    let world = World::new().await;
    for (status, name) in [(500, "a.mp3"), (429, "b.mp3")] {
        posts_fail(&world, status, 1).await;
        let original = world.member("ann").post_with("", vec![mp3(name)]).await;
        assert!(
            world.originals_in("submissions").await.contains(&original),
            "{name} is not lost: {:?}",
            world.said_in("submissions").await.iter().map(greenroom::sim::SeenMessage::text).collect::<Vec<_>>()
        );
        assert!(world.said_in("submissions").await.last().unwrap().text().contains("I try again by myself"));
    }
    assert_nothing_stored(&world);
    world.pass(LIMIT * 2).await;
    world.pass(LIMIT).await;
    assert_eq!(world.songs().len(), 2, "both are taken without anybody's doing");
    assert!(world.originals_in("submissions").await.is_empty());
    world.member("ann").post_with("", vec![mp3("a.mp3")]).await;
    assert_eq!(world.songs().len(), 2, "each is taken once");
    world.end().await;
}

#[tokio::test]
async fn the_songs_of_a_message_are_taken_in_their_order_also_where_one_has_to_wait() {
    let world = World::new().await;
    world.member("ann").post_with("", vec![mp3("first.mp3")]).await;
    posts_fail(&world, 503, 1).await;
    let text = format!("{} listen", LINKS[0]);
    let original = world.member("ann").post_with(&text, vec![mp3("a.mp3"), mp3("b.mp3")]).await;
    assert_eq!(world.songs().len(), 2, "the link needs nothing of Discord");
    assert_eq!(world.originals_in("submissions").await, [original]);
    world.pass(Duration::from_secs(10)).await;
    let names = world.songs().into_iter().map(|entry| match entry.song.source {
        Source::File { name, .. } => name,
        Source::Link { key, .. } => key,
    });
    let names: Vec<String> = names.collect();
    assert_eq!(names, ["first.mp3", "youtube:dQw4w9WgXcQ", "a.mp3", "b.mp3"]);
    assert!(world.originals_in("submissions").await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_file_that_the_file_servers_do_not_give_now_is_taken_later_and_one_that_is_gone_is_not_waited_for() {
    let world = World::new().await;
    let failing = |status| Fault { path: Some("/attachments/".into()), status: Some(status), ..Fault::default() };
    world.sim.faults(failing(503)).await;
    let original = world.member("ann").post_with("", vec![mp3("a.mp3")]).await;
    assert_nothing_stored(&world);
    assert_eq!(world.originals_in("submissions").await, [original]);
    world.pass(Duration::from_secs(10)).await;
    assert_eq!(world.songs().len(), 1);
    assert!(world.originals_in("submissions").await.is_empty());
    world.sim.faults(failing(404)).await;
    let gone = world.member("ann").post_with("", vec![mp3("b.mp3")]).await;
    world.pass(Duration::from_secs(10)).await;
    assert_eq!(world.songs().len(), 1);
    assert_eq!(world.originals_in("submissions").await, [gone]);
    world.end().await;
}

#[tokio::test]
async fn a_command_whose_file_cannot_be_kept_now_says_so_and_can_be_repeated() {
    let world = World::new().await;
    for status in [500, 429] {
        posts_fail(&world, status, 1).await;
        let answer = world.member("ann").submit_file(mp3("a.mp3")).await;
        assert!(answer.is_ephemeral());
        assert!(answer.text().contains("Please try again"), "{}", answer.text());
    }
    assert_nothing_stored(&world);
    world.pass(LIMIT * 2).await;
    number_in(&world.member("ann").submit_file(mp3("a.mp3")).await.text());
    world.end().await;
}

#[tokio::test]
async fn a_deletion_that_fails_is_tried_again() {
    let world = World::new().await;
    let fault = Fault {
        method: Some("DELETE".into()),
        path: Some("/messages/".into()),
        status: Some(502),
        times: 2,
        ..Fault::default()
    };
    world.sim.faults(fault).await;
    let original = world.member("ann").post(LINKS[0]).await;
    assert_eq!(world.songs().len(), 1, "the song is safe at once");
    assert_eq!(world.originals_in("submissions").await, [original]);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(world.originals_in("submissions").await, [original]);
    world.pass(Duration::from_secs(2)).await;
    assert!(world.originals_in("submissions").await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_message_that_somebody_deleted_first_is_fine() {
    let world = World::new().await;
    let fault =
        Fault { method: Some("DELETE".into()), path: Some("/messages/".into()), status: Some(500), ..Fault::default() };
    world.sim.faults(fault).await;
    let original = world.member("ann").post(LINKS[0]).await;
    world.sim.delete_message(world.channel("submissions"), original).await.unwrap();
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(world.songs().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_refusal_is_said_when_discord_takes_it_again() {
    let world = World::new().await;
    posts_fail(&world, 503, 1).await;
    world.member("ann").post("https://music.apple.com/us/album/x/1").await;
    assert!(world.said_in("submissions").await.is_empty());
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(world.said_in("submissions").await.len(), 1);
    world.pass(Duration::from_secs(15)).await;
    assert!(world.said_in("submissions").await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn posted_songs_that_could_not_be_deleted_are_deleted_when_the_bot_may_do_so_again() {
    let mut world = World::new().await;
    world.expect_dead_letters();
    world.chooses("setdebugchannel", "staff").await;
    world.denies("submissions", &["MANAGE_MESSAGES"]).await;
    world.host().run("show-settings").await;
    let mut originals = Vec::new();
    for link in &LINKS[..2] {
        originals.push(world.member("ann").post(link).await);
    }
    world.settle().await;
    assert_eq!(world.songs().len(), 2, "songs are taken all the same");
    assert_eq!(world.originals_in("submissions").await, originals);
    let told = world.seen_in("staff").await.join("\n");
    assert!(told.contains("Messages with songs are not deleted there."), "{told}");
    assert!(!told.contains("Clearing a posted song away"), "the channel's own warning has said it: {told}");
    world.denies("submissions", &[]).await;
    world.host().run("show-settings").await;
    world.settle().await;
    assert!(world.originals_in("submissions").await.is_empty());
    world.end().await;
}
