//! Choices while somebody types: Discord sends the value of the one that is chosen. Whoever copies what was shown, or
//! finishes typing it, sends its name instead; so a name begins with its value, and either is read here.

use std::fmt::Display;

use serenity::all::{AutocompleteChoice, CreateAutocompleteResponse};

use super::{Caller, Context};
use crate::kernel::error::Result;
use crate::kernel::text::truncate;
use crate::store::Read;

/// The longest name that Discord shows.
const NAME: usize = 100;
/// The most choices that Discord shows.
const MOST: usize = 25;

/// A choice that is shown as `name`, whose first word is the value, or the value with a mark before it (`#`, `@`, `/`).
pub fn choice(name: impl Display, value: impl Display) -> AutocompleteChoice {
    AutocompleteChoice::new(truncate(&name.to_string(), NAME), value.to_string())
}

/// A choice of an option that takes a number.
pub fn number_choice(name: &str, value: u64) -> AutocompleteChoice {
    AutocompleteChoice::new(truncate(name, NAME), value)
}

/// Offers choices, as many as Discord shows.
pub fn offer(choices: impl IntoIterator<Item = AutocompleteChoice>) -> CreateAutocompleteResponse {
    CreateAutocompleteResponse::new().set_choices(choices.into_iter().take(MOST).collect())
}

/// Offers what `search` finds in a snapshot for whoever types, in a server or in direct messages, which are guild 0. A
/// failure offers nothing, because nobody reads an error there.
pub async fn offer_found<T: Send + 'static>(
    ctx: Context<'_>,
    typed: &str,
    search: impl FnOnce(&dyn Read, &Caller, &str) -> Result<Vec<T>> + Send + 'static,
    shown: impl Fn(&T) -> AutocompleteChoice + Send,
) -> CreateAutocompleteResponse {
    let (caller, typed) = (Caller::anywhere(ctx), typed.to_owned());
    let found = ctx.data().store.read("choices", move |read| search(read, &caller, &typed)).await;
    offer(found.unwrap_or_default().iter().map(shown))
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
        let shown = serde_json::to_value(number_choice(&"a".repeat(200), 7)).unwrap();
        assert_eq!((&shown["value"], shown["name"].as_str().unwrap().chars().count()), (&serde_json::json!(7), NAME));
    }

    #[test]
    fn no_more_is_offered_than_discord_shows() {
        let shown =
            |count: u64| serde_json::to_value(offer((0..count).map(|value| number_choice("a", value)))).unwrap();
        assert_eq!(shown(3)["choices"].as_array().unwrap().len(), 3);
        assert_eq!(shown(99)["choices"].as_array().unwrap().len(), MOST);
    }
}
