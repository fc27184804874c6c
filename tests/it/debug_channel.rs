//! The debug channel: lines share messages, keep their order, and none is lost; `/cleandebugchannel` takes them away again.

use std::time::Duration;

use greenroom::activity::TEAM_TOLD;
use greenroom::covers;
use greenroom::sim::Fault;

use crate::patience::as_time_passes;
use crate::reading::mention;
use crate::world::World;

async fn with_debug_channel() -> World {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world
}

/// Stages lines, each in a transaction of its own.
async fn report(world: &World, lines: impl IntoIterator<Item = String>) {
    let guild = world.guild;
    for line in lines {
        let stage = move |tx: &greenroom::store::Tx<'_>| TEAM_TOLD.with(line.clone()).note(tx, guild);
        world.app.bot.store.write("reported", stage).await.unwrap();
    }
}

fn numbered(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("line {number:03} {}", "x".repeat(60)))
}

/// The numbered lines in the channel, and how many messages hold them.
async fn read(world: &World) -> (usize, Vec<String>) {
    let messages = world.seen_in("staff").await;
    let lines = messages.iter().flat_map(|text| text.lines()).filter(|line| line.starts_with("line "));
    let lines = lines.map(|line| line[5..8].to_owned()).collect();
    (messages.iter().filter(|text| text.starts_with("line ")).count(), lines)
}

fn expected(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:03}")).collect()
}

#[tokio::test]
async fn lines_that_come_together_share_messages_in_their_order() {
    let world = with_debug_channel().await;
    let guild = world.guild;
    let stage =
        move |tx: &greenroom::store::Tx<'_>| numbered(100).try_for_each(|line| TEAM_TOLD.with(line).note(tx, guild));
    world.app.bot.store.write("reported", stage).await.unwrap();
    world.settle().await;
    let (messages, lines) = read(&world).await;
    assert_eq!(lines, expected(100));
    assert_eq!(messages, 4, "a hundred lines of 69 characters, 2,000 characters in a message");
    world.end().await;
}

#[tokio::test]
async fn lines_wait_while_discord_takes_none_and_none_is_lost_or_told_twice() {
    let world = with_debug_channel().await;
    let path = format!("/channels/{}/messages", world.channel("staff"));
    world
        .sim
        .faults(Fault {
            method: Some("POST".into()),
            path: Some(path),
            status: Some(503),
            times: u64::MAX,
            ..Fault::default()
        })
        .await;
    report(&world, numbered(3)).await;
    for _ in 0..30 {
        world.pass(Duration::from_secs(20)).await;
    }
    report(&world, numbered(5).skip(3)).await;
    assert_eq!(read(&world).await.1, Vec::<String>::new());
    world.sim.clear_faults().await;
    // They come by themselves: no further line is needed for that.
    world.pass(Duration::from_mins(1)).await;
    assert_eq!(read(&world).await.1, expected(5));
    world.end().await;
}

#[tokio::test]
async fn without_a_debug_channel_no_line_waits() {
    let world = World::new().await;
    report(&world, numbered(3)).await;
    world.chooses("setdebugchannel", "staff").await;
    report(&world, numbered(1)).await;
    world.settle().await;
    assert_eq!(read(&world).await.1, expected(1));
    world.end().await;
}

#[tokio::test]
async fn a_channel_that_is_left_hears_it_last_with_who_did_it_and_where_the_lines_go() {
    let world = with_debug_channel().await;
    report(&world, numbered(1)).await;
    world.settle().await;
    world.chooses("setdebugchannel", "general").await;
    report(&world, numbered(2).skip(1)).await;
    world.settle().await;
    let (by, now) = (mention(world.host().id), world.channel("general"));
    let last = async |channel: &str| world.said_in(channel).await.last().unwrap().text();
    assert_eq!(last("staff").await, format!("👋 The lines for your team now go to <#{now}>: {by} chose that."));
    assert_eq!(read(&world).await.1, expected(1), "what comes later is not for those who read there");
    world.host().run_with("config reset", [("key", "debug_channel_id".to_owned())]).await;
    report(&world, numbered(3)).await;
    world.settle().await;
    assert_eq!(last("general").await, format!("👋 The lines for your team are switched off: {by} chose that."));
    world.end().await;
}

#[tokio::test]
async fn a_channel_that_is_gone_when_it_is_left_hears_nothing_and_holds_nothing_up() {
    let world = with_debug_channel().await;
    world.settle().await;
    world.sim.delete_channel(world.ids.guild, world.channel("staff")).await.unwrap();
    world
        .host()
        .in_channel("general")
        .run_with("setdebugchannel", [("channel", world.channel("general").to_string())])
        .await;
    report(&world, numbered(1)).await;
    world.settle().await;
    assert!(world.seen_in("general").await.iter().any(|text| text.contains("line 000")));
    world.end().await;
}

#[tokio::test]
async fn the_debug_channel_is_told_of_displays_by_whichever_command_they_are_put() {
    let world = with_debug_channel().await;
    for (command, channel) in [
        ("setup-live-queue", "general"),
        ("setup-live-queue", "general"),
        ("setup-live-queue", "now-playing"),
        ("setup-reviewer-channel", "general"),
    ] {
        // Displays move at their pace.
        as_time_passes(&world.hand, Duration::from_millis(100), world.chooses(command, channel)).await;
    }
    world.settle().await;
    let told =
        world.said_in("staff").await.iter().map(greenroom::sim::SeenMessage::text).collect::<Vec<_>>().join("\n");
    let told: Vec<_> = told.lines().filter(|line| line.contains("queue") || line.contains("desk")).collect();
    let (by, [general, now_playing]) =
        (mention(world.host().id), ["general", "now-playing"].map(|name| world.channel(name)));
    let expected = [
        format!("⚙️ {by} put the live queue into <#{general}>."),
        format!("⚙️ {by} moved the live queue from <#{general}> to <#{now_playing}>."),
        format!("⚙️ {by} put the reviewer's desk into <#{general}>."),
    ];
    assert_eq!(told, expected);
    world.end().await;
}

#[tokio::test]
async fn cleaning_takes_the_lines_and_nothing_else() {
    covers!("M-CMD-28");
    let world = with_debug_channel().await;
    world.member("ann").in_channel("staff").post("a word of somebody else").await;
    // That the channel was chosen is its first line.
    let answer = world.host().in_channel("general").run("cleandebugchannel").await;
    assert!(answer.is_ephemeral() && answer.text().contains("1 message of mine"), "{}", answer.text());
    let answer = world.host().in_channel("general").run("cleandebugchannel").await.text();
    assert!(answer.contains("no line of mine"), "{answer}");
    report(&world, numbered(1)).await;
    world.settle().await;
    let answer = world.host().in_channel("general").run("cleandebugchannel").await.text();
    assert!(answer.contains("1 message of mine"), "{answer}");
    for _ in 0..3 {
        report(&world, numbered(30)).await;
        world.settle().await;
    }
    // Older than two weeks, and young ones: Discord deletes them in different ways.
    world.pass(Duration::from_hours(15 * 24)).await;
    report(&world, numbered(60)).await;
    world.settle().await;
    world.chooses("setup-live-queue", "staff").await;
    for _ in 0..5 {
        world.pass(Duration::from_secs(1)).await;
        world.sim.quiet(Duration::from_secs(5)).await.unwrap();
    }
    let answer = world.host().in_channel("general").run("cleandebugchannel").await.text();
    assert!(answer.contains("messages of mine"), "{answer}");
    let left = world.seen_in("staff").await.join("\n");
    assert!(
        left.contains("a word of somebody else") && left.contains("Live queue") && !left.contains("line 0"),
        "{left}"
    );
    world.end().await;
}

#[tokio::test]
async fn cleaning_says_what_is_missing() {
    let world = World::new().await;
    let answer = world.host().run("cleandebugchannel").await.text();
    assert!(answer.contains("has no debug channel") && answer.contains("/setdebugchannel"), "{answer}");
    world.chooses("setdebugchannel", "staff").await;
    world.sim.delete_channel(world.ids.guild, world.channel("staff")).await.unwrap();
    let answer = world.host().run("cleandebugchannel").await.text();
    assert!(answer.contains("has no debug channel"), "{answer}");
    world.end().await;
}
