//! The control API of the lives, below `/sim/v1/live`: [`Sim`]'s methods over HTTP. Bodies and answers are JSON, errors
//! are `{"error": "sentence"}` as everywhere below `/sim/v1`.
//! [`CALLS`] has them all.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::routing::on;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::acts::{SimBatch, SimBurst};
use super::event::SimLiveEvent;
use super::faults::LiveFault;
use super::play::SimPlay;
use super::room::LiveSettings;
use crate::Sim;
use crate::calls::{Call, delete, get, post};
use crate::control::{Answer, Body, done};

/// The calls, below `/live`.
pub(crate) const CALLS: &[Call] = &[
    post("/", "{\"withhold_cookies\": N}: the next visitors of the start page get none", |by| on(by, withhold)),
    post(
        "/{name}",
        "{\"live\", \"title\", \"settings\"}: goes live or ends the live; LiveSettings replace all settings",
        |by| on(by, change),
    ),
    get("/{name}", "LiveSeen: what clients did so far", |by| on(by, seen)),
    get("/{name}/frames", "the last frames that clients sent", |by| on(by, frames)),
    post("/{name}/events", "an event, a list of them, or SimBatch; answers the ids of the messages", |by| {
        on(by, events)
    }),
    post("/{name}/burst", "SimBurst: very many events", |by| on(by, burst)),
    post("/{name}/faults", "LiveFault: breaks something", |by| on(by, order_fault)),
    delete("/{name}/faults", "nothing is broken any more", |by| on(by, clear_faults)),
    post("/{name}/play", "SimPlay: plays the lines of the live of a recorded show", |by| on(by, play)),
    post("/{name}/wait", "{\"for\": connected, disconnected, acknowledged or played, \"timeout_ms\"}", |by| {
        on(by, wait)
    }),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WithholdCall {
    withhold_cookies: u64,
}

async fn withhold(State(sim): State<Sim>, Body(call): Body<WithholdCall>) -> Answer<Value> {
    sim.live_withholds_cookies(call.withhold_cookies).await;
    Ok(done())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeCall {
    #[serde(default)]
    live: Option<bool>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    settings: Option<LiveSettings>,
}

async fn change(State(sim): State<Sim>, Path(name): Path<String>, Body(call): Body<ChangeCall>) -> Answer<Value> {
    sim.live_account(&name).await?;
    if let Some(title) = call.title {
        sim.live_title(&name, &title).await?;
    }
    if let Some(settings) = call.settings {
        sim.live_set(&name, |current| *current = settings).await?;
    }
    match call.live {
        Some(true) => sim.goes_live(&name).await.map(drop)?,
        Some(false) => sim.ends_live(&name).await?,
        None => {}
    }
    let seen = sim.live_seen(&name).await?;
    Ok(Json(json!({"live": seen.is_live, "room": seen.room})))
}

async fn seen(State(sim): State<Sim>, Path(name): Path<String>) -> Answer<impl Serialize> {
    sim.live_seen(&name).await.map(Json)
}

async fn frames(State(sim): State<Sim>, Path(name): Path<String>) -> Answer<impl Serialize> {
    sim.live_frames(&name).await.map(Json)
}

/// The three ways in which events are given.
#[derive(Deserialize)]
#[serde(try_from = "Value")]
struct EventsCall(SimBatch);

impl TryFrom<Value> for EventsCall {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let only = |events| Self(SimBatch { events, ..SimBatch::default() });
        match value {
            Value::Array(events) => {
                let events: Result<Vec<_>, _> = events.into_iter().map(SimLiveEvent::try_from).collect();
                events.map(only)
            }
            Value::Object(fields) if fields.contains_key("events") => {
                serde_json::from_value(Value::Object(fields)).map(Self).map_err(|error| error.to_string())
            }
            event => SimLiveEvent::try_from(event).map(|event| only(vec![event])),
        }
    }
}

async fn events(State(sim): State<Sim>, Path(name): Path<String>, Body(call): Body<EventsCall>) -> Answer<Value> {
    let sent = sim.live_send(&name, call.0).await?;
    // As text: the ids are larger than what other programs keep exactly.
    let ids: Vec<String> = sent.ids.iter().map(u64::to_string).collect();
    Ok(Json(json!({"ids": ids, "frames": sent.frames, "connections": sent.connections})))
}

async fn burst(State(sim): State<Sim>, Path(name): Path<String>, Body(call): Body<SimBurst>) -> Answer<impl Serialize> {
    sim.live_burst(&name, call).await.map(Json)
}

async fn order_fault(State(sim): State<Sim>, Path(name): Path<String>, Body(fault): Body<LiveFault>) -> Answer<Value> {
    sim.live_fault(&name, fault).await.map(|()| done())
}

async fn clear_faults(State(sim): State<Sim>, Path(name): Path<String>) -> Answer<Value> {
    sim.clear_live_faults(&name).await.map(|()| done())
}

async fn play(State(sim): State<Sim>, Path(name): Path<String>, Body(call): Body<SimPlay>) -> Answer<impl Serialize> {
    sim.live_play(&name, call).await.map(Json)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitCall {
    r#for: Awaited,
    #[serde(default = "ten_seconds")]
    timeout_ms: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Awaited {
    Connected,
    Disconnected,
    Acknowledged,
    Played,
}

const fn ten_seconds() -> u64 {
    10_000
}

async fn wait(State(sim): State<Sim>, Path(name): Path<String>, Body(call): Body<WaitCall>) -> Answer<Value> {
    let timeout = Duration::from_millis(call.timeout_ms.min(600_000));
    let waited = match call.r#for {
        Awaited::Connected => sim.live_connected(&name, timeout).await,
        Awaited::Disconnected => sim.live_disconnected(&name, timeout).await,
        Awaited::Acknowledged => sim.live_acknowledged(&name, timeout).await,
        Awaited::Played => sim.live_played(&name, timeout).await,
    };
    waited.map(|()| done())
}
