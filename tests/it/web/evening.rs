//! What the pages tell of an evening: the live with its charts, and what there is to do in a new server.

use std::time::Duration;

use greenroom::live::Occurrence;

use super::ground::WebWorld;
use crate::reading::link;

#[tokio::test]
async fn the_page_of_the_live_tells_all_of_it_its_last_hour_and_the_sessions_before() {
    let ground = WebWorld::start().await;
    let viewer = ground.signed_in("viewer");
    let none = viewer.get("/g/{server}/live").await.is(200).seen();
    assert!(none.contains("No session is open.") && none.contains("There was none yet."), "{none}");

    let world = &ground.world;
    world.live_all([Occurrence::Connected, Occurrence::Viewers(10)]).await;
    world.gift("ann.live", 100).await;
    world.member("ann").submits(&link(1), "First Light").await;
    world.next().await;
    world.hand.advance(Duration::from_mins(75));
    world.live(Occurrence::Viewers(214)).await;
    world.gift("ben.live", 500).await;
    world.member("ben").submits(&link(2), "Kites").await;
    world.next().await;
    world.hand.advance(Duration::from_mins(1));
    world.live(Occurrence::Viewers(215)).await;

    let page = viewer.get("/g/{server}/live").await.is(200);
    let (seen, html) = (page.seen(), page.text());
    for told in ["This live so far", "The last hour", "The whole live"] {
        assert!(seen.contains(told), "{told}: {seen}");
    }
    for drawn in
        ["were worth 500 coins", "were worth 600 coins", "Free: songs 1", "Free: songs 2", "hour-watching-title"]
    {
        assert!(html.contains(drawn), "{drawn}: {seen}");
    }

    world.live(Occurrence::Ended).await;
    let page = viewer.get("/g/{server}/live").await.is(200);
    assert!(page.seen().contains("No session is open."), "{}", page.seen());
    let session = page.text().split("<tbody").nth(1).map(str::to_owned).unwrap_or_default();
    assert!(session.contains("No. 1") && session.contains(">600<") && session.contains(">2<"), "{session}");
    ground.end().await;
}

#[tokio::test]
async fn what_there_is_to_do_in_a_new_server_is_ticked_off_by_doing_it() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let home = admin.get("/g/{server}").await.is(200);
    assert!(home.seen().contains("Getting started: 2 of 5 done"), "{}", home.seen());
    assert!(home.text().contains(&ground.path("href=\"/g/{server}/live\"")), "{}", home.text());
    ground.world.member("ann").submits(&link(1), "First Light").await;
    ground.world.next().await;
    let home = admin.get("/g/{server}").await.is(200).seen();
    assert!(home.contains("Getting started: 4 of 5 done"), "{home}");
    let home = ground.signed_in("viewer").get("/g/{server}").await.is(200).seen();
    assert!(!home.contains("Getting started"), "who may change nothing is told nothing of it: {home}");
    ground.end().await;
}
