//! The economy as a whole: from an evening of watching and gifts to a skip, the price as a setting, and what
//! administrators and operators see of it.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::coins::model::Currency;
use greenroom::features::coins::queries;
use greenroom::features::queue::model::Line;
use greenroom::live::Occurrence;
use greenroom::sim::SeenMessage;
use serde_json::{Value, json};

use crate::process::{SimProcess, output};
use crate::reading::link;
use crate::world::{World, viewer};

/// The host runs `/coins` on Ann.
async fn coins<const N: usize>(world: &World, action: &str, more: [(&str, &str); N]) -> String {
    let call = world.host().call("coins").with("user", world.member("ann").id.to_string()).with("action", action);
    let call = more.into_iter().fold(call, |call, (option, value)| match option {
        "amount" => call.with("amount", value.parse::<i64>().unwrap()),
        option => call.with(option, value),
    });
    world.host().run_call(call).await.text()
}

async fn balance(world: &World) -> String {
    world.member("ann").run("balance").await.text()
}

#[tokio::test]
async fn an_evening_of_watching_and_gifts_ends_with_a_skip_and_every_coin_is_explained() {
    covers!("M-GEN-04", "M-ECO-01", "M-ECO-03", "M-ECO-05", "M-ACC-04", "M-ACC-05", "M-HNT-03");
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    // An hour of watching: she likes something every five minutes.
    for _ in 0..12 {
        world.live(Occurrence::Liked(viewer("ann.live"), 1)).await;
        for _ in 0..5 {
            world.pass(Duration::from_mins(1)).await;
        }
    }
    assert_eq!(world.luxury("ann"), 2, "1 for each 30 minutes");
    for gifted in [99, 100, 250] {
        world.gift("ann.live", gifted).await;
    }
    assert_eq!(world.luxury("ann"), 2 + 2 + 4, "2 for each whole 100 of a gift");
    world.live(Occurrence::Ended).await;

    assert!(balance(&world).await.contains("Luxury Coins: **8** (992 more for a skip)"));
    let older = world.member("ann").submits(&link(1), "Older").await;
    let latest = world.member("ann").submits(&link(2), "Latest").await;
    assert!(world.member("ann").run("buy-skip").await.text().contains("you have **8**"));
    assert!(coins(&world, "add", [("amount", "1500"), ("reason", "won the raffle")]).await.contains("**1,508** now"));
    assert!(coins(&world, "remove", [("amount", "500"), ("reason", "a typo")]).await.contains("1,008"));
    assert!(coins(&world, "view", []).await.contains("**1,008 Luxury Coins**"));
    let bought = world.member("ann").run("buy-skip").await.text();
    assert!(bought.contains("It cost **1,000 Luxury Coins**, you have **8** left."), "{bought}");
    assert_eq!((world.line(latest), world.line(older)), (Line::Skip10, Line::Free));
    let played = world.next().await.text();
    assert!(played.contains("Latest") && played.contains("10 Skip"), "{played}");

    // The ledger, the button and the debug channel tell the same, coin by coin.
    let expected = [1, 1, 2, 4, 1_500, -500, -1_000];
    let entries = world.read(|read| queries::history(read, world.guild, Currency::Luxury, world.user("ann"), 20));
    let deltas: Vec<_> = entries.iter().rev().map(|(_, entry)| entry.delta).collect();
    assert_eq!(deltas, expected);
    assert_eq!(deltas.iter().sum::<i64>(), world.luxury("ann"));
    let shown = world.member("ann").run("balance").await.original.unwrap();
    let from = world.member("ann").press(&shown, "Where from?").await.text();
    for told in ["a skip: 10 Skip for", "won the raffle", "a gift on the live: Lion", "30 minutes watched by"] {
        assert!(from.contains(told), "{told} in {from}");
    }
    let said: Vec<_> = world.said_in("staff").await.iter().map(SeenMessage::text).collect();
    let said = said.join("\n");
    let amounts: Vec<_> = said.lines().filter(|line| line.starts_with('🪙')).collect();
    assert_eq!(amounts.len(), expected.len(), "{amounts:#?}");
    for (line, delta) in amounts.iter().zip(expected) {
        assert!(line.contains(&format!("amount `{delta:+}`")), "{delta} in {line}");
    }
    world.end().await;
}

#[tokio::test]
async fn the_price_of_a_skip_and_the_rates_are_settings_that_every_text_names() {
    let world = World::new().await;
    coins(&world, "add", [("amount", "250")]).await;
    world.member("ann").submits(&link(1), "Song").await;
    world.configures("skip_price", "300").await;
    world.configures("watch_minutes", "10").await;
    let text = balance(&world).await;
    assert!(text.contains("**250** (50 more for a skip)") && text.contains("**1** for each 10 minutes"), "{text}");
    let refused = world.member("ann").run("buy-skip").await.text();
    assert!(refused.contains("A skip costs **300 Luxury Coins**, and you have **250**"), "{refused}");
    coins(&world, "add", [("amount", "60")]).await;
    assert!(balance(&world).await.contains("**310** (enough for a skip: "));
    let bought = world.member("ann").run("buy-skip").await.text();
    assert!(bought.contains("It cost **300 Luxury Coins**, you have **10** left."), "{bought}");
    for (key, wrong, allowed) in [
        ("skip_price", "0", "from 1 to 1000000"),
        ("skip_price", "-5", "from 1 to 1000000"),
        ("skip_price", "99999999999999999999", "from 1 to 1000000"),
        ("watch_minutes", "0", "from 1 to 1440"),
        ("watch_minutes", "half", "from 1 to 1440"),
    ] {
        let options = [("key", key.to_owned()), ("value", wrong.to_owned())];
        let refused = world.host().run_with("config set", options).await.text();
        assert!(refused.contains(allowed), "{key} {wrong}: {refused}");
    }
    world.host().run_with("config reset", [("key", "skip_price".to_owned())]).await;
    assert!(balance(&world).await.contains("**10** (990 more for a skip)"));
    let (other, _) = world.another_guild().await;
    let elsewhere = world.member("ann").in_guild(other.guild, other.channel("submissions"));
    assert!(elsewhere.run("balance").await.text().contains("**1** for each 30 minutes"), "a setting of one server");
    world.end().await;
}

#[tokio::test]
async fn administrators_see_the_economy_below_the_settings_and_nobody_else_does() {
    let world = World::new().await;
    coins(&world, "add", [("amount", "1200")]).await;
    world.member("ann").submits(&link(1), "Song").await;
    world.member("ann").run("buy-skip").await;
    let settings = world.host().run("show-settings").await.original.unwrap();
    let answer = world.host().press(&settings, "Economy").await;
    assert!(answer.is_ephemeral());
    let text = answer.text();
    let ann = world.member("ann").id;
    for part in [
        "A skip costs **1,000 Luxury Coins**. That is **50,000** gifted coins, or **500 hours** of watching.",
        "In circulation: **200** Luxury Coins of **1** members.",
        "25 times the 2,000 that lift a song to the same line",
        "`/config set skip_price 400` or `/config set gift_rate 5`",
        "`/config set watch_minutes 6`",
        "11-16     0     0 1,200 -1,000",
        &format!("<@{ann}> **200**"),
    ] {
        assert!(text.contains(part), "{part:?} in {text}");
    }
    world.configures("skip_price", "200").await;
    let text = world.host().press(&settings, "Economy").await.text();
    assert!(text.contains("In proportion") && !text.contains("Out of"), "{text}");
    let place = (world.ids.guild, world.channel("general"));
    let refused = world.press_foreign_button(world.member("ann"), place, "coins:economy").await;
    assert_eq!(refused, "Only people with the **Administrator** permission can use this.");
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_and_the_economy_are_told_while_the_bot_runs_and_after_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.says("commands registered");
    let (ann, reason) = (sim.ids["members"]["ann"].clone(), "=HYPERLINK(\"https://a.example\", \"prize\")");
    for (action, amount, reason) in [("add", 120, reason), ("remove", 30, "too much"), ("add", 10, "thanks")] {
        let options = json!({ "user": ann, "action": action, "amount": amount, "reason": reason });
        sim.command("host", "coins", options).await;
    }
    let guild = sim.ids["guild"].as_str().unwrap().to_owned();
    for out in ["while.csv", "after.csv"] {
        let export = output(folder.path(), &["export", "ledger", out, "--currency", "luxury", "--json"], &[]);
        assert_eq!(export.code, Some(0), "{}", export.err);
        let report: Value = serde_json::from_str(&export.out).unwrap();
        assert_eq!(report["entries"], 3, "{report}");
        let mut reader = csv::Reader::from_path(folder.path().join(out)).unwrap();
        let rows: Vec<_> =
            reader.deserialize::<std::collections::BTreeMap<String, String>>().map(Result::unwrap).collect();
        let column = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        assert_eq!(column("amount"), ["120", "-30", "10"]);
        assert_eq!(column("reason"), [format!("'{reason}"), "too much".to_owned(), "thanks".to_owned()]);
        assert_eq!(column("before_balance"), ["0", "120", "90"]);
        assert_eq!(column("after_balance"), ["120", "90", "100"]);
        assert_eq!(column("operation"), ["admin_add", "admin_remove", "admin_add"]);
        assert!(column("user_id").iter().all(|user| *user == ann) && column("guild").iter().all(|of| *of == guild));
        let again = output(folder.path(), &["export", "ledger", out], &[]);
        assert_eq!(again.code, Some(2), "an existing file is not overwritten: {}", again.err);
        let nobody = output(folder.path(), &["export", "ledger", out, "--user", "1", "--force"], &[]);
        assert_eq!((nobody.code, nobody.out.contains("Wrote 0 entries")), (Some(0), true), "{}", nobody.out);
        assert!(nobody.out.contains("The member 1 has no entries."), "{}", nobody.out);

        let told = output(folder.path(), &["check", "economy"], &[]);
        assert_eq!(told.code, Some(0), "{}", told.err);
        assert!(told.out.contains("50,000 gifted coins, or 500 hours of watching"), "{}", told.out);
        assert!(told.out.contains("In circulation: 100 Luxury Coins of 1 members."), "{}", told.out);
        assert!(told.out.contains("! A skip for 1,000 Luxury Coins"), "{}", told.out);
        let told = output(folder.path(), &["check", "economy", "--guild", &guild, "--json"], &[]);
        let told: Value = serde_json::from_str(&told.out).unwrap();
        let (economy, week) = (&told["guilds"][0], &told["guilds"][0]["weeks"][0]);
        assert_eq!((&economy["coins"], &economy["largest"][0]["user_id"]), (&json!(100), &ann), "{told}");
        assert_eq!((&week["staff"], &week["removed"]), (&json!(130), &json!(30)), "{told}");
        assert_eq!(economy["warnings"][0]["changes"][0], json!({ "key": "skip_price", "value": 400 }));
        let unknown = output(folder.path(), &["check", "economy", "--guild", "1"], &[]);
        assert_eq!(unknown.code, Some(2), "{}", unknown.err);
        if out == "while.csv" {
            bot.signal("TERM");
            assert_eq!(bot.ended().code(), Some(0));
        }
    }
}
