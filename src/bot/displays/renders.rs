//! What the displays of this feature show.

use super::views;
use crate::bot::queue::views as queue_views;
use crate::discord::Draft;
use crate::discord::display::{Audience, DisplayKind, Shown, page_row};
use crate::display::Installation;
use crate::features::displays::model;
use crate::features::displays::settings::EMBED_CONFIGS;
use crate::features::submissions::settings::{SUBMISSION_CHANNEL, SUBMISSIONS_OPEN};
use crate::features::{engagement, queue};
use crate::flows;
use crate::kernel::error::Result;
use crate::store::Read;

/// The queue for everybody: what plays, the lines page by page, how long it takes, and whether songs are taken.
pub static LIVE_QUEUE: DisplayKind = DisplayKind {
    name: model::LIVE_QUEUE,
    title: "live queue",
    installed_with: &Installation { title: "live queue", command: "`/setup-live-queue`" },
    audience: Audience::Everyone,
    topics: &[queue::queries::CHANGED, crate::settings::CHANGED],
    renewed_by: Some(engagement::queries::SESSION_BEGUN),
    render: live_queue,
    placed: |tx, guild, _| flows::lines_shown::run(tx, guild),
};

fn live_queue(read: &dyn Read, shown: Shown) -> Result<Draft> {
    let size = EMBED_CONFIGS.get(read, shown.guild)?.page_size;
    let page = queue::queries::page_of(read, shown.guild, None, shown.page, size)?;
    let channel = SUBMISSION_CHANNEL.get(read, shown.guild)?;
    let submissions = views::submissions(SUBMISSIONS_OPEN.get(read, shown.guild)?, channel);
    let embed = queue_views::live_queue(&page, &submissions);
    Ok(Draft::embed(embed).row(page_row(shown, Audience::Everyone, page.page, page.pages)))
}
