//! Channels of every kind, threads and direct messages among them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::World;
use super::message::Messages;
use super::permissions::Permissions;
use crate::Id;
use crate::kernel::time::Timestamp;

/// Discord's number of a text channel.
pub(crate) const TEXT: u64 = 0;
/// Discord's number of a direct-message channel.
pub(crate) const DIRECT: u64 = 1;
/// Discord's number of a voice channel.
pub(crate) const VOICE: u64 = 2;
/// Discord's number of a category.
pub(crate) const CATEGORY: u64 = 4;
/// Discord's number of an announcement channel.
pub(crate) const ANNOUNCEMENT: u64 = 5;
/// Discord's number of a public thread.
pub(crate) const PUBLIC_THREAD: u64 = 11;
/// Discord's number of a private thread.
pub(crate) const PRIVATE_THREAD: u64 = 12;
/// Discord's number of a stage channel.
pub(crate) const STAGE: u64 = 13;
/// Discord's number of a forum.
pub(crate) const FORUM: u64 = 15;

/// A channel and its messages.
#[derive(Debug)]
pub(crate) struct Channel {
    pub(crate) id: Id,
    pub(crate) kind: u64,
    /// `None` in direct messages.
    pub(crate) guild: Option<Id>,
    pub(crate) name: String,
    pub(crate) topic: Option<String>,
    pub(crate) position: i64,
    pub(crate) parent: Option<Id>,
    pub(crate) is_nsfw: bool,
    pub(crate) slowmode_s: u64,
    pub(crate) overwrites: Vec<Overwrite>,
    pub(crate) thread: Option<Thread>,
    /// The person at the other end of a direct message.
    pub(crate) recipient: Option<Id>,
    pub(crate) messages: Messages,
}

/// What a channel changes for one role or member.
#[derive(Clone, Debug)]
pub(crate) struct Overwrite {
    pub(crate) target: Id,
    pub(crate) is_member: bool,
    pub(crate) allow: Permissions,
    pub(crate) deny: Permissions,
}

/// What only threads have.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) owner: Id,
    pub(crate) is_archived: bool,
    pub(crate) is_locked: bool,
    pub(crate) archived_at: Timestamp,
    pub(crate) auto_archive_min: u64,
    pub(crate) members: BTreeSet<Id>,
    pub(crate) sent: u64,
}

impl Channel {
    /// An empty channel.
    pub(crate) fn new(id: Id, kind: u64, guild: Option<Id>, name: &str) -> Self {
        Self {
            id,
            kind,
            guild,
            name: name.to_owned(),
            topic: None,
            position: 0,
            parent: None,
            is_nsfw: false,
            slowmode_s: 0,
            overwrites: Vec::new(),
            thread: None,
            recipient: None,
            messages: Messages::default(),
        }
    }

    /// Whether this is a thread.
    pub(crate) const fn is_thread(&self) -> bool {
        self.thread.is_some()
    }

    /// Whether messages can be written here.
    pub(crate) const fn holds_messages(&self) -> bool {
        !matches!(self.kind, CATEGORY | FORUM)
    }

    /// Whether people can join here to talk.
    pub(crate) const fn is_voice(&self) -> bool {
        matches!(self.kind, VOICE | STAGE)
    }
}

impl Thread {
    /// An open thread with its starter as the only member.
    pub(crate) fn started_by(owner: Id, auto_archive_min: u64, now: Timestamp) -> Self {
        Self {
            owner,
            is_archived: false,
            is_locked: false,
            archived_at: now,
            auto_archive_min,
            members: BTreeSet::from([owner]),
            sent: 0,
        }
    }
}

impl Overwrite {
    /// Discord's form of an overwrite.
    pub(crate) fn json(&self) -> Value {
        json!({"id": self.target, "type": u8::from(self.is_member), "allow": self.allow, "deny": self.deny})
    }
}

impl World {
    /// Discord's form of a channel.
    pub(crate) fn channel_json(&self, channel: &Channel) -> Value {
        if let Some(recipient) = channel.recipient {
            return json!({
                "id": channel.id,
                "type": DIRECT,
                "last_message_id": channel.messages.last_id(),
                "recipients": [self.user_json(recipient)],
                "flags": 0,
            });
        }
        let mut json = json!({
            "id": channel.id,
            "type": channel.kind,
            "guild_id": channel.guild,
            "name": channel.name,
            "parent_id": channel.parent,
            "last_message_id": channel.messages.last_id(),
            "rate_limit_per_user": channel.slowmode_s,
            "flags": 0,
        });
        let Some(object) = json.as_object_mut() else { return json };
        if let Some(thread) = &channel.thread {
            object.insert("owner_id".to_owned(), json!(thread.owner));
            object.insert("member_count".to_owned(), json!(thread.members.len().min(50)));
            object.insert("message_count".to_owned(), json!(thread.sent));
            object.insert("total_message_sent".to_owned(), json!(thread.sent));
            object.insert(
                "thread_metadata".to_owned(),
                json!({
                    "archived": thread.is_archived,
                    "locked": thread.is_locked,
                    "auto_archive_duration": thread.auto_archive_min,
                    "archive_timestamp": thread.archived_at.rfc3339(),
                }),
            );
            return json;
        }
        object.insert("position".to_owned(), json!(channel.position));
        object.insert("nsfw".to_owned(), json!(channel.is_nsfw));
        object.insert("topic".to_owned(), json!(channel.topic));
        object.insert("permission_overwrites".to_owned(), channel.overwrites.iter().map(Overwrite::json).collect());
        if channel.is_voice() {
            object.insert("bitrate".to_owned(), json!(64_000));
            object.insert("user_limit".to_owned(), json!(0));
            object.insert("rtc_region".to_owned(), Value::Null);
        }
        json
    }

    /// The direct-message channel between the bot and `user`, opened if there is none.
    pub(crate) fn direct_channel(&mut self, user: Id) -> Id {
        if let Some(known) = self.directs.get(&user) {
            return *known;
        }
        let id = self.next_id();
        let mut channel = Channel::new(id, DIRECT, None, "");
        channel.recipient = Some(user);
        self.channels.insert(id, channel);
        self.directs.insert(user, id);
        id
    }
}
