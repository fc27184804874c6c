//! What people do on the simulated Discord, and what they see of it.
//!
//! People are refused what Discord refuses them: a channel they cannot see, a command they may not use, an option that
//! does not fit, a button that is gone or greyed out. Each refusal is one sentence.

mod autocomplete;
mod calls;
mod commands;
mod components;
mod founding;
mod guilds;
mod membership;
mod messages;
mod modals;
mod options;
mod outcome;
mod seen;
mod specs;

pub use autocomplete::{AutocompleteCall, Choice};
pub use commands::CommandCall;
pub use components::ComponentCall;
pub use messages::{ForwardSpec, MessageSpec, ReactionSpec};
pub use modals::ModalCall;
pub use outcome::CommandOutcome;
pub use seen::{MemberView, SeenMessage};
pub use specs::{ChannelSpec, FileSpec, GuildIds, GuildSpec, MemberSpec, OverwriteSpec, RoleSpec};

use std::fmt;

/// Why something could not be done: one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused(pub String);

impl Refused {
    pub(crate) fn because(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl From<String> for Refused {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}
