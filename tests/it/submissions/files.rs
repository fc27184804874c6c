//! A submitted file is never lost: its original goes only when the bot has it, and stays where the bot cannot keep it.

use greenroom::covers;
use greenroom::features::queue::model::Source;
use greenroom::sim::OverwriteSpec;

use super::{LINKS, assert_nothing_stored};
use crate::world::{World, mp3};

#[tokio::test]
async fn a_file_that_the_bot_may_not_upload_stays_where_its_author_put_it() {
    covers!("M-SUB-08");
    let world = World::new().await;
    world.sim.set(|settings| settings.bot_upload_bytes = 1_000);
    let original = world.member("ann").post_with("", vec![mp3("large.mp3").padded_to(5_000)]).await;
    assert_eq!(world.originals_in("submissions").await, [original], "the original is the only copy");
    let songs = world.songs();
    assert_eq!(songs.len(), 1);
    let Source::File { kept_in, bytes, .. } = &songs[0].song.source else { panic!("not a file") };
    assert_eq!((kept_in.message.get(), *bytes), (original.get(), 5_000));
    assert_eq!(world.member("ann").dms().await.len(), 1, "confirmed all the same");
    let told = world.seen_in("submissions").await.join("\n");
    assert!(told.contains("Please keep your message"), "{told}");
    let playing = world.host().run("next").await.text();
    assert!(playing.contains("large.mp3"), "{playing}");
    world.end().await;
}

#[tokio::test]
async fn a_file_that_the_bot_may_not_upload_is_refused_where_no_message_holds_it() {
    covers!("M-SUB-08", "M-SUB-03");
    let world = World::new().await;
    world.sim.set(|settings| settings.bot_upload_bytes = 1_000);
    let answer = world.member("ann").submit_file(mp3("large.mp3").padded_to(5_000)).await;
    assert!(answer.is_ephemeral());
    assert!(answer.text().contains("does not let me keep a file of this size"), "{}", answer.text());
    assert!(answer.text().contains("Post it as a message"), "{}", answer.text());
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn a_bot_without_attach_files_says_what_it_needs() {
    let world = World::new().await;
    let deny = OverwriteSpec {
        target: "bot".into(),
        deny: serde_json::from_str("[\"ATTACH_FILES\"]").unwrap(),
        ..OverwriteSpec::default()
    };
    world.sim.set_overwrite(world.channel("submissions"), deny).await.unwrap();
    let answer = world.member("ann").submit_file(mp3("a.mp3")).await;
    assert!(answer.text().contains("Attach Files"), "{}", answer.text());
    let original = world.member("ann").post_with("", vec![mp3("b.mp3")]).await;
    assert_eq!(world.originals_in("submissions").await, [original]);
    assert!(world.said_in("submissions").await.last().unwrap().text().contains("Attach Files"));
    assert_nothing_stored(&world);
    world.end().await;
}

#[tokio::test]
async fn originals_stay_where_the_server_wants_to_keep_them() {
    covers!("M-SUB-21");
    let world = World::new().await;
    world.configures("delete_original_messages", "No").await;
    let link = world.member("ann").post(LINKS[0]).await;
    let file = world.member("ann").post_with("", vec![mp3("a.mp3")]).await;
    assert_eq!(world.songs().len(), 2);
    assert_eq!(world.originals_in("submissions").await, [link, file]);
    world.configures("delete_original_messages", "Yes").await;
    world.member("ann").post(LINKS[1]).await;
    assert_eq!(world.originals_in("submissions").await, [link, file]);
    world.end().await;
}

#[tokio::test]
async fn a_kept_file_has_the_whole_content_and_a_safe_name() {
    covers!("M-SUB-08");
    let world = World::new().await;
    world.member("ann").post_with("", vec![mp3("my @everyone <b> song.mp3")]).await;
    let kept = world.said_in("submissions").await;
    let file = &kept[0].attachments()[0];
    let name = file["filename"].as_str().unwrap();
    assert!(name.to_lowercase().ends_with(".mp3") && !name.contains(['@', '<', '>']), "{name}");
    let size = file["size"].as_u64().unwrap();
    let Source::File { bytes, .. } = world.songs()[0].song.source.clone() else { panic!("not a file") };
    assert_eq!(bytes, size);
    let answer = world.app.bot.files.get(file["url"].as_str().unwrap()).send().await.unwrap();
    let body = answer.body(1 << 25).await.unwrap().unwrap();
    assert!(body.starts_with(b"ID3") && body.len() as u64 == size);
    world.end().await;
}
