//! A setting that names several channels.

use std::fmt;
use std::str::FromStr;

use super::{Control, Limits, NONE, Typed, mentioned};
use crate::kernel::ids::ChannelId;
use crate::kernel::text;
use crate::references::Target;
use crate::text_setting;

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

    fn of(mut numbers: Vec<u64>) -> Self {
        numbers.sort_unstable();
        Self(numbers.into_iter().map(ChannelId::new).collect())
    }
}

impl fmt::Display for ChannelList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mentioned::joined(self.iter()))
    }
}

impl FromStr for ChannelList {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        mentioned::stored(text).map(Self::of).ok_or(())
    }
}

text_setting!(ChannelList);

/// Typed as Discord writes channels, `<#1>`, or by their numbers.
impl Typed for ChannelList {
    fn shown(&self, _: Limits) -> String {
        if self.0.is_empty() { "None".to_owned() } else { mentioned::joined(self.iter().map(text::channel)) }
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        mentioned::numbers(typed, "<#").map(Self::of)
    }

    fn targets(&self) -> Vec<Target> {
        self.iter().map(Target::Channel).collect()
    }

    fn to_typed(&self) -> String {
        if self.0.is_empty() { NONE.to_owned() } else { self.to_string() }
    }

    fn offered() -> Vec<&'static str> {
        vec![NONE]
    }

    fn control(_: Limits) -> Control {
        Control::Channels
    }

    fn allowed(_: Limits) -> String {
        format!("up to {} channels, as mentions or by their numbers, or none", mentioned::MOST)
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
