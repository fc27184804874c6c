//! Choices while somebody types: Discord sends the value of the one that is chosen. Whoever copies what was shown, or
//! finishes typing it, sends its name instead; so a name begins with its value, and either is read here.

use std::fmt::Display;

use serenity::all::AutocompleteChoice;

use crate::kernel::text::truncate;

/// The longest name that Discord shows.
const NAME: usize = 100;

/// A choice that is shown as `name`, whose first word is the value, or the value with a mark before it (`#`, `@`, `/`).
pub fn choice(name: impl Display, value: impl Display) -> AutocompleteChoice {
    AutocompleteChoice::new(truncate(&name.to_string(), NAME), value.to_string())
}

/// The value in what was typed or chosen, or in the name of a choice. The mark before it is left to whoever reads it.
pub fn value_in(typed: &str) -> &str {
    typed.split_whitespace().next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_from_itself_and_from_its_name() {
        for (typed, value) in
            [("937243", "937243"), (" #937243 ann – Not Known (Free)", "#937243"), ("@ann", "@ann"), ("", "")]
        {
            assert_eq!(value_in(typed), value);
        }
        let shown = serde_json::to_value(choice(format!("#012345 {}", "a".repeat(200)), "012345")).unwrap();
        assert_eq!(shown["value"], "012345");
        assert_eq!(shown["name"].as_str().unwrap().chars().count(), NAME);
    }
}
