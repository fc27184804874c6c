//! What decides whether the bot is ready.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::app::telemetry::Losses;
use crate::discord::Bot;
use crate::discord::gateway::Gateway;
use crate::discord::problem::storage_trouble;
use crate::kernel::time::{Stopwatch, Timestamp};

/// Without an answer of the writer for so long, the store takes no writes.
const LONGEST_BEAT: Duration = Duration::from_secs(10);
/// What is told of that.
const NO_WRITES: &str = "The store takes no writes at the moment.";
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
    sees_jobs: watch::Receiver<bool>,
    beat: Arc<watch::Sender<Option<Stopwatch>>>,
}

impl Vitals {
    /// Of an application with these tasks, whose sweep and whose runner of jobs tell how they are.
    pub fn new(
        bot: Bot,
        gateway: Gateway,
        tasks: Vec<(&'static str, AbortHandle)>,
        swept_at: watch::Receiver<Timestamp>,
        sees_jobs: watch::Receiver<bool>,
    ) -> Self {
        let beat = Arc::new(watch::Sender::new(None));
        Self { bot, gateway, losses: Losses::NONE, tasks: tasks.into(), swept_at, sees_jobs, beat }
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

    /// Why the bot is not ready; empty when it is.
    pub async fn reasons(&self) -> Vec<Reason> {
        let mut reasons = match self.bot.store.stop_reason() {
            // Whatever else has ended was ended because of it.
            Some(trouble) => vec![Reason::new("store", storage_trouble(&trouble).unwrap_or(NO_WRITES.to_owned()))],
            None => self.reasons_of_work(),
        };
        if !self.gateway.link().await.is_connected() {
            reasons.push(Reason::new("discord", "There is no connection to Discord at the moment; the log says why."));
        }
        reasons
    }

    /// What does not work, while the store has not stopped.
    fn reasons_of_work(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.beat.borrow().is_none_or(|beat| beat.elapsed() >= LONGEST_BEAT) {
            reasons.push(Reason::new("store", NO_WRITES));
        }
        for (name, _) in self.tasks.iter().filter(|(_, task)| task.is_finished()) {
            let sentence = format!("What does the {name} has ended; the log says why. Please start me again.");
            reasons.push(Reason::new("task", sentence));
        }
        if !*self.sees_jobs.borrow() {
            reasons
                .push(Reason::new("jobs", "What is to be done cannot be looked up at the moment; the log says why."));
        }
        if self.bot.clock.now().since(*self.swept_at.borrow()) > LONGEST_SWEEP {
            reasons.push(Reason::new("sweep", "What is done every half minute is late; the log may say why."));
        }
        reasons
    }
}

impl Reason {
    fn new(id: &'static str, sentence: impl Into<String>) -> Self {
        Self { id, sentence: sentence.into() }
    }
}
