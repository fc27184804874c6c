//! `greenroom sim`: the simulator alone, for bots and testers in other processes.

use std::io::{self, Write};
use std::net::SocketAddr;

use serde_json::json;

use super::{Settings, Sim, SimOptions};
use crate::kernel::time::Clock;

/// Serves a simulator on `listen` until the process ends, and writes one line of JSON with its addresses to `out` when
/// it is ready.
///
/// It follows the system's clock, limits rates as Discord does, and takes any token that is not empty: a bot elsewhere
/// cannot know one, and none of them opens anything. Ends with an error where the address is taken or not loopback.
pub async fn serve(listen: SocketAddr, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let settings = Settings { token: None, rate_limits: true, ..Settings::default() };
    let sim = Sim::start(SimOptions { listen, settings, ..SimOptions::new(Clock::system(), None) }).await?;
    let ready = json!({
        "discord": sim.discord_url(),
        "gateway": sim.gateway_url(),
        "control": sim.control_url(),
        "live": format!("{}/live", sim.discord_url()),
    });
    writeln!(out, "{ready}")?;
    out.flush()?;
    std::future::pending().await
}
