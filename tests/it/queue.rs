//! The queue, as members and administrators meet it.

use greenroom::covers;
use greenroom::features::queue::model::Line;

use crate::world::World;

#[tokio::test]
async fn next_plays_the_best_song_and_announces_it() {
    covers!("M-QUE-11");
    let world = World::new().await;
    world
        .host()
        .in_channel("staff")
        .run_with("setnowplayingchannel", [("channel", world.channel("now-playing").to_string())])
        .await;
    let song = world.member("ann").submits("https://youtu.be/dQw4w9WgXcQ", "First Light").await;
    let answer = world.host().run("next").await;
    assert!(answer.is_ephemeral());
    assert!(answer.text().contains("First Light"), "{}", answer.text());
    assert_eq!(world.song(song).place.line, Line::SongsPlayed);
    let announced = world.seen_in("now-playing").await;
    assert!(announced.last().unwrap().contains("Now Playing"), "{announced:?}");
    world.end().await;
}
