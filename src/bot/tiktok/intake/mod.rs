//! Brings followed lives in: one task for each name, however many servers follow it.
//!
//! Brings about: every name in `tiktok.follows` has a task that connects to it and stays connected, and no other name
//! has one. Safe to start at any time: what is to be followed is read from the store, at the start and whenever it
//! changed, so a restart goes on where it was (`M-TIK-04`).
//!
//! [`follow`] holds the course of one name, [`writing`] writes what it hears, in order and in batches, and [`recording`]
//! keeps it as a show file.

mod follow;
mod recording;
mod writing;

use std::collections::BTreeMap;

use tokio::sync::watch;
use tokio::task::JoinSet;

use self::follow::Course;
use self::recording::RecordingFolder;
use crate::bot::{Surroundings, Task};
use crate::discord::Bot;
use crate::features::tiktok::tables::{self, CHANGED};
use crate::flows::payment_terms;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::live::Handle;

/// The servers that follow a name.
type Followers = BTreeMap<GuildId, Follower>;

/// How a server follows a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Follower {
    /// Which follow of the server it is. Another number is another session, also over the same connection.
    number: u64,
    /// Whether it waits for the name to go live.
    is_persistent: bool,
}

/// Follows whoever is to be followed, for ever. Recordings go into the folder beside the store, if that is a file.
pub const LIVES: Task = Task { name: "TikTok lives", is_vital: true, run: |found| Box::pin(run(found)) };

/// Removes recordings that are too old.
pub const OLD_RECORDINGS: Task = Task {
    name: "old recordings",
    is_vital: false,
    run: |found| {
        Box::pin(async move {
            if let Some(recordings) = RecordingFolder::beside(&found.place) {
                recording::tidy_up(found.bot, recordings).await;
            }
        })
    },
};

async fn run(Surroundings { bot, place, seed }: Surroundings) {
    let recordings = RecordingFolder::beside(&place);
    let mut changes = bot.store.changes();
    let mut courses = JoinSet::new();
    // Counts the changes that recordings want to know of.
    let terms = watch::Sender::new(0_u64);
    let mut running: BTreeMap<Handle, watch::Sender<Followers>> = BTreeMap::new();
    loop {
        match wanted(&bot).await {
            Ok(wanted) => {
                for (name, followers) in running.iter().filter(|(name, _)| !wanted.contains_key(*name)) {
                    tracing::debug!(%name, "nobody follows the name any more");
                    followers.send_replace(Followers::new());
                }
                for (name, now) in wanted {
                    if let Some(followers) = running.get(&name) {
                        followers.send_if_modified(|before| replaced(before, now));
                    } else {
                        let (sender, followers) = watch::channel(now);
                        let recording = (recordings.clone(), terms.subscribe());
                        courses.spawn(Course::new(&bot, seed, &name, followers, recording).run());
                        running.insert(name, sender);
                    }
                }
            }
            Err(error) => tracing::error!(%error, "cannot read whom the servers follow"),
        }
        // A course that ended is forgotten before the store is looked at again: what is followed anew begins anew.
        loop {
            tokio::select! {
                change = changes.recv() => match change {
                    Ok(change) if payment_terms::may_concern(&change) => terms.send_modify(|count| *count += 1),
                    Ok(change) if change.topic != CHANGED => {}
                    // Changes that were missed may be ours.
                    _ => {
                        terms.send_modify(|count| *count += 1);
                        break;
                    }
                },
                Some(ended) = courses.join_next() => {
                    match ended {
                        Ok(name) => drop(running.remove(&name)),
                        Err(error) => tracing::error!(%error, "a course of a live broke"),
                    }
                    running.retain(|_, followers| followers.receiver_count() > 0);
                    break;
                }
            }
        }
    }
}

/// The names that servers follow now.
async fn wanted(bot: &Bot) -> Result<BTreeMap<Handle, Followers>> {
    let follows = bot.store.read("followed_names", tables::all).await?;
    let mut wanted: BTreeMap<Handle, Followers> = BTreeMap::new();
    for (guild, follow) in follows {
        let follower = Follower { number: follow.number, is_persistent: follow.is_persistent };
        wanted.entry(follow.streamer).or_default().insert(guild, follower);
    }
    Ok(wanted)
}

fn replaced(before: &mut Followers, now: Followers) -> bool {
    let is_other = *before != now;
    *before = now;
    is_other
}
