//! The web over a demo: every page of the made evening, where the configuration has the web, which is for this machine alone
//! unless somebody says otherwise; and a link that signs in as the operator.
//!
//! The link is one of the real ones, but it is not used up ([`Settings::standing_link`]), and proves who somebody is as well:
//! nobody has a password here. As long as the demo goes on, one that is too old is given again under the same code, so the
//! address that was printed stays good. The clock of the show leaps, so how long a link lasts says nothing here.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::stage::Stage;
use crate::app::config::sources::{Origin, Sources};
use crate::app::config::{self, Config};
use crate::app::health::beat_unwatched;
use crate::app::instance;
use crate::app::run::serve_control;
use crate::app::web::{Serving, address_of, first_free, serve_web, set_password};
use crate::discord::Bot;
use crate::kernel::actor::Actor;
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::error::Result;
use crate::kernel::secret::{Secret, random};
use crate::kernel::time::Clock;
use crate::signin::link::{self, Purpose};
use crate::store::Tx;
use crate::web::Web;
use crate::web::instance::Act;
use crate::web::instance::lines::Lines;
use crate::web::settings::Settings;

/// So many ports are tried, from the one that the configuration names: another demo, or the bot, may have the first.
const PORTS: u16 = 100;
/// How many pages are kept up to date at the same time.
const STREAMS: usize = 100;
/// How often the link is looked after.
const EVERY: Duration = Duration::from_secs(1);
/// As whom the link signs in.
const OPERATOR: &str = "demo";

/// The web while it is open.
pub(super) struct OpenWeb {
    link: String,
    serving: Serving,
    keeping: JoinHandle<()>,
    beating: JoinHandle<()>,
    control: JoinHandle<()>,
    make: Act,
}

impl OpenWeb {
    /// Opens it; `None` where that does not work, which is told: the evening goes on without.
    pub(super) async fn open(stage: &Stage, folder: &Path, lines: Lines, web: &config::web::Web) -> Option<Self> {
        let opened = open(stage, folder, lines, web).await;
        opened.inspect_err(|problem| tracing::warn!(problem, "the demo goes on without its web")).ok()
    }

    /// Makes a snapshot of the evening, for the page of backups.
    pub(super) async fn save(&self) {
        let make = Arc::clone(&self.make);
        let made = tokio::task::spawn_blocking(move || make("", &mut |_| {})).await;
        match made.map_err(|error| error.to_string()).and_then(|made| made) {
            Ok(told) => tracing::info!("{told}"),
            Err(problem) => tracing::warn!(problem, "the evening has no snapshot"),
        }
    }

    /// What a newcomer reads.
    pub(super) fn invitation(&self) -> String {
        format!("Look around in a browser: {}", self.link)
    }

    /// Closes it, in order.
    pub(super) async fn close(self) {
        self.keeping.abort();
        self.beating.abort();
        self.control.abort();
        // The socket goes with the task.
        let _ = self.control.await;
        self.serving.stop().await;
    }
}

async fn open(stage: &Stage, folder: &Path, lines: Lines, web: &config::web::Web) -> Result<OpenWeb, String> {
    let app = &stage.app;
    let bot = &app.bot;
    // Whoever wants to look at the demo wants its web, also where that of the bot is switched off.
    let ip = web.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let place =
        first_free(ip, web.port, web.port.saturating_add(PORTS - 1)).await.map_err(|error| error.to_string())?;
    let address = address_of(ip, place.port());
    let jwt_key = random::<32>().to_vec();
    let code = SecretBytes::new(random());
    let settings = Settings {
        jwt_key,
        local_address: address.clone(),
        streams: STREAMS,
        standing_link: Some(code.text()),
        ..Settings::default()
    };
    let web = Web::new(bot.clone(), settings);
    let folder = std::path::absolute(folder).map_err(|error| error.to_string())?;
    let (sources, again) = (told(stage, &folder, place.address()), told(stage, &folder, place.address()));
    let config = Config::load(&again).map_err(|problems| problems.to_string())?;
    let backups = instance::backups_of_a_demo(&config, app);
    let make = Arc::clone(&backups.make);
    web.instance.hand_in(instance::of_a_demo(&config, sources, app, lines, backups));
    make_operator(&web).await.map_err(|error| error.to_string())?;
    give_link(bot, code.digest()).await.map_err(|error| error.to_string())?;
    Ok(OpenWeb {
        link: format!("{address}/in/{}", code.text().expose()),
        serving: serve_web(place, STREAMS, web),
        keeping: tokio::spawn(keep_link(bot.clone(), code.digest())),
        beating: tokio::spawn(beat_unwatched(app.vitals())),
        control: serve_control(&folder, &bot.store),
        make,
    })
}

/// What a bot of its own process would have to be told to find all that this one found: the page shows it, and the doctor looks
/// there and nowhere else.
fn told(stage: &Stage, folder: &Path, served: SocketAddr) -> Sources {
    let sim = &stage.sim;
    let variables = [
        ("DATA_DIR", folder.display().to_string()),
        ("DISCORD_API_URL", sim.discord_url()),
        ("TIKTOK_TRANSPORT", "euler".to_owned()),
        ("TIKTOK_WEB_URL", sim.live_url()),
        ("TIKTOK_WEBCAST_URL", sim.live_webcast_url()),
        ("TIKTOK_SIGN_URL", sim.live_url()),
        ("TIKTOK_MANAGED_URL", sim.live_managed_url()),
        ("API_BIND", served.ip().to_string()),
        ("API_PORT", served.port().to_string()),
        ("ADMIN_USERNAME", OPERATOR.to_owned()),
    ];
    let all = variables.into_iter();
    all.fold(Sources::default(), |all, (name, value)| all.with(Origin::CommandLine, name, value))
}

/// Makes the operator, with a password that nobody knows.
async fn make_operator(web: &Web) -> Result<()> {
    let hash = Secret::new(web.passwords.hash(SecretBytes::new(random()).text()).await?);
    let made = move |tx: &Tx<'_>| set_password(tx, OPERATOR, &hash, Actor::System);
    web.bot.store.write("demo_operator_made", made).await
}

/// Gives the link, unless it works.
async fn give_link(bot: &Bot, digest: Digest) -> Result<()> {
    let now = bot.clock.now();
    let works = bot.store.read("demo_link", move |read| Ok(link::look(read, digest, now).is_ok())).await?;
    if works {
        return Ok(());
    }
    let purpose = Purpose::Operator { name: OPERATOR.to_owned() };
    bot.store.write("demo_link_given", move |tx| link::issue(tx, digest, &purpose).map(drop)).await
}

/// Keeps the link good until the store is closed.
async fn keep_link(bot: Bot, digest: Digest) {
    while give_link(&bot, digest).await.is_ok() {
        Clock::system().sleep(EVERY).await;
    }
}
