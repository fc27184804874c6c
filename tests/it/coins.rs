//! Luxury Coins as members and administrators meet them: the balance, where it comes from, a skip, and coins by hand.

use futures_util::future::join_all;
use greenroom::covers;
use greenroom::features::coins::model::{Currency, EntryKind};
use greenroom::features::coins::queries;
use greenroom::features::queue::model::Line;
use greenroom::flows::skip_bought;
use greenroom::kernel::amount::Amount;
use greenroom::kernel::ids::GuildId;
use greenroom::live::Occurrence;
use greenroom::sim::{AutocompleteCall, CommandOutcome, GatewayFault, SeenMessage};

use crate::reading::{SOON, link};
use crate::world::{World, viewer};

/// The host runs `/coins` on a member.
async fn coins<const N: usize>(world: &World, name: &str, action: &str, more: [(&str, &str); N]) -> String {
    let user = world.member(name).id.to_string();
    let call = world.host().call("coins").with("user", user).with("action", action);
    let call = more.into_iter().fold(call, |call, (option, value)| match option {
        "amount" => call.with("amount", value.parse::<i64>().unwrap()),
        option => call.with(option, value),
    });
    let answer = world.host().run_call(call).await;
    assert!(answer.is_ephemeral() && answer.error.is_none(), "{:?}", answer.error);
    answer.text()
}

/// The host gives coins.
async fn gives(world: &World, name: &str, amount: &str) {
    let answer = coins(world, name, "add", [("amount", amount)]).await;
    assert!(answer.contains("gets"), "{answer}");
}

/// The lines about coins in #staff, which the world chose as its debug channel.
async fn told(world: &World) -> Vec<String> {
    world.settle().await;
    let said: Vec<_> = world.said_in("staff").await.iter().map(SeenMessage::text).collect();
    said.join("\n").lines().filter(|line| line.starts_with("🪙")).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_balance_shows_coins_and_points_and_how_to_earn() {
    covers!("M-CMD-08");
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.live(Occurrence::Shared(viewer("ann.live"))).await;
    gives(&world, "ann", "250").await;
    let answer = world.member("ann").run("balance").await;
    assert!(answer.is_ephemeral());
    let text = answer.text();
    for part in [
        "Balance of ann",
        "Luxury Coins: **250** (750 more for a skip)",
        "Engagement points: **5**",
        "**2** for each whole 100 coins that you gift, and **1** for each 30 minutes that you watch",
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    gives(&world, "ann", "750").await;
    let text = world.member("ann").run("balance").await.text();
    assert!(text.contains("**1,000** (enough for a skip: "), "{text}");
    world.configures("gift_rate", "7").await;
    assert!(world.member("ann").run("balance").await.text().contains("**7** for each whole 100 coins"));
    world.configures("features.luxury", "No").await;
    let text = world.member("ann").run("balance").await.text();
    assert!(text.contains("switched off") && !text.contains("for a skip"), "{text}");
    world.end().await;
}

#[tokio::test]
async fn the_balance_of_somebody_else_is_shown_without_where_it_comes_from() {
    let world = World::new().await;
    gives(&world, "ann", "250").await;
    let ann = world.member("ann").id.to_string();
    let answer = world.member("ben").run_with("balance", [("user", ann)]).await;
    let text = answer.text();
    assert!(text.contains("Balance of ann") && text.contains("Luxury Coins: **250**"), "{text}");
    assert_eq!(answer.original.unwrap().custom_id("Where from?"), None);
    world.end().await;
}

#[tokio::test]
async fn where_from_lists_ones_own_last_ten_entries_in_plain_words() {
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    world.gift("ann.live", 500).await;
    world.member("ann").submits(&link(1), "First *Light*").await;
    for number in 1..=11 {
        coins(&world, "ann", "add", [("amount", "100"), ("reason", &format!("quiz {number}."))]).await;
    }
    world.member("ann").run("buy-skip").await;
    gives(&world, "ben", "77").await;
    let balance = world.member("ann").run("balance").await.original.unwrap();
    let first = world.member("ann").press(&balance, "Where from?").await;
    assert!(first.is_ephemeral());
    let text = first.text();
    let rows: Vec<_> = text.lines().filter(|line| line.starts_with("**+") || line.starts_with("**-")).collect();
    assert_eq!(rows.len(), 10, "{text}");
    assert!(rows[0].starts_with("**-1,000** a skip: 10 Skip for"), "{text}");
    assert!(rows[1].starts_with("**+100** from an administrator: quiz 11. · then **1,110**"), "{text}");
    assert!(!text.contains("quiz 2.") && !text.contains("77"), "{text}");
    let shown = first.original.unwrap();
    let second = world.member("ann").press(&shown, "Older ▶").await.text();
    assert!(second.contains("quiz 2.") && second.contains("**+10** a gift on the live: Lion"), "{second}");
    assert!(!second.contains("quiz 3."), "no entry is on two pages: {second}");
    let back = world.member("ann").press(&world.message(&shown), "◀ Latest").await.text();
    assert_eq!(back, text);
    world.end().await;
}

#[tokio::test]
async fn a_bought_skip_costs_exactly_1000_and_lifts_the_latest_song() {
    covers!("M-CMD-09", "M-ECO-05", "M-ACC-05");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    let older = world.member("ann").submits(&link(1), "Older").await;
    let latest = world.member("ann").submits(&link(2), "Latest").await;
    let other = world.member("ben").submits(&link(3), "Of Ben").await;
    gives(&world, "ann", "1500").await;
    world.host().run("close-submissions").await;
    let answer = world.member("ann").run("buy-skip").await;
    assert!(answer.is_ephemeral());
    let expected = "moved from **Free** to **10 Skip**. It cost **1,000 Luxury Coins**, you have **500** left.";
    assert!(answer.text().contains(expected) && answer.text().contains(&latest.to_string()), "{}", answer.text());
    assert_eq!(world.luxury("ann"), 500);
    assert_eq!((world.line(latest), world.line(older), world.line(other)), (Line::Skip10, Line::Free, Line::Free));
    let refused = world.member("ann").run("buy-skip").await;
    assert!(refused.is_ephemeral() && refused.text().contains("you have **500**"), "{}", refused.text());
    assert_eq!((world.luxury("ann"), world.line(older)), (500, Line::Free));
    let lines = told(&world).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    for part in ["operation `buy_skip`", "amount `-1000`", "before_balance `1500`", "after_balance `500`"] {
        assert!(lines[1].contains(part), "{part} in {lines:?}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_refused_purchase_costs_nothing() {
    covers!("M-ECO-06");
    let world = World::new().await;
    let poor = world.member("ann").run("buy-skip").await;
    assert!(poor.is_ephemeral());
    assert!(poor.text().contains("you have **0**") && poor.text().contains("You earn Luxury Coins"), "{}", poor.text());
    gives(&world, "ann", "1000").await;
    let without = world.member("ann").run("buy-skip").await;
    assert!(without.text().contains("no song that a skip could lift"), "{}", without.text());
    let song = world.member("ann").submits(&link(1), "High").await;
    world.moves(song, Line::Skip10).await;
    assert!(world.member("ann").run("buy-skip").await.text().contains("Nothing was taken"));
    world.configures("features.luxury", "No").await;
    world.moves(song, Line::Free).await;
    assert!(world.member("ann").run("buy-skip").await.text().contains("switched off"));
    assert_eq!((world.luxury("ann"), world.line(song)), (1000, Line::Free));
    world.end().await;
}

#[tokio::test]
async fn five_hundred_purchases_at_once_with_coins_for_seven_take_7000() {
    covers!("M-ECO-08", "M-HNT-02");
    let world = World::new().await;
    for number in 0..10 {
        world.member("ann").submits(&link(number), &format!("Song {number}")).await;
    }
    gives(&world, "ann", "7999").await;
    let (guild, ann) = (world.guild, world.user("ann"));
    let store = &world.app.bot.store;
    let buys = (0..500).map(|_| store.write("skip_bought", move |tx| skip_bought::run(tx, guild, ann).map(drop)));
    let bought = join_all(buys).await.into_iter().flatten().count();
    assert_eq!((bought, world.luxury("ann")), (7, 999));
    assert_eq!(world.lines().iter().filter(|(_, line)| *line == Line::Skip10).count(), 7);
    world.end().await;
}

#[tokio::test]
async fn whoever_presses_five_hundred_times_is_answered_each_time_and_pays_for_what_they_can() {
    covers!("M-ECO-08", "T-ERR-02");
    let world = World::new().await;
    for number in 0..10 {
        world.member("ann").submits(&link(number), &format!("Song {number}")).await;
    }
    gives(&world, "ann", "4999").await;
    let mut calls = Vec::new();
    for _ in 0..500 {
        calls.push(world.sim.start_command(world.member("ann").call("buy-skip")).await.unwrap());
    }
    let (mut bought, mut refused, mut too_often) = (0, 0, 0);
    for call in calls {
        let outcome: CommandOutcome = world.sim.outcome(call, SOON).await.unwrap();
        assert_eq!(outcome.error, None, "everyone is answered");
        match outcome.text() {
            text if text.contains("It cost **1,000 Luxury Coins**") => bought += 1,
            text if text.contains("you have **999**") => refused += 1,
            text if text.contains("more than 5 changes of balances in a minute") => too_often += 1,
            text => panic!("{text}"),
        }
    }
    // Four were done in that minute, and none of the others.
    assert_eq!((bought, refused, too_often), (4, 496, 0));
    assert_eq!(world.luxury("ann"), 999);
    assert_eq!(world.lines().iter().filter(|(_, line)| *line == Line::Skip10).count(), 4);
    world.end().await;
}

#[tokio::test]
async fn a_purchase_that_is_delivered_again_is_paid_once() {
    covers!("T-EDG-11", "T-ADV-04");
    let world = World::new().await;
    world.member("ann").submits(&link(1), "First").await;
    world.member("ann").submits(&link(2), "Second").await;
    gives(&world, "ann", "3000").await;
    world.member("ann").run("buy-skip").await;
    assert_eq!(world.sim.gateway_fault(GatewayFault::Repeat { last: 10 }).await, 1);
    // The balance is asked behind the repeated events, so they were looked at.
    let mut answered = false;
    for _ in 0..20 {
        let call = world.sim.start_command(world.member("ben").call("balance")).await.unwrap();
        let outcome = world.sim.outcome(call, std::time::Duration::from_secs(1)).await;
        answered = outcome.is_ok_and(|outcome| outcome.text().contains("Balance of ben"));
        if answered {
            break;
        }
    }
    assert!(answered, "the bot comes back");
    world.settle().await;
    assert_eq!(world.luxury("ann"), 2000);
    assert_eq!(world.lines().iter().filter(|(_, line)| *line == Line::Skip10).count(), 1);
    world.end().await;
}

#[tokio::test]
async fn coins_by_hand_are_shown_added_removed_and_told() {
    covers!("M-CMD-31", "M-CMD-32", "M-CMD-33", "M-ECO-10", "M-ECO-09");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    let view = coins(&world, "ann", "view", []).await;
    assert!(view.contains("has **0 Luxury Coins**"), "{view}");
    let nothing = coins(&world, "ann", "remove", [("amount", "5")]).await;
    assert!(nothing.contains("the balance is **0**"), "{nothing}");
    let added = coins(&world, "ann", "add", [("amount", "120"), ("reason", "won *the* quiz @everyone")]).await;
    assert!(added.contains("gets **120 Luxury Coins**. The balance is **120** now, it was **0**."), "{added}");
    let removed = coins(&world, "ann", "remove", [("amount", "20")]).await;
    assert!(removed.contains("**20 Luxury Coins** are taken from"), "{removed}");
    let floored = coins(&world, "ann", "remove", [("amount", "500")]).await;
    assert!(floored.contains("**100 Luxury Coins** are taken from"), "{floored}");
    assert!(floored.contains("instead of 500: that is all there was. The balance is **0** now, it was **100**."));
    assert_eq!(world.luxury("ann"), 0);
    let lines = told(&world).await;
    assert_eq!(lines.len(), 3, "what was refused is not told: {lines:?}");
    let by = format!("by <@{}>", world.host().id);
    assert!(lines.iter().all(|line| line.contains(&by)), "{lines:?}");
    assert!(lines[0].contains("operation `admin_add`") && lines[0].contains("the\\* quiz"), "{lines:?}");
    assert!(!lines[0].contains("@everyone"), "{lines:?}");
    assert!(lines[2].contains("amount `-100`") && lines[2].contains("requested `500`"), "{lines:?}");
    let kinds = world.read(|read| queries::history(read, world.guild, Currency::Luxury, world.user("ann"), 9));
    let kinds: Vec<_> = kinds.into_iter().map(|(_, entry)| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::AdminRemove, EntryKind::AdminRemove, EntryKind::AdminAdd]);
    world.end().await;
}

#[tokio::test]
async fn coins_come_from_gifts_from_watching_and_by_hand_and_each_way_is_told() {
    covers!("M-ACC-04");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    for gifted in [99, 100, 250] {
        world.gift("ann.live", gifted).await;
    }
    assert_eq!(world.luxury("ann"), 2 + 4, "2 for each whole 100 of a gift");
    for _ in 0..6 {
        world.live(Occurrence::Liked(viewer("ann.live"), 1)).await;
        for _ in 0..5 {
            world.pass(std::time::Duration::from_mins(1)).await;
        }
    }
    assert_eq!(world.luxury("ann"), 7, "1 for 30 minutes");
    gives(&world, "ann", "10").await;
    coins(&world, "ann", "remove", [("amount", "4")]).await;
    assert_eq!(world.luxury("ann"), 13);
    let lines = told(&world).await;
    let operations =
        ["gift` · amount `+2", "gift` · amount `+4", "watch_time` · amount `+1", "admin_add` · amount `+10"];
    for (line, operation) in lines.iter().zip(operations.into_iter().chain(["admin_remove` · amount `-4"])) {
        assert!(line.contains(operation), "{operation} in {line}");
    }
    assert_eq!(lines.len(), 5, "{lines:?}");
    world.live(Occurrence::Ended).await;
    world.end().await;
}

#[tokio::test]
async fn amounts_that_no_balance_can_hold_are_refused_with_a_sentence() {
    covers!("T-ERR-01");
    let world = World::new().await;
    gives(&world, "ann", "7").await;
    let ann = world.member("ann").id.to_string();
    for action in ["add", "remove"] {
        let missing = coins(&world, "ann", action, []).await;
        assert!(missing.contains("whole number from 1 to 9,007,199,254,740,991"), "{missing}");
        for amount in [0, -1, i64::MIN] {
            let call = world.host().call("coins").with("user", ann.clone()).with("action", action);
            // Discord itself refuses them; the bot would as well (`an_amount_is_a_whole_number_from_1_to_the_cap`).
            assert!(world.sim.start_command(call.with("amount", amount)).await.is_err(), "{action} {amount}");
        }
    }
    // Discord takes numbers to one below the cap.
    let most = (Amount::MAX.get() - 1).to_string();
    let full = coins(&world, "ann", "add", [("amount", &most)]).await;
    assert!(full.contains("cannot grow beyond"), "{full}");
    assert_eq!(world.luxury("ann"), 7);
    world.end().await;
}

#[tokio::test]
async fn an_entry_is_found_in_the_history_and_undone_once() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    gives(&world, "ann", "300").await;
    coins(&world, "ann", "remove", [("amount", "500"), ("reason", "a mistake")]).await;
    let history = coins(&world, "ann", "history", []).await;
    assert!(history.contains("`2` **-300** taken by an administrator: a mistake"), "{history}");
    assert!(history.contains("500 asked for") && history.contains("`1` **+300**"), "{history}");
    let undone = coins(&world, "ann", "undo", [("entry", "2"), ("reason", "sorry")]).await;
    assert!(undone.contains("Entry **2**") && undone.contains("is undone: **+300**"), "{undone}");
    assert_eq!(world.luxury("ann"), 300);
    let refusals = [
        ("2", "This entry was undone already, by entry **3**."),
        ("3", "an undo cannot be undone"),
        ("4", "This member has no such entry"),
        ("two", "This member has no such entry"),
    ];
    for (entry, expected) in refusals {
        let refused = coins(&world, "ann", "undo", [("entry", entry)]).await;
        assert!(refused.contains(expected), "{entry}: {refused}");
    }
    assert!(coins(&world, "ann", "undo", []).await.contains("no such entry"));
    assert!(coins(&world, "ben", "undo", [("entry", "1")]).await.contains("no such entry"));
    assert_eq!(world.luxury("ann"), 300);
    let history = coins(&world, "ann", "history", []).await;
    assert!(history.contains("undone by `3`") && history.contains("a correction: undo of entry 2"), "{history}");
    let lines = told(&world).await;
    assert!(lines[2].contains("operation `rollback`") && lines[2].contains("amount `+300`"), "{lines:?}");
    assert_eq!(lines.len(), 3, "{lines:?}");
    world.end().await;
}

#[tokio::test]
async fn entries_are_offered_while_their_number_is_typed_to_administrators_alone() {
    let world = World::new().await;
    world.sim.set(|settings| settings.commands_opened = true);
    gives(&world, "ann", "300").await;
    gives(&world, "ben", "5").await;
    gives(&world, "ann", "40").await;
    coins(&world, "ann", "undo", [("entry", "1")]).await;
    let call = |name: &str, typed: &str| AutocompleteCall {
        guild: Some(world.ids.guild),
        channel: Some(world.channel("staff")),
        user: world.member(name).id,
        name: "coins".into(),
        options: [
            ("user".to_owned(), world.member("ann").id.to_string().into()),
            ("action".to_owned(), "undo".into()),
            ("entry".to_owned(), typed.into()),
        ]
        .into_iter()
        .collect(),
        focused: "entry".into(),
        ..AutocompleteCall::default()
    };
    let offered = world.sim.autocomplete(call("host", "")).await;
    // Entry 1 is undone, 2 is of Ben, 4 is the undo.
    let offered: Vec<_> = offered.unwrap().into_iter().map(|choice| (choice.name, choice.value)).collect();
    assert_eq!(offered, [("3 · +40 · from an administrator: no reason given".to_owned(), "3".into())]);
    assert!(world.sim.autocomplete(call("host", "9")).await.unwrap().is_empty());
    assert!(world.sim.autocomplete(call("ann", "")).await.unwrap().is_empty());
    world.end().await;
}

#[tokio::test]
async fn the_pages_of_a_history_refuse_whoever_is_no_administrator_any_more() {
    let world = World::new().await;
    for _ in 0..11 {
        gives(&world, "ann", "1").await;
    }
    let user = world.member("ann").id.to_string();
    let call = world.host().call("coins").with("user", user).with("action", "history");
    let shown = world.host().run_call(call).await.original.unwrap();
    let older = world.host().press(&shown, "Older ▶").await.text();
    assert!(older.contains("`1` **+1**") && !older.contains("`2` "), "{older}");
    let host = world.host().id;
    for role in world.sim.member(world.ids.guild, host).await.unwrap().roles {
        world.sim.set_member_role(world.ids.guild, host, role, false).await.unwrap();
    }
    let refused = world.host().press(&world.message(&shown), "◀ Latest").await;
    // The page stays as it was; the refusal stands beside it.
    let text = refused.text();
    assert!(text.ends_with("Only people with the **Administrator** permission can use this."), "{text}");
    assert!(text.contains("`1` **+1**") && !text.contains("`2` "), "{text}");
    world.end().await;
}

#[tokio::test]
async fn coins_of_one_server_are_worth_nothing_in_another() {
    covers!("T-EDG-13", "T-GEN-08");
    let world = World::new().await;
    let (other, there) = world.another_guild().await;
    gives(&world, "ann", "5000").await;
    let ann = world.member("ann").in_guild(other.guild, other.channel("submissions"));
    let song = ann.submits(&link(1), "Elsewhere").await;
    assert!(ann.run("balance").await.text().contains("Luxury Coins: **0**"));
    assert!(ann.run("buy-skip").await.text().contains("you have **0**"));
    let host = world.host().in_guild(other.guild, other.channel("staff"));
    let undo = host.call("coins").with("user", ann.id.to_string()).with("action", "undo").with("entry", "1");
    assert!(host.run_call(undo).await.text().contains("no such entry"));
    let lines: Vec<_> = world.songs_of_guild(there).iter().map(|entry| entry.place.line).collect();
    assert_eq!((world.luxury("ann"), lines), (5000, vec![Line::Free]), "{song}");
    assert_eq!(there, GuildId::new(other.guild.get()));
    world.end().await;
}
