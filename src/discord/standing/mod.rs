//! What somebody is in a server at this moment, for whoever asks without an interaction, as the web does: an interaction
//! brings its own rights (`access`).
//!
//! Discord is asked for the member and for the server, and each answer counts for a minute by the bot's clock. What the
//! gateway tells of a member, a role or a server drops it at once, so that a right that was taken away is gone at the next
//! question; where Discord refuses the privileged intents ([`Parts::lacks_intents`](super::bot::Parts::lacks_intents)) it
//! tells nothing of members, and the minute is the bound. Events run side by side and may overtake each other, so they only
//! drop, and never fill in what they bring. A list that shows what people are may show it for an hour; no right follows from that.
//!
//! # Invariants
//! - Where Discord does not answer and nothing is fresh, nobody is anything: [`Asked::Silent`].
//! - A role counts in its own server only: Discord is asked for the member of that very server.
//! - An answer that was on its way when an event came is kept for nobody.
//! - Memory is bounded: 20,000 members, 1,000 servers.
//!
//! Also here: the servers that the bot is in, by name, for a list of them, and who their members are ([`Standings::people`]), which
//! is for names and pictures alone.

mod faces;
mod guilds;
mod kept;
mod rights;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;
use serenity::all::{FullEvent, ShardManager};
use serenity::http::Route;
use tokio::sync::broadcast;
use tokio::time::timeout;

use super::bot::Bot;
use super::delivery::Obstacle;
use super::rest::Rest;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::kernel::time::{Clock, Timestamp};
use faces::Faces;
use guilds::Guilds;
use kept::{Kept, Lookup};
use rights::{Member, Powers};

pub use faces::{Face, Told};
pub use guilds::{GuildOfBot, Named};
pub(in crate::discord) use rights::picture;

/// For how long an answer counts. Whoever holds a stream open asks again at least this often.
pub const FRESH: Duration = Duration::from_mins(1);
/// For how long it can be shown what was told.
const LATELY: Duration = Duration::from_hours(1);
/// For how long nobody is asked for again who was not there.
const ABSENT: Duration = Duration::from_secs(10);
/// How long Discord may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long whoever shows people waits for their names: the connection looks twice a second whether something is to be sent.
const NAMED_WITHIN: Duration = Duration::from_millis(800);
/// So many people are asked for one by one, which is sooner than the gateway takes.
const FEW: usize = 4;
/// Members remembered.
const MOST_MEMBERS: usize = 20_000;
/// Servers remembered.
const MOST_GUILDS: usize = 1_000;
/// Changes that may wait for a slow listener.
const CHANGES: usize = 1_024;

/// What a person is in a server at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether the server is theirs.
    pub is_owner: bool,
    /// Whether they have Discord's Administrator permission; the owner always does.
    pub has_administrator: bool,
    /// The roles that count, without everybody's: none for who is in a time-out or has not agreed to the server's rules
    /// yet, unless they are an administrator.
    pub roles: Vec<RoleId>,
    /// What they are called there: nickname, display name or account name, cleaned to one line of visible text, not escaped.
    pub name: String,
    /// Their account name, cleaned in the same way.
    pub username: String,
    /// The name of their account's picture.
    pub avatar: Option<String>,
    /// When they joined; a guest in voice has not.
    pub joined_at: Option<Timestamp>,
    /// Whether they are a bot.
    pub is_bot: bool,
}

/// The answer to the question what somebody is in a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// This.
    Is(Standing),
    /// They are not in that server, or the bot is not.
    NotThere,
    /// Discord did not say, and nothing that it said before is fresh: nobody may be let in by that.
    Silent,
}

/// Something about rights changed, and what was known of it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// In this server.
    pub guild: GuildId,
    /// For this person; `None` for everybody there.
    pub user: Option<UserId>,
}

impl Change {
    /// Whether it may concern a person in a server.
    pub fn concerns(&self, guild: GuildId, user: UserId) -> bool {
        self.guild == guild && self.user.is_none_or(|changed| changed == user)
    }
}

/// What people are in servers.
pub struct Standings {
    powers: Kept<GuildId, Arc<Powers>>,
    members: Kept<(GuildId, UserId), Arc<Member>>,
    guilds: Guilds,
    faces: Faces,
    changes: broadcast::Sender<Change>,
}

impl Default for Standings {
    fn default() -> Self {
        Self {
            powers: Kept::new(MOST_GUILDS),
            members: Kept::new(MOST_MEMBERS),
            guilds: Guilds::default(),
            faces: Faces::default(),
            changes: broadcast::Sender::new(CHANGES),
        }
    }
}

impl Standings {
    /// What somebody is in a server now. Discord is asked where that is not known, for at most three seconds, and once
    /// for all who want to know the same. Whoever has the number of the server from outside looks first whether it is one of
    /// ours ([`Self::guild_of_bot`]): a strange one costs a request.
    pub async fn of(&self, bot: &Bot, guild: GuildId, user: UserId) -> Asked {
        // Nothing on Discord has the number 0, and serenity panics where it meets it.
        let (Some(guild_id), Some(user_id)) = (NonZeroU64::new(guild.get()), NonZeroU64::new(user.get())) else {
            return Asked::NotThere;
        };
        let (guild_id, user_id) = (guild_id.into(), user_id.into());
        let (rest, clock) = (&bot.rest, &bot.clock);
        let of_guild = ask(rest.clone(), clock.clone(), Route::Guild { guild_id }, Powers::read);
        let of_member = ask(rest.clone(), clock.clone(), Route::GuildMember { guild_id, user_id }, Member::read);
        let told =
            tokio::join!(self.powers.get(guild, clock, of_guild), self.members.get((guild, user), clock, of_member));
        match told {
            (Lookup::NotThere, _) => Asked::NotThere,
            (_, Lookup::NotThere) => {
                self.faces.learn_absent(guild, user, clock.now());
                Asked::NotThere
            }
            (Lookup::Is(powers), Lookup::Is(member)) => {
                let standing = member.standing(&powers, guild, clock.now());
                self.faces.learn(guild, user, (&standing).into(), clock.now());
                Asked::Is(standing)
            }
            _ => Asked::Silent,
        }
    }

    /// Who these people are in a server, for whoever shows them: as Discord told within the last hour. It is asked for those of whom it did
    /// not, all at once, and waited for a moment at most; what comes later is there for the next. Of whom nothing is told, nothing
    /// is given. No right follows from it.
    pub async fn people(&self, bot: &Bot, guild: GuildId, users: &[UserId]) -> BTreeMap<UserId, Told> {
        let clock = &bot.clock;
        let unknown = self.faces.unknown(guild, users, clock.now());
        if !unknown.is_empty() && self.guild_of_bot(guild).is_some() {
            // It is not waited longer for those who are told later.
            let _ = timeout(NAMED_WITHIN, self.ask_for(bot, guild, &unknown)).await;
        }
        self.faces.told(guild, users, clock.now())
    }

    async fn ask_for(&self, bot: &Bot, guild: GuildId, users: &[UserId]) {
        if users.len() <= FEW {
            join_all(users.iter().map(|user| self.of(bot, guild, *user))).await;
            return;
        }
        if !self.faces.request(guild, users, bot.clock.now()).await {
            return;
        }
        loop {
            let heard = self.faces.heard.notified();
            if self.faces.unknown(guild, users, bot.clock.now()).is_empty() {
                return;
            }
            heard.await;
        }
    }

    /// Members are asked for over this connection from now on; over none where it ended.
    pub(in crate::discord) fn connect(&self, shards: Option<Arc<ShardManager>>) {
        self.faces.connect(shards);
    }

    /// What Discord told of everybody in a server within the last hour. Nobody is asked for, and no right follows from it: it is
    /// for a list of them.
    pub fn lately(&self, guild: GuildId, now: Timestamp) -> Vec<(UserId, Asked)> {
        let powers = self.powers.lately(guild..=guild, now, LATELY).pop();
        let Some((_, Lookup::Is(powers))) = powers else { return Vec::new() };
        let everybody = (guild, UserId::new(0))..=(guild, UserId::new(u64::MAX));
        let told = self.members.lately(everybody, now, LATELY).into_iter();
        told.map(|((_, user), member)| match member {
            Lookup::Is(member) => (user, Asked::Is(member.standing(&powers, guild, now))),
            Lookup::NotThere | Lookup::Silent => (user, Asked::NotThere),
        })
        .collect()
    }

    /// The servers that the bot is in, by number, as the gateway tells; nothing before it is connected.
    pub fn guilds_of_bot(&self) -> Vec<GuildOfBot> {
        self.guilds.all()
    }

    /// A server, if the bot is in it.
    pub fn guild_of_bot(&self, guild: GuildId) -> Option<GuildOfBot> {
        self.guilds.get(guild)
    }

    /// The hash of the picture that somebody shows in a server, where Discord told it of late.
    pub fn picture_of(&self, guild: GuildId, user: UserId) -> Option<String> {
        self.faces.picture_of(guild, user)
    }

    /// Whether the gateway has named the servers of the bot since the process started: before that, nobody knows of any
    /// server whether it is one of them.
    pub fn are_named(&self) -> bool {
        self.guilds.are_named()
    }

    /// How many servers the bot is in.
    pub fn count_guilds(&self) -> usize {
        self.guilds.count()
    }

    /// Tells from now on whose rights may have changed, so that what is open for them can be looked at again. Whoever lets
    /// somebody in for long listens first and asks then, and asks again where too much came to be told (`Lagged`).
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// What is known of a person in a server is true no more.
    pub fn forget_member(&self, guild: GuildId, user: UserId) {
        self.members.forget((guild, user)..=(guild, user));
        self.tell(Change { guild, user: Some(user) });
    }

    /// What is known of a server and everybody in it is true no more.
    pub fn forget_guild(&self, guild: GuildId) {
        self.members.forget((guild, UserId::new(0))..=(guild, UserId::new(u64::MAX)));
        self.forget_powers(guild);
    }

    /// The owner may be another, or a role may do something else.
    fn forget_powers(&self, guild: GuildId) {
        self.powers.forget(guild..=guild);
        self.tell(Change { guild, user: None });
    }

    fn tell(&self, change: Change) {
        // Where nobody listens, nobody has to hear of it.
        let _ = self.changes.send(change);
    }

    /// Drops what an event of the gateway makes untrue.
    pub(in crate::discord) fn notice(&self, event: &FullEvent, now: Timestamp) {
        self.faces.notice(event, now);
        match event {
            FullEvent::Ready { data_about_bot: ready } => {
                for left in self.guilds.begin(&Named::by(ready)) {
                    self.forget_guild(left);
                }
            }
            // What happened in it while it was not to be seen was not told.
            FullEvent::GuildCreate { guild: told, .. } if !told.unavailable => {
                let icon = told.icon.map(|icon| icon.to_string());
                let (guild, owner) = (own_guild(told.id), own_user(told.owner_id));
                let named = GuildOfBot::new(guild, &told.name, icon.as_deref(), owner);
                self.guilds.come(named.of_members(told.member_count));
                self.forget_guild(guild);
            }
            FullEvent::GuildUpdate { new_data: told, .. } => {
                let icon = told.icon.map(|icon| icon.to_string());
                let (guild, owner) = (own_guild(told.id), own_user(told.owner_id));
                self.guilds.change(GuildOfBot::new(guild, &told.name, icon.as_deref(), owner));
                self.forget_powers(guild);
            }
            // A server that is out of order for a while is not left.
            FullEvent::GuildDelete { incomplete, .. } if !incomplete.unavailable => {
                let left = own_guild(incomplete.id);
                self.guilds.leave(left);
                self.faces.forget((left, UserId::new(0))..=(left, UserId::new(u64::MAX)));
                self.forget_guild(left);
            }
            _ => self.notice_people(event),
        }
    }

    /// The same of roles and members.
    fn notice_people(&self, event: &FullEvent) {
        let (guild, user) = match event {
            FullEvent::GuildRoleCreate { new } | FullEvent::GuildRoleUpdate { new, .. } => {
                return self.forget_powers(own_guild(new.guild_id));
            }
            // It is told of nobody that they had it.
            FullEvent::GuildRoleDelete { guild_id, .. } => return self.forget_guild(own_guild(*guild_id)),
            FullEvent::GuildMemberAddition { new_member } => {
                self.guilds.count_member(own_guild(new_member.guild_id), true);
                (new_member.guild_id, new_member.user.id)
            }
            FullEvent::GuildMemberUpdate { event, .. } => (event.guild_id, event.user.id),
            FullEvent::GuildMemberRemoval { guild_id, user, .. } => {
                let gone = (own_guild(*guild_id), own_user(user.id));
                self.faces.forget(gone..=gone);
                self.guilds.count_member(own_guild(*guild_id), false);
                (*guild_id, user.id)
            }
            _ => return,
        };
        self.forget_member(own_guild(guild), own_user(user));
    }
}

fn own_guild(guild: serenity::all::GuildId) -> GuildId {
    GuildId::new(guild.get())
}

fn own_user(user: serenity::all::UserId) -> UserId {
    UserId::new(user.get())
}

/// Asks Discord for something, and reads it.
async fn ask<T>(rest: Rest, clock: Clock, route: Route<'static>, read: fn(&Value) -> Option<T>) -> Lookup<Arc<T>> {
    let answer = tokio::select! {
        biased;
        answer = rest.get_json(route, Vec::new()) => answer,
        () = clock.sleep(PATIENCE) => return Lookup::Silent,
    };
    match answer {
        Ok(told) => read(&told).map_or(Lookup::Silent, |read| Lookup::Is(Arc::new(read))),
        Err(error) => match Obstacle::of(&error) {
            Obstacle::Gone | Obstacle::Forbidden => Lookup::NotThere,
            _ => {
                tracing::debug!(%error, "Discord does not say what somebody is in a server");
                Lookup::Silent
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_concerns_its_person_or_everybody_in_its_server_and_nobody_elsewhere() {
        let (here, elsewhere) = (GuildId::new(1), GuildId::new(2));
        let (ann, ben) = (UserId::new(3), UserId::new(4));
        let of_ann = Change { guild: here, user: Some(ann) };
        assert!(of_ann.concerns(here, ann) && !of_ann.concerns(here, ben) && !of_ann.concerns(elsewhere, ann));
        let of_all = Change { guild: here, user: None };
        assert!(of_all.concerns(here, ann) && of_all.concerns(here, ben) && !of_all.concerns(elsewhere, ann));
    }
}
