//! Proof of ownership: a member types a code on the live with the handle that they want to link, and nothing else links it.

use std::time::Duration;

use greenroom::features::handles::tables::CODES;
use greenroom::flows;
use greenroom::kernel::ids::GuildId;
use greenroom::live::{Handle, LiveEvent, MessageId, Occurrence};
use greenroom::sim::{CommandOutcome, Fault, SeenMessage};
use greenroom::store::Tx;
use serde_json::json;

use crate::followed::{followed, tell};
use crate::reading::mention;
use crate::site::Site;
use crate::world::{Person, STREAMER, World, guild_spec, viewer};

const MINUTE: Duration = Duration::from_mins(1);

/// A guild in which handles need proof, and whose host is live.
async fn proving() -> World {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.configures("handle_proof", "on").await;
    world.goes_live().await;
    world
}

async fn link(person: Person<'_>, handle: &str) -> CommandOutcome {
    person.run_with("link-tiktok", [("handle", handle.to_owned())]).await
}

/// `/link-tiktok`, which must be answered with a code; gives the code.
async fn asks(person: Person<'_>, handle: &str) -> String {
    let answer = link(person, handle).await;
    assert!(answer.is_ephemeral());
    code_in(&answer.text())
}

fn code_in(answer: &str) -> String {
    let (_, behind) = answer.split_once("# `").unwrap_or_else(|| panic!("no code in {answer:?}"));
    behind.split('`').next().unwrap().to_owned()
}

fn comment(handle: &str, text: &str) -> Occurrence {
    Occurrence::Commented(viewer(handle), text.to_owned())
}

async fn says(world: &World, handle: &str, text: &str) {
    world.live(comment(handle, text)).await;
}

/// Events as TikTok's messages tell them, on the live of a guild.
async fn told(world: &World, guild: GuildId, events: Vec<LiveEvent>) {
    let streamer = Handle::parse(STREAMER).unwrap();
    let take = move |tx: &Tx<'_>| flows::live_events::run(tx, guild, &streamer, &events).map(drop);
    world.app.bot.store.write("live_events", take).await.unwrap();
    world.settle().await;
}

fn message(world: &World, id: u64, is_backlog: bool, what: Occurrence) -> LiveEvent {
    LiveEvent { id: MessageId::new(id), is_backlog, ..LiveEvent::new(world.hand.now(), what) }
}

/// Whose a handle is, and whether that is verified.
fn owner(world: &World, handle: &str) -> Option<(&'static str, bool)> {
    let account = world.account(handle)?;
    let user = account.linked?;
    let name = ["ann", "ben", "chloe", "dmitri"].into_iter().find(|name| world.user(name) == user).unwrap();
    Some((name, account.is_verified()))
}

fn open_codes(world: &World) -> u64 {
    world.app.bot.store.read_blocking("codes", |read| CODES.len(read)).unwrap()
}

async fn staff_lines(world: &World) -> String {
    let lines = world.sim.messages(world.channel("staff")).await;
    assert!(lines.iter().all(|line| line.pinged().users.is_empty()), "lines ping nobody");
    lines.iter().map(SeenMessage::text).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_handle_that_types_the_code_on_the_live_is_linked_and_verified() {
    let world = proving().await;
    let answer = link(world.member("ann"), "@Ann.Live").await;
    assert!(answer.is_ephemeral());
    let text = answer.text();
    assert!(text.contains("in the chat of the live of **@nightowl.reviews**"), "{text}");
    assert!(!text.contains("no live at the moment"), "{text}");
    assert_eq!(world.account("ann.live"), None, "asking makes nothing known and links nothing");
    world.pass(MINUTE * 9).await;
    says(&world, "ann.live", &format!("hi! my code: {} 😀", code_in(&text).to_lowercase())).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    assert_eq!((world.points("ann"), world.interactions().len()), (2, 1), "it counts as any comment does");
    assert_eq!(open_codes(&world), 0);
    let told = world.member("ann").dms().await;
    assert_eq!(told, ["✅ **@ann.live** is linked to you and verified. You have **2** engagement points now."]);
    let lines = staff_lines(&world).await;
    let line = format!(
        "{} `{}` proved on the live that **@ann.live** is theirs",
        mention(world.member("ann").id),
        world.user("ann")
    );
    assert!(lines.contains(&line), "{lines}");
    let list = world.member("ann").run("my-tiktok-handles").await.text();
    assert!(list.contains("**@ann.live**") && list.contains("✅ verified"), "{list}");
    assert!(link(world.member("ann"), "ann.live").await.text().contains("is linked to you already"));
    world.end().await;
}

#[tokio::test]
async fn a_code_typed_on_a_followed_live_arrives_over_the_wire() {
    let world = followed().await;
    world.configures("handle_proof", "on").await;
    let answer = link(world.member("ann"), "ann.live").await.text();
    assert!(answer.contains("the live of **@night.owl**"), "{answer}");
    let text = format!("{} from ann", code_in(&answer));
    tell(&world, &[json!({"type": "comment", "user": "ann.live", "text": text})]).await;
    world.settle().await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    assert_eq!(world.member("ann").dms().await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn without_the_setting_a_handle_is_linked_at_once_and_not_verified() {
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "ann.live").await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", false)));
    let list = world.member("ann").run("my-tiktok-handles").await.text();
    assert!(list.contains("@ann.live") && !list.contains("verified"), "{list}");
    world.end().await;
}

#[tokio::test]
async fn a_code_ends_after_ten_minutes_and_is_forgotten() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    world.pass(MINUTE * 10).await;
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), None);
    world.pass(MINUTE).await;
    assert_eq!(open_codes(&world), 0, "the sweep takes it away");
    says(&world, "ann.live", &code).await;
    assert_eq!((owner(&world, "ann.live"), world.member("ann").dms().await.len()), (None, 0));
    world.end().await;
}

#[tokio::test]
async fn a_code_typed_by_another_handle_does_nothing() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    for other in ["ann.liv", "ann.live2", "ben.live", STREAMER] {
        says(&world, other, &code).await;
        assert_eq!((owner(&world, "ann.live"), owner(&world, other)), (None, None), "{other}");
    }
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)), "and is not used up by it");
    world.end().await;
}

#[tokio::test]
async fn a_code_of_another_server_does_nothing() {
    let world = proving().await;
    let other = world.sim.create_guild(guild_spec("Day Lark Reviews")).await.unwrap();
    let there = GuildId::new(other.guild.get());
    told(&world, there, vec![LiveEvent::new(world.hand.now(), Occurrence::Connected)]).await;
    let host = world.host().in_guild(other.guild, other.channel("staff"));
    host.run_with("config set", [("key", "handle_proof".to_owned()), ("value", "on".to_owned())]).await;
    let code = asks(world.member("ann"), "ann.live").await;
    let theirs = asks(world.member("ben").in_guild(other.guild, other.channel("general")), "ann.live").await;
    told(&world, there, vec![message(&world, 1, false, comment("ann.live", &code))]).await;
    says(&world, "ann.live", &theirs).await;
    let handle = Handle::parse("ann.live").unwrap();
    for guild in [world.guild, there] {
        let find =
            |read: &dyn greenroom::store::Read| greenroom::features::handles::queries::account(read, guild, &handle);
        let account = world.app.bot.store.read_blocking("account", find).unwrap().unwrap();
        assert_eq!(account.linked, None, "guild {guild}");
    }
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    world.end().await;
}

#[tokio::test]
async fn a_comment_of_the_time_before_the_connection_proves_nothing() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    told(&world, world.guild, vec![message(&world, 1, true, comment("ann.live", &code))]).await;
    assert_eq!(world.account("ann.live").map(|account| account.linked), Some(None), "it is known, and not linked");
    told(&world, world.guild, vec![message(&world, 1, false, comment("ann.live", &code))]).await;
    assert_eq!(owner(&world, "ann.live"), None, "the same message is no other comment");
    told(&world, world.guild, vec![message(&world, 2, false, comment("ann.live", &code))]).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    world.end().await;
}

#[tokio::test]
async fn a_code_counts_once_however_often_it_is_told() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    told(&world, world.guild, vec![message(&world, 1, false, comment("ann.live", &code))]).await;
    world.member("ann").run_with("unlink-tiktok", [("handle", "ann.live".to_owned())]).await;
    told(&world, world.guild, vec![message(&world, 1, false, comment("ann.live", &code))]).await;
    says(&world, "ann.live", &code).await;
    assert_eq!((owner(&world, "ann.live"), world.member("ann").dms().await.len()), (None, 1));
    assert_eq!(world.account("ann.live").unwrap().verified_at, None, "what is linked to nobody is not verified");
    world.end().await;
}

#[tokio::test]
async fn a_comment_outside_the_connection_proves_nothing() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    world.live(Occurrence::Disconnected).await;
    says(&world, "ann.live", &code).await;
    assert_eq!(world.account("ann.live"), None);
    world.goes_live().await;
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    world.end().await;
}

#[tokio::test]
async fn guesses_by_thousands_prove_nothing() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    let guess = |number: usize| {
        let alphabet = b"3479BCDFGHJKMNPQRTVWXZ";
        let places = (0..6_u32).map(|place| char::from(alphabet[number * 7919 / 22_usize.pow(place) % 22]));
        places.collect::<String>()
    };
    let wrong = (0..2000).map(guess).filter(|guess| *guess != code);
    let mut flood: Vec<_> = wrong.map(|guess| comment("ann.live", &guess)).collect();
    // Also the right one, by whom it is not for, and among too many others.
    flood.extend((0..500).map(|number| comment(&format!("bot{number}"), &code)));
    flood.push(comment("ann.live", &format!("{} {code}", "BBBBBB ".repeat(20))));
    flood.push(comment("ann.live", &format!("x{code}")));
    let count = flood.len();
    world.live_all(flood).await;
    assert_eq!((owner(&world, "ann.live"), world.interactions().len()), (None, count));
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)), "the code is still there");
    world.end().await;
}

#[tokio::test]
async fn of_two_members_who_claim_a_handle_the_first_whose_code_it_types_has_it() {
    let world = proving().await;
    let codes = [asks(world.member("ann"), "star").await, asks(world.member("ben"), "star").await];
    assert_ne!(codes[0], codes[1]);
    world.live_all([comment("star", &codes[1]), comment("star", &codes[0])]).await;
    assert_eq!((owner(&world, "star"), open_codes(&world)), (Some(("ben", true)), 0));
    says(&world, "star", &codes[0]).await;
    assert_eq!(owner(&world, "star"), Some(("ben", true)));
    assert_eq!((world.points("ann"), world.points("ben")), (0, 6));
    assert!(world.member("ann").dms().await.is_empty());
    let refused = link(world.member("ann"), "star").await.text();
    assert!(refused.contains("is linked to someone else") && !refused.contains("<@"), "{refused}");
    world.end().await;
}

#[tokio::test]
async fn a_new_code_replaces_the_one_before() {
    let world = proving().await;
    let ann = world.member("ann");
    let first = asks(ann, "ann.one").await;
    let second = asks(ann, "ann.one").await;
    let third = asks(ann, "ann.two").await;
    assert_eq!(open_codes(&world), 1, "a member has one code");
    says(&world, "ann.one", &format!("{first} {second} {third}")).await;
    assert_eq!(owner(&world, "ann.one"), None);
    says(&world, "ann.two", &third).await;
    assert_eq!(owner(&world, "ann.two"), Some(("ann", true)));
    world.end().await;
}

#[tokio::test]
async fn a_proof_takes_a_handle_from_whoever_did_not_prove_it() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.goes_live().await;
    world.on_the_live("ben", "ann.live").await;
    world.live(Occurrence::Shared(viewer("ann.live"))).await;
    assert!(link(world.member("ann"), "ann.live").await.text().contains("is linked to someone else"));
    world.configures("handle_proof", "on").await;
    let code = asks(world.member("ann"), "ann.live").await;
    assert_eq!((owner(&world, "ann.live"), world.points("ben")), (Some(("ben", false)), 5), "until it is proven");
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    assert_eq!((world.points("ann"), world.points("ben")), (7, 0), "the points go with the handle");
    let told = world.member("ben").dms().await;
    assert!(told.len() == 1 && told[0].contains("is no longer linked to you: someone else proved"), "{told:?}");
    let lines = staff_lines(&world).await;
    assert!(lines.contains(&format!("it was linked to {}", mention(world.member("ben").id))), "{lines}");
    world.end().await;
}

#[tokio::test]
async fn a_verified_handle_cannot_be_taken_with_or_without_the_setting() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    says(&world, "ann.live", &code).await;
    let is_refused = async || {
        let refused = link(world.member("ben"), "ann.live").await.text();
        assert!(refused.contains("is linked to someone else"), "{refused}");
        assert_eq!(owner(&world, "ann.live"), Some(("ann", true)), "the mark stays");
    };
    is_refused().await;
    world.configures("handle_proof", "off").await;
    is_refused().await;
    world.end().await;
}

#[tokio::test]
async fn codes_count_only_while_the_setting_is_on() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    world.configures("handle_proof", "off").await;
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), None);
    assert!(link(world.member("ann"), "ann.live").await.text().contains("is linked to you. You have"));
    assert_eq!(owner(&world, "ann.live"), Some(("ann", false)));
    world.end().await;
}

#[tokio::test]
async fn an_administrator_moves_a_verified_handle_and_the_debug_channel_says_so() {
    let world = proving().await;
    let code = asks(world.member("ann"), "ann.live").await;
    says(&world, "ann.live", &code).await;
    let options = |name: &str| [("user", world.member(name).id.to_string()), ("handle", "ann.live".to_owned())];
    let moved = world.host().run_with("admin-link", options("ben")).await.text();
    assert!(moved.contains("before, who had proven that it is theirs."), "{moved}");
    assert_eq!(owner(&world, "ann.live"), Some(("ben", false)), "an administrator's word is no proof");
    let lines = staff_lines(&world).await;
    assert_eq!(lines.matches("this replaces a verified link").count(), 1, "{lines}");
    // A code of before an administrator's word does not count any more.
    let early = asks(world.member("ann"), "ann.live").await;
    world.host().run_with("admin-link", options("chloe")).await;
    says(&world, "ann.live", &early).await;
    assert_eq!(owner(&world, "ann.live"), Some(("chloe", false)));
    let late = asks(world.member("chloe"), "ann.live").await;
    says(&world, "ann.live", &late).await;
    world.host().run_with("admin-unlink", options("chloe")).await;
    assert_eq!(owner(&world, "ann.live"), None);
    let lines = staff_lines(&world).await;
    assert_eq!(lines.matches("this replaces a verified link").count(), 1, "{lines}");
    assert_eq!(lines.matches("the link was verified").count(), 1, "{lines}");
    world.end().await;
}

#[tokio::test]
async fn an_own_handle_is_verified_later_and_offered_for_it() {
    let world = World::new().await;
    world.goes_live().await;
    world.on_the_live("ann", "star.ann").await;
    world.on_the_live("ben", "star.ben").await;
    world.joins("star.free").await;
    let offered = async |typed: &str| {
        let choices = world.member("ann").offered("link-tiktok", "handle", typed).await;
        choices.into_iter().map(|choice| choice.value.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(offered("star").await, ["star.free"]);
    world.configures("handle_proof", "on").await;
    assert_eq!(offered("@STAR").await, ["star.ann", "star.free"]);
    assert!(offered("s").await.is_empty() && offered("").await.is_empty(), "two characters at least");
    let code = asks(world.member("ann"), "star.ann").await;
    says(&world, "star.ann", &code).await;
    assert_eq!(owner(&world, "star.ann"), Some(("ann", true)));
    assert_eq!(world.points("ann"), world.handle_points("star.ann"));
    assert_eq!(offered("star").await, ["star.free"], "what is verified needs no link");
    world.end().await;
}

#[tokio::test]
async fn while_no_live_is_connected_the_answer_says_so_and_the_code_counts_later() {
    let world = World::new().await;
    world.configures("handle_proof", "on").await;
    let answer = link(world.member("ann"), "ann.live").await.text();
    assert!(answer.contains("counts only while the host is live and I am connected"), "{answer}");
    world.pass(MINUTE * 5).await;
    world.goes_live().await;
    says(&world, "ann.live", &code_in(&answer)).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    world.end().await;
}

#[tokio::test]
async fn what_is_no_handle_gets_no_code() {
    let world = proving().await;
    for typed in ["x", "no handle", "way.too.long.for.a.handle.on.tiktok", "<@123>"] {
        assert!(link(world.member("ann"), typed).await.text().contains("That is no TikTok handle"), "{typed}");
    }
    assert_eq!(open_codes(&world), 0);
    world.end().await;
}

#[tokio::test]
async fn whoever_takes_no_direct_messages_is_linked_all_the_same() {
    let world = proving().await;
    world.sim.block_dms(world.member("ann").id, true).await;
    let code = asks(world.member("ann"), "ann.live").await;
    says(&world, "ann.live", &code).await;
    assert_eq!(owner(&world, "ann.live"), Some(("ann", true)));
    assert!(staff_lines(&world).await.contains("proved on the live"));
    world.end().await;
}

#[tokio::test]
async fn a_code_of_before_a_restart_counts_and_its_message_is_sent_after_one() {
    let site = Site::new().await;
    let app = site.start().await;
    site.run(site.call("host", "config set").with("key", "handle_proof").with("value", "on")).await;
    let code = code_in(&site.run(site.call("ann", "link-tiktok").with("handle", "ann.live")).await.text());
    app.stop().await;
    let app = site.start().await;
    // Discord is out of order when the code comes.
    let path = Some("/users/@me/channels".to_owned());
    site.sim.faults(Fault { path, status: Some(503), times: 1000, ..Fault::default() }).await;
    let events = [Occurrence::Connected, comment("ann.live", &code)].map(|what| LiveEvent::new(site.hand.now(), what));
    let (guild, streamer) = (site.guild, Handle::parse(STREAMER).unwrap());
    let take = move |tx: &Tx<'_>| flows::live_events::run(tx, guild, &streamer, &events).map(drop);
    app.bot.store.write("live_events", take).await.unwrap();
    app.settled().await.unwrap();
    app.stop().await;
    site.sim.clear_faults().await;
    let ann = site.ids.member("ann");
    assert!(site.sim.dms(ann).await.is_empty());
    let app = site.start().await;
    site.pass(&app, Duration::from_hours(1)).await;
    let told: Vec<_> = site.sim.dms(ann).await.iter().map(SeenMessage::text).collect();
    assert!(told.len() == 1 && told[0].contains("is linked to you and verified"), "{told:?}");
    app.stop().await;
}
