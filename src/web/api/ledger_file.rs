//! The entries of a filter as a file, written part by part.

use axum::body::Body;
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream;
use url::form_urlencoded;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::data;
use super::ledger::EntriesQuery;
use super::sheets::{csv_file, json_file, note};
use super::transactions::TransactionView;
use crate::features::coins::csv::{self, Stretch};
use crate::features::coins::queries::entries::{self, Wanted};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Problem, told};
use crate::web::endpoint::{Arrived, Doors, Route, Sample, Shape};
use crate::web::filter;
use crate::web::input::read_query;

/// By what a form is asked for.
const FORMAT: &str = "format";

/// The entries of a filter as a file.
pub const EXPORT: Route = Route {
    name: "ledger.export",
    about: "Gives the entries of a filter as a file of CSV or JSON, oldest first; or everything of the server as one of SQLite.",
    doors: Doors::get(&["/api/{server}/ledger/export", "/api/{server}/transactions/export"]),
    who: Who::Admin,
    scope: Scope::Export,
    limit: Limit::Exports,
    requirements: &["T-API-16"],
    shape: Some(shape),
    sample: |_| Sample { query: "currency=luxury", ..Sample::default() },
    serve: export,
    ..Route::PLAIN
};

fn export(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match file(&web, &arrived).await {
            Ok(response) => response,
            Err(problem) => told(&web, &problem, EXPORT.name, false),
        }
    })
}

/// What stands behind the question mark: the filter of the list, and the form.
fn shape() -> Shape {
    let mut shape = Shape::of_file::<EntriesQuery>("text/csv");
    let format = ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("The form of a file: `csv`, `json`, or `sqlite` for everything of the server."));
    if let RefOr::T(Schema::Object(query)) = &mut shape.query {
        query.properties.insert(FORMAT.to_owned(), RefOr::T(format.into()));
    }
    shape
}

/// The form that is asked for, and the filter without it, which is that of the list.
fn of_file(query: &str) -> (Option<String>, String) {
    let (mut form, mut filter) = (None, form_urlencoded::Serializer::new(String::new()));
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == FORMAT {
            form = Some(value.into_owned());
        } else {
            filter.append_pair(&name, &value);
        }
    }
    (form, filter.finish())
}

/// The form of a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileForm {
    Csv,
    Json,
    Sqlite,
}

impl FileForm {
    fn called(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        }
    }

    /// The next part of a file, and how it goes on.
    fn part(
        self,
        read: &dyn Read,
        guild: GuildId,
        wanted: &Wanted,
        from: Written,
    ) -> Result<(Vec<u8>, Option<Written>)> {
        let Written { stretch, mut has_any } = from;
        if self == Self::Csv {
            let (lines, rest) = csv::part(read, guild, wanted, stretch)?;
            return Ok((lines, rest.map(|stretch| Written { stretch, has_any })));
        }
        let (entries, rest) = stretch.part(read, guild, wanted)?;
        let mut text = if stretch.is_begin() { b"[".to_vec() } else { Vec::new() };
        for (id, entry) in entries {
            text.extend_from_slice(if has_any { b",\n" } else { b"\n" });
            has_any = true;
            let row = entries::told(read, guild, id, entry)?;
            serde_json::to_writer(&mut text, &TransactionView::of(guild, &row, None)).map_err(Error::failed)?;
        }
        if rest.is_none() {
            text.extend_from_slice(b"\n]\n");
        }
        Ok((text, rest.map(|stretch| Written { stretch, has_any })))
    }
}

/// How far a file is written.
#[derive(Clone, Copy)]
struct Written {
    stretch: Stretch,
    /// Whether an entry stands in it.
    has_any: bool,
}

async fn file(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let guild = arrived.guild;
    let (named, query) = of_file(&arrived.query);
    let query: EntriesQuery = read_query(query.as_bytes())?;
    let forms = || Sentence::words("The ledger comes as csv or json, and everything of the server as sqlite.");
    let form = filter::read("format", named.as_deref(), FileForm::called, forms)?.unwrap_or(FileForm::Csv);
    let wanted = query.wanted(web, guild).await?;
    if form == FileForm::Sqlite {
        if wanted != (Wanted { guild: Some(guild), ..Wanted::default() }) {
            let whole = "A file of SQLite holds everything of the server, so it takes no filter.";
            return Err(Problem::field("format", Sentence::words(whole)));
        }
        let whole = Arrived { query: String::new(), ..arrived.clone() };
        return Ok((data::EXPORT.serve)(web.clone(), whole).await);
    }
    let begin = web.look("ledger_export", move |read| Stretch::begin(read, guild)).await?;
    note(web, arrived, "ledger").await?;
    let web = web.clone();
    let begin = Written { stretch: begin, has_any: false };
    let parts = stream::try_unfold(Some(begin), move |from| {
        let web = web.clone();
        async move {
            let Some(from) = from else { return Ok(None) };
            let part = web.look("ledger_part", move |read| form.part(read, guild, &wanted, from)).await?;
            Ok::<_, Error>(Some(part))
        }
    });
    let body = Body::from_stream(parts);
    Ok(if form == FileForm::Json { json_file("ledger", guild, body) } else { csv_file("ledger", guild, body) })
}
