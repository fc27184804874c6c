//! Many who mean no good, and a few who ask something: nobody who asks waits for them.

use std::time::Duration;

use greenroom::web::access::Proxies;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::WebWorld;
use crate::patience::{at_this_speed, within};

/// So many bad clients; more by far than the server has places.
const BAD: usize = 2_000;
/// So many good ones, one after the other.
const GOOD: usize = 50;

/// As many files may be open as the system lets us have: each client has one, and so has its connection at the server.
pub fn raise_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

/// What a bad client sends: nothing, half a head, a head without its body, the first byte of one.
fn bad(number: usize) -> String {
    // Each from elsewhere, so that no limit of a place helps.
    let place = format!("x-forwarded-for: 203.0.{}.{}", number / 250, number % 250);
    let post = format!("POST /sign-in HTTP/1.1\r\nhost: localhost\r\n{place}\r\ncontent-length: 900\r\n\r\n");
    match number % 4 {
        0 => String::new(),
        1 => "GET /sign-in HTTP/1.1\r\nhos".to_owned(),
        2 => post,
        _ => format!("{post}u"),
    }
}

async fn connect(ground: &WebWorld, number: usize) -> TcpStream {
    let mut stream = TcpStream::connect(ground.address).await.unwrap();
    // The server may have let it go already.
    let _ = stream.write_all(bad(number).as_bytes()).await;
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_slow_clients_hold_up_nobody_who_asks() {
    raise_open_files();
    let ground = WebWorld::with(|settings| settings.proxies = Proxies(vec!["127.0.0.1".parse().unwrap()])).await;
    let soon = tokio::task::block_in_place(|| at_this_speed(Duration::from_secs(3)));
    let mut slow = Vec::with_capacity(BAD);
    for number in 0..BAD {
        slow.push(within("a bad client is connected", connect(&ground, number)).await);
        if number % (BAD / GOOD) == 0 {
            let asked = "GET /api/status HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: 198.51.100.7\r\nconnection: close\r\n\r\n";
            let answer = timeout(soon, ground.raw(asked)).await;
            let answer = answer.unwrap_or_else(|_| panic!("nobody answered beside {number} bad clients"));
            assert!(answer.starts_with("HTTP/1.1 200"), "{number}: {answer}");
        }
    }
    drop(slow);
    ground.end().await;
}
