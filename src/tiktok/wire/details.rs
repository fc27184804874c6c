//! Polls and battles, told as compact JSON: nothing counts them, and who looks at them later wants all of it.
//!
//! Ids are texts in JSON (`C-17`). Lists and texts are short enough that the whole stays below what is stored.

use prost::bytes::Bytes;
use serde_json::{Value, json};

use super::events::Decoded;
use super::reader::{Broken, Reader, Schema};
use super::{schema, text};
use crate::live::event::Occurrence;

/// Options of a poll, or hosts in a battle. TikTok allows half a dozen of either.
const MAX_ENTRIES: usize = 20;

const MAX_TEXT_CHARS: usize = 50;

/// A battle repeats where it stands every few seconds; that is no news.
const KEEP_ALIVE: i64 = 4;

/// A poll began, moved or ended.
pub(super) fn poll(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let event: schema::PollEvent = reader.read(payload)?;
    let basics: schema::PollBasics = reader.read_or_default(&event.basics);
    let mut title = basics.title;
    let (stage, options) = if let Some(end) = &event.end {
        ("end", reader.read_or_default::<schema::Poll>(end).options)
    } else if let Some(update) = &event.update {
        ("update", reader.read_or_default::<schema::Poll>(update).options)
    } else if let Some(start) = &event.start {
        let start: schema::PollStart = reader.read_or_default(start);
        title = if start.title.is_empty() { title } else { start.title };
        ("start", start.options)
    } else {
        return Ok(Decoded::Nothing);
    };
    let options = options.iter().take(MAX_ENTRIES).map(|option| {
        let option: schema::PollOption = reader.read_or_default(option);
        json!({ "text": short(&option.text), "votes": option.votes })
    });
    let options: Vec<Value> = options.collect();
    let mut details = json!({ "id": event.poll_id.to_string(), "stage": stage, "options": options });
    if !title.is_empty() {
        put(&mut details, "title", short(&title).into());
    }
    Ok(Decoded::Event(Occurrence::Poll(details.to_string())))
}

/// A battle began, ended or was cut short.
pub(super) fn battle(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let event: schema::Battle = reader.read(payload)?;
    if event.id == 0 {
        return Ok(Decoded::Nothing);
    }
    let settings: schema::BattleSettings = reader.read_or_default(&event.settings);
    let stage = match event.action {
        4 => Value::from("open"),
        5 => "finish".into(),
        6 => "cut_short".into(),
        other => other.into(),
    };
    let scores = scores(reader, &event.results, |score: schema::BattleScore| score.score);
    let mut details = json!({ "id": event.id.to_string(), "stage": stage, "scores": scores });
    if settings.duration > 0 {
        put(&mut details, "seconds", settings.duration.into());
    }
    Ok(Decoded::Event(Occurrence::Battle(details.to_string())))
}

/// The scores of a battle changed.
pub(super) fn armies(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let event: schema::BattleArmies = reader.read(payload)?;
    if event.battle_id == 0 || event.trigger == KEEP_ALIVE {
        return Ok(Decoded::Nothing);
    }
    let stage = if event.trigger == 2 { "end" } else { "score" };
    let scores = scores(reader, &event.armies, |army: schema::Army| army.score);
    let details = json!({ "id": event.battle_id.to_string(), "stage": stage, "scores": scores });
    Ok(Decoded::Event(Occurrence::Battle(details.to_string())))
}

/// The scores in a map by host.
fn scores<M: Schema>(reader: &mut Reader, entries: &[Bytes], score: fn(M) -> i64) -> Vec<Value> {
    let scores = entries.iter().take(MAX_ENTRIES).map(|entry| {
        let entry: schema::NumberEntry = reader.read_or_default(entry);
        let value = reader.read_or_default(&entry.value);
        json!({ "host": entry.key.to_string(), "score": score(value) })
    });
    scores.collect()
}

fn short(bytes: &[u8]) -> String {
    text::text(bytes, MAX_TEXT_CHARS)
}

fn put(details: &mut Value, name: &str, value: Value) {
    if let Some(object) = details.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}
