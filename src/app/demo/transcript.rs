//! The evening in words: who did what, what the bot answered, what it posted, and how the queue moved.

use std::collections::{BTreeMap, HashSet};
use std::io::{self, Write};

use serde_json::{Map, Value};

use super::stage::{ShowError, Stage};
use crate::features::queue::model::{Entry, Line, SongId};
use crate::live::event::{Occurrence, Viewer};
use crate::sim::Id;
use crate::sim::SeenMessage;

/// Counts of an evening.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Things that people did on Discord.
    pub actions: u32,
    /// Things that happened on the live.
    pub live_events: u32,
    /// Messages that the bot posted in channels.
    pub posts: u32,
    /// Direct messages that the bot sent.
    pub direct_messages: u32,
    /// Times that a song changed its line.
    pub moves: u32,
}

/// Writes the transcript.
pub struct Transcript<W> {
    out: W,
    /// The counts so far.
    pub counts: Counts,
    seen: HashSet<Id>,
    lines: BTreeMap<SongId, Line>,
    names: Vec<(String, String)>,
}

impl<W: Write> Transcript<W> {
    /// A transcript of what happens on a stage from now on.
    pub fn new(out: W, stage: &Stage) -> Self {
        let people = stage.ids.members.iter().map(|(name, id)| (format!("<@{id}>"), format!("@{name}")));
        let channels = stage.ids.channels.iter().map(|(name, id)| (format!("<#{id}>"), format!("#{name}")));
        let names = people.chain(channels).collect();
        Self { out, counts: Counts::default(), seen: HashSet::new(), lines: BTreeMap::new(), names }
    }

    /// What a person does on Discord.
    pub fn action(&mut self, stage: &Stage, who: &str, what: &str) -> io::Result<()> {
        self.counts.actions += 1;
        self.line(stage, who, what)
    }

    /// What happens on the live.
    pub fn live(&mut self, stage: &Stage, what: &Occurrence) -> io::Result<()> {
        self.counts.live_events += 1;
        let who = what.viewer().map_or_else(|| "LIVE".to_owned(), Viewer::shown);
        self.line(stage, &who, &live_words(what))
    }

    /// What the bot answered.
    pub fn answer(&mut self, text: &str) -> io::Result<()> {
        self.indented("→", text)
    }

    /// Leaves out what the bot has posted and sent up to now.
    pub async fn pass_over(&mut self, stage: &Stage) {
        for channel in stage.ids.channels.values() {
            self.new_of_bot(stage, stage.sim.messages(*channel).await);
        }
        for member in stage.ids.members.values() {
            self.new_of_bot(stage, stage.sim.dms(*member).await);
        }
    }

    /// What followed: posts, direct messages and moves since the last call.
    pub async fn follow_ups(&mut self, stage: &Stage) -> Result<(), ShowError> {
        for (name, channel) in &stage.ids.channels {
            for message in self.new_of_bot(stage, stage.sim.messages(*channel).await) {
                self.counts.posts += 1;
                self.indented(&format!("#{name}:"), &message.text())?;
            }
        }
        for (name, member) in &stage.ids.members {
            for message in self.new_of_bot(stage, stage.sim.dms(*member).await) {
                self.counts.direct_messages += 1;
                self.indented(&format!("✉ to {name}:"), &message.text())?;
            }
        }
        self.moves(stage).await
    }

    async fn moves(&mut self, stage: &Stage) -> Result<(), ShowError> {
        for Entry { id, song, place } in stage.songs().await? {
            let before = self.lines.insert(id, place.line);
            let Some(before) = before.filter(|before| *before != place.line) else { continue };
            self.counts.moves += 1;
            let text = format!("{} {} – {}: {before} → {}", song.public_id, song.artist, song.title, place.line);
            self.indented("⇅", &text)?;
        }
        Ok(())
    }

    /// Writes a line as it is.
    pub fn plain(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    fn new_of_bot(&mut self, stage: &Stage, messages: Vec<SeenMessage>) -> Vec<SeenMessage> {
        let own = |message: &SeenMessage| message.author() == stage.ids.bot && !message.is_ephemeral();
        messages.into_iter().filter(own).filter(|message| self.seen.insert(message.id())).collect()
    }

    fn line(&mut self, stage: &Stage, who: &str, what: &str) -> io::Result<()> {
        let seconds = stage.elapsed().as_secs();
        writeln!(self.out, "{:02}:{:02}  {who:<14} {}", seconds / 60, seconds % 60, self.readable(what))
    }

    fn indented(&mut self, sign: &str, text: &str) -> io::Result<()> {
        let text = self.readable(text);
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        writeln!(self.out, "       {sign} {}", lines.next().unwrap_or("(nothing)"))?;
        let indent = " ".repeat(8 + sign.chars().count());
        for line in lines {
            writeln!(self.out, "{indent}{line}")?;
        }
        Ok(())
    }

    /// Mentions as people see them, and Markdown as it is.
    fn readable(&self, text: &str) -> String {
        let named = self.names.iter().fold(text.to_owned(), |text, (mention, name)| text.replace(mention, name));
        commands_by_name(&named)
    }
}

/// `</submit:123>` as people see it: `/submit`.
fn commands_by_name(text: &str) -> String {
    let mut parts = text.split("</");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('>').and_then(|(mention, rest)| Some((mention.split_once(':')?.0, rest))) {
            Some((name, rest)) => shown.extend(["/", name, rest]),
            None => shown.extend(["</", part]),
        }
    }
    shown
}

/// A slash command as a person would type it.
pub fn command_words(name: &str, options: &Map<String, Value>, modal: Option<&Map<String, Value>>) -> String {
    let mut words = format!("/{name}");
    for (option, value) in options {
        words.push_str(&format!(" {option}:{}", plain_value(value)));
    }
    if let Some(fields) = modal {
        let typed: Vec<String> =
            fields.iter().map(|(field, value)| format!("{field}: {}", plain_value(value))).collect();
        words.push_str(&format!("  ({})", typed.join(", ")));
    }
    words
}

fn plain_value(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.trim_start_matches('?').to_owned()
}

fn live_words(what: &Occurrence) -> String {
    match what {
        Occurrence::Connected => "connected to the live".to_owned(),
        Occurrence::Disconnected => "the connection is gone".to_owned(),
        Occurrence::Ended => "the live ends".to_owned(),
        Occurrence::Joined(_) => "joins".to_owned(),
        Occurrence::Liked(_, count) => format!("likes ×{count}"),
        Occurrence::Commented(_, text) => format!("says “{text}”"),
        Occurrence::Shared(_) => "shares the live".to_owned(),
        Occurrence::Followed(_) => "follows".to_owned(),
        Occurrence::Subscribed(_) => "subscribes".to_owned(),
        Occurrence::Gifted(_, gift) => {
            let state = if gift.is_streaking { ", still going" } else { "" };
            format!("gift {} ×{} at {} coins{state}", gift.name, gift.count, gift.unit_coins)
        }
        Occurrence::Viewers(count) => format!("{count} viewers"),
        Occurrence::Poll(_) => "a poll".to_owned(),
        Occurrence::Battle(_) => "a battle".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_of_commands_are_shown_by_name() {
        assert_eq!(commands_by_name("Use </submit:12> or </tiktok connect:3>."), "Use /submit or /tiktok connect.");
        assert_eq!(commands_by_name("a </b"), "a </b");
    }
}
