//! A play that is taken back leaves everything as it was, and gives nothing twice.

use super::*;
use crate::features::queue::model::{Seen, SongId};
use crate::features::testing::{GUILD, said};
use crate::flows::live_events::tests::evening::{Evening, gift, viewer};
use crate::flows::reviewed;
use crate::live::Occurrence;

const HOST: Actor = Actor::Member(UserId::new(99));

fn plays(evening: &Evening) -> SongId {
    evening.store.write(|tx| Ok(reviewed::next(tx, GUILD, HOST)?.entry.id)).unwrap()
}

fn undoes(evening: &Evening) -> Result<SongId, String> {
    evening.store.write(|tx| Ok(run(tx, GUILD, HOST, None)?.entry.id)).map_err(said)
}

fn playing(evening: &Evening) -> Option<SongId> {
    evening.store.read(|read| queue::queries::now_playing(read, GUILD)).map(|entry| entry.id)
}

/// What a song is by its place, and what its submitter has.
fn state(evening: &Evening, song: SongId, user: u64) -> (Entry, i64, Option<(i64, bool)>) {
    (evening.entry(song), evening.points(user), evening.credit(user))
}

#[test]
fn a_song_from_free_goes_back_with_the_points_that_it_used_up() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    evening.on_live([Occurrence::Shared(viewer("ann"))]);
    let song = evening.submit(1, Line::Free);
    let before = state(&evening, song, 1);
    assert!(before.1 > 0);
    assert_eq!(plays(&evening), song);
    assert_eq!((evening.points(1), evening.handle_points("ann")), (0, 0));
    assert_eq!(undoes(&evening), Ok(song));
    assert_eq!(state(&evening, song, 1), before);
    assert_eq!(evening.handle_points("ann"), before.1);
    assert_eq!(playing(&evening), None);
    evening.check();
}

#[test]
fn points_that_were_earned_meanwhile_are_added_to_those_that_come_back() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let share = || Occurrence::Shared(viewer("ann"));
    evening.on_live([share()]);
    evening.submit(1, Line::Free);
    let once = evening.points(1);
    plays(&evening);
    evening.on_live([share()]);
    undoes(&evening).unwrap();
    assert_eq!(evening.points(1), 2 * once);
    evening.check();
}

#[test]
fn a_lifted_song_goes_back_with_its_gifted_coins_once() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1_000, 1)]);
    let before = state(&evening, song, 1);
    assert_eq!((before.0.place.line, before.2), (Line::Skip5, Some((1_000, true))));
    plays(&evening);
    assert_eq!(evening.credit(1), None);
    undoes(&evening).unwrap();
    assert_eq!(state(&evening, song, 1), before);
    assert_eq!(evening.is_dead(song).map(|(gifted, _)| gifted), Ok(1_000), "what it had comes back once");
    evening.check();
}

#[test]
fn gifts_since_then_keep_what_they_are_for() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 1_000, 1)]);
    plays(&evening);
    let other = evening.submit(1, Line::Free);
    evening.on_live([gift("ann", 2_000, 1)]);
    assert_eq!(evening.line(other), Line::Skip10);
    undoes(&evening).unwrap();
    assert_eq!((evening.line(song), evening.credit(1)), (Line::Skip5, Some((2_000, true))));
    assert_eq!(evening.is_dead(song).map(|(gifted, _)| gifted), Ok(1_000), "a dead link gives back what was used up");
    evening.check();
}

#[test]
fn plays_are_taken_back_one_after_another_and_none_twice() {
    let evening = Evening::begun();
    let (first, second) = (evening.submit(1, Line::Skip5), evening.submit(2, Line::Skip5));
    plays(&evening);
    plays(&evening);
    assert_eq!(undoes(&evening), Ok(second));
    assert_eq!(playing(&evening), Some(first));
    assert_eq!(undoes(&evening), Ok(first));
    assert_eq!(evening.order(), [first, second]);
    insta::assert_snapshot!(undoes(&evening).unwrap_err(), @"There is no play to take back. Only the song that plays now can go back to where it was.");
    evening.check();
}

#[test]
fn whoever_saw_another_song_playing_takes_nothing_back() {
    let evening = Evening::begun();
    let (first, second) = (evening.submit(1, Line::Skip5), evening.submit(2, Line::Skip5));
    plays(&evening);
    plays(&evening);
    let seen = Some(evening.entry(first).song.public_id);
    let refused = evening.store.write(move |tx| run(tx, GUILD, HOST, seen).map(drop)).map_err(said).unwrap_err();
    assert!(refused.contains("does not play any more"), "{refused}");
    assert_eq!(playing(&evening), Some(second));
}

#[test]
fn a_song_that_a_reviewer_put_elsewhere_does_not_play_again() {
    let evening = Evening::begun();
    let (first, second) = (evening.submit(1, Line::Skip5), evening.submit(2, Line::Skip5));
    plays(&evening);
    plays(&evening);
    evening.moves(first, Line::Free).unwrap();
    assert_eq!(undoes(&evening), Ok(second));
    assert_eq!(playing(&evening), None);
    evening.check();
}

#[test]
fn what_a_reviewer_does_is_the_story_of_the_song() {
    let evening = Evening::begun();
    let song = evening.submit(1, Line::Free);
    evening.store.advance(std::time::Duration::from_secs(1));
    let seen = Seen { song: evening.entry(song).song.public_id, line: Line::Free };
    evening.store.write(move |tx| reviewed::to_line(tx, GUILD, HOST, seen, Line::Skip5).map(drop)).unwrap();
    plays(&evening);
    undoes(&evening).unwrap();
    let seen = Seen { line: Line::Skip5, ..seen };
    let reason = Some("too long".to_owned());
    evening.store.write(move |tx| reviewed::out(tx, GUILD, HOST, seen, reason.clone()).map(drop)).unwrap();
    let about = Filter { subject: Some(Subject::Song(song.get())), ..Filter::default() };
    let found = evening.store.read(|read| activity::newest(read, GUILD, &about, None, 10)).rows;
    let told: Vec<String> = found
        .iter()
        .map(|(_, what)| {
            let (before, after) = (what.before.as_deref(), what.after.as_deref());
            format!("{} by {}: {} to {}", what.kind, what.actor, before.unwrap_or_default(), after.unwrap_or_default())
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"
    queue.song_moved by 99: 5 Skip to Removed
    queue.song_put_back by 99: Songs Played to 5 Skip
    queue.song_played by 99: 5 Skip to Songs Played
    queue.song_moved by 99: Free to 5 Skip
    ");
}
