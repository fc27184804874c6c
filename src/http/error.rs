//! Why a request came to nothing, as plain words: what the HTTP client says below "error sending request", and the cause
//! at its bottom in words that say where to look.

use std::error::Error;

use reqwest::StatusCode;

use super::reach::OutOfReach;
use crate::kernel::cause::Cause;

/// A request that came to nothing. Nothing of its address is in it.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct RequestError {
    what: String,
    #[source]
    why: Option<Why>,
    /// What the error at the bottom says.
    bottom: String,
    cause: Cause,
    kind: Kind,
}

/// The errors below the first, and the name of their cause, which they tell for people who write such clients.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Why(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    TimedOut,
    NoConnection,
    Status(StatusCode),
    /// It broke after the connection was there, or could not be put together.
    Broken,
}

impl RequestError {
    /// An answer with a status that is of no use.
    pub(super) fn of_status(status: StatusCode) -> Self {
        let what = format!("HTTP status {status}");
        Self { bottom: what.clone(), what, why: None, cause: Cause::Unknown, kind: Kind::Status(status) }
    }

    fn read(error: &(dyn Error + 'static), kind: Kind) -> Self {
        let (what, cause) = (error.to_string(), Cause::of(error));
        let mut below = Vec::new();
        let mut source = error.source();
        while let Some(next) = source {
            below.push(next.to_string());
            source = next.source();
        }
        let bottom = below.last().unwrap_or(&what).clone();
        let why = (!below.is_empty()).then(|| match cause {
            Cause::Unknown => Why(below.join(": ")),
            cause => Why(format!("{} ({cause})", below.join(": "))),
        });
        Self { what, why, bottom, cause, kind }
    }

    /// What is at the bottom of it.
    pub const fn cause(&self) -> Cause {
        self.cause
    }

    /// Whether it took too long, be it to connect.
    pub const fn is_timeout(&self) -> bool {
        matches!(self.kind, Kind::TimedOut)
    }

    /// Whether no connection came about.
    pub const fn is_connect(&self) -> bool {
        matches!(self.kind, Kind::NoConnection)
    }

    /// Whether the same may work later: nobody answered, or the server is busy or broken.
    pub fn may_pass(&self) -> bool {
        match self.kind {
            Kind::Status(status) => status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS,
            _ => self.cause != Cause::OutOfReach,
        }
    }

    /// The cause in one clause, or what the error at the bottom says where it has no name.
    pub fn in_short(self) -> String {
        match self.cause {
            Cause::Unknown => self.bottom,
            cause => cause.to_string(),
        }
    }
}

impl From<reqwest::Error> for RequestError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let kind = match error.status() {
            Some(status) => Kind::Status(status),
            None if error.is_timeout() => Kind::TimedOut,
            None if error.is_connect() => Kind::NoConnection,
            None => Kind::Broken,
        };
        Self::read(&error, kind)
    }
}

impl From<OutOfReach> for RequestError {
    fn from(error: OutOfReach) -> Self {
        Self::read(&error, Kind::NoConnection)
    }
}
