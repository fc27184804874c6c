//! Settings as administrators meet them: with a title and a sentence, shown as text and changed by text.
//!
//! A feature lists its settings once, as a slice of [`Listed`]. What somebody types is read by the type of the setting
//! ([`Typed`]) and refused with what is allowed. A setting that has a command of its own is shown here and changed there.

use super::{Setting, SettingValue};
use crate::kernel::error::{Refuse, Result};
use crate::kernel::ids::{ChannelId, GuildId, RoleId};
use crate::kernel::text;
use crate::store::{Read, Tx};

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
    /// The command that changes it, where it has one of its own.
    pub command: Option<&'static str>,
    /// Whether `/show-settings` shows it; `/config list` shows all.
    pub is_main: bool,
}

impl Listed {
    /// A setting that `/config set` changes and `/show-settings` shows.
    pub const fn new(setting: &'static dyn Changeable, area: Area, title: &'static str, about: &'static str) -> Self {
        Self { setting, title, about, area, command: None, is_main: true }
    }

    /// The same, changed by a command of its own.
    #[must_use]
    pub const fn by_command(self, command: &'static str) -> Self {
        Self { command: Some(command), ..self }
    }

    /// The same, left out of `/show-settings`.
    #[must_use]
    pub const fn detail(self) -> Self {
        Self { is_main: false, ..self }
    }

    /// Reads what somebody typed and changes the setting of a guild; refuses what it does not allow.
    pub fn change(&self, tx: &Tx<'_>, guild: GuildId, typed: &str) -> Result<()> {
        if let Some(command) = self.command {
            return Err(SettingRefusal::OwnCommand { title: self.title, command }.into());
        }
        if self.setting.change(tx, guild, typed)? {
            return Ok(());
        }
        Err(SettingRefusal::NotAllowed { title: self.title, allowed: self.setting.allowed() }.into())
    }
}

/// What a person did wrong with a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingRefusal {
    /// No setting has this key.
    #[error("There is no setting {0}. Choose one from the list that appears while you type.")]
    Unknown(String),
    /// The value does not fit.
    #[error("**{title}** can be {allowed}.")]
    NotAllowed {
        /// The name of the setting.
        title: &'static str,
        /// What it can be.
        allowed: String,
    },
    /// Another command changes it.
    #[error("**{title}** is changed by {command}.")]
    OwnCommand {
        /// The name of the setting.
        title: &'static str,
        /// The command.
        command: &'static str,
    },
}

impl Refuse for SettingRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown(_) => "setting.unknown",
            Self::NotAllowed { .. } => "setting.not_allowed",
            Self::OwnCommand { .. } => "setting.own_command",
        }
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

    /// Changes the value to what was typed; answers `false`, and changes nothing, when that does not fit.
    fn change(&self, tx: &Tx<'_>, guild: GuildId, typed: &str) -> Result<bool>;

    /// Takes the guild's own value away.
    fn reset(&self, tx: &Tx<'_>, guild: GuildId) -> Result<()>;

    /// Values to choose from while somebody types; none where any number goes.
    fn offered(&self) -> Vec<&'static str>;

    /// What the setting can be, as the end of a sentence: "Yes or No".
    fn allowed(&self) -> String;
}

/// A type of setting that people read and type.
pub trait Typed: SettingValue {
    /// As people read it.
    fn shown(&self) -> String;

    /// Reads what somebody typed; `None` when it does not fit, or lies outside `limits` for a number.
    fn parse(typed: &str, limits: (u32, u32)) -> Option<Self>;

    /// All values, where they can be counted.
    fn offered() -> Vec<&'static str>;

    /// What it can be, as the end of a sentence.
    fn allowed(limits: (u32, u32)) -> String {
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
        let shown = self.get(read, guild)?.shown();
        Ok(self.zero.filter(|_| shown == "0").map_or(shown, str::to_owned))
    }

    fn is_own(&self, read: &dyn Read, guild: GuildId) -> Result<bool> {
        Ok(self.get_own(read, guild)?.is_some())
    }

    fn change(&self, tx: &Tx<'_>, guild: GuildId, typed: &str) -> Result<bool> {
        let is_zero = |words: &str| words.eq_ignore_ascii_case(typed.trim());
        let typed = if self.zero.is_some_and(is_zero) { "0" } else { typed.trim() };
        match T::parse(typed, self.limits) {
            Some(value) => self.set(tx, guild, &value).map(|()| true),
            None => Ok(false),
        }
    }

    fn reset(&self, tx: &Tx<'_>, guild: GuildId) -> Result<()> {
        self.clear(tx, guild)
    }

    fn offered(&self) -> Vec<&'static str> {
        T::offered()
    }

    fn allowed(&self) -> String {
        let allowed = T::allowed(self.limits);
        self.zero.map_or_else(|| allowed.clone(), |words| format!("{allowed}; 0 is {words}"))
    }
}

impl Typed for bool {
    fn shown(&self) -> String {
        if *self { "Yes" } else { "No" }.to_owned()
    }

    fn parse(typed: &str, _: (u32, u32)) -> Option<Self> {
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
    fn shown(&self) -> String {
        self.to_string()
    }

    fn parse(typed: &str, (smallest, largest): (u32, u32)) -> Option<Self> {
        typed.parse().ok().filter(|number| (smallest..=largest).contains(number))
    }

    fn offered() -> Vec<&'static str> {
        Vec::new()
    }

    fn allowed((smallest, largest): (u32, u32)) -> String {
        format!("a whole number from {smallest} to {largest}")
    }
}

/// Channels are chosen by commands of their own, where Discord offers those that exist.
impl Typed for Option<ChannelId> {
    fn shown(&self) -> String {
        self.map_or_else(|| "Not set".to_owned(), text::channel)
    }

    fn parse(_: &str, _: (u32, u32)) -> Option<Self> {
        None
    }

    fn offered() -> Vec<&'static str> {
        Vec::new()
    }

    fn allowed(_: (u32, u32)) -> String {
        "chosen by its own command".to_owned()
    }
}

/// Roles are typed as Discord writes them, `<@&1>`, which is what choosing one while typing gives, or by their number.
impl Typed for Option<RoleId> {
    fn shown(&self) -> String {
        self.map_or_else(|| "Not set".to_owned(), text::role)
    }

    fn parse(typed: &str, _: (u32, u32)) -> Option<Self> {
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

    fn allowed(_: (u32, u32)) -> String {
        "a role, as a mention or by its number, or none".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: (u32, u32) = (0, u32::MAX);

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
        let limits = (1, 25);
        for (typed, expected) in [("1", Some(1)), ("25", Some(25)), ("0", None), ("26", None), ("-1", None)] {
            assert_eq!(u32::parse(typed, limits), expected, "{typed}");
        }
        for typed in ["", "one", "1.5", "99999999999999999999", "0x1"] {
            assert_eq!(u32::parse(typed, limits), None, "{typed}");
        }
    }
}
