//! What goes wrong, as an answer over HTTP: always the same shape (`C-77`, `S-ERR-02`), with a stable code, a sentence, and
//! for what broke the number under which it is logged.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::Revision;
use crate::discord::pace;
use crate::discord::problem::{is_discord_away, stopped_store};
use crate::kernel::error::{Error, ReportId};
use crate::kernel::refusal::Class;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::signin::scope::Scope;
use crate::web::access::Who;

/// Why a request was not done, before it is an answer.
#[derive(Debug)]
pub enum Problem {
    /// What an operation said: a refusal, or something that broke.
    Operation(Error),
    /// Fields that cannot be read or lie outside of what is allowed, each with a sentence (`T-ERR-05`).
    Fields(BTreeMap<String, Sentence>),
    /// A field names a member, and several are called so.
    Ambiguous(Ambiguous),
    /// The request itself cannot be read.
    Unreadable(Sentence),
    /// Nobody knows who asks.
    Unauthenticated,
    /// A token was shown that opens nothing.
    InvalidToken,
    /// The request does not come from a page of ours, or its token is an old one.
    Csrf,
    /// They have to prove first, once more, that it is them.
    ProofNeeded,
    /// The right is missing.
    Forbidden(Who),
    /// The token was not made for that.
    OutOfScope(Scope),
    /// There is nothing there, for whoever asks.
    NotFound,
    /// The method is none of these.
    Method(String),
    /// Somebody else changed it meanwhile; with the present revision.
    Stale(Revision),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// Asked too often; once more makes sense after so long.
    RateLimited(Duration),
    /// Changed as many balances as anybody may within a minute (`T-ERR-02`); the next one is taken after so long.
    BalancesLimited(Duration),
    /// Discord does not answer, so nobody knows whether they may.
    DiscordUnavailable,
    /// Discord did not answer when something was changed already.
    DiscordWentAway,
    /// Nothing can be stored any more, for the reason that the sentence tells.
    StoreStopped(Sentence),
    /// Too many at once.
    Busy,
    /// The request is for a name that is none of ours.
    WrongHost,
}

/// A field that names one of several members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    /// The field.
    pub field: &'static str,
    /// Who could be meant; not always all of them.
    pub candidates: Vec<Candidate>,
}

/// A member who could be meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Candidate {
    /// Their id.
    pub id: String,
    /// The name by which they are known here best.
    pub name: String,
    /// Their first TikTok handle, without `@`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handle: Option<String>,
}

impl Ambiguous {
    /// What is wrong with the field.
    pub fn sentence(&self) -> Sentence {
        match self.candidates.len() {
            1 => Sentence::words("Nobody here is called exactly so. Please choose whom you mean."),
            _ => Sentence::words("Several members could be meant. Please choose one of them."),
        }
    }
}

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        match error.into() {
            // It is no failure of ours, and whoever asks again later is helped.
            Error::Failed(failure) if is_discord_away(&failure) => {
                tracing::warn!(error = %failure, "Discord did not answer");
                Self::DiscordUnavailable
            }
            Error::Failed(failure) => match stopped_store(&failure) {
                Some(sentence) => {
                    // The store has said so in the log, once.
                    tracing::debug!(error = %failure, "not stored");
                    Self::StoreStopped(Sentence::words(sentence))
                }
                None => Self::Operation(Error::Failed(failure)),
            },
            refused @ Error::Refused(_) => Self::Operation(refused),
        }
    }
}

/// The error of an answer, as programs read it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ErrorBody {
    /// A stable code.
    pub code: &'static str,
    /// A sentence for people.
    pub message: String,
    /// What it is about, such as the fields that are wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Details>,
    /// When.
    pub timestamp: String,
    /// The number under which it is logged, for what broke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// What an error is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Details {
    /// What is wrong with each field.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
    /// The present revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The members who could be meant by a field, where that is not clear.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
}

impl Problem {
    /// A single field that is wrong.
    pub fn field(name: &str, sentence: Sentence) -> Self {
        Self::Fields(BTreeMap::from([(name.to_owned(), sentence)]))
    }

    /// What is wrong with which field.
    pub fn fields(&self) -> BTreeMap<String, Sentence> {
        match self {
            Self::Fields(fields) => fields.clone(),
            Self::Ambiguous(ambiguous) => BTreeMap::from([(ambiguous.field.to_owned(), ambiguous.sentence())]),
            // Where a list goes on is always said by this field.
            Self::Operation(Error::Refused(refusal)) if refusal.code.starts_with("cursor.") => {
                BTreeMap::from([("after".to_owned(), refusal.sentence.clone())])
            }
            _ => BTreeMap::new(),
        }
    }

    /// Whether what was asked for has no meaning, and another question could be answered.
    pub fn is_of_what_was_asked(&self) -> bool {
        match self {
            Self::Fields(_) | Self::Ambiguous(_) | Self::Unreadable(_) => true,
            Self::Operation(Error::Refused(refusal)) => refusal.class == Class::NotValid,
            _ => false,
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Operation(Error::Refused(refusal)) => status_of(refusal.class),
            Self::Operation(Error::Failed(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Fields(_) | Self::Ambiguous(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::Csrf | Self::ProofNeeded | Self::Forbidden(_) | Self::OutOfScope(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale(_) => StatusCode::PRECONDITION_FAILED,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::RateLimited(_) | Self::BalancesLimited(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::DiscordUnavailable | Self::DiscordWentAway | Self::StoreStopped(_) | Self::Busy => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::WrongHost => StatusCode::MISDIRECTED_REQUEST,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Operation(Error::Refused(refusal)) => refusal.code,
            Self::Operation(Error::Failed(_)) => "internal",
            Self::Fields(_) | Self::Ambiguous(_) => "validation_failed",
            Self::Unreadable(_) => "unreadable",
            Self::Unauthenticated => "unauthenticated",
            Self::InvalidToken => "invalid_token",
            Self::Csrf => "csrf_failed",
            Self::ProofNeeded => "proof_needed",
            Self::Forbidden(_) => "forbidden",
            Self::OutOfScope(_) => "out_of_scope",
            Self::NotFound => "not_found",
            Self::Method(_) => "method_not_allowed",
            Self::Stale(_) => "stale",
            Self::TooLarge(_) => "too_large",
            Self::RateLimited(_) | Self::BalancesLimited(_) => "rate_limited",
            Self::DiscordUnavailable => "discord_unavailable",
            Self::DiscordWentAway => "discord_went_away",
            Self::StoreStopped(_) => "store_stopped",
            Self::Busy => "busy",
            Self::WrongHost => "wrong_host",
        }
    }

    /// The same where something was changed before it came to that.
    #[must_use]
    pub(super) fn after_a_change(self) -> Self {
        match self {
            Self::DiscordUnavailable => Self::DiscordWentAway,
            other => other,
        }
    }

    /// After how long it makes sense to ask once more.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited(wait) | Self::BalancesLimited(wait) => Some(*wait),
            Self::DiscordUnavailable => Some(Duration::from_secs(5)),
            Self::Busy | Self::StoreStopped(_) => Some(Duration::from_secs(30)),
            Self::Operation(Error::Refused(refusal)) if refusal.class == Class::TooOften => {
                Some(Duration::from_mins(1))
            }
            _ => None,
        }
    }

    /// How whoever asks can say who they are, as the header `WWW-Authenticate` tells programs.
    pub const fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::Unauthenticated => Some("Bearer"),
            Self::InvalidToken => Some("Bearer error=\"invalid_token\""),
            _ => None,
        }
    }

    /// What a person reads. `report` is the number of what broke.
    pub fn sentence(&self, report: Option<ReportId>) -> Sentence {
        let words = |words: &'static str| Sentence::words(words);
        match self {
            Self::Operation(Error::Refused(refusal)) => refusal.sentence.clone(),
            Self::Operation(Error::Failed(_)) => match report {
                Some(report) => crate::sentence!(
                    "Something broke here. It is in the log as **{report}**; whoever runs this Greenroom can look there.",
                    report = Sentence::words(report.to_string())
                ),
                None => words("Something broke here; the log says what."),
            },
            Self::Fields(fields) => match fields.len() {
                1 => fields.values().next().cloned().unwrap_or_default(),
                _ => words("Some fields need another look."),
            },
            Self::Ambiguous(ambiguous) => ambiguous.sentence(),
            Self::Unreadable(sentence) | Self::StoreStopped(sentence) => sentence.clone(),
            Self::Unauthenticated => words("Please sign in first."),
            Self::InvalidToken => words(
                "The token that was shown opens nothing: it is no token of ours, it has expired, or it was taken away.",
            ),
            Self::Csrf => words(
                "This page was open for a while, so I do not know whether you meant that. Please send it once more.",
            ),
            Self::ProofNeeded => words("Please prove first that it is you. That counts for ten minutes."),
            Self::Forbidden(who) => {
                crate::sentence!("That is for {who}.", who = Sentence::words(who.in_words()))
            }
            Self::OutOfScope(scope) => crate::sentence!(
                "This token was not made for that: it lacks the scope **{scope}**.",
                scope = Sentence::words(scope.to_string())
            ),
            Self::NotFound => words("There is nothing here, or not for you."),
            Self::Method(allowed) => {
                crate::sentence!("This address takes {allowed}.", allowed = Sentence::words(allowed.clone()))
            }
            Self::Stale(_) => {
                words("Somebody changed this meanwhile. Please look at it as it is now, and decide again.")
            }
            Self::TooLarge(most) => crate::sentence!(
                "That is too large: {most} KiB are taken here at most.",
                most = Sentence::words((most / 1024).to_string())
            ),
            Self::RateLimited(wait) => {
                crate::sentence!("That is too often. Please wait {wait}.", wait = Sentence::words(in_words(*wait)))
            }
            Self::BalancesLimited(wait) => crate::sentence!(
                "You changed {most} balances within a minute, and nobody may change more, by whichever page or program. Nothing \
                 of this was done; it can be sent again in {wait}.",
                most = pace::TURNS,
                wait = Sentence::words(in_words(*wait))
            ),
            Self::DiscordUnavailable => words(
                "Discord does not answer at the moment, so I cannot look up what you may do. Please try again soon.",
            ),
            Self::DiscordWentAway => {
                words("What you sent is stored. Discord did not answer after that, so it may not show there yet.")
            }
            Self::Busy => words("Too many are here at once. Please try again in half a minute."),
            Self::WrongHost => {
                words("I do not answer under that name. Whoever runs this Greenroom can allow it with API_HOSTS.")
            }
        }
    }

    /// The error, as programs read it.
    pub fn told(&self, now: Timestamp, report: Option<ReportId>) -> ErrorBody {
        let told = |fields: BTreeMap<String, Sentence>| {
            fields.into_iter().map(|(name, sentence)| (name, sentence.plain())).collect()
        };
        let details = match self {
            Self::Fields(_) => Some(Details { fields: told(self.fields()), ..Details::default() }),
            Self::Ambiguous(Ambiguous { candidates, .. }) => {
                let (fields, candidates) = (told(self.fields()), candidates.clone());
                Some(Details { fields, candidates, ..Details::default() })
            }
            Self::Stale(revision) => {
                Some(Details { revision: Some(revision.as_str().to_owned()), ..Details::default() })
            }
            Self::Operation(_) => Some(Details { fields: told(self.fields()), ..Details::default() })
                .filter(|told| !told.fields.is_empty()),
            _ => None,
        };
        ErrorBody {
            code: self.code(),
            message: self.sentence(report).plain(),
            details,
            timestamp: now.rfc3339(),
            id: report.map(|report| report.to_string()),
        }
    }
}

/// The status of a refusal.
pub const fn status_of(class: Class) -> StatusCode {
    match class {
        Class::NotNow => StatusCode::CONFLICT,
        Class::NotThere => StatusCode::NOT_FOUND,
        Class::NotAllowed => StatusCode::FORBIDDEN,
        Class::NotValid => StatusCode::UNPROCESSABLE_ENTITY,
        Class::TooOften => StatusCode::TOO_MANY_REQUESTS,
    }
}

/// A wait, rounded up: "5 seconds", "15 minutes".
fn in_words(wait: Duration) -> String {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let (number, unit) = if seconds < 90 { (seconds.max(1), "second") } else { (seconds.div_ceil(60), "minute") };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discord::delivery::Undelivered;
    use crate::discord::rest::RestError;

    crate::refusals! {
        /// Of each class one.
        enum Refused {
            /// Not now.
            Empty => "a.empty", "Nothing is here.";
            /// Not there.
            Gone => "a.gone" as NotThere, "It is gone.";
            /// Not allowed.
            Closed => "a.closed" as NotAllowed, "It is closed.";
            /// Not valid.
            Wrong => "a.wrong" as NotValid, "It is wrong.";
            /// Too often.
            Often => "a.often" as TooOften, "It is too often.";
        }
    }

    #[test]
    fn what_kind_of_no_a_refusal_is_decides_the_status() {
        let status = |refusal: Refused| Problem::from(refusal).status().as_u16();
        let all = [Refused::Empty, Refused::Gone, Refused::Closed, Refused::Wrong, Refused::Often];
        assert_eq!(all.map(status), [409, 404, 403, 422, 429]);
        assert_eq!(Problem::from(Error::failed("disk")).status().as_u16(), 500);
    }

    /// What another service than Discord does not answer fails the job that asks it, and no request of somebody.
    #[test]
    fn what_whoever_asks_can_mend_is_told_from_what_broke_here_and_from_what_discord_did_not_answer() {
        crate::covers!("S-ERR-01");
        let kind = |problem: &Problem| (problem.status().as_u16(), problem.code(), problem.retry_after().is_some());
        let of = |status| RestError::Refused { status, code: 0, message: String::new() };
        let client = Problem::from(Refused::Wrong);
        let server = Problem::from(Error::failed("disk"));
        let discord = Problem::from(Error::failed(of(StatusCode::SERVICE_UNAVAILABLE)));
        let discord_said_no = Problem::from(Error::failed(of(StatusCode::FORBIDDEN)));
        assert_eq!(kind(&client), (422, "a.wrong", false));
        assert_eq!(kind(&server), (500, "internal", false));
        assert_eq!(kind(&discord), (503, "discord_unavailable", true));
        assert_eq!(kind(&discord_said_no), (500, "internal", false), "asking again would be the same");
        assert!(is_discord_away(&Undelivered::from(of(StatusCode::BAD_GATEWAY)).into()));
        // Whoever asks once more would change it twice.
        assert_eq!(kind(&discord.after_a_change()), (503, "discord_went_away", false));
        assert_eq!(kind(&client.after_a_change()), (422, "a.wrong", false));
    }

    #[test]
    fn a_problem_is_told_with_code_sentence_and_fields_and_what_broke_with_its_number_alone() {
        let told = |problem: Problem, report| {
            serde_json::to_string_pretty(&problem.told(Timestamp::from_micros(0), report)).unwrap()
        };
        insta::assert_snapshot!(told(Problem::field("stock", Sentence::words("A number from 1 to 5.")), None), @r#"
        {
          "code": "validation_failed",
          "message": "A number from 1 to 5.",
          "details": {
            "fields": {
              "stock": "A number from 1 to 5."
            }
          },
          "timestamp": "1970-01-01T00:00:00Z"
        }
        "#);
        insta::assert_snapshot!(told(Error::failed("password=hunter2").into(), Some(ReportId::new(60_000_000, 3))), @r#"
        {
          "code": "internal",
          "message": "Something broke here. It is in the log as 1S71R0-3; whoever runs this Greenroom can look there.",
          "timestamp": "1970-01-01T00:00:00Z",
          "id": "1S71R0-3"
        }
        "#);
    }

    #[test]
    fn whoever_could_be_meant_is_told_beside_the_field() {
        let candidates = vec![Candidate { id: "7".to_owned(), name: "ann".to_owned(), handle: None }];
        let problem = Problem::Ambiguous(Ambiguous { field: "member", candidates });
        assert_eq!((problem.status().as_u16(), problem.code()), (422, "validation_failed"));
        let details = problem.told(Timestamp::from_micros(0), None).details;
        insta::assert_snapshot!(serde_json::to_string(&details).unwrap(), @r#"{"fields":{"member":"Nobody here is called exactly so. Please choose whom you mean."},"candidates":[{"id":"7","name":"ann"}]}"#);
    }

    #[test]
    fn waits_are_rounded_up() {
        let waits = [1, 1_001, 89_000, 90_000, 900_000].map(|millis| in_words(Duration::from_millis(millis)));
        assert_eq!(waits, ["1 second", "2 seconds", "89 seconds", "2 minutes", "15 minutes"]);
    }
}
