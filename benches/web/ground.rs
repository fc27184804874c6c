//! A Greenroom with one server, the web in front of it, and administrators who are signed in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use greenroom::app::application::{Application, Blueprint};
use greenroom::discord::display::Rhythm;
use greenroom::discord::registration::Registration;
use greenroom::discord::rest::Endpoint;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::secret::Secret;
use greenroom::kernel::time::Clock;
use greenroom::signin::{Person, operator};
use greenroom::sim::{GuildIds, MemberSpec, Permissions, Sim, SimOptions};
use greenroom::store::{Options, StoreLocation};
use greenroom::tiktok::{Base, ClientSettings, Endpoints, Transport, Way};
use greenroom::web::Web;
use greenroom::web::access::{Network, Proxies};
use greenroom::web::push::{REGIONS, Region};
use greenroom::web::server::Bounds;
use greenroom::web::settings::Settings;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::people::{self, OF_A_PERSON, Session};
use super::size::Size;
use super::support;
use super::town;

/// What the server bears.
pub const BOUNDS: Bounds = Bounds { at_once: 6_000, patience: None, keeps_alive: true, largest_head: 32 * 1024 };
/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_mins(5);
/// The operator's name and password.
pub const OPERATOR: &str = "operator";
pub const PASSWORD: &str = "a green door in the snow";
/// What signs cookies.
const KEY: [u8; 32] = [7; 32];
/// So many administrators.
const ADMINISTRATORS: usize = 80;

/// See the module.
pub struct Ground {
    pub app: Application,
    pub web: Web,
    pub guild: GuildId,
    pub address: SocketAddr,
    pub administrators: Vec<UserId>,
    server: AbortHandle,
    /// The filled store as it was before anything was asked.
    filled: Option<PathBuf>,
    folder: TempDir,
    _sim: Sim,
}

/// A simulated Discord with a server that has all administrators.
pub async fn discord() -> (Sim, GuildIds) {
    discord_of(ADMINISTRATORS).await
}

/// The same with so many of them.
pub async fn discord_of(administrators: usize) -> (Sim, GuildIds) {
    let sim = Sim::start(SimOptions::new(Clock::system(), None)).await.unwrap();
    let mut spec = support::server("Night Owl Reviews", &["queue"]);
    spec.members.extend((0..administrators).map(|number| MemberSpec {
        name: name(number),
        permissions: Permissions::ADMINISTRATOR,
        ..MemberSpec::default()
    }));
    let ids = sim.create_guild(spec).await.unwrap();
    (sim, ids)
}

/// The administrators of that server.
pub fn administrators(ids: &GuildIds) -> Vec<UserId> {
    let each = (0..).map_while(|number| ids.members.get(&name(number)));
    each.map(|id| UserId::new(id.get())).collect()
}

fn name(number: usize) -> String {
    format!("administrator {number}")
}

impl Ground {
    /// One with nothing in its store, which is in memory.
    pub async fn empty(regions: &'static [&'static Region], streams: usize) -> Self {
        let (sim, ids) = discord().await;
        Self::over(StoreLocation::Memory, support::folder(), None, (sim, ids), regions, streams).await
    }

    /// One over a filled store on the disk, with the cache of a bot.
    pub async fn of_a_town(size: &Size) -> Self {
        let (sim, ids) = discord().await;
        let (folder, guild) = (support::folder(), GuildId::new(ids.guild.get()));
        let [filled, file] = ["filled.redb", "greenroom.redb"].map(|name| folder.path().join(name));
        town::fill(&filled, guild, size);
        std::fs::copy(&filled, &file).unwrap();
        let ground = Self::over(StoreLocation::File(file), folder, Some(filled), (sim, ids), REGIONS, 100).await;
        let phc = ground.web.passwords.hash(Secret::new(PASSWORD)).await.unwrap();
        let set = ground.app.bot.store.write("operator", move |tx| {
            operator::set_password(tx, OPERATOR, &Secret::new(phc.as_str()), Actor::Operator, None)
        });
        set.await.unwrap();
        ground
    }

    async fn over(
        place: StoreLocation,
        folder: TempDir,
        filled: Option<PathBuf>,
        (sim, ids): (Sim, GuildIds),
        regions: &'static [&'static Region],
        streams: usize,
    ) -> Self {
        let app = Application::start(blueprint(&sim, place)).await.unwrap();
        let guild = GuildId::new(ids.guild.get());
        let mut changes = app.bot.standings.changes();
        let seen = async {
            while app.bot.standings.guild_of_bot(guild).is_none() {
                changes.recv().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, seen).await.expect("the bot is in its server");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Each request comes from elsewhere, so that no limit of a place holds it up; what has no socket comes from 0.0.0.0.
        let proxies = Proxies(["127.0.0.1", "0.0.0.0"].map(|proxy| proxy.parse::<Network>().unwrap()).to_vec());
        let settings =
            Settings { jwt_key: KEY.to_vec(), has_local_admin: true, proxies, streams, ..Settings::default() };
        let web = Web::with_regions(app.bot.clone(), settings, regions);
        let server = tokio::spawn(web.clone().serve(listener, BOUNDS, std::future::pending())).abort_handle();
        let administrators = administrators(&ids);
        Self { app, web, guild, address, administrators, server, filled, folder, _sim: sim }
    }

    /// The store as it was filled.
    pub fn filled(&self) -> &Path {
        self.filled.as_deref().unwrap()
    }

    /// New sessions of all administrators; those that they had end.
    pub async fn signed_in(&self) -> Vec<Session> {
        people::signed_in(&self.app.bot.store, &people::members(&self.administrators), OF_A_PERSON, &KEY).await
    }

    /// New sessions of the operator.
    pub async fn operators(&self) -> Vec<Session> {
        let operator = Person::Operator { name: OPERATOR.to_owned() };
        people::signed_in(&self.app.bot.store, &[operator], OF_A_PERSON, &KEY).await
    }

    /// Ends everything but what is on the disk, and gives that back.
    pub async fn strike(self) -> TempDir {
        self.server.abort();
        self.app.stop().await;
        self.folder
    }
}

fn blueprint(sim: &Sim, place: StoreLocation) -> Blueprint {
    let web = |url: String| Base::web(&url).unwrap();
    let endpoints = Endpoints {
        web: web(sim.live_url()),
        webcast: web(sim.live_webcast_url()),
        sign: web(sim.live_url()),
        managed: Base::socket(&sim.live_managed_url()).unwrap(),
    };
    Blueprint {
        place,
        cache_bytes: Options::CACHE_BYTES,
        clock: Clock::system(),
        seed: Seed::fixed(7),
        token: sim.bot_token(),
        endpoint: Endpoint::Simulated(sim.discord_url()),
        live: ClientSettings { transport: Transport::Only(Way::Euler), endpoints, ..ClientSettings::default() },
        oembed: Base::web(&sim.oembed_url()),
        displays: Rhythm::default(),
        registration: Registration { fast_guild: None },
        defaults: Vec::new(),
        debug_channel: None,
        live_rehearsal: false,
        backups: None,
    }
}
