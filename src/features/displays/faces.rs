//! What the displays of this feature show.

use super::{tables, views};
use crate::discord::Draft;
use crate::discord::display::{Kind, Shown, page_row};
use crate::features::queue::model::Line;
use crate::features::submissions::settings::{SUBMISSION_CHANNEL, SUBMISSIONS_OPEN};
use crate::features::{engagement, queue};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId};
use crate::store::{Read, Tx};

/// The queue for everybody: what plays, the lines with ten songs a page, how long it takes, and whether songs are taken.
pub static LIVE_QUEUE: Kind = Kind {
    name: "public_live_queue",
    title: "live queue",
    topics: &[queue::queries::CHANGED],
    renewed_by: Some(engagement::queries::SESSION_BEGUN),
    face: live_queue,
    placed: lines_are_shown,
};

fn live_queue(read: &dyn Read, shown: Shown) -> Result<Draft> {
    let page = queue::queries::page(read, shown.guild, None, shown.page)?;
    let channel = SUBMISSION_CHANNEL.get(read, shown.guild)?;
    let submissions = views::submissions(SUBMISSIONS_OPEN.get(read, shown.guild)?, channel);
    let embed = queue::views::live_queue(&page, &submissions);
    Ok(Draft::embed(embed).row(page_row(shown, page.page, page.pages)))
}

/// The live queue shows every line that is served (`C-42`).
fn lines_are_shown(tx: &Tx<'_>, guild: GuildId, at: Option<(ChannelId, MessageId)>) -> Result<()> {
    Line::WAITING
        .into_iter()
        .filter(|line| line.is_served())
        .try_for_each(|line| tables::set_shown(tx, guild, line.name(), at))
}
