//! The members of a server by the names of seed 001: lists and orders, one of them whole, balances that are changed, who left, and the
//! daily reward on one's own page.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::coins::model::{Currency, EntryKind};
use greenroom::features::shop;
use greenroom::features::shop::model::Item;
use greenroom::flows::shop_bought::Order;
use greenroom::flows::{currency_accounts, shop_bought};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::signin::scope::Scope;
use greenroom::sim::MemberSpec;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;

const DAY: Duration = Duration::from_hours(24);

impl WebWorld {
    /// What somebody has of the server's own currency.
    pub(super) fn money_of(&self, member: &str) -> i64 {
        let (guild, user) = (self.here(), self.world.user(member));
        let balance = |read: &dyn greenroom::store::Read| {
            greenroom::features::coins::queries::balance(read, guild, Currency::Server, user)
        };
        self.world.app.bot.store.read_blocking("balance", balance).unwrap().get()
    }

    /// Somebody buys so many of a new item of this name and price; gives its number.
    fn buys(&self, member: &str, name: &str, price: u32, quantity: u32) -> String {
        let (guild, user, name) = (self.here(), self.world.user(member), name.to_owned());
        self.write(move |tx| {
            let (item, _) = shop::service::add(tx, guild, Actor::System, Item::new(name.clone(), Amount::of(price)))?;
            shop_bought::run(tx, guild, &Order { user, roles: Vec::new(), item, quantity })?;
            Ok(item.to_string())
        })
    }

    /// Somebody left, as the gateway told.
    fn has_left(&self, member: &str) {
        let (guild, user) = (self.here(), self.world.user(member));
        self.write(move |tx| currency_accounts::left(tx, guild, user));
    }
}

fn names(page: &Value) -> Vec<&str> {
    let users = page["users"].as_array().unwrap_or_else(|| panic!("{page}"));
    users.iter().map(|user| user["user"]["display_name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn members_are_listed_by_page_and_order_with_who_they_are_and_whoever_left_when_asked_for() {
    covers!("T-API-04");
    let ground = WebWorld::start().await;
    for (member, amount) in [("ann", 100), ("ben", 300), ("member", 200)] {
        ground.posts(member, Currency::Server, EntryKind::Daily, amount, "Daily reward");
    }
    ground.posts("ben", Currency::Server, EntryKind::ShopPurchase, -250, "a cookie");
    ground.has_left("member");
    let viewer = ground.signed_in("viewer");
    for (query, expected) in [
        ("", vec!["ann", "ben"]),
        ("sort_by=-balance", vec!["ben", "ann"]),
        ("sort_by=total_spent&include_inactive=true&per_page=1", vec!["ben"]),
        ("include_inactive=true", vec!["member", "ann", "ben"]),
        ("include_inactive=true&per_page=2&page=2", vec!["ben"]),
        ("page=99", vec![]),
    ] {
        let page = viewer.get(&format!("/api/{{server}}/users?{query}")).await.is(200).json();
        assert_eq!(names(&page), expected, "{query}: {page}");
    }
    let page = viewer.get("/api/{server}/users?include_inactive=true&per_page=2").await.is(200).json();
    assert_eq!(page["pagination"], json!({ "page": 1, "per_page": 2, "total": 3, "pages": 2 }), "{page}");
    let left = &page["users"][0];
    assert_eq!((&left["balance"], &left["is_active"], left["left_at"].is_string()), (&json!(200), &json!(false), true));
    let ann = &page["users"][1];
    assert_eq!(
        (&ann["total_earned"], &ann["inventory"], &ann["user"]["username"]),
        (&json!(100), &json!([]), &json!("ann"))
    );
    assert!(ann["created_at"].is_string() && ann["user"]["joined_at"].is_string(), "{ann}");
    for query in ["sort_by=name", "sort_by=balance;drop", "page=0", "per_page=201", "per_page=x", "include_inactive=2"]
    {
        let refused = viewer.get(&format!("/api/{{server}}/users?{query}")).await.is(422).json();
        assert_eq!(refused["error"]["code"], "validation_failed", "{query}: {refused}");
    }
    let elsewhere = ground.signed_in("elsewhere").get("/api/{other}/users").await.is(200).json();
    assert!(names(&elsewhere).is_empty(), "{elsewhere}");
    ground.end().await;
}

#[tokio::test]
async fn one_member_is_told_whole_and_who_is_nobody_here_is_not_there() {
    covers!("T-API-18");
    let ground = WebWorld::start().await;
    ground.posts("ann", Currency::Server, EntryKind::Daily, 100, "Daily reward");
    ground.posts("ann", Currency::Luxury, EntryKind::Gift, 7, "Rose");
    let (viewer, ann) = (ground.signed_in("viewer"), ground.world.user("ann"));
    let one = viewer.get(&format!("/api/{{server}}/users/{ann}")).await.is(200).json();
    assert_eq!(
        (&one["user"]["balance"], &one["user"]["luxury_coins"], &one["songs"]),
        (&json!(100), &json!(7), &json!(0))
    );
    let kinds: Vec<&Value> = one["recent_transactions"].as_array().unwrap().iter().map(|of| &of["type"]).collect();
    assert_eq!(kinds, ["gift", "daily"], "{one}");
    let cookie = ground.buys("ann", "Cookie", 30, 2);
    let owning = viewer.get(&format!("/api/{{server}}/users/{ann}")).await.is(200).json();
    let owned = json!([{ "item_id": cookie, "name": "Cookie", "quantity": 2 }]);
    assert_eq!((&owning["user"]["inventory"], &owning["user"]["balance"]), (&owned, &json!(40)), "{owning}");
    let member = ground.world.user("ben");
    let unknown = viewer.get(&format!("/api/{{server}}/users/{member}")).await.is(200).json();
    assert_eq!((&unknown["user"]["balance"], &unknown["user"]["user"]["is_member"]), (&json!(0), &json!(true)));
    for nobody in [ground.world.user("landlady").to_string(), "1".to_owned(), "0".to_owned(), "ann".to_owned()] {
        viewer.get(&format!("/api/{{server}}/users/{nobody}")).await.is(404);
    }
    ground.end().await;
}

#[tokio::test]
async fn a_balance_is_changed_by_an_amount_or_set_to_one_and_what_is_wrong_changes_nothing() {
    covers!("T-API-05");
    let ground = WebWorld::start().await;
    let (admin, ann) = (ground.signed_in("admin"), ground.world.user("ann"));
    let path = format!("/api/{{server}}/users/{ann}/balance");
    let puts = |body: Value| {
        let (admin, path) = (&admin, &path);
        async move { admin.json(Method::PUT, path, &body).await }
    };
    let added = puts(json!({ "amount": 100, "set": false, "reason": "Admin adjustment" })).await.is(200).json();
    assert_eq!(
        (&added["kind"], &added["before"], &added["after"]),
        (&json!("admin_adjust"), &json!(0), &json!(100)),
        "{added}"
    );
    assert_eq!((&added["success"], &added["currency"]), (&json!(true), &json!("server")));
    let set = puts(json!({ "amount": "40", "set": true, "reason": "as agreed" })).await.is(200).json();
    assert_eq!((&set["amount"], &set["after"]), (&json!(-60), &json!(40)), "{set}");
    let taken = puts(json!({ "amount": -50, "reason": "a mistake" })).await.is(200).json();
    assert_eq!(
        (&taken["amount"], &taken["requested"], &taken["after"]),
        (&json!(-40), &json!(50), &json!(0)),
        "{taken}"
    );
    assert_eq!(ground.money_of("ann"), 0);
    for (body, field) in [
        (json!({ "amount": 0, "reason": "x" }), "amount"),
        (json!({ "amount": 1.5, "reason": "x" }), "amount"),
        (json!({ "amount": "many", "reason": "x" }), "amount"),
        (json!({ "reason": "x" }), "amount"),
        (json!({ "amount": 9_007_199_254_740_992_u64, "reason": "x" }), "amount"),
        (json!({ "amount": -1, "set": true, "reason": "x" }), "amount"),
        (json!({ "amount": 5, "reason": " " }), "reason"),
        (json!({ "amount": 5, "reason": "x", "currency": "points" }), "currency"),
        (json!({ "amount": 5, "reason": "x", "currency": "euro" }), "currency"),
        (json!({ "amount": 5, "reason": "x", "set": "maybe" }), "set"),
        (json!({ "amount": 5, "reason": "x", "user": "ben" }), "user"),
    ] {
        let refused = puts(body.clone()).await.is(422).json();
        assert!(refused["error"]["details"]["fields"].get(field).is_some(), "{body}: {refused}");
    }
    assert_eq!(ground.money_of("ann"), 0, "nothing of that counted");
    let same = puts(json!({ "amount": 0, "set": true, "reason": "x" })).await.is(409);
    assert_eq!(same.code().as_deref(), Some("coins.unchanged"));
    let luxury = json!({ "amount": 5, "reason": "x", "currency": "luxury" });
    puts(luxury.clone()).await.is(403);
    ground.signed_in("administrator").json(Method::PUT, &path, &luxury).await.is(200);
    assert_eq!(ground.coins_of("ann"), 5);
    let robot = MemberSpec { name: "robot".into(), bot: true, ..MemberSpec::default() };
    let robot = ground.world.sim.add_member(ground.world.ids.guild, robot).await.unwrap().to_string();
    let strange = ground.world.user("landlady").to_string();
    for (user, told) in [(&robot, "Bots have no balance"), (&strange, "is not in this server")] {
        let path = format!("/api/{{server}}/users/{user}/balance");
        for body in [json!({ "amount": 5, "reason": "x" }), json!({ "amount": 5, "set": true, "reason": "x" })] {
            let refused = admin.json(Method::PUT, &path, &body).await.is(422).json();
            let told_of = refused["error"]["details"]["fields"]["member"].as_str().unwrap_or_default();
            assert!(told_of.contains(told), "{refused}");
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn five_changes_of_balances_a_minute_are_taken_of_whoever_acts() {
    covers!("T-ERR-02");
    let ground = WebWorld::start().await;
    let path = |member: &str| format!("/api/{{server}}/users/{}/balance", ground.world.user(member));
    let body = json!({ "amount": 1, "reason": "Admin adjustment" });
    let (admin, program) = (ground.signed_in("admin"), ground.token("admin", &[Scope::Economy]));
    for member in ["ann", "ben", "ann", "ben"] {
        admin.json(Method::PUT, &path(member), &body).await.is(200);
    }
    program.json(Method::PUT, &path("ann"), &body).await.is(200);
    let refused = admin.json(Method::PUT, &path("ben"), &body).await.is(429);
    assert!(!refused.header("retry-after").is_empty(), "{:?}", refused.headers);
    program.json(Method::PUT, &path("ben"), &body).await.is(429);
    // Somebody else is not held up.
    ground.signed_in("owner").json(Method::PUT, &path("ben"), &body).await.is(200);
    ground.world.pass(Duration::from_mins(1)).await;
    admin.json(Method::PUT, &path("ben"), &body).await.is(200);
    assert_eq!((ground.money_of("ann"), ground.money_of("ben")), (3, 4));
    ground.end().await;
}

#[tokio::test]
async fn the_card_of_a_member_gives_takes_and_sets_and_the_notice_takes_it_back() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann");
    let (card, action) = (format!("/g/{{server}}/members/{ann}"), format!("/g/{{server}}/members/{ann}/balance"));
    let admin = ground.signed_in("admin");
    let sends = |act: &'static str, amount: &'static str| {
        let (admin, card, action) = (&admin, &card, &action);
        async move { admin.submit_on(card, action, &[("act", act), ("amount", amount), ("reason", "the quiz")]).await }
    };
    sends("give", "250").await.is(303);
    let page = admin.get(&card).await.is(200);
    assert!(page.seen().contains("got 250 coins and has 250 now"), "{}", page.seen());
    assert!(page.form(&ground.path(&format!("{card}/coins"))).is_none(), "Luxury Coins are an administrator's");
    let undo = page.form(&ground.path("/g/{server}/ledger/1/undo")).expect("the notice has its undo");
    admin.fill_in(&undo, &[]).await.is(303);
    assert_eq!(ground.money_of("ann"), 0);
    sends("set", "40").await.is(303);
    let wrong = sends("take", "-5").await.is(422);
    assert!(wrong.seen().contains("The amount has to be a whole number"), "{}", wrong.seen());
    // What may be a slip is asked about.
    let asked = sends("give", "50000").await.is(303).location();
    let asked = admin.get(&asked).await.is(200);
    assert!(asked.seen().contains("Give 50,000 coins?"), "{}", asked.seen());
    assert_eq!(ground.money_of("ann"), 40);
    admin.fill_in(&asked.form(&ground.path(&action)).unwrap(), &[]).await.is(303);
    assert_eq!(ground.money_of("ann"), 50_040);
    // An entry of Luxury Coins is taken back by whoever may give them.
    ground.people_of_samples("ben", "123456");
    let latest = ground.signed_in("viewer").get("/api/{server}/ledger?currency=luxury").await.is(200).json();
    let entry = latest["items"][0]["entry"].as_u64().unwrap();
    let undo = format!("/api/{{server}}/ledger/{entry}/undo");
    admin.json(Method::POST, &undo, &Value::Null).await.is(403);
    ground.signed_in("administrator").json(Method::POST, &undo, &Value::Null).await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn who_left_is_listed_taken_back_and_in_the_end_closed_after_a_look_at_whom_it_is() {
    covers!("T-API-19", "T-API-20", "T-API-21");
    let ground = WebWorld::start().await;
    for member in ["ann", "ben"] {
        ground.posts(member, Currency::Server, EntryKind::Daily, 100, "Daily reward");
        ground.posts(member, Currency::Luxury, EntryKind::Gift, 7, "Rose");
        ground.has_left(member);
    }
    let viewer = ground.signed_in("viewer");
    let now = viewer.get("/api/{server}/users/inactive?days=0").await.is(200).json();
    assert_eq!((now["total"].as_u64(), now["users"][0]["left_at"].is_string()), (Some(2), true), "{now}");
    assert_eq!(viewer.get("/api/{server}/users/inactive").await.is(200).json()["total"], 0);
    ground.world.pass(DAY * 31).await;
    let (admin, viewer) = (ground.signed_in("admin"), ground.signed_in("viewer"));
    assert_eq!(viewer.get("/api/{server}/users/inactive").await.is(200).json()["total"], 2);
    viewer.get("/api/{server}/users/inactive?days=-1").await.is(422);
    let back = format!("/api/{{server}}/users/{}/reactivate", ground.world.user("ben"));
    viewer.json(Method::POST, &back, &Value::Null).await.is(403);
    let told = admin.json(Method::POST, &back, &Value::Null).await.is(200).json();
    assert_eq!((&told["is_active"], &told["was_inactive"]), (&json!(true), &json!(true)), "{told}");
    let again = admin.json(Method::POST, &back, &Value::Null).await.is(200).json();
    assert_eq!(again["was_inactive"], false);

    let path = "/api/{server}/users/cleanup";
    let ann = ground.world.user("ann").to_string();
    let dry = admin.json(Method::POST, path, &json!({ "days": 30, "dry_run": true })).await.is(200).json();
    let expected = json!({ "cleaned": 1, "total_balance": 100, "user_ids": [ann], "dry_run": true, "success": true });
    assert_eq!(dry, expected);
    assert_eq!(ground.money_of("ann"), 100, "a look changes nothing");
    ground.world.pass(Duration::from_mins(11)).await;
    let late = admin.json(Method::POST, path, &json!({ "days": 30 })).await.is(403);
    assert_eq!(late.code().as_deref(), Some("proof_needed"));
    let admin = ground.signed_in("admin");
    let done = admin.json(Method::POST, path, &json!({ "days": 30 })).await.is(200).json();
    assert_eq!((&done["cleaned"], &done["dry_run"]), (&json!(1), &json!(false)), "{done}");
    assert_eq!((ground.money_of("ann"), ground.coins_of("ann"), ground.money_of("ben")), (0, 7, 100));
    let closing = viewer.get("/api/{server}/transactions?limit=1").await.is(200).json();
    assert_eq!(closing["transactions"][0]["type"], "admin_adjust", "{closing}");
    for days in [json!(0), json!(-3), json!("soon"), json!(1.5)] {
        admin.json(Method::POST, path, &json!({ "days": days, "dry_run": true })).await.is(422);
    }
    ground.end().await;
}

#[tokio::test]
async fn a_member_claims_the_daily_reward_on_their_own_page_once_and_reads_why_they_have_what_they_have() {
    covers!("T-CUR-05");
    let ground = WebWorld::start().await;
    let ann = ground.signed_in("ann");
    let page = ann.get("/me/{server}").await.is(200);
    let form = page.form(&ground.path("/me/{server}/daily")).expect("the reward can be claimed");
    assert_eq!(ann.fill_in(&form, &[]).await.is(303).location(), ground.path("/me/{server}"));
    let page = ann.get("/me/{server}").await.is(200);
    assert!(page.seen().contains("You got 100 coins and have 100 now."), "{}", page.seen());
    assert!(
        page.seen().contains("Why do I have 100 coins?") && page.seen().contains("Daily reward"),
        "{}",
        page.seen()
    );
    assert!(page.form(&ground.path("/me/{server}/daily")).is_none(), "it is claimed");
    let again = ann.json(Method::POST, "/api/{server}/me/daily", &Value::Null).await.is(409);
    assert_eq!(again.code().as_deref(), Some("currency.claimed_already"));
    let mine = ann.get("/api/{server}/me").await.is(200).json();
    assert_eq!((&mine["currency"]["balance"], &mine["currency"]["entries"][0]["kind"]), (&json!(100), &json!("daily")));
    assert!(mine["currency"]["next_claim"].is_string(), "{mine}");
    ground.world.pass(DAY).await;
    let ann = ground.signed_in("ann");
    ann.json(Method::POST, "/api/{server}/me/daily", &Value::Null).await.is(200);
    assert_eq!(ground.money_of("ann"), 200);
    // On Discord it is the same claim.
    let owner = ground.signed_in("owner");
    owner.json(Method::PATCH, "/api/{server}/settings", &json!({ "features.currency": false })).await.is(200);
    let off = ann.json(Method::POST, "/api/{server}/me/daily", &Value::Null).await;
    assert_eq!(off.code().as_deref(), Some("feature.off"), "{}", off.text());
    assert!(!ann.get("/me/{server}").await.is(200).seen().contains("Your daily reward"));
    ground.end().await;
}

#[tokio::test]
async fn the_economy_of_each_currency_is_seen_with_its_largest_holders_and_what_it_comes_from() {
    let ground = WebWorld::start().await;
    ground.posts("ann", Currency::Server, EntryKind::Daily, 3_000, "Daily reward");
    ground.posts("ben", Currency::Server, EntryKind::TaskReward, 1_000, "a task");
    ground.posts("ben", Currency::Server, EntryKind::ShopPurchase, -500, "a cookie");
    let viewer = ground.signed_in("viewer");
    let page = viewer.get("/g/{server}/economy").await.is(200);
    let seen = page.seen();
    for told in ["3,500", "among 2 members", "+4,000", "a daily claim", "a purchase", "86 %", "Largest holders"] {
        assert!(seen.contains(told), "{told}: {seen}");
    }
    let luxury = viewer.get("/g/{server}/economy?currency=luxury").await.is(200).seen();
    assert!(
        luxury.contains("A skip for 1,000 Luxury Coins takes") && luxury.contains("Nobody has any yet."),
        "{luxury}"
    );
    viewer.get("/g/{server}/economy?currency=euro").await.is(422);
    ground.world.pass(DAY * 7).await;
    let viewer = ground.signed_in("viewer");
    let later = viewer.get("/g/{server}/economy?currency=server").await.is(200).seen();
    assert!(later.contains("4,000 coins came into being, and only 500 of them were spent"), "{later}");
    ground.signed_in("member").get("/g/{server}/economy").await.is(403);
    ground.end().await;
}
