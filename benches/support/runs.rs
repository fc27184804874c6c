//! Runs of the same work, through criterion or plain.

use std::time::Duration;

use criterion::Criterion;
use greenroom::kernel::time::Stopwatch;

use crate::support::times::Times;

/// Lets criterion measure `work`, and gives the median of the same runs.
pub fn sampled(criterion: &mut Criterion, name: &str, mut work: impl FnMut(u64)) -> Duration {
    let mut times = Vec::new();
    let mut run = 0;
    criterion.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let mut whole = Duration::ZERO;
            for _ in 0..iterations {
                let watch = Stopwatch::start();
                work(run);
                let time = watch.elapsed();
                times.push(time);
                whole += time;
                run += 1;
            }
            whole
        });
    });
    Times::new(times).median()
}

/// Measures `work` that many times, where setting up is most of it.
pub fn timed(runs: u64, mut work: impl FnMut(u64)) -> Times {
    let measure = |run| {
        let watch = Stopwatch::start();
        work(run);
        watch.elapsed()
    };
    Times::new((0..runs).map(measure).collect())
}
