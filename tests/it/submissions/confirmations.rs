//! Whoever submits a song is told so: by direct message, or in the channel where those are blocked.

use std::time::Duration;

use greenroom::covers;
use greenroom::jobs::{JobKind, Lane, dead_letters};
use greenroom::sim::{DmRefusal, Fault};
use greenroom::store::Tx;

use super::LINKS;
use crate::reading::link;
use crate::world::{World, mp3};

#[tokio::test]
async fn the_submitter_gets_the_number_the_line_and_the_place_by_direct_message() {
    covers!("M-SUB-15");
    let world = World::new().await;
    world.member("ben").submits(LINKS[1], "Before").await;
    let number = world.member("ann").submits(LINKS[0], "First Light").await;
    let confirmation = world.member("ann").dms().await.pop().expect("a direct message");
    for part in [&number.to_string(), "ann", "First Light", "Free", "place **2**", "/link-tiktok"] {
        assert!(confirmation.contains(part), "{part} is missing in {confirmation}");
    }
    assert!(world.said_in("submissions").await.is_empty(), "the channel stays clean");
    world.end().await;
}

#[tokio::test]
async fn every_way_of_submitting_is_confirmed_once() {
    covers!("M-SUB-15");
    let world = World::new().await;
    world.member("ann").submits(LINKS[0], "Typed").await;
    world.member("ann").submit_file(mp3("a.mp3")).await;
    world.member("ann").post(LINKS[1]).await;
    world.member("ann").post_with("", vec![mp3("b.mp3")]).await;
    assert_eq!(world.songs().len(), 4);
    assert_eq!(world.member("ann").dms().await.len(), 4);
    world.end().await;
}

#[tokio::test]
async fn where_direct_messages_are_blocked_the_channel_has_it_for_half_a_minute() {
    covers!("M-SUB-15");
    let world = World::new().await;
    let ann = world.member("ann");
    world.sim.block_dms(ann.id, true).await;
    let number = ann.submits(LINKS[0], "First Light").await;
    assert!(ann.dms().await.is_empty());
    let said = world.said_in("submissions").await;
    assert_eq!(said.len(), 1);
    let text = said[0].text();
    assert!(text.contains(&number.to_string()) && text.contains("First Light"), "{text}");
    assert_eq!(said[0].pinged().users, [ann.id], "only the submitter is pinged");
    world.pass(Duration::from_secs(29)).await;
    assert_eq!(world.said_in("submissions").await.len(), 1);
    world.pass(Duration::from_secs(1)).await;
    assert!(world.said_in("submissions").await.is_empty());
    assert_eq!(world.songs().len(), 1, "the song stays");
    world.end().await;
}

/// Discord's documentation and the threads about it: who blocked the bot, whose settings take nothing from the server, who
/// shares none with it, who is a bot or nobody, and all of them while the bot is flagged.
#[tokio::test]
async fn whoever_cannot_be_written_to_is_told_in_the_channel_however_discord_says_so() {
    covers!("M-SUB-15");
    let world = World::new().await;
    let ann = world.member("ann");
    let codes = [50_007, 50_278, 20_026, 50_033, 10_013, 50_001, 50_013, 40_001, 20_009, 99_999, 0];
    let refusals = codes.into_iter().flat_map(|code| [(code, false), (code, true)]);
    for (number, (code, at_opening)) in refusals.enumerate() {
        world.sim.refuse_dms(ann.id, Some(DmRefusal { code, at_opening })).await;
        let title = format!("Song {number}");
        ann.submits(&link(number), &title).await;
        let said = world.said_in("submissions").await;
        assert!(said.len() == 1 && said[0].text().contains(&title), "{code} {at_opening}: {said:?}");
        world.pass(Duration::from_secs(30)).await;
    }
    assert!(ann.dms().await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_channel_of_direct_messages_that_is_opened_too_fast_is_opened_later() {
    let world = World::new().await;
    let ann = world.member("ann");
    world.sim.refuse_dms(ann.id, Some(DmRefusal { code: 40_003, at_opening: true })).await;
    ann.submits(LINKS[0], "In good time").await;
    for _ in 0..10 {
        world.pass(Duration::from_secs(30)).await;
    }
    assert!(ann.dms().await.is_empty() && world.said_in("submissions").await.is_empty());
    world.sim.refuse_dms(ann.id, None).await;
    world.pass(Duration::from_secs(61)).await;
    assert_eq!(ann.dms().await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_confirmation_that_discord_could_not_take_is_tried_again_after_1_2_and_4_seconds() {
    covers!("M-SUB-15", "T-ERR-07");
    let world = World::new().await;
    let ann = world.member("ann");
    for (status, retry_after) in [(500, None), (503, None), (429, Some(0.2))] {
        world
            .sim
            .faults(Fault {
                method: Some("POST".into()),
                path: Some("/channels/*/messages".into()),
                status: Some(status),
                retry_after,
                ..Fault::default()
            })
            .await;
    }
    ann.submits(LINKS[0], "Patience").await;
    for wait in [1, 2] {
        assert!(ann.dms().await.is_empty());
        world.pass(Duration::from_secs(wait)).await;
    }
    assert!(ann.dms().await.is_empty(), "three tries failed");
    world.pass(Duration::from_secs(4)).await;
    assert_eq!(ann.dms().await.len(), 1, "the fourth came through");
    assert_eq!(world.songs().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_confirmation_that_never_gets_through_is_kept_as_a_dead_letter_and_the_song_stays() {
    let mut world = World::new().await;
    world.expect_dead_letters();
    world.chooses("setdebugchannel", "staff").await;
    let fault = Fault {
        method: Some("POST".into()),
        path: Some("/users/@me/channels".into()),
        status: Some(400),
        code: Some(50_035),
        ..Fault::default()
    };
    world.sim.faults(fault).await;
    let number = world.member("ann").submits(LINKS[0], "Alone").await;
    assert!(world.member("ann").dms().await.is_empty());
    let guild = world.guild;
    let letters = world.app.bot.store.read_blocking("letters", |read| dead_letters(read, guild, 10));
    assert_eq!(letters.unwrap().len(), 1);
    assert_eq!(world.song(number).song.title, "Alone");
    world.settle().await;
    let told = world.seen_in("staff").await.join("\n");
    assert!(told.contains("**The confirmation of a song** did not work") && told.contains("50035"), "{told}");
    world.end().await;
}

/// What a version to come may leave behind when somebody goes back to this one.
#[tokio::test]
async fn a_job_that_this_version_cannot_do_is_kept_as_a_dead_letter_and_the_others_are_done() {
    static UNKNOWN: JobKind<u32> = JobKind::new("submissions.dance", "A trial");
    static OTHERWISE: JobKind<u32> = JobKind::new("submissions.confirm", "The confirmation of a song");
    let mut world = World::new().await;
    world.expect_dead_letters();
    let (guild, lane) = (world.guild, Lane::User(world.user("ann")));
    let stage = move |tx: &Tx<'_>| {
        UNKNOWN.schedule_now(tx, guild, lane, &7)?;
        OTHERWISE.schedule_now(tx, guild, lane, &7)
    };
    world.app.bot.store.write("jobs_of_another_version", stage).await.unwrap();
    world.settle().await;
    let letters = world.app.bot.store.read_blocking("letters", |read| dead_letters(read, guild, 10)).unwrap();
    let mut reasons: Vec<_> = letters.iter().map(|letter| (letter.job.kind.as_str(), letter.reason.as_str())).collect();
    reasons.sort_unstable();
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(reasons[0].0 == "submissions.confirm" && reasons[0].1.contains("expected"), "{reasons:?}");
    assert_eq!(reasons[1], ("submissions.dance", "this version has no such kind of job"));
    world.member("ann").submits(LINKS[0], "Behind them").await;
    assert_eq!(world.member("ann").dms().await.len(), 1, "they hold nobody up");
    world.end().await;
}
