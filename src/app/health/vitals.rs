//! What decides whether the bot is ready.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::app::telemetry::Losses;
use crate::discord::Bot;
use crate::discord::gateway::Gateway;
use crate::kernel::time::{Stopwatch, Timestamp};

/// Without an answer of the writer for so long, the store takes no writes.
const LONGEST_BEAT: Duration = Duration::from_secs(10);
/// The sweep runs every half minute; later than this it hangs.
const LONGEST_SWEEP: Duration = Duration::from_mins(3);

/// Why the bot is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// A stable name for programs.
    pub id: &'static str,
    /// A sentence for people.
    pub sentence: String,
}

/// Where to look to know how an application is. Clones look at the same one.
#[derive(Clone)]
pub struct Vitals {
    /// The store, the clock, the lives.
    pub bot: Bot,
    /// The connection to Discord.
    pub gateway: Gateway,
    /// Lines that the log lost.
    pub losses: Losses,
    /// What must run as long as the application does.
    tasks: Arc<[(&'static str, AbortHandle)]>,
    swept_at: watch::Receiver<Timestamp>,
    beat: Arc<watch::Sender<Option<Stopwatch>>>,
}

impl Vitals {
    /// Of an application with these tasks.
    pub fn new(
        bot: Bot,
        gateway: Gateway,
        tasks: Vec<(&'static str, AbortHandle)>,
        swept_at: watch::Receiver<Timestamp>,
    ) -> Self {
        let beat = Arc::new(watch::Sender::new(None));
        Self { bot, gateway, losses: Losses::NONE, tasks: tasks.into(), swept_at, beat }
    }

    /// The same, with the losses of the process's log.
    #[must_use]
    pub fn with_losses(self, losses: Losses) -> Self {
        Self { losses, ..self }
    }

    /// The store's writer has answered.
    pub(super) fn beat(&self) {
        self.beat.send_replace(Some(Stopwatch::start()));
    }

    /// Why the bot is not ready, each reason once; empty when it is.
    pub async fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        let mut add = |id, sentence: String| reasons.push(Reason { id, sentence });
        let is_beating = self.beat.borrow().is_some_and(|beat| beat.elapsed() < LONGEST_BEAT);
        if !is_beating {
            add("store", "The store takes no writes at the moment.".to_owned());
        }
        let link = self.gateway.link().await;
        if !link.is_connected() {
            add("discord", "There is no connection to Discord at the moment; the log says why.".to_owned());
        }
        for (name, task) in self.tasks.iter() {
            if task.is_finished() {
                add("task", format!("What does the {name} has ended; the log says why. Please start me again."));
            }
        }
        if self.bot.clock.now().since(*self.swept_at.borrow()) > LONGEST_SWEEP {
            add("sweep", "What is done every half minute is late; the log may say why.".to_owned());
        }
        reasons
    }
}
