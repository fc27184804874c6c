//! The lines of the debug channel: the sentences of the activities as a message on Discord has them, one line each. The log of the
//! process tells the same.

use crate::activity::Activity;
use crate::activity::debug_channel::Leaving;
use crate::features::Domain;
use crate::kernel::actor::Actor;
use crate::kernel::sentence::NO_COMMANDS;
use crate::kernel::text::{self, mention};

/// The line that tells of an activity; `None` for one of which the team is not told.
pub fn line(activity: &Activity) -> Option<String> {
    Domain::line_of(activity).map(|sentence| sentence.markdown(NO_COMMANDS))
}

/// The last line in a channel that is the debug channel no more.
pub fn leaving(leaving: &Leaving) -> String {
    let by = match leaving.by {
        Actor::Member(by) => format!(": {} chose that", mention(by)),
        Actor::Operator => ": the operator chose that".to_owned(),
        Actor::Live | Actor::System => String::new(),
    };
    match leaving.now {
        Some(now) => format!("👋 The lines for your team now go to {}{by}.", text::channel(now)),
        None => format!("👋 The lines for your team are switched off{by}."),
    }
}

#[cfg(test)]
mod tests;
