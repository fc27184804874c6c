//! Discord accounts: people, the bot, other bots.

use serde_json::{Value, json};

use super::World;
use crate::Id;

/// An account.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) is_bot: bool,
    /// The hash of the picture.
    pub(crate) avatar: Option<String>,
}

impl User {
    /// Discord's form of an account.
    pub(crate) fn json(&self) -> Value {
        json!({
            "id": self.id,
            "username": self.name,
            "global_name": if self.is_bot { Value::Null } else { Value::from(self.name.as_str()) },
            "discriminator": if self.is_bot { "0001" } else { "0" },
            "avatar": self.avatar,
            "bot": self.is_bot,
            "system": false,
            "public_flags": 0,
            "flags": 0,
            "banner": null,
            "accent_color": null,
            "avatar_decoration_data": null,
        })
    }
}

impl World {
    /// The account called `name`, made if there is none: a name belongs to one account everywhere, as on Discord.
    pub(crate) fn user_named(&mut self, name: &str, is_bot: bool) -> Id {
        if let Some(known) = self.names.get(name) {
            return *known;
        }
        let id = self.next_id();
        self.names.insert(name.to_owned(), id);
        self.users.insert(id, User { id, name: name.to_owned(), is_bot, avatar: None });
        id
    }

    /// Discord's form of an account; a deleted one where the id is nobody's.
    pub(crate) fn user_json(&self, id: Id) -> Value {
        match self.users.get(&id) {
            Some(user) => user.json(),
            None => User { id, name: "Deleted User".to_owned(), is_bot: false, avatar: None }.json(),
        }
    }
}
