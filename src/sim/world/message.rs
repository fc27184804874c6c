//! Messages, kept per channel and bounded.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use super::channel::Channel;
use super::files::Attachment;
use super::interaction::Kind;
use crate::Id;
use crate::kernel::time::Timestamp;

/// Discord's flag of a message that only one person sees.
pub(crate) const EPHEMERAL: u64 = 1 << 6;
/// Discord's flag of an answer that the bot has deferred.
pub(crate) const LOADING: u64 = 1 << 7;
/// Discord's flag of a forwarded message.
pub(crate) const HAS_SNAPSHOT: u64 = 1 << 14;
/// Discord's flag of a message made of version 2 components.
pub(crate) const COMPONENTS_V2: u64 = 1 << 15;

/// How many messages a channel remembers; the oldest are forgotten first.
const KEPT_PER_CHANNEL: usize = 5_000;
/// How long a nonce keeps a second message from being made.
const NONCE_LIFE: Duration = Duration::from_mins(5);
/// How many nonces a channel remembers.
const KEPT_NONCES: usize = 1_000;

/// A message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Message {
    pub(crate) id: Id,
    pub(crate) channel: Id,
    pub(crate) author: Id,
    /// The name that a web-hook wrote under; the author is then the web-hook's id.
    pub(crate) webhook_name: Option<String>,
    /// Discord's message type: 0 said, 6 pin notice, 19 reply, 20 answer to a command.
    pub(crate) kind: u64,
    pub(crate) content: String,
    pub(crate) embeds: Vec<Value>,
    pub(crate) components: Vec<Value>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) flags: u64,
    pub(crate) is_tts: bool,
    pub(crate) created: Timestamp,
    pub(crate) edited: Option<Timestamp>,
    pub(crate) pinned: Option<Timestamp>,
    pub(crate) reply_to: Option<Id>,
    pub(crate) nonce: Option<Value>,
    pub(crate) reactions: Vec<Reaction>,
    pub(crate) interaction: Option<Cause>,
    /// The only person who sees it, when it is ephemeral.
    pub(crate) visible_to: Option<Id>,
    pub(crate) pinged: Pinged,
    /// The thread that was started from it.
    pub(crate) thread: Option<Id>,
    pub(crate) late_edits: LateEdits,
    /// The message that it forwards, as that was then.
    pub(crate) forwarded: Option<Forwarded>,
}

/// What a forwarded message shows. Its own text is empty, and what was forwarded names no author.
#[derive(Clone, Debug)]
pub(crate) struct Forwarded {
    pub(crate) guild: Option<Id>,
    pub(crate) channel: Id,
    pub(crate) message: Id,
    pub(crate) content: String,
    pub(crate) embeds: Vec<Value>,
    pub(crate) flags: u64,
    pub(crate) kind: u64,
    pub(crate) created: Timestamp,
    pub(crate) edited: Option<Timestamp>,
    /// Copies of the files; the message that forwards them owns them.
    pub(crate) attachments: Vec<Attachment>,
}

/// Whom a message really notified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinged {
    /// Whether `@everyone` or `@here` went out.
    pub everyone: bool,
    /// The people who were notified one by one.
    pub users: Vec<Id>,
    /// The roles whose members were notified.
    pub roles: Vec<Id>,
}

impl Pinged {
    /// Whether nobody was notified.
    pub fn is_nobody(&self) -> bool {
        !self.everyone && self.users.is_empty() && self.roles.is_empty()
    }
}

/// The interaction that a message answers.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) id: Id,
    pub(crate) kind: Kind,
    pub(crate) user: Id,
    /// The command's full name; empty for buttons and modals.
    pub(crate) name: String,
    /// The message whose component was used.
    pub(crate) source: Option<Id>,
    /// The interaction that opened the modal.
    pub(crate) trigger: Option<(Id, Kind)>,
}

/// One emoji under a message, and who chose it.
#[derive(Clone, Debug)]
pub(crate) struct Reaction {
    pub(crate) emoji: Emoji,
    pub(crate) users: Vec<Id>,
}

/// An emoji: a Unicode one, or a guild's own with an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Emoji {
    pub(crate) id: Option<Id>,
    pub(crate) name: String,
}

impl Emoji {
    /// Reads what stands in a path: a Unicode emoji, or `name:id`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Some((name, id)) = text.split_once(':') {
            return Some(Self { id: Some(id.parse().ok()?), name: name.to_owned() });
        }
        let looks_like_emoji = !text.is_empty() && text.chars().all(|c| !c.is_ascii_alphabetic());
        looks_like_emoji.then(|| Self { id: None, name: text.to_owned() })
    }

    /// Discord's form of an emoji.
    pub(crate) fn json(&self) -> Value {
        json!({"id": self.id, "name": self.name})
    }
}

/// How often a message was edited after its first hour.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct LateEdits {
    since: Timestamp,
    count: u32,
}

impl LateEdits {
    /// Edits of an old message that Discord takes in an hour before it answers 30046.
    const ALLOWED: u32 = 3;

    /// Counts an edit at `now`; `false` when it is one too many.
    pub(crate) fn admit(&mut self, created: Timestamp, now: Timestamp) -> bool {
        let hour = Duration::from_hours(1);
        if now.since(created) < hour {
            return true;
        }
        if self.count == 0 || now.since(self.since) >= hour {
            *self = Self { since: now, count: 0 };
        }
        self.count += 1;
        self.count <= Self::ALLOWED
    }
}

impl Message {
    /// The files that go when it goes.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Attachment> {
        let forwarded = self.forwarded.iter().flat_map(|forwarded| &forwarded.attachments);
        self.attachments.iter().chain(forwarded)
    }

    /// Whether `viewer` can see it at all.
    pub(crate) fn is_visible_to(&self, viewer: Option<Id>) -> bool {
        self.visible_to.is_none_or(|only| Some(only) == viewer)
    }
}

/// The messages of one channel.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    by_id: BTreeMap<Id, Message>,
    last: Option<Id>,
    /// Newest first.
    pub(crate) pins: Vec<Id>,
    nonces: HashMap<String, (Id, Timestamp)>,
    nonce_order: VecDeque<String>,
}

impl Messages {
    /// The message with this id.
    pub(crate) fn get(&self, id: Id) -> Option<&Message> {
        self.by_id.get(&id)
    }

    /// The message with this id, to change it.
    pub(crate) fn get_mut(&mut self, id: Id) -> Option<&mut Message> {
        self.by_id.get_mut(&id)
    }

    /// Adds a message and gives back the one that had to be forgotten for it.
    pub(crate) fn add(&mut self, message: Message) -> Option<Message> {
        if let Some(nonce) = message.nonce.as_ref().map(nonce_key) {
            if self.nonce_order.len() >= KEPT_NONCES
                && let Some(oldest) = self.nonce_order.pop_front()
            {
                self.nonces.remove(&oldest);
            }
            self.nonces.insert(nonce.clone(), (message.id, message.created));
            self.nonce_order.push_back(nonce);
        }
        if message.visible_to.is_none() {
            self.last = Some(message.id);
        }
        self.by_id.insert(message.id, message);
        if self.by_id.len() <= KEPT_PER_CHANNEL {
            return None;
        }
        let (forgotten, message) = self.by_id.pop_first()?;
        self.pins.retain(|pin| *pin != forgotten);
        Some(message)
    }

    /// Takes a message out.
    pub(crate) fn remove(&mut self, id: Id) -> Option<Message> {
        self.pins.retain(|pin| *pin != id);
        self.by_id.remove(&id)
    }

    /// The message that was made with this nonce a short while ago.
    pub(crate) fn by_nonce(&self, nonce: &Value, now: Timestamp) -> Option<&Message> {
        let (id, made) = self.nonces.get(&nonce_key(nonce))?;
        (now.since(*made) <= NONCE_LIFE).then(|| self.by_id.get(id)).flatten()
    }

    /// The id of the newest message that everybody could see; it may be deleted by now, as on Discord.
    pub(crate) const fn last_id(&self) -> Option<Id> {
        self.last
    }

    /// Messages from old to new.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.by_id.values()
    }

    /// Messages newer than `after`, from old to new.
    pub(crate) fn after(&self, after: Id) -> impl DoubleEndedIterator<Item = &Message> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.by_id.range((Excluded(after), Unbounded)).map(|(_, message)| message)
    }

    /// Messages older than `before`, from old to new.
    pub(crate) fn before(&self, before: Id) -> impl DoubleEndedIterator<Item = &Message> {
        self.by_id.range(..before).map(|(_, message)| message)
    }
}

fn nonce_key(nonce: &Value) -> String {
    nonce.as_str().map_or_else(|| nonce.to_string(), str::to_owned)
}

impl World {
    /// Discord's form of a message.
    pub(crate) fn message_json(&self, channel: &Channel, message: &Message) -> Value {
        let mut json = self.message_json_alone(message);
        let Some(object) = json.as_object_mut() else { return json };
        if let Some(replied) = message.reply_to {
            object.insert(
                "message_reference".to_owned(),
                json!({"type": 0, "channel_id": message.channel, "message_id": replied, "guild_id": channel.guild}),
            );
            let original = channel.messages.get(replied).map(|original| self.message_json_alone(original));
            object.insert("referenced_message".to_owned(), original.unwrap_or_default());
        }
        if let Some(thread) = message.thread.and_then(|thread| self.channels.get(&thread)) {
            object.insert("thread".to_owned(), self.channel_json(thread));
        }
        json
    }

    fn message_json_alone(&self, message: &Message) -> Value {
        let author = match &message.webhook_name {
            Some(name) => json!({
                "id": message.author, "username": name, "global_name": null, "discriminator": "0000", "avatar": null,
                "bot": true, "public_flags": 0,
            }),
            None => self.user_json(message.author),
        };
        let reactions: Vec<Value> = message
            .reactions
            .iter()
            .map(|reaction| {
                let mine = reaction.users.contains(&self.bot);
                let count = reaction.users.len();
                json!({
                    "emoji": reaction.emoji.json(), "count": count, "me": mine, "me_burst": false, "burst_count": 0,
                    "count_details": {"burst": 0, "normal": count}, "burst_me": false, "burst_colors": [],
                })
            })
            .collect();
        let attachments: Vec<Value> = message.attachments.iter().map(|file| self.attachment_json(file)).collect();
        let mentions: Vec<Value> = message.pinged.users.iter().map(|user| self.user_json(*user)).collect();
        let mut json = json!({
            "id": message.id,
            "channel_id": message.channel,
            "type": message.kind,
            "author": author,
            "content": message.content,
            "embeds": message.embeds,
            "components": message.components,
            "attachments": attachments,
            "mentions": mentions,
            "mention_roles": message.pinged.roles,
            "mention_everyone": message.pinged.everyone,
            "timestamp": message.created.rfc3339(),
            "edited_timestamp": message.edited.map(Timestamp::rfc3339),
            "pinned": message.pinned.is_some(),
            "tts": message.is_tts,
            "flags": message.flags,
            "reactions": reactions,
        });
        let Some(object) = json.as_object_mut() else { return json };
        if let Some(nonce) = &message.nonce {
            object.insert("nonce".to_owned(), nonce.clone());
        }
        if message.webhook_name.is_some() {
            object.insert("webhook_id".to_owned(), json!(message.author));
        }
        if let Some(cause) = &message.interaction {
            self.add_cause(object, cause);
        }
        if let Some(forwarded) = &message.forwarded {
            self.add_snapshot(object, forwarded);
        }
        json
    }

    fn add_snapshot(&self, object: &mut serde_json::Map<String, Value>, forwarded: &Forwarded) {
        let Forwarded { guild, channel, message, .. } = forwarded;
        let mut reference = json!({"type": 1, "channel_id": channel, "message_id": message});
        if let (Some(guild), Some(fields)) = (guild, reference.as_object_mut()) {
            fields.insert("guild_id".to_owned(), json!(guild));
        }
        let attachments: Vec<Value> = forwarded.attachments.iter().map(|file| self.attachment_json(file)).collect();
        let snapshot = json!({
            "content": forwarded.content,
            "embeds": forwarded.embeds,
            "attachments": attachments,
            "timestamp": forwarded.created.rfc3339(),
            "edited_timestamp": forwarded.edited.map(Timestamp::rfc3339),
            "flags": forwarded.flags,
            "type": forwarded.kind,
            "mentions": [],
            "mention_roles": [],
            "components": [],
        });
        object.insert("message_reference".to_owned(), reference);
        object.insert("message_snapshots".to_owned(), json!([{ "message": snapshot }]));
    }

    fn add_cause(&self, object: &mut serde_json::Map<String, Value>, cause: &Cause) {
        let user = self.user_json(cause.user);
        object.insert("application_id".to_owned(), json!(self.bot));
        object.insert("webhook_id".to_owned(), json!(self.bot));
        if cause.kind == Kind::Command {
            object.insert(
                "interaction".to_owned(),
                json!({"id": cause.id, "type": cause.kind.number(), "name": cause.name, "user": user}),
            );
        }
        let about = |id: Id, kind: Kind| {
            let mut about = json!({
                "id": id, "type": kind.number(), "user": user, "name": cause.name,
                "authorizing_integration_owners": {},
            });
            if let (Kind::Component, Some(source), Some(fields)) = (kind, cause.source, about.as_object_mut()) {
                fields.insert("interacted_message_id".to_owned(), json!(source));
            }
            about
        };
        let mut metadata = about(cause.id, cause.kind);
        if let (Some(fields), Some((id, kind))) = (metadata.as_object_mut(), cause.trigger) {
            fields.insert("triggering_interaction_metadata".to_owned(), about(id, kind));
        }
        object.insert("interaction_metadata".to_owned(), metadata);
    }
}
