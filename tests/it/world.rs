//! A whole Greenroom with people around it: the bot, the simulated Discord, a clock that the test moves.
//!
//! Tests act as people (`world.member("ann").run("submit")`) and read what people would see, or what the store holds. A
//! world that ends must be clean: every index and invariant holds, no job is due or was given up.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use greenroom::app::application::{Application, Blueprint};
use greenroom::app::operation::{CheckStore, Checked, Operation as _};
use greenroom::catalogue::CATALOGUE;
use greenroom::discord::activity::update_id;
use greenroom::discord::display::Rhythm;
use greenroom::discord::registration::Registration;
use greenroom::discord::rest::Endpoint;
use greenroom::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use greenroom::features::queue::model::{Entry, Line, PublicId};
use greenroom::features::queue::queries;
use greenroom::flows;
use greenroom::jobs;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::secret::Secret;
use greenroom::kernel::time::{Clock, ClockHand, Timestamp};
use greenroom::live::{Gift, Handle, LiveEvent, Occurrence, Viewer};
use greenroom::sim::{
    AutocompleteCall, Choice, CommandCall, CommandOutcome, ComponentCall, FileSpec, ForwardSpec, GuildIds, GuildSpec,
    Id, MemberSpec, MessageSpec, ModalCall, SeenMessage, Settings, Sim, SimOptions,
};
use greenroom::store::{Options, StoreLocation};
use greenroom::tiktok::{Base, ClientSettings, Endpoints, Transport, Way};
use serde_json::{Map, Value};

use crate::patience::{LONG, within};

/// Where every world's clock starts.
pub const START: Timestamp = Timestamp::from_millis(1_795_291_200_000);
/// The name of the host's live.
pub const STREAMER: &str = "nightowl.reviews";

/// Discord's type of an answer that only says that the message may change later.
const DEFERRED_UPDATE: u64 = 6;

/// The key for the ways to a live that need one.
pub const LIVE_KEY: &str = "euler_a_key_of_the_tests";

/// See the module.
pub struct World {
    pub sim: Sim,
    pub app: Application,
    pub ids: GuildIds,
    pub guild: GuildId,
    pub hand: ClockHand,
    may_have_dead_letters: bool,
    ended: bool,
}

/// How a world begins.
pub struct Setup {
    pub place: StoreLocation,
    pub settings: Settings,
    pub fast_guild: bool,
    pub channel_is_set: bool,
    pub live_rehearsal: bool,
    /// By which way lives are connected to.
    pub way: Way,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            place: StoreLocation::Memory,
            settings: Settings::default(),
            fast_guild: false,
            channel_is_set: true,
            live_rehearsal: false,
            way: Way::Euler,
        }
    }
}

impl World {
    /// A guild with the usual channels and people, submissions open in #submissions.
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        let (clock, hand) = Clock::simulated(START);
        let options = SimOptions::new(clock.clone(), Some(hand.clone()));
        let sim = Sim::start(SimOptions { settings: setup.settings, ..options }).await.unwrap();
        let ids = sim.create_guild(guild_spec("Night Owl Reviews")).await.unwrap();
        let guild = GuildId::new(ids.guild.get());
        let mut blueprint = blueprint(&sim, clock, setup.place, setup.fast_guild.then_some(guild));
        blueprint.live_rehearsal = setup.live_rehearsal;
        blueprint.live.transport = Transport::Only(setup.way);
        blueprint.live.api_key = (setup.way == Way::Managed).then(|| Secret::new(LIVE_KEY));
        let app = Application::start(blueprint).await.unwrap();
        let world = Self { sim, app, ids, guild, hand, may_have_dead_letters: false, ended: false };
        world.until_registered().await;
        if setup.channel_is_set {
            let channel = world.channel("submissions").to_string();
            let answer =
                world.host().in_channel("staff").run_with("set-submission-channel", [("channel", channel)]).await;
            assert!(answer.text().contains("Songs are accepted only in"), "{}", answer.text());
        }
        world
    }

    /// Waits until the bot has its commands registered.
    pub async fn until_registered(&self) {
        let fits = |world: &greenroom::sim::World| (!world.commands().is_empty()).then_some(());
        self.sim.wait_until(fits, LONG).await.expect("the bot registers its commands");
    }

    /// The administrator.
    pub fn host(&self) -> Person<'_> {
        self.member("host")
    }

    /// A member, who acts in #submissions unless told otherwise.
    pub fn member(&self, name: &str) -> Person<'_> {
        let id = self.ids.members.get(name).copied().unwrap_or_else(|| panic!("nobody is called {name}"));
        Person { world: self, id, channel: self.channel("submissions"), guild: self.ids.guild }
    }

    /// The channel called so.
    pub fn channel(&self, name: &str) -> Id {
        self.ids.channels.get(name).copied().unwrap_or_else(|| panic!("no channel is called {name}"))
    }

    /// Waits until everything is done that is due.
    pub async fn settle(&self) {
        within("everything is done that is due", self.app.settled()).await.unwrap();
    }

    /// What somebody sees once the bot is through with what they did: that may take longer than a person would wait.
    async fn answered(&self, outcome: CommandOutcome) -> CommandOutcome {
        let is_kept = outcome.response.as_ref().is_some_and(|response| response["type"] == DEFERRED_UPDATE);
        if outcome.error.is_none() && !is_kept {
            return outcome;
        }
        let handled = self.app.bot.activity.finished(outcome.interaction.get());
        within("the bot is through with a command, a button or a form", handled).await;
        self.sim.outcome(outcome.interaction, Duration::ZERO).await.unwrap()
    }

    /// Lets time pass, and everything happen that becomes due.
    pub async fn pass(&self, span: Duration) {
        self.hand.advance(span);
        self.settle().await;
    }

    /// Something happens on the live.
    pub async fn live(&self, what: Occurrence) {
        self.live_all([what]).await;
    }

    /// Several things happen on the live, at once.
    pub async fn live_all(&self, what: impl IntoIterator<Item = Occurrence>) {
        let at = self.hand.now();
        let events: Vec<LiveEvent> = what.into_iter().map(|what| LiveEvent::new(at, what)).collect();
        let (guild, streamer) = (self.guild, Handle::parse(STREAMER).unwrap());
        let ingest = self
            .app
            .bot
            .store
            .write("live_events", move |tx| flows::live_events::run(tx, guild, &streamer, &events).map(drop));
        ingest.await.unwrap();
        self.settle().await;
    }

    /// Somebody sends a gift that cannot streak.
    pub async fn gift(&self, handle: &str, coins: u32) {
        let gift = Gift { id: 1, name: "Lion".into(), unit_coins: coins, count: 1, is_streaking: false, group: 0 };
        self.live(Occurrence::Gifted(viewer(handle), gift)).await;
    }

    /// A song as the store has it.
    pub fn song(&self, id: PublicId) -> Entry {
        let guild = self.guild;
        let found = self.app.bot.store.read_blocking("song", |read| queries::song(read, guild, id)).unwrap();
        found.unwrap_or_else(|| panic!("there is no song {id}"))
    }

    /// Every song as the store has it, by row number.
    pub fn songs(&self) -> Vec<Entry> {
        self.songs_of_guild(self.guild)
    }

    pub fn songs_of_guild(&self, guild: GuildId) -> Vec<Entry> {
        let mut songs = Vec::new();
        let collect = |read: &dyn greenroom::store::Read| {
            greenroom::features::queue::tables::for_each(read, guild, |entry| {
                songs.push(entry);
                Ok(())
            })
        };
        self.app.bot.store.read_blocking("songs", collect).unwrap();
        songs
    }

    /// The lines of all songs, by title.
    pub fn lines(&self) -> Vec<(String, Line)> {
        self.songs().into_iter().map(|entry| (entry.song.title, entry.place.line)).collect()
    }

    /// What everybody sees in a channel, oldest first.
    pub async fn seen_in(&self, channel: &str) -> Vec<String> {
        self.sim.messages(self.channel(channel)).await.iter().map(SeenMessage::text).collect()
    }

    /// A user of the guild as the bot knows them.
    pub fn user(&self, name: &str) -> UserId {
        UserId::new(self.ids.members[name].get())
    }

    /// Dead letters are expected in this test.
    pub fn expect_dead_letters(&mut self) {
        self.may_have_dead_letters = true;
    }

    /// Ends the world, and fails where it is not clean. Gives what was sent to Discord to whoever checks requests.
    pub async fn end(mut self) {
        self.ended = true;
        self.settle().await;
        assert_sound(&self.app).await;
        let guild = self.guild;
        let letters = self.app.bot.store.read_blocking("letters", |read| jobs::dead_letters(read, guild, 10)).unwrap();
        assert!(self.may_have_dead_letters || letters.is_empty(), "jobs were given up: {letters:?}");
        record_requests(&self.sim).await;
    }

    /// Ends a world whose store has stopped: nothing in it settles any more.
    pub fn end_stopped(mut self) {
        self.ended = true;
    }
}

impl Drop for World {
    fn drop(&mut self) {
        assert!(self.ended || std::thread::panicking(), "a test has to end its world");
    }
}

/// Fails where an index or an invariant does not hold.
pub async fn assert_sound(app: &Application) {
    let store = app.bot.store.clone();
    let check = move || CheckStore {}.run(&store, CATALOGUE, &mut |_| {});
    let Checked { findings } = tokio::task::spawn_blocking(check).await.unwrap().unwrap();
    assert!(findings.is_empty(), "the store is damaged: {findings:?}");
}

/// What a start of the bot against a simulated Discord needs.
pub fn blueprint(sim: &Sim, clock: Clock, place: StoreLocation, fast_guild: Option<GuildId>) -> Blueprint {
    Blueprint {
        place,
        cache_bytes: Options::CACHE_BYTES,
        clock,
        seed: Seed::fixed(7),
        token: sim.bot_token(),
        endpoint: Endpoint::Simulated(sim.discord_url()),
        live: live_settings(sim),
        oembed: Base::web(&sim.oembed_url()),
        displays: Rhythm::default(),
        registration: Registration { fast_guild },
        defaults: vec![(&ALLOW_ANY_HANDLE_LINKING, false)],
        debug_channel: None,
        live_rehearsal: false,
        backups: None,
    }
}

/// The simulated TikTok.
fn live_settings(sim: &Sim) -> ClientSettings {
    let web = |url: String| Base::web(&url).unwrap();
    let endpoints = Endpoints {
        web: web(sim.live_url()),
        webcast: web(sim.live_webcast_url()),
        sign: web(sim.live_url()),
        managed: Base::socket(&sim.live_managed_url()).unwrap(),
    };
    ClientSettings { transport: Transport::Only(Way::Euler), endpoints, ..ClientSettings::default() }
}

/// The usual guild.
pub fn guild_spec(name: &str) -> GuildSpec {
    let host = MemberSpec {
        name: "host".into(),
        permissions: serde_json::from_str("[\"ADMINISTRATOR\"]").unwrap(),
        ..MemberSpec::default()
    };
    let people = ["ann", "ben", "chloe", "dmitri"].map(MemberSpec::from);
    GuildSpec {
        name: name.into(),
        channels: ["submissions", "general", "staff", "now-playing", "bookmarks"].map(Into::into).into(),
        members: std::iter::once(host).chain(people).collect(),
        // Nobody is greeted who knows the bot for long.
        bot_joined_days_ago: 30,
        ..GuildSpec::default()
    }
}

/// A person on the live.
pub fn viewer(handle: &str) -> Viewer {
    Viewer::named(Handle::parse(handle).unwrap())
}

/// A small file that really is an mp3.
pub fn mp3(name: &str) -> FileSpec {
    let mut bytes = b"ID3\x03\x00\x00\x00\x00\x00\x0aTIT2\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x64".to_vec();
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(&[0; 512]);
    FileSpec::bytes(name, "audio/mpeg", &bytes)
}

/// The log of requests of this run.
static REQUESTS: OnceLock<Mutex<File>> = OnceLock::new();

/// Adds the requests of a world to the file that `.ci/run` checks; each run of the tests begins it anew.
async fn record_requests(sim: &Sim) {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().to_owned();
    let mut lines = Vec::new();
    for request in sim.requests(0).await {
        serde_json::to_writer(&mut lines, &request).unwrap();
        lines.push(b'\n');
    }
    let file = REQUESTS.get_or_init(|| Mutex::new(File::create(target.join("discord-requests.jsonl")).unwrap()));
    file.lock().unwrap().write_all(&lines).unwrap();
}

/// Somebody who acts.
#[derive(Clone, Copy)]
pub struct Person<'w> {
    world: &'w World,
    pub id: Id,
    channel: Id,
    guild: Id,
}

impl Person<'_> {
    /// The same person in another channel.
    pub fn in_channel(self, channel: &str) -> Self {
        Self { channel: self.world.channel(channel), ..self }
    }

    /// The same person in another guild and channel.
    pub fn in_guild(self, guild: Id, channel: Id) -> Self {
        Self { channel, guild, ..self }
    }

    /// A call of a command, to be filled in.
    pub fn call(self, command: &str) -> CommandCall {
        CommandCall::new(self.guild, self.channel, self.id, command)
    }

    /// Runs a command without options.
    pub async fn run(self, command: &str) -> CommandOutcome {
        self.run_call(self.call(command)).await
    }

    /// Runs a command with text options.
    pub async fn run_with<const N: usize>(self, command: &str, options: [(&str, String); N]) -> CommandOutcome {
        let call = options.into_iter().fold(self.call(command), |call, (option, value)| call.with(option, value));
        self.run_call(call).await
    }

    /// Runs a command, and waits until what follows from it is done.
    pub async fn run_call(self, call: CommandCall) -> CommandOutcome {
        let outcome = self.world.answered(self.world.sim.run_command(call).await.unwrap()).await;
        self.world.settle().await;
        outcome
    }

    /// `/submit` with its modal filled in.
    pub async fn submit<const N: usize>(self, fields: [(&str, &str); N]) -> CommandOutcome {
        self.fill_in(self.call("submit"), fields).await
    }

    /// Runs a command that opens a modal, and submits it; a command that opens none is answered.
    pub async fn fill_in<const N: usize>(self, call: CommandCall, fields: [(&str, &str); N]) -> CommandOutcome {
        let opened = self.world.answered(self.world.sim.run_command(call).await.unwrap()).await;
        if opened.modal().is_none() {
            return opened;
        }
        let fields: Map<String, Value> =
            fields.into_iter().map(|(field, text)| (field.to_owned(), text.into())).collect();
        let call = ModalCall { user: self.id, interaction: opened.interaction, fields, ..ModalCall::default() };
        let outcome = self.world.answered(self.world.sim.submit_modal(call).await.unwrap()).await;
        self.world.settle().await;
        outcome
    }

    /// `/submit` of a link with a title, which must be accepted; gives the song's number.
    pub async fn submits(self, link: &str, title: &str) -> PublicId {
        let outcome = self.submit([("link", link), ("song_title", title)]).await;
        number_in(&outcome.text())
    }

    /// `/submitfile` of a file.
    pub async fn submit_file(self, file: FileSpec) -> CommandOutcome {
        self.run_call(self.call("submitfile").with_file("file", file)).await
    }

    /// Posts a message, and waits until the bot has seen it and what follows is done.
    pub async fn post(self, content: &str) -> Id {
        self.post_with(content, Vec::new()).await
    }

    /// Posts a message with files.
    pub async fn post_with(self, content: &str, attachments: Vec<FileSpec>) -> Id {
        let spec = MessageSpec {
            channel: self.channel,
            user: self.id,
            content: content.into(),
            attachments,
            ..MessageSpec::default()
        };
        let message = self.world.sim.post_message(spec).await.unwrap();
        within("the bot is through with the message", self.world.app.bot.activity.finished(message.get())).await;
        self.world.settle().await;
        message
    }

    /// Forwards a message of a channel to where this person is, and waits as [`Self::post`] does.
    pub async fn forward(self, channel: &str, message: Id) -> Id {
        let forward = Some(ForwardSpec { channel: self.world.channel(channel), message });
        let spec = MessageSpec { channel: self.channel, user: self.id, forward, ..MessageSpec::default() };
        let message = self.world.sim.post_message(spec).await.unwrap();
        self.world.app.bot.activity.finished(message.get()).await;
        self.world.settle().await;
        message
    }

    /// Edits a message here, and waits until the bot has seen it and what follows is done.
    pub async fn edit(self, message: Id, content: &str) {
        self.world.hand.advance(Duration::from_millis(5));
        self.world.sim.edit_message(self.channel, message, content).await.unwrap();
        let edited = self.world.hand.now().micros() / 1_000;
        self.world.app.bot.activity.finished(update_id(message.get(), Some(edited.into()))).await;
        self.world.settle().await;
    }

    /// Presses a button of a message.
    pub async fn press(self, message: &SeenMessage, label: &str) -> CommandOutcome {
        let custom_id = message.custom_id(label).unwrap_or_else(|| panic!("there is no button {label:?}"));
        let call = ComponentCall {
            guild: Some(self.guild),
            channel: Some(message.channel()),
            user: self.id,
            message: message.id(),
            custom_id,
            ..ComponentCall::default()
        };
        let outcome = self.world.answered(self.world.sim.press(call).await.unwrap()).await;
        self.world.settle().await;
        outcome
    }

    /// What is offered for an option while it is typed.
    pub async fn offered(self, command: &str, option: &str, typed: &str) -> Vec<Choice> {
        let call = AutocompleteCall {
            guild: Some(self.guild),
            channel: Some(self.channel),
            user: self.id,
            name: command.into(),
            focused: option.into(),
            options: [(option.to_owned(), Value::from(typed))].into_iter().collect(),
            ..AutocompleteCall::default()
        };
        self.world.sim.autocomplete(call).await.unwrap()
    }

    /// Links a handle that was seen on the live.
    pub async fn links(self, handle: &str) {
        let answer = self.run_with("link-tiktok", [("handle", handle.to_owned())]).await;
        assert!(answer.text().contains("linked"), "{}", answer.text());
    }

    /// What the bot wrote to this person, oldest first.
    pub async fn dms(self) -> Vec<String> {
        self.world.sim.dms(self.id).await.iter().map(SeenMessage::text).collect()
    }
}

/// The song number in an answer.
pub fn number_in(text: &str) -> PublicId {
    let at = text.find('#').unwrap_or_else(|| panic!("no song number in {text:?}"));
    text[at + 1..at + 7].parse().unwrap_or_else(|()| panic!("no song number in {text:?}"))
}
