//! What a message holds, read once for everybody: songs, what is no song, and the words around them.
//!
//! A member sees one thing where Discord has several: what they typed, the files below it, and in a forwarded message the
//! snapshot of another one, whose outer message is empty. All of that is read here, in the order in which it is seen. What
//! only surrounds a message is not: the message that it answers, and the previews of its links.

use serenity::all::{Attachment, Embed, Message, MessageReferenceKind, MessageType};
use sha2::{Digest, Sha256};

use crate::features::submissions::audio;
use crate::features::submissions::links::{LinkVerdict, SongLink, TextParts, find_in};
use crate::features::submissions::model::SubmissionRefusal;

/// What a message holds.
#[derive(Debug, Default)]
pub(super) struct Contents<'m> {
    /// What is or was meant as a song, in order; each song once.
    pub songs: Vec<Item<'m>>,
    /// Names of what is no song and cannot become words: pictures, stickers, polls.
    pub others: Vec<String>,
    /// The words around the links.
    pub words: String,
    /// Whether it was forwarded and nothing can be read in it.
    pub is_sealed: bool,
}

/// One thing that is or was meant as a song.
#[derive(Debug)]
pub(super) struct Item<'m> {
    /// How it is named in an answer: the address as written, or the file's name. Not escaped.
    pub name: String,
    pub what: What<'m>,
}

/// What an item is.
#[derive(Debug)]
pub(super) enum What<'m> {
    Link(SongLink),
    File(&'m Attachment),
    Refused(SubmissionRefusal),
    /// A film instead of its sound.
    Video,
}

impl What<'_> {
    /// The same for the same song of the message, whatever is edited around it. `None` for what is refused.
    pub(super) fn key(&self) -> Option<String> {
        match self {
            Self::Link(song) => Some(song.key.clone()),
            Self::File(file) => Some(format!("attachment:{}", file.id)),
            Self::Refused(_) | Self::Video => None,
        }
    }
}

/// Whether a message is something that a member said. What bots and web-hooks write is nobody's business (`C-97`), and
/// notices of Discord, such as that somebody joined or pinned, are not the words of those whose name they bear.
pub(super) fn is_from_member(message: &Message) -> bool {
    let is_said = matches!(message.kind, MessageType::Regular | MessageType::InlineReply);
    is_said && !message.author.bot && message.webhook_id.is_none()
}

/// Whether Discord keeps from us what stands in a message, as it does without the intent for that. Nobody can post nothing.
pub(super) fn is_unreadable(message: &Message) -> bool {
    let has_text = !message.content.is_empty() || !message.embeds.is_empty();
    let has_things = !message.attachments.is_empty() || !message.sticker_items.is_empty() || message.poll.is_some();
    !has_text && !has_things && !is_forwarded(message)
}

fn is_forwarded(message: &Message) -> bool {
    message.message_reference.as_ref().is_some_and(|reference| reference.kind == MessageReferenceKind::Forward)
}

impl<'m> Contents<'m> {
    /// Reads a message.
    pub(super) fn of(message: &'m Message) -> Self {
        let mut contents = Self::default();
        contents.add_text(&message.content);
        contents.add_files(&message.attachments);
        contents.others.extend(message.sticker_items.iter().map(|sticker| sticker.name.clone()));
        contents.others.extend(message.poll.iter().map(|_| "poll".to_owned()));
        for snapshot in &message.message_snapshots {
            contents.add_text(&snapshot.content);
            // A bot's card, say; below a text of somebody's they are previews of its links.
            if snapshot.content.is_empty() {
                snapshot.embeds.iter().for_each(|embed| contents.add_card(embed));
            }
            contents.add_files(&snapshot.attachments);
            contents.others.extend(snapshot.sticker_items.iter().map(|sticker| sticker.name.clone()));
        }
        contents.is_sealed = is_forwarded(message)
            && contents.songs.is_empty()
            && contents.others.is_empty()
            && contents.words.is_empty();
        contents
    }

    /// Whether there is a song, or what looks like one to whoever posted it.
    pub(super) fn holds_song(&self) -> bool {
        self.songs.iter().any(|item| item.what.key().is_some())
    }

    /// How many songs there are.
    pub(super) fn song_count(&self) -> usize {
        self.songs.iter().filter(|item| item.what.key().is_some()).count()
    }

    fn add_text(&mut self, text: &str) {
        let TextParts { links, words } = find_in(text);
        for link in links {
            let what = match link.verdict.into_song() {
                Ok(song) => What::Link(song),
                Err(refusal) => What::Refused(refusal),
            };
            self.add(Item { name: link.written, what });
        }
        if !words.is_empty() {
            let gap = if self.words.is_empty() { "" } else { "\n" };
            self.words.push_str(gap);
            self.words.push_str(&words);
        }
    }

    /// The songs of a card. Its words are not those of whoever forwards it.
    fn add_card(&mut self, card: &Embed) {
        let fields = card.fields.iter().map(|field| field.value.as_str());
        let texts = card.url.as_deref().into_iter().chain(card.description.as_deref()).chain(fields);
        for link in texts.flat_map(|text| find_in(text).links) {
            if let LinkVerdict::Accepted(song) = link.verdict {
                self.add(Item { name: link.written, what: What::Link(song) });
            }
        }
    }

    fn add_files(&mut self, files: &'m [Attachment]) {
        for file in files {
            let content_type = file.content_type.as_deref();
            let name = file.filename.clone();
            if audio::is_meant_as_audio(&file.filename, content_type) {
                self.add(Item { name, what: What::File(file) });
            } else if audio::is_video(&file.filename, content_type) {
                self.add(Item { name, what: What::Video });
            } else {
                self.others.push(name);
            }
        }
    }

    fn add(&mut self, item: Item<'m>) {
        let key = item.what.key();
        let is_there = self.songs.iter().any(|other| match &key {
            Some(_) => other.what.key() == key,
            None => other.name == item.name,
        });
        if !is_there {
            self.songs.push(item);
        }
    }
}

/// Stands for what can be read in a message: equal as long as nobody edits it. That Discord adds a preview changes nothing. Jobs
/// carry it, so it never changes for the same message.
pub(super) fn digest(message: &Message) -> u64 {
    let mut hasher = Sha256::new();
    let mut add = |text: &str, files: &[Attachment]| {
        hasher.update((text.len() as u64).to_be_bytes());
        hasher.update(text);
        hasher.update((files.len() as u64).to_be_bytes());
        for file in files {
            hasher.update(file.id.get().to_be_bytes());
        }
    };
    add(&message.content, &message.attachments);
    message.message_snapshots.iter().for_each(|snapshot| add(&snapshot.content, &snapshot.attachments));
    let digest: [u8; 32] = hasher.finalize().into();
    digest.first_chunk().copied().map_or(0, u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// A message in Discord's form, with what differs from an empty one of a member.
    fn message(differs: &Value) -> Message {
        let mut message = json!({
            "id": "1", "channel_id": "2", "type": 0, "content": "", "timestamp": "2026-11-20T20:00:00.000000+00:00",
            "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [], "mention_roles": [],
            "attachments": [], "embeds": [], "pinned": false, "flags": 0, "components": [],
            "author": {"id": "3", "username": "ann", "discriminator": "0", "avatar": null, "global_name": "Ann"},
        });
        let fields = differs.as_object().unwrap().clone();
        message.as_object_mut().unwrap().extend(fields);
        serde_json::from_value(message).unwrap()
    }

    fn file(id: u64, name: &str, content_type: &str) -> Value {
        json!({"id": id.to_string(), "filename": name, "size": 9, "url": "https://x/", "proxy_url": "https://x/",
               "content_type": content_type})
    }

    fn names(message: &Message) -> Vec<String> {
        Contents::of(message).songs.into_iter().map(|item| item.name).collect()
    }

    #[test]
    fn what_stands_for_a_message_never_changes() {
        assert_eq!(digest(&message(&json!({"content": "hello"}))), 16_885_025_688_743_747_364);
    }

    #[test]
    fn a_forwarded_message_is_what_its_snapshot_shows() {
        let snapshot = |shown: Value| {
            message(&json!({
                "flags": 16_384,
                "message_reference": {"type": 1, "message_id": "8", "channel_id": "9", "guild_id": "10"},
                "message_snapshots": [{"message": shown}],
            }))
        };
        let shown = json!({
            "content": "try https://youtu.be/aaaaaaaaaaa", "type": 0, "flags": 4, "mentions": [], "mention_roles": [],
            "timestamp": "2026-11-20T19:00:00.000000+00:00", "edited_timestamp": null, "components": [],
            "embeds": [{"type": "video", "url": "https://www.youtube.com/watch?v=bbbbbbbbbbb"}],
            "attachments": [file(5, "a.mp3", "audio/mpeg"), file(6, "a.mp4", "video/mp4")],
        });
        let forwarded = snapshot(shown);
        assert_eq!(names(&forwarded), ["youtu.be/aaaaaaaaaaa", "a.mp3", "a.mp4"]);
        assert_eq!(Contents::of(&forwarded).words, "try");
        assert!(!is_unreadable(&forwarded));
        let sealed = message(&json!({"message_reference": {"type": 1, "message_id": "8", "channel_id": "9"}}));
        assert!(Contents::of(&sealed).is_sealed && !is_unreadable(&sealed));
    }

    #[test]
    fn the_message_that_is_answered_is_not_part_of_the_answer() {
        let answered = json!({
            "id": "1", "channel_id": "2", "type": 0, "content": "https://youtu.be/aaaaaaaaaaa", "tts": false,
            "timestamp": "2026-11-20T20:00:00.000000+00:00", "edited_timestamp": null, "mention_everyone": false,
            "mentions": [], "mention_roles": [], "attachments": [], "embeds": [], "pinned": false,
            "author": {"id": "4", "username": "ben", "discriminator": "0", "avatar": null},
        });
        let answer = message(&json!({
            "type": 19, "content": "love it", "referenced_message": answered,
            "message_reference": {"type": 0, "message_id": "1", "channel_id": "2"},
        }));
        assert!(is_from_member(&answer) && names(&answer).is_empty());
    }

    #[test]
    fn voice_messages_stickers_and_polls_are_seen() {
        let mut voice = file(5, "voice-message.ogg", "audio/ogg");
        voice["duration_secs"] = json!(1.3);
        voice["waveform"] = json!("AAAA");
        assert_eq!(names(&message(&json!({"flags": 8_192, "attachments": [voice]}))), ["voice-message.ogg"]);
        let sticker = message(&json!({"sticker_items": [{"id": "7", "name": "Wave", "format_type": 1}]}));
        assert_eq!(Contents::of(&sticker).others, ["Wave"]);
        let poll = message(&json!({"poll": {
            "question": {"text": "Which?"}, "answers": [], "expiry": null, "allow_multiselect": false, "layout_type": 1,
        }}));
        assert_eq!(Contents::of(&poll).others, ["poll"]);
        assert!(!is_unreadable(&sticker) && !is_unreadable(&poll));
    }

    #[test]
    fn notices_of_discord_and_what_bots_say_is_nobodys_message() {
        for kind in [6, 7, 8, 12, 18, 46] {
            assert!(!is_from_member(&message(&json!({"type": kind}))), "{kind}");
        }
        let bot = json!({"id": "3", "username": "robot", "discriminator": "0", "avatar": null, "bot": true});
        assert!(!is_from_member(&message(&json!({ "author": bot }))));
        assert!(!is_from_member(&message(&json!({"webhook_id": "5"}))));
        assert!(is_from_member(&message(&json!({"content": "hello"}))));
        assert!(is_unreadable(&message(&json!({}))), "without the intent there is nothing in a message");
    }

    #[test]
    fn a_preview_changes_no_digest_and_an_edit_does() {
        let text = |content: &str| json!({ "content": content });
        let plain = digest(&message(&text("https://youtu.be/aaaaaaaaaaa")));
        let with_preview = json!({
            "content": "https://youtu.be/aaaaaaaaaaa", "embeds": [{"type": "video", "title": "A song"}], "flags": 4,
            "edited_timestamp": "2026-11-20T20:00:01.000000+00:00",
        });
        assert_eq!(digest(&message(&with_preview)), plain);
        assert_ne!(digest(&message(&text("https://youtu.be/bbbbbbbbbbb"))), plain);
        let with_file = json!({"content": "x", "attachments": [file(5, "a.mp3", "audio/mpeg")]});
        assert_ne!(digest(&message(&with_file)), digest(&message(&text("x"))));
    }
}
