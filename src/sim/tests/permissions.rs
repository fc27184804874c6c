//! What the bot may do comes from its roles and the channel's overwrites.

use serde_json::{Value, json};

use super::rest::Rest;
use crate::{MessageSpec, OverwriteSpec, Permissions, RoleSpec};

async fn forbid(rest: &Rest, deny: Permissions) {
    let target = "bot".to_owned();
    let spec = OverwriteSpec { target, deny, allow: Permissions::NONE };
    rest.sim.set_overwrite(rest.house.channel("submit"), spec).await.unwrap();
}

#[tokio::test]
async fn each_missing_permission_has_its_refusal() {
    let rest = Rest::new().await;
    let own = rest.said("own").await;
    let (channel, user) = (rest.house.channel("submit"), rest.house.member("ann"));
    let spec = MessageSpec { channel, user, content: "hers".to_owned(), ..MessageSpec::default() };
    let hers = format!("{}/{}", rest.submit(), rest.sim.post_message(spec).await.unwrap());

    forbid(&rest, Permissions::EMBED_LINKS | Permissions::ATTACH_FILES | Permissions::MANAGE_MESSAGES).await;
    rest.said("plain text").await;
    let embed = json!({"embeds": [{"title": "t"}]});
    assert_eq!(rest.code("POST", &rest.submit(), embed).await, (403, 50_013));
    let (status, _) = rest.send_files(&rest.submit(), json!({}), &[("a.txt", vec![1])]).await;
    assert_eq!(status, 403);
    assert_eq!(rest.code("DELETE", &hers, Value::Null).await, (403, 50_013));
    assert_eq!(rest.call("DELETE", &own, Value::Null).await.0, 204);

    forbid(&rest, Permissions::SEND_MESSAGES).await;
    assert_eq!(rest.code("POST", &rest.submit(), json!({"content": "x"})).await, (403, 50_013));
    forbid(&rest, Permissions::VIEW_CHANNEL).await;
    assert_eq!(rest.code("POST", &rest.submit(), json!({"content": "x"})).await, (403, 50_001));
    assert_eq!(rest.code("GET", &hers, Value::Null).await, (403, 50_001));
}

#[tokio::test]
async fn the_bot_gives_only_roles_below_its_own() {
    let rest = Rest::new().await;
    let (guild, ann) = (rest.house.guild, rest.house.member("ann"));
    let path = |role| format!("/guilds/{guild}/members/{ann}/roles/{role}");
    assert_eq!(rest.call("PUT", &path(rest.house.role("dj")), Value::Null).await.0, 204);
    assert_eq!(rest.sim.member(guild, ann).await.unwrap().role_names, ["dj"]);
    let spec = RoleSpec { name: "boss".to_owned(), position: Some(9), ..RoleSpec::default() };
    let boss = rest.sim.create_role(guild, spec).await.unwrap();
    assert_eq!(rest.code("PUT", &path(boss), Value::Null).await, (403, 50_013));
    assert_eq!(rest.code("PUT", &path(guild), Value::Null).await, (403, 50_013));
    assert_eq!(rest.code("PUT", &path(1.into()), Value::Null).await, (404, 10_011));
}

#[tokio::test]
async fn a_time_out_silences_and_the_owner_cannot_be_timed_out() {
    let rest = Rest::new().await;
    let (guild, ann) = (rest.house.guild, rest.house.member("ann"));
    let until = json!({"communication_disabled_until": "2026-11-21T21:00:00Z"});
    let path = |user| format!("/guilds/{guild}/members/{user}");
    assert_eq!(rest.code("PATCH", &path(rest.house.owner), until.clone()).await, (403, 50_013));
    assert_eq!(rest.call("PATCH", &path(ann), until).await.0, 200);
    let spec = MessageSpec {
        channel: rest.house.channel("submit"),
        user: ann,
        content: "still here".to_owned(),
        ..MessageSpec::default()
    };
    let refused = rest.sim.post_message(spec.clone()).await.unwrap_err();
    assert_eq!(refused.0, "They may not write in that channel.");
    rest.hand.advance(std::time::Duration::from_hours(1));
    rest.sim.post_message(spec).await.unwrap();
}

#[tokio::test]
async fn a_direct_message_needs_a_shared_guild_and_an_open_door() {
    let rest = Rest::new().await;
    let ann = rest.house.member("ann");
    let (_, channel) = rest.call("POST", "/users/@me/channels", json!({"recipient_id": ann})).await;
    let path = format!("/channels/{}/messages", channel["id"].as_str().unwrap());
    assert_eq!(rest.call("POST", &path, json!({"content": "hi"})).await.0, 200);
    rest.sim.block_dms(ann, true).await;
    assert_eq!(rest.code("POST", &path, json!({"content": "hi"})).await, (403, 50_007));
    rest.sim.block_dms(ann, false).await;
    let refused = |code, at_opening| Some(crate::DmRefusal { code, at_opening });
    for (code, status) in [(50_278, 403), (20_026, 403), (50_033, 400), (40_003, 403), (99_999, 403)] {
        rest.sim.refuse_dms(ann, refused(code, false)).await;
        assert_eq!(rest.code("POST", &path, json!({"content": "hi"})).await, (status, code));
        assert_eq!(rest.call("POST", "/users/@me/channels", json!({"recipient_id": ann})).await.0, 200);
    }
    for (code, status) in [(50_007, 400), (10_013, 404), (40_003, 403)] {
        rest.sim.refuse_dms(ann, refused(code, true)).await;
        let opened = rest.code("POST", "/users/@me/channels", json!({"recipient_id": ann})).await;
        assert_eq!(opened, (status, code));
    }
    rest.sim.refuse_dms(ann, None).await;
    rest.sim.remove_member(rest.house.guild, ann).await.unwrap();
    assert_eq!(rest.code("POST", &path, json!({"content": "hi"})).await, (403, 50_278));
    assert_eq!(rest.sim.dms(ann).await.len(), 1);
}

#[tokio::test]
async fn a_wrong_token_and_an_unknown_route_are_refused_and_logged() {
    let rest = Rest::new().await;
    assert_eq!(rest.call("GET", "/no/such/thing", Value::Null).await.1["message"], "404: Not Found");
    rest.use_token("another");
    assert_eq!(rest.call("GET", "/users/@me", Value::Null).await.1["message"], "401: Unauthorized");
    let statuses: Vec<u16> = rest.sim.requests(0).await.iter().map(|request| request.status).collect();
    assert_eq!(statuses, [404, 401]);
}

#[tokio::test]
async fn an_address_that_asks_wrongly_too_often_is_banned_for_a_while() {
    let rest = Rest::new().await;
    rest.sim.set(|settings| settings.invalid_requests_before_ban = 2);
    rest.use_token("wrong");
    for _ in 0..2 {
        assert_eq!(rest.call("GET", "/users/@me", Value::Null).await.0, 401);
    }
    rest.use_token(crate::BOT_TOKEN);
    let (status, answer) = rest.call("GET", "/users/@me", Value::Null).await;
    assert_eq!((status, &answer["retry_after"], &answer["global"]), (429, &json!(3_600.0), &json!(true)));
    rest.hand.advance(std::time::Duration::from_hours(1));
    assert_eq!(rest.call("GET", "/users/@me", Value::Null).await.0, 200);
}

#[tokio::test]
async fn overwrites_count_from_everyone_over_roles_to_the_member() {
    let rest = Rest::new().await;
    let (channel, ann) = (rest.house.channel("submit"), rest.house.member("ann"));
    rest.sim.set_member_role(rest.house.guild, ann, rest.house.role("dj"), true).await.unwrap();
    let send = Permissions::SEND_MESSAGES;
    let may_send = || rest.sim.look(|world| world.permissions_at(ann, channel).has(send));
    let set = |target: &str, allow: Permissions, deny: Permissions| {
        let target = target.to_owned();
        rest.sim.set_overwrite(channel, OverwriteSpec { target, allow, deny })
    };
    assert!(may_send());
    set("@everyone", Permissions::NONE, send).await.unwrap();
    assert!(!may_send(), "@everyone is denied");
    set("dj", send, Permissions::NONE).await.unwrap();
    assert!(may_send(), "a role of hers is allowed");
    set("ann", Permissions::NONE, send).await.unwrap();
    assert!(!may_send(), "she herself is denied");
    let thread = rest.sim.start_thread(channel, ann, "talk").await.unwrap();
    set("ann", Permissions::NONE, Permissions::VIEW_CHANNEL).await.unwrap();
    assert!(!rest.sim.look(|world| world.sees(ann, thread)), "a thread follows its channel");
    let owner = rest.house.owner;
    assert!(rest.sim.look(|world| world.permissions_at(owner, channel).has(Permissions::ALL)));
}
