//! The form of `/setup`: the channels of an evening, in one place.
//!
//! Discord gives a message five rows, and a menu of channels takes one, so the form has pages. It is a private message
//! whose menus and buttons carry all its state. What is picked is checked there and then, and set; what cannot be is said
//! with the permission that is missing, and the menu shows what was set before.

use super::making;
use super::views::{self, Form, Place, Undo};
use crate::bot;
use crate::discord::access::Access;
use crate::discord::channel_setting::{self, EveningChannel};
use crate::discord::component::{Acknowledge, Arguments, Button, Click, Component, ComponentRefusal, Menu, Parts};
use crate::discord::problem;
use crate::discord::references::Server;
use crate::discord::{Bot, Caller, Draft};
use crate::kernel::error::{Error, Failure, Result};
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::text;

/// Channels on a page; a row is left for the buttons.
pub const PER_PAGE: usize = 4;

/// All components of set-up.
pub const ALL: &[&dyn Component] = &[&OPEN, &MISSING, &PAGE, &CHOOSE, &UNDO, &MAKE];

/// A channel of the form, on a page of it.
pub type OnPage = (usize, &'static EveningChannel);

/// Opens the form.
pub static OPEN: Button<()> = Button::new("setup:open", Access::Administrator, Acknowledge::Private, |bot, click| {
    Box::pin(show(bot, click.caller.guild, 0, Note::default()))
});

/// Says what the bot lacks.
pub static MISSING: Button<()> =
    Button::new("setup:missing", Access::Administrator, Acknowledge::Private, |bot, click| {
        Box::pin(missing(bot, click.caller.guild))
    });

/// Turns to another page of the form.
pub static PAGE: Button<usize> = Button::new("setup:page", Access::Administrator, Acknowledge::Update, |bot, click| {
    Box::pin(show(bot, click.caller.guild, click.arguments, Note::default()))
});

/// Chooses a channel, or none.
pub static CHOOSE: Menu<OnPage, Vec<ChannelId>> =
    Menu::new("setup:choose", Access::Administrator, Acknowledge::Update, |bot, click| Box::pin(choose(bot, click)));

/// Puts back what was chosen before.
pub static UNDO: Button<Undo> =
    Button::new("setup:undo", Access::Administrator, Acknowledge::Update, |bot, click| Box::pin(undo(bot, click)));

/// Makes the channels that are missing, and shows the page again.
pub static MAKE: Button<usize> =
    Button::new("setup:make", Access::Administrator, Acknowledge::Update, |bot, click| Box::pin(make(bot, click)));

/// What is said above the form.
#[derive(Default)]
pub struct Note {
    /// The sentence.
    pub text: String,
    /// What can be undone.
    pub undo: Option<Undo>,
}

/// The channels that all features offer, in their order.
pub(super) fn offered() -> Vec<&'static EveningChannel> {
    let mut channels: Vec<_> = bot::ALL.iter().flat_map(|face| face.channels).copied().collect();
    channels.sort_by_key(|channel| channel.rank);
    channels
}

/// The form, with what a server has chosen so far.
pub(super) async fn show(bot: &Bot, guild: GuildId, page: usize, note: Note) -> Result<Draft> {
    let server = ask(bot, guild).await?;
    let places = places(bot, guild, &server).await?;
    Ok(views::form(&Form { places, page, note, granted: server.granted() }))
}

pub(super) async fn ask(bot: &Bot, guild: GuildId) -> Result<Server> {
    Server::ask(bot, guild).await.map_err(|undelivered| Error::Failed(Failure::from(undelivered)))
}

/// How each channel stands.
pub(super) async fn places(bot: &Bot, guild: GuildId, server: &Server) -> Result<Vec<Place>> {
    let chosen = bot
        .store
        .read("evening_channels", move |read| {
            offered().into_iter().map(|channel| Ok((channel, channel.chosen(read, guild)?))).collect::<Result<Vec<_>>>()
        })
        .await?;
    let place = |(offered, chosen): (&'static EveningChannel, Option<ChannelId>)| {
        let missing = chosen.map(|channel| server.missing(channel, offered.needs.all()));
        Place { offered, chosen, missing }
    };
    Ok(chosen.into_iter().map(place).collect())
}

async fn missing(bot: &Bot, guild: GuildId) -> Result<Draft> {
    let server = ask(bot, guild).await?;
    Ok(views::missing(server.granted(), &places(bot, guild, &server).await?))
}

async fn choose(bot: &Bot, click: Click<OnPage, Vec<ChannelId>>) -> Result<Draft> {
    let (guild, (page, offered)) = (click.caller.guild, click.arguments);
    let note = set(bot, &click.caller, (page, offered), click.picked.first().copied()).await?;
    show(bot, guild, page, note).await
}

/// Sets a channel, if the bot can do there what it must; says what came of it.
async fn set(bot: &Bot, caller: &Caller, (page, offered): OnPage, chosen: Option<ChannelId>) -> Result<Note> {
    let (guild, by) = (caller.guild, caller.user);
    let before = bot.store.read("evening_channel", move |read| offered.chosen(read, guild)).await?;
    if before == chosen {
        return Ok(Note::default());
    }
    let lacking = match chosen {
        Some(channel) => match channel_setting::require_in(&ask(bot, guild).await?, channel, offered.needs) {
            Ok(lacking) => lacking,
            Err(refused) => {
                let refused = problem::sentence_of(bot, refused, "setup");
                return Ok(Note { text: format!("❌ **{}** stays as it was. {refused}", offered.title), undo: None });
            }
        },
        None => String::new(),
    };
    offered.choose(bot, guild, by, chosen).await?;
    let now = chosen.map_or_else(|| "not set any more".to_owned(), |channel| format!("in {}", text::channel(channel)));
    let undo = Undo { page, offered, before, now: chosen };
    Ok(Note { text: format!("✅ **{}** is {now}.{lacking}", offered.title), undo: Some(undo) })
}

async fn undo(bot: &Bot, click: Click<Undo>) -> Result<Draft> {
    let (guild, Undo { page, offered, before, now: after }) = (click.caller.guild, click.arguments);
    let now = bot.store.read("evening_channel", move |read| offered.chosen(read, guild)).await?;
    let note = if now == after {
        set(bot, &click.caller, (page, offered), before).await?
    } else {
        Note { text: format!("**{}** was changed meanwhile and stays as it is.", offered.title), undo: None }
    };
    show(bot, guild, page, note).await
}

async fn make(bot: &Bot, click: Click<usize>) -> Result<Draft> {
    let (guild, page) = (click.caller.guild, click.arguments);
    let text = making::make(bot, guild, click.caller.user).await?;
    show(bot, guild, page, Note { text, undo: None }).await
}

impl Arguments for &'static EveningChannel {
    fn write(&self, to: &mut Vec<String>) {
        to.push(self.id.to_owned());
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        let id = from.part()?;
        Ok(offered().into_iter().find(|channel| channel.id == id).ok_or(ComponentRefusal::Unknown)?)
    }
}

impl Arguments for Undo {
    fn write(&self, to: &mut Vec<String>) {
        (self.page, self.offered, self.before, self.now).write(to);
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        let (page, offered, before, now) = Arguments::read(from)?;
        Ok(Self { page, offered, before, now })
    }
}
