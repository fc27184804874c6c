//! By which door somebody came who did something. Rows hold it as text, `kind` or `kind name`.

use std::fmt;

use strum::{EnumString, IntoStaticStr, VariantArray};

/// What kind of door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum DoorKind {
    /// A page in a browser.
    Page,
    /// The API, by the session of a browser.
    Api,
    /// The API, by a token; its name is what its maker calls it.
    Token,
    /// A command on Discord, by its name.
    Command,
    /// A button or a menu below a message on Discord.
    Component,
    /// A form on Discord.
    Modal,
    /// A message on Discord.
    Message,
}

/// A door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// What kind.
    pub kind: DoorKind,
    /// Its name, where doors of this kind have one.
    pub name: Option<String>,
}

impl DoorKind {
    /// As rows name it.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

impl Door {
    /// One of a kind that has no names.
    pub const fn of(kind: DoorKind) -> Self {
        Self { kind, name: None }
    }

    /// One that has a name.
    pub fn named(kind: DoorKind, name: &str) -> Self {
        Self { kind, name: Some(name.to_owned()).filter(|name| !name.is_empty()) }
    }

    /// The door that a text tells of; `None` where it tells of none.
    pub fn read(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some((kind, name)) => Some(Self::named(kind.parse().ok()?, name)),
            None => Some(Self::of(text.parse().ok()?)),
        }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} {name}", self.kind.word()),
            None => f.write_str(self.kind.word()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_read_as_it_was_written() {
        for kind in DoorKind::VARIANTS {
            let doors = [Door::of(*kind), Door::named(*kind, "my bot of 2026"), Door::named(*kind, "")];
            for door in doors {
                assert_eq!(Door::read(&door.to_string()), Some(door));
            }
        }
        assert_eq!(Door::named(DoorKind::Token, "my bot").to_string(), "token my bot");
        assert_eq!((Door::read(""), Door::read("window"), Door::read("window x")), (None, None, None));
    }
}
