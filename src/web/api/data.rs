//! The data of a server: taken along as a file, or removed; and that of all servers, which the operator takes along with a fresh
//! proof (`T-API-45`, `C-64`). No file holds what signs somebody in: sessions, tokens and passwords are in no table of the export.
//!
//! A file is written whole before the first byte of it is sent, in the folder of the store, and has no name any more by then:
//! it is gone with whoever reads it. Two are written at the same time at most.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::Path;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use futures_util::stream::try_unfold;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::activity;
use crate::catalogue::CATALOGUE;
use crate::features::coins::csv;
use crate::flows::server_removed;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::settings::identity;
use crate::signin::scope::Scope;
use crate::store::sqlite::{self, Export, export};
use crate::store::{Read, Store};
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem, told};
use crate::web::api::sheets::note;
use crate::web::endpoint::{Arrived, Asked, Doors, Endpoint, Nothing, Route, Sample, Samples};
use crate::web::input::{is_typed, read_query};
use crate::web::page::again;
use crate::web::pages::RemovalPage;
use crate::web::ui::components::counted;

/// Bytes that are read of a file at a time.
const CHUNK: usize = 64 * 1024;

/// Whose turn it is to write a file.
static TURNS: Semaphore = Semaphore::const_new(2);

/// What is written to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Everything of a server.
    Sqlite,
    /// Its ledger.
    Ledger,
    /// Everything of every server.
    All,
}

/// Everything of a server as an SQLite file.
pub const EXPORT: Route = Route {
    name: "data.export",
    about: "Gives everything that is stored of a server as an SQLite file.",
    doors: Doors::get(&["/api/{server}/data/export"]),
    who: Who::Admin,
    scope: Scope::Export,
    limit: Limit::Exports,
    serve: |web, arrived| give(web, arrived, What::Sqlite),
    ..Route::PLAIN
};

/// The ledger of a server as a CSV file.
pub const LEDGER: Route = Route {
    name: "data.ledger",
    about: "Gives the ledger of a server as a CSV file.",
    doors: Doors::get(&["/api/{server}/data/ledger"]),
    serve: |web, arrived| give(web, arrived, What::Ledger),
    ..EXPORT
};

/// Everything of all servers as an SQLite file, for the operator.
pub const EXPORT_ALL: Route = Route {
    name: "instance.export",
    about: "Gives everything that is stored of all servers as an SQLite file. Whoever asks proves that it is them.",
    doors: Doors::get(&["/api/export"]),
    who: Who::Instance,
    scope: Scope::Instance,
    requirements: &["T-API-45"],
    serve: |web, arrived| give(web, arrived, What::All),
    ..EXPORT
};

fn give(web: Web, arrived: Arrived, what: What) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match written(&web, &arrived, what).await {
            Ok(file) => streamed(file, arrived.guild, what),
            Err(problem) => told(&web, &problem, what.declared().name, false),
        }
    })
}

impl What {
    const fn declared(self) -> Route {
        match self {
            Self::Sqlite => EXPORT,
            Self::Ledger => LEDGER,
            Self::All => EXPORT_ALL,
        }
    }

    /// As what it is noted.
    const fn noted(self) -> &'static str {
        match self {
            Self::Sqlite | Self::All => "everything",
            Self::Ledger => "ledger",
        }
    }

    /// The kind of its content, and how a file of it is called, behind the number of a server where it is of one.
    const fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Sqlite | Self::All => ("application/vnd.sqlite3", "greenroom.db"),
            Self::Ledger => ("text/csv; charset=utf-8", "ledger.csv"),
        }
    }

    /// Writes it, on a blocking thread. What is given has no name any more.
    fn write(self, store: &Store, guild: GuildId) -> Result<File> {
        let temporary = std::env::temp_dir();
        let folder = store.folder().unwrap_or(&temporary);
        let folder = tempfile::Builder::new().prefix(".greenroom-export-").tempdir_in(folder).map_err(Error::failed)?;
        let path = folder.path().join("export");
        match self {
            Self::Sqlite => write_sqlite(store, Some(guild), &path)?,
            Self::All => write_sqlite(store, None, &path)?,
            Self::Ledger => write_ledger(store, guild, &path)?,
        }
        File::open(&path).map_err(Error::failed)
    }
}

fn write_sqlite(store: &Store, guild: Option<GuildId>, path: &Path) -> Result<()> {
    let tables = (CATALOGUE.exports)();
    let request = Export { path, guild, replace: false };
    let exported = store.read_blocking("export", |read| Ok(export(read, &tables, &request, &mut |_| {})))?;
    exported.map(drop).map_err(Error::failed)
}

fn write_ledger(store: &Store, guild: GuildId, path: &Path) -> Result<()> {
    let file = File::create(path).map_err(Error::failed)?;
    let wanted = csv::Wanted { guild: Some(guild), ..csv::Wanted::default() };
    let written = store
        .read_blocking("export_ledger", |read| Ok(csv::write(read, &wanted, BufWriter::new(&file), &mut |_| {})))?;
    written.map(drop).map_err(Error::failed)
}

async fn written(web: &Web, arrived: &Arrived, what: What) -> Result<File, Problem> {
    read_query::<Nothing>(arrived.query.as_bytes())?;
    if what == What::All && !web.is_proven(&arrived.visitor, arrived.now).await? {
        return Err(Problem::ProofNeeded);
    }
    let _turn = TURNS.try_acquire().map_err(|_| Problem::Busy)?;
    note(web, arrived, what.noted()).await?;
    let guild = arrived.guild;
    let store = web.bot.store.clone();
    // A store that takes nothing any more is exported all the same.
    if store.stop_reason().is_none() {
        store.write("store_identity", identity::of_store).await?;
    }
    let written = tokio::task::spawn_blocking(move || what.write(&store, guild)).await;
    Ok(written.map_err(Error::failed)??)
}

fn streamed(file: File, guild: GuildId, what: What) -> Response {
    let (kind, name) = what.kind();
    let length = file.metadata().map(|file| file.len());
    let body = try_unfold(tokio::fs::File::from_std(file), |mut file| async move {
        let mut chunk = vec![0; CHUNK];
        let read = file.read(&mut chunk).await?;
        chunk.truncate(read);
        Ok::<_, io::Error>(if read == 0 { None } else { Some((Bytes::from(chunk), file)) })
    });
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    let mut response = (StatusCode::OK, headers, Body::from_stream(body)).into_response();
    let of = if what == What::All { "all".to_owned() } else { guild.to_string() };
    let named = format!("attachment; filename=\"{of}-{name}\"");
    if let Ok(named) = HeaderValue::try_from(named) {
        response.headers_mut().insert(CONTENT_DISPOSITION, named);
    }
    if let Ok(length) = length {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}

/// Rows of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RowsView {
    /// What they are, as the table of the export is called.
    pub table: &'static str,
    /// How many.
    pub rows: u64,
}

/// What the rows of each table of the export are, for people who know their server and not the store.
const IN_WORDS: [(&str, &str); 26] = [
    ("submissions", "Songs that were sent, with their place in the queue"),
    ("transactions", "Entries of the ledger: every coin and point that came or went"),
    ("archived_transactions", "Entries of the ledger that were archived"),
    ("users", "Balances of the server's own currency"),
    ("luxury_coins", "Balances of Luxury Coins"),
    ("user_points", "Balances of points"),
    ("shop_items", "Items of the shop"),
    ("shop_purchases", "What was bought in the shop"),
    ("inventory", "What members own of the shop's items"),
    ("shop_codes", "Codes that members redeem"),
    ("tasks", "Tasks"),
    ("user_tasks", "Claims of tasks, with what was handed in"),
    ("task_categories", "Categories of tasks"),
    ("timed_roles", "Roles that end by themselves"),
    ("currency_metadata", "What there is of the server's own currency in all"),
    ("task_metadata", "How many tasks were done and ran out"),
    ("task_settings", "Settings of tasks"),
    ("tiktok_accounts", "TikTok handles, with whose they are"),
    ("live_sessions", "Lives that were followed"),
    ("tiktok_interactions", "Gifts, likes and comments on lives"),
    ("tiktok_watch_time", "How long somebody watched a live"),
    ("viewer_count_snapshots", "How many watched at a moment of a live"),
    ("reminders", "Reminders"),
    ("persistent_embeds", "Displays in channels"),
    ("queue_config", "Channels in which a line of the queue is shown"),
    ("bot_config", "Settings of this server"),
];

/// What the rows of a table of the export are.
pub fn in_words(table: &str) -> Option<&'static str> {
    IN_WORDS.iter().find(|(name, _)| *name == table).map(|(_, words)| *words)
}

/// What is kept of a server, in words and with how much of it there is, the most important first. Reads all of it.
pub fn kept(read: &dyn Read, guild: GuildId) -> Result<Vec<(&'static str, u64)>> {
    let counts = counts(read, guild)?;
    let rows_of = |table: &str| counts.iter().find(|count| count.table == table).map(|count| count.rows);
    let mut kept: Vec<_> = IN_WORDS.iter().filter_map(|(table, words)| Some((*words, rows_of(table)?))).collect();
    let told = activity::naming(read, guild, |_| true)?.len();
    if told > 0 {
        kept.push(("Entries of the audit", u64::try_from(told).unwrap_or(u64::MAX)));
    }
    Ok(kept)
}

/// How much there is of a server, by the tables of the export. Reads all of it.
pub fn counts(read: &dyn Read, guild: GuildId) -> Result<Vec<RowsView>> {
    let of_itself = [identity::ORIGIN, sqlite::MIGRATIONS.name];
    let mut counts = Vec::new();
    for table in (CATALOGUE.exports)().into_iter().filter(|table| !of_itself.contains(&table.name)) {
        let mut rows = 0;
        (table.rows)(read, Some(guild), &mut |_, _| {
            rows += 1;
            Ok(())
        })?;
        if rows > 0 {
            counts.push(RowsView { table: table.name, rows });
        }
    }
    Ok(counts)
}

/// Removes everything of a server.
pub struct RemoveServer;

/// That it is meant.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ServerRemoval {
    /// The name of the server.
    pub confirm: String,
    /// Whether to tell only how much it would be.
    pub dry_run: bool,
}

/// What went, or would go.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemovedView {
    /// How many rows.
    pub rows: u64,
    /// Whether they are still there.
    pub dry_run: bool,
    /// What they are, where they are still there.
    pub tables: Vec<RowsView>,
}

impl Endpoint for RemoveServer {
    const NAME: &'static str = "data.remove";
    const ABOUT: &'static str = "Removes everything that is stored of a server, or tells how much that would be.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/data/remove"]).form("/g/{server}/data/remove", again::<RemovalPage>);
    const WHO: Who = Who::Owner;
    const SCOPE: Scope = Scope::Export;
    const LIMIT: Limit = Limit::Changes;

    type Path = ();
    type Query = Nothing;
    type Body = ServerRemoval;
    type Answer = RemovedView;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(json!({ "dry_run": true })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<RemovedView>, Problem> {
        let guild = asked.guild;
        if asked.body.dry_run {
            let tables = web.look("rows_of_server", move |read| counts(read, guild)).await?;
            let rows: u64 = tables.iter().map(|table| table.rows).sum();
            return Ok(RemovedView { rows, dry_run: true, tables }.into());
        }
        web.needs_proof(&asked).await?;
        let name = name_of(web, guild);
        if !is_typed(&name, &asked.body.confirm) {
            return Err(Problem::field("confirm", crate::sentence!("Please type **{name}** as it stands here.", name)));
        }
        let store = web.bot.store.clone();
        let removed = tokio::task::spawn_blocking(move || server_removed::remove(&store, guild)).await;
        let rows = removed.map_err(Error::failed)??;
        let answered = Answered::from(RemovedView { rows, dry_run: false, tables: Vec::new() });
        let (rows, are) = (counted(rows, "row", "rows"), if rows == 1 { "is" } else { "are" });
        let gone = crate::sentence!("{rows} of **{name}** {are} gone.", rows = Sentence::words(rows), name, are);
        Ok(answered.saying(gone).leading_to("/"))
    }
}

/// What a server is called.
pub fn name_of(web: &Web, guild: GuildId) -> String {
    web.bot.standings.guild_of_bot(guild).map_or_else(|| guild.to_string(), |named| named.name)
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;
    use crate::kernel::dice::Seed;
    use crate::kernel::time::{Clock, Timestamp};
    use crate::settings::Setting;
    use crate::store::{Options, StoreLocation};

    static SWITCH: Setting<bool> = Setting::new("switch", false);
    const HERE: GuildId = GuildId::new(5);

    fn store(folder: &Path) -> Store {
        let (clock, _) = Clock::simulated(Timestamp::from_millis(1_000));
        let place = StoreLocation::File(folder.join("greenroom.redb"));
        let store = Store::open(&place, Options::new(clock, Seed::fixed(1)), (CATALOGUE.schema)()).unwrap();
        let set = |tx: &crate::store::Tx<'_>| {
            SWITCH.set(tx, HERE, &true)?;
            SWITCH.set(tx, GuildId::new(6), &true)
        };
        store.write_blocking("set", set).unwrap();
        store
    }

    #[tokio::test]
    async fn a_file_is_given_whole_and_nothing_of_it_is_left_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        for (what, begins) in [(What::Sqlite, "SQLite format 3"), (What::Ledger, "entry,guild,time")] {
            let file = what.write(&store, HERE).unwrap();
            let mut left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
            assert!(!left.any(|name| name.to_string_lossy().contains("export")), "{what:?}");
            let response = streamed(file, HERE, what);
            let length: usize = response.headers()[CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
            assert!(response.headers()[CONTENT_DISPOSITION].to_str().unwrap().contains("\"5-"));
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body.len(), length);
            assert!(body.starts_with(begins.as_bytes()), "{what:?}");
        }
        store.close().await;
    }

    #[test]
    fn every_table_of_the_export_is_something_in_words() {
        let of_itself = [identity::ORIGIN, sqlite::MIGRATIONS.name];
        let tables = (CATALOGUE.exports)().into_iter().map(|table| table.name);
        let unnamed: Vec<&str> =
            tables.filter(|table| !of_itself.contains(table) && in_words(table).is_none()).collect();
        assert_eq!(unnamed, Vec::<&str>::new());
    }

    #[test]
    fn rows_are_counted_of_one_server_alone() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(folder.path());
        let count = |guild| store.read_blocking("count", |read| counts(read, guild)).unwrap();
        assert_eq!(count(HERE), [RowsView { table: "bot_config", rows: 1 }]);
        let kept = store.read_blocking("kept", |read| kept(read, HERE)).unwrap();
        assert_eq!(kept, [("Settings of this server", 1)]);
        assert!(count(GuildId::new(7)).is_empty());
        store.close_blocking();
    }
}
