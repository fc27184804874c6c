//! The stage: the simulated Discord, the bot, and the people of the show by their names.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::past;
use crate::app::application::{self, Application, Blueprint};
use crate::app::show::{Act, Call, ShowReadError};
use crate::discord::display::Rhythm;
use crate::discord::registration::Registration;
use crate::discord::rest::Endpoint;
use crate::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use crate::features::queue::model::Entry;
use crate::features::queue::tables;
use crate::flows;
use crate::kernel::dice::Seed;
use crate::kernel::error::Error;
use crate::kernel::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::kernel::time::{Clock, ClockHand, Timestamp};
use crate::live::show_file::{Head, Note};
use crate::live::{Handle, LiveEvent};
use crate::sim::{
    AutocompleteCall, CommandCall, CommandOutcome, ComponentCall, GuildIds, GuildSpec, Id, MemberSpec, MessageSpec,
    ModalCall, Refused, RoleSpec, SeenMessage, Settings, Sim, SimOptions,
};
use crate::tiktok::ClientSettings;

use crate::store::{Options, StoreLocation};

/// The evening begins at this moment, in every run: 21 November 2026, 20:00 UTC.
const CURTAIN: Timestamp = Timestamp::from_millis(1_795_291_200_000);
/// The chance of every run.
const SEED: Seed = Seed::fixed(2026);
/// People of the show can upload more than the bot accepts, so that it has something to refuse.
const USER_UPLOADS: u64 = 100 << 20;
/// The steps in which the clock goes on after the show.
const TICK: Duration = Duration::from_secs(1);
/// How long the bot may take to come on stage.
const ENTRANCE: Duration = Duration::from_secs(20);

/// Everything that the show needs.
pub struct Stage {
    /// The simulated Discord.
    pub sim: Sim,
    /// The bot.
    pub app: Application,
    /// The server, by names.
    pub ids: GuildIds,
    /// The server.
    pub guild: GuildId,
    streamer: Handle,
    hand: ClockHand,
    last_answers: HashMap<String, SeenMessage>,
}

/// What stops a show.
#[derive(Debug, thiserror::Error)]
pub enum ShowError {
    /// The simulated Discord refused what a person did.
    #[error("{0}")]
    Refused(#[from] Refused),
    /// The bot broke.
    #[error("the bot failed: {0}")]
    Failed(#[from] Error),
    /// The show cannot be read.
    #[error(transparent)]
    Unplayable(#[from] ShowReadError),
    /// The show asks for something that is not there.
    #[error("{0}")]
    NoSuch(String),
    /// The transcript cannot be written.
    #[error("cannot write the transcript: {0}")]
    Unwritable(#[from] std::io::Error),
    /// The bot could not start.
    #[error("the bot did not start: {0}")]
    Start(String),
}

impl Stage {
    /// Builds the stage for the first line of a show, and waits until the bot has its commands registered. Where it has a past,
    /// the two weeks before the show are lived through on the store ([`past`]).
    pub async fn set(opening: Act, place: StoreLocation, has_past: bool) -> Result<Self, ShowError> {
        let (spec, streamer) = server_of(opening)?;
        let (clock, hand) = Clock::simulated(CURTAIN);
        let settings = Settings { user_upload_bytes: USER_UPLOADS, ..Settings::default() };
        let sim = Sim::start(SimOptions { settings, ..SimOptions::new(clock.clone(), Some(hand.clone())) })
            .await
            .map_err(|error| ShowError::Start(error.to_string()))?;
        let ids = sim.create_guild(spec).await?;
        if has_past {
            live_through_past(&sim, &ids, place.clone()).await?;
        }
        let app = Application::start(Blueprint {
            place,
            cache_bytes: Options::CACHE_BYTES,
            clock,
            seed: SEED,
            token: sim.bot_token(),
            endpoint: Endpoint::Simulated(sim.discord_url()),
            live: ClientSettings::default(),
            oembed: None,
            displays: Rhythm::default(),
            registration: Registration { fast_guild: None },
            defaults: vec![(&ALLOW_ANY_HANDLE_LINKING, false)],
            debug_channel: None,
            live_rehearsal: false,
            backups: None,
        })
        .await
        .map_err(|error| ShowError::Start(error.to_string()))?;
        sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), ENTRANCE)
            .await
            .map_err(|_| ShowError::Start("it registered no commands".to_owned()))?;
        let guild = GuildId::new(ids.guild.get());
        Ok(Self { sim, app, ids, guild, streamer, hand, last_answers: HashMap::new() })
    }

    /// Moves the clock to a moment of the show, and lets everything happen that is due by then.
    pub async fn advance_to(&self, at: Duration) -> Result<(), ShowError> {
        self.hand.advance_to(CURTAIN.after(at));
        Ok(self.app.settled().await?)
    }

    /// Lets the clock of the show go on with the real one, for ever.
    pub async fn let_time_pass(&self) {
        loop {
            Clock::system().sleep(TICK).await;
            self.hand.advance(TICK);
        }
    }

    /// Runs a slash command, fills in the modal if there is one, and waits for the answer and what follows from it.
    pub async fn run_command(
        &mut self,
        user: &str,
        mut call: CommandCall,
        modal: Option<&Map<String, Value>>,
    ) -> Result<CommandOutcome, ShowError> {
        for (option, value) in call.options.clone() {
            let resolved = self.resolve(&call, &option, &value).await?;
            call.options.insert(option, resolved);
        }
        let mut outcome = self.sim.run_command(call.clone()).await?;
        if let Some(fields) = modal
            && outcome.modal().is_some()
        {
            let interaction = outcome.interaction;
            let call = ModalCall { user: call.user, interaction, fields: fields.clone(), ..ModalCall::default() };
            outcome = self.sim.submit_modal(call).await?;
        }
        self.remember(user, &outcome);
        self.app.settled().await?;
        Ok(outcome)
    }

    /// Presses a button on the last answer that somebody got.
    pub async fn press(&mut self, user: &str, label: &str) -> Result<CommandOutcome, ShowError> {
        let message = self.last_answers.get(user).cloned();
        let message = message.ok_or_else(|| ShowError::NoSuch(format!("{user} has no answer to press a button on")))?;
        let custom_id = message
            .custom_id(label)
            .ok_or_else(|| ShowError::NoSuch(format!("there is no button {label:?} on the last answer to {user}")))?;
        let call = ComponentCall {
            guild: Some(self.ids.guild),
            channel: Some(message.channel()),
            user: self.member(user)?,
            message: message.id(),
            custom_id,
            ..ComponentCall::default()
        };
        let outcome = self.sim.press(call).await?;
        self.app.settled().await?;
        Ok(outcome)
    }

    /// Posts a message and waits until the bot has seen it and done what follows.
    pub async fn post(&self, spec: MessageSpec) -> Result<(), ShowError> {
        let message = self.sim.post_message(spec).await?;
        self.app.bot.activity.finished(message.get()).await;
        Ok(self.app.settled().await?)
    }

    /// Something happens on the live.
    pub async fn live(&self, event: LiveEvent) -> Result<(), ShowError> {
        let (guild, streamer) = (self.guild, self.streamer.clone());
        let events = vec![event];
        self.app
            .bot
            .store
            .write("live_events", move |tx| flows::live_events::run(tx, guild, &streamer, &events))
            .await?;
        Ok(self.app.settled().await?)
    }

    /// Every song of the evening, by row number.
    pub async fn songs(&self) -> Result<Vec<Entry>, ShowError> {
        let guild = self.guild;
        let songs = self.app.bot.store.read("all_songs", move |read| {
            let mut songs = Vec::new();
            tables::for_each(read, guild, |entry| {
                songs.push(entry);
                Ok(())
            })?;
            Ok(songs)
        });
        Ok(songs.await?)
    }

    /// The present moment of the show.
    pub fn now(&self) -> Timestamp {
        self.hand.now()
    }

    /// How far the show is.
    pub fn elapsed(&self) -> Duration {
        self.hand.now().since(CURTAIN)
    }

    /// The member called so.
    pub fn member(&self, name: &str) -> Result<Id, ShowError> {
        self.ids.members.get(name).copied().ok_or_else(|| ShowError::NoSuch(format!("nobody is called {name:?}")))
    }

    /// The channel called so.
    pub fn channel(&self, name: &str) -> Result<Id, ShowError> {
        self.ids.channels.get(name).copied().ok_or_else(|| ShowError::NoSuch(format!("no channel is called {name:?}")))
    }

    /// An option as the show writes it: `@member`, `#channel`, `?what is typed into the autocomplete`, or itself.
    async fn resolve(&self, call: &CommandCall, option: &str, value: &Value) -> Result<Value, ShowError> {
        let Some(text) = value.as_str() else { return Ok(value.clone()) };
        if let Some(name) = text.strip_prefix('#') {
            return Ok(self.channel(name)?.to_string().into());
        }
        if let Some(name) = text.strip_prefix('@')
            && let Ok(member) = self.member(name)
            && option == "user"
        {
            return Ok(member.to_string().into());
        }
        let Some(typed) = text.strip_prefix('?') else { return Ok(value.clone()) };
        let choices = self
            .sim
            .autocomplete(AutocompleteCall {
                guild: call.guild,
                channel: call.channel,
                user: call.user,
                name: call.name.clone(),
                focused: option.to_owned(),
                options: [(option.to_owned(), Value::from(typed))].into_iter().collect(),
                ..AutocompleteCall::default()
            })
            .await?;
        let first = choices.into_iter().next();
        first.map(|choice| choice.value).ok_or_else(|| ShowError::NoSuch(format!("nothing is offered for {typed:?}")))
    }

    fn remember(&mut self, user: &str, outcome: &CommandOutcome) {
        if let Some(message) = &outcome.original {
            self.last_answers.insert(user.to_owned(), message.clone());
        }
    }
}

/// Lives through what was before the show: in channels and with a role that it makes, on the store, which is closed again. What is
/// made after the guild has later ids, so those of its people stay the same.
async fn live_through_past(sim: &Sim, ids: &GuildIds, place: StoreLocation) -> Result<(), ShowError> {
    let shop = sim.create_channel(ids.guild, "shop".into()).await?;
    let tasks = sim.create_channel(ids.guild, "tasks".into()).await?;
    let role = sim.create_role(ids.guild, RoleSpec { name: "Vinyl Club".to_owned(), ..RoleSpec::default() }).await?;
    let server = past::Server {
        guild: GuildId::new(ids.guild.get()),
        shop: ChannelId::new(shop.get()),
        tasks: ChannelId::new(tasks.get()),
        role: RoleId::new(role.get()),
        members: ids.members.iter().map(|(name, id)| (name.clone(), UserId::new(id.get()))).collect(),
    };
    let (clock, hand) = Clock::simulated(CURTAIN.before(past::BEGINS));
    let options = Options { cache_bytes: Options::CACHE_BYTES, ..Options::new(clock, SEED) };
    let store = application::open(place, options).await.map_err(|error| ShowError::Start(error.to_string()))?;
    let living = tokio::task::spawn_blocking(move || {
        let lived = past::live_through(&store, &hand, CURTAIN, server);
        store.close_blocking();
        lived
    });
    Ok(living.await.map_err(|panic| ShowError::Start(panic.to_string()))??)
}

/// The server of a show that begins so, and whose live it is. A recorded live is played in a server of its own.
fn server_of(opening: Act) -> Result<(GuildSpec, Handle), ShowError> {
    let (name, streamer, channels, members) = match opening {
        Act::Discord(Call::Guild { name, streamer, channels, members }) => {
            let streamer = Handle::parse(&streamer).map_err(|error| ShowError::NoSuch(error.to_string()))?;
            (name, streamer, channels, members)
        }
        Act::Note(Note::Head(Head { streamer, .. })) => {
            let (channels, members) = (vec!["submissions".to_owned()], vec![MemberSpec::from("host")]);
            ("A recorded live".to_owned(), streamer, channels, members)
        }
        _ => return Err(ShowError::NoSuch("The first line of a show has to be the guild.".to_owned())),
    };
    let channels = channels.iter().map(|channel| channel.as_str().into()).collect();
    // They are there before what the two weeks before the evening tell of them.
    let members = members.into_iter().map(|member| MemberSpec { joined_days_ago: 60, ..member }).collect();
    let spec = GuildSpec { name, channels, members, bot_joined_days_ago: 30, ..GuildSpec::default() };
    Ok((spec, streamer))
}
