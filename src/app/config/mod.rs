//! The configuration of the process: the command line wins over the environment, that over `.env`, that over the token in the
//! data folder and over defaults.
//!
//! Rules:
//! - Every variable is declared in [`table`], and nothing else is read. Parsing is a pure function of [`Sources`].
//! - All problems are reported at once, each with the variable, what it was set to (never a secret) and what is allowed.
//! - A name in `.env` that nobody knows is a problem, because it is a slip of the pen. The environment is shared with
//!   other programs, so there only unknown names that begin with `GREENROOM_` are problems; those that look like ours are
//!   told, and what a platform sets beside a service of our name ([`platform`]) is left out.
//! - Secrets can be given as files: `DISCORD_BOT_TOKEN_FILE=/run/secrets/token`.
//! - An empty value counts as not set.
//!
//! What a server's moderators can change is not here: those settings live in the store, and the variables are their
//! defaults at most.

pub mod community;
pub mod discord;
mod environment;
pub mod health;
pub mod live;
pub mod logging;
mod near;
mod off_site;
mod platform;
mod problem;
mod reader;
pub(crate) mod reference;
pub mod show;
pub mod sources;
pub mod storage;
pub(crate) mod table;
pub mod web;

pub use problem::{ConfigError, ConfigErrors};

use community::Community;
use discord::{Access, Discord};
use health::{Health, Listen};
use logging::Logging;
use reader::Reader;
use sources::Sources;
use storage::Storage;
use table::{DEBUG, DISCORD_API_URL, DISCORD_BOT_TOKEN, OEMBED_URL, file_name};
use web::{API_PORT, Web};

use super::backup::off_site::Target;
use crate::app::web::secrets;
use crate::tiktok::{Base, ClientSettings};

/// Everything that the process was told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Which Discord, and as whom.
    pub discord: Discord,
    /// The store.
    pub storage: Storage,
    /// Where snapshots are copied to.
    pub off_site: Option<Target>,
    /// Defaults for servers.
    pub community: Community,
    /// TikTok lives.
    pub live: ClientSettings,
    /// The simulator that plays the platforms which tell titles, if there is one.
    pub oembed: Option<Base>,
    /// Who may ask how the bot is.
    pub health: Health,
    /// The web.
    pub web: Web,
    /// The log.
    pub logging: Logging,
    /// Lines that belong in the log once, at the start: raised values and names that have no effect.
    pub notices: Vec<String>,
}

impl Config {
    /// Reads everything, or says everything that is wrong.
    pub fn load(sources: &Sources) -> Result<Self, ConfigErrors> {
        let (config, reader) = Self::read(sources);
        let (config, notices) = reader.finish(config)?;
        Ok(Self { notices, ..config })
    }

    /// Reads everything; the reader has what is wrong with it.
    fn read(sources: &Sources) -> (Self, Reader<'_>) {
        let mut reader = Reader::new(sources);
        reader.check_names();
        let discord = discord::read(&mut reader);
        let is_production = environment::is_production(&mut reader);
        let config = Self {
            storage: storage::read(&mut reader),
            off_site: off_site::read(&mut reader),
            community: community::read(&mut reader),
            live: live::read(&mut reader),
            oembed: reader.parse(&OEMBED_URL, Base::web),
            health: health::read(&mut reader),
            web: web::read(&mut reader, &discord.access),
            logging: logging::read(&mut reader, is_production),
            discord,
            notices: Vec::new(),
        };
        if is_production && config.community.live_rehearsal {
            let statement =
                "is on, and ENVIRONMENT says production: gifts that somebody makes up would count as real ones";
            reader.problem(&DEBUG, statement);
        }
        if config.shares_a_port() {
            let statement = "is the port of HEALTH_LISTEN as well, and only one of the two can be served there";
            reader.problem(&API_PORT, statement);
        }
        off_site::keep_apart(&mut reader, config.off_site.as_ref(), &config.storage.data_dir);
        (config, reader)
    }

    /// Whether the port that was chosen for the web is the one of health.
    fn shares_a_port(&self) -> bool {
        let (Some(web), Some(Listen::Address(health))) = (self.web.bind, &self.health.listen) else { return false };
        let is_one_place = web == health.ip() || web.is_unspecified() || health.ip().is_unspecified();
        self.web.is_port_chosen && self.web.port == health.port() && is_one_place
    }
}

/// Adds the bot's token that is kept in the data folder, if there is one: whatever else names a token wins over it.
#[must_use]
pub fn with_kept_token(sources: Sources) -> Sources {
    let data_dir = storage::read(&mut Reader::of(&sources, storage::VARIABLES)).data_dir;
    let file = secrets::file(&data_dir, secrets::DISCORD_TOKEN);
    match file.to_str().filter(|_| file.exists()) {
        Some(path) => sources.with(sources::Origin::Kept, &file_name(DISCORD_BOT_TOKEN.name), path),
        None => sources,
    }
}

/// The simulator that stands for Discord, read alone; `None` for the real one.
pub fn simulator_of(sources: &Sources) -> Result<Option<String>, ConfigErrors> {
    let mut reader = Reader::of(sources, &[&DISCORD_API_URL]);
    let url = reader.parse(&DISCORD_API_URL, discord::loopback_base);
    reader.finish(url).map(|(url, _)| url)
}

/// What the commands have to know that work on the store alone.
#[derive(Clone, Debug)]
pub struct OfStore {
    /// The store.
    pub storage: Storage,
    /// The log.
    pub logging: Logging,
}

impl OfStore {
    /// Reads these areas alone: what is wrong with the token or with any other setting is no hindrance.
    pub fn load(sources: &Sources) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::of(sources, &[storage::VARIABLES, logging::VARIABLES].concat());
        let is_production = environment::is_production(&mut reader);
        let config = Self { storage: storage::read(&mut reader), logging: logging::read(&mut reader, is_production) };
        reader.finish(config).map(|(config, _)| config)
    }
}

impl Storage {
    /// Reads this area alone, for a service that is being installed.
    pub fn load(sources: &Sources) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(sources);
        let storage = storage::read(&mut reader);
        reader.finish(storage).map(|(storage, _)| storage)
    }
}

/// Where snapshots are copied to, read alone, for a service that is being installed.
pub fn off_site_of(sources: &Sources) -> Result<Option<Target>, ConfigErrors> {
    let mut reader = Reader::new(sources);
    let target = off_site::read(&mut reader);
    reader.finish(target).map(|(target, _)| target)
}

impl Web {
    /// Reads this area alone, for the commands that let the operator in: a token that is wrong is no hindrance.
    pub fn load(sources: &Sources) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::of(sources, web::VARIABLES);
        let web = web::read(&mut reader, &Access::Missing);
        reader.finish(web).map(|(web, _)| web)
    }
}

impl Logging {
    /// Reads this area alone, for the commands that need neither Discord nor a store: what is wrong with the rest of
    /// the configuration is then no hindrance.
    pub fn load(sources: &Sources) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::of(sources, logging::VARIABLES);
        let is_production = environment::is_production(&mut reader);
        let logging = logging::read(&mut reader, is_production);
        reader.finish(logging).map(|(logging, _)| logging)
    }
}

#[cfg(test)]
mod tests;
