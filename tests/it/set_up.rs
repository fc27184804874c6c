//! A server meets the bot: the greeting, and the form that chooses the channels of an evening.

use std::time::Duration;

use greenroom::catalogue::CATALOGUE;
use greenroom::features::setup::model::FORGET;
use greenroom::features::setup::tables::GREETED;
use greenroom::jobs::due_by;
use greenroom::sim::{
    ChannelSpec, ComponentCall, GuildSpec, Id, OverwriteSpec, Permissions, SeenMessage, World as Discord,
};

use greenroom::store::{AnyTable, Read};

use crate::patience::as_time_passes;
use crate::reading::SOON;
use crate::site::Site;
use crate::world::{Person, Setup, World, guild_spec};

const HELLO: &str = "Hello! I keep the queue of your music reviews.";

fn permissions(names: &[&str]) -> Permissions {
    serde_json::from_value(serde_json::json!(names)).unwrap()
}

/// A server that the bot joins now.
fn new_server(name: &str) -> GuildSpec {
    GuildSpec { bot_joined_days_ago: 0, ..guild_spec(name) }
}

fn greetings(discord: &Discord, channel: Id) -> usize {
    discord.messages(channel).iter().filter(|message| message.text().contains(HELLO)).count()
}

async fn until_greeted(world: &World, channel: Id, times: usize) -> SeenMessage {
    let fits = |discord: &Discord| (greetings(discord, channel) == times).then_some(());
    world.sim.wait_until(fits, SOON).await.unwrap_or_else(|_| panic!("there are not {times} greetings"));
    world.settle().await;
    let last = world.sim.messages(channel).await.into_iter().rfind(|message| message.text().contains(HELLO));
    last.unwrap()
}

async fn open(person: Person<'_>) -> SeenMessage {
    person.run("setup").await.original.unwrap()
}

/// Picks a channel in the menu with this placeholder, or none.
async fn picks(world: &World, person: Person<'_>, form: &SeenMessage, menu: &str, channel: Option<Id>) -> SeenMessage {
    let form = world.message(form);
    let custom_id = form.custom_id(menu).unwrap_or_else(|| panic!("no menu {menu:?}: {}", form.text()));
    let call = ComponentCall {
        guild: Some(world.ids.guild),
        channel: Some(form.channel()),
        user: person.id,
        message: form.id(),
        custom_id,
        values: channel.into_iter().map(|id| id.to_string()).collect(),
        ..ComponentCall::default()
    };
    // Displays move at their pace.
    as_time_passes(&world.hand, Duration::from_millis(100), world.sim.press(call)).await.unwrap();
    world.settle().await;
    world.message(&form)
}

/// What the menu with this placeholder shows as picked.
fn picked(form: &SeenMessage, menu: &str) -> Vec<String> {
    let menus = form.components().iter().flat_map(|row| row["components"].as_array().unwrap());
    let menu = menus.into_iter().find(|component| component["placeholder"] == menu).unwrap();
    let defaults = menu["default_values"].as_array().cloned().unwrap_or_default();
    defaults.iter().map(|default| default["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_server_that_the_bot_joins_is_greeted_once_and_again_when_it_is_invited_again() {
    let world = World::new().await;
    let spec = GuildSpec { system_channel: Some("general".into()), ..new_server("Day Lark Reviews") };
    let ids = world.sim.create_guild(spec).await.unwrap();
    let channel = ids.channel("general");
    until_greeted(&world, channel, 1).await;
    // A connection that begins anew, and an outage, bring the same event.
    world.sim.gateway_fault(greenroom::sim::GatewayFault::Invalid { resumable: false }).await;
    world.sim.set_out_of_order(ids.guild, true).await.unwrap();
    world.sim.set_out_of_order(ids.guild, false).await.unwrap();
    world.pass(Duration::from_secs(30)).await;
    world.sim.connected(SOON).await.unwrap();
    world.sim.quiet(SOON).await.unwrap();
    world.settle().await;
    assert_eq!(world.sim.look(|discord| greetings(discord, channel)), 1);
    world.hand.advance(Duration::from_mins(1));
    world.sim.kick_bot(ids.guild).await.unwrap();
    world.sim.invite_bot(ids.guild, permissions(&["VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS"])).await.unwrap();
    let again = until_greeted(&world, channel, 2).await;
    assert!(
        again.text().contains("Missing permissions") && again.text().contains("Manage Channels"),
        "{}",
        again.text()
    );
    assert_eq!(
        world.sim.look(|discord| greetings(discord, world.channel("general"))),
        0,
        "who knows the bot is not greeted"
    );
    world.end().await;
}

#[tokio::test]
async fn a_server_is_greeted_in_the_first_channel_in_which_the_bot_may_write_or_its_owner_is() {
    let world = World::new().await;
    let closed = |name: &str| ChannelSpec {
        overwrites: vec![OverwriteSpec {
            target: "@everyone".into(),
            deny: permissions(&["SEND_MESSAGES"]),
            ..OverwriteSpec::default()
        }],
        ..ChannelSpec::from(name)
    };
    let spec = GuildSpec {
        channels: vec![closed("rules"), "lobby".into(), "later".into()],
        system_channel: Some("rules".into()),
        ..new_server("With Rules")
    };
    let ids = world.sim.create_guild(spec).await.unwrap();
    until_greeted(&world, ids.channel("lobby"), 1).await;
    let spec = GuildSpec { channels: vec![closed("rules")], ..new_server("Closed") };
    let ids = world.sim.create_guild(spec).await.unwrap();
    let said = |discord: &Discord| {
        let dms = discord.dms(ids.owner);
        dms.iter().any(|message| message.text().contains(HELLO)).then_some(())
    };
    world.sim.wait_until(said, SOON).await.expect("the owner is greeted");
    let spec = GuildSpec { channels: vec![closed("rules")], owner: Some("silent".into()), ..new_server("Silent") };
    let owner = world.sim.add_member(world.ids.guild, "silent".into()).await.unwrap();
    world.sim.block_dms(owner, true).await;
    world.sim.create_guild(spec).await.unwrap();
    world.sim.quiet(SOON).await.unwrap();
    world.settle().await;
    world.end().await;
}

#[tokio::test]
async fn who_was_invited_before_the_start_is_greeted_and_a_restart_says_nothing() {
    let site = Site::new().await;
    let ids = site.sim.create_guild(new_server("Day Lark Reviews")).await.unwrap();
    let channel = ids.channel("submissions");
    let is_greeted = |discord: &Discord| (greetings(discord, channel) == 1).then_some(());
    for _ in 0..2 {
        let app = site.start().await;
        site.sim.wait_until(is_greeted, SOON).await.expect("the server is greeted");
        app.settled().await.unwrap();
        app.stop().await;
        site.hand.advance(Duration::from_secs(10));
    }
    assert_eq!(site.sim.look(|discord| greetings(discord, channel)), 1);
}

/// How often the bot noticed that it left the server, and did not come to remove what is stored yet.
fn removals(world: &World) -> usize {
    let far = world.hand.now().after(Duration::from_hours(100 * 24));
    let due = world.app.bot.store.read_blocking("due", move |read| due_by(read, far, 1_000)).unwrap();
    due.iter().filter(|run| run.job.kind == FORGET.name()).count()
}

async fn until(fits: impl Fn() -> bool) {
    let wait = async {
        while !fits() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, wait).await.expect("the bot notices it");
}

const DAY: Duration = Duration::from_hours(24);

/// The bot is thrown out, and has noticed that.
async fn is_thrown_out(world: &World) {
    let before = removals(world);
    world.sim.kick_bot(world.ids.guild).await.unwrap();
    until(|| removals(world) > before).await;
}

/// The tables that still have a row of the server.
fn tables_with_rows(world: &World) -> Vec<&'static str> {
    let schema = (CATALOGUE.schema)();
    let has_rows = |read: &dyn Read, table: &&'static dyn AnyTable| {
        let mut guilds = std::collections::BTreeSet::new();
        table.guilds(read, &mut guilds).map(|()| guilds.contains(&world.guild))
    };
    let look = |read: &dyn Read| {
        let mut left = Vec::new();
        for table in schema.tables_of_guilds() {
            if has_rows(read, &table)? {
                left.push(table.name());
            }
        }
        Ok(left)
    };
    world.app.bot.store.read_blocking("left", look).unwrap()
}

#[tokio::test]
async fn what_is_stored_of_a_server_goes_30_days_after_the_bot_left_it() {
    let world = World::new().await;
    world.member("ann").submits(&crate::reading::link(1), "First").await;
    // Trouble of Discord is no leaving.
    for is_out_of_order in [true, false] {
        world.sim.set_out_of_order(world.ids.guild, is_out_of_order).await.unwrap();
    }
    world.settle().await;
    is_thrown_out(&world).await;
    assert_eq!(removals(&world), 1);
    world.pass(DAY * 29).await;
    assert_eq!(world.songs().len(), 1);
    world.pass(DAY * 2).await;
    until(|| world.songs().is_empty()).await;
    // The removal goes by parts, and the job that did it is the last thing to go.
    until(|| tables_with_rows(&world).is_empty()).await;
    world.end().await;
}

#[tokio::test]
async fn nothing_of_a_server_goes_where_the_bot_came_back_within_30_days() {
    let world = World::new().await;
    world.member("ann").submits(&crate::reading::link(1), "First").await;
    let guild = world.guild;
    let joined = || world.app.bot.store.read_blocking("joined", move |read| GREETED.get(read, &guild)).unwrap();
    let before = joined();
    is_thrown_out(&world).await;
    world.pass(DAY * 29).await;
    world.sim.invite_bot(world.ids.guild, permissions(&["ADMINISTRATOR"])).await.unwrap();
    until(|| joined() != before).await;
    world.pass(DAY * 2).await;
    assert_eq!((world.songs().len(), removals(&world)), (1, 0));
    // Whoever leaves again has 30 days from then on.
    is_thrown_out(&world).await;
    world.pass(DAY * 29).await;
    assert_eq!(world.songs().len(), 1);
    world.pass(DAY * 2).await;
    until(|| tables_with_rows(&world).is_empty()).await;
    world.end().await;
}

#[tokio::test]
async fn the_buttons_of_the_greeting_are_for_administrators() {
    let world = World::new().await;
    let (host, ann) = (world.host(), world.member("ann"));
    world.sim.kick_bot(world.ids.guild).await.unwrap();
    world.hand.advance(Duration::from_secs(1));
    world.sim.invite_bot(world.ids.guild, permissions(&["ADMINISTRATOR"])).await.unwrap();
    let greeting = until_greeted(&world, world.channel("submissions"), 1).await;
    for button in ["Choose the channels", "What is missing?"] {
        let refused = ann.press(&greeting, button).await;
        assert!(refused.text().contains("Only people with the **Administrator** permission"), "{}", refused.text());
        let answer = host.press(&greeting, button).await;
        assert!(answer.is_ephemeral() && answer.text().contains("**Submissions**"), "{}", answer.text());
    }
    world.end().await;
}

#[tokio::test]
async fn the_form_chooses_all_channels_checks_each_at_once_and_takes_a_choice_back() {
    let world = World::with(Setup { channel_is_set: false, ..Setup::default() }).await;
    let host = world.host().in_channel("staff");
    let form = open(host).await;
    assert!(form.is_ephemeral() && form.text().contains("➖ **Submissions**: not set"), "{}", form.text());
    let submissions = world.channel("submissions");
    let form = picks(&world, host, &form, "Submissions", Some(submissions)).await;
    assert!(form.text().contains(&format!("✅ **Submissions** is in <#{submissions}>.")), "{}", form.text());
    assert_eq!(picked(&form, "Submissions"), [submissions.to_string()]);
    // It counts at once.
    world.member("ann").submits(&crate::reading::link(1), "First").await;
    // What cannot be is said with the permission, and stays as it was.
    let deny = OverwriteSpec { target: "bot".into(), deny: permissions(&["VIEW_CHANNEL"]), ..OverwriteSpec::default() };
    world.sim.set_overwrite(world.channel("general"), deny).await.unwrap();
    let form = picks(&world, host, &form, "Submissions", Some(world.channel("general"))).await;
    assert!(form.text().contains("❌ **Submissions** stays as it was. I cannot see <#"), "{}", form.text());
    assert!(form.text().contains("Please give me **View Channel**"), "{}", form.text());
    assert_eq!(picked(&form, "Submissions"), [submissions.to_string()]);
    let form = picks(&world, host, &form, "Live queue", Some(world.channel("now-playing"))).await;
    assert_eq!(picked(&form, "Live queue"), [world.channel("now-playing").to_string()]);
    // Another page, with the rest.
    host.press(&form, "More channels (1 of 2)").await;
    let form = world.message(&form);
    let form = picks(&world, host, &form, "Bookmarks", Some(world.channel("bookmarks"))).await;
    let form = picks(&world, host, &form, "Debug", Some(world.channel("staff"))).await;
    // The last choice is taken back, and that as well.
    host.press(&form, "Undo").await;
    let form = world.message(&form);
    assert!(
        form.text().contains("**Debug** is not set any more") && picked(&form, "Debug").is_empty(),
        "{}",
        form.text()
    );
    host.press(&form, "Undo").await;
    let form = world.message(&form);
    assert_eq!(picked(&form, "Debug"), [world.channel("staff").to_string()]);
    // A menu that is emptied takes the choice away.
    let form = picks(&world, host, &form, "Bookmarks", None).await;
    assert!(form.text().contains("➖ **Bookmarks**: not set"), "{}", form.text());
    // Opened again, it shows what is.
    let again = open(host).await;
    assert_eq!(picked(&again, "Submissions"), [submissions.to_string()]);
    let settings = world.host().run("show-settings").await.text();
    assert!(settings.contains(&format!("Submissions Channel: <#{submissions}>")), "{settings}");
    // While there is a debug channel, it is told each of these.
    let told = world.seen_in("staff").await.join("\n");
    let chosen = format!("changed Debug Channel from Not set to <#{}>.", world.channel("staff"));
    let emptied = format!("changed Bookmark Channel from <#{}> to Not set.", world.channel("bookmarks"));
    assert_eq!((told.matches(&chosen).count(), told.matches(&emptied).count()), (2, 1), "{told}");
    world.end().await;
}

#[tokio::test]
async fn a_choice_that_somebody_changed_meanwhile_is_not_undone() {
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    let form = open(host).await;
    let form = picks(&world, host, &form, "Now playing", Some(world.channel("general"))).await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    host.press(&form, "Undo").await;
    let form = world.message(&form);
    assert!(form.text().contains("was changed meanwhile and stays as it is"), "{}", form.text());
    assert_eq!(picked(&form, "Now playing"), [world.channel("now-playing").to_string()]);
    world.end().await;
}

#[tokio::test]
async fn the_bot_makes_the_missing_channels_where_it_may_and_the_teams_are_seen_by_the_team() {
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    let form = open(host).await;
    host.press(&form, "Make the missing ones for me").await;
    let form = world.message(&form);
    assert!(!form.text().contains("not set") && !form.text().contains('❌'), "{}", form.text());
    assert!(form.custom_id("Make the missing ones for me").is_none(), "nothing is missing any more");
    let ids = world.sim.guild_ids(world.ids.guild).await.unwrap();
    for (name, is_seen) in [
        ("now-playing", true),
        ("live-queue", true),
        ("song-bookmarks", true),
        ("reviewers-desk", false),
        ("greenroom-debug", false),
        ("live-metrics", false),
    ] {
        let answer = world.sim.run_command(greenroom::sim::CommandCall::new(
            world.ids.guild,
            ids.channel(name),
            world.member("ann").id,
            "queue",
        ));
        assert_eq!(answer.await.is_ok(), is_seen, "#{name}");
    }
    assert_eq!(ids.channels.keys().filter(|name| name.starts_with("song-submissions")).count(), 0, "it was chosen");
    let made = ids.channels.len();
    world.settle().await;
    // Asked again, nothing is made twice, also where a choice was taken away.
    let form = picks(&world, host, &form, "Live queue", None).await;
    assert!(form.text().contains("➖ **Live queue**: not set"), "{}", form.text());
    host.press(&form, "Make the missing ones for me").await;
    assert_eq!(world.sim.guild_ids(world.ids.guild).await.unwrap().channels.len(), made);
    world.end().await;
}

#[tokio::test]
async fn without_the_right_to_manage_channels_the_bot_offers_to_make_none() {
    let world = World::new().await;
    let role = world.ids.roles[&greenroom::sim::Settings::default().bot_name];
    let most = permissions(&["VIEW_CHANNEL", "SEND_MESSAGES", "EMBED_LINKS", "ATTACH_FILES", "READ_MESSAGE_HISTORY"]);
    world.sim.set_role_permissions(world.ids.guild, role, most).await.unwrap();
    let form = open(world.host().in_channel("staff")).await;
    assert!(form.custom_id("Make the missing ones for me").is_none(), "{}", form.text());
    assert!(form.text().contains("Missing permissions") && form.text().contains("Manage Channels"), "{}", form.text());
    world.end().await;
}
