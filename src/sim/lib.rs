//! The simulated Discord and the simulated TikTok: a product of its own (`greenroom sim`), and what the demo and the
//! integration tests run against. [`live`] is the manual of the TikTok side; this page is about Discord.
//!
//! It is an honest Discord. A bot meets the same REST routes, the same gateway and the same refusals as on the real
//! one: limits of messages, embeds, components, modals and commands, permissions from roles and overwrites, the three
//! seconds for an answer and the fifteen minutes of a token, links that die after a day, rate limits, intents. So a
//! green test means something. It speaks plain JSON and knows nothing of the bot's libraries: a mistake that both
//! would share cannot hide.
//!
//! # Two faces
//! [`Sim`] is used in process. The control API below `/sim/v1` is the same over HTTP, for other programs. People act
//! through either ([`Sim::run_command`], [`Sim::press`], [`Sim::post_message`] …) and see what a person would see.
//!
//! # Time
//! Expiry, rate limits, time-outs and ordered delays follow the clock that the simulator is given; only
//! [`CommandOutcome::acked_ms`] and the waits of people are real time. With a simulated clock nothing expires until its
//! hand moves.
//!
//! # Invariants
//! - It listens on a loopback address, or not at all.
//! - All state is one [`World`] behind one lock, which is never held across a wait. The lives have a lock of their own.
//! - Everything that grows is bounded: 20,000 logged requests, 5,000 messages per channel, 8,192 interactions, 2,048
//!   events per session for a resume.
//!
//! # Known gaps, on purpose
//! Voice carries no sound. Slow mode, stickers, polls and scheduled events are not enforced or not there. Mentions in
//! code blocks count as mentions.
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        missing_docs,
        reason = "a broken setup should fail the test"
    )
)]

pub use greenroom_base::{covers, kernel};

mod bench;
mod breakage;
mod calls;
mod cdn;
mod control;
mod downloads;
mod faults;
mod gateway;
mod id;
mod limits;
mod live;
mod log;
mod oauth2;
mod oembed;
mod people;
mod rates;
mod rest;
mod serve;
mod settings;
mod shared;
mod world;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use bench::{BenchCall, BenchReport};
pub use breakage::GatewayFault;
pub use calls::control_calls;
pub use cdn::PictureAnswer;
pub use faults::Fault;
pub use id::Id;
pub use live::{
    LiveCorruption, LiveFault, LiveFaultKind, LiveManagedForm, LiveOddity, LiveSeen, LiveSent, LiveSettings,
    LiveWaitHeader, SeenFrame, SimBatch, SimBurst, SimBurstSent, SimControl, SimLiveEvent, SimOccurrence, SimPacking,
    SimPlay, SimPlaying, SimViewer,
};
pub use log::LoggedRequest;
pub use oembed::OEmbedAnswer;
pub use people::{
    AutocompleteCall, ChannelSpec, Choice, CommandCall, CommandOutcome, ComponentCall, FileSpec, ForwardSpec, GuildIds,
    GuildSpec, MemberSpec, MemberView, MessageSpec, ModalCall, OverwriteSpec, ReactionSpec, Refused, RoleSpec,
    SeenMessage,
};
pub use serve::serve;
pub use settings::{Privileged, Settings};
pub use world::message::Pinged;
pub use world::permissions::Permissions;
pub use world::{DmRefusal, World};

use crate::kernel::time::{Clock, ClockHand};
use gateway::sessions::Frame;
use live::Lives;
use shared::Shared;

/// The token that a simulator accepts unless it is told otherwise. It opens nothing anywhere else.
pub const BOT_TOKEN: &str = "c2ltdWxhdGVk.simulated.discord-on-this-machine-only";

/// The secret of its application, likewise.
pub const CLIENT_SECRET: &str = "simulated-secret-on-this-machine";

/// How a simulator is started.
#[derive(Clone, Debug)]
pub struct SimOptions {
    /// Where it listens: a loopback address, port 0 for any free one.
    pub listen: SocketAddr,
    /// The clock that everything follows.
    pub clock: Clock,
    /// The hand of that clock, if it is a simulated one; [`Sim::advance`] moves it.
    pub hand: Option<ClockHand>,
    /// What can be chosen about this Discord.
    pub settings: Settings,
}

impl SimOptions {
    /// A simulator on any free port, following `clock`, with rate limits off.
    pub fn new(clock: Clock, hand: Option<ClockHand>) -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), clock, hand, settings: Settings::default() }
    }
}

/// A running simulated Discord. Clones are the same one; it ends with the last of them.
#[derive(Clone, Debug)]
pub struct Sim {
    pub(crate) shared: Shared,
    pub(crate) lives: Shared<Lives>,
    pub(crate) oembed: oembed::SharedDesk,
    pub(crate) pictures: cdn::SharedShelf,
    address: SocketAddr,
    /// `None` inside the server itself, which must not keep itself alive.
    _server: Option<Arc<Server>>,
}

#[derive(Debug)]
struct Server {
    shared: Shared,
    lives: Shared<Lives>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
        self.shared.quietly(|world| world.sessions.broadcast(&Frame::Kill));
        self.lives.quietly(Lives::shut);
    }
}

impl Sim {
    /// Starts a simulator. Refuses an address that is not loopback.
    pub async fn start(options: SimOptions) -> io::Result<Self> {
        if !options.listen.ip().is_loopback() {
            let message = format!("the simulator listens on loopback only, not on {}", options.listen);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let world = World::new(options.clock.clone(), options.settings, format!("http://{address}"));
        let lives = Lives::new(options.clock.clone(), address.to_string());
        let lives = Shared::new(lives, options.clock.clone(), options.hand.clone());
        let shared = Shared::new(world, options.clock, options.hand);
        let (oembed, pictures) = (oembed::SharedDesk::default(), cdn::SharedShelf::default());
        let inside = Self {
            shared: shared.clone(),
            lives: lives.clone(),
            oembed: Arc::clone(&oembed),
            pictures: Arc::clone(&pictures),
            address,
            _server: None,
        };
        let router = routes(&inside);
        let listener = listener.tap_io(|stream| {
            // A simulator without it would be slower than Discord; that is all.
            let _ = stream.set_nodelay(true);
        });
        let task = tokio::spawn(async move {
            // Serving ends only with the task.
            let _ = axum::serve(listener, router).await;
        });
        let server = Arc::new(Server { shared: shared.clone(), lives: lives.clone(), task });
        Ok(Self { shared, lives, oembed, pictures, address, _server: Some(server) })
    }

    /// What a bot takes for `https://discord.com`.
    pub fn discord_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The gateway's address, as `GET /gateway` tells it.
    pub fn gateway_url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Where the control API is.
    pub fn control_url(&self) -> String {
        format!("http://{}/sim/v1", self.address)
    }

    /// The token that the bot signs in with.
    pub fn bot_token(&self) -> String {
        self.shared.look(|world| world.settings.token.clone()).unwrap_or_else(|| BOT_TOKEN.to_owned())
    }

    /// The bot's account, which is also its application's id.
    pub fn bot(&self) -> Id {
        self.shared.look(|world| world.bot)
    }

    /// Changes settings while the simulator runs.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        self.shared.change(|world| change(&mut world.settings));
    }

    /// Waits until `look` finds something in the world, at most `timeout` of real time. It is asked after every change,
    /// while the world stands still: look briefly, and call nothing of [`Sim`] in there.
    pub async fn wait_until<T>(&self, look: impl FnMut(&World) -> Option<T>, timeout: Duration) -> Result<T, Refused> {
        let found = tokio::time::timeout(timeout, self.shared.until(look)).await;
        found.map_err(|_| Refused(format!("It did not come about within {} ms.", timeout.as_millis())))
    }

    /// Looks at the world as it is now.
    pub fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        self.shared.look(look)
    }

    /// Waits until a bot is connected.
    pub async fn connected(&self, timeout: Duration) -> Result<(), Refused> {
        self.wait_until(|world| (world.connections() > 0).then_some(()), timeout).await
    }

    /// Waits until no request is being answered and no interaction waits for an answer that may still come.
    ///
    /// What a bot does on its own afterwards (a timer, a queue) cannot be known here: wait for its state instead.
    pub async fn quiet(&self, timeout: Duration) -> Result<(), Refused> {
        let is_quiet = |world: &World| world.in_flight == 0 && !world.interactions.any_waits(world.now());
        self.wait_until(|world| is_quiet(world).then_some(()), timeout).await
    }
}

fn routes(sim: &Sim) -> Router {
    Router::new()
        .route("/", any(gateway::upgrade))
        .route("/api/{*path}", any(rest::serve))
        .route("/attachments/{channel}/{id}/{name}", any(downloads::serve))
        .route("/ephemeral-attachments/{channel}/{id}/{name}", any(downloads::serve))
        .with_state(sim.shared.clone())
        .merge(live::router(sim.lives.clone()))
        .merge(oauth2::router(sim.shared.clone()))
        .merge(oembed::router(Arc::clone(&sim.oembed)))
        .merge(cdn::router(Arc::clone(&sim.pictures)))
        .nest("/sim/v1", control::router(sim.clone()))
        .layer(DefaultBodyLimit::disable())
}
