//! The buttons and menus of the desk and of a song's panel.
//!
//! What is on the desk answers privately. What is on a private answer changes that answer, so that nobody presses twice.
//! Every id names the guild that it counts in.

use super::renders;
use super::views::{self, Intent};
use crate::bot::queue::playing as queue_playing;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button, Click, Component, ComponentRefusal, Menu};
use crate::discord::{Bot, Draft};
use crate::display::{DisplayId, tables};
use crate::features::queue;
use crate::features::queue::model::{Line, PublicId, QueueRefusal, Seen};
use crate::flows;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Tx};

/// All of them.
pub const ALL: &[&dyn Component] =
    &[&PICK, &NEXT, &APPROVE, &APPROVE_SONG, &REMOVE, &REMOVE_SONG, &TIER, &MOVE, &PLAY, &HOLD, &OUT, &DEAD_LINK];

/// A page of a display of the desk.
pub type OnPage = (GuildId, DisplayId, u64);

/// A song on its panel, in the line where it was then.
pub type OnPanel = (GuildId, Seen);

/// Opens the panel of a song.
pub static PICK: Menu<GuildId, PublicId> =
    Menu::new("desk:pick", Access::Reviewer, Acknowledge::Private, |bot, click| {
        Box::pin(panel(bot, click.arguments, click.picked))
    });

/// Plays the next song, if the one still plays that the reviewer saw.
pub static NEXT: Button<(GuildId, Option<PublicId>)> =
    Button::new("desk:next", Access::Reviewer, Acknowledge::Private, |bot, click| Box::pin(next(bot, click)));

/// Asks which song of the page is approved.
pub static APPROVE: Button<OnPage> =
    Button::new("desk:approve", Access::Reviewer, Acknowledge::Private, |bot, click| {
        Box::pin(which(bot, click, Intent::Approve))
    });

/// Asks to which tier the chosen song is approved.
pub static APPROVE_SONG: Menu<GuildId, Seen> =
    Menu::new("desk:approve_song", Access::Reviewer, Acknowledge::Update, |bot, click| {
        Box::pin(which_tier(bot, click))
    });

/// Asks which song of the page is removed.
pub static REMOVE: Button<OnPage> = Button::new("desk:remove", Access::Reviewer, Acknowledge::Private, |bot, click| {
    Box::pin(which(bot, click, Intent::Remove))
});

/// Removes the chosen song.
pub static REMOVE_SONG: Menu<GuildId, Seen> =
    Menu::new("desk:remove_song", Access::Reviewer, Acknowledge::Update, |bot, click| {
        Box::pin(act(bot, Act::chosen(&click), "song_removed", out))
    });

/// Approves a song to the chosen tier.
pub static TIER: Menu<OnPanel, Line> =
    Menu::new("desk:tier", Access::Reviewer, Acknowledge::Update, |bot, click| Box::pin(move_to(bot, click)));

/// Moves a song to the chosen line.
pub static MOVE: Menu<OnPanel, Line> =
    Menu::new("desk:move", Access::Reviewer, Acknowledge::Update, |bot, click| Box::pin(move_to(bot, click)));

/// Plays this song now.
pub static PLAY: Button<OnPanel> = Button::new("desk:play", Access::Reviewer, Acknowledge::Update, |bot, click| {
    Box::pin(act(bot, Act::of(&click), "song_played", play))
});

/// Puts a song back to Pending Skips, which `/next` does not play.
pub static HOLD: Button<OnPanel> = Button::new("desk:hold", Access::Reviewer, Acknowledge::Update, |bot, click| {
    Box::pin(act(bot, Act::of(&click), "song_held", hold))
});

/// Removes a song.
pub static OUT: Button<OnPanel> = Button::new("desk:out", Access::Reviewer, Acknowledge::Update, |bot, click| {
    Box::pin(act(bot, Act::of(&click), "song_removed", out))
});

/// Removes a song that cannot be heard, and gives back what its place cost.
pub static DEAD_LINK: Button<OnPanel> =
    Button::new("desk:dead", Access::Reviewer, Acknowledge::Update, |bot, click| {
        Box::pin(act(bot, Act::of(&click), "dead_link_removed", dead_link))
    });

async fn next(bot: &Bot, click: Click<(GuildId, Option<PublicId>)>) -> Result<Draft> {
    let (guild, playing) = click.arguments;
    let by = Actor::Member(click.caller.user);
    let played = bot.store.write("song_played", move |tx| flows::reviewed::next_after(tx, guild, by, playing)).await?;
    queue_playing::answer(bot, guild, played).await
}

async fn which(bot: &Bot, click: Click<OnPage>, intent: Intent) -> Result<Draft> {
    let (guild, display, page) = click.arguments;
    let look = move |read: &dyn Read| {
        let display = tables::DISPLAYS.get(read, &(guild, display))?.ok_or(ComponentRefusal::Retired)?;
        renders::songs_on(read, guild, &display.kind, page)
    };
    let songs = bot.store.read("desk_page", look).await?;
    Ok(views::which(guild, intent, &songs))
}

async fn which_tier(bot: &Bot, click: Click<GuildId, Seen>) -> Result<Draft> {
    let (guild, seen) = (click.arguments, click.picked);
    let public_id = seen.song;
    let song = bot.store.read("song", move |read| queue::queries::song(read, guild, public_id)).await?;
    let song = song.ok_or(QueueRefusal::NoSuchSong { public_id })?;
    Ok(views::which_tier(guild, &song, seen))
}

async fn move_to(bot: &Bot, click: Click<OnPanel, Line>) -> Result<Draft> {
    let line = click.picked;
    let run = move |tx: &Tx<'_>, act: Act| {
        flows::reviewed::to_line(tx, act.guild, act.by, act.seen, line)
            .map(|moved| views::moved(&moved.entry, moved.from))
    };
    act(bot, Act::of(&click), "song_moved", run).await
}

fn play(tx: &Tx<'_>, act: Act) -> Result<String> {
    flows::reviewed::played(tx, act.guild, act.by, act.seen)
        .map(|played| views::played(&played.entry.song, played.from))
}

fn hold(tx: &Tx<'_>, act: Act) -> Result<String> {
    flows::reviewed::to_line(tx, act.guild, act.by, act.seen, Line::PendingSkips)
        .map(|moved| views::moved(&moved.entry, moved.from))
}

fn out(tx: &Tx<'_>, act: Act) -> Result<String> {
    flows::reviewed::out(tx, act.guild, act.by, act.seen, None).map(|moved| views::moved(&moved.entry, moved.from))
}

fn dead_link(tx: &Tx<'_>, act: Act) -> Result<String> {
    flows::dead_link_removed::run(tx, act.guild, act.by, act.seen).map(|refunded| views::refunded(&refunded))
}

/// Does something to a song, and answers with its panel as it is then.
async fn act<F>(bot: &Bot, act: Act, name: &'static str, run: F) -> Result<Draft>
where
    F: Fn(&Tx<'_>, Act) -> Result<String> + Send + 'static,
{
    let done = bot.store.write(name, move |tx| run(tx, act)).await?;
    Ok(panel(bot, act.guild, act.seen.song).await?.with_text(done))
}

/// The panel of a song as it is now.
async fn panel(bot: &Bot, guild: GuildId, song: PublicId) -> Result<Draft> {
    let details = bot.store.read("desk_panel", move |read| renders::details(read, guild, song)).await?;
    Ok(views::panel(guild, &details))
}

/// What is to be done to which song, by whom.
#[derive(Clone, Copy)]
struct Act {
    guild: GuildId,
    by: Actor,
    seen: Seen,
}

impl Act {
    /// To the song of a panel.
    const fn of<V>(click: &Click<OnPanel, V>) -> Self {
        let (guild, seen) = click.arguments;
        Self { guild, by: Actor::Member(click.caller.user), seen }
    }

    /// To the song that was chosen.
    const fn chosen(click: &Click<GuildId, Seen>) -> Self {
        Self { guild: click.arguments, by: Actor::Member(click.caller.user), seen: click.picked }
    }
}
