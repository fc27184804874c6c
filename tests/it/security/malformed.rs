//! Whatever Discord or a person sends, the bot answers and lives.

use greenroom::sim::FileSpec;
use serde_json::json;

use crate::submissions::assert_nothing_stored;
use crate::world::{World, mp3};

/// The bot still does its work.
async fn assert_alive(world: &World) {
    world.member("chloe").submits("https://youtu.be/zzzzzzzzzzz", "Alive").await;
}

#[tokio::test]
async fn odd_buttons_are_answered_privately_and_do_nothing() {
    let world = World::new().await;
    let number = world.member("ann").submits("https://youtu.be/dQw4w9WgXcQ", "Here").await.digits();
    let place = (world.ids.guild, world.channel("staff"));
    let odd = [
        "x",
        ":",
        "::::",
        "queue",
        "queue:",
        "queue:page",
        "queue:page:",
        "queue:page:-1",
        "queue:page:0",
        "queue:page:1:2:3",
        "queue:page:99999999999999999999999999",
        "queue:page:18446744073709551615",
        "queue:own:18446744073709551615",
        "queue:bookmark",
        "queue:bookmark:",
        "queue:bookmark:9999999",
        "queue:bookmark:@everyone",
        "queue:bookmark:\u{202E}١٢٣",
        "submit:modal",
        "submit:modal:skip",
        "shop:buy:1",
        "💥:💥:💥",
    ];
    for id in odd {
        let text = world.press_foreign_button(world.host(), place, id).await;
        assert!(!text.contains("Something went wrong"), "{id:?}: {text}");
    }
    let bookmark = format!("queue:bookmark:{number}");
    let text = world.press_foreign_button(world.member("ann"), (place.0, world.channel("general")), &bookmark).await;
    assert!(text.to_lowercase().contains("administrator"), "rights are checked at the click: {text}");
    assert_alive(&world).await;
    world.end().await;
}

#[tokio::test]
async fn modals_with_odd_ids_or_missing_fields_are_answered() {
    let world = World::new().await;
    let field = |id: &str| json!({"type": 1, "components": [{"type": 4, "custom_id": id, "style": 1, "label": id, "required": false}]});
    let modals = [
        ("submit:modal", vec![field("song_title")]),
        ("submit:modal", vec![field("odd")]),
        ("submit:modal:skip:skip:skip", vec![field("link")]),
        ("submit", vec![field("link")]),
        ("nobody:knows:me", vec![field("link")]),
        (":", vec![field("link")]),
    ];
    for (custom_id, rows) in modals {
        let outcome = world.open_foreign_modal("ann", custom_id, rows).await;
        assert!(!outcome.contains("Something went wrong"), "{custom_id}: {outcome}");
        assert!(!outcome.is_empty(), "{custom_id} is answered");
    }
    assert_nothing_stored(&world);
    assert_alive(&world).await;
    world.end().await;
}

#[tokio::test]
async fn odd_messages_and_attachments_are_survived() {
    let world = World::new().await;
    let ann = world.member("ann");
    let messages = [
        "https://".to_owned(),
        "https://youtu.be/".into(),
        "http://[::1]:99999/ https://%00.youtube.com/x https://youtube.com:99999999/watch?v=a".into(),
        "https://youtube.com/watch?v=".into(),
        "\u{202E}\u{0}https://you\u{0}tu.be/\u{FFFF}".into(),
        "](".repeat(1_000),
        format!("https://youtu.be/{}", "%".repeat(1_900)),
        "https://a.b/ ".repeat(150),
        "\u{301}".repeat(2_000),
    ];
    for message in messages {
        ann.post(&message).await;
        ann.in_channel("general").post(&message).await;
    }
    let files = [
        FileSpec::bytes(".mp3", "audio/mpeg", b"ID3"),
        FileSpec::bytes("mp3", "audio/", b"\xff"),
        FileSpec::bytes("a.mp3", ";;;", b"\xff\xfb"),
        FileSpec::bytes("a.mp3", "audio/mpeg", b"ID3\x04\x00\x10\x7f\x7f\x7f\x7f"),
        FileSpec::bytes("a.m4a", "audio/mp4", b"\xff\xff\xff\xffftyp"),
        FileSpec::bytes("a.wav", "audio/wav", b"RIFF\xff\xff\xff\xffWAVE").padded_to(13),
        FileSpec::bytes("../../etc/passwd.flac", "audio/flac", b"fLa"),
        FileSpec::bytes(&format!("{}.mp3", "é".repeat(200)), "AUDIO/MPEG", b"x"),
    ];
    for file in files {
        ann.post_with("", vec![file.clone()]).await;
        let answer = ann.submit_file(file.clone()).await;
        assert!(answer.is_ephemeral() && !answer.text().is_empty(), "{}", file.filename);
        assert!(!answer.text().contains("Something went wrong"), "{}: {}", file.filename, answer.text());
    }
    let many = (0..10).map(|at| mp3(&format!("{at}.mp3"))).collect();
    let before = world.songs().len();
    ann.post_with("", many).await;
    assert_eq!(world.songs().len(), before + 10, "each of ten files is a song");
    assert_alive(&world).await;
    world.end().await;
}

#[tokio::test]
async fn odd_song_numbers_are_refused_in_words() {
    let world = World::new().await;
    let huge = "9".repeat(5_000);
    for typed in ["", " ", "#", "-1", "0x12", "1e5", "1234567", "NaN", "'; DROP TABLE songs; --", "\u{202E}12", &huge] {
        let host = world.host();
        let call = host.call("remove").with("submission_id", typed);
        let Ok(answer) = world.sim.run_command(call).await else { continue };
        assert!(answer.text().contains("no song number"), "{typed:?}: {}", answer.text());
    }
    world.end().await;
}
