//! A message that may be there without our knowing it: the program ended between a post and its row.
//!
//! Discord tells the name of a post to nobody who reads the channel. So a message is recognised by what it shows: by the
//! `custom_id`s of its components, which tell which row it follows, and where it has none by its text.

use serde_json::Value;
use serenity::http::Route;

use super::super::bot::Bot;
use super::super::delivery::Undelivered;
use super::super::draft::Draft;
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::kernel::text::hex;
use crate::posts::{Begun, Place, tables};
use crate::store::Read;

/// The latest messages of a channel that are searched.
const SEARCHED: u8 = 50;

/// By what a message is recognised that shows a draft.
pub(super) fn mark_of(draft: &Draft) -> Result<String> {
    Ok(mark_in(&draft.seen()?))
}

/// The same, of a message as Discord's JSON has it.
fn mark_in(message: &Value) -> String {
    let mut marks = Vec::new();
    collect(message.get("components").unwrap_or(&Value::Null), "custom_id", &mut marks);
    if marks.is_empty() {
        marks.extend(message.get("content").and_then(Value::as_str).map(str::trim));
        for key in ["title", "description"] {
            collect(message.get("embeds").unwrap_or(&Value::Null), key, &mut marks);
        }
    }
    hex(Digest::of(marks.join("\n").as_bytes()).bytes())
}

/// The texts that stand under a key, at whatever depth.
fn collect<'v>(value: &'v Value, wanted: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, wanted, found)),
        Value::Object(fields) => {
            for (key, field) in fields {
                match field.as_str() {
                    Some(text) if key == wanted => found.push(text.trim()),
                    _ => collect(field, wanted, found),
                }
            }
        }
        _ => {}
    }
}

/// Looks for a message of ours that was begun and that no post knows.
pub(super) async fn search(bot: &Bot, guild: GuildId, begun: &Begun) -> Result<Result<Option<Place>, Undelivered>> {
    let own = bot.until_own_user().await.to_string();
    let channel = begun.channel;
    let route = Route::ChannelMessages { channel_id: channel.get().into() };
    let latest = match bot.rest.without_waiting().get_json(route, vec![("limit", SEARCHED.to_string())]).await {
        Ok(latest) => latest,
        Err(error) => return Ok(Err(error.into())),
    };
    let is_ours = |message: &&Value| {
        let author = message.get("author").and_then(|author| author.get("id"));
        author.and_then(Value::as_str) == Some(own.as_str()) && mark_in(message) == begun.mark
    };
    let numbers = latest
        .as_array()
        .into_iter()
        .flatten()
        .filter(is_ours)
        .filter_map(|message| message.get("id")?.as_str()?.parse().ok().map(MessageId::new));
    let alike: Vec<MessageId> = numbers.collect();
    let unknown = move |read: &dyn Read| first_unknown(read, guild, channel, &alike);
    let found = bot.store.read("posts_known", unknown).await?;
    Ok(Ok(found.map(|message| Place { channel, message })))
}

fn first_unknown(
    read: &dyn Read,
    guild: GuildId,
    channel: ChannelId,
    messages: &[MessageId],
) -> Result<Option<MessageId>> {
    for message in messages {
        if !tables::is_known(read, guild, channel, *message)? {
            return Ok(Some(*message));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed};

    use super::*;

    #[test]
    fn a_message_is_recognised_by_its_components_and_without_any_by_its_text() {
        let button = |id: &str| CreateActionRow::Buttons(vec![CreateButton::new(id).label("Buy")]);
        let draft = |stock: &str, id: &str| Draft::embed(CreateEmbed::new().title(stock)).row(button(id));
        let mark = |draft: &Draft| mark_of(draft).unwrap();
        assert_eq!(mark(&draft("5 left", "shop:buy:1")), mark(&draft("4 left", "shop:buy:1")));
        assert_ne!(mark(&draft("5 left", "shop:buy:1")), mark(&draft("5 left", "shop:buy:2")));
        // As Discord gives it back: with more fields, and in components of its own.
        let told = json!({
            "id": "9", "content": "", "embeds": [{"title": "3 left", "type": "rich"}],
            "components": [{"type": 1, "id": 1, "components": [{"type": 2, "custom_id": "shop:buy:1", "label": "Buy"}]}],
        });
        assert_eq!(mark_in(&told), mark(&draft("5 left", "shop:buy:1")));
        let text = |text: &str| mark(&Draft::text(text).with_embed(CreateEmbed::new().title("News")));
        assert_ne!(text("a"), text("b"));
        assert_eq!(mark_in(&json!({"content": "a", "embeds": [{"title": "News"}], "components": []})), text("a "));
    }
}
