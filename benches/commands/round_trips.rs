//! From what a person does to the answer that they read.

use std::time::Duration;

use futures_util::future::join_all;
use greenroom::features::coins;
use greenroom::features::coins::model::{Currency, EntryKind};
use greenroom::features::coins::service::Order;
use greenroom::flows::handle_links;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::Stopwatch;
use greenroom::live::Handle;

use crate::stage::Stage;
use crate::support::fill::handle_text;
use crate::support::progress;
use crate::support::report::Report;
use crate::support::times::{Times, shown};

const MILLISECOND: Duration = Duration::from_millis(1);
/// Commands one at a time.
const ALONE: usize = 1_000;
/// How often everybody at once is measured.
const ROUNDS: usize = 5;
const SUBMITS_AT_ONCE: usize = 50;
/// Whole submits and plays one at a time.
const IN_A_ROW: usize = 200;

/// Commands one at a time and a thousand at once, and fifty submits at once, with a thousand songs queued.
pub async fn in_a_small_guild(report: &mut Report) {
    let stage = Stage::set(1_000, 0).await;
    one_at_a_time(&stage, report).await;
    balances(&stage, report).await;
    all_at_once(&stage, report).await;
    submits_at_once(&stage, report).await;
    stage.strike().await;
}

/// Whole submits, `/next` and autocompletes one at a time, with 100,000 songs and handles.
pub async fn in_a_large_guild(report: &mut Report) {
    let stage = Stage::set(100_000, 100_000).await;
    let server = &stage.server;
    let mut times = Vec::new();
    for n in 0..IN_A_ROW {
        times.push(server.submit(n, &format!("inarow{n:05}")).await);
    }
    let submits = Times::new(times);
    report.time(
        "whole submit with 100k songs queued, one at a time",
        MILLISECOND * 5,
        submits.median(),
        &p99(&submits),
    );
    let mut times = Vec::new();
    for _ in 0..IN_A_ROW {
        times.push(server.next().await);
    }
    let plays = Times::new(times);
    report.time("/next with 100k songs, one at a time", MILLISECOND * 5, plays.median(), &p99(&plays));
    let mut times = Vec::new();
    for n in 0..ALONE {
        let typed: String = handle_text(n as u64).chars().take(2).collect();
        times.push(server.complete_handle(n, &typed).await);
    }
    let choices = Times::new(times);
    report.time("handle autocomplete in 100k handles, p50", MILLISECOND, choices.median(), &p99(&choices));
    stage.strike().await;
}

/// The same link once through the store alone and once as a command.
async fn one_at_a_time(stage: &Stage, report: &mut Report) {
    progress("commands one at a time");
    let (server, store) = (&stage.server, &stage.app.bot.store);
    for n in 0..ALONE / 5 {
        server.link(n, format!("warm.{n}")).await;
    }
    let (mut writes, mut commands) = (Vec::new(), Vec::new());
    for n in 0..ALONE {
        let (guild, user) = (server.guild(), UserId::new(700_000_000_000_000_000 + n as u64));
        let handle = Handle::parse(&format!("write.{n}")).unwrap();
        let watch = Stopwatch::start();
        store.write("handle_linked", move |tx| handle_links::link(tx, guild, user, &handle)).await.unwrap();
        writes.push(watch.elapsed());
        commands.push(server.link(n, format!("alone.{n}")).await);
    }
    let (writes, commands) = (Times::new(writes), Times::new(commands));
    report.figure("durable write alone, p50 / p99", both(&writes));
    report.figure("command round trip one at a time, p50 / p99", both(&commands));
    let beyond = commands.percentile(99).saturating_sub(writes.percentile(99));
    let beyond_median =
        format!(" (beyond the p50 of a write: {})", shown(commands.percentile(99).saturating_sub(writes.median())));
    report.time("round trip, p99, beyond the p99 of a durable write", MILLISECOND, beyond, &beyond_median);
}

/// `/balance`, which writes nothing.
async fn balances(stage: &Stage, report: &mut Report) {
    progress("balances one at a time");
    let (server, store) = (&stage.server, &stage.app.bot.store);
    let (guild, members) = (server.guild(), server.members());
    let fill = store.write("fill_balances", move |tx| {
        members.iter().try_for_each(|user| {
            let order =
                Order { currency: Currency::Luxury, user: *user, reason: "won the quiz".into(), actor: Actor::System };
            coins::service::apply(tx, guild, &order.posting(250, EntryKind::AdminAdd)).map(drop)
        })
    });
    fill.await.unwrap();
    let mut times = Vec::new();
    for n in 0..ALONE {
        times.push(server.balance(n).await);
    }
    let times = Times::new(times);
    let more = format!(" (p50 {})", shown(times.median()));
    report.time("/balance one at a time, p99", MILLISECOND * 2, times.percentile(99), &more);
}

async fn all_at_once(stage: &Stage, report: &mut Report) {
    progress("a thousand commands at once");
    let (mut walls, mut longest) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (wall, last) = stage.server.link_all_at_once(round).await;
        walls.push(wall);
        longest.push(last);
    }
    let (first, walls, longest) = (walls[0], Times::new(walls), Times::new(longest).percentile(100));
    let more = format!(" (first {}, worst {})", shown(first), shown(walls.percentile(100)));
    report.time("1,000 commands at once, each with a durable write: wall", MILLISECOND * 600, walls.median(), &more);
    report.time("the slowest of them in all rounds", MILLISECOND * 3_000, longest, ", all answered once");
}

async fn submits_at_once(stage: &Stage, report: &mut Report) {
    progress("fifty submits at once");
    let mut walls = Vec::new();
    for round in 0..ROUNDS {
        let watch = Stopwatch::start();
        let songs: Vec<String> = (0..SUBMITS_AT_ONCE).map(|n| format!("atonce{round}{n:04}")).collect();
        join_all(songs.iter().enumerate().map(|(n, song)| stage.server.submit(n, song))).await;
        walls.push(watch.elapsed());
        stage.app.settled().await.unwrap();
    }
    let (first, walls) = (walls[0], Times::new(walls));
    let more = format!(" (first {}, worst {}), none failed", shown(first), shown(walls.percentile(100)));
    report.time("50 whole submits at once with 1k songs queued", MILLISECOND * 100, walls.median(), &more);
}

fn both(times: &Times) -> String {
    format!("{} / {}", shown(times.median()), shown(times.percentile(99)))
}

fn p99(times: &Times) -> String {
    format!(" (p99 {})", shown(times.percentile(99)))
}
