//! How often channels and roles of servers changed, as far as the gateway tells: whoever remembers them knows by it that they are
//! others by now.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serenity::all::FullEvent;

use crate::kernel::ids::GuildId;

/// A count for each server that is in sight.
#[derive(Default)]
pub struct Structures(Mutex<HashMap<GuildId, u64>>);

impl Structures {
    /// How often channels, roles or what the bot may do there changed.
    pub fn of(&self, guild: GuildId) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&guild).copied().unwrap_or_default()
    }

    /// Counts what an event of the gateway changes. `own_id` tells the bot itself apart.
    pub(in crate::discord) fn notice(&self, event: &FullEvent, is_own: impl Fn(serenity::all::UserId) -> bool) {
        let guild = match event {
            FullEvent::ChannelCreate { channel } | FullEvent::ChannelDelete { channel, .. } => channel.guild_id,
            FullEvent::ChannelUpdate { new, .. } => new.guild_id,
            FullEvent::CategoryCreate { category } | FullEvent::CategoryDelete { category } => category.guild_id,
            FullEvent::GuildRoleCreate { new } | FullEvent::GuildRoleUpdate { new, .. } => new.guild_id,
            FullEvent::GuildRoleDelete { guild_id, .. } => *guild_id,
            FullEvent::GuildUpdate { new_data, .. } => new_data.id,
            // Some of it may have changed while the server was not to be seen.
            FullEvent::GuildCreate { guild, .. } => guild.id,
            FullEvent::GuildMemberUpdate { event, .. } if is_own(event.user.id) => event.guild_id,
            _ => return,
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(GuildId::new(guild.get())).or_default();
        *count = count.wrapping_add(1);
    }
}
