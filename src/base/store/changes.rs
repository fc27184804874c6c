//! What is told to the rest of the process after a commit.

use crate::kernel::ids::GuildId;

/// A subject that someone may want to follow, such as the queue of a guild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Topic(&'static str);

impl Topic {
    /// Declares a topic: `pub const QUEUE: Topic = Topic::new("queue");`
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// What it is called.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// Something of a guild changed, and the change is committed. It says where to look, not what is there now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Change {
    /// What changed.
    pub topic: Topic,
    /// Whose.
    pub guild: GuildId,
}
