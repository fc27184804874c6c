//! What people read of displays; and that the live queue stays within Discord's limits, whatever songs are called.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::Value;

use super::renders::LIVE_QUEUE;
use super::views;
use crate::bot::tests::messages_of;
use crate::discord::Draft;
use crate::discord::display::{SetUp, Shown};
use crate::display::{DisplayId, Finding};
use crate::features::queue;
use crate::features::queue::model::{Line, Place, PublicId, Song, Source};
use crate::features::testing::{GUILD, TestStore};
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::{discord_len, one_line};

fn song(number: u32, text: &str, handle: &str) -> Song {
    Song {
        public_id: PublicId::new(number),
        user: UserId::new(1),
        username: one_line(text, 32),
        artist: one_line(text, 200),
        title: one_line(text, 200),
        source: Source::Link { platform: "YouTube".into(), url: "https://youtu.be/x".into(), key: number.to_string() },
        note: Some(text.to_owned()),
        tiktok_username: Some(handle.to_owned()),
    }
}

/// What a display shows of these songs, as Discord gets it.
fn shown(texts: &[String], page: u64) -> Value {
    let store = TestStore::new();
    let texts = texts.to_vec();
    let filled = store.write(move |tx| {
        for (number, text) in (1..).zip(&texts) {
            let place =
                Place { user: UserId::new(1), line: Line::Free, score: 0, submitted_at: tx.now(), played_at: None };
            queue::tables::add(tx, GUILD, &song(number, text, "some.handle"), &place)?;
        }
        Ok(())
    });
    filled.unwrap();
    let draft = store.read(|read| (LIVE_QUEUE.render)(read, Shown { guild: GUILD, display: DisplayId::new(1), page }));
    serde_json::to_value(draft.into_message()).unwrap()
}

/// Discord's limits of a message with one embed.
fn assert_fits(message: &Value) {
    let embed = &message["embeds"][0];
    let length = |text: &Value| text.as_str().map_or(0, discord_len);
    assert!(length(&embed["title"]) <= 256 && length(&embed["description"]) <= 4_096, "{embed}");
    assert!(length(&embed["footer"]["text"]) <= 2_048);
    let fields: usize =
        embed["fields"].as_array().into_iter().flatten().map(|f| length(&f["name"]) + length(&f["value"])).sum();
    let all = length(&embed["title"]) + length(&embed["description"]) + length(&embed["footer"]["text"]) + fields;
    assert!(all <= 6_000, "{all}");
    for button in message["components"][0]["components"].as_array().into_iter().flatten() {
        assert!(length(&button["custom_id"]) <= 100, "{button}");
    }
}

#[test]
fn the_longest_names_of_every_alphabet_fit_and_break_nothing() {
    let hostile = [
        "*_~`|>#-[]()\\".repeat(20),
        "مرحبا بالعالم ".repeat(20),
        "👩🏽\u{200d}🎤".repeat(60),
        "\u{202e}evil\u{0301}\u{0301}".repeat(30),
        "```\n@everyone <@1> <#1> https://example.org ".repeat(6),
    ];
    let texts: Vec<String> = hostile.iter().cycle().take(25).cloned().collect();
    for page in [0, 1, 2, 3, 4, u64::MAX] {
        let message = shown(&texts, page);
        assert_fits(&message);
        let text = message["embeds"][0]["description"].as_str().unwrap();
        assert!(!text.contains('\u{202e}') && !text.contains("```"), "{text}");
        assert_eq!(message["allowed_mentions"]["parse"], serde_json::json!([]));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_names_fit(texts in proptest::collection::vec("\\PC{0,120}", 0..12), page in 0..4_u64) {
        assert_fits(&shown(&texts, page));
    }
}

const CHANNEL: ChannelId = ChannelId::new(5);

#[test]
fn whether_songs_are_taken_is_told_with_where() {
    let words =
        [views::submissions(true, Some(CHANNEL)), views::submissions(true, None), views::submissions(false, None)];
    insta::assert_snapshot!(words.join("\n"), @"
    🟢 Open in <#5>
    🟢 Open
    🔴 Closed
    ");
}

#[test]
fn a_display_that_is_set_up_or_put_right_is_told() {
    let moved =
        SetUp { former: Some(ChannelId::new(6)), lacking: " Please give me **Pin Messages** there.".to_owned() };
    let title = || Cow::Borrowed("live queue");
    let channel = CHANNEL;
    let findings = [
        Finding::InOrder { title: title(), channel },
        Finding::Reposted { title: title(), channel },
        Finding::Recreated { title: title(), channel },
        Finding::Revived { title: title(), channel },
        Finding::Hindered { sentence: "⚠️ I may not write in <#5>.".to_owned() },
        Finding::Cleaned { messages: 1, channel },
        Finding::Cleaned { messages: 2, channel },
        Finding::Unknown { title: title(), channel },
    ];
    let others = ["⚠️ The **Debug Channel** is gone.".to_owned()];
    let answers = [
        views::set_up("The live queue is", CHANNEL, &SetUp::default()),
        views::set_up("The live queue is", CHANNEL, &moved),
        views::healed(&findings, &others, "</setup-live-queue:1>"),
        views::healed(&[], &[], "</setup-live-queue:1>"),
        Draft::text(views::finding(&findings[5])),
    ];
    insta::assert_snapshot!(messages_of(answers), @"
    The live queue is now kept up to date in <#5>.
    The live queue is now kept up to date in <#5>. It is no more in <#6>. Please give me **Pin Messages** there.
    ✅ The live queue in <#5> is in order.
    🔧 The message of the live queue in <#5> was gone. It is posted again.
    🔧 The channel of the live queue was gone. It has a new one: <#5>.
    🔧 The live queue in <#5> was switched off. It is on again.
    ⚠️ I may not write in <#5>.
    🧹 1 message of mine that nothing needs any more in <#5> is deleted.
    🧹 2 messages of mine that nothing needs any more in <#5> are deleted.
    ❔ Discord did not say how the live queue in <#5> is. Please try again in a minute.
    ⚠️ The **Debug Channel** is gone.
    There is no display in this server. Set one up with </setup-live-queue:1>.
    🧹 1 message of mine that nothing needs any more in <#5> is deleted.
    ");
}
