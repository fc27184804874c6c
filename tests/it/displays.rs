//! Live displays: the public queue shows itself, survives restarts and vandalism, and is edited no more than is needed.

use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::covers;
use greenroom::display::{Display, tables};
use greenroom::kernel::ids::{ChannelId, GuildId, MessageId};
use greenroom::kernel::time::ClockHand;
use greenroom::sim::{GatewayFault, Id, OverwriteSpec, SeenMessage, Sim, World as Discord};
use greenroom::store::{Store, Tx};

use crate::patience::seen_in_time;
use crate::reading::{SOON, link};
use crate::site::Site;
use crate::world::World;

/// A world whose live queue is in #general.
async fn with_live_queue() -> World {
    let world = World::new().await;
    world.chooses("setup-live-queue", "general").await;
    shows(&world, "The queue is empty").await;
    world
}

/// The displays in a channel, oldest first.
fn displays_in(sim: &Sim, channel: Id) -> Vec<SeenMessage> {
    let bot = sim.bot();
    sim.look(|discord| {
        let is_ours = |message: &SeenMessage| message.author() == bot && !message.components().is_empty();
        discord.messages(channel).into_iter().filter(is_ours).collect()
    })
}

fn displays(world: &World) -> Vec<SeenMessage> {
    displays_in(&world.sim, world.channel("general"))
}

/// Lets time pass until one of the displays in a channel shows this.
pub async fn shown_in(sim: &Sim, hand: &ClockHand, channel: Id, what: &str) -> SeenMessage {
    let bot = sim.bot();
    let fits = |message: &SeenMessage| message.author() == bot && message.text().contains(what);
    let found = |discord: &Discord| discord.messages(channel).into_iter().find(fits);
    let pace = (Duration::from_secs(1), Duration::from_millis(200));
    seen_in_time(sim, hand, pace, &format!("a display shows {what:?}"), found).await
}

async fn shows(world: &World, what: &str) -> SeenMessage {
    shown_in(&world.sim, &world.hand, world.channel("general"), what).await
}

fn row(store: &Store, guild: GuildId) -> Display {
    store.read_blocking("displays", |read| tables::of_guild(read, guild)).unwrap().pop().unwrap().1
}

fn known(world: &World) -> Display {
    row(&world.app.bot.store, world.guild)
}

/// Lets time pass until the row of the display is so.
pub async fn until_known(store: &Store, hand: &ClockHand, guild: GuildId, fits: impl Fn(&Display) -> bool) {
    let waited = tokio::time::timeout(SOON, async {
        let mut changes = store.changes();
        while !fits(&row(store, guild)) {
            // A row may change without a word; then the store is looked at again.
            let _ = tokio::time::timeout(Duration::from_millis(20), changes.recv()).await;
            hand.advance(Duration::from_millis(100));
        }
    });
    waited.await.unwrap_or_else(|_| panic!("it stays {:?}", row(store, guild)));
}

/// Moves the clock in steps, each followed by everything that is due.
async fn passes(world: &World, span: Duration) {
    let step = Duration::from_secs(5);
    for _ in 0..span.as_secs() / step.as_secs() {
        world.pass(step).await;
        world.sim.quiet(SOON).await.unwrap();
    }
}

/// How many requests changed messages of a channel.
async fn edits(sim: &Sim, channel: Id) -> usize {
    let path = format!("/channels/{channel}/messages/");
    let requests = sim.requests(0).await;
    requests.iter().filter(|request| request.method == "PATCH" && request.path.starts_with(&path)).count()
}

/// A message is pinned just after it is posted.
async fn is_the_only_pin(world: &World, message: Id) {
    let channel = world.channel("general");
    let pins = world.sim.wait_until(|discord| Some(discord.pins(channel)).filter(|pins| !pins.is_empty()), SOON).await;
    assert_eq!(pins.unwrap().iter().map(SeenMessage::id).collect::<Vec<_>>(), [message]);
}

fn button(message: &SeenMessage, label: &str) -> String {
    message.custom_id(label).unwrap_or_else(|| panic!("no button {label:?}: {:?}", message.components()))
}

#[tokio::test]
async fn the_live_queue_is_posted_and_pinned_and_follows_the_queue() {
    covers!("M-EMB-01", "M-EMB-07", "M-EMB-11", "M-CMD-16");
    let world = with_live_queue().await;
    let id = displays(&world)[0].id();
    world.member("ann").submits(&link(1), "Night Drive").await;
    world.hand.advance(Duration::from_secs(1));
    let shown = shows(&world, "Night Drive").await;
    assert!(shown.text().contains("🆓 **Free**") && shown.text().contains("🟢 Open"), "{}", shown.text());
    world.next().await;
    world.hand.advance(Duration::from_secs(1));
    shows(&world, "🎶 **Now playing**").await;
    world.host().run("close-submissions").await;
    // Nothing of the queue changed; the next round finds it.
    world.hand.advance(Duration::from_secs(10));
    shows(&world, "🔴 Closed").await;
    is_the_only_pin(&world, id).await;
    until_known(&world.app.bot.store, &world.hand, world.guild, |row| {
        row.message.is_some_and(|now| now.get() == id.get())
    })
    .await;
    world.end().await;
}

#[tokio::test]
async fn everybody_turns_the_pages_and_a_button_counts_in_its_own_server_only() {
    covers!("M-EMB-10", "M-EMB-13");
    let world = with_live_queue().await;
    for number in 0..12 {
        world.member("ann").submits(&link(number), &format!("Song {number:02}")).await;
    }
    world.hand.advance(Duration::from_secs(1));
    let first = shows(&world, "Page 1 of 2").await;
    assert!(first.text().contains("Song 09") && !first.text().contains("Song 10"), "{}", first.text());
    let answer = world.member("ben").press(&first, "Next").await;
    assert!(answer.error.is_none(), "{answer:?}");
    world.hand.advance(Duration::from_secs(1));
    let second = shows(&world, "Page 2 of 2").await;
    assert!(second.text().contains("Song 11") && !second.text().contains("Song 09"), "{}", second.text());
    // The same button, told of in another server, turns nothing there or here.
    let (other, guild) = world.another_guild().await;
    let place = (other.guild, other.channel("general"));
    let answer = world.press_foreign_button(world.member("ben"), place, &button(&second, "Previous")).await;
    assert!(answer.contains("not kept up to date"), "{answer}");
    assert_eq!(world.app.bot.store.read_blocking("none", |read| tables::of_guild(read, guild)).unwrap(), []);
    assert_eq!(known(&world).page, 1);
    world.end().await;
}

#[tokio::test]
async fn nothing_is_edited_while_nothing_changes_and_changes_at_once_are_one_edit() {
    covers!("M-EMB-02", "M-EMB-03", "M-EMB-04", "M-RAT-01", "M-RAT-02");
    let world = with_live_queue().await;
    let channel = world.channel("general");
    passes(&world, Duration::from_mins(3)).await;
    let before = edits(&world.sim, channel).await;
    passes(&world, Duration::from_mins(10)).await;
    assert_eq!(edits(&world.sim, channel).await, before, "an unchanged display is edited");
    for number in 0..20 {
        world.member("ann").submits(&link(number), &format!("Song {number:02}")).await;
    }
    // The first change is shown at once; the others wait for the next second, together.
    world.hand.advance(Duration::from_secs(1));
    shows(&world, "🆓 20").await;
    let edited = edits(&world.sim, channel).await - before;
    assert!((1..=2).contains(&edited), "{edited} edits for 20 songs in one moment");
    // Two edits of a guild are a second apart.
    let path = format!("/channels/{channel}/messages/");
    let moments: Vec<_> = world
        .sim
        .requests(0)
        .await
        .into_iter()
        .filter(|r| r.method == "PATCH" && r.path.starts_with(&path))
        .map(|r| r.at_ms)
        .collect();
    assert!(moments.windows(2).all(|pair| pair[1] - pair[0] >= 1_000), "{moments:?}");
    world.end().await;
}

#[tokio::test]
async fn a_change_is_shown_at_once_and_in_its_own_server_alone() {
    covers!("M-EMB-06");
    let world = with_live_queue().await;
    let (other, _) = world.another_guild().await;
    let elsewhere = world.host().in_guild(other.guild, other.channel("staff"));
    elsewhere.run_with("setup-live-queue", [("channel", other.channel("general").to_string())]).await;
    shown_in(&world.sim, &world.hand, other.channel("general"), "The queue is empty").await;
    passes(&world, Duration::from_secs(5)).await;
    // From here on the clock stands: no round can come, only the change itself can bring it.
    world.member("ann").submits(&link(1), "Night Drive").await;
    let channel = world.channel("general");
    let fits = |message: &SeenMessage| message.text().contains("Night Drive") && !message.components().is_empty();
    let shown = world.sim.wait_until(|discord| discord.messages(channel).into_iter().find(fits), SOON).await;
    assert!(shown.is_ok(), "{:?}", displays(&world));
    passes(&world, Duration::from_secs(30)).await;
    let there = displays_in(&world.sim, other.channel("general"));
    assert!(there.len() == 1 && there[0].text().contains("The queue is empty"), "{there:?}");
    world.end().await;
}

#[tokio::test]
async fn a_deleted_display_comes_back_and_is_pinned() {
    covers!("M-HEA-01", "M-HEA-04");
    let world = with_live_queue().await;
    let channel = world.channel("general");
    let first = displays(&world)[0].id();
    world.sim.delete_message(channel, first).await.unwrap();
    // The next change finds that it is gone.
    world.member("ann").submits(&link(1), "Night Drive").await;
    world.hand.advance(Duration::from_secs(2));
    let second = shows(&world, "Night Drive").await;
    assert_ne!(second.id(), first);
    until_known(&world.app.bot.store, &world.hand, world.guild, |row| {
        row.message.is_some_and(|now| now.get() == second.id().get())
    })
    .await;
    // Nothing changes; healing finds it within five minutes.
    world.sim.delete_message(channel, second.id()).await.unwrap();
    passes(&world, Duration::from_mins(6)).await;
    let third = shows(&world, "Night Drive").await;
    assert!(third.id() != second.id() && displays(&world).len() == 1);
    is_the_only_pin(&world, third.id()).await;
    world.end().await;
}

#[tokio::test]
async fn a_deleted_channel_switches_the_display_off_and_says_so_once() {
    covers!("M-HEA-02", "M-HEA-03");
    let world = with_live_queue().await;
    world.chooses("setdebugchannel", "staff").await;
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    passes(&world, Duration::from_mins(12)).await;
    until_known(&world.app.bot.store, &world.hand, world.guild, |row| !row.is_active).await;
    world.settle().await;
    let lines = world.seen_in("staff").await.join("\n");
    assert_eq!(lines.matches("The channel of the live queue is gone").count(), 1, "{lines}");
    world.chooses("setup-live-queue", "now-playing").await;
    world.hand.advance(Duration::from_secs(2));
    shown_in(&world.sim, &world.hand, world.channel("now-playing"), "The queue is empty").await;
    world.end().await;
}

/// Takes the bot's rights in #general away, or gives them back.
async fn may_post(world: &World, may: bool) {
    let denied = if may { "[]" } else { "[\"VIEW_CHANNEL\", \"SEND_MESSAGES\"]" };
    let overwrite = OverwriteSpec {
        target: world.sim.bot().to_string(),
        deny: serde_json::from_str(denied).unwrap(),
        ..OverwriteSpec::default()
    };
    world.sim.set_overwrite(world.channel("general"), overwrite).await.unwrap();
}

#[tokio::test]
async fn a_display_without_rights_names_them_and_comes_back_with_them() {
    covers!("M-HEA-06", "M-HEA-08");
    let world = with_live_queue().await;
    world.chooses("setdebugchannel", "staff").await;
    may_post(&world, false).await;
    world.member("ann").submits(&link(1), "Night Drive").await;
    until_known(&world.app.bot.store, &world.hand, world.guild, |row| !row.is_active).await;
    passes(&world, Duration::from_secs(30)).await;
    let lines = world.seen_in("staff").await.join("\n");
    assert_eq!(lines.matches("**Send Messages**").count(), 1, "{lines}");
    let report = world.host().in_channel("staff").run("selfheal").await;
    assert!(report.is_ephemeral() && report.text().contains("I cannot show the live queue"), "{}", report.text());
    may_post(&world, true).await;
    let report = world.host().in_channel("staff").run("selfheal").await.text();
    assert!(report.contains("It is on again"), "{report}");
    world.hand.advance(Duration::from_secs(2));
    shows(&world, "Night Drive").await;
    let report = world.host().in_channel("staff").run("selfheal").await.text();
    assert!(report.contains("is in order"), "{report}");
    world.end().await;
}

#[tokio::test]
async fn selfheal_puts_a_deleted_display_back() {
    covers!("M-CMD-27");
    let world = with_live_queue().await;
    world.sim.delete_message(world.channel("general"), displays(&world)[0].id()).await.unwrap();
    let report = world.host().in_channel("staff").run("selfheal").await.text();
    assert!(report.contains("live queue") && !report.contains("is in order"), "{report}");
    // Healing by itself would come minutes later.
    shows(&world, "The queue is empty").await;
    world.end().await;
}

#[tokio::test]
async fn healing_touches_nothing_that_is_not_a_display_of_ours() {
    covers!("M-HEA-05", "M-HEA-07");
    let world = with_live_queue().await;
    let channel = world.channel("general");
    world.member("ann").in_channel("general").post("hello").await;
    world.member("ann").in_channel("general").run("help").await;
    world.chooses("setnowplayingchannel", "general").await;
    world.member("ann").submits(&link(1), "Night Drive").await;
    world.next().await;
    passes(&world, Duration::from_secs(10)).await;
    let theirs = |world: &World| -> Vec<String> {
        let messages = world.sim.look(|discord| discord.messages(channel));
        messages
            .iter()
            .filter(|message| message.components().is_empty())
            .map(SeenMessage::text)
            .filter(|text| !text.is_empty())
            .collect()
    };
    let before = theirs(&world);
    assert!(before.iter().any(|text| text.contains("Now Playing")), "{before:?}");
    let report = world.host().in_channel("staff").run("selfheal").await.text();
    assert!(report.contains("1 message of mine that nothing needs"), "the notice of the pin: {report}");
    assert_eq!(theirs(&world), before);
    assert_eq!(displays(&world).len(), 1);
    world.end().await;
}

#[tokio::test]
async fn an_old_message_that_takes_no_more_edits_is_replaced_at_most_once_an_hour() {
    let world = with_live_queue().await;
    let first = displays(&world)[0].id();
    passes(&world, Duration::from_mins(65)).await;
    for number in 0..40 {
        world.member("ann").submits(&link(number), &format!("Song {number:02}")).await;
        passes(&world, Duration::from_secs(5)).await;
    }
    shows(&world, "🆓 40").await;
    let now = displays(&world);
    assert!(now.len() == 1 && now[0].id() != first, "{now:?}");
    let path = format!("/channels/{}/messages", world.channel("general"));
    let posts = world
        .sim
        .requests(0)
        .await
        .into_iter()
        .filter(|request| request.method == "POST" && request.path == path)
        .count();
    assert_eq!(posts, 2);
    world.end().await;
}

#[tokio::test]
async fn an_old_display_is_posted_anew_when_a_live_begins_and_a_young_one_is_not() {
    let world = with_live_queue().await;
    let first = displays(&world)[0].id();
    let is_another = |row: &Display| row.message.is_some_and(|now| now.get() != first.get());
    world.goes_live().await;
    world.live(greenroom::live::Occurrence::Ended).await;
    passes(&world, Duration::from_secs(20)).await;
    assert!(!is_another(&known(&world)), "it is a minute old");
    passes(&world, Duration::from_mins(65)).await;
    world.goes_live().await;
    until_known(&world.app.bot.store, &world.hand, world.guild, is_another).await;
    passes(&world, Duration::from_secs(10)).await;
    let now = displays(&world);
    assert!(now.len() == 1 && now[0].id() != first, "{now:?}");
    world.end().await;
}

#[tokio::test]
async fn a_deleted_channel_is_made_again_where_the_server_wants_it() {
    let world = with_live_queue().await;
    world.configures("selfheal_recreate_channels", "on").await;
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    let gone = ChannelId::new(world.channel("general").get());
    world.hand.advance(Duration::from_mins(5));
    until_known(&world.app.bot.store, &world.hand, world.guild, |row| {
        row.channel != gone && row.is_active && row.content_hash.is_some()
    })
    .await;
    let made = Id::new(known(&world).channel.get());
    shown_in(&world.sim, &world.hand, made, "The queue is empty").await;
    world.end().await;
}

#[tokio::test]
async fn an_evening_of_three_hours_and_six_hundred_events_needs_few_edits() {
    let world = with_live_queue().await;
    world.chooses("setup-reviewer-channel", "staff").await;
    world.goes_live().await;
    // Six hundred events in three hours, one each 18 seconds: half of them songs, which are played again.
    for event in 0..600_usize {
        match event % 2 {
            0 => drop(world.member("ann").submits(&link(event), &format!("Song {event:03}")).await),
            _ => drop(world.next().await),
        }
        world.pass(Duration::from_secs(18)).await;
        world.sim.quiet(SOON).await.unwrap();
    }
    let requests = world.sim.requests(0).await;
    let limited: Vec<_> = requests.iter().filter(|request| request.status == 429).map(|request| request.code).collect();
    // An hour-old message that takes no more edits (30046) answers with 429 as well; then it is replaced.
    assert!(limited.len() <= 2 * 3 && limited.iter().all(|code| *code == 30_046), "{limited:?}");
    let edited = edits(&world.sim, world.channel("general")).await + edits(&world.sim, world.channel("staff")).await;
    // The clock runs faster here than the displays are painted, so some changes share an edit.
    assert!((300..1_500).contains(&edited), "{edited} edits of three displays");
    world.end().await;
}

#[tokio::test]
async fn a_gateway_that_reconnects_causes_no_edits() {
    let world = with_live_queue().await;
    let channel = world.channel("general");
    passes(&world, Duration::from_secs(30)).await;
    let before = edits(&world.sim, channel).await;
    for _ in 0..3 {
        world.sim.gateway_fault(GatewayFault::Reconnect).await;
        world.sim.connected(SOON).await.unwrap();
        passes(&world, Duration::from_secs(30)).await;
    }
    assert_eq!(edits(&world.sim, channel).await, before);
    world.end().await;
}

fn live_queue_row(app: &Application, site: &Site) -> Display {
    row(&app.bot.store, site.guild)
}

#[tokio::test]
async fn a_restart_goes_on_with_the_same_message_and_its_buttons() {
    covers!("M-ACC-08");
    let site = Site::new().await;
    let app = site.start().await;
    let channel = site.channel("general");
    site.run(site.call("host", "setup-live-queue").with("channel", channel.to_string())).await;
    let shown = shown_in(&site.sim, &site.hand, channel, "The queue is empty").await;
    until_known(&app.bot.store, &site.hand, site.guild, |row| row.message.is_some() && row.content_hash.is_some())
        .await;
    app.stop().await;
    let app = site.start().await;
    site.open().await;
    site.submit("ann", &link(1)).await;
    site.hand.advance(Duration::from_secs(2));
    let now = shown_in(&site.sim, &site.hand, channel, "🆓 1").await;
    assert_eq!(now.id(), shown.id());
    assert_eq!(displays_in(&site.sim, channel).len(), 1);
    assert!(live_queue_row(&app, &site).is_active);
    app.stop().await;
}

/// What a program that was killed leaves behind.
#[derive(Clone, Copy, Debug)]
enum Killed {
    BeforePost,
    AfterPost,
    AfterSaving,
}

#[tokio::test]
async fn one_message_is_there_in_the_end_wherever_the_program_was_killed() {
    for killed in [Killed::BeforePost, Killed::AfterPost, Killed::AfterSaving] {
        let site = Site::new().await;
        let app = site.start().await;
        let channel = site.channel("general");
        site.run(site.call("host", "setup-live-queue").with("channel", channel.to_string())).await;
        let posted = shown_in(&site.sim, &site.hand, channel, "The queue is empty").await;
        let (store, guild) = (app.bot.store.clone(), site.guild);
        until_known(&store, &site.hand, guild, |row| row.message.is_some() && row.content_hash.is_some()).await;
        if !matches!(killed, Killed::AfterSaving) {
            let lose = move |tx: &Tx<'_>| {
                let (id, _) = tables::by_kind(tx, guild, "public_live_queue")?.unwrap();
                tables::note(tx, guild, id, |row| (row.message, row.content_hash) = (None, None))
            };
            store.write_blocking("killed", lose).unwrap();
        }
        drop((app, store));
        if matches!(killed, Killed::BeforePost) {
            site.sim.delete_message(channel, posted.id()).await.unwrap();
        }
        // Long after Discord has forgotten under which name the message was posted.
        site.hand.advance(Duration::from_mins(20));
        let app = site.start().await;
        let shown = shown_in(&site.sim, &site.hand, channel, "The queue is empty").await;
        until_known(&app.bot.store, &site.hand, guild, |row| row.message.is_some() && row.content_hash.is_some()).await;
        let there = displays_in(&site.sim, channel);
        assert_eq!(there.len(), 1, "{killed:?}: {there:?}");
        assert_eq!(live_queue_row(&app, &site).message.map(MessageId::get), Some(shown.id().get()), "{killed:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_display_moves_with_its_command_and_leaves_nothing_behind() {
    let world = with_live_queue().await;
    world.chooses("setup-live-queue", "now-playing").await;
    world.hand.advance(Duration::from_secs(2));
    shown_in(&world.sim, &world.hand, world.channel("now-playing"), "The queue is empty").await;
    world.settle().await;
    assert!(displays(&world).is_empty());
    assert_eq!(known(&world).channel, ChannelId::new(world.channel("now-playing").get()));
    world.end().await;
}
