//! The answer to an interaction.
//!
//! Discord wants a first answer within three seconds, exactly one, and gives a token for fifteen minutes after it
//! (`M-RAT-04`, `C-46`). A [`Responder`] answers at once when the work is quick; when it is not, it says "thinking" in
//! time and puts the answer there when it is ready. Refusals and failures are answered too, always privately and with what
//! the person had typed. What was lost on the way to Discord is sent once more, because the person would be told of a
//! failure where all was done.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serenity::all::{CommandInteraction, ComponentInteraction, InteractionId, ModalInteraction};
use serenity::builder::{CreateInteractionResponse, CreateInteractionResponseMessage, CreateModal};
use tokio::sync::Semaphore;

use super::bot::Bot;
use super::draft::{Draft, Visibility};
use super::figures;
use super::given_back::{self, Typed};
use super::problem;
use super::rest::RestError;
use crate::kernel::error::{Error, Result};
use crate::kernel::time::Stopwatch;

/// Work that takes longer than this is acknowledged first.
const PATIENCE: Duration = Duration::from_millis(1200);
/// An acknowledgement later than this is logged: Discord forgets an interaction after three seconds.
const LATE: Duration = Duration::from_secs(2);
/// What Discord says to a second first answer: the one that seemed lost had arrived.
const ANSWERED_ALREADY: u64 = 40060;

/// First answers on the wire at once. Each holds a connection, and opening a thousand of them in one moment takes more
/// time and memory than waiting for a free one. At 100 ms an answer this still is more than a thousand in a second.
static ON_THE_WIRE: Semaphore = Semaphore::const_new(128);

/// Answers one interaction.
pub struct Responder<'a> {
    bot: &'a Bot,
    id: InteractionId,
    token: &'a str,
    name: &'a str,
    /// What is given back where it is refused.
    typed: Vec<Typed>,
    since: Stopwatch,
    is_acknowledged: AtomicBool,
}

impl<'a> Responder<'a> {
    /// For a slash command.
    pub fn to_command(bot: &'a Bot, interaction: &'a CommandInteraction) -> Self {
        let typed = given_back::typed_into(&interaction.data.options);
        Self { typed, ..Self::new(bot, interaction.id, &interaction.token, &interaction.data.name) }
    }

    /// For a button or menu.
    pub fn to_component(bot: &'a Bot, interaction: &'a ComponentInteraction) -> Self {
        Self::new(bot, interaction.id, &interaction.token, &interaction.data.custom_id)
    }

    /// For a submitted modal, into which this was typed.
    pub(super) fn to_modal(bot: &'a Bot, interaction: &'a ModalInteraction, typed: Vec<Typed>) -> Self {
        Self { typed, ..Self::new(bot, interaction.id, &interaction.token, &interaction.data.custom_id) }
    }

    fn new(bot: &'a Bot, id: InteractionId, token: &'a str, name: &'a str) -> Self {
        let (since, is_acknowledged) = (Stopwatch::start(), AtomicBool::new(false));
        Self { bot, id, token, name, typed: Vec::new(), since, is_acknowledged }
    }

    /// Does the work and answers with its result; a refusal or failure is told to the person who asked.
    pub async fn answer(&self, visibility: Visibility, work: impl Future<Output = Result<Draft>>) -> Result<()> {
        let mut work = pin!(work);
        let outcome = if let Ok(outcome) = tokio::time::timeout(PATIENCE, &mut work).await {
            outcome
        } else {
            self.defer(visibility).await?;
            work.await
        };
        self.tell(visibility, outcome).await
    }

    /// Acknowledges first, then does the work and answers with its result.
    ///
    /// The work is done also when Discord did not take the acknowledgement: what a person typed into a form must not be
    /// lost by that.
    pub async fn answer_deferred(
        &self,
        visibility: Visibility,
        work: impl Future<Output = Result<Draft>>,
    ) -> Result<()> {
        let deferred = self.defer(visibility).await;
        let outcome = work.await;
        deferred?;
        self.tell(visibility, outcome).await
    }

    async fn tell(&self, visibility: Visibility, outcome: Result<Draft>) -> Result<()> {
        match outcome {
            Ok(draft) => self.show(visibility, draft).await,
            Err(error) => self.refuse(error, self.name).await,
        }
    }

    /// Tells the person who asked what was refused or failed, and gives back what they typed.
    pub async fn refuse(&self, error: Error, doing: &str) -> Result<()> {
        let refusal = given_back::with_typed(problem::draft_of(self.bot, error, doing), &self.typed);
        self.show(Visibility::Private, refusal).await
    }

    /// Acknowledges now; the answer follows. Must come before slow work that is certain to be slow.
    pub async fn defer(&self, visibility: Visibility) -> Result<()> {
        let message = CreateInteractionResponseMessage::new().ephemeral(visibility == Visibility::Private);
        self.acknowledge(CreateInteractionResponse::Defer(message)).await
    }

    /// Acknowledges a click whose answer will be the new face of the clicked message.
    pub async fn defer_update(&self) -> Result<()> {
        self.acknowledge(CreateInteractionResponse::Acknowledge).await
    }

    /// Does the work of a click whose result is the new face of the clicked message. An empty one leaves it as it is.
    pub async fn update(&self, work: impl Future<Output = Result<Draft>>) -> Result<()> {
        self.defer_update().await?;
        match work.await {
            Ok(draft) if draft.is_empty() => Ok(()),
            Ok(draft) => self.show(Visibility::Public, draft).await,
            Err(error) => self.whisper(problem::draft_of(self.bot, error, self.name)).await,
        }
    }

    /// Says something privately beside the answer.
    pub(super) async fn whisper(&self, draft: Draft) -> Result<()> {
        let message = draft.into_followup();
        let send = || self.bot.rest.create_followup_message(self.token, &message);
        again_if_lost(send).await.map_err(Error::failed)
    }

    /// Opens a modal. Must be the first answer.
    pub async fn open(&self, modal: CreateModal) -> Result<()> {
        self.acknowledge(CreateInteractionResponse::Modal(modal)).await
    }

    /// Shows a draft: as the first answer, or in place of the acknowledgement. One with files is never the first answer, which has
    /// to be there sooner than a file may be.
    pub async fn show(&self, visibility: Visibility, mut draft: Draft) -> Result<()> {
        let files = draft.take_files();
        if !files.is_empty() {
            if !self.is_acknowledged.load(Ordering::Acquire) {
                self.defer(visibility).await?;
            }
            let edit = draft.into_edit();
            let send = || self.bot.rest.fill_original_interaction_response(self.token, &edit, files.clone());
            return again_if_lost(send).await.map_err(Error::failed);
        }
        if self.is_acknowledged.load(Ordering::Acquire) {
            let edit = draft.into_edit();
            let send = || self.bot.rest.edit_original_interaction_response(self.token, &edit);
            again_if_lost(send).await.map_err(Error::failed)
        } else {
            self.acknowledge(CreateInteractionResponse::Message(draft.into_response(visibility))).await
        }
    }

    async fn acknowledge(&self, response: CreateInteractionResponse) -> Result<()> {
        self.is_acknowledged.store(true, Ordering::Release);
        // Nobody closes the semaphore, and an answer without a permit is better than none.
        let permit = ON_THE_WIRE.acquire().await.ok();
        let send = || self.bot.rest.create_interaction_response(self.id, self.token, &response);
        let sent = match again_if_lost(send).await {
            Err(error) if error.code() == Some(ANSWERED_ALREADY) => Ok(()),
            sent => sent,
        };
        drop(permit);
        let taken = self.since.elapsed();
        figures::ANSWERS.observe(taken.as_secs_f64());
        if taken > LATE {
            tracing::warn!(interaction = self.name, duration_ms = taken.as_millis(), "answered late");
        }
        sent.map_err(Error::failed)
    }
}

/// Sends, and sends once more at once what was lost. A further try would come too late for a first answer.
async fn again_if_lost<S>(send: impl Fn() -> S) -> Result<(), RestError>
where
    S: Future<Output = Result<(), RestError>>,
{
    match send().await {
        Err(error) if error.is_lost() => {
            tracing::debug!(%error, "an answer was lost; sending it again");
            send().await
        }
        sent => sent,
    }
}
