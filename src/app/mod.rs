//! The composition root: configuration, the running application, the command line.

pub mod config;
