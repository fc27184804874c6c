//! What submissions send after a commit: confirmations and notices.

use std::time::Duration;

use super::model::{CONFIRM, Confirmation, NOTICE, Notice};
use super::settings::SUBMISSIONS_OPEN;
use super::views;
use crate::discord::delivery::Obstacle;
use crate::discord::{Bot, outbox};
use crate::features::queue::model::SongId;
use crate::features::{handles, queue};
use crate::jobs::{Handler, Run, Setback, Worth};
use crate::kernel::ids::MessageId;

/// Confirms a submission by direct message, or in the channel where that is blocked (`M-SUB-15`, `D-33`).
pub static CONFIRM_HANDLER: Handler<Bot> =
    Handler { kind: CONFIRM.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(confirm(bot, run)) };
/// Says that submissions are open or closed.
pub static NOTICE_HANDLER: Handler<Bot> =
    Handler { kind: NOTICE.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(notice(bot, run)) };

/// How long a confirmation stays in the channel (`D-33`).
const STAY: Duration = Duration::from_secs(30);

async fn confirm(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Confirmation { song, channel, used_credit } = CONFIRM.payload(&run)?;
    let guild = run.guild;
    let found = bot
        .store
        .read("confirmed_song", move |read| {
            let Some(entry) = queue::queries::entry(read, guild, SongId::new(song))? else { return Ok(None) };
            let standing = queue::queries::standing(read, guild, &entry)?;
            let has_handle = handles::queries::first_linked(read, guild, entry.place.user)?.is_some();
            Ok(Some((entry, standing, has_handle)))
        })
        .await?;
    let Some((entry, standing, has_handle)) = found else { return Ok(()) };
    let user = entry.place.user;
    let draft = views::confirmation(&entry, standing, used_credit, has_handle);
    let Err(undelivered) = bot.direct_message(user, draft.clone(), Some(run.id)).await else { return Ok(()) };
    if undelivered.obstacle != Obstacle::DirectMessagesBlocked {
        return Err(undelivered.into());
    }
    let sent = bot.post(channel, views::confirmation_in_channel(user, draft), Some(run.id)).await?;
    let message = (channel, MessageId::new(sent.id.get()));
    let due = bot.clock.now().after(STAY);
    bot.store.write("confirmation_will_go", move |tx| outbox::delete_message(tx, guild, message, due)).await?;
    Ok(())
}

async fn notice(bot: &Bot, run: Run) -> Result<(), Setback> {
    let Notice { channel, is_open } = NOTICE.payload(&run)?;
    if run.is_late(bot.clock.now()) {
        let guild = run.guild;
        let is_so_now = bot.store.read("is_open", move |read| SUBMISSIONS_OPEN.get(read, guild)).await?;
        if is_so_now != is_open {
            tracing::info!(job = %run.id, "it is otherwise by now; that is not told any more");
            return Ok(());
        }
    }
    bot.post(channel, views::notice(is_open), Some(run.id)).await?;
    Ok(())
}
