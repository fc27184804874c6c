//! What a message may hold: several songs, words, files that are none, another message. Everything in it is taken over, or
//! stays where its author put it and is told.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::queue::model::Source;
use greenroom::features::submissions::settings::MAX_ACTIVE;
use greenroom::sim::{FileSpec, Id, OverwriteSpec, SeenMessage};

use super::{LINKS, assert_nothing_stored};
use crate::world::{World, mp3};

fn picture(name: &str) -> FileSpec {
    FileSpec::bytes(name, "image/png", b"\x89PNG")
}

/// The keys and names of all songs, in their order.
fn sources(world: &World) -> Vec<String> {
    let source = |source: Source| match source {
        Source::Link { key, .. } => key,
        Source::File { name, .. } => name,
    };
    world.songs().into_iter().map(|entry| source(entry.song.source)).collect()
}

fn notes(world: &World) -> Vec<Option<String>> {
    world.songs().into_iter().map(|entry| entry.song.note).collect()
}

async fn last_word(world: &World) -> String {
    world.said_in("submissions").await.last().map(SeenMessage::text).unwrap_or_default()
}

async fn originals(world: &World) -> Vec<Id> {
    world.originals_in("submissions").await
}

#[tokio::test]
async fn every_song_of_a_message_is_taken_in_its_order() {
    covers!("M-SUB-04", "M-SUB-08", "M-SUB-15");
    let world = World::new().await;
    let ann = world.member("ann");
    let text = format!("{} and <{}>,{}", LINKS[0], LINKS[1], LINKS[2]);
    ann.post_with(&text, vec![mp3("one.mp3"), mp3("two.mp3")]).await;
    let expected = ["youtube:dQw4w9WgXcQ", "spotify:track:4uLU6hMCjMI75M1A2tKUQC", "soundcloud:somebody/some-song"];
    assert_eq!(sources(&world), [&expected[..], &["one.mp3", "two.mp3"]].concat());
    assert!(originals(&world).await.is_empty(), "everything was taken over");
    assert_eq!(ann.dms().await.len(), 5, "each is confirmed");
    world.end().await;
}

#[tokio::test]
async fn the_same_song_twice_in_a_message_is_one() {
    let world = World::new().await;
    world.member("ann").post(&format!("{} {}?si=abc [again]({})", LINKS[0], LINKS[0], LINKS[0])).await;
    assert_eq!(sources(&world), ["youtube:dQw4w9WgXcQ"]);
    assert!(originals(&world).await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn what_is_not_taken_stays_and_is_told_with_the_reason() {
    covers!("M-SUB-08", "M-SUB-09");
    let world = World::new().await;
    let files = vec![mp3("one.mp3"), FileSpec::bytes("two.mp3", "audio/mpeg", b"just text"), picture("cover.png")];
    let original = world.member("ann").post_with("https://tidal.com/track/1", files).await;
    assert_eq!(sources(&world), ["one.mp3"]);
    assert_eq!(originals(&world).await, [original], "the only copy of what was not taken");
    let told = last_word(&world).await;
    let number = world.songs()[0].song.public_id.to_string();
    for part in [number.as_str(), "tidal.com/track/1", "can't be reviewed", "two.mp3", "something else", "cover.png"] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    world.pass(Duration::from_secs(30)).await;
    assert_eq!(world.said_in("submissions").await.len(), 1, "only the kept file stands there");
    world.end().await;
}

#[tokio::test]
async fn as_many_songs_are_taken_as_the_member_may_submit() {
    let world = World::new().await;
    let guild = world.guild;
    world.app.bot.store.write("most", move |tx| MAX_ACTIVE.set(tx, guild, &2)).await.unwrap();
    let original = world.member("ann").post(&LINKS.join(" ")).await;
    assert_eq!(world.songs().len(), 2);
    assert_eq!(originals(&world).await, [original]);
    let told = last_word(&world).await;
    assert!(told.contains("2 songs in the queue") && told.contains("soundcloud.com"), "{told}");
    world.end().await;
}

#[tokio::test]
async fn a_flood_of_links_is_cut_and_told() {
    let world = World::new().await;
    let links: Vec<_> = (10..50).map(|n| format!("https://youtu.be/aaaaaaaaa{n}")).collect();
    let original = world.member("ann").post(&links.join(" ")).await;
    assert_eq!(world.songs().len(), 20);
    assert_eq!(originals(&world).await, [original]);
    assert!(last_word(&world).await.contains("more songs are taken from this message"));
    // An edit opens no second twenty.
    world.member("ann").edit(original, &links[..39].join(" ")).await;
    world
        .member("ann")
        .edit(original, &[&links[20..], &["https://youtu.be/bbbbbbbbb10".to_owned()]].concat().join(" "))
        .await;
    assert_eq!(world.songs().len(), 20);
    assert_eq!(originals(&world).await, [original]);
    world.end().await;
}

#[tokio::test]
async fn the_words_around_a_song_become_its_note() {
    let world = World::new().await;
    let words = "please focus on the low end, mixed on headphones";
    world.member("ann").post(&format!("{words} {}", LINKS[0])).await;
    world.member("ben").post(&format!("[First Light]({})", LINKS[1])).await;
    world.member("chloe").post_with("my *second* one", vec![mp3("x.mp3")]).await;
    world.member("dmitri").post(&format!("<{}>!", LINKS[2])).await;
    let note = |text: &str| Some(text.to_owned());
    assert_eq!(notes(&world), [note(words), note("First Light"), note("my *second* one"), None]);
    assert!(originals(&world).await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn words_that_do_not_fit_into_a_note_are_not_lost() {
    let world = World::new().await;
    let long = "mind the bridge ".repeat(60);
    let original = world.member("ann").post(&format!("{long} {}", LINKS[0])).await;
    let kept = notes(&world)[0].clone().expect("the beginning is the note");
    assert!(kept.starts_with("mind the bridge") && kept.chars().count() <= 500);
    assert_eq!(originals(&world).await, [original], "all of the words stand there");
    assert!(last_word(&world).await.contains("Your words"), "{}", last_word(&world).await);
    world.end().await;
}

#[tokio::test]
async fn a_forwarded_song_is_taken_like_a_posted_one() {
    covers!("M-SUB-04");
    let world = World::new().await;
    let ann = world.member("ann");
    let elsewhere = world.member("ben").in_channel("staff");
    let link = elsewhere.post(&format!("try this {}", LINKS[0])).await;
    let file = elsewhere.post_with("", vec![mp3("one.mp3"), mp3("two.mp3")]).await;
    ann.forward("staff", link).await;
    ann.forward("staff", file).await;
    assert_eq!(sources(&world), ["youtube:dQw4w9WgXcQ", "one.mp3", "two.mp3"]);
    assert!(world.songs().iter().all(|entry| entry.place.user == world.user("ann")), "theirs who forwarded them");
    assert_eq!(notes(&world)[0].as_deref(), Some("try this"));
    assert!(originals(&world).await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn a_forwarded_file_that_the_bot_cannot_keep_is_played_from_where_it_stands() {
    covers!("M-SUB-08");
    let world = World::new().await;
    world.sim.set(|settings| settings.bot_upload_bytes = 1_000);
    let elsewhere = world.member("ben").in_channel("staff");
    let file = elsewhere.post_with("", vec![mp3("large.mp3").padded_to(5_000)]).await;
    let forwarded = world.member("ann").forward("staff", file).await;
    assert_eq!(originals(&world).await, [forwarded]);
    world.chooses("setnowplayingchannel", "now-playing").await;
    world.pass(Duration::from_hours(26)).await;
    world.next().await;
    let announced = world.seen_in("now-playing").await.join("\n");
    let link =
        announced.split(['(', ')', '<', '>', ' ', '\n']).find(|part| part.contains("large.mp3?")).expect("a link");
    let status = world.app.bot.files.get(link).send().await.unwrap().status();
    assert!(status.is_success(), "the link works a day later: {status} {announced}");
    world.end().await;
}

#[tokio::test]
async fn what_is_forwarded_and_no_song_is_refused_like_a_posted_one() {
    let world = World::new().await;
    let ann = world.member("ann");
    let elsewhere = ann.in_channel("staff");
    let apple = elsewhere.post("https://music.apple.com/us/album/x/1").await;
    let talk = elsewhere.post("good evening").await;
    let refused = ann.forward("staff", apple).await;
    assert!(last_word(&world).await.contains("Apple Music"), "{}", last_word(&world).await);
    let left = ann.forward("staff", talk).await;
    assert_eq!(originals(&world).await, [refused, left]);
    assert_eq!(world.said_in("submissions").await.len(), 1, "talk is left alone");
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_card_of_a_bot_may_be_forwarded_for_its_song() {
    let world = World::new().await;
    let card = serde_json::json!({"embeds": [{"title": "Now playing", "description": "Somebody", "url": LINKS[1]}]});
    let channel = world.channel("staff");
    let sent = world.app.bot.rest.send_message(channel.get().into(), &card, Vec::new()).await.unwrap();
    world.member("ann").forward("staff", Id::new(sent.id.get())).await;
    assert_eq!(sources(&world), ["spotify:track:4uLU6hMCjMI75M1A2tKUQC"]);
    world.end().await;
}

#[tokio::test]
async fn a_video_is_told_what_to_send_instead() {
    let world = World::new().await;
    for file in [
        FileSpec::bytes("clip.mp4", "video/mp4", b"...."),
        FileSpec::bytes("CLIP.MOV", "application/octet-stream", b"...."),
    ] {
        let before = originals(&world).await.len();
        world.member("ann").post_with("", vec![file]).await;
        let told = last_word(&world).await;
        assert!(told.contains("video") && told.contains("mp3") && told.contains("YouTube"), "{told}");
        assert_eq!(originals(&world).await.len(), before + 1, "it stays");
    }
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn pictures_among_talk_are_left_alone() {
    let world = World::new().await;
    let original = world.member("ann").post_with("look", vec![picture("cat.png")]).await;
    assert_eq!(originals(&world).await, [original]);
    assert!(world.said_in("submissions").await.is_empty());
    world.end().await;
}

#[tokio::test]
async fn where_only_songs_are_wanted_nothing_goes_without_a_word() {
    let world = World::new().await;
    world.configures("submissions_only", "Yes").await;
    let (ann, ben) = (world.member("ann"), world.member("ben"));
    let long = format!("good evening {}to all of you", "and welcome ".repeat(100));
    ann.post(&long).await;
    let told = ann.dms().await.pop().expect("a direct message");
    assert!(told.contains("only songs are taken") && told.ends_with(&format!("You wrote: {long}")), "{told}");
    ann.post("?!").await;
    assert!(last_word(&world).await.contains("Only songs are taken"), "{}", last_word(&world).await);
    ann.post("...").await;
    assert_eq!(world.said_in("submissions").await.len(), 2, "each time");
    ann.post_with("my cat", vec![picture("cat.png")]).await;
    let told = ann.dms().await.pop().expect("a direct message");
    for part in ["cat.png", "only songs", "You wrote: my cat"] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    world.sim.block_dms(ben.id, true).await;
    ben.post_with("", vec![picture("dog.png")]).await;
    assert!(last_word(&world).await.contains("dog.png"), "{}", last_word(&world).await);
    assert!(originals(&world).await.is_empty());
    let refused = ann.post("https://tidal.com/track/1").await;
    let forwarded = ann.in_channel("staff").post("https://tidal.com/track/2").await;
    let forwarded = ann.forward("staff", forwarded).await;
    assert_eq!(originals(&world).await, [refused, forwarded], "what was meant as a song stays, with the reason");
    world.pass(Duration::from_secs(30)).await;
    assert!(world.said_in("submissions").await.is_empty(), "the words are gone");
    world.end().await;
}

/// The bot may not do this where songs go and elsewhere; it may still delete there.
async fn is_denied(world: &World, permission: &str) {
    for channel in ["submissions", "general"] {
        let deny = serde_json::from_value(serde_json::json!([permission])).unwrap();
        let overwrite = OverwriteSpec { target: "bot".into(), deny, ..OverwriteSpec::default() };
        world.sim.set_overwrite(world.channel(channel), overwrite).await.unwrap();
    }
}

#[tokio::test]
async fn a_message_goes_only_when_its_author_was_told_in_whatever_way() {
    let mut world = World::new().await;
    world.expect_dead_letters();
    world.configures("submissions_only", "Yes").await;
    world.configures("offchannel_links", "delete").await;
    let (ann, ben, chloe) = (world.member("ann"), world.member("ben"), world.member("chloe"));

    // No reply without the history, but a word.
    is_denied(&world, "READ_MESSAGE_HISTORY").await;
    ann.post("?!").await;
    ann.in_channel("general").post(LINKS[0]).await;
    for (channel, word) in [("submissions", "Only songs are taken"), ("general", "</submit:")] {
        let said = world.said_in(channel).await.pop().expect("a word in the channel");
        assert!(said.text().contains(word) && said.pinged().users == [ann.id], "{}", said.text());
        assert!(world.originals_in(channel).await.is_empty());
    }
    world.pass(Duration::from_secs(15)).await;
    assert!(world.said_in("submissions").await.is_empty() && world.said_in("general").await.is_empty());

    // No word there, but a direct message.
    is_denied(&world, "SEND_MESSAGES").await;
    ben.post("hello").await;
    ben.in_channel("general").post(LINKS[0]).await;
    let told = ben.dms().await.join("\n");
    for part in ["only songs", "You wrote: hello", "youtu.be", "</submit:"] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }
    assert!(originals(&world).await.is_empty() && world.originals_in("general").await.is_empty());

    // No way to tell anything.
    world.sim.block_dms(chloe.id, true).await;
    let talk = chloe.post("hello").await;
    let song = chloe.in_channel("general").post_with("", vec![mp3("only-copy.mp3")]).await;
    let link = chloe.in_channel("general").post(LINKS[1]).await;
    assert_eq!(originals(&world).await, [talk]);
    assert_eq!(world.originals_in("general").await, [song, link]);
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_file_that_goes_elsewhere_is_told_by_direct_message_each_time() {
    covers!("M-SUB-05");
    let world = World::new().await;
    world.configures("offchannel_links", "delete").await;
    let ann = world.member("ann").in_channel("general");
    for name in ["a.mp3", "b.mp3"] {
        ann.post_with("my new one", vec![mp3(name)]).await;
        let told = ann.dms().await.pop().expect("a direct message");
        let right = format!("<#{}>", world.channel("submissions"));
        for part in [name, "deleted", right.as_str(), "</submitfile:", "my new one"] {
            assert!(told.contains(part), "{part} is missing in {told}");
        }
    }
    assert_eq!(ann.dms().await.len(), 2);
    ann.post(LINKS[0]).await;
    assert_eq!(ann.dms().await.len(), 3, "a link that goes without a reply is told as well");
    world.sim.block_dms(ann.id, true).await;
    ann.post_with("", vec![mp3("c.mp3")]).await;
    let said = world.said_in("general").await.pop().expect("a word in the channel");
    assert!(said.text().contains("c.mp3") && said.pinged().users == [ann.id], "{}", said.text());
    assert!(world.originals_in("general").await.is_empty());
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn words_beside_a_link_that_goes_elsewhere_are_given_back_the_first_time_as_well() {
    covers!("M-SUB-05");
    let world = World::new().await;
    world.configures("offchannel_links", "delete").await;
    let ann = world.member("ann");
    for words in ["my new one", "and another"] {
        ann.in_channel("general").post(&format!("{words} {}", LINKS[0])).await;
        let told = ann.dms().await.pop().expect("a direct message");
        assert!(told.contains(&format!("You wrote: {words}")) && told.contains("youtu.be"), "{told}");
    }
    assert!(world.originals_in("general").await.is_empty());
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_word_cannot_break_out_of_a_reply() {
    let world = World::new().await;
    let file = FileSpec::bytes("@everyone`**x**`.mp3", "audio/mpeg", b"text");
    world.member("ann").post_with(&format!("{} https://evil.tld/`@everyone`", LINKS[0]), vec![file]).await;
    let said = world.said_in("submissions").await.pop().expect("a reply");
    assert!(said.pinged().is_nobody());
    assert!(said.text().matches('`').count() % 2 == 0, "{}", said.text());
    world.end().await;
}
