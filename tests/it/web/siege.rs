//! The real program under siege: clients that mean no good come again and again, each in its own way, beside a few people who
//! ask something. Whoever asks is answered soon, whoever listens goes on hearing, and memory stays what it was.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use greenroom::kernel::time::{Clock, Stopwatch};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::crowd::raise_open_files;
use crate::operator::free_port;
use crate::patience::{LONG, at_this_speed, within};
use crate::process::{Running, SimProcess, greenroom};

const PASSWORD: &str = "a green door in the snow";
/// So many bad clients at the same time; more by far than the server has places.
const BAD: usize = 2_000;
/// So many good ones at the same time, and how often each of them asks.
const GOOD: usize = 50;
const REQUESTS: usize = 20;
/// How much more memory the siege may cost, in bytes. A single one of its bodies is larger.
const MOST: u64 = 150_000_000;
/// What a bad client sends again and again.
static MUCH: [u8; 65_536] = [b'0'; 65_536];
/// A few bytes that would be ten million.
static BOMB: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(&vec![b' '; 10_000_000]).unwrap();
    packer.finish().unwrap()
});
/// The pause of a bad client that was cut off.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause between two bytes of one that is slow.
const DRIP: Duration = Duration::from_millis(250);

/// What is attacked.
struct Castle {
    address: SocketAddr,
    guild: String,
    /// What the operator shows, which fell into the wrong hands as well.
    access: String,
}

/// In which way a client is bad.
#[derive(Clone, Copy, Debug)]
enum Way {
    Silence,
    DripOfAHead,
    NoBody,
    EndlessBody,
    EndlessChunks,
    Bomb,
    EndlessHead,
    TakesNothing,
    ManyStreams,
}

const WAYS: [Way; 9] = [
    Way::Silence,
    Way::DripOfAHead,
    Way::NoBody,
    Way::EndlessBody,
    Way::EndlessChunks,
    Way::Bomb,
    Way::EndlessHead,
    Way::TakesNothing,
    Way::ManyStreams,
];

impl Castle {
    /// One request of a good client on a connection of its own.
    async fn ask(&self, number: usize) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let path = if number.is_multiple_of(2) { "/sign-in" } else { "/api/status" };
        let head = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 198.51.100.{number}\r\n");
        stream.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// A stream that is open, up to its first sign of life.
    async fn listen(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(self.stream("198.51.100.99").as_bytes()).await.unwrap();
        let mut heard: Vec<u8> = Vec::new();
        let begins = async {
            while !String::from_utf8_lossy(&heard).contains("event: beat") {
                let number = stream.read_buf(&mut heard).await.unwrap();
                assert!(number > 0, "{}", String::from_utf8_lossy(&heard));
            }
        };
        within("a stream begins", begins).await;
        stream
    }

    fn stream(&self, place: &str) -> String {
        let Self { guild, access, .. } = self;
        let path = format!("/live?hint=coins.changed.{guild}");
        let shown = format!("x-forwarded-for: {place}\r\nauthorization: Bearer {access}\r\n");
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{shown}\r\n")
    }

    /// A bad client comes once, and does what it does until it is cut off or has what it wants.
    async fn is_attacked(&self, way: Way, number: usize) -> io::Result<()> {
        let mut stream = TcpStream::connect(self.address).await?;
        // Each from elsewhere, so that no limit of a place helps.
        let place = format!("203.0.{}.{}", number / 250, number % 250);
        let head = format!("POST /sign-in HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {place}\r\n");
        let body = |length: &str| format!("{head}{length}\r\n\r\n");
        match way {
            Way::Silence => {}
            Way::DripOfAHead => drip(&mut stream, head.as_bytes()).await?,
            Way::NoBody => stream.write_all(body("content-length: 900").as_bytes()).await?,
            Way::EndlessBody => {
                stream.write_all(body("content-length: 4000000000").as_bytes()).await?;
                pour(&mut stream, "", "").await?;
            }
            Way::EndlessChunks => {
                stream.write_all(body("transfer-encoding: chunked").as_bytes()).await?;
                pour(&mut stream, "10000\r\n", "\r\n").await?;
            }
            Way::Bomb => {
                let length = format!("content-encoding: gzip\r\ncontent-length: {}", BOMB.len());
                stream.write_all(body(&length).as_bytes()).await?;
                stream.write_all(&BOMB).await?;
            }
            Way::EndlessHead => {
                stream.write_all(b"GET /sign-in HTTP/1.1\r\nhost: localhost\r\nx-long: ").await?;
                pour(&mut stream, "", "").await?;
            }
            Way::TakesNothing => {
                let asks = format!(
                    "GET /assets/today/styles.css HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {place}\r\n\r\n"
                );
                stream.write_all(asks.repeat(100).as_bytes()).await?;
                // Longer than the server waits for somebody who takes nothing.
                Clock::system().sleep(Duration::from_secs(30)).await;
                return Ok(());
            }
            Way::ManyStreams => stream.write_all(self.stream(&place).as_bytes()).await?,
        }
        // Until the other side has had enough.
        let mut some = [0; 1_024];
        while stream.read(&mut some).await? > 0 {}
        Ok(())
    }
}

/// Sends one byte after the other, slowly.
async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await?;
        Clock::system().sleep(DRIP).await;
    }
    Ok(())
}

/// Sends without an end, with this before and behind each part, until nobody takes it any more.
async fn pour(stream: &mut TcpStream, before: &str, behind: &str) -> io::Result<()> {
    loop {
        stream.write_all(before.as_bytes()).await?;
        stream.write_all(&MUCH).await?;
        stream.write_all(behind.as_bytes()).await?;
    }
}

/// A bad client, which comes again whenever it was cut off.
async fn besieges(castle: Arc<Castle>, number: usize) {
    loop {
        // It may be refused at the gate, cut off in the middle, or be answered.
        let _ = castle.is_attacked(WAYS[number % WAYS.len()], number).await;
        Clock::system().sleep(PAUSE).await;
    }
}

/// A good client; gives how long its longest request took.
async fn asks(castle: Arc<Castle>, number: usize, soon: Duration) -> Duration {
    let mut longest = Duration::ZERO;
    for request in 0..REQUESTS {
        let watch = Stopwatch::start();
        let answer = timeout(soon, castle.ask(number)).await;
        let answer = answer.unwrap_or_else(|_| panic!("nobody answered request {request} of {number}"));
        longest = longest.max(watch.elapsed());
        assert!(answer.starts_with("HTTP/1.1 200"), "{number}: {answer}");
    }
    longest
}

/// All good clients ask at the same time; gives the longest that any of them waited.
async fn all_are_answered(castle: &Arc<Castle>, soon: Duration) -> Duration {
    let mut good = JoinSet::new();
    for number in 0..GOOD {
        good.spawn(asks(Arc::clone(castle), number, soon));
    }
    let waited = within("all good clients were answered", good.join_all()).await;
    waited.into_iter().max().unwrap()
}

/// A Greenroom with its own bounds, of whose operator somebody knows what they show.
async fn castle(sim: &SimProcess, running: &Running, port: &str) -> Castle {
    running.says_all(&["the web is served", "connected to Discord"]);
    let credentials = json!({ "username": "admin", "password": PASSWORD });
    let http = reqwest::Client::builder().timeout(LONG).no_proxy().build().unwrap();
    let sent = http.post(format!("http://127.0.0.1:{port}/api/auth/login")).json(&credentials).send();
    let answer = sent.await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let signed_in: Value = answer.json().await.unwrap();
    Castle {
        address: format!("127.0.0.1:{port}").parse().unwrap(),
        guild: sim.ids["guild"].as_str().unwrap().to_owned(),
        access: signed_in["access_token"].as_str().unwrap().to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "heavy: two thousand clients that never stop"]
async fn two_thousand_clients_that_come_again_and_again_starve_nobody_and_cost_little_memory() {
    raise_open_files();
    let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
    let sim = SimProcess::start(folder.path()).await;
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("DISCORD_API_URL", &sim.discord).env("API_BIND", "127.0.0.1").env("API_PORT", &port);
    command.env("ADMIN_PASSWORD", PASSWORD).env("TRUSTED_PROXIES", "127.0.0.1");
    let mut running = Running::start(command);
    let castle = Arc::new(castle(&sim, &running, &port).await);
    let soon = tokio::task::block_in_place(|| at_this_speed(Duration::from_secs(5)));
    let mut listener = castle.listen().await;
    let before = running.peak_memory();

    let mut bad = JoinSet::new();
    for number in 0..BAD {
        bad.spawn(besieges(Arc::clone(&castle), number));
    }
    let mut longest = all_are_answered(&castle, soon).await;
    // As much comes as the siege has, until somebody who listened from before it hears that the stream goes on.
    let mut heard: Vec<u8> = Vec::new();
    let hears = async {
        while !String::from_utf8_lossy(&heard).contains("event: beat") {
            let number = listener.read_buf(&mut heard).await.unwrap();
            assert!(number > 0, "a stream was cut off for others: {}", String::from_utf8_lossy(&heard));
        }
    };
    within("whoever listened goes on hearing", hears).await;
    longest = longest.max(all_are_answered(&castle, soon).await);
    let after = running.peak_memory();
    assert!(after.saturating_sub(before) < MOST, "{before} before, {after} after; the longest wait was {longest:?}");

    bad.shutdown().await;
    assert!(castle.ask(GOOD).await.starts_with("HTTP/1.1 200"));
    assert!(!running.has_ended());
    running.signal("TERM");
    assert!(running.ended().success());
}
