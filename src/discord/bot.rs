//! What a command, click, message or job can reach.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use tokio::sync::SetOnce;

use super::activity::Activity;
use super::display::Displays;
use super::guild_locks::GuildLocks;
use super::pace::Pace;
use super::pictures::Pictures;
use super::posts::Posts;
use super::references::{Structures, Watch};
use super::rest::Rest;
use super::roles::Promises;
use super::seen::Seen;
use super::standing::Standings;
use crate::http::{self, oembed::Titles};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, CommandId, GuildId, MessageId, UserId};
use crate::kernel::sentence::Sentence;
use crate::kernel::text;
use crate::kernel::time::Clock;
use crate::references::Catalogue;
use crate::settings::Switch;
use crate::store::Store;
use crate::tiktok::Client;
use crate::tiktok::status::Board;

/// poise's context, for slash commands only.
pub type Context<'a> = poise::ApplicationContext<'a, Bot, Error>;
/// A slash command.
pub type Command = poise::Command<Bot, Error>;

/// The running bot. Clones share everything.
#[derive(Clone)]
pub struct Bot(Arc<Parts>);

/// What [`Bot`] derefs to.
pub struct Parts {
    /// The store.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Asks Discord.
    pub rest: Rest,
    /// For the bytes of attachments.
    pub files: http::Client,
    /// Asks platforms what songs are called.
    pub titles: Titles,
    /// Asks TikTok.
    pub live: Client,
    /// How the followed lives stand.
    pub lives: Board,
    /// Which events have been handled.
    pub activity: Activity,
    /// The displays of all guilds.
    pub displays: Displays,
    /// The messages that follow rows.
    pub posts: Posts,
    /// What promises roles.
    pub promises: Vec<&'static Promises>,
    switch_of: SwitchOf,
    /// What a guild may have set that refers to something on Discord.
    pub references: Catalogue,
    /// Which guilds are to be looked at for that.
    pub watch: Watch,
    /// How often their channels and roles changed.
    pub structures: Structures,
    /// Whose turn it is to read the messages of a guild.
    pub guild_locks: GuildLocks,
    /// What people are in guilds, and in which guilds the bot is.
    pub standings: Standings,
    /// What they look like.
    pub pictures: Pictures,
    /// How often they may change balances.
    pub pace: Pace,
    command_ids: RwLock<HashMap<String, CommandId>>,
    dm_channels: Mutex<HashMap<UserId, ChannelId>>,
    own_user: SetOnce<UserId>,
    web_address: OnceLock<String>,
    deleted: Mutex<Seen>,
    lacks_intents: AtomicBool,
}

/// By which the bot asks the world.
pub struct Clients {
    /// Asks Discord.
    pub rest: Rest,
    /// For the bytes of attachments.
    pub files: http::Client,
    /// Asks platforms what songs are called.
    pub titles: Titles,
    /// Asks TikTok.
    pub live: Client,
}

/// What the features have on show in a guild.
pub struct Shown {
    /// Their displays.
    pub displays: Displays,
    /// What they post that follows a row.
    pub posts: Posts,
    /// What they promise of roles.
    pub promises: Vec<&'static Promises>,
    /// What they let a guild set that refers to something on Discord.
    pub references: Catalogue,
    /// The switch of a feature, by its name.
    pub switch_of: SwitchOf,
}

/// Finds the switch of a feature by its name; `None` where it cannot be switched off.
pub type SwitchOf = fn(&str) -> Option<&'static Switch>;

/// Direct-message channels remembered; past this the memory starts again.
const MOST_DM_CHANNELS: usize = 10_000;

impl Bot {
    /// Puts the parts together.
    pub fn new(store: Store, clock: Clock, clients: Clients, shown: Shown) -> Self {
        let Clients { rest, files, titles, live } = clients;
        let Shown { displays, posts, promises, references, switch_of } = shown;
        Self(Arc::new(Parts {
            references,
            watch: Watch::default(),
            structures: Structures::default(),
            store,
            pace: Pace::new(clock.clone()),
            clock,
            rest,
            files,
            titles,
            live,
            lives: Board::default(),
            activity: Activity::default(),
            displays,
            posts,
            promises,
            switch_of,
            guild_locks: GuildLocks::default(),
            standings: Standings::default(),
            pictures: Pictures::default(),
            command_ids: RwLock::default(),
            dm_channels: Mutex::default(),
            own_user: SetOnce::new(),
            web_address: OnceLock::new(),
            deleted: Mutex::default(),
            lacks_intents: AtomicBool::new(false),
        }))
    }
}

impl std::ops::Deref for Bot {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Parts {
    /// A mention of a command that can be clicked, or its plain name before the commands are registered.
    pub fn command_mention(&self, name: &str) -> String {
        text::command(name, self.command_id(name))
    }

    /// Refuses where a feature is switched off in a guild.
    pub async fn require_on(&self, guild: Option<serenity::all::GuildId>, feature: &str) -> Result<()> {
        let (Some(guild), Some(switch)) = (guild, (self.switch_of)(feature)) else { return Ok(()) };
        self.store.read("switch", move |read| switch.require_on(read, GuildId::new(guild.get()))).await
    }

    /// A sentence for a message on Discord, with mentions of commands that can be clicked.
    pub fn markdown(&self, sentence: &Sentence) -> String {
        sentence.markdown(&|name| self.command_id(name))
    }

    fn command_id(&self, name: &str) -> Option<CommandId> {
        let ids = self.command_ids.read().unwrap_or_else(PoisonError::into_inner);
        // A subcommand has the id of the command that it is part of.
        let registered = name.split(' ').next().unwrap_or(name);
        ids.get(registered).copied()
    }

    /// Remembers the ids that Discord gave to the commands.
    pub(crate) fn remember_commands(&self, ids: impl IntoIterator<Item = (String, CommandId)>) {
        self.command_ids.write().unwrap_or_else(PoisonError::into_inner).extend(ids);
    }

    /// The bot's own account, once the gateway said who we are.
    pub fn own_user(&self) -> Option<UserId> {
        self.own_user.get().copied()
    }

    /// Whether the bot itself deleted a message of late.
    pub(crate) fn has_deleted(&self, message: MessageId) -> bool {
        self.deleted.lock().unwrap_or_else(PoisonError::into_inner).knows(message.get())
    }

    pub(crate) fn remember_deleted(&self, message: MessageId) {
        self.deleted.lock().unwrap_or_else(PoisonError::into_inner).is_new(message.get());
    }

    /// Whether an account is the bot's own.
    pub fn is_own_id(&self, user: serenity::all::UserId) -> bool {
        self.own_user().is_some_and(|own| own.get() == user.get())
    }

    /// The bot's own account. Waits until the gateway said who we are.
    pub async fn until_own_user(&self) -> UserId {
        *self.own_user.wait().await
    }

    /// Whether Discord refuses the privileged intents: the bot is not told then what people write (`C-48`).
    pub fn lacks_intents(&self) -> bool {
        self.lacks_intents.load(Ordering::Relaxed)
    }

    /// Notes whether Discord refused the privileged intents.
    pub(crate) fn note_intents(&self, are_refused: bool) {
        self.lacks_intents.store(are_refused, Ordering::Relaxed);
    }

    pub(crate) fn remember_own_user(&self, user: UserId) {
        // It stays the same after a reconnect.
        let _ = self.own_user.set(user);
    }

    /// The address of the web pages, without a slash at its end; `None` where there are none.
    pub fn web_address(&self) -> Option<&str> {
        self.web_address.get().map(String::as_str)
    }

    /// Notes where the web pages are. They stay there as long as the process runs.
    pub(crate) fn remember_web_address(&self, address: String) {
        let _ = self.web_address.set(address);
    }

    pub(crate) fn dm_channel(&self, user: UserId) -> Option<ChannelId> {
        self.dm_channels.lock().unwrap_or_else(PoisonError::into_inner).get(&user).copied()
    }

    pub(crate) fn remember_dm_channel(&self, user: UserId, channel: ChannelId) {
        let mut channels = self.dm_channels.lock().unwrap_or_else(PoisonError::into_inner);
        if channels.len() >= MOST_DM_CHANNELS {
            channels.clear();
        }
        channels.insert(user, channel);
    }
}
