//! The servers that the bot is in, as far as the gateway tells: of each its name, its picture and its owner.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serenity::all::Ready;

use super::rights::picture;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::one_line;

/// The longest name of a server, in characters; Discord's own limit.
const NAME_CHARS: usize = 100;

/// A server that the bot is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GuildOfBot {
    /// The server.
    pub id: GuildId,
    /// Its name, cleaned to one line of visible text, not escaped; its number where none was told yet, or none can be seen.
    pub name: String,
    /// The name of its picture, where it has one.
    pub icon: Option<String>,
    /// Its owner, once told.
    pub owner: Option<UserId>,
    /// How many members it has, once told.
    pub members: Option<u64>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Guilds {
    known: Mutex<BTreeMap<GuildId, GuildOfBot>>,
    are_named: AtomicBool,
}

/// Which part of all servers a connection is about: the number of the shard, and how many there are.
type Shard = (u32, u32);

/// The servers that a connection names as it begins: all of its part that the bot is in, also those that are out of order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    servers: BTreeSet<GuildId>,
    shard: Shard,
}

impl Named {
    /// The servers that this connection names.
    pub fn by(ready: &Ready) -> Self {
        let servers = ready.guilds.iter().map(|told| GuildId::new(told.id.get())).collect();
        Self { servers, shard: ready.shard.as_ref().map_or((0, 1), |shard| (shard.id.get(), shard.total)) }
    }

    /// Whether it would have named a server, and does not: the bot is not in it.
    pub fn lacks(&self, guild: GuildId) -> bool {
        is_of(guild, self.shard) && !self.servers.contains(&guild)
    }
}

impl GuildOfBot {
    pub(super) fn new(id: GuildId, name: &str, icon: Option<&str>, owner: UserId) -> Self {
        Self { name: shown_name(id, name), icon: picture(icon), owner: Some(owner), members: None, id }
    }

    /// With so many members.
    pub(super) fn of_members(self, members: u64) -> Self {
        Self { members: Some(members), ..self }
    }
}

impl Guilds {
    /// A new connection names the servers of its shard; gives those that are none of ours any more.
    pub(super) fn begin(&self, named: &Named) -> Vec<GuildId> {
        let mut guilds = self.lock();
        let left: Vec<GuildId> = guilds.keys().copied().filter(|guild| named.lacks(*guild)).collect();
        for guild in &left {
            guilds.remove(guild);
        }
        for id in &named.servers {
            let unnamed = || GuildOfBot { id: *id, name: shown_name(*id, ""), icon: None, owner: None, members: None };
            guilds.entry(*id).or_insert_with(unnamed);
        }
        self.are_named.store(true, Ordering::Release);
        left
    }

    /// A server comes into sight.
    pub(super) fn come(&self, guild: GuildOfBot) {
        self.lock().insert(guild.id, guild);
    }

    /// A server is another than before. One that was left meanwhile does not come back by that.
    pub(super) fn change(&self, guild: GuildOfBot) {
        if let Some(known) = self.lock().get_mut(&guild.id) {
            // How many members it has is not told with it.
            *known = GuildOfBot { members: known.members, ..guild };
        }
    }

    /// Somebody came to a server, or left it.
    pub(super) fn count_member(&self, guild: GuildId, has_come: bool) {
        if let Some(members) = self.lock().get_mut(&guild).and_then(|known| known.members.as_mut()) {
            *members = if has_come { members.saturating_add(1) } else { members.saturating_sub(1) };
        }
    }

    /// The bot is in a server no more.
    pub(super) fn leave(&self, guild: GuildId) {
        self.lock().remove(&guild);
    }

    /// All of them, by number.
    pub(super) fn all(&self) -> Vec<GuildOfBot> {
        self.lock().values().cloned().collect()
    }

    pub(super) fn get(&self, guild: GuildId) -> Option<GuildOfBot> {
        self.lock().get(&guild).cloned()
    }

    /// Whether a connection has named any, or said that there is none.
    pub(super) fn are_named(&self) -> bool {
        self.are_named.load(Ordering::Acquire)
    }

    pub(super) fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<GuildId, GuildOfBot>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn shown_name(id: GuildId, name: &str) -> String {
    let name = one_line(name, NAME_CHARS);
    if name.is_empty() { id.to_string() } else { name }
}

/// Whether a shard is the one that tells of a server.
fn is_of(guild: GuildId, (shard, shards): Shard) -> bool {
    (guild.get() >> 22).checked_rem(u64::from(shards)).is_none_or(|number| number == u64::from(shard))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guild(id: u64, name: &str) -> GuildOfBot {
        GuildOfBot::new(GuildId::new(id), name, Some("0f1e"), UserId::new(9))
    }

    fn names(guilds: &Guilds) -> Vec<String> {
        guilds.all().into_iter().map(|guild| guild.name).collect()
    }

    fn named<const N: usize>(ids: [u64; N], shard: Shard) -> Named {
        Named { servers: ids.map(GuildId::new).into(), shard }
    }

    #[test]
    fn a_server_has_its_number_for_a_name_until_it_is_told() {
        let guilds = Guilds::default();
        assert!(!guilds.are_named());
        assert!(guilds.begin(&named([1, 2], (0, 1))).is_empty() && guilds.are_named());
        assert_eq!(names(&guilds), ["1", "2"]);
        guilds.come(guild(1, "Night\u{202E} Owl\nReviews"));
        guilds.come(guild(2, "\u{200B}"));
        assert_eq!(names(&guilds), ["Night Owl Reviews", "2"]);
        guilds.begin(&named([1, 2], (0, 1)));
        assert_eq!(
            guilds.get(GuildId::new(1)),
            Some(guild(1, "Night Owl Reviews")),
            "a new connection forgets nothing"
        );
        assert_eq!(guild(1, &"x".repeat(500)).name.chars().count(), 100);
    }

    #[test]
    fn what_a_new_connection_does_not_name_was_left_unless_another_tells_of_it() {
        let guilds = Guilds::default();
        let [even, odd] = [2_u64 << 22, 3 << 22];
        guilds.begin(&named([even], (0, 2)));
        guilds.begin(&named([odd], (1, 2)));
        assert_eq!(guilds.count(), 2);
        assert_eq!(guilds.begin(&named([], (1, 2))), [GuildId::new(odd)]);
        assert_eq!(guilds.count(), 1);
        assert_eq!(guilds.begin(&named([], (0, 0))), [GuildId::new(even)]);
    }

    #[test]
    fn members_are_counted_from_what_was_told_on() {
        let (guilds, here) = (Guilds::default(), GuildId::new(1));
        guilds.begin(&named([1], (0, 1)));
        guilds.count_member(here, true);
        let members = || guilds.get(here).unwrap().members;
        assert_eq!(members(), None, "nobody has told how many there are");
        guilds.come(guild(1, "Before").of_members(2));
        guilds.count_member(here, true);
        guilds.change(guild(1, "After"));
        assert_eq!(members(), Some(3));
        guilds.count_member(here, false);
        assert_eq!(members(), Some(2));
    }

    #[test]
    fn a_server_that_was_left_does_not_come_back_by_a_late_change() {
        let guilds = Guilds::default();
        guilds.come(guild(1, "Before"));
        guilds.change(guild(1, "After"));
        assert_eq!(names(&guilds), ["After"]);
        guilds.leave(GuildId::new(1));
        guilds.change(guild(1, "Late"));
        assert_eq!(guilds.get(GuildId::new(1)), None);
    }
}
