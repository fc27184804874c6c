//! The state of the simulated Discord: everything that is, in one value behind one lock.
//!
//! Nothing here waits or does I/O. Events go into the queues of the connected sessions at once, so that they leave in
//! the order in which the world changed.

pub(crate) mod changes;
pub(crate) mod channel;
pub(crate) mod command;
pub(crate) mod files;
pub(crate) mod guild;
pub(crate) mod interaction;
pub(crate) mod mentions;
pub(crate) mod message;
pub(crate) mod permissions;
pub(crate) mod posting;
pub(crate) mod user;
pub(crate) mod webhook;

use std::collections::{BTreeMap, HashMap};

use super::faults::Faults;
use super::gateway::sessions::Sessions;
use super::id::{Id, Snowflakes};
use super::log::RequestLog;
use super::oauth2::OAuth2;
use super::rates::Rates;
use super::settings::Settings;
use crate::kernel::time::{Clock, Timestamp};
use channel::Channel;
use command::Commands;
use files::Files;
use guild::Guild;
use interaction::Interactions;
use user::User;
use webhook::Webhook;

/// The simulated Discord's state, as `Sim::wait_until` shows it.
#[derive(Debug)]
pub struct World {
    clock: Clock,
    ids: Snowflakes,
    pub(crate) settings: Settings,
    /// The bot's account, which is also the id of its application.
    pub(crate) bot: Id,
    /// The person whom the developer portal names as the application's owner.
    pub(crate) bot_owner: Id,
    pub(crate) users: HashMap<Id, User>,
    pub(crate) names: HashMap<String, Id>,
    pub(crate) guilds: BTreeMap<Id, Guild>,
    pub(crate) channels: HashMap<Id, Channel>,
    /// The direct-message channel of each person who has one.
    pub(crate) directs: HashMap<Id, Id>,
    /// People who take no direct messages from the bot.
    pub(crate) dm_blocks: HashMap<Id, DmRefusal>,
    pub(crate) files: Files,
    pub(crate) commands: Commands,
    pub(crate) interactions: Interactions,
    pub(crate) webhooks: HashMap<Id, Webhook>,
    pub(crate) sessions: Sessions,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) rates: Rates,
    pub(crate) oauth2: OAuth2,
    /// Requests that have arrived and are not answered yet.
    pub(crate) in_flight: usize,
}

/// How a person cannot be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DmRefusal {
    /// Discord's number of the error.
    pub code: u64,
    /// Whether already the channel is refused, and not only the message.
    pub at_opening: bool,
}

impl World {
    /// An empty Discord that knows one bot and its owner. `host` is where files are served.
    pub(crate) fn new(clock: Clock, settings: Settings, host: String) -> Self {
        let mut ids = Snowflakes::default();
        let now = clock.now();
        let bot = ids.next_of_its_own_millisecond(now);
        let mut world = Self {
            clock,
            ids,
            files: Files::new(host, bot.get() ^ 0x5eed),
            settings,
            bot,
            bot_owner: bot,
            users: HashMap::new(),
            names: HashMap::new(),
            guilds: BTreeMap::new(),
            channels: HashMap::new(),
            directs: HashMap::new(),
            dm_blocks: HashMap::new(),
            commands: Commands::default(),
            interactions: Interactions::default(),
            webhooks: HashMap::new(),
            sessions: Sessions::default(),
            log: RequestLog::default(),
            faults: Faults::default(),
            rates: Rates::default(),
            oauth2: OAuth2::default(),
            in_flight: 0,
        };
        let name = world.settings.bot_name.clone();
        world.names.insert(name.clone(), bot);
        world.users.insert(bot, User { id: bot, name, is_bot: true, avatar: None });
        world.bot_owner = world.user_named("bot-owner", false);
        world
    }

    /// The present moment of the simulator's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn next_id(&mut self) -> Id {
        self.ids.next(self.clock.now())
    }

    pub(crate) fn next_guild_id(&mut self) -> Id {
        self.ids.next_of_its_own_millisecond(self.clock.now())
    }
}
