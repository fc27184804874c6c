//! A place that outlives the application: the simulated Discord, its clock, and a store in a file. Tests of what a restart
//! does start and stop the application here as often as they want.

use std::time::Duration;

use greenroom::app::application::{Application, Blueprint, StartError};
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::{Clock, ClockHand};
use greenroom::sim::{CommandCall, CommandOutcome, GuildIds, Id, ModalCall, Sim, SimOptions};
use greenroom::store::{OpenError, StoreLocation};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::patience::{LONG, Patience, within};
use crate::reading::SOON;
use crate::world::{START, blueprint, guild_spec};

pub struct Site {
    pub sim: Sim,
    pub ids: GuildIds,
    pub guild: GuildId,
    pub hand: ClockHand,
    clock: Clock,
    folder: TempDir,
}

impl Site {
    pub async fn new() -> Self {
        let (clock, hand) = Clock::simulated(START);
        let sim = Sim::start(SimOptions::new(clock.clone(), Some(hand.clone()))).await.unwrap();
        let ids = sim.create_guild(guild_spec("Night Owl Reviews")).await.unwrap();
        let guild = GuildId::new(ids.guild.get());
        Self { sim, ids, guild, hand, clock, folder: tempfile::tempdir().unwrap() }
    }

    /// The data folder.
    pub fn data(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Starts the application, and waits until it has its commands and answers.
    pub async fn start(&self) -> Application {
        self.start_with(None).await
    }

    /// The same with fast registration in a guild.
    pub async fn start_with(&self, fast_guild: Option<GuildId>) -> Application {
        self.start_from(|blueprint| blueprint.registration.fast_guild = fast_guild).await
    }

    /// The same from a blueprint that differs.
    pub async fn start_from(&self, change: impl FnOnce(&mut Blueprint)) -> Application {
        let place = StoreLocation::File(self.folder.path().join("greenroom.redb"));
        let mut blueprint = blueprint(&self.sim, self.clock.clone(), place, None);
        change(&mut blueprint);
        let start = || Application::start(blueprint.clone());
        let starting = async {
            loop {
                match start().await {
                    // An application that was dropped lets go of its store when its tasks have ended.
                    Err(StartError::Store(OpenError::InUse(_))) => tokio::task::yield_now().await,
                    started => break started.unwrap(),
                }
            }
        };
        let app = within("the application of before lets go of its store", starting).await;
        let is_there = |world: &greenroom::sim::World| (!world.commands().is_empty()).then_some(());
        self.sim.wait_until(is_there, SOON).await.unwrap();
        self.until_answered().await;
        app
    }

    /// Asks for help until the bot answers; what is asked before it is connected is lost.
    pub async fn until_answered(&self) {
        let patience = Patience::until("the bot answers");
        while !patience.is_over() {
            let mut call = self.call("ann", "help");
            call.wait_ms = Some(200);
            if self.sim.run_command(call).await.unwrap().error.is_none() {
                return;
            }
        }
        panic!("the bot does not answer");
    }

    pub fn call(&self, name: &str, command: &str) -> CommandCall {
        CommandCall::new(self.ids.guild, self.ids.channel("submissions"), self.ids.member(name), command)
    }

    pub async fn run(&self, call: CommandCall) -> CommandOutcome {
        let wait_ms = call.wait_ms.or(u64::try_from(LONG.as_millis()).ok());
        let outcome = self.sim.run_command(CommandCall { wait_ms, ..call }).await.unwrap();
        assert_eq!(outcome.error, None);
        outcome
    }

    /// The usual set-up: submissions in their channel.
    pub async fn open(&self) {
        let channel = self.ids.channel("submissions").to_string();
        self.run(self.call("host", "set-submission-channel").with("channel", channel)).await;
    }

    /// `/submit` of a link.
    pub async fn submit(&self, name: &str, link: &str) -> CommandOutcome {
        let opened = self.run(self.call(name, "submit")).await;
        let fields = Map::from_iter([("link".to_owned(), Value::from(link))]);
        let call =
            ModalCall { user: self.ids.member(name), interaction: opened.interaction, fields, ..ModalCall::default() };
        self.sim.submit_modal(call).await.unwrap()
    }

    /// How often commands were sent to Discord: as (path, names).
    pub async fn registrations(&self) -> Vec<(String, Vec<String>)> {
        let puts = self.sim.requests(0).await.into_iter();
        let puts = puts.filter(|request| request.method == "PUT" && request.path.ends_with("/commands"));
        puts.map(|request| {
            let names =
                request.body.as_array().unwrap().iter().map(|command| command["name"].as_str().unwrap().to_owned());
            let scope = if request.path.contains("/guilds/") { "guild" } else { "global" };
            (scope.to_owned(), names.collect())
        })
        .collect()
    }

    /// The id of a channel.
    pub fn channel(&self, name: &str) -> Id {
        self.ids.channel(name)
    }

    /// Lets time pass, and everything happen that becomes due.
    pub async fn pass(&self, app: &Application, span: Duration) {
        self.hand.advance(span);
        app.settled().await.unwrap();
    }
}
