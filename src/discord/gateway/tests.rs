//! Events as they come in.

use serde_json::{Value, json};
use serenity::all as discord;

use super::*;

fn read<T: serde::de::DeserializeOwned>(json: Value) -> T {
    serde_json::from_value(json).unwrap()
}

#[test]
fn what_a_server_brings_along_when_it_comes_into_sight_is_dropped_and_what_it_is_stays() {
    let mut guild = Guild::default();
    let (member, channel) = (discord::UserId::new(3), discord::GuildChannel::default());
    guild.channels.insert(discord::ChannelId::new(1), channel.clone());
    guild.threads.push(channel);
    guild.roles.insert(discord::RoleId::new(2), discord::Role::default());
    guild.members.insert(member, discord::Member::default());
    guild.emojis.insert(discord::EmojiId::new(4), read(json!({"id": "4", "name": "owl"})));
    let sticker = json!({"id": "5", "name": "owl", "tags": "owl", "type": 2, "format_type": 1});
    guild.stickers.insert(discord::StickerId::new(5), read(sticker));
    let voice = json!({"user_id": "3", "session_id": "x", "deaf": false, "mute": false, "self_deaf": false,
        "self_mute": false, "self_video": false, "suppress": false});
    guild.voice_states.insert(member, read(voice));
    guild.presences.insert(member, read(json!({"user": {"id": "3"}, "status": "online"})));
    guild.name = "Night Owl".to_owned();
    guild.owner_id = discord::UserId::new(7);

    let mut event = FullEvent::GuildCreate { guild, is_new: None };
    lighten(&mut event);
    let FullEvent::GuildCreate { guild, .. } = event else { panic!("it is the same event") };
    let of_places = [guild.channels.len(), guild.threads.len(), guild.roles.len(), guild.voice_states.len()];
    let of_people = [guild.members.len(), guild.presences.len(), guild.emojis.len(), guild.stickers.len()];
    assert_eq!((of_places, of_people), ([0; 4], [0; 4]));
    assert_eq!((guild.name.as_str(), guild.owner_id.get()), ("Night Owl", 7));
}
