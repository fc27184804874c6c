//! The client that connects to TikTok's lives: from a name to a socket, and from the bytes that TikTok sends to the plain
//! values of [`live`](crate::live).
//!
//! [`wire`] turns the bytes into plain values and makes the few that TikTok is sent. [`client`] looks lives up and connects
//! to them:
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
//! How each followed name stands can be read in [`status`].

mod browser;
mod budget;
mod client;
mod cookies;
mod direct;
mod endpoints;
pub(crate) mod figures;
mod managed;
mod rate_limit;
mod refusal;
mod request;
mod room;
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
pub use refusal::{Closed, Refusal};
pub use room::Live;
pub use wire::RoomId;
