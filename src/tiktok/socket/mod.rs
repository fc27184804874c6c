//! The socket on which a live is told: [`dial`] opens it, [`pump`] carries it.
//!
//! Encryption is rustls with the certificates of `webpki-roots`; exactly the address that the caller judged is dialled,
//! and a redirect is a refusal. Buffers are small, because a process holds many sockets with little on each.
//!
//! Invariant: no error of the socket leaves this folder, because such errors may hold the address, and with it a key.
//! The WebSocket crate writes whole requests, address and cookies included, to the `log` crate at trace; so that crate
//! is built without its levels below info (`Cargo.toml`), and a test holds this to be true.

pub(super) mod dial;
pub(super) mod pump;

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;

use super::request::TIME_OUT;

/// An open socket, encrypted or not.
pub(super) type Socket = WebSocketStream<Box<dyn Stream>>;

/// What a socket runs on.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Longest wait for each step of opening, and for one frame to be sent.
const STEP: Duration = TIME_OUT;
