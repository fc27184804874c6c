//! The shop through the front door: items, stock, orders, codes, and what a member buys by a page.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::shop::codes::{self, NewCode};
use greenroom::features::shop::model::{CodeGift, Item, ItemId, ItemKind, Stock};
use greenroom::features::shop::{queries, service};
use greenroom::flows::code_redeemed;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::signin::scope::Scope;
use greenroom::sim::{ChannelSpec, RoleSpec};
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::html::forms;
use super::person::{Answer, Person};
use crate::patience::within;

impl WebWorld {
    /// An item of the first server.
    pub(in crate::web) fn sells(&self, item: Item) -> ItemId {
        let guild = self.here();
        self.write(move |tx| Ok(service::add(tx, guild, Actor::System, item.clone())?.0))
    }

    fn item(&self, id: ItemId) -> Item {
        let guild = self.here();
        self.world.read(move |read| queries::any_item(read, guild, id)).unwrap()
    }

    fn held(&self, member: &str, id: ItemId) -> u32 {
        let (guild, user) = (self.here(), self.world.user(member));
        self.world.read(move |read| queries::held(read, guild, user, id))
    }
}

fn cookie(price: u32, stock: u32) -> Item {
    Item { stock: Stock::Pieces(stock), ..Item::new("Cookie", Amount::of(price)) }
}

/// Changes something that was seen so.
async fn changes(person: &Person<'_>, path: &str, body: &Value, seen: &str) -> Answer {
    let csrf = person.csrf().unwrap();
    let headers = [("content-type", "application/json"), ("x-csrf-token", csrf.as_str()), ("if-match", seen)];
    person.ask(Method::PUT, path, &headers, serde_json::to_vec(body).unwrap()).await
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_item_is_made_by_a_program_and_its_answer_has_the_message() {
    covers!("T-API-07", "T-SYN-15", "T-SYN-16", "T-SYN-17");
    let ground = WebWorld::start().await;
    ground.world.chooses("shop-admin channel", "general").await;
    let admin = ground.signed_in("admin");
    let body = json!({
        "name": "Cookie", "description": "Delicious cookie", "price": 100, "category": "consumable", "stock": -1,
        "emoji": "🍪",
    });
    let made = admin.json(Method::POST, "/api/{server}/shop", &body).await.is(200).json();
    assert_eq!((&made["success"], &made["sync_status"]), (&json!(true), &json!("synced")), "{made}");
    assert!(made["message_id"].is_string() && made["item_id"] == "1" && made["stock"] == -1, "{made}");
    let shown = ground.world.said_in("general").await;
    assert!(shown.iter().any(|message| message.text().contains("Cookie")), "it is posted");
    let refused = admin.json(Method::POST, "/api/{server}/shop", &json!({ "name": "Cake" })).await.is(422).json();
    assert_eq!(refused["success"], false);
    assert!(refused["error"]["details"]["fields"]["price"].is_string(), "{refused}");
    ground.end().await;
}

#[tokio::test]
async fn what_can_be_no_item_is_said_at_its_field_and_changes_nothing() {
    covers!("T-ERR-05");
    let ground = WebWorld::start().await;
    let id = ground.sells(cookie(100, 5));
    let before = ground.item(id);
    let admin = ground.signed_in("admin");
    let path = format!("/api/{{server}}/shop/{id}");
    for (body, field) in [
        (json!({ "price": -1 }), "price"),
        (json!({ "price": 1.5 }), "price"),
        (json!({ "price": 9_007_199_254_740_992_u64 }), "price"),
        (json!({ "price": "many" }), "price"),
        (json!({ "name": " " }), "name"),
        (json!({ "stock": -2 }), "stock"),
        (json!({ "emoji": "cookie" }), "emoji"),
        (json!({ "per_member": 0 }), "per_member"),
        (json!({ "kind": "role" }), "role_id"),
        (json!({ "kind": "loan" }), "kind"),
        (json!({ "starts_at": "2026-12-02T00:00:00Z", "ends_at": "2026-12-01T00:00:00Z" }), "ends_at"),
        (json!({ "prize": 5 }), "prize"),
    ] {
        let refused = admin.json(Method::PUT, &path, &body).await.is(422).json();
        assert!(refused["error"]["details"]["fields"].get(field).is_some(), "{body}: {refused}");
    }
    for (body, status) in [
        (json!({ "quantity": -5, "operation": "add" }), 422),
        (json!({ "quantity": 1.5, "operation": "set" }), 422),
        (json!({ "quantity": "many" }), 422),
        (json!({ "quantity": 5, "operation": "double" }), 422),
        (json!({ "quantity": 6, "operation": "subtract" }), 409),
    ] {
        admin.json(Method::PUT, &format!("{path}/stock"), &body).await.is(status);
    }
    assert_eq!(ground.item(id), before);
    admin.get("/api/{server}/shop?sort=colour").await.is(422);
    admin.get("/api/{server}/shop?limit=9999").await.is(422);
    ground.end().await;
}

#[tokio::test]
async fn items_are_listed_by_filter_and_whoever_sees_no_pages_sees_what_is_for_sale() {
    covers!("T-API-06", "T-API-07");
    let ground = WebWorld::start().await;
    for (name, price, stock, is_active) in [("Cookie", 100, 5, true), ("Medal", 900, 0, true), ("Draft", 10, 5, false)]
    {
        ground.sells(Item { name: name.to_owned(), is_active, ..cookie(price, stock) });
    }
    let viewer = ground.signed_in("viewer");
    for (query, found) in [
        ("", vec!["Cookie", "Draft", "Medal"]),
        ("?active_only=true", vec!["Cookie", "Medal"]),
        ("?active_only=true&include_out_of_stock=false", vec!["Cookie"]),
        ("?sort=-price&limit=2", vec!["Medal", "Cookie"]),
        ("?category=CONSUMABLE&q=oo", vec!["Cookie"]),
        ("?category=badges", vec![]),
    ] {
        let page = viewer.get(&format!("/api/{{server}}/shop{query}")).await.is(200).json();
        assert_eq!(names(&page), found, "{query}");
    }
    let member = ground.signed_in("member");
    let page = member.get("/api/{server}/shop").await.is(200).json();
    assert_eq!((names(&page), &page["pagination"]["total"]), (vec!["Cookie", "Medal"], &json!(2)));
    let draft = "/api/{server}/shop/3";
    assert_eq!(viewer.get(draft).await.is(200).json()["item"]["name"], "Draft");
    assert_eq!(member.get(draft).await.is(404).code().as_deref(), Some("shop.no_such_item"));
    ground.end().await;
}

#[tokio::test]
async fn an_item_of_another_server_is_not_there() {
    let ground = WebWorld::start().await;
    let guild = ground.other();
    ground.write(move |tx| {
        for _ in 0..3 {
            service::add(tx, guild, Actor::System, Item::new("Indigo Wagtail", Amount::ZERO))?;
        }
        Ok(())
    });
    ground.sells(cookie(100, 5));
    let admin = ground.signed_in("admin");
    for (method, path, body) in [
        (Method::GET, "/api/{server}/shop/3", Value::Null),
        (Method::PUT, "/api/{server}/shop/3", json!({ "price": 1 })),
        (Method::PUT, "/api/{server}/shop/3/stock", json!({ "quantity": 1 })),
        (Method::DELETE, "/api/{server}/shop/3", Value::Null),
        (Method::POST, "/api/{server}/shop/3/buy", Value::Null),
        (Method::GET, "/api/{other}/shop/3", Value::Null),
        (Method::POST, "/api/{other}/shop/3/buy", Value::Null),
    ] {
        let answer = admin.json(method, path, &body).await.is(404);
        assert!(!answer.text().contains("Indigo"), "{path}: {}", answer.text());
    }
    ground.end().await;
}

#[tokio::test]
async fn an_edit_of_what_somebody_else_changed_is_refused_and_shows_what_is_there() {
    let ground = WebWorld::start().await;
    let id = ground.sells(cookie(100, 5));
    let admin = ground.signed_in("admin");
    let (path, page) = (format!("/api/{{server}}/shop/{id}"), ground.path(&format!("/g/{{server}}/shop/{id}")));
    let seen = admin.get(&path).await.is(200).header("etag");
    let other = ground.signed_in("owner");
    let form = other.get(&page).await.is(200).form(&page).expect("the page has its form");
    let changed = changes(&admin, &path, &json!({ "price": 120 }), &seen).await.is(200);
    assert_eq!(changed.json()["revision"], 1);
    let late = changes(&admin, &path, &json!({ "price": 150 }), &seen).await.is(412);
    assert_eq!(late.code().as_deref(), Some("stale"));
    assert!(late.json()["error"]["details"]["revision"].is_string());

    // What is sold meanwhile makes no edit stale.
    ground.earns("ann", 1_000);
    let seen = admin.get(&path).await.is(200).header("etag");
    ground.signed_in("ann").json(Method::POST, &format!("{path}/buy"), &Value::Null).await.is(200);
    assert_ne!(admin.get(&path).await.is(200).header("etag"), seen, "what is shown is another");
    changes(&admin, &path, &json!({ "description": "Sweet" }), &seen).await.is(200);

    // A form that was opened before comes back with what was typed and what is there.
    let again = other.fill_in(&form, &[("price", "90")]).await.is(412);
    assert!(again.seen().contains("Now it is: 120"), "{}", again.seen());
    let kept = again.form(&page).unwrap();
    assert!(kept.fields.iter().any(|(name, value)| name == "price" && value == "90"));
    other.fill_in(&kept, &[]).await.is(303);
    assert_eq!((ground.item(id).price, ground.item(id).stock), (Amount::of(90), Stock::Pieces(4)));
    ground.end().await;
}

#[tokio::test]
async fn the_stock_is_changed_by_one_click_and_taken_back_by_another() {
    covers!("T-API-08", "T-SYN-19");
    let ground = WebWorld::start().await;
    let id = ground.sells(cookie(100, 5));
    let admin = ground.signed_in("admin");
    let page = admin.get("/g/{server}/shop").await.is(200);
    let more = ground.path(&format!("/g/{{server}}/shop/{id}/stock?operation=add"));
    assert!(page.text().contains(&format!("formaction=\"{}\"", more.replace('&', "&amp;"))), "{}", page.text());
    let csrf = admin.csrf().unwrap();
    admin.post(&more, &[("quantity", "10"), ("csrf", &csrf)]).await.is(303);
    assert_eq!(ground.item(id).stock, Stock::Pieces(15));
    let page = admin.get("/g/{server}/shop").await.is(200);
    assert!(page.seen().contains("There are 15 of Cookie now."), "{}", page.seen());
    let change = forms(&page.text()).into_iter().find(|form| form.action.ends_with("/undo")).expect("an undo");
    admin.fill_in(&change, &[]).await.is(303);
    assert_eq!(ground.item(id).stock, Stock::Pieces(5));
    let (path, fifty) = (format!("/api/{{server}}/shop/{id}/stock"), json!({ "quantity": 50, "operation": "set" }));
    assert_eq!(admin.json(Method::PUT, &path, &fifty).await.is(200).json()["stock"], 50);
    let viewer = ground.signed_in("viewer").get("/g/{server}/shop").await.is(200);
    assert!(!viewer.text().contains("stock?operation"), "who may not change it has no buttons");
    ground.end().await;
}

#[tokio::test]
async fn whatever_is_done_to_an_item_can_be_undone_from_its_history_until_somebody_else_changed_it() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    admin.submit("/g/{server}/shop/new", &[("name", "Cookie"), ("price", "100"), ("kind", "consumable")]).await.is(303);
    let (id, page) = (ItemId::new(1), "/g/{server}/shop/1");
    assert_eq!((ground.item(id).stock, ground.item(id).price), (Stock::Unlimited, Amount::of(100)));
    admin.submit_on(page, page, &[("price", "120"), ("emoji", "🍪")]).await.is(303);
    assert_eq!(ground.item(id).called(), "🍪 Cookie");
    let removed = admin.submit_on(page, page, &[("price", "0")]).await.is(303);
    assert_eq!(removed.location(), ground.path(page));
    // A browser goes there, and so is told of this change before it makes the next.
    admin.get(page).await.is(200);
    let csrf = admin.csrf().unwrap();
    admin.post(&format!("{page}/remove"), &[("csrf", &csrf)]).await.is(303);
    let gone = admin.get(page).await.is(200);
    assert!(gone.seen().contains("This item was removed."), "{}", gone.seen());
    // Only the last change has its button; with each that is taken back the one before it would be overwritten.
    let undo = |answer: &Answer| {
        forms(&answer.text()).into_iter().filter(|form| form.action.contains("/changes/")).collect::<Vec<_>>()
    };
    let ways = undo(&gone);
    assert!(!ways.is_empty() && ways.iter().all(|way| way.action == ways[0].action), "{}", gone.text());
    admin.fill_in(&ways[0], &[]).await.is(303);
    assert!(ground.item(id).removed_at.is_none() && ground.item(id).price == Amount::ZERO);
    // The same undo once more is of another item by now.
    let again = admin.fill_in(&ways[0], &[]).await;
    assert!(matches!(again.status, 303 | 409), "{}", again.text());
    assert!(ground.item(id).removed_at.is_none());
    ground.end().await;
}

#[tokio::test]
async fn a_role_above_the_bots_is_refused_where_it_is_chosen() {
    let ground = WebWorld::start().await;
    let spec = RoleSpec { name: "Boss".into(), position: Some(90), ..RoleSpec::default() };
    let role = ground.world.sim.create_role(ground.world.ids.guild, spec).await.unwrap();
    let owner = ground.signed_in("owner");
    let body = json!({ "name": "Be the boss", "price": 1, "kind": "role", "role_id": role.to_string() });
    let refused = owner.json(Method::POST, "/api/{server}/shop", &body).await.is(422).json();
    let why = refused["error"]["details"]["fields"]["role_id"].as_str().unwrap_or_default();
    assert!(why.contains("roles that stand below mine"), "{refused}");
    let form = owner.get("/g/{server}/shop/new").await.is(200);
    assert!(form.text().contains("Boss – cannot be given"), "{}", form.text());
    ground.end().await;
}

#[tokio::test]
async fn a_channel_or_role_that_was_just_made_on_discord_can_be_chosen_at_once() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let (settings, item) = ("/g/{server}/settings/economy", "/g/{server}/shop/new");
    assert!(!owner.get(settings).await.is(200).text().contains("fresh-shop"));
    assert!(!owner.get(item).await.is(200).text().contains("Fresh Fan"));
    let (sim, guild) = (&ground.world.sim, ground.world.ids.guild);
    sim.create_channel(guild, ChannelSpec { name: "fresh-shop".into(), ..ChannelSpec::default() }).await.unwrap();
    sim.create_role(guild, RoleSpec { name: "Fresh Fan".into(), ..RoleSpec::default() }).await.unwrap();
    // No time passes: they are there as soon as the gateway has told of them.
    let are_chosen = async {
        while !owner.get(settings).await.is(200).text().contains("fresh-shop") {
            tokio::task::yield_now().await;
        }
        while !owner.get(item).await.is(200).text().contains("Fresh Fan") {
            tokio::task::yield_now().await;
        }
    };
    within("what was made on Discord can be chosen", are_chosen).await;
    ground.end().await;
}

#[tokio::test]
async fn a_member_buys_by_a_page_once_however_often_they_click() {
    covers!("T-SHP-20");
    let ground = WebWorld::start().await;
    let id = ground.sells(cookie(100, 5));
    ground.earns("ann", 250);
    let ann = ground.signed_in("ann");
    let page = ann.get("/me/{server}/shop").await.is(200);
    let buy = page.form(&ground.path(&format!("/me/{{server}}/shop/{id}/buy"))).expect("it can be bought");
    for _ in 0..2 {
        ann.fill_in(&buy, &[]).await.is(303);
    }
    assert_eq!((ground.held("ann", id), ground.item(id).stock), (1, Stock::Pieces(4)));
    let page = ann.get("/me/{server}/shop").await.is(200);
    assert!(page.seen().contains("You bought 1 × Cookie for 100 coins."), "{}", page.seen());
    // The same pressed once more, on the page as it is by now, may be a slip: it is asked about, and a yes counts.
    let again = page.form(&buy.action).expect("it can be bought once more");
    let asks = ann.fill_in(&again, &[]).await.is(303).location();
    assert_eq!(ground.held("ann", id), 1, "nothing was bought by that");
    let question = ann.get(&asks).await.is(200);
    assert!(question.seen().contains("You bought 1 × Cookie just now."), "{}", question.seen());
    ground.world.pass(std::time::Duration::from_secs(61)).await;
    ann.fill_in(&question.form(&buy.action).unwrap(), &[]).await.is(303);
    assert_eq!((ground.held("ann", id), ground.item(id).stock), (2, Stock::Pieces(3)));
    // The notice has the way back.
    let page = ann.get("/me/{server}/shop").await.is(200);
    let undo = forms(&page.text()).into_iter().find(|form| form.action.ends_with("/return")).unwrap();
    ann.fill_in(&undo, &[]).await.is(303);
    assert_eq!((ground.held("ann", id), ground.item(id).stock), (1, Stock::Pieces(4)));
    let page = ann.get("/me/{server}/shop").await.is(200);
    let give_back = forms(&page.text()).into_iter().find(|form| form.action.ends_with("/return"));
    ann.fill_in(&give_back.expect("it can be given back"), &[]).await.is(303);
    assert_eq!((ground.held("ann", id), ground.item(id).stock), (0, Stock::Pieces(5)));
    // Nobody buys what they cannot afford, and what they would need is said instead of a button.
    let refused =
        ann.json(Method::POST, &format!("/api/{{server}}/shop/{id}/buy"), &json!({ "quantity": 3 })).await.is(409);
    assert_eq!(refused.code().as_deref(), Some("shop.cannot_afford"));
    let path = format!("/api/{{server}}/shop/{id}/buy");
    for _ in 0..6 {
        ann.json(Method::POST, &path, &json!({ "quantity": 3 })).await.is(409);
    }
    ground.end().await;
}

#[tokio::test]
async fn what_somebody_has_is_used_up_and_told_on_their_page_and_card() {
    let ground = WebWorld::start().await;
    let id = ground.sells(cookie(0, 5));
    let ann = ground.signed_in("ann");
    let bought = ann
        .json(Method::POST, &format!("/api/{{server}}/shop/{id}/buy"), &json!({ "quantity": "3" }))
        .await
        .is(200)
        .json();
    assert_eq!((&bought["held"], &bought["purchase"]["quantity"]), (&json!(3), &json!(3)), "{bought}");
    ann.submit_on("/me/{server}/shop", &format!("/me/{{server}}/shop/{id}/use"), &[("quantity", "2")]).await.is(303);
    let own = ann.get("/api/{server}/shop/inventory").await.is(200).json();
    assert_eq!(own["items"][0]["quantity"], 1, "{own}");
    assert!(ann.get("/me/{server}").await.is(200).seen().contains("1 × Cookie"));
    let viewer = ground.signed_in("viewer");
    let card = viewer.get(&format!("/g/{{server}}/members/{}", ground.world.user("ann"))).await.is(200);
    assert!(card.seen().contains("Items of the shop"), "{}", card.seen());
    let refused =
        ann.json(Method::POST, &format!("/api/{{server}}/shop/{id}/use"), &json!({ "quantity": 2 })).await.is(409);
    assert_eq!(refused.code().as_deref(), Some("shop.not_held"));
    ground.end().await;
}

#[tokio::test]
async fn orders_wait_the_oldest_first_until_they_are_handed_over_or_given_back() {
    let ground = WebWorld::start().await;
    let id = ground.sells(Item { kind: ItemKind::Order, name: "<b>Song</b>".to_owned(), ..cookie(50, 5) });
    for member in ["ann", "ben"] {
        ground.earns(member, 100);
        ground
            .signed_in(member)
            .json(Method::POST, &format!("/api/{{server}}/shop/{id}/buy"), &Value::Null)
            .await
            .is(200);
    }
    let moderator = ground.signed_in("moderator");
    assert!(moderator.get("/g/{server}").await.is(200).seen().contains("2 orders wait to be handed over"));
    let page = moderator.get("/g/{server}/shop/orders").await.is(200);
    let at = |member: &str| page.text().find(&format!("/members/{}\"", ground.world.user(member)));
    let (first, second) = (at("ann"), at("ben"));
    assert!(
        first.is_some()
            && first < second
            && page.text().contains("&lt;b&gt;Song&lt;/b&gt;")
            && !page.text().contains("<b>Song"),
        "{}",
        page.text()
    );
    let orders = "/g/{server}/shop/orders";
    moderator.submit_on(orders, "/g/{server}/shop/orders/1/hand-over", &[]).await.is(303);
    let late = moderator.json(Method::POST, "/api/{server}/shop/orders/1/hand-over", &Value::Null).await.is(409);
    assert_eq!(late.code().as_deref(), Some("shop.not_waiting"));
    moderator.submit_on(orders, "/g/{server}/shop/orders/2/refund", &[]).await.is(303);
    let left = moderator.get("/api/{server}/shop/orders").await.is(200).json();
    assert_eq!(left["items"], json!([]));
    let all = moderator.get("/api/{server}/shop/purchases").await.is(200).json();
    let states: Vec<&str> =
        all["items"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(states, ["refunded", "handed_over"]);
    assert_eq!(ground.item(id).stock, Stock::Pieces(4));
    ground.signed_in("viewer").get("/g/{server}/shop/orders").await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn codes_are_made_shown_to_administrators_alone_and_revoked() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let codes = "/g/{server}/shop/codes";
    admin.submit(codes, &[("amount", "50"), ("max_uses", "3"), ("code", "owl night 1")]).await.is(303);
    let page = admin.get(codes).await.is(200);
    assert!(page.seen().contains("OWLN-IGHT-1") && page.seen().contains("50 coins"), "{}", page.seen());
    for (body, field) in [
        (json!({}), "amount"),
        (json!({ "amount": 5, "item_id": 1 }), "amount"),
        (json!({ "amount": 5, "max_uses": 0 }), "max_uses"),
        (json!({ "amount": 5, "code": "owlnight1" }), "code"),
        (json!({ "amount": 5, "code": "short" }), "code"),
        (json!({ "item_id": "77" }), "item_id"),
        (json!({ "amount": 5, "expires_at": "2020-01-01T00:00:00Z" }), "expires_at"),
    ] {
        let refused = admin.json(Method::POST, "/api/{server}/shop/codes", &body).await.is(422).json();
        assert!(refused["error"]["details"]["fields"].get(field).is_some(), "{body}: {refused}");
    }
    ground.token("admin", &[Scope::Read]).get("/api/{server}/shop/codes").await.is(403);
    ground.signed_in("moderator").get("/api/{server}/shop/codes").await.is(403);
    // What is used up or revoked stays to be looked at, with who redeemed it.
    admin.submit(codes, &[("amount", "7"), ("code", "only once")]).await.is(303);
    let (guild, ann) = (ground.here(), ground.world.user("ann"));
    ground.write(move |tx| code_redeemed::run(tx, guild, ann, "only once").map(drop));
    let page = admin.get(codes).await.is(200);
    assert!(page.text().contains(&format!("/members/{ann}")), "{}", page.seen());
    let page = page.seen();
    let (open, ended) = page.split_once("Used up or ended").expect("it has not vanished");
    assert!(open.contains("OWLN-IGHT-1") && !open.contains("ONLY-ONCE"), "{page}");
    assert!(ended.contains("ONLY-ONCE") && ended.contains("used up"), "{page}");
    admin.submit_on(codes, "/g/{server}/shop/codes/1/revoke", &[]).await.is(303);
    let page = admin.get(codes).await.is(200).seen();
    let (_, ended) = page.split_once("Used up or ended").unwrap();
    assert!(ended.contains("OWLN-IGHT-1") && ended.contains("revoked") && ended.contains("nobody"), "{page}");
    assert_eq!(admin.get("/api/{server}/shop/codes").await.is(200).json()["codes"], json!([]));
    ground.end().await;
}

#[tokio::test]
async fn an_empty_shop_says_what_to_do_and_the_palette_finds_what_is_in_it() {
    let ground = WebWorld::start().await;
    let (admin, viewer) = (ground.signed_in("admin"), ground.signed_in("viewer"));
    let empty = admin.get("/g/{server}/shop").await.is(200);
    assert!(empty.seen().contains("No items yet.") && empty.seen().contains("Make the first"), "{}", empty.seen());
    assert!(empty.seen().contains("there is no shop channel yet"), "{}", empty.seen());
    assert!(!viewer.get("/g/{server}/shop").await.is(200).seen().contains("Make the first"));
    let id = ground.sells(cookie(100, 5));
    let found = viewer.get("/g/{server}/palette?q=cook").await.is(200).json();
    let place = json!({ "href": ground.path(&format!("/g/{{server}}/shop/{id}")), "label": "Cookie", "kind": "item" });
    assert!(found["items"].as_array().unwrap().contains(&place), "{found}");
    let none = viewer.get("/g/{server}/shop?q=cake").await.is(200).seen();
    assert!(none.contains("No item fits."), "{none}");
    ground.end().await;
}

#[tokio::test]
async fn a_code_is_redeemed_on_the_page_and_nobody_guesses_one() {
    covers!("T-ERR-05");
    let ground = WebWorld::start().await;
    let (guild, gives) = (ground.here(), CodeGift::Currency(Amount::of(50)));
    let wanted = NewCode { text: Some("SUMMER-2026".to_owned()), gives, most: 5, until: None };
    ground.write(move |tx| codes::make(tx, guild, Actor::System, &wanted).map(drop));
    let member = ground.signed_in("member");
    let redeems = async |code: &str| member.submit("/me/{server}/shop/redeem", &[("code", code)]).await;
    let wrong = redeems("WINTER-2026").await.is(422).text();
    assert!(wrong.contains("That is no code of this server") && wrong.contains("WINTER-2026"), "{wrong}");
    let right = redeems("summer 2026").await.is(303);
    let shown = member.get(&right.location()).await.is(200).text();
    assert!(shown.contains("You get") && shown.contains("50"), "{shown}");
    let again = redeems("SUMMER2026").await;
    assert!(again.text().contains("You redeemed that code already"), "{}", again.text());
    // Five wrong ones, and the right one is not looked at either: as by the command.
    let thief = ground.signed_in("ann");
    for number in 0..5 {
        ground.world.pass(Duration::from_secs(13)).await;
        let body = json!({ "code": format!("GUESSED{number}") });
        thief.json(Method::POST, "/api/{server}/shop/redeem", &body).await.is(422);
    }
    ground.world.pass(Duration::from_secs(61)).await;
    let body = json!({ "code": "SUMMER2026" });
    let refused = thief.json(Method::POST, "/api/{server}/shop/redeem", &body).await.is(429).json();
    assert_eq!(refused["error"]["code"], "shop.too_many_guesses", "{refused}");
    ground.end().await;
}
