//! Settings that name several channels, or several roles.

use std::fmt;
use std::str::FromStr;

use super::{Control, Entry, Limits, NONE, SettingValue, Typed, mentioned};
use crate::kernel::ids::{ChannelId, Id, RoleId};
use crate::kernel::text;
use crate::references::Target;

/// Channels without an order.
pub type ChannelList = IdList<ChannelId>;
/// Roles in the order in which they were named.
pub type RoleList = IdList<RoleId>;

/// What a setting can name several of.
pub trait Listable: Id + Eq + fmt::Display + Send + Sync + 'static {
    /// How Discord begins a mention of one, which ends with `>`.
    const MARK: &'static str;
    /// What several of them are called.
    const NAME: &'static str;
    /// Whether it counts in which order they are named.
    const HAS_ORDER: bool;
    /// By what they are chosen on a page.
    const CONTROL: Control;

    /// One of them, as it is checked whether it is there.
    fn target(self) -> Target;

    /// One of them, as Discord shows it.
    fn mention(self) -> String;
}

impl Listable for ChannelId {
    const MARK: &'static str = "<#";
    const NAME: &'static str = "channels";
    const HAS_ORDER: bool = false;
    const CONTROL: Control = Control::Channels;

    fn target(self) -> Target {
        Target::Channel(self)
    }

    fn mention(self) -> String {
        text::channel(self)
    }
}

impl Listable for RoleId {
    const MARK: &'static str = "<@&";
    const NAME: &'static str = "roles";
    const HAS_ORDER: bool = true;
    const CONTROL: Control = Control::Roles;

    fn target(self) -> Target {
        Target::Role(self)
    }

    fn mention(self) -> String {
        text::role(self)
    }
}

/// Several of a kind, each once; stored as their numbers with spaces between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdList<I>(Vec<I>);

impl<I: Listable> IdList<I> {
    /// None.
    pub const EMPTY: Self = Self(Vec::new());

    /// Whether this is one of them.
    pub fn contains(&self, id: I) -> bool {
        self.0.contains(&id)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = I> + '_ {
        self.0.iter().copied()
    }

    fn of(mut numbers: Vec<u64>) -> Self {
        if !I::HAS_ORDER {
            numbers.sort_unstable();
        }
        Self(numbers.into_iter().map(I::from_raw).collect())
    }
}

impl RoleList {
    /// Whether somebody with these roles has one of them.
    pub fn has_any_of(&self, roles: &[RoleId]) -> bool {
        self.iter().any(|role| roles.contains(&role))
    }
}

impl<I: Listable> fmt::Display for IdList<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mentioned::joined(self.iter()))
    }
}

impl<I: Listable> FromStr for IdList<I> {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        mentioned::stored(text).map(Self::of).ok_or(())
    }
}

impl<I: Listable> SettingValue for IdList<I> {
    fn load(entry: &Entry) -> Option<Self> {
        entry.value.as_deref()?.parse().ok()
    }

    fn store(&self) -> Option<Entry> {
        Some(Entry { value: Some(self.to_string()), ..Entry::default() })
    }
}

/// Typed as Discord writes mentions, or by their numbers.
impl<I: Listable> Typed for IdList<I> {
    fn shown(&self, _: Limits) -> String {
        if self.0.is_empty() { "None".to_owned() } else { mentioned::joined(self.iter().map(I::mention)) }
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        mentioned::numbers(typed, I::MARK).map(Self::of)
    }

    fn targets(&self) -> Vec<Target> {
        self.iter().map(I::target).collect()
    }

    fn to_typed(&self) -> String {
        if self.0.is_empty() { NONE.to_owned() } else { self.to_string() }
    }

    fn offered() -> Vec<&'static str> {
        vec![NONE]
    }

    fn control(_: Limits) -> Control {
        I::CONTROL
    }

    fn allowed(_: Limits) -> String {
        format!("up to {} {}, as mentions or by their numbers, or none", mentioned::MOST, I::NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str) -> Option<Vec<u64>> {
        RoleList::parse(typed, Limits::ANY).map(|list| list.iter().map(RoleId::get).collect())
    }

    #[test]
    fn roles_are_read_as_mentions_or_numbers_and_stay_in_their_order() {
        assert_eq!(read("<@&3> <@&1>"), Some(vec![3, 1]));
        assert_eq!(read("<@&3><@&1>,  2 , <@&3>"), Some(vec![3, 1, 2]));
        assert_eq!(read("NONE"), Some(vec![]));
        let many = |most: u64| (1..=most).map(|number| number.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(read(&many(20)).map(|roles| roles.len()), Some(20));
        for wrong in ["", ",", "admins", "@admins", "<@&>", "<@1>", "<#1>", "0", "-1", "1.5", &many(21)] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn channels_are_read_as_mentions_or_numbers_and_have_no_order() {
        let read = |typed: &str| -> Option<Vec<u64>> {
            ChannelList::parse(typed, Limits::ANY).map(|list| list.iter().map(ChannelId::get).collect())
        };
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
    fn channels_that_are_stored_come_back() {
        let list = ChannelList::parse("<#3> <#1>", Limits::ANY).unwrap();
        assert_eq!(list.store().and_then(|entry| ChannelList::load(&entry)), Some(list.clone()));
        assert_eq!(ChannelList::EMPTY.store().and_then(|entry| ChannelList::load(&entry)), Some(ChannelList::EMPTY));
        assert!(list.contains(ChannelId::new(3)) && !list.contains(ChannelId::new(2)));
    }

    #[test]
    fn what_is_stored_comes_back_and_is_shown_as_roles() {
        let list = RoleList::parse("<@&3> <@&1>", Limits::ANY).unwrap();
        let entry = list.store().unwrap();
        assert_eq!(entry.value.as_deref(), Some("3 1"));
        assert_eq!(RoleList::load(&entry), Some(list.clone()));
        assert_eq!(RoleList::EMPTY.store().and_then(|entry| RoleList::load(&entry)), Some(RoleList::EMPTY));
        assert_eq!(
            (list.shown(Limits::ANY), RoleList::EMPTY.shown(Limits::ANY)),
            ("<@&3> <@&1>".into(), "None".into())
        );
        assert_eq!(list.targets(), [Target::Role(RoleId::new(3)), Target::Role(RoleId::new(1))]);
    }

    #[test]
    fn somebody_has_one_of_them_or_none() {
        let list = RoleList::parse("3 1", Limits::ANY).unwrap();
        let has = |roles: &[u64]| list.has_any_of(&roles.iter().map(|role| RoleId::new(*role)).collect::<Vec<_>>());
        assert!(has(&[7, 1]) && has(&[3]));
        assert!(!has(&[]) && !has(&[7, 13]) && !RoleList::EMPTY.has_any_of(&[RoleId::new(3)]));
    }
}
