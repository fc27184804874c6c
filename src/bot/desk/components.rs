//! The buttons and menus of the desk and of a song's panel.
//!
//! What is on the desk answers privately. What is on a private answer changes that answer, so that nobody presses twice.

use super::faces;
use super::views::{self, Intent};
use crate::bot::queue::playing as queue_playing;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Click, Component};
use crate::discord::display::turning::DisplayRefusal;
use crate::discord::{Bot, Draft};
use crate::display::{DisplayId, tables};
use crate::features::queue;
use crate::features::queue::model::{Line, PublicId, QueueRefusal, Seen};
use crate::flows;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Tx};

/// All of them.
pub const ALL: &[&Component] =
    &[&PICK, &NEXT, &APPROVE, &APPROVE_SONG, &REMOVE, &REMOVE_SONG, &TIER, &MOVE, &PLAY, &HOLD, &OUT, &DEAD_LINK];

/// Opens the panel of a song.
static PICK: Component = Component {
    id: "desk:pick",
    access: Access::Reviewer,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(pick(bot, click)),
};

/// Plays the next song, if the one still plays that the reviewer saw.
static NEXT: Component = Component {
    id: "desk:next",
    access: Access::Reviewer,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(next(bot, click)),
};

/// Asks which song of the page is approved.
static APPROVE: Component = Component {
    id: "desk:approve",
    access: Access::Reviewer,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(which(bot, click, Intent::Approve)),
};

/// Asks to which tier the chosen song is approved.
static APPROVE_SONG: Component = Component {
    id: "desk:approve_song",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(which_tier(bot, click)),
};

/// Asks which song of the page is removed.
static REMOVE: Component = Component {
    id: "desk:remove",
    access: Access::Reviewer,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(which(bot, click, Intent::Remove)),
};

/// Removes the chosen song.
static REMOVE_SONG: Component = Component {
    id: "desk:remove_song",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { act(bot, Act::chosen(&click)?, "song_removed", out).await }),
};

/// Approves a song to the chosen tier.
static TIER: Component = Component {
    id: "desk:tier",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(move_to(bot, click)),
};

/// Moves a song to the chosen line.
static MOVE: Component = Component {
    id: "desk:move",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(move_to(bot, click)),
};

/// Plays this song now.
static PLAY: Component = Component {
    id: "desk:play",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { act(bot, Act::of(&click)?, "song_played", play).await }),
};

/// Puts a song back to Pending Skips, which `/next` does not play.
static HOLD: Component = Component {
    id: "desk:hold",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { act(bot, Act::of(&click)?, "song_held", hold).await }),
};

/// Removes a song.
static OUT: Component = Component {
    id: "desk:out",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { act(bot, Act::of(&click)?, "song_removed", out).await }),
};

/// Removes a song that cannot be heard, and gives back what its place cost.
static DEAD_LINK: Component = Component {
    id: "desk:dead",
    access: Access::Reviewer,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { act(bot, Act::of(&click)?, "dead_link_removed", dead_link).await }),
};

async fn pick(bot: &Bot, click: Click) -> Result<Draft> {
    let (guild, _) = named(&click)?;
    let song = picked(&click)?.parse().map_err(|()| QueueRefusal::NotANumber)?;
    panel(bot, guild, song).await
}

async fn next(bot: &Bot, click: Click) -> Result<Draft> {
    let (guild, rest) = named(&click)?;
    let playing = match rest {
        [none] if none == "none" => None,
        [digits] => Some(digits.parse::<PublicId>().map_err(|()| DisplayRefusal::Retired)?),
        _ => return Err(DisplayRefusal::Retired.into()),
    };
    let played = bot.store.write("song_played", move |tx| flows::song_played::after(tx, guild, playing)).await?;
    queue_playing::answer(bot, guild, played).await
}

async fn which(bot: &Bot, click: Click, intent: Intent) -> Result<Draft> {
    let (guild, rest) = named(&click)?;
    let [display, page] = rest else { return Err(DisplayRefusal::Retired.into()) };
    let (Ok(display), Ok(page)) = (display.parse::<DisplayId>(), page.parse::<u32>()) else {
        return Err(DisplayRefusal::Retired.into());
    };
    let look = move |read: &dyn Read| {
        let display = tables::display(read, guild, display)?.ok_or(DisplayRefusal::Retired)?;
        faces::songs_on(read, guild, &display.kind, page.into())
    };
    let songs = bot.store.read("desk_page", look).await?;
    Ok(views::which(guild, intent, &songs))
}

async fn which_tier(bot: &Bot, click: Click) -> Result<Draft> {
    let Act { guild, seen, .. } = Act::chosen(&click)?;
    let public_id = seen.song;
    let song = bot.store.read("song", move |read| queue::queries::song(read, guild, public_id)).await?;
    let song = song.ok_or(QueueRefusal::NoSuchSong { public_id })?;
    Ok(views::which_tier(guild, &song, seen))
}

async fn move_to(bot: &Bot, click: Click) -> Result<Draft> {
    let line = line(picked(&click)?)?;
    let run = move |tx: &Tx<'_>, act: Act| {
        flows::reviewed::to_line(tx, act.guild, act.seen, line).map(|moved| views::moved(&moved.entry, moved.from))
    };
    act(bot, Act::of(&click)?, "song_moved", run).await
}

fn play(tx: &Tx<'_>, act: Act) -> Result<String> {
    flows::reviewed::played(tx, act.guild, act.seen).map(|played| views::played(&played.entry.song, played.from))
}

fn hold(tx: &Tx<'_>, act: Act) -> Result<String> {
    flows::reviewed::to_line(tx, act.guild, act.seen, Line::PendingSkips)
        .map(|moved| views::moved(&moved.entry, moved.from))
}

fn out(tx: &Tx<'_>, act: Act) -> Result<String> {
    flows::reviewed::out(tx, act.guild, act.seen).map(|moved| views::moved(&moved.entry, moved.from))
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
    let details = bot.store.read("desk_panel", move |read| faces::details(read, guild, song)).await?;
    Ok(views::panel(guild, &details))
}

/// What is to be done to which song, by whom.
#[derive(Clone, Copy)]
struct Act {
    guild: GuildId,
    by: UserId,
    seen: Seen,
}

impl Act {
    /// From the custom id of something on a panel.
    fn of(click: &Click) -> Result<Self> {
        let (guild, rest) = named(click)?;
        let [song, line] = rest else { return Err(DisplayRefusal::Retired.into()) };
        Ok(Self { guild, by: click.caller.user, seen: seen(song, line)? })
    }

    /// From the choice of a song.
    fn chosen(click: &Click) -> Result<Self> {
        let (guild, _) = named(click)?;
        let (song, line) = picked(click)?.split_once(':').ok_or(DisplayRefusal::Retired)?;
        Ok(Self { guild, by: click.caller.user, seen: seen(song, line)? })
    }
}

/// The guild that a custom id names, which must be the one it was clicked in, and its other arguments.
fn named(click: &Click) -> Result<(GuildId, &[String])> {
    let [named, rest @ ..] = &click.arguments[..] else { return Err(DisplayRefusal::Retired.into()) };
    if named.parse() != Ok(click.caller.guild) {
        return Err(DisplayRefusal::Retired.into());
    }
    Ok((click.caller.guild, rest))
}

fn picked(click: &Click) -> Result<&str> {
    Ok(click.values.first().ok_or(DisplayRefusal::Retired)?)
}

fn seen(song: &str, line_seen: &str) -> Result<Seen> {
    let song = song.parse().map_err(|()| DisplayRefusal::Retired)?;
    Ok(Seen { song, line: line(line_seen)? })
}

fn line(rank: &str) -> Result<Line> {
    let line = rank.parse().ok().and_then(Line::from_rank);
    Ok(line.ok_or(DisplayRefusal::Retired)?)
}
