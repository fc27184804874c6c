//! What each method tells when nothing is wrong with it, and of whom.

use serde_json::json;

use super::encode::{Fields, common, message, user};
use super::{ann, anonymous, decoded, ignored, told};
use crate::kernel::time::Timestamp;
use crate::live::event::{AccountNumber, Gift, Occurrence, Viewer};
use crate::live::handle::Handle;
use crate::tiktok::wire::{Control, Observed};

const MEMBER: &str = "WebcastMemberMessage";
const LIKE: &str = "WebcastLikeMessage";
const CHAT: &str = "WebcastChatMessage";
const SOCIAL: &str = "WebcastSocialMessage";
const NOTICE: &str = "WebcastSubNotifyMessage";
const BARRAGE: &str = "WebcastBarrageMessage";
const GIFT: &str = "WebcastGiftMessage";
const POLL: &str = "WebcastPollMessage";
const BATTLE: &str = "WebcastLinkMicBattle";
const ARMIES: &str = "WebcastLinkMicArmies";

fn by_ann() -> Fields {
    Fields::new().nested(2, &user("ann"))
}

/// A step of ann's streak of roses.
fn rose(count: u64, end: u64) -> Fields {
    let rose = Fields::new().varint(5, 5_655).varint(10, 1).varint(11, 1).varint(12, 1).text(16, "Rose");
    Fields::new()
        .nested(1, &common(1, "webcast_gift"))
        .varint(2, 5_655)
        .varint(4, 1)
        .varint(5, count)
        .nested(7, &user("ann"))
        .varint(9, end)
        .varint(11, 77)
        .nested(15, &rose)
}

fn gifts(payloads: &[Fields]) -> Vec<Gift> {
    let messages: Vec<_> = payloads.iter().map(|payload| message(1, GIFT, payload)).collect();
    let gifts = decoded(&messages).into_iter().map(|message| match message.what {
        Observed::Event(Occurrence::Gifted(_, gift)) => gift,
        other => panic!("{other:?}"),
    });
    gifts.collect()
}

#[test]
fn whoever_comes_in_joins_and_moderation_is_no_join() {
    for action in [0, 1, 47] {
        let joined = by_ann().varint(3, 0).varint(10, action);
        assert_eq!(told(MEMBER, &joined), Observed::Event(Occurrence::Joined(ann())), "{action}");
    }
    assert_eq!(told(MEMBER, &by_ann()), Observed::Event(Occurrence::Joined(ann())), "without an action");
    for action in [2, 3, 5, 7, 9, 10, 11, 26, 48, u64::MAX] {
        assert_eq!(told(MEMBER, &by_ann().varint(10, action)), ignored(MEMBER), "{action}");
    }
}

#[test]
fn likes_count_at_least_one_and_no_absurd_number() {
    for (sent, counted) in [(15, 15), (0, 1), (1 << 40, 10_000), (u64::MAX, 1)] {
        let like = Fields::new().varint(2, sent).varint(3, 900).nested(5, &user("ann"));
        assert_eq!(told(LIKE, &like), Observed::Event(Occurrence::Liked(ann(), counted)), "{sent}");
    }
}

#[test]
fn bursts_of_likes_whose_totals_jump_back_are_told_one_by_one() {
    let likes: Vec<_> = (0..200_u64)
        .map(|number| {
            let like = Fields::new().varint(2, 15).varint(3, if number % 2 == 0 { 9_000 } else { 100 });
            message(number + 1, LIKE, &if number % 10 == 0 { like } else { like.nested(5, &user("ann")) })
        })
        .collect();
    let observed = decoded(&likes);
    let taps = observed.iter().filter(|message| message.what == Observed::Event(Occurrence::Liked(ann(), 15)));
    assert_eq!(taps.count(), 180);
    assert_eq!(observed.iter().filter(|message| message.what == anonymous(LIKE)).count(), 20);
}

#[test]
fn a_flood_of_joins_and_moderation_is_told_apart() {
    let messages: Vec<_> = (0..500_u64)
        .map(|number| {
            message(number + 1, MEMBER, &by_ann().varint(10, [1, 3, 1, 7, 26][usize::try_from(number % 5).unwrap()]))
        })
        .collect();
    let joins = |messages: &[Fields]| {
        let joined = Observed::Event(Occurrence::Joined(ann()));
        decoded(messages).iter().filter(|message| message.what == joined).count()
    };
    assert_eq!(messages.chunks(50).map(joins).sum::<usize>(), 200);
}

#[test]
fn a_comment_is_told_as_it_was_written() {
    for text in ["hi", "", "👩‍🎤\u{202E}\u{200B}e\u{301} *bold*"] {
        let chat = by_ann().text(3, text);
        assert_eq!(told(CHAT, &chat), Observed::Event(Occurrence::Commented(ann(), text.to_owned())));
    }
}

#[test]
fn a_comment_of_five_megabytes_is_cut() {
    let chat = by_ann().text(3, "ä".repeat(5 << 19));
    let Observed::Event(Occurrence::Commented(_, text)) = told(CHAT, &chat) else { panic!("no comment") };
    assert_eq!(text, "ä".repeat(1_000));
}

#[test]
fn a_comment_of_emotes_is_a_comment() {
    let chat = by_ann().nested(3, &Fields::new().text(1, "7_1"));
    let said = Observed::Event(Occurrence::Commented(ann(), "[emote]".to_owned()));
    assert_eq!(told("WebcastEmoteChatMessage", &chat), said);
}

#[test]
fn follows_and_shares_are_told_apart_by_the_key_first() {
    let followed = Observed::Event(Occurrence::Followed(ann()));
    let shared = Observed::Event(Occurrence::Shared(ann()));
    for (key, expected) in [
        ("pm_main_follow_message_viewer_2", &followed),
        ("pm_mt_guidance_share", &shared),
        ("pm_mt_guidance_viewer_5_share", &shared),
        ("pm_share_and_follow", &followed),
        ("pm_something_new", &ignored(SOCIAL)),
    ] {
        // The other fields say the opposite, and do not matter.
        let social = by_ann().nested(1, &common(1, key)).varint(4, 3).text(5, "sms").varint(6, 0).varint(8, 1);
        assert_eq!(&told(SOCIAL, &social), expected, "{key}");
    }
    for (social, expected) in [
        (by_ann().text(5, "sms"), &shared),
        (by_ann().varint(8, 1), &shared),
        (by_ann().varint(4, 3), &shared),
        (by_ann().varint(6, 12), &followed),
        (by_ann().varint(4, 1), &followed),
        (by_ann(), &ignored(SOCIAL)),
    ] {
        assert_eq!(&told(SOCIAL, &social), expected, "{social:?}");
    }
}

#[test]
fn a_subscription_is_told_and_a_reminder_or_a_refund_is_none() {
    let subscribed = Observed::Event(Occurrence::Subscribed(ann()));
    assert_eq!(told(NOTICE, &by_ann().varint(4, 3).varint(8, 1)), subscribed);
    for other in [by_ann().varint(7, 1), by_ann().varint(8, 3), by_ann().varint(8, 4)] {
        assert_eq!(told(NOTICE, &other), ignored(NOTICE), "{other:?}");
    }
}

/// A line across the screen with this sentence in a field.
fn line(field: u32, key: &str) -> Fields {
    Fields::new().varint(3, 4).nested(field, &Fields::new().text(1, key)).nested(50, &user("ann"))
}

#[test]
fn a_new_super_fan_is_a_subscription_and_one_who_comes_in_joins() {
    let (became, came_in) =
        (Observed::Event(Occurrence::Subscribed(ann())), Observed::Event(Occurrence::Joined(ann())));
    for field in [5, 24] {
        for (key, expected) in [
            ("ttlive_superFan_commentNotif_someoneBecameSuperFan", &became),
            ("ttlive_superfan_commentnotif_someonebecamesuperfan", &became),
            ("TTLIVE_SUPERFAN_COMMENTNOTIF_SOMEONEBECAMESUPERFAN", &became),
            ("ttlive_superFan_commentNotif_superFanJoined", &came_in),
            ("ttlive_superfan_commentnotif_superfanjoined", &came_in),
        ] {
            assert_eq!(&told(BARRAGE, &line(field, key)), expected, "{field}: {key}");
            // The other field holds nothing, or the same sentence.
            let other = if field == 5 { 24 } else { 5 };
            for sentence in ["", key] {
                let both = line(field, key).nested(other, &Fields::new().text(1, sentence));
                assert_eq!(&told(BARRAGE, &both), expected, "{field}: {key}");
            }
        }
    }
}

#[test]
fn other_lines_across_the_screen_are_no_event() {
    for key in [
        "ttlive_superFan_upgraded",
        "ttlive_superFanBox_commentSection_sent",
        "ttlive_superFan_viewer_commentNotif_introduceSuperFan_text",
        "super_fan_upgrade",
        "pm_mt_fan_live_join",
        "pm_mt_fan_live_upgrade_bullet",
        "pm_user_joined",
        "someoneBecameSuperFan",
        "",
    ] {
        assert_eq!(told(BARRAGE, &line(5, key)), ignored(BARRAGE), "{key}");
    }
}

#[test]
fn a_super_fan_who_stands_only_in_the_sentence_is_found_there() {
    let piece = |person: &Fields| Fields::new().varint(1, 11).nested(21, &Fields::new().nested(1, person));
    let sentence = |pieces: &[Fields]| {
        let key = Fields::new().text(1, "ttlive_superFan_commentNotif_someoneBecameSuperFan");
        pieces.iter().fold(key, |sentence, piece| sentence.nested(4, piece))
    };
    let level = Fields::new().varint(1, 1).text(11, "10");
    let became = Observed::Event(Occurrence::Subscribed(ann()));
    for pieces in [vec![piece(&user("ann"))], vec![level.clone(), piece(&user("ann")), piece(&user("bob"))]] {
        assert_eq!(told(BARRAGE, &Fields::new().nested(5, &sentence(&pieces))), became);
        assert_eq!(told(BARRAGE, &Fields::new().nested(24, &sentence(&pieces))), became);
    }
    assert_eq!(told(BARRAGE, &Fields::new().nested(5, &sentence(&[level]))), anonymous(BARRAGE));
}

#[test]
fn a_follow_and_a_share_are_known_whatever_their_capitals() {
    for (key, expected) in [
        ("PM_main_Follow_message", Observed::Event(Occurrence::Followed(ann()))),
        ("pm_mt_guidance_Share", Observed::Event(Occurrence::Shared(ann()))),
    ] {
        assert_eq!(told(SOCIAL, &by_ann().nested(1, &common(1, key))), expected, "{key}");
    }
}

#[test]
fn a_streak_is_told_step_by_step_until_its_end() {
    let steps = gifts(&[rose(1, 0), rose(2, 0), rose(3, 0), rose(3, 1)]);
    let step = |count, is_streaking| Gift {
        id: 5_655,
        name: "Rose".to_owned(),
        unit_coins: 1,
        count,
        is_streaking,
        group: 77,
    };
    assert_eq!(steps, [step(1, true), step(2, true), step(3, true), step(3, false)]);
}

#[test]
fn a_streak_whose_end_is_lost_keeps_streaking_to_the_last_step() {
    let steps = gifts(&(1..=7).map(|count| rose(count, 0)).collect::<Vec<_>>());
    assert_eq!(steps.last().map(|gift| (gift.count, gift.is_streaking)), Some((7, true)));
}

#[test]
fn a_large_gift_comes_once_also_when_its_description_is_missing() {
    let host = user("the.host");
    let lion = Fields::new().varint(2, 6_369).varint(5, 1).nested(7, &user("ann")).nested(8, &host);
    let described = Fields::new().varint(5, 6_369).varint(11, 2).varint(12, 29_999).text(16, "Lion");
    let [known, unknown] = &gifts(&[lion.clone().nested(15, &described), lion])[..] else { panic!("two gifts") };
    assert_eq!((known.unit_coins, known.count, known.is_streaking, known.group), (29_999, 1, false, 0));
    assert_eq!((unknown.id, unknown.unit_coins, unknown.count, unknown.is_streaking), (6_369, 0, 1, false));
    assert_eq!((&known.name[..], &unknown.name[..]), ("Lion", ""));
}

#[test]
fn whether_a_gift_streaks_is_told_by_its_kind_or_else_by_what_is_there() {
    let sent = |group: u64| Fields::new().varint(2, 9).varint(5, 1).nested(7, &user("ann")).varint(11, group);
    let gift = |kind: u64, is_combo: u64| Fields::new().varint(10, is_combo).varint(11, kind);
    for (payload, is_streaking) in [
        (sent(7).nested(15, &gift(1, 0)), true),
        (sent(7).nested(15, &gift(2, 1)), false),
        (sent(7).nested(15, &gift(4, 1)), false),
        (sent(7).nested(15, &gift(5, 1)), false),
        (sent(7).nested(15, &gift(0, 1)), true),
        (sent(7).nested(15, &gift(0, 0)), false),
        (sent(7), true),
        (sent(7).text(15, b"\xff\xff\xff"), true),
        (sent(0), false),
    ] {
        assert_eq!(gifts(std::slice::from_ref(&payload))[0].is_streaking, is_streaking, "{payload:?}");
        assert!(!gifts(&[payload.varint(9, 1)])[0].is_streaking, "the end");
    }
}

#[test]
fn the_numbers_of_a_gift_stay_in_their_ranges() {
    let gift = |id: u64, count: u64, price: u64| {
        let described = Fields::new().varint(5, 9).varint(12, price);
        Fields::new().varint(2, id).varint(5, count).nested(7, &user("ann")).nested(15, &described)
    };
    let read = gifts(&[gift(1 << 40, 0, 5), gift(0, u64::MAX, u64::MAX), gift(3, 1 << 50, 1 << 50)]);
    let numbers: Vec<_> = read.iter().map(|gift| (gift.id, gift.count, gift.unit_coins)).collect();
    assert_eq!(numbers, [(1 << 40, 1, 5), (9, 1, 0), (3, 1_000_000, u32::MAX)]);
}

#[test]
fn viewers_are_those_who_watch_now_and_never_guessed() {
    let room = "WebcastRoomUserSeqMessage";
    let cumulative = Fields::new().varint(7, 345);
    assert_eq!(told(room, &cumulative.clone().varint(3, 12)), Observed::Event(Occurrence::Viewers(12)));
    assert_eq!(told(room, &cumulative.clone().varint(3, 0)), Observed::Event(Occurrence::Viewers(0)));
    for unknown in [cumulative.clone(), cumulative.clone().varint(3, u64::MAX), cumulative.text(3, "12")] {
        assert_eq!(told(room, &unknown), ignored(room), "{unknown:?}");
    }
}

#[test]
fn what_the_host_does_with_the_live_is_told() {
    let control = "WebcastControlMessage";
    let banned = Fields::new().varint(2, 4).nested(4, &Fields::new().text(1, "https://www.tiktok.com/ban"));
    assert_eq!(told(control, &banned), Observed::Control(Control::Suspended));
    for (action, expected) in [(1, Control::Paused), (2, Control::Resumed), (3, Control::Ended)] {
        assert_eq!(told(control, &Fields::new().varint(2, action)), Observed::Control(expected));
    }
    for action in [0, 5, u64::MAX] {
        assert_eq!(told(control, &Fields::new().varint(2, action)), ignored(control), "{action}");
    }
}

fn json_of(observed: &Observed) -> serde_json::Value {
    match observed {
        Observed::Event(Occurrence::Poll(details) | Occurrence::Battle(details)) => {
            serde_json::from_str(details).unwrap()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn polls_are_told_with_their_options() {
    let option = |votes: u64, text: &str| Fields::new().varint(1, votes).text(2, text).varint(3, 1);
    let options =
        |field: u32| [option(3, "Yes"), option(0, "No")].iter().fold(Fields::new(), |all, o| all.nested(field, o));
    let poll = Fields::new().varint(3, 1 << 60).nested(8, &Fields::new().text(3, "Next?"));
    let listed = json!([{"text": "Yes", "votes": 3}, {"text": "No", "votes": 0}]);
    let id = (1_u64 << 60).to_string();
    for (payload, expected) in [
        (
            poll.clone().nested(4, &options(3).text(4, "Now?")),
            json!({"id": id, "stage": "start", "title": "Now?", "options": listed}),
        ),
        (
            poll.clone().nested(6, &options(2)),
            json!({"id": id, "stage": "update", "title": "Next?", "options": listed}),
        ),
        (poll.clone().nested(5, &options(2)), json!({"id": id, "stage": "end", "title": "Next?", "options": listed})),
        (poll.clone().nested(5, &Fields::new()), json!({"id": id, "stage": "end", "title": "Next?", "options": []})),
    ] {
        assert_eq!(json_of(&told(POLL, &payload)), expected);
    }
    assert_eq!(told(POLL, &poll), ignored(POLL));
}

#[test]
fn battles_are_told_with_their_scores() {
    let by_host = |field: u32, army: &Fields| {
        Fields::new().varint(2, 5).nested(field, &Fields::new().varint(1, 42).nested(2, army))
    };
    let battle = by_host(5, &Fields::new().varint(1, 42).varint(3, 900)).nested(3, &Fields::new().varint(3, 300));
    let scores = json!([{"host": "42", "score": 900}]);
    for (action, stage) in [(4, json!("open")), (5, json!("finish")), (6, json!("cut_short")), (9, json!(9))] {
        let details = json!({"id": "5", "stage": stage, "seconds": 300, "scores": scores});
        assert_eq!(json_of(&told(BATTLE, &battle.clone().varint(4, action))), details);
    }
    let armies = by_host(3, &Fields::new().nested(1, &Fields::new().varint(1, 7)).varint(2, 900));
    for (trigger, stage) in [(1, "score"), (2, "end"), (3, "score")] {
        let details = json!({"id": "5", "stage": stage, "scores": scores});
        assert_eq!(json_of(&told(ARMIES, &armies.clone().varint(7, trigger))), details);
    }
    assert_eq!(told(ARMIES, &armies.varint(7, 4)), ignored(ARMIES), "nothing new");
}

#[test]
fn details_stay_below_what_is_stored_whatever_is_in_them() {
    let option = Fields::new().varint(1, u64::MAX).text(2, "\u{0}".repeat(5_000));
    let options = (0..500).fold(Fields::new().text(4, "\u{0}".repeat(5_000)), |all, _| all.nested(3, &option));
    let Observed::Event(Occurrence::Poll(details)) = told(POLL, &Fields::new().nested(4, &options)) else { panic!() };
    assert!(details.len() < 8 << 10, "{}", details.len());
}

#[test]
fn a_pinned_copy_is_not_counted_again() {
    let pin = Fields::new().nested(2, &by_ann().text(3, "hi")).nested(4, &rose(3, 1)).text(30, CHAT);
    assert_eq!(told("WebcastRoomPinMessage", &pin), ignored("WebcastRoomPinMessage"));
}

#[test]
fn whoever_has_no_handle_is_nobody() {
    let hidden = user("ann").nested(1_092, &Fields::new().varint(1, 1));
    let nobodies = [
        Fields::new(),
        Fields::new().text(1, "7"),
        Fields::new().varint(1, 0).text(38, ""),
        Fields::new().text(38, "no handle at all"),
        Fields::new().text(38, b"ann\xff"),
        Fields::new().text(38, "a".repeat(5_000)),
        Fields::new().varint(38, 5),
        hidden,
    ];
    for nobody in nobodies {
        assert_eq!(told(CHAT, &Fields::new().nested(2, &nobody).text(3, "hi")), anonymous(CHAT), "{nobody:?}");
        assert_eq!(told(GIFT, &rose(3, 1).nested(7, &nobody)), anonymous(GIFT), "{nobody:?}");
    }
    assert_eq!(told(CHAT, &Fields::new().text(3, "hi")), anonymous(CHAT));
    assert_eq!(told(CHAT, &Fields::new()), anonymous(CHAT), "an empty payload");
    let unmasked = user("ann").nested(1_092, &Fields::new());
    assert_eq!(told(MEMBER, &Fields::new().nested(2, &unmasked)), Observed::Event(Occurrence::Joined(ann())));
    let guest = Fields::new().varint(2, 1).text(4, "somebody");
    assert_eq!(told("WebcastUnauthorizedMemberMessage", &guest), anonymous("WebcastUnauthorizedMemberMessage"));
}

#[test]
fn whoever_has_a_number_is_told_by_it_also_without_a_handle() {
    let number = AccountNumber::new(1 << 60);
    for person in [
        Fields::new().varint(1, 1 << 60),
        Fields::new().varint(1, 1 << 60).text(38, ""),
        Fields::new().varint(1, 1 << 60).text(38, "no handle at all"),
    ] {
        let somebody = Viewer { handle: None, number, level: None };
        let joined = Observed::Event(Occurrence::Joined(somebody));
        assert_eq!(told(MEMBER, &Fields::new().nested(2, &person)), joined, "{person:?}");
    }
    let masked = Fields::new().varint(1, 1 << 60).nested(1_092, &Fields::new().varint(1, 1));
    assert_eq!(
        told(MEMBER, &Fields::new().nested(2, &masked)),
        anonymous(MEMBER),
        "who watches under a mask is nobody"
    );
}

#[test]
fn the_moment_of_a_gift_is_tiktoks_own() {
    let made_at = |made: u64| {
        let gift = rose(1, 1).nested(1, &Fields::new().varint(2, 5).varint(4, made));
        decoded(&[message(1, GIFT, &gift)])[0].made_at
    };
    assert_eq!(made_at(1_795_000_000_123), Some(Timestamp::from_millis(1_795_000_000_123)));
    // Seconds, microseconds, nothing and nonsense are no moment.
    for made in [1_795_000_000, 1_795_000_000_123_456, 0, u64::MAX, 1 << 62] {
        assert_eq!(made_at(made), None, "{made}");
    }
}

#[test]
fn a_handle_is_known_whatever_the_name_beside_it_is() {
    let names: [&[u8]; 6] = [
        "👩‍👩‍👧‍👦".as_bytes(),
        "\u{202E}nna".as_bytes(),
        "\u{200B}".as_bytes(),
        "\u{301}".as_bytes(),
        b"\xff\xfe",
        &[b'x'; 200],
    ];
    for name in names {
        let chat = Fields::new().nested(2, &Fields::new().text(3, name).text(38, "Bass.Ann")).text(3, name);
        let Observed::Event(Occurrence::Commented(viewer, _)) = told(CHAT, &chat) else { panic!("{name:?}") };
        assert_eq!(viewer, Viewer::named(Handle::parse("bass.ann").unwrap()));
    }
}

#[test]
fn the_level_is_that_of_the_gifter_wherever_it_stands() {
    let badge = |scene: u64, level: &str| Fields::new().varint(3, scene).nested(12, &Fields::new().text(5, level));
    let grade = Fields::new().nested(23, &Fields::new().text(3, "x").varint(6, 9));
    let written = Fields::new().varint(3, 8).nested(23, &Fields::new().text(4, "31"));
    for (fields, level) in [
        (Fields::new().nested(64, &badge(10, "40")).nested(64, &badge(8, "12")), Some(12)),
        (grade.clone().nested(64, &badge(8, "12")), Some(12)),
        (grade.clone().nested(64, &badge(8, "twelve")), Some(9)),
        (grade.clone().nested(64, &badge(10, "40")), Some(9)),
        (grade.clone(), Some(9)),
        (grade.text(64, b"\xff\xff"), Some(9)),
        (Fields::new().nested(64, &written), Some(31)),
        (Fields::new().nested(64, &badge(8, "0")), None),
        (Fields::new(), None),
    ] {
        let joined = Fields::new().nested(2, &fields.clone().text(38, "ann"));
        let Observed::Event(Occurrence::Joined(viewer)) = told(MEMBER, &joined) else { panic!("{fields:?}") };
        assert_eq!(viewer.level, level, "{fields:?}");
    }
}
