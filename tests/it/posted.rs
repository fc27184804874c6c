//! Messages and roles that follow rows, where Discord changed while nobody looked, or refuses what was promised.

use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::covers;
use greenroom::features::shop::model::{Item, ItemKind, Stock};
use greenroom::features::shop::{queries, service};
use greenroom::features::tasks::model::TASK_POST;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::kernel::ids::RoleId;
use greenroom::kernel::time::Timestamp;
use greenroom::posts::Sync;
use greenroom::roles;
use greenroom::sim::{
    CommandOutcome, ComponentCall, Fault, Id, OverwriteSpec, Permissions, RoleSpec, SeenMessage, World as Discord,
};

use crate::goods::{FIRST, balance, rich, stock};
use crate::patience::within;
use crate::site::Site;
use crate::world::World;

const DAY: Duration = Duration::from_hours(24);

/// A world in which #general is the shop, with a role that can be sold.
async fn with_shop() -> (World, Id) {
    let world = World::new().await;
    world.chooses("shop-admin channel", "general").await;
    world.chooses("setdebugchannel", "staff").await;
    let spec = RoleSpec { name: "vip".into(), position: Some(1), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    (world, role)
}

/// An item that gives a role, at the word of the operator, who may promise what any administrator may.
fn sells(world: &World, role: Id, hours: Option<u32>) {
    let kind = ItemKind::Role { role: RoleId::new(role.get()), hours };
    let item = Item { kind, category: String::new(), stock: Stock::Pieces(5), ..Item::new("VIP", Amount::of(10)) };
    let guild = world.guild;
    let add = move |tx: &greenroom::store::Tx<'_>| service::add(tx, guild, Actor::Operator, item.clone());
    world.app.bot.store.write_blocking("sells", add).unwrap();
}

fn has(world: &World, name: &str, role: Id) -> bool {
    let (guild, user) = (world.ids.guild, world.member(name).id);
    world.sim.look(|discord: &Discord| discord.member(guild, user).is_some_and(|member| member.roles.contains(&role)))
}

async fn buys(world: &World, name: &str) -> String {
    let answer = world.member(name).run_with("buy", [("item_id", "1".to_owned())]).await;
    world.settle().await;
    answer.text()
}

/// The message of the item, after a while in which it may be edited.
async fn shown(world: &World) -> SeenMessage {
    for _ in 0..10 {
        world.pass(Duration::from_secs(1)).await;
    }
    world.said_in("general").await.pop().unwrap()
}

/// The next time that a member is given a role, Discord refuses it.
async fn refuses_a_role(world: &World) {
    let fault = Fault {
        method: Some("PUT".to_owned()),
        path: Some("/roles/".to_owned()),
        status: Some(403),
        code: Some(50_013),
        times: 1,
        ..Fault::default()
    };
    world.sim.faults(fault).await;
}

async fn dms(world: &World, name: &str) -> String {
    world.settle().await;
    world.member(name).dms().await.join("\n")
}

fn item_sync(app: &Application, guild: greenroom::kernel::ids::GuildId) -> Option<Sync> {
    let state = app.bot.store.read_blocking("post", |read| queries::post(read, guild, FIRST)).unwrap();
    state.map(|state| state.sync)
}

#[tokio::test]
async fn what_is_deleted_while_the_bot_is_off_is_recreated_or_orphaned_soon_after_the_start() {
    covers!("T-SYN-08", "T-SYN-20", "T-SYN-28");
    let site = Site::new().await;
    let app = site.start().await;
    let channel = site.channel("general");
    site.run(site.call("host", "shop-admin channel").with("channel", channel.to_string())).await;
    let item = site.call("host", "shop-admin add").with("name", "Cookie").with("description", "Good");
    site.run(item.with("price", 5_i64)).await;
    let task = site.call("host", "task-admin create").with("name", "Greet").with("description", "Say hello");
    let task = task.with("reward", 10_i64).with("duration_hours", 5_i64);
    site.run(task.with("channel", site.channel("staff").to_string())).await;
    app.settled().await.unwrap();
    let count = |name: &str| site.sim.look(|discord: &Discord| discord.messages(site.channel(name)).len());
    assert_eq!((count("general"), count("staff")), (1, 1));
    app.stop().await;
    for name in ["general", "staff"] {
        let all = site.sim.look(|discord: &Discord| discord.messages(site.channel(name)));
        let ids: Vec<Id> = all.iter().map(SeenMessage::id).collect();
        site.sim.delete_messages(site.channel(name), &ids).await;
    }
    let app = site.start().await;
    let task_sync = || {
        let read = |read: &dyn greenroom::store::Read| TASK_POST.state(read, site.guild, 1);
        app.bot.store.read_blocking("task", read).unwrap().map(|state| state.sync)
    };
    let seen = async {
        while task_sync() != Some(Sync::Orphaned) || count("general") != 1 {
            // Less than a minute passes: the sweep of every ten minutes is not what finds it.
            if site.hand.now() < crate::world::START.after(Duration::from_mins(5)) {
                site.pass(&app, Duration::from_secs(5)).await;
            }
            tokio::task::yield_now().await;
        }
    };
    within("it is seen that they are gone", seen).await;
    app.settled().await.unwrap();
    assert_eq!((item_sync(&app, site.guild), count("staff")), (Some(Sync::Synced), 0));
    app.stop().await;
}

#[tokio::test]
async fn a_message_that_was_refused_comes_when_the_permission_is_back() {
    let (world, _) = with_shop().await;
    let may_post = async |may: bool| {
        let deny = if may { Permissions::NONE } else { Permissions::SEND_MESSAGES };
        let overwrite = OverwriteSpec { target: "bot".to_owned(), allow: Permissions::NONE, deny };
        world.sim.set_overwrite(world.channel("general"), overwrite).await.unwrap();
    };
    may_post(false).await;
    let add = world.host().call("shop-admin add").with("name", "Cookie").with("description", "Good");
    world.host().run_call(add.with("price", 5_i64)).await;
    world.settle().await;
    assert_eq!(item_sync(&world.app, world.guild), Some(Sync::Failed));
    may_post(true).await;
    let comes = async {
        while item_sync(&world.app, world.guild) != Some(Sync::Synced) {
            world.settle().await;
            tokio::task::yield_now().await;
        }
    };
    within("its message comes", comes).await;
    assert_eq!(world.said_in("general").await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn an_item_whose_role_cannot_be_given_is_not_sold_until_it_can() {
    let (world, vip) = with_shop().await;
    sells(&world, vip, None);
    rich(&world, "ann", 100);
    assert!(!shown(&world).await.text().contains("consumable"), "it says nothing false of the kind");
    world.sim.set_role_permissions(world.ids.guild, vip, Permissions::MANAGE_GUILD).await.unwrap();
    let refused = buys(&world, "ann").await;
    assert!(refused.contains("**VIP** is not for sale at the moment: I cannot give its role."), "{refused}");
    assert_eq!((balance(&world, "ann"), stock(&world)), (100, 5));
    let message = shown(&world).await;
    assert!(message.custom_id("Not for sale right now").is_some(), "{}", message.text());
    buys(&world, "ann").await;
    let told = world.seen_in("staff").await.join("\n");
    assert_eq!(told.matches("**VIP** is not for sale, because I cannot give").count(), 1, "{told}");
    let code = world.host().call("shop-admin code").with("item_id", "1").with("text", "GIVES-VIP-1");
    let refused = world.host().run_call(code).await.text();
    assert!(refused.contains("I cannot give its role"), "{refused}");
    world.sim.set_role_permissions(world.ids.guild, vip, Permissions::NONE).await.unwrap();
    let bought = buys(&world, "ann").await;
    assert!(bought.contains("You get"), "{bought}");
    assert!(has(&world, "ann", vip));
    assert!(shown(&world).await.custom_id("Buy").is_some());
    // A role that is gone is none that can be sold.
    world.sim.delete_role(world.ids.guild, vip).await.unwrap();
    rich(&world, "ben", 100);
    let refused = buys(&world, "ben").await;
    assert!(refused.contains("I cannot give its role"), "{refused}");
    assert_eq!(balance(&world, "ben"), 100);
    world.end().await;
}

#[tokio::test]
async fn a_role_that_was_paid_for_and_is_refused_brings_the_money_back() {
    let (world, vip) = with_shop().await;
    sells(&world, vip, Some(24));
    rich(&world, "ann", 100);
    refuses_a_role(&world).await;
    let bought = buys(&world, "ann").await;
    assert!(bought.contains("You bought"), "{bought}");
    assert_eq!((balance(&world, "ann"), stock(&world), has(&world, "ann", vip)), (100, 5, false));
    let told = dms(&world, "ann").await;
    assert!(told.contains("I could not give you the role") && told.contains("**10** coins returned to you"), "{told}");
    let told = world.seen_in("staff").await.join("\n");
    assert!(told.contains("that was taken back, and 10 returned"), "{told}");
    let until = world
        .app
        .bot
        .store
        .read_blocking("until", |read| roles::until(read, world.guild, world.user("ann"), RoleId::new(vip.get())));
    assert_eq!(until.unwrap(), None, "nothing is taken later that was never given");
    let code = world.host().call("shop-admin code").with("item_id", "1").with("text", "GIVES-VIP-1");
    world.host().run_call(code).await;
    refuses_a_role(&world).await;
    let redeem = async || world.member("ben").run_with("redeem", [("code", "GIVES-VIP-1".to_owned())]).await.text();
    let given = redeem().await;
    assert!(given.contains("You get"), "{given}");
    let told = dms(&world, "ben").await;
    assert!(told.contains("The code can be redeemed once more"), "{told}");
    assert_eq!((stock(&world), has(&world, "ben", vip)), (5, false));
    redeem().await;
    world.settle().await;
    assert_eq!((stock(&world), has(&world, "ben", vip)), (4, true));
    world.end().await;
}

#[tokio::test]
async fn whoever_changes_the_price_leaves_the_promise_of_the_role_as_it_was() {
    let (world, _) = with_shop().await;
    let spec = RoleSpec {
        name: "mighty".into(),
        position: Some(1),
        permissions: Permissions::MANAGE_GUILD,
        ..RoleSpec::default()
    };
    let mighty = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    let owner = world.member("owner");
    let call = owner.call("shop-admin add").with("name", "VIP").with("description", "Yours").with("price", 10_i64);
    let made = owner.run_call(call.with("role", mighty.to_string())).await.text();
    assert!(made.contains("is item **1**"), "{made}");
    for (field, value) in [("price", "0"), ("description", "Ours")] {
        let edit = world.host().call("shop-admin edit").with("item_id", "1").with("field", field).with("value", value);
        let edited = world.host().run_call(edit).await.text();
        assert!(edited.contains("Changed"), "{edited}");
    }
    let code = world.host().call("shop-admin code").with("item_id", "1").with("text", "GIVES-VIP-1");
    let made = world.host().run_call(code).await.text();
    assert!(made.contains("gives **1**"), "{made}");
    buys(&world, "ann").await;
    world.member("ben").run_with("redeem", [("code", "GIVES-VIP-1".to_owned())]).await;
    world.settle().await;
    assert!(has(&world, "ann", mighty) && has(&world, "ben", mighty));
    world.end().await;
}

/// Presses a button of a direct message; gives what the person sees then.
async fn presses(world: &World, name: &str, message: &SeenMessage, label: &str) -> CommandOutcome {
    let custom_id = message.custom_id(label).unwrap_or_else(|| panic!("no button {label:?} in {}", message.text()));
    let call = ComponentCall {
        channel: Some(message.channel()),
        user: world.member(name).id,
        message: message.id(),
        custom_id,
        ..ComponentCall::default()
    };
    let sent = world.sim.press(call).await.unwrap();
    within("the click is handled", world.app.bot.activity.finished(sent.interaction.get())).await;
    world.settle().await;
    world.sim.outcome(sent.interaction, Duration::ZERO).await.unwrap()
}

#[tokio::test]
async fn a_role_for_a_while_is_renewed_by_the_button_that_tells_of_its_end() {
    let (world, vip) = with_shop().await;
    sells(&world, vip, Some(96));
    rich(&world, "ann", 100);
    buys(&world, "ann").await;
    let ends = || -> Option<Timestamp> {
        let (user, role) = (world.user("ann"), RoleId::new(vip.get()));
        world.app.bot.store.read_blocking("ends", |read| roles::until(read, world.guild, user, role)).unwrap()
    };
    let first = ends().unwrap();
    world.pass(3 * DAY).await;
    let told = world.sim.dms(world.member("ann").id).await.pop().unwrap();
    assert!(told.text().contains("ends"), "{}", told.text());
    // The price of that day counts.
    let edit = world.host().call("shop-admin edit").with("item_id", "1").with("field", "price").with("value", "15");
    world.host().run_call(edit).await;
    let asked = presses(&world, "ann", &told, "Renew").await;
    assert!(asked.text().contains("renew **VIP** for **15** coins, for 4 days more?"), "{}", asked.text());
    assert_eq!(balance(&world, "ann"), 90, "a question costs nothing");
    presses(&world, "ann", &asked.original.unwrap(), "Renew it").await;
    assert_eq!((balance(&world, "ann"), ends()), (75, Some(first.after(4 * DAY))));
    world.pass(2 * DAY).await;
    assert!(has(&world, "ann", vip));
    world.pass(4 * DAY).await;
    assert!(!has(&world, "ann", vip));
    world.end().await;
}
