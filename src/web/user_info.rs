//! Who somebody is on Discord, as the API tells it beside what they have (`D-102`).

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use serde::Serialize;
use utoipa::ToSchema;

use super::Web;
use crate::discord::standing::{Asked, Standing};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;

/// Members for whom Discord is asked for one answer. It remembers each for a minute.
const ASKED: usize = 50;
/// So many of them at a time.
const AT_ONCE: usize = 10;

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

    fn told(self, asked: Option<Asked>) -> Self {
        match asked {
            Some(Asked::Is(standing)) => self.standing(standing),
            Some(Asked::NotThere) => Self { is_member: Some(false), ..self },
            Some(Asked::Silent) | None => self,
        }
    }

    fn standing(self, standing: Standing) -> Self {
        let display_name = if standing.name.is_empty() { self.display_name } else { standing.name };
        Self {
            username: Some(standing.username),
            display_name,
            avatar: standing.avatar,
            joined_at: standing.joined_at.map(Timestamp::rfc3339),
            is_bot: Some(standing.is_bot),
            is_member: Some(true),
            ..self
        }
    }
}

impl Web {
    /// Who these people are, in their order, each with the name by which they are known here. Discord is asked for the first 50.
    pub async fn users(&self, guild: GuildId, people: Vec<(UserId, String)>) -> Vec<UserInfo> {
        let first: Vec<UserId> = people.iter().take(ASKED).map(|(user, _)| *user).collect();
        let asked = stream::iter(first)
            .map(|user| async move { (user, self.bot.standings.of(&self.bot, guild, user).await) })
            .buffer_unordered(AT_ONCE);
        let mut told: BTreeMap<UserId, Asked> = asked.collect().await;
        let info = |(user, name): (UserId, String)| UserInfo::known(user, name).told(told.remove(&user));
        people.into_iter().map(info).collect()
    }

    /// The same for one.
    pub async fn user(&self, guild: GuildId, user: UserId, name: String) -> UserInfo {
        let asked = self.bot.standings.of(&self.bot, guild, user).await;
        UserInfo::known(user, name).told(Some(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_there_is_told_as_discord_has_them_and_nobody_is_made_up() {
        let known = UserInfo::known(UserId::new(81), "ann".to_owned());
        let standing = Standing {
            is_owner: false,
            has_administrator: false,
            roles: Vec::new(),
            name: "Ann of the Owls".to_owned(),
            username: "ann.owl".to_owned(),
            avatar: Some("a1".to_owned()),
            joined_at: Some(Timestamp::from_micros(0)),
            is_bot: false,
        };
        let told = known.clone().told(Some(Asked::Is(standing)));
        assert_eq!((told.username.as_deref(), told.display_name.as_str()), (Some("ann.owl"), "Ann of the Owls"));
        assert_eq!((told.joined_at.as_deref(), told.is_member), (Some("1970-01-01T00:00:00Z"), Some(true)));
        assert_eq!(known.clone().told(Some(Asked::NotThere)).is_member, Some(false));
        assert_eq!(known.clone().told(Some(Asked::Silent)), known);
    }
}
