//! The three ways of submitting, what is filled in for people, and the line that a song gets into.

use greenroom::covers;
use greenroom::features::handles::queries::first_linked;
use greenroom::features::queue::model::{Line, Source};
use greenroom::live::Occurrence;

use super::LINKS;
use crate::world::{World, mp3, number_in, viewer};

#[tokio::test]
async fn a_link_typed_into_the_modal_is_in_the_queue() {
    covers!("M-SUB-01", "M-SUB-02", "M-CMD-02", "M-SUB-14", "M-HNT-06");
    let world = World::new().await;
    let ann = world.member("ann");
    let opened = world.sim.run_command(ann.call("submit").with("tiktok_handle", "ann.sings")).await.unwrap();
    let modal = opened.modal().expect("a modal opens").to_string();
    for field in ["link", "artist_name", "song_title", "note", "tiktok_handle"] {
        assert!(modal.contains(&format!("\"{field}\"")), "{field} is missing in {modal}");
    }
    assert!(modal.contains("ann.sings"), "the handle is filled in: {modal}");

    let fields =
        [("link", LINKS[0]), ("artist_name", "Ann"), ("song_title", "First Light"), ("note", "Mind the bridge")];
    let answer = ann.submit(fields).await;
    assert!(answer.is_ephemeral());
    let song = world.song(number_in(&answer.text()));
    assert!(answer.text().contains("First Light"), "{}", answer.text());
    assert_eq!(song.place.line, Line::Free);
    assert_eq!(song.place.user, world.user("ann"));
    assert_eq!((song.song.artist.as_str(), song.song.title.as_str()), ("Ann", "First Light"));
    assert_eq!(song.song.note.as_deref(), Some("Mind the bridge"));
    let Source::Link { platform, .. } = &song.song.source else { panic!("not a link: {:?}", song.song.source) };
    assert_eq!(platform, "YouTube");
    world.end().await;
}

#[tokio::test]
async fn a_file_given_to_the_command_is_kept_by_the_bot() {
    covers!("M-SUB-01", "M-SUB-03", "M-CMD-03", "M-SUB-08");
    let world = World::new().await;
    let ann = world.member("ann");
    let call = ann.call("submitfile").with_file("file", mp3("night drive.mp3")).with("artist_name", "Ann");
    let call = call.with("song_title", "Night Drive").with("note", "Loud").with("tiktok_handle", "@ann.sings");
    let answer = ann.run_call(call).await;
    assert!(answer.is_ephemeral());
    let entry = world.song(number_in(&answer.text()));
    let song = &entry.song;
    assert_eq!((song.artist.as_str(), song.title.as_str()), ("Ann", "Night Drive"));
    assert_eq!((song.note.as_deref(), song.tiktok_username.as_deref()), (Some("Loud"), Some("ann.sings")));
    let Source::File { kept_in, .. } = &song.source else { panic!("not a file: {:?}", song.source) };
    let kept = world.said_in("submissions").await;
    let message = kept.iter().find(|message| message.id().get() == kept_in.message.get()).expect("the file is kept");
    assert_eq!(message.attachments().len(), 1);
    assert!(message.text().contains("Night Drive"), "{}", message.text());
    world.end().await;
}

#[tokio::test]
async fn a_posted_link_is_taken_and_its_message_goes() {
    covers!("M-SUB-01", "M-SUB-04", "M-SUB-11", "M-SUB-12");
    let world = World::new().await;
    world.member("ann").post(&format!("my new one: <{}>!", LINKS[0])).await;
    let songs = world.songs();
    assert_eq!(songs.len(), 1);
    assert_eq!((songs[0].song.artist.as_str(), songs[0].song.title.as_str()), ("ann", "Not Known"));
    assert_eq!(songs[0].place.line, Line::Free);
    assert!(world.originals_in("submissions").await.is_empty(), "the message is deleted");
    world.end().await;
}

#[tokio::test]
async fn a_posted_file_is_kept_before_its_message_goes() {
    covers!("M-SUB-01", "M-SUB-04", "M-SUB-08");
    let world = World::new().await;
    let original = world.member("ann").post_with("", vec![mp3("song.mp3")]).await;
    let songs = world.songs();
    assert_eq!(songs.len(), 1);
    let Source::File { kept_in, .. } = &songs[0].song.source else { panic!("not a file") };
    assert_ne!(kept_in.message.get(), original.get(), "the bot owns the message that keeps the file");
    assert!(world.originals_in("submissions").await.is_empty());
    let requests = world.sim.requests(0).await;
    let kept = requests.iter().position(|request| !request.files.is_empty()).expect("the file is posted again");
    let path = format!("/messages/{original}");
    let deleted = requests.iter().position(|request| request.method == "DELETE" && request.path.ends_with(&path));
    assert!(kept < deleted.expect("the original is deleted"), "first kept, then deleted");
    world.end().await;
}

#[tokio::test]
async fn every_supported_platform_is_taken_from_a_message() {
    covers!("M-SUB-09");
    let world = World::new().await;
    let links = [
        "https://soundcloud.com/a/b",
        "https://on.soundcloud.com/abcde",
        "https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC",
        "https://spotify.link/abc",
        "HTTPS://WWW.YOUTUBE.COM/watch?v=dQw4w9WgXcQ&utm_source=x",
        "https://music.youtube.com/watch?v=aaaaaaaaaaa",
        "https://youtu.be/bbbbbbbbbbb",
        "https://www.deezer.com/track/3135556",
        "https://deezer.page.link/abc",
        "https://dittomusic.com/artist/song",
        "[listen](https://ditto.fm/some-song)",
    ];
    for (count, link) in links.into_iter().enumerate() {
        world.member("ann").post(link).await;
        assert_eq!(world.songs().len(), count + 1, "{link}");
    }
    world.end().await;
}

#[tokio::test]
async fn talk_in_the_submissions_channel_stays_unless_only_songs_are_wanted() {
    let world = World::new().await;
    let talk = world.member("ann").post("good evening everybody").await;
    assert_eq!(world.originals_in("submissions").await, [talk]);
    assert!(world.said_in("submissions").await.is_empty());
    world.configures("submissions_only", "Yes").await;
    let more = world.member("ann").post("still talking").await;
    assert_eq!(world.originals_in("submissions").await, [talk], "{more} goes");
    world.end().await;
}

#[tokio::test]
async fn what_is_left_empty_becomes_the_username_and_not_known() {
    covers!("M-SUB-11", "M-SUB-12");
    let world = World::new().await;
    let fields = [("link", LINKS[0]), ("artist_name", " \u{200B} "), ("song_title", "")];
    let by_modal = number_in(&world.member("ann").submit(fields).await.text());
    let by_file = number_in(&world.member("ben").submit_file(mp3("x.mp3")).await.text());
    for (number, name) in [(by_modal, "ann"), (by_file, "ben")] {
        let song = world.song(number).song;
        assert_eq!((song.artist.as_str(), song.title.as_str()), (name, "Not Known"));
    }
    world.end().await;
}

#[tokio::test]
async fn a_flagged_skip_waits_in_pending_skips_until_a_reviewer_moves_it() {
    covers!("M-SUB-16");
    let world = World::new().await;
    let (ann, ben) = (world.member("ann"), world.member("ben"));
    let typed = ann.fill_in(ann.call("submit").with("skip", true), [("link", LINKS[0])]).await;
    let given = ben.run_call(ben.call("submitfile").with_file("file", mp3("x.mp3")).with("skip", true)).await;
    for answer in [&typed, &given] {
        assert!(answer.text().contains("Pending Skips"), "{}", answer.text());
        assert_eq!(world.song(number_in(&answer.text())).place.line, Line::PendingSkips);
    }
    let number = number_in(&typed.text());
    let options = [("submission_id", number.to_string()), ("target_line", Line::Skip10.name().to_owned())];
    let moved = world.host().in_channel("staff").run_with("move", options).await;
    assert!(moved.text().contains("10 Skip"), "{}", moved.text());
    assert_eq!(world.song(number).place.line, Line::Skip10);
    world.end().await;
}

#[tokio::test]
async fn a_typed_handle_is_stored_and_links_nothing() {
    covers!("M-SUB-13");
    let world = World::new().await;
    world.live_all([Occurrence::Connected, Occurrence::Joined(viewer("big.spender"))]).await;
    let answer = world.member("ann").submit([("link", LINKS[0]), ("tiktok_handle", "@big.spender")]).await;
    let number = number_in(&answer.text());
    assert_eq!(world.song(number).song.tiktok_username.as_deref(), Some("big.spender"));
    let (guild, ann) = (world.guild, world.user("ann"));
    let linked = world.app.bot.store.read_blocking("linked", |read| first_linked(read, guild, ann)).unwrap();
    assert_eq!(linked, None);
    world.gift("big.spender", 6_000).await;
    assert_eq!(world.song(number).place.line, Line::Free, "somebody else's gift lifts nothing");
    world.end().await;
}

#[tokio::test]
async fn the_address_of_a_profile_is_taken_as_its_handle_with_a_song() {
    covers!("M-SUB-13");
    let world = World::new().await;
    let ann = world.member("ann");
    let address = "https://www.tiktok.com/@Big.Spender?lang=en&_t=8abc&_r=1";
    let opened = world.sim.run_command(ann.call("submit").with("tiktok_handle", address)).await.unwrap();
    assert!(opened.modal().expect("a modal opens").to_string().contains("Big.Spender"), "it is filled in");
    let answer = ann.submit([("link", LINKS[0]), ("tiktok_handle", address)]).await;
    assert_eq!(world.song(number_in(&answer.text())).song.tiktok_username.as_deref(), Some("big.spender"));
    let short = ann.submit([("link", LINKS[1]), ("tiktok_handle", "https://vm.tiktok.com/ZMabc123/")]).await;
    assert!(short.text().contains("Open it, and copy the name that begins with @"), "{}", short.text());
    world.end().await;
}

#[tokio::test]
async fn the_first_linked_handle_is_stored_where_none_is_typed() {
    covers!("M-SUB-13");
    let world = World::new().await;
    let seen = ["ann.first", "ann.second"].map(|handle| Occurrence::Joined(viewer(handle)));
    world.live(Occurrence::Connected).await;
    world.live_all(seen).await;
    world.member("ann").links("ann.first").await;
    world.member("ann").links("ann.second").await;
    let plain = world.member("ann").submits(LINKS[0], "One").await;
    assert_eq!(world.song(plain).song.tiktok_username.as_deref(), Some("ann.first"));
    let typed = world.member("ann").submit([("link", LINKS[1]), ("tiktok_handle", "other")]).await;
    assert_eq!(world.song(number_in(&typed.text())).song.tiktok_username.as_deref(), Some("other"));
    world.end().await;
}

#[tokio::test]
async fn a_song_submitted_after_the_gift_goes_straight_into_the_tier() {
    covers!("M-SUB-14");
    let world = World::new().await;
    world.live_all([Occurrence::Connected, Occurrence::Joined(viewer("ann.live"))]).await;
    world.member("ann").links("ann.live").await;
    world.gift("ann.live", 2_500).await;
    let answer = world.member("ann").submit([("link", LINKS[0])]).await;
    assert!(answer.text().contains("gifts"), "{}", answer.text());
    assert_eq!(world.song(number_in(&answer.text())).place.line, Line::Skip10);
    let confirmation = world.member("ann").dms().await.join("\n");
    assert!(confirmation.contains("10 Skip") && confirmation.contains("gifts"), "{confirmation}");
    let second = world.member("ann").submits(LINKS[1], "Two").await;
    assert_eq!(world.song(second).place.line, Line::Free, "the credit is used up");
    world.end().await;
}

#[tokio::test]
async fn submissions_close_and_open_and_everybody_reads_it() {
    covers!("M-CMD-14", "M-CMD-15");
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    let waiting = world.member("ann").submits(LINKS[0], "Waits").await;
    assert!(host.run("close-submissions").await.is_ephemeral());
    assert!(world.said_in("submissions").await.last().unwrap().text().contains("closed"));
    let ben = world.member("ben");
    let by_modal = ben.submit([("link", LINKS[1])]).await;
    let by_file = ben.submit_file(mp3("x.mp3")).await;
    for answer in [by_modal, by_file] {
        assert!(answer.is_ephemeral());
        assert!(answer.text().contains("Submissions are closed"), "{}", answer.text());
    }
    let kept = ben.post(LINKS[1]).await;
    assert!(world.seen_in("submissions").await.join("\n").contains("Submissions are closed right now"));
    assert_eq!(world.originals_in("submissions").await, [kept], "a refused message stays");
    assert_eq!(world.songs().len(), 1);
    assert_eq!(world.song(waiting).place.line, Line::Free);

    assert!(host.run("close-submissions").await.text().contains("closed already"));
    host.run("open-submissions").await;
    ben.submits(LINKS[1], "Now").await;
    assert_eq!(world.songs().len(), 2);
    world.end().await;
}

#[tokio::test]
async fn flagged_skips_come_through_closed_submissions_where_the_server_wants_that() {
    covers!("M-CMD-15", "M-SUB-16");
    let world = World::new().await;
    let ann = world.member("ann");
    world.host().run("close-submissions").await;
    let skip = || ann.call("submit").with("skip", true);
    assert!(ann.fill_in(skip(), [("link", LINKS[0])]).await.text().contains("closed"));
    world.configures("closed_accepts_skips", "Yes").await;
    assert!(ann.submit([("link", LINKS[0])]).await.text().contains("closed"), "without the flag it stays closed");
    let answer = ann.fill_in(skip(), [("link", LINKS[0])]).await;
    assert_eq!(world.song(number_in(&answer.text())).place.line, Line::PendingSkips);
    world.end().await;
}

#[tokio::test]
async fn members_list_their_own_songs_only() {
    covers!("M-CMD-04");
    let world = World::new().await;
    world.member("ann").submits(LINKS[0], "Mine").await;
    world.member("ben").submits(LINKS[1], "Theirs").await;
    let list = world.member("ann").run("mysubmissions").await;
    assert!(list.is_ephemeral());
    assert!(list.text().contains("Mine") && !list.text().contains("Theirs"), "{}", list.text());
    assert!(world.member("chloe").run("mysubmissions").await.text().contains("not submitted a song yet"));
    world.end().await;
}
