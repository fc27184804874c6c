//! A question to Discord as it is sent, without serenity: the doctor wants to see status, headers and form of the answer.

use std::fmt;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, RETRY_AFTER, USER_AGENT};
use serde_json::Value;
use tokio::time::timeout;

use super::finding::Finding;
use super::id::Id;
use crate::discord::rest::{self, Endpoint};
use crate::http::{Client, RequestError};
use crate::kernel::cause::Cause;
use crate::kernel::secret::Secret;
use crate::kernel::time::{Clock, Timestamp};

/// The longest wait for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest answer that is read.
const MOST_BYTES: u64 = 8 << 20;
/// A wait that asks for more than this is a ban, not a limit.
const LONGEST_LIMIT: u64 = 300;
/// The longest rest, in seconds, that is waited for; what wants more is told instead.
const LONGEST_REST: u64 = 2;

/// Asks Discord as the bot.
pub(in crate::app) struct Asker {
    http: Client,
    base: String,
    authorization: Secret,
}

/// What Discord answered.
pub(in crate::app) struct Answer {
    /// What it says.
    pub(in crate::app) body: Value,
    /// What Discord's clock showed, in seconds since 1970.
    pub(in crate::app) date: Option<i64>,
}

/// Why there is no answer to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum AskError {
    /// Nobody could be reached.
    Unreachable(Cause),
    /// No answer in time.
    TimedOut,
    /// The token is not accepted.
    Unauthorized,
    /// Too many requests of late; seconds to wait.
    Limited(u64),
    /// The address is banned at the network's edge (1015).
    Banned,
    /// Another status, or an answer that cannot be read.
    Status(u16),
}

impl AskError {
    /// The finding that this was not looked at, and why: it may not be well.
    pub(super) fn left_out(self, id: Id, what: &str) -> Finding {
        Finding::warning(id, format!("{what}: {self}."), "Run the doctor again in a minute.")
    }
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(cause) => write!(f, "Discord cannot be reached, {cause}"),
            Self::TimedOut => f.write_str("Discord did not answer in time"),
            Self::Unauthorized => f.write_str("Discord does not accept the bot token"),
            Self::Limited(wait) => write!(f, "Discord wants {wait} seconds of rest from this bot"),
            Self::Banned => f.write_str("Discord refuses the address of this machine"),
            Self::Status(200) => f.write_str("what Discord answers cannot be read"),
            Self::Status(status) => write!(f, "Discord answers {status}"),
        }
    }
}

impl Asker {
    /// Asks with this token. Fails only where TLS cannot be set up.
    pub(in crate::app) fn new(token: &str, endpoint: &Endpoint) -> Result<Self, RequestError> {
        let http = rest::connect(token, endpoint)?.files;
        let base = match endpoint {
            Endpoint::Discord => "https://discord.com",
            Endpoint::Simulated(url) => url,
        };
        Ok(Self { http, base: format!("{base}/api/v10"), authorization: Secret::new(format!("Bot {token}")) })
    }

    /// Gets what is at a path such as `/users/@me`. A short rest that Discord wants is kept.
    pub(in crate::app) async fn get(&self, path: &str) -> Result<Answer, AskError> {
        let mut rest = None;
        let rested = async {
            loop {
                match self.get_slowly(path).await {
                    Err(AskError::Limited(wait)) if wait <= LONGEST_REST => {
                        rest = Some(AskError::Limited(wait));
                        Clock::system().sleep(Duration::from_secs(wait.max(1))).await;
                    }
                    answered => return answered,
                }
            }
        };
        let answered = timeout(PATIENCE, rested).await;
        answered.unwrap_or_else(|_| Err(rest.unwrap_or(AskError::TimedOut)))
    }

    async fn get_slowly(&self, path: &str) -> Result<Answer, AskError> {
        let unreachable = |error: RequestError| AskError::Unreachable(error.cause());
        let request = self.http.get(format!("{}{path}", self.base)).with(|request| {
            let request = request.header(USER_AGENT, serenity::constants::USER_AGENT);
            request.header(AUTHORIZATION, self.authorization.expose())
        });
        let response = request.send().await.map_err(unreachable)?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.body(MOST_BYTES).await.map_err(unreachable)?.ok_or(AskError::Status(status))?;
        let body = serde_json::from_slice::<Value>(&bytes).ok();
        match (status, body) {
            (200, Some(body)) => Ok(Answer { body, date: date(&headers) }),
            (401, _) => Err(AskError::Unauthorized),
            (429, body) => Err(limit(&headers, body.is_some())),
            (403, None) if contains(&bytes, b"1015") => Err(AskError::Banned),
            (status, _) => Err(AskError::Status(status)),
        }
    }
}

/// What 429 means: Discord's own limits answer JSON and ask for seconds; a ban at the edge answers a page, or asks for hours.
fn limit(headers: &HeaderMap, is_json: bool) -> AskError {
    let wait = headers.get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse::<f64>().ok());
    let wait = wait.map_or(0, |wait| Duration::try_from_secs_f64(wait.ceil()).map_or(u64::MAX, |wait| wait.as_secs()));
    if !is_json || wait > LONGEST_LIMIT { AskError::Banned } else { AskError::Limited(wait) }
}

fn contains(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|window| window == word)
}

fn date(headers: &HeaderMap) -> Option<i64> {
    Timestamp::from_http_date(headers.get(DATE)?.to_str().ok()?).map(Timestamp::seconds)
}
