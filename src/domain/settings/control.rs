//! What a setting takes, for whoever offers more than a line to type: a page has a switch where `/config` has words.

use super::Limits;

/// What a setting takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    /// Yes or no.
    Switch,
    /// A whole number.
    Number(Limits),
    /// One of these words.
    Choice(Vec<&'static str>),
    /// A line of text.
    Text,
    /// Several lines of text.
    Lines,
    /// A channel of the server, or none.
    Channel,
    /// A role of the server, or none.
    Role,
    /// Several channels.
    Channels,
    /// Several roles.
    Roles,
}

impl Control {
    /// Whether several values are chosen.
    pub const fn takes_many(&self) -> bool {
        matches!(self, Self::Channels | Self::Roles)
    }

    /// What was chosen, as somebody would type it: the last of several values where there is one, all of them where
    /// there are many. A form sends a value that stands for none beside those that are chosen.
    pub fn typed(&self, chosen: &[String]) -> String {
        if *self == Self::Lines {
            return chosen.join("\n");
        }
        if !self.takes_many() {
            return chosen.last().cloned().unwrap_or_default();
        }
        let named: Vec<&str> = chosen.iter().map(String::as_str).filter(|word| !is_none(word)).collect();
        if named.is_empty() { NONE.to_owned() } else { named.join(" ") }
    }
}

/// How nothing is typed.
pub const NONE: &str = "none";

fn is_none(word: &str) -> bool {
    word.trim().is_empty() || word.trim().eq_ignore_ascii_case(NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_thing_the_last_counts_and_of_many_all_but_none() {
        let typed = |control: Control, chosen: &[&str]| {
            control.typed(&chosen.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(typed(Control::Switch, &["no", "yes"]), "yes", "a tick comes behind what is sent without it");
        assert_eq!(typed(Control::Switch, &["no"]), "no");
        assert_eq!(typed(Control::Text, &[]), "");
        assert_eq!(typed(Control::Lines, &["a b", "c"]), "a b\nc");
        assert_eq!(typed(Control::Roles, &["none", "1", "2"]), "1 2");
        assert_eq!(typed(Control::Channels, &["none"]), "none");
        assert_eq!(typed(Control::Channels, &["1 2", ""]), "1 2");
    }
}
