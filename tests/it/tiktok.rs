//! `/tiktok`: a live is followed over the simulated TikTok's own wire, through drops, restarts, refusals and its end.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::coins::tables::USER_POINTS;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::live::following::State;
use greenroom::sim::{LiveFaultKind, LiveWaitHeader};
use greenroom::store::{Record, Table};
use serde_json::{Value, json};

use crate::followed::*;
use crate::reading::SOON;
use crate::site::Site;
use crate::world::World;

#[tokio::test]
async fn what_happens_on_a_followed_live_counts() {
    covers!("M-TIK-01", "M-CMD-23", "M-TIK-18");
    let world = followed().await;
    tell(
        &world,
        &[json!({"type": "join", "user": "ann.live"}), json!({"type": "like", "user": "ann.live", "count": 15})],
    )
    .await;
    world.member("ann").links("ann.live").await;
    tell(
        &world,
        &[
            json!({"type": "comment", "user": "ann.live", "text": "hello"}),
            json!({"type": "share", "user": "ann.live"}),
            json!({"type": "gift", "user": "ann.live", "id": 9, "name": "Lion", "diamonds": 1000}),
        ],
    )
    .await;
    // A like, a comment, a share, and a gift of 1,000 coins at one point a coin.
    assert_eq!((world.points("ann"), world.handle_points("ann.live"), world.luxury("ann")), (1008, 1008, 20));
    assert_eq!(sessions(&world), [(true, 5)]);
    assert!(staff_lines(&world).await.contains("Connected to the live of **@night.owl**"));
    let seen = world.sim.live_seen(HOST).await.unwrap();
    assert_eq!((seen.connections_now, seen.wrong_acks), (1, 0), "{seen:?}");
    assert!(seen.complaints.is_empty(), "{:?}", seen.complaints);
    world.end().await;
}

/// A row that nobody can read.
#[derive(serde::Serialize, serde::Deserialize)]
struct Unreadable;

impl Record for Unreadable {
    const VERSION: u8 = 200;
}

static DAMAGED: Table<(GuildId, UserId), Unreadable> = Table::new("coins.user_points", &[]);

#[tokio::test]
async fn what_cannot_be_written_of_one_viewer_costs_nobody_else_anything() {
    let world = followed().await;
    let join = |user: &str| json!({"type": "join", "user": user});
    tell(&world, &[join("ann.live"), join("ben.live")]).await;
    world.member("ann").links("ann.live").await;
    world.member("ben").links("ben.live").await;
    let like = |user: &str| json!({"type": "like", "user": user, "count": 5});
    tell(&world, &[like("ben.live")]).await;
    let (store, ben) = (&world.app.bot.store, (world.guild, world.user("ben")));
    let before = store.read_blocking("points", |read| USER_POINTS.get(read, &ben)).unwrap().unwrap();
    store.write("damage", move |tx| DAMAGED.put(tx, &ben, &Unreadable)).await.unwrap();
    let interactions = sessions(&world)[0].1;
    let points = world.points("ann");
    tell(&world, &[like("ann.live"), like("ben.live"), json!({"type": "share", "user": "ann.live"})]).await;
    assert_eq!(sessions(&world), [(true, interactions + 2)], "the events of the others are there, in their order");
    assert!(world.points("ann") > points);
    // As soon as the row can be read again, so do the events of this viewer.
    store.write("mend", move |tx| USER_POINTS.put(tx, &ben, &before)).await.unwrap();
    tell(&world, &[like("ben.live")]).await;
    assert_eq!(sessions(&world), [(true, interactions + 3)]);
    assert!(world.points("ben") > before.amount.get());
    world.end().await;
}

#[tokio::test]
async fn the_status_tells_how_the_connection_stands() {
    covers!("M-TIK-02", "M-CMD-24");
    let world = World::new().await;
    assert!(tiktok(&world, "status").await.contains("No live is followed."));
    world.sim.live_account(HOST).await.unwrap();
    let answer = connect(&world, HOST).await;
    assert!(answer.contains("is not live yet"), "{answer}");
    assert!(tiktok(&world, "status").await.contains("Waiting for the live"));
    world.sim.goes_live(HOST).await.unwrap();
    world.hand.advance(Duration::from_secs(20));
    until_live(&world).await;
    let status = tiktok(&world, "status").await;
    assert!(status.contains("Connected since") && status.contains("Viewers: unknown"), "{status}");
    tell(&world, &[json!({"type": "viewers", "count": 321})]).await;
    let status = tiktok(&world, "status").await;
    assert!(status.contains("Viewers: 321") && status.contains("1 events"), "{status}");
    world.end().await;
}

#[tokio::test]
async fn a_person_who_disconnects_ends_the_session_and_nothing_counts_any_more() {
    covers!("M-TIK-03", "M-CMD-25");
    let world = followed().await;
    tell(&world, &[json!({"type": "join", "user": "ann.live"})]).await;
    assert!(tiktok(&world, "disconnect").await.contains("Disconnected from **@night.owl**"));
    world.sim.live_disconnected(HOST, SOON).await.unwrap();
    assert_eq!(sessions(&world), [(false, 1)]);
    for _ in 0..20 {
        world.pass(Duration::from_mins(1)).await;
    }
    let seen = world.sim.live_seen(HOST).await.unwrap();
    assert_eq!(seen.connections_opened, 1, "it is not dialled again");
    assert!(tiktok(&world, "disconnect").await.contains("follows no live"));
    // Whoever is followed again begins a session of their own.
    assert!(connect(&world, HOST).await.contains("Connected to the live"));
    until_live(&world).await;
    tell(&world, &[json!({"type": "join", "user": "ann.live"})]).await;
    assert_eq!(sessions(&world), [(false, 1), (true, 1)]);
    world.end().await;
}

#[tokio::test]
async fn a_name_that_is_not_live_is_waited_for_and_without_persistence_is_not() {
    covers!("M-TIK-04");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.sim.live_account(HOST).await.unwrap();
    let call = world.host().call("tiktok connect").with("unique_id", HOST).with("persistent", false);
    let answer = world.host().run_call(call).await.text();
    assert!(answer.contains("is not live"), "{answer}");
    assert!(tiktok(&world, "status").await.contains("No live is followed."));
    assert!(staff_lines(&world).await.contains("nobody wanted to wait"));
    assert!(connect(&world, HOST).await.contains("is not live yet"));
    for _ in 0..5 {
        world.hand.advance(Duration::from_mins(1));
        let now = world.hand.now();
        // A look that is under way would time out under a clock that jumps.
        until(&world, |status| status.is_some_and(|s| matches!(s.state, State::WaitingForLive(due) if due > now)))
            .await;
    }
    let looked = world.sim.live_seen(HOST).await.unwrap();
    assert_eq!((looked.signs, looked.connections_opened), (0, 0), "waiting asks no sign service");
    world.sim.goes_live(HOST).await.unwrap();
    world.hand.advance(Duration::from_secs(400));
    until_live(&world).await;
    world.end().await;
}

#[tokio::test]
async fn a_new_super_fan_pays_once_in_a_live_and_one_who_comes_in_pays_nothing() {
    covers!("M-TIK-13");
    let world = followed().await;
    let banner = |user: &str, key: &str, more: Value| {
        let mut banner = json!({"type": "banner", "user": user, "key": format!("ttlive_superFan_commentNotif_{key}")});
        banner.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        banner
    };
    tell(
        &world,
        &[banner("ben.live", "superFanJoined", json!({})), banner("cat.live", "SUPERFANJOINED", json!({"field": 24}))],
    )
    .await;
    assert_eq!((world.handle_points("ben.live"), world.handle_points("cat.live")), (0, 0));
    let became = [
        banner("ann.live", "someoneBecameSuperFan", json!({"field": 5})),
        banner("ann.live", "someonebecamesuperfan", json!({"field": 24})),
        banner("ben.live", "someoneBecameSuperFan", json!({"only_in_sentence": true})),
    ];
    tell(&world, &became).await;
    assert_eq!((world.handle_points("ann.live"), world.handle_points("ben.live")), (25, 25));
    world.end().await;
}

#[tokio::test]
async fn a_lost_connection_is_found_again_and_no_gift_is_paid_twice_or_lost() {
    covers!("M-TIK-05", "M-TIK-19", "M-TIK-24");
    let world = followed().await;
    tell(&world, &[rose("ann.live", 1, false), rose("ann.live", 4, false)]).await;
    world.sim.live_fault(HOST, LiveFaultKind::Replay { last: 20 }).await.unwrap();
    world.sim.live_fault(HOST, LiveFaultKind::Drop).await.unwrap();
    until(&world, |status| status.is_some_and(|status| status.state != State::Live)).await;
    world.hand.advance(Duration::from_secs(6));
    until_live(&world).await;
    // What is told again is written first; it must not pass for what comes now.
    caught_up(&world).await;
    tell(&world, &[rose("ann.live", 6, false), rose("ann.live", 6, true)]).await;
    let paid = gifts(&world);
    assert_eq!(paid.iter().sum::<i64>(), 6, "{paid:?}");
    assert_eq!(sessions(&world).len(), 1, "the session goes on");
    let lines = staff_lines(&world).await;
    assert!(lines.contains("was lost") && lines.matches("Connected to the live").count() == 2, "{lines}");
    world.end().await;
}

/// A gift of 1,000 coins by an account with a number.
fn lion(name: &str, number: u64) -> Value {
    json!({"type": "gift", "user": {"handle": name, "id": number}, "id": 9, "name": "Lion", "diamonds": 1000})
}

#[tokio::test]
async fn a_gift_that_an_interruption_hid_is_paid_when_it_is_told_afterwards_and_once() {
    covers!("M-TIK-05", "M-TIK-14");
    let world = followed().await;
    tell(&world, &[json!({"type": "join", "user": "ann.live"}), rose("ann.live", 3, false)]).await;
    world.member("ann").links("ann.live").await;
    for last in [20, 40] {
        world.sim.live_fault(HOST, LiveFaultKind::Replay { last }).await.unwrap();
        world.sim.live_fault(HOST, LiveFaultKind::Drop).await.unwrap();
        until(&world, |status| status.is_some_and(|status| status.state != State::Live)).await;
        world.hand.advance(Duration::from_secs(1));
        // Nobody hears it; it comes with the answer of the sign service, as history. The second time it comes again.
        let lion = json!({"type": "gift", "user": "ann.live", "id": 9, "name": "Lion", "diamonds": 1000});
        let sent = if last == 20 { vec![lion, rose("ann.live", 4, false)] } else { Vec::new() };
        world.sim.live_events(HOST, &sent).await.unwrap();
        found_again(&world).await;
        caught_up(&world).await;
        let paid = gifts(&world);
        assert_eq!(paid.iter().filter(|coins| **coins == 1_000).count(), 1, "{paid:?}");
        assert_eq!(world.luxury("ann"), 20);
    }
    tell(&world, &[rose("ann.live", 6, true)]).await;
    assert_eq!(gifts(&world).iter().sum::<i64>(), 1_000 + 6);
    world.end().await;
}

#[tokio::test]
async fn a_renamed_account_keeps_its_link_and_whom_it_concerns_is_told_once() {
    covers!("M-LNK-03", "M-ECO-04");
    let world = followed().await;
    tell(&world, &[lion("hal.old", 777_001)]).await;
    world.member("ann").links("hal.old").await;
    let told_before = world.member("ann").dms().await.len();
    tell(&world, &[lion("hal.new", 777_001)]).await;
    tell(&world, &[lion("hal.old", 777_001), lion("hal.new", 777_001)]).await;
    assert_eq!(world.account("hal.old"), None);
    assert_eq!(world.account("hal.new").unwrap().linked, Some(world.user("ann")));
    assert_eq!((world.points("ann"), world.luxury("ann")), (4_000, 60));
    world.settle().await;
    let told = world.member("ann").dms().await.split_off(told_before);
    assert!(
        matches!(&told[..], [one] if one.contains("hal.old") && one.contains("is called **@hal.new** now")),
        "{told:?}"
    );
    assert_eq!(staff_lines(&world).await.matches("is called **@hal.new** now").count(), 1);
    // The name that is free again is anybody's, and nobody's gift goes to ann by it.
    tell(&world, &[lion("hal.old", 777_002)]).await;
    assert_eq!((world.account("hal.old").unwrap().linked, world.luxury("ann")), (None, 60));
    // Somebody takes the present one before the account is seen under another.
    tell(&world, &[lion("hal.new", 777_003)]).await;
    assert_eq!((world.account("hal.new").unwrap().linked, world.luxury("ann")), (None, 60));
    world.settle().await;
    let told = world.member("ann").dms().await;
    assert!(told.last().unwrap().contains("belongs to another TikTok account now"), "{told:?}");
    world.end().await;
}

#[tokio::test]
async fn the_end_of_the_live_closes_the_session_and_is_not_dialled_again() {
    covers!("M-TIK-05");
    let world = followed().await;
    tell(&world, &[json!({"type": "join", "user": "ann.live"})]).await;
    world.sim.ends_live(HOST).await.unwrap();
    until(&world, |status| status.is_some_and(|status| matches!(status.state, State::Stopped(_)))).await;
    world.sim.goes_live(HOST).await.unwrap();
    for _ in 0..20 {
        world.pass(Duration::from_mins(1)).await;
    }
    assert_eq!(world.sim.live_seen(HOST).await.unwrap().connections_opened, 1);
    assert_eq!(sessions(&world), [(false, 1)]);
    assert!(staff_lines(&world).await.contains("is over"), "the team is told");
    assert!(tiktok(&world, "status").await.contains("No live is followed."));
    world.end().await;
}

#[tokio::test]
async fn servers_share_one_connection_and_nothing_else() {
    covers!("M-TIK-04");
    let world = followed().await;
    let (other, guild) = world.another_guild().await;
    let there = world.host().in_guild(other.guild, other.channel("staff"));
    let answer = there.run_with("tiktok connect", [("unique_id", HOST.to_owned())]).await.text();
    assert!(answer.contains("Connected to the live"), "{answer}");
    tell(&world, &[json!({"type": "join", "user": "ann.live"})]).await;
    assert_eq!((sessions(&world), sessions_of(&world, guild)), (vec![(true, 1)], vec![(true, 1)]));
    assert_eq!(world.sim.live_seen(HOST).await.unwrap().connections_opened, 1);
    tiktok(&world, "disconnect").await;
    tell(&world, &[json!({"type": "join", "user": "ben.live"})]).await;
    assert_eq!((sessions(&world), sessions_of(&world, guild)), (vec![(false, 1)], vec![(true, 2)]));
    assert_eq!(world.sim.live_seen(HOST).await.unwrap().connections_now, 1, "the other server keeps it");
    world.end().await;
}

#[tokio::test]
async fn a_restart_goes_on_with_the_live_and_its_session() {
    covers!("M-TIK-04");
    let site = Site::new().await;
    site.sim.goes_live(HOST).await.unwrap();
    let app = site.start().await;
    let answer = site.run(site.call("host", "tiktok connect").with("unique_id", HOST)).await.text();
    assert!(answer.contains("Connected to the live"), "{answer}");
    app.stop().await;
    site.sim.live_disconnected(HOST, SOON).await.unwrap();
    let app = site.start().await;
    site.sim.live_connected(HOST, SOON).await.unwrap();
    let is_live = |status: Option<&greenroom::tiktok::status::Status>| status.is_some_and(|s| s.state == State::Live);
    tokio::time::timeout(SOON, app.bot.lives.until(&host(), is_live)).await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn a_refusal_is_told_once_in_words_and_tried_again() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.sim.goes_live(HOST).await.unwrap();
    let limit = LiveFaultKind::RateLimit {
        header: LiveWaitHeader::default(),
        seconds: 120,
        label: "rate_limit_account_day".to_owned(),
    };
    world.sim.live_fault(HOST, limit).await.unwrap();
    let answer = connect(&world, HOST).await;
    assert!(answer.contains("takes no more requests"), "{answer}");
    assert!(tiktok(&world, "status").await.contains("takes no more requests"));
    // The answer does not wait for the line.
    let told = async {
        loop {
            let lines = staff_lines(&world).await;
            if lines.contains("takes no more requests") {
                return lines;
            }
            tokio::task::yield_now().await;
        }
    };
    let lines = tokio::time::timeout(SOON, told).await.expect("the team is told");
    assert_eq!(lines.matches("takes no more requests").count(), 1);
    world.hand.advance(Duration::from_secs(200));
    until_live(&world).await;
    world.end().await;
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused_with_a_sentence() {
    let world = followed().await;
    assert!(connect(&world, "no name at all").await.contains("That is no TikTok name"));
    assert!(connect(&world, "@everyone!").await.contains("That is no TikTok name"));
    assert!(connect(&world, "somebody.else").await.contains("follows **@night.owl**"));
    assert!(connect(&world, "https://www.tiktok.com/@Night.Owl/live").await.contains("Connected to the live"));
    assert_eq!(world.sim.live_seen(HOST).await.unwrap().connections_opened, 1);
    world.end().await;
}

#[tokio::test]
async fn what_cannot_be_read_costs_itself_and_nobody_earns_by_it() {
    covers!("M-TIK-06", "M-TIK-26");
    let world = followed().await;
    tell(&world, &[json!({"type": "join", "user": "ann.live"})]).await;
    let broken = [
        json!({"type": "raw", "method": "WebcastChatMessage", "base64": "////"}),
        json!({"type": "raw", "method": "WebcastFutureThingMessage", "base64": "CAE="}),
        json!({"type": "comment", "text": "by nobody"}),
    ];
    world.sim.live_events(HOST, &broken).await.unwrap();
    tell(&world, &[json!({"type": "like", "user": "ann.live"})]).await;
    let counts = world.app.bot.lives.status(&host()).unwrap().counts;
    assert_eq!((counts.events, counts.undecodable, counts.unknown, counts.anonymous), (2, 1, 1, 1));
    assert_eq!((sessions(&world), world.handle_points("ann.live")), (vec![(true, 2)], 1));
    world.end().await;
}
