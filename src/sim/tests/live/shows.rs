//! Recorded shows, and the control API over HTTP.

use serde_json::{Value, json};

use super::viewer::*;
use super::*;
use crate::tests::rest::Rest;

#[tokio::test]
async fn the_recorded_evening_plays_by_the_clock_at_its_speed() {
    crate::tests::work_at_the_root();
    let studio = Studio::new().await;
    let mut viewer = studio.enter().await;
    let show = std::fs::read_to_string("data/demo/evening.jsonl").unwrap();
    let play = SimPlay { show: Some(show), file: None, speed: 10.0 };
    let playing = studio.sim.live_play("host", play).await.unwrap();
    assert_eq!(playing, SimPlaying { lines: 48, takes_ms: 349_000 });
    studio.hand.advance(Duration::from_millis(200));
    assert_eq!(viewer.told().await[0].method, "WebcastRoomUserSeqMessage");
    studio.hand.advance(Duration::from_millis(300));
    let told = viewer.told().await;
    assert_eq!(
        (told[0].method.as_str(), text(&told[0].payload, &[2, 38])),
        ("WebcastMemberMessage", "ann.sings".into())
    );
    studio.hand.advance(Duration::from_secs(400));
    studio.sim.live_played("host", SOON).await.unwrap();
    assert!(!studio.seen().await.is_live);
}

#[tokio::test]
async fn a_live_is_run_over_http() {
    crate::tests::work_at_the_root();
    let rest = Rest::new().await;
    assert_eq!(rest.control("POST", "/live", json!({"withhold_cookies": 1})).await.0, 200);
    let (status, live) = rest.control("POST", "/live/host", json!({"live": true, "title": "Reviews"})).await;
    assert_eq!((status, &live["live"]), (200, &json!(true)));
    for body in [
        json!({"type": "join", "user": "ann"}),
        json!([{"type": "join", "user": "ann"}, {"type": "like", "user": "ann"}]),
        json!({"events": [{"type": "join", "user": "ann"}], "packing": "gzip", "needs_ack": false}),
    ] {
        let (status, sent) = rest.control("POST", "/live/host/events", body.clone()).await;
        assert_eq!(status, 200, "{body}: {sent}");
        assert!(sent["ids"][0].is_string(), "{sent}");
    }
    let (status, sent) =
        rest.control("POST", "/live/host/burst", json!({"events": [{"type": "share"}], "repeat": 3})).await;
    assert_eq!((status, &sent["messages"]), (200, &json!(3)));
    let fault = json!({"kind": "rate_limit", "header": "reset_epoch", "times": 2});
    assert_eq!(rest.control("POST", "/live/host/faults", fault).await.0, 200);
    assert_eq!(rest.control("DELETE", "/live/host/faults", Value::Null).await.0, 200);
    let play = json!({"file": "data/demo/evening.jsonl", "speed": 2});
    let (status, playing) = rest.control("POST", "/live/host/play", play).await;
    assert_eq!((status, &playing["lines"]), (200, &json!(48)));
    let (_, seen) = rest.control("GET", "/live/host", Value::Null).await;
    assert_eq!((&seen["is_live"], &seen["room"]), (&json!(true), &live["room"]));
    assert_eq!(rest.control("GET", "/live/host/frames", Value::Null).await.1, json!([]));
    let (status, live) = rest.control("POST", "/live/host", json!({"live": false})).await;
    assert_eq!((status, &live["live"]), (200, &json!(false)));
    let waited = rest.control("POST", "/live/host/wait", json!({"for": "disconnected"})).await;
    assert_eq!(waited.0, 200);
}

#[tokio::test]
async fn what_cannot_be_done_over_http_is_a_sentence() {
    let rest = Rest::new().await;
    rest.control("POST", "/live/host", json!({"live": true})).await;
    for (path, body, expected) in [
        ("/live/nobody/events", json!({"type": "share"}), 400),
        ("/live/host/events", json!({"type": "dance"}), 422),
        ("/live/host/events", json!({"type": "like", "cuont": 1}), 422),
        ("/live/host/faults", json!({"kind": "explode"}), 422),
        ("/live/host/play", json!({"file": "../secret.jsonl"}), 400),
        ("/live/host/play", json!({"file": "/etc/passwd"}), 400),
        ("/live/host/play", json!({}), 400),
        ("/live/host/wait", json!({"for": "connected", "timeout_ms": 1}), 400),
        ("/live/a%20b", json!({"live": true}), 400),
    ] {
        let (status, answer) = rest.control("POST", path, body).await;
        assert_eq!(status, expected, "{path}: {answer}");
        assert!(answer["error"].as_str().is_some_and(|sentence| !sentence.is_empty()), "{path}: {answer}");
    }
}

/// Passes on what is written.
struct Pipe(std::sync::mpsc::Sender<Vec<u8>>);

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.send(bytes.to_vec()).unwrap();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.send(Vec::new()).unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn the_served_simulator_prints_where_its_tiktok_is() {
    let (pipe, printed) = std::sync::mpsc::channel();
    let serving = tokio::spawn(async move { serve("127.0.0.1:0".parse().unwrap(), SOON, &mut Pipe(pipe)).await });
    let line =
        tokio::task::spawn_blocking(move || printed.iter().take_while(|part| !part.is_empty()).collect::<Vec<_>>());
    let ready: Value = serde_json::from_slice(&line.await.unwrap().concat()).unwrap();
    let page = reqwest::get(format!("{}/@nobody/live", ready["live"].as_str().unwrap())).await.unwrap();
    assert!(page.text().await.unwrap().contains("SIGI_STATE"));
    let managed = ready["live_managed"].as_str().unwrap();
    assert!(tokio_tungstenite::connect_async(managed).await.is_ok(), "{ready}");
    serving.abort();
}
