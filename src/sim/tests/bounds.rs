//! Everything that grows is bounded: the oldest goes first.

use serde_json::Value;

use super::rest::Rest;
use crate::{CommandCall, FileSpec, MessageSpec};

#[tokio::test]
async fn a_channel_forgets_its_oldest_messages_and_their_files() {
    let rest = Rest::new().await;
    let (channel, user) = (rest.house.channel("submit"), rest.house.member("ann"));
    let attachments = vec![FileSpec::bytes("a.txt", "text/plain", b"a")];
    let content = "x".to_owned();
    let with_file = MessageSpec { channel, user, content, attachments, ..MessageSpec::default() };
    rest.sim.post_message(with_file.clone()).await.unwrap();
    let link = rest.sim.messages(channel).await[0].attachments()[0]["url"].as_str().unwrap().to_owned();
    assert_eq!(rest.download(&link).await.0, 200);
    let plain = MessageSpec { attachments: Vec::new(), ..with_file };
    for _ in 0..5_000 {
        rest.sim.post_message(plain.clone()).await.unwrap();
    }
    assert_eq!(rest.sim.messages(channel).await.len(), 5_000);
    assert_eq!(rest.download(&link).await.0, 404);
}

#[tokio::test]
async fn old_interactions_are_forgotten() {
    let rest = Rest::new().await;
    let (first, ..) = rest.run_go().await;
    let call = CommandCall::new(rest.house.guild, rest.house.channel("submit"), rest.house.member("ann"), "go");
    for _ in 0..8_192 {
        rest.sim.start_command(call.clone()).await.unwrap();
    }
    assert!(rest.sim.look(|world| world.outcome(first)).is_err());
}

#[tokio::test]
async fn the_log_keeps_its_numbers_when_old_requests_are_forgotten() {
    let rest = Rest::new().await;
    rest.call("GET", "/users/@me", Value::Null).await;
    rest.sim.shared.change(|world| {
        let (request, now) = (crate::rest::request::Request::default(), world.now());
        for _ in 0..20_000 {
            world.log.write(&request, now);
        }
    });
    rest.call("GET", "/gateway", Value::Null).await;
    let all = rest.sim.requests(0).await;
    assert_eq!((all.len(), all[0].n), (20_000, 2));
    let last = rest.sim.requests(20_001).await;
    assert_eq!((last.len(), last[0].path.as_str(), last[0].status), (1, "/gateway", 200));
}
