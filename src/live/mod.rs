//! The live side: what a TikTok live can tell us, as plain values that know nothing of Discord or the store, and the
//! client that connects to one.
//!
//! [`event`] names the thirteen things that happen on a live (`M-TIK-07`), [`handle`] the people on it; [`show`] and
//! [`show_file`] are the lines of a recorded show. [`wire`] turns the bytes that TikTok sends into plain values and makes
//! the few that it is sent. [`client`] looks lives up and connects to them:
//!
//! | file | for |
//! | --- | --- |
//! | [`endpoints`] | where everything is, and where we may go |
//! | `browser` | who we are for TikTok, and the parameters of its addresses |
//! | `request` | one HTTP request, bounded |
//! | [`room`] | from a name to a room |
//! | `sign`, `rate_limit`, `cookies` | the sign service |
//! | `direct`, `managed` | the ways without it |
//! | `socket` | opening a socket, and carrying it |
//! | `budget` | what can be asked without connecting |
//! | [`refusal`] | every reason why not, in words |
//!
//! [`following`] decides when to look, connect and give up, and [`status`] is where it can be read.

mod browser;
mod budget;
pub mod client;
mod cookies;
mod direct;
pub mod endpoints;
pub mod event;
pub mod figures;
pub mod following;
pub mod handle;
mod managed;
mod rate_limit;
pub mod refusal;
mod request;
pub mod room;
pub mod show;
pub mod show_file;
mod sign;
mod socket;
pub mod status;
#[cfg(test)]
mod tests;
pub mod wire;

pub use budget::Budget;
pub use client::connection::Connection;
pub use client::{Client, ClientSettings, SetupError, Transport, Way};
pub use endpoints::{Base, Endpoints};
pub use event::{AccountNumber, Gift, LiveEvent, MessageId, Occurrence, Viewer};
pub use handle::Handle;
pub use refusal::{Class, Closed, Refusal};
pub use room::Live;
pub use wire::RoomId;
