//! What is wrong with something that a server has set.

use super::catalogue::{Reference, Target};

/// Something that a server has set does not work.
#[derive(Clone, Copy)]
pub struct BrokenReference {
    /// What.
    pub reference: Reference,
    /// Why.
    pub trouble: ReferenceFault,
}

/// Why something does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceFault {
    /// The channel or role is gone.
    Gone,
    /// The bot lacks these permissions in the channel.
    Lacks(u64),
}

impl BrokenReference {
    /// Under which name it is remembered: what is set, and to what.
    pub(super) fn key(&self) -> String {
        key_of(self.reference)
    }

    /// Whether nothing of it works, and not only a part.
    pub fn is_total(&self) -> bool {
        match self.trouble {
            ReferenceFault::Gone => true,
            ReferenceFault::Lacks(missing) => missing & self.reference.declared.needs.must != 0,
        }
    }
}

/// Under which name a reference is remembered.
pub(super) fn key_of(reference: Reference) -> String {
    let target = match reference.target {
        Target::Channel(channel) => channel.get(),
        Target::Role(role) => role.get(),
    };
    format!("{}/{target}", reference.declared.key())
}
