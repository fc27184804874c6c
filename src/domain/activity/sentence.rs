//! How activities read: a kind brings the one sentence of its activities, and each surface draws that in its own way.
//!
//! A sentence is made of an activity, with its details read ([`Noted`]). Its parts say what they are (a member, a channel, an
//! amount), so the debug channel draws it as a message on Discord, and pages and programs with the names that they know. It is
//! `None` where an activity lacks what the sentence tells.

use strum::IntoStaticStr;

use super::model::{Activity, Subject};
use crate::kernel::actor::Actor;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::sentence::{Numbered, Sentence, Slot};
use crate::live::Handle;
use crate::settings::ChangeSentence;
use crate::store::form::Carried;

/// A kind of activity, whatever it tells.
pub trait Readable: Carried {
    /// Who is told of its activities.
    fn reach(&self) -> Reach;

    /// By which words people choose it.
    fn called(&self) -> &'static str;

    /// What programs that listen are told of them: what changed, and how. `None` where they are told nothing.
    fn heard(&self) -> Option<(Thing, ChangeType)>;

    /// The sentence of an activity of this kind.
    fn sentence(&self, activity: &Activity, context: &Context<'_>) -> Option<Sentence>;
}

/// Who is told of the activities of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The team in its debug channel, and whoever looks at the pages of the server.
    Team,
    /// Whoever looks at the pages of the server.
    Pages,
    /// The operator: it is of the instance and of no server.
    Operator,
}

/// What an activity changed, for programs that listen. They are told no more, and ask for the rest with the rights that they have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A balance.
    Balance,
    /// A setting.
    Setting,
    /// Something about a member, such as a handle.
    Member,
    /// An item of the shop.
    Item,
    /// What a member owns of the shop's items.
    Inventory,
    /// A task, or what became of it.
    Task,
}

/// How something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum ChangeType {
    /// It is new.
    Create,
    /// It is another than before.
    Update,
    /// It is gone.
    Delete,
}

impl ChangeType {
    /// Its name, as programs read it.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a sentence needs beside the activity that it is of.
pub struct Context<'c> {
    /// Whether the team reads it in the debug channel, and not somebody on a page.
    pub is_for_team: bool,
    /// What the song is called that it is about, where that is known.
    pub song: Option<&'c Sentence>,
    /// How changes of the setting with a key are told.
    pub setting: fn(&str) -> Option<&'static dyn ChangeSentence>,
    /// What jobs of a kind are for.
    pub purpose: fn(&str) -> Option<&'static str>,
}

/// An activity of which a sentence is made.
pub struct Noted<'n, D> {
    /// What it tells beside actor, subject, before and after.
    pub details: D,
    activity: &'n Activity,
    context: &'n Context<'n>,
}

impl<'n, D> Noted<'n, D> {
    pub(super) const fn new(details: D, activity: &'n Activity, context: &'n Context<'n>) -> Self {
        Self { details, activity, context }
    }

    /// Whether the team reads it in the debug channel.
    pub const fn is_for_team(&self) -> bool {
        self.context.is_for_team
    }

    /// Whoever did it.
    pub const fn actor(&self) -> Actor {
        self.activity.actor
    }

    /// Whoever did it, as the beginning of a sentence.
    pub fn by(&self) -> Sentence {
        called(self.activity.actor)
    }

    /// The same, for what makes no sense without a person; `None` where none did it.
    pub fn by_person(&self) -> Option<Sentence> {
        matches!(self.activity.actor, Actor::Member(_) | Actor::Operator).then(|| self.by())
    }

    /// The same, with the number of a member.
    pub fn by_numbered_person(&self) -> Option<Sentence> {
        match self.activity.actor {
            Actor::Member(user) => Some(Numbered(user).to_sentence()),
            _ => self.by_person(),
        }
    }

    /// The member that it is about.
    pub const fn member(&self) -> Option<UserId> {
        match &self.activity.subject {
            Some(Subject::Member(user)) => Some(*user),
            _ => None,
        }
    }

    /// The channel that it is about.
    pub const fn channel(&self) -> Option<ChannelId> {
        match &self.activity.subject {
            Some(Subject::Channel(channel)) => Some(*channel),
            _ => None,
        }
    }

    /// The TikTok name that it is about.
    pub const fn handle(&self) -> Option<&Handle> {
        match &self.activity.subject {
            Some(Subject::Handle(handle)) => Some(handle),
            _ => None,
        }
    }

    /// How a change of the setting is told that it is about; `None` where whoever reads is not told of it.
    pub fn setting(&self) -> Option<&'static dyn ChangeSentence> {
        let Some(Subject::Setting(key)) = &self.activity.subject else { return None };
        (self.context.setting)(key).filter(|setting| !self.is_for_team() || setting.is_for_team())
    }

    /// What a job of this kind is for. One of a kind that this program does not know is called as it is stored.
    pub fn purpose(&self, kind: &str) -> String {
        (self.context.purpose)(kind).map_or_else(|| kind.replace(['.', '_'], " "), str::to_owned)
    }

    /// The song that it is about.
    pub fn song(&self) -> Sentence {
        self.context.song.cloned().unwrap_or_else(|| Sentence::words("a song"))
    }

    /// What was before.
    pub fn before(&self) -> Option<&str> {
        self.activity.before.as_deref()
    }

    /// What is after.
    pub fn after(&self) -> Option<&str> {
        self.activity.after.as_deref()
    }

    /// What was before and what is after, where there is both.
    pub fn change(&self) -> Option<(Sentence, Sentence)> {
        Some((Sentence::typed(self.before()?), Sentence::typed(self.after()?)))
    }
}

/// Whoever did something, as the beginning of a sentence.
pub fn called(actor: Actor) -> Sentence {
    match actor {
        Actor::Member(user) => user.to_sentence(),
        Actor::Operator => Sentence::words("The operator"),
        Actor::Live => Sentence::words("The live"),
        Actor::System => Sentence::words("Greenroom"),
    }
}
