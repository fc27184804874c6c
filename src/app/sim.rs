//! `greenroom sim`: the simulated Discord and TikTok alone, for a bot in another process.

use std::time::Duration;

use super::cli::{Options, SimArgs};
use super::exit::{CommandResult, Stop};
use super::telemetry;
use crate::sim::serve;

/// Serves until the process is interrupted. Prints one line of JSON with the addresses when it is ready.
pub fn run(options: &Options, args: &SimArgs) -> CommandResult {
    telemetry::start(&options.load_logging()?)?;
    let runtime = tokio::runtime::Runtime::new().map_err(Stop::failed)?;
    runtime.block_on(async {
        let mut out = std::io::stdout();
        let answer_within = Duration::from_secs(args.answer_within);
        tokio::select! {
            // First, so that whoever reads that it is ready can interrupt it.
            biased;
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(Stop::failed),
            served = serve(args.listen, answer_within, &mut out) => {
                served.map_err(|error| Stop::failed(format!("The simulator cannot listen on {}: {error}.", args.listen)))
            }
        }
    })
}
