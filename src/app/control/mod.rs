//! A local socket through which commands such as `check` ask the running bot, which alone may open the store.
//!
//! The socket is `greenroom.sock` in the data folder, and only the user who runs the bot may use it. One connection
//! carries one request: a line of JSON there, and lines of JSON back, any number of `progress` and then one `done` or
//! `stopped`. The first `progress` comes at once, whatever the bot has to do: a bot that does not say it hangs.
//!
//! ```text
//! > {"do":"export_sqlite","path":"/home/ann/evening.db","guild":123,"replace":false}
//! < {"progress":"the running Greenroom does it"}
//! < {"progress":"submissions: 10000 rows"}
//! < {"done":{"exported":{"path":"/home/ann/evening.db","tables":[["submissions",12000]],"dangling":0}}}
//! ```
//!
//! Which operations there are is not known here, only what [`Operation`](super::operation::Operation) says of each.

mod client;
mod protocol;
mod server;
mod socket;

#[cfg(test)]
mod tests;

pub(crate) use client::{Presence, Silence, ask, presence};
pub(crate) use protocol::{OutcomeLine, Request};
pub(crate) use server::{ControlServer, Handler};
