//! What came of an interaction, as the person saw it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Refused;
use super::seen::SeenMessage;
use crate::world::World;
use crate::world::interaction::{FirstAnswer, Interaction};
use crate::{Id, Sim};

/// How long a person waits where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long something may take to follow a deferred update; often nothing does.
const AFTER_UPDATE: Duration = Duration::from_secs(1);

/// The wait that a call asks for.
pub(super) fn wait_of(wait_ms: Option<u64>) -> Duration {
    wait_ms.map_or(PATIENCE, Duration::from_millis)
}

/// What a person saw after a command, a button, a menu or a modal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandOutcome {
    /// The interaction.
    pub interaction: Id,
    /// Real milliseconds from the interaction to the bot's first answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub acked_ms: Option<f64>,
    /// The bot's first answer as it was sent: `{"type": …, "data": …}`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub response: Option<Value>,
    /// The message that the answer made or changed, as it is now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub original: Option<SeenMessage>,
    /// The follow-ups, as they are now.
    pub followups: Vec<SeenMessage>,
    /// What the bot has written to the person in private since.
    pub dms: Vec<SeenMessage>,
    /// Why there is no answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
}

impl CommandOutcome {
    /// Discord's type of the first answer; 0 without one.
    pub fn kind(&self) -> u64 {
        self.response.as_ref().and_then(|response| response.get("type")?.as_u64()).unwrap_or(0)
    }

    /// The modal that was opened, if one was.
    pub fn modal(&self) -> Option<&Value> {
        self.response.as_ref().filter(|_| self.kind() == 9)?.get("data")
    }

    /// Every word of the answer and its follow-ups; empty without an answer.
    pub fn text(&self) -> String {
        let shown: Vec<String> = self.original.iter().chain(&self.followups).map(SeenMessage::text).collect();
        shown.join("\n")
    }

    /// Whether the answer was for the person alone.
    pub fn is_ephemeral(&self) -> bool {
        self.original.as_ref().is_some_and(SeenMessage::is_ephemeral)
    }
}

impl Sim {
    /// Waits until the person sees an answer, at most `wait` of real time, and tells what they see.
    ///
    /// A deferred answer counts when it is filled, a deferred update when something follows it or after a second.
    /// Without any answer `error` says so.
    pub async fn outcome(&self, interaction: impl Into<Id>, wait: Duration) -> Result<CommandOutcome, Refused> {
        let id = interaction.into();
        // The wait ends either way; what has been seen by then decides.
        let _ = tokio::time::timeout(wait, self.settled(id)).await;
        self.shared.look(|world| world.outcome(id))
    }

    async fn settled(&self, id: Id) {
        let is_answered = |interaction: &Interaction| interaction.is_settled || interaction.is_update_deferred();
        self.rung(id, is_answered).await;
        let _ = tokio::time::timeout(AFTER_UPDATE, self.rung(id, |interaction| interaction.is_settled)).await;
    }

    /// Waits until the bot has sent its first answer; gives the real time it took, or `None` after `wait`.
    pub async fn first_answer(&self, interaction: impl Into<Id>, wait: Duration) -> Option<Duration> {
        let id = interaction.into();
        let _ = tokio::time::timeout(wait, self.rung(id, |interaction| interaction.answer.is_some())).await;
        self.shared.look(|world| world.interactions.get(id)?.answer.as_ref().map(|answer| answer.after))
    }

    /// Waits until `is_done` holds for an interaction, or it is forgotten.
    async fn rung(&self, id: Id, is_done: impl Fn(&Interaction) -> bool) {
        loop {
            let bell = self.shared.look(|world| world.interactions.get(id).map(|interaction| interaction.bell.clone()));
            let Some(bell) = bell else { return };
            let ring = bell.notified();
            tokio::pin!(ring);
            ring.as_mut().enable();
            let is_over = self.shared.look(|world| world.interactions.get(id).is_none_or(&is_done));
            if is_over {
                return;
            }
            ring.await;
        }
    }
}

impl World {
    /// What the person of an interaction sees now.
    pub fn outcome(&self, id: impl Into<Id>) -> Result<CommandOutcome, Refused> {
        let id = id.into();
        let interaction = self.interactions.get(id);
        let interaction = interaction.ok_or_else(|| Refused::because(format!("There is no interaction {id}.")))?;
        let channel = self.channels.get(&interaction.channel);
        let seen = |message: &Id| {
            let channel = channel?;
            Some(self.seen(channel, channel.messages.get(*message)?))
        };
        let direct = self.directs.get(&interaction.user).and_then(|direct| self.channels.get(direct));
        let dms = direct.map(|direct| {
            let since = direct.messages.after(id).filter(|message| message.author == self.bot);
            since.filter(|message| message.interaction.is_none()).map(|message| self.seen(direct, message)).collect()
        });
        let error = match &interaction.answer {
            None => Some("The application did not respond.".to_owned()),
            Some(_) if interaction.is_loading => Some("The bot is still thinking.".to_owned()),
            Some(_) => None,
        };
        Ok(CommandOutcome {
            interaction: id,
            acked_ms: interaction.answer.as_ref().map(|answer| answer.after.as_secs_f64() * 1_000.0),
            response: interaction.answer.as_ref().map(FirstAnswer::body),
            original: interaction.original.as_ref().and_then(seen),
            followups: interaction.followups.iter().filter_map(seen).collect(),
            dms: dms.unwrap_or_default(),
            error,
        })
    }
}
