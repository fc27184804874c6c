//! Who is notified by a message: what its text names, what `allowed_mentions` lets through, what the author may ping.
//!
//! Mentions inside code are counted as well, which is stricter than Discord: a test that nobody is pinged then holds
//! wherever the text ends up.

use serde::Deserialize;

use super::World;
use super::channel::Channel;
use super::message::Pinged;
use super::permissions::Permissions;
use crate::Id;

/// Discord's `allowed_mentions`.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct AllowedMentions {
    #[serde(default)]
    pub(crate) parse: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) users: Option<Vec<Id>>,
    #[serde(default)]
    pub(crate) roles: Option<Vec<Id>>,
    #[serde(default)]
    pub(crate) replied_user: Option<bool>,
}

impl AllowedMentions {
    /// Whether all mentions of one kind go through.
    pub(crate) fn parses(&self, kind: &str) -> bool {
        self.parse.iter().flatten().any(|parsed| parsed == kind)
    }

    fn lets_user(&self, user: Id) -> bool {
        self.parses("users") || self.users.as_ref().is_some_and(|users| users.contains(&user))
    }

    fn lets_role(&self, role: Id) -> bool {
        self.parses("roles") || self.roles.as_ref().is_some_and(|roles| roles.contains(&role))
    }

    fn lets_everyone(&self) -> bool {
        self.parses("everyone")
    }
}

/// What a text names.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) users: Vec<Id>,
    pub(crate) roles: Vec<Id>,
    pub(crate) everyone: bool,
}

/// Reads `<@1>`, `<@!1>`, `<@&1>`, `@everyone` and `@here` out of a text.
pub(crate) fn named_in(text: &str) -> Named {
    let mut named = Named { everyone: text.contains("@everyone") || text.contains("@here"), ..Named::default() };
    for piece in text.split("<@").skip(1) {
        let Some((inner, _)) = piece.split_once('>') else { continue };
        let (list, digits) = match inner.strip_prefix('&') {
            Some(digits) => (&mut named.roles, digits),
            None => (&mut named.users, inner.strip_prefix('!').unwrap_or(inner)),
        };
        if let Ok(id) = digits.parse()
            && !list.contains(&id)
        {
            list.push(id);
        }
    }
    named
}

impl World {
    /// Who is notified when `author` writes `text` in `channel`, answering `replied` if it is a reply.
    pub(crate) fn pings(
        &self,
        channel: &Channel,
        author: Id,
        text: &str,
        allowed: Option<&AllowedMentions>,
        replied: Option<Id>,
    ) -> Pinged {
        let mut named = named_in(text);
        named.users.retain(|user| self.users.contains_key(user));
        if let Some(allowed) = allowed {
            named.users.retain(|user| allowed.lets_user(*user));
            named.roles.retain(|role| allowed.lets_role(*role));
            named.everyone &= allowed.lets_everyone();
        }
        if let Some(replied) = replied
            && allowed.is_none_or(|allowed| allowed.replied_user.unwrap_or(false))
            && !named.users.contains(&replied)
        {
            named.users.push(replied);
        }
        let Some(guild) = channel.guild.and_then(|guild| self.guilds.get(&guild)) else {
            return Pinged { everyone: false, users: named.users, roles: Vec::new() };
        };
        let may_ping_all = self.permissions_in(author, channel).has(Permissions::MENTION_EVERYONE);
        named.roles.retain(|role| guild.roles.get(role).is_some_and(|role| may_ping_all || role.is_mentionable));
        Pinged { everyone: named.everyone && may_ping_all, users: named.users, roles: named.roles }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_users_roles_and_everyone() {
        let named = named_in("<@1> <@!2> <@&3> <@1> <@x> @here <@4");
        assert_eq!(named, Named { users: vec![Id::new(1), Id::new(2)], roles: vec![Id::new(3)], everyone: true });
    }
}
