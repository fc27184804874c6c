//! Discord's limits on what a bot sends: messages, embeds, components, modals, command definitions.
//!
//! Sources: <https://discord.com/developers/docs/resources/message>, `…/components/reference`,
//! `…/interactions/application-commands`. Lengths are counted in UTF-16 units.

pub(crate) mod commands;
pub(crate) mod components;
pub(crate) mod embeds;
pub(crate) mod modal;
