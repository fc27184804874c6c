//! The managed socket.

use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use super::viewer::*;
use super::*;

async fn open(studio: &Studio, params: &str) -> Vec<Message> {
    let address = format!("{}?{params}", studio.sim.live_managed_url());
    let (mut socket, _) = connect_async(address).await.unwrap();
    let mut came = Vec::new();
    while came.len() < 3 {
        let next = tokio::time::timeout(SOON, socket.next()).await.unwrap();
        let Some(Ok(message)) = next else { break };
        let is_room = matches!(&message, Message::Text(text) if text.contains("roomInfo"));
        came.push(message);
        if is_room {
            studio.sim.live_connected("host", SOON).await.unwrap();
            studio.sim.live_events("host", &vec![json!({"type": "share", "user": "ann"}); 30]).await.unwrap();
        }
    }
    came
}

fn code(message: &Message) -> u16 {
    let Message::Close(Some(frame)) = message else { panic!("{message:?}") };
    frame.code.into()
}

#[tokio::test]
async fn two_descriptions_come_first_and_then_tiktoks_frames_unpacked() {
    let studio = Studio::new().await;
    for form in [LiveManagedForm::Bundle, LiveManagedForm::Array, LiveManagedForm::Object] {
        studio.sim.live_set("host", |settings| settings.managed_form = form).await.unwrap();
        let came = open(&studio, "uniqueId=host&apiKey=k&features.rawMessages=true").await;
        let texts = came[..2].iter().map(|message| {
            let read: Value = serde_json::from_str(message.to_text().unwrap()).unwrap();
            let first = match form {
                LiveManagedForm::Bundle => &read["messages"][0],
                LiveManagedForm::Array => &read[0],
                LiveManagedForm::Object => &read,
            };
            first.clone()
        });
        let texts: Vec<Value> = texts.collect();
        assert_eq!((&texts[0]["type"], &texts[1]["type"]), (&json!("workerInfo"), &json!("roomInfo")));
        assert_eq!(texts[1]["data"]["roomInfo"]["id"], studio.room.to_string());
        let Message::Binary(frame) = &came[2] else { panic!("{came:?}") };
        assert_eq!(told(&part(frame, 8)).len(), 30);
    }
    let seen = studio.sim.live_seen_until("host", SOON, |seen| seen.connections_now == 0).await.unwrap();
    assert_eq!((seen.managed_opened, seen.unacknowledged), (3, 0));
}

#[tokio::test]
async fn refusals_have_their_close_codes() {
    let studio = Studio::new().await;
    studio.sim.live_account("quiet").await.unwrap();
    for (params, expected) in [
        ("uniqueId=host&features.rawMessages=true", 4401),
        ("uniqueId=host&apiKey=k", 4400),
        ("uniqueId=quiet&apiKey=k&features.rawMessages=true", 4404),
        ("uniqueId=nobody&apiKey=k&features.rawMessages=true", 4404),
    ] {
        assert_eq!(code(&open(&studio, params).await[0]), expected, "{params}");
    }
    for ordered in [4429, 4555, 1011] {
        studio.fault(LiveFaultKind::ManagedClose { code: ordered }).await;
        assert_eq!(code(&open(&studio, "uniqueId=host&jwtKey=j&features.rawMessages=true").await[0]), ordered);
    }
}
