//! `greenroom sim`: the simulated Discord alone.

use super::cli::{Options, SimArgs};
use super::exit::{CommandResult, Stop};
use super::run::runtime;
use super::telemetry;
use crate::sim;

/// Serves the simulator until the process is ended.
pub fn run(options: &Options, args: &SimArgs) -> CommandResult {
    telemetry::start(&options.load_logging()?)?;
    let served = runtime()?.block_on(sim::serve(args.listen, &mut std::io::stdout()));
    served.map_err(|error| Stop::failed(format!("The simulator cannot listen on {}: {error}.", args.listen)))
}
