//! Settings that the seeds name and whose features are to come: announcements, moderation, experience.
//!
//! They are stored, and read and written as the two configurations of the API (`C-76`), so that nothing of them is lost and
//! both views hold the same value. Nothing obeys them yet, so no command and no page shows them; whoever builds the feature
//! takes its settings over into its own list.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::{Area, Changeable, Limits, Lines, Listed, Setting, Typed};
use crate::kernel::ids::ChannelId;
use crate::references::Needs;
use crate::text_setting;

/// The most of a threshold of warnings.
const MOST_WARNINGS: u32 = 100;

/// What stands before a command that is written as a message (`S-PFX-02`, `C-112`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(Cow<'static, str>);

static PREFIX: Setting<Prefix> = Setting::new("prefix", Prefix(Cow::Borrowed("!")));
static LOG_CHANNEL: Setting<Option<ChannelId>> = Setting::new("log_channel_id", None);
static WELCOME_CHANNEL: Setting<Option<ChannelId>> = Setting::new("welcome_channel_id", None);
/// Where new tasks are announced (`D-104`, `T-TSK-05`).
pub static TASK_ANNOUNCEMENTS: Setting<Option<ChannelId>> = Setting::new("task_announcement_channel_id", None);
static MODERATION: Setting<bool> = Setting::new("features.moderation", true);
static AUTOMOD: Setting<bool> = Setting::new("features.automod", true);
static AUTOMOD_SPAM: Setting<bool> = Setting::new("automod_spam_enabled", true);
/// In hundredths.
static AUTOMOD_CAPS: Setting<u32> = Setting::within("automod_caps_threshold", 70, 0, 100);
static AUTOMOD_LINKS: Setting<bool> = Setting::new("automod_links_enabled", false);
static AUTOMOD_BAD_WORDS: Setting<Lines> = Setting::new("automod_badwords_patterns", Lines::EMPTY);
static WARN_AT: Setting<u32> = Setting::within("escalation_warn_threshold", 3, 1, MOST_WARNINGS);
static TIMEOUT_AT: Setting<u32> = Setting::within("escalation_timeout_threshold", 5, 1, MOST_WARNINGS);
static KICK_AT: Setting<u32> = Setting::within("escalation_kick_threshold", 7, 1, MOST_WARNINGS);
static BAN_AT: Setting<u32> = Setting::within("escalation_ban_threshold", 10, 1, MOST_WARNINGS);
static WARNING_DECAY: Setting<u32> = Setting::within("warning_decay_days", 30, 1, 3_650).counted_in("days");
static XP: Setting<bool> = Setting::new("features.xp", true);
static XP_COOLDOWN: Setting<u32> = Setting::within("xp_cooldown_seconds", 60, 0, 86_400).counted_in("seconds");
/// In hundredths.
static XP_MULTIPLIER: Setting<u32> = Setting::within("xp_multiplier", 100, 0, 999);

static CHANNEL_NEEDS: Needs = Needs::only_that_it_is_there("Nothing is posted there yet.");

/// Each of them. Not among the settings of any feature.
pub const LISTED: &[Listed] = &[
    of(&PREFIX, "Prefix", "What stands before a command that is written as a message."),
    of(&LOG_CHANNEL, "Log Channel", "Where moderation and members are told of.").needing(&CHANNEL_NEEDS),
    of(&WELCOME_CHANNEL, "Welcome Channel", "Where new members are welcomed.").needing(&CHANNEL_NEEDS),
    of(&TASK_ANNOUNCEMENTS, "Task Announcements", "Where new tasks are announced.").needing(&CHANNEL_NEEDS),
    of(&MODERATION, "Moderation", "Whether there are moderation commands."),
    of(&AUTOMOD, "Automod", "Whether messages are judged by themselves."),
    of(&AUTOMOD_SPAM, "Automod Spam", "Whether floods of messages are stopped."),
    of(&AUTOMOD_CAPS, "Automod Capitals", "From which part of capitals on a message is judged, in hundredths."),
    of(&AUTOMOD_LINKS, "Automod Links", "Whether links are stopped."),
    of(&AUTOMOD_BAD_WORDS, "Automod Words", "Patterns of words that are stopped."),
    of(&WARN_AT, "Warning From", "From how many warnings on a member is warned."),
    of(&TIMEOUT_AT, "Time-out From", "From how many warnings on a member gets a time-out."),
    of(&KICK_AT, "Kick From", "From how many warnings on a member is removed."),
    of(&BAN_AT, "Ban From", "From how many warnings on a member is banned."),
    of(&WARNING_DECAY, "Warnings Count", "For how long a warning counts."),
    of(&XP, "Experience", "Whether messages give experience."),
    of(&XP_COOLDOWN, "Experience Pause", "How long a message gives none after the one before."),
    of(&XP_MULTIPLIER, "Experience Factor", "By what experience is multiplied, in hundredths."),
];

const fn of(setting: &'static dyn Changeable, title: &'static str, about: &'static str) -> Listed {
    Listed::new(setting, Area::General, title, about)
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Prefix {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Cow::Owned(text.to_owned())))
    }
}

text_setting!(Prefix);

impl Typed for Prefix {
    fn shown(&self, _: Limits) -> String {
        crate::kernel::text::code(&self.0)
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        let is_visible = typed.chars().all(|sign| sign.is_alphanumeric() || sign.is_ascii_punctuation());
        let fits = (1..=10).contains(&typed.chars().count()) && is_visible && !typed.starts_with(['/', '@']);
        fits.then(|| Self(Cow::Owned(typed.to_owned())))
    }

    fn allowed(_: Limits) -> String {
        "1 to 10 letters, digits and marks, the first neither / nor @".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::features;

    #[test]
    fn no_feature_has_taken_one_over_and_left_it_here() {
        let all = features::ALL.iter().flat_map(|feature| feature.settings).chain(LISTED);
        let mut keys = BTreeSet::new();
        for listed in all {
            assert!(keys.insert(listed.setting.key()), "{} stands twice", listed.setting.key());
        }
    }

    #[test]
    fn a_prefix_is_short_and_none_of_discords_own() {
        let read = |typed: &str| PREFIX.read_typed(typed).is_some();
        assert!(read("!") && read("gr.") && read("ä!"));
        for typed in ["", "/", "@a", "a b", "12345678901", "\u{200B}"] {
            assert!(!read(typed), "{typed:?}");
        }
    }
}
