//! A setting that names several channels.

use std::fmt;
use std::str::FromStr;

use super::{Limits, Typed};
use crate::kernel::ids::ChannelId;
use crate::kernel::text;
use crate::references::Target;
use crate::text_setting;

/// The most channels of one setting.
const MOST: usize = 20;

/// Channels without an order, each once; stored as their numbers with spaces between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelList(Vec<ChannelId>);

impl ChannelList {
    /// No channel.
    pub const EMPTY: Self = Self(Vec::new());

    /// Whether a channel is one of them.
    pub fn contains(&self, channel: ChannelId) -> bool {
        self.0.contains(&channel)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = ChannelId> + '_ {
        self.0.iter().copied()
    }

    fn of(numbers: impl Iterator<Item = Option<u64>>) -> Option<Self> {
        let mut channels = numbers.map(|number| number.filter(|number| *number != 0)).collect::<Option<Vec<_>>>()?;
        channels.sort_unstable();
        channels.dedup();
        (channels.len() <= MOST).then(|| Self(channels.into_iter().map(ChannelId::new).collect()))
    }
}

impl fmt::Display for ChannelList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&numbers.join(" "))
    }
}

impl FromStr for ChannelList {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::of(text.split_whitespace().map(|number| number.parse().ok())).ok_or(())
    }
}

text_setting!(ChannelList);

/// Typed as Discord writes channels, `<#1>`, which is what choosing one while typing gives, or by their numbers.
impl Typed for ChannelList {
    fn shown(&self, _: Limits) -> String {
        let names: Vec<String> = self.iter().map(text::channel).collect();
        if names.is_empty() { "None".to_owned() } else { names.join(" ") }
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        if typed.eq_ignore_ascii_case("none") {
            return Some(Self::EMPTY);
        }
        // Mentions may stand side by side without a space.
        let typed = typed.replace("<#", " <#");
        let mut words =
            typed.split(|sign: char| sign.is_whitespace() || sign == ',').filter(|word| !word.is_empty()).peekable();
        words.peek()?;
        Self::of(words.map(|word| {
            let mentioned = word.strip_prefix("<#").and_then(|rest| rest.strip_suffix('>'));
            let digits = mentioned.unwrap_or(word);
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
        }))
    }

    fn targets(&self) -> Vec<Target> {
        self.iter().map(Target::Channel).collect()
    }

    fn offered() -> Vec<&'static str> {
        vec!["none"]
    }

    fn allowed(_: Limits) -> String {
        format!("up to {MOST} channels, as mentions or by their numbers, or none")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingValue;

    fn read(typed: &str) -> Option<Vec<u64>> {
        ChannelList::parse(typed, Limits::ANY).map(|list| list.iter().map(ChannelId::get).collect())
    }

    #[test]
    fn channels_are_read_as_mentions_or_numbers() {
        assert_eq!(read("<#3> <#1>"), Some(vec![1, 3]));
        assert_eq!(read("<#3><#1>,  2 , <#3>"), Some(vec![1, 2, 3]));
        assert_eq!(read("None"), Some(vec![]));
        let many = (1..=21).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
        for wrong in
            ["", ",", "general", "#general", "<#>", "<@1>", "0", "-1", "+1", "1.5", "99999999999999999999", &many]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_stored_comes_back() {
        let list = ChannelList::parse("<#3> <#1>", Limits::ANY).unwrap();
        assert_eq!(list.store().and_then(|entry| ChannelList::load(&entry)), Some(list.clone()));
        assert_eq!(ChannelList::EMPTY.store().and_then(|entry| ChannelList::load(&entry)), Some(ChannelList::EMPTY));
        assert!(list.contains(ChannelId::new(3)) && !list.contains(ChannelId::new(2)));
    }
}
