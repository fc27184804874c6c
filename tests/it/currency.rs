//! The server's currency as members and those who run a server meet it: the daily reward, gifts, lists, and balances by hand.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use greenroom::covers;
use greenroom::features::coins::model::{Currency, EntryKind, LedgerEntry, Posting};
use greenroom::features::coins::queries;
use greenroom::features::coins::service;
use greenroom::features::coins::tables::CHANGED;
use greenroom::flows::currency_given::{self, Gift, Person as Party};
use greenroom::flows::{currency_accounts, daily_claimed};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::kernel::ids::UserId;
use greenroom::sim::{CommandOutcome, MemberSpec, RoleSpec};

use crate::patience::as_time_passes;
use crate::world::{Person, World};

const DAY: Duration = Duration::from_hours(24);

impl World {
    /// What a member has of the server's currency.
    fn money(&self, name: &str) -> i64 {
        self.read(|read| queries::balance(read, self.guild, Currency::Server, self.user(name))).get()
    }

    /// The latest entries of a member, latest first.
    fn entries(&self, name: &str) -> Vec<LedgerEntry> {
        let entries = self.read(|read| queries::history(read, self.guild, Currency::Server, self.user(name), 100));
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    /// The host runs a command of `/currency-admin` on somebody.
    async fn admin<const N: usize>(&self, part: &str, more: [(&str, String); N]) -> String {
        let host = self.host().in_channel("staff");
        let call = host.call(&format!("currency-admin {part}"));
        let call = more.into_iter().fold(call, |call, (option, value)| match option {
            "amount" => call.with("amount", value.parse::<i64>().unwrap()),
            option => call.with(option, value),
        });
        let answer = host.run_call(call).await;
        assert!(answer.is_ephemeral() && answer.error.is_none(), "{:?}", answer.error);
        answer.text()
    }

    async fn adds(&self, name: &str, amount: i64) {
        let user = self.member(name).id.to_string();
        let text = self.admin("add", [("user", user), ("amount", amount.to_string())]).await;
        assert!(text.contains("gets **"), "{text}");
    }
}

async fn gives(from: Person<'_>, to: Person<'_>, amount: i64) -> CommandOutcome {
    from.run_call(from.call("give").with("user", to.id.to_string()).with("amount", amount)).await
}

#[tokio::test]
async fn the_daily_reward_is_told_to_its_member_alone_and_comes_once_in_24_hours() {
    covers!("T-CUR-05", "T-CUR-06", "T-CUR-11", "T-CUR-12", "T-OPS-04", "T-EDG-01", "T-EDG-03");
    let world = World::new().await;
    let mut changes = world.app.bot.store.changes();
    let first = world.member("ann").run("daily").await;
    assert!(first.is_ephemeral());
    assert!(first.text().contains("You get **100** coins and have **100** coins now."), "{}", first.text());
    let entry = world.entries("ann").remove(0);
    assert_eq!((entry.kind, entry.reason.as_str()), (EntryKind::Daily, "Daily reward"));
    // Whoever shows balances hears of it.
    let is_told = std::iter::from_fn(|| changes.try_recv().ok()).any(|change| change.topic == CHANGED);
    assert!(is_told);
    let next = world.hand.now().after(DAY).seconds();
    let again = world.member("ann").run("daily").await;
    assert!(again.is_ephemeral());
    assert!(again.text().contains(&format!("<t:{next}:R>")), "{}", again.text());
    // The clocks on walls go back meanwhile, in one place or another; a day is a day.
    world.pass(DAY.checked_sub(Duration::from_secs(1)).unwrap()).await;
    assert!(world.member("ann").run("daily").await.text().contains("claimed your reward already"));
    world.pass(Duration::from_secs(1)).await;
    world.member("ann").run("daily").await;
    assert_eq!(world.money("ann"), 200);
    world.end().await;
}

#[tokio::test]
async fn two_claims_at_the_same_moment_are_one() {
    covers!("T-CUR-08");
    let world = World::new().await;
    let (store, guild, user) = (&world.app.bot.store, world.guild, world.user("ann"));
    let claims = (0..20).map(|_| store.write("daily_claimed", move |tx| daily_claimed::run(tx, guild, user).map(drop)));
    let paid = join_all(claims).await.into_iter().flatten().count();
    assert_eq!((paid, world.money("ann")), (1, 100));
    world.end().await;
}

#[tokio::test]
async fn a_gift_is_told_to_both_in_the_channel_with_both_balances_and_pings_nobody() {
    covers!("T-CUR-13", "T-CUR-16", "T-CUR-17", "T-CUR-18", "T-CUR-19", "T-TXN-02");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.adds("ann", 100).await;
    let (ann, ben) = (world.member("ann"), world.member("ben"));
    let answer = gives(ann, ben, 30).await;
    assert!(!answer.is_ephemeral(), "everybody in the channel reads it");
    let text = answer.text();
    let expected = format!(
        "<@{}> gave <@{}> **30** coins. <@{}> has **70** left, <@{}> has **30** now.",
        ann.id, ben.id, ann.id, ben.id
    );
    assert!(text.contains(&expected), "{text}");
    assert_eq!(answer.response.as_ref().unwrap()["data"]["allowed_mentions"]["parse"], serde_json::json!([]));
    let [sent, received] = [world.entries("ann").remove(0), world.entries("ben").remove(0)];
    assert_eq!((sent.kind, sent.delta, sent.after), (EntryKind::TransferSend, -30, Amount::of(70)));
    assert_eq!((received.kind, received.delta, received.after), (EntryKind::TransferReceive, 30, Amount::of(30)));
    assert!(sent.reason.starts_with("Gave to ben") && received.reason.starts_with("Received from ann"));
    world.settle().await;
    let told: Vec<_> = world.said_in("staff").await.iter().map(greenroom::sim::SeenMessage::text).collect();
    assert!(told.join("\n").contains(" gave "), "{told:?}");
    let told = world.member("ben").dms().await.join("\n");
    let expected = format!("<@{}> gave you **30** coins in **Night Owl Reviews**. You have **30** coins now.", ann.id);
    assert!(told.contains(&expected), "{told}");
    assert!(world.member("ann").dms().await.is_empty(), "the giver reads it in the channel");
    world.end().await;
}

#[tokio::test]
async fn what_cannot_be_given_is_refused_privately_and_changes_nothing() {
    covers!("T-CUR-14", "T-CUR-15", "T-ERR-03");
    let world = World::new().await;
    world.adds("ann", 10).await;
    let spec = MemberSpec { name: "robot".into(), bot: true, ..MemberSpec::default() };
    let robot = world.sim.add_member(world.ids.guild, spec).await.unwrap();
    let (ann, ben) = (world.member("ann"), world.member("ben"));
    world.sim.remove_member(world.ids.guild, world.member("chloe").id).await.unwrap();
    let to = |user: greenroom::sim::Id| ann.call("give").with("user", user.to_string());
    for (call, part) in [
        (to(ann.id).with("amount", 1), "cannot give anything to yourself"),
        (to(robot).with("amount", 1), "Bots have no balance"),
        (to(world.ids.members["chloe"]).with("amount", 1), "is not in this server"),
        (to(ben.id).with("amount", 11), "The balance is **10 coins**, and **11** are needed."),
    ] {
        let answer = ann.run_call(call).await;
        assert!(answer.is_ephemeral() && answer.text().contains(part), "{part}: {}", answer.text());
    }
    assert!(world.sim.start_command(to(ben.id).with("amount", 0)).await.is_err(), "Discord takes no 0");
    assert_eq!((world.money("ann"), world.money("ben")), (10, 0));
    world.end().await;
}

#[tokio::test]
async fn nothing_is_given_by_hand_to_a_bot_or_to_who_left_and_what_they_have_can_be_taken() {
    covers!("T-CUR-15");
    let world = World::new().await;
    world.adds("chloe", 100).await;
    let spec = MemberSpec { name: "robot".into(), bot: true, ..MemberSpec::default() };
    let robot = world.sim.add_member(world.ids.guild, spec).await.unwrap().to_string();
    let chloe = world.member("chloe").id.to_string();
    world.sim.remove_member(world.ids.guild, world.ids.members["chloe"]).await.unwrap();
    let amount = |amount: i64| ("amount", amount.to_string());
    let cases = [(&robot, 1, "Bots have no balance"), (&chloe, 101, "is not in this server, so nothing can be given")];
    for (user, more, part) in cases {
        for command in ["add", "set"] {
            let text = world.admin(command, [("user", user.clone()), amount(more)]).await;
            assert!(text.contains(part), "{command}: {text}");
        }
        let host = world.host().in_channel("staff");
        let coins = host.call("coins").with("user", user.clone()).with("action", "add").with("amount", 5);
        assert!(host.run_call(coins).await.text().contains(part), "Luxury Coins are given to nobody, either");
    }
    assert_eq!(world.money("chloe"), 100);
    let text = world.admin("set", [("user", chloe.clone()), amount(40)]).await;
    assert!(text.contains("loses **60** coins"), "{text}");
    let text = world.admin("remove", [("user", chloe), amount(50)]).await;
    assert!(text.contains("loses **40** coins"), "{text}");
    world.end().await;
}

#[tokio::test]
async fn gifts_of_many_at_once_keep_the_sum() {
    covers!("T-EDG-10", "T-ADV-02");
    let world = World::new().await;
    let (store, guild) = (&world.app.bot.store, world.guild);
    let member = |number: u64| Party { user: UserId::new(1_000 + number), name: format!("member {number}") };
    let begin = move |tx: &greenroom::store::Tx<'_>| {
        for number in 0..8 {
            let (currency, kind, reason) = (Currency::Server, EntryKind::AdminAdd, "begins".to_owned());
            let user = UserId::new(1_000 + number);
            let posting = Posting { currency, user, delta: 20, kind, reason, actor: Actor::System };
            service::apply(tx, guild, &posting)?;
        }
        Ok(())
    };
    store.write("begin", begin).await.unwrap();
    let gifts = (0..64_u64).map(|number| {
        let (from, to) = (member(number % 8), member((number * 5 + 3) % 8));
        let gift = Gift { from, to, amount: Amount::of(1 + u32::try_from(number % 13).unwrap()) };
        store.write("currency_given", move |tx| currency_given::run(tx, guild, &gift).map(drop))
    });
    let done = join_all(gifts).await.into_iter().flatten().count();
    assert!(done > 10, "{done} gifts");
    assert_eq!(world.read(|read| queries::total(read, guild, Currency::Server)), 160);
    world.end().await;
}

#[tokio::test]
async fn a_member_changes_balances_five_times_a_minute_whichever_way() {
    covers!("T-ERR-02");
    let world = World::new().await;
    world.adds("ann", 100).await;
    let (ann, ben) = (world.member("ann"), world.member("ben"));
    ann.run("daily").await;
    // What was refused is none of them.
    assert!(ann.run("buy-skip").await.is_ephemeral());
    for _ in 0..4 {
        assert!(!gives(ann, ben, 1).await.is_ephemeral());
    }
    let sixth = gives(ann, ben, 1).await;
    assert!(
        sixth.is_ephemeral() && sixth.text().contains("more than 5 changes of balances in a minute"),
        "{}",
        sixth.text()
    );
    assert!(!gives(ben, ann, 1).await.is_ephemeral(), "others have turns of their own");
    world.pass(Duration::from_mins(1)).await;
    assert!(!gives(ann, ben, 1).await.is_ephemeral());
    assert_eq!(world.money("ann"), 100 + 100 - 5 + 1);
    world.end().await;
}

#[tokio::test]
async fn the_balance_shows_the_servers_currency_by_its_name_while_it_is_on() {
    covers!("T-CUR-01");
    let world = World::new().await;
    let named = world.admin("name", [("name", "cookies".to_owned()), ("symbol", "🍪".to_owned())]).await;
    assert!(named.contains("is called **cookies** now, in short **🍪**"), "{named}");
    world.member("ann").run("daily").await;
    let text = world.member("ann").run("balance").await.text();
    let [luxury, server, points] =
        ["Luxury Coins: **0**", "cookies: **🍪100**", "Engagement points: **0**"].map(|part| text.find(part));
    assert!(luxury.is_some() && luxury < server && server < points, "{text}");
    let refused = gives(world.member("ben"), world.member("ann"), 1).await.text();
    assert!(refused.contains("The balance is **0 cookies**"), "the ledger says it as well: {refused}");
    world.configures("features.currency", "No").await;
    for command in ["daily", "transactions"] {
        let call = world.member("ann").call(command);
        let call = if command == "transactions" { call.with("currency", "server") } else { call };
        let answer = world.member("ann").run_call(call).await;
        assert!(answer.is_ephemeral() && answer.text().contains("is switched off"), "{command}: {}", answer.text());
    }
    assert!(gives(world.member("ann"), world.member("ben"), 1).await.text().contains("is switched off"));
    assert!(!world.member("ann").run("balance").await.text().contains("cookies"));
    assert!(!world.member("ann").run("leaderboard").await.text().contains("cookies"));
    assert_eq!(world.money("ann"), 100, "what somebody has stays theirs");
    world.end().await;
}

#[tokio::test]
async fn ones_own_transactions_are_listed_by_currency_type_and_page() {
    let world = World::new().await;
    for amount in 1..=11 {
        world.adds("ann", amount).await;
    }
    world.member("ann").run("daily").await;
    let first = world.member("ann").run("transactions").await;
    assert!(first.is_ephemeral());
    assert!(first.text().contains("**+100** a daily claim: Daily reward"), "{}", first.text());
    assert!(!first.text().contains("**+2** "), "{}", first.text());
    let shown = first.original.unwrap();
    let second = world.member("ann").press(&shown, "Next ▶").await.text();
    assert!(second.contains("**+2** ") && second.contains("**+1** ") && second.contains("Page 2"), "{second}");
    let offered = world.member("ann").offered("transactions", "type", "claim").await;
    assert!(offered.iter().any(|choice| choice.value == "daily"), "{offered:?}");
    let daily = world.member("ann").run_with("transactions", [("type", "daily".to_owned())]).await.text();
    assert!(daily.contains("**+100** ") && !daily.contains("from an administrator"), "{daily}");
    let nonsense = world.member("ann").run_with("transactions", [("type", "gifts".to_owned())]).await.text();
    assert!(nonsense.contains("no such type of transaction"), "{nonsense}");
    let luxury =
        world.member("ann").run_call(world.member("ann").call("transactions").with("currency", "luxury")).await;
    assert!(luxury.text().contains("Nothing is on this page."), "{}", luxury.text());
    world.end().await;
}

#[tokio::test]
async fn a_leaderboard_is_read_by_all_and_turned_by_its_owner_and_leaves_out_who_hides() {
    let world = World::new().await;
    for (name, amount) in [("ann", 300), ("ben", 200), ("chloe", 100)] {
        world.adds(name, amount).await;
    }
    let begin = {
        let guild = world.guild;
        move |tx: &greenroom::store::Tx<'_>| {
            for number in 1..=20 {
                let (currency, kind, reason) = (Currency::Server, EntryKind::AdminAdd, "begins".to_owned());
                let user = UserId::new(number);
                let posting = Posting { currency, user, delta: 50, kind, reason, actor: Actor::System };
                service::apply(tx, guild, &posting)?;
            }
            Ok(())
        }
    };
    world.app.bot.store.write("begin", begin).await.unwrap();
    let board = world.member("chloe").run("leaderboard").await;
    assert!(!board.is_ephemeral());
    let text = board.text();
    let [ann, chloe] = ["ann", "chloe"].map(|name| world.member(name).id);
    assert!(text.contains(&format!("**1.** <@{ann}> · **$300**")), "{text}");
    assert!(text.contains(&format!("<@{chloe}> is at place **3** with **100**.")), "{text}");
    let shown = board.original.unwrap();
    let refused = world.member("ben").press(&shown, "Next ▶").await;
    assert!(refused.text().contains("Somebody else asked for this leaderboard"), "{}", refused.text());
    let second = world.member("chloe").press(&shown, "Next ▶").await.text();
    assert!(second.contains("Page 2 of 3"), "{second}");
    let hidden = world.member("ann").run_call(world.member("ann").call("profile").with("hidden", true)).await.text();
    assert!(hidden.contains("Leaderboards leave you out."), "{hidden}");
    let text = world.member("ann").run("leaderboard").await.text();
    assert!(!text.contains(&format!("<@{ann}>")), "{text}");
    assert!(text.contains("22 members"), "{text}");
    let points =
        world.member("ann").run_call(world.member("ann").call("leaderboard").with("type", "points")).await.text();
    assert!(points.contains("Leaderboard: engagement points") && points.contains("Nobody has any so far."), "{points}");
    world.end().await;
}

#[tokio::test]
async fn those_who_run_a_server_change_prove_and_undo_balances() {
    covers!("T-HLP-06", "T-HLP-07");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    let ann = || ("user", world.member("ann").id.to_string());
    world.adds("ann", 100).await;
    let amount = |amount: &str| ("amount", amount.to_owned());
    let text = world.admin("remove", [ann(), amount("130"), ("reason", "a mistake".to_owned())]).await;
    assert!(text.contains("loses **100** coins") && text.contains("130 were asked for"), "{text}");
    let nothing = world.admin("remove", [ann(), amount("1")]).await;
    assert!(nothing.contains("There are no coins to remove"), "{nothing}");
    let text = world.admin("set", [ann(), amount("40")]).await;
    assert!(text.contains("gets **40** coins. The balance is **40** now, it was **0**."), "{text}");
    assert!(world.admin("set", [ann(), amount("40")]).await.contains("already"));
    gives(world.member("ann"), world.member("ben"), 15).await;
    let history = world.admin("history", [("user", world.member("ben").id.to_string())]).await;
    assert!(history.contains("`5` **+15** received from ann"), "{history}");
    let undone = world.admin("rollback", [("transaction_id", "5".to_owned())]).await;
    assert!(undone.contains("loses **15** coins") && undone.contains("gets **15** coins"), "{undone}");
    assert_eq!((world.money("ann"), world.money("ben")), (40, 0));
    let again = world.admin("rollback", [("transaction_id", "4".to_owned())]).await;
    assert!(again.contains("undone already"), "{again}");
    let unknown = world.admin("rollback", [("transaction_id", "txn_1_2_000009".to_owned())]).await;
    assert!(unknown.contains("There is no transaction of coins called"), "{unknown}");
    assert!(world.admin("validate", [ann()]).await.contains("add up to **40**"));
    assert!(world.admin("validate", []).await.contains("Every balance is what its entries add up to."));
    world.settle().await;
    let told: Vec<_> = world.said_in("staff").await.iter().map(greenroom::sim::SeenMessage::text).collect();
    for part in
        ["operation `admin_add`", "operation `admin_remove`", "requested `130`", "operation `admin_set`", "`rollback`"]
    {
        assert!(told.join("\n").contains(part), "{part}: {told:?}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_role_of_admins_opens_what_is_for_those_who_run_the_server_and_nothing_else_does() {
    covers!("T-PRM-05");
    let world = World::new().await;
    let chloe = world.member("chloe");
    let add = || chloe.call("currency-admin add").with("user", chloe.id.to_string()).with("amount", 5);
    let refused = chloe.run_call(add()).await;
    assert!(refused.is_ephemeral() && refused.text().contains("Only people who run this server"), "{}", refused.text());
    let role = RoleSpec { name: "admins".into(), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, role).await.unwrap();
    world.sim.set_member_role(world.ids.guild, chloe.id, role, true).await.unwrap();
    assert!(chloe.run_call(add()).await.text().contains("Only people who run this server"));
    world.configures("admin_roles", &format!("<@&{role}>")).await;
    assert!(chloe.run_call(add()).await.text().contains("gets **5** coins"));
    world.sim.set_member_role(world.ids.guild, chloe.id, role, false).await.unwrap();
    assert!(chloe.run_call(add()).await.text().contains("Only people who run this server"));
    assert_eq!(world.money("chloe"), 5);
    world.end().await;
}

#[tokio::test]
async fn who_leaves_is_known_to_have_left_and_finds_everything_when_they_come_back() {
    covers!("T-CUR-02");
    let world = World::new().await;
    world.member("ann").run("daily").await;
    let (guild, ann) = (world.guild, world.user("ann"));
    let account = || world.read(|read| currency_accounts::of(read, guild, ann));
    let until = |has_left: bool| {
        let is_so = move |_: &mut std::task::Context<'_>| {
            if account().1.left_at.is_some() == has_left { Poll::Ready(()) } else { Poll::Pending }
        };
        as_time_passes(&world.hand, Duration::from_millis(1), poll_fn(is_so))
    };
    world.sim.remove_member(world.ids.guild, world.ids.members["ann"]).await.unwrap();
    until(true).await;
    assert_eq!(account().0.amount, Amount::of(100));
    world.sim.add_member(world.ids.guild, "ann".into()).await.unwrap();
    until(false).await;
    assert!(account().1.last_daily.is_some());
    world.end().await;
}
