//! Signing in with a password: a hash that is meant to take its time, and what is around it.

use std::time::Duration;

use greenroom::kernel::secret::Secret;
use greenroom::kernel::time::Stopwatch;
use serde_json::json;

use super::client::Client;
use super::crowd::middle;
use super::ground::{Ground, OPERATOR, PASSWORD};
use super::people::{place, with_length};
use super::size::ROUNDS;
use super::support::progress;
use super::support::report::Report;
use super::support::times::{Times, shown};

/// Tries of one round. In all there may be sixty within a minute.
const TRIES: usize = 10;

pub async fn measure(ground: &Ground, report: &mut Report) {
    progress("signing in");
    let phc = ground.web.passwords.hash(Secret::new(PASSWORD)).await.unwrap();
    let body = json!({ "username": OPERATOR, "password": PASSWORD }).to_string();
    let mut client = Client::connect(ground.address).await;
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let (mut hashed, mut signed_in) = (Vec::new(), Vec::new());
        for number in 0..TRIES {
            let watch = Stopwatch::start();
            assert!(ground.web.passwords.matches(Secret::new(PASSWORD), Some(phc.clone())).await.unwrap());
            hashed.push(watch.elapsed());
            let head = format!("host: localhost\r\nx-forwarded-for: {}\r\n", place(round * TRIES + number));
            let request = format!("POST /api/auth/login HTTP/1.1\r\n{head}{}", with_length(&body));
            let watch = Stopwatch::start();
            let answer = client.ask(&request).await;
            signed_in.push(watch.elapsed());
            assert_eq!(answer.status(), 200, "{}{}", answer.head, answer.text());
        }
        rounds.push((Times::new(hashed).median(), Times::new(signed_in).median()));
    }
    report.figure("a hash by argon2 alone, p50", shown(middle(&rounds, |round| round.0)));
    let signed_in = middle(&rounds, |round| round.1);
    report.time("sign-in with a password, one at a time, p50", Duration::from_millis(60), signed_in, "");
}
