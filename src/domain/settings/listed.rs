//! Settings as administrators meet them: with a title and a sentence, shown as text and changed by text.
//!
//! A feature lists its settings once, as a slice of [`Listed`]. What somebody types is read by the type of the setting
//! ([`Typed`]) and refused with what is allowed. A setting that has a command of its own is shown here and changed there.

use strum::{Display, EnumString, VariantArray};

use super::change::{Change, ChangeSentence, Consequence, NewValue, change};
use super::control::Control;
use super::tables;
use super::value::load;
use super::{Setting, Typed};
use crate::access::Level;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::{Sentence, Template};
use crate::references::{Needs, Target};
use crate::store::form::Carried;
use crate::store::{Read, Tx};
use crate::{refusals, sentence};

/// What a setting is about; the groups of `/config list`, and the pages of settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Area {
    /// Submissions, queue, handles and the live.
    Music,
    /// Currencies.
    Economy,
    /// Tasks with proof and review.
    Tasks,
    /// The server as a whole.
    General,
}

impl Area {
    /// What people call it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Music => "Music",
            Self::Economy => "Economy",
            Self::Tasks => "Tasks",
            Self::General => "General",
        }
    }

    /// What is in it, in one sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Music => "Submissions, the queue, handles and the live.",
            Self::Economy => "Currencies: what is earned, and what things cost.",
            Self::Tasks => "Tasks: where they are posted, who may claim and review them, how they end.",
            Self::General => "The server as a whole: rights, the debug channel, time.",
        }
    }
}

/// A setting that administrators see.
pub struct Listed {
    /// The setting.
    pub setting: &'static dyn Changeable,
    /// Its name for people: "Submissions Open".
    pub title: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    /// What it is about.
    pub area: Area,
    /// Who may change it on the web. On Discord that takes the Administrator permission.
    pub least: Level,
    /// The command that changes it, where it has one of its own, as a part of a sentence.
    pub command: Option<Template>,
    /// Whether `/show-settings` shows it; `/config list` shows all.
    pub is_main: bool,
    /// What it needs of the channels or roles that it names; `None` for what names none.
    pub needs: Option<&'static Needs>,
    /// Whether it names any number of channels or roles.
    pub names_many: bool,
    /// Whether each server decides it for itself, so that an instance has no value of it for those that say nothing.
    pub is_of_each: bool,
    /// What is staged where the messages in a channel that it names can be taken and answered again.
    pub once_mended: Option<fn(&Tx<'_>, GuildId) -> Result<()>>,
    /// What is staged where the bot may delete messages in a channel that it names again.
    pub once_cleared: Option<fn(&Tx<'_>, GuildId) -> Result<()>>,
}

impl Listed {
    /// A setting that `/config set` changes and `/show-settings` shows.
    pub const fn new(setting: &'static dyn Changeable, area: Area, title: &'static str, about: &'static str) -> Self {
        Self {
            setting,
            title,
            about,
            area,
            least: Level::Admin,
            command: None,
            is_main: true,
            needs: None,
            names_many: false,
            is_of_each: false,
            once_mended: None,
            once_cleared: None,
        }
    }

    /// The same, changed by a command of its own; on the web by those who may use that (`M-CMD-37`).
    #[must_use]
    pub const fn by_command(self, command: &'static str) -> Self {
        Self { command: Some(Template::checked(command, &[])), least: Level::Administrator, ..self }
    }

    /// The same, which decides who may do what: on the web the owner alone changes it.
    #[must_use]
    pub const fn by_owner(self) -> Self {
        Self { least: Level::Owner, ..self }
    }

    /// The same, which names a channel or role and needs this of it.
    #[must_use]
    pub const fn needing(self, needs: &'static Needs) -> Self {
        Self { needs: Some(needs), ..self }
    }

    /// The same, which names any number of channels or roles.
    #[must_use]
    pub const fn naming_many(self) -> Self {
        Self { names_many: true, ..self }
    }

    /// The same, which each server decides for itself.
    #[must_use]
    pub const fn each_for_itself(self) -> Self {
        Self { is_of_each: true, ..self }
    }

    /// The same, for which something is staged where a permission is back without which the messages of its channel were not
    /// read, not taken or not answered.
    #[must_use]
    pub const fn once_mended(self, stage: fn(&Tx<'_>, GuildId) -> Result<()>) -> Self {
        Self { once_mended: Some(stage), ..self }
    }

    /// The same, for which something is staged where the bot may delete messages in its channel again.
    #[must_use]
    pub const fn once_cleared(self, stage: fn(&Tx<'_>, GuildId) -> Result<()>) -> Self {
        Self { once_cleared: Some(stage), ..self }
    }

    /// The same, left out of `/show-settings`.
    #[must_use]
    pub const fn detail(self) -> Self {
        Self { is_main: false, ..self }
    }

    /// Reads what somebody typed and changes the setting of a guild; refuses what it does not allow.
    pub fn change(&self, tx: &Tx<'_>, guild: GuildId, by: Actor, typed: &str) -> Result<Change> {
        if let Some(command) = self.command {
            return Err(SettingRefusal::OwnCommand { title: self.title, command }.into());
        }
        change(tx, guild, by, self.setting, &self.read_typed(typed)?)
    }

    /// What somebody typed; refuses what the setting does not allow.
    pub fn read_typed(&self, typed: &str) -> Result<NewValue, SettingRefusal> {
        let not_allowed = || SettingRefusal::NotAllowed { title: self.title, allowed: self.setting.allowed() };
        self.setting.read_typed(typed).ok_or_else(not_allowed)
    }

    /// Refuses whoever may not change it on the web.
    pub fn require(&self, level: Level) -> Result<(), SettingRefusal> {
        if level >= self.least {
            return Ok(());
        }
        let who = if self.least == Level::Owner { "the owner" } else { "people with the Administrator permission" };
        Err(SettingRefusal::NotYours { title: self.title, who })
    }
}

impl ChangeSentence for Listed {
    fn sentence(&self, by: &Sentence, before: Option<&str>, after: Option<&str>) -> Option<Sentence> {
        let title = self.title;
        let [before, after] = [before, after].map(|value| Sentence::kept(self.setting.in_words(value)));
        Some(sentence!("{by} changed {title} from {before} to {after}.", by, title, before, after).signed("⚙️"))
    }
}

refusals! {
    /// What a person did wrong with a setting.
    pub enum SettingRefusal {
        /// No setting has this key.
        Unknown {
            /// What was typed.
            typed: String,
            /// The key that was probably meant.
            meant: Option<&'static str>,
        } => "setting.unknown" as NotThere,
            "There is no setting `{typed}`.{question} Choose one from the list that appears while you type.",
            typed, question = meant.map(|key| sentence!(" Did you mean `{key}`?", key));
        /// The value does not fit.
        NotAllowed {
            /// The name of the setting.
            title: &'static str,
            /// What it can be.
            allowed: String,
        } => "setting.not_allowed" as NotValid, "**{title}** can be {allowed}.";
        /// What it names is not in the server.
        NotHere {
            /// A channel or a role.
            what: &'static str,
        } => "setting.not_here" as NotValid, "There is no such {what} in this server.";
        /// Another command changes it.
        OwnCommand {
            /// The name of the setting.
            title: &'static str,
            /// The command.
            command: Template,
        } => "setting.own_command", "**{title}** is changed by {command}.";
        /// Somebody with fewer rights wants to change it.
        NotYours {
            /// The name of the setting.
            title: &'static str,
            /// Who may.
            who: &'static str,
        } => "setting.not_yours" as NotAllowed, "**{title}** is for {who} of this server to change.";
        /// Somebody else changed it while the form was filled in.
        ChangedMeanwhile {
            /// The name of the setting.
            title: &'static str,
            /// What it is now.
            now: Sentence,
        } => "setting.changed_meanwhile", "**{title}** was changed meanwhile and is **{now}** now. Save again if you want \
            it otherwise.";
        /// It is something else by now than what is to be taken back.
        ChangedSince {
            /// The name of the setting.
            title: &'static str,
            /// What it is now.
            now: Sentence,
        } => "setting.changed_since", "**{title}** was changed since and is **{now}** now, so that change cannot be undone.";
        /// There is no such change, or it is not kept any more.
        NoSuchChange => "setting.no_such_change" as NotThere, "That change is not kept any more.";
    }
}

/// A setting of any type that people change.
pub trait Changeable: Carried {
    /// The stored key.
    fn key(&self) -> &'static str;

    /// The value that counts in a guild, as people read it.
    fn shown(&self, read: &dyn Read, guild: GuildId) -> Result<String>;

    /// Whether the guild has a value of its own.
    fn is_own(&self, read: &dyn Read, guild: GuildId) -> Result<bool>;

    /// The value that counts in a guild, as it is stored; `None` for one that is not set.
    fn stored(&self, read: &dyn Read, guild: GuildId) -> Result<Option<String>>;

    /// A value that is or was stored, as people read it.
    fn in_words(&self, stored: Option<&str>) -> String;

    /// What was typed, as a guild may want it; `None` when it does not fit.
    fn read_typed(&self, typed: &str) -> Option<NewValue>;

    /// Changes the value to what is typed elsewhere: in another bot, in a recording. Nobody here changes it, and so nobody is
    /// told. Answers `false`, and changes nothing, when that does not fit.
    fn set_typed(&self, tx: &Tx<'_>, guild: GuildId, typed: &str) -> Result<bool> {
        match self.read_typed(typed) {
            Some(NewValue::Own(entry)) => tables::write(tx, guild, self.key(), Some(&entry)).map(|()| true),
            Some(NewValue::Default) => tables::write(tx, guild, self.key(), None).map(|()| true),
            None => Ok(false),
        }
    }

    /// The channels and roles that the value names.
    fn targets(&self, read: &dyn Read, guild: GuildId) -> Result<Vec<Target>>;

    /// The channels and roles that a typed value names.
    fn targets_typed(&self, typed: &str) -> Vec<Target>;

    /// Values to choose from while somebody types; none where any number goes.
    fn offered(&self) -> Vec<&'static str>;

    /// What the setting can be, as the end of a sentence: "Yes or No".
    fn allowed(&self) -> String;

    /// What it takes.
    fn control(&self) -> Control;

    /// The value that counts in a guild, as somebody would type it.
    fn typed(&self, read: &dyn Read, guild: GuildId) -> Result<String>;

    /// A value that was stored, as a guild may want it again; `None` where it cannot be read any more.
    fn read_stored(&self, stored: Option<&str>) -> Option<NewValue>;

    /// What counts where a guild has nothing of its own, as it is stored.
    fn inherited(&self, read: &dyn Read) -> Result<Option<String>>;

    /// What follows where a person changes it.
    fn follows(&self) -> Option<Consequence>;
}

impl<T: Typed> Changeable for Setting<T> {
    fn key(&self) -> &'static str {
        self.key
    }

    fn shown(&self, read: &dyn Read, guild: GuildId) -> Result<String> {
        Ok(self.get(read, guild)?.shown(self.limits))
    }

    fn is_own(&self, read: &dyn Read, guild: GuildId) -> Result<bool> {
        Ok(self.get_own(read, guild)?.is_some())
    }

    fn stored(&self, read: &dyn Read, guild: GuildId) -> Result<Option<String>> {
        Ok(self.get(read, guild)?.store().and_then(|entry| entry.value))
    }

    fn in_words(&self, stored: Option<&str>) -> String {
        // Only a default is stored as nothing.
        let value = stored.and_then(load).unwrap_or_else(|| self.default.clone());
        value.shown(self.limits)
    }

    fn read_typed(&self, typed: &str) -> Option<NewValue> {
        T::parse(typed.trim(), self.limits).map(|value| NewValue::from(value.store()))
    }

    fn targets(&self, read: &dyn Read, guild: GuildId) -> Result<Vec<Target>> {
        Ok(self.get(read, guild)?.targets())
    }

    fn targets_typed(&self, typed: &str) -> Vec<Target> {
        T::parse(typed.trim(), self.limits).map(|value| value.targets()).unwrap_or_default()
    }

    fn offered(&self) -> Vec<&'static str> {
        T::offered()
    }

    fn allowed(&self) -> String {
        T::allowed(self.limits)
    }

    fn control(&self) -> Control {
        T::control(self.limits)
    }

    fn typed(&self, read: &dyn Read, guild: GuildId) -> Result<String> {
        Ok(self.get(read, guild)?.to_typed())
    }

    fn read_stored(&self, stored: Option<&str>) -> Option<NewValue> {
        match stored {
            Some(text) => load(text).map(|value: T| NewValue::from(value.store())),
            None => Some(NewValue::Default),
        }
    }

    fn inherited(&self, read: &dyn Read) -> Result<Option<String>> {
        self.stored(read, GuildId::INSTANCE)
    }

    fn follows(&self) -> Option<Consequence> {
        self.follows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_change_a_setting_is_said_with_it() {
        static SETTING: Setting<bool> = Setting::new("switch", false);
        const PLAIN: Listed = Listed::new(&SETTING, Area::Music, "Switch", "A switch.");
        const BY_COMMAND: Listed = Listed::new(&SETTING, Area::Music, "Switch", "A switch.").by_command("`/switch`");
        const BY_OWNER: Listed = Listed::new(&SETTING, Area::Music, "Switch", "A switch.").by_owner();
        let may = |listed: &Listed| {
            let levels = [Level::Moderator, Level::Admin, Level::Administrator, Level::Owner];
            levels.map(|level| listed.require(level).is_ok())
        };
        assert_eq!(may(&PLAIN), [false, true, true, true]);
        assert_eq!(may(&BY_COMMAND), [false, false, true, true]);
        assert_eq!(may(&BY_OWNER), [false, false, false, true]);
    }
}
