//! Reminders and time zones, through Discord: set, delivered in every way that there is, put off, cancelled.

use std::time::Duration;

use greenroom::covers;
use greenroom::sim::{CommandCall, CommandOutcome, ComponentCall, SeenMessage};

use crate::patience::within;
use crate::reading::SOON;
use crate::site::Site;
use crate::world::{Person, World, assert_sound};

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

async fn remind(person: Person<'_>, when: &str, message: &str) -> CommandOutcome {
    let outcome = person.run_with("remind me", [("when", when.to_owned()), ("message", message.to_owned())]).await;
    assert!(outcome.is_ephemeral() && outcome.error.is_none());
    outcome
}

async fn list(person: Person<'_>) -> String {
    person.run("remind list").await.text()
}

/// A command of somebody in the direct messages with the bot.
fn direct(world: &World, name: &str, command: &str) -> CommandCall {
    CommandCall {
        guild: None,
        channel: None,
        user: world.member(name).id,
        name: command.into(),
        ..CommandCall::default()
    }
}

/// Presses a button, or picks from a menu, of a message in the direct messages.
async fn press_direct(
    world: &World,
    name: &str,
    message: &SeenMessage,
    label: &str,
    values: &[&str],
) -> CommandOutcome {
    let call = ComponentCall {
        user: world.member(name).id,
        message: message.id(),
        custom_id: message.custom_id(label).unwrap(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        ..ComponentCall::default()
    };
    let outcome = world.sim.press(call).await.unwrap();
    assert_eq!(outcome.error, None);
    world.settle().await;
    outcome
}

#[tokio::test]
async fn a_reminder_comes_on_time_where_it_was_set_and_pings_its_maker_alone() {
    covers!("S-REM-01");
    let world = World::new().await;
    let (ann, ben) = (world.member("ann").in_channel("general"), world.member("ben").id);
    let answer =
        remind(ann, "in 10m", &format!("water @everyone <@{ben}> **now** https://docs.example/a_b")).await.text();
    assert!(answer.contains("Reminder **1** comes <t:1795291800:R>"), "{answer}");
    assert!(answer.contains("`Saturday 21 November 2026, 20:10 in UTC`. Not your time zone? </profile:"), "{answer}");
    assert!(list(ann).await.contains("**1** · <t:1795291800:f> · water @"));
    world.pass(9 * MINUTE).await;
    assert!(world.said_in("general").await.is_empty());
    world.pass(MINUTE).await;
    let said = world.said_in("general").await;
    let [reminder] = &said[..] else { panic!("{said:?}") };
    let pinged = reminder.pinged();
    assert!(pinged.users == [ann.id] && pinged.roles.is_empty() && !pinged.everyone, "{pinged:?}");
    assert!(reminder.content().starts_with(&format!("⏰ <@{}> water ", ann.id)), "{}", reminder.content());
    assert!(reminder.content().contains(r"\*\*now\*\*") && !reminder.content().contains("Late"));
    assert!(reminder.content().contains("<https://docs.example/a_b>"), "its link can be clicked");
    assert_eq!(list(ann).await, "You have no reminders. `/remind me` sets one.");
    world.pass(8 * DAY).await;
    assert_eq!(world.said_in("general").await.len(), 1, "it comes once, and is forgotten");
    world.end().await;
}

#[tokio::test]
async fn what_was_missed_comes_late_and_once_and_says_so() {
    covers!("S-REM-01", "S-PROP-23");
    let site = Site::new().await;
    let app = site.start().await;
    for (when, message) in [("2h", "the oven"), ("every day 9:00", "the plants"), ("5 days", "the rent")] {
        let answer = site.run(site.call("ann", "remind me").with("when", when).with("message", message)).await;
        assert!(answer.text().contains("comes <t:"), "{}", answer.text());
    }
    app.stop().await;
    site.hand.advance(3 * DAY);
    let app = site.start().await;
    app.settled().await.unwrap();
    let channel = site.channel("submissions");
    let said: Vec<_> = site.sim.messages(channel).await.iter().map(SeenMessage::text).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("the oven\n-# Late: it was due <t:1795298400:f>"), "{said:?}");
    assert!(said[1].contains("the plants\n-# Late: it was due <t:1795338000:f>"), "{said:?}");
    let left = site.run(site.call("ann", "remind list")).await.text();
    assert!(left.contains("<t:1795597200:f> · every day, 09:00 · the plants") && left.contains("the rent"), "{left}");
    // The next morning it is on time.
    site.pass(&app, 13 * HOUR).await;
    let said = site.sim.messages(channel).await;
    assert!(said.len() == 3 && said[2].content().ends_with("the plants"), "{said:?}");
    assert_sound(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_reminder_that_was_posted_when_the_application_was_dropped_is_not_seen_twice() {
    covers!("S-PROP-23");
    let site = Site::new().await;
    let app = site.start().await;
    site.run(site.call("ann", "remind me").with("when", "10m").with("message", "tea")).await;
    app.settled().await.unwrap();
    site.hand.advance(10 * MINUTE);
    let channel = site.channel("submissions");
    let is_posted = |world: &greenroom::sim::World| (!world.messages(channel).is_empty()).then_some(());
    site.sim.wait_until(is_posted, SOON).await.unwrap();
    // Whether it is noted already that it came is a matter of luck; it is there once either way.
    drop(app);
    let app = site.start().await;
    site.pass(&app, MINUTE).await;
    assert_eq!(site.sim.messages(channel).await.len(), 1);
    assert!(site.run(site.call("ann", "remind list")).await.text().contains("You have no reminders"));
    app.stop().await;
}

#[tokio::test]
async fn where_the_channel_is_gone_it_comes_by_direct_message_and_can_be_put_off_there() {
    let world = World::new().await;
    let ann = world.member("ann").in_channel("general");
    remind(ann, "10m", "tea").await;
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    world.pass(10 * MINUTE).await;
    let dms = world.sim.dms(ann.id).await;
    let [reminder] = &dms[..] else { panic!("{dms:?}") };
    assert!(reminder.content().ends_with("tea"), "{}", reminder.content());
    press_direct(&world, "ann", reminder, "1 h", &[]).await;
    let put_off = world.message(reminder);
    assert!(put_off.content().ends_with("tea\n-# Again <t:1795295400:R>"), "{}", put_off.content());
    assert!(put_off.components().is_empty(), "it is put off once");
    world.pass(HOUR).await;
    assert_eq!(ann.dms().await.len(), 2);
    world.end().await;
}

#[tokio::test]
async fn what_can_be_delivered_nowhere_is_listed_for_a_week() {
    let world = World::new().await;
    let ann = world.member("ann");
    remind(ann.in_channel("general"), "10m", "tea").await;
    remind(ann.in_channel("general"), "every day 9:00", "plants").await;
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    world.sim.block_dms(ann.id, true).await;
    world.pass(10 * MINUTE).await;
    let lost = list(ann).await;
    assert!(lost.contains("**1** · <t:1795291800:f> · ⚠️ could not be delivered · tea"), "{lost}");
    world.sim.block_dms(ann.id, false).await;
    world.pass(13 * HOUR).await;
    assert_eq!(ann.dms().await.len(), 1, "the plants come by direct message");
    assert!(list(ann).await.contains("could not be delivered · tea"));
    world.pass(7 * DAY).await;
    let left = list(ann).await;
    assert!(left.contains("plants") && !left.contains("tea"), "{left}");
    world.end().await;
}

#[tokio::test]
async fn its_maker_puts_it_off_and_cancels_it_and_nobody_else_can() {
    let world = World::new().await;
    let [ann, ben] = ["ann", "ben"].map(|name| world.member(name).in_channel("general"));
    remind(ann, "10m", "tea").await;
    world.pass(10 * MINUTE).await;
    let reminder = world.said_in("general").await.remove(0);
    let refused = ben.press(&reminder, "10 min").await.text();
    assert!(refused.contains("That reminder is somebody else's"), "{refused}");
    assert!(list(ben).await.contains("You have no reminders"));
    ann.press(&reminder, "Tomorrow").await;
    assert!(world.message(&reminder).content().ends_with("tea\n-# Again <t:1795338000:R>"));
    remind(ann, "every monday 18:00", "review night").await;
    remind(ann, "2h", "coffee").await;
    let offered = ann.offered("remind cancel", "reminder_id", "").await;
    let names: Vec<_> = offered.iter().map(|choice| choice.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "3 · Saturday 21 November 2026, 22:10 · coffee",
            "1 · Sunday 22 November 2026, 09:00 · tea",
            "2 · Monday 23 November 2026, 18:00 · every Monday, 18:00 · review night"
        ]
    );
    assert_eq!(offered[0].value, 3);
    assert!(ben.offered("remind cancel", "reminder_id", "").await.is_empty());
    let refused = ben.run_call(ben.call("remind cancel").with("reminder_id", 3)).await.text();
    assert!(refused.contains("You have no such reminder"), "{refused}");
    let cancelled = ann.run_call(ann.call("remind cancel").with("reminder_id", 3)).await.text();
    assert!(cancelled.contains("Cancelled: `3 · Saturday 21 November 2026, 22:10 · coffee`"), "{cancelled}");

    let listed = ann.run("remind list").await.original.unwrap();
    let call = ComponentCall {
        guild: Some(world.ids.guild),
        channel: Some(listed.channel()),
        user: ann.id,
        message: listed.id(),
        custom_id: listed.custom_id("Cancel a reminder").unwrap(),
        values: vec!["2".to_owned()],
        ..ComponentCall::default()
    };
    let left = world.sim.press(call).await.unwrap().text();
    assert!(left.contains("tea") && !left.contains("review night"), "{left}");
    world.pass(3 * DAY).await;
    assert_eq!(world.said_in("general").await.len(), 2, "the tea once more, and nothing that was cancelled");
    world.end().await;
}

#[tokio::test]
async fn whoever_cancels_what_comes_again_reads_that_it_does_not() {
    let world = World::new().await;
    let ann = world.member("ann");
    for (id, when) in [(1, "every monday 18:00"), (2, "2h")] {
        remind(ann, when, "tea").await;
        let cancelled = ann.run_call(ann.call("remind cancel").with("reminder_id", id)).await.text();
        assert_eq!(cancelled.contains("does not come again"), id == 1, "{cancelled}");
        assert_eq!(cancelled.contains("every Monday, 18:00"), id == 1, "{cancelled}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_member_has_25_and_the_next_is_refused_with_what_was_typed() {
    let world = World::new().await;
    let ann = world.member("ann");
    for _ in 0..25 {
        remind(ann, "2h", "tea").await;
    }
    let long = "a".repeat(100);
    let refused = remind(ann, "2h", &long).await.text();
    assert!(refused.contains("You have 25 open reminders") && refused.contains(&long), "{refused}");
    remind(world.member("ben"), "2h", "tea").await;
    for (when, expected) in [
        ("3/4", "I cannot tell which moment **3\\/4** is."),
        ("2020-01-01", "That was <t:"),
        ("30s", "in a minute at the earliest"),
        ("2 years", "in 366 days at the latest"),
    ] {
        let refused = remind(world.member("chloe"), when, "tea").await.text();
        assert!(refused.contains(expected), "{refused}");
    }
    world.end().await;
}

#[tokio::test]
async fn reminders_work_in_direct_messages_and_are_not_those_of_a_server() {
    let world = World::new().await;
    let ann = world.member("ann");
    let set = direct(&world, "ann", "remind me").with("when", "10m").with("message", "tea");
    assert!(ann.run_call(set).await.text().contains("Reminder **1** comes"));
    let set = direct(&world, "ann", "remind me").with("when", "2h").with("message", "coffee");
    ann.run_call(set).await;
    assert!(list(ann).await.contains("You have no reminders"));
    let before = world.sim.dms(ann.id).await.len();
    world.pass(10 * MINUTE).await;
    let reminder = world.sim.dms(ann.id).await.split_off(before).remove(0);
    assert!(reminder.content().ends_with("tea"), "{}", reminder.content());
    press_direct(&world, "ann", &reminder, "10 min", &[]).await;
    let listed = ann.run_call(direct(&world, "ann", "remind list")).await.original.unwrap();
    assert!(listed.text().contains("tea") && listed.text().contains("coffee"), "{}", listed.text());
    let left = press_direct(&world, "ann", &listed, "Cancel a reminder", &["2"]).await.text();
    assert!(left.contains("tea") && !left.contains("coffee"), "{left}");
    let cancelled = ann.run_call(direct(&world, "ann", "remind cancel").with("reminder_id", 1)).await.text();
    assert!(cancelled.contains("Cancelled"), "{cancelled}");
    world.pass(3 * HOUR).await;
    assert!(!world.sim.dms(ann.id).await.iter().any(|message| message.content().ends_with("coffee")));
    world.end().await;
}

#[tokio::test]
async fn no_server_sees_the_reminders_of_another() {
    let world = World::new().await;
    let (other, _) = world.another_guild().await;
    let ann = world.member("ann");
    remind(ann, "2h", "a secret").await;
    let away = ann.in_guild(other.guild, other.channel("submissions"));
    assert!(list(away).await.contains("You have no reminders"));
    assert!(away.offered("remind cancel", "reminder_id", "").await.is_empty());
    let refused = away.run_call(away.call("remind cancel").with("reminder_id", 1)).await.text();
    assert!(refused.contains("You have no such reminder"), "{refused}");
    assert!(list(ann).await.contains("a secret"));
    world.end().await;
}

#[tokio::test]
async fn moments_are_meant_in_the_members_zone_otherwise_in_that_of_the_server() {
    let world = World::new().await;
    let ann = world.member("ann");
    assert!(
        ann.run("profile").await.text().contains("what counts is `UTC`: it is **Saturday 21 November 2026, 20:00**")
    );
    world.configures("timezone", "asia/tokyo").await;
    assert!(
        remind(ann, "9:00", "tea").await.text().contains("`Sunday 22 November 2026, 09:00 in Asia/Tokyo`. Not your")
    );
    let offered = ann.offered("profile", "timezone", "berl").await;
    assert_eq!((offered.len(), offered[0].name.as_str()), (1, "Europe/Berlin · 21:00"));
    for typed in [offered[0].value.as_str().unwrap(), "Europe/Berlin · 21:00", "berlin", "München"] {
        let chosen = ann.run_with("profile", [("timezone", typed.to_owned())]).await.text();
        assert!(chosen.contains("Your time zone is `Europe/Berlin`"), "{chosen}");
    }
    let answer = remind(ann, "9:00", "tea").await.text();
    assert!(answer.contains("<t:1795334400:R>") && answer.ends_with("09:00 in Europe/Berlin`."), "{answer}");
    assert!(remind(world.member("ben"), "9:00", "tea").await.text().contains("Asia/Tokyo"));
    let refused = ann.run_with("profile", [("timezone", "Atlantis".to_owned())]).await.text();
    assert!(refused.contains("There is no time zone **Atlantis**"), "{refused}");
    assert!(ann.run_call(direct(&world, "ann", "profile")).await.text().contains("`UTC`"), "chosen in a server");
    assert!(ann.run_with("profile", [("timezone", "none".to_owned())]).await.text().contains("`Asia/Tokyo`"));
    let refused = world.host().run_with("config set", [("key", "timezone".into()), ("value", "Atlantis".into())]).await;
    assert!(
        refused.text().contains("**Time Zone** can be a time zone, by a city such as Berlin"),
        "{}",
        refused.text()
    );
    world.configures("timezone", "Zürich").await;
    assert!(ann.run("profile").await.text().contains("`Europe/Zurich`"));
    let clock = ann.run_with("profile", [("timezone", "22:00".to_owned())]).await.text();
    assert!(clock.contains("`UTC+02:00`") && clock.contains("no summer time"), "{clock}");
    world.end().await;
}

#[tokio::test]
async fn whoever_is_erased_is_reminded_of_nothing() {
    let world = World::new().await;
    let ann = world.member("ann");
    remind(ann, "10m", "tea").await;
    ann.run_with("profile", [("timezone", "Europe/Berlin".to_owned())]).await;
    let (store, guild, user) = (world.app.bot.store.clone(), world.guild, world.user("ann"));
    let erased = tokio::task::spawn_blocking(move || greenroom::flows::erasure::erase(&store, guild, user));
    assert!(within("she is erased", erased).await.unwrap().unwrap() >= 2);
    world.pass(10 * MINUTE).await;
    assert!(world.said_in("submissions").await.is_empty() && ann.dms().await.is_empty());
    assert!(list(ann).await.contains("You have no reminders"));
    assert!(ann.run("profile").await.text().contains("`UTC`"));
    world.end().await;
}
