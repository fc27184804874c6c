//! `greenroom run`: the bot on Discord, or on the simulator that `DISCORD_API_URL` names.

use super::cli::Options;
use super::config::discord::Access;
use super::exit::{CommandResult, ExitCode, Stop};
use super::telemetry;

/// What somebody reads who starts the bot without a token: exactly three lines.
const HOW_TO_START: &str = "\
Greenroom needs a bot token: https://discord.com/developers/applications, Bot, Reset Token; put it into .env as DISCORD_BOT_TOKEN=...
On the same page switch on two privileged intents: Server Members and Message Content.
To look around without a token, run: greenroom demo";

/// Runs the bot until it is told to stop.
pub fn run(options: &Options) -> CommandResult {
    let config = options.load_config()?;
    if config.discord.access == Access::Missing {
        return Err(Stop::new(ExitCode::Configuration, HOW_TO_START));
    }
    telemetry::start(&config.logging)?;
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    Err(Stop::failed("The bot is not part of this build."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_lines_say_how_to_start() {
        let lines: Vec<_> = HOW_TO_START.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("https://discord.com/developers/applications"));
        assert!(lines[1].contains("Server Members") && lines[1].contains("Message Content"));
        assert!(lines[2].contains("greenroom demo"));
    }
}
