//! Reactions of the bot.

use serde_json::json;

use super::answer::{Answer, ApiError, Reply};
use super::request::snowflake;
use crate::Id;
use crate::world::World;
use crate::world::message::{Emoji, Reaction};
use crate::world::permissions::Permissions;

/// The most different emoji under one message.
const MOST: usize = 20;

/// `PUT …/reactions/{emoji}/@me`
pub(crate) fn add(world: &mut World, channel: &str, message: &str, emoji: &str) -> Reply {
    let (channel, id) = (snowflake(channel)?, snowflake(message)?);
    let emoji = Emoji::parse(emoji).ok_or_else(ApiError::unknown_emoji)?;
    let reactions = &world.readable_message(channel, id)?.reactions;
    world.require(channel, Permissions::READ_MESSAGE_HISTORY)?;
    let is_new = !reactions.iter().any(|reaction| reaction.emoji == emoji);
    if is_new {
        world.require(channel, Permissions::ADD_REACTIONS)?;
        if reactions.len() >= MOST {
            return Err(ApiError::too_many_reactions());
        }
    }
    world.react(channel, id, world.bot, emoji);
    Ok(Answer::NOTHING)
}

/// `DELETE …/reactions/{emoji}/@me` and `DELETE …/reactions/{emoji}/{user}`
pub(crate) fn remove(world: &mut World, channel: &str, message: &str, emoji: &str, user: &str) -> Reply {
    let (channel, id) = (snowflake(channel)?, snowflake(message)?);
    let emoji = Emoji::parse(emoji).ok_or_else(ApiError::unknown_emoji)?;
    world.readable_message(channel, id)?;
    let user = if user == "@me" { world.bot } else { snowflake(user)? };
    if user != world.bot {
        world.require(channel, Permissions::MANAGE_MESSAGES)?;
    }
    world.unreact(channel, id, user, &emoji);
    Ok(Answer::NOTHING)
}

/// `DELETE …/reactions` and `DELETE …/reactions/{emoji}`
pub(crate) fn clear(world: &mut World, channel: &str, message: &str, emoji: Option<&str>) -> Reply {
    let (channel_id, id) = (snowflake(channel)?, snowflake(message)?);
    let emoji = emoji.map(|emoji| Emoji::parse(emoji).ok_or_else(ApiError::unknown_emoji)).transpose()?;
    world.readable_message(channel_id, id)?;
    world.require(channel_id, Permissions::MANAGE_MESSAGES)?;
    if let Some(message) = world.channels.get_mut(&channel_id).and_then(|channel| channel.messages.get_mut(id)) {
        message.reactions.retain(|reaction| emoji.as_ref().is_some_and(|emoji| reaction.emoji != *emoji));
    }
    let guild = world.guild_of(channel_id);
    let mut data = json!({"channel_id": channel_id, "message_id": id, "guild_id": guild});
    let name = match (&emoji, data.as_object_mut()) {
        (Some(emoji), Some(object)) => {
            object.insert("emoji".to_owned(), emoji.json());
            "MESSAGE_REACTION_REMOVE_EMOJI"
        }
        _ => "MESSAGE_REACTION_REMOVE_ALL",
    };
    world.emit_reaction(name, channel_id, data);
    Ok(Answer::NOTHING)
}

/// `GET …/reactions/{emoji}`: who reacted so.
pub(crate) fn list(world: &World, channel: &str, message: &str, emoji: &str) -> Reply {
    let emoji = Emoji::parse(emoji).ok_or_else(ApiError::unknown_emoji)?;
    let message = world.readable_message(snowflake(channel)?, snowflake(message)?)?;
    let reaction = message.reactions.iter().find(|reaction| reaction.emoji == emoji);
    let users = reaction.into_iter().flat_map(|reaction| &reaction.users);
    Ok(Answer::ok(users.map(|user| world.user_json(*user)).collect()))
}

impl World {
    /// `user` reacts to a message; a second time changes nothing.
    pub(crate) fn react(&mut self, channel: Id, id: Id, user: Id, emoji: Emoji) {
        let found = self.channels.get_mut(&channel).and_then(|channel| channel.messages.get_mut(id));
        let Some(message) = found else { return };
        let author = message.author;
        let json = emoji.json();
        match message.reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) if reaction.users.contains(&user) => return,
            Some(reaction) => reaction.users.push(user),
            None => message.reactions.push(Reaction { emoji, users: vec![user] }),
        }
        self.announce_reaction("MESSAGE_REACTION_ADD", channel, id, user, &json, Some(author));
    }

    /// `user` takes a reaction back.
    pub(crate) fn unreact(&mut self, channel: Id, id: Id, user: Id, emoji: &Emoji) {
        let found = self.channels.get_mut(&channel).and_then(|channel| channel.messages.get_mut(id));
        let Some(message) = found else { return };
        for reaction in message.reactions.iter_mut().filter(|reaction| reaction.emoji == *emoji) {
            reaction.users.retain(|other| *other != user);
        }
        message.reactions.retain(|reaction| !reaction.users.is_empty());
        self.announce_reaction("MESSAGE_REACTION_REMOVE", channel, id, user, &emoji.json(), None);
    }

    fn announce_reaction(
        &mut self,
        name: &'static str,
        channel: Id,
        id: Id,
        user: Id,
        emoji: &serde_json::Value,
        author: Option<Id>,
    ) {
        let guild = self.guild_of(channel);
        let mut data = json!({
            "user_id": user, "channel_id": channel, "message_id": id, "guild_id": guild, "emoji": emoji,
            "burst": false, "type": 0,
        });
        if let (Some(author), Some(object)) = (author, data.as_object_mut()) {
            object.insert("message_author_id".to_owned(), json!(author));
            let member = guild.and_then(|guild| self.member_json(self.guilds.get(&guild)?, user));
            if let Some(member) = member {
                object.insert("member".to_owned(), member);
            }
        }
        self.emit_reaction(name, channel, data);
    }
}
