//! `greenroom run` as it is shipped, started on the large store in a process of its own, with all servers on Discord.
//!
//! The first start meets every server for the first time and is not measured. Each of the others is one after an orderly stop.

use std::path::Path;
use std::time::Duration;

use greenroom::kernel::time::Stopwatch;
use greenroom::sim::Sim;

use crate::support::process::{Bot, Readiness, megabytes, pause};
use crate::support::progress;
use crate::support::report::Report;
use crate::support::times::{Times, shown};

/// How often a start is measured.
const STARTS: u64 = 5;
/// How long the bot is looked at to see whether it has something to do.
const LOOK: Duration = Duration::from_secs(2);
/// A bot that takes less of the processor in that time is idle.
const IDLE: Duration = Duration::from_millis(40);
/// It is left to that for so long at most: a minute after the start it looks after backups, which is not to be measured.
const PATIENCE: Duration = Duration::from_secs(45);

/// Starts and memory.
pub fn measure(sim: &Sim, data: &Path, report: &mut Report) {
    progress("the first start on the large store");
    let readiness = Readiness::listen();
    let (bot, _) = readiness.start(sim, data);
    until_idle(&bot);
    bot.stop();
    let (mut said, mut ready) = (Vec::new(), Vec::new());
    for number in 1..=STARTS {
        progress(&format!("start {number} of {STARTS} on the large store"));
        let (bot, started) = readiness.start(sim, data);
        said.push(started.said);
        ready.push(started.ready);
        until_idle(&bot);
        if number == STARTS {
            let more = format!(" (peak {})", megabytes(bot.memory("VmHWM")));
            report.size("resident memory, idle after a start on it", 40, bot.memory("VmRSS"), &more);
        }
        bot.stop();
    }
    let (said, ready) = (Times::new(said), Times::new(ready));
    report.figure("start on it until the store is open and all runs", shown(said.median()));
    let more = format!(" (worst {})", shown(ready.percentile(100)));
    report.time("start on it until ready", Duration::from_millis(300), ready.median(), &more);
}

/// Waits until the bot has nothing to do any more: what each server brings after a start is done.
fn until_idle(bot: &Bot) {
    let watch = Stopwatch::start();
    while watch.elapsed() < PATIENCE {
        let before = bot.processor_time();
        pause(LOOK);
        if bot.processor_time().saturating_sub(before) < IDLE {
            return;
        }
    }
    progress("the bot does not come to rest");
}
