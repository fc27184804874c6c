//! Settings that are texts: a line of bounded length, and several lines.

use std::borrow::Cow;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use super::{Consequence, Control, Limits, Setting, Typed};
use crate::kernel::text::one_line;
use crate::text_setting;

/// The most lines of a setting, and the most characters of each.
const MOST_LINES: usize = 100;
const LONGEST_LINE: usize = 200;

/// A line of text, cleaned; empty only where its setting says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(Cow<'static, str>);

/// Several lines of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines(Vec<String>);

impl Setting<Text> {
    /// Declares a line of text of up to `most` characters.
    pub const fn text(key: &'static str, default: &'static str, most: u32) -> Self {
        let limits = Limits { smallest: 1, largest: most, ..Limits::ANY };
        Self { key, default: Text(Cow::Borrowed(default)), limits, follows: None }
    }

    /// The same, from whose change by a person something follows, in the same transaction.
    pub const fn text_followed(key: &'static str, default: &'static str, most: u32, follows: Consequence) -> Self {
        let limits = Limits { smallest: 1, largest: most, ..Limits::ANY };
        Self { key, default: Text(Cow::Borrowed(default)), limits, follows: Some(follows) }
    }

    /// A line of text of up to `most` characters that may be left empty, as it is by default; from its change something follows.
    pub const fn text_or_empty_followed(key: &'static str, most: u32, follows: Consequence) -> Self {
        let limits = Limits { smallest: 0, largest: most, ..Limits::ANY };
        Self { key, default: Text(Cow::Borrowed("")), limits, follows: Some(follows) }
    }
}

impl Text {
    /// The text; not escaped.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Text {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Cow::Owned(text.to_owned())))
    }
}

impl Typed for Text {
    fn shown(&self, _: Limits) -> String {
        if self.0.is_empty() { "None".to_owned() } else { crate::kernel::text::escape(&self.0) }
    }

    fn parse(typed: &str, limits: Limits) -> Option<Self> {
        let text = one_line(typed, usize::MAX);
        let length = u32::try_from(text.chars().count()).ok()?;
        (limits.smallest..=limits.largest).contains(&length).then_some(Self(Cow::Owned(text)))
    }

    fn allowed(limits: Limits) -> String {
        format!("a text of up to {} characters", limits.largest)
    }
}

impl Lines {
    /// No line.
    pub const EMPTY: Self = Self(Vec::new());

    /// Each line; not escaped.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl FromStr for Lines {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.lines().map(str::to_owned).collect()))
    }
}

impl Typed for Lines {
    fn shown(&self, _: Limits) -> String {
        match self.0.len() {
            0 => "None".to_owned(),
            1 => "1 line".to_owned(),
            lines => format!("{lines} lines"),
        }
    }

    fn parse(typed: &str, _: Limits) -> Option<Self> {
        let lines: Vec<String> =
            typed.lines().map(|line| one_line(line, usize::MAX)).filter(|line| !line.is_empty()).collect();
        let are_short = lines.iter().all(|line| line.chars().count() <= LONGEST_LINE);
        (lines.len() <= MOST_LINES && are_short).then_some(Self(lines))
    }

    fn to_typed(&self) -> String {
        self.to_string()
    }

    fn allowed(_: Limits) -> String {
        format!("up to {MOST_LINES} lines of up to {LONGEST_LINE} characters")
    }

    fn control(_: Limits) -> Control {
        Control::Lines
    }
}

text_setting!(Text, Lines);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::{Changeable, SettingValue};

    static NAME: Setting<Text> = Setting::text("name", "coins", 5);

    #[test]
    fn a_text_is_one_line_that_is_neither_empty_nor_too_long() {
        let read = |typed: &str| NAME.read_typed(typed).is_some();
        assert!(read("coins") && read(" $ ") && read("ümläu"));
        for typed in ["", " ", "\u{200B}", "cookie"] {
            assert!(!read(typed), "{typed:?}");
        }
        assert_eq!(NAME.allowed(), "a text of up to 5 characters");
        let stored = Text::parse("a\nb", NAME.limits).and_then(|text| text.store()).unwrap();
        assert_eq!(stored.value.as_deref(), Some("a b"));
    }

    #[test]
    fn lines_come_back_as_they_were_and_are_bounded() {
        let lines = Lines::parse("bad word\n\n  worse  \n", Limits::ANY).unwrap();
        assert_eq!(lines.iter().collect::<Vec<_>>(), ["bad word", "worse"]);
        assert_eq!(lines.store().and_then(|entry| Lines::load(&entry)), Some(lines.clone()));
        assert_eq!((lines.to_typed().as_str(), lines.shown(Limits::ANY).as_str()), ("bad word\nworse", "2 lines"));
        assert_eq!(Lines::parse("", Limits::ANY), Some(Lines::EMPTY));
        assert_eq!(Lines::parse(&"x\n".repeat(101), Limits::ANY), None);
        assert_eq!(Lines::parse(&"x".repeat(201), Limits::ANY), None);
    }
}
