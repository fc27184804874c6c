//! The rules of answers: one, in time, of the right kind.

use std::time::Duration;

use serde_json::{Value, json};

use super::rest::Rest;
use super::{SOON, sim};
use crate::{AutocompleteCall, CommandCall, Fault, GuildSpec, ModalCall};

fn say(text: &str) -> Value {
    json!({"type": 4, "data": {"content": text}})
}

#[tokio::test]
async fn an_interaction_takes_one_answer_within_three_seconds() {
    let rest = Rest::new().await;
    let (_, callback, follow_up) = rest.run_go().await;
    assert_eq!(rest.code("POST", &follow_up, json!({"content": "early"})).await, (404, 10_015));
    assert_eq!(rest.call("POST", &callback, say("one")).await.0, 204);
    assert_eq!(rest.code("POST", &callback, say("two")).await, (400, 40_060));
    let (_, late, _) = rest.run_go().await;
    rest.hand.advance(Duration::from_millis(3_001));
    assert_eq!(rest.code("POST", &late, say("late")).await, (404, 10_062));
    assert_eq!(rest.code("POST", "/interactions/1/x/callback", say("whose")).await, (404, 10_062));
}

#[tokio::test]
async fn a_token_lives_fifteen_minutes() {
    let rest = Rest::new().await;
    let (id, callback, follow_up) = rest.run_go().await;
    rest.call("POST", &callback, json!({"type": 5, "data": {"flags": 64}})).await;
    rest.hand.advance(Duration::from_mins(14));
    let (status, filled) = rest.call("POST", &follow_up, json!({"content": "done"})).await;
    assert_eq!((status, &filled["flags"]), (200, &json!(64)));
    let original = format!("{follow_up}/messages/@original");
    assert_eq!(rest.call("PATCH", &original, json!({"content": "done!"})).await.0, 200);
    assert_eq!(rest.sim.outcome(id, SOON).await.unwrap().text(), "done!");
    rest.hand.advance(Duration::from_mins(2));
    assert_eq!(rest.code("PATCH", &original, json!({"content": "?"})).await, (401, 50_027));
}

#[tokio::test]
async fn each_kind_of_interaction_takes_its_kinds_of_answer() {
    let rest = Rest::new().await;
    let input = json!({"type": 4, "custom_id": "t", "style": 1, "label": "Text"});
    let modal = |title: &str| json!({"type": 9, "data": {"custom_id": "m", "title": title, "components": [{"type": 1, "components": [input]}]}});
    let (id, callback, _) = rest.run_go().await;
    for wrong in
        [json!({"type": 7, "data": {"content": "x"}}), json!({"type": 6}), json!({"type": 8, "data": {"choices": []}})]
    {
        assert_eq!(rest.code("POST", &callback, wrong).await, (400, 50_035));
    }
    assert_eq!(rest.code("POST", &callback, modal(&"x".repeat(46))).await, (400, 50_035));
    assert_eq!(rest.call("POST", &callback, modal("A title")).await.0, 204);
    let fields = json!({"t": "hello"}).as_object().unwrap().clone();
    let call = ModalCall { user: rest.house.member("ann"), interaction: id, fields, ..ModalCall::default() };
    let sent = rest.sim.start_modal(call).await.unwrap();
    let callback = format!("/interactions/{sent}/{}/callback", rest.token(sent));
    assert_eq!(rest.code("POST", &callback, modal("Again")).await, (400, 50_035));
    let (status, made) = rest.call("POST", &format!("{callback}?with_response=true"), say("thanks")).await;
    assert_eq!((status, &made["resource"]["message"]["content"]), (200, &json!("thanks")));
}

#[tokio::test]
async fn choices_are_at_most_25_and_each_at_most_100_long() {
    let rest = Rest::new().await;
    let option = json!({"type": 3, "name": "o", "description": "d", "autocomplete": true});
    let commands = json!([{"name": "find", "description": "d", "options": [option]}]);
    rest.call("PUT", &format!("/applications/{}/commands", rest.sim.bot()), commands).await;
    let call = AutocompleteCall {
        guild: Some(rest.house.guild),
        channel: Some(rest.house.channel("submit")),
        user: rest.house.member("ann"),
        name: "find".to_owned(),
        focused: "o".to_owned(),
        ..AutocompleteCall::default()
    };
    let asked = tokio::spawn({
        let sim = rest.sim.clone();
        async move { sim.autocomplete(call).await }
    });
    let started = |world: &crate::World| world.interactions.newest();
    let id = rest.sim.wait_until(started, SOON).await.unwrap();
    let callback = format!("/interactions/{id}/{}/callback", rest.token(id));
    let choices = |count: usize, name: &str| -> Value {
        let list: Vec<Value> = (0..count).map(|n| json!({"name": name, "value": n.to_string()})).collect();
        json!({"type": 8, "data": {"choices": list}})
    };
    assert_eq!(rest.code("POST", &callback, say("no")).await, (400, 50_035));
    assert_eq!(rest.code("POST", &callback, choices(26, "n")).await, (400, 50_035));
    assert_eq!(rest.code("POST", &callback, choices(1, &"n".repeat(101))).await, (400, 50_035));
    assert_eq!(rest.call("POST", &callback, choices(25, "n")).await.0, 204);
    assert_eq!(asked.await.unwrap().unwrap().len(), 25);
}

#[tokio::test]
async fn who_may_not_use_a_command_is_refused() {
    let rest = Rest::new().await;
    let path = format!("/applications/{}/commands", rest.sim.bot());
    // Bit 5 is the permission to manage the guild.
    let commands = json!([{"name": "close", "description": "d", "default_member_permissions": "32", "contexts": [0]}]);
    rest.call("PUT", &path, commands).await;
    let call = |user| CommandCall::new(rest.house.guild, rest.house.channel("submit"), user, "close");
    let refused = rest.sim.start_command(call(rest.house.member("ann"))).await.unwrap_err();
    assert_eq!(refused.0, "They lack the permissions that this command asks for.");
    rest.sim.start_command(call(rest.house.owner)).await.unwrap();
    let direct = CommandCall { guild: None, ..call(rest.house.owner) };
    let refused = rest.sim.start_command(direct).await.unwrap_err();
    assert_eq!(refused.0, "That command is not offered in direct messages.");
}

#[tokio::test]
async fn an_ordered_fault_fails_the_next_requests() {
    let rest = Rest::new().await;
    let fault = Fault { path: Some("/callback".to_owned()), status: Some(503), times: 1, ..Fault::default() };
    rest.sim.faults(fault).await;
    let (_, callback, _) = rest.run_go().await;
    assert_eq!(rest.call("POST", &callback, say("x")).await.0, 503);
    assert_eq!(rest.call("POST", &callback, say("x")).await.0, 204);
    let limit = Fault { status: Some(429), retry_after: Some(0.5), times: 1, ..Fault::default() };
    rest.sim.faults(limit).await;
    let (status, answer) = rest.call("GET", "/users/@me", Value::Null).await;
    assert_eq!((status, &answer["retry_after"]), (429, &json!(0.5)));
}

#[tokio::test]
async fn a_simulator_listens_on_loopback_only() {
    let (sim, _) = sim().await;
    assert!(sim.discord_url().starts_with("http://127.0.0.1:"));
    let options = crate::SimOptions {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..crate::SimOptions::new(crate::kernel::time::Clock::system(), None)
    };
    assert!(crate::Sim::start(options).await.is_err());
    assert!(sim.create_guild(GuildSpec { channels: vec!["".into()], ..GuildSpec::default() }).await.is_err());
}

#[tokio::test]
async fn an_answer_that_is_held_back_too_long_comes_too_late() {
    let rest = Rest::new().await;
    let fault = Fault { path: Some("/callback".to_owned()), delay_ms: Some(4_000), ..Fault::default() };
    rest.sim.faults(fault).await;
    let (_, callback, _) = rest.run_go().await;
    let (answer, ()) = tokio::join!(rest.code("POST", &callback, say("late")), async {
        rest.sim.wait_until(|world| (world.in_flight == 1).then_some(()), SOON).await.unwrap();
        rest.sim.advance(Duration::from_secs(4)).await.unwrap();
    });
    assert_eq!(answer, (404, 10_062));
}

#[tokio::test]
async fn a_ban_at_the_edge_answers_a_page_and_not_json() {
    let rest = Rest::new().await;
    let html = Some("<title>Error 1015</title>".to_owned());
    rest.sim.faults(Fault { status: Some(429), retry_after: Some(7_200.0), html, ..Fault::default() }).await;
    let response = rest.raw("GET", "/users/@me").await;
    assert_eq!((response.status().as_u16(), &response.headers()["retry-after"]), (429, &"7200".parse().unwrap()));
    assert!(response.text().await.unwrap().contains("1015"));
}

#[tokio::test]
async fn a_request_whose_sender_hangs_up_is_not_waited_for() {
    let rest = Rest::new().await;
    rest.sim.faults(Fault { delay_ms: Some(60_000), ..Fault::default() }).await;
    let in_flight = |count: usize| move |world: &crate::World| (world.in_flight == count).then_some(());
    tokio::select! {
        _ = rest.raw("GET", "/users/@me") => panic!("it was held back"),
        arrived = rest.sim.wait_until(in_flight(1), SOON) => arrived.unwrap(),
    }
    rest.sim.wait_until(in_flight(0), SOON).await.unwrap();
}
