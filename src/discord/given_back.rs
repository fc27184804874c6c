//! What a person typed, given back where it was refused.
//!
//! A form is gone when it is sent, and so are the options of a command. So a refusal, or a failure, carries what was typed, each
//! text in a block of its own from which it can be copied: all that was typed into a form, and what was typed into the options
//! of a command where it is more than a line.

use serenity::all::{CommandDataOption, CommandDataOptionValue};
use serenity::builder::CreateEmbed;

use super::draft::Draft;
use crate::kernel::text::{code_block, discord_len, escape, paragraph};

/// The longest description of an embed, as Discord counts.
const LONGEST: usize = 4_096;
/// So much is quickly typed again.
const LINE: usize = 60;
/// A text that would be cut to less is left out.
const LEAST: usize = 20;

/// What was asked for, and what was typed.
pub(super) type Typed = (String, String);

/// What was typed into the options of a command; nothing where it is no more than a line.
pub(super) fn typed_into(options: &[CommandDataOption]) -> Vec<Typed> {
    let typed = texts_of(options);
    let length: usize = typed.iter().map(|(_, text)| discord_len(text)).sum();
    if length > LINE { typed } else { Vec::new() }
}

fn texts_of(options: &[CommandDataOption]) -> Vec<Typed> {
    let texts = options.iter().flat_map(|option| match &option.value {
        CommandDataOptionValue::String(text) => vec![(option.name.clone(), text.clone())],
        CommandDataOptionValue::SubCommand(inner) | CommandDataOptionValue::SubCommandGroup(inner) => texts_of(inner),
        _ => Vec::new(),
    });
    texts.collect()
}

/// A refusal with what was typed below it, as far as it fits.
pub(super) fn with_typed(refusal: Draft, typed: &[Typed]) -> Draft {
    let blocks = blocks(typed);
    if blocks.is_empty() {
        return refusal;
    }
    refusal.with_embed(CreateEmbed::new().title("What you typed").description(blocks))
}

fn blocks(typed: &[Typed]) -> String {
    let mut blocks = String::new();
    for (name, text) in typed {
        let text = paragraph(text, usize::MAX);
        let head = format!("**{}**\n", escape(name));
        // With the line break behind it.
        let room = LONGEST.saturating_sub(discord_len(&blocks) + discord_len(&head) + 1);
        if !text.is_empty() && room > LEAST {
            blocks.push_str(&format!("{head}{}\n", code_block(&text, room)));
        }
    }
    blocks.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(name: &str, value: CommandDataOptionValue) -> CommandDataOption {
        // serenity lets nobody make one but from what Discord sends.
        let mut option: CommandDataOption =
            serde_json::from_value(serde_json::json!({"name": name, "type": 3, "value": ""})).unwrap();
        option.value = value;
        option
    }

    fn typed(texts: &[(&str, &str)]) -> Vec<Typed> {
        texts.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn each_text_has_a_block_of_its_own_and_stays_in_it() {
        let typed = typed(&[("Link", "my song"), ("Artist", " \u{200B} "), ("artist_name", "a\n```\n**b** @everyone")]);
        insta::assert_snapshot!(blocks(&typed).replace('\u{200B}', "|"), @r"
        **Link**
        ```
        my song
        ```
        **artist\_name**
        ```
        a
        `|`|`
        **b** @|everyone
        ```
        ");
        assert_eq!(blocks(&[]), "");
    }

    #[test]
    fn what_does_not_fit_is_cut_or_left_out() {
        for length in [10, 1_000, 3_900, 4_050, 4_096, 6_000] {
            let long = "🎶".repeat(length / 2);
            let blocks = blocks(&typed(&[("One", long.as_str()), ("Two", long.as_str()), ("Three", "end")]));
            assert!(discord_len(&blocks) <= LONGEST, "{length}: {}", discord_len(&blocks));
            assert_eq!(blocks.matches("```").count() % 2, 0, "{length}");
            assert_eq!(blocks.contains("end"), length <= 1_000, "{length}");
        }
    }

    #[test]
    fn of_a_command_only_what_is_more_than_a_line_is_given_back() {
        let text = CommandDataOptionValue::String;
        let short = option("handle", text("ann.live".into()));
        let skip = option("skip", CommandDataOptionValue::Boolean(true));
        assert!(typed_into(&[short.clone(), skip]).is_empty());
        let line = "x".repeat(LINE);
        let note = option("note", text(line.clone()));
        let group = option("set", CommandDataOptionValue::SubCommand(vec![short, note]));
        assert_eq!(typed_into(&[group]), typed(&[("handle", "ann.live"), ("note", line.as_str())]));
    }
}
