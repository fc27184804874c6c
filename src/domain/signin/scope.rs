//! What a token of the API may be used for.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

/// One thing that a token may be used for. New ones stand behind the others: rows hold their places in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Scope {
    /// To read what its maker may read.
    Read,
    /// The lines and songs.
    Queue,
    /// Balances.
    Economy,
    /// Tasks.
    Tasks,
    /// The shop.
    Shop,
    /// Texts that are posted.
    Words,
    /// Settings.
    Settings,
    /// Exports.
    Export,
    /// The instance as a whole.
    Instance,
}

impl Scope {
    /// What a token with it may, as whoever makes one reads it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Read => "read what you may read",
            Self::Queue => "move, play and remove songs",
            Self::Economy => "give and take coins",
            Self::Tasks => "make and review tasks",
            Self::Shop => "change the shop and hand over goods",
            Self::Words => "write what is posted: announcements, cards, answers",
            Self::Settings => "change settings",
            Self::Export => "take data out as files",
            Self::Instance => {
                "whatever is of no single server: your sessions and tokens, and for the operator the program itself"
            }
        }
    }
}

/// Some of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(u16);

impl Scopes {
    /// Whether one is among them.
    pub const fn has(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    /// Whether there is none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::VARIANTS.iter().copied().filter(move |scope| self.has(*scope))
    }

    const fn bit(scope: Scope) -> u16 {
        1 << scope as u16
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().fold(0, |bits, scope| bits | Self::bit(scope)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scope_has_its_stored_place_and_its_name() {
        let places: Vec<_> =
            Scope::VARIANTS.iter().map(|scope| (Scopes::from_iter([*scope]).0, scope.to_string())).collect();
        let expected = ["read", "queue", "economy", "tasks", "shop", "words", "settings", "export", "instance"];
        let expected: Vec<_> =
            expected.iter().enumerate().map(|(nth, name)| (1_u16 << nth, (*name).to_owned())).collect();
        assert_eq!(places, expected);
        assert_eq!("export".parse::<Scope>(), Ok(Scope::Export));
    }

    #[test]
    fn scopes_are_those_that_were_put_in() {
        let scopes: Scopes = [Scope::Shop, Scope::Read, Scope::Shop].into_iter().collect();
        assert_eq!(scopes.iter().collect::<Vec<_>>(), [Scope::Read, Scope::Shop]);
        assert!(scopes.has(Scope::Read) && !scopes.has(Scope::Instance) && !scopes.is_empty());
        assert!(Scopes::default().is_empty() && Scopes::default().iter().next().is_none());
    }
}
