//! Each fault that can be ordered, as a client meets it.

use serde_json::{Value, json};

use super::viewer::*;
use super::*;

#[tokio::test]
async fn a_drop_has_no_close_frame_and_can_strike_again_after_the_entry() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.fault(LiveFaultKind::Drop.times(2)).await;
    assert_eq!(viewer.next().await.unwrap_err(), None);
    assert_eq!(studio.enter().await.next().await.unwrap_err(), None);
    let mut third = studio.enter().await;
    studio.event(json!({"type": "share", "user": "ann"})).await;
    assert_eq!(third.told().await.len(), 1);
}

#[tokio::test]
async fn a_close_has_its_code() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.fault(LiveFaultKind::Close { code: 4500 }).await;
    assert_eq!(viewer.next().await.unwrap_err(), Some(4500));
    let seen = studio.seen().await;
    assert_eq!((seen.connections_opened, seen.connections_now), (1, 0));
}

#[tokio::test]
async fn a_silent_connection_stands_and_says_nothing() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.fault(LiveFaultKind::Silence).await;
    let lost = studio.event(json!({"type": "share", "user": "ann"})).await;
    viewer.beat(1).await;
    let seen = studio.sim.live_seen_until("host", SOON, |seen| seen.heartbeats == 1).await.unwrap();
    assert_eq!((seen.connections_entered, seen.unacknowledged, lost.connections), (1, 0, 0));
    studio.sim.clear_live_faults("host").await.unwrap();
    let heard = studio.event(json!({"type": "share", "user": "ben"})).await.ids[0];
    assert_eq!(viewer.told().await[0].id, heard);
}

#[tokio::test]
async fn a_replay_repeats_the_last_messages_as_history() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let events: Vec<Value> = (0..25).map(|n| json!({"type": "like", "user": "ann", "count": n + 1})).collect();
    let ids = studio.sim.live_events("host", &events).await.unwrap().ids;
    let live = viewer.told().await;
    studio.fault(LiveFaultKind::Replay { last: 20 }).await;
    let replayed = told(&studio.sign().await.body);
    assert_eq!(replayed.iter().map(|told| told.id).collect::<Vec<_>>(), ids[5..]);
    assert!(replayed.iter().all(|told| told.is_history) && live.iter().all(|told| !told.is_history));
    assert_eq!(replayed[0].payload, live[5].payload);
    assert_eq!(told(&studio.sign().await.body)[0].method, "WebcastRoomMessage");
}

#[tokio::test]
async fn every_corruption_is_one_frame_and_the_live_goes_on() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    for form in ["message", "payload", "gzip", "truncated", "frame", "length"] {
        let fault = serde_json::from_value::<LiveFault>(json!({"kind": "corrupt", "form": form})).unwrap();
        studio.fault(fault).await;
        let frame = viewer.next_raw().await.unwrap();
        match form {
            "message" => assert_eq!(told(&part(&frame, 8))[0].payload, [0xff; 3]),
            "length" => assert_eq!(told(&part(&frame, 8))[0].payload, [0x1a, 99, b'x']),
            "payload" => assert_eq!(part(&frame, 8), [0xff; 3]),
            "gzip" => {
                let mut unpacked = Vec::new();
                let packed = part(&frame, 8);
                assert!(packed.starts_with(&[0x1f, 0x8b]));
                let read = std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*packed), &mut unpacked);
                assert!(read.is_err());
            }
            "truncated" => assert!(std::panic::catch_unwind(|| fields(&frame)).is_err()),
            _ => assert_eq!(frame, [0xff; 64]),
        }
    }
    studio.event(json!({"type": "share", "user": "ann"})).await;
    assert_eq!(viewer.told().await.len(), 1);
}

#[tokio::test]
async fn a_bomb_is_a_frame_that_says_gzip() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.fault(LiveFaultKind::GzipBomb).await;
    let frame = viewer.next().await.unwrap();
    assert_eq!(frame.compress_type.as_deref(), Some("gzip"));
    assert!(frame.payload.len() < 2 << 20 && frame.payload.starts_with(&[0x1f, 0x8b]));
}

#[tokio::test]
async fn a_host_goes_on_in_a_new_room() {
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    studio.fault(LiveFaultKind::NewRoom).await;
    assert_eq!(viewer.next().await.unwrap_err(), None);
    let api = studio.json("/api-live/user/room?uniqueId=host&sourceType=54&aid=1988").await;
    assert_eq!(api["data"]["liveRoom"]["status"], 2);
    assert_ne!(api["data"]["user"]["roomId"], studio.room.to_string());
    let alive = studio.json(&format!("/webcast/room/check_alive/?room_ids={}", studio.room)).await;
    assert_eq!(alive["data"][0]["alive"], false);
}

#[tokio::test]
async fn look_ups_fail_as_ordered_and_recover() {
    let studio = Studio::new().await;
    let api = "/api-live/user/room?uniqueId=host&sourceType=54&aid=1988";
    let info = format!("/webcast/room/info/?room_id={}", studio.room);
    studio.fault(LiveFaultKind::NotFound.times(2)).await;
    for _ in 0..2 {
        assert_eq!(studio.json(api).await["message"], "user_not_found");
        assert!(!studio.page("/@host/live").await.1.contains("LiveRoom"));
    }
    assert_eq!(studio.json(api).await["data"]["liveRoom"]["status"], 2);
    studio.fault(LiveFaultKind::Offline).await;
    assert_eq!(studio.json(api).await["data"]["liveRoom"]["status"], 4);
    assert_eq!(studio.json(&info).await["data"]["status"], 4);
    assert_eq!(studio.json(api).await["data"]["liveRoom"]["status"], 2);
    studio.fault(LiveFaultKind::LookUpRefused { status: 403 }).await;
    for path in [api, "/@host/live", &info, &format!("/webcast/room/check_alive/?room_ids={}", studio.room)] {
        assert_eq!(studio.page(path).await, (403, String::new()), "{path}");
    }
    studio.fault(LiveFaultKind::HtmlBlocked).await;
    assert!(!studio.page("/@host/live").await.1.contains("SIGI_STATE"));
    studio.fault(LiveFaultKind::Captcha).await;
    let (_, page) = studio.page("/@host/live").await;
    assert!(page.contains("SIGI_STATE") && !page.contains("LiveRoom"));
    assert!(studio.page(api).await.1.starts_with("<!DOCTYPE html>"));
    studio.fault(LiveFaultKind::AgeRestricted).await;
    assert_eq!(studio.json(&info).await["status_code"], 4_003_110);
    studio.fault(LiveFaultKind::LoginNeeded).await;
    assert_eq!(studio.json(&info).await["status_code"], 20_003);
    assert_eq!(studio.json(&info).await["status_code"], 0);
}

#[tokio::test]
async fn odd_answers_to_look_ups_are_odd_as_ordered() {
    let studio = Studio::new().await;
    let api = "/api-live/user/room?uniqueId=host&sourceType=54&aid=1988";
    let odd = async |form| {
        studio.fault(LiveFaultKind::Odd { form, everywhere: true }).await;
        let told = studio.json(api).await["data"].clone();
        let (_, page) = studio.page("/@host/live").await;
        assert!(page.contains(&format!("\"roomId\":{}", told["user"]["roomId"])), "{form:?}: both are as odd");
        told
    };
    assert_eq!(odd(LiveOddity::RoomEmpty).await["user"]["roomId"], "");
    assert_eq!(odd(LiveOddity::RoomZero).await["user"]["roomId"], "0");
    assert_eq!(odd(LiveOddity::OldRoom).await["user"]["roomId"], (studio.room - 1).to_string());
    assert_eq!(odd(LiveOddity::AnotherAccount).await["user"]["uniqueId"], "somebody.else");
    let over = odd(LiveOddity::Over).await;
    assert_eq!((&over["liveRoom"]["status"], &over["user"]["roomId"]), (&json!(4), &json!(studio.room.to_string())));
    studio.fault(LiveFaultKind::Odd { form: LiveOddity::RoomEmpty, everywhere: false }).await;
    assert_eq!(studio.json(api).await["data"]["user"]["roomId"], studio.room.to_string());
}

#[tokio::test]
async fn handshakes_are_refused_as_ordered() {
    let studio = Studio::new().await;
    for (kind, status, said) in [
        (LiveFaultKind::Blocked, 200, "DEVICE_BLOCKED"),
        (LiveFaultKind::IllegalAppId, 200, "illegal app_id"),
        (LiveFaultKind::HandshakeRefused { status: 403 }, 403, ""),
        (LiveFaultKind::HandshakeRefused { status: 302 }, 302, ""),
    ] {
        studio.fault(kind.clone()).await;
        let signed = studio.sign().await;
        let address = signed.address(studio.room);
        let turned = dial(&address, &signed.cookie(), BROWSER).await.err().unwrap();
        assert_eq!(turned, (status, said.to_owned()), "{kind:?}");
        assert!(dial(&address, &signed.cookie(), BROWSER).await.is_ok(), "{kind:?} strikes once");
    }
    assert_eq!(studio.seen().await.handshakes_refused, 4);
}

#[tokio::test]
async fn the_sign_step_refuses_as_ordered() {
    let studio = Studio::new().await;
    for (fault, status, body) in [
        (json!({"kind": "sign_401"}), 401, "The provided API Key is invalid."),
        (json!({"kind": "sign_402"}), 402, "plan"),
        (json!({"kind": "sign_403"}), 403, "plan"),
        (json!({"kind": "sign_403", "isp": true}), 403, "This ISP is blocked"),
        (json!({"kind": "sign_500"}), 500, "Empty response payload received!"),
        (json!({"kind": "sign_500", "form": 1}), 500, "A 403 error occurred"),
        (json!({"kind": "sign_500", "form": 2}), 500, "\"error\":\"Internal Server Error"),
        (json!({"kind": "sign_503"}), 503, "No agents"),
        (json!({"kind": "rate_limit", "header": "html"}), 429, "<html>"),
        (json!({"kind": "rate_limit", "label": "rate_limit_ip_hour"}), 429, "rate_limit_ip_hour"),
        (json!({"kind": "empty"}), 200, ""),
    ] {
        studio.fault(serde_json::from_value::<LiveFault>(fault.clone()).unwrap()).await;
        let signed = studio.sign().await;
        assert_eq!(signed.status, status, "{fault}");
        assert!(String::from_utf8(signed.body).unwrap().contains(body), "{fault}");
    }
    assert_eq!(studio.sign().await.status, 200);
}

#[tokio::test]
async fn a_wait_is_told_in_the_ordered_way() {
    let studio = Studio::new().await;
    let epoch = studio.hand.now().seconds() + 90;
    for (header, name, value) in [
        (LiveWaitHeader::RetryAfter, "retry-after", "90".to_owned()),
        (LiveWaitHeader::ResetSeconds, "ratelimit-reset", "90".to_owned()),
        (LiveWaitHeader::ResetEpoch, "ratelimit-reset", epoch.to_string()),
        (LiveWaitHeader::XResetEpoch, "x-ratelimit-reset", epoch.to_string()),
    ] {
        studio.fault(LiveFaultKind::RateLimit { header, seconds: 90, label: "x".to_owned() }).await;
        assert_eq!(studio.sign().await.headers[name], value, "{header:?}");
    }
    studio.fault(LiveFaultKind::RateLimit { header: LiveWaitHeader::None, seconds: 90, label: "x".to_owned() }).await;
    let silent = studio.sign().await.headers;
    assert!(["retry-after", "ratelimit-reset", "x-ratelimit-reset"].iter().all(|name| !silent.contains_key(*name)));
}

#[tokio::test]
async fn a_sign_response_can_lead_astray() {
    let studio = Studio::new().await;
    for (kind, server) in [
        (LiveFaultKind::Stub, "wss://ws-fallback.eulerstream.com/"),
        (LiveFaultKind::ForeignPushServer, "wss://webcast-ws.tiktok.com.example.net/"),
        (LiveFaultKind::InsecurePushServer, "ws://webcast-ws.tiktok.com/"),
    ] {
        studio.fault(kind.clone()).await;
        let signed = studio.sign().await;
        assert!(text(&signed.body, &[10]).starts_with(server), "{kind:?}");
        assert!(!signed.cookie().is_empty() && signed.body.len() < 1_000, "{kind:?}");
    }
    studio.fault(LiveFaultKind::MissingCookie).await;
    let signed = studio.sign().await;
    assert!(signed.cookie().is_empty() && !signed.body.is_empty());
    studio.fault(LiveFaultKind::BigBody { bytes: 3 << 20 }).await;
    assert_eq!(studio.sign().await.body.len(), 3 << 20);
}

#[tokio::test]
async fn a_slow_body_comes_by_the_clock() {
    let studio = Studio::new().await;
    studio.fault(LiveFaultKind::Slow { every_ms: 1_000 }).await;
    let signing = studio.sign();
    tokio::pin!(signing);
    let is_early = tokio::time::timeout(Duration::from_millis(50), &mut signing).await;
    assert!(is_early.is_err());
    let moving = async {
        loop {
            studio.hand.advance(Duration::from_secs(1));
            tokio::task::yield_now().await;
        }
    };
    let signed = async {
        tokio::select! {
            signed = &mut signing => signed.status,
            () = moving => unreachable!("time never ends"),
        }
    };
    assert_eq!(tokio::time::timeout(SOON, signed).await.expect("the whole body comes"), 200);
}

#[tokio::test]
async fn faults_that_are_called_off_do_not_strike() {
    let studio = Studio::new().await;
    studio.fault(LiveFaultKind::Sign503.times(5)).await;
    studio.fault(LiveFaultKind::Drop.times(5)).await;
    studio.sim.clear_live_faults("host").await.unwrap();
    let mut viewer = studio.enter().await;
    studio.event(json!({"type": "share", "user": "ann"})).await;
    assert_eq!(viewer.told().await.len(), 1);
}
