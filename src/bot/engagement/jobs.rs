//! What engagement sends after a commit.

use serenity::builder::CreateAttachment;

use super::views;
use crate::activity::Subject;
use crate::discord::Bot;
use crate::discord::delivery::{Obstacle, Undelivered};
use crate::features::engagement::activity::{Missed, REPORT_MISSED, ReportMissed};
use crate::features::engagement::figures::Figures;
use crate::features::engagement::model::{POST_REPORT, SessionOver, TELL_LIFTED};
use crate::flows::session_report::{self, Report};
use crate::jobs::{Run, Setback};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{ChannelId, GuildId};
use crate::live::Handle;
use crate::runner::{Handler, Worth};

/// Tells a submitter that gifts lifted the song. Who takes no messages is not told, and nobody hears of that (`D-10`).
pub static TELL_LIFTED_HANDLER: Handler<Bot> =
    Handler { kind: TELL_LIFTED.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_lifted(bot, run)) };
/// Posts the figures of a session that is over (`M-MET-01`). Where the bot may not, or there is no such channel any more,
/// the debug channel is told.
pub static POST_REPORT_HANDLER: Handler<Bot> =
    Handler { kind: POST_REPORT.name(), worth: Worth::Always, run: |bot, run| Box::pin(post_report(bot, run)) };

/// The name of the picture of an evening.
const PICTURE: &str = "live.png";

async fn tell_lifted(bot: &Bot, run: Run) -> Result<(), Setback> {
    let lifted = TELL_LIFTED.payload(&run)?;
    match bot.direct_message(lifted.user, views::lifted(&lifted), Some(run.id)).await {
        Ok(_) => Ok(()),
        Err(undelivered) if undelivered.may_pass() => Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(user = %lifted.user, obstacle = ?undelivered.obstacle, "a submitter cannot be told");
            Ok(())
        }
    }
}

async fn post_report(bot: &Bot, run: Run) -> Result<(), Setback> {
    let SessionOver { session, channel } = POST_REPORT.payload(&run)?;
    let guild = run.guild;
    let report = bot.store.read("live_report", move |read| session_report::of(read, guild, session)).await?;
    let Some(report) = report else { return Ok(()) };
    let streamer = report.figures.session.streamer.clone();
    let picture = picture_of(&report.figures).await;
    match post(bot, channel, &report, picture, &run).await {
        Ok(true) => Ok(()),
        Ok(false) => Ok(note_missed(bot, guild, streamer, channel, Missed::WithoutPicture).await?),
        Err(undelivered) => {
            if !undelivered.may_pass() {
                note_missed(bot, guild, streamer, channel, because_of(undelivered.obstacle)).await?;
            }
            Err(undelivered.into())
        }
    }
}

/// The picture of an evening, if there is something on it. One that cannot be drawn is logged; the figures matter more.
async fn picture_of(figures: &Figures) -> Option<CreateAttachment> {
    let (chart, words) = (views::chart(figures)?, views::chart_in_words(figures));
    let drawn = tokio::task::spawn_blocking(move || chart.png()).await.map_err(Error::failed).and_then(|drawn| drawn);
    match drawn {
        Ok(png) => Some(CreateAttachment::bytes(png, PICTURE).description(words)),
        Err(error) => {
            tracing::error!(%error, "the picture of a live cannot be drawn");
            None
        }
    }
}

/// Posts a report; without its picture where only that is not allowed. Answers whether it is whole.
async fn post(
    bot: &Bot,
    channel: ChannelId,
    report: &Report,
    picture: Option<CreateAttachment>,
    run: &Run,
) -> Result<bool, Undelivered> {
    let draft = views::report(report);
    let Some(picture) = picture else { return bot.post(channel, draft, Some(run.id)).await.map(|_| true) };
    match bot.post_with_files(channel, draft.clone(), vec![picture], Some(run.id)).await {
        Err(Undelivered { obstacle: Obstacle::Forbidden, .. }) => {
            bot.post(channel, draft, Some(run.id)).await.map(|_| false)
        }
        posted => posted.map(|_| true),
    }
}

const fn because_of(obstacle: Obstacle) -> Missed {
    match obstacle {
        Obstacle::ChannelGone => Missed::ChannelGone,
        Obstacle::Forbidden => Missed::Forbidden,
        Obstacle::Temporary => Missed::Unanswered,
        _ => Missed::Rejected,
    }
}

async fn note_missed(bot: &Bot, guild: GuildId, streamer: Handle, channel: ChannelId, because: Missed) -> Result<()> {
    let missed = REPORT_MISSED.with(ReportMissed { channel, because }).of(Subject::Handle(streamer));
    bot.store.write("report_trouble", move |tx| missed.clone().note(tx, guild)).await
}
