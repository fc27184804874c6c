//! What the bot shows of itself on Discord: whether it is there, and a line of text (`T-API-33`).
//!
//! Presence belongs to the connection and not to a server (`C-63`). So the instance has one, and what a server wants
//! is stored for it and shown where the bot is in that server alone.
//!
//! Settings of the instance: `bot_status`, `bot_status_type`, `bot_status_message`; of a server: `bot_status`.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::activity::{ActivityKind, Noted};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::one_line;
use crate::settings::Setting;
use crate::store::form::Carried;
use crate::store::{Read, Tx};
use crate::{refusals, sentence, text_setting};

/// The longest text that Discord shows, in characters.
pub const LONGEST_TEXT: usize = 128;

static STATUS: Setting<Status> = Setting::new("bot_status", Status::Online);
static TYPE: Setting<Type> = Setting::new("bot_status_type", Type::Custom);
static MESSAGE: Setting<String> = Setting::new("bot_status_message", String::new());

/// The settings of this module, which are in no list that people see.
pub const UNLISTED: &[&dyn Carried] = &[&STATUS, &TYPE, &MESSAGE];

/// The presence was changed; the details are what it is now. Of the instance, or of the server that wants it.
pub static PRESENCE_CHANGED: ActivityKind<Presence> = ActivityKind::new("presence.changed", |told| Some(changed(told)))
    .called("What the bot shows of itself changed")
    .on_pages();

/// Whether the bot is there.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Status {
    /// Green.
    #[default]
    Online,
    /// Yellow.
    Idle,
    /// Red: not to be disturbed.
    Dnd,
    /// As if it were not there.
    Invisible,
}

/// What stands before the text.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Type {
    /// Nothing.
    #[default]
    Custom,
    /// "Playing".
    Playing,
    /// "Listening to".
    Listening,
    /// "Watching".
    Watching,
    /// "Competing in".
    Competing,
}

text_setting!(Status, Type);

/// What the bot shows of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// Whether it is there.
    pub status: Status,
    /// What stands before the text.
    pub kind: Type,
    /// The text; none where it is empty.
    pub message: String,
}

/// In words: `idle, watching the live`.
impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        match (self.message.as_str(), self.kind) {
            ("", _) => Ok(()),
            (message, Type::Custom) => write!(f, ", {message}"),
            (message, kind) => write!(f, ", {kind} {message}"),
        }
    }
}

fn changed(told: &Noted<'_, Presence>) -> Sentence {
    let (by, after) = (told.by(), told.after().map(|after| sentence!(" to {after}", after = after.to_owned())));
    sentence!("{by} changed the presence of the bot{after}.", by, after)
}

refusals! {
    /// Why a presence is not taken.
    pub enum PresenceRefusal {
        /// The text is longer than Discord shows.
        TooLong => "presence.too_long" as NotValid, "Discord shows {most} characters at most. Please shorten the text.",
            most = LONGEST_TEXT;
    }
}

/// What the instance wants the bot to show.
pub fn of_instance(read: &dyn Read) -> Result<Presence> {
    Ok(Presence {
        status: STATUS.get_own(read, GuildId::INSTANCE)?.unwrap_or_default(),
        kind: TYPE.get(read, GuildId::INSTANCE)?,
        message: MESSAGE.get(read, GuildId::INSTANCE)?,
    })
}

/// What a server wants the bot to show; `None` where it wants nothing of its own.
pub fn of_guild(read: &dyn Read, guild: GuildId) -> Result<Option<Status>> {
    STATUS.get_own(read, guild)
}

/// What the bot shows, which is in `only` alone, or in several servers.
pub fn shown(read: &dyn Read, only: Option<GuildId>) -> Result<Presence> {
    let presence = of_instance(read)?;
    let own = only.map(|guild| of_guild(read, guild)).transpose()?.flatten();
    Ok(Presence { status: own.unwrap_or(presence.status), ..presence })
}

/// Changes what the instance wants the bot to show. Three settings at once that say one thing are one activity, which is why
/// they do not go the way of a single setting; like there, what changes nothing is none.
pub fn change(tx: &Tx<'_>, by: Actor, presence: &Presence) -> Result<Presence> {
    let message = one_line(&presence.message, usize::MAX);
    if message.chars().count() > LONGEST_TEXT {
        return Err(PresenceRefusal::TooLong.into());
    }
    let presence = Presence { message, ..presence.clone() };
    let before = of_instance(tx)?;
    if presence == before {
        return Ok(presence);
    }
    STATUS.set(tx, GuildId::INSTANCE, &presence.status)?;
    TYPE.set(tx, GuildId::INSTANCE, &presence.kind)?;
    MESSAGE.set(tx, GuildId::INSTANCE, &presence.message)?;
    let change = PRESENCE_CHANGED.with(presence.clone()).by(by);
    change.changing(before.to_string(), presence.to_string()).note(tx, GuildId::INSTANCE)?;
    Ok(presence)
}

/// Changes what a server wants the bot to show; noted as that of the instance is.
pub fn change_for(tx: &Tx<'_>, guild: GuildId, by: Actor, status: Status) -> Result<()> {
    let before = of_guild(tx, guild)?;
    if before == Some(status) {
        return Ok(());
    }
    STATUS.set(tx, guild, &status)?;
    let change = PRESENCE_CHANGED.with(Presence { status, ..of_instance(tx)? }).by(by);
    change.changing(before.map(|status| status.to_string()), status.to_string()).note(tx, guild)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::{Filter, newest};
    use crate::features::testing::{GUILD, TestStore, said};

    #[test]
    fn a_server_has_its_way_where_the_bot_is_in_it_alone() {
        let store = TestStore::new();
        let wanted = Presence { status: Status::Idle, kind: Type::Watching, message: " the\nlive ".to_owned() };
        let kept = store.write(move |tx| change(tx, Actor::Operator, &wanted)).unwrap();
        assert_eq!(kept.message, "the live");
        store.write(|tx| change_for(tx, GUILD, Actor::Operator, Status::Dnd)).unwrap();
        let shown = |only| store.read(|read| shown(read, only));
        assert_eq!((shown(None).status, shown(Some(GUILD)).status), (Status::Idle, Status::Dnd));
        assert_eq!(shown(Some(GuildId::new(6))), kept);
    }

    #[test]
    fn without_a_word_the_bot_is_online_and_says_nothing() {
        let store = TestStore::new();
        assert_eq!(store.read(|read| shown(read, Some(GUILD))), Presence::default());
    }

    #[test]
    fn a_change_is_noted_with_what_was_before_and_what_changes_nothing_is_not() {
        let store = TestStore::new();
        let wanted = Presence { status: Status::Idle, kind: Type::Watching, message: "the live".to_owned() };
        for _ in 0..2 {
            let wanted = wanted.clone();
            store.write(move |tx| change(tx, Actor::Operator, &wanted)).unwrap();
            store.write(|tx| change_for(tx, GUILD, Actor::Operator, Status::Dnd)).unwrap();
        }
        store.write(|tx| change_for(tx, GUILD, Actor::Operator, Status::Online)).unwrap();
        let noted = |guild| {
            let rows = store.read(|read| newest(read, guild, &Filter::default(), None, 10)).rows;
            rows.into_iter().map(|(_, noted)| (noted.before, noted.after)).collect::<Vec<_>>()
        };
        let pair = |before: Option<&str>, after: &str| (before.map(str::to_owned), Some(after.to_owned()));
        assert_eq!(noted(GuildId::INSTANCE), [pair(Some("online"), "idle, watching the live")]);
        assert_eq!(noted(GUILD), [pair(Some("dnd"), "online"), pair(None, "dnd")]);
    }

    #[test]
    fn a_text_that_discord_would_cut_is_refused() {
        let store = TestStore::new();
        let long = Presence { message: "a".repeat(LONGEST_TEXT + 1), ..Presence::default() };
        let refused = store.write(move |tx| change(tx, Actor::Operator, &long).map(drop)).unwrap_err();
        assert_eq!(said(refused), "Discord shows 128 characters at most. Please shorten the text.");
    }
}
