//! A message to be sent, whatever way it will take.
//!
//! Invariant: a draft pings nobody unless [`Draft::pinging`] names them; text that a person wrote cannot change that.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use serenity::all::{Colour, MessageReference};
use serenity::builder::{
    CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateEmbed, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage, CreateMessage, EditInteractionResponse, EditMessage,
};
use sha2::{Digest, Sha256};

use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{AttachmentId, ChannelId, MessageId, UserId};

/// Discord's own colour, of embeds that belong to no single part of the program.
pub const BLURPLE: Colour = Colour::new(0x0058_65F2);

/// Content, embeds and components.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    content: String,
    embeds: Vec<CreateEmbed>,
    rows: Vec<CreateActionRow>,
    pinged: Vec<UserId>,
    reply_to: Option<(ChannelId, MessageId)>,
    enclosed: Vec<Enclosed>,
    files: Vec<CreateAttachment>,
}

/// A file that is posted along with a [post](super::posts). It is fetched when the message is posted, and stays in it however the
/// message is edited later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    /// What it is called.
    pub name: String,
    /// A link to it, which may have expired (`C-38`).
    pub url: String,
    /// The message that it is in, where a link that works is asked for.
    pub kept_in: Option<(ChannelId, MessageId, AttachmentId)>,
}

impl Draft {
    /// A message of text. User text in it must be escaped already (`kernel::text`).
    pub fn text(content: impl Into<String>) -> Self {
        Self { content: content.into(), ..Self::default() }
    }

    /// A message of one embed.
    pub fn embed(embed: CreateEmbed) -> Self {
        Self { embeds: vec![embed], ..Self::default() }
    }

    /// Adds an embed below the others. A message holds ten, with 6,000 characters in all of them.
    #[must_use]
    pub fn with_embed(mut self, embed: CreateEmbed) -> Self {
        self.embeds.push(embed);
        self
    }

    /// Adds a row of buttons or a menu.
    #[must_use]
    pub fn row(mut self, row: CreateActionRow) -> Self {
        self.rows.push(row);
        self
    }

    /// Adds rows.
    #[must_use]
    pub fn rows(mut self, rows: Vec<CreateActionRow>) -> Self {
        self.rows.extend(rows);
        self
    }

    /// Puts text before the embeds.
    #[must_use]
    pub fn with_text(mut self, content: impl Into<String>) -> Self {
        self.content = content.into();
        self
    }

    /// Lets the message ping this person, if it mentions them.
    #[must_use]
    pub fn pinging(mut self, user: UserId) -> Self {
        self.pinged.push(user);
        self
    }

    /// Makes a message of its own a reply. If the other message is gone, it becomes an ordinary one.
    #[must_use]
    pub fn replying_to(mut self, channel: ChannelId, message: MessageId) -> Self {
        self.reply_to = Some((channel, message));
        self
    }

    /// Lets a file be posted along, where the draft is one of a [post](super::posts).
    #[must_use]
    pub fn enclosing(mut self, file: Enclosed) -> Self {
        self.enclosed.push(file);
        self
    }

    /// Lets a file be sent along, where the draft is the answer to a command.
    #[must_use]
    pub fn with_file(mut self, file: CreateAttachment) -> Self {
        self.files.push(file);
        self
    }

    /// Takes the files out that are sent along with an answer.
    pub(crate) fn take_files(&mut self) -> Vec<CreateAttachment> {
        std::mem::take(&mut self.files)
    }

    /// The files that are posted along.
    pub(crate) fn enclosed(&self) -> &[Enclosed] {
        &self.enclosed
    }

    /// What people see of it, as Discord's JSON has it in a message.
    pub(crate) fn seen(&self) -> Result<Value> {
        let embeds = serde_json::to_value(&self.embeds).map_err(Error::failed)?;
        let rows = serde_json::to_value(&self.rows).map_err(Error::failed)?;
        Ok(json!({ "content": self.content, "embeds": embeds, "components": rows }))
    }

    fn allowed_mentions(&self) -> CreateAllowedMentions {
        CreateAllowedMentions::new().users(self.pinged.iter().map(|user| serenity::all::UserId::new(user.get())))
    }

    /// As the first answer to an interaction.
    pub(crate) fn into_response(self, visibility: Visibility) -> CreateInteractionResponseMessage {
        let mentions = self.allowed_mentions();
        let mut response = CreateInteractionResponseMessage::new()
            .allowed_mentions(mentions)
            .ephemeral(visibility == Visibility::Private)
            .embeds(self.embeds)
            .components(self.rows);
        if !self.content.is_empty() {
            response = response.content(self.content);
        }
        response
    }

    /// As the final form of an answer that was deferred, or as the new face of a message with components.
    pub(crate) fn into_edit(self) -> EditInteractionResponse {
        let mentions = self.allowed_mentions();
        EditInteractionResponse::new()
            .allowed_mentions(mentions)
            .content(self.content)
            .embeds(self.embeds)
            .components(self.rows)
    }

    /// As the new face of a message of the bot.
    pub(crate) fn into_message_edit(self) -> EditMessage {
        let mentions = self.allowed_mentions();
        EditMessage::new().allowed_mentions(mentions).content(self.content).embeds(self.embeds).components(self.rows)
    }

    /// A digest of what people see of it: equal where nothing differs (`M-EMB-04`).
    pub(crate) fn digest(&self) -> Result<String> {
        let seen = serde_json::to_vec(&(&self.content, &self.embeds, &self.rows)).map_err(Error::failed)?;
        Ok(BASE64.encode(Sha256::digest(seen)))
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.content.is_empty() && self.embeds.is_empty() && self.rows.is_empty()
    }

    /// As a private message beside the answer to an interaction.
    pub(crate) fn into_followup(self) -> CreateInteractionResponseFollowup {
        let mentions = self.allowed_mentions();
        CreateInteractionResponseFollowup::new()
            .allowed_mentions(mentions)
            .ephemeral(true)
            .content(self.content)
            .embeds(self.embeds)
            .components(self.rows)
    }

    /// As a message of its own.
    pub(crate) fn into_message(self) -> CreateMessage {
        let mentions = self.allowed_mentions();
        let mut message = CreateMessage::new().allowed_mentions(mentions).embeds(self.embeds).components(self.rows);
        if !self.content.is_empty() {
            message = message.content(self.content);
        }
        if let Some((channel, replied)) = self.reply_to {
            let reference = MessageReference::from((
                serenity::all::ChannelId::new(channel.get()),
                serenity::all::MessageId::new(replied.get()),
            ));
            message = message.reference_message(reference.fail_if_not_exists(false));
        }
        message
    }
}

/// Who sees an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    /// Only the person who asked.
    Private,
    /// Everyone in the channel.
    Public,
}
