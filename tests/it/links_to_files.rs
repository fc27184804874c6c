//! Links to files on Discord work for a day: wherever one is shown later, it works.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::Source;
use greenroom::features::submissions::model::{CommandMentions, Details};
use greenroom::flows::song_submitted::{self, Submission};
use greenroom::kernel::ids::ChannelId;

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
async fn a_link_to_a_file_that_came_from_another_bot_is_renewed_as_well() {
    let world = World::new().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.member("ann").submit_file(mp3("old.mp3")).await;
    let Source::File { kept_in, .. } = world.songs().remove(0).song.source else { panic!("no file") };
    // As an import stores it: a link of Discord's servers, and nobody knows the message any more.
    let url = kept_in.url.replace(&world.sim.discord_url(), "https://cdn.discordapp.com");
    let submission = Submission {
        guild: world.guild,
        channel: ChannelId::new(world.channel("submissions").get()),
        user: world.user("ben"),
        username: "ben".into(),
        details: Details {
            artist: None,
            title: Some("Imported".into()),
            note: None,
            tiktok_handle: None,
            is_skip: false,
        },
        source: Source::Link { platform: "Discord".into(), url, key: "discord:old".into() },
        posted_as: None,
        mentions: CommandMentions { submit: String::new(), submit_file: String::new() },
    };
    world.app.bot.store.write("imported", move |tx| song_submitted::run(tx, &submission)).await.unwrap();
    world.pass(Duration::from_hours(26)).await;
    world.host().run("next").await;
    let answer = world.host().run("next").await.text();
    assert!(answer.contains("Imported") && opens(&link_in(&world, &answer)).await, "{answer}");
    let announced = world.seen_in("now-playing").await.pop().unwrap();
    assert!(opens(&link_in(&world, &announced)).await, "{announced}");
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
    assert!(opens(&link_in(&world, &answer)).await, "the link itself is enough: {answer}");
    let Source::File { kept_in, .. } = world.songs().remove(0).song.source else { panic!("no file") };
    world.sim.delete_message(kept_in.channel.get(), kept_in.message.get()).await.unwrap();
    assert_eq!(world.seen_in("now-playing").await.len(), 1);
    world.end().await;
}
