//! The managed socket, as Euler Stream offers it: `ws://…/live/managed?uniqueId=NAME&apiKey=KEY`. Two frames of text that
//! describe the connection and the room come first, then TikTok's frames as they are (`features.rawMessages=true`),
//! never packed; nothing needs to be sent back.
//!
//! Events as JSON are not there: their field names are known from hearsay only. Who asks for them is closed with 4400.
//!
//! The key is looked at to see whether there is one, and is kept nowhere.

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::extract::{Query, State, WebSocketUpgrade};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::connection::Opening;
use super::faults::{LiveFaultKind, Place};
use super::handshake::turned_as_ordered;
use super::lives::Lives;
use super::numbers::millis;
use super::pages::Params;
use super::room::Live;
use super::socket::{Watcher, limited};
use crate::shared::Shared;

/// Takes a connection at the managed socket.
pub(crate) async fn upgrade(
    State(lives): State<Shared<Lives>>,
    Query(params): Query<Params>,
    upgrade: WebSocketUpgrade,
) -> Response {
    match lives.change(|lives| welcome(lives, &params)) {
        Welcome::Refused(response) => response,
        Welcome::Closed(code) => limited(upgrade).on_upgrade(move |socket| close(socket, code)),
        Welcome::Greeted { name, greeting } => limited(upgrade).on_upgrade(move |mut socket| async move {
            for text in greeting {
                if socket.send(Message::Text(text.into())).await.is_err() {
                    return;
                }
            }
            let opening = Opening { cursor: None, takes_gzip: false, is_managed: true };
            Watcher::watch(lives, name, opening, socket).await;
        }),
    }
}

/// How a request is received.
enum Welcome {
    /// With an HTTP status.
    Refused(Response),
    /// With a close code.
    Closed(u16),
    /// With the two first frames.
    Greeted {
        /// The host.
        name: String,
        /// The frames.
        greeting: [String; 2],
    },
}

fn welcome(lives: &mut Lives, params: &Params) -> Welcome {
    let has_key = ["apiKey", "jwtKey"].iter().any(|name| params.get(*name).is_some_and(|key| !key.is_empty()));
    let is_raw = params.get("features.rawMessages").is_some_and(|raw| raw == "true");
    let name = params.get("uniqueId").cloned().unwrap_or_default();
    let Some((live, _, now)) = lives.open(&name) else {
        return Welcome::Closed(if has_key { 4404 } else { 4401 });
    };
    if !has_key {
        return Welcome::Closed(4401);
    }
    if !is_raw {
        live.notes.complain("a managed connection asked for events as JSON".to_owned());
        return Welcome::Closed(4400);
    }
    if let Some(LiveFaultKind::ManagedClose { code }) = live.faults.strike(Place::Managed) {
        return Welcome::Closed(code);
    }
    if let Some(kind) = live.faults.strike(Place::Handshake) {
        live.notes.counts.handshakes_refused += 1;
        return Welcome::Refused(turned_as_ordered(&kind).answer().into_response());
    }
    if !live.is_on {
        return Welcome::Closed(4404);
    }
    Welcome::Greeted { name: live.name.clone(), greeting: live.greeting(millis(now)) }
}

impl Live {
    /// The frames that come first, in the form of the settings.
    fn greeting(&self, now_ms: u64) -> [String; 2] {
        let worker = json!({"type": "workerInfo", "data": {
            "webSocketId": format!("sim-{now_ms}"), "schemaVersion": "v2",
            "features": {"bundleEvents": true, "rawMessages": true},
        }});
        let room = json!({"type": "roomInfo", "data": {
            "roomInfo": {
                "id": self.room.to_string(), "title": self.title, "status": self.status(),
                "startTime": self.started.seconds(), "currentViewers": self.viewers, "totalViewers": self.viewers,
            },
            "user": {"numericUid": self.host().to_string(), "uniqueId": self.name, "nickname": self.name},
        }});
        [worker, room].map(|message| self.settings.managed_form.wrap(message, now_ms).to_string())
    }
}

/// In which form the managed socket writes its text; all three were seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveManagedForm {
    /// `{"timestamp", "messages": [..]}`.
    #[default]
    Bundle,
    /// `[..]`.
    Array,
    /// The message alone.
    Object,
}

impl LiveManagedForm {
    fn wrap(self, message: Value, now_ms: u64) -> Value {
        match self {
            Self::Bundle => json!({"timestamp": now_ms, "messages": [message]}),
            Self::Array => json!([message]),
            Self::Object => message,
        }
    }
}

async fn close(mut socket: WebSocket, code: u16) {
    // The other side may have gone first; then nobody needs the code.
    let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
    let farewell = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = tokio::time::timeout(super::socket::FAREWELL, farewell).await;
}
