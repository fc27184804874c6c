//! Links to files on Discord work for a day: wherever one is shown later, it works.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::Source;

use crate::world::{World, mp3};

/// The first link of a text to the file servers, without what Markdown puts around it.
fn link_in(world: &World, text: &str) -> String {
    let host = format!("{}/attachments/", world.sim.discord_url());
    let at = text.find(&host).unwrap_or_else(|| panic!("no link in {text}"));
    text[at..].split([')', '>', ' ', '\n', '"']).next().unwrap().to_owned()
}

async fn opens(link: &str) -> bool {
    reqwest::get(link).await.unwrap().status().is_success()
}

/// A world with all channels in which songs are shown, and a file that was submitted more than a day ago.
async fn a_day_later() -> World {
    let world = World::new().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.chooses("setbookmarkchannel", "bookmarks").await;
    world.member("ann").submit_file(mp3("old.mp3")).await;
    let Source::File { kept_in, .. } = world.songs().remove(0).song.source else { panic!("no file") };
    assert!(opens(&kept_in.url).await);
    world.pass(Duration::from_hours(26)).await;
    assert!(!opens(&kept_in.url).await, "the stored link is dead");
    world
}

#[tokio::test]
async fn the_answer_to_next_the_announcement_and_the_bookmark_show_links_that_work() {
    covers!("M-CMD-19", "M-CMD-20");
    let world = a_day_later().await;
    let answer = world.host().run("next").await;
    assert!(opens(&link_in(&world, &answer.text())).await, "/next: {}", answer.text());
    let announced = world.seen_in("now-playing").await.pop().unwrap();
    assert!(opens(&link_in(&world, &announced)).await, "{announced}");
    world.pass(Duration::from_hours(26)).await;
    world.host().press(&answer.original.unwrap(), "Bookmark").await;
    let copied = world.seen_in("bookmarks").await.pop().unwrap();
    assert!(opens(&link_in(&world, &copied)).await, "{copied}");
    world.end().await;
}

#[tokio::test]
async fn a_link_that_cannot_be_renewed_holds_nothing_up() {
    let world = a_day_later().await;
    let down = |path: &str| greenroom::sim::Fault {
        path: Some(path.into()),
        method: Some("GET".into()),
        status: Some(503),
        times: 9,
        ..greenroom::sim::Fault::default()
    };
    world.sim.faults(down("/channels/")).await;
    let answer = world.host().run("next").await.text();
    assert!(!opens(&link_in(&world, &answer)).await, "the old link is the best there is: {answer}");
    let Source::File { kept_in, .. } = world.songs().remove(0).song.source else { panic!("no file") };
    world.sim.delete_message(kept_in.channel.get(), kept_in.message.get()).await.unwrap();
    assert_eq!(world.seen_in("now-playing").await.len(), 1);
    world.end().await;
}
