//! One open connection: what is sent over it, from its first event to its end.
//!
//! It is asked for the next bytes when the socket takes some. So whoever takes nothing is sent nothing, and costs what they
//! watch: a place for each part, of which the present form is taken when there is room for it.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::select_all;
use futures_util::stream::unfold;
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use super::board::{Frame, Part, Place};
use super::event;
use super::places::Seat;
use super::programs::Program;
use super::rights::{Look, Right};
use crate::discord::standing::{Change, FRESH};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::web::Web;
use crate::web::access::place;
use crate::web::answer::{self, Problem};
use crate::web::endpoint::{Arrived, Route};

/// How often a sign of life is sent.
const BEAT: Duration = Duration::from_secs(15);
/// After which time a browser comes back whose connection broke.
const RETRY: Bytes = Bytes::from_static(b"retry: 2000\n\n");
/// Parts that one connection may watch.
pub(super) const MOST_PARTS: usize = 64;

/// A part that somebody watches.
pub(super) struct Watched {
    pub(super) guild: GuildId,
    pub(super) part: Part,
    place: Place,
    /// Up to which number they have it.
    known: u64,
    /// The form that they were sent.
    form: Option<u64>,
}

impl Watched {
    /// Begins to watch a part that somebody knows as it was at `since`.
    pub(super) fn begin(web: &Web, guild: GuildId, part: Part, since: u64) -> Self {
        let (place, known) = web.push.watch(guild, part, since);
        Self { guild, part, place, known, form: None }
    }

    /// Its present form, if they do not have it.
    pub(super) fn take(&mut self) -> Option<Frame> {
        let frame = self.place.borrow_and_update().clone().filter(|frame| frame.revision > self.known)?;
        self.known = frame.revision;
        let is_new = self.form.replace(frame.form) != Some(frame.form);
        is_new.then_some(frame)
    }
}

/// What a connection is for.
pub(super) enum ListenerKind {
    /// A page: forms and hints.
    Page,
    /// A program: what happened.
    Program(Program),
}

/// See the module.
pub(super) struct Stream {
    web: Web,
    kind: ListenerKind,
    watched: Vec<Watched>,
    /// Whose changes tell that the rights may be over.
    guards: Vec<Watched>,
    right: Right,
    standings: broadcast::Receiver<Change>,
    stopping: watch::Receiver<bool>,
    /// When they are signed in no more, where they have to be.
    ends: Option<Timestamp>,
    next_beat: Timestamp,
    next_look: Timestamp,
    to_send: VecDeque<Bytes>,
    is_over: bool,
    _seat: Seat,
}

/// Why a connection woke up.
enum Woken {
    /// Some part changed, or it is time for something.
    Look,
    /// The rights may be over.
    Doubt,
    /// All streams end.
    Over,
}

impl Stream {
    /// Lets somebody in who may listen to what is wanted, and for whom there is a place.
    pub(super) async fn open(web: &Web, arrived: &Arrived, right: Right) -> Result<Self, Problem> {
        // Whoever listens first and asks then misses nothing that is taken away in between.
        let (standings, since) = (web.bot.standings.changes(), web.push.number());
        let guards = right.guards().into_iter();
        let guards = guards.map(|(guild, topic)| Watched::begin(web, guild, Part::Guard(topic), since)).collect();
        let seat = web.push.places.take(right.holder(), place(arrived.origin.address)).ok_or(Problem::Busy)?;
        let ends = match right.look(web).await? {
            Look::May(ends) => ends,
            Look::SignedOut => return Err(Problem::Unauthenticated),
            Look::NotFor(who) => return Err(Problem::Forbidden(who)),
            Look::Closed => return Err(Problem::NotFound),
        };
        let now = web.bot.clock.now();
        Ok(Self {
            web: web.clone(),
            kind: ListenerKind::Page,
            watched: Vec::new(),
            guards,
            right,
            standings,
            stopping: web.push.stopping(),
            ends,
            next_beat: now,
            next_look: now.after(FRESH),
            to_send: [RETRY].into(),
            is_over: false,
            _seat: seat,
        })
    }

    /// The stream of a page that watches these parts. `since` is the revision that it noted: whoever does not say what they know,
    /// or says it of another process, knows nothing.
    pub(super) async fn of_page(
        web: &Web,
        arrived: &Arrived,
        right: Right,
        since: Option<&str>,
        parts: Vec<(GuildId, Part)>,
    ) -> Result<Response, Problem> {
        let stream = Self::open(web, arrived, right).await?;
        let since = since_of(&arrived.headers, since).and_then(|since| web.push.number_of(&since)).unwrap_or(0);
        let watched = parts.into_iter().map(|(guild, part)| Watched::begin(web, guild, part, since)).collect();
        Ok(stream.begin(ListenerKind::Page, watched))
    }

    /// Begins to send.
    pub(super) fn begin(mut self, kind: ListenerKind, watched: Vec<Watched>) -> Response {
        (self.kind, self.watched) = (kind, watched);
        self.collect();
        let bytes = unfold(self, |mut stream| async move {
            let bytes = stream.next().await?;
            Some((Ok::<_, Infallible>(bytes), stream))
        });
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
            (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        ];
        (StatusCode::OK, headers, Body::from_stream(bytes)).into_response()
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.to_send.pop_front() {
                return Some(bytes);
            }
            if self.is_over {
                return None;
            }
            match self.wait().await {
                Woken::Over => return None,
                Woken::Doubt => self.look().await,
                Woken::Look if self.is_in_doubt() => self.look().await,
                Woken::Look => {}
            }
            if !self.is_over {
                self.collect();
            }
        }
    }

    async fn wait(&mut self) -> Woken {
        let until = self.next_moment();
        let Self { web, watched, guards, right, standings, stopping, .. } = self;
        let places = watched.iter_mut().chain(guards).map(|watched| watched.place.changed().boxed());
        let doubt = async {
            loop {
                match standings.recv().await {
                    Ok(change) if right.is_concerned_by(&change) => return,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return,
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            biased;
            () = told(stopping) => Woken::Over,
            () = doubt => Woken::Doubt,
            // There is always one: every right may end.
            (changed, ..) = select_all(places) => if changed.is_ok() { Woken::Look } else { Woken::Over },
            () = web.bot.clock.sleep_until(until) => Woken::Look,
        }
    }

    /// When there is something to do at the latest.
    fn next_moment(&self) -> Timestamp {
        let moment = self.next_beat.min(self.next_look);
        let moment = self.ends.map_or(moment, |ends| ends.min(moment));
        match &self.kind {
            ListenerKind::Page => moment,
            ListenerKind::Program(program) => program.waits_until().map_or(moment, |waits| waits.min(moment)),
        }
    }

    /// Whether anything tells that the rights may be over, or nobody has asked for long.
    fn is_in_doubt(&mut self) -> bool {
        let told = self.guards.iter_mut().filter_map(Watched::take).count();
        let now = self.web.bot.clock.now();
        told > 0 || now >= self.next_look || self.ends.is_some_and(|ends| now >= ends)
    }

    /// Asks whether they may still listen.
    async fn look(&mut self) {
        match self.right.look(&self.web).await {
            Ok(Look::May(ends)) => {
                self.ends = ends;
                self.next_look = self.web.bot.clock.now().after(FRESH);
            }
            Ok(Look::SignedOut) => self.say_goodbye("signed out"),
            Ok(Look::NotFor(_)) => self.say_goodbye("no longer allowed"),
            Ok(Look::Closed) => self.say_goodbye("closed"),
            // Nobody knows at the moment. Whoever comes back is asked again.
            Err(_) => self.is_over = true,
        }
    }

    fn say_goodbye(&mut self, reason: &str) {
        self.to_send.push_back(event("goodbye", &json!({ "reason": reason })));
        self.is_over = true;
    }

    /// Takes what is new to them, and a sign of life where one is due.
    fn collect(&mut self) {
        let now = self.web.bot.clock.now();
        let mut fresh: Vec<Bytes> = match &mut self.kind {
            ListenerKind::Page => self.watched.iter_mut().filter_map(Watched::take).map(|frame| frame.bytes).collect(),
            ListenerKind::Program(program) => program.take(&self.web, &mut self.watched, now),
        };
        if now >= self.next_beat {
            self.next_beat = now.after(BEAT);
            let told = self.ends.map_or_else(|| json!({}), |ends| json!({ "session_ends": ends.rfc3339() }));
            fresh.push(event("beat", &told));
        }
        let Some(last) = fresh.pop() else { return };
        // With the last of them they have everything up to that revision.
        let id = format!("id: {}\n", self.web.push.text(self.caught_up()));
        self.to_send.extend(fresh);
        self.to_send.push_back(id.into());
        self.to_send.push_back(last);
    }

    fn caught_up(&self) -> u64 {
        let parts = self.watched.iter().map(|watched| (watched.guild, watched.part, watched.known));
        let of_parts = self.web.push.caught_up(parts);
        match &self.kind {
            ListenerKind::Page => of_parts,
            ListenerKind::Program(program) => of_parts.min(program.heard_up_to()),
        }
    }
}

/// A stream, or why there is none; as the API says it, because what asks is a script or a program.
pub(super) fn respond(web: &Web, route: &Route, opened: Result<Response, Problem>) -> Response {
    opened.unwrap_or_else(|problem| answer::told(web, &problem, route.name, route.says_success))
}

/// The revision that somebody knows: the last that they were told, else the one of their page.
pub(super) fn since_of(headers: &HeaderMap, since: Option<&str>) -> Option<String> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).filter(|id| !id.is_empty());
    last.or(since).map(str::to_owned)
}

async fn told(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_was_told_last_counts_before_what_their_page_said() {
        let mut headers = HeaderMap::new();
        assert_eq!(since_of(&headers, None), None);
        assert_eq!(since_of(&headers, Some("a.1")).as_deref(), Some("a.1"));
        headers.insert("last-event-id", HeaderValue::from_static(""));
        assert_eq!(since_of(&headers, Some("a.1")).as_deref(), Some("a.1"));
        headers.insert("last-event-id", HeaderValue::from_static("a.7"));
        assert_eq!(since_of(&headers, Some("a.1")).as_deref(), Some("a.7"));
    }
}
