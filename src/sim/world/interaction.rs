//! Interactions: one use of a command, a button, a menu, a modal or an autocompletion, and how it was answered.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::Value;
use tokio::sync::Notify;

use super::World;
use super::files::Attachment;
use super::message::Cause;
use crate::Id;
use crate::kernel::time::{Stopwatch, Timestamp};

/// How long the token of an answered interaction works.
pub(crate) const TOKEN_LIFE: Duration = Duration::from_mins(15);
/// How many interactions are remembered.
const KEPT: usize = 8_192;

/// Discord's interaction types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A command.
    Command,
    /// A button or a menu.
    Component,
    /// Choices wanted while somebody types.
    Autocomplete,
    /// A modal was sent in.
    Modal,
}

impl Kind {
    /// Discord's number.
    pub(crate) const fn number(self) -> u64 {
        match self {
            Self::Command => 2,
            Self::Component => 3,
            Self::Autocomplete => 4,
            Self::Modal => 5,
        }
    }
}

/// An interaction.
#[derive(Debug)]
pub(crate) struct Interaction {
    pub(crate) id: Id,
    pub(crate) token: String,
    pub(crate) kind: Kind,
    pub(crate) user: Id,
    pub(crate) guild: Option<Id>,
    pub(crate) channel: Id,
    /// The command's full name.
    pub(crate) name: String,
    /// The message whose component was used, or on whose component's modal this follows.
    pub(crate) source: Option<Id>,
    /// The interaction that was answered with the modal that was sent in.
    pub(crate) trigger: Option<(Id, Kind)>,
    pub(crate) created: Timestamp,
    /// Until when the bot may send its first answer.
    pub(crate) answer_by: Timestamp,
    pub(crate) watch: Stopwatch,
    /// Files given as options; they live as long as the interaction is remembered.
    pub(crate) files: Vec<Attachment>,
    pub(crate) answer: Option<FirstAnswer>,
    /// The message that `@original` names.
    pub(crate) original: Option<Id>,
    /// Whether `@original` still shows that the bot is thinking.
    pub(crate) is_loading: bool,
    pub(crate) followups: Vec<Id>,
    /// Whether a person sees an answer, and not only that one is coming.
    pub(crate) is_settled: bool,
    /// Rings whenever the bot does something with this interaction.
    pub(crate) bell: Arc<Notify>,
}

/// The bot's first answer.
#[derive(Clone, Debug)]
pub(crate) struct FirstAnswer {
    /// Discord's callback type.
    pub(crate) kind: u64,
    /// The body as the bot sent it, as text: most are never read again, and trees take much more memory.
    body: Box<str>,
    /// Real time from the interaction to the answer.
    pub(crate) after: Duration,
}

impl FirstAnswer {
    /// The answer of type `kind` with this body, `after` so much real time.
    pub(crate) fn new(kind: u64, body: &Value, after: Duration) -> Self {
        Self { kind, body: body.to_string().into(), after }
    }

    /// The body as the bot sent it.
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// The interactions of late, by id; the oldest are forgotten first.
#[derive(Debug, Default)]
pub(crate) struct Interactions {
    by_id: HashMap<Id, Interaction>,
    order: BTreeSet<Id>,
    /// How many have never shown a person an answer.
    unsettled: usize,
}

impl Interactions {
    /// The interaction with this id.
    pub(crate) fn get(&self, id: Id) -> Option<&Interaction> {
        self.by_id.get(&id)
    }

    /// The interaction with this id, to change it.
    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut Interaction> {
        self.by_id.get_mut(&id)
    }

    /// The newest interaction.
    #[cfg(test)]
    pub(crate) fn newest(&self) -> Option<Id> {
        self.order.last().copied()
    }

    /// Remembers a new interaction and gives back the one that had to be forgotten for it.
    pub(crate) fn add(&mut self, interaction: Interaction) -> Option<Interaction> {
        self.order.insert(interaction.id);
        self.by_id.insert(interaction.id, interaction);
        self.unsettled += 1;
        if self.by_id.len() <= KEPT {
            return None;
        }
        let oldest = self.order.pop_first()?;
        let forgotten = self.by_id.remove(&oldest)?;
        self.unsettled -= usize::from(!forgotten.is_settled);
        Some(forgotten)
    }

    /// Whether a bot may still answer one that waits at `now`.
    pub(crate) fn any_waits(&self, now: Timestamp) -> bool {
        self.unsettled > 0 && self.by_id.values().any(|interaction| interaction.waits(now))
    }

    /// A person sees the answer now; whoever waits for it is told.
    pub(crate) fn settle(&mut self, id: Id) {
        let Some(interaction) = self.by_id.get_mut(&id) else { return };
        if !interaction.is_settled {
            interaction.is_settled = true;
            self.unsettled -= 1;
        }
        interaction.bell.notify_waiters();
    }

    /// The interaction that a token belongs to.
    pub(crate) fn by_token(&self, token: &str) -> Option<&Interaction> {
        let text = BASE64_URL_SAFE_NO_PAD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
        let id = text.strip_prefix("interaction:")?.split(':').next()?.parse().ok()?;
        self.by_id.get(&id).filter(|interaction| interaction.token == token)
    }
}

impl Interaction {
    /// What its messages say about it.
    pub(crate) fn cause(&self) -> Cause {
        let (user, name) = (self.user, self.name.clone());
        Cause { id: self.id, kind: self.kind, user, name, source: self.source, trigger: self.trigger }
    }

    /// Whether a person still waits for an answer that may come.
    fn waits(&self, now: Timestamp) -> bool {
        let is_over = if self.answer.is_some() { self.is_expired(now) } else { self.is_too_late(now) };
        !self.is_settled && !is_over
    }

    /// Whether the bot has only said that it may change the message later.
    pub(crate) fn is_update_deferred(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.kind == 6)
    }

    /// Whether the time for the first answer has passed.
    pub(crate) fn is_too_late(&self, now: Timestamp) -> bool {
        now > self.answer_by
    }

    /// Whether its token has died.
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        now.since(self.created) > TOKEN_LIFE
    }
}

impl World {
    /// A token for the interaction `id`, as long and as opaque as Discord's.
    pub(crate) fn interaction_token(&self, id: Id) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(format!(
            "interaction:{id}:{:016x}{:016x}",
            id.get() ^ self.bot.get(),
            self.bot.get()
        ))
    }
}
