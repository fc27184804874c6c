//! From a name to a room: what each page says, and whom the client believes.

use super::server::http;
use super::*;
use crate::kernel::cause::Cause;
use crate::live::Live;
use crate::live::refusal::Trouble;

/// What the three places answer: status and body.
#[derive(Clone)]
struct Pages {
    page: (u16, String),
    api_live: (u16, String),
    check_alive: (u16, String),
}

impl Pages {
    async fn look_up(self) -> (Result<Live, Refusal>, Vec<String>) {
        let scene = Scene::new(Transport::Auto, move |asked| {
            let (status, body) = match asked.path.as_str() {
                "/@bass.ann/live" => &self.page,
                "/api-live/user/room/" => &self.api_live,
                "/webcast/room/check_alive/" => &self.check_alive,
                other => panic!("{other}"),
            };
            http(*status, &[], body.clone())
        })
        .await;
        (scene.client.look_up(&ann()).await, scene.server.paths())
    }
}

fn live() -> Pages {
    Pages { page: page(2), api_live: api_live(2), check_alive: alive(true) }
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
    (200, format!(r#"{{"statusCode": 0, "data": {{"user": {{"roomId": "{ROOM}", "status": {status}}}}}}}"#))
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

#[tokio::test]
async fn a_live_is_found_on_its_page_and_confirmed() {
    for status in [2, 3] {
        let (found, asked) = Pages { page: page(status), ..live() }.look_up().await;
        assert_eq!((found, asked), (Ok(Live::OnAir(ROOM)), vec![PAGE.to_owned(), CHECK_ALIVE.to_owned()]));
    }
}

#[tokio::test]
async fn who_is_not_live_costs_one_request() {
    let roomless = |room: &str| {
        sigi(&format!(r#"{{"LiveRoom": {{"liveRoomUserInfo": {{"user": {{"roomId": {room}, "status": 2}}}}}}}}"#))
    };
    for page in [page(4), roomless("\"\""), roomless("\"0\""), roomless("0"), roomless("null"), roomless("\"x\"")] {
        let (found, asked) = Pages { page: page.clone(), ..live() }.look_up().await;
        assert_eq!((found, asked), (Ok(Live::Offline), vec![PAGE.to_owned()]), "{page:?}");
    }
}

#[tokio::test]
async fn a_room_that_is_not_alive_is_not_live_but_a_silent_check_changes_nothing() {
    assert_eq!(Pages { check_alive: alive(false), ..live() }.look_up().await.0, Ok(Live::Offline));
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
    assert_eq!(Pages { check_alive: shell(), ..bare }.look_up().await.0, Err(Refusal::Blocked));
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
        assert_eq!(with(room).look_up().await.0, Ok(Live::Offline), "{room}");
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
        let (found, _) = Pages { page: page.clone(), api_live: api_live(4), ..live() }.look_up().await;
        assert_eq!(found, Ok(Live::Offline), "{page:?}");
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
    assert_eq!(refused(failed.clone(), failed).await, Refusal::Network(Trouble::Failed(502)));
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
    assert_eq!(endless.client.look_up(&ann()).await, Err(Refusal::Network(Trouble::TooLarge)));

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
    assert_eq!(looking_up.await.unwrap(), Err(Refusal::Network(Trouble::TimedOut)));
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
    assert_eq!(scene.client.look_up(&ann()).await, Err(Refusal::Network(Trouble::Unreachable(Cause::Refused))));
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
