//! What can be chosen about a simulated Discord.

use std::time::Duration;

/// The settings of a simulated Discord. Tests may change them while it runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The bot's user name.
    pub bot_name: String,
    /// The token that is accepted, or `None` to accept any that is not empty.
    pub token: Option<String>,
    /// The secret of the bot's application, for signing in elsewhere.
    pub client_secret: String,
    /// The addresses to which people come back from signing in, as they are registered for the application.
    pub redirect_uris: Vec<String>,
    /// Whether requests are limited by bucket and by the second.
    pub rate_limits: bool,
    /// The largest file that the bot may upload, in bytes.
    pub bot_upload_bytes: u64,
    /// The largest file that a person may upload, in bytes.
    pub user_upload_bytes: u64,
    /// The privileged intents that are switched on in the developer portal.
    pub privileged: Privileged,
    /// How many shards `GET /gateway/bot` recommends.
    pub recommended_shards: u64,
    /// What HELLO asks for as the time between two heartbeats, in milliseconds.
    pub heartbeat_ms: u64,
    /// Requests answered 401, 403 or 429 within ten minutes before the address is banned.
    pub invalid_requests_before_ban: usize,
    /// Whether the servers opened every command to everyone: what a command asks for by default then hides it from nobody.
    pub commands_opened: bool,
    /// How long a bot may take for its first answer to an interaction. Discord gives three seconds.
    pub answer_within: Duration,
}

/// What Discord gives for a first answer.
const ANSWER_TIME: Duration = Duration::from_secs(3);

/// The privileged intents, as switched in the developer portal.
#[derive(Clone, Copy, Debug)]
pub struct Privileged {
    /// The list of members and their comings and goings.
    pub members: bool,
    /// Who is online.
    pub presences: bool,
    /// What people write.
    pub message_content: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bot_name: "greenroom".to_owned(),
            token: Some(super::BOT_TOKEN.to_owned()),
            client_secret: super::CLIENT_SECRET.to_owned(),
            redirect_uris: Vec::new(),
            rate_limits: false,
            bot_upload_bytes: 10 << 20,
            user_upload_bytes: 25 << 20,
            privileged: Privileged::default(),
            recommended_shards: 1,
            heartbeat_ms: 41_250,
            invalid_requests_before_ban: 10_000,
            commands_opened: false,
            answer_within: ANSWER_TIME,
        }
    }
}

impl Default for Privileged {
    fn default() -> Self {
        Self { members: true, presences: true, message_content: true }
    }
}

impl Settings {
    /// Whether `token` is the bot's. On the gateway some libraries write `Bot ` before it, which Discord takes.
    pub(crate) fn accepts_token(&self, token: &str) -> bool {
        let token = token.strip_prefix("Bot ").unwrap_or(token);
        match &self.token {
            Some(only) => only == token,
            None => !token.is_empty(),
        }
    }
}
