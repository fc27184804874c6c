//! `/tiktok connect`, `/tiktok status` and `/tiktok disconnect`; for rehearsals `/tiktok simulate`.

use poise::ChoiceParameter;

use super::views;
use crate::discord::{Caller, Command, Context, ContextExt, answer};
use crate::features::engagement::queries::open_session;
use crate::features::tiktok::activity::SimulatedEvent;
use crate::features::tiktok::{queries, rules, service};
use crate::flows::{followed_live, rehearsal};
use crate::kernel::error::Result;
use crate::live::{Gift, Occurrence, Viewer};

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![tiktok()]
}

/// Adds `/tiktok simulate` to the commands of all features, for a program that runs rehearsals (`M-HNT-05`).
pub fn add_rehearsal(commands: &mut [Command]) {
    for command in commands.iter_mut().filter(|command| command.name == "tiktok") {
        command.subcommands.push(simulate());
    }
}

/// TikTok Live connection
#[poise::command(slash_command, subcommand_required, subcommands("connect", "status", "disconnect"))]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn tiktok(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// Connect to a TikTok live stream
#[poise::command(slash_command)]
async fn connect(
    ctx: Context<'_>,
    #[description = "The TikTok name of the host"]
    #[max_length = 100]
    unique_id: String,
    #[description = "Wait until they go live, and try again after trouble (default: yes)"] persistent: Option<bool>,
) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let streamer = rules::streamer(&unique_id)?;
        let is_persistent = persistent.unwrap_or(true);
        let followed = streamer.clone();
        bot.lives.begin_again(&streamer);
        let follow =
            bot.store.write("live_followed", move |tx| service::follow(tx, guild, user, &followed, is_persistent));
        let follow = follow.await?;
        Ok(views::followed(&follow, bot.lives.outcome(&streamer).await.as_ref()))
    })
    .await
}

/// Show the connection state
#[poise::command(slash_command)]
async fn status(ctx: Context<'_>) -> Result<()> {
    let Caller { guild, .. } = Caller::of(ctx)?;
    ctx.read(
        "live_status",
        move |read| Ok((queries::follow(read, guild)?, open_session(read, guild)?)),
        |(follow, session)| {
            let status = follow.as_ref().and_then(|follow| ctx.data().lives.status(&follow.streamer));
            views::status(follow.as_ref(), status.as_ref(), session.as_ref().map(|(_, session)| session))
        },
    )
    .await
}

/// Disconnect and end the session
#[poise::command(slash_command)]
async fn disconnect(ctx: Context<'_>) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    ctx.write("live_left", move |tx| followed_live::left(tx, guild, by), views::left).await
}

/// What can be simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ChoiceParameter)]
enum Simulated {
    #[name = "join"]
    Join,
    #[name = "like"]
    Like,
    #[name = "comment"]
    Comment,
    #[name = "share"]
    Share,
    #[name = "follow"]
    Follow,
    #[name = "subscribe"]
    Subscribe,
    #[name = "gift"]
    Gift,
    #[name = "viewers"]
    Viewers,
    #[name = "poll"]
    Poll,
    #[name = "battle"]
    Battle,
    #[name = "connect"]
    Connect,
    #[name = "disconnect"]
    Disconnect,
    #[name = "live_end"]
    LiveEnd,
}

/// Whoever acts where no handle is given.
const SOMEBODY: &str = "simulated.viewer";
/// What polls and battles tell.
const DETAILS: &str = r#"{"simulated":true}"#;

/// Inject a test event (only with DEBUG=true)
#[poise::command(slash_command)]
async fn simulate(
    ctx: Context<'_>,
    #[description = "What happens on the live"] event: Simulated,
    #[description = "By whom: a TikTok handle"]
    #[max_length = 100]
    handle: Option<String>,
    #[description = "What one gift costs, in coins (default: 1)"]
    #[min = 0]
    #[max = 1_000_000]
    coins: Option<u32>,
    #[description = "How many gifts, taps or viewers (default: 1)"]
    #[min = 1]
    #[max = 1_000_000]
    repeat: Option<u32>,
    #[description = "Whether the streak of gifts goes on"] streaking: Option<bool>,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let viewer = Viewer::named(rules::streamer(handle.as_deref().unwrap_or(SOMEBODY))?);
    let goes_on = event == Simulated::Gift && streaking == Some(true);
    let what = occurrence(event, viewer, coins.unwrap_or(1), repeat.unwrap_or(1), streaking);
    let simulated = SimulatedEvent::from(&what);
    ctx.write(
        "live_simulated",
        move |tx| rehearsal::run(tx, guild, user, &what),
        |rehearsed| views::simulated(rehearsed, &simulated, goes_on),
    )
    .await
}

/// What happens. A gift of which it is said whether its streak goes on belongs to a streak.
fn occurrence(event: Simulated, viewer: Viewer, coins: u32, repeat: u32, streaking: Option<bool>) -> Occurrence {
    match event {
        Simulated::Join => Occurrence::Joined(viewer),
        Simulated::Like => Occurrence::Liked(viewer, repeat),
        Simulated::Comment => Occurrence::Commented(viewer, "A simulated comment".to_owned()),
        Simulated::Share => Occurrence::Shared(viewer),
        Simulated::Follow => Occurrence::Followed(viewer),
        Simulated::Subscribe => Occurrence::Subscribed(viewer),
        Simulated::Gift => {
            let gift = Gift {
                id: coins.into(),
                name: "Simulated Gift".to_owned(),
                unit_coins: coins,
                count: repeat,
                is_streaking: streaking == Some(true),
                group: u64::from(streaking.is_some()),
            };
            Occurrence::Gifted(viewer, gift)
        }
        Simulated::Viewers => Occurrence::Viewers(repeat),
        Simulated::Poll => Occurrence::Poll(DETAILS.to_owned()),
        Simulated::Battle => Occurrence::Battle(DETAILS.to_owned()),
        Simulated::Connect => Occurrence::Connected,
        Simulated::Disconnect => Occurrence::Disconnected,
        Simulated::LiveEnd => Occurrence::Ended,
    }
}
