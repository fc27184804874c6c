//! What the pages of the economy say of how things are: previews, what is switched off, words after an undo, and a conflict.

use greenroom::features::shop::model::{Item, ItemKind, PurchaseState, Stock};
use greenroom::features::shop::queries::{self, Of};
use greenroom::kernel::amount::Amount;
use reqwest::Method;
use serde_json::json;

use super::WebWorld;
use super::html::forms;

fn cookie() -> Item {
    Item { stock: Stock::Pieces(5), description: "Two\nlines".to_owned(), ..Item::new("Cookie", Amount::of(100)) }
}

#[tokio::test]
async fn what_is_off_leaves_the_bar_leads_to_its_setting_and_what_was_paid_for_is_handed_over_all_the_same() {
    let ground = WebWorld::start().await;
    let id = ground.sells(Item { kind: ItemKind::Order, ..cookie() });
    ground.earns("ann", 500);
    ground
        .signed_in("ann")
        .json(Method::POST, &format!("/api/{{server}}/shop/{id}/buy"), &serde_json::Value::Null)
        .await
        .is(200);
    let (owner, viewer, moderator) =
        (ground.signed_in("owner"), ground.signed_in("viewer"), ground.signed_in("moderator"));
    let task = ground.task_by(&owner, "Greet", 100, -1).await;
    ground.hands_in("ben", task, "done");
    let (home, member) = ("/g/{server}", format!("/g/{{server}}/members/{}", ground.world.user("ann")));
    let told = owner.get(home).await.is(200).seen();
    assert!(told.contains("1 proof of a task waits") && !told.contains("Shop (off)"), "{told}");
    assert!(owner.get(&member).await.is(200).seen().contains("Give, take or set"));
    let off = json!({ "features.currency": false, "features.tasks": false });
    owner.json(Method::PATCH, "/api/{server}/settings", &off).await.is(200);

    let told = owner.get(home).await.is(200).seen();
    assert!(told.contains("Shop (off)") && told.contains("Tasks (off)"), "{told}");
    assert!(!told.contains("waits for a review") && told.contains("1 order waits to be handed over"), "{told}");
    let told = viewer.get(home).await.is(200).text();
    assert!(!told.contains(&ground.path("/g/{server}/shop\"")) && told.contains("Ledger"), "{told}");
    assert!(!owner.get(&member).await.is(200).seen().contains("Give, take or set coins"));

    let shop = owner.get("/g/{server}/shop").await.is(409);
    assert!(shop.seen().contains("Switched off") && shop.text().contains("#f-features.currency"), "{}", shop.text());
    assert!(!shop.seen().contains("Nothing was changed"), "{}", shop.seen());
    let shop = viewer.get("/g/{server}/shop").await.is(409);
    assert!(shop.seen().contains("Administrators switch it on") && !shop.text().contains("#f-features"));

    let orders = moderator.get("/g/{server}/shop/orders").await.is(200);
    let hand_over = forms(&orders.text()).into_iter().find(|form| form.action.ends_with("/hand-over")).unwrap();
    moderator.fill_in(&hand_over, &[]).await.is(303);
    let guild = ground.here();
    let bought = ground.world.read(move |read| queries::purchases(read, guild, Of::Guild, None, 1)).pop().unwrap();
    assert_eq!(bought.purchase.state, PurchaseState::HandedOver);
    ground.world.settle().await;
    ground.end().await;
}

#[tokio::test]
async fn a_preview_shows_what_was_typed_and_the_button_that_discord_shows() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let typed = [("name", "Owl"), ("price", "-4"), ("emoji", "🦉"), ("stock", "7"), ("per_member", "2")];
    let again = owner.submit("/g/{server}/shop/new", &typed).await.is(422).text();
    let (_, preview) = again.split_once("As members see it").unwrap();
    for told in ["🦉</span>", "Owl</span>", "7</span>", "up to <span"] {
        assert!(preview.contains(told), "{told}: {preview}");
    }
    let id = ground.sells(cookie());
    let page = format!("/g/{{server}}/shop/{id}");
    assert!(!owner.get(&page).await.is(200).seen().contains("Not for sale"));
    owner.submit_on(&page, &page, &[("is_active", "false")]).await.is(303);
    let told = owner.get(&page).await.is(200).seen();
    assert!(told.contains("Cookie is hidden: nobody can buy it now.") && told.contains("Not for sale"), "{told}");
    let task = [("name", "Greet"), ("reward", "many"), ("duration_hours", "5"), ("max_claims", "")];
    let again = owner.submit("/g/{server}/tasks/new", &task).await.is(422).seen();
    let (_, preview) = again.split_once("On Discord").unwrap();
    assert!(preview.contains("5 hours from your claim") && preview.contains("any number"), "{preview}");
    ground.world.settle().await;
    ground.end().await;
}

#[tokio::test]
async fn an_undo_says_what_it_came_to_and_a_conflict_names_the_fields_that_somebody_changed() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let made = owner.submit("/g/{server}/shop/new", &[("name", "Kbd"), ("price", "5")]).await.is(303).location();
    let told = owner.get(&made).await.is(200);
    let undo = forms(&told.text()).into_iter().find(|form| form.action.ends_with("/undo")).unwrap();
    let page = owner.fill_in(&undo, &[]).await.is(303).location();
    let told = owner.get(&page).await.is(200).seen();
    assert!(told.contains("Kbd is out of the shop again."), "{told}");

    let id = ground.sells(cookie());
    let page = format!("/g/{{server}}/shop/{id}");
    let form = owner.get(&page).await.is(200).form(&ground.path(&page)).unwrap();
    ground
        .signed_in("admin")
        .json(Method::PUT, &format!("/api/{{server}}/shop/{id}"), &json!({ "price": 120 }))
        .await
        .is(200);
    // A browser sends its own ends of lines.
    let clash = owner.fill_in(&form, &[("description", "Two\r\nlines"), ("name", "Biscuit")]).await.is(412).seen();
    assert!(clash.contains("Now it is: 120") && clash.contains("Now it is: Cookie"), "{clash}");
    assert!(!clash.contains("Now it is: Two"), "{clash}");
    ground.world.settle().await;
    ground.end().await;
}
