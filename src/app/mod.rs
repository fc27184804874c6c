//! The composition root: configuration, the running application, the command line.

pub mod application;
pub mod backup;
pub mod cli;
pub mod config;
pub mod connection;
mod control;
pub mod demo;
pub mod doctor;
pub mod exit;
mod first_run;
mod headroom;
mod health;
mod import;
mod instance;
mod machine;
pub mod maintenance;
pub mod manual;
pub mod operation;
mod owner;
pub mod replay;
pub mod restore;
pub mod rights;
pub mod run;
mod scratch;
pub mod service;
mod show;
mod signals;
pub mod sim;

mod telemetry;
mod terminal;
mod trouble;
mod upkeep;
mod web;
