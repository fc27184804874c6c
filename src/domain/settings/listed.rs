//! Settings as administrators meet them: with a title and a sentence, shown as text and changed by text.
//!
//! A feature lists its settings once, as a slice of [`Listed`]. What somebody types is read by the type of the setting
//! ([`Typed`]) and refused with what is allowed. A setting that has a command of its own is shown here and changed there.

use super::change::{Change, NewValue, change};
use super::tables::{self, Entry};
use super::{Limits, Setting, SettingValue};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, RoleId};
use crate::kernel::sentence::Template;
use crate::kernel::text;
use crate::references::{Needs, Target};
use crate::store::{Read, Tx};
use crate::{refusals, sentence};

/// What a setting is about; the groups of `/config list`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Submissions, queue, handles and the live.
    Music,
    /// Currencies.
    Economy,
    /// The server as a whole.
    General,
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
    /// The command that changes it, where it has one of its own, as a part of a sentence.
    pub command: Option<Template>,
    /// Whether `/show-settings` shows it; `/config list` shows all.
    pub is_main: bool,
    /// What it needs of the channels or roles that it names; `None` for what names none.
    pub needs: Option<&'static Needs>,
    /// Whether it names any number of channels or roles.
    pub names_many: bool,
    /// What is staged where the messages in a channel that it names can be taken and answered again.
    pub once_mended: Option<fn(&Tx<'_>, GuildId) -> Result<()>>,
}

impl Listed {
    /// A setting that `/config set` changes and `/show-settings` shows.
    pub const fn new(setting: &'static dyn Changeable, area: Area, title: &'static str, about: &'static str) -> Self {
        Self {
            setting,
            title,
            about,
            area,
            command: None,
            is_main: true,
            needs: None,
            names_many: false,
            once_mended: None,
        }
    }

    /// The same, changed by a command of its own.
    #[must_use]
    pub const fn by_command(self, command: &'static str) -> Self {
        Self { command: Some(Template::checked(command, &[])), ..self }
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

    /// The same, for which something is staged where a permission is back without which the messages of its channel were not
    /// read, not taken or not answered.
    #[must_use]
    pub const fn once_mended(self, stage: fn(&Tx<'_>, GuildId) -> Result<()>) -> Self {
        Self { once_mended: Some(stage), ..self }
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
        match self.setting.read_typed(typed) {
            Some(value) => change(tx, guild, by, self.setting, &value),
            None => Err(SettingRefusal::NotAllowed { title: self.title, allowed: self.setting.allowed() }.into()),
        }
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
    }
}

/// A setting of any type.
pub trait Changeable: Sync {
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
}

/// A type of setting that people read and type.
pub trait Typed: SettingValue {
    /// As people read it.
    fn shown(&self, limits: Limits) -> String;

    /// Reads what somebody typed; `None` when it does not fit, or lies outside `limits` for a number.
    fn parse(typed: &str, limits: Limits) -> Option<Self>;

    /// The channels and roles that it names.
    fn targets(&self) -> Vec<Target> {
        Vec::new()
    }

    /// All values, where they can be counted.
    fn offered() -> Vec<&'static str>;

    /// What it can be, as the end of a sentence.
    fn allowed(limits: Limits) -> String {
        let _ = limits;
        match Self::offered().split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }
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
        let entry = |text: &str| Entry { value: Some(text.to_owned()), channel: text.parse().ok(), message: None };
        // Only a default is stored as nothing.
        let value = stored.and_then(|text| T::load(&entry(text))).unwrap_or_else(|| self.default.clone());
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
}

impl Typed for bool {
    fn shown(&self, _: Limits) -> String {
        if *self { "Yes" } else { "No" }.to_owned()
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        match typed.to_ascii_lowercase().as_str() {
            "yes" | "on" | "true" => Some(true),
            "no" | "off" | "false" => Some(false),
            _ => None,
        }
    }

    fn offered() -> Vec<&'static str> {
        vec!["Yes", "No"]
    }
}

impl Typed for u32 {
    fn shown(&self, limits: Limits) -> String {
        match (limits.zero.filter(|_| *self == 0), limits.unit) {
            (Some(words), _) => words.to_owned(),
            (None, Some(unit)) => format!("{self} {unit}"),
            (None, None) => self.to_string(),
        }
    }

    fn parse(typed: &str, Limits { smallest, largest, unit, zero }: Limits) -> Option<Self> {
        let typed = typed.to_lowercase();
        if zero.is_some_and(|words| words == typed) {
            return Some(0);
        }
        let number = unit.and_then(|unit| typed.strip_suffix(unit)).unwrap_or(&typed).trim_end();
        let number = text::whole_number(number).and_then(|number| Self::try_from(number).ok());
        number.filter(|number| (smallest..=largest).contains(number))
    }

    fn offered() -> Vec<&'static str> {
        Vec::new()
    }

    fn allowed(Limits { smallest, largest, unit, zero }: Limits) -> String {
        let unit = unit.map_or(String::new(), |unit| format!(" {unit}"));
        let zero = zero.map_or(String::new(), |words| format!("; 0 is {words}"));
        format!("a whole number from {smallest} to {largest}{unit}{zero}")
    }
}

/// Channels are chosen by commands of their own, where Discord offers those that exist.
impl Typed for Option<ChannelId> {
    fn shown(&self, _: Limits) -> String {
        self.map_or_else(|| "Not set".to_owned(), text::channel)
    }

    fn targets(&self) -> Vec<Target> {
        self.map(Target::Channel).into_iter().collect()
    }

    fn parse(_: &str, _: Limits) -> Option<Self> {
        None
    }

    fn offered() -> Vec<&'static str> {
        Vec::new()
    }

    fn allowed(_: Limits) -> String {
        "chosen by its own command".to_owned()
    }
}

/// Roles are typed as Discord writes them, `<@&1>`, which is what choosing one while typing gives, or by their number.
impl Typed for Option<RoleId> {
    fn shown(&self, _: Limits) -> String {
        self.map_or_else(|| "Not set".to_owned(), text::role)
    }

    fn targets(&self) -> Vec<Target> {
        self.map(Target::Role).into_iter().collect()
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        if typed.eq_ignore_ascii_case("none") {
            return Some(None);
        }
        let mentioned = typed.strip_prefix("<@&").and_then(|rest| rest.strip_suffix('>'));
        let digits = mentioned.unwrap_or(typed);
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let number: u64 = digits.parse().ok().filter(|number| is_number && *number != 0)?;
        Some(Some(RoleId::new(number)))
    }

    fn offered() -> Vec<&'static str> {
        vec!["none"]
    }

    fn allowed(_: Limits) -> String {
        "a role, as a mention or by its number, or none".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Limits = Limits::ANY;

    #[test]
    fn a_switch_is_read_in_the_words_that_people_use() {
        for typed in ["Yes", "on", "TRUE"] {
            assert_eq!(bool::parse(typed, ANY), Some(true), "{typed}");
        }
        for typed in ["no", "Off", "false"] {
            assert_eq!(bool::parse(typed, ANY), Some(false), "{typed}");
        }
        for typed in ["", "perhaps", "1", "yes please"] {
            assert_eq!(bool::parse(typed, ANY), None, "{typed}");
        }
        assert_eq!(bool::allowed(ANY), "Yes or No");
    }

    #[test]
    fn a_role_is_read_as_a_mention_or_a_number() {
        let read = |typed| <Option<RoleId>>::parse(typed, ANY);
        assert_eq!(read("<@&12>"), Some(Some(RoleId::new(12))));
        assert_eq!(read("12"), Some(Some(RoleId::new(12))));
        assert_eq!(read("None"), Some(None));
        for typed in ["", "0", "+1", "<@12>", "<@&12", "<@&>", "@reviewers", "99999999999999999999"] {
            assert_eq!(read(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_number_stays_within_its_limits() {
        let limits = Limits { smallest: 1, largest: 25, ..Limits::ANY };
        for (typed, expected) in [("1", Some(1)), ("25", Some(25)), ("0", None), ("26", None), ("-1", None)] {
            assert_eq!(u32::parse(typed, limits), expected, "{typed}");
        }
        for typed in ["", "one", "1.5", "99999999999999999999", "0x1", "5 seconds"] {
            assert_eq!(u32::parse(typed, limits), None, "{typed}");
        }
    }

    #[test]
    fn a_number_may_be_typed_with_signs_between_its_thousands() {
        let limits = Limits { smallest: 1, largest: 1_000_000, ..Limits::ANY };
        for typed in ["1000", "1,000", "1 000", "1'000", "1_000", "1\u{202F}000"] {
            assert_eq!(u32::parse(typed, limits), Some(1_000), "{typed}");
        }
        for typed in ["1.000", "1,5", "10,00", "1,000,001", "5,000,000,000"] {
            assert_eq!(u32::parse(typed, limits), None, "{typed}");
        }
    }

    #[test]
    fn a_number_may_be_typed_with_its_unit() {
        let limits = Limits { smallest: 60, largest: 86_400, unit: Some("seconds"), zero: None };
        for typed in ["600", "600 seconds", "600seconds", "600 Seconds"] {
            assert_eq!(u32::parse(typed, limits), Some(600), "{typed}");
        }
        assert_eq!(u32::parse("3,600 seconds", limits), Some(3_600));
        for typed in ["seconds", "600 minutes", "59", "86401 seconds", "600 seconds seconds"] {
            assert_eq!(u32::parse(typed, limits), None, "{typed}");
        }
        assert_eq!(
            (u32::allowed(limits), 600.shown(limits)),
            ("a whole number from 60 to 86400 seconds".into(), "600 seconds".into())
        );
    }
}
