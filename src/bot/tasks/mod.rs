//! `/claim`, `/task_submit`, `/tasks` and `/task-admin`, the messages of tasks and proofs, and the review.

pub mod admin;
pub mod autocomplete;
pub mod commands;
pub mod components;
pub mod files;
pub mod jobs;
pub mod messages;
pub mod posts;
pub mod review;
pub mod roles;
pub mod views;

use serenity::all::GatewayIntents;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    for_admins: admin::for_admins,
    components: &[
        &components::CLAIM,
        &components::LIST,
        &components::MINE,
        &components::PENDING,
        &review::ACCEPT,
        &review::REJECT,
        &review::ASK,
    ],
    modals: &[&review::REASON, &review::QUESTION],
    posts: &[&posts::TASKS, &posts::PROOFS],
    jobs: &[
        &jobs::EXPIRY_HANDLER,
        &jobs::DEADLINE_HANDLER,
        &jobs::CLEARING_HANDLER,
        &jobs::NEWS_HANDLER,
        &jobs::NAMED_ROLE_HANDLER,
    ],
    messages: &[messages::counted],
    intents: GatewayIntents::GUILD_MESSAGES,
    ..Face::named("tasks")
};

#[cfg(test)]
mod tests;
