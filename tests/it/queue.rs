//! The order of the queue and what playing a song does, as members and administrators meet it.

use std::collections::BTreeSet;
use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::{Line, PublicId};
use greenroom::live::Occurrence;
use strum::VariantArray;

use crate::reading::{SOON, link, mention};
use crate::world::{World, viewer};

#[tokio::test]
async fn next_plays_the_best_song_and_announces_it() {
    covers!("M-QUE-11", "M-QUE-09", "M-CMD-10", "M-CMD-20");
    let world = World::new().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    let song = world.member("ann").submits("https://youtu.be/dQw4w9WgXcQ", "First Light").await;
    let answer = world.next().await;
    assert!(answer.is_ephemeral());
    assert!(answer.text().contains("First Light"), "{}", answer.text());
    assert_eq!(world.line(song), Line::SongsPlayed);
    assert!(world.song(song).place.played_at.is_some());
    let announced = world.seen_in("now-playing").await;
    assert!(announced.last().unwrap().contains("Now Playing"), "{announced:?}");
    world.end().await;
}

#[tokio::test]
async fn the_announcement_pings_the_submitter_and_nobody_else() {
    covers!("M-QUE-11", "M-CMD-20");
    let world = World::new().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    let trick = format!("@everyone {} <@&{}>", mention(world.member("ben").id), world.ids.guild);
    world.member("ann").submits(&link(1), &trick).await;
    world.next().await;
    let announced = world.sim.messages(world.channel("now-playing")).await;
    let pinged = announced.last().unwrap().pinged();
    assert!(!pinged.everyone && pinged.roles.is_empty(), "{pinged:?}");
    assert_eq!(pinged.users.into_iter().collect::<Vec<_>>(), [world.member("ann").id]);
    world.end().await;
}

#[tokio::test]
async fn skip_lines_go_before_free_and_each_is_first_come_first_served() {
    covers!("M-QUE-01", "M-QUE-02", "M-QUE-03", "M-QUE-04", "M-QUE-05", "M-QUE-06", "M-QUE-12", "M-CMD-11");
    const SERVED: [Line; 6] = [Line::Skip25Plus, Line::Skip20, Line::Skip15, Line::Skip10, Line::Skip5, Line::Free];
    let world = World::new().await;
    let mut songs = Vec::new();
    for (number, line) in [5, 2, 0, 4, 1, 3, 3, 0, 5, 2, 4, 1].map(|at: usize| SERVED[at]).into_iter().enumerate() {
        let song = world.member("ann").submits(&link(number), &format!("Song {number}")).await;
        songs.push((line, number, song));
        world.pass(Duration::from_secs(1)).await;
    }
    // Whoever is moved first is not served first: the time of submitting counts.
    for (line, _, song) in songs.iter().rev().filter(|(line, ..)| *line != Line::Free) {
        let answer = world.moves(*song, *line).await;
        assert!(answer.text().contains(line.name()), "{}", answer.text());
        assert_eq!(world.line(*song), *line);
    }
    songs.sort();
    for (line, _, song) in songs {
        let answer = world.next().await.text();
        assert!(answer.contains(&song.to_string()) && answer.contains(line.name()), "{song} of {line}: {answer}");
    }
    assert!(world.next().await.text().contains("The queue is empty."));
    world.end().await;
}

#[tokio::test]
async fn free_songs_are_ordered_by_points_and_then_by_time() {
    covers!("M-QUE-07", "M-PTS-05", "M-RAT-05", "M-RAT-07");
    let world = World::new().await;
    world.goes_live().await;
    for (number, name) in ["ann", "ben", "chloe", "dmitri"].into_iter().enumerate() {
        world.on_the_live(name, &format!("{name}.live")).await;
        world.member(name).submits(&link(number), &format!("Song of {name}")).await;
        world.pass(Duration::from_secs(1)).await;
    }
    world.live(Occurrence::Shared(viewer("dmitri.live"))).await;
    world.live(Occurrence::Liked(viewer("chloe.live"), 40)).await;
    world.live(Occurrence::Liked(viewer("ben.live"), 1)).await;
    world.pass(Duration::from_secs(30)).await;
    for name in ["dmitri", "ben", "chloe", "ann"] {
        let answer = world.next().await.text();
        assert!(answer.contains(&format!("Song of {name}")), "{name}: {answer}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_song_that_comes_back_to_free_is_ordered_by_the_points_of_now() {
    covers!("M-QUE-07", "M-PTS-05");
    let world = World::new().await;
    world.goes_live().await;
    for name in ["ann", "ben"] {
        world.on_the_live(name, &format!("{name}.live")).await;
    }
    world.gift("ann.live", 900).await;
    world.gift("ben.live", 50).await;
    let first = world.member("ann").submits(&link(1), "First").await;
    let paid = world.member("ann").submits_skip(&link(2), "Paid").await;
    let of_ben = world.member("ben").submits(&link(3), "Of Ben").await;
    assert_eq!(world.song(paid).place.score, 1_800);
    world.next().await;
    assert_eq!((world.line(first), world.points("ann")), (Line::SongsPlayed, 0));
    world.moves(paid, Line::Free).await;
    assert_eq!(world.song(paid).place.score, 0, "at once, before any sync");
    let queue = world.member("ben").run("queue").await.text();
    let at = |song: PublicId| queue.find(&song.to_string()).unwrap_or_else(|| panic!("no {song} in {queue}"));
    assert!(at(of_ben) < at(paid), "{queue}");
    assert!(world.next().await.text().contains("Of Ben"));
    world.end().await;
}

#[tokio::test]
async fn from_wherever_a_song_comes_it_has_the_points_of_now() {
    covers!("M-QUE-07");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let song = world.member("ann").submits(&link(1), "Song").await;
    let mut points = 0;
    for from in Line::VARIANTS.iter().copied().filter(|line| *line != Line::Free) {
        match from {
            Line::SongsPlayed => {
                world.moves(song, Line::Skip5).await;
                world.next().await;
            }
            Line::Removed => {
                let number = song.to_string();
                world.host().run_with("remove", [("submission_id", number)]).await;
            }
            line => drop(world.moves(song, line).await),
        }
        assert_eq!(world.line(song), from);
        // Too soon after the last sync for another one.
        world.gift("ann.live", 50).await;
        points += 100;
        world.moves(song, Line::Free).await;
        assert_eq!((world.song(song).place.score, world.points("ann")), (points, points), "from {from}");
    }
    world.end().await;
}

#[tokio::test]
async fn two_hundred_next_at_once_never_give_one_song_twice() {
    covers!("M-QUE-11", "M-QUE-14", "M-RAT-04", "M-RAT-06", "M-HNT-02");
    const SONGS: usize = 120;
    let world = World::new().await;
    for number in 0..SONGS {
        world.member("ann").submits(&link(number), &format!("Song {number:03}!")).await;
    }
    let mut calls = Vec::new();
    for _ in 0..200 {
        calls.push(world.sim.start_command(world.host().call("next")).await.unwrap());
    }
    let (mut played, mut empty) = (BTreeSet::new(), 0);
    for call in calls {
        let outcome = world.sim.outcome(call, SOON).await.unwrap();
        assert_eq!(outcome.error, None, "everyone is answered");
        assert!(outcome.acked_ms.unwrap() < 3000.0, "{:?}", outcome.acked_ms);
        match outcome.text() {
            text if text.contains("The queue is empty.") => empty += 1,
            text => {
                let title = text.lines().find_map(|line| line.strip_prefix("🎶 ")).unwrap().to_owned();
                assert!(played.insert(title.clone()), "{title} was played twice");
            }
        }
    }
    assert_eq!((played.len(), empty), (SONGS, 200 - SONGS));
    let songs = world.songs();
    assert!(songs.iter().all(|song| song.place.line == Line::SongsPlayed));
    let times: BTreeSet<_> = songs.iter().map(|song| song.place.played_at).collect();
    assert_eq!(times.len(), SONGS, "each is played at a time of its own, although no time passes here");
    world.end().await;
}

#[tokio::test]
async fn a_free_play_uses_the_points_of_the_submitter_and_their_handles_up() {
    covers!("M-QUE-13", "M-PTS-06");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.one").await;
    world.on_the_live("ann", "ann.two").await;
    world.on_the_live("ben", "ben.live").await;
    for handle in ["ann.one", "ann.two", "ben.live"] {
        world.live(Occurrence::Shared(viewer(handle))).await;
    }
    let first = world.member("ann").submits(&link(1), "First").await;
    let second = world.member("ann").submits(&link(2), "Second").await;
    assert_eq!((world.points("ann"), world.song(second).place.score), (10, 10));
    world.next().await;
    assert_eq!(world.line(first), Line::SongsPlayed);
    assert_eq!((world.points("ann"), world.handle_points("ann.one"), world.handle_points("ann.two")), (0, 0, 0));
    assert_eq!(world.song(second).place.score, 0, "the other song is ordered by what is left");
    assert_eq!((world.points("ben"), world.handle_points("ben.live")), (5, 5), "nobody else pays");
    world.end().await;
}

#[tokio::test]
async fn a_skip_play_uses_no_points_up() {
    covers!("M-QUE-13");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.live(Occurrence::Shared(viewer("ann.live"))).await;
    let song = world.member("ann").submits(&link(1), "Paid").await;
    world.moves(song, Line::Skip5).await;
    world.next().await;
    assert_eq!(world.line(song), Line::SongsPlayed);
    assert_eq!((world.points("ann"), world.handle_points("ann.live")), (5, 5));
    world.end().await;
}

#[tokio::test]
async fn next_says_what_comes_next_and_next_but_one() {
    covers!("M-CMD-10");
    let world = World::new().await;
    for number in 1..=4 {
        world.member("ann").submits(&link(number), &format!("Song {number}")).await;
    }
    let answer = world.next().await.text();
    let upcoming = |when: &str| {
        let row = answer.lines().find(|row| row.contains(&format!("{when}: "))).unwrap_or_else(|| panic!("{answer}"));
        row.to_owned()
    };
    assert!(upcoming("Next").contains("Song 2"), "{answer}");
    assert!(upcoming("Next but one").contains("Song 3"), "{answer}");
    assert!(!answer.contains("Song 4"), "{answer}");
    world.next().await;
    world.next().await;
    assert!(world.next().await.text().contains("this was the last song"));
    world.end().await;
}

#[tokio::test]
async fn next_on_an_empty_queue_says_how_many_wait_for_a_reviewer() {
    covers!("M-QUE-08", "M-CMD-10");
    let world = World::new().await;
    let answer = world.next().await;
    assert!(answer.is_ephemeral());
    assert_eq!(answer.text(), "The queue is empty.");
    let pending = world.member("ann").submits_skip(&link(1), "Paid").await;
    assert!(world.next().await.text().contains("One song waits in **Pending Skips**"));
    world.member("ben").submits_skip(&link(2), "Paid as well").await;
    assert!(world.next().await.text().contains("2 songs wait in **Pending Skips**"));
    assert_eq!(world.line(pending), Line::PendingSkips, "a reviewer decides, never /next");
    world.end().await;
}

#[tokio::test]
async fn what_is_empty_announces_nothing() {
    covers!("M-QUE-11");
    let world = World::new().await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.next().await;
    assert_eq!(world.seen_in("now-playing").await, Vec::<String>::new());
    world.end().await;
}
