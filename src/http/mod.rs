//! The one HTTP client, and what is asked on the web outside of Discord and TikTok.
//!
//! [`Client`] is the only way to ask a server over HTTP, so its rules hold for Discord, TikTok, the sign service, the
//! titles of songs and the copies of backups alike:
//!
//! - *Where to*: [`Reach`] says it when a client is made. A server that anybody but the operator named is on the public
//!   internet, and its addresses are judged where they are dialled, so no name can lead into the network at home.
//! - *No further*: a redirect is an answer like any other. Nobody is led elsewhere, least of all with a key.
//! - *Not for ever*: connecting and the whole answer have their time.
//! - *Not without end*: a body is read up to a limit that the caller names.
//! - *Nothing gets out*: an error is a [`RequestError`], which holds no address, because an address can hold a secret.

mod client;
mod error;
pub(crate) mod oembed;
mod reach;

pub(crate) use client::{Client, Request, Response};
pub(crate) use error::RequestError;
pub(crate) use reach::{Reach, is_loopback};

#[cfg(test)]
mod tests;
