//! The types of settings that people read and type: a switch, a number, a channel, a role, a time zone. Others lie with what
//! they are for.

use super::control::{Control, NONE};
use super::{Limits, SettingValue, mentioned};
use crate::kernel::calendar::Zone;
use crate::kernel::ids::{ChannelId, RoleId};
use crate::kernel::text;
use crate::references::Target;

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

    /// As somebody would type it.
    fn to_typed(&self) -> String {
        self.store().and_then(|entry| entry.value).unwrap_or_else(|| NONE.to_owned())
    }

    /// All values, where they can be counted.
    fn offered() -> Vec<&'static str> {
        Vec::new()
    }

    /// What it takes.
    fn control(limits: Limits) -> Control {
        let _ = limits;
        let offered = Self::offered();
        if offered.is_empty() { Control::Text } else { Control::Choice(offered) }
    }

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

    fn control(_: Limits) -> Control {
        Control::Switch
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

    fn allowed(Limits { smallest, largest, unit, zero }: Limits) -> String {
        let unit = unit.map_or(String::new(), |unit| format!(" {unit}"));
        let zero = zero.map_or(String::new(), |words| format!("; 0 is {words}"));
        format!("a whole number from {smallest} to {largest}{unit}{zero}")
    }

    fn control(limits: Limits) -> Control {
        Control::Number(limits)
    }
}

/// On Discord, channels are chosen by commands of their own, where those that exist are offered. Elsewhere they are typed as
/// Discord writes them, `<#1>`, or by their number.
impl Typed for Option<ChannelId> {
    fn shown(&self, _: Limits) -> String {
        self.map_or_else(|| "Not set".to_owned(), text::channel)
    }

    fn targets(&self) -> Vec<Target> {
        self.map(Target::Channel).into_iter().collect()
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        mentioned::one(typed, "<#").map(|number| number.map(ChannelId::new))
    }

    fn allowed(_: Limits) -> String {
        "a channel, as a mention or by its number, or none".to_owned()
    }

    fn control(_: Limits) -> Control {
        Control::Channel
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
        mentioned::one(typed, "<@&").map(|number| number.map(RoleId::new))
    }

    fn offered() -> Vec<&'static str> {
        vec![NONE]
    }

    fn allowed(_: Limits) -> String {
        "a role, as a mention or by its number, or none".to_owned()
    }

    fn control(_: Limits) -> Control {
        Control::Role
    }
}

impl Typed for Zone {
    fn shown(&self, _: Limits) -> String {
        self.to_string()
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        Self::typed(typed)
    }

    fn allowed(_: Limits) -> String {
        "a time zone, by a city such as Berlin, a name such as Europe/Berlin, or a distance such as UTC+2".to_owned()
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
    fn a_channel_is_read_as_a_mention_or_a_number() {
        let read = |typed| <Option<ChannelId>>::parse(typed, ANY);
        assert_eq!(read("<#12>"), Some(Some(ChannelId::new(12))));
        assert_eq!(read("12"), Some(Some(ChannelId::new(12))));
        assert_eq!(read("none"), Some(None));
        for typed in ["", "0", "#general", "<#12", "<#>", "<@12>", "1 2"] {
            assert_eq!(read(typed), None, "{typed}");
        }
        assert_eq!((Some(ChannelId::new(12)).to_typed(), None::<ChannelId>.to_typed()), ("12".into(), "none".into()));
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
