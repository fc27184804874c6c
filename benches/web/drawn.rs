//! Pages of fifty rows without sockets: from the request to the packed bytes, in time and in processor time.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use greenroom::kernel::time::Stopwatch;
use greenroom::web::table::router;
use tower::ServiceExt;

use super::crowd::middle;
use super::ground::Ground;
use super::people::{Session, place};
use super::size::{ROUNDS, Size};
use super::support::process::processor_time_of;
use super::support::progress;
use super::support::report::Report;
use super::support::times::{Times, shown};

/// Pages with fifty rows.
const PAGES: [(&str, &str, &str); 4] = [
    ("the ledger", "/g/{server}/ledger", "id=\"transactions-"),
    ("the ledger by kind and currency", "/g/{server}/ledger?kind=gift&currency=luxury", "id=\"transactions-"),
    ("the members", "/g/{server}/members", "id=\"users-"),
    ("the songs", "/g/{server}/songs", "id=\"songs-"),
];

/// What came of one round.
struct Drawn {
    median: Duration,
    p99: Duration,
    /// Processor time of one page.
    work: Duration,
}

pub async fn measure(ground: &Ground, size: &Size, report: &mut Report) {
    progress("pages without sockets");
    let routes = router(&ground.web);
    for (what, path, row) in PAGES {
        let (sessions, path) = (ground.signed_in().await, path.replace("{server}", &ground.guild.to_string()));
        let page = shown_to(&routes, &sessions[0], &path, 0, false).await;
        let rows = String::from_utf8(page).unwrap().matches(row).count();
        assert!(rows >= 50, "{path} has {rows} rows");
        let mut rounds = Vec::new();
        for round in 0..ROUNDS {
            rounds.push(draw(&routes, &sessions, &path, round, size.drawn).await);
        }
        let (p99, work) = (middle(&rounds, |round| round.p99), middle(&rounds, |round| round.work));
        let more = format!(" (p50 {})", shown(middle(&rounds, |round| round.median)));
        let row = format!("{what}, 50 rows, drawn and packed without sockets");
        report.time(&format!("{row}, p99"), Duration::from_millis(8), p99, &more);
        report.time(&format!("{row}, processor time of one"), Duration::from_millis(2), work, "");
    }
}

/// One page after the other, each for another session and from elsewhere.
async fn draw(routes: &Router, sessions: &[Session], path: &str, round: usize, pages: usize) -> Drawn {
    let (mut times, before) = (Vec::with_capacity(pages), processor_time_of("self"));
    for number in round * pages..(round + 1) * pages {
        let watch = Stopwatch::start();
        let page = shown_to(routes, &sessions[number % sessions.len()], path, number, true).await;
        times.push(watch.elapsed());
        assert!(!page.is_empty());
    }
    let work = processor_time_of("self").saturating_sub(before) / u32::try_from(pages).unwrap();
    let times = Times::new(times);
    Drawn { median: times.median(), p99: times.percentile(99), work }
}

/// The bytes of a page, as a browser would be sent them.
pub async fn shown_to(routes: &Router, session: &Session, path: &str, number: usize, is_packed: bool) -> Vec<u8> {
    let (status, bytes) = asked(routes, session, path, number, is_packed).await;
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
    bytes
}

/// What is answered without a socket.
pub async fn asked(
    routes: &Router,
    session: &Session,
    path: &str,
    number: usize,
    is_packed: bool,
) -> (StatusCode, Vec<u8>) {
    let request = Request::get(path)
        .header("host", "localhost")
        .header("x-forwarded-for", place(number))
        .header("cookie", format!("access={}", session.access))
        .header("accept-encoding", if is_packed { "gzip" } else { "identity" });
    let answer = routes.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = answer.status();
    (status, to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
}
