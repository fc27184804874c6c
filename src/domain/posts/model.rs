//! What is kept of a post, what is to be done next, and what follows from how that went: pure decisions.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::jobs::JobId;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::kernel::time::Timestamp;
use crate::{fields, id_type, key_enum};

/// When what is pending and has no open job is tried again (`T-SYN-28`).
pub(super) const PENDING_TRIED_AFTER: Duration = Duration::from_mins(10);
/// The longest wait until something is tried again that Discord refused.
const REFUSED_TRIED_AT_LAST_AFTER: Duration = Duration::from_hours(24);
/// What is said of a message that is there, and does not show what is wanted.
const SHOWS_THE_OLD: &str = "Until that works, its message shows how it was before.";
/// What is said of a message that is gone and stays so.
const DELETED: &str = "Its message was deleted on Discord.";

id_type!(
    /// The number of a post within its guild.
    PostId
);

/// How the message of a post compares with what is wanted (`C-56`).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Sync {
    /// Discord shows what is wanted.
    Synced,
    /// It will, as soon as that can be done.
    PendingSync,
    /// Its message was deleted, and nobody asked for another one yet.
    Orphaned,
    /// Discord refuses it.
    Failed,
}

key_enum!(Sync { Synced = 1, PendingSync = 2, Orphaned = 3, Failed = 4 });

impl Sync {
    /// The name, as programs read it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What becomes of a post whose message somebody deleted (`C-57`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WhenGone {
    /// It is posted anew.
    Recreate,
    /// It is orphaned until somebody asks for it.
    Orphan,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
}

/// A message that may be there without our knowing it: the program may have ended between a post and the row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// Where it would be.
    pub channel: ChannelId,
    /// The number under which Discord drops a second one, unique in the instance.
    pub number: u64,
    /// By what it is recognised.
    pub mark: String,
}

/// A message that follows a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// The name of its kind.
    pub kind: String,
    /// The row of the feature.
    pub row: u64,
    /// What happens when its message is gone.
    pub when_gone: WhenGone,
    /// Where it is wanted.
    pub channel: ChannelId,
    /// Whether its message is to go, and the post with it.
    pub is_withdrawn: bool,
    /// Counts what was wanted: another one, another wish.
    pub revision: u64,
    /// Where its message is, as far as is known.
    pub place: Option<Place>,
    /// A message that may be there.
    pub begun: Option<Begun>,
    /// A digest of what its message shows; `None` where it is to be shown in any case.
    pub shown: Option<String>,
    /// How both compare.
    pub sync: Sync,
    /// Why it is not synced, in words.
    pub reason: Option<String>,
    /// Its open job, if it has one.
    pub job: JobId,
    /// When it is looked at again by itself.
    pub next_try: Option<Timestamp>,
    /// How often Discord refused it since it was last as it should be, or something new was wanted.
    pub refusals: u32,
    /// Whether it is its channel that refuses it, and not what it says.
    pub is_barred: bool,
}

fields!(Post: refusals since 2 = 0, is_barred since 2 = false);

/// How a post is, for whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostState {
    /// Where it is wanted.
    pub channel: ChannelId,
    /// Its message there; `None` where there is none.
    pub message: Option<MessageId>,
    /// How it compares with what is wanted.
    pub sync: Sync,
    /// Why it is not synced, in words.
    pub reason: Option<String>,
}

/// What is to be done for a post now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Nothing,
    /// It is withdrawn, and nothing of it is there: the post goes.
    Remove,
    /// A message that may be there, and is not wanted, is to be looked for.
    Seek(Begun),
    /// This message is not wanted any more.
    Delete(Place),
    /// This message is to show what is wanted.
    Edit(Place),
    /// There is to be a message. One may be there already.
    Post(Option<Begun>),
}

/// How a step went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The message shows this revision.
    Shown {
        /// Where it is.
        place: Place,
        /// A digest of what it shows.
        shown: String,
        /// The revision that was drawn.
        revision: u64,
    },
    /// The message that may have been there is there. What it shows is not known.
    Found(Place),
    /// It is not there.
    NotFound,
    /// The message that was to be edited is gone.
    Gone(Place),
    /// The message is deleted, or was gone already.
    Deleted(Place),
    /// Discord refused it; again would be the same.
    Refused {
        /// Why, in words.
        reason: String,
        /// Whether its channel is what refuses, and not what it says.
        is_barred: bool,
        /// The revision that was drawn.
        revision: u64,
    },
    /// Discord did not do it now. The job comes again.
    Later(String),
    /// Discord does not do it for a while. No job waits for that.
    PutOff(String),
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The next step, in the same job.
    GoOn,
    /// The job comes again.
    Wait,
    /// Nothing more, until something changes.
    End,
    /// Another job: meanwhile something else was wanted.
    Again,
    /// The post goes.
    Remove,
}

impl Post {
    /// A new post, of which nothing is there yet.
    pub(super) fn new((kind, row): (&str, u64), when_gone: WhenGone, channel: ChannelId) -> Self {
        Self {
            kind: kind.to_owned(),
            row,
            when_gone,
            channel,
            is_withdrawn: false,
            revision: 0,
            place: None,
            begun: None,
            shown: None,
            sync: Sync::PendingSync,
            reason: None,
            job: JobId::default(),
            next_try: None,
            refusals: 0,
            is_barred: false,
        }
    }

    /// As whoever shows it reads it.
    pub fn state(&self) -> PostState {
        let here = self.place.filter(|place| place.channel == self.channel);
        let message = here.map(|place| place.message);
        let reason = match (&self.reason, self.sync) {
            (Some(reason), Sync::Failed) if message.is_some() => Some(format!("{reason} {SHOWS_THE_OLD}")),
            (reason, _) => reason.clone(),
        };
        PostState { channel: self.channel, message, sync: self.sync, reason }
    }

    /// What is to be done now.
    pub fn step(&self) -> Step {
        if self.sync != Sync::PendingSync {
            return Step::Nothing;
        }
        match (self.place, &self.begun) {
            (Some(place), _) if self.is_withdrawn || place.channel != self.channel => Step::Delete(place),
            (Some(place), _) => Step::Edit(place),
            (None, Some(begun)) if self.is_withdrawn || begun.channel != self.channel => Step::Seek(begun.clone()),
            (None, None) if self.is_withdrawn => Step::Remove,
            (None, begun) => Step::Post(begun.clone()),
        }
    }

    /// Whether nothing of it is on Discord, and nothing may be.
    pub(super) const fn is_nowhere(&self) -> bool {
        self.place.is_none() && self.begun.is_none()
    }

    /// Something is to be done for it.
    pub(super) fn pend(&mut self, now: Timestamp) {
        self.sync = Sync::PendingSync;
        self.next_try = Some(now.after(PENDING_TRIED_AFTER));
    }

    /// Takes in how a step went.
    pub(super) fn take(&mut self, outcome: Outcome, now: Timestamp) -> Then {
        match outcome {
            Outcome::Shown { place, shown, revision } => {
                (self.place, self.shown, self.begun, self.reason) = (Some(place), Some(shown), None, None);
                (self.refusals, self.is_barred) = (0, false);
                self.end_at(revision, Sync::Synced, now)
            }
            Outcome::Found(place) => {
                (self.place, self.shown, self.begun) = (Some(place), None, None);
                Then::GoOn
            }
            Outcome::NotFound => {
                self.begun = None;
                if self.is_withdrawn { Then::Remove } else { Then::GoOn }
            }
            Outcome::Deleted(place) => {
                self.forget(place);
                if self.is_withdrawn { Then::Remove } else { Then::GoOn }
            }
            Outcome::Gone(place) => {
                self.forget(place);
                match (self.is_withdrawn, self.when_gone) {
                    (true, _) => Then::Remove,
                    (false, WhenGone::Recreate) => Then::GoOn,
                    (false, WhenGone::Orphan) => {
                        self.orphan();
                        Then::End
                    }
                }
            }
            Outcome::Refused { reason, is_barred, revision } => {
                (self.reason, self.is_barred) = (Some(reason), is_barred);
                let then = self.end_at(revision, Sync::Failed, now);
                if then == Then::End {
                    self.next_try = Some(now.after(wait_after(self.refusals)));
                    self.refusals = self.refusals.saturating_add(1);
                }
                then
            }
            Outcome::Later(reason) => {
                self.reason = Some(reason);
                self.pend(now);
                Then::Wait
            }
            Outcome::PutOff(reason) => {
                self.reason = Some(reason);
                self.pend(now);
                Then::End
            }
        }
    }

    /// Takes in that somebody deleted its message, whatever is being done for it.
    pub(super) fn lose(&mut self, now: Timestamp) -> Then {
        (self.place, self.shown) = (None, None);
        match (self.is_withdrawn, self.when_gone) {
            (true, _) if self.begun.is_none() => Then::Remove,
            (false, WhenGone::Orphan) => {
                self.orphan();
                Then::End
            }
            _ => {
                self.revision = self.revision.saturating_add(1);
                self.pend(now);
                Then::GoOn
            }
        }
    }

    fn orphan(&mut self) {
        (self.sync, self.reason, self.next_try) = (Sync::Orphaned, Some(DELETED.to_owned()), None);
    }

    fn forget(&mut self, place: Place) {
        if self.place == Some(place) {
            (self.place, self.shown) = (None, None);
        }
    }

    /// It is so, unless something else was wanted meanwhile.
    fn end_at(&mut self, revision: u64, sync: Sync, now: Timestamp) -> Then {
        if self.revision != revision {
            self.pend(now);
            return Then::Again;
        }
        (self.sync, self.next_try) = (sync, None);
        Then::End
    }
}

/// How long is waited after that many refusals before: twice as long each time, from 10 minutes to a day.
fn wait_after(refusals: u32) -> Duration {
    PENDING_TRIED_AFTER.saturating_mul(1_u32 << refusals.min(8)).min(REFUSED_TRIED_AT_LAST_AFTER)
}
