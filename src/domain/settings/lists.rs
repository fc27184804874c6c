//! A setting that names several roles.

use std::fmt;
use std::str::FromStr;

use super::{Control, Limits, NONE, Typed, mentioned};
use crate::kernel::ids::RoleId;
use crate::kernel::text;
use crate::references::Target;
use crate::text_setting;

/// Roles in the order in which they were named, each once; stored as their numbers with spaces between.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleList(Vec<RoleId>);

impl RoleList {
    /// No role.
    pub const EMPTY: Self = Self(Vec::new());

    /// Whether somebody with these roles has one of them.
    pub fn has_any_of(&self, roles: &[RoleId]) -> bool {
        self.iter().any(|role| roles.contains(&role))
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = RoleId> + '_ {
        self.0.iter().copied()
    }

    fn of(numbers: Vec<u64>) -> Self {
        Self(numbers.into_iter().map(RoleId::new).collect())
    }
}

impl fmt::Display for RoleList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&mentioned::joined(self.iter()))
    }
}

impl FromStr for RoleList {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        mentioned::stored(text).map(Self::of).ok_or(())
    }
}

text_setting!(RoleList);

/// Typed as Discord writes roles, `<@&1>`, or by their numbers.
impl Typed for RoleList {
    fn shown(&self, _: Limits) -> String {
        if self.0.is_empty() { "None".to_owned() } else { mentioned::joined(self.iter().map(text::role)) }
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        mentioned::numbers(typed, "<@&").map(Self::of)
    }

    fn targets(&self) -> Vec<Target> {
        self.iter().map(Target::Role).collect()
    }

    fn to_typed(&self) -> String {
        if self.0.is_empty() { NONE.to_owned() } else { self.to_string() }
    }

    fn offered() -> Vec<&'static str> {
        vec![NONE]
    }

    fn control(_: Limits) -> Control {
        Control::Roles
    }

    fn allowed(_: Limits) -> String {
        format!("up to {} roles, as mentions or by their numbers, or none", mentioned::MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SettingValue;

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
