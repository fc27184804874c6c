//! Who somebody is on Discord, as the API tells it beside what they have (`D-102`).

use serde::Serialize;
use utoipa::ToSchema;

use super::Web;
use super::answer::{Answered, Given};
use crate::discord::standing::{Asked, Face, Told};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;

/// Somebody, as Discord knows them in a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct UserInfo {
    /// Their id.
    pub id: String,
    /// The name of their account; nothing where Discord did not tell.
    pub username: Option<String>,
    /// What they are called in the server; the name by which they are known here best where Discord did not tell.
    pub display_name: String,
    /// What their picture is called on Discord.
    pub avatar: Option<String>,
    /// When they joined.
    pub joined_at: Option<String>,
    /// Whether they are a bot.
    pub is_bot: Option<bool>,
    /// Whether they are a member of the server; nothing where Discord was not asked or did not tell.
    pub is_member: Option<bool>,
}

impl UserInfo {
    /// Somebody of whom Discord told nothing.
    pub fn known(user: UserId, name: String) -> Self {
        Self {
            id: user.to_string(),
            username: None,
            display_name: name,
            avatar: None,
            joined_at: None,
            is_bot: None,
            is_member: None,
        }
    }

    fn told(self, told: Told) -> Self {
        let known = Self { is_member: told.is_member, ..self };
        let Some(Face { name, username, avatar, joined_at, is_bot }) = told.face else { return known };
        Self {
            username: Some(username),
            display_name: name,
            avatar,
            joined_at: joined_at.map(Timestamp::rfc3339),
            is_bot: Some(is_bot),
            ..known
        }
    }
}

/// What names members, each by the name by which the store knows them: whom it does not know stands there by number.
pub trait NamesMembers {
    /// The members, each by their number with the name.
    fn members(&mut self) -> Vec<(&str, &mut String)>;
}

impl<T: NamesMembers> NamesMembers for Vec<T> {
    fn members(&mut self) -> Vec<(&str, &mut String)> {
        self.iter_mut().flat_map(NamesMembers::members).collect()
    }
}

/// Says where a type names one member: by `user_id` and a field with the name.
macro_rules! names_a_member {
    ($($type:ty: $name:ident),+ $(,)?) => {$(
        impl $crate::web::user_info::NamesMembers for $type {
            fn members(&mut self) -> Vec<(&str, &mut String)> {
                vec![(self.user_id.as_str(), &mut self.$name)]
            }
        }
    )+};
}

/// Says where a type names those whom a part of it names.
macro_rules! names_those_of {
    ($($type:ty: $part:ident),+ $(,)?) => {$(
        impl $crate::web::user_info::NamesMembers for $type {
            fn members(&mut self) -> Vec<(&str, &mut String)> {
                self.$part.members()
            }
        }
    )+};
}

pub(in crate::web) use {names_a_member, names_those_of};

impl Web {
    /// Who these people are, in their order, each with the name by which they are known here.
    pub async fn users(&self, guild: GuildId, people: Vec<(UserId, String)>) -> Vec<UserInfo> {
        let users: Vec<UserId> = people.iter().map(|(user, _)| *user).collect();
        let told = self.bot.standings.people(&self.bot, guild, &users).await;
        let info = |(user, name): (UserId, String)| {
            UserInfo::known(user, name).told(told.get(&user).cloned().unwrap_or_default())
        };
        people.into_iter().map(info).collect()
    }

    /// An answer in which whoever stands by number alone is called as on Discord.
    pub async fn with_names<T: NamesMembers>(&self, guild: GuildId, mut answer: T) -> T {
        let members = answer.members().into_iter().filter_map(|(id, name)| Some((id.parse().ok()?, name)));
        self.call_by_name(guild, members.collect()).await;
        answer
    }

    /// Gives those of these members who are called by their number the name that they have on Discord, where it tells one.
    pub async fn call_by_name(&self, guild: GuildId, members: Vec<(UserId, &mut String)>) {
        let nameless: Vec<_> = members.into_iter().filter(|(user, name)| user.to_string() == **name).collect();
        let users: Vec<UserId> = nameless.iter().map(|(user, _)| *user).collect();
        let told = self.bot.standings.people(&self.bot, guild, &users).await;
        for (user, name) in nameless {
            if let Some(face) = told.get(&user).and_then(|told| told.face.as_ref()) {
                face.name.clone_into(name);
            }
        }
    }

    /// The same of what was done now.
    pub async fn done_with_names<T: NamesMembers>(&self, guild: GuildId, done: Answered<T>) -> Answered<T> {
        let value = match done.value {
            Given::Now(value) => Given::Now(self.with_names(guild, value).await),
            before @ Given::Before(_) => before,
        };
        Answered { value, ..done }
    }

    /// The same for one.
    pub async fn user(&self, guild: GuildId, user: UserId, name: String) -> UserInfo {
        // Whether they are a member is looked up at this moment, where Discord tells it.
        let is_member = match self.bot.standings.of(&self.bot, guild, user).await {
            Asked::Is(_) => Some(true),
            Asked::NotThere => Some(false),
            Asked::Silent => None,
        };
        let told = self.bot.standings.people(&self.bot, guild, &[user]).await.remove(&user).unwrap_or_default();
        UserInfo::known(user, name).told(Told { is_member, ..told })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_there_is_told_as_discord_has_them_and_nobody_is_made_up() {
        let known = UserInfo::known(UserId::new(81), "ann".to_owned());
        let face = Face {
            name: "Ann of the Owls".to_owned(),
            username: "ann.owl".to_owned(),
            avatar: Some("a1".to_owned()),
            joined_at: Some(Timestamp::from_micros(0)),
            is_bot: false,
        };
        let told = known.clone().told(Told { face: Some(face), is_member: Some(true) });
        assert_eq!((told.username.as_deref(), told.display_name.as_str()), (Some("ann.owl"), "Ann of the Owls"));
        assert_eq!((told.joined_at.as_deref(), told.is_member), (Some("1970-01-01T00:00:00Z"), Some(true)));
        assert_eq!(known.clone().told(Told { is_member: Some(false), ..Told::default() }).is_member, Some(false));
        assert_eq!(known.clone().told(Told::default()), known);
    }
}
