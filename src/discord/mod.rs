//! What every feature needs of Discord.
//!
//! | file | for |
//! | --- | --- |
//! | [`bot`] | what a command, click, message or job can reach: store, clock, REST |
//! | [`rest`] | the one way to ask Discord, real or simulated, within its limits |
//! | [`gateway`] | events in: each is handled once, acknowledged in time, and cannot take others down |
//! | [`registration`] | slash commands are sent to Discord when they changed, and only then |
//! | [`drift`] | how the commands that Discord has differ from ours |
//! | [`invitation`] | the permissions that the bot needs, and the address that asks for them |
//! | [`access`] | who asks, and may they |
//! | [`activity`] | which events have been handled, for whoever plays both sides |
//! | [`command`] | the answer to a slash command: what it reads or writes, shown by a view |
//! | [`responder`] | the answer to an interaction: one, in time, private unless said otherwise |
//! | `given_back` | what a person typed, given back where it was refused |
//! | [`attachment`] | links to files in messages that work now |
//! | [`component`] | buttons, menus and forms: found by their `custom_id` alone, so that they survive restarts, with typed arguments |
//! | [`draft`] | a message to be sent, which pings nobody unless said otherwise |
//! | [`delivery`] | messages that are no answers: posts, direct messages, deletions, and what Discord's errors mean |
//! | [`channel_setting`] | the commands that choose a channel |
//! | [`choice`] | what is offered while somebody types, and how it is read |
//! | [`chart`] | pictures of what happened over a time |
//! | [`outbox`] | does the jobs of small messages: notices, replies that delete themselves, deletions |
//! | [`display`] | messages that show something that changes, kept as it is |
//! | [`posts`] | messages that follow a row: posted, edited, moved and deleted with it |
//! | [`roles`] | roles that members are given and lose, and which ones may be given at all |
//! | [`debug_channel`] | how the channel in which the administrators read what happened is cleaned |
//! | [`references`] | whether what a server has set still works, where it refers to something on Discord |
//! | [`standing`] | what somebody is in a server now, and in which servers the bot is |
//! | [`pace`] | how often somebody may change balances |
//! | [`pictures`] | what members and servers look like, from Discord's file servers |
//! | [`guild_locks`] | who reads the messages of a guild now, and whether some may have been missed |
//! | [`problem`] | the one path of everything that goes wrong |
//! | [`figures`] | what is counted of all this |
//!
//! Nothing here belongs to a feature.

pub mod access;
pub mod activity;
pub mod attachment;
pub mod bot;
pub mod channel_setting;
pub mod chart;
pub mod choice;
pub mod command;
pub mod component;
pub mod debug_channel;
pub mod delivery;
pub mod display;
pub mod draft;
pub mod drift;
pub mod figures;
pub mod gateway;
mod given_back;
pub mod guild_locks;
pub mod invitation;
pub mod outbox;
pub mod pace;
pub mod paging;
pub mod pictures;
pub mod posts;
mod presence;
pub mod problem;
pub mod receiver;
pub mod references;
pub mod registration;
pub mod responder;
pub mod rest;
pub mod roles;
mod seen;
pub mod standing;

pub use access::Caller;
pub use bot::{Bot, Command, Context};
pub use command::{ContextExt, answer, answer_publicly};
pub use draft::{BLURPLE, Draft};
