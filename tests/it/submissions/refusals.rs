//! What is not taken. A refusal says what would work, only the sender reads it or it goes by itself, and nothing is
//! stored.

use std::time::Duration;

use greenroom::covers;
use greenroom::sim::{Fault, FileSpec, OverwriteSpec};

use super::{LINKS, assert_nothing_stored};
use crate::audio_forms;
use crate::world::{World, mp3, number_in};

const MIB: u64 = 1 << 20;

/// Sends a link by the modal and by a message; gives what the sender reads each time.
async fn refusals_of_link(world: &World, link: &str) -> [String; 2] {
    let ann = world.member("ann");
    let by_modal = ann.submit([("link", link)]).await;
    assert!(by_modal.is_ephemeral(), "only the sender reads {}", by_modal.text());
    let before = world.said_in("submissions").await.len();
    let message = ann.post(link).await;
    let said = world.said_in("submissions").await;
    assert_eq!(said.len(), before + 1, "one reply to {link}");
    assert!(world.originals_in("submissions").await.contains(&message), "a refused message stays");
    [by_modal.text(), said.last().unwrap().text()]
}

/// Sends a file by the command and by a message; gives what the sender reads each time.
async fn refusals_of_file(world: &World, file: FileSpec) -> [String; 2] {
    let ann = world.member("ann");
    let by_command = ann.submit_file(file.clone()).await;
    assert!(by_command.is_ephemeral(), "only the sender reads {}", by_command.text());
    let before = world.said_in("submissions").await.len();
    let message = ann.post_with("", vec![file.clone()]).await;
    let said = world.said_in("submissions").await;
    assert_eq!(said.len(), before + 1, "one reply to {}", file.filename);
    assert!(world.originals_in("submissions").await.contains(&message), "a refused message stays");
    [by_command.text(), said.last().unwrap().text()]
}

#[tokio::test]
async fn apple_links_are_refused_kindly_and_the_reply_goes_by_itself() {
    covers!("M-SUB-10");
    let world = World::new().await;
    let apples = [
        "https://music.apple.com/us/album/x/1?i=2",
        "https://itunes.apple.com/us/album/x/1",
        "https://geo.music.apple.com/x",
        "https://apple.co/abc",
    ];
    for link in apples {
        for text in refusals_of_link(&world, link).await {
            assert!(text.contains("Apple Music") && text.contains("YouTube"), "{link}: {text}");
        }
    }
    assert_nothing_stored(&world);
    world.pass(Duration::from_secs(15)).await;
    assert!(world.said_in("submissions").await.is_empty(), "the replies are gone");
    world.end().await;
}

#[tokio::test]
async fn an_apple_link_beside_a_good_one_refuses_the_message() {
    covers!("M-SUB-10");
    let world = World::new().await;
    world.member("ann").post(&format!("{} https://music.apple.com/us/album/x/1", LINKS[0])).await;
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn other_hosts_and_look_alikes_are_refused() {
    covers!("M-SUB-09");
    let world = World::new().await;
    let strangers = [
        "https://vimeo.com/12345",
        "https://youtube.com.evil.tld/watch?v=dQw4w9WgXcQ",
        "https://evilyoutube.com/watch?v=dQw4w9WgXcQ",
        "https://xn--yutube-wqf.com/watch?v=dQw4w9WgXcQ",
        "https://evil.tld/?u=https%3A%2F%2Fyoutu.be%2FdQw4w9WgXcQ",
        "https://youtube.com@evil.tld/watch?v=dQw4w9WgXcQ",
    ];
    for link in strangers {
        for text in refusals_of_link(&world, link).await {
            assert!(text.contains("can't be reviewed"), "{link}: {text}");
        }
    }
    for link in ["https://user:pw@youtube.com/watch?v=dQw4w9WgXcQ", "https://youtube.com:8443/watch?v=dQw4w9WgXcQ"] {
        for text in refusals_of_link(&world, link).await {
            assert!(text.contains("login, a port"), "{link}: {text}");
        }
    }
    let answer = world.member("ann").submit([("link", "just words")]).await;
    assert!(answer.text().contains("not a link"), "{}", answer.text());
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn files_over_25_megabytes_are_refused_and_25_are_taken() {
    covers!("M-SUB-07", "M-SUB-20");
    let world = World::new().await;
    world.sim.set(|settings| (settings.user_upload_bytes, settings.bot_upload_bytes) = (100 * MIB, 100 * MIB));
    for size in [26 * MIB, 25 * MIB + 1] {
        for text in refusals_of_file(&world, mp3("big.mp3").padded_to(size)).await {
            assert!(
                text.contains("too large") && text.contains("25 MB") && text.contains("mp3, m4a, wav or flac"),
                "{text}"
            );
        }
    }
    assert_nothing_stored(&world);
    let largest = world.member("ann").submit_file(mp3("big.mp3").padded_to(25 * MIB)).await;
    number_in(&largest.text());
    assert_eq!(world.songs().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_text_file_named_mp3_is_refused() {
    covers!("M-SUB-07");
    let world = World::new().await;
    let text = FileSpec::bytes("song.mp3", "audio/mpeg", b"these are my lyrics, not my song");
    for said in refusals_of_file(&world, text).await {
        assert!(said.contains("named .mp3 but holds something else"), "{said}");
    }
    let picture = FileSpec::bytes("song.flac", "audio/flac", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01");
    for said in refusals_of_file(&world, picture).await {
        assert!(said.contains("named .flac but holds png"), "{said}");
    }
    assert!(refusals_of_file(&world, FileSpec::bytes("song.mp3", "audio/mpeg", b"")).await[0].contains("empty"));
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_file_with_the_wrong_type_is_refused() {
    covers!("M-SUB-19", "M-SUB-07");
    let world = World::new().await;
    let mut named_audio = mp3("song.mp3");
    named_audio.content_type = Some("video/mp4".into());
    let unsupported = FileSpec::bytes("song.ogg", "audio/ogg", b"OggS\0\x02");
    for file in [named_audio, unsupported] {
        for text in refusals_of_file(&world, file).await {
            assert!(text.contains("type of file can't be reviewed"), "{text}");
        }
    }
    assert_nothing_stored(&world);
    let mut untyped = mp3("song.mp3");
    untyped.content_type = None;
    number_in(&world.member("ann").submit_file(untyped).await.text());
    world.end().await;
}

#[tokio::test]
async fn the_four_kinds_of_audio_are_taken_by_both_ways() {
    covers!("M-SUB-07");
    let world = World::new().await;
    let m4a = &audio_forms::files()["ffmpeg.m4a"];
    let kinds: [(&str, &str, &[u8]); 4] = [
        ("a.mp3", "audio/mpeg", b"\xff\xfb\x90\x64"),
        ("b.M4A", "audio/x-m4a", m4a),
        (
            "c.wav",
            "audio/wav",
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data\x08\0\0\0",
        ),
        ("d.flac", "audio/flac", b"fLaC\0\0\0\x22"),
    ];
    for (count, (name, kind, bytes)) in kinds.into_iter().enumerate() {
        let file = FileSpec::bytes(name, kind, bytes);
        number_in(&world.member("ann").submit_file(file.clone().padded_to(2_000)).await.text());
        world.member("ann").post_with("", vec![file.padded_to(3_000)]).await;
        assert_eq!(world.songs().len(), 2 * (count + 1), "{name}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_song_that_waits_is_refused_a_second_time_however_it_is_written() {
    let world = World::new().await;
    let number = world.member("ann").submits(LINKS[0], "First").await;
    for link in ["https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=10s", "http://m.youtube.com/watch?list=x&v=dQw4w9WgXcQ"]
    {
        for text in refusals_of_link(&world, link).await {
            assert!(text.contains(&number.to_string()) && text.contains("already"), "{text}");
        }
    }
    number_in(&world.member("ben").submit_file(mp3("same.mp3")).await.text());
    for text in refusals_of_file(&world, mp3("same.mp3")).await {
        assert!(text.contains("already"), "{text}");
    }
    assert_eq!(world.songs().len(), 2);
    let files = world.requests_with("POST", "/messages").await.iter().filter(|sent| !sent.files.is_empty()).count();
    assert_eq!(files, 1, "a refused file is not posted again");
    world.host().run("next").await;
    world.member("ann").submits(LINKS[0], "Once more").await;
    assert_eq!(world.songs().len(), 3, "a played song may come again");
    world.end().await;
}

#[tokio::test]
async fn texts_that_are_too_long_never_reach_the_queue() {
    let world = World::new().await;
    let ann = world.member("ann");
    for (option, fits) in [("artist_name", 100), ("song_title", 100), ("note", 500)] {
        let with =
            |length: usize| ann.call("submitfile").with_file("file", mp3(option)).with(option, "x".repeat(length));
        let refused = world.sim.run_command(with(fits + 1)).await;
        assert!(refused.is_err(), "Discord itself holds {option} to {fits} characters");
    }
    let opened = world.sim.run_command(ann.call("submit")).await.unwrap();
    let lengths: Vec<u64> = opened.modal().unwrap()["components"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["components"][0]["max_length"].as_u64())
        .collect();
    assert_eq!(lengths, [2000, 100, 100, 500, 200]);
    // What only grows when it is cleaned, or only looks long, is measured as it is stored.
    let answer = ann.submit([("link", LINKS[0]), ("song_title", &"👩‍👩‍👧‍👦".repeat(9))]).await;
    number_in(&answer.text());
    assert_eq!(world.songs().len(), 1);
    world.end().await;
}

#[tokio::test]
async fn a_link_is_refused_when_it_is_too_long_to_be_shown_and_the_longest_is_shown() {
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    for (command, channel) in [("setnowplayingchannel", "now-playing"), ("setbookmarkchannel", "bookmarks")] {
        host.run_with(command, [("channel", world.channel(channel).to_string())]).await;
    }
    let link = |length: usize| format!("https://soundcloud.com/somebody/{}", "b".repeat(length - 32));
    for text in refusals_of_link(&world, &link(1_900)).await {
        assert!(text.contains("too long"), "{text}");
    }
    assert_nothing_stored(&world);
    let (longest, widest) = (link(900), "*".repeat(100));
    let note = "_".repeat(500);
    let fields = [("link", &*longest), ("song_title", &widest), ("artist_name", &widest), ("note", &note)];
    let fields = [fields[0], fields[1], fields[2], fields[3], ("tiktok_handle", "________________________")];
    number_in(&world.member("ann").submit(fields).await.text());
    let playing = host.run("next").await;
    assert!(playing.text().contains(&longest), "{}", playing.text());
    host.press(playing.original.as_ref().unwrap(), "Bookmark").await;
    for channel in ["now-playing", "bookmarks"] {
        assert!(world.seen_in(channel).await.join("\n").contains(&longest), "#{channel}");
    }
    world.end().await;
}

/// The texts in the blocks of code of an answer, as somebody copies them.
fn blocks(answer: &str) -> Vec<String> {
    answer.split("```").skip(1).step_by(2).map(|block| block.trim_matches('\n').to_owned()).collect()
}

#[tokio::test]
async fn what_was_typed_into_a_refused_form_is_given_back_and_can_be_sent_again() {
    let world = World::new().await;
    let ann = world.member("ann");
    let note = "Please listen to the second verse.\nIt is about `code`, @everyone and **more**.";
    let wrong = "https://music.apple.com/us/album/x/1?i=2";
    let fields = |link: &'static str| [("link", link), ("song_title", "Night Drive"), ("note", note)];
    let refused = ann.submit(fields(wrong)).await;
    assert!(refused.is_ephemeral());
    let text = refused.text();
    assert!(text.contains("Apple Music") && text.contains("**Note for the reviewer**"), "{text}");
    let [link, title, copied]: [String; 3] = blocks(&text).try_into().unwrap();
    assert_eq!((link.as_str(), title.as_str()), (wrong, "Night Drive"));
    assert_eq!(copied.replace('\u{200B}', ""), note);
    let fields = [("link", LINKS[0]), ("song_title", title.as_str()), ("note", copied.as_str())];
    let number = number_in(&ann.submit(fields).await.text());
    assert_eq!(world.song(number).song.note.as_deref(), Some(note), "the copy is what was typed");
    world.end().await;
}

#[tokio::test]
async fn a_refused_form_that_is_full_is_given_back_as_far_as_a_message_holds_it() {
    let world = World::new().await;
    let link = format!("https://youtu.be/{}", "`".repeat(1_900));
    let (widest, note) = ("@here ".repeat(16), "`@".repeat(250));
    let fields = [
        ("link", &*link),
        ("artist_name", &*widest),
        ("song_title", &*widest),
        ("note", &*note),
        ("tiktok_handle", "x"),
    ];
    let answer = world.member("ann").submit(fields).await;
    assert!(answer.is_ephemeral() && !answer.text().contains("Something went wrong"), "{}", answer.text());
    assert!(!blocks(&answer.text()).is_empty(), "{}", answer.text());
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_long_note_of_a_refused_file_is_given_back_and_a_short_one_is_not() {
    let world = World::new().await;
    let ann = world.member("ann");
    let refused = async |note: &str| {
        let file = FileSpec::bytes("song.ogg", "audio/ogg", b"OggS\0\x02");
        ann.run_call(ann.call("submitfile").with_file("file", file).with("note", note)).await.text()
    };
    let long = "I made this with my grandmother, who sings the second verse in the kitchen.";
    let text = refused(long).await;
    assert!(text.contains("type of file can't be reviewed"), "{text}");
    assert_eq!(blocks(&text), [long]);
    assert!(blocks(&refused("Enjoy!").await).is_empty());
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_refusal_that_cannot_be_a_reply_is_a_line_for_its_author_and_goes_as_well() {
    let world = World::new().await;
    let (ann, channel) = (world.member("ann"), world.channel("submissions"));
    let fault = Fault {
        method: Some("POST".into()),
        path: Some(format!("/channels/{channel}/messages")),
        status: Some(400),
        code: Some(160_002),
        ..Fault::default()
    };
    world.sim.faults(fault).await;
    for _ in 0..2 {
        let refused = ann.post("https://music.apple.com/us/album/x/1").await;
        let said = world.said_in("submissions").await.pop().expect("a line in the channel");
        let text = said.text();
        assert!(text.starts_with(&format!("<@{}>", ann.id)) && text.contains("Apple Music"), "{text}");
        assert!(said.pinged().is_nobody());
        assert!(world.originals_in("submissions").await.contains(&refused), "a refused message stays");
        world.pass(Duration::from_secs(15)).await;
        assert!(world.said_in("submissions").await.is_empty(), "the line is gone");
        let deny = serde_json::from_value(serde_json::json!(["READ_MESSAGE_HISTORY"])).unwrap();
        let overwrite = OverwriteSpec { target: "bot".into(), deny, ..OverwriteSpec::default() };
        world.sim.set_overwrite(channel, overwrite).await.unwrap();
    }
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_form_with_several_links_takes_the_first_song_and_says_what_was_not_taken() {
    let world = World::new().await;
    let ann = world.member("ann");
    let typed = format!("my new one {} {}", LINKS[0], LINKS[1]);
    let text = ann.submit([("link", typed.as_str())]).await.text();
    assert!(text.contains("open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC` was not taken: one song"), "{text}");
    let song = world.song(number_in(&text)).song;
    assert_eq!(song.note.as_deref(), Some("my new one"), "the words are the note, as in a message");
    assert_eq!(world.songs().len(), 1);

    let typed = format!("words beside it {}", LINKS[2]);
    let text = ann.submit([("link", typed.as_str()), ("note", "Loud")]).await.text();
    assert_eq!(world.song(number_in(&text)).song.note.as_deref(), Some("Loud"));
    assert_eq!(blocks(&text), ["words beside it"], "what is not in the note is given back");
    world.end().await;
}

#[tokio::test]
async fn a_handle_that_cannot_be_one_is_refused_and_given_back() {
    covers!("M-SUB-13");
    let world = World::new().await;
    let ann = world.member("ann");
    for typed in ["not a handle!!", "x", "https://example.com/@ann"] {
        let text = ann.submit([("link", LINKS[0]), ("tiktok_handle", typed)]).await.text();
        assert!(text.contains("no TikTok handle"), "{text}");
        let given_back: Vec<String> = blocks(&text).iter().map(|block| block.replace('\u{200B}', "")).collect();
        assert_eq!(given_back, [LINKS[0], typed], "all that was typed");
        let call = ann.call("submitfile").with_file("file", mp3("a.mp3")).with("tiktok_handle", typed);
        let text = ann.run_call(call).await.text();
        assert!(text.contains("no TikTok handle"), "{text}");
    }
    assert_nothing_stored(&world);
    let number = number_in(&ann.submit([("link", LINKS[0]), ("tiktok_handle", " @ ")]).await.text());
    assert_eq!(world.song(number).song.tiktok_username, None, "nothing was typed");
    world.end().await;
}
