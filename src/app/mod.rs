//! The composition root: configuration, the running application, the command line.

pub mod application;
pub mod catalogue;
pub mod check;
pub mod cli;
pub mod config;
pub mod connection;
pub mod control;
pub mod demo;
pub mod exit;
pub mod export;
pub mod maintenance;
pub mod replay;
pub mod run;
pub mod sim;
mod sweep;
pub mod telemetry;
mod trouble;
