//! Faults of a live on order: what breaks on the socket, at the handshake, at the sign step or at a look-up, and how
//! often.
//!
//! # Rules
//! - A fault of the socket strikes the connections that stand at once, which is one time; what is left of it (or all of
//!   it, where nothing is connected) strikes each next connection when it has entered the room.
//! - A fault of the handshake or of the sign step strikes the next requests, in the order in which faults were ordered.
//! - A fault of the look-ups strikes each of its routes `times` times, so a client that falls back from one route to
//!   the other meets it on both. It is over when one of them is asked once more.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::strictly;
use crate::Refused;

/// How many faults may wait for one live.
const KEPT: usize = 100;

/// What goes wrong with a live. In JSON the name is in snake case, in the field `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveFaultKind {
    /// Socket: it is cut without a close frame.
    Drop,
    /// Socket: it is closed with a code.
    Close {
        /// The code.
        #[serde(default = "going_away")]
        code: u16,
    },
    /// Socket: it stays open and nothing more comes, no answer to a heartbeat either.
    Silence,
    /// Socket: one frame comes that cannot be read.
    Corrupt {
        /// What of it is broken.
        #[serde(default)]
        form: LiveCorruption,
    },
    /// Socket: one frame comes that unpacks to a gibibyte.
    GzipBomb,
    /// Socket: all connections are cut, and the host goes on in a new room.
    NewRoom,
    /// Look-up: every route says that the live is over.
    Offline,
    /// Look-up: page and api-live know no such user (`user_not_found`), also while they are live.
    #[serde(alias = "user_not_found")]
    NotFound,
    /// Look-up: the page is the empty shell against robots.
    HtmlBlocked,
    /// Look-up: page and api-live answer with a riddle, not with JSON.
    Captcha,
    /// Look-up: an answer contradicts itself, or is not about this live.
    Odd {
        /// What is odd about it.
        #[serde(default)]
        form: LiveOddity,
        /// Whether api-live is as odd as the page.
        #[serde(default)]
        everywhere: bool,
    },
    /// Look-up: the room's details are for adults (4003110).
    AgeRestricted,
    /// Look-up: the room's details need a login (20003).
    LoginNeeded,
    /// Look-up: every route answers with this status and no body.
    LookUpRefused {
        /// The status; 200 is an empty success.
        #[serde(default = "forbidden")]
        status: u16,
    },
    /// Handshake: answered HTTP 200 with `DEVICE_BLOCKED`.
    Blocked,
    /// Handshake: answered HTTP 200 with 417 `illegal app_id`.
    IllegalAppId,
    /// Handshake: answered with another status; 3xx points to another host.
    HandshakeRefused {
        /// The status.
        #[serde(default = "forbidden")]
        status: u16,
    },
    /// Managed socket: it is closed with a code at once.
    ManagedClose {
        /// The code.
        #[serde(default = "upstream_error")]
        code: u16,
    },
    /// Sign step: 429.
    RateLimit {
        /// How the wait is told.
        #[serde(default)]
        header: LiveWaitHeader,
        /// The wait.
        #[serde(default = "a_minute")]
        seconds: u64,
        /// Which limit it was.
        #[serde(default = "account_day")]
        label: String,
    },
    /// Sign step: 500, in one of the three forms that were seen (0 to 2).
    #[serde(rename = "sign_500")]
    Sign500 {
        /// Which form.
        #[serde(default)]
        form: u8,
    },
    /// Sign step: 401, the key is wrong.
    #[serde(rename = "sign_401")]
    Sign401,
    /// Sign step: 402, the plan is too small.
    #[serde(rename = "sign_402")]
    Sign402,
    /// Sign step: 403.
    #[serde(rename = "sign_403")]
    Sign403 {
        /// Whether it is the internet provider that is blocked, not the plan.
        #[serde(default)]
        isp: bool,
    },
    /// Sign step: 503, no agents.
    #[serde(rename = "sign_503")]
    Sign503,
    /// Sign step: 200 without a body.
    Empty,
    /// Sign step: the small answer of the fallback proxy.
    Stub,
    /// Sign step: the socket's address is on a host that is not TikTok's.
    ForeignPushServer,
    /// Sign step: the socket's address is TikTok's, without TLS.
    InsecurePushServer,
    /// Sign step: no `X-Set-TT-Cookie`.
    MissingCookie,
    /// Sign step: the body comes byte by byte.
    Slow {
        /// Milliseconds of the clock between two bytes.
        #[serde(default = "a_second")]
        every_ms: u64,
    },
    /// Sign step: the body does not end for a long time.
    BigBody {
        /// Its length.
        #[serde(default = "many_bytes")]
        bytes: u64,
    },
    /// Sign step: the answer repeats the last messages, with their ids, marked as history.
    Replay {
        /// How many.
        #[serde(default = "twenty")]
        last: usize,
    },
}

/// What is odd about an answer to a look-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveOddity {
    /// Live, and the room is an empty text.
    #[default]
    RoomEmpty,
    /// Live, and the room is `"0"`.
    RoomZero,
    /// Over, and the room of the live that is on.
    Over,
    /// Live, in the room of the live before.
    OldRoom,
    /// The answer about another account, which is not live.
    AnotherAccount,
}

/// What of a frame is broken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveCorruption {
    /// A comment whose payload is no protobuf, in a sound frame.
    #[default]
    Message,
    /// The frame's payload is no protobuf.
    Payload,
    /// gzip that breaks off into nonsense.
    Gzip,
    /// The frame ends in its middle.
    Truncated,
    /// The frame is nonsense from its first byte.
    Frame,
    /// A comment whose length says more than there is.
    Length,
}

/// How a 429 tells the wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiveWaitHeader {
    /// `Retry-After` in seconds.
    #[default]
    RetryAfter,
    /// `RateLimit-Reset` as seconds since 1970.
    ResetEpoch,
    /// `RateLimit-Reset` in seconds.
    ResetSeconds,
    /// `X-RateLimit-Reset` as seconds since 1970.
    XResetEpoch,
    /// Not at all.
    None,
    /// Not at all, and the body is a page of HTML.
    Html,
}

/// A fault and how often it strikes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct LiveFault {
    /// What goes wrong.
    pub kind: LiveFaultKind,
    /// How often; once where it is missing.
    pub times: u64,
}

const fn going_away() -> u16 {
    1001
}

const fn upstream_error() -> u16 {
    1011
}

const fn forbidden() -> u16 {
    403
}

const fn a_minute() -> u64 {
    60
}

fn account_day() -> String {
    "rate_limit_account_day".to_owned()
}

const fn a_second() -> u64 {
    1_000
}

const fn many_bytes() -> u64 {
    64 << 20
}

const fn twenty() -> usize {
    20
}

impl LiveFaultKind {
    /// The fault, struck so often.
    pub const fn times(self, times: u64) -> LiveFault {
        LiveFault { kind: self, times }
    }

    /// Whether it strikes connections that stand.
    pub(crate) fn is_of_socket(&self) -> bool {
        self.place() == Place::Socket
    }

    const fn place(&self) -> Place {
        match self {
            Self::Drop | Self::Close { .. } | Self::Silence | Self::Corrupt { .. } | Self::GzipBomb | Self::NewRoom => {
                Place::Socket
            }
            Self::Offline
            | Self::NotFound
            | Self::HtmlBlocked
            | Self::Captcha
            | Self::Odd { .. }
            | Self::AgeRestricted
            | Self::LoginNeeded
            | Self::LookUpRefused { .. } => Place::LookUp,
            Self::Blocked | Self::IllegalAppId | Self::HandshakeRefused { .. } => Place::Handshake,
            Self::ManagedClose { .. } => Place::Managed,
            _ => Place::Sign,
        }
    }

    const fn concerns(&self, route: Route) -> bool {
        match self {
            Self::Offline | Self::LookUpRefused { .. } => true,
            Self::NotFound | Self::Captcha => matches!(route, Route::Page | Route::ApiLive),
            Self::HtmlBlocked | Self::Odd { everywhere: false, .. } => matches!(route, Route::Page),
            Self::Odd { .. } => matches!(route, Route::Page | Route::ApiLive),
            Self::AgeRestricted | Self::LoginNeeded => matches!(route, Route::RoomInfo),
            _ => false,
        }
    }
}

impl From<LiveFaultKind> for LiveFault {
    fn from(kind: LiveFaultKind) -> Self {
        kind.times(1)
    }
}

impl TryFrom<Value> for LiveFault {
    type Error = String;

    fn try_from(mut value: Value) -> Result<Self, String> {
        let times = value.as_object_mut().and_then(|fields| fields.remove("times"));
        let times = match times {
            Some(times) => times.as_u64().ok_or("times is a number")?,
            None => 1,
        };
        Ok(Self { kind: strictly(value)?, times })
    }
}

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Socket,
    LookUp,
    Handshake,
    Managed,
    Sign,
}

/// A way to look a live up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Route {
    Page,
    ApiLive,
    CheckAlive,
    RoomInfo,
}

/// The faults of one live that are still to come, oldest first.
#[derive(Debug, Default)]
pub(crate) struct LiveFaults {
    pending: VecDeque<Pending>,
}

#[derive(Debug)]
struct Pending {
    fault: LiveFault,
    /// How often it struck each route.
    asked: BTreeMap<Route, u64>,
}

impl LiveFaults {
    /// Orders a fault.
    pub(crate) fn order(&mut self, fault: LiveFault) -> Result<(), Refused> {
        if self.pending.len() >= KEPT {
            return Err(Refused::because(format!("A live takes {KEPT} faults at a time.")));
        }
        if fault.times > 0 {
            self.pending.push_back(Pending { fault, asked: BTreeMap::new() });
        }
        Ok(())
    }

    /// Calls all faults off.
    pub(crate) fn clear(&mut self) {
        self.pending.clear();
    }

    /// The fault that strikes at `place` now, if any; it is used up by that. Not for look-ups.
    pub(crate) fn strike(&mut self, place: Place) -> Option<LiveFaultKind> {
        let at = self.pending.iter().position(|pending| pending.fault.kind.place() == place)?;
        let pending = self.pending.get_mut(at)?;
        pending.fault.times -= 1;
        let kind = pending.fault.kind.clone();
        if pending.fault.times == 0 {
            self.pending.remove(at);
        }
        Some(kind)
    }

    /// The fault that this look-up meets, if any.
    pub(crate) fn strike_look_up(&mut self, route: Route) -> Option<LiveFaultKind> {
        self.pending.retain(|pending| !pending.fault.kind.concerns(route) || !pending.is_over(route));
        let pending = self.pending.iter_mut().find(|pending| pending.fault.kind.concerns(route))?;
        *pending.asked.entry(route).or_default() += 1;
        Some(pending.fault.kind.clone())
    }
}

impl Pending {
    fn is_over(&self, route: Route) -> bool {
        self.asked.get(&route).is_some_and(|asked| *asked >= self.fault.times)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_route_meets_a_fault_as_often_as_ordered() {
        let mut faults = LiveFaults::default();
        faults.order(LiveFaultKind::NotFound.times(2)).unwrap();
        let mut meets = |route| faults.strike_look_up(route).is_some();
        let met = [Route::Page, Route::ApiLive, Route::CheckAlive, Route::Page, Route::ApiLive].map(&mut meets);
        assert_eq!(met, [true, true, false, true, true]);
        assert!(!meets(Route::Page));
        assert!(!meets(Route::ApiLive));
    }

    #[test]
    fn faults_of_a_place_strike_in_their_order() {
        let mut faults = LiveFaults::default();
        faults.order(LiveFaultKind::Sign503.times(2)).unwrap();
        faults.order(LiveFaultKind::Blocked.into()).unwrap();
        faults.order(LiveFaultKind::Empty.into()).unwrap();
        let struck: Vec<_> = std::iter::from_fn(|| faults.strike(Place::Sign)).collect();
        assert_eq!(struck, [LiveFaultKind::Sign503, LiveFaultKind::Sign503, LiveFaultKind::Empty]);
        assert_eq!(faults.strike(Place::Handshake), Some(LiveFaultKind::Blocked));
        assert_eq!(faults.strike(Place::Socket), None);
    }

    #[test]
    fn a_fault_is_written_by_its_kind() {
        let read = |value: Value| serde_json::from_value::<LiveFault>(value);
        assert_eq!(read(json!({"kind": "drop"})).unwrap(), LiveFaultKind::Drop.into());
        let limited = read(json!({"kind": "rate_limit", "header": "reset_epoch", "seconds": 5, "times": 3})).unwrap();
        let header = LiveWaitHeader::ResetEpoch;
        let expected = LiveFaultKind::RateLimit { header, seconds: 5, label: account_day() };
        assert_eq!(limited, expected.times(3));
        assert_eq!(read(json!({"kind": "user_not_found"})).unwrap(), LiveFaultKind::NotFound.into());
        assert_eq!(read(json!({"kind": "sign_500", "form": 2})).unwrap(), LiveFaultKind::Sign500 { form: 2 }.into());
        for wrong in
            [json!({"kind": "explode"}), json!({"kind": "drop", "tmies": 2}), json!({"kind": "drop", "times": "x"})]
        {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
