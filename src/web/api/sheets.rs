//! Lists as files of CSV: songs, members, handles, the audit, the sessions of lives, each with the filter of its page.
//!
//! A row is what the API tells of the same thing; a [`Sheet`] says which of its fields are columns, and how a page of its rows is
//! found. The file is written page by page, each from a snapshot of its own, as fast as whoever takes it reads. A filter that makes no sense is
//! told as a page tells it, before the file begins. Text that a spreadsheet would take
//! for a formula is made harmless (`D-54`); numbers and moments stay as they are. Whoever takes a file along is noted.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::audit::{self, AuditEntryView, AuditQuery};
use super::handles::{self, HandleView, HandlesQuery};
use super::ledger_file::EXPORT;
use super::live_sessions::{LiveSessionView, SessionsQuery, find_sessions};
use super::members::{self, MemberView, MembersQuery};
use crate::activity::program::EXPORTED;
use crate::features::queue::queries;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::text::csv_text;
use crate::signin::scope::Scope;
use crate::store::{Cursor, Read};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, told};
use crate::web::endpoint::{Arrived, Doors, Route, Sample, Shape};
use crate::web::input::read_query;
use crate::web::music::search::{Search, SongsQuery};
use crate::web::music::song::SongView;

/// Rows that are found at a time.
const PART: usize = 200;

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
    /// Its columns: fields of its rows, and `name=field.of.it` where the column has another name or stands deeper.
    const COLUMNS: &'static [&'static str];

    /// What stands in a line, as the API tells it.
    type Row: Serialize + Send + 'static;
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
        requirements: &[],
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
    file_of("text/csv; charset=utf-8", &format!("{name}-{guild}.csv"), body)
}

/// A file of JSON that is sent as it is made.
pub(super) fn json_file(name: &str, guild: GuildId, body: Body) -> Response {
    file_of("application/json", &format!("{name}-{guild}.json"), body)
}

fn file_of(kind: &'static str, name: &str, body: Body) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
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
    let wanted = S::understood(web, guild, read_query(arrived.query.as_bytes())?).await?;
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
    Ok((lines(S::COLUMNS, &rows, is_first)?, next))
}

/// A place in a list that goes on by cursors.
fn place(after: Option<String>) -> Result<Option<Cursor>> {
    Ok(after.map(|after| after.parse()).transpose()?)
}

fn lines(columns: &[&str], rows: &[impl Serialize], has_head: bool) -> Result<Vec<u8>> {
    let columns: Vec<(&str, &str)> =
        columns.iter().map(|&column| column.split_once('=').unwrap_or((column, column))).collect();
    let mut csv = csv::Writer::from_writer(Vec::new());
    if has_head {
        csv.write_record(columns.iter().map(|(name, _)| name)).map_err(Error::failed)?;
    }
    for row in rows {
        let row = serde_json::to_value(row).map_err(Error::failed)?;
        csv.write_record(columns.iter().map(|(_, field)| cell(&row, field))).map_err(Error::failed)?;
    }
    csv.into_inner().map_err(|error| Error::failed(error.into_error()))
}

/// What stands in a cell: text that is never a formula, numbers as they are, nothing where there is nothing.
fn cell(value: &Value, field: &str) -> String {
    match value {
        Value::Object(fields) => {
            let (field, deeper) = field.split_once('.').unwrap_or((field, ""));
            fields.get(field).map(|value| cell(value, deeper)).unwrap_or_default()
        }
        Value::Array(values) => values.iter().map(|value| cell(value, field)).collect::<Vec<_>>().join(" "),
        Value::String(text) => csv_text(text).into_owned(),
        Value::Null => String::new(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// The songs.
pub struct Songs;

impl Sheet for Songs {
    const NAME: &'static str = "songs.export";
    const ABOUT: &'static str = "Gives the songs of a filter as a file of CSV, the latest first.";
    const PATHS: &'static [&'static str] = &["/api/{server}/songs/export"];
    const FILE: &'static str = "songs";
    const COLUMNS: &'static [&'static str] = &[
        "number=id",
        "artist",
        "title",
        "line",
        "user_id",
        "username",
        "tiktok_username",
        "link=source.url",
        "note",
        "submitted_at",
    ];

    type Row = SongView;
    type Query = SongsQuery;
    type Wanted = Search;

    async fn understood(web: &Web, guild: GuildId, query: SongsQuery) -> Result<Search, Problem> {
        SongsQuery { after: None, limit: None, ..query }.search(web, guild).await
    }

    async fn part(web: &Web, guild: GuildId, search: Search, after: Option<String>) -> Result<Part<Self::Row>> {
        let after = place(after)?;
        let look = move |read: &dyn Read| queries::select(read, guild, &search.wanted, after, PART);
        let found = web.look(Self::NAME, look).await?;
        let songs = found.rows.iter().map(|entry| SongView::of(entry, None)).collect();
        Ok((songs, found.next.map(|next| next.to_string())))
    }
}

/// The members.
pub struct Members;

impl Sheet for Members {
    const NAME: &'static str = "members.export";
    const ABOUT: &'static str = "Gives the members of a search as a file of CSV.";
    const PATHS: &'static [&'static str] = &["/api/{server}/members/export"];
    const FILE: &'static str = "members";
    const COLUMNS: &'static [&'static str] =
        &["user_id", "name", "luxury_coins", "points", "balance", "handles=handles.handle", "songs"];

    type Row = MemberView;
    type Query = MembersQuery;
    type Wanted = MembersQuery;

    async fn understood(_: &Web, _: GuildId, query: MembersQuery) -> Result<MembersQuery, Problem> {
        Ok(query)
    }

    async fn part(web: &Web, guild: GuildId, query: MembersQuery, after: Option<String>) -> Result<Part<Self::Row>> {
        let query = MembersQuery { after, ..query };
        let mut found = web.look(Self::NAME, move |read| members::find(read, guild, &query, PART)).await?;
        members::by_name(web, guild, &mut found.members).await;
        Ok((found.members.iter().map(Into::into).collect(), found.next))
    }
}

/// The handles.
pub struct Handles;

impl Sheet for Handles {
    const NAME: &'static str = "handles.export";
    const ABOUT: &'static str = "Gives the TikTok handles of a search as a file of CSV.";
    const PATHS: &'static [&'static str] = &["/api/{server}/handles/export"];
    const FILE: &'static str = "handles";
    const COLUMNS: &'static [&'static str] =
        &["handle", "user_id", "user_name", "verified", "points", "first_seen", "last_seen"];

    type Row = HandleView;
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
        let handles = found.handles.into_iter().map(|(account, name)| HandleView::of(&account, name)).collect();
        Ok((handles, found.next.map(|next| next.to_string())))
    }
}

/// What happened.
pub struct Audit;

impl Sheet for Audit {
    const NAME: &'static str = "audit.export";
    const ABOUT: &'static str = "Gives what happened in a server as a file of CSV, the latest first.";
    const PATHS: &'static [&'static str] = &["/api/{server}/audit/export"];
    const FILE: &'static str = "audit";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "time=at",
        "kind",
        "actor",
        "door",
        "door_name",
        "about=subject.kind",
        "about_id=subject.id",
        "before",
        "after",
        "text",
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
    const COLUMNS: &'static [&'static str] = &["session", "streamer", "started_at", "ended_at"];

    type Row = LiveSessionView;
    type Query = SessionsQuery;
    type Wanted = ();

    async fn understood(_: &Web, _: GuildId, _: SessionsQuery) -> Result<(), Problem> {
        Ok(())
    }

    async fn part(web: &Web, guild: GuildId, (): (), after: Option<String>) -> Result<Part<Self::Row>> {
        let query = SessionsQuery { after };
        let found = web.look(Self::NAME, move |read| find_sessions(read, guild, &query)).await?;
        let sessions = found.rows.iter().map(|(id, session)| LiveSessionView::of(*id, session)).collect();
        Ok((sessions, found.next.map(|next| next.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use utoipa::PartialSchema;

    use super::*;

    #[test]
    fn what_people_wrote_is_no_formula_and_a_number_stays_one() {
        let columns = ["text", "number", "of=of.name", "each=each.name"];
        let row = |text: &str, number: i64| json!({ "text": text, "number": number, "of": null, "each": [] });
        let deep =
            json!({ "text": "a", "number": 1, "of": { "name": "@b" }, "each": [{ "name": "c" }, { "name": "d" }] });
        let rows = [row("=1+1", -5), row("say \"hi\", then", 7), row("two\nlines", 0), deep];
        let written = String::from_utf8(lines(&columns, &rows, true).unwrap()).unwrap();
        let expected =
            "text,number,of,each\n'=1+1,-5,,\n\"say \"\"hi\"\", then\",7,,\n\"two\nlines\",0,,\na,1,'@b,c d\n";
        assert_eq!(written, expected);
        assert_eq!(lines(&columns, &rows[..0], false).unwrap(), Vec::<u8>::new());
    }

    fn has_its_columns<S: Sheet<Row: PartialSchema>>() {
        let row = serde_json::to_value(S::Row::schema()).unwrap();
        for column in S::COLUMNS {
            let field = column.split_once('=').map_or(*column, |(_, field)| field).split('.').next().unwrap();
            assert!(row["properties"][field].is_object(), "{column} of {}: {row}", S::NAME);
        }
    }

    #[test]
    fn every_column_is_a_field_that_the_api_tells() {
        has_its_columns::<Songs>();
        has_its_columns::<Members>();
        has_its_columns::<Handles>();
        has_its_columns::<Audit>();
        has_its_columns::<LiveSessions>();
    }
}
