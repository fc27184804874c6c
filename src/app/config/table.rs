//! Every variable that Greenroom reads, in one table: its name, what it may hold, its default and what it is for.
//!
//! [`reference`](super::reference) has it in the forms that people read.

use super::environment::ENVIRONMENT;
use super::off_site::{BACKUP_PASSWORD, BACKUP_S3_ENDPOINT, BACKUP_S3_REGION, BACKUP_TARGET, BACKUP_USER};
use super::web::{
    ADMIN_PASSWORD, ADMIN_USERNAME, API_BASE_URL, API_BIND, API_HOSTS, API_PORT, CSRF_SECRET, DISCORD_CLIENT_ID,
    DISCORD_CLIENT_SECRET, DISCORD_REDIRECT_URI, JWT_SECRET, LOCAL_ADMIN, STREAM_LIMIT, TRUSTED_PROXIES,
};

/// One setting of the process.
#[derive(Debug)]
pub(crate) struct Variable {
    /// The name under which it is set.
    pub(crate) name: &'static str,
    /// Other names that mean the same; within one source, `name` wins.
    pub(crate) aliases: &'static [&'static str],
    /// What it may hold.
    pub(crate) kind: VariableKind,
    /// What holds when nobody sets it; `None` where nothing does.
    pub(crate) default: Option<&'static str>,
    /// What it is for: whole sentences, one a line.
    pub(crate) help: &'static str,
}

/// What a variable may hold.
#[derive(Debug)]
pub(crate) enum VariableKind {
    /// A text that is never printed. It can also be given as a file, by the name with `_FILE` behind it.
    Secret,
    /// The id of something on Discord.
    Id,
    /// Yes or no.
    Switch,
    /// A folder.
    Folder,
    /// The address of a simulator on this machine.
    LoopbackUrl,
    /// The address of a web service: encrypted, or on this machine.
    WebUrl,
    /// The address of a service for sockets: encrypted, or on this machine.
    SocketUrl,
    /// Where copies of snapshots go.
    BackupTarget,
    /// The name of a region.
    Region,
    /// Filter directives of the log.
    LogFilter,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Where to listen.
    Listen,
    /// A port of this machine.
    Port,
    /// An address of this machine, or none.
    Bind,
    /// The address of our pages, as people open it.
    BaseUrl,
    /// The address of our pages to which Discord sends people back.
    Callback,
    /// Names of machines.
    HostNames,
    /// Addresses and networks.
    Networks,
    /// The name of somebody.
    Name,
    /// A whole number.
    Whole {
        /// The smallest one that is used.
        least: u32,
        /// The largest one that is accepted.
        most: u32,
        /// What is counted, in the plural.
        unit: &'static str,
        /// Whether a smaller number is raised to `least` instead of refused.
        raised: bool,
    },
}

impl VariableKind {
    /// What is allowed, as the end of "it must be …".
    pub(crate) fn allowed(&self) -> String {
        match self {
            Self::Secret => "a text without spaces".to_owned(),
            Self::Id => "the id of something on Discord, which is a number".to_owned(),
            Self::Switch => "true or false".to_owned(),
            Self::Folder => "the path of a folder, written out, without ~, $ or quotes".to_owned(),
            Self::LoopbackUrl => "an address on this machine, like http://127.0.0.1:8080".to_owned(),
            Self::WebUrl => "an https address, or an http address on this machine".to_owned(),
            Self::SocketUrl => "a wss address, or a ws address on this machine".to_owned(),
            Self::BackupTarget => {
                "the whole path of a folder, like /mnt/disk/greenroom, s3://bucket/folder, or the https address of a WebDAV folder \
                 without a login in it"
                    .to_owned()
            }
            Self::Region => "the name of a region, like eu-central-1".to_owned(),
            Self::LogFilter => {
                "a level (error, warn, info, debug, trace or off), or levels by module, like warn,greenroom=debug".to_owned()
            }
            Self::Listen => {
                "an address or a name of this machine with a port, like 127.0.0.1:8790 or localhost:8790, or off".to_owned()
            }
            Self::Port => "a port from 1 to 65535".to_owned(),
            Self::Bind => "an address of this machine, like 127.0.0.1 or 0.0.0.0, without a port, or off".to_owned(),
            Self::BaseUrl => {
                "an http or https address without a path, a query and a login, like https://greenroom.example.com".to_owned()
            }
            Self::Callback => "API_BASE_URL with /api/auth/callback behind it".to_owned(),
            Self::HostNames => "names of machines with commas between, without ports, like pi.lan,pi.local".to_owned(),
            Self::Networks => "addresses or networks with commas between, like 127.0.0.1,10.0.0.0/8".to_owned(),
            Self::Name => "a name of up to 32 characters".to_owned(),
            Self::OneOf(words) => words.join(" or "),
            Self::Whole { least, most, unit, raised: false } => format!("a number of {unit} from {least} to {most}"),
            Self::Whole { most, unit, raised: true, .. } => format!("a number of {unit} up to {most}"),
        }
    }
}

pub(crate) const DISCORD_BOT_TOKEN: Variable = Variable::new(
    "DISCORD_BOT_TOKEN",
    VariableKind::Secret,
    "The bot's token: https://discord.com/developers/applications, your application, Bot, Reset Token.\n\
     The only variable that is needed, unless you set Greenroom up in the browser or with `greenroom setup`.",
)
.also(&["DISCORD_TOKEN"]);

pub(crate) const DISCORD_API_URL: Variable = Variable::new(
    "DISCORD_API_URL",
    VariableKind::LoopbackUrl,
    "The address that `greenroom sim` prints, to run against the simulator instead of Discord.\n\
     Only addresses on this machine are accepted, and the token is then not used.",
);

pub(crate) const DATA_DIR: Variable = Variable::new(
    "DATA_DIR",
    VariableKind::Folder,
    "The folder that holds everything Greenroom stores. It is made when it is missing.",
)
.or("./data");

pub(crate) const STORE_CACHE_MIB: Variable = Variable::new(
    "STORE_CACHE_MIB",
    VariableKind::Whole { least: 4, most: 1024, unit: "MiB", raised: false },
    "Memory for the store's cache. More helps only servers with hundreds of thousands of songs.\n\
     Where it is not set, a container gets a sixteenth of its memory at most.",
)
.or("16");

pub(crate) const GUILD_ID: Variable = Variable::new(
    "GUILD_ID",
    VariableKind::Id,
    "A server in which commands appear at once after a change; it never limits the bot to that server.",
);

pub(crate) const DEBUG_CHANNEL_ID: Variable = Variable::new(
    "DEBUG_CHANNEL_ID",
    VariableKind::Id,
    "The debug channel of the server that this channel belongs to, until /setdebugchannel names another.",
);

pub(crate) const ALLOW_ANY_HANDLE_LINKING: Variable = Variable::new(
    "ALLOW_ANY_HANDLE_LINKING",
    VariableKind::Switch,
    "Whether members may link a TikTok handle that was never seen on a live. Servers can override it.",
)
.or("false");

pub(crate) const TIKTOK_TRANSPORT: Variable = Variable::new(
    "TIKTOK_TRANSPORT",
    VariableKind::OneOf(&["auto", "euler", "direct", "managed"]),
    "How lives are connected: euler (Euler Stream signs, we hold the connection), managed (Euler Stream holds it;\n\
     needs EULER_API_KEY), direct (without Euler Stream), auto (the best that is possible).",
)
.or("auto");

pub(crate) const EULER_API_KEY: Variable = Variable::new(
    "EULER_API_KEY",
    VariableKind::Secret,
    "A key of https://www.eulerstream.com, which signs connections to lives. Without one its limits are lower.",
)
.also(&["SIGN_API_KEY"]);

pub(crate) const TIKTOK_WEB_URL: Variable = Variable::new(
    "TIKTOK_WEB_URL",
    VariableKind::WebUrl,
    "TikTok's pages. Changed for the simulator only: to the live address that `greenroom sim` prints.",
)
.or("https://www.tiktok.com");

pub(crate) const TIKTOK_WEBCAST_URL: Variable = Variable::new(
    "TIKTOK_WEBCAST_URL",
    VariableKind::WebUrl,
    "TikTok's interface for lives. For the simulator: its live address with /webcast behind it.",
)
.or("https://webcast.tiktok.com/webcast");

pub(crate) const TIKTOK_SIGN_URL: Variable = Variable::new(
    "TIKTOK_SIGN_URL",
    VariableKind::WebUrl,
    "The service that signs connections. For the simulator: its live address.",
)
.or("https://api.eulerstream.com");

pub(crate) const TIKTOK_MANAGED_URL: Variable =
    Variable::new("TIKTOK_MANAGED_URL", VariableKind::SocketUrl, "The service that holds managed connections.")
        .or("wss://ws.eulerstream.com");

pub(crate) const OEMBED_URL: Variable = Variable::new(
    "OEMBED_URL",
    VariableKind::WebUrl,
    "Who is asked for titles instead of YouTube, Spotify and SoundCloud. For the simulator: its oembed address.",
);

pub(crate) const EMBED_REFRESH_INTERVAL: Variable = Variable::new(
    "EMBED_REFRESH_INTERVAL",
    VariableKind::Whole { least: 10, most: 86_400, unit: "seconds", raised: true },
    "Seconds between two checks of the queue displays. Less than 10 is raised to 10.",
)
.or("10");

pub(crate) const SELF_HEAL_INTERVAL: Variable = Variable::new(
    "SELF_HEAL_INTERVAL",
    VariableKind::Whole { least: 60, most: 86_400, unit: "seconds", raised: true },
    "Seconds between two repairs of displays that were deleted. Less than 60 is raised to 60.",
)
.or("300");

pub(crate) const DEBUG: Variable = Variable::new(
    "DEBUG",
    VariableKind::Switch,
    "Whether /tiktok simulate exists, which makes up live events for a rehearsal.",
)
.or("false");

pub(crate) const HEALTH_LISTEN: Variable = Variable::new(
    "HEALTH_LISTEN",
    VariableKind::Listen,
    "Where /livez, /readyz and /metrics are served; off for nowhere.",
)
.or("127.0.0.1:8790");

pub(crate) const PORT: Variable = Variable::new(
    "PORT",
    VariableKind::Port,
    "Set by hosts such as Replit, which look there whether the bot is up: /livez and /readyz for everybody.",
);

pub(crate) const METRICS_EVERYWHERE: Variable = Variable::new(
    "METRICS_EVERYWHERE",
    VariableKind::Switch,
    "Whether /metrics is served to other machines as well, on HEALTH_LISTEN and PORT.",
)
.or("false");

pub(crate) const LOG: Variable = Variable::new(
    "LOG",
    VariableKind::LogFilter,
    "What is logged: a level (error, warn, info, debug, trace or off), or levels by module.",
)
.or("warn,greenroom=info");

pub(crate) const LOG_FORMAT: Variable = Variable::new(
    "LOG_FORMAT",
    VariableKind::OneOf(&["text", "json"]),
    "How log lines are written: text for people, json for machines and where ENVIRONMENT is production.",
)
.or("text");

pub(crate) const LOG_FILES: Variable = Variable::new(
    "LOG_FILES",
    VariableKind::Whole { least: 0, most: 100, unit: "files", raised: false },
    "How many files of the log are kept in the folder logs of the data folder; 0 for none.",
)
.or("7");

pub(crate) const LOG_FILE_MIB: Variable = Variable::new(
    "LOG_FILE_MIB",
    VariableKind::Whole { least: 1, most: 1024, unit: "MiB", raised: false },
    "How long a file of the log gets before the next one begins.",
)
.or("10");

/// All variables, in the order in which they are shown.
pub(crate) const VARIABLES: &[&Variable] = &[
    &DISCORD_BOT_TOKEN,
    &DISCORD_API_URL,
    &DATA_DIR,
    &STORE_CACHE_MIB,
    &BACKUP_TARGET,
    &BACKUP_USER,
    &BACKUP_PASSWORD,
    &BACKUP_S3_ENDPOINT,
    &BACKUP_S3_REGION,
    &GUILD_ID,
    &DEBUG_CHANNEL_ID,
    &ALLOW_ANY_HANDLE_LINKING,
    &TIKTOK_TRANSPORT,
    &EULER_API_KEY,
    &TIKTOK_WEB_URL,
    &TIKTOK_WEBCAST_URL,
    &TIKTOK_SIGN_URL,
    &TIKTOK_MANAGED_URL,
    &OEMBED_URL,
    &EMBED_REFRESH_INTERVAL,
    &SELF_HEAL_INTERVAL,
    &DEBUG,
    &HEALTH_LISTEN,
    &PORT,
    &METRICS_EVERYWHERE,
    &API_BIND,
    &API_PORT,
    &API_BASE_URL,
    &API_HOSTS,
    &TRUSTED_PROXIES,
    &STREAM_LIMIT,
    &ADMIN_USERNAME,
    &ADMIN_PASSWORD,
    &LOCAL_ADMIN,
    &JWT_SECRET,
    &CSRF_SECRET,
    &DISCORD_CLIENT_ID,
    &DISCORD_CLIENT_SECRET,
    &DISCORD_REDIRECT_URI,
    &ENVIRONMENT,
    &LOG,
    &LOG_FORMAT,
    &LOG_FILES,
    &LOG_FILE_MIB,
];

/// Names that other bots of this kind read and that hosts like to set. They are accepted, so that an old `.env` works,
/// and reported as not used (`M-ENV-02`, `C-79`). A `*` at the end stands for any rest.
const NOT_USED: &[&str] = &[
    "AI_MAX_TOKENS",
    "AI_MODEL",
    "DATABASE_URL",
    "DB_*",
    "LOG_LEVEL",
    "OPENAI_API_KEY",
    "REDIS_*",
    "SENTRY_DSN",
    "STRIPE_*",
    "SUPABASE_*",
    "TWITCH_*",
    "YOUTUBE_API_KEY",
];

/// What a name that somebody set means to Greenroom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It sets one of [`VARIABLES`].
    Read,
    /// It is known from elsewhere and has no effect.
    NotUsed,
    /// Nobody knows it.
    Unknown,
}

/// What `name` means.
pub(crate) fn meaning(name: &str) -> Meaning {
    let is_not_used = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *pattern,
    };
    if VARIABLES.iter().flat_map(|variable| variable.spellings()).any(|spelling| spelling == name) {
        Meaning::Read
    } else if NOT_USED.iter().any(is_not_used) {
        Meaning::NotUsed
    } else {
        Meaning::Unknown
    }
}

impl Variable {
    /// One that nobody has to set. `help` are whole sentences, one a line.
    pub(super) const fn new(name: &'static str, kind: VariableKind, help: &'static str) -> Self {
        Self { name, aliases: &[], kind, default: None, help }
    }

    /// The same, with what holds when nobody sets it.
    pub(super) const fn or(self, default: &'static str) -> Self {
        Self { default: Some(default), ..self }
    }

    /// The same, with other names that mean it.
    pub(super) const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// The name and its aliases, in order of precedence.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// Whether it is never shown.
    pub(crate) fn is_secret(&self) -> bool {
        matches!(self.kind, VariableKind::Secret)
    }

    /// Every name that has an effect, the `_FILE` ones included.
    pub(crate) fn spellings(&self) -> Vec<String> {
        let mut spellings: Vec<String> = self.names().map(str::to_owned).collect();
        if self.is_secret() {
            spellings.extend(self.names().map(file_name));
        }
        spellings
    }
}

/// The name under which the file of a secret is given.
pub(crate) fn file_name(name: &str) -> String {
    format!("{name}_FILE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_are_told_from_unused_and_unknown_ones() {
        for name in
            ["DISCORD_BOT_TOKEN", "DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "LOG", "JWT_SECRET_KEY_FILE", "API_PORT"]
        {
            assert_eq!(meaning(name), Meaning::Read, "{name}");
        }
        for name in ["DATABASE_URL", "REDIS_URL", "DB_POOL_MAX", "SUPABASE_ANON_KEY", "LOG_LEVEL"] {
            assert_eq!(meaning(name), Meaning::NotUsed, "{name}");
        }
        for name in ["LOG_FILE", "DATABASE", "GUILD_ID_FILE", ""] {
            assert_eq!(meaning(name), Meaning::Unknown, "{name}");
        }
    }
}
