//! The ground of the web's tests: a world of two servers with the web in front of it, served on this machine.
//!
//! In the first server is somebody of every kind, called by what they are; the second has people of its own, so that
//! what crosses from one to the other is seen.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use greenroom::access::{ADMIN_ROLES, MODERATOR_ROLES, REVIEWER_ROLE, VIEWER_ROLES};
use greenroom::discord::Bot;
use greenroom::discord::bot::Clients;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::digest::{Digest, SecretBytes};
use greenroom::kernel::ids::{GuildId, RoleId, UserId};
use greenroom::kernel::secret::Secret;
use greenroom::settings::{RoleList, Setting};
use greenroom::signin::link::Purpose;
use greenroom::signin::scope::{Scope, Scopes};
use greenroom::signin::session::{Door, ShownGuild, SignIn};
use greenroom::signin::token::Wanted;
use greenroom::signin::{self, link, operator, session, token};
use greenroom::sim::{GuildIds, GuildSpec, Id, MemberSpec, Permissions, RoleSpec};
use greenroom::web::Web;
use greenroom::web::push::{REGIONS, Region};
use greenroom::web::server::Bounds;
use greenroom::web::settings::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use super::person::{Means, Person};
use crate::patience::within;
use crate::world::{World, guild_spec};

/// The operator's name.
pub const OPERATOR: &str = "operator";
/// The operator's password.
pub const PASSWORD: &str = "a green door in the snow";
/// The password, hashed: a hash takes long without optimization.
const PHC: &str = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdCBvZiB0aGUgdGVzdA$8LHfpQYvXqoEw7U2xmiAzncsZGPDM2S2rgoq8/sQzNY";
/// The people of the first server who have a role, each called by what they are.
const BY_ROLE: [&str; 5] = ["viewer", "moderator", "reviewer", "admin", "former"];
/// What the server of these tests bears.
pub const BOUNDS: Bounds = Bounds { at_once: 256, patience: None, keeps_alive: true, largest_head: 32 * 1024 };

/// See the module.
pub struct WebWorld {
    pub world: World,
    pub web: Web,
    /// The second server and its people.
    pub there: GuildIds,
    pub address: SocketAddr,
    pub http: reqwest::Client,
    server: Mutex<AbortHandle>,
    numbers: AtomicU64,
}

impl WebWorld {
    /// Two servers, and the web as it is without any setting.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with other settings of the web.
    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::before(World::new().await, BOUNDS, change).await
    }

    /// The web in front of a world, which gets its people and a second server.
    pub async fn before(world: World, bounds: Bounds, change: impl FnOnce(&mut Settings)) -> Self {
        Self::showing(REGIONS, world, bounds, change).await
    }

    /// The same with other parts of pages that are pushed.
    pub async fn showing(
        regions: &'static [&'static Region],
        mut world: World,
        bounds: Bounds,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        people_come(&mut world).await;
        let there = second_server(&mut world).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = Settings {
            has_local_admin: true,
            jwt_key: vec![7; 32],
            csrf_key: Some([8; 32]),
            local_address: format!("http://{address}"),
            streams: 100,
            ..Settings::default()
        };
        change(&mut settings);
        let web = Web::with_regions(world.app.bot.clone(), settings, regions);
        let server = tokio::spawn(web.clone().serve(listener, bounds, std::future::pending())).abort_handle();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let server = Mutex::new(server);
        let ground = Self { world, web, there, address, http, server, numbers: AtomicU64::new(1_000) };
        ground.write(|tx| operator::set_password(tx, OPERATOR, &Secret::new(PHC), Actor::Operator, None));
        ground
    }

    /// The web ends, and another process serves it.
    pub async fn restart(&mut self, regions: &'static [&'static Region]) {
        self.server.lock().unwrap().abort();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.address = listener.local_addr().unwrap();
        self.web = Web::with_regions(self.world.app.bot.clone(), self.web.settings.clone(), regions);
        self.serve(self.web.clone(), listener);
    }

    /// The web ends, and another process serves it whose gateway has told nothing yet.
    pub async fn restart_before_the_gateway(&mut self) {
        self.server.lock().unwrap().abort();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.address = listener.local_addr().unwrap();
        let bot = &self.world.app.bot;
        let (rest, files) = (bot.rest.clone(), bot.files.clone());
        let clients = Clients { rest, files, titles: bot.titles.clone(), live: bot.live.clone() };
        let bot = Bot::new(bot.store.clone(), bot.clock.clone(), clients, greenroom::bot::shown());
        self.web = Web::new(bot, self.web.settings.clone());
        self.serve(self.web.clone(), listener);
    }

    /// The web ends, and every stream with it. Nobody answers until [`Self::comes_back`].
    pub fn falls(&self) {
        self.web.push.stop();
        self.server.lock().unwrap().abort();
    }

    /// Another process serves the web at the same address; [`Self::web`] stays the one that ended.
    pub async fn comes_back(&self) {
        let listener = within("the address is free again", async {
            loop {
                match TcpListener::bind(self.address).await {
                    Ok(listener) => return listener,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        });
        let web = Web::with_regions(self.world.app.bot.clone(), self.web.settings.clone(), REGIONS);
        self.serve(web, listener.await);
    }

    fn serve(&self, web: Web, listener: TcpListener) {
        let serving = web.serve(listener, BOUNDS, std::future::pending());
        *self.server.lock().unwrap() = tokio::spawn(serving).abort_handle();
    }

    /// The first server.
    pub fn here(&self) -> GuildId {
        self.world.guild
    }

    /// The second server.
    pub fn other(&self) -> GuildId {
        GuildId::new(self.there.guild.get())
    }

    /// A path of the first server: `{server}` is its number, `{other}` that of the second.
    pub fn path(&self, path: &str) -> String {
        path.replace("{server}", &self.here().to_string()).replace("{other}", &self.other().to_string())
    }

    /// Somebody of whom nothing is known.
    pub fn nobody(&self) -> Person<'_> {
        Person::new(self, Means::Nothing)
    }

    /// Somebody with a session of their own: `stranger`, `elsewhere` (who runs the second server), `member`, `viewer`,
    /// `moderator`, `reviewer`, `admin`, `administrator`, `owner`, `former` (a moderator until [`Self::demote`]),
    /// `operator`, or anybody else of the first server by name.
    pub fn signed_in(&self, name: &str) -> Person<'_> {
        let (sid, refresh) = (self.secret(), self.secret());
        let sign_in = SignIn {
            sid: sid.digest(),
            refresh: refresh.digest(),
            person: self.person_called(name),
            name: name.to_owned(),
            avatar: None,
            door: if name == OPERATOR { Door::Password } else { Door::Link },
            agent: "a test".to_owned(),
            address: "127.0.0.1".parse().unwrap(),
            guilds: self.servers_of(name),
            replaces: None,
        };
        let begun = self.write(move |tx| session::begin(tx, &sign_in));
        let signed_in = self.web.signed_in(begun, sid.digest(), &refresh);
        let person = Person::new(self, Means::Session(sid.digest()));
        person.keep_cookie("access", &signed_in.access);
        person.keep_cookie("refresh", &signed_in.refresh);
        person
    }

    /// A program with a token that somebody made, for these scopes in all of their servers.
    pub fn token(&self, maker: &str, scopes: &[Scope]) -> Person<'_> {
        self.token_for(maker, scopes, Vec::new())
    }

    /// The same, for some servers alone.
    pub fn token_for(&self, maker: &str, scopes: &[Scope], guilds: Vec<GuildId>) -> Person<'_> {
        let secret = self.secret();
        let scopes: Scopes = scopes.iter().copied().collect();
        let wanted =
            Wanted { maker: self.person_called(maker), name: "a program".to_owned(), guilds, scopes, lasts: None };
        let digest = secret.digest();
        self.write(move |tx| token::issue(tx, digest, &wanted).map(drop));
        Person::new(self, Means::Token(format!("gr_{}", secret.text().expose())))
    }

    /// The code of a link that signs a person in.
    pub fn link_of(&self, name: &str) -> String {
        let code = self.secret();
        let purpose = match self.person_called(name) {
            signin::Person::Operator { name } => Purpose::Operator { name },
            signin::Person::Member { user } => Purpose::SignIn { user, name: name.to_owned(), guild: self.here() },
        };
        let digest = code.digest();
        self.write(move |tx| link::issue(tx, digest, &purpose).map(drop));
        code.text().expose().to_owned()
    }

    /// What a new session of somebody is called in their list.
    pub fn own_session(&self, name: &str) -> String {
        let person = self.signed_in(name);
        let Means::Session(sid) = &person.means else { panic!("{name} has no session") };
        session::mark(*sid)
    }

    /// The number of a token of somebody that nobody here shows.
    pub fn own_token(&self, name: &str) -> String {
        const NAME: &str = "a sample";
        let (maker, now, digest) = (self.person_called(name), self.world.hand.now(), self.secret().digest());
        let scopes: Scopes = [Scope::Read].into_iter().collect();
        self.write(move |tx| {
            let found = token::list_of(tx, &maker, now)?.into_iter().find(|token| token.name == NAME);
            let wanted =
                || Wanted { maker: maker.clone(), name: NAME.to_owned(), guilds: Vec::new(), scopes, lasts: None };
            let token = found.map_or_else(|| token::issue(tx, digest, &wanted()), Ok)?;
            Ok(token.number.to_string())
        })
    }

    /// The number of a token that names the first server, and that nobody here shows.
    pub fn token_naming_a_server(&self) -> String {
        const NAME: &str = "a sample of a server";
        let (maker, guild, now, digest) =
            (self.person_called("admin"), self.here(), self.world.hand.now(), self.secret().digest());
        self.write(move |tx| {
            let found = token::naming(tx, guild, now)?.into_iter().find(|token| token.name == NAME);
            let scopes: Scopes = [Scope::Read].into_iter().collect();
            let wanted =
                || Wanted { maker: maker.clone(), name: NAME.to_owned(), guilds: vec![guild], scopes, lasts: None };
            let token = found.map_or_else(|| token::issue(tx, digest, &wanted()), Ok)?;
            Ok(token.number.to_string())
        })
    }

    /// Takes all roles of somebody in the first server away, and waits until the bot has heard of it.
    pub async fn demote(&self, name: &str) {
        let (guild, user) = (self.world.ids.guild, self.world.ids.members[name]);
        let mut changes = self.world.app.bot.standings.changes();
        for role in self.world.sim.member(guild, user).await.unwrap().roles {
            self.world.sim.set_member_role(guild, user, role, false).await.unwrap();
            let hears =
                async { while !changes.recv().await.unwrap().concerns(self.here(), UserId::new(user.get())) {} };
            within("the bot hears that somebody lost a role", hears).await;
        }
    }

    /// What is answered to these very bytes.
    pub async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        within("an answer comes to its end", stream.read_to_end(&mut answer)).await.unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// What is answered to these very bytes, by whoever may hang up before it has read them all.
    pub async fn raw_as_far_as_it_comes(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut answer = Vec::new();
        let asks = async {
            let _ = stream.write_all(request.as_bytes()).await;
            let _ = stream.read_to_end(&mut answer).await;
        };
        within("an answer comes to its end", asks).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Does something in the store that must succeed.
    pub fn write<T, F>(&self, operation: F) -> T
    where
        F: Fn(&greenroom::store::Tx<'_>) -> greenroom::kernel::error::Result<T> + Send + 'static,
        T: Send + 'static,
    {
        self.world.app.bot.store.write_blocking("test", operation).unwrap()
    }

    /// Everybody goes home; fails where the world is not clean.
    pub async fn end(self) {
        self.server.lock().unwrap().abort();
        self.forget_unsent();
        self.world.end().await;
    }

    /// Ends a world whose store has stopped.
    pub fn end_stopped(self) {
        self.server.lock().unwrap().abort();
        self.world.end_stopped();
    }

    /// A number that comes once.
    pub fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn secret(&self) -> SecretBytes {
        SecretBytes::new(*Digest::of(&self.number().to_be_bytes()).bytes())
    }

    /// Somebody as sessions know them. Who is called `stranger` is nobody's member.
    fn person_called(&self, name: &str) -> signin::Person {
        match name {
            OPERATOR => signin::Person::Operator { name: name.to_owned() },
            "stranger" => signin::Person::Member { user: UserId::new(799_999_999_999_999_999) },
            name => signin::Person::Member { user: self.world.user(name) },
        }
    }

    /// The servers that somebody sees in the list of theirs.
    fn servers_of(&self, name: &str) -> Vec<ShownGuild> {
        let shown = |id| ShownGuild { id, name: String::new(), icon: None };
        match name {
            OPERATOR | "stranger" => Vec::new(),
            "elsewhere" | "landlady" => vec![shown(self.other())],
            _ => vec![shown(self.here())],
        }
    }
}

/// People of every kind join the first server, and its settings say what their roles are for.
async fn people_come(world: &mut World) {
    let guild = world.ids.guild;
    for name in BY_ROLE {
        let role = world.sim.create_role(guild, RoleSpec { name: name.into(), ..RoleSpec::default() }).await.unwrap();
        let member = MemberSpec { name: name.into(), roles: vec![name.into()], ..MemberSpec::default() };
        let member = world.sim.add_member(guild, member).await.unwrap();
        world.ids.members.insert(name.into(), member);
        world.ids.roles.insert(name.into(), role);
    }
    let permissions = Permissions::ADMINISTRATOR;
    let administrator = MemberSpec { name: "administrator".into(), permissions, ..MemberSpec::default() };
    for member in [administrator, "member".into()] {
        let name = member.name.clone();
        let id = world.sim.add_member(guild, member).await.unwrap();
        world.ids.members.insert(name, id);
    }
    let role = |name: &str| world.ids.roles[name];
    let of = world.guild;
    let (admin, viewer, reviewer) = (role("admin"), role("viewer"), role("reviewer"));
    let moderators = [role("moderator"), role("former")];
    let say = world.app.bot.store.write("roles", move |tx| {
        let set = |setting: &Setting<RoleList>, roles: &[Id]| setting.set(tx, of, &list(roles));
        set(&ADMIN_ROLES, &[admin])?;
        set(&MODERATOR_ROLES, &moderators)?;
        set(&VIEWER_ROLES, &[viewer])?;
        REVIEWER_ROLE.set(tx, of, &Some(RoleId::new(reviewer.get())))
    });
    say.await.unwrap();
}

fn list(roles: &[Id]) -> RoleList {
    roles.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ").parse().unwrap()
}

/// A second server, whose people have no place in the first.
async fn second_server(world: &mut World) -> GuildIds {
    let mut changes = world.app.bot.standings.changes();
    let permissions = Permissions::ADMINISTRATOR;
    let elsewhere = MemberSpec { name: "elsewhere".into(), permissions, ..MemberSpec::default() };
    let spec = GuildSpec { owner: Some("landlady".into()), members: vec![elsewhere], ..guild_spec("Day Lark Reviews") };
    let there = world.sim.create_guild(spec).await.unwrap();
    let guild = GuildId::new(there.guild.get());
    let known = async {
        while world.app.bot.standings.guild_of_bot(guild).is_none() {
            changes.recv().await.unwrap();
        }
    };
    within("the bot is in the second server", known).await;
    for name in ["elsewhere", "landlady"] {
        world.ids.members.insert(name.into(), there.members[name]);
    }
    world.settle().await;
    there
}
