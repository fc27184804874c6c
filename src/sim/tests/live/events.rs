//! What happens on a live, as it stands on the wire.

use serde_json::json;

use super::viewer::*;
use super::*;

#[tokio::test]
async fn each_kind_of_event_has_the_method_and_the_fields_of_tiktok() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let ann = json!({"handle": "bass.ann", "id": 9_007_199_254_740_993_u64, "nickname": "Änn ✨", "level": 12});
    for (event, method, checks) in [
        (json!({"type": "join", "user": ann, "count": 5}), "WebcastMemberMessage", vec![(vec![3], 5), (vec![10], 1)]),
        (json!({"type": "like", "user": ann, "count": 15}), "WebcastLikeMessage", vec![(vec![2], 15), (vec![3], 15)]),
        (
            json!({"type": "comment", "user": ann, "text": "hi"}),
            "WebcastChatMessage",
            vec![(vec![2, 1], 9_007_199_254_740_993)],
        ),
        (json!({"type": "follow", "user": ann}), "WebcastSocialMessage", vec![(vec![4], 1)]),
        (json!({"type": "share", "user": ann}), "WebcastSocialMessage", vec![(vec![4], 3)]),
        (json!({"type": "subscribe", "user": ann}), "WebcastSubNotifyMessage", vec![(vec![7], 0)]),
        (
            json!({"type": "viewers", "count": 345, "total": 900}),
            "WebcastRoomUserSeqMessage",
            vec![(vec![3], 345), (vec![7], 900)],
        ),
        (json!({"type": "control", "action": "pause"}), "WebcastControlMessage", vec![(vec![2], 1)]),
        (json!({"type": "control", "action": "suspend"}), "WebcastControlMessage", vec![(vec![2], 4)]),
        (
            json!({"type": "poll", "details": {"title": "Next?", "options": ["a", "b"]}}),
            "WebcastPollMessage",
            vec![(vec![2], 0)],
        ),
        (
            json!({"type": "battle", "details": {"against": "dj.rival", "score": [12, 9]}}),
            "WebcastLinkMicBattle",
            vec![(vec![4], 4)],
        ),
        (
            json!({"type": "raw", "method": "WebcastFutureThingMessage", "base64": "CgA="}),
            "WebcastFutureThingMessage",
            vec![],
        ),
    ] {
        let id = studio.event(event.clone()).await.ids[0];
        let told = viewer.told().await;
        assert_eq!((told[0].method.as_str(), told[0].id, told.len()), (method, id, 1), "{event}");
        for (path, expected) in checks {
            assert_eq!(number(&told[0].payload, &path), expected, "{event} {path:?}");
        }
        if event["type"] != "raw" {
            assert_eq!(text(&told[0].payload, &[1, 1]), method);
            assert_eq!(number(&told[0].payload, &[1, 2]), id);
            assert_eq!(number(&told[0].payload, &[1, 3]), studio.room);
            assert_eq!(number(&told[0].payload, &[1, 4]), 1_795_291_200_000);
        }
    }
}

#[tokio::test]
async fn a_banner_names_its_sentence_and_its_person_beside_it_or_only_in_it() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let key = "ttlive_superFan_commentNotif_superFanJoined";
    for (more, fields, is_beside) in [
        (json!({}), vec![5, 24], true),
        (json!({"field": 24}), vec![24], true),
        (json!({"field": 5, "only_in_sentence": true}), vec![5], false),
    ] {
        let mut banner = json!({"type": "banner", "user": "ann", "key": key});
        banner.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        studio.event(banner).await;
        let told = viewer.told().await.remove(0);
        assert_eq!(told.method, "WebcastBarrageMessage");
        for field in fields {
            let sentence = part(&told.payload, field);
            assert_eq!((text(&sentence, &[1]), text(&sentence, &[4, 21, 1, 38])), (key.to_owned(), "ann".to_owned()));
        }
        assert_eq!(text(&told.payload, &[50, 38]), if is_beside { "ann" } else { "" });
    }
}

#[tokio::test]
async fn a_person_has_handle_name_level_and_number() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio
        .event(json!({"type": "comment", "user": {"handle": "ann", "nickname": "Änn", "level": 12, "team_level": 3,
        "is_moderator": true}, "text": "wörds"}))
        .await;
    studio.event(json!({"type": "comment", "user": "ann", "text": "more"})).await;
    let first = viewer.told().await.remove(0).payload;
    let user = part(&first, 2);
    assert_eq!(
        (text(&user, &[38]), text(&user, &[3]), text(&first, &[3])),
        ("ann".into(), "Änn".into(), "wörds".into())
    );
    let badges: Vec<_> = each(&user, 64).iter().map(|badge| (number(badge, &[3]), text(badge, &[12, 5]))).collect();
    assert_eq!(badges, [(8, "12".to_owned()), (10, "3".to_owned()), (1, String::new())]);
    assert_eq!((number(&user, &[23, 6]), number(&user, &[32, 2]), number(&first, &[18, 5])), (12, 1, 1));
    let second = viewer.told().await.remove(0).payload;
    assert_eq!(number(&second, &[2, 1]), number(&user, &[1]), "a handle keeps its number");
}

#[tokio::test]
async fn gifts_streak_or_come_at_once() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let rose = |count: u32, end: bool| json!({"type": "gift", "user": "ann", "id": 5655, "name": "Rose", "diamonds": 1, "count": count, "end": end, "group": 7});
    let lion = json!({"type": "gift", "user": "ben", "id": 6267, "name": "Lion", "diamonds": 29_999});
    let bare = json!({"type": "gift", "user": "ben", "id": 6267, "bare": true});
    let mut told = Vec::new();
    for event in [rose(2, false), rose(3, true), lion, bare] {
        studio.event(event).await;
        let payload = viewer.told().await.remove(0).payload;
        let fields = [vec![2], vec![5], vec![9], vec![11], vec![15, 11], vec![15, 12]];
        told.push(fields.map(|path| number(&payload, &path)));
    }
    let expected = [[5655, 2, 0, 7, 1, 1], [5655, 3, 1, 7, 1, 1], [6267, 1, 0, 0, 2, 29_999], [6267, 1, 0, 0, 0, 0]];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_id_can_be_given_again_and_history_marked() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let event = json!({"type": "share", "user": "ann", "msg_id": 77, "is_history": true});
    let sent = studio.sim.live_events("host", &[event.clone(), event]).await.unwrap();
    assert_eq!((sent.ids, sent.frames, sent.connections), (vec![77, 77], 1, 1));
    let told = viewer.told().await;
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|message| message.id == 77 && message.is_history));
}

#[tokio::test]
async fn who_names_nobody_or_is_hidden_is_so_on_the_wire() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.event(json!({"type": "comment", "text": "who?"})).await;
    studio.event(json!({"type": "like", "user": {"handle": "", "id": 5, "is_anonymous": true}})).await;
    assert!(part(&viewer.told().await[0].payload, 2).is_empty());
    let user = part(&viewer.told().await[0].payload, 5);
    assert_eq!((text(&user, &[38]), number(&user, &[1]), number(&user, &[1092, 1])), (String::new(), 5, 1));
}

#[tokio::test]
async fn a_message_can_have_more_or_other_bytes_than_the_schema() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    // Field 3 once more, with a byte that is no UTF-8.
    let event = json!({"type": "comment", "user": "ann", "text": "fine", "extra": "GgHD"});
    studio.event(event).await;
    let payload = viewer.told().await.remove(0).payload;
    assert_eq!(each(&payload, 3), [b"fine".to_vec(), vec![0xc3]]);
    let batch =
        SimBatch { events: vec![SimOccurrence::Share.into()], frame_type: Some("new".into()), ..SimBatch::default() };
    studio.sim.live_send("host", batch).await.unwrap();
    assert_eq!(viewer.next().await.unwrap().kind, "new");
}

#[tokio::test]
async fn a_pin_holds_a_copy_of_what_is_pinned() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let comment = json!({"type": "comment", "user": "ann", "text": "hi", "msg_id": 5});
    studio.event(json!({"type": "pin", "pinned": comment})).await;
    let told = viewer.told().await.remove(0);
    assert_eq!(
        (told.method.as_str(), text(&told.payload, &[30])),
        ("WebcastRoomPinMessage", "WebcastChatMessage".into())
    );
    assert_eq!((number(&told.payload, &[2, 1, 2]), text(&told.payload, &[2, 3])), (5, "hi".to_owned()));
    let nonsense = json!({"type": "pin", "pinned": {"type": "viewers", "count": 1}});
    assert!(studio.sim.live_events("host", &[nonsense]).await.is_err());
}

#[tokio::test]
async fn events_that_are_not_understood_are_refused() {
    let studio = Studio::new().await;
    let event = json!({"type": "like", "user": "ann", "cuont": 3});
    assert!(studio.sim.live_events("host", &[event]).await.unwrap_err().0.contains("cuont"));
    assert!(studio.sim.live_events("nobody", &[json!({"type": "share"})]).await.is_err());
    studio.sim.ends_live("host").await.unwrap();
    assert!(studio.sim.live_events("host", &[json!({"type": "share"})]).await.is_err());
}
