//! Recording: what happens on a followed live is kept as a show file, one for each session of a server.
//!
//! Brings about: while a server records its lives, the file of the open session has every event that counted for it, in
//! order, and whose handles they were and by which settings they were paid at that moment, so that `greenroom replay` finds
//! the same. A reconnect, a pause of up to 15 minutes and a restart of the program go on with the same file. What is made
//! up by `/tiktok simulate` is not in it.
//!
//! Rules: recording never holds the live up. What waits to be written is bounded; whoever cannot keep up, has no space or
//! may not write stops this recording, says so once, and the live goes on. [`recordings`] bounds what is kept, [`file`] writes.
//!
//! A link or a setting that changes in the very moment of an event, within the milliseconds of its transaction, may come
//! to stand on the other side of it. So does a link that is proven by a comment, for what the same handle does in the same
//! frame behind it, and the first deed of a renamed account under its new name. An account that TikTok names by its number
//! alone is known to a replay only when the recording has it with its handle before.

mod file;
mod recall;
mod recordings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use tokio::sync::mpsc;

use self::file::{Entry, Opening};
use self::recordings::Bounds;
pub(super) use self::recordings::RecordingFolder;
use crate::activity::Subject;
use crate::discord::Bot;
use crate::features::engagement::model::{Session, SessionId};
use crate::features::engagement::queries::open_session;
use crate::features::tiktok::activity::RECORDING_STOPPED;
use crate::features::tiktok::settings::RECORD_LIVES;
use crate::flows::payment_terms::{self, Terms};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::live::{Handle, LiveEvent, Occurrence};
use crate::store::{Change, Read};

/// The most entries that wait to be written; each is at most a batch.
const MOST_ENTRIES: usize = 1_024;
/// The most events that wait to be written: a burst, and a few megabytes.
const MOST_EVENTS: usize = 32 * 1_024;
/// The pause between two looks at what is too old in all guilds.
const TIDY_EVERY: Duration = Duration::from_hours(1);

/// The recordings of one followed name: at most one for each server.
pub(super) struct Recorders {
    bot: Bot,
    name: Handle,
    recordings: Option<RecordingFolder>,
    changes: Receiver<Change>,
    running: BTreeMap<GuildId, Recorder>,
}

/// The recording of a session.
struct Recorder {
    session: SessionId,
    /// Where entries go; `None` once the recording stopped.
    entries: Option<mpsc::Sender<Entry>>,
    /// Events that are on their way to the file.
    waiting: Arc<AtomicUsize>,
}

/// What a server wants, from one moment.
struct Wanted {
    is_on: bool,
    session: Option<(SessionId, Session)>,
    terms: Terms,
    bounds: Bounds,
}

impl Recorders {
    /// No recordings yet; without a folder there will be none.
    pub(super) fn new(bot: &Bot, name: &Handle, recordings: Option<RecordingFolder>) -> Self {
        let changes = bot.store.changes();
        Self { bot: bot.clone(), name: name.clone(), recordings, changes, running: BTreeMap::new() }
    }

    /// A server is connected: its recording begins, or goes on.
    pub(super) async fn connected(&mut self, guild: GuildId) {
        self.look(guild, false).await;
    }

    /// Ends the recordings of servers that are not among these.
    pub(super) fn keep_only(&mut self, is_kept: impl Fn(GuildId) -> bool) {
        self.running.retain(|guild, _| is_kept(*guild));
    }

    /// Takes notice of links and settings that changed since the last call, in the servers that are connected.
    pub(super) async fn catch_up(&mut self, connected: impl Iterator<Item = GuildId>) {
        if self.recordings.is_none() {
            return;
        }
        let (mut changed, mut is_all) = (Vec::new(), false);
        loop {
            match self.changes.try_recv() {
                Ok(change) if payment_terms::may_concern(&change) => changed.push(change.guild),
                Ok(_) => {}
                // Changes that were missed may be ours.
                Err(TryRecvError::Lagged(_)) => is_all = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let is_all = is_all || changed.contains(&GuildId::INSTANCE);
        if is_all || !changed.is_empty() {
            for guild in connected.filter(|guild| is_all || changed.contains(guild)) {
                self.look(guild, true).await;
            }
        }
    }

    /// Records events that counted for a server.
    pub(super) fn take(&mut self, guild: GuildId, events: &Arc<[LiveEvent]>) {
        let Some(recorder) = self.running.get_mut(&guild) else { return };
        if !recorder.send(Entry::Events(Arc::clone(events)), events.len()) {
            self.cannot_keep_up(guild);
        }
    }

    /// Brings the recording of a server to what the server wants. `is_under_way`: the live did not begin just now.
    async fn look(&mut self, guild: GuildId, is_under_way: bool) {
        let Some(recordings) = self.recordings.clone() else { return };
        let wanted = match self.bot.store.read("recording_wanted", move |read| wanted(read, guild)).await {
            Ok(wanted) => wanted,
            Err(error) => return tracing::error!(%error, "cannot read how a live is to be recorded"),
        };
        let session = wanted.session.filter(|(_, session)| session.streamer == self.name);
        let Some((id, session)) = session.filter(|_| wanted.is_on) else {
            self.running.remove(&guild);
            return;
        };
        let now = self.bot.clock.now();
        if let Some(recorder) = self.running.get_mut(&guild).filter(|recorder| recorder.session == id) {
            if !recorder.send(Entry::Terms(now, wanted.terms), 0) {
                self.cannot_keep_up(guild);
            }
            return;
        }
        let path = recordings.file(guild, &self.name, session.started_at, id);
        let (entries, to_write) = mpsc::channel(MOST_ENTRIES);
        let waiting = Arc::new(AtomicUsize::new(0));
        let opening = Opening {
            bot: self.bot.clone(),
            guild,
            name: self.name.clone(),
            session: id,
            begin: session.started_at,
            terms: wanted.terms,
            bounds: wanted.bounds,
            recordings,
            path,
        };
        tokio::spawn(file::keep(opening, to_write, Arc::clone(&waiting)));
        let mut recorder = Recorder { session: id, entries: Some(entries), waiting };
        if is_under_way {
            let connected: Arc<[LiveEvent]> = Arc::new([LiveEvent::new(now, Occurrence::Connected)]);
            // The file has just been given a queue of its own.
            let _ = recorder.send(Entry::Events(connected), 1);
        }
        self.running.insert(guild, recorder);
    }

    fn cannot_keep_up(&self, guild: GuildId) {
        let (bot, name) = (self.bot.clone(), self.name.clone());
        tokio::spawn(async move { tell_stopped(&bot, guild, &name, "the disk is too slow").await });
    }
}

impl Recorder {
    /// Puts an entry on the way; `false` when that cannot be, and then nothing follows it any more.
    fn send(&mut self, entry: Entry, events: usize) -> bool {
        let Some(entries) = &self.entries else { return true };
        let before = self.waiting.fetch_add(events, Ordering::Relaxed);
        let sent = if before + events > MOST_EVENTS.max(events) { Err(()) } else { Ok(()) };
        let sent = sent.and_then(|()| match entries.try_send(entry) {
            Ok(()) => Ok(true),
            Err(mpsc::error::TrySendError::Full(_)) => Err(()),
            // The file stopped by itself, and said so.
            Err(mpsc::error::TrySendError::Closed(_)) => Ok(false),
        });
        if sent != Ok(true) {
            self.entries = None;
        }
        sent.is_ok()
    }
}

fn wanted(read: &dyn Read, guild: GuildId) -> Result<Wanted> {
    let is_on = RECORD_LIVES.get(read, guild)?;
    let terms = if is_on { payment_terms::of(read, guild)? } else { Terms::default() };
    Ok(Wanted { is_on, session: open_session(read, guild)?, terms, bounds: Bounds::of(read, guild)? })
}

/// Says once, in the log and to the team, that a recording stopped.
async fn tell_stopped(bot: &Bot, guild: GuildId, name: &Handle, why: &str) {
    tracing::warn!(%guild, %name, why, "the recording of a live stopped; the live goes on");
    let stopped = RECORDING_STOPPED.with(why.to_owned()).of(Subject::Handle(name.clone()));
    let told = bot.store.write("recording_stopped", move |tx| stopped.clone().note(tx, guild)).await;
    if let Err(error) = told {
        tracing::error!(%error, "nobody could be told that a recording stopped");
    }
}

/// Removes what is too old or too much in every guild, at once and then every hour, for ever.
pub(super) async fn tidy_up(bot: Bot, recordings: RecordingFolder) {
    loop {
        if let Err(error) = tidy_all(&bot, &recordings).await {
            tracing::warn!(%error, "cannot remove old recordings");
        }
        bot.clock.sleep(TIDY_EVERY).await;
    }
}

async fn tidy_all(bot: &Bot, recordings: &RecordingFolder) -> Result<()> {
    let listed = recordings.clone();
    let guilds = blocking(move || listed.guilds()).await?;
    for guild in guilds {
        let bounds = bot.store.read("recording_bounds", move |read| Bounds::of(read, guild)).await?;
        let (recordings, now) = (recordings.clone(), bot.clock.now());
        blocking(move || recordings.tidy(guild, bounds, now)).await?;
    }
    Ok(())
}

/// Works on the disk, on a thread that may wait for it.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::failed)?.map_err(Error::failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;

    fn recorder(room: usize) -> (Recorder, mpsc::Receiver<Entry>) {
        let (entries, file) = mpsc::channel(room);
        (Recorder { session: SessionId::new(1), entries: Some(entries), waiting: Arc::default() }, file)
    }

    fn events(count: usize) -> Arc<[LiveEvent]> {
        vec![LiveEvent::new(Timestamp::from_micros(0), Occurrence::Viewers(1)); count].into()
    }

    #[test]
    fn a_recording_that_cannot_keep_up_stops_once_and_holds_nothing_up() {
        let batch = events(1_024);
        let (mut slow, mut file) = recorder(MOST_ENTRIES);
        let sent = std::iter::repeat_with(|| slow.send(Entry::Events(Arc::clone(&batch)), batch.len()));
        assert_eq!(sent.take(33).collect::<Vec<_>>(), [vec![true; 32], vec![false]].concat(), "too many events wait");
        assert!(slow.send(Entry::Events(Arc::clone(&batch)), batch.len()), "it is told once");
        assert_eq!(std::iter::from_fn(|| file.try_recv().ok()).count(), 32, "what was on the way is written");

        let (mut slow, _file) = recorder(2);
        let sent = [1, 1, 1].map(|count| slow.send(Entry::Events(events(count)), count));
        assert_eq!(sent, [true, true, false], "too many entries wait");
    }

    #[test]
    fn a_file_that_stopped_by_itself_is_not_told_of_again() {
        let (mut recorder, file) = recorder(2);
        drop(file);
        assert!(recorder.send(Entry::Events(events(1)), 1));
        assert!(recorder.entries.is_none());
    }
}
