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
use crate::discord::component::{Acknowledge, Click, Component};
use crate::discord::problem;
use crate::discord::references::Server;
use crate::discord::{Bot, Draft};
use crate::kernel::error::{Error, Failure, Result};
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::text;

/// Channels on a page; a row is left for the buttons.
pub const PER_PAGE: usize = 4;

/// All components of set-up.
pub const ALL: &[&Component] = &[&OPEN, &MISSING, &PAGE, &CHOOSE, &UNDO, &MAKE];

/// Opens the form.
static OPEN: Component = Component {
    id: "setup:open",
    access: Access::Administrator,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(async move { show(bot, click.caller.guild, 0, Note::default()).await }),
};

/// Says what the bot lacks.
static MISSING: Component = Component {
    id: "setup:missing",
    access: Access::Administrator,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(missing(bot, click)),
};

/// Turns to another page of the form.
static PAGE: Component = Component {
    id: "setup:page",
    access: Access::Administrator,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { show(bot, click.caller.guild, number(&click, 0), Note::default()).await }),
};

/// Chooses a channel, or none.
static CHOOSE: Component = Component {
    id: "setup:choose",
    access: Access::Administrator,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(choose(bot, click)),
};

/// Puts back what was chosen before.
static UNDO: Component = Component {
    id: "setup:undo",
    access: Access::Administrator,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(undo(bot, click)),
};

/// Makes the channels that are missing.
static MAKE: Component = Component {
    id: "setup:make",
    access: Access::Administrator,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(make(bot, click)),
};

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

async fn missing(bot: &Bot, click: Click) -> Result<Draft> {
    let server = ask(bot, click.caller.guild).await?;
    Ok(views::missing(server.granted(), &places(bot, click.caller.guild, &server).await?))
}

async fn choose(bot: &Bot, click: Click) -> Result<Draft> {
    let (guild, page) = (click.caller.guild, number(&click, 0));
    let Some(offered) = named(&click, 1) else { return show(bot, guild, page, Note::default()).await };
    let chosen = click.values.first().and_then(|id| id.parse().ok()).map(ChannelId::new);
    let note = set(bot, guild, (page, offered), chosen).await?;
    show(bot, guild, page, note).await
}

/// Sets a channel, if the bot can do there what it must; says what came of it.
async fn set(
    bot: &Bot,
    guild: GuildId,
    (page, offered): (usize, &'static EveningChannel),
    chosen: Option<ChannelId>,
) -> Result<Note> {
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
    offered.choose(bot, guild, chosen).await?;
    let now = chosen.map_or_else(|| "not set any more".to_owned(), |channel| format!("in {}", text::channel(channel)));
    let undo = Undo { page, offered, before, now: chosen };
    Ok(Note { text: format!("✅ **{}** is {now}.{lacking}", offered.title), undo: Some(undo) })
}

async fn undo(bot: &Bot, click: Click) -> Result<Draft> {
    let (guild, page) = (click.caller.guild, number(&click, 0));
    let Some(offered) = named(&click, 1) else { return show(bot, guild, page, Note::default()).await };
    let (before, after) = (channel_in(&click, 2), channel_in(&click, 3));
    let now = bot.store.read("evening_channel", move |read| offered.chosen(read, guild)).await?;
    let note = if now == after {
        set(bot, guild, (page, offered), before).await?
    } else {
        Note { text: format!("**{}** was changed meanwhile and stays as it is.", offered.title), undo: None }
    };
    show(bot, guild, page, note).await
}

async fn make(bot: &Bot, click: Click) -> Result<Draft> {
    let guild = click.caller.guild;
    let text = making::make(bot, guild).await?;
    show(bot, guild, number(&click, 0), Note { text, undo: None }).await
}

fn number(click: &Click, at: usize) -> usize {
    click.arguments.get(at).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn named(click: &Click, at: usize) -> Option<&'static EveningChannel> {
    let id = click.arguments.get(at)?;
    offered().into_iter().find(|channel| channel.id == id)
}

/// A channel in a custom id; 0 for none.
fn channel_in(click: &Click, at: usize) -> Option<ChannelId> {
    let id: u64 = click.arguments.get(at)?.parse().ok()?;
    (id != 0).then(|| ChannelId::new(id))
}
