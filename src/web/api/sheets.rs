//! Lists as files of CSV: songs, members, handles, the audit, the sessions of lives, each with the filter of its page.
//!
//! A [`Sheet`] says its columns, each with its name and its value in one line, and how a page of its rows is found. The file is
//! written page by page, each from a snapshot of its own, as fast as whoever takes it reads. A filter that makes no sense is
//! told as a page tells it, before the file begins. Text that a spreadsheet would take
//! for a formula is made harmless (`D-54`); numbers and moments stay as they are. Whoever takes a file along is noted.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::audit::{self, AuditEntryView, AuditQuery};
use super::handles::{self, HandlesQuery};
use super::ledger::EXPORT;
use super::live_sessions::{SessionsQuery, find_sessions};
use super::members::{self, MembersQuery};
use crate::activity::program::EXPORTED;
use crate::features::engagement::model::{Session, SessionId};
use crate::features::handles::model::Account;
use crate::features::queue::model::{Entry, Source};
use crate::features::queue::queries;
use crate::flows::known_members::KnownMember;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::text::csv_text;
use crate::kernel::time::Timestamp;
use crate::signin::scope::Scope;
use crate::store::{Cursor, Read};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, told};
use crate::web::endpoint::{Arrived, Doors, Route, Sample, Shape};
use crate::web::input::read_form;
use crate::web::music::search::{Search, SongsQuery};

/// Rows that are found at a time.
const PART: usize = 200;

/// What stands in a cell.
pub enum Cell {
    /// What people wrote: never a formula.
    Text(String),
    /// A number, a moment, a word of ours.
    Value(String),
}

/// A column: its name, and what stands in it.
pub type ColumnOf<R> = (&'static str, fn(&R) -> Cell);

/// Rows of a sheet, and behind which place it goes on.
pub type Part<R> = (Vec<R>, Option<String>);

/// A list that can be taken along.
pub trait Sheet: Sized + Send + Sync + 'static {
    /// The name of its route.
    const NAME: &'static str;
    /// What it gives.
    const ABOUT: &'static str;
    /// Where it is.
    const PATHS: &'static [&'static str];
    /// What its file is called, before the number of the server.
    const FILE: &'static str;
    /// Its columns.
    const COLUMNS: &'static [ColumnOf<Self::Row>];

    /// What stands in a line.
    type Row: Send + 'static;
    /// The filter, as it stands in the address.
    type Query: DeserializeOwned + ToSchema + Send;
    /// The filter, understood.
    type Wanted: Clone + Send + Sync + 'static;

    /// Understands the filter, as its page does, with the members whom it names; says which fields make no sense.
    fn understood(
        web: &Web,
        guild: GuildId,
        query: Self::Query,
    ) -> impl Future<Output = Result<Self::Wanted, Problem>> + Send;

    /// The rows behind a place.
    fn part(
        web: &Web,
        guild: GuildId,
        wanted: Self::Wanted,
        after: Option<String>,
    ) -> impl Future<Output = Result<Part<Self::Row>>> + Send;
}

/// The row of a sheet in the table of routes.
pub const fn route<S: Sheet>() -> Route {
    Route {
        name: S::NAME,
        about: S::ABOUT,
        doors: Doors::get(S::PATHS),
        shape: Some(|| Shape::of_file::<S::Query>("text/csv")),
        sample: |_| Sample::default(),
        serve: serve::<S>,
        ..EXPORT
    }
}

/// What happened to the instance, for its operator.
pub const INSTANCE_AUDIT: Route = Route {
    name: "instance.audit_export",
    about: "Gives what happened to this Greenroom as a whole as a file of CSV, the latest first.",
    doors: Doors::get(&["/api/audit/export"]),
    who: Who::Instance,
    scope: Scope::Instance,
    ..route::<Audit>()
};

/// Notes that somebody takes something of a server along. A store that takes nothing any more is taken along all the same.
pub(super) async fn note(web: &Web, arrived: &Arrived, what: &'static str) -> Result<(), Problem> {
    let (guild, by) = (arrived.guild, arrived.visitor.actor());
    if web.bot.store.stop_reason().is_none() {
        let note = move |tx: &crate::store::Tx<'_>| EXPORTED.with(what.to_owned()).by(by).note(tx, guild);
        web.bot.store.write("exported", note).await?;
    }
    Ok(())
}

/// A file of CSV that is sent as it is made.
pub(super) fn csv_file(name: &str, guild: GuildId, body: Body) -> Response {
    let name = format!("attachment; filename=\"{name}-{guild}.csv\"");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (CONTENT_DISPOSITION, HeaderValue::try_from(name).unwrap_or(HeaderValue::from_static("attachment"))),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (StatusCode::OK, headers, body).into_response()
}

fn serve<S: Sheet>(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match file::<S>(&web, &arrived).await {
            Ok(response) => response,
            Err(problem) => told(&web, &problem, S::NAME, false),
        }
    })
}

async fn file<S: Sheet>(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let guild = arrived.guild;
    let wanted = S::understood(web, guild, read_form(arrived.query.as_bytes())?).await?;
    // What is wrong is told before the file begins.
    let first = written::<S>(web, guild, wanted.clone(), None).await?;
    note(web, arrived, S::FILE).await?;
    let web = web.clone();
    let parts = stream::try_unfold(Some(first), move |part| {
        let (web, wanted) = (web.clone(), wanted.clone());
        async move {
            let Some((lines, next)) = part else { return Ok(None) };
            let following = match next {
                Some(next) => Some(written::<S>(&web, guild, wanted, Some(next)).await?),
                None => None,
            };
            Ok::<_, Error>(Some((lines, following)))
        }
    });
    Ok(csv_file(S::FILE, guild, Body::from_stream(parts)))
}

/// A part as lines, and where the next one begins. The first begins with the names of the columns.
async fn written<S: Sheet>(
    web: &Web,
    guild: GuildId,
    wanted: S::Wanted,
    after: Option<String>,
) -> Result<(Vec<u8>, Option<String>)> {
    let is_first = after.is_none();
    let (rows, next) = S::part(web, guild, wanted, after).await?;
    Ok((lines(S::COLUMNS, &rows, is_first).map_err(Error::failed)?, next))
}

/// A place in a list that goes on by cursors.
fn place(after: Option<String>) -> Result<Option<Cursor>> {
    Ok(after.map(|after| after.parse()).transpose()?)
}

fn lines<R>(columns: &[ColumnOf<R>], rows: &[R], has_head: bool) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    if has_head {
        csv.write_record(columns.iter().map(|(name, _)| *name))?;
    }
    for row in rows {
        csv.write_record(columns.iter().map(|(_, value)| match value(row) {
            Cell::Text(text) => csv_text(&text).into_owned(),
            Cell::Value(value) => value,
        }))?;
    }
    csv.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn text(text: &(impl ToString + ?Sized)) -> Cell {
    Cell::Text(text.to_string())
}

fn value(value: &(impl ToString + ?Sized)) -> Cell {
    Cell::Value(value.to_string())
}

fn maybe(text: Option<&(impl ToString + ?Sized)>) -> Cell {
    Cell::Text(text.map(ToString::to_string).unwrap_or_default())
}

/// The songs.
pub struct Songs;

impl Sheet for Songs {
    const NAME: &'static str = "songs.export";
    const ABOUT: &'static str = "Gives the songs of a filter as a file of CSV, the latest first.";
    const PATHS: &'static [&'static str] = &["/api/{server}/songs/export"];
    const FILE: &'static str = "songs";
    const COLUMNS: &'static [ColumnOf<Entry>] = &[
        ("number", |entry| text(&entry.song.public_id.digits())),
        ("artist", |entry| text(&entry.song.artist)),
        ("title", |entry| text(&entry.song.title)),
        ("line", |entry| value(&entry.place.line.name())),
        ("user_id", |entry| value(&entry.song.user)),
        ("username", |entry| text(&entry.song.username)),
        ("tiktok_username", |entry| maybe(entry.song.tiktok_username.as_ref())),
        ("link", |entry| match &entry.song.source {
            Source::Link { url, .. } => text(&url),
            Source::File { .. } => text(""),
        }),
        ("note", |entry| maybe(entry.song.note.as_ref())),
        ("submitted_at", |entry| value(&entry.place.submitted_at.rfc3339())),
    ];

    type Row = Entry;
    type Query = SongsQuery;
    type Wanted = Search;

    async fn understood(web: &Web, guild: GuildId, query: SongsQuery) -> Result<Search, Problem> {
        SongsQuery { after: None, limit: None, ..query }.search(web, guild).await
    }

    async fn part(web: &Web, guild: GuildId, search: Search, after: Option<String>) -> Result<Part<Self::Row>> {
        let after = place(after)?;
        let look = move |read: &dyn Read| queries::select(read, guild, &search.wanted, after, PART);
        let found = web.look(Self::NAME, look).await?;
        Ok((found.rows, found.next.map(|next| next.to_string())))
    }
}

/// The members.
pub struct Members;

impl Sheet for Members {
    const NAME: &'static str = "members.export";
    const ABOUT: &'static str = "Gives the members of a search as a file of CSV.";
    const PATHS: &'static [&'static str] = &["/api/{server}/members/export"];
    const FILE: &'static str = "members";
    const COLUMNS: &'static [ColumnOf<KnownMember>] = &[
        ("user_id", |member| value(&member.user)),
        ("name", |member| maybe(member.name.as_ref())),
        ("luxury_coins", |member| value(&member.luxury.get())),
        ("points", |member| value(&member.points.get())),
        ("handles", |member| {
            let handles: Vec<String> = member.handles.iter().map(|account| account.handle.to_string()).collect();
            text(&handles.join(" "))
        }),
        ("songs", |member| value(&member.songs)),
    ];

    type Row = KnownMember;
    type Query = MembersQuery;
    type Wanted = MembersQuery;

    async fn understood(_: &Web, _: GuildId, query: MembersQuery) -> Result<MembersQuery, Problem> {
        Ok(query)
    }

    async fn part(web: &Web, guild: GuildId, query: MembersQuery, after: Option<String>) -> Result<Part<Self::Row>> {
        let query = MembersQuery { after, ..query };
        let found = web.look(Self::NAME, move |read| members::find(read, guild, &query, PART)).await?;
        Ok((found.members, found.next))
    }
}

/// The handles.
pub struct Handles;

impl Sheet for Handles {
    const NAME: &'static str = "handles.export";
    const ABOUT: &'static str = "Gives the TikTok handles of a search as a file of CSV.";
    const PATHS: &'static [&'static str] = &["/api/{server}/handles/export"];
    const FILE: &'static str = "handles";
    const COLUMNS: &'static [ColumnOf<(Account, Option<String>)>] = &[
        ("handle", |(account, _)| text(&account.handle.as_str())),
        ("user_id", |(account, _)| value(&account.linked.map(|user| user.to_string()).unwrap_or_default())),
        ("user_name", |(_, name)| maybe(name.as_ref())),
        ("verified", |(account, _)| value(&account.is_verified())),
        ("points", |(account, _)| value(&account.points.get())),
        ("first_seen", |(account, _)| value(&account.first_seen.rfc3339())),
        ("last_seen", |(account, _)| value(&account.last_seen.rfc3339())),
    ];

    type Row = (Account, Option<String>);
    type Query = HandlesQuery;
    type Wanted = handles::Wanted;

    async fn understood(web: &Web, guild: GuildId, query: HandlesQuery) -> Result<handles::Wanted, Problem> {
        HandlesQuery { after: None, limit: None, ..query }.wanted(web, guild).await
    }

    async fn part(
        web: &Web,
        guild: GuildId,
        wanted: handles::Wanted,
        after: Option<String>,
    ) -> Result<Part<Self::Row>> {
        let wanted = wanted.from(place(after)?, PART);
        let found = web.look(Self::NAME, move |read| handles::find(read, guild, &wanted)).await?;
        Ok((found.handles, found.next.map(|next| next.to_string())))
    }
}

/// What happened.
pub struct Audit;

impl Sheet for Audit {
    const NAME: &'static str = "audit.export";
    const ABOUT: &'static str = "Gives what happened in a server as a file of CSV, the latest first.";
    const PATHS: &'static [&'static str] = &["/api/{server}/audit/export"];
    const FILE: &'static str = "audit";
    const COLUMNS: &'static [ColumnOf<AuditEntryView>] = &[
        ("id", |entry| value(&entry.id)),
        ("time", |entry| value(&entry.at)),
        ("kind", |entry| value(&entry.kind)),
        ("actor", |entry| value(&entry.actor)),
        ("door", |entry| value(&entry.door.unwrap_or_default())),
        ("door_name", |entry| maybe(entry.door_name.as_ref())),
        ("about", |entry| value(&entry.subject.as_ref().map_or("", |subject| subject.kind))),
        ("about_id", |entry| maybe(entry.subject.as_ref().map(|subject| &subject.id))),
        ("before", |entry| maybe(entry.before.as_ref())),
        ("after", |entry| maybe(entry.after.as_ref())),
        ("text", |entry| text(&entry.text)),
    ];

    type Row = AuditEntryView;
    type Query = AuditQuery;
    type Wanted = audit::Wanted;

    async fn understood(web: &Web, guild: GuildId, query: AuditQuery) -> Result<audit::Wanted, Problem> {
        let query = AuditQuery { after: String::new(), limit: None, ..query };
        let wanted = query.wanted(web, guild).await?;
        let looking = wanted.clone();
        let found = web.look(Self::NAME, move |read| looking.look(read, guild)).await?;
        wanted.require_meaning(&found)?;
        Ok(wanted)
    }

    async fn part(web: &Web, guild: GuildId, wanted: audit::Wanted, after: Option<String>) -> Result<Part<Self::Row>> {
        let (found, entries) = wanted.from(place(after)?, PART).told(web, guild).await?;
        Ok((entries, found.next.map(|next| next.to_string())))
    }
}

/// The sessions of followed lives.
pub struct LiveSessions;

impl Sheet for LiveSessions {
    const NAME: &'static str = "live.export";
    const ABOUT: &'static str = "Gives the sessions of followed lives as a file of CSV, the latest first.";
    const PATHS: &'static [&'static str] = &["/api/{server}/live/sessions/export"];
    const FILE: &'static str = "live-sessions";
    const COLUMNS: &'static [ColumnOf<(SessionId, Session)>] = &[
        ("session", |(id, _)| value(&id)),
        ("streamer", |(_, session)| text(&session.streamer.as_str())),
        ("started_at", |(_, session)| value(&session.started_at.rfc3339())),
        ("ended_at", |(_, session)| value(&session.ended_at.map(Timestamp::rfc3339).unwrap_or_default())),
    ];

    type Row = (SessionId, Session);
    type Query = SessionsQuery;
    type Wanted = ();

    async fn understood(_: &Web, _: GuildId, _: SessionsQuery) -> Result<(), Problem> {
        Ok(())
    }

    async fn part(web: &Web, guild: GuildId, (): (), after: Option<String>) -> Result<Part<Self::Row>> {
        let query = SessionsQuery { after };
        let found = web.look(Self::NAME, move |read| find_sessions(read, guild, &query)).await?;
        Ok((found.rows, found.next.map(|next| next.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_no_formula_and_a_number_stays_one() {
        let columns: &[ColumnOf<(&str, i64)>] = &[("text", |row| text(&row.0)), ("number", |row| value(&row.1))];
        let rows = [("=1+1", -5), ("say \"hi\", then", 7), ("two\nlines", 0)];
        let written = String::from_utf8(lines(columns, &rows, true).unwrap()).unwrap();
        assert_eq!(written, "text,number\n'=1+1,-5\n\"say \"\"hi\"\", then\",7\n\"two\nlines\",0\n");
        assert_eq!(lines(columns, &rows[..0], false).unwrap(), Vec::<u8>::new());
    }
}
