//! Everything that Greenroom says over HTTP: the API, the pages, what is pushed to them.
//!
//! **One table.** [`table::ROUTES`] lists every address; router, rights, limits, the document of the API and the access test
//! are made from it. Whatever comes in passes the [`gate`], is looked at or changed through [`Web`], and is answered by the
//! door by which it came. There is one listener; health and figures have theirs, on the same accept loop ([`server`]).
//!
//! **Rights** are those of this moment: what somebody is in a server is asked of Discord and kept for a minute at most, and
//! a session is looked up at each request. Whoever has no place in a server is not told whether anything is there.
//!
//! **Pages** are made on the server and work without script; forms are sent to the endpoints of the API by a door of their
//! own. No page loads anything from elsewhere.
//!
//! What is not here: words of refusals and decisions, which are the domain's; and TLS, which a proxy brings.

pub mod access;
mod address;
pub mod answer;
pub mod api;
pub mod assets;
pub mod endpoint;
pub mod filter;
mod gate;
mod given_back;
pub mod happened;
mod headers;
pub mod input;
pub mod instance;
mod kept;
pub mod music;
pub mod names;
mod notices;
pub mod openapi;
pub mod page;
pub mod pages;
mod part;
pub mod places;
pub mod push;
pub mod refusals;
mod refused;
pub mod segments;
pub mod server;
pub mod settings;
pub mod sign_in;
mod stall;
pub mod table;
mod trouble;
pub mod ui;
mod unread;
pub mod user_info;
mod visitor;
pub mod whom;

pub use gate::{arrive, whole};
pub use headers::{Leads, guard};

use std::ops::Deref;
use std::sync::Arc;

use access::{Csrf, Limits, Passwords, RefusedTries, SignIns};
use answer::{Answered, Base, Done, Problem, Repeat};
use api::ledger::KnownTotals;
use assets::Assets;
use endpoint::{Asked, Endpoint};
use instance::Instance;
use kept::KeptForms;
use notices::Notices;
use places::Places;
use push::{Push, REGIONS, Region};
use refused::RefusedSignIns;
use server::Bounds;
use settings::Settings;
use tokio::net::TcpListener;

use crate::discord::Bot;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::secret::random;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Tx};

/// What a handler can reach. Clones share everything.
#[derive(Clone)]
pub struct Web(Arc<Parts>);

/// What [`Web`] derefs to.
pub struct Parts {
    /// The bot: store, clock, Discord.
    pub bot: Bot,
    /// What the operator set.
    pub settings: Settings,
    /// Styles, scripts, icons.
    pub assets: Assets,
    /// How often anybody may ask.
    pub limits: Limits,
    /// Wrong tries to sign in.
    pub sign_ins: SignIns,
    /// Refused tries at what is the operator's alone.
    pub refused: RefusedTries,
    /// Hashes of passwords.
    pub passwords: Passwords,
    /// The tokens of forms.
    pub csrf: Csrf,
    /// The process, as the operator sees it.
    pub instance: Instance,
    /// What the next page says.
    pub notices: Notices,
    /// Sign-ins that were refused, for the page that says so.
    pub refused_sign_ins: RefusedSignIns,
    /// Forms that could not be done when they came.
    pub kept: KeptForms,
    /// What keeps open pages and programs up to date.
    pub push: Push,
    /// The channels and roles of servers, for a minute.
    pub places: Places,
    /// What filters of the ledger added up to.
    pub totals: KnownTotals,
    /// When the process started.
    pub started: Timestamp,
}

impl Deref for Web {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Web {
    /// The web of a bot.
    pub fn new(bot: Bot, settings: Settings) -> Self {
        Self::with_regions(bot, settings, REGIONS)
    }

    /// The web of a bot whose pages have these parts that are pushed.
    pub fn with_regions(bot: Bot, settings: Settings, regions: &'static [&'static Region]) -> Self {
        let clock = bot.clock.clone();
        bot.remember_web_address(settings.link(""));
        Self(Arc::new(Parts {
            started: clock.now(),
            limits: Limits::new(clock),
            assets: Assets::new(),
            sign_ins: SignIns::default(),
            refused: RefusedTries::default(),
            passwords: Passwords::default(),
            csrf: Csrf::new(settings.csrf_key.unwrap_or_else(random)),
            instance: Instance::default(),
            notices: Notices::default(),
            refused_sign_ins: RefusedSignIns::default(),
            kept: KeptForms::default(),
            push: Push::new(&bot.store, regions, settings.streams),
            places: Places::default(),
            totals: KnownTotals::default(),
            bot,
            settings,
        }))
    }

    /// Serves all of it until `stop` comes, and keeps open pages up to date meanwhile.
    pub async fn serve(self, listener: TcpListener, bounds: Bounds, stop: impl Future<Output = ()>) {
        let orderly = async {
            stop.await;
            // A stream has no end of its own.
            self.push.stop();
        };
        tokio::select! {
            () = server::serve(listener, bounds, table::router(&self), orderly) => {}
            () = Push::run(&self) => {}
        }
    }

    /// Looks at one snapshot.
    pub async fn look<T, F>(&self, name: &'static str, query: F) -> Result<T>
    where
        F: FnOnce(&dyn Read) -> Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.bot.store.read(name, query).await
    }

    /// Changes something, once however often it is sent, and not where it is something else by now than whoever asks has
    /// seen: the only way in which an endpoint writes. `change` is given the transaction and who is the cause, and answers
    /// what the endpoint answers; it may run more than once.
    pub async fn change<E, F>(&self, asked: &Asked<E>, change: F) -> Result<Answered<E::Answer>, Problem>
    where
        E: Endpoint,
        F: Fn(&Tx<'_>, Actor) -> Result<E::Answer> + Send + 'static,
    {
        let (key, base): (Option<Repeat>, Option<Base>) = (asked.repeat.clone(), asked.base.clone());
        let (web, guild, rank, actor) = (self.clone(), asked.guild, asked.rank, asked.visitor.actor());
        let path = asked.path.clone();
        let once = move |tx: &Tx<'_>| {
            let present = || match (E::REVISION, E::REVISION_OF_ONE) {
                (Some(of), _) => of(&web, tx, guild, rank).map(Some),
                (None, Some(of)) => of(tx, guild, &path),
                (None, None) => Ok(None),
            };
            answer::once::<E>(tx, (key.as_ref(), base.as_ref()), present, || change(tx, actor))
        };
        let done: Done<E::Answer> = self.bot.store.write(E::NAME, once).await?;
        if matches!(done, Done::Now(..)) {
            asked.written.note();
        }
        done.answered()
    }
}
