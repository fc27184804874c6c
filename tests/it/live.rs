//! The live: gifts that lift songs, points, coins and sessions, from what happens on the stream to what people see.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::engagement::model::InteractionKind;
use greenroom::features::engagement::queries;
use greenroom::features::queue::model::Line;
use greenroom::live::{Gift, Occurrence};

use crate::reading::link;
use crate::world::{World, viewer};

/// A rose of a streak: `count` so far.
fn rose(handle: &str, count: u32, is_streaking: bool) -> Occurrence {
    let gift = Gift { id: 5655, name: "Rose".into(), unit_coins: 10, count, is_streaking, group: 7 };
    Occurrence::Gifted(viewer(handle), gift)
}

#[tokio::test]
async fn a_submitted_song_is_lifted_by_a_gift_and_played_first() {
    covers!("M-HNT-04", "M-TIK-23", "M-TIK-22", "M-TIK-14", "M-ECO-03", "M-ECO-04", "M-ECO-11", "M-ACC-07");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let early = world.member("ben").submits(&link(1), "Early").await;
    let older = world.member("ann").submits(&link(2), "Older").await;
    world.hand.advance(Duration::from_secs(1));
    let latest = world.member("ann").submits(&link(3), "Latest").await;
    let told_before = world.member("ann").dms().await.len();
    world.gift("ann.live", 1000).await;
    assert_eq!((world.line(latest), world.line(older), world.line(early)), (Line::Skip5, Line::Free, Line::Free));
    assert_eq!((world.points("ann"), world.handle_points("ann.live"), world.luxury("ann")), (1000, 1000, 20));
    let told = world.member("ann").dms().await;
    assert_eq!(told.len(), told_before + 1, "{told:?}");
    let last = told.last().unwrap();
    assert!(last.contains(&latest.to_string()) && last.contains("moved to **5 Skip**"), "{last}");
    // The credit of the session grows, and the song that has it climbs; it never falls.
    world.gift("ann.live", 5000).await;
    assert_eq!((world.line(latest), world.line(older)), (Line::Skip25Plus, Line::Free));
    world.gift("ann.live", 10).await;
    assert_eq!(world.line(latest), Line::Skip25Plus);
    assert!(world.next().await.text().contains("Latest"));
    // What was played used the credit up: the next gift begins anew.
    world.gift("ann.live", 999).await;
    assert_eq!(world.line(older), Line::Free);
    world.gift("ann.live", 1001).await;
    assert_eq!(world.line(older), Line::Skip10);
    world.end().await;
}

#[tokio::test]
async fn a_pending_skip_is_lifted_as_well_and_a_removed_song_is_not() {
    covers!("M-TIK-23", "M-QUE-08", "M-QUE-10");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let pending = world.member("ann").submits_skip(&link(1), "Pending").await;
    world.hand.advance(Duration::from_secs(1));
    let removed = world.member("ann").submits(&link(2), "Removed").await;
    world.host().run_with("remove", [("submission_id", removed.to_string())]).await;
    world.gift("ann.live", 4000).await;
    assert_eq!((world.line(pending), world.line(removed)), (Line::Skip15, Line::Removed));
    world.end().await;
}

#[tokio::test]
async fn a_streak_is_paid_once_with_its_last_count() {
    covers!("M-TIK-24", "M-TIK-14", "M-TIK-21", "M-ACC-07");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    for count in [1, 5, 40] {
        world.live(rose("ann.live", count, true)).await;
    }
    assert_eq!((world.points("ann"), world.luxury("ann")), (0, 0), "a streak that runs pays nothing");
    world.live(rose("ann.live", 50, false)).await;
    assert_eq!((world.points("ann"), world.luxury("ann")), (1000, 10), "50 roses of 10 coins, doubled");
    world.live(rose("ann.live", 50, false)).await;
    assert_eq!((world.points("ann"), world.luxury("ann")), (1000, 10), "a repeated end pays nothing");
    let gifts: Vec<_> = world.interactions().into_iter().filter(|one| one.kind == InteractionKind::Gift).collect();
    assert_eq!(gifts.len(), 1);
    assert_eq!(gifts[0].coin_value.unwrap().get(), 500);
    world.end().await;
}

#[tokio::test]
async fn a_streak_without_an_end_is_settled_when_the_live_ends() {
    covers!("M-TIK-24");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let song = world.member("ann").submits(&link(1), "Lifted late").await;
    world.live(rose("ann.live", 200, true)).await;
    assert_eq!(world.line(song), Line::Free);
    world.live(Occurrence::Ended).await;
    assert_eq!((world.line(song), world.luxury("ann")), (Line::Skip10, 40));
    assert!(world.open_session().is_none());
    world.end().await;
}

#[tokio::test]
async fn a_gift_of_an_unlinked_handle_gives_the_handle_points_and_nothing_else() {
    covers!("M-TIK-14", "M-PTS-02", "M-PTS-04", "M-ECO-11");
    let world = World::new().await;
    world.goes_live().await;
    let song = world.member("ann").submits(&link(1), "Unmoved").await;
    world.gift("ann.live", 1000).await;
    assert_eq!((world.handle_points("ann.live"), world.points("ann"), world.luxury("ann")), (1000, 0, 0));
    world.member("ann").links("ann.live").await;
    assert_eq!((world.points("ann"), world.luxury("ann"), world.line(song)), (1000, 0, Line::Free));
    world.end().await;
}

#[tokio::test]
async fn credit_without_a_song_waits_for_the_next_one_of_the_session() {
    covers!("M-TIK-23");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.gift("ann.live", 600).await;
    world.gift("ann.live", 500).await;
    let song = world.member("ann").submits(&link(1), "Paid before").await;
    assert_eq!(world.line(song), Line::Skip5);
    let told = world.member("ann").dms().await;
    assert!(told.last().unwrap().contains("Your gifts on the live put it straight"), "{told:?}");
    let second = world.member("ann").submits(&link(2), "Not paid").await;
    assert_eq!(world.line(second), Line::Free, "the credit is used once");
    world.end().await;
}

#[tokio::test]
async fn credit_ends_with_the_session_or_where_a_server_lets_none_wait() {
    covers!("M-TIK-23");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.gift("ann.live", 6000).await;
    world.live(Occurrence::Ended).await;
    let song = world.member("ann").submits(&link(1), "Too late").await;
    assert_eq!(world.line(song), Line::Free);
    world.goes_live().await;
    world.configures("gift_credit_carry", "No").await;
    world.host().run_with("remove", [("submission_id", song.to_string())]).await;
    world.gift("ann.live", 6000).await;
    let song = world.member("ann").submits(&link(2), "No carry").await;
    assert_eq!(world.line(song), Line::Free);
    assert!(world.read(|read| queries::credit(read, world.guild, world.user("ann"))).is_none());
    world.end().await;
}

#[tokio::test]
async fn a_server_without_the_economy_pays_no_coins_and_lifts_songs_all_the_same() {
    covers!("M-ECO-11", "M-CMD-26");
    let world = World::new().await;
    world.configures("features.luxury", "No").await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let song = world.member("ann").submits(&link(1), "Lifted").await;
    world.gift("ann.live", 1000).await;
    assert_eq!((world.line(song), world.points("ann"), world.luxury("ann")), (Line::Skip5, 1000, 0));
    assert!(world.host().run("show-settings").await.text().contains("Economy System Enabled: No"));
    world.end().await;
}

#[tokio::test]
async fn every_kind_of_event_is_written_down_and_pays_what_it_is_worth() {
    covers!(
        "M-TIK-07", "M-TIK-09", "M-TIK-10", "M-TIK-11", "M-TIK-12", "M-TIK-13", "M-TIK-16", "M-TIK-17", "M-PTS-03",
        "M-PTS-04"
    );
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let ann = || viewer("ann.live");
    let steps = [
        (Occurrence::Joined(ann()), 0),
        (Occurrence::Liked(ann(), 15), 1),
        (Occurrence::Commented(ann(), "hi @everyone".into()), 3),
        (Occurrence::Shared(ann()), 8),
        (Occurrence::Followed(ann()), 18),
        (Occurrence::Followed(ann()), 18),
        (Occurrence::Subscribed(ann()), 43),
        (Occurrence::Subscribed(ann()), 43),
        (Occurrence::Poll("{\"q\":1}".into()), 43),
        (Occurrence::Battle("{\"b\":2}".into()), 43),
    ];
    for (event, expected) in steps {
        let name = event.interaction_type();
        world.live(event).await;
        assert_eq!((world.points("ann"), world.handle_points("ann.live")), (expected, expected), "{name:?}");
    }
    // The join that linked the handle is the eleventh.
    assert_eq!(world.interactions().len(), 11);
    let values: Vec<_> = world.interactions().into_iter().filter_map(|one| one.value).collect();
    assert!(values.contains(&"15".to_owned()) && values.contains(&"{\"q\":1}".to_owned()), "{values:?}");
    world.end().await;
}

#[tokio::test]
async fn follows_pay_again_in_the_next_session() {
    covers!("M-TIK-12", "M-TIK-18");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.live(Occurrence::Followed(viewer("ann.live"))).await;
    world.live(Occurrence::Ended).await;
    world.live(Occurrence::Followed(viewer("ann.live"))).await;
    assert_eq!(world.points("ann"), 10, "outside of a session nothing counts");
    world.goes_live().await;
    world.live(Occurrence::Followed(viewer("ann.live"))).await;
    assert_eq!(world.points("ann"), 20);
    world.end().await;
}

#[tokio::test]
async fn scores_follow_the_points_every_30_seconds() {
    covers!("M-PTS-05", "M-RAT-07", "M-QUE-07");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    let song = world.member("ann").submits(&link(1), "Rising").await;
    let score = || world.song(song).place.score;
    world.pass(Duration::from_secs(30)).await;
    world.live(Occurrence::Shared(viewer("ann.live"))).await;
    assert_eq!((world.points("ann"), score()), (5, 0));
    world.pass(Duration::from_secs(29)).await;
    assert_eq!(score(), 0);
    world.pass(Duration::from_secs(1)).await;
    assert_eq!(score(), 5);
    world.end().await;
}

#[tokio::test]
async fn a_short_drop_continues_the_session_and_a_long_one_closes_it() {
    covers!("M-TIK-18");
    let world = World::new().await;
    world.goes_live().await;
    world.joins("ann.live").await;
    let (first, _) = world.open_session().unwrap();
    world.live(Occurrence::Disconnected).await;
    world.pass(Duration::from_mins(15)).await;
    world.goes_live().await;
    assert_eq!(world.open_session().unwrap().0, first, "15 minutes are a short drop");
    let last_event = world.hand.now();
    world.joins("ann.live").await;
    world.live(Occurrence::Disconnected).await;
    world.pass(Duration::from_secs(15 * 60 + 30)).await;
    assert!(world.open_session().is_none());
    let closed = world.read(|read| queries::session(read, world.guild, first)).unwrap();
    assert_eq!(closed.ended_at, Some(last_event), "it ended with its last event");
    world.goes_live().await;
    assert_ne!(world.open_session().unwrap().0, first);
    world.end().await;
}

#[tokio::test]
async fn viewers_are_noted_every_30_seconds() {
    covers!("M-TIK-15", "M-TIK-25");
    let world = World::new().await;
    world.goes_live().await;
    world.pass(Duration::from_mins(1)).await;
    let counted = || {
        let mut seen = Vec::new();
        world.read(|read| {
            let span = greenroom::store::Span::of(world.guild);
            greenroom::features::engagement::tables::VIEWER_SNAPSHOTS.for_each(read, span, |_, snapshot| {
                seen.push(snapshot.viewers);
                Ok(())
            })
        });
        seen
    };
    assert_eq!(counted(), Vec::<u32>::new(), "nobody said how many watch");
    for step in 0..10 {
        world.live(Occurrence::Viewers(100 + step)).await;
        world.pass(Duration::from_secs(10)).await;
    }
    assert_eq!(counted(), [100, 102, 105, 108], "the latest count of each half minute");
    world.pass(Duration::from_secs(20)).await;
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(counted()[4..], [109, 109], "nobody comes or goes, and it is told again");
    world.live(Occurrence::Disconnected).await;
    world.pass(Duration::from_mins(2)).await;
    assert_eq!(counted().len(), 6);
    world.end().await;
}

#[tokio::test]
async fn a_silent_streak_is_paid_after_a_minute_by_itself() {
    covers!("M-TIK-24");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.live_all([rose("ann.live", 4, true), rose("ann.live", 9, true)]).await;
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(world.points("ann"), 0, "ann may still be tapping");
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(world.points("ann"), 180);
    world.live(rose("ann.live", 9, false)).await;
    assert_eq!(world.points("ann"), 180);
    world.end().await;
}
