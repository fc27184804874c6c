//! A simulated server full of people, and what they do.

use std::time::Duration;

use futures_util::future::join_all;
use greenroom::kernel::ids::{ChannelId, GuildId, UserId};
use greenroom::kernel::time::{Clock, Stopwatch};
use greenroom::sim::{AutocompleteCall, CommandCall, GuildIds, Id, MemberSpec, ModalCall, Sim, SimOptions};
use serde_json::{Map, Value};

/// How many members the server has besides its host.
pub const MEMBERS: usize = 1_000;
/// How long the bot may take to come.
const ENTRANCE: Duration = Duration::from_mins(1);

/// A server on a simulated Discord that no bot has joined yet.
pub struct Server {
    /// The simulated Discord.
    pub sim: Sim,
    ids: GuildIds,
}

impl Server {
    /// Opens the server.
    pub async fn open() -> Self {
        let sim = Sim::start(SimOptions::new(Clock::system(), None)).await.unwrap();
        let mut spec = crate::support::server("Night Owl Reviews", &["submissions"]);
        spec.members.extend((0..MEMBERS).map(|n| MemberSpec::from(name(n).as_str())));
        let ids = sim.create_guild(spec).await.unwrap();
        Self { sim, ids }
    }

    /// The server's id.
    pub fn guild(&self) -> GuildId {
        GuildId::new(self.ids.guild.get())
    }

    /// The only channel.
    pub fn channel(&self) -> ChannelId {
        ChannelId::new(self.ids.channels["submissions"].get())
    }

    /// A member by number; past the last they begin again.
    pub fn member(&self, n: usize) -> Id {
        self.ids.members[&name(n % MEMBERS)]
    }

    /// Waits until the bot has its commands registered.
    pub async fn registered(&self) {
        self.sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), ENTRANCE).await.unwrap();
    }

    /// Member `n` links a handle that nobody has; the time to the answer.
    pub async fn link(&self, n: usize, handle: String) -> Duration {
        let call = self.call(self.member(n), "link-tiktok").with("handle", handle);
        self.answered(call, "is linked to you").await
    }

    /// A thousand members link a handle each, all at once: the time until the last answer, and the longest one.
    pub async fn link_all_at_once(&self, round: usize) -> (Duration, Duration) {
        let watch = Stopwatch::start();
        let times = join_all((0..MEMBERS).map(|n| self.link(n, format!("all{round}.{n}")))).await;
        (watch.elapsed(), times.into_iter().max().unwrap())
    }

    /// Member `n` asks what they have; the time to the answer.
    pub async fn balance(&self, n: usize) -> Duration {
        self.answered(self.call(self.member(n), "balance"), "Balance of").await
    }

    /// Everybody but the host.
    pub fn members(&self) -> Vec<UserId> {
        (0..MEMBERS).map(|n| UserId::new(self.member(n).get())).collect()
    }

    /// The host plays the next song; the time to the answer.
    pub async fn next(&self) -> Duration {
        self.answered(self.call(self.ids.members["host"], "next"), "").await
    }

    /// Member `n` opens the modal of `/submit`, sends a link in and reads that it is accepted; the time of it all.
    pub async fn submit(&self, n: usize, song: &str) -> Duration {
        let watch = Stopwatch::start();
        let user = self.member(n);
        let opened = self.sim.run_command(self.call(user, "submit")).await.unwrap();
        assert!(opened.modal().is_some(), "no modal: {}", opened.text());
        let link = format!("https://www.youtube.com/watch?v={song}");
        let fields = [("link", link.as_str()), ("song_title", song)];
        let fields: Map<String, Value> =
            fields.into_iter().map(|(field, text)| (field.to_owned(), text.into())).collect();
        let call = ModalCall { user, interaction: opened.interaction, fields, ..ModalCall::default() };
        let submitted = self.sim.submit_modal(call).await.unwrap();
        let time = watch.elapsed();
        assert!(submitted.text().contains("is in."), "not accepted: {}", submitted.text());
        time
    }

    /// Member `n` types into the handle of `/link-tiktok` and sees choices; the time to them.
    pub async fn complete_handle(&self, n: usize, typed: &str) -> Duration {
        let call = AutocompleteCall {
            guild: Some(self.ids.guild),
            channel: Some(self.ids.channels["submissions"]),
            user: self.member(n),
            name: "link-tiktok".into(),
            focused: "handle".into(),
            options: [("handle".to_owned(), Value::from(typed))].into_iter().collect(),
            ..AutocompleteCall::default()
        };
        let watch = Stopwatch::start();
        let choices = self.sim.autocomplete(call).await.unwrap();
        let time = watch.elapsed();
        assert!(!choices.is_empty(), "nothing is offered for {typed}");
        time
    }

    fn call(&self, user: Id, command: &str) -> CommandCall {
        CommandCall::new(self.ids.guild, self.ids.channels["submissions"], user, command)
    }

    /// Runs a command; the time until its answer, which must say `expected`.
    async fn answered(&self, call: CommandCall, expected: &str) -> Duration {
        let watch = Stopwatch::start();
        let outcome = self.sim.run_command(call).await.unwrap();
        let time = watch.elapsed();
        assert!(
            outcome.error.is_none() && outcome.text().contains(expected),
            "{:?}: {}",
            outcome.error,
            outcome.text()
        );
        time
    }
}

fn name(n: usize) -> String {
    format!("member{n}")
}
