//! The managed connection: its two texts, TikTok's frames, and its codes.

use super::bytes::{comment, frame, other_frame};
use super::server::{Peer, http, socket};
use super::*;
use crate::tiktok::refusal::{Closed, Degradation, Limit};
use crate::tiktok::wire::Observed;

const WORKER: &str = r#"{"timestamp": 1, "messages": [{"type": "workerInfo", "data": {"webSocketId": "x"}}]}"#;
const ROOM_INFO: &str = r#"{"timestamp": 2, "messages": [{"type": "roomInfo", "data": {"roomInfo": {"status": 2}}}]}"#;

async fn scene(transport: Transport) -> Scene {
    Scene::with_key(transport, Some("canary-key"), |asked| match asked.path.as_str() {
        "/managed" => socket(),
        _ => http(503, &[], ""),
    })
    .await
}

/// Connects; `act` is what the service does after the handshake.
async fn connect(act: impl AsyncFnOnce(&mut Peer)) -> (Scene, Result<Connection, Refusal>, Peer) {
    let scene = scene(MANAGED).await;
    let connecting = scene.begin(1).await;
    let mut peer = scene.server.socket().await;
    act(&mut peer).await;
    (scene, connecting.await.unwrap(), peer)
}

async fn connected() -> (Scene, Connection, Peer) {
    let (scene, connection, peer) = connect(async |peer| {
        peer.say(WORKER).await;
        peer.say(ROOM_INFO).await;
    })
    .await;
    (scene, connection.unwrap(), peer)
}

#[tokio::test]
async fn frames_come_as_from_tiktok_and_nothing_is_sent_back() {
    let (scene, mut connection, mut peer) = connected().await;
    assert_eq!((connection.way(), connection.has_backlog()), (Way::Managed, false));
    assert!(scene.server.asked("/managed")[0].query.starts_with("uniqueId=bass.ann&apiKey=canary-key&"));
    peer.send(frame(1, &[comment(1, "hi")], "ext")).await;
    assert_eq!(connection.next().await.unwrap().len(), 1);
    scene.clock.advance(Duration::from_secs(30));
    peer.close(1000).await;
    assert_eq!(connection.next().await, Err(Closed::ByServer { code: 1000 }));
    assert_eq!(peer.hears().await, None, "neither heartbeat nor acknowledgement");
}

#[tokio::test]
async fn a_connection_counts_when_the_room_was_found() {
    let (.., connection, _peer) = connect(async |peer| {
        peer.say(WORKER).await;
        peer.close(4404).await;
    })
    .await;
    assert_eq!(connection.err(), Some(Refusal::Offline));
    let (.., connection, _peer) =
        connect(async |peer| peer.say(r#"[{"type": "roomInfo", "data": {"roomInfo": {"status": 4}}}]"#).await).await;
    assert_eq!(connection.err(), Some(Refusal::Offline));
    let (.., connection, _peer) = connect(async |peer| peer.send(other_frame(1, "hb", b"")).await).await;
    assert!(connection.is_ok(), "a frame of TikTok's is proof enough");
}

#[tokio::test]
async fn a_service_that_stays_silent_is_in_trouble() {
    let scene = scene(MANAGED).await;
    let silent = async {
        let mut peer = scene.server.socket().await;
        peer.say(WORKER).await;
        while peer.hears().await.is_some() {}
    };
    let (connected, ()) = tokio::join!(scene.connect_while_time_passes(), silent);
    assert_eq!(connected.err(), Some(Refusal::ServiceDegraded(Degradation::Silent)));
}

#[tokio::test]
async fn a_close_code_is_a_refusal_before_the_room_was_found_and_an_end_after() {
    for (code, refusal) in [
        (1011, Refusal::ServiceDegraded(Degradation::Upstream)),
        (4400, Refusal::OptionsRefused),
        (4401, Refusal::BadKey),
        (4403, Refusal::PlanTooSmall),
        (4404, Refusal::Offline),
        (4429, Refusal::TooManyConnections),
        (4556, Refusal::ServiceDegraded(Degradation::Upstream)),
    ] {
        let (.., connection, _peer) = connect(async |peer| peer.close(code).await).await;
        assert_eq!(connection.err(), Some(refusal.clone()), "{code}");
        let (_scene, mut connection, mut peer) = connected().await;
        peer.close(code).await;
        assert_eq!(connection.next().await, Err(Closed::Refused(refusal)), "{code}");
    }
    for (code, end) in
        [(4005, Closed::Ended), (4006, Closed::Silence), (4500, Closed::Dropped), (4555, Closed::LifetimeReached)]
    {
        let (_scene, mut connection, mut peer) = connected().await;
        peer.close(code).await;
        assert_eq!(connection.next().await, Err(end), "{code}");
    }
}

#[tokio::test]
async fn a_refused_handshake_speaks_as_the_sign_service_does() {
    for (status, refusal) in [
        (401, Refusal::BadKey),
        (402, Refusal::PlanTooSmall),
        (429, Refusal::RateLimited(Limit { wait: Duration::from_secs(90), label: None })),
        (503, Refusal::ServiceDegraded(Degradation::Failed(503))),
    ] {
        let scene = Scene::with_key(MANAGED, Some("k"), move |_| http(status, &[("Retry-After", "90")], "")).await;
        assert_eq!(scene.connect().await.err(), Some(refusal), "{status}");
    }
}

#[tokio::test]
async fn a_disconnect_that_is_announced_ends_soon_with_its_code_or_without() {
    let (_scene, mut connection, mut peer) = connected().await;
    peer.say(r#"{"type": "tiktok.disconnect", "data": {"reason": "x"}}"#).await;
    peer.close(4005).await;
    assert_eq!(connection.next().await, Err(Closed::Ended));

    let (scene, mut connection, mut peer) = connected().await;
    peer.send(frame(1, &[comment(1, "before")], "")).await;
    connection.next().await.unwrap();
    peer.say(r#"{"messages": [{"type": "tiktok.disconnect"}, {"type": "WebcastChatMessage", "data": {}}]}"#).await;
    let told = connection.next().await.unwrap();
    assert!(matches!(told[0].what, Observed::Undecodable { .. }), "{told:?}");
    scene.clock.advance(Duration::from_secs(5));
    assert_eq!(connection.next().await, Err(Closed::Dropped));
}

#[tokio::test]
async fn auto_prefers_the_managed_connection_where_there_is_a_key() {
    let scene = scene(Transport::Auto).await;
    let connecting = scene.begin(1).await;
    let mut peer = scene.server.socket().await;
    peer.say(ROOM_INFO).await;
    assert_eq!(connecting.await.unwrap().unwrap().way(), Way::Managed);
    assert_eq!(scene.server.paths(), ["/managed"]);
}

#[test]
fn the_managed_way_needs_a_key_and_a_key_must_be_one() {
    let (clock, _hand) = Clock::simulated(START);
    let make = |transport, key: Option<&str>| {
        let settings = ClientSettings { transport, api_key: key.map(Secret::new), ..ClientSettings::default() };
        Client::new(settings, clock.clone()).err().map(|error| error.to_string())
    };
    assert_eq!(make(MANAGED, None).as_deref(), Some("TIKTOK_TRANSPORT is managed, which needs EULER_API_KEY"));
    for key in ["", "two\nlines"] {
        assert_eq!(make(EULER, Some(key)).as_deref(), Some("EULER_API_KEY holds characters that no key holds"));
    }
    assert_eq!(make(MANAGED, Some("key")), None);
}
