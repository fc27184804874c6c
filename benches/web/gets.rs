//! Lists of a large server, asked for by many who are signed in, beside a route that has as many bytes in its hand.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use greenroom::kernel::time::Clock;
use greenroom::web::server::serve;
use tokio::net::TcpListener;

use super::client::Client;
use super::crowd::{Asking, Round, round};
use super::ground::{BOUNDS, Ground};
use super::people::Session;
use super::size::{ROUNDS, Size};
use super::support::fill::{scattered, submitter};
use super::support::progress;
use super::support::report::Report;

/// Connections at the same time.
const CONNECTIONS: usize = 32;

/// Something that is looked at.
struct Look {
    what: &'static str,
    /// Where it is, for each request another page of it.
    path: fn(&Ground, &Size, u64) -> String,
    /// What stands in it once for each row, and how many rows it has at least.
    rows: (&'static str, usize),
    /// Whether a browser asks for it, which takes it packed.
    is_page: bool,
    /// Within which time 99 of 100 are to be answered.
    p99: Option<Duration>,
    /// So many are to be answered in a second at least.
    each_second: Option<u128>,
}

const LOOKS: [Look; 7] = [
    Look {
        what: "GET /api/status",
        path: |_, _, _| "/api/status".to_owned(),
        rows: ("online", 1),
        is_page: false,
        p99: None,
        each_second: None,
    },
    Look {
        what: "GET of 50 entries of the ledger among all, as JSON",
        path: |ground, size, n| format!("/api/{}/ledger?before={}", ground.guild, entry(size, n)),
        rows: ("\"transaction_id\"", 50),
        is_page: false,
        p99: Some(Duration::from_millis(5)),
        each_second: Some(5_000),
    },
    Look {
        what: "the ledger by kind, currency and day, as JSON",
        path: |ground, _, _| {
            let since = Clock::system().now().before(Duration::from_hours(24 * 10)).strftime("%Y-%m-%d");
            format!("/api/{}/ledger?kind=gift&currency=luxury&from={since}", ground.guild)
        },
        rows: ("\"transaction_id\"", 50),
        is_page: false,
        p99: Some(Duration::from_millis(20)),
        each_second: None,
    },
    Look {
        what: "the ledger by member, currency and day, as JSON",
        path: |ground, size, n| {
            let member = submitter(scattered(n) % size.members);
            format!("/api/{}/ledger?member={member}&currency=luxury&from=2026-01-01", ground.guild)
        },
        rows: ("\"transaction_id\"", 5),
        is_page: false,
        p99: Some(Duration::from_millis(20)),
        each_second: None,
    },
    Look {
        what: "the statistics of a year of all entries, as JSON",
        path: |ground, _, _| format!("/api/{}/transactions/statistics?period=year", ground.guild),
        rows: ("\"day\"", 1),
        is_page: false,
        p99: Some(Duration::from_millis(50)),
        each_second: None,
    },
    Look {
        what: "GET of 50 songs among all, as JSON",
        path: |ground, _, _| format!("/api/{}/songs", ground.guild),
        rows: ("\"submitted_at\"", 50),
        is_page: false,
        p99: None,
        each_second: None,
    },
    Look {
        what: "the page of 50 entries of the ledger, packed",
        path: |ground, size, n| format!("/g/{}/ledger?before={}", ground.guild, entry(size, n)),
        rows: ("id=\"transactions-", 50),
        is_page: true,
        p99: None,
        each_second: None,
    },
];

/// An entry that has fifty before it.
fn entry(size: &Size, n: u64) -> u64 {
    51 + scattered(n) % (size.entries - 50)
}

pub async fn measure(ground: &Ground, size: &Size, report: &mut Report) {
    for look in &LOOKS {
        progress(look.what);
        let sessions = ground.signed_in().await;
        let answer = first_answer(ground, size, look, &sessions[0]).await;
        let bare = bare(answer).await;
        let path = |n: usize| (look.path)(ground, size, n as u64);
        let request = |(n, session): (usize, &Session)| {
            if look.is_page { session.get_packed(&path(n)) } else { session.get(&path(n)) }
        };
        let asking = Asking::new(sessions.iter().enumerate().map(request).collect());
        let (mut of_bare, mut of_web) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            of_bare.push(round(bare, &asking, CONNECTIONS, size.lasts).await);
            of_web.push(round(ground.address, &asking, CONNECTIONS, size.lasts).await);
        }
        tell(look, &Round::middle(&of_bare), &Round::middle(&of_web), report);
    }
}

fn tell(look: &Look, bare: &Round, web: &Round, report: &mut Report) {
    report.figure(&format!("a bare route with as many bytes as: {}", look.what), bare.shown());
    let Some(p99) = look.p99 else { return report.figure(look.what, web.shown()) };
    let least = look.each_second.unwrap_or(0);
    let wanted = if least > 0 { format!(", {least}/s") } else { String::new() };
    let is_reached = web.p99 < p99 && web.each_second >= least;
    report.target(look.what, &format!("p99 under {} ms{wanted}", p99.as_millis()), web.shown(), is_reached);
}

/// What is answered, as it goes over the wire, once it is seen that it is what was meant.
async fn first_answer(ground: &Ground, size: &Size, look: &Look, session: &Session) -> Bytes {
    let mut client = Client::connect(ground.address).await;
    let path = (look.path)(ground, size, 0);
    let answer = client.ask(&session.get(&path)).await;
    let (row, least) = look.rows;
    let rows = answer.text().matches(row).count();
    assert!(answer.status() == 200 && rows >= least, "{path} has {rows} rows: {}{}", answer.head, answer.text());
    if !look.is_page {
        return answer.body.into();
    }
    client.ask(&session.get_packed(&path)).await.body.into()
}

/// The same accept loop with one route, which answers these bytes whatever is asked.
async fn bare(bytes: Bytes) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = move || {
        let bytes = bytes.clone();
        async move { bytes }
    };
    let routes = Router::new().fallback(answer);
    tokio::spawn(serve(listener, BOUNDS, routes, std::future::pending()));
    address
}
