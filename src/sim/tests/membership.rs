//! The bot joins and leaves guilds, and a guild in trouble is no guild that was left.

use serde_json::{Value, json};

use super::rest::Rest;
use crate::{Id, Permissions};

#[tokio::test]
async fn who_is_thrown_out_has_no_access_and_comes_back_with_a_new_role_and_a_new_moment() {
    let rest = Rest::new().await;
    let guild = rest.house.guild;
    let path = format!("/guilds/{guild}");
    let own = format!("{path}/members/{}", rest.sim.bot());
    let before = rest.call("GET", &own, Value::Null).await.1;
    assert!(rest.sim.invite_bot(guild, Permissions::BOT).await.is_err(), "it is there");
    rest.sim.kick_bot(guild).await.unwrap();
    assert!(rest.sim.kick_bot(guild).await.is_err(), "it is gone");
    assert_eq!(rest.code("GET", &path, Value::Null).await, (403, 50_001));
    rest.sim.advance(std::time::Duration::from_secs(1)).await.unwrap();
    rest.sim.invite_bot(guild, Permissions::SEND_MESSAGES).await.unwrap();
    let after = rest.call("GET", &own, Value::Null).await.1;
    assert_ne!(before["joined_at"], after["joined_at"]);
    assert_ne!(before["roles"], after["roles"]);
    let known = rest.call("GET", &path, Value::Null).await.1;
    let managed = known["roles"].as_array().unwrap().iter().filter(|role| role["managed"] == true).count();
    assert_eq!(managed, 1, "the former role went with it");
}

#[tokio::test]
async fn whom_the_bot_cannot_see_is_told_by_discords_numbers() {
    let rest = Rest::new().await;
    let (guild, ann) = (rest.house.guild, rest.house.member("ann"));
    let path = format!("/guilds/{guild}/members/{ann}");
    assert_eq!(rest.call("GET", &path, Value::Null).await.0, 200);
    rest.sim.remove_member(guild, ann).await.unwrap();
    assert_eq!(rest.code("GET", &path, Value::Null).await, (404, 10_007));
    assert_eq!(rest.code("GET", &format!("/guilds/{guild}/members/5"), Value::Null).await, (404, 10_013));
    assert_eq!(rest.code("GET", &format!("/guilds/5/members/{ann}"), Value::Null).await, (404, 10_004));
    assert_eq!(rest.code("GET", "/guilds/5", Value::Null).await, (404, 10_004));
    rest.sim.kick_bot(guild).await.unwrap();
    assert_eq!(rest.code("GET", &path, Value::Null).await, (403, 50_001));
}

#[tokio::test]
async fn a_guild_gets_another_owner_who_is_a_member_and_another_name() {
    let rest = Rest::new().await;
    let (guild, ann) = (rest.house.guild, rest.house.member("ann"));
    let path = format!("/guilds/{guild}");
    assert!(rest.sim.transfer_ownership(guild, rest.sim.bot()).await.is_err(), "no bot owns a guild");
    assert!(rest.sim.transfer_ownership(guild, Id::new(5)).await.is_err(), "nobody owns a guild who is not there");
    rest.sim.transfer_ownership(guild, ann).await.unwrap();
    assert_eq!(rest.call("GET", &path, Value::Null).await.1["owner_id"], json!(ann));
    assert!(rest.sim.rename_guild(guild, "H").await.is_err(), "too short");
    let change = json!({"name": "House of Songs", "owner": rest.house.member("ben")});
    assert_eq!(rest.control("PATCH", &path, change).await.0, 200);
    let now = rest.call("GET", &path, Value::Null).await.1;
    assert_eq!((&now["name"], &now["owner_id"]), (&json!("House of Songs"), &json!(rest.house.member("ben"))));
    let role = format!("{path}/members/{ann}/roles/{}", rest.house.role("dj"));
    let roles = async || rest.sim.member(guild, ann).await.unwrap().role_names;
    assert_eq!((rest.control("PUT", &role, Value::Null).await.0, roles().await), (200, vec!["dj".to_owned()]));
    assert_eq!((rest.control("DELETE", &role, Value::Null).await.0, roles().await), (200, vec![]));
}
