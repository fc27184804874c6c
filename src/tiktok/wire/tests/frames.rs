//! Frames and batches: what is around the messages, packing, and identities.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compress, Compression, FlushCompress};

use super::encode::{Fields, batch, common, frame, gzip, message, user, with_header};
use super::{ann, decoded, told};
use crate::live::event::{MessageId, Occurrence};
use crate::tiktok::wire::{FetchResult, FrameKind, MAX_FRAME_BYTES, Observed, PushFrame, WireError};

const CHAT: &str = "WebcastChatMessage";

fn chat(text: &str) -> Fields {
    Fields::new().nested(2, &user("ann")).text(3, text)
}

fn two_comments() -> Vec<u8> {
    batch(&[message(1, CHAT, &chat("one")), message(2, CHAT, &chat("two"))]).bytes()
}

fn comments(frame: &Fields) -> Result<usize, WireError> {
    match PushFrame::decode(&frame.bytes())?.kind {
        FrameKind::Messages(batch) => Ok(batch.messages.len()),
        other @ FrameKind::Other(_) => panic!("{other:?}"),
    }
}

#[test]
fn a_batch_tells_what_the_connection_needs() {
    let answer = batch(&[message(7, CHAT, &chat("hi")).varint(6, 1)])
        .text(2, "cursor-1")
        .varint(3, 1_000)
        .text(5, b"ext\xff1")
        .nested(7, &Fields::new().text(1, "imprp").text(2, "a b"))
        .nested(7, &Fields::new().text(1, "empty"))
        .varint(8, 10_000)
        .varint(9, 1)
        .text(10, "wss://webcast-ws.tiktok.com/webcast/im/")
        .varint(11, 1);
    let batch = FetchResult::decode(&answer.bytes()).unwrap();
    assert_eq!((batch.cursor.as_str(), &batch.internal_ext[..]), ("cursor-1", &b"ext\xff1"[..]));
    assert_eq!(batch.route_params, [("imprp".into(), "a b".into()), ("empty".into(), String::new())]);
    assert_eq!(batch.push_server, "wss://webcast-ws.tiktok.com/webcast/im/");
    assert!(batch.need_ack && batch.is_first);
    let [message] = &batch.messages[..] else { panic!("one message") };
    assert_eq!((message.id.get(), message.is_history), (7, true));
    assert_eq!(message.what, Observed::Event(Occurrence::Commented(ann(), "hi".into())));
}

#[test]
fn an_empty_answer_is_an_empty_batch() {
    let batch = FetchResult::decode(b"").unwrap();
    assert_eq!((batch.messages.len(), batch.push_server.as_str(), batch.need_ack), (0, "", false));
}

#[test]
fn only_frames_of_messages_tell_something() {
    let told = PushFrame::decode(&frame("msg", &two_comments()).bytes()).unwrap();
    assert_eq!(told.log_id, 900_001);
    assert!(matches!(told.kind, FrameKind::Messages(batch) if batch.messages.len() == 2));
    for kind in ["hb", "ack", "im_enter_room_resp", "future", ""] {
        let frame = PushFrame::decode(&frame(kind, b"\xff\xff\xff").bytes()).unwrap();
        assert_eq!(frame.kind, FrameKind::Other(kind.to_owned()));
    }
    let endless = PushFrame::decode(&frame(&"x".repeat(1 << 20), b"").bytes()).unwrap();
    assert_eq!(endless.kind, FrameKind::Other("x".repeat(40)));
}

#[test]
fn a_packed_batch_is_read_whatever_the_header_says() {
    let (plain, packed) = (two_comments(), gzip(&two_comments()));
    for frame in [
        frame("msg", &plain),
        frame("msg", &packed),
        with_header(frame("msg", &packed), "gzip"),
        with_header(frame("msg", &packed), "none"),
        with_header(frame("msg", &plain), "none"),
        with_header(frame("msg", &plain), "gzip"),
        with_header(frame("msg", &plain), "future"),
    ] {
        assert_eq!(comments(&frame), Ok(2));
    }
}

#[test]
fn a_batch_that_cannot_be_unpacked_is_an_error() {
    let packed = gzip(&two_comments());
    let cut = &packed[..packed.len() - 9];
    let mut altered = packed.clone();
    altered[packed.len() / 2] ^= 0xff;
    let mut wrong_sum = packed.clone();
    wrong_sum[packed.len() - 8] ^= 1;
    for damaged in [cut, &altered, &wrong_sum, &packed[..3], &packed[..12]] {
        let error = comments(&frame("msg", damaged)).unwrap_err();
        assert!(matches!(error, WireError::Corrupt { what: "Batch", bytes } if bytes == damaged.len()), "{error:?}");
    }
    assert!(matches!(comments(&frame("msg", &gzip(b"\xff\xff\xff"))), Err(WireError::Unreadable { .. })));
    assert!(matches!(
        comments(&frame("msg", b"\x1f\x8b\x07 gzip of another method")),
        Err(WireError::Unreadable { .. })
    ));
}

/// A gigabyte of zeros in one megabyte: a piece that was flushed stands on its own and can be repeated.
fn bomb() -> Vec<u8> {
    let mut piece = Vec::with_capacity(1 << 16);
    let zeros = vec![0; 1 << 20];
    Compress::new(Compression::best(), false).compress_vec(&zeros, &mut piece, FlushCompress::Full).unwrap();
    let mut bomb = vec![0x1f, 0x8b, 0x08, 0, 0, 0, 0, 0, 0, 0xff];
    bomb.extend(piece.repeat(1_024));
    bomb
}

#[test]
fn a_bomb_is_not_unpacked() {
    let bomb = bomb();
    assert!(bomb.len() < 4 << 20, "{}", bomb.len());
    assert_eq!(comments(&frame("msg", &bomb)), Err(WireError::TooLong { what: "Batch" }));
}

#[test]
fn a_batch_up_to_the_limit_is_unpacked_and_one_beyond_it_is_not() {
    // The length of the padding takes four bytes of its own, and its number one.
    let padded = |bytes: usize| gzip(&Fields::new().text(12, vec![0; bytes - 5]).bytes());
    assert_eq!(comments(&frame("msg", &padded(MAX_FRAME_BYTES))), Ok(0));
    assert_eq!(comments(&frame("msg", &padded(MAX_FRAME_BYTES + 1))), Err(WireError::TooLong { what: "Batch" }));
    let endless = vec![0; MAX_FRAME_BYTES + 1];
    assert_eq!(PushFrame::decode(&endless), Err(WireError::TooLong { what: "PushFrame" }));
    assert_eq!(FetchResult::decode(&endless), Err(WireError::TooLong { what: "Batch" }));
}

#[test]
fn bytes_that_are_no_frame_are_an_error_that_says_what_and_how_long() {
    let error = PushFrame::decode(b"\xff\xff\xff").unwrap_err();
    assert_eq!(error.to_string(), "PushFrame of 3 bytes cannot be read");
    let error = FetchResult::decode(b"<html>blocked</html>").unwrap_err();
    assert_eq!(error.to_string(), "Batch of 20 bytes cannot be read");
    let truncated = batch(&[message(1, CHAT, &chat("hi"))]).bytes();
    assert!(FetchResult::decode(&truncated[..truncated.len() - 1]).is_err());
}

#[test]
fn a_message_has_the_same_identity_whenever_it_comes() {
    let id = |message: Fields| decoded(&[message])[0].id;
    let inside = |inner: u64| chat("hi").nested(1, &common(inner, ""));
    assert_eq!(id(message(7, CHAT, &inside(8))).get(), 7, "the number around it counts first");
    assert_eq!(id(message(0, CHAT, &inside(8))).get(), 8);
    assert_eq!(id(message(0, "WebcastFutureThingMessage", &inside(8))).get(), 8);
    assert_eq!(id(message(u64::MAX, CHAT, &inside(8))).get(), u64::MAX);

    // Stored identities are compared with later ones, so these two may never change.
    let digest = id(message(0, CHAT, &Fields::new().text(3, "hi")));
    assert_eq!(digest.get(), 0xd1d3_ab5e_fe57_3c2f);
    let nothing = id(Fields::new());
    assert_eq!(nothing.get(), 0xee34_0b9c_ffb3_7a98);

    let others = [
        message(0, CHAT, &Fields::new().text(3, "ho")),
        message(0, "WebcastChat", &Fields::new().text(3, "hi")),
        Fields::new().text(1, CHAT).raw(b"\xff\xff\xff"),
    ];
    let mut ids: Vec<MessageId> = others.into_iter().map(id).chain([digest, nothing]).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[test]
fn a_replay_tells_the_same_identities_and_what_is_history() {
    let sent: Vec<_> = (1..=20).map(|id| message(id, CHAT, &chat("hi"))).collect();
    let mut again: Vec<_> = sent.iter().map(|message| message.clone().varint(6, 1)).collect();
    again.extend([message(21, CHAT, &chat("new")), message(22, CHAT, &chat("new"))]);
    let (first, second) = (decoded(&sent), decoded(&again));
    assert!(first.iter().zip(&second).all(|(first, second)| first.id == second.id && first.what == second.what));
    assert!(first.iter().all(|message| !message.is_history));
    assert_eq!(second.iter().filter(|message| message.is_history).count(), 20);
}

#[test]
fn zlib_and_raw_deflate_are_no_gzip() {
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
    deflate.write_all(&two_comments()).unwrap();
    let deflated = deflate.finish().unwrap();
    assert!(comments(&with_header(frame("msg", &deflated), "deflate")).is_err());
}

#[test]
fn methods_that_nobody_knows_or_needs_are_told_as_such() {
    let unknown = |method: &str| Observed::Unknown { method: method.to_owned() };
    for method in ["WebcastFutureThingMessage", "", "webcastchatmessage"] {
        assert_eq!(told(method, &chat("hi")), unknown(method));
        assert_eq!(told(method, &Fields::new().raw(b"\xff\xff\xff")), unknown(method));
    }
    assert_eq!(told(&"x".repeat(1 << 20), &chat("hi")), unknown(&"x".repeat(100)));
    for method in ["WebcastImDeleteMessage", "WebcastGoalUpdateMessage", "WebcastQuestionNewMessage"] {
        assert_eq!(told(method, &Fields::new().raw(b"\xff\xff\xff")), super::ignored(method));
    }
}
