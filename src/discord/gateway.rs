//! Events in.
//!
//! A connection that is resumed after a drop repeats events, so an interaction or message is handled once. Each event
//! runs in a task of its own: a slow or panicking handler delays or ends nothing but itself.

mod framework_error;

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use poise::{BoxFuture, FrameworkContext, FrameworkOptions};
use serenity::all::{
    ConnectionStage, FullEvent, GatewayIntents, Guild, Interaction, Message, MessageUpdateEvent, Ready, ShardManager,
};
use serenity::async_trait;

use self::framework_error::answer_framework_error;
use super::bot::{Bot, Command};
use super::component::{self, Component, Modal};
use super::registration::Registration;
use super::seen::Seen;
use super::standing::Named;
use super::{activity, figures, invitation, problem, roles};
use crate::activity::{Door, DoorKind};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::presence::{self, Presence};
use crate::store::through;

/// Handles the messages of members; in the order of the list, until one says that the message is taken (`C-97`).
pub type MessageHandler = for<'a> fn(&'a Bot, &'a Message) -> BoxFuture<'a, Result<Taken>>;

/// Is told of messages that somebody edited. What Discord itself adds, such as a preview, is no edit.
pub type EditHandler = for<'a> fn(&'a Bot, &'a MessageUpdateEvent) -> BoxFuture<'a, Result<()>>;

/// Whether the handlers behind may look at a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It was for this handler.
    Yes,
    /// It was not.
    No,
}

/// Messages that are gone, by somebody else's hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// Where.
    pub guild: GuildId,
    /// The channel that they were in.
    pub channel: ChannelId,
    /// Which; `None` where the channel is gone with all of them.
    pub messages: Option<Vec<MessageId>>,
}

impl Deletion {
    /// Whether a message is gone by it.
    pub fn took(&self, channel: ChannelId, message: MessageId) -> bool {
        self.channel == channel && self.messages.as_ref().is_none_or(|messages| messages.contains(&message))
    }
}

/// Hears of deleted messages.
pub type DeletionHandler = for<'a> fn(&'a Bot, &'a Deletion) -> BoxFuture<'a, Result<()>>;

/// Hears of servers that come into sight: at each start, after an outage, and when the bot joins one. What is in a server,
/// such as its channels, roles and members, is not told.
pub type ServerHandler = for<'a> fn(&'a Bot, &'a Guild) -> BoxFuture<'a, Result<()>>;

/// Hears which servers a connection names that begins: after that, what it did not name was left before it.
pub type NamedHandler = for<'a> fn(&'a Bot, &'a Named) -> BoxFuture<'a, Result<()>>;

/// Hears that somebody came into a server or left it, as far as the connection tells it.
pub type MemberHandler = for<'a> fn(&'a Bot, Membership) -> BoxFuture<'a, Result<()>>;

/// Somebody who came into a server or left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The server.
    pub guild: GuildId,
    /// Who.
    pub user: UserId,
    /// Whether they are in it now.
    pub is_here: bool,
}

/// Hears that the bot left a server, or was thrown out of it. A server that is out of order for a while is not left.
pub type LeftHandler = for<'a> fn(&'a Bot, GuildId) -> BoxFuture<'a, Result<()>>;

/// What the features give to the gateway.
#[derive(Default)]
pub struct Handlers {
    /// Slash commands.
    pub commands: Vec<Command>,
    /// Buttons and menus.
    pub components: Vec<&'static dyn Component>,
    /// Forms.
    pub modals: Vec<&'static dyn Modal>,
    /// Message handlers, in their order.
    pub messages: Vec<MessageHandler>,
    /// Who looks at edited messages.
    pub edits: Vec<EditHandler>,
    /// Those who hear of deleted messages.
    pub deletions: Vec<DeletionHandler>,
    /// Those who hear of servers.
    pub servers: Vec<ServerHandler>,
    /// Those who hear which servers a new connection names.
    pub named: Vec<NamedHandler>,
    /// Those who hear of servers that the bot left.
    pub left: Vec<LeftHandler>,
    /// Those who hear who comes and goes.
    pub members: Vec<MemberHandler>,
    /// What they have to be told.
    pub intents: GatewayIntents,
}

/// Dispatches events to the features.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    bot: Bot,
    options: FrameworkOptions<Bot, Error>,
    components: Vec<&'static dyn Component>,
    modals: Vec<&'static dyn Modal>,
    messages: Vec<MessageHandler>,
    edits: Vec<EditHandler>,
    deletions: Vec<DeletionHandler>,
    servers: Vec<ServerHandler>,
    named: Vec<NamedHandler>,
    left: Vec<LeftHandler>,
    members: Vec<MemberHandler>,
    intents: GatewayIntents,
    registration: Registration,
    /// Held while commands are registered. Ready and the guilds arrive side by side and would send a set twice.
    registering: tokio::sync::Mutex<()>,
    /// Of the present connection; a new one brings its own.
    shards: Mutex<Option<Arc<ShardManager>>>,
    seen: Mutex<Seen>,
}

impl Gateway {
    /// A gateway that serves these handlers.
    pub fn new(bot: Bot, handlers: Handlers, registration: Registration) -> Self {
        let mut options = FrameworkOptions {
            commands: handlers.commands,
            on_error: |error| Box::pin(answer_framework_error(error)),
            initialize_owners: false,
            ..FrameworkOptions::default()
        };
        poise::set_qualified_names(&mut options.commands);
        Self(Arc::new(Inner {
            bot,
            options,
            components: handlers.components,
            modals: handlers.modals,
            messages: handlers.messages,
            edits: handlers.edits,
            deletions: handlers.deletions,
            servers: handlers.servers,
            named: handlers.named,
            left: handlers.left,
            members: handlers.members,
            intents: handlers.intents,
            registration,
            registering: tokio::sync::Mutex::default(),
            shards: Mutex::default(),
            seen: Mutex::default(),
        }))
    }

    /// The bot that is served.
    pub fn bot(&self) -> &Bot {
        &self.0.bot
    }

    /// What the connection is asked for.
    pub fn intents(&self) -> GatewayIntents {
        self.0.intents
    }

    /// How the connection stands now.
    pub async fn link(&self) -> Link {
        let guilds = self.0.bot.standings.count_guilds();
        let shards = self.0.shards.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(shards) = shards else { return Link { guilds, ..Link::default() } };
        let runners = shards.runners.lock().await;
        let connected = runners.values().filter(|shard| shard.stage == ConnectionStage::Connected).count();
        let latency = runners.values().filter_map(|shard| shard.latency).max();
        Link { shards: runners.len(), connected, latency, guilds }
    }

    /// Shows the bot as it is wanted now, on all that is connected. What cannot be looked up stays as it is.
    pub async fn show_presence(&self) {
        if let Some(wanted) = self.presence().await {
            self.show(&wanted).await;
        }
    }

    /// What the bot is to show of itself; `None` where that cannot be looked up.
    async fn presence(&self) -> Option<Presence> {
        let inner = &*self.0;
        let guilds = inner.bot.standings.guilds_of_bot();
        let only = match guilds.as_slice() {
            [only] => Some(only.id),
            _ => None,
        };
        match inner.bot.store.read("presence", move |read| presence::shown(read, only)).await {
            Ok(wanted) => Some(wanted),
            Err(error) => {
                problem::log_error(&error, "look up what the bot shows of itself");
                None
            }
        }
    }

    async fn show(&self, wanted: &Presence) {
        let shards = self.0.shards.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(shards) = shards else { return };
        for shard in shards.runners.lock().await.values() {
            shard.runner_tx.set_presence(super::presence::activity(wanted), super::presence::status(wanted));
        }
    }

    /// The connection has ended; another one may follow.
    pub fn disconnected(&self) {
        self.0.bot.standings.connect(None);
        *self.0.shards.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// How the connection to Discord stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// Shards that there are.
    pub shards: usize,
    /// Shards that are connected.
    pub connected: usize,
    /// The slowest way of a heartbeat to Discord and back, once one came back.
    pub latency: Option<Duration>,
    /// Servers that the bot is in.
    pub guilds: usize,
}

impl Link {
    /// Whether events come in from everywhere.
    pub const fn is_connected(&self) -> bool {
        self.shards > 0 && self.connected == self.shards
    }
}

#[async_trait]
impl serenity::framework::Framework for Gateway {
    async fn init(&mut self, client: &serenity::Client) {
        let shards = Arc::clone(&client.shard_manager);
        self.0.bot.standings.connect(Some(Arc::clone(&shards)));
        *self.0.shards.lock().unwrap_or_else(PoisonError::into_inner) = Some(shards);
    }

    async fn dispatch(&self, ctx: serenity::client::Context, mut event: FullEvent) {
        let inner = &*self.0;
        lighten(&mut event);
        inner.bot.standings.notice(&event, inner.bot.clock.now());
        inner.bot.structures.notice(&event, |user| inner.bot.is_own_id(user));
        inner.bot.watch.notice(&inner.bot, &event).await;
        roles::notice(&inner.bot, &event).await;
        match event {
            FullEvent::Ready { data_about_bot } => {
                inner.ready(&data_about_bot).await;
                // A connection begins online and without a text.
                if let Some(wanted) = self.presence().await.filter(|wanted| *wanted != Presence::default()) {
                    self.show(&wanted).await;
                }
            }
            // One that is out of order is looked at when it is back.
            FullEvent::GuildCreate { guild, .. } if !guild.unavailable => inner.guild_available(&ctx, &guild).await,
            FullEvent::GuildDelete { incomplete, .. } if !incomplete.unavailable => {
                inner.guild_left(incomplete.id).await;
            }
            FullEvent::GuildMemberAddition { new_member } => {
                inner.member_moved(new_member.guild_id, new_member.user.id, true).await;
            }
            FullEvent::GuildMemberRemoval { guild_id, user, .. } => inner.member_moved(guild_id, user.id, false).await,
            FullEvent::InteractionCreate { interaction } if inner.is_new(interaction.id().get()) => {
                let id = interaction.id().get();
                let (kind, name) = inner.name_of(&interaction);
                let door =
                    DoorKind::from_str(kind).map(|kind| Door::named(kind, &name).to_string()).unwrap_or_default();
                let served = through(&door, inner.interaction(ctx, interaction));
                Box::pin(figures::counted(kind, name, served)).await;
                inner.bot.activity.finish(id);
            }
            FullEvent::Message { new_message } if inner.is_new(new_message.id.get()) => {
                through(DoorKind::Message.word(), inner.message(&new_message)).await;
                inner.bot.activity.finish(new_message.id.get());
            }
            FullEvent::MessageDelete { channel_id, deleted_message_id, guild_id: Some(guild) } => {
                inner.deleted(guild, channel_id, Some(vec![deleted_message_id])).await;
            }
            FullEvent::MessageDeleteBulk { channel_id, multiple_deleted_messages_ids, guild_id: Some(guild) } => {
                inner.deleted(guild, channel_id, Some(multiple_deleted_messages_ids)).await;
            }
            FullEvent::ChannelDelete { channel, .. } => inner.deleted(channel.guild_id, channel.id, None).await,
            FullEvent::MessageUpdate { event, .. } => {
                let id = activity::update_id(
                    event.id.get(),
                    event.edited_timestamp.map(|at| at.unix_timestamp_nanos() / 1_000_000),
                );
                // Before anybody has edited it, a message changes by Discord's own doing only.
                if event.edited_timestamp.is_some() && inner.is_new(id) {
                    inner.edited(&event).await;
                }
                inner.bot.activity.finish(id);
            }
            _ => {}
        }
    }
}

/// Lets go of what a server brings along and nobody looks at: at a start all servers come at once and wait for each other,
/// each with its channels, roles and members.
fn lighten(event: &mut FullEvent) {
    let FullEvent::GuildCreate { guild, .. } = event else { return };
    (guild.channels, guild.roles, guild.members) = Default::default();
    (guild.emojis, guild.stickers, guild.threads) = Default::default();
    (guild.voice_states, guild.presences) = Default::default();
}

impl Inner {
    /// Messages are gone. Those that the bot deleted itself are nobody's business.
    async fn deleted(
        &self,
        guild: serenity::all::GuildId,
        channel: serenity::all::ChannelId,
        messages: Option<Vec<serenity::all::MessageId>>,
    ) {
        let messages = messages.map(|messages| {
            let ids = messages.iter().map(|message| MessageId::new(message.get()));
            ids.filter(|message| !self.bot.has_deleted(*message)).collect::<Vec<_>>()
        });
        if messages.as_ref().is_some_and(Vec::is_empty) {
            return;
        }
        let deletion = Deletion { guild: GuildId::new(guild.get()), channel: ChannelId::new(channel.get()), messages };
        for handle in &self.deletions {
            if let Err(error) = handle(&self.bot, &deletion).await {
                problem::log_error(&error, "look at deleted messages");
            }
        }
    }

    fn is_new(&self, id: u64) -> bool {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).is_new(id)
    }

    /// The kind of an interaction, and the name of what it means; `unknown` for what is not ours.
    fn name_of(&self, interaction: &Interaction) -> (&'static str, String) {
        let command =
            |name: &str| self.options.commands.iter().any(|command| command.name == name).then(|| name.to_owned());
        let (kind, name) = match interaction {
            Interaction::Command(event) => ("command", command(&event.data.name)),
            Interaction::Autocomplete(event) => ("autocomplete", command(&event.data.name)),
            Interaction::Component(event) => {
                let known = self.components.iter().map(|component| component.id());
                ("component", component::named(known, &event.data.custom_id))
            }
            Interaction::Modal(event) => {
                ("modal", component::named(self.modals.iter().map(|modal| modal.id()), &event.data.custom_id))
            }
            _ => ("other", None),
        };
        (kind, name.unwrap_or_else(|| "unknown".to_owned()))
    }

    async fn ready(&self, ready: &Ready) {
        tracing::info!(bot = %ready.user.name, guilds = ready.guilds.len(), "connected to Discord");
        self.bot.rest.set_application_id(ready.application.id);
        self.bot.remember_own_user(UserId::new(ready.user.id.get()));
        if ready.guilds.is_empty() {
            let link = invitation::link(ready.application.id.get());
            tracing::warn!("I am in no server yet. Invite me: {link}");
        }
        let named = Named::by(ready);
        for handle in &self.named {
            if let Err(error) = handle(&self.bot, &named).await {
                problem::log_error(&error, "take in which servers there are");
            }
        }
        let _registering = self.registering.lock().await;
        if let Err(error) = self.registration.sync(&self.bot, &self.options.commands, ready.application.id).await {
            problem::log_error(&error, "register the commands");
        }
    }

    async fn guild_available(&self, ctx: &serenity::client::Context, guild: &Guild) {
        // Known to the connection since READY, which this event always follows.
        let Some(application) = ctx.http.application_id() else { return };
        let id = GuildId::new(guild.id.get());
        self.bot.guild_locks.note_gap(id);
        {
            let _registering = self.registering.lock().await;
            if let Err(error) = self.registration.sync_guild(&self.bot, &self.options.commands, application, id).await {
                problem::log_error(&error, "register the commands of a guild");
            }
        }
        for handle in &self.servers {
            if let Err(error) = handle(&self.bot, guild).await {
                problem::log_error(&error, "look at a server");
            }
        }
    }

    async fn guild_left(&self, guild: serenity::all::GuildId) {
        for handle in &self.left {
            if let Err(error) = handle(&self.bot, GuildId::new(guild.get())).await {
                problem::log_error(&error, "take in that a server was left");
            }
        }
    }

    async fn member_moved(&self, guild: serenity::all::GuildId, user: serenity::all::UserId, is_here: bool) {
        let membership = Membership { guild: GuildId::new(guild.get()), user: UserId::new(user.get()), is_here };
        for handle in &self.members {
            if let Err(error) = handle(&self.bot, membership).await {
                problem::log_error(&error, "take in that somebody came or left");
            }
        }
    }

    async fn interaction(&self, ctx: serenity::client::Context, interaction: Interaction) {
        match &interaction {
            Interaction::Component(event) => component::click(&self.bot, &self.components, event).await,
            Interaction::Modal(event) => component::submit(&self.bot, &self.modals, event).await,
            Interaction::Command(_) | Interaction::Autocomplete(_) => {
                let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let Some(shards) = shards else { return };
                let framework = FrameworkContext {
                    serenity_context: &ctx,
                    // For commands by mention, of which there are none. Events run side by side, so the one that tells
                    // the bot's own id may come after the first command.
                    bot_id: serenity::all::UserId::new(interaction.application_id().get()),
                    options: &self.options,
                    user_data: &self.bot,
                    shard_manager: &shards,
                };
                Box::pin(poise::dispatch_event(
                    framework,
                    FullEvent::InteractionCreate { interaction: interaction.clone() },
                ))
                .await;
            }
            _ => {}
        }
    }

    async fn message(&self, message: &Message) {
        // C-97: what bots and web-hooks write is nobody's business; direct messages are no submissions.
        if message.author.bot || message.webhook_id.is_some() || message.guild_id.is_none() {
            return;
        }
        for handle in &self.messages {
            match handle(&self.bot, message).await {
                Ok(Taken::Yes) => return,
                Ok(Taken::No) => {}
                Err(error) => return problem::log_error(&error, "handle a message"),
            }
        }
    }

    async fn edited(&self, event: &MessageUpdateEvent) {
        for handle in &self.edits {
            if let Err(error) = handle(&self.bot, event).await {
                problem::log_error(&error, "handle an edited message");
            }
        }
    }
}

#[cfg(test)]
mod tests;
