//! The simulated TikTok: lives that a client finds, connects to and listens to over TikTok's own wire.
//!
//! It knows nothing of the client in this program: it writes the protobuf by field number with a writer of its own, so
//! a mistake that both would share cannot hide. It is honest as the simulated Discord is: who comes without a browser's
//! name, without the cookie, with an address that is not encoded or with an old sign response is turned away as TikTok
//! turns them away.
//!
//! # Addresses
//! | variable of a client | address |
//! | --- | --- |
//! | `TIKTOK_WEB_URL`, `TIKTOK_SIGN_URL` | `http://127.0.0.1:PORT/live` ([`Sim::live_url`](crate::Sim::live_url)) |
//! | `TIKTOK_WEBCAST_URL` | the same with `/webcast` |
//! | `TIKTOK_MANAGED_URL` | `ws://127.0.0.1:PORT/live/managed` |
//!
//! The socket is at `/live/webcast/im/ws_proxy/ws_reuse_supplement/`, as the sign response says, and without `/live` for
//! who goes there unsigned.
//!
//! # What a tester does
//! [`acts`] and, over HTTP, [`control`]: let somebody go live, send events ([`event`]), break things ([`faults`]), play
//! a show ([`play`]), wait, and see what the client did ([`seen`]).
//!
//! # Invariants
//! - All lives are behind one lock of their own, which is never held across a wait.
//! - Everything is bounded: 1,000 hosts, 64 connections of each, 512 messages for a replay, 1,000 noted frames, 8,192
//!   frames or 64 MiB that wait for one connection.
//! - No key is kept or shown: only whether there was one. A cookie is kept until it is used.
//!
//! # Known gaps, on purpose
//! No TLS and no limits of its own: a rate limit is a fault on order. Pings are answered, which TikTok does not do. A
//! client that enters twice, or not at all, is only noted. The managed socket has TikTok's frames, not events as JSON.

mod acts;
mod connection;
pub(crate) mod control;
mod event;
mod faults;
mod frames;
mod handshake;
mod hearing;
mod lives;
mod managed;
mod messages;
mod numbers;
mod pages;
mod play;
mod protobuf;
mod room;
mod seen;
mod sign;
mod socket;
mod striking;
mod viewers;

use axum::Router;
use axum::routing::get;

pub use acts::{SimBatch, SimBurst, SimBurstSent};
pub use event::{SimControl, SimLiveEvent, SimOccurrence, SimViewer};
pub use faults::{LiveCorruption, LiveFault, LiveFaultKind, LiveOddity, LiveWaitHeader};
pub use frames::SimPacking;
pub(crate) use lives::Lives;
pub use managed::LiveManagedForm;
pub use play::{SimPlay, SimPlaying};
pub use room::{LiveSent, LiveSettings};
pub use seen::{LiveSeen, SeenFrame};

use super::shared::Shared;

/// The socket's path at TikTok.
const SOCKET: &str = "/webcast/im/ws_proxy/ws_reuse_supplement/";

/// The socket's address at a simulator, as a sign response names it.
fn push_server(address: &str) -> String {
    format!("ws://{address}/live{SOCKET}")
}

/// The routes of the simulated TikTok. Where it answers without a slash at the end, it does with one.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(lives: Shared<Lives>) -> Router<S> {
    let below = Router::new()
        .route("/live", get(pages::start))
        .route("/live/", get(pages::start))
        .route("/live/{name}/live", get(pages::page))
        .route("/live/api-live/user/room", get(pages::api_live))
        .route("/live/api-live/user/room/", get(pages::api_live))
        .route("/live/webcast/room/check_alive/", get(pages::check_alive))
        .route("/live/webcast/room/info/", get(pages::room_info))
        .route("/live/webcast/gift/list/", get(pages::gift_list))
        .route("/live/webcast/fetch", get(sign::fetch))
        .route("/live/webcast/fetch/", get(sign::fetch))
        .route("/live/webcast/rate_limits", get(sign::rate_limits))
        .route("/live/webcast/rooms/{room}/connect", get(sign::connect))
        .route("/live/webcast/anchors/{name}/room_id", get(sign::room_id))
        .route("/live/managed", get(managed::upgrade))
        .route("/live/managed/", get(managed::upgrade));
    let below = [SOCKET.to_owned(), format!("/live{SOCKET}")]
        .iter()
        .fold(below, |routes, path| routes.route(path, get(socket::upgrade)));
    below.with_state(lives)
}
