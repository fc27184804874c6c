//! The simulated TikTok, seen by a raw client over real sockets.

mod errors;
mod events;
mod finding;
mod managed;
mod shows;
mod socket;
mod viewer;

use super::*;
