//! Schemas that changed and messages that are broken: the damage stays where it is.

use super::encode::{Fields, message, user};
use super::{ann, anonymous, decoded, told};
use crate::live::event::Occurrence;
use crate::tiktok::wire::{FetchResult, Observed};

const CHAT: &str = "WebcastChatMessage";
const LIKE: &str = "WebcastLikeMessage";

fn chat() -> Fields {
    Fields::new().nested(2, &user("ann")).text(3, "hi")
}

fn said_hi() -> Observed {
    Observed::Event(Occurrence::Commented(ann(), "hi".to_owned()))
}

fn undecodable(method: &str, bytes: usize) -> Observed {
    Observed::Undecodable { method: method.to_owned(), bytes }
}

#[test]
fn new_fields_and_another_order_change_nothing() {
    crate::covers!("M-TIK-26");
    let packed = [1_u8, 2, 0x80, 0x01];
    let later = chat().text(900, "new").varint(901, 5).fixed64(902, 5).fixed32(903, 5).text(27, packed);
    let earlier = Fields::new().text(3, "hi").text(900, "new").varint(27, 1).varint(27, 2).nested(2, &user("ann"));
    let with_groups = Fields::new().group(904, &chat()).nested(2, &user("ann")).text(3, "hi");
    for drifted in [later, earlier, with_groups] {
        assert_eq!(told(CHAT, &drifted), said_hi(), "{drifted:?}");
    }
}

#[test]
fn a_field_that_changed_its_type_costs_that_field() {
    crate::covers!("M-TIK-26");
    let comment = |text: &str| Observed::Event(Occurrence::Commented(ann(), text.to_owned()));
    let person = Fields::new().nested(2, &user("ann"));
    for content in [Fields::new().varint(3, 5), Fields::new().fixed32(3, 5), Fields::new().fixed64(3, 5)] {
        assert_eq!(told(CHAT, &person.clone().raw(&content.bytes())), comment(""), "{content:?}");
    }
    assert_eq!(told(CHAT, &Fields::new().varint(2, 5).text(3, "hi")), anonymous(CHAT));
    let like = Fields::new().text(2, "15").nested(5, &user("ann"));
    assert_eq!(told(LIKE, &like), Observed::Event(Occurrence::Liked(ann(), 1)));

    let odd_user = Fields::new().text(1, "7").varint(3, 1).varint(23, 2).text(38, "ann").varint(64, 3).varint(1_092, 1);
    let odd = Fields::new().nested(2, &odd_user).text(3, "hi");
    let Observed::Event(Occurrence::Commented(viewer, _)) = told(CHAT, &odd) else { panic!("no comment") };
    assert_eq!((viewer.handle, viewer.level), (ann().handle, None));
}

#[test]
fn a_broken_inner_message_costs_what_it_would_have_told() {
    let broken: &[u8] = b"\xff\xff\xff";
    assert_eq!(told(CHAT, &Fields::new().text(2, broken).text(3, "hi")), anonymous(CHAT));
    assert_eq!(told(CHAT, &chat().text(1, broken)), said_hi());
    let user = Fields::new().text(38, "ann").text(23, broken).text(64, broken).text(1_092, broken);
    let Observed::Event(Occurrence::Commented(viewer, text)) =
        told(CHAT, &Fields::new().nested(2, &user).text(3, "hi"))
    else {
        panic!("no comment")
    };
    assert_eq!((viewer.handle, viewer.level, text.as_str()), (ann().handle, None, "hi"));
}

#[test]
fn broken_texts_are_shown_as_far_as_they_go() {
    let chat = Fields::new().nested(2, &user("ann")).text(3, b"ca\xff\xfe f\xc3\xa9");
    let Observed::Event(Occurrence::Commented(_, text)) = told(CHAT, &chat) else { panic!("no comment") };
    assert_eq!(text, "ca\u{FFFD}\u{FFFD} fé");
}

#[test]
fn a_message_that_cannot_be_read_is_told_as_such_and_its_neighbours_are_read() {
    let whole = chat().bytes();
    let cut = Fields::new().raw(&whole[..whole.len() - 1]);
    let messages = decoded(&[
        message(1, CHAT, &chat()),
        message(2, CHAT, &Fields::new().raw(b"\xff\xff\xff")),
        message(3, CHAT, &cut),
        Fields::new().raw(b"\xff\xff\xff"),
        Fields::new().text(1, CHAT).varint(3, 5).raw(&[0x12, 0x7f, 0x01]),
        message(6, CHAT, &chat()),
    ]);
    let observed: Vec<_> = messages.iter().map(|message| message.what.clone()).collect();
    assert_eq!(
        observed,
        [
            said_hi(),
            undecodable(CHAT, 3),
            undecodable(CHAT, whole.len() - 1),
            undecodable("", 3),
            undecodable("", CHAT.len() + 7),
            said_hi(),
        ]
    );
}

#[test]
fn no_broken_message_of_any_used_method_becomes_an_event() {
    for method in [
        "WebcastMemberMessage",
        "WebcastLikeMessage",
        "WebcastChatMessage",
        "WebcastEmoteChatMessage",
        "WebcastSocialMessage",
        "WebcastSubNotifyMessage",
        "WebcastBarrageMessage",
        "WebcastGiftMessage",
        "WebcastRoomUserSeqMessage",
        "WebcastControlMessage",
        "WebcastPollMessage",
        "WebcastLinkMicBattle",
        "WebcastLinkMicArmies",
    ] {
        let person = Fields::new().nested(2, &user("ann")).nested(5, &user("ann")).nested(7, &user("ann"));
        let broken = person.raw(b"\xff\xff\xff");
        assert_eq!(told(method, &broken), undecodable(method, broken.bytes().len()));
        let empty = told(method, &Fields::new());
        assert!(matches!(empty, Observed::Anonymous { .. } | Observed::Ignored { .. }), "{method}: {empty:?}");
    }
}

#[test]
fn odd_fields_around_the_messages_cost_themselves_alone() {
    let odd = Fields::new()
        .varint(1, 5)
        .varint(2, 5)
        .varint(5, 5)
        .text(7, b"\xff\xff\xff")
        .varint(7, 5)
        .text(9, "true")
        .varint(10, 5)
        .nested(1, &message(1, CHAT, &chat()).text(6, "yes").text(900, "new"))
        .nested(1, &Fields::new().text(1, CHAT).nested(2, &chat()).text(3, "not a number"));
    let batch = FetchResult::decode(&odd.bytes()).unwrap();
    assert_eq!(batch.messages.iter().filter(|message| message.what == said_hi()).count(), 2);
    assert_eq!((batch.cursor.as_str(), batch.push_server.as_str(), batch.need_ack), ("", "", false));
    assert!(batch.internal_ext.is_empty());
    assert_eq!(batch.route_params, [(String::new(), String::new())]);
}
