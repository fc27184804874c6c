//! Who members are: their names and the picture of their account, as far as Discord told of late, with whatever they write and do, and
//! when they were asked for. No right follows from it. There is no list of all members, so of whom nothing was heard since the
//! start nothing is known, and a name may be one of before.
//!
//! Whoever is not known is asked for by the gateway, a hundred at once: over REST a hundred would take ten seconds, because
//! Discord lets members be asked for one by one, and slowly.

use std::collections::{BTreeMap, VecDeque};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serenity::all::{
    ChunkGuildFilter, CommandDataResolved, ConnectionStage, FullEvent, Interaction, Member, Message, ShardId,
    ShardManager, User,
};
use tokio::sync::Notify;

use super::rights::{cleaned, picture};
use super::{FRESH, LATELY, NAMED_WITHIN, Standing, own_guild, own_user};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;

/// Members remembered; past this the memory starts again.
const MOST: usize = 30_000;
/// Members who are asked for at once; Discord's own limit.
const AT_ONCE: usize = 100;
/// For how long nobody is asked for again of whom nothing was told.
const UNANSWERED: Duration = Duration::from_secs(10);
/// Requests within a minute, far below what Discord lets a connection send.
const REQUESTS: usize = 40;

/// Who somebody is in a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// What they are called there: nickname, display name or account name, cleaned to one line of visible text, not escaped.
    pub name: String,
    /// Their account name, cleaned in the same way.
    pub username: String,
    /// The name of their account's picture.
    pub avatar: Option<String>,
    /// When they joined, where that was told.
    pub joined_at: Option<Timestamp>,
    /// Whether they are a bot.
    pub is_bot: bool,
}

/// What was told of somebody in a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Who they are, as it was told last.
    pub face: Option<Face>,
    /// Whether they are a member, where that was told of late.
    pub is_member: Option<bool>,
}

/// What is known of members.
#[derive(Default)]
pub(super) struct Faces {
    known: Mutex<BTreeMap<(GuildId, UserId), Known>>,
    /// When it was asked for members within the last minute.
    requests: Mutex<VecDeque<Timestamp>>,
    /// Of the present connection.
    shards: Mutex<Option<Arc<ShardManager>>>,
    /// Told when something was heard of somebody.
    pub(super) heard: Notify,
}

#[derive(Clone, Debug, Default)]
struct Known {
    face: Option<Face>,
    /// Whether they are a member, and when that was told.
    is_member: Option<(bool, Timestamp)>,
    /// When they were asked for.
    asked: Option<Timestamp>,
}

impl Known {
    /// Whether nothing has to be asked.
    fn is_fresh(&self, now: Timestamp) -> bool {
        let within = |at: Timestamp, long: Duration| at <= now && now.since(at) < long;
        self.is_member.is_some_and(|(is_member, at)| within(at, if is_member { LATELY } else { FRESH }))
    }

    fn told(&self, now: Timestamp) -> Told {
        let is_member = self.is_member.map(|(is_member, _)| is_member).filter(|_| self.is_fresh(now));
        Told { face: self.face.clone(), is_member }
    }
}

impl Face {
    fn of(user: &User, nick: Option<&str>, joined_at: Option<serenity::all::Timestamp>) -> Self {
        let username = cleaned(&user.name).unwrap_or_else(|| user.id.to_string());
        let called = [nick, user.global_name.as_deref()].into_iter().flatten().find_map(cleaned);
        Self {
            name: called.unwrap_or_else(|| username.clone()),
            username,
            avatar: user.avatar.and_then(|hash| picture(Some(&hash.to_string()))),
            joined_at: joined_at.and_then(|at| Timestamp::from_rfc3339(&at.to_string())),
            is_bot: user.bot,
        }
    }
}

impl From<&Standing> for Face {
    fn from(standing: &Standing) -> Self {
        Self {
            name: standing.name.clone(),
            username: standing.username.clone(),
            avatar: standing.avatar.clone(),
            joined_at: standing.joined_at,
            is_bot: standing.is_bot,
        }
    }
}

impl From<&Member> for Face {
    fn from(member: &Member) -> Self {
        Self::of(&member.user, member.nick.as_deref(), member.joined_at)
    }
}

impl Faces {
    /// Somebody is a member, and this is who.
    pub(super) fn learn(&self, guild: GuildId, user: UserId, face: Face, now: Timestamp) {
        let face = Some(face).filter(|face| !face.name.is_empty());
        self.note(guild, user, Known { face, is_member: Some((true, now)), asked: None });
    }

    /// Somebody is no member.
    pub(super) fn learn_absent(&self, guild: GuildId, user: UserId, now: Timestamp) {
        self.note(guild, user, Known { is_member: Some((false, now)), ..Known::default() });
    }

    fn note(&self, guild: GuildId, user: UserId, known: Known) {
        let mut faces = self.lock();
        if faces.len() >= MOST && !faces.contains_key(&(guild, user)) {
            faces.clear();
        }
        let before = faces.remove(&(guild, user)).and_then(|before| before.face);
        faces.insert((guild, user), Known { face: known.face.or(before), ..known });
    }

    /// What an event tells of people.
    pub(super) fn notice(&self, event: &FullEvent, now: Timestamp) {
        match event {
            FullEvent::Message { new_message } if new_message.webhook_id.is_none() => {
                self.notice_author(new_message, now);
            }
            FullEvent::GuildMemberAddition { new_member } => self.notice_member(new_member, now),
            FullEvent::GuildMemberUpdate { event, .. } => {
                let joined = Some(event.joined_at);
                let face = Face::of(&event.user, event.nick.as_deref(), joined);
                self.learn(own_guild(event.guild_id), own_user(event.user.id), face, now);
            }
            FullEvent::GuildMembersChunk { chunk } => {
                chunk.members.values().for_each(|member| self.notice_member(member, now));
                for absent in &chunk.not_found {
                    self.learn_absent(own_guild(chunk.guild_id), UserId::new(absent.get()), now);
                }
            }
            FullEvent::InteractionCreate { interaction } => match interaction {
                Interaction::Command(asked) | Interaction::Autocomplete(asked) => {
                    asked.member.iter().for_each(|member| self.notice_member(member, now));
                    if let Some(guild) = asked.guild_id {
                        self.notice_named(own_guild(guild), &asked.data.resolved, now);
                    }
                }
                Interaction::Component(asked) => asked.member.iter().for_each(|member| self.notice_member(member, now)),
                Interaction::Modal(asked) => asked.member.iter().for_each(|member| self.notice_member(member, now)),
                _ => return,
            },
            _ => return,
        }
        self.heard.notify_waiters();
    }

    fn notice_member(&self, member: &Member, now: Timestamp) {
        self.learn(own_guild(member.guild_id), own_user(member.user.id), member.into(), now);
    }

    fn notice_author(&self, message: &Message, now: Timestamp) {
        let (Some(guild), author) = (message.guild_id, &message.author) else { return };
        let member = message.member.as_deref();
        let face = Face::of(
            author,
            member.and_then(|member| member.nick.as_deref()),
            member.and_then(|member| member.joined_at),
        );
        self.learn(own_guild(guild), own_user(author.id), face, now);
    }

    /// Those whom somebody names in a command.
    fn notice_named(&self, guild: GuildId, named: &CommandDataResolved, now: Timestamp) {
        for (id, member) in &named.members {
            if let Some(user) = named.users.get(id) {
                let face = Face::of(user, member.nick.as_deref(), member.joined_at);
                self.learn(guild, own_user(*id), face, now);
            }
        }
    }

    /// The picture of somebody, where it is known.
    pub(super) fn picture_of(&self, guild: GuildId, user: UserId) -> Option<String> {
        self.lock().get(&(guild, user))?.face.as_ref()?.avatar.clone()
    }

    /// What is known of these people.
    pub(super) fn told(&self, guild: GuildId, users: &[UserId], now: Timestamp) -> BTreeMap<UserId, Told> {
        let faces = self.lock();
        let told = |user: &UserId| Some((*user, faces.get(&(guild, *user))?.told(now)));
        users.iter().filter_map(told).collect()
    }

    /// Those of whom Discord has to be asked.
    pub(super) fn unknown(&self, guild: GuildId, users: &[UserId], now: Timestamp) -> Vec<UserId> {
        let faces = self.lock();
        let is_known = |user: &UserId| faces.get(&(guild, *user)).is_some_and(|known| known.is_fresh(now));
        users.iter().copied().filter(|user| user.get() > 0 && !is_known(user)).collect()
    }

    /// The connection over which members are asked for; none where it ended.
    pub(super) fn connect(&self, shards: Option<Arc<ShardManager>>) {
        *self.shards.lock().unwrap_or_else(PoisonError::into_inner) = shards;
    }

    /// Asks for these people, but for those who were asked for just now. Gives whether an answer is to come.
    pub(super) async fn request(&self, guild: GuildId, users: &[UserId], now: Timestamp) -> bool {
        let (wanted, is_coming) = self.to_ask(guild, users, now);
        if wanted.is_empty() {
            return is_coming;
        }
        let shards = self.shards.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(shards) = shards else { return false };
        let runners = shards.runners.lock().await;
        let number = (guild.get() >> 22).checked_rem(u64::try_from(runners.len()).unwrap_or_default());
        let number = number.and_then(|number| u32::try_from(number).ok());
        let runner = number.and_then(|number| runners.get(&ShardId(number)));
        let Some(runner) = runner.filter(|runner| runner.stage == ConnectionStage::Connected) else { return false };
        for part in wanted.chunks(AT_ONCE) {
            if !self.may_ask(now) {
                return false;
            }
            let users = part.iter().map(|user| serenity::all::UserId::new(user.get())).collect();
            let guild = serenity::all::GuildId::new(guild.get());
            runner.runner_tx.chunk_guild(guild, None, false, ChunkGuildFilter::UserIds(users), None);
        }
        true
    }

    /// Those of them who are to be asked for, and whether an answer on others may be on its way.
    fn to_ask(&self, guild: GuildId, users: &[UserId], now: Timestamp) -> (Vec<UserId>, bool) {
        let mut faces = self.lock();
        let (mut wanted, mut is_coming) = (Vec::new(), false);
        for user in users {
            if faces.len() >= MOST && !faces.contains_key(&(guild, *user)) {
                break;
            }
            let known = faces.entry((guild, *user)).or_default();
            match known.asked.filter(|asked| *asked <= now).map(|asked| now.since(asked)) {
                Some(since) if since < UNANSWERED => is_coming |= since < NAMED_WITHIN,
                _ => {
                    known.asked = Some(now);
                    wanted.push(*user);
                }
            }
        }
        (wanted, is_coming)
    }

    fn may_ask(&self, now: Timestamp) -> bool {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.retain(|asked| *asked <= now && now.since(*asked) < Duration::from_mins(1));
        let may = requests.len() < REQUESTS;
        if may {
            requests.push_back(now);
        }
        may
    }

    /// Whoever left is not shown any more.
    pub(super) fn forget(&self, keys: RangeInclusive<(GuildId, UserId)>) {
        let mut faces = self.lock();
        let gone: Vec<_> = faces.range(keys).map(|(key, _)| *key).collect();
        for key in gone {
            faces.remove(&key);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(GuildId, UserId), Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);
    const HERE: GuildId = GuildId::new(1);
    const ANN: UserId = UserId::new(7);
    const BEN: UserId = UserId::new(8);

    fn face(name: &str, avatar: Option<&str>) -> Face {
        Face {
            name: name.to_owned(),
            username: name.to_lowercase(),
            avatar: picture(avatar),
            joined_at: None,
            is_bot: false,
        }
    }

    #[test]
    fn the_last_picture_counts_in_its_server_until_somebody_goes() {
        let (faces, there) = (Faces::default(), GuildId::new(2));
        faces.learn(HERE, ANN, face("Ann", Some("0f1e")), NOW);
        faces.learn(HERE, ANN, face("Ann", Some("a_2d3c")), NOW);
        faces.learn(HERE, BEN, face("Ben", Some("0f1e")), NOW);
        assert_eq!(faces.picture_of(HERE, ANN).as_deref(), Some("a_2d3c"));
        assert_eq!(faces.picture_of(there, ANN), None);
        faces.learn(HERE, BEN, face("Ben", Some("../../secrets")), NOW);
        assert_eq!(faces.picture_of(HERE, BEN), None, "what is no hash is no picture");
        faces.forget((HERE, ANN)..=(HERE, ANN));
        assert_eq!(faces.picture_of(HERE, ANN), None);
    }

    #[test]
    fn a_name_stays_when_it_counts_no_more_whether_somebody_is_there() {
        let faces = Faces::default();
        let told = |now| faces.told(HERE, &[ANN, BEN], now);
        faces.learn(HERE, ANN, face("Ann", None), NOW);
        assert_eq!(told(NOW)[&ANN], Told { face: Some(face("Ann", None)), is_member: Some(true) });
        assert!(!told(NOW).contains_key(&BEN), "of whom nothing was told nothing is known");
        let later = NOW.after(LATELY);
        assert_eq!(told(later)[&ANN], Told { face: Some(face("Ann", None)), is_member: None });
        assert_eq!(faces.unknown(HERE, &[ANN, BEN, UserId::new(0)], NOW), [BEN]);
        assert_eq!(faces.unknown(HERE, &[ANN, BEN], later), [ANN, BEN]);
        faces.learn_absent(HERE, ANN, later);
        assert_eq!(told(later)[&ANN], Told { face: Some(face("Ann", None)), is_member: Some(false) });
    }

    #[tokio::test]
    async fn nobody_is_asked_for_twice_within_a_moment_and_requests_are_bounded() {
        let faces = Faces::default();
        let users: Vec<UserId> = (1..=250).map(UserId::new).collect();
        let asked = |now| {
            let (wanted, is_coming) = faces.to_ask(HERE, &users, now);
            (wanted.len(), is_coming)
        };
        assert_eq!(asked(NOW), (250, false));
        assert_eq!(asked(NOW), (0, true), "the answer is on its way");
        assert_eq!(asked(NOW.after(NAMED_WITHIN)), (0, false), "nobody waits for what did not come in its time");
        assert_eq!(asked(NOW.after(UNANSWERED)), (250, false));
        assert!(!faces.request(GuildId::new(2), &users, NOW).await, "without a connection nothing comes");
        assert_eq!((0..1_000).filter(|_| faces.may_ask(NOW)).count(), REQUESTS);
        assert!(faces.may_ask(NOW.after(Duration::from_mins(1))));
    }

    #[test]
    fn the_memory_is_bounded() {
        let faces = Faces::default();
        for user in 1..=u64::try_from(MOST).unwrap() + 5 {
            faces.learn(HERE, UserId::new(user), face("x", None), NOW);
        }
        assert!(faces.lock().len() <= MOST);
    }
}
