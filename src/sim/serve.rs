//! `greenroom sim`: the simulator alone, for bots and testers in other processes.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;

use super::{Settings, Sim, SimOptions};
use crate::kernel::time::{Clock, ClockHand, Stopwatch};

/// How often the served clock is moved.
const TICK: Duration = Duration::from_millis(10);

/// Serves a simulator on `listen` until the process ends, and writes one line of JSON with its addresses to `out` when
/// it is ready.
///
/// Its clock starts at the system's time and runs with it; testers can move it further (`POST /sim/v1/clock`). It limits
/// rates as Discord does, and takes any token that is not empty: a bot elsewhere cannot know one, and
/// none of them opens anything. A bot has `answer_within` for its first answer to an interaction. Ends with an error where the address is taken or not loopback.
pub async fn serve(listen: SocketAddr, answer_within: Duration, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let settings = Settings { token: None, rate_limits: true, answer_within, ..Settings::default() };
    let (clock, hand) = Clock::simulated(Clock::system().now());
    let sim = Sim::start(SimOptions { listen, settings, ..SimOptions::new(clock, Some(hand.clone())) }).await?;
    let ready = json!({
        "discord": sim.discord_url(),
        "gateway": sim.gateway_url(),
        "control": sim.control_url(),
        "live": sim.live_url(),
        "live_managed": sim.live_managed_url(),
        "oembed": sim.oembed_url(),
    });
    writeln!(out, "{ready}")?;
    out.flush()?;
    run(&hand).await
}

/// Moves the hand as real time passes.
async fn run(hand: &ClockHand) -> ! {
    let (system, watch) = (Clock::system(), Stopwatch::start());
    let mut moved = Duration::ZERO;
    loop {
        system.sleep(TICK).await;
        let passed = watch.elapsed();
        hand.advance(passed.saturating_sub(moved));
        moved = passed;
    }
}
