//! What a server has set is deleted, hidden or forbidden later: the team is told once, and everybody who asks sees it.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::{PublicId, Source};
use greenroom::sim::{Id, OverwriteSpec, SeenMessage};

use crate::patience::as_time_passes;
use crate::reading::{SOON, link};
use crate::world::{Person, World, mp3, number_in};

/// Every command that chooses a channel.
const CHOOSING: [&str; 7] = [
    "setup-reviewer-channel",
    "setdebugchannel",
    "set-submission-channel",
    "setnowplayingchannel",
    "setbookmarkchannel",
    "setup-live-queue",
    "setup-post-live-metrics",
];

fn overwrite(target: &str, allow: &[&str], deny: &[&str]) -> OverwriteSpec {
    let permissions = |names: &[&str]| serde_json::from_value(serde_json::json!(names)).unwrap();
    OverwriteSpec { target: target.into(), allow: permissions(allow), deny: permissions(deny) }
}

impl World {
    /// The team denies the bot permissions in a channel, or gives them back with none.
    pub async fn denies(&self, channel: &str, names: &[&str]) {
        self.sim.set_overwrite(self.channel(channel), overwrite("bot", &[], names)).await.unwrap();
    }

    /// Waits until a message in a channel says this, and gives how many lines do.
    pub async fn hears(&self, channel: &str, what: &str) -> usize {
        let channel = self.channel(channel);
        let count = |discord: &greenroom::sim::World| {
            let texts: Vec<String> = discord.messages(channel).iter().map(SeenMessage::text).collect();
            let found = texts.join("\n").matches(what).count();
            (found > 0).then_some(found)
        };
        self.sim.wait_until(count, SOON).await.unwrap_or_else(|_| panic!("nobody says {what:?}"))
    }

    async fn lines_about(&self, channel: &str, what: &str) -> usize {
        self.app.bot.watch.idle().await;
        self.settle().await;
        self.seen_in(channel).await.join("\n").matches(what).count()
    }
}

async fn tries(person: Person<'_>, command: &str, channel: Id) -> String {
    person.run_with(command, [("channel", channel.to_string())]).await.original.unwrap().text()
}

#[tokio::test]
async fn a_channel_that_the_bot_cannot_see_is_named_with_the_permission_by_every_command_that_chooses_one() {
    covers!("M-PRM-02");
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    let hidden = world.channel("bookmarks");
    world.denies("bookmarks", &["VIEW_CHANNEL"]).await;
    for command in CHOOSING {
        let answer = tries(host, command, hidden).await;
        let expected = format!("I cannot see <#{hidden}>. Please give me **View Channel**");
        assert!(answer.starts_with(&expected) && answer.ends_with("there, then try again."), "/{command}: {answer}");
    }
    world.denies("bookmarks", &["SEND_MESSAGES"]).await;
    for command in CHOOSING {
        let answer = tries(host, command, hidden).await;
        assert!(answer.contains("Please give me **Send Messages** there"), "/{command}: {answer}");
        assert!(!answer.contains("View Channel"), "only what is missing is named: /{command}: {answer}");
    }
    world.denies("bookmarks", &[]).await;
    for command in CHOOSING {
        // Displays move at their pace.
        let answer = as_time_passes(&world.hand, Duration::from_millis(100), tries(host, command, hidden)).await;
        assert!(answer.contains(&format!("<#{hidden}>.")) && !answer.contains("lack"), "/{command}: {answer}");
    }
    world.end().await;
}

#[tokio::test]
async fn what_the_bot_can_do_without_is_said_when_the_channel_is_chosen() {
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    let everything = ["READ_MESSAGE_HISTORY", "MANAGE_MESSAGES", "PIN_MESSAGES", "ATTACH_FILES"];
    for (command, denied, expected) in [
        (
            "set-submission-channel",
            "MANAGE_MESSAGES",
            "I lack **Manage Messages** there. Messages with songs are not deleted",
        ),
        ("set-submission-channel", "READ_MESSAGE_HISTORY", "I lack **Read Message History** there."),
        ("set-submission-channel", "ATTACH_FILES", "Please give me **Attach Files** there, then try again."),
        ("setup-live-queue", "PIN_MESSAGES", "I lack **Pin Messages** there. It is not pinned."),
        ("setup-live-queue", "READ_MESSAGE_HISTORY", "Please give me **Read Message History** there, then try again."),
        ("setup-reviewer-channel", "EMBED_LINKS", "Please give me **Embed Links** there, then try again."),
        (
            "setup-post-live-metrics",
            "ATTACH_FILES",
            "I lack **Attach Files** there. The picture of a live is left out.",
        ),
        ("setdebugchannel", "MANAGE_MESSAGES", "`/cleandebugchannel` does not work."),
    ] {
        world.denies("bookmarks", &[denied]).await;
        let answer = tries(host, command, world.channel("bookmarks")).await;
        assert!(answer.contains(expected), "/{command} without {denied}: {answer}");
        let others = everything.iter().filter(|name| **name != denied);
        for other in others {
            let words = other.replace('_', " ").to_lowercase();
            assert!(!answer.to_lowercase().contains(&format!("**{words}**")), "/{command} without {denied}: {answer}");
        }
    }
    world.end().await;
}

#[tokio::test]
async fn a_deleted_channel_is_told_once_and_shown_wherever_somebody_asks() {
    let mut world = World::new().await;
    world.expect_dead_letters();
    world.chooses("setdebugchannel", "staff").await;
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.member("ann").submits(&link(1), "First").await;
    world.member("ann").submits(&link(2), "Second").await;
    world.sim.delete_channel(world.ids.guild, world.channel("now-playing")).await.unwrap();
    let told =
        "The **Now Playing Channel** is gone. What plays is not announced. Choose another by `/setnowplayingchannel`.";
    assert_eq!(world.hears("staff", told).await, 1);
    for _ in 0..2 {
        let answer = world.next().await.text();
        assert!(answer.contains("Not announced") && answer.contains("`/setnowplayingchannel`"), "{answer}");
    }
    let settings = world.host().run("show-settings").await.text();
    assert!(settings.contains("⚠️ gone; choose another by `/setnowplayingchannel`"), "{settings}");
    assert!(settings.contains(told), "{settings}");
    let healed = world.host().run("selfheal").await.text();
    assert!(healed.contains(told), "{healed}");
    let details = world.host().run_with("config get", [("key", "now_playing_channel_id".to_owned())]).await.text();
    assert!(details.contains("⚠️ gone"), "{details}");
    assert_eq!(world.lines_about("staff", told).await, 1, "told once, however often it is met");
    // Mended, and broken again, it is told again.
    world.chooses("setnowplayingchannel", "general").await;
    assert!(!world.host().run("show-settings").await.text().contains("⚠️"));
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    let again = |discord: &greenroom::sim::World| {
        let texts: Vec<String> = discord.messages(world.channel("staff")).iter().map(SeenMessage::text).collect();
        (texts.join("\n").matches(told).count() == 2).then_some(())
    };
    world.sim.wait_until(again, SOON).await.expect("it is told again");
    world.end().await;
}

#[tokio::test]
async fn a_permission_that_is_taken_away_is_told_by_name_and_told_again_after_it_was_back() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.chooses("setbookmarkchannel", "bookmarks").await;
    let told = "I lack **Send Messages** in";
    world.denies("bookmarks", &["SEND_MESSAGES"]).await;
    assert_eq!(world.hears("staff", told).await, 1);
    let settings = world.host().run("show-settings").await.text();
    assert!(settings.contains("⚠️ I lack **Send Messages** there"), "{settings}");
    // Something else changes there, and a part of what is known is repeated: nothing new.
    world.sim.set_overwrite(world.channel("bookmarks"), overwrite("ann", &[], &["SEND_MESSAGES"])).await.unwrap();
    world.host().run("selfheal").await;
    assert_eq!(world.lines_about("staff", told).await, 1);
    world.denies("bookmarks", &[]).await;
    assert!(!world.host().run("show-settings").await.text().contains("Send Messages"));
    world.denies("bookmarks", &["SEND_MESSAGES"]).await;
    let again = |discord: &greenroom::sim::World| {
        let texts: Vec<String> = discord.messages(world.channel("staff")).iter().map(SeenMessage::text).collect();
        (texts.join("\n").matches(told).count() == 2).then_some(())
    };
    world.sim.wait_until(again, SOON).await.expect("it is told again");
    world.end().await;
}

#[tokio::test]
async fn what_the_role_of_the_bot_loses_is_told_for_every_channel_that_needs_it() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.chooses("setup-post-live-metrics", "general").await;
    let role = world.ids.roles[&greenroom::sim::Settings::default().bot_name];
    let most = ["VIEW_CHANNEL", "SEND_MESSAGES", "READ_MESSAGE_HISTORY", "EMBED_LINKS", "MANAGE_MESSAGES"];
    let permissions = serde_json::from_value(serde_json::json!(most)).unwrap();
    world.sim.set_role_permissions(world.ids.guild, role, permissions).await.unwrap();
    let everyone = world.ids.roles["@everyone"];
    let permissions = serde_json::from_value(serde_json::json!(most)).unwrap();
    world.sim.set_role_permissions(world.ids.guild, everyone, permissions).await.unwrap();
    assert!(world.hears("staff", "The picture of a live is left out.").await >= 1);
    assert!(world.hears("staff", "Songs cannot be taken there as they should.").await >= 1);
    world.end().await;
}

#[tokio::test]
async fn a_role_that_is_deleted_is_told_and_one_that_is_not_there_cannot_be_set() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    let spec = greenroom::sim::RoleSpec { name: "reviewers".into(), ..greenroom::sim::RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    for wrong in ["<@&4711>".to_owned(), "4711".to_owned(), world.ids.guild.to_string()] {
        let options = [("key", "reviewer_role_id".to_owned()), ("value", wrong.clone())];
        let answer = world.host().run_with("config set", options).await.text();
        assert_eq!(answer, "There is no such role in this server.", "{wrong}");
    }
    world.configures("reviewer_role_id", &format!("<@&{role}>")).await;
    world.sim.delete_role(world.ids.guild, role).await.unwrap();
    let told = "The **Reviewer Role** is gone. Only administrators are reviewers now.";
    assert_eq!(world.hears("staff", told).await, 1);
    let settings = world.host().run("show-settings").await.text();
    assert!(settings.contains("⚠️ gone; choose another by `/config set reviewer_role_id`"), "{settings}");
    world.end().await;
}

#[tokio::test]
async fn where_the_debug_channel_is_what_is_gone_the_next_administrator_reads_it_beside_the_answer() {
    reads_what_is_gone_beside("config list", []).await;
}

#[tokio::test]
async fn an_administrator_reads_what_is_gone_beside_a_refusal_as_well() {
    reads_what_is_gone_beside("remove", [("submission_id", "no number".to_owned())]).await;
}

async fn reads_what_is_gone_beside<const N: usize>(command: &str, options: [(&str, String); N]) {
    let world = World::new().await;
    world.chooses("setdebugchannel", "general").await;
    world.chooses("setbookmarkchannel", "bookmarks").await;
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    world.sim.delete_channel(world.ids.guild, world.channel("bookmarks")).await.unwrap();
    world.pass(Duration::from_secs(1)).await;
    let private = async |person: Person<'_>| {
        let seen = world.sim.messages_seen_by(world.channel("staff"), person.id).await;
        let told: Vec<String> = seen.iter().filter(|seen| seen.is_ephemeral()).map(SeenMessage::text).collect();
        told.join("\n")
    };
    let ann = world.member("ann").in_channel("staff");
    let host = world.host().in_channel("staff");
    for _ in 0..20 {
        // The events of the deletions come in by themselves.
        ann.run("queue").await;
        host.run_with(command, options.clone()).await;
        if private(host).await.contains("Bookmark Channel** is gone") {
            break;
        }
    }
    let told = private(host).await;
    for what in ["The **Debug Channel** is gone.", "The **Bookmark Channel** is gone."] {
        assert_eq!(told.matches(what).count(), 1, "{told}");
    }
    assert!(!private(ann).await.contains("is gone"), "it is for administrators");
    world.end().await;
}

#[tokio::test]
async fn the_desk_with_its_two_messages_is_one_thing_to_tell() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.chooses("setup-reviewer-channel", "general").await;
    world.sim.delete_channel(world.ids.guild, world.channel("general")).await.unwrap();
    let told = "The channel of the reviewer's desk is gone.";
    world.hears("staff", told).await;
    world.pass(Duration::from_secs(11)).await;
    world.pass(Duration::from_mins(6)).await;
    assert_eq!(world.lines_about("staff", told).await, 1);
    world.end().await;
}

#[tokio::test]
async fn a_song_whose_file_somebody_deletes_says_so_everywhere_and_leads_nowhere() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.member("ann").submit_file(mp3("kept.mp3")).await;
    world.member("ben").submit_file(mp3("lost.mp3")).await;
    let songs = world.songs();
    let lost = songs.iter().find(|entry| entry.song.username == "ben").unwrap();
    let greenroom::features::queue::model::Source::File { kept_in, .. } = &lost.song.source else { panic!() };
    let (channel, message) = (Id::from(kept_in.channel.get()), Id::from(kept_in.message.get()));
    world.sim.delete_message(channel, message).await.unwrap();
    let told = format!("The file of {} ", lost.song.public_id);
    assert_eq!(world.hears("staff", &told).await, 1);
    let queue = world.member("chloe").run("queue").await.text();
    assert_eq!(queue.matches("⚠️ no file").count(), 1, "{queue}");
    let first = world.next().await.text();
    assert!(first.contains("kept.mp3](http"), "{first}");
    let second = world.next().await.text();
    assert!(second.contains("lost.mp3 is gone: somebody deleted the message"), "{second}");
    assert!(!second.contains("http"), "no link that leads nowhere: {second}");
    assert_eq!(world.lines_about("staff", &told).await, 1);
    world.end().await;
}

/// Where a file of a song is, as the store knows it.
pub fn kept(world: &World, number: PublicId) -> (Id, Id) {
    let Source::File { kept_in, .. } = world.song(number).song.source else { panic!("{number} is no file") };
    (Id::from(kept_in.channel.get()), Id::from(kept_in.message.get()))
}

#[tokio::test]
async fn whoever_sent_a_file_that_somebody_deletes_is_asked_for_it_once_and_keeps_the_place() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.configures("max_active_submissions", "1").await;
    let lost = number_in(&world.member("ben").submit_file(mp3("lost.mp3")).await.text());
    world.member("ann").submit_file(mp3("later.mp3")).await;
    let (channel, message) = kept(&world, lost);
    world.sim.delete_message(channel, message).await.unwrap();
    world.hears("staff", &format!("The file of {lost} ")).await;
    world.settle().await;
    let asked = world.member("ben").dms().await.join("\n");
    assert_eq!(asked.matches("Please send the same file again").count(), 1, "{asked}");
    let again = world.member("ben").submit_file(mp3("lost.mp3")).await.text();
    assert_eq!(number_in(&again), lost, "{again}");
    assert_eq!(world.songs().len(), 2);
    assert_ne!(kept(&world, lost), (channel, message));
    let queue = world.member("chloe").run("queue").await.text();
    assert!(!queue.contains("⚠️ no file"), "{queue}");
    let third = world.member("ben").submit_file(mp3("lost.mp3")).await.text();
    assert!(third.contains("in the queue already"), "it has its file: {third}");
    let next = world.next().await.text();
    assert!(next.contains("lost.mp3](http"), "it is still the first: {next}");
    world.end().await;
}

#[tokio::test]
async fn a_song_without_its_file_stands_in_nobodys_way() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    let lost = number_in(&world.member("ben").submit_file(mp3("same.mp3")).await.text());
    let (channel, message) = kept(&world, lost);
    world.sim.delete_message(channel, message).await.unwrap();
    world.hears("staff", &format!("The file of {lost} ")).await;
    let other = number_in(&world.member("ann").submit_file(mp3("same.mp3")).await.text());
    assert_ne!(other, lost);
    let late = world.member("ben").submit_file(mp3("same.mp3")).await.text();
    assert!(late.contains(&format!("in the queue already: **{other}**")), "{late}");
    assert_eq!(world.songs().len(), 2);
    world.end().await;
}

#[tokio::test]
async fn a_bookmark_says_what_is_in_its_way_instead_of_being_lost() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.chooses("setbookmarkchannel", "bookmarks").await;
    world.member("ann").submits(&link(1), "Keeper").await;
    let playing = world.next().await.original.unwrap();
    world.denies("bookmarks", &["SEND_MESSAGES"]).await;
    world.hears("staff", "I lack **Send Messages** in").await;
    for _ in 0..2 {
        let answer = world.host().press(&playing, "Bookmark").await.text();
        assert!(answer.contains("I lack **Send Messages** in"), "{answer}");
    }
    world.denies("bookmarks", &[]).await;
    assert!(!world.host().run("show-settings").await.text().contains("Send Messages"));
    let answer = world.host().press(&playing, "Bookmark").await.text();
    assert!(answer.contains("is copied to"), "{answer}");
    world.settle().await;
    assert_eq!(world.seen_in("bookmarks").await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_bookmark_that_could_not_be_copied_may_be_set_again() {
    let mut world = World::new().await;
    world.expect_dead_letters();
    world.chooses("setbookmarkchannel", "bookmarks").await;
    world.member("ann").submits(&link(1), "Keeper").await;
    let playing = world.next().await.original.unwrap();
    // Refused before anybody could know.
    let fault = greenroom::sim::Fault {
        path: Some(format!("/channels/{}/messages", world.channel("bookmarks"))),
        method: Some("POST".into()),
        status: Some(403),
        code: Some(50_013),
        ..greenroom::sim::Fault::default()
    };
    world.sim.faults(fault).await;
    world.host().press(&playing, "Bookmark").await;
    world.settle().await;
    assert_eq!(world.seen_in("bookmarks").await, Vec::<String>::new());
    let answer = world.host().press(&playing, "Bookmark").await.text();
    assert!(answer.contains("is copied to"), "{answer}");
    world.settle().await;
    assert_eq!(world.seen_in("bookmarks").await.len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_file_that_went_while_nobody_looked_is_noticed_when_it_is_to_be_heard() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    world.member("ann").submit_file(mp3("lost.mp3")).await;
    let songs = world.songs();
    let greenroom::features::queue::model::Source::File { kept_in, .. } = &songs[0].song.source else { panic!() };
    let (channel, message) = (Id::from(kept_in.channel.get()), Id::from(kept_in.message.get()));
    // A deletion of which the bot hears nothing, as while it is away.
    let fault = greenroom::sim::Fault {
        path: Some(format!("/channels/{channel}/messages/{message}")),
        status: Some(404),
        code: Some(10_008),
        ..greenroom::sim::Fault::default()
    };
    world.sim.faults(fault).await;
    let answer = world.next().await.text();
    assert!(answer.contains("lost.mp3 is gone"), "{answer}");
    assert_eq!(world.hears("staff", "The file of ").await, 1);
    world.end().await;
}
