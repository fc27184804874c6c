//! Typed values in custom ids: how they are written, and how they are read at a click.
//!
//! An id stays below its message for as long as that is there. So what is written once has to be read for ever, and an id
//! that cannot be read is of an older version.

use std::fmt::Display;
use std::str::FromStr;

use super::ComponentRefusal;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};

/// What stands between two parts of an id.
const SEPARATOR: &str = ":";

/// Values that stand in a custom id, or in a choice of a menu.
pub trait Arguments: Sized {
    /// Adds their parts. No part may hold a colon.
    fn write(&self, to: &mut Vec<String>);

    /// Takes their parts, as many as [`Self::write`] adds.
    fn read(from: &mut Parts<'_>) -> Result<Self>;
}

/// A value of one part, which is written as it is displayed.
pub trait Part: Display + FromStr {}

/// A value of one part that may be missing.
pub trait Optional: Arguments {
    /// What stands for no value. No value is written like this.
    const NONE: &'static str;
}

/// The parts of an id that are still to be read.
pub struct Parts<'a> {
    rest: Option<&'a str>,
    guild: GuildId,
}

impl<'a> Parts<'a> {
    /// The next part.
    pub fn part(&mut self) -> Result<&'a str> {
        let rest = self.rest.take().ok_or(ComponentRefusal::Unknown)?;
        let (part, rest) = rest.split_once(SEPARATOR).map_or((rest, None), |(part, rest)| (part, Some(rest)));
        self.rest = rest;
        Ok(part)
    }

    /// The next part, as a value that it must be.
    pub fn parsed<T: FromStr>(&mut self) -> Result<T> {
        Ok(self.part()?.parse().ok().ok_or(ComponentRefusal::Unknown)?)
    }

    /// Whether all of them are read.
    pub const fn is_at_end(&self) -> bool {
        self.rest.is_none()
    }
}

/// Reads all parts of a text, which must be no more than these; `None` is a text without parts. `guild` is where the click
/// was.
pub(super) fn read_all<A: Arguments>(text: Option<&str>, guild: GuildId) -> Result<A> {
    let mut parts = Parts { rest: text, guild };
    let arguments = A::read(&mut parts)?;
    if parts.is_at_end() { Ok(arguments) } else { Err(ComponentRefusal::Unknown.into()) }
}

/// Writes values behind what begins a text.
pub(super) fn write_all(beginning: Option<&str>, arguments: &impl Arguments) -> String {
    let mut parts: Vec<String> = beginning.into_iter().map(str::to_owned).collect();
    arguments.write(&mut parts);
    parts.join(SEPARATOR)
}

/// Splits a custom id into `feature:action` and its arguments.
pub(super) fn split(custom_id: &str) -> (&str, Option<&str>) {
    let second = custom_id.match_indices(SEPARATOR).nth(1);
    let halves = second.and_then(|(at, _)| custom_id.split_at_checked(at));
    halves.map_or((custom_id, None), |(id, rest)| (id, rest.strip_prefix(SEPARATOR)))
}

/// For texts of ours, which hold no colon.
impl Part for String {}
impl Part for u64 {}
impl Part for usize {}
impl Part for UserId {}
impl Part for ChannelId {}

impl<P: Part> Arguments for P {
    fn write(&self, to: &mut Vec<String>) {
        to.push(self.to_string());
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        from.parsed()
    }
}

impl Optional for ChannelId {
    const NONE: &'static str = "0";
}

impl<T: Optional> Arguments for Option<T> {
    fn write(&self, to: &mut Vec<String>) {
        match self {
            Some(value) => value.write(to),
            None => to.push(T::NONE.to_owned()),
        }
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        let part = from.part()?;
        if part == T::NONE { Ok(None) } else { read_all(Some(part), from.guild).map(Some) }
    }
}

/// The server that an id counts in. Clicked in another one, the id is refused.
impl Arguments for GuildId {
    fn write(&self, to: &mut Vec<String>) {
        to.push(self.to_string());
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        match from.part().map(str::parse::<Self>) {
            Ok(Ok(named)) if named == from.guild => Ok(named),
            _ => Err(ComponentRefusal::Retired.into()),
        }
    }
}

impl Arguments for () {
    fn write(&self, _: &mut Vec<String>) {}

    fn read(_: &mut Parts<'_>) -> Result<Self> {
        Ok(())
    }
}

/// Lets values stand one after the other as a tuple. `tuple!(A a, B b)` expands to
///
/// ```text
/// impl<A: Arguments, B: Arguments> Arguments for (A, B) {
///     fn write(&self, to: &mut Vec<String>) {
///         let (a, b) = self;
///         a.write(to);
///         b.write(to);
///     }
///
///     fn read(from: &mut Parts<'_>) -> Result<Self> {
///         Ok((A::read(from)?, B::read(from)?))
///     }
/// }
/// ```
macro_rules! tuple {
    ($($type:ident $value:ident),+) => {
        impl<$($type: Arguments),+> Arguments for ($($type,)+) {
            fn write(&self, to: &mut Vec<String>) {
                let ($($value,)+) = self;
                $($value.write(to);)+
            }

            fn read(from: &mut Parts<'_>) -> Result<Self> {
                Ok(($($type::read(from)?,)+))
            }
        }
    };
}

tuple!(A a, B b);
tuple!(A a, B b, C c);
tuple!(A a, B b, C c, D d);

/// What is picked in a menu: one value, or a list of as many as there are.
pub trait Picked: Sized {
    /// Reads the values of the choices.
    fn from_values(values: &[String], guild: GuildId) -> Result<Self>;
}

impl<V: Arguments> Picked for V {
    fn from_values(values: &[String], guild: GuildId) -> Result<Self> {
        match values {
            [] => read_all(None, guild),
            [value] => read_all(Some(value), guild),
            _ => Err(ComponentRefusal::Unknown.into()),
        }
    }
}

impl<V: Arguments> Picked for Vec<V> {
    fn from_values(values: &[String], guild: GuildId) -> Result<Self> {
        values.iter().map(|value| read_all(Some(value), guild)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUILD: GuildId = GuildId::new(5);

    /// What is read of a text, or the code of the refusal.
    fn read<A: Arguments>(text: Option<&str>) -> Result<A, &'static str> {
        read_all(text, GUILD).map_err(|error| error.code())
    }

    fn picked<V: Picked>(values: &[&str]) -> Result<V, &'static str> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        V::from_values(&values, GUILD).map_err(|error| error.code())
    }

    #[test]
    fn a_custom_id_names_its_component_and_carries_the_arguments() {
        assert_eq!(split("queue:bookmark:012345"), ("queue:bookmark", Some("012345")));
        assert_eq!(split("desk:out:5:1:2"), ("desk:out", Some("5:1:2")));
        assert_eq!(split("queue:page:"), ("queue:page", Some("")));
        assert_eq!(split("queue:refresh"), ("queue:refresh", None));
        assert_eq!(split("odd"), ("odd", None));
        assert_eq!(split(""), ("", None));
        assert_eq!(split("💥:💥:💥"), ("💥:💥", Some("💥")));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let arguments = (GUILD, UserId::new(7), Some(ChannelId::new(9)), 3_u64);
        assert_eq!(write_all(Some("a:b"), &arguments), "a:b:5:7:9:3");
        assert_eq!(read(Some("5:7:9:3")), Ok(arguments));
        assert_eq!(write_all(Some("a:b"), &None::<ChannelId>), "a:b:0");
        assert_eq!(read(Some("0")), Ok(None::<ChannelId>));
        assert_eq!(write_all(Some("a:b"), &()), "a:b");
        assert_eq!(read(None), Ok(()));
        assert_eq!(write_all(None, &(1_usize, 2_u64)), "1:2", "in a choice of a menu nothing stands before them");
    }

    #[test]
    fn an_id_with_other_parts_is_of_an_older_version() {
        for text in ["", "x", "-1", "1", "1:", "1:2:", "1:2:3", "1:99999999999999999999", "\u{202E}1:2", "١:2"] {
            assert_eq!(read::<(u64, u64)>(Some(text)), Err("component.unknown"), "{text:?}");
        }
        assert_eq!(read::<u64>(None), Err("component.unknown"));
        assert_eq!(read::<()>(Some("")), Err("component.unknown"));
        assert_eq!(read::<Option<ChannelId>>(Some("")), Err("component.unknown"), "that there is none is written");
    }

    #[test]
    fn an_id_counts_in_the_server_that_it_names_only() {
        for text in [None, Some(""), Some("6"), Some("x"), Some("6:1")] {
            assert_eq!(read::<(GuildId, u64)>(text), Err("display.retired"), "{text:?}");
        }
        assert_eq!(read(Some("5:1")), Ok((GUILD, 1_u64)));
    }

    #[test]
    fn a_menu_gives_the_one_value_that_was_picked_or_a_list() {
        assert_eq!(picked(&["1:2"]), Ok((1_u64, 2_u64)));
        let odd: [&[&str]; 4] = [&[], &["x"], &["1", "2"], &["1:2"]];
        for values in odd {
            assert_eq!(picked::<u64>(values), Err("component.unknown"), "{values:?}");
        }
        assert_eq!(picked(&[]), Ok(Vec::<u64>::new()));
        assert_eq!(picked(&["1", "2"]), Ok(vec![1_u64, 2]));
        assert_eq!(picked::<Vec<u64>>(&["1", "x"]), Err("component.unknown"));
        assert_eq!(picked(&[]), Ok(()), "nothing is picked with a button");
        assert_eq!(picked::<()>(&["1"]), Err("component.unknown"));
    }
}
