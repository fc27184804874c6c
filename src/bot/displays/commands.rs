//! `/setup-live-queue` and `/selfheal`.

use serenity::all::ChannelId as SerenityChannel;

use super::renders::LIVE_QUEUE;
use super::views;
use crate::bot::queue::views::file_lost;
use crate::discord::channel_setting::{EveningChannel, Kept, SeenBy};
use crate::discord::display::{self, DisplayKind, Occasion};
use crate::discord::references;
use crate::discord::{Caller, Command, Context, answer, channel_setting};
use crate::display::{DISPLAY_NEEDS, Finding};
use crate::features::queue::queries;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::references::{BrokenReference, Subject, Target};

/// The live queue, as `/setup` offers it.
pub static PLACE: EveningChannel = EveningChannel {
    id: "live_queue",
    rank: 2,
    title: "Live queue",
    about: "where everybody sees the queue",
    name: "live-queue",
    seen_by: SeenBy::Readers,
    needs: &DISPLAY_NEEDS,
    kept: Kept::Displays(PUBLIC),
};

/// What `/setup-live-queue` posts.
const PUBLIC: &[&DisplayKind] = &[&LIVE_QUEUE];

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![setup_live_queue(), selfheal()]
}

/// Post the public live queue in a channel
#[poise::command(slash_command, rename = "setup-live-queue")]
async fn setup_live_queue(
    ctx: Context<'_>,
    #[description = "Text channel"]
    #[channel_types("Text")]
    channel: SerenityChannel,
) -> Result<()> {
    let work = async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let channel = channel_setting::id_of(channel);
        let set_up = display::set_up(ctx.data(), guild, user, PUBLIC, channel).await?;
        Ok(views::set_up("The live queue is", channel, &set_up))
    };
    answer(ctx, Box::pin(work)).await
}

/// Repair the persistent embeds now
#[poise::command(slash_command)]
async fn selfheal(ctx: Context<'_>) -> Result<()> {
    let work = async {
        let (bot, guild) = (ctx.data(), Caller::of(ctx)?.guild);
        let mut findings = display::heal(bot, guild, Occasion::Asked).await?;
        // What else the server has set is looked at here, and what the bot lacks where it can still show a display.
        let is_of_display =
            |problem: &BrokenReference| matches!(problem.reference.declared.subject, Subject::Display(_));
        let problems = references::look_or_known(bot, guild).await?;
        let (of_displays, others): (Vec<BrokenReference>, Vec<BrokenReference>) =
            problems.into_iter().partition(is_of_display);
        tell_of(&of_displays, &mut findings);
        let mut others: Vec<String> = others.iter().map(references::sentence).collect();
        let lost = bot.store.read("songs_without_file", move |read| queries::without_file(read, guild)).await?;
        others.extend(lost.iter().map(|entry| file_lost(&entry.song)));
        Ok(views::healed(&findings, &others, &bot.command_mention("setup-live-queue")))
    };
    answer(ctx, Box::pin(work)).await
}

/// Adds what the bot lacks in the channels of displays that it can still show: where it lacks what it must have, they are not
/// in order. One that cannot be shown at all was told of by healing.
fn tell_of(problems: &[BrokenReference], findings: &mut Vec<Finding>) {
    let shown: Vec<ChannelId> = findings.iter().filter_map(Finding::shown_in).collect();
    for problem in problems {
        let Target::Channel(at) = problem.reference.target else { continue };
        if !shown.contains(&at) {
            continue;
        }
        if problem.is_total() {
            findings.retain(|finding| finding.shown_in() != Some(at));
        }
        findings.push(Finding::Hindered { sentence: references::sentence(problem) });
    }
}
