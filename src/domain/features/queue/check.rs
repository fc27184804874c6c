//! The invariants of the queue.

use super::model::Line;
use super::settings::NOW_PLAYING;
use super::{queries, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Span};

/// What is wrong in a guild's queue, one sentence each: a song has exactly one place and the place its song, played
/// songs have a time and no others, and what plays is in Songs Played.
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    tables::SONGS.for_each(read, Span::of(guild), |(_, id), song| {
        match tables::PLACES.get(read, &(guild, id))? {
            None => findings.push(format!("song {} is in no line", song.public_id)),
            Some(place) if place.user != song.user => {
                findings.push(format!("song {} and its place name different submitters", song.public_id));
            }
            Some(_) => {}
        }
        Ok(())
    })?;
    tables::PLACES.for_each(read, Span::of(guild), |(_, id), place| {
        if !tables::SONGS.contains(read, &(guild, id))? {
            findings.push(format!("a place in {} has no song {id}", place.line));
        }
        if place.line.is_waiting() && place.played_at.is_some() {
            findings.push(format!("song {id} waits in {} and was played", place.line));
        }
        if place.line == Line::SongsPlayed && place.played_at.is_none() {
            findings.push(format!("song {id} is in {} and was never played", place.line));
        }
        Ok(())
    })?;
    if let Some(number) = NOW_PLAYING.get(read, guild)? {
        match queries::now_playing(read, guild)? {
            Some(entry) if entry.place.line == Line::SongsPlayed => {}
            Some(entry) => findings.push(format!("{} is playing and in {}", entry.song.public_id, entry.place.line)),
            None => findings.push(format!("song number {} is playing and does not exist", number.get())),
        }
    }
    Ok(findings)
}
