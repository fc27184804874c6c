//! Requests over connections that stay open, in a closed loop, beside a route that does nothing.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use greenroom::kernel::time::Stopwatch;
use greenroom::web::server::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::ground::{BOUNDS, Ground, place};
use super::support::progress;
use super::support::report::Report;
use super::support::times::{Times, shown};

/// Connections at the same time.
const CONNECTIONS: usize = 32;
/// Requests of each.
const REQUESTS: usize = 2_000;
/// Each of so many comes from an address of its own.
const PLACES: usize = 4_000;
const RUNS: usize = 5;

pub async fn measure(report: &mut Report) {
    progress("requests");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let bare = listener.local_addr().unwrap();
    let routes = Router::new().route("/api/status", get(|| async { "{\"online\":true}" }));
    tokio::spawn(serve(listener, BOUNDS, routes, std::future::pending()));
    let ground = Ground::new(&[], 0).await;
    for (what, address) in [("a bare route", bare), ("GET /api/status", ground.address)] {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            runs.push(run(address).await);
        }
        runs.sort_by_key(|(p99, ..)| *p99);
        let (p99, median, each_second) = runs[RUNS / 2];
        let figure = format!("{each_second}/s, p50 {}, p99 {}", shown(median), shown(p99));
        report.figure(&format!("{what}, {CONNECTIONS} connections, middle of {RUNS} runs"), figure);
    }
}

/// The 99th percentile, the middle, and how many requests were answered in a second.
async fn run(address: SocketAddr) -> (Duration, Duration, u128) {
    let watch = Stopwatch::start();
    let asking: Vec<_> = (0..CONNECTIONS).map(|number| tokio::spawn(ask(address, number))).collect();
    let mut times = Vec::with_capacity(CONNECTIONS * REQUESTS);
    for asked in asking {
        times.extend(asked.await.unwrap());
    }
    let (all, micros) = (times.len() as u128, watch.elapsed().as_micros().max(1));
    let times = Times::new(times);
    (times.percentile(99), times.median(), all * 1_000_000 / micros)
}

async fn ask(address: SocketAddr, connection: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut times = Vec::with_capacity(REQUESTS);
    let mut answer = Vec::new();
    for number in 0..REQUESTS {
        let from = place((connection * REQUESTS + number) % PLACES);
        let request = format!("GET /api/status HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {from}\r\n\r\n");
        let watch = Stopwatch::start();
        stream.write_all(request.as_bytes()).await.unwrap();
        read_answer(&mut stream, &mut answer).await;
        times.push(watch.elapsed());
    }
    times
}

/// Reads one answer, whose length its head says.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) {
    answer.clear();
    let mut some = [0; 4_096];
    loop {
        let number = stream.read(&mut some).await.unwrap();
        assert!(number > 0, "the connection was closed: {}", String::from_utf8_lossy(answer));
        answer.extend_from_slice(&some[..number]);
        let text = std::str::from_utf8(answer).unwrap();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
        if body.len() >= length.parse().unwrap() {
            return;
        }
    }
}
