//! The bot joins and leaves guilds, and a guild in trouble is no guild that was left.

use serde_json::{Value, json};

use super::rest::Rest;
use crate::{Id, Permissions, RoleSpec};

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

#[tokio::test]
async fn the_bot_gives_and_takes_roles_below_its_own_and_no_others() {
    let rest = Rest::new().await;
    let (guild, ann) = (rest.house.guild, rest.house.member("ann"));
    let role = |id: Id| format!("/guilds/{guild}/members/{ann}/roles/{id}");
    let roles = async || rest.sim.member(guild, ann).await.unwrap().role_names;
    let dj = role(rest.house.role("dj"));
    for _ in 0..2 {
        assert_eq!(rest.code("PUT", &dj, Value::Null).await, (204, 0), "twice is once");
        assert_eq!(roles().await, ["dj"]);
    }
    assert_eq!((rest.code("DELETE", &dj, Value::Null).await, roles().await), ((204, 0), vec![]));
    let high = RoleSpec { name: "high".to_owned(), position: Some(99), ..RoleSpec::default() };
    let high = rest.sim.create_role(guild, high).await.unwrap();
    assert_eq!(rest.code("PUT", &role(high), Value::Null).await, (403, 50_013));
    assert_eq!(rest.code("PUT", &role(guild), Value::Null).await, (403, 50_013), "everybody's");
    assert_eq!(rest.code("PUT", &role(Id::new(5)), Value::Null).await, (404, 10_011));
    rest.sim.set_role_permissions(guild, own_role(&rest).await, Permissions::SEND_MESSAGES).await.unwrap();
    assert_eq!(rest.code("PUT", &dj, Value::Null).await, (403, 50_013), "without Manage Roles");
    rest.sim.remove_member(guild, ann).await.unwrap();
    assert_eq!(rest.code("PUT", &dj, Value::Null).await, (404, 10_007));
}

/// The role that came with the bot.
async fn own_role(rest: &Rest) -> Id {
    let member = rest.sim.member(rest.house.guild, rest.sim.bot()).await.unwrap();
    member.roles[0]
}
