//! Many who ask over connections that stay open, each as soon as they were answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use greenroom::kernel::time::Stopwatch;

use super::client::Client;
use super::support::times::{Times, shown};

/// What is asked, one after the other and from the beginning again.
pub struct Asking {
    requests: Vec<String>,
    next: AtomicUsize,
}

/// What came of one round.
#[derive(Clone, Copy)]
pub struct Round {
    pub median: Duration,
    pub p99: Duration,
    /// Answers in a second.
    pub each_second: u128,
}

impl Asking {
    pub fn new(requests: Vec<String>) -> Arc<Self> {
        Arc::new(Self { requests, next: AtomicUsize::new(0) })
    }

    fn again_and_again(&self) -> &str {
        &self.requests[self.next.fetch_add(1, Ordering::Relaxed) % self.requests.len()]
    }

    /// The next one that was not asked yet.
    fn once(&self) -> Option<&str> {
        self.requests.get(self.next.fetch_add(1, Ordering::Relaxed)).map(String::as_str)
    }
}

impl Round {
    /// The middle of several, each figure for itself.
    pub fn middle(rounds: &[Self]) -> Self {
        Self {
            median: middle(rounds, |round| round.median),
            p99: middle(rounds, |round| round.p99),
            each_second: middle(rounds, |round| round.each_second),
        }
    }

    /// As it stands in the table.
    pub fn shown(&self) -> String {
        format!("{}/s, p50 {}, p99 {}", self.each_second, shown(self.median), shown(self.p99))
    }
}

/// The middle of a figure of several rounds.
pub fn middle<R, T: Ord>(rounds: &[R], of: impl Fn(&R) -> T) -> T {
    let mut figures: Vec<T> = rounds.iter().map(of).collect();
    figures.sort_unstable();
    figures.swap_remove(figures.len() / 2)
}

/// So many ask for so long; each must be answered.
pub async fn round(address: SocketAddr, asking: &Arc<Asking>, connections: usize, lasts: Duration) -> Round {
    let watch = Stopwatch::start();
    let people: Vec<_> = (0..connections).map(|_| tokio::spawn(ask(address, Arc::clone(asking), lasts))).collect();
    let mut times = Vec::new();
    for person in people {
        times.extend(person.await.unwrap());
    }
    let (all, micros) = (times.len() as u128, watch.elapsed().as_micros().max(1));
    let times = Times::new(times);
    Round { median: times.median(), p99: times.percentile(99), each_second: all * 1_000_000 / micros }
}

async fn ask(address: SocketAddr, asking: Arc<Asking>, lasts: Duration) -> Vec<Duration> {
    let mut client = Client::connect(address).await;
    let (mut times, all) = (Vec::new(), Stopwatch::start());
    while times.is_empty() || all.elapsed() < lasts {
        let request = asking.again_and_again();
        let watch = Stopwatch::start();
        let answer = client.ask(request).await;
        times.push(watch.elapsed());
        assert_eq!(answer.status(), 200, "{request}{}", answer.head);
    }
    times
}

/// So many ask until everything was asked once; each must be answered.
pub async fn each_once(address: SocketAddr, asking: &Arc<Asking>, connections: usize) {
    let ask = move |asking: Arc<Asking>| async move {
        let mut client = Client::connect(address).await;
        while let Some(request) = asking.once() {
            let answer = client.ask(request).await;
            assert_eq!(answer.status(), 200, "{request}{}", answer.head);
        }
    };
    let people: Vec<_> = (0..connections).map(|_| tokio::spawn(ask(Arc::clone(asking)))).collect();
    for person in people {
        person.await.unwrap();
    }
}
