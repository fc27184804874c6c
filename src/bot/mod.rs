//! What people see of the features on Discord, and the only list of that.
//!
//! Each feature has a folder here of the same name as below `features`, or a file where all of it is short. `mod.rs` declares
//! its [`Face`]; `commands.rs`, `components.rs`, `modal.rs`, `jobs.rs` and the like ask who somebody is and what they want,
//! call a service or a flow, and answer with a view; `views.rs` turns read models into messages, and every word that a person
//! reads is there or in a refusal. No decisions are made here.
//!
//! To add
//! * **a feature**: a folder with a `FACE`, and a line in [`ALL`];
//! * **a command, message handler or job**: the function, and a line in `FACE`;
//! * **a button, menu or form**: a `Button`, `Menu` or `Form` in `components.rs`, whose `with` gives the view its custom id,
//!   and a line in `FACE`;
//! * **a message that follows a row**: a `Posted`, which draws it, beside the views, and a line in `FACE`;
//! * **a live display**: a `DisplayKind` in `renders.rs`, and a line in `FACE`.

use poise::BoxFuture;
use serenity::all::GatewayIntents;

use crate::activity::Activity;
use crate::discord::access;
use crate::discord::bot::{Bot, Command, Shown};
use crate::discord::channel_setting::EveningChannel;
use crate::discord::component::{Component, Modal};
use crate::discord::display::{self, Displays, turning};
use crate::discord::gateway::{
    DeletionHandler, EditHandler, Handlers, LeftHandler, MemberHandler, MessageHandler, NamedHandler, ServerHandler,
};
use crate::discord::posts::{self, Posted, Posts};
use crate::discord::roles::Promises;
use crate::discord::{outbox, roles};
use crate::features::{self, Domain};
use crate::kernel::dice::Seed;
use crate::references::Catalogue;
use crate::runner::Handler;
use crate::store::StoreLocation;

pub mod coins;
pub mod currency;
pub mod dashboard;
pub mod debug_channel;
pub mod desk;
pub mod displays;
pub mod engagement;
pub mod handles;
pub mod help;
pub mod profile;
pub mod queue;
pub mod reminders;
pub mod setup;
pub mod shop;
pub mod submissions;
pub mod tasks;
pub mod tiktok;

/// What a feature consists of on Discord. Everything that must be registered somewhere is registered from here.
pub struct Face {
    /// The feature's name, as in its custom ids.
    pub name: &'static str,
    /// Slash commands that everybody may use.
    pub commands: fn() -> Vec<Command>,
    /// Slash commands for administrators. Whoever registers them lets nobody else in, whatever the command itself says.
    pub for_administrators: fn() -> Vec<Command>,
    /// Slash commands for those who run the server: administrators, and people with one of its admin roles. Each use is checked.
    pub for_admins: fn() -> Vec<Command>,
    /// Adds what a program offers that runs with `DEBUG`.
    pub for_rehearsals: fn(&mut [Command]),
    /// Its buttons and menus.
    pub components: &'static [&'static dyn Component],
    /// Its forms.
    pub modals: &'static [&'static dyn Modal],
    /// Its message handlers.
    pub messages: &'static [MessageHandler],
    /// What looks at edited messages.
    pub edits: &'static [EditHandler],
    /// Those who hear of deleted messages.
    pub deletions: &'static [DeletionHandler],
    /// Those who hear of servers that come into sight.
    pub servers: &'static [ServerHandler],
    /// Those who hear which servers a new connection names.
    pub named: &'static [NamedHandler],
    /// Those who hear of servers that the bot left.
    pub left: &'static [LeftHandler],
    /// Those who hear who comes and goes.
    pub members: &'static [MemberHandler],
    /// What it has to be told by the gateway.
    pub intents: GatewayIntents,
    /// Its channels that `/setup` offers.
    pub channels: &'static [&'static EveningChannel],
    /// Its live displays.
    pub displays: &'static [&'static display::DisplayKind],
    /// Its messages that follow rows.
    pub posts: &'static [&'static Posted],
    /// What it does where roles that it promised can be given, or cannot.
    pub promises: &'static [&'static Promises],
    /// Those who do its jobs.
    pub jobs: &'static [&'static Handler<Bot>],
    /// What runs beside everything else as long as the program does.
    pub tasks: &'static [Task],
}

/// What runs as long as the program does.
pub struct Task {
    /// As people read it: "TikTok lives".
    pub name: &'static str,
    /// Whether the program is ill when it has ended.
    pub is_vital: bool,
    /// Runs it.
    pub run: fn(Surroundings) -> BoxFuture<'static, ()>,
}

/// What a task finds.
#[derive(Clone)]
pub struct Surroundings {
    /// The bot.
    pub bot: Bot,
    /// Where the store is.
    pub place: StoreLocation,
    /// The seed of all chance.
    pub seed: Seed,
}

impl Face {
    /// A face of nothing, to be filled in with `..Face::named("…")`.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            commands: Vec::new,
            for_administrators: Vec::new,
            for_admins: Vec::new,
            for_rehearsals: |_| {},
            components: &[],
            modals: &[],
            messages: &[],
            edits: &[],
            deletions: &[],
            servers: &[],
            named: &[],
            left: &[],
            members: &[],
            intents: GatewayIntents::empty(),
            channels: &[],
            displays: &[],
            posts: &[],
            promises: &[],
            jobs: &[],
            tasks: &[],
        }
    }

    /// All its slash commands, guarded; with those of rehearsals, if they are wanted.
    pub fn all_commands(&self, with_rehearsals: bool) -> Vec<Command> {
        let mut guarded = (self.for_administrators)();
        if with_rehearsals {
            (self.for_rehearsals)(&mut guarded);
        }
        let of_admins = (self.for_admins)().into_iter().map(access::for_admins);
        let guarded = of_admins.chain(guarded.into_iter().map(access::for_administrators));
        let commands = (self.commands)().into_iter().chain(guarded);
        match Domain::switch_of(self.name) {
            Some(_) => commands.map(|command| access::switched(self.name, command)).collect(),
            None => commands.collect(),
        }
    }
}

/// What all of them stand on. Servers, and who is in them, concern everybody (`C-48`).
const PLATFORM: Face = Face {
    intents: GatewayIntents::GUILDS.union(GatewayIntents::GUILD_MEMBERS),
    components: turning::COMPONENTS,
    jobs: &[
        &outbox::POST_HANDLER,
        &outbox::TELL_HANDLER,
        &outbox::DELETE_HANDLER,
        &outbox::DELETE_WITH_WORD_HANDLER,
        &posts::SEND_HANDLER,
        &posts::LOOK_HANDLER,
        &roles::GIVE_HANDLER,
        &roles::TAKE_HANDLER,
        &roles::ENDS_HANDLER,
    ],
    deletions: &[posts::deleted],
    servers: &[posts::in_sight],
    ..Face::named("discord")
};

/// All features. Message handlers run in this order (`C-97`).
pub const ALL: &[&Face] = &[
    &PLATFORM,
    &debug_channel::FACE,
    &help::FACE,
    &submissions::FACE,
    &queue::FACE,
    &handles::FACE,
    &engagement::FACE,
    &tiktok::FACE,
    &coins::FACE,
    &currency::FACE,
    &displays::FACE,
    &desk::FACE,
    &setup::FACE,
    &reminders::FACE,
    &shop::FACE,
    &profile::FACE,
    &dashboard::FACE,
    &tasks::FACE,
];

/// The slash commands of all features; with those of rehearsals, if they are wanted.
pub fn commands(with_rehearsals: bool) -> Vec<Command> {
    ALL.iter().flat_map(|face| face.all_commands(with_rehearsals)).collect()
}

/// What all features give to the gateway.
pub fn handlers(with_rehearsals: bool) -> Handlers {
    Handlers {
        commands: commands(with_rehearsals),
        components: ALL.iter().flat_map(|face| face.components).copied().collect(),
        modals: ALL.iter().flat_map(|face| face.modals).copied().collect(),
        messages: ALL.iter().flat_map(|face| face.messages).copied().collect(),
        edits: ALL.iter().flat_map(|face| face.edits).copied().collect(),
        deletions: ALL.iter().flat_map(|face| face.deletions).copied().collect(),
        servers: ALL.iter().flat_map(|face| face.servers).copied().collect(),
        named: ALL.iter().flat_map(|face| face.named).copied().collect(),
        left: ALL.iter().flat_map(|face| face.left).copied().collect(),
        members: ALL.iter().flat_map(|face| face.members).copied().collect(),
        intents: intents(),
    }
}

/// What the gateway is asked for, for what is built so far (`C-48`).
pub fn intents() -> GatewayIntents {
    ALL.iter().fold(GatewayIntents::empty(), |intents, face| intents | face.intents)
}

/// The line in which the team, and the log, are told of an activity; `None` where they are not.
pub fn words(activity: &Activity) -> Option<String> {
    debug_channel::words::line(activity)
}

/// The live displays of all features, and what they let a server set that refers to something on Discord.
pub fn shown() -> Shown {
    let posts = Posts::new(ALL.iter().flat_map(|face| face.posts).copied());
    let promises = ALL.iter().flat_map(|face| face.promises).copied().collect();
    let displays = Displays::new(displays());
    Shown { displays, posts, promises, references: references(), switch_of: Domain::switch_of }
}

/// What all features let a server set that refers to something on Discord.
pub fn references() -> Catalogue {
    let settings = features::ALL.iter().flat_map(|feature| feature.settings);
    Catalogue::new(settings, displays().into_iter().map(|kind| (kind.name, kind.installed_with)))
}

fn displays() -> Vec<&'static display::DisplayKind> {
    ALL.iter().flat_map(|face| face.displays).copied().collect()
}

/// Those who do the jobs of all features.
pub fn job_handlers() -> Vec<&'static Handler<Bot>> {
    ALL.iter().flat_map(|face| face.jobs).copied().collect()
}

#[cfg(test)]
pub(crate) mod tests;
