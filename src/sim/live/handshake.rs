//! The door of the socket: which requests for a connection are let in.
//!
//! # Rules
//! - A browser's `User-Agent` and a cookie `ttwid` that came from here: that of a sign response, or that of the start
//!   page for a client that goes without the sign service. Otherwise the answer is TikTok's `DEVICE_BLOCKED`.
//! - A sign response opens one connection, within thirty seconds, and its parameters must come back as they were.
//! - Every value in the address is percent-encoded, and the fixed parameters are there; otherwise 400.

use axum::body::Body;
use axum::http::header::{COOKIE, USER_AGENT};
use axum::http::{HeaderMap, Response, StatusCode};
use url::form_urlencoded;

use super::connection::Opening;
use super::faults::{LiveFaultKind, Place};
use super::lives::Lives;
use super::room::Live;
use super::sign::{LIFETIME, Ticket};
use crate::kernel::time::Timestamp;

/// Parameters that every client sends, and what they must be.
const FIXED: [(&str, &str); 5] = [
    ("aid", "1988"),
    ("app_name", "tiktok_web"),
    ("device_platform", "web_pc"),
    ("identity", "audience"),
    ("version_code", "180800"),
];

/// A request that is let in.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// The host.
    pub(crate) name: String,
    /// What the connection begins with.
    pub(crate) opening: Opening,
    /// What is asked for in `Handshake-Options`.
    pub(crate) ping_interval_s: Option<u32>,
}

/// A request that is not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Turned {
    status: StatusCode,
    /// `Handshake-Status` and `Handshake-Msg`.
    handshake: Option<(u16, &'static str)>,
    /// What the client did wrong; nothing where a fault was ordered.
    complaint: Option<String>,
    /// Where a redirect points to.
    location: Option<&'static str>,
}

impl Turned {
    const fn with(status: StatusCode) -> Self {
        Self { status, handshake: None, complaint: None, location: None }
    }

    fn wrong(complaint: impl Into<String>) -> Self {
        Self { complaint: Some(complaint.into()), ..Self::with(StatusCode::BAD_REQUEST) }
    }

    fn blocked(complaint: &str) -> Self {
        let complaint = Some(complaint.to_owned());
        Self { handshake: Some((415, "DEVICE_BLOCKED")), complaint, ..Self::with(StatusCode::OK) }
    }

    /// The answer in place of an upgrade.
    pub(crate) fn answer(&self) -> Response<Body> {
        let response = Response::builder().status(self.status);
        let response = match self.handshake {
            Some((status, message)) => response.header("Handshake-Status", status).header("Handshake-Msg", message),
            None => response,
        };
        let response = match self.location {
            Some(location) => response.header("Location", location),
            None => response,
        };
        response.body(Body::empty()).unwrap_or_default()
    }
}

/// Judges a request for a connection.
pub(crate) fn admit(lives: &mut Lives, query: &str, headers: &HeaderMap) -> Result<Admitted, Turned> {
    let params: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let room = values(&params, "room_id").next().and_then(|room| room.parse().ok()).unwrap_or(0);
    let cookie = cookie(headers, "ttwid").unwrap_or_default();
    let is_guest = lives.knows_guest(&cookie);
    let Some((live, _, now)) = lives.of_room(room) else { return Err(Turned::wrong("no such room")) };
    let admitted = live.admit(query, &params, headers, &cookie, is_guest, now);
    if let Err(turned) = &admitted {
        live.notes.counts.handshakes_refused += 1;
        if let Some(complaint) = &turned.complaint {
            live.notes.complain(format!("a handshake was refused: {complaint}"));
        }
    }
    admitted
}

impl Live {
    fn admit(
        &mut self,
        query: &str,
        params: &[(String, String)],
        headers: &HeaderMap,
        cookie: &str,
        is_guest: bool,
        now: Timestamp,
    ) -> Result<Admitted, Turned> {
        if let Some(kind) = self.faults.strike(Place::Handshake) {
            return Err(turned_as_ordered(&kind));
        }
        if let Some(odd) = unencoded(query) {
            return Err(Turned::wrong(format!("{odd:?} stands in the address and is not encoded")));
        }
        let is_missing = |(name, value): &&(&str, &str)| !values(params, name).any(|given| given == *value);
        if let Some((name, value)) = FIXED.iter().find(is_missing) {
            return Err(Turned::wrong(format!("the parameter {name} is not {value}")));
        }
        let user_agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
        if user_agent.is_empty() {
            return Err(Turned::blocked("there is no User-Agent"));
        }
        let cursor = match self.redeem(cookie, now) {
            Some(ticket) => Some(self.check(&ticket, params, user_agent)?),
            None if is_guest => None,
            None => return Err(Turned::blocked("the cookie is missing, too old or used already")),
        };
        let takes_gzip = values(params, "compress").any(|form| form == "gzip");
        Ok(Admitted {
            name: self.name.clone(),
            opening: Opening { cursor, takes_gzip, is_managed: false },
            ping_interval_s: self.settings.ping_interval_s,
        })
    }

    /// Takes the sign response that gave this cookie, unless it is too old; it is used up.
    fn redeem(&mut self, cookie: &str, now: Timestamp) -> Option<Ticket> {
        let at = self.tickets.iter().position(|ticket| ticket.cookie == cookie)?;
        self.tickets.remove(at).filter(|ticket| now.since(ticket.made) <= LIFETIME)
    }

    /// Compares the address with the sign response; gives the room's place at that time.
    fn check(&mut self, ticket: &Ticket, params: &[(String, String)], user_agent: &str) -> Result<u64, Turned> {
        let is_missing = |(name, value): &&(String, String)| !values(params, name).any(|given| given == value.as_str());
        if let Some((name, _)) = ticket.route_params.iter().find(is_missing) {
            return Err(Turned::wrong(format!("the parameter {name} of the sign response did not come back")));
        }
        if !values(params, "version_code").any(|code| code == "270000") {
            self.notes.complain("a handshake had no second version_code 270000".to_owned());
        }
        if ticket.user_agent != user_agent {
            self.notes.complain("a connection has another User-Agent than its sign request".to_owned());
        }
        Ok(ticket.cursor)
    }
}

/// The answer that a fault of the handshake gives.
pub(crate) fn turned_as_ordered(kind: &LiveFaultKind) -> Turned {
    match kind {
        LiveFaultKind::IllegalAppId => {
            Turned { handshake: Some((417, "illegal app_id")), ..Turned::with(StatusCode::OK) }
        }
        LiveFaultKind::HandshakeRefused { status } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::FORBIDDEN);
            let location = status.is_redirection().then_some("wss://example.net/webcast/im/");
            Turned { location, ..Turned::with(status) }
        }
        _ => Turned { handshake: Some((415, "DEVICE_BLOCKED")), ..Turned::with(StatusCode::OK) },
    }
}

fn values<'p>(params: &'p [(String, String)], name: &str) -> impl Iterator<Item = &'p str> {
    params.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// The first character of an address that TikTok wants encoded.
fn unencoded(query: &str) -> Option<char> {
    query.chars().find(|character| !character.is_ascii_alphanumeric() && !"-._~*+%=&".contains(*character))
}

/// The value of a cookie, as it was set.
fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_must_be_encoded_is_found() {
        for (query, odd) in
            [("a=1&b=x%20y&c=t+u*-._~", None), ("a=(x)", Some('(')), ("a=x/y", Some('/')), ("a=\u{e9}", Some('\u{e9}'))]
        {
            assert_eq!(unencoded(query), odd, "{query}");
        }
    }

    #[test]
    fn a_cookie_is_read_as_it_was_set() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "tt-target-idc=useast1a; ttwid=1%7Cx; msToken=".parse().unwrap());
        assert_eq!(cookie(&headers, "ttwid").as_deref(), Some("1%7Cx"));
        assert_eq!(cookie(&headers, "msToken").as_deref(), Some(""));
        assert_eq!(cookie(&headers, "sessionid"), None);
    }
}
