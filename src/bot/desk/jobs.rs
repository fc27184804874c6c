//! What the desk sends after a commit.

use std::time::Duration;

use super::views;
use crate::discord::Bot;
use crate::discord::delivery::Obstacle;
use crate::features::desk::model::TELL_DEAD_LINK;
use crate::jobs::{Run, Setback};
use crate::kernel::ids::MessageId;
use crate::outbox;
use crate::runner::{Handler, Worth};

/// Tells a submitter that a song could not be heard, by direct message, or in the submissions channel where that is blocked.
pub static TELL_DEAD_LINK_HANDLER: Handler<Bot> = Handler {
    kind: TELL_DEAD_LINK.name(),
    worth: Worth::OF_A_WORD,
    run: |bot, run| Box::pin(tell_dead_link(bot, run)),
};

/// How long the message stays in the channel, as a confirmation does (`D-33`).
const STAY: Duration = Duration::from_secs(30);

async fn tell_dead_link(bot: &Bot, run: Run) -> Result<(), Setback> {
    let told = TELL_DEAD_LINK.payload(&run)?;
    let draft = views::dead_link(&told);
    let Err(undelivered) = bot.direct_message(told.user, draft.clone(), Some(run.id)).await else { return Ok(()) };
    let (Obstacle::DirectMessagesBlocked, Some(channel)) = (undelivered.obstacle, told.channel) else {
        return Err(undelivered.into());
    };
    let sent = bot.post(channel, views::dead_link_in_channel(&told), Some(run.id)).await?;
    let (guild, message) = (run.guild, (channel, MessageId::new(sent.id.get())));
    let due = bot.clock.now().after(STAY);
    bot.store.write("dead_link_will_go", move |tx| outbox::delete_message(tx, guild, message, due)).await?;
    Ok(())
}
