//! The body of a message that the bot makes or edits: read, checked against Discord's limits, turned into a message.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::answer::ApiError;
use super::form::{Form, length};
use super::request::{Request, Upload};
use crate::Id;
use crate::limits::{components, embeds};
use crate::world::World;
use crate::world::files::{Attachment, clean_filename};
use crate::world::mentions::AllowedMentions;
use crate::world::message::{COMPONENTS_V2, EPHEMERAL, LOADING, Message};

/// Flags that a bot may set on a message: embeds hidden, notification silent, layout components.
const SETTABLE: u64 = 1 << 2 | 1 << 12 | COMPONENTS_V2;

/// What a body says about one field: nothing, `null`, or a value.
type Given<T> = Option<Option<T>>;

/// The body of a message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Draft {
    #[serde(deserialize_with = "given")]
    pub(crate) content: Given<String>,
    #[serde(deserialize_with = "given")]
    pub(crate) embeds: Given<Vec<Value>>,
    #[serde(deserialize_with = "given")]
    pub(crate) components: Given<Vec<Value>>,
    #[serde(deserialize_with = "given")]
    pub(crate) attachments: Given<Vec<Value>>,
    #[serde(deserialize_with = "given")]
    pub(crate) flags: Given<u64>,
    pub(crate) allowed_mentions: Option<AllowedMentions>,
    pub(crate) message_reference: Option<Reference>,
    pub(crate) nonce: Option<Value>,
    pub(crate) enforce_nonce: Option<bool>,
    pub(crate) tts: Option<bool>,
    pub(crate) username: Option<String>,
    pub(crate) poll: Option<Value>,
    pub(crate) sticker_ids: Option<Vec<Id>>,
}

/// The message that is answered.
#[derive(Debug, Deserialize)]
pub(crate) struct Reference {
    pub(crate) message_id: Option<Id>,
    pub(crate) fail_if_not_exists: Option<bool>,
}

fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Given<T>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Draft {
    /// Reads a body (or the `data` of an answer) and checks it against the limits.
    pub(crate) fn read(body: &Value, files: &[Upload]) -> Result<Self, ApiError> {
        let body = if body.is_null() { Value::Object(serde_json::Map::new()) } else { body.clone() };
        let draft: Self = serde_json::from_value(body).map_err(|error| {
            ApiError::invalid("", "BASE_TYPE_INVALID", &format!("Could not read the body: {error}."))
        })?;
        draft.check(files)?;
        Ok(draft)
    }

    /// Whether the message is made of layout components.
    pub(crate) fn is_layout(&self) -> bool {
        self.flag_bits() & COMPONENTS_V2 != 0
    }

    /// Whether only the caller may see it.
    pub(crate) fn is_ephemeral(&self) -> bool {
        self.flag_bits() & EPHEMERAL != 0
    }

    /// Whether it says nothing at all.
    pub(crate) fn is_empty(&self, files: &[Upload]) -> bool {
        let has_text = self.text().is_some_and(|text| !text.trim().is_empty());
        let has_embed = list(self.embeds.as_ref()).iter().any(embeds::says_something);
        let has_more = self.poll.is_some() || self.sticker_ids.as_ref().is_some_and(|ids| !ids.is_empty());
        !has_text && !has_embed && !has_more && list(self.components.as_ref()).is_empty() && files.is_empty()
    }

    /// The text, if one is given.
    pub(crate) fn text(&self) -> Option<&str> {
        self.content.as_ref()?.as_deref()
    }

    /// Whether it brings embeds.
    pub(crate) fn has_embeds(&self) -> bool {
        !list(self.embeds.as_ref()).is_empty()
    }

    fn flag_bits(&self) -> u64 {
        self.flags.flatten().unwrap_or(0)
    }

    fn check(&self, files: &[Upload]) -> Result<(), ApiError> {
        let mut form = Form::default();
        form.text("content", self.text().unwrap_or_default(), 0, 2_000);
        embeds::check(&mut form, "embeds", list(self.embeds.as_ref()));
        let is_layout = self.is_layout();
        if self.components.as_ref().is_some_and(Option::is_some) {
            components::check(&mut form, list(self.components.as_ref()), is_layout);
        }
        if is_layout && (self.text().is_some_and(|text| !text.is_empty()) || self.has_embeds()) {
            let message = "The 'content' and 'embeds' fields cannot be used when using MessageFlags.IS_COMPONENTS_V2";
            form.wrong("flags", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message);
        }
        if files.len() > 10 {
            form.count("attachments", files.len(), 0, 10);
        }
        if let Some(nonce) = &self.nonce {
            let is_short = nonce.as_str().map_or(nonce.is_number(), |nonce| length(nonce) <= 25);
            if !is_short {
                form.wrong("nonce", "NONCE_TYPE_TOO_LONG", "nonce may not exceed 25 characters");
            }
        }
        if let Some(allowed) = &self.allowed_mentions {
            check_mentions(&mut form, allowed);
        }
        form.check()
    }

    /// The text and embeds and components of this draft, put into `message`. Files come first, so that embeds find them.
    pub(crate) fn fill(&self, world: &World, message: &mut Message) {
        if let Some(content) = &self.content {
            content.as_deref().unwrap_or_default().trim().clone_into(&mut message.content);
        }
        if self.embeds.is_some() {
            let link_of = |name: &str| {
                let file = message.attachments.iter().find(|file| file.filename == clean_filename(name))?;
                Some(world.files.link(file, world.now()))
            };
            let stored = list(self.embeds.as_ref()).iter().map(|embed| embeds::stored(embed, link_of)).collect();
            message.embeds = stored;
        }
        if self.components.is_some() {
            message.components = list(self.components.as_ref()).to_vec();
        }
        if let Some(flags) = self.flags {
            message.flags = message.flags & !SETTABLE | flags.unwrap_or(0) & SETTABLE;
        }
    }
}

fn check_mentions(form: &mut Form, allowed: &AllowedMentions) {
    for kind in allowed.parse.iter().flatten().filter(|kind| !["users", "roles", "everyone"].contains(&kind.as_str())) {
        let message = format!("Value {kind:?} must be one of (\"users\", \"roles\", \"everyone\").");
        form.wrong("allowed_mentions.parse", "BASE_TYPE_CHOICES", &message);
    }
    for (kind, ids) in [("users", &allowed.users), ("roles", &allowed.roles)] {
        let count = ids.as_ref().map_or(0, Vec::len);
        let path = format!("allowed_mentions.{kind}");
        if count > 100 {
            form.count(&path, count, 0, 100);
        }
        if count > 0 && allowed.parses(kind) {
            let message = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            form.wrong(&path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", &message);
        }
    }
}

fn list(given: Option<&Option<Vec<Value>>>) -> &[Value] {
    given.and_then(Option::as_deref).unwrap_or_default()
}

impl World {
    /// Refuses files of the bot that are larger than its limit.
    pub(crate) fn check_uploads(&self, files: &[Upload]) -> Result<(), ApiError> {
        let most = self.settings.bot_upload_bytes;
        if files.iter().any(|file| file.bytes.len() as u64 > most) { Err(ApiError::too_large()) } else { Ok(()) }
    }

    /// Keeps the uploaded files of a draft and gives the attachments that the message then has.
    ///
    /// `existing` are those of the message that is edited; `attachments` in the body says which of them stay.
    pub(crate) fn take_files(
        &mut self,
        channel: Id,
        draft: &Draft,
        files: &[Upload],
        existing: &[Attachment],
    ) -> Result<Vec<Attachment>, ApiError> {
        let listed = list(draft.attachments.as_ref());
        let id_of = |entry: &Value| match entry.get("id") {
            Some(Value::String(id)) => id.parse().ok(),
            Some(id) => id.as_u64(),
            None => None,
        };
        let stays = |file: &Attachment| {
            draft.attachments.is_none() || listed.iter().any(|entry| id_of(entry) == Some(file.id.get()))
        };
        let mut kept: Vec<Attachment> = existing.iter().filter(|file| stays(file)).cloned().collect();
        let is_known = |id: u64| {
            existing.iter().any(|file| file.id.get() == id) || files.iter().any(|file| file.index() == Some(id))
        };
        if let Some(entry) = listed.iter().position(|entry| !id_of(entry).is_some_and(is_known)) {
            let message = "The attachment id is neither a file of this request nor one of the message.";
            return Err(ApiError::invalid(&format!("attachments.{entry}.id"), "ATTACHMENT_NOT_FOUND", message));
        }
        for file in files {
            let entry = listed.iter().find(|entry| id_of(entry).is_some() && id_of(entry) == file.index());
            let text = |key: &str| entry.and_then(|entry| entry.get(key)?.as_str());
            let attachment = Attachment {
                id: self.next_id(),
                channel,
                filename: clean_filename(text("filename").unwrap_or(&file.filename)),
                content_type: file.content_type.clone(),
                size: file.bytes.len() as u64,
                description: text("description").map(str::to_owned),
                is_ephemeral: false,
            };
            self.files.keep(&attachment, file.bytes.clone());
            kept.push(attachment);
        }
        self.files.forget(existing.iter().filter(|file| !stays(file)));
        Ok(kept)
    }

    /// Changes a message as an edit says; the edit says something, or nothing is left and Discord refuses.
    pub(crate) fn edit_message(
        &mut self,
        channel_id: Id,
        id: Id,
        draft: &Draft,
        files: &[Upload],
    ) -> Result<(), ApiError> {
        let channel = self.channels.get(&channel_id).ok_or_else(ApiError::unknown_channel)?;
        let old = channel.messages.get(id).ok_or_else(ApiError::unknown_message)?;
        let mut edited = old.clone();
        let existing = std::mem::take(&mut edited.attachments);
        let keeps_files = draft.attachments.is_none() && !existing.is_empty();
        let mut after = edited.clone();
        draft.fill(self, &mut after);
        let says_something = !after.content.is_empty()
            || after.embeds.iter().any(embeds::says_something)
            || !after.components.is_empty()
            || keeps_files
            || !files.is_empty()
            || draft
                .attachments
                .as_ref()
                .is_some_and(|listed| listed.as_ref().is_some_and(|listed| !listed.is_empty()));
        if !says_something {
            return Err(ApiError::empty_message());
        }
        edited.attachments = self.take_files(channel_id, draft, files, &existing)?;
        draft.fill(self, &mut edited);
        edited.edited = Some(self.now());
        edited.flags &= !LOADING;
        if let Some(message) = self.channels.get_mut(&channel_id).and_then(|channel| channel.messages.get_mut(id)) {
            *message = edited;
        }
        self.announce_edit(channel_id, id);
        Ok(())
    }

    /// A message of the bot in `channel`, with its files kept, not posted yet.
    pub(crate) fn message_from(
        &mut self,
        channel_id: Id,
        author: Id,
        draft: &Draft,
        request: &Request,
    ) -> Result<Message, ApiError> {
        let attachments = self.take_files(channel_id, draft, &request.files, &[])?;
        let mut message = Message {
            id: self.next_id(),
            channel: channel_id,
            author,
            attachments,
            created: self.now(),
            is_tts: draft.tts.unwrap_or(false),
            ..Message::default()
        };
        draft.fill(self, &mut message);
        Ok(message)
    }
}
