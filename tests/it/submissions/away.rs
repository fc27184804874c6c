//! What was posted while the bot was away is looked at when it is back: in order, once, as far as an hour or a hundred
//! messages reach.

use std::time::Duration;

use greenroom::app::application::Application;
use greenroom::catalogue::CATALOGUE;
use greenroom::features::queue::model::Source;
use greenroom::features::queue::tables;
use greenroom::features::submissions::links::{SongLink, judge};
use greenroom::features::submissions::model::Details;
use greenroom::features::submissions::posted::PostedAs;
use greenroom::flows::song_submitted::{self, Submission};
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::{ChannelId, MessageId, UserId};
use greenroom::kernel::time::Clock;
use greenroom::sim::{Fault, FileSpec, GatewayFault, Id, MemberSpec, MessageSpec, OverwriteSpec, SeenMessage};
use greenroom::store::{Options, Store, StoreLocation};
use serde_json::json;

mod again;

use super::LINKS;
use crate::reading::SOON;
use crate::site::Site;
use crate::world::{assert_sound, mp3};

const MINUTE: Duration = Duration::from_mins(1);

/// The site with submissions open, the team's lines in #staff, and the bot stopped.
async fn left() -> Site {
    let site = Site::new().await;
    let app = site.start().await;
    site.open().await;
    let staff = site.channel("staff").to_string();
    site.run(site.call("host", "setdebugchannel").with("channel", staff)).await;
    app.settled().await.unwrap();
    app.stop().await;
    site.hand.advance(MINUTE);
    site
}

async fn post(site: &Site, name: &str, content: &str, attachments: Vec<FileSpec>) -> Id {
    post_in(site, "submissions", name, content, attachments).await
}

async fn post_in(site: &Site, channel: &str, name: &str, content: &str, attachments: Vec<FileSpec>) -> Id {
    let (channel, user) = (site.channel(channel), site.ids.member(name));
    let content = content.to_owned();
    site.sim.post_message(MessageSpec { channel, user, content, attachments, ..MessageSpec::default() }).await.unwrap()
}

/// Posts a text when the bot is back. What was posted before is through when the text is.
async fn is_through(site: &Site, app: &Application) -> Id {
    let message = post(site, "dmitri", "good evening", Vec::new()).await;
    app.bot.activity.finished(message.get()).await;
    app.settled().await.unwrap();
    message
}

/// Lets time pass until something is seen.
async fn until(site: &Site, app: &Application, fits: impl AsyncFn() -> bool) {
    let wait = async {
        while !fits().await {
            site.pass(app, Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, wait).await.expect("it is seen soon");
}

/// What the songs are, in the order in which they came.
fn songs(site: &Site, app: &Application) -> Vec<String> {
    let mut songs = Vec::new();
    let collect = |read: &dyn greenroom::store::Read| {
        tables::for_each(read, site.guild, |entry| {
            songs.push(match entry.song.source {
                Source::Link { key, .. } => key,
                Source::File { name, .. } => name,
            });
            Ok(())
        })
    };
    app.bot.store.read_blocking("songs", collect).unwrap();
    songs
}

async fn said(site: &Site, channel: &str) -> Vec<String> {
    let messages = site.sim.messages(site.channel(channel)).await;
    messages.iter().filter(|message| message.author() == site.sim.bot()).map(SeenMessage::text).collect()
}

/// What the team is told, after the line that says who chose its channel.
async fn told(site: &Site) -> Vec<String> {
    let mut told = said(site, "staff").await;
    assert!(told.remove(0).contains("changed Debug Channel from Not set to"));
    told
}

async fn ends(app: Application) {
    assert_sound(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn songs_posted_while_the_bot_was_away_are_taken_in_their_order() {
    let site = left().await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    post(&site, "ben", "", vec![mp3("two.mp3")]).await;
    let refused = post(&site, "chloe", "https://tidal.com/track/1", Vec::new()).await;
    post(&site, "ann", LINKS[1], Vec::new()).await;
    let app = site.start().await;
    let last = is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), ["youtube:dQw4w9WgXcQ", "two.mp3", "spotify:track:4uLU6hMCjMI75M1A2tKUQC"]);
    let left = site.sim.messages(site.channel("submissions")).await;
    let left: Vec<_> = left.iter().filter(|message| message.author() != site.sim.bot()).map(SeenMessage::id).collect();
    assert_eq!(left, [refused, last]);
    assert!(said(&site, "submissions").await.join("\n").contains("tidal.com"), "refused with the reason");
    assert_eq!(told(&site).await, [""; 0], "nothing for the team to do");
    ends(app).await;
}

#[tokio::test]
async fn nobody_has_to_write_first() {
    let site = left().await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    let app = site.start().await;
    until(&site, &app, async || !songs(&site, &app).is_empty()).await;
    ends(app).await;
}

#[tokio::test]
async fn nothing_is_taken_twice_by_starts_and_connections() {
    let site = left().await;
    let app = site.start().await;
    site.run(site.call("host", "config set").with("key", "delete_original_messages").with("value", "No")).await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    post(&site, "ben", "", vec![mp3("two.mp3")]).await;
    is_through(&site, &app).await;
    // What was played might be submitted again, so only the memory of the messages is in the way.
    for _ in 0..2 {
        site.run(site.call("host", "next")).await;
    }
    let before = songs(&site, &app);
    assert_eq!(before, ["youtube:dQw4w9WgXcQ", "two.mp3"], "{:?}", said(&site, "submissions").await);
    app.stop().await;
    for is_last in [false, true] {
        let app = site.start().await;
        is_through(&site, &app).await;
        if is_last {
            site.sim.gateway_fault(GatewayFault::Invalid { resumable: false }).await;
            site.until_answered().await;
        }
        site.sim.gateway_fault(GatewayFault::Repeat { last: 30 }).await;
        is_through(&site, &app).await;
        assert_eq!(songs(&site, &app), before);
        assert_eq!(said(&site, "submissions").await.len(), 1, "only the kept file");
        ends(app).await;
    }
}

/// Leaves the store as an application does that is killed when it has taken the first song of a message.
async fn takes_first_song_and_dies(site: &Site, message: Id, link: &str) {
    let place = StoreLocation::File(site.data().join("greenroom.redb"));
    let options = Options::new(Clock::simulated(site.hand.now()).0, Seed::fixed(7));
    let store = Store::open(&place, options, (CATALOGUE.schema)()).unwrap();
    let SongLink { platform, url, key } = judge(link).into_song().unwrap();
    let submission = Submission {
        guild: site.guild,
        channel: ChannelId::from(site.channel("submissions")),
        user: UserId::from(site.ids.member("ann")),
        username: "ann".into(),
        details: Details::default(),
        posted_as: Some(PostedAs { message: MessageId::from(message), part: key.clone() }),
        source: Source::Link { platform: platform.to_string(), url, key },
    };
    store.write("song_submitted", move |tx| song_submitted::run(tx, &submission).map(drop)).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn an_application_that_was_killed_in_a_message_goes_on_in_it() {
    let site = left().await;
    let message = post(&site, "ann", &format!("{} {}", LINKS[0], LINKS[1]), vec![mp3("three.mp3")]).await;
    takes_first_song_and_dies(&site, message, LINKS[0]).await;
    let app = site.start().await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), ["youtube:dQw4w9WgXcQ", "spotify:track:4uLU6hMCjMI75M1A2tKUQC", "three.mp3"]);
    assert_eq!(said(&site, "submissions").await.len(), 1, "only the kept file");
    let left = site.sim.messages(site.channel("submissions")).await;
    assert!(left.iter().all(|seen| seen.id() != message), "all of it is taken over");
    ends(app).await;
}

#[tokio::test]
async fn what_is_older_than_an_hour_is_left_and_told_once() {
    let site = left().await;
    let old = post(&site, "ann", LINKS[0], Vec::new()).await;
    post(&site, "ann", "hello?", Vec::new()).await;
    site.hand.advance(Duration::from_mins(61));
    post(&site, "ben", LINKS[1], Vec::new()).await;
    for _ in 0..2 {
        let app = site.start().await;
        is_through(&site, &app).await;
        assert_eq!(songs(&site, &app), ["spotify:track:4uLU6hMCjMI75M1A2tKUQC"]);
        let told = told(&site).await;
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].contains("One message with a song"), "{told:?}");
        ends(app).await;
    }
    assert!(site.sim.messages(site.channel("submissions")).await.iter().any(|message| message.id() == old), "it stays");
}

#[tokio::test]
async fn of_more_than_a_hundred_messages_the_newest_are_looked_at() {
    let site = left().await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    for _ in 0..99 {
        post(&site, "ben", "first!", Vec::new()).await;
    }
    post(&site, "ann", LINKS[1], Vec::new()).await;
    let app = site.start().await;
    until(&site, &app, async || !told(&site).await.is_empty()).await;
    assert_eq!(songs(&site, &app), ["spotify:track:4uLU6hMCjMI75M1A2tKUQC"]);
    assert!(told(&site).await[0].contains("newest 100"), "{:?}", told(&site).await);
    ends(app).await;
}

#[tokio::test]
async fn a_channel_counts_from_the_moment_it_is_set() {
    let site = Site::new().await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    site.hand.advance(MINUTE);
    let app = site.start().await;
    site.open().await;
    app.stop().await;
    site.hand.advance(MINUTE);
    post(&site, "ben", LINKS[1], Vec::new()).await;
    let app = site.start().await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), ["spotify:track:4uLU6hMCjMI75M1A2tKUQC"]);
    ends(app).await;
}

/// The host chooses a channel for submissions in which the bot may not write.
async fn is_refused_another(site: &Site) {
    let closed = OverwriteSpec {
        target: "bot".into(),
        deny: serde_json::from_value(json!(["SEND_MESSAGES"])).unwrap(),
        ..OverwriteSpec::default()
    };
    let channel = site.channel("general");
    site.sim.set_overwrite(channel, closed).await.unwrap();
    let call = site.call("host", "set-submission-channel").with("channel", channel.to_string());
    let refused = site.run(call).await.text();
    assert!(refused.contains("I cannot write in"), "{refused}");
}

#[tokio::test]
async fn a_channel_that_is_refused_leaves_what_was_posted_while_the_bot_was_away_to_be_read() {
    let site = left().await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    // Discord gives the history only after the other channel was refused.
    let path = format!("/channels/{}/messages", site.channel("submissions"));
    let fault = Fault { method: Some("GET".into()), path: Some(path), status: Some(503), times: 1, ..Fault::default() };
    site.sim.faults(fault).await;
    let app = site.start().await;
    is_refused_another(&site).await;
    assert_eq!(songs(&site, &app), [""; 0]);
    until(&site, &app, async || !songs(&site, &app).is_empty()).await;
    assert_eq!(songs(&site, &app), ["youtube:dQw4w9WgXcQ"]);
    ends(app).await;
}

#[tokio::test]
async fn what_bots_wrote_and_people_deleted_meanwhile_is_nobodys_business() {
    let site = left().await;
    let robot = MemberSpec { name: "robot".into(), bot: true, ..MemberSpec::default() };
    let robot = site.sim.add_member(site.ids.guild, robot).await.unwrap();
    let spec = MessageSpec {
        channel: site.channel("submissions"),
        user: robot,
        content: LINKS[0].into(),
        ..Default::default()
    };
    site.sim.post_message(spec).await.unwrap();
    let deleted = post(&site, "ann", LINKS[1], Vec::new()).await;
    site.sim.delete_message(site.channel("submissions"), deleted).await.unwrap();
    let app = site.start().await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), [""; 0]);
    ends(app).await;
}

#[tokio::test]
async fn a_history_that_cannot_be_read_is_told_once_and_read_when_it_can() {
    let site = left().await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    let overwrite = |deny: &[&str]| OverwriteSpec {
        target: "bot".into(),
        deny: serde_json::from_value(json!(deny)).unwrap(),
        ..OverwriteSpec::default()
    };
    site.sim.set_overwrite(site.channel("submissions"), overwrite(&["READ_MESSAGE_HISTORY"])).await.unwrap();
    for _ in 0..2 {
        let app = site.start().await;
        until(&site, &app, async || !told(&site).await.is_empty()).await;
        let told = told(&site).await;
        assert!(told.len() == 1 && told[0].contains("Read Message History"), "{told:?}");
        assert_eq!(songs(&site, &app), [""; 0]);
        app.stop().await;
    }
    site.sim.set_overwrite(site.channel("submissions"), overwrite(&[])).await.unwrap();
    let app = site.start().await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), ["youtube:dQw4w9WgXcQ"]);
    ends(app).await;
}

#[tokio::test]
async fn a_file_that_the_bot_may_not_keep_is_told_once_and_taken_when_it_may() {
    let site = left().await;
    let may_not = |deny: &[&str]| OverwriteSpec {
        target: "bot".into(),
        deny: serde_json::from_value(json!(deny)).unwrap(),
        ..OverwriteSpec::default()
    };
    site.sim.set_overwrite(site.channel("submissions"), may_not(&["ATTACH_FILES"])).await.unwrap();
    post(&site, "ann", "", vec![mp3("one.mp3")]).await;
    for _ in 0..2 {
        let app = site.start().await;
        is_through(&site, &app).await;
        assert_eq!(songs(&site, &app), [""; 0]);
        let told = said(&site, "submissions").await;
        assert!(told.len() == 1 && told[0].contains("Once I may"), "{told:?}");
        app.stop().await;
    }
    site.sim.set_overwrite(site.channel("submissions"), may_not(&[])).await.unwrap();
    let app = site.start().await;
    until(&site, &app, async || !songs(&site, &app).is_empty()).await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), ["one.mp3"]);
    ends(app).await;
}

#[tokio::test]
async fn a_history_that_discord_does_not_give_at_once_is_asked_for_again() {
    let site = left().await;
    post(&site, "ann", LINKS[0], Vec::new()).await;
    let path = format!("/channels/{}/messages", site.channel("submissions"));
    let fault = Fault { method: Some("GET".into()), path: Some(path), status: Some(503), times: 1, ..Fault::default() };
    site.sim.faults(fault).await;
    let app = site.start().await;
    until(&site, &app, async || !songs(&site, &app).is_empty()).await;
    ends(app).await;
}

#[tokio::test]
async fn a_message_corrected_while_the_bot_was_away_is_looked_at_again() {
    let site = left().await;
    let app = site.start().await;
    let message = post(&site, "ann", "https://tidal.com/track/1", Vec::new()).await;
    is_through(&site, &app).await;
    app.stop().await;
    site.hand.advance(MINUTE);
    site.sim.edit_message(site.channel("submissions"), message, LINKS[0]).await.unwrap();
    let app = site.start().await;
    is_through(&site, &app).await;
    assert_eq!(songs(&site, &app), ["youtube:dQw4w9WgXcQ"]);
    ends(app).await;
}
