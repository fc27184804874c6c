//! The ways in which songs are submitted: commands, a form, and posted messages, all through [`intake`].

pub mod commands;
pub mod files;
pub mod intake;
pub mod jobs;
pub mod modal;
pub mod passive;
pub mod views;

use serenity::all::GatewayIntents;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    for_administrators: commands::for_administrators,
    channels: &[&commands::SUBMISSIONS],
    modals: &[&modal::SUBMIT],
    messages: &[passive::handle],
    edits: &[passive::edited],
    servers: &[passive::history::connected],
    intents: GatewayIntents::GUILD_MESSAGES
        .union(GatewayIntents::MESSAGE_CONTENT)
        .union(GatewayIntents::DIRECT_MESSAGES),
    jobs: &[
        &jobs::CONFIRM_HANDLER,
        &jobs::NOTICE_HANDLER,
        &jobs::TITLES_HANDLER,
        &jobs::CORRECT_HANDLER,
        &passive::history::CATCH_UP_HANDLER,
        &passive::history::IN_SIGHT_AGAIN_HANDLER,
        &passive::clearing::CLEAR_HANDLER,
        &passive::again::LOOK_AGAIN_HANDLER,
    ],
    ..Face::named("submissions")
};

#[cfg(test)]
mod tests;
