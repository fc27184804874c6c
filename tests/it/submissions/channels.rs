//! Songs are taken in one channel only, by every way; elsewhere their authors are told where to go.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::Source;
use greenroom::features::submissions::settings::SUBMISSION_CHANNEL;
use greenroom::kernel::ids::ChannelId;
use greenroom::sim::{MessageSpec, ModalCall, OverwriteSpec, SeenMessage};

use super::{LINKS, assert_nothing_stored};
use crate::patience::within;
use crate::reading::{SOON, link};
use crate::world::{Setup, World, mp3};

#[tokio::test]
async fn no_way_of_submitting_works_in_another_channel() {
    covers!("M-GEN-02", "M-ACC-02", "M-SUB-01", "M-SUB-04", "M-SUB-17", "M-SUB-18", "M-CMD-18");
    let world = World::new().await;
    let right = format!("<#{}>", world.channel("submissions"));
    for channel in ["general", "staff", "now-playing", "bookmarks"] {
        let ann = world.member("ann").in_channel(channel);
        for answer in [ann.submit([("link", LINKS[0])]).await, ann.submit_file(mp3("a.mp3")).await] {
            assert!(answer.is_ephemeral());
            let text = answer.text();
            assert!(text.contains(&right) && text.contains("</submit:") && text.contains("</submitfile:"), "{text}");
        }
        ann.post(LINKS[0]).await;
        ann.post_with("", vec![mp3("a.mp3")]).await;
    }
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_thread_of_the_channel_is_another_channel() {
    covers!("M-GEN-02", "M-ACC-02");
    let world = World::new().await;
    let ann = world.member("ann");
    let thread = world.sim.start_thread(world.channel("submissions"), ann.id, "my songs").await.unwrap();
    let inside = ann.in_guild(world.ids.guild, thread);
    for answer in [inside.submit([("link", LINKS[0])]).await, inside.submit_file(mp3("a.mp3")).await] {
        assert!(answer.text().contains("Songs are taken in"), "{}", answer.text());
    }
    inside.post(LINKS[0]).await;
    inside.post_with("", vec![mp3("a.mp3")]).await;
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_modal_sent_after_the_channel_changed_is_refused() {
    covers!("M-ACC-02", "M-SUB-17");
    let world = World::new().await;
    let ann = world.member("ann");
    let opened = world.sim.run_command(ann.call("submit")).await.unwrap();
    let general = world.channel("general");
    world.host().run_with("set-submission-channel", [("channel", general.to_string())]).await;
    let fields = [("link".to_owned(), LINKS[0].into())].into_iter().collect();
    let call = ModalCall { user: ann.id, interaction: opened.interaction, fields, ..ModalCall::default() };
    let answer = world.sim.submit_modal(call).await.unwrap();
    assert!(answer.is_ephemeral());
    assert!(answer.text().contains(&format!("<#{general}>")), "{}", answer.text());
    assert_nothing_stored(&world);
    ann.in_channel("general").submits(LINKS[0], "There").await;
    world.end().await;
}

#[tokio::test]
async fn without_a_channel_commands_say_who_sets_it_and_messages_are_left_alone() {
    covers!("M-SUB-17", "M-CMD-18", "M-ACC-02", "M-SUB-18");
    let world = World::with(Setup { channel_is_set: false, ..Setup::default() }).await;
    let ann = world.member("ann");
    for answer in [ann.submit([("link", LINKS[0])]).await, ann.submit_file(mp3("a.mp3")).await] {
        assert!(answer.is_ephemeral());
        assert!(answer.text().contains("/set-submission-channel"), "{}", answer.text());
    }
    let link = ann.post(LINKS[0]).await;
    let file = ann.post_with("", vec![mp3("a.mp3")]).await;
    assert_eq!(world.originals_in("submissions").await, [link, file]);
    assert!(world.said_in("submissions").await.is_empty(), "nothing is said");
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn to_a_channel_that_is_gone_nobody_is_sent_and_nothing_goes_for_its_sake() {
    let world = World::new().await;
    world.configures("offchannel_links", "delete").await;
    world.chooses("setdebugchannel", "staff").await;
    world.sim.delete_channel(world.ids.guild, world.channel("submissions")).await.unwrap();
    let staff = world.channel("staff");
    let is_told = |discord: &greenroom::sim::World| {
        let texts: Vec<String> = discord.messages(staff).iter().map(SeenMessage::text).collect();
        texts.join("\n").contains("is gone").then_some(())
    };
    world.sim.wait_until(is_told, SOON).await.expect("the team is told");
    let ann = world.member("ann").in_channel("general");
    let link = ann.post(LINKS[0]).await;
    let file = ann.post_with("", vec![mp3("a.mp3")]).await;
    assert_eq!(world.originals_in("general").await, [link, file]);
    assert!(world.said_in("general").await.is_empty() && ann.dms().await.is_empty(), "nothing is said");
    for answer in [ann.submit([("link", LINKS[0])]).await, ann.submit_file(mp3("a.mp3")).await] {
        let text = answer.text();
        assert!(answer.is_ephemeral() && text.contains("/set-submission-channel") && !text.contains("<#"), "{text}");
    }
    world.end().await;
}

/// The team takes permissions in the submissions channel from the bot, or gives them back with none.
async fn takes_from_bot(world: &World, names: &[&str]) {
    let deny = serde_json::from_value(serde_json::json!(names)).unwrap();
    let overwrite = OverwriteSpec { target: "bot".into(), deny, ..OverwriteSpec::default() };
    world.sim.set_overwrite(world.channel("submissions"), overwrite).await.unwrap();
}

/// Hides the submissions channel from the bot, and waits until the team was told so often that it cannot see it.
async fn hides_from_bot(world: &World, times: usize) {
    takes_from_bot(world, &["VIEW_CHANNEL"]).await;
    let (staff, submissions) = (world.channel("staff"), world.channel("submissions"));
    let told = format!("I lack **View Channel** in <#{submissions}>, which is the **Submissions Channel**.");
    let is_told = |discord: &greenroom::sim::World| {
        let texts: Vec<String> = discord.messages(staff).iter().map(SeenMessage::text).collect();
        (texts.join("\n").matches(&told).count() == times).then_some(())
    };
    world.sim.wait_until(is_told, SOON).await.expect("the team is told");
}

#[tokio::test]
async fn to_a_channel_that_is_hidden_from_the_bot_nobody_is_sent_either() {
    let world = World::new().await;
    world.configures("offchannel_links", "delete").await;
    world.chooses("setdebugchannel", "staff").await;
    hides_from_bot(&world, 1).await;
    let ann = world.member("ann").in_channel("general");
    let original = ann.post(LINKS[0]).await;
    assert_eq!(world.originals_in("general").await, [original]);
    assert!(world.said_in("general").await.is_empty() && ann.dms().await.is_empty(), "nothing is said");
    let text = ann.submit([("link", LINKS[0])]).await.text();
    assert!(text.contains("/set-submission-channel") && !text.contains("<#"), "{text}");
    world.end().await;
}

#[tokio::test]
async fn songs_posted_while_the_channel_was_hidden_are_taken_once_when_it_is_shown_again() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    // So the messages stay, and can be read again.
    world.configures("delete_original_messages", "No").await;
    let mut posted = 0;
    for round in 1..=2 {
        world.pass(Duration::from_mins(1)).await;
        hides_from_bot(&world, round).await;
        for name in ["ann", "ben"] {
            posted += 1;
            let (channel, user) = (world.channel("submissions"), world.member(name).id);
            let spec = MessageSpec { channel, user, content: link(posted), ..MessageSpec::default() };
            world.sim.post_message(spec).await.unwrap();
        }
        takes_from_bot(&world, &[]).await;
        let taken = async {
            while world.songs().len() < posted {
                tokio::task::yield_now().await;
            }
        };
        within("the songs are taken", taken).await;
        world.settle().await;
        // What was played may be submitted again, so only the memory of the messages is in the way.
        for _ in 0..2 {
            world.next().await;
        }
    }
    let songs = world.songs().into_iter().map(|entry| match entry.song.source {
        Source::Link { key, .. } => key,
        Source::File { name, .. } => name,
    });
    let expected: Vec<String> = (1..=posted).map(|number| format!("youtube:{number:0>11}")).collect();
    assert_eq!(songs.collect::<Vec<_>>(), expected, "each once, in their order");
    assert!(world.said_in("submissions").await.is_empty(), "nothing was refused");
    world.end().await;
}

#[tokio::test]
async fn where_the_bot_may_not_write_members_are_told_otherwise_and_what_waits_is_taken_once_it_may() {
    let world = World::new().await;
    world.chooses("setdebugchannel", "staff").await;
    let (ann, ben) = (world.member("ann"), world.member("ben"));
    takes_from_bot(&world, &["SEND_MESSAGES"]).await;
    let file = ann.post_with("", vec![mp3("a.mp3")]).await;
    let refused = ben.post("https://music.apple.com/us/album/x/1").await;
    let told = ann.dms().await.join("\n");
    for part in ["About your message in", "**Send Messages**", "Once I may, I take it"] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    let told = ben.dms().await.join("\n");
    assert!(told.contains("About your message in") && told.contains("Apple Music"), "{told}");
    assert_eq!(world.originals_in("submissions").await, [file, refused]);
    assert_nothing_stored(&world);

    takes_from_bot(&world, &[]).await;
    let taken = async {
        while world.songs().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    within("the file is taken", taken).await;
    world.settle().await;
    assert_eq!(world.songs().len(), 1);
    assert_eq!(world.originals_in("submissions").await, [refused], "what was refused stays so");
    assert_eq!(world.said_in("submissions").await.len(), 1, "only the kept file");
    assert_eq!((ann.dms().await.len(), ben.dms().await.len()), (2, 1), "one word each, and the confirmation");
    world.end().await;
}

#[tokio::test]
async fn the_channel_is_set_by_administrators_and_only_where_the_bot_can_write() {
    covers!("M-SUB-17", "M-CMD-18");
    let world = World::with(Setup { channel_is_set: false, ..Setup::default() }).await;
    let channel = world.channel("submissions").to_string();
    let by_member =
        world.sim.run_command(world.member("ann").call("set-submission-channel").with("channel", channel)).await;
    assert!(by_member.is_err() || by_member.unwrap().text().contains("dministrator"), "a member is refused");
    let deny = greenroom::sim::OverwriteSpec {
        target: "bot".into(),
        deny: serde_json::from_str("[\"ATTACH_FILES\"]").unwrap(),
        ..Default::default()
    };
    world.sim.set_overwrite(world.channel("general"), deny).await.unwrap();
    let options = [("channel", world.channel("general").to_string())];
    let refused = world.host().run_with("set-submission-channel", options).await;
    assert!(refused.text().contains("Attach Files"), "{}", refused.text());
    let guild = world.guild;
    let stored = world.app.bot.store.read_blocking("channel", |read| SUBMISSION_CHANNEL.get(read, guild)).unwrap();
    assert_eq!(stored, None::<ChannelId>);
    world.end().await;
}

#[tokio::test]
async fn an_author_is_told_once_in_ten_minutes_and_channel_and_the_hint_goes_by_itself() {
    covers!("M-SUB-06");
    let world = World::new().await;
    let ann = world.member("ann").in_channel("general");
    let link = ann.post(LINKS[0]).await;
    let hints = world.said_in("general").await;
    assert_eq!(hints.len(), 1);
    let text = hints[0].text();
    let right = format!("<#{}>", world.channel("submissions"));
    assert!(text.contains(&right) && text.contains("</submit:") && text.contains("</submitfile:"), "{text}");
    assert!(world.originals_in("general").await.contains(&link), "the message stays");

    ann.post_with("", vec![mp3("a.mp3")]).await;
    assert_eq!(world.said_in("general").await.len(), 1, "told once");
    world.member("ben").in_channel("general").post(LINKS[0]).await;
    assert_eq!(world.said_in("general").await.len(), 2, "everybody is told for themselves");
    ann.in_channel("staff").post(LINKS[0]).await;
    assert_eq!(world.said_in("staff").await.len(), 1, "and in every channel");

    world.pass(Duration::from_secs(15)).await;
    assert!(world.said_in("general").await.is_empty(), "the hints are gone");
    world.pass(Duration::from_mins(9)).await;
    ann.post(LINKS[0]).await;
    assert!(world.said_in("general").await.is_empty());
    world.pass(Duration::from_secs(46)).await;
    ann.post(LINKS[0]).await;
    assert_eq!(world.said_in("general").await.len(), 1, "ten minutes later they are told again");
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn talk_pictures_and_other_links_elsewhere_are_no_business_of_the_bot() {
    covers!("M-SUB-18");
    let world = World::new().await;
    let ann = world.member("ann").in_channel("general");
    ann.post("hello").await;
    ann.post("https://vimeo.com/1 and https://music.apple.com/us/album/x/1").await;
    ann.post_with("", vec![greenroom::sim::FileSpec::bytes("a.png", "image/png", b"\x89PNG")]).await;
    assert!(world.said_in("general").await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_server_that_keeps_its_channels_clean_has_the_message_deleted_as_well() {
    covers!("M-SUB-05");
    let world = World::new().await;
    world.configures("offchannel_links", "delete").await;
    let ann = world.member("ann").in_channel("general");
    let talk = ann.post("hello").await;
    ann.post(LINKS[0]).await;
    ann.post_with("", vec![mp3("a.mp3")]).await;
    assert_eq!(world.originals_in("general").await, [talk]);
    assert_eq!(world.said_in("general").await.len(), 1);
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_server_that_wants_no_hints_gets_none() {
    covers!("M-SUB-18");
    let world = World::new().await;
    world.configures("offchannel_links", "off").await;
    let before = world.sim.requests(0).await.len();
    let ann = world.member("ann").in_channel("general");
    ann.post(LINKS[0]).await;
    ann.post_with("", vec![mp3("a.mp3")]).await;
    assert_eq!(world.originals_in("general").await.len(), 2);
    assert_eq!(world.sim.requests(0).await.len(), before, "nothing at all is asked of Discord");
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn what_bots_write_is_ignored_everywhere() {
    covers!("M-SUB-04", "M-SUB-18");
    let mut world = World::new().await;
    let robot = greenroom::sim::MemberSpec { name: "robot".into(), bot: true, ..Default::default() };
    let robot = world.sim.add_member(world.ids.guild, robot).await.unwrap();
    world.ids.members.insert("robot".into(), robot);
    for channel in ["submissions", "general"] {
        world.member("robot").in_channel(channel).post(LINKS[0]).await;
        world.member("robot").in_channel(channel).post_with("", vec![mp3("a.mp3")]).await;
        let own = serde_json::json!({ "content": LINKS[1] });
        let channel = world.channel(channel).get();
        let sent = world.app.bot.rest.send_message(channel.into(), &own, Vec::new()).await.unwrap();
        world.app.bot.activity.finished(sent.id.get()).await;
        world.settle().await;
    }
    assert_eq!(world.originals_in("submissions").await.len(), 2);
    assert_eq!(world.said_in("submissions").await.len(), 1, "only what the bot was made to say");
    assert_eq!(world.said_in("general").await.len(), 1);
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_direct_message_to_the_bot_submits_nothing() {
    covers!("M-SUB-18", "M-ACC-02");
    let world = World::new().await;
    let ann = world.member("ann");
    let direct = world.sim.direct_channel(ann.id).await;
    ann.in_guild(world.ids.guild, direct).post(LINKS[0]).await;
    assert_eq!(ann.dms().await.len(), 1, "only what they wrote themselves");
    assert_nothing_stored(&world);
    world.end().await;
}
