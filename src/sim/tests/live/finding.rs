//! Finding a live: the pages, the sign step, the handshake.

use serde_json::json;

use super::viewer::*;
use super::*;

/// The data in the page of a live.
fn data_of(page: &str) -> serde_json::Value {
    let (_, after) = page.split_once("<script id=\"SIGI_STATE\" type=\"application/json\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

#[tokio::test]
async fn every_way_of_looking_a_live_up_tells_the_same() {
    let studio = Studio::new().await;
    studio.sim.live_title("host", "</script><b>Reviews").await.unwrap();
    let room = studio.room.to_string();
    let (status, page) = studio.page("/@host/live").await;
    let data = &data_of(&page)["LiveRoom"]["liveRoomUserInfo"];
    assert_eq!((status, &data["user"]["roomId"], &data["user"]["status"]), (200, &json!(room), &json!(2)));
    assert_eq!((&data["liveRoom"]["status"], &data["liveRoom"]["title"]), (&json!(2), &json!("</script><b>Reviews")));
    let api = studio.json("/api-live/user/room/?uniqueId=host&sourceType=54&aid=1988").await;
    assert_eq!((&api["statusCode"], &api["data"]["user"]["roomId"]), (&json!(0), &json!(room)));
    assert_eq!(api["data"]["liveRoom"]["status"], 2);
    let alive = studio.json(&format!("/webcast/room/check_alive/?room_ids=5,{room}")).await;
    assert_eq!((&alive["data"][0]["alive"], &alive["data"][1]["alive"]), (&json!(false), &json!(true)));
    let info = studio.json(&format!("/webcast/room/info/?room_id={room}")).await;
    assert_eq!((&info["data"]["status"], &info["data"]["owner"]["display_id"]), (&json!(2), &json!("host")));
    let sign = studio.json("/webcast/anchors/host/room_id").await;
    assert_eq!((&sign["is_live"], &sign["room_id"]), (&json!(true), &json!(room)));
    let gifts = studio.json("/webcast/gift/list/").await;
    assert_eq!(gifts["data"]["gifts"][0]["name"], "Rose");
    let seen = studio.seen().await;
    assert_eq!((seen.pages, seen.api_lives, seen.check_alives, seen.room_infos), (1, 1, 1, 1));
}

#[tokio::test]
async fn who_is_not_live_is_told_apart_from_who_is_not_there() {
    let studio = Studio::new().await;
    studio.sim.live_account("quiet").await.unwrap();
    studio.sim.ends_live("host").await.unwrap();
    for (name, code, room) in [("host", 0, studio.room.to_string()), ("quiet", 0, String::new())] {
        let api = studio.json(&format!("/api-live/user/room?uniqueId={name}&sourceType=54&aid=1988")).await;
        assert_eq!((&api["statusCode"], &api["data"]["liveRoom"]["status"]), (&json!(code), &json!(4)), "{name}");
        assert_eq!(api["data"]["user"]["roomId"], room, "{name}");
    }
    let api = studio.json("/api-live/user/room?uniqueId=nobody&sourceType=54&aid=1988").await;
    assert_eq!((&api["statusCode"], &api["message"]), (&json!(19_881_007), &json!("user_not_found")));
    let api = studio.json("/api-live/user/room?uniqueId=host").await;
    assert_eq!(api["message"], "params_error");
    assert!(data_of(&studio.page("/@nobody/live").await.1).get("LiveRoom").is_none());
    assert_eq!(studio.json("/webcast/room/info/?room_id=").await["status_code"], 10_011);
}

#[tokio::test]
async fn both_forms_of_the_sign_step_open_a_connection() {
    let studio = Studio::new().await;
    for path in [
        format!("/webcast/rooms/{}/connect", studio.room),
        format!("/webcast/fetch?room_id={}", studio.room),
        "/webcast/fetch?unique_id=host".to_owned(),
    ] {
        let signed = studio.sign_at(&path).await;
        assert_eq!(signed.status, 200, "{path}");
        assert_eq!(signed.headers["x-room-id"], studio.room.to_string());
        assert!(!part(&signed.body, 2).is_empty() && !part(&signed.body, 5).is_empty(), "{path}");
        assert_eq!((number(&signed.body, &[9]), number(&signed.body, &[11])), (0, 1), "{path}");
        assert_eq!(told(&signed.body)[0].method, "WebcastRoomMessage", "{path}");
        assert!(dial(&signed.address(studio.room), &signed.cookie(), BROWSER).await.is_ok(), "{path}");
    }
    let seen = studio.seen().await;
    assert_eq!((seen.signs, seen.signs_with_key, seen.signs_without_key), (3, 3, 0));
    assert!(seen.complaints.is_empty(), "{:?}", seen.complaints);
}

#[tokio::test]
async fn a_sign_request_without_its_parameters_is_refused() {
    let studio = Studio::new().await;
    let bare = studio.http.get(format!("{}/webcast/fetch?room_id={}", studio.sim.live_url(), studio.room));
    assert_eq!(bare.send().await.unwrap().status(), 400);
    assert_eq!(studio.sign_at("/webcast/rooms/5/connect").await.status, 404);
    assert_eq!(studio.seen().await.signs_without_key, 1);
}

#[tokio::test]
async fn the_door_opens_only_to_a_browser_with_the_cookie_and_an_encoded_address() {
    let studio = Studio::new().await;
    let signed = studio.sign().await;
    let (address, cookie) = (signed.address(studio.room), signed.cookie());
    let blocked = (200, "DEVICE_BLOCKED".to_owned());
    let refused = |turned: Result<Viewer, (u16, String)>| turned.err().unwrap();
    assert_eq!(refused(dial(&address, &cookie, "").await), blocked);
    assert_eq!(refused(dial(&address, "", BROWSER).await), blocked);
    assert_eq!(refused(dial(&address, "ttwid=made-up", BROWSER).await), blocked);
    for wrong in [
        address.replace("%28", "("),
        address.replace("%20", ""),
        address.replace("aid=1988", "aid=1"),
        address.replace(&studio.room.to_string(), "5"),
    ] {
        let signed = studio.sign().await;
        assert_eq!(refused(dial(&wrong, &signed.cookie(), BROWSER).await).0, 400, "{wrong}");
    }
    assert!(dial(&address, &cookie, BROWSER).await.is_ok());
    assert_eq!(refused(dial(&address, &cookie, BROWSER).await), blocked, "a sign response opens one connection");
}

#[tokio::test]
async fn a_sign_response_is_good_for_thirty_seconds() {
    let studio = Studio::new().await;
    let signed = studio.sign().await;
    studio.hand.advance(Duration::from_secs(31));
    let turned = dial(&signed.address(studio.room), &signed.cookie(), BROWSER).await;
    assert_eq!(turned.err(), Some((200, "DEVICE_BLOCKED".to_owned())));
}

#[tokio::test]
async fn a_visitor_of_the_start_page_connects_unsigned() {
    let studio = Studio::new().await;
    studio.sim.live_withholds_cookies(1).await;
    let ask = || async { studio.http.get(studio.sim.live_url()).send().await.unwrap() };
    assert!(!ask().await.headers().contains_key("set-cookie"));
    let answer = ask().await;
    let cookie = answer.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    let socket = studio.sim.gateway_url();
    for path in ["/live/webcast/im/ws_proxy/ws_reuse_supplement/", "/webcast/im/ws_proxy/ws_reuse_supplement/"] {
        let address = format!("{socket}{path}?{}", fixed(studio.room));
        assert!(dial(&address, &cookie, BROWSER).await.is_ok(), "{path}");
    }
}
