//! The ledger by the names of seed 001: pages and their filters, one transaction, what came and went, proof, files, and the archive.

use std::time::Duration;

use greenroom::activity::{Filter, newest};
use greenroom::covers;
use greenroom::features::coins::activity::ARCHIVED;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::service;
use greenroom::kernel::actor::Actor;
use greenroom::signin::scope::Scope;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;

const DAY: Duration = Duration::from_hours(24);

impl WebWorld {
    /// A balance of somebody changes by an entry of the ledger.
    pub fn posts(&self, member: &str, currency: Currency, kind: EntryKind, delta: i64, reason: &str) {
        let (guild, user, reason) = (self.here(), self.world.user(member), reason.to_owned());
        self.write(move |tx| {
            let (reason, actor) = (reason.clone(), Actor::System);
            service::apply(tx, guild, &Posting { currency, user, delta, kind, reason, actor }).map(drop)
        });
    }

    /// Entries 1 to 5, a day between each: dailies of ann and ben, a purchase of ann's, coins of ben's.
    async fn traded(&self) {
        let server = Currency::Server;
        self.posts("ann", server, EntryKind::Daily, 100, "Daily reward");
        self.world.pass(DAY).await;
        self.posts("ben", server, EntryKind::Daily, 100, "Daily reward");
        self.posts("ann", server, EntryKind::ShopPurchase, -30, "=cmd() a cookie");
        self.world.pass(DAY).await;
        self.posts("ben", Currency::Luxury, EntryKind::Gift, 7, "Rose");
        self.posts("ann", server, EntryKind::ShopRefund, 30, "a refund");
    }
}

fn numbers(page: &Value) -> Vec<u64> {
    let transactions = page["transactions"].as_array().unwrap_or_else(|| panic!("{page}"));
    transactions.iter().map(|transaction| transaction["entry"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_sum_beyond_what_every_reader_keeps_is_a_text_and_no_digit_is_lost() {
    let ground = WebWorld::start().await;
    let most = 9_007_199_254_740_991_i64;
    for _ in 0..2 {
        ground.posts("ann", Currency::Server, EntryKind::AdminSet, most, "up");
        ground.posts("ann", Currency::Server, EntryKind::AdminSet, -most, "down");
    }
    ground.posts("ann", Currency::Server, EntryKind::AdminSet, most, "up");
    let told =
        ground.signed_in("viewer").get("/api/{server}/transactions/statistics?currency=server").await.is(200).json();
    let of_currency = &told["currencies"][0];
    assert_eq!(
        (&of_currency["earned"], &of_currency["spent"]),
        (&json!("27021597764222973"), &json!("18014398509481982")),
        "{told}"
    );
    ground.end().await;
}

#[tokio::test]
async fn transactions_are_found_by_each_filter_in_both_orders_and_counted() {
    covers!("T-API-12");
    let ground = WebWorld::start().await;
    ground.traded().await;
    let (viewer, ann) = (ground.signed_in("viewer"), ground.world.user("ann"));
    let day = |days: u32| ground.world.hand.now().before(DAY * days).strftime("%Y-%m-%d");
    let (today, yesterday) = (day(0), day(1));
    for (query, expected) in [
        (String::new(), vec![5, 4, 3, 2, 1]),
        ("sort=oldest".to_owned(), vec![1, 2, 3, 4, 5]),
        ("sort=-timestamp&limit=2&offset=1".to_owned(), vec![4, 3]),
        ("sort=timestamp&limit=2&offset=4".to_owned(), vec![5]),
        ("offset=9000000000".to_owned(), vec![]),
        (format!("user_id={ann}"), vec![5, 3, 1]),
        ("type=shop".to_owned(), vec![3]),
        ("type=shop_purchase".to_owned(), vec![3]),
        ("currency=luxury".to_owned(), vec![4]),
        (format!("user_id={ann}&type=daily&currency=server"), vec![1]),
        (format!("start_date={yesterday}&end_date={yesterday}"), vec![3, 2]),
        (format!("start_date={today}"), vec![5, 4]),
    ] {
        let page = viewer.get(&format!("/api/{{server}}/transactions?{query}")).await.is(200).json();
        assert_eq!(numbers(&page), expected, "{query}: {page}");
        assert_eq!(page["success"], true);
    }
    let page = viewer.get("/api/{server}/transactions?limit=2").await.is(200).json();
    assert_eq!(page["pagination"]["total"], 5, "{page}");
    assert_eq!(page["statistics"][1], json!({ "currency": "server", "entries": 4, "came": 230, "went": 30 }), "{page}");
    let first = &page["transactions"][0];
    assert_eq!(
        (&first["type"], &first["balance_before"], &first["balance_after"]),
        (&json!("shop_refund"), &json!(70), &json!(100))
    );
    assert_eq!((&first["user"]["id"], &first["metadata"]["actor"]), (&json!(ann.to_string()), &json!("system")));
    for (query, field) in [
        ("type=nonsense", "kind"),
        ("currency=euro", "currency"),
        ("sort=balance", "sort"),
        ("limit=501", "limit"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("offset=-1", "offset"),
        ("offset=1.5", "offset"),
        ("start_date=yesterday", "from"),
        ("start_date=2026-11-21&end_date=2026-11-20", "to"),
        ("user_id=nobody.of.that.name", "member"),
    ] {
        let refused = viewer.get(&format!("/api/{{server}}/transactions?{query}")).await.is(422).json();
        assert_eq!(refused["success"], false, "{query}: {refused}");
        let fields = refused["error"]["details"]["fields"].as_object().unwrap();
        assert_eq!(fields.keys().collect::<Vec<_>>(), [field], "{query}: {refused}");
    }
    ground.end().await;
}

#[tokio::test]
async fn a_transaction_is_found_by_its_public_name_in_its_own_server_alone() {
    covers!("T-API-14", "T-EDG-13");
    let ground = WebWorld::start().await;
    ground.traded().await;
    let viewer = ground.signed_in("viewer");
    let page = viewer.get("/api/{server}/transactions?type=shop").await.is(200).json();
    let name = page["transactions"][0]["id"].as_str().unwrap().to_owned();
    assert!(name.starts_with(&format!("txn_{}_", ground.here())), "{name}");
    let one = viewer.get(&format!("/api/{{server}}/transactions/{name}")).await.is(200).json();
    let user = &one["transaction"]["user"];
    assert_eq!(
        (&one["transaction"]["id"], &user["display_name"], &user["is_member"]),
        (&json!(name), &json!("ann"), &json!(true))
    );
    assert_eq!(user["is_bot"], false, "{user}");
    let elsewhere = ground.signed_in("elsewhere");
    elsewhere.get(&format!("/api/{{other}}/transactions/{name}")).await.is(404);
    let (head, _) = name.rsplit_once('_').unwrap();
    for other in ["3", "txn_1_1_000003", &format!("{head}_zzzzzz"), &format!("{head}x_000003")] {
        viewer.get(&format!("/api/{{server}}/transactions/{other}")).await.is(404);
    }
    ground.end().await;
}

#[tokio::test]
async fn statistics_tell_what_was_earned_and_spent_in_whole_days_without_what_was_given_back() {
    covers!("T-API-13");
    let ground = WebWorld::start().await;
    ground.traded().await;
    let (viewer, ann) = (ground.signed_in("viewer"), ground.world.user("ann"));
    let of = |query: String| {
        let viewer = &viewer;
        async move { viewer.get(&format!("/api/{{server}}/transactions/statistics?{query}")).await.is(200).json() }
    };
    let all = of("currency=server".to_owned()).await;
    let server = &all["currencies"][0];
    assert_eq!(
        (&server["earned"], &server["spent"], &server["entries"]),
        (&json!(200), &json!(30), &json!(4)),
        "{all}"
    );
    assert_eq!(server["activity"].as_array().map(Vec::len), Some(3), "{all}");
    assert_eq!(server["by_type"][0], json!({ "type": "daily", "entries": 2, "came": 200, "went": 0 }), "{all}");
    let today = of("period=day".to_owned()).await;
    let currencies: Vec<&Value> = today["currencies"].as_array().unwrap().iter().map(|of| &of["currency"]).collect();
    assert_eq!(currencies, ["luxury", "server"], "{today}");
    assert_eq!((&today["currencies"][1]["earned"], &today["from"]), (&json!(0), &today["to"]), "{today}");
    let of_ann = of(format!("user_id={ann}&period=week")).await;
    assert_eq!(
        (&of_ann["user_id"], &of_ann["currencies"][0]["spent"]),
        (&json!(ann.to_string()), &json!(30)),
        "{of_ann}"
    );
    assert_eq!(of_ann["partial"], false);
    for query in ["period=decade", "period=-1", "currency=euro", "user_id=nobody.of.that.name"] {
        viewer.get(&format!("/api/{{server}}/transactions/statistics?{query}")).await.is(422);
    }
    ground.end().await;
}

#[tokio::test]
async fn whether_the_entries_of_a_member_explain_their_balances_is_told_for_each_currency() {
    covers!("T-API-15", "T-TXN-01");
    let ground = WebWorld::start().await;
    ground.traded().await;
    let (admin, ann) = (ground.signed_in("admin"), ground.world.user("ann").to_string());
    let asked = json!({ "user_id": ann });
    let told = admin.json(Method::POST, "/api/{server}/transactions/validate", &asked).await.is(200).json();
    assert_eq!((&told["valid"], &told["user_id"]), (&json!(true), &json!(ann)), "{told}");
    let server = told["currencies"].as_array().unwrap().iter().find(|of| of["currency"] == "server").unwrap();
    assert_eq!((&server["expected"], &server["actual"], &server["entries"]), (&json!(100), &json!(100), &json!(3)));
    for wrong in [json!({}), json!({ "user_id": "" }), json!({ "user_id": 5 }), json!({ "user": ann })] {
        admin.json(Method::POST, "/api/{server}/transactions/validate", &wrong).await.is(422);
    }
    ground.end().await;
}

#[tokio::test]
async fn files_hold_what_the_filter_lets_through_as_csv_and_json_and_all_of_it_as_sqlite() {
    covers!("T-API-16");
    let ground = WebWorld::start().await;
    ground.traded().await;
    let (admin, ann) = (ground.signed_in("admin"), ground.world.user("ann"));
    let path = "/api/{server}/transactions/export";
    let csv = admin.get(&format!("{path}?user_id={ann}&type=shop")).await.is(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.text().lines().count() == 2 && csv.text().contains(",'=cmd() a cookie,"), "{}", csv.text());
    let file = admin.get(&format!("{path}?format=json&user_id={ann}")).await.is(200);
    assert_eq!(file.header("content-type"), "application/json");
    assert!(file.header("content-disposition").contains(".json"), "{:?}", file.headers);
    let entries: Vec<u64> =
        file.json().as_array().unwrap().iter().map(|transaction| transaction["entry"].as_u64().unwrap()).collect();
    assert_eq!(entries, [1, 3, 5], "the oldest comes first");
    let none = admin.get(&format!("{path}?format=json&type=import")).await.is(200).json();
    assert_eq!(none, json!([]));
    let everything = admin.get(&format!("{path}?format=sqlite")).await.is(200);
    assert!(everything.body.starts_with(b"SQLite format 3"));
    for wrong in ["format=xml", "format=sqlite&type=shop", "start_date=2026-11-21&end_date=2026-11-20"] {
        admin.get(&format!("{path}?{wrong}")).await.is(422);
    }
    ground.signed_in("viewer").get(path).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn old_transactions_are_archived_after_a_look_at_how_many_and_everything_still_adds_up() {
    covers!("T-API-17");
    let ground = WebWorld::start().await;
    ground.traded().await;
    let (admin, viewer) = (ground.signed_in("admin"), ground.signed_in("viewer"));
    let path = "/api/{server}/transactions/archive";
    let page = viewer.get("/api/{server}/transactions?type=shop").await.is(200).json();
    let name = page["transactions"][0]["id"].as_str().unwrap().to_owned();
    let before = viewer.get("/api/{server}/transactions/statistics").await.is(200).json();

    let dry = json!({ "days_to_keep": 1, "archive": true, "dry_run": true });
    let told = admin.json(Method::POST, path, &dry).await.is(200).json();
    assert_eq!((&told["archived"], &told["dry_run"]), (&json!(1), &json!(true)), "{told}");
    let usual = admin.json(Method::POST, path, &json!({})).await.is(200).json();
    assert_eq!((&usual["archived"], &usual["kept"]), (&json!(0), &json!(true)), "90 days are kept: {usual}");
    ground.world.pass(DAY).await;
    let (admin, viewer) = (ground.signed_in("admin"), ground.signed_in("viewer"));
    let done = admin.json(Method::POST, path, &json!({ "days_to_keep": "1", "archive": true })).await.is(200).json();
    assert_eq!((&done["archived"], &done["success"]), (&json!(3), &json!(true)), "{done}");
    let again = admin.json(Method::POST, path, &json!({ "days_to_keep": 1 })).await.is(200).json();
    assert_eq!(again["archived"], 0, "{again}");

    let left = viewer.get("/api/{server}/transactions?sort=oldest").await.is(200).json();
    let kinds: Vec<&Value> = left["transactions"].as_array().unwrap().iter().map(|of| &of["type"]).collect();
    assert_eq!(kinds, ["archive_opening", "archive_opening", "gift", "shop_refund"], "{left}");
    let after = viewer.get("/api/{server}/transactions/statistics").await.is(200).json();
    assert_eq!(after["currencies"], before["currencies"], "what came and went stays told");
    let one = viewer.get(&format!("/api/{{server}}/transactions/{name}")).await.is(200).json();
    assert_eq!(one["transaction"]["metadata"]["archived"], true, "{one}");
    for member in ["ann", "ben"] {
        let asked = json!({ "user_id": ground.world.user(member).to_string() });
        let told = admin.json(Method::POST, "/api/{server}/transactions/validate", &asked).await.is(200).json();
        assert_eq!(told["valid"], true, "{told}");
    }
    let guild = ground.here();
    let noted = ground.world.read(move |read| {
        let filter = Filter { kind: Some(ARCHIVED.name()), ..Filter::default() };
        newest(read, guild, &filter, None, 9)
    });
    let entries: Vec<u64> = noted.rows.iter().filter_map(|(_, told)| Some(ARCHIVED.details(told)?.entries)).collect();
    assert_eq!(entries, [3], "what did nothing is not noted");
    ground.end().await;
}

#[tokio::test]
async fn the_front_end_is_an_index_a_script_and_a_sheet_over_servers_members_and_transactions() {
    covers!("T-DSH-01");
    let ground = WebWorld::start().await;
    ground.traded().await;
    let viewer = ground.signed_in("viewer");
    let index = viewer.get("/index.html").await.is(200);
    assert_eq!(
        index.text().contains("Night Owl Reviews"),
        viewer.get("/").await.is(200).text().contains("Night Owl Reviews")
    );
    assert!(index.seen().contains("Night Owl Reviews"), "{}", index.seen());
    for (name, kind) in [("script.js", "javascript"), ("styles.css", "text/css")] {
        let text = index.text();
        let address = text.split('"').find(|part| part.starts_with("/assets/") && part.ends_with(name)).unwrap();
        let file = viewer.get(address).await.is(200);
        assert!(file.header("content-type").contains(kind) && !file.body.is_empty(), "{address}");
    }
    for (page, list) in [("members", "users"), ("ledger", "transactions")] {
        let page = viewer.get(&format!("/g/{{server}}/{page}")).await.is(200).text();
        assert!(page.contains(&format!("data-list=\"{list}\"")), "{list}");
    }
    ground.end().await;
}

#[tokio::test]
async fn the_owner_alone_deletes_old_transactions_with_a_fresh_proof() {
    let ground = WebWorld::start().await;
    ground.traded().await;
    let path = "/api/{server}/transactions/archive";
    let deletes = json!({ "days_to_keep": 1, "archive": false });
    ground.signed_in("admin").json(Method::POST, path, &deletes).await.is(403);
    let program = ground.token("owner", &[Scope::Economy]);
    let refused = program.json(Method::POST, path, &deletes).await.is(403);
    assert_eq!(refused.code().as_deref(), Some("proof_needed"));
    let done = ground.signed_in("owner").json(Method::POST, path, &deletes).await.is(200).json();
    assert_eq!((&done["archived"], &done["kept"]), (&json!(1), &json!(false)), "{done}");
    let viewer = ground.signed_in("viewer");
    let statistics = viewer.get("/api/{server}/transactions/statistics?currency=server").await.is(200).json();
    assert_eq!(statistics["currencies"][0]["earned"], 100, "{statistics}");
    let admin = ground.signed_in("admin");
    for days in [json!(0), json!(-1), json!(1.5), json!("many"), json!(9_007_199_254_740_992_u64)] {
        let body = json!({ "days_to_keep": days, "dry_run": true });
        admin.json(Method::POST, path, &body).await.is(422);
    }
    ground.end().await;
}

#[tokio::test]
async fn the_page_of_data_tells_how_many_would_be_archived_and_does_it() {
    let ground = WebWorld::start().await;
    ground.traded().await;
    ground.world.pass(DAY).await;
    let admin = ground.signed_in("admin");
    let (page, action) = ("/g/{server}/data", "/g/{server}/data/archive");
    assert!(!admin.get(page).await.is(200).seen().contains("Delete them"), "deleting is the owner's");
    admin.submit_on(page, action, &[("days_to_keep", "1"), ("dry_run", "true")]).await.is(303);
    let told = admin.get(page).await.is(200).seen();
    assert!(told.contains("3 entries of before") && told.contains("Nothing was changed."), "{told}");
    let wrong = admin.submit_on(page, action, &[("days_to_keep", "none"), ("dry_run", "false")]).await.is(422);
    assert!(wrong.seen().contains("It takes a whole number from 1 to 36,500."), "{}", wrong.seen());
    let archives = [("days_to_keep", "1"), ("dry_run", "false")];
    let asked = admin.submit_on(page, action, &archives).await.is(303).location();
    let asked = admin.get(&asked).await.is(200);
    assert!(asked.seen().contains("Archive 3 entries of before"), "{}", asked.seen());
    admin.fill_in(&asked.form(&ground.path(action)).expect("the question has its yes"), &[]).await.is(303);
    let told = admin.get(page).await.is(200).seen();
    assert!(told.contains("3 entries of before") && told.contains("left the ledger for the archive."), "{told}");
    assert!(ground.signed_in("owner").get(page).await.is(200).seen().contains("Delete them"));
    ground.end().await;
}
