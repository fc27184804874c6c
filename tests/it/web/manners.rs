//! The manners of the API, of every route of the table: what it does not know it refuses, what is gone for good it asks a proof for,
//! only what was done counts, and people have names.

use std::time::Duration;

use futures_util::future::join_all;
use greenroom::covers;
use greenroom::features::coins::model::{Currency, EntryKind};
use greenroom::features::shop::model::{Item, ItemId, Stock};
use greenroom::features::shop::service;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::sim::MemberSpec;
use greenroom::web::endpoint::{Door, Verb};
use greenroom::web::table::routes;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::asking::{Asking, Server};
use super::ground::OPERATOR;
use super::operator::SNAPSHOT;
use super::person::{Answer, Person};

/// What is asked for as JSON, at each of its paths.
fn of_the_api() -> impl Iterator<Item = Asking> {
    Asking::all().into_iter().filter(|asking| asking.door == Door::Api && asking.path.starts_with("/api/"))
}

#[tokio::test]
async fn no_route_takes_a_body_that_is_no_object() {
    covers!("T-ERR-05");
    let ground = WebWorld::of_a_process().await;
    // Nothing is done, so what is there for the samples stays.
    let samples = ground.samples(&ground.staged().await, "ann");
    for asking in of_the_api().filter(|asking| asking.route.doors.verb != Verb::Get) {
        let sample = (asking.route.sample)(&samples);
        ground.world.hand.advance(Duration::from_secs(10));
        for body in [json!([]), json!([1]), json!("x"), json!(1), json!(true)] {
            let address = asking.address(&sample, Server::Here);
            let answer = ground.signed_in(OPERATOR).json(asking.method(), &address, &body).await;
            assert_eq!(answer.status, 400, "{} takes {body}: {}", asking.named(), answer.text());
            assert!(answer.text().contains("It takes an object with its fields."), "{}", answer.text());
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn no_route_lets_a_parameter_pass_that_it_does_not_know() {
    let ground = WebWorld::of_a_process().await;
    let samples = ground.samples(&ground.staged().await, "ann");
    // Tools fetch it, and it is the same for everybody.
    let takes_anything = ["instance.openapi"];
    for asking in of_the_api().filter(|asking| !takes_anything.contains(&asking.route.name)) {
        let sample = (asking.route.sample)(&samples);
        ground.world.hand.advance(Duration::from_secs(10));
        let address = asking.address(&sample, Server::Here);
        let more = if address.contains('?') { '&' } else { '?' };
        for unknown in ["bogus=1", "bogus"] {
            let body = sample.body.clone().unwrap_or_default();
            let asked = format!("{address}{more}{unknown}");
            let answer = ground.signed_in(OPERATOR).json(asking.method(), &asked, &body).await;
            assert_eq!(answer.status, 422, "{} lets {unknown} pass: {}", asking.named(), answer.text());
            let fields = &answer.json()["error"]["details"]["fields"];
            assert!(fields["bogus"].is_string(), "{}: {fields}", asking.named());
        }
    }
    let viewer = ground.signed_in("viewer");
    for (list, unknown) in [("transactions", "format=csv"), ("ledger", "format=xml"), ("users", "limit=5")] {
        viewer.get(&format!("/api/{{server}}/{list}?{unknown}")).await.is(422);
    }
    let admin = ground.signed_in("admin");
    let file = admin.get("/api/{server}/transactions/export?format=json&type=gift").await.is(200);
    assert!(file.header("content-type").contains("json"));
    admin.get("/api/{server}/transactions/export?format=xml").await.is(422);
    admin.get("/api/{server}/transactions/export?format=csv&bogus=1").await.is(422);
    ground.end().await;
}

/// What takes something away, and why it asks for no proof.
const CAN_BE_HAD_AGAIN: &[(&str, &str)] = &[
    ("access.withdraw", "its maker makes another token"),
    ("auth.logout", "they sign in again"),
    ("catalogue.remove_item", "it is offered anew, and servers keep their copies"),
    ("catalogue.remove_task", "it is offered anew, and servers keep their copies"),
    ("handles.free", "undone by its change"),
    ("instance.empty_log", "the files of the log stay"),
    ("instance.leave", "the bot is invited again, and finds what is stored"),
    ("live.leave", "the name is followed again"),
    ("public.close_overlay", "it is opened again"),
    ("sessions.end", "they sign in again"),
    ("settings.reset", "undone by its change"),
    ("shop.remove", "undone by its change"),
    ("shop.revoke_code", "another code is made"),
    ("songs.remove", "undone by its act"),
    ("tasks.abandon", "it is claimed again"),
    ("tasks.delete", "what was paid stays, and the seed asks for it by programs (T-SYN-10)"),
    ("tasks.expire", "it is posted again"),
    ("tasks.remove_category", "it is added again"),
    ("tokens.revoke", "they make another"),
    ("unsent.dismiss", "a message of which nothing is lost but itself"),
];

/// The last part of an address that takes something away or along.
const TAKING: [&str; 14] = [
    "remove",
    "erase",
    "cleanup",
    "archive",
    "restore",
    "leave",
    "free",
    "reset",
    "dismiss",
    "abandon",
    "expire",
    "logout",
    "logout-everywhere",
    "empty",
];

/// What cannot be had again or opens everything: who may ask for it, and how it is meant.
fn for_good(ground: &WebWorld) -> Vec<(&'static str, &'static str, Value)> {
    let name = json!({ "confirm": "Night Owl Reviews" });
    let _ = ground;
    vec![
        ("auth.logout_everywhere", "ann", json!({})),
        ("data.remove", "owner", name.clone()),
        ("instance.export", OPERATOR, Value::Null),
        ("instance.restore", OPERATOR, json!({ "name": SNAPSHOT, "confirm": "restore" })),
        ("me.erase", "ann", name),
        ("tokens.make", OPERATOR, json!({ "name": "all", "scopes": ["instance"] })),
        ("transactions.archive", "admin", json!({ "days_to_keep": 90, "archive": true })),
        ("users.cleanup", "admin", json!({ "days": 30 })),
    ]
}

#[tokio::test]
async fn whatever_is_gone_for_good_asks_for_a_fresh_proof_and_the_rest_says_why_it_does_not() {
    covers!("S-SEC-01");
    let ground = WebWorld::of_a_process().await;
    let asks = for_good(&ground);
    for route in routes().filter(|route| route.doors.door == Door::Api) {
        let takes = |path: &&str| path.rsplit('/').next().is_some_and(|last| TAKING.contains(&last));
        let form = route.doors.form.map(|form| form.path);
        let is_taking =
            route.doors.verb == Verb::Delete || route.doors.paths.iter().copied().chain(form).any(|path| takes(&path));
        if is_taking {
            let is_asking = asks.iter().any(|(name, ..)| *name == route.name);
            let has_reason = CAN_BE_HAD_AGAIN.iter().any(|(name, _)| *name == route.name);
            assert!(is_asking != has_reason, "{}: does it ask for a proof, or why not?", route.name);
        }
    }
    let people: Vec<Person<'_>> = asks.iter().map(|(_, who, _)| ground.signed_in(who)).collect();
    ground.world.pass(Duration::from_mins(11)).await;
    for ((name, _, body), person) in asks.iter().zip(&people) {
        let asking = Asking::of_api(routes().find(|route| route.name == *name).unwrap());
        let refused = person.json(asking.method(), asking.path, body).await.is(403);
        assert_eq!(refused.code().as_deref(), Some("proof_needed"), "{name}");
    }
    // What says nothing of what is to become of it wants to know.
    let admin = ground.signed_in("admin");
    for path in ["/api/{server}/transactions/archive", "/api/{server}/users/cleanup"] {
        for body in [json!({}), Value::Null] {
            let told = admin.json(Method::POST, path, &body).await;
            let told = if body.is_null() { told.is(400) } else { told.is(200) };
            assert!(body.is_null() || told.json()["dry_run"] == json!(true), "{path}: {}", told.text());
        }
    }
    ground.end().await;
}

impl WebWorld {
    /// An item of this price, of which there are many.
    fn offers(&self, price: u32) -> ItemId {
        let (guild, item) = (self.here(), Item { stock: Stock::Unlimited, ..Item::new("Cookie", Amount::of(price)) });
        self.write(move |tx| Ok(service::add(tx, guild, Actor::System, item.clone())?.0))
    }
}

/// Buys one, under a key.
async fn buys(person: &Person<'_>, item: ItemId, key: &str) -> Answer {
    let csrf = person.csrf().unwrap_or_default();
    let headers = [("content-type", "application/json"), ("x-csrf-token", csrf.as_str()), ("idempotency-key", key)];
    let headers: Vec<(&str, &str)> = headers.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    person.ask(Method::POST, &format!("/api/{{server}}/shop/{item}/buy"), &headers, b"{}".to_vec()).await
}

#[tokio::test]
async fn of_five_changes_a_minute_neither_repeats_count_nor_what_was_refused() {
    covers!("T-ERR-02");
    let ground = WebWorld::start().await;
    let (cheap, dear) = (ground.offers(10), ground.offers(1_000_000));
    ground.earns("ann", 1_000);
    let ann = ground.signed_in("ann");
    // Nine at once with one key are one purchase, and all are told of it.
    let at_once = join_all((0..9).map(|_| buys(&ann, cheap, "k1"))).await;
    assert!(
        at_once.iter().all(|answer| answer.status == 200),
        "{:?}",
        at_once.iter().map(Answer::text).collect::<Vec<_>>()
    );
    assert_eq!(ground.money_of("ann"), 990);
    for _ in 0..7 {
        assert_eq!(buys(&ann, dear, "").await.is(409).code().as_deref(), Some("shop.cannot_afford"));
    }
    for key in ["k2", "k3", "k4", "k5"] {
        buys(&ann, cheap, key).await.is(200);
    }
    let often = buys(&ann, cheap, "k6").await.is(429);
    assert!(!often.header("retry-after").is_empty(), "{}", often.text());
    assert_eq!(
        buys(&ann, cheap, "k5").await.is(200).header("idempotency-replayed"),
        "true",
        "a repeat is told all the same"
    );
    // It is the same minute, wherever they make the change.
    assert!(
        ground.world.member("ann").run("daily").await.text().contains("changes of balances in a minute"),
        "on Discord as well"
    );
    assert_eq!(ground.money_of("ann"), 950);
    ground.end().await;
}

#[tokio::test]
async fn what_is_refused_on_discord_takes_no_turn_of_the_minute() {
    covers!("T-ERR-02");
    let ground = WebWorld::start().await;
    let (ann, ben) = (ground.world.member("ann"), ground.world.member("ben"));
    for _ in 0..6 {
        let gift = ann.call("give").with("user", ben.id.to_string()).with("amount", 1_000_000);
        assert!(ann.run_call(gift).await.text().contains("are needed"));
    }
    assert!(ann.run("daily").await.text().contains("You get **100**"));
    ground.end().await;
}

#[tokio::test]
async fn many_of_whom_nothing_is_stored_have_their_names_at_once_and_without_a_request_for_each() {
    let ground = WebWorld::start().await;
    let mut ids = Vec::new();
    for number in 0..60 {
        let spec = MemberSpec { name: format!("member {number}"), bot: number == 7, ..MemberSpec::default() };
        ids.push(ground.world.sim.add_member(ground.world.ids.guild, spec).await.unwrap());
    }
    let (guild, users) = (ground.here(), ids.clone());
    ground.write(move |tx| {
        for user in &users {
            let posting = greenroom::features::coins::model::Posting {
                currency: Currency::Server,
                user: greenroom::kernel::ids::UserId::new(user.get()),
                delta: 5,
                kind: EntryKind::Daily,
                reason: "Daily reward".to_owned(),
                actor: Actor::System,
            };
            greenroom::features::coins::service::apply(tx, guild, &posting)?;
        }
        Ok(())
    });
    // What was told of them when they came counts no more.
    ground.world.pass(Duration::from_hours(2)).await;
    let viewer = ground.signed_in("viewer");
    viewer.get("/api/{server}/users?per_page=1&page=99").await.is(200);
    let from = ground.world.sim.requests(0).await.last().map_or(0, |last| last.n + 1);
    let users = viewer.get("/api/{server}/users?per_page=200").await.is(200).json();
    let rows = users["users"].as_array().unwrap();
    assert_eq!(rows.len(), 60);
    for row in rows {
        let name = row["user"]["display_name"].as_str().unwrap();
        assert!(name.starts_with("member "), "{row}");
        assert_eq!(row["user"]["is_bot"], json!(name == "member 7"), "{row}");
        assert_eq!((&row["user"]["is_member"], row["user"]["joined_at"].is_string()), (&json!(true), true), "{row}");
    }
    // What was told of them is known from now on, on every list and page.
    for (list, name) in [
        ("transactions?limit=100", "/transactions/0/user/display_name"),
        ("ledger?limit=100", "/items/0/user_name"),
        ("members", "/items/0/name"),
    ] {
        let told = viewer.get(&format!("/api/{{server}}/{list}")).await.is(200).json();
        let name = told.pointer(name).and_then(Value::as_str).unwrap_or_default();
        assert!(name.starts_with("member "), "{list}: {name} {told}");
    }
    let page = viewer.get("/g/{server}/members").await.is(200).seen();
    assert!(page.contains("member 5"), "{page}");
    let asked = ground.world.sim.requests(from).await;
    let of_members = asked.iter().filter(|request| request.path.contains("/members/")).count();
    assert!(of_members <= 2, "{of_members} members were asked for one by one");
    ground.end().await;
}

#[tokio::test]
async fn whoever_uses_a_command_is_called_by_name_from_then_on() {
    let ground = WebWorld::start().await;
    let name = "Ann of the Owls".to_owned();
    let spec = MemberSpec { name: "newcomer".into(), nick: Some(name.clone()), ..MemberSpec::default() };
    let mut newcomer = ground.world.member("ann");
    newcomer.id = ground.world.sim.add_member(ground.world.ids.guild, spec).await.unwrap();
    newcomer.run("daily").await;
    let viewer = ground.signed_in("viewer");
    let ledger = viewer.get("/api/{server}/ledger").await.is(200).json();
    assert_eq!(ledger["items"][0]["user_name"], name, "{ledger}");
    let page = viewer.get("/g/{server}/members").await.is(200).seen();
    assert!(page.contains(&name) && !page.contains(&newcomer.id.to_string()), "{page}");
    ground.end().await;
}
