//! The kinds of activities, and how one is staged.

use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::debug_channel;
use super::model::{Activity, Subject};
use super::sentence::{ChangeType, Context, Noted, Reach, Readable, Thing};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::store::Tx;
use crate::store::form::{Carried, json_again, json_samples};

/// A kind of activity, the type of what it tells beside actor, subject, before and after, and how that reads.
pub struct ActivityKind<D> {
    name: &'static str,
    called: &'static str,
    reach: Reach,
    sentence: fn(&Noted<'_, D>) -> Option<Sentence>,
    heard: Option<(Thing, ChangeType)>,
    details: PhantomData<fn(D)>,
}

/// Something that happened, about to be staged.
#[derive(Clone, Debug)]
#[must_use]
pub struct Happened<D> {
    kind: &'static str,
    actor: Actor,
    subject: Option<Subject>,
    before: Option<String>,
    after: Option<String>,
    details: D,
}

impl<D> ActivityKind<D> {
    /// Declares a kind: `feature.what_happened`. The name and the details are stored, so neither changes; a field that
    /// comes later has a `serde(default)`. The sentence is what the team and whoever looks at a page read. Its feature lists
    /// it in its `Domain`.
    pub const fn new(name: &'static str, sentence: fn(&Noted<'_, D>) -> Option<Sentence>) -> Self {
        Self { name, called: "", reach: Reach::Team, sentence, heard: None, details: PhantomData }
    }

    /// The same, which people choose by these words where they look for activities of one kind. Each kind that a feature lists
    /// has some.
    #[must_use]
    pub const fn called(self, words: &'static str) -> Self {
        Self { called: words, ..self }
    }

    /// The same, of which the debug channel says nothing.
    #[must_use]
    pub const fn on_pages(self) -> Self {
        Self { reach: Reach::Pages, ..self }
    }

    /// The same, of which programs that listen are told so: what changed, and how.
    #[must_use]
    pub const fn heard_as(self, thing: Thing, change: ChangeType) -> Self {
        Self { heard: Some((thing, change)), ..self }
    }

    /// The same, of the instance alone.
    #[must_use]
    pub const fn of_instance(self) -> Self {
        Self { reach: Reach::Operator, ..self }
    }

    /// The stored name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Something of this kind. Greenroom itself did it to nobody, unless more is said.
    pub const fn with(&self, details: D) -> Happened<D> {
        Happened { kind: self.name, actor: Actor::System, subject: None, before: None, after: None, details }
    }
}

impl<D: DeserializeOwned> ActivityKind<D> {
    /// What an activity of this kind tells. `None` for one of another kind, and where it cannot be read.
    pub fn details(&self, activity: &Activity) -> Option<D> {
        if activity.kind != self.name {
            return None;
        }
        serde_json::from_str(&activity.details).ok()
    }
}

impl<D: Serialize + DeserializeOwned> Carried for ActivityKind<D> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn samples(&self) -> Result<Vec<String>, String> {
        json_samples::<D>()
    }

    fn again(&self, text: &str) -> Result<String, String> {
        json_again::<D>(text)
    }
}

impl<D: Serialize + DeserializeOwned> Readable for ActivityKind<D> {
    fn reach(&self) -> Reach {
        self.reach
    }

    fn called(&self) -> &'static str {
        self.called
    }

    fn heard(&self) -> Option<(Thing, ChangeType)> {
        self.heard
    }

    fn sentence(&self, activity: &Activity, context: &Context<'_>) -> Option<Sentence> {
        (self.sentence)(&Noted::new(self.details(activity)?, activity, context))
    }
}

impl<D> Happened<D> {
    /// Who caused it.
    pub fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    /// Whom or what it is about.
    pub fn of(self, subject: Subject) -> Self {
        Self { subject: Some(subject), ..self }
    }

    /// What was before, and what is after.
    pub fn changing(self, before: impl Into<Option<String>>, after: impl Into<Option<String>>) -> Self {
        Self { before: before.into(), after: after.into(), ..self }
    }
}

impl<D: Serialize> Happened<D> {
    /// Stages it for a guild.
    pub fn note(self, tx: &Tx<'_>, guild: GuildId) -> Result<()> {
        super::stage(tx, guild, self.into_activity()?)
    }

    /// Stages it for every guild that has a debug channel of its own. For what concerns the program as a whole.
    pub fn note_everywhere(self, tx: &Tx<'_>) -> Result<()> {
        let activity = self.into_activity()?;
        debug_channel::guilds(tx)?.into_iter().try_for_each(|guild| super::stage(tx, guild, activity.clone()))
    }

    pub(super) fn into_activity(self) -> Result<Activity> {
        let details = serde_json::to_string(&self.details).map_err(Error::failed)?;
        let Self { kind, actor, subject, before, after, .. } = self;
        Ok(Activity { kind: kind.to_owned(), actor, subject, before, after, details, door: None })
    }
}
