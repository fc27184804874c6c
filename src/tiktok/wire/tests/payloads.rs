//! What the debug log holds of messages that were not understood.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::encode::{Fields, common, frame, message, user};
use super::{ann, decoded};
use crate::kernel::captured::Captured;
use crate::live::event::Occurrence;
use crate::tiktok::wire::payload_log::MAX_LOGGED_BYTES;
use crate::tiktok::wire::{Observed, PushFrame};

/// The lines logged by `work`, as the log would show them with this filter.
fn logged(filter: &str, work: impl FnOnce()) -> Vec<String> {
    let log = Captured::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, work);
    log.lines()
}

/// The lines that tell of one message.
fn logged_of(method: &str, payload: &Fields) -> Vec<String> {
    logged("tiktok::payload=debug", || drop(decoded(&[message(1, method, payload)])))
}

fn chat() -> Fields {
    Fields::new().nested(1, &common(1, "")).nested(2, &user("ann")).text(3, "hi")
}

#[test]
fn what_was_not_understood_is_logged_with_all_its_bytes() {
    for (method, payload, why) in [
        ("WebcastFutureThingMessage", chat(), "an unknown method"),
        ("WebcastChatMessage", chat().raw(b"\xff\xff\xff"), "a payload that cannot be read"),
    ] {
        let lines = logged_of(method, &payload);
        let [line] = &lines[..] else { panic!("{lines:?}") };
        let bytes = payload.bytes();
        assert!(line.contains("DEBUG tiktok::payload") && line.contains(why) && line.contains(method), "{line}");
        assert!(line.contains(&BASE64_STANDARD.encode(&bytes)), "{line}");
        assert!(line.contains(&format!("bytes={}", bytes.len())), "{line}");
    }
}

#[test]
fn a_message_with_unexpected_fields_is_logged_whole_and_told_all_the_same() {
    crate::covers!("M-TIK-27");
    let new_handle = user("ann").text(1_093, "ann.the.second");
    for (drifted, fields) in [
        (chat().text(900, "new"), "Chat.900"),
        (chat().nested(2, &new_handle), "User.1093"),
        (chat().varint(3, 5).text(3, "hi"), "Chat.3"),
        (chat().nested(2, &user("ann").varint(3, 5).varint(38, 5)), "User.38"),
        (chat().nested(2, &user("ann").text(1_092, b"\xff")), "Masking"),
        (chat().varint(3, 5).text(3, "hi").varint(77, 1), "Chat.3 Chat.77"),
    ] {
        let mut told = Vec::new();
        let lines = logged("tiktok::payload=debug", || {
            told = decoded(&[message(1, "WebcastChatMessage", &drifted)]);
        });
        assert_eq!(told[0].what, Observed::Event(Occurrence::Commented(ann(), "hi".to_owned())), "{fields}");
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert!(line.contains(&format!("fields={fields} ")), "{line}");
        assert!(line.contains(&BASE64_STANDARD.encode(drifted.bytes())), "{line}");
    }
}

#[test]
fn a_value_of_unknown_meaning_is_logged_too() {
    let social = Fields::new().nested(1, &common(1, "pm_brand_new")).nested(2, &user("ann"));
    let lines = logged_of("WebcastSocialMessage", &social);
    assert!(matches!(&lines[..], [line] if line.contains("fields=DisplayText.1 ")), "{lines:?}");
}

#[test]
fn what_was_understood_or_is_not_asked_for_is_not_logged() {
    assert_eq!(logged_of("WebcastChatMessage", &chat()), Vec::<String>::new());
    assert_eq!(logged_of("WebcastRoomPinMessage", &chat().text(900, "new")), Vec::<String>::new());
    let quiet = logged("warn,greenroom=debug", || {
        drop(decoded(&[message(1, "WebcastFutureThingMessage", &chat())]));
        drop(decoded(&[Fields::new().raw(b"\xff")]));
    });
    assert_eq!(quiet, Vec::<String>::new());
}

#[test]
fn an_endless_payload_is_logged_up_to_a_limit() {
    let endless = Fields::new().text(3, vec![b'x'; 5 << 20]);
    let lines = logged_of(&"Webcast".repeat(1_000), &endless);
    let [line] = &lines[..] else { panic!("{} lines", lines.len()) };
    assert!(line.contains(&format!("bytes={}", endless.bytes().len())));
    assert!(line.len() < MAX_LOGGED_BYTES / 3 * 4 + 500, "{}", line.len());
}

#[test]
fn a_frame_that_cannot_be_read_is_logged_with_its_bytes() {
    for (bytes, why, logged_bytes) in [
        (b"\xff\xff\xff".to_vec(), "PushFrame", b"\xff\xff\xff".to_vec()),
        (frame("msg", b"\xff\xff").bytes(), "Batch", b"\xff\xff".to_vec()),
        (frame("msg", b"\x1f\x8b\x08\x00").bytes(), "cannot be unpacked", b"\x1f\x8b\x08\x00".to_vec()),
    ] {
        let lines = logged("tiktok::payload=debug", || drop(PushFrame::decode(&bytes)));
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert!(line.contains(why) && line.contains(&BASE64_STANDARD.encode(&logged_bytes)), "{line}");
    }
}

#[test]
fn a_sentence_of_unknown_meaning_is_logged_once() {
    let banner = |key: &str| Fields::new().nested(5, &Fields::new().text(1, key)).nested(50, &user("ann"));
    let lines = logged("info", || {
        for key in ["ttlive_brand_New", "TTLIVE_brand_new", "ttlive_brand_new"] {
            drop(decoded(&[message(1, "WebcastBarrageMessage", &banner(key))]));
        }
        drop(decoded(&[message(1, "WebcastBarrageMessage", &banner("pm_mt_fan_live_join"))]));
    });
    assert!(
        matches!(&lines[..], [line] if line.contains("ttlive_brand_new") && line.contains("tiktok::sentence")),
        "{lines:?}"
    );
}
