//! Songs in their lines: moving, removing, clearing, and the lists that members read.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::{Line, PublicId};
use greenroom::features::queue::queries;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::reading::link;
use crate::world::{World, number_in};

#[tokio::test]
async fn a_song_can_be_moved_to_every_waiting_line() {
    covers!("M-CMD-11", "M-QUE-01");
    let world = World::new().await;
    let song = world.member("ann").submits(&link(1), "Wanderer").await;
    let mut from = Line::Free;
    for to in [Line::PendingSkips, Line::Skip25Plus, Line::Skip20, Line::Skip15, Line::Skip10, Line::Skip5, Line::Free]
    {
        let answer = world.moves(song, to).await;
        assert!(answer.is_ephemeral());
        let expected = format!("moved from **{from}** to {} {to}", to.emoji());
        assert!(answer.text().contains(&expected), "{}", answer.text());
        assert_eq!(world.line(song), to);
        from = to;
    }
    world.end().await;
}

#[tokio::test]
async fn a_played_song_that_is_moved_back_is_unplayed() {
    covers!("M-CMD-11", "M-QUE-09");
    let world = World::new().await;
    let song = world.member("ann").submits(&link(1), "Again").await;
    world.next().await;
    let playing = || world.read(|read| queries::now_playing(read, world.guild)).map(|entry| entry.song.public_id);
    assert_eq!(playing(), Some(song));
    world.moves(song, Line::Skip5).await;
    let place = world.song(song).place;
    assert_eq!((place.line, place.played_at), (Line::Skip5, None));
    assert_eq!(playing(), None);
    assert!(world.next().await.text().contains("Again"), "it can be played again");
    world.end().await;
}

#[tokio::test]
async fn moving_and_removing_refuse_what_makes_no_sense() {
    covers!("M-CMD-11", "M-CMD-12");
    let world = World::new().await;
    let song = world.member("ann").submits(&link(1), "Steady").await;
    let refusals = [
        (world.moves(song, Line::Free).await, "is in **Free** already"),
        (world.moves(PublicId::new(song.get() + 1), Line::Free).await, "There is no song"),
        (world.host().run_with("remove", [("submission_id", "first".to_owned())]).await, "is no song number"),
        (world.host().run_with("remove", [("submission_id", "1234567".to_owned())]).await, "is no song number"),
    ];
    for (answer, expected) in refusals {
        assert!(answer.is_ephemeral());
        assert!(answer.text().contains(expected), "{}", answer.text());
    }
    let unoffered = world.host().call("move").with("submission_id", song.digits()).with("target_line", "Songs Played");
    assert!(world.sim.start_command(unoffered).await.is_err(), "only /next plays songs");
    // The same link again, so the removed one cannot come back beside it.
    world.host().run_with("remove", [("submission_id", song.to_string())]).await;
    world.member("ben").submits(&link(1), "Steady").await;
    let answer = world.moves(song, Line::Free).await;
    assert!(answer.text().contains("is in the queue already"), "{}", answer.text());
    assert_eq!(world.line(song), Line::Removed);
    world.end().await;
}

#[tokio::test]
async fn a_removed_song_is_kept_and_never_played() {
    covers!("M-CMD-12", "M-QUE-10");
    let world = World::new().await;
    let song = world.member("ann").submits(&link(1), "Gone").await;
    let typed = song.get().to_string();
    let answer = world.host().run_with("remove", [("submission_id", typed.clone())]).await;
    assert!(answer.is_ephemeral());
    assert!(answer.text().contains("moved from **Free** to ❌ Removed"), "{}", answer.text());
    assert_eq!(world.line(song), Line::Removed);
    assert_eq!(world.songs().len(), 1, "the row stays");
    assert_eq!(world.next().await.text(), "The queue is empty.");
    let again = world.host().run_with("remove", [("submission_id", typed)]).await;
    assert!(again.text().contains("is in **Removed** already"), "{}", again.text());
    world.end().await;
}

#[tokio::test]
async fn clear_free_empties_the_free_line_and_says_how_many() {
    covers!("M-CMD-13");
    let world = World::new().await;
    assert!(world.host().run("clear-free").await.text().contains("is empty already"));
    for number in 0..3 {
        world.member("ann").submits(&link(number), &format!("Free {number}")).await;
    }
    let paid = world.member("ben").submits_skip(&link(10), "Paid").await;
    let lifted = world.member("ben").submits(&link(11), "Lifted").await;
    world.moves(lifted, Line::Skip10).await;
    let answer = world.host().run("clear-free").await;
    assert!(answer.is_ephemeral());
    assert_eq!(answer.text(), "3 songs moved from **Free** to **Removed**.");
    assert_eq!((world.line(paid), world.line(lifted)), (Line::PendingSkips, Line::Skip10));
    assert_eq!(world.lines().iter().filter(|(_, line)| *line == Line::Removed).count(), 3);
    world.end().await;
}

#[tokio::test]
async fn the_queue_has_pages_of_ten_and_shows_the_callers_song() {
    covers!("M-QUE-12");
    let world = World::new().await;
    let empty = world.member("ben").run("queue").await;
    assert!(empty.is_ephemeral() && empty.text().contains("The queue is empty"), "{}", empty.text());
    for number in 0..21 {
        world.member("ann").submits(&link(number), &format!("Song {number:02}")).await;
    }
    let own = world.member("ben").submits(&link(50), "Mine").await;
    let answer = world.member("ben").run("queue").await;
    let first = answer.original.clone().unwrap();
    assert!(first.text().contains("Song 00") && first.text().contains("Song 09"), "{}", first.text());
    assert!(!first.text().contains("Song 10") && first.text().contains("Page 1 of 3"), "{}", first.text());
    let yours = first.text().lines().find(|row| row.starts_with("**Yours**")).map(str::to_owned).unwrap();
    assert!(yours.contains(&own.to_string()) && yours.contains("place **22**"), "{yours}");
    world.member("ben").press(&first, "Next ▶").await;
    let second = world.message(&first);
    assert!(second.text().contains("Song 10") && second.text().contains("Page 2 of 3"), "{}", second.text());
    world.member("ben").press(&second, "Next ▶").await;
    let third = world.message(&first);
    assert!(third.text().contains("Song 20") && third.text().contains("Mine"), "{}", third.text());
    world.member("ben").press(&third, "◀ Previous").await;
    assert!(world.message(&first).text().contains("Page 2 of 3"));
    let last = world.member("ben").run_call(world.member("ben").call("queue").with("page", 99)).await;
    assert!(last.text().contains("Page 3 of 3"), "{}", last.text());
    world.end().await;
}

#[tokio::test]
async fn members_list_their_own_songs_latest_first() {
    covers!("M-CMD-04");
    let world = World::new().await;
    let none = world.member("chloe").run("mysubmissions").await;
    assert!(none.is_ephemeral() && none.text().contains("You have not submitted a song yet"), "{}", none.text());
    for number in 0..12 {
        world.member("ann").submits(&link(number), &format!("Song {number:02}")).await;
        world.hand.advance(Duration::from_secs(1));
    }
    world.member("ben").submits(&link(50), "Not hers").await;
    world.next().await;
    let answer = world.member("ann").run("mysubmissions").await;
    let first = answer.original.clone().unwrap();
    let rows: Vec<_> = first.text().lines().filter(|row| row.starts_with('#')).map(str::to_owned).collect();
    assert_eq!(rows.len(), 10);
    assert!(rows[0].contains("Song 11") && rows[9].contains("Song 02"), "{rows:?}");
    assert!(first.text().contains("12 songs") && !first.text().contains("Not hers"), "{}", first.text());
    assert!(first.text().contains("🆓 Free, place **11**"), "{}", first.text());
    world.member("ann").press(&first, "Next ▶").await;
    let second = world.message(&first);
    assert!(second.text().contains("Song 00") && second.text().contains("✅ Songs Played <t:"), "{}", second.text());
    world.end().await;
}

#[tokio::test]
async fn the_wait_is_told_once_reviews_were_measured() {
    covers!("M-CMD-04");
    let world = World::new().await;
    for number in 0..6 {
        world.member("ann").submits(&link(number), &format!("Song {number}")).await;
    }
    assert!(!world.member("ann").run("queue").await.text().contains("about"));
    for _ in 0..3 {
        world.next().await;
        world.pass(Duration::from_mins(4)).await;
    }
    let queue = world.member("ann").run("queue").await.text();
    assert!(queue.contains("about 4 minutes") && queue.contains("about 12 minutes"), "{queue}");
    let own = world.member("ann").run("mysubmissions").await.text();
    assert!(own.contains("place **3**, about 12 minutes"), "{own}");
    let link = link(9);
    let submitted = world.member("ben").submit([("link", link.as_str()), ("song_title", "Late")]).await.text();
    assert!(submitted.contains("place **4**, about 16 minutes"), "{submitted}");
    world.end().await;
}

/// What the queue must hold after each step, as a list that is as plain as can be.
struct Model {
    songs: Vec<(PublicId, Line)>,
}

impl Model {
    fn set(&mut self, song: PublicId, line: Line) {
        self.songs.iter_mut().filter(|(id, _)| *id == song).for_each(|(_, at)| *at = line);
    }

    fn next(&mut self) -> Option<PublicId> {
        let best = self.songs.iter().enumerate().filter(|(_, (_, line))| line.is_served());
        let (at, _) = best.min_by_key(|(at, (_, line))| (*line, *at))?;
        self.songs[at].1 = Line::SongsPlayed;
        Some(self.songs[at].0)
    }
}

#[tokio::test]
async fn after_any_commands_each_song_is_in_exactly_one_line() {
    covers!("M-QUE-01", "M-QUE-11", "M-QUE-12", "M-CMD-11", "M-CMD-12", "M-CMD-13");
    for seed in 0..3 {
        let world = World::new().await;
        let mut dice = StdRng::seed_from_u64(seed);
        let mut model = Model { songs: Vec::new() };
        for step in 0..70 {
            world.hand.advance(Duration::from_secs(1));
            let some_song = model.songs.choose(&mut dice).copied();
            match (dice.random_range(0..10), some_song) {
                (0..4, _) | (_, None) => {
                    let name = ["ann", "ben", "chloe"].choose(&mut dice).unwrap();
                    let is_skip = dice.random_bool(0.3);
                    let call = world.member(name).call("submit").with("skip", is_skip);
                    let answer = world.member(name).fill_in(call, [("link", link(step).as_str())]).await;
                    let line = if is_skip { Line::PendingSkips } else { Line::Free };
                    model.songs.push((number_in(&answer.text()), line));
                }
                (4..6, _) => {
                    let answer = world.next().await.text();
                    match model.next() {
                        Some(song) => assert!(answer.contains(&song.to_string()), "seed {seed}, {song}: {answer}"),
                        None => assert!(answer.contains("The queue is empty"), "seed {seed}: {answer}"),
                    }
                }
                (6..8, Some((song, _))) => {
                    let line = *Line::WAITING.choose(&mut dice).unwrap();
                    world.moves(song, line).await;
                    model.set(song, line);
                }
                (8, Some((song, _))) => {
                    world.host().run_with("remove", [("submission_id", song.digits())]).await;
                    model.set(song, Line::Removed);
                }
                _ if dice.random_bool(0.3) => {
                    world.host().run("clear-free").await;
                    model
                        .songs
                        .iter_mut()
                        .filter(|(_, line)| *line == Line::Free)
                        .for_each(|(_, line)| *line = Line::Removed);
                }
                _ => {}
            }
            let stored: Vec<_> = world.songs().iter().map(|entry| (entry.song.public_id, entry.place.line)).collect();
            assert_eq!(stored, model.songs, "seed {seed}, step {step}");
        }
        world.end().await;
    }
}
