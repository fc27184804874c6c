//! An open socket: what is told, what is acknowledged, the heart, and every end.

use super::bytes::{comment, control, frame, message, number, other_frame, sent};
use super::server::Peer;
use super::signing::{EVENTS, NEWER, signs};
use super::*;
use crate::kernel::patience::within;
use crate::live::Occurrence;
use crate::tiktok::refusal::Closed;
use crate::tiktok::wire::{self, Control, Message, Observed};

/// A connection whose backlog was taken, and the server's end of it.
async fn connected() -> (Scene, Connection, Peer) {
    let scene = Scene::new(EULER, signs).await;
    let (connection, peer) = connect(&scene).await;
    (scene, connection, peer)
}

async fn connect(scene: &Scene) -> (Connection, Peer) {
    let mut connection = scene.connect().await.unwrap();
    connection.next().await.unwrap();
    (connection, scene.server.socket().await)
}

fn comments(messages: &[Message]) -> Vec<&str> {
    let text = |message| match message {
        &Message { what: Observed::Event(Occurrence::Commented(_, ref text)), .. } => text.as_str(),
        other => panic!("{other:?}"),
    };
    messages.iter().map(text).collect()
}

#[tokio::test]
async fn the_room_is_entered_before_the_heart_beats() {
    let (scene, _connection, mut peer) = connected().await;
    assert_eq!(peer.hears().await.unwrap(), wire::enter_room(ROOM));
    for sequence in 1..=3 {
        scene.clock.advance(Duration::from_secs(10));
        assert_eq!(peer.hears().await.unwrap(), wire::heartbeat(ROOM, sequence));
        peer.send(other_frame(0, "hb", b"")).await;
    }
}

#[tokio::test]
async fn the_server_may_ask_for_another_heartbeat() {
    let scene = Scene::new(EULER, |asked| match asked.path.as_str() {
        EVENTS => Reply::Socket(
            [("handshake-options", "ping-interval=3")]
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect(),
        ),
        _ => signs(asked),
    })
    .await;
    let (_connection, mut peer) = connect(&scene).await;
    peer.hears().await.unwrap();
    scene.clock.advance(Duration::from_secs(3));
    assert_eq!(peer.hears().await.unwrap(), wire::heartbeat(ROOM, 1));
}

#[tokio::test]
async fn a_frame_is_acknowledged_when_it_asks_before_anybody_takes_it() {
    let (_scene, mut connection, mut peer) = connected().await;
    peer.hears().await.unwrap();
    peer.send(frame(900_001, &[comment(11, "one")], "ext-1")).await;
    peer.send(frame(900_002, &[comment(12, "two")], "")).await;
    peer.send(other_frame(900_003, "im_enter_room_resp", b"")).await;
    peer.send(frame(u64::MAX, &[comment(13, "three")], "ext-3")).await;
    // Nobody has called `next` yet.
    assert_eq!(sent(&peer.hears().await.unwrap()), ("ack".to_owned(), b"ext-1".to_vec(), 900_001));
    assert_eq!(sent(&peer.hears().await.unwrap()), ("ack".to_owned(), b"ext-3".to_vec(), u64::MAX));
    let mut told = Vec::new();
    while told.len() < 3 {
        told.extend(connection.next().await.unwrap());
    }
    assert_eq!(comments(&told), ["one", "two", "three"]);
}

#[tokio::test]
async fn a_call_that_is_cancelled_loses_nothing() {
    let (_scene, mut connection, mut peer) = connected().await;
    for number in 0..50 {
        tokio::select! {
            biased;
            told = connection.next() => panic!("{told:?}"),
            () = tokio::task::yield_now() => {}
        }
        peer.send(frame(number, &[comment(number + 1, &number.to_string())], "")).await;
        assert_eq!(comments(&connection.next().await.unwrap()), [number.to_string()]);
    }
}

#[tokio::test]
async fn a_frame_that_cannot_be_read_costs_itself_only() {
    let (_scene, mut connection, mut peer) = connected().await;
    peer.send(vec![0xff; 40]).await;
    let told = connection.next().await.unwrap();
    let undecodable = Observed::Undecodable { method: String::new(), bytes: 40 };
    assert!(matches!(&told[..], [message] if message.what == undecodable), "{told:?}");
    peer.send(other_frame(1, "msg", b"\x1f\x8b\x08 broken")).await;
    assert!(matches!(&connection.next().await.unwrap()[..], [_]));
    peer.send(frame(1, &[comment(1, "still here")], "")).await;
    assert_eq!(comments(&connection.next().await.unwrap()), ["still here"]);
}

#[tokio::test]
async fn a_minute_without_a_frame_is_the_end_although_hearts_and_pings_go_through() {
    let (scene, mut connection, mut peer) = connected().await;
    peer.hears().await.unwrap();
    for sequence in 1..=5 {
        scene.clock.advance(Duration::from_secs(10));
        assert_eq!(peer.hears().await.unwrap(), wire::heartbeat(ROOM, sequence));
        peer.0.send(axum::extract::ws::Message::Ping("x".into())).await.unwrap();
        assert!(matches!(
            within("the client answers", peer.0.recv()).await,
            Some(Ok(axum::extract::ws::Message::Pong(_)))
        ));
    }
    scene.clock.advance(Duration::from_secs(10));
    assert_eq!(connection.next().await, Err(Closed::Silence));
    // The server sees the socket go.
    while peer.hears().await.is_some() {}
}

#[tokio::test]
async fn any_frame_is_a_sign_of_life() {
    let (scene, mut connection, mut peer) = connected().await;
    peer.hears().await.unwrap();
    for sequence in 1..=12 {
        scene.clock.advance(Duration::from_secs(10));
        assert_eq!(peer.hears().await.unwrap(), wire::heartbeat(ROOM, sequence));
        peer.send(other_frame(0, "hb", b"")).await;
        // The acknowledgement tells that everything before it was read.
        peer.send(frame(sequence, &[comment(sequence, "x")], "ext")).await;
        assert_eq!(sent(&peer.hears().await.unwrap()).2, sequence);
        assert_eq!(comments(&connection.next().await.unwrap()), ["x"]);
    }
}

#[tokio::test]
async fn the_end_of_the_live_is_told_after_the_messages_of_its_frame() {
    for (action, end) in [(3, Closed::Ended), (4, Closed::Suspended)] {
        let (_scene, mut connection, mut peer) = connected().await;
        peer.hears().await.unwrap();
        peer.send(frame(1, &[comment(1, "bye"), control(2, action), comment(3, "last")], "ext")).await;
        let told = connection.next().await.unwrap();
        assert_eq!(told.len(), 3);
        assert_eq!(comments(&told[..1]), ["bye"]);
        assert!(matches!(told[1].what, Observed::Control(Control::Ended | Control::Suspended)));
        for _ in 0..3 {
            assert_eq!(connection.next().await, Err(end.clone()));
        }
        assert!(end.is_end_of_live());
        assert_eq!(sent(&peer.hears().await.unwrap()).0, "ack");
        assert_eq!(peer.hears().await, None, "the client closes");
    }
}

#[tokio::test]
async fn a_break_is_no_end_and_neither_is_an_end_from_before() {
    let (_scene, mut connection, mut peer) = connected().await;
    peer.send(frame(1, &[control(1, 1)], "")).await;
    assert_eq!(connection.next().await.unwrap()[0].what, Observed::Control(Control::Paused));
    let ended_before = super::bytes::field(
        1,
        [
            super::bytes::field(1, "WebcastControlMessage"),
            super::bytes::field(2, number(2, 3)),
            number(3, 2),
            number(6, 1),
        ]
        .concat(),
    );
    peer.send(frame(2, &[ended_before], "")).await;
    assert!(connection.next().await.unwrap()[0].is_history);
    peer.send(frame(3, &[control(3, 2)], "")).await;
    assert_eq!(connection.next().await.unwrap()[0].what, Observed::Control(Control::Resumed));
}

#[tokio::test]
async fn a_close_without_a_word_of_the_host_is_no_end_of_the_live() {
    let (_scene, mut connection, mut peer) = connected().await;
    peer.send(frame(1, &[comment(1, "x")], "")).await;
    peer.close(1000).await;
    assert_eq!(comments(&connection.next().await.unwrap()), ["x"]);
    for _ in 0..3 {
        assert_eq!(connection.next().await, Err(Closed::ByServer { code: 1000 }));
    }
    let (_scene, mut connection, peer) = connected().await;
    drop(peer);
    assert_eq!(connection.next().await, Err(Closed::Dropped));
    assert!(!Closed::Dropped.is_end_of_live());
}

#[tokio::test]
async fn a_frame_that_is_too_large_ends_the_connection_without_being_kept() {
    let (_scene, mut connection, mut peer) = connected().await;
    let huge = vec![0; wire::MAX_FRAME_BYTES + 1];
    let sending = peer.0.send(axum::extract::ws::Message::Binary(huge.into()));
    let (_, told) = tokio::join!(sending, connection.next());
    assert_eq!(told, Err(Closed::Dropped));
}

#[tokio::test]
async fn a_slow_reader_holds_the_server_back_and_the_heart_goes_on() {
    let (scene, mut connection, mut peer) = connected().await;
    peer.hears().await.unwrap();
    // Far more than what waits for a reader; the socket's own buffers take the rest.
    let total = 100;
    for number in 0..total {
        peer.send(frame(number, &[comment(number + 1, "x")], "ext")).await;
    }
    let mut acknowledged = 0;
    loop {
        tokio::select! {
            biased;
            heard = peer.hears() => {
                assert_eq!(sent(&heard.unwrap()).0, "ack");
                acknowledged += 1;
            }
            () = settled(2_000) => break,
        }
    }
    assert!((1..total).contains(&acknowledged), "{acknowledged}");
    // A reader who is busy for an hour is not TikTok's silence.
    for sequence in 1..=3 {
        scene.clock.advance(Duration::from_mins(20));
        assert_eq!(peer.hears().await.unwrap(), wire::heartbeat(ROOM, sequence));
    }
    let mut told = 0;
    while told < total {
        told += connection.next().await.unwrap().len() as u64;
    }
    assert_eq!(told, total);
}

#[tokio::test]
async fn a_server_that_takes_nothing_ends_the_connection() {
    let (scene, mut connection, mut peer) = connected().await;
    // Each asks for a large acknowledgement, and nobody reads them.
    let ext = "x".repeat(1 << 20);
    let flood = async {
        for number in 0..64 {
            if peer.0.send(axum::extract::ws::Message::Binary(frame(number, &[], &ext).into())).await.is_err() {
                break;
            }
        }
    };
    let wait = async {
        loop {
            tokio::select! {
                biased;
                told = connection.next() => break told,
                () = settled(2_000) => scene.clock.advance(Duration::from_secs(10)),
            }
        }
    };
    let (told, ()) = tokio::join!(wait, flood);
    assert_eq!(told, Err(Closed::Dropped));
}

#[tokio::test]
async fn closing_says_goodbye_and_dropping_cuts() {
    let (_scene, connection, mut peer) = connected().await;
    peer.hears().await.unwrap();
    connection.close().await;
    assert!(matches!(
        within("the client answers", peer.0.recv()).await,
        Some(Ok(axum::extract::ws::Message::Close(_)))
    ));

    let (_scene, connection, mut peer) = connected().await;
    peer.hears().await.unwrap();
    drop(connection);
    assert_eq!(peer.hears().await, None);
}

#[tokio::test]
async fn a_closed_connection_does_no_work() {
    let (scene, mut connection, mut peer) = connected().await;
    peer.close(1001).await;
    connection.next().await.unwrap_err();
    drop(peer);
    for _ in 0..10 {
        scene.clock.advance(Duration::from_secs(10));
        settled(2_000).await;
    }
    assert_eq!(scene.server.paths(), [NEWER, EVENTS], "it dials no more");
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    drop(connection);
    settled(2_000).await;
    assert_eq!(tasks(), before, "its task had ended by itself");
}

#[tokio::test]
async fn unknown_messages_are_handed_on_for_the_count() {
    let (_scene, mut connection, mut peer) = connected().await;
    peer.send(frame(1, &[message("WebcastFutureThingMessage", 1, b"\xff\xff\xff")], "")).await;
    let told = connection.next().await.unwrap();
    assert_eq!(told[0].what, Observed::Unknown { method: "WebcastFutureThingMessage".to_owned() });
}
