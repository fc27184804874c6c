//! Pictures, as they were ordered: of accounts and of guilds.

use serde_json::json;

use super::rest::Rest;

#[tokio::test]
async fn a_picture_is_answered_as_ordered_and_its_hash_told_by_whom_it_is_of() {
    let rest = Rest::new().await;
    let (guild, ann) = (rest.house.guild, rest.house.member("ann"));
    for (order, of) in [("png", json!({ "user": ann })), ("status", json!({ "guild": guild }))] {
        let hash = format!("{order:0>32}");
        let mut call = json!({ "hash": hash, "answer": { "kind": order, "status": 404 } });
        call.as_object_mut().unwrap().extend(of.as_object().unwrap().clone());
        assert_eq!(rest.control("POST", "/pictures", call).await.0, 200, "{order}");
    }
    let member = rest.call("GET", &format!("/guilds/{guild}/members/{ann}"), json!(null)).await.1;
    assert_eq!(member["user"]["avatar"], "00000000000000000000000000000png");
    let told = rest.call("GET", &format!("/guilds/{guild}"), json!(null)).await.1;
    assert_eq!(told["icon"], "00000000000000000000000000status");

    let host = rest.sim.discord_url();
    let avatar = format!("/avatars/{ann}/00000000000000000000000000000png.png?size=64");
    let (status, picture) = rest.download(&format!("{host}{avatar}")).await;
    assert!(status == 200 && picture.starts_with(b"\x89PNG\r\n\x1a\n"));
    let icon = format!("/icons/{guild}/00000000000000000000000000status.png");
    assert_eq!(rest.download(&format!("{host}{icon}")).await.0, 404);
    assert_eq!(rest.download(&format!("{host}/icons/{guild}/other.png")).await.0, 404);
    assert_eq!(rest.sim.pictures_asked()[..2], [avatar, icon]);
}
