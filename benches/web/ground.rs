//! A Greenroom with one server, the web in front of it, and administrators who are signed in.

use std::net::SocketAddr;

use greenroom::app::application::{Application, Blueprint};
use greenroom::discord::display::Rhythm;
use greenroom::discord::registration::Registration;
use greenroom::discord::rest::Endpoint;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::digest::{Digest, SecretBytes};
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Clock;
use greenroom::signin::Person;
use greenroom::signin::session::{self, Door, SignIn};
use greenroom::sim::{GuildIds, MemberSpec, Permissions, Sim, SimOptions};
use greenroom::store::{Options, Place};
use greenroom::tiktok::{Base, ClientSettings, Endpoints, Transport, Way};
use greenroom::web::Web;
use greenroom::web::access::Proxies;
use greenroom::web::push::Region;
use greenroom::web::server::Bounds;
use greenroom::web::settings::Settings;
use tokio::net::TcpListener;

use super::support;

/// What the server bears.
pub const BOUNDS: Bounds = Bounds { at_once: 6_000, patience: None, keeps_alive: true, largest_head: 32 * 1024 };
/// So many administrators; one may have fifty sessions.
const ADMINISTRATORS: usize = 20;

pub struct Ground {
    pub app: Application,
    pub web: Web,
    pub guild: GuildId,
    pub address: SocketAddr,
    ids: GuildIds,
    _sim: Sim,
}

fn name(number: usize) -> String {
    format!("administrator {number}")
}

impl Ground {
    pub async fn new(regions: &'static [&'static Region], streams: usize) -> Self {
        let sim = Sim::start(SimOptions::new(Clock::system(), None)).await.unwrap();
        let mut spec = support::server("Night Owl Reviews", &["queue"]);
        spec.members.extend((0..ADMINISTRATORS).map(|number| MemberSpec {
            name: name(number),
            permissions: Permissions::ADMINISTRATOR,
            ..MemberSpec::default()
        }));
        let ids = sim.create_guild(spec).await.unwrap();
        let app = Application::start(blueprint(&sim)).await.unwrap();
        let guild = GuildId::new(ids.guild.get());
        let mut changes = app.bot.standings.changes();
        while app.bot.standings.guild_of_bot(guild).is_none() {
            changes.recv().await.unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Each request comes from elsewhere, so that no limit of a place holds it up.
        let proxies = Proxies(vec!["127.0.0.1".parse().unwrap()]);
        let settings = Settings { jwt_key: vec![7; 32], proxies, streams, ..Settings::default() };
        let web = Web::with_regions(app.bot.clone(), settings, regions);
        tokio::spawn(web.clone().serve(listener, BOUNDS, std::future::pending()));
        Self { app, web, guild, address, ids, _sim: sim }
    }

    /// The cookie of a new session.
    pub async fn signed_in(&self, number: usize) -> String {
        let secret =
            |part: usize| SecretBytes::new(*Digest::of(&[number, part].map(usize::to_be_bytes).concat()).bytes());
        let (sid, refresh) = (secret(0), secret(1));
        let user = UserId::new(self.ids.members[&name(number % ADMINISTRATORS)].get());
        let sign_in = SignIn {
            sid: sid.digest(),
            refresh: refresh.digest(),
            person: Person::Member { user },
            name: "an administrator".to_owned(),
            avatar: None,
            door: Door::Link,
            agent: "a bench".to_owned(),
            address: self.address.ip(),
            guilds: Vec::new(),
            replaces: None,
        };
        let begun = self.app.bot.store.write("session", move |tx| session::begin(tx, &sign_in)).await.unwrap();
        self.web.signed_in(begun, sid.digest(), &refresh).access
    }
}

/// An address of the internet for each number.
pub fn place(number: usize) -> String {
    format!("203.{}.{}.{}", number / 62_500 % 250, number / 250 % 250, number % 250)
}

fn blueprint(sim: &Sim) -> Blueprint {
    let web = |url: String| Base::web(&url).unwrap();
    let endpoints = Endpoints {
        web: web(sim.live_url()),
        webcast: web(sim.live_webcast_url()),
        sign: web(sim.live_url()),
        managed: Base::socket(&sim.live_managed_url()).unwrap(),
    };
    Blueprint {
        place: Place::Memory,
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
