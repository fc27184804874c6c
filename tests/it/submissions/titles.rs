//! Titles from the platforms: only where a server wants them, never in a song's way, never over what a member wrote.

use std::time::Duration;

use greenroom::covers;
use greenroom::sim::{Fault, OEmbedAnswer};

use super::LINKS;
use crate::world::{World, mp3};

/// How the three links are called when their platforms are asked; that of YouTube in the form in which it is stored.
const STORED: &str = "https://www.youtube.com/watch?v=dQw4w9WgXcQ";

fn song(title: &str, author: Option<&str>) -> OEmbedAnswer {
    OEmbedAnswer::Song { title: title.to_owned(), author: author.map(str::to_owned) }
}

async fn world_that_wants_titles() -> World {
    let world = World::new().await;
    world.configures("fetch_titles", "Yes").await;
    world
}

/// Titles and artists of all songs.
fn called(world: &World) -> Vec<(String, String)> {
    world.songs().into_iter().map(|entry| (entry.song.title, entry.song.artist)).collect()
}

fn is(title: &str, artist: &str) -> (String, String) {
    (title.to_owned(), artist.to_owned())
}

#[tokio::test]
async fn no_platform_is_asked_unless_the_server_wants_it() {
    covers!("M-SUB-12", "M-SUB-11");
    let world = World::new().await;
    world.sim.set_oembed(STORED, [song("Night Drive", Some("Ann Lee"))]);
    world.member("ann").post(LINKS[0]).await;
    assert_eq!(called(&world), [is("Not Known", "ann")]);
    assert!(world.sim.oembed_asked().is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_link_gets_the_words_of_its_platform_and_the_confirmation_says_so() {
    let world = world_that_wants_titles().await;
    world.sim.set_oembed(STORED, [song("Night Drive", Some("Ann Lee - Topic"))]);
    world.sim.set_oembed(LINKS[1], [song("First Light", None)]);
    world.sim.set_oembed(LINKS[2], [song("Stand by Me", Some("The Ben Band"))]);
    for link in LINKS {
        world.member("ann").post(link).await;
    }
    world.settle().await;
    let expected = [is("Night Drive", "Ann Lee"), is("First Light", "ann"), is("Stand by Me", "The Ben Band")];
    assert_eq!(called(&world), expected);
    assert_eq!(world.sim.oembed_asked(), [STORED, LINKS[1], LINKS[2]]);
    let confirmations = world.member("ann").dms().await;
    assert_eq!(confirmations.len(), 3, "each song is confirmed once");
    for (confirmation, (title, artist)) in confirmations.iter().zip(expected) {
        assert!(confirmation.contains(&title) && confirmation.contains(&artist), "{confirmation}");
    }
    let playing = world.host().run("next").await.text();
    assert!(playing.contains("Night Drive"), "{playing}");
    world.end().await;
}

#[tokio::test]
async fn what_a_member_wrote_stays() {
    let world = world_that_wants_titles().await;
    world.sim.set_oembed(STORED, [song("Theirs", Some("Them"))]);
    world.sim.set_oembed(LINKS[1], [song("Theirs", Some("Them"))]);
    world.sim.set_oembed(LINKS[2], [song("Theirs", Some("Them"))]);
    let ann = world.member("ann");
    ann.submit([("link", LINKS[0]), ("song_title", "Mine"), ("artist_name", "Me")]).await;
    ann.submit([("link", LINKS[1]), ("song_title", "Mine")]).await;
    ann.submit([("link", LINKS[2]), ("artist_name", "Me")]).await;
    ann.submit_file(mp3("a.mp3")).await;
    world.settle().await;
    // Spotify tells no artist.
    assert_eq!(called(&world), [is("Mine", "Me"), is("Mine", "ann"), is("Theirs", "Me"), is("Not Known", "ann")]);
    assert_eq!(world.sim.oembed_asked(), [LINKS[1], LINKS[2]], "who wrote both is not looked up, nor is a file");
    world.end().await;
}

#[tokio::test]
async fn whatever_a_platform_answers_the_song_is_in() {
    let world = world_that_wants_titles().await;
    let silent = [401, 403, 404, 400].map(|status| OEmbedAnswer::Status { status });
    let other = [OEmbedAnswer::Page, OEmbedAnswer::Huge, OEmbedAnswer::Redirect, song("", Some(" \u{200B} "))];
    let answers: Vec<OEmbedAnswer> = silent.into_iter().chain(other).collect();
    for (at, answer) in answers.iter().enumerate() {
        let link = format!("https://www.youtube.com/watch?v=aaaaaaaaaa{at}");
        world.sim.set_oembed(&link, [answer.clone()]);
        world.member("ann").post(&link).await;
        world.settle().await;
    }
    assert_eq!(called(&world), vec![is("Not Known", "ann"); answers.len()]);
    assert_eq!(world.member("ann").dms().await.len(), answers.len());
    assert_eq!(world.sim.oembed_asked().len(), answers.len(), "what is final is not asked again");
    world.end().await;
}

#[tokio::test]
async fn an_outage_of_a_platform_is_waited_for_and_then_changes_nothing() {
    let world = world_that_wants_titles().await;
    let down = |status| OEmbedAnswer::Status { status };
    world.sim.set_oembed(STORED, [down(429), down(503), OEmbedAnswer::Slow, song("Night Drive", None)]);
    world.sim.set_oembed(LINKS[1], [down(500)]);
    world.member("ann").post(LINKS[0]).await;
    world.member("ben").post(LINKS[1]).await;
    assert_eq!(world.member("ben").dms().await.len(), 1, "the confirmation does not wait for a title");
    for wait in [1, 2, 4] {
        world.pass(Duration::from_secs(wait)).await;
    }
    assert_eq!(called(&world), [is("Night Drive", "ann"), is("Not Known", "ben")]);
    assert!(world.member("ann").dms().await[0].contains("Night Drive"));
    world.end().await;
}

#[tokio::test]
async fn a_title_is_cleaned_and_cut_like_a_typed_one() {
    let world = world_that_wants_titles().await;
    let title = format!("**@everyone** \u{202E}line\nbreak {}", "x".repeat(300));
    world.sim.set_oembed(STORED, [song(&title, Some("A\0B"))]);
    world.member("ann").post(LINKS[0]).await;
    world.settle().await;
    let (title, artist) = called(&world).pop().unwrap();
    assert!(title.starts_with("**@everyone** line break x") && title.chars().count() <= 100, "{title}");
    assert!(!artist.contains('\0'));
    let confirmation = world.member("ann").dms().await.pop().unwrap();
    assert!(!confirmation.contains("**@everyone"), "{confirmation}");
    world.end().await;
}

#[tokio::test]
async fn the_confirmation_in_the_channel_is_corrected_while_it_stands() {
    let world = world_that_wants_titles().await;
    let ann = world.member("ann");
    world.sim.block_dms(ann.id, true).await;
    world.sim.set_oembed(STORED, [song("Night Drive", None)]);
    ann.post(LINKS[0]).await;
    world.settle().await;
    let said = world.said_in("submissions").await;
    assert!(said[0].text().contains("Night Drive"), "{}", said[0].text());
    world.pass(Duration::from_secs(30)).await;
    assert!(world.said_in("submissions").await.is_empty());

    // One that is gone before the title comes is no trouble.
    world.sim.set_oembed(LINKS[1], [OEmbedAnswer::Status { status: 500 }, song("First Light", None)]);
    world
        .sim
        .faults(Fault { method: Some("PATCH".into()), status: Some(404), code: Some(10_008), ..Fault::default() })
        .await;
    ann.post(LINKS[1]).await;
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(called(&world)[1].0, "First Light");
    world.pass(Duration::from_secs(30)).await;
    world.end().await;
}
