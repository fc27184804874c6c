//! Writing, deleting and reacting as a person.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Refused;
use super::specs::FileSpec;
use crate::rest::form::length;
use crate::world::files::{Attachment, clean_filename};
use crate::world::message::{Emoji, Forwarded, HAS_SNAPSHOT, Message};
use crate::world::permissions::Permissions;
use crate::world::{DmRefusal, World};
use crate::{Id, Sim};

/// A message that somebody writes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MessageSpec {
    /// The channel; [`Sim::direct_channel`] knows the one with the bot.
    pub channel: Id,
    /// Who writes.
    pub user: Id,
    /// The text.
    pub content: String,
    /// The files.
    pub attachments: Vec<FileSpec>,
    /// The message that is answered.
    pub reply_to: Option<Id>,
    /// The message that is forwarded, instead of a text and files.
    pub forward: Option<ForwardSpec>,
}

/// A message that somebody forwards.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ForwardSpec {
    /// The channel in which it stands.
    pub channel: Id,
    /// The message.
    pub message: Id,
}

/// A reaction of somebody.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReactionSpec {
    /// The channel.
    pub channel: Id,
    /// The message.
    pub message: Id,
    /// Who reacts.
    pub user: Id,
    /// A Unicode emoji, or `name:id`.
    pub emoji: String,
    /// Whether the reaction is taken back.
    pub remove: bool,
}

#[expect(clippy::unused_async, reason = "whatever a person does is awaited, as over HTTP")]
impl Sim {
    /// Posts a message as a person; gives its id.
    pub async fn post_message(&self, spec: MessageSpec) -> Result<Id, Refused> {
        self.shared.change(|world| world.post_as_person(&spec))
    }

    /// Edits a message as its author.
    pub async fn edit_message(
        &self,
        channel: impl Into<Id>,
        message: impl Into<Id>,
        content: &str,
    ) -> Result<(), Refused> {
        let (channel, message) = (channel.into(), message.into());
        self.shared.change(|world| {
            let (now, bot) = (world.now(), world.bot);
            let found = world.channels.get_mut(&channel).and_then(|channel| channel.messages.get_mut(message));
            let found = found.ok_or_else(|| Refused::because("There is no such message."))?;
            if found.author == bot || found.webhook_name.is_some() {
                return Err(Refused::because("That message is not a person's."));
            }
            if length(content) > 2_000 || (content.trim().is_empty() && found.attachments.is_empty()) {
                return Err(Refused::because("A message takes 1 to 2000 characters."));
            }
            if found.forwarded.is_some() {
                return Err(Refused::because("A forwarded message cannot be edited."));
            }
            content.clone_into(&mut found.content);
            found.edited = Some(now);
            world.announce_edit(channel, message);
            Ok(())
        })
    }

    /// Lets Discord add a preview to a message with a link. As a partial event, as Discord told it for years, only the preview
    /// is told.
    pub async fn add_preview(
        &self,
        channel: impl Into<Id>,
        message: impl Into<Id>,
        is_partial: bool,
    ) -> Result<(), Refused> {
        let (channel, message) = (channel.into(), message.into());
        self.shared.change(|world| {
            let found = world.channels.get_mut(&channel).and_then(|channel| channel.messages.get_mut(message));
            let found = found.ok_or_else(|| Refused::because("There is no such message."))?;
            found.embeds = vec![json!({"type": "link", "url": "https://example.com/", "title": "A page"})];
            world.announce_preview(channel, message, is_partial);
            Ok(())
        })
    }

    /// Deletes a message as its author or a moderator would.
    pub async fn delete_message(&self, channel: impl Into<Id>, message: impl Into<Id>) -> Result<(), Refused> {
        let (channel, message) = (channel.into(), message.into());
        let was_there = self.shared.change(|world| world.delete_message(channel, message));
        if was_there { Ok(()) } else { Err(Refused::because("There is no such message.")) }
    }

    /// Deletes messages of a channel many at once, as a moderating bot would. Those that are not there are passed over.
    pub async fn delete_messages(&self, channel: impl Into<Id>, messages: &[Id]) {
        let channel = channel.into();
        self.shared.change(|world| world.delete_messages(channel, messages));
    }

    /// Reacts to a message, or takes the reaction back.
    pub async fn react(&self, spec: ReactionSpec) -> Result<(), Refused> {
        self.shared.change(|world| {
            let emoji = Emoji::parse(&spec.emoji).ok_or_else(|| Refused::because("That is no emoji."))?;
            let message = world.channels.get(&spec.channel).and_then(|channel| channel.messages.get(spec.message));
            let is_visible = message.is_some_and(|message| message.is_visible_to(Some(spec.user)));
            if !is_visible || !world.sees(spec.user, spec.channel) {
                return Err(Refused::because("They see no such message."));
            }
            if spec.remove {
                world.unreact(spec.channel, spec.message, spec.user, &emoji);
            } else {
                world.react(spec.channel, spec.message, spec.user, emoji);
            }
            Ok(())
        })
    }

    /// The direct-message channel between the bot and `user`.
    pub async fn direct_channel(&self, user: impl Into<Id>) -> Id {
        let user = user.into();
        self.shared.change(|world| world.direct_channel(user))
    }

    /// Blocks or unblocks direct messages of the bot to `user`.
    pub async fn block_dms(&self, user: impl Into<Id>, on: bool) {
        self.refuse_dms(user, on.then_some(DmRefusal { code: 50_007, at_opening: false })).await;
    }

    /// Lets direct messages of the bot to `user` be refused so, or not any more.
    pub async fn refuse_dms(&self, user: impl Into<Id>, refusal: Option<DmRefusal>) {
        let user = user.into();
        self.shared.change(|world| {
            match refusal {
                Some(refusal) => world.dm_blocks.insert(user, refusal),
                None => world.dm_blocks.remove(&user),
            };
        });
    }
}

impl World {
    fn post_as_person(&mut self, spec: &MessageSpec) -> Result<Id, Refused> {
        self.may_post(spec)?;
        let mut attachments = Vec::new();
        for file in &spec.attachments {
            match self.upload(file, spec.channel, false) {
                Ok(attachment) => attachments.push(attachment),
                Err(refusal) => {
                    self.files.forget(&attachments);
                    return Err(refusal);
                }
            }
        }
        let forwarded = spec.forward.map(|forward| self.forwarded(spec, forward)).transpose()?;
        let channel = self.channels.get(&spec.channel).ok_or_else(|| Refused::because("There is no such channel."))?;
        let replied = spec.reply_to.and_then(|id| channel.messages.get(id));
        if spec.reply_to.is_some() && replied.is_none() {
            return Err(Refused::because("There is no message to answer."));
        }
        let pinged = self.pings(channel, spec.user, &spec.content, None, replied.map(|message| message.author));
        let message = Message {
            id: self.next_id(),
            channel: spec.channel,
            author: spec.user,
            kind: if spec.reply_to.is_some() { 19 } else { 0 },
            content: spec.content.trim().to_owned(),
            attachments,
            created: self.now(),
            reply_to: spec.reply_to,
            pinged,
            flags: if forwarded.is_some() { HAS_SNAPSHOT } else { 0 },
            forwarded,
            ..Message::default()
        };
        Ok(self.post(message))
    }

    /// What a message shows of another one that it forwards.
    fn forwarded(&mut self, spec: &MessageSpec, forward: ForwardSpec) -> Result<Forwarded, Refused> {
        if !spec.content.trim().is_empty() || !spec.attachments.is_empty() || spec.reply_to.is_some() {
            return Err(Refused::because(
                "A forwarded message takes no text and no files of its own, and answers nothing.",
            ));
        }
        let guild = self.guild_of(forward.channel);
        let found = self.channels.get(&forward.channel).and_then(|channel| channel.messages.get(forward.message));
        let found =
            found.filter(|message| message.is_visible_to(Some(spec.user)) && self.sees(spec.user, forward.channel));
        let found = found.ok_or_else(|| Refused::because("They see no such message to forward."))?.clone();
        let mut attachments = Vec::new();
        for file in &found.attachments {
            let copy = Attachment { id: self.next_id(), channel: spec.channel, ..file.clone() };
            let head = self.files.bytes_of(file.id).ok_or_else(|| Refused::because("The file is gone."))?;
            self.files.keep(&copy, head);
            attachments.push(copy);
        }
        Ok(Forwarded {
            guild,
            channel: forward.channel,
            message: forward.message,
            content: found.content,
            embeds: found.embeds,
            flags: found.flags,
            kind: found.kind,
            created: found.created,
            edited: found.edited,
            attachments,
        })
    }

    fn may_post(&self, spec: &MessageSpec) -> Result<(), Refused> {
        let channel = self.channels.get(&spec.channel).filter(|channel| channel.holds_messages());
        let channel = channel.ok_or_else(|| Refused::because("There is no such channel to write in."))?;
        let allowed = self.permissions_in(spec.user, channel);
        if !allowed.has(Permissions::VIEW_CHANNEL) {
            return Err(Refused::because("They cannot see that channel."));
        }
        let write =
            if channel.is_thread() { Permissions::SEND_MESSAGES_IN_THREADS } else { Permissions::SEND_MESSAGES };
        if !allowed.has(write) {
            return Err(Refused::because("They may not write in that channel."));
        }
        if !spec.attachments.is_empty() && !allowed.has(Permissions::ATTACH_FILES) {
            return Err(Refused::because("They may not attach files in that channel."));
        }
        if channel.thread.as_ref().is_some_and(|thread| thread.is_locked) && !allowed.has(Permissions::MANAGE_THREADS) {
            return Err(Refused::because("That thread is locked."));
        }
        if spec.content.trim().is_empty() && spec.attachments.is_empty() && spec.forward.is_none() {
            return Err(Refused::because("A message needs a text or a file."));
        }
        if length(&spec.content) > 2_000 {
            return Err(Refused::because("A message takes at most 2000 characters."));
        }
        if spec.attachments.len() > 10 {
            return Err(Refused::because("A message takes at most 10 files."));
        }
        Ok(())
    }

    /// Keeps a file that a person uploads.
    pub(crate) fn upload(&mut self, file: &FileSpec, channel: Id, is_ephemeral: bool) -> Result<Attachment, Refused> {
        if file.filename.is_empty() {
            return Err(Refused::because("A file needs a name."));
        }
        let (head, size) = file.content()?;
        if size > self.settings.user_upload_bytes {
            let most = self.settings.user_upload_bytes;
            return Err(Refused::because(format!("The file is too large: {size} bytes, and {most} are the most.")));
        }
        let attachment = Attachment {
            id: self.next_id(),
            channel,
            filename: clean_filename(&file.filename),
            content_type: file.content_type.clone(),
            size,
            description: None,
            is_ephemeral,
        };
        self.files.keep(&attachment, head.into());
        Ok(attachment)
    }
}
