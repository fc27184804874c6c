//! What a tester does to the simulator itself: break its gateway, order failures, move its clock, read its log.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::gateway::sessions::Frame;
use super::{Fault, LoggedRequest, Refused, Sim, World};

/// How a gateway connection is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum GatewayFault {
    /// The connection is cut without a word.
    Kill,
    /// It is closed with a code (1001, 4000, 4004, 4007, 4009, 4014 …).
    Close {
        /// The close code.
        code: u16,
    },
    /// It is closed without a code.
    CloseEmpty,
    /// The bot is asked to reconnect (op 7).
    Reconnect,
    /// The session is called invalid (op 9).
    Invalid {
        /// Whether it can be resumed all the same.
        #[serde(default)]
        resumable: bool,
    },
    /// The last events are sent again, as to a bot that resumes from an older number than the last that it had.
    Repeat {
        /// How many.
        last: usize,
    },
}

#[expect(clippy::unused_async, reason = "whatever a tester does is awaited, as over HTTP")]
impl Sim {
    /// The logged requests from number `from` on.
    pub async fn requests(&self, from: u64) -> Vec<LoggedRequest> {
        self.shared.look(|world| world.log.from(from))
    }

    /// Orders failures or delays of the next matching requests.
    pub async fn faults(&self, fault: Fault) {
        self.shared.quietly(|world| world.faults.order(fault));
    }

    /// Calls all ordered failures off.
    pub async fn clear_faults(&self) {
        self.shared.quietly(|world| world.faults.clear());
    }

    /// Breaks all gateway connections so; gives how many there were.
    pub async fn gateway_fault(&self, fault: GatewayFault) -> usize {
        self.shared.change(|world| world.break_gateway(fault))
    }

    /// Moves the clock of the simulator, and with it that of a bot in the same process.
    pub async fn advance(&self, span: Duration) -> Result<(), Refused> {
        let hand = self.shared.hand.as_ref();
        hand.ok_or_else(|| Refused::because("This simulator follows the system's clock."))?.advance(span);
        // What depends on the time may have changed.
        self.shared.ring();
        Ok(())
    }
}

impl World {
    fn break_gateway(&mut self, fault: GatewayFault) -> usize {
        let frame = match fault {
            GatewayFault::Kill => Frame::Kill,
            GatewayFault::Close { code } => Frame::Close(Some(code)),
            GatewayFault::CloseEmpty => Frame::Close(None),
            GatewayFault::Reconnect => {
                Frame::Payload(json!({"op": 7, "s": null, "t": null, "d": null}).to_string().into())
            }
            GatewayFault::Invalid { resumable } => Frame::Invalid(resumable),
            GatewayFault::Repeat { last } => return self.sessions.repeat(last),
        };
        self.sessions.broadcast(&frame)
    }
}
