//! The pages of the operator, through the front door, over what a process would hand in.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use greenroom::features::setup::queries::{goes_at, known};
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::Timestamp;
use greenroom::web::instance::lines::{Level as LineLevel, Lines};
use greenroom::web::instance::{
    BackupList, Backups, Count, Finding, Foresight, Level, Operations, Rehearsal, Snapshot, Variable,
};
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::ground::OPERATOR;
use crate::patience::{Patience, within};

/// The name of the only snapshot, which the samples of routes name as well.
pub const SNAPSHOT: &str = "greenroom-20261121-200000-by-hand.redb";

impl WebWorld {
    /// The web of a process that has handed in what it can do.
    pub async fn of_a_process() -> Self {
        let ground = Self::start().await;
        ground.web.instance.hand_in(operations(Lines::default(), Arc::default()));
        ground
    }
}

/// What a process hands in, of which nothing is true; `reconnected` counts how often the connection was to begin anew.
fn operations(lines: Lines, reconnected: Arc<AtomicUsize>) -> Operations {
    let at = Timestamp::from_rfc3339("2026-11-21T20:00:00Z").unwrap();
    let snapshot = Snapshot { name: SNAPSHOT.to_owned(), at, made_for: "made by hand", bytes: 3 << 20 };
    let rehearsal = Rehearsal { at: at.rfc3339(), name: SNAPSHOT.to_owned(), problem: None, rows: 12 };
    let shelf = BackupList { snapshots: vec![snapshot], rehearsal: Some(rehearsal), restored: None };
    let finding = Finding {
        id: "folder.space".to_owned(),
        level: Level::Warning,
        sentence: "There is little room.".to_owned(),
        fix: Some("Free some space.".to_owned()),
    };
    let variable = Variable {
        name: "DISCORD_BOT_TOKEN".to_owned(),
        value: Some("(secret)".to_owned()),
        origin: "the environment".to_owned(),
        problems: Vec::new(),
    };
    Operations {
        reasons: Box::new(|| Box::pin(async { Vec::new() })),
        examine: Box::new(move || {
            let finding = finding.clone();
            Box::pin(async move { vec![finding] })
        }),
        backups: Some(Backups {
            list: Arc::new(move || Ok(shelf.clone())),
            make: Arc::new(|_, progress| {
                progress("copying the store".to_owned());
                Ok("Wrote a snapshot of 12 rows.".to_owned())
            }),
            verify: Arc::new(|name, _| Ok(format!("{name} is whole."))),
            rehearse: Arc::new(|name, _| Err(format!("{name} cannot be restored."))),
            foresee: Arc::new(move |name| {
                let counts = vec![Count { what: "songs", then: 3, now: 5 }];
                Ok(Foresight { name: name.to_owned(), from: at, counts })
            }),
            restore: Arc::new(|name, _| Ok(format!("{name} can be restored."))),
        }),
        configuration: Box::new(move || vec![variable.clone()]),
        reconnect: Box::new(move || {
            reconnected.fetch_add(1, Ordering::Relaxed);
        }),
        show_presence: Box::new(|| Box::pin(async {})),
        lines,
    }
}

/// The web of a process that hands in [`operations`].
async fn ground() -> (WebWorld, Lines, Arc<AtomicUsize>) {
    let ground = WebWorld::start().await;
    let (lines, reconnected) = (Lines::default(), Arc::new(AtomicUsize::new(0)));
    ground.web.instance.hand_in(operations(lines.clone(), Arc::clone(&reconnected)));
    (ground, lines, reconnected)
}

#[tokio::test]
async fn the_operator_sees_whether_it_works_and_lets_everything_be_looked_at() {
    let (ground, ..) = ground().await;
    let operator = ground.signed_in(OPERATOR);
    assert!(operator.get("/instance").await.is(200).seen().contains("works"));
    operator.submit_on("/instance", "/instance/examine", &[]).await.is(303);
    let page = operator.get("/instance").await.is(200);
    assert!(
        page.seen().contains("There is little room.") && page.seen().contains("Free some space."),
        "{}",
        page.seen()
    );
    let health = operator.get("/api/instance/health").await.is(200).json();
    assert_eq!(
        (health["ready"].as_bool(), &health["examined"]["findings"][0]["level"]),
        (Some(true), &json!("warning"))
    );
    ground.end().await;
}

#[tokio::test]
async fn the_connection_begins_anew_once_for_each_time_that_is_meant() {
    let (ground, _, reconnected) = ground().await;
    let operator = ground.signed_in(OPERATOR);
    let form = operator.get("/instance").await.is(200).form("/instance/restart").unwrap();
    for _ in 0..2 {
        operator.fill_in(&form, &[]).await.is(303);
    }
    assert_eq!(reconnected.load(Ordering::Relaxed), 1, "a double click is one");
    let again = operator.json(Method::POST, "/api/restart", &Value::Null).await.is(200).json();
    assert_eq!((again["success"].as_bool(), reconnected.load(Ordering::Relaxed)), (Some(true), 2));
    ground.signed_in("owner").json(Method::POST, "/api/restart", &Value::Null).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn a_snapshot_is_made_verified_and_tried_one_after_the_other() {
    let (ground, ..) = ground().await;
    let operator = ground.signed_in(OPERATOR);
    let page = operator.get("/instance/backups").await.is(200);
    assert!(page.seen().contains(SNAPSHOT) && page.seen().contains("brought back 12 rows"), "{}", page.seen());
    for (path, body, outcome) in [
        ("/api/instance/backups", Value::Null, "Wrote a snapshot of 12 rows."),
        ("/api/instance/backups/verify", json!({ "name": SNAPSHOT }), "is whole."),
        ("/api/instance/backups/rehearse", json!({ "name": SNAPSHOT }), "cannot be restored."),
    ] {
        operator.json(Method::POST, path, &body).await.is(200);
        let patience = Patience::until("the work is through");
        loop {
            let work = operator.get("/api/instance/backups").await.is(200).json()["work"].clone();
            if work["outcome"].as_str().is_some_and(|told| told.contains(outcome)) {
                break;
            }
            assert!(!patience.is_over(), "{work}");
        }
    }
    assert!(operator.get("/instance/backups").await.seen().contains("failed"));
    let strange =
        operator.json(Method::POST, "/api/instance/backups/verify", &json!({ "name": "../greenroom.redb" })).await;
    assert_eq!(strange.is(422).code().as_deref(), Some("validation_failed"));
    ground.end().await;
}

#[tokio::test]
async fn a_restore_says_what_would_be_lost_and_wants_a_fresh_proof_and_the_word() {
    let (ground, ..) = ground().await;
    let (operator, path) = (ground.signed_in(OPERATOR), "/api/instance/backups/restore");
    let dry = json!({ "name": SNAPSHOT, "dry_run": true });
    let dry = operator.json(Method::POST, path, &dry).await.is(200).json();
    assert_eq!(dry["counts"], json!([{ "what": "songs", "then": 3, "now": 5 }]));
    assert!(dry["from"].as_str().unwrap().starts_with("2026-11-21T20:00:00") && dry["work"].is_null(), "{dry}");
    let page = format!("/instance/backups/restore?name={SNAPSHOT}");
    let shown = operator.get(&page).await.is(200);
    assert!(
        shown.seen().contains("What would be lost") && shown.seen().contains("21 Nov 2026, 20:00 UTC"),
        "{}",
        shown.seen()
    );
    let wrong = operator.submit_on(&page, "/instance/backups/restore", &[("confirm", "yes")]).await.is(422);
    assert!(wrong.seen().contains("Please type the word restore"), "{}", wrong.seen());
    assert!(operator.get("/api/instance/backups").await.is(200).json()["work"].is_null(), "nothing has begun");
    ground.world.pass(std::time::Duration::from_mins(11)).await;
    let unproven = operator.submit_on(&page, "/instance/backups/restore", &[("confirm", "restore")]).await.is(303);
    assert!(
        unproven.location().starts_with("/prove?next=%2Finstance%2Fbackups%2Frestore%3Fname%3D"),
        "{}",
        unproven.location()
    );
    let again = ground.signed_in(OPERATOR);
    again.submit_on(&page, "/instance/backups/restore", &[("confirm", " Restore")]).await.is(303);
    // What a restore leads to is said while it goes on, and not above the page that tells how it ended.
    assert!(!again.get("/instance/backups").await.is(200).text().contains("class=\"notice"), "nothing is left above");
    let work = again.get("/api/instance/backups").await.is(200).json()["work"].clone();
    assert_eq!(work["what"], format!("Restoring {SNAPSHOT}"), "{work}");
    ground.signed_in("owner").json(Method::POST, path, &json!({ "name": SNAPSHOT, "dry_run": true })).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn the_log_is_shown_by_level_and_emptied_with_a_note_of_it() {
    greenroom::covers!("T-API-37", "T-API-38");
    let (ground, lines, _) = ground().await;
    let now = ground.world.hand.now();
    lines.push(now, LineLevel::Info, "greenroom::queue", "a song was played");
    lines.push(now, LineLevel::Error, "greenroom::store", "the disk is <full>");
    let operator = ground.signed_in(OPERATOR);
    let all = operator.get("/api/logs").await.is(200).json();
    assert_eq!(all["logs"].as_array().unwrap().len(), 2, "{all}");
    let page = operator.get("/instance/log?level=warn").await.is(200);
    assert!(
        page.seen().contains("the disk is <full>") && !page.seen().contains("a song was played"),
        "{}",
        page.seen()
    );
    operator.get("/api/logs?level=loud").await.is(422);
    assert_eq!(operator.json(Method::DELETE, "/api/logs", &Value::Null).await.is(200).json()["removed"], 2);
    assert_eq!(operator.get("/api/logs").await.is(200).json()["logs"], json!([]));
    let noted = ground.world.app.bot.store.read_blocking("noted", |read| {
        let filter = greenroom::activity::Filter::default();
        greenroom::activity::newest(read, greenroom::kernel::ids::GuildId::INSTANCE, &filter, None, 10)
    });
    assert!(format!("{:?}", noted.unwrap()).contains("instance.log_emptied"));
    ground.signed_in("owner").get("/api/logs").await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn what_the_bot_shows_is_the_operators_and_what_a_server_wants_is_stored() {
    greenroom::covers!("T-API-33", "T-API-34", "T-API-35");
    let (ground, ..) = ground().await;
    let operator = ground.signed_in(OPERATOR);
    let wanted = [("status", "idle"), ("type", "watching"), ("message", "the live")];
    operator.submit_on("/instance/status", "/instance/status", &wanted).await.is(303);
    let shown = operator.get("/api/bot/status").await.is(200).json();
    assert_eq!(shown, json!({ "success": true, "status": "idle", "type": "watching", "message": "the live" }));
    operator.json(Method::PUT, "/api/bot/status", &json!({ "status": "asleep" })).await.is(422);
    let stored = ground.signed_in("admin").json(Method::PUT, "/api/{server}/status", &json!({ "status": "dnd" })).await;
    assert_eq!(stored.is(200).json(), json!({ "success": true, "stored": true, "effective": false }));
    ground.end().await;
}

#[tokio::test]
async fn a_default_counts_in_servers_that_say_nothing_and_secrets_are_not_shown() {
    greenroom::covers!("T-API-42", "T-API-43");
    let (ground, ..) = ground().await;
    let operator = ground.signed_in(OPERATOR);
    let body = json!({ "settings": { "skip_price": "750" } });
    operator.json(Method::PUT, "/api/settings", &body).await.is(200);
    let guild = ground.here();
    let price = move |read: &dyn greenroom::store::Read| greenroom::features::coins::queries::skip_price(read, guild);
    assert_eq!(ground.world.app.bot.store.read_blocking("price", price).unwrap().get(), 750);
    let page = operator.get("/instance/settings").await.is(200);
    assert!(page.seen().contains("DISCORD_BOT_TOKEN") && !page.seen().contains("(secret)"), "{}", page.seen());
    let group = [("skip_price", "800"), ("was.skip_price", "750")];
    operator.submit_on("/instance/settings", "/instance/settings", &group).await.is(303);
    assert_eq!(ground.world.app.bot.store.read_blocking("price", price).unwrap().get(), 800);
    let wrong = operator.submit_on("/instance/settings", "/instance/settings", &[("skip_price", "free")]).await.is(422);
    assert!(wrong.seen().contains("can be a whole number from 1 to"), "{}", wrong.seen());
    let free = json!({ "settings": { "skip_price": "free" } });
    let refused = operator.json(Method::PUT, "/api/settings", &free).await;
    assert_eq!(refused.code().as_deref(), Some("setting.not_allowed"));
    ground.end().await;
}

#[tokio::test]
async fn the_servers_of_the_bot_are_listed_and_one_that_it_is_not_in_is_left_already() {
    let (ground, ..) = ground().await;
    let operator = ground.signed_in(OPERATOR);
    let page = operator.get("/instance/servers").await.is(200);
    assert!(page.seen().contains("Night Owl Reviews") && page.seen().contains("Day Lark Reviews"), "{}", page.seen());
    let left = operator.json(Method::POST, "/api/instance/servers/1/leave", &Value::Null).await.is(200).json();
    assert_eq!(left, json!({ "id": "1" }));
    ground.end().await;
}

#[tokio::test]
async fn a_server_that_threw_the_bot_out_is_listed_with_when_what_is_stored_of_it_goes() {
    let (ground, ..) = ground().await;
    let operator = ground.signed_in(OPERATOR);
    let left = GuildId::new(ground.there.guild.get());
    assert_eq!(operator.get("/api/instance/servers").await.is(200).json()["departed"], json!([]));
    let store = &ground.world.app.bot.store;
    let known = async {
        while !store.read_blocking("known", known).unwrap().contains(&left) {
            tokio::task::yield_now().await;
        }
    };
    within("the bot has seen the server", known).await;
    ground.world.sim.kick_bot(ground.there.guild).await.unwrap();
    let noticed = async {
        while store.read_blocking("goes", move |read| goes_at(read, left)).unwrap().is_none() {
            tokio::task::yield_now().await;
        }
    };
    within("the bot notices it", noticed).await;
    let told = operator.get("/api/instance/servers").await.is(200).json();
    assert_eq!(told["departed"][0]["id"], left.to_string(), "{told}");
    let page = operator.get("/instance/servers").await.is(200);
    assert!(page.seen().contains("The bot is in these no more"), "{}", page.seen());
    assert!(page.text().contains(&left.to_string()), "{}", page.text());
    ground.end().await;
}

#[tokio::test]
async fn a_process_that_hands_nothing_in_says_so() {
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(OPERATOR);
    let health = operator.get("/api/instance/health").await.is(409);
    assert_eq!(health.code().as_deref(), Some("instance.not_here"));
    assert!(operator.get("/instance").await.is(409).seen().contains("That cannot be done here"));
    ground.end().await;
}
