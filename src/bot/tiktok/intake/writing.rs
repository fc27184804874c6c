//! Writes what a followed live tells, for every server that follows it.
//!
//! Rules: in order; what came while a batch was written is the next batch; a server that comes later begins with its own
//! connection. An event that cannot be written costs itself, not its batch. What was written is recorded, where the server
//! wants that ([`super::recording`]).

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::Followers;
use super::recording::{Recorders, RecordingFolder};
use crate::discord::Bot;
use crate::flows::followed_live;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::live::following::Stop;
use crate::live::{Handle, LiveEvent, Occurrence};
use crate::tiktok::figures;
use crate::tiktok::status::Counts;
use crate::tiktok::wire::{Message, Observed};

/// The most events of one transaction.
const MOST_AT_ONCE: usize = 1024;

/// What the course of a name has to tell.
pub(super) enum Heard {
    /// The socket is open.
    Connected,
    /// What the live told.
    Messages(Vec<Message>),
    /// The connection is gone.
    Lost,
    /// The live is over.
    Ended,
    /// It cannot be connected at the moment: why, for a message on Discord.
    Refused(String),
    /// The course is over, with what went wrong, if anything did.
    Stopped(Stop, Option<String>),
}

/// Writes until the course of the name has ended and everything is written.
pub(super) async fn run(
    bot: Bot,
    name: Handle,
    mut followers: watch::Receiver<Followers>,
    mut heard: mpsc::Receiver<(Timestamp, Heard)>,
    (recordings, mut terms): (Option<RecordingFolder>, watch::Receiver<u64>),
) {
    let recorders = Recorders::new(&bot, &name, recordings);
    let mut writer = Writer { bot, name, connected: Followers::new(), is_connected: false, told: None, recorders };
    loop {
        let first = tokio::select! {
            biased;
            first = heard.recv() => match first {
                Some(first) => Some(first),
                None => return,
            },
            // A server that joins a quiet live is connected at once.
            Ok(()) = followers.changed() => None,
            // A recording has to know of links and settings also while nothing happens.
            Ok(()) = terms.changed() => None,
        };
        let mut batch = Vec::new();
        let mut waiting = first;
        while let Some((at, what)) = waiting {
            let is_long = writer.take(&mut batch, at, what, &followers).await || batch.len() >= MOST_AT_ONCE;
            waiting = if is_long { None } else { heard.try_recv().ok() };
        }
        let now = followers.borrow_and_update().clone();
        writer.write(&now, batch).await;
    }
}

struct Writer {
    bot: Bot,
    name: Handle,
    /// The servers that know of the connection.
    connected: Followers,
    is_connected: bool,
    /// What the messages in the batch were good for, for the status once they are written.
    told: Option<BatchSummary>,
    recorders: Recorders,
}

/// What messages were good for.
#[derive(Clone, Copy)]
struct BatchSummary {
    at: Timestamp,
    counts: Counts,
    viewers: Option<u32>,
}

impl Writer {
    /// Adds what was heard to the batch. What is no event is written at once, after the batch; answers whether it was.
    async fn take(
        &mut self,
        batch: &mut Vec<LiveEvent>,
        at: Timestamp,
        heard: Heard,
        followers: &watch::Receiver<Followers>,
    ) -> bool {
        let now = followers.borrow().clone();
        match heard {
            Heard::Messages(messages) => {
                self.add(batch, at, messages);
                return false;
            }
            Heard::Connected => {
                self.write(&now, std::mem::take(batch)).await;
                self.is_connected = true;
            }
            Heard::Lost | Heard::Ended => {
                let is_end = matches!(heard, Heard::Ended);
                let what = if is_end { Occurrence::Ended } else { Occurrence::Disconnected };
                batch.push(LiveEvent::new(at, what));
                self.write(&now, std::mem::take(batch)).await;
                self.is_connected = false;
                self.connected.clear();
            }
            Heard::Refused(sentence) => {
                self.write(&now, std::mem::take(batch)).await;
                for guild in now.into_keys() {
                    let (name, sentence) = (self.name.clone(), sentence.clone());
                    let told = self
                        .bot
                        .store
                        .write("live_refused", move |tx| followed_live::refused(tx, guild, &name, &sentence));
                    note(told.await);
                }
            }
            Heard::Stopped(stop, trouble) => {
                self.write(&now, std::mem::take(batch)).await;
                for guild in now.into_keys() {
                    let (name, trouble) = (self.name.clone(), trouble.clone());
                    let told = self.bot.store.write("live_stopped", move |tx| {
                        followed_live::stopped(tx, guild, &name, stop, trouble.as_deref())
                    });
                    note(told.await);
                }
            }
        }
        true
    }

    /// Adds messages to the batch.
    fn add(&mut self, batch: &mut Vec<LiveEvent>, at: Timestamp, messages: Vec<Message>) {
        let told = self.told.get_or_insert(BatchSummary { at, counts: Counts::default(), viewers: None });
        told.at = at;
        let BatchSummary { counts, viewers, .. } = told;
        for Message { id, is_history, made_at, what } in messages {
            figures::count(&what);
            match what {
                Observed::Event(what) => {
                    // Who comes by a number alone is somebody only where that is known, which each server finds out.
                    let is_nameless = what.viewer().is_some_and(|viewer| viewer.handle.is_none());
                    *(if is_nameless { &mut counts.anonymous } else { &mut counts.events }) += 1;
                    if let Occurrence::Viewers(number) = what {
                        *viewers = Some(number);
                    }
                    // What is told as it happens, happened now.
                    let made_at = made_at.filter(|_| is_history);
                    batch.push(LiveEvent { at, id: Some(id), is_backlog: is_history, made_at, what });
                }
                Observed::Anonymous { .. } => counts.anonymous += 1,
                Observed::Unknown { .. } => counts.unknown += 1,
                Observed::Undecodable { .. } => counts.undecodable += 1,
                Observed::Control(_) | Observed::Ignored { .. } => counts.ignored += 1,
            }
        }
    }

    /// Writes a batch for every server; one that does not know of the connection hears of it first.
    async fn write(&mut self, followers: &Followers, batch: Vec<LiveEvent>) {
        let is_same = |guild: &GuildId, number: u64| followers.get(guild).is_some_and(|now| now.number == number);
        self.connected.retain(|guild, known| is_same(guild, known.number));
        self.recorders.keep_only(|guild| self.connected.contains_key(&guild) || followers.contains_key(&guild));
        self.recorders.catch_up(self.connected.keys().copied()).await;
        let batch: Arc<[LiveEvent]> = batch.into();
        for (guild, follower) in followers {
            let guild = *guild;
            if self.is_connected && self.connected.insert(guild, *follower).is_none() {
                let at = batch.first().map_or_else(|| self.bot.clock.now(), |event| event.at);
                let connected: Arc<[LiveEvent]> = Arc::new([LiveEvent::new(at, Occurrence::Connected)]);
                note(self.write_for(guild, connected).await);
            }
            if batch.is_empty() || self.write_for(guild, Arc::clone(&batch)).await.is_ok() {
                continue;
            }
            tracing::warn!(name = %self.name, %guild, events = batch.len(), "a batch failed; writing its events one by one");
            for event in batch.iter() {
                note(self.write_for(guild, Arc::new([event.clone()])).await);
            }
        }
        if let Some(BatchSummary { at, counts, viewers }) = self.told.take() {
            self.bot.lives.heard(&self.name, at, counts, viewers);
        }
    }

    async fn write_for(&mut self, guild: GuildId, events: Arc<[LiveEvent]>) -> Result<()> {
        let (name, written) = (self.name.clone(), Arc::clone(&events));
        let heard = self.bot.store.write("live_heard", move |tx| followed_live::heard(tx, guild, &name, &written));
        if heard.await? {
            if events.iter().any(|event| event.what == Occurrence::Connected) {
                self.recorders.connected(guild).await;
            }
            self.recorders.take(guild, &events);
        }
        Ok(())
    }
}

fn note(outcome: Result<()>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "something that a live told could not be written");
    }
}
