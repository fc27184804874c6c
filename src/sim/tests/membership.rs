//! The bot joins and leaves guilds, and a guild in trouble is no guild that was left.

use serde_json::Value;

use super::rest::Rest;
use crate::Permissions;

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
