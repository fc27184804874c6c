//! From a name to a room: what each page says, and whom the client believes.

use super::server::http;
use super::*;
use crate::kernel::cause::Cause;
use crate::tiktok::Live;
use crate::tiktok::refusal::TransportError;

/// What the three places answer: status and body.
#[derive(Clone)]
struct Pages {
    page: (u16, String),
    api_live: (u16, String),
    check_alive: (u16, String),
    room_info: (u16, String),
}

impl Pages {
    async fn look_up(self) -> (Result<Live, Refusal>, Vec<String>) {
        let scene = Scene::new(Transport::Auto, move |asked| {
            let (status, body) = match asked.path.as_str() {
                "/@bass.ann/live" => &self.page,
                "/api-live/user/room/" => &self.api_live,
                "/webcast/room/check_alive/" => &self.check_alive,
                "/webcast/room/info/" => &self.room_info,
                other => panic!("{other}"),
            };
            http(*status, &[], body.clone())
        })
        .await;
        (scene.client.look_up(&ann()).await, scene.server.paths())
    }
}

fn live() -> Pages {
    Pages { page: page(2), api_live: api_live(2), check_alive: alive(true), room_info: shell() }
}

fn sigi(json: &str) -> (u16, String) {
    (200, format!(r#"<html><script id="SIGI_STATE" type="application/json">{json}</script></html>"#))
}

fn page(status: u8) -> (u16, String) {
    sigi(&format!(
        r#"{{"LiveRoom": {{"liveRoomUserInfo": {{
            "user": {{"roomId": "{ROOM}", "status": 9, "uniqueId": "bass.ann"}}, "liveRoom": {{"status": {status}}}
        }}}}}}"#
    ))
}

fn api_live(status: u8) -> (u16, String) {
    api_live_in(&ROOM.to_string(), status)
}

fn api_live_in(room: &str, status: u8) -> (u16, String) {
    (200, format!(r#"{{"statusCode": 0, "data": {{"user": {{"roomId": {room}, "status": {status}}}}}}}"#))
}

/// A page or `api-live` whose two records agree on the state, with this room.
fn told(room: &str, status: u8, name: &str) -> ((u16, String), (u16, String)) {
    let records = format!(
        r#""user": {{"roomId": {room}, "status": {status}, "uniqueId": "{name}"}}, "liveRoom": {{"status": {status}}}"#
    );
    let page = sigi(&format!(r#"{{"LiveRoom": {{"liveRoomStatus": {status}, "liveRoomUserInfo": {{{records}}}}}}}"#));
    (page, json(&format!(r#"{{"statusCode": 0, "data": {{{records}}}}}"#)))
}

fn info(status: u8, room: RoomId) -> (u16, String) {
    json(&format!(r#"{{"status_code": 0, "data": {{"status": {status}, "id_str": "{room}"}}}}"#))
}

fn alive(alive: bool) -> (u16, String) {
    (200, format!(r#"{{"data": [{{"alive": {alive}}}], "status_code": 0}}"#))
}

fn json(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

fn shell() -> (u16, String) {
    json("<html>Please wait</html>")
}

fn unknown() -> (u16, String) {
    json(r#"{"statusCode": 19881007, "message": "user_not_found", "data": {}}"#)
}

const PAGE: &str = "/@bass.ann/live";
const API_LIVE: &str = "/api-live/user/room/";
const CHECK_ALIVE: &str = "/webcast/room/check_alive/";
const ROOM_INFO: &str = "/webcast/room/info/";
/// The room of another live, before or after.
const OTHER: RoomId = RoomId::new(7_299_000_000_000_000_001);

#[tokio::test]
async fn a_live_is_found_on_its_page_and_confirmed() {
    for status in [2, 3] {
        let (found, asked) = Pages { page: page(status), ..live() }.look_up().await;
        assert_eq!((found, asked), (Ok(Live::OnAir(ROOM)), vec![PAGE.to_owned(), CHECK_ALIVE.to_owned()]));
    }
}

#[tokio::test]
async fn who_is_not_live_costs_one_request() {
    let over = |room: &str| {
        let live_room = r#""liveRoom": {"status": 4}"#;
        sigi(&format!(
            r#"{{"LiveRoom": {{"liveRoomUserInfo": {{"user": {{"roomId": {room}, "status": 2}}, {live_room}}}}}}}"#
        ))
    };
    for page in [over("\"\""), over("\"0\""), over("0"), over("null"), over("\"x\"")] {
        let (found, asked) = Pages { page: page.clone(), ..live() }.look_up().await;
        assert_eq!((found, asked), (Ok(Live::Offline), vec![PAGE.to_owned()]), "{page:?}");
    }
}

#[tokio::test]
async fn a_room_that_is_not_alive_is_not_live_but_a_silent_check_changes_nothing() {
    for room_info in [shell(), info(4, ROOM), info(2, OTHER), (500, String::new())] {
        let (found, asked) = Pages { check_alive: alive(false), room_info, ..live() }.look_up().await;
        assert_eq!(
            (found, asked),
            (Ok(Live::Offline), [PAGE, CHECK_ALIVE, API_LIVE, ROOM_INFO].map(String::from).into())
        );
    }
    let two_and_the_room = Pages { check_alive: alive(false), room_info: info(2, ROOM), ..live() };
    assert_eq!(two_and_the_room.look_up().await.0, Ok(Live::OnAir(ROOM)), "one against three");
    for check_alive in [json(""), shell(), (403, String::new()), (500, String::new()), json(r#"{"data": []}"#)] {
        assert_eq!(Pages { check_alive, ..live() }.look_up().await.0, Ok(Live::OnAir(ROOM)));
    }
}

#[tokio::test]
async fn where_nothing_tells_the_state_the_check_decides() {
    let bare = sigi(&format!(r#"{{"LiveRoom": {{"liveRoomUserInfo": {{"user": {{"roomId": {ROOM}}}}}}}}}"#));
    let bare = Pages { page: bare, ..live() };
    assert_eq!(bare.clone().look_up().await.0, Ok(Live::OnAir(ROOM)));
    assert_eq!(Pages { check_alive: alive(false), ..bare.clone() }.look_up().await.0, Ok(Live::Offline));
    assert_eq!(Pages { check_alive: shell(), ..bare.clone() }.look_up().await.0, Err(Refusal::Blocked));
    for (status, expected) in [(2, Ok(Live::OnAir(ROOM))), (3, Ok(Live::OnAir(ROOM))), (4, Ok(Live::Offline))] {
        let by_room = Pages { check_alive: shell(), room_info: info(status, ROOM), ..bare.clone() };
        assert_eq!(by_room.look_up().await.0, expected, "{status}");
    }
    let closed = json(r#"{"status_code": 4003110, "data": {"prompts": ""}}"#);
    let closed = Pages { check_alive: shell(), room_info: closed, ..bare };
    assert_eq!(closed.look_up().await.0, Err(Refusal::AgeRestricted));
}

#[tokio::test]
async fn a_room_keeps_all_its_digits_and_is_never_rounded() {
    let with = |room: &str| {
        let page =
            sigi(&format!(r#"{{"LiveRoom": {{"liveRoomUserInfo": {{"user": {{"roomId": {room}, "status": 2}}}}}}}}"#));
        Pages { page, ..live() }
    };
    for room in ["7300000000000000001", "\"7300000000000000001\""] {
        assert_eq!(with(room).look_up().await.0, Ok(Live::OnAir(ROOM)), "{room}");
    }
    for room in ["7.300000000000000001e18", "18446744073709551615", "99999999999999999999", "-5", "[]"] {
        let nowhere = Pages { api_live: api_live_in("null", 2), ..with(room) };
        assert_eq!(nowhere.look_up().await.0, Ok(Live::Offline), "{room}");
    }
}

#[tokio::test]
async fn a_blocked_page_falls_back_to_the_other_place() {
    let html_of = |status, text: &str| (status, text.to_owned());
    let blocked = [shell(), sigi("verify to continue"), html_of(403, ""), html_of(200, ""), html_of(503, "")];
    for page in blocked {
        let (found, asked) = Pages { page: page.clone(), ..live() }.look_up().await;
        assert_eq!(found, Ok(Live::OnAir(ROOM)), "{page:?}");
        assert_eq!(asked, [PAGE, API_LIVE, CHECK_ALIVE]);
        let over = Pages { page: page.clone(), api_live: api_live(4), check_alive: alive(false), ..live() };
        assert_eq!(over.look_up().await.0, Ok(Live::Offline), "{page:?}");
    }
}

#[tokio::test]
async fn not_found_is_believed_only_when_the_page_could_be_read() {
    let nobody = sigi(r#"{"UserPage": {}}"#);
    let refused = async |page, api_live| Pages { page, api_live, ..live() }.look_up().await.0;
    assert_eq!(refused(shell(), unknown()).await, Err(Refusal::Blocked));
    assert_eq!(refused(sigi("verify"), unknown()).await, Err(Refusal::Captcha));
    assert_eq!(refused(nobody.clone(), unknown()).await, Err(Refusal::NotFound));
    assert_eq!(refused(nobody.clone(), shell()).await, Err(Refusal::NotFound));
    assert_eq!(refused(nobody, api_live(2)).await, Ok(Live::OnAir(ROOM)));
}

#[tokio::test]
async fn every_way_of_turning_us_away_has_its_name() {
    let refused = async |page, api_live| Pages { page, api_live, ..live() }.look_up().await.0.unwrap_err();
    for api_live in [shell(), json(""), json("[]"), (403, "{}".to_owned()), (429, "{}".to_owned())] {
        assert_eq!(refused(shell(), api_live.clone()).await, Refusal::Blocked, "{api_live:?}");
        assert_eq!(refused(sigi("verify"), api_live.clone()).await, Refusal::Captcha, "{api_live:?}");
    }
    let code = |code: i64| json(&format!(r#"{{"statusCode": {code}, "message": "x"}}"#));
    assert_eq!(refused(shell(), code(20_003)).await, Refusal::LoginNeeded);
    assert_eq!(refused(shell(), code(4_003_110)).await, Refusal::AgeRestricted);
    assert_eq!(refused(shell(), code(10_101)).await, Refusal::Unexpected(10_101));
    let failed = (502, String::new());
    assert_eq!(refused(failed.clone(), failed).await, Refusal::Network(TransportError::Failed(502)));
}

#[tokio::test]
async fn a_page_that_moved_is_followed_on_its_own_server_only() {
    let elsewhere = Scene::new(Transport::Auto, |_| http(200, &[], page(2).1)).await;
    let foreign = format!("http://{}/@bass.ann/live", elsewhere.server.address);
    let scene = Scene::new(Transport::Auto, move |asked| match asked.path.as_str() {
        PAGE if asked.query.is_empty() => http(302, &[("location", "/@bass.ann/live?lang=en")], ""),
        PAGE => http(302, &[("location", &foreign)], ""),
        _ => http(403, &[], ""),
    })
    .await;
    assert_eq!(scene.client.look_up(&ann()).await, Err(Refusal::Blocked));
    assert_eq!(scene.server.paths(), [PAGE, PAGE, API_LIVE]);
    assert!(elsewhere.server.paths().is_empty());
}

#[tokio::test]
async fn endless_and_stuck_pages_are_given_up() {
    let endless = Scene::new(Transport::Auto, |_| {
        let block = || Ok::<_, std::convert::Infallible>(vec![b' '; 1 << 20]);
        http(200, &[], axum::body::Body::from_stream(futures_util::stream::repeat_with(block)))
    })
    .await;
    assert_eq!(endless.client.look_up(&ann()).await, Err(Refusal::Network(TransportError::TooLarge)));

    let stuck = Scene::new(Transport::Auto, |_| {
        let never = futures_util::stream::pending::<Result<Vec<u8>, std::convert::Infallible>>();
        http(200, &[], axum::body::Body::from_stream(never))
    })
    .await;
    let client = stuck.client.clone();
    let looking_up = tokio::spawn(async move { client.look_up(&ann()).await });
    for asked in [1, 2] {
        stuck.server.was_asked(asked).await;
        stuck.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(looking_up.await.unwrap(), Err(Refusal::Network(TransportError::TimedOut)));
}

#[tokio::test]
async fn a_server_that_is_not_there_is_unreachable() {
    let scene = Scene::new(Transport::Auto, |_| panic!("nobody is asked")).await;
    let address = scene.server.address;
    drop(scene.server);
    // The port is free again once the listener is gone.
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert_eq!(scene.client.look_up(&ann()).await, Err(Refusal::Network(TransportError::Unreachable(Cause::Refused))));
}

#[tokio::test]
async fn pages_are_asked_as_a_browser_asks() {
    let scene = Scene::new(Transport::Auto, |asked| match asked.path.as_str() {
        PAGE => http(200, &[], shell().1),
        API_LIVE => http(200, &[], api_live(2).1),
        _ => http(200, &[], alive(true).1),
    })
    .await;
    scene.client.look_up(&ann()).await.unwrap();
    for path in [PAGE, API_LIVE, CHECK_ALIVE] {
        let asked = &scene.server.asked(path)[0];
        let header = |name: &str| asked.headers[name].to_str().unwrap();
        assert!(header("user-agent").starts_with("Mozilla/5.0 (") && header("origin") == "https://www.tiktok.com");
    }
    let api_live = &scene.server.asked(API_LIVE)[0].query;
    assert!(api_live.starts_with("uniqueId=bass.ann&sourceType=54&staleTime=600000&aid=1988&"), "{api_live}");
    assert!(scene.server.asked(CHECK_ALIVE)[0].query.starts_with(&format!("room_ids={ROOM}&aid=1988&")));
}

#[tokio::test]
async fn an_answer_that_contradicts_itself_or_lacks_something_leads_to_the_next_place() {
    let room = ROOM.to_string();
    let pages = [
        told("\"\"", 2, "bass.ann"),
        told("\"0\"", 2, "bass.ann"),
        told("0", 3, "Bass.Ann"),
        told("null", 2, ""),
        told("[]", 1, "bass.ann"),
        told(&OTHER.to_string(), 4, "bass.ann"),
        told(&OTHER.to_string(), 2, "somebody.else"),
        told("\"\"", 4, "somebody.else"),
    ];
    for (page, api_live) in pages {
        let (found, asked) =
            Pages { page: page.clone(), api_live: told(&room, 2, "bass.ann").1, ..live() }.look_up().await;
        assert_eq!(
            (found, asked),
            (Ok(Live::OnAir(ROOM)), [PAGE, API_LIVE, CHECK_ALIVE].map(String::from).into()),
            "{page:?}"
        );
        // The same kind of answer in the second place: a blocked page before it, and nothing is settled.
        let (found, _) =
            Pages { page: shell(), api_live: api_live.clone(), check_alive: shell(), ..live() }.look_up().await;
        let is_over = api_live.1.contains(&OTHER.to_string()) && !api_live.1.contains("somebody");
        assert_eq!(found, if is_over { Ok(Live::Offline) } else { Err(Refusal::Blocked) }, "{api_live:?}");
    }
}

#[tokio::test]
async fn a_live_without_a_room_in_every_place_is_neither_live_nor_not() {
    let (page, api_live) = told("\"\"", 2, "bass.ann");
    let (found, asked) = Pages { page: page.clone(), api_live, ..live() }.look_up().await;
    assert_eq!((found, asked), (Err(Refusal::Contradiction), [PAGE, API_LIVE].map(String::from).into()));
    assert_eq!(Pages { page, api_live: unknown(), ..live() }.look_up().await.0, Err(Refusal::Contradiction));
}

#[tokio::test]
async fn a_page_of_the_live_before_does_not_hide_the_live_of_now() {
    let (stale, _) = told(&OTHER.to_string(), 2, "bass.ann");
    let alive_by_room = move |room: RoomId| alive(room == ROOM);
    let scene = Scene::new(Transport::Auto, move |asked| {
        let (status, body) = match asked.path.as_str() {
            PAGE => stale.clone(),
            API_LIVE => api_live(2),
            CHECK_ALIVE => alive_by_room(if asked.query.contains(&ROOM.to_string()) { ROOM } else { OTHER }),
            other => panic!("{other}"),
        };
        http(status, &[], body)
    })
    .await;
    assert_eq!(scene.client.look_up(&ann()).await, Ok(Live::OnAir(ROOM)));
    assert_eq!(scene.server.paths(), [PAGE, CHECK_ALIVE, API_LIVE, CHECK_ALIVE]);
}

#[tokio::test]
async fn a_check_of_another_room_says_nothing() {
    let other = json(&format!(r#"{{"data": [{{"alive": false, "room_id_str": "{OTHER}"}}], "status_code": 0}}"#));
    assert_eq!(Pages { check_alive: other, ..live() }.look_up().await.0, Ok(Live::OnAir(ROOM)));
}
