//! What the store holds, and small things that many tests do.

use greenroom::features::coins;
use greenroom::features::coins::model::Currency;
use greenroom::features::engagement;
use greenroom::features::engagement::model::{Interaction, Session, SessionId};
use greenroom::features::handles;
use greenroom::features::handles::model::Account;
use greenroom::features::queue::model::{Line, PublicId};
use greenroom::kernel::error::Result;
use greenroom::live::{Handle, Occurrence};
use greenroom::sim::{CommandOutcome, Id, SeenMessage};
use greenroom::store::{Read, Span};

use crate::world::{Person, World, viewer};

pub use crate::patience::LONG as SOON;

impl World {
    /// Reads the store.
    pub fn read<T>(&self, look: impl FnOnce(&dyn Read) -> Result<T>) -> T {
        self.app.bot.store.read_blocking("test", look).unwrap()
    }

    /// A member's engagement points.
    pub fn points(&self, name: &str) -> i64 {
        self.read(|read| coins::queries::points(read, self.guild, self.user(name))).get()
    }

    /// A member's Luxury Coins.
    pub fn luxury(&self, name: &str) -> i64 {
        self.read(|read| coins::queries::balance(read, self.guild, Currency::Luxury, self.user(name))).get()
    }

    /// A handle that the guild knows.
    pub fn account(&self, handle: &str) -> Option<Account> {
        let handle = Handle::parse(handle).unwrap();
        self.read(|read| handles::queries::account(read, self.guild, &handle))
    }

    /// The points of a handle.
    pub fn handle_points(&self, handle: &str) -> i64 {
        self.account(handle).unwrap_or_else(|| panic!("{handle} is not known")).points.get()
    }

    /// The session that is open.
    pub fn open_session(&self) -> Option<(SessionId, Session)> {
        self.read(|read| engagement::queries::open_session(read, self.guild))
    }

    /// All interactions that were written down, oldest first.
    pub fn interactions(&self) -> Vec<Interaction> {
        let mut found = Vec::new();
        self.read(|read| {
            engagement::tables::INTERACTIONS.for_each(read, Span::of(self.guild), |_, interaction| {
                found.push(interaction);
                Ok(())
            })
        });
        found
    }

    /// The line of a song.
    pub fn line(&self, song: PublicId) -> Line {
        self.song(song).place.line
    }

    /// The host's live begins.
    pub async fn goes_live(&self) {
        self.live(Occurrence::Connected).await;
    }

    /// Somebody shows up on the live.
    pub async fn joins(&self, handle: &str) {
        self.live(Occurrence::Joined(viewer(handle))).await;
    }

    /// A member links a handle that shows up on the live for it.
    pub async fn on_the_live(&self, name: &str, handle: &str) {
        self.joins(handle).await;
        self.member(name).links(handle).await;
    }

    /// The host puts a song into another line.
    pub async fn moves(&self, song: PublicId, line: Line) -> CommandOutcome {
        let options = [("submission_id", song.to_string()), ("target_line", line.name().to_owned())];
        self.host().run_with("move", options).await
    }

    /// The host plays the next song.
    pub async fn next(&self) -> CommandOutcome {
        self.host().run("next").await
    }

    /// A message as it is now.
    pub fn message(&self, message: &SeenMessage) -> SeenMessage {
        let now = self.sim.look(|world| world.message(message.channel(), message.id()));
        now.unwrap_or_else(|| panic!("the message is gone: {}", message.text()))
    }

    /// The host changes a setting by its key.
    pub async fn configures(&self, key: &str, value: &str) {
        let options = [("key", key.to_owned()), ("value", value.to_owned())];
        let answer = self.host().in_channel("staff").run_with("config set", options).await;
        assert!(answer.text().contains("is now **"), "{}", answer.text());
    }

    /// The host sets a channel by its command.
    pub async fn chooses(&self, command: &str, channel: &str) {
        let id = self.channel(channel);
        let answer = self.host().in_channel("staff").run_with(command, [("channel", id.to_string())]).await;
        assert!(answer.text().contains(&format!("<#{id}>")), "{}", answer.text());
    }
}

impl Person<'_> {
    /// `/submit` as a paid skip, which goes to Pending Skips.
    pub async fn submits_skip(self, link: &str, title: &str) -> PublicId {
        let outcome =
            self.fill_in(self.call("submit").with("skip", true), [("link", link), ("song_title", title)]).await;
        crate::world::number_in(&outcome.text())
    }
}

/// A link to `YouTube` for each number.
pub fn link(number: usize) -> String {
    format!("https://youtu.be/{number:0>11}")
}

/// The id of a person or channel as Discord's mention shows it.
pub fn mention(id: Id) -> String {
    format!("<@{id}>")
}

/// The names of all commands that exist.
pub fn command_names() -> Vec<String> {
    greenroom::bot::commands(false).into_iter().map(|command| command.name.to_string()).collect()
}
