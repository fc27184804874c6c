//! What Discord tells of a server and of a member, and what follows from both.
//!
//! Sources: <https://discord.com/developers/docs/topics/permissions>, also for whom a time-out takes nothing from (the owner
//! and administrators), and <https://discord.com/developers/docs/resources/guild#guild-member-object>. Whatever cannot be
//! read gives nothing to anybody.

use std::collections::BTreeSet;

use serde_json::Value;
use serenity::all::Permissions;

use super::Standing;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;

/// The longest name of a person, in characters; Discord's own limit.
const NAME_CHARS: usize = 32;
/// The longest name of a picture that is believed.
const LONGEST_HASH: usize = 64;

/// Who may do everything in a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Powers {
    owner: UserId,
    /// The roles with the Administrator permission. Everybody's role has the number of the server.
    administrators: BTreeSet<RoleId>,
}

/// A member, as Discord tells of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    user: UserId,
    name: String,
    username: String,
    avatar: Option<String>,
    roles: Vec<RoleId>,
    joined_at: Option<Timestamp>,
    timed_out_until: Option<Timestamp>,
    /// They have not agreed to the rules of the server yet.
    is_pending: bool,
    is_bot: bool,
}

impl Powers {
    pub(super) fn read(guild: &Value) -> Option<Self> {
        let roles = guild.get("roles")?.as_array()?.iter();
        let is_administrator = |role: &&Value| {
            let granted: Option<u64> = text(role, "permissions").and_then(|bits| bits.parse().ok());
            granted.is_some_and(|bits| bits & Permissions::ADMINISTRATOR.bits() != 0)
        };
        Some(Self {
            owner: text(guild, "owner_id")?.parse().ok()?,
            administrators: roles.filter(is_administrator).filter_map(|role| text(role, "id")?.parse().ok()).collect(),
        })
    }
}

impl Member {
    pub(super) fn read(member: &Value) -> Option<Self> {
        let account = member.get("user")?;
        let user: UserId = text(account, "id")?.parse().ok()?;
        let username = name(account, "username").unwrap_or_else(|| user.to_string());
        let moment = |key: &str| Timestamp::from_rfc3339(text(member, key)?);
        let is_so = |told: &Value, key: &str| told.get(key).and_then(Value::as_bool).unwrap_or(false);
        let roles = member.get("roles")?.as_array()?.iter();
        Some(Self {
            user,
            name: name(member, "nick").or_else(|| name(account, "global_name")).unwrap_or_else(|| username.clone()),
            username,
            avatar: picture(text(account, "avatar")),
            roles: roles.filter_map(|role| role.as_str()?.parse().ok()).collect(),
            joined_at: moment("joined_at"),
            timed_out_until: moment("communication_disabled_until"),
            is_pending: is_so(member, "pending"),
            is_bot: is_so(account, "bot"),
        })
    }

    /// What the member is in a server with these powers.
    ///
    /// Who is in a time-out, or has not agreed to the rules yet, has no more from their roles than any member. A time-out
    /// takes nothing from an administrator, as on Discord, and neither anything from the owner.
    pub(super) fn standing(&self, powers: &Powers, guild: GuildId, now: Timestamp) -> Standing {
        let is_owner = self.user == powers.owner;
        let everybody = RoleId::new(guild.get());
        let is_given = |role: &RoleId| powers.administrators.contains(role);
        let is_administrator = is_given(&everybody) || self.roles.iter().any(is_given);
        let has_administrator = is_owner || (is_administrator && !self.is_pending);
        let is_timed_out = self.timed_out_until.is_some_and(|until| until > now);
        let counts = has_administrator || !(self.is_pending || is_timed_out);
        Standing {
            is_owner,
            has_administrator,
            roles: if counts { self.roles.clone() } else { Vec::new() },
            name: self.name.clone(),
            username: self.username.clone(),
            avatar: self.avatar.clone(),
            joined_at: self.joined_at,
            is_bot: self.is_bot,
        }
    }
}

/// The name of a picture as Discord's addresses have it; `None` for what could lead an address elsewhere.
pub(in crate::discord) fn picture(hash: Option<&str>) -> Option<String> {
    let is_plain = |hash: &&str| hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    hash.filter(|hash| !hash.is_empty() && hash.len() <= LONGEST_HASH).filter(is_plain).map(str::to_owned)
}

/// A name with something visible in it, cleaned to one line.
fn name(told: &Value, key: &str) -> Option<String> {
    cleaned(text(told, key)?)
}

/// A name, cleaned to one line; `None` where nothing of it can be seen.
pub(super) fn cleaned(name: &str) -> Option<String> {
    let name = one_line(name, NAME_CHARS);
    (!name.is_empty()).then_some(name)
}

fn text<'a>(told: &'a Value, key: &str) -> Option<&'a str> {
    told.get(key)?.as_str()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);
    const GUILD: GuildId = GuildId::new(1);
    const OWNER: u64 = 2;
    const ANN: u64 = 3;
    /// A role that may do everything, one that may do all but that, and one of another server.
    const ADMIN: u64 = 7;
    const MODERATOR: u64 = 8;
    const ELSEWHERE: u64 = 77;

    /// A server in which everybody may do this.
    fn powers(everybody: u64) -> Powers {
        let role = |id: u64, bits: u64| json!({"id": id.to_string(), "permissions": bits.to_string()});
        let all_but_that = !8;
        let roles = [role(1, everybody), role(ADMIN, 8 | 1024), role(MODERATOR, all_but_that)];
        Powers::read(&json!({"id": "1", "owner_id": OWNER.to_string(), "roles": roles})).unwrap()
    }

    fn told(user: u64, roles: &[u64]) -> Value {
        let roles: Vec<String> = roles.iter().map(u64::to_string).collect();
        json!({"user": {"id": user.to_string(), "username": "ann"}, "roles": roles})
    }

    fn with(mut told: Value, key: &str, value: Value) -> Value {
        told.as_object_mut().unwrap().insert(key.to_owned(), value);
        told
    }

    /// Owner? Administrator? Which roles?
    fn of(told: &Value, everybody: u64) -> (bool, bool, Vec<u64>) {
        let standing = Member::read(told).unwrap().standing(&powers(everybody), GUILD, NOW);
        let roles = standing.roles.iter().map(|role| role.get()).collect();
        (standing.is_owner, standing.has_administrator, roles)
    }

    #[test]
    fn administrators_are_the_owner_and_whoever_has_the_permission_by_any_role() {
        for (user, roles, everybody, expected) in [
            (ANN, &[][..], 1024, (false, false)),
            (ANN, &[MODERATOR], 1024, (false, false)),
            (ANN, &[MODERATOR, ADMIN], 0, (false, true)),
            (ANN, &[ELSEWHERE], 0, (false, false)),
            (ANN, &[], 8, (false, true)),
            (OWNER, &[], 0, (true, true)),
        ] {
            let (is_owner, has_administrator, kept) = of(&told(user, roles), everybody);
            assert_eq!((is_owner, has_administrator), expected, "{user} {roles:?} {everybody}");
            assert_eq!(kept, roles);
        }
    }

    #[test]
    fn a_time_out_takes_what_roles_give_but_nothing_from_owner_and_administrators() {
        let until = |moment: Timestamp, told| with(told, "communication_disabled_until", json!(moment.rfc3339()));
        let (ahead, over) = (NOW.after(Duration::from_secs(1)), NOW);
        assert_eq!(of(&until(ahead, told(ANN, &[MODERATOR])), 0), (false, false, vec![]));
        assert_eq!(of(&until(over, told(ANN, &[MODERATOR])), 0), (false, false, vec![MODERATOR]));
        assert_eq!(of(&until(ahead, told(ANN, &[ADMIN, MODERATOR])), 0), (false, true, vec![ADMIN, MODERATOR]));
        assert_eq!(of(&until(ahead, told(OWNER, &[MODERATOR])), 0), (true, true, vec![MODERATOR]));
    }

    #[test]
    fn who_has_not_agreed_to_the_rules_is_no_more_than_a_member() {
        let pending = |told| with(told, "pending", json!(true));
        assert_eq!(of(&pending(told(ANN, &[ADMIN, MODERATOR])), 0), (false, false, vec![]));
        assert_eq!(of(&pending(told(ANN, &[])), 8), (false, false, vec![]));
        assert_eq!(of(&pending(told(OWNER, &[MODERATOR])), 0), (true, true, vec![MODERATOR]));
    }

    #[test]
    fn a_member_is_called_as_people_see_them_in_the_server() {
        let account = |global: Value, username: &str| json!({"id": "3", "username": username, "global_name": global});
        for (nick, user, expected) in [
            (json!("Annie\u{202E}\n "), account(json!("Ann"), "ann"), ("Annie", "ann")),
            (json!(null), account(json!("Ann"), "ann"), ("Ann", "ann")),
            (json!("\u{200B}"), account(json!(null), "ann"), ("ann", "ann")),
            (json!(null), account(json!("\u{3164}"), "\u{3164}"), ("3", "3")),
        ] {
            let member = Member::read(&json!({"user": user, "nick": nick, "roles": []})).unwrap();
            let standing = member.standing(&powers(0), GUILD, NOW);
            assert_eq!((standing.name.as_str(), standing.username.as_str()), expected);
        }
    }

    #[test]
    fn what_else_is_told_of_a_member_is_kept_where_it_makes_sense() {
        let account = json!({"id": "3", "username": "helper", "bot": true, "avatar": "a_0f1e2d3c"});
        let told = json!({"user": account, "roles": [], "joined_at": "2026-11-21T21:00:00.000000+01:00"});
        let standing = Member::read(&told).unwrap().standing(&powers(0), GUILD, NOW);
        assert_eq!((standing.is_bot, standing.joined_at), (true, Some(NOW)));
        assert_eq!(standing.avatar.as_deref(), Some("a_0f1e2d3c"));
        for odd in ["", "../../evil", "a b", "é", &"a".repeat(65)] {
            assert_eq!(picture(Some(odd)), None, "{odd:?}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_no_server_and_no_member() {
        for guild in
            [json!({}), json!({"owner_id": 2, "roles": []}), json!({"owner_id": "2", "roles": {}}), json!(null)]
        {
            assert_eq!(Powers::read(&guild), None, "{guild}");
        }
        for member in [json!({}), json!({"user": {"id": "3"}}), json!({"user": {"id": 3}, "roles": []})] {
            assert_eq!(Member::read(&member), None, "{member}");
        }
        let odd = json!([{"id": "7", "permissions": "many"}, {"id": "8", "permissions": 8}, {"permissions": "8"}, 5]);
        let powers = Powers::read(&json!({"owner_id": "2", "roles": odd})).unwrap();
        assert!(powers.administrators.is_empty());
    }
}
