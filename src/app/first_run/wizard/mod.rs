//! The pages that set Greenroom up: from nothing, or from a backup, to a bot that runs.
//!
//! | step | what is done |
//! | --- | --- |
//! | door | the code is asked for; it works once, and opens these pages alone |
//! | begin | start new, or restore a backup: a file, a snapshot that is here, a copy at `BACKUP_TARGET` |
//! | confirm | a backup that was tried out is shown, with its date and counts, before it counts |
//! | password | of the operator; left out where the configuration has one, or lets no operator in |
//! | token | tried at once, and kept in the folder `secrets` |
//! | invite | the address that invites the bot, its intents, its servers; then the bot is started |
//!
//! Each step leads back to the one before it. Whatever is sent is answered with the way to the page (`/setup`), which then says
//! what came of it (a refusal once), so the browser goes back and loads anew without sending anything twice.
//!
//! There is no application behind it, only the store, which the wizard holds as the bot will: so commands ask it over the control
//! socket, and `greenroom setup-link` gets another code. It serves under the settings of the web and at its port. When the last
//! step is done it closes everything in order, and the bot starts in this process; and so it does when another token is kept in
//! the data folder meanwhile, as `greenroom setup` does.
//!
//! Invariants: one browser is in at a time, the one that used the last code. What was begun goes on where the browser gives up.
//! A backup is looked at in a copy; the store is exchanged by `restore` alone, with all that it promises.

mod backups;
mod course;
mod gate;
mod pages;
mod steps;
mod upload;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::course::Course;
use super::code::Code;
use super::{TOKEN_KEPT, Waits, address_with, reach};
use crate::app::backup::folder::Folder;
use crate::app::backup::label::SnapshotKind;
use crate::app::backup::off_site::Target;
use crate::app::config::Config;
use crate::app::config::discord::Access;
use crate::app::config::storage::{Storage, store_file};
use crate::app::config::web::Operator;
use crate::app::exit::{ExitCode, Stop, print, tell};
use crate::app::health::Health;
use crate::app::maintenance;
use crate::app::run::{how_to_start, serve_control};
use crate::app::signals::Signals;
use crate::app::telemetry::Telemetry;
use crate::app::web::{self, secrets, serve_routes};
use crate::catalogue::CATALOGUE;
use crate::discord::problem;
use crate::discord::rest::Endpoint;
use crate::kernel::dice::Seed;
use crate::kernel::error::Result;
use crate::kernel::secret::random;
use crate::kernel::time::Clock;
use crate::signin::link::{self, Link, Purpose};
use crate::store::{BeforeMigration, Options, Store, StoreLocation, Tx};
use crate::web::access::{Csrf, Limits, Passwords, SignIns};
use crate::web::assets::Assets;
use crate::web::settings::Settings;

/// How often is looked whether a code is needed, or a token has come that nobody told of.
const EVERY: Duration = Duration::from_secs(2);
/// So long the last page may take to be asked for, before the bot starts without it.
const LAST_PAGE: Duration = Duration::from_secs(10);

/// How the wizard ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::app) enum End {
    /// The process was told to stop.
    Stopped,
    /// There is a token now.
    SetUp,
}

/// Everything that the pages reach.
struct Wizard {
    storage: Storage,
    operator: Operator,
    target: Option<Target>,
    endpoint: Endpoint,
    clock: Clock,
    settings: Settings,
    assets: Assets,
    limits: Limits,
    sign_ins: SignIns,
    passwords: Passwords,
    csrf: Csrf,
    reach: Vec<String>,
    /// Locked while the store is exchanged.
    held: tokio::sync::Mutex<Held>,
    course: Mutex<Course>,
    over: watch::Sender<Option<Result<(), Stop>>>,
}

/// The store, and whoever lets commands ask for it.
struct Held {
    store: Store,
    /// `None` where nobody may ask any more.
    control: Option<JoinHandle<()>>,
}

/// Serves the pages until a bot can be started, or the process is told to stop.
pub(in crate::app) async fn run(config: &Config, telemetry: &Telemetry, signals: &mut Signals) -> Result<End, Stop> {
    let Some(ip) = config.web.bind else {
        return Err(Stop::new(ExitCode::Configuration, how_to_start(&config.notices)));
    };
    let place = web::have(ip, &config.web).await;
    let place = place.map_err(|error| unserved(SocketAddr::new(ip, config.web.port), &error))?;
    let wizard = Wizard::open(config, place.address(), Clock::system()).await?;
    telemetry.write_files(&config.storage.data_dir);
    let _waits = Waits::at(wizard.address());
    wizard.give_code().await?;
    let serving = serve_routes(place, gate::routes(&wizard));
    let ended = tokio::select! {
        () = signals.told_to_stop() => Ok(End::Stopped),
        over = wizard.over() => over.map(|()| End::SetUp),
        never = wizard.keep_watch() => match never {},
        never = Health::without_bot(config, "waiting for set-up") => match never {},
    };
    serving.stop().await;
    wizard.close().await;
    ended
}

/// Why nobody can be asked in a browser, and what to do about it.
fn unserved(address: SocketAddr, error: &std::io::Error) -> Stop {
    Stop::new(
        ExitCode::Configuration,
        format!(
            "The pages that set Greenroom up cannot be served on {address}: {error}. Set API_BIND and API_PORT to an address of this \
             machine and a port that is free, of 1024 or more; or run `greenroom setup`, which asks the same in the terminal."
        ),
    )
}

impl Wizard {
    async fn open(config: &Config, address: SocketAddr, clock: Clock) -> Result<Arc<Self>, Stop> {
        let data_dir = std::path::absolute(&config.storage.data_dir).map_err(Stop::failed)?;
        let storage = Storage { data_dir, ..config.storage.clone() };
        let held = Held::hold(&storage, &clock).await?;
        if let Err(error) = problem::begin(&held.store).await {
            tracing::warn!(%error, "the numbers of reports cannot be told from those of earlier starts");
        }
        let settings = web::settings(&config.web, &storage.data_dir, address);
        let kept = secrets::given(&storage.data_dir, secrets::DISCORD_TOKEN);
        let wizard = Self {
            operator: config.web.operator.clone(),
            target: config.off_site.clone(),
            endpoint: match &config.discord.access {
                Access::Simulated { url } => Endpoint::Simulated(url.clone()),
                Access::Missing | Access::Real { .. } => Endpoint::Discord,
            },
            limits: Limits::new(clock.clone()),
            assets: Assets::new(),
            sign_ins: SignIns::default(),
            passwords: Passwords::default(),
            csrf: Csrf::new(settings.csrf_key.unwrap_or_else(random)),
            reach: reach::ways(address),
            held: tokio::sync::Mutex::new(held),
            course: Mutex::new(Course::beside(kept)),
            over: watch::channel(None).0,
            storage,
            clock,
            settings,
        };
        wizard.remove_leftovers();
        Ok(Arc::new(wizard))
    }

    /// Where the pages are, as people open them.
    fn address(&self) -> String {
        self.settings.link("")
    }

    /// The store; waits while it is exchanged.
    async fn store(&self) -> Store {
        self.held.lock().await.store.clone()
    }

    /// What is known of the browser that is in, and how far it has come.
    fn with_course<T>(&self, look: impl FnOnce(&mut Course) -> T) -> T {
        look(&mut self.course.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives a code, and prints it.
    async fn give_code(&self) -> Result<()> {
        let code = Code::new();
        let digest = code.digest();
        let issue = move |tx: &Tx<'_>| link::issue(tx, digest, &Purpose::FirstRun);
        let given = self.store().await.write("setup_link_issued", issue).await?;
        self.tell_code(&code, &given);
        Ok(())
    }

    fn tell_code(&self, code: &Code, given: &Link) {
        print(&format!("Set Greenroom up here: {}", address_with(&self.address(), code)));
        tell(&format!(
            "The address works once, up to {}; `greenroom setup-link` prints another one, and `greenroom setup` asks the same in \
             the terminal.",
            given.expires.strftime("%H:%M UTC on %-d %b %Y")
        ));
        for way in &self.reach {
            tell(way);
        }
    }

    /// Gives another code when the last one ran out and nobody is in; and ends when somebody has kept another token, whoever is
    /// in, or when nobody asks for the last page.
    async fn keep_watch(&self) -> Infallible {
        loop {
            let is_told = tokio::select! {
                () = self.clock.sleep(EVERY) => false,
                () = TOKEN_KEPT.notified() => true,
            };
            let now = self.clock.now();
            // Whoever kept one at the terminal was told that the bot starts, also if it is the one that was kept here.
            if self.has_other_token() || (is_told && self.has_token()) {
                tracing::info!("there is a bot token now");
                self.over.send_replace(Some(Ok(())));
            } else if self.with_course(|course| course.has_started_before(now, LAST_PAGE)) {
                self.over.send_replace(Some(Ok(())));
            } else if !self.with_course(|course| course.is_somebody_in(now))
                && let Err(error) = self.renew_code().await
            {
                tracing::warn!(%error, "no other code can be given");
            }
        }
    }

    /// Whether a token is kept that is neither from here nor of before.
    fn has_other_token(&self) -> bool {
        self.with_course(|course| {
            let kept = secrets::given(&self.storage.data_dir, secrets::DISCORD_TOKEN);
            kept.is_some() && kept != course.kept
        })
    }

    fn has_token(&self) -> bool {
        secrets::given(&self.storage.data_dir, secrets::DISCORD_TOKEN).is_some()
    }

    async fn renew_code(&self) -> Result<()> {
        let now = self.clock.now();
        let found =
            self.store().await.read("setup_link", move |read| link::working(read, &Purpose::FirstRun, now)).await?;
        if found.is_some() { Ok(()) } else { self.give_code().await }
    }

    /// Waits until there is nothing more to do here, or nothing more can be done.
    async fn over(&self) -> Result<(), Stop> {
        let mut heard = self.over.subscribe();
        let over = heard.wait_for(Option::is_some).await.ok().and_then(|over| over.clone());
        over.unwrap_or(Ok(()))
    }

    /// Whether the bot takes over: the store is somebody else's from now on.
    fn is_over(&self) -> bool {
        self.over.borrow().is_some()
    }

    async fn close(&self) {
        self.held.lock().await.release().await;
        self.remove_leftovers();
    }
}

impl Held {
    /// Opens the store, and lets commands ask for it.
    async fn hold(storage: &Storage, clock: &Clock) -> Result<Self, Stop> {
        let (data_dir, cache_bytes, clock) = (storage.data_dir.clone(), storage.cache_bytes, clock.clone());
        let opening = tokio::task::spawn_blocking(move || open_store(&data_dir, cache_bytes, clock));
        let store = opening.await.map_err(Stop::failed)??;
        let control = Some(serve_control(&storage.data_dir, &store));
        Ok(Self { store, control })
    }

    /// Closes everything, so that somebody else can open it.
    async fn release(&mut self) {
        if let Some(control) = self.control.take() {
            control.abort();
            // The socket goes with the task, and must not take the next one's away.
            let _ = control.await;
        }
        self.store.close().await;
    }
}

fn open_store(data_dir: &Path, cache_bytes: usize, clock: Clock) -> Result<Store, Stop> {
    let saved_as = Folder::of(data_dir).free_snapshot(SnapshotKind::BeforeMigration, clock.now());
    let options = Options {
        cache_bytes,
        before_migration: BeforeMigration::SaveAs(saved_as),
        ..Options::new(clock, Seed::from_entropy())
    };
    let place = StoreLocation::File(store_file(data_dir));
    Store::open(&place, options, (CATALOGUE.schema)()).map_err(|error| maintenance::refused(error, data_dir))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::sources::{Origin, Sources};
    use crate::kernel::time::Timestamp;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_code_that_ran_out_is_followed_by_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let config = Config::load(&Sources::default().with(Origin::Environment, "DATA_DIR", data)).unwrap();
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_795_291_200_000));
        let wizard = Wizard::open(&config, "127.0.0.1:3000".parse().unwrap(), clock).await.unwrap();
        let given_at = async || {
            let now = wizard.clock.now();
            let working = move |read: &dyn crate::store::Read| link::working(read, &Purpose::FirstRun, now);
            wizard.store().await.read("setup_link", working).await.unwrap().map(|link| link.made_at)
        };
        wizard.give_code().await.unwrap();
        let first = given_at().await.unwrap();
        hand.advance(Duration::from_mins(29));
        wizard.renew_code().await.unwrap();
        assert_eq!(given_at().await, Some(first), "it still works");
        hand.advance(Duration::from_mins(1));
        assert_eq!(given_at().await, None);
        wizard.renew_code().await.unwrap();
        assert!(given_at().await.is_some_and(|second| second > first));
        wizard.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn another_token_is_noticed_whoever_kept_it_and_the_own_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let config = Config::load(&Sources::default().with(Origin::Environment, "DATA_DIR", data)).unwrap();
        let keep = |token: &str| {
            secrets::keep(folder.path(), secrets::DISCORD_TOKEN, &crate::kernel::secret::Secret::new(token)).unwrap();
        };
        keep("of before");
        let wizard = Wizard::open(&config, "127.0.0.1:3000".parse().unwrap(), Clock::system()).await.unwrap();
        assert!(!wizard.has_other_token());
        wizard.keep_token(&crate::kernel::secret::Secret::new("of here")).unwrap();
        assert!(!wizard.has_other_token());
        keep("of the terminal");
        assert!(wizard.has_other_token());
        wizard.close().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_code_lets_one_browser_in_and_the_next_code_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_str().unwrap();
        let config = Config::load(&Sources::default().with(Origin::Environment, "DATA_DIR", data)).unwrap();
        let wizard = Wizard::open(&config, "127.0.0.1:3000".parse().unwrap(), Clock::system()).await.unwrap();
        let enter = async |code: &Code| {
            let digest = code.digest();
            let issue = move |tx: &Tx<'_>| link::issue(tx, digest, &Purpose::FirstRun).map(drop);
            wizard.store().await.write("issued", issue).await.unwrap();
            let session = wizard.enter(code.text()).await.unwrap();
            assert!(wizard.enter(code.text()).await.is_err(), "once");
            session.digest()
        };
        let is_in = |session: &crate::kernel::digest::Digest| {
            wizard.with_course(|course| course.is_in(session, wizard.clock.now()))
        };
        let first = enter(&Code::new()).await;
        assert!(is_in(&first));
        let second = enter(&Code::new()).await;
        assert!(is_in(&second) && !is_in(&first));
        wizard.close().await;
    }
}
