//! What people see: messages, pins, direct messages, members.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Refused;
use crate::kernel::time::Timestamp;
use crate::limits::components::{BUTTON, all, is_select, kind_of};
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::message::{EPHEMERAL, LOADING, Message, Pinged};
use crate::{Id, Sim};

/// A message as a person sees it: Discord's JSON, and in `pinged` whom it really notified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SeenMessage(pub Value);

impl SeenMessage {
    /// The message's id.
    pub fn id(&self) -> Id {
        self.id_at("/id")
    }

    /// The channel it stands in.
    pub fn channel(&self) -> Id {
        self.id_at("/channel_id")
    }

    /// Who wrote it.
    pub fn author(&self) -> Id {
        self.id_at("/author/id")
    }

    /// The text.
    pub fn content(&self) -> &str {
        self.text_at("/content")
    }

    /// The embeds.
    pub fn embeds(&self) -> &[Value] {
        self.list_at("/embeds")
    }

    /// The rows of components.
    pub fn components(&self) -> &[Value] {
        self.list_at("/components")
    }

    /// The attachments, with links that work now.
    pub fn attachments(&self) -> &[Value] {
        self.list_at("/attachments")
    }

    /// Whether only one person sees it.
    pub fn is_ephemeral(&self) -> bool {
        self.flags() & EPHEMERAL != 0
    }

    /// Whether it still shows that the bot is thinking.
    pub fn is_loading(&self) -> bool {
        self.flags() & LOADING != 0
    }

    /// Whether it is pinned.
    pub fn is_pinned(&self) -> bool {
        self.0.get("pinned").and_then(Value::as_bool).unwrap_or(false)
    }

    /// Whom it notified.
    pub fn pinged(&self) -> Pinged {
        self.0.get("pinged").and_then(|pinged| serde_json::from_value(pinged.clone()).ok()).unwrap_or_default()
    }

    /// Every word of it in reading order: text, embeds, labels of buttons; one line each.
    pub fn text(&self) -> String {
        let mut lines = vec![self.content().to_owned()];
        for embed in self.embeds() {
            let at = |path: &str| embed.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
            lines.extend([at("/author/name"), at("/title"), at("/description")]);
            for field in embed.get("fields").and_then(Value::as_array).into_iter().flatten() {
                let part = |key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default();
                lines.push(format!("{}: {}", part("name"), part("value")));
            }
            lines.push(at("/footer/text"));
        }
        let labels = all(self.components()).into_iter().filter_map(|component| {
            let label = component.get("label").or_else(|| component.get("content"))?.as_str()?;
            Some(if kind_of(component) == BUTTON { format!("[{label}]") } else { label.to_owned() })
        });
        lines.extend(labels);
        lines.retain(|line| !line.is_empty());
        lines.join("\n")
    }

    /// The custom id of the button with this label, or of the first menu with this placeholder.
    pub fn custom_id(&self, label: &str) -> Option<String> {
        let fits = |component: &&Value| match kind_of(component) {
            BUTTON => component.get("label").and_then(Value::as_str) == Some(label),
            kind if is_select(kind) => component.get("placeholder").and_then(Value::as_str) == Some(label),
            _ => false,
        };
        let found = all(self.components()).into_iter().find(fits)?;
        found.get("custom_id").and_then(Value::as_str).map(str::to_owned)
    }

    fn flags(&self) -> u64 {
        self.0.get("flags").and_then(Value::as_u64).unwrap_or(0)
    }

    fn id_at(&self, path: &str) -> Id {
        self.text_at(path).parse().unwrap_or_default()
    }

    fn text_at(&self, path: &str) -> &str {
        self.0.pointer(path).and_then(Value::as_str).unwrap_or_default()
    }

    fn list_at(&self, path: &str) -> &[Value] {
        self.0.pointer(path).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
    }
}

/// A member as people see one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberView {
    /// The account.
    pub user: Id,
    /// The user name.
    pub name: String,
    /// The nickname.
    pub nick: Option<String>,
    /// The roles.
    pub roles: Vec<Id>,
    /// The roles' names, in the same order.
    pub role_names: Vec<String>,
    /// When a running time-out ends, RFC 3339.
    pub timed_out_until: Option<String>,
    /// When they joined, RFC 3339.
    pub joined_at: String,
    /// The voice channel they are in.
    pub voice: Option<Id>,
}

#[expect(clippy::unused_async, reason = "whatever a person does is awaited, as over HTTP")]
impl Sim {
    /// The messages of a channel that everybody there sees, oldest first.
    pub async fn messages(&self, channel: impl Into<Id>) -> Vec<SeenMessage> {
        let channel = channel.into();
        self.shared.look(|world| world.messages(channel))
    }

    /// The messages of a channel as `user` sees them, with those that only they see; nothing where they see nothing.
    pub async fn messages_seen_by(&self, channel: impl Into<Id>, user: impl Into<Id>) -> Vec<SeenMessage> {
        let (channel, user) = (channel.into(), user.into());
        self.shared.look(|world| world.messages_seen_by(channel, user))
    }

    /// The pinned messages of a channel, newest pin first.
    pub async fn pins(&self, channel: impl Into<Id>) -> Vec<SeenMessage> {
        let channel = channel.into();
        self.shared.look(|world| world.pins(channel))
    }

    /// What the bot and `user` wrote each other in private, oldest first.
    pub async fn dms(&self, user: impl Into<Id>) -> Vec<SeenMessage> {
        let user = user.into();
        self.shared.look(|world| world.dms(user))
    }

    /// A member of a guild.
    pub async fn member(&self, guild: impl Into<Id>, user: impl Into<Id>) -> Result<MemberView, Refused> {
        let (guild, user) = (guild.into(), user.into());
        let found = self.shared.look(|world| world.member(guild, user));
        found.ok_or_else(|| Refused::because("That person is not in the guild."))
    }

    /// All registered commands as Discord answers them, global ones first.
    pub async fn commands(&self) -> Vec<Value> {
        self.shared.look(World::commands)
    }
}

impl World {
    /// The messages of a channel that everybody there sees, oldest first.
    pub fn messages(&self, channel: impl Into<Id>) -> Vec<SeenMessage> {
        self.channels.get(&channel.into()).map(|channel| self.shown(channel, None)).unwrap_or_default()
    }

    /// The messages of a channel as `user` sees them, with those that only they see.
    pub fn messages_seen_by(&self, channel: impl Into<Id>, user: impl Into<Id>) -> Vec<SeenMessage> {
        let (channel, user) = (channel.into(), user.into());
        let sees = self.permissions_at(user, channel).has(crate::Permissions::VIEW_CHANNEL);
        let channel = self.channels.get(&channel).filter(|_| sees);
        channel.map(|channel| self.shown(channel, Some(user))).unwrap_or_default()
    }

    /// The pinned messages of a channel, newest pin first.
    pub fn pins(&self, channel: impl Into<Id>) -> Vec<SeenMessage> {
        let Some(channel) = self.channels.get(&channel.into()) else { return Vec::new() };
        let pinned = channel.messages.pins.iter().filter_map(|pin| channel.messages.get(*pin));
        pinned.map(|message| self.seen(channel, message)).collect()
    }

    /// What the bot and `user` wrote each other in private, oldest first.
    pub fn dms(&self, user: impl Into<Id>) -> Vec<SeenMessage> {
        let channel = self.directs.get(&user.into()).copied();
        channel.map(|channel| self.messages(channel)).unwrap_or_default()
    }

    /// One message, whoever can see it.
    pub fn message(&self, channel: impl Into<Id>, message: impl Into<Id>) -> Option<SeenMessage> {
        let channel = self.channels.get(&channel.into())?;
        Some(self.seen(channel, channel.messages.get(message.into())?))
    }

    /// A member of a guild.
    pub fn member(&self, guild: impl Into<Id>, user: impl Into<Id>) -> Option<MemberView> {
        let user = user.into();
        let guild = self.guilds.get(&guild.into())?;
        let member = guild.members.get(&user)?;
        let roles = member.roles.iter().filter_map(|role| guild.roles.get(role));
        Some(MemberView {
            user,
            name: self.users.get(&user)?.name.clone(),
            nick: member.nick.clone(),
            roles: member.roles.iter().copied().collect(),
            role_names: roles.map(|role| role.name.clone()).collect(),
            timed_out_until: member.timed_out_until.filter(|until| *until > self.now()).map(Timestamp::rfc3339),
            joined_at: member.joined.rfc3339(),
            voice: guild.voice.get(&user).map(|state| state.channel),
        })
    }

    fn shown(&self, channel: &Channel, viewer: Option<Id>) -> Vec<SeenMessage> {
        let visible = channel.messages.iter().filter(|message| message.is_visible_to(viewer));
        visible.map(|message| self.seen(channel, message)).collect()
    }

    pub(crate) fn seen(&self, channel: &Channel, message: &Message) -> SeenMessage {
        let mut json = self.message_json(channel, message);
        if let Some(object) = json.as_object_mut() {
            object.insert("pinged".to_owned(), json!(message.pinged));
        }
        SeenMessage(json)
    }
}
