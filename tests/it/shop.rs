//! The shop as members and whoever runs the server meet it: commands, the message of an item, orders, refunds and codes.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::features::coins::service;
use greenroom::features::shop::queries;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::{RoleId, UserId};
use greenroom::posts::Sync;
use greenroom::sim::{CommandOutcome, Id, ModalCall, OverwriteSpec, RoleSpec, SeenMessage};

use crate::goods::{FIRST, balance, rich, stock};
use crate::patience::within;
use crate::world::{World, guild_spec};

/// A world in which #general is the shop.
async fn with_shop() -> World {
    let world = World::new().await;
    world.chooses("shop-admin channel", "general").await;
    world
}

fn held(world: &World, name: &str) -> u32 {
    let (guild, user) = (world.guild, world.user(name));
    world.app.bot.store.read_blocking("held", |read| queries::held(read, guild, user, FIRST)).unwrap()
}

fn sync(world: &World) -> Option<Sync> {
    let guild = world.guild;
    let state = world.app.bot.store.read_blocking("post", |read| queries::post(read, guild, FIRST)).unwrap();
    state.map(|state| state.sync)
}

/// The host makes an item.
async fn sells(world: &World, name: &str, price: i64, stock: i64) -> CommandOutcome {
    sells_with(world, name, price, stock, &[]).await
}

async fn sells_with(world: &World, name: &str, price: i64, stock: i64, more: &[(&str, String)]) -> CommandOutcome {
    let call = world.host().call("shop-admin add").with("name", name).with("description", "Very *good* @everyone");
    let call = call.with("price", price).with("stock", stock).with("emoji", "🍪");
    let call = more.iter().fold(call, |call, (option, value)| call.with(option, value.clone()));
    let answer = world.host().run_call(call).await;
    assert!(answer.is_ephemeral() && answer.error.is_none(), "{:?}", answer.error);
    answer
}

/// The owner sells a role, which they may promise whatever it is below the bot's.
async fn sells_role(world: &World, price: i64, stock: i64, role: Id, hours: Option<i64>) {
    let owner = world.member("owner");
    let call = owner.call("shop-admin add").with("name", "VIP").with("description", "Yours").with("price", price);
    let call = call.with("stock", stock).with("role", role.to_string());
    let call = hours.into_iter().fold(call, |call, hours| call.with("hours", hours));
    let made = owner.run_call(call).await.text();
    assert!(made.contains("is item **1**"), "{made}");
}

async fn buys(world: &World, name: &str, quantity: i64) -> CommandOutcome {
    let call = world.member(name).call("buy").with("item_id", "1").with("quantity", quantity);
    let answer = world.member(name).run_call(call).await;
    assert!(answer.is_ephemeral());
    answer
}

/// The messages of items in the shop.
async fn shown(world: &World) -> Vec<SeenMessage> {
    world.settle().await;
    world.said_in("general").await
}

/// Lets the messages of items be edited, which is not done more often than Discord likes.
async fn passes(world: &World, seconds: u64) {
    for _ in 0..seconds {
        world.pass(Duration::from_secs(1)).await;
    }
}

/// Presses Buy below the only message of the shop, and sends the form.
async fn presses(world: &World, name: &str, quantity: &str) -> CommandOutcome {
    let message = shown(world).await.pop().unwrap();
    let opened = world.member(name).press(&message, "Buy").await;
    assert!(opened.modal().is_some(), "a form opens: {}", opened.text());
    let fields = [("quantity".to_owned(), quantity.into())].into_iter().collect();
    let call =
        ModalCall { user: world.member(name).id, interaction: opened.interaction, fields, ..ModalCall::default() };
    let sent = world.sim.submit_modal(call).await.unwrap();
    let handled = world.app.bot.activity.finished(sent.interaction.get());
    within("the form is handled", handled).await;
    world.settle().await;
    world.sim.outcome(sent.interaction, Duration::ZERO).await.unwrap()
}

#[tokio::test]
async fn an_item_is_made_shown_and_bought_by_command_and_by_button() {
    covers!("T-SHP-03", "T-SHP-09", "T-SYN-16", "T-SYN-17", "T-HLP-28", "T-HLP-29", "T-HLP-30");
    let world = with_shop().await;
    let made = sells(&world, "Cookie", 100, 5).await.text();
    assert!(made.contains("is item **1**"), "{made}");
    let message = shown(&world).await.pop().unwrap();
    let text = message.text();
    for part in ["🍪 Cookie", "**100** coins", "**5** left", "consumable", r"Very \*good\*"] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    assert_eq!(sync(&world), Some(Sync::Synced));
    rich(&world, "ann", 1000);
    let answer = buys(&world, "ann", 2).await.text();
    assert!(
        answer.contains("You bought **2** × **🍪 Cookie** for **200** coins. You have **800** coins left"),
        "{answer}"
    );
    assert_eq!((balance(&world, "ann"), stock(&world), held(&world, "ann")), (800, 3, 2));
    let answer = presses(&world, "ann", "3").await.text();
    assert!(answer.contains("You bought **3**"), "{answer}");
    assert_eq!((balance(&world, "ann"), stock(&world), held(&world, "ann")), (500, 0, 5));
    passes(&world, 10).await;
    let all = shown(&world).await;
    assert_eq!(all.len(), 1, "the message is edited");
    assert_eq!(all[0].id(), message.id());
    assert!(all[0].text().contains("sold out"), "{}", all[0].text());
    let refused = buys(&world, "ann", 1).await.text();
    assert!(refused.contains("**Cookie** is sold out"), "{refused}");
    world.end().await;
}

#[tokio::test]
async fn who_cannot_pay_is_told_how_much_is_missing() {
    covers!("T-SHP-05");
    let world = with_shop().await;
    sells(&world, "Cookie", 100, -1).await;
    rich(&world, "ann", 150);
    let refused = buys(&world, "ann", 2).await.text();
    assert!(refused.contains("costs **200** coins, and you have **150** coins: **50** coins more"), "{refused}");
    let refused = presses(&world, "ann", "two").await.text();
    assert!(refused.contains("a whole number from 1 to 1000"), "{refused}");
    assert_eq!((balance(&world, "ann"), held(&world, "ann")), (150, 0));
    world.end().await;
}

#[tokio::test]
async fn a_message_that_somebody_deleted_is_made_anew() {
    covers!("T-SYN-20");
    let world = with_shop().await;
    sells(&world, "Cookie", 100, 5).await;
    let first = shown(&world).await.pop().unwrap();
    world.sim.delete_message(world.channel("general"), first.id()).await.unwrap();
    let set =
        world.host().call("shop-admin stock").with("item_id", "1").with("operation", "set").with("quantity", 9_i64);
    let answer = world.host().run_call(set).await.text();
    assert!(answer.contains("**9** left"), "{answer}");
    passes(&world, 10).await;
    let again = shown(&world).await;
    assert_eq!(again.len(), 1);
    assert!(again[0].id() != first.id() && again[0].text().contains("**9** left"));
    assert_eq!(sync(&world), Some(Sync::Synced));
    world.end().await;
}

#[tokio::test]
async fn a_post_that_discord_refuses_is_told_and_tried_again() {
    covers!("T-SYN-18");
    let world = with_shop().await;
    world.chooses("setdebugchannel", "staff").await;
    let may_post = async |may: bool| {
        let denied = if may { "[]" } else { "[\"SEND_MESSAGES\"]" };
        let overwrite = OverwriteSpec {
            target: world.sim.bot().to_string(),
            deny: serde_json::from_str(denied).unwrap(),
            ..OverwriteSpec::default()
        };
        world.sim.set_overwrite(world.channel("general"), overwrite).await.unwrap();
    };
    may_post(false).await;
    sells(&world, "Cookie", 100, 5).await;
    assert!(matches!(sync(&world), Some(Sync::Failed | Sync::PendingSync)), "{:?}", sync(&world));
    assert_eq!(shown(&world).await.len(), 0);
    may_post(true).await;
    let again = world.host().run_with("shop-admin repost", [("item_id", "Cookie".to_owned())]).await.text();
    assert!(again.contains("is posted in"), "{again}");
    passes(&world, 5).await;
    assert_eq!((shown(&world).await.len(), sync(&world)), (1, Some(Sync::Synced)));
    world.end().await;
}

#[tokio::test]
async fn an_item_that_is_removed_takes_its_message_along() {
    covers!("T-HLP-31");
    let world = with_shop().await;
    sells(&world, "Cookie", 100, 5).await;
    rich(&world, "ann", 100);
    buys(&world, "ann", 1).await;
    let removed = world.host().run_with("shop-admin remove", [("item_id", "1".to_owned())]).await.text();
    assert!(removed.contains("Removed **🍪 Cookie**"), "{removed}");
    passes(&world, 5).await;
    assert_eq!(shown(&world).await.len(), 0);
    let inventory = world.member("ann").run("inventory").await.text();
    assert!(inventory.contains("**1** × 🍪 Cookie"), "{inventory}");
    let used = world.member("ann").run_with("use", [("item_id", "Cookie".to_owned())]).await.text();
    assert!(used.contains("You used **1** × **🍪 Cookie**"), "{used}");
    world.end().await;
}

#[tokio::test]
async fn an_item_of_another_server_is_not_found_by_its_number() {
    covers!("T-GEN-08");
    let world = with_shop().await;
    sells(&world, "Cookie", 0, 5).await;
    let other = world.sim.create_guild(guild_spec("Elsewhere")).await.unwrap();
    let (guild, channel) = (other.guild, other.channels["general"]);
    let ann = world.member("ann").in_guild(guild, channel);
    let answer = ann.run_with("buy", [("item_id", "1".to_owned())]).await.text();
    assert!(answer.contains("no such item in this server"), "{answer}");
    assert_eq!(stock(&world), 5);
    world.end().await;
}

#[tokio::test]
async fn the_message_of_an_item_pings_nobody() {
    let world = with_shop().await;
    let name = format!("<@{}> @here", world.user("ann"));
    sells(&world, &name, 100, 5).await;
    let message = shown(&world).await.pop().unwrap();
    assert!(message.pinged().is_nobody(), "{}", message.text());
    world.end().await;
}

#[tokio::test]
async fn five_hundred_buyers_for_seven_pieces_leave_none_and_sell_no_more() {
    covers!("T-EDG-07");
    let world = with_shop().await;
    sells(&world, "Cookie", 10, 7).await;
    let guild = world.guild;
    let (store, mut tries) = (world.app.bot.store.clone(), Vec::new());
    for user in (1..=500).map(|number| UserId::new(9_000 + number)) {
        let store = store.clone();
        tries.push(tokio::spawn(async move {
            let posting = Posting {
                currency: Currency::Server,
                user,
                delta: 10,
                kind: EntryKind::AdminAdd,
                reason: "a test".into(),
                actor: Actor::System,
            };
            store.write("rich", move |tx| service::apply(tx, guild, &posting)).await.unwrap();
            let order = greenroom::flows::shop_bought::Order { user, roles: Vec::new(), item: FIRST, quantity: 1 };
            let bought = move |tx: &greenroom::store::Tx<'_>| greenroom::flows::shop_bought::run(tx, guild, &order);
            store.write("shop_bought", bought).await.is_ok()
        }));
    }
    let mut bought = 0;
    for tried in tries {
        bought += u32::from(tried.await.unwrap());
    }
    assert_eq!((bought, stock(&world)), (7, 0));
    passes(&world, 10).await;
    assert!(shown(&world).await[0].text().contains("sold out"));
    let edits = world.requests_with("PATCH", &format!("/channels/{}/messages", world.channel("general"))).await;
    assert!(edits.len() <= 8, "seven purchases are few edits: {}", edits.len());
    world.end().await;
}

#[tokio::test]
async fn a_role_above_the_bots_is_refused_when_the_item_is_made() {
    let world = with_shop().await;
    let spec = RoleSpec { name: "boss".into(), position: Some(99), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    let answer = sells_with(&world, "Boss", 1, -1, &[("role", role.to_string())]).await.text();
    assert!(answer.contains("roles that stand below mine"), "{answer}");
    assert_eq!(shown(&world).await.len(), 0);
    world.end().await;
}

#[tokio::test]
async fn a_role_that_is_not_below_somebodys_own_is_not_theirs_to_sell() {
    let world = with_shop().await;
    let spec = RoleSpec { name: "vip".into(), position: Some(1), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    let answer = sells_with(&world, "VIP", 1, -1, &[("role", role.to_string())]).await.text();
    assert!(answer.contains("roles that stand below your own"), "{answer}");
    assert_eq!(shown(&world).await.len(), 0);
    world.end().await;
}

/// Whether a member has a role.
fn has(world: &World, name: &str, role: Id) -> bool {
    let (guild, user) = (world.ids.guild, world.member(name).id);
    world.sim.look(|discord| discord.member(guild, user).is_some_and(|member| member.roles.contains(&role)))
}

#[tokio::test]
async fn a_role_for_a_while_is_given_and_ends() {
    let world = with_shop().await;
    let spec = RoleSpec { name: "vip".into(), position: Some(1), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    sells_role(&world, 10, -1, role, Some(2)).await;
    rich(&world, "ann", 100);
    let bought = buys(&world, "ann", 1).await.text();
    assert!(bought.contains(&format!("You get <@&{role}> until")), "{bought}");
    assert!(has(&world, "ann", role));
    world.pass(Duration::from_hours(2)).await;
    passes(&world, 2).await;
    assert!(!has(&world, "ann", role));
    let until = world.app.bot.store.read_blocking("until", |read| {
        greenroom::roles::until(read, world.guild, world.user("ann"), RoleId::new(role.get()))
    });
    assert_eq!(until.unwrap(), None);
    world.end().await;
}

#[tokio::test]
async fn a_refund_returns_money_stock_role_and_pieces() {
    let world = with_shop().await;
    let spec = RoleSpec { name: "vip".into(), position: Some(1), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    sells_role(&world, 40, 5, role, None).await;
    rich(&world, "ann", 100);
    let answer = buys(&world, "ann", 1).await.original.unwrap();
    assert!(has(&world, "ann", role));
    assert_eq!((balance(&world, "ann"), stock(&world), held(&world, "ann")), (60, 4, 1));
    let back = world.member("ann").press(&answer, "Give it back").await.text();
    assert!(back.contains("and **40** coins returned. You have **100** coins now"), "{back}");
    assert_eq!((balance(&world, "ann"), stock(&world), held(&world, "ann")), (100, 5, 0));
    assert!(!has(&world, "ann", role));
    let late = buys(&world, "ann", 1).await;
    world.pass(Duration::from_mins(31)).await;
    let refused = world.member("ann").press(&late.original.unwrap(), "Give it back").await.text();
    assert!(refused.contains("Please ask a moderator"), "{refused}");
    let back = world.host().run_with("shop-admin refund", [("purchase_id", "2".to_owned())]).await.text();
    assert!(back.contains("returned to them. They have **100** coins now"), "{back}");
    world.end().await;
}

#[tokio::test]
async fn an_order_is_told_to_the_team_and_handed_over() {
    let world = with_shop().await;
    world.chooses("setdebugchannel", "staff").await;
    let call =
        world.host().call("shop-admin add").with("name", "Mug").with("description", "Yours").with("price", 10_i64);
    world.host().run_call(call.with("kind", "order: somebody hands it over")).await;
    rich(&world, "ann", 100);
    let bought = buys(&world, "ann", 1).await.text();
    assert!(bought.contains("It is order **1**"), "{bought}");
    let told = world.seen_in("staff").await.join("\n");
    assert!(told.contains("ordered 1 × **Mug**"), "{told}");
    let orders = world.host().run("shop-admin orders").await;
    assert!(orders.text().contains("**1** · 1 × Mug"), "{}", orders.text());
    let back = world.host().run_with("shop-admin refund", [("purchase_id", "1".to_owned())]).await.text();
    assert!(back.contains("returned to them"), "{back}");
    let told = world.member("ann").dms().await.join("\n");
    assert!(
        told.contains("Your purchase of **1** × **Mug** was taken back, and **10** coins returned to you"),
        "{told}"
    );
    world.end().await;
}

#[tokio::test]
async fn a_code_is_made_and_redeemed_once() {
    let world = with_shop().await;
    let call = world.host().call("shop-admin code").with("amount", 50_i64).with("text", "SUMMER-2026");
    let made = world.host().run_call(call).await.text();
    assert!(made.contains("`SUMM-ER20-26`"), "{made}");
    let redeem = async |name: &'static str, code: &'static str| {
        world.member(name).run_with("redeem", [("code", code.to_owned())]).await.text()
    };
    let given = redeem("ann", "summer 2026").await;
    assert!(given.contains("You get **50** coins and have **50** coins now"), "{given}");
    let again = redeem("ann", "SUMMER2026").await;
    assert!(again.contains("You redeemed that code already"), "{again}");
    let used_up = redeem("ben", "SUMMER2026").await;
    assert!(used_up.contains("That code cannot be redeemed any more"), "{used_up}");
    world.end().await;
}

#[tokio::test]
async fn the_shop_is_listed_and_completed_by_name() {
    let world = with_shop().await;
    for number in 1..=11 {
        sells(&world, &format!("Thing {number:02}"), number, -1).await;
    }
    let first = world.member("ann").run("shop view").await.original.unwrap();
    assert!(first.text().contains("Thing 01") && !first.text().contains("Thing 11"), "{}", first.text());
    let second = world.member("ann").press(&first, "Next ▶").await.text();
    assert!(second.contains("Thing 11"), "{second}");
    let offered = world.member("ann").offered("buy", "item_id", "thing 1").await;
    let names: Vec<_> = offered.iter().map(|choice| choice.name.clone()).collect();
    assert_eq!(names, ["10 Thing 10 (consumable)", "11 Thing 11 (consumable)"]);
    let one = world.member("ann").run_with("shop item", [("item_id", "thing 03".to_owned())]).await.text();
    assert!(one.contains("Thing 03") && one.contains("**3** coins"), "{one}");
    world.end().await;
}

#[tokio::test]
async fn only_those_who_run_the_server_manage_the_shop() {
    let world = with_shop().await;
    let call =
        world.member("ann").call("shop-admin add").with("name", "X").with("description", "Yours").with("price", 1_i64);
    let answer = world.member("ann").run_call(call).await;
    assert!(answer.text().contains("Only people who run this server"), "{}", answer.text());
    sells(&world, "Cookie", 1, -1).await;
    assert_eq!(world.member("ann").offered("shop-admin remove", "item_id", "").await.len(), 0);
    assert_eq!(world.host().offered("shop-admin remove", "item_id", "").await.len(), 1);
    world.configures("features.currency", "No").await;
    let off = buys(&world, "ann", 1).await.text();
    assert!(off.contains("switched off in this server"), "{off}");
    world.end().await;
}
