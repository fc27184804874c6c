//! What is wrong with something that a server has set, in words.

use super::catalogue::{Reference, Subject, Target};
use super::needs::names_of;
use crate::kernel::text;

/// Something that a server has set does not work.
#[derive(Clone, Copy)]
pub struct Problem {
    /// What.
    pub reference: Reference,
    /// Why.
    pub trouble: Trouble,
}

/// Why something does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The channel or role is gone.
    Gone,
    /// The bot lacks these permissions in the channel.
    Lacks(u64),
}

impl Problem {
    /// Under which name it is remembered: what is set, and to what.
    pub(super) fn key(&self) -> String {
        key_of(self.reference)
    }

    /// Whether nothing of it works, and not only a part.
    pub fn is_total(&self) -> bool {
        match self.trouble {
            Trouble::Gone => true,
            Trouble::Lacks(missing) => missing & self.reference.declared.needs.must != 0,
        }
    }

    /// The problem in one or two sentences, with what mends it.
    pub fn sentence(&self) -> String {
        let declared = self.reference.declared;
        let remedy = declared.remedy();
        match (self.trouble, self.reference.target) {
            (Trouble::Gone, _) => {
                format!("⚠️ {} is gone. {} Choose another by {remedy}.", self.subject("The"), declared.needs.effect)
            }
            (Trouble::Lacks(missing), Target::Channel(channel)) => format!(
                "⚠️ I lack {} in {}, which is {}. {} Please give me that there{}.",
                names_of(missing),
                text::channel(channel),
                self.subject("the"),
                declared.needs.effects_without(missing),
                self.afterwards()
            ),
            (Trouble::Lacks(_), Target::Role(_)) => String::new(),
        }
    }

    /// The same for a list, where it stands beside the name of the setting.
    pub fn mark(&self) -> String {
        match self.trouble {
            Trouble::Gone => format!("⚠️ gone; choose another by {}", self.reference.declared.remedy()),
            Trouble::Lacks(missing) => format!("⚠️ I lack {} there", names_of(missing)),
        }
    }

    /// What is set: "the **Now Playing Channel**", "the channel of the **live queue**".
    fn subject(&self, article: &str) -> String {
        let title = self.reference.declared.title();
        match (self.reference.declared.subject, self.reference.target) {
            (Subject::Display(_), _) => format!("{article} channel of the {title}"),
            (Subject::Setting(listed), Target::Channel(channel)) if listed.names_many => {
                format!("{article} channel {} of **{title}**", text::channel(channel))
            }
            (Subject::Setting(_), _) => format!("{article} **{title}**"),
        }
    }

    fn afterwards(&self) -> &'static str {
        let is_switched_off = matches!(self.reference.declared.subject, Subject::Display(_)) && self.is_total();
        if is_switched_off { ", then use `/selfheal`" } else { "" }
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
