//! Bytes that nobody would send in good faith. Nothing panics, everything ends, and nothing grows beyond its limit.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use super::encode::{Fields, batch, common, frame, gzip, message, user, with_header};
use crate::live::event::Occurrence;
use crate::tiktok::wire::reader::{MAX_FIELDS, Reader, Schema};
use crate::tiktok::wire::{FetchResult, FrameKind, Message, Observed, PushFrame, schema};

/// One message of every used method, and some others.
fn sample() -> Vec<Fields> {
    let person = || Fields::new().nested(1, &common(9, "pm_main_follow_message_viewer_2")).nested(2, &user("ann"));
    let rose = Fields::new().varint(5, 5_655).varint(11, 1).varint(12, 1).text(16, "Rose");
    let option = Fields::new().varint(1, 3).text(2, "Yes");
    let army = Fields::new().varint(1, 42).nested(2, &Fields::new().varint(2, 900).varint(3, 900));
    let sentence = Fields::new().text(1, "ttlive_superfan_commentnotif_superfanjoined");
    let payloads = [
        ("WebcastMemberMessage", person().varint(3, 12).varint(10, 1)),
        ("WebcastLikeMessage", Fields::new().varint(2, 15).varint(3, 900).nested(5, &user("bob"))),
        ("WebcastChatMessage", person().text(3, "hi 👋")),
        ("WebcastEmoteChatMessage", person()),
        ("WebcastSocialMessage", person().varint(4, 1).varint(6, 7)),
        ("WebcastSubNotifyMessage", person().varint(4, 2)),
        ("WebcastBarrageMessage", Fields::new().nested(5, &sentence).nested(50, &user("cid"))),
        (
            "WebcastGiftMessage",
            Fields::new().varint(2, 5_655).varint(5, 3).nested(7, &user("ann")).varint(11, 7).nested(15, &rose),
        ),
        ("WebcastRoomUserSeqMessage", Fields::new().varint(3, 12).varint(7, 345)),
        ("WebcastControlMessage", Fields::new().varint(2, 3)),
        (
            "WebcastPollMessage",
            Fields::new().varint(3, 5).nested(4, &Fields::new().nested(3, &option).text(4, "Next?")),
        ),
        ("WebcastLinkMicBattle", Fields::new().varint(2, 5).varint(4, 4).nested(5, &army)),
        ("WebcastLinkMicArmies", Fields::new().varint(2, 5).nested(3, &army).varint(7, 1)),
        ("WebcastRoomPinMessage", Fields::new().nested(2, &person())),
        ("WebcastFutureThingMessage", person()),
    ];
    payloads.iter().zip(100..).map(|((method, payload), id)| message(id, method, payload)).collect()
}

fn sample_frame() -> Vec<u8> {
    frame("msg", &batch(&sample()).text(5, "ext-1").varint(9, 1).bytes()).bytes()
}

/// What can be said of any frame, whatever it is made of.
fn judge(bytes: &[u8]) {
    let Ok(frame) = PushFrame::decode(bytes) else { return };
    assert_eq!(PushFrame::decode(bytes).as_ref(), Ok(&frame), "the same bytes tell the same");
    let FrameKind::Messages(batch) = frame.kind else { return };
    assert!(batch.messages.len() <= MAX_FIELDS);
    for message in &batch.messages {
        judge_message(message);
    }
}

fn judge_message(message: &Message) {
    assert_ne!(message.id.get(), 0);
    let within = match &message.what {
        Observed::Event(Occurrence::Commented(_, text)) => text.chars().count() <= 1_000,
        Observed::Event(Occurrence::Liked(_, count)) => (1..=10_000).contains(count),
        Observed::Event(Occurrence::Gifted(_, gift)) => {
            (1..=1_000_000).contains(&gift.count) && gift.name.chars().count() <= 100
        }
        Observed::Event(Occurrence::Poll(details) | Occurrence::Battle(details)) => {
            details.len() < 8 << 10 && serde_json::from_str::<serde_json::Value>(details).is_ok()
        }
        Observed::Event(Occurrence::Connected | Occurrence::Disconnected | Occurrence::Ended) => false,
        Observed::Event(_) | Observed::Control(_) => true,
        Observed::Anonymous { method }
        | Observed::Ignored { method }
        | Observed::Unknown { method }
        | Observed::Undecodable { method, .. } => method.chars().count() <= 100,
    };
    assert!(within, "{message:?}");
}

/// A change to some bytes.
#[derive(Clone, Debug)]
enum Mutation {
    Set(Index, u8),
    Flip(Index, u8),
    Insert(Index, Vec<u8>),
    Remove(Index, usize),
    Repeat(Index, usize),
    Swap(Index, Index),
    Cut(Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    // The bytes at which encodings turn: endless numbers, groups, lengths beyond the end, wire types that do not exist.
    let nasty =
        prop_oneof![Just(0xff_u8), Just(0x80), Just(0x7f), Just(0x00), Just(0x0b), Just(0x0c), Just(0x07), any::<u8>()];
    prop_oneof![
        4 => (any::<Index>(), nasty.clone()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        4 => (any::<Index>(), 0_u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        2 => (any::<Index>(), vec(nasty, 1..12)).prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        2 => (any::<Index>(), 1_usize..40).prop_map(|(at, count)| Mutation::Remove(at, count)),
        1 => (any::<Index>(), 1_usize..200).prop_map(|(at, count)| Mutation::Repeat(at, count)),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::Swap(a, b)),
        1 => any::<Index>().prop_map(Mutation::Cut),
    ]
}

fn mutated(mut bytes: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        let len = bytes.len();
        if len == 0 {
            break;
        }
        match mutation {
            Mutation::Set(at, byte) => bytes[at.index(len)] = *byte,
            Mutation::Flip(at, bit) => bytes[at.index(len)] ^= 1 << bit,
            Mutation::Insert(at, new) => drop(bytes.splice(at.index(len)..at.index(len), new.iter().copied())),
            Mutation::Remove(at, count) => drop(bytes.drain(at.index(len)..(at.index(len) + count).min(len))),
            Mutation::Repeat(at, count) => {
                let again = bytes[at.index(len)..(at.index(len) + count).min(len)].to_vec();
                bytes.splice(at.index(len)..at.index(len), again);
            }
            Mutation::Swap(a, b) => bytes.swap(a.index(len), b.index(len)),
            Mutation::Cut(at) => bytes.truncate(at.index(len)),
        }
    }
    bytes
}

#[test]
fn every_truncation_and_every_flipped_bit_of_a_frame_is_survived() {
    let frame = sample_frame();
    assert!(
        matches!(PushFrame::decode(&frame).unwrap().kind, FrameKind::Messages(batch) if batch.messages.len() == 15)
    );
    for end in 0..frame.len() {
        judge(&frame[..end]);
    }
    for at in 0..frame.len() {
        for bit in 0..8 {
            let mut frame = frame.clone();
            frame[at] ^= 1 << bit;
            judge(&frame);
        }
    }
}

#[test]
fn every_truncation_of_a_packed_frame_is_survived() {
    let packed = gzip(&batch(&sample()).bytes());
    for end in 0..packed.len() {
        judge(&with_header(frame("msg", &packed[..end]), "gzip").bytes());
    }
}

#[test]
fn millions_of_tiny_fields_are_refused_and_not_collected() {
    let tiny = [0x0a, 0x00].repeat(8 << 20);
    assert!(FetchResult::decode(&tiny).is_err());
    assert!(PushFrame::decode(&tiny).is_err());
    let badges = [&[0x82, 0x04, 0x00][..]; 1].concat().repeat(1 << 20);
    let chat = Fields::new().nested(2, &Fields::new().text(38, "ann").raw(&badges)).text(3, "hi");
    let read = FetchResult::decode(&batch(&[message(1, "WebcastChatMessage", &chat)]).bytes()).unwrap();
    assert!(matches!(read.messages[0].what, Observed::Anonymous { .. }));
}

#[test]
fn a_batch_of_as_many_messages_as_fit_is_read_whole() {
    let tiny = message(1, "WebcastFutureThingMessage", &Fields::new());
    let full = batch(&vec![tiny; MAX_FIELDS]);
    assert_eq!(FetchResult::decode(&full.bytes()).unwrap().messages.len(), MAX_FIELDS);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_are_survived(bytes in vec(any::<u8>(), 0..600)) {
        judge(&bytes);
        judge(&frame("msg", &bytes).bytes());
        judge(&frame("msg", &gzip(&bytes)).bytes());
        for method in ["WebcastChatMessage", "WebcastGiftMessage", "WebcastPollMessage", "WebcastLinkMicBattle"] {
            let message = message(1, method, &Fields::new().raw(&bytes));
            judge(&frame("msg", &batch(&[message]).bytes()).bytes());
        }
    }

    #[test]
    fn any_mutation_of_a_frame_is_survived(mutations in vec(mutation(), 1..8)) {
        judge(&mutated(sample_frame(), &mutations));
        let batch = mutated(batch(&sample()).bytes(), &mutations);
        judge(&frame("msg", &batch).bytes());
        judge(&frame("msg", &mutated(gzip(&batch), &mutations)).bytes());
    }

    #[test]
    fn a_mutated_message_harms_no_other(which: Index, mutations in vec(mutation(), 1..8)) {
        let mut messages = sample();
        let whole = FetchResult::decode(&batch(&messages).bytes()).unwrap();
        let at = which.index(messages.len());
        messages[at] = Fields::new().raw(&mutated(messages[at].bytes(), &mutations));
        let harmed = FetchResult::decode(&batch(&messages).bytes()).unwrap();
        prop_assert_eq!(harmed.messages.len(), whole.messages.len());
        for (place, (before, after)) in whole.messages.iter().zip(&harmed.messages).enumerate() {
            prop_assert!(place == at || before == after);
        }
    }

    #[test]
    fn what_prost_reads_is_read_in_the_same_way(mutations in vec(mutation(), 0..4), random in vec(any::<u8>(), 0..40)) {
        fn compare<M: Schema + std::fmt::Debug>(bytes: &[u8]) {
            if let Ok(strict) = M::decode(bytes) {
                let lenient: M = Reader::default().read(&prost::bytes::Bytes::copy_from_slice(bytes)).unwrap();
                assert_eq!(format!("{lenient:?}"), format!("{strict:?}"));
            }
        }
        compare::<schema::User>(&random);
        compare::<schema::GiftEvent>(&random);
        let rose = Fields::new().varint(2, 5_655).varint(5, 3).nested(7, &user("ann")).varint(11, 7).fixed32(900, 1);
        compare::<schema::GiftEvent>(&mutated(rose.bytes(), &mutations));
        compare::<schema::User>(&mutated(user("ann").bytes(), &mutations));
        compare::<schema::PushFrame>(&mutated(sample_frame(), &mutations));
    }
}
