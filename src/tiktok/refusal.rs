//! Why there is no connection to a live, or none any more: each reason by its name, with what it means for the next try
//! and one sentence for the host.
//!
//! Invariant: a reason holds only our own words and numbers. What a server wrote never gets in, because a server can
//! repeat the key that it was given. The one exception is the name of a limit, which is cut to harmless characters.

use std::fmt;
use std::time::Duration;

use crate::kernel::cause::Cause;
use crate::kernel::refusal::Refuse;
use crate::live::following::Class;
use crate::{refusals, sentence, slots_by_display};

refusals! {
    /// Why a live could not be looked up or connected to.
    pub enum Refusal {
        /// The sign service has had enough requests of ours.
        RateLimited(limit: Limit) => "live.rate_limited" as TooOften,
            "Euler Stream, which signs connections to TikTok, takes no more \
            requests for now{name}. Greenroom tries again when the limit ends. An API key of your own in \
            `EULER_API_KEY` raises it.",
            name = limit.label.as_ref().map(|label| sentence!(" (limit `{label}`)", label));
        /// The API key is wrong.
        BadKey => "live.bad_key", "Euler Stream does not know the API key. Copy it again from \
            <https://www.eulerstream.com> into `EULER_API_KEY`, or leave that empty, and restart Greenroom.";
        /// The service wants a larger plan.
        PlanTooSmall => "live.plan_too_small", "Euler Stream's plan does not include this connection. Check the plan of \
            the key in `EULER_API_KEY`, or choose another way with `TIKTOK_TRANSPORT`.";
        /// The service does not answer to the network that we are in.
        IspBlocked => "live.isp_blocked", "Euler Stream refuses the network that Greenroom runs in, as it does with some \
            data centres. Run Greenroom elsewhere, or set `TIKTOK_TRANSPORT` to `direct`.";
        /// The account holds too many connections at once.
        TooManyConnections => "live.too_many_connections", "The Euler Stream account has too many connections open. \
            Disconnect a live, or stop another program that uses the same key; Greenroom tries again in a while.";
        /// The service did not take what we asked for.
        OptionsRefused => "live.options_refused",
            "Euler Stream no longer understands what this version of Greenroom asks for. Update Greenroom.";
        /// The service is in trouble.
        ServiceDegraded(state: Degradation) => "live.service_degraded", "Euler Stream, which signs connections to TikTok, \
            is in trouble ({state}). This is not about the host or the live; Greenroom tries again in some minutes.";
        /// TikTok does not serve us.
        Blocked => "live.blocked", "TikTok blocks the network that Greenroom runs in. That often passes by itself, and \
            Greenroom tries again in some minutes. If it stays, run Greenroom in a home network, or set an \
            `EULER_API_KEY`.";
        /// TikTok wants to see a person.
        Captcha => "live.captcha", "TikTok asks for a captcha, which Greenroom cannot solve. That often passes by itself, \
            and Greenroom tries again in some minutes. If it stays, run Greenroom in a home network, or set an \
            `EULER_API_KEY`.";
        /// The live is for adults only.
        AgeRestricted => "live.age_restricted", "TikTok shows this live to adults who are logged in only. Turn the age \
            restriction of the live off, then connect again.";
        /// The live is not public.
        LoginNeeded => "live.login_needed", "TikTok shows this live to people who are logged in only. Make the live \
            public, for everyone, then connect again.";
        /// The account is not live.
        Offline => "live.offline", "The account is not live on TikTok.";
        /// There is no such account, or it never was live.
        NotFound => "live.not_found" as NotThere,
            "TikTok knows no live of this account. Check the spelling of the name. TikTok \
            sometimes says so by mistake, so Greenroom asks again in some minutes.";
        /// What TikTok says of the account contradicts itself, wherever it is asked.
        Contradiction => "live.contradiction", "TikTok says that the account is live and does not say where. That often \
            passes by itself, and Greenroom asks again soon.";
        /// We were told to connect to a place that is not TikTok's.
        HostNotAllowed => "live.host_not_allowed", "Greenroom was sent to a server that is not TikTok's, and did not go \
            there. Check the `TIKTOK_…_URL` variables; if none is set, Euler Stream made a mistake, and Greenroom tries \
            again in some minutes.";
        /// An answer that we do not understand.
        Unexpected(code: i64) => "live.unexpected", "TikTok or Euler Stream gave an answer that Greenroom does not \
            understand (code {code}). Greenroom tries again in some minutes; if it stays, update Greenroom.";
        /// The network.
        Network(trouble: TransportError) => "live.network", "The connection failed: {trouble}. Greenroom tries again by itself.";
    }
}

/// Plain text, for the log and the command line.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

/// A limit of the sign service, as it named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How long to wait: 1 second to 24 hours.
    pub wait: Duration,
    /// Which limit it is, in the service's own word: `rate_limit_account_day`.
    pub label: Option<String>,
}

slots_by_display!(Degradation, TransportError);

/// What is wrong with the sign service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Degradation {
    /// It answered with its stand-in, which connects to nothing.
    #[error("it answers with a stand-in")]
    Stub,
    /// It failed with this HTTP status.
    #[error("error {0}")]
    Failed(u16),
    /// It answered with nothing.
    #[error("its answer is empty")]
    Empty,
    /// Its answer lacks this part.
    #[error("its answer has no {0}")]
    Incomplete(&'static str),
    /// Its answer cannot be read.
    #[error("its answer cannot be read")]
    Unreadable,
    /// Its answer is far too large.
    #[error("its answer is too large")]
    TooLarge,
    /// It could not reach TikTok.
    #[error("it cannot reach TikTok")]
    Upstream,
    /// It took the connection and said nothing.
    #[error("it stays silent")]
    Silent,
}

/// What went wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The name could not be resolved, or nobody answers there.
    #[error("the server cannot be reached: {0}")]
    Unreachable(Cause),
    /// No encrypted connection came about.
    #[error("no secure connection to the server is possible: {0}")]
    Tls(Cause),
    /// It took too long.
    #[error("the server did not answer in time")]
    TimedOut,
    /// The answer is larger than any true one.
    #[error("the answer is too large")]
    TooLarge,
    /// The connection broke in the middle, or what came is no HTTP or WebSocket.
    #[error("the connection broke")]
    Broken,
    /// The server failed with this HTTP status.
    #[error("the server failed with error {0}")]
    Failed(u16),
}

/// Why a connection ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Nothing came for a minute, so the connection is dead whatever it looks like.
    #[error("Nothing came from TikTok for a minute.")]
    Silence,
    /// The connection broke without a word.
    #[error("The connection to TikTok broke.")]
    Dropped,
    /// The server closed it; no codes of TikTok's are known to mean anything.
    #[error("TikTok closed the connection (code {code}).")]
    ByServer {
        /// The code of the close frame.
        code: u16,
    },
    /// The managed connection reached its longest life; the live goes on.
    #[error("Euler Stream ended the connection, as it does every 8 hours.")]
    LifetimeReached,
    /// The host ended the live.
    #[error("The live has ended.")]
    Ended,
    /// TikTok's moderation ended the live.
    #[error("TikTok's moderation ended the live.")]
    Suspended,
    /// The server closed it with a reason for which it could have refused it in the first place.
    #[error("{0}")]
    Refused(Refusal),
}

impl Refusal {
    /// What this means for the next try.
    pub const fn class(&self) -> Class {
        match self {
            Self::RateLimited(limit) => Class::RateLimit(limit.wait),
            Self::Network(_) | Self::Contradiction => Class::Transient,
            Self::ServiceDegraded(_)
            | Self::TooManyConnections
            | Self::Blocked
            | Self::Captcha
            | Self::Offline
            | Self::NotFound
            | Self::HostNotAllowed
            | Self::Unexpected(_) => Class::Slow,
            Self::BadKey
            | Self::PlanTooSmall
            | Self::IspBlocked
            | Self::OptionsRefused
            | Self::AgeRestricted
            | Self::LoginNeeded => Class::Final,
        }
    }
}

impl Closed {
    /// Whether the live itself is over, so that there is nothing to connect to again.
    pub const fn is_end_of_live(&self) -> bool {
        matches!(self, Self::Ended | Self::Suspended)
    }
}

/// A connection that ended before it told anything was never there.
impl From<Closed> for Refusal {
    fn from(closed: Closed) -> Self {
        match closed {
            Closed::Refused(refusal) => refusal,
            Closed::Ended | Closed::Suspended => Self::Offline,
            Closed::Silence => Self::Network(TransportError::TimedOut),
            Closed::Dropped | Closed::ByServer { .. } | Closed::LifetimeReached => {
                Self::Network(TransportError::Broken)
            }
        }
    }
}

impl From<TransportError> for Refusal {
    fn from(trouble: TransportError) -> Self {
        Self::Network(trouble)
    }
}

/// The name of a limit as a server wrote it, if it looks like one: `rate_limit_` and small letters.
pub(super) fn limit_label(text: &str) -> Option<String> {
    let is_name = text.starts_with("rate_limit_") && text.len() <= 64;
    (is_name && text.bytes().all(|byte| byte == b'_' || byte.is_ascii_lowercase())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn all() -> Vec<Refusal> {
        use Degradation::{Empty, Failed, Incomplete, Silent, Stub, TooLarge, Unreadable, Upstream};
        use Refusal::{
            AgeRestricted, BadKey, Blocked, Captcha, Contradiction, HostNotAllowed, IspBlocked, LoginNeeded, Network,
            NotFound, Offline, OptionsRefused, PlanTooSmall, RateLimited, ServiceDegraded, TooManyConnections,
            Unexpected,
        };
        let mut all = vec![
            RateLimited(Limit { wait: Duration::from_mins(1), label: limit_label("rate_limit_account_day") }),
            RateLimited(Limit { wait: Duration::from_mins(1), label: None }),
            BadKey,
            PlanTooSmall,
            IspBlocked,
            TooManyConnections,
            OptionsRefused,
            Blocked,
            Captcha,
            AgeRestricted,
            LoginNeeded,
            Offline,
            NotFound,
            Contradiction,
            HostNotAllowed,
            Unexpected(10_011),
        ];
        let states = [Stub, Failed(503), Empty, Incomplete("cookie"), Unreadable, TooLarge, Upstream, Silent];
        all.extend(states.map(ServiceDegraded));
        let troubles = [
            TransportError::Unreachable(Cause::Name),
            TransportError::Tls(Cause::NotValidYet),
            TransportError::TimedOut,
            TransportError::TooLarge,
            TransportError::Broken,
        ];
        all.extend(troubles.map(Network));
        all.push(Network(TransportError::Failed(502)));
        all
    }

    #[test]
    fn every_refusal_is_told_apart_in_a_sentence_that_fits_a_status_line() {
        let sentences: BTreeSet<_> = all().iter().map(ToString::to_string).collect();
        assert_eq!(sentences.len(), all().len());
        for sentence in sentences {
            assert!(sentence.ends_with('.') && sentence.len() < 300, "{sentence}");
            assert!(!sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn only_what_a_person_must_mend_stops_the_retries() {
        use Refusal::{AgeRestricted, BadKey, IspBlocked, LoginNeeded, OptionsRefused, PlanTooSmall};
        let last: Vec<_> = all().into_iter().filter(|refusal| refusal.class() == Class::Final).collect();
        assert_eq!(last, [BadKey, PlanTooSmall, IspBlocked, OptionsRefused, AgeRestricted, LoginNeeded]);
    }

    #[test]
    fn a_limit_is_named_only_when_its_name_is_harmless() {
        assert_eq!(limit_label("rate_limit_account_day").as_deref(), Some("rate_limit_account_day"));
        for text in
            ["", "`@everyone`", "rate_limit_1", "rate_limit_`x`", "secret", &format!("rate_limit_{}", "a".repeat(64))]
        {
            assert_eq!(limit_label(text), None, "{text:?}");
        }
    }
}
