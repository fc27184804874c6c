//! The stage of a replay: an empty store in a temporary folder, and a clock that shows the times of the show.
//!
//! Events wait until something has to happen before the next one: a sweep, a link, a setting. A batch is equal to its
//! events one by one, and what sweeps do does not depend on when they do it, so batches are for speed alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::super::config::storage::store_file;
use super::super::exit::{ExitCode, Stop};
use super::super::scratch::ScratchFolder;
use super::super::show::{Act, Call, Cue, Show};
use super::super::upkeep;
use super::discord::People;
use super::outcome::{Lift, Outcome};
use crate::catalogue::CATALOGUE;
use crate::flows::payment_terms::{self, Terms};
use crate::flows::{handle_links, live_events};
use crate::kernel::actor::Actor;
use crate::kernel::dice::Seed;
use crate::kernel::error::{Error, Result as StoreResult};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::{Clock, ClockHand, Timestamp};
use crate::live::show_file::{Head, Note};
use crate::live::{Handle, LiveEvent};
use crate::store::{Options, Store, StoreLocation, Tx};

/// A show without a head begins at this moment, in every run: 21 November 2026, 20:00 UTC.
const BEGIN: Timestamp = Timestamp::from_millis(1_795_291_200_000);
/// The guild of the store, whatever guild the show is of.
pub(super) const GUILD: GuildId = GuildId::new(1);
/// The most events of one transaction.
const MOST_AT_ONCE: usize = 1_024;
/// A session that is not continued for so long is closed by the next sweep (`D-26`), and a second one counts it.
const UNTIL_CLOSED: Duration = Duration::from_mins(16);
/// The administrator who makes the links.
const NOBODY: Actor = Actor::Member(UserId::new(1));

/// See the module.
pub(super) struct Stage {
    pub(super) store: Store,
    hand: ClockHand,
    begin: Timestamp,
    streamer: Handle,
    settings: BTreeMap<String, String>,
    /// Settings that stay as they are, whatever the show says.
    fixed: BTreeSet<String>,
    waiting: Vec<LiveEvent>,
    swept_at: Timestamp,
    people: People,
    /// Everybody who ever had a handle.
    members: BTreeSet<UserId>,
    lifts: Vec<Lift>,
    left_out: u64,
    // Gone when everything else has ended.
    _folder: ScratchFolder,
}

/// Refuses settings that decide nothing about payment, and values that they cannot have.
pub(super) fn check(what_if: &[(String, String)]) -> Result<(), Stop> {
    let (clock, _hand) = Clock::simulated(BEGIN);
    let store = Store::open(&StoreLocation::Memory, Options::new(clock, Seed::fixed(1)), (CATALOGUE.schema)())?;
    change(&store, what_if.to_vec()).map_err(|error| match error {
        Error::Refused(refusal) => Stop::new(ExitCode::Configuration, format!("--what-if: {}", refusal.sentence)),
        failed @ Error::Failed(_) => failed.into(),
    })
}

fn change(store: &Store, settings: Vec<(String, String)>) -> StoreResult<()> {
    store.write_blocking("replay_settings", move |tx| {
        settings.iter().try_for_each(|(key, value)| payment_terms::change(tx, GUILD, key, value))
    })
}

impl Stage {
    /// An empty stage for a show that begins with this line.
    pub(super) fn set(first: &Cue, what_if: &[(String, String)]) -> Result<Self, StageError> {
        let (begin, streamer, people) = match &first.act {
            Act::Note(Note::Head(Head { streamer, started_at, .. })) => {
                let begin = Timestamp::from_rfc3339(started_at);
                let begin = begin.ok_or_else(|| StageError::Line("its started_at is no moment".to_owned()))?;
                (begin, streamer.clone(), People::default())
            }
            Act::Discord(Call::Guild { streamer, members, .. }) => {
                let streamer = Handle::parse(streamer)
                    .map_err(|error| StageError::Line(format!("the streamer is none: {error}")))?;
                (BEGIN, streamer, People::of(members))
            }
            Act::Live(_) | Act::Note(_) | Act::Discord(_) => {
                return Err(StageError::Line("a show begins with its head, or with the guild".to_owned()));
            }
        };
        let folder = ScratchFolder::new().map_err(|error| Stop::failed(format!("No temporary folder: {error}.")))?;
        let (clock, hand) = Clock::simulated(begin);
        let place = StoreLocation::File(store_file(folder.path()));
        let store = Store::open(&place, Options::new(clock, Seed::fixed(1)), (CATALOGUE.schema)())?;
        change(&store, what_if.to_vec())?;
        people.open_submissions(&store)?;
        let terms: Terms = store.read_blocking("replay_terms", |read| payment_terms::of(read, GUILD))?;
        Ok(Self {
            store,
            hand,
            begin,
            streamer,
            settings: terms.settings,
            fixed: what_if.iter().map(|(key, _)| key.clone()).collect(),
            waiting: Vec::new(),
            swept_at: begin,
            people,
            members: BTreeSet::new(),
            lifts: Vec::new(),
            left_out: 0,
            _folder: folder,
        })
    }

    /// How far the show is.
    pub(super) fn elapsed(&self) -> Duration {
        self.hand.now().since(self.begin)
    }

    /// Does what a line says, after everything that is due before it.
    pub(super) async fn perform(&mut self, cue: Cue) -> Result<(), StageError> {
        let at = self.begin.after(cue.at);
        if at.since(self.swept_at) >= upkeep::INTERVAL {
            self.sweep(at).await?;
        }
        match cue.act {
            Act::Live(event) => {
                self.waiting.push(event.at(at));
                if self.waiting.len() >= MOST_AT_ONCE {
                    self.flush().await?;
                }
                Ok(())
            }
            Act::Note(Note::Head(head)) => {
                if cue.at > Duration::ZERO || head.streamer != self.streamer {
                    return Err(StageError::Line("a show has one head, in its first line".to_owned()));
                }
                self.change(head.settings).await
            }
            Act::Note(Note::Settings { settings }) => {
                self.move_on(at).await?;
                self.change(settings).await
            }
            Act::Note(Note::Link { handle, user }) => {
                self.move_on(at).await?;
                self.link(handle, user).await
            }
            Act::Discord(call) => {
                self.move_on(at).await?;
                let people = self.people.clone();
                let done = self.store.write("replay_discord", move |tx| people.act(tx, &call)).await?;
                self.left_out += u64::from(!done.is_played);
                self.members.extend(done.linked);
                Ok(())
            }
        }
    }

    /// Lets what waits happen.
    pub(super) async fn flush(&mut self) -> Result<(), Stop> {
        let Some(last) = self.waiting.last() else { return Ok(()) };
        self.hand.advance_to(last.at);
        let (events, streamer) = (std::mem::take(&mut self.waiting), self.streamer.clone());
        let effects =
            self.store.write("replay_events", move |tx| live_events::run(tx, GUILD, &streamer, &events)).await?;
        self.lifts.extend(effects.lifted.iter().map(Lift::of));
        Ok(())
    }

    /// Lets what waits happen, and moves the clock.
    async fn move_on(&mut self, at: Timestamp) -> Result<(), Stop> {
        self.flush().await?;
        self.hand.advance_to(at);
        Ok(())
    }

    /// Does what the running bot does every half minute.
    async fn sweep(&mut self, at: Timestamp) -> Result<(), Stop> {
        self.move_on(at).await?;
        self.swept_at = at;
        Ok(upkeep::round(&self.store, at).await?)
    }

    async fn change(&mut self, settings: BTreeMap<String, String>) -> Result<(), StageError> {
        let changed: Vec<_> = settings.into_iter().filter(|(key, _)| !self.fixed.contains(key)).collect();
        let to_change = changed.clone();
        let change = move |tx: &Tx<'_>| {
            to_change.iter().try_for_each(|(key, value)| payment_terms::change(tx, GUILD, key, value))
        };
        match self.store.write("replay_settings", change).await {
            Ok(()) => {
                self.settings.extend(changed);
                Ok(())
            }
            Err(Error::Refused(refusal)) => Err(StageError::Line(refusal.sentence.to_string())),
            Err(failed) => Err(failed.into()),
        }
    }

    async fn link(&mut self, handle: Handle, user: Option<UserId>) -> Result<(), StageError> {
        self.members.extend(user);
        let link = move |tx: &Tx<'_>| match user {
            Some(user) => handle_links::admin_link(tx, GUILD, NOBODY, user, &handle).map(drop),
            None => match crate::features::handles::queries::account(tx, GUILD, &handle)?.and_then(|it| it.linked) {
                Some(user) => handle_links::admin_unlink(tx, GUILD, NOBODY, user, &handle).map(drop),
                None => Ok(()),
            },
        };
        match self.store.write("replay_link", link).await {
            // A recording that goes on after a restart says again what it said.
            Ok(()) | Err(Error::Refused(_)) => Ok(()),
            Err(failed) => Err(failed.into()),
        }
    }

    /// The show is over: a live that did not end loses its connection at the last line. Answers what was paid.
    pub(super) async fn end(mut self) -> Result<Outcome, Stop> {
        self.flush().await?;
        let lasted = self.elapsed();
        let streamer = self.streamer.clone();
        let lost = LiveEvent::new(self.hand.now(), crate::live::Occurrence::Disconnected);
        self.store
            .write("replay_end", move |tx| {
                live_events::run(tx, GUILD, &streamer, std::slice::from_ref(&lost)).map(drop)
            })
            .await?;
        for pause in [UNTIL_CLOSED, upkeep::INTERVAL] {
            self.sweep(self.hand.now().after(pause)).await?;
        }
        let Self { streamer, begin, settings, lifts, left_out, members, .. } = self;
        let paid = self.store.read("replay_outcome", move |read| super::outcome::paid(read, &members)).await?;
        self.store.close().await;
        Ok(Outcome::new(streamer, begin, lasted, settings, paid, lifts, left_out))
    }
}

/// What went wrong on the stage: with the line, or with the machine.
#[derive(Debug)]
pub(super) enum StageError {
    /// The line asks for something that cannot be.
    Line(String),
    /// Something broke.
    Stop(Stop),
}

impl StageError {
    /// The end of the replay, for the line of a show that was read last.
    pub(super) fn at(self, show: &Show) -> Stop {
        match self {
            Self::Line(problem) => show.wrong(&problem).into(),
            Self::Stop(stop) => stop,
        }
    }
}

impl<E: Into<Stop>> From<E> for StageError {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}
