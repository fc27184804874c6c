//! A connection from its entry to its end.

use serde_json::json;

use super::viewer::*;
use super::*;

#[tokio::test]
async fn nothing_comes_before_the_room_is_entered_and_nothing_since_the_sign_step_is_lost() {
    let studio = Studio::new().await;
    let before = studio.event(json!({"type": "share", "user": "ann"})).await;
    assert_eq!(before.connections, 0);
    let signed = studio.sign().await;
    let missed = studio.event(json!({"type": "share", "user": "ben"})).await.ids[0];
    let mut viewer = dial(&signed.address(studio.room), &signed.cookie(), BROWSER).await.unwrap();
    let also = studio.event(json!({"type": "share", "user": "cy"})).await.ids[0];
    viewer.enter().await;
    assert_eq!(viewer.next().await.unwrap().kind, "im_enter_room_resp");
    let ids: Vec<u64> = viewer.told().await.iter().map(|told| told.id).collect();
    assert_eq!(ids, [missed, also]);
}

#[tokio::test]
async fn heartbeats_and_acknowledgements_are_seen_in_their_order() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.sim.live_connected("host", SOON).await.unwrap();
    viewer.beat(1).await;
    assert_eq!(viewer.next().await.unwrap().kind, "hb");
    studio.event(json!({"type": "share", "user": "ann"})).await;
    let frame = viewer.next().await.unwrap();
    assert_eq!(number(&frame.result(), &[9]), 1);
    assert_eq!(studio.seen().await.unacknowledged, 1);
    viewer.ack(&frame).await;
    studio.sim.live_acknowledged("host", SOON).await.unwrap();
    viewer.ack(&frame).await;
    let seen = studio.sim.live_seen_until("host", SOON, |seen| seen.acks == 2).await.unwrap();
    assert_eq!((seen.heartbeats, seen.wrong_acks, seen.unacknowledged), (1, 1, 0));
    let frames = studio.sim.live_frames("host").await.unwrap();
    let kinds: Vec<_> = frames.iter().map(|frame| (frame.kind.as_str(), frame.number)).collect();
    assert_eq!(kinds, [("im_enter_room", studio.room), ("hb", 1), ("ack", frame.log_id), ("ack", frame.log_id)]);
}

#[tokio::test]
async fn large_frames_are_packed_and_every_packing_can_be_ordered() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let share = || SimOccurrence::Share.by("ann");
    for (packing, count, said, is_packed) in [
        (SimPacking::Auto, 1, None, false),
        (SimPacking::Auto, 20, Some("gzip"), true),
        (SimPacking::Gzip, 1, Some("gzip"), true),
        (SimPacking::GzipUnsaid, 1, None, true),
        (SimPacking::Plain, 20, None, false),
        (SimPacking::PlainSaid, 1, Some("none"), false),
        (SimPacking::PlainSaidGzip, 1, Some("gzip"), false),
    ] {
        let events = vec![share(); count];
        let batch = SimBatch { events, packing, needs_ack: Some(false), frame_type: None };
        studio.sim.live_send("host", batch).await.unwrap();
        let frame = viewer.next().await.unwrap();
        assert_eq!(frame.compress_type.as_deref(), said, "{packing:?}");
        assert_eq!(frame.payload.starts_with(&[0x1f, 0x8b]), is_packed, "{packing:?}");
        assert_eq!(frame.told().len(), count);
    }
    assert_eq!(studio.seen().await.unacknowledged, 0);
}

#[tokio::test]
async fn who_asks_for_no_packing_gets_none() {
    let studio = Studio::new().await;
    let signed = studio.sign().await;
    let address = signed.address(studio.room).replace("compress=gzip", "compress=");
    let mut viewer = dial(&address, &signed.cookie(), BROWSER).await.unwrap();
    viewer.enter().await;
    viewer.next().await.unwrap();
    studio.sim.live_events("host", &vec![json!({"type": "share", "user": "ann"}); 30]).await.unwrap();
    assert_eq!(viewer.next().await.unwrap().compress_type, None);
}

#[tokio::test]
async fn the_end_of_a_live_is_told_before_the_connection_closes() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.sim.ends_live("host").await.unwrap();
    let told = viewer.told().await;
    assert_eq!((told[0].method.as_str(), number(&told[0].payload, &[2])), ("WebcastControlMessage", 3));
    assert_eq!(viewer.next().await.unwrap_err(), Some(1000));
    studio.sim.live_disconnected("host", SOON).await.unwrap();
    let room = studio.sim.goes_live("host").await.unwrap();
    assert_ne!(room, studio.room);
}

#[tokio::test]
async fn the_heartbeat_that_is_asked_for_stands_in_the_handshake() {
    let studio = Studio::new().await;
    assert_eq!(studio.enter().await.options, None);
    studio.sim.live_set("host", |settings| settings.ping_interval_s = Some(2)).await.unwrap();
    assert!(studio.enter().await.options.unwrap().starts_with("ping-interval=2"));
}

#[tokio::test]
async fn a_burst_arrives_whole_and_in_order() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let events: Vec<_> = (0..500).map(|n| SimOccurrence::Share.by(format!("fan{n}").as_str())).collect();
    let burst = SimBurst { events, repeat: 40, per_frame: 0, per_second: 0 };
    let sim = studio.sim.clone();
    let sending = tokio::spawn(async move { sim.live_burst("host", burst).await });
    let mut ids = Vec::new();
    while ids.len() < 20_000 {
        let frame = viewer.next().await.unwrap();
        ids.extend(frame.told().iter().map(|told| told.id));
        viewer.ack(&frame).await;
    }
    assert!(ids.is_sorted() && ids.len() == 20_000);
    assert_eq!(sending.await.unwrap().unwrap(), SimBurstSent { messages: 20_000, frames: 400 });
    studio.sim.live_acknowledged("host", SOON).await.unwrap();
}

#[tokio::test]
async fn a_burst_keeps_to_its_rate_by_the_clock() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let events = vec![SimOccurrence::Share.by("ann"); 30];
    let burst = SimBurst { events, per_frame: 10, per_second: 10, repeat: 1 };
    let sim = studio.sim.clone();
    let sending = tokio::spawn(async move { sim.live_burst("host", burst).await });
    assert_eq!(viewer.told().await.len(), 10);
    assert_eq!(studio.seen().await.messages_sent, 10);
    studio.hand.advance(Duration::from_secs(1));
    assert_eq!(viewer.told().await.len(), 10);
    assert_eq!(studio.seen().await.messages_sent, 20);
    studio.hand.advance(Duration::from_secs(1));
    assert_eq!(sending.await.unwrap().unwrap().messages, 30);
}

#[tokio::test]
async fn who_does_not_read_is_cut_in_the_end() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.sim.live_set("host", |settings| settings.gzip_from_bytes = usize::MAX).await.unwrap();
    let long = json!({"type": "comment", "user": "ann", "text": "x".repeat(4 << 20)});
    for _ in 0..25 {
        studio.event(long.clone()).await;
    }
    studio.sim.live_disconnected("host", SOON).await.unwrap();
    assert!(studio.seen().await.complaints[0].contains("did not read"));
    while viewer.next_raw().await.is_ok() {}
}

#[tokio::test]
async fn a_simulator_that_ends_leaves_no_connection() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    drop(studio);
    assert_eq!(viewer.next().await.unwrap_err(), None);
}

#[tokio::test]
async fn fifty_lives_are_watched_at_once() {
    let studio = Studio::new().await;
    let mut viewers = Vec::new();
    for at in 0..50 {
        let name = format!("host{at}");
        let room = studio.sim.goes_live(&name).await.unwrap();
        let signed = studio.sign_at(&format!("/webcast/rooms/{room}/connect")).await;
        let mut viewer = dial(&signed.address(room), &signed.cookie(), BROWSER).await.unwrap();
        viewer.enter().await;
        viewer.next().await.unwrap();
        viewers.push((name, viewer));
    }
    for (name, viewer) in &mut viewers {
        let id = studio.sim.live_events(name, &[json!({"type": "share", "user": "ann"})]).await.unwrap().ids[0];
        assert_eq!(viewer.told().await[0].id, id);
    }
}
