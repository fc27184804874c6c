//! Lists as files of CSV: for whom they are, what is in them, and that it is noted who took one along.

use greenroom::activity::program::EXPORTED;
use greenroom::activity::settings::ACTIVITY_DAYS;
use greenroom::activity::{Filter, newest};
use greenroom::kernel::actor::Actor;
use reqwest::Method;
use serde_json::json;

use super::ground::WebWorld;
use crate::reading::link;

/// Each file, with how it begins and the page that leads to it.
const FILES: [(&str, &str, &str); 6] = [
    ("songs", "number,artist,title,line", "songs"),
    ("members", "user_id,name,luxury_coins", "members"),
    ("handles", "handle,user_id,user_name", "handles"),
    ("audit", "id,time,kind,actor", "audit"),
    ("live/sessions", "session,streamer,started_at", "live"),
    ("ledger", "entry,guild,time", "ledger"),
];

#[tokio::test]
async fn an_admin_takes_each_list_along_and_that_is_noted() {
    let ground = WebWorld::start().await;
    let (viewer, admin) = (ground.signed_in("viewer"), ground.signed_in("admin"));
    for (list, head, page) in FILES {
        let address = ground.path(&format!("/api/{{server}}/{list}/export"));
        viewer.get(&address).await.is(403);
        let file = admin.get(&address).await.is(200);
        assert!(file.text().starts_with(head), "{list}: {}", file.text());
        assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
        assert!(file.header("content-disposition").starts_with("attachment; filename="), "{list}");
        let page = admin.get(&format!("/g/{{server}}/{page}")).await.is(200);
        assert!(page.text().contains(&format!("href=\"{address}")), "{list}: {}", page.text());
    }
    let guild = ground.here();
    let noted = ground.world.read(move |read| {
        let filter = Filter { kind: Some(EXPORTED.name()), ..Filter::default() };
        newest(read, guild, &filter, None, 20)
    });
    let by_admin = Actor::Member(ground.world.user("admin"));
    assert!(noted.rows.iter().all(|(_, activity)| activity.actor == by_admin));
    let mut what: Vec<String> = noted.rows.iter().filter_map(|(_, activity)| EXPORTED.details(activity)).collect();
    what.reverse();
    assert_eq!(what, ["songs", "members", "handles", "audit", "live-sessions", "ledger"]);
    ground.end().await;
}

#[tokio::test]
async fn a_file_has_what_its_filter_lets_through_and_no_formula() {
    let ground = WebWorld::start().await;
    let (ann, ben) = (ground.world.member("ann"), ground.world.member("ben"));
    ann.submits(&link(901), "=cmd() of ann").await;
    ben.submits(&link(902), "A song of ben").await;
    let admin = ground.signed_in("admin");
    let all = admin.get("/api/{server}/songs/export").await.is(200).text();
    assert!(all.lines().count() == 3 && all.contains(",'=cmd() of ann,"), "{all}");
    let found = admin.get("/api/{server}/songs/export?text=of+ben").await.is(200).text();
    assert!(found.lines().count() == 2 && found.contains("A song of ben"), "{found}");
    assert_eq!(
        admin.get("/api/{server}/songs/export?state=lost").await.is(422).code().as_deref(),
        Some("validation_failed")
    );
    let page = admin.get("/g/{server}/songs?text=of+ben").await.is(200).text();
    assert!(page.contains("/songs/export?text=of+ben\""), "{page}");
    ground.end().await;
}

#[tokio::test]
async fn a_file_takes_the_filter_of_its_page_and_tells_what_happened_in_the_same_sentences() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(903), "First Light").await;
    ground.world.member("ben").submits(&link(904), "Kites").await;
    let admin = ground.signed_in("admin");
    let songs = admin.get("/api/{server}/songs/export?member=@ann").await.is(200).text();
    assert!(songs.lines().count() == 2 && songs.contains("First Light"), "{songs}");
    let members = admin.get("/api/{server}/members/export?has=coins").await.is(200).text();
    assert_eq!(members.lines().count(), 1, "{members}");
    for (list, field) in [("songs", "member"), ("handles", "member"), ("ledger", "member"), ("audit", "subject")] {
        let refused = admin.get(&format!("/api/{{server}}/{list}/export?{field}=nothing.of.that")).await.is(422).json();
        assert!(refused["error"]["details"]["fields"][field].is_string(), "{list}: {refused}");
    }

    admin.json(Method::PATCH, "/api/{server}/settings", &json!({ "skip_price": 800 })).await.is(200);
    let told = admin.get("/api/{server}/audit/export?kind=settings.changed&actor=admin").await.is(200).text();
    assert!(told.contains("admin changed Price of a Skip from 1000 to 800."), "{told}");
    assert_eq!(told.lines().count(), 2, "{told}");
    ground.end().await;
}

#[tokio::test]
async fn a_long_list_is_given_whole_and_without_those_of_another_server() {
    let ground = WebWorld::start().await;
    let (here, there) = (ground.here(), ground.other());
    ground.write(move |tx| {
        for days in 0..450 {
            ACTIVITY_DAYS.change(tx, here, Actor::System, &(30 + days % 300))?;
        }
        ACTIVITY_DAYS.change(tx, there, Actor::System, &45).map(drop)
    });
    let admin = ground.signed_in("admin");
    let file = admin.get("/api/{server}/audit/export?kind=settings.changed&actor=system").await.is(200).text();
    assert_eq!(file.lines().count(), 451, "{file}");
    let elsewhere = ground.signed_in("elsewhere");
    let file = elsewhere.get("/api/{other}/audit/export?kind=settings.changed&actor=system").await.is(200).text();
    assert_eq!(file.lines().count(), 2, "{file}");
    ground.end().await;
}
