//! The hub: hears what changes, and lets what is watched be drawn.
//!
//! Whatever is asked of it, it first hears all that the store has told by then. So a number that it gives for a page is older
//! than the snapshot that the page is made from, and a form that it calls unchanged is; whether [`Push::run`] runs beside it
//! decides only whether anything is drawn without being asked for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::JoinSet;

use super::about::{CONNECTION, PULSE};
use super::board::{Board, Drawn, Job, Part, Place};
use super::feed::{Feed, Missed, Row, What};
use super::places::Places;
use super::songs::Songs;
use super::told::{ChangeEvent, told};
use super::{Drawing, Region};
use crate::activity::{self, ActivityId};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::secret::random;
use crate::kernel::text::hex;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::{Change, Read, Store, Topic};
use crate::web::Web;

/// So many activities of a server are read at once. Where more came meanwhile, whoever listens is told that they missed some.
const MOST_ACTIVITIES: usize = 1_000;

/// A live tells something many times a second; how the lives stand is looked at no more often than this.
const LIVES_REST: Duration = Duration::from_secs(1);
/// How often what is in no row is looked at again, while somebody watches.
const PULSE_EVERY: Duration = Duration::from_secs(5);

/// What keeps pages and programs up to date.
pub struct Push {
    /// Another one in each process: numbers of another epoch say nothing.
    epoch: String,
    pub(super) regions: &'static [&'static Region],
    pub(super) places: Places,
    state: Mutex<State>,
    /// Somebody began to watch something.
    began: Notify,
    /// Whether all streams are to end.
    stopping: watch::Sender<bool>,
}

struct State {
    changes: broadcast::Receiver<Change>,
    board: Board,
    feed: Feed,
}

impl Push {
    /// Hears what changes in a store from now on. There are these parts of pages, and at most so many streams.
    pub fn new(store: &Store, regions: &'static [&'static Region], streams: usize) -> Self {
        Self {
            epoch: hex(&random::<6>()),
            regions,
            places: Places::new(streams),
            state: Mutex::new(State { changes: store.changes(), board: Board::new(), feed: Feed::default() }),
            began: Notify::new(),
            stopping: watch::Sender::new(false),
        }
    }

    /// The revision of this moment, `epoch.number`. A page notes it before its snapshot is taken.
    pub fn revision(&self) -> String {
        let revision = self.state().board.revision();
        self.text(revision)
    }

    /// The revision at which any of these topics last changed in a server.
    pub(super) fn changed_at(&self, guild: GuildId, topics: &[Topic]) -> String {
        let changed = self.state().board.changed_at(guild, topics);
        self.text(changed)
    }

    /// The number of a revision; `None` for one of another process, and for what is none.
    pub(super) fn number_of(&self, revision: &str) -> Option<u64> {
        let (epoch, number) = revision.split_once('.')?;
        let number = number.parse::<u64>().ok().filter(|_| epoch == self.epoch)?;
        (number <= self.state().board.revision()).then_some(number)
    }

    /// The revision of a number.
    pub(super) fn text(&self, number: u64) -> String {
        format!("{}.{number}", self.epoch)
    }

    /// The number of this moment.
    pub(super) fn number(&self) -> u64 {
        self.state().board.revision()
    }

    /// Begins to watch a part that somebody knows as it was at `since`: its place, and up to where they need nothing of it.
    pub(super) fn watch(&self, guild: GuildId, part: Part, since: u64) -> (Place, u64) {
        let watched = self.state().board.watch(guild, part, since);
        self.began.notify_one();
        watched
    }

    /// Up to which number somebody has everything who has these parts as they were at these numbers.
    pub(super) fn caught_up(&self, parts: impl Iterator<Item = (GuildId, Part, u64)>) -> u64 {
        self.state().board.caught_up(parts)
    }

    /// Begins to listen to what happens in a server, from now on, unless somebody does or did. Answers whether somebody did.
    pub(super) async fn listen(&self, store: &Store, guild: GuildId) -> Result<bool> {
        if self.state().feed.last_of(guild).is_some() {
            return Ok(true);
        }
        let look = move |read: &dyn Read| {
            let newest = activity::newest(read, guild, &activity::Filter::default(), None, 1)?;
            let last = newest.rows.first().map_or(ActivityId::new(0), |(id, _)| *id);
            Ok((last, Songs::of(read, guild)?))
        };
        let (last, songs) = store.read("listen", look).await?;
        self.state().feed.begin(guild, last, songs);
        Ok(false)
    }

    /// What happened behind a number, and the number up to which that is all.
    pub(super) fn heard(&self, behind: u64) -> (Result<Vec<Row>, Missed>, u64) {
        let state = self.state();
        let rows = state.feed.behind(behind).map(|rows| rows.cloned().collect());
        (rows, state.board.revision())
    }

    /// Tells all who listen something that did not happen.
    pub(super) fn tell(&self, what: What) {
        {
            let mut state = self.state();
            let revision = state.board.count();
            state.feed.add(Row { revision, guild: GuildId::INSTANCE, what });
            state.board.hear(Change { topic: super::TOLD, guild: GuildId::INSTANCE });
        }
        self.began.notify_one();
    }

    /// Hears whether all streams are to end.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Ends all streams. Pages come back to whoever serves them next.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up();
        state
    }

    /// Lets what is watched be drawn as it changes, until it is dropped.
    pub async fn run(web: &Web) {
        let (push, clock) = (&web.push, &web.bot.clock);
        let (mut changes, mut lives) = (web.bot.store.changes(), web.bot.lives.changes());
        let mut drawing = JoinSet::new();
        let (mut look_at_lives, mut pulse) = (clock.now(), None::<Timestamp>);
        loop {
            let now = clock.now();
            let (jobs, next, is_watched) = {
                let mut state = push.state();
                if pulse.is_some_and(|due| due <= now) {
                    state.board.hear_everywhere(PULSE);
                    pulse = None;
                }
                let (jobs, next) = state.board.take(now);
                (jobs, next, state.board.is_watched(PULSE))
            };
            for job in jobs {
                drawing.spawn(draw(web.clone(), job));
            }
            pulse = is_watched.then(|| pulse.unwrap_or_else(|| now.after(PULSE_EVERY)));
            tokio::select! {
                change = changes.recv() => if matches!(change, Err(RecvError::Closed)) {
                    return std::future::pending().await;
                },
                Some(_) = drawing.join_next() => {}
                () = push.began.notified() => {}
                () = wakes(clock, next.into_iter().chain(pulse).min()) => {}
                () = stand_otherwise(clock, look_at_lives, &mut lives) => {
                    push.state().board.hear_everywhere(CONNECTION);
                    look_at_lives = clock.now().after(LIVES_REST);
                }
            }
        }
    }
}

/// Waits for a moment, where there is one to wait for.
async fn wakes(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => clock.sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Waits until some live stands otherwise than before, from a moment on.
async fn stand_otherwise<T>(clock: &Clock, from: Timestamp, lives: &mut watch::Receiver<T>) {
    clock.sleep_until(from).await;
    if lives.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

impl State {
    /// Hears what the store has told by now.
    fn catch_up(&mut self) {
        loop {
            match self.changes.try_recv() {
                Ok(change) => self.board.hear(change),
                Err(TryRecvError::Lagged(_)) => self.board.hear_anything(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Takes in what was read of the activities of a server.
    fn take_in(&mut self, guild: GuildId, found: Vec<(ActivityId, activity::Activity)>) {
        let Some((last, _)) = found.last() else { return };
        self.feed.was_read(guild, *last);
        let revision = self.board.count();
        if found.len() >= MOST_ACTIVITIES {
            return self.feed.miss(revision);
        }
        for (_, activity) in found {
            if let Some(told) = told(guild, &activity) {
                self.feed.add(Row { revision, guild, what: What::Activity(told) });
            }
        }
    }
}

impl State {
    /// Takes in what was seen of the songs of a server.
    fn take_in_songs(&mut self, guild: GuildId, (songs, told): (Songs, Vec<ChangeEvent>)) {
        let revision = self.board.count();
        for told in told {
            self.feed.add(Row { revision, guild, what: What::Activity(told) });
        }
        self.feed.saw(guild, songs);
    }
}

/// Draws parts of a server from one snapshot.
async fn draw(web: Web, job: Job) {
    let Job { guild, revision, parts } = job;
    let now = web.bot.clock.now();
    let known = {
        let feed = &web.push.state().feed;
        (feed.last_of(guild), feed.songs_of(guild))
    };
    let drawn = if parts.iter().all(|part| matches!(part, Part::Topic(_) | Part::Guard(_))) {
        Ok(Snapshot::without_content(&parts, || Drawn::Changed))
    } else {
        let (bot, parts) = (web.bot.clone(), parts.clone());
        let look = move |read: &dyn Read| {
            let drawing = Drawing { read, guild, bot: &bot, now };
            Ok(Snapshot::of(&drawing, &parts, &known))
        };
        web.bot.store.read("live_parts", look).await
    };
    let Snapshot { drawn, found, songs } = drawn.unwrap_or_else(|error| {
        tracing::error!(%guild, %error, "cannot draw what is watched of a server");
        Snapshot::without_content(&parts, || Drawn::Failed)
    });
    let mut state = web.push.state();
    state.take_in(guild, found);
    if let Some(songs) = songs {
        state.take_in_songs(guild, songs);
    }
    state.board.finish(guild, revision, drawn, web.bot.clock.now());
}

/// What was seen in one snapshot.
struct Snapshot {
    drawn: Vec<(Part, Drawn)>,
    found: Vec<(ActivityId, activity::Activity)>,
    /// The songs, and what is told of them.
    songs: Option<(Songs, Vec<ChangeEvent>)>,
}

/// Up to which activity a server was read, and how its songs were.
type Known = (Option<ActivityId>, Option<Arc<Songs>>);

impl Snapshot {
    /// Of parts of which nothing was seen.
    fn without_content(parts: &[Part], drawn: impl Fn() -> Drawn) -> Self {
        Self { drawn: parts.iter().map(|part| (*part, drawn())).collect(), found: Vec::new(), songs: None }
    }

    fn of(drawing: &Drawing<'_>, parts: &[Part], (last, songs): &Known) -> Self {
        let mut seen = Self::without_content(&[], || Drawn::Failed);
        for part in parts {
            let drawn = match part {
                Part::Region(region) => (region.draw)(drawing).map(|form| Drawn::Form(form.into_string())),
                Part::Topic(_) | Part::Guard(_) => Ok(Drawn::Changed),
                Part::Activities => seen.read(drawing, *last).map(|()| Drawn::Changed),
                Part::Songs => seen.compare(drawing, songs.as_deref()).map(|()| Drawn::Changed),
            };
            let drawn = drawn.unwrap_or_else(|error| {
                tracing::error!(guild = %drawing.guild, %error, "a part of pages cannot be drawn");
                Drawn::Failed
            });
            seen.drawn.push((*part, drawn));
        }
        seen
    }

    fn read(&mut self, drawing: &Drawing<'_>, last: Option<ActivityId>) -> Result<()> {
        if let Some(last) = last {
            self.found = activity::since(drawing.read, drawing.guild, last.following(), MOST_ACTIVITIES)?;
        }
        Ok(())
    }

    fn compare(&mut self, drawing: &Drawing<'_>, before: Option<&Songs>) -> Result<()> {
        if let Some(before) = before {
            let now = Songs::of(drawing.read, drawing.guild)?;
            let told = before.told(&now, drawing.read, drawing.guild)?;
            self.songs = Some((now, told));
        }
        Ok(())
    }
}
