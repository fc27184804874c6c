//! Messages that become a song later: looked at again while they are fresh, and each song of them taken once.

use std::time::Duration;

use greenroom::discord::activity::update_id;
use greenroom::sim::{Fault, GatewayFault};

use super::LINKS;
use crate::world::{World, mp3};

#[tokio::test]
async fn a_corrected_message_is_taken_once() {
    let world = World::new().await;
    let ann = world.member("ann");
    let message = ann.post("https://tidal.com/track/1").await;
    assert!(world.songs().is_empty());
    ann.edit(message, LINKS[0]).await;
    assert_eq!(world.songs().len(), 1);
    assert!(world.originals_in("submissions").await.is_empty(), "all of it is taken over now");
    world.end().await;
}

#[tokio::test]
async fn a_link_that_is_added_to_a_message_is_taken() {
    let world = World::new().await;
    let ann = world.member("ann");
    let message = ann.post("my new one").await;
    ann.edit(message, &format!("my new one {}", LINKS[0])).await;
    assert_eq!(world.songs()[0].song.note.as_deref(), Some("my new one"));
    world.end().await;
}

#[tokio::test]
async fn another_refused_link_is_refused_again_and_the_same_one_is_not() {
    let world = World::new().await;
    let ann = world.member("ann");
    let message = ann.post("https://tidal.com/track/1").await;
    ann.edit(message, "https://vimeo.com/1").await;
    assert!(world.said_in("submissions").await.last().unwrap().text().contains("vimeo.com"));
    assert_eq!(world.said_in("submissions").await.len(), 2);
    ann.edit(message, "https://vimeo.com/1").await;
    assert_eq!(world.said_in("submissions").await.len(), 2, "nothing in it changed");
    world.end().await;
}

#[tokio::test]
async fn a_preview_is_no_edit_however_discord_tells_it() {
    let world = World::new().await;
    let ann = world.member("ann");
    let message = ann.post("https://tidal.com/track/1").await;
    let channel = world.channel("submissions");
    for is_partial in [false, true] {
        world.sim.add_preview(channel, message, is_partial).await.unwrap();
        world.app.bot.activity.finished(update_id(message.get(), None)).await;
    }
    // After an edit, the preview is told with the moment of the edit.
    ann.edit(message, "https://tidal.com/track/2").await;
    let said = world.said_in("submissions").await.len();
    world.sim.add_preview(channel, message, false).await.unwrap();
    ann.post("and now?").await;
    world.settle().await;
    assert_eq!((said, world.said_in("submissions").await.len()), (2, 2), "one reply for each text");
    world.end().await;
}

#[tokio::test]
async fn a_song_that_was_taken_stays_as_it_is() {
    let world = World::new().await;
    world.configures("delete_original_messages", "No").await;
    let ann = world.member("ann");
    let message = ann.post(LINKS[0]).await;
    // What was played might be submitted again, so only the memory of the message is in the way.
    world.next().await;
    let before = world.songs();
    ann.edit(message, &format!("{} please", LINKS[0])).await;
    ann.edit(message, LINKS[1]).await;
    assert_eq!(world.songs(), before, "a message yields as many songs as it holds");
    assert!(world.said_in("submissions").await.last().unwrap().text().contains("message of its own"));
    ann.edit(message, &format!("{} {}", LINKS[0], LINKS[2])).await;
    assert_eq!(world.songs().len(), 2, "what is added is taken");
    world.end().await;
}

#[tokio::test]
async fn the_rest_of_a_message_is_taken_when_it_is_corrected() {
    let world = World::new().await;
    let ann = world.member("ann");
    let message = ann.post(&format!("{} https://tidal.com/track/1", LINKS[0])).await;
    assert_eq!(world.songs().len(), 1);
    ann.edit(message, &format!("{} {}", LINKS[0], LINKS[1])).await;
    assert_eq!(world.songs().len(), 2);
    assert!(world.originals_in("submissions").await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn an_old_message_and_one_elsewhere_are_not_looked_at_again() {
    let world = World::new().await;
    let ann = world.member("ann");
    let elsewhere = ann.in_channel("general").post("my new one").await;
    ann.in_channel("general").edit(elsewhere, LINKS[0]).await;
    let message = ann.post("my new one").await;
    world.pass(Duration::from_mins(16)).await;
    ann.edit(message, LINKS[0]).await;
    assert!(world.songs().is_empty());
    world.end().await;
}

#[tokio::test]
async fn an_edit_counts_where_the_bot_cannot_read_the_history() {
    let world = World::new().await;
    let ann = world.member("ann");
    let message = ann.post("my new one").await;
    let path = format!("/channels/{}/messages/{message}", world.channel("submissions"));
    let fault = Fault {
        method: Some("GET".into()),
        path: Some(path),
        status: Some(403),
        code: Some(50_013),
        ..Fault::default()
    };
    world.sim.faults(fault).await;
    ann.edit(message, LINKS[0]).await;
    assert_eq!(world.songs().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn what_a_connection_repeats_of_edits_is_done_once() {
    let world = World::new().await;
    world.configures("delete_original_messages", "No").await;
    let ann = world.member("ann");
    let message = ann.post("https://tidal.com/track/1").await;
    ann.edit(message, &format!("{} https://tidal.com/track/1", LINKS[0])).await;
    world.next().await;
    let before = (world.songs(), world.said_in("submissions").await.len());
    assert_eq!(world.sim.gateway_fault(GatewayFault::Repeat { last: 30 }).await, 1);
    let last = world.member("ben").post(LINKS[1]).await;
    world.settle().await;
    assert_eq!(
        (world.songs().len(), world.said_in("submissions").await.len()),
        (before.0.len() + 1, before.1),
        "{last}"
    );
    world.end().await;
}

#[tokio::test]
async fn an_edited_apple_link_frees_the_songs_beside_it() {
    let world = World::new().await;
    let ann = world.member("ann");
    let message = ann.post(&format!("{} https://music.apple.com/us/album/x/1", LINKS[0])).await;
    assert!(world.songs().is_empty());
    let told = world.said_in("submissions").await.last().unwrap().text();
    assert!(told.contains("Apple Music") && told.contains("youtu.be"), "{told}");
    ann.edit(message, LINKS[0]).await;
    assert_eq!(world.songs().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn the_only_copy_of_a_file_stays_whatever_is_edited_around_it() {
    let world = World::new().await;
    world.sim.set(|settings| settings.bot_upload_bytes = 1_000);
    let ann = world.member("ann");
    let message = ann.post_with("https://tidal.com/track/1", vec![mp3("large.mp3").padded_to(5_000)]).await;
    assert_eq!(world.songs().len(), 1);
    ann.edit(message, "mind the bridge").await;
    ann.edit(message, LINKS[0]).await;
    assert_eq!(world.songs().len(), 2, "a link was added");
    assert_eq!(world.originals_in("submissions").await, [message]);
    world.end().await;
}
