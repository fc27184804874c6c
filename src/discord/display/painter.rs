//! When which display is looked at.
//!
//! Brings about: every active display shows what is so (`M-EMB-02`, `M-EMB-06`, `C-39`). Everything is looked at every 10
//! seconds; what a change may have touched is looked at once, and changes that come meanwhile are one. Guilds do not wait
//! for one another.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};
use tokio::task::JoinSet;

use super::healing::{self, Occasion};
use super::kind::{DisplayKind, Shown};
use super::posting::{self, Done};
use crate::discord::bot::Bot;
use crate::discord::draft::Draft;
use crate::discord::figures::DISPLAYS;
use crate::display::{CHANGED, Display, DisplayId, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Change, Read, Topic};

/// The pause between two edits in a guild (`M-EMB-03`).
const PAUSE: Duration = Duration::from_secs(1);

/// How often all displays are looked after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// How often everything is looked at; never more often than every 10 seconds (`M-EMB-02`).
    pub round: Duration,
    /// How often everything is healed (`M-HEA-01`).
    pub healing: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self { round: Duration::from_secs(10), healing: Duration::from_mins(5) }
    }
}

/// What is to be done for the displays of a guild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Errand {
    /// Show what has changed.
    Paint,
    /// Replace old messages of kinds that such a change makes new.
    Renew(Topic),
    /// Put right what is not as it should be.
    Heal,
}

/// The kinds of displays that there are, and when each guild's may be changed next. Whoever holds a guild's pace is its
/// only painter.
pub struct Displays {
    kinds: Vec<&'static DisplayKind>,
    paces: Mutex<HashMap<GuildId, Arc<AsyncMutex<Pace>>>>,
}

/// A guild's displays, for its only painter.
#[derive(Default)]
pub(super) struct Pace {
    next: Option<Timestamp>,
}

impl Displays {
    /// Displays of these kinds.
    pub fn new(kinds: Vec<&'static DisplayKind>) -> Self {
        Self { kinds, paces: Mutex::default() }
    }

    /// The kind with a stored name. A display of a kind that this version does not know is left alone.
    pub(super) fn kind(&self, name: &str) -> Option<&'static DisplayKind> {
        self.kinds.iter().copied().find(|kind| kind.name == name)
    }

    /// The guild's pace, when nobody else paints there.
    pub(super) async fn pace(&self, guild: GuildId) -> OwnedMutexGuard<Pace> {
        let pace = {
            let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(paces.entry(guild).or_default())
        };
        pace.lock_owned().await
    }

    /// What a change asks for.
    fn errand(&self, topic: Topic) -> Option<Errand> {
        if self.kinds.iter().any(|kind| kind.renewed_by == Some(topic)) {
            return Some(Errand::Renew(topic));
        }
        let is_shown = topic == CHANGED || self.kinds.iter().any(|kind| kind.topics.contains(&topic));
        is_shown.then_some(Errand::Paint)
    }
}

impl Pace {
    /// The moment before which nothing may be changed, while it lies ahead.
    fn wait_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.next.filter(|next| now < *next)
    }

    /// Something was changed now.
    pub(super) fn changed(&mut self, now: Timestamp) {
        self.next = Some(now.after(PAUSE));
    }
}

/// Keeps all displays up to date, until it is dropped.
pub async fn run(bot: Bot, rhythm: Rhythm) {
    // A message of ours is known by its author.
    bot.until_own_user().await;
    let mut changes = bot.store.changes();
    let mut due = BTreeSet::new();
    let mut work = JoinSet::new();
    let mut busy = HashSet::new();
    let mut next_round = bot.clock.now();
    let mut next_healing = bot.clock.now();
    loop {
        let now = bot.clock.now();
        if now >= next_round {
            next_round = now.after(rhythm.round);
            let errand = if now >= next_healing { Errand::Heal } else { Errand::Paint };
            if errand == Errand::Heal {
                next_healing = now.after(rhythm.healing);
            }
            match bot.store.read("display_guilds", tables::guilds).await {
                Ok(guilds) => due.extend(guilds.into_iter().map(|guild| (guild, errand))),
                Err(error) => tracing::error!(%error, "cannot read which displays there are"),
            }
        }
        due.retain(|(guild, errand)| {
            if !busy.insert(*guild) {
                return true;
            }
            work.spawn(look_after(bot.clone(), *guild, *errand));
            false
        });
        tokio::select! {
            Some(ended) = work.join_next() => match ended {
                Ok(guild) => drop(busy.remove(&guild)),
                Err(error) => {
                    tracing::error!(%error, "a painter of displays broke");
                    // Which guild's it was is not known; the next round looks after all of them.
                    if work.is_empty() {
                        busy.clear();
                    }
                }
            },
            change = changes.recv() => match change {
                Ok(Change { topic, guild }) => due.extend(bot.displays.errand(topic).map(|errand| (guild, errand))),
                // What was missed may concern any guild.
                Err(RecvError::Lagged(_)) => next_round = now,
                Err(RecvError::Closed) => return,
            },
            () = bot.clock.sleep_until(next_round) => {}
        }
    }
}

async fn look_after(bot: Bot, guild: GuildId, errand: Errand) -> GuildId {
    let outcome = async {
        match errand {
            Errand::Paint => {}
            Errand::Renew(topic) => renew(&bot, guild, topic).await?,
            Errand::Heal => drop(healing::heal(&bot, guild, Occasion::Routine).await?),
        }
        paint(&bot, guild).await
    };
    if let Err(error) = outcome.await {
        tracing::error!(%guild, %error, "cannot look after the displays of a guild");
    }
    guild
}

/// Shows what has changed in a guild.
async fn paint(bot: &Bot, guild: GuildId) -> Result<()> {
    let mut pace = bot.displays.pace(guild).await;
    let displays = bot.store.read("displays", move |read| tables::of_guild(read, guild)).await?;
    for (id, display) in displays {
        let Some(kind) = bot.displays.kind(&display.kind) else { continue };
        // A display that was lost is posted at once; more than that is the next round's.
        for _ in 0..2 {
            let Some(stale) = look(bot, kind, guild, id, &mut pace).await? else { break };
            let done = posting::show(bot, kind, guild, stale).await?;
            DISPLAYS.get_or_create(&[("outcome", done.into())]).inc();
            pace.changed(bot.clock.now());
            if done != Done::Lost {
                break;
            }
        }
    }
    Ok(())
}

/// Replaces messages that are so old that Discord takes few edits of them.
async fn renew(bot: &Bot, guild: GuildId, topic: Topic) -> Result<()> {
    let mut pace = bot.displays.pace(guild).await;
    let displays = bot.store.read("displays", move |read| tables::of_guild(read, guild)).await?;
    for (id, display) in displays {
        let Some(kind) = bot.displays.kind(&display.kind).filter(|kind| kind.renewed_by == Some(topic)) else {
            continue;
        };
        if !display.is_active || !posting::is_old(&display, bot.clock.now()) {
            continue;
        }
        let stale = bot.store.read("display_face", move |read| drawn(read, kind, guild, id)).await?;
        if let Some(stale) = stale {
            posting::replace(bot, kind, guild, stale).await?;
            pace.changed(bot.clock.now());
        }
    }
    Ok(())
}

/// A display that does not show what is so.
pub(super) struct Stale {
    pub(super) id: DisplayId,
    pub(super) display: Display,
    pub(super) render: Draft,
    pub(super) hash: String,
}

/// Whether a display shows something else than what is so: looked at when the guild's pace allows to change it, because
/// more may change until then.
async fn look(
    bot: &Bot,
    kind: &'static DisplayKind,
    guild: GuildId,
    id: DisplayId,
    pace: &mut Pace,
) -> Result<Option<Stale>> {
    loop {
        let stale = bot.store.read("display_face", move |read| stale(read, kind, guild, id)).await?;
        let Some(next) = pace.wait_until(bot.clock.now()).filter(|_| stale.is_some()) else { return Ok(stale) };
        bot.clock.sleep_until(next).await;
    }
}

fn stale(read: &dyn Read, kind: &DisplayKind, guild: GuildId, id: DisplayId) -> Result<Option<Stale>> {
    let drawn = drawn(read, kind, guild, id)?;
    Ok(drawn
        .filter(|Stale { display, hash, .. }| display.message.is_none() || display.content_hash.as_ref() != Some(hash)))
}

/// An active display as it is to be.
fn drawn(read: &dyn Read, kind: &DisplayKind, guild: GuildId, id: DisplayId) -> Result<Option<Stale>> {
    let Some(display) = tables::DISPLAYS.get(read, &(guild, id))?.filter(|display| display.is_active) else {
        return Ok(None);
    };
    let render = (kind.render)(read, Shown { guild, display: id, page: u64::from(display.page) + 1 })?;
    let hash = render.digest()?;
    Ok(Some(Stale { id, display, render, hash }))
}
