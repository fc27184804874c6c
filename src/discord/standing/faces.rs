//! Which picture a member's account shows, as far as Discord told of late: with what they wrote and did, and when it changed.
//! There is no list of all members, so of whom nothing was heard since the start no picture is known.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serenity::all::{FullEvent, Interaction, User};

use super::rights::picture;
use super::{own_guild, own_user};
use crate::kernel::ids::{GuildId, UserId};

/// Members remembered; past this the memory starts again.
const MOST: usize = 50_000;

/// The hashes of pictures.
#[derive(Default)]
pub(super) struct Faces(Mutex<BTreeMap<(GuildId, UserId), Box<str>>>);

impl Faces {
    /// Somebody shows this picture, or none.
    pub(super) fn learn(&self, guild: GuildId, user: UserId, hash: Option<&str>) {
        let mut faces = self.lock();
        match picture(hash) {
            Some(hash) => {
                if faces.len() >= MOST && !faces.contains_key(&(guild, user)) {
                    faces.clear();
                }
                faces.insert((guild, user), hash.into());
            }
            None => {
                faces.remove(&(guild, user));
            }
        }
    }

    /// The same as an event tells it.
    pub(super) fn notice(&self, event: &FullEvent) {
        if let Some((guild, user)) = told_of(event) {
            let hash = user.avatar.map(|hash| hash.to_string());
            self.learn(own_guild(guild), own_user(user.id), hash.as_deref());
        }
    }

    /// The picture of somebody, where it is known.
    pub(super) fn of(&self, guild: GuildId, user: UserId) -> Option<String> {
        self.lock().get(&(guild, user)).map(ToString::to_string)
    }

    /// Whoever left is not shown any more.
    pub(super) fn forget(&self, keys: RangeInclusive<(GuildId, UserId)>) {
        let mut faces = self.lock();
        let gone: Vec<_> = faces.range(keys).map(|(key, _)| *key).collect();
        for key in gone {
            faces.remove(&key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(GuildId, UserId), Box<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The account that an event brings along, and where. A webhook is nobody.
fn told_of(event: &FullEvent) -> Option<(serenity::all::GuildId, &User)> {
    match event {
        FullEvent::Message { new_message } if new_message.webhook_id.is_none() => {
            Some((new_message.guild_id?, &new_message.author))
        }
        FullEvent::GuildMemberAddition { new_member } => Some((new_member.guild_id, &new_member.user)),
        FullEvent::GuildMemberUpdate { event, .. } => Some((event.guild_id, &event.user)),
        FullEvent::InteractionCreate { interaction } => match interaction {
            Interaction::Command(asked) | Interaction::Autocomplete(asked) => Some((asked.guild_id?, &asked.user)),
            Interaction::Component(asked) => Some((asked.guild_id?, &asked.user)),
            Interaction::Modal(asked) => Some((asked.guild_id?, &asked.user)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_picture_counts_in_its_server_until_somebody_goes() {
        let (faces, here, there) = (Faces::default(), GuildId::new(1), GuildId::new(2));
        let (ann, ben) = (UserId::new(7), UserId::new(8));
        faces.learn(here, ann, Some("0f1e"));
        faces.learn(here, ann, Some("a_2d3c"));
        faces.learn(here, ben, Some("0f1e"));
        assert_eq!(faces.of(here, ann).as_deref(), Some("a_2d3c"));
        assert_eq!(faces.of(there, ann), None);
        faces.learn(here, ben, Some("../../secrets"));
        assert_eq!(faces.of(here, ben), None, "what is no hash is no picture");
        faces.forget((here, ann)..=(here, ann));
        assert_eq!(faces.of(here, ann), None);
    }
}
