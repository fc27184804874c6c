//! What can be typed behind `backup`, `restore` and `import`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::kernel::ids::GuildId;

/// Options of `backup`.
#[derive(Args, Clone, Debug)]
pub struct BackupArgs {
    /// The file to write, which must not exist, in a folder that does [default: a new one in backups/snapshots of the data folder]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `restore`.
#[derive(Args, Clone, Debug)]
pub struct RestoreArgs {
    /// The backup: a snapshot, or the greenroom.redb of a stopped bot
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only try it in a scratch file; the store is not touched, and the bot may run
    #[arg(long)]
    pub rehearse: bool,
    /// Restore it also when check finds problems in it
    #[arg(long, conflicts_with = "rehearse")]
    pub anyway: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// The bots whose data can be brought in.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// The SQLite file of a LuxBot, or a JSON file of points; a running bot is asked to do it
    Luxbot(ImportLuxbotArgs),
}

/// Options of `import luxbot`.
#[derive(Args, Clone, Debug)]
pub struct ImportLuxbotArgs {
    /// The file
    #[arg(value_name = "FILE.db|POINTS.json")]
    pub file: PathBuf,
    /// The server that the data are for
    #[arg(long, value_name = "ID", value_parser = super::server)]
    pub guild: GuildId,
    /// Only show what would come, and what would be left out and why
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}
