//! What the bot may do in a server and in each of its channels, computed from what Discord tells.
//!
//! A channel that the bot cannot see cannot be asked for (50001), but it is in the list of the server's channels, with
//! what it changes for whom. So whether a channel is gone or hidden, and which permission is missing, is known from three
//! requests. The permissions that come with an option of a command are those of the person who used it, and the bot's own
//! that come with it are those in the channel of the command; neither tells of another channel.
//!
//! Source of the order: <https://discord.com/developers/docs/topics/permissions#permission-overwrites>.

use std::collections::HashMap;

use serde_json::Value;
use serenity::all::{Permissions, UserId as SerenityUser};
use serenity::http::Route;

use crate::discord::bot::Bot;
use crate::discord::delivery::{Obstacle, Undelivered};
use crate::discord::rest::RestError;
use crate::kernel::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::references::{BrokenReference, Needs, Reference, ReferenceFault, Target};

const ADMINISTRATOR: u64 = Permissions::ADMINISTRATOR.bits();
/// Discord's number of a text channel.
const TEXT: u64 = 0;

/// A server as the bot stands in it.
#[derive(Clone, Debug)]
pub struct Server {
    /// The server.
    pub guild: GuildId,
    /// Its owner.
    pub owner: UserId,
    /// The channel for Discord's own messages, if there is one.
    pub system_channel: Option<ChannelId>,
    bot: u64,
    bot_roles: Vec<u64>,
    roles: HashMap<u64, Role>,
    channels: HashMap<u64, Channel>,
}

/// A channel of a server.
#[derive(Clone, Debug)]
pub struct Channel {
    /// The channel.
    pub id: ChannelId,
    /// Its name.
    pub name: String,
    kind: u64,
    position: i64,
    overwrites: Vec<Overwrite>,
}

/// A role of a server.
#[derive(Clone, Debug)]
pub struct Role {
    /// The role.
    pub id: RoleId,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub permissions: u64,
    /// Whether it came with a bot, a subscription or the like, so that nobody can give it.
    pub is_managed: bool,
    /// Where it stands: the higher, the mightier.
    pub position: i64,
}

#[derive(Clone, Copy, Debug)]
struct Overwrite {
    target: u64,
    allow: u64,
    deny: u64,
}

impl Server {
    /// Asks Discord how a server is.
    pub async fn ask(bot: &Bot, guild: GuildId) -> Result<Self, Undelivered> {
        let own = bot.until_own_user().await;
        let (guild_id, user_id) = (guild.get().into(), SerenityUser::new(own.get()));
        let get = |route| bot.rest.get_json(route, Vec::new());
        let (told, channels, member) = tokio::try_join!(
            get(Route::Guild { guild_id }),
            get(Route::GuildChannels { guild_id }),
            get(Route::GuildMember { guild_id, user_id }),
        )?;
        Self::read(&told, &channels, &member, own.get())
            .ok_or_else(|| RestError::Senseless("this is no server".to_owned()).into())
    }

    /// Reads what Discord tells of a server, its channels and the bot's membership; `None` where it makes no sense.
    pub fn read(guild: &Value, channels: &Value, member: &Value, bot: u64) -> Option<Self> {
        let roles = guild.get("roles")?.as_array()?.iter();
        let bot_roles = member.get("roles")?.as_array()?.iter();
        let channels = channels.as_array()?.iter().filter_map(Channel::read);
        Some(Self {
            guild: GuildId::new(number(guild, "id")?),
            owner: UserId::new(number(guild, "owner_id")?),
            system_channel: number(guild, "system_channel_id").map(ChannelId::new),
            bot,
            bot_roles: bot_roles.filter_map(|id| id.as_str()?.parse().ok()).collect(),
            roles: roles.filter_map(Role::read).map(|role| (role.id.get(), role)).collect(),
            channels: channels.map(|channel| (channel.id.get(), channel)).collect(),
        })
    }

    /// What the bot may do in the server as a whole.
    pub fn granted(&self) -> u64 {
        if self.bot == self.owner.get() {
            return u64::MAX;
        }
        let own = std::iter::once(self.guild.get()).chain(self.bot_roles.iter().copied());
        let granted = own.filter_map(|role| self.roles.get(&role)).fold(0, |all, role| all | role.permissions);
        if granted & ADMINISTRATOR == 0 { granted } else { u64::MAX }
    }

    /// A channel, unless it is gone.
    pub fn channel(&self, channel: ChannelId) -> Option<&Channel> {
        self.channels.get(&channel.get())
    }

    /// What the bot may do in a channel, as far as roles and the channel say: without View Channel none of it counts.
    pub fn granted_in(&self, channel: &Channel) -> u64 {
        let granted = self.granted();
        if granted == u64::MAX {
            return granted;
        }
        let of = |target: u64| channel.overwrites.iter().filter(move |overwrite| overwrite.target == target);
        let apply = |granted: u64, overwrite: &Overwrite| (granted & !overwrite.deny) | overwrite.allow;
        let granted = of(self.guild.get()).fold(granted, apply);
        let of_roles = self.bot_roles.iter().flat_map(|role| of(*role));
        let (allow, deny) =
            of_roles.fold((0, 0), |(allow, deny), overwrite| (allow | overwrite.allow, deny | overwrite.deny));
        of(self.bot).fold((granted & !deny) | allow, apply)
    }

    /// Whether everybody sees a channel.
    pub fn is_public(&self, channel: &Channel) -> bool {
        let everyone = self.guild.get();
        let granted = self.roles.get(&everyone).map_or(0, |role| role.permissions);
        let overwrites = channel.overwrites.iter().filter(|overwrite| overwrite.target == everyone);
        overwrites.fold(granted, |granted, overwrite| (granted & !overwrite.deny) | overwrite.allow) & Needs::VIEW != 0
    }

    /// Whether the server has a role that can be given to somebody.
    pub fn has_role(&self, role: RoleId) -> bool {
        role.get() != self.guild.get() && self.roles.contains_key(&role.get())
    }

    /// A role that can be given to somebody, unless it is gone.
    pub fn role(&self, role: RoleId) -> Option<&Role> {
        self.roles.get(&role.get()).filter(|_| self.has_role(role))
    }

    /// Where the highest of some roles stands.
    pub fn rank_of(&self, roles: impl IntoIterator<Item = u64>) -> i64 {
        let positions = roles.into_iter().filter_map(|role| self.roles.get(&role)).map(|role| role.position);
        positions.max().unwrap_or_default()
    }

    /// Where the bot's highest role stands.
    pub fn rank_of_bot(&self) -> i64 {
        self.rank_of(self.bot_roles.iter().copied())
    }

    /// The roles that can be given to somebody, the highest first.
    pub fn roles(&self) -> Vec<&Role> {
        let mut roles: Vec<&Role> = self.roles.values().filter(|role| self.has_role(role.id)).collect();
        roles.sort_by_key(|role| (std::cmp::Reverse(role.position), role.id));
        roles
    }

    /// The text channels in which the bot has all of these permissions, in the order in which people see them.
    pub fn text_channels(&self, granted: u64) -> Vec<&Channel> {
        let fits = |channel: &&Channel| channel.kind == TEXT && self.granted_in(channel) & granted == granted;
        let mut channels: Vec<&Channel> = self.channels.values().filter(fits).collect();
        channels.sort_by_key(|channel| (channel.position, channel.id));
        channels
    }

    /// Those of these permissions that the bot has not in a channel; `None` where the channel is gone.
    pub fn missing(&self, channel: ChannelId, permissions: u64) -> Option<u64> {
        Some(permissions & !self.granted_in(self.channel(channel)?))
    }

    /// What keeps something that the server has set from working.
    pub fn problem(&self, reference: Reference) -> Option<BrokenReference> {
        let needs = reference.declared.needs;
        let trouble = match reference.target {
            Target::Role(role) if self.has_role(role) => return None,
            Target::Role(_) => ReferenceFault::Gone,
            Target::Channel(channel) => match self.missing(channel, needs.all()) {
                None => ReferenceFault::Gone,
                Some(0) => return None,
                Some(missing) => ReferenceFault::Lacks(missing),
            },
        };
        Some(BrokenReference { reference, trouble })
    }

    /// What keeps which of these from working.
    pub fn problems(&self, references: &[Reference]) -> Vec<BrokenReference> {
        references.iter().filter_map(|reference| self.problem(*reference)).collect()
    }
}

impl Role {
    fn read(told: &Value) -> Option<Self> {
        Some(Self {
            id: RoleId::new(number(told, "id")?),
            name: told.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
            permissions: number(told, "permissions")?,
            is_managed: told.get("managed").and_then(Value::as_bool).unwrap_or_default(),
            position: told.get("position").and_then(Value::as_i64).unwrap_or_default(),
        })
    }
}

impl Channel {
    fn read(told: &Value) -> Option<Self> {
        let overwrites = told.get("permission_overwrites").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            id: ChannelId::new(number(told, "id")?),
            name: told.get("name")?.as_str()?.to_owned(),
            kind: told.get("type")?.as_u64()?,
            position: told.get("position").and_then(Value::as_i64).unwrap_or_default(),
            overwrites: overwrites
                .filter_map(|told| {
                    let (allow, deny) = (number(told, "allow")?, number(told, "deny")?);
                    Some(Overwrite { target: number(told, "id")?, allow, deny })
                })
                .collect(),
        })
    }
}

/// Discord writes ids and permissions as texts.
fn number(told: &Value, key: &str) -> Option<u64> {
    told.get(key)?.as_str()?.parse().ok()
}

/// Why a server could not be looked at, where that is the way of things: the bot is not in it any more.
pub(super) fn has_left(undelivered: &Undelivered) -> bool {
    matches!(undelivered.obstacle, Obstacle::Gone | Obstacle::Forbidden)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BOT: u64 = 9;

    /// A server with the bot in it, in which a channel 5 has these overwrites.
    fn server(everyone: u64, own: u64, overwrites: &Value) -> Server {
        let guild = json!({
            "id": "1", "owner_id": "2", "system_channel_id": null,
            "roles": [{"id": "1", "permissions": everyone.to_string()}, {"id": "7", "permissions": own.to_string()}],
        });
        let channels = json!([{"id": "5", "type": 0, "name": "songs", "permission_overwrites": overwrites}]);
        Server::read(&guild, &channels, &json!({"roles": ["7"]}), BOT).unwrap()
    }

    fn overwrite(target: u64, allow: u64, deny: u64) -> Value {
        json!({"id": target.to_string(), "type": 0, "allow": allow.to_string(), "deny": deny.to_string()})
    }

    #[test]
    fn the_more_particular_rule_counts() {
        let wanted = Needs::POST | Needs::PIN;
        let missing = |server: &Server| server.missing(ChannelId::new(5), wanted);
        assert_eq!(missing(&server(Needs::POST, Needs::PIN, &json!([]))), Some(0));
        assert_eq!(missing(&server(wanted, 0, &json!([overwrite(1, 0, Needs::VIEW)]))), Some(Needs::VIEW));
        let by_role = json!([overwrite(1, 0, wanted), overwrite(7, Needs::VIEW, Needs::PIN)]);
        assert_eq!(missing(&server(wanted, 0, &by_role)), Some(wanted & !Needs::VIEW));
        let by_member = json!([overwrite(7, 0, wanted), overwrite(BOT, wanted, 0)]);
        assert_eq!(missing(&server(0, 0, &by_member)), Some(0));
        let of_others = json!([overwrite(8, 0, wanted), overwrite(10, 0, wanted)]);
        assert_eq!(missing(&server(wanted, 0, &of_others)), Some(0));
        let administrator = server(0, ADMINISTRATOR, &json!([overwrite(1, 0, u64::MAX)]));
        assert_eq!(missing(&administrator), Some(0));
        assert_eq!(administrator.missing(ChannelId::new(6), wanted), None, "a channel that is gone");
    }

    #[test]
    fn everybody_is_no_role_that_somebody_has() {
        let server = server(0, 0, &json!([]));
        assert!(
            server.has_role(RoleId::new(7)) && !server.has_role(RoleId::new(8)) && !server.has_role(RoleId::new(1))
        );
    }

    #[test]
    fn roles_are_listed_by_their_names_the_highest_first_and_without_everybody() {
        let guild = json!({
            "id": "1", "owner_id": "2",
            "roles": [
                {"id": "1", "name": "@everyone", "permissions": "0", "position": 0},
                {"id": "7", "name": "Low", "permissions": "0", "position": 1},
                {"id": "8", "name": "High", "permissions": "0", "position": 2},
            ],
        });
        let server = Server::read(&guild, &json!([]), &json!({"roles": []}), BOT).unwrap();
        let names: Vec<&str> = server.roles().iter().map(|role| role.name.as_str()).collect();
        assert_eq!(names, ["High", "Low"]);
        assert!(server.role(RoleId::new(7)).is_some() && server.role(RoleId::new(1)).is_none());
    }

    #[test]
    fn what_makes_no_sense_is_no_server() {
        for (guild, channels, member) in [
            (json!({}), json!([]), json!({"roles": []})),
            (json!({"id": "1", "owner_id": "2", "roles": []}), json!({}), json!({"roles": []})),
            (json!({"id": 1, "owner_id": "2", "roles": []}), json!([]), json!({"roles": []})),
            (json!({"id": "1", "owner_id": "2", "roles": []}), json!([]), json!({})),
        ] {
            assert!(Server::read(&guild, &channels, &member, BOT).is_none(), "{guild}");
        }
    }
}
