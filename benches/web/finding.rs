//! Somebody looks for a member among all: on the page of members, and in the palette, as they type.

use std::time::Duration;

use super::client::Client;
use super::crowd::{Asking, Round, round};
use super::ground::Ground;
use super::size::{ROUNDS, Size};
use super::support::fill::{handle_text, scattered, submitter};
use super::support::progress;
use super::support::report::Report;

/// Where it is looked for.
const PLACES: [(&str, &str); 3] = [
    ("the palette", "/g/{server}/palette?q="),
    ("members as JSON", "/api/{server}/members?q="),
    ("the page of members", "/g/{server}/members?q="),
];

/// What is typed, in words, and made of a number.
type Typed = (&'static str, fn(&Size, u64) -> String);

/// What is typed.
const TYPED: [Typed; 4] = [
    ("two letters of a handle", |size, n| handle_text(scattered(n) % size.members).chars().take(2).collect()),
    // Names are looked for in the latest songs: those of earlier ones are found by their handle or their number.
    ("the name of a member", |size, n| format!("member{}", size.members - 1 - scattered(n) % 1_000)),
    ("the number of a member", |size, n| submitter(scattered(n) % size.members).to_string()),
    ("what nobody is called", |_, n| format!("zzzz {n}")),
];

pub async fn measure(ground: &Ground, size: &Size, report: &mut Report) {
    progress("search and palette");
    for (place, path) in PLACES {
        let path = path.replace("{server}", &ground.guild.to_string());
        let sessions = ground.signed_in().await;
        for (what, typed) in TYPED {
            let address = |n: usize| format!("{path}{}", typed(size, n as u64).replace(' ', "+"));
            let answer = Client::connect(ground.address).await.ask(&sessions[0].get(&address(0))).await;
            let is_known = what != TYPED[3].0;
            assert!(
                !is_known || answer.text().contains("/members/") || answer.text().contains("\"user_id\""),
                "{what}"
            );
            let requests = sessions.iter().enumerate().map(|(n, session)| session.get(&address(n)));
            let asking = Asking::new(requests.collect());
            let mut rounds = Vec::new();
            for _ in 0..ROUNDS {
                rounds.push(round(ground.address, &asking, 1, size.lasts / 4).await);
            }
            let middle = Round::middle(&rounds);
            let limit = Duration::from_millis(100);
            let row = format!("{what} in {place}, among {} members", size.members);
            report.target(&row, "p99 under 100 ms", middle.shown(), middle.p99 < limit);
        }
    }
}
