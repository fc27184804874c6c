//! Why a request came to nothing.

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::http::RequestError;
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;

/// The longest explanation of Discord's that is kept, in characters.
const LONGEST: usize = 500;

/// A request that came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// Discord answered, and not with what was asked.
    #[error("{message} ({status}, code {code})")]
    Refused {
        /// The status.
        status: StatusCode,
        /// Discord's number of the error; 0 where it gave none.
        code: u64,
        /// Discord's words, and which fields are wrong.
        message: String,
    },
    /// Discord takes no such request before this, which is longer than one waits.
    #[error("Discord takes no such request before {}", until.rfc3339())]
    Limited {
        /// When it takes one again.
        until: Timestamp,
    },
    /// The request or its answer was lost on the way.
    #[error("Discord was not reached: {0}")]
    Unreachable(RequestError),
    /// The request could not be put together, or its answer was none that we know.
    #[error("a request or its answer makes no sense: {0}")]
    Senseless(String),
}

impl RestError {
    /// What Discord said, from an answer that is no good one.
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        /// The body of an error, as far as it concerns us.
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct ErrorBody {
            code: u64,
            message: String,
            errors: Value,
        }
        let told: ErrorBody = serde_json::from_slice(body).unwrap_or_default();
        let message = match (told.message.as_str(), &told.errors) {
            ("", _) => status.canonical_reason().unwrap_or("no words").to_owned(),
            (message, Value::Null) => message.to_owned(),
            (message, errors) => format!("{message} {errors}"),
        };
        Self::Refused { status, code: told.code, message: one_line(&message, LONGEST) }
    }

    /// The status of Discord's answer.
    pub const fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Discord's number of the error, where it gave one.
    pub const fn code(&self) -> Option<u64> {
        match self {
            Self::Refused { code: 0, .. } => None,
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the request may not have come to Discord, or broke there, so that the same may work at once. One that came
    /// too early is not lost, and one that took a minute is not for now.
    pub fn is_lost(&self) -> bool {
        match self {
            Self::Refused { status, .. } => status.is_server_error() || *status == StatusCode::REQUEST_TIMEOUT,
            Self::Unreachable(error) => !error.is_timeout(),
            Self::Limited { .. } | Self::Senseless(_) => false,
        }
    }
}
