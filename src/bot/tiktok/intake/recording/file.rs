//! The file of one recording: a task that appends to it what comes, in order.
//!
//! What has come is handed to the system as soon as nothing more waits, so a crash of the program loses nothing, and a
//! power cut the last seconds. Whose a handle is stands before its first event, and again where it changes.
//!
//! The lines are plain text: a crash leaves a file that can be read, a person can look into it, and the next start goes on
//! where it ended. Packed it would be a tenth of the size, but half a packed file cannot be appended to; so age and size of
//! all recordings are bounded ([`super::recordings`]).

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::recall::{self, Recalled};
use super::recordings::{Bounds, RecordingFolder};
use super::{blocking, tell_stopped};
use crate::discord::Bot;
use crate::features::engagement::model::{Session, SessionId};
use crate::features::engagement::queries;
use crate::flows::payment_terms::Terms;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::show::ShowLine;
use crate::live::show_file::{Head, Line, LineContent, Note};
use crate::live::{Handle, LiveEvent, Occurrence};

/// So many bytes are handed to the system at once, at the latest.
const PIECE: usize = 64 * 1024;
/// After so many bytes it is looked whether older recordings have to go.
const TIDY_AFTER: u64 = 1_000_000;

/// What is to be recorded.
pub(super) enum Entry {
    /// Links and settings are these, from a moment on.
    Terms(Timestamp, Terms),
    /// These events counted.
    Events(Arc<[LiveEvent]>),
}

/// Which recording.
pub(super) struct Opening {
    pub bot: Bot,
    pub guild: GuildId,
    pub name: Handle,
    pub session: SessionId,
    /// When the session began: the zero of the file's times.
    pub begin: Timestamp,
    /// Links and settings as they are now.
    pub terms: Terms,
    pub bounds: Bounds,
    pub recordings: RecordingFolder,
    pub path: PathBuf,
}

/// Records until nothing more comes, or it has to stop; then says so.
pub(super) async fn keep(opening: Opening, mut entries: mpsc::Receiver<Entry>, waiting: Arc<AtomicUsize>) {
    let (bot, guild, name) = (opening.bot.clone(), opening.guild, opening.name.clone());
    if let Err(error) = record(opening, &mut entries, &waiting).await {
        drop(entries);
        tell_stopped(&bot, guild, &name, &error.to_string()).await;
    }
}

async fn record(opening: Opening, entries: &mut mpsc::Receiver<Entry>, waiting: &AtomicUsize) -> Result<()> {
    let path = opening.path.clone();
    let (file, recalled) = blocking(move || recall::open(&path)).await?;
    let mut recording = Recording::begin(opening, file, recalled);
    recording.go_on().await?;
    recording.tidy().await?;
    while let Some(first) = entries.recv().await {
        let mut next = Some(first);
        while let Some(entry) = next {
            waiting.fetch_sub(recording.add(entry), Ordering::Relaxed);
            if recording.lines.len() >= PIECE {
                recording.hand_over().await?;
            }
            next = entries.try_recv().ok();
        }
        recording.hand_over().await?;
    }
    recording.end().await
}

struct Recording {
    opening: Opening,
    /// `None` while a thread has it.
    file: Option<File>,
    /// What the file says about links and settings, and up to when.
    written: Recalled,
    /// Lines that the system does not have yet.
    lines: Vec<u8>,
    /// The size of the file when it was last looked whether older recordings have to go.
    tidied_at: u64,
}

impl Recording {
    fn begin(opening: Opening, file: File, written: Recalled) -> Self {
        let tidied_at = written.bytes;
        Self { opening, file: Some(file), written, lines: Vec::new(), tidied_at }
    }

    /// Writes what stands before the first event that is to come.
    async fn go_on(&mut self) -> Result<()> {
        if self.written.bytes == 0 {
            let Opening { guild, name, begin, terms, .. } = &self.opening;
            self.written.settings.clone_from(&terms.settings);
            let head = Head::new(*guild, name.clone(), begin.rfc3339(), terms.settings.clone());
            self.note(Duration::ZERO, Note::Head(head));
            return Ok(());
        }
        // The program was interrupted: the connection was lost then, and links may have changed since.
        if self.written.is_connected {
            let at = self.lost_at().await?.unwrap_or_else(|| self.opening.begin.after(self.written.last));
            self.event(&LiveEvent::new(at, Occurrence::Disconnected));
        }
        let now = self.opening.bot.clock.now();
        let terms = std::mem::take(&mut self.opening.terms);
        for (handle, user) in &terms.links {
            self.link(now, handle, Some(*user));
        }
        self.renew(now, terms);
        Ok(())
    }

    /// When the connection before the present one was lost, where that is still known.
    async fn lost_at(&self) -> Result<Option<Timestamp>> {
        let last = self.opening.begin.after(self.written.last);
        let lost = self.session().await?.and_then(|session| {
            session.connections.iter().rev().find_map(|connection| connection.until).filter(|until| *until >= last)
        });
        Ok(lost)
    }

    async fn session(&self) -> Result<Option<Session>> {
        let (guild, id) = (self.opening.guild, self.opening.session);
        self.opening.bot.store.read("recorded_session", move |read| queries::session(read, guild, id)).await
    }

    /// Takes an entry in; answers of how many events it was.
    fn add(&mut self, entry: Entry) -> usize {
        match entry {
            Entry::Terms(at, terms) => {
                let is_new = |(handle, user): &(&Handle, _)| self.opening.terms.links.get(*handle) != Some(*user);
                let new: Vec<_> =
                    terms.links.iter().filter(is_new).map(|(handle, user)| (handle.clone(), *user)).collect();
                for (handle, user) in new {
                    self.link(at, &handle, Some(user));
                }
                self.renew(at, terms);
                0
            }
            Entry::Events(events) => {
                for event in events.iter() {
                    if let Some(handle) = event.what.viewer().and_then(|viewer| viewer.handle.as_ref()) {
                        let user = self.opening.terms.links.get(handle).copied();
                        self.link(event.at, handle, user);
                    }
                    self.event(event);
                }
                events.len()
            }
        }
    }

    /// Other links and settings count from a moment on: those that the file knows are written, the rest when it is needed.
    fn renew(&mut self, at: Timestamp, terms: Terms) {
        let gone: Vec<_> =
            self.written.links.keys().filter(|handle| !terms.links.contains_key(handle)).cloned().collect();
        for handle in gone {
            self.link(at, &handle, None);
        }
        if self.written.settings != terms.settings {
            self.written.settings.clone_from(&terms.settings);
            let settings = terms.settings.clone();
            self.note(self.since(at), Note::Settings { settings });
        }
        self.opening.terms = terms;
    }

    /// Writes whose a handle is, unless the file says so already.
    fn link(&mut self, at: Timestamp, handle: &Handle, user: Option<UserId>) {
        if self.written.links.get(handle) == user.as_ref() {
            return;
        }
        match user {
            Some(user) => drop(self.written.links.insert(handle.clone(), user)),
            None => drop(self.written.links.remove(handle)),
        }
        self.note(self.since(at), Note::Link { handle: handle.clone(), user });
    }

    fn note(&mut self, at: Duration, note: Note) {
        self.write(at, LineContent::Note(note));
    }

    fn event(&mut self, event: &LiveEvent) {
        match event.what {
            Occurrence::Connected => self.written.is_connected = true,
            Occurrence::Disconnected | Occurrence::Ended => self.written.is_connected = false,
            _ => {}
        }
        self.write(self.since(event.at), LineContent::Live(ShowLine::of(event)));
    }

    /// Adds a line. Times in a show never go back, also where the clock of the machine was set.
    fn write(&mut self, at: Duration, said: LineContent) {
        self.written.last = self.written.last.max(at);
        Line { at: self.written.last, said }.write(&mut self.lines);
    }

    fn since(&self, at: Timestamp) -> Duration {
        at.since(self.opening.begin)
    }

    /// Gives what was added to the system.
    async fn hand_over(&mut self) -> Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        let mut lines = std::mem::take(&mut self.lines);
        let bytes = self.written.bytes + lines.len() as u64;
        if bytes > self.opening.bounds.of_one() {
            let most = self.opening.bounds.of_one() / 100_000;
            return Err(Error::failed(format!("the file has reached its {}.{} MB", most / 10, most % 10)));
        }
        let (file, lines) = blocking(move || {
            file.write_all(&lines)?;
            lines.clear();
            Ok((file, lines))
        })
        .await?;
        (self.file, self.lines, self.written.bytes) = (Some(file), lines, bytes);
        if bytes - self.tidied_at >= TIDY_AFTER {
            self.tidied_at = bytes;
            self.tidy().await?;
        }
        Ok(())
    }

    async fn tidy(&self) -> Result<()> {
        let Opening { guild, bounds, bot, .. } = &self.opening;
        let (recordings, guild, bounds, now) = (self.opening.recordings.clone(), *guild, *bounds, bot.clock.now());
        blocking(move || recordings.tidy(guild, bounds, now)).await
    }

    /// The server follows the live no more. An end of the session that no event told, as by a person's word, is written.
    async fn end(mut self) -> Result<()> {
        // A store that is closed ends with the program; the recording goes on when that begins again.
        let Ok(session) = self.session().await else { return Ok(()) };
        if let Some(ended) = session.and_then(|session| session.ended_at)
            && self.written.is_connected
        {
            self.event(&LiveEvent::new(ended, Occurrence::Ended));
            self.hand_over().await?;
        }
        let Some(file) = self.file.take() else { return Ok(()) };
        blocking(move || file.sync_all()).await?;
        self.tidy().await
    }
}
