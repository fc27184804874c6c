//! The composition root: configuration, the running application, the command line.

pub mod cli;
pub mod config;
pub mod control;
pub mod exit;
pub mod run;
pub mod telemetry;
