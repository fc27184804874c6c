//! The channels and roles of servers as Discord tells them, until the gateway tells that they are others, and for a minute at most:
//! what there is to choose from, and what they are called where a page names them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use maud::{Markup, PreEscaped};

use super::Web;
use super::answer::Problem;
use crate::discord::references::Server;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::{Mention, Sentence};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;

/// For how long an answer counts.
const FRESH: Duration = Duration::from_mins(1);
/// How long Discord may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Servers remembered; past this the memory starts again.
const MOST: usize = 1_000;
/// The longest name, in characters; Discord's own limit.
const LONGEST_NAME: usize = 100;

/// What is known of servers.
#[derive(Default)]
pub struct Places(Mutex<HashMap<GuildId, Known>>);

/// What Discord told, when, and how often it had changed before that was asked.
type Known = (Timestamp, u64, Arc<Server>);

impl Places {
    fn fresh(&self, guild: GuildId, (now, changes): (Timestamp, u64)) -> Option<Arc<Server>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, told, server) = known.get(&guild)?;
        (asked.after(FRESH) > now && *told == changes).then(|| Arc::clone(server))
    }

    fn keep(&self, guild: GuildId, server: Arc<Server>, (now, changes): (Timestamp, u64)) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(guild, (now, changes, server));
    }
}

impl Web {
    /// The channels and roles of a server; `None` where Discord does not say.
    pub async fn places(&self, guild: GuildId) -> Option<Arc<Server>> {
        match self.places.fresh(guild, (self.bot.clock.now(), self.bot.structures.of(guild))) {
            Some(known) => Some(known),
            None => self.ask_places(guild).await.ok(),
        }
    }

    /// The same, as they are now: for whoever is about to choose one of them. The instance has none, and nobody asks Discord for them.
    pub async fn ask_places(&self, guild: GuildId) -> Result<Arc<Server>, Problem> {
        if guild == GuildId::INSTANCE {
            return Err(Problem::NotFound);
        }
        let changes = self.bot.structures.of(guild);
        let asked = tokio::select! {
            biased;
            asked = Server::ask(&self.bot, guild) => asked,
            () = self.bot.clock.sleep(PATIENCE) => return Err(Problem::DiscordUnavailable),
        };
        let server = Arc::new(asked.map_err(|_| Problem::DiscordUnavailable)?);
        self.places.keep(guild, Arc::clone(&server), (self.bot.clock.now(), changes));
        Ok(server)
    }
}

/// What a channel or role is called, where that is known.
pub fn name_of(places: Option<&Server>, mention: Mention) -> Option<String> {
    let name = match mention {
        Mention::Channel(channel) => &places?.channel(channel)?.name,
        Mention::Role(role) => &places?.role(role)?.name,
        Mention::User(_) => return None,
    };
    Some(one_line(name, LONGEST_NAME))
}

/// A sentence on a page, with channels and roles by their names.
pub fn drawn(places: Option<&Server>, sentence: &Sentence) -> Markup {
    PreEscaped(sentence.html(&|mention| name_of(places, mention)))
}

/// What was written for Discord, on a page.
pub fn drawn_text(places: Option<&Server>, text: &str) -> Markup {
    drawn(places, &Sentence::read(text))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::ids::{ChannelId, UserId};

    fn server() -> Server {
        let guild = json!({
            "id": "1", "owner_id": "2", "roles": [{"id": "7", "name": "<Crew>", "permissions": "0", "position": 1}],
        });
        let channels = json!([{"id": "5", "type": 0, "name": "songs"}]);
        Server::read(&guild, &channels, &json!({"roles": []}), 9).unwrap()
    }

    #[test]
    fn channels_and_roles_have_their_names_on_a_page_and_members_and_what_is_gone_their_numbers() {
        let server = server();
        assert_eq!(
            drawn_text(Some(&server), "<#5> <@&7> <#6> <@8>").into_string(),
            "<span class=\"mention\">#songs</span> <span class=\"mention\">@&lt;Crew&gt;</span> \
             <span class=\"mention\">channel 6</span> <span class=\"mention\">user 8</span>"
        );
        assert_eq!(name_of(None, Mention::Channel(ChannelId::new(5))), None);
        assert_eq!(name_of(Some(&server), Mention::User(UserId::new(5))), None);
    }

    #[test]
    fn what_discord_told_counts_for_a_minute_or_until_it_tells_of_a_change() {
        let (places, here) = (Places::default(), GuildId::new(1));
        let at = |seconds: i64, changes: u64| (Timestamp::from_millis(seconds * 1_000), changes);
        places.keep(here, Arc::new(server()), at(0, 3));
        assert!(places.fresh(here, at(59, 3)).is_some());
        assert!(places.fresh(here, at(60, 3)).is_none() && places.fresh(GuildId::new(2), at(0, 3)).is_none());
        assert!(places.fresh(here, at(1, 4)).is_none(), "a channel was made since");
    }
}
