//! A connection to a live, as its reader sees it.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::Way;
use crate::kernel::time::Clock;
use crate::tiktok::refusal::Closed;
use crate::tiktok::socket::pump::{Pump, Received};
use crate::tiktok::wire::{Message, RoomId};

/// Frames that wait for the reader. When they are so many, nothing more is read from the network.
const MOST_WAITING: usize = 16;
/// Messages that are handed out in one go.
const MOST_MESSAGES: usize = 1024;

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// A connection to a live. Dropping it cuts it.
pub struct Connection {
    room: RoomId,
    way: Way,
    told: mpsc::Receiver<Received>,
    /// What the sign service told, until it is handed out.
    backlog: Vec<Message>,
    end: Option<Closed>,
    task: Task,
    clock: Clock,
}

/// The task that carries the socket; it ends with its owner.
struct Task(JoinHandle<()>);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Connection {
    pub(super) fn new(room: RoomId, way: Way, backlog: Vec<Message>, pump: Pump, clock: Clock) -> Self {
        let (out, told) = mpsc::channel(MOST_WAITING);
        let task = Task(tokio::spawn(pump.run(out)));
        Self { room, way, told, backlog, end: None, task, clock }
    }

    /// The room that is watched, which the sign service may have corrected.
    pub const fn room(&self) -> RoomId {
        self.room
    }

    /// By which way it came about.
    pub const fn way(&self) -> Way {
        self.way
    }

    /// Whether the next [`Self::next`] hands out what the sign service told of the time before the connection, all of
    /// it history, and nothing else.
    pub const fn has_backlog(&self) -> bool {
        !self.backlog.is_empty()
    }

    /// The next messages of the room, acknowledged already: all that are here, at least one, in TikTok's order.
    ///
    /// Cancel-safe: what was not handed out comes the next time. After the end, which is told after all messages before
    /// it, every call tells the end again.
    pub async fn next(&mut self) -> Result<Vec<Message>, Closed> {
        if self.has_backlog() {
            return Ok(std::mem::take(&mut self.backlog));
        }
        if let Some(end) = &self.end {
            return Err(end.clone());
        }
        // A pump that is gone without a word has panicked.
        let mut messages = match self.told.recv().await.unwrap_or(Err(Closed::Dropped)) {
            Ok(messages) => messages,
            Err(end) => return Err(self.end.insert(end).clone()),
        };
        while messages.len() < MOST_MESSAGES {
            match self.told.try_recv() {
                Ok(Ok(more)) => messages.extend(more),
                Ok(Err(end)) => {
                    self.end = Some(end);
                    break;
                }
                Err(_) => break,
            }
        }
        Ok(messages)
    }

    /// Says goodbye and waits until the socket is closed, two seconds at most.
    pub async fn close(mut self) {
        self.told.close();
        tokio::select! {
            biased;
            // A task that panicked is as gone as any other.
            _ = &mut self.task.0 => {}
            () = self.clock.sleep(GOODBYE) => {}
        }
    }
}
