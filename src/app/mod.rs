//! The composition root: configuration, the running application, the command line.

pub mod catalogue;
pub mod check;
pub mod cli;
pub mod config;
pub mod control;
pub mod exit;
pub mod export;
pub mod maintenance;
pub mod run;
pub mod sim;
pub mod telemetry;
