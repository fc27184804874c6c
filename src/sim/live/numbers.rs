//! Numbers of a size that TikTok's have, and the texts that are made from them.

use crate::kernel::time::Timestamp;

/// Gives out numbers that only grow.
#[derive(Debug)]
pub(crate) struct Numbers {
    message: u64,
    log: u64,
    room: u64,
    connection: u64,
    cookie: u64,
}

impl Default for Numbers {
    /// Of the size that TikTok's have: neighbours are one number where somebody takes them for floating point.
    fn default() -> Self {
        let (message, log, room) = (7_400_000_000_000_000_000, 7_350_000_000_000_000_000, 7_300_000_000_000_000_000);
        Self { message, log, room, connection: 0, cookie: 0 }
    }
}

impl Numbers {
    /// A message's id.
    pub(crate) fn message(&mut self) -> u64 {
        self.message += 1;
        self.message
    }

    /// A frame's number.
    pub(crate) fn log(&mut self) -> u64 {
        self.log += 1;
        self.log
    }

    /// A room's number.
    pub(crate) fn room(&mut self) -> u64 {
        self.room += 1;
        self.room
    }

    /// A connection's number, from 1.
    pub(crate) fn connection(&mut self) -> u64 {
        self.connection += 1;
        self.connection
    }

    /// The value of a cookie `ttwid`, in the form that TikTok's have: percent signs are part of it.
    pub(crate) fn cookie(&mut self, kind: &str) -> String {
        self.cookie += 1;
        let mixed = self.cookie.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("1%7Csim-{kind}-{}%7C{mixed:016x}", self.cookie)
    }
}

/// Milliseconds since 1970.
pub(crate) fn millis(now: Timestamp) -> u64 {
    u64::try_from(now.micros() / 1000).unwrap_or(0)
}

/// The place in a room after so many messages, as TikTok writes one.
pub(crate) fn cursor_of(messages: u64, now: Timestamp) -> String {
    format!("t-{}_r-{messages}_d-1_u-1_h-1", millis(now))
}

/// What a client sends back with the acknowledgement of a frame.
pub(crate) fn internal_ext_of(room: u64, log: u64) -> String {
    format!("internal_src:dim|wss_push_room_id:{room}|wss_push_log_id:{log}|wrds_v:1")
}
