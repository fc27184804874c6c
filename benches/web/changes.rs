//! A call that changes something, until it is answered and on the disk, beside the same change in the store alone.

use std::time::Duration;

use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::flows::coins_posted;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::Stopwatch;

use super::client::Client;
use super::crowd::middle;
use super::ground::Ground;
use super::people;
use super::size::{ROUNDS, Size};
use super::support::progress;
use super::support::report::Report;
use super::support::times::{Times, shown};

/// What hides a token in a page; in a bench there is nobody from whom.
const PAD: [u8; 32] = [5; 32];
pub const BODY: &str = r#"{"act":"give","amount":1,"reason":"won the quiz of the evening"}"#;

/// The middle and the 99th percentile of one round: of the store alone, and of the call.
type Both = [[Duration; 2]; 2];

pub async fn measure(ground: &Ground, size: &Size, report: &mut Report) {
    progress("changing calls");
    let (sessions, user) = (ground.signed_in().await, ground.administrators[0]);
    let people = people::members(&ground.administrators);
    let mut sessions = sessions.iter().zip(people.iter().cycle());
    let path = format!("/api/{}/members/{user}/coins", ground.guild);
    let mut client = Client::connect(ground.address).await;
    let mut rounds: Vec<Both> = Vec::new();
    for _ in 0..ROUNDS {
        let (mut alone, mut called) = (Vec::new(), Vec::new());
        // Whoever changes balances may do so five times a minute, so each change is taken off that again.
        for (session, _) in sessions.by_ref().take(size.calls) {
            let watch = Stopwatch::start();
            pay(ground, user).await;
            alone.push(watch.elapsed());
            let request = session.post(&path, &ground.web.csrf.issue(&session.sid, PAD), BODY);
            let watch = Stopwatch::start();
            let answer = client.ask(&request).await;
            called.push(watch.elapsed());
            assert_eq!(answer.status(), 200, "{}{}", answer.head, answer.text());
            ground.web.bot.pace.forget();
        }
        rounds.push([alone, called].map(|times| {
            let times = Times::new(times);
            [times.median(), times.percentile(99)]
        }));
    }
    let [alone, called] = [0, 1].map(|which| [0, 1].map(|figure| middle(&rounds, |round: &Both| round[which][figure])));
    let both = |[median, p99]: [Duration; 2]| format!("p50 {}, p99 {}", shown(median), shown(p99));
    report.figure("coins given in the store alone, durable", both(alone));
    report.figure("POST that gives coins, durable", both(called));
    let beyond = middle(&rounds, |round: &Both| round[1][0].saturating_sub(round[0][0]));
    report.time("a changing call beyond the commit, p50", Duration::from_millis(1), beyond, "");
}

/// The same without anybody who asks.
async fn pay(ground: &Ground, user: UserId) {
    let guild = ground.guild;
    let posting = Posting {
        currency: Currency::Luxury,
        user,
        delta: 1,
        kind: EntryKind::AdminAdd,
        reason: "won the quiz of the evening".to_owned(),
        actor: Actor::System,
    };
    let pays = ground.app.bot.store.write("pay", move |tx| coins_posted::run(tx, guild, &posting).map(drop));
    pays.await.unwrap();
}
